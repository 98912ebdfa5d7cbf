/* The review queue as a table that an office fills in: CSV or XLSX out, any table that GDAL reads back in. */
#include "service/review_private.h"

#include "base/text.h"
#include "export/text_writer.h"
#include "export/xlsx_writer.h"
#include "ingest/rows.h"
#include "ingest/source.h"
#include <hotspot/coordinates.h>
#include <stdlib.h>
#include <string.h>

enum {
    ADDRESS,
    COUNT,
    REASON,
    DECISION,
    CANDIDATE,
    LON,
    LAT,
    NEW_ADDRESS,
    NOTE,
    REMEMBER,
    FIRST_LABEL, /* label and how it was found, one pair a candidate */
    FIELDS = FIRST_LABEL + 2 * HS_REVIEW_CANDIDATES
};

static const hs_field fields[FIELDS] = {
    {"address", HS_FIELD_TEXT},      {"count", HS_FIELD_INTEGER},
    {"reason", HS_FIELD_TEXT},       {"decision", HS_FIELD_TEXT},
    {"candidate", HS_FIELD_INTEGER}, {"lon", HS_FIELD_REAL},
    {"lat", HS_FIELD_REAL},          {"new_address", HS_FIELD_TEXT},
    {"note", HS_FIELD_TEXT},         {"remember", HS_FIELD_TEXT},
    {"candidate_1", HS_FIELD_TEXT},  {"candidate_1_is", HS_FIELD_TEXT},
    {"candidate_2", HS_FIELD_TEXT},  {"candidate_2_is", HS_FIELD_TEXT},
    {"candidate_3", HS_FIELD_TEXT},  {"candidate_3_is", HS_FIELD_TEXT},
    {"candidate_4", HS_FIELD_TEXT},  {"candidate_4_is", HS_FIELD_TEXT},
    {"candidate_5", HS_FIELD_TEXT},  {"candidate_5_is", HS_FIELD_TEXT},
};

static bool has_extension(const char *path, const char *extension) {
    size_t size = strlen(path), tail = strlen(extension);
    return size > tail && hs_str_equal_nocase((hs_str){path + size - tail, tail}, hs_str_of(extension));
}

/* Exporting. */

typedef struct table {
    const hs_geocoder *geocoder;
    hs_arena *arena; /* of one row */
    hs_text_writer *text;
    hs_xlsx_writer *sheet; /* instead */
} table;

static hs_status open_table(table *t, const char *path, hs_error *error) {
    static const hs_text_layout layout = {.layer = "review", .fields = fields, .field_count = FIELDS};
    if (has_extension(path, ".xlsx"))
        return hs_xlsx_writer_new(path, path, "review", fields, FIELDS, error, &t->sheet);
    if (has_extension(path, ".csv"))
        return hs_text_writer_new(path, path, &hs_text_csv, &layout, error, &t->text);
    return hs_error_set(error, HS_E_ARGUMENT, "%s: a file .csv or .xlsx is expected", path);
}

static hs_status put_row(const table *t, const hs_review_entry *entry, hs_error *error) {
    hs_geocode_result found[HS_REVIEW_CANDIDATES];
    hs_value values[FIELDS];
    hs_geometry none = {.type = HS_GEOMETRY_NONE};
    size_t count = 0;
    hs_status status = hs_geocode(t->geocoder, entry->address, found, HS_REVIEW_CANDIDATES, error, &count);
    if (status != HS_OK) return status;
    for (int f = 0; f < FIELDS; f++)
        values[f] = (hs_value){.absent = true, .real = NAN};
    values[ADDRESS] = (hs_value){.text = entry->address};
    values[COUNT] = (hs_value){.integer = (int64_t)entry->count};
    values[REASON] = (hs_value){.text = hs_str_of(hs_review_reason_name(entry->reason))};
    for (size_t i = 0; i < count; i++) {
        const char *is =
            hs_arena_printf(t->arena, "%s, %.0f m, %.2f", hs_match_type_name(found[i].match_type),
                            found[i].accuracy_m, found[i].score);
        if (!is) return hs_error_memory(error, "the review queue");
        values[FIRST_LABEL + 2 * i] = (hs_value){.text = hs_str_of(found[i].label)};
        values[FIRST_LABEL + 2 * i + 1] = (hs_value){.text = hs_str_of(is)};
    }
    status = t->sheet ? hs_xlsx_writer_row(t->sheet, values, error)
                      : hs_text_writer_feature(t->text, &none, values, error);
    hs_arena_reset(t->arena);
    return status;
}

