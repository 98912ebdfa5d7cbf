#include "geo/wkb.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever parses must be consistent, and what survives cleaning must round-trip. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    double x, y;
    hs_shape shape = {0};
    hs_geometry geometry;
    hs_wkb_read_point(data, size, &x, &y);
    hs_arena *arena = hs_arena_new((size_t)64 << 20);
    if (arena && hs_wkb_read(data, size, NULL, &shape) == HS_OK &&
        hs_geometry_from_shape(&shape, arena, NULL, &geometry) == HS_OK &&
        geometry.type != HS_GEOMETRY_NONE) {
        hs_buffer bytes;
        hs_buffer_init(&bytes, (size_t)64 << 20);
        hs_wkb_write(&geometry, &bytes);
        if (bytes.status == HS_OK &&
            (hs_wkb_read(bytes.data, bytes.size, NULL, &shape) != HS_OK || shape.type != geometry.type))
            abort();
        hs_buffer_done(&bytes);
    }
    hs_shape_done(&shape);
    hs_arena_free(arena);
    return 0;
}
