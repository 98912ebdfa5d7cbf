#include "render/mvt_private.h"
#include <math.h>
#include <string.h>

#define LOW  (-(double)HS_MVT_BUFFER)
#define HIGH ((double)(HS_MVT_EXTENT + HS_MVT_BUFFER))

enum { MOVE_TO = 1, LINE_TO = 2, CLOSE_PATH = 7 };

/* Clipping a closed ring against four sides adds at most one corner for each that stands there, twice. */
#define CLIP_ROOM(count) (4 * (size_t)(count) + 16)

static bool reserve_corners(hs_mvt *mvt, size_t count) {
    hs_mvt_scratch *s = &mvt->scratch;
    if (mvt->failed) return false;
    if (count <= s->capacity) return true;
    size_t capacity = s->capacity ? s->capacity : 256;
    while (capacity < count)
        capacity *= 2;
    s->corners[0] = hs_arena_alloc(mvt->arena, CLIP_ROOM(capacity) * sizeof *s->corners[0]);
    s->corners[1] = hs_arena_alloc(mvt->arena, CLIP_ROOM(capacity) * sizeof *s->corners[1]);
    mvt->failed = !s->corners[0] || !s->corners[1];
    s->capacity = capacity;
    return !mvt->failed;
}

/* Room for `count` cells behind the `used` ones. */
static bool reserve_cells(hs_mvt *mvt, size_t used, size_t count) {
    hs_mvt_scratch *s = &mvt->scratch;
    if (mvt->failed) return false;
    if (used + count <= s->cell_capacity) return true;
    size_t capacity = s->cell_capacity ? s->cell_capacity : 1024;
    while (capacity < used + count)
        capacity *= 2;
    hs_cell *cells = hs_arena_alloc(mvt->arena, capacity * sizeof *cells);
    mvt->failed = !cells;
    if (!cells) return false;
    if (used > 0) memcpy(cells, s->cells, used * sizeof *cells);
    s->cells = cells;
    s->cell_capacity = capacity;
    return true;
}

static bool reserve_rings(hs_mvt *mvt, size_t count) {
    hs_mvt_scratch *s = &mvt->scratch;
    if (mvt->failed) return false;
    if (count < s->ring_capacity) return true;
    s->ring_capacity = 2 * count + 16;
    s->ring_start = hs_arena_alloc(mvt->arena, s->ring_capacity * sizeof *s->ring_start);
    mvt->failed = !s->ring_start;
    return !mvt->failed;
}

static uint32_t zigzag(int32_t value) {
    return ((uint32_t)value << 1) ^ (value < 0 ? UINT32_MAX : 0);
}

static uint8_t *put_step(hs_cell from, hs_cell to, uint8_t *at) {
    at = hs_mvt_put_word(at, zigzag(to.x - from.x));
    return hs_mvt_put_word(at, zigzag(to.y - from.y));
}

static void put_path(hs_mvt *mvt, const hs_cell *cells, uint32_t count, bool close) {
    size_t most = HS_MVT_WORD_MOST * (2 * (size_t)count + 3) + 1;
    uint8_t *at = hs_mvt_bytes_reserve(mvt, &mvt->geometry, most);
    if (!at) return;
    *at++ = 1u << 3 | MOVE_TO;
    at = put_step((hs_cell){mvt->cursor_x, mvt->cursor_y}, cells[0], at);
    at = hs_mvt_put_word(at, (count - 1) << 3 | LINE_TO);
    for (uint32_t i = 1; i < count; i++)
        at = put_step(cells[i - 1], cells[i], at);
    if (close) *at++ = 1u << 3 | CLOSE_PATH;
    mvt->cursor_x = cells[count - 1].x;
    mvt->cursor_y = cells[count - 1].y;
    mvt->geometry.size = (size_t)(at - mvt->geometry.data);
}

static hs_cell to_cell(hs_corner corner) {
    return (hs_cell){(int32_t)floor(corner.x + 0.5), (int32_t)floor(corner.y + 0.5)};
}

