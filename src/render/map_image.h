/* Pictures of maps as files. */
#ifndef RENDER_MAP_IMAGE_H
#define RENDER_MAP_IMAGE_H

#include "base/buffer.h"
#include <cairo.h>

typedef enum hs_image_format { HS_IMAGE_PNG, HS_IMAGE_JPEG } hs_image_format;
/* image/png, image/jpeg. */
const char *hs_image_media_type(hs_image_format format);

/* Appends an image surface (ARGB32 or RGB24). JPEG is laid on white where it is not opaque, quality 88,
 * colour in full resolution, so that names stay crisp. Deterministic. */
hs_status hs_image_write(cairo_surface_t *surface, hs_image_format format, bool opaque, hs_error *error,
                         hs_buffer *out);
/* A surface of its own for a picture; NULL when memory is out. */
cairo_surface_t *hs_image_surface(uint32_t width, uint32_t height, bool opaque);

#endif
