#include "render/map_path.h"

#include <math.h>
#include <stdlib.h>

#define GRID     8.0   /* parts of a pixel */
#define STRAIGHT 0.125 /* pixels that a street may be off */
/* cairo's numbers end at 2^23 pixels. */
#define FARTHEST 0x1p21

void hs_map_path_done(hs_map_path *path) {
    free(path->place_x);
    free(path->place_y);
    free(path->placed);
    free(path->place_of);
    free(path->line_x);
    free(path->line_y);
    hs_map_stroker_done(&path->stroker);
    *path = (hs_map_path){0};
}

/* Room for a ring behind those that are kept. */
static bool reserve(hs_map_path *path, uint32_t count) {
    if (path->capacity - path->used < count) {
        uint32_t more = path->used + path->used / 2 + count;
        double *x = realloc(path->place_x, more * sizeof *x);
        if (x) path->place_x = x;
        double *y = realloc(path->place_y, more * sizeof *y);
        if (y) path->place_y = y;
        if (x && y) path->capacity = more;
        path->failed = path->failed || !x || !y;
        if (!x || !y) return false;
    }
    path->x = path->place_x + path->used;
    path->y = path->place_y + path->used;
    return true;
}

/* Ends the line that was drawn into the mask. */
static void end_line(hs_map_path *path, bool closed) {
    if (!path->mask) {
        if (closed) cairo_close_path(path->pen);
        return;
    }
    hs_map_stroke(&path->stroker, path->line_x, path->line_y, path->line_count, closed);
    path->failed = path->failed || path->stroker.failed;
    path->line_count = 0;
}

static bool reserve_line(hs_map_path *path) {
    if (path->line_count < path->line_capacity) return true;
    uint32_t more = path->line_capacity ? 2 * path->line_capacity : 64;
    double *x = realloc(path->line_x, more * sizeof *x);
    if (x) path->line_x = x;
    double *y = realloc(path->line_y, more * sizeof *y);
    if (y) path->line_y = y;
    if (x && y) path->line_capacity = more;
    path->failed = path->failed || !x || !y;
    return x && y;
}

static void to_line(hs_map_path *path, double x, double y) {
    if (!path->mask) {
        cairo_line_to(path->pen, x, y);
        return;
    }
    if (!reserve_line(path)) return;
    path->line_x[path->line_count] = x;
    path->line_y[path->line_count++] = y;
}

static void begin_line(hs_map_path *path, double x, double y) {
    if (!path->mask) {
        cairo_move_to(path->pen, x, y);
        return;
    }
    if (path->line_count > 0) end_line(path, false);
    to_line(path, x, y);
}

static double on_grid(double value, double origin) {
    double at = floor(value * GRID + 0.5) / GRID - origin;
    return at < -FARTHEST ? -FARTHEST : at > FARTHEST ? FARTHEST : at;
}

/* Puts a ring into x and y, in pixels of the picture; corners that fall together are one. Returns how many.
 */
static uint32_t place_ring(hs_map_path *path, uint32_t ring) {
    const hs_map_features *f = path->features;
    uint32_t first = f->ring_start[ring];
    uint32_t count = f->ring_start[ring + 1] - first;
    if (!reserve(path, count)) return 0;
    double *x = path->x;
    double *y = path->y;
    hs_map_project(&path->view->plane, f->vertex + first, count, x, y);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (isinf(x[i]) || isinf(y[i])) continue;
        double px = on_grid(x[i], path->view->left);
        double py = on_grid(y[i], path->view->top);
        if (kept > 0 && px == x[kept - 1] && py == y[kept - 1]) continue;
        x[kept] = px;
        y[kept++] = py;
    }
    return kept;
}

/* Directions from the last corner that was kept which pass all those after it within STRAIGHT. */
typedef struct cone {
    double left_x, left_y, right_x, right_y;
    double farthest; /* of those corners, squared; 0: there are none */
} cone;

static void narrow(cone *c, double dx, double dy) {
    double far = dx * dx + dy * dy;
    double tilt = far > STRAIGHT * STRAIGHT ? STRAIGHT / sqrt(far) : 1;
    double left_x = dx - dy * tilt;
    double left_y = dy + dx * tilt;
    double right_x = dx + dy * tilt;
    double right_y = dy - dx * tilt;
    bool first = c->farthest == 0;
    if (first || left_x * c->left_y - left_y * c->left_x > 0) {
        c->left_x = left_x;
        c->left_y = left_y;
    }
    if (first || right_x * c->right_y - right_y * c->right_x < 0) {
        c->right_x = right_x;
        c->right_y = right_y;
    }
    c->farthest = far;
}

