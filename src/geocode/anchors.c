#include "geocode/anchors.h"

#include "geo/plane.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Neighbours from which a direction is told: in numbers, on the ground, on either side. */
#define NEAR_NUMBERS  300
#define NEAR_M        800.0
#define NEAR_EACH_WAY 8
#define NEAR_STEPS    64
#define LEAST_SPAN    4.0
/* Steps outside of these are slips of the data or corners. */
#define LEAST_STEP_M 0.1
#define MOST_STEP_M  12.0
/* Pairs across a street: how far apart in numbers, how far from the middle at most. */
#define PAIR_NUMBERS 60
#define MOST_SIDE_M  60.0
#define LEAST_PAIRS  3
/* Sides are kept where this share of the pairs agree about which is left. */
#define SIDES_AGREE  0.75
#define SAME_HOUSE_M 12.0
/* Blocks are numbered by hundreds where a step within one is so much longer than the step across. */
#define HUNDREDS_RATIO 1.4
#define CELL_M         400.0
#define CELL_OFFSET    (1 << 19)

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for the house numbers of the gazetteer");
}

static int compare_seeds(const void *left, const void *right) {
    const hs_anchor_seed *a = left, *b = right;
    if (a->group != b->group) return a->group < b->group ? -1 : 1;
    if (a->number != b->number) return a->number < b->number ? -1 : 1;
    if (a->position.lon_e7 != b->position.lon_e7) return a->position.lon_e7 < b->position.lon_e7 ? -1 : 1;
    if (a->position.lat_e7 != b->position.lat_e7) return a->position.lat_e7 < b->position.lat_e7 ? -1 : 1;
    return (a->address > b->address) - (a->address < b->address);
}

void hs_anchors_plane(const hs_anchors *anchors, hs_position position, double *x_m, double *y_m) {
    *x_m = ((double)position.lon_e7 - anchors->origin.lon_e7) * anchors->kx;
    *y_m = ((double)position.lat_e7 - anchors->origin.lat_e7) * anchors->ky;
}

hs_position hs_anchors_position(const hs_anchors *anchors, double x_m, double y_m) {
    return (hs_position){(int32_t)lround(anchors->origin.lon_e7 + x_m / anchors->kx),
                         (int32_t)lround(anchors->origin.lat_e7 + y_m / anchors->ky)};
}

static double apart_m(const hs_anchor *a, const hs_anchor *b) {
    return hypot(a->x_m - b->x_m, a->y_m - b->y_m);
}

/* The flats of one house are one anchor. */
static void lay_out(hs_anchors *anchors, const hs_anchor_seed *seeds, uint32_t count, uint32_t group_count) {
    for (uint32_t i = 0; i < count; i++) {
        hs_anchor made = {.number = seeds[i].number,
                          .group = seeds[i].group,
                          .address = seeds[i].address,
                          .street = seeds[i].street};
        hs_anchors_plane(anchors, seeds[i].position, &made.x_m, &made.y_m);
        const hs_anchor *last = anchors->count ? &anchors->anchor[anchors->count - 1] : NULL;
        if (last && last->group == made.group && last->number == made.number &&
            apart_m(last, &made) < SAME_HOUSE_M)
            continue;
        anchors->anchor[anchors->count++] = made;
        anchors->first[made.group + 1]++;
    }
    for (uint32_t group = 0; group < group_count; group++)
        anchors->first[group + 1] += anchors->first[group];
}

/* Sums of a weighted regression of place on number. */
typedef struct line_fit {
    double w, n, x, y, nn, nx, ny;
    double low, high;
} line_fit;

static void fit_add(line_fit *fit, const hs_anchor *at, const hs_anchor *one) {
    double n = (double)one->number - at->number, x = one->x_m - at->x_m, y = one->y_m - at->y_m;
    double w = 1 / (20 + fabs(n));
    fit->w += w;
    fit->n += w * n;
    fit->x += w * x;
    fit->y += w * y;
    fit->nn += w * n * n;
    fit->nx += w * n * x;
    fit->ny += w * n * y;
    fit->low = fmin(fit->low, n);
    fit->high = fmax(fit->high, n);
}

/* Adds neighbours of anchor i on one side, each number once. */
static void fit_walk(const hs_anchors *anchors, uint32_t i, int step, line_fit *fit) {
    const hs_anchor *at = &anchors->anchor[i];
    int64_t begin = anchors->first[at->group], end = anchors->first[at->group + 1];
    int32_t last = at->number;
    int taken = 0, looked = 0;
    for (int64_t k = (int64_t)i + step; k >= begin && k < end && taken < NEAR_EACH_WAY && looked < NEAR_STEPS;
         k += step, looked++) {
        const hs_anchor *one = &anchors->anchor[k];
        if (labs((long)one->number - at->number) > NEAR_NUMBERS) return;
        if (one->number == last || apart_m(one, at) > NEAR_M) continue;
        fit_add(fit, at, one);
        last = one->number;
        taken++;
    }
}

