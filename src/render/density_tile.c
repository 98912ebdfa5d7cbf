#include "render/tiles.h"
#include <hotspot/density.h>

static hs_status add_chunks(const hs_selection *selection, double bandwidth_m, const hs_density_view *view,
                            hs_error *error, uint64_t *sums) {
    const hs_incidents *incidents = selection->snapshot->incidents;
    for (uint32_t c = 0; c < selection->chunk_count && c < incidents->chunk_count; c++) {
        const hs_incident_chunk *chunk = incidents->chunk[c];
        if (!chunk->positioned || chunk->count == 0) continue;
        hs_point_columns points = {.mercator = chunk->mercator,
                                   .selected = selection->bits[c],
                                   .weight = chunk->weight,
                                   .count = chunk->count,
                                   .block_box = chunk->block_box,
                                   .block_rows = HS_BLOCK_ROWS};
        hs_status status = hs_density_add(&points, HS_KERNEL_QUARTIC, bandwidth_m, view, error, sums);
        if (status != HS_OK) return status;
    }
    return HS_OK;
}

hs_status hs_render_density_sums(const hs_selection *selection, double bandwidth_m,
                                 const hs_density_view *view, hs_arena *arena, hs_error *error,
                                 uint64_t *sums) {
    (void)arena;
    return add_chunks(selection, bandwidth_m, view, error, sums);
}

/* Classes by integers: a sum is in class i when it is above thresholds[0 .. i). */
static void classify(const uint64_t *sums, size_t count, const uint64_t *thresholds, uint32_t threshold_count,
                     uint8_t *pixels) {
    for (size_t i = 0; i < count; i++) {
        uint64_t sum = sums[i];
        uint8_t class = 0;
        while (class < threshold_count && sum > thresholds[class])
            class ++;
        pixels[i] = class;
    }
}

hs_status hs_render_density_tile(const hs_selection *selection, const hs_density_style *style, hs_tile tile,
                                 uint32_t size_px, hs_arena *arena, hs_error *error, hs_buffer *out) {
    if (size_px != 256 && size_px != 512)
        return hs_error_set(error, HS_E_ARGUMENT, "density tiles have 256 or 512 pixels a side, not %u",
                            (unsigned)size_px);
    size_t count = (size_t)size_px * size_px;
    uint64_t *sums = hs_arena_array(arena, count, sizeof *sums);
    uint8_t *pixels = hs_arena_alloc(arena, count);
    if (!sums || !pixels)
        return hs_error_set(error, HS_E_MEMORY, "no memory for a density tile of %u pixels",
                            (unsigned)size_px);
    hs_density_view view = {tile.z, tile.x, tile.y, size_px};
    hs_status status = hs_render_density_sums(selection, style->bandwidth_m, &view, arena, error, sums);
    if (status != HS_OK) return status;
    const hs_ramp_classes *classes = &style->classes;
    double months = style->months > 0.0 ? style->months : 1.0;
    uint64_t thresholds[HS_RAMP_MAX_CLASSES];
    for (uint32_t i = 0; i < classes->break_count; i++)
        thresholds[i] = hs_density_to_sum(classes->breaks[i] * months, HS_KERNEL_QUARTIC, style->bandwidth_m);
    classify(sums, count, thresholds, classes->break_count, pixels);
    return hs_png_write(pixels, size_px, size_px, classes->colour, classes->break_count + 1, error, out);
}
