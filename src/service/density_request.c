/* From words to a density request: the same ones as query parameters and as options. */
#include "service/density_private.h"

#include "base/text.h"

#include <string.h>

typedef struct words {
    const hs_snapshot *snapshot;
    const hs_str *names, *values;
    size_t count;
    hs_arena *arena;
    hs_error *error;
} words;

static hs_str word_of(const words *w, const char *name) {
    for (size_t i = 0; i < w->count; i++)
        if (hs_str_equal(w->names[i], hs_str_of(name))) return hs_str_trim(w->values[i]);
    return (hs_str){"", 0};
}

static const char *const density_words[] = {
    "bandwidth",      "kernel",      "exact",          "adaptive", "edge-correction", "at",
    "time-bandwidth", "time-kernel", "compare",        "over",     "population",      "tolerance",
    "min-n",          "network",     "network-kernel", "snap",     "lixel",           NULL};

static hs_status check_repeated(const words *w) {
    for (const char *const *word = density_words; *word; word++) {
        size_t given = 0;
        for (size_t i = 0; i < w->count; i++)
            given += w->values[i].size > 0 && hs_str_equal(w->names[i], hs_str_of(*word));
        if (given > 1) return hs_error_set(w->error, HS_E_ARGUMENT, "'%s' is given twice", *word);
    }
    return HS_OK;
}

/* What would have no effect is refused, so that nobody takes it for heard. */
static hs_status check_effects(const words *w, const hs_density_request *request) {
    static const char *const of_streets[] = {"network-kernel", "snap", "lixel"};
    for (size_t i = 0; !request->network && i < sizeof of_streets / sizeof *of_streets; i++)
        if (word_of(w, of_streets[i]).size > 0)
            return hs_error_set(w->error, HS_E_ARGUMENT, "%s has no effect without network=true",
                                of_streets[i]);
    if (request->time_bandwidth_s <= 0 && word_of(w, "time-kernel").size > 0)
        return hs_error_set(w->error, HS_E_ARGUMENT, "time-kernel needs at: an instant, or now");
    return HS_OK;
}

static hs_status number_of(const words *w, const char *name, double min, double max, double fallback,
                           double *value) {
    hs_str text = word_of(w, name);
    *value = fallback;
    if (text.size > 0 && (!hs_str_to_double(text, value) || *value < min || *value > max))
        return hs_error_set(w->error, HS_E_ARGUMENT, "%s: %.*s is not a number from %g to %g", name,
                            (int)hs_utf8_cut(text, 60), text.data, min, max);
    return HS_OK;
}

/* Metres, or the name of a method, whose number is chosen later. */
static hs_status parse_bandwidth(const words *w, hs_density_request *request) {
    hs_str text = word_of(w, "bandwidth");
    request->bandwidth_m = HS_DEFAULT_BANDWIDTH_M;
    if (text.size == 0) return HS_OK;
    for (int m = 0; m < HS_BANDWIDTH_METHODS; m++) {
        if (!hs_str_equal(text, hs_str_of(hs_bandwidth_name((hs_bandwidth_method)m)))) continue;
        request->bandwidth_source = HS_BANDWIDTH_CHOSEN;
        request->bandwidth_method = (hs_bandwidth_method)m;
        return HS_OK;
    }
    request->bandwidth_source = HS_BANDWIDTH_GIVEN;
    if (hs_str_to_double(text, &request->bandwidth_m) && request->bandwidth_m >= HS_MIN_BANDWIDTH_M &&
        request->bandwidth_m <= HS_MAX_BANDWIDTH_M)
        return HS_OK;
    return hs_error_set(w->error, HS_E_ARGUMENT,
                        "bandwidth: %.*s is neither a number from %g to %g nor one of scott, silverman, "
                        "diggle, ppl",
                        (int)hs_utf8_cut(text, 60), text.data, HS_MIN_BANDWIDTH_M, HS_MAX_BANDWIDTH_M);
}

static bool is_flag(const words *w, const char *name, hs_status *status) {
    hs_str text = word_of(w, name);
    if (text.size == 0 || hs_str_equal(text, HS_STR("false"))) return false;
    if (hs_str_equal(text, HS_STR("true")) || hs_str_equal(text, HS_STR("1"))) return true;
    if (*status == HS_OK)
        *status = hs_error_set(w->error, HS_E_ARGUMENT, "%s: %.*s is neither true nor false", name,
                               (int)hs_utf8_cut(text, 40), text.data);
    return false;
}

