/* Long requests beside short ones, over real sockets: their handlers wait at a gate that the tests open. */
#include "client.h"

#include "base/pool.h"
#include "http/server_private.h"

enum { LONG_BODY = 100000, PATIENCE_MS = 60000 };

typedef struct fixture {
    hs_router *router;
    hs_server *server;
    hs_pool *pool; /* of one thread: what long handlers share their loops with */
    uint16_t port;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool open;
    int entered; /* long handlers that came to the gate */
    int made;    /* times that a kept body was built */
} fixture;

static void pass_gate(fixture *f) {
    pthread_mutex_lock(&f->lock);
    f->entered++;
    pthread_cond_broadcast(&f->changed);
    while (!f->open)
        pthread_cond_wait(&f->changed, &f->lock);
    pthread_mutex_unlock(&f->lock);
}

static void open_gate(fixture *f) {
    pthread_mutex_lock(&f->lock);
    f->open = true;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->lock);
}

static int entered(fixture *f) {
    pthread_mutex_lock(&f->lock);
    int count = f->entered;
    pthread_mutex_unlock(&f->lock);
    return count;
}

static void pause_ms(int duration_ms) {
    poll(NULL, 0, duration_ms);
}

static void wait_entered(fixture *f, int count) {
    for (int i = 0; entered(f) < count; i++) {
        assert_true(i < PATIENCE_MS);
        pause_ms(1);
    }
}

static void wait_deferred(const fixture *f, int count) {
    for (int i = 0; atomic_load(&f->server->metrics.deferred) != count; i++) {
        assert_true(i < PATIENCE_MS);
        pause_ms(1);
    }
}

static hs_status quick(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)context, (void)request, (void)error;
    hs_buffer_text(&response->body, "quick");
    return HS_OK;
}

/* Says what came with the request, so that nothing of it may get lost on the way. */
static hs_status slow(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)error;
    hs_str name = HS_STR("?");
    hs_request_query(request, "name", &name);
    hs_buffer_text(&response->body, "dropped when it is deferred ");
    if (hs_request_defer(request)) return HS_OK;
    pass_gate(context);
    hs_str header = hs_request_header(request, "X-Note");
    hs_str part = hs_request_param(request, "part");
    response->content_type = "text/plain";
    response->etag = 0x51;
    response->body.size = 0;
    hs_buffer_printf(&response->body, "slow %.*s %.*s %.*s %.*s %.*s", (int)name.size, name.data,
                     (int)part.size, part.data, (int)header.size, header.data, (int)request->body.size,
                     request->body.data, (int)request->base_url.size, request->base_url.data);
    return HS_OK;
}

static void add_range(void *context, size_t begin, size_t end) {
    atomic_fetch_add((atomic_size_t *)context, end - begin);
}

/* A kept body, compressible, made with the pool's help. */
static hs_status kept(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)error;
    fixture *f = context;
    response->content_type = "application/json";
    response->compressible = true;
    if (hs_request_cached_or_defer(request, response, 0x77)) return HS_OK;
    pass_gate(f);
    pthread_mutex_lock(&f->lock);
    f->made++;
    pthread_mutex_unlock(&f->lock);
    atomic_size_t sum = 0;
    hs_pool_for(f->pool, LONG_BODY, 1000, add_range, &sum);
    for (size_t i = 0; i < sum; i++)
        hs_buffer_byte(&response->body, (char)('a' + i % 7));
    return HS_OK;
}

static hs_status fails(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)context, (void)response;
    if (hs_request_defer(request)) return HS_E_INTERNAL; /* of no account: it is called again */
    return hs_error_set(error, HS_E_ARGUMENT, "cell: too small");
}

static void start(fixture *f, unsigned long_threads, unsigned max_deferred) {
    hs_error error = {0};
    *f = (fixture){.router = hs_router_new()};
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->changed, NULL);
    check_ok(hs_pool_new(1, &error, &f->pool), &error);
    check_ok(hs_router_add(f->router, HS_GET, "/quick", quick, f, &error), &error);
    check_ok(hs_router_add(f->router, HS_GET, "/slow/{part}", slow, f, &error), &error);
    check_ok(hs_router_add(f->router, HS_POST, "/slow/{part}", slow, f, &error), &error);
    check_ok(hs_router_add(f->router, HS_GET, "/kept", kept, f, &error), &error);
    check_ok(hs_router_add(f->router, HS_GET, "/fails", fails, f, &error), &error);
    hs_server_options options = {.listen = "127.0.0.1:0",
                                 .threads = 1,
                                 .max_arena = 4 << 20,
                                 .long_threads = long_threads,
                                 .max_deferred = max_deferred};
    check_ok(hs_server_start(&options, f->router, &error, &f->server), &error);
    f->port = hs_server_port(f->server);
}

