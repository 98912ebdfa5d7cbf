/* What was found, as columns or members. */
#include "service/geocode_batch_private.h"

#include "base/text.h"
#include <math.h>
#include <stdio.h>

typedef struct value_list {
    hs_batch_value *value;
    size_t count;
    bool filled; /* else names alone */
} value_list;

static hs_batch_value *add(value_list *v, const char *name) {
    hs_batch_value *value = &v->value[v->count++];
    *value = (hs_batch_value){.name = name, .type = HS_VALUE_NOTHING};
    return value;
}

static void add_text(value_list *v, const char *name, hs_str text) {
    hs_batch_value *value = add(v, name);
    if (!v->filled || text.size == 0) return;
    value->type = HS_VALUE_TEXT;
    value->text = text;
}

static void add_decimal(value_list *v, const char *name, double number, int decimals) {
    hs_batch_value *value = add(v, name);
    if (!v->filled || !isfinite(number)) return;
    value->type = HS_VALUE_DECIMAL;
    value->number = llround(number * pow(10, decimals));
    value->decimals = decimals;
}

static void add_degrees(value_list *v, const char *name, int32_t e7) {
    hs_batch_value *value = add(v, name);
    if (!v->filled) return;
    value->type = HS_VALUE_DECIMAL;
    value->number = e7;
    value->decimals = 7;
}

static void add_flag(value_list *v, const char *name, bool flag, bool known) {
    hs_batch_value *value = add(v, name);
    if (!known) return;
    value->type = HS_VALUE_FLAG;
    value->number = flag;
}

static hs_str code_of(const hs_geocode_batch *batch, uint32_t unit) {
    return unit == HS_NONE ? (hs_str){"", 0} : batch->snapshot->geography->units.code[unit];
}

/* The contract's columns of `geocode`. */
static void geocoded(const hs_geocode_batch *batch, const hs_batch_row *row, value_list *v) {
    static const hs_geocode_result none = {.unit = HS_NONE};
    const hs_geocode_result *result = v->filled ? &row->geocoded : &none;
    bool known = row && !row->problem;
    add_degrees(v, "lon", result->position.lon_e7);
    add_degrees(v, "lat", result->position.lat_e7);
    hs_batch_value *match = add(v, "match_type");
    if (known)
        *match = (hs_batch_value){
            "match_type", HS_VALUE_TEXT,
            hs_str_of(hs_match_type_name(v->filled ? result->match_type : HS_MATCH_NONE)), 0, 0};
    add_decimal(v, "score", result->score, 4);
    add_decimal(v, "accuracy_m", result->accuracy_m, 1);
    add_text(v, "label", hs_str_of(result->label));
    add_text(v, "unit", v->filled ? code_of(batch, result->unit) : (hs_str){"", 0});
    add_flag(v, "ambiguous", v->filled && result->ambiguous, known);
}

static hs_str name_of_street(const hs_geography *geography, uint32_t street) {
    if (street == HS_NONE) return (hs_str){"", 0};
    hs_str name = geography->streets.name[street];
    return name.size > 0 ? name : geography->streets.name_en[street];
}

static hs_str name_of_place(const hs_geography *geography, uint32_t place) {
    if (place == HS_NONE) return (hs_str){"", 0};
    hs_str name = geography->places.name[place];
    return name.size > 0 ? name : geography->places.name_en[place];
}

static hs_str address_of(const hs_geography *geography, uint32_t row, char scratch[HS_BATCH_SCRATCH]) {
    if (row == HS_NONE) return (hs_str){"", 0};
    const hs_addresses *addresses = &geography->addresses;
    if (addresses->text[row].size > 0) return addresses->text[row];
    hs_str street = addresses->street[row], number = addresses->number[row];
    int size = snprintf(scratch, HS_BATCH_SCRATCH, "%.*s %.*s", (int)hs_utf8_cut(number, 100),
                        number.data ? number.data : "", (int)hs_utf8_cut(street, 300),
                        street.data ? street.data : "");
    return (hs_str){scratch, size > 0 ? (size_t)size : 0};
}

static void reversed(const hs_geocode_batch *batch, const hs_batch_row *row, char scratch[HS_BATCH_SCRATCH],
                     value_list *v) {
    static const hs_reverse_result none = {.street = HS_NONE,
                                           .address = HS_NONE,
                                           .place = HS_NONE,
                                           .cross = {{.street = HS_NONE}, {.street = HS_NONE}},
                                           .unit = {HS_NONE, HS_NONE, HS_NONE, HS_NONE, HS_NONE}};
    const hs_geography *geography = batch->snapshot->geography;
    const hs_reverse_result *result = v->filled ? &row->reversed : &none;
    hs_batch_value *match = add(v, "match_type");
    if (row && !row->problem)
        *match = (hs_batch_value){
            "match_type", HS_VALUE_TEXT,
            hs_str_of(hs_match_type_name(v->filled ? result->match_type : HS_MATCH_NONE)), 0, 0};
    add_text(v, "label", hs_str_of(result->label));
    add_decimal(v, "distance_m", result->distance_m, 1);
    add_text(v, "address", address_of(geography, result->address, scratch));
    add_text(v, "street", name_of_street(geography, result->street));
    add_text(v, "side",
             result->street == HS_NONE ? (hs_str){"", 0}
             : result->side < 0        ? HS_STR("left")
             : result->side > 0        ? HS_STR("right")
                                       : HS_STR("on"));
    add_text(v, "cross_street_back", name_of_street(geography, result->cross[0].street));
    add_text(v, "cross_street_ahead", name_of_street(geography, result->cross[1].street));
    add_text(v, "place", name_of_place(geography, result->place));
    uint32_t deepest = HS_NONE;
    for (int level = 0; level < HS_LEVEL_COUNT; level++) {
        add_text(v, hs_level_name((hs_level)level), code_of(batch, result->unit[level]));
        if (result->unit[level] != HS_NONE) deepest = result->unit[level];
    }
    add_text(v, "unit", code_of(batch, deepest));
}

size_t hs_batch_values(const hs_geocode_batch *batch, const hs_batch_row *row, char scratch[HS_BATCH_SCRATCH],
                       hs_batch_value values[HS_BATCH_VALUES_MAX]) {
    value_list v = {.value = values, .filled = row && row->found};
    if (batch->options.reverse)
        reversed(batch, row, scratch, &v);
    else
        geocoded(batch, row, &v);
    hs_batch_value *error = add(&v, "error");
    if (row && row->problem) *error = (hs_batch_value){"error", HS_VALUE_TEXT, hs_str_of(row->problem), 0, 0};
    return v.count;
}
