// Command counter is a counter that everybody in a room shares. The number itself is in a room's logic, tally:ROOM, so
// that counters of several languages count together; room events tell the others that it has changed.
package main

import (
	"math"

	"liveside/live"
)

// Counter is what the browser sees.
type Counter struct {
	Count          int64   `json:"count"`
	LastUpdatedBy  *string `json:"lastUpdatedBy"`
	ConnectedUsers uint32  `json:"connectedUsers"`
}

type answer struct {
	Success bool  `json:"success"`
	Count   int64 `json:"count"`
}

type step struct {
	By *int64 `json:"by"`
}

type countChanged struct {
	Count  int64   `json:"count"`
	UserID *string `json:"userId"`
}

type userCountChanged struct {
	ConnectedUsers uint32 `json:"connectedUsers"`
}

func init() {
	live.Register(live.Component[Counter]{
		Name: "GoCounter", Version: "1.0.0",
		Actions: map[string]live.ActionOf[Counter]{
			"increment": live.Action((*Counter).increment),
			"decrement": live.Action((*Counter).decrement),
			"reset":     live.Action((*Counter).reset),
		},
		RoomEvents: []live.On[Counter]{
			{Event: "COUNT_CHANGED", Run: (*Counter).countChanged},
			{Event: "USER_COUNT_CHANGED", Run: (*Counter).userCountChanged},
		},
		OnMount: func(c *Counter, cx *live.Context, _ live.Mount) error { return c.enter(cx) },
		// The room has gone on meanwhile.
		OnRehydrate: func(c *Counter, cx *live.Context, _ string) error { return c.enter(cx) },
		OnDestroy:   (*Counter).destroy,
	})
}

func main() {}

// tally asks the room's logic for something that answers the number.
func tally(cx *live.Context, room live.Room, action string, payload any) (count int64, err error) {
	err = cx.RoomNamed("tally:"+room.Name).Call(action, payload, &count)
	return count, err
}

func (c *Counter) enter(cx *live.Context) (err error) {
	c.ConnectedUsers = 1
	room, there := cx.Room()
	if !there {
		return nil
	}
	if c.Count, err = tally(cx, room, "count", nil); err != nil {
		return err
	}
	if c.ConnectedUsers, err = room.Count(); err != nil {
		return err
	}
	_, err = room.Emit("USER_COUNT_CHANGED", userCountChanged{c.ConnectedUsers})
	return err
}

// destroy runs when it counts as gone already; who hears of it counts anew.
func (c *Counter) destroy(cx *live.Context) error {
	room, there := cx.Room()
	if !there {
		return nil
	}
	users, err := room.Count()
	if err != nil {
		return err
	}
	_, err = room.Emit("USER_COUNT_CHANGED", userCountChanged{max(users, 1) - 1})
	return err
}

func (c *Counter) increment(cx *live.Context, step step) (answer, error) {
	if step.By == nil {
		return c.change(cx, 1)
	}
	return c.change(cx, *step.By)
}

func (c *Counter) decrement(cx *live.Context, step step) (answer, error) {
	if step.By == nil {
		return c.change(cx, -1)
	}
	return c.change(cx, -max(*step.By, -math.MaxInt64))
}

// reset sets the count to 0, for everybody.
func (c *Counter) reset(cx *live.Context, _ live.None) (answer, error) {
	room, there := cx.Room()
	if !there {
		return c.changed(cx, 0)
	}
	count, err := tally(cx, room, "reset", nil)
	if err != nil {
		return answer{}, err
	}
	return c.changed(cx, count)
}

func (c *Counter) change(cx *live.Context, by int64) (answer, error) {
	room, there := cx.Room()
	if !there {
		return c.changed(cx, add(c.Count, by))
	}
	count, err := tally(cx, room, "add", map[string]int64{"by": by})
	if err != nil {
		return answer{}, err
	}
	return c.changed(cx, count)
}

// add stops at the ends instead of going round.
func add(a, b int64) int64 {
	sum := a + b
	switch {
	case b > 0 && sum < a:
		return math.MaxInt64
	case b < 0 && sum > a:
		return math.MinInt64
	}
	return sum
}

// changed takes over the new number, and tells it to the caller and to the room.
func (c *Counter) changed(cx *live.Context, count int64) (answer, error) {
	user := cx.Session().User()
	if room, there := cx.Room(); there {
		if _, err := room.Emit("COUNT_CHANGED", countChanged{count, user}); err != nil {
			return answer{}, err
		}
	}
	c.Count, c.LastUpdatedBy = count, user
	return answer{true, count}, nil
}

// countChanged asks for the number anew: two events that are sent at once may arrive in the other order.
func (c *Counter) countChanged(cx *live.Context, event live.RoomEvent) (err error) {
	var told countChanged
	if err = event.Data(&told); err != nil {
		return err
	}
	room, _ := cx.Room()
	c.Count, err = tally(cx, room, "count", nil)
	c.LastUpdatedBy = told.UserID
	return err
}

func (c *Counter) userCountChanged(cx *live.Context, _ live.RoomEvent) (err error) {
	room, _ := cx.Room()
	c.ConnectedUsers, err = room.Count()
	return err
}
