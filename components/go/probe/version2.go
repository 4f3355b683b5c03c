//go:build v2

package main

import "liveside/live"

const (
	version   = "2.0.0"
	setSchema = `{"type":"object","required":["amount"],"properties":{"amount":{"type":"integer"}}}`
)

// Number is what the versions call differently.
type Number struct {
	Value int64 `json:"amount"`
}

func migrate(_ *live.Context, _ string, state map[string]any) error {
	if number, there := state["value"]; there {
		state["amount"] = number
		delete(state, "value")
	}
	return nil
}
