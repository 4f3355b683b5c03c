package main

import (
	"encoding/json"
	"reflect"
	"testing"

	"liveside/live"
	"liveside/livetest"
)

// inTheLobby mounts the counter over a room's logic as components/tally has it.
func inTheLobby(t *testing.T, number int64) *livetest.Harness {
	tally := func(room, action, payload string) (any, error) {
		if room != "tally:lobby" {
			t.Errorf("called %s", room)
		}
		var given struct{ By int64 }
		_ = json.Unmarshal([]byte(payload), &given)
		switch action {
		case "add":
			number += given.By
		case "reset":
			number = 0
		}
		return number, nil
	}
	return livetest.Mount(t, "GoCounter", livetest.Setup{Room: "lobby", User: "ana", RoomLogic: tally})
}

func works(t *testing.T, failed *live.Failure) {
	t.Helper()
	if failed != nil {
		t.Fatal(failed)
	}
}

func told(t *testing.T, h *livetest.Harness, event, data string) {
	t.Helper()
	expected := []livetest.Effect{{Kind: "emit", Room: "lobby", Name: event, Data: data}}
	if !reflect.DeepEqual(h.Effects(), expected) {
		t.Errorf("%v", h.Effects())
	}
}

func TestAChangeIsToldToTheRoom(t *testing.T) {
	h := inTheLobby(t, 0)
	works(t, h.Call("increment", `{"by": 2}`))
	livetest.Same(t, h.Answer(), `{"success": true, "count": 2}`)
	livetest.Same(t, h.Delta(), `{"count": 2, "lastUpdatedBy": "ana"}`)
	told(t, h, "COUNT_CHANGED", `{"count":2,"userId":"ana"}`)
	works(t, h.Call("decrement", ""))
	livetest.Same(t, h.Answer(), `{"success": true, "count": 1}`)
	works(t, h.Call("reset", ""))
	livetest.Same(t, h.Answer(), `{"success": true, "count": 0}`)
}

func TestTheCountIsWhatAllHaveCountedWhateverTheOrderOfTheEvents(t *testing.T) {
	h := inTheLobby(t, 7)
	livetest.Same(t, h.State(), `{"count": 7, "lastUpdatedBy": null, "connectedUsers": 1}`)
	works(t, h.RoomEvent("lobby", "COUNT_CHANGED", `{"count": 3, "userId": "bo"}`))
	livetest.Same(t, h.Delta(), `{"lastUpdatedBy": "bo"}`)
}

func TestComingAndGoingAreCounted(t *testing.T) {
	h := inTheLobby(t, 0)
	told(t, h, "USER_COUNT_CHANGED", `{"connectedUsers":1}`)
	h.SetMembers("lobby", 3)
	works(t, h.RoomEvent("lobby", "USER_COUNT_CHANGED", `{"connectedUsers": 3}`))
	livetest.Same(t, h.Delta(), `{"connectedUsers": 3}`)
	works(t, h.Destroy())
	told(t, h, "USER_COUNT_CHANGED", `{"connectedUsers":2}`)
}

func TestWithoutARoomItCountsAlone(t *testing.T) {
	h := livetest.Mount(t, "GoCounter", livetest.Setup{Label: "guest"})
	works(t, h.Call("increment", "5"))
	livetest.Same(t, h.State(), `{"count": 5, "lastUpdatedBy": "guest", "connectedUsers": 1}`)
	if failed := h.Call("increment", `{"by": "much"}`); failed == nil || failed.Code != live.CodeInvalidPayload {
		t.Errorf("%v", failed)
	}
	if failed := h.Call("explode", ""); failed == nil || failed.Code != live.CodeNotCallable {
		t.Errorf("%v", failed)
	}
}
