/* Units and streets. */
#include "base/text.h"
#include "ingest/record.h"

#include <hotspot/weekly_hours.h>
#include <math.h>
#include <string.h>

static hs_made take_geometry(hs_ingest *ingest, const hs_row *row, hs_geometry_type wanted, const char *need,
                             hs_refusal *refusal, hs_geometry *geometry) {
    hs_error error;
    if (hs_locator_geometry(&ingest->locator, row, ingest->arena, &error, geometry) != HS_OK)
        return hs_refuse(refusal, "geometry", (hs_str){0}, "%s", error.message);
    if (geometry->type != wanted)
        return hs_refuse(refusal, "geometry", (hs_str){0},
                         geometry->type == HS_GEOMETRY_NONE
                             ? "%s is needed, and the row has no geometry that counts"
                             : "%s is needed, and the row has another geometry",
                         need);
    return HS_MADE;
}

static hs_made take_level(const hs_ingest *ingest, const hs_row *row, hs_refusal *refusal, hs_level *level) {
    hs_str text = hs_record_text(ingest, row, HS_FIELD_LEVEL);
    *level = ingest->level;
    if (text.size == 0) {
        if (*level < HS_LEVEL_COUNT) return HS_MADE;
        return hs_refuse(refusal, "level", text, "the row has no level; give one with --level");
    }
    *level = hs_level_parse(text);
    if (*level < HS_LEVEL_COUNT) return HS_MADE;
    return hs_refuse(refusal, "level", text,
                     "is no level; use city, district, subdistrict, community or cell");
}

/* OpenStreetMap's boundaries; the rest of its polygons are no units. */
static bool osm_unit(const hs_ingest *ingest, const hs_row *row, hs_level *level) {
    hs_str boundary = hs_osm_row_tag(ingest, row, "boundary");
    if (!hs_str_equal(boundary, HS_STR("administrative"))) return false;
    *level = hs_osm_level(hs_osm_row_tag(ingest, row, "admin_level"));
    return ingest->level == HS_LEVEL_COUNT ? *level < HS_LEVEL_COUNT : *level == ingest->level;
}

hs_made hs_make_unit(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal, hs_unit_record *record) {
    *record = (hs_unit_record){.name = hs_record_text(ingest, row, HS_FIELD_NAME)};
    if (ingest->source->is_osm) {
        if (!osm_unit(ingest, row, &record->level)) return HS_MADE_NOTHING;
        record->code = hs_osm_row_tag(ingest, row, "ref");
        record->name_en = hs_osm_row_tag(ingest, row, "name:en");
    } else {
        if (take_level(ingest, row, refusal, &record->level) != HS_MADE) return HS_REFUSED;
        record->code = hs_record_text(ingest, row, HS_FIELD_CODE);
        record->name_en = hs_record_text(ingest, row, HS_FIELD_NAME_EN);
        record->parent = hs_record_text(ingest, row, HS_FIELD_PARENT);
    }
    if (take_geometry(ingest, row, HS_GEOMETRY_POLYGONS, "a polygon", refusal, &record->geometry) != HS_MADE)
        return HS_REFUSED;
    if (record->name.size == 0) record->name = record->code;
    record->attributes = hs_record_attributes(ingest, row);
    return HS_MADE;
}

/* The number that a house number begins with. */
static int32_t house_number(const hs_cell *cell, hs_arena *arena) {
    hs_str text = hs_cell_text(cell, arena);
    int64_t number = 0;
    size_t digits = 0;
    while (digits < text.size && digits < 9 && text.data[digits] >= '0' && text.data[digits] <= '9')
        number = number * 10 + (text.data[digits++] - '0');
    return digits > 0 ? (int32_t)number : HS_NO_NUMBER;
}

static void take_range(const hs_ingest *ingest, const hs_row *row, hs_field from, hs_field to, int32_t *first,
                       int32_t *last) {
    *first = house_number(hs_record_cell(ingest, row, from), ingest->arena);
    *last = house_number(hs_record_cell(ingest, row, to), ingest->arena);
    if (*first == HS_NO_NUMBER) *first = *last;
    if (*last == HS_NO_NUMBER) *last = *first;
    /* No house has the number 0: such tables mean none. */
    if (*first == 0 && *last == 0) *first = *last = HS_NO_NUMBER;
}

static bool has_word(hs_str text, hs_str word, bool at_end) {
    if (text.size < word.size + 1) return false;
    hs_str part =
        at_end ? (hs_str){text.data + text.size - word.size, word.size} : (hs_str){text.data, word.size};
    char beside = at_end ? text.data[text.size - word.size - 1] : text.data[word.size];
    return beside == ' ' && hs_str_equal_nocase(part, word);
}

/* A name whose direction and type stand in columns of their own. */
static hs_str whole_name(const hs_ingest *ingest, const hs_row *row) {
    hs_str name = hs_record_text(ingest, row, HS_FIELD_NAME);
    hs_str prefix = hs_record_text(ingest, row, HS_FIELD_NAME_PREFIX);
    hs_str type = hs_record_text(ingest, row, HS_FIELD_NAME_TYPE);
    hs_str suffix = hs_record_text(ingest, row, HS_FIELD_NAME_SUFFIX);
    if (name.size == 0) return name;
    bool suffixed = suffix.size > 0 && has_word(name, suffix, true);
    if (prefix.size > 0 && !has_word(name, prefix, false)) name = hs_record_join(ingest, prefix, name);
    if (type.size > 0 && !suffixed && !has_word(name, type, true)) name = hs_record_join(ingest, name, type);
    if (suffix.size > 0 && !suffixed) name = hs_record_join(ingest, name, suffix);
    return name;
}

