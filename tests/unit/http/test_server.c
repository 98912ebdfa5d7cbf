#include "client.h"

#include "base/text.h"
#include "http/http.h"
#include <libdeflate.h>
#include <stdatomic.h>

enum { LONG_BODY = 300000 };

typedef struct fixture {
    hs_router *router;
    hs_server *server;
    uint16_t port;
    atomic_int made;     /* times that /kept was built */
    atomic_int released; /* files of /file */
} fixture;

static hs_status hello(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)context, (void)error;
    hs_str name;
    response->content_type = "text/plain";
    response->etag = 0xabc;
    hs_buffer_printf(&response->body, "hello %.*s",
                     hs_request_query(request, "name", &name) ? (int)name.size : 5,
                     hs_request_query(request, "name", &name) ? name.data : "world");
    return HS_OK;
}

static hs_status echo(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)context, (void)error;
    response->status = 201;
    hs_buffer_str(&response->body, request->body);
    return HS_OK;
}

static hs_status base(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)context, (void)error;
    hs_buffer_str(&response->body, request->base_url);
    return HS_OK;
}

static hs_status fails(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)context, (void)response;
    hs_str how = hs_request_param(request, "how");
    if (hs_str_equal(how, HS_STR("argument")))
        return hs_error_set(error, HS_E_ARGUMENT, "bandwidth: too \"small\"");
    if (hs_str_equal(how, HS_STR("silent"))) return HS_E_NOT_FOUND;
    return hs_error_set(error, HS_E_STORE, "secret path of the store");
}

static void fill(hs_response *response) {
    response->content_type = "application/json";
    response->compressible = true;
    for (int i = 0; i < LONG_BODY; i++)
        hs_buffer_byte(&response->body, (char)('a' + i % 1000 * i % 23));
}

static hs_status kept(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)error;
    fixture *f = context;
    response->content_type = "application/json";
    response->compressible = true;
    if (hs_request_cached(request, response, 0x77)) return HS_OK;
    atomic_fetch_add(&f->made, 1);
    fill(response);
    return HS_OK;
}

static hs_status too_large(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)context, (void)request, (void)error;
    while (response->body.status == HS_OK)
        hs_buffer_text(&response->body, "0123456789abcdef");
    return HS_OK;
}

static void count_released(void *context) {
    fixture *f = context;
    atomic_fetch_add(&f->released, 1);
}

/* A file without a name; with ?fail the handler gives it up for a problem. */
static hs_status file_body(void *context, hs_request *request, hs_response *response, hs_error *error) {
    hs_str fail;
    FILE *file = tmpfile();
    assert_non_null(file);
    for (int i = 0; i < LONG_BODY; i++)
        assert_int_not_equal(fputc('a' + i % 26, file), EOF);
    assert_int_equal(fflush(file), 0);
    response->etag = 0xdef;
    response->content_type = "text/plain";
    hs_response_file(response, dup(fileno(file)), LONG_BODY, count_released, context);
    fclose(file);
    if (hs_request_query(request, "fail", &fail)) return hs_error_set(error, HS_E_INPUT, "given up");
    return HS_OK;
}

static hs_status metrics(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)context, (void)error;
    hs_request_metrics(request, &response->body);
    return HS_OK;
}

static int setup(void **state) {
    static fixture f;
    f.router = hs_router_new();
    hs_error error = {0};
    check_ok(hs_router_add(f.router, HS_GET, "/hello", hello, &f, &error), &error);
    check_ok(hs_router_add(f.router, HS_POST, "/echo", echo, &f, &error), &error);
    check_ok(hs_router_add(f.router, HS_GET, "/base", base, &f, &error), &error);
    check_ok(hs_router_add(f.router, HS_GET, "/fails/{how}", fails, &f, &error), &error);
    check_ok(hs_router_add(f.router, HS_GET, "/kept", kept, &f, &error), &error);
    check_ok(hs_router_add(f.router, HS_GET, "/large", too_large, &f, &error), &error);
    check_ok(hs_router_add(f.router, HS_GET, "/file", file_body, &f, &error), &error);
    check_ok(hs_router_add(f.router, HS_GET, "/metrics", metrics, &f, &error), &error);
    hs_server_options options = {.listen = "127.0.0.1:0",
                                 .threads = 2,
                                 .max_body = 4096,
                                 .max_arena = 4 << 20,
                                 .header_ms = 700,
                                 .body_ms = 700,
                                 .idle_ms = 3000};
    check_ok(hs_server_start(&options, f.router, &error, &f.server), &error);
    f.port = hs_server_port(f.server);
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    hs_server_stop(f->server, 1000);
    hs_router_free(f->router);
    return 0;
}

