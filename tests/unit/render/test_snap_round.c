#include "base/random.h"
#include "check.h"
#include "render/snap_round.h"

#include <geos_c.h>

static hs_rings rings_of(hs_arena *arena, const hs_cell *cells, const uint32_t *counts, uint32_t count) {
    uint32_t total = 0;
    hs_rings rings = {.start = hs_arena_array(arena, count + 1, sizeof(uint32_t)), .count = count};
    for (uint32_t r = 0; r < count; r++)
        rings.start[r + 1] = total += counts[r];
    rings.cell = hs_arena_array(arena, total, sizeof *rings.cell);
    memcpy(rings.cell, cells, total * sizeof *cells);
    return rings;
}

static bool is_valid(const hs_rings *rings, hs_arena *arena) {
    bool valid = false;
    assert_int_equal(hs_rings_check(rings, arena, &valid), HS_OK);
    return valid;
}

static void test_check(void **state) {
    (void)state;
    hs_arena *arena = hs_arena_new(1 << 20);
    const hs_cell bow[] = {{0, 0}, {10, 10}, {10, 0}, {0, 10}};
    const hs_cell square[] = {{0, 0}, {10, 0}, {10, 10}, {0, 10}};
    const hs_cell touching[] = {{0, 0}, {10, 0}, {10, 10}, {5, 0}, {0, 10}};
    const hs_cell spike[] = {{0, 0}, {10, 0}, {10, 10}, {10, 4}, {0, 10}};
    const hs_cell straight[] = {{0, 0}, {5, 0}, {10, 0}, {10, 10}};
    const uint32_t four = 4;
    const uint32_t five = 5;
    hs_rings rings = rings_of(arena, bow, &four, 1);
    assert_false(is_valid(&rings, arena));
    rings = rings_of(arena, square, &four, 1);
    assert_true(is_valid(&rings, arena));
    rings = rings_of(arena, touching, &five, 1);
    assert_false(is_valid(&rings, arena));
    rings = rings_of(arena, spike, &five, 1);
    assert_false(is_valid(&rings, arena));
    rings = rings_of(arena, straight, &four, 1);
    assert_true(is_valid(&rings, arena));
    hs_arena_free(arena);
}

static GEOSGeometry *ring_to_geos(GEOSContextHandle_t geos, const hs_cell *cells, uint32_t count) {
    GEOSCoordSequence *sequence = GEOSCoordSeq_create_r(geos, count + 1, 2);
    for (uint32_t i = 0; i <= count; i++)
        GEOSCoordSeq_setXY_r(geos, sequence, i, cells[i % count].x, cells[i % count].y);
    return GEOSGeom_createLinearRing_r(geos, sequence);
}

/* The multipolygon that rings stand for: each outer one with the holes that follow. */
static GEOSGeometry *to_geos(GEOSContextHandle_t geos, const hs_rings *rings) {
    GEOSGeometry *polygons[4096];
    GEOSGeometry *holes[4096];
    unsigned count = 0;
    for (uint32_t r = 0; r < rings->count;) {
        uint32_t size = rings->start[r + 1] - rings->start[r];
        assert_true(hs_ring_area2(rings->cell + rings->start[r], size) > 0);
        GEOSGeometry *outer = ring_to_geos(geos, rings->cell + rings->start[r], size);
        unsigned hole_count = 0;
        for (r++; r < rings->count; r++) {
            size = rings->start[r + 1] - rings->start[r];
            if (hs_ring_area2(rings->cell + rings->start[r], size) > 0) break;
            holes[hole_count++] = ring_to_geos(geos, rings->cell + rings->start[r], size);
        }
        polygons[count++] = GEOSGeom_createPolygon_r(geos, outer, holes, hole_count);
    }
    return GEOSGeom_createCollection_r(geos, GEOS_MULTIPOLYGON, polygons, count);
}

static void check_valid_in_geos(const hs_rings *rings) {
    GEOSContextHandle_t geos = GEOS_init_r();
    GEOSGeometry *geometry = to_geos(geos, rings);
    char *reason = GEOSisValidReason_r(geos, geometry);
    assert_string_equal(reason, "Valid Geometry");
    GEOSFree_r(geos, reason);
    GEOSGeom_destroy_r(geos, geometry);
    GEOS_finish_r(geos);
}

