/* What a plan answers: its lines or places, and of the whole its budget, bound and scores. */
#include "service/focus_private.h"

#include <math.h>
#include <stdio.h>

static const hs_field fields[] = {
    {"id", HS_FIELD_INTEGER},
    {"code", HS_FIELD_TEXT},
    {"name", HS_FIELD_TEXT},
    {"name_en", HS_FIELD_TEXT},
    {"method", HS_FIELD_TEXT},
    {"rank", HS_FIELD_INTEGER},
    {"rank_low", HS_FIELD_INTEGER},
    {"rank_high", HS_FIELD_INTEGER},
    {"crew", HS_FIELD_INTEGER},
    {"expected", HS_FIELD_REAL},
    {"value", HS_FIELD_REAL},
    {"share", HS_FIELD_REAL},
    {"cumulative_share", HS_FIELD_REAL},
    {"n", HS_FIELD_INTEGER},
    {"length_km", HS_FIELD_REAL},
    {"crew_hours", HS_FIELD_REAL},
    {"hours", HS_FIELD_TEXT},
    {"weekdays", HS_FIELD_TEXT},
    {"visits", HS_FIELD_INTEGER},
    {"minutes", HS_FIELD_INTEGER},
    {"state", HS_FIELD_TEXT},
    {"subdistrict", HS_FIELD_TEXT},
    {"subdistrict_en", HS_FIELD_TEXT},
    {"community", HS_FIELD_TEXT},
    {"community_en", HS_FIELD_TEXT},
    {"label_zh", HS_FIELD_TEXT},
    {"label_en", HS_FIELD_TEXT},
    {"lon", HS_FIELD_REAL},
    {"lat", HS_FIELD_REAL},
};
enum { FIELDS = sizeof fields / sizeof *fields, FILE_ONLY = 2 };

/* Runs of set bits, as `7-9,18`. */
static void write_runs(uint32_t bits, int first, int end, int shown, char *text, size_t size) {
    size_t used = 0;
    text[0] = 0;
    for (int k = first; k < end; k++) {
        int last = k;
        if (!(bits >> k & 1)) continue;
        while (last + 1 < end && (bits >> (last + 1) & 1))
            last++;
        int written = k == last ? snprintf(text + used, size - used, "%s%d", used ? "," : "", k + shown)
                                : snprintf(text + used, size - used, "%s%d-%d", used ? "," : "", k + shown,
                                           last + shown);
        if (written < 0 || (size_t)written >= size - used) return;
        used += (size_t)written;
        k = last;
    }
}

void hs_focus_hours_word(uint32_t hours, char text[96]) {
    write_runs(hours, 0, 24, 0, text, 96);
}

void hs_focus_weekdays_word(uint32_t weekdays, char text[32]) {
    write_runs(weekdays, 0, 7, 1, text, 32);
}

static const char *state_of(const hs_emerging *state, hs_arena *arena) {
    const char *name = hs_emerging_pattern_name(state->pattern);
    if (state->pattern == HS_EMERGING_NONE) return name;
    const char *text = hs_arena_printf(arena, "%s-%s", name, state->cold ? "cold" : "hot");
    return text ? text : name;
}

static const char *label_of(const hs_focus_request *r, const hs_focus_item *item, const char *hours,
                            const char *weekdays, bool chinese, hs_arena *arena) {
    long long days = (long long)r->forecast.horizon_days;
    const char *text;
    if (r->in_hours)
        text = chinese ? hs_arena_printf(arena, "第 %u 位：周 %s 的 %s 时，预计 %lld 天内 %.2f 件，%.1f 工时",
                                         (unsigned)item->rank, weekdays, hours, days, item->expected,
                                         item->crew_hours)
                       : hs_arena_printf(arena,
                                         "rank %u: weekdays %s, hours %s, %.2f expected in %lld days, %.1f "
                                         "crew-hours",
                                         (unsigned)item->rank, weekdays, hours, item->expected, days,
                                         item->crew_hours);
    else
        text = chinese
                   ? hs_arena_printf(arena, "第 %u 位：预计 %lld 天内 %.2f 件，%.2f 公里，多在 %s 时",
                                     (unsigned)item->rank, days, item->expected, item->length_km, hours)
                   : hs_arena_printf(arena, "rank %u: %.2f expected in %lld days, %.2f km, mostly at %s h",
                                     (unsigned)item->rank, item->expected, days, item->length_km, hours);
    return text ? text : "";
}