static hs_status close_table(table *t, hs_status status, hs_error *error) {
    if (status == HS_OK)
        return t->sheet ? hs_xlsx_writer_finish(t->sheet, error) : hs_text_writer_finish(t->text, error);
    hs_xlsx_writer_discard(t->sheet);
    hs_text_writer_discard(t->text);
    return status;
}

hs_status hs_review_export(hs_service *service, const hs_snapshot *snapshot, const hs_review_request *request,
                           const char *path, hs_error *error, uint64_t *rows) {
    table t = {.arena = hs_arena_new(1 << 20)};
    hs_arena *arena = hs_arena_new(SIZE_MAX);
    hs_review_page page = {0};
    hs_status status = t.arena && arena ? HS_OK : hs_error_memory(error, "the review queue");
    if (status == HS_OK) status = hs_service_geocoder(service, snapshot, error, &t.geocoder);
    if (status == HS_OK) status = hs_service_review(service, snapshot, request, arena, error, &page);
    if (status == HS_OK) status = open_table(&t, path, error);
    if (t.text || t.sheet) {
        for (size_t e = 0; e < page.count && status == HS_OK; e++)
            status = put_row(&t, &page.entries[e], error);
        status = close_table(&t, status, error);
    }
    if (status == HS_OK) *rows = page.count;
    hs_arena_free(arena);
    hs_arena_free(t.arena);
    return status;
}

/* Applying. */

typedef struct filled {
    hs_source *source;
    size_t column[FIELDS]; /* SIZE_MAX: the file has none */
    hs_arena *arena;
    hs_review_choice *choices;
    size_t count, capacity;
} filled;

static hs_status find_columns(filled *f, const char *path, hs_error *error) {
    for (int field = 0; field < FIELDS; field++) {
        f->column[field] = SIZE_MAX;
        for (size_t c = 0; c < f->source->column_count; c++)
            if (hs_str_equal_nocase(hs_str_trim(f->source->columns[c].name), hs_str_of(fields[field].name)))
                f->column[field] = c;
    }
    if (f->column[ADDRESS] != SIZE_MAX && f->column[DECISION] != SIZE_MAX) return HS_OK;
    return hs_error_set(error, HS_E_INPUT,
                        "%s: columns address and decision are expected, as `review export` writes them",
                        path);
}

/* In memory of its own: the row goes. Empty where the file has no such column, or memory is out. */
static hs_str cell_text(const filled *f, const hs_row *row, int field) {
    if (f->column[field] == SIZE_MAX) return (hs_str){"", 0};
    hs_str text = hs_arena_str(f->arena, hs_str_trim(hs_cell_text(&row->cells[f->column[field]], f->arena)));
    return text.data ? text : (hs_str){"", 0};
}

static bool is_one_of(hs_str text, const char *const *words) {
    for (; *words; words++)
        if (hs_str_equal_nocase(text, hs_str_of(*words))) return true;
    return false;
}

static hs_status wrong(const hs_row *row, int field, hs_str text, const char *expected, hs_error *error) {
    return hs_error_set(error, HS_E_INPUT, "row %llu, %s: '%.*s' is not %s", (unsigned long long)row->number,
                        fields[field].name, (int)hs_utf8_cut(text, 60), text.data, expected);
}

static hs_decision_action read_action(hs_str text) {
    static const char *const words[HS_DECISION_COUNT][3] = {
        [HS_DECISION_OPEN] = {"open", "撤销"},
        [HS_DECISION_ACCEPT] = {"accept", "采用"},
        [HS_DECISION_PLACE] = {"place", "定位"},
        [HS_DECISION_ADDRESS] = {"address", "改址"},
        [HS_DECISION_UNLOCATABLE] = {"unlocatable", "无法定位"},
        [HS_DECISION_SKIP] = {"skip", "跳过"},
    };
    for (int action = 0; action < HS_DECISION_COUNT; action++)
        if (is_one_of(text, words[action])) return (hs_decision_action)action;
    return HS_DECISION_COUNT;
}

static hs_status read_position(const filled *f, const hs_row *row, hs_review_choice *choice,
                               hs_error *error) {
    hs_str lon = cell_text(f, row, LON), lat = cell_text(f, row, LAT);
    double lon_deg, lat_deg;
    if (!hs_str_to_double(lon, &lon_deg)) return wrong(row, LON, lon, "a longitude in degrees", error);
    if (!hs_str_to_double(lat, &lat_deg)) return wrong(row, LAT, lat, "a latitude in degrees", error);
    choice->has_position = hs_position_from_degrees(lon_deg, lat_deg, &choice->position);
    return choice->has_position ? HS_OK : wrong(row, LON, lon, "a place on the Earth", error);
}

