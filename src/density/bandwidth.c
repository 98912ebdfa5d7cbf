#include <hotspot/bandwidth.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI          3.14159265358979323846
#define LADDER      24
#define MOST_LADDER 64
#define RADII       512 /* of Ripley's K */
#define SAMPLED     500 /* points that a first look at the ladder takes */

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&     \
    !defined(__SANITIZE_THREAD__)
#define VECTORS __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VECTORS
#endif

const char *hs_bandwidth_name(hs_bandwidth_method method) {
    static const char *const names[HS_BANDWIDTH_METHODS] = {"scott", "silverman", "diggle", "ppl"};
    return (unsigned)method < HS_BANDWIDTH_METHODS ? names[method] : NULL;
}

typedef struct spread {
    double min_x, max_x, min_y, max_y, sd_x, sd_y;
} spread;

static double deviation(const double *values, size_t n, double *min, double *max) {
    double mean = 0;
    *min = INFINITY;
    *max = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        mean += (values[i] - values[0]) / (double)n;
        *min = fmin(*min, values[i]);
        *max = fmax(*max, values[i]);
    }
    mean += values[0];
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (values[i] - mean) * (values[i] - mean);
    return sqrt(sum / (double)(n - 1));
}

static hs_status check(const hs_plane_points *points, hs_error *error, spread *s) {
    if (points->count < 3)
        return hs_error_set(error, HS_E_ARGUMENT, "a bandwidth is chosen from 3 points or more, not %zu",
                            points->count);
    for (size_t i = 0; i < points->count; i++)
        if (!isfinite(points->x_m[i]) || !isfinite(points->y_m[i]))
            return hs_error_set(error, HS_E_ARGUMENT, "point %zu has no finite coordinates", i);
    s->sd_x = deviation(points->x_m, points->count, &s->min_x, &s->max_x);
    s->sd_y = deviation(points->y_m, points->count, &s->min_y, &s->max_y);
    if (!(s->sd_x > 0) || !(s->sd_y > 0))
        return hs_error_set(error, HS_E_ARGUMENT,
                            "all points lie on one line along an axis, or at one place");
    return HS_OK;
}

/* Points along x, so that neighbours within a distance are a stretch of them. */
typedef struct place {
    double x, y;
} place;

static int compare_places(const void *a, const void *b) {
    const place *p = a;
    const place *q = b;
    if (p->x != q->x) return p->x < q->x ? -1 : 1;
    return (p->y > q->y) - (p->y < q->y);
}

static place *sorted_places(const hs_plane_points *points) {
    place *places = malloc((points->count + 1) * sizeof *places);
    if (!places) return NULL;
    for (size_t i = 0; i < points->count; i++)
        places[i] = (place){points->x_m[i] - points->x_m[0], points->y_m[i] - points->y_m[0]};
    qsort(places, points->count, sizeof *places, compare_places);
    return places;
}

static size_t repeated(const place *places, size_t n) {
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        bool before = i > 0 && compare_places(&places[i - 1], &places[i]) == 0;
        bool after = i + 1 < n && compare_places(&places[i], &places[i + 1]) == 0;
        count += before || after;
    }
    return count;
}

#define RUNG  6
#define LANES 16
typedef float lanes __attribute__((vector_size(4 * LANES)));
typedef int32_t words __attribute__((vector_size(4 * LANES)));
typedef float loose __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

/* exp(-t) in single precision, 0 from t = 80 on. Always inlined: its lanes stay in registers. */
__attribute__((always_inline)) static inline void exp_minus(const lanes *argument, lanes *out) {
    lanes t = *argument;
    words small = t < 80.0F;
    lanes at = (lanes)((words)t & small);
    words n = __builtin_convertvector(at * 1.44269504F + 0.5F, words);
    lanes whole = __builtin_convertvector(n, lanes);
    lanes x = (whole * 0.693359375F - at) - whole * 2.12194440e-4F;
    lanes sum = x * (1.0F / 5040.0F) + 1.0F / 720.0F;
    sum = sum * x + 1.0F / 120.0F;
    sum = sum * x + 1.0F / 24.0F;
    sum = sum * x + 1.0F / 6.0F;
    sum = sum * x + 0.5F;
    sum = sum * x + 1.0F;
    sum = sum * x + 1.0F;
    lanes power = (lanes)((127 - n) << 23);
    *out = (lanes)((words)(sum * power) & small);
}

