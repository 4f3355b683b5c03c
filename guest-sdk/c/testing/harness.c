/* Mounts components and gives them events, through the functions that a module exports. */
#define _GNU_SOURCE /* asprintf */
#include <stdio.h>
#include <stdlib.h>

#include "world.h"

typedef exports_liveside_component_component_event_t wit_event;
typedef exports_liveside_component_component_definition_t wit_definition;
typedef exports_liveside_component_component_option_json_t wit_option_json;

live_test *live_test_current;
static live_test *mounted;

/** As the daemon hands text over: in the arena. */
static wit_string text(const char *from) {
    wit_string to;
    live_component_string_dup(&to, from);
    return to;
}

static live_component_option_string_t optional(const char *from) {
    return (live_component_option_string_t){from != NULL, from == NULL ? (wit_string){0} : text(from)};
}

static wit_option_json json(const char *from) {
    return (wit_option_json){from != NULL, from == NULL ? (wit_string){0} : text(live_quotes(from))};
}

static const char *keep(live_test *t, const char *from) {
    return yyjson_mut_get_str(yyjson_mut_strcpy(t->doc, from));
}

static wit_definition definition(live_test *t) {
    exports_liveside_component_component_list_definition_t list;
    exports_liveside_component_component_describe(&list);
    for (size_t i = 0; i < list.len; i++) {
        if (t->name == NULL || strcmp(from_wit(list.ptr[i].name), t->name) == 0) return list.ptr[i];
    }
    live_test_abort("The module has no component", t->name);
}

static const char *failure(live_test *t, uint8_t code, wit_string message) {
    static const char *const codes[] = {"failed", "not-callable", "invalid-payload", "denied", "limit", "crashed"};
    char *said;
    if (asprintf(&said, "%s: %s", codes[code], from_wit(message)) < 0) abort();
    const char *kept = keep(t, said);
    free(said);
    return kept;
}

/** Runs one event. The arena is freed behind it, as a module's is. */
static bool run(live_test *t, wit_event *event) {
    exports_liveside_component_component_target_t target = {text(t->name), text(t->setup.instance)};
    exports_liveside_component_component_failure_t failed;
    wit_option_json answer;
    live_test_current = t;
    bool worked = exports_liveside_component_component_handle(&target, event, &answer, &failed);
    t->answer = worked && answer.is_some ? keep(t, from_wit(answer.val)) : NULL;
    t->failure = worked ? NULL : failure(t, failed.code, failed.message);
    live_arena_reset();
    return worked;
}

static void begin(live_test *t) {
    t->before = yyjson_mut_val_mut_copy(t->doc, t->state);
    t->effects = yyjson_mut_arr(t->doc);
    t->logs = yyjson_mut_arr(t->doc);
    t->answer = NULL;
    t->failure = NULL;
}

static yyjson_mut_val *delta(live_test *t) {
    yyjson_mut_val *changed = yyjson_mut_obj(t->doc), *key, *value;
    size_t at, count;
    yyjson_mut_obj_foreach(t->state, at, count, key, value) {
        const char *name = yyjson_mut_get_str(key);
        if (!yyjson_mut_equals(value, yyjson_mut_obj_get(t->before, name))) live_test_put(t->doc, changed, name, value);
    }
    yyjson_mut_obj_foreach(t->before, at, count, key, value) {
        const char *name = yyjson_mut_get_str(key);
        if (yyjson_mut_obj_get(t->state, name) == NULL) live_test_put(t->doc, changed, name, yyjson_mut_null(t->doc));
    }
    return changed;
}

/** Runs a hook whose failure nobody is told. */
static void quietly(live_test *t, wit_event *event) {
    const char *answer = t->answer, *failed = t->failure;
    if (!run(t, event)) yyjson_mut_arr_append(t->hook_errors, yyjson_mut_str(t->doc, t->failure));
    t->answer = answer;
    t->failure = failed;
}

static void state_change(live_test *t) {
    yyjson_mut_val *changed = delta(t), *key, *value;
    size_t at, count = yyjson_mut_obj_size(changed);
    if (count == 0 || !(definition(t).hooks & EXPORTS_LIVESIDE_COMPONENT_COMPONENT_HOOKS_STATE_CHANGE)) return;
    wit_event event = {.tag = EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_STATE_CHANGE};
    wit_string *keys = live_alloc(count * sizeof *keys);
    yyjson_mut_obj_foreach(changed, at, count, key, value) keys[at] = text(yyjson_mut_get_str(key));
    event.val.state_change = (live_component_list_string_t){keys, count};
    quietly(t, &event);
}

