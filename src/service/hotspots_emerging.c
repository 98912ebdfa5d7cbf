/* Emerging hot spots: counts in units and steps of time, Gi* of every bin, corrected over all bins, and the
 * name of each unit's history. */
#include "service/hotspots_emerging.h"

#include "base/text.h"
#include "service/hotspots_rank.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RESULT_MOST ((size_t)4 << 30)
/* Comparisons of permutations that are made unasked. */
#define MOST_WORK 1e9
/* Where the tests of all bins lie in the work. */
#define TESTS_FROM 0.2
#define TESTS_TO   0.9

typedef struct making {
    const hs_hotspot_work *work;
    const hs_emerging_request *request;
    hs_emerging_result *h;
    hs_weights *weights;
    hs_arena *scratch;          /* the cube, given back when it is named */
    double *values, *z, *p, *q; /* [steps][units] */
} making;

/* Incidents into bins, as whole numbers. */
static hs_status fill_cube(making *m, const hs_selection *selection) {
    const hs_snapshot *snapshot = m->work->snapshot;
    const hs_areas_request *r = &m->request->areas;
    hs_emerging_result *h = m->h;
    size_t units = h->areas.count, bins = units * h->steps.count;
    int64_t *weight = hs_arena_array(m->scratch, bins + 1, sizeof *weight);
    if (!weight) return hs_error_memory(m->work->error, "a space-time cube");
    memset(h->areas.n, 0, (units + 1) * sizeof *h->areas.n);
    for (uint32_t c = 0; c < selection->chunk_count; c++) {
        const hs_incident_chunk *chunk = snapshot->incidents->chunk[c];
        for (uint32_t i = 0; chunk->positioned && i < chunk->count; i++) {
            if (!hs_selected(selection, c, i)) continue;
            uint32_t area = hs_area_of_incident(snapshot, r, &h->areas, chunk, i);
            if (area == HS_NONE) continue;
            int64_t time_s = hs_incident_time(chunk, i, r->filter.time);
            uint32_t step = time_s == HS_NO_TIME ? HS_NONE : hs_steps_find(&h->steps, time_s);
            if (step == HS_NONE) {
                h->timeless += time_s == HS_NO_TIME;
                h->early += time_s != HS_NO_TIME;
                continue;
            }
            weight[step * units + area] += llround(hs_incident_weight(chunk, i) * HS_AREAS_WEIGHT_UNIT);
            h->areas.n[area]++;
        }
    }
    for (size_t b = 0; b < bins; b++)
        m->values[b] = (double)weight[b] / HS_AREAS_WEIGHT_UNIT;
    return HS_OK;
}

/* The expected share of each unit, and values by what they are divided by. */
static void measure(making *m) {
    const hs_areas_request *r = &m->request->areas;
    hs_emerging_result *h = m->h;
    uint32_t units = h->areas.count;
    double all = 0, exposed = 0;
    for (uint32_t i = 0; i < units; i++) {
        all += h->areas.n[i];
        exposed += hs_areas_exposure(r, &h->areas, i);
    }
    double scale = r->value == HS_VALUE_PER_POPULATION ? 1000 : 1;
    for (uint32_t i = 0; i < units; i++) {
        double exposure = hs_areas_exposure(r, &h->areas, i);
        h->expected[i] = all * exposure / exposed;
        for (uint32_t t = 0; t < h->steps.count && r->value != HS_VALUE_COUNT; t++)
            m->values[(size_t)t * units + i] *= scale / exposure;
        h->value[i] = m->values[(size_t)(h->steps.count - 1) * units + i];
    }
}