/* Rounds to the grid and drops corners that fall together. */
static uint32_t to_cells(const hs_corner *corners, uint32_t count, bool closed, hs_cell *cells) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        hs_cell cell = to_cell(corners[i]);
        if (kept > 0 && cells[kept - 1].x == cell.x && cells[kept - 1].y == cell.y) continue;
        cells[kept++] = cell;
    }
    if (closed) {
        while (kept > 1 && cells[kept - 1].x == cells[0].x && cells[kept - 1].y == cells[0].y)
            kept--;
    }
    return kept;
}

typedef enum meeting { OUTSIDE, PARTLY, INSIDE } meeting;

static meeting meets(const hs_mvt *mvt, const hs_mercator_box *box) {
    int64_t margin = (int64_t)(mvt->side * HS_MVT_BUFFER / HS_MVT_EXTENT);
    int64_t west = (int64_t)mvt->x0 - margin;
    int64_t north = (int64_t)mvt->y0 - margin;
    int64_t east = (int64_t)(mvt->x0 + mvt->side) + margin;
    int64_t south = (int64_t)(mvt->y0 + mvt->side) + margin;
    if (box->max_x < west || box->min_x > east || box->max_y < north || box->min_y > south) return OUTSIDE;
    bool inside = box->min_x >= west && box->max_x <= east && box->min_y >= north && box->max_y <= south;
    return inside ? INSIDE : PARTLY;
}

/* The corners of a ring that a zoom keeps, in tile units. */
static uint32_t kept_corners(const hs_mvt *mvt, const hs_tile_shape *shape, uint32_t ring,
                             uint32_t detail_zoom, hs_corner *corners) {
    double scale = (double)HS_MVT_EXTENT / (double)mvt->side;
    uint32_t kept = 0;
    for (uint32_t i = shape->ring_start[ring]; i < shape->ring_start[ring + 1]; i++) {
        if (shape->vertex_zoom[i] > detail_zoom) continue;
        corners[kept++] = (hs_corner){((double)shape->vertex[i].x - (double)mvt->x0) * scale,
                                      ((double)shape->vertex[i].y - (double)mvt->y0) * scale};
    }
    return kept;
}

/* Shortens the share [*from, *to] of a piece to where start + share x step lies between LOW and HIGH. */
static bool clip_axis(double start, double step, double *from, double *to) {
    if (step == 0.0) return start >= LOW && start <= HIGH;
    double a = (LOW - start) / step;
    double b = (HIGH - start) / step;
    double enter = a < b ? a : b;
    double leave = a < b ? b : a;
    if (enter > *from) *from = enter;
    if (leave < *to) *to = leave;
    return *from <= *to;
}

static bool put_run(hs_mvt *mvt, const hs_corner *run, uint32_t count) {
    if (!reserve_cells(mvt, 0, count)) return false;
    uint32_t cells = to_cells(run, count, false, mvt->scratch.cells);
    if (cells < 2) return false;
    put_path(mvt, mvt->scratch.cells, cells, false);
    return true;
}

/* On which sides of the box a corner lies outside, a bit for each. */
static unsigned sides_out(hs_corner c) {
    return (unsigned)(c.x < LOW) | (unsigned)(c.x > HIGH) << 1 | (unsigned)(c.y < LOW) << 2 |
           (unsigned)(c.y > HIGH) << 3;
}

/* The part of a piece in the box; false when there is none. */
static bool clip_piece(hs_corner a, hs_corner b, hs_corner *begin, hs_corner *end) {
    double from = 0.0;
    double to = 1.0;
    double dx = b.x - a.x;
    double dy = b.y - a.y;
    if (!clip_axis(a.x, dx, &from, &to) || !clip_axis(a.y, dy, &from, &to)) return false;
    *begin = from > 0.0 ? (hs_corner){a.x + from * dx, a.y + from * dy} : a;
    *end = to < 1.0 ? (hs_corner){a.x + to * dx, a.y + to * dy} : b;
    return true;
}

