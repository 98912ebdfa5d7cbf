#include "export/format.h"

#include "base/text.h"
#include "export/text_writer.h"
#include <string.h>

#define TABLE (HS_FORMAT_COLUMNS | HS_FORMAT_TEXT_TIMES)
#define SHAPE (HS_FORMAT_ONE_TYPE | HS_FORMAT_TEXT_TIMES | HS_FORMAT_SHORT_NAMES)

const hs_export_format hs_export_formats[] = {
    {.name = "geojson", .extension = "geojson", .media_type = "application/geo+json"},
    {.name = "json", .extension = "json", .media_type = "application/geo+json"},
    {.name = "geojsonseq",
     .extension = "geojsons",
     .media_type = "application/geo+json-seq",
     .is_sequence = true,
     .is_marked = true,
     .over_http = true},
    {.name = "geojsonseq",
     .extension = "geojsonseq",
     .media_type = "application/geo+json-seq",
     .is_sequence = true,
     .is_marked = true},
    {.name = "ndjson",
     .extension = "geojsonl",
     .media_type = "application/x-ndjson",
     .is_sequence = true,
     .over_http = true},
    {.name = "ndjson", .extension = "ndjson", .media_type = "application/x-ndjson", .is_sequence = true},
    {.name = "gpkg",
     .extension = "gpkg",
     .media_type = "application/geopackage+sqlite3",
     .maker = HS_MAKE_VECTOR,
     .driver = "GPKG",
     .over_http = true},
    {.name = "fgb",
     .extension = "fgb",
     .media_type = "application/flatgeobuf",
     .maker = HS_MAKE_VECTOR,
     .driver = "FlatGeobuf",
     .traits = HS_FORMAT_NEEDS_PLACE,
     .over_http = true},
    {.name = "csv",
     .extension = "csv",
     .media_type = "text/csv; charset=utf-8; header=present",
     .maker = HS_MAKE_TEXT,
     .text = &hs_text_csv,
     .traits = TABLE | HS_FORMAT_OUTLINES,
     .over_http = true},
    {.name = "xlsx",
     .extension = "xlsx",
     .media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
     .maker = HS_MAKE_XLSX,
     .traits = TABLE,
     .over_http = true},
    {.name = "kml",
     .extension = "kml",
     .media_type = "application/vnd.google-earth.kml+xml",
     .maker = HS_MAKE_TEXT,
     .text = &hs_text_kml,
     .traits = HS_FORMAT_TEXT_TIMES | HS_FORMAT_LABELS,
     .over_http = true},
    {.name = "gpx",
     .extension = "gpx",
     .media_type = "application/gpx+xml",
     .maker = HS_MAKE_TEXT,
     .text = &hs_text_gpx,
     .traits = HS_FORMAT_NO_POLYGONS | HS_FORMAT_ONE_TYPE | HS_FORMAT_NEEDS_PLACE | HS_FORMAT_TEXT_TIMES |
               HS_FORMAT_LABELS,
     .over_http = true},
    {.name = "shp",
     .extension = "shp.zip",
     .media_type = "application/zip",
     .maker = HS_MAKE_VECTOR,
     .driver = "ESRI Shapefile",
     .traits = SHAPE,
     .is_zip = true,
     .over_http = true},
    {.name = "shp",
     .extension = "shp",
     .media_type = "application/octet-stream",
     .maker = HS_MAKE_VECTOR,
     .driver = "ESRI Shapefile",
     .traits = SHAPE},
    {0},
};

const hs_export_format *hs_export_format_of_path(const char *path) {
    size_t size = strlen(path);
    for (const hs_export_format *f = hs_export_formats; f->name; f++) {
        size_t tail = strlen(f->extension);
        /* A file has a name before its extension. */
        if (size < tail + 2 || path[size - tail - 1] != '.' || path[size - tail - 2] == '/') continue;
        if (hs_str_equal_nocase((hs_str){path + size - tail, tail}, hs_str_of(f->extension))) return f;
    }
    return NULL;
}

const hs_export_format *hs_export_format_named(hs_str name) {
    for (const hs_export_format *f = hs_export_formats; f->name; f++)
        if (f->over_http && hs_str_equal(name, hs_str_of(f->name))) return f;
    return NULL;
}
