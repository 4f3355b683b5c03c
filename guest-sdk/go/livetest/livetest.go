// Package livetest mounts a component in `go test`, without a daemon. It keeps the state, calls the same code as a
// module does, and records what the component asked for.
package livetest

import (
	"encoding/json"
	"maps"
	"reflect"
	"testing"

	"liveside/live"
)

// Setup is what a mount begins with.
type Setup struct {
	Room, User, Label string
	Persistent        map[string]any
	NowMs             uint64
	// RoomLogic answers calls of rooms; a nil answer is null.
	RoomLogic func(room, action string, payload string) (any, error)
}

// Effect is something that goes out when the event has ended.
type Effect struct {
	Kind, Room, Name string
	// Data is JSON text.
	Data string
}

// Harness is a mounted component.
type Harness struct {
	t      testing.TB
	entry  live.Entry
	host   *host
	answer string
}

// Mount mounts the registered component of that name.
func Mount(t testing.TB, name string, setup Setup) *Harness {
	t.Helper()
	for _, entry := range live.Registered() {
		defined := entry.Definition()
		if defined.Name != name {
			continue
		}
		h := &Harness{t: t, entry: entry, host: newHost(setup, defined)}
		if defined.Hooks&1 != 0 {
			h.must(live.Event{Kind: live.Connect})
		}
		if defined.Hooks&2 != 0 {
			h.must(live.Event{Kind: live.MountEvent, Mount: live.Mount{Room: setup.Room}})
		}
		return h
	}
	t.Fatalf("no component %s is registered", name)
	return nil
}

// Call calls an action with JSON text, "" for none. The failure is nil if it worked.
func (h *Harness) Call(action, payload string) *live.Failure {
	event := live.Event{Kind: live.ActionEvent, Text: action}
	if payload != "" {
		event.Payload = &payload
	}
	return h.run(event)
}

// RoomEvent is another member's event.
func (h *Harness) RoomEvent(room, event, data string) *live.Failure {
	return h.run(live.Event{Kind: live.RoomEvents, Rooms: []live.RoomEvent{live.NewRoomEvent(room, event, data)}})
}

// Destroy is the last event of the mount.
func (h *Harness) Destroy() *live.Failure { return h.run(live.Event{Kind: live.Destroy}) }

// SetMembers says how many members a room has; 1 without it.
func (h *Harness) SetMembers(room string, count uint32) { h.host.members[room] = count }

// Answer is what the last event gave, JSON text.
func (h *Harness) Answer() string { return h.answer }

// State is all of it, JSON text.
func (h *Harness) State() string { return text(h.host.state) }

// Delta are the keys that the last event changed.
func (h *Harness) Delta() string {
	changed := map[string]any{}
	for key, value := range h.host.state {
		if !reflect.DeepEqual(h.host.before[key], value) {
			changed[key] = value
		}
	}
	return text(changed)
}

// Effects are what the last event asked for.
func (h *Harness) Effects() []Effect { return h.host.effects }

// Same fails the test where two JSON texts differ.
func Same(t testing.TB, found, expected string) {
	t.Helper()
	var a, b any
	if json.Unmarshal([]byte(found), &a) != nil || json.Unmarshal([]byte(expected), &b) != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("is %s, expected %s", found, expected)
	}
}

func (h *Harness) must(event live.Event) {
	h.t.Helper()
	if failed := h.run(event); failed != nil {
		h.t.Fatal(failed)
	}
}

func (h *Harness) run(event live.Event) *live.Failure {
	h.host.before = maps.Clone(h.host.state)
	h.host.effects = nil
	answer, failed := h.entry.Handle(h.host, "test-1", event)
	h.answer = "null"
	if answer != nil {
		h.answer = *answer
	}
	return failed
}

func text(value any) string {
	written, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(written)
}
