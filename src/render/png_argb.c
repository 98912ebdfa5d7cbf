/* Pictures of full colour: a palette where 256 colours do, else RGB or RGBA whose rows are differences to the
 * row above or to the pixel before, whichever are smaller. */
#include "render/png_private.h"
#include <stdlib.h>
#include <string.h>

enum { FILTER_SUB = 1, FILTER_UP_ROW = 2, SLOTS = 1024, COLOUR_RGB = 2, COLOUR_RGBA = 6 };

#define LEVEL 2

typedef struct argb_picture {
    const uint8_t *pixels;
    uint32_t width, height;
    size_t stride;
    bool opaque;
} argb_picture;

static uint32_t pixel_at(const argb_picture *p, uint32_t x, uint32_t y) {
    uint32_t value;
    memcpy(&value, p->pixels + y * p->stride + 4 * (size_t)x, sizeof value);
    return p->opaque ? value | 0xFF000000U : value;
}

static uint8_t whole(uint32_t part, uint32_t alpha) {
    return (uint8_t)((part * 255 + alpha / 2) / alpha);
}

static hs_rgba unpremultiplied(uint32_t argb) {
    uint32_t a = argb >> 24;
    uint32_t r = argb >> 16 & 255;
    uint32_t g = argb >> 8 & 255;
    uint32_t b = argb & 255;
    if (a == 0) return (hs_rgba){0, 0, 0, 0};
    if (a == 255) return (hs_rgba){(uint8_t)r, (uint8_t)g, (uint8_t)b, 255};
    return (hs_rgba){whole(r, a), whole(g, a), whole(b, a), (uint8_t)a};
}

typedef struct palette {
    uint32_t slot[SLOTS]; /* number of the colour + 1 */
    uint32_t argb[256];
    uint32_t count;
} palette;

/* The number of a colour, added when new; 256 where there is no more room. */
static uint32_t number_of(palette *p, uint32_t argb) {
    uint32_t at = (argb * 2654435761U) >> 22;
    while (p->slot[at] && p->argb[p->slot[at] - 1] != argb)
        at = (at + 1) % SLOTS;
    if (p->slot[at]) return p->slot[at] - 1;
    if (p->count == 256) return 256;
    p->argb[p->count] = argb;
    p->slot[at] = ++p->count;
    return p->count - 1;
}

/* Fills indexes; false where there are more than 256 colours. */
static bool to_indexes(const argb_picture *p, palette *colours, uint8_t *index) {
    uint32_t last = 0;
    uint32_t number = 256;
    for (uint32_t y = 0; y < p->height; y++)
        for (uint32_t x = 0; x < p->width; x++) {
            uint32_t argb = pixel_at(p, x, y);
            if (number == 256 || argb != last) number = number_of(colours, argb);
            if (number == 256) return false;
            last = argb;
            *index++ = (uint8_t)number;
        }
    return true;
}

static void fill_row(const argb_picture *p, uint32_t y, uint8_t *row) {
    for (uint32_t x = 0; x < p->width; x++) {
        hs_rgba c = unpremultiplied(pixel_at(p, x, y));
        *row++ = c.r;
        *row++ = c.g;
        *row++ = c.b;
        if (!p->opaque) *row++ = c.a;
    }
}

static uint32_t differ(const uint8_t *row, const uint8_t *from, size_t size, uint8_t *out) {
    uint32_t sum = 0;
    for (size_t i = 0; i < size; i++) {
        out[i] = (uint8_t)(row[i] - from[i]);
        sum += out[i] < 128 ? out[i] : 256U - out[i];
    }
    return sum;
}

/* Rows of `size` bytes, each behind a byte of its filter; `room` holds two rows and a pixel before each. */
static void filter_rows(const argb_picture *p, size_t size, uint8_t *room, uint8_t *other, uint8_t *out) {
    size_t step = p->opaque ? 3 : 4;
    uint8_t *row = room + step;
    uint8_t *above = room + size + 2 * step;
    memset(room, 0, 2 * (size + step));
    for (uint32_t y = 0; y < p->height; y++) {
        fill_row(p, y, row);
        uint32_t up = differ(row, above, size, out + 1);
        *out = FILTER_UP_ROW;
        if (differ(row, row - step, size, other) < up) {
            *out = FILTER_SUB;
            memcpy(out + 1, other, size);
        }
        out += size + 1;
        uint8_t *swap = row;
        row = above;
        above = swap;
    }
}

static hs_status write_colours(const argb_picture *p, hs_error *error, hs_buffer *out) {
    size_t step = p->opaque ? 3 : 4;
    size_t size = step * p->width;
    uint8_t *filtered = malloc((size + 1) * p->height);
    uint8_t *room = malloc(3 * (size + step));
    hs_status status = HS_OK;
    if (filtered && room) {
        filter_rows(p, size, room, room + 2 * (size + step), filtered);
        status = hs_png_write_rows(filtered, (size + 1) * p->height, p->width, p->height,
                                   p->opaque ? COLOUR_RGB : COLOUR_RGBA, LEVEL, error, out);
    } else {
        status = hs_error_memory(error, "a picture");
    }
    free(filtered);
    free(room);
    return status;
}

hs_status hs_png_write_argb(const uint8_t *pixels, uint32_t width, uint32_t height, size_t stride,
                            bool opaque, hs_error *error, hs_buffer *out) {
    argb_picture p = {pixels, width, height, stride, opaque};
    palette *colours = calloc(1, sizeof *colours);
    uint8_t *index = malloc((size_t)width * height + 1);
    hs_status status = colours && index ? HS_OK : hs_error_memory(error, "a picture");
    if (status == HS_OK && to_indexes(&p, colours, index)) {
        hs_rgba table[256];
        for (uint32_t i = 0; i < colours->count; i++)
            table[i] = unpremultiplied(colours->argb[i]);
        status = hs_png_write(index, width, height, table, colours->count, error, out);
    } else if (status == HS_OK) {
        status = write_colours(&p, error, out);
    }
    free(colours);
    free(index);
    return status;
}
