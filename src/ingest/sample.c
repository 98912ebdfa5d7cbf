/* What a sample of the rows tells: types of columns, order of day and month. */
#include "ingest/sample.h"

#include "base/hash.h"
#include "base/text.h"
#include <glib.h>
#include <hotspot/records.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE_ROWS 2000

bool hs_cell_date(const hs_cell *cell, const char *format, hs_arena *arena, hs_date *date) {
    if (cell->type == HS_CELL_DATE) {
        *date = cell->date;
        return true;
    }
    if (cell->type == HS_CELL_NONE) return false;
    hs_str text = hs_cell_text(cell, arena);
    if (format && hs_date_parse_format(text, format, date)) return true;
    return hs_date_parse(text, date);
}

static void note_order(const hs_date *date, hs_str text, hs_column_facts *facts) {
    if (!date->needs_order || date->first == date->second) return;
    hs_date day = *date, month = *date;
    bool day_first = hs_date_resolve(&day, HS_DATE_DAY_FIRST),
         month_first = hs_date_resolve(&month, HS_DATE_MONTH_FIRST);
    if (day_first && month_first) {
        facts->open_order = true;
        if (!*facts->date_example)
            snprintf(facts->date_example, sizeof facts->date_example, "%.*s", (int)hs_utf8_cut(text, 60),
                     text.data);
    } else if (day_first) {
        facts->day_first = true;
    } else if (month_first) {
        facts->month_first = true;
    }
}

static bool has_leading_zero(hs_str text) {
    return text.size > 1 && text.data[0] == '0' && text.data[1] != '.';
}

static bool is_plain_real(hs_str text) {
    return text.size > 2 && text.data[text.size - 1] == '0' && text.data[text.size - 2] == '.';
}

static void note_number(double number, hs_column_facts *facts) {
    facts->numbers++;
    if (fabs(number) <= 180) facts->in_degrees[0]++;
    if (fabs(number) <= 90) facts->in_degrees[1]++;
    if (number == 0) facts->zeros++;
}

/* inf, 1e999, NaN: numbers that are none, which the rows answer for. */
static bool is_no_finite_number(hs_str text) {
    char few[32], *end = NULL;
    if (text.size == 0 || text.size >= sizeof few) return false;
    memcpy(few, text.data, text.size);
    few[text.size] = '\0';
    double number = g_ascii_strtod(few, &end);
    return end == few + text.size && !isfinite(number);
}

static hs_status note_cell(const hs_cell *cell, const char *format, hs_arena *arena, hs_column_facts *facts,
                           hs_error *error) {
    if (cell->type == HS_CELL_NONE) return HS_OK;
    facts->filled++;
    hs_str text = hs_cell_text(cell, arena);
    double number;
    if (hs_cell_number(cell, &number)) {
        note_number(number, facts);
        if (cell->type == HS_CELL_TEXT && has_leading_zero(text)) facts->padded++;
        if (cell->type == HS_CELL_TEXT && is_plain_real(text)) facts->plain_reals++;
    } else if (is_no_finite_number(text)) {
        facts->infinite++;
    }
    hs_date date;
    if (hs_cell_date(cell, format, arena, &date)) {
        facts->dates++;
        if (date.has_time) facts->with_time++;
        note_order(&date, text, facts);
    } else if (hs_date_parse_time(text, &date)) {
        facts->clocks++;
    }
    if (hs_level_parse(text) < HS_LEVEL_COUNT) facts->levels++;
    uint32_t before = hs_dictionary_count(facts->seen);
    if (hs_dictionary_put(facts->seen, text) == HS_NONE)
        return hs_error_set(error, HS_E_MEMORY, "out of memory");
    if (hs_dictionary_count(facts->seen) == before) facts->repeated++;
    return HS_OK;
}

static hs_status read_sample(hs_rows *rows, hs_source *source, const char *format, hs_mapping *mapping,
                             hs_arena *arena, hs_error *error) {
    while (mapping->sample_rows < SAMPLE_ROWS) {
        const hs_row *row = NULL;
        /* A file that breaks off early still has the rows before. */
        if (hs_rows_next(rows, NULL, &row) != HS_OK || !row) break;
        mapping->sample_rows++;
        hs_arena_reset(arena);
        for (size_t i = 0; i < source->column_count; i++) {
            hs_status status = note_cell(&row->cells[i], format, arena, &mapping->facts[i], error);
            if (status != HS_OK) return status;
        }
    }
    return HS_OK;
}

hs_status hs_mapping_sample(hs_source *source, const hs_ingest_options *options, hs_error *error,
                            hs_mapping *mapping) {
    mapping->facts = calloc(source->column_count + 1, sizeof *mapping->facts);
    hs_arena *arena = hs_arena_new((size_t)64 << 20);
    if (!mapping->facts || !arena) {
        hs_arena_free(arena);
        return hs_error_set(error, HS_E_MEMORY, "out of memory");
    }
    hs_status status = HS_OK;
    for (size_t i = 0; i < source->column_count && status == HS_OK; i++) {
        mapping->facts[i].seen = hs_dictionary_new();
        if (!mapping->facts[i].seen) status = hs_error_set(error, HS_E_MEMORY, "out of memory");
    }
    /* OpenStreetMap's tags are known, and every pass over such a file is a whole one. */
    hs_rows *rows = NULL;
    if (status == HS_OK && !source->is_osm) {
        status = hs_rows_open(source, NULL, error, &rows);
        if (status == HS_OK) status = read_sample(rows, source, options->date_format, mapping, arena, error);
    }
    hs_rows_close(rows);
    hs_arena_free(arena);
    return status;
}

