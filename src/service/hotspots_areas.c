/* Methods over units of analysis: from counts to values, statistics, corrected p-values and ranks. */
#include "service/hotspots_areas.h"

#include "base/text.h"
#include <hotspot/emerging.h>
#include <hotspot/rates.h>
#include <math.h>
#include <string.h>

#define RESULT_MOST ((size_t)2 << 30)
/* Comparisons of permutations that are made unasked. */
#define MOST_WORK 1e9

typedef struct making {
    const hs_hotspot_work *work;
    hs_service *service;
    const hs_snapshot *snapshot;
    const hs_areas_request *request;
    hs_areas_result *h;
    hs_error *error;
    hs_areas areas;
    hs_weights *weights;
    hs_progress_part part; /* of the run that is under way */
} making;

static hs_status gather(making *m) {
    const hs_areas_request *r = m->request;
    const hs_selection *selection;
    hs_areas_mind_box(m->snapshot, r, &m->h->head);
    hs_status status = hs_areas_select(m->work, r, &m->h->tally, &selection);
    if (status != HS_OK) return status;
    status = hs_areas_build(m->snapshot, r, selection, m->h->head.arena, m->error, &m->areas);
    if (status == HS_OK)
        status =
            hs_areas_count(m->snapshot, r, selection, m->h->head.arena, m->error, &m->areas, &m->h->tally);
    hs_service_selection_unref(selection);
    return status;
}

double hs_areas_exposure(const hs_areas_request *request, const hs_areas *areas, uint32_t i) {
    if (request->value >= HS_VALUE_PER_POPULATION) return areas->population[i];
    return request->value == HS_VALUE_COUNT ? 1 : areas->measure[i];
}

hs_status hs_areas_leave_out(const hs_areas_request *request, hs_arena *arena, hs_error *error,
                             hs_areas *areas, uint32_t *unmeasured) {
    bool *keep = hs_arena_array(arena, (size_t)areas->count + 1, sizeof *keep);
    if (!keep) return hs_error_memory(error, "units of analysis");
    uint32_t before = areas->count;
    for (uint32_t i = 0; i < before; i++) {
        double exposure = hs_areas_exposure(request, areas, i);
        keep[i] = isfinite(areas->events[i]) && exposure > 0 && isfinite(exposure) &&
                  (request->value < HS_VALUE_EB || areas->events[i] >= 0);
    }
    hs_areas_keep(areas, keep);
    *unmeasured = before - areas->count;
    return HS_OK;
}

static double exposure(const making *m, uint32_t i) {
    return hs_areas_exposure(m->request, &m->areas, i);
}

static bool rows_init(making *m) {
    hs_hotspot_rows *rows = &m->h->rows;
    hs_arena *arena = m->h->head.arena;
    size_t n = (size_t)m->areas.count + 1;
    *rows = (hs_hotspot_rows){.count = m->areas.count,
                              .id = m->areas.id,
                              .code = m->areas.code,
                              .name = m->areas.name,
                              .name_en = m->areas.name_en,
                              .geometry = m->areas.geometry,
                              .label = m->areas.label,
                              .measure = m->areas.measure,
                              .value = hs_arena_array(arena, n, sizeof *rows->value),
                              .expected_n = hs_arena_array(arena, n, sizeof *rows->expected_n),
                              .statistic = hs_arena_array(arena, n, sizeof *rows->statistic),
                              .expected = hs_arena_array(arena, n, sizeof *rows->expected),
                              .variance = hs_arena_array(arena, n, sizeof *rows->variance),
                              .z = hs_arena_array(arena, n, sizeof *rows->z),
                              .p = hs_arena_array(arena, n, sizeof *rows->p),
                              .q = hs_arena_array(arena, n, sizeof *rows->q),
                              .moran_class = hs_arena_array(arena, n, sizeof *rows->moran_class),
                              .rank = hs_arena_array(arena, n, sizeof *rows->rank)};
    m->h->islands = hs_arena_array(arena, n, sizeof *m->h->islands);
    return rows->value && rows->expected_n && rows->statistic && rows->expected && rows->variance &&
           rows->z && rows->p && rows->q && rows->moran_class && rows->rank && m->h->islands;
}

