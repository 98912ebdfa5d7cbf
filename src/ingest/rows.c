#include "ingest/rows_private.h"

#include "base/json_writer.h"
#include "base/text.h"
#include <cpl_conv.h>
#include <cpl_string.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROW_CEILING ((size_t)512 << 20)

bool hs_text_means_none(hs_str text) {
    switch (text.size) {
    case 0:
        return true;
    case 2:
        return memcmp(text.data, "NA", 2) == 0 || memcmp(text.data, "\\N", 2) == 0;
    case 3:
        return hs_str_equal_nocase(text, HS_STR("N/A")) || hs_str_equal(text, HS_STR("NaN")) ||
               hs_str_equal(text, HS_STR("nan"));
    case 4:
        return hs_str_equal_nocase(text, HS_STR("NULL")) || hs_str_equal_nocase(text, HS_STR("none"));
    case 6:
        return hs_str_equal_nocase(text, HS_STR("(null)")) || hs_str_equal_nocase(text, HS_STR("<NULL>"));
    default:
        return false;
    }
}

void hs_rows_put_text(hs_rows *rows, hs_str raw, hs_cell *cell) {
    hs_str text = hs_str_trim(hs_source_text(rows->source, raw, rows->arena));
    if (hs_text_means_none(text))
        cell->type = HS_CELL_NONE;
    else
        *cell = (hs_cell){.type = HS_CELL_TEXT, .text = text};
}

static void put_real(double value, hs_cell *cell) {
    if (isfinite(value))
        *cell = (hs_cell){.type = HS_CELL_REAL, .real = value};
    else
        cell->type = HS_CELL_NONE;
}

static void put_date(OGRFeatureH feature, int field, bool has_time, hs_cell *cell) {
    int year, month, day, hour, minute, flag;
    float second;
    cell->type = HS_CELL_NONE;
    if (!OGR_F_GetFieldAsDateTimeEx(feature, field, &year, &month, &day, &hour, &minute, &second, &flag))
        return;
    hs_date date = {.civil = {year, month, day, hour, minute, second >= 60 ? 59 : (int32_t)second},
                    .has_time = has_time,
                    .has_seconds = true,
                    .has_zone = has_time && flag >= 2,
                    .zone_s = (flag - 100) * 900}; /* OGR counts zones in quarters of an hour from 100 */
    if (hs_civil_valid(date.civil)) *cell = (hs_cell){.type = HS_CELL_DATE, .date = date};
}

static void put_field(hs_rows *rows, int field, OGRFieldType type, hs_cell *cell) {
    OGRFeatureH feature = rows->feature;
    if (!OGR_F_IsFieldSetAndNotNull(feature, field)) {
        cell->type = HS_CELL_NONE;
        return;
    }
    switch (type) {
    case OFTInteger:
    case OFTInteger64:
        *cell = (hs_cell){.type = HS_CELL_INT, .integer = OGR_F_GetFieldAsInteger64(feature, field)};
        break;
    case OFTReal:
        put_real(OGR_F_GetFieldAsDouble(feature, field), cell);
        break;
    case OFTDate:
    case OFTDateTime:
        put_date(feature, field, type == OFTDateTime, cell);
        break;
    case OFTString:
        hs_rows_put_text(rows, hs_str_of(OGR_F_GetFieldAsString(feature, field)), cell);
        break;
    case OFTBinary:
        cell->type = HS_CELL_NONE;
        break;
    default: {
        /* Lists and times of day: GDAL gives their text in a buffer that the next call reuses. */
        hs_str text = hs_arena_str(rows->arena, hs_str_of(OGR_F_GetFieldAsString(feature, field)));
        hs_rows_put_text(rows, text, cell);
        break;
    }
    }
}

/* The geometry as WKB: of one kind for every driver, curves made straight. */
static void put_geometry(hs_rows *rows) {
    hs_row *row = &rows->row;
    row->wkb = NULL;
    row->wkb_size = 0;
    row->bad_geometry = NULL;
    OGRGeometryH geometry = OGR_F_GetGeometryRef(rows->feature);
    if (!geometry || OGR_G_IsEmpty(geometry)) return;
    OGRGeometryH straight = NULL;
    if (OGR_G_HasCurveGeometry(geometry, FALSE)) {
        straight = OGR_G_GetLinearGeometry(geometry, 0, NULL);
        geometry = straight;
    }
    size_t size = geometry ? OGR_G_WkbSizeEx(geometry) : 0;
    hs_buffer_clear(&rows->wkb);
    char *bytes = size > 0 ? hs_buffer_reserve(&rows->wkb, size) : NULL;
    if (bytes && OGR_G_ExportToIsoWkb(geometry, wkbNDR, (unsigned char *)bytes) == OGRERR_NONE) {
        row->wkb = bytes;
        row->wkb_size = size;
    } else {
        row->bad_geometry = "the geometry cannot be read";
    }
    OGR_G_DestroyGeometry(straight);
}

