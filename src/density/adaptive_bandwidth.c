#include <hotspot/adaptive_bandwidth.h>

#include "geo/real.h"
#include <math.h>

#define ONE       65536
#define FOOT      (HS_ADAPTIVE_MIDDLE * ONE)
#define LN_2      0.69314718055994530942
#define STEP_LOG2 (1.0 / HS_ADAPTIVE_STEPS)

int64_t hs_adaptive_log2(double density) {
    int exponent;
    double fraction = frexp(density, &exponent);
    return (int64_t)exponent * ONE + (int64_t)floor(hs_real_log(fraction) / LN_2 * ONE + 0.5);
}

/* Half the difference of logarithms, in steps. */
uint32_t hs_adaptive_place(int64_t mean_log2, int64_t log2) {
    int64_t place = FOOT + (mean_log2 - log2) * (HS_ADAPTIVE_STEPS / 2);
    int64_t most = FOOT + (int64_t)(HS_ADAPTIVE_STEPS * ONE * (hs_real_log(HS_ADAPTIVE_TRIM) / LN_2));
    if (place < 2 * (int64_t)ONE) return 2 * ONE;
    return (uint32_t)(place < most ? place : most);
}

double hs_adaptive_ratio(uint32_t place) {
    return hs_real_exp(LN_2 * STEP_LOG2 * (((double)place - FOOT) / ONE));
}

/* h^2 = (1 - s) a^2 + s b^2: the variance of the two kernels together is that of the one. */
double hs_adaptive_share(uint32_t place) {
    double low = hs_adaptive_ratio(place & ~UINT32_C(0xffff));
    double high = hs_adaptive_ratio((place & ~UINT32_C(0xffff)) + ONE);
    double own = hs_adaptive_ratio(place);
    return place & 0xffff ? (own * own - low * low) / (high * high - low * low) : 0.0;
}
