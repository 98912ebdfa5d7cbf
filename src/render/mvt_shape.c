#include "render/mvt_private.h"
#include <math.h>
#include <string.h>

#define LOW  (-(double)HS_MVT_BUFFER)
#define HIGH ((double)(HS_MVT_EXTENT + HS_MVT_BUFFER))

enum { MOVE_TO = 1, LINE_TO = 2, CLOSE_PATH = 7 };

/* Clipping a closed ring against four sides adds at most one corner for each that stands there, twice. */
#define CLIP_ROOM(count) (4 * (size_t)(count) + 16)

bool hs_mvt_scratch_reserve(hs_mvt *mvt, size_t count) {
    hs_mvt_scratch *s = &mvt->scratch;
    if (mvt->failed) return false;
    if (count <= s->capacity) return true;
    size_t capacity = s->capacity ? s->capacity : 256;
    while (capacity < count)
        capacity *= 2;
    s->projected = hs_arena_array(mvt->arena, capacity, sizeof *s->projected);
    s->kept = hs_arena_alloc(mvt->arena, capacity);
    s->stack = hs_arena_array(mvt->arena, 2 * capacity, sizeof *s->stack);
    s->corners[0] = hs_arena_array(mvt->arena, CLIP_ROOM(capacity), sizeof *s->corners[0]);
    s->corners[1] = hs_arena_array(mvt->arena, CLIP_ROOM(capacity), sizeof *s->corners[1]);
    s->cells = hs_arena_array(mvt->arena, CLIP_ROOM(capacity), sizeof *s->cells);
    s->order = hs_arena_array(mvt->arena, CLIP_ROOM(capacity), sizeof *s->order);
    if (!s->projected || !s->kept || !s->stack || !s->corners[0] || !s->corners[1] || !s->cells ||
        !s->order) {
        mvt->failed = true;
        return false;
    }
    s->capacity = capacity;
    return true;
}

static uint32_t zigzag(int32_t value) {
    return ((uint32_t)value << 1) ^ (value < 0 ? UINT32_MAX : 0);
}

static void put_step(hs_mvt *mvt, hs_cell to) {
    hs_mvt_word(mvt, &mvt->geometry, zigzag(to.x - mvt->cursor_x));
    hs_mvt_word(mvt, &mvt->geometry, zigzag(to.y - mvt->cursor_y));
    mvt->cursor_x = to.x;
    mvt->cursor_y = to.y;
}

static void put_path(hs_mvt *mvt, const hs_cell *cells, uint32_t count, bool close) {
    hs_mvt_word(mvt, &mvt->geometry, 1u << 3 | MOVE_TO);
    put_step(mvt, cells[0]);
    hs_mvt_word(mvt, &mvt->geometry, (count - 1) << 3 | LINE_TO);
    for (uint32_t i = 1; i < count; i++)
        put_step(mvt, cells[i]);
    if (close) hs_mvt_word(mvt, &mvt->geometry, 1u << 3 | CLOSE_PATH);
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

/* Projects one ring and says how its box meets the tile with buffer. */
static meeting project(hs_mvt *mvt, const hs_position *positions, uint32_t count) {
    hs_mvt_scratch *s = &mvt->scratch;
    hs_mercator_box box = {UINT32_MAX, UINT32_MAX, 0, 0};
    for (uint32_t i = 0; i < count; i++) {
        hs_mercator m = hs_mercator_from_position(positions[i]);
        s->projected[i] = m;
        if (m.x < box.min_x) box.min_x = m.x;
        if (m.x > box.max_x) box.max_x = m.x;
        if (m.y < box.min_y) box.min_y = m.y;
        if (m.y > box.max_y) box.max_y = m.y;
    }
    double margin = (double)mvt->side * HS_MVT_BUFFER / HS_MVT_EXTENT;
    double west = (double)mvt->x0 - margin;
    double north = (double)mvt->y0 - margin;
    double east = (double)(mvt->x0 + mvt->side) + margin;
    double south = (double)(mvt->y0 + mvt->side) + margin;
    if ((double)box.max_x < west || (double)box.min_x > east || (double)box.max_y < north ||
        (double)box.min_y > south)
        return OUTSIDE;
    bool inside = (double)box.min_x >= west && (double)box.max_x <= east && (double)box.min_y >= north &&
                  (double)box.max_y <= south;
    return inside ? INSIDE : PARTLY;
}

/* Simplified corners of the projected ring in tile units. */
static uint32_t simplified(hs_mvt *mvt, uint32_t count, double tolerance, hs_corner *corners) {
    hs_mvt_scratch *s = &mvt->scratch;
    double scale = (double)HS_MVT_EXTENT / (double)mvt->side;
    hs_simplify(s->projected, count, tolerance / scale, s->stack, s->kept);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!s->kept[i]) continue;
        corners[kept++] = (hs_corner){((double)s->projected[i].x - (double)mvt->x0) * scale,
                                      ((double)s->projected[i].y - (double)mvt->y0) * scale};
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
    uint32_t cells = to_cells(run, count, false, mvt->scratch.cells);
    if (cells < 2) return false;
    put_path(mvt, mvt->scratch.cells, cells, false);
    return true;
}

