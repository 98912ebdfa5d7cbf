/* Palette PNG: 8-bit indexes, Up filter, libdeflate level 1. */
#ifndef RENDER_PNG_H
#define RENDER_PNG_H

#include "base/buffer.h"

typedef struct hs_rgba {
    uint8_t r, g, b, a;
} hs_rgba;

/* Appends a PNG of width x height indexes into a palette of at most 256 colours. Deterministic. */
hs_status hs_png_write(const uint8_t *pixels, uint32_t width, uint32_t height, const hs_rgba *palette,
                       uint32_t palette_count, hs_error *error, hs_buffer *out);

#endif
