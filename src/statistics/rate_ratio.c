#include "statistics/binomial.h"
#include "statistics/hypergeometric.h"

#include <hotspot/rate_ratio.h>
#include <math.h>
#include <stdlib.h>

enum { HALVINGS = 200 };

static hs_status check(const hs_two_counts *c, hs_error *error) {
    if (!(c->now_exposure > 0 && c->before_exposure > 0 && isfinite(c->now_exposure) &&
          isfinite(c->before_exposure)))
        return hs_error_set(error, HS_E_ARGUMENT, "exposures are numbers above 0");
    if (c->now > HS_RATE_MOST || c->before > HS_RATE_MOST)
        return hs_error_set(error, HS_E_ARGUMENT, "counts are at most %llu",
                            (unsigned long long)HS_RATE_MOST);
    return HS_OK;
}

static hs_status check_alpha(double alpha, hs_error *error) {
    return alpha > 0 && alpha < 1 ? HS_OK : hs_error_set(error, HS_E_ARGUMENT, "alpha lies between 0 and 1");
}

/* A probability as a function of the logarithm of a ratio that it rises (falls) with. */
typedef struct tail {
    double (*of)(const struct tail *tail, double log_ratio);
    const void *context;
    bool rises;
} tail;

/* The logarithm at which the tail is `level`: by halving, from within the doubles' reach. */
static double solve(const tail *t, double level) {
    double low = -700, high = 700;
    for (int i = 0; i < HALVINGS && high - low > 0; i++) {
        double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) break;
        if ((t->of(t, middle) > level) == t->rises)
            high = middle;
        else
            low = middle;
    }
    return low + (high - low) / 2;
}

static double plogp(double x, double expected) {
    return x > 0 ? x * log(x / expected) : 0;
}

/* Signed root of the deviance of a share from its expectation. */
static double root_deviance(double now, double n, double share) {
    double deviance = plogp(now, n * share) + plogp(n - now, n * (1 - share));
    double root = sqrt(2 * fmax(0, deviance));
    return now >= n * share ? root : -root;
}

static double share_of(const hs_two_counts *c, double log_ratio) {
    return 1 / (1 + exp(-log_ratio) * c->before_exposure / c->now_exposure);
}

static double at_least(const tail *t, double log_ratio) {
    const hs_two_counts *c = t->context;
    return hs_binomial_at_least(c->now, c->now + c->before, share_of(c, log_ratio));
}

static double at_most(const tail *t, double log_ratio) {
    const hs_two_counts *c = t->context;
    return hs_binomial_at_most(c->now, c->now + c->before, share_of(c, log_ratio));
}

hs_status hs_rate_ratio_exact(const hs_two_counts *counts, double alpha, hs_error *error,
                              hs_rate_ratio *ratio) {
    hs_status status = check(counts, error);
    if (status == HS_OK) status = check_alpha(alpha, error);
    if (status != HS_OK) return status;
    const hs_two_counts *c = counts;
    uint64_t n = c->now + c->before;
    hs_rate_ratio r = {.low = 0, .high = INFINITY, .p = 1, .mid_p = 1, .least_p = 1, .ratio = NAN};
    if (n > 0) {
        double share = share_of(c, 0);
        r.ratio = c->before > 0 ? (double)c->now / c->now_exposure / ((double)c->before / c->before_exposure)
                                : INFINITY;
        const tail up = {at_least, c, true}, down = {at_most, c, false};
        if (c->now > 0) r.low = exp(solve(&up, alpha / 2));
        if (c->before > 0) r.high = exp(solve(&down, alpha / 2));
        double more = hs_binomial_at_least(c->now, n, share), less = hs_binomial_at_most(c->now, n, share);
        double own = exp(hs_log_binomial((double)c->now, (double)n, share));
        r.p = fmin(1, 2 * fmin(more, less));
        r.mid_p = fmin(1, 2 * fmin(more - own / 2, less - own / 2));
        r.least_p = fmin(1, 2 * exp((double)n * log(fmin(share, 1 - share))));
        r.z = root_deviance((double)c->now, (double)n, share);
    }
    *ratio = r;
    return HS_OK;
}

/* The noncentral hypergeometric distribution of a unit's `now`: of n of the unit, with `marked` now and the
 * others before among all. */
typedef struct margins {
    double now, least, most;
    double *log_weight; /* of each value from least on, without its power of the odds ratio */
} margins;

static double share_above(const margins *m, double log_ratio, double from) {
    size_t count = (size_t)(m->most - m->least) + 1;
    double largest = -INFINITY, all = 0, above = 0;
    for (size_t k = 0; k < count; k++)
        largest = fmax(largest, m->log_weight[k] + (m->least + (double)k) * log_ratio);
    for (size_t k = 0; k < count; k++) {
        double x = m->least + (double)k, weight = exp(m->log_weight[k] + x * log_ratio - largest);
        all += weight;
        if (x >= from) above += weight;
    }
    return above / all;
}

static double relative_at_least(const tail *t, double log_ratio) {
    const margins *m = t->context;
    return share_above(m, log_ratio, m->now);
}

static double relative_above(const tail *t, double log_ratio) {
    const margins *m = t->context;
    return share_above(m, log_ratio, m->now + 1);
}

