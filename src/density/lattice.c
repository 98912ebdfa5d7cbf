#include "density/lattice.h"

#include "density/kernel.h"
#include <hotspot/adaptive_bandwidth.h>
#include <math.h>

/* How many steps a bandwidth must span, and the largest error of the path there as a share of one incident's
 * peak: found by going through all places of an incident between nodes and of an output between them
 * (tests/unit/density/test_lattice.c does it again). They fall with the square of the span for the quartic
 * and the triweight, whose second and third derivatives jump at the edge, and with its fourth power (its
 * sixth with 6 nodes a side) for the Gaussian. Means over pixels are smoother than what they are means of:
 * `mean_of_2` and `mean_of_3` are the pixels that a bandwidth must span for 2 and 3 nodes a pixel, and
 * `fine_of_3` for 3 where there are 8 sub-pixels. */
typedef struct span_rule {
    double at_pixels, prolonged, mean_of_2, mean_of_3, fine_of_3;
} span_rule;

/* Nodes for each `period` pixels. */
typedef struct node_rate {
    uint32_t stride, period;
} node_rate;

/* How lattices are chosen. */
typedef struct lattice_rules {
    span_rule spans[HS_KERNEL_COUNT];
    const node_rate *rates;
    unsigned rate_count;
    uint32_t taps;   /* where a bandwidth spans enough */
    double mean_px;  /* means of bandwidths of fewer pixels take 8 nodes a pixel, if they have 8 sub-pixels */
    double m_powers; /* between pixels there are m 2^e nodes around the world, m from this to twice it */
} lattice_rules;

static const node_rate rates[] = {{1, 1}, {3, 2}, {2, 1}, {3, 1}, {4, 1}};
static const lattice_rules rules = {
    .spans =
        {
            [HS_KERNEL_QUARTIC] = {18.25, 22.0, 3.85, 2.4, 2.05},
            [HS_KERNEL_TRIWEIGHT] = {9.5, 11.0, 3.6, 2.3, 2.3},
            [HS_KERNEL_GAUSSIAN] = {3.7, 4.3, 1.25, 0.74, 0.74},
        },
    .rates = rates,
    .rate_count = sizeof rates / sizeof *rates,
    .taps = 4,
    .mean_px = 0.0,
    .m_powers = 4.0,
};

/* Of steps of a ladder: there are many of them and two together are to keep the bound, so nodes are no more
 * than needed and incidents are spread onto more of them. */
static const node_rate step_rates[] = {{1, 1}, {3, 2}, {2, 1}, {5, 2}, {3, 1},
                                       {7, 2}, {4, 1}, {9, 2}, {5, 1}};
static const lattice_rules step_rules = {
    .spans =
        {
            [HS_KERNEL_QUARTIC] = {20.2, 23.6, INFINITY, INFINITY, INFINITY},
            [HS_KERNEL_TRIWEIGHT] = {8.75, 10.5, INFINITY, INFINITY, INFINITY},
            [HS_KERNEL_GAUSSIAN] = {3.0, 4.0, INFINITY, INFINITY, INFINITY},
        },
    .rates = step_rates,
    .rate_count = sizeof step_rates / sizeof *step_rates,
    .taps = 6,
    .mean_px = 1.25,
    .m_powers = 8.0,
};

static void set_rate(hs_lattice *l, double nodes_per_pixel) {
    l->nodes_per_unit = nodes_per_pixel / l->pixel;
    l->around = (int64_t)(0x1p32 * l->nodes_per_unit);
    double half = 0.5 * nodes_per_pixel;
    l->phase = half - floor(half);
}

static bool spans_enough(const node_rate *rate, double span_px, double needed) {
    return span_px * rate->stride >= needed * rate->period;
}

/* Outputs at pixel centres, `stride` / `period` nodes apart. */
static void at_pixels(hs_lattice *l, const lattice_rules *by, double span_px) {
    double needed = by->spans[l->kernel].at_pixels;
    unsigned i = 0;
    while (i + 1 < by->rate_count && !spans_enough(&by->rates[i], span_px, needed))
        i++;
    l->stride = by->rates[i].stride;
    l->period = by->rates[i].period;
    l->taps = spans_enough(&by->rates[i], span_px, needed) ? by->taps : 6;
    set_rate(l, (double)l->stride / l->period);
}

