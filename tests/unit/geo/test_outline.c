/* Outlines of tessellations and scans of them, against point in polygon. */
#include "check.h"

#include "base/random.h"
#include "geo/mercator.h"
#include "geo/outline.h"
#include "geo/polygon_index.h"
#include <stdlib.h>

#define SIDE 9

static const uint32_t one_ring[2] = {0, 5}, one_part[2] = {0, 1};

typedef struct tessellation {
    hs_position ring[SIDE * SIDE][5];
    hs_geometry geometry[SIDE * SIDE];
} tessellation;

/* Quadrilaterals over jittered shared corners, every other ring clockwise, one missing in the middle. */
static void make_tessellation(tessellation *t, int32_t step) {
    hs_random random;
    hs_random_seed(&random, 5);
    static hs_position corner[SIDE + 1][SIDE + 1];
    for (int row = 0; row <= SIDE; row++)
        for (int column = 0; column <= SIDE; column++)
            corner[row][column] = (hs_position){
                1000000000 + column * step + (int32_t)hs_random_below(&random, (uint32_t)step / 3),
                390000000 + row * step + (int32_t)hs_random_below(&random, (uint32_t)step / 3)};
    for (int n = 0; n < SIDE * SIDE; n++) {
        int row = n / SIDE;
        int column = n % SIDE;
        hs_position *ring = t->ring[n];
        ring[0] = ring[4] = corner[row][column];
        ring[n % 2 ? 3 : 1] = corner[row][column + 1];
        ring[2] = corner[row + 1][column + 1];
        ring[n % 2 ? 1 : 3] = corner[row + 1][column];
        t->geometry[n] = (hs_geometry){HS_GEOMETRY_POLYGONS, 1, 1, one_part, one_ring, ring};
    }
    t->geometry[SIDE * SIDE / 2] = t->geometry[SIDE * SIDE - 1];
}

static double area_of(const hs_directed_edge *edges, uint32_t count) {
    double twice = 0;
    for (uint32_t i = 0; i < count; i++)
        twice += (edges[i].x0 - edges[0].x0) * (edges[i].y1 - edges[0].y0) -
                 (edges[i].x1 - edges[0].x0) * (edges[i].y0 - edges[0].y0);
    return twice / 2;
}

static void shared_edges_cancel(void **state) {
    (void)state;
    tessellation t;
    make_tessellation(&t, 12000);
    hs_error error = {0};
    hs_outline *outline;
    check_ok(hs_outline_new(t.geometry, SIDE * SIDE - 1, &error, &outline), &error);
    /* The border, the gap in the middle, which the last unit stands in for and which lies at the corner. */
    assert_int_equal(outline->count, 4 * SIDE + 4);
    hs_plane plane = {100.01, 39.01};
    hs_directed_edge edges[4 * SIDE + 4];
    hs_outline_on_plane(outline, &plane, 0, outline->count, edges);
    double sum = 0;
    for (int n = 0; n < SIDE * SIDE - 1; n++) {
        hs_outline *one;
        hs_directed_edge four[4];
        check_ok(hs_outline_new(&t.geometry[n], 1, &error, &one), &error);
        assert_int_equal(one->count, 4);
        hs_outline_on_plane(one, &plane, 0, 4, four);
        assert_true(area_of(four, 4) > 0);
        sum += area_of(four, 4);
        hs_outline_free(one);
    }
    check_near(area_of(edges, outline->count), sum, 1e-6 * sum);
    hs_outline_on_mercator(outline, 0, outline->count, edges);
    assert_true(area_of(edges, outline->count) < 0); /* y grows south */
    hs_outline_free(outline);
    hs_outline_free(NULL);
}

/* A polygon whose hole an island fills; long edges in pieces that leave no gap to a neighbour. */
static void holes_and_pieces(void **state) {
    (void)state;
    static const hs_position positions[] = {
        {0, 0},           {3000000, 0},     {3000000, 500000}, {0, 500000},      {0, 0},
        {100000, 100000}, {100000, 400000}, {400000, 400000},  {400000, 100000}, {100000, 100000}};
    static const hs_position above[] = {{3000000, 500000}, {0, 500000}, {0, 900000}, {3000000, 500000}};
    static const uint32_t rings[] = {0, 5, 10}, both[] = {0, 2}, three[] = {0, 4};
    const hs_geometry geometries[] = {{HS_GEOMETRY_POLYGONS, 1, 2, both, rings, positions},
                                      {HS_GEOMETRY_POLYGONS, 1, 1, one_part, three, above}};
    hs_error error = {0};
    hs_outline *outline;
    check_ok(hs_outline_new(geometries, 2, &error, &outline), &error);
    /* 150 south, 25 east and west, 4 x 15 about the hole, 150 and 20 of the neighbour above. */
    assert_int_equal(outline->count, 150 + 25 + 25 + 60 + 150 + 20);
    for (uint32_t i = 0; i < outline->count; i++) {
        const hs_directed_edge *e = outline->edge;
        uint32_t follow = 0;
        for (uint32_t j = 0; j < outline->count; j++)
            follow += e[j].x0 == e[i].x1 && e[j].y0 == e[i].y1;
        assert_true(follow >= 1);
        assert_true(fabs(e[i].x1 - e[i].x0) < 0.00201 && fabs(e[i].y1 - e[i].y0) < 0.00201);
    }
    hs_outline_free(outline);
}

