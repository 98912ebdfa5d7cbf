/* What an implementation of the store gives: a table of functions. store.c checks the order of calls (a batch
 * is open, of the right kind, on a handle that may write) and dispatches; an implementation may rely on it.
 */
#ifndef STORE_STORE_OPS_H
#define STORE_STORE_OPS_H

#include "store/store.h"

/* Tables of records, one per record type. */
typedef enum hs_table {
    HS_TABLE_UNITS,
    HS_TABLE_STREETS,
    HS_TABLE_ADDRESSES,
    HS_TABLE_PLACES,
    HS_TABLE_ZONES,
    HS_TABLE_INCIDENTS,
    HS_TABLE_CATEGORIES,
    HS_TABLE_TARGETS,
    HS_TABLE_POPULATION,
    HS_TABLE_DECISIONS,
    HS_TABLE_HOTSPOTS,
    HS_TABLE_COUNT
} hs_table;

/* The table that batches of a kind write to; HS_TABLE_COUNT for no kind. */
hs_table hs_table_of_kind(hs_kind kind);

typedef union hs_visit {
    hs_visit_unit unit;
    hs_visit_street street;
    hs_visit_address address;
    hs_visit_place place;
    hs_visit_zone zone;
    hs_visit_category category;
    hs_visit_incident incident;
    hs_visit_target target;
    hs_visit_population population;
    hs_visit_decision decision;
    hs_visit_saved_hotspot hotspot;
} hs_visit;

typedef struct hs_store_ops {
    void (*close)(hs_store *store);
    hs_status (*get_versions)(hs_store *store, hs_error *error, hs_store_versions *versions);
    hs_status (*get_setting)(hs_store *store, const char *key, hs_arena *arena, hs_error *error,
                             hs_str *value);
    hs_status (*set_setting)(hs_store *store, const char *key, hs_str value, hs_error *error);
    /* `more`: as hs_store_begin_more. */
    hs_status (*begin)(hs_store *store, hs_kind kind, hs_str source, bool more, hs_error *error,
                       int64_t *batch);
    /* `record` is of the table's record type. */
    hs_status (*put)(hs_store *store, hs_table table, const void *record, hs_error *error, hs_put *put);
    hs_status (*visit_incident)(hs_store *store, hs_str external_id, hs_visit_incident visit, void *context,
                                hs_error *error);
    hs_status (*replace_position)(hs_store *store, int64_t incident, const hs_incident_record *record,
                                  hs_error *error);
    hs_status (*replace_geometry)(hs_store *store, int64_t id, const hs_geometry *geometry, hs_error *error);
    hs_status (*replace)(hs_store *store, hs_table table, int64_t id, const void *record, hs_error *error,
                         hs_put *put);
    hs_status (*remove)(hs_store *store, int64_t id, hs_error *error);
    hs_status (*clear_taxonomy)(hs_store *store, hs_error *error);
    hs_status (*commit)(hs_store *store, hs_batch_info *info, hs_error *error);
    void (*rollback)(hs_store *store);
    hs_status (*scan)(hs_store *store, hs_table table, int64_t first, int64_t last, hs_visit visit,
                      void *context, hs_error *error);
    hs_status (*scan_batches)(hs_store *store, hs_visit_batch visit, void *context, hs_error *error);
    hs_status (*incident_range)(hs_store *store, hs_error *error, int64_t *min_id, int64_t *max_id,
                                uint64_t *count);
    hs_status (*undo)(hs_store *store, int64_t batch, hs_error *error, uint64_t *removed, uint64_t *restored);
    hs_status (*add_user)(hs_store *store, const hs_user_record *user, hs_error *error);
    hs_status (*revoke_user)(hs_store *store, hs_str name, hs_error *error);
    hs_status (*scan_users)(hs_store *store, hs_visit_user visit, void *context, hs_error *error);
    hs_status (*get_answer)(hs_store *store, hs_str key, hs_arena *arena, hs_error *error,
                            uint64_t *request_hash, hs_str *answer);
    hs_status (*put_answer)(hs_store *store, hs_str key, uint64_t request_hash, hs_str answer,
                            hs_error *error);
    hs_status (*put_mapping)(hs_store *store, hs_kind kind, hs_str name, hs_str mapping, hs_error *error);
    hs_status (*get_mapping)(hs_store *store, hs_kind kind, hs_str name, hs_arena *arena, hs_error *error,
                             hs_str *mapping);
    hs_status (*scan_flaws)(hs_store *store, hs_visit_flaw visit, void *context, hs_error *error);
    hs_status (*count_rows)(hs_store *store, hs_visit_rows visit, void *context, hs_error *error);
    hs_status (*begin_read)(hs_store *store, hs_error *error);
    void (*end_read)(hs_store *store);
    hs_status (*backup)(hs_store *store, const char *path, hs_error *error);
} hs_store_ops;

/* First member of every implementation's handle. */
struct hs_store {
    const hs_store_ops *ops;
    hs_store_mode mode;
    hs_kind batch_kind; /* of the open batch */
    bool batch_open;
    int64_t last_id;        /* of the record put last */
    uint64_t repeated_rows; /* of the open batch */
    bool reading;
};

hs_status hs_geopackage_open(const char *path, hs_store_mode mode, hs_error *error, hs_store **store);

#endif
