/* A forecast of a city: incidents of the selection into cells, the library's forecast, the cells that are
 * chosen. */
#include "service/forecast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RESULT_MOST ((size_t)4 << 30)

typedef struct making {
    const hs_hotspot_work *work;
    const hs_forecast_request *request;
    hs_forecast_answer *answer;
    hs_forecast_points points;
    const uint8_t *group; /* of each source */
} making;

static void add_point(making *m, const hs_incident_chunk *chunk, uint32_t i) {
    const hs_filter *filter = &m->request->areas.filter;
    int64_t time_s = hs_incident_time(chunk, i, filter->time);
    int64_t reported_s = hs_incident_time(chunk, i, HS_TIME_REPORTED);
    if (time_s == HS_NO_TIME) {
        m->answer->timeless++;
        return;
    }
    hs_forecast_point *p = &m->points.point[m->points.count++];
    *p = (hs_forecast_point){.time_s = time_s,
                             .segment = hs_incident_segment(chunk, i),
                             .weight = hs_incident_weight(chunk, i),
                             .source = hs_incident_attributes_of(chunk, i)->source,
                             .clock = chunk->clock ? chunk->clock[i] : HS_NO_CLOCK};
    p->known_s = reported_s != HS_NO_TIME && reported_s > time_s ? reported_s : time_s;
    hs_plane_forward(&m->work->snapshot->plane, hs_incident_position(chunk, i), &p->x_m, &p->y_m);
    m->answer->tally.counted++;
}

static hs_status gather(making *m) {
    const hs_selection *selection;
    hs_status status = hs_areas_select(m->work, &m->request->areas, &m->answer->tally, &selection);
    if (status != HS_OK) return status;
    uint64_t most = 0;
    for (uint32_t c = 0; c < selection->chunk_count; c++)
        most += m->work->snapshot->incidents->chunk[c]->count;
    m->points.point = most < UINT32_MAX ? malloc((most + 1) * sizeof *m->points.point) : NULL;
    m->group = hs_reporting_groups(m->work->snapshot, m->answer->head.arena);
    if (!m->points.point || !m->group) status = hs_error_memory(m->work->error, "incidents of a forecast");
    for (uint32_t c = 0; c < selection->chunk_count && status == HS_OK; c++) {
        const hs_incident_chunk *chunk = m->work->snapshot->incidents->chunk[c];
        for (uint32_t i = 0; chunk->positioned && i < chunk->count; i++)
            if (hs_selected(selection, c, i)) add_point(m, chunk, i);
    }
    hs_service_selection_unref(selection);
    return status;
}

static int64_t earliest(const making *m) {
    int64_t first_s = m->request->origin_s;
    for (uint32_t i = 0; i < m->points.count; i++)
        if (m->points.point[i].time_s < first_s) first_s = m->points.point[i].time_s;
    return first_s;
}

/* The origin of the oldest fold: the lattice is chosen by what was known before it. */
static int64_t before_folds(const making *m) {
    int64_t horizon_s = m->request->horizon_days * 86400;
    int64_t room = (m->request->origin_s - earliest(m)) / horizon_s - 1;
    int64_t folds = m->request->folds < room ? m->request->folds : room;
    return m->request->origin_s - (folds > 0 ? folds : 0) * horizon_s;
}

/* Who found what is known, and whether that changed over the past. */
static hs_status watch_effort(making *m, const hs_forecast_incident *incidents) {
    enum { PERIODS = 60 };
    hs_forecast_answer *a = m->answer;
    hs_reporting_counts period[PERIODS] = {0};
    int64_t origin_s = m->request->origin_s, horizon_s = m->request->horizon_days * 86400;
    uint32_t oldest = 0;
    for (uint32_t i = 0; i < m->points.count; i++) {
        const hs_forecast_incident *one = &incidents[i];
        if (one->cell == HS_NONE || one->time_s >= origin_s || one->known_s >= origin_s) continue;
        int64_t age = (origin_s - 1 - one->time_s) / horizon_s;
        a->found.of[m->group[m->points.point[i].source]]++;
        if (age >= PERIODS) continue;
        period[PERIODS - 1 - age].of[m->group[m->points.point[i].source]]++;
        oldest = age > oldest ? (uint32_t)age : oldest;
    }
    hs_status status = hs_reporting_change(period + PERIODS - 1 - oldest, oldest + 1, a->head.arena,
                                           m->work->error, &a->change);
    a->change_s = origin_s - (int64_t)(oldest + 1 - a->change.at) * horizon_s;
    return status;
}

