#include "service/duplicates.h"

#include "service/service_private.h"
#include <stdlib.h>

static hs_status make(const hs_snapshot *snapshot, const hs_duplicates *base, hs_error *error,
                      hs_duplicates **made) {
    const hs_incidents *incidents = snapshot->incidents;
    hs_duplicate_rule *rules = calloc((size_t)incidents->category_count + 1, sizeof *rules);
    if (!rules) return hs_error_memory(error, "suggested duplicates");
    hs_duplicate_rules(incidents, snapshot->taxonomy, rules);
    hs_status status = base ? hs_duplicates_extend(base, incidents, rules, error, made)
                            : hs_duplicates_build(incidents, rules, error, made);
    free(rules);
    return status;
}

/* Whether incidents of a version are all among those that were looked at: rows are only added. */
static bool covers(const hs_service *service, const hs_snapshot *snapshot) {
    return snapshot->incidents->version <= service->duplicates_version;
}

static hs_status settle(hs_service *service, const hs_snapshot *snapshot, uint64_t rules, hs_error *error) {
    bool same = service->duplicates && service->duplicates_build == snapshot->incidents->build &&
                service->duplicates_rules == rules;
    if (same && covers(service, snapshot)) return HS_OK;
    hs_duplicates *made = NULL;
    hs_status status = make(snapshot, same ? service->duplicates : NULL, error, &made);
    if (status != HS_OK) return status;
    hs_duplicates_unref(service->duplicates);
    service->duplicates = made;
    service->duplicates_build = snapshot->incidents->build;
    service->duplicates_version = snapshot->incidents->version;
    service->duplicates_rules = rules;
    return HS_OK;
}

hs_status hs_service_duplicates(hs_service *service, const hs_snapshot *snapshot, hs_error *error,
                                hs_duplicates **duplicates) {
    uint64_t rules = hs_duplicate_rules_hash(snapshot->taxonomy);
    pthread_mutex_lock(&service->duplicates_lock);
    hs_status status = settle(service, snapshot, rules, error);
    if (status == HS_OK) *duplicates = hs_duplicates_ref(service->duplicates);
    pthread_mutex_unlock(&service->duplicates_lock);
    return status;
}

hs_status hs_service_filter_chunk(hs_service *service, const hs_snapshot *snapshot, const hs_filter *filter,
                                  const hs_incident_chunk *chunk, hs_error *error, uint64_t *bits,
                                  uint32_t *selected) {
    *selected = hs_filter_chunk(filter, snapshot, chunk, bits);
    if (filter->duplicates == HS_DUPLICATES_INCLUDE) return HS_OK;
    hs_duplicates *duplicates = NULL;
    hs_status status = hs_service_duplicates(service, snapshot, error, &duplicates);
    if (status != HS_OK) return status;
    *selected = hs_duplicates_mask(duplicates, chunk, filter->duplicates == HS_DUPLICATES_ONLY, bits);
    hs_duplicates_unref(duplicates);
    return HS_OK;
}
