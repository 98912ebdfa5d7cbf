/* Where a row lies: its own geometry, else its coordinate columns, in WGS 84. */
#ifndef INGEST_LOCATE_H
#define INGEST_LOCATE_H

#include "geo/wkb.h"
#include "ingest/fields.h"
#include <hotspot/coordinates.h>

typedef enum hs_found {
    HS_FOUND,
    HS_FOUND_NOTHING,     /* no geometry, blank coordinates */
    HS_FOUND_NULL_ISLAND, /* 0, 0 */
    HS_FOUND_OFF_EARTH,
    HS_FOUND_NO_NUMBER, /* a coordinate that is no number */
    HS_FOUND_BROKEN,    /* a geometry that cannot be read */
} hs_found;

typedef struct hs_locator {
    hs_source *source;
    const hs_mapping *mapping;
    hs_transform *of_geometry; /* of the file's geometry or of x and y; NULL: WGS 84 already */
    hs_transform *of_degrees;  /* of lon and lat; NULL: WGS 84 already */
    bool use_degrees, use_xy;
    const char *crs; /* for people */
    hs_shape shape;
    uint64_t rows, missing, null_island, off_earth, swapped;
    uint64_t invalid, first_invalid; /* rows of polygons that are not valid */
    char flaw[160];                  /* what is wrong with the first one */
} hs_locator;

hs_status hs_locator_open(hs_source *source, const hs_mapping *mapping, const hs_ingest_options *options,
                          hs_error *error, hs_locator *locator);
void hs_locator_done(hs_locator *locator);

/* One position for the row: of a line its middle, of a polygon a point inside. `bad` names the field and text
 * of a coordinate that is no number. */
hs_found hs_locator_position(hs_locator *locator, const hs_row *row, hs_field *bad, hs_position *position);
/* The row's own geometry in positions, as it came: polygons that are not valid (rings that cross themselves,
 * nested parts) are counted and cover what the even-odd rule gives them. HS_E_INPUT says why there is none.
 */
hs_status hs_locator_geometry(hs_locator *locator, const hs_row *row, hs_arena *arena, hs_error *error,
                              hs_geometry *geometry);
/* A point inside polygons, or a line's middle, of a row that has such a geometry. */
bool hs_locator_inside(hs_locator *locator, const hs_row *row, hs_position *position);

#endif
