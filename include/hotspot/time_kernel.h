/* Kernels in time: how much an incident counts at an instant. With one beside the kernel in space a density
 * is a rate at that instant, incidents per km^2 per month (Brunsdon, Corcoran and Higgs 2007, space-time
 * kernel density: the product of a kernel in the plane and one in time). */
#ifndef HOTSPOT_TIME_KERNEL_H
#define HOTSPOT_TIME_KERNEL_H

#include <hotspot/kernel.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A month is 365.25 / 12 days. */
#define HS_MONTH_S 2629800.0

/* The kernel at (time - at) / bandwidth as a share of its peak, for `count` times in seconds; INT64_MIN (no
 * time) counts 0. The same bits on every machine. Pure. */
HS_API void hs_time_shares(hs_kernel kernel, int64_t at_s, double bandwidth_s, const int64_t *time_s,
                           size_t count, double *share);
/* What a peak counts: k(0) of the kernel on the line over the bandwidth, per month. */
HS_API double hs_time_peak_per_month(hs_kernel kernel, double bandwidth_s);
/* The share of the kernel about `at` that lies in [from, to]: a rate near the start or end of what is known,
 * or `now`, is divided by it so that it is not too low (Jones 1993). In [0, 1]; the error function of the
 * Gaussian is the C library's. Pure. */
HS_API double hs_time_mass(hs_kernel kernel, int64_t at_s, double bandwidth_s, int64_t from_s, int64_t to_s);

#ifdef __cplusplus
}
#endif
#endif