static hs_status measure(making *m) {
    hs_hotspot_rows *rows = &m->h->rows;
    const hs_areas *areas = &m->areas;
    double events = 0;
    double exposed = 0;
    for (uint32_t i = 0; i < rows->count; i++) {
        events += areas->events[i];
        exposed += exposure(m, i);
    }
    bool counted = m->request->count_attribute.size == 0;
    for (uint32_t i = 0; i < rows->count; i++) {
        double scale = m->request->value == HS_VALUE_PER_POPULATION ? 1000 : 1;
        rows->expected_n[i] = events * exposure(m, i) / exposed;
        rows->value[i] = scale * areas->events[i] / exposure(m, i);
    }
    rows->n = counted ? areas->n : NULL;
    hs_status status = HS_OK;
    if (m->request->value == HS_VALUE_EB)
        status = hs_empirical_bayes_global(areas->events, areas->population, rows->count, m->error,
                                           rows->value, NULL);
    if (m->request->value == HS_VALUE_EB_LOCAL)
        status =
            hs_empirical_bayes_local(areas->events, areas->population, m->weights, m->error, rows->value);
    for (uint32_t i = 0; i < rows->count && status == HS_OK && m->request->value >= HS_VALUE_EB; i++)
        rows->value[i] *= 1000;
    return status;
}

static bool values_vary(const hs_hotspot_rows *rows) {
    for (uint32_t i = 1; i < rows->count; i++)
        if (rows->value[i] != rows->value[0]) return true;
    return false;
}

/* Too little data is an answer. */
static bool is_enough(making *m) {
    hs_areas_result *h = m->h;
    if (m->areas.count < HS_HOTSPOT_LEAST_UNITS && h->unmeasured >= HS_HOTSPOT_LEAST_UNITS)
        return hs_hotspot_give_up(
            &h->head,
            "Fewer than 10 units have the residents or the attribute that is asked for: import them, "
            "or take another value.",
            "具备所需人口或属性的单元不足 10 个；请先导入，或改用其他数值。");
    if (m->areas.count < HS_HOTSPOT_LEAST_UNITS)
        return hs_hotspot_give_up(
            &h->head, "Fewer than 10 units of analysis: too few for a statistic. Take smaller units.",
            "分析单元不足 10 个，无法统计检验；请改用更小的单元。");
    if (m->request->count_attribute.size == 0 && h->tally.counted < HS_HOTSPOT_LEAST_INCIDENTS)
        return hs_hotspot_give_up(
            &h->head,
            "Fewer than 10 incidents: too few for a statistic. Take a longer period or more classes.",
            "案件不足 10 件，无法统计检验；请放宽时段或类别。");
    return true;
}

/* Unasked, as many permutations as a lone unit needs to stand after correction, within what is made in a
 * moment. */
static uint32_t choose_permutations(const making *m, uint32_t tests) {
    const hs_areas_request *r = m->request;
    if (r->permutations_given || r->method == HS_AREAS_GLOBAL) return r->permutations;
    double wanted = ceil(2.0 * tests / r->alpha);
    if (r->correction == HS_CORRECTION_NONE) wanted = 0;
    if (r->correction == HS_CORRECTION_BY) wanted *= log(tests) + 1;
    double links = fmax(tests, m->weights->uniform ? 0 : hs_weights_links(m->weights));
    double most = fmin(HS_HOTSPOT_MOST_PERMUTATIONS, fmax(999, MOST_WORK / links));
    return (uint32_t)fmin(fmax(r->permutations, wanted), most);
}

double hs_areas_lone_q(const hs_areas_request *r, double p, double tests) {
    double factor = r->correction == HS_CORRECTION_NONE ? 1 : tests;
    if (r->correction == HS_CORRECTION_BY) factor *= log(tests) + 0.5772;
    return p * factor;
}

/* Exact p-values of Gi* where whole numbers are counted with equal weights and nobody asked for permutations:
 * *done is false where they are not. Units without neighbours are not tested, as by permutation. */
