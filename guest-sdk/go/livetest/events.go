package livetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"liveside/live"
)

// Call calls an action as a browser does, with JSON text, "" for none: access rules, OnAction, the action,
// OnStateChange. The failure is nil if it worked.
func (h *Harness) Call(action, payload string) *live.Failure {
	h.begin()
	at := slices.IndexFunc(h.defined.Actions, func(each live.ActionDefinition) bool { return each.Name == action })
	event := live.Event{Kind: live.ActionEvent, Text: action}
	if payload != "" {
		event.Payload = &payload
	}
	if at < 0 {
		return h.run(event)
	}
	failed := h.may(h.defined.Access, h.defined.Name)
	if failed == nil {
		failed = h.may(h.defined.Actions[at].Access, fmt.Sprintf("`%s` of %s", action, h.defined.Name))
	}
	if failed != nil {
		return failed
	}
	defer h.stateChange()
	if failed := h.run(live.Event{Kind: live.BeforeAction, Text: action, Payload: event.Payload}); failed != nil {
		return failed
	}
	if action == "setValue" {
		return h.set(payload)
	}
	return h.run(event)
}

// SetValue sets a key of the state as a browser does. value is JSON text.
func (h *Harness) SetValue(key, value string) *live.Failure {
	return h.Call("setValue", fmt.Sprintf(`{"key": %s, "value": %s}`, text(key), value))
}

func (h *Harness) set(payload string) *live.Failure {
	refused := func(format string, arguments ...any) *live.Failure {
		return &live.Failure{Code: live.CodeInvalidPayload, Message: fmt.Sprintf(format, arguments...)}
	}
	var given struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"`
	}
	if json.Unmarshal([]byte(payload), &given) != nil || given.Value == nil {
		return refused("`setValue` takes a key and a value")
	}
	if _, known := h.host.state[given.Key]; !known {
		return refused("The state has no key `%s`", given.Key)
	}
	h.host.state[given.Key] = compact(given.Value)
	return nil
}

// RoomEvent is another member's event. data is JSON text.
func (h *Harness) RoomEvent(room, event, data string) *live.Failure {
	return h.RoomEvents(live.NewRoomEvent(room, event, data))
}

// RoomEvents are several, in one transaction.
func (h *Harness) RoomEvents(events ...live.RoomEvent) *live.Failure {
	return h.event(live.Event{Kind: live.RoomEvents, Rooms: events})
}

// RoomJoin tells that the mount joined a room.
func (h *Harness) RoomJoin(room string) *live.Failure {
	return h.event(live.Event{Kind: live.RoomJoin, Text: room})
}

// RoomLeave tells that the mount left a room.
func (h *Harness) RoomLeave(room string) *live.Failure {
	return h.event(live.Event{Kind: live.RoomLeave, Text: room})
}

// Advance lets time pass, and runs the timers that become due, in the order of their time. It gives the first failure;
// the others run all the same. State, delta and effects are those of the last timer, or none where none was due.
func (h *Harness) Advance(ms uint64) *live.Failure {
	h.begin()
	end := h.host.nowMs + ms
	var first *live.Failure
	for {
		due, there := h.host.nextTimer(end)
		if !there {
			break
		}
		if failed := h.event(live.Event{Kind: live.TimerEvent, Timer: due}); first == nil {
			first = failed
		}
	}
	h.host.nowMs = end
	return first
}

// Upload tells how far a file is. bytes are what a complete one has.
func (h *Harness) Upload(file live.File, bytes []byte) *live.Failure {
	if file.Stage == live.UploadComplete {
		h.host.uploads[file.ID] = bytes
	}
	return h.event(live.Event{Kind: live.Upload, File: file})
}

// ClientJoin tells a singleton that a browser joined; count is how many there are after it. Its connection is behind
// this event and those to come.
func (h *Harness) ClientJoin(connection string, count uint32) *live.Failure {
	h.SpeakFrom(connection)
	return h.event(live.Event{Kind: live.ClientJoin, Member: live.Member{ID: connection, Count: count}})
}

// ClientLeave tells a singleton that a browser left.
func (h *Harness) ClientLeave(connection string, count uint32) *live.Failure {
	h.SpeakFrom(connection)
	return h.event(live.Event{Kind: live.ClientLeave, Member: live.Member{ID: connection, Count: count}})
}

// MemberJoin asks a room whether somebody may become a member.
func (h *Harness) MemberJoin(instance string, count uint32) *live.Failure {
	return h.event(live.Event{Kind: live.MemberJoin, Member: live.Member{ID: instance, Count: count}})
}

