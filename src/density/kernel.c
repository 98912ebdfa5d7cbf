#include "density/profile.h"

#define PI 3.14159265358979323846

typedef struct kernel_facts {
    const char *name;
    double reach, peak, peak_1d, roughness, deviation;
} kernel_facts;

/* Integrals of the profiles: mass in the plane 2 pi int k r dr, on the line 2 int k dr, and so on. */
static const kernel_facts facts[HS_KERNEL_COUNT] = {
    [HS_KERNEL_QUARTIC] = {"quartic", 1.0, 3.0 / PI, 15.0 / 16.0, 9.0 / (5.0 * PI), 0.35355339059327379},
    [HS_KERNEL_EPANECHNIKOV] = {"epanechnikov", 1.0, 2.0 / PI, 0.75, 4.0 / (3.0 * PI), 0.40824829046386307},
    [HS_KERNEL_GAUSSIAN] = {"gaussian", HS_KERNEL_GAUSSIAN_REACH, 0.5 / PI, 0.39894228040143270, 0.25 / PI,
                            1.0},
    [HS_KERNEL_TRIWEIGHT] = {"triweight", 1.0, 4.0 / PI, 35.0 / 32.0, 16.0 / (7.0 * PI), 0.31622776601683794},
    [HS_KERNEL_UNIFORM] = {"uniform", 1.0, 1.0 / PI, 0.5, 1.0 / PI, 0.5},
    [HS_KERNEL_TRIANGULAR] = {"triangular", 1.0, 3.0 / PI, 1.0, 3.0 / (2.0 * PI), 0.38729833462074170},
};

static const kernel_facts *facts_of(hs_kernel kernel) {
    unsigned i = (unsigned)kernel;
    return i < HS_KERNEL_COUNT ? &facts[i] : &facts[HS_KERNEL_QUARTIC];
}

const char *hs_kernel_name(hs_kernel kernel) {
    return (unsigned)kernel < HS_KERNEL_COUNT ? facts[kernel].name : NULL;
}

hs_status hs_kernel_from_name(const char *name, size_t size, hs_error *error, hs_kernel *kernel) {
    for (int i = 0; i < HS_KERNEL_COUNT; i++) {
        if (strlen(facts[i].name) != size || memcmp(facts[i].name, name, size) != 0) continue;
        *kernel = (hs_kernel)i;
        return HS_OK;
    }
    return hs_error_set(error, HS_E_ARGUMENT,
                        "there is no kernel '%.*s': quartic, epanechnikov, gaussian, triweight, uniform and "
                        "triangular are offered",
                        (int)(size < 64 ? size : 64), name);
}

double hs_kernel_profile(hs_kernel kernel, double squared) {
    return hs_profile(kernel, squared);
}

double hs_kernel_reach(hs_kernel kernel) {
    return facts_of(kernel)->reach;
}

double hs_kernel_peak(hs_kernel kernel) {
    return facts_of(kernel)->peak;
}

double hs_kernel_peak_1d(hs_kernel kernel) {
    return facts_of(kernel)->peak_1d;
}

double hs_kernel_roughness(hs_kernel kernel) {
    return facts_of(kernel)->roughness;
}

double hs_kernel_deviation(hs_kernel kernel) {
    return facts_of(kernel)->deviation;
}