static uint32_t nodes_of_mean(const hs_lattice *l, const lattice_rules *by, double span_px) {
    const span_rule *spans = &by->spans[l->kernel];
    if (span_px >= spans->mean_of_2) return 2;
    if (span_px >= (l->subdivision >= 3 ? spans->fine_of_3 : spans->mean_of_3)) return 3;
    return span_px < by->mean_px && l->subdivision >= 3 ? 8 : 4;
}

/* Outputs at nodes, as few as the span allows. */
static void between_pixels(hs_lattice *l, const lattice_rules *by, double bandwidth_units) {
    double needed = by->spans[l->kernel].prolonged / bandwidth_units;
    double power = 0x1p-32;
    while ((2.0 * by->m_powers - 1.0) * power < needed)
        power *= 2.0;
    double m = by->m_powers;
    while (m * power < needed)
        m += 1.0;
    l->prolongs = true;
    l->stride = l->period = 1;
    l->taps = by->taps;
    l->nodes_per_unit = m * power;
    l->around = (int64_t)(0x1p32 * l->nodes_per_unit);
    l->phase = 0.0;
}

static bool lattice_of(const hs_density_view *view, const lattice_rules *by, double sampled_m,
                       double metres_per_unit, hs_lattice *l) {
    hs_kernel kernel = l->kernel;
    if (kernel != HS_KERNEL_QUARTIC && kernel != HS_KERNEL_TRIWEIGHT && kernel != HS_KERNEL_GAUSSIAN)
        return false;
    if (!hs_bandwidth_accepted(l->bandwidth_m) || view->z > 24 || (view->size != 256 && view->size != 512))
        return false;
    l->pixel = ldexp(0x1p32, -(int)view->z) / (double)view->size;
    l->sampling = hs_density_sampling_of(view, kernel, sampled_m);
    double bandwidth_units = l->bandwidth_m / metres_per_unit;
    double span_px = bandwidth_units / l->pixel;
    if (l->sampling == HS_DENSITY_BINNED) {
        l->stride = l->period = l->taps = 1;
        set_rate(l, 1.0);
        l->phase = 0.0;
        l->error_bound = 1e-6; /* of rounding */
    } else if (l->sampling == HS_DENSITY_MEAN) {
        l->subdivision = hs_density_subdivision(view, kernel, sampled_m);
        l->stride = nodes_of_mean(l, by, span_px);
        l->period = 1;
        l->taps = 6;
        set_rate(l, l->stride);
    } else if (span_px < by->spans[kernel].prolonged) {
        at_pixels(l, by, span_px);
    } else {
        between_pixels(l, by, bandwidth_units);
    }
    return true;
}

bool hs_lattice_of(const hs_density_view *view, hs_kernel kernel, double bandwidth_m, double metres_per_unit,
                   hs_lattice *lattice) {
    hs_lattice l = {.kernel = kernel, .bandwidth_m = bandwidth_m, .error_bound = 1e-3};
    if (!lattice_of(view, &rules, bandwidth_m, metres_per_unit, &l)) return false;
    *lattice = l;
    return true;
}

bool hs_lattice_step_of(const hs_density_view *view, hs_kernel kernel, double bandwidth_m, double sampled_m,
                        double metres_per_unit, hs_lattice *lattice) {
    hs_lattice l = {.kernel = kernel, .bandwidth_m = bandwidth_m, .error_bound = HS_LATTICE_LADDER_ERROR};
    if (!lattice_of(view, &step_rules, sampled_m, metres_per_unit, &l)) return false;
    l.lowered = kernel == HS_KERNEL_QUARTIC && l.sampling == HS_DENSITY_CENTRE ? HS_ADAPTIVE_ERROR / 2 : 0.0;
    *lattice = l;
    return true;
}

bool hs_lattice_same_nodes(const hs_lattice *a, const hs_lattice *b) {
    return a->nodes_per_unit == b->nodes_per_unit && a->phase == b->phase && a->taps == b->taps;
}