static void finish(fixture *f) {
    hs_server_stop(f->server, 5000);
    hs_pool_free(f->pool);
    hs_router_free(f->router);
    pthread_cond_destroy(&f->changed);
    pthread_mutex_destroy(&f->lock);
}

/* Sends a request and leaves its answer to be read. */
static int begin(fixture *f, const char *method, const char *target) {
    char text[512];
    int made = client_connect(f->port);
    int size =
        snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", method, target);
    client_send(made, text, (size_t)size);
    return made;
}

static void check_reply(client_reply reply, int status, const char *part) {
    if (client_status(&reply) != status || !strstr(reply.bytes, part)) print_error("%s\n", reply.bytes);
    assert_int_equal(client_status(&reply), status);
    assert_non_null(strstr(reply.bytes, part));
    free(reply.bytes);
}

/* The one thread that answers is free while both that work are at the gate and a third request waits. */
static void test_short_ones_pass(void **state) {
    (void)state;
    fixture f;
    start(&f, 2, 0);
    int waiting[3] = {begin(&f, "GET", "/slow/0"), begin(&f, "GET", "/slow/1"), begin(&f, "GET", "/slow/2")};
    wait_entered(&f, 2);
    wait_deferred(&f, 3);
    for (int i = 0; i < 20; i++)
        check_reply(client_get(f.port, "GET", "/quick", ""), 200, "\r\n\r\nquick");
    assert_int_equal(entered(&f), 2);
    open_gate(&f);
    for (int i = 0; i < 3; i++)
        check_reply(client_read_all(waiting[i]), 200, "\r\n\r\nslow");
    wait_deferred(&f, 0);
    finish(&f);
}

static void test_request_is_whole(void **state) {
    (void)state;
    fixture f;
    char value[512];
    size_t size;
    start(&f, 1, 0);
    open_gate(&f);
    check_reply(client_get(f.port, "GET", "/slow/%E5%BC%A0?name=a+b", "X-Note: n\r\n"), 200,
                "\r\n\r\nslow a b 张 n  http://test.example");
    static const char post[] =
        "POST /slow/x HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 4\r\n"
        "\r\nbody";
    check_reply(client_exchange(f.port, post, sizeof post - 1), 200, "\r\n\r\nslow ? x  body http://h");
    client_reply reply = client_get(f.port, "HEAD", "/slow/x", "");
    assert_int_equal(client_status(&reply), 200);
    client_body(&reply, &size);
    assert_int_equal(size, 0);
    assert_true(client_header(&reply, "Content-Length", value));
    assert_string_equal(value, "30");
    assert_true(client_header(&reply, "ETag", value));
    assert_string_equal(value, "\"0000000000000051\"");
    free(reply.bytes);
    reply = client_get(f.port, "GET", "/slow/x", "If-None-Match: \"0000000000000051\"\r\n");
    assert_int_equal(client_status(&reply), 304);
    client_body(&reply, &size);
    assert_int_equal(size, 0);
    free(reply.bytes);
    check_reply(client_get(f.port, "GET", "/fails", ""), 400, "cell: too small");
    finish(&f);
}

/* Requests on one connection are answered in their order, long or not. */
static void test_pipelining(void **state) {
    (void)state;
    fixture f;
    static const char bytes[] = "GET /slow/1 HTTP/1.1\r\nHost: a\r\n\r\n"
                                "GET /quick HTTP/1.1\r\nHost: a\r\n\r\n"
                                "GET /slow/2 HTTP/1.1\r\nHost: a\r\n\r\n"
                                "GET /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    static const char *const parts[] = {"slow ? 1", "quick", "slow ? 2", "quick"};
    start(&f, 1, 0);
    int made = client_connect(f.port);
    client_send(made, bytes, sizeof bytes - 1);
    wait_entered(&f, 1);
    open_gate(&f);
    client_reply reply = client_read_all(made);
    const char *at = reply.bytes;
    for (int i = 0; i < 4; i++) {
        at = strstr(at, parts[i]);
        assert_non_null(at);
        at++;
    }
    free(reply.bytes);
    finish(&f);
}

