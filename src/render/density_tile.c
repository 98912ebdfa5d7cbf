#include "render/tiles.h"

#include <stdlib.h>

/* Values of a picture are at most 512 x 512; rows are classed one by one. */
#define MAX_SIDE 512

/* How many breaks a value has reached; none for NAN, which compares as below all. */
static void class_row(const float *restrict values, uint32_t count, const float *breaks, uint32_t break_count,
                      uint8_t *restrict out) {
    for (uint32_t i = 0; i < count; i++)
        out[i] = 0;
    for (uint32_t b = 0; b < break_count; b++) {
        float least = breaks[b];
        for (uint32_t i = 0; i < count; i++)
            out[i] = (uint8_t)(out[i] + (values[i] >= least));
    }
}

hs_status hs_render_density_picture(const float *values, uint32_t size_px, const hs_ramp_classes *classes,
                                    hs_error *error, hs_buffer *out) {
    if (size_px == 0 || size_px > MAX_SIDE)
        return hs_error_set(error, HS_E_ARGUMENT, "density pictures have up to 512 pixels a side, not %u",
                            (unsigned)size_px);
    uint8_t *pixels = malloc((size_t)size_px * size_px);
    if (!pixels) return hs_error_set(error, HS_E_MEMORY, "no memory for a picture");
    float breaks[HS_RAMP_MAX_CLASSES];
    for (uint32_t b = 0; b < classes->break_count; b++)
        breaks[b] = (float)classes->breaks[b];
    hs_rgba palette[HS_RAMP_MAX_CLASSES + 2];
    uint32_t count = classes->break_count + 1;
    for (uint32_t i = 0; i < count; i++)
        palette[i] = classes->colour[i];
    palette[count] = (hs_rgba){0, 0, 0, 0};
    for (uint32_t row = 0; row < size_px; row++) {
        const float *line = values + (size_t)row * size_px;
        uint8_t *to = pixels + (size_t)row * size_px;
        class_row(line, size_px, breaks, classes->break_count, to);
        for (uint32_t i = 0; i < size_px; i++)
            if (line[i] != line[i]) to[i] = (uint8_t)count;
    }
    hs_status status = hs_png_write(pixels, size_px, size_px, palette, count + 1, error, out);
    free(pixels);
    return status;
}
