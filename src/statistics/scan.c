/* The scan statistic: the data's own clusters, and their p-values from replications. */
#include "base/pool.h"
#include "statistics/scan_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* An order of the data takes about as long as of so many replications. */
enum { ORDERS_A_PIECE = 8, REPLICATIONS_AN_ORDER = 16 };
#define EULER 0.57721566490153286
#define PI    3.141592653589793

/* The likeliest window of an order. */
typedef struct best {
    double statistic; /* 0: none */
    double cases, size;
    uint32_t areas, begin, end;
} best;

typedef struct finding {
    hs_scan_work *work;
    const uint32_t *cluster_of;
    best *best;   /* [orders] */
    double *sums; /* [pieces][2][steps + 1] */
    bool again;   /* after the first cluster few orders are left to be looked at */
} finding;

static void try_zone(const hs_scan_work *w, const hs_scan_order *order, const double *cases,
                     const double *size, uint32_t areas, best *b) {
    double penalty = w->zones->penalty[order->shape];
    uint32_t steps = w->data->steps;
    for (uint32_t end = w->request->prospective ? steps : w->least; end <= steps; end++)
        for (uint32_t begin = end > w->most ? end - w->most : 0; begin + w->least <= end; begin++) {
            double inside = cases[end] - cases[begin], part = size[end] - size[begin];
            if (!hs_scan_may_exceed(&w->seen, inside, part, b->statistic / penalty)) continue;
            double statistic = penalty * hs_scan_ratio(&w->seen, inside, part);
            if (statistic > b->statistic) *b = (best){statistic, inside, part, areas, begin, end};
        }
}

/* The likeliest of the windows that hold no area of a cluster. */
static void try_order(const finding *f, uint32_t number, double *sums) {
    const hs_scan_work *w = f->work;
    const hs_scan_order *order = &w->zones->order[number];
    uint32_t steps = w->data->steps;
    double *cases = sums, *size = sums + steps + 1;
    memset(sums, 0, 2 * ((size_t)steps + 1) * sizeof *sums);
    best b = {0};
    for (uint32_t k = 0; k < order->count; k++) {
        hs_scan_step step = w->zones->step[order->first + k];
        if (f->cluster_of[step.area] != HS_NONE) break;
        const double *row = w->cases + (size_t)step.area * steps, *part = w->size + (size_t)step.area * steps;
        for (uint32_t t = 0; t < steps; t++) {
            cases[t + 1] += row[t];
            size[t + 1] += part[t];
        }
        if (step.whole) try_zone(w, order, cases, size, k + 1, &b);
    }
    f->best[number] = b;
}

static bool holds_taken(const finding *f, uint32_t number) {
    const hs_scan_order *order = &f->work->zones->order[number];
    for (uint32_t k = 0; k < f->best[number].areas; k++)
        if (f->cluster_of[f->work->zones->step[order->first + k].area] != HS_NONE) return true;
    return false;
}

static void try_orders(void *context, size_t begin, size_t end) {
    const finding *f = context;
    if (!hs_progress_step(&f->work->steps, f->again ? 0 : REPLICATIONS_AN_ORDER * (end - begin))) return;
    size_t row = 2 * ((size_t)f->work->data->steps + 1);
    for (size_t o = begin; o < end; o++)
        if (f->best[o].statistic < 0 || holds_taken(f, (uint32_t)o))
            try_order(f, (uint32_t)o, f->sums + begin / ORDERS_A_PIECE * row);
}

/* Of equal ones the first, so that threads do not matter. */
static uint32_t likeliest(const finding *f) {
    uint32_t found = 0;
    for (uint32_t o = 1; o < f->work->zones->order_count; o++)
        if (f->best[o].statistic > f->best[found].statistic) found = o;
    return found;
}

static double relative_risk(const hs_scan_likelihood *l, double cases, double size) {
    double expected = hs_scan_expected(l, size);
    double outside = (l->cases - cases) / (l->cases - expected);
    return l->model != HS_SCAN_PERMUTATION && outside > 0 ? cases / expected / outside : (double)NAN;
}

static void describe(const hs_scan_work *w, double population, const hs_scan_order *order, const best *b,
                     hs_scan_cluster *cluster) {
    double expected = hs_scan_expected(&w->seen, b->size);
    *cluster = (hs_scan_cluster){
        .centre = order->centre,
        .size = b->areas,
        .radius_m = (double)w->zones->radius_m[order->first + b->areas - 1],
        .ratio = hs_scan_shape_ratio(order->shape),
        .angle_rad = hs_scan_angle(order->shape, order->angle),
        .first_step = b->begin,
        .end_step = b->end,
        .cases = b->cases,
        .population =
            w->request->model == HS_SCAN_PERMUTATION ? (double)NAN : b->size / w->seen.size * population,
        .expected = expected,
        .relative_risk = relative_risk(&w->seen, b->cases, b->size),
        .log_likelihood_ratio = b->statistic / w->zones->penalty[order->shape],
        .statistic = b->statistic,
        .p = NAN,
        .p_gumbel = NAN,
    };
}

