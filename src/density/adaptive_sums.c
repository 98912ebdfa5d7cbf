#include "density/adaptive_sums.h"

#include "density/view_lattice.h"

#define WORLD 0x1p32

typedef struct adding {
    const hs_view_lattice *l; /* of bandwidth_m, without sub-pixels */
    const hs_density_view *view;
    const hs_chosen_pixels *chosen;
    double bandwidth_m;
    bool squared;
    double kx[HS_VIEW_MOST_PX], ky[HS_VIEW_MOST_PX]; /* (1 / bandwidth_m)^2 a row */
    hs_wide_sum *sums;
} adding;

/* One incident: its bandwidth, as 1 / ratio^2, how pixels are sampled for it, and what it adds to a pixel at
 * its peak. */
typedef struct own_kernel {
    double x, y, inverse, ratio;
    hs_density_sampling sampling;
    unsigned subdivision;
    double amount; /* a (sub-)pixel, in 2^-32 */
} own_kernel;

static own_kernel own_of(const adding *work, const hs_adaptive_points *points, uint32_t i) {
    uint32_t place = points->place[i];
    double ratio = hs_adaptive_ratio(place);
    double step_m = work->bandwidth_m * hs_adaptive_ratio(place & ~UINT32_C(0xffff));
    own_kernel own = {.x = (double)points->mercator[i].x,
                      .y = (double)points->mercator[i].y,
                      .inverse = 1.0 / (ratio * ratio),
                      .ratio = ratio,
                      .sampling = hs_density_sampling_of(work->view, work->l->kernel, step_m),
                      .subdivision = hs_density_subdivision(work->view, work->l->kernel, step_m)};
    double weight = work->squared ? own.inverse * own.inverse : own.inverse;
    own.amount = fmin(ldexp(points->amount[i] * weight, 32 - 2 * (int)own.subdivision), 0x1p62);
    return own;
}

static uint64_t term(const adding *work, const own_kernel *own, double squared_distance) {
    double share = hs_profile(work->l->kernel, squared_distance);
    if (work->squared) share *= share;
    return (uint64_t)(share * own->amount + 0.5);
}

/* The chosen pixels of a row that an incident may reach. */
static bool row_range(const adding *work, const own_kernel *own, double x, uint32_t row, uint32_t *begin,
                      uint32_t *end) {
    const hs_chosen_pixels *c = work->chosen;
    uint32_t low;
    uint32_t high;
    double reach = hs_kernel_reach(work->l->kernel) * own->ratio / sqrt(work->kx[row]) / work->l->pixel + 1.0;
    if (c->first[row] == c->first[row + 1]) return false;
    if (!hs_view_cells_near((x - work->l->x0) / work->l->pixel, reach, c->size, &low, &high)) return false;
    const uint16_t *before = c->before + (size_t)row * (c->size + 1);
    *begin = c->first[row] + before[low];
    *end = c->first[row] + before[high + 1];
    return *begin < *end;
}

/* One row of sub-pixels of the pixels [begin, end); `squared_y` is the distance along y in bandwidths. */
static void add_cells(const adding *work, const own_kernel *own, double x, double squared_y, double kx,
                      uint32_t begin, uint32_t end) {
    const hs_view_lattice *l = work->l;
    uint32_t each = UINT32_C(1) << own->subdivision;
    double cell = l->pixel / each;
    for (uint32_t i = begin; i < end; i++) {
        double first = l->x0 + (double)work->chosen->column[i] * l->pixel - x;
        uint64_t sum = 0;
        for (uint32_t k = 0; k < each; k++) {
            double dx = first + ((double)k + 0.5) * cell;
            sum += term(work, own, squared_y + kx * (dx * dx));
        }
        work->sums[i] += sum;
    }
}

static void add_kernel(const adding *work, const own_kernel *own, double x) {
    const hs_view_lattice *l = work->l;
    uint32_t row;
    uint32_t last;
    double reach = l->reach_y * own->ratio / l->pixel + 1.0;
    if (!hs_view_cells_near((own->y - l->y0) / l->pixel, reach, l->size, &row, &last)) return;
    uint32_t each = UINT32_C(1) << own->subdivision;
    double most = hs_kernel_reach(l->kernel) * hs_kernel_reach(l->kernel);
    for (; row <= last; row++) {
        uint32_t begin;
        uint32_t end;
        if (!row_range(work, own, x, row, &begin, &end)) continue;
        double kx = work->kx[row] * own->inverse;
        double ky = work->ky[row] * own->inverse;
        for (uint32_t k = 0; k < each; k++) {
            double dy = l->y0 + ((double)row + ((double)k + 0.5) / each) * l->pixel - own->y;
            if (ky * (dy * dy) < most) add_cells(work, own, x, ky * (dy * dy), kx, begin, end);
        }
    }
}

