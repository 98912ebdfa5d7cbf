#include "render/map_ink.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FLAT 0.1 /* pixels that a curve's pieces may be off */
enum { MOST_PIECES = 32 };

void hs_map_ink_done(hs_map_ink *ink) {
    hs_map_mask_done(&ink->mask);
    free(ink->fill);
    free(ink->halo);
    *ink = (hs_map_ink){0};
}

/* The part of the picture round a label, in whole pixels from its anchor's. */
typedef struct box {
    int32_t left, top;
    uint32_t width, height;
} box;

static box box_of(const hs_map_label *label, double ratio) {
    enum { ROOM = 2 };
    int32_t left = (int32_t)floor(label->left * ratio) - ROOM;
    int32_t top = (int32_t)floor(label->top * ratio) - ROOM;
    int32_t right = (int32_t)ceil(label->right * ratio) + ROOM;
    int32_t bottom = (int32_t)ceil(label->bottom * ratio) + ROOM;
    return (box){left, top, (uint32_t)(right - left), (uint32_t)(bottom - top)};
}

static bool reserve(hs_map_ink *ink, const box *b) {
    size_t size = (size_t)b->width * b->height;
    if (size > ink->capacity) {
        free(ink->fill);
        free(ink->halo);
        ink->fill = malloc(size);
        ink->halo = malloc(size);
        ink->capacity = ink->fill && ink->halo ? size : 0;
    }
    bool good = ink->capacity >= size && hs_map_mask_resize(&ink->mask, b->width, b->height);
    ink->failed = ink->failed || !good;
    return good;
}

typedef struct place {
    double x, y;
} place;

/* A glyph's outline as edges: where it is, where it began. */
typedef struct tracer {
    hs_map_mask *mask;
    place from; /* the glyph's origin in the box */
    double cosine, sine;
    place pen, begin;
} tracer;

static place placed(const tracer *t, const float *n) {
    return (place){t->from.x + n[0] * t->cosine - n[1] * t->sine,
                   t->from.y + n[0] * t->sine + n[1] * t->cosine};
}

static int32_t unit_of(double at) {
    return (int32_t)floor(at * HS_MAP_MASK_PIXEL + 0.5);
}

static void trace_line(tracer *t, place to) {
    hs_map_mask_edge(t->mask, unit_of(t->pen.x), unit_of(t->pen.y), unit_of(to.x), unit_of(to.y));
    t->pen = to;
}

static double bend(place a, place b, place c) {
    return fabs(a.x - 2 * b.x + c.x) + fabs(a.y - 2 * b.y + c.y);
}

/* As many equal steps as keep the pieces within FLAT of the curve. */
static void trace_curve(tracer *t, place b, place c, place d) {
    place a = t->pen;
    int pieces = (int)ceil(sqrt(0.75 / FLAT * fmax(bend(a, b, c), bend(b, c, d))));
    if (pieces > MOST_PIECES) pieces = MOST_PIECES;
    for (int i = 1; i < pieces; i++) {
        double u = (double)i / pieces;
        double v = 1 - u;
        double k[] = {v * v * v, 3 * v * v * u, 3 * v * u * u, u * u * u};
        trace_line(t, (place){k[0] * a.x + k[1] * b.x + k[2] * c.x + k[3] * d.x,
                              k[0] * a.y + k[1] * b.y + k[2] * c.y + k[3] * d.y});
    }
    trace_line(t, d);
}

static void trace(tracer *t, const hs_map_outline *outline) {
    const float *n = outline->number;
    t->pen = t->begin = t->from;
    for (uint32_t i = 0; i < outline->count; i++) {
        if (outline->op[i] == CAIRO_PATH_CURVE_TO) {
            trace_curve(t, placed(t, n), placed(t, n + 2), placed(t, n + 4));
            n += 6;
        } else if (outline->op[i] == CAIRO_PATH_LINE_TO) {
            trace_line(t, placed(t, n));
            n += 2;
        } else {
            trace_line(t, t->begin);
            if (outline->op[i] != CAIRO_PATH_MOVE_TO) continue;
            t->pen = t->begin = placed(t, n);
            n += 2;
        }
    }
    trace_line(t, t->begin);
}

