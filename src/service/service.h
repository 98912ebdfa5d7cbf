/* The city as a running whole: store, current snapshot, geocoder, caches. Every write and every long
 * computation goes through here, called alike by the command line and by HTTP. Thread-safe. */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include "base/log.h"
#include "base/pool.h"
#include "city/filter.h"
#include "ingest/ingest.h"
#include "render/tiles.h"
#include "store/store.h"
#include <hotspot/autocomplete.h>
#include <hotspot/geocode.h>
#include <hotspot/reverse_geocode.h>

typedef struct hs_service hs_service;

typedef struct hs_service_options {
    unsigned threads;   /* 0: one per core */
    size_t cache_bytes; /* budget of cached selections; 0: default */
    bool serves_tiles; /* the shapes of base tiles are made while incidents are read, not by the first tile */
    hs_log *log;       /* may be NULL */
} hs_service_options;

/* Opens the store and takes what it needs to write; loads no snapshot yet. */
hs_status hs_service_open(const char *url, hs_store_mode mode, const hs_service_options *options,
                          hs_error *error, hs_service **service);
void hs_service_close(hs_service *service);
hs_pool *hs_service_pool(hs_service *service);

/* From now on long computations end with HS_E_CANCELLED, between one piece and the next. Thread-safe. */
void hs_service_abandon(hs_service *service);

/* Phases of loading, in milliseconds. */
typedef struct hs_load_times {
    double geography_ms, read_ms, place_ms, total_ms;
    uint64_t incidents;
} hs_load_times;

/* Builds a snapshot from the store (parallel reads) and makes it current. `times` may be NULL. */
hs_status hs_service_load(hs_service *service, hs_error *error, hs_load_times *times);
/* The current snapshot with a reference of its own (hs_snapshot_unref); NULL before the first load. */
hs_snapshot *hs_service_snapshot(hs_service *service);
/* Keeps a snapshot for who reads it page by page: 10 minutes after this was last called with it, and of those
 * that somebody has begun to read the last 24, of those that somebody reads on (`read_on`) the last 8. */
void hs_service_keep_snapshot(hs_service *service, hs_snapshot *snapshot, bool read_on);
/* The current snapshot or one that is kept, of a version (or of a version of its geography), with a reference
 * of its own; NULL where there is none any more. */
hs_snapshot *hs_service_find_snapshot(hs_service *service, uint64_t version, bool geography);
/* The geocoder of the snapshot's geography, made on first use; valid while the snapshot is held. */
hs_status hs_service_geocoder(hs_service *service, const hs_snapshot *snapshot, hs_error *error,
                              const hs_geocoder **geocoder);
/* The same for reverse geocoding and autocomplete. */
hs_status hs_service_reverse_geocoder(hs_service *service, const hs_snapshot *snapshot, hs_error *error,
                                      const hs_reverse_geocoder **reverse);
hs_status hs_service_autocomplete(hs_service *service, const hs_snapshot *snapshot, hs_error *error,
                                  const hs_autocomplete **autocomplete);
/* Starts a thread that follows the store's versions (every 500 ms) and swaps in a new snapshot when they
 * change; a failure is logged and tried again. */
hs_status hs_service_follow(hs_service *service, hs_error *error);
bool hs_service_ready(hs_service *service);

/* Who is told, with JSON, of `snapshot` (a new one is current) and `incidents` (some came), on the thread
 * where it happens; it must not call the service. One at most; NULL ends it, and it is not called afterwards.
 */
typedef void (*hs_service_observer)(void *context, const char *event, hs_str data);
void hs_service_observe(hs_service *service, hs_service_observer observer, void *context);

/* What passes a filter, computed once per filter and chunk and shared (single flight, byte budget). Release
 * with hs_service_selection_unref. */
hs_status hs_service_select(hs_service *service, const hs_snapshot *snapshot, const hs_filter *filter,
                            hs_error *error, const hs_selection **selection);
void hs_service_selection_unref(const hs_selection *selection);

/* Import of one file as one batch: read, geocode what has no position, store, commit. */
typedef struct hs_import_options {
    hs_ingest_options ingest; /* timezone is filled in by the service */
    const char *source_name;  /* what the batch and messages call the file; NULL: as its path does */
    const char *mapping; /* name: `ingest` is kept under it, or what is kept is used where it gives nothing */
    const char *rejects_path; /* CSV (row,field,value,reason), or NULL */
    bool dry_run;
    void *context;
    bool (*progress)(void *context, uint64_t rows_read, int64_t rows_total); /* or NULL */
    void (*warn)(void *context, const char *message);                        /* or NULL */
} hs_import_options;

typedef struct hs_import_report {
    hs_kind kind;
    bool dry_run;
    hs_batch_info batch;                      /* id 0 when nothing changed */
    char first_reject[256];                   /* row, field and reason of the first rejected row */
    uint64_t positioned, geocoded, unmatched; /* incidents */
    uint64_t by_match_type[HS_MATCH_COUNT];
    uint64_t unknown_categories;
    uint64_t closed_early;            /* closed before they were reported */
    uint64_t in_unit[HS_LEVEL_COUNT]; /* incidents that fall in a unit of the level */
    uint64_t on_segment;
    int64_t min_time_s, max_time_s; /* HS_NO_TIME */
    char timezone[64];
    bool timezone_guessed;
    double seconds;
    uint64_t repeated_ids, identical_rows; /* rows whose external id (of units: code), or whole
                                              content, came before */
    hs_box extent;                         /* of what was put */
    /* JSON of hs_ingest_describe; the first rows as they were put, a JSON object a line.
     * hs_import_report_done frees both. */
    hs_buffer mapping, preview;
    size_t preview_rows;
} hs_import_report;
hs_status hs_service_import(hs_service *service, hs_kind kind, const char *path,
                            const hs_import_options *options, hs_error *error, hs_import_report *report);
void hs_import_report_done(hs_import_report *report);

/* Takes an import back as a whole, in one durable transaction that is listed as a batch of its own; positions
 * that hang on geography are derived anew. Errors as of hs_store_undo. */
typedef struct hs_undo_report {
    int64_t batch; /* of the undoing */
    uint64_t removed, restored;
} hs_undo_report;
hs_status hs_service_undo(hs_service *service, int64_t batch, hs_error *error, hs_undo_report *report);

/* The synthetic sample city (geodata/sample-city.json) into an empty store, and its truth beside it. */
typedef struct hs_sample_options {
    uint64_t seed;      /* default 1 */
    uint32_t incidents; /* default 60,000 */
    bool (*progress)(void *context, const char *phase, double share);
    void *context;
} hs_sample_options;
hs_status hs_service_sample(hs_service *service, const char *store_path, const hs_sample_options *options,
                            hs_error *error);

#endif