/* A pixel's own incidents over its ground: the bandwidth passes out. */
static void add_to_bin(const adding *work, const own_kernel *own, double amount) {
    const hs_view_lattice *l = work->l;
    double column = (own->x - l->x0) / l->pixel;
    double row = (own->y - l->y0) / l->pixel;
    if (column < 0.0 || row < 0.0 || column >= (double)l->size || row >= (double)l->size) return;
    const hs_chosen_pixels *c = work->chosen;
    uint32_t r = (uint32_t)row;
    const uint16_t *before = c->before + (size_t)r * (c->size + 1) + (uint32_t)column;
    if (before[0] == before[1]) return;
    double share = 1.0 / (hs_kernel_peak(l->kernel) * l->pixel * l->pixel * sqrt(work->kx[r] * work->ky[r]));
    if (work->squared) share *= share;
    work->sums[c->first[r] + before[0]] += (uint64_t)floor(amount * share * 0x1p32 + 0.5);
}

static void add_around(const adding *work, const own_kernel *own) {
    const hs_view_lattice *l = work->l;
    double reach = l->reach_x * own->ratio + l->pixel;
    double side = l->pixel * (double)l->size;
    for (int world = -1; world <= 1; world++) {
        double x = own->x + world * WORLD;
        if (x >= l->x0 - reach && x <= l->x0 + side + reach) add_kernel(work, own, x);
    }
}

hs_status hs_adaptive_sums_add(const hs_chosen_pixels *chosen, const hs_adaptive_points *points,
                               hs_kernel kernel, double bandwidth_m, const hs_density_view *view,
                               bool squared, hs_error *error, hs_wide_sum *sums) {
    hs_view_lattice l;
    hs_status status = hs_view_lattice_of(view, kernel, bandwidth_m, error, &l);
    if (status != HS_OK) return status;
    adding work = {.l = &l,
                   .view = view,
                   .chosen = chosen,
                   .bandwidth_m = bandwidth_m,
                   .squared = squared,
                   .sums = sums};
    for (uint32_t row = 0; row < l.size; row++)
        hs_kernel_scales(l.y0 + ((double)row + 0.5) * l.pixel, bandwidth_m, &work.kx[row], &work.ky[row]);
    for (uint32_t i = 0; i < points->count; i++) {
        if (!(points->amount[i] > 0.0)) continue;
        own_kernel own = own_of(&work, points, i);
        if (own.sampling == HS_DENSITY_BINNED)
            add_to_bin(&work, &own, points->amount[i]);
        else
            add_around(&work, &own);
    }
    return HS_OK;
}

/* The squared distance in bandwidth_m, the shorter way round the world. */
static double distance_of(double kx, double ky, double x, double y, hs_mercator at) {
    double dx = fabs(x - (double)at.x);
    double dy = y - (double)at.y;
    if (dx > 0.5 * WORLD) dx = WORLD - dx;
    return kx * (dx * dx) + ky * (dy * dy);
}

void hs_adaptive_sums_at(const hs_adaptive_points *points, hs_kernel kernel, double bandwidth_m,
                         double mercator_x, double mercator_y, bool together, hs_adaptive_moments *moments) {
    double kx;
    double ky;
    hs_kernel_scales(mercator_y, bandwidth_m, &kx, &ky);
    double most = hs_kernel_reach(kernel) * hs_kernel_reach(kernel);
    for (uint32_t i = 0; i < points->count; i++) {
        double amount = points->amount[i];
        if (!(amount > 0.0)) continue;
        double ratio = hs_adaptive_ratio(points->place[i]);
        double inverse = 1.0 / (ratio * ratio);
        double distance = inverse * distance_of(kx, ky, mercator_x, mercator_y, points->mercator[i]);
        if (!(distance < most)) continue;
        double share = hs_profile(kernel, distance) * inverse;
        double squared = share * share * (together ? amount : amount * amount);
        moments->sum += (uint64_t)floor(share * amount * 0x1p32 + 0.5);
        moments->sum_squared += (hs_wide_sum)(squared * 0x1p32 + 0.5);
        moments->largest = fmax(moments->largest, inverse * amount);
        moments->amount += amount;
        moments->count++;
    }
}
