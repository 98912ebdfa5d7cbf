/* What a city has beside places and incidents: its classes, its targets and saved runs of hotspots. */
#include "service/decisions.h"
#include "service/service_private.h"

#include <stdlib.h>

/* Records copied out of a scan, since a record lives only until visit returns. */
typedef struct category_list {
    hs_arena *arena;
    hs_category_record *records;
    uint32_t count, capacity;
} category_list;

static hs_status add_category(void *context, const hs_category_record *record, hs_error *error) {
    category_list *list = context;
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : 64;
        hs_category_record *grown = realloc(list->records, capacity * sizeof *grown);
        if (!grown) return hs_error_set(error, HS_E_MEMORY, "out of memory for categories");
        list->records = grown;
        list->capacity = capacity;
    }
    hs_category_record *copy = &list->records[list->count++];
    *copy = *record;
    enum { TEXTS = 8 };
    hs_str *texts[TEXTS] = {&copy->code,       &copy->parent, &copy->name,    &copy->name_en,
                            &copy->department, &copy->colour, &copy->members, &copy->aliases};
    for (int i = 0; i < TEXTS; i++) {
        *texts[i] = hs_arena_str(list->arena, *texts[i]);
        if (!texts[i]->data) return hs_error_set(error, HS_E_MEMORY, "out of memory for categories");
    }
    return HS_OK;
}

hs_status hs_load_taxonomy(hs_store *store, hs_error *error, hs_taxonomy **taxonomy) {
    category_list list = {.arena = hs_arena_new(64 << 20)};
    if (!list.arena) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    hs_status status = hs_store_scan_categories(store, add_category, &list, error);
    if (status == HS_OK) {
        status = list.count > 0 ? hs_taxonomy_new(list.records, list.count, error, taxonomy)
                                : hs_taxonomy_builtin(error, taxonomy);
    }
    free(list.records);
    hs_arena_free(list.arena);
    return status;
}

static hs_status add_target(void *context, const hs_target_record *record, hs_error *error) {
    return hs_targets_add(context, record, error);
}

hs_status hs_load_targets(hs_store *store, hs_error *error, hs_targets **targets) {
    hs_targets_builder *builder;
    hs_status status = hs_targets_builder_new(error, &builder);
    if (status != HS_OK) return status;
    status = hs_store_scan_targets(store, add_target, builder, error);
    if (status == HS_OK)
        *targets = hs_targets_finish(builder);
    else
        hs_targets_builder_free(builder);
    return status;
}

static hs_status add_hotspot(void *context, const hs_saved_hotspot_record *record, hs_error *error) {
    return hs_saved_hotspots_add(context, record, error);
}

hs_status hs_load_hotspots(hs_store *store, hs_error *error, hs_saved_hotspots **hotspots) {
    hs_saved_hotspots_builder *builder;
    hs_status status = hs_saved_hotspots_builder_new(error, &builder);
    if (status != HS_OK) return status;
    status = hs_store_scan_hotspots(store, add_hotspot, builder, error);
    if (status == HS_OK)
        *hotspots = hs_saved_hotspots_finish(builder);
    else
        hs_saved_hotspots_builder_free(builder);
    return status;
}

hs_status hs_renew_lists(hs_service *service, hs_store *store, const hs_snapshot *old,
                         const hs_store_versions *versions, hs_snapshot *snapshot, hs_error *error) {
    hs_targets *targets = NULL;
    hs_decisions *decisions = NULL;
    hs_saved_hotspots *hotspots = NULL;
    hs_status status = HS_OK;
    if (versions->plans != old->plans_version) status = hs_load_targets(store, error, &targets);
    if (targets) hs_snapshot_set_targets(snapshot, targets);
    if (targets && status == HS_OK) status = hs_load_decisions(store, service->words, error, &decisions);
    if (decisions) hs_snapshot_set_decisions(snapshot, decisions);
    if (status == HS_OK && versions->hotspots != old->hotspots_version)
        status = hs_load_hotspots(store, error, &hotspots);
    if (hotspots) hs_snapshot_set_hotspots(snapshot, hotspots);
    snapshot->hotspots_version = versions->hotspots;
    snapshot->city_version = versions->city;
    return status;
}
