#include "check.h"

#include "base/text.h"
#include "http/router.h"

/* Handlers stand for their numbers: the router only hands them back. */
static hs_status handle(void *context, hs_request *request, hs_response *response, hs_error *error) {
    (void)context, (void)request, (void)response, (void)error;
    return HS_OK;
}

typedef struct fixture {
    hs_router *router;
    hs_arena *arena;
} fixture;

static int setup(void **state) {
    static fixture f;
    f.router = hs_router_new();
    f.arena = hs_arena_new(1 << 20);
    static const struct {
        hs_method method;
        const char *pattern;
    } routes[] = {
        {HS_GET, "/{any*}"},
        {HS_GET, "/tiles/{set}/{z}/{x}/{y}"},
        {HS_GET, "/"},
        {HS_GET, "/tiles/{set}/{z}/{x}/{y}.png"},
        {HS_GET, "/tiles/{set}/{z}/{x}/{y}@2x.png"},
        {HS_GET, "/tiles/{set}.json"},
        {HS_GET, "/tiles/density.json"},
        {HS_POST, "/things"},
        {HS_DELETE, "/things/{id}"},
        {HS_GET, "/things/list"},
        {HS_GET, "/vendor/{path*}"},
    };
    hs_error error = {0};
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        check_ok(hs_router_add(f.router, routes[i].method, routes[i].pattern, handle,
                               (void *)routes[i].pattern, &error),
                 &error);
    *state = &f;
    return 0;
}

static int teardown(void **state) {
    fixture *f = *state;
    hs_router_free(f->router);
    hs_arena_free(f->arena);
    return 0;
}

static hs_route_match find(fixture *f, hs_method method, const char *path) {
    hs_error error = {0};
    hs_route_match match;
    check_ok(hs_router_match(f->router, method, hs_str_of(path), f->arena, &error, &match), &error);
    return match;
}

static void test_literal_wins(void **state) {
    assert_string_equal(find(*state, HS_GET, "/").pattern, "/");
    assert_string_equal(find(*state, HS_GET, "/tiles/density.json").pattern, "/tiles/density.json");
    hs_route_match base = find(*state, HS_GET, "/tiles/base.json");
    assert_string_equal(base.pattern, "/tiles/{set}.json");
    check_str(base.params[0].value, "base");
    assert_string_equal(find(*state, HS_GET, "/tiles/.json").pattern, "/{any*}");
    assert_string_equal(find(*state, HS_GET, "/elsewhere/at/all").pattern, "/{any*}");
}

static void test_suffixes(void **state) {
    hs_route_match m = find(*state, HS_GET, "/tiles/density/3/4/5@2x.png");
    assert_string_equal(m.pattern, "/tiles/{set}/{z}/{x}/{y}@2x.png");
    assert_int_equal(m.param_count, 4);
    check_str(m.params[3].name, "y");
    check_str(m.params[3].value, "5");
    m = find(*state, HS_GET, "/tiles/density/3/4/5.png");
    check_str(m.params[3].value, "5");
    m = find(*state, HS_GET, "/tiles/density/3/4/5.gif");
    assert_string_equal(m.pattern, "/tiles/{set}/{z}/{x}/{y}");
    check_str(m.params[3].value, "5.gif");
}

static void test_decoding(void **state) {
    hs_route_match m = find(*state, HS_DELETE, "/things/a%2Fb%20c");
    check_str(m.params[0].value, "a/b c");
    m = find(*state, HS_GET, "/vendor/a/b%20c/d.mjs");
    check_str(m.params[0].value, "a/b c/d.mjs");
    assert_string_equal(find(*state, HS_POST, "/thin%67s/").pattern, "/things");
    fixture *f = *state;
    hs_error error = {0};
    hs_route_match match;
    assert_int_equal(hs_router_match(f->router, HS_GET, HS_STR("/%zz"), f->arena, &error, &match),
                     HS_E_ARGUMENT);
}

static void test_methods(void **state) {
    hs_route_match m = find(*state, HS_PUT, "/things/list");
    assert_null(m.handler);
    assert_int_equal(m.methods, 1u << HS_GET | 1u << HS_DELETE);
    assert_string_equal(find(*state, HS_DELETE, "/things/list").pattern, "/things/{id}");
    assert_int_equal(find(*state, HS_POST, "/x").methods, 1u << HS_GET);
}

static void test_refused_patterns(void **state) {
    fixture *f = *state;
    hs_error error = {0};
    const char *bad[] = {"", "x", "//", "/a//b", "/{", "/{}", "/{a*}/b", "/{a*}.png"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(hs_router_add(f->router, HS_GET, bad[i], handle, NULL, &error), HS_E_ARGUMENT);
    assert_int_equal(hs_router_add(f->router, HS_GET, "/tiles/{other}.json", handle, NULL, &error),
                     HS_E_CONFLICT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_literal_wins),     cmocka_unit_test(test_suffixes),
        cmocka_unit_test(test_decoding),         cmocka_unit_test(test_methods),
        cmocka_unit_test(test_refused_patterns),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
