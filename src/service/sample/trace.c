/* Outlines of regions of faces. Neighbours share every lattice node on their common edge, so units tile
 * exactly: no gap, no overlap, a parent's outline is made of its children's edges. */
#include "service/sample/city.h"

#include <stdlib.h>
#include <string.h>

struct hs_sample_tracer {
    const hs_sample_city *city;
    uint32_t nodes;
    uint32_t *next; /* node -> next node of the outline, HS_NONE */
    uint32_t *start;
    hs_sample_outline outline;
    hs_position *scratch;
};

hs_status hs_sample_tracer_new(const hs_sample_city *city, hs_error *error, hs_sample_tracer **tracer) {
    hs_sample_tracer *made = calloc(1, sizeof *made);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "no memory for outlines");
    made->city = city;
    made->nodes = (city->lattice.columns + 1) * (city->lattice.rows + 1);
    made->next = malloc(made->nodes * sizeof *made->next);
    made->start = malloc(((size_t)made->nodes + 1) * sizeof *made->start);
    made->outline.positions = malloc((size_t)made->nodes * 2 * sizeof(hs_position));
    made->scratch = malloc((size_t)made->nodes * 2 * sizeof(hs_position));
    if (!made->next || !made->start || !made->outline.positions || !made->scratch) {
        hs_sample_tracer_free(made);
        return hs_error_set(error, HS_E_MEMORY, "no memory for outlines");
    }
    memset(made->next, 0xff, made->nodes * sizeof *made->next);
    *tracer = made;
    return HS_OK;
}

void hs_sample_tracer_free(hs_sample_tracer *tracer) {
    if (!tracer) return;
    free(tracer->next);
    free(tracer->start);
    free(tracer->outline.positions);
    free(tracer->scratch);
    free(tracer);
}

static bool is_label(const hs_sample_lattice *lattice, const uint32_t *label, uint32_t i, uint32_t j,
                     uint32_t wanted) {
    return i < lattice->columns && j < lattice->rows && label[j * lattice->columns + i] == wanted;
}

/* Links the sides of a face that have another label beyond; false when a node would have two ways on. */
static bool link_face(hs_sample_tracer *tracer, const uint32_t *label, uint32_t i, uint32_t j,
                      uint32_t wanted) {
    const hs_sample_lattice *lattice = &tracer->city->lattice;
    uint32_t width = lattice->columns + 1;
    uint32_t corner[5] = {j * width + i, (j + 1) * width + i, (j + 1) * width + i + 1, j * width + i + 1,
                          j * width + i};
    const uint32_t beyond[4][2] = {{i - 1, j}, {i, j + 1}, {i + 1, j}, {i, j - 1}};
    for (int side = 0; side < 4; side++) {
        if (is_label(lattice, label, beyond[side][0], beyond[side][1], wanted)) continue;
        if (tracer->next[corner[side]] != HS_NONE) return false;
        tracer->next[corner[side]] = corner[side + 1];
    }
    return true;
}

/* Twice the signed area of a closed ring. */
static int64_t ring_area2(const hs_position *ring, uint32_t count) {
    int64_t sum = 0;
    for (uint32_t k = 0; k + 1 < count; k++) {
        int64_t x0 = ring[k].lon_e7 - ring[0].lon_e7;
        int64_t y0 = ring[k].lat_e7 - ring[0].lat_e7;
        int64_t x1 = ring[k + 1].lon_e7 - ring[0].lon_e7;
        int64_t y1 = ring[k + 1].lat_e7 - ring[0].lat_e7;
        sum += x0 * y1 - x1 * y0;
    }
    return sum;
}

/* Follows the links into closed rings, unlinking on the way. */
static void walk_rings(hs_sample_tracer *tracer) {
    hs_sample_outline *outline = &tracer->outline;
    uint32_t n = 0;
    outline->ring_count = 0;
    for (uint32_t node = 0; node < tracer->nodes; node++) {
        if (tracer->next[node] == HS_NONE) continue;
        tracer->start[outline->ring_count++] = n;
        uint32_t at = node;
        while (tracer->next[at] != HS_NONE) {
            uint32_t next = tracer->next[at];
            outline->positions[n++] = tracer->city->lattice.node[at];
            tracer->next[at] = HS_NONE;
            at = next;
        }
        outline->positions[n++] = tracer->city->lattice.node[node];
    }
    tracer->start[outline->ring_count] = n;
}

/* Puts the outer ring (counter-clockwise, so of positive area) first. */
static bool outer_first(hs_sample_tracer *tracer) {
    hs_sample_outline *outline = &tracer->outline;
    uint32_t outer = HS_NONE;
    for (uint32_t r = 0; r < outline->ring_count; r++) {
        if (ring_area2(outline->positions + tracer->start[r], tracer->start[r + 1] - tracer->start[r]) <= 0)
            continue;
        if (outer != HS_NONE) return false; /* two separate parts */
        outer = r;
    }
    if (outer == HS_NONE) return false;
    if (outer == 0) return true;
    uint32_t before = tracer->start[outer];
    uint32_t size = tracer->start[outer + 1] - before;
    memcpy(tracer->scratch, outline->positions + before, size * sizeof(hs_position));
    memmove(outline->positions + size, outline->positions, before * sizeof(hs_position));
    memcpy(outline->positions, tracer->scratch, size * sizeof(hs_position));
    for (uint32_t r = outer; r > 0; r--)
        tracer->start[r] = tracer->start[r - 1] + size;
    tracer->start[0] = 0;
    return true;
}

hs_status hs_sample_trace(hs_sample_tracer *tracer, const uint32_t *label, uint32_t wanted, hs_error *error,
                          hs_geometry *geometry) {
    const hs_sample_lattice *lattice = &tracer->city->lattice;
    bool simple = true;
    for (uint32_t j = 0; j < lattice->rows; j++)
        for (uint32_t i = 0; i < lattice->columns; i++)
            if (label[j * lattice->columns + i] == wanted)
                simple = link_face(tracer, label, i, j, wanted) && simple;
    walk_rings(tracer);
    if (!simple || !outer_first(tracer))
        return hs_error_set(
            error, HS_E_INPUT,
            "the sample city's plan: a unit is empty, in pieces, or touches itself at a corner");
    tracer->outline.part_start[0] = 0;
    tracer->outline.part_start[1] = tracer->outline.ring_count;
    *geometry = (hs_geometry){.type = HS_GEOMETRY_POLYGONS,
                              .part_count = 1,
                              .ring_count = tracer->outline.ring_count,
                              .part_start = tracer->outline.part_start,
                              .ring_start = tracer->start,
                              .positions = tracer->outline.positions};
    return HS_OK;
}
