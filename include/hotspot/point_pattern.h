/* Whether points cluster at all, and at which distances: Ripley's K and L functions (Ripley 1977) with edge
 * correction, envelopes and tests against complete spatial randomness, and the nearest-neighbour index (Clark
 * and Evans 1954).
 *
 * Functions are deterministic for a seed on any number of threads, thread-safe, and write outputs on success
 * only. Errors: HS_E_ARGUMENT (which point or option, and what is taken), HS_E_LIMIT, HS_E_MEMORY. */
#ifndef HOTSPOT_POINT_PATTERN_H
#define HOTSPOT_POINT_PATTERN_H

#include <hotspot/error.h>
#include <hotspot/geometry.h>
#include <hotspot/progress.h>

#ifdef __cplusplus
extern "C" {
#endif

struct hs_pool;

/* Where points are looked for. Immutable. */
typedef struct hs_pattern_window hs_pattern_window;

/* Of polygons whose edges these are, in metres of a plane (y up), in any order; each ring whole, the area on
 * the left of each edge (outer rings anticlockwise, holes clockwise). Copies. HS_E_ARGUMENT where they
 * enclose no area. O(edges). Given back by hs_pattern_window_free. */
HS_API hs_status hs_pattern_window_new(const hs_directed_edge *edges, uint32_t count, hs_error *error,
                                       hs_pattern_window **window);
HS_API hs_status hs_pattern_window_of_box(double west_m, double south_m, double east_m, double north_m,
                                          hs_error *error, hs_pattern_window **window);
HS_API void hs_pattern_window_free(hs_pattern_window *window);
HS_API double hs_pattern_window_area_m2(const hs_pattern_window *window);
HS_API double hs_pattern_window_perimeter_m(const hs_pattern_window *window);
HS_API void hs_pattern_window_box(const hs_pattern_window *window, double *west_m, double *south_m,
                                  double *east_m, double *north_m);
/* O(edges near). */
HS_API bool hs_pattern_window_holds(const hs_pattern_window *window, double x_m, double y_m);
HS_API double hs_pattern_window_border_m(const hs_pattern_window *window, double x_m, double y_m);
/* A fair longest distance: the lesser of a quarter of the shorter side of the window's box and of
 * the radius in which a thousand of `count` points are expected (as spatstat). */
HS_API double hs_pattern_window_reach_m(const hs_pattern_window *window, uint32_t count);

typedef enum hs_pattern_edges {
    HS_PATTERN_BORDER = 0,  /* only points at least as far from the border as the distance are looked from */
    HS_PATTERN_ISOTROPIC,   /* Ripley's: pairs weigh by the part of their circle that lies inside */
    HS_PATTERN_TRANSLATION, /* Ohser and Stoyan's: by the overlap of the shifted window (of
                               polygons within 2e-4 of their area, 1e-5 on average) */
    HS_PATTERN_NONE,
    HS_PATTERN_EDGES
} hs_pattern_edges;
/* `border`, `isotropic`, `translation`, `none`; NULL for none of these. HS_E_ARGUMENT lists the names. */
HS_API const char *hs_pattern_edges_name(hs_pattern_edges edges);
HS_API hs_status hs_pattern_edges_from_name(const char *name, size_t size, hs_error *error,
                                            hs_pattern_edges *edges);

/* Distances k step_m, k = 0 to count - 1. */
typedef struct hs_pattern_steps {
    double step_m;
    uint32_t count; /* 2 to HS_PATTERN_MOST_STEPS */
} hs_pattern_steps;
#define HS_PATTERN_MOST_STEPS  8192u
#define HS_PATTERN_MOST_POINTS 10000000u

/* k_m2[steps->count]: the mean number of further points within each distance of a point, over the density.
 * Points must lie in the window (those outside are refused). A distance within 1e-9 of a step counts as the
 * step. As spatstat's Kest: weights of the isotropic and translation corrections are at most 100; NAN where
 * no point is as far from the border. O(pairs within the last distance). */
HS_API hs_status hs_k_function(const hs_pattern_window *window, const double *x_m, const double *y_m,
                               uint32_t count, const hs_pattern_steps *steps, hs_pattern_edges edges,
                               hs_error *error, double *k_m2);
/* Besag's L = sqrt(K / pi), which is the distance itself where points have no pattern. */
HS_API double hs_l_of_k(double k_m2);

typedef struct hs_clark_evans {
    double index; /* mean distance to the nearest neighbour over what randomness gives */
    double mean_m, expected_m;
    double z, p;                                      /* two-sided, by the normal distribution */
    double corrected_index, corrected_z, corrected_p; /* Donnelly's (1978) for edges, of a rectangle */
    double simulated_p; /* two-sided, by simulation in the window, free of the edges' effect; NAN: none */
} hs_clark_evans;

/* Points at one place are each other's nearest neighbours. O(n log n). */
HS_API hs_status hs_clark_evans_index(const hs_pattern_window *window, const double *x_m, const double *y_m,
                                      uint32_t count, hs_error *error, hs_clark_evans *result);

typedef struct hs_csr_request {
    uint32_t simulations; /* of as many points, uniform in the window; 19 to HS_PATTERN_MOST_SIMULATIONS */
    uint64_t seed;
    double alpha;         /* of the global envelope */
    hs_progress progress; /* false ends with HS_E_CANCELLED */
} hs_csr_request;
#define HS_PATTERN_MOST_SIMULATIONS 9999u

/* Results by distance, each [count]. */
typedef struct hs_envelope {
    double *low, *high;  /* of L: the least and largest simulated ones (pointwise, each side at 1 in
                            simulations + 1) */
    double *mean;        /* of simulated L */
    double global_m;     /* the simultaneous envelope is r - global_m to r + global_m */
    double mad_m, mad_p; /* largest |L(r) - r|, and the test by it */
    double dclf, dclf_p; /* integral of (L(r) - r)^2 (Diggle; Cressie; Loosmore and Ford) */
} hs_envelope;

/* Simulates complete spatial randomness and compares. `observed` are the K of hs_k_function by the same steps
 * and edges; result (may be NULL) gets its simulated_p, its mean_m being that of the data. Distances at which
 * K is NAN are left out of the tests. */
HS_API hs_status hs_csr_envelope(const hs_pattern_window *window, uint32_t count,
                                 const hs_pattern_steps *steps, hs_pattern_edges edges,
                                 const double *observed_k_m2, const hs_csr_request *request,
                                 struct hs_pool *pool, hs_error *error, hs_envelope *envelope,
                                 hs_clark_evans *result);

#ifdef __cplusplus
}
#endif
#endif
