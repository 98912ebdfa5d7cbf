/* Numbers that nobody has written down, in made cities whose every house is known to the test: some houses
 * are kept back and asked for. */
#include "answers.h"
#include "made_town.h"

#include <math.h>
#include <stdio.h>

typedef struct grid {
    const char *suffix;
    int streets, blocks;
    bool hundreds;    /* blocks of a hundred numbers, of which 40 are used; else numbers go on */
    double block_m;   /* length of a block */
    double side_m;    /* from the middle of the street to a house; odd on the left */
    double between_m; /* streets */
    unsigned kept_of; /* one house in so many is known */
} grid;

enum { HOUSES_A_BLOCK = 20 };

/* House k (0 to 19) of a block: two and two on both sides, along the block. */
static int32_t number_of(const grid *g, int block, int k) {
    return g->hundreds ? 100 * (block + 1) + 2 * k + 1 + (k & 1) : HOUSES_A_BLOCK * block + k + 1;
}

static hs_position place_of(const grid *g, int street, int block, int k) {
    double along_m = g->block_m * (block + 0.08 + 0.84 * k / (HOUSES_A_BLOCK - 1));
    int32_t number = number_of(g, block, k);
    double side_m = number & 1 ? g->side_m : -g->side_m; /* left of east is north */
    hs_position at = hs_ground_move(town_at(0, 0), 90, along_m);
    return hs_ground_move(at, 0, street * g->between_m + side_m);
}

static uint32_t next(uint32_t *seed) {
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 16;
}

static bool is_kept(const grid *g, uint32_t *seed) {
    return next(seed) % g->kept_of == 0;
}

static void street_name(const grid *g, int street, char name[32]) {
    static const char *const names[] = {"Alder", "Birch", "Cedar",  "Damson",
                                        "Elder", "Fir",   "Ginkgo", "Hazel"};
    (void)snprintf(name, 32, "%s %s", names[street], g->suffix);
}

static hs_geography *made_grid(const grid *g) {
    hs_geography_builder *b = NULL;
    hs_geography *town = NULL;
    hs_error error;
    uint32_t seed = 3;
    int64_t id = 0;
    check_ok(hs_geography_builder_new(&error, &b), &error);
    for (int street = 0; street < g->streets; street++)
        for (int block = 0; block < g->blocks; block++)
            for (int k = 0; k < HOUSES_A_BLOCK; k++) {
                char name[32], number[16];
                if (!is_kept(g, &seed)) continue;
                hs_position at = place_of(g, street, block, k);
                street_name(g, street, name);
                (void)snprintf(number, sizeof number, "%d", (int)number_of(g, block, k));
                town_address(b, ++id, name, number, "", ((double)at.lon_e7 - TOWN_WEST) / BLOCK,
                             ((double)at.lat_e7 - TOWN_SOUTH) / BLOCK);
            }
    check_ok(hs_geography_finish(b, 1, &error, &town), &error);
    return town;
}

/* Of the houses kept back this share is found within so many metres. */
static void check_grid(const grid *g, double within_m, double share) {
    hs_geography *town = made_grid(g);
    hs_geocoder *geocoder;
    hs_error error;
    uint32_t seed = 3, asked = 0, near = 0;
    check_ok(hs_geocoder_new(town, &error, &geocoder), &error);
    for (int street = 0; street < g->streets; street++)
        for (int block = 0; block < g->blocks; block++)
            for (int k = 0; k < HOUSES_A_BLOCK; k++) {
                char name[32], text[64];
                if (is_kept(g, &seed)) continue;
                street_name(g, street, name);
                (void)snprintf(text, sizeof text, "%d %s", (int)number_of(g, block, k), name);
                hs_geocode_result found = ask(geocoder, text);
                assert_int_equal(found.match_type, HS_MATCH_INTERPOLATED);
                double off_m = hs_ground_distance_m(found.position, place_of(g, street, block, k));
                near += off_m <= within_m;
                asked++;
            }
    print_message("%u of %u within %.0f m\n", near, asked, within_m);
    assert_true(near >= share * asked);
    hs_geocoder_free(geocoder);
    hs_geography_unref(town);
}

/* A house in ten is known: two a block over all streets of the neighbourhood tell where its hundred lies. */
static void test_hundred_blocks(void **state) {
    (void)state;
    check_grid(&(grid){"Street", 8, 10, true, 130, 18, 100, 10}, 25, 0.9);
}

static void test_running_numbers(void **state) {
    (void)state;
    check_grid(&(grid){"Street", 8, 10, false, 150, 12, 120, 10}, 20, 0.9);
}

/* Half of the houses are known. */
static void test_dense(void **state) {
    (void)state;
    check_grid(&(grid){"Street", 4, 6, true, 130, 18, 100, 2}, 20, 0.95);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hundred_blocks),
                                       cmocka_unit_test(test_running_numbers), cmocka_unit_test(test_dense)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
