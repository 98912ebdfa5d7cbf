/* Where a file's content lies for GDAL: inside archives, compressed, as a text table, recoded. */
#ifndef INGEST_ARCHIVE_H
#define INGEST_ARCHIVE_H

#include "base/arena.h"

typedef struct hs_location {
    const char *path; /* as GDAL takes it */
    bool is_text_table, is_shapefile;
    bool is_database;     /* a PostgreSQL connection, no file */
    const char *encoding; /* of a text table */
    char *memory_file;    /* /vsimem file made on the way, to be unlinked; or NULL */
} hs_location;

/* Whether a path is a PostgreSQL connection: `PG:...`, `postgresql://...` or `postgres://...`. Such words may
 * hold a password: what is shown, kept or logged is hs_location_name. */
bool hs_location_is_database(const char *path);
/* What to call a database, without host, user and password: `PostgreSQL database NAME`, in the arena; NULL
 * where memory is out. */
const char *hs_location_name(const char *path, hs_arena *arena);

/* `given_encoding` may be NULL. Texts live in the arena. */
hs_status hs_location_find(const char *path, const char *given_encoding, hs_arena *arena, hs_error *error,
                           hs_location *location);

#endif
