#include "plan/crews.h"

#include <math.h>
#include <stdlib.h>

/* A place on its way into a part. */
typedef struct place {
    double along, x, y, cost;
    uint32_t index;
} place;

static int in_order(const void *left, const void *right) {
    const place *a = left;
    const place *b = right;
    if (a->along != b->along) return a->along < b->along ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

/* How far each lies along the axis of the widest spread, which is turned eastwards. */
static void lay_along(place *places, uint32_t count) {
    double x = 0;
    double y = 0;
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (uint32_t i = 0; i < count; i++) {
        x += places[i].x / count;
        y += places[i].y / count;
    }
    for (uint32_t i = 0; i < count; i++) {
        double dx = places[i].x - x;
        double dy = places[i].y - y;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    /* Half of the angle of (xx - yy, 2 xy) is the principal axis. */
    double spread = hypot(xx - yy, 2 * xy);
    double c = spread > 0 ? sqrt((1 + (xx - yy) / spread) / 2) : 1;
    double s = spread > 0 ? copysign(sqrt(fmax(1 - (xx - yy) / spread, 0) / 2), xy) : 0;
    for (uint32_t i = 0; i < count; i++)
        places[i].along = (places[i].x - x) * c + (places[i].y - y) * s;
}

/* How many of the ordered places the first crews take: their cost is nearest to their share. */
static uint32_t cut_of(const place *places, uint32_t count, uint32_t first, uint32_t crews) {
    double total = 0;
    double before = 0;
    uint32_t cut = 0;
    for (uint32_t i = 0; i < count; i++)
        total += places[i].cost;
    double wanted = total * first / crews;
    while (cut < count && before + places[cut].cost / 2 <= wanted)
        before += places[cut++].cost;
    /* A place for each where there are as many. */
    uint32_t rest = crews - first;
    if (count >= crews && cut < first) cut = first;
    if (count >= crews && count - cut < rest) cut = count - rest;
    return cut;
}

static void divide(place *places, uint32_t count, uint32_t first_crew, uint32_t crews, uint32_t *crew) {
    while (crews > 1 && count > 0) {
        uint32_t first = crews / 2;
        lay_along(places, count);
        qsort(places, count, sizeof *places, in_order);
        uint32_t cut = cut_of(places, count, first, crews);
        divide(places, cut, first_crew, first, crew); /* as deep as the logarithm of the crews */
        places += cut;
        count -= cut;
        first_crew += first;
        crews -= first;
    }
    for (uint32_t i = 0; i < count; i++)
        crew[places[i].index] = first_crew;
}

hs_status hs_crews_divide(const double *x_m, const double *y_m, const double *cost, uint32_t count,
                          uint32_t crews, hs_error *error, uint32_t *crew) {
    if (crews < 1 || crews > HS_CREWS_MOST)
        return hs_error_set(error, HS_E_ARGUMENT, "crews: 1 to %u are expected", HS_CREWS_MOST);
    place *places = malloc(((size_t)count + 1) * sizeof *places);
    if (!places) return hs_error_memory(error, "a plan's crews");
    for (uint32_t i = 0; i < count; i++)
        places[i] = (place){0, x_m[i], y_m[i], cost[i], i};
    divide(places, count, 1, crews, crew);
    free(places);
    return HS_OK;
}

static double way(const double *x, const double *y, uint32_t a, uint32_t b) {
    return hypot(x[a] - x[b], y[a] - y[b]);
}

static void nearest_next(const double *x, const double *y, uint32_t count, uint32_t *order) {
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t best = k;
        for (uint32_t i = k + 1; i < count; i++) {
            bool closer = k == 0 ? x[order[i]] < x[order[best]]
                                 : way(x, y, order[k - 1], order[i]) < way(x, y, order[k - 1], order[best]);
            bool equal = k > 0 ? way(x, y, order[k - 1], order[i]) == way(x, y, order[k - 1], order[best])
                               : x[order[i]] == x[order[best]];
            if (closer || (equal && order[i] < order[best])) best = i;
        }
        uint32_t next = order[best];
        order[best] = order[k];
        order[k] = next;
    }
}

static void turn(uint32_t *order, uint32_t first, uint32_t last) {
    for (; first < last; first++, last--) {
        uint32_t kept = order[first];
        order[first] = order[last];
        order[last] = kept;
    }
}

/* Whether any stretch was turned round; the way is open at both ends, its beginning stays. */
static bool shorten(const double *x, const double *y, uint32_t count, uint32_t *order) {
    bool any = false;
    for (uint32_t i = 1; i + 1 < count; i++)
        for (uint32_t j = i + 1; j < count; j++) {
            double now = way(x, y, order[i - 1], order[i]);
            double then = way(x, y, order[i - 1], order[j]);
            if (j + 1 < count) {
                now += way(x, y, order[j], order[j + 1]);
                then += way(x, y, order[i], order[j + 1]);
            }
            if (!(then < now - 1e-6)) continue;
            turn(order, i, j);
            any = true;
        }
    return any;
}

void hs_crews_tour(const double *x_m, const double *y_m, uint32_t count, uint32_t *order) {
    nearest_next(x_m, y_m, count, order);
    for (uint32_t round = 0; count <= HS_TOUR_MOST && round < HS_TOUR_ROUNDS; round++)
        if (!shorten(x_m, y_m, count, order)) return;
}
