#include "service/published.h"

#include <stdlib.h>

typedef struct entry {
    uint32_t parent, row;
    uint64_t count;
} entry;

typedef struct merging {
    uint64_t least;
    uint32_t *group;
    hs_published_group *groups;
    uint32_t group_count;
    entry *entries; /* rows above 0 by parent, then count, then row */
    uint32_t entry_count;
    entry *pool; /* what is too few below its parent */
    uint32_t pool_count;
} merging;

static int by_parent(const void *a, const void *b) {
    const entry *x = a, *y = b;
    if (x->parent != y->parent) return x->parent < y->parent ? -1 : 1;
    if (x->count != y->count) return x->count < y->count ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static int by_count(const void *a, const void *b) {
    const entry *x = a, *y = b;
    if (x->count != y->count) return x->count < y->count ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static bool suffices(const merging *m, uint32_t rows, uint64_t sum) {
    return rows >= 2 && sum >= m->least;
}

static void add_row(merging *m, uint32_t group, const entry *e) {
    m->group[e->row] = group;
    m->groups[group].rows++;
    m->groups[group].count += e->count;
}

/* Rows [first, end) of one parent. */
static void merge_parent(merging *m, uint32_t first, uint32_t end) {
    uint32_t taken = 0;
    uint64_t sum = 0;
    const entry *rows = m->entries + first;
    if (rows[0].count >= m->least) return;
    while (taken < end - first && (rows[taken].count < m->least || !suffices(m, taken, sum)))
        sum += rows[taken++].count;
    if (!suffices(m, taken, sum)) {
        for (uint32_t i = 0; i < taken; i++)
            m->pool[m->pool_count++] = rows[i];
        return;
    }
    uint32_t group = m->group_count++;
    m->groups[group] = (hs_published_group){.parent = rows[0].parent};
    for (uint32_t i = 0; i < taken; i++)
        add_row(m, group, &rows[i]);
}

static uint32_t smallest_group(const merging *m) {
    uint32_t smallest = HS_NONE;
    for (uint32_t g = 0; g < m->group_count; g++)
        if (smallest == HS_NONE || m->groups[g].count < m->groups[smallest].count) smallest = g;
    return smallest;
}

/* The pool becomes a group of its own, joins another one, or takes told rows, the smallest first. */
static void merge_pool(merging *m) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < m->pool_count; i++)
        sum += m->pool[i].count;
    uint32_t group = suffices(m, m->pool_count, sum) ? HS_NONE : smallest_group(m);
    if (group == HS_NONE) {
        group = m->group_count++;
        m->groups[group] = (hs_published_group){0};
    }
    m->groups[group].parent = HS_NONE;
    for (uint32_t i = 0; i < m->pool_count; i++)
        add_row(m, group, &m->pool[i]);
    qsort(m->entries, m->entry_count, sizeof *m->entries, by_count);
    for (uint32_t i = 0; i < m->entry_count && !suffices(m, m->groups[group].rows, m->groups[group].count);
         i++)
        if (m->group[m->entries[i].row] == HS_NONE) add_row(m, group, &m->entries[i]);
    m->groups[group].withheld = m->groups[group].count < m->least;
}

hs_status hs_publish(const uint64_t *count, const uint32_t *parent, uint32_t rows, uint64_t least,
                     hs_arena *arena, hs_error *error, hs_published *published) {
    merging m = {.least = least};
    m.group = hs_arena_array(arena, (size_t)rows + 1, sizeof *m.group);
    m.groups = hs_arena_array(arena, (size_t)rows + 1, sizeof *m.groups);
    m.entries = hs_arena_array(arena, (size_t)rows + 1, sizeof *m.entries);
    m.pool = hs_arena_array(arena, (size_t)rows + 1, sizeof *m.pool);
    if (!m.group || !m.groups || !m.entries || !m.pool) return hs_error_memory(error, "counts for everybody");
    for (uint32_t r = 0; r < rows; r++) {
        m.group[r] = HS_NONE;
        if (count[r] > 0) m.entries[m.entry_count++] = (entry){parent[r], r, count[r]};
    }
    qsort(m.entries, m.entry_count, sizeof *m.entries, by_parent);
    for (uint32_t first = 0, end; first < m.entry_count; first = end) {
        end = first + 1;
        while (end < m.entry_count && m.entries[end].parent == m.entries[first].parent)
            end++;
        merge_parent(&m, first, end);
    }
    if (m.pool_count > 0) merge_pool(&m);
    *published = (hs_published){m.group, m.group_count, m.groups};
    return HS_OK;
}
