/* What is scanned: cases by unit and step of time, and what would be expected of them. */
#include "service/hotspots_scan.h"

#include "city/attributes.h"
#include <math.h>

#define DAY_S 86400
/* A week is the step unasked where the period has so many. */
#define WEEKS_WANTED 8u

static uint32_t steps_of(const hs_scan_result *h) {
    return h->steps.count > 0 ? h->steps.count : 1;
}

static hs_status find_steps(hs_scanning *s) {
    hs_scan_result *h = s->h;
    const hs_snapshot *snapshot = s->work->snapshot;
    if (s->ask->when == HS_SCAN_SPACE) return HS_OK;
    hs_filter period = s->ask->areas.filter;
    if (s->ask->when == HS_SCAN_PROSPECTIVE && period.from_s == HS_NO_TIME) {
        int64_t end_s = period.to_s != HS_NO_TIME ? period.to_s : snapshot->incidents->max_time_s;
        /* Two hours more, as clocks may have been set meanwhile: days are whole ones anyway. */
        if (end_s != HS_NO_TIME) period.from_s = end_s - HS_SCAN_PAST_DAYS * (int64_t)DAY_S - 7200;
    }
    hs_step step = s->ask->step;
    bool chosen = step.kind != HS_STEP_AUTO;
    if (!chosen) step = (hs_step){HS_STEP_DAYS, 7};
    hs_status status = hs_steps_of_period(snapshot, &period, step, h->head.arena, s->work->error, &h->steps);
    if (status == HS_OK && !chosen && h->steps.count < WEEKS_WANTED)
        status = hs_steps_of_period(snapshot, &period, (hs_step){HS_STEP_DAYS, 1}, h->head.arena,
                                    s->work->error, &h->steps);
    if (status != HS_OK || h->steps.count == 0) return status;
    h->step_days = (double)(h->steps.bound_s[h->steps.count] - h->steps.bound_s[0]) / DAY_S / h->steps.count;
    double usual = s->ask->when == HS_SCAN_PROSPECTIVE ? HS_SCAN_PROSPECTIVE_DAYS : HS_SCAN_SPACE_TIME_DAYS;
    double most = s->ask->max_days > 0 ? s->ask->max_days : usual;
    h->most_steps = (uint32_t)fmax(1, floor(most / h->step_days + 1e-6));
    /* A window of all the period tells nothing of time. */
    uint32_t longest = s->ask->max_days > 0 ? h->steps.count - 1 : h->steps.count / 2;
    if (h->most_steps > longest) h->most_steps = longest > 0 ? longest : 1;
    return HS_OK;
}

/* Calls `add` with the cell of each incident of a selection that lies in a unit and a step. */
static void each_incident(hs_scanning *s, const hs_selection *selection, const hs_selection *without,
                          bool tallied, double *cells, uint64_t *counted) {
    hs_scan_result *h = s->h;
    const hs_areas_request *r = &s->ask->areas;
    const hs_snapshot *snapshot = s->work->snapshot;
    bool weighed = s->ask->model == HS_SCAN_POISSON;
    for (uint32_t c = 0; c < selection->chunk_count; c++) {
        const hs_incident_chunk *chunk = snapshot->incidents->chunk[c];
        for (uint32_t i = 0; chunk->positioned && i < chunk->count; i++) {
            if (!hs_selected(selection, c, i) || (without && hs_selected(without, c, i))) continue;
            uint32_t area = hs_area_of_incident(snapshot, r, &h->areas, chunk, i);
            int64_t time_s = h->steps.count > 0 ? hs_incident_time(chunk, i, r->filter.time) : 0;
            uint32_t step = h->steps.count > 0 && time_s != HS_NO_TIME ? hs_steps_find(&h->steps, time_s) : 0;
            if (tallied && area == HS_NONE) h->tally.outside++;
            if (area == HS_NONE) continue;
            if (tallied && time_s == HS_NO_TIME) h->timeless++;
            if (tallied && time_s != HS_NO_TIME && step == HS_NONE) h->early++;
            if (time_s == HS_NO_TIME || step == HS_NONE) continue;
            double weight = (double)hs_incident_weight(chunk, i);
            cells[(size_t)area * steps_of(h) + step] += weighed ? weight : 1;
            if (tallied && !weighed) h->weighted += weight != 1;
            (*counted)++;
        }
    }
}

