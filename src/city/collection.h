/* Collections of a city's features: one table for pages, descriptions and exports. */
#ifndef CITY_COLLECTION_H
#define CITY_COLLECTION_H

#include "base/field.h"
#include "city/snapshot.h"

typedef enum hs_collection_kind {
    HS_COLLECT_UNITS,
    HS_COLLECT_STREETS,
    HS_COLLECT_SEGMENTS,
    HS_COLLECT_ADDRESSES,
    HS_COLLECT_PLACES,
    HS_COLLECT_ZONES,
    HS_COLLECT_INCIDENTS,
    HS_COLLECT_POPULATION,
    HS_COLLECT_TARGETS,
    HS_COLLECT_CLASSES,
    HS_COLLECT_HOTSPOTS,      /* features of saved runs */
    HS_COLLECT_PUBLIC_PLACES, /* places without address texts */
} hs_collection_kind;

typedef struct hs_collection {
    const char *id;
    hs_collection_kind kind;
    int level; /* of units; negative: all */
    const char *title_en, *title_zh, *description;
    const hs_field *fields; /* of its features, in their order, ended by a NULL name */
} hs_collection;

/* Ended by a NULL id. */
extern const hs_collection hs_collections[];
/* NULL when there is none of this name. */
const hs_collection *hs_collection_find(hs_str id);
/* The same collection without address texts, for who may not read them. */
const hs_collection *hs_collection_public(const hs_collection *collection);

/* Whether a collection's rows are a geography's and nothing else. */
bool hs_collection_is_geography(const hs_collection *collection);

/* Rows of a collection other than incidents. */
void hs_collection_rows(const hs_collection *collection, const hs_snapshot *snapshot, uint32_t *first,
                        uint32_t *end);
int64_t hs_collection_row_id(const hs_collection *collection, const hs_snapshot *snapshot, uint32_t row);
/* A row's geometry, none where it has none; its arrays are the snapshot's. */
hs_geometry hs_collection_row_geometry(const hs_collection *collection, const hs_snapshot *snapshot,
                                       uint32_t row);
/* Where a row is written as a point: itself, or a point inside its polygons; false for lines and rows without
 * geometry. */
bool hs_collection_row_point(const hs_collection *collection, const hs_snapshot *snapshot, uint32_t row,
                             hs_position *point);
/* The columns that came along with units and streets, a JSON object; empty for none. */
hs_str hs_collection_row_attributes(const hs_collection *collection, const hs_snapshot *snapshot,
                                    uint32_t row);

/* Why `run` is refused of other collections. */
#define HS_RUN_ELSEWHERE "run narrows the collection hotspots only"

/* What rows of a collection other than incidents can be asked for: a box that the geometry reaches into, and
 * for features with a time an interval [from_s, to_s) at some time of which they hold. */
typedef struct hs_row_filter {
    bool has_box;
    hs_box box;
    int64_t from_s, to_s; /* HS_NO_TIME where open */
    int64_t run;          /* of saved hotspots; 0: all */
} hs_row_filter;

/* Reads `bbox`, `datetime` and, for saved hotspots, `run` of the words given; words of filters that such rows
 * have no field for are HS_E_ARGUMENT, others are passed over, as are empty values. */
hs_status hs_row_filter_parse(const hs_collection *collection, const hs_snapshot *snapshot,
                              const hs_str *names, const hs_str *values, size_t count, hs_error *error,
                              hs_row_filter *filter);
bool hs_collection_row_passes(const hs_collection *collection, const hs_snapshot *snapshot, uint32_t row,
                              const hs_row_filter *filter);

#endif