static hs_status next_feature(hs_rows *rows, hs_error *error, const hs_row **row) {
    hs_gdal_words words;
    hs_gdal_listen(&words);
    OGR_F_Destroy(rows->feature);
    rows->feature = OGR_L_GetNextFeature(rows->source->layer);
    hs_gdal_unlisten();
    if (!rows->feature) {
        *row = NULL;
        if (words.failed)
            return hs_error_set(error, HS_E_INPUT, "%s breaks off after row %llu: %s%s", rows->source->path,
                                (unsigned long long)rows->row.number, words.text,
                                rows->source->is_csv && strstr(words.text, "Maximum number of characters")
                                    ? " (a line is longer than 256 MB: check its line ends and quotes)"
                                    : "");
        return HS_OK;
    }
    rows->row.number++;
    for (size_t i = 0; i < rows->source->column_count; i++) {
        if (rows->want[i])
            put_field(rows, (int)i, rows->source->columns[i].type, &rows->row.cells[i]);
        else
            rows->row.cells[i].type = HS_CELL_NONE;
    }
    put_geometry(rows);
    *row = &rows->row;
    return HS_OK;
}

/* Tells the driver which columns it need not make. */
static void ignore_columns(hs_rows *rows) {
    if (!OGR_L_TestCapability(rows->source->layer, OLCIgnoreFields)) return;
    OGRFeatureDefnH schema = OGR_L_GetLayerDefn(rows->source->layer);
    char **names = NULL;
    for (size_t i = 0; i < rows->source->column_count; i++)
        if (!rows->want[i])
            names = CSLAddString(names, OGR_Fld_GetNameRef(OGR_FD_GetFieldDefn(schema, (int)i)));
    OGR_L_SetIgnoredFields(rows->source->layer, (const char **)names);
    CSLDestroy(names);
}

hs_status hs_rows_open(hs_source *source, const bool *want, hs_error *error, hs_rows **rows) {
    hs_rows *made = calloc(1, sizeof *made);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    made->source = source;
    made->arena = hs_arena_new(ROW_CEILING);
    made->want = calloc(source->column_count + 1, sizeof *made->want);
    made->row.cells = calloc(source->column_count + 1, sizeof *made->row.cells);
    made->child_of_column = calloc(source->column_count + 1, sizeof *made->child_of_column);
    hs_buffer_init(&made->wkb, ROW_CEILING);
    if (!made->arena || !made->want || !made->row.cells || !made->child_of_column) {
        hs_rows_close(made);
        return hs_error_set(error, HS_E_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < source->column_count; i++)
        made->want[i] = !want || want[i];
    hs_gdal_words words;
    hs_source_use_thread();
    hs_gdal_listen(&words);
    ignore_columns(made);
    OGR_L_ResetReading(source->layer);
    made->is_arrow = hs_rows_start_arrow(made);
    hs_gdal_unlisten();
    *rows = made;
    return HS_OK;
}

void hs_rows_close(hs_rows *rows) {
    if (!rows) return;
    hs_rows_stop_arrow(rows);
    OGR_F_Destroy(rows->feature);
    hs_buffer_done(&rows->wkb);
    hs_arena_free(rows->arena);
    free(rows->want);
    free(rows->row.cells);
    free(rows->child_of_column);
    free(rows);
}

hs_status hs_rows_next(hs_rows *rows, hs_error *error, const hs_row **row) {
    hs_arena_reset(rows->arena);
    return rows->is_arrow ? hs_rows_next_arrow(rows, error, row) : next_feature(rows, error, row);
}

static hs_str real_text(double value, hs_arena *arena) {
    if (value == trunc(value) && fabs(value) < 1e15)
        return hs_str_of(hs_arena_printf(arena, "%lld", (long long)value));
    hs_buffer text;
    hs_buffer_init(&text, 64);
    hs_json json;
    hs_json_init(&json, &text);
    hs_json_double(&json, value);
    hs_str copy = hs_arena_str(arena, (hs_str){text.data, text.size});
    hs_buffer_done(&text);
    return copy;
}

static hs_str date_text(const hs_date *date, hs_arena *arena) {
    const hs_civil *civil = &date->civil;
    if (!date->has_time)
        return hs_str_of(hs_arena_printf(arena, "%04d-%02d-%02d", civil->year, civil->month, civil->day));
    if (date->has_zone) {
        char text[HS_TIME_TEXT_SIZE];
        size_t size = hs_time_format(hs_date_to_utc(date, NULL), text);
        return hs_arena_str(arena, (hs_str){text, size});
    }
    return hs_str_of(hs_arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d", civil->year, civil->month,
                                     civil->day, civil->hour, civil->minute, civil->second));
}

hs_str hs_cell_text(const hs_cell *cell, hs_arena *arena) {
    switch (cell->type) {
    case HS_CELL_TEXT:
        return cell->text;
    case HS_CELL_INT:
        return hs_str_of(hs_arena_printf(arena, "%lld", (long long)cell->integer));
    case HS_CELL_REAL:
        return real_text(cell->real, arena);
    case HS_CELL_DATE:
        return date_text(&cell->date, arena);
    default:
        return (hs_str){0};
    }
}

bool hs_cell_number(const hs_cell *cell, double *number) {
    switch (cell->type) {
    case HS_CELL_TEXT:
        return hs_str_to_double(cell->text, number);
    case HS_CELL_INT:
        *number = (double)cell->integer;
        return true;
    case HS_CELL_REAL:
        *number = cell->real;
        return true;
    default:
        return false;
    }
}
