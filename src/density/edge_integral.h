/* The integral of F(R) / R^2 along a part of an edge: inside the room. F(R) is the mass within R of the
 * kernel of bandwidth 1, times 2 pi, so that F(reach) = 1. */
#ifndef DENSITY_EDGE_INTEGRAL_H
#define DENSITY_EDGE_INTEGRAL_H

#include "density/profile.h"

/* A part of an edge about its middle: R^2 = middle + 2 slope s + square s^2, s from -half to half, where a
 * whole edge is 1 long. */
typedef struct edge_part {
    double middle, slope, square, half;
} edge_part;

/* The integral over s of F(R) / R^2. */
double hs_edge_integral(hs_kernel kernel, const edge_part *part);

#endif