/* Sums over [begin, end) of exp(-d^2 / 2 sigma^2) at the widest bandwidth of a rung; squaring gives those of
 * the next narrower one, as they are a factor sqrt(2) apart. Few at a time, as they add in single precision.
 */
VECTORS static void add_others(const float *restrict x, const float *restrict y, float xi, float yi,
                               size_t begin, size_t end, float scale, double *restrict sums) {
    static const words numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    lanes own[RUNG] = {{0}};
    for (size_t j = begin; j < end; j += LANES) {
        lanes dx = *(const loose *)(x + j) - xi;
        lanes dy = *(const loose *)(y + j) - yi;
        lanes t = (dx * dx + dy * dy) * scale;
        lanes e;
        exp_minus(&t, &e);
        e = (lanes)((words)e & (numbers < (int32_t)(end - j)));
        for (int k = 0; k < RUNG; k++) {
            own[k] += e;
            e = (lanes)((words)e & (e > 1e-18F)); /* before it is squared: numbers too small are slow */
            e *= e;
        }
    }
    for (int k = 0; k < RUNG; k++)
        for (int l = 0; l < LANES; l++)
            sums[k] += (double)own[k][l];
}

static void add_range(const float *x, const float *y, size_t i, size_t begin, size_t end, float scale,
                      double *sums) {
    for (size_t piece = begin; piece < end; piece += 1024)
        add_others(x, y, x[i], y[i], piece, end - piece < 1024 ? end : piece + 1024, scale, sums);
}

/* The squared distance to the nearest other point. */
static double nearest_squared(const double *x, const double *y, size_t n, size_t i) {
    double best = INFINITY;
    for (size_t j = i; j-- > 0 && (x[i] - x[j]) * (x[i] - x[j]) < best;)
        best = fmin(best, (x[i] - x[j]) * (x[i] - x[j]) + (y[i] - y[j]) * (y[i] - y[j]));
    for (size_t j = i + 1; j < n && (x[j] - x[i]) * (x[j] - x[i]) < best; j++)
        best = fmin(best, (x[i] - x[j]) * (x[i] - x[j]) + (y[i] - y[j]) * (y[i] - y[j]));
    return best;
}

/* The logarithm of a sum; where it is below what single precision holds, that of its largest term. */
static double log_of(const double *x, const double *y, size_t n, size_t i, double sum, double sigma) {
    if (sum > 1e-30) return log(sum);
    return -nearest_squared(x, y, n, i) / (2.0 * sigma * sigma);
}

/* Places in the order of x: as doubles, and rounded to a 2^24th of the extent for sums. */
typedef struct ladder {
    const double *x, *y;
    const float *fx, *fy;
    size_t n;
} ladder;

/* Rungs of the ladder sigma[0 .. count), ascending, at most RUNG, at one pass over the pairs in reach; of
 * every `stride`-th point, scaled to all. */
static void add_rung(const ladder *l, const double *sigma, uint32_t count, size_t stride, double *criterion) {
    double widest = sigma[count - 1];
    double reach = 8.0 * widest;
    float scale = (float)(1.0 / (2.0 * widest * widest));
    size_t low = 0;
    size_t high = 0;
    for (uint32_t k = 0; k < count; k++)
        criterion[k] = 0.0;
    for (size_t i = 0; i < l->n; i += stride) {
        double sums[RUNG] = {0};
        while (l->x[i] - l->x[low] > reach)
            low++;
        while (high < l->n && l->x[high] - l->x[i] <= reach)
            high++;
        add_range(l->fx, l->fy, i, low, i, scale, sums);
        add_range(l->fx, l->fy, i, i + 1, high, scale, sums);
        for (uint32_t k = 0; k < count; k++) {
            double s = sigma[count - 1 - k];
            criterion[count - 1 - k] += log_of(l->x, l->y, l->n, i, sums[k], s) - log(2.0 * PI * s * s);
        }
    }
    size_t seen = (l->n + stride - 1) / stride;
    for (uint32_t k = 0; k < count; k++)
        criterion[k] *= (double)l->n / (double)seen;
}

