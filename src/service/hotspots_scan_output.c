/* What the scan answers: clusters as rows, and the members of the collection. */
#include "service/hotspots_scan.h"

#include <math.h>

static const hs_field fields[] = {
    {"id", HS_FIELD_INTEGER},
    {"code", HS_FIELD_TEXT},
    {"name", HS_FIELD_TEXT},
    {"name_en", HS_FIELD_TEXT},
    {"method", HS_FIELD_TEXT},
    {"value", HS_FIELD_REAL},
    {"statistic", HS_FIELD_REAL},
    {"p_value", HS_FIELD_REAL},
    {"q_value", HS_FIELD_REAL},
    {"n", HS_FIELD_INTEGER},
    {"expected", HS_FIELD_REAL},
    {"rank", HS_FIELD_INTEGER},
    {"label_zh", HS_FIELD_TEXT},
    {"label_en", HS_FIELD_TEXT},
    {"observed", HS_FIELD_REAL},
    {"population", HS_FIELD_REAL},
    {"relative_risk", HS_FIELD_REAL},
    {"log_likelihood_ratio", HS_FIELD_REAL},
    {"p_value_gumbel", HS_FIELD_REAL},
    {"recurrence_interval_days", HS_FIELD_REAL},
    {"start", HS_FIELD_TEXT},
    {"end", HS_FIELD_TEXT},
    {"days", HS_FIELD_REAL},
    {"units", HS_FIELD_INTEGER},
    {"radius_m", HS_FIELD_REAL},
    {"axis_ratio", HS_FIELD_REAL},
    {"angle_deg", HS_FIELD_REAL},
    {"lon", HS_FIELD_REAL},
    {"lat", HS_FIELD_REAL},
    {"members", HS_FIELD_TEXT},
};
enum { FIELDS = sizeof fields / sizeof *fields, FILE_ONLY = 1 };

const char *hs_scan_date(const hs_hotspot_run *run, int64_t time_s, hs_arena *arena) {
    hs_civil c = hs_civil_from_s(time_s + hs_timezone_offset(run->snapshot->timezone, time_s));
    return hs_arena_printf(arena, "%04d-%02d-%02d", c.year, c.month, c.day);
}

static hs_value text_or_none(const char *text) {
    return text ? hs_hotspot_text(text) : (hs_value){.absent = true};
}

/* Codes of the units inside, or their ids where they have none. */
static const char *member_text(const hs_scan_result *h, uint32_t number, hs_arena *arena) {
    hs_buffer out;
    hs_buffer_init(&out, (size_t)1 << 20);
    for (uint32_t i = 0; i < h->areas.count; i++) {
        if (h->cluster_of[i] != number) continue;
        if (out.size > 0) hs_buffer_text(&out, " ");
        if (h->areas.code[i].size > 0)
            hs_buffer_printf(&out, "%.*s", (int)h->areas.code[i].size, h->areas.code[i].data);
        else
            hs_buffer_printf(&out, "%lld", (long long)h->areas.id[i]);
    }
    const char *text = out.data ? hs_arena_strndup(arena, out.data, out.size) : "";
    hs_buffer_done(&out);
    return text;
}

