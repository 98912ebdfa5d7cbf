/* The part of a circle inside a window is what lies between where it enters and where it leaves: the sum of
 * the angles of leaving less those of entering, modulo the whole circle. Each edge of the window says at
 * which angle it is crossed, as a function of the radius over a range of radii: so the many circles about a
 * centre go side by side through the few edges near it. */
#include "statistics/k_isotropic.h"

#include "statistics/vectors.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846
/* Shares as near as this to nothing or all may be either, by rounding: they are told another way. */
#define UNSURE 1e-9

/* Radii are ordered where there are more terms than these, so that a term meets few of them. */
enum { FEW_TERMS = 6, ORDERED = 64 };

hs_status hs_circles_new(const hs_pattern_window *window, hs_error *error, hs_circles *circles) {
    size_t n = window->count;
    *circles = (hs_circles){.window = window,
                            .turn = malloc((n + 1) * sizeof *circles->turn),
                            .term = malloc((n + 1) * sizeof *circles->term)};
    hs_status status = hs_circle_room_new(window, error, &circles->near);
    if (status == HS_OK && (!circles->turn || !circles->term))
        status = hs_error_memory(error, "edge correction");
    for (size_t i = 0; i < n && status == HS_OK; i++) {
        const hs_directed_edge *e = &window->edge[i];
        circles->turn[i] = atan2(e->x0 - e->x1, e->y1 - e->y0);
    }
    return status;
}

void hs_circles_done(hs_circles *circles) {
    hs_circle_room_done(&circles->near);
    free(circles->turn);
    free(circles->term);
    free(circles->radius);
    free(circles->angle);
    free(circles->bin);
}

bool hs_circles_take(hs_circles *circles, uint32_t count) {
    if (count <= circles->room) return true;
    size_t room = (size_t)count + count / 2 + HS_VECTOR_ROOM;
    double *radius = realloc(circles->radius, room * sizeof *radius);
    if (radius) circles->radius = radius;
    double *angle = realloc(circles->angle, 2 * room * sizeof *angle); /* the second half to order in */
    if (angle) circles->angle = angle;
    int32_t *bin = realloc(circles->bin, room * sizeof *bin);
    if (bin) circles->bin = bin;
    if (!radius || !angle || !bin) return false;
    circles->room = (uint32_t)(room - HS_VECTOR_ROOM);
    return true;
}

/* An edge that enters the disc is where the circle leaves the window, and the other way round. Where two
 * edges meet, both have the same distance of the corner: each circle crosses one of them. */
static void add_edge(hs_circles *c, uint32_t edge, double least_m) {
    const hs_directed_edge *e = &c->window->edge[edge];
    double ax = e->x0 - c->x, ay = e->y0 - c->y, bx = e->x1 - c->x, by = e->y1 - c->y;
    double length = sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay));
    if (!(length > 0)) return;
    double ux = (bx - ax) / length, uy = (by - ay) / length;
    double off = uy * ax - ux * ay, from = ux * ax + uy * ay, to = ux * bx + uy * by;
    double first_m = sqrt(ax * ax + ay * ay), last_m = sqrt(bx * bx + by * by);
    double sign = off < 0 ? -1 : 1, turn = c->turn[edge] + (off < 0 ? PI : 0);
    off = fabs(off);
    hs_circle_term t = {off, turn, sign, INFINITY, 0, INFINITY, 0};
    if (from < 0) {
        t.leave_from = to < 0 ? last_m : off;
        t.leave_to = first_m;
    }
    if (to > 0) {
        t.enter_from = from > 0 ? first_m : off;
        t.enter_to = last_m;
    }
    if (fmax(t.leave_to, t.enter_to) > least_m) c->term[c->term_count++] = t;
}

void hs_circles_move(hs_circles *circles, double x, double y, double least_m, double reach_m) {
    circles->x = x;
    circles->y = y;
    circles->term_count = 0;
    hs_circle_room_move(circles->window, &circles->near, x, y, reach_m);
    for (uint32_t k = 0; k < circles->near.near_count; k++)
        add_edge(circles, circles->near.near[k], least_m);
}

