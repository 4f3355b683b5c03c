/* `handle` and `migrate`: from an event to the author's function, and from its result to the daemon's. */
#include "internal.h"

typedef exports_liveside_component_component_event_t wit_event;
typedef exports_liveside_component_component_failure_t wit_failure;
typedef exports_liveside_component_component_option_json_t wit_option_json;

static live_json optional_json(live_context *cx, wit_option_json text) {
    return text.is_some ? json_from_wit(cx, text.val) : NULL;
}

static bool matches(const char *pattern, const char *room, const char *default_room) {
    if (pattern == NULL) return default_room != NULL && strcmp(room, default_room) == 0;
    size_t length = strlen(pattern);
    if (length > 0 && pattern[length - 1] == '*') return strncmp(pattern, room, length - 1) == 0;
    return strcmp(pattern, room) == 0;
}

/** Runs every event of the list, whatever becomes of the ones before; the first failure is what it all ends with. */
static live_result room_events(live_context *cx, const exports_liveside_component_component_list_room_event_t *list) {
    const live_room_handler *handlers = cx->component->room_events;
    const char *default_room = live_room(cx);
    live_context first = {0};
    bool failed = false;
    for (size_t i = 0; i < list->len; i++) {
        live_room_event event = {from_wit(list->ptr[i].room), from_wit(list->ptr[i].event),
                                 json_from_wit(cx, list->ptr[i].data)};
        for (const live_room_handler *each = handlers; each != NULL && each->event != NULL; each++) {
            if (strcmp(each->event, event.event) != 0 || !matches(each->room, event.room, default_room)) continue;
            if (!each->run(cx, &event) && !failed) {
                failed = true;
                first = *cx;
            }
            break;
        }
    }
    if (!failed) return LIVE_OK;
    cx->error = first.error;
    cx->said = first.said;
    cx->message = first.message;
    return LIVE_FAILED;
}

static live_result action(live_context *cx, const char *name, live_json payload, bool *found) {
    const live_component *component = cx->component;
    for (const live_action *each = component->actions; each != NULL && each->name != NULL; each++) {
        if (strcmp(each->name, name) == 0) return each->run(cx, payload);
    }
    *found = false;
    for (const live_hidden_action *each = component->hidden_actions; each != NULL && each->name != NULL; each++) {
        if (strcmp(each->name, name) == 0)
            return live_fail(cx, "%s has no public action `%s`: %s", component->name, name, each->advice);
    }
    return live_fail(cx, "%s has no public action `%s`", component->name, name);
}

static live_result timer(live_context *cx, const live_timer *due) {
    for (const live_timer_handler *each = cx->component->timers; each != NULL && each->name != NULL; each++) {
        if (strcmp(each->name, due->name) == 0 || strcmp(each->name, "*") == 0) return each->run(cx, due);
    }
    return live_fail(cx, "%s started a timer `%s` but has no {\"%s\", ...} in .timers", cx->component->name, due->name,
                     due->name);
}

static live_result upload(live_context *cx, const exports_liveside_component_component_upload_t *from) {
    live_upload upload = {
        .id = from_wit(from->id),
        .stage = (live_upload_stage)from->stage.tag,
        .filename = from_wit(from->filename),
        .content_type = from_wit(from->content_type),
        .size = from->size,
    };
    if (upload.stage == LIVE_UPLOAD_PROGRESS) upload.progress = from->stage.val.progress;
    if (upload.stage == LIVE_UPLOAD_COMPLETE) upload.url = from_wit(from->stage.val.complete);
    if (upload.stage == LIVE_UPLOAD_FAILED) upload.reason = from_wit(from->stage.val.failed);
    return cx->component->hooks.upload(cx, &upload);
}

static live_result state_change(live_context *cx, live_component_list_string_t changed) {
    const char **keys = live_alloc((changed.len + 1) * sizeof *keys);
    for (size_t i = 0; i < changed.len; i++) keys[i] = from_wit(changed.ptr[i]);
    keys[changed.len] = NULL;
    return cx->component->hooks.state_change(cx, keys, changed.len);
}

#define TEXT(field) from_wit(event->val.field)
#define CALL(hook, ...) (hooks->hook == NULL ? LIVE_OK : hooks->hook(cx, ##__VA_ARGS__))

