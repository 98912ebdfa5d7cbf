#include "geo/polygon_index.h"

#include "geo/polygon_grid.h"
#include <stdlib.h>

struct hs_polygon_index {
    hs_polygon_stripes stripes;
    hs_polygon_grid grid;
};

hs_status hs_polygon_index_new(const hs_geometry *geometries, uint32_t count, hs_error *error,
                               hs_polygon_index **index) {
    hs_polygon_index *made = calloc(1, sizeof *made);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "out of memory for a polygon index");
    hs_status status = hs_polygon_stripes_build(geometries, count, error, &made->stripes);
    if (status == HS_OK) status = hs_polygon_grid_build(geometries, &made->stripes, error, &made->grid);
    if (status != HS_OK) {
        hs_polygon_index_free(made);
        return status;
    }
    *index = made;
    return HS_OK;
}

void hs_polygon_index_free(hs_polygon_index *index) {
    if (!index) return;
    hs_polygon_stripes_done(&index->stripes);
    hs_polygon_grid_done(&index->grid);
    free(index);
}

static bool entry_contains(const hs_polygon_index *index, uint32_t entry, hs_position position) {
    return entry & 1 || hs_polygon_stripes_contain(&index->stripes, entry >> 1, position);
}

uint32_t hs_polygon_index_find(const hs_polygon_index *index, hs_position position) {
    const uint32_t *entries = NULL;
    uint32_t count = hs_polygon_grid_at(&index->grid, position, &entries);
    for (uint32_t i = 0; i < count; i++)
        if (entry_contains(index, entries[i], position)) return entries[i] >> 1;
    return HS_NONE;
}

uint32_t hs_polygon_index_find_all(const hs_polygon_index *index, hs_position position, uint32_t *found,
                                   uint32_t capacity) {
    const uint32_t *entries = NULL;
    uint32_t count = hs_polygon_grid_at(&index->grid, position, &entries);
    uint32_t number = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!entry_contains(index, entries[i], position)) continue;
        if (number < capacity) found[number] = entries[i] >> 1;
        number++;
    }
    return number;
}

bool hs_polygon_index_contains(const hs_polygon_index *index, uint32_t number, hs_position position) {
    return number < index->stripes.count && hs_polygon_stripes_contain(&index->stripes, number, position);
}

size_t hs_polygon_index_bytes(const hs_polygon_index *index) {
    size_t cells = (size_t)index->grid.columns * index->grid.rows;
    return sizeof *index + index->stripes.count * sizeof(hs_polygon_bands) +
           (index->stripes.stripe_count + 1) * sizeof(uint64_t) +
           index->stripes.edge_count * sizeof(hs_polygon_edge) + (cells + 1) * sizeof(uint32_t) +
           (cells ? index->grid.cell_start[cells] * sizeof(uint32_t) : 0);
}