static const hs_field time_fields[] = {HS_FIELD_REPORTED, HS_FIELD_OCCURRED, HS_FIELD_CLOSED,
                                       HS_FIELD_DEADLINE, HS_FIELD_FROM,     HS_FIELD_TO};
#define TIME_FIELDS (sizeof time_fields / sizeof *time_fields)

static bool is_open(const hs_column_facts *facts) {
    return facts->open_order && !facts->day_first && !facts->month_first;
}

/* Reads on behind the sample until every open column is settled or the file ends. */
static hs_status read_on(hs_source *source, const hs_ingest_options *options, hs_mapping *mapping, bool *open,
                         hs_error *error) {
    hs_rows *rows = NULL;
    hs_arena *arena = hs_arena_new((size_t)64 << 20);
    if (!arena) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    hs_status status = hs_rows_open(source, open, error, &rows);
    bool left = true;
    while (status == HS_OK && left) {
        const hs_row *row = NULL;
        if (hs_rows_next(rows, NULL, &row) != HS_OK || !row) break;
        left = false;
        hs_arena_reset(arena);
        for (size_t i = 0; i < source->column_count; i++) {
            if (!open[i]) continue;
            hs_date date;
            if (hs_cell_date(&row->cells[i], options->date_format, arena, &date))
                note_order(&date, hs_cell_text(&row->cells[i], arena), &mapping->facts[i]);
            if (is_open(&mapping->facts[i])) left = true;
        }
    }
    hs_rows_close(rows);
    hs_arena_free(arena);
    return status;
}

/* The strptime words for a text like the example, day first or month first. */
static void suggest(const char *example, bool day_first, char *format, size_t size) {
    hs_date date;
    if (!hs_date_parse(hs_str_of(example), &date)) date = (hs_date){0};
    const char *dash = strchr(example, '-');
    char separator = dash ? '-' : '/';
    bool short_year = date.civil.year > 0 && !strstr(example, "19") && !strstr(example, "20");
    snprintf(format, size, "%%%c%c%%%c%c%%%c%s", day_first ? 'd' : 'm', separator, day_first ? 'm' : 'd',
             separator, short_year ? 'y' : 'Y',
             !date.has_time      ? ""
             : date.has_meridian ? (date.has_seconds ? " %I:%M:%S %p" : " %I:%M %p")
             : date.has_seconds  ? " %H:%M:%S"
                                 : " %H:%M");
}

static hs_status refuse(const hs_source *source, size_t column, const hs_column_facts *facts,
                        hs_error *error) {
    if (facts->day_first && facts->month_first)
        return hs_error_set(
            error, HS_E_INPUT,
            "%s: column %s mixes dates with the day first and with the month first; make them one "
            "form, such as 2024-01-31",
            source->path, source->columns[column].name.data);
    char day[48], month[48];
    suggest(facts->date_example, true, day, sizeof day);
    suggest(facts->date_example, false, month, sizeof month);
    return hs_error_set(
        error, HS_E_INPUT,
        "%s: dates of column %s, such as %s, can be read with the day or the month first, and no row "
        "tells which; give --date-format '%s' or --date-format '%s'",
        source->path, source->columns[column].name.data, facts->date_example, day, month);
}

/* The order that all settled columns agree on. */
/* Dates that have another form than the one given still have its order of day and month. */
static hs_date_order order_of_format(const char *format) {
    const char *day = format ? strstr(format, "%d") : NULL, *month = format ? strstr(format, "%m") : NULL;
    if (!day || !month) return HS_DATE_ORDER_UNKNOWN;
    return day < month ? HS_DATE_DAY_FIRST : HS_DATE_MONTH_FIRST;
}

static hs_date_order common_order(const hs_mapping *mapping, const char *format) {
    hs_date_order given = order_of_format(format);
    if (given != HS_DATE_ORDER_UNKNOWN) return given;
    bool day = false, month = false;
    for (size_t i = 0; i < TIME_FIELDS; i++) {
        size_t column = mapping->column[time_fields[i]];
        if (column == HS_NO_COLUMN) continue;
        day = day || mapping->facts[column].day_first;
        month = month || mapping->facts[column].month_first;
    }
    return day == month ? HS_DATE_ORDER_UNKNOWN : day ? HS_DATE_DAY_FIRST : HS_DATE_MONTH_FIRST;
}

hs_status hs_mapping_settle_dates(hs_source *source, const hs_ingest_options *options, hs_error *error,
                                  hs_mapping *mapping) {
    bool *open = calloc(source->column_count + 1, sizeof *open);
    if (!open) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    bool any = false;
    for (size_t i = 0; i < TIME_FIELDS; i++) {
        size_t column = mapping->column[time_fields[i]];
        if (column == HS_NO_COLUMN || !is_open(&mapping->facts[column])) continue;
        any = open[column] = true;
    }
    hs_status status = HS_OK;
    if (any && common_order(mapping, options->date_format) == HS_DATE_ORDER_UNKNOWN)
        status = read_on(source, options, mapping, open, error);
    hs_date_order common = common_order(mapping, options->date_format);
    for (size_t i = 0; i < TIME_FIELDS && status == HS_OK; i++) {
        size_t column = mapping->column[time_fields[i]];
        if (column == HS_NO_COLUMN) continue;
        const hs_column_facts *facts = &mapping->facts[column];
        if ((facts->day_first && facts->month_first) || (is_open(facts) && common == HS_DATE_ORDER_UNKNOWN))
            status = refuse(source, column, facts, error);
        mapping->order[time_fields[i]] = facts->day_first     ? HS_DATE_DAY_FIRST
                                         : facts->month_first ? HS_DATE_MONTH_FIRST
                                                              : common;
    }
    free(open);
    return status;
}
