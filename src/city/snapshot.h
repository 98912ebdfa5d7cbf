/* The city at one version: immutable, reference-counted, swapped atomically. Every reader works on one
 * snapshot from start to end. */
#ifndef CITY_SNAPSHOT_H
#define CITY_SNAPSHOT_H

#include "base/timezone.h"
#include "city/decisions.h"
#include "city/incidents.h"
#include "city/saved_hotspots.h"
#include "city/targets.h"
#include "city/taxonomy.h"
#include "geo/plane.h"

/* What the city is; texts end with NUL. */
typedef struct hs_city_info {
    const char *name, *name_en; /* never NULL */
    const char *timezone;       /* IANA */
    const char *lang;           /* zh or en: what the page opens in */
    bool synthetic;             /* the sample city says so everywhere */
    bool timezone_guessed;
    bool center_fixed;
    double center_lon_deg, center_lat_deg;
} hs_city_info;

typedef struct hs_snapshot {
    uint64_t serial;  /* unique in the process, as versions are not where a backup is put back */
    uint64_t version; /* the store's sequence number it was built at */
    uint64_t geography_version, incidents_version, plans_version;
    uint64_t taxonomy_version; /* set by who loads it; 0: the classes that ship with the program */
    uint64_t hotspots_version; /* likewise: of the saved runs */
    uint64_t city_version;     /* likewise: of everything but the saved runs */
    hs_city_info info;
    const hs_timezone *timezone;
    const hs_geography *geography;
    const hs_incidents *incidents;
    const hs_taxonomy *taxonomy;
    const hs_targets *targets;     /* never NULL */
    const hs_decisions *decisions; /* never NULL */
    const hs_saved_hotspots *hotspots; /* never NULL */
    hs_plane plane;
} hs_snapshot;

/* Takes over the references to geography, incidents and taxonomy (also on failure); copies info and loads
 * its time zone (one that cannot be loaded is an error). One reference. */
hs_status hs_snapshot_new(uint64_t version, uint64_t plans_version, const hs_city_info *info,
                          hs_geography *geography, hs_incidents *incidents, hs_taxonomy *taxonomy,
                          hs_error *error, hs_snapshot **snapshot);
/* The same city with other incidents, which it takes over: shares everything else with `old`, the zone too if
 * `info` names the same one. */
hs_status hs_snapshot_next(const hs_snapshot *old, uint64_t version, uint64_t plans_version,
                           const hs_city_info *info, hs_incidents *incidents, hs_error *error,
                           hs_snapshot **snapshot);
/* Gives a snapshot that nobody else holds yet its targets, whose reference it takes over; until then they are
 * those of the snapshot before it, or none. */
void hs_snapshot_set_targets(hs_snapshot *snapshot, hs_targets *targets);
/* The same for what was decided about addresses. */
void hs_snapshot_set_decisions(hs_snapshot *snapshot, hs_decisions *decisions);
/* And for saved runs of hotspots. */
void hs_snapshot_set_hotspots(hs_snapshot *snapshot, hs_saved_hotspots *hotspots);
hs_snapshot *hs_snapshot_ref(const hs_snapshot *snapshot);
void hs_snapshot_unref(hs_snapshot *snapshot);

#endif
