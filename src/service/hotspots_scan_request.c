/* From words to a request of the scan. */
#include "service/hotspots_scan.h"

#include "base/text.h"
#include "service/density.h"
#include <math.h>

static const char *const models[] = {"poisson", "bernoulli", "permutation"};
static const char *const rates[] = {"high", "low", "both"};
static const char *const whens[] = {"space", "space-time", "prospective"};

const char *hs_scan_model_name(hs_scan_model model) {
    return models[model];
}

const char *hs_scan_rates_name(hs_scan_rates kind) {
    return rates[kind];
}

const char *hs_scan_when_name(hs_scan_when when) {
    return whens[when];
}

static bool is_given(const hs_hotspot_words *w, const char *name) {
    return hs_hotspot_word(w, name).size > 0;
}

static hs_status parse_kind(const hs_hotspot_words *w, hs_scan_ask *r) {
    int model;
    int kind;
    bool prospective;
    hs_status status = hs_hotspot_switch(w, "prospective", false, &prospective);
    bool timed = prospective || is_given(w, "max-days") || is_given(w, "step");
    int usual = timed ? HS_SCAN_PERMUTATION : HS_SCAN_POISSON;
    if (status == HS_OK) status = hs_hotspot_choice(w, "model", models, 3, usual, &model);
    if (status == HS_OK) status = hs_hotspot_choice(w, "rates", rates, 3, HS_SCAN_HIGH, &kind);
    if (status != HS_OK) return status;
    r->model = (hs_scan_model)model;
    r->rates = (hs_scan_rates)kind;
    r->when = prospective                                ? HS_SCAN_PROSPECTIVE
              : timed || r->model == HS_SCAN_PERMUTATION ? HS_SCAN_SPACE_TIME
                                                         : HS_SCAN_SPACE;
    r->step = (hs_step){HS_STEP_AUTO, 0};
    if (r->when != HS_SCAN_SPACE) status = hs_step_parse(w, &r->step);
    if (status == HS_OK && r->when == HS_SCAN_PROSPECTIVE && r->step.kind == HS_STEP_AUTO)
        r->step = (hs_step){HS_STEP_DAYS, 1};
    return status;
}

static hs_status parse_extent(const hs_hotspot_words *w, hs_scan_ask *r) {
    static const char *const shapes[] = {"circle", "ellipse"};
    static const char *const penalties[] = {"none", "medium", "strong"};
    int shape;
    int penalty;
    double usual_m = r->areas.units == HS_UNITS_STREETS ? HS_SCAN_STREETS_M : 0;
    hs_status status = hs_hotspot_number(w, "max-share", 1e-6, 0.5, 0.5, &r->extent.max_share);
    if (status == HS_OK)
        status = hs_hotspot_number(w, "max-radius", 1, 1e6, usual_m, &r->extent.max_radius_m);
    if (status == HS_OK) status = hs_hotspot_choice(w, "shape", shapes, 2, 0, &shape);
    if (status == HS_OK) status = hs_hotspot_choice(w, "penalty", penalties, 3, 0, &penalty);
    if (status != HS_OK) return status;
    r->extent.ellipses = shape == 1;
    r->extent.compactness = penalty / 2.0;
    if (shape == 1 && r->areas.units == HS_UNITS_STREETS)
        return hs_error_set(w->error, HS_E_ARGUMENT, "shape: along streets there are no ellipses");
    if (penalty > 0 && shape == 0)
        return hs_error_set(w->error, HS_E_ARGUMENT, "penalty: is of ellipses: shape=ellipse");
    return HS_OK;
}

