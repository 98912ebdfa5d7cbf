/* K over and over again in one window. Private to src/statistics. */
#ifndef STATISTICS_K_FUNCTION_H
#define STATISTICS_K_FUNCTION_H

#include "statistics/set_covariance.h"

/* What a correction takes of a window, once for all curves; immutable. */
typedef struct hs_k_window {
    const hs_pattern_window *window;
    hs_pattern_edges edges;
    hs_set_covariance shifted; /* of the translation correction, unless the window is a rectangle */
} hs_k_window;

/* The steps are checked. */
hs_status hs_k_window_new(const hs_pattern_window *window, const hs_pattern_steps *steps,
                          hs_pattern_edges edges, hs_error *error, hs_k_window *made);
void hs_k_window_done(hs_k_window *made);
/* hs_k_function, of the steps that the window was made for. */
hs_status hs_k_in_window(const hs_k_window *in, const double *x_m, const double *y_m, uint32_t count,
                         const hs_pattern_steps *steps, hs_error *error, double *k_m2);

#endif
