#include "ingest/fields.h"

#include "base/asset.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OF(kind)   (1U << HS_KIND_##kind)
#define POSITIONED (ADDRESSED | OF(POPULATION))
#define ADDRESSED  (OF(INCIDENTS) | OF(ADDRESSES) | OF(PLACES))

/* What the values of a column must look like for it to be guessed. */
typedef enum expectation { ANY, TIME, CLOCK, NUMBER, LEVEL } expectation;

typedef struct definition {
    const char *name;
    unsigned kinds;
    expectation expects;
} definition;

static const definition definitions[HS_FIELD_COUNT] = {
    [HS_FIELD_ID] = {"id", OF(INCIDENTS), ANY},
    [HS_FIELD_CODE] = {"code", OF(UNITS) | OF(TAXONOMY), ANY},
    [HS_FIELD_PARENT] = {"parent", OF(UNITS) | OF(TAXONOMY), ANY},
    [HS_FIELD_LEVEL] = {"level", OF(UNITS), LEVEL},
    [HS_FIELD_NAME] = {"name", OF(UNITS) | OF(STREETS) | OF(PLACES) | OF(ZONES) | OF(TAXONOMY), ANY},
    [HS_FIELD_NAME_EN] = {"name_en", OF(UNITS) | OF(STREETS) | OF(PLACES) | OF(TAXONOMY), ANY},
    [HS_FIELD_NAME_PREFIX] = {"name_prefix", OF(STREETS), ANY},
    [HS_FIELD_NAME_TYPE] = {"name_type", OF(STREETS), ANY},
    [HS_FIELD_NAME_SUFFIX] = {"name_suffix", OF(STREETS), ANY},
    [HS_FIELD_CLASS] = {"class", OF(STREETS) | OF(PLACES), ANY},
    [HS_FIELD_LEFT_FROM] = {"left_from", OF(STREETS), ANY},
    [HS_FIELD_LEFT_TO] = {"left_to", OF(STREETS), ANY},
    [HS_FIELD_RIGHT_FROM] = {"right_from", OF(STREETS), ANY},
    [HS_FIELD_RIGHT_TO] = {"right_to", OF(STREETS), ANY},
    [HS_FIELD_LAYER] = {"layer", OF(STREETS), NUMBER},
    [HS_FIELD_BRIDGE] = {"bridge", OF(STREETS), ANY},
    [HS_FIELD_TUNNEL] = {"tunnel", OF(STREETS), ANY},
    [HS_FIELD_CATEGORY] = {"category", OF(INCIDENTS) | OF(TARGETS), ANY},
    [HS_FIELD_REPORTED] = {"reported", OF(INCIDENTS), TIME},
    [HS_FIELD_OCCURRED] = {"occurred", OF(INCIDENTS), TIME},
    [HS_FIELD_CLOSED] = {"closed", OF(INCIDENTS), TIME},
    [HS_FIELD_DEADLINE] = {"deadline", OF(INCIDENTS), TIME},
    [HS_FIELD_CLOCK] = {"clock", OF(INCIDENTS), CLOCK},
    [HS_FIELD_SOURCE] = {"source", OF(INCIDENTS), ANY},
    [HS_FIELD_STATUS] = {"status", OF(INCIDENTS), ANY},
    [HS_FIELD_ADDRESS] = {"address", ADDRESSED, ANY},
    [HS_FIELD_STREET] = {"street", OF(INCIDENTS) | OF(ADDRESSES), ANY},
    [HS_FIELD_AREA] = {"area", OF(ADDRESSES), ANY},
    [HS_FIELD_LANE] = {"lane", OF(ADDRESSES), ANY},
    [HS_FIELD_ALLEY] = {"alley", OF(ADDRESSES), ANY},
    [HS_FIELD_NUMBER] = {"number", OF(INCIDENTS) | OF(ADDRESSES), ANY},
    [HS_FIELD_UNIT] = {"unit", OF(INCIDENTS) | OF(ADDRESSES) | OF(TARGETS) | OF(POPULATION), ANY},
    [HS_FIELD_DEPARTMENT] = {"department", OF(INCIDENTS) | OF(TAXONOMY), ANY},
    [HS_FIELD_DESCRIPTION] = {"description", OF(INCIDENTS), ANY},
    [HS_FIELD_WEIGHT] = {"weight", OF(INCIDENTS), NUMBER},
    [HS_FIELD_LON] = {"lon", POSITIONED, NUMBER},
    [HS_FIELD_LAT] = {"lat", POSITIONED, NUMBER},
    [HS_FIELD_X] = {"x", POSITIONED, NUMBER},
    [HS_FIELD_Y] = {"y", POSITIONED, NUMBER},
    [HS_FIELD_KIND] = {"kind", OF(ZONES), ANY},
    [HS_FIELD_HOURS] = {"hours", OF(ZONES), ANY},
    [HS_FIELD_WEEKDAYS] = {"weekdays", OF(ZONES), ANY},
    [HS_FIELD_FROM] = {"from", OF(ZONES) | OF(TARGETS), TIME},
    [HS_FIELD_TO] = {"to", OF(ZONES) | OF(TARGETS), TIME},
    [HS_FIELD_COLOUR] = {"colour", OF(TAXONOMY), ANY},
    [HS_FIELD_MEMBERS] = {"members", OF(TAXONOMY), ANY},
    [HS_FIELD_ALIASES] = {"aliases", OF(TAXONOMY), ANY},
    [HS_FIELD_DUPLICATE_M] = {"duplicate_m", OF(TAXONOMY), NUMBER},
    [HS_FIELD_DUPLICATE_HOURS] = {"duplicate_hours", OF(TAXONOMY), NUMBER},
    [HS_FIELD_TARGET] = {"target", OF(TARGETS), NUMBER},
    [HS_FIELD_POPULATION] = {"population", OF(POPULATION), NUMBER},
};

