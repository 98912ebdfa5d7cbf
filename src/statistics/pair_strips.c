#include "statistics/pair_strips.h"

#include "statistics/vectors.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 512, LANES = 4, MOST_STRIPS = 1 << 20, MOST_BINS = 8193 };

typedef struct place {
    double x, y;
    uint32_t point;
} place;

static int by_x(const void *left, const void *right) {
    const place *a = left;
    const place *b = right;
    if (a->x != b->x) return a->x < b->x ? -1 : 1;
    return (a->point > b->point) - (a->point < b->point);
}

/* Few are put in order one by one. */
static void sort_places(place *places, uint32_t count) {
    enum { FEW = 24 };
    if (count > FEW) {
        qsort(places, count, sizeof *places, by_x);
        return;
    }
    for (uint32_t i = 1; i < count; i++) {
        place one = places[i];
        uint32_t at = i;
        for (; at > 0 && by_x(&places[at - 1], &one) > 0; at--)
            places[at] = places[at - 1];
        places[at] = one;
    }
}

static uint32_t strip_of(const hs_pair_strips *s, double y) {
    double at = floor((y - s->south) / s->height);
    return at < 0 ? 0 : at >= s->strip_count ? s->strip_count - 1 : (uint32_t)at;
}

/* Strips in cells of about a point each, from west to east. */
typedef struct cells {
    double west, per_m;
    uint32_t columns;
} cells;

static cells choose_cells(const double *x_m, const uint32_t *chosen, uint32_t count, uint32_t strips) {
    double west = INFINITY, east = -INFINITY;
    for (uint32_t i = 0; i < count; i++) {
        west = fmin(west, x_m[chosen[i]]);
        east = fmax(east, x_m[chosen[i]]);
    }
    uint32_t columns = count / strips + 1;
    return (cells){west, east > west ? columns / (east - west) : 0, columns};
}

static uint32_t column_of(const cells *c, double x) {
    double at = (x - c->west) * c->per_m;
    return at < c->columns ? (uint32_t)at : c->columns - 1;
}

/* By strip, then from west to east, then by number. first[strips + 1] of the strips; false: no memory. */
static bool order_places(hs_pair_strips *s, const double *x_m, const double *y_m, const uint32_t *chosen,
                         place *places) {
    const cells c = choose_cells(x_m, chosen, s->count, s->strip_count);
    size_t all = (size_t)c.columns * s->strip_count;
    uint32_t *start = calloc(all + 1, sizeof *start), *cell = malloc(((size_t)s->count + 1) * sizeof *cell);
    for (uint32_t i = 0; start && cell && i < s->count; i++) {
        cell[i] = strip_of(s, y_m[chosen[i]]) * c.columns + column_of(&c, x_m[chosen[i]]);
        start[cell[i] + 1]++;
    }
    for (size_t k = 0; start && cell && k < all; k++)
        start[k + 1] += start[k];
    for (uint32_t k = 0; start && cell && k <= s->strip_count; k++)
        s->first[k] = start[(size_t)k * c.columns];
    for (uint32_t i = 0; start && cell && i < s->count; i++)
        places[start[cell[i]]++] = (place){x_m[chosen[i]], y_m[chosen[i]], chosen[i]};
    /* What began a cell now ends it. */
    for (size_t k = 0; start && cell && k < all; k++)
        sort_places(places + (k > 0 ? start[k - 1] : 0), start[k] - (k > 0 ? start[k - 1] : 0));
    bool good = start && cell;
    free(start);
    free(cell);
    return good;
}

hs_status hs_pair_strips_new(const double *x_m, const double *y_m, const uint32_t *chosen, uint32_t count,
                             double south, double height, hs_error *error, hs_pair_strips *strips) {
    double north = south;
    for (uint32_t i = 0; i < count; i++)
        north = fmax(north, y_m[chosen[i]]);
    height = fmax(height, (north - south) / (MOST_STRIPS - 1));
    hs_pair_strips s = {.count = count, .south = south, .height = height};
    s.strip_count = height > 0 ? (uint32_t)((north - south) / height) + 1 : 1;
    /* Whole vectors may be read behind the last point. */
    size_t room = (size_t)count + BLOCK;
    s.x = calloc(room, sizeof *s.x);
    s.y = calloc(room, sizeof *s.y);
    s.point = malloc(room * sizeof *s.point);
    s.first = calloc((size_t)s.strip_count + 1, sizeof *s.first);
    place *places = calloc(room, sizeof *places);
    if (!s.x || !s.y || !s.point || !s.first || !places || !order_places(&s, x_m, y_m, chosen, places)) {
        free(places);
        hs_pair_strips_done(&s);
        return hs_error_memory(error, "pairs of points");
    }
    for (uint32_t i = 0; i < count; i++) {
        s.x[i] = places[i].x;
        s.y[i] = places[i].y;
        s.point[i] = places[i].point;
    }
    free(places);
    *strips = s;
    return HS_OK;
}

