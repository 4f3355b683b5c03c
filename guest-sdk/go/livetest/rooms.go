package livetest

import (
	"encoding/json"
	"maps"

	"liveside/live"
)

// Who is behind an event, and who else is in the room.

func (h *host) Session() live.Session {
	session := live.Session{Authenticated: h.setup.User != "", Claims: "{}", ConnectionID: &h.connection}
	if h.setup.User != "" {
		session.UserID = &h.setup.User
		session.Roles, session.Permissions = h.setup.Roles, h.setup.Permissions
		if h.setup.Claims != "" {
			session.Claims = h.setup.Claims
		}
	}
	if h.setup.Label != "" {
		session.Label = &h.setup.Label
	}
	return session
}

func (h *host) DefaultRoom() (string, bool) { return h.setup.Room, h.setup.Room != "" }

func (h *host) Join(room string) error {
	h.joined[room] = true
	h.effect("join", room, "", "")
	return nil
}

func (h *host) Leave(room string) error {
	delete(h.joined, room)
	h.effect("leave", room, "", "")
	return nil
}

func (h *host) isMember(room string) error {
	if !h.joined[room] {
		return refuse(live.HostDenied, "The component is not in the room %s", room)
	}
	return nil
}

func (h *host) Emit(room, event, data string) (uint32, error) {
	count, err := h.Count(room)
	if err != nil {
		return 0, err
	}
	h.effect("emit", room, event, data)
	return max(count, 1) - 1, nil
}

func (h *host) Count(room string) (uint32, error) {
	if err := h.isMember(room); err != nil {
		return 0, err
	}
	return h.size(room), nil
}

func (h *host) size(room string) uint32 {
	if count, set := h.members[room]; set {
		return count
	}
	return 1
}

func (h *host) RoomState(room string) (string, error) {
	if err := h.isMember(room); err != nil {
		return "", err
	}
	if h.roomStates[room] == nil {
		return "{}", nil
	}
	return text(h.roomStates[room]), nil
}

func (h *host) SetRoomState(room, changes string) error {
	if err := h.isMember(room); err != nil {
		return err
	}
	given, err := changesOf(changes)
	if err != nil {
		return err
	}
	if h.roomStates[room] == nil {
		h.roomStates[room] = map[string]json.RawMessage{}
	}
	maps.Copy(h.roomStates[room], given)
	h.effect("roomState", room, "", changes)
	return nil
}

func (h *host) Call(room, action string, payload *string) (*string, error) {
	if h.setup.RoomLogic == nil {
		return nil, refuse(live.HostInvalid, "no logic for the room: mount with RoomLogic")
	}
	given := "null"
	if payload != nil {
		given = *payload
	}
	answer, err := h.setup.RoomLogic(room, action, given)
	if err != nil {
		return nil, refuse(live.HostFailed, "%s", err.Error())
	}
	written := text(answer)
	return &written, nil
}

func (h *host) Broadcast(kind, data string, exceptSender bool) (uint32, error) {
	h.effect("broadcast", h.setup.Room, kind, data)
	if h.setup.Room == "" {
		return 0, nil
	}
	count := h.size(h.setup.Room)
	if exceptSender {
		count = max(count, 1) - 1
	}
	return count, nil
}
