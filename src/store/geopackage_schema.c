/* The schema: what a GeoPackage 1.3 must have, the tables of records, and migrations. */
#include "store/geopackage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "GPKG", and version 1.3. */
#define APPLICATION_ID 0x47504B47
#define USER_VERSION   10300

static const char *const standard_sql =
    "CREATE TABLE gpkg_spatial_ref_sys ("
    " srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,"
    " organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);"
    "INSERT INTO gpkg_spatial_ref_sys VALUES"
    " ('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined Cartesian coordinate reference "
    "system'),"
    " ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference "
    "system'),"
    " ('WGS 84 geodetic', 4326, 'EPSG', 4326,"
    "  'GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563,"
    "AUTHORITY[\"EPSG\",\"7030\"]],AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0,"
    "AUTHORITY[\"EPSG\",\"8901\"]],UNIT[\"degree\",0.0174532925199433,AUTHORITY[\"EPSG\",\"9122\"]],"
    "AXIS[\"Latitude\",NORTH],AXIS[\"Longitude\",EAST],AUTHORITY[\"EPSG\",\"4326\"]]',"
    "  'longitude and latitude in decimal degrees on WGS 84');"
    "CREATE TABLE gpkg_contents ("
    " table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,"
    " description TEXT DEFAULT '',"
    " last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),"
    " min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,"
    " CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));"
    "CREATE TABLE gpkg_geometry_columns ("
    " table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,"
    " srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,"
    " CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),"
    " CONSTRAINT uk_gc_table_name UNIQUE (table_name),"
    " CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),"
    " CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));";

static const char *const own_sql =
    "CREATE TABLE settings (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, key TEXT NOT NULL UNIQUE, value "
    "TEXT);"
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description)"
    " VALUES ('settings', 'attributes', 'settings', 'What the city is');"
    "CREATE TABLE batches (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, kind TEXT NOT NULL, source TEXT,"
    " started DATETIME NOT NULL, rows_read INTEGER NOT NULL, rows_added INTEGER NOT NULL,"
    " rows_updated INTEGER NOT NULL, rows_unchanged INTEGER NOT NULL, rows_rejected INTEGER NOT NULL,"
    " undone BOOLEAN NOT NULL, last_id INTEGER);"
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description)"
    " VALUES ('batches', 'attributes', 'batches', 'Imports');"
    "CREATE TABLE changes (sequence INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, time DATETIME NOT NULL,"
    " part TEXT NOT NULL, kind TEXT NOT NULL, batch INTEGER, rewritten BOOLEAN NOT NULL);"
    "CREATE INDEX changes_part ON changes (part, sequence);"
    "CREATE INDEX changes_rewritten ON changes (part, sequence) WHERE rewritten = 1;"
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description)"
    " VALUES ('changes', 'attributes', 'changes', 'Versions of the store: one row a committed change');"
    "INSERT INTO settings (key, value) VALUES ('store', 'hotspotd');";

/* What schema 2 added. No GIS lists these: they are not in gpkg_contents. */
#define ADDED_IN_2                                                                                           \
    "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name TEXT NOT NULL, role TEXT NOT "  \
    "NULL, unit TEXT, token_hash TEXT NOT NULL UNIQUE, created DATETIME NOT NULL, revoked DATETIME);"        \
    "CREATE TABLE answers (key TEXT PRIMARY KEY NOT NULL, request INTEGER NOT NULL, answer TEXT NOT NULL,"   \
    " created DATETIME NOT NULL);"                                                                           \
    "CREATE INDEX answers_created ON answers (created);"                                                     \
    "CREATE TABLE mappings (kind TEXT NOT NULL, name TEXT NOT NULL, mapping TEXT NOT NULL, PRIMARY KEY "     \
    "(kind, name));"

/* Rows as they were before a batch changed or removed them, for undoing it: the table's columns after the
 * batch's id. */
#define HISTORY(table)                                                                                       \
    "CREATE TABLE " table "_history AS SELECT 0 AS by_batch, * FROM " table " WHERE 0;"                      \
    "CREATE INDEX " table "_history_batch ON " table "_history (by_batch, id);"
#define HISTORIES_OF_2                                                                                       \
    HISTORY("units")                                                                                         \
    HISTORY("streets")                                                                                       \
    HISTORY("addresses") HISTORY("places") HISTORY("zones") HISTORY("incidents") HISTORY("categories")
#define HISTORIES_OF_3 HISTORY("targets") HISTORY("population")
#define HISTORIES_OF_4 HISTORY("decisions")
#define HISTORIES_OF_5 HISTORY("hotspots")