static void read_row(const hs_hotspot_run *run, uint32_t k, hs_arena *arena, hs_value *v,
                     const hs_geometry **geometry) {
    const hs_scan_ask *r = run->request;
    const hs_scan_result *h = run->result;
    const hs_scan_cluster *c = &h->cluster[k];
    bool timed = h->steps.count > 0, streets = r->areas.units == HS_UNITS_STREETS;
    int64_t begin_s = timed ? h->steps.bound_s[c->first_step] : 0;
    int64_t end_s = timed ? h->steps.bound_s[c->end_step] : 0;
    *geometry = &h->shape[k];
    *v++ = hs_hotspot_integer_value(k + 1);
    *v++ = hs_hotspot_str(h->areas.code[c->centre]);
    *v++ = hs_hotspot_str(h->areas.name[c->centre]);
    *v++ = hs_hotspot_str(h->areas.name_en[c->centre]);
    *v++ = hs_hotspot_text(run->method->name);
    *v++ = hs_hotspot_real(c->cases);
    *v++ = hs_hotspot_real(c->statistic);
    *v++ = hs_hotspot_real(c->p);
    *v++ = hs_hotspot_real(c->p);
    *v++ = (hs_value){.integer = llround(c->cases), .absent = c->cases != floor(c->cases)};
    *v++ = hs_hotspot_real(c->expected);
    *v++ = hs_hotspot_integer_value(k + 1);
    *v++ = text_or_none(hs_scan_label(run, k, true, arena));
    *v++ = text_or_none(hs_scan_label(run, k, false, arena));
    *v++ = hs_hotspot_real(c->cases);
    *v++ = hs_hotspot_real(c->population);
    *v++ = hs_hotspot_real(c->relative_risk);
    *v++ = hs_hotspot_real(c->log_likelihood_ratio);
    *v++ = hs_hotspot_real(c->p_gumbel);
    *v++ = hs_hotspot_real(hs_scan_recurrence_days(run, c));
    *v++ = timed ? text_or_none(hs_scan_date(run, begin_s, arena)) : (hs_value){.absent = true};
    *v++ = timed ? text_or_none(hs_scan_date(run, end_s - 1, arena)) : (hs_value){.absent = true};
    *v++ = hs_hotspot_real(timed ? (double)(end_s - begin_s) / 86400 : (double)NAN);
    *v++ = hs_hotspot_integer_value(c->size);
    *v++ = hs_hotspot_real(c->radius_m);
    *v++ = hs_hotspot_real(streets ? (double)NAN : c->ratio);
    *v++ = hs_hotspot_real(c->ratio > 1 ? c->angle_rad * 180 / 3.141592653589793 : (double)NAN);
    *v++ = hs_hotspot_real(h->centre[k].lon_e7 * 1e-7);
    *v++ = hs_hotspot_real(h->centre[k].lat_e7 * 1e-7);
    *v = text_or_none(member_text(h, k, arena));
}

static void write_members(const hs_hotspot_run *run, uint32_t row, hs_json *json) {
    const hs_scan_result *h = run->result;
    hs_json_key(json, "members");
    hs_json_array(json);
    for (uint32_t i = 0; i < h->areas.count; i++)
        if (h->cluster_of[i] == row) hs_json_int(json, h->areas.id[i]);
    hs_json_array_end(json);
}

void hs_scan_table(const hs_hotspot_run *run, hs_hotspot_table *table) {
    const hs_scan_ask *r = run->request;
    const hs_scan_result *h = run->result;
    *table = (hs_hotspot_table){
        .fields = fields,
        .field_count = FIELDS,
        .file_only = FILE_ONLY,
        .type = r->areas.units == HS_UNITS_STREETS ? HS_GEOMETRY_LINES : HS_GEOMETRY_POLYGONS,
        .rows = h->head.enough ? h->found : 0,
        .read = read_row,
        .properties = write_members,
    };
}

static void write_number(hs_json *json, const char *name, double number) {
    hs_json_key(json, name);
    hs_json_double(json, number);
}

