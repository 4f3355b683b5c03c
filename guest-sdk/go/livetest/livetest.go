// Package livetest mounts a component in `go test`, without a daemon. It keeps the state, calls the same code as a
// module does, and records what the component asked for. Access rules are enforced, rate limits and schemas are not:
// those are the daemon's alone. What an event that crashes did is undone.
package livetest

import (
	"encoding/json"
	"maps"
	"reflect"
	"testing"

	"liveside/live"
)

// Setup is what a mount begins with. Without a User the visitor is anonymous.
type Setup struct {
	Room, User, Label  string
	Roles, Permissions []string
	// Claims is a JSON object, "" for an empty one.
	Claims     string
	DebugLabel string
	// Instance is the mount's id, "test-1" without it.
	Instance string
	// Props are laid over the state as Component.Props says.
	Props      map[string]any
	Persistent map[string]any
	Config     map[string]string
	NowMs      uint64
	// RoomLogic answers calls of rooms; a nil answer is null.
	RoomLogic func(room, action string, payload string) (any, error)
	// HTTP answers requests; without it all hosts are denied.
	HTTP func(request live.Request) (live.Response, error)
	// Beside is another mount: both share the persistent map and the store.
	Beside *Harness
}

// Effect is something that goes out when the event has ended.
type Effect struct {
	// Kind is emit, join, leave, roomState, broadcast, binary, after, every or cancel.
	Kind, Room, Name string
	// Data is JSON text: of a timer its payload, of bytes a string of them.
	Data string
	// Ms is a timer's time.
	Ms uint64
}

// LogLine is a line that was written by Context.Log.
type LogLine struct {
	Level   live.Level
	Message string
}

// Harness is a mounted component.
type Harness struct {
	t          testing.TB
	entry      live.Entry
	defined    live.Definition
	host       *host
	answer     string
	hookErrors []*live.Failure
}

// Mount mounts the registered component of that name: access rule, default state, props, OnConnect, OnMount.
func Mount(t testing.TB, name string, setup Setup) *Harness {
	t.Helper()
	h, failed := TryMount(t, name, setup)
	if failed != nil {
		t.Fatal(failed)
	}
	return h
}

// TryMount is Mount for a test whose user may be refused.
func TryMount(t testing.TB, name string, setup Setup) (*Harness, *live.Failure) {
	t.Helper()
	entry := find(t, name)
	defined := entry.Definition()
	h := &Harness{t: t, entry: entry, defined: defined, host: newHost(setup, defined)}
	if failed := h.may(defined.Access, defined.Name); failed != nil {
		return nil, failed
	}
	h.begin()
	h.hook(live.Event{Kind: live.Connect})
	h.hook(live.Event{Kind: live.MountEvent, Mount: live.Mount{Room: setup.Room, DebugLabel: setup.DebugLabel}})
	h.stateChange()
	return h, nil
}

// Migrate turns the state of another version, a JSON object, into this one's; gives it with the defaults of new keys.
func Migrate(t testing.TB, name, from, state string) (string, *live.Failure) {
	t.Helper()
	entry := find(t, name)
	defined := entry.Definition()
	migrated, failed := entry.MigrateState(newHost(Setup{}, defined), from, state)
	if failed != nil {
		return "", failed
	}
	whole := object(defined.State)
	maps.Copy(whole, object(migrated))
	return text(whole), nil
}

func find(t testing.TB, name string) live.Entry {
	t.Helper()
	for _, entry := range live.Registered() {
		if entry.Definition().Name == name {
			return entry
		}
	}
	t.Fatalf("no component %s is registered", name)
	return nil
}

// Answer is what the last event gave, JSON text.
func (h *Harness) Answer() string { return h.answer }

// State is all of it, JSON text.
func (h *Harness) State() string { return text(h.host.state) }

// Delta are the keys that the last event changed.
func (h *Harness) Delta() string {
	changed := map[string]json.RawMessage{}
	for _, key := range h.changed() {
		changed[key] = h.host.state[key]
	}
	return text(changed)
}

// Effects are what the last event asked for.
func (h *Harness) Effects() []Effect { return h.host.effects }

// Logs are the lines that the last event wrote.
func (h *Harness) Logs() []LogLine { return h.host.logs }

// HookErrors are of hooks where no caller is told: while mounting, and of OnStateChange.
func (h *Harness) HookErrors() []*live.Failure { return h.hookErrors }

// Private is a private value, JSON text; "" if there is none.
func (h *Harness) Private(key string) string { return h.host.private[key] }

// Persistent is a persistent value, JSON text; "" if there is none.
func (h *Harness) Persistent(key string) string { return h.host.shared.persistent[key] }

// Definition is what the daemon is told of the component: schemas, options, hidden actions.
func (h *Harness) Definition() live.Definition { return h.defined }

// Same fails the test where two JSON texts differ.
func Same(t testing.TB, found, expected string) {
	t.Helper()
	var a, b any
	if json.Unmarshal([]byte(found), &a) != nil || json.Unmarshal([]byte(expected), &b) != nil || !reflect.DeepEqual(a, b) {
		t.Errorf("is %s, expected %s", found, expected)
	}
}

func text(value any) string {
	written, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(written)
}

func object(written string) map[string]json.RawMessage {
	read := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(written), &read); err != nil {
		panic(err)
	}
	return read
}
