#include "http/server_private.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

enum { MAX_HEADERS = sizeof((hs_response *)0)->headers / sizeof(struct hs_header) };

void hs_response_header(hs_response *response, const char *name, const char *value) {
    assert(response->header_count < MAX_HEADERS);
    if (response->header_count >= MAX_HEADERS || !value) {
        /* Never silently: the answer fails instead. */
        response->body.status = HS_E_INTERNAL;
        return;
    }
    response->headers[response->header_count].name = name;
    response->headers[response->header_count].value = value;
    response->header_count++;
}

void hs_response_file(hs_response *response, int file, uint64_t size, void (*released)(void *context),
                      void *context) {
    hs_response_drop_file(response);
    response->has_file = true;
    response->file = (struct hs_body_file){file, size, released, context};
    response->compressible = false;
}

void hs_body_file_close(const struct hs_body_file *file) {
    (void)close(file->file);
    if (file->released) file->released(file->context);
}

void hs_response_drop_file(hs_response *response) {
    if (response->has_file) hs_body_file_close(&response->file);
    response->has_file = false;
}

static const char *default_title(unsigned status) {
    switch (status) {
    case 400:
        return "Bad request";
    case 401:
        return "Authentication required";
    case 403:
        return "Not allowed";
    case 404:
        return "Not found";
    case 405:
        return "Method not allowed";
    case 406:
        return "Not acceptable";
    case 409:
        return "Conflict";
    case 410:
        return "Gone";
    case 411:
        return "Length required";
    case 413:
        return "Request body too large";
    case 412:
        return "Precondition failed";
    case 414:
        return "URL too long";
    case 415:
        return "Unsupported media type";
    case 431:
        return "Header too large";
    case 501:
        return "Not implemented";
    case 503:
        return "Service unavailable";
    default:
        return status < 500 ? "Request failed" : "Internal error";
    }
}

hs_status hs_response_problem(hs_response *response, unsigned status, const char *title, const char *detail) {
    return hs_response_problem_typed(response, status, "about:blank", title, detail);
}

hs_status hs_response_problem_typed(hs_response *response, unsigned status, const char *type,
                                    const char *title, const char *detail) {
    size_t ceiling = response->body.ceiling;
    hs_buffer_done(&response->body);
    hs_response_drop_file(response);
    hs_buffer_init(&response->body, ceiling < 16384 ? 16384 : ceiling);
    response->status = status ? status : 500;
    response->content_type = "application/problem+json";
    response->constant_body = (hs_str){NULL, 0};
    response->etag = 0;
    response->cache_control = "no-store";
    response->compressible = false;
    hs_json json;
    hs_json_init(&json, &response->body);
    hs_json_object(&json);
    hs_json_pair_text(&json, "type", type);
    hs_json_pair_text(&json, "title", title ? title : default_title(response->status));
    hs_json_pair_int(&json, "status", response->status);
    if (detail) hs_json_pair_text(&json, "detail", detail);
    hs_json_object_end(&json);
    return HS_OK;
}

static unsigned http_status(hs_status status) {
    switch (status) {
    case HS_E_ARGUMENT:
    case HS_E_INPUT:
        return 400;
    case HS_E_DENIED:
        return 403;
    case HS_E_NOT_FOUND:
        return 404;
    case HS_E_CONFLICT:
        return 409;
    case HS_E_UNSUPPORTED:
        return 501;
    case HS_E_MEMORY:
    case HS_E_LIMIT:
    case HS_E_CANCELLED:
        return 503;
    default:
        return 500;
    }
}

hs_status hs_response_error(hs_response *response, const hs_error *error) {
    unsigned status = http_status(error->status);
    /* What failed inside is for the log, not for whoever asks. */
    const char *detail =
        status == 500 || !error->message[0] ? hs_status_describe(error->status) : error->message;
    return hs_response_problem(response, status, NULL, detail);
}
