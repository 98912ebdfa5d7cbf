/* The segments within reach of each along the streets. */
#include "service/hotspots_areas.h"
#include "service/hotspots_walk.h"

#include <stdlib.h>

#define MOST_LINKS ((size_t)1 << 28)

/* Area by segment, HS_NONE; NULL when memory is out. */
static uint32_t *areas_of_segments(const hs_snapshot *snapshot, const hs_areas *areas) {
    uint32_t count = snapshot->geography->segments.count;
    uint32_t *area_of = malloc(((size_t)count + 1) * sizeof *area_of);
    for (uint32_t s = 0; area_of && s < count; s++)
        area_of[s] = HS_NONE;
    for (uint32_t i = 0; area_of && i < areas->count; i++)
        area_of[areas->segment[i]] = i;
    return area_of;
}

static bool make_room(hs_street_reach *reach, size_t links, size_t *room) {
    if (links < *room) return true;
    size_t wanted = *room > 0 ? 2 * *room : 4096;
    if (wanted > MOST_LINKS) return false;
    uint32_t *link = realloc(reach->link, wanted * sizeof *link);
    if (link) reach->link = link;
    float *way_m = realloc(reach->way_m, wanted * sizeof *way_m);
    if (way_m) reach->way_m = way_m;
    *room = link && way_m ? wanted : *room;
    return link && way_m;
}

static int ascending(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* What the walk found becomes the row of its own area; segments are put in their order, so that sums over the
 * row do not depend on the walk. */
static bool take_row(hs_segment_walk *w, const uint32_t *area_of, uint32_t own, hs_street_reach *reach,
                     size_t *links, size_t *room) {
    bool good = true;
    qsort(w->found, w->found_count, sizeof *w->found, ascending);
    for (uint32_t k = 0; k < w->found_count && good; k++) {
        uint32_t segment = w->found[k], area = area_of[segment];
        if (area == HS_NONE || area == own) continue;
        good = make_room(reach, *links, room);
        if (!good) break;
        reach->link[*links] = area;
        reach->way_m[(*links)++] = (float)w->segment_m[segment];
    }
    hs_segment_walk_clear(w);
    return good;
}

hs_status hs_street_ways(const hs_snapshot *snapshot, const hs_areas *areas, double reach_m, hs_error *error,
                         hs_street_reach *reach) {
    hs_segment_walk w = {.segments = &snapshot->geography->segments};
    hs_street_reach made = {.first = calloc((size_t)areas->count + 1, sizeof *made.first)};
    uint32_t *area_of = areas_of_segments(snapshot, areas);
    size_t links = 0, room = 0;
    bool good = hs_segment_walk_init(&w) && area_of && made.first && make_room(&made, 0, &room);
    for (uint32_t i = 0; good && i < areas->count; i++) {
        made.first[i] = (uint32_t)links;
        hs_segment_walk_from(&w, areas->segment[i], reach_m);
        good = take_row(&w, area_of, i, &made, &links, &room);
    }
    if (good) made.first[areas->count] = (uint32_t)links;
    hs_segment_walk_done(&w);
    free(area_of);
    if (!good) {
        hs_street_reach_done(&made);
        return hs_error_memory(error, "ways along the streets");
    }
    *reach = made;
    return HS_OK;
}

void hs_street_reach_done(hs_street_reach *reach) {
    free(reach->first);
    free(reach->link);
    free(reach->way_m);
    *reach = (hs_street_reach){0};
}
