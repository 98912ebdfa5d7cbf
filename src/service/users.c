#include "service/users.h"

#include "base/clock.h"
#include "base/text.h"
#include "service/service_private.h"
#include <stdlib.h>
#include <string.h>

#define FRESH_MS   1000
#define NAME_LIMIT 100

static const char *const role_names[] = {
    [HS_ROLE_VIEWER] = "viewer",
    [HS_ROLE_REPORTER] = "reporter",
    [HS_ROLE_EDITOR] = "editor",
    [HS_ROLE_ADMIN] = "admin",
};

const char *hs_role_name(hs_role role) {
    return (unsigned)role < HS_ROLE_COUNT ? role_names[role] : "none";
}

hs_role hs_role_parse(hs_str name) {
    for (int role = 0; role < HS_ROLE_COUNT; role++)
        if (hs_str_equal(name, hs_str_of(role_names[role]))) return (hs_role)role;
    return HS_ROLE_COUNT;
}

typedef struct unit_search {
    hs_str code;
    bool found;
} unit_search;

static hs_status look_at_unit(void *context, const hs_unit_record *record, hs_error *error) {
    (void)error;
    unit_search *search = context;
    search->found = search->found || hs_str_equal(record->code, search->code);
    return HS_OK;
}

hs_status hs_user_add(hs_store *store, const hs_user *user, hs_error *error,
                      char token[HS_SECRET_TEXT_SIZE]) {
    char hash[HS_SECRET_HASH_SIZE];
    if (user->name.size == 0 || user->name.size > NAME_LIMIT || !hs_utf8_valid(user->name))
        return hs_error_set(error, HS_E_ARGUMENT, "a user's name has 1 to %d bytes of UTF-8", NAME_LIMIT);
    if (user->unit.size > 0) {
        unit_search search = {.code = user->unit};
        hs_status status = hs_store_scan_units(store, look_at_unit, &search, error);
        if (status != HS_OK) return status;
        if (!search.found)
            return hs_error_set(error, HS_E_NOT_FOUND, "--unit %.*s: no unit has this code",
                                (int)hs_utf8_cut(user->unit, 60), user->unit.data);
    }
    hs_status status = hs_secret_text(token, error);
    if (status != HS_OK) return status;
    hs_secret_hash(hs_str_of(token), hash);
    hs_user_record record = {.name = user->name,
                             .role = hs_str_of(hs_role_name(user->role)),
                             .unit = user->unit,
                             .token_hash = hs_str_of(hash),
                             .created_s = hs_clock_now_s(),
                             .revoked_s = HS_NO_TIME};
    return hs_store_add_user(store, &record, error);
}

/* Users in force as the store had them lately. */
struct hs_user_list {
    hs_arena *arena;
    double read_ms;
    hs_user_record *users;
    size_t count, capacity;
};

static void free_list(struct hs_user_list *list) {
    if (!list) return;
    free(list->users);
    hs_arena_free(list->arena);
    free(list);
}

static hs_status add_user(void *context, const hs_user_record *user, hs_error *error) {
    struct hs_user_list *list = context;
    if (user->revoked_s != HS_NO_TIME) return HS_OK;
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 16;
        hs_user_record *grown = realloc(list->users, capacity * sizeof *grown);
        if (!grown) return hs_error_set(error, HS_E_MEMORY, "out of memory for users");
        list->users = grown;
        list->capacity = capacity;
    }
    hs_user_record copy = {.name = hs_arena_str(list->arena, user->name),
                           .role = hs_arena_str(list->arena, user->role),
                           .unit = hs_arena_str(list->arena, user->unit),
                           .token_hash = hs_arena_str(list->arena, user->token_hash)};
    if (!copy.name.data || !copy.role.data || !copy.unit.data || !copy.token_hash.data)
        return hs_error_set(error, HS_E_MEMORY, "out of memory for users");
    list->users[list->count++] = copy;
    return HS_OK;
}

/* Under users_lock. */
static hs_status refresh(hs_service *service, hs_error *error) {
    double now_ms = hs_clock_monotonic_ms();
    if (service->users && now_ms - service->users->read_ms < FRESH_MS) return HS_OK;
    struct hs_user_list *list = calloc(1, sizeof *list);
    if (!list) return hs_error_set(error, HS_E_MEMORY, "out of memory for users");
    list->arena = hs_arena_new((size_t)16 << 20);
    list->read_ms = now_ms;
    hs_status status = list->arena ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory for users");
    if (status == HS_OK && !service->users_store)
        status = hs_store_open(service->url, HS_STORE_READ, error, &service->users_store);
    if (status == HS_OK) status = hs_store_scan_users(service->users_store, add_user, list, error);
    if (status != HS_OK) {
        free_list(list);
        return status;
    }
    free_list(service->users);
    service->users = list;
    return HS_OK;
}

static hs_status copy_user(const hs_user_record *record, hs_arena *arena, hs_error *error, hs_user *user) {
    hs_user found = {.name = hs_arena_str(arena, record->name),
                     .unit = hs_arena_str(arena, record->unit),
                     .role = hs_role_parse(record->role)};
    if (!found.name.data || !found.unit.data) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    if (found.role == HS_ROLE_COUNT)
        return hs_error_set(error, HS_E_DENIED, "this token has a role that this program does not know");
    *user = found;
    return HS_OK;
}

hs_status hs_service_find_user(hs_service *service, hs_str token, hs_arena *arena, hs_error *error,
                               hs_user *user) {
    char hash[HS_SECRET_HASH_SIZE];
    hs_secret_hash(token, hash);
    pthread_mutex_lock(&service->users_lock);
    hs_status status = refresh(service, error);
    const hs_user_record *record = NULL;
    for (size_t i = 0; status == HS_OK && i < service->users->count; i++)
        if (hs_secret_equal(service->users->users[i].token_hash, hs_str_of(hash)))
            record = &service->users->users[i];
    if (status == HS_OK)
        status = record ? copy_user(record, arena, error, user)
                        : hs_error_set(error, HS_E_DENIED, "this token is nobody's, or was revoked");
    pthread_mutex_unlock(&service->users_lock);
    return status;
}

void hs_service_free_users(hs_service *service) {
    free_list(service->users);
    hs_store_close(service->users_store);
}
