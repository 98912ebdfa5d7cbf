#include "city/snapshot.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A snapshot with what it owns; the public part comes first. */
typedef struct snapshot_owner {
    hs_snapshot snapshot;
    atomic_uint refs;
    char *name, *name_en, *timezone_name, *lang;
    hs_timezone *zone;
    hs_geography *geography;
    hs_incidents *incidents;
    hs_taxonomy *taxonomy;
    hs_targets *targets;     /* or NULL */
    hs_decisions *decisions; /* or NULL */
    hs_saved_hotspots *hotspots; /* or NULL */
} snapshot_owner;

static const hs_targets no_targets;
static const hs_decisions no_decisions;
static const hs_saved_hotspots no_hotspots;

static void owner_free(snapshot_owner *owner) {
    free(owner->name);
    free(owner->name_en);
    free(owner->timezone_name);
    free(owner->lang);
    hs_timezone_unref(owner->zone);
    hs_geography_unref(owner->geography);
    hs_incidents_unref(owner->incidents);
    hs_taxonomy_unref(owner->taxonomy);
    hs_targets_unref(owner->targets);
    hs_decisions_unref(owner->decisions);
    hs_saved_hotspots_unref(owner->hotspots);
    free(owner);
}

static bool copy_info(snapshot_owner *owner, const hs_city_info *info) {
    owner->name = strdup(info->name ? info->name : "");
    owner->name_en = strdup(info->name_en ? info->name_en : "");
    owner->timezone_name = strdup(info->timezone ? info->timezone : "UTC");
    owner->lang = strdup(info->lang ? info->lang : "zh");
    hs_city_info *copy = &owner->snapshot.info;
    *copy = *info;
    copy->name = owner->name;
    copy->name_en = owner->name_en;
    copy->timezone = owner->timezone_name;
    copy->lang = owner->lang;
    return owner->name && owner->name_en && owner->timezone_name && owner->lang;
}

/* `zone` is the one that info names where it is at hand, or NULL. */
static hs_status make_snapshot(uint64_t version, uint64_t plans_version, const hs_city_info *info,
                               hs_geography *geography, hs_incidents *incidents, hs_taxonomy *taxonomy,
                               const hs_timezone *zone, hs_error *error, hs_snapshot **snapshot) {
    snapshot_owner *owner = calloc(1, sizeof *owner);
    if (!owner) {
        hs_geography_unref(geography);
        hs_incidents_unref(incidents);
        hs_taxonomy_unref(taxonomy);
        return hs_error_set(error, HS_E_MEMORY, "out of memory for a snapshot");
    }
    atomic_init(&owner->refs, 1);
    owner->geography = geography;
    owner->incidents = incidents;
    owner->taxonomy = taxonomy;
    hs_status status =
        copy_info(owner, info) ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory for a snapshot");
    if (status == HS_OK && zone) {
        owner->zone = hs_timezone_ref(zone);
    } else if (status == HS_OK) {
        status = hs_timezone_new(owner->timezone_name, error, &owner->zone);
        if (status != HS_OK) status = hs_error_prefix(error, status, "the city's time zone");
    }
    if (status != HS_OK) {
        owner_free(owner);
        return status;
    }
    static atomic_uint_fast64_t next_serial = 1;
    hs_snapshot *made = &owner->snapshot;
    made->serial = atomic_fetch_add_explicit(&next_serial, 1, memory_order_relaxed);
    made->version = version;
    made->plans_version = plans_version;
    made->geography_version = geography->version;
    made->incidents_version = incidents->version;
    made->timezone = owner->zone;
    made->geography = geography;
    made->incidents = incidents;
    made->taxonomy = taxonomy;
    made->targets = &no_targets;
    made->decisions = &no_decisions;
    made->hotspots = &no_hotspots;
    made->city_version = version;
    made->plane = (hs_plane){made->info.center_lon_deg, made->info.center_lat_deg};
    *snapshot = made;
    return HS_OK;
}

hs_status hs_snapshot_new(uint64_t version, uint64_t plans_version, const hs_city_info *info,
                          hs_geography *geography, hs_incidents *incidents, hs_taxonomy *taxonomy,
                          hs_error *error, hs_snapshot **snapshot) {
    return make_snapshot(version, plans_version, info, geography, incidents, taxonomy, NULL, error, snapshot);
}

hs_status hs_snapshot_next(const hs_snapshot *old, uint64_t version, uint64_t plans_version,
                           const hs_city_info *info, hs_incidents *incidents, hs_error *error,
                           hs_snapshot **snapshot) {
    bool same_zone = info->timezone && strcmp(info->timezone, old->info.timezone) == 0;
    hs_status status =
        make_snapshot(version, plans_version, info, hs_geography_ref(old->geography), incidents,
                      hs_taxonomy_ref(old->taxonomy), same_zone ? old->timezone : NULL, error, snapshot);
    if (status == HS_OK) {
        (*snapshot)->taxonomy_version = old->taxonomy_version;
        (*snapshot)->hotspots_version = old->hotspots_version;
        if (version == old->version) (*snapshot)->city_version = old->city_version;
    }
    const snapshot_owner *before = (const snapshot_owner *)old;
    if (status == HS_OK && before->targets)
        hs_snapshot_set_targets(*snapshot, hs_targets_ref(before->targets));
    if (status == HS_OK && before->decisions)
        hs_snapshot_set_decisions(*snapshot, hs_decisions_ref(before->decisions));
    if (status == HS_OK && before->hotspots)
        hs_snapshot_set_hotspots(*snapshot, hs_saved_hotspots_ref(before->hotspots));
    return status;
}

void hs_snapshot_set_targets(hs_snapshot *snapshot, hs_targets *targets) {
    snapshot_owner *owner = (snapshot_owner *)snapshot;
    hs_targets_unref(owner->targets);
    owner->targets = targets;
    snapshot->targets = targets;
}

void hs_snapshot_set_decisions(hs_snapshot *snapshot, hs_decisions *decisions) {
    snapshot_owner *owner = (snapshot_owner *)snapshot;
    hs_decisions_unref(owner->decisions);
    owner->decisions = decisions;
    snapshot->decisions = decisions;
}

void hs_snapshot_set_hotspots(hs_snapshot *snapshot, hs_saved_hotspots *hotspots) {
    snapshot_owner *owner = (snapshot_owner *)snapshot;
    hs_saved_hotspots_unref(owner->hotspots);
    owner->hotspots = hotspots;
    snapshot->hotspots = hotspots;
}

hs_snapshot *hs_snapshot_ref(const hs_snapshot *snapshot) {
    snapshot_owner *owner = (snapshot_owner *)snapshot;
    atomic_fetch_add_explicit(&owner->refs, 1, memory_order_relaxed);
    return &owner->snapshot;
}

void hs_snapshot_unref(hs_snapshot *snapshot) {
    snapshot_owner *owner = (snapshot_owner *)snapshot;
    if (owner && atomic_fetch_sub_explicit(&owner->refs, 1, memory_order_acq_rel) == 1) owner_free(owner);
}
