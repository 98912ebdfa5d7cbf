/* The order of axes that an authority gives a reference system. */
#ifndef GEO_CRS_AXES_H
#define GEO_CRS_AXES_H

#include <hotspot/error.h>

/* Whether northing (latitude) comes before easting (longitude), as in EPSG:4326. HS_E_ARGUMENT for a system
 * that PROJ does not know, and for one of the axes of the whole Earth (geocentric). */
hs_status hs_crs_northing_first(const char *crs, hs_error *error, bool *northing_first);

#endif
