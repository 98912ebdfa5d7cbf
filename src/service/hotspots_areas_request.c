/* From words to a request of hotspots: the same ones as query parameters and as options. */
#include "service/hotspots_areas.h"

#include "base/text.h"
#include "service/density.h"
#include <math.h>
#include <string.h>

static const char *const values_taken[HS_VALUES] = {"count",          "per-km2", "per-km",
                                                    "per-population", "eb",      "eb-local"};

const char *hs_hotspot_value_name(hs_hotspot_value value) {
    return (unsigned)value < HS_VALUES ? values_taken[value] : NULL;
}

/* `knn:8` is the name knn and the number 8. */
static bool split(hs_str text, const char *name, double *number) {
    size_t size = strlen(name);
    if (text.size <= size + 1 || memcmp(text.data, name, size) != 0 || text.data[size] != ':') return false;
    return hs_str_to_double((hs_str){text.data + size + 1, text.size - size - 1}, number) && *number > 0;
}

static hs_status parse_level(const hs_hotspot_words *w, hs_areas_request *r) {
    static const hs_level order[] = {HS_LEVEL_COMMUNITY, HS_LEVEL_CELL, HS_LEVEL_SUBDISTRICT,
                                     HS_LEVEL_DISTRICT, HS_LEVEL_CITY};
    const uint32_t *start = w->snapshot->geography->units.level_start;
    hs_str text = hs_hotspot_word(w, "level");
    r->level = text.size > 0 ? hs_level_parse(text) : HS_LEVEL_COUNT;
    if (text.size > 0 && r->level == HS_LEVEL_COUNT)
        return hs_hotspot_refuse(w, "level", text, "city, district, subdistrict, community, cell");
    for (size_t i = 0; i < 5 && r->level == HS_LEVEL_COUNT; i++)
        if (start[order[i] + 1] > start[order[i]]) r->level = order[i];
    if (r->level == HS_LEVEL_COUNT || start[r->level + 1] == start[r->level])
        return hs_error_set(w->error, HS_E_ARGUMENT,
                            "level: the city has no %s; take another level, grid=hex:300 or streets=true",
                            r->level == HS_LEVEL_COUNT ? "units" : hs_level_name(r->level));
    return HS_OK;
}

hs_status hs_areas_parse_units(const hs_hotspot_words *w, hs_areas_request *r) {
    hs_str grid = hs_hotspot_word(w, "grid");
    bool along;
    hs_status status = hs_hotspot_switch(w, "streets", false, &along);
    if (status != HS_OK) return status;
    if ((grid.size > 0) + along + (hs_hotspot_word(w, "level").size > 0) > 1)
        return hs_error_set(w->error, HS_E_ARGUMENT, "level, grid and streets: one of them says the units");
    if (along && w->snapshot->geography->segments.count == 0)
        return hs_error_set(w->error, HS_E_ARGUMENT, "streets: the city has no streets; import them");
    r->units = along ? HS_UNITS_STREETS : HS_UNITS_LEVEL;
    r->level = HS_LEVEL_COUNT;
    if (grid.size > 0) {
        r->units = split(grid, "hex", &r->size_m) ? HS_UNITS_HEX : HS_UNITS_SQUARE;
        if ((r->units == HS_UNITS_SQUARE && !split(grid, "square", &r->size_m)) || r->size_m < 10 ||
            r->size_m > 100000)
            return hs_hotspot_refuse(w, "grid", grid, "square:SIZE_M or hex:SIZE_M, 10 to 100000 metres");
        if (w->aggregates && r->size_m < HS_AGGREGATE_LEAST_CELL_M)
            return hs_error_set(w->error, HS_E_DENIED,
                                "grid: cells under %g m show single incidents, which are not public on this "
                                "server: take larger ones",
                                HS_AGGREGATE_LEAST_CELL_M);
    }
    return r->units == HS_UNITS_LEVEL ? parse_level(w, r) : HS_OK;
}

static hs_status parse_weights(const hs_hotspot_words *w, hs_areas_request *r) {
    hs_str text = hs_hotspot_word(w, "weights");
    double number = 0;
    if (text.size == 0 || hs_str_equal(text, HS_STR("queen"))) {
        r->neighbours = HS_NEIGHBOURS_QUEEN;
    } else if (hs_str_equal(text, HS_STR("rook"))) {
        r->neighbours = HS_NEIGHBOURS_ROOK;
    } else if (split(text, "knn", &number) && number == floor(number) && number <= HS_HOTSPOT_MOST_NEAREST) {
        r->neighbours = HS_NEIGHBOURS_KNN;
        r->nearest = (uint32_t)number;
    } else if ((split(text, "band", &number) || split(text, "kernel", &number) ||
                split(text, "network", &number)) &&
               number <= 100000) {
        r->neighbours = text.data[0] == 'b'   ? HS_NEIGHBOURS_BAND
                        : text.data[0] == 'k' ? HS_NEIGHBOURS_KERNEL
                                              : HS_NEIGHBOURS_NETWORK;
        r->distance_m = number;
    } else {
        return hs_hotspot_refuse(
            w, "weights", text, "queen, rook, knn:K (1 to 1000), band:METRES, kernel:METRES, network:METRES");
    }
    if (r->neighbours == HS_NEIGHBOURS_NETWORK && r->units != HS_UNITS_STREETS)
        return hs_error_set(w->error, HS_E_ARGUMENT,
                            "weights: network is between street segments: streets=true");
    hs_str style = hs_hotspot_word(w, "style");
    r->style = r->method == HS_AREAS_GI_STAR ? HS_WEIGHTS_BINARY : HS_WEIGHTS_STANDARDISED;
    if (hs_str_equal(style, HS_STR("B")))
        r->style = HS_WEIGHTS_BINARY;
    else if (hs_str_equal(style, HS_STR("W")))
        r->style = HS_WEIGHTS_STANDARDISED;
    else if (style.size > 0)
        return hs_hotspot_refuse(w, "style", style, "B, W");
    return HS_OK;
}