const char *hs_field_name(hs_field field) {
    return definitions[field].name;
}

bool hs_field_of_kind(hs_field field, hs_kind kind) {
    return definitions[field].kinds >> kind & 1;
}

/* ASCII in lower case without blanks, underscores and hyphens (kept when `exact`). */
static size_t fold(hs_str name, bool exact, char *folded, size_t capacity) {
    size_t size = 0;
    for (size_t i = 0; i < name.size && size + 1 < capacity; i++) {
        char c = name.data[i];
        if (c >= 'A' && c <= 'Z') c = (char)(c - 'A' + 'a');
        if (exact || (c != ' ' && c != '_' && c != '-')) folded[size++] = c;
    }
    folded[size] = '\0';
    return size;
}

/* Whether a column's name fits an entry of the table. */
static bool name_fits(hs_str column, hs_str entry) {
    char one[128], two[128];
    if (!hs_str_starts(entry, HS_STR("*"))) {
        fold(column, false, one, sizeof one);
        fold(entry, false, two, sizeof two);
        return strcmp(one, two) == 0;
    }
    hs_str end = {entry.data + 1, entry.size - 1};
    bool exact = hs_str_starts(end, HS_STR("_"));
    size_t size = fold(column, exact, one, sizeof one), tail = fold(end, exact, two, sizeof two);
    return size > tail && strcmp(one + size - tail, two) == 0;
}

static bool mostly(uint32_t count, uint32_t all, uint32_t percent) {
    return (uint64_t)count * 100 >= (uint64_t)all * percent;
}

static bool values_fit(const hs_column_facts *facts, expectation expects) {
    switch (expects) {
    case TIME: /* bad values are for the rows to answer */
        return mostly(facts->dates, facts->filled, 50);
    case CLOCK:
        return facts->filled > 0 && mostly(facts->clocks, facts->filled, 80);
    case NUMBER:
        return mostly(facts->numbers + facts->infinite, facts->filled, 50);
    case LEVEL:
        return mostly(facts->levels, facts->filled, 80);
    default:
        return true;
    }
}