static bool allocate(making *m) {
    hs_emerging_result *h = m->h;
    size_t units = (size_t)h->areas.count + 1, bins = (size_t)h->areas.count * h->steps.count + 1;
    m->values = hs_arena_array(m->scratch, bins, sizeof *m->values);
    m->z = hs_arena_array(m->scratch, bins, sizeof *m->z);
    m->p = hs_arena_array(m->scratch, bins, sizeof *m->p);
    m->q = hs_arena_array(m->scratch, bins, sizeof *m->q);
    h->series = hs_arena_array(h->head.arena, bins, sizeof *h->series);
    h->islands = hs_arena_array(h->head.arena, units, sizeof *h->islands);
    h->value = hs_arena_array(h->head.arena, units, sizeof *h->value);
    h->z = hs_arena_array(h->head.arena, units, sizeof *h->z);
    h->p = hs_arena_array(h->head.arena, units, sizeof *h->p);
    h->q = hs_arena_array(h->head.arena, units, sizeof *h->q);
    h->expected = hs_arena_array(h->head.arena, units, sizeof *h->expected);
    h->history = hs_arena_array(h->head.arena, units, sizeof *h->history);
    h->trend = hs_arena_array(h->head.arena, units, sizeof *h->trend);
    h->trend_q = hs_arena_array(h->head.arena, units, sizeof *h->trend_q);
    h->rank = hs_arena_array(h->head.arena, units, sizeof *h->rank);
    return m->values && m->z && m->p && m->q && h->series && h->islands && h->value && h->z && h->p && h->q &&
           h->expected && h->history && h->trend && h->trend_q && h->rank;
}

static hs_status gather(making *m) {
    const hs_areas_request *r = &m->request->areas;
    hs_emerging_result *h = m->h;
    const hs_selection *selection;
    hs_error *error = m->work->error;
    hs_areas_mind_box(m->work->snapshot, r, &h->head);
    hs_status status = hs_areas_select(m->work, r, &h->tally, &selection);
    if (status != HS_OK) return status;
    status =
        hs_steps_of_period(m->work->snapshot, &r->filter, m->request->step, h->head.arena, error, &h->steps);
    if (status == HS_OK)
        status = hs_areas_build(m->work->snapshot, r, selection, h->head.arena, error, &h->areas);
    if (status == HS_OK)
        status = hs_areas_count(m->work->snapshot, r, selection, h->head.arena, error, &h->areas, &h->tally);
    if (status == HS_OK) status = hs_areas_leave_out(r, h->head.arena, error, &h->areas, &h->unmeasured);
    if (status == HS_OK && (uint64_t)h->areas.count * h->steps.count > HS_EMERGING_MOST_BINS)
        status = hs_error_set(error, HS_E_ARGUMENT,
                              "step: %u units in %u steps are more than the %llu bins that are taken; take "
                              "longer steps or larger units",
                              (unsigned)h->areas.count, (unsigned)h->steps.count,
                              (unsigned long long)HS_EMERGING_MOST_BINS);
    if (status == HS_OK && !allocate(m)) status = hs_error_memory(error, "a space-time cube");
    if (status == HS_OK && h->steps.count > m->request->lag) status = fill_cube(m, selection);
    hs_service_selection_unref(selection);
    return status;
}

static bool is_enough(making *m) {
    const hs_emerging_result *h = m->h;
    uint64_t counted = 0;
    for (uint32_t i = 0; i < h->areas.count; i++)
        counted += h->areas.n[i];
    if (h->areas.count < HS_HOTSPOT_LEAST_UNITS)
        return hs_hotspot_give_up(
            &m->h->head, "Fewer than 10 units of analysis: too few for a statistic. Take smaller units.",
            "分析单元不足 10 个，无法统计检验；请改用更小的单元。");
    if (h->steps.count < HS_STEPS_LEAST || h->steps.count <= m->request->lag)
        return hs_hotspot_give_up(
            &m->h->head,
            "Fewer than 10 steps of time: too few for a history. Take a longer period or shorter steps.",
            "时段不足 10 期，无法判断演变；请放宽时段或缩短步长。");
    if (counted < HS_HOTSPOT_LEAST_INCIDENTS)
        return hs_hotspot_give_up(
            &m->h->head,
            "Fewer than 10 incidents: too few for a statistic. Take a longer period or more classes.",
            "案件不足 10 件，无法统计检验；请放宽时段或类别。");
    return true;
}

static hs_status test_exactly(making *m, const hs_cube *cube) {
    hs_labelling *labelling;
    size_t bins = (size_t)cube->steps * cube->weights->count;
    hs_status status =
        hs_labelling_new(cube->values, bins, hs_cube_most_draws(cube), m->work->error, &labelling);
    if (status != HS_OK) return status;
    hs_cube_exact_p(cube, labelling, m->z, hs_service_pool(m->work->service), m->p);
    hs_labelling_free(labelling);
    m->h->how = HS_EMERGING_EXACT;
    return HS_OK;
}

