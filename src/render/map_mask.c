#include "render/map_mask.h"

#include <stdlib.h>
#include <string.h>

#define PIXEL HS_MAP_MASK_PIXEL
#define SHIFT 8
/* What a pixel that is covered whole adds up to. */
#define FULL (2 * PIXEL * PIXEL)

void hs_map_mask_done(hs_map_mask *mask) {
    free(mask->sum);
    free(mask->first);
    free(mask->last);
    free(mask->cover);
    free(mask->kept);
    *mask = (hs_map_mask){0};
}

static bool grow_rows(hs_map_mask *mask, uint32_t rows) {
    int32_t *first = realloc(mask->first, rows * sizeof *first);
    if (first) mask->first = first;
    int32_t *last = realloc(mask->last, rows * sizeof *last);
    if (last) mask->last = last;
    if (first && last) mask->rows_capacity = rows;
    return first && last;
}

bool hs_map_mask_resize(hs_map_mask *mask, uint32_t width, uint32_t height) {
    size_t size = ((size_t)width + 2) * height;
    if (size > mask->capacity) {
        free(mask->sum);
        mask->sum = calloc(size, sizeof *mask->sum);
        mask->capacity = mask->sum ? size : 0;
        if (!mask->sum) return false;
    }
    if (height > mask->rows_capacity && !grow_rows(mask, height)) return false;
    if (width >= mask->cover_capacity) {
        free(mask->cover);
        mask->cover = malloc((size_t)width + 1);
        mask->cover_capacity = mask->cover ? width + 1 : 0;
        if (!mask->cover) return false;
    }
    mask->width = width;
    mask->height = height;
    mask->top = (int32_t)height;
    mask->bottom = -1;
    for (uint32_t y = 0; y < height; y++) {
        mask->first[y] = INT32_MAX;
        mask->last[y] = -1;
    }
    return true;
}

/* A piece of an edge within one row, from top to bottom. */
typedef struct piece {
    int32_t x0, y0, x1, y1; /* y from the row's top */
    int32_t sign;
} piece;

/* Where a piece crosses a column's side; `down` is its y per x. */
static inline int32_t y_at(const piece *p, double down, int32_t x) {
    int32_t y = p->y0 + (int32_t)(down * (x - p->x0));
    return y > p->y1 ? p->y1 : y;
}

static inline double slope(const piece *p) {
    return (double)(p->y1 - p->y0) / (double)(p->x1 - p->x0);
}

/* What lies right of a piece within one cell; all cells further right are covered as far as it is high. */
static inline void add_cell(int32_t *sum, int32_t cell, int32_t xa, int32_t xb, int32_t height) {
    int32_t part = height * (xa + xb - 2 * cell * PIXEL);
    sum[cell] += height * 2 * PIXEL - part;
    sum[cell + 1] += part;
}

static void add_rightward(int32_t *sum, int32_t width, const piece *p) {
    double down = slope(p);
    int32_t cell = p->x0 >> SHIFT;
    int32_t last = p->x1 >> SHIFT;
    int32_t x = p->x0;
    int32_t y = p->y0;
    if (cell < 0) {
        int32_t to = last < 0 ? p->y1 : y_at(p, down, 0);
        sum[0] += p->sign * (to - y) * 2 * PIXEL;
        if (last < 0) return;
        cell = 0;
        x = 0;
        y = to;
    }
    for (; cell <= last && cell < width; cell++) {
        int32_t to_x = cell == last ? p->x1 : (cell + 1) * PIXEL;
        int32_t to = cell == last ? p->y1 : y_at(p, down, to_x);
        add_cell(sum, cell, x, to_x, p->sign * (to - y));
        x = to_x;
        y = to;
    }
}

static void add_leftward(int32_t *sum, int32_t width, const piece *p) {
    double down = slope(p);
    int32_t cell = p->x0 >> SHIFT;
    int32_t last = p->x1 >> SHIFT;
    int32_t x = p->x0;
    int32_t y = p->y0;
    if (cell >= width) {
        if (last >= width) return;
        cell = width - 1;
        x = width * PIXEL;
        y = y_at(p, down, x);
    }
    for (; cell >= last && cell >= 0; cell--) {
        int32_t to_x = cell == last ? p->x1 : cell * PIXEL;
        int32_t to = cell == last ? p->y1 : y_at(p, down, to_x);
        add_cell(sum, cell, x, to_x, p->sign * (to - y));
        x = to_x;
        y = to;
    }
    if (last < 0) sum[0] += p->sign * (p->y1 - y) * 2 * PIXEL;
}