static void fit_gumbel(const hs_scan_work *w, hs_scan_summary *summary) {
    double mean = 0;
    double squares = 0;
    summary->gumbel_location = summary->gumbel_scale = NAN;
    if (w->replications < 2) return;
    for (uint32_t r = 0; r < w->replications; r++)
        mean += w->largest[r] / w->replications;
    for (uint32_t r = 0; r < w->replications; r++)
        squares += (w->largest[r] - mean) * (w->largest[r] - mean);
    summary->gumbel_scale = sqrt(6 * squares / (w->replications - 1.0)) / PI;
    summary->gumbel_location = mean - EULER * summary->gumbel_scale;
}

static void judge(const hs_scan_work *w, const hs_scan_summary *summary, hs_scan_cluster *cluster) {
    if (w->replications == 0) return;
    for (uint32_t r = 0; r < w->replications; r++)
        cluster->reaching += w->largest[r] >= cluster->statistic - HS_SCAN_TIE;
    uint32_t counted =
        w->stopped_early ? 0 : 1; /* the data itself; Besag and Clifford's p is h over those made */
    cluster->p = fmin(1, (cluster->reaching + counted) / (double)(w->replications + counted));
    if (w->stopped_early && cluster->reaching == 0) cluster->p = 1.0 / w->replications;
    if (summary->gumbel_scale > 0)
        cluster->p_gumbel =
            -expm1(-exp((summary->gumbel_location - cluster->statistic) / summary->gumbel_scale));
}

/* Sums along time of cases, and of what is the size of a window. */
static hs_status add_up(hs_scan_work *w, hs_error *error) {
    const hs_scan_data *d = w->data;
    size_t cells = (size_t)d->areas * d->steps;
    w->cases = malloc((cells + 1) * sizeof *w->cases);
    w->size = malloc((cells + 1) * sizeof *w->size);
    double *step_cases = calloc((size_t)d->steps + 1, sizeof *step_cases);
    if (!w->cases || !w->size || !step_cases) {
        free(step_cases);
        return hs_error_memory(error, "the scan");
    }
    for (size_t i = 0; i < cells; i++)
        step_cases[i % d->steps] += d->cases[i];
    bool permuted = w->request->model == HS_SCAN_PERMUTATION;
    double scale = w->request->model == HS_SCAN_POISSON ? w->seen.cases / w->seen.size : 1;
    for (uint32_t a = 0; a < d->areas; a++) {
        size_t first = (size_t)a * d->steps;
        double all = 0;
        double cases = 0;
        double size = 0;
        for (uint32_t t = 0; t < d->steps; t++)
            all += d->cases[first + t];
        for (uint32_t t = 0; t < d->steps; t++) {
            w->cases[first + t] = cases += d->cases[first + t];
            size += permuted ? all * step_cases[t] / w->seen.cases : scale * d->population[first + t];
            w->size[first + t] = size;
        }
    }
    free(step_cases);
    if (w->request->model != HS_SCAN_BERNOULLI) w->seen.size = w->seen.cases;
    return HS_OK;
}

static hs_status check_cells(hs_scan_work *w, hs_error *error) {
    const hs_scan_data *d = w->data;
    bool bernoulli = w->request->model == HS_SCAN_BERNOULLI;
    bool permuted = w->request->model == HS_SCAN_PERMUTATION;
    for (size_t i = 0; i < (size_t)d->areas * d->steps; i++) {
        double cases = d->cases[i], people = permuted ? cases : d->population[i];
        bool fits = bernoulli ? cases <= people : people > 0 || cases <= 0;
        if (permuted && cases != floor(cases)) fits = false;
        if (!(cases >= 0 && people >= 0 && isfinite(cases) && isfinite(people) && fits))
            return hs_error_set(error, HS_E_ARGUMENT,
                                "scan: area %u, step %u has %g cases and a population of %g, which the model "
                                "does not take",
                                (unsigned)(i / d->steps), (unsigned)(i % d->steps), cases, people);
        w->seen.cases += cases;
        w->seen.size += people;
    }
    if (!(w->seen.cases >= 1 && w->seen.size > 0 && w->seen.cases < 1e8))
        return hs_error_set(error, HS_E_ARGUMENT, "scan: there are no cases, or over 1e8 of them");
    if (bernoulli && !(w->seen.size - w->seen.cases >= 1))
        return hs_error_set(error, HS_E_ARGUMENT,
                            "scan: there are no controls: all of the population are cases");
    return HS_OK;
}