static void read_row(const hs_hotspot_run *run, uint32_t row, hs_arena *arena, hs_value *v,
                     const hs_geometry **geometry) {
    const hs_focus_request *r = run->request;
    const hs_focus_item *item = &hs_focus_plan_of(run)->item[row];
    char hours[96], weekdays[32];
    hs_focus_hours_word(item->hours, hours);
    hs_focus_weekdays_word(item->weekdays, weekdays);
    hs_str hours_text = hs_arena_str(arena, hs_str_of(hours));
    hs_str weekdays_text = hs_arena_str(arena, hs_str_of(weekdays));
    double cost = r->in_hours ? item->crew_hours : item->length_km;
    *geometry = &item->geometry;
    *v++ = hs_hotspot_integer_value(item->id);
    *v++ = hs_hotspot_str(item->code);
    *v++ = hs_hotspot_str(item->name);
    *v++ = hs_hotspot_str(item->name_en);
    *v++ = hs_hotspot_text("focus");
    *v++ = hs_hotspot_integer_value(item->rank);
    *v++ = hs_hotspot_integer_value(item->rank_low);
    *v++ = hs_hotspot_integer_value(item->rank_high);
    *v++ = hs_hotspot_integer_value(item->crew);
    *v++ = hs_hotspot_real(item->expected);
    *v++ = hs_hotspot_real(item->expected / cost);
    *v++ = hs_hotspot_real(item->share);
    *v++ = hs_hotspot_real(item->cumulative);
    *v++ = hs_hotspot_integer_value((int64_t)item->n);
    *v++ = hs_hotspot_real(item->length_km);
    *v++ = hs_hotspot_real(r->in_hours ? item->crew_hours : (double)NAN);
    *v++ = hs_hotspot_str(hours_text);
    *v++ = hs_hotspot_str(weekdays_text);
    *v++ = (hs_value){.integer = item->visits, .absent = !r->in_hours};
    *v++ = (hs_value){.integer = item->minutes, .absent = !r->in_hours};
    *v++ = hs_hotspot_text(state_of(&item->state, arena));
    *v++ = hs_hotspot_str(item->subdistrict);
    *v++ = hs_hotspot_str(item->subdistrict_en);
    *v++ = hs_hotspot_str(item->community);
    *v++ = hs_hotspot_str(item->community_en);
    *v++ = hs_hotspot_text(label_of(r, item, hours, weekdays, true, arena));
    *v++ = hs_hotspot_text(label_of(r, item, hours, weekdays, false, arena));
    *v++ = hs_hotspot_real(item->label.lon_e7 * 1e-7);
    *v = hs_hotspot_real(item->label.lat_e7 * 1e-7);
}

void hs_focus_table(const hs_hotspot_run *run, hs_hotspot_table *table) {
    const hs_focus_request *r = run->request;
    *table = (hs_hotspot_table){
        .fields = fields,
        .field_count = FIELDS,
        .file_only = FILE_ONLY,
        .type = r->units == HS_UNITS_STREETS ? HS_GEOMETRY_LINES : HS_GEOMETRY_POLYGONS,
        .rows = hs_focus_plan_of(run)->count,
        .read = read_row,
    };
}

static void write_time(const hs_hotspot_run *run, hs_json *json, const char *key, int64_t time_s) {
    char text[HS_TIME_TEXT_SIZE];
    size_t size = hs_timezone_format(run->snapshot->timezone, time_s, text);
    hs_json_pair_str(json, key, (hs_str){text, size});
}

static void write_interval(hs_json *json, const char *key, hs_forecast_interval v) {
    hs_json_key(json, key);
    hs_json_object(json);
    hs_json_pair_double(json, "mean", v.mean);
    hs_json_pair_double(json, "low", v.low);
    hs_json_pair_double(json, "high", v.high);
    hs_json_object_end(json);
}

