/* Reads styles/ramps.json; what is wrong in it is named by its JSON pointer. */
#include "base/asset.h"
#include "base/json.h"
#include "base/text.h"
#include "render/ramp_private.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static hs_status wrong(hs_error *error, const char *pointer, const char *what) {
    return hs_error_set(error, HS_E_INPUT, "colour ramps, %s: %s", pointer, what);
}

static bool parse_hex(hs_str text, uint32_t *value) {
    *value = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            digit = (uint32_t)(c - 'A') + 10;
        else
            return false;
        *value = *value * 16 + digit;
    }
    return true;
}

static bool parse_colour(const json_t *value, hs_rgba *colour) {
    if (!json_is_string(value) || json_string_length(value) != 7) return false;
    const char *text = json_string_value(value);
    uint32_t rgb;
    if (text[0] != '#' || !parse_hex((hs_str){text + 1, 6}, &rgb)) return false;
    *colour = (hs_rgba){(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb, 255};
    return true;
}

static const char *const scale_keys[HS_RAMP_SCALES] = {
    "per_km2", "per_km2_month", "change_per_km2_month", "relative_risk_log2",
    "per_km",  "per_km_month",  "change_per_km_month"};

/* The list of breaks of one scale that stands at `where` in the file. */
static hs_status read_breaks(const json_t *lists, const char *where, hs_ramp_scale scale, hs_error *error,
                             break_set *set) {
    const char *key = scale_keys[scale];
    char pointer[96];
    snprintf(pointer, sizeof pointer, "%s/%s", where, key);
    const json_t *list = json_object_get(lists, key);
    size_t count = json_array_size(list);
    if (count == 0 || count > HS_RAMP_MAX_CLASSES)
        return wrong(error, pointer, "a list of 1 to 12 numbers is needed");
    set->count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        snprintf(pointer, sizeof pointer, "%s/%s/%zu", where, key, i);
        if (!json_is_number(item)) return wrong(error, pointer, "a number is needed");
        set->breaks[i] = json_number_value(item);
        if (!(set->breaks[i] > 0.0) && !hs_ramp_diverges(scale))
            return wrong(error, pointer, "breaks are above 0");
        if (i > 0 && set->breaks[i] <= set->breaks[i - 1]) return wrong(error, pointer, "breaks must ascend");
    }
    return HS_OK;
}

/* Breaks of one set of problems: of the scales that it names, at least one. */
static hs_status read_own_breaks(const json_t *lists, size_t number, hs_error *error, break_sets *sets) {
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/problems/%zu/breaks", number);
    const char *key;
    json_t *value;
    if (json_object_size(lists) == 0) return wrong(error, pointer, "breaks of at least one scale are needed");
    json_object_foreach((json_t *)lists, key, value) {
        int scale = 0;
        while (scale < HS_RAMP_SCALES && strcmp(key, scale_keys[scale]) != 0)
            scale++;
        if (scale == HS_RAMP_SCALES)
            return wrong(error, pointer,
                         "the scales are per_km2, per_km2_month, change_per_km2_month, per_km, per_km_month, "
                         "change_per_km_month and "
                         "relative_risk_log2");
        hs_status status = read_breaks(lists, pointer, (hs_ramp_scale)scale, error, &sets->of[scale]);
        if (status != HS_OK) return status;
    }
    return HS_OK;
}

static bool read_id(const json_t *value, char id[RAMP_ID_SIZE]) {
    hs_str text = {json_string_value(value), json_string_length(value)};
    if (!json_is_string(value) || text.size == 0 || text.size >= RAMP_ID_SIZE ||
        memchr(text.data, 0, text.size))
        return false;
    memcpy(id, text.data, text.size);
    id[text.size] = 0;
    return true;
}

static hs_status read_problem(const json_t *value, const char *pointer, uint32_t set, hs_error *error,
                              hs_ramps *ramps) {
    if (ramps->problem_count == MAX_PROBLEMS) return wrong(error, pointer, "more than 512 codes");
    problem *made = &ramps->problems[ramps->problem_count];
    if (!read_id(value, made->code)) return wrong(error, pointer, "a text of 1 to 47 bytes is needed");
    if (hs_ramps_find_problem(ramps, hs_str_of(made->code)))
        return wrong(error, pointer, "the code has breaks already");
    made->set = set;
    ramps->problem_count++;
    return HS_OK;
}

