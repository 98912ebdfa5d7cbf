/* The store: durable rows of a city behind one interface. What is acknowledged survives kill -9 and power
 * loss. Two implementations are foreseen (GeoPackage here; PostGIS later); each is a table of functions, and
 * one test suite runs over both. A store handle is for one thread at a time; open several for parallel reads.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "city/kind.h"
#include <hotspot/error.h>
#include <hotspot/records.h>

typedef struct hs_store hs_store;

typedef enum hs_store_mode {
    HS_STORE_READ,   /* must exist */
    HS_STORE_WRITE,  /* must exist */
    HS_STORE_CREATE, /* created when absent */
} hs_store_mode;

/* Opens a GeoPackage path or a postgresql:// URL (HS_E_UNSUPPORTED so far); older schemas are migrated when
 * opened for writing. A file that is no store of ours, or newer than this program, is HS_E_STORE and says so.
 */
hs_status hs_store_open(const char *url, hs_store_mode mode, hs_error *error, hs_store **store);
void hs_store_close(hs_store *store);

/* Versions: sequence grows by one with each committed change; the others are the sequence at which that part
 * last changed. Cheap: meant to be polled. */
typedef struct hs_store_versions {
    uint64_t sequence, geography, incidents, plans, taxonomy;
    /* Sequence of the last change that altered or removed incidents: since then they were only added, as rows
     * with ids above the last one seen. */
    uint64_t incidents_rewritten;
    uint64_t hotspots; /* saved runs */
    uint64_t city;     /* of the last change of anything but saved runs */
} hs_store_versions;
hs_status hs_store_get_versions(hs_store *store, hs_error *error, hs_store_versions *versions);

/* Settings of the city: `name name_en timezone timezone_guessed lang synthetic center_lon center_lat
 * center_fixed center_source`. An unset one is empty. Texts live in the arena. Setting is a change of its
 * own; while a batch is open it belongs to the batch, and goes with it when that is rolled back or changed
 * nothing. */
hs_status hs_store_get_setting(hs_store *store, const char *key, hs_arena *arena, hs_error *error,
                               hs_str *value);
hs_status hs_store_set_setting(hs_store *store, const char *key, hs_str value, hs_error *error);

/* Writing: one batch, one transaction. */
typedef struct hs_batch_info {
    int64_t id;
    hs_kind kind;
    hs_str source; /* base name of the file, or what made it */
    int64_t started_s;
    uint64_t rows_read, rows_added, rows_updated, rows_unchanged, rows_rejected;
    bool undone;
} hs_batch_info;

/* What put did with a row. */
typedef enum hs_put { HS_PUT_ADDED, HS_PUT_UPDATED, HS_PUT_UNCHANGED } hs_put;

hs_status hs_store_begin(hs_store *store, hs_kind kind, hs_str source, hs_error *error, int64_t *batch);
/* Goes on with the newest batch of this kind and source that has not been undone, or begins it: what comes
 * one by one is listed as one batch. Its counts grow by what is put now. */
hs_status hs_store_begin_more(hs_store *store, hs_kind kind, hs_str source, hs_error *error, int64_t *batch);
/* Puts one record (its id and batch are ignored and given by the store). Identity: external id or code where
 * there is one, else the content and its occurrence within the batch, so that the same file read again
 * changes nothing while identical rows within a file stay separate. A derived position (match type other than
 * given, or decided by hand) is no content: it is stored when the row is added or updated, and alone makes no
 * update. HS_E_INPUT refuses the record (a position off the Earth, a time outside the years 0000 to 9999) and
 * leaves the batch as it is; after any other failure the batch can only be rolled back. */
hs_status hs_store_put_unit(hs_store *store, const hs_unit_record *record, hs_error *error, hs_put *put);
hs_status hs_store_put_street(hs_store *store, const hs_street_record *record, hs_error *error, hs_put *put);
hs_status hs_store_put_address(hs_store *store, const hs_address_record *record, hs_error *error,
                               hs_put *put);
hs_status hs_store_put_place(hs_store *store, const hs_place_record *record, hs_error *error, hs_put *put);
hs_status hs_store_put_zone(hs_store *store, const hs_zone_record *record, hs_error *error, hs_put *put);
hs_status hs_store_put_category(hs_store *store, const hs_category_record *record, hs_error *error,
                                hs_put *put);
hs_status hs_store_put_incident(hs_store *store, const hs_incident_record *record, hs_error *error,
                                hs_put *put);
/* A decision is known by the address text's key; who took it when is no content. */
hs_status hs_store_put_decision(hs_store *store, const hs_decision_record *record, hs_error *error,
                                hs_put *put);
/* A target is known by unit, category and days; people by their unit's or area's code, of areas without one
 * by content. */
