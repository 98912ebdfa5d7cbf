#include "api/collection.h"

bool hs_collection_open(const hs_call *call, const hs_collection *collection) {
    return (collection->kind != HS_COLLECT_INCIDENTS && collection->kind != HS_COLLECT_ADDRESSES) ||
           hs_call_sees_incidents(call);
}

const hs_collection *hs_call_collection(hs_call *call) {
    const hs_collection *collection = hs_collection_find(hs_request_param(call->request, "collectionId"));
    if (!collection)
        hs_response_problem(call->response, 404, "No such collection",
                            "the collections are listed at /ogc/collections");
    return collection && !hs_call_sees_incidents(call) ? hs_collection_public(collection) : collection;
}
