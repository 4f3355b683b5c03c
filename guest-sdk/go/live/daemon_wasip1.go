package live

import (
	types "liveside/internal/pkg/types"
	"liveside/internal/wit/liveside_component_broadcast"
	"liveside/internal/wit/liveside_component_clock"
	"liveside/internal/wit/liveside_component_config"
	"liveside/internal/wit/liveside_component_http"
	"liveside/internal/wit/liveside_component_log"
	"liveside/internal/wit/liveside_component_persistent"
	"liveside/internal/wit/liveside_component_private"
	"liveside/internal/wit/liveside_component_random"
	"liveside/internal/wit/liveside_component_rooms"
	"liveside/internal/wit/liveside_component_session"
	"liveside/internal/wit/liveside_component_state"
	"liveside/internal/wit/liveside_component_store"
	"liveside/internal/wit/liveside_component_timers"
	witTypes "liveside/internal/wit/liveside_component_types"
	"liveside/internal/wit/liveside_component_uploads"
)

// daemon is the Host of a module: its imports.
type daemon struct{}

func value[T any](result types.Result[T, witTypes.Error]) (T, error) {
	if result.IsErr() {
		var none T
		refused := result.Err()
		return none, &HostError{HostCode(refused.Code), refused.Message}
	}
	return result.Ok(), nil
}

func done[T any](result types.Result[T, witTypes.Error]) error {
	_, err := value(result)
	return err
}

func there(found types.Option[string]) (string, bool) { return found.SomeOr(""), found.IsSome() }

func (daemon) Load(keys []string) string {
	if keys == nil {
		return liveside_component_state.Load(types.None[[]string]())
	}
	return liveside_component_state.Load(types.Some(keys))
}
func (daemon) Patch(changes string) error { return done(liveside_component_state.Patch(changes)) }
func (daemon) PushBinary(name string, bytes []byte) error {
	return done(liveside_component_state.PushBinary(name, bytes))
}
func (daemon) PrivateGet(key string) (string, bool) {
	return there(liveside_component_private.Get(key))
}
func (daemon) PrivateSet(key, text string) error {
	return done(liveside_component_private.Set(key, text))
}
func (daemon) PrivateDelete(key string) { liveside_component_private.Delete(key) }
func (daemon) PersistentGet(key string) (string, bool) {
	return there(liveside_component_persistent.Get(key))
}
func (daemon) PersistentSet(key, text string) error {
	return done(liveside_component_persistent.Set(key, text))
}
func (daemon) PersistentDelete(key string) { liveside_component_persistent.Delete(key) }
func (daemon) PersistentCompareAndSet(key string, expected, text *string) (bool, error) {
	return value(liveside_component_persistent.CompareAndSet(key, option(expected), option(text)))
}
func (daemon) Session() Session {
	from := liveside_component_session.Current()
	return Session{from.Authenticated, pointer(from.UserId), pointer(from.Label), pointer(from.ConnectionId),
		from.Roles, from.Permissions, from.Claims}
}
func (daemon) DefaultRoom() (string, bool) { return there(liveside_component_rooms.DefaultRoom()) }
func (daemon) Join(room string) error      { return done(liveside_component_rooms.Join(room)) }
func (daemon) Leave(room string) error     { return done(liveside_component_rooms.Leave(room)) }
func (daemon) Emit(room, event, data string) (uint32, error) {
	return value(liveside_component_rooms.Emit(room, event, data))
}
func (daemon) RoomState(room string) (string, error) {
	return value(liveside_component_rooms.StateGet(room))
}
func (daemon) SetRoomState(room, changes string) error {
	return done(liveside_component_rooms.StateSet(room, changes))
}
func (daemon) Count(room string) (uint32, error) { return value(liveside_component_rooms.Count(room)) }
func (daemon) Call(room, action string, payload *string) (*string, error) {
	answer, err := value(liveside_component_rooms.Call(room, action, option(payload)))
	if err != nil {
		return nil, err
	}
	return pointer(answer), nil
}
func (daemon) Broadcast(kind, data string, exceptSender bool) (uint32, error) {
	return value(liveside_component_broadcast.Send(kind, data, exceptSender))
}
func (daemon) After(ms uint64, name string, payload *string) (uint64, error) {
	return value(liveside_component_timers.After(ms, name, option(payload)))
}
func (daemon) Every(ms uint64, name string, payload *string) (uint64, error) {
	return value(liveside_component_timers.Every(ms, name, option(payload)))
}
func (daemon) Cancel(id uint64) { liveside_component_timers.Cancel(id) }
func (daemon) StoreGet(key string) ([]byte, bool, error) {
	found, err := value(liveside_component_store.Get(key))
	if err != nil || found.IsNone() {
		return nil, false, err
	}
	return found.Some(), true, nil
}
func (daemon) StoreSet(key string, bytes []byte) error {
	return done(liveside_component_store.Set(key, bytes, types.None[uint64]()))
}
func (daemon) StoreDelete(key string) error { return done(liveside_component_store.Delete(key)) }
func (daemon) Fetch(request Request) (Response, error) {
	asked := liveside_component_http.Request{Method: request.Method, Url: request.URL,
		Body: types.None[[]uint8](), TimeoutMs: types.None[uint32]()}
	if request.Body != nil {
		asked.Body = types.Some(request.Body)
	}
	for _, header := range request.Headers {
		asked.Headers = append(asked.Headers, liveside_component_http.Header{Name: header[0], Value: header[1]})
	}
	answer, err := value(liveside_component_http.Fetch(asked))
	response := Response{Status: answer.Status, Body: answer.Body}
	for _, header := range answer.Headers {
		response.Headers = append(response.Headers, [2]string{header.Name, header.Value})
	}
	return response, err
}
func (daemon) ReadUpload(id string, offset uint64, length uint32) ([]byte, error) {
	return value(liveside_component_uploads.Read(id, offset, length))
}
func (daemon) Config(key string) (string, bool) { return there(liveside_component_config.Get(key)) }
func (daemon) Log(level Level, message string)  { liveside_component_log.Log(uint8(level), message) }
func (daemon) Now() uint64                      { return liveside_component_clock.Now() }
func (daemon) Random(length uint32) []byte      { return liveside_component_random.GetBytes(length) }
