/* Where a house number lies that nobody has written down: between its known neighbours where these are near;
 * otherwise where the parallel streets about it, numbered alike, have that number (a robust weighted mean of
 * what each known number there says), on the street's own course and side. */
#ifndef GEOCODE_NUMBER_FIELD_H
#define GEOCODE_NUMBER_FIELD_H

#include "geocode/locality.h"

typedef enum hs_field_basis {
    HS_FIELD_BETWEEN,  /* near known neighbours of the street */
    HS_FIELD_PARALLEL, /* parallel streets tell */
    HS_FIELD_STEP      /* only the usual step from one number to the next does */
} hs_field_basis;

typedef struct hs_field_point {
    hs_position position; /* on the number's side */
    hs_position middle;   /* on the middle of the street */
    double spread_m;      /* how far apart the evidence lies */
    hs_field_basis basis;
    uint32_t street; /* row whose line it lies on, HS_NONE */
} hs_field_point;

/* The number on the street of which anchor `seed` is one; only anchors that fit the filter (may be NULL) and
 * lie within a few kilometres of the seed count. False when nothing tells. Thread-safe, no allocation. */
bool hs_field_at(const hs_gazetteer *gazetteer, uint32_t seed, int32_t number, const hs_place_filter *filter,
                 hs_field_point *point);
/* The number on a street with lines but without known numbers, by the parallel streets alone. */
bool hs_field_on_lines(const hs_gazetteer *gazetteer, uint32_t group, int32_t number, hs_field_point *point);

#endif