/* Status and body of one request. */
static void expect(fixture *f, const char *method, const char *target, const char *lines, int status,
                   const char *part) {
    client_reply reply = client_get(f->port, method, target, lines);
    if (client_status(&reply) != status || (part && !strstr(reply.bytes, part)))
        print_error("%s %s: %s\n", method, target, reply.bytes);
    assert_int_equal(client_status(&reply), status);
    if (part) assert_non_null(strstr(reply.bytes, part));
    free(reply.bytes);
}

static void test_answers(void **state) {
    fixture *f = *state;
    char value[512];
    client_reply reply = client_get(f->port, "GET", "/hello?name=%E5%BC%A0+%26", "");
    size_t size;
    assert_int_equal(client_status(&reply), 200);
    assert_string_equal(client_body(&reply, &size), "hello 张 &");
    assert_true(client_header(&reply, "ETag", value));
    assert_string_equal(value, "\"0000000000000abc\"");
    assert_true(client_header(&reply, "Cache-Control", value));
    assert_string_equal(value, "no-cache");
    assert_true(client_header(&reply, "Access-Control-Allow-Origin", value));
    assert_string_equal(value, "*");
    assert_true(client_header(&reply, "X-Content-Type-Options", value));
    assert_true(client_header(&reply, "Date", value));
    free(reply.bytes);
    expect(f, "GET", "http://other.example/hello?name=x", "", 200, "hello x");
    expect(f, "GET", "/base", "", 200, "\r\n\r\nhttp://test.example");
}

static void test_head(void **state) {
    fixture *f = *state;
    char value[512];
    size_t size;
    client_reply reply = client_get(f->port, "HEAD", "/hello", "");
    assert_int_equal(client_status(&reply), 200);
    client_body(&reply, &size);
    assert_int_equal(size, 0);
    assert_true(client_header(&reply, "Content-Length", value));
    assert_string_equal(value, "11");
    free(reply.bytes);
}

static void test_problems(void **state) {
    fixture *f = *state;
    expect(f, "GET", "/nowhere", "", 404, "application/problem+json");
    expect(f, "GET", "/fails/argument", "", 400, "bandwidth: too \\\"small\\\"");
    expect(f, "GET", "/fails/silent", "", 404, "\"status\":404");
    client_reply reply = client_get(f->port, "GET", "/fails/store", "");
    assert_int_equal(client_status(&reply), 500);
    assert_null(strstr(reply.bytes, "secret"));
    free(reply.bytes);
    expect(f, "GET", "/large", "", 503, "problem+json");
    expect(f, "GET", "/hello?name=%zz", "", 400, "hexadecimal");
    expect(f, "GET", "/hello?name=%00", "", 400, "NUL");
    expect(f, "GET", "/hel%lo", "", 400, "hexadecimal");
    expect(f, "BREW", "/hello", "", 501, NULL);
}

static void test_methods(void **state) {
    fixture *f = *state;
    char value[512];
    client_reply reply = client_get(f->port, "DELETE", "/hello", "");
    assert_int_equal(client_status(&reply), 405);
    assert_true(client_header(&reply, "Allow", value));
    assert_string_equal(value, "GET, HEAD, OPTIONS");
    free(reply.bytes);
    reply = client_get(f->port, "OPTIONS", "/echo", "");
    assert_int_equal(client_status(&reply), 204);
    assert_true(client_header(&reply, "Allow", value));
    assert_string_equal(value, "POST, OPTIONS");
    assert_true(client_header(&reply, "Access-Control-Allow-Methods", value));
    assert_string_equal(value, "GET, HEAD, OPTIONS");
    free(reply.bytes);
    expect(f, "OPTIONS", "*", "", 204, NULL);
}