static int32_t osm_layer(const hs_ingest *ingest, const hs_row *row) {
    int64_t layer;
    if (hs_str_to_int(hs_osm_row_tag(ingest, row, "layer"), &layer) && layer >= -20 && layer <= 20)
        return (int32_t)layer;
    hs_str bridge = hs_osm_row_tag(ingest, row, "bridge"), tunnel = hs_osm_row_tag(ingest, row, "tunnel");
    if (bridge.size > 0 && !hs_str_equal(bridge, HS_STR("no"))) return 1;
    if (tunnel.size > 0 && !hs_str_equal(tunnel, HS_STR("no"))) return -1;
    return 0;
}

/* Whether a column of bridges or tunnels says that the row is one. */
static bool says_yes(const hs_ingest *ingest, const hs_row *row, hs_field field) {
    static const char *const no[] = {"no", "0", "f", "false", "n", "none", "否", "无"};
    hs_str text = hs_record_text(ingest, row, field);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (hs_str_equal_nocase(text, hs_str_of(no[i]))) return false;
    return text.size > 0;
}

/* Tables often give every street the layer 0 and say of bridges and tunnels in columns of their own. */
static int32_t table_layer(const hs_ingest *ingest, const hs_row *row) {
    double layer = 0;
    if (hs_cell_number(hs_record_cell(ingest, row, HS_FIELD_LAYER), &layer) && fabs(layer) <= 100 &&
        (int32_t)layer != 0)
        return (int32_t)layer;
    if (says_yes(ingest, row, HS_FIELD_BRIDGE)) return 1;
    return says_yes(ingest, row, HS_FIELD_TUNNEL) ? -1 : 0;
}

hs_made hs_make_street(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal, hs_street_record *record) {
    *record = (hs_street_record){.name = whole_name(ingest, row),
                                 .name_en = hs_record_text(ingest, row, HS_FIELD_NAME_EN),
                                 .road_class = hs_record_text(ingest, row, HS_FIELD_CLASS)};
    record->layer = table_layer(ingest, row);
    if (ingest->source->is_osm) {
        record->road_class = hs_osm_row_tag(ingest, row, "highway");
        if (record->name.size == 0 || !hs_osm_is_street(record->road_class)) return HS_MADE_NOTHING;
        record->name_en = hs_osm_row_tag(ingest, row, "name:en");
        record->layer = osm_layer(ingest, row);
    }
    take_range(ingest, row, HS_FIELD_LEFT_FROM, HS_FIELD_LEFT_TO, &record->left_from, &record->left_to);
    take_range(ingest, row, HS_FIELD_RIGHT_FROM, HS_FIELD_RIGHT_TO, &record->right_from, &record->right_to);
    if (take_geometry(ingest, row, HS_GEOMETRY_LINES, "a line", refusal, &record->geometry) != HS_MADE)
        return HS_REFUSED;
    record->attributes = hs_record_attributes(ingest, row);
    return HS_MADE;
}

/* Permitted and key areas in the words that tables use. */
static hs_str zone_kind(hs_str text) {
    static const char *const permitted[] = {"permitted", "permit", "allowed",  "允许",  "许可",
                                            "疏导点",    "疏导区", "允许设摊", "许可区"};
    static const char *const key[] = {"key", "key area", "重点", "重点区域", "重点部位", "严管区", "严管"};
    for (size_t i = 0; i < sizeof permitted / sizeof *permitted; i++)
        if (hs_str_equal_nocase(text, hs_str_of(permitted[i]))) return HS_STR("permitted");
    for (size_t i = 0; i < sizeof key / sizeof *key; i++)
        if (hs_str_equal_nocase(text, hs_str_of(key[i]))) return HS_STR("key");
    return (hs_str){0};
}

static hs_made check_hours(hs_field field, hs_str text,
                           hs_status (*parse)(hs_str text, hs_error *error, hs_weekly_hours *hours),
                           hs_refusal *refusal) {
    hs_weekly_hours hours;
    hs_error error;
    if (parse(text, &error, &hours) == HS_OK) return HS_MADE;
    return hs_refuse(refusal, hs_field_name(field), text, "%s", error.message);
}

hs_made hs_make_zone(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal, hs_zone_record *record) {
    hs_str kind = hs_record_text(ingest, row, HS_FIELD_KIND);
    *record = (hs_zone_record){.name = hs_record_text(ingest, row, HS_FIELD_NAME),
                               .kind = zone_kind(kind),
                               .hours = hs_record_text(ingest, row, HS_FIELD_HOURS),
                               .weekdays = hs_record_text(ingest, row, HS_FIELD_WEEKDAYS)};
    if (record->kind.size == 0)
        return hs_refuse(refusal, "kind", kind, "is no kind of zone; use permitted or key");
    if (hs_record_time(ingest, row, HS_FIELD_FROM, refusal, &record->from_s) != HS_MADE ||
        hs_record_time(ingest, row, HS_FIELD_TO, refusal, &record->to_s) != HS_MADE)
        return HS_REFUSED;
    if (check_hours(HS_FIELD_HOURS, record->hours, hs_day_spans_parse, refusal) != HS_MADE ||
        check_hours(HS_FIELD_WEEKDAYS, record->weekdays, hs_weekdays_parse, refusal) != HS_MADE)
        return HS_REFUSED;
    if (record->from_s != HS_NO_TIME && record->to_s != HS_NO_TIME && record->to_s < record->from_s)
        return hs_refuse(refusal, "to", hs_record_text(ingest, row, HS_FIELD_TO), "lies before from");
    return take_geometry(ingest, row, HS_GEOMETRY_POLYGONS, "a polygon", refusal, &record->geometry);
}
