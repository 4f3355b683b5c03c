// Command counter is a counter. Save this file while the page is open: it goes on with the new logic, and the count stays.
package main

import "liveside/live"

// Counter is what the browser sees.
type Counter struct {
	Count int64 `json:"count"`
}

type step struct {
	By *int64 `json:"by"`
}

func init() {
	live.Register(live.Component[Counter]{
		Name: "{{component}}", Version: "1.0.0",
		Actions: map[string]live.ActionOf[Counter]{
			"increment": live.Action((*Counter).increment),
			"reset":     live.Action((*Counter).reset),
		},
	})
}

func main() {}

func (c *Counter) increment(_ *live.Context, step step) (int64, error) {
	by := int64(1)
	if step.By != nil {
		by = *step.By
	}
	c.Count += by
	return c.Count, nil
}

func (c *Counter) reset(*live.Context, live.None) (live.None, error) {
	c.Count = 0
	return live.None{}, nil
}
