#include "service/sample/process.h"

#include "base/clock.h"

#include <math.h>
#include <stdlib.h>

/* 1 before the campaign, then falling evenly to fade_to. */
static double fading(const hs_sample_planted *planted, int64_t day) {
    if (day < planted->fade_day) return 1;
    double share = (double)(day - planted->fade_day) / planted->fade_days;
    return share >= 1 ? planted->fade_to : 1 + share * (planted->fade_to - 1);
}

double hs_sample_day_mean(const hs_sample_process *process, uint32_t component, int64_t day) {
    const hs_sample_component *c = &process->component[component];
    double mean = c->base_per_day * process->scale;
    if (c->planted != HS_NONE) {
        const hs_sample_planted *planted = &process->city->definition.planted[c->planted];
        if (day < planted->from_day || day >= planted->to_day) return 0;
        mean *= fading(planted, day);
    }
    hs_civil civil = hs_civil_from_s(day * 86400);
    return mean * c->calendar->season[civil.month - 1] *
           c->calendar->weekday[hs_civil_weekday(day * 86400) - 1];
}

double hs_sample_edge_share(const hs_sample_component *component, uint32_t k) {
    return component->edge_cumulative[k] - (k ? component->edge_cumulative[k - 1] : 0);
}

static hs_status to_cumulative(double *weight, uint32_t count, hs_error *error) {
    double sum = 0;
    for (uint32_t k = 0; k < count; k++)
        weight[k] = sum += weight[k];
    if (!(sum > 0))
        return hs_error_set(error, HS_E_INPUT, "the sample city has no street for a class of incidents");
    for (uint32_t k = 0; k < count; k++)
        weight[k] /= sum;
    return HS_OK;
}

/* Background weights: a share by addresses and a share by length, times factors of community and road. */
static hs_status weigh_edges(hs_sample_city *city, const hs_sample_category *category, hs_error *error,
                             const double **cumulative) {
    double *weight = hs_arena_array(city->arena, city->edge_count, sizeof *weight);
    if (!weight) return hs_error_set(error, HS_E_MEMORY, "no memory for the point process");
    double total_m = 0;
    for (uint32_t e = 0; e < city->edge_count; e++)
        total_m += city->edge[e].length_m;
    for (uint32_t e = 0; e < city->edge_count; e++) {
        const hs_sample_edge *edge = &city->edge[e];
        uint32_t community = edge->community[0] != HS_NONE ? edge->community[0] : edge->community[1];
        if (community == HS_NONE) continue; /* a bridge */
        double people = (double)edge->addresses / (double)city->address_count;
        weight[e] = (category->population * people + (1 - category->population) * edge->length_m / total_m) *
                    category->type_factor[city->definition.community[community].type] *
                    category->class_factor[city->street[edge->street].road_class];
    }
    *cumulative = weight;
    return to_cumulative(weight, city->edge_count, error);
}

/* A hotspot lies on its stretch evenly by length. */
static hs_status plant(hs_sample_city *city, const hs_sample_planted *planted, hs_random *random,
                       hs_error *error, hs_sample_component *component) {
    hs_sample_stretch stretch;
    hs_status status = hs_sample_resolve(city, &planted->where, random, error, &stretch);
    if (status != HS_OK) return status;
    uint32_t *edge = hs_arena_array(city->arena, stretch.count, sizeof *edge);
    double *weight = hs_arena_array(city->arena, stretch.count, sizeof *weight);
    if (!edge || !weight) return hs_error_set(error, HS_E_MEMORY, "no memory for the point process");
    for (uint32_t k = 0; k < stretch.count; k++) {
        edge[k] = stretch.edge[k];
        weight[k] = city->edge[edge[k]].length_m;
    }
    component->edge_count = stretch.count;
    component->edge = edge;
    component->edge_cumulative = weight;
    return to_cumulative(weight, stretch.count, error);
}

static hs_status add_components(hs_sample_process *process, hs_sample_city *city, hs_error *error) {
    const hs_sample_definition *definition = &city->definition;
    hs_random random;
    hs_random_seed_stream(&random, city->seed, HS_SAMPLE_STREAM_HOTSPOTS);
    for (uint32_t c = 0; c < definition->category_count; c++) {
        hs_sample_component *component = &process->component[process->component_count++];
        component->category = c;
        component->planted = HS_NONE;
        component->calendar = &definition->category[c].calendar;
        component->base_per_day = definition->category[c].per_day;
        component->edge_count = city->edge_count;
        hs_status status = weigh_edges(city, &definition->category[c], error, &component->edge_cumulative);
        if (status != HS_OK) return status;
    }
    for (uint32_t p = 0; p < definition->planted_count; p++) {
        hs_sample_component *component = &process->component[process->component_count++];
        component->category = definition->planted[p].category;
        component->planted = p;
        component->calendar = &definition->planted[p].calendar;
        component->base_per_day = definition->planted[p].per_week / 7;
        hs_status status = plant(city, &definition->planted[p], &random, error, component);
        if (status != HS_OK) return hs_error_prefix(error, status, "%s", definition->planted[p].key.data);
    }
    return HS_OK;
}

