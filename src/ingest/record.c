#include "ingest/record.h"

#include "base/json_writer.h"
#include "base/text.h"
#include "ingest/sample.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

hs_made hs_refuse(hs_refusal *refusal, const char *field, hs_str value, const char *format, ...) {
    refusal->field = field;
    refusal->value = value;
    va_list words;
    va_start(words, format);
    vsnprintf(refusal->reason, sizeof refusal->reason, format, words);
    va_end(words);
    return HS_REFUSED;
}

const hs_cell *hs_record_cell(const hs_ingest *ingest, const hs_row *row, hs_field field) {
    static const hs_cell none = {.type = HS_CELL_NONE};
    size_t column = ingest->mapping.column[field];
    return column == HS_NO_COLUMN ? &none : &row->cells[column];
}

/* Tables made by spreadsheets and statistics programs write the code 51 as 51.0. */
static hs_str without_zero_fraction(hs_str text, const hs_column_facts *facts) {
    bool all = facts->filled > 0 && facts->plain_reals == facts->filled;
    if (all && text.size > 2 && memcmp(text.data + text.size - 2, ".0", 2) == 0) text.size -= 2;
    return text;
}

hs_str hs_record_text(const hs_ingest *ingest, const hs_row *row, hs_field field) {
    const hs_cell *cell = hs_record_cell(ingest, row, field);
    hs_str text = hs_cell_text(cell, ingest->arena);
    if (cell->type == HS_CELL_TEXT && ingest->mapping.facts)
        text = without_zero_fraction(text, &ingest->mapping.facts[ingest->mapping.column[field]]);
    return text;
}

/* The time of day of a date that stands alone, from a column of its own. */
static void add_clock(const hs_cell *cell, hs_date *date) {
    hs_date clock;
    if (cell->type != HS_CELL_TEXT || !hs_date_parse_time(cell->text, &clock)) return;
    date->civil.hour = clock.civil.hour;
    date->civil.minute = clock.civil.minute;
    date->civil.second = clock.civil.second;
}

hs_made hs_record_time(const hs_ingest *ingest, const hs_row *row, hs_field field, hs_refusal *refusal,
                       int64_t *time_s) {
    const hs_cell *cell = hs_record_cell(ingest, row, field);
    *time_s = HS_NO_TIME;
    if (cell->type == HS_CELL_NONE) return HS_MADE;
    hs_date date;
    if (!hs_cell_date(cell, ingest->date_format, ingest->arena, &date))
        return hs_refuse(refusal, hs_field_name(field), hs_cell_text(cell, ingest->arena),
                         "is no time that can be read; write it like 2024-01-05 18:03 or give --date-format");
    hs_date_order order = ingest->mapping.order[field];
    if (date.needs_order && date.first == date.second) order = HS_DATE_DAY_FIRST;
    if (!hs_date_resolve(&date, order))
        return hs_refuse(
            refusal, hs_field_name(field), hs_cell_text(cell, ingest->arena),
            order == HS_DATE_ORDER_UNKNOWN
                ? "day and month cannot be told apart; write it like 2024-01-05, or give --date-format"
                : "is no date in the order of day and month that the file has");
    if (field == HS_FIELD_REPORTED && !date.has_time)
        add_clock(hs_record_cell(ingest, row, HS_FIELD_CLOCK), &date);
    *time_s = hs_date_to_utc(&date, ingest->timezone);
    return HS_MADE;
}

/* Numbers of a file without types. Where there are types, a text of digits is a code. */
static bool is_number_column(const hs_source *source, const hs_column_facts *facts) {
    return source->is_csv && facts->filled > 0 && facts->numbers == facts->filled && facts->padded == 0;
}

static void write_attribute(const hs_cell *cell, bool is_number, hs_arena *arena, hs_json *json) {
    int64_t integer;
    double real;
    switch (cell->type) {
    case HS_CELL_INT:
        hs_json_int(json, cell->integer);
        break;
    case HS_CELL_REAL:
        hs_json_double(json, cell->real);
        break;
    case HS_CELL_TEXT:
        if (is_number && hs_str_to_int(cell->text, &integer))
            hs_json_int(json, integer);
        else if (is_number && hs_str_to_double(cell->text, &real))
            hs_json_double(json, real);
        else
            hs_json_str(json, cell->text);
        break;
    default:
        hs_json_str(json, hs_cell_text(cell, arena));
        break;
    }
}

hs_str hs_record_attributes(hs_ingest *ingest, const hs_row *row) {
    hs_buffer_clear(&ingest->attributes);
    hs_json json;
    hs_json_init(&json, &ingest->attributes);
    hs_json_object(&json);
    bool any = false;
    for (size_t i = 0; i < ingest->source->column_count; i++) {
        if (!ingest->is_attribute[i] || row->cells[i].type == HS_CELL_NONE) continue;
        any = true;
        hs_json_key_str(&json, ingest->source->columns[i].name);
        bool is_number = is_number_column(ingest->source, &ingest->mapping.facts[i]);
        write_attribute(&row->cells[i], is_number, ingest->arena, &json);
    }
    hs_json_object_end(&json);
    if (!any || ingest->attributes.status != HS_OK) return (hs_str){0};
    return (hs_str){ingest->attributes.data, ingest->attributes.size};
}

hs_made hs_record_position(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal, hs_position *position) {
    hs_field bad = HS_FIELD_LON;
    switch (hs_locator_position(&ingest->locator, row, &bad, position)) {
    case HS_FOUND:
        return HS_MADE;
    case HS_FOUND_NO_NUMBER:
        return hs_refuse(refusal, hs_field_name(bad), hs_record_text(ingest, row, bad),
                         "is no number; write coordinates in decimal degrees");
    case HS_FOUND_NULL_ISLAND:
        return hs_refuse(refusal, "position", HS_STR("0 0"),
                         "a position of 0, 0 is none; give the right one");
    case HS_FOUND_OFF_EARTH:
        return hs_refuse(refusal, "position", (hs_str){0},
                         "the position is not on Earth; check the order of the coordinates, or give --crs");
    case HS_FOUND_BROKEN:
        return hs_refuse(refusal, "position", (hs_str){0}, "the geometry cannot be read");
    default:
        return hs_refuse(refusal, "position", (hs_str){0},
                         "has no position; give a geometry, lon and lat, or name the columns with --map");
    }
}

static bool ends_in_chinese(hs_str text) {
    /* Han characters have three bytes, the first of them E3 to E9. */
    if (text.size < 3) return false;
    unsigned char lead = (unsigned char)text.data[text.size - 3];
    return lead >= 0xe3 && lead <= 0xe9;
}

hs_str hs_record_join(const hs_ingest *ingest, hs_str a, hs_str b) {
    if (a.size == 0) return b;
    if (b.size == 0) return a;
    const char *joint = ends_in_chinese(a) ? "" : " ";
    char *text =
        hs_arena_printf(ingest->arena, "%.*s%s%.*s", (int)a.size, a.data, joint, (int)b.size, b.data);
    return hs_str_of(text);
}