typedef struct picture {
    uint32_t columns;
    uint8_t *outside;
} picture;

static void paint(void *context, uint32_t row, uint32_t begin, uint32_t end) {
    picture *p = context;
    assert_true(begin < end && end <= p->columns);
    for (uint32_t i = begin; i < end; i++) {
        assert_false(p->outside[(size_t)row * p->columns + i]);
        p->outside[(size_t)row * p->columns + i] = 1;
    }
}

static void scan_is_point_in_polygon(void **state) {
    (void)state;
    tessellation t;
    make_tessellation(&t, 12000);
    hs_error error = {0};
    hs_outline *outline;
    check_ok(hs_outline_new(t.geometry, SIDE * SIDE - 1, &error, &outline), &error);
    hs_directed_edge edges[4 * SIDE + 4];
    for (uint32_t i = 0; i < outline->count; i++)
        edges[i] = (hs_directed_edge){round(outline->edge[i].x0 * 1e7), round(outline->edge[i].y0 * 1e7),
                                      round(outline->edge[i].x1 * 1e7), round(outline->edge[i].y1 * 1e7)};
    hs_polygon_index *index;
    check_ok(hs_polygon_index_new(t.geometry, SIDE * SIDE - 1, &error, &index), &error);
    /* The whole, a part in the middle, one that lies outside; rows north to south and south to north. */
    static const hs_scan_grid grids[] = {{999992000, 390130000, 409, -413, 320, 340},
                                         {1000044000, 390008000, 199, 203, 100, 120},
                                         {1000160000, 390020000, 499, 503, 20, 30},
                                         {999900000, 390000001, 1000000, 997, 1, 300}};
    for (size_t g = 0; g < sizeof grids / sizeof *grids; g++) {
        const hs_scan_grid *grid = &grids[g];
        picture p = {grid->columns, calloc((size_t)grid->columns * grid->rows, 1)};
        assert_non_null(p.outside);
        check_ok(hs_scan_outside(edges, outline->count, grid, paint, &p, &error), &error);
        for (uint32_t row = 0; row < grid->rows; row++)
            for (uint32_t column = 0; column < grid->columns; column++) {
                hs_position at = {(int32_t)(grid->x + column * grid->dx),
                                  (int32_t)(grid->y + row * grid->dy)};
                bool inside = hs_polygon_index_find(index, at) != HS_NONE;
                assert_int_equal(p.outside[(size_t)row * grid->columns + column], !inside);
            }
        free(p.outside);
    }
    check_ok(hs_scan_outside(edges, outline->count, &(hs_scan_grid){0, 0, 1, 1, 0, 0}, paint, NULL, &error),
             &error);
    hs_polygon_index_free(index);
    hs_outline_free(outline);
}

/* Where polygons overlap is inside, however often. */
static void overlaps_are_inside(void **state) {
    (void)state;
    static const hs_directed_edge edges[] = {{0, 0, 6, 0},  {6, 0, 6, 10},   {6, 10, 0, 10},  {0, 10, 0, 0},
                                             {4, 0, 10, 0}, {10, 0, 10, 10}, {10, 10, 4, 10}, {4, 10, 4, 0}};
    hs_error error = {0};
    hs_scan_grid grid = {-1.5, -1.5, 1, 1, 13, 13};
    uint8_t outside[169] = {0};
    picture p = {13, outside};
    check_ok(hs_scan_outside(edges, 8, &grid, paint, &p, &error), &error);
    for (int row = 0; row < 13; row++)
        for (int column = 0; column < 13; column++)
            assert_int_equal(outside[row * 13 + column], row < 2 || row > 11 || column < 2 || column > 11);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shared_edges_cancel),
        cmocka_unit_test(holes_and_pieces),
        cmocka_unit_test(scan_is_point_in_polygon),
        cmocka_unit_test(overlaps_are_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
