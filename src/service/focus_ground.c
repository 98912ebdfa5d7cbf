/* What plans have in common: the forecast of street segments, and the places that candidates are. */
#include "service/focus_private.h"

#include "base/hash.h"
#include "service/density_private.h"
#include <stdlib.h>
#include <string.h>

#define GROUND_MOST ((size_t)4 << 30)
/* About what a point and a cell of a forecast take. */
#define CELL_BYTES 256u
/* The part of the work that the forecast is. */
#define FORECAST_SHARE 0.9

typedef struct making {
    const hs_hotspot_work *work;
    hs_focus_request request; /* with the share that the forecast is tuned for */
    hs_focus_ground *g;
} making;

static void free_ground(void *value) {
    hs_focus_ground *g = value;
    hs_forecast_answer_done(g->forecast);
    hs_snapshot_unref(g->snapshot);
    hs_arena_free(g->arena);
}

static hs_status make_areas(making *m) {
    hs_focus_ground *g = m->g;
    const hs_selection *selection;
    hs_areas_tally tally = {0};
    if (m->request.units == HS_UNITS_STREETS) {
        g->areas = g->forecast->streets;
        return HS_OK;
    }
    hs_areas_request areas = m->request.forecast.areas;
    areas.units = m->request.units;
    hs_status status = hs_areas_select(m->work, &areas, &tally, &selection);
    if (status != HS_OK) return status;
    status = hs_areas_build(g->snapshot, &areas, selection, g->arena, m->work->error, &g->areas);
    hs_service_selection_unref(selection);
    return status;
}

/* Each segment belongs to the place that its middle lies in. */
static hs_status place_cells(making *m) {
    hs_focus_ground *g = m->g;
    const hs_areas *streets = &g->forecast->streets;
    bool own = m->request.units == HS_UNITS_STREETS;
    uint32_t *place_of = hs_arena_array(g->arena, (size_t)streets->count + 1, sizeof *place_of);
    bool *keep = hs_arena_array(g->arena, (size_t)g->areas.count + 1, sizeof *keep);
    double *length_km = hs_arena_array(g->arena, (size_t)g->areas.count + 1, sizeof *length_km);
    if (!place_of || !keep || !length_km) return hs_error_memory(m->work->error, "a plan");
    hs_areas_request areas = m->request.forecast.areas;
    areas.units = m->request.units;
    for (int pass = 0; pass < 2; pass++) {
        memset(length_km, 0, ((size_t)g->areas.count + 1) * sizeof *length_km);
        for (uint32_t i = 0; i < streets->count; i++) {
            place_of[i] = own ? i : hs_area_at(g->snapshot, &areas, &g->areas, streets->label[i]);
            if (place_of[i] != HS_NONE) length_km[place_of[i]] += streets->measure[i];
        }
        if (own) break;
        for (uint32_t p = 0; p < g->areas.count; p++)
            keep[p] = length_km[p] > 0;
        if (pass == 0) hs_areas_keep(&g->areas, keep);
    }
    for (uint32_t i = 0; i < streets->count; i++)
        g->all_km += streets->measure[i];
    g->place_of = place_of;
    g->length_km = length_km;
    g->places = g->areas.count;
    return g->places > 0
               ? HS_OK
               : hs_error_set(m->work->error, HS_E_INPUT,
                              "no street lies in the level or grid, the unit and the bbox asked for");
}

static hs_status find_units(making *m) {
    hs_focus_ground *g = m->g;
    g->subdistrict = hs_arena_array(g->arena, (size_t)g->places + 1, sizeof *g->subdistrict);
    g->community = hs_arena_array(g->arena, (size_t)g->places + 1, sizeof *g->community);
    if (!g->subdistrict || !g->community) return hs_error_memory(m->work->error, "a plan");
    for (uint32_t p = 0; p < g->places; p++) {
        hs_placement at;
        hs_geography_place(g->snapshot->geography, g->areas.label[p], &at);
        g->subdistrict[p] = at.unit[HS_LEVEL_SUBDISTRICT];
        g->community[p] = at.unit[HS_LEVEL_COMMUNITY];
    }
    return HS_OK;
}

