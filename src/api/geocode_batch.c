/* POST /geocode: a table of addresses in, the same table with positions out. The body goes to a file as it
 * comes; the answer is made from it as it is sent, so neither is ever in memory. */
#include "api/geocode.h"

#include "base/clock.h"
#include "base/text.h"
#include "service/geocode_batch.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_BYTES    ((uint64_t)256 << 20)
#define MOST_ROWS     5000000u
#define MOST_OPEN     4u       /* answers that are made or sent at a time */
#define MOST_MS       600000.0 /* for one of them */
#define BLOCK_ROWS    256u     /* rows between two looks at other connections */
#define BLOCK_CEILING ((size_t)64 << 20)

typedef struct answer {
    hs_api *api;
    hs_geocode_batch *batch;
    int file;
    hs_buffer out;
    size_t sent;
    bool done;
    double deadline_ms;
} answer;

static size_t read_upload(void *context, char *bytes, size_t most, hs_error *error) {
    const answer *a = context;
    ssize_t size;
    do
        size = read(a->file, bytes, most);
    while (size < 0 && errno == EINTR);
    if (size >= 0) return (size_t)size;
    hs_error_set(error, HS_E_IO, "the upload cannot be read: %s", strerror(errno));
    return HS_READ_FAILED;
}

static void release(void *context) {
    answer *a = context;
    hs_geocode_batch_free(a->batch);
    hs_buffer_done(&a->out);
    if (a->file >= 0) close(a->file);
    atomic_fetch_sub(&a->api->batches_open, 1);
    free(a);
}

static size_t make_more(void *context, char *out, size_t most) {
    answer *a = context;
    hs_error error = {0};
    while (a->sent == a->out.size) {
        if (a->done) return HS_BODY_END;
        hs_buffer_clear(&a->out);
        a->sent = 0;
        hs_status status = hs_clock_monotonic_ms() > a->deadline_ms
                               ? hs_error_set(&error, HS_E_LIMIT, "it took longer than 10 minutes")
                               : hs_geocode_batch_next(a->batch, &a->out, &error, &a->done);
        if (status == HS_OK) continue;
        hs_log_write(a->api->log, HS_LOG_ERROR, "failure", "geocode batch: %s", error.message);
        return HS_BODY_FAILED;
    }
    size_t size = a->out.size - a->sent < most ? a->out.size - a->sent : most;
    memcpy(out, a->out.data + a->sent, size);
    a->sent += size;
    return size;
}

static bool is_type(hs_str type, const char *name) {
    hs_str essence = hs_str_cut(&type, ';');
    return hs_str_equal_nocase(hs_str_trim(essence), hs_str_of(name));
}

static bool ends_in(hs_str name, const char *extension) {
    size_t size = strlen(extension);
    return name.size > size &&
           hs_str_equal_nocase((hs_str){name.data + name.size - size, size}, hs_str_of(extension));
}

/* By the type of the body, or the name of the form's file. */
static bool find_form(const hs_request *request, hs_rows_form *form) {
    hs_str type = hs_request_header(request, "Content-Type");
    *form = HS_ROWS_CSV;
    if (is_type(type, "text/csv")) return true;
    if (is_type(type, "multipart/form-data")) {
        hs_str name = request->upload && request->upload->file_count > 0 ? request->upload->files[0].name
                                                                         : (hs_str){"", 0};
        if (ends_in(name, ".ndjson") || ends_in(name, ".jsonl")) *form = HS_ROWS_NDJSON;
        return true;
    }
    *form = HS_ROWS_NDJSON;
    return is_type(type, "application/x-ndjson") || is_type(type, "application/jsonl") ||
           is_type(type, "application/ndjson");
}

static bool is_too_large(const hs_request *request) {
    int64_t size;
    return hs_str_to_int(hs_request_header(request, "Content-Length"), &size) && size > (int64_t)MOST_BYTES;
}