static hs_status parse_numbers(const hs_hotspot_words *w, hs_scan_ask *r) {
    int64_t days = 0;
    int64_t replications = 0;
    int64_t stop = 0;
    int64_t clusters = 0;
    int outline;
    static const char *const outlines[] = {"units", "window"};
    hs_status status = hs_hotspot_integer(w, "max-days", 1, 36525, 0, &days);
    if (status == HS_OK)
        status = hs_hotspot_integer(w, "replications", 0, HS_SCAN_MOST_REPLICATIONS, 999, &replications);
    if (status == HS_OK)
        status = hs_hotspot_integer(w, "stop-after", 0, HS_SCAN_MOST_REPLICATIONS, 50, &stop);
    if (status == HS_OK) status = hs_hotspot_integer(w, "clusters", 1, HS_SCAN_MOST_CLUSTERS, 10, &clusters);
    if (status == HS_OK) status = hs_hotspot_choice(w, "outline", outlines, 2, 0, &outline);
    if (status != HS_OK) return status;
    r->max_days = (uint32_t)days;
    r->replications = (uint32_t)replications;
    r->stop_after = (uint32_t)stop;
    r->clusters = (uint32_t)clusters;
    r->windows = outline == 1;
    if (r->windows && r->areas.units == HS_UNITS_STREETS)
        return hs_error_set(w->error, HS_E_ARGUMENT, "outline: along streets a window is the streets inside");
    return HS_OK;
}

/* The same filters with other classes, or all. */
static hs_status parse_other(const hs_hotspot_words *w, hs_str over, hs_scan_ask *r) {
    hs_str *names = hs_arena_array(w->arena, w->count + 2, sizeof *names);
    hs_str *values = hs_arena_array(w->arena, w->count + 2, sizeof *values);
    if (!names || !values) return hs_error_memory(w->error, "the filters");
    size_t count = 0;
    for (size_t i = 0; i < w->count; i++) {
        if (hs_str_equal(w->names[i], HS_STR("category"))) continue;
        names[count] = w->names[i];
        values[count++] = w->values[i];
    }
    if (over.size > 0 && !hs_str_equal(over, HS_STR("all"))) {
        names[count] = HS_STR("category");
        values[count++] = over;
    }
    hs_status status = hs_filter_parse(w->snapshot, names, values, count, r->areas.filter.max_accuracy_m,
                                       w->arena, w->error, &r->other);
    return status == HS_OK ? status : hs_error_prefix(w->error, status, "over");
}

static hs_status parse_measure(const hs_hotspot_words *w, hs_scan_ask *r) {
    hs_str over = hs_hotspot_word(w, "over"), expected = hs_hotspot_word(w, "expected");
    bool counts = r->areas.count_attribute.size > 0;
    r->value_given = is_given(w, "value");
    r->expected_attribute = (hs_str){"", 0};
    if (r->areas.value >= HS_VALUE_EB)
        return hs_error_set(w->error, HS_E_ARGUMENT,
                            "value: scan takes count, per-km2, per-km or per-population");
    if (counts && r->when != HS_SCAN_SPACE)
        return hs_error_set(
            w->error, HS_E_ARGUMENT,
            "count: a column has no times: scan it in space alone, model=poisson or bernoulli");
    if (over.size > 0 && (r->model != HS_SCAN_BERNOULLI || counts))
        return hs_error_set(w->error, HS_E_ARGUMENT,
                            "over: names the controls of model=bernoulli, where incidents are counted");
    if (expected.size > 0) {
        if (r->model != HS_SCAN_POISSON)
            return hs_error_set(w->error, HS_E_ARGUMENT, "expected: is of model=poisson");
        hs_status status = hs_areas_parse_attribute(w, "expected", &r->areas, &r->expected_attribute);
        if (status != HS_OK) return status;
    }
    if (r->model != HS_SCAN_BERNOULLI || counts) return HS_OK;
    if (!is_given(w, "category") && over.size == 0)
        return hs_error_set(
            w->error, HS_E_ARGUMENT,
            "model: bernoulli holds some incidents against the others: give the cases' category");
    return parse_other(w, over, r);
}

hs_status hs_scan_parse(const hs_hotspot_words *words, void **request) {
    hs_scan_ask *r = hs_arena_array(words->arena, 1, sizeof *r);
    if (!r) return hs_error_memory(words->error, "the request");
    hs_status status = hs_areas_request_parse(words, HS_AREAS_GI_STAR, &r->areas);
    if (status == HS_OK) status = parse_kind(words, r);
    if (status == HS_OK) status = parse_extent(words, r);
    if (status == HS_OK) status = parse_numbers(words, r);
    if (status == HS_OK) status = parse_measure(words, r);
    if (status == HS_OK) *request = r;
    return status;
}