static bool one(live_test *t, wit_event event) {
    begin(t);
    bool worked = run(t, &event);
    state_change(t);
    return worked;
}

#define EVENT(kind) .tag = EXPORTS_LIVESIDE_COMPONENT_COMPONENT_EVENT_##kind

live_test *live_test_mount_with(live_test_setup setup) {
    live_test *t = calloc(1, sizeof *t);
    *t = (live_test){.next = mounted, .setup = setup, .name = setup.component, .doc = yyjson_mut_doc_new(NULL)};
    mounted = t;
    wit_definition defined = definition(t);
    t->name = keep(t, from_wit(defined.name));
    if (setup.instance == NULL) t->setup.instance = "test-1";
    t->state = live_test_read(t->doc, from_wit(defined.default_state));
    t->persistent = live_test_read(t->doc, from_wit(defined.persistent_defaults));
    yyjson_mut_val **objects[] = {&t->private, &t->store, &t->uploads, &t->member_counts, &t->room_states};
    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) *objects[i] = yyjson_mut_obj(t->doc);
    t->config = setup.config == NULL ? yyjson_mut_obj(t->doc) : live_test_read(t->doc, setup.config);
    t->joined = yyjson_mut_arr(t->doc);
    t->timers = yyjson_mut_arr(t->doc);
    t->hook_errors = yyjson_mut_arr(t->doc);
    t->connection = "test-connection";
    t->now_ms = setup.now_ms;
    live_test_sign_in(t, setup.user, setup.roles, setup.permissions);
    if (setup.room != NULL) yyjson_mut_arr_add_strcpy(t->doc, t->joined, setup.room);
    yyjson_mut_val *key, *value;
    size_t at, count;
    yyjson_mut_val *given = setup.persistent == NULL ? NULL : live_test_read(t->doc, setup.persistent);
    yyjson_mut_obj_foreach(given, at, count, key, value)
        live_test_put(t->doc, t->persistent, yyjson_mut_get_str(key), value);
    yyjson_mut_val *props = setup.props == NULL ? NULL : live_test_read(t->doc, setup.props);
    yyjson_mut_obj_foreach(props, at, count, key, value) {
        const char *name = yyjson_mut_get_str(key);
        bool known = yyjson_mut_obj_get(t->state, name) != NULL;
        if (defined.props == EXPORTS_LIVESIDE_COMPONENT_COMPONENT_PROPS_ANY ||
            (known && defined.props == EXPORTS_LIVESIDE_COMPONENT_COMPONENT_PROPS_KNOWN))
            live_test_put(t->doc, t->state, name, value);
    }
    begin(t);
    if (defined.room.is_some) return t;
    wit_event connect = {EVENT(CONNECT)};
    if (defined.hooks & EXPORTS_LIVESIDE_COMPONENT_COMPONENT_HOOKS_CONNECT) quietly(t, &connect);
    wit_event mount = {EVENT(MOUNT), .val.mount = {optional(setup.room), optional(setup.debug_label)}};
    if (defined.hooks & EXPORTS_LIVESIDE_COMPONENT_COMPONENT_HOOKS_MOUNT) quietly(t, &mount);
    state_change(t);
    live_arena_reset();
    return t;
}

void live_test_free_all(void) {
    for (live_test *each = mounted, *next; each != NULL; each = next) {
        next = each->next;
        yyjson_mut_doc_free(each->doc);
        free(each);
    }
    mounted = live_test_current = NULL;
}

static bool has(const char *const *names, wit_string name) {
    for (; names != NULL && *names != NULL; names++) {
        if (strcmp(*names, from_wit(name)) == 0) return true;
    }
    return false;
}

static bool allowed(live_test *t, const exports_liveside_component_component_option_access_t *access) {
    if (!access->is_some) return true;
    bool role = access->val.roles.len == 0, permission = true;
    for (size_t i = 0; i < access->val.roles.len; i++) role |= has(t->roles, access->val.roles.ptr[i]);
    for (size_t i = 0; i < access->val.permissions.len; i++)
        permission &= has(t->permissions, access->val.permissions.ptr[i]);
    return t->user != NULL && role && permission;
}

static bool fail(live_test *t, const char *why) {
    t->answer = NULL;
    t->failure = why;
    return false;
}

