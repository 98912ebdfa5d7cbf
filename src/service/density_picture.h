/* Density on pictures of any extent, size and reference system: sampled from tiles. */
#ifndef SERVICE_DENSITY_PICTURE_H
#define SERVICE_DENSITY_PICTURE_H

#include "service/density.h"

#define HS_PICTURE_MOST_PX 2048u

/* Where the centres of a row's pixels lie on the 32-bit Web Mercator square (geo/mercator.h, as reals); NAN
 * in x where outside. */
typedef hs_status (*hs_picture_row)(void *context, uint32_t row, double *x, double *y, hs_error *error);

/* Values [width * height] from the picture's upper row on, NAN outside and where masked. Tiles are those of
 * the coarsest zoom whose pixels are no wider than the picture's (at most 20), so a picture that is cut as a
 * tile has its values exactly; else values are interpolated between the four pixel centres around (the
 * nearest one's where one of them is masked). Each side at most HS_PICTURE_MOST_PX. HS_E_ARGUMENT for
 * streets. */
hs_status hs_service_density_picture(hs_service *service, const hs_snapshot *snapshot,
                                     const hs_density_request *request, uint32_t width, uint32_t height,
                                     hs_picture_row row, void *context, hs_error *error, float *values);

#endif
