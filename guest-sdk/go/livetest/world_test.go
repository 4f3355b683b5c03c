package livetest_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"testing"

	"liveside/live"
	"liveside/livetest"
)

// Guest uses what is around it.
type Guest struct {
	Name string   `json:"name"`
	Log  []string `json:"log"`
}

func (g *Guest) line(format string, arguments ...any) error {
	g.Log = append(g.Log, fmt.Sprintf(format, arguments...))
	return nil
}

func reloaded(word string) func(*Guest, *live.Context, string) error {
	return func(g *Guest, _ *live.Context, from string) error { return g.line("%s %s", word, from) }
}

func counted(word string) func(*Guest, *live.Context, live.Member) error {
	return func(g *Guest, cx *live.Context, member live.Member) error {
		return g.line("%s %s %d by %s", word, member.ID, member.Count, *cx.Session().ConnectionID)
	}
}

func init() {
	live.Register(live.Component[Guest]{
		Name: "Guest", Version: "1.0.0", Default: Guest{Log: []string{}}, SetValue: true,
		OnConnect: func(g *Guest, _ *live.Context) error { return g.line("connect") },
		OnMount: func(g *Guest, cx *live.Context, mount live.Mount) error {
			if mount.DebugLabel == "broken" {
				return errors.New("Not today.")
			}
			return g.line("mount %s %q as %s", cx.Instance(), mount.Room, mount.DebugLabel)
		},
		OnRehydrate: reloaded("rehydrate"), OnReload: reloaded("reload"),
		OnDisconnect: func(g *Guest, _ *live.Context) error { return g.line("disconnect") },
		OnDestroy:    func(g *Guest, _ *live.Context) error { return g.line("destroy") },
		OnClientJoin: counted("join"), OnClientLeave: counted("leave"),
		OnAction: func(_ *Guest, _ *live.Context, action string) error {
			if action == "never" {
				return errors.New("Never.")
			}
			return nil
		},
		OnUpload: func(g *Guest, cx *live.Context, file live.File) error {
			switch file.Stage {
			case live.UploadStart:
				return live.Denied("No %s.", file.Name)
			case live.UploadComplete:
				head, err := cx.Host().ReadUpload(file.ID, 2, 100)
				if err != nil {
					return err
				}
				return g.line("%s has %s", file.Name, head)
			}
			return g.line("%d of %d", file.Progress, file.Size)
		},
		Actions: map[string]live.ActionOf[Guest]{
			"never": live.Action(func(g *Guest, _ *live.Context, _ live.None) (live.None, error) {
				return live.None{}, g.line("never")
			}),
			"who": live.Action(func(_ *Guest, cx *live.Context, _ live.None) (live.Session, error) { return cx.Session(), nil }),
			"fetch": live.Action(func(_ *Guest, cx *live.Context, url string) (string, error) {
				response, err := cx.Fetch(live.Request{URL: url})
				return string(response.Body), err
			}),
			"config": live.Action(func(_ *Guest, cx *live.Context, key string) (string, error) {
				value, _ := cx.Config(key)
				return value, nil
			}),
			"store": live.Action(func(_ *Guest, cx *live.Context, key string) (string, error) {
				old, _, err := cx.Host().StoreGet(key)
				if err == nil {
					err = cx.Host().StoreSet(key, append(old, 'x'))
				}
				return string(old), err
			}),
			"remember": live.Action(func(_ *Guest, cx *live.Context, value any) (live.None, error) {
				return live.None{}, cx.SetPrivate("it", value)
			}),
			"say": live.Action(func(_ *Guest, cx *live.Context, word string) (live.None, error) {
				cx.Log(live.Warn, "%s %%", word)
				return live.None{}, nil
			}),
			"push": live.Action(func(_ *Guest, cx *live.Context, name string) (live.None, error) {
				return live.None{}, cx.PushBinary(name, []byte("abc"))
			}),
			"random": live.Action(func(_ *Guest, cx *live.Context, _ live.None) (string, error) {
				return hex.EncodeToString(cx.Host().Random(3)), nil
			}),
		},
	})
}

func guest(t *testing.T) *livetest.Harness { return livetest.Mount(t, "Guest", livetest.Setup{}) }

func answers(t *testing.T, h *livetest.Harness, action, payload, answer string) {
	t.Helper()
	works(t, h.Call(action, payload))
	livetest.Same(t, h.Answer(), answer)
}

func TestAMountHasItsHooks(t *testing.T) {
	h := livetest.Mount(t, "Guest", livetest.Setup{Instance: "i7", Room: "den", DebugLabel: "left"})
	livetest.Same(t, h.State(), `{"name": "", "log": ["connect", "mount i7 \"den\" as left"]}`)
	works(t, h.Rehydrate("0.9"))
	works(t, h.Reload("1.1"))
	works(t, h.Disconnect())
	works(t, h.Destroy())
	livetest.Same(t, h.State(), `{"name": "", "log": ["connect", "mount i7 \"den\" as left", "rehydrate 0.9", "reload 1.1",
		"disconnect", "destroy"]}`)
}