static int64_t total_area2(const hs_rings *rings) {
    int64_t area2 = 0;
    for (uint32_t r = 0; r < rings->count; r++)
        area2 += hs_ring_area2(rings->cell + rings->start[r], rings->start[r + 1] - rings->start[r]);
    return area2;
}

/* What becomes of shapes whose answer is known. */
static void test_known(void **state) {
    (void)state;
    hs_arena *arena = hs_arena_new(1 << 20);
    hs_rings out;
    /* A bow tie: of its two halves the one that is wound the right way. */
    const hs_cell bow[] = {{0, 0}, {10, 10}, {10, 0}, {0, 10}};
    uint32_t four[] = {4, 4};
    hs_rings rings = rings_of(arena, bow, four, 1);
    assert_int_equal(hs_rings_snap(&rings, arena, &out), HS_OK);
    assert_int_equal(out.count, 1);
    assert_int_equal(total_area2(&out), 50);
    /* Two squares that share a side are one; the side is gone. */
    const hs_cell squares[] = {{0, 0}, {10, 0}, {10, 10}, {0, 10}, {10, 0}, {20, 0}, {20, 10}, {10, 10}};
    rings = rings_of(arena, squares, four, 2);
    assert_int_equal(hs_rings_snap(&rings, arena, &out), HS_OK);
    assert_int_equal(out.count, 1);
    assert_int_equal(out.start[1], 4);
    assert_int_equal(total_area2(&out), 400);
    /* A hole that touches the outer ring twice divides the polygon in two. */
    const hs_cell divided[] = {{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 5}, {5, 8}, {10, 5}, {5, 2}};
    rings = rings_of(arena, divided, four, 2);
    assert_int_equal(hs_rings_snap(&rings, arena, &out), HS_OK);
    assert_int_equal(out.count, 2);
    assert_int_equal(total_area2(&out), 200 - 60);
    check_valid_in_geos(&out);
    /* A hole that fills the polygon leaves nothing. */
    const hs_cell filled[] = {{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}, {0, 10}, {10, 10}, {10, 0}};
    rings = rings_of(arena, filled, four, 2);
    assert_int_equal(hs_rings_snap(&rings, arena, &out), HS_OK);
    assert_int_equal(out.count, 0);
    hs_arena_free(arena);
}

/* Whatever comes, valid polygons go. */
static void test_random_rings(void **state) {
    (void)state;
    hs_random random;
    hs_random_seed(&random, 17);
    hs_arena *arena = hs_arena_new(64u << 20);
    for (int round = 0; round < 4000; round++) {
        hs_cell cells[256];
        uint32_t counts[4];
        uint32_t ring_count = 1 + hs_random_below(&random, 4);
        uint32_t total = 0;
        uint32_t reach = 3 + hs_random_below(&random, round % 2 ? 12 : 4000);
        for (uint32_t r = 0; r < ring_count; r++) {
            uint32_t count = 3 + hs_random_below(&random, 20);
            counts[r] = 0;
            for (uint32_t i = 0; i < count; i++) {
                hs_cell c = {(int32_t)hs_random_below(&random, reach) - 64,
                             (int32_t)hs_random_below(&random, reach) - 64};
                const hs_cell *before = counts[r] ? &cells[total - 1] : NULL;
                if (before && before->x == c.x && before->y == c.y) continue;
                cells[total++] = c;
                counts[r]++;
            }
            const hs_cell *first = &cells[total - counts[r]];
            if (counts[r] > 1 && first->x == cells[total - 1].x && first->y == cells[total - 1].y) {
                total--;
                counts[r]--;
            }
        }
        hs_rings rings = rings_of(arena, cells, counts, ring_count);
        hs_rings out;
        hs_rings again;
        hs_status status = hs_rings_snap(&rings, arena, &out);
        if (status == HS_E_LIMIT) continue; /* rings of chance cross often */
        assert_int_equal(status, HS_OK);
        check_valid_in_geos(&out);
        /* Bent edges may pass near other corners, so a second time may bend them again. */
        if (out.count > 0) {
            assert_int_equal(hs_rings_snap(&out, arena, &again), HS_OK);
            check_valid_in_geos(&again);
        }
        hs_arena_reset(arena);
    }
    hs_arena_free(arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_check), cmocka_unit_test(test_known),
                                       cmocka_unit_test(test_random_rings)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
