/* What entity tags of a place depend on. */
#include "city/incidents_private.h"

static bool row_within(const hs_mercator_box *box, hs_mercator m) {
    bool across = box->min_x > box->max_x;
    bool x = across ? m.x >= box->min_x || m.x <= box->max_x : m.x >= box->min_x && m.x <= box->max_x;
    return x && m.y >= box->min_y && m.y <= box->max_y;
}

static bool box_outside(const hs_mercator_box *box, const hs_mercator_box *other) {
    bool across = box->min_x > box->max_x;
    bool x = across ? other->min_x > box->max_x && other->max_x < box->min_x
                    : other->min_x > box->max_x || other->max_x < box->min_x;
    return x || other->min_y > box->max_y || other->max_y < box->min_y;
}

static bool box_within(const hs_mercator_box *box, const hs_mercator_box *other) {
    if (box->min_x > box->max_x && other->min_x <= box->max_x && other->max_x >= box->min_x) return false;
    return row_within(box, (hs_mercator){other->min_x, other->min_y}) &&
           row_within(box, (hs_mercator){other->max_x, other->max_y});
}

static uint64_t chunk_state(const hs_incident_chunk *chunk, const hs_mercator_box *box) {
    uint64_t sum = 0;
    for (uint32_t first = 0; first < chunk->count; first += HS_BLOCK_ROWS) {
        const hs_mercator_box *block = &chunk->block_box[first / HS_BLOCK_ROWS];
        if (box_outside(box, block)) continue;
        if (box_within(box, block)) {
            sum += chunk->block_state[first / HS_BLOCK_ROWS];
            continue;
        }
        uint32_t end = chunk->count - first < HS_BLOCK_ROWS ? chunk->count : first + HS_BLOCK_ROWS;
        for (uint32_t i = first; i < end; i++)
            if (row_within(box, chunk->mercator[i])) sum += hs_incident_row_state(hs_incident_row(chunk, i));
    }
    return sum;
}

uint64_t hs_incidents_state(const hs_incidents *incidents, const hs_mercator_box *box) {
    uint64_t sum = 0; /* without an order: merging moves rows about */
    for (uint32_t i = 0; i < incidents->chunk_count; i++) {
        const hs_incident_chunk *chunk = incidents->chunk[i];
        if (chunk->late && chunk->positioned && !box_outside(box, &chunk->box))
            sum += chunk_state(chunk, box);
    }
    return hs_hash(&sum, sizeof sum, incidents->built_version);
}
