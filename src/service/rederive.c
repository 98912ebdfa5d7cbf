#include "service/rederive.h"

#include "service/decisions.h"
#include "service/locate.h"
#include "service/service_private.h"
#include <stdlib.h>

typedef struct moved {
    int64_t id;
    bool has_position;
    hs_position position;
    hs_match_type match_type;
    float accuracy_m;
    bool reviewed;
} moved;

typedef struct rederiving {
    hs_locating with;
    moved *moves; /* collected first: a table is not changed while it is being read */
    size_t count, capacity;
} rederiving;

static hs_status visit(void *context, const hs_incident_record *record, hs_error *error) {
    rederiving *work = context;
    if (record->match_type == HS_MATCH_GIVEN && !record->reviewed) return HS_OK;
    if (record->address.size == 0 && record->unit.size == 0) return HS_OK;
    hs_incident_record located = *record;
    located.has_position = false;
    hs_status status = hs_locate_incident(&work->with, &located, error);
    if (status != HS_OK) return status;
    if (located.match_type == record->match_type && located.has_position == record->has_position &&
        located.reviewed == record->reviewed &&
        (!located.has_position || (located.position.lon_e7 == record->position.lon_e7 &&
                                   located.position.lat_e7 == record->position.lat_e7)))
        return HS_OK;
    if (work->count == work->capacity) {
        size_t capacity = work->capacity ? work->capacity * 2 : 1024;
        moved *grown = realloc(work->moves, capacity * sizeof *grown);
        if (!grown) return hs_error_set(error, HS_E_MEMORY, "out of memory");
        work->moves = grown;
        work->capacity = capacity;
    }
    work->moves[work->count++] = (moved){located.id,         located.has_position, located.position,
                                         located.match_type, located.accuracy_m,   located.reviewed};
    return HS_OK;
}

static hs_status apply(hs_store *store, const rederiving *work, hs_error *error) {
    for (size_t i = 0; i < work->count; i++) {
        const moved *move = &work->moves[i];
        hs_incident_record record = {.id = move->id,
                                     .has_position = move->has_position,
                                     .position = move->position,
                                     .match_type = move->match_type,
                                     .accuracy_m = move->accuracy_m,
                                     .reviewed = move->reviewed};
        hs_status status = hs_store_replace_position(store, move->id, &record, error);
        if (status != HS_OK) return status;
    }
    return HS_OK;
}

hs_status hs_rederive_positions(hs_store *store, hs_error *error) {
    int64_t min_id, max_id;
    uint64_t count = 0;
    hs_status status = hs_store_incident_range(store, error, &min_id, &max_id, &count);
    if (status != HS_OK || count == 0) return status;
    hs_geography *geography = NULL;
    hs_geocoder *geocoder = NULL;
    status = hs_load_geography(store, error, &geography);
    if (status == HS_OK) status = hs_geocoder_new(geography, error, &geocoder);
    hs_aliases aliases = {0};
    if (status == HS_OK) status = hs_aliases_load(store, error, &aliases);
    rederiving work = {.with = {geocoder, geography, aliases.decisions, aliases.words}};
    if (status == HS_OK) status = hs_store_scan_incidents(store, min_id, max_id + 1, visit, &work, error);
    if (status == HS_OK) status = apply(store, &work, error);
    free(work.moves);
    hs_aliases_done(&aliases);
    hs_geocoder_free(geocoder);
    hs_geography_unref(geography);
    return status;
}
