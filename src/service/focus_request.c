/* Words of a plan. */
#include "service/focus_private.h"

#include "base/text.h"
#include "service/density.h"

#define MOST_KM      100000.0
#define MOST_HOURS   1000000.0
#define MOST_PER     1000
#define MOST_VISITS  24
#define MOST_MINUTES 720
#define MOST_CREWS   100

typedef struct unit_of_budget {
    const char *name;
    double factor;
    bool hours;
} unit_of_budget;

static const unit_of_budget units_of_budget[] = {
    {"km", 1, false}, {"公里", 1, false}, {"千米", 1, false},
    {"h", 1, true},   {"小时", 1, true},  {"工时", 1, true},
};

static hs_status parse_budget(const hs_hotspot_words *words, hs_focus_request *r) {
    hs_str text = hs_hotspot_word(words, "budget");
    if (text.size == 0)
        return hs_error_set(words->error, HS_E_ARGUMENT,
                            "budget: say how much there is: 10km of street, or 120h of crews");
    for (size_t k = 0; k < sizeof units_of_budget / sizeof *units_of_budget; k++) {
        const unit_of_budget *u = &units_of_budget[k];
        size_t size = strlen(u->name);
        if (text.size <= size || memcmp(text.data + text.size - size, u->name, size) != 0) continue;
        hs_str number = hs_str_trim((hs_str){text.data, text.size - size});
        double most = u->hours ? MOST_HOURS : MOST_KM;
        if (!hs_str_to_double(number, &r->budget) || !(r->budget > 0 && r->budget <= most)) break;
        r->in_hours = u->hours;
        return HS_OK;
    }
    return hs_hotspot_refuse(words, "budget", text,
                             "a number with its unit: 10km of street, or 120h of crews");
}

static hs_status parse_candidates(const hs_hotspot_words *words, hs_focus_request *r) {
    bool given = hs_hotspot_word(words, "level").size > 0 || hs_hotspot_word(words, "grid").size > 0;
    r->forecast.areas.units = r->units = HS_UNITS_STREETS;
    if (words->snapshot->geography->segments.count == 0)
        return hs_error_set(words->error, HS_E_ARGUMENT,
                            "focus: the city has no streets, and a plan is of streets; import them "
                            "(hotspotd import STORE streets FILE)");
    if (!given) return HS_OK;
    hs_status status = hs_areas_parse_units(words, &r->forecast.areas);
    r->units = r->forecast.areas.units;
    return status;
}

/* `subdistrict:1` */
static hs_status parse_min_per(const hs_hotspot_words *words, hs_focus_request *r) {
    hs_str text = hs_hotspot_word(words, "min-per"), rest = text;
    if (text.size == 0) return HS_OK;
    const uint32_t *start = words->snapshot->geography->units.level_start;
    hs_str level = hs_str_cut(&rest, ':');
    int64_t number = 1;
    r->min_level = hs_level_parse(hs_str_trim(level));
    if (r->min_level == HS_LEVEL_COUNT ||
        (level.size < text.size &&
         (!hs_str_to_int(hs_str_trim(rest), &number) || number < 1 || number > MOST_PER)))
        return hs_hotspot_refuse(words, "min-per", text, "LEVEL:N, as subdistrict:1");
    if (start[r->min_level + 1] == start[r->min_level])
        return hs_error_set(words->error, HS_E_ARGUMENT, "min-per: the city has no %s",
                            hs_level_name(r->min_level));
    r->min_per = (uint32_t)number;
    return HS_OK;
}

static const char *const weights[] = {"count", "severity", "complaints"};

const char *hs_focus_weight_name(hs_focus_weight weight) {
    return weights[weight];
}

static hs_status parse_choice(const hs_hotspot_words *words, hs_focus_request *r) {
    static const char *const avoided[] = {"none", "permitted"};
    int weight;
    int avoid;
    hs_status status = hs_hotspot_choice(words, "weight", weights, 3, HS_FOCUS_COUNT, &weight);
    if (status == HS_OK) status = hs_hotspot_choice(words, "avoid", avoided, 2, 0, &avoid);
    if (status == HS_OK) status = hs_hotspot_switch(words, "connected", false, &r->connected);
    if (status != HS_OK) return status;
    r->weight = (hs_focus_weight)weight;
    r->avoid_permitted = avoid == 1;
    return parse_min_per(words, r);
}