static hs_status test_exactly(making *m, bool *done) {
    hs_hotspot_rows *rows = &m->h->rows;
    const hs_cube flat = {m->weights, rows->value, 1, 0};
    uint32_t draws = hs_cube_most_draws(&flat);
    hs_labelling *labelling;
    *done = m->request->method == HS_AREAS_GI_STAR && !m->request->permutations_given &&
            hs_cube_is_uniform(&flat) && draws <= rows->count &&
            hs_labelling_is_feasible(rows->value, rows->count, draws);
    if (!*done) return HS_OK;
    hs_status status = hs_labelling_new(rows->value, rows->count, draws, m->error, &labelling);
    if (status != HS_OK) return status;
    hs_cube_exact_p(&flat, labelling, rows->z, hs_service_pool(m->service), rows->p);
    hs_labelling_free(labelling);
    for (uint32_t k = 0; k < m->h->island_count; k++)
        rows->p[m->h->islands[k]] = NAN;
    m->h->exact = true;
    return HS_OK;
}

static hs_status test_by_permutation(making *m) {
    const hs_areas_request *r = m->request;
    hs_hotspot_rows *rows = &m->h->rows;
    uint32_t tests = rows->count - m->h->island_count;
    uint32_t permutations = choose_permutations(m, tests);
    if (permutations == 0) return HS_OK;
    m->h->permutations = permutations;
    m->h->smallest_p = 2.0 / (permutations + 1.0);
    if (hs_areas_lone_q(r, m->h->smallest_p, tests) > r->alpha)
        hs_hotspot_caution(
            &m->h->head,
            "So many permutations cannot give a p-value that is small enough for a lone unit after "
            "correction: take more, or permutations=0 for analytic ones.",
            "此置换次数给不出足够小的 p 值，校正后无法识别单个孤立单元；请增加次数，或用 "
            "permutations=0（解析法）。");
    const hs_progress progress = hs_progress_of_part(&m->part);
    return hs_local_permutation(m->weights, rows->value, r->method == HS_AREAS_GI_STAR, permutations, r->seed,
                                hs_service_pool(m->service), &progress, m->error, rows->p);
}

static hs_status test_locally(making *m) {
    const hs_areas_request *r = m->request;
    hs_hotspot_rows *rows = &m->h->rows;
    hs_local_columns columns = {rows->statistic, rows->expected, rows->variance, rows->z, rows->p};
    bool done = false;
    hs_status status = r->method == HS_AREAS_LOCAL_MORAN
                           ? hs_local_moran(m->weights, rows->value, m->error, &columns, rows->moran_class)
                           : hs_local_g(m->weights, rows->value, true, m->error, &columns);
    for (uint32_t i = 0; i < rows->count && r->method == HS_AREAS_GI_STAR; i++)
        rows->statistic[i] = rows->z[i];
    if (status == HS_OK) status = test_exactly(m, &done);
    if (status == HS_OK && !done) status = test_by_permutation(m);
    return status == HS_OK ? hs_adjust_p_values(rows->p, rows->count, r->correction, m->error, rows->q)
                           : status;
}

/* Gi*: the hottest first; local Moran: the farthest from what chance gives. */
static hs_status rank_rows(making *m) {
    hs_hotspot_rows *rows = &m->h->rows;
    double *key = hs_arena_array(m->h->head.arena, (size_t)rows->count + 1, sizeof *key);
    if (!key) return hs_error_memory(m->error, "ranks");
    for (uint32_t i = 0; i < rows->count; i++) {
        key[i] = m->request->method == HS_AREAS_LOCAL_MORAN ? fabs(rows->z[i]) : rows->z[i];
        m->h->head.significant += rows->q[i] <= m->request->alpha;
    }
    return hs_hotspot_rank(key, rows->count, m->error, rows->rank);
}

/* Whether the trial finds a unit as the answer has it: hot or cold, or of the same class. */
static bool is_alike(const making *m, const hs_hotspot_rows *trial, uint32_t i) {
    const hs_hotspot_rows *rows = &m->h->rows;
    if (!(trial->q[i] <= m->request->alpha)) return false;
    return m->request->method == HS_AREAS_LOCAL_MORAN ? trial->moran_class[i] == rows->moran_class[i]
                                                      : (trial->z[i] > 0) == (rows->z[i] > 0);
}

/* Runs of one answer, the first with positions as they are. */
static hs_progress_part part_of(const making *m, uint32_t run) {
    double runs = m->request->jitter + 1.0;
    return (hs_progress_part){&m->work->progress, run / runs, (run + 1) / runs};
}

