/* The spatial scan statistic over circles. Zones of a centre grow area by area, so a replication adds each
 * area's cases once a zone; likelihoods of whole numbers of cases come from a table of k log k. */
#include "base/pool.h"
#include "base/random.h"

#include <hotspot/scan_statistic.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { REPLICATIONS_A_PIECE = 16 };
#define MOST_ZONES ((size_t)1 << 27)

typedef struct scan {
    const hs_scan_areas *areas;
    const hs_scan_request *request;
    double all_cases, all_people;
    uint32_t drawn; /* cases in a replication */
    size_t *first;  /* [count + 1] zones of a centre */
    uint32_t *member;
    double *people;           /* [zones] */
    double *log_in, *log_out; /* [zones] logs of the expected number inside and outside, of `drawn` */
    double *x_log_x;          /* [drawn + 1] */
    double *cumulative;       /* [count] of the population */
    double *largest;          /* [replications] */
    uint32_t *scratch;        /* [pieces][count] */
} scan;

static double x_log_x(double x) {
    return x > 0 ? x * log(x) : 0;
}

/* The log likelihood ratio of a zone with `cases` of `all`, `people` of `everybody`; 0 unless high inside. */
static double poisson_ratio(double cases, double all, double people, double everybody) {
    double expected = all * people / everybody;
    if (!(cases > expected) || !(expected > 0)) return 0;
    double outside = all - cases;
    double ratio = cases * log(cases / expected);
    return outside > 0 ? ratio + outside * log(outside / (all - expected)) : ratio;
}

static double bernoulli_ratio(double cases, double all, double people, double everybody) {
    double outside = all - cases, others = everybody - people;
    if (!(people > 0) || !(others > 0) || !(cases * others > outside * people)) return 0;
    double with = x_log_x(cases) + x_log_x(people - cases) - x_log_x(people) + x_log_x(outside) +
                  x_log_x(others - outside) - x_log_x(others);
    return with - (x_log_x(all) + x_log_x(everybody - all) - x_log_x(everybody));
}

static double ratio_of(const scan *s, double cases, double all, double people) {
    return s->request->model == HS_SCAN_POISSON ? poisson_ratio(cases, all, people, s->all_people)
                                                : bernoulli_ratio(cases, all, people, s->all_people);
}

typedef struct near {
    double distance2;
    uint32_t area;
} near;

static int by_distance(const void *left, const void *right) {
    const near *a = left;
    const near *b = right;
    if (a->distance2 != b->distance2) return a->distance2 < b->distance2 ? -1 : 1;
    return (a->area > b->area) - (a->area < b->area);
}

static bool grow(scan *s, size_t zones, size_t *capacity) {
    if (zones < *capacity) return true;
    size_t wanted = *capacity > 0 ? 2 * *capacity : 65536;
    uint32_t *member = realloc(s->member, wanted * sizeof *member);
    if (member) s->member = member;
    double *people = realloc(s->people, wanted * sizeof *people);
    if (people) s->people = people;
    if (!member || !people) return false;
    *capacity = wanted;
    return true;
}

static hs_status make_zones(scan *s, hs_error *error) {
    const hs_scan_areas *areas = s->areas;
    near *order = calloc((size_t)areas->count + 1, sizeof *order);
    size_t zones = 0;
    size_t capacity = 0;
    hs_status status = order && grow(s, 0, &capacity) ? HS_OK : hs_error_memory(error, "zones");
    for (uint32_t centre = 0; centre < areas->count && status == HS_OK; centre++) {
        for (uint32_t i = 0; i < areas->count; i++) {
            double dx = areas->x_m[i] - areas->x_m[centre];
            double dy = areas->y_m[i] - areas->y_m[centre];
            order[i] = (near){dx * dx + dy * dy, i};
        }
        qsort(order, areas->count, sizeof *order, by_distance);
        s->first[centre] = zones;
        double people = 0;
        for (uint32_t k = 0; k < areas->count && status == HS_OK; k++) {
            people += areas->population[order[k].area];
            if (people > s->request->max_share * s->all_people) break;
            if (zones >= MOST_ZONES)
                status = hs_error_set(error, HS_E_LIMIT, "scan: over 2^27 circles; take a smaller max-share");
            else if (!grow(s, zones, &capacity))
                status = hs_error_memory(error, "zones");
            if (status != HS_OK) break;
            s->member[zones] = order[k].area;
            s->people[zones++] = people;
        }
    }
    s->first[areas->count] = zones;
    free(order);
    return status;
}

