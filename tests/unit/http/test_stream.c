/* Bodies that are made as they are sent, and bodies that are a file themselves, over real sockets. */
#include "client.h"

#include "base/text.h"
#include "http/http.h"
#include <fcntl.h>
#include <stdatomic.h>

enum { PATIENCE_MS = 20000, LINES = 50000 };

typedef struct fixture {
    hs_router *router;
    hs_server *server;
    uint16_t port;
    char folder[64];
    atomic_int released;
    bool fails; /* in the middle */
} fixture;

typedef struct counting {
    fixture *f;
    int line;
} counting;

static size_t count_on(void *context, char *out, size_t most) {
    counting *c = context;
    if (c->f->fails && c->line == LINES / 2) return HS_BODY_FAILED;
    if (c->line == LINES) return HS_BODY_END;
    char text[16];
    int size = snprintf(text, sizeof text, "%d\n", c->line);
    if ((size_t)size > most) return HS_BODY_FAILED;
    memcpy(out, text, (size_t)size);
    c->line++;
    return (size_t)size;
}

static void release(void *context) {
    counting *c = context;
    atomic_fetch_add(&c->f->released, 1);
    free(c);
}

static hs_status stream(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)request;
    counting *c = calloc(1, sizeof *c);
    c->f = context;
    response->content_type = "text/plain";
    return hs_response_stream(response, count_on, release, c) ? HS_OK : hs_error_memory(error, "a test");
}

/* Says what the file holds, and takes it for its own. */
static hs_status take_raw(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)context;
    if (hs_request_upload_raw(request)) return HS_OK;
    if (!request->upload) return hs_error_set(error, HS_E_INTERNAL, "no upload");
    char text[64] = "";
    int file = open(request->upload->files[0].path, O_RDONLY);
    ssize_t size = read(file, text, sizeof text - 1);
    close(file);
    hs_buffer_printf(&response->body, "%zu file, %zu fields, %llu bytes, %zd read: %s",
                     request->upload->file_count, request->upload->field_count,
                     (unsigned long long)request->upload->files[0].size, size, text);
    return HS_OK;
}

static int set_up(void **state) {
    fixture *f = calloc(1, sizeof *f);
    hs_error error;
    (void)snprintf(f->folder, sizeof f->folder, "/tmp/hs_stream_XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    f->router = hs_router_new();
    assert_int_equal(hs_router_add(f->router, HS_GET, "/stream", stream, f, &error), HS_OK);
    assert_int_equal(hs_router_add_upload(f->router, HS_POST, "/raw", take_raw, f, &error), HS_OK);
    hs_server_options options = {
        .listen = "127.0.0.1:0", .threads = 2, .upload_folder = f->folder, .max_upload = 1000};
    check_ok(hs_server_start(&options, f->router, &error, &f->server), &error);
    f->port = hs_server_port(f->server);
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    fixture *f = *state;
    hs_server_stop(f->server, 1000);
    hs_router_free(f->router);
    assert_int_equal(rmdir(f->folder), 0); /* no upload is left */
    free(f);
    return 0;
}

static void wait_released(fixture *f, int count) {
    for (int i = 0; atomic_load(&f->released) < count; i++) {
        assert_true(i < PATIENCE_MS);
        poll(NULL, 0, 1);
    }
}

/* The body of a chunked answer, put together in place; NULL where the last chunk is missing. */
static char *unchunk(client_reply *reply) {
    char *from = strstr(reply->bytes, "\r\n\r\n"), *body = from ? from + 4 : NULL, *to = body;
    assert_non_null(strstr(reply->bytes, "Transfer-Encoding: chunked"));
    for (from = body; from && *from;) {
        char *data;
        unsigned long size = strtoul(from, &data, 16);
        if (size == 0) {
            *to = '\0';
            return body;
        }
        data += 2;
        if (data + size > reply->bytes + reply->size) return NULL;
        memmove(to, data, size);
        to += size;
        from = data + size + 2;
    }
    return NULL;
}

static void test_all_of_it_comes(void **state) {
    fixture *f = *state;
    client_reply reply = client_get(f->port, "GET", "/stream", "");
    assert_int_equal(client_status(&reply), 200);
    const char *body = unchunk(&reply);
    assert_non_null(body);
    for (int line = 0; line < LINES; line++) {
        char *end;
        assert_int_equal(strtol(body, &end, 10), line);
        assert_int_equal(*end, '\n');
        body = end + 1;
    }
    assert_int_equal(*body, '\0');
    wait_released(f, 1);
    free(reply.bytes);
}

static void test_a_failure_breaks_off(void **state) {
    fixture *f = *state;
    f->fails = true;
    client_reply reply = client_get(f->port, "GET", "/stream", "");
    assert_null(unchunk(&reply));
    wait_released(f, 1);
    free(reply.bytes);
}

static void test_a_client_that_goes_away(void **state) {
    fixture *f = *state;
    static const char request[] = "GET /stream HTTP/1.1\r\nHost: test.example\r\n\r\n";
    int made = client_connect(f->port);
    client_send(made, request, sizeof request - 1);
    char some[8];
    assert_true(recv(made, some, sizeof some, 0) > 0);
    close(made);
    wait_released(f, 1);
}

static client_reply post(const fixture *f, const char *type, const char *body, size_t size) {
    char text[4096];
    int head =
        snprintf(text, sizeof text,
                 "POST /raw HTTP/1.1\r\nHost: test.example\r\nConnection: close\r\nContent-Type: %s\r\n"
                 "Content-Length: %zu\r\n\r\n",
                 type, size);
    memcpy(text + head, body, size);
    return client_exchange(f->port, text, (size_t)head + size);
}

static void test_raw_bodies(void **state) {
    fixture *f = *state;
    client_reply reply = post(f, "text/csv", "a,b\n1,2\n", 8);
    assert_int_equal(client_status(&reply), 200);
    assert_non_null(strstr(reply.bytes, "1 file, 0 fields, 8 bytes, 8 read: a,b\n1,2\n"));
    free(reply.bytes);
    reply = post(f, "text/csv", "", 0);
    assert_int_equal(client_status(&reply), 200);
    assert_non_null(strstr(reply.bytes, "1 file, 0 fields, 0 bytes, 0 read: "));
    free(reply.bytes);
    char large[2000];
    memset(large, 'x', sizeof large);
    reply = post(f, "text/csv", large, sizeof large);
    assert_int_equal(client_status(&reply), 413);
    free(reply.bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all_of_it_comes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_failure_breaks_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_client_that_goes_away, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_raw_bodies, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
