/* The tables of records: one list of columns each, from which every statement is made, and the functions that
 * turn a record into parameters and a row into a record. */
#ifndef STORE_GEOPACKAGE_TABLES_H
#define STORE_GEOPACKAGE_TABLES_H

#include "base/arena.h"
#include "base/buffer.h"
#include "geo/wkb.h"
#include "store/store_ops.h"
#include <sqlite3.h>

typedef struct hs_column {
    const char *name, *type;
} hs_column;

/* Where a record's own columns begin: parameters count from 1, columns from 0. Both tables with and without
 * geometry keep these places (a table without one has a NULL in the geometry's place of its statements). */
#define HS_PARAMETER_ID       1
#define HS_PARAMETER_GEOMETRY 2
#define HS_PARAMETER_FIRST    3
#define HS_COLUMN_FIRST       2

/* What a record is, for putting. */
typedef struct hs_row_content {
    hs_buffer *content;  /* filled with the bytes of all that counts as content */
    hs_buffer *identity; /* filled with the external id or code; left empty when there is none */
    hs_buffer *blob;     /* filled with the geometry as GeoPackage binary; left empty when there is none */
    hs_box box;          /* of the geometry */
} hs_row_content;

/* Memory for reading rows, reused from row to row. */
typedef struct hs_row_reader {
    hs_arena *arena;
    hs_shape shape;
} hs_row_reader;

typedef struct hs_table_definition {
    const char *name;
    const char *geometry_type; /* as in gpkg_geometry_columns, or NULL for an attributes table */
    const char *description;
    const char *identity_sql; /* the identity bytes of a stored row, or NULL when content is the identity */
    const hs_column *columns;
    int column_count;
    /* Checks a record (HS_E_INPUT) and describes it. */
    hs_status (*describe)(const void *record, hs_error *error, hs_row_content *row);
    /* Binds the record's own columns from HS_PARAMETER_FIRST on. */
    void (*bind)(sqlite3_stmt *statement, const void *record);
    /* Reads a row of the scan statement and visits it. */
    hs_status (*visit)(sqlite3_stmt *statement, hs_row_reader *reader, hs_visit visit, void *context,
                       hs_error *error);
} hs_table_definition;

extern const hs_table_definition *const hs_tables[HS_TABLE_COUNT];

/* Definitions by file: geopackage_decisions.c, geopackage_hotspots.c, geopackage_incidents.c,
 * geopackage_places.c, geopackage_plans.c, geopackage_units.c.
 */
extern const hs_table_definition hs_table_units, hs_table_streets, hs_table_addresses, hs_table_places,
    hs_table_zones, hs_table_incidents, hs_table_categories, hs_table_targets, hs_table_population,
    hs_table_decisions, hs_table_hotspots;

#define HS_COLUMNS(array) .columns = (array), .column_count = (int)(sizeof(array) / sizeof((array)[0]))

/* Content bytes: each value with its size, so that different records never give the same bytes. */
void hs_content_str(hs_buffer *content, hs_str text);
void hs_content_int(hs_buffer *content, int64_t value);

/* Checks positions, then fills blob and box; of a geometry the content too (a position counts as content only
 * where it was given, so its caller says). */
hs_status hs_describe_geometry(const hs_geometry *geometry, const char *what, hs_error *error,
                               hs_row_content *row);
hs_status hs_describe_position(hs_position position, const char *what, hs_error *error, hs_row_content *row);

/* Texts as parameters (NULL when empty; must live until the statement ran) and columns. */
void hs_bind_str(sqlite3_stmt *statement, int index, hs_str text);
hs_str hs_column_str(sqlite3_stmt *statement, int index);
/* 1, or NULL for false: most rows of a table have none of what a flag says. */
void hs_bind_flag(sqlite3_stmt *statement, int index, bool flag);

/* Columns of a row while it is read. */
hs_status hs_read_geometry(sqlite3_stmt *statement, hs_row_reader *reader, hs_error *error,
                           hs_geometry *geometry);
hs_status hs_read_position(sqlite3_stmt *statement, hs_error *error, bool *has_position,
                           hs_position *position);
/* An integer column clamped into 32 bits; `missing` when it is NULL. */
int32_t hs_read_int32(sqlite3_stmt *statement, int index, int32_t missing);
hs_status hs_read_time(sqlite3_stmt *statement, int index, hs_error *error, int64_t *time_s);
void hs_bind_time(sqlite3_stmt *statement, int index, int64_t time_s);
/* HS_E_INPUT when a time cannot be written with a four-digit year. */
hs_status hs_check_time(int64_t time_s, const char *field, hs_error *error);

#endif