/* Answers what is wrong before the body is sent; true when nothing is. */
static bool admits(hs_call *call) {
    hs_rows_form form;
    if (!find_form(call->request, &form))
        hs_response_problem(call->response, 415, NULL,
                            "send text/csv or application/x-ndjson, or such a file as multipart/form-data");
    else if (is_too_large(call->request))
        hs_response_problem(call->response, 413, NULL,
                            "a batch of at most 256 MiB is taken; send it in parts");
    else
        return true;
    return false;
}

/* The upload's file, which has no name from now on; -1 where there is none. */
static int take_file(hs_call *call) {
    const hs_upload *upload = call->request->upload;
    int file = upload->file_count == 1 ? open(upload->files[0].path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return -1;
    hs_request_take_upload(call->request);
    hs_upload_remove(upload->folder);
    close(upload->lock);
    return file;
}

static size_t columns_of(const hs_call *call, hs_str columns[HS_BATCH_COLUMNS_MAX + 1]) {
    size_t count = 0;
    for (size_t i = 0; i < call->request->query_count; i++)
        if (hs_str_equal(call->request->query[i].name, HS_STR("column")) && count <= HS_BATCH_COLUMNS_MAX)
            columns[count++] = hs_str_trim(call->request->query[i].value);
    return count;
}

/* The first block is made at once, so that a wrong column is answered as such. */
static hs_status start(hs_call *call, answer *a) {
    hs_str columns[HS_BATCH_COLUMNS_MAX + 1];
    hs_rows_form form = HS_ROWS_CSV;
    (void)find_form(call->request, &form);
    hs_str encoding = hs_call_text(call, "encoding");
    const hs_geocode_batch_options options = {
        .form = form,
        .column = columns,
        .column_count = columns_of(call, columns),
        .encoding = encoding.size > 0 ? hs_arena_strndup(call->arena, encoding.data, encoding.size) : NULL,
        .most_rows = MOST_ROWS,
        .block_rows = BLOCK_ROWS,
        .pool = hs_service_pool(call->api->service),
        .read = read_upload,
        .context = a};
    hs_status status =
        hs_geocode_batch_new(call->api->service, call->snapshot, &options, call->error, &a->batch);
    if (status == HS_OK) status = hs_geocode_batch_next(a->batch, &a->out, call->error, &a->done);
    if (status != HS_OK) return status;
    call->response->content_type =
        form == HS_ROWS_CSV ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson";
    return hs_response_stream(call->response, make_more, release, a)
               ? HS_OK
               : hs_error_memory(call->error, "the answer");
}

static hs_status answer_upload(hs_call *call) {
    if (atomic_fetch_add(&call->api->batches_open, 1) >= MOST_OPEN) {
        atomic_fetch_sub(&call->api->batches_open, 1);
        hs_response_header(call->response, "Retry-After", "10");
        return hs_response_problem(call->response, 503, NULL,
                                   "four batches are being answered already: try again in a while");
    }
    answer *a = calloc(1, sizeof *a);
    if (!a) {
        atomic_fetch_sub(&call->api->batches_open, 1);
        return hs_error_memory(call->error, "the answer");
    }
    a->api = call->api;
    a->deadline_ms = hs_clock_monotonic_ms() + MOST_MS;
    hs_buffer_init(&a->out, BLOCK_CEILING);
    a->file = take_file(call);
    hs_status status =
        a->file >= 0 ? start(call, a) : hs_error_set(call->error, HS_E_ARGUMENT, "one file is expected");
    if (status != HS_OK) release(a);
    return status;
}

hs_status hs_post_geocode(hs_call *call) {
    if (call->request->upload) return answer_upload(call);
    if (!admits(call)) return HS_OK;
    bool form = is_type(hs_request_header(call->request, "Content-Type"), "multipart/form-data");
    bool waits = form ? hs_request_upload(call->request) : hs_request_upload_raw(call->request);
    return waits ? HS_OK : hs_error_set(call->error, HS_E_INTERNAL, "the body cannot be taken");
}
