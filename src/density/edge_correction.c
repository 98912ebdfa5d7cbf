/* The mass of a kernel about one place: what lies along the border in reach, and arcs of the rim between. */
#include "density/edge_correction.h"

#include "density/edge_integral.h"
#include "geo/real.h"

#include <stdlib.h>

/* Lengths in bandwidths about the place. A ray runs west from the place along y = 0; a vertex at y = 0 counts
 * as south of it. */
typedef struct seen_edge {
    double ax, ay, bx, by;
    double cross; /* a x b */
} seen_edge;

static inline seen_edge see(const hs_study_area *area, const hs_directed_edge *e, double x_m, double y_m) {
    seen_edge s = {(e->x0 - x_m) * area->per_bandwidth, (e->y0 - y_m) * area->per_bandwidth,
                   (e->x1 - x_m) * area->per_bandwidth, (e->y1 - y_m) * area->per_bandwidth, 0.0};
    s.cross = s.ax * s.by - s.ay * s.bx;
    return s;
}

/* 1 where the edge runs north over the line of the ray, -1 where south, 0 where it does not cross. */
static inline int crossing_of(const seen_edge *s) {
    return (int)(s->ay <= 0.0) - (int)(s->by <= 0.0);
}

static inline double crossing_x(const seen_edge *s) {
    return s->cross / (s->by - s->ay);
}

/* The part of an edge within the rim, from a at 0 to b at 1. */
typedef struct inner_part {
    double from, to;
    bool enters, leaves;
} inner_part;

/* False where there is none. Whether a vertex lies within the rim depends on the vertex alone, so that edges
 * which meet there agree. */
static inline bool part_of(const seen_edge *s, double reach, inner_part *out) {
    double reach2 = reach * reach;
    double a2 = s->ax * s->ax + s->ay * s->ay;
    double b2 = s->bx * s->bx + s->by * s->by;
    out->enters = !(a2 < reach2);
    out->leaves = !(b2 < reach2);
    out->from = 0.0;
    out->to = 1.0;
    if (!out->enters && !out->leaves) return true;
    double ex = s->bx - s->ax;
    double ey = s->by - s->ay;
    double length2 = ex * ex + ey * ey;
    double along = s->ax * ex + s->ay * ey;
    double root2 = along * along - length2 * (a2 - reach2);
    bool passes = out->enters && out->leaves;
    if (passes && (!(root2 > 0.0) || !(along < 0.0) || !(-along < length2))) return false;
    double root = root2 > 0.0 ? sqrt(root2) : 0.0;
    if (out->enters) out->from = (-along - root) / length2;
    if (out->leaves) out->to = (-along + root) / length2;
    if (!(out->from > 0.0)) out->from = 0.0;
    if (!(out->to < 1.0)) out->to = 1.0;
    /* One that ends within has a part, though rounding may leave it no length. */
    return !passes || out->from < out->to;
}

/* The angle of the point at t, from -pi to pi. Its sign is worked out from the edge's ends and the crossing,
 * not from rounded coordinates, so that it agrees with how often the border goes round. */
static double angle_at(const seen_edge *s, double t, int side) {
    double x = s->ax + t * (s->bx - s->ax);
    double y = s->ay + t * (s->by - s->ay);
    if (side == 0) return hs_real_atan2(y, x);
    double angle = hs_real_atan2(fabs(y), x);
    return side < 0 ? -angle : angle;
}

/* Whether an edge that crosses the ray does so within the rim. */
static inline bool crosses_inside(const seen_edge *s, const inner_part *part) {
    double t = -s->ay / (s->by - s->ay);
    return (!part->enters || t > part->from) && (!part->leaves || t < part->to);
}

/* On which side of the ray's line an edge enters and leaves the rim: 1 north, -1 south; 0: where it does not
 * matter, in the east. */