// MemberLeave tells a room that somebody left; with a count of 0 it is empty as well.
func (h *Harness) MemberLeave(instance string, count uint32) *live.Failure {
	failed := h.event(live.Event{Kind: live.MemberLeave, Member: live.Member{ID: instance, Count: count}})
	if count > 0 {
		return failed
	}
	if empty := h.event(live.Event{Kind: live.Empty}); failed == nil {
		failed = empty
	}
	return failed
}

// Rehydrate tells that the state came back from a browser.
func (h *Harness) Rehydrate(from string) *live.Failure {
	return h.event(live.Event{Kind: live.Rehydrate, Text: from})
}

// Reload tells that new code has taken over.
func (h *Harness) Reload(from string) *live.Failure {
	return h.event(live.Event{Kind: live.Reload, Text: from})
}

// Disconnect tells that the connection is gone.
func (h *Harness) Disconnect() *live.Failure { return h.event(live.Event{Kind: live.Disconnect}) }

// Destroy is the last event of the mount.
func (h *Harness) Destroy() *live.Failure { return h.event(live.Event{Kind: live.Destroy}) }

// SetMembers says how many members a room has; 1 without it.
func (h *Harness) SetMembers(room string, count uint32) { h.host.members[room] = count }

// SignIn makes this user the one behind the events to come.
func (h *Harness) SignIn(user string, roles, permissions []string) {
	h.host.setup.User, h.host.setup.Roles, h.host.setup.Permissions = user, roles, permissions
}

// SignOut makes the visitor anonymous.
func (h *Harness) SignOut() { h.SignIn("", nil, nil) }

// SpeakFrom makes this connection the one behind the events to come.
func (h *Harness) SpeakFrom(connection string) { h.host.connection = connection }

// Interfere makes the next so many compare-and-sets of the persistent map find that somebody has written value, JSON
// text, meanwhile.
func (h *Harness) Interfere(times int, value string) {
	h.host.interference, h.host.interfering = times, value
}

// Inside.

// begin is called where a new event's delta and effects begin.
func (h *Harness) begin() {
	h.host.begin()
	h.answer = "null"
}

func (h *Harness) event(event live.Event) *live.Failure {
	h.begin()
	defer h.stateChange()
	return h.run(event)
}

func (h *Harness) stateChange() {
	if keys := h.changed(); len(keys) > 0 {
		answer := h.answer
		h.hook(live.Event{Kind: live.StateChange, Keys: keys})
		h.answer = answer
	}
}

// changed are the keys that differ from what they were when the event began, in the order of the alphabet.
func (h *Harness) changed() []string {
	var keys []string
	for key, value := range h.host.state {
		if string(h.host.before[key]) != string(value) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// hook runs an event whose failure no caller is told. A crash ends the test.
func (h *Harness) hook(event live.Event) {
	h.t.Helper()
	failed := h.run(event)
	if failed == nil {
		return
	}
	if failed.Code == live.CodeCrashed {
		h.t.Fatal(failed)
	}
	h.hookErrors = append(h.hookErrors, failed)
}

func (h *Harness) run(event live.Event) *live.Failure {
	if event.Kind != live.ActionEvent && event.Kind != live.RoomEvents && event.Kind != live.TimerEvent &&
		!h.defined.Has(event.Kind) {
		return nil
	}
	saved := h.host.save()
	answer, failed := h.entry.Handle(h.host, h.host.instance(), event)
	if failed != nil && failed.Code == live.CodeCrashed {
		h.host.restore(saved)
	}
	if answer != nil {
		h.answer = *answer
	}
	return failed
}

// may says what is missing where the user may not do something, in the daemon's words.
func (h *Harness) may(access live.Access, what string) *live.Failure {
	denied := func(missing string) *live.Failure {
		return &live.Failure{Code: live.CodeDenied, Message: what + " needs " + missing}
	}
	user := h.host.setup
	asks := access.Authenticated || len(access.Roles) > 0 || len(access.Permissions) > 0
	if !asks {
		return nil
	}
	if user.User == "" {
		return denied("an authenticated user")
	}
	has := func(role string) bool { return slices.Contains(user.Roles, role) }
	if len(access.Roles) > 0 && !slices.ContainsFunc(access.Roles, has) {
		return denied(named("the role", "one of the roles", access.Roles))
	}
	var missing []string
	for _, permission := range access.Permissions {
		if !slices.Contains(user.Permissions, permission) {
			missing = append(missing, permission)
		}
	}
	if len(missing) > 0 {
		return denied(named("the permission", "the permissions", missing))
	}
	return nil
}

func named(one, several string, names []string) string {
	if len(names) == 1 {
		several = one
	}
	return several + " `" + strings.Join(names, "`, `") + "`"
}