static bool admits(const cone *c, double dx, double dy) {
    return dx * dx + dy * dy >= c->farthest && c->left_x * dy - c->left_y * dx <= 0 &&
           c->right_x * dy - c->right_y * dx >= 0;
}

/* Leaves out corners near the line without them; looks at the ring alone. */
static uint32_t straighten(hs_map_path *path, uint32_t count) {
    double *x = path->x;
    double *y = path->y;
    uint32_t kept = 1;
    cone c = {.farthest = 0};
    for (uint32_t i = 1; i + 1 < count; i++) {
        double from_x = x[kept - 1];
        double from_y = y[kept - 1];
        narrow(&c, x[i] - from_x, y[i] - from_y);
        if (admits(&c, x[i + 1] - from_x, y[i + 1] - from_y)) continue;
        x[kept] = x[i];
        y[kept++] = y[i];
        c.farthest = 0;
    }
    x[kept] = x[count - 1];
    y[kept++] = y[count - 1];
    return kept;
}

/* On which sides of the picture with its margin a corner lies. */
static unsigned sides(const hs_map_path *path, uint32_t i) {
    double m = path->margin;
    return (path->x[i] < -m) | (path->x[i] > path->view->width + m) << 1 | (path->y[i] < -m) << 2 |
           (path->y[i] > path->view->height + m) << 3;
}

static void cairo_area(hs_map_path *path, uint32_t count) {
    cairo_move_to(path->pen, path->x[0], path->y[0]);
    for (uint32_t i = 1; i < count; i++)
        cairo_line_to(path->pen, path->x[i], path->y[i]);
    cairo_close_path(path->pen);
}

static int32_t unit_of(double at) {
    return (int32_t)(at * HS_MAP_MASK_PIXEL + (at < 0 ? -0.5 : 0.5));
}

static void mask_area(hs_map_path *path, uint32_t count) {
    int32_t x = unit_of(path->x[count - 1]);
    int32_t y = unit_of(path->y[count - 1]);
    for (uint32_t i = 0; i < count; i++) {
        int32_t to_x = unit_of(path->x[i]);
        int32_t to_y = unit_of(path->y[i]);
        hs_map_mask_edge(path->mask, x, y, to_x, to_y);
        x = to_x;
        y = to_y;
    }
    if (path->stroker.width > 0) hs_map_stroke(&path->stroker, path->x, path->y, count, true);
    path->failed = path->failed || path->stroker.failed;
}

/* Corners between two others on one side of the picture change nothing that is seen. */
static void area_ring(hs_map_path *path, uint32_t count) {
    unsigned all = ~0U;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        unsigned here = sides(path, i);
        all &= here;
        if (kept >= 2 && (here & sides(path, kept - 1) & sides(path, kept - 2))) kept--;
        path->x[kept] = path->x[i];
        path->y[kept++] = path->y[i];
    }
    if (kept < 3 || all) return;
    if (path->mask)
        mask_area(path, kept);
    else
        cairo_area(path, kept);
}

/* Pieces wholly on one side of the picture are left out. */
static void plain_line(hs_map_path *path, uint32_t count, bool closed) {
    bool drawing = false;
    bool broken = false;
    unsigned before = sides(path, 0);
    for (uint32_t i = 1; i < count; i++) {
        unsigned here = sides(path, i);
        if (here & before) {
            drawing = false;
            broken = true;
        } else {
            if (!drawing) begin_line(path, path->x[i - 1], path->y[i - 1]);
            to_line(path, path->x[i], path->y[i]);
            drawing = true;
        }
        before = here;
    }
    end_line(path, closed && !broken && drawing);
}

/* Where in its dashes a line is. */
typedef struct dasher {
    const hs_map_dashes *dashes;
    double period;
    size_t dash; /* even ones are drawn; a list of odd length is gone through twice */
    double left; /* of this dash or gap */
    bool open;   /* the path ends at this dash */
} dasher;

static void next_dash(dasher *d) {
    size_t count = d->dashes->count * (1 + d->dashes->count % 2);
    d->dash = d->dash + 1 < count ? d->dash + 1 : 0;
    d->left = d->dashes->length[d->dash % d->dashes->count];
    d->open = false;
}

static dasher start_dashes(const hs_map_dashes *dashes) {
    dasher d = {.dashes = dashes, .left = dashes->length[0]};
    for (size_t i = 0; i < dashes->count; i++)
        d.period += dashes->length[i] * (double)(1 + dashes->count % 2);
    return d;
}

