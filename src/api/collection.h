/* Collections of features in requests and answers. */
#ifndef API_COLLECTION_H
#define API_COLLECTION_H

#include "api/representation.h"
#include "city/collection.h"
#include "export/feature_filter.h"
#include "export/format.h"

/* The collection of the path, without address texts where those are not public, or NULL after answering 404.
 */
const hs_collection *hs_call_collection(hs_call *call);
/* Whether the request may read it. */
bool hs_collection_open(const hs_call *call, const hs_collection *collection);

/* Where a collection's vector tiles and its map are described, NULL where it has none (ogc_vector_tiles.c,
 * ogc_maps.c). */
const char *hs_ogc_tiles_path(hs_call *call, const hs_collection *collection);
const char *hs_ogc_map_path(hs_call *call, const hs_collection *collection);

/* The largest file that is made at once. */
#define HS_EXPORT_MOST_MIB 1024ull
/* Answers with all features of a collection that pass the filters and `where` (or NULL), as a file. */
hs_status hs_call_export(hs_call *call, const hs_collection *collection, const hs_export_format *format,
                         hs_feature_filter *where);

#endif