static bool is_used(const hs_mapping *mapping, size_t column) {
    for (int field = 0; field < HS_FIELD_COUNT; field++)
        if (mapping->column[field] == column) return true;
    return false;
}

static size_t find_column(const hs_source *source, const hs_mapping *mapping, hs_field field, hs_str entry,
                          bool want_filled) {
    bool unique = hs_str_starts(entry, HS_STR("!"));
    if (unique) entry = (hs_str){entry.data + 1, entry.size - 1};
    for (size_t i = 0; i < source->column_count; i++) {
        const hs_column_facts *facts = &mapping->facts[i];
        if ((facts->filled > 0) != want_filled || !name_fits(source->columns[i].name, entry)) continue;
        if (is_used(mapping, i) || (unique && facts->repeated > 0)) continue;
        if (source->columns[i].type == OFTBinary || !values_fit(facts, definitions[field].expects)) continue;
        return i;
    }
    return HS_NO_COLUMN;
}

static size_t guess_field(const hs_source *source, const hs_mapping *mapping, hs_field field,
                          const json_t *names) {
    for (int filled = 1; filled >= 0; filled--)
        for (size_t i = 0; i < json_array_size(names); i++) {
            const json_t *entry = json_array_get(names, i);
            hs_str text = {json_string_value(entry), json_string_length(entry)};
            size_t column = find_column(source, mapping, field, text, filled);
            if (column != HS_NO_COLUMN) return column;
        }
    return HS_NO_COLUMN;
}

static hs_status load_names(hs_error *error, json_t **names) {
    hs_str content;
    if (!hs_asset_find("geodata/field-names.json", &content))
        return hs_error_set(error, HS_E_INTERNAL, "geodata/field-names.json is not built in");
    return hs_json_parse(content, error, names);
}

struct hs_field_names {
    json_t *names;
};

hs_status hs_field_names_new(hs_error *error, hs_field_names **names) {
    hs_field_names *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "names of columns");
    hs_status status = load_names(error, &made->names);
    if (status != HS_OK) {
        free(made);
        return status;
    }
    *names = made;
    return HS_OK;
}

void hs_field_names_free(hs_field_names *names) {
    if (!names) return;
    json_decref(names->names);
    free(names);
}

size_t hs_field_names_find(const hs_field_names *names, hs_kind kind, hs_field field, const hs_str *columns,
                           size_t count) {
    const json_t *of_kind = json_object_get(names->names, hs_source_kind_word(kind));
    const json_t *entries = json_object_get(of_kind, hs_field_name(field));
    for (size_t e = 0; e < json_array_size(entries); e++) {
        const json_t *entry = json_array_get(entries, e);
        hs_str text = {json_string_value(entry), json_string_length(entry)};
        /* Such a name counts only where values are unique, which nobody has seen. */
        if (hs_str_starts(text, HS_STR("!"))) continue;
        for (size_t i = 0; i < count; i++)
            if (name_fits(columns[i], text)) return i;
    }
    return HS_NO_COLUMN;
}

static void drop(hs_mapping *mapping, hs_field field) {
    if (!mapping->given[field]) mapping->column[field] = HS_NO_COLUMN;
}

/* Fields that stand in only where the better one is missing. */
static void drop_second_choices(const hs_source *source, hs_kind kind, hs_mapping *mapping) {
    if (source->has_geometry) {
        drop(mapping, HS_FIELD_LON);
        drop(mapping, HS_FIELD_LAT);
        drop(mapping, HS_FIELD_X);
        drop(mapping, HS_FIELD_Y);
    }
    const size_t *column = mapping->column;
    if (column[HS_FIELD_LON] == HS_NO_COLUMN) drop(mapping, HS_FIELD_LAT);
    if (column[HS_FIELD_LAT] == HS_NO_COLUMN) drop(mapping, HS_FIELD_LON);
    if (column[HS_FIELD_X] == HS_NO_COLUMN) drop(mapping, HS_FIELD_Y);
    if (column[HS_FIELD_Y] == HS_NO_COLUMN) drop(mapping, HS_FIELD_X);
    if (kind == HS_KIND_INCIDENTS && column[HS_FIELD_ADDRESS] != HS_NO_COLUMN) {
        drop(mapping, HS_FIELD_STREET);
        drop(mapping, HS_FIELD_NUMBER);
    }
    size_t day = column[HS_FIELD_REPORTED];
    if (day == HS_NO_COLUMN || mapping->facts[day].with_time > 0) drop(mapping, HS_FIELD_CLOCK);
}