static hs_status read_candidate(const filled *f, const hs_row *row, hs_review_choice *choice,
                                hs_error *error) {
    int64_t number;
    hs_str text = cell_text(f, row, CANDIDATE);
    if (!hs_str_to_int(text, &number) || number < 1 || number > HS_REVIEW_CANDIDATES)
        return wrong(row, CANDIDATE, text, "the number of a candidate", error);
    choice->candidate = (uint32_t)number;
    choice->label = cell_text(f, row, FIRST_LABEL + 2 * ((int)number - 1));
    return HS_OK;
}

static hs_status read_remember(const filled *f, const hs_row *row, hs_review_choice *choice,
                               hs_error *error) {
    static const char *const yes[] = {"true", "yes", "y", "1", "x", "是", NULL};
    static const char *const no[] = {"", "false", "no", "n", "0", "否", NULL};
    hs_str text = cell_text(f, row, REMEMBER);
    choice->remember = is_one_of(text, yes);
    return choice->remember || is_one_of(text, no) ? HS_OK : wrong(row, REMEMBER, text, "yes or no", error);
}

static hs_status read_choice(const filled *f, const hs_row *row, hs_error *error, hs_review_choice *choice) {
    hs_str decision = cell_text(f, row, DECISION);
    *choice = (hs_review_choice){.address = cell_text(f, row, ADDRESS),
                                 .action = read_action(decision),
                                 .target = cell_text(f, row, NEW_ADDRESS),
                                 .note = cell_text(f, row, NOTE)};
    if (choice->action == HS_DECISION_COUNT)
        return wrong(row, DECISION, decision,
                     "accept, place, address, unlocatable, skip or open (采用 定位 改址 无法定位 跳过 撤销)",
                     error);
    if (choice->address.size == 0) return wrong(row, ADDRESS, choice->address, "an address", error);
    if (choice->action != HS_DECISION_ADDRESS) choice->target = (hs_str){"", 0};
    hs_status status = read_remember(f, row, choice, error);
    if (status == HS_OK && choice->action == HS_DECISION_ACCEPT)
        status = read_candidate(f, row, choice, error);
    if (status == HS_OK && choice->action == HS_DECISION_PLACE) status = read_position(f, row, choice, error);
    return status;
}

static hs_status add_choice(filled *f, const hs_review_choice *choice, hs_error *error) {
    if (f->count == f->capacity) {
        size_t capacity = f->capacity ? 2 * f->capacity : 64;
        hs_review_choice *grown = realloc(f->choices, capacity * sizeof *grown);
        if (!grown) return hs_error_memory(error, "decisions");
        f->choices = grown;
        f->capacity = capacity;
    }
    f->choices[f->count++] = *choice;
    return HS_OK;
}

static hs_status read_table(filled *f, hs_error *error) {
    hs_rows *rows = NULL;
    hs_status status = hs_rows_open(f->source, NULL, error, &rows);
    while (status == HS_OK) {
        const hs_row *row = NULL;
        hs_review_choice choice;
        status = hs_rows_next(rows, error, &row);
        if (status != HS_OK || !row) break;
        if (cell_text(f, row, DECISION).size == 0) continue;
        status = read_choice(f, row, error, &choice);
        if (status == HS_OK) status = add_choice(f, &choice, error);
    }
    hs_rows_close(rows);
    return status;
}

hs_status hs_review_apply(hs_service *service, const char *path, hs_str user, hs_error *error,
                          hs_review_report *report, uint64_t *rows) {
    filled f = {.arena = hs_arena_new(SIZE_MAX)};
    hs_ingest_options options = {.level = HS_LEVEL_COUNT};
    hs_review_report none = {0};
    hs_status status = f.arena ? HS_OK : hs_error_memory(error, "decisions");
    if (status == HS_OK) status = hs_source_open(path, HS_KIND_DECISIONS, &options, error, &f.source);
    if (status == HS_OK) status = find_columns(&f, path, error);
    if (status == HS_OK) status = read_table(&f, error);
    const char *name = status == HS_OK ? hs_ingest_source_name(path, f.arena) : NULL;
    if (status == HS_OK && !name) status = hs_error_memory(error, "decisions");
    if (status == HS_OK && f.count > 0)
        status = hs_service_decide(service, f.choices, f.count, user, (hs_str){"", 0}, hs_str_of(name), error,
                                   &none);
    if (status == HS_OK) {
        *report = none;
        *rows = f.count;
    }
    hs_source_close(f.source);
    free(f.choices);
    hs_arena_free(f.arena);
    return status;
}
