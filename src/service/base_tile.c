#include "service/base_tile.h"

#include "service/density_private.h"

static hs_status make_index(void *context, hs_error *error, void **value, size_t *bytes) {
    const hs_geography *geography = context;
    hs_base_index *index;
    hs_status status = hs_base_index_new(geography, error, &index);
    if (status != HS_OK) return status;
    *value = index;
    *bytes = hs_base_index_bytes(index);
    return HS_OK;
}

static void free_index(void *value) {
    hs_base_index_free(value);
}

/* An index holds its geography, so no other one can have its address while the index is kept. */
static hs_shared_key key_of(const hs_geography *geography) {
    return (hs_shared_key){{HS_CACHED_BASE_INDEX, (uint64_t)(uintptr_t)geography, geography->version}};
}

static hs_status open_index(hs_service *service, const hs_geography *geography, hs_error *error,
                            hs_shared_entry **entry) {
    hs_shared_key key = key_of(geography);
    hs_shared_maker maker = {make_index, free_index, (void *)geography};
    return hs_shared_cache_get(service->shared, &key, &maker, error, entry);
}

hs_status hs_service_make_base_index(hs_service *service, const hs_geography *geography, hs_error *error) {
    hs_shared_entry *entry;
    hs_status status = open_index(service, geography, error, &entry);
    if (status == HS_OK) hs_shared_unref(entry);
    return status;
}

bool hs_service_has_base_index(hs_service *service, const hs_snapshot *snapshot) {
    hs_shared_key key = key_of(snapshot->geography);
    return hs_shared_cache_has(service->shared, &key);
}

hs_status hs_service_base_tile(hs_service *service, const hs_snapshot *snapshot, hs_tile tile,
                               hs_arena *arena, hs_error *error, hs_buffer *out) {
    hs_shared_entry *entry;
    hs_status status = open_index(service, snapshot->geography, error, &entry);
    if (status != HS_OK) return status;
    status = hs_render_base_tile(hs_shared_value(entry), tile, arena, error, out);
    hs_shared_unref(entry);
    return status;
}
