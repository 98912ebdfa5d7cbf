/* What the files of an import share. */
#ifndef SERVICE_IMPORT_PRIVATE_H
#define SERVICE_IMPORT_PRIVATE_H

#include "base/hash.h"
#include "base/text.h"
#include "service/decisions.h"
#include "service/import_check.h"
#include "service/service_private.h"
#include "service/unknown.h"
#include <stdio.h>

/* One import under way. */
typedef struct hs_importing {
    hs_store *store;
    const hs_import_options *options;
    hs_import_report *report;
    hs_arena *arena;
    hs_geography *geography;
    hs_geocoder *geocoder;
    hs_aliases aliases;
    hs_taxonomy *taxonomy;
    hs_import_check *check;
    hs_ingest *ingest; /* while rows are read */
    hs_unknown *unknown_categories, *unknown_units;
    uint64_t areas; /* people at places of their own */
    FILE *rejects;
    uint64_t rejected;
    hs_dictionary *ids; /* external ids seen */
    bool had_incidents; /* the store had some before */
    char first_repeated_id[64];
    int32_t *lon_e7, *lat_e7; /* positions seen, for the city's centre */
    size_t position_count, position_capacity;
    bool zone_unknown; /* neither city nor file says where: times were read as UTC for now */
    bool cancelled;
} hs_importing;

void hs_import_count_put(hs_import_report *report, hs_put put);
void hs_import_reject(hs_importing *work, const hs_ingest_reject *reject);
void hs_import_warn(hs_importing *work, const char *message);
/* Chooses between two warnings, or two formats of the same arguments, by the language asked for. */
__attribute__((format_arg(2), format_arg(3))) static inline const char *
hs_import_say(const hs_importing *work, const char *en, const char *zh) {
    return hs_in_language(work->options->ingest.chinese, en, zh);
}
/* Tells of progress; false, and work->cancelled, when the import is to end. */
bool hs_import_progress(hs_importing *work, uint64_t rows_read, int64_t rows_total);

/* Incidents: one thread reads the file and makes records, another finds where they lie, the caller stores
 * them in the file's order (import_incidents.c). */
hs_status hs_import_incidents(hs_importing *work, hs_ingest *ingest, hs_error *error, uint64_t *rows_read);

/* What an import settles of the city (import_city.c): the zone that times without one are read in, before;
 * the same kept, and the plane's centre, after. */
hs_status hs_import_timezone(hs_importing *work, hs_kind kind, const char *path, hs_error *error,
                             hs_timezone **zone);
hs_status hs_import_keep_timezone(hs_importing *work, hs_error *error);
hs_status hs_import_settle_center(hs_importing *work, hs_kind kind, hs_error *error);

#endif
