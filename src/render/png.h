/* PNG by libdeflate: palettes of 8-bit indexes, and pictures of full colour. */
#ifndef RENDER_PNG_H
#define RENDER_PNG_H

#include "base/buffer.h"

typedef struct hs_rgba {
    uint8_t r, g, b, a;
} hs_rgba;

/* Appends a PNG of width x height indexes into a palette of at most 256 colours. Deterministic. */
hs_status hs_png_write(const uint8_t *pixels, uint32_t width, uint32_t height, const hs_rgba *palette,
                       uint32_t palette_count, hs_error *error, hs_buffer *out);
/* Appends a PNG of pixels as cairo has them (premultiplied ARGB of 32 bits, rows `stride` bytes apart); RGB
 * where `opaque`, else RGBA; a palette where 256 colours do. Deterministic. */
hs_status hs_png_write_argb(const uint8_t *pixels, uint32_t width, uint32_t height, size_t stride,
                            bool opaque, hs_error *error, hs_buffer *out);
/* Says of the PNG that begins at `begin` of `out` how many pixels an inch has, so that it prints in its size.
 */
void hs_png_set_dpi(hs_buffer *out, size_t begin, double dpi);

#endif
