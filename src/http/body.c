/* Where the bytes of a body go: into memory, or for routes that take uploads into files. */
#include "http/server_private.h"

static enum MHD_Result begin_upload(hs_exchange *exchange) {
    hs_error error = {0};
    exchange->deferral = HS_DIRECT;
    hs_status status = hs_upload_reader_new(exchange->connection, exchange->server->upload_folder,
                                            exchange->raw_upload, exchange->arena, &error, &exchange->upload);
    if (status == HS_OK) return MHD_YES;
    if (status != HS_E_UNSUPPORTED)
        hs_log_write(exchange->server->log, HS_LOG_ERROR, "failure", "error=\"%s\"", error.message);
    return hs_exchange_refuse(exchange, status == HS_E_UNSUPPORTED ? 415 : 503,
                              status == HS_E_UNSUPPORTED ? error.message
                                                         : "the server has no room for uploads now");
}

enum MHD_Result hs_exchange_admit(hs_exchange *exchange) {
    hs_response response = {0};
    hs_exchange_fill(exchange, &response);
    if (exchange->deferral == HS_UPLOAD_ASKED) {
        hs_buffer_done(&response.body);
        return begin_upload(exchange);
    }
    exchange->close = true; /* the body is not read */
    return hs_exchange_send(exchange, &response);
}

void hs_exchange_take_body(hs_exchange *exchange, const char *bytes, size_t size) {
    if (exchange->upload)
        hs_upload_reader_feed(exchange->upload, bytes, size);
    else
        hs_buffer_append(&exchange->body, bytes, size);
}

static unsigned upload_status(hs_status status, bool full) {
    if (full) return 507;
    if (status == HS_E_LIMIT) return 413;
    return status == HS_E_INPUT ? 400 : 503;
}

bool hs_exchange_refuse_body(hs_exchange *exchange, enum MHD_Result *result) {
    if (exchange->upload && !exchange->request.upload) {
        hs_error error = {0};
        bool full = false;
        hs_status status = hs_upload_reader_end(exchange->upload, &error, &full, &exchange->request.upload);
        if (status == HS_OK) return false;
        *result = hs_exchange_refuse(exchange, upload_status(status, full), error.message);
        return true;
    }
    if (exchange->body.status == HS_OK) return false;
    *result = hs_exchange_refuse(exchange, exchange->body.status == HS_E_LIMIT ? 413 : 503,
                                 "the body is larger than this server takes");
    return true;
}
