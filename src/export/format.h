/* File formats that collections are exported to: by extension on the command line, by name over HTTP. */
#ifndef EXPORT_FORMAT_H
#define EXPORT_FORMAT_H

#include <hotspot/types.h>

enum {
    HS_FORMAT_COLUMNS = 1,      /* points stand in columns lon and lat, the label points of polygons too */
    HS_FORMAT_OUTLINES = 2,     /* where there are lines or polygons, a column of WKT */
    HS_FORMAT_NO_POLYGONS = 4,  /* takes points and lines only */
    HS_FORMAT_NEEDS_PLACE = 8,  /* a row without geometry cannot be written */
    HS_FORMAT_ONE_TYPE = 16,    /* all geometries are of one type */
    HS_FORMAT_TEXT_TIMES = 32,  /* has no times with a zone: they are texts, RFC 3339 in UTC */
    HS_FORMAT_LABELS = 64,      /* shows a feature by its name: what has none gets one */
    HS_FORMAT_SHORT_NAMES = 128 /* DBF: names of 10 bytes, texts of 254 */
};

/* How a file is made. */
typedef enum hs_format_maker {
    HS_MAKE_GEOJSON, /* from the columns */
    HS_MAKE_XLSX,    /* by our own writer */
    HS_MAKE_TEXT,    /* by our own writer of texts */
    HS_MAKE_VECTOR   /* by GDAL */
} hs_format_maker;

typedef struct hs_export_format {
    const char *name;      /* of the parameter f */
    const char *extension; /* of file names, without the dot */
    const char *media_type;
    hs_format_maker maker;
    const char *driver;                /* GDAL's, of HS_MAKE_VECTOR */
    const struct hs_text_format *text; /* of HS_MAKE_TEXT */
    unsigned traits;
    bool is_zip;      /* the files of the format in an archive */
    bool is_sequence; /* of GeoJSON: a feature a line */
    bool is_marked;   /* each line begins with RS (RFC 8142) */
    bool over_http;
} hs_export_format;

/* Ended by a NULL name. */
extern const hs_export_format hs_export_formats[];
/* The format of a path's extension, in any case; NULL for an unknown one. */
const hs_export_format *hs_export_format_of_path(const char *path);
/* The format of a name that HTTP offers; NULL. */
const hs_export_format *hs_export_format_named(hs_str name);

#endif
