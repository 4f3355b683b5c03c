package live

import (
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
)

// Kind says what an event is, in the order of the interface.
type Kind uint8

// The kinds of events.
const (
	Connect Kind = iota
	MountEvent
	Rehydrate
	BeforeAction
	ActionEvent
	StateChange
	RoomEvents
	RoomJoin
	RoomLeave
	TimerEvent
	Upload
	ClientJoin
	ClientLeave
	Reload
	Disconnect
	Destroy
	MemberJoin
	MemberLeave
	Empty
)

// Event is one event, as the daemon or a test hands it over. Text is a room, a version or an action's name.
type Event struct {
	Kind    Kind
	Text    string
	Payload *string
	Mount   Mount
	Keys    []string
	Rooms   []RoomEvent
	Timer   Timer
	File    File
	Member  Member
}

// NewRoomEvent is for tests.
func NewRoomEvent(room, event, data string) RoomEvent { return RoomEvent{room, event, data} }

// Entry is a registered component without its type.
type Entry interface {
	Definition() Definition
	Handle(host Host, instance string, event Event) (*string, *Failure)
	MigrateState(host Host, from, state string) (string, *Failure)
}

// Definition is what the daemon has to know before anything runs.
type Definition struct {
	Name, Version, State, Persistent string
	// StateSchema is empty if there is none.
	StateSchema               string
	Actions                   []ActionDefinition
	HiddenActions             []HiddenAction
	Subscriptions             []Subscription
	Hooks                     uint16
	Props                     Props
	Access                    Access
	RateLimit                 RateLimit
	Singleton, Durable, Fresh bool
	LingerMs                  uint64
	Room                      string
	Logging                   Logging
}

// Has says whether there is a hook for such events.
func (d Definition) Has(kind Kind) bool {
	bit := hookBit(kind)
	return bit >= 0 && d.Hooks>>bit&1 != 0
}

// hooked are the kinds that have a hook, in the order of their bits.
var hooked = []Kind{Connect, MountEvent, Rehydrate, BeforeAction, StateChange, RoomJoin, RoomLeave, Upload, ClientJoin,
	ClientLeave, Reload, Disconnect, Destroy, MemberJoin, MemberLeave, Empty}

func hookBit(kind Kind) int { return slices.Index(hooked, kind) }

// ActionDefinition is one action of it.
type ActionDefinition struct {
	Name          string
	Access        Access
	RateLimit     RateLimit
	PayloadSchema string
}

// HiddenAction is a method that is not public.
type HiddenAction struct{ Name, Advice string }

// Subscription is one room event of it.
type Subscription struct{ Room, Event string }

var registered []Entry

// Register puts a component into the module. It is called in init.
func Register[S any](component Component[S]) { registered = append(registered, &typed[S]{component}) }

// Registered are the components of the module.
func Registered() []Entry { return registered }

type typed[S any] struct{ Component[S] }

func (e *typed[S]) Definition() Definition {
	persistent := "{}"
	if e.Persistent != nil {
		persistent = write(e.Persistent)
	}
	defined := Definition{Name: e.Name, Version: e.Version, State: write(e.Default), Persistent: persistent,
		Access: e.Access, RateLimit: e.RateLimit, Singleton: e.Singleton, Durable: e.Durable, Room: e.Room,
		StateSchema: e.StateSchema, Props: e.Props, Fresh: e.Fresh, LingerMs: e.LingerMs, Logging: e.Logging}
	for name, action := range e.Actions {
		defined.Actions = append(defined.Actions, ActionDefinition{name, action.Access, action.RateLimit, action.PayloadSchema})
	}
	slices.SortFunc(defined.Actions, func(a, b ActionDefinition) int { return strings.Compare(a.Name, b.Name) })
	if e.SetValue {
		defined.Actions = append(defined.Actions, ActionDefinition{Name: "setValue"})
	}
	for name, advice := range e.HiddenActions {
		defined.HiddenActions = append(defined.HiddenActions, HiddenAction{name, advice})
	}
	slices.SortFunc(defined.HiddenActions, func(a, b HiddenAction) int { return strings.Compare(a.Name, b.Name) })
	for _, on := range e.RoomEvents {
		defined.Subscriptions = append(defined.Subscriptions, Subscription{on.Room, on.Event})
	}
	hooks := map[Kind]bool{Connect: e.OnConnect != nil, MountEvent: e.OnMount != nil, Rehydrate: e.OnRehydrate != nil,
		BeforeAction: e.OnAction != nil, StateChange: e.OnStateChange != nil, RoomJoin: e.OnRoomJoin != nil,
		RoomLeave: e.OnRoomLeave != nil, Upload: e.OnUpload != nil, ClientJoin: e.OnClientJoin != nil,
		ClientLeave: e.OnClientLeave != nil, Reload: e.OnReload != nil, Disconnect: e.OnDisconnect != nil,
		Destroy: e.OnDestroy != nil, MemberJoin: e.OnMemberJoin != nil, MemberLeave: e.OnMemberLeave != nil,
		Empty: e.OnEmpty != nil}
	for kind, has := range hooks {
		if has {
			defined.Hooks |= 1 << hookBit(kind)
		}
	}
	return defined
}

