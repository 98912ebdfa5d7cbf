/* Positions along streets: by share of the ground length, by number ranges, between known houses. */
#ifndef GEOCODE_INTERPOLATE_H
#define GEOCODE_INTERPOLATE_H

#include "geocode/locality.h"

/* Houses stand about this far from the centre line where nothing else is known. */
#define HS_HOUSE_OFFSET_M 15.0

/* The numbers of one side of a street; from may exceed to. */
typedef struct hs_number_range {
    int32_t from, to;
    int side; /* -1 left, 1 right */
} hs_number_range;

hs_number_range hs_street_range(const hs_streets *streets, uint32_t row, int side);
bool hs_range_known(hs_number_range range);
/* The place of a number of the range on its side of the street. */
hs_position hs_range_position(const hs_streets *streets, uint32_t row, hs_number_range range, int32_t number);

double hs_feature_length_m(const hs_geometry *lines);
/* The position at `share` (0 to 1) of the feature's length, its lines joined end to end, moved `offset_m` to
 * the right of its direction (left when negative). */
hs_position hs_feature_at(const hs_geometry *lines, double share, double offset_m);

typedef struct hs_interpolated {
    hs_position position;
    double accuracy_m;
    double fit;      /* (0, 1] */
    uint32_t street; /* row, HS_NONE */
    uint32_t unit;   /* where known, HS_NONE */
    bool wide;       /* of a stretch: `extent` is its box */
    hs_box extent;
} hs_interpolated;

#define HS_INTERPOLATED_MAX 16

/* Where number could stand by the ranges of the group's streets; returns how many, best first. */
uint32_t hs_interpolate_ranges(const hs_gazetteer *gazetteer, uint32_t group, int32_t number,
                               hs_interpolated found[HS_INTERPOLATED_MAX]);
/* Where it could stand by the numbers known (number_field.h), in each town that has the street. filter may be
 * NULL. */
uint32_t hs_interpolate_known(const hs_gazetteer *gazetteer, uint32_t group, int32_t number,
                              const hs_place_filter *filter, hs_interpolated found[HS_INTERPOLATED_MAX]);
/* The stretches that the numbers low to high take up. */
uint32_t hs_interpolate_block(const hs_gazetteer *gazetteer, uint32_t group, int32_t low, int32_t high,
                              const hs_place_filter *filter, hs_interpolated found[HS_INTERPOLATED_MAX]);
/* Half way along the group's streets, or its middle house; for the gazetteer's own table. */
hs_street_middle hs_street_middle_find(const hs_gazetteer *gazetteer, uint32_t group);

#endif