static void sides_of(const seen_edge *s, const inner_part *part, int *enters, int *leaves) {
    int crosses = crossing_of(s);
    *enters = *leaves = s->ay <= 0.0 ? -1 : 1;
    if (crosses == 0) return;
    if (!(crossing_x(s) < 0.0)) {
        *enters = *leaves = 0;
    } else if (crosses_inside(s, part)) {
        *leaves = crosses;
    } else if (part->enters && -s->ay / (s->by - s->ay) <= part->from) {
        *enters = *leaves = crosses;
    }
}

static double share_of_part(const hs_study_area *area, const seen_edge *s, const inner_part *part) {
    int enters = 0;
    int leaves = 0;
    double sum = 0.0;
    if (part->enters || part->leaves) {
        sides_of(s, part, &enters, &leaves);
        if (part->enters) sum += angle_at(s, part->from, enters);
        if (part->leaves) sum -= angle_at(s, part->to, leaves);
    }
    double ex = s->bx - s->ax;
    double ey = s->by - s->ay;
    double t = 0.5 * (part->from + part->to);
    double x = s->ax + t * ex;
    double y = s->ay + t * ey;
    edge_part along = {x * x + y * y, x * ex + y * ey, ex * ex + ey * ey, 0.5 * (part->to - part->from)};
    return sum + s->cross * hs_edge_integral(area->kernel, &along);
}

/* About the rim's westernmost point rounding decides on which side of it a crossing lies: there it is asked
 * as sides_of does. */
#define RIM_SLACK 1e-9

windings hs_study_area_windings(const hs_study_area *area, double x_m, double y_m) {
    windings w = {0, 0};
    uint32_t stripe = hs_stripe_of(area, y_m);
    const edge_lists *lists = &area->beside;
    for (uint64_t i = lists->start[stripe]; i < lists->start[stripe + 1]; i++) {
        const hs_directed_edge *e = &area->edge[lists->number[i]];
        if ((e->y0 <= y_m) == (e->y1 <= y_m)) continue;
        seen_edge s = see(area, e, x_m, y_m);
        int crosses = crossing_of(&s);
        if (crosses == 0) continue;
        double x = crossing_x(&s);
        if (!(x < 0.0)) continue;
        /* Westwards over an edge that runs north one comes into the area. */
        w.place -= crosses;
        bool beyond = x < -area->reach;
        inner_part part;
        if (fabs(x + area->reach) < RIM_SLACK * area->reach)
            beyond = !part_of(&s, area->reach, &part) || !crosses_inside(&s, &part);
        if (beyond) w.rim -= crosses;
    }
    return w;
}

/* The cell of a place; false where no border is in reach and it lies outside. */
static bool cell_of(const hs_study_area *area, double x_m, double y_m, uint64_t *cell) {
    double column = (x_m - area->west_m) * area->per_cell;
    double row = (y_m - area->south_m) * area->per_cell;
    if (!(column >= 0.0 && row >= 0.0 && column < (double)area->columns && row < (double)area->rows))
        return false;
    *cell = (uint64_t)row * area->columns + (uint64_t)column;
    return true;
}

static double rounded(double mass) {
    if (!(mass > 0.0)) return 0.0;
    if (mass > 1.0) return 1.0;
    return (mass + 0x1.8p20) - 0x1.8p20; /* a double there has 2^-32 as its last place */
}

double hs_study_area_mass(const hs_study_area *area, double x_m, double y_m, bool *inside) {
    uint64_t cell;
    *inside = false;
    if (!cell_of(area, x_m, y_m, &cell)) return 0.0;
    uint64_t begin = area->near.start[cell];
    uint64_t end = area->near.start[cell + 1];
    if (begin == end) {
        *inside = area->winding[cell] > 0;
        return *inside ? 1.0 : 0.0;
    }
    windings w = hs_study_area_windings(area, x_m, y_m);
    double sum = 0.0;
    for (uint64_t i = begin; i < end; i++) {
        seen_edge s = see(area, &area->edge[area->near.number[i]], x_m, y_m);
        inner_part part;
        if (part_of(&s, area->reach, &part)) sum += share_of_part(area, &s, &part);
    }
    *inside = w.place > 0;
    return rounded((double)w.rim + sum / (2.0 * HS_PI));
}

