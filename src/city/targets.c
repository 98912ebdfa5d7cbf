#include "city/targets.h"

#include "base/arena.h"
#include <stdatomic.h>
#include <stdlib.h>

/* Targets with what they own, while they are built too; the public part comes first. */
struct hs_targets_builder {
    hs_targets targets;
    atomic_uint refs;
    hs_arena *arena; /* texts */
    hs_target_record *records;
    uint32_t capacity;
};

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for targets");
}

hs_status hs_targets_builder_new(hs_error *error, hs_targets_builder **builder) {
    hs_targets_builder *made = calloc(1, sizeof *made);
    if (made) made->arena = hs_arena_new(SIZE_MAX);
    if (!made || !made->arena) {
        free(made);
        return out_of_memory(error);
    }
    atomic_init(&made->refs, 1);
    *builder = made;
    return HS_OK;
}

void hs_targets_builder_free(hs_targets_builder *builder) {
    if (!builder) return;
    hs_arena_free(builder->arena);
    free(builder->records);
    free(builder);
}

static bool grow(hs_targets_builder *builder) {
    if (builder->targets.count < builder->capacity) return true;
    if (builder->capacity > UINT32_MAX / 4) return false;
    uint32_t capacity = builder->capacity ? 2 * builder->capacity : 64;
    hs_target_record *grown = realloc(builder->records, capacity * sizeof *grown);
    if (!grown) return false;
    builder->records = grown;
    builder->capacity = capacity;
    return true;
}

hs_status hs_targets_add(hs_targets_builder *builder, const hs_target_record *record, hs_error *error) {
    if (!grow(builder)) return out_of_memory(error);
    hs_target_record copy = *record;
    hs_str *texts[] = {&copy.unit, &copy.category, &copy.from, &copy.to};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = hs_arena_str(builder->arena, *texts[i]);
        if (!texts[i]->data) return out_of_memory(error);
    }
    builder->records[builder->targets.count++] = copy;
    return HS_OK;
}

hs_targets *hs_targets_finish(hs_targets_builder *builder) {
    builder->targets.target = builder->records;
    return &builder->targets;
}

hs_targets *hs_targets_ref(const hs_targets *targets) {
    hs_targets_builder *owner = (hs_targets_builder *)targets;
    atomic_fetch_add_explicit(&owner->refs, 1, memory_order_relaxed);
    return &owner->targets;
}

void hs_targets_unref(hs_targets *targets) {
    hs_targets_builder *owner = (hs_targets_builder *)targets;
    if (owner && atomic_fetch_sub_explicit(&owner->refs, 1, memory_order_acq_rel) == 1)
        hs_targets_builder_free(owner);
}