/* The column of expected numbers, by the units' rows. */
static void read_expected(const hs_scanning *s, double *own) {
    const hs_areas *areas = &s->h->areas;
    const hs_units *units = &s->work->snapshot->geography->units;
    for (size_t row = 0; row < areas->area_of_count; row++) {
        double number;
        if (areas->area_of[row] == HS_NONE) continue;
        bool known =
            hs_attribute_number(units->attributes[areas->first + row], s->ask->expected_attribute, &number);
        own[areas->area_of[row]] = known ? number : (double)NAN;
    }
}

/* What a unit's part in the expected number is proportional to; 1 where the model needs none. */
static void set_exposures(const hs_scanning *s, double *own) {
    const hs_areas *areas = &s->h->areas;
    bool counts = s->ask->areas.count_attribute.size > 0;
    bool needed = s->ask->model == HS_SCAN_POISSON || (s->ask->model == HS_SCAN_BERNOULLI && counts);
    for (uint32_t i = 0; i < areas->count; i++)
        own[i] = !needed || s->h->value == HS_VALUE_COUNT ? 1
                 : s->h->value == HS_VALUE_PER_POPULATION ? areas->population[i]
                                                          : areas->measure[i];
    if (s->ask->expected_attribute.size > 0) read_expected(s, own);
}

/* Unasked, what is expected goes by residents where they are known, else by area or length. */
static void choose_value(hs_scanning *s) {
    const hs_areas_request *r = &s->ask->areas;
    s->h->value = s->ask->model == HS_SCAN_BERNOULLI ? HS_VALUE_PER_POPULATION : r->value;
    if (s->ask->value_given || s->ask->model == HS_SCAN_BERNOULLI) return;
    bool known = r->population_attribute.size > 0;
    for (uint32_t i = 0; i < s->h->areas.count && !known; i++)
        known = s->h->areas.population[i] > 0;
    s->h->value = r->units == HS_UNITS_STREETS ? HS_VALUE_PER_KM
                  : known                      ? HS_VALUE_PER_POPULATION
                                               : HS_VALUE_PER_KM2;
}

/* Units without a number, or of which nothing is expected, are left out. The exposures of those that stay. */
static hs_status leave_out(hs_scanning *s, double **exposure) {
    hs_scan_result *h = s->h;
    uint32_t before = h->areas.count;
    bool *keep = hs_arena_array(h->head.arena, (size_t)before + 1, sizeof *keep);
    double *own = hs_arena_array(h->head.arena, (size_t)before + 1, sizeof *own);
    if (!keep || !own) return hs_error_memory(s->work->error, "units of analysis");
    set_exposures(s, own);
    uint32_t count = 0;
    for (uint32_t i = 0; i < before; i++) {
        keep[i] = own[i] > 0 && isfinite(own[i]) && h->areas.events[i] >= 0;
        if (keep[i]) own[count++] = own[i];
    }
    hs_areas_keep(&h->areas, keep);
    h->unmeasured = before - h->areas.count;
    *exposure = own;
    return HS_OK;
}

static hs_status make_cells(hs_scanning *s) {
    hs_scan_result *h = s->h;
    size_t cells = (size_t)h->areas.count * steps_of(h);
    uint32_t most = s->ask->areas.units == HS_UNITS_STREETS ? HS_SCAN_MOST_AREAS : HS_SCAN_MOST_MEASURED;
    if (h->areas.count > most || cells > HS_SCAN_MOST_CELLS)
        return hs_error_set(
            s->work->error, HS_E_ARGUMENT,
            "scan: %u units in %u steps of time are more than the %u units and %u cells that are "
            "taken; take larger units, longer steps, a shorter period or a part by bbox or unit",
            (unsigned)h->areas.count, (unsigned)steps_of(h), (unsigned)most, HS_SCAN_MOST_CELLS);
    h->cases = hs_arena_array(h->head.arena, cells + 1, sizeof *h->cases);
    if (s->ask->model != HS_SCAN_PERMUTATION)
        h->population = hs_arena_array(h->head.arena, cells + 1, sizeof *h->population);
    return h->cases && (h->population || s->ask->model == HS_SCAN_PERMUTATION)
               ? HS_OK
               : hs_error_memory(s->work->error, "counts");
}

