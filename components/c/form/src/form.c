/*
 * A form whose fields are state: the browser sets them with `setValue` while somebody types, `validate` says as data
 * what is wrong, `submit` fails as an action.
 */
#include <liveside.h>
#include <string.h>

/** A message is a few lines, not a file. */
enum { LONGEST_MESSAGE = 2000 };

/** Something before an `@` and a domain with a dot inside. Whether somebody reads it, only a message can tell. */
static bool looks_like_an_address(const char *text) {
    const char *at = strrchr(text, '@');
    if (at == NULL || at == text || live_has_space(text)) return false;
    const char *domain = at + 1;
    size_t length = strlen(domain);
    return strchr(domain, '.') != NULL && domain[0] != '.' && domain[length - 1] != '.';
}

/** A sentence for each field that is not as it should be, in the order of the fields' names. */
static live_json find_errors(live_context *cx) {
    live_json state = live_state(cx), errors = live_object(cx);
    const char *name = live_trim(cx, live_get_text(state, "name", ""));
    const char *email = live_trim(cx, live_get_text(state, "email", ""));
    if (*email == 0) live_set_text(cx, errors, "email", "Please tell us your email address.");
    else if (!looks_like_an_address(email))
        live_set_text(cx, errors, "email", live_format(cx, "\"%s\" is not an email address.", email));
    if (live_characters(live_get_text(state, "message", "")) > LONGEST_MESSAGE)
        live_set_text(cx, errors, "message", live_format(cx, "Please use at most %d characters.", LONGEST_MESSAGE));
    if (*name == 0) live_set_text(cx, errors, "name", "Please tell us your name.");
    return errors;
}

static live_result validate(live_context *cx, live_json payload) {
    (void)payload;
    live_json errors = find_errors(cx);
    return live_answerf(cx, "{'valid': %p, 'errors': %p}", live_bool(cx, live_length(errors) == 0), errors);
}

static live_result submit(live_context *cx, live_json payload) {
    (void)payload;
    live_json errors = find_errors(cx);
    const char *all = "", *field;
    for (size_t i = 0; i < live_length(errors); i++) {
        const char *sentence = live_as_text(live_entry(errors, i, &field), "");
        all = *all == 0 ? sentence : live_format(cx, "%s %s", all, sentence);
    }
    LIVE_ENSURE(cx, *all == 0, "%s", all);
    LIVE_ENSURE(cx, !live_state_get_bool(cx, "submitted"), "This form has been sent already.");
    unsigned long long now = live_now_ms(cx);
    live_state_patch(cx, live_jsonf(cx, "{'submitted': true, 'submittedAt': %llu}", now));
    return live_answerf(cx, "{'success': true, 'submittedAt': %llu}", now);
}

static live_result reset(live_context *cx, live_json payload) {
    (void)payload;
    live_state_reset(cx);
    return LIVE_OK;
}

LIVESIDE_COMPONENT(
    "CForm", "1.0.0",
    .default_state = "{'name': '', 'email': '', 'message': '', 'submitted': false, 'submittedAt': null}",
    .set_value = true,
    .actions = LIVE_ACTIONS({"validate", validate}, {"submit", submit}, {"reset", reset}));
