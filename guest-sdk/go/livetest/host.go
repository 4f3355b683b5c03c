package livetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"liveside/live"
)

// host is the daemon's place in a test.
type host struct {
	setup         Setup
	connection    string
	shared        *shared
	state, before map[string]json.RawMessage
	private       map[string]string
	joined        map[string]bool
	roomStates    map[string]map[string]json.RawMessage
	members       map[string]uint32
	uploads       map[string][]byte
	timers        []pending
	lastTimer     uint64
	nowMs         uint64
	random        byte
	effects       []Effect
	logs          []LogLine
	// How often the persistent map is written by somebody else meanwhile, and what.
	interference int
	interfering  string
}

// shared is what all mounts of a component have together.
type shared struct {
	persistent map[string]string
	store      map[string][]byte
}

// pending is a timer that is to come; everyMs is 0 if it comes once.
type pending struct {
	live.Timer
	dueMs, everyMs uint64
}

// saved is what belongs to an event's transaction.
type saved struct {
	state      map[string]json.RawMessage
	private    map[string]string
	joined     map[string]bool
	roomStates map[string]map[string]json.RawMessage
	timers     []pending
	effects    []Effect
}

func newHost(setup Setup, defined live.Definition) *host {
	h := &host{setup: setup, connection: "test-connection", nowMs: setup.NowMs, state: object(defined.State),
		private: map[string]string{}, joined: map[string]bool{}, uploads: map[string][]byte{},
		roomStates: map[string]map[string]json.RawMessage{}, members: map[string]uint32{},
		shared: &shared{map[string]string{}, map[string][]byte{}}}
	if setup.Beside != nil {
		h.shared = setup.Beside.host.shared
	}
	if setup.Room != "" {
		h.joined[setup.Room] = true
	}
	values := map[string]string{}
	for key, value := range object(defined.Persistent) {
		values[key] = string(value)
	}
	for key, value := range setup.Persistent {
		values[key] = text(value)
	}
	for key, value := range values {
		if _, there := h.shared.persistent[key]; !there {
			h.shared.persistent[key] = value
		}
	}
	for key, value := range setup.Props {
		_, known := h.state[key]
		if defined.Props == live.PropsAny || (defined.Props == live.PropsKnown && known) {
			h.state[key] = json.RawMessage(text(value))
		}
	}
	return h
}

func (h *host) begin() {
	h.before = maps.Clone(h.state)
	h.effects, h.logs = nil, nil
}

func (h *host) save() saved {
	rooms := map[string]map[string]json.RawMessage{}
	for room, state := range h.roomStates {
		rooms[room] = maps.Clone(state)
	}
	return saved{maps.Clone(h.state), maps.Clone(h.private), maps.Clone(h.joined), rooms, slices.Clone(h.timers),
		slices.Clone(h.effects)}
}

func (h *host) restore(from saved) {
	h.state, h.private, h.joined = from.state, from.private, from.joined
	h.roomStates, h.timers, h.effects = from.roomStates, from.timers, from.effects
}

func (h *host) instance() string {
	if h.setup.Instance == "" {
		return "test-1"
	}
	return h.setup.Instance
}

func (h *host) effect(kind, room, name, data string) {
	h.effects = append(h.effects, Effect{Kind: kind, Room: room, Name: name, Data: data})
}

func refuse(code live.HostCode, format string, arguments ...any) error {
	return &live.HostError{Code: code, Message: fmt.Sprintf(format, arguments...)}
}

