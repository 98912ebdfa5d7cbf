/* The largest statistic of each replication. Replications go side by side through the windows, a lane each:
 * counts up to a step lie lane by lane, so that a window's cases are the difference of two rows. A window's
 * size is the same in all of them, and so are the cases that it takes to beat a ratio: lanes are only
 * compared with these, many at once, and likelihoods are computed of the few that pass. */
#include "base/pool.h"
#include "statistics/scan_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#define VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define VECTORS
#endif

enum { GROUP = 32, MOST_LANES = 256, ORDERS_A_STEP = 16 };
#define BLOCK_BYTES ((size_t)32 << 20)

/* Counts are of 16 bits where a window never has more than fit. */
typedef struct lanes {
    bool wide;
    size_t count; /* a multiple of GROUP */
} lanes;

/* One block of replications under way. */
typedef struct block {
    hs_scan_work *work;
    const hs_scan_source *source;
    lanes lanes;
    uint64_t first;  /* replication */
    void *area;      /* [areas][steps][lanes] counts up to and with each step */
    void *zone;      /* [steps + 1][lanes] the same of a zone, a row of nothing before them */
    double *size;    /* [steps + 1] of the zone */
    double *largest; /* [lanes] */
    float *floor;    /* the same */
    hs_scan_limits limits[HS_SCAN_SHAPES];
    uint32_t *scratch, *cell;
    int32_t *more, *less; /* [steps] of windows that end at a step */
    uint32_t *hit;
    size_t settled; /* likelihoods computed since the limits were set */
} block;

typedef uint16_t narrow_count;
typedef int16_t narrow_signed;
typedef uint32_t wide_count;
typedef int32_t wide_signed;

/* What a lane's cases are held against: limits that all share, and its own largest statistic by the
 * chi-squared bound of the ratio (hs_scan_may_exceed), with room for a float's rounding. */
typedef struct window {
    int32_t more, less;
    float expected, scale;
    const float *floor;
} window;

