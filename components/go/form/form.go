// Command form is a form whose fields are state: the browser sets them with setValue while somebody types, validate says
// as data what is wrong, submit fails as an action.
package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"liveside/live"
)

// A message is a few lines, not a file.
const longestMessage = 2000

// Form is what the browser sees.
type Form struct {
	Name        string  `json:"name"`
	Email       string  `json:"email"`
	Message     string  `json:"message"`
	Submitted   bool    `json:"submitted"`
	SubmittedAt *uint64 `json:"submittedAt"`
}

type validation struct {
	Valid bool `json:"valid"`
	// Errors has a sentence for each field that is not as it should be.
	Errors map[string]string `json:"errors"`
}

type receipt struct {
	Success     bool   `json:"success"`
	SubmittedAt uint64 `json:"submittedAt"`
}

func init() {
	live.Register(live.Component[Form]{
		Name: "GoForm", Version: "1.0.0", SetValue: true,
		Actions: map[string]live.ActionOf[Form]{
			"validate": live.Action((*Form).validate),
			"submit":   live.Action((*Form).submit),
			"reset":    live.Action((*Form).reset),
		},
	})
}

func main() {}

func (f *Form) validate(*live.Context, live.None) (validation, error) {
	found := map[string]string{}
	if strings.TrimSpace(f.Name) == "" {
		found["name"] = "Please tell us your name."
	}
	email := strings.TrimSpace(f.Email)
	if email == "" {
		found["email"] = "Please tell us your email address."
	} else if !looksLikeAnAddress(email) {
		found["email"] = fmt.Sprintf("\"%s\" is not an email address.", email)
	}
	if utf8.RuneCountInString(f.Message) > longestMessage {
		found["message"] = fmt.Sprintf("Please use at most %d characters.", longestMessage)
	}
	return validation{len(found) == 0, found}, nil
}

func (f *Form) submit(cx *live.Context, _ live.None) (receipt, error) {
	checked, _ := f.validate(cx, live.None{})
	if !checked.Valid {
		var sentences []string
		for _, field := range slices.Sorted(maps.Keys(checked.Errors)) {
			sentences = append(sentences, checked.Errors[field])
		}
		return receipt{}, errors.New(strings.Join(sentences, " "))
	}
	if f.Submitted {
		return receipt{}, errors.New("This form has been sent already.")
	}
	now := cx.NowMs()
	f.Submitted, f.SubmittedAt = true, &now
	return receipt{true, now}, nil
}

func (f *Form) reset(*live.Context, live.None) (live.None, error) {
	*f = Form{}
	return live.None{}, nil
}

// looksLikeAnAddress finds something before an @ and a domain with a dot inside. Whether somebody reads it, only a
// message can tell.
func looksLikeAnAddress(text string) bool {
	at := strings.LastIndex(text, "@")
	domain := text[at+1:]
	return at > 0 && strings.Contains(domain, ".") && strings.Trim(domain, ".") == domain &&
		!strings.ContainsFunc(text, unicode.IsSpace)
}