/* Goes on along what is not seen. */
static void skip(dasher *d, double length) {
    length -= floor(length / d->period) * d->period;
    d->open = false;
    while (length >= d->left) {
        length -= d->left;
        next_dash(d);
    }
    d->left -= length;
}

static bool seen(const hs_map_path *path, double x0, double y0, double x1, double y1) {
    double m = path->margin;
    return !((x0 < -m && x1 < -m) || (y0 < -m && y1 < -m) ||
             (x0 > path->view->width + m && x1 > path->view->width + m) ||
             (y0 > path->view->height + m && y1 > path->view->height + m));
}

static void draw_dash(hs_map_path *path, dasher *d, double x0, double y0, double x1, double y1) {
    if (!seen(path, x0, y0, x1, y1)) {
        d->open = false;
        return;
    }
    if (!d->open) begin_line(path, x0, y0);
    to_line(path, x1, y1);
    d->open = true;
}

static void dash_piece(hs_map_path *path, dasher *d, uint32_t i, double length) {
    double x = path->x[i - 1];
    double y = path->y[i - 1];
    double dx = (path->x[i] - x) / length;
    double dy = (path->y[i] - y) / length;
    double at = 0;
    while (length - at >= d->left) {
        double to = at + d->left;
        if (d->dash % 2 == 0) draw_dash(path, d, x + at * dx, y + at * dy, x + to * dx, y + to * dy);
        at = to;
        next_dash(d);
    }
    if (d->dash % 2 == 0 && length > at) draw_dash(path, d, x + at * dx, y + at * dy, path->x[i], path->y[i]);
    d->left -= length - at;
}

/* Dashes go on from where the line before them was, seen or not, so that they agree wherever pictures are
 * cut. */
static void dashed_line(hs_map_path *path, uint32_t count, const hs_map_dashes *dashes) {
    dasher d = start_dashes(dashes);
    unsigned before = sides(path, 0);
    for (uint32_t i = 1; i < count; i++) {
        double length = hypot(path->x[i] - path->x[i - 1], path->y[i] - path->y[i - 1]);
        unsigned here = sides(path, i);
        if (here & before)
            skip(&d, length);
        else
            dash_piece(path, &d, i, length);
        before = here;
    }
    end_line(path, false);
}

void hs_map_path_areas(hs_map_path *path, hs_map_source source, uint32_t feature) {
    const hs_map_set *set = &path->features->set[source];
    for (uint32_t ring = set->ring[feature]; ring < set->ring[feature + 1]; ring++) {
        uint32_t count = place_ring(path, ring);
        if (count >= 3) area_ring(path, count);
    }
}

/* Keeps the ring that was placed last; where there is no memory for it, it is placed again. */
static void keep_ring(hs_map_path *path, uint32_t number, uint32_t count) {
    if (path->placed_count == path->placed_capacity) {
        uint32_t more = path->placed_capacity ? 2 * path->placed_capacity : 1024;
        hs_map_placed *placed = realloc(path->placed, more * sizeof *placed);
        if (!placed) return;
        path->placed = placed;
        path->placed_capacity = more;
    }
    path->placed[path->placed_count++] = (hs_map_placed){path->used, count};
    path->place_of[number] = path->placed_count;
    path->used += count;
}

static uint32_t place_street(hs_map_path *path, uint32_t ring) {
    const hs_map_set *set = &path->features->set[HS_MAP_STREETS];
    uint32_t number = ring - set->ring[0];
    if (!path->place_of)
        path->place_of = calloc((size_t)set->ring[set->count] - set->ring[0], sizeof *path->place_of);
    if (path->place_of && path->place_of[number]) {
        const hs_map_placed *placed = &path->placed[path->place_of[number] - 1];
        path->x = path->place_x + placed->first;
        path->y = path->place_y + placed->first;
        return placed->count;
    }
    uint32_t count = place_ring(path, ring);
    if (count > 2) count = straighten(path, count);
    if (path->place_of) keep_ring(path, number, count);
    return count;
}

void hs_map_path_lines(hs_map_path *path, hs_map_source source, uint32_t feature,
                       const hs_map_dashes *dashes) {
    const hs_map_set *set = &path->features->set[source];
    bool closed = set->shape[feature] == HS_MAP_POLYGON;
    for (uint32_t ring = set->ring[feature]; ring < set->ring[feature + 1]; ring++) {
        uint32_t count = source == HS_MAP_STREETS ? place_street(path, ring) : place_ring(path, ring);
        if (count < 2) continue;
        if (dashes->count > 0)
            dashed_line(path, count, dashes);
        else
            plain_line(path, count, closed);
    }
}