void hs_pair_strips_done(hs_pair_strips *strips) {
    free(strips->x);
    free(strips->y);
    free(strips->point);
    free(strips->first);
    *strips = (hs_pair_strips){0};
}

/* Bins of the distances from a place to `count` others, `beyond` from `most` on; a multiple of 8 is computed.
 */
HS_VECTORS static void find_bins(const double *restrict x, const double *restrict y, double at_x, double at_y,
                                 double per_step, double most, double beyond, uint32_t count,
                                 int32_t *restrict bin) {
    count = (count + 7) & ~7U;
    for (uint32_t j = 0; j < count; j++) {
        double dx = x[j] - at_x;
        double dy = y[j] - at_y;
        double steps = sqrt(dx * dx + dy * dy) * per_step + HS_PAIR_CEILING;
        bin[j] = (int32_t)(steps < most ? steps : beyond);
    }
}

typedef struct counter {
    double step_m, per_step;
    uint32_t bins;         /* the last one is for all beyond */
    uint32_t *lane[LANES]; /* several, so that equal bins one after the other do not wait for one another */
    uint64_t *histogram;
    uint64_t counted;
    const uint32_t *limit; /* or NULL */
    int32_t *bin;          /* [BLOCK] */
    uint32_t *seen;
} counter;

static void empty_lanes(counter *c) {
    for (uint32_t k = 0; k < c->bins; k++) {
        for (int l = 0; l < LANES; l++) {
            c->histogram[k] += c->lane[l][k];
            c->lane[l][k] = 0;
        }
    }
    c->counted = 0;
}

static uint32_t beyond(const counter *c) {
    uint32_t sum = 0;
    for (int l = 0; l < LANES; l++)
        sum += c->lane[l][c->bins - 1];
    return sum;
}

/* One point and the points [begin, end) of a strip; `last` is the last bin that counts. */
static void count_run(counter *c, const hs_pair_strips *to, double x, double y, uint32_t last, uint32_t begin,
                      uint32_t end) {
    int32_t *bin = c->bin;
    c->counted += end > begin ? end - begin : 0;
    for (uint32_t at = begin; at < end; at += BLOCK) {
        uint32_t size = end - at < BLOCK ? end - at : BLOCK;
        find_bins(to->x + at, to->y + at, x, y, c->per_step, last + 1.0, c->bins - 1.0, size, bin);
        uint32_t j = 0;
        for (; j + LANES <= size; j += LANES) {
            c->lane[0][bin[j]]++;
            c->lane[1][bin[j + 1]]++;
            c->lane[2][bin[j + 2]]++;
            c->lane[3][bin[j + 3]]++;
        }
        for (; j < size; j++)
            c->lane[0][bin[j]]++;
    }
}

/* Without branches that depend on the points. */
static uint32_t first_from(const hs_pair_strips *s, uint32_t begin, uint32_t end, double x) {
    const double *at = s->x + begin;
    uint32_t left = end - begin;
    while (left > 1) {
        uint32_t half = left / 2;
        at += at[half - 1] < x ? half : 0;
        left -= half;
    }
    return (uint32_t)(at - s->x) + (left > 0 && *at < x);
}

/* Half the width of a circle where it is `gap` from its middle; below 0: it does not reach so far. */
static double half_width(double reach, double gap) {
    if (gap > reach) return -1;
    return sqrt(reach * reach - gap * gap) * (1 + 1e-9) + 1e-9 * reach;
}

