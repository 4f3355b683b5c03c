package live_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"liveside/live"
	"liveside/livetest"
)

// Taker answers what it was given.
type Taker struct{}

type page struct {
	From int64 `json:"from"`
}

type asked struct {
	page
	Name   string   `json:"name"`
	Tags   []string `json:"tags"`
	By     *int64   `json:"by"`
	Other  any      `json:"other"`
	Plain  bool
	Secret string `json:"-"`
	inside int
}

func same[P any](_ *Taker, _ *live.Context, given P) (P, error) { return given, nil }

func init() {
	live.Register(live.Component[Taker]{
		Name: "Taker", Version: "1.0.0",
		Actions: map[string]live.ActionOf[Taker]{
			"asked": live.Action(same[asked]),
			"page":  live.Action(same[page]),
			"none":  live.Action(same[live.None]),
			"raw":   live.Action(same[json.RawMessage]),
			"list":  live.Action(same[[]int64]),
			"small": live.Action(same[struct {
				Byte uint8 `json:"byte"`
			}]),
			"time": live.Action(same[time.Time]),
			"maybe": live.Action(func(_ *Taker, _ *live.Context, given struct {
				By *int64 `json:"by"`
			}) (bool, error) {
				return given.By == nil, nil
			}),
		},
	})
}

func taker(t *testing.T) *livetest.Harness { return livetest.Mount(t, "Taker", livetest.Setup{}) }

func answers(t *testing.T, h *livetest.Harness, action, payload, answer string) {
	t.Helper()
	if failed := h.Call(action, payload); failed != nil {
		t.Fatalf("%s %s: %v", action, payload, failed)
	}
	livetest.Same(t, h.Answer(), answer)
}

func fails(t *testing.T, failed *live.Failure, code live.Code, message string) {
	t.Helper()
	if failed == nil || failed.Code != code || !strings.Contains(failed.Message, message) {
		t.Errorf("is %+v, expected code %d with %q", failed, code, message)
	}
}

func TestArgumentsAreTheFieldsOfAStruct(t *testing.T) {
	answers(t, taker(t), "asked", `{"from": 3, "name": "ana", "tags": ["a"], "by": 2, "other": {"x": [1]}, "plain": true}`,
		`{"from": 3, "name": "ana", "tags": ["a"], "by": 2, "other": {"x": [1]}, "Plain": true}`)
}

func TestPointersAndAnyMayBeMissing(t *testing.T) {
	h := taker(t)
	answers(t, h, "asked", `{"from": 1, "name": "", "tags": [], "plain": false}`,
		`{"from": 1, "name": "", "tags": [], "by": null, "other": null, "Plain": false}`)
	for _, payload := range []string{"", "null", "{}", `{"by": null}`} {
		answers(t, h, "maybe", payload, "true")
	}
}

func TestAnyOtherFieldMustBeThere(t *testing.T) {
	h := taker(t)
	fails(t, h.Call("page", "{}"), live.CodeInvalidPayload, "`from` is missing")
	fails(t, h.Call("page", ""), live.CodeInvalidPayload, "`from` is missing")
	fails(t, h.Call("page", `{"from": null}`), live.CodeInvalidPayload, "`from` is missing")
}

func TestAFieldOfAnotherTypeIsNamed(t *testing.T) {
	h := taker(t)
	fails(t, h.Call("page", `{"from": "far"}`), live.CodeInvalidPayload, "`from` is a string and must be a int64")
	fails(t, h.Call("page", `{"from": 1.5}`), live.CodeInvalidPayload, "`from`")
	fails(t, h.Call("page", `{"from": 9223372036854775808}`), live.CodeInvalidPayload, "`from`")
	fails(t, h.Call("small", "256"), live.CodeInvalidPayload, "`byte`")
	fails(t, h.Call("small", "-1"), live.CodeInvalidPayload, "`byte`")
	fails(t, h.Call("list", `["1"]`), live.CodeInvalidPayload, "must be a int64")
}

func TestWhatIsNotKnownIsLeftOut(t *testing.T) {
	h := taker(t)
	answers(t, h, "page", `{"from": 1, "to": 2}`, `{"from": 1}`)
	answers(t, h, "none", `{"to": 2}`, "null")
	answers(t, h, "none", "7", "null")
	answers(t, h, "asked", `{"from": 1, "name": "", "tags": [], "plain": false, "-": "x", "secret": "x", "inside": 1}`,
		`{"from": 1, "name": "", "tags": [], "by": null, "other": null, "Plain": false}`)
}

func TestAPayloadThatIsNoObjectIsTheOnlyField(t *testing.T) {
	h := taker(t)
	answers(t, h, "page", "7", `{"from": 7}`)
	fails(t, h.Call("asked", "7"), live.CodeInvalidPayload, "must be an object")
}

func TestAPayloadMayBeAnything(t *testing.T) {
	h := taker(t)
	for _, value := range []string{"1", `"x"`, `[1,{"a":null}]`, "true", "null"} {
		answers(t, h, "raw", value, value)
	}
	answers(t, h, "list", "[1,2]", "[1,2]")
	answers(t, h, "time", `"2026-01-02T03:04:05Z"`, `"2026-01-02T03:04:05Z"`)
	fails(t, h.Call("time", `"soon"`), live.CodeInvalidPayload, "`payload` is not valid")
}

func TestAPayloadThatIsNotJSONIsRefused(t *testing.T) {
	fails(t, taker(t).Call("page", `{"from": `), live.CodeInvalidPayload, "`payload` is not valid")
}