static void test_conditional(void **state) {
    fixture *f = *state;
    char value[512];
    size_t size;
    client_reply reply =
        client_get(f->port, "GET", "/hello", "If-None-Match: \"x\", W/\"0000000000000abc\"\r\n");
    assert_int_equal(client_status(&reply), 304);
    client_body(&reply, &size);
    assert_int_equal(size, 0);
    assert_true(client_header(&reply, "ETag", value));
    assert_false(client_header(&reply, "Content-Type", value));
    free(reply.bytes);
    expect(f, "GET", "/hello", "If-None-Match: \"x\"\r\nIf-None-Match: \"0000000000000abc\"\r\n", 304, NULL);
    expect(f, "GET", "/hello", "If-None-Match: *\r\n", 304, NULL);
    expect(f, "GET", "/hello", "If-None-Match: \"0000000000000abd\"\r\n", 200, NULL);
    expect(f, "HEAD", "/hello", "If-None-Match: \"0000000000000abc\"\r\n", 304, NULL);
}

static void check_gzip(const client_reply *reply) {
    size_t size, got = 0;
    const char *body = client_body(reply, &size);
    assert_true(size < LONG_BODY);
    char *plain = malloc(LONG_BODY + 1);
    struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
    assert_int_equal(libdeflate_gzip_decompress(d, body, size, plain, LONG_BODY + 1, &got),
                     LIBDEFLATE_SUCCESS);
    libdeflate_free_decompressor(d);
    assert_int_equal(got, LONG_BODY);
    for (int i = 0; i < LONG_BODY; i++)
        if (plain[i] != (char)('a' + i % 1000 * i % 23)) fail();
    free(plain);
}

static void test_gzip_and_cache(void **state) {
    fixture *f = *state;
    char value[512];
    size_t size;
    for (int round = 0; round < 2; round++) {
        client_reply reply = client_get(f->port, "GET", "/kept", "Accept-Encoding: br, gzip;q=0.5\r\n");
        assert_int_equal(client_status(&reply), 200);
        assert_true(client_header(&reply, "Content-Encoding", value));
        assert_string_equal(value, "gzip");
        assert_true(client_header(&reply, "ETag", value));
        assert_string_equal(value, "\"0000000000000077-gzip\"");
        assert_true(client_header(&reply, "Vary", value));
        assert_string_equal(value, "Accept-Encoding");
        check_gzip(&reply);
        free(reply.bytes);
    }
    assert_int_equal(atomic_load(&f->made), 1);
    client_reply reply = client_get(f->port, "GET", "/kept", "Accept-Encoding: gzip;q=0\r\n");
    assert_false(client_header(&reply, "Content-Encoding", value));
    assert_true(client_header(&reply, "ETag", value));
    assert_string_equal(value, "\"0000000000000077\"");
    client_body(&reply, &size);
    assert_int_equal(size, LONG_BODY);
    free(reply.bytes);
    expect(f, "GET", "/kept", "If-None-Match: \"0000000000000077-gzip\"\r\n", 304, "0077-gzip");
    assert_int_equal(atomic_load(&f->made), 2);
}

static void wait_released(fixture *f, int count) {
    for (int i = 0; i < 2000 && atomic_load(&f->released) < count; i++)
        usleep(10000);
    assert_int_equal(atomic_load(&f->released), count);
}

