package main

import (
	"testing"

	"liveside/livetest"
)

func TestValidateTellsWhatIsWrongAsDataAndSubmitFailsWithIt(t *testing.T) {
	h := livetest.Mount(t, "GoForm", livetest.Setup{})
	livetest.Same(t, h.State(), `{"name": "", "email": "", "message": "", "submitted": false, "submittedAt": null}`)
	h.Call("validate", "")
	livetest.Same(t, h.Answer(), `{"valid": false, "errors": {"name": "Please tell us your name.", "email": "Please tell us your email address."}}`)
	failed := h.Call("submit", "")
	if failed == nil || failed.Message != "Please tell us your email address. Please tell us your name." {
		t.Error(failed)
	}
}

func TestAFormIsSentOnce(t *testing.T) {
	h := livetest.Mount(t, "GoForm", livetest.Setup{NowMs: 1000})
	h.SetValue("name", `"Ana"`)
	h.SetValue("email", `"ana@example.org"`)
	if failed := h.Call("submit", ""); failed != nil {
		t.Fatal(failed)
	}
	livetest.Same(t, h.Answer(), `{"success": true, "submittedAt": 1000}`)
	livetest.Same(t, h.Delta(), `{"submitted": true, "submittedAt": 1000}`)
	if failed := h.Call("submit", ""); failed == nil || failed.Message != "This form has been sent already." {
		t.Error(failed)
	}
	h.Call("reset", "")
	livetest.Same(t, h.State(), `{"name": "", "email": "", "message": "", "submitted": false, "submittedAt": null}`)
}

func TestAddressesAreToldFromOtherText(t *testing.T) {
	for _, good := range []string{"a@b.c", "ana.b+c@mail.example.org"} {
		if !looksLikeAnAddress(good) {
			t.Error(good)
		}
	}
	for _, bad := range []string{"ana", "@b.c", "a@b", "a@b.", "a@.c", "a b@c.d"} {
		if looksLikeAnAddress(bad) {
			t.Error(bad)
		}
	}
}
