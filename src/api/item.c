/* One feature. Its ETag tells its content, not the city's: what changes elsewhere leaves it as it is. */
#include "api/feature.h"

#include "base/hash.h"
#include "base/text.h"
#include "render/geojson.h"
#include "service/duplicates.h"

const hs_representation hs_item_representations[] = {{"json", "application/geo+json", "GeoJSON"},
                                                     {"html", "text/html; charset=utf-8", "HTML"},
                                                     {"jsonfg", "application/vnd.ogc.fg+json", "JSON-FG"},
                                                     {NULL, NULL, NULL}};

static bool write_incident(const hs_snapshot *snapshot, int64_t id, const hs_duplicates *duplicates,
                           hs_json *json) {
    hs_geojson_context context;
    uint32_t i;
    const hs_incident_chunk *chunk = hs_incidents_find(snapshot->incidents, id, &i);
    if (!chunk) return false;
    hs_geojson_context_init(&context, snapshot, NULL);
    context.duplicates = duplicates;
    hs_geojson_incident(json, &context, chunk, i);
    return true;
}

bool hs_feature_write(const hs_snapshot *snapshot, const hs_collection *collection, int64_t id,
                      const hs_duplicates *duplicates, hs_buffer *out) {
    hs_json json;
    uint32_t first, end;
    hs_json_init(&json, out);
    if (collection->kind == HS_COLLECT_INCIDENTS) return write_incident(snapshot, id, duplicates, &json);
    hs_collection_rows(collection, snapshot, &first, &end);
    for (uint32_t row = first; row < end; row++) {
        if (hs_collection_row_id(collection, snapshot, row) != id) continue;
        hs_geojson_row(&json, collection, snapshot, row);
        return true;
    }
    return false;
}

uint64_t hs_feature_tag(hs_str json) {
    return hs_hash_str(json, 0) & HS_FEATURE_TAG_MASK;
}

/* What else an answer hangs on besides the feature: 16 bits, not 0. */
static uint64_t representation_bits(const hs_call *call, const hs_ogc_crs *crs, uint64_t whole) {
    uint64_t hash = hs_hash_str(hs_str_of(crs->uri), call->api->assets_hash);
    hash = hs_hash_str(hs_str_of(call->as->f), hs_hash_str(call->request->base_url, hash));
    hash = hs_hash(&whole, sizeof whole, hash ^ (uint64_t)(call->html && call->chinese));
    return (hash & 0xFFFF) | 1;
}

/* The links go into the feature: before the brace that ends it. */
static void write_feature_links(hs_call *call, const hs_collection *collection, int64_t id) {
    hs_buffer *body = &call->response->body;
    if (body->status != HS_OK || body->size == 0) return;
    body->size--;
    hs_buffer_text(body, ",\"links\":");
    hs_json_init(&call->json, body);
    hs_json_array(&call->json);
    const char *path =
        hs_arena_printf(call->arena, "/ogc/collections/%s/items/%lld", collection->id, (long long)id);
    for (const hs_representation *r = hs_item_representations; r->f; r++)
        hs_call_form_link(call, r->f == call->as->f ? "self" : "alternate", r,
                          hs_arena_printf(call->arena, "%s?f=%s", path, r->f));
    hs_call_link(call, "collection", "application/json", NULL,
                 hs_arena_printf(call->arena, "/ogc/collections/%s", collection->id));
    hs_json_array_end(&call->json);
    hs_buffer_byte(body, '}');
}

/* The tag of the feature alone: what it may repeat is not its own content. */
static hs_status find_tag(hs_call *call, const hs_collection *collection, int64_t id, uint64_t *tag) {
    hs_buffer alone;
    hs_buffer_init(&alone, call->response->body.ceiling);
    (void)hs_feature_write(call->snapshot, collection, id, NULL, &alone);
    *tag = hs_feature_tag((hs_str){alone.data ? alone.data : "", alone.size});
    hs_status status = alone.status;
    hs_buffer_done(&alone);
    return status == HS_OK ? HS_OK : hs_error_set(call->error, status, "the feature is too large");
}

hs_status hs_call_answer_feature(hs_call *call, const hs_collection *collection, int64_t id,
                                 const hs_ogc_crs *crs) {
    hs_response *response = call->response;
    uint64_t tag = 0;
    uint64_t whole = hs_hash_str((hs_str){response->body.data, response->body.size}, 0);
    hs_status status = find_tag(call, collection, id, &tag);
    if (status != HS_OK) return status;
    response->etag = tag | representation_bits(call, crs, whole);
    response->content_type = call->as->media_type;
    response->compressible = true;
    hs_call_tell_crs(call, crs);
    hs_call_vary(call);
    if (hs_request_is_fresh(call->request, response->etag)) {
        hs_buffer_clear(&response->body);
        return HS_OK;
    }
    write_feature_links(call, collection, id);
    status = hs_call_project_body(call, crs);
    if (status == HS_OK) status = hs_call_jsonfg(call, collection, crs);
    return status == HS_OK ? hs_call_finish(call, collection->title_en, collection->title_zh) : status;
}

hs_status hs_serve_ogc_item(hs_call *call) {
    const hs_collection *collection = hs_call_collection(call);
    if (!collection) return HS_OK;
    if (!hs_collection_open(call, collection)) return hs_call_deny_incidents(call);
    int64_t id = 0;
    hs_ogc_crs crs;
    hs_duplicates *duplicates = NULL;
    if (!hs_call_negotiate(call, hs_item_representations)) return HS_OK;
    hs_status status = hs_call_crs(call, "crs", &crs);
    if (status != HS_OK) return status;
    if (!hs_str_to_int(hs_request_param(call->request, "featureId"), &id))
        return hs_response_problem(call->response, 404, "No such feature", "ids are whole numbers");
    if (collection->kind == HS_COLLECT_INCIDENTS)
        status = hs_service_duplicates(call->api->service, call->snapshot, call->error, &duplicates);
    if (status != HS_OK) return status;
    bool found = hs_feature_write(call->snapshot, collection, id, duplicates, &call->response->body);
    hs_duplicates_unref(duplicates);
    if (found) return hs_call_answer_feature(call, collection, id, &crs);
    return hs_response_problem(call->response, 404, "No such feature",
                               "this collection has no feature of this id");
}
