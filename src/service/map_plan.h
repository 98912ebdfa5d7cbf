/* A plan on a map: its lines and areas by crew, numbered by rank. */
#ifndef SERVICE_MAP_PLAN_H
#define SERVICE_MAP_PLAN_H

#include "render/map_sheet.h"
#include "service/focus.h"

#define HS_MAP_CREW_COLOURS 8

typedef struct hs_map_plan {
    const hs_focus_plan *plan;
    uint32_t crew; /* this one in colour and numbered, the others pale; 0: all in their crews' colours */
} hs_map_plan;

/* The crew's colour: told apart by all (Okabe and Ito 2008), again from the first after the eighth. */
hs_rgba hs_map_crew_colour(uint32_t crew);
/* An overlay of hs_map_request. */
void hs_map_plan_draw(const void *plan, const hs_map_view *view, bool above, cairo_t *pen);
/* The numbers, above all, each by its place and none over another one. `cairo` has the view's pixels. Errors
 * as of hs_sheet_text. O(items^2) of those in view. */
hs_status hs_map_plan_numbers(const hs_map_plan *plan, const hs_map_view *view, cairo_t *cairo,
                              hs_arena *arena, hs_error *error);
/* How it is drawn, and what that means: a block beside a map. Keys has HS_MAP_CREW_COLOURS + 1; words lie in
 * the arena. */
hs_status hs_map_plan_block(const hs_snapshot *snapshot, const hs_hotspot_run *run, bool chinese,
                            hs_arena *arena, hs_error *error, hs_sheet_key *keys, hs_sheet_block *block);

#endif