/* A point that sees less far than the others: its own part of their run. */
static void count_limited(counter *c, const hs_pair_strips *from, uint32_t i, const hs_pair_strips *to,
                          double gap, uint32_t begin, uint32_t end) {
    double x = from->x[i], half = half_width(c->step_m * c->limit[i], gap);
    if (half < 0) return;
    begin = first_from(to, begin, end, x - half);
    end = first_from(to, begin, end, nextafter(x + half, INFINITY));
    uint32_t before = beyond(c);
    count_run(c, to, x, from->y[i], c->limit[i], begin, end);
    c->seen[i] += end - begin - (beyond(c) - before);
}

/* One strip's points against another's: runs move on as the points do. */
static void count_strips(counter *c, const hs_pair_strips *from, uint32_t a, const hs_pair_strips *to,
                         uint32_t b, bool within) {
    double gap = fabs((double)a - (double)b) - 1;
    gap = gap > 0 ? gap * from->height * (1 - 1e-12) : 0;
    double half = half_width(c->step_m * (c->bins - 2), gap);
    if (half < 0) return;
    uint32_t begin = to->first[b], end = to->first[b], last = to->first[b + 1];
    for (uint32_t i = from->first[a]; i < from->first[a + 1]; i++) {
        double x = from->x[i];
        if (c->counted >= UINT32_MAX / 2) empty_lanes(c);
        while (begin < last && to->x[begin] < x - half)
            begin++;
        if (end < begin) end = begin;
        while (end < last && to->x[end] <= x + half)
            end++;
        if (c->limit)
            count_limited(c, from, i, to, gap, begin, end);
        else
            count_run(c, to, x, from->y[i], c->bins - 2, within && a == b ? i + 1 : begin, end);
    }
}

static void count_all(const hs_pair_strips *from, const hs_pair_strips *to, const hs_pair_bins *bins,
                      bool within, const uint32_t *limit, uint32_t *seen) {
    uint32_t lanes[LANES][MOST_BINS] = {{0}};
    int32_t bin[BLOCK] = {0};
    counter c = {.step_m = bins->step_m,
                 .per_step = 1 / bins->step_m,
                 .bins = bins->last + 2,
                 .histogram = bins->histogram,
                 .limit = limit,
                 .bin = bin,
                 .seen = seen};
    for (int l = 0; l < LANES; l++)
        c.lane[l] = lanes[l];
    double reach = bins->step_m * bins->last;
    int64_t strips = (int64_t)(reach / from->height) + 2;
    for (int64_t a = 0; a < from->strip_count; a++) {
        if (from->first[a] == from->first[a + 1]) continue;
        int64_t low = within ? a : a - strips, high = a + strips;
        for (int64_t b = low < 0 ? 0 : low; b <= high && b < to->strip_count; b++)
            count_strips(&c, from, (uint32_t)a, to, (uint32_t)b, within);
    }
    empty_lanes(&c);
}

void hs_count_pairs_within(const hs_pair_strips *strips, const hs_pair_bins *bins) {
    count_all(strips, strips, bins, true, NULL, NULL);
}

void hs_count_pairs_between(const hs_pair_strips *from, const hs_pair_strips *to, const hs_pair_bins *bins) {
    count_all(from, to, bins, false, NULL, NULL);
}

void hs_count_pairs_limited(const hs_pair_strips *from, const hs_pair_strips *to, const hs_pair_bins *bins,
                            const uint32_t *limit, uint32_t *seen) {
    count_all(from, to, bins, false, limit, seen);
}

void hs_pair_runs(const hs_pair_strips *strips, double x, double y, double reach_m,
                  void (*visit)(void *context, uint32_t begin, uint32_t end), void *context) {
    double reach = reach_m * (1 + 1e-9);
    uint32_t low = strip_of(strips, y - reach), high = strip_of(strips, y + reach);
    for (uint32_t s = low; s <= high; s++) {
        double bottom = strips->south + s * strips->height;
        double gap = fmax(fmax(bottom - y, y - (bottom + strips->height)), 0) * (1 - 1e-9);
        double half = gap < reach ? sqrt(reach * reach - gap * gap) * (1 + 1e-9) : 0;
        uint32_t begin = first_from(strips, strips->first[s], strips->first[s + 1], x - half);
        uint32_t end = first_from(strips, begin, strips->first[s + 1], nextafter(x + half, INFINITY));
        if (begin < end) visit(context, begin, end);
    }
}
