package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"

	"liveside/live"
)

type (
	keyed struct {
		Key string `json:"key"`
	}
	valued struct {
		Key   string `json:"key"`
		Value any    `json:"value"`
	}
	texted struct {
		Key  string `json:"key"`
		Text string `json:"text"`
	}
	started struct {
		Ms      uint64           `json:"ms"`
		Name    string           `json:"name"`
		Payload *json.RawMessage `json:"payload"`
	}
	inRoom struct {
		Room string `json:"room"`
	}
	said struct {
		Message string `json:"message"`
	}
)

func actions() map[string]live.ActionOf[Probe] {
	set := live.Action((*Probe).set)
	set.PayloadSchema = setSchema
	limited := live.Action((*Probe).nothing)
	limited.RateLimit = live.RateLimit{Burst: 2, PerMinute: 1}
	admin := live.Action((*Probe).nothing)
	admin.Access = live.Access{Roles: []string{"admin"}}
	return map[string]live.ActionOf[Probe]{
		"echo":         live.Action((*Probe).echo),
		"nothing":      live.Action((*Probe).nothing),
		"set":          set,
		"fail":         live.Action((*Probe).fail),
		"deny":         live.Action((*Probe).deny),
		"crash":        live.Action((*Probe).crash),
		"spin":         live.Action((*Probe).spin),
		"remember":     live.Action((*Probe).remember),
		"recall":       live.Action((*Probe).recall),
		"keep":         live.Action((*Probe).keep),
		"kept":         live.Action((*Probe).kept),
		"bump":         live.Action((*Probe).bump),
		"store":        live.Action((*Probe).store),
		"stored":       live.Action((*Probe).stored),
		"after":        live.Action((*Probe).after),
		"every":        live.Action((*Probe).every),
		"cancel":       live.Action((*Probe).cancel),
		"join":         live.Action((*Probe).join),
		"leave":        live.Action((*Probe).leave),
		"emit":         live.Action((*Probe).emit),
		"roomState":    live.Action((*Probe).roomState),
		"setRoomState": live.Action((*Probe).setRoomState),
		"members":      live.Action((*Probe).members),
		"broadcast":    live.Action((*Probe).broadcast),
		"call":         live.Action((*Probe).call),
		"fetch":        live.Action((*Probe).fetch),
		"session":      live.Action((*Probe).session),
		"config":       live.Action((*Probe).config),
		"now":          live.Action((*Probe).now),
		"random":       live.Action((*Probe).random),
		"say":          live.Action((*Probe).say),
		"binary":       live.Action((*Probe).binary),
		"outside":      live.Action((*Probe).outside),
		"readFile":     live.Action((*Probe).readFile),
		"writeFile":    live.Action((*Probe).writeFile),
		"variable":     live.Action((*Probe).variable),
		"print":        live.Action((*Probe).print),
		"limited":      limited,
		"admin":        admin,
		"forbidden":    live.Action((*Probe).nothing),
	}
}

func (*Probe) echo(_ *live.Context, payload json.RawMessage) (json.RawMessage, error) {
	return payload, nil
}

func (*Probe) nothing(*live.Context, live.None) (live.None, error) { return live.None{}, nil }

func (p *Probe) set(_ *live.Context, given Number) (live.None, error) {
	p.Number = given
	return live.None{}, nil
}

func (p *Probe) fail(_ *live.Context, given said) (live.None, error) {
	p.Value++
	return live.None{}, errors.New(given.Message)
}

func (*Probe) deny(*live.Context, live.None) (live.None, error) {
	return live.None{}, live.Denied("Not you.")
}

func (p *Probe) crash(*live.Context, live.None) (int64, error) {
	p.Value++
	fmt.Print("about to crash")
	var nowhere *Probe
	return nowhere.Value, nil
}

func (*Probe) spin(*live.Context, live.None) (live.None, error) {
	for turns := 0; ; turns++ {
	}
}

func (*Probe) remember(cx *live.Context, given valued) (live.None, error) {
	return live.None{}, cx.SetPrivate(given.Key, given.Value)
}

func (*Probe) recall(cx *live.Context, given keyed) (value any, err error) {
	_, err = cx.Private(given.Key, &value)
	return value, err
}

func (*Probe) keep(cx *live.Context, given valued) (live.None, error) {
	return live.None{}, cx.SetPersistent(given.Key, given.Value)
}

func (*Probe) kept(cx *live.Context, given keyed) (value any, err error) {
	_, err = cx.Persistent(given.Key, &value)
	return value, err
}

func (*Probe) bump(cx *live.Context, given keyed) (int64, error) {
	return live.Update(cx, given.Key, func(old int64) int64 { return old + 1 })
}

func (*Probe) store(cx *live.Context, given texted) (live.None, error) {
	return live.None{}, cx.Host().StoreSet(given.Key, []byte(given.Text))
}

func (*Probe) stored(cx *live.Context, given keyed) (*string, error) {
	bytes, there, err := cx.Host().StoreGet(given.Key)
	if err != nil || !there {
		return nil, err
	}
	text := string(bytes)
	return &text, nil
}

func (s started) payload() any {
	if s.Payload == nil {
		return nil
	}
	return *s.Payload
}