static live_result dispatch(live_context *cx, const wit_event *event, bool *found) {
    const live_hooks *hooks = &cx->component->hooks;
    switch (event->tag) {
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_CONNECT: return CALL(connect);
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_MOUNT: {
            live_mount mount = {from_wit_option(event->val.mount.room), from_wit_option(event->val.mount.debug_label)};
            return CALL(mount, &mount);
        }
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_REHYDRATE: return CALL(rehydrate, TEXT(rehydrate.from_version));
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_BEFORE_ACTION:
            return CALL(before_action, TEXT(before_action.name), optional_json(cx, event->val.before_action.payload));
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_ACTION:
            return action(cx, TEXT(action.name), optional_json(cx, event->val.action.payload), found);
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_STATE_CHANGE:
            return hooks->state_change == NULL ? LIVE_OK : state_change(cx, event->val.state_change);
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_ROOM_EVENTS: return room_events(cx, &event->val.room_events);
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_ROOM_JOIN: return CALL(room_join, TEXT(room_join));
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_ROOM_LEAVE: return CALL(room_leave, TEXT(room_leave));
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_TIMER: {
            live_timer due = {event->val.timer.id, TEXT(timer.name), optional_json(cx, event->val.timer.payload)};
            return timer(cx, &due);
        }
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_UPLOAD:
            return hooks->upload == NULL ? LIVE_OK : upload(cx, &event->val.upload);
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_CLIENT_JOIN: {
            live_client client = {TEXT(client_join.connection_id), event->val.client_join.count};
            return CALL(client_join, &client);
        }
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_CLIENT_LEAVE: {
            live_client client = {TEXT(client_leave.connection_id), event->val.client_leave.count};
            return CALL(client_leave, &client);
        }
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_RELOAD: return CALL(reload, TEXT(reload.from_version));
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_DISCONNECT: return CALL(disconnect);
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_DESTROY: return CALL(destroy);
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_MEMBER_JOIN: {
            live_membership member = {TEXT(member_join.instance), event->val.member_join.count};
            return CALL(member_join, &member);
        }
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_MEMBER_LEAVE: {
            live_membership member = {TEXT(member_leave.instance), event->val.member_leave.count};
            return CALL(member_leave, &member);
        }
        case EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_EMPTY: return CALL(empty);
        default: return LIVE_OK; /* A kind that this version does not know. */
    }
}

static uint8_t failure_code(const live_context *cx, bool found) {
    if (!found) return EXPORTS_LIVESIDE_COMPONENT_COMPONENT_FAILURE_CODE_NOT_CALLABLE;
    if (cx->error == LIVE_ERROR_LIMIT) return EXPORTS_LIVESIDE_COMPONENT_COMPONENT_FAILURE_CODE_LIMIT;
    if (cx->said && cx->error == LIVE_ERROR_DENIED) return EXPORTS_LIVESIDE_COMPONENT_COMPONENT_FAILURE_CODE_DENIED;
    if (cx->said && cx->error == LIVE_ERROR_INVALID)
        return EXPORTS_LIVESIDE_COMPONENT_COMPONENT_FAILURE_CODE_INVALID_PAYLOAD;
    return EXPORTS_LIVESIDE_COMPONENT_COMPONENT_FAILURE_CODE_FAILED;
}

/** Whether it worked; if not, `failure` says why. */
static bool finish(live_context *cx, live_result result, bool found, wit_failure *failure) {
    if (result && cx->refused != LIVE_NO_ERROR) {
        cx->error = cx->refused;
        cx->message = cx->refusal;
        cx->said = false;
        result = LIVE_FAILED;
    }
    if (result) return true;
    failure->code = failure_code(cx, found);
    failure->message = to_wit(*cx->message == 0 ? "It did not work, and the component does not say why" : cx->message);
    return false;
}

static const live_component *begin(live_context *cx, wit_string name, wit_string instance, wit_failure *failure) {
    const live_component *component = live_find_component(from_wit(name));
    live_context_begin(cx, component, from_wit(instance));
    if (component == NULL) {
        live_fail(cx, "This module has no component %s", from_wit(name));
        finish(cx, LIVE_FAILED, true, failure);
    }
    return component;
}

bool exports_liveside_component_component_handle(exports_liveside_component_component_target_t *target, wit_event *event,
                                                 wit_option_json *ret, wit_failure *err) {
    live_context cx;
    bool found = true;
    if (begin(&cx, target->component, target->instance, err) == NULL) return false;
    live_result result = dispatch(&cx, event, &found);
    if (!finish(&cx, result, found, err)) return false;
    *ret = (wit_option_json){cx.answer != NULL, to_wit(live_write(&cx, cx.answer))};
    return true;
}

bool exports_liveside_component_component_migrate(wit_string *component, wit_string *from_version, wit_string *state,
                                                  wit_string *ret, wit_failure *err) {
    live_context cx;
    const live_component *found = begin(&cx, *component, (wit_string){0}, err);
    if (found == NULL) return false;
    live_json value = json_from_wit(&cx, *state);
    if (found->migrate != NULL && !finish(&cx, found->migrate(&cx, from_wit(*from_version), value), true, err))
        return false;
    *ret = to_wit(live_write(&cx, value));
    return true;
}