static void test_files(void **state) {
    fixture *f = *state;
    char value[512];
    size_t size;
    client_reply reply = client_get(f->port, "GET", "/file", "Accept-Encoding: gzip\r\n");
    assert_int_equal(client_status(&reply), 200);
    const char *body = client_body(&reply, &size);
    assert_int_equal(size, LONG_BODY);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(body[i], 'a' + (int)(i % 26));
    assert_true(client_header(&reply, "Content-Length", value));
    assert_string_equal(value, "300000");
    assert_false(client_header(&reply, "Content-Encoding", value));
    assert_true(client_header(&reply, "ETag", value));
    free(reply.bytes);
    wait_released(f, 1);

    char lines[600];
    (void)snprintf(lines, sizeof lines, "If-None-Match: %s\r\n", value);
    reply = client_get(f->port, "GET", "/file", lines);
    assert_int_equal(client_status(&reply), 304);
    free(reply.bytes);
    wait_released(f, 2);
    reply = client_get(f->port, "HEAD", "/file", "");
    assert_int_equal(client_status(&reply), 200);
    client_body(&reply, &size);
    assert_int_equal(size, 0);
    free(reply.bytes);
    wait_released(f, 3);
    reply = client_get(f->port, "GET", "/file?fail=1", "");
    assert_int_equal(client_status(&reply), 400);
    assert_non_null(strstr(client_body(&reply, &size), "given up"));
    free(reply.bytes);
    wait_released(f, 4);
    /* A client that leaves in the middle. */
    int made = client_connect(f->port);
    static const char request[] = "GET /file HTTP/1.1\r\nHost: a\r\n\r\n";
    client_send(made, request, sizeof request - 1);
    close(made);
    wait_released(f, 5);
}

static void test_bodies(void **state) {
    fixture *f = *state;
    size_t size;
    static const char post[] =
        "POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nab\0cd";
    client_reply reply = client_exchange(f->port, post, sizeof post - 1);
    assert_int_equal(client_status(&reply), 201);
    assert_memory_equal(client_body(&reply, &size), "ab\0cd", 5);
    assert_int_equal(size, 5);
    free(reply.bytes);
    expect(f, "POST", "/echo", "Content-Length: 4097\r\n", 413, "larger");
    expect(f, "POST", "/echo", "Content-Length: 99999999999999999999999\r\n", 413, NULL);
}

/* Each must be refused and the connection closed, so that nothing behind it is taken for a request. */
static void test_smuggling(void **state) {
    fixture *f = *state;
    static const struct {
        const char *bytes;
        int status;
    } cases[] = {
        {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nabcde", 400},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde", 400},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         400},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 411},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nabcde", 400},
        {"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nabcde", 400},
        {"GET /hello HTTP/1.1\nHost: a\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\nX: y\nHost: a\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\nHost: a\n\n", 400},
        {"GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\nHost: a\r\nX: y\r\n\tz\r\nA: b\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\nHost: a\r\n z\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\nHost: a\r\nContent-Length : 0\r\n\r\n", 400},
        {"GET /hello HTTP/1.1\r\n\r\n", 400},
    };
    static const char behind[] = "GET /hello?name=smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char bytes[1024];
        int size = snprintf(bytes, sizeof bytes, "%s%s", cases[i].bytes, behind);
        client_reply reply = client_exchange(f->port, bytes, (size_t)size);
        if (client_status(&reply) != cases[i].status) print_error("case %zu: %s\n", i, reply.bytes);
        assert_int_equal(client_status(&reply), cases[i].status);
        assert_null(strstr(reply.bytes, "hello smuggled"));
        free(reply.bytes);
    }
    static const char nul[] = "GET /hello HTTP/1.1\r\nHost: a\r\nX: b\0c\r\nConnection: close\r\n\r\n";
    client_reply reply = client_exchange(f->port, nul, sizeof nul - 1);
    assert_int_equal(client_status(&reply), 400);
    free(reply.bytes);
}

static void test_pipelining(void **state) {
    fixture *f = *state;
    static const char bytes[] = "GET /hello HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\n\r\n"
                                "GET /hello?name=1 HTTP/1.1\r\nHost: a\r\n\r\n"
                                "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\ntwo"
                                "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n"
                                "GET /hello?name=4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    client_reply reply = client_exchange(f->port, bytes, sizeof bytes - 1);
    const char *one = strstr(reply.bytes, "hello 1");
    assert_non_null(one);
    const char *two = strstr(one, "\r\n\r\ntwoHTTP/1.1 200");
    assert_non_null(two);
    const char *four = strstr(two, "hello 4");
    assert_non_null(four);
    free(reply.bytes);
}