func compact(value json.RawMessage) json.RawMessage {
	var out bytes.Buffer
	if err := json.Compact(&out, value); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// changesOf reads a JSON object of keys.
func changesOf(written string) (map[string]json.RawMessage, error) {
	var changes map[string]json.RawMessage
	if json.Unmarshal([]byte(written), &changes) != nil || changes == nil {
		return nil, refuse(live.HostInvalid, "The changes are not a JSON object")
	}
	return changes, nil
}

// The state.

func (h *host) Load(keys []string) string {
	if keys == nil {
		return text(h.state)
	}
	part := map[string]json.RawMessage{}
	for _, key := range keys {
		if value, there := h.state[key]; there {
			part[key] = value
		}
	}
	return text(part)
}

func (h *host) Patch(changes string) error {
	given, err := changesOf(changes)
	maps.Copy(h.state, given)
	return err
}

func (h *host) PushBinary(name string, bytes []byte) error {
	if name == "" || len(name) > 128 {
		return refuse(live.HostInvalid, "The name has 1 to 128 bytes")
	}
	h.effect("binary", "", name, text(string(bytes)))
	return nil
}

// What is kept beside it.

func (h *host) PrivateGet(key string) (string, bool) {
	value, there := h.private[key]
	return value, there
}

func (h *host) PrivateSet(key, value string) error {
	h.private[key] = value
	return nil
}

func (h *host) PrivateDelete(key string) { delete(h.private, key) }

func (h *host) PersistentGet(key string) (string, bool) {
	value, there := h.shared.persistent[key]
	return value, there
}

func (h *host) PersistentSet(key, value string) error {
	h.shared.persistent[key] = value
	return nil
}

func (h *host) PersistentDelete(key string) { delete(h.shared.persistent, key) }

func (h *host) PersistentCompareAndSet(key string, expected, value *string) (bool, error) {
	if h.interference > 0 {
		h.interference--
		h.shared.persistent[key] = h.interfering
		return false, nil
	}
	now, there := h.shared.persistent[key]
	if there != (expected != nil) || (there && now != *expected) {
		return false, nil
	}
	if value == nil {
		delete(h.shared.persistent, key)
	} else {
		h.shared.persistent[key] = *value
	}
	return true, nil
}

func (h *host) StoreGet(key string) ([]byte, bool, error) {
	value, there := h.shared.store[key]
	return slices.Clone(value), there, nil
}

func (h *host) StoreSet(key string, value []byte) error {
	if key == "" || len(key) > 512 {
		return refuse(live.HostInvalid, "A key has 1 to 512 bytes")
	}
	h.shared.store[key] = slices.Clone(value)
	return nil
}

func (h *host) StoreDelete(key string) error {
	delete(h.shared.store, key)
	return nil
}

// Time.

func (h *host) After(ms uint64, name string, payload *string) (uint64, error) {
	return h.start("after", ms, 0, name, payload)
}

func (h *host) Every(ms uint64, name string, payload *string) (uint64, error) {
	if ms == 0 {
		return 0, refuse(live.HostLimit, "The interval is too short")
	}
	return h.start("every", ms, ms, name, payload)
}

func (h *host) start(kind string, ms, everyMs uint64, name string, payload *string) (uint64, error) {
	h.lastTimer++
	due := pending{live.Timer{ID: h.lastTimer, Name: name, Payload: "null"}, h.nowMs + ms, everyMs}
	if payload != nil {
		due.Payload = *payload
	}
	h.timers = append(h.timers, due)
	h.effects = append(h.effects, Effect{Kind: kind, Name: name, Data: due.Payload, Ms: ms})
	return due.ID, nil
}

func (h *host) Cancel(id uint64) {
	at := slices.IndexFunc(h.timers, func(each pending) bool { return each.ID == id })
	if at >= 0 {
		h.effect("cancel", "", h.timers[at].Name, "")
		h.timers = slices.Delete(slices.Clone(h.timers), at, at+1)
	}
}

// nextTimer takes the next one that is due by then, and puts the clock to its time.
func (h *host) nextTimer(endMs uint64) (live.Timer, bool) {
	next := -1
	for at, each := range h.timers {
		if each.dueMs <= endMs && (next < 0 || each.dueMs < h.timers[next].dueMs) {
			next = at
		}
	}
	if next < 0 {
		return live.Timer{}, false
	}
	due := h.timers[next]
	h.nowMs = max(h.nowMs, due.dueMs)
	if due.everyMs == 0 {
		h.timers = slices.Delete(h.timers, next, next+1)
	} else {
		h.timers[next].dueMs += due.everyMs
	}
	return due.Timer, true
}

func (h *host) Now() uint64 { return h.nowMs }

// The rest.

func (h *host) Fetch(request live.Request) (live.Response, error) {
	if h.setup.HTTP == nil {
		return live.Response{}, refuse(live.HostDenied, "No host is allowed: mount with HTTP")
	}
	return h.setup.HTTP(request)
}

func (h *host) ReadUpload(id string, offset uint64, length uint32) ([]byte, error) {
	file, there := h.uploads[id]
	if !there {
		return nil, refuse(live.HostInvalid, "There is no complete upload %s", id)
	}
	file = file[min(offset, uint64(len(file))):]
	return slices.Clone(file[:min(uint64(length), uint64(len(file)))]), nil
}

func (h *host) Config(key string) (string, bool) {
	value, there := h.setup.Config[key]
	return value, there
}

func (h *host) Log(level live.Level, message string) {
	h.logs = append(h.logs, LogLine{level, message})
}

// Random gives the same bytes in every run.
func (h *host) Random(length uint32) []byte {
	given := make([]byte, length)
	for at := range given {
		h.random += 7
		given[at] = h.random
	}
	return given
}
