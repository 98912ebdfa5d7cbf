/* Hours of the week: JSON and CSV of what service/calendar.h counts. */
#include "api/calendar.h"

#include "base/text.h"
#include <math.h>

#define MOST_PERMUTATIONS 99999
#define DAY_HOURS         24.0
#define WEEK_HOURS        168.0

void hs_write_span(hs_call *call, const hs_span *span) {
    hs_json *json = &call->json;
    const hs_timezone *zone = call->snapshot->timezone;
    char text[HS_TIME_TEXT_SIZE];
    hs_json_key(json, "period");
    if (span->from_s == HS_NO_TIME) {
        hs_json_null(json);
        return;
    }
    hs_json_object(json);
    (void)hs_timezone_format(zone, span->from_s, text);
    hs_json_pair_text(json, "from", text);
    (void)hs_timezone_format(zone, span->to_s, text);
    hs_json_pair_text(json, "to", text);
    hs_json_pair_double(json, "days", (double)(span->to_s - span->from_s) / 86400);
    hs_json_object_end(json);
}

const char *hs_time_field_name(hs_time_field field) {
    static const char *const names[HS_TIME_FIELDS] = {"occurred or reported", "occurred", "reported",
                                                      "closed", "deadline"};
    return names[field];
}

/* Asking. */

/* The request's filters with `value` in the place of `name`; empty: without it. */
static hs_status filter_with(hs_call *call, const char *name, hs_str value, hs_filter *filter) {
    hs_str *names, *values;
    hs_status status = hs_call_words(call, &names, &values);
    if (status != HS_OK) return status;
    size_t used = 0;
    for (size_t i = 0; i < call->request->query_count; i++) {
        if (hs_str_equal(names[i], hs_str_of(name)) || values[i].size == 0) continue;
        names[used] = names[i];
        values[used++] = values[i];
    }
    if (value.size > 0) {
        names[used] = hs_str_of(name);
        values[used++] = value;
    }
    return hs_filter_parse(call->snapshot, names, values, used, HS_ALL_ACCURACIES, call->arena, call->error,
                           filter);
}

static hs_status take_period(hs_call *call, hs_str compare, hs_calendar_request *r) {
    hs_status status = filter_with(call, "datetime", compare, &r->other);
    if (status != HS_OK) return hs_error_prefix(call->error, status, "compare");
    if (hs_call_text(call, "datetime").size == 0)
        return hs_error_set(call->error, HS_E_ARGUMENT,
                            "compare needs datetime: the period that the other one is compared with");
    hs_span now = hs_span_of(call->snapshot, &r->filter), other = hs_span_of(call->snapshot, &r->other);
    if (other.from_s == HS_NO_TIME)
        return hs_error_set(call->error, HS_E_ARGUMENT, "compare: %.*s is no period that incidents lie in",
                            (int)hs_utf8_cut(compare, 60), compare.data);
    if (now.from_s != HS_NO_TIME && now.from_s < other.to_s && other.from_s < now.to_s)
        return hs_error_set(call->error, HS_E_ARGUMENT, "compare: the two periods share some of their time");
    return HS_OK;
}

static hs_status take_comparison(hs_call *call, hs_calendar_request *r) {
    hs_str compare = hs_call_text(call, "compare"), over = hs_call_text(call, "over");
    r->compares = compare.size > 0 || over.size > 0;
    if (compare.size > 0 && over.size > 0)
        return hs_error_set(call->error, HS_E_ARGUMENT, "compare and over exclude each other: give one");
    if (compare.size > 0) return take_period(call, compare, r);
    if (over.size == 0) return HS_OK;
    if (hs_call_text(call, "category").size == 0)
        return hs_error_set(call->error, HS_E_ARGUMENT,
                            "over needs category: the problems whose hours are compared with those of over");
    hs_status status =
        filter_with(call, "category", hs_str_equal(over, HS_STR("all")) ? (hs_str){"", 0} : over, &r->other);
    return status == HS_OK ? HS_OK : hs_error_prefix(call->error, status, "over");
}

static hs_status take_request(hs_call *call, hs_calendar_request *r) {
    int64_t permutations = 0, seed = 0;
    hs_str midnight = hs_call_text(call, "midnight");
    *r = (hs_calendar_request){.progress = hs_call_progress(call)};
    r->without_midnight = hs_str_equal(midnight, HS_STR("exclude"));
    if (midnight.size > 0 && !r->without_midnight && !hs_str_equal(midnight, HS_STR("include")))
        return hs_error_set(call->error, HS_E_ARGUMENT, "midnight: %.*s is neither include nor exclude",
                            (int)hs_utf8_cut(midnight, 60), midnight.data);
    hs_status status = hs_call_integer(call, "permutations", 0, MOST_PERMUTATIONS, 999, &permutations);
    if (status == HS_OK) status = hs_call_integer(call, "seed", 0, INT64_MAX, 1, &seed);
    if (status == HS_OK) status = hs_call_filter(call, HS_ALL_ACCURACIES, NULL, &r->filter);
    r->permutations = (uint32_t)permutations;
    r->seed = (uint64_t)seed;
    return status == HS_OK ? take_comparison(call, r) : status;
}

