package live_test

import (
	"errors"
	"fmt"
	"testing"

	"liveside/live"
	"liveside/livetest"
)

// Failing fails in every way; Count says which changes stay.
type Failing struct {
	Count int64 `json:"count"`
}

func failing(err error) live.ActionOf[Failing] {
	return live.Action(func(f *Failing, _ *live.Context, _ live.None) (live.None, error) {
		f.Count++
		return live.None{}, err
	})
}

func init() {
	live.Register(live.Component[Failing]{
		Name: "Failing", Version: "1.0.0",
		Actions: map[string]live.ActionOf[Failing]{
			"error":   failing(errors.New("It is full.")),
			"wrapped": failing(fmt.Errorf("while saving: %w", live.Denied("Not you."))),
			"joined":  failing(errors.Join(errors.New("one"), live.Invalid("%d is odd", 3))),
			"limit":   failing(&live.HostError{Code: live.HostLimit, Message: "too large"}),
			"host":    failing(&live.HostError{Code: live.HostTimeout, Message: "too late"}),
			"own":     failing(&live.Failure{Code: live.CodeLimit, Message: "enough"}),
			"panic": live.Action(func(f *Failing, cx *live.Context, _ live.None) (live.None, error) {
				f.Count++
				if err := cx.SetPrivate("key", 1); err != nil {
					return live.None{}, err
				}
				panic("a bug")
			}),
			"chosen": live.Action(func(*Failing, *live.Context, live.None) (any, error) { return make(chan int), nil }),
		},
		HiddenActions: map[string]string{"secretly": "add it to Actions in failure_test.go"},
		Migrate: func(_ *live.Context, from string, state map[string]any) error {
			switch from {
			case "bad":
				return live.Invalid("no %s", from)
			case "bug":
				panic("a bug")
			}
			state["count"] = state["number"]
			delete(state, "number")
			return nil
		},
	})
}

func TestErrorsHaveCodes(t *testing.T) {
	h := livetest.Mount(t, "Failing", livetest.Setup{})
	for action, expected := range map[string]live.Failure{
		"error":   {Code: live.CodeFailed, Message: "It is full."},
		"wrapped": {Code: live.CodeDenied, Message: "while saving: Not you."},
		"joined":  {Code: live.CodeInvalidPayload, Message: "one\n3 is odd"},
		"limit":   {Code: live.CodeLimit, Message: "too large"},
		"host":    {Code: live.CodeFailed, Message: "too late"},
		"own":     {Code: live.CodeLimit, Message: "enough"},
	} {
		if failed := h.Call(action, ""); failed == nil || *failed != expected {
			t.Errorf("%s is %+v", action, failed)
		}
	}
	livetest.Same(t, h.State(), `{"count": 6}`)
}

func TestAPanicIsACrashThatLeavesNothing(t *testing.T) {
	h := livetest.Mount(t, "Failing", livetest.Setup{})
	failed := h.Call("panic", "")
	fails(t, failed, live.CodeCrashed, "a bug\n")
	fails(t, failed, live.CodeCrashed, "failure_test.go")
	livetest.Same(t, h.State(), `{"count": 0}`)
	if h.Private("key") != "" {
		t.Error("private data of the crash is there")
	}
	// An answer without a JSON form is a bug as well.
	fails(t, h.Call("chosen", ""), live.CodeCrashed, "unsupported type")
}

func TestWhoCallsAMethodThatIsNotPublicIsTold(t *testing.T) {
	h := livetest.Mount(t, "Failing", livetest.Setup{})
	fails(t, h.Call("secretly", ""), live.CodeNotCallable,
		"Failing has no public action `secretly`: add it to Actions in failure_test.go")
	failed := h.Call("missing", "")
	if failed == nil || *failed != (live.Failure{Code: live.CodeNotCallable, Message: "Failing has no public action `missing`"}) {
		t.Errorf("%+v", failed)
	}
}

func TestMigrationsGiveThisVersionsState(t *testing.T) {
	state, failed := livetest.Migrate(t, "Failing", "0.9", `{"number": 7}`)
	if failed != nil {
		t.Fatal(failed)
	}
	livetest.Same(t, state, `{"count": 7}`)
	_, failed = livetest.Migrate(t, "Failing", "bad", "{}")
	fails(t, failed, live.CodeInvalidPayload, "no bad")
	_, failed = livetest.Migrate(t, "Failing", "bug", "{}")
	fails(t, failed, live.CodeCrashed, "a bug")
	_, failed = livetest.Migrate(t, "Failing", "0.9", "[]")
	fails(t, failed, live.CodeFailed, "")
}
