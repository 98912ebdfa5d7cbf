/* From query parameters to a density request: every default is stated in the answer. */
#include "api/density.h"

#include "base/text.h"

#include <string.h>

static bool is_flag(hs_call *call, const char *name, hs_status *status) {
    hs_str text = hs_call_text(call, name);
    if (text.size == 0 || hs_str_equal(text, HS_STR("false"))) return false;
    if (hs_str_equal(text, HS_STR("true")) || hs_str_equal(text, HS_STR("1"))) return true;
    if (*status == HS_OK)
        *status = hs_error_set(call->error, HS_E_ARGUMENT, "%s: %.*s is neither true nor false", name,
                               (int)hs_utf8_cut(text, 40), text.data);
    return false;
}

static hs_status parse_kernel(hs_call *call, const char *name, hs_kernel *kernel) {
    hs_str text = hs_call_text(call, name);
    *kernel = HS_KERNEL_QUARTIC;
    if (text.size == 0) return HS_OK;
    hs_status status = hs_kernel_from_name(text.data, text.size, call->error, kernel);
    return status == HS_OK ? status : hs_error_prefix(call->error, status, "%s", name);
}

/* Days, hours and minutes of ISO 8601 (`P7D`, `PT6H`, `P1DT12H`), or hours as a number. */
static bool parse_duration(hs_str text, double *seconds) {
    double hours;
    if (hs_str_to_double(text, &hours)) {
        *seconds = hours * 3600.0;
        return hours > 0;
    }
    if (text.size < 3 || text.data[0] != 'P') return false;
    double sum = 0;
    bool in_time = false;
    size_t start = 1;
    for (size_t i = 1; i < text.size; i++) {
        char c = text.data[i];
        if ((c >= '0' && c <= '9') || c == '.') continue;
        if (c == 'T' && !in_time && i == start && i + 1 < text.size) {
            in_time = true;
            start = i + 1;
            continue;
        }
        double number;
        if (!hs_str_to_double((hs_str){text.data + start, i - start}, &number)) return false;
        double unit = in_time ? (c == 'H'   ? 3600.0
                                 : c == 'M' ? 60.0
                                            : 0.0)
                              : (c == 'D'   ? 86400.0
                                 : c == 'W' ? 604800.0
                                            : 0.0);
        if (unit == 0.0) return false;
        sum += number * unit;
        start = i + 1;
    }
    *seconds = sum;
    return start == text.size && sum > 0;
}

/* The kernel in time: `at` an instant or `now` (the newest incident's time), with its bandwidth. */
static hs_status parse_time(hs_call *call, hs_density_request *request) {
    hs_str at = hs_call_text(call, "at");
    hs_str bandwidth = hs_call_text(call, "time-bandwidth");
    hs_status status = parse_kernel(call, "time-kernel", &request->time_kernel);
    if (status != HS_OK) return status;
    if (at.size == 0) {
        if (bandwidth.size == 0) return HS_OK;
        return hs_error_set(call->error, HS_E_ARGUMENT, "time-bandwidth needs at: an instant, or now");
    }
    double seconds = 7 * 86400.0;
    if (bandwidth.size > 0 && (!parse_duration(bandwidth, &seconds) || seconds < 60 || seconds > 3.2e9))
        return hs_error_set(call->error, HS_E_ARGUMENT,
                            "time-bandwidth: %.*s is no duration such as PT6H, P7D, or hours as a number",
                            (int)hs_utf8_cut(bandwidth, 40), bandwidth.data);
    int64_t from_s = call->snapshot->incidents->max_time_s;
    if (!hs_str_equal(at, HS_STR("now"))) {
        int64_t to_s;
        status = hs_datetime_parse(at, call->snapshot->timezone, call->error, &from_s, &to_s);
        if (status != HS_OK) return hs_error_prefix(call->error, status, "at");
    }
    if (from_s == HS_NO_TIME)
        return hs_error_set(call->error, HS_E_ARGUMENT, "at: an instant with a beginning is needed");
    request->at_s = from_s;
    request->time_bandwidth_s = seconds;
    return HS_OK;
}

/* The request's filters with one of them given anew. */
static hs_status filter_with(hs_call *call, const char *name, hs_str value, hs_filter *filter) {
    size_t count = call->request->query_count;
    hs_str *names = hs_arena_array(call->arena, count + 1, sizeof *names);
    hs_str *values = hs_arena_array(call->arena, count + 1, sizeof *values);
    if (!names || !values) return hs_error_set(call->error, HS_E_MEMORY, "out of memory for the filters");
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const hs_http_pair *pair = &call->request->query[i];
        if (hs_str_equal(pair->name, hs_str_of(name)) || pair->value.size == 0) continue;
        names[used] = pair->name;
        values[used++] = pair->value;
    }
    if (value.size > 0) {
        names[used] = hs_str_of(name);
        values[used++] = value;
    }
    return hs_filter_parse(call->snapshot, names, values, used, HS_DEFAULT_ACCURACY_M, call->arena,
                           call->error, filter);
}