static hs_status parse_kernel(const words *w, const char *name, hs_kernel *kernel) {
    hs_str text = word_of(w, name);
    *kernel = HS_KERNEL_QUARTIC;
    if (text.size == 0) return HS_OK;
    hs_status status = hs_kernel_from_name(text.data, text.size, w->error, kernel);
    return status == HS_OK ? status : hs_error_prefix(w->error, status, "%s", name);
}

/* Ladders bound the error where a kernel's slope has no jump only. */
static hs_status parse_adaptive(const words *w, hs_density_request *request) {
    hs_status status = HS_OK;
    request->adaptive = is_flag(w, "adaptive", &status);
    if (status != HS_OK || !request->adaptive) return status;
    if (!request->network && request->kernel != HS_KERNEL_QUARTIC && request->kernel != HS_KERNEL_TRIWEIGHT &&
        request->kernel != HS_KERNEL_GAUSSIAN)
        return hs_error_set(w->error, HS_E_ARGUMENT,
                            "adaptive takes the kernels quartic, triweight and gaussian, not %s",
                            hs_kernel_name(request->kernel));
    if (request->bandwidth_m > HS_MAX_ADAPTIVE_M)
        return hs_error_set(w->error, HS_E_ARGUMENT, "adaptive takes a bandwidth of at most %g m, not %g",
                            HS_MAX_ADAPTIVE_M, request->bandwidth_m);
    return status;
}

