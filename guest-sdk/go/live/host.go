package live

// Host is the daemon, as an event sees it: the imports of a module, or the harness of livetest. JSON is text here.
type Host interface {
	Load(keys []string) string
	Patch(changes string) error
	PushBinary(name string, bytes []byte) error
	PrivateGet(key string) (string, bool)
	PrivateSet(key, value string) error
	PrivateDelete(key string)
	PersistentGet(key string) (string, bool)
	PersistentSet(key, value string) error
	PersistentDelete(key string)
	PersistentCompareAndSet(key string, expected, value *string) (bool, error)
	Session() Session
	DefaultRoom() (string, bool)
	Join(room string) error
	Leave(room string) error
	Emit(room, event, data string) (uint32, error)
	RoomState(room string) (string, error)
	SetRoomState(room, changes string) error
	Count(room string) (uint32, error)
	Call(room, action string, payload *string) (*string, error)
	Broadcast(kind, data string, exceptSender bool) (uint32, error)
	After(ms uint64, name string, payload *string) (uint64, error)
	Every(ms uint64, name string, payload *string) (uint64, error)
	Cancel(id uint64)
	StoreGet(key string) ([]byte, bool, error)
	StoreSet(key string, value []byte) error
	StoreDelete(key string) error
	Fetch(request Request) (Response, error)
	ReadUpload(id string, offset uint64, length uint32) ([]byte, error)
	Config(key string) (string, bool)
	Log(level Level, message string)
	Now() uint64
	Random(length uint32) []byte
}

// Session is who is behind an event.
type Session struct {
	Authenticated bool
	// UserID is verified by the daemon; nil for an anonymous visitor.
	UserID *string
	// Label is what the browser says. Anybody may say anything.
	Label        *string
	ConnectionID *string
	Roles        []string
	Permissions  []string
	// Claims is a JSON object.
	Claims string
}

// User is the verified user, else the label, else nil.
func (s Session) User() *string {
	if s.UserID != nil {
		return s.UserID
	}
	return s.Label
}

// Request is an outgoing HTTP request. An empty Method is GET.
type Request struct {
	Method, URL string
	Headers     [][2]string
	Body        []byte
}

// Response is the whole answer.
type Response struct {
	Status  uint16
	Headers [][2]string
	Body    []byte
}

// Level is how much a line of the log matters.
type Level uint8

// In the order of the interface.
const (
	Trace Level = iota
	Debug
	Info
	Warn
	Error
)