static void test_made_once_and_kept(void **state) {
    (void)state;
    fixture f;
    char value[512];
    size_t size[4];
    start(&f, 2, 0);
    int waiting[4];
    for (int i = 0; i < 4; i++)
        waiting[i] = begin(&f, "GET", "/kept");
    wait_deferred(&f, 4);
    open_gate(&f);
    client_reply reply[4];
    for (int i = 0; i < 4; i++) {
        reply[i] = client_read_all(waiting[i]);
        assert_int_equal(client_status(&reply[i]), 200);
        client_body(&reply[i], &size[i]);
        assert_int_equal(size[i], LONG_BODY);
        assert_memory_equal(client_body(&reply[i], &size[i]), client_body(&reply[0], &size[0]), LONG_BODY);
    }
    for (int i = 0; i < 4; i++)
        free(reply[i].bytes);
    assert_int_equal(f.made, 1);
    reply[0] = client_get(f.port, "GET", "/kept", "Accept-Encoding: gzip\r\n");
    assert_true(client_header(&reply[0], "Content-Encoding", value));
    assert_true(client_header(&reply[0], "ETag", value));
    assert_string_equal(value, "\"0000000000000077-gzip\"");
    client_body(&reply[0], size);
    assert_true(size[0] < LONG_BODY / 10);
    free(reply[0].bytes);
    assert_int_equal(f.made, 2);
    finish(&f);
}

/* What is kept, or what the client has, is answered although the only thread for long work is taken. */
static void test_kept_ones_pass(void **state) {
    (void)state;
    fixture f;
    start(&f, 1, 0);
    open_gate(&f);
    check_reply(client_get(f.port, "GET", "/kept", ""), 200, "abcdefg");
    f.open = false; /* nobody is at the gate */
    int waiting = begin(&f, "GET", "/slow/0");
    wait_entered(&f, 2);
    check_reply(client_get(f.port, "GET", "/kept", ""), 200, "abcdefg");
    check_reply(client_get(f.port, "HEAD", "/kept", ""), 200, "Content-Length: 100000");
    check_reply(client_get(f.port, "GET", "/kept", "If-None-Match: \"0000000000000077\"\r\n"), 304, "0077");
    check_reply(client_get(f.port, "GET", "/kept", "Accept-Encoding: gzip\r\nIf-None-Match: *\r\n"), 304,
                "HTTP");
    open_gate(&f);
    check_reply(client_read_all(waiting), 200, "slow ? 0");
    finish(&f);
}

static void test_limit(void **state) {
    (void)state;
    fixture f;
    char value[512];
    start(&f, 1, 3);
    int waiting[3];
    for (int i = 0; i < 3; i++)
        waiting[i] = begin(&f, "GET", "/slow/0");
    wait_deferred(&f, 3);
    client_reply reply = client_get(f.port, "GET", "/slow/4", "");
    assert_true(client_header(&reply, "Retry-After", value));
    assert_true(client_header(&reply, "Content-Type", value));
    assert_string_equal(value, "application/problem+json");
    check_reply(reply, 503, "too many long requests");
    check_reply(client_get(f.port, "GET", "/quick", ""), 200, "quick");
    open_gate(&f);
    for (int i = 0; i < 3; i++)
        check_reply(client_read_all(waiting[i]), 200, "slow");
    check_reply(client_get(f.port, "GET", "/slow/5", ""), 200, "slow ? 5");
    assert_int_equal(atomic_load(&f.server->metrics.deferred_refused), 1);
    finish(&f);
}

/* One client leaves while its request runs, one while it waits: that one's handler does not run at all. */
static void test_clients_gone(void **state) {
    (void)state;
    fixture f;
    start(&f, 1, 0);
    int running = begin(&f, "GET", "/slow/0");
    wait_entered(&f, 1);
    int gone = begin(&f, "GET", "/kept");
    wait_deferred(&f, 2);
    int staying = begin(&f, "GET", "/slow/2");
    wait_deferred(&f, 3);
    close(running);
    close(gone);
    open_gate(&f);
    check_reply(client_read_all(staying), 200, "slow ? 2");
    assert_int_equal(entered(&f), 2);
    check_reply(client_get(f.port, "GET", "/kept", ""), 200, "abcdefg");
    assert_int_equal(f.made, 1);
    finish(&f);
}

static void *stop_now(void *context) {
    hs_server_stop(context, 0);
    return NULL;
}

static void *stop_gently(void *context) {
    hs_server_stop(context, 20000);
    return NULL;
}

static void finish_stopped(fixture *f, pthread_t stopper) {
    pthread_join(stopper, NULL);
    f->server = NULL;
    finish(f);
}

