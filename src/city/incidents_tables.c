/* What the numbers in chunks mean: texts of codes and unit paths. */
#include "city/incidents_private.h"

#include <stdlib.h>
#include <string.h>

enum { PATHS_FIRST = 256 };

static uint32_t path_slot(const hs_path_table *table, const hs_unit_path *path) {
    uint32_t mask = 2 * table->capacity - 1;
    uint32_t slot = (uint32_t)hs_hash(path, sizeof *path, 0) & mask;
    for (;; slot = (slot + 1) & mask) {
        uint32_t number = table->slots[slot];
        if (number == 0 || memcmp(&table->paths[number - 1], path, sizeof *path) == 0) return slot;
    }
}

static bool grow_paths(hs_path_table *table) {
    if (table->count < table->capacity) return true;
    uint32_t capacity = table->capacity ? 2 * table->capacity : PATHS_FIRST;
    hs_unit_path *paths = realloc(table->paths, capacity * sizeof *paths);
    if (!paths) return false;
    table->paths = paths;
    uint32_t *slots = calloc((size_t)2 * capacity, sizeof *slots);
    if (!slots) return false;
    free(table->slots);
    table->slots = slots;
    table->capacity = capacity;
    for (uint32_t i = 0; i < table->count; i++)
        slots[path_slot(table, &paths[i])] = i + 1;
    return true;
}

uint32_t hs_path_find(const hs_path_table *table, const hs_unit_path *path) {
    if (table->capacity == 0) return HS_NONE;
    uint32_t number = table->slots[path_slot(table, path)];
    return number > 0 ? number - 1 : HS_NONE;
}

uint32_t hs_path_put(hs_path_table *table, const hs_unit_path *path) {
    if (!grow_paths(table)) return HS_NONE;
    uint32_t slot = path_slot(table, path);
    if (table->slots[slot] == 0) {
        table->paths[table->count++] = *path;
        table->slots[slot] = table->count;
    }
    return table->slots[slot] - 1;
}

void hs_path_table_done(hs_path_table *table) {
    free(table->paths);
    free(table->slots);
}

static bool copy_paths(const hs_path_table *from, hs_path_table *to) {
    if (from->capacity == 0) return true;
    size_t slots = (size_t)2 * from->capacity;
    to->paths = malloc(from->capacity * sizeof *to->paths);
    to->slots = malloc(slots * sizeof *to->slots);
    if (!to->paths || !to->slots) return false;
    memcpy(to->paths, from->paths, from->count * sizeof *to->paths);
    memcpy(to->slots, from->slots, slots * sizeof *to->slots);
    to->count = from->count;
    to->capacity = from->capacity;
    return true;
}

hs_incident_tables *hs_incident_tables_new(void) {
    hs_incident_tables *tables = calloc(1, sizeof *tables);
    if (!tables) return NULL;
    atomic_init(&tables->refs, 1);
    bool good = true;
    for (int kind = 0; kind < HS_CODE_COUNT; kind++) {
        tables->codes[kind] = hs_dictionary_new();
        good = good && tables->codes[kind];
    }
    if (good && hs_incident_tables_list(tables)) return tables;
    hs_incident_tables_unref(tables);
    return NULL;
}

hs_incident_tables *hs_incident_tables_copy(const hs_incident_tables *tables) {
    hs_incident_tables *copy = hs_incident_tables_new();
    bool good = copy && copy_paths(&tables->paths, &copy->paths);
    for (int kind = 0; good && kind < HS_CODE_COUNT; kind++)
        for (uint32_t i = 0; good && i < hs_dictionary_count(tables->codes[kind]); i++)
            good = hs_dictionary_put(copy->codes[kind], tables->texts[kind][i]) != HS_NONE;
    if (good && hs_incident_tables_list(copy)) return copy;
    hs_incident_tables_unref(copy);
    return NULL;
}

bool hs_incident_tables_list(hs_incident_tables *tables) {
    for (int kind = 0; kind < HS_CODE_COUNT; kind++) {
        uint32_t count = hs_dictionary_count(tables->codes[kind]);
        hs_str *texts = malloc(((size_t)count + 1) * sizeof *texts);
        if (!texts) return false;
        for (uint32_t i = 0; i < count; i++)
            texts[i] = hs_dictionary_text(tables->codes[kind], i);
        free(tables->texts[kind]);
        tables->texts[kind] = texts;
    }
    return true;
}

hs_incident_tables *hs_incident_tables_ref(hs_incident_tables *tables) {
    atomic_fetch_add_explicit(&tables->refs, 1, memory_order_relaxed);
    return tables;
}

void hs_incident_tables_unref(hs_incident_tables *tables) {
    if (!tables || atomic_fetch_sub_explicit(&tables->refs, 1, memory_order_acq_rel) != 1) return;
    for (int kind = 0; kind < HS_CODE_COUNT; kind++) {
        hs_dictionary_free(tables->codes[kind]);
        free(tables->texts[kind]);
    }
    hs_path_table_done(&tables->paths);
    free(tables);
}

size_t hs_incident_tables_bytes(const hs_incident_tables *tables) {
    size_t bytes = sizeof *tables;
    bytes += tables->paths.capacity * (sizeof(hs_unit_path) + 2 * sizeof(uint32_t));
    for (int kind = 0; kind < HS_CODE_COUNT; kind++)
        bytes += hs_dictionary_count(tables->codes[kind]) * sizeof(hs_str);
    return bytes;
}
