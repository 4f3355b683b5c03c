package main

import (
	"strings"
	"testing"

	"liveside/live"
	"liveside/livetest"
)

func mounted(t *testing.T) *livetest.Harness {
	return livetest.Mount(t, "GoProbe", livetest.Setup{Room: "den"})
}

func TestValuesGoThroughAsTheyAre(t *testing.T) {
	h := mounted(t)
	for _, value := range []string{"1", `"x"`, `[1,{"a":null}]`, "true", "9223372036854775807", "null"} {
		if failed := h.Call("echo", value); failed != nil {
			t.Fatal(failed)
		}
		livetest.Same(t, h.Answer(), value)
	}
}

func TestChangesBeforeAFailureStay(t *testing.T) {
	h := mounted(t)
	if failed := h.Call("fail", `{"message": "Oops"}`); failed.Code != live.CodeFailed || failed.Message != "Oops" {
		t.Error(failed)
	}
	if h.Delta() == "{}" {
		t.Error("the change is gone")
	}
	if failed := h.Call("deny", ""); failed.Code != live.CodeDenied {
		t.Error(failed)
	}
}

func TestABugIsACrashWithItsStack(t *testing.T) {
	failed := mounted(t).Call("crash", "")
	if failed.Code != live.CodeCrashed || !strings.Contains(failed.Message, "actions.go") {
		t.Error(failed)
	}
}

func TestAMethodThatIsNotPublicHasAdvice(t *testing.T) {
	h := mounted(t)
	failed := h.Call("secretly", "")
	if failed == nil || failed.Code != live.CodeNotCallable || !strings.Contains(failed.Message, "to actions() in actions.go") {
		t.Error(failed)
	}
	if hidden := h.Definition().HiddenActions; len(hidden) != 1 || hidden[0].Name != "secretly" {
		t.Error(hidden)
	}
}

func TestActionsAreRefusedByRuleAndByHook(t *testing.T) {
	h := mounted(t)
	if failed := h.Call("admin", ""); failed == nil || failed.Code != live.CodeDenied {
		t.Error(failed)
	}
	h.SignIn("root", []string{"admin"}, nil)
	works(t, h.Call("admin", ""))
	if failed := h.Call("forbidden", ""); failed == nil || failed.Message != "Never." {
		t.Error(failed)
	}
}

func TestTimersComeAndAreCancelled(t *testing.T) {
	h := mounted(t)
	works(t, h.Call("after", `{"ms": 30, "name": "once", "payload": {"a": 1}}`))
	works(t, h.Call("every", `{"ms": 20, "name": "tick"}`))
	works(t, h.Advance(45))
	if !strings.Contains(h.State(), `"log":["connect","mount den","timer tick null","timer once {\"a\":1}","timer tick null"]`) {
		t.Error(h.State())
	}
	works(t, h.Call("cancel", `{"timer": 2}`))
	works(t, h.Advance(100))
	livetest.Same(t, h.Delta(), "{}")
}

func TestUploadsAreReadInParts(t *testing.T) {
	h := mounted(t)
	if failed := h.Upload(live.File{ID: "u", Name: "a.png"}, nil); failed == nil || failed.Message != "No pictures." {
		t.Error(failed)
	}
	works(t, h.Upload(live.File{ID: "u", Name: "a.txt", Stage: live.UploadComplete}, make([]byte, 100000)))
	livetest.Same(t, h.Delta(), `{"log": ["connect", "mount den", "upload complete 100000"]}`)
}

func TestEndingsAreCounted(t *testing.T) {
	h := mounted(t)
	works(t, h.Disconnect())
	works(t, h.Destroy())
	if h.Persistent("disconnected") != "1" || h.Persistent("destroyed") != "1" {
		t.Error(h.Persistent("disconnected"), h.Persistent("destroyed"))
	}
}

func TestTheStateOfTheOtherVersionIsTakenOver(t *testing.T) {
	state, failed := livetest.Migrate(t, "GoProbe", "other", `{"value": 7, "log": [], "changed": []}`)
	works(t, failed)
	if !strings.Contains(state, ":7") || strings.Contains(state, "value") != (version == "1.0.0") {
		t.Error(state)
	}
}

func TestARoomRefusesTheFourth(t *testing.T) {
	h := livetest.Mount(t, "gobox", livetest.Setup{})
	works(t, h.MemberJoin("c", 3))
	if failed := h.MemberJoin("d", 4); failed == nil || failed.Message != "Full." {
		t.Error(failed)
	}
	works(t, h.Call("put", `{"item": "x"}`))
	livetest.Same(t, h.State(), `{"items": ["x"]}`)
}

func works(t *testing.T, failed *live.Failure) {
	t.Helper()
	if failed != nil {
		t.Fatal(failed)
	}
}

func TestBumpCounts(t *testing.T) {
	h := mounted(t)
	works(t, h.Call("bump", `{"key": "n"}`))
	h.Interfere(3, "41")
	works(t, h.Call("bump", `{"key": "n"}`))
	livetest.Same(t, h.Answer(), "42")
}
