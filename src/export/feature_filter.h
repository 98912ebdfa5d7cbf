/* CQL2 filters over the features of a collection: names are looked up once, types checked, literals made
 * ready; then a row passes or does not. One filter belongs to one thread. */
#ifndef EXPORT_FEATURE_FILTER_H
#define EXPORT_FEATURE_FILTER_H

#include "city/collection.h"
#include "city/cql2.h"
#include "export/feature_table.h"

/* The name by which the geometry is asked for. */
#define HS_GEOMETRY_PROPERTY "geometry"

typedef struct hs_feature_filter hs_feature_filter;

/* Takes literal geometries to longitude and latitude; NULL: they are that already. */
typedef struct hs_literal_crs {
    struct hs_transform *transform;
    bool northing_first; /* the reference system's own order of axes is y, x */
} hs_literal_crs;

/* `tree` is changed and must outlive the filter, as must the snapshot. HS_E_ARGUMENT for names that the
 * collection does not have, types that do not fit, geometries that cannot be read. */
hs_status hs_feature_filter_new(const hs_snapshot *snapshot, const hs_collection *collection, hs_cql2 *tree,
                                const hs_literal_crs *crs, hs_error *error, hs_feature_filter **filter);
void hs_feature_filter_free(hs_feature_filter *filter);
/* Whether a row passes: what is unknown because a value is absent does not. */
hs_status hs_feature_filter_row(hs_feature_filter *filter, hs_feature_row row, hs_error *error, bool *passes);

#endif