static hs_status run(making *m, const hs_forecast_cells *cells, const hs_forecast_incident *incidents) {
    m->answer->n = hs_arena_array(m->answer->head.arena, (size_t)cells->count + 1, sizeof *m->answer->n);
    if (!m->answer->n) return hs_error_memory(m->work->error, "a forecast");
    for (uint32_t i = 0; i < m->points.count; i++)
        if (incidents[i].cell != HS_NONE && incidents[i].time_s < m->request->origin_s &&
            incidents[i].known_s < m->request->origin_s)
            m->answer->n[incidents[i].cell]++;
    hs_status status = watch_effort(m, incidents);
    if (status != HS_OK) return status;
    const hs_progress_part part = {&m->work->progress, m->request->streets ? 0 : HS_FORECAST_CHOICE_SHARE, 1};
    const hs_forecast_options options = {.share = m->request->share,
                                         .origin_s = m->request->origin_s,
                                         .horizon_s = m->request->horizon_days * 86400,
                                         .folds = (uint32_t)m->request->folds,
                                         .method = m->request->method,
                                         .keep = m->request->keep,
                                         .progress = hs_progress_of_part(&part)};
    return hs_forecast_new(cells, incidents, m->points.count, &options, hs_service_pool(m->work->service),
                           m->work->error, &m->answer->forecast);
}

static hs_position position_at(const hs_snapshot *snapshot, double x_m, double y_m) {
    double lon;
    double lat;
    hs_plane_inverse(&snapshot->plane, x_m, y_m, &lon, &lat);
    return (hs_position){(int32_t)llround(lon * 1e7), (int32_t)llround(lat * 1e7)};
}

static bool draw_squares(making *m) {
    static const uint32_t part_start[] = {0, 1}, ring_start[] = {0, 5};
    hs_forecast_answer *a = m->answer;
    uint32_t count = a->ground.cells.count;
    hs_position *corner = hs_arena_array(a->head.arena, 5 * (size_t)count + 1, sizeof *corner);
    a->geometry = hs_arena_array(a->head.arena, (size_t)count + 1, sizeof *a->geometry);
    a->label = hs_arena_array(a->head.arena, (size_t)count + 1, sizeof *a->label);
    if (!corner || !a->geometry || !a->label) return false;
    for (uint32_t i = 0; i < count; i++) {
        double x_m[4], y_m[4];
        hs_position *own = corner + 5 * (size_t)i;
        hs_lattice_ground_corners(&a->ground, i, x_m, y_m);
        for (int k = 0; k < 4; k++)
            own[k] = position_at(m->work->snapshot, x_m[k], y_m[k]);
        own[4] = own[0];
        a->geometry[i] = (hs_geometry){HS_GEOMETRY_POLYGONS, 1, 1, part_start, ring_start, own};
        a->label[i] = position_at(m->work->snapshot, (x_m[0] + x_m[2]) / 2, (y_m[0] + y_m[2]) / 2);
    }
    return true;
}

static void count_outside(making *m, const hs_forecast_incident *incidents) {
    for (uint32_t i = 0; i < m->points.count; i++)
        m->answer->tally.outside += incidents[i].cell == HS_NONE;
    m->answer->tally.counted -= m->answer->tally.outside;
}

static hs_status over_squares(making *m) {
    hs_forecast_outline outline;
    hs_forecast_answer *a = m->answer;
    const hs_snapshot *snapshot = m->work->snapshot;
    hs_error *error = m->work->error;
    hs_status status =
        hs_forecast_outline_of(snapshot, m->request, &m->points, a->head.arena, error, &outline);
    if (status == HS_OK)
        status =
            hs_lattice_ground_choose(m->work, m->request, &outline, &m->points, before_folds(m), &a->ground);
    if (status != HS_OK) return status;
    if (!draw_squares(m)) return hs_error_memory(error, "cells");
    a->measure = a->ground.measure;
    status = hs_forecast_place_distances(snapshot, a->label, a->ground.cells.count, a->head.arena, error,
                                         &a->ground.cells);
    if (status != HS_OK) return status;
    hs_forecast_incident *incidents = hs_lattice_ground_place(&a->ground, &m->points);
    if (!incidents) return hs_error_memory(error, "incidents of a forecast");
    count_outside(m, incidents);
    status = run(m, &a->ground.cells, incidents);
    free(incidents);
    return status;
}