hs_status hs_store_put_target(hs_store *store, const hs_target_record *record, hs_error *error, hs_put *put);
hs_status hs_store_put_population(hs_store *store, const hs_population_record *record, hs_error *error,
                                  hs_put *put);
/* A saved run is known by method, parameters, title, who and second; a feature by its run and number in it. */
hs_status hs_store_put_hotspot(hs_store *store, const hs_saved_hotspot_record *record, hs_error *error,
                               hs_put *put);
/* Visits the stored incident of an external id, as the open batch has left it; nothing where there is none.
 * What is put in its place replaces all of it, so that an update of a part is merged with it first. */
hs_status hs_store_visit_incident(hs_store *store, hs_str external_id, hs_visit_incident visit, void *context,
                                  hs_error *error);
/* The row id of the record that was put last. */
int64_t hs_store_last_id(const hs_store *store);
/* Rows without an identity of their own that the open batch put more than once, told apart by how often. */
uint64_t hs_store_repeated_rows(const hs_store *store);
/* Sets a derived position of an incident (match types other than given, or one that was decided by hand),
 * inside a batch of any kind: streets that arrive move incidents. */
hs_status hs_store_replace_position(hs_store *store, int64_t incident, const hs_incident_record *record,
                                    hs_error *error);
/* Gives a row of the open batch's kind (any with geometries) another geometry of its type and
 * nothing else: who the row is and what it was imported as stay, so that the file read again changes nothing.
 * It can be undone as any batch. HS_E_NOT_FOUND: there is no such row; HS_E_INPUT: the geometry cannot be
 * stored. */
hs_status hs_store_replace_geometry(hs_store *store, int64_t id, const hs_geometry *geometry,
                                    hs_error *error);
/* Gives a row of the open batch's kind, incidents or zones, another content: it stays the row that it is. An
 * incident without an external id, as a zone, is known by its content, so it gets the key of the new one.
 * *put is HS_PUT_UNCHANGED where the content is the same. HS_E_NOT_FOUND: there is no such row; HS_E_INPUT:
 * the record cannot be stored; HS_E_CONFLICT: another row has the record's external id. */
hs_status hs_store_replace_incident(hs_store *store, int64_t id, const hs_incident_record *record,
                                    hs_error *error, hs_put *put);
hs_status hs_store_replace_zone(hs_store *store, int64_t id, const hs_zone_record *record, hs_error *error,
                                hs_put *put);
/* Removes a row of the open batch's kind; undoing the batch brings it back. HS_E_NOT_FOUND. */
hs_status hs_store_remove(hs_store *store, int64_t id, hs_error *error);
/* Removes every category before a taxonomy is put, inside a batch. */
hs_status hs_store_clear_taxonomy(hs_store *store, hs_error *error);
/* Takes back what a batch of the open batch's kind did: removes the rows that it added and gives those that
 * it changed or removed the content from before; the batch is then listed as undone. HS_E_NOT_FOUND: there is
 * no such batch; HS_E_CONFLICT: it is undone already, has nothing left, or a later batch, which is named,
 * changed its rows and has to be undone first. */
hs_status hs_store_undo(hs_store *store, int64_t batch, hs_error *error, uint64_t *removed,
                        uint64_t *restored);
/* Commits durably. `info` carries the counts of rows read and rejected; the others are the store's. A batch
 * that changed nothing leaves no trace and no new version (info->id 0 on return). rows_updated counts
 * replaced positions too. On failure the batch was rolled back. Either way it is over. */
hs_status hs_store_commit(hs_store *store, hs_batch_info *info, hs_error *error);
void hs_store_rollback(hs_store *store);

/* Reading. Each calls visit for every row in id order; a record and its texts live until visit returns;
 * visit's failure stops the scan and is returned. */
typedef hs_status (*hs_visit_batch)(void *context, const hs_batch_info *info, hs_error *error);
hs_status hs_store_scan_units(hs_store *store, hs_visit_unit visit, void *context, hs_error *error);
hs_status hs_store_scan_streets(hs_store *store, hs_visit_street visit, void *context, hs_error *error);
hs_status hs_store_scan_addresses(hs_store *store, hs_visit_address visit, void *context, hs_error *error);
hs_status hs_store_scan_places(hs_store *store, hs_visit_place visit, void *context, hs_error *error);
hs_status hs_store_scan_zones(hs_store *store, hs_visit_zone visit, void *context, hs_error *error);
hs_status hs_store_scan_categories(hs_store *store, hs_visit_category visit, void *context, hs_error *error);
hs_status hs_store_scan_decisions(hs_store *store, hs_visit_decision visit, void *context, hs_error *error);
hs_status hs_store_scan_hotspots(hs_store *store, hs_visit_saved_hotspot visit, void *context,
                                 hs_error *error);
