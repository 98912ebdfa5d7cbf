#include "service/sample/definition.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *const hs_sample_class_name[HS_SAMPLE_CLASS_COUNT] = {"primary", "secondary", "residential",
                                                                 "lane"};
const char *const hs_sample_source_name[HS_SAMPLE_SOURCE_COUNT] = {"patrol", "hotline", "app", "media",
                                                                   "sensor"};

void hs_sample_fail(hs_sample_reader *reader, const char *format, ...) {
    if (reader->status != HS_OK) return;
    char words[256];
    va_list list;
    va_start(list, format);
    vsnprintf(words, sizeof words, format, list);
    va_end(list);
    reader->status = hs_error_set(reader->error, HS_E_INPUT, "the sample city's definition: %s", words);
}

double hs_sample_number(hs_sample_reader *reader, const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_number(value)) {
        hs_sample_fail(reader, "%s must be a number", key);
        return 0;
    }
    return json_number_value(value);
}

double hs_sample_number_or(hs_sample_reader *reader, const json_t *object, const char *key, double fallback) {
    return json_object_get(object, key) ? hs_sample_number(reader, object, key) : fallback;
}

hs_str hs_sample_text(hs_sample_reader *reader, const json_t *object, const char *key) {
    hs_str text = hs_json_get_str(object, key);
    if (!text.size) hs_sample_fail(reader, "%s must be a text", key);
    return text;
}

hs_sample_name hs_sample_names(hs_sample_reader *reader, const json_t *object) {
    return (hs_sample_name){hs_sample_text(reader, object, "zh"), hs_sample_text(reader, object, "en")};
}

const json_t *hs_sample_array(hs_sample_reader *reader, const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (json_is_array(value)) return value;
    hs_sample_fail(reader, "%s must be an array", key);
    return NULL;
}

hs_sample_class hs_sample_read_class(hs_sample_reader *reader, hs_str name) {
    for (int c = 0; c < HS_SAMPLE_CLASS_COUNT; c++)
        if (hs_str_equal(name, hs_str_of(hs_sample_class_name[c]))) return (hs_sample_class)c;
    hs_sample_fail(reader, "%.*s is no road class", (int)name.size, name.data ? name.data : "");
    return HS_SAMPLE_LANE;
}

uint32_t hs_sample_find_type(hs_sample_reader *reader, const hs_sample_definition *definition, hs_str key) {
    for (uint32_t t = 0; t < definition->type_count; t++)
        if (hs_str_equal(definition->type[t].key, key)) return t;
    hs_sample_fail(reader, "%.*s is no type of community", (int)key.size, key.data ? key.data : "");
    return 0;
}

static int64_t read_day(hs_sample_reader *reader, const json_t *object, const char *key) {
    hs_str text = hs_sample_text(reader, object, key);
    int year = 0;
    int month = 0;
    int day = 0;
    if (text.size != 10 ||
        sscanf(text.data, "%4d-%2d-%2d", &year, &month, &day) != 3) { // NOLINT(cert-err34-c)
        hs_sample_fail(reader, "%s must be a date", key);
        return 0;
    }
    return hs_civil_days(year, month, day);
}

static void read_lines(hs_sample_reader *reader, const json_t *root, const char *sizes, const char *parts,
                       uint32_t count, double *size_m, uint32_t *part) {
    const json_t *size_array = hs_sample_array(reader, root, sizes);
    const json_t *part_array = hs_sample_array(reader, root, parts);
    if (json_array_size(size_array) != count || json_array_size(part_array) != count) {
        hs_sample_fail(reader, "%s and %s must have one number for each line of the plan", sizes, parts);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        size_m[i] = json_number_value(json_array_get(size_array, i));
        json_int_t value = json_integer_value(json_array_get(part_array, i));
        if (!(size_m[i] >= 20) || value < 1 || value > HS_SAMPLE_MAX_PARTS) {
            hs_sample_fail(reader, "%s[%u] or %s[%u] is out of range", sizes, i, parts, i);
            return;
        }
        part[i] = (uint32_t)value;
    }
}

