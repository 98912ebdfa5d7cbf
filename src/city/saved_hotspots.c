#include "city/saved_hotspots.h"

#include "city/geography_private.h"
#include <stdlib.h>

/* With what it owns, while it is built too; the public part comes first. */
struct hs_saved_hotspots_builder {
    hs_saved_hotspots hotspots;
    atomic_uint refs;
    hs_arena *arena; /* texts and geometries */
    hs_saved_hotspot_record *runs, *features;
    uint32_t *run_of;
    uint32_t run_capacity, feature_capacity;
};

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for saved hotspots");
}

hs_status hs_saved_hotspots_builder_new(hs_error *error, hs_saved_hotspots_builder **builder) {
    hs_saved_hotspots_builder *made = calloc(1, sizeof *made);
    if (made) made->arena = hs_arena_new(SIZE_MAX);
    if (!made || !made->arena) {
        free(made);
        return out_of_memory(error);
    }
    atomic_init(&made->refs, 1);
    *builder = made;
    return HS_OK;
}

void hs_saved_hotspots_builder_free(hs_saved_hotspots_builder *builder) {
    if (!builder) return;
    hs_arena_free(builder->arena);
    free(builder->runs);
    free(builder->features);
    free(builder->run_of);
    free(builder);
}

static bool grow(hs_saved_hotspot_record **records, uint32_t count, uint32_t *capacity) {
    if (count < *capacity) return true;
    if (*capacity > UINT32_MAX / 4) return false;
    uint32_t wanted = *capacity ? 2 * *capacity : 64;
    hs_saved_hotspot_record *grown = realloc(*records, wanted * sizeof *grown);
    if (!grown) return false;
    *records = grown;
    *capacity = wanted;
    return true;
}

static bool grow_features(hs_saved_hotspots_builder *builder) {
    uint32_t before = builder->feature_capacity;
    if (!grow(&builder->features, builder->hotspots.feature_count, &builder->feature_capacity)) return false;
    if (before == builder->feature_capacity) return true;
    uint32_t *run_of = realloc(builder->run_of, builder->feature_capacity * sizeof *run_of);
    if (run_of) builder->run_of = run_of;
    return run_of != NULL;
}

static bool copy_record(hs_arena *arena, hs_saved_hotspot_record *record) {
    hs_str *texts[] = {&record->method,   &record->title,    &record->parameters, &record->user,
                       &record->label_zh, &record->label_en, &record->properties};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = hs_arena_str(arena, *texts[i]);
        if (!texts[i]->data) return false;
    }
    return hs_geometry_copy(arena, &record->geometry);
}

hs_status hs_saved_hotspots_add(hs_saved_hotspots_builder *builder, const hs_saved_hotspot_record *record,
                                hs_error *error) {
    hs_saved_hotspots *all = &builder->hotspots;
    hs_saved_hotspot_record copy = *record;
    all->run = builder->runs;
    const hs_saved_hotspot_record *run =
        record->run != 0 ? hs_saved_hotspots_find(all, record->run) : NULL;
    if (record->run != 0 && !run) return HS_OK;
    bool grown = run ? grow_features(builder) : grow(&builder->runs, all->run_count, &builder->run_capacity);
    if (!grown || !copy_record(builder->arena, &copy)) return out_of_memory(error);
    if (run) {
        builder->run_of[all->feature_count] = (uint32_t)(run - all->run);
        builder->features[all->feature_count++] = copy;
    } else {
        builder->runs[all->run_count++] = copy;
    }
    return HS_OK;
}

hs_saved_hotspots *hs_saved_hotspots_finish(hs_saved_hotspots_builder *builder) {
    builder->hotspots.run = builder->runs;
    builder->hotspots.feature = builder->features;
    builder->hotspots.run_of = builder->run_of;
    return &builder->hotspots;
}

const hs_saved_hotspot_record *hs_saved_hotspots_find(const hs_saved_hotspots *hotspots, int64_t id) {
    uint32_t low = 0, high = hotspots->run_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (hotspots->run[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < hotspots->run_count && hotspots->run[low].id == id ? &hotspots->run[low] : NULL;
}

hs_saved_hotspots *hs_saved_hotspots_ref(const hs_saved_hotspots *hotspots) {
    hs_saved_hotspots_builder *owner = (hs_saved_hotspots_builder *)hotspots;
    atomic_fetch_add_explicit(&owner->refs, 1, memory_order_relaxed);
    return &owner->hotspots;
}

void hs_saved_hotspots_unref(hs_saved_hotspots *hotspots) {
    hs_saved_hotspots_builder *owner = (hs_saved_hotspots_builder *)hotspots;
    if (owner && atomic_fetch_sub_explicit(&owner->refs, 1, memory_order_acq_rel) == 1)
        hs_saved_hotspots_builder_free(owner);
}
