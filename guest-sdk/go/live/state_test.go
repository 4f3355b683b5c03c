package live_test

import (
	"testing"

	"liveside/live"
	"liveside/livetest"
)

// Keeper has state of several shapes.
type Keeper struct {
	Number int64          `json:"number"`
	Items  []string       `json:"items"`
	Nested map[string]int `json:"nested"`
	Maybe  *string        `json:"maybe,omitempty"`
	// Changed is what OnStateChange was told.
	Changed []string `json:"changed"`
}

func keeping[R any](run func(k *Keeper, cx *live.Context) (R, error)) live.ActionOf[Keeper] {
	return live.Action(func(k *Keeper, cx *live.Context, _ live.None) (R, error) { return run(k, cx) })
}

func init() {
	maybe := "yes"
	live.Register(live.Component[Keeper]{
		Name: "Keeper", Version: "1.0.0", Props: live.PropsAny, SetValue: true,
		Default:    Keeper{Items: []string{}, Nested: map[string]int{"a": 1}, Maybe: &maybe, Changed: []string{}},
		Persistent: map[string]any{"total": 40},
		OnStateChange: func(k *Keeper, _ *live.Context, keys []string) error {
			k.Changed = keys
			return nil
		},
		Actions: map[string]live.ActionOf[Keeper]{
			"touch": keeping(func(k *Keeper, _ *live.Context) (live.None, error) {
				k.Number, k.Items = 0, []string{}
				return live.None{}, nil
			}),
			"nest": keeping(func(k *Keeper, _ *live.Context) (live.None, error) {
				k.Nested["b"] = 2
				k.Items = append(k.Items, "x")
				return live.None{}, nil
			}),
			"forget": keeping(func(k *Keeper, _ *live.Context) (live.None, error) {
				k.Maybe = nil
				return live.None{}, nil
			}),
			"prop": keeping(func(_ *Keeper, cx *live.Context) (any, error) {
				var colour string
				there, err := cx.Prop("colour", &colour)
				if !there || err != nil {
					return nil, err
				}
				return colour, nil
			}),
			"bump": keeping(func(_ *Keeper, cx *live.Context) (int64, error) {
				return live.Update(cx, "total", func(old int64) int64 { return old + 1 })
			}),
			"first": keeping(func(_ *Keeper, cx *live.Context) (int64, error) {
				return live.Update(cx, "fresh", func(old int64) int64 { return old + 1 })
			}),
		},
	})
}

func keeper(t *testing.T, setup livetest.Setup) *livetest.Harness {
	return livetest.Mount(t, "Keeper", setup)
}

func TestOnlyWhatDiffersIsSent(t *testing.T) {
	h := keeper(t, livetest.Setup{})
	answers(t, h, "touch", "", "null")
	livetest.Same(t, h.Delta(), "{}")
	answers(t, h, "nest", "", "null")
	livetest.Same(t, h.Delta(), `{"nested": {"a": 1, "b": 2}, "items": ["x"], "changed": ["items", "nested"]}`)
	answers(t, h, "forget", "", "null")
	livetest.Same(t, h.Delta(), `{"maybe": null, "changed": ["maybe"]}`)
}

func TestLargeNumbersStayAsTheyAre(t *testing.T) {
	h := keeper(t, livetest.Setup{})
	if failed := h.SetValue("number", "9223372036854775807"); failed != nil {
		t.Fatal(failed)
	}
	if expected := `{"changed":["number"],"number":9223372036854775807}`; h.Delta() != expected {
		t.Error(h.Delta())
	}
}

func TestPropsAreInTheStateFromTheBeginning(t *testing.T) {
	h := keeper(t, livetest.Setup{Props: map[string]any{"number": 7, "colour": "red"}})
	livetest.Same(t, h.State(), `{"number": 7, "items": [], "nested": {"a": 1}, "maybe": "yes", "changed": [], "colour": "red"}`)
	answers(t, h, "prop", "", `"red"`)
	answers(t, h, "nest", "", "null")
	answers(t, h, "prop", "", `"red"`)
	answers(t, keeper(t, livetest.Setup{}), "prop", "", "null")
}

func TestAStateThatDoesNotFitFails(t *testing.T) {
	h := keeper(t, livetest.Setup{})
	h.SetValue("number", `"many"`)
	fails(t, h.Call("touch", ""), live.CodeFailed, "the state does not fit")
}

func TestUpdateLosesNobodysChange(t *testing.T) {
	h := keeper(t, livetest.Setup{})
	answers(t, h, "bump", "", "41")
	h.Interfere(3, "99")
	answers(t, h, "bump", "", "100")
	answers(t, h, "first", "", "1")
	beside := keeper(t, livetest.Setup{Beside: h})
	answers(t, beside, "bump", "", "101")
	h.Interfere(2000, "1")
	fails(t, h.Call("bump", ""), live.CodeFailed, "too many")
}