/* Answering. */

static double rate_of(const hs_calendar_side *side, int weekday, int hour) {
    int64_t exposure_s = side->exposure_s[weekday][hour];
    return exposure_s > 0 ? side->counts[weekday][hour] * 3600.0 / (double)exposure_s : (double)NAN;
}

typedef enum table { COUNTS, EXPOSURE, RATES } table;

static void write_table(hs_json *json, const char *name, const hs_calendar_side *side, table which) {
    hs_json_key(json, name);
    hs_json_array(json);
    for (int d = 0; d < HS_WEEKDAYS; d++) {
        hs_json_array(json);
        for (int h = 0; h < HS_DAY_HOURS; h++) {
            if (which == COUNTS)
                hs_json_int(json, side->counts[d][h]);
            else
                hs_json_double(json,
                               which == RATES ? rate_of(side, d, h) : (double)side->exposure_s[d][h] / 3600);
        }
        hs_json_array_end(json);
    }
    hs_json_array_end(json);
}

static void write_margins(hs_json *json, const hs_calendar_side *side) {
    uint64_t hours[HS_DAY_HOURS] = {0}, weekdays[HS_WEEKDAYS] = {0};
    for (int d = 0; d < HS_WEEKDAYS; d++)
        for (int h = 0; h < HS_DAY_HOURS; h++) {
            hours[h] += side->counts[d][h];
            weekdays[d] += side->counts[d][h];
        }
    hs_json_key(json, "by_hour");
    hs_json_array(json);
    for (int h = 0; h < HS_DAY_HOURS; h++)
        hs_json_uint(json, hours[h]);
    hs_json_array_end(json);
    hs_json_key(json, "by_weekday");
    hs_json_array(json);
    for (int d = 0; d < HS_WEEKDAYS; d++)
        hs_json_uint(json, weekdays[d]);
    hs_json_array_end(json);
}

/* Hours on the circle, and the mean as people say it: `18:05`, `Fri 18:05`. */
static void write_circle(hs_json *json, const char *name, const hs_circular *c, double hours) {
    static const char *const days[HS_WEEKDAYS] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    hs_json_key(json, name);
    hs_json_object(json);
    hs_json_pair_double(json, "mean_hour", c->mean * hours);
    hs_json_key(json, "mean");
    if (isnan(c->mean)) {
        hs_json_null(json);
    } else {
        char text[16];
        unsigned minutes = (unsigned)(c->mean * hours * 60 + 0.5) % (unsigned)(hours * 60);
        (void)snprintf(text, sizeof text, "%s%s%02u:%02u", hours > DAY_HOURS ? days[minutes / 1440] : "",
                       hours > DAY_HOURS ? " " : "", minutes % 1440 / 60, minutes % 60);
        hs_json_text(json, text);
    }
    hs_json_pair_double(json, "resultant", c->resultant);
    hs_json_pair_double(json, "deviation_hours", c->deviation * hours);
    hs_json_pair_double(json, "rayleigh_z", c->rayleigh_z);
    hs_json_pair_double(json, "rayleigh_p", c->n > 0 ? c->rayleigh_p : (double)NAN);
    hs_json_object_end(json);
}

static void write_side(hs_call *call, const hs_calendar_side *side) {
    hs_json *json = &call->json;
    hs_write_span(call, &side->span);
    hs_json_pair_int(json, "total", (int64_t)side->total);
    hs_json_pair_int(json, "counted", (int64_t)side->counted);
    hs_json_pair_int(json, "no_time", (int64_t)side->no_time);
    hs_json_pair_int(json, "local_midnight", (int64_t)side->midnight);
    write_table(json, "counts", side, COUNTS);
    write_table(json, "exposure_hours", side, EXPOSURE);
    write_table(json, "rates", side, RATES);
    write_margins(json, side);
    write_circle(json, "day", &side->day, DAY_HOURS);
    write_circle(json, "week", &side->week, WEEK_HOURS);
}

static double p_of(const hs_circular_difference *d) {
    return d->f_holds ? d->f_p : d->permuted_p;
}

static void write_difference(hs_json *json, const char *name, const hs_circular_difference *d, double q,
                             double hours) {
    hs_json_key(json, name);
    hs_json_object(json);
    hs_json_pair_double(json, "hours_later", d->hours_apart_turns * hours);
    hs_json_pair_text(json, "test", d->f_holds ? "watson-williams" : "permutation");
    hs_json_pair_double(json, "p_value", p_of(d));
    hs_json_pair_double(json, "q_value", q);
    hs_json_pair_double(json, "f", d->f);
    hs_json_pair_double(json, "f_p", d->f_p);
    hs_json_pair_double(json, "permuted_p", d->permuted_p);
    hs_json_pair_double(json, "concentration", d->concentration);
    hs_json_pair_double(json, "equal_concentration_p", d->equal_concentration_p);
    hs_json_object_end(json);
}

