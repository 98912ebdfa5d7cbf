/* Rows through OGR's Arrow stream. */
#include "ingest/rows_private.h"

#include "base/text.h"
#include <cpl_string.h>
#include <math.h>
#include <string.h>

static bool readable(const char *format) {
    static const char *const formats[] = {"u", "U", "b", "c", "C", "s", "S",
                                          "i", "I", "l", "L", "f", "g", "tdD"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(format, formats[i]) == 0) return true;
    return strncmp(format, "tsm:", 4) == 0;
}

static bool match_children(hs_rows *rows, const char *geometry_name) {
    hs_source *source = rows->source;
    for (size_t i = 0; i < source->column_count; i++)
        rows->child_of_column[i] = -1;
    rows->geometry_child = -1;
    OGRFeatureDefnH layer = OGR_L_GetLayerDefn(source->layer);
    for (int64_t child = 0; child < rows->schema.n_children; child++) {
        const struct ArrowSchema *schema = rows->schema.children[child];
        bool binary = strcmp(schema->format, "z") == 0 || strcmp(schema->format, "Z") == 0;
        if (binary && strcmp(schema->name, geometry_name) == 0) {
            rows->geometry_child = child;
            continue;
        }
        int column = OGR_FD_GetFieldIndex(layer, schema->name);
        if (column >= 0 && readable(schema->format)) rows->child_of_column[column] = child;
    }
    if (source->has_geometry && rows->geometry_child < 0) return false;
    for (size_t i = 0; i < source->column_count; i++)
        if (rows->want[i] && rows->child_of_column[i] < 0 && source->columns[i].type != OFTBinary)
            return false;
    return true;
}

/* GeoPackage times are UTC by its standard; of other drivers the stream does not tell the zone. */
static bool times_are_safe(const hs_rows *rows) {
    if (strcmp(rows->source->driver, "GPKG") == 0) return true;
    for (size_t i = 0; i < rows->source->column_count; i++)
        if (rows->want[i] && rows->source->columns[i].type == OFTDateTime) return false;
    return true;
}

bool hs_rows_start_arrow(hs_rows *rows) {
    OGRLayerH layer = rows->source->layer;
    if (!OGR_L_TestCapability(layer, OLCFastGetArrowStream) || !times_are_safe(rows)) return false;
    /* Curves are made straight by OGR's geometries, which the stream goes round. */
    if (OGR_GT_IsNonLinear(OGR_L_GetGeomType(layer))) return false;
    /* Without the FID and without attributes GDAL 3.6.2 returns empty geometries from a GeoPackage. */
    char **options = CSLSetNameValue(NULL, "INCLUDE_FID", "YES");
    bool started = OGR_L_GetArrowStream(layer, &rows->stream, options);
    CSLDestroy(options);
    if (!started) return false;
    const char *name = OGR_L_GetGeometryColumn(layer);
    if (!name || !*name) name = "wkb_geometry";
    if (rows->stream.get_schema(&rows->stream, &rows->schema) == 0 && match_children(rows, name)) return true;
    hs_rows_stop_arrow(rows);
    OGR_L_ResetReading(layer);
    return false;
}

void hs_rows_stop_arrow(hs_rows *rows) {
    if (rows->batch.release) rows->batch.release(&rows->batch);
    if (rows->schema.release) rows->schema.release(&rows->schema);
    if (rows->stream.release) rows->stream.release(&rows->stream);
    rows->batch.release = NULL;
    rows->schema.release = NULL;
    rows->stream.release = NULL;
}

static bool is_null(const struct ArrowArray *array, int64_t at) {
    const unsigned char *valid = array->buffers[0];
    return array->null_count != 0 && valid && !(valid[at >> 3] >> (at & 7) & 1);
}

static hs_str bytes_at(const struct ArrowArray *array, int64_t at, bool large) {
    const char *data = array->buffers[2];
    if (large) {
        const int64_t *offsets = array->buffers[1];
        return (hs_str){data + offsets[at], (size_t)(offsets[at + 1] - offsets[at])};
    }
    const int32_t *offsets = array->buffers[1];
    return (hs_str){data + offsets[at], (size_t)(offsets[at + 1] - offsets[at])};
}