/* Poisson: the exposure times the length of the step; Bernoulli: cases and controls. */
static hs_status fill_population(hs_scanning *s, const hs_selection *cases, const double *exposure) {
    hs_scan_result *h = s->h;
    uint32_t steps = steps_of(h);
    bool counts = s->ask->areas.count_attribute.size > 0;
    if (s->ask->model == HS_SCAN_BERNOULLI && !counts) {
        const hs_selection *other;
        hs_status status =
            hs_service_select(s->work->service, s->work->snapshot, &s->ask->other, s->work->error, &other);
        if (status != HS_OK) return status;
        each_incident(s, other, cases, false, h->population, &h->controls);
        hs_service_selection_unref(other);
        for (size_t i = 0; i < (size_t)h->areas.count * steps; i++)
            h->population[i] += h->cases[i];
        return HS_OK;
    }
    for (uint32_t i = 0; i < h->areas.count && h->population; i++)
        for (uint32_t t = 0; t < steps; t++) {
            double length =
                h->steps.count > 0 ? (double)(h->steps.bound_s[t + 1] - h->steps.bound_s[t]) / DAY_S : 1;
            h->population[(size_t)i * steps + t] = exposure[i] * length;
        }
    return HS_OK;
}

static bool has_enough(const hs_scanning *s) {
    hs_scan_result *h = s->h;
    double cases = 0;
    for (size_t i = 0; i < (size_t)h->areas.count * steps_of(h); i++)
        cases += h->cases[i];
    if (h->areas.count < HS_HOTSPOT_LEAST_UNITS)
        return hs_hotspot_give_up(&h->head,
                                  "Fewer than 10 units of analysis: too few for a scan. Take smaller units.",
                                  "分析单元不足 10 个，无法扫描检验；请改用更小的单元。");
    if (cases < HS_HOTSPOT_LEAST_INCIDENTS)
        return hs_hotspot_give_up(
            &h->head, "Fewer than 10 cases: too few for a scan. Take a longer period or more classes.",
            "案件不足 10 件，无法扫描检验；请放宽时段或类别。");
    if (s->ask->model == HS_SCAN_BERNOULLI && s->ask->areas.count_attribute.size == 0 && h->controls < 1)
        return hs_hotspot_give_up(&h->head,
                                  "There are no controls: every incident is a case. Name others by `over`.",
                                  "没有对照：全部案件均为病例；请用 over 指定对照类别。");
    return true;
}

static hs_status fill(hs_scanning *s, const hs_selection *selection, bool *enough) {
    hs_scan_result *h = s->h;
    const hs_areas_request *r = &s->ask->areas;
    double *exposure = NULL;
    choose_value(s);
    hs_status status = leave_out(s, &exposure);
    if (status == HS_OK) status = find_steps(s);
    if (status == HS_OK && s->ask->when != HS_SCAN_SPACE && h->steps.count < HS_SCAN_LEAST_STEPS) {
        *enough =
            hs_hotspot_give_up(&h->head, "Fewer than 4 steps of time: take a longer period or shorter steps.",
                               "时间步不足 4 个；请延长时段或缩短步长。");
        return HS_OK;
    }
    if (status == HS_OK) status = make_cells(s);
    if (status != HS_OK) return status;
    if (r->count_attribute.size > 0) {
        for (uint32_t i = 0; i < h->areas.count; i++)
            h->cases[i] = h->areas.events[i];
    } else {
        each_incident(s, selection, NULL, true, h->cases, &h->tally.counted);
        for (size_t i = 0; i < (size_t)h->areas.count * steps_of(h); i++)
            h->tally.weight += h->cases[i];
    }
    status = fill_population(s, selection, exposure);
    if (status == HS_OK) *enough = has_enough(s);
    return status;
}

hs_status hs_scan_gather(hs_scanning *s, bool *enough) {
    const hs_areas_request *r = &s->ask->areas;
    const hs_selection *selection;
    hs_areas_mind_box(s->work->snapshot, r, &s->h->head);
    hs_status status = hs_areas_select(s->work, r, &s->h->tally, &selection);
    if (status != HS_OK) return status;
    status = hs_areas_build(s->work->snapshot, r, selection, s->h->head.arena, s->work->error, &s->h->areas);
    if (status == HS_OK) status = fill(s, selection, enough);
    hs_service_selection_unref(selection);
    return status;
}
