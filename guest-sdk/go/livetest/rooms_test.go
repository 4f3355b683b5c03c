package livetest_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"liveside/live"
	"liveside/livetest"
)

// Member is in rooms; its log is what happened to it.
type Member struct {
	Log []string `json:"log"`
}

func (m *Member) line(format string, arguments ...any) error {
	m.Log = append(m.Log, fmt.Sprintf(format, arguments...))
	return nil
}

func hear(kind string) func(*Member, *live.Context, live.RoomEvent) error {
	return func(m *Member, _ *live.Context, event live.RoomEvent) error {
		var number int
		if err := event.Data(&number); err != nil {
			return err
		}
		return m.line("%s %s %d", kind, event.Room, number)
	}
}

type named struct {
	Room string `json:"room"`
}

func init() {
	live.Register(live.Component[Member]{
		Name: "Member", Version: "1.0.0", Default: Member{Log: []string{}},
		RoomEvents: []live.On[Member]{
			{Event: "NEWS", Run: hear("home")},
			{Event: "NEWS", Room: "chat:*", Run: hear("chat")},
			{Event: "NEWS", Room: "hall", Run: hear("hall")},
			{Event: "OTHER", Room: "*", Run: hear("any")},
		},
		OnRoomJoin:  func(m *Member, _ *live.Context, room string) error { return m.line("joined %s", room) },
		OnRoomLeave: func(m *Member, _ *live.Context, room string) error { return m.line("left %s", room) },
		Actions: map[string]live.ActionOf[Member]{
			"join": live.Action(func(_ *Member, cx *live.Context, given named) (live.None, error) {
				return live.None{}, cx.RoomNamed(given.Room).Join()
			}),
			"leave": live.Action(func(_ *Member, cx *live.Context, given named) (live.None, error) {
				return live.None{}, cx.RoomNamed(given.Room).Leave()
			}),
			"emit": live.Action(func(_ *Member, cx *live.Context, given named) (uint32, error) {
				return cx.RoomNamed(given.Room).Emit("NEWS", 1)
			}),
			"topic": live.Action(func(_ *Member, cx *live.Context, given named) (state any, err error) {
				room := cx.RoomNamed(given.Room)
				if err = room.SetState(map[string]string{"topic": given.Room}); err == nil {
					err = room.State(&state)
				}
				return state, err
			}),
			"spoil": live.Action(func(_ *Member, cx *live.Context, given named) (live.None, error) {
				return live.None{}, cx.RoomNamed(given.Room).SetState(1)
			}),
			"call": live.Action(func(_ *Member, cx *live.Context, given named) (answer int, err error) {
				return answer, cx.RoomNamed("box:"+given.Room).Call("put", given, &answer)
			}),
			"shout": live.Action(func(_ *Member, cx *live.Context, _ live.None) (uint32, error) {
				return cx.Broadcast("HEY", []int{1})
			}),
		},
	})
	live.Register(live.Component[Member]{
		Name: "den", Room: "den", Version: "1.0.0", Default: Member{Log: []string{}},
		OnMemberJoin: func(m *Member, _ *live.Context, member live.Member) error {
			if member.Count > 1 {
				return errors.New("Full.")
			}
			return m.line("%s came", member.ID)
		},
		OnMemberLeave: func(m *Member, _ *live.Context, member live.Member) error { return m.line("%s went", member.ID) },
		OnEmpty:       func(m *Member, _ *live.Context) error { return m.line("empty") },
	})
}

func works(t *testing.T, failed *live.Failure) {
	t.Helper()
	if failed != nil {
		t.Fatal(failed)
	}
}

func fails(t *testing.T, failed *live.Failure, message string) {
	t.Helper()
	if failed == nil || failed.Message != message {
		t.Errorf("is %v, expected %s", failed, message)
	}
}

func asked(t *testing.T, h *livetest.Harness, effects ...livetest.Effect) {
	t.Helper()
	if !reflect.DeepEqual(h.Effects(), effects) {
		t.Errorf("%+v", h.Effects())
	}
}

