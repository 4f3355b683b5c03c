/* `describe`: the tables of a module's components, as the interface wants them. */
#include "internal.h"

typedef exports_liveside_component_component_definition_t wit_definition;

const live_component *live_find_component(const char *name) {
    for (const live_component *const *each = live_module; *each != NULL; each++) {
        const char *called = (*each)->name != NULL ? (*each)->name : (*each)->room;
        if (strcmp(called, name) == 0) return *each;
    }
    return NULL;
}

/** A JSON text of a table. A mistake in it stops the module while it is loaded, with a sentence that names it. */
static wit_string json(const live_component *component, const char *field, const char *text) {
    live_context cx;
    live_context_begin(&cx, component, "");
    const char *written = text == NULL ? "{}" : live_quotes(text);
    if (!live_is_object(live_parse(&cx, written)))
        live_panic("%s: .%s is not a JSON object: %s", component->name, field, written);
    return to_wit(written);
}

static exports_liveside_component_component_option_json_t schema(const live_component *component, const char *text) {
    exports_liveside_component_component_option_json_t none = {0};
    if (text == NULL) return none;
    return (exports_liveside_component_component_option_json_t){true, json(component, "..schema", text)};
}

static live_component_list_string_t names(const char *const *names) {
    size_t count = 0;
    while (names != NULL && names[count] != NULL) count++;
    wit_string *list = live_alloc((count + 1) * sizeof *list);
    for (size_t i = 0; i < count; i++) list[i] = to_wit(names[i]);
    return (live_component_list_string_t){list, count};
}

static exports_liveside_component_component_option_access_t access(const live_access *from) {
    bool is_some = from->authenticated || from->roles != NULL || from->permissions != NULL;
    return (exports_liveside_component_component_option_access_t){
        is_some, {is_some, names(from->roles), names(from->permissions)}};
}

static exports_liveside_component_component_option_rate_limit_t rate_limit(live_rate_limit from) {
    bool is_some = from.burst != 0 || from.per_minute != 0;
    return (exports_liveside_component_component_option_rate_limit_t){is_some, {from.burst, from.per_minute}};
}

static void actions(const live_component *from, wit_definition *to) {
    size_t count = from->set_value ? 1 : 0;
    for (const live_action *each = from->actions; each != NULL && each->name != NULL; each++) count++;
    exports_liveside_component_component_action_definition_t *list = live_alloc((count + 1) * sizeof *list);
    to->actions.ptr = list;
    to->actions.len = count;
    for (const live_action *each = from->actions; each != NULL && each->name != NULL; each++) {
        *list++ = (exports_liveside_component_component_action_definition_t){
            .name = to_wit(each->name),
            .access = access(&each->access),
            .rate_limit = rate_limit(each->rate_limit),
            .payload_schema = schema(from, each->payload_schema),
        };
    }
    if (from->set_value)
        *list = (exports_liveside_component_component_action_definition_t){.name = to_wit("setValue")};
}

static void hidden_actions(const live_component *from, wit_definition *to) {
    size_t count = 0;
    for (const live_hidden_action *each = from->hidden_actions; each != NULL && each->name != NULL; each++) count++;
    to->hidden_actions.ptr = live_alloc((count + 1) * sizeof *to->hidden_actions.ptr);
    to->hidden_actions.len = count;
    for (size_t i = 0; i < count; i++) {
        to->hidden_actions.ptr[i] = (exports_liveside_component_component_hidden_action_t){
            to_wit(from->hidden_actions[i].name), to_wit(from->hidden_actions[i].advice)};
    }
}

static void subscriptions(const live_component *from, wit_definition *to) {
    size_t count = 0;
    for (const live_room_handler *each = from->room_events; each != NULL && each->event != NULL; each++) count++;
    to->room_subscriptions.ptr = live_alloc((count + 1) * sizeof *to->room_subscriptions.ptr);
    to->room_subscriptions.len = count;
    for (size_t i = 0; i < count; i++) {
        const live_room_handler *each = &from->room_events[i];
        to->room_subscriptions.ptr[i] = (exports_liveside_component_component_room_subscription_t){
            {each->room != NULL, to_wit(each->room == NULL ? "" : each->room)}, to_wit(each->event)};
    }
}

static exports_liveside_component_component_hooks_t hooks(const live_hooks *from) {
    const bool there[] = {
        from->connect != NULL,     from->mount != NULL,        from->rehydrate != NULL,    from->before_action != NULL,
        from->state_change != NULL, from->room_join != NULL,    from->room_leave != NULL,   from->upload != NULL,
        from->client_join != NULL, from->client_leave != NULL, from->reload != NULL,       from->disconnect != NULL,
        from->destroy != NULL,     from->member_join != NULL,  from->member_leave != NULL, from->empty != NULL,
    };
    unsigned bits = 0;
    for (size_t i = 0; i < sizeof there; i++) bits |= (unsigned)there[i] << i;
    return (exports_liveside_component_component_hooks_t)bits;
}

static wit_definition define(const live_component *from) {
    const char *name = from->name != NULL ? from->name : from->room;
    wit_definition to = {
        .name = to_wit(name),
        .version = to_wit(from->version == NULL ? "1.0.0" : from->version),
        .default_state = json(from, "default_state", from->default_state),
        .persistent_defaults = json(from, "persistent_defaults", from->persistent_defaults),
        .hooks = hooks(&from->hooks),
        .props = (exports_liveside_component_component_props_t)from->props,
        .access = access(&from->access),
        .rate_limit = rate_limit(from->rate_limit),
        .singleton = {from->scope != LIVE_EACH_MOUNT, {{from->scope == LIVE_SINGLETON, from->linger_ms}}},
        .room = {from->room != NULL, {to_wit(from->room == NULL ? "" : from->room)}},
        .durable = from->durable,
        .isolation = from->fresh ? EXPORTS_LIVESIDE_COMPONENT_COMPONENT_ISOLATION_FRESH
                                 : EXPORTS_LIVESIDE_COMPONENT_COMPONENT_ISOLATION_SHARED,
        .state_schema = schema(from, from->state_schema),
        .logging = (exports_liveside_component_component_logging_t)from->logging,
    };
    actions(from, &to);
    hidden_actions(from, &to);
    subscriptions(from, &to);
    return to;
}

void exports_liveside_component_component_describe(exports_liveside_component_component_list_definition_t *ret) {
    size_t count = 0;
    while (live_module[count] != NULL) count++;
    ret->ptr = live_alloc((count + 1) * sizeof *ret->ptr);
    ret->len = count;
    for (size_t i = 0; i < count; i++) ret->ptr[i] = define(live_module[i]);
}
