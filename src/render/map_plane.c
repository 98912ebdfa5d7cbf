#include "render/map_plane.h"

#include "base/hash.h"
#include "geo/real.h"
#include <math.h>

#define SIDE 0x1p32

/* Pixels of Web Mercator are counted from the square's corner, so that those of tiles are whole. */
static double mercator_scale(const hs_map_plane *plane) {
    return plane->x_px / SIDE;
}

hs_map_view hs_map_tile_view(hs_tile tile, uint32_t size_px, double ratio) {
    double world_px = ldexp(size_px, (int)tile.z);
    hs_map_view view = {.plane = {.system = HS_MAP_MERCATOR, .x_px = world_px, .y_px = world_px},
                        .left = (double)tile.x * size_px,
                        .top = (double)tile.y * size_px,
                        .width = size_px,
                        .height = size_px,
                        .ratio = ratio};
    view.zoom = log2(world_px / ratio / 512);
    return view;
}

static void to_degrees(const hs_mercator *places, uint32_t count, double *x, double *y) {
    for (uint32_t i = 0; i < count; i++)
        hs_mercator_to_degrees(places[i].x, places[i].y, &x[i], &y[i]);
}

void hs_map_project(const hs_map_plane *plane, const hs_mercator *places, uint32_t count, double *x,
                    double *y) {
    if (plane->system == HS_MAP_MERCATOR) {
        double scale_x = mercator_scale(plane);
        double scale_y = plane->y_px / SIDE;
        for (uint32_t i = 0; i < count; i++) {
            x[i] = places[i].x * scale_x;
            y[i] = places[i].y * scale_y;
        }
        return;
    }
    to_degrees(places, count, x, y);
    if (plane->system == HS_MAP_PROJECTED) (void)hs_transform_inverse(plane->transform, x, y, count);
    for (uint32_t i = 0; i < count; i++) {
        x[i] *= plane->x_px;
        y[i] *= -plane->y_px;
    }
}

bool hs_map_unproject(const hs_map_plane *plane, double x, double y, hs_mercator *place) {
    if (plane->system == HS_MAP_MERCATOR) {
        double at_x = x / mercator_scale(plane);
        double at_y = y / (plane->y_px / SIDE);
        *place = (hs_mercator){at_x <= 0          ? 0
                               : at_x >= SIDE - 1 ? UINT32_MAX
                                                  : (uint32_t)at_x,
                               at_y <= 0          ? 0
                               : at_y >= SIDE - 1 ? UINT32_MAX
                                                  : (uint32_t)at_y};
        return at_x >= 0 && at_x <= SIDE && at_y >= 0 && at_y <= SIDE;
    }
    double lon = x / plane->x_px;
    double lat = -y / plane->y_px;
    if (plane->system == HS_MAP_PROJECTED) (void)hs_transform_forward(plane->transform, &lon, &lat, 1);
    bool known = fabs(lon) <= 180 && fabs(lat) <= 90;
    *place = hs_mercator_from_degrees(known ? lon : 0, known ? lat : 0);
    return known;
}

static void grow(hs_mercator_box *box, hs_mercator m) {
    if (m.x < box->min_x) box->min_x = m.x;
    if (m.x > box->max_x) box->max_x = m.x;
    if (m.y < box->min_y) box->min_y = m.y;
    if (m.y > box->max_y) box->max_y = m.y;
}

/* Sides of other systems bend: places along them and inside, and a sixteenth more all round. The whole world
 * where one of them is no place. */
static hs_mercator_box bent_box(const hs_map_plane *plane, double left, double top, double right,
                                double bottom) {
    enum { STEPS = 8 };
    hs_mercator_box box = {UINT32_MAX, UINT32_MAX, 0, 0};
    for (int i = 0; i <= STEPS; i++)
        for (int k = 0; k <= STEPS; k++) {
            hs_mercator m;
            if (!hs_map_unproject(plane, left + (right - left) * i / STEPS, top + (bottom - top) * k / STEPS,
                                  &m))
                return (hs_mercator_box){0, 0, UINT32_MAX, UINT32_MAX};
            grow(&box, m);
        }
    uint32_t more_x = (box.max_x - box.min_x) / 16 + 1;
    uint32_t more_y = (box.max_y - box.min_y) / 16 + 1;
    box.min_x = box.min_x > more_x ? box.min_x - more_x : 0;
    box.min_y = box.min_y > more_y ? box.min_y - more_y : 0;
    box.max_x = box.max_x < UINT32_MAX - more_x ? box.max_x + more_x : UINT32_MAX;
    box.max_y = box.max_y < UINT32_MAX - more_y ? box.max_y + more_y : UINT32_MAX;
    return box;
}

hs_mercator_box hs_map_box(const hs_map_plane *plane, double left, double top, double right, double bottom) {
    if (plane->system != HS_MAP_MERCATOR) return bent_box(plane, left, top, right, bottom);
    hs_mercator low;
    hs_mercator high;
    (void)hs_map_unproject(plane, left, top, &low);
    (void)hs_map_unproject(plane, right, bottom, &high);
    return (hs_mercator_box){low.x, low.y, high.x, high.y};
}

double hs_map_plane_zoom(const hs_map_plane *plane, hs_mercator at, double ratio) {
    /* About 10 m on the square, whose pixels are counted along both axes. */
    const uint32_t step = 1024;
    uint32_t x = at.x < UINT32_MAX - step ? at.x : at.x - step;
    uint32_t y = at.y < UINT32_MAX - step ? at.y : at.y - step;
    hs_mercator corner[3] = {{x, y}, {x + step, y}, {x, y + step}};
    double px[3];
    double py[3];
    hs_map_project(plane, corner, 3, px, py);
    double across = hypot(px[1] - px[0], py[1] - py[0]);
    double down = hypot(px[2] - px[0], py[2] - py[0]);
    double scale = sqrt(across * down) / step; /* pixels per unit of the square */
    if (!(scale > 0) || isinf(scale)) return 0;
    /* Sixteenths of a thousandth: rounding of places must not tell pictures of one scale apart. */
    return round(log2(scale * SIDE / ratio / 512) * 16384) / 16384;
}

uint64_t hs_map_plane_hash(const hs_map_plane *plane) {
    struct {
        uint64_t system, transform;
        double x_px, y_px;
    } parts = {plane->system, plane->system == HS_MAP_PROJECTED ? plane->transform_hash : 0, plane->x_px,
               plane->y_px};
    return hs_hash(&parts, sizeof parts, 0);
}
