/* Every implementation of the store is put to the same tests: a maker gives a URL at which nothing is yet. */
#ifndef TESTS_STORE_MAKERS_H
#define TESTS_STORE_MAKERS_H

#include "base/arena.h"
#include "base/text.h"
#include "check.h"
#include "store/store.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct store_maker {
    const char *name;
    void (*make)(char folder[64], char url[96]);
    void (*drop)(const char *folder);
} store_maker;

static inline void geopackage_make(char folder[64], char url[96]) {
    strcpy(folder, "/tmp/hotspot-store-XXXXXX");
    assert_non_null(mkdtemp(folder));
    (void)snprintf(url, 96, "%s/city.gpkg", folder);
}

static inline void geopackage_drop(const char *folder) {
    char path[512];
    DIR *listing = opendir(folder);
    for (struct dirent *entry; listing && (entry = readdir(listing));) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        (void)unlink(path);
    }
    if (listing) (void)closedir(listing);
    (void)rmdir(folder);
}

static const store_maker store_makers[] = {{"geopackage", geopackage_make, geopackage_drop}};

typedef struct store_place {
    const store_maker *maker;
    char folder[64], url[96];
    hs_error error;
} store_place;

static inline int place_setup(void **state) {
    store_place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    place->maker = *state ? *state : &store_makers[0];
    place->maker->make(place->folder, place->url);
    *state = place;
    return 0;
}

static inline int place_teardown(void **state) {
    store_place *place = *state;
    place->maker->drop(place->folder);
    free(place);
    return 0;
}

/* Runs each test over each implementation. */
static inline int run_over_makers(const struct CMUnitTest *tests, size_t count) {
    int failed = 0;
    for (size_t i = 0; i < sizeof store_makers / sizeof *store_makers; i++) {
        struct CMUnitTest *copy = calloc(count, sizeof *copy);
        assert_non_null(copy);
        for (size_t t = 0; t < count; t++) {
            copy[t] = tests[t];
            copy[t].setup_func = place_setup;
            copy[t].teardown_func = place_teardown;
            copy[t].initial_state = (void *)&store_makers[i];
        }
        failed += _cmocka_run_group_tests(store_makers[i].name, copy, count, NULL, NULL);
        free(copy);
    }
    return failed;
}

static inline hs_store *open_as(store_place *place, hs_store_mode mode) {
    hs_store *store = NULL;
    check_ok(hs_store_open(place->url, mode, &place->error, &store), &place->error);
    return store;
}

static inline void begin(hs_store *store, hs_kind kind, hs_error *error) {
    int64_t batch = 0;
    check_ok(hs_store_begin(store, kind, HS_STR("test.csv"), error, &batch), error);
    assert_true(batch > 0);
}

static inline hs_batch_info commit(hs_store *store, hs_error *error) {
    hs_batch_info info = {.rows_read = 7, .rows_rejected = 1};
    check_ok(hs_store_commit(store, &info, error), error);
    return info;
}

static inline hs_incident_record incident(const char *external_id, const char *category, int32_t lon_e7) {
    return (hs_incident_record){
        .external_id = hs_str_of(external_id),
        .category = hs_str_of(category),
        .reported_s = 1704477780,
        .occurred_s = HS_NO_TIME,
        .closed_s = HS_NO_TIME,
        .deadline_s = HS_NO_TIME,
        .has_position = true,
        .position = {lon_e7, 389259001},
        .match_type = HS_MATCH_GIVEN,
        .weight = 1,
    };
}

static inline hs_put put_incident(hs_store *store, hs_incident_record record, hs_error *error) {
    hs_put put = HS_PUT_ADDED;
    check_ok(hs_store_put_incident(store, &record, error, &put), error);
    return put;
}

#endif
