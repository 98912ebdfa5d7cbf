/* Clusters on the map: the units inside as one area, or the circle or ellipse that was scanned. */
#include "service/check/check_private.h"
#include "service/hotspots_scan.h"

#include <math.h>
#include <stdlib.h>

enum { CORNERS = 72 };
#define PI 3.141592653589793
/* Corners of neighbours that are as near as this, in 1e-7 degree, are one. */
#define SNAP 4

static hs_position place(const hs_plane *plane, double x_m, double y_m) {
    double lon;
    double lat;
    hs_plane_inverse(plane, x_m, y_m, &lon, &lat);
    return (hs_position){(int32_t)lround(lon * 1e7), (int32_t)lround(lat * 1e7)};
}

/* A lone unit's window has no radius: it is drawn as large as the unit is wide. */
static hs_status draw_window(hs_scanning *s, const hs_scan_cluster *c, hs_geometry *shape) {
    hs_scan_result *h = s->h;
    hs_position *corner = hs_arena_array(h->head.arena, CORNERS + 1, sizeof *corner);
    uint32_t *start = hs_arena_array(h->head.arena, 4, sizeof *start);
    if (!corner || !start) return hs_error_memory(s->work->error, "outlines");
    double radius_m = fmax(c->radius_m, s->ask->areas.typical_m / 2);
    double along_x = cos(c->angle_rad), along_y = sin(c->angle_rad);
    for (int k = 0; k < CORNERS; k++) {
        double along = c->ratio * radius_m * cos(2 * PI * k / CORNERS);
        double across = radius_m * sin(2 * PI * k / CORNERS);
        corner[k] =
            place(&s->work->snapshot->plane, h->middle_x_m[c->centre] + along * along_x - across * along_y,
                  h->middle_y_m[c->centre] + along * along_y + across * along_x);
    }
    corner[CORNERS] = corner[0];
    start[1] = CORNERS + 1;
    start[3] = 1;
    *shape = (hs_geometry){HS_GEOMETRY_POLYGONS, 1, 1, start + 2, start, corner};
    return HS_OK;
}

static hs_status draw_lines(hs_scanning *s, uint32_t number, hs_geometry *shape) {
    hs_scan_result *h = s->h;
    size_t positions = 0;
    uint32_t lines = 0;
    for (uint32_t i = 0; i < h->areas.count; i++)
        if (h->cluster_of[i] == number) {
            positions += h->areas.geometry[i].ring_start[1];
            lines++;
        }
    hs_position *all = hs_arena_array(h->head.arena, positions + 1, sizeof *all);
    uint32_t *start = hs_arena_array(h->head.arena, (size_t)lines + 1, sizeof *start);
    if (!all || !start) return hs_error_memory(s->work->error, "outlines");
    lines = 0;
    for (uint32_t i = 0; i < h->areas.count; i++) {
        if (h->cluster_of[i] != number) continue;
        const hs_geometry *g = &h->areas.geometry[i];
        memcpy(all + start[lines], g->positions, g->ring_start[1] * sizeof *all);
        start[lines + 1] = start[lines] + g->ring_start[1];
        lines++;
    }
    *shape = (hs_geometry){HS_GEOMETRY_LINES, 0, lines, NULL, start, all};
    return HS_OK;
}

static hs_status join(hs_check_geos *geos, GEOSGeometry **parts, uint32_t count, hs_arena *arena,
                      hs_error *error, hs_geometry *shape) {
    GEOSGeometry *together = GEOSGeom_createCollection_r(geos->handle, GEOS_GEOMETRYCOLLECTION, parts, count);
    if (!together) {
        for (uint32_t k = 0; k < count; k++)
            GEOSGeom_destroy_r(geos->handle, parts[k]);
        return hs_check_geos_fail(geos, "joining units", error);
    }
    GEOSGeometry *joined = GEOSUnaryUnionPrec_r(geos->handle, together, SNAP);
    GEOSGeom_destroy_r(geos->handle, together);
    if (!joined) return hs_check_geos_fail(geos, "joining units", error);
    hs_status status = hs_check_from_geos(geos, joined, arena, error, shape);
    GEOSGeom_destroy_r(geos->handle, joined);
    return status;
}

static hs_status draw_union(hs_scanning *s, hs_check_geos *geos, uint32_t number, hs_geometry *shape) {
    hs_scan_result *h = s->h;
    GEOSGeometry **parts = calloc((size_t)h->cluster[number].size + 1, sizeof(GEOSGeometry *));
    if (!parts) return hs_error_memory(s->work->error, "outlines");
    uint32_t count = 0;
    hs_status status = HS_OK;
    for (uint32_t i = 0; i < h->areas.count && status == HS_OK; i++) {
        if (h->cluster_of[i] != number) continue;
        status = hs_check_to_geos(geos, &h->areas.geometry[i], s->work->error, &parts[count]);
        count += status == HS_OK;
    }
    if (status == HS_OK) {
        status = join(geos, parts, count, h->head.arena, s->work->error, shape);
    } else {
        for (uint32_t k = 0; k < count; k++)
            GEOSGeom_destroy_r(geos->handle, parts[k]);
    }
    free(parts);
    return status;
}

hs_status hs_scan_draw_shapes(hs_scanning *s) {
    hs_scan_result *h = s->h;
    hs_check_geos geos;
    h->shape = hs_arena_array(h->head.arena, (size_t)h->found + 1, sizeof *h->shape);
    h->centre = hs_arena_array(h->head.arena, (size_t)h->found + 1, sizeof *h->centre);
    if (!h->shape || !h->centre) return hs_error_memory(s->work->error, "outlines");
    hs_status status = hs_check_geos_open(&geos, s->work->error);
    if (status != HS_OK) return status;
    for (uint32_t k = 0; k < h->found && status == HS_OK; k++) {
        const hs_scan_cluster *c = &h->cluster[k];
        h->centre[k] = place(&s->work->snapshot->plane, h->middle_x_m[c->centre], h->middle_y_m[c->centre]);
        status = s->ask->areas.units == HS_UNITS_STREETS ? draw_lines(s, k, &h->shape[k])
                 : s->ask->windows                       ? draw_window(s, c, &h->shape[k])
                                                         : draw_union(s, &geos, k, &h->shape[k]);
    }
    hs_check_geos_close(&geos);
    return status;
}
