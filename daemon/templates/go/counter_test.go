package main

import (
	"testing"

	"liveside/livetest"
)

func TestItCounts(t *testing.T) {
	h := livetest.Mount(t, "{{component}}", livetest.Setup{})
	if failed := h.Call("increment", `{"by": 2}`); failed != nil {
		t.Fatal(failed)
	}
	livetest.Same(t, h.Answer(), `2`)
	livetest.Same(t, h.State(), `{"count": 2}`)
}
