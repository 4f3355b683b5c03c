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

func TestBumpCounts(t *testing.T) {
	h := mounted(t)
	h.Call("bump", `{"key": "n"}`)
	h.Call("bump", `{"key": "n"}`)
	livetest.Same(t, h.Answer(), "2")
}
