/* Kernels: the shapes that spread an incident over ground, streets and time.
 *
 * A kernel is a profile k(r) of the distance r in bandwidths, 1 at its peak and 0 from its reach on, times a
 * constant that makes it integrate to 1 over the plane (two dimensions) or the line (one: streets, time).
 * The bandwidth of all but the Gaussian is the radius at which they end; that of the Gaussian is its standard
 * deviation. See Silverman (1986), Density Estimation, table 3.1 and section 4.2; triweight and quartic are
 * the beta family of Wand and Jones (1995), Kernel Smoothing, section 2.7. */
#ifndef HOTSPOT_KERNEL_H
#define HOTSPOT_KERNEL_H

#include <hotspot/error.h>

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hs_kernel {
    HS_KERNEL_QUARTIC = 0,  /* (1 - r^2)^2 */
    HS_KERNEL_EPANECHNIKOV, /* 1 - r^2 */
    HS_KERNEL_GAUSSIAN,     /* exp(-r^2 / 2), cut off at HS_KERNEL_GAUSSIAN_REACH */
    HS_KERNEL_TRIWEIGHT,    /* (1 - r^2)^3 */
    HS_KERNEL_UNIFORM,      /* 1 */
    HS_KERNEL_TRIANGULAR,   /* 1 - r; the cone */
    HS_KERNEL_COUNT
} hs_kernel;

/* Where the Gaussian is cut, in standard deviations: what is left off is below 2.7e-7 of the peak at any
 * place, and 2.7e-7 of an incident in all. Its constant is that of the whole Gaussian. */
#define HS_KERNEL_GAUSSIAN_REACH 5.5

/* `quartic`, `epanechnikov`, `gaussian`, `triweight`, `uniform`, `triangular`; NULL for no kernel. O(1). */
HS_API const char *hs_kernel_name(hs_kernel kernel);
/* The kernel of a name of `size` bytes; HS_E_ARGUMENT lists the names for any other. */
HS_API hs_status hs_kernel_from_name(const char *name, size_t size, hs_error *error, hs_kernel *kernel);

/* k(r) at r^2 = `squared`, in [0, 1]. Computed with + - * / and sqrt of IEEE doubles alone, so that every
 * machine gives the same bits; the exponential is our own, within 1e-15. Pure. */
HS_API double hs_kernel_profile(hs_kernel kernel, double squared);
/* The distance from which on k is 0, in bandwidths: 1, and HS_KERNEL_GAUSSIAN_REACH for the Gaussian. */
HS_API double hs_kernel_reach(hs_kernel kernel);
/* k(0) in the plane, for a bandwidth of 1: divide by the square of the bandwidth. 3 / pi for the quartic. */
HS_API double hs_kernel_peak(hs_kernel kernel);
/* k(0) on the line, for a bandwidth of 1: divide by the bandwidth. 15 / 16 for the quartic. */
HS_API double hs_kernel_peak_1d(hs_kernel kernel);
/* The integral of the squared kernel over the plane, for a bandwidth of 1 (Wand and Jones' R(K)): divide by
 * the square of the bandwidth. 9 / (5 pi) for the quartic. */
HS_API double hs_kernel_roughness(hs_kernel kernel);
/* The standard deviation along one axis of the plane, for a bandwidth of 1: sqrt(1 / 8) for the quartic. Two
 * kernels smooth alike when their bandwidths times this agree. */
HS_API double hs_kernel_deviation(hs_kernel kernel);

#ifdef __cplusplus
}
#endif
#endif
