#include "store/geopackage_blob.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read from a store that somebody else wrote must be written back to the same geometry. */
static void read_and_write(const uint8_t *data, size_t size, hs_shape *shape, hs_arena *arena) {
    hs_geometry geometry, again;
    if (hs_blob_read(data, size, shape, arena, NULL, &geometry) != HS_OK) return;
    if (geometry.type == HS_GEOMETRY_NONE) return;
    hs_buffer bytes;
    hs_buffer_init(&bytes, (size_t)64 << 20);
    hs_blob_write(&geometry, hs_geometry_box(&geometry), &bytes);
    hs_box box;
    if (bytes.status == HS_OK &&
        (hs_blob_read(bytes.data, bytes.size, shape, arena, NULL, &again) != HS_OK ||
         again.type != geometry.type || !hs_blob_box(bytes.data, bytes.size, shape, &box)))
        abort();
    hs_buffer_done(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hs_shape shape = {0};
    hs_position position;
    bool has_position;
    double bounds[4];
    hs_blob_read_point(data, size, NULL, &has_position, &position);
    hs_blob_bounds(data, size, &shape, bounds);
    hs_arena *arena = hs_arena_new((size_t)64 << 20);
    if (arena) read_and_write(data, size, &shape, arena);
    hs_shape_done(&shape);
    hs_arena_free(arena);
    return 0;
}
