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

func migrate(_ *live.Context, from string, state map[string]any) error {
	if from == "1.0.0" {
		state["amount"] = state["value"]
		delete(state, "value")
	}
	return nil
}