static void limit_relative(const margins *m, double alpha, hs_rate_ratio *r) {
    const tail up = {relative_at_least, m, true}, above = {relative_above, m, true};
    r->low = m->now > m->least ? exp(solve(&up, alpha / 2)) : 0;
    r->high = m->now < m->most ? exp(solve(&above, 1 - alpha / 2)) : INFINITY;
}

static double conditional(double x, double n, double marked, double total) {
    double p = n / total;
    return hs_log_binomial(x, marked, p) + hs_log_binomial(n - x, total - marked, p) -
           hs_log_binomial(n, total, p);
}

hs_status hs_rate_ratio_relative(const hs_two_counts *unit, const hs_two_counts *rest, double alpha,
                                 hs_error *error, hs_rate_ratio *ratio) {
    hs_status status = check(unit, error);
    if (status == HS_OK) status = check(rest, error);
    if (status == HS_OK) status = check_alpha(alpha, error);
    if (status != HS_OK) return status;
    uint64_t n = unit->now + unit->before, marked = unit->now + rest->now,
             total = n + rest->now + rest->before;
    hs_rate_ratio r = {.low = 0, .high = INFINITY, .p = 1, .mid_p = 1, .least_p = 1, .ratio = NAN};
    double own = (double)unit->now * (double)rest->before, other = (double)unit->before * (double)rest->now;
    if (own > 0 || other > 0) r.ratio = other > 0 ? own / other : INFINITY;
    if (n == 0 || n == total || marked == 0 || marked == total) {
        *ratio = r;
        return HS_OK;
    }
    margins m = {.now = (double)unit->now, .least = fmax(0, (double)n + (double)marked - (double)total)};
    m.most = fmin((double)n, (double)marked);
    size_t values = (size_t)(m.most - m.least) + 1;
    m.log_weight = calloc(values, sizeof *m.log_weight);
    if (!m.log_weight) return hs_error_memory(error, "a distribution");
    for (size_t k = 0; k < values; k++)
        m.log_weight[k] = conditional(m.least + (double)k, (double)n, (double)marked, (double)total);
    limit_relative(&m, alpha, &r);
    double more = hs_hypergeometric_tail(unit->now, n, marked, total);
    double less = hs_hypergeometric_tail(unit->before, n, total - marked, total);
    double same = exp(m.log_weight[(size_t)(m.now - m.least)]);
    r.p = fmin(1, 2 * fmin(more, less));
    r.mid_p = fmin(1, 2 * fmin(more - same / 2, less - same / 2));
    r.least_p = fmin(1, 2 * exp(fmin(m.log_weight[0], m.log_weight[values - 1])));
    r.z = root_deviance(m.now, (double)n, (double)marked / (double)total);
    free(m.log_weight);
    *ratio = r;
    return HS_OK;
}

static double standardised(double now, double before, const hs_two_counts *c) {
    double a = now / c->now_exposure, b = before / c->before_exposure;
    double variance = a / c->now_exposure + b / c->before_exposure;
    return variance > 0 ? fabs(a - b) / sqrt(variance) : 0;
}

/* Poisson probabilities, from where they matter on. */
typedef struct poisson {
    double *probability;
    uint32_t first, count;
} poisson;

static bool poisson_init(poisson *p, double mean) {
    double reach = 12 * sqrt(mean) + 40;
    p->first = (uint32_t)fmax(0, floor(mean - reach));
    p->count = (uint32_t)(mean + reach) - p->first + 1;
    p->probability = malloc(((size_t)p->count + 1) * sizeof *p->probability);
    if (!p->probability) return false;
    double sum = 0;
    int sign;
    for (uint32_t k = 0; k < p->count; k++) {
        double x = (double)p->first + k;
        p->probability[k] = exp(x * log(mean) - mean - lgamma_r(x + 1, &sign));
        sum += p->probability[k];
    }
    for (uint32_t k = 0; k < p->count; k++)
        p->probability[k] /= sum;
    return true;
}

static double sum_e_test(const poisson *now, const poisson *before, const hs_two_counts *c) {
    double observed = standardised((double)c->now, (double)c->before, c), sum = 0;
    observed *= 1 - 1e-12; /* ties taken in */
    for (uint32_t i = 0; i < now->count; i++) {
        double inner = 0;
        for (uint32_t j = 0; j < before->count; j++)
            if (standardised((double)now->first + i, (double)before->first + j, c) >= observed)
                inner += before->probability[j];
        sum += now->probability[i] * inner;
    }
    return fmin(1, sum);
}

hs_status hs_e_test(const hs_two_counts *counts, hs_error *error, double *p) {
    hs_status status = check(counts, error);
    if (status != HS_OK) return status;
    if (counts->now > HS_E_TEST_MOST || counts->before > HS_E_TEST_MOST)
        return hs_error_set(error, HS_E_ARGUMENT, "the E-test takes counts of at most %u", HS_E_TEST_MOST);
    if (counts->now + counts->before == 0) {
        *p = 1;
        return HS_OK;
    }
    double rate = (double)(counts->now + counts->before) / (counts->now_exposure + counts->before_exposure);
    poisson now = {0}, before = {0};
    if (poisson_init(&now, rate * counts->now_exposure) &&
        poisson_init(&before, rate * counts->before_exposure))
        *p = sum_e_test(&now, &before, counts);
    else
        status = hs_error_memory(error, "the E-test");
    free(now.probability);
    free(before.probability);
    return status;
}