static inline int32_t within(int32_t cell, int32_t width) {
    return cell < 0 ? 0 : cell > width ? width : cell;
}

static inline void add_piece(hs_map_mask *mask, int32_t row, const piece *p) {
    int32_t width = (int32_t)mask->width;
    int32_t *sum = mask->sum + (size_t)row * ((size_t)width + 2);
    int32_t a = within(p->x0 >> SHIFT, width);
    int32_t b = within(p->x1 >> SHIFT, width);
    int32_t low = a < b ? a : b;
    int32_t high = a < b ? b : a;
    if (low >= width) return;
    if (low < mask->first[row]) mask->first[row] = low;
    if (high >= mask->last[row]) mask->last[row] = high + 1;
    if (a == b && p->x0 >= 0 && p->x1 >= 0)
        add_cell(sum, a, p->x0, p->x1, p->sign * (p->y1 - p->y0));
    else if (p->x1 > p->x0)
        add_rightward(sum, width, p);
    else
        add_leftward(sum, width, p);
}

void hs_map_mask_edge(hs_map_mask *mask, int32_t x0, int32_t y0, int32_t x1, int32_t y1) {
    if (y0 == y1) return;
    piece p = {.sign = 1};
    if (y0 > y1) {
        int32_t swap = x0;
        x0 = x1;
        x1 = swap;
        swap = y0;
        y0 = y1;
        y1 = swap;
        p.sign = -1;
    }
    int32_t row = y0 >> SHIFT;
    int32_t last = (y1 - 1) >> SHIFT;
    if (last < 0 || row >= (int32_t)mask->height) return;
    int32_t end = last < (int32_t)mask->height ? last : (int32_t)mask->height - 1;
    double across = row == last ? 0 : (double)(x1 - x0) / (double)(y1 - y0);
    if (row < 0) row = 0;
    if (row < mask->top) mask->top = row;
    if (end > mask->bottom) mask->bottom = end;
    int32_t above = row * PIXEL;
    p.y0 = y0 > above ? y0 - above : 0;
    p.x0 = y0 > above ? x0 : x0 + (int32_t)(across * (above - y0));
    for (; row <= end; row++) {
        p.y1 = row == last ? y1 - row * PIXEL : PIXEL;
        p.x1 = row == last ? x1 : x0 + (int32_t)(across * ((row + 1) * PIXEL - y0));
        add_piece(mask, row, &p);
        p.x0 = p.x1;
        p.y0 = 0;
    }
}

static inline uint32_t cover_of(int32_t sum) {
    uint32_t size = (uint32_t)(sum < 0 ? -sum : sum);
    return ((size > FULL ? FULL : size) * 255 + FULL / 2) / FULL;
}

void hs_map_mask_take(hs_map_mask *mask, uint32_t row, uint32_t *from, uint32_t *to) {
    int32_t first = mask->first[row];
    int32_t last = mask->last[row];
    int32_t width = (int32_t)mask->width;
    int32_t *sum = mask->sum + (size_t)row * ((size_t)width + 2);
    int32_t total = 0;
    *from = 0;
    *to = 0;
    if (last < first) return;
    for (int32_t x = first; x <= last; x++) {
        total += sum[x];
        sum[x] = 0;
        if (x < width) mask->cover[x] = (uint8_t)cover_of(total);
    }
    int32_t end = last < width ? last + 1 : width;
    uint8_t beyond = (uint8_t)cover_of(total);
    if (beyond)
        for (; end < width; end++)
            mask->cover[end] = beyond;
    mask->first[row] = INT32_MAX;
    mask->last[row] = -1;
    *from = (uint32_t)first;
    *to = (uint32_t)end;
}

/* Two parts of a colour times a 255th. */
static inline uint32_t scaled(uint32_t pair, uint32_t by) {
    uint32_t product = pair * by + 0x800080;
    return (product + (product >> 8 & 0xFF00FF)) >> 8 & 0xFF00FF;
}

static uint32_t premultiplied(hs_map_colour c) {
    uint32_t a = (uint32_t)(c.a * 255 + 0.5);
    uint32_t r = (uint32_t)(c.r * c.a * 255 + 0.5);
    uint32_t g = (uint32_t)(c.g * c.a * 255 + 0.5);
    uint32_t b = (uint32_t)(c.b * c.a * 255 + 0.5);
    return a << 24 | r << 16 | g << 8 | b;
}

