/* Writing of a PNG's rows. */
#ifndef RENDER_PNG_PRIVATE_H
#define RENDER_PNG_PRIVATE_H

#include "render/png.h"

/* Appends a PNG without palette from rows that are filtered already, each behind its filter's byte. */
hs_status hs_png_write_rows(const uint8_t *filtered, size_t size, uint32_t width, uint32_t height,
                            uint8_t colour_type, int level, hs_error *error, hs_buffer *out);

#endif
