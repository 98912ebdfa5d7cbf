/* A plan's lines and places in words, for sheets, files and maps. Texts lie in the arena given; NULL when
 * memory is out. */
#ifndef SERVICE_FOCUS_TEXTS_H
#define SERVICE_FOCUS_TEXTS_H

#include "service/focus.h"

/* The street or unit, in the language where it has a name in it, else its code or id. */
const char *hs_focus_item_name(const hs_focus_item *item, bool chinese, hs_arena *arena);
/* Community and subdistrict; empty outside. */
const char *hs_focus_item_area(const hs_focus_item *item, bool chinese, hs_arena *arena);
/* The community alone, else the subdistrict. */
const char *hs_focus_item_community(const hs_focus_item *item, bool chinese, hs_arena *arena);
/* Weekdays and hours: `Mon–Fri 18–22 h`. */
const char *hs_focus_item_when(const hs_focus_item *item, bool chinese, hs_arena *arena);
/* The emerging hot spot category, `new hot spot`. */
const char *hs_focus_item_state(const hs_focus_item *item, bool chinese, hs_arena *arena);
/* All of it in a line, for a handheld's screen. */
const char *hs_focus_item_line(const hs_focus_request *request, const hs_focus_item *item, bool chinese,
                               hs_arena *arena);
/* Held-out: the share that plans of this rule caught, its interval and periods, and what it is of the best
 * possible; or that it was not scored. */
const char *hs_focus_score_words(const hs_focus_plan *plan, bool chinese, hs_arena *arena);
/* First and last day. */
const char *hs_focus_period_words(const hs_snapshot *snapshot, const hs_focus_plan *plan, bool chinese,
                                  hs_arena *arena);

/* The highest number of a crew that has an item; 0 for an empty plan. */
uint32_t hs_focus_crews(const hs_focus_plan *plan);
/* The items of a crew by rank: rows of the plan, [*count]. */
const uint32_t *hs_focus_crew_items(const hs_focus_plan *plan, uint32_t crew, hs_arena *arena,
                                    uint32_t *count);
/* The same in the order of a short way through them. */
const uint32_t *hs_focus_crew_tour(const hs_snapshot *snapshot, const hs_focus_plan *plan, uint32_t crew,
                                   hs_arena *arena, uint32_t *count);

#endif