static hs_status read_problem_set(const json_t *object, uint32_t number, hs_error *error, hs_ramps *ramps) {
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/problems/%u/codes", (unsigned)number);
    const json_t *codes = json_object_get(object, "codes");
    if (json_array_size(codes) == 0) return wrong(error, pointer, "a list of codes is needed");
    for (size_t i = 0; i < json_array_size(codes); i++) {
        snprintf(pointer, sizeof pointer, "/problems/%u/codes/%zu", (unsigned)number, i);
        hs_status status = read_problem(json_array_get(codes, i), pointer, number, error, ramps);
        if (status != HS_OK) return status;
    }
    return read_own_breaks(json_object_get(object, "breaks"), number, error, &ramps->sets[number]);
}

static hs_status read_problems(const json_t *root, hs_error *error, hs_ramps *ramps) {
    const json_t *list = json_object_get(root, "problems");
    if (list && !json_is_array(list)) return wrong(error, "/problems", "a list is needed");
    if (json_array_size(list) > MAX_PROBLEM_SETS) return wrong(error, "/problems", "more than 16 sets");
    for (; ramps->set_count < json_array_size(list); ramps->set_count++) {
        hs_status status =
            read_problem_set(json_array_get(list, ramps->set_count), ramps->set_count, error, ramps);
        if (status != HS_OK) return status;
    }
    return HS_OK;
}

static hs_status read_papers(const json_t *root, hs_error *error, hs_ramps *ramps) {
    static const char *const themes[2] = {"light", "dark"};
    static const char *const parts[4] = {"paper", "ink", "soft", "line"};
    for (int theme = 0; theme < 2; theme++) {
        const json_t *object = json_object_get(json_object_get(root, "papers"), themes[theme]);
        hs_ramp_paper *p = &ramps->papers[theme];
        hs_rgba *const colours[4] = {&p->paper, &p->ink, &p->soft, &p->line};
        for (int i = 0; i < 4; i++) {
            char pointer[64];
            snprintf(pointer, sizeof pointer, "/papers/%s/%s", themes[theme], parts[i]);
            if (!parse_colour(json_object_get(object, parts[i]), colours[i]))
                return wrong(error, pointer, "a colour is written #rrggbb");
        }
    }
    return HS_OK;
}

static hs_status read_colours(const json_t *object, size_t number, hs_error *error, ramp *out) {
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/ramps/%zu/colours", number);
    const json_t *list = json_object_get(object, "colours");
    size_t count = json_array_size(list);
    if (count < 2 || count > MAX_COLOURS) return wrong(error, pointer, "a list of 2 to 32 colours is needed");
    out->colour_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        snprintf(pointer, sizeof pointer, "/ramps/%zu/colours/%zu", number, i);
        if (!parse_colour(json_array_get(list, i), &out->colours[i]))
            return wrong(error, pointer, "a colour is written #rrggbb");
    }
    return HS_OK;
}

static hs_status read_ramp(const hs_ramps *ramps, const json_t *object, size_t number, hs_error *error,
                           ramp *out) {
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/ramps/%zu/id", number);
    if (!read_id(json_object_get(object, "id"), out->id))
        return wrong(error, pointer, "a text of 1 to 47 bytes is needed");
    for (uint32_t i = 0; i < ramps->count; i++)
        if (strcmp(ramps->ramps[i].id, out->id) == 0)
            return wrong(error, pointer, "another ramp has this id");
    snprintf(pointer, sizeof pointer, "/ramps/%zu/kind", number);
    hs_str kind = hs_json_get_str(object, "kind");
    out->diverging = hs_str_equal(kind, HS_STR("diverging"));
    if (!out->diverging && !hs_str_equal(kind, HS_STR("sequential")))
        return wrong(error, pointer, "the kind is sequential or diverging");
    const json_t *opacity = json_object_get(object, "opacity");
    for (size_t i = 0; i < 2; i++) {
        const json_t *item = json_array_get(opacity, i);
        snprintf(pointer, sizeof pointer, "/ramps/%zu/opacity/%zu", number, i);
        out->opacity[i] = json_number_value(item);
        if (!json_is_number(item) || !(out->opacity[i] >= 0.0 && out->opacity[i] <= 1.0))
            return wrong(error, pointer, "a number from 0 to 1 is needed");
    }
    return read_colours(object, number, error, out);
}