static hs_status check(hs_scan_work *w, hs_error *error) {
    const hs_scan_data *d = w->data;
    const hs_scan_request *r = w->request;
    if (d->areas != w->zones->areas || d->steps < 1 || (uint64_t)d->areas * d->steps > HS_SCAN_MOST_CELLS)
        return hs_error_set(
            error, HS_E_ARGUMENT,
            "scan: takes at least one step and at most %u areas times steps, of the areas that "
            "zones were made of",
            HS_SCAN_MOST_CELLS);
    w->least = r->least_steps > 0 ? r->least_steps : 1;
    w->most = r->most_steps > 0 && r->most_steps < d->steps ? r->most_steps : d->steps;
    if (w->least > w->most)
        return hs_error_set(error, HS_E_ARGUMENT, "scan: the shortest window is longer than the longest");
    if (r->replications > HS_SCAN_MOST_REPLICATIONS)
        return hs_error_set(error, HS_E_ARGUMENT, "scan: at most %u replications", HS_SCAN_MOST_REPLICATIONS);
    if (r->model == HS_SCAN_PERMUTATION && d->steps < 2)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "scan: permutation is of times and needs two steps or more");
    return check_cells(w, error);
}

/* How many intervals a zone has. */
static uint64_t intervals(const hs_scan_work *w) {
    uint64_t lengths = w->most - w->least + 1;
    if (w->request->prospective) return lengths;
    return lengths * (w->data->steps + 1) - lengths * (w->least + w->most) / 2;
}

static hs_status find(hs_scan_work *w, uint32_t capacity, double population, hs_error *error,
                      hs_scan_cluster *clusters, uint32_t *found, uint32_t *cluster_of) {
    uint32_t orders = w->zones->order_count;
    size_t pieces = orders / ORDERS_A_PIECE + 1;
    finding f = {.work = w, .cluster_of = cluster_of};
    f.best = malloc(((size_t)orders + 1) * sizeof *f.best);
    f.sums = malloc(pieces * 2 * ((size_t)w->data->steps + 1) * sizeof *f.sums);
    hs_status status = f.best && f.sums ? HS_OK : hs_error_memory(error, "the scan");
    for (uint32_t o = 0; o < orders && status == HS_OK; o++)
        f.best[o].statistic = -1;
    for (uint32_t a = 0; a < w->data->areas; a++)
        cluster_of[a] = HS_NONE;
    uint32_t number = 0;
    while (status == HS_OK && number < capacity) {
        hs_pool_for(w->pool, orders, ORDERS_A_PIECE, try_orders, &f);
        f.again = true;
        if (hs_progress_ended(&w->steps))
            status = hs_error_set(error, HS_E_CANCELLED, "the scan was stopped");
        uint32_t at = likeliest(&f);
        if (status != HS_OK || !(f.best[at].statistic > 0)) break;
        const hs_scan_order *order = &w->zones->order[at];
        describe(w, population, order, &f.best[at], &clusters[number]);
        for (uint32_t k = 0; k < clusters[number].size; k++)
            cluster_of[w->zones->step[order->first + k].area] = number;
        number++;
    }
    free(f.best);
    free(f.sums);
    if (status == HS_OK) *found = number;
    return status;
}

hs_status hs_scan(const hs_scan_data *data, const hs_scan_zones *zones, const hs_scan_request *request,
                  struct hs_pool *pool, uint32_t capacity, hs_error *error, hs_scan_cluster *clusters,
                  uint32_t *found, uint32_t *cluster_of, hs_scan_summary *summary) {
    hs_scan_work w = {.data = data, .zones = zones, .request = request, .pool = pool};
    hs_progress_steps_init(&w.steps, &request->progress,
                           (double)zones->order_count * (REPLICATIONS_AN_ORDER + request->replications));
    w.seen = (hs_scan_likelihood){.model = request->model, .rates = request->rates};
    uint32_t number = 0;
    hs_status status = check(&w, error);
    double population = w.seen.size;
    if (status == HS_OK) status = add_up(&w, error);
    if (status == HS_OK) status = find(&w, capacity, population, error, clusters, &number, cluster_of);
    w.drawn = w.seen;
    w.drawn.cases = round(w.seen.cases);
    if (request->model != HS_SCAN_BERNOULLI) w.drawn.size = w.drawn.cases;
    w.largest = calloc((size_t)request->replications + 1, sizeof *w.largest);
    if (status == HS_OK && !w.largest) status = hs_error_memory(error, "replications");
    if (status == HS_OK && number > 0) status = hs_scan_replicate(&w, clusters[0].statistic, error);
    if (status == HS_OK) {
        hs_scan_summary s = {.cases = w.seen.cases,
                             .population = request->model == HS_SCAN_PERMUTATION ? (double)NAN : population,
                             .windows = zones->zone_count * intervals(&w),
                             .replications = w.replications,
                             .stopped_early = w.stopped_early};
        fit_gumbel(&w, &s);
        for (uint32_t k = 0; k < number; k++)
            judge(&w, &s, &clusters[k]);
        *found = number;
        *summary = s;
    }
    free(w.cases);
    free(w.size);
    free(w.largest);
    return status;
}