/* Without grace what runs is still answered, what waits is refused, and the connections end. */
static void test_stop_without_grace(void **state) {
    (void)state;
    fixture f;
    pthread_t stopper;
    start(&f, 1, 0);
    int running = begin(&f, "GET", "/slow/0");
    wait_entered(&f, 1);
    int waiting[5];
    for (int i = 0; i < 5; i++)
        waiting[i] = begin(&f, "GET", i % 2 ? "/slow/1" : "/kept");
    wait_deferred(&f, 6);
    pthread_create(&stopper, NULL, stop_now, f.server);
    for (int i = 0; !atomic_load(&f.server->abandon_deferred); i++) {
        assert_true(i < PATIENCE_MS);
        pause_ms(1);
    }
    open_gate(&f);
    check_reply(client_read_all(running), 200, "slow ? 0");
    for (int i = 0; i < 5; i++)
        check_reply(client_read_all(waiting[i]), 503, "stopping");
    assert_int_equal(entered(&f), 1);
    finish_stopped(&f, stopper);
}

static bool takes_no_more(hs_server *server) {
    pthread_mutex_lock(&server->defer_lock);
    bool closed = server->defer_closed;
    pthread_mutex_unlock(&server->defer_lock);
    return closed;
}

static void read_until(int made, const char *end) {
    char text[1024] = "";
    size_t size = 0;
    while (!strstr(text, end)) {
        ssize_t got = recv(made, text + size, sizeof text - 1 - size, 0);
        assert_true(got > 0);
        size += (size_t)got;
    }
}

/* In the grace what waits still runs, and what comes on a kept connection is refused. */
static void test_stop_with_grace(void **state) {
    (void)state;
    fixture f;
    pthread_t stopper;
    start(&f, 1, 0);
    int kept_open = client_connect(f.port);
    static const char first[] = "GET /quick HTTP/1.1\r\nHost: a\r\n\r\n";
    static const char second[] = "GET /slow/9 HTTP/1.1\r\nHost: a\r\n\r\n";
    client_send(kept_open, first, sizeof first - 1);
    read_until(kept_open, "\r\n\r\nquick");
    int waiting[3];
    for (int i = 0; i < 3; i++)
        waiting[i] = begin(&f, "GET", "/slow/0");
    wait_deferred(&f, 3);
    pthread_create(&stopper, NULL, stop_gently, f.server);
    for (int i = 0; !takes_no_more(f.server); i++) {
        assert_true(i < PATIENCE_MS);
        pause_ms(1);
    }
    client_send(kept_open, second, sizeof second - 1);
    check_reply(client_read_all(kept_open), 503, "stopping");
    open_gate(&f);
    for (int i = 0; i < 3; i++)
        check_reply(client_read_all(waiting[i]), 200, "slow ? 0");
    finish_stopped(&f, stopper);
}

typedef struct crowd {
    fixture *f;
    int number;
    int refused;
} crowd;

/* A client of many: long, short and kept requests, some of which it does not wait for. Its own thread must
 * not fail tests, so it counts what is wrong. */
static void *be_one_of_many(void *context) {
    crowd *c = context;
    for (int i = 0; i < 40; i++) {
        char target[64];
        int kind = (c->number + i) % 5;
        snprintf(target, sizeof target, "/slow/%d", c->number);
        int made = begin(c->f, "GET", kind == 0 ? "/kept" : kind == 1 ? "/quick" : target);
        if (kind == 4) {
            close(made);
            continue;
        }
        client_reply reply = client_read_all(made);
        snprintf(target, sizeof target, "slow ? %d ", c->number);
        const char *expected = kind == 0 ? "abcdefg" : kind == 1 ? "quick" : target;
        if (client_status(&reply) != 200 || !strstr(reply.bytes, expected)) c->refused++;
        free(reply.bytes);
    }
    return NULL;
}

static void test_many(void **state) {
    (void)state;
    enum { CLIENTS = 16 };
    for (unsigned threads = 1; threads <= 2; threads++) {
        fixture f;
        pthread_t thread[CLIENTS];
        crowd all[CLIENTS];
        start(&f, threads, 10000);
        open_gate(&f);
        for (int i = 0; i < CLIENTS; i++) {
            all[i] = (crowd){&f, i, 0};
            pthread_create(&thread[i], NULL, be_one_of_many, &all[i]);
        }
        for (int i = 0; i < CLIENTS; i++) {
            pthread_join(thread[i], NULL);
            assert_int_equal(all[i].refused, 0);
        }
        assert_int_equal(f.made, 1);
        wait_deferred(&f, 0);
        finish(&f);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_ones_pass), cmocka_unit_test(test_request_is_whole),
        cmocka_unit_test(test_pipelining),      cmocka_unit_test(test_made_once_and_kept),
        cmocka_unit_test(test_kept_ones_pass),  cmocka_unit_test(test_limit),
        cmocka_unit_test(test_clients_gone),    cmocka_unit_test(test_stop_without_grace),
        cmocka_unit_test(test_stop_with_grace), cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