func TestRoomEventsFindTheirHandler(t *testing.T) {
	h := livetest.Mount(t, "Member", livetest.Setup{Room: "home"})
	works(t, h.RoomEvents(live.NewRoomEvent("home", "NEWS", "1"), live.NewRoomEvent("chat:a", "NEWS", "2"),
		live.NewRoomEvent("hall", "NEWS", "3"), live.NewRoomEvent("hallway", "NEWS", "4"),
		live.NewRoomEvent("hallway", "OTHER", "5")))
	livetest.Same(t, h.State(), `{"log": ["home home 1", "chat chat:a 2", "hall hall 3", "any hallway 5"]}`)
}

func TestOneRoomEventThatFailsDoesNotStopTheOthers(t *testing.T) {
	h := livetest.Mount(t, "Member", livetest.Setup{Room: "home"})
	failed := h.RoomEvents(live.NewRoomEvent("home", "NEWS", `"x"`), live.NewRoomEvent("home", "NEWS", "2"))
	if failed == nil || failed.Code != live.CodeFailed {
		t.Error(failed)
	}
	livetest.Same(t, h.State(), `{"log": ["home home 2"]}`)
}

func TestOnlyMembersSpeakInARoom(t *testing.T) {
	h := livetest.Mount(t, "Member", livetest.Setup{Room: "home"})
	fails(t, h.Call("emit", `"hall"`), "The component is not in the room hall")
	works(t, h.Call("join", `"hall"`))
	asked(t, h, livetest.Effect{Kind: "join", Room: "hall"})
	h.SetMembers("hall", 3)
	works(t, h.Call("emit", `"hall"`))
	livetest.Same(t, h.Answer(), "2")
	asked(t, h, livetest.Effect{Kind: "emit", Room: "hall", Name: "NEWS", Data: "1"})
	works(t, h.Call("leave", `"hall"`))
	fails(t, h.Call("topic", `"hall"`), "The component is not in the room hall")
	works(t, h.RoomJoin("hall"))
	works(t, h.RoomLeave("hall"))
	livetest.Same(t, h.Delta(), `{"log": ["joined hall", "left hall"]}`)
}

func TestMembersShareState(t *testing.T) {
	h := livetest.Mount(t, "Member", livetest.Setup{Room: "home"})
	works(t, h.Call("topic", `"home"`))
	livetest.Same(t, h.Answer(), `{"topic": "home"}`)
	asked(t, h, livetest.Effect{Kind: "roomState", Room: "home", Data: `{"topic":"home"}`})
	fails(t, h.Call("spoil", `"home"`), "The changes are not a JSON object")
}

func TestARoomsLogicAnswers(t *testing.T) {
	logic := func(room, action, payload string) (any, error) {
		if payload != `{"room":"a"}` {
			return nil, errors.New("No " + room + " here.")
		}
		return len(action), nil
	}
	h := livetest.Mount(t, "Member", livetest.Setup{RoomLogic: logic})
	works(t, h.Call("call", `"a"`))
	livetest.Same(t, h.Answer(), "3")
	fails(t, h.Call("call", `"b"`), "No box:b here.")
	fails(t, livetest.Mount(t, "Member", livetest.Setup{}).Call("call", `"a"`), "no logic for the room: mount with RoomLogic")
}

func TestABroadcastReachesTheDefaultRoom(t *testing.T) {
	h := livetest.Mount(t, "Member", livetest.Setup{Room: "home"})
	h.SetMembers("home", 4)
	works(t, h.Call("shout", ""))
	livetest.Same(t, h.Answer(), "4")
	asked(t, h, livetest.Effect{Kind: "broadcast", Room: "home", Name: "HEY", Data: "[1]"})
}

func TestARoomHasMembers(t *testing.T) {
	h := livetest.Mount(t, "den", livetest.Setup{})
	works(t, h.MemberJoin("a", 1))
	fails(t, h.MemberJoin("b", 2), "Full.")
	works(t, h.MemberLeave("a", 0))
	livetest.Same(t, h.State(), `{"log": ["a came", "a went", "empty"]}`)
}