/* Writes the runs of a line that lie in the box. */
static bool put_clipped_line(hs_mvt *mvt, const hs_corner *line, uint32_t count) {
    hs_corner *run = mvt->scratch.corners[1];
    uint32_t length = 0;
    bool any = false;
    unsigned out = count > 0 ? sides_out(line[0]) : 0;
    for (uint32_t i = 0; i + 1 < count; i++) {
        unsigned before = out;
        hs_corner begin = line[i];
        hs_corner end = line[i + 1];
        out = sides_out(end);
        if (before & out) continue; /* beyond one side as a whole */
        if ((before | out) && !clip_piece(line[i], line[i + 1], &begin, &end)) continue;
        if (before || length == 0) {
            if (length > 1 && put_run(mvt, run, length)) any = true;
            run[0] = begin;
            length = 1;
        }
        run[length++] = end;
        if (out) {
            if (put_run(mvt, run, length)) any = true;
            length = 0;
        }
    }
    if (length > 1 && put_run(mvt, run, length)) any = true;
    return any;
}

/* The cell of a coordinate of the square: what to_cell makes of it, in whole numbers. */
static int32_t cell_of(const hs_mvt *mvt, uint32_t m, uint64_t origin) {
    int64_t units = ((int64_t)m - (int64_t)origin) * HS_MVT_EXTENT + (int64_t)(mvt->side / 2);
    return (int32_t)(units >> mvt->shift);
}

/* A line that lies in the box as a whole. */
static bool put_whole_line(hs_mvt *mvt, const hs_tile_shape *lines, uint32_t ring, uint32_t detail_zoom) {
    uint32_t count = 0;
    if (!reserve_cells(mvt, 0, lines->ring_start[ring + 1] - lines->ring_start[ring])) return false;
    hs_cell *cells = mvt->scratch.cells;
    for (uint32_t i = lines->ring_start[ring]; i < lines->ring_start[ring + 1]; i++) {
        if (lines->vertex_zoom[i] > detail_zoom) continue;
        hs_cell c = {cell_of(mvt, lines->vertex[i].x, mvt->x0), cell_of(mvt, lines->vertex[i].y, mvt->y0)};
        if (count == 0 || cells[count - 1].x != c.x || cells[count - 1].y != c.y) cells[count++] = c;
    }
    if (count < 2) return false;
    put_path(mvt, cells, count, false);
    return true;
}

bool hs_mvt_shape_lines(hs_mvt *mvt, const hs_tile_shape *lines, uint32_t detail_zoom) {
    if (lines->type != HS_GEOMETRY_LINES) return false;
    bool any = false;
    for (uint32_t r = 0; r < lines->ring_count; r++) {
        meeting where = meets(mvt, &lines->ring_box[r]);
        if (where == OUTSIDE) continue;
        if (where == INSIDE) {
            if (put_whole_line(mvt, lines, r, detail_zoom)) any = true;
            continue;
        }
        if (!reserve_corners(mvt, lines->ring_start[r + 1] - lines->ring_start[r])) return false;
        hs_corner *corners = mvt->scratch.corners[0];
        uint32_t kept = kept_corners(mvt, lines, r, detail_zoom, corners);
        if (put_clipped_line(mvt, corners, kept)) any = true;
    }
    return any && !mvt->failed;
}

static double side_distance(hs_corner c, unsigned side) {
    switch (side) {
    case 0:
        return c.x - LOW;
    case 1:
        return HIGH - c.x;
    case 2:
        return c.y - LOW;
    default:
        return HIGH - c.y;
    }
}

/* Sutherland and Hodgman against one side of the box; the ring's first corner is not repeated. */
static uint32_t clip_side(const hs_corner *in, uint32_t count, unsigned side, hs_corner *out) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        hs_corner a = in[i];
        hs_corner b = in[i + 1 < count ? i + 1 : 0];
        double da = side_distance(a, side);
        double db = side_distance(b, side);
        if (da >= 0.0) out[kept++] = a;
        if ((da >= 0.0) != (db >= 0.0)) {
            double share = da / (da - db);
            out[kept++] = (hs_corner){a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
        }
    }
    return kept;
}

static void reverse(hs_cell *cells, uint32_t count) {
    for (uint32_t i = 0; i < count / 2; i++) {
        hs_cell c = cells[i];
        cells[i] = cells[count - 1 - i];
        cells[count - 1 - i] = c;
    }
}