static bool likelihood(const place *places, size_t n, const double *sigma_m, uint32_t count, size_t stride,
                       double *criterion) {
    size_t pitch = n + LANES;
    double *x = calloc(3 * pitch, sizeof *x);
    if (!x) return false;
    double *y = x + pitch;
    float *fx = (float *)(y + pitch);
    float *fy = fx + pitch;
    for (size_t i = 0; i < n; i++) {
        x[i] = places[i].x;
        y[i] = places[i].y;
        fx[i] = (float)x[i];
        fy[i] = (float)y[i];
    }
    ladder l = {x, y, fx, fy, n};
    for (uint32_t k = 0; k < count; k += RUNG)
        add_rung(&l, sigma_m + k, count - k < RUNG ? count - k : RUNG, stride, criterion + k);
    free(x);
    return true;
}

hs_status hs_bandwidth_likelihood(const hs_plane_points *points, const double *sigma_m, uint32_t count,
                                  hs_error *error, double *criterion) {
    spread s;
    hs_status status = check(points, error, &s);
    if (status != HS_OK) return status;
    if (count == 0 || count > MOST_LADDER || !(sigma_m[0] > 0))
        return hs_error_set(error, HS_E_ARGUMENT, "1 to %d bandwidths above 0 m are taken", MOST_LADDER);
    for (uint32_t k = 1; k < count; k++)
        if (fabs(sigma_m[k] / sigma_m[k - 1] / 1.4142135623730951 - 1.0) > 1e-9)
            return hs_error_set(error, HS_E_ARGUMENT, "bandwidths must ascend by factors of the root of 2");
    place *places = sorted_places(points);
    bool done = places && likelihood(places, points->count, sigma_m, count, 1, criterion);
    free(places);
    return done ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory for choosing a bandwidth");
}

/* The best of a curve by the parabola through three points of equal steps in the logarithm. */
static double top_of(const double *sigma, const double *curve, uint32_t best) {
    double a = curve[best - 1];
    double b = curve[best];
    double c = curve[best + 1];
    double bend = a - 2.0 * b + c;
    double shift = bend < 0 && isfinite(a) && isfinite(c) ? 0.5 * (a - c) / bend : 0.0;
    return sigma[best] * exp(shift * log(sigma[best + 1] / sigma[best]));
}

static uint32_t best_of(const double *curve) {
    uint32_t best = LADDER - 1;
    for (uint32_t k = LADDER - 1; k > 0; k--)
        if (curve[k - 1] > curve[best]) best = k - 1;
    return best;
}

/* Of many points a sample says about where the best lies; there the curve is made of all of them, until its
 * top has steps that are whole on both sides. */
static bool whole_about_the_top(const place *places, hs_bandwidth_choice *choice) {
    bool whole[LADDER] = {false};
    for (;;) {
        uint32_t best = best_of(choice->curve);
        uint32_t first = best > 0 ? best - 1 : 0;
        uint32_t last = best + 1 < LADDER ? best + 1 : best;
        if (whole[first] && whole[best] && whole[last]) return true;
        uint32_t begin = best > RUNG / 2 ? best - RUNG / 2 : 0;
        uint32_t count = LADDER - begin < RUNG ? LADDER - begin : RUNG;
        if (!likelihood(places, choice->n, choice->curve_sigma_m + begin, count, 1, choice->curve + begin))
            return false;
        for (uint32_t k = begin; k < begin + count; k++)
            whole[k] = true;
    }
}

/* The ladder ends at half the widest side and goes down by factors of sqrt(2) to where each point stands
 * alone. */
static bool choose_likelihood(const place *places, const spread *s, hs_bandwidth_choice *choice) {
    double widest = 0.5 * fmax(s->max_x - s->min_x, s->max_y - s->min_y);
    size_t stride = choice->n > SAMPLED ? 1 + choice->n / SAMPLED : 1;
    choice->curve_count = LADDER;
    for (uint32_t k = 0; k < LADDER; k++)
        choice->curve_sigma_m[k] = widest * pow(2.0, 0.5 * ((double)k - (LADDER - 1)));
    if (!likelihood(places, choice->n, choice->curve_sigma_m, LADDER, stride, choice->curve)) return false;
    if (stride > 1 && !whole_about_the_top(places, choice)) return false;
    uint32_t best = best_of(choice->curve);
    choice->at_limit = best == 0 || best == LADDER - 1;
    choice->sigma_m =
        choice->at_limit ? choice->curve_sigma_m[best] : top_of(choice->curve_sigma_m, choice->curve, best);
    return true;
}