hs_map_wash hs_map_wash_of(hs_map_colour colour) {
    hs_map_wash wash;
    uint32_t argb = premultiplied(colour);
    uint32_t even = argb & 0xFF00FF;
    uint32_t odd = argb >> 8 & 0xFF00FF;
    for (uint32_t cover = 0; cover < 256; cover++) {
        uint32_t laid = scaled(even, cover) | scaled(odd, cover) << 8;
        wash.laid[cover] = laid;
        wash.rest[cover] = (255 - (laid >> 24)) * 0x01010101U;
    }
    return wash;
}

enum { STRIP = 16 }; /* pixels that are laid at once */

static void lay_strip(uint8_t *restrict to, const uint8_t *restrict laid, const uint8_t *restrict rest) {
    for (int i = 0; i < 4 * STRIP; i++) {
        uint16_t kept = (uint16_t)(to[i] * rest[i] + 128);
        to[i] = (uint8_t)(laid[i] + (uint16_t)((uint16_t)(kept + (kept >> 8)) >> 8));
    }
}

void hs_map_lay(uint32_t *pixels, const uint8_t *cover, size_t count, const hs_map_wash *wash) {
    uint32_t laid[STRIP];
    uint32_t rest[STRIP];
    size_t i = 0;
    for (; i + STRIP <= count; i += STRIP) {
        uint64_t eight[2];
        memcpy(eight, cover + i, sizeof eight);
        if ((eight[0] | eight[1]) == 0) continue;
        for (int k = 0; k < STRIP; k++) {
            laid[k] = wash->laid[cover[i + k]];
            rest[k] = wash->rest[cover[i + k]];
        }
        lay_strip((uint8_t *)(pixels + i), (const uint8_t *)laid, (const uint8_t *)rest);
    }
    for (; i < count; i++) {
        uint32_t by = wash->rest[cover[i]] & 255;
        pixels[i] = wash->laid[cover[i]] +
                    (scaled(pixels[i] & 0xFF00FF, by) | scaled(pixels[i] >> 8 & 0xFF00FF, by) << 8);
    }
}

static void raise_to(uint8_t *restrict kept, const uint8_t *restrict cover, size_t count) {
    for (size_t i = 0; i < count; i++)
        kept[i] = kept[i] > cover[i] ? kept[i] : cover[i];
}

bool hs_map_mask_keep(hs_map_mask *mask) {
    if (!mask->kept) {
        mask->kept = calloc((size_t)mask->width * mask->height, 1);
        mask->kept_top = (int32_t)mask->height;
        mask->kept_bottom = -1;
    }
    if (!mask->kept) return false;
    for (int32_t row = mask->top; row <= mask->bottom; row++) {
        uint32_t from;
        uint32_t to;
        hs_map_mask_take(mask, (uint32_t)row, &from, &to);
        raise_to(mask->kept + (size_t)row * mask->width + from, mask->cover + from, to - from);
    }
    if (mask->top < mask->kept_top) mask->kept_top = mask->top;
    if (mask->bottom > mask->kept_bottom) mask->kept_bottom = mask->bottom;
    mask->top = (int32_t)mask->height;
    mask->bottom = -1;
    return true;
}

static uint32_t *row_of(const hs_map_pixels *pixels, int32_t row) {
    return (uint32_t *)(void *)(pixels->data + (size_t)row * pixels->stride);
}

static void paint_kept(hs_map_mask *mask, const hs_map_pixels *pixels, const hs_map_wash *wash) {
    for (int32_t row = mask->kept_top; row <= mask->kept_bottom; row++) {
        uint8_t *cover = mask->kept + (size_t)row * mask->width;
        hs_map_lay(row_of(pixels, row), cover, mask->width, wash);
        memset(cover, 0, mask->width);
    }
    mask->kept_top = (int32_t)mask->height;
    mask->kept_bottom = -1;
}

void hs_map_mask_paint(hs_map_mask *mask, const hs_map_pixels *pixels, hs_map_colour colour, bool sharp) {
    hs_map_wash wash = hs_map_wash_of(colour);
    if (mask->kept) paint_kept(mask, pixels, &wash);
    for (int32_t row = mask->top; row <= mask->bottom; row++) {
        uint32_t from;
        uint32_t to;
        hs_map_mask_take(mask, (uint32_t)row, &from, &to);
        if (sharp)
            for (uint32_t x = from; x < to; x++)
                mask->cover[x] = mask->cover[x] < 128 ? 0 : 255;
        hs_map_lay(row_of(pixels, row) + from, mask->cover + from, to - from, &wash);
    }
    mask->top = (int32_t)mask->height;
    mask->bottom = -1;
}
