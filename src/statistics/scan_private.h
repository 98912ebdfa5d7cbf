/* What the files of the scan statistic share. */
#ifndef STATISTICS_SCAN_PRIVATE_H
#define STATISTICS_SCAN_PRIVATE_H

#include "base/progress.h"
#include "base/random.h"

#include <hotspot/scan_statistic.h>

enum { HS_SCAN_SHAPES = 6 }; /* the circle, and ellipses */
/* Statistics so near each other are the same one. */
#define HS_SCAN_TIE 1e-9

/* An area that enters; `whole` where a zone ends: no other area is as far as it. */
typedef struct hs_scan_step {
    uint32_t area : 31;
    uint32_t whole : 1;
} hs_scan_step;

/* A centre, a shape and an angle: the areas in the order in which they enter. */
typedef struct hs_scan_order {
    size_t first; /* step */
    uint32_t count, centre;
    uint8_t shape, angle;
} hs_scan_order;

struct hs_scan_zones {
    uint32_t areas, order_count;
    size_t step_count, zone_count;
    hs_scan_order *order;
    hs_scan_step *step;
    float *radius_m; /* [steps] */
    double penalty[HS_SCAN_SHAPES];
};

double hs_scan_shape_ratio(unsigned shape);
double hs_scan_angle(unsigned shape, unsigned angle);

/* The likelihood of a window by its cases and its size: the expected number itself, or of the Bernoulli model
 * the cases and controls. */
typedef struct hs_scan_likelihood {
    hs_scan_model model;
    hs_scan_rates rates;
    double cases, size; /* in all */
} hs_scan_likelihood;

double hs_scan_expected(const hs_scan_likelihood *l, double size);
/* The log likelihood ratio; 0 where the rate is not of the kind that is looked for. */
double hs_scan_ratio(const hs_scan_likelihood *l, double cases, double size);
/* The square of what cases are off where the chi-squared bound of the ratio is 1: a Kullback-Leibler
 * divergence is at most the chi-squared one. */
static inline double hs_scan_spread(const hs_scan_likelihood *l, double size) {
    double expected = l->model == HS_SCAN_BERNOULLI ? l->cases * size / l->size : size;
    double rest = l->cases - expected;
    double spread = rest > 0 ? expected * rest / l->cases : 0;
    return l->model == HS_SCAN_BERNOULLI ? spread * (l->size - l->cases) / l->size : spread;
}
/* Whether the ratio may be above `ratio`, by that bound: never wrongly false. */
static inline bool hs_scan_may_exceed(const hs_scan_likelihood *l, double cases, double size, double ratio) {
    double off = cases - (l->model == HS_SCAN_BERNOULLI ? l->cases * size / l->size : size);
    if (l->rates == HS_SCAN_HIGH ? off <= 0 : l->rates == HS_SCAN_LOW && off >= 0) return false;
    return off * off * (1 + 1e-9) > ratio * hs_scan_spread(l, size);
}

/* For windows by size, the cases that may give a ratio above some `ratio`: `more` or more, or fewer than
 * `less`. Sizes are told apart by the exponent and seven bits of a float. */
enum { HS_SCAN_LEAST_EXPONENT = -20, HS_SCAN_SIZE_BITS = 7 };
typedef struct hs_scan_limits {
    double ratio; /* that these are of; negative: none yet */
    uint32_t bins;
    int32_t *more, *less;
} hs_scan_limits;

bool hs_scan_limits_init(hs_scan_limits *limits, const hs_scan_likelihood *l);
void hs_scan_limits_done(hs_scan_limits *limits);
void hs_scan_limits_set(hs_scan_limits *limits, const hs_scan_likelihood *l, double ratio);
static inline uint32_t hs_scan_bin(const hs_scan_limits *limits, double size) {
    union {
        float real;
        uint32_t bits;
    } u = {(float)size};
    const uint32_t least = (uint32_t)(127 + HS_SCAN_LEAST_EXPONENT) << HS_SCAN_SIZE_BITS;
    uint32_t at = u.bits >> (23 - HS_SCAN_SIZE_BITS);
    if (!(size > 0) || at <= least) return 0;
    return at - least < limits->bins ? at - least : limits->bins - 1;
}

/* What replications are drawn from; immutable. */
typedef struct hs_scan_source {
    const hs_scan_data *data;
    hs_scan_model model;
    uint64_t seed;
    uint32_t cells, drawn;
    double *chance;  /* [cells] alias method (Walker 1977; Vose 1991) */
    uint32_t *alias; /* [cells] */
    uint32_t *area;  /* [drawn] permutation: of each case */
    uint32_t *time;
} hs_scan_source;

hs_status hs_scan_source_init(hs_scan_source *source, const hs_scan_data *data, hs_scan_model model,
                              uint64_t seed, uint32_t drawn, hs_error *error);
void hs_scan_source_done(hs_scan_source *source);
/* How many numbers hs_scan_draw works in. */
size_t hs_scan_scratch(const hs_scan_source *source);
/* Replication r: the cell (area x steps + step) of each case, into cell[drawn]. */
void hs_scan_draw(const hs_scan_source *source, uint64_t r, uint32_t *scratch, uint32_t *cell);

/* Everything of one scan. */
typedef struct hs_scan_work {
    const hs_scan_data *data;
    const hs_scan_zones *zones;
    const hs_scan_request *request;
    struct hs_pool *pool;
    uint32_t least, most;           /* steps of a window */
    hs_scan_likelihood seen, drawn; /* of the data, and of the replications */
    double *cases, *size;           /* [areas][steps] sums up to and with each step; size as of `seen` */
    double *largest;                /* [replications] */
    uint32_t replications;          /* made */
    bool stopped_early;
    hs_progress_steps steps;
} hs_scan_work;

/* Fills largest[], of at most the wanted number of replications, until `observed` is reached by as many as
 * end them. */
hs_status hs_scan_replicate(hs_scan_work *work, double observed, hs_error *error);

#endif
