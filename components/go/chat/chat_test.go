package main

import (
	"strings"
	"testing"

	"liveside/livetest"
)

func TestAMessageIsKeptAndTold(t *testing.T) {
	h := livetest.Mount(t, "GoChat", livetest.Setup{Room: "lobby", User: "ana"})
	livetest.Same(t, h.State(), `{"messages": [], "members": 1}`)
	if failed := h.Call("send", `{"text": "  Hello "}`); failed != nil {
		t.Fatal(failed)
	}
	livetest.Same(t, h.Answer(), `{"id": 1}`)
	livetest.Same(t, h.Delta(), `{"messages": [{"id": 1, "user": "ana", "text": "Hello"}]}`)
	h.Call("mine", "")
	livetest.Same(t, h.Answer(), `{"sent": 1}`)
}

func TestTheLast50StayAndEmptyTextsAreRefused(t *testing.T) {
	h := livetest.Mount(t, "GoChat", livetest.Setup{Room: "lobby"})
	for range 53 {
		h.Call("send", `"Hi"`)
	}
	if !strings.Contains(h.State(), `"messages":[{"id":4,`) {
		t.Error(h.State())
	}
	if failed := h.Call("send", `{"text": " "}`); failed == nil || failed.Message != "Say something first." {
		t.Error(failed)
	}
}

func TestWhoComesLaterReadsWhatWasSaid(t *testing.T) {
	first := livetest.Mount(t, "GoChat", livetest.Setup{Room: "lobby", Label: "ana"})
	first.Call("send", `"Hi"`)
	second := livetest.Mount(t, "GoChat", livetest.Setup{Room: "lobby", Beside: first})
	livetest.Same(t, second.State(), `{"messages": [{"id": 1, "user": "ana", "text": "Hi"}], "members": 1}`)
	second.SetMembers("lobby", 2)
	second.RoomEvent("lobby", "MEMBERS", "{}")
	livetest.Same(t, second.Delta(), `{"members": 2}`)
}

func TestAChatNeedsARoom(t *testing.T) {
	h := livetest.Mount(t, "GoChat", livetest.Setup{})
	if errors := h.HookErrors(); len(errors) != 1 || errors[0].Message != "A chat needs a room." {
		t.Error(errors)
	}
}