static void place_on_streets(making *m, hs_forecast_incident *incidents) {
    const hs_areas *areas = &m->answer->streets;
    for (uint32_t i = 0; i < m->points.count; i++) {
        const hs_forecast_point *p = &m->points.point[i];
        uint32_t cell = p->segment < areas->area_of_count ? areas->area_of[p->segment] : HS_NONE;
        incidents[i] = (hs_forecast_incident){p->time_s, p->known_s, cell, 0, (float)p->x_m, (float)p->y_m};
    }
    count_outside(m, incidents);
}

static hs_status over_streets(making *m) {
    hs_forecast_answer *a = m->answer;
    hs_error *error = m->work->error;
    hs_street_reach reach;
    hs_status status =
        hs_areas_of_streets(m->work->snapshot, &m->request->areas, a->head.arena, error, &a->streets);
    bool *keep =
        status == HS_OK ? hs_arena_array(a->head.arena, (size_t)a->streets.count + 1, sizeof *keep) : NULL;
    if (status != HS_OK) return status;
    if (!keep) return hs_error_memory(error, "streets");
    for (uint32_t i = 0; i < a->streets.count; i++)
        keep[i] = a->streets.measure[i] > 0;
    hs_areas_keep(&a->streets, keep);
    if (a->streets.count == 0)
        return hs_error_set(error, HS_E_INPUT, "no street lies in the unit and bbox asked for");
    hs_forecast_incident *incidents = malloc(((size_t)m->points.count + 1) * sizeof *incidents);
    if (!incidents) return hs_error_memory(error, "incidents of a forecast");
    status = hs_street_ways(m->work->snapshot, &a->streets, HS_FORECAST_REACH_M, error, &reach);
    if (status == HS_OK) {
        hs_forecast_cells cells = {.count = a->streets.count,
                                   .measure = a->streets.measure,
                                   .link_first = reach.first,
                                   .link = reach.link,
                                   .link_m = reach.way_m};
        a->measure = a->streets.measure;
        a->geometry = a->streets.geometry;
        a->label = a->streets.label;
        place_on_streets(m, incidents);
        status = hs_forecast_place_distances(m->work->snapshot, a->label, cells.count, a->head.arena, error,
                                             &cells);
        if (status == HS_OK) status = run(m, &cells, incidents);
        hs_street_reach_done(&reach);
    }
    free(incidents);
    return status;
}

typedef struct keyed {
    double rate;
    uint32_t rank, cell;
} keyed;

/* Chosen cells by rank, then the others by rate. */
static int in_order(const void *a, const void *b) {
    const keyed *p = a;
    const keyed *q = b;
    if ((p->rank == 0) != (q->rank == 0)) return p->rank == 0 ? 1 : -1;
    if (p->rank != q->rank) return p->rank < q->rank ? -1 : 1;
    if (p->rate != q->rate) return p->rate > q->rate ? -1 : 1;
    return p->cell < q->cell ? -1 : p->cell > q->cell;
}

static hs_status choose_cells(making *m) {
    hs_forecast_answer *a = m->answer;
    uint32_t count = a->forecast->count;
    a->rank = hs_arena_array(a->head.arena, (size_t)count + 1, sizeof *a->rank);
    a->order = hs_arena_array(a->head.arena, (size_t)count + 1, sizeof *a->order);
    keyed *keys = hs_arena_array(a->head.arena, (size_t)count + 1, sizeof *keys);
    a->cumulative = hs_arena_array(a->head.arena, (size_t)count + 1, sizeof *a->cumulative);
    if (!a->rank || !a->order || !keys || !a->cumulative) return hs_error_memory(m->work->error, "cells");
    hs_status status = hs_forecast_select(a->forecast->expected, a->measure, count, m->request->share,
                                          m->work->error, a->rank);
    if (status != HS_OK) return status;
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = (keyed){a->forecast->expected[i] / a->measure[i], a->rank[i], i};
        a->all_measure += a->measure[i];
        a->chosen += a->rank[i] != 0;
        a->chosen_measure += a->rank[i] != 0 ? a->measure[i] : 0;
        a->caught += a->rank[i] != 0 ? a->forecast->expected[i] : 0;
    }
    qsort(keys, count, sizeof *keys, in_order);
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        a->order[i] = keys[i].cell;
        sum += a->forecast->expected[keys[i].cell];
        a->cumulative[i] = sum;
    }
    a->rows = m->request->all ? count : a->chosen;
    return HS_OK;
}

