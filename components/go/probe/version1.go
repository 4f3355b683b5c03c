//go:build !v2

package main

import "liveside/live"

const (
	version   = "1.0.0"
	setSchema = `{"type":"object","required":["value"],"properties":{"value":{"type":"integer"}}}`
)

// Number is what the versions call differently.
type Number struct {
	Value int64 `json:"value"`
}

func migrate(_ *live.Context, _ string, state map[string]any) error {
	if number, there := state["amount"]; there {
		state["value"] = number
		delete(state, "amount")
	}
	return nil
}