func (*Probe) after(cx *live.Context, given started) (uint64, error) {
	return cx.After(given.Ms, given.Name, given.payload())
}

func (*Probe) every(cx *live.Context, given started) (uint64, error) {
	return cx.Every(given.Ms, given.Name, given.payload())
}

func (*Probe) cancel(cx *live.Context, given struct {
	Timer uint64 `json:"timer"`
}) (live.None, error) {
	cx.Cancel(given.Timer)
	return live.None{}, nil
}

func (*Probe) join(cx *live.Context, given inRoom) (live.None, error) {
	return live.None{}, cx.RoomNamed(given.Room).Join()
}

func (*Probe) leave(cx *live.Context, given inRoom) (live.None, error) {
	return live.None{}, cx.RoomNamed(given.Room).Leave()
}

func (*Probe) emit(cx *live.Context, given struct {
	Room  string `json:"room"`
	Event string `json:"event"`
	Data  any    `json:"data"`
}) (uint32, error) {
	return cx.RoomNamed(given.Room).Emit(given.Event, given.Data)
}

func (*Probe) roomState(cx *live.Context, given inRoom) (state any, err error) {
	err = cx.RoomNamed(given.Room).State(&state)
	return state, err
}

func (*Probe) setRoomState(cx *live.Context, given struct {
	Room    string `json:"room"`
	Changes any    `json:"changes"`
}) (live.None, error) {
	return live.None{}, cx.RoomNamed(given.Room).SetState(given.Changes)
}

func (*Probe) members(cx *live.Context, given inRoom) (uint32, error) {
	return cx.RoomNamed(given.Room).Count()
}

func (*Probe) broadcast(cx *live.Context, given struct {
	Kind string `json:"kind"`
	Data any    `json:"data"`
}) (uint32, error) {
	return cx.Broadcast(given.Kind, given.Data)
}

func (*Probe) call(cx *live.Context, given struct {
	Room    string `json:"room"`
	Action  string `json:"action"`
	Payload any    `json:"payload"`
}) (answer any, err error) {
	err = cx.RoomNamed(given.Room).Call(given.Action, given.Payload, &answer)
	return answer, err
}

func (*Probe) fetch(cx *live.Context, given struct {
	URL string `json:"url"`
}) (map[string]any, error) {
	response, err := cx.Fetch(live.Request{URL: given.URL})
	return map[string]any{"status": response.Status, "body": string(response.Body)}, err
}

func (*Probe) session(cx *live.Context, _ live.None) (map[string]any, error) {
	session := cx.Session()
	roles := append([]string{}, session.Roles...)
	return map[string]any{"authenticated": session.Authenticated, "userId": session.UserID, "roles": roles,
		"label": session.Label}, nil
}

func (*Probe) config(cx *live.Context, given keyed) (*string, error) {
	value, there := cx.Config(given.Key)
	if !there {
		return nil, nil
	}
	return &value, nil
}

func (*Probe) now(cx *live.Context, _ live.None) (uint64, error) { return cx.NowMs(), nil }

func (*Probe) random(cx *live.Context, _ live.None) (string, error) {
	return hex.EncodeToString(cx.Host().Random(16)), nil
}

func (*Probe) say(cx *live.Context, given said) (live.None, error) {
	cx.Log(live.Info, "%s", given.Message)
	return live.None{}, nil
}

func (*Probe) binary(cx *live.Context, given struct {
	Name string `json:"name"`
	Text string `json:"text"`
}) (live.None, error) {
	return live.None{}, cx.PushBinary(given.Name, []byte(given.Text))
}

// outside says what there is beside the interface: nothing.
func (*Probe) outside(*live.Context, live.None) (map[string]any, error) {
	reason := func(err error) any {
		if err == nil {
			return nil
		}
		return err.Error()
	}
	file, files := os.Open("/etc/passwd")
	if files == nil {
		_ = file.Close()
	}
	socket, network := net.Dial("tcp", "127.0.0.1:80")
	if network == nil {
		_ = socket.Close()
	}
	return map[string]any{"files": reason(files), "network": reason(network), "environment": len(os.Environ())}, nil
}

type file struct {
	Path string `json:"path"`
}

type variable struct {
	Name string `json:"name"`
}

func (*Probe) readFile(_ *live.Context, given file) (string, error) { return given.read() }

func (*Probe) writeFile(_ *live.Context, given struct {
	Path string `json:"path"`
	Text string `json:"text"`
}) (live.None, error) {
	return live.None{}, os.WriteFile(given.Path, []byte(given.Text), 0o644)
}

func (*Probe) variable(_ *live.Context, given variable) (*string, error) { return given.read(), nil }

func (h *Hall) readFile(_ *live.Context, given file) (string, error) { return given.read() }

func (h *Hall) variable(_ *live.Context, given variable) (*string, error) { return given.read(), nil }

func (f file) read() (string, error) {
	text, err := os.ReadFile(f.Path)
	return string(text), err
}

func (v variable) read() *string {
	value, there := os.LookupEnv(v.Name)
	if !there {
		return nil
	}
	return &value
}

func (*Probe) print(_ *live.Context, given said) (live.None, error) {
	_, err := fmt.Println(given.Message)
	return live.None{}, err
}
