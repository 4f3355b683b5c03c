package live

import (
	"liveside/internal/entry"
	_ "liveside/internal/exports" // The functions that the module exports.
	types "liveside/internal/pkg/types"
	wit "liveside/internal/wit/liveside_component_component"
)

func init() {
	entry.DescribeFunc = describe
	entry.HandleFunc = handle
	entry.MigrateFunc = migrate
}

type outcome = types.Result[types.Option[string], wit.Failure]

func find(name string) Entry {
	for _, each := range registered {
		if each.Definition().Name == name {
			return each
		}
	}
	return nil
}

func handle(target wit.Target, event wit.Event) outcome {
	found := find(target.Component)
	if found == nil {
		return types.Err[types.Option[string]](wit.Failure{Message: "This module has no component " + target.Component})
	}
	answer, failed := found.Handle(daemon{}, target.Instance, convert(event))
	collect()
	if failed != nil {
		return types.Err[types.Option[string]](wit.Failure{Code: uint8(failed.Code), Message: failed.Message})
	}
	return types.Ok[types.Option[string], wit.Failure](option(answer))
}

func migrate(component, from, state string) types.Result[string, wit.Failure] {
	found := find(component)
	if found == nil {
		return types.Err[string](wit.Failure{Message: "This module has no component " + component})
	}
	migrated, failed := found.MigrateState(daemon{}, from, state)
	if failed != nil {
		return types.Err[string](wit.Failure{Code: uint8(failed.Code), Message: failed.Message})
	}
	return types.Ok[string, wit.Failure](migrated)
}

func convert(event wit.Event) Event {
	to := Event{Kind: Kind(event.Tag())}
	switch to.Kind {
	case MountEvent:
		mount := event.Mount()
		to.Mount = Mount{mount.Room.SomeOr(""), mount.DebugLabel.SomeOr("")}
	case Rehydrate:
		to.Text = event.Rehydrate().FromVersion
	case BeforeAction:
		to.Text, to.Payload = event.BeforeAction().Name, pointer(event.BeforeAction().Payload)
	case ActionEvent:
		to.Text, to.Payload = event.Action().Name, pointer(event.Action().Payload)
	case StateChange:
		to.Keys = event.StateChange()
	case RoomEvents:
		for _, each := range event.RoomEvents() {
			to.Rooms = append(to.Rooms, RoomEvent{each.Room, each.Event, each.Data})
		}
	case RoomJoin:
		to.Text = event.RoomJoin()
	case RoomLeave:
		to.Text = event.RoomLeave()
	case TimerEvent:
		timer := event.Timer()
		to.Timer = Timer{timer.Id, timer.Name, timer.Payload.SomeOr("null")}
	case Upload:
		to.File = file(event.Upload())
	case ClientJoin:
		to.Member = Member{event.ClientJoin().ConnectionId, event.ClientJoin().Count}
	case ClientLeave:
		to.Member = Member{event.ClientLeave().ConnectionId, event.ClientLeave().Count}
	case MemberJoin:
		to.Member = Member{event.MemberJoin().Instance, event.MemberJoin().Count}
	case MemberLeave:
		to.Member = Member{event.MemberLeave().Instance, event.MemberLeave().Count}
	case Reload:
		to.Text = event.Reload().FromVersion
	}
	return to
}

func file(from wit.Upload) File {
	to := File{ID: from.Id, Name: from.Filename, ContentType: from.ContentType, Size: from.Size, Stage: Stage(from.Stage.Tag())}
	switch to.Stage {
	case UploadProgress:
		to.Progress = from.Stage.Progress()
	case UploadComplete:
		to.Text = from.Stage.Complete()
	case UploadFailed:
		to.Text = from.Stage.Failed()
	}
	return to
}

func describe() []wit.Definition {
	var all []wit.Definition
	for _, each := range registered {
		from := each.Definition()
		to := wit.Definition{
			Name: from.Name, Version: from.Version, DefaultState: from.State, PersistentDefaults: from.Persistent,
			Hooks:     from.Hooks,
			Access:    access(from.Access),
			RateLimit: rateLimit(from.RateLimit),
			Singleton: types.None[wit.Singleton](), Room: types.None[wit.RoomDefinition](),
			StateSchema: filled(from.StateSchema), Durable: from.Durable,
			Props: uint8(from.Props), Logging: uint8(from.Logging),
		}
		if from.Fresh {
			to.Isolation = wit.Isolation_Fresh
		}
		if from.Singleton {
			to.Singleton = types.Some(wit.Singleton{LingerMs: lingerMs(from.LingerMs)})
		}
		if from.Room != "" {
			to.Room = types.Some(wit.RoomDefinition{Name: from.Room})
		}
		for _, action := range from.Actions {
			to.Actions = append(to.Actions, wit.ActionDefinition{
				Name: action.Name, Access: access(action.Access), RateLimit: rateLimit(action.RateLimit),
				PayloadSchema: filled(action.PayloadSchema),
			})
		}
		for _, hidden := range from.HiddenActions {
			to.HiddenActions = append(to.HiddenActions, wit.HiddenAction{Name: hidden.Name, Advice: hidden.Advice})
		}
		for _, on := range from.Subscriptions {
			to.RoomSubscriptions = append(to.RoomSubscriptions, wit.RoomSubscription{Room: filled(on.Room), Event: on.Event})
		}
		all = append(all, to)
	}
	return all
}

func access(from Access) types.Option[wit.Access] {
	if !from.Authenticated && len(from.Roles) == 0 && len(from.Permissions) == 0 {
		return types.None[wit.Access]()
	}
	return types.Some(wit.Access{Authenticated: true, Roles: from.Roles, Permissions: from.Permissions})
}

func rateLimit(from RateLimit) types.Option[wit.RateLimit] {
	if from == (RateLimit{}) {
		return types.None[wit.RateLimit]()
	}
	return types.Some(wit.RateLimit{Burst: from.Burst, PerMinute: from.PerMinute})
}

func lingerMs(from uint64) types.Option[uint64] {
	if from == Forever {
		return types.None[uint64]()
	}
	return types.Some(from)
}

func filled(text string) types.Option[string] {
	if text == "" {
		return types.None[string]()
	}
	return types.Some(text)
}

func option[T any](value *T) types.Option[T] {
	if value == nil {
		return types.None[T]()
	}
	return types.Some(*value)
}

func pointer[T any](value types.Option[T]) *T {
	if value.IsNone() {
		return nil
	}
	some := value.Some()
	return &some
}