/* `compare`: the difference to another period; `over`: the ratio to other problems. */
static hs_status parse_measure(hs_call *call, hs_density_request *request) {
    hs_str compare = hs_call_text(call, "compare");
    hs_str over = hs_call_text(call, "over");
    if (compare.size > 0 && over.size > 0)
        return hs_error_set(call->error, HS_E_ARGUMENT, "compare and over exclude each other: give one");
    hs_status status = HS_OK;
    if (compare.size > 0) {
        request->measure = HS_MEASURE_DIFFERENCE;
        status = filter_with(call, "datetime", compare, &request->other);
        if (status != HS_OK) return hs_error_prefix(call->error, status, "compare");
        if (request->months <= 0)
            return hs_error_set(call->error, HS_E_ARGUMENT,
                                "compare needs datetime: the period that the other one is taken from");
        if (request->time_bandwidth_s > 0)
            return hs_error_set(call->error, HS_E_ARGUMENT, "compare takes two periods, not at");
        if (!hs_filter_months(&request->other, call->snapshot, &request->other_months))
            request->other_months = 0;
        if (request->other_months <= 0)
            return hs_error_set(call->error, HS_E_ARGUMENT,
                                "compare: %.*s is no period that incidents lie in",
                                (int)hs_utf8_cut(compare, 60), compare.data);
    } else if (over.size > 0) {
        request->measure = HS_MEASURE_RELATIVE_RISK;
        bool all = hs_str_equal(over, HS_STR("all"));
        status = filter_with(call, "category", all ? (hs_str){0} : over, &request->other);
        if (status != HS_OK) return hs_error_prefix(call->error, status, "over");
        request->other_months = request->months;
    }
    return status;
}

static hs_ramp_scale scale_of(const hs_density_request *request) {
    if (request->measure == HS_MEASURE_DIFFERENCE) return HS_RAMP_CHANGE;
    if (request->measure == HS_MEASURE_RELATIVE_RISK) return HS_RAMP_RELATIVE_RISK;
    return request->months > 0 || request->time_bandwidth_s > 0 ? HS_RAMP_PER_KM2_MONTH : HS_RAMP_PER_KM2;
}

static hs_status parse_classes(hs_call *call, hs_density_ask *ask) {
    hs_str ramp = hs_call_text(call, "ramp");
    hs_str theme = hs_call_text(call, "theme");
    if (theme.size > 0 && !hs_str_equal(theme, HS_STR("light")) && !hs_str_equal(theme, HS_STR("dark")))
        return hs_error_set(call->error, HS_E_ARGUMENT, "theme: %.*s is neither light nor dark",
                            (int)hs_utf8_cut(theme, 60), theme.data);
    ask->scale = scale_of(&ask->request);
    return hs_ramps_classes(call->api->ramps, ramp.size > 0 ? ramp : theme, hs_call_text(call, "breaks"),
                            ask->scale, call->error, &ask->classes);
}

hs_status hs_call_density(hs_call *call, hs_density_ask *ask) {
    hs_density_ask made;
    memset(&made, 0, sizeof made);
    hs_density_request *request = &made.request;
    hs_status status = hs_call_filter(call, HS_DEFAULT_ACCURACY_M, NULL, &request->filter);
    if (status == HS_OK)
        status = hs_call_number(call, "bandwidth", HS_MIN_BANDWIDTH_M, HS_MAX_BANDWIDTH_M,
                                HS_DEFAULT_BANDWIDTH_M, &request->bandwidth_m);
    if (status == HS_OK) status = parse_kernel(call, "kernel", &request->kernel);
    if (status == HS_OK) request->exact = is_flag(call, "exact", &status);
    if (status == HS_OK) status = parse_time(call, request);
    if (status != HS_OK) return status;
    if (!hs_filter_months(&request->filter, call->snapshot, &request->months)) request->months = 0;
    status = parse_measure(call, request);
    /* A ratio says nothing where the denominator has next to nothing. */
    double least = request->measure == HS_MEASURE_RELATIVE_RISK ? 5.0 : 0.0;
    if (status == HS_OK) status = hs_call_number(call, "min-n", 0, 1e6, least, &request->min_n);
    if (status == HS_OK) status = parse_classes(call, &made);
    if (status == HS_OK) *ask = made;
    return status;
}

const char *hs_density_unit_en(const hs_density_ask *ask) {
    static const char *const units[HS_RAMP_SCALES] = {"incidents per km²", "incidents per km² per month",
                                                      "incidents per km² per month, difference",
                                                      "log2 of the ratio of shares"};
    return units[ask->scale];
}

const char *hs_density_unit_zh(const hs_density_ask *ask) {
    static const char *const units[HS_RAMP_SCALES] = {"件/平方公里", "件/平方公里·月", "件/平方公里·月，差值",
                                                      "占比之比的以 2 为底的对数"};
    return units[ask->scale];
}
