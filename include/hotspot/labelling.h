/* Exact p-values under random labelling: the distribution of a sum of whole numbers drawn without putting
 * back. It is what permutations estimate, with no least p-value and no seed. */
#ifndef HOTSPOT_LABELLING_H
#define HOTSPOT_LABELLING_H

#include <hotspot/error.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct hs_labelling hs_labelling;

/* Memory and time that a distribution may take: sums times draws, and multiplications. */
#define HS_LABELLING_MOST_CELLS UINT64_C(4000000)
#define HS_LABELLING_MOST_WORK  UINT64_C(4000000000)

/* The distributions of the sum of 1 to most_draws of values[count], each a whole number from 0, drawn without
 * putting back: draws of independent, equal chance, conditioned on their number (Hajek 1964), value by value.
 * HS_E_ARGUMENT where a value is no whole number from 0, or most_draws is 0 or above count; HS_E_LIMIT where
 * the sums are so large that this takes too long: the normal distribution holds there. Sums are of positive
 * terms alone, so that small probabilities keep their digits. O(distinct values x most_draws^2 x sums). */
HS_API hs_status hs_labelling_new(const double *values, size_t count, uint32_t most_draws, hs_error *error,
                                  hs_labelling **labelling);
HS_API void hs_labelling_free(hs_labelling *labelling);

/* Whether hs_labelling_new would take so many draws of these values. O(count log count). */
HS_API bool hs_labelling_is_feasible(const double *values, size_t count, uint32_t most_draws);

/* Two-sided p-value of a sum of `draws` (1 to most_draws): twice the smaller of the probabilities of at least
 * and of at most it, at most 1. Thread-safe; O(1). */
HS_API double hs_labelling_p(const hs_labelling *labelling, uint32_t draws, double sum);

#ifdef __cplusplus
}
#endif
#endif
