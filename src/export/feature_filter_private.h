/* Parts of a bound filter. */
#ifndef EXPORT_FEATURE_FILTER_PRIVATE_H
#define EXPORT_FEATURE_FILTER_PRIVATE_H

#include "export/feature_filter.h"
#include <geos_c.h>

typedef enum filter_truth { FILTER_FALSE, FILTER_TRUE, FILTER_UNKNOWN } filter_truth;

typedef enum filter_type {
    FILTER_TEXT,
    FILTER_NUMBER,
    FILTER_TIME,
    FILTER_LOGICAL,
    FILTER_INTERVAL,
    FILTER_GEOMETRY
} filter_type;

/* A literal geometry made ready; hangs on its node and in a list of all, to be freed. */
typedef struct filter_geometry {
    GEOSGeometry *geometry;
    const GEOSPreparedGeometry *prepared;
    struct filter_geometry *next;
} filter_geometry;

struct hs_feature_filter {
    const hs_snapshot *snapshot;
    const hs_collection *collection;
    hs_cql2 *tree;
    hs_feature_table *table;
    uint32_t column_count;
    const hs_field *columns;
    hs_literal_crs crs;
    GEOSContextHandle_t geos; /* NULL: nothing spatial */
    filter_geometry *geometries;
    hs_feature feature;  /* the row that is looked at */
    GEOSGeometry *shape; /* its geometry, once it is needed */
    char why[256];       /* what GEOS said last */
};

/* The column of a property that stands for the geometry. */
#define FILTER_GEOMETRY_COLUMN UINT32_MAX

filter_truth hs_filter_truth(hs_feature_filter *filter, const hs_cql2 *node, hs_error *error,
                             hs_status *status);
/* `%` any text, `_` a character, `\` takes what follows for itself. */
bool hs_filter_like(hs_str text, hs_str pattern);
/* Whether two closed intervals stand in a relation of CQL2. */
bool hs_filter_temporal(hs_cql2_temporal relation, int64_t a_from, int64_t a_to, int64_t b_from,
                        int64_t b_to);

/* Spatial part (feature_filter_space.c). */
hs_status hs_filter_open_geos(hs_feature_filter *filter, hs_error *error);
hs_status hs_filter_bind_geometry(hs_feature_filter *filter, hs_cql2 *node, hs_error *error);
filter_truth hs_filter_spatial(hs_feature_filter *filter, const hs_cql2 *node, hs_error *error,
                               hs_status *status);
/* Forgets the row's geometry. */
void hs_filter_drop_shape(hs_feature_filter *filter);
void hs_filter_close_geos(hs_feature_filter *filter);

#endif
