#include "render/ramp.h"
#include "base/asset.h"
#include "base/json.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_RAMPS   64
#define MAX_COLOURS 32
#define ID_SIZE     48

typedef struct ramp {
    char id[ID_SIZE];
    bool diverging;
    double opacity[2];
    uint32_t colour_count;
    hs_rgba colours[MAX_COLOURS];
} ramp;

typedef struct break_set {
    uint32_t count;
    double breaks[HS_RAMP_MAX_CLASSES];
} break_set;

struct hs_ramps {
    break_set breaks[HS_RAMP_SCALES];
    const ramp *light, *dark, *change;
    uint32_t count;
    ramp ramps[MAX_RAMPS];
};

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

static hs_status read_breaks(const json_t *root, hs_ramp_scale scale, hs_error *error, break_set *set) {
    const char *key = scale_keys[scale];
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/breaks/%s", key);
    const json_t *list = json_object_get(json_object_get(root, "breaks"), key);
    size_t count = json_array_size(list);
    if (count == 0 || count > HS_RAMP_MAX_CLASSES)
        return wrong(error, pointer, "a list of 1 to 12 numbers is needed");
    set->count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        snprintf(pointer, sizeof pointer, "/breaks/%s/%zu", key, i);
        if (!json_is_number(item)) return wrong(error, pointer, "a number is needed");
        set->breaks[i] = json_number_value(item);
        if (!(set->breaks[i] > 0.0) && !hs_ramp_diverges(scale))
            return wrong(error, pointer, "breaks are above 0");
        if (i > 0 && set->breaks[i] <= set->breaks[i - 1]) return wrong(error, pointer, "breaks must ascend");
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
    hs_str id = hs_json_get_str(object, "id");
    if (id.size == 0 || id.size >= ID_SIZE || memchr(id.data, 0, id.size))
        return wrong(error, pointer, "a text of 1 to 47 bytes is needed");
    memcpy(out->id, id.data, id.size);
    out->id[id.size] = 0;
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

static const ramp *find_ramp(const hs_ramps *ramps, hs_str id) {
    for (uint32_t i = 0; i < ramps->count; i++)
        if (hs_str_equal(id, hs_str_of(ramps->ramps[i].id))) return &ramps->ramps[i];
    return NULL;
}

static hs_status read_default(const hs_ramps *ramps, const json_t *root, const char *theme, bool diverging,
                              hs_error *error, const ramp **out) {
    char pointer[32];
    snprintf(pointer, sizeof pointer, "/default/%s", theme);
    const ramp *found = find_ramp(ramps, hs_json_get_str(json_object_get(root, "default"), theme));
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
    for (int i = 0; i < HS_RAMP_SCALES && status == HS_OK; i++)
        status = read_breaks(root, (hs_ramp_scale)i, error, &ramps->breaks[i]);
    return status;
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

static hs_status unknown_ramp(const hs_ramps *ramps, hs_str name, bool diverging, hs_error *error) {
    char list[256] = "light, dark";
    size_t used = strlen(list);
    for (uint32_t i = 0; i < ramps->count; i++) {
        if (ramps->ramps[i].diverging != diverging) continue;
        int added = snprintf(list + used, sizeof list - used, ", %s", ramps->ramps[i].id);
        if (added < 0 || used + (size_t)added >= sizeof list) break;
        used += (size_t)added;
    }
    return hs_error_set(error, HS_E_ARGUMENT, "ramp: '%.*s' is not one of %s", (int)hs_utf8_cut(name, 64),
                        name.size > 0 ? name.data : "", list);
}

static const ramp *choose_ramp(const hs_ramps *ramps, hs_str name, bool diverging) {
    if (diverging &&
        (name.size == 0 || hs_str_equal(name, HS_STR("light")) || hs_str_equal(name, HS_STR("dark"))))
        return ramps->change;
    if (name.size == 0 || hs_str_equal(name, HS_STR("light"))) return ramps->light;
    if (hs_str_equal(name, HS_STR("dark"))) return ramps->dark;
    const ramp *found = find_ramp(ramps, name);
    return found && found->diverging == diverging ? found : NULL;
}

static hs_status parse_breaks(hs_str text, bool diverging, hs_error *error, break_set *set) {
    set->count = 0;
    bool more = true;
    while (more) {
        if (set->count == HS_RAMP_MAX_CLASSES)
            return hs_error_set(error, HS_E_ARGUMENT, "breaks: at most %d numbers are taken",
                                HS_RAMP_MAX_CLASSES);
        more = memchr(text.data, ',', text.size) != NULL;
        hs_str word = hs_str_trim(hs_str_cut(&text, ','));
        double value;
        if (!hs_str_to_double(word, &value) || (value <= 0.0 && !diverging))
            return hs_error_set(error, HS_E_ARGUMENT,
                                "breaks: '%.*s' is no number%s; numbers are separated by commas: 1,2,5,10",
                                (int)hs_utf8_cut(word, 64), word.size > 0 ? word.data : "",
                                diverging ? "" : " above 0");
        if (set->count > 0 && value <= set->breaks[set->count - 1])
            return hs_error_set(error, HS_E_ARGUMENT, "breaks: %g does not ascend after %g", value,
                                set->breaks[set->count - 1]);
        set->breaks[set->count++] = value;
    }
    return HS_OK;
}

static uint8_t mix(uint8_t a, uint8_t b, double share) {
    return (uint8_t)((double)a + ((double)b - (double)a) * share + 0.5);
}

/* Colour of drawn class `i` of `count`. */
static hs_rgba sample(const ramp *r, uint32_t i, uint32_t count) {
    double share = count > 1 ? (double)i / (double)(count - 1) : 1.0;
    double at = share * (double)(r->colour_count - 1);
    uint32_t below = (uint32_t)at;
    uint32_t above = below + 1 < r->colour_count ? below + 1 : below;
    double rest = at - (double)below;
    const hs_rgba *a = &r->colours[below];
    const hs_rgba *b = &r->colours[above];
    double opacity = r->opacity[0] + (r->opacity[1] - r->opacity[0]) * share;
    return (hs_rgba){mix(a->r, b->r, rest), mix(a->g, b->g, rest), mix(a->b, b->b, rest),
                     (uint8_t)(opacity * 255.0 + 0.5)};
}

/* Colour of class `i` of a diverging ramp's `count`, by distance from the middle. */
static hs_rgba sample_diverging(const ramp *r, uint32_t i, uint32_t count) {
    hs_rgba colour = sample(r, i, count);
    double share = count > 1 ? (double)i / (double)(count - 1) : 0.5;
    double apart = share > 0.5 ? 2.0 * share - 1.0 : 1.0 - 2.0 * share;
    colour.a = (uint8_t)((r->opacity[0] + (r->opacity[1] - r->opacity[0]) * apart) * 255.0 + 0.5);
    return colour;
}

static void fill_diverging(const ramp *r, const break_set *set, hs_ramp_classes *classes) {
    for (uint32_t i = 0; i <= set->count; i++) {
        bool about_zero = (i == 0 || set->breaks[i - 1] <= 0.0) && (i == set->count || set->breaks[i] > 0.0);
        classes->colour[i] = sample_diverging(r, i, set->count + 1);
        if (about_zero) classes->colour[i] = (hs_rgba){0, 0, 0, 0};
    }
}

hs_status hs_ramps_classes(const hs_ramps *ramps, hs_str name, hs_str breaks, hs_ramp_scale scale,
                           hs_error *error, hs_ramp_classes *classes) {
    bool diverging = hs_ramp_diverges(scale);
    const ramp *chosen = choose_ramp(ramps, name, diverging);
    if (!chosen) return unknown_ramp(ramps, name, diverging, error);
    break_set set = ramps->breaks[scale];
    if (breaks.size > 0) {
        hs_status status = parse_breaks(breaks, diverging, error, &set);
        if (status != HS_OK) return status;
    }
    *classes = (hs_ramp_classes){.break_count = set.count, .ramp = chosen->id};
    for (uint32_t i = 0; i < set.count; i++) {
        classes->breaks[i] = set.breaks[i];
        if (!diverging) classes->colour[i + 1] = sample(chosen, i, set.count);
    }
    if (diverging) fill_diverging(chosen, &set, classes);
    return HS_OK;
}

static void write_class(const hs_ramp_classes *classes, uint32_t i, hs_json *json) {
    hs_rgba c = classes->colour[i];
    char colour[8];
    snprintf(colour, sizeof colour, "#%02x%02x%02x", c.r, c.g, c.b);
    hs_json_object(json);
    hs_json_pair_double(json, "from", i > 0 ? classes->breaks[i - 1] : 0.0);
    hs_json_key(json, "to");
    if (i < classes->break_count)
        hs_json_double(json, classes->breaks[i]);
    else
        hs_json_null(json);
    hs_json_pair_text(json, "colour", colour);
    hs_json_key(json, "opacity");
    hs_json_fixed(json, ((int64_t)c.a * 100 + 127) / 255, 2);
    hs_json_object_end(json);
}

void hs_ramp_legend_json(const hs_ramp_classes *classes, bool per_month, hs_json *json) {
    hs_json_object(json);
    hs_json_pair_text(json, "ramp", classes->ramp);
    hs_json_pair_text(json, "unit", per_month ? "incidents per km² per month" : "incidents per km²");
    hs_json_key(json, "classes");
    hs_json_array(json);
    for (uint32_t i = 0; i <= classes->break_count; i++)
        write_class(classes, i, json);
    hs_json_array_end(json);
    hs_json_object_end(json);
}
