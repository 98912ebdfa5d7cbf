/* Replications of the scan under no clusters. Each has a stream of random numbers of its own. */
#include "statistics/scan_private.h"

#include <stdlib.h>
#include <string.h>

/* Vose's way to alias tables: every cell shares its column with at most one other. */
static hs_status make_alias(hs_scan_source *s, const double *weight, hs_error *error) {
    uint32_t *stack = malloc(((size_t)s->cells + 1) * sizeof *stack);
    s->chance = malloc(((size_t)s->cells + 1) * sizeof *s->chance);
    s->alias = malloc(((size_t)s->cells + 1) * sizeof *s->alias);
    if (!stack || !s->chance || !s->alias) {
        free(stack);
        return hs_error_memory(error, "replications");
    }
    double sum = 0;
    for (uint32_t i = 0; i < s->cells; i++)
        sum += weight[i];
    uint32_t small = 0, large = s->cells; /* two stacks that grow towards each other */
    for (uint32_t i = 0; i < s->cells; i++) {
        s->chance[i] = weight[i] * s->cells / sum;
        s->alias[i] = i;
        if (s->chance[i] < 1)
            stack[small++] = i;
        else
            stack[--large] = i;
    }
    while (small > 0 && large < s->cells) {
        uint32_t less = stack[--small], more = stack[large];
        s->alias[less] = more;
        s->chance[more] -= 1 - s->chance[less];
        if (s->chance[more] < 1) {
            large++;
            stack[small++] = more;
        }
    }
    /* What is left over is 1 but for rounding, which must not give weight to a cell that has none. */
    uint32_t heavy = 0;
    while (!(weight[heavy] > 0))
        heavy++;
    while (small > 0) {
        uint32_t i = stack[--small];
        if (weight[i] > 0)
            s->chance[i] = 1;
        else
            s->alias[i] = heavy;
    }
    while (large < s->cells)
        s->chance[stack[large++]] = 1;
    free(stack);
    return HS_OK;
}

static hs_status list_cases(hs_scan_source *s, hs_error *error) {
    s->area = malloc(((size_t)s->drawn + 1) * sizeof *s->area);
    s->time = malloc(((size_t)s->drawn + 1) * sizeof *s->time);
    if (!s->area || !s->time) return hs_error_memory(error, "replications");
    uint32_t k = 0;
    for (uint32_t cell = 0; cell < s->cells; cell++)
        for (uint32_t n = 0; n < s->data->cases[cell] && k < s->drawn; n++, k++) {
            s->area[k] = cell / s->data->steps;
            s->time[k] = cell % s->data->steps;
        }
    return HS_OK;
}

hs_status hs_scan_source_init(hs_scan_source *source, const hs_scan_data *data, hs_scan_model model,
                              uint64_t seed, uint32_t drawn, hs_error *error) {
    *source = (hs_scan_source){
        .data = data, .model = model, .seed = seed, .cells = data->areas * data->steps, .drawn = drawn};
    return model == HS_SCAN_PERMUTATION ? list_cases(source, error)
                                        : make_alias(source, data->population, error);
}

void hs_scan_source_done(hs_scan_source *source) {
    free(source->chance);
    free(source->alias);
    free(source->area);
    free(source->time);
}

size_t hs_scan_scratch(const hs_scan_source *source) {
    return source->model == HS_SCAN_PERMUTATION ? source->drawn
           : source->model == HS_SCAN_BERNOULLI ? source->cells
                                                : 0;
}

static uint32_t draw_cell(const hs_scan_source *s, hs_random *random) {
    uint32_t cell = hs_random_below(random, s->cells);
    return hs_random_uniform(random) < s->chance[cell] ? cell : s->alias[cell];
}

static void shuffle_times(const hs_scan_source *s, hs_random *random, uint32_t *time, uint32_t *cell) {
    memcpy(time, s->time, s->drawn * sizeof *time);
    for (uint32_t k = s->drawn; k > 0; k--) {
        uint32_t other = hs_random_below(random, k), taken = time[other];
        time[other] = time[k - 1];
        cell[k - 1] = s->area[k - 1] * s->data->steps + taken;
    }
}

/* Cases are people, each one at most once: a cell is taken in proportion to who is left in it. */
static void draw_people(const hs_scan_source *s, hs_random *random, uint32_t *taken, uint32_t *cell) {
    memset(taken, 0, s->cells * sizeof *taken);
    for (uint32_t k = 0; k < s->drawn;) {
        uint32_t at = draw_cell(s, random);
        double people = s->data->population[at];
        if (!(hs_random_uniform(random) * people < people - taken[at])) continue;
        taken[at]++;
        cell[k++] = at;
    }
}

void hs_scan_draw(const hs_scan_source *source, uint64_t r, uint32_t *scratch, uint32_t *cell) {
    hs_random random;
    hs_random_seed_stream(&random, source->seed, r);
    if (source->model == HS_SCAN_PERMUTATION) {
        shuffle_times(source, &random, scratch, cell);
    } else if (source->model == HS_SCAN_BERNOULLI) {
        draw_people(source, &random, scratch, cell);
    } else {
        for (uint32_t k = 0; k < source->drawn; k++)
            cell[k] = draw_cell(source, &random);
    }
}
