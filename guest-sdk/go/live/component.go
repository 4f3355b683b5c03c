// Package live is what components in Go are written with: a struct is the state, its methods are the logic.
package live

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
	SetValue   bool
	Actions    map[string]ActionOf[S]
	RoomEvents []On[S]
	Timers     map[string]func(*S, *Context, Timer) error

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

	Access    Access
	RateLimit RateLimit
	// Singleton is one instance for everybody; it ends with its last member.
	Singleton bool
	// Room makes it the logic of rooms of this kind.
	Room    string
	Durable bool
	// Migrate turns state of another version, a JSON object, into this one's.
	Migrate func(cx *Context, from string, state map[string]any) error
}
