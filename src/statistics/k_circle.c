/* Arcs of a circle inside a window: between two crossings with the border all is inside, or all outside. */
#include "statistics/k_circle.h"

#include <math.h>
#include <stdlib.h>

#define TWO_PI 6.28318530717958647692

hs_status hs_circle_room_new(const hs_pattern_window *window, hs_error *error, hs_circle_room *room) {
    size_t n = (size_t)window->count + 1;
    *room = (hs_circle_room){.mark = calloc(n, sizeof *room->mark),
                             .near = malloc(n * sizeof *room->near),
                             .angle = malloc(2 * n * sizeof *room->angle)};
    return room->mark && room->near && room->angle ? HS_OK : hs_error_memory(error, "edge correction");
}

void hs_circle_room_done(hs_circle_room *room) {
    free(room->mark);
    free(room->near);
    free(room->angle);
}

void hs_circle_room_move(const hs_pattern_window *window, hs_circle_room *room, double x, double y,
                         double reach_m) {
    room->near_count = hs_pattern_window_near(window, x, y, reach_m * (1 + 1e-9), room->mark, room->near);
}

/* Where a circle about the origin crosses an edge: up to two angles. The edge is half open, so that a corner
 * on the circle is crossed once or touched twice. */
static uint32_t cross(double ax, double ay, double bx, double by, double radius, double *angle) {
    double dx = bx - ax, dy = by - ay;
    double a = dx * dx + dy * dy;
    double b = ax * dx + ay * dy;
    double c = ax * ax + ay * ay - radius * radius;
    double under = b * b - a * c;
    if (!(a > 0) || !(under > 0)) return 0;
    double root = sqrt(under);
    uint32_t count = 0;
    /* Whether an end lies inside decides, so that neighbouring edges agree about a corner on the circle. */
    bool a_inside = c < 0, b_inside = bx * bx + by * by - radius * radius < 0;
    double enter = (-b - root) / a, leave = (-b + root) / a;
    bool enters = !a_inside && (b_inside || (enter > 0 && enter < 1));
    bool leaves = !b_inside && (a_inside || (leave > 0 && leave < 1));
    if (!a_inside && !b_inside && !(enters && leaves)) return 0;
    if (enters) angle[count++] = atan2(ay + enter * dy, ax + enter * dx);
    if (leaves) angle[count++] = atan2(ay + leave * dy, ax + leave * dx);
    return count;
}

static int ascending(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void sort_few(double *angle, uint32_t count) {
    if (count > 16) {
        qsort(angle, count, sizeof *angle, ascending);
        return;
    }
    for (uint32_t i = 1; i < count; i++) {
        double one = angle[i];
        uint32_t at = i;
        for (; at > 0 && angle[at - 1] > one; at--)
            angle[at] = angle[at - 1];
        angle[at] = one;
    }
}

double hs_circle_share(const hs_pattern_window *window, hs_circle_room *room, double x, double y,
                       double radius) {
    uint32_t count = 0;
    for (uint32_t k = 0; k < room->near_count; k++) {
        const hs_directed_edge *e = &window->edge[room->near[k]];
        count += cross(e->x0 - x, e->y0 - y, e->x1 - x, e->y1 - y, radius, room->angle + count);
    }
    if (count < 2) return hs_pattern_window_holds(window, x + radius, y) ? 1 : 0;
    sort_few(room->angle, count);
    /* The longest arc's middle is the surest to tell by. */
    uint32_t longest = count - 1;
    double length = room->angle[0] + TWO_PI - room->angle[count - 1];
    for (uint32_t k = 0; k + 1 < count; k++) {
        if (room->angle[k + 1] - room->angle[k] <= length) continue;
        length = room->angle[k + 1] - room->angle[k];
        longest = k;
    }
    double middle = room->angle[longest] + length / 2;
    bool inside = hs_pattern_window_holds(window, x + radius * cos(middle), y + radius * sin(middle));
    double sum = 0;
    for (uint32_t step = 0; step < count; step++) {
        uint32_t k = (longest + step) % count;
        double arc =
            k + 1 < count ? room->angle[k + 1] - room->angle[k] : room->angle[0] + TWO_PI - room->angle[k];
        if (inside) sum += arc;
        inside = !inside;
    }
    return sum / TWO_PI;
}
