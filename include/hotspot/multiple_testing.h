/* Corrections for many tests at once. */
#ifndef HOTSPOT_MULTIPLE_TESTING_H
#define HOTSPOT_MULTIPLE_TESTING_H

#include <hotspot/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hs_correction {
    HS_CORRECTION_BH = 0,     /* false discovery rate, Benjamini and Hochberg 1995 */
    HS_CORRECTION_BY,         /* the same under any dependence, Benjamini and Yekutieli 2001 */
    HS_CORRECTION_BONFERRONI, /* family-wise error */
    HS_CORRECTION_NONE,
    HS_CORRECTIONS
} hs_correction;

/* `bh`, `by`, `bonferroni`, `none`; HS_E_ARGUMENT lists the names for any other. */
HS_API const char *hs_correction_name(hs_correction correction);
HS_API hs_status hs_correction_from_name(const char *name, size_t size, hs_error *error,
                                         hs_correction *correction);

/* Adjusted p-values q[count] of p[count] (may be the same array): q <= alpha where the test stands after
 * correction. NAN is no test: it does not count, and stays NAN. O(n log n). */
HS_API hs_status hs_adjust_p_values(const double *p, size_t count, hs_correction correction, hs_error *error,
                                    double *q);

/* The two-sided p-value of a standard normal z. */
HS_API double hs_two_sided_p(double z);

#ifdef __cplusplus
}
#endif
#endif