static int64_t integer_at(const void *values, int64_t at, char format) {
    switch (format) {
    case 'b':
        return ((const unsigned char *)values)[at >> 3] >> (at & 7) & 1;
    case 'c':
        return ((const int8_t *)values)[at];
    case 'C':
        return ((const uint8_t *)values)[at];
    case 's':
        return ((const int16_t *)values)[at];
    case 'S':
        return ((const uint16_t *)values)[at];
    case 'i':
        return ((const int32_t *)values)[at];
    case 'I':
        return ((const uint32_t *)values)[at];
    default:
        return ((const int64_t *)values)[at];
    }
}

static void put_real(double value, hs_cell *cell) {
    if (isfinite(value)) *cell = (hs_cell){.type = HS_CELL_REAL, .real = value};
}

static void put_date(const void *values, int64_t at, const char *format, hs_cell *cell) {
    bool has_time = format[1] == 's';
    int64_t seconds;
    if (has_time) {
        int64_t milliseconds = ((const int64_t *)values)[at];
        seconds = milliseconds / 1000 - (milliseconds % 1000 < 0);
    } else {
        seconds = (int64_t)((const int32_t *)values)[at] * 86400;
    }
    /* The year must fit a civil date. */
    if (seconds < -INT64_C(62135596800) || seconds > INT64_C(253402300799)) return;
    hs_date date = {.civil = hs_civil_from_s(seconds), .has_time = has_time, .has_zone = has_time};
    *cell = (hs_cell){.type = HS_CELL_DATE, .date = date};
}

static void put_value(hs_rows *rows, const struct ArrowSchema *schema, const struct ArrowArray *array,
                      int64_t at, hs_cell *cell) {
    cell->type = HS_CELL_NONE;
    at += array->offset;
    if (is_null(array, at)) return;
    char format = *schema->format;
    switch (format) {
    case 'u':
    case 'U':
        hs_rows_put_text(rows, bytes_at(array, at, format == 'U'), cell);
        break;
    case 'f':
        put_real(((const float *)array->buffers[1])[at], cell);
        break;
    case 'g':
        put_real(((const double *)array->buffers[1])[at], cell);
        break;
    case 't':
        put_date(array->buffers[1], at, schema->format, cell);
        break;
    default:
        *cell = (hs_cell){.type = HS_CELL_INT, .integer = integer_at(array->buffers[1], at, format)};
        break;
    }
}

static hs_status next_batch(hs_rows *rows, hs_error *error, bool *found) {
    if (rows->batch.release) rows->batch.release(&rows->batch);
    rows->batch.release = NULL;
    rows->batch_row = 0;
    hs_gdal_words words;
    hs_gdal_listen(&words);
    int failed = rows->stream.get_next(&rows->stream, &rows->batch);
    hs_gdal_unlisten();
    if (failed || words.failed) {
        const char *reason = words.failed ? words.text : rows->stream.get_last_error(&rows->stream);
        return hs_error_set(error, HS_E_INPUT, "%s breaks off after row %llu: %s", rows->source->path,
                            (unsigned long long)rows->row.number, reason ? reason : "no reason given");
    }
    *found = rows->batch.release != NULL;
    return HS_OK;
}

hs_status hs_rows_next_arrow(hs_rows *rows, hs_error *error, const hs_row **row) {
    while (!rows->batch.release || rows->batch_row >= rows->batch.length) {
        bool found = false;
        hs_status status = next_batch(rows, error, &found);
        if (status != HS_OK) return status;
        if (!found) {
            *row = NULL;
            return HS_OK;
        }
    }
    int64_t at = rows->batch_row++ + rows->batch.offset;
    hs_row *current = &rows->row;
    current->number++;
    for (size_t i = 0; i < rows->source->column_count; i++) {
        int64_t child = rows->want[i] ? rows->child_of_column[i] : -1;
        current->cells[i].type = HS_CELL_NONE;
        if (child >= 0)
            put_value(rows, rows->schema.children[child], rows->batch.children[child], at,
                      &current->cells[i]);
    }
    current->wkb = NULL;
    current->wkb_size = 0;
    if (rows->geometry_child >= 0) {
        const struct ArrowArray *array = rows->batch.children[rows->geometry_child];
        int64_t place = at + array->offset;
        if (!is_null(array, place)) {
            hs_str bytes =
                bytes_at(array, place, *rows->schema.children[rows->geometry_child]->format == 'Z');
            if (bytes.size > 0) {
                current->wkb = bytes.data;
                current->wkb_size = bytes.size;
            }
        }
    }
    *row = current;
    return HS_OK;
}