bool live_test_call(live_test *t, const char *action, const char *payload) {
    begin(t);
    wit_definition defined = definition(t);
    exports_liveside_component_component_action_definition_t *found = NULL;
    for (size_t i = 0; i < defined.actions.len; i++) {
        if (strcmp(from_wit(defined.actions.ptr[i].name), action) == 0) found = &defined.actions.ptr[i];
    }
    if (!allowed(t, &defined.access) || (found != NULL && !allowed(t, &found->access)))
        return fail(t, "denied: a rule of the component");
    wit_event before = {EVENT(BEFORE_ACTION), .val.before_action = {text(action), json(payload)}};
    bool asks = defined.hooks & EXPORTS_LIVESIDE_COMPONENT_COMPONENT_HOOKS_BEFORE_ACTION;
    bool sets = found != NULL && strcmp(action, "setValue") == 0;
    if (found != NULL && asks && !run(t, &before)) return false;
    bool worked = true;
    if (sets) {
        yyjson_mut_val *asked = live_test_read(t->doc, payload);
        const char *key = yyjson_mut_get_str(yyjson_mut_obj_get(asked, "key"));
        if (yyjson_mut_obj_get(t->state, key) == NULL) return fail(t, "invalid-payload: no such key");
        live_test_put(t->doc, t->state, key, yyjson_mut_obj_get(asked, "value"));
    } else {
        wit_event call = {EVENT(ACTION), .val.action = {text(action), json(payload)}};
        worked = run(t, &call);
    }
    state_change(t);
    live_arena_reset();
    return worked;
}

bool live_test_set_value(live_test *t, const char *key, const char *value) {
    live_context cx;
    live_context_begin(&cx, NULL, "");
    live_json asked = live_object(&cx);
    live_set_text(&cx, asked, "key", key);
    live_set(&cx, asked, "value", live_parse(&cx, live_quotes(value)));
    return live_test_call(t, "setValue", keep(t, live_write(&cx, asked)));
}

bool live_test_room_event(live_test *t, const char *room, const char *event, const char *data) {
    exports_liveside_component_component_room_event_t *told = live_alloc(sizeof *told);
    *told = (exports_liveside_component_component_room_event_t){text(room), text(event), json(data).val};
    return one(t, (wit_event){EVENT(ROOM_EVENTS), .val.room_events = {told, 1}});
}

/** The timer that is due next, until then; `NULL` if there is none. */
static yyjson_mut_val *due(live_test *t, uint64_t until, size_t *place) {
    yyjson_mut_val *next = NULL, *timer;
    size_t at, count;
    yyjson_mut_arr_foreach(t->timers, at, count, timer) {
        uint64_t when = yyjson_mut_get_uint(yyjson_mut_obj_get(timer, "at"));
        if (when > until || (next != NULL && when >= yyjson_mut_get_uint(yyjson_mut_obj_get(next, "at")))) continue;
        next = timer;
        *place = at;
    }
    return next;
}

bool live_test_advance(live_test *t, uint64_t ms) {
    uint64_t until = t->now_ms + ms;
    bool worked = true;
    size_t place;
    for (yyjson_mut_val *timer; (timer = due(t, until, &place)) != NULL;) {
        uint64_t every = yyjson_mut_get_uint(yyjson_mut_obj_get(timer, "every"));
        t->now_ms = yyjson_mut_get_uint(yyjson_mut_obj_get(timer, "at"));
        const char *payload = live_test_write(t->doc, yyjson_mut_obj_get(timer, "payload"));
        wit_event event = {EVENT(TIMER),
                           .val.timer = {yyjson_mut_get_uint(yyjson_mut_obj_get(timer, "id")),
                                         text(yyjson_mut_get_str(yyjson_mut_obj_get(timer, "name"))), json(payload)}};
        if (every > 0) yyjson_mut_set_uint(yyjson_mut_obj_get(timer, "at"), t->now_ms + every);
        else yyjson_mut_arr_remove(t->timers, place);
        worked &= one(t, event);
    }
    t->now_ms = until;
    return worked;
}

bool live_test_upload(live_test *t, live_upload upload, const void *bytes, size_t size) {
    if (bytes != NULL)
        yyjson_mut_obj_put(t->uploads, yyjson_mut_strcpy(t->doc, upload.id), yyjson_mut_strncpy(t->doc, bytes, size));
    wit_event event = {EVENT(UPLOAD),
                       .val.upload = {.id = text(upload.id),
                                      .stage.tag = (uint8_t)upload.stage,
                                      .filename = text(upload.filename),
                                      .content_type = text(upload.content_type == NULL ? "" : upload.content_type),
                                      .size = upload.size}};
    if (upload.stage == LIVE_UPLOAD_PROGRESS) event.val.upload.stage.val.progress = upload.progress;
    if (upload.stage == LIVE_UPLOAD_COMPLETE)
        event.val.upload.stage.val.complete = text(upload.url == NULL ? "" : upload.url);
    if (upload.stage == LIVE_UPLOAD_FAILED)
        event.val.upload.stage.val.failed = text(upload.reason == NULL ? "" : upload.reason);
    return one(t, event);
}