/* asin(s) = s + s^3 P(s^2) as far as s = 1/2: a Chebyshev fit to 2e-17; beyond it by the half angle. */
HS_VECTORS static void add_term(const double *restrict radius, double *restrict angle, uint32_t count,
                                hs_circle_term term) {
    for (uint32_t j = 0; j < count; j++) {
        double r = radius[j], x = term.distance / r;
        x = x < 1 ? x : 1;
        double half = 0.5 * (1 - x), z = x * x;
        z = z < half ? z : half; /* where x is below 1/2 */
        double s = sqrt(z);
        double p = 0.028757851367421566;
        p = p * z - 0.014851887071247204;
        p = p * z + 0.01740087944269402;
        p = p * z + 0.005457506718640358;
        p = p * z + 0.01032281435018578;
        p = p * z + 0.011479177415184906;
        p = p * z + 0.013971212973552933;
        p = p * z + 0.017352392720869973;
        p = p * z + 0.02237217294214989;
        p = p * z + 0.030381944138531247;
        p = p * z + 0.04464285714635543;
        p = p * z + 0.07499999999998433;
        p = p * z + 0.16666666666666669;
        p = s + s * z * p;
        /* Chosen are numbers, not formulas, or both formulas would be computed throughout. */
        double zero = x < 0.5 ? PI / 2 : 0, slope = x < 0.5 ? -1 : 2;
        double off = term.sign * (zero + slope * p);
        double leave = r > term.leave_from ? term.turn - off : 0;
        double enter = r > term.enter_from ? -term.turn - off : 0;
        leave = r <= term.leave_to ? leave : 0;
        enter = r <= term.enter_to ? enter : 0;
        angle[j] += leave + enter;
    }
}

HS_VECTORS static void to_shares(double *angle, uint32_t count) {
    for (uint32_t j = 0; j < count; j++) {
        double turns = angle[j] * (0.5 / PI);
        angle[j] = turns - floor(turns);
    }
}

static uint32_t part_of(double radius, double least_m, double per_m) {
    double at = (radius - least_m) * per_m;
    return at < 0 ? 0 : at >= ORDERED ? ORDERED - 1 : (uint32_t)at;
}

/* By parts of the range: start[ORDERED + 1]. */
static void order(hs_circles *c, double least_m, double per_m, uint32_t count, uint32_t *start) {
    double *moved = c->angle + c->room + HS_VECTOR_ROOM;
    uint32_t at[ORDERED];
    memset(start, 0, (ORDERED + 1) * sizeof *start);
    for (uint32_t j = 0; j < count; j++)
        start[part_of(c->radius[j], least_m, per_m) + 1]++;
    for (uint32_t k = 0; k < ORDERED; k++) {
        at[k] = start[k];
        start[k + 1] += start[k];
    }
    for (uint32_t j = 0; j < count; j++)
        moved[at[part_of(c->radius[j], least_m, per_m)]++] = c->radius[j];
    memcpy(c->radius, moved, count * sizeof *moved);
}

void hs_circles_shares(hs_circles *c, double least_m, double reach_m, uint32_t count) {
    uint32_t start[ORDERED + 1];
    double per_m = reach_m > least_m ? ORDERED / (reach_m - least_m) : 0;
    bool ordered = c->term_count > FEW_TERMS;
    if (count == 0) return;
    if (ordered) order(c, least_m, per_m, count, start);
    memset(c->angle, 0, count * sizeof *c->angle);
    for (uint32_t k = 0; k < c->term_count; k++) {
        const hs_circle_term *t = &c->term[k];
        double from = fmin(t->leave_from, t->enter_from), to = fmax(t->leave_to, t->enter_to);
        uint32_t begin = ordered ? start[part_of(from, least_m, per_m)] : 0;
        uint32_t end = ordered ? start[part_of(to, least_m, per_m) + 1] : count;
        add_term(c->radius + begin, c->angle + begin, end - begin, *t);
    }
    to_shares(c->angle, count);
    for (uint32_t j = 0; j < count; j++)
        if (c->angle[j] < UNSURE || c->angle[j] > 1 - UNSURE)
            c->angle[j] = hs_circle_share(c->window, &c->near, c->x, c->y, c->radius[j]);
}
