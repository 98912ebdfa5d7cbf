/* What is ordinary on streets of a class and quarter, and which places stand out. */
#include <hotspot/focus.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Shapes of the ordinary part that are compared: the larger, the more alike places of a class and quarter
 * are. */
static const double shapes[] = {1, 3, 10, 30, 100};
enum { SHAPES = sizeof shapes / sizeof *shapes, ROUNDS = 4, SWEEPS = 8 };
/* Places that stand out: about so many times the ordinary mean, of any size. */
#define TIMES       8.0
#define WIDE_SHAPE  0.5
#define FIRST_SHARE 0.05
#define LEAST_SHARE 0.002
#define MOST_SHARE  0.3
/* Factors of classes and quarters with few incidents stay near the mean of all: by so many incidents. */
#define CLASS_INCIDENTS   0.5
#define QUARTER_INCIDENTS 2.0

typedef struct fitting {
    const hs_focus_streets *s;
    const double *count;
    double *of_class, *of_quarter, *seen, *due; /* factors and sums, as long as the larger of them */
    double *mean, *ordinary;                    /* [places] */
    double shape, share, likelihood;
} fitting;

/* The log of the negative binomial's probability without what does not depend on shape and mean. */
static double log_probability(double n, double shape, double mean) {
    int sign;
    return lgamma_r(n + shape, &sign) - lgamma_r(shape, &sign) - shape * log1p(mean / shape) +
           n * log(mean / (shape + mean));
}

/* A factor of each row, given those of the other kind. */
static void fit_factor(fitting *f, const uint32_t *row_of, uint32_t rows, const uint32_t *other_of,
                       const double *other, double overall, double incidents, double *factor) {
    memset(f->seen, 0, rows * sizeof *f->seen);
    memset(f->due, 0, rows * sizeof *f->due);
    for (uint32_t i = 0; i < f->s->count; i++) {
        f->seen[row_of[i]] += f->ordinary[i] * f->count[i];
        f->due[row_of[i]] += f->ordinary[i] * f->s->length[i] * other[other_of[i]];
    }
    for (uint32_t k = 0; k < rows; k++)
        factor[k] = (f->seen[k] + incidents) / (f->due[k] + incidents / overall);
}

static void fit_factors(fitting *f) {
    const hs_focus_streets *s = f->s;
    double seen = 0, length = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        seen += f->ordinary[i] * f->count[i];
        length += f->ordinary[i] * s->length[i];
    }
    double overall = (seen + CLASS_INCIDENTS) / length;
    for (uint32_t q = 0; q < s->quarters; q++)
        f->of_quarter[q] = 1;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        fit_factor(f, s->class_of, s->classes, s->quarter_of, f->of_quarter, overall, CLASS_INCIDENTS,
                   f->of_class);
        fit_factor(f, s->quarter_of, s->quarters, s->class_of, f->of_class, 1, QUARTER_INCIDENTS,
                   f->of_quarter);
    }
    for (uint32_t i = 0; i < s->count; i++)
        f->mean[i] = s->length[i] * f->of_class[s->class_of[i]] * f->of_quarter[s->quarter_of[i]];
}

static void find_ordinary(fitting *f) {
    double exceptional = 0;
    f->likelihood = 0;
    for (uint32_t i = 0; i < f->s->count; i++) {
        double usual = log1p(-f->share) + log_probability(f->count[i], f->shape, f->mean[i]);
        double apart = log(f->share) + log_probability(f->count[i], WIDE_SHAPE, TIMES * f->mean[i]);
        double most = fmax(usual, apart);
        f->ordinary[i] = 1 / (1 + exp(apart - usual));
        f->likelihood += most + log(exp(usual - most) + exp(apart - most));
        exceptional += 1 - f->ordinary[i];
    }
    f->share = fmin(fmax(exceptional / f->s->count, LEAST_SHARE), MOST_SHARE);
}

static void fit(fitting *f, double shape) {
    f->shape = shape;
    f->share = FIRST_SHARE;
    for (uint32_t i = 0; i < f->s->count; i++)
        f->ordinary[i] = 1;
    for (int round = 0; round < ROUNDS; round++) {
        fit_factors(f);
        find_ordinary(f);
    }
}

static hs_status check(const hs_focus_streets *s, const double *count, hs_error *error) {
    for (uint32_t i = 0; i < s->count; i++)
        if (!(s->length[i] > 0) || isinf(s->length[i]) || !(count[i] >= 0) || isinf(count[i]) ||
            s->class_of[i] >= s->classes || s->quarter_of[i] >= s->quarters)
            return hs_error_set(error, HS_E_ARGUMENT,
                                "street %u: length, count, class or quarter is out of range", (unsigned)i);
    return HS_OK;
}

static void search(fitting *f, const hs_focus_streets *s, hs_focus_background *found) {
    double best = -INFINITY, shape = shapes[0];
    for (int k = 0; k < SHAPES; k++) {
        fit(f, shapes[k]);
        if (f->likelihood <= best) continue;
        best = f->likelihood;
        shape = shapes[k];
    }
    fit(f, shape);
    found->shape = shape;
    found->exceptional = f->share;
    for (uint32_t i = 0; i < s->count; i++) {
        found->ordinary[i] = f->ordinary[i];
        found->background[i] = (shape + f->count[i]) / (shape / f->mean[i] + 1);
    }
}

hs_status hs_focus_find_background(const hs_focus_streets *s, const double *count, hs_error *error,
                                   hs_focus_background *found) {
    hs_status status = check(s, count, error);
    if (status != HS_OK || s->count == 0) return status;
    size_t rows = (size_t)(s->classes > s->quarters ? s->classes : s->quarters) + 1;
    size_t places = (size_t)s->count + 1;
    fitting f = {.s = s, .count = count};
    f.of_class = malloc(rows * sizeof *f.of_class);
    f.of_quarter = malloc(rows * sizeof *f.of_quarter);
    f.seen = malloc(rows * sizeof *f.seen);
    f.due = malloc(rows * sizeof *f.due);
    f.mean = malloc(places * sizeof *f.mean);
    f.ordinary = malloc(places * sizeof *f.ordinary);
    if (f.of_class && f.of_quarter && f.seen && f.due && f.mean && f.ordinary)
        search(&f, s, found);
    else
        status = hs_error_memory(error, "the background of streets");
    free(f.of_class);
    free(f.of_quarter);
    free(f.seen);
    free(f.due);
    free(f.mean);
    free(f.ordinary);
    return status;
}