static void write_parameters(const hs_scan_ask *r, const hs_scan_result *h, hs_json *json) {
    char text[64];
    hs_json_key(json, "parameters");
    hs_json_object(json);
    if (r->areas.units == HS_UNITS_LEVEL) hs_json_pair_text(json, "level", hs_level_name(r->areas.level));
    hs_hotspot_units_words(&r->areas, text, sizeof text);
    hs_json_pair_text(json, "units", text);
    hs_json_pair_text(json, "model", hs_scan_model_name(r->model));
    hs_json_pair_text(json, "scanned", hs_scan_when_name(r->when));
    hs_json_pair_text(json, "rates", hs_scan_rates_name(r->rates));
    hs_json_pair_text(json, "sided", r->rates == HS_SCAN_BOTH ? "two" : "one");
    if (r->model == HS_SCAN_POISSON && r->expected_attribute.size == 0)
        hs_json_pair_text(json, "value", hs_hotspot_value_name(h->value));
    if (r->expected_attribute.size > 0) hs_json_pair_str(json, "expected_attribute", r->expected_attribute);
    if (r->areas.count_attribute.size > 0)
        hs_json_pair_str(json, "count_attribute", r->areas.count_attribute);
    if (r->areas.population_attribute.size > 0)
        hs_json_pair_str(json, "population_attribute", r->areas.population_attribute);
    hs_json_pair_text(json, "shape",
                      r->areas.units == HS_UNITS_STREETS ? "network"
                      : r->extent.ellipses               ? "ellipse"
                                                         : "circle");
    hs_json_pair_double(json, "penalty_exponent", r->extent.compactness);
    hs_json_pair_double(json, "max_share", r->extent.max_share);
    write_number(json, "max_radius_m", r->extent.max_radius_m > 0 ? r->extent.max_radius_m : (double)NAN);
    if (h->steps.count > 0) {
        hs_step_word(h->steps.step, text, sizeof text);
        hs_json_pair_text(json, "step", text);
        hs_json_pair_int(json, "max_steps", h->most_steps);
        hs_json_pair_double(json, "max_days", h->most_steps * h->step_days);
    }
    hs_json_pair_int(json, "replications", r->replications);
    hs_json_pair_int(json, "stop_after", r->stop_after);
    hs_json_pair_double(json, "alpha", r->areas.alpha);
    hs_json_pair_text(json, "correction", "largest-statistic");
    hs_json_pair_text(json, "duplicates", hs_areas_duplicates_word(&r->areas));
    write_number(json, "max_accuracy_m",
                 r->areas.filter.max_accuracy_m < 0 ? (double)NAN : r->areas.filter.max_accuracy_m);
    hs_json_object_end(json);
}

static void write_steps(const hs_hotspot_run *run, hs_json *json) {
    const hs_scan_result *h = run->result;
    char text[HS_TIME_TEXT_SIZE];
    if (h->steps.count == 0) return;
    hs_json_key(json, "steps");
    hs_json_object(json);
    hs_json_pair_int(json, "count", h->steps.count);
    (void)hs_timezone_format(run->snapshot->timezone, h->steps.bound_s[0], text);
    hs_json_pair_text(json, "from", text);
    (void)hs_timezone_format(run->snapshot->timezone, h->steps.bound_s[h->steps.count], text);
    hs_json_pair_text(json, "to", text);
    hs_json_pair_int(json, "before", (int64_t)h->early);
    hs_json_pair_int(json, "without_time", (int64_t)h->timeless);
    hs_json_object_end(json);
}

void hs_scan_head(const hs_hotspot_run *run, hs_json *json) {
    const hs_scan_ask *r = run->request;
    const hs_scan_result *h = run->result;
    write_parameters(r, h, json);
    hs_json_pair_int(json, "version", (int64_t)run->snapshot->version);
    hs_json_key(json, "seed");
    hs_json_uint(json, r->areas.seed);
    hs_json_pair_int(json, "units", h->areas.count);
    hs_json_pair_int(json, "units_left_out", h->unmeasured);
    hs_json_pair_int(json, "zones", (int64_t)h->zones);
    hs_json_pair_int(json, "windows", (int64_t)h->summary.windows);
    hs_json_pair_int(json, "replications_made", h->summary.replications);
    hs_json_pair_bool(json, "stopped_early", h->summary.stopped_early);
    write_number(json, "smallest_p_value",
                 h->summary.replications > 0 ? 1.0 / (h->summary.replications + 1) : (double)NAN);
    write_steps(run, json);
    write_number(json, "cases", h->head.enough ? h->summary.cases : (double)NAN);
    write_number(json, "population", h->head.enough ? h->summary.population : (double)NAN);
    if (r->model == HS_SCAN_BERNOULLI && r->areas.count_attribute.size == 0)
        hs_json_pair_int(json, "controls", (int64_t)h->controls);
    hs_json_pair_int(json, "significant", h->head.significant);
    hs_areas_tally_members(&h->tally, json);
}