hs_status hs_sample_process_new(hs_sample_city *city, uint32_t incidents, hs_error *error,
                                hs_sample_process **process) {
    const hs_sample_definition *definition = &city->definition;
    hs_sample_process *made = hs_arena_array(city->arena, 1, sizeof *made);
    size_t components = (size_t)definition->category_count + definition->planted_count;
    if (made) made->component = hs_arena_array(city->arena, components + 1, sizeof *made->component);
    if (!made || !made->component) return hs_error_set(error, HS_E_MEMORY, "no memory for the point process");
    made->city = city;
    made->scale = 1;
    hs_status status = add_components(made, city, error);
    if (status != HS_OK) return status;
    double mean = 0;
    for (uint32_t c = 0; c < made->component_count; c++)
        for (int64_t day = definition->first_day; day < definition->last_day; day++)
            mean += hs_sample_day_mean(made, c, day);
    if (!(mean > 0))
        return hs_error_set(error, HS_E_INPUT, "the sample city's process has no incident in its period");
    made->scale = (double)incidents / mean;
    *process = made;
    return HS_OK;
}

/* Cumulative means of all (component, day) pairs, components outermost. */
static double *day_table(const hs_sample_process *process, int64_t from_day, uint32_t days) {
    double *table = malloc((size_t)process->component_count * days * sizeof *table);
    double sum = 0;
    for (uint32_t c = 0; table && c < process->component_count; c++)
        for (uint32_t d = 0; d < days; d++)
            table[(size_t)c * days + d] = sum += hs_sample_day_mean(process, c, from_day + d);
    return table;
}

static int by_time(const void *one, const void *two) {
    const hs_sample_event *a = one;
    const hs_sample_event *b = two;
    if (a->local_s != b->local_s) return a->local_s < b->local_s ? -1 : 1;
    if (a->component != b->component) return a->component < b->component ? -1 : 1;
    if (a->edge != b->edge) return a->edge < b->edge ? -1 : 1;
    return (a->along > b->along) - (a->along < b->along);
}

static uint32_t draw_hour(const double *hour, hs_random *random) {
    double target = hs_random_uniform(random);
    for (uint32_t h = 0; h < 24; h++) {
        if (target < hour[h]) return h;
        target -= hour[h];
    }
    uint32_t last = 23; /* rounding left a crumb: the last hour that can be */
    while (last > 0 && !(hour[last] > 0))
        last--;
    return last;
}

hs_status hs_sample_draw(const hs_sample_process *process, int64_t from_day, int64_t to_day, uint32_t count,
                         hs_random *random, hs_error *error, hs_sample_event **events) {
    uint32_t days = (uint32_t)(to_day - from_day);
    uint32_t pairs = process->component_count * days;
    double *table = day_table(process, from_day, days);
    hs_sample_event *drawn = malloc(((size_t)count + 1) * sizeof *drawn);
    if (!table || !drawn) {
        free(table);
        free(drawn);
        return hs_error_set(error, HS_E_MEMORY, "no memory for %u incidents", count);
    }
    for (uint32_t n = 0; n < count; n++) {
        uint32_t pair = hs_sample_pick(table, pairs, hs_random_uniform(random) * table[pairs - 1]);
        const hs_sample_component *component = &process->component[pair / days];
        uint32_t hour = draw_hour(component->calendar->hour, random);
        uint32_t k =
            hs_sample_pick(component->edge_cumulative, component->edge_count, hs_random_uniform(random));
        drawn[n] = (hs_sample_event){
            .local_s = (from_day + pair % days) * 86400 + hour * 3600 + hs_random_below(random, 3600),
            .component = pair / days,
            .edge = component->edge ? component->edge[k] : k,
            .along = hs_random_uniform(random),
        };
    }
    free(table);
    qsort(drawn, count, sizeof *drawn, by_time);
    *events = drawn;
    return HS_OK;
}
