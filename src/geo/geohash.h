/* Geohash (G. Niemeyer 2008): interleaved bits of longitude and latitude in base 32. */
#ifndef GEO_GEOHASH_H
#define GEO_GEOHASH_H

#include <hotspot/types.h>

#define HS_GEOHASH_MAX 12

/* Writes the first `length` characters (at most HS_GEOHASH_MAX) and NUL. Pure. */
void hs_geohash(hs_position position, int length, char text[HS_GEOHASH_MAX + 1]);

#endif
