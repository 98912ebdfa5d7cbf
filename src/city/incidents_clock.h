/* Local hours of the week of many times. */
#ifndef CITY_INCIDENTS_CLOCK_H
#define CITY_INCIDENTS_CLOCK_H

#include "base/hash.h"
#include "base/text.h"
#include "base/timezone.h"
#include "city/incidents.h"
#include <string.h>

/* Offsets of a time zone over the stretches of time that rows fall in (12 days a slot), since rows along the
 * curve jump in time. */
typedef struct hs_week_clock {
    const hs_timezone *zone;
    struct {
        int64_t from_s, to_s;
        int32_t offset_s;
    } slot[256];
} hs_week_clock;

static inline void hs_week_clock_init(hs_week_clock *clock, const hs_timezone *zone) {
    clock->zone = zone;
    memset(clock->slot, 0, sizeof clock->slot); /* [0, 0) holds no time */
}

/* The local time as seconds since 1970, as if the zone were UTC. Not of HS_NO_TIME. */
static inline int64_t hs_week_clock_local_s(hs_week_clock *clock, int64_t utc_s) {
    unsigned slot = (unsigned)((uint64_t)utc_s >> 20) % 256;
    if (utc_s < clock->slot[slot].from_s || utc_s >= clock->slot[slot].to_s)
        clock->slot[slot].offset_s =
            hs_timezone_interval(clock->zone, utc_s, &clock->slot[slot].from_s, &clock->slot[slot].to_s);
    return utc_s + clock->slot[slot].offset_s;
}

/* Seconds since Monday's midnight of a local time. */
static inline int64_t hs_week_second(int64_t local_s) {
    enum { DAY_S = 86400, WEEK_S = 7 * DAY_S, TO_MONDAY_S = 3 * DAY_S }; /* 1970-01-01 was a Thursday */
    int64_t in_week_s = local_s % WEEK_S + TO_MONDAY_S;
    if (in_week_s < 0) in_week_s += WEEK_S;
    return in_week_s >= WEEK_S ? in_week_s - WEEK_S : in_week_s;
}

/* 32 x local weekday (Monday 0) + local hour; HS_NO_CLOCK for no time. */
static inline uint8_t hs_week_clock_of(hs_week_clock *clock, int64_t utc_s) {
    if (utc_s == HS_NO_TIME) return HS_NO_CLOCK;
    int64_t in_week_s = hs_week_second(hs_week_clock_local_s(clock, utc_s));
    return (uint8_t)(in_week_s / 86400 * 32 + in_week_s % 86400 / 3600);
}

/* What stands in hs_incident_chunk.clock_zone. */
static inline uint64_t hs_week_clock_zone(const hs_timezone *zone) {
    return hs_hash_str(hs_str_of(hs_timezone_name(zone)), 0);
}

#endif