static void read_plan(hs_sample_reader *reader, hs_sample_definition *definition) {
    const json_t *root = definition->root;
    const json_t *plan = hs_sample_array(reader, root, "plan");
    size_t rows = json_array_size(plan);
    if (rows == 0 || rows > HS_SAMPLE_MAX_LINES) {
        hs_sample_fail(reader, "plan must have 1 to %d rows", HS_SAMPLE_MAX_LINES);
        return;
    }
    definition->rows = (uint32_t)rows;
    definition->columns = (uint32_t)json_string_length(json_array_get(plan, 0));
    for (uint32_t r = 0; r < rows; r++) {
        definition->plan[r] = json_string_value(json_array_get(plan, r));
        if (json_string_length(json_array_get(plan, r)) != definition->columns || definition->columns == 0 ||
            definition->columns > HS_SAMPLE_MAX_LINES) {
            hs_sample_fail(reader, "plan's rows must be equally long, at most %d", HS_SAMPLE_MAX_LINES);
            return;
        }
    }
    read_lines(reader, root, "column_widths_m", "column_parts", definition->columns,
               definition->column_width_m, definition->column_parts);
    read_lines(reader, root, "row_heights_m", "row_parts", definition->rows, definition->row_height_m,
               definition->row_parts);
    definition->water_row = (uint32_t)hs_sample_number(reader, root, "water_row");
    size_t index;
    json_t *value;
    json_array_foreach(hs_sample_array(reader, root, "bridges"), index, value) {
        json_int_t line = json_integer_value(value);
        if (line >= 0 && line <= (json_int_t)definition->columns) definition->bridge[line] = true;
    }
}

static void read_types(hs_sample_reader *reader, hs_arena *arena, hs_sample_definition *definition) {
    json_t *types = json_object_get(definition->root, "types");
    size_t count = json_object_size(types);
    if (count == 0 || count > HS_SAMPLE_MAX_TYPES) {
        hs_sample_fail(reader, "types must have 1 to %d members", HS_SAMPLE_MAX_TYPES);
        return;
    }
    definition->type = hs_arena_array(arena, count, sizeof *definition->type);
    if (!definition->type) {
        reader->status = HS_E_MEMORY;
        return;
    }
    const char *key;
    json_t *value;
    json_object_foreach(types, key, value) {
        hs_sample_type *type = &definition->type[definition->type_count++];
        type->key = hs_str_of(key);
        type->lane = hs_sample_number(reader, value, "lane");
        type->blind = hs_sample_number(reader, value, "blind");
        type->run_on = hs_sample_number(reader, value, "run_on");
        type->edge_road = hs_sample_number(reader, value, "edge_road");
        type->road = hs_sample_number(reader, value, "road");
        type->crooked_m = hs_sample_number(reader, value, "crooked_m");
        type->addresses = hs_sample_number(reader, value, "addresses");
        type->persons = hs_sample_number(reader, value, "persons");
    }
}

static void read_community(hs_sample_reader *reader, hs_sample_definition *definition, const json_t *object,
                           hs_str default_type) {
    hs_sample_community *community = &definition->community[definition->community_count++];
    hs_str type = hs_json_get_str(object, "type");
    community->letter =
        hs_sample_text(reader, object, "key").size ? hs_json_get_str(object, "key").data[0] : '.';
    community->stem = hs_sample_names(reader, object);
    community->subdistrict = definition->subdistrict_count;
    community->type = hs_sample_find_type(reader, definition, type.size ? type : default_type);
}

static void read_subdistricts(hs_sample_reader *reader, hs_arena *arena, hs_sample_definition *definition) {
    const json_t *array = hs_sample_array(reader, definition->root, "subdistricts");
    definition->subdistrict =
        hs_arena_array(arena, json_array_size(array) + 1, sizeof *definition->subdistrict);
    size_t total = 0;
    size_t index;
    json_t *value;
    json_array_foreach(array, index, value) total += json_array_size(json_object_get(value, "communities"));
    definition->community = hs_arena_array(arena, total + 1, sizeof *definition->community);
    if (!definition->subdistrict || !definition->community) {
        reader->status = HS_E_MEMORY;
        return;
    }
    json_array_foreach(array, index, value) {
        hs_sample_subdistrict *subdistrict = &definition->subdistrict[definition->subdistrict_count];
        subdistrict->name = hs_sample_names(reader, value);
        subdistrict->first_community = definition->community_count;
        hs_str type = hs_sample_text(reader, value, "type");
        size_t inner;
        json_t *community;
        json_array_foreach(json_object_get(value, "communities"), inner, community)
            read_community(reader, definition, community, type);
        subdistrict->community_count = definition->community_count - subdistrict->first_community;
        definition->subdistrict_count++;
    }
}

