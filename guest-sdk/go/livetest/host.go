package livetest

import (
	"encoding/json"

	"liveside/live"
)

// host is the daemon's place in a test. The embedded Host is nil: what a test does not offer is a panic.
type host struct {
	live.Host
	setup               Setup
	state, before       map[string]any
	private, persistent map[string]string
	members             map[string]uint32
	effects             []Effect
	timers              uint64
}

func newHost(setup Setup, defined live.Definition) *host {
	h := &host{setup: setup, private: map[string]string{}, persistent: map[string]string{}, members: map[string]uint32{}}
	var persistent map[string]json.RawMessage
	_ = json.Unmarshal([]byte(defined.State), &h.state)
	_ = json.Unmarshal([]byte(defined.Persistent), &persistent)
	for key, value := range persistent {
		h.persistent[key] = string(value)
	}
	for key, value := range setup.Persistent {
		h.persistent[key] = text(value)
	}
	return h
}

func (h *host) effect(kind, room, name, data string) {
	h.effects = append(h.effects, Effect{kind, room, name, data})
}

func (h *host) Load([]string) string { return text(h.state) }

func (h *host) Patch(changes string) error { return json.Unmarshal([]byte(changes), &h.state) }

func (h *host) PushBinary(name string, bytes []byte) error {
	h.effect("binary", "", name, text(string(bytes)))
	return nil
}

func (h *host) PrivateGet(key string) (string, bool) {
	value, there := h.private[key]
	return value, there
}

func (h *host) PrivateSet(key, value string) error {
	h.private[key] = value
	return nil
}

func (h *host) PrivateDelete(key string) { delete(h.private, key) }

func (h *host) PersistentGet(key string) (string, bool) {
	value, there := h.persistent[key]
	return value, there
}

func (h *host) PersistentSet(key, value string) error {
	h.persistent[key] = value
	return nil
}

func (h *host) PersistentDelete(key string) { delete(h.persistent, key) }

func (h *host) PersistentCompareAndSet(key string, expected, value *string) (bool, error) {
	now, there := h.persistent[key]
	if there != (expected != nil) || (there && now != *expected) {
		return false, nil
	}
	if value == nil {
		delete(h.persistent, key)
	} else {
		h.persistent[key] = *value
	}
	return true, nil
}

func (h *host) Session() live.Session {
	session := live.Session{Authenticated: h.setup.User != "", Claims: "{}"}
	if h.setup.User != "" {
		session.UserID = &h.setup.User
	}
	if h.setup.Label != "" {
		session.Label = &h.setup.Label
	}
	return session
}

func (h *host) DefaultRoom() (string, bool) { return h.setup.Room, h.setup.Room != "" }

func (h *host) Join(room string) error {
	h.effect("join", room, "", "")
	return nil
}

func (h *host) Leave(room string) error {
	h.effect("leave", room, "", "")
	return nil
}

func (h *host) Emit(room, event, data string) (uint32, error) {
	h.effect("emit", room, event, data)
	count, err := h.Count(room)
	return count - 1, err
}

func (h *host) Count(room string) (uint32, error) {
	if count, set := h.members[room]; set {
		return count, nil
	}
	return 1, nil
}

func (h *host) Call(room, action string, payload *string) (*string, error) {
	if h.setup.RoomLogic == nil {
		return nil, &live.HostError{Code: live.HostInvalid, Message: "no logic for the room: mount with RoomLogic"}
	}
	given := "null"
	if payload != nil {
		given = *payload
	}
	answer, err := h.setup.RoomLogic(room, action, given)
	if err != nil {
		return nil, &live.HostError{Code: live.HostFailed, Message: err.Error()}
	}
	written := text(answer)
	return &written, nil
}

func (h *host) Broadcast(kind, data string, _ bool) (uint32, error) {
	h.effect("broadcast", "", kind, data)
	return 1, nil
}

func (h *host) After(_ uint64, name string, _ *string) (uint64, error) {
	h.effect("after", "", name, "")
	h.timers++
	return h.timers, nil
}

func (h *host) Every(_ uint64, name string, _ *string) (uint64, error) {
	h.effect("every", "", name, "")
	h.timers++
	return h.timers, nil
}

func (h *host) Cancel(uint64) {}

func (h *host) Config(string) (string, bool) { return "", false }

func (h *host) Log(live.Level, string) {}

func (h *host) Now() uint64 { return h.setup.NowMs }