static void write_comparison(hs_call *call, const hs_calendar *calendar) {
    hs_json *json = &call->json;
    hs_json_key(json, "compared");
    hs_json_object(json);
    write_side(call, &calendar->other);
    hs_json_object_end(json);
    hs_json_pair_int(json, "shared", (int64_t)calendar->shared);
    hs_json_key(json, "difference");
    if (!calendar->tested) {
        hs_json_null(json);
        return;
    }
    /* Benjamini and Hochberg's step up of two. */
    double day = p_of(&calendar->day), week = p_of(&calendar->week), larger = fmax(day, week);
    hs_json_object(json);
    write_difference(json, "day", &calendar->day, fmin(larger, 2 * day), DAY_HOURS);
    write_difference(json, "week", &calendar->week, fmin(larger, 2 * week), WEEK_HOURS);
    hs_json_object_end(json);
}

static void write_words(hs_call *call, const hs_calendar_request *r, const hs_calendar *calendar) {
    static const char *const how[] = {"how_en", "how_zh"}, *const caution[] = {"caution_en", "caution_zh"};
    for (int chinese = 1; chinese >= 0; chinese--) {
        hs_buffer words;
        hs_buffer_init(&words, 16384);
        hs_calendar_explain(r, calendar, call->snapshot, chinese, &words);
        hs_json_pair_str(&call->json, how[chinese], (hs_str){words.data, words.size});
        hs_buffer_clear(&words);
        hs_calendar_caution(r, calendar, chinese, &words);
        if (words.size > 0) hs_json_pair_str(&call->json, caution[chinese], (hs_str){words.data, words.size});
        hs_buffer_done(&words);
    }
}

static void write_json(hs_call *call, const hs_calendar_request *r, const hs_calendar *calendar) {
    hs_json *json = &call->json;
    hs_json_object(json);
    hs_json_pair_text(json, "timezone", hs_timezone_name(call->snapshot->timezone));
    hs_json_pair_text(json, "time", hs_time_field_name(r->filter.time));
    hs_json_pair_bool(json, "enough", calendar->now.counted >= HS_CALENDAR_LEAST);
    write_words(call, r, calendar);
    hs_json_key(json, "parameters");
    hs_json_object(json);
    hs_json_pair_text(json, "midnight", r->without_midnight ? "exclude" : "include");
    static const char *const sides[] = {"category", "datetime", "over", "compare"};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        hs_str text = hs_call_text(call, sides[i]);
        if (text.size > 0) hs_json_pair_str(json, sides[i], text);
    }
    hs_json_pair_int(json, "permutations", r->compares ? r->permutations : 0);
    hs_json_pair_int(json, "seed", (int64_t)r->seed);
    hs_json_object_end(json);
    write_side(call, &calendar->now);
    if (r->compares) write_comparison(call, calendar);
    hs_json_pair_int(json, "version", (int64_t)call->snapshot->version);
    hs_json_object_end(json);
}

static void put_side(hs_buffer *out, const hs_calendar_side *side, int d, int h) {
    double rate = rate_of(side, d, h);
    hs_buffer_printf(out, ",%u,%.9g,", (unsigned)side->counts[d][h], (double)side->exposure_s[d][h] / 3600);
    if (!isnan(rate)) hs_buffer_printf(out, "%.9g", rate);
}

static void write_csv(hs_buffer *out, bool compares, const hs_calendar *calendar) {
    hs_buffer_text(out, "weekday,hour,count,exposure_hours,rate");
    if (compares) hs_buffer_text(out, ",compared_count,compared_exposure_hours,compared_rate");
    hs_buffer_text(out, "\r\n");
    for (int d = 0; d < HS_WEEKDAYS; d++)
        for (int h = 0; h < HS_DAY_HOURS; h++) {
            hs_buffer_printf(out, "%d,%d", d + 1, h);
            put_side(out, &calendar->now, d, h);
            if (compares) put_side(out, &calendar->other, d, h);
            hs_buffer_text(out, "\r\n");
        }
}

hs_status hs_serve_calendar(hs_call *call) {
    hs_calendar_request r;
    hs_calendar calendar;
    bool csv;
    hs_status status = hs_call_takes_csv(call, &csv);
    if (status == HS_OK) status = take_request(call, &r);
    if (status != HS_OK ||
        hs_call_begin(call, csv ? "text/csv; charset=utf-8" : "application/json", HS_READS_ALL))
        return status;
    status = hs_service_calendar(call->api->service, call->snapshot, &r, call->error, &calendar);
    if (status != HS_OK) return status;
    if (csv) {
        write_csv(&call->response->body, r.compares, &calendar);
        return hs_call_head_left_out(call, &r.filter);
    }
    write_json(call, &r, &calendar);
    return hs_call_append_left_out(call, &r.filter);
}