/* Streets: how kernels pass junctions, and how far an incident may lie from its street. */
static hs_status parse_network(const words *w, hs_density_request *request) {
    hs_status status = HS_OK;
    hs_str method = word_of(w, "network-kernel");
    request->network = is_flag(w, "network", &status);
    request->network_method = HS_NETWORK_CONTINUOUS;
    if (status == HS_OK && method.size > 0) {
        status = hs_network_method_from_name(method.data, method.size, w->error, &request->network_method);
        if (status != HS_OK) return hs_error_prefix(w->error, status, "network-kernel");
    }
    if (status == HS_OK)
        status = number_of(w, "snap", 1, HS_SEGMENT_LIMIT_M, HS_DEFAULT_SNAP_M, &request->snap_m);
    if (status == HS_OK) status = number_of(w, "lixel", 1, 1000, 0, &request->lixel_m);
    if (status == HS_OK && request->network && request->edge_correction)
        status = hs_error_set(w->error, HS_E_ARGUMENT,
                              "edge-correction is for density on the plane, not with network");
    if (status == HS_OK && request->network && request->kernel == HS_KERNEL_GAUSSIAN)
        status = hs_error_set(w->error, HS_E_ARGUMENT,
                              "on streets the kernels are quartic, epanechnikov, triweight, uniform and "
                              "triangular, not gaussian");
    return status;
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

/* ISO 8601 knows months and years, which are of no one length. */
static bool has_no_length(hs_str text) {
    for (size_t i = 0; i < text.size && text.data[0] == 'P' && text.data[i] != 'T'; i++)
        if (text.data[i] == 'M' || text.data[i] == 'Y') return true;
    return false;
}

/* The kernel in time: `at` an instant or `now` (the newest incident's time), with its bandwidth. */
static hs_status parse_time(const words *w, hs_density_request *request) {
    hs_str at = word_of(w, "at");
    hs_str bandwidth = word_of(w, "time-bandwidth");
    hs_status status = parse_kernel(w, "time-kernel", &request->time_kernel);
    if (status != HS_OK) return status;
    if (at.size == 0) {
        if (bandwidth.size == 0) return HS_OK;
        return hs_error_set(w->error, HS_E_ARGUMENT, "time-bandwidth needs at: an instant, or now");
    }
    double seconds = 7 * 86400.0;
    if (has_no_length(bandwidth))
        return hs_error_set(w->error, HS_E_ARGUMENT,
                            "time-bandwidth: months and years have no fixed length: give days, as P30D, not "
                            "%.*s",
                            (int)hs_utf8_cut(bandwidth, 40), bandwidth.data);
    if (bandwidth.size > 0 && (!parse_duration(bandwidth, &seconds) || seconds < 60 || seconds > 3.2e9))
        return hs_error_set(w->error, HS_E_ARGUMENT,
                            "time-bandwidth: %.*s is no duration such as PT6H, P7D, or hours as a number",
                            (int)hs_utf8_cut(bandwidth, 40), bandwidth.data);
    int64_t from_s = w->snapshot->incidents->max_time_s;
    if (!hs_str_equal(at, HS_STR("now"))) {
        int64_t to_s;
        status = hs_datetime_parse(at, w->snapshot->timezone, w->error, &from_s, &to_s);
        if (status != HS_OK) return hs_error_prefix(w->error, status, "at");
    }
    if (from_s == HS_NO_TIME)
        return hs_error_set(w->error, HS_E_ARGUMENT, "at: an instant with a beginning is needed");
    request->at_s = from_s;
    request->time_bandwidth_s = seconds;
    return HS_OK;
}

static hs_status parse_edge_correction(const words *w, bool *edge_correction) {
    hs_status status = HS_OK;
    *edge_correction = is_flag(w, "edge-correction", &status);
    if (status == HS_OK && *edge_correction && w->snapshot->geography->units.count == 0)
        return hs_error_set(w->error, HS_E_ARGUMENT,
                            "edge-correction needs units, whose border is the city's: import units first");
    return status;
}

/* The filters, with one of them given anew where `name` is not NULL. */
static hs_status filter_with(const words *w, const char *name, hs_str value, hs_filter *filter) {
    hs_str *names = hs_arena_array(w->arena, w->count + 1, sizeof *names);
    hs_str *values = hs_arena_array(w->arena, w->count + 1, sizeof *values);
    if (!names || !values) return hs_error_set(w->error, HS_E_MEMORY, "out of memory for the filters");
    size_t used = 0;
    for (size_t i = 0; i < w->count; i++) {
        if ((name && hs_str_equal(w->names[i], hs_str_of(name))) || w->values[i].size == 0) continue;
        names[used] = w->names[i];
        values[used++] = w->values[i];
    }
    if (name && value.size > 0) {
        names[used] = hs_str_of(name);
        values[used++] = value;
    }
    return hs_filter_parse(w->snapshot, names, values, used, HS_DEFAULT_ACCURACY_M, w->arena, w->error,
                           filter);
}

/* An attribute that no unit of any level carries: which numeric ones there are, of the lowest level. */
static hs_status unknown_attribute(const words *w, hs_str name) {
    hs_str known = hs_population_attributes(w->snapshot->geography, w->arena);
    int size = (int)hs_utf8_cut(name, 60);
    return hs_error_set(w->error, HS_E_ARGUMENT,
                        "population: no unit carries the number %.*s: give population=attribute:NAME; units "
                        "carry %.*s",
                        size, name.data, (int)hs_utf8_cut(known, 300), known.data);
}

/* `over=population`: the units' attribute that counts residents where one is named; else imported areas and
 * points; else what was imported for units; else the first usual attribute. */
static hs_status parse_population(const words *w, hs_density_request *request) {
    static const char *const usual[] = {"population", "pop", "人口", "常住人口"};
    const hs_geography *geography = w->snapshot->geography;
    hs_str text = word_of(w, "population");
    hs_str name = hs_str_of(usual[0]);
    request->measure = HS_MEASURE_RELATIVE_RISK;
    if (text.size > 0) {
        hs_str prefix = HS_STR("attribute:");
        if (text.size <= prefix.size || memcmp(text.data, prefix.data, prefix.size) != 0)
            return hs_error_set(w->error, HS_E_ARGUMENT,
                                "population: %.*s is not attribute: and the name of a numeric attribute",
                                (int)hs_utf8_cut(text, 60), text.data);
        name = (hs_str){text.data + prefix.size, text.size - prefix.size};
        request->level = hs_population_level(geography, name);
    } else if (geography->residents.area_count > 0) {
        request->level = HS_LEVEL_COUNT;
        request->population = HS_STR("imported areas");
        return HS_OK;
    } else {
        request->level = hs_population_imported_level(geography);
        for (size_t i = 0; i < sizeof usual / sizeof *usual && request->level == HS_LEVEL_COUNT; i++) {
            request->level = hs_population_level(geography, hs_str_of(usual[i]));
            if (request->level < HS_LEVEL_COUNT) name = hs_str_of(usual[i]);
        }
    }
    if (request->level == HS_LEVEL_COUNT) return unknown_attribute(w, name);
    request->population = name;
    return HS_OK;
}

/* `tolerance`: what departs from 0 at that level only. */
static hs_status parse_tolerance(const words *w, hs_density_request *request) {
    hs_str text = word_of(w, "tolerance");
    if (text.size == 0) return HS_OK;
    double p;
    if (!hs_str_to_double(text, &p) || !(p > 0.0 && p < 0.5))
        return hs_error_set(w->error, HS_E_ARGUMENT,
                            "tolerance: %.*s is no two-sided p-value between 0 and 0.5, as 0.05",
                            (int)hs_utf8_cut(text, 60), text.data);
    if (request->measure == HS_MEASURE_DENSITY)
        return hs_error_set(
            w->error, HS_E_ARGUMENT,
            "tolerance needs a comparison: over or compare, whose departure from 0 is tested");
    if (hs_density_overlap(request, w->snapshot->incidents) == HS_SIDES_MIXED)
        return hs_error_set(w->error, HS_E_ARGUMENT,
                            "tolerance: the two sides share some of their incidents: take sides that are "
                            "apart, or one that holds the other");
    request->tolerance = p;
    return HS_OK;
}

/* `compare`: the difference to another period; `over`: the ratio to other problems. */
static hs_status parse_measure(const words *w, hs_density_request *request) {
    hs_str compare = word_of(w, "compare");
    hs_str over = word_of(w, "over");
    if (compare.size > 0 && over.size > 0)
        return hs_error_set(w->error, HS_E_ARGUMENT, "compare and over exclude each other: give one");
    bool population = hs_str_equal(over, HS_STR("population"));
    if (!population && word_of(w, "population").size > 0)
        return hs_error_set(w->error, HS_E_ARGUMENT, "population needs over=population");
    hs_status status = HS_OK;
    if (population) {
        status = parse_population(w, request);
    } else if (compare.size > 0) {
        request->measure = HS_MEASURE_DIFFERENCE;
        status = filter_with(w, "datetime", compare, &request->other);
        if (status != HS_OK) return hs_error_prefix(w->error, status, "compare");
        if (request->months <= 0)
            return hs_error_set(w->error, HS_E_ARGUMENT,
                                "compare needs datetime: the period that the other one is taken from");
        if (request->time_bandwidth_s > 0)
            return hs_error_set(w->error, HS_E_ARGUMENT, "compare takes two periods, not at");
        if (!hs_filter_months(&request->other, w->snapshot, &request->other_months))
            request->other_months = 0;
        if (request->other_months <= 0)
            return hs_error_set(w->error, HS_E_ARGUMENT, "compare: %.*s is no period that incidents lie in",
                                (int)hs_utf8_cut(compare, 60), compare.data);
    } else if (over.size > 0) {
        request->measure = HS_MEASURE_RELATIVE_RISK;
        bool all = hs_str_equal(over, HS_STR("all"));
        status = filter_with(w, "category", all ? (hs_str){0} : over, &request->other);
        if (status != HS_OK) return hs_error_prefix(w->error, status, "over");
        request->other_months = request->months;
    }
    return status;
}

/* What is not made for streets is refused, not left out. */
static hs_status check_network(const words *w, const hs_density_request *request) {
    const char *word = request->population.size > 0                         ? "over=population"
                       : request->tolerance > 0                             ? "tolerance"
                       : request->min_n > 0 && word_of(w, "min-n").size > 0 ? "min-n"
                                                                            : NULL;
    if (!request->network || !word) return HS_OK;
    return hs_error_set(w->error, HS_E_ARGUMENT, "%s is for density on the plane, not with network", word);
}

hs_status hs_density_request_parse(const hs_snapshot *snapshot, const hs_str *names, const hs_str *values,
                                   size_t count, hs_arena *arena, hs_error *error,
                                   hs_density_request *request) {
    const words all = {snapshot, names, values, count, arena, error};
    const words *w = &all;
    hs_density_request made;
    memset(&made, 0, sizeof made);
    hs_status status = check_repeated(w);
    if (status == HS_OK) status = filter_with(w, NULL, (hs_str){0}, &made.filter);
    if (status == HS_OK) status = parse_bandwidth(w, &made);
    if (status == HS_OK) status = parse_kernel(w, "kernel", &made.kernel);
    if (status == HS_OK) made.exact = is_flag(w, "exact", &status);
    if (status == HS_OK) status = parse_edge_correction(w, &made.edge_correction);
    if (status == HS_OK) status = parse_network(w, &made);
    if (status == HS_OK) status = parse_adaptive(w, &made);
    if (status == HS_OK) status = parse_time(w, &made);
    if (status != HS_OK) return status;
    if (!hs_filter_months(&made.filter, snapshot, &made.months)) made.months = 0;
    status = parse_measure(w, &made);
    if (status == HS_OK) status = parse_tolerance(w, &made);
    /* A ratio says nothing where the denominator has next to nothing, nor does a test. */
    double least = made.population.size > 0                                           ? 100.0
                   : made.network                                                     ? 0.0
                   : made.measure == HS_MEASURE_RELATIVE_RISK || made.tolerance > 0.0 ? 5.0
                                                                                      : 0.0;
    if (status == HS_OK) status = number_of(w, "min-n", 0, 1e6, least, &made.min_n);
    if (status == HS_OK) status = check_network(w, &made);
    if (status == HS_OK) status = check_effects(w, &made);
    if (status == HS_OK) *request = made;
    return status;
}

hs_status hs_density_raster_parse(const hs_snapshot *snapshot, const hs_str *names, const hs_str *values,
                                  size_t count, hs_arena *arena, hs_error *error, hs_density_request *request,
                                  hs_box *box, bool *has_box, double *cell_m) {
    hs_str *kept = hs_arena_array(arena, count + 1, sizeof *kept);
    if (!kept) return hs_error_set(error, HS_E_MEMORY, "out of memory for the parameters");
    const words w = {snapshot, names, values, count, arena, error};
    hs_str text = word_of(&w, "bbox");
    *has_box = text.size > 0;
    hs_status status = *has_box ? hs_bbox_parse(text, error, box) : HS_OK;
    if (status == HS_OK && *has_box && box->min_lon_e7 > box->max_lon_e7)
        status =
            hs_error_set(error, HS_E_ARGUMENT, "bbox: a picture does not reach across the 180th meridian");
    if (status == HS_OK) status = number_of(&w, "cell", 1, 100000, 0, cell_m);
    if (status != HS_OK) return status;
    for (size_t i = 0; i < count; i++)
        kept[i] = hs_str_equal(names[i], HS_STR("bbox")) ? (hs_str){"", 0} : values[i];
    status = hs_density_request_parse(snapshot, names, kept, count, arena, error, request);
    if (status == HS_OK && request->network && *cell_m > 0)
        status =
            hs_error_set(error, HS_E_ARGUMENT,
                         "cell is for density on the plane: the pieces of streets are lixel metres long");
    return status;
}

hs_ramp_scale hs_density_scale(const hs_density_request *request) {
    bool monthly = request->months > 0 || request->time_bandwidth_s > 0;
    if (request->measure == HS_MEASURE_DIFFERENCE)
        return request->network ? HS_RAMP_CHANGE_KM : HS_RAMP_CHANGE;
    if (request->measure == HS_MEASURE_RELATIVE_RISK) return HS_RAMP_RELATIVE_RISK;
    if (request->network) return monthly ? HS_RAMP_PER_KM_MONTH : HS_RAMP_PER_KM;
    return monthly ? HS_RAMP_PER_KM2_MONTH : HS_RAMP_PER_KM2;
}

const char *hs_density_unit_en(const hs_density_request *request) {
    static const char *const units[HS_RAMP_SCALES] = {"incidents per km²",
                                                      "incidents per km² per month",
                                                      "incidents per km² per month, difference",
                                                      "log2 of the ratio of shares",
                                                      "incidents per km of street",
                                                      "incidents per km of street per month",
                                                      "incidents per km of street per month, difference"};
    if (request->population.size > 0) return "log2 of the incidents' share over the residents'";
    return units[hs_density_scale(request)];
}

const char *hs_density_unit_zh(const hs_density_request *request) {
    static const char *const units[HS_RAMP_SCALES] = {
        "件/平方公里", "件/平方公里·月", "件/平方公里·月，差值", "占比之比的以 2 为底的对数",
        "件/公里街道", "件/公里街道·月", "件/公里街道·月，差值"};
    if (request->population.size > 0) return "案件占比与人口占比之比的以 2 为底的对数";
    return units[hs_density_scale(request)];
}