/* What schema 3 added: a new store has the same from its tables' definitions. */
#define ADDED_IN_3                                                                                           \
    "ALTER TABLE categories ADD COLUMN aliases TEXT;"                                                        \
    "ALTER TABLE categories ADD COLUMN duplicate_m DOUBLE;"                                                  \
    "ALTER TABLE categories ADD COLUMN duplicate_hours DOUBLE;"                                              \
    "ALTER TABLE categories_history ADD COLUMN duplicate_m REAL;"                                            \
    "ALTER TABLE categories_history ADD COLUMN duplicate_hours REAL;"                                        \
    "ALTER TABLE categories_history ADD COLUMN aliases TEXT;"                                                \
    "CREATE TABLE targets (id INTEGER PRIMARY KEY NOT NULL, unit TEXT, category TEXT, valid_from DATE,"      \
    " valid_to DATE, target DOUBLE, batch INTEGER, row_key INTEGER, row_hash INTEGER);"                      \
    "CREATE INDEX targets_key ON targets (row_key, row_hash);"                                               \
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description)"                             \
    " VALUES ('targets', 'attributes', 'targets', 'What was promised');"                                     \
    "CREATE TABLE population (id INTEGER PRIMARY KEY NOT NULL, geom GEOMETRY, unit TEXT, population DOUBLE," \
    " batch INTEGER, row_key INTEGER, row_hash INTEGER);"                                                    \
    "CREATE INDEX population_key ON population (row_key, row_hash);"                                         \
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)"                     \
    " VALUES ('population', 'features', 'population', 'People by unit, area or point', 4326);"               \
    "INSERT INTO gpkg_geometry_columns VALUES ('population', 'geom', 'GEOMETRY', 4326, 0, 0);"

/* What schema 4 added. */
#define ADDED_IN_4                                                                                           \
    "ALTER TABLE incidents ADD COLUMN reviewed BOOLEAN;"                                                     \
    "ALTER TABLE incidents_history ADD COLUMN reviewed NUM;"                                                 \
    "CREATE TABLE decisions (id INTEGER PRIMARY KEY NOT NULL, geom POINT, address_key TEXT, address TEXT,"   \
    " action TEXT, match_type TEXT, accuracy_m DOUBLE, label TEXT, target TEXT, note TEXT, decided_by TEXT," \
    " decided DATETIME, remembered BOOLEAN, last_incident INTEGER, batch INTEGER, row_key INTEGER,"          \
    " row_hash INTEGER);"                                                                                    \
    "CREATE INDEX decisions_key ON decisions (row_key, row_hash);"                                           \
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)"                     \
    " VALUES ('decisions', 'features', 'decisions', 'What was decided about addresses', 4326);"              \
    "INSERT INTO gpkg_geometry_columns VALUES ('decisions', 'geom', 'POINT', 4326, 0, 0);"

/* What schema 5 added. */
#define ADDED_IN_5                                                                                           \
    "CREATE TABLE hotspots (id INTEGER PRIMARY KEY NOT NULL, geom GEOMETRY, run INTEGER, method TEXT,"       \
    " title TEXT, parameters TEXT, saved_by TEXT, created DATETIME, data_version INTEGER, feature INTEGER,"  \
    " value DOUBLE, statistic DOUBLE, p_value DOUBLE, q_value DOUBLE, n DOUBLE, expected DOUBLE,"            \
    " rank INTEGER, label_zh TEXT, label_en TEXT, properties TEXT, batch INTEGER, row_key INTEGER,"          \
    " row_hash INTEGER);"                                                                                    \
    "CREATE INDEX hotspots_key ON hotspots (row_key, row_hash);"                                             \
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)"                     \
    " VALUES ('hotspots', 'features', 'hotspots', 'Saved runs of hotspots and their features', 4326);"       \
    "INSERT INTO gpkg_geometry_columns VALUES ('hotspots', 'geom', 'GEOMETRY', 4326, 0, 0);"

/* No AUTOINCREMENT, which costs a third of an import: `batches` remembers the ids given instead. */
static void write_table(hs_buffer *sql, const hs_table_definition *table) {
    hs_buffer_printf(sql, "CREATE TABLE %s (id INTEGER PRIMARY KEY NOT NULL", table->name);
    if (table->geometry_type) hs_buffer_printf(sql, ", geom %s", table->geometry_type);
    for (int i = 0; i < table->column_count; i++)
        hs_buffer_printf(sql, ", %s %s", table->columns[i].name, table->columns[i].type);
    hs_buffer_text(sql, ", batch INTEGER, row_key INTEGER, row_hash INTEGER);\n");
    hs_buffer_printf(sql, "CREATE INDEX %s_key ON %s (row_key, row_hash);\n", table->name, table->name);
    hs_buffer_printf(sql,
                     "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id)"
                     " VALUES ('%s', '%s', '%s', '%s', %s);\n",
                     table->name, table->geometry_type ? "features" : "attributes", table->name,
                     table->description, table->geometry_type ? "4326" : "NULL");
    if (table->geometry_type)
        hs_buffer_printf(sql, "INSERT INTO gpkg_geometry_columns VALUES ('%s', 'geom', '%s', 4326, 0, 0);\n",
                         table->name, table->geometry_type);
}

