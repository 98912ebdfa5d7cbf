/* Hours in which places lie in permitted zones: there vendors may stand, and no crew is sent. */
#include "service/focus_private.h"

#include "geo/polygon_index.h"
#include <hotspot/weekly_hours.h>
#include <stdlib.h>

enum { MOST_AT_A_PLACE = 64, WORKDAYS = 5 };

typedef struct permitted {
    uint32_t count;
    uint32_t *zone; /* rows */
    hs_geometry *geometry;
} permitted;

static hs_status gather(const hs_focus_request *r, const hs_focus_ground *g, hs_arena *arena, hs_error *error,
                        permitted *p) {
    const hs_zones *zones = &g->snapshot->geography->zones;
    int64_t from_s = r->forecast.origin_s, until_s = from_s + r->forecast.horizon_days * 86400;
    *p = (permitted){.zone = hs_arena_array(arena, (size_t)zones->count + 1, sizeof *p->zone),
                     .geometry = hs_arena_array(arena, (size_t)zones->count + 1, sizeof *p->geometry)};
    if (!p->zone || !p->geometry) return hs_error_memory(error, "permitted zones");
    for (uint32_t z = 0; z < zones->count; z++) {
        bool over = (zones->to_s[z] != HS_NO_TIME && zones->to_s[z] <= from_s) ||
                    (zones->from_s[z] != HS_NO_TIME && zones->from_s[z] >= until_s);
        if (over || !hs_str_equal(zones->kind[z], HS_STR("permitted"))) continue;
        p->geometry[p->count] = zones->geometry[z];
        p->zone[p->count++] = z;
    }
    return HS_OK;
}

/* An hour is closed where the zone is open in any minute of it on a day of its kind. */
static void close_hours(const hs_weekly_hours *open, bool *closed) {
    for (int weekday = 1; weekday <= 7; weekday++)
        for (int hour = 0; hour < 24; hour++)
            if (hs_weekly_hours_in_hour(open, weekday, hour) > 0)
                closed[hour + (weekday > WORKDAYS ? 24 : 0)] = true;
}

hs_status hs_focus_closed(const hs_focus_request *r, const hs_focus_ground *g, hs_arena *arena,
                          hs_error *error, const bool **closed) {
    permitted p;
    hs_polygon_index *index;
    *closed = NULL;
    if (!r->avoid_permitted) return HS_OK;
    bool *hours = hs_arena_array(arena, (size_t)g->places * HS_FOCUS_HOURS + 1, sizeof *hours);
    hs_status status = hours ? gather(r, g, arena, error, &p) : hs_error_memory(error, "permitted zones");
    if (status == HS_OK) status = hs_polygon_index_new(p.geometry, p.count, error, &index);
    if (status != HS_OK) return status;
    for (uint32_t i = 0; i < g->places; i++) {
        uint32_t found[MOST_AT_A_PLACE];
        uint32_t n = hs_polygon_index_find_all(index, g->areas.label[i], found, MOST_AT_A_PLACE);
        for (uint32_t k = 0; k < n && k < MOST_AT_A_PLACE; k++)
            close_hours(&g->snapshot->geography->zones.open[p.zone[found[k]]],
                        hours + (size_t)i * HS_FOCUS_HOURS);
    }
    hs_polygon_index_free(index);
    *closed = hours;
    return HS_OK;
}
