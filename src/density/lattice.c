#include "density/lattice.h"

#include "density/kernel.h"

/* Metres per Mercator unit along the equator: 2 pi 6378137 / 2^32. */
#define EQUATOR_M_PER_UNIT 0.009330691929342804

/* How many steps a bandwidth must span, and the largest error of the path there as a share of one incident's
 * peak: found by going through all places of an incident between nodes and of an output between them
 * (tests/unit/density/test_lattice.c does it again). They fall with the square of the span for the quartic
 * and the triweight, whose second and third derivatives jump at the edge, and with its fourth power for the
 * Gaussian. */
typedef struct span_rule {
    double at_pixels, prolonged;
} span_rule;

static const span_rule spans[HS_KERNEL_COUNT] = {
    [HS_KERNEL_QUARTIC] = {18.25, 22.0},
    [HS_KERNEL_TRIWEIGHT] = {9.5, 11.0},
    [HS_KERNEL_GAUSSIAN] = {3.7, 4.3},
};

/* From this many pixels a bandwidth on pixels are interpolated. */
static double prolonged_from(hs_kernel kernel) {
    return spans[kernel].prolonged;
}

static void set_rate(hs_lattice *l, double nodes_per_pixel) {
    l->nodes_per_unit = nodes_per_pixel / l->pixel;
    l->around = (int64_t)(0x1p32 * l->nodes_per_unit);
    double half = 0.5 * nodes_per_pixel;
    l->phase = half - floor(half);
}

/* Outputs at pixel centres, `stride` / `period` nodes apart. */
static void at_pixels(hs_lattice *l, double span_px) {
    static const struct { uint32_t stride, period; } rates[] = {{1, 1}, {3, 2}, {2, 1}, {3, 1}, {4, 1}};
    const unsigned last = sizeof rates / sizeof *rates - 1;
    unsigned i = 0;
    while (i < last && span_px * rates[i].stride < spans[l->kernel].at_pixels * rates[i].period)
        i++;
    l->stride = rates[i].stride;
    l->period = rates[i].period;
    l->taps = i < last ? 4 : 6;
    set_rate(l, (double)l->stride / l->period);
}

/* Outputs at nodes: m 2^e of them around the world, m 4 to 7, as few as the span allows. */
static void between_pixels(hs_lattice *l, double bandwidth_units) {
    double needed = spans[l->kernel].prolonged / bandwidth_units;
    double power = 0x1p-32;
    while (7.0 * power < needed)
        power *= 2.0;
    double m = 4.0;
    while (m * power < needed)
        m += 1.0;
    l->prolongs = true;
    l->stride = l->period = 1;
    l->taps = 4;
    l->nodes_per_unit = m * power;
    l->around = (int64_t)(0x1p32 * l->nodes_per_unit);
    l->phase = 0.0;
}

bool hs_lattice_of(const hs_density_view *view, hs_kernel kernel, double bandwidth_m, double metres_per_unit,
                   hs_lattice *lattice) {
    return hs_lattice_sampled_of(view, kernel, bandwidth_m, bandwidth_m, metres_per_unit, lattice);
}

bool hs_lattice_sampled_of(const hs_density_view *view, hs_kernel kernel, double bandwidth_m,
                           double sampled_m, double metres_per_unit, hs_lattice *lattice) {
    if (kernel != HS_KERNEL_QUARTIC && kernel != HS_KERNEL_TRIWEIGHT && kernel != HS_KERNEL_GAUSSIAN)
        return false;
    if (!hs_bandwidth_accepted(bandwidth_m) || view->z > 24 || (view->size != 256 && view->size != 512))
        return false;
    hs_lattice l = {.kernel = kernel, .bandwidth_m = bandwidth_m, .error_bound = 1e-3};
    l.pixel = ldexp(0x1p32, -(int)view->z) / (double)view->size;
    l.sampling = hs_density_sampling_of(view, kernel, sampled_m);
    double bandwidth_units = bandwidth_m / metres_per_unit;
    double span_px = bandwidth_units / l.pixel;
    if (l.sampling == HS_DENSITY_BINNED) {
        l.stride = l.period = l.taps = 1;
        set_rate(&l, 1.0);
        l.phase = 0.0;
        l.error_bound = 1e-6; /* of rounding */
    } else if (l.sampling == HS_DENSITY_MEAN) {
        l.stride = 4;
        l.period = 1;
        l.taps = 6;
        l.subdivision = hs_density_subdivision(view, kernel, sampled_m);
        set_rate(&l, 4.0);
    } else if (span_px < prolonged_from(kernel)) {
        at_pixels(&l, span_px);
    } else {
        between_pixels(&l, bandwidth_units);
    }
    *lattice = l;
    return true;
}

bool hs_lattice_same_nodes(const hs_lattice *a, const hs_lattice *b) {
    return a->nodes_per_unit == b->nodes_per_unit && a->phase == b->phase && a->taps == b->taps;
}
