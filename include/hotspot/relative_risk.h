/* Whether two densities differ at a place: kernel sums a and b of two sides, each with its exposure (its
 * total for shares, its months for rates).
 *
 * Where both sides are alike, the incidents under the kernel fall to side a as in the city, with the chance
 * exposure_a / (exposure_a + exposure_b), or exposure_a / exposure_b where a is a part of b. What is seen is
 * compared with that by the local deviance of this binomial (a kernel regression of the label, Kelsall and
 * Diggle 1998, Applied Statistics 47, 559), whose number of trials is the effective number of incidents
 * under the kernel (sum K)^2 / sum K^2 (Kish). Its signed root is normal in large samples (McCullagh and
 * Nelder 1989, section 2.4); to first order it is the log ratio over its deviation, the asymptotic tolerance
 * of Kelsall and Diggle (1995) and of Hazelton and Davies (2009, Biometrical Journal 51, 98), where
 * var log f = sum K^2 / (sum K)^2 a side, and it stays finite where one side has nothing.
 *
 * It is pointwise: of many places, a share of p passes by chance alone. Pure; thread-safe. */
#ifndef HOTSPOT_RELATIVE_RISK_H
#define HOTSPOT_RELATIVE_RISK_H

#include <hotspot/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How the incidents of two sides lie to each other. */
typedef enum hs_risk_sides {
    HS_SIDES_APART = 0, /* no incident counts on both */
    HS_SIDES_A_IN_B,    /* all of a are among b: a problem over all problems */
    HS_SIDES_B_IN_A,
    HS_SIDES_B_KNOWN, /* b is no sample: residents, known without error */
    HS_SIDES_SAME,    /* the same incidents: nothing to test */
    HS_SIDES_MIXED,   /* some incidents count on both, some on each alone: not tested */
} hs_risk_sides;

typedef struct hs_risk_side {
    double sum, sum_squared; /* of kernel weights and of their squares, of incidents (of residents) */
    double exposure;         /* in a unit that both share */
} hs_risk_side;

/* z: above 0 where a is denser for its exposure than b. `dispersion`, for HS_SIDES_B_KNOWN only: the sum of
 * the squared weights of a's incidents over the sum of their weights, 1 where all weigh 1. NAN where nothing
 * lies under the kernel, an exposure is not above 0, and for sides that are the same or mixed. */
HS_API double hs_risk_z(const hs_risk_side *a, const hs_risk_side *b, hs_risk_sides sides, double dispersion);
/* The two-sided p-value of a z, and the z >= 0 of a p in (0, 1], by halving: within 1e-12. NAN of NAN. */
HS_API double hs_risk_p_value(double z);
HS_API double hs_risk_z_of(double p_value);
/* The effective number of incidents that the test rests on: those of both sides where they are apart, else
 * those of the larger side. */
HS_API double hs_risk_effective_n(const hs_risk_side *a, const hs_risk_side *b, hs_risk_sides sides);

#ifdef __cplusplus
}
#endif
#endif