/* Ordered pairs by distance: bin k holds those in ((k - 1) step, k step]. */
static void count_pairs(const place *places, size_t n, double step, double *bins) {
    double most = step * (RADII - 1);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = i + 1; j < n && places[j].x - places[i].x <= most; j++) {
            double dx = places[j].x - places[i].x;
            double dy = places[j].y - places[i].y;
            double d = sqrt(dx * dx + dy * dy);
            if (d > most) continue;
            uint32_t k = (uint32_t)ceil(d / step);
            bins[k < RADII ? k : RADII - 1] += 2.0;
        }
    }
}

/* M(h) = (1 / lambda - 2 K(h)) / (pi h^2) + J(h) / (pi h^2)^2, J(h) = 2 h^2 int (acos t - t sqrt(1 - t^2))
 * dK(2 h t), K Ripley's without edge correction; sigma = h / 2 (Berman and Diggle 1989). */
static void choose_diggle(const place *places, const spread *s, hs_bandwidth_choice *choice) {
    double area = (s->max_x - s->min_x) * (s->max_y - s->min_y);
    double n = (double)choice->n;
    double side = fmin(s->max_x - s->min_x, s->max_y - s->min_y);
    double most = fmin(0.25 * side, sqrt(1000.0 * area / (PI * n)));
    double step = most / (RADII - 1);
    double bins[RADII] = {0};
    count_pairs(places, choice->n, step, bins);
    double k_function[RADII];
    double sum = 0;
    for (uint32_t k = 0; k < RADII; k++) {
        sum += bins[k] * area / (n * (n - 1.0));
        k_function[k] = sum;
    }
    uint32_t last = (RADII - 1) / 2;
    choice->curve_count = last;
    uint32_t best = 0;
    for (uint32_t i = 1; i <= last; i++) {
        double h = step * i;
        double integral = 0;
        for (uint32_t k = 0; k + 1 < RADII && k < 2 * i; k++) {
            double t = (double)k / (2.0 * i);
            integral += (acos(t) - t * sqrt(1.0 - t * t)) * (k_function[k + 1] - k_function[k]);
        }
        double disc = PI * h * h;
        choice->curve_sigma_m[i - 1] = 0.5 * h;
        choice->curve[i - 1] =
            (area / n - 2.0 * k_function[i]) / disc + 2.0 * h * h * integral / (disc * disc);
        if (choice->curve[i - 1] < choice->curve[best]) best = i - 1;
    }
    choice->at_limit = best == 0 || best == last - 1;
    choice->sigma_m = choice->curve_sigma_m[best];
}

hs_status hs_bandwidth_choose(const hs_plane_points *points, hs_bandwidth_method method, hs_error *error,
                              hs_bandwidth_choice *choice) {
    if ((unsigned)method >= HS_BANDWIDTH_METHODS)
        return hs_error_set(error, HS_E_ARGUMENT, "there is no method %d: scott, silverman, diggle and ppl",
                            (int)method);
    spread s = {0};
    hs_status status = check(points, error, &s);
    if (status != HS_OK) return status;
    place *places = sorted_places(points);
    if (!places) return hs_error_set(error, HS_E_MEMORY, "out of memory for choosing a bandwidth");
    hs_bandwidth_choice *made = calloc(1, sizeof *made);
    bool done = made != NULL;
    if (done) {
        made->n = points->count;
        made->repeated = repeated(places, points->count);
        double normal = sqrt(s.sd_x * s.sd_y) * pow((double)points->count, -1.0 / 6.0);
        if (method == HS_BANDWIDTH_SCOTT)
            made->sigma_m = normal;
        else if (method == HS_BANDWIDTH_SILVERMAN)
            made->sigma_m = 0.96 * normal;
        else if (method == HS_BANDWIDTH_DIGGLE)
            choose_diggle(places, &s, made);
        else
            done = choose_likelihood(places, &s, made);
    }
    if (done) *choice = *made;
    free(made);
    free(places);
    return done ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory for choosing a bandwidth");
}
