/* Collections of features in requests and answers. */
#ifndef API_COLLECTION_H
#define API_COLLECTION_H

#include "api/endpoint.h"
#include "city/collection.h"
#include "export/feature_filter.h"
#include "export/format.h"

/* The collection of the path, or NULL after answering 404. */
const hs_collection *hs_call_collection(hs_call *call);
/* Whether the request may read it. */
bool hs_collection_open(const hs_call *call, const hs_collection *collection);

/* The largest file that is made at once. */
#define HS_EXPORT_MOST_MIB 1024ull
/* Answers with all features of a collection that pass the filters and `where` (or NULL), as a file. */
hs_status hs_call_export(hs_call *call, const hs_collection *collection, const hs_export_format *format,
                         hs_feature_filter *where);

/* Writes one link object; `type` and `title` may be NULL. `path` begins behind the base URL. */
void hs_call_link(hs_call *call, const char *rel, const char *type, const char *title, const char *path);
/* Sends the JSON that was written as it is, or as a page for people where the request asks for that. */
hs_status hs_call_finish(hs_call *call, const char *title);
/* Decides between JSON and HTML (`f`, then Accept) and sets call->html; an unknown `f` is HS_E_ARGUMENT. */
hs_status hs_call_format(hs_call *call);
/* As hs_call_begin, with the media type of the format that was decided. */
bool hs_call_begin_format(hs_call *call, const char *media_type, hs_reads reads);

#endif
