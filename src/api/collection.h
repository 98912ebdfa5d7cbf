/* Collections of features: one table for landing page, items and description. */
#ifndef API_COLLECTION_H
#define API_COLLECTION_H

#include "api/endpoint.h"

typedef enum hs_collection_kind {
    HS_COLLECT_UNITS,
    HS_COLLECT_STREETS,
    HS_COLLECT_SEGMENTS,
    HS_COLLECT_ADDRESSES,
    HS_COLLECT_PLACES,
    HS_COLLECT_ZONES,
    HS_COLLECT_INCIDENTS,
} hs_collection_kind;

typedef struct hs_collection {
    const char *id;
    hs_collection_kind kind;
    int level; /* of units; negative: all */
    const char *title_en, *title_zh, *description;
    const char *const *text_fields, *const *number_fields; /* of its features, NULL-ended */
} hs_collection;

/* Ended by a NULL id. */
extern const hs_collection hs_collections[];
/* The collection of the path, or NULL after answering 404. */
const hs_collection *hs_call_collection(hs_call *call);
/* Whether the request may read it. */
bool hs_collection_open(const hs_call *call, const hs_collection *collection);

/* Rows of a geography's collection (not of incidents). */
void hs_collection_rows(const hs_collection *collection, const hs_geography *geography, uint32_t *first,
                        uint32_t *end);
int64_t hs_collection_row_id(const hs_collection *collection, const hs_geography *geography, uint32_t row);
/* Whether a row's geometry reaches into the box. */
bool hs_collection_row_in(const hs_collection *collection, const hs_geography *geography, uint32_t row,
                          const hs_box *box);
/* Whether a row holds at some time of [from_s, to_s). */
bool hs_collection_row_at(const hs_collection *collection, const hs_geography *geography, uint32_t row,
                          int64_t from_s, int64_t to_s);
void hs_collection_write_row(const hs_collection *collection, const hs_snapshot *snapshot, uint32_t row,
                             hs_json *json);

/* Writes one link object; `type` and `title` may be NULL. `path` begins behind the base URL. */
void hs_call_link(hs_call *call, const char *rel, const char *type, const char *title, const char *path);
/* Sends the JSON that was written as it is, or as a page for people where the request asks for that. */
hs_status hs_call_finish(hs_call *call, const char *title);
/* Decides between JSON and HTML (`f`, then Accept) and sets call->html; an unknown `f` is HS_E_ARGUMENT. */
hs_status hs_call_format(hs_call *call);
/* As hs_call_begin, with the media type of the format that was decided. */
bool hs_call_begin_format(hs_call *call, const char *media_type, hs_reads reads);

#endif
