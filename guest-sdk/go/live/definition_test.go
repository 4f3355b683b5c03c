package live_test

import (
	"reflect"
	"testing"

	"liveside/live"
	"liveside/livetest"
)

// Plain says nothing that need not be said, Full says it all.
type (
	Plain struct{}
	Full  struct {
		Count int64 `json:"count"`
	}
)

const (
	stateSchema   = `{"properties":{"count":{"minimum":0}}}`
	payloadSchema = `{"type":"integer"}`
)

func init() {
	live.Register(live.Component[Plain]{Name: "Plain", Version: "1.0.0"})
	guarded := live.Action(func(*Full, *live.Context, live.None) (live.None, error) { return live.None{}, nil })
	guarded.Access = live.Access{Roles: []string{"admin", "owner"}, Permissions: []string{"write"}}
	guarded.RateLimit = live.RateLimit{Burst: 2, PerMinute: 1}
	guarded.PayloadSchema = payloadSchema
	hook := func(*Full, *live.Context) error { return nil }
	live.Register(live.Component[Full]{
		Name: "Full", Version: "2.0.0", Default: Full{3}, Persistent: map[string]any{"total": 0},
		SetValue: true, Props: live.PropsNone, StateSchema: stateSchema,
		Actions:       map[string]live.ActionOf[Full]{"guarded": guarded},
		HiddenActions: map[string]string{"b": "make b public", "a": "make a public"},
		RoomEvents: []live.On[Full]{{Event: "NEWS", Room: "chat:*",
			Run: func(*Full, *live.Context, live.RoomEvent) error { return nil }}},
		OnConnect: hook, OnEmpty: hook,
		Access:    live.Access{Authenticated: true},
		RateLimit: live.RateLimit{Burst: 3, PerMinute: 9},
		Singleton: true, LingerMs: 500, Durable: true, Fresh: true,
		Logging: live.LogState | live.LogWebSocket,
	})
}

func definition(t *testing.T, name string) live.Definition {
	t.Helper()
	for _, entry := range live.Registered() {
		if defined := entry.Definition(); defined.Name == name {
			return defined
		}
	}
	t.Fatalf("%s is not registered", name)
	return live.Definition{}
}

func TestWhatIsLeftOutIsTheUsualThing(t *testing.T) {
	expected := live.Definition{Name: "Plain", Version: "1.0.0", State: "{}", Persistent: "{}"}
	if found := definition(t, "Plain"); !reflect.DeepEqual(found, expected) {
		t.Errorf("%+v", found)
	}
}

func TestADefinitionHasEverythingThatTheComponentSays(t *testing.T) {
	expected := live.Definition{
		Name: "Full", Version: "2.0.0", State: `{"count":3}`, Persistent: `{"total":0}`,
		Props: live.PropsNone, StateSchema: stateSchema,
		Actions: []live.ActionDefinition{
			{Name: "guarded", Access: live.Access{Roles: []string{"admin", "owner"}, Permissions: []string{"write"}},
				RateLimit: live.RateLimit{Burst: 2, PerMinute: 1}, PayloadSchema: payloadSchema},
			{Name: "setValue"},
		},
		HiddenActions: []live.HiddenAction{{Name: "a", Advice: "make a public"}, {Name: "b", Advice: "make b public"}},
		Subscriptions: []live.Subscription{{Room: "chat:*", Event: "NEWS"}},
		Hooks:         1<<0 | 1<<15,
		Access:        live.Access{Authenticated: true}, RateLimit: live.RateLimit{Burst: 3, PerMinute: 9},
		Singleton: true, LingerMs: 500, Durable: true, Fresh: true, Logging: 4 | 32,
	}
	if found := definition(t, "Full"); !reflect.DeepEqual(found, expected) {
		t.Errorf("%+v", found)
	}
	for kind, has := range map[live.Kind]bool{live.Connect: true, live.Empty: true, live.Destroy: false, live.ActionEvent: false} {
		if definition(t, "Full").Has(kind) != has {
			t.Errorf("%d", kind)
		}
	}
}

func TestAccessRulesHold(t *testing.T) {
	_, failed := livetest.TryMount(t, "Full", livetest.Setup{Label: "ana"})
	fails(t, failed, live.CodeDenied, "Full needs an authenticated user")
	h := livetest.Mount(t, "Full", livetest.Setup{User: "ana", Props: map[string]any{"count": 9}})
	livetest.Same(t, h.State(), `{"count": 3}`)
	fails(t, h.Call("guarded", ""), live.CodeDenied, "`guarded` of Full needs one of the roles `admin`, `owner`")
	h.SignIn("bo", []string{"owner"}, nil)
	fails(t, h.Call("guarded", ""), live.CodeDenied, "`guarded` of Full needs the permission `write`")
	h.SignIn("bo", []string{"owner"}, []string{"read", "write"})
	answers(t, h, "guarded", "", "null")
	h.SignOut()
	fails(t, h.Call("guarded", ""), live.CodeDenied, "Full needs an authenticated user")
}