static hs_status link_places(making *m) {
    hs_focus_ground *g = m->g;
    hs_areas_request areas = m->request.forecast.areas;
    areas.units = m->request.units;
    areas.neighbours = HS_NEIGHBOURS_QUEEN;
    areas.style = HS_WEIGHTS_BINARY;
    hs_weights *weights;
    hs_status status = hs_areas_weights(g->snapshot, &areas, &g->areas, m->work->error, &weights);
    if (status != HS_OK) return status;
    size_t links = weights->first[weights->count];
    g->link_first = hs_arena_array(g->arena, (size_t)g->places + 1, sizeof *g->link_first);
    g->link = hs_arena_array(g->arena, links + 1, sizeof *g->link);
    if (g->link_first && g->link) {
        memcpy(g->link_first, weights->first, ((size_t)g->places + 1) * sizeof *g->link_first);
        memcpy(g->link, weights->neighbour, links * sizeof *g->link);
    } else {
        status = hs_error_memory(m->work->error, "a plan");
    }
    hs_weights_free(weights);
    return status;
}

static hs_status make_ground(void *context, hs_error *error, void **value, size_t *bytes) {
    making *m = context;
    hs_arena *arena = hs_arena_new(GROUND_MOST);
    m->g = arena ? hs_arena_array(arena, 1, sizeof *m->g) : NULL;
    if (!m->g) {
        hs_arena_free(arena);
        return hs_error_memory(error, "a plan");
    }
    hs_hotspot_work work = *m->work;
    const hs_progress_part most = {&m->work->progress, 0, FORECAST_SHARE};
    work.error = error;
    work.progress = hs_progress_of_part(&most);
    m->work = &work;
    m->g->arena = arena;
    m->g->snapshot = hs_snapshot_ref(work.snapshot);
    hs_status status = hs_forecast_answer_make(&work, &m->request.forecast, &m->g->forecast);
    if (status == HS_OK) status = make_areas(m);
    if (status == HS_OK) status = place_cells(m);
    if (status == HS_OK) status = find_units(m);
    if (status == HS_OK) status = link_places(m);
    if (status == HS_OK) status = hs_focus_refine(&work, m->g);
    if (status == HS_OK) status = hs_focus_name_states(&work, m->g);
    if (status != HS_OK) {
        free_ground(m->g);
        return status;
    }
    const hs_forecast_answer *f = m->g->forecast;
    *bytes = hs_arena_used(arena) + hs_arena_used(f->head.arena) + f->points.count * sizeof *f->points.point +
             (size_t)f->forecast->count * (f->forecast->folds + CELL_BYTES);
    *value = m->g;
    return HS_OK;
}

/* Forecasts are tuned to catch most in a share: one for all budgets, so that a larger budget never expects
 * less than a smaller one, and the forecast is made once for all of them. */
#define TUNED_SHARE 0.05

hs_status hs_focus_ground_get(const hs_hotspot_work *work, hs_shared_entry **entry) {
    making m = {.work = work, .request = *(const hs_focus_request *)work->request};
    hs_forecast_request *f = &m.request.forecast;
    f->share = TUNED_SHARE;
    f->streets = f->keep = true;
    if (f->folds < HS_FOCUS_LEARNT_FOLDS) f->folds = HS_FOCUS_LEARNT_FOLDS;
    f->areas.units = HS_UNITS_STREETS;
    const struct {
        int64_t origin_s, horizon_days, folds;
        double size_m;
        uint64_t filter;
        int64_t method, units, level;
    } parts = {f->origin_s,
               f->horizon_days,
               f->folds,
               f->areas.size_m,
               f->areas.filter.hash,
               (int64_t)f->method,
               (int64_t)m.request.units,
               (int64_t)f->areas.level};
    const hs_shared_key key = {
        {HS_CACHED_FOCUS, hs_hash(&parts, sizeof parts, 0), work->snapshot->serial, work->snapshot->version}};
    const hs_shared_maker maker = {make_ground, free_ground, &m};
    /* It holds its snapshot: none of an older one is kept. */
    hs_shared_cache_drop(work->service->shared, HS_CACHED_FOCUS, work->snapshot->serial);
    return hs_shared_cache_get(work->service->shared, &key, &maker, work->error, entry);
}
