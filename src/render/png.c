#include "render/png_private.h"
#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#define DEFLATE_LEVEL 1
#define FILTER_NONE   0
#define FILTER_UP     2
#define MAX_SIDE_PX   16384u
#define CHUNK_FRAME   12u /* length, type, CRC */

static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

static void put_u32(uint8_t *at, uint32_t value) {
    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
}

/* Fills length, type and CRC around `size` bytes that already stand at chunk + 8. */
static void close_chunk(uint8_t *chunk, const char type[4], uint32_t size) {
    put_u32(chunk, size);
    memcpy(chunk + 4, type, 4);
    put_u32(chunk + 8 + size, (uint32_t)libdeflate_crc32(0, chunk + 4, (size_t)size + 4));
}

static void append_chunk(hs_buffer *out, const char type[4], const uint8_t *data, uint32_t size) {
    uint8_t *chunk = (uint8_t *)hs_buffer_reserve(out, size + CHUNK_FRAME);
    if (!chunk) return;
    if (size > 0) memcpy(chunk + 8, data, size);
    close_chunk(chunk, type, size);
    out->size += size + CHUNK_FRAME;
}

static void append_start(hs_buffer *out, uint32_t width, uint32_t height, uint8_t colour_type) {
    hs_buffer_append(out, signature, sizeof signature);
    uint8_t head[13] = {0};
    put_u32(head, width);
    put_u32(head + 4, height);
    head[8] = 8; /* bits */
    head[9] = colour_type;
    append_chunk(out, "IHDR", head, sizeof head);
}

static void append_head(hs_buffer *out, uint32_t width, uint32_t height, const hs_rgba *palette,
                        uint32_t count) {
    append_start(out, width, height, 3);
    uint8_t colours[3 * 256];
    uint8_t alphas[256];
    uint32_t alpha_count = 0;
    for (uint32_t i = 0; i < count; i++) {
        colours[3 * i] = palette[i].r;
        colours[3 * i + 1] = palette[i].g;
        colours[3 * i + 2] = palette[i].b;
        alphas[i] = palette[i].a;
        if (palette[i].a != 255) alpha_count = i + 1;
    }
    append_chunk(out, "PLTE", colours, 3 * count);
    if (alpha_count > 0) append_chunk(out, "tRNS", alphas, alpha_count);
}

/* Rows with their filter byte before each: the first as it is, the others as the difference to the row above.
 */
static void filter_rows(const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t *filtered) {
    *filtered++ = FILTER_NONE;
    memcpy(filtered, pixels, width);
    filtered += width;
    for (uint32_t row = 1; row < height; row++) {
        const uint8_t *line = pixels + (size_t)row * width;
        const uint8_t *above = line - width;
        *filtered++ = FILTER_UP;
        for (uint32_t i = 0; i < width; i++)
            filtered[i] = (uint8_t)(line[i] - above[i]);
        filtered += width;
    }
}

static void append_pixels(hs_buffer *out, const uint8_t *filtered, size_t size,
                          struct libdeflate_compressor *compressor) {
    size_t bound = libdeflate_zlib_compress_bound(compressor, size);
    uint8_t *chunk = (uint8_t *)hs_buffer_reserve(out, bound + CHUNK_FRAME);
    if (!chunk) return;
    size_t packed = libdeflate_zlib_compress(compressor, filtered, size, chunk + 8, bound);
    close_chunk(chunk, "IDAT", (uint32_t)packed);
    out->size += packed + CHUNK_FRAME;
}

static hs_status refuse(uint32_t width, uint32_t height, uint32_t palette_count, hs_error *error) {
    if (palette_count == 0 || palette_count > 256)
        return hs_error_set(error, HS_E_ARGUMENT, "a palette has 1 to 256 colours, not %u",
                            (unsigned)palette_count);
    return hs_error_set(error, HS_E_ARGUMENT,
                        "a picture of %u x %u pixels cannot be written (1 to %u a side)", (unsigned)width,
                        (unsigned)height, MAX_SIDE_PX);
}

hs_status hs_png_write(const uint8_t *pixels, uint32_t width, uint32_t height, const hs_rgba *palette,
                       uint32_t palette_count, hs_error *error, hs_buffer *out) {
    if (width == 0 || height == 0 || width > MAX_SIDE_PX || height > MAX_SIDE_PX || palette_count == 0 ||
        palette_count > 256)
        return refuse(width, height, palette_count, error);
    size_t size = ((size_t)width + 1) * height;
    uint8_t *filtered = malloc(size);
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(DEFLATE_LEVEL);
    if (!filtered || !compressor) {
        free(filtered);
        libdeflate_free_compressor(compressor);
        return hs_error_set(error, HS_E_MEMORY, "no memory for a picture of %u x %u pixels", (unsigned)width,
                            (unsigned)height);
    }
    filter_rows(pixels, width, height, filtered);
    append_head(out, width, height, palette, palette_count);
    append_pixels(out, filtered, size, compressor);
    append_chunk(out, "IEND", NULL, 0);
    free(filtered);
    libdeflate_free_compressor(compressor);
    if (out->status != HS_OK)
        return hs_error_set(error, out->status, "no room for a picture of %u x %u pixels", (unsigned)width,
                            (unsigned)height);
    return HS_OK;
}

hs_status hs_png_write_rows(const uint8_t *filtered, size_t size, uint32_t width, uint32_t height,
                            uint8_t colour_type, int level, hs_error *error, hs_buffer *out) {
    if (width == 0 || height == 0 || width > MAX_SIDE_PX || height > MAX_SIDE_PX)
        return refuse(width, height, 1, error);
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(level);
    if (!compressor) return hs_error_memory(error, "a picture");
    append_start(out, width, height, colour_type);
    append_pixels(out, filtered, size, compressor);
    append_chunk(out, "IEND", NULL, 0);
    libdeflate_free_compressor(compressor);
    return out->status == HS_OK ? HS_OK : hs_error_set(error, out->status, "no room for a picture");
}

void hs_png_set_dpi(hs_buffer *out, size_t begin, double dpi) {
    const size_t head = begin + sizeof signature + 13 + CHUNK_FRAME;
    uint8_t size[9];
    uint32_t per_m = (uint32_t)(dpi / 0.0254 + 0.5);
    if (out->status != HS_OK || out->size < head) return;
    put_u32(size, per_m);
    put_u32(size + 4, per_m);
    size[8] = 1; /* metres */
    size_t end = out->size;
    append_chunk(out, "pHYs", size, sizeof size);
    if (out->status != HS_OK) return;
    uint8_t chunk[sizeof size + CHUNK_FRAME];
    memcpy(chunk, out->data + end, sizeof chunk);
    memmove(out->data + head + sizeof chunk, out->data + head, end - head);
    memcpy(out->data + head, chunk, sizeof chunk);
}
