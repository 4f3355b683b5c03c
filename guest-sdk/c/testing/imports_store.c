/* The store in a test: keys in order, values of bytes. */
#include "world.h"

static bool give(live_component_list_u8_t *ret, yyjson_mut_val *value) {
    extern void *cabi_realloc(void *, size_t, size_t, size_t);
    size_t size = yyjson_mut_get_len(value);
    *ret = (live_component_list_u8_t){cabi_realloc(NULL, 0, 1, size), size};
    if (size > 0) memcpy(ret->ptr, yyjson_mut_get_str(value), size);
    return true;
}

static yyjson_mut_val *find(const wit_string *key) {
    return yyjson_mut_obj_get(live_test_current->store, from_wit(*key));
}

static bool valid(const wit_string *key, wit_error *err) {
    if (key->len > 0 && key->len <= 512) return true;
    err->code = LIVESIDE_COMPONENT_TYPES_ERROR_CODE_INVALID;
    live_component_string_dup(&err->message, "A key has 1 to 512 bytes");
    return false;
}

static void put(const wit_string *key, const live_component_list_u8_t *value) {
    yyjson_mut_doc *doc = live_test_current->doc;
    yyjson_mut_obj_put(live_test_current->store, yyjson_mut_strcpy(doc, from_wit(*key)),
                       yyjson_mut_strncpy(doc, value->len == 0 ? "" : (const char *)value->ptr, value->len));
}

bool liveside_component_store_get(wit_string *key, live_component_option_list_u8_t *ret, wit_error *err) {
    yyjson_mut_val *value = find(key);
    ret->is_some = value != NULL;
    return valid(key, err) && (value == NULL || give(&ret->val, value));
}

bool liveside_component_store_set(wit_string *key, live_component_list_u8_t *value, uint64_t *expires_after_ms,
                                  wit_error *err) {
    (void)expires_after_ms;
    if (!valid(key, err)) return false;
    put(key, value);
    return true;
}

bool liveside_component_store_delete(wit_string *key, wit_error *err) {
    if (!valid(key, err)) return false;
    yyjson_mut_obj_remove_key(live_test_current->store, from_wit(*key));
    return true;
}

/** The smallest key behind `after` with the prefix, `NULL` if there is none. */
static yyjson_mut_val *following(const char *prefix, const char *after) {
    yyjson_mut_val *key, *value, *next = NULL;
    size_t at, count;
    yyjson_mut_obj_foreach(live_test_current->store, at, count, key, value) {
        const char *name = yyjson_mut_get_str(key);
        if (strncmp(name, prefix, strlen(prefix)) != 0 || (after != NULL && strcmp(name, after) <= 0)) continue;
        if (next == NULL || strcmp(name, yyjson_mut_get_str(next)) < 0) next = key;
    }
    return next;
}

bool liveside_component_store_scan(wit_string *prefix, uint32_t limit, wit_string *maybe_after,
                                   liveside_component_store_page_t *ret, wit_error *err) {
    (void)err;
    size_t size = yyjson_mut_obj_size(live_test_current->store);
    const char *after = maybe_after == NULL ? NULL : from_wit(*maybe_after);
    ret->entries.ptr = live_alloc((size + 1) * sizeof *ret->entries.ptr);
    ret->entries.len = 0;
    yyjson_mut_val *key;
    while ((key = following(from_wit(*prefix), after)) != NULL && ret->entries.len < limit) {
        liveside_component_store_entry_t *entry = &ret->entries.ptr[ret->entries.len++];
        after = yyjson_mut_get_str(key);
        live_component_string_dup(&entry->key, after);
        give(&entry->value, yyjson_mut_obj_get(live_test_current->store, after));
    }
    ret->more = key != NULL;
    return true;
}

bool liveside_component_store_compare_and_swap(wit_string *key, live_component_list_u8_t *expected,
                                               live_component_list_u8_t *value, uint64_t *expires_after_ms, bool *ret,
                                               wit_error *err) {
    (void)expires_after_ms;
    if (!valid(key, err)) return false;
    yyjson_mut_val *now = find(key);
    *ret = now == NULL ? expected == NULL
                       : expected != NULL && expected->len == yyjson_mut_get_len(now) &&
                             memcmp(expected->ptr, yyjson_mut_get_str(now), expected->len) == 0;
    if (*ret && value != NULL) put(key, value);
    if (*ret && value == NULL) yyjson_mut_obj_remove_key(live_test_current->store, from_wit(*key));
    return true;
}

bool liveside_component_store_flush(wit_error *err) {
    (void)err;
    return true;
}