hs_status hs_store_scan_targets(hs_store *store, hs_visit_target visit, void *context, hs_error *error);
hs_status hs_store_scan_population(hs_store *store, hs_visit_population visit, void *context,
                                   hs_error *error);
/* Rows with first <= id < last, for parallel reading by ranges. The range of an empty store is 0, 0, 0. */
hs_status hs_store_scan_incidents(hs_store *store, int64_t first, int64_t last, hs_visit_incident visit,
                                  void *context, hs_error *error);
hs_status hs_store_incident_range(hs_store *store, hs_error *error, int64_t *min_id, int64_t *max_id,
                                  uint64_t *count);
/* One batch, its source left empty. HS_E_NOT_FOUND. */
hs_status hs_store_find_batch(hs_store *store, int64_t id, hs_error *error, hs_batch_info *info);
hs_status hs_store_scan_batches(hs_store *store, hs_visit_batch visit, void *context, hs_error *error);

/* People and programs that may write: a token is known by its hash alone. */
typedef struct hs_user_record {
    int64_t id;
    hs_str name, role, unit;      /* unit: a code, or empty for the whole city */
    hs_str token_hash;            /* hexadecimal */
    int64_t created_s, revoked_s; /* HS_NO_TIME: in force */
} hs_user_record;
typedef hs_status (*hs_visit_user)(void *context, const hs_user_record *user, hs_error *error);
/* Adds one, durably. HS_E_CONFLICT when a user of this name is in force. */
hs_status hs_store_add_user(hs_store *store, const hs_user_record *user, hs_error *error);
/* Ends a user's token now. HS_E_NOT_FOUND when no user of this name is in force. */
hs_status hs_store_revoke_user(hs_store *store, hs_str name, hs_error *error);
hs_status hs_store_scan_users(hs_store *store, hs_visit_user visit, void *context, hs_error *error);

/* Answers kept under a key, so that a request that comes again is not carried out again. Putting belongs to
 * the open batch, and goes with it when that is rolled back or changed nothing; answers of more than a week
 * ago are dropped then. *answer is empty where there is none. */
hs_status hs_store_get_answer(hs_store *store, hs_str key, hs_arena *arena, hs_error *error,
                              uint64_t *request_hash, hs_str *answer);
hs_status hs_store_put_answer(hs_store *store, hs_str key, uint64_t request_hash, hs_str answer,
                              hs_error *error);

/* How files of a kind are read, kept under a name (`mapping` is service's text). Putting replaces, durably.
 * HS_E_NOT_FOUND: there is none of this name. */
hs_status hs_store_put_mapping(hs_store *store, hs_kind kind, hs_str name, hs_str mapping, hs_error *error);
hs_status hs_store_get_mapping(hs_store *store, hs_kind kind, hs_str name, hs_arena *arena, hs_error *error,
                               hs_str *mapping);

/* What the store itself finds: every page and index read, what refers to what is not there, what lies beyond
 * what is declared. `table` names the table of records, or is empty; `count` rows are meant, the first one
 * `row` (0: none to name). Texts live until visit returns. O(store). */
typedef enum hs_store_flaw_kind {
    HS_STORE_DAMAGED,    /* SQLite's integrity check says so in `words` */
    HS_STORE_DANGLING,   /* refers to a row that is not there: `words` names the column */
    HS_STORE_UNDONE_ROW, /* came with a batch that is undone */
    HS_STORE_REPEATED,   /* rows under one key */
    HS_STORE_NO_SHAPE,   /* has no geometry, and such rows have one */
    HS_STORE_EXTENT,     /* lies outside the extent that gpkg_contents declares */
    HS_STORE_UNDECLARED  /* `words` names what GeoPackage wants declared and is not */
} hs_store_flaw_kind;
typedef struct hs_store_flaw {
    hs_store_flaw_kind kind;
    const char *table;
    hs_str words;
    uint64_t count;
    int64_t row;
} hs_store_flaw;
typedef hs_status (*hs_visit_flaw)(void *context, const hs_store_flaw *flaw, hs_error *error);
hs_status hs_store_scan_flaws(hs_store *store, hs_visit_flaw visit, void *context, hs_error *error);
/* Rows of each table of records, and how many of them have a geometry. */
typedef hs_status (*hs_visit_rows)(void *context, const char *table, uint64_t rows, uint64_t shapes,
                                   hs_error *error);
hs_status hs_store_count_rows(hs_store *store, hs_visit_rows visit, void *context, hs_error *error);

/* A read transaction: everything read between begin_read and end_read is of one version. */
hs_status hs_store_begin_read(hs_store *store, hs_error *error);
void hs_store_end_read(hs_store *store);

/* Copies the store, as it is, into a file of its own, durably; the store may be in use. The copy takes the
 * place of a file at `path` only when it is whole. */
hs_status hs_store_backup(hs_store *store, const char *path, hs_error *error);

#endif