#define MOST_LOOKUPS 64

bool hs_study_area_holds(const hs_study_area *area, double west_m, double south_m, double east_m,
                         double north_m) {
    uint64_t first;
    uint64_t last;
    if (!cell_of(area, west_m, south_m, &first) || !cell_of(area, east_m, north_m, &last)) return false;
    uint64_t columns = last % area->columns - first % area->columns + 1;
    uint64_t rows = last / area->columns - first / area->columns + 1;
    if (last < first || columns > MOST_LOOKUPS || rows > MOST_LOOKUPS / columns) return false;
    for (uint64_t row = 0; row < rows; row++)
        for (uint64_t column = 0; column < columns; column++) {
            uint64_t cell = first + row * area->columns + column;
            if (area->near.start[cell] != area->near.start[cell + 1] || area->winding[cell] <= 0)
                return false;
        }
    return true;
}

static hs_status check(const hs_directed_edge *edges, size_t count, hs_kernel kernel, double bandwidth_m,
                       hs_error *error) {
    if ((unsigned)kernel >= HS_KERNEL_COUNT)
        return hs_error_set(error, HS_E_ARGUMENT, "kernel %d is not known", (int)kernel);
    if (!(bandwidth_m > 0.0) || !isfinite(bandwidth_m))
        return hs_error_set(error, HS_E_ARGUMENT, "a bandwidth of %g m is not above 0", bandwidth_m);
    if (count > (size_t)1 << 28)
        return hs_error_set(error, HS_E_LIMIT, "%zu edges of a study area are over the 2^28 that are taken",
                            count);
    for (size_t i = 0; i < count; i++)
        if (!isfinite(edges[i].x0) || !isfinite(edges[i].y0) || !isfinite(edges[i].x1) ||
            !isfinite(edges[i].y1))
            return hs_error_set(error, HS_E_ARGUMENT, "edge %zu of a study area has no finite ends", i);
    return HS_OK;
}

hs_status hs_study_area_new(const hs_directed_edge *edges, size_t count, hs_kernel kernel, double bandwidth_m,
                            hs_error *error, hs_study_area **area) {
    hs_status status = check(edges, count, kernel, bandwidth_m, error);
    if (status != HS_OK) return status;
    hs_study_area *made = calloc(1, sizeof *made);
    if (made) made->edge = malloc((count + 1) * sizeof *made->edge);
    if (!made || !made->edge) {
        hs_study_area_free(made);
        return hs_error_set(error, HS_E_MEMORY, "no memory for the border of a study area");
    }
    made->kernel = kernel;
    made->bandwidth_m = bandwidth_m;
    made->per_bandwidth = 1.0 / bandwidth_m;
    made->reach = hs_kernel_reach(kernel);
    for (size_t i = 0; i < count; i++)
        if (edges[i].x0 != edges[i].x1 || edges[i].y0 != edges[i].y1) made->edge[made->count++] = edges[i];
    status = hs_study_area_index(made, error);
    if (status == HS_OK)
        *area = made;
    else
        hs_study_area_free(made);
    return status;
}

void hs_study_area_free(hs_study_area *area) {
    if (!area) return;
    free(area->edge);
    free(area->near.start);
    free(area->near.number);
    free(area->winding);
    free(area->beside.start);
    free(area->beside.number);
    free(area);
}

size_t hs_study_area_bytes(const hs_study_area *area) {
    size_t cells = (size_t)area->columns * area->rows;
    return sizeof *area + area->count * sizeof *area->edge +
           cells * (sizeof *area->near.start + sizeof *area->winding) +
           area->near.start[cells] * sizeof *area->near.number + area->stripes * sizeof *area->beside.start +
           area->beside.start[area->stripes] * sizeof *area->beside.number;
}