/* The same with incidents at random places within their accuracy. */
static hs_status try_again(making *m, const hs_selection *selection, uint32_t run, hs_arena *scratch) {
    hs_areas_result result = {
        .head.arena = scratch, .island_count = m->h->island_count, .islands = m->h->islands};
    making trial = *m;
    trial.h = &result;
    trial.part = part_of(m, run);
    if (!hs_progress_tell(&m->work->progress, trial.part.from)) return hs_hotspot_check(m->work, m->error);
    trial.areas.events = hs_arena_array(scratch, (size_t)m->areas.count + 1, sizeof *trial.areas.events);
    if (!trial.areas.events || !rows_init(&trial)) return hs_error_memory(m->error, "jittered runs");
    result.islands = m->h->islands;
    hs_status status =
        hs_areas_count_moved(m->work, m->request, &m->areas, selection, run, trial.areas.events);
    if (status == HS_OK) status = measure(&trial);
    if (status != HS_OK || !values_vary(&result.rows)) return status;
    status = test_locally(&trial);
    for (uint32_t i = 0; i < m->areas.count && status == HS_OK; i++)
        m->h->rows.kept[i] += is_alike(m, &result.rows, i);
    return status;
}

static hs_status jitter(making *m) {
    if (m->request->jitter == 0) return HS_OK;
    const hs_selection *selection;
    hs_arena *scratch = hs_arena_new(RESULT_MOST);
    m->h->rows.kept = hs_arena_array(m->h->head.arena, (size_t)m->areas.count + 1, sizeof *m->h->rows.kept);
    if (!scratch || !m->h->rows.kept) {
        hs_arena_free(scratch);
        return hs_error_memory(m->error, "jittered runs");
    }
    hs_status status = hs_service_select(m->service, m->snapshot, &m->request->filter, m->error, &selection);
    if (status == HS_OK) {
        for (uint32_t run = 1; run <= m->request->jitter && status == HS_OK; run++) {
            status = try_again(m, selection, run, scratch);
            hs_arena_reset(scratch);
        }
        hs_service_selection_unref(selection);
    }
    hs_arena_free(scratch);
    return status;
}

static hs_status test_globally(making *m) {
    const hs_areas_request *r = m->request;
    double p[HS_GLOBAL_STATISTICS];
    hs_status status = HS_OK;
    m->h->permutations = r->permutations_given ? r->permutations : 999;
    m->h->smallest_p = m->h->permutations > 0 ? 2.0 / (m->h->permutations + 1.0) : 0;
    bool negative = false;
    for (uint32_t i = 0; i < m->h->rows.count; i++)
        negative = negative || m->h->rows.value[i] < 0;
    for (int s = 0; s < HS_GLOBAL_STATISTICS && status == HS_OK; s++) {
        if (!hs_progress_tell(&m->work->progress, (double)s / HS_GLOBAL_STATISTICS))
            return hs_hotspot_check(m->work, m->error);
        hs_global_result *g = &m->h->global[s];
        *g = (hs_global_result){m->h->rows.count, NAN, NAN, NAN, NAN, NAN, NAN};
        if (s == HS_GLOBAL_G && negative) {
            p[s] = NAN;
            continue;
        }
        status = hs_global_association(m->weights, m->h->rows.value, (hs_global_statistic)s,
                                       m->h->permutations, r->seed, hs_service_pool(m->service), m->error, g);
        p[s] = m->h->permutations > 0 ? g->permuted_p : g->p;
    }
    if (status != HS_OK) return status;
    status = hs_adjust_p_values(p, HS_GLOBAL_STATISTICS, r->correction, m->error, m->h->global_q);
    if (status == HS_OK)
        status = hs_hotspot_stand(p, HS_GLOBAL_STATISTICS, r->alpha, m->error, &m->h->stands);
    for (int s = 0; s < HS_GLOBAL_STATISTICS; s++)
        m->h->head.significant += m->h->global_q[s] <= r->alpha;
    return status;
}

