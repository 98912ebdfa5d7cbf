/* The part of a circle inside a window. Private to src/statistics. */
#ifndef STATISTICS_K_CIRCLE_H
#define STATISTICS_K_CIRCLE_H

#include "statistics/pattern_window.h"

/* The edges near one centre, and room for their crossings. */
typedef struct hs_circle_room {
    uint8_t *mark;
    uint32_t *near;
    uint32_t near_count;
    double *angle; /* [4 * edges + 4] */
} hs_circle_room;

hs_status hs_circle_room_new(const hs_pattern_window *window, hs_error *error, hs_circle_room *room);
void hs_circle_room_done(hs_circle_room *room);
/* To a centre, for radii to `reach_m`. */
void hs_circle_room_move(const hs_pattern_window *window, hs_circle_room *room, double x, double y,
                         double reach_m);
/* The share of the circle's length inside the window. */
double hs_circle_share(const hs_pattern_window *window, hs_circle_room *room, double x, double y,
                       double radius);

#endif