static hs_status test_by_permutation(making *m, const hs_cube *cube) {
    const hs_areas_request *r = &m->request->areas;
    hs_weights *weights;
    hs_status status = hs_cube_weights(cube, m->work->error, &weights);
    if (status != HS_OK) return status;
    const hs_progress_part part = {&m->work->progress, TESTS_FROM, TESTS_TO};
    const hs_progress progress = hs_progress_of_part(&part);
    double links = fmax(weights->count, weights->uniform ? 0 : hs_weights_links(weights));
    double fitting = fmin(HS_HOTSPOT_MOST_PERMUTATIONS, fmax(999, MOST_WORK / links));
    uint32_t permutations = r->permutations_given ? r->permutations : (uint32_t)fitting;
    status = hs_local_permutation(weights, cube->values, true, permutations, r->seed,
                                  hs_service_pool(m->work->service), &progress, m->work->error, m->p);
    hs_weights_free(weights);
    m->h->how = HS_EMERGING_PERMUTED;
    m->h->permutations = permutations;
    m->h->smallest_p = 2.0 / (permutations + 1.0);
    if (hs_areas_lone_q(r, m->h->smallest_p, (double)cube->steps * cube->weights->count) > r->alpha)
        hs_hotspot_caution(
            &m->h->head,
            "So many permutations cannot give a p-value that is small enough for a lone bin after "
            "correction: "
            "take more, or permutations=0 for analytic ones.",
            "此置换次数给不出足够小的 p 值，校正后无法识别单个孤立时空单元；请增加次数，或用 "
            "permutations=0（解析法）。");
    return status;
}

/* Exact where values are whole and weights equal; as asked or fitting by permutation else. */
static hs_status test_bins(making *m) {
    const hs_areas_request *r = &m->request->areas;
    const hs_cube cube = {m->weights, m->values, m->h->steps.count, m->request->lag};
    size_t bins = (size_t)cube.steps * cube.weights->count;
    hs_status status = hs_cube_local_g(&cube, hs_service_pool(m->work->service), m->work->error, m->z);
    if (status != HS_OK) return status;
    bool exact = !r->permutations_given && hs_cube_is_uniform(&cube) && hs_cube_most_draws(&cube) <= bins &&
                 hs_labelling_is_feasible(cube.values, bins, hs_cube_most_draws(&cube));
    bool rare = r->value != HS_VALUE_COUNT || !hs_cube_is_uniform(&cube);
    if (exact)
        status = test_exactly(m, &cube);
    else if (r->permutations_given ? r->permutations > 0 : rare)
        status = test_by_permutation(m, &cube);
    else
        m->h->how = HS_EMERGING_NORMAL;
    for (size_t b = 0; b < bins && m->h->how == HS_EMERGING_NORMAL; b++)
        m->p[b] = hs_two_sided_p(m->z[b]);
    if (status == HS_OK && !hs_progress_tell(&m->work->progress, TESTS_TO))
        status = hs_hotspot_check(m->work, m->work->error);
    if (status == HS_OK)
        status = hs_hotspot_stand(m->p, (uint32_t)bins, r->alpha, m->work->error, &m->h->stands);
    return status == HS_OK ? hs_adjust_p_values(m->p, bins, r->correction, m->work->error, m->q) : status;
}

static hs_status find_trends(making *m) {
    hs_emerging_result *h = m->h;
    uint32_t units = h->areas.count, steps = h->steps.count;
    double inflation = hs_trend_inflation(steps, m->request->lag + 1);
    double *one = hs_arena_array(h->head.arena, steps, sizeof *one),
           *p = hs_arena_array(h->head.arena, units, sizeof *p);
    if (!one || !p) return hs_error_memory(m->work->error, "trends");
    hs_status status = HS_OK;
    for (uint32_t i = 0; i < units && status == HS_OK; i++) {
        bool defined = true;
        for (uint32_t t = 0; t < steps; t++) {
            one[t] = m->z[(size_t)t * units + i];
            h->series[(size_t)i * steps + t] = (float)one[t];
            defined = defined && !isnan(one[t]);
        }
        h->trend[i] = (hs_trend){0, NAN, NAN, NAN, NAN};
        if (defined) status = hs_mann_kendall(one, steps, inflation, m->work->error, &h->trend[i]);
        p[i] = h->trend[i].p;
    }
    return status == HS_OK
               ? hs_adjust_p_values(p, units, m->request->areas.correction, m->work->error, h->trend_q)
               : status;
}

