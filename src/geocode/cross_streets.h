/* The streets that cross a street on either side of a point. Private to src/geocode. */
#ifndef GEOCODE_CROSS_STREETS_H
#define GEOCODE_CROSS_STREETS_H

#include <hotspot/reverse_geocode.h>

/* Walks from `at` along the streets of its name, behind and ahead, to the next node where one of another name
 * begins. */
void hs_cross_streets(const hs_geography *geography, const hs_segment_point *at, hs_cross_street cross[2]);
/* A street's name: in any language. */
hs_str hs_street_name(const hs_geography *geography, uint32_t street);

#endif