static uint32_t draw_area(const scan *s, hs_random *random) {
    double at = hs_random_uniform(random) * s->all_people;
    uint32_t low = 0;
    uint32_t high = s->areas->count - 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (s->cumulative[middle] > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Bernoulli cases are people, each one at most once: an area is taken in proportion to who is left in it. */
static void draw_cases(const scan *s, hs_random *random, uint32_t *cases) {
    memset(cases, 0, s->areas->count * sizeof *cases);
    for (uint32_t k = 0; k < s->drawn;) {
        uint32_t area = draw_area(s, random);
        double left = s->areas->population[area] - cases[area];
        bool taken = s->request->model == HS_SCAN_POISSON ||
                     hs_random_uniform(random) * s->areas->population[area] < left;
        cases[area] += taken;
        k += taken;
    }
}

static double largest_ratio(const scan *s, const uint32_t *cases) {
    double largest = 0;
    for (uint32_t centre = 0; centre < s->areas->count; centre++) {
        uint32_t inside = 0;
        for (size_t z = s->first[centre]; z < s->first[centre + 1]; z++) {
            inside += cases[s->member[z]];
            double ratio;
            if (s->request->model == HS_SCAN_POISSON) {
                if (!((double)inside * s->all_people > s->drawn * s->people[z])) continue;
                uint32_t outside = s->drawn - inside;
                ratio = s->x_log_x[inside] - inside * s->log_in[z] + s->x_log_x[outside] -
                        outside * s->log_out[z];
            } else {
                ratio = bernoulli_ratio(inside, s->drawn, s->people[z], s->all_people);
            }
            if (ratio > largest) largest = ratio;
        }
    }
    return largest;
}

static void replicate(void *context, size_t begin, size_t end) {
    scan *s = context;
    uint32_t *cases = s->scratch + begin / REPLICATIONS_A_PIECE * s->areas->count;
    for (size_t r = begin; r < end; r++) {
        hs_random random;
        hs_random_seed_stream(&random, s->request->seed, r);
        draw_cases(s, &random, cases);
        s->largest[r] = largest_ratio(s, cases);
    }
}

static hs_status prepare(scan *s, hs_error *error) {
    size_t zones = s->first[s->areas->count], n = s->areas->count;
    size_t pieces = s->request->replications / REPLICATIONS_A_PIECE + 1;
    s->log_in = malloc((zones + 1) * sizeof *s->log_in);
    s->log_out = malloc((zones + 1) * sizeof *s->log_out);
    s->x_log_x = malloc(((size_t)s->drawn + 1) * sizeof *s->x_log_x);
    s->cumulative = malloc((n + 1) * sizeof *s->cumulative);
    s->largest = calloc((size_t)s->request->replications + 1, sizeof *s->largest);
    s->scratch = calloc(pieces * n + 1, sizeof *s->scratch);
    if (!s->log_in || !s->log_out || !s->x_log_x || !s->cumulative || !s->largest || !s->scratch)
        return hs_error_memory(error, "replications");
    for (size_t z = 0; z < zones; z++) {
        double expected = s->drawn * s->people[z] / s->all_people;
        s->log_in[z] = log(expected);
        s->log_out[z] = log(s->drawn - expected);
    }
    for (uint32_t k = 0; k <= s->drawn; k++)
        s->x_log_x[k] = x_log_x(k);
    double people = 0;
    for (size_t i = 0; i < n; i++)
        s->cumulative[i] = people += s->areas->population[i];
    return HS_OK;
}

static double p_of(const scan *s, double ratio) {
    uint32_t least = 1;
    for (uint32_t r = 0; r < s->request->replications; r++)
        least += s->largest[r] >= ratio - 1e-9;
    return s->request->replications > 0 ? least / (s->request->replications + 1.0) : NAN;
}

/* The likeliest zone none of whose areas is in a cluster already. */
static bool find_next(const scan *s, const uint32_t *cluster_of, hs_scan_cluster *best) {
    *best = (hs_scan_cluster){0};
    for (uint32_t centre = 0; centre < s->areas->count; centre++) {
        double cases = 0;
        for (size_t z = s->first[centre]; z < s->first[centre + 1]; z++) {
            uint32_t area = s->member[z];
            if (cluster_of[area] != HS_NONE) break;
            cases += s->areas->cases[area];
            double ratio = ratio_of(s, cases, s->all_cases, s->people[z]);
            if (!(ratio > best->log_likelihood_ratio * (1 + 1e-12))) continue;
            *best = (hs_scan_cluster){.centre = centre, .size = (uint32_t)(z - s->first[centre]) + 1};
            best->cases = cases;
            best->population = s->people[z];
            best->log_likelihood_ratio = ratio;
        }
    }
    return best->size > 0;
}

static void finish(const scan *s, uint32_t number, hs_scan_cluster *cluster, uint32_t *cluster_of) {
    const uint32_t *member = s->member + s->first[cluster->centre];
    for (uint32_t k = 0; k < cluster->size; k++)
        cluster_of[member[k]] = number;
    uint32_t last = member[cluster->size - 1];
    double dx = s->areas->x_m[last] - s->areas->x_m[cluster->centre];
    double dy = s->areas->y_m[last] - s->areas->y_m[cluster->centre];
    cluster->radius_m = sqrt(dx * dx + dy * dy);
    cluster->expected = s->all_cases * cluster->population / s->all_people;
    cluster->p = p_of(s, cluster->log_likelihood_ratio);
}

static hs_status check(scan *s, hs_error *error) {
    const hs_scan_areas *areas = s->areas;
    if (areas->count < 2 || areas->count > HS_SCAN_MOST_AREAS)
        return hs_error_set(error, HS_E_ARGUMENT, "scan: takes 2 to %u areas", HS_SCAN_MOST_AREAS);
    if (!(s->request->max_share > 0 && s->request->max_share <= 0.5) ||
        s->request->replications > HS_SCAN_MOST_REPLICATIONS)
        return hs_error_set(error, HS_E_ARGUMENT,
                            "scan: max-share is above 0 to 0.5, replications at most %u",
                            HS_SCAN_MOST_REPLICATIONS);
    for (uint32_t i = 0; i < areas->count; i++) {
        double cases = areas->cases[i], people = areas->population[i];
        bool fits = s->request->model == HS_SCAN_POISSON || cases <= people;
        if (!(cases >= 0 && people >= 0 && isfinite(cases) && isfinite(people) && fits))
            return hs_error_set(error, HS_E_ARGUMENT, "scan: area %u has wrong cases or population",
                                (unsigned)i);
        s->all_cases += cases;
        s->all_people += people;
    }
    if (!(s->all_cases >= 1 && s->all_people > 0 && s->all_cases < 1e8))
        return hs_error_set(error, HS_E_ARGUMENT, "scan: there are no cases, or nobody, or over 1e8 cases");
    s->drawn = (uint32_t)lround(s->all_cases);
    return HS_OK;
}

static void release(scan *s) {
    free(s->first);
    free(s->member);
    free(s->people);
    free(s->log_in);
    free(s->log_out);
    free(s->x_log_x);
    free(s->cumulative);
    free(s->largest);
    free(s->scratch);
}

hs_status hs_scan_circles(const hs_scan_areas *areas, const hs_scan_request *request, struct hs_pool *pool,
                          uint32_t capacity, hs_error *error, hs_scan_cluster *clusters, uint32_t *found,
                          uint32_t *cluster_of) {
    scan s = {.areas = areas, .request = request};
    hs_status status = check(&s, error);
    if (status != HS_OK) return status;
    s.first = calloc((size_t)areas->count + 1, sizeof *s.first);
    status = s.first ? make_zones(&s, error) : hs_error_memory(error, "zones");
    if (status == HS_OK) status = prepare(&s, error);
    if (status == HS_OK) {
        hs_pool_for(pool, request->replications, REPLICATIONS_A_PIECE, replicate, &s);
        for (uint32_t i = 0; i < areas->count; i++)
            cluster_of[i] = HS_NONE;
        uint32_t number = 0;
        while (number < capacity && find_next(&s, cluster_of, &clusters[number])) {
            finish(&s, number, &clusters[number], cluster_of);
            number++;
        }
        *found = number;
    }
    release(&s);
    return status;
}
