#include "city/decisions.h"

#include "base/arena.h"
#include "base/hash.h"
#include <stdatomic.h>
#include <stdlib.h>

/* Decisions with what they own, while they are built too; the public part comes first. */
struct hs_decisions_builder {
    hs_decisions decisions;
    atomic_uint refs;
    hs_arena *arena;     /* texts */
    hs_dictionary *keys; /* numbers of which are indexes into `at` */
    uint32_t *at;        /* into records; HS_NONE: taken back */
    hs_decision_record *records;
    uint32_t count, capacity; /* of records and at */
};

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for decisions");
}

hs_status hs_decisions_builder_new(hs_error *error, hs_decisions_builder **builder) {
    hs_decisions_builder *made = calloc(1, sizeof *made);
    if (!made) return out_of_memory(error);
    made->arena = hs_arena_new(SIZE_MAX);
    made->keys = hs_dictionary_new();
    if (!made->arena || !made->keys) {
        hs_decisions_builder_free(made);
        return out_of_memory(error);
    }
    atomic_init(&made->refs, 1);
    *builder = made;
    return HS_OK;
}

void hs_decisions_builder_free(hs_decisions_builder *builder) {
    if (!builder) return;
    hs_arena_free(builder->arena);
    hs_dictionary_free(builder->keys);
    free(builder->at);
    free(builder->records);
    free(builder);
}

static bool grow(hs_decisions_builder *builder) {
    if (builder->count < builder->capacity) return true;
    if (builder->capacity > UINT32_MAX / 4) return false;
    uint32_t capacity = builder->capacity ? 2 * builder->capacity : 64;
    hs_decision_record *records = realloc(builder->records, capacity * sizeof *records);
    if (records) builder->records = records;
    uint32_t *at = realloc(builder->at, capacity * sizeof *at);
    if (at) builder->at = at;
    if (!records || !at) return false;
    builder->capacity = capacity;
    return true;
}

static bool copy_texts(hs_arena *arena, hs_decision_record *copy) {
    enum { TEXTS = 6 };
    hs_str *texts[TEXTS] = {&copy->key,    &copy->address, &copy->label,
                            &copy->target, &copy->note,    &copy->user};
    for (size_t i = 0; i < TEXTS; i++) {
        *texts[i] = hs_arena_str(arena, *texts[i]);
        if (!texts[i]->data) return false;
    }
    return true;
}

hs_status hs_decisions_add(hs_decisions_builder *builder, const hs_decision_record *record, hs_error *error) {
    if (!grow(builder)) return out_of_memory(error);
    uint32_t number = hs_dictionary_put(builder->keys, record->key);
    if (number == HS_NONE) return out_of_memory(error);
    if (number < builder->count && record->decided_s < builder->records[number].decided_s) return HS_OK;
    hs_decision_record copy = *record;
    if (!copy_texts(builder->arena, &copy)) return out_of_memory(error);
    builder->records[number] = copy;
    if (number == builder->count) builder->count++;
    return HS_OK;
}

hs_decisions *hs_decisions_finish(hs_decisions_builder *builder) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < builder->count; i++) {
        bool open = builder->records[i].action == HS_DECISION_OPEN;
        builder->at[i] = open ? HS_NONE : kept;
        if (!open) builder->records[kept++] = builder->records[i];
    }
    builder->decisions = (hs_decisions){kept, builder->records};
    return &builder->decisions;
}

const hs_decision_record *hs_decisions_find(const hs_decisions *decisions, hs_str key) {
    if (decisions->count == 0) return NULL;
    const hs_decisions_builder *owner = (const hs_decisions_builder *)decisions;
    uint32_t number = hs_dictionary_find(owner->keys, key);
    if (number == HS_NONE || owner->at[number] == HS_NONE) return NULL;
    return &owner->records[owner->at[number]];
}

hs_decisions *hs_decisions_ref(const hs_decisions *decisions) {
    hs_decisions_builder *owner = (hs_decisions_builder *)decisions;
    atomic_fetch_add_explicit(&owner->refs, 1, memory_order_relaxed);
    return &owner->decisions;
}

void hs_decisions_unref(hs_decisions *decisions) {
    hs_decisions_builder *owner = (hs_decisions_builder *)decisions;
    if (owner && atomic_fetch_sub_explicit(&owner->refs, 1, memory_order_acq_rel) == 1)
        hs_decisions_builder_free(owner);
}
