/* Bandwidths chosen from the points. They differ widely on one set, since they ask different questions, so
 * each comes under its own name with its reason. All are standard deviations of a Gaussian, in metres; other
 * kernels smooth alike at that over hs_kernel_deviation. Points lie on a plane in metres. Edge effects are
 * left out: near the edge of the study area all kernels lose the same share.
 * Thread-safe; nothing is drawn at random. */
#ifndef HOTSPOT_BANDWIDTH_H
#define HOTSPOT_BANDWIDTH_H

#include <hotspot/raster_density.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hs_bandwidth_method {
    HS_BANDWIDTH_SCOTT = 0, /* Scott (1992), Multivariate Density Estimation: sd n^(-1/6) */
    HS_BANDWIDTH_SILVERMAN, /* Silverman (1986), eq. 4.14: 0.96 sd n^(-1/6), for one normal heap in the plane
                             */
    HS_BANDWIDTH_DIGGLE, /* Diggle (1985), Berman and Diggle (1989): least mean square error of a Cox process
                          */
    HS_BANDWIDTH_PPL,    /* Loader (1999), section 5.3: each incident is likeliest given the others */
    HS_BANDWIDTH_METHODS
} hs_bandwidth_method;

#define HS_BANDWIDTH_CURVE 512

typedef struct hs_bandwidth_choice {
    double sigma_m;
    bool at_limit; /* the best lies at an end of what was tried: no real optimum */
    uint32_t curve_count;
    double curve_sigma_m[HS_BANDWIDTH_CURVE],
        curve[HS_BANDWIDTH_CURVE]; /* the criterion, where there is one */
    size_t n, repeated;            /* points, and how many lie where another lies too */
} hs_bandwidth_choice;

/* `scott`, `silverman`, `diggle`, `ppl`; NULL for none. */
HS_API const char *hs_bandwidth_name(hs_bandwidth_method method);
/* HS_E_ARGUMENT for fewer than 3 points, points all at one place, or coordinates that are not finite.
 * Scott's and Silverman's are the geometric mean over the two axes. O(n); Diggle's O(n x neighbours), ppl's
 * O(n^2) at 24 bandwidths a factor sqrt(2) apart, from half the widest side down, then the top of the
 * parabola through the best three; of more than 500 points a sample of every k-th draws the curve (scaled
 * to all), and the steps about its top are those of all points. Weights do not count. */
HS_API hs_status hs_bandwidth_choose(const hs_plane_points *points, hs_bandwidth_method method,
                                     hs_error *error, hs_bandwidth_choice *choice);
/* The likelihood criterion at given bandwidths: sum over i of log of the density at i of all others, points
 * per square metre. Bandwidths must be a factor sqrt(2) apart, ascending, at most 64. */
HS_API hs_status hs_bandwidth_likelihood(const hs_plane_points *points, const double *sigma_m, uint32_t count,
                                         hs_error *error, double *criterion);

#ifdef __cplusplus
}
#endif
#endif
