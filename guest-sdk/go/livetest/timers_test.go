package livetest_test

import (
	"errors"
	"fmt"
	"testing"

	"liveside/live"
	"liveside/livetest"
)

// Clock starts timers.
type Clock struct {
	Log []string `json:"log"`
}

func (c *Clock) due(cx *live.Context, timer live.Timer) error {
	c.Log = append(c.Log, fmt.Sprintf("%d %s %s", cx.NowMs(), timer.Name, timer.Payload))
	return nil
}

type start struct {
	Ms      uint64 `json:"ms"`
	Name    string `json:"name"`
	Payload any    `json:"payload"`
}

func init() {
	live.Register(live.Component[Clock]{
		Name: "Clock", Version: "1.0.0", Default: Clock{Log: []string{}},
		Timers: map[string]func(*Clock, *live.Context, live.Timer) error{
			"*":    (*Clock).due,
			"fail": func(*Clock, *live.Context, live.Timer) error { return errors.New("Late.") },
		},
		Actions: map[string]live.ActionOf[Clock]{
			"after": live.Action(func(_ *Clock, cx *live.Context, given start) (uint64, error) {
				return cx.After(given.Ms, given.Name, given.Payload)
			}),
			"every": live.Action(func(_ *Clock, cx *live.Context, given start) (uint64, error) {
				return cx.Every(given.Ms, given.Name, given.Payload)
			}),
			"cancel": live.Action(func(_ *Clock, cx *live.Context, id uint64) (live.None, error) {
				cx.Cancel(id)
				return live.None{}, nil
			}),
		},
	})
}

func TestTimersComeInTheOrderOfTheirTime(t *testing.T) {
	h := livetest.Mount(t, "Clock", livetest.Setup{NowMs: 1000})
	works(t, h.Call("after", `{"ms": 30, "name": "once", "payload": {"a": 1}}`))
	livetest.Same(t, h.Answer(), "1")
	asked(t, h, livetest.Effect{Kind: "after", Name: "once", Data: `{"a":1}`, Ms: 30})
	works(t, h.Call("every", `{"ms": 20, "name": "tick"}`))
	works(t, h.Advance(45))
	livetest.Same(t, h.State(), `{"log": ["1020 tick null", "1030 once {\"a\":1}", "1040 tick null"]}`)
	works(t, h.Advance(5))
	livetest.Same(t, h.Delta(), "{}")
}

func TestACancelledTimerDoesNotCome(t *testing.T) {
	h := livetest.Mount(t, "Clock", livetest.Setup{})
	works(t, h.Call("every", `{"ms": 20, "name": "tick"}`))
	works(t, h.Call("cancel", "1"))
	asked(t, h, livetest.Effect{Kind: "cancel", Name: "tick"})
	works(t, h.Call("cancel", "1"))
	asked(t, h)
	works(t, h.Advance(100))
	livetest.Same(t, h.State(), `{"log": []}`)
}

func TestATimerThatFailsDoesNotStopTheOthers(t *testing.T) {
	h := livetest.Mount(t, "Clock", livetest.Setup{})
	works(t, h.Call("after", `{"ms": 1, "name": "fail"}`))
	works(t, h.Call("after", `{"ms": 2, "name": "once"}`))
	fails(t, h.Advance(2), "Late.")
	livetest.Same(t, h.State(), `{"log": ["2 once null"]}`)
}

func TestAnIntervalOfNothingIsRefused(t *testing.T) {
	failed := livetest.Mount(t, "Clock", livetest.Setup{}).Call("every", `{"ms": 0, "name": "tick"}`)
	fails(t, failed, "The interval is too short")
	if failed.Code != live.CodeLimit {
		t.Error(failed.Code)
	}
}
