/* Whole collections as files: `f` of items names the format. Made on a thread for long work into a file
 * without a name, which is gone when it is sent. */
#include "api/collection.h"

#include "base/text.h"
#include "service/export.h"

#define MOST_BYTES (HS_EXPORT_MOST_MIB << 20)
#define MOST_OPEN  32u  /* files that are made or sent at a time */
#define MOST_WORDS 1500 /* bytes of warnings in a header */

/* A header holds ASCII: the rest is percent-encoded, as in URLs. */
static void put_warning(void *context, const char *message) {
    hs_buffer *out = context;
    if (out->size > 0) hs_buffer_text(out, "; ");
    for (; *message && out->size < MOST_WORDS; message++) {
        unsigned char c = (unsigned char)*message;
        if (c >= 0x20 && c < 0x7F && c != '%')
            hs_buffer_byte(out, *message);
        else
            hs_buffer_printf(out, "%%%02X", c);
    }
    if (*message) hs_buffer_text(out, "...");
}

static hs_status take_words(hs_call *call, hs_export_request *request) {
    size_t count = call->request->query_count;
    hs_str *names;
    hs_str *values;
    hs_status status = hs_call_words(call, &names, &values);
    if (status != HS_OK) return status;
    for (size_t i = 0; i < count; i++) {
        if (hs_str_equal(names[i], HS_STR("limit")) || hs_str_equal(names[i], HS_STR("after")))
            return hs_error_set(call->error, HS_E_ARGUMENT,
                                "%.*s is for pages: f=%s gives all features that the filters let pass",
                                (int)names[i].size, names[i].data, request->format->name);
    }
    request->names = names;
    request->values = values;
    request->count = count;
    return HS_OK;
}

static void release(void *context) {
    hs_api *api = context;
    atomic_fetch_sub(&api->files_open, 1);
}

static hs_status send(hs_call *call, hs_export_request *request) {
    hs_buffer warnings;
    hs_buffer_init(&warnings, 8192);
    request->context = &warnings;
    request->warn = put_warning;
    int file = -1;
    uint64_t size = 0, rows = 0;
    hs_status status =
        hs_service_export_open(call->api->service, call->snapshot, request, call->error, &file, &size, &rows);
    if (status == HS_OK) {
        hs_response_file(call->response, file, size, release, call->api);
        call->response->content_type = request->format->media_type;
        hs_response_header(call->response, "Content-Disposition",
                           hs_arena_printf(call->arena, "attachment; filename=\"%s.%s\"",
                                           request->collection->id, request->format->extension));
        if (warnings.size > 0 && warnings.status == HS_OK)
            hs_response_header(call->response, "Export-Warning",
                               hs_arena_strndup(call->arena, warnings.data, warnings.size));
    } else {
        release(call->api);
    }
    hs_buffer_done(&warnings);
    return status;
}

hs_status hs_call_export(hs_call *call, const hs_collection *collection, const hs_export_format *format,
                         hs_feature_filter *where) {
    hs_export_request request = {
        .collection = collection, .format = format, .where = where, .most_bytes = MOST_BYTES};
    hs_status status = take_words(call, &request);
    if (status == HS_OK) status = hs_export_check(call->snapshot, &request, call->arena, call->error);
    if (status != HS_OK) return status;
    bool geography = hs_collection_is_geography(collection);
    call->response->etag = hs_call_etag(call, geography ? HS_READS_GEOGRAPHY : HS_READS_ALL);
    if (hs_request_is_fresh(call->request, call->response->etag)) return HS_OK;
    if (hs_request_defer(call->request)) return HS_OK;
    if (atomic_fetch_add(&call->api->files_open, 1) >= MOST_OPEN) {
        release(call->api);
        hs_response_problem(call->response, 503, NULL,
                            "too many exports are under way; try again in a few seconds");
        hs_response_header(call->response, "Retry-After", "5");
        return HS_OK;
    }
    return send(call, &request);
}