static void read_warp(hs_sample_reader *reader, hs_sample_definition *definition) {
    const json_t *warp = json_object_get(definition->root, "warp");
    definition->rotation_deg = hs_sample_number(reader, warp, "rotation_deg");
    definition->barrel = hs_sample_number(reader, warp, "barrel");
    const json_t *waves = hs_sample_array(reader, warp, "waves");
    if (json_array_size(waves) != 2) hs_sample_fail(reader, "warp.waves must have two members");
    for (size_t w = 0; w < 2; w++) {
        definition->wave_amplitude_m[w] = hs_sample_number(reader, json_array_get(waves, w), "amplitude_m");
        definition->wave_length_m[w] = hs_sample_number(reader, json_array_get(waves, w), "length_m");
        if (!(definition->wave_length_m[w] > 0)) hs_sample_fail(reader, "length_m must be above 0");
    }
}

static void read_city(hs_sample_reader *reader, hs_sample_definition *definition) {
    const json_t *root = definition->root;
    definition->name = hs_sample_names(reader, json_object_get(root, "name"));
    definition->city = hs_sample_names(reader, json_object_get(root, "city"));
    definition->city_code = hs_sample_text(reader, json_object_get(root, "city"), "code");
    definition->district = hs_sample_names(reader, json_object_get(root, "district"));
    definition->district_code = hs_sample_text(reader, json_object_get(root, "district"), "code");
    definition->river = hs_sample_names(reader, json_object_get(root, "river"));
    definition->timezone = hs_sample_text(reader, root, "timezone");
    const json_t *center = hs_sample_array(reader, root, "center");
    definition->center_lon_deg = json_number_value(json_array_get(center, 0));
    definition->center_lat_deg = json_number_value(json_array_get(center, 1));
    if (!(definition->center_lat_deg > -80 && definition->center_lat_deg < 80) ||
        !(definition->center_lon_deg > -179 && definition->center_lon_deg < 179))
        hs_sample_fail(reader, "center must be longitude and latitude in degrees");
    const json_t *period = json_object_get(root, "period");
    definition->first_day = read_day(reader, period, "from");
    definition->last_day = read_day(reader, period, "to") + 1;
    if (definition->last_day <= definition->first_day || definition->last_day - definition->first_day > 36525)
        hs_sample_fail(reader, "period must end after it begins, within a century");
    definition->truth_days = (uint32_t)hs_sample_number(reader, root, "truth_days");
    definition->addresses = (uint32_t)hs_sample_number(reader, root, "addresses");
    if (definition->addresses < 1 || definition->addresses > 1000000)
        hs_sample_fail(reader, "addresses must lie in 1 to 1000000");
}

hs_status hs_sample_definition_parse(hs_str json, hs_arena *arena, hs_error *error,
                                     hs_sample_definition *definition) {
    hs_sample_definition read = {0};
    hs_status status = hs_json_parse(json, error, &read.root);
    if (status != HS_OK) return hs_error_prefix(error, status, "the sample city's definition");
    hs_sample_reader reader = {.error = error};
    read_city(&reader, &read);
    if (reader.status == HS_OK) read_plan(&reader, &read);
    if (reader.status == HS_OK) read_warp(&reader, &read);
    if (reader.status == HS_OK) read_types(&reader, arena, &read);
    if (reader.status == HS_OK) read_subdistricts(&reader, arena, &read);
    if (reader.status == HS_OK) hs_sample_read_process(&reader, arena, &read);
    if (reader.status != HS_OK) {
        json_decref(read.root);
        return reader.status;
    }
    *definition = read;
    return HS_OK;
}

void hs_sample_definition_done(hs_sample_definition *definition) {
    json_decref(definition->root);
    definition->root = NULL;
}