static hs_status parse_crews(const hs_hotspot_words *words, hs_focus_request *r) {
    int64_t visits;
    int64_t minutes;
    int64_t crews;
    int64_t seed;
    hs_status status = hs_hotspot_integer(words, "visits", 1, MOST_VISITS, HS_FOCUS_DEFAULT_VISITS, &visits);
    if (status == HS_OK)
        status = hs_hotspot_integer(words, "minutes", 1, MOST_MINUTES, HS_FOCUS_DEFAULT_MINUTES, &minutes);
    if (status == HS_OK) status = hs_hotspot_integer(words, "crews", 1, MOST_CREWS, 0, &crews);
    if (status == HS_OK) status = hs_hotspot_integer(words, "seed", 0, INT64_MAX, 1, &seed);
    if (status != HS_OK) return status;
    r->visits = (uint32_t)visits;
    r->minutes = (uint32_t)minutes;
    r->crews = (uint32_t)crews;
    r->seed = (uint64_t)seed;
    return HS_OK;
}

static hs_status check_days(const hs_hotspot_words *words, const hs_focus_request *r) {
    uint32_t days[2];
    hs_focus_days(r, words->snapshot, r->forecast.origin_s, days);
    if (days[0] + days[1] > 0) return HS_OK;
    return hs_error_set(words->error, HS_E_ARGUMENT,
                        "weekdays: the %lld days from the origin have none of them; take a longer horizon, "
                        "another origin or more weekdays",
                        (long long)r->forecast.horizon_days);
}

/* What goes not together. */
static hs_status check(const hs_hotspot_words *words, const hs_focus_request *r) {
    const char *why = NULL;
    if (r->connected && r->in_hours)
        why = "connected: routes are of a budget of km; leave it out, or give the budget in km";
    else if (r->connected && r->min_per > 0)
        why = "connected and min-per: one route seldom leads through every unit; give one of them";
    else if (r->in_hours && r->min_per > 0 && r->crews > 0)
        why = "crews and min-per: go not together under a budget of hours; give one of them";
    else if (r->in_hours && r->crews > 0 && r->crews * 60 < r->visits * r->minutes)
        why =
            "visits, minutes and crews: the visits of one place take more than the crews' hour; take fewer, "
            "shorter ones or more crews";
    return why ? hs_error_set(words->error, HS_E_ARGUMENT, "%s", why) : HS_OK;
}

hs_status hs_focus_parse(const hs_hotspot_words *words, void **request) {
    hs_focus_request *r = hs_arena_array(words->arena, 1, sizeof *r);
    if (!r) return hs_error_memory(words->error, "a plan");
    *request = r;
    hs_forecast_request *f = &r->forecast;
    hs_status status =
        hs_hotspot_filters(words, HS_DEFAULT_ACCURACY_M, &f->areas.filter, &f->areas.every_accuracy);
    if (status == HS_OK) status = parse_budget(words, r);
    if (status == HS_OK) status = parse_candidates(words, r);
    if (status == HS_OK) status = parse_choice(words, r);
    if (status == HS_OK) status = parse_crews(words, r);
    if (status == HS_OK)
        status = hs_hotspot_integer(words, "horizon", 1, HS_FORECAST_MOST_HORIZON,
                                    HS_FORECAST_DEFAULT_HORIZON, &f->horizon_days);
    if (status == HS_OK)
        status = hs_hotspot_integer(words, "backtest", 0, HS_FORECAST_MOST_FOLDS, HS_FORECAST_DEFAULT_FOLDS,
                                    &f->folds);
    if (status == HS_OK) status = hs_forecast_parse_method(words, f);
    if (status == HS_OK) status = hs_forecast_parse_origin(words, f);
    if (status == HS_OK) status = check_days(words, r);
    return status == HS_OK ? check(words, r) : status;
}