hs_status hs_areas_parse_attribute(const hs_hotspot_words *w, const char *name, const hs_areas_request *r,
                                   hs_str *attribute) {
    hs_str text = hs_hotspot_word(w, name);
    *attribute = (hs_str){"", 0};
    if (text.size == 0) return HS_OK;
    if (text.size < 11 || memcmp(text.data, "attribute:", 10) != 0)
        return hs_hotspot_refuse(w, name, text, "attribute:NAME, a numeric column of the units");
    if (r->units != HS_UNITS_LEVEL)
        return hs_error_set(w->error, HS_E_ARGUMENT, "%s: attributes are of units: give a level", name);
    *attribute = hs_str_trim((hs_str){text.data + 10, text.size - 10});
    return HS_OK;
}

static hs_status parse_value(const hs_hotspot_words *w, hs_areas_request *r) {
    int value;
    hs_status status = hs_hotspot_choice(w, "value", values_taken, HS_VALUES, HS_VALUE_COUNT, &value);
    if (status != HS_OK) return status;
    r->value = (hs_hotspot_value)value;
    bool streets = r->units == HS_UNITS_STREETS;
    if ((r->value == HS_VALUE_PER_KM) != streets &&
        (r->value == HS_VALUE_PER_KM || r->value == HS_VALUE_PER_KM2))
        return hs_error_set(w->error, HS_E_ARGUMENT,
                            "value: streets have a length and take per-km, areas per-km2");
    if (r->value >= HS_VALUE_PER_POPULATION && r->units != HS_UNITS_LEVEL)
        return hs_error_set(w->error, HS_E_ARGUMENT,
                            "value: how many live in a cell or on a street is not known: give a level");
    status = hs_areas_parse_attribute(w, "count", r, &r->count_attribute);
    return status == HS_OK ? hs_areas_parse_attribute(w, "population", r, &r->population_attribute) : status;
}

static hs_status parse_test(const hs_hotspot_words *w, hs_areas_request *r) {
    int64_t permutations = 0;
    int64_t seed = 1;
    int64_t jitter = 0;
    hs_str correction = hs_hotspot_word(w, "correction");
    r->permutations_given = hs_hotspot_word(w, "permutations").size > 0;
    hs_status status =
        hs_hotspot_integer(w, "permutations", 0, HS_HOTSPOT_MOST_PERMUTATIONS, 9999, &permutations);
    if (status == HS_OK) status = hs_hotspot_integer(w, "seed", 0, INT64_MAX, 1, &seed);
    if (status == HS_OK) status = hs_hotspot_number(w, "alpha", 1e-6, 0.5, 0.05, &r->alpha);
    if (status == HS_OK) status = hs_hotspot_integer(w, "jitter", 0, HS_HOTSPOT_MOST_JITTER, 0, &jitter);
    if (status == HS_OK && jitter > 0 && (r->method == HS_AREAS_GLOBAL || r->count_attribute.size > 0))
        status = hs_error_set(w->error, HS_E_ARGUMENT,
                              "jitter: moves incidents, and is for units one by one (gi-star, local-moran)");
    r->jitter = (uint32_t)jitter;
    r->permutations = (uint32_t)permutations;
    r->seed = (uint64_t)seed;
    r->correction = HS_CORRECTION_BH;
    if (status == HS_OK && correction.size > 0)
        status = hs_correction_from_name(correction.data, correction.size, w->error, &r->correction);
    return status;
}

hs_status hs_areas_request_parse(const hs_hotspot_words *words, hs_areas_method method,
                                 hs_areas_request *request) {
    hs_areas_request r = {.method = method};
    hs_status status = hs_areas_parse_units(words, &r);
    if (status == HS_OK) {
        r.typical_m = hs_areas_typical_m(words->snapshot, &r);
        /* A position that is worse than the unit says nothing of it. */
        status =
            hs_hotspot_filters(words, fmin(HS_DEFAULT_ACCURACY_M, r.typical_m), &r.filter, &r.every_accuracy);
    }
    if (status == HS_OK) status = parse_weights(words, &r);
    if (status == HS_OK) status = parse_value(words, &r);
    if (status == HS_OK) status = parse_test(words, &r);
    if (status == HS_OK) *request = r;
    return status;
}