hs_status hs_geopackage_create_schema(sqlite3 *db, const char *path, hs_error *error) {
    hs_buffer sql;
    hs_buffer_init(&sql, (size_t)1 << 20);
    hs_buffer_printf(&sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;", APPLICATION_ID,
                     USER_VERSION);
    hs_buffer_text(&sql, standard_sql);
    hs_buffer_text(&sql, own_sql);
    hs_buffer_text(&sql, ADDED_IN_2);
    for (int table = 0; table < HS_TABLE_COUNT; table++)
        write_table(&sql, hs_tables[table]);
    hs_buffer_text(&sql, HISTORIES_OF_2 HISTORIES_OF_3 HISTORIES_OF_4 HISTORIES_OF_5);
    hs_buffer_printf(&sql, "INSERT INTO settings (key, value) VALUES ('schema_version', '%d');",
                     HS_GEOPACKAGE_SCHEMA);
    hs_buffer_byte(&sql, '\0');
    hs_status status = sql.status == HS_OK
                           ? hs_geopackage_exec(db, path, sql.data, "creating the store", error)
                           : hs_error_set(error, sql.status, "out of memory for the schema");
    hs_buffer_done(&sql);
    return status;
}

/* The first column of a query's first row as a number; `missing` when there is none or the query fails. */
static hs_status query_int(sqlite3 *db, const char *path, const char *sql, int missing, hs_error *error,
                           int *value) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_step(statement);
        *value = code == SQLITE_ROW ? sqlite3_column_int(statement, 0) : missing;
    }
    sqlite3_finalize(statement);
    /* SQLITE_ERROR: a table or column of that name is not there. */
    if ((code & 0xff) == SQLITE_ERROR) *value = missing;
    if (code == SQLITE_ROW || code == SQLITE_DONE || (code & 0xff) == SQLITE_ERROR) return HS_OK;
    return hs_geopackage_fail(db, path, code, "reading what the file is", error);
}

hs_status hs_geopackage_identify(sqlite3 *db, const char *path, hs_error *error, int *version) {
    int application = 0, ours = 0, schema = 0;
    hs_status status = query_int(db, path, "PRAGMA application_id", 0, error, &application);
    if (status == HS_OK)
        status =
            query_int(db, path, "SELECT count(*) FROM settings WHERE key = 'store' AND value = 'hotspotd'", 0,
                      error, &ours);
    if (status == HS_OK)
        status = query_int(db, path, "SELECT value FROM settings WHERE key = 'schema_version'", -1, error,
                           &schema);
    if (status != HS_OK) return status;
    if (application != APPLICATION_ID)
        return hs_error_set(
            error, HS_E_STORE,
            "%s: an SQLite file, but no GeoPackage and no store of hotspotd: name another file", path);
    if (ours != 1 || schema < 0)
        return hs_error_set(error, HS_E_STORE,
                            "%s: a GeoPackage, but no store of hotspotd: name another file as the store (and "
                            "import this one into it)",
                            path);
    *version = schema;
    return HS_OK;
}

const hs_migration hs_geopackage_migrations[] = {{.from = 1, .sql = ADDED_IN_2 HISTORIES_OF_2},
                                                 {.from = 2, .sql = ADDED_IN_3 HISTORIES_OF_3},
                                                 {.from = 3, .sql = ADDED_IN_4 HISTORIES_OF_4},
                                                 {.from = 4, .sql = ADDED_IN_5 HISTORIES_OF_5}};
const size_t hs_geopackage_migration_count =
    sizeof hs_geopackage_migrations / sizeof *hs_geopackage_migrations;

static const hs_migration *find_step(const hs_migration *steps, size_t count, int from) {
    for (size_t i = 0; i < count; i++)
        if (steps[i].from == from) return &steps[i];
    return NULL;
}

static hs_status record_version(sqlite3 *db, const char *path, int version, hs_error *error) {
    char sql[128];
    (void)snprintf(sql, sizeof sql, "UPDATE settings SET value = '%d' WHERE key = 'schema_version'", version);
    return hs_geopackage_exec(db, path, sql, "recording the schema's version", error);
}

hs_status hs_geopackage_migrate(sqlite3 *db, const char *path, const hs_migration *steps, size_t count,
                                int version, int target, hs_error *error) {
    if (version > target)
        return hs_error_set(
            error, HS_E_STORE,
            "%s: was written by a newer hotspotd (schema %d, this program knows %d): update the "
            "program",
            path, version, target);
    if (version == target) return HS_OK;
    hs_status status = hs_geopackage_exec(db, path, "BEGIN IMMEDIATE", "opening the older store", error);
    /* Another process may have migrated it in the meantime. */
    if (status == HS_OK) status = hs_geopackage_identify(db, path, error, &version);
    for (; status == HS_OK && version < target; version++) {
        const hs_migration *step = find_step(steps, count, version);
        if (!step)
            status = hs_error_set(error, HS_E_STORE, "%s: no way is known from schema %d to %d", path,
                                  version, version + 1);
        else
            status = hs_geopackage_exec(db, path, step->sql, "bringing the older store up to date", error);
    }
    if (status == HS_OK) status = record_version(db, path, target, error);
    if (status == HS_OK)
        status = hs_geopackage_exec(db, path, "COMMIT", "bringing the older store up to date", error);
    if (status != HS_OK && !sqlite3_get_autocommit(db)) (void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}
