/* The part of the definition that says how incidents come about: calendars, classes, planted hotspots. */
#include "service/sample/definition.h"

#include "base/clock.h"
#include "base/text.h"

#include <stdio.h>

/* Reads the profile that object[member] names and scales it to the given sum. */
static hs_str read_profile(hs_sample_reader *reader, const hs_sample_definition *definition,
                           const json_t *object, const char *member, size_t count, double sum,
                           double *values) {
    hs_str key = hs_sample_text(reader, object, member);
    const json_t *kinds = json_object_get(json_object_get(definition->root, "profiles"), member);
    const json_t *array = key.size ? json_object_get(kinds, key.data) : NULL;
    if (json_array_size(array) != count) {
        hs_sample_fail(reader, "profiles.%s.%.*s must have %zu numbers", member, (int)key.size,
                       key.data ? key.data : "", count);
        return key;
    }
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        values[i] = json_number_value(json_array_get(array, i));
        if (!(values[i] >= 0)) hs_sample_fail(reader, "profiles must not be negative");
        total += values[i];
    }
    if (!(total > 0)) hs_sample_fail(reader, "profiles.%s.%s is empty", member, key.data);
    for (size_t i = 0; i < count && total > 0; i++)
        values[i] *= sum / total;
    return key;
}

static void read_factors(hs_sample_reader *reader, const hs_sample_definition *definition,
                         const json_t *object, hs_sample_category *category) {
    for (uint32_t t = 0; t < definition->type_count; t++)
        category->type_factor[t] =
            hs_sample_number_or(reader, json_object_get(object, "types"), definition->type[t].key.data, 1.0);
    for (int c = 0; c < HS_SAMPLE_CLASS_COUNT; c++)
        category->class_factor[c] =
            hs_sample_number_or(reader, json_object_get(object, "roads"), hs_sample_class_name[c], 1.0);
    double sum = 0;
    for (int s = 0; s < HS_SAMPLE_SOURCE_COUNT; s++) {
        sum += hs_sample_number_or(reader, json_object_get(object, "sources"), hs_sample_source_name[s], 0.0);
        category->source_cumulative[s] = sum;
    }
    if (!(sum > 0)) hs_sample_fail(reader, "sources must have a share above 0");
}

static void read_category(hs_sample_reader *reader, const hs_sample_definition *definition,
                          const json_t *object, hs_sample_category *category) {
    category->code = hs_sample_text(reader, object, "code");
    category->name = hs_sample_text(reader, object, "zh");
    category->department = hs_sample_text(reader, object, "department");
    category->per_day = hs_sample_number(reader, object, "per_day");
    category->population = hs_sample_number(reader, object, "population");
    category->limit_h = hs_sample_number(reader, object, "limit_h");
    category->median_h = hs_sample_number(reader, object, "median_h");
    category->sigma = hs_sample_number(reader, object, "sigma");
    read_factors(reader, definition, object, category);
    read_profile(reader, definition, object, "season", 12, 12, category->calendar.season);
    read_profile(reader, definition, object, "weekday", 7, 7, category->calendar.weekday);
    read_profile(reader, definition, object, "hour", 24, 1, category->calendar.hour);
}

static int64_t read_day_or(hs_sample_reader *reader, const json_t *object, const char *key,
                           int64_t fallback) {
    hs_str text = hs_json_get_str(object, key);
    if (!text.size) return fallback;
    int year = 0;
    int month = 0;
    int day = 0;
    if (sscanf(text.data, "%4d-%2d-%2d", &year, &month, &day) != 3) { // NOLINT(cert-err34-c)
        hs_sample_fail(reader, "%s must be a date", key);
        return fallback;
    }
    return hs_civil_days(year, month, day);
}

hs_sample_where hs_sample_read_where(hs_sample_reader *reader, const json_t *object) {
    hs_sample_where where = {
        .near = hs_json_get_str(object, "near"),
        .road = hs_json_get_str(object, "road"),
        .type = hs_json_get_str(object, "type"),
        .nth = (uint32_t)hs_sample_number_or(reader, object, "nth", 1),
        .at = hs_sample_number_or(reader, object, "at", 0.5),
        .count = (uint32_t)hs_sample_number_or(reader, object, "count", 1),
        .length_m = hs_sample_number(reader, object, "length_m"),
    };
    if (where.type.size)
        where.road_class = hs_sample_read_class(reader, hs_sample_text(reader, object, "class"));
    if ((where.near.size > 0) + (where.road.size > 0) + (where.type.size > 0) != 1)
        hs_sample_fail(reader, "where must have one of near, road and type");
    return where;
}

static void read_planted(hs_sample_reader *reader, const hs_sample_definition *definition,
                         const json_t *object, hs_sample_planted *planted) {
    planted->key = hs_sample_text(reader, object, "key");
    planted->per_week = hs_sample_number(reader, object, "per_week");
    planted->story = hs_sample_names(reader, json_object_get(object, "story"));
    hs_str code = hs_sample_text(reader, object, "category");
    planted->category = HS_NONE;
    for (uint32_t c = 0; c < definition->category_count; c++)
        if (hs_str_equal(code, definition->category[c].code)) planted->category = c;
    if (planted->category == HS_NONE) hs_sample_fail(reader, "%s: no such category", planted->key.data);
    planted->from_day = read_day_or(reader, object, "from", definition->first_day);
    int64_t last = read_day_or(reader, object, "to", INT64_MAX);
    planted->to_day = last == INT64_MAX ? last : last + 1;
    const json_t *fade = json_object_get(object, "fade");
    planted->fade_day = read_day_or(reader, fade, "from", INT64_MAX);
    planted->fade_days = hs_sample_number_or(reader, fade, "days", 1);
    planted->fade_to = hs_sample_number_or(reader, fade, "to", 1);
    planted->season_key =
        read_profile(reader, definition, object, "season", 12, 12, planted->calendar.season);
    planted->weekday_key =
        read_profile(reader, definition, object, "weekday", 7, 7, planted->calendar.weekday);
    planted->hour_key = read_profile(reader, definition, object, "hour", 24, 1, planted->calendar.hour);
    planted->where = hs_sample_read_where(reader, json_object_get(object, "where"));
}

void hs_sample_read_process(hs_sample_reader *reader, hs_arena *arena, hs_sample_definition *definition) {
    const json_t *categories = hs_sample_array(reader, definition->root, "categories");
    const json_t *planted = hs_sample_array(reader, definition->root, "planted");
    definition->category =
        hs_arena_array(arena, json_array_size(categories) + 1, sizeof *definition->category);
    definition->planted = hs_arena_array(arena, json_array_size(planted) + 1, sizeof *definition->planted);
    if (!definition->category || !definition->planted) {
        reader->status = HS_E_MEMORY;
        return;
    }
    size_t index;
    json_t *value;
    json_array_foreach(categories, index, value)
        read_category(reader, definition, value, &definition->category[definition->category_count++]);
    json_array_foreach(planted, index, value)
        read_planted(reader, definition, value, &definition->planted[definition->planted_count++]);
    const json_t *positions = json_object_get(definition->root, "positions");
    for (int s = 0; s < HS_SAMPLE_SOURCE_COUNT; s++)
        definition->accuracy_m[s] = hs_sample_number_or(reader, positions, hs_sample_source_name[s], 0);
    definition->street_offset_m = hs_sample_number(reader, positions, "street_offset_m");
}