static hs_status make(making *m) {
    hs_status status = gather(m);
    if (status == HS_OK)
        status = hs_areas_leave_out(m->request, m->h->head.arena, m->error, &m->areas, &m->h->unmeasured);
    if (status != HS_OK) return status;
    if (!is_enough(m)) return HS_OK;
    if (!rows_init(m)) return hs_error_memory(m->error, "hotspots");
    status = hs_areas_weights(m->snapshot, m->request, &m->areas, m->error, &m->weights);
    if (status == HS_OK) status = measure(m);
    if (status == HS_OK) status = hs_hotspot_check(m->work, m->error);
    if (status != HS_OK) return status;
    m->h->links = hs_weights_links(m->weights);
    m->h->island_count = hs_weights_islands(m->weights, m->areas.count, m->h->islands);
    m->h->head.enough =
        values_vary(&m->h->rows) ||
        hs_hotspot_give_up(&m->h->head, "All units have the same value: there is no pattern to test.",
                           "各单元数值相同，没有可检验的格局。");
    if (m->h->head.enough && m->areas.count - m->h->island_count < HS_LEAST_UNITS)
        m->h->head.enough = hs_hotspot_give_up(
            &m->h->head, "Hardly any unit has neighbours: take other weights or a longer distance.",
            "几乎没有单元有邻居；请改用其他权重或更大距离。");
    if (!m->h->head.enough) return HS_OK;
    if (m->areas.count < 30)
        hs_hotspot_caution(&m->h->head,
                           "Fewer than 30 units: analytic p-values are rough, permuted ones hold.",
                           "分析单元少于 30 个：解析 p 值仅为近似，置换 p 值有效。");
    if (m->request->method == HS_AREAS_GLOBAL) return test_globally(m);
    m->part = part_of(m, 0);
    status = test_locally(m);
    if (status == HS_OK) status = rank_rows(m);
    if (status == HS_OK)
        status = hs_hotspot_stand(m->h->rows.p, m->h->rows.count, m->request->alpha, m->error, &m->h->stands);
    return status == HS_OK ? jitter(m) : status;
}

static hs_status compute(const hs_hotspot_work *work, void *result) {
    making m = {.work = work,
                .service = work->service,
                .snapshot = work->snapshot,
                .request = work->request,
                .h = result,
                .error = work->error};
    hs_status status = make(&m);
    hs_weights_free(m.weights);
    return status;
}

static hs_status parse(const hs_hotspot_words *words, hs_areas_method method, void **request) {
    hs_areas_request *r = hs_arena_array(words->arena, 1, sizeof *r);
    if (!r) return hs_error_memory(words->error, "a request");
    *request = r;
    return hs_areas_request_parse(words, method, r);
}

static hs_status parse_gi_star(const hs_hotspot_words *words, void **request) {
    return parse(words, HS_AREAS_GI_STAR, request);
}

static hs_status parse_local_moran(const hs_hotspot_words *words, void **request) {
    return parse(words, HS_AREAS_LOCAL_MORAN, request);
}

static hs_status parse_global(const hs_hotspot_words *words, void **request) {
    return parse(words, HS_AREAS_GLOBAL, request);
}

const hs_hotspot_method hs_hotspot_gi_star = {
    "gi-star",
    "Getis-Ord Gi*: units whose surroundings have more or fewer than chance gives",
    "Getis-Ord Gi*：周边高于或低于随机水平的单元",
    parse_gi_star,
    sizeof(hs_areas_result),
    RESULT_MOST,
    compute,
    hs_areas_table,
    hs_areas_head,
    hs_areas_explain,
    NULL,
};

const hs_hotspot_method hs_hotspot_local_moran = {
    "local-moran",
    "local Moran's I: clusters of high or low values, and units unlike their neighbours",
    "局部 Moran 指数：高值或低值聚集，以及与邻居相异的单元",
    parse_local_moran,
    sizeof(hs_areas_result),
    RESULT_MOST,
    compute,
    hs_areas_table,
    hs_areas_head,
    hs_areas_explain,
    NULL,
};

const hs_hotspot_method hs_hotspot_global = {
    "global",
    "global Moran's I, Getis-Ord G and Geary's C: whether the whole clusters at all",
    "全局 Moran I、Getis-Ord G 与 Geary C：整体是否聚集",
    parse_global,
    sizeof(hs_areas_result),
    RESULT_MOST,
    compute,
    hs_areas_table,
    hs_areas_head,
    hs_areas_explain,
    NULL,
};
