/* Words of a forecast. */
#include "service/forecast.h"

#include "base/text.h"
#include "service/density.h"

static hs_status parse_share(const hs_hotspot_words *words, hs_forecast_request *r) {
    hs_str text = hs_hotspot_word(words, "area-share");
    bool percent = text.size > 1 && text.data[text.size - 1] == '%';
    double share = HS_FORECAST_DEFAULT_SHARE;
    if (percent) text = hs_str_trim((hs_str){text.data, text.size - 1});
    if (text.size > 0 && !hs_str_to_double(text, &share)) share = -1;
    if (text.size > 0 && percent) share /= 100;
    if (!(share > 0 && share <= 1))
        return hs_hotspot_refuse(words, "area-share", hs_hotspot_word(words, "area-share"),
                                 "a share above 0 and at most 1, as 0.01 or 1%");
    r->share = share;
    return HS_OK;
}

hs_status hs_forecast_parse_method(const hs_hotspot_words *words, hs_forecast_request *r) {
    const char *names[HS_FORECAST_METHODS + 1];
    int method;
    for (int m = 0; m <= HS_FORECAST_METHODS; m++)
        names[m] = hs_forecast_method_name((hs_forecast_method)m);
    hs_status status =
        hs_hotspot_choice(words, "method", names, HS_FORECAST_METHODS + 1, HS_FORECAST_AUTO, &method);
    r->method = (hs_forecast_method)method;
    return status;
}

hs_status hs_forecast_parse_origin(const hs_hotspot_words *words, hs_forecast_request *r) {
    const hs_snapshot *snapshot = words->snapshot;
    hs_str text = hs_hotspot_word(words, "origin");
    r->origin_given = text.size > 0;
    if (!r->origin_given) {
        int64_t last_s = snapshot->incidents->max_time_s;
        if (last_s == HS_NO_TIME)
            return hs_error_set(
                words->error, HS_E_INPUT,
                "no incident has a time: a forecast needs a past; import incidents with times");
        int64_t local_s = last_s + hs_timezone_offset(snapshot->timezone, last_s);
        int64_t day = local_s >= 0 ? local_s / 86400 : -((86399 - local_s) / 86400);
        r->origin_s = hs_timezone_to_utc(snapshot->timezone, (day + 1) * 86400);
        return HS_OK;
    }
    int64_t until_s;
    hs_status status = hs_datetime_parse(text, snapshot->timezone, NULL, &r->origin_s, &until_s);
    bool interval = memchr(text.data, '/', text.size) != NULL;
    if (status != HS_OK || interval || r->origin_s == HS_NO_TIME)
        return hs_hotspot_refuse(words, "origin", text, "a date such as 2024-05-01, or one RFC 3339 time");
    return HS_OK;
}

static hs_status parse_cell(const hs_hotspot_words *words, hs_forecast_request *r) {
    hs_status status =
        hs_hotspot_number(words, "cell", HS_FORECAST_LEAST_CELL_M, HS_FORECAST_MOST_CELL_M, 0, &r->cell_m);
    if (status == HS_OK && r->streets && r->cell_m > 0)
        return hs_error_set(words->error, HS_E_ARGUMENT,
                            "cell: is of squares; give cell or streets=true, not both");
    if (status == HS_OK && words->aggregates && r->cell_m > 0 && r->cell_m < HS_AGGREGATE_LEAST_CELL_M)
        return hs_error_set(
            words->error, HS_E_DENIED,
            "cell: cells under %g m show single incidents, which are not public on this server: "
            "take larger ones",
            HS_AGGREGATE_LEAST_CELL_M);
    return status;
}

hs_status hs_forecast_request_parse(const hs_hotspot_words *words, void **request) {
    hs_forecast_request *r = hs_arena_array(words->arena, 1, sizeof *r);
    if (!r) return hs_error_memory(words->error, "a forecast");
    *request = r;
    hs_status status =
        hs_hotspot_filters(words, HS_DEFAULT_ACCURACY_M, &r->areas.filter, &r->areas.every_accuracy);
    if (status == HS_OK) status = parse_share(words, r);
    if (status == HS_OK) status = hs_forecast_parse_method(words, r);
    if (status == HS_OK)
        status = hs_hotspot_integer(words, "horizon", 1, HS_FORECAST_MOST_HORIZON,
                                    HS_FORECAST_DEFAULT_HORIZON, &r->horizon_days);
    if (status == HS_OK)
        status = hs_hotspot_integer(words, "backtest", 0, HS_FORECAST_MOST_FOLDS, HS_FORECAST_DEFAULT_FOLDS,
                                    &r->folds);
    if (status == HS_OK) status = hs_hotspot_switch(words, "streets", false, &r->streets);
    if (status == HS_OK) status = hs_hotspot_switch(words, "all", false, &r->all);
    if (status == HS_OK) status = parse_cell(words, r);
    if (status == HS_OK) status = hs_forecast_parse_origin(words, r);
    r->areas.units = r->streets ? HS_UNITS_STREETS : HS_UNITS_SQUARE;
    if (status == HS_OK && r->streets && words->snapshot->geography->segments.count == 0)
        return hs_error_set(words->error, HS_E_ARGUMENT,
                            "streets: this city has none; import streets or leave streets out");
    return status;
}
