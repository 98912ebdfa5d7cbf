/* What a printed map says of its data, in words. */
#ifndef SERVICE_MAP_FACTS_H
#define SERVICE_MAP_FACTS_H

#include "render/legend.h"
#include "render/map_sheet.h"
#include "service/map_print.h"

#define HS_MAP_MOST_FACTS 14

/* The legend of the density as a block; keys holds HS_RAMP_MAX_CLASSES + 1. Words lie in the arena. */
hs_status hs_map_density_block(const hs_legend *legend, const hs_ramp_classes *classes, hs_rgba ground,
                               hs_arena *arena, hs_error *error, hs_sheet_key *keys, hs_sheet_block *block);
/* Problem, period, hours, count, share positioned, method, cut-off, run, date; facts holds
 * HS_MAP_MOST_FACTS. `legend` has the words of the density's request, NULL: the map alone. */
hs_status hs_map_facts_block(hs_service *service, const hs_snapshot *snapshot, const hs_map_print *print,
                             const hs_legend *legend, hs_arena *arena, hs_error *error, hs_sheet_fact *facts,
                             hs_sheet_block *block);
/* A local day, or day and minute, of a time. */
const char *hs_map_moment(const hs_snapshot *snapshot, int64_t time_s, bool minute, hs_arena *arena);
/* Hours of the day as ranges, weekdays as names; NULL when memory is out. Bits as hs_filter has them. */
const char *hs_hours_words(uint32_t hours, hs_arena *arena);
const char *hs_weekdays_words(uint32_t weekdays, bool chinese, hs_arena *arena);
/* The map's scale to two digits on a paper, and its projection: two lines. */
const char *hs_map_scale_words(double metres_per_point, const char *paper, bool chinese, hs_arena *arena);

#endif