/* Clips a ring, rounds it to the grid and turns it the right way round, behind the `used` cells; how many it
 * has, 0 when nothing of it is in the tile. */
static uint32_t take_ring(hs_mvt *mvt, const hs_tile_shape *shape, uint32_t ring, uint32_t detail_zoom,
                          uint32_t used) {
    hs_mvt_scratch *s = &mvt->scratch;
    meeting where = meets(mvt, &shape->ring_box[ring]);
    if (where == OUTSIDE || !reserve_corners(mvt, shape->ring_start[ring + 1] - shape->ring_start[ring]))
        return 0;
    uint32_t kept = kept_corners(mvt, shape, ring, detail_zoom, s->corners[0]);
    unsigned at = 0;
    for (unsigned side = 0; where == PARTLY && side < 4; side++) {
        kept = clip_side(s->corners[at], kept, side, s->corners[1 - at]);
        at = 1 - at;
    }
    if (!reserve_cells(mvt, used, kept)) return 0;
    hs_cell *cells = s->cells + used;
    uint32_t count = to_cells(s->corners[at], kept, true, cells);
    int64_t area2 = count < 3 ? 0 : hs_ring_area2(cells, count);
    if (area2 == 0) return 0;
    if ((area2 > 0) != (shape->ring_outer[ring] != 0)) reverse(cells, count);
    return count;
}

/* What of the polygons is in the tile, on its grid. */
static hs_rings take_rings(hs_mvt *mvt, const hs_tile_shape *polygons, uint32_t detail_zoom) {
    hs_mvt_scratch *s = &mvt->scratch;
    uint32_t rings = 0;
    uint32_t used = 0;
    bool has_outer = false;
    s->ring_start[0] = 0;
    for (uint32_t r = 0; r < polygons->ring_count; r++) {
        bool outer = polygons->ring_outer[r] != 0;
        if (!outer && !has_outer) continue; /* without its outer ring nothing of the polygon is here */
        uint32_t count = take_ring(mvt, polygons, r, detail_zoom, used);
        if (outer) has_outer = count > 0;
        if (count == 0) continue;
        used += count;
        s->ring_start[++rings] = used;
    }
    return (hs_rings){s->cells, s->ring_start, rings};
}

/* Rings that are no polygons any more are mended; where they cross beyond all measure, drawn with fewer
 * corners, and as a last resort not at all. */
static hs_status valid_rings(hs_mvt *mvt, const hs_tile_shape *polygons, uint32_t detail_zoom,
                             hs_rings *rings) {
    for (;;) {
        bool valid;
        hs_rings mended;
        *rings = take_rings(mvt, polygons, detail_zoom);
        if (mvt->failed || rings->count == 0) return HS_OK;
        hs_status status = hs_rings_check(rings, mvt->arena, &valid);
        if (status != HS_OK || valid) return status;
        status = hs_rings_snap(rings, mvt->arena, &mended);
        if (status == HS_OK) *rings = mended;
        if (status != HS_E_LIMIT) return status;
        rings->count = 0;
        if (detail_zoom == 0) return HS_OK;
        detail_zoom = (detail_zoom > HS_BASE_FULL_DETAIL_ZOOM ? HS_BASE_FULL_DETAIL_ZOOM : detail_zoom) - 1;
    }
}

bool hs_mvt_shape_polygons(hs_mvt *mvt, const hs_tile_shape *polygons, uint32_t detail_zoom) {
    if (polygons->type != HS_GEOMETRY_POLYGONS || !reserve_rings(mvt, (size_t)polygons->ring_count + 1))
        return false;
    hs_rings rings;
    if (valid_rings(mvt, polygons, detail_zoom, &rings) != HS_OK) mvt->failed = true;
    for (uint32_t r = 0; r < rings.count && !mvt->failed; r++)
        put_path(mvt, rings.cell + rings.start[r], rings.start[r + 1] - rings.start[r], true);
    return rings.count > 0 && !mvt->failed;
}
