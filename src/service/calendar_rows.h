/* Local times of a selection's rows. Private to the calendar and the timeline. */
#ifndef SERVICE_CALENDAR_ROWS_H
#define SERVICE_CALENDAR_ROWS_H

#include "city/incidents_clock.h"
#include "service/service.h"

/* The bits of rows [64 word, 64 word + 64) of a chunk that pass. */
static inline uint64_t hs_selection_word(const hs_selection *selection, uint32_t chunk, uint32_t word) {
    uint32_t count = selection->snapshot->incidents->chunk[chunk]->count;
    uint64_t bits = selection->bits[chunk] ? selection->bits[chunk][word] : UINT64_MAX;
    uint32_t rows = count - word * 64;
    return rows < 64 ? bits & ((UINT64_C(1) << rows) - 1) : bits;
}

/* How many rows pass. */
static inline uint64_t hs_selection_total(const hs_selection *selection) {
    uint64_t total = 0;
    for (uint32_t c = 0; c < selection->chunk_count; c++) {
        uint32_t words = (selection->snapshot->incidents->chunk[c]->count + 63) / 64;
        for (uint32_t w = 0; w < words; w++)
            total += (uint64_t)__builtin_popcountll(hs_selection_word(selection, c, w));
    }
    return total;
}

/* Calls take(context, local seconds) for each row that passes `selection` and not `but` (NULL: none), in the
 * order of the columns; returns how many have no time. `shared` (may be NULL): how many both have. */
static inline uint64_t hs_each_local_time(const hs_selection *selection, const hs_selection *but,
                                          hs_time_field field, void (*take)(void *context, int64_t local_s),
                                          void *context, uint64_t *shared) {
    const hs_incidents *incidents = selection->snapshot->incidents;
    hs_week_clock clock;
    uint64_t without = 0, both = 0;
    hs_week_clock_init(&clock, selection->snapshot->timezone);
    for (uint32_t c = 0; c < selection->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        for (uint32_t w = 0; w < (chunk->count + 63) / 64; w++) {
            uint64_t bits = hs_selection_word(selection, c, w);
            uint64_t away = but && bits ? bits & hs_selection_word(but, c, w) : 0;
            both += (uint64_t)__builtin_popcountll(away);
            for (bits &= ~away; bits; bits &= bits - 1) {
                int64_t utc_s = hs_incident_time(chunk, w * 64 + (uint32_t)__builtin_ctzll(bits), field);
                if (utc_s == HS_NO_TIME)
                    without++;
                else
                    take(context, hs_week_clock_local_s(&clock, utc_s));
            }
        }
    }
    if (shared) *shared = both;
    return without;
}

#endif
