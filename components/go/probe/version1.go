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

var migrate func(*live.Context, string, map[string]any) error
