#include "city/incidents_private.h"

#include "base/text.h"
#include <stdlib.h>

/* A text of one builder. */
typedef struct sighting {
    hs_str text;
    int64_t first_row;
} sighting;

static int compare_sightings(const void *left, const void *right) {
    const sighting *a = left, *b = right;
    if (a->first_row != b->first_row) return a->first_row < b->first_row ? -1 : 1;
    return hs_str_compare(a->text, b->text);
}

/* Puts the texts of all builders in the order of the rows that they are seen in first. */
static bool put_builders(hs_dictionary *merged, hs_incidents_builder **builders, unsigned builder_count,
                         int kind) {
    size_t total = 0;
    for (unsigned b = 0; b < builder_count; b++)
        total += hs_dictionary_count(builders[b]->codes[kind].texts);
    sighting *all = malloc((total + 1) * sizeof *all);
    if (!all) return false;
    size_t n = 0;
    for (unsigned b = 0; b < builder_count; b++) {
        const hs_code_list *list = &builders[b]->codes[kind];
        for (uint32_t code = 0; code < hs_dictionary_count(list->texts); code++)
            all[n++] = (sighting){hs_dictionary_text(list->texts, code), list->first_row[code]};
    }
    qsort(all, n, sizeof *all, compare_sightings);
    bool good = true;
    for (size_t i = 0; i < n && good; i++) /* nothing is put into a shared one, which has them all */
        good = hs_dictionary_find(merged, all[i].text) != HS_NONE ||
               hs_dictionary_put(merged, all[i].text) != HS_NONE;
    free(all);
    return good;
}

static const uint16_t *const *make_remap(const hs_dictionary *merged, hs_incidents_builder **builders,
                                         unsigned builder_count, int kind, hs_arena *arena) {
    const uint16_t **remap = hs_arena_array(arena, (size_t)builder_count + 1, sizeof *remap);
    for (unsigned b = 0; remap && b < builder_count; b++) {
        const hs_dictionary *own = builders[b]->codes[kind].texts;
        uint32_t count = hs_dictionary_count(own);
        uint16_t *map = hs_arena_array(arena, (size_t)count + 1, sizeof *map);
        if (!map) return NULL;
        for (uint32_t code = 0; code < count; code++)
            map[code] = (uint16_t)hs_dictionary_find(merged, hs_dictionary_text(own, code));
        remap[b] = map;
    }
    return remap;
}

hs_status hs_incident_codes_merge(hs_incidents_builder **builders, unsigned builder_count,
                                  hs_incident_tables *tables, hs_arena *arena, hs_error *error,
                                  hs_gathering *gathering) {
    for (int kind = 0; kind < HS_CODE_COUNT; kind++) {
        hs_dictionary *merged = tables->codes[kind];
        bool good = put_builders(merged, builders, builder_count, kind);
        if (good && hs_dictionary_count(merged) > HS_CODE_LIMIT)
            return hs_error_set(error, HS_E_LIMIT,
                                "incidents have more than %u different categories, sources or statuses",
                                HS_CODE_LIMIT);
        if (good) gathering->remap[kind] = make_remap(merged, builders, builder_count, kind, arena);
        if (!good || !gathering->remap[kind])
            return hs_error_set(error, HS_E_MEMORY, "out of memory for incidents");
    }
    return HS_OK;
}

bool hs_incident_codes_known(const hs_incidents_builder *builder, const hs_incident_tables *tables) {
    for (int kind = 0; kind < HS_CODE_COUNT; kind++) {
        const hs_dictionary *own = builder->codes[kind].texts;
        for (uint32_t code = 0; code < hs_dictionary_count(own); code++)
            if (hs_dictionary_find(tables->codes[kind], hs_dictionary_text(own, code)) == HS_NONE)
                return false;
    }
    return true;
}