static void fill(hs_map_ink *ink, const box *b) {
    memset(ink->fill, 0, (size_t)b->width * b->height);
    for (uint32_t row = 0; row < b->height; row++) {
        uint32_t from;
        uint32_t to;
        hs_map_mask_take(&ink->mask, row, &from, &to);
        memcpy(ink->fill + (size_t)row * b->width + from, ink->mask.cover + from, to - from);
    }
}

/* Raises cells to their neighbours' cover, as it reaches on (more > 0) or falls short. */
static void lift(uint8_t *restrict to, const uint8_t *restrict from, uint32_t count, int more) {
    if (more >= 255) {
        for (uint32_t i = 0; i < count; i++)
            to[i] |= from[i] ? 255 : 0;
    } else if (more >= 0) {
        uint8_t add = (uint8_t)more;
        uint8_t most = (uint8_t)(255 - more);
        for (uint32_t i = 0; i < count; i++) {
            uint8_t sum = from[i] > most ? 255 : (uint8_t)(from[i] + add);
            uint8_t reached = from[i] ? sum : 0;
            to[i] = to[i] > reached ? to[i] : reached;
        }
    } else {
        uint8_t less = (uint8_t)-more;
        for (uint32_t i = 0; i < count; i++) {
            uint8_t reached = from[i] > less ? (uint8_t)(from[i] - less) : 0;
            to[i] = to[i] > reached ? to[i] : reached;
        }
    }
}

/* All within `radius` pixels of the fill. A pixel that is covered in part stands for an edge as deep in it,
 * which is exact for edges along the pixels. */
static void spread(hs_map_ink *ink, const box *b, double radius) {
    int reach = (int)ceil(radius);
    int width = (int)b->width;
    int height = (int)b->height;
    memset(ink->halo, 0, (size_t)b->width * b->height);
    for (int dy = -reach; dy <= reach; dy++)
        for (int dx = -reach; dx <= reach; dx++) {
            int more = (int)floor((radius - sqrt((double)(dx * dx + dy * dy))) * 255 + 0.5);
            int count = width - abs(dx);
            if (more <= -255 || count <= 0) continue;
            for (int y = dy < 0 ? -dy : 0; y < height && y + dy < height; y++)
                lift(ink->halo + (ptrdiff_t)y * width + (dx < 0 ? -dx : 0),
                     ink->fill + (ptrdiff_t)(y + dy) * width + (dx > 0 ? dx : 0), (uint32_t)count, more);
        }
}

static void lay(const hs_map_pixels *pixels, const uint8_t *cover, const box *b, hs_map_colour colour) {
    int32_t from = b->left < 0 ? -b->left : 0;
    int32_t to = (int32_t)b->width;
    if (b->left + to > (int32_t)pixels->width) to = (int32_t)pixels->width - b->left;
    if (to <= from) return;
    hs_map_wash wash = hs_map_wash_of(colour);
    for (int32_t row = 0; row < (int32_t)b->height; row++) {
        int32_t y = b->top + row;
        if (y < 0 || y >= (int32_t)pixels->height) continue;
        uint32_t *line = (uint32_t *)(void *)(pixels->data + (size_t)y * pixels->stride);
        hs_map_lay(line + b->left + from, cover + (size_t)row * b->width + from, (size_t)(to - from), &wash);
    }
}

void hs_map_ink_label(hs_map_ink *ink, const hs_map_pixels *pixels, const hs_map_cell *cell,
                      const hs_map_label *label, double x, double y, double ratio) {
    box b = box_of(label, ratio);
    if (!reserve(ink, &b)) return;
    double whole_x = floor(x);
    double whole_y = floor(y);
    for (uint32_t i = 0; i < label->glyph_count; i++) {
        const hs_map_label_glyph *g = &cell->glyph[label->first_glyph + i];
        tracer t = {.mask = &ink->mask,
                    .from = {x - whole_x + g->x * ratio - b.left, y - whole_y + g->y * ratio - b.top},
                    .cosine = (double)g->cosine * label->size * ratio,
                    .sine = (double)g->sine * label->size * ratio};
        trace(&t, g->outline);
    }
    fill(ink, &b);
    b.left += (int32_t)whole_x;
    b.top += (int32_t)whole_y;
    if (label->halo_width > 0 && label->halo.a > 0) {
        spread(ink, &b, label->halo_width * ratio);
        lay(pixels, ink->halo, &b, label->halo);
    }
    lay(pixels, ink->fill, &b, label->colour);
}
