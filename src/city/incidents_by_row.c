/* Rows of a chunk in the order of the store's rows: made when first asked for and kept with the chunk, so
 * that a page of rows that follow one another need not look at all of them. */
#include "city/incidents_private.h"

#include <stdlib.h>

enum { DIGITS = 1 << 16 };

/* Stable, by one half of the offsets. */
static void sort_by_half(const hs_incident_chunk *chunk, unsigned shift, const uint16_t *from, uint16_t *to,
                         uint32_t *begin) {
    const uint32_t *offset = chunk->row_offset;
    for (uint32_t i = 0; i <= DIGITS; i++)
        begin[i] = 0;
    for (uint32_t i = 0; i < chunk->count; i++)
        begin[(offset[i] >> shift & (DIGITS - 1)) + 1]++;
    for (uint32_t i = 0; i < DIGITS; i++)
        begin[i + 1] += begin[i];
    for (uint32_t k = 0; k < chunk->count; k++) {
        uint32_t i = from ? from[k] : k;
        to[begin[offset[i] >> shift & (DIGITS - 1)]++] = (uint16_t)i;
    }
}

static uint16_t *sort_rows(const hs_incident_chunk *chunk) {
    uint16_t *sorted = malloc(((size_t)chunk->count + 1) * sizeof *sorted);
    uint16_t *halfway = malloc(((size_t)chunk->count + 1) * sizeof *halfway);
    uint32_t *begin = malloc((DIGITS + 1) * sizeof *begin);
    bool made = sorted && halfway && begin;
    if (made) {
        sort_by_half(chunk, 0, NULL, halfway, begin);
        sort_by_half(chunk, 16, halfway, sorted, begin);
    } else {
        free(sorted);
    }
    free(halfway);
    free(begin);
    return made ? sorted : NULL;
}

const uint16_t *hs_incident_by_row(const hs_incident_chunk *chunk) {
    hs_chunk_owner *owner = (hs_chunk_owner *)chunk;
    if (!chunk->row_offset) return NULL;
    uint16_t *sorted = atomic_load_explicit(&owner->by_row, memory_order_acquire);
    if (sorted) return sorted;
    uint16_t *made = sort_rows(chunk);
    if (!made || atomic_compare_exchange_strong(&owner->by_row, &sorted, made)) return made;
    free(made); /* another thread was faster */
    return sorted;
}

uint32_t hs_incident_first_behind(const hs_incident_chunk *chunk, const uint16_t *by_row, int64_t row) {
    uint32_t low = 0, high = chunk->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (hs_incident_row(chunk, by_row[middle]) > row)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}