static hs_status name_histories(making *m) {
    hs_emerging_result *h = m->h;
    double alpha = m->request->areas.alpha;
    uint32_t units = h->areas.count, steps = h->steps.count;
    signed char *state = hs_arena_array(h->head.arena, steps, 1);
    if (!state) return hs_error_memory(m->work->error, "histories");
    for (uint32_t i = 0; i < units; i++) {
        for (uint32_t t = 0; t < steps; t++) {
            size_t b = (size_t)t * units + i;
            state[t] = (signed char)(m->q[b] <= alpha ? (m->z[b] > 0) - (m->z[b] < 0) : 0);
            h->hot_bins += state[t] > 0;
            h->cold_bins += state[t] < 0;
        }
        int trend = h->trend_q[i] <= alpha ? (h->trend[i].s > 0) - (h->trend[i].s < 0) : 0;
        h->history[i] = hs_emerging_classify(state, steps, trend);
        h->head.significant += h->history[i].pattern != HS_EMERGING_NONE;
        size_t last = (size_t)(steps - 1) * units + i;
        h->z[i] = m->z[last];
        h->p[i] = m->p[last];
        h->q[i] = m->q[last];
    }
    return hs_hotspot_rank(h->z, units, m->work->error, h->rank);
}

static hs_status make(making *m) {
    hs_emerging_result *h = m->h;
    hs_status status = gather(m);
    if (status != HS_OK) return status;
    if (!is_enough(m)) return HS_OK;
    measure(m);
    status = hs_areas_weights(m->work->snapshot, &m->request->areas, &h->areas, m->work->error, &m->weights);
    if (status == HS_OK) status = hs_hotspot_check(m->work, m->work->error);
    if (status != HS_OK) return status;
    h->links = hs_weights_links(m->weights);
    h->island_count = hs_weights_islands(m->weights, h->areas.count, h->islands);
    if (!hs_progress_tell(&m->work->progress, TESTS_FROM)) return hs_hotspot_check(m->work, m->work->error);
    status = test_bins(m);
    if (status == HS_OK) status = find_trends(m);
    if (status == HS_OK) status = name_histories(m);
    h->head.enough = !isnan(h->z[0]) || h->areas.count == 0;
    for (uint32_t i = 0; i < h->areas.count; i++)
        h->head.enough = h->head.enough || !isnan(h->z[i]);
    if (!h->head.enough)
        (void)hs_hotspot_give_up(&m->h->head,
                                 "All units have the same value in every step: there is no pattern to test.",
                                 "各单元各时段数值相同，没有可检验的格局。");
    return status;
}

static hs_status compute(const hs_hotspot_work *work, void *result) {
    making m = {.work = work, .request = work->request, .h = result, .scratch = hs_arena_new(RESULT_MOST)};
    hs_status status = m.scratch ? make(&m) : hs_error_memory(work->error, "hotspots");
    hs_weights_free(m.weights);
    hs_arena_free(m.scratch);
    return status;
}

static hs_status parse(const hs_hotspot_words *words, void **request) {
    hs_emerging_request *r = hs_arena_array(words->arena, 1, sizeof *r);
    int64_t lag = 1;
    if (!r) return hs_error_memory(words->error, "a request");
    hs_status status = hs_areas_request_parse(words, HS_AREAS_GI_STAR, &r->areas);
    if (status == HS_OK) status = hs_step_parse(words, &r->step);
    if (status == HS_OK) status = hs_hotspot_integer(words, "lag", 0, HS_EMERGING_MOST_LAG, 1, &lag);
    if (status != HS_OK) return status;
    if (r->areas.value >= HS_VALUE_EB)
        return hs_error_set(words->error, HS_E_ARGUMENT,
                            "value: emerging takes count, per-km2, per-km or per-population");
    r->lag = (uint32_t)lag;
    *request = r;
    return HS_OK;
}

const hs_hotspot_method hs_hotspot_emerging = {
    "emerging",
    "emerging hot spots: Gi* through time, and whether a hot spot is new, growing, lasting or gone",
    "时空热点演变：逐期 Gi*，并判断热点是新增、加剧、持续还是消退",
    parse,
    sizeof(hs_emerging_result),
    RESULT_MOST,
    compute,
    hs_emerging_table,
    hs_emerging_head,
    hs_emerging_explain,
    NULL,
};
