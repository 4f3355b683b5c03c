package live

import (
	"encoding/json"
	"fmt"
)

// Context is what a component can ask the daemon for while an event runs.
type Context struct {
	host      Host
	component string
	instance  string
}

// Instance is the id of the mount.
func (cx *Context) Instance() string { return cx.instance }

// Host has what there is no shorter word for.
func (cx *Context) Host() Host { return cx.host }

// Prop reads a key of the state, as it was when the event began, that is no field of the struct: see PropsAny. False if
// there is none.
func (cx *Context) Prop(key string, into any) (bool, error) {
	var loaded map[string]json.RawMessage
	if err := json.Unmarshal([]byte(cx.host.Load([]string{key})), &loaded); err != nil {
		return false, err
	}
	text, there := loaded[key]
	return there, read(there, string(text), into)
}

// Session is who is behind the event.
func (cx *Context) Session() Session { return cx.host.Session() }

// Room is the room that the component was mounted with; false if there is none.
func (cx *Context) Room() (Room, bool) {
	name, there := cx.host.DefaultRoom()
	return Room{cx, name}, there
}

// RoomNamed is any room.
func (cx *Context) RoomNamed(name string) Room { return Room{cx, name} }

// Private reads a value of this mount that no browser sees; false if there is none.
func (cx *Context) Private(key string, into any) (bool, error) {
	text, there := cx.host.PrivateGet(key)
	return there, read(there, text, into)
}

// SetPrivate puts one there.
func (cx *Context) SetPrivate(key string, value any) error {
	return cx.host.PrivateSet(key, write(value))
}

// Persistent reads a value that all mounts of the component share; false if there is none.
func (cx *Context) Persistent(key string, into any) (bool, error) {
	text, there := cx.host.PersistentGet(key)
	return there, read(there, text, into)
}

// SetPersistent puts one there.
func (cx *Context) SetPersistent(key string, value any) error {
	return cx.host.PersistentSet(key, write(value))
}

// Update changes a persistent value, and loses nobody else's change: change runs again if somebody wrote meanwhile.
// A missing value begins as the zero value.
func Update[T any](cx *Context, key string, change func(T) T) (T, error) {
	var zero T
	for range 1000 {
		text, there := cx.host.PersistentGet(key)
		var value T
		if err := read(there, text, &value); err != nil {
			return zero, err
		}
		value = change(value)
		written := write(value)
		expected := &text
		if !there {
			expected = nil
		}
		done, err := cx.host.PersistentCompareAndSet(key, expected, &written)
		if err != nil || done {
			return value, err
		}
	}
	return zero, fmt.Errorf("the persistent `%s` is written by too many at once", key)
}

// Broadcast sends a message to the browsers of everybody in the default room, and gives their number.
func (cx *Context) Broadcast(kind string, data any) (uint32, error) {
	return cx.host.Broadcast(kind, write(data), false)
}

// After starts a timer; payload may be nil.
func (cx *Context) After(ms uint64, name string, payload any) (uint64, error) {
	return cx.host.After(ms, name, optional(payload))
}

// Every starts one that repeats.
func (cx *Context) Every(ms uint64, name string, payload any) (uint64, error) {
	return cx.host.Every(ms, name, optional(payload))
}

// Cancel ends a timer.
func (cx *Context) Cancel(id uint64) { cx.host.Cancel(id) }

// PushBinary sends bytes to the browsers, beside the state.
func (cx *Context) PushBinary(name string, bytes []byte) error {
	return cx.host.PushBinary(name, bytes)
}

// Fetch is HTTP, to the hosts that the daemon's configuration allows.
func (cx *Context) Fetch(request Request) (Response, error) {
	if request.Method == "" {
		request.Method = "GET"
	}
	return cx.host.Fetch(request)
}

// Config is a value or secret of the daemon's configuration; false if it grants none.
func (cx *Context) Config(key string) (string, bool) { return cx.host.Config(key) }

// Log writes a line to the daemon's log.
func (cx *Context) Log(level Level, format string, arguments ...any) {
	cx.host.Log(level, fmt.Sprintf(format, arguments...))
}

// NowMs is milliseconds since the Unix epoch.
func (cx *Context) NowMs() uint64 { return cx.host.Now() }

// Room is a named group of mounted components.
type Room struct {
	cx   *Context
	Name string
}

// Join takes effect when the event ends.
func (r Room) Join() error { return r.cx.host.Join(r.Name) }

// Leave takes effect when the event ends.
func (r Room) Leave() error { return r.cx.host.Leave(r.Name) }

// Emit tells every other member, and gives their number.
func (r Room) Emit(event string, data any) (uint32, error) {
	return r.cx.host.Emit(r.Name, event, write(data))
}

// Count is how many members there are.
func (r Room) Count() (uint32, error) { return r.cx.host.Count(r.Name) }

// State reads what the members share.
func (r Room) State(into any) error {
	text, err := r.cx.host.RoomState(r.Name)
	if err != nil {
		return err
	}
	return read(true, text, into)
}

// SetState lays keys over it.
func (r Room) SetState(changes any) error { return r.cx.host.SetRoomState(r.Name, write(changes)) }

// Call calls an action of the room's own logic. payload and into may be nil.
func (r Room) Call(action string, payload, into any) error {
	answer, err := r.cx.host.Call(r.Name, action, optional(payload))
	if err != nil || into == nil || answer == nil {
		return err
	}
	return read(true, *answer, into)
}

func read(there bool, text string, into any) error {
	if !there {
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}

// write gives JSON text. What has no JSON form is a bug of the author.
func write(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func optional(payload any) *string {
	if payload == nil {
		return nil
	}
	text := write(payload)
	return &text
}
