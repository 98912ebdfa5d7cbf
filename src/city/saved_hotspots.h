/* Saved runs of hotspots and their features: immutable, shared by reference count. */
#ifndef CITY_SAVED_HOTSPOTS_H
#define CITY_SAVED_HOTSPOTS_H

#include <hotspot/error.h>
#include <hotspot/records.h>

/* By id; texts and geometries live as long as this. */
typedef struct hs_saved_hotspots {
    uint32_t run_count, feature_count;
    const hs_saved_hotspot_record *run, *feature;
    const uint32_t *run_of; /* row of each feature's run */
} hs_saved_hotspots;

typedef struct hs_saved_hotspots_builder hs_saved_hotspots_builder;
hs_status hs_saved_hotspots_builder_new(hs_error *error, hs_saved_hotspots_builder **builder);
void hs_saved_hotspots_builder_free(hs_saved_hotspots_builder *builder);
/* Copies a record; they come in the order of ids. Features without a run are passed over. */
hs_status hs_saved_hotspots_add(hs_saved_hotspots_builder *builder, const hs_saved_hotspot_record *record,
                                hs_error *error);
/* Ends the builder's life. One reference. */
hs_saved_hotspots *hs_saved_hotspots_finish(hs_saved_hotspots_builder *builder);

/* The run of an id; NULL for none. Logarithmic in the runs. */
const hs_saved_hotspot_record *hs_saved_hotspots_find(const hs_saved_hotspots *hotspots, int64_t id);
static inline const hs_saved_hotspot_record *hs_saved_run_of(const hs_saved_hotspots *hotspots, uint32_t feature) {
    return &hotspots->run[hotspots->run_of[feature]];
}

hs_saved_hotspots *hs_saved_hotspots_ref(const hs_saved_hotspots *hotspots);
void hs_saved_hotspots_unref(hs_saved_hotspots *hotspots);

#endif
