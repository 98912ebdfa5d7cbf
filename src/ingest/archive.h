/* Where a file's content lies for GDAL: inside archives, compressed, as a text table, recoded. */
#ifndef INGEST_ARCHIVE_H
#define INGEST_ARCHIVE_H

#include "base/arena.h"

typedef struct hs_location {
    const char *path; /* as GDAL takes it */
    bool is_text_table, is_shapefile;
    const char *encoding; /* of a text table */
    char *memory_file;    /* /vsimem file made on the way, to be unlinked; or NULL */
} hs_location;

/* `given_encoding` may be NULL. Texts live in the arena. */
hs_status hs_location_find(const char *path, const char *given_encoding, hs_arena *arena, hs_error *error,
                           hs_location *location);

#endif
