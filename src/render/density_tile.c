#include "render/tiles.h"

#include <stdlib.h>

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

hs_status hs_render_density_picture(const float *values, uint32_t width, uint32_t height,
                                    const hs_ramp_classes *classes, hs_error *error, hs_buffer *out) {
    return hs_render_density_on(values, width, height, classes, (hs_rgba){0, 0, 0, 0}, error, out);
}

hs_status hs_render_density_on(const float *values, uint32_t width, uint32_t height,
                               const hs_ramp_classes *classes, hs_rgba ground, hs_error *error,
                               hs_buffer *out) {
    if (width == 0 || height == 0 || width > 65535 || height > 65535)
        return hs_error_set(error, HS_E_ARGUMENT, "a picture has 1 to 65535 pixels a side, not %u x %u",
                            (unsigned)width, (unsigned)height);
    uint8_t *pixels = malloc((size_t)width * height);
    if (!pixels) return hs_error_set(error, HS_E_MEMORY, "no memory for a picture");
    float breaks[HS_RAMP_MAX_CLASSES];
    for (uint32_t b = 0; b < classes->break_count; b++)
        breaks[b] = (float)classes->breaks[b];
    hs_rgba palette[HS_RAMP_MAX_CLASSES + 2];
    uint32_t count = classes->break_count + 1;
    for (uint32_t i = 0; i < count; i++)
        palette[i] = hs_rgba_over(classes->colour[i], ground);
    palette[count] = ground;
    for (uint32_t row = 0; row < height; row++) {
        const float *line = values + (size_t)row * width;
        uint8_t *to = pixels + (size_t)row * width;
        class_row(line, width, breaks, classes->break_count, to);
        for (uint32_t i = 0; i < width; i++)
            if (line[i] != line[i]) to[i] = (uint8_t)count;
    }
    hs_status status = hs_png_write(pixels, width, height, palette, count + 1, error, out);
    free(pixels);
    return status;
}