/* All but the arena. */
static void done(void *result) {
    hs_forecast_answer *a = result;
    hs_forecast_free(a->forecast);
    hs_lattice_ground_done(&a->ground);
    free(a->points.point);
}

static hs_status fill(const hs_hotspot_work *work, const hs_forecast_request *request,
                      hs_forecast_answer *a) {
    making m = {.work = work, .request = request, .answer = a};
    hs_status status = gather(&m);
    if (status == HS_OK) status = request->streets ? over_streets(&m) : over_squares(&m);
    if (status == HS_OK) status = choose_cells(&m);
    if (request->keep)
        a->points = m.points;
    else
        free(m.points.point);
    return status;
}

void hs_forecast_answer_done(hs_forecast_answer *a) {
    if (!a) return;
    done(a);
    hs_arena_free(a->head.arena);
}

hs_status hs_forecast_answer_make(const hs_hotspot_work *work, const hs_forecast_request *request,
                                  hs_forecast_answer **answer) {
    hs_arena *arena = hs_arena_new(RESULT_MOST);
    hs_forecast_answer *a = arena ? hs_arena_array(arena, 1, sizeof *a) : NULL;
    if (!a) {
        hs_arena_free(arena);
        return hs_error_memory(work->error, "a forecast");
    }
    a->head.arena = arena;
    hs_status status = fill(work, request, a);
    if (status == HS_OK)
        *answer = a;
    else
        hs_forecast_answer_done(a);
    return status;
}

/* Fewer incidents than this say little of where the next ones will be. */
#define FEW 100u

static void warn_of_effort(const making *m) {
    hs_forecast_answer *a = m->answer;
    char when[HS_TIME_TEXT_SIZE];
    if (!hs_reporting_changed(&a->change)) return;
    (void)hs_timezone_format(m->work->snapshot->timezone, a->change_s, when);
    when[sizeof "2024-01-31" - 1] = '\0';
    const char *en = hs_reporting_warning(&a->change, when, false, a->head.arena);
    const char *zh = hs_reporting_warning(&a->change, when, true, a->head.arena);
    if (en && zh) hs_hotspot_caution(&a->head, en, zh);
}

static void set_caution(const making *m) {
    hs_forecast_answer *a = m->answer;
    if (a->chosen == 0)
        hs_hotspot_caution(&a->head,
                           "No cell is as small as the share of the area: take smaller cells (cell) or a "
                           "larger area-share.",
                           "没有单元小于所给面积占比：请减小边长 cell 或增大 area-share。");
    if (a->forecast->used < FEW)
        hs_hotspot_caution(&a->head,
                           "Few incidents were known at the origin: take this as a rough guide, or ask for "
                           "more categories or a longer past.",
                           "起点前已知的案件很少，结果仅供参考；可放宽类别或时间范围。");
    if (a->forecast->folds == 0 && m->request->folds > 0)
        hs_hotspot_caution(&a->head, "The past is too short for a backtest: no score could be given.",
                           "历史过短，无法回测，未给出评分。");
    warn_of_effort(m);
}

static hs_status compute(const hs_hotspot_work *work, void *result) {
    hs_forecast_answer *a = result;
    hs_status status = fill(work, work->request, a);
    if (status != HS_OK) return status;
    a->head.enough = true;
    a->head.significant = a->chosen;
    const making m = {.work = work, .request = work->request, .answer = a};
    set_caution(&m);
    return HS_OK;
}

const hs_hotspot_method *hs_forecast_hotspot_method(void) {
    static const hs_hotspot_method method = {
        "forecast",
        "where incidents are to be expected, scored on held-out periods",
        "预测案件将发生的位置，并以留出期评分",
        hs_forecast_request_parse,
        sizeof(hs_forecast_answer),
        RESULT_MOST,
        compute,
        hs_forecast_table,
        hs_forecast_head,
        hs_forecast_explain,
        done,
    };
    return &method;
}
