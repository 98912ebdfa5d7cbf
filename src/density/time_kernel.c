#include <hotspot/time_kernel.h>

#include "density/profile.h"

void hs_time_shares(hs_kernel kernel, int64_t at_s, double bandwidth_s, const int64_t *time_s, size_t count,
                    double *share) {
    double per_bandwidth = 1.0 / bandwidth_s;
    for (size_t i = 0; i < count; i++) {
        share[i] = 0.0;
        if (time_s[i] == INT64_MIN) continue;
        double r = ((double)time_s[i] - (double)at_s) * per_bandwidth;
        share[i] = hs_profile(kernel, r * r);
    }
}

double hs_time_peak_per_month(hs_kernel kernel, double bandwidth_s) {
    return hs_kernel_peak_1d(kernel) * HS_MONTH_S / bandwidth_s;
}

/* The integral of the kernel on the line from its middle to r, 0 <= r: odd in r. */
static double half_mass(hs_kernel kernel, double r) {
    double t = r > 1.0 ? 1.0 : r;
    double t2 = t * t;
    double peak = hs_kernel_peak_1d(kernel);
    switch (kernel) {
    case HS_KERNEL_QUARTIC:
        return peak * t * (1.0 - t2 * (2.0 / 3.0) + t2 * t2 * 0.2);
    case HS_KERNEL_EPANECHNIKOV:
        return peak * t * (1.0 - t2 / 3.0);
    case HS_KERNEL_TRIWEIGHT:
        return peak * t * (1.0 - t2 + t2 * t2 * 0.6 - t2 * t2 * t2 / 7.0);
    case HS_KERNEL_TRIANGULAR:
        return t * (1.0 - 0.5 * t);
    case HS_KERNEL_GAUSSIAN:
        return 0.5 * erf(r / 1.4142135623730951);
    default:
        return 0.5 * t;
    }
}

static double mass_below(hs_kernel kernel, double r) {
    return r < 0 ? 0.5 - half_mass(kernel, -r) : 0.5 + half_mass(kernel, r);
}

double hs_time_mass(hs_kernel kernel, int64_t at_s, double bandwidth_s, int64_t from_s, int64_t to_s) {
    if (!(to_s > from_s)) return 0.0;
    double from = ((double)from_s - (double)at_s) / bandwidth_s;
    double to = ((double)to_s - (double)at_s) / bandwidth_s;
    return mass_below(kernel, to) - mass_below(kernel, from);
}
