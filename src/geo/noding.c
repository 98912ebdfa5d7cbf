#include "geo/noding.h"

#include <stdlib.h>

/* Rounding a crossing to 1e-7 degree bends the lines by up to half a unit, which can make a new crossing
 * beside it; in practice two or three passes settle. */
#define MAX_PASSES 32

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for the street graph");
}

static hs_status gather(const hs_geometry *streets, const int32_t *layer, uint32_t count, hs_noding *noding,
                        hs_error *error) {
    uint64_t lines = 0, vertices = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (streets[i].type == HS_GEOMETRY_NONE) continue;
        if (streets[i].type != HS_GEOMETRY_LINES)
            return hs_error_set(error, HS_E_ARGUMENT, "street %u is no line", (unsigned)i);
        lines += streets[i].ring_count;
        if (streets[i].ring_count) vertices += streets[i].ring_start[streets[i].ring_count];
    }
    if (vertices >= UINT32_MAX / 4 || lines >= UINT32_MAX / 4)
        return hs_error_set(error, HS_E_LIMIT, "too many street vertices for one graph");
    noding->line_feature = hs_arena_array(noding->arena, lines + 1, sizeof *noding->line_feature);
    noding->line_layer = hs_arena_array(noding->arena, lines + 1, sizeof *noding->line_layer);
    noding->line_start = hs_arena_array(noding->arena, lines + 1, sizeof *noding->line_start);
    noding->vertex = hs_arena_array(noding->arena, vertices + 1, sizeof *noding->vertex);
    noding->fresh = hs_arena_array(noding->arena, vertices + 1, 1);
    if (!noding->line_feature || !noding->line_layer || !noding->line_start || !noding->vertex ||
        !noding->fresh)
        return out_of_memory(error);
    uint32_t n = 0;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t ring = 0; ring < streets[i].ring_count; ring++) {
            noding->line_feature[noding->line_count] = i;
            noding->line_layer[noding->line_count++] = layer ? layer[i] : 0;
            for (uint32_t v = streets[i].ring_start[ring]; v < streets[i].ring_start[ring + 1]; v++) {
                noding->fresh[n] = 1;
                noding->vertex[n++] = streets[i].positions[v];
            }
            noding->line_start[noding->line_count] = n;
        }
    }
    hs_noding_drop_repeats(noding);
    return HS_OK;
}

void hs_noding_drop_repeats(hs_noding *noding) {
    uint32_t lines = 0, n = 0, from = 0;
    for (uint32_t line = 0; line < noding->line_count; line++) {
        uint32_t first = n, end = noding->line_start[line + 1];
        for (uint32_t v = from; v < end; v++) {
            if (n > first && hs_positions_equal(noding->vertex[n - 1], noding->vertex[v])) {
                noding->fresh[n - 1] |= noding->fresh[v];
                continue;
            }
            noding->vertex[n] = noding->vertex[v];
            noding->fresh[n++] = noding->fresh[v];
        }
        from = end;
        if (n - first < 2) {
            n = first;
            continue;
        }
        noding->line_feature[lines] = noding->line_feature[line];
        noding->line_layer[lines] = noding->line_layer[line];
        noding->line_start[++lines] = n;
    }
    noding->line_count = lines;
}

void hs_noding_add_split(hs_noding_splits *splits, hs_noding_split split) {
    if (splits->count == splits->capacity) {
        size_t capacity = splits->capacity ? 2 * splits->capacity : 1024;
        hs_noding_split *grown = realloc(splits->split, capacity * sizeof *grown);
        if (!grown) {
            splits->failed = true;
            return;
        }
        splits->split = grown;
        splits->capacity = capacity;
    }
    splits->split[splits->count++] = split;
}

static int compare_splits(const void *left, const void *right) {
    const hs_noding_split *a = left, *b = right;
    if (a->vertex != b->vertex) return a->vertex < b->vertex ? -1 : 1;
    if (a->along != b->along) return a->along < b->along ? -1 : 1;
    if (a->position.lon_e7 != b->position.lon_e7) return a->position.lon_e7 < b->position.lon_e7 ? -1 : 1;
    return (a->position.lat_e7 > b->position.lat_e7) - (a->position.lat_e7 < b->position.lat_e7);
}

/* Copies vertex `v` and the splits of its piece behind position n. */
static uint32_t copy_piece(const hs_noding *noding, uint32_t v, const hs_noding_splits *splits, size_t *next,
                           hs_position *vertex, uint8_t *fresh, uint32_t n) {
    bool split = *next < splits->count && splits->split[*next].vertex == v;
    vertex[n] = noding->vertex[v];
    fresh[n++] = split;
    for (; *next < splits->count && splits->split[*next].vertex == v; ++*next) {
        vertex[n] = splits->split[*next].position;
        fresh[n++] = 1;
    }
    return n;
}

hs_status hs_noding_apply_splits(hs_noding *noding, hs_noding_splits *splits, hs_error *error) {
    if (splits->failed) return out_of_memory(error);
    uint32_t vertices = noding->line_count ? noding->line_start[noding->line_count] : 0;
    if (vertices + splits->count >= UINT32_MAX / 4)
        return hs_error_set(error, HS_E_LIMIT, "too many street vertices for one graph");
    hs_position *vertex = hs_arena_array(noding->arena, vertices + splits->count + 1, sizeof *vertex);
    uint8_t *fresh = hs_arena_array(noding->arena, vertices + splits->count + 1, 1);
    if (!vertex || !fresh) return out_of_memory(error);
    if (splits->count) qsort(splits->split, splits->count, sizeof *splits->split, compare_splits);
    uint32_t n = 0, v = 0;
    size_t next = 0;
    for (uint32_t line = 0; line < noding->line_count; line++) {
        for (uint32_t end = noding->line_start[line + 1]; v < end; v++)
            n = copy_piece(noding, v, splits, &next, vertex, fresh, n);
        noding->line_start[line + 1] = n;
    }
    noding->vertex = vertex;
    noding->fresh = fresh;
    hs_noding_drop_repeats(noding);
    return HS_OK;
}

hs_status hs_noding_run(const hs_geometry *streets, const int32_t *layer, uint32_t count, hs_arena *arena,
                        hs_error *error, hs_noding *noding) {
    hs_noding made = {.arena = arena};
    hs_status status = gather(streets, layer, count, &made, error);
    if (status == HS_OK) status = hs_noding_snap_ends(&made, error);
    bool changed = true;
    for (int pass = 0; status == HS_OK && changed && pass < MAX_PASSES; pass++)
        status = hs_noding_cross(&made, error, &changed);
    if (status != HS_OK) return status;
    *noding = made;
    return HS_OK;
}
