/* Rasters of the city's plane as GeoTIFF: a band of 32-bit floats with its unit, its system and what it is; a
 * second one where there is one.
 * GDAL's own messages become part of the error, never output. Equal rasters give equal bytes. */
#ifndef EXPORT_RASTER_WRITER_H
#define EXPORT_RASTER_WRITER_H

#include "base/buffer.h"
#include "geo/plane.h"
#include <hotspot/raster_density.h>

typedef struct hs_raster_text {
    const char *key, *value;
} hs_raster_text;

typedef struct hs_raster_band {
    hs_raster_grid grid;
    const float *values;     /* [rows * columns]; NAN is no data */
    const char *unit;        /* `incidents per km² per month` */
    const char *description; /* of the band */
    const float *second;     /* [rows * columns] another band, or NULL */
    const char *second_unit, *second_description;
    const hs_raster_text *texts; /* metadata, ended by a NULL key; or NULL */
} hs_raster_band;

/* Writes a tiled, compressed GeoTIFF, replacing one that is there. HS_E_IO with GDAL's words. */
hs_status hs_raster_write(const hs_raster_band *band, const hs_plane *plane, const char *path,
                          hs_error *error);
/* The same bytes, appended to a buffer. */
hs_status hs_raster_write_buffer(const hs_raster_band *band, const hs_plane *plane, hs_error *error,
                                 hs_buffer *out);

#endif