const problem *hs_ramps_find_problem(const hs_ramps *ramps, hs_str code) {
    for (uint32_t i = 0; i < ramps->problem_count; i++)
        if (hs_str_equal(code, hs_str_of(ramps->problems[i].code))) return &ramps->problems[i];
    return NULL;
}

const ramp *hs_ramps_find(const hs_ramps *ramps, hs_str id) {
    for (uint32_t i = 0; i < ramps->count; i++)
        if (hs_str_equal(id, hs_str_of(ramps->ramps[i].id))) return &ramps->ramps[i];
    return NULL;
}

static hs_status read_default(const hs_ramps *ramps, const json_t *root, const char *theme, bool diverging,
                              hs_error *error, const ramp **out) {
    char pointer[32];
    snprintf(pointer, sizeof pointer, "/default/%s", theme);
    const ramp *found = hs_ramps_find(ramps, hs_json_get_str(json_object_get(root, "default"), theme));
    if (!found || found->diverging != diverging)
        return wrong(error, pointer,
                     diverging ? "the id of a diverging ramp is needed"
                               : "the id of a sequential ramp is needed");
    *out = found;
    return HS_OK;
}

static hs_status read_ramps(const json_t *root, hs_error *error, hs_ramps *ramps) {
    const json_t *list = json_object_get(root, "ramps");
    size_t count = json_array_size(list);
    if (count == 0 || count > MAX_RAMPS) return wrong(error, "/ramps", "a list of 1 to 64 ramps is needed");
    for (size_t i = 0; i < count; i++) {
        hs_status status = read_ramp(ramps, json_array_get(list, i), i, error, &ramps->ramps[i]);
        if (status != HS_OK) return status;
        ramps->count++;
    }
    hs_status status = read_default(ramps, root, "light", false, error, &ramps->light);
    if (status == HS_OK) status = read_default(ramps, root, "dark", false, error, &ramps->dark);
    if (status == HS_OK) status = read_default(ramps, root, "change", true, error, &ramps->change);
    if (status == HS_OK) status = read_default(ramps, root, "change_dark", true, error, &ramps->change_dark);
    for (int i = 0; i < HS_RAMP_SCALES && status == HS_OK; i++)
        status = read_breaks(json_object_get(root, "breaks"), "/breaks", (hs_ramp_scale)i, error,
                             &ramps->general.of[i]);
    if (status == HS_OK) status = read_problems(root, error, ramps);
    return status == HS_OK ? read_papers(root, error, ramps) : status;
}

hs_status hs_ramps_parse(hs_str text, hs_error *error, hs_ramps **out) {
    json_t *root;
    hs_status status = hs_json_parse(text, error, &root);
    if (status != HS_OK) return hs_error_prefix(error, status, "colour ramps");
    hs_ramps *ramps = calloc(1, sizeof *ramps);
    if (!ramps) {
        json_decref(root);
        return hs_error_set(error, HS_E_MEMORY, "no memory for the colour ramps");
    }
    status = read_ramps(root, error, ramps);
    json_decref(root);
    if (status != HS_OK) {
        free(ramps);
        return status;
    }
    *out = ramps;
    return HS_OK;
}

hs_status hs_ramps_new(hs_error *error, hs_ramps **ramps) {
    hs_str text;
    if (!hs_asset_find("styles/ramps.json", &text))
        return hs_error_set(error, HS_E_INTERNAL, "the program carries no styles/ramps.json");
    return hs_ramps_parse(text, error, ramps);
}

void hs_ramps_free(hs_ramps *ramps) {
    free(ramps);
}