static void test_long_url(void **state) {
    fixture *f = *state;
    static char target[12000];
    memset(target, 'a', sizeof target - 1);
    target[0] = '/';
    expect(f, "GET", target, "", 414, "problem+json");
}

/* Whatever the pieces a long header comes in, on a kept connection too, it is one header. */
static void test_pieces(void **state) {
    fixture *f = *state;
    int made = client_connect(f->port);
    for (int round = 0; round < 4; round++) {
        char text[12000];
        int size = snprintf(text, sizeof text, "GET /hello?name=%d HTTP/1.1\r\nHost: a\r\n", round);
        for (int i = 0; i < 60 * round; i++)
            size += snprintf(text + size, sizeof text - (size_t)size, "X-Header-%d:%*d\r\nEmpty:\r\n", i,
                             i % 40, i);
        size += snprintf(text + size, sizeof text - (size_t)size, "Cookie: a=b; c=d\r\n%s\r\n",
                         round == 3 ? "Connection: close\r\n" : "");
        for (int at = 0; at < size; at += 401) {
            client_send(made, text + at, (size_t)(size - at < 401 ? size - at : 401));
            struct pollfd pause = {.fd = -1};
            poll(&pause, 0, 1);
        }
    }
    client_reply reply = client_read_all(made);
    const char *at = reply.bytes;
    for (int round = 0; round < 4; round++) {
        char expected[16];
        snprintf(expected, sizeof expected, "hello %d", round);
        at = strstr(at, expected);
        assert_non_null(at);
    }
    free(reply.bytes);
}

/* A byte now and then does not keep a connection open, neither in the header nor in the body. */
static void trickle(fixture *f, const char *start) {
    int made = client_connect(f->port);
    client_send(made, start, strlen(start));
    for (int i = 0; i < 100; i++) {
        struct pollfd waiting = {.fd = made, .events = POLLIN};
        if (poll(&waiting, 1, 100) > 0) break;
        client_send(made, "x", 1);
    }
    client_reply reply = client_read_all(made);
    assert_null(strstr(reply.bytes, "200"));
    free(reply.bytes);
}

static void test_slow_clients(void **state) {
    fixture *f = *state;
    trickle(f, "GET /hello HTTP/1.1\r\nHost: a\r\nX: ");
    trickle(f, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4000\r\n\r\n");
    expect(f, "GET", "/metrics", "", 200, "hotspotd_http_deadline_closed_total 2");
}

static void test_metrics(void **state) {
    fixture *f = *state;
    expect(f, "GET", "/metrics", "", 200, "hotspotd_http_request_duration_seconds_bucket{le=\"+Inf\"}");
}

static void test_listen_addresses(void **state) {
    fixture *f = *state;
    hs_error error = {0};
    hs_server *server = NULL;
    const char *bad[] = {"8080", "127.0.0.1", ":8080", "::1:8080", "127.0.0.1:99999", "127.0.0.1:x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        hs_server_options options = {.listen = bad[i]};
        assert_int_equal(hs_server_start(&options, f->router, &error, &server), HS_E_ARGUMENT);
    }
    char taken[32];
    snprintf(taken, sizeof taken, "127.0.0.1:%u", f->port);
    hs_server_options options = {.listen = taken};
    assert_int_equal(hs_server_start(&options, f->router, &error, &server), HS_E_IO);
    options = (hs_server_options){.listen = "[::1]:0", .threads = 1, .public_url = "https://city.example/"};
    if (hs_server_start(&options, f->router, &error, &server) != HS_OK) skip(); /* no IPv6 here */
    assert_true(hs_server_is_loopback(server));
    assert_int_equal(strncmp(hs_server_authority(server), "[::1]:", 6), 0);
    hs_server_stop(server, 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_problems),
        cmocka_unit_test(test_methods),
        cmocka_unit_test(test_conditional),
        cmocka_unit_test(test_gzip_and_cache),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_smuggling),
        cmocka_unit_test(test_pipelining),
        cmocka_unit_test(test_long_url),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_slow_clients),
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_listen_addresses),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
