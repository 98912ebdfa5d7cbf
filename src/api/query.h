/* Queries of features beyond the words of filters: `filter` (OGC API Features part 3), `sortby`. */
#ifndef API_QUERY_H
#define API_QUERY_H

#include "api/collection.h"
#include "city/filter.h"
#include "export/feature_filter.h"

enum { HS_SORT_KEYS_MOST = 8 };

typedef struct hs_feature_query {
    const hs_collection *collection;
    const hs_row_filter *row_filter; /* of all but incidents */
    hs_feature_filter *where;        /* or NULL */
    uint32_t key_count;
    struct hs_sort_key {
        uint32_t column;
        hs_field_type type;
        bool descending;
    } key[HS_SORT_KEYS_MOST];
} hs_feature_query;

/* A feature that passes: the key of its place among all (of an incident the store's row). */
typedef struct hs_listed {
    int64_t key;
    hs_feature_row row;
} hs_listed;

/* Whether a request asks for what only a query answers: it takes long then. */
bool hs_request_has_query(const hs_request *request);
/* `filter`, `filter-lang`, `filter-crs` and `sortby`; hs_feature_query_done after it. */
hs_status hs_call_query(hs_call *call, const hs_collection *collection, hs_feature_query *query);
void hs_feature_query_done(hs_feature_query *query);
/* All features that pass, in order: by the keys, absent values last, then as they stand without keys. The
 * array is the caller's to free. O(n) of the collection, O(m log m) of those that pass. */
hs_status hs_feature_query_list(hs_call *call, hs_feature_query *query, const hs_selection *selection,
                                hs_listed **listed, uint64_t *count);

#endif
