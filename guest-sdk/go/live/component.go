// Package live is what components in Go are written with: a struct is the state, its methods are the logic.
package live

import "math"

// None is the payload of an action that takes none, and the answer of one that gives none.
type None struct{}

// Mount is how a component was mounted.
type Mount struct {
	// Room is empty if there is none.
	Room       string
	DebugLabel string
}

// RoomEvent is what another member of a room emitted.
type RoomEvent struct {
	Room, Event string
	data        string
}

// Data reads what came with it.
func (e RoomEvent) Data(into any) error { return read(true, e.data, into) }

// Timer is a timer that is due.
type Timer struct {
	ID   uint64
	Name string
	// Payload is JSON text, "null" if there is none.
	Payload string
}

// Stage is how far an upload is.
type Stage uint8

// The stages of an upload.
const (
	UploadStart Stage = iota
	UploadProgress
	UploadComplete
	UploadFailed
)

// File is an upload that a browser makes. Size is as announced, Progress the bytes so far.
type File struct {
	ID, Name, ContentType string
	Stage                 Stage
	Size, Progress        uint64
	// Text is the URL of a complete file, or why it failed.
	Text string
}

// Member is who joined or left: a connection, or a mounted component. Count is how many there are after it.
type Member struct {
	ID    string
	Count uint32
}

// Access says who may. Roles and permissions imply Authenticated.
type Access struct {
	Authenticated      bool
	Roles, Permissions []string
}

// RateLimit says how often. The zero value is no limit.
type RateLimit struct{ Burst, PerMinute uint32 }

// ActionOf is a method that browsers may call: see Action.
type ActionOf[S any] struct {
	run           func(state *S, cx *Context, payload *string) (any, error)
	Access        Access
	RateLimit     RateLimit
	PayloadSchema string
}

// Action makes one out of a method. P is made from the payload: a pointer in it may be missing, and a payload that is
// no object is its only field.
func Action[S, P, R any](method func(*S, *Context, P) (R, error)) ActionOf[S] {
	return ActionOf[S]{run: func(state *S, cx *Context, payload *string) (any, error) {
		var arguments P
		if err := decode(payload, &arguments); err != nil {
			return nil, err
		}
		return method(state, cx, arguments)
	}}
}

// Props says what of the initial state a mount may set. The state has it when OnConnect runs.
type Props uint8

// The kinds of props.
const (
	// PropsKnown lets keys through that Default has, and leaves others out.
	PropsKnown Props = iota
	// PropsNone ignores them all.
	PropsNone
	// PropsAny lets every key through; Context.Prop reads one that is no field of the struct.
	PropsAny
)

// Logging is what the daemon logs of its own accord: LogLifecycle | LogRooms.
type Logging uint8

// The topics, in the order of the interface.
const (
	LogLifecycle Logging = 1 << iota
	LogMessages
	LogState
	LogPerformance
	LogRooms
	LogWebSocket
)

// Forever is the LingerMs of a singleton that does not end.
const Forever uint64 = math.MaxUint64

// On is the handler of a room event: its name, the room ("" is the default room, `chat:*` and `*` are patterns).
type On[S any] struct {
	Event, Room string
	Run         func(state *S, cx *Context, event RoomEvent) error
}

// Component is what a component says of itself. The zero value of a field is the usual thing.
type Component[S any] struct {
	Name, Version string
	// Default is the state of a new mount.
	Default S
	// Persistent is what the persistent map starts with.
	Persistent map[string]any
	// SetValue lets browsers set keys of the state.
	SetValue bool
	Props    Props
	// StateSchema is a JSON Schema: what the daemon checks props and set values by.
	StateSchema string
	Actions     map[string]ActionOf[S]
	// HiddenActions are methods that are not public, each with what to add and where: who calls one is told it. Go does
	// not know which methods could be actions.
	HiddenActions map[string]string
	RoomEvents    []On[S]
	Timers        map[string]func(*S, *Context, Timer) error

	OnConnect, OnDisconnect, OnDestroy func(*S, *Context) error
	OnMount                            func(*S, *Context, Mount) error
	OnRehydrate, OnReload              func(*S, *Context, string) error
	// OnAction runs before every action. An error cancels it.
	OnAction                func(state *S, cx *Context, action string) error
	OnStateChange           func(state *S, cx *Context, keys []string) error
	OnRoomJoin, OnRoomLeave func(state *S, cx *Context, room string) error
	// OnUpload refuses a file by an error at the stage UploadStart.
	OnUpload func(state *S, cx *Context, upload File) error
	// OnClientJoin and OnClientLeave are a singleton's, OnMemberJoin and OnMemberLeave a room's.
	OnClientJoin, OnClientLeave, OnMemberJoin, OnMemberLeave func(state *S, cx *Context, member Member) error
	// OnEmpty is a room's: the last member has left.
	OnEmpty func(*S, *Context) error

	Access    Access
	RateLimit RateLimit
	// Singleton is one instance for everybody; it ends LingerMs after its last member left.
	Singleton bool
	LingerMs  uint64
	// Room makes it the logic of rooms of this kind.
	Room string
	// Durable keeps the state of a singleton or a room beyond the daemon's end.
	Durable bool
	// Fresh gives every event a new instance of the module: package variables are as init left them.
	Fresh   bool
	Logging Logging
	// Migrate turns state of another version, a JSON object, into this one's.
	Migrate func(cx *Context, from string, state map[string]any) error
}