#define DEFINE_COUNTS(name, most)                                                                            \
    static inline void add_##name(name##_count *restrict to, const name##_count *restrict from, size_t n) {  \
        for (size_t i = 0; i < n; i++)                                                                       \
            to[i] = (name##_count)(to[i] + from[i]);                                                         \
    }                                                                                                        \
    /* Whether any lane has `more` cases or more, or fewer than `less`, between two rows of counts. */       \
    static inline bool any_##name(const name##_count *restrict end, const name##_count *restrict begin,      \
                                  size_t n, int32_t more, int32_t less, bool low) {                          \
        name##_signed largest = 0;                                                                           \
        name##_signed least = (most);                                                                        \
        for (size_t i = 0; i < n; i++) {                                                                     \
            name##_signed cases = (name##_signed)(name##_count)(end[i] - begin[i]);                          \
            largest = cases > largest ? cases : largest;                                                     \
            if (low) least = cases < least ? cases : least;                                                  \
        }                                                                                                    \
        return largest >= more || (low && least < less);                                                     \
    }                                                                                                        \
    /* Such windows among those that begin at rows[0], rows[1] ... */                                        \
    static inline uint32_t find_##name(const name##_count *end, const name##_count *rows, size_t n,          \
                                       uint32_t windows, const int32_t *more, const int32_t *less, bool low, \
                                       uint32_t *hit) {                                                      \
        uint32_t hits = 0;                                                                                   \
        for (uint32_t w = 0; w < windows; w++)                                                               \
            if (any_##name(end, rows + w * n, n, more[w], less[w], low)) hit[hits++] = w;                    \
        return hits;                                                                                         \
    }                                                                                                        \
    /* Of one window the lanes that may beat their own largest statistic, and their cases. */                \
    static inline uint32_t pick_##name(const name##_count *restrict end, const name##_count *restrict begin, \
                                       size_t n, const window *w, uint32_t *lane, uint32_t *cases) {         \
        uint32_t picked = 0;                                                                                 \
        for (size_t i = 0; i < n; i += GROUP) {                                                              \
            uint32_t worth[GROUP];                                                                           \
            uint32_t any = 0;                                                                                \
            for (size_t k = 0; k < GROUP; k++) {                                                             \
                int32_t inside = (name##_count)(end[i + k] - begin[i + k]);                                  \
                float off = (float)inside - w->expected;                                                     \
                worth[k] = (uint32_t)((inside >= w->more) | (inside < w->less)) &                            \
                           (uint32_t)(off * off > w->scale * w->floor[i + k]);                               \
                any |= worth[k];                                                                             \
            }                                                                                                \
            for (size_t k = 0; any && k < GROUP; k++) {                                                      \
                lane[picked] = (uint32_t)(i + k);                                                            \
                cases[picked] = (name##_count)(end[i + k] - begin[i + k]);                                   \
                picked += worth[k];                                                                          \
            }                                                                                                \
        }                                                                                                    \
        return picked;                                                                                       \
    }

DEFINE_COUNTS(narrow, INT16_MAX)
DEFINE_COUNTS(wide, INT32_MAX)

VECTORS static void add_counts(bool wide, void *to, const void *from, size_t n) {
    if (wide)
        add_wide(to, from, n);
    else
        add_narrow(to, from, n);
}

VECTORS static uint32_t find_windows(lanes l, bool low, const void *end, const void *rows, uint32_t windows,
                                     const int32_t *more, const int32_t *less, uint32_t *hit) {
    if (l.wide) return find_wide(end, rows, l.count, windows, more, less, true, hit);
    if (low) return find_narrow(end, rows, l.count, windows, more, less, true, hit);
    return find_narrow(end, rows, l.count, windows, more, less, false, hit);
}

VECTORS static uint32_t pick_lanes(lanes l, const void *end, const void *begin, const window *w,
                                   uint32_t *lane, uint32_t *cases) {
    return l.wide ? pick_wide(end, begin, l.count, w, lane, cases)
                  : pick_narrow(end, begin, l.count, w, lane, cases);
}

static size_t width(const lanes *l) {
    return l->wide ? sizeof(uint32_t) : sizeof(uint16_t);
}

static void *zone_row(const block *b, uint32_t step) {
    return (char *)b->zone + step * b->lanes.count * width(&b->lanes);
}

/* Draws the lanes' replications and adds up their counts along time. */
static void fill(block *b) {
    const hs_scan_data *data = b->work->data;
    size_t n = b->lanes.count, bytes = n * width(&b->lanes);
    memset(b->area, 0, (size_t)data->areas * data->steps * bytes);
    for (size_t lane = 0; lane < n; lane++) {
        hs_scan_draw(b->source, b->first + lane, b->scratch, b->cell);
        for (uint32_t k = 0; k < b->source->drawn; k++) {
            size_t at = b->cell[k] * n + lane;
            if (b->lanes.wide)
                ((uint32_t *)b->area)[at]++;
            else
                ((uint16_t *)b->area)[at]++;
        }
    }
    for (uint32_t a = 0; a < data->areas; a++)
        for (uint32_t t = 1; t < data->steps; t++) {
            char *row = (char *)b->area + ((size_t)a * data->steps + t) * bytes;
            add_counts(b->lanes.wide, row, row - bytes, n);
        }
    for (size_t lane = 0; lane < n; lane++)
        b->largest[lane] = b->floor[lane] = 0;
}

/* Limits follow the least of the lanes' largest statistics, as likelihoods are computed and it rises. */
static void tighten(block *b) {
    double least = INFINITY;
    for (size_t lane = 0; lane < b->lanes.count; lane++)
        least = fmin(least, b->largest[lane]);
    b->settled = 0;
    for (unsigned s = 0; s < HS_SCAN_SHAPES; s++) {
        double ratio = least / b->work->zones->penalty[s];
        if (b->limits[s].more && ratio > 1.05 * b->limits[s].ratio + 0.02)
            hs_scan_limits_set(&b->limits[s], &b->work->drawn, ratio);
    }
}

static void settle(block *b, const void *end, const void *begin, double size, int32_t more, int32_t less,
                   double penalty) {
    uint32_t lane[MOST_LANES + 1];
    uint32_t cases[MOST_LANES + 1];
    const hs_scan_likelihood *l = &b->work->drawn;
    const window w = {more, less, (float)hs_scan_expected(l, size),
                      (float)((1 - 2e-3) * hs_scan_spread(l, size) / penalty), b->floor};
    uint32_t picked = pick_lanes(b->lanes, end, begin, &w, lane, cases);
    for (uint32_t k = 0; k < picked; k++) {
        double *largest = &b->largest[lane[k]];
        if (!hs_scan_may_exceed(l, cases[k], size, *largest / penalty)) continue;
        double ratio = penalty * hs_scan_ratio(l, cases[k], size);
        if (!(ratio > *largest)) continue;
        *largest = ratio;
        b->floor[lane[k]] = (float)ratio;
    }
    b->settled += picked + GROUP;
}

static void try_windows(block *b, uint32_t end, uint32_t begin, uint32_t windows,
                        const hs_scan_limits *limits, double penalty) {
    const void *last = zone_row(b, end);
    const void *rows = zone_row(b, begin);
    for (uint32_t w = 0; w < windows; w++) {
        uint32_t bin = hs_scan_bin(limits, b->size[end] - b->size[begin + w]);
        b->more[w] = limits->more[bin];
        b->less[w] = limits->less[bin];
    }
    uint32_t hits = find_windows(b->lanes, b->work->request->rates != HS_SCAN_HIGH, last, rows, windows,
                                 b->more, b->less, b->hit);
    for (uint32_t h = 0; h < hits; h++) {
        uint32_t w = b->hit[h];
        settle(b, last, zone_row(b, begin + w), b->size[end] - b->size[begin + w], b->more[w], b->less[w],
               penalty);
    }
}

static void try_zone(block *b, const hs_scan_order *order) {
    const hs_scan_work *work = b->work;
    uint32_t steps = work->data->steps;
    const hs_scan_limits *limits = &b->limits[order->shape];
    for (uint32_t end = work->request->prospective ? steps : work->least; end <= steps; end++) {
        if (end < work->least) continue;
        uint32_t begin = end > work->most ? end - work->most : 0;
        try_windows(b, end, begin, end - work->least - begin + 1, limits, work->zones->penalty[order->shape]);
        if (b->settled > 4 * b->lanes.count) tighten(b);
    }
}

static void try_order(block *b, const hs_scan_order *order) {
    const hs_scan_work *work = b->work;
    uint32_t steps = work->data->steps;
    size_t row = b->lanes.count * width(&b->lanes);
    double scale = work->drawn.size / work->seen.size;
    /* Rows that no window begins or ends at stay as they are. */
    uint32_t first = work->request->prospective && steps > work->most ? steps - work->most : 1;
    memset(b->zone, 0, (steps + (size_t)1) * row);
    memset(b->size, 0, (steps + (size_t)1) * sizeof *b->size);
    for (uint32_t k = 0; k < order->count; k++) {
        hs_scan_step step = work->zones->step[order->first + k];
        size_t from = (size_t)step.area * steps;
        add_counts(b->lanes.wide, zone_row(b, first), (const char *)b->area + (from + first - 1) * row,
                   (steps - first + 1) * b->lanes.count);
        for (uint32_t t = first; t <= steps; t++)
            b->size[t] += scale * work->size[from + t - 1];
        if (step.whole) try_zone(b, order);
    }
}

static void run_blocks(void *context, size_t begin, size_t end) {
    block *blocks = context;
    for (size_t i = begin; i < end; i++) {
        block *b = &blocks[i];
        fill(b);
        for (unsigned s = 0; s < HS_SCAN_SHAPES; s++)
            if (b->limits[s].more) hs_scan_limits_set(&b->limits[s], &b->work->drawn, 0);
        b->settled = 0;
        for (uint32_t o = 0; o < b->work->zones->order_count; o++) {
            if (o % ORDERS_A_STEP == 0 && !hs_progress_step(&b->work->steps, ORDERS_A_STEP * b->lanes.count))
                break;
            try_order(b, &b->work->zones->order[o]);
        }
    }
}

static lanes choose_lanes(const hs_scan_work *work, const hs_scan_source *source) {
    lanes l = {.wide = false};
    /* No zone has more than the share of the total that all hold, and forty standard deviations. */
    double most = 0;
    const hs_scan_zones *zones = work->zones;
    uint32_t last = work->data->steps - 1;
    for (uint32_t o = 0; o < zones->order_count; o++) {
        double size = 0;
        for (uint32_t k = 0; k < zones->order[o].count; k++)
            size +=
                work->size[(size_t)zones->step[zones->order[o].first + k].area * work->data->steps + last];
        most = fmax(most, hs_scan_expected(&work->seen, size));
    }
    if (source->drawn > INT16_MAX) l.wide = most + 40 * sqrt(most) + 2 > INT16_MAX;
    size_t cells = (size_t)work->data->areas * work->data->steps;
    l.count = BLOCK_BYTES / (cells * width(&l)) / GROUP * GROUP;
    size_t wanted = ((size_t)work->request->replications + GROUP - 1) / GROUP * GROUP;
    if (l.count > wanted) l.count = wanted;
    if (l.count > MOST_LANES) l.count = MOST_LANES;
    if (l.count < GROUP) l.count = GROUP;
    return l;
}

static void block_done(block *b) {
    free(b->area);
    free(b->zone);
    free(b->size);
    free(b->largest);
    free(b->floor);
    free(b->scratch);
    free(b->cell);
    free(b->more);
    free(b->less);
    free(b->hit);
    for (unsigned s = 0; s < HS_SCAN_SHAPES; s++)
        hs_scan_limits_done(&b->limits[s]);
}

static bool block_init(block *b, hs_scan_work *work, const hs_scan_source *source, lanes l) {
    size_t steps = (size_t)work->data->steps + 1, row = l.count * width(&l);
    *b = (block){.work = work, .source = source, .lanes = l};
    b->area = malloc((size_t)work->data->areas * work->data->steps * row);
    b->zone = malloc(steps * row);
    b->size = malloc(steps * sizeof *b->size);
    b->largest = malloc(l.count * sizeof *b->largest);
    b->floor = malloc(l.count * sizeof *b->floor);
    b->scratch = malloc((hs_scan_scratch(source) + 1) * sizeof *b->scratch);
    b->cell = malloc(((size_t)source->drawn + 1) * sizeof *b->cell);
    b->more = malloc(steps * sizeof *b->more);
    b->less = malloc(steps * sizeof *b->less);
    b->hit = malloc(steps * sizeof *b->hit);
    bool good = b->area && b->zone && b->size && b->largest && b->floor && b->scratch && b->cell && b->more &&
                b->less && b->hit;
    bool used[HS_SCAN_SHAPES] = {false};
    for (uint32_t o = 0; o < work->zones->order_count; o++)
        used[work->zones->order[o].shape] = true;
    for (unsigned s = 0; s < HS_SCAN_SHAPES && good; s++)
        if (used[s]) good = hs_scan_limits_init(&b->limits[s], &work->drawn);
    return good;
}

/* Takes the lanes' maxima in the order of their numbers, up to the end or to where enough have reached. */
static void take(hs_scan_work *work, const block *b, double observed, uint32_t *reaching) {
    const hs_scan_request *r = work->request;
    for (size_t lane = 0; lane < b->lanes.count; lane++) {
        if (work->stopped_early || work->replications == r->replications) return;
        work->largest[work->replications++] = b->largest[lane];
        *reaching += b->largest[lane] >= observed - HS_SCAN_TIE;
        work->stopped_early =
            r->stop_after > 0 && *reaching >= r->stop_after && work->replications < r->replications;
    }
}

hs_status hs_scan_replicate(hs_scan_work *work, double observed, hs_error *error) {
    const hs_scan_request *r = work->request;
    if (r->replications == 0) return HS_OK;
    hs_scan_source source;
    hs_status status =
        hs_scan_source_init(&source, work->data, r->model, r->seed, (uint32_t)work->drawn.cases, error);
    lanes l = {0};
    if (status == HS_OK) l = choose_lanes(work, &source);
    size_t blocks = work->pool ? hs_pool_threads(work->pool) : 1;
    if (status == HS_OK && blocks > (r->replications - 1) / l.count + 1)
        blocks = (r->replications - 1) / l.count + 1;
    block *all = calloc(blocks + 1, sizeof *all);
    if (status == HS_OK && !all) status = hs_error_memory(error, "replications");
    for (size_t i = 0; i < blocks && status == HS_OK; i++)
        if (!block_init(&all[i], work, &source, l)) status = hs_error_memory(error, "replications");
    uint32_t reaching = 0;
    for (uint64_t first = 0;
         status == HS_OK && work->replications < r->replications && !work->stopped_early;) {
        for (size_t i = 0; i < blocks; i++, first += l.count)
            all[i].first = first;
        hs_pool_for(work->pool, blocks, 1, run_blocks, all);
        for (size_t i = 0; i < blocks; i++) {
            if (hs_progress_ended(&work->steps))
                status = hs_error_set(error, HS_E_CANCELLED, "the scan was stopped");
            if (status == HS_OK) take(work, &all[i], observed, &reaching);
        }
    }
    for (size_t i = 0; all && i < blocks; i++)
        block_done(&all[i]);
    free(all);
    hs_scan_source_done(&source);
    return status;
}
