/* The process's mean by segment, class and hour. */
#include "service/sample/sample.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

/* Pairs of neighbouring positions of the segments' lines: key -> segment, open addressing. */
typedef struct pair_table {
    uint32_t mask;
    struct pair {
        hs_position a, b;
        uint32_t segment;
    } * slot;
} pair_table;

static bool same_pair(const struct pair *pair, hs_position a, hs_position b) {
    return pair->a.lon_e7 == a.lon_e7 && pair->a.lat_e7 == a.lat_e7 && pair->b.lon_e7 == b.lon_e7 &&
           pair->b.lat_e7 == b.lat_e7;
}

static struct pair *find_slot(const pair_table *table, hs_position a, hs_position b) {
    if (a.lon_e7 > b.lon_e7 || (a.lon_e7 == b.lon_e7 && a.lat_e7 > b.lat_e7)) {
        hs_position kept = a;
        a = b;
        b = kept;
    }
    const int32_t key[4] = {a.lon_e7, a.lat_e7, b.lon_e7, b.lat_e7};
    uint32_t at = (uint32_t)hs_hash(key, sizeof key, 0) & table->mask;
    while (table->slot[at].segment != HS_NONE && !same_pair(&table->slot[at], a, b))
        at = (at + 1) & table->mask;
    table->slot[at].a = a;
    table->slot[at].b = b;
    return &table->slot[at];
}

static hs_status fill_table(const hs_segments *segments, hs_error *error, pair_table *table) {
    uint32_t pairs = segments->count ? segments->lines.ring_start[segments->count] : 0;
    uint32_t size = 64;
    while (size < pairs * 2)
        size *= 2;
    table->mask = size - 1;
    table->slot = malloc(size * sizeof *table->slot);
    if (!table->slot) return hs_error_set(error, HS_E_MEMORY, "no memory for the truth");
    memset(table->slot, 0xff, size * sizeof *table->slot);
    for (uint32_t s = 0; s < segments->count; s++)
        for (uint32_t k = segments->lines.ring_start[s]; k + 1 < segments->lines.ring_start[s + 1]; k++)
            find_slot(table, segments->lines.positions[k], segments->lines.positions[k + 1])->segment = s;
    return HS_OK;
}

hs_status hs_sample_match_edges(const hs_sample_city *city, const hs_geography *geography, hs_error *error,
                                uint32_t *segment) {
    pair_table table;
    hs_status status = fill_table(&geography->segments, error, &table);
    if (status != HS_OK) return status;
    for (uint32_t e = 0; e < city->edge_count; e++)
        segment[e] = find_slot(&table, city->lattice.node[city->edge[e].node[0]],
                               city->lattice.node[city->edge[e].node[1]])
                         ->segment;
    free(table.slot);
    return HS_OK;
}

typedef struct expectation {
    const hs_sample_process *process;
    uint32_t *segment_of;  /* [edges] */
    uint32_t *first_share; /* [segments + 1] into share */
    struct share {
        uint32_t component;
        double share;
    } * share;
    double *mean; /* [components] over the days */
} expectation;

/* Adds up edge shares by segment and component, as a list by segment (counting sort). */
static hs_status share_out(expectation *x, uint32_t segments, hs_error *error) {
    const hs_sample_process *process = x->process;
    size_t total = 0;
    for (uint32_t c = 0; c < process->component_count; c++)
        total += process->component[c].edge_count;
    x->first_share = calloc((size_t)segments + 2, sizeof *x->first_share);
    x->share = malloc((total + 1) * sizeof *x->share);
    if (!x->first_share || !x->share) return hs_error_set(error, HS_E_MEMORY, "no memory for the truth");
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t c = 0; c < process->component_count; c++) {
            const hs_sample_component *component = &process->component[c];
            for (uint32_t k = 0; k < component->edge_count; k++) {
                uint32_t s = x->segment_of[component->edge ? component->edge[k] : k];
                if (s == HS_NONE)
                    return hs_error_set(error, HS_E_INTERNAL, "a street of the sample city has no segment");
                if (pass == 0)
                    x->first_share[s + 2]++;
                else
                    x->share[x->first_share[s + 1]++] = (struct share){c, hs_sample_edge_share(component, k)};
            }
        }
        for (uint32_t s = 0; pass == 0 && s < segments; s++)
            x->first_share[s + 2] += x->first_share[s + 1];
    }
    return HS_OK;
}

static hs_status visit_segment(const expectation *x, uint32_t s, hs_visit_expected visit, void *context,
                               hs_error *error, double *by_hour) {
    const hs_sample_process *process = x->process;
    uint32_t categories = process->city->definition.category_count;
    memset(by_hour, 0, (size_t)categories * 24 * sizeof *by_hour);
    for (uint32_t n = x->first_share[s]; n < x->first_share[s + 1]; n++) {
        const hs_sample_component *component = &process->component[x->share[n].component];
        double mean = x->mean[x->share[n].component] * x->share[n].share;
        for (uint32_t h = 0; h < 24; h++)
            by_hour[component->category * 24 + h] += mean * component->calendar->hour[h];
    }
    for (uint32_t k = 0; k < categories * 24; k++) {
        if (!(by_hour[k] > 0)) continue;
        hs_sample_expected row = {s, k / 24, k % 24, by_hour[k]};
        hs_status status = visit(context, &row, error);
        if (status != HS_OK) return status;
    }
    return HS_OK;
}

static hs_status expect_all(expectation *x, const hs_geography *geography, int64_t from_day, uint32_t days,
                            hs_visit_expected visit, void *context, hs_error *error, double *by_hour) {
    hs_status status = hs_sample_match_edges(x->process->city, geography, error, x->segment_of);
    if (status == HS_OK) status = share_out(x, geography->segments.count, error);
    for (uint32_t c = 0; status == HS_OK && c < x->process->component_count; c++)
        for (uint32_t d = 0; d < days; d++)
            x->mean[c] += hs_sample_day_mean(x->process, c, from_day + d);
    for (uint32_t s = 0; status == HS_OK && s < geography->segments.count; s++)
        status = visit_segment(x, s, visit, context, error, by_hour);
    return status;
}

hs_status hs_sample_expect(const hs_sample_process *process, const hs_geography *geography, int64_t from_day,
                           uint32_t days, hs_visit_expected visit, void *context, hs_error *error) {
    expectation x = {.process = process};
    x.segment_of = calloc((size_t)process->city->edge_count + 1, sizeof *x.segment_of);
    x.mean = calloc((size_t)process->component_count + 1, sizeof *x.mean);
    double *by_hour = calloc(((size_t)process->city->definition.category_count + 1) * 24, sizeof *by_hour);
    hs_status status = HS_E_MEMORY;
    if (x.segment_of && x.mean && by_hour)
        status = expect_all(&x, geography, from_day, days, visit, context, error, by_hour);
    else
        hs_error_set(error, status, "no memory for the truth");
    free(by_hour);
    free(x.mean);
    free(x.segment_of);
    free(x.first_share);
    free(x.share);
    return status;
}