// Handle runs one event: loads the state, calls the method, and hands over what it changed, also when it returns an
// error. A panic is a bug of the author: the daemon drops the event's changes.
func (e *typed[S]) Handle(host Host, instance string, event Event) (answer *string, failed *Failure) {
	defer func() {
		if bug := recover(); bug != nil {
			answer, failed = nil, &Failure{CodeCrashed, fmt.Sprintf("%v\n%s", bug, debug.Stack())}
		}
	}()
	cx := &Context{host, e.Name, instance}
	var state S
	if err := json.Unmarshal([]byte(host.Load(nil)), &state); err != nil {
		return nil, failure(fmt.Errorf("the state does not fit: %w", err))
	}
	before := write(state)
	result, err := e.run(&state, cx, event)
	if changes := difference(before, write(state)); changes != "{}" {
		if refused := host.Patch(changes); refused != nil && err == nil {
			err = refused
		}
	}
	if err != nil {
		return nil, failure(err)
	}
	if _, none := result.(None); none || result == nil {
		return nil, nil
	}
	text := write(result)
	return &text, nil
}

func (e *typed[S]) run(state *S, cx *Context, event Event) (any, error) {
	switch event.Kind {
	case Connect:
		return nil, plain(e.OnConnect, state, cx)
	case MountEvent:
		return nil, with(e.OnMount, state, cx, event.Mount)
	case Rehydrate:
		return nil, with(e.OnRehydrate, state, cx, event.Text)
	case BeforeAction:
		return nil, with(e.OnAction, state, cx, event.Text)
	case ActionEvent:
		action, there := e.Actions[event.Text]
		if !there {
			return nil, e.notCallable(event.Text)
		}
		return action.run(state, cx, event.Payload)
	case StateChange:
		return nil, with(e.OnStateChange, state, cx, event.Keys)
	case RoomEvents:
		return nil, e.roomEvents(state, cx, event.Rooms)
	case RoomJoin:
		return nil, with(e.OnRoomJoin, state, cx, event.Text)
	case RoomLeave:
		return nil, with(e.OnRoomLeave, state, cx, event.Text)
	case TimerEvent:
		method, there := e.Timers[event.Timer.Name]
		if !there {
			method = e.Timers["*"]
		}
		return nil, with(method, state, cx, event.Timer)
	case Upload:
		return nil, with(e.OnUpload, state, cx, event.File)
	case ClientJoin:
		return nil, with(e.OnClientJoin, state, cx, event.Member)
	case ClientLeave:
		return nil, with(e.OnClientLeave, state, cx, event.Member)
	case MemberJoin:
		return nil, with(e.OnMemberJoin, state, cx, event.Member)
	case MemberLeave:
		return nil, with(e.OnMemberLeave, state, cx, event.Member)
	case Reload:
		return nil, with(e.OnReload, state, cx, event.Text)
	case Disconnect:
		return nil, plain(e.OnDisconnect, state, cx)
	case Destroy:
		return nil, plain(e.OnDestroy, state, cx)
	case Empty:
		return nil, plain(e.OnEmpty, state, cx)
	}
	return nil, nil
}

func (e *typed[S]) notCallable(action string) *Failure {
	message := fmt.Sprintf("%s has no public action `%s`", e.Name, action)
	if advice, hidden := e.HiddenActions[action]; hidden {
		message += ": " + advice
	}
	return &Failure{CodeNotCallable, message}
}

// roomEvents runs all of them, whatever becomes of the ones before; the first error is what it ends with.
func (e *typed[S]) roomEvents(state *S, cx *Context, events []RoomEvent) error {
	home, _ := cx.host.DefaultRoom()
	var first error
	for _, event := range events {
		for _, on := range e.RoomEvents {
			if on.Event != event.Event || !matches(on.Room, event.Room, home) {
				continue
			}
			if err := on.Run(state, cx, event); err != nil && first == nil {
				first = err
			}
			break
		}
	}
	return first
}

func matches(pattern, room, home string) bool {
	if pattern == "" {
		return room == home
	}
	if start, open := strings.CutSuffix(pattern, "*"); open {
		return strings.HasPrefix(room, start)
	}
	return pattern == room
}

func plain[S any](method func(*S, *Context) error, state *S, cx *Context) error {
	if method == nil {
		return nil
	}
	return method(state, cx)
}

func with[S, A any](method func(*S, *Context, A) error, state *S, cx *Context, argument A) error {
	if method == nil {
		return nil
	}
	return method(state, cx, argument)
}

// MigrateState turns the state of another version into this one's; without Migrate it stays as it is.
func (e *typed[S]) MigrateState(host Host, from, text string) (migrated string, failed *Failure) {
	defer func() {
		if bug := recover(); bug != nil {
			migrated, failed = "", &Failure{CodeCrashed, fmt.Sprintf("%v\n%s", bug, debug.Stack())}
		}
	}()
	if e.Migrate == nil {
		return text, nil
	}
	state := map[string]any{}
	if err := json.Unmarshal([]byte(text), &state); err != nil {
		return "", failure(err)
	}
	if err := e.Migrate(&Context{host, e.Name, ""}, from, state); err != nil {
		return "", failure(err)
	}
	return write(state), nil
}

// difference is a JSON object of the keys whose text is another one.
func difference(before, after string) string {
	if before == after {
		return "{}"
	}
	var old, now map[string]json.RawMessage
	_ = json.Unmarshal([]byte(before), &old)
	_ = json.Unmarshal([]byte(after), &now)
	changed := map[string]json.RawMessage{}
	for key, value := range now {
		if string(old[key]) != string(value) {
			changed[key] = value
		}
	}
	for key := range old {
		if _, there := now[key]; !there {
			changed[key] = json.RawMessage("null")
		}
	}
	return write(changed)
}
