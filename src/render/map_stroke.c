#include "render/map_stroke.h"

#include <math.h>
#include <stdlib.h>

#define PI   3.14159265358979323846
#define FLAT 0.1 /* pixels that pieces of a round may be off */

void hs_map_stroker_done(hs_map_stroker *stroker) {
    free(stroker->across);
    stroker->across = NULL;
    stroker->capacity = 0;
}

/* A line's corners in units of the mask. */
typedef struct line {
    const double *x, *y;
    const double *across; /* of piece i: 2i, 2i + 1 */
    uint32_t pieces;
    uint32_t corners;
} line;

static int32_t nearest(double value) {
    return (int32_t)(value + (value < 0 ? -0.5 : 0.5));
}

/* Offsets are rounded by themselves: corners on whole units give the same wherever the picture begins. */
static void to_point(hs_map_stroker *s, double x, double y, double dx, double dy) {
    int32_t to_x = nearest(x * HS_MAP_MASK_PIXEL) + nearest(dx);
    int32_t to_y = nearest(y * HS_MAP_MASK_PIXEL) + nearest(dy);
    if (s->begun) hs_map_mask_edge(s->mask, s->x, s->y, to_x, to_y);
    s->x = to_x;
    s->y = to_y;
    s->begun = true;
}

/* From one offset of a corner to another clockwise, about it. */
static void arc(hs_map_stroker *s, double x, double y, double from_x, double from_y, double angle) {
    double radius = s->width / 2;
    double step = 2 * acos(1 - FLAT / fmax(radius, 2 * FLAT));
    int count = (int)ceil(fabs(angle) / step);
    if (count < 2) return;
    double c = cos(angle / count);
    double n = sin(angle / count);
    for (int i = 1; i < count; i++) {
        double turned = from_x * c - from_y * n;
        from_y = from_x * n + from_y * c;
        from_x = turned;
        to_point(s, x, y, from_x, from_y);
    }
}

/* Between the left sides of two pieces that meet at a corner, where it is the outer one. */
static void join(hs_map_stroker *s, double x, double y, const double *before, const double *after) {
    double half = s->width / 2 * HS_MAP_MASK_PIXEL;
    double turn = before[0] * after[1] - before[1] * after[0];
    double along = (before[0] * after[0] + before[1] * after[1]) / (half * half);
    if (turn <= 0 && along > -1 + 1e-9) return;
    if (along > 0 && s->width / 2 * (1 - along) < 4 * FLAT) return; /* a straight piece is as good */
    if (s->join == HS_MAP_JOIN_ROUND)
        arc(s, x, y, -before[0], -before[1], acos(fmax(-1, fmin(1, along))));
    else if (s->join == HS_MAP_JOIN_MITER && 2 < (1 + along) * s->miter_limit * s->miter_limit)
        to_point(s, x, y, -(before[0] + after[0]) / (1 + along), -(before[1] + after[1]) / (1 + along));
}

static void end_line(hs_map_stroker *s, double x, double y, double dx, double dy) {
    if (s->cap == HS_MAP_CAP_SQUARE) {
        to_point(s, x, y, -dx + dy, -dy - dx);
        to_point(s, x, y, dx + dy, dy - dx);
    } else if (s->cap == HS_MAP_CAP_ROUND) {
        arc(s, x, y, -dx, -dy, PI);
    }
}

static void left_side(hs_map_stroker *s, const line *l, bool closed) {
    for (uint32_t i = 0; i < l->pieces; i++) {
        const double *n = l->across + 2 * (size_t)i;
        uint32_t end = i + 1 < l->corners ? i + 1 : 0;
        to_point(s, l->x[i], l->y[i], -n[0], -n[1]);
        to_point(s, l->x[end], l->y[end], -n[0], -n[1]);
        if (i + 1 < l->pieces)
            join(s, l->x[end], l->y[end], n, n + 2);
        else if (closed)
            join(s, l->x[end], l->y[end], n, l->across);
    }
}

/* The same line backwards has its right side on the left. */
static void right_side(hs_map_stroker *s, const line *l, bool closed) {
    for (uint32_t i = l->pieces; i-- > 0;) {
        const double *n = l->across + 2 * (size_t)i;
        const double *next = i > 0 ? n - 2 : l->across + 2 * (size_t)(l->pieces - 1);
        uint32_t end = i + 1 < l->corners ? i + 1 : 0;
        to_point(s, l->x[end], l->y[end], n[0], n[1]);
        to_point(s, l->x[i], l->y[i], n[0], n[1]);
        double back[] = {-n[0], -n[1]};
        double back_next[] = {-next[0], -next[1]};
        if (i > 0 || closed) join(s, l->x[i], l->y[i], back, back_next);
    }
}

static void finish(hs_map_stroker *s, int32_t x, int32_t y) {
    if (s->begun) hs_map_mask_edge(s->mask, s->x, s->y, x, y);
    s->begun = false;
}

static bool reserve(hs_map_stroker *s, uint32_t count) {
    if (count <= s->capacity) return true;
    double *across = realloc(s->across, 2 * (size_t)count * sizeof *across);
    s->failed = s->failed || !across;
    if (!across) return false;
    s->across = across;
    s->capacity = count;
    return true;
}

void hs_map_stroke(hs_map_stroker *s, const double *x, const double *y, uint32_t count, bool closed) {
    if (closed && count > 1 && x[0] == x[count - 1] && y[0] == y[count - 1]) count--;
    if (count < 2 || s->width <= 0 || !reserve(s, count)) return;
    closed = closed && count > 2;
    line l = {x, y, s->across, closed ? count : count - 1, count};
    double half = s->width / 2 * HS_MAP_MASK_PIXEL;
    for (uint32_t i = 0; i < l.pieces; i++) {
        uint32_t end = i + 1 < count ? i + 1 : 0;
        double dx = x[end] - x[i];
        double dy = y[end] - y[i];
        double length = sqrt(dx * dx + dy * dy);
        double scale = length > 0 ? half / length : 0;
        s->across[2 * (size_t)i] = -dy * scale;
        s->across[2 * (size_t)i + 1] = dx * scale;
    }
    const double *first = l.across;
    const double *last = l.across + 2 * (size_t)(l.pieces - 1);
    int32_t left_x = nearest(x[0] * HS_MAP_MASK_PIXEL) + nearest(-first[0]);
    int32_t left_y = nearest(y[0] * HS_MAP_MASK_PIXEL) + nearest(-first[1]);
    left_side(s, &l, closed);
    if (closed) {
        finish(s, left_x, left_y);
        left_x = nearest(x[0] * HS_MAP_MASK_PIXEL) + nearest(last[0]);
        left_y = nearest(y[0] * HS_MAP_MASK_PIXEL) + nearest(last[1]);
    } else {
        end_line(s, x[count - 1], y[count - 1], last[0], last[1]);
    }
    right_side(s, &l, closed);
    if (!closed) end_line(s, x[0], y[0], -first[0], -first[1]);
    finish(s, left_x, left_y);
}