/* Writes the runs of a line that lie in the box. */
static bool put_clipped_line(hs_mvt *mvt, const hs_corner *line, uint32_t count) {
    hs_corner *run = mvt->scratch.corners[1];
    uint32_t length = 0;
    bool any = false;
    for (uint32_t i = 0; i + 1 < count; i++) {
        double from = 0.0;
        double to = 1.0;
        double dx = line[i + 1].x - line[i].x;
        double dy = line[i + 1].y - line[i].y;
        if (!clip_axis(line[i].x, dx, &from, &to) || !clip_axis(line[i].y, dy, &from, &to)) continue;
        hs_corner begin = from > 0.0 ? (hs_corner){line[i].x + from * dx, line[i].y + from * dy} : line[i];
        hs_corner end = to < 1.0 ? (hs_corner){line[i].x + to * dx, line[i].y + to * dy} : line[i + 1];
        if (from > 0.0 || length == 0) {
            if (length > 1 && put_run(mvt, run, length)) any = true;
            run[0] = begin;
            length = 1;
        }
        run[length++] = end;
        if (to < 1.0) {
            if (put_run(mvt, run, length)) any = true;
            length = 0;
        }
    }
    if (length > 1 && put_run(mvt, run, length)) any = true;
    return any;
}

bool hs_mvt_shape_lines(hs_mvt *mvt, const hs_geometry *lines, double tolerance) {
    if (lines->type != HS_GEOMETRY_LINES) return false;
    bool any = false;
    for (uint32_t r = 0; r < lines->ring_count; r++) {
        uint32_t count = lines->ring_start[r + 1] - lines->ring_start[r];
        if (count < 2 || !hs_mvt_scratch_reserve(mvt, count)) continue;
        if (project(mvt, lines->positions + lines->ring_start[r], count) == OUTSIDE) continue;
        hs_corner *corners = mvt->scratch.corners[0];
        uint32_t kept = simplified(mvt, count, tolerance, corners);
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

/* Whether all corners can be rounded to the grid and multiplied without overflow. */
static bool on_grid(const hs_corner *corners, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (fabs(corners[i].x) > 0x1p29 || fabs(corners[i].y) > 0x1p29) return false;
    return true;
}

/* Simplified corners of a projected ring; halves the tolerance while the rounded ring crosses itself, so that
 * a thin bend is drawn with more corners rather than folded over. */
static uint32_t simplified_ring(hs_mvt *mvt, uint32_t count, double tolerance) {
    hs_mvt_scratch *s = &mvt->scratch;
    for (;;) {
        uint32_t kept = simplified(mvt, count, tolerance, s->corners[0]);
        if (tolerance <= 0.0) return kept;
        if (!on_grid(s->corners[0], kept)) {
            tolerance = 0.0;
            continue;
        }
        uint32_t cells = to_cells(s->corners[0], kept, true, s->cells);
        if (cells >= 3 && !hs_ring_crosses(s->cells, cells, s->order)) return kept;
        tolerance = tolerance > 0.25 ? tolerance / 2.0 : 0.0;
    }
}

/* Twice the area on the grid, positive for clockwise on screen (y grows down). */
static int64_t ring_area2(const hs_cell *cells, uint32_t count) {
    int64_t area2 = 0;
    for (uint32_t i = 0; i < count; i++) {
        hs_cell a = cells[i];
        hs_cell b = cells[i + 1 < count ? i + 1 : 0];
        area2 += (int64_t)a.x * b.y - (int64_t)b.x * a.y;
    }
    return area2;
}

static void reverse(hs_cell *cells, uint32_t count) {
    for (uint32_t i = 0; i < count / 2; i++) {
        hs_cell c = cells[i];
        cells[i] = cells[count - 1 - i];
        cells[count - 1 - i] = c;
    }
}

static bool put_ring(hs_mvt *mvt, const hs_position *positions, uint32_t count, double tolerance,
                     bool outer) {
    if (count < 4 || !hs_mvt_scratch_reserve(mvt, count)) return false;
    hs_mvt_scratch *s = &mvt->scratch;
    meeting where = project(mvt, positions, count);
    if (where == OUTSIDE) return false;
    uint32_t kept = simplified_ring(mvt, count, tolerance);
    if (kept < 4) return false;
    kept--; /* the closing corner */
    unsigned at = 0;
    for (unsigned side = 0; where == PARTLY && side < 4; side++) {
        kept = clip_side(s->corners[at], kept, side, s->corners[1 - at]);
        at = 1 - at;
    }
    uint32_t cells = to_cells(s->corners[at], kept, true, s->cells);
    if (cells < 3) return false;
    int64_t area2 = ring_area2(s->cells, cells);
    if (area2 == 0) return false;
    if ((area2 > 0) != outer) reverse(s->cells, cells);
    put_path(mvt, s->cells, cells, true);
    return true;
}

bool hs_mvt_shape_polygons(hs_mvt *mvt, const hs_geometry *polygons, double tolerance) {
    if (polygons->type != HS_GEOMETRY_POLYGONS) return false;
    bool any = false;
    for (uint32_t p = 0; p < polygons->part_count; p++) {
        for (uint32_t r = polygons->part_start[p]; r < polygons->part_start[p + 1]; r++) {
            bool outer = r == polygons->part_start[p];
            uint32_t begin = polygons->ring_start[r];
            uint32_t count = polygons->ring_start[r + 1] - begin;
            if (put_ring(mvt, polygons->positions + begin, count, tolerance, outer))
                any = true;
            else if (outer)
                break; /* without its outer ring nothing of the polygon is here */
        }
    }
    return any && !mvt->failed;
}
