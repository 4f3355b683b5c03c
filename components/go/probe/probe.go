// Command probe has every feature once: a fixture for the conformance tests, not an example.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"liveside/live"
)

// Probe is the state.
type Probe struct {
	Number
	Log     []string `json:"log"`
	Changed []string `json:"changed"`
}

func init() {
	live.Register(live.Component[Probe]{
		Name: "GoProbe", Version: version,
		Default:    Probe{Log: []string{}, Changed: []string{}},
		Persistent: map[string]any{"kept": 0},
		SetValue:   true,
		Actions:    actions(),
		HiddenActions: map[string]string{
			"secretly": `add "secretly": live.Action((*Probe).secretly) to actions() in actions.go`,
		},
		RoomEvents: []live.On[Probe]{{Event: "NEWS", Room: "*", Run: (*Probe).news}},
		Timers:     map[string]func(*Probe, *live.Context, live.Timer) error{"*": (*Probe).timer},
		OnConnect:  func(p *Probe, _ *live.Context) error { return p.line("connect") },
		OnMount: func(p *Probe, _ *live.Context, mount live.Mount) error {
			if mount.Room == "" {
				mount.Room = "-"
			}
			return p.line("mount " + mount.Room)
		},
		OnRehydrate: func(p *Probe, _ *live.Context, from string) error { return p.line("rehydrate " + from) },
		OnReload:    func(p *Probe, _ *live.Context, from string) error { return p.line("reload " + from) },
		OnRoomJoin:  func(p *Probe, _ *live.Context, room string) error { return p.line("join " + room) },
		OnRoomLeave: func(p *Probe, _ *live.Context, room string) error { return p.line("leave " + room) },
		OnAction: func(_ *Probe, _ *live.Context, action string) error {
			if action == "forbidden" {
				return errors.New("Never.")
			}
			return nil
		},
		OnStateChange: (*Probe).stateChange,
		OnUpload:      (*Probe).upload,
		OnDisconnect:  func(_ *Probe, cx *live.Context) error { return count(cx, "disconnected") },
		OnDestroy:     func(_ *Probe, cx *live.Context) error { return count(cx, "destroyed") },
		Migrate:       migrate,
	})
	live.Register(live.Component[Hall]{
		Name: "GoHall", Version: "1.0.0", Singleton: true,
		Actions: map[string]live.ActionOf[Hall]{
			"readFile": live.Action((*Hall).readFile), "variable": live.Action((*Hall).variable),
		},
		OnClientJoin: (*Hall).count, OnClientLeave: (*Hall).count,
	})
	live.Register(live.Component[Box]{
		Name: "gobox", Room: "gobox", Version: "1.0.0", Default: Box{Items: []json.RawMessage{}},
		Actions:      map[string]live.ActionOf[Box]{"put": live.Action((*Box).put)},
		OnMemberJoin: (*Box).join,
	})
}

func main() {}

func (p *Probe) line(text string) error {
	p.Log = append(p.Log, text)
	return nil
}

func count(cx *live.Context, key string) error {
	_, err := live.Update(cx, key, func(old int64) int64 { return old + 1 })
	return err
}

func (p *Probe) news(_ *live.Context, event live.RoomEvent) error {
	var data json.RawMessage
	if err := event.Data(&data); err != nil {
		return err
	}
	return p.line(fmt.Sprintf("news %s %s", event.Room, data))
}

func (p *Probe) timer(_ *live.Context, timer live.Timer) error {
	return p.line(fmt.Sprintf("timer %s %s", timer.Name, timer.Payload))
}

func (p *Probe) stateChange(_ *live.Context, keys []string) error {
	if len(keys) == 1 && keys[0] == "log" {
		return nil
	}
	p.Changed = slices.Sorted(slices.Values(keys))
	return nil
}

func (p *Probe) upload(cx *live.Context, file live.File) error {
	switch file.Stage {
	case live.UploadStart:
		if strings.HasSuffix(file.Name, ".png") {
			return errors.New("No pictures.")
		}
		return nil
	case live.UploadProgress:
		return p.line("upload progress")
	case live.UploadFailed:
		return p.line("upload failed")
	}
	var total uint64
	for {
		part, err := cx.Host().ReadUpload(file.ID, total, 64*1024)
		if err != nil {
			return err
		}
		if len(part) == 0 {
			return p.line(fmt.Sprintf("upload complete %d", total))
		}
		total += uint64(len(part))
	}
}

// Hall is a singleton.
type Hall struct {
	Members uint32 `json:"members"`
}

func (h *Hall) count(_ *live.Context, member live.Member) error {
	h.Members = member.Count
	return nil
}

// Box is the logic of rooms.
type Box struct {
	Items []json.RawMessage `json:"items"`
}

func (b *Box) put(_ *live.Context, given struct {
	Item any `json:"item"`
}) (int, error) {
	item, err := json.Marshal(given.Item)
	b.Items = append(b.Items, item)
	return len(b.Items), err
}

func (b *Box) join(_ *live.Context, member live.Member) error {
	if member.Count > 3 {
		return errors.New("Full.")
	}
	return nil
}