func TestAHookThatFailsWhileMountingIsNoted(t *testing.T) {
	h := livetest.Mount(t, "Guest", livetest.Setup{DebugLabel: "broken"})
	if len(h.HookErrors()) != 1 || h.HookErrors()[0].Message != "Not today." {
		t.Error(h.HookErrors())
	}
}

func TestOnActionCancels(t *testing.T) {
	h := guest(t)
	fails(t, h.Call("never", ""), "Never.")
	livetest.Same(t, h.Delta(), "{}")
}

func TestBrowsersSetKnownKeys(t *testing.T) {
	h := guest(t)
	works(t, h.SetValue("name", `"ana"`))
	livetest.Same(t, h.Delta(), `{"name": "ana"}`)
	fails(t, h.SetValue("nick", `"a"`), "The state has no key `nick`")
	fails(t, h.Call("setValue", "7"), "`setValue` takes a key and a value")
	fails(t, livetest.Mount(t, "Clock", livetest.Setup{}).SetValue("log", "[]"), "Clock has no public action `setValue`")
}

func TestASessionIsWhoIsBehindTheEvent(t *testing.T) {
	h := livetest.Mount(t, "Guest", livetest.Setup{User: "ana", Label: "A", Roles: []string{"editor"}, Claims: `{"sub":"ana"}`})
	answers(t, h, "who", "", `{"Authenticated": true, "UserID": "ana", "Label": "A", "ConnectionID": "test-connection",
		"Roles": ["editor"], "Permissions": null, "Claims": "{\"sub\":\"ana\"}"}`)
	h.SignOut()
	h.SpeakFrom("c2")
	answers(t, h, "who", "", `{"Authenticated": false, "UserID": null, "Label": "A", "ConnectionID": "c2",
		"Roles": null, "Permissions": null, "Claims": "{}"}`)
}

func TestClientsComeAndGo(t *testing.T) {
	h := guest(t)
	works(t, h.ClientJoin("c1", 1))
	works(t, h.ClientLeave("c1", 0))
	livetest.Same(t, h.State(), `{"name": "", "log": ["connect", "mount test-1 \"\" as ", "join c1 1 by c1", "leave c1 0 by c1"]}`)
}

func TestUploadsAreRefusedAndRead(t *testing.T) {
	h := guest(t)
	fails(t, h.Upload(live.File{ID: "u", Name: "a.png"}, nil), "No a.png.")
	works(t, h.Upload(live.File{ID: "u", Name: "a.txt", Stage: live.UploadProgress, Progress: 2, Size: 5}, nil))
	works(t, h.Upload(live.File{ID: "u", Name: "a.txt", Stage: live.UploadComplete}, []byte("abcde")))
	livetest.Same(t, h.State(), `{"name": "", "log": ["connect", "mount test-1 \"\" as ", "2 of 5", "a.txt has cde"]}`)
}

func TestWhatIsAroundAnswers(t *testing.T) {
	http := func(request live.Request) (live.Response, error) {
		return live.Response{Status: 200, Body: []byte(request.Method + " " + request.URL)}, nil
	}
	h := livetest.Mount(t, "Guest", livetest.Setup{HTTP: http, Config: map[string]string{"greeting": "hello"}})
	answers(t, h, "fetch", `"http://good/"`, `"GET http://good/"`)
	fails(t, guest(t).Call("fetch", `"http://good/"`), "No host is allowed: mount with HTTP")
	answers(t, h, "config", `"greeting"`, `"hello"`)
	answers(t, h, "config", `"none"`, `""`)
	answers(t, h, "random", "", `"070e15"`)
	answers(t, h, "remember", `{"x": [1]}`, "null")
	livetest.Same(t, h.Private("it"), `{"x": [1]}`)
}

func TestTheStoreIsForAllMounts(t *testing.T) {
	h := guest(t)
	answers(t, h, "store", `"k"`, `""`)
	beside := livetest.Mount(t, "Guest", livetest.Setup{Beside: h})
	answers(t, beside, "store", `"k"`, `"x"`)
	answers(t, guest(t), "store", `"k"`, `""`)
	fails(t, h.Call("store", `""`), "A key has 1 to 512 bytes")
}

func TestLinesAndBytesAreOfTheLastEvent(t *testing.T) {
	h := guest(t)
	works(t, h.Call("say", `"50"`))
	if len(h.Logs()) != 1 || h.Logs()[0] != (livetest.LogLine{Level: live.Warn, Message: "50 %"}) {
		t.Error(h.Logs())
	}
	works(t, h.Call("push", `"pic"`))
	asked(t, h, livetest.Effect{Kind: "binary", Name: "pic", Data: `"abc"`})
	fails(t, h.Call("push", `""`), "The name has 1 to 128 bytes")
	if len(h.Logs()) != 0 || len(h.Effects()) != 0 {
		t.Error(h.Logs(), h.Effects())
	}
}