bool live_test_room_join(live_test *t, const char *room) {
    return one(t, (wit_event){EVENT(ROOM_JOIN), .val.room_join = text(room)});
}

bool live_test_room_leave(live_test *t, const char *room) {
    return one(t, (wit_event){EVENT(ROOM_LEAVE), .val.room_leave = text(room)});
}

bool live_test_client_join(live_test *t, const char *connection, uint32_t count) {
    t->connection = connection;
    return one(t, (wit_event){EVENT(CLIENT_JOIN), .val.client_join = {text(connection), count}});
}

bool live_test_client_leave(live_test *t, const char *connection, uint32_t count) {
    t->connection = connection;
    return one(t, (wit_event){EVENT(CLIENT_LEAVE), .val.client_leave = {text(connection), count}});
}

bool live_test_member_join(live_test *t, const char *instance, uint32_t count) {
    return one(t, (wit_event){EVENT(MEMBER_JOIN), .val.member_join = {text(instance), count}});
}

bool live_test_member_leave(live_test *t, const char *instance, uint32_t count) {
    bool left = one(t, (wit_event){EVENT(MEMBER_LEAVE), .val.member_leave = {text(instance), count}});
    return count > 0 ? left : left & one(t, (wit_event){EVENT(EMPTY)});
}

bool live_test_rehydrate(live_test *t, const char *from_version) {
    return one(t, (wit_event){EVENT(REHYDRATE), .val.rehydrate = {text(from_version)}});
}

bool live_test_reload(live_test *t, const char *from_version) {
    return one(t, (wit_event){EVENT(RELOAD), .val.reload = {text(from_version)}});
}

bool live_test_disconnect(live_test *t) {
    return one(t, (wit_event){EVENT(DISCONNECT)});
}

bool live_test_destroy(live_test *t) {
    return one(t, (wit_event){EVENT(DESTROY)});
}

bool live_test_migrate(live_test *t, const char *from_version, const char *state) {
    wit_string name = text(t->name), from = text(from_version), old = json(state).val, migrated;
    exports_liveside_component_component_failure_t failed;
    begin(t);
    yyjson_mut_val *whole = live_test_read(t->doc, from_wit(definition(t).default_state)), *key, *value;
    if (!exports_liveside_component_component_migrate(&name, &from, &old, &migrated, &failed))
        return fail(t, failure(t, failed.code, failed.message));
    size_t at, count;
    yyjson_mut_obj_foreach(live_test_read(t->doc, from_wit(migrated)), at, count, key, value)
        live_test_put(t->doc, whole, yyjson_mut_get_str(key), value);
    t->answer = live_test_write(t->doc, whole);
    live_arena_reset();
    return true;
}

static void keep_names(live_test *t, const char **to, const char *const *from) {
    size_t count = 0;
    while (from != NULL && from[count] != NULL && count < LIVE_TEST_NAMES) {
        to[count] = keep(t, from[count]);
        count++;
    }
    to[count] = NULL;
}

void live_test_sign_in(live_test *t, const char *user, const char *const *roles, const char *const *permissions) {
    t->user = user == NULL ? NULL : keep(t, user);
    keep_names(t, t->roles, roles);
    keep_names(t, t->permissions, permissions);
}

void live_test_set_members(live_test *t, const char *room, uint32_t count) {
    live_test_put(t->doc, t->member_counts, room, yyjson_mut_uint(t->doc, count));
}

void live_test_interfere(live_test *t, unsigned times, const char *value) {
    t->interfere = times;
    t->interfering = live_test_write(t->doc, live_test_read(t->doc, value));
    live_arena_reset();
}

const char *live_test_state(live_test *t) {
    return live_test_write(t->doc, t->state);
}

const char *live_test_answer(live_test *t) {
    return t->answer;
}

const char *live_test_failure(live_test *t) {
    return t->failure;
}

const char *live_test_delta(live_test *t) {
    return live_test_write(t->doc, delta(t));
}

const char *live_test_effects(live_test *t) {
    return live_test_write(t->doc, t->effects);
}

const char *live_test_logs(live_test *t) {
    return live_test_write(t->doc, t->logs);
}

const char *live_test_hook_errors(live_test *t) {
    return live_test_write(t->doc, t->hook_errors);
}

const char *live_test_private(live_test *t, const char *key) {
    return live_test_write(t->doc, yyjson_mut_obj_get(t->private, key));
}

const char *live_test_persistent(live_test *t, const char *key) {
    return live_test_write(t->doc, yyjson_mut_obj_get(t->persistent, key));
}