static hs_status unknown_field(hs_str name, hs_kind kind, hs_error *error) {
    char list[300] = "";
    size_t used = 0;
    for (int field = 0; field < HS_FIELD_COUNT; field++)
        if (hs_field_of_kind((hs_field)field, kind))
            used += (size_t)snprintf(list + used, sizeof list - used, " %s", hs_field_name((hs_field)field));
    return hs_error_set(error, HS_E_ARGUMENT, "--map: %s have no field %.*s; fields are:%s",
                        hs_source_kind_word(kind), (int)(name.size < 40 ? name.size : 40), name.data, list);
}

static hs_status unknown_column(const hs_source *source, hs_str name, hs_error *error) {
    char list[HS_COLUMN_LIST_SIZE];
    hs_source_list_columns(source, list);
    return hs_error_set(error, HS_E_ARGUMENT, "--map: %s has no column %.*s; columns are: %s",
                        source->layer_name, (int)(name.size < 60 ? name.size : 60), name.data, list);
}

static size_t column_named(const hs_source *source, hs_str name) {
    for (size_t i = 0; i < source->column_count; i++)
        if (hs_str_equal(source->columns[i].name, name)) return i;
    for (size_t i = 0; i < source->column_count; i++)
        if (hs_str_equal_nocase(source->columns[i].name, name)) return i;
    return HS_NO_COLUMN;
}

static hs_status apply_given(const hs_source *source, hs_kind kind, const hs_ingest_options *options,
                             hs_error *error, hs_mapping *mapping) {
    for (size_t i = 0; i < options->map_count; i++) {
        hs_str name = options->map_field[i], wanted = options->map_column[i];
        int field = 0;
        while (field < HS_FIELD_COUNT &&
               !(hs_field_of_kind((hs_field)field, kind) &&
                 hs_str_equal_nocase(hs_str_of(hs_field_name((hs_field)field)), name)))
            field++;
        if (field == HS_FIELD_COUNT) return unknown_field(name, kind, error);
        /* An empty column takes a wrong guess away. */
        size_t column = wanted.size > 0 ? column_named(source, wanted) : HS_NO_COLUMN;
        if (wanted.size > 0 && column == HS_NO_COLUMN) return unknown_column(source, wanted, error);
        mapping->column[field] = column;
        mapping->given[field] = true;
    }
    return HS_OK;
}

hs_status hs_mapping_guess(hs_source *source, hs_kind kind, const hs_ingest_options *options, hs_error *error,
                           hs_mapping *mapping) {
    for (int field = 0; field < HS_FIELD_COUNT; field++)
        mapping->column[field] = HS_NO_COLUMN;
    hs_status status = apply_given(source, kind, options, error, mapping);
    json_t *names = NULL;
    if (status == HS_OK) status = load_names(error, &names);
    if (status != HS_OK) return status;
    const json_t *of_kind = json_object_get(names, hs_source_kind_word(kind));
    for (int field = 0; field < HS_FIELD_COUNT; field++)
        if (hs_field_of_kind((hs_field)field, kind) && !mapping->given[field])
            mapping->column[field] = guess_field(source, mapping, (hs_field)field,
                                                 json_object_get(of_kind, hs_field_name((hs_field)field)));
    json_decref(names);
    drop_second_choices(source, kind, mapping);
    return HS_OK;
}

void hs_mapping_done(hs_mapping *mapping, size_t columns) {
    for (size_t i = 0; mapping->facts && i < columns; i++)
        hs_dictionary_free(mapping->facts[i].seen);
    free(mapping->facts);
    mapping->facts = NULL;
}