static void find_direction(hs_anchors *anchors, uint32_t i) {
    hs_anchor *at = &anchors->anchor[i];
    line_fit fit = {0};
    fit_add(&fit, at, at);
    fit_walk(anchors, i, -1, &fit);
    fit_walk(anchors, i, 1, &fit);
    double spread = fit.nn - fit.n * fit.n / fit.w;
    if (fit.high - fit.low < LEAST_SPAN || spread <= 0) return;
    double x = (fit.nx - fit.n * fit.x / fit.w) / spread, y = (fit.ny - fit.n * fit.y / fit.w) / spread;
    double step_m = hypot(x, y);
    if (step_m < LEAST_STEP_M || step_m > MOST_STEP_M) return;
    at->dx = (float)(x / step_m);
    at->dy = (float)(y / step_m);
    at->step_m = (float)step_m;
}

static int compare_floats(const void *left, const void *right) {
    float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

static double median_of(float *values, size_t count) {
    if (count == 0) return 0;
    qsort(values, count, sizeof *values, compare_floats);
    return values[count / 2];
}

/* How far left of the middle the odd one of two neighbours across the street stands; false where they are not
 * across. */
static bool pair_side_m(const hs_anchor *a, const hs_anchor *b, float *side_m) {
    if (!((a->number ^ b->number) & 1) || b->number - a->number > PAIR_NUMBERS || a->step_m == 0)
        return false;
    const hs_anchor *odd = a->number & 1 ? a : b, *even = a->number & 1 ? b : a;
    *side_m = (float)(((odd->y_m - even->y_m) * a->dx - (odd->x_m - even->x_m) * a->dy) / 2);
    return fabsf(*side_m) < MOST_SIDE_M && apart_m(a, b) < NEAR_M;
}

/* Fills the groups' sides; returns the number of pairs put into `all`. */
static size_t find_group_sides(hs_anchors *anchors, uint32_t group_count, float *all) {
    size_t count = 0;
    for (uint32_t group = 0; group < group_count; group++) {
        size_t before = count;
        for (uint32_t i = anchors->first[group] + 1; i < anchors->first[group + 1]; i++)
            count += pair_side_m(&anchors->anchor[i - 1], &anchors->anchor[i], &all[count]);
        anchors->group_side_m[group] =
            count - before >= LEAST_PAIRS ? (float)median_of(all + before, count - before) : NAN;
    }
    return count;
}

static double agreed_side_m(float *all, size_t count) {
    double side_m = median_of(all, count);
    size_t agree = 0;
    for (size_t i = 0; i < count; i++)
        agree += all[i] * side_m > 0;
    return (double)agree >= SIDES_AGREE * (double)count ? side_m : 0;
}

/* Steps between neighbours within a hundred, or from one hundred to the next. */
static size_t collect_steps(const hs_anchors *anchors, bool within, float *steps) {
    size_t count = 0;
    for (uint32_t i = 1; i < anchors->count; i++) {
        const hs_anchor *a = &anchors->anchor[i - 1], *b = &anchors->anchor[i];
        int32_t off = b->number - a->number, hundreds = b->number / 100 - a->number / 100;
        if (a->group != b->group || off < 6 || hundreds != (within ? 0 : 1) || apart_m(a, b) > NEAR_M)
            continue;
        steps[count++] = (float)(apart_m(a, b) / off);
    }
    return count;
}

static size_t collect_all_steps(const hs_anchors *anchors, float *steps) {
    size_t count = 0;
    for (uint32_t i = 0; i < anchors->count; i++)
        if (anchors->anchor[i].step_m > 0) steps[count++] = anchors->anchor[i].step_m;
    return count;
}

static void find_customs(hs_anchors *anchors, uint32_t group_count, float *room) {
    anchors->side_m = agreed_side_m(room, find_group_sides(anchors, group_count, room));
    double within_m = median_of(room, collect_steps(anchors, true, room));
    double across_m = median_of(room, collect_steps(anchors, false, room));
    anchors->step_m = median_of(room, collect_all_steps(anchors, room));
    anchors->hundreds = across_m > 0 && within_m > HUNDREDS_RATIO * across_m;
    anchors->block_step_m = anchors->hundreds ? within_m : anchors->step_m;
}

static uint64_t cell_of(double m) {
    double cell = floor(m / CELL_M) + CELL_OFFSET;
    return cell < 0 ? 0 : cell > 2.0 * CELL_OFFSET - 1 ? 2 * CELL_OFFSET - 1 : (uint64_t)cell;
}

static uint64_t key_of(uint64_t column, uint64_t row, int32_t number) {
    return (column << 44) | (row << 24) | (uint64_t)(number < 0 ? 0 : number > 0xFFFFFF ? 0xFFFFFF : number);
}

static int compare_keys(const void *left, const void *right) {
    const struct hs_anchor_key *a = left, *b = right;
    if (a->key != b->key) return a->key < b->key ? -1 : 1;
    return (a->anchor > b->anchor) - (a->anchor < b->anchor);
}

static void index_cells(hs_anchors *anchors) {
    for (uint32_t i = 0; i < anchors->count; i++) {
        const hs_anchor *at = &anchors->anchor[i];
        anchors->by_cell[i] =
            (struct hs_anchor_key){key_of(cell_of(at->x_m), cell_of(at->y_m), at->number), i};
    }
    if (anchors->count) qsort(anchors->by_cell, anchors->count, sizeof *anchors->by_cell, compare_keys);
}

hs_status hs_anchors_build(hs_anchors *anchors, hs_anchor_seed *seeds, uint32_t count, uint32_t group_count,
                           hs_position origin, hs_error *error) {
    memset(anchors, 0, sizeof *anchors);
    anchors->origin = origin;
    hs_ground_scale_m(origin.lat_e7, &anchors->kx, &anchors->ky);
    anchors->anchor = calloc((size_t)count + 1, sizeof *anchors->anchor);
    anchors->first = calloc((size_t)group_count + 1, sizeof *anchors->first);
    anchors->group_side_m = malloc(((size_t)group_count + 1) * sizeof *anchors->group_side_m);
    anchors->by_cell = malloc(((size_t)count + 1) * sizeof *anchors->by_cell);
    float *room = malloc(((size_t)count + 1) * sizeof *room);
    hs_status status = HS_OK;
    if (anchors->anchor && anchors->first && anchors->group_side_m && anchors->by_cell && room) {
        if (count) qsort(seeds, count, sizeof *seeds, compare_seeds);
        lay_out(anchors, seeds, count, group_count);
        for (uint32_t i = 0; i < anchors->count; i++)
            find_direction(anchors, i);
        find_customs(anchors, group_count, room);
        index_cells(anchors);
    } else {
        status = out_of_memory(error);
    }
    free(room);
    return status;
}

void hs_anchors_done(hs_anchors *anchors) {
    free(anchors->anchor);
    free(anchors->first);
    free(anchors->group_side_m);
    free(anchors->by_cell);
    memset(anchors, 0, sizeof *anchors);
}

uint32_t hs_anchors_bound(const hs_anchors *anchors, uint32_t group, int32_t number) {
    uint32_t low = anchors->first[group], high = anchors->first[group + 1];
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (anchors->anchor[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

double hs_anchors_side_m(const hs_anchors *anchors, uint32_t group, int32_t number) {
    double side_m = isnan(anchors->group_side_m[group]) ? anchors->side_m : anchors->group_side_m[group];
    return number & 1 ? side_m : -side_m;
}

hs_position hs_anchors_middle(const hs_anchors *anchors, const hs_anchor *a, const hs_anchor *b) {
    double left_a = hs_anchors_side_m(anchors, a->group, a->number);
    double left_b = hs_anchors_side_m(anchors, b->group, b->number);
    return hs_anchors_position(anchors, (a->x_m + a->dy * left_a + b->x_m + b->dy * left_b) / 2,
                               (a->y_m - a->dx * left_a + b->y_m - b->dx * left_b) / 2);
}

static uint32_t first_key(const hs_anchors *anchors, uint64_t key) {
    uint32_t low = 0, high = anchors->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (anchors->by_cell[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void hs_anchors_search(const hs_anchors *anchors, double x0_m, double y0_m, double x1_m, double y1_m,
                       int32_t low, int32_t high, void (*visit)(void *context, const hs_anchor *anchor),
                       void *context) {
    for (uint64_t column = cell_of(x0_m); column <= cell_of(x1_m); column++) {
        for (uint64_t row = cell_of(y0_m); row <= cell_of(y1_m); row++) {
            uint64_t last = key_of(column, row, high);
            for (uint32_t i = first_key(anchors, key_of(column, row, low));
                 i < anchors->count && anchors->by_cell[i].key <= last; i++)
                visit(context, &anchors->anchor[anchors->by_cell[i].anchor]);
        }
    }
}
