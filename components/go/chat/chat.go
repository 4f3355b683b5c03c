// Command chat is a chat over a room. The messages are in the persistent map, where two who send at once both appear;
// room events tell the others to read it.
package main

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"liveside/live"
)

const (
	keptMessages = 50
	longestText  = 500
)

// Chat is what the browser sees.
type Chat struct {
	Messages []message `json:"messages"`
	Members  uint32    `json:"members"`
}

type message struct {
	ID   int64  `json:"id"`
	User string `json:"user"`
	Text string `json:"text"`
}

// history is a room's messages in the persistent map.
type history struct {
	Next     int64     `json:"next"`
	Messages []message `json:"messages"`
}

type id struct {
	ID int64 `json:"id"`
}

type sent struct {
	Sent int64 `json:"sent"`
}

type text struct {
	Text string `json:"text"`
}

func init() {
	live.Register(live.Component[Chat]{
		Name: "GoChat", Version: "1.0.0", Default: Chat{Messages: []message{}},
		Actions: map[string]live.ActionOf[Chat]{
			"send": live.Action((*Chat).send),
			"mine": live.Action((*Chat).mine),
		},
		RoomEvents: []live.On[Chat]{
			{Event: "MESSAGE", Run: func(c *Chat, cx *live.Context, _ live.RoomEvent) error { return c.readMessages(cx) }},
			{Event: "MEMBERS", Run: func(c *Chat, cx *live.Context, _ live.RoomEvent) error { return c.readMembers(cx) }},
		},
		OnMount:   (*Chat).mount,
		OnDestroy: func(_ *Chat, cx *live.Context) error { return tellMembers(cx) },
	})
}

func main() {}

func key(cx *live.Context) string {
	room, _ := cx.Room()
	return "chat:" + room.Name
}

func tellMembers(cx *live.Context) error {
	room, there := cx.Room()
	if !there {
		return nil
	}
	_, err := room.Emit("MEMBERS", live.None{})
	return err
}

func (c *Chat) readMessages(cx *live.Context) error {
	all := history{Messages: []message{}}
	_, err := cx.Persistent(key(cx), &all)
	c.Messages = all.Messages
	return err
}

func (c *Chat) readMembers(cx *live.Context) (err error) {
	room, _ := cx.Room()
	c.Members, err = room.Count()
	return err
}

func (c *Chat) mount(cx *live.Context, mount live.Mount) error {
	if mount.Room == "" {
		return errors.New("A chat needs a room.")
	}
	return errors.Join(c.readMessages(cx), c.readMembers(cx), tellMembers(cx))
}

func (c *Chat) send(cx *live.Context, given text) (id, error) {
	said := strings.TrimSpace(given.Text)
	if said == "" {
		return id{}, errors.New("Say something first.")
	}
	if utf8.RuneCountInString(said) > longestText {
		return id{}, fmt.Errorf("Please use at most %d characters.", longestText)
	}
	user := "guest"
	if name := cx.Session().User(); name != nil {
		user = *name
	}
	all, err := live.Update(cx, key(cx), func(old history) history {
		number := max(old.Next, 1)
		messages := append(old.Messages, message{number, user, said})
		return history{number + 1, messages[max(len(messages)-keptMessages, 0):]}
	})
	if err != nil {
		return id{}, err
	}
	c.Messages = all.Messages
	var count int64
	if _, err = cx.Private("sent", &count); err != nil {
		return id{}, err
	}
	if err = cx.SetPrivate("sent", count+1); err != nil {
		return id{}, err
	}
	room, _ := cx.Room()
	answer := id{all.Next - 1}
	_, err = room.Emit("MESSAGE", answer)
	return answer, err
}

func (c *Chat) mine(cx *live.Context, _ live.None) (answer sent, err error) {
	_, err = cx.Private("sent", &answer.Sent)
	return answer, err
}