static void write_parameters(const hs_hotspot_run *run, hs_json *json) {
    const hs_focus_request *r = run->request;
    hs_json_key(json, "parameters");
    hs_json_object(json);
    hs_json_pair_double(json, r->in_hours ? "budget_h" : "budget_km", r->budget);
    if (r->units == HS_UNITS_LEVEL) hs_json_pair_text(json, "level", hs_level_name(r->forecast.areas.level));
    if (r->units == HS_UNITS_SQUARE || r->units == HS_UNITS_HEX) {
        hs_json_pair_text(json, "grid", hs_hotspot_units_name(r->units));
        hs_json_pair_double(json, "grid_m", r->forecast.areas.size_m);
    }
    hs_json_pair_bool(json, "streets", r->units == HS_UNITS_STREETS);
    hs_json_pair_int(json, "min_per", r->min_per);
    if (r->min_per > 0) hs_json_pair_text(json, "min_per_level", hs_level_name(r->min_level));
    hs_json_pair_bool(json, "connected", r->connected);
    hs_json_pair_text(json, "avoid", r->avoid_permitted ? "permitted" : "none");
    hs_json_pair_text(json, "weight", hs_focus_weight_name(r->weight));
    if (r->in_hours) {
        hs_json_pair_int(json, "visits", r->visits);
        hs_json_pair_int(json, "minutes", r->minutes);
    }
    if (r->crews > 0) hs_json_pair_int(json, "crews", r->crews);
    hs_json_pair_int(json, "horizon", r->forecast.horizon_days);
    hs_json_pair_int(json, "backtest", r->forecast.folds);
    hs_json_pair_text(json, "method", hs_forecast_method_name(r->forecast.method));
    write_time(run, json, "origin", r->forecast.origin_s);
    write_time(run, json, "until", r->forecast.origin_s + r->forecast.horizon_days * 86400);
    hs_json_object_end(json);
}

static void write_score(const hs_hotspot_run *run, const hs_focus_score *s, hs_json *json) {
    write_time(run, json, "origin", s->origin_s);
    hs_json_pair_double(json, "n", s->observed);
    hs_json_pair_double(json, "caught", s->caught);
    hs_json_pair_double(json, "possible", s->possible);
    hs_json_pair_double(json, "hit_rate", s->hit_rate);
}

static void write_scores(const hs_hotspot_run *run, hs_json *json) {
    const hs_focus_plan *plan = hs_focus_plan_of(run);
    hs_json_key(json, "held_out");
    hs_json_object(json);
    hs_json_pair_text(json, "sample", "held-out");
    hs_json_pair_int(json, "periods", plan->folds);
    hs_json_pair_double(json, "confidence", 0.95);
    write_interval(json, "hit_rate", plan->hit_rate);
    write_interval(json, "of_possible", plan->of_possible);
    write_interval(json, "pai", plan->pai);
    hs_json_key(json, "folds");
    hs_json_array(json);
    for (uint32_t k = 0; k < plan->folds; k++) {
        hs_json_object(json);
        write_score(run, &plan->fold[k], json);
        hs_json_object_end(json);
    }
    hs_json_array_end(json);
    hs_json_object_end(json);
    hs_json_key(json, "in_sample");
    hs_json_object(json);
    hs_json_pair_text(json, "sample", "in-sample");
    hs_json_pair_text(json, "note_zh",
                      "样本内：本方案在起点前最近一期的表现，方案已见过该期，不能作为准确度");
    hs_json_pair_text(
        json, "note_en",
        "in-sample: this plan in the period before its origin, which it has seen; no measure of "
        "how good it is");
    write_score(run, &plan->in_sample, json);
    hs_json_object_end(json);
}

void hs_focus_head(const hs_hotspot_run *run, hs_json *json) {
    const hs_focus_request *r = run->request;
    const hs_focus_answer *a = run->result;
    const hs_focus_plan *plan = &a->plan;
    write_parameters(run, json);
    hs_json_pair_text(json, "method_used", hs_forecast_method_name(a->ground->forecast->forecast->method));
    static const char *const ways[] = {"forecast", "forecast-last", "background-forecast",
                                       "background-forecast-last"};
    hs_json_pair_text(json, "expected_by", ways[a->ground->way[0]]);
    hs_json_pair_int(json, "version", (int64_t)run->snapshot->version);
    hs_json_pair_int(json, "seed", (int64_t)r->seed);
    hs_json_pair_int(json, "candidates", plan->candidates);
    hs_json_pair_int(json, "chosen", plan->count);
    hs_json_pair_double(json, r->in_hours ? "chosen_h" : "chosen_km", plan->cost);
    if (!r->in_hours) hs_json_pair_int(json, "routes", plan->routes);
    hs_json_pair_int(json, "in_permitted_zones", plan->forbidden);
    hs_json_pair_double(json, "expected_total", plan->total);
    hs_json_pair_double(json, "expected_in_chosen", plan->expected);
    hs_json_pair_double(json, "bound", plan->bound);
    hs_json_pair_double(json, "gap", plan->gap);
    hs_json_pair_int(json, "known_at_origin", (int64_t)a->ground->forecast->forecast->used);
    write_scores(run, json);
    hs_json_pair_int(json, "without_time", (int64_t)a->ground->forecast->timeless);
    hs_areas_tally_members(&a->ground->forecast->tally, json);
}
