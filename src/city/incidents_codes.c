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

static bool put_base(hs_dictionary *merged, const hs_str *texts, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (hs_dictionary_put(merged, texts[i]) == HS_NONE) return false;
    return true;
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
    for (size_t i = 0; i < n && good; i++)
        good = hs_dictionary_put(merged, all[i].text) != HS_NONE;
    free(all);
    return good;
}

static const hs_str *copy_texts(const hs_dictionary *merged, hs_arena *arena) {
    uint32_t count = hs_dictionary_count(merged);
    hs_str *texts = hs_arena_array(arena, (size_t)count + 1, sizeof *texts);
    for (uint32_t i = 0; texts && i < count; i++) {
        texts[i] = hs_arena_str(arena, hs_dictionary_text(merged, i));
        if (!texts[i].data) return NULL;
    }
    return texts;
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

static hs_status merge_kind(hs_incidents_builder **builders, unsigned builder_count, int kind,
                            const hs_str *base, uint32_t base_count, hs_arena *arena, hs_error *error,
                            hs_gathering *gathering, uint32_t *count, const hs_str **texts) {
    hs_dictionary *merged = hs_dictionary_new();
    bool good =
        merged && put_base(merged, base, base_count) && put_builders(merged, builders, builder_count, kind);
    if (good && hs_dictionary_count(merged) > HS_CODE_LIMIT) {
        hs_dictionary_free(merged);
        return hs_error_set(error, HS_E_LIMIT,
                            "incidents have more than %u different categories, sources or statuses",
                            HS_CODE_LIMIT);
    }
    if (good) {
        *count = hs_dictionary_count(merged);
        *texts = copy_texts(merged, arena);
        gathering->remap[kind] = make_remap(merged, builders, builder_count, kind, arena);
        good = *texts && gathering->remap[kind];
    }
    hs_dictionary_free(merged);
    return good ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory for incidents");
}

hs_status hs_incident_codes_merge(hs_incidents_builder **builders, unsigned builder_count,
                                  const hs_incidents *base, hs_arena *arena, hs_error *error,
                                  hs_gathering *gathering, hs_incidents *incidents) {
    hs_status status = merge_kind(builders, builder_count, HS_CODE_CATEGORY,
                                  base ? base->category_code : NULL, base ? base->category_count : 0, arena,
                                  error, gathering, &incidents->category_count, &incidents->category_code);
    if (status == HS_OK)
        status = merge_kind(builders, builder_count, HS_CODE_SOURCE, base ? base->source : NULL,
                            base ? base->source_count : 0, arena, error, gathering, &incidents->source_count,
                            &incidents->source);
    if (status == HS_OK)
        status = merge_kind(builders, builder_count, HS_CODE_STATUS, base ? base->status : NULL,
                            base ? base->status_count : 0, arena, error, gathering, &incidents->status_count,
                            &incidents->status);
    return status;
}
