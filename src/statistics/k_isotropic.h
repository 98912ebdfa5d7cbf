/* Shares of many circles about one place inside a window, by their crossings' angles. Private to
 * src/statistics. */
#ifndef STATISTICS_K_ISOTROPIC_H
#define STATISTICS_K_ISOTROPIC_H

#include "statistics/k_circle.h"

/* An edge whose line is `distance` from the centre. Circles with radii in (leave_from, leave_to] leave the
 * window across it at the angle turn - sign acos(distance / radius), those in (enter_from, enter_to] enter at
 * turn + sign acos(distance / radius). */
typedef struct hs_circle_term {
    double distance, turn, sign, leave_from, leave_to, enter_from, enter_to;
} hs_circle_term;

typedef struct hs_circles {
    const hs_pattern_window *window;
    hs_circle_room near; /* edges, and room for what is told one by one */
    double *turn;        /* [edges] of the way across it, outward */
    hs_circle_term *term;
    uint32_t term_count;
    double x, y;
    uint32_t room;
    double *radius, *angle; /* [room] */
    int32_t *bin;           /* [room] the caller's */
} hs_circles;

hs_status hs_circles_new(const hs_pattern_window *window, hs_error *error, hs_circles *circles);
void hs_circles_done(hs_circles *circles);
/* To a centre, for radii above `least_m`, its distance from the border, and up to `reach_m`. */
void hs_circles_move(hs_circles *circles, double x, double y, double least_m, double reach_m);
/* Room for so many radii at once: circles->radius. False: no memory. */
bool hs_circles_take(hs_circles *circles, uint32_t count);
/* Orders radius[count], and writes the shares in this order: [count], in circles->angle. */
void hs_circles_shares(hs_circles *circles, double least_m, double reach_m, uint32_t count);

#endif
