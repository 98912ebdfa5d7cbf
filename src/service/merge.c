#include "service/merge.h"

typedef struct merging {
    hs_arena *arena;
    hs_incident_record *record;
} merging;

static hs_status keep_text(const merging *m, hs_incident_part part, hs_str stored, hs_str *text,
                           hs_error *error) {
    if (!(m->record->absent & (unsigned)part)) return HS_OK;
    *text = hs_arena_str(m->arena, stored);
    return text->data ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory for an update");
}

static void keep_times(hs_incident_record *record, const hs_incident_record *stored) {
    if (record->absent & HS_INCIDENT_REPORTED) record->reported_s = stored->reported_s;
    if (record->absent & HS_INCIDENT_OCCURRED) record->occurred_s = stored->occurred_s;
    if (record->absent & HS_INCIDENT_CLOSED) record->closed_s = stored->closed_s;
    if (record->absent & HS_INCIDENT_DEADLINE) record->deadline_s = stored->deadline_s;
}

static bool is_given(const hs_incident_record *record) {
    return record->has_position && !record->reviewed &&
           (record->match_type == HS_MATCH_GIVEN || record->match_type == HS_MATCH_NONE);
}

static void keep_position(hs_incident_record *record, const hs_incident_record *stored) {
    const unsigned places = HS_INCIDENT_POSITION | HS_INCIDENT_ADDRESS | HS_INCIDENT_UNIT;
    if (is_given(record)) return;
    if ((record->absent & places) == places || (record->absent & HS_INCIDENT_POSITION && is_given(stored))) {
        record->has_position = stored->has_position;
        record->position = stored->position;
        record->match_type = stored->match_type;
        record->accuracy_m = stored->accuracy_m;
        record->reviewed = stored->reviewed;
    } else {
        record->has_position = false;
        record->match_type = HS_MATCH_NONE;
    }
}

static hs_status merge(void *context, const hs_incident_record *stored, hs_error *error) {
    const merging *m = context;
    hs_incident_record *record = m->record;
    record->id = stored->id; /* what was decided about its address holds for this row */
    const struct {
        hs_incident_part part;
        hs_str stored, *text;
    } texts[] = {{HS_INCIDENT_CATEGORY, stored->category, &record->category},
                 {HS_INCIDENT_SOURCE, stored->source, &record->source},
                 {HS_INCIDENT_STATUS, stored->status, &record->status},
                 {HS_INCIDENT_ADDRESS, stored->address, &record->address},
                 {HS_INCIDENT_DEPARTMENT, stored->department, &record->department},
                 {HS_INCIDENT_DESCRIPTION, stored->description, &record->description},
                 {HS_INCIDENT_UNIT, stored->unit, &record->unit}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        hs_status status = keep_text(m, texts[i].part, texts[i].stored, texts[i].text, error);
        if (status != HS_OK) return status;
    }
    keep_times(record, stored);
    if (record->absent & HS_INCIDENT_WEIGHT) record->weight = stored->weight;
    keep_position(record, stored);
    return HS_OK;
}

hs_status hs_merge_incident(hs_store *store, hs_arena *arena, hs_incident_record *record, hs_error *error) {
    merging m = {arena, record};
    if (record->external_id.size == 0) return HS_OK;
    return hs_store_visit_incident(store, record->external_id, merge, &m, error);
}

hs_status hs_merge_stored(hs_arena *arena, const hs_incident_record *stored, hs_incident_record *record,
                          hs_error *error) {
    merging m = {arena, record};
    return merge(&m, stored, error);
}
