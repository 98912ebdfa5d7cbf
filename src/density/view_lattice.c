#include "density/view_lattice.h"

#define WORLD     0x1p32
#define SPOT_MOST 0xfffff

static hs_status check_arguments(hs_kernel kernel, double bandwidth_m, const hs_density_view *view,
                                 hs_error *error) {
    if ((unsigned)kernel >= HS_KERNEL_COUNT)
        return hs_error_set(error, HS_E_ARGUMENT, "kernel %d is not known", (int)kernel);
    if (!hs_bandwidth_accepted(bandwidth_m))
        return hs_error_set(error, HS_E_ARGUMENT, "bandwidth %g m lies outside %g to %g m", bandwidth_m,
                            HS_DENSITY_MIN_BANDWIDTH_M, HS_DENSITY_MAX_BANDWIDTH_M);
    if (view->size != 256 && view->size != 512)
        return hs_error_set(error, HS_E_ARGUMENT, "a density view has 256 or 512 pixels a side, not %u",
                            (unsigned)view->size);
    if (!hs_tile_valid((hs_tile){view->z, view->x, view->y}))
        return hs_error_set(error, HS_E_ARGUMENT, "there is no tile %u/%u/%u", (unsigned)view->z,
                            (unsigned)view->x, (unsigned)view->y);
    return HS_OK;
}

static void fill_rows(hs_view_lattice *l, double bandwidth_m, double scale) {
    double least_x = INFINITY;
    double least_y = INFINITY;
    for (uint32_t row = 0; row < l->size; row++) {
        double kx;
        double ky;
        hs_kernel_scales(l->y0 + ((double)row + 0.5) * l->pixel, bandwidth_m, &kx, &ky);
        if (kx < least_x) least_x = kx;
        if (ky < least_y) least_y = ky;
        l->kx[row] = kx * scale;
        l->ky[row] = ky * scale;
        l->chord[row] = 1.0 / (l->kx[row] * l->cell * l->cell);
        /* The kernel's integral over the ground is h^2 / peak; the pixel's area is pixel^2 sqrt(kx ky) h^2.
         */
        double share = 1.0 / (hs_kernel_peak(l->kernel) * l->pixel * l->pixel * sqrt(kx * ky));
        l->binned[row] = (uint64_t)(share * (double)HS_KERNEL_ONE + 0.5);
    }
    double reach = hs_kernel_reach(l->kernel);
    l->reach_x = reach / sqrt(least_x);
    l->reach_y = reach / sqrt(least_y);
}

hs_status hs_view_lattice_of(const hs_density_view *view, hs_kernel kernel, double bandwidth_m,
                             hs_error *error, hs_view_lattice *l) {
    hs_status status = check_arguments(kernel, bandwidth_m, view, error);
    if (status != HS_OK) return status;
    l->kernel = kernel;
    l->size = view->size;
    l->subdivision = hs_density_subdivision(view, kernel, bandwidth_m);
    l->pixel = ldexp(WORLD, -(int)view->z) / (double)view->size;
    l->x0 = (double)view->x * (double)view->size * l->pixel;
    l->y0 = (double)view->y * (double)view->size * l->pixel;
    /* A mean's sub-pixels carry their share of the weight: 4^-subdivision, for the quartic in its root. */
    bool quartic = kernel == HS_KERNEL_QUARTIC;
    double scale = hs_kernel_scale_of(kernel);
    l->root = hs_kernel_root(kernel);
    if (quartic) {
        scale = ldexp(scale, -(int)l->subdivision);
        l->root = ldexp(l->root, -(int)l->subdivision);
    }
    l->one = ldexp(1.0, 32 - 2 * (int)l->subdivision);
    l->cell = ldexp(l->pixel, -(int)l->subdivision);
    l->per_cell = 1.0 / l->cell;
    fill_rows(l, bandwidth_m, scale);
    return HS_OK;
}

/* The visit under way: the spot that the next point may belong to is not visited yet. Points along a curve
 * put those of one place beside each other. */
typedef struct walking {
    const hs_view_lattice *l;
    hs_spot_visit visit;
    void *context;
    hs_spot at;
} walking;

static void visit_spot(walking *work) {
    if (work->at.count > 0) work->visit(work->l, &work->at, work->context);
    work->at.count = 0;
}

static void take_point(walking *work, double x, double y, uint64_t scale) {
    hs_spot *at = &work->at;
    if (at->count > 0 && at->count < SPOT_MOST && x == at->x && y == at->y && scale == at->scale) {
        at->count++;
        return;
    }
    visit_spot(work);
    *at = (hs_spot){x, y, scale, 1};
}

/* Rows [begin, end) of the points, moved `shift` units east. */
static void take_points(walking *work, const hs_point_columns *points, uint32_t begin, uint32_t end,
                        double shift) {
    for (uint32_t i = begin; i < end; i++) {
        if (points->selected && points->selected[i >> 6] >> (i & 63) == 0) {
            i |= 63; /* nothing more in this word */
            continue;
        }
        if (!hs_point_selected(points, i)) continue;
        uint64_t scale = hs_weight_fixed(points, i);
        if (scale > 0)
            take_point(work, (double)points->mercator[i].x + shift, (double)points->mercator[i].y, scale);
    }
}

/* Whether points in the box, moved `shift` east, can reach the view. */
static bool box_in_reach(const hs_view_lattice *l, const hs_mercator_box *box, double shift) {
    double side = l->pixel * (double)l->size;
    return (double)box->max_x + shift >= l->x0 - l->reach_x &&
           (double)box->min_x + shift <= l->x0 + side + l->reach_x &&
           (double)box->max_y >= l->y0 - l->reach_y && (double)box->min_y <= l->y0 + side + l->reach_y;
}

static void walk_shifted(const hs_view_lattice *l, const hs_point_columns *points, double shift,
                         hs_spot_visit visit, void *context) {
    walking work = {.l = l, .visit = visit, .context = context};
    if (!points->block_box || points->block_rows == 0) {
        take_points(&work, points, 0, points->count, shift);
        visit_spot(&work);
        return;
    }
    uint32_t block = 0;
    for (uint32_t begin = 0; begin < points->count; block++) {
        uint32_t left = points->count - begin;
        uint32_t end = begin + (left < points->block_rows ? left : points->block_rows);
        if (box_in_reach(l, &points->block_box[block], shift)) take_points(&work, points, begin, end, shift);
        begin = end;
    }
    visit_spot(&work);
}

void hs_view_each_spot(const hs_view_lattice *l, const hs_point_columns *points, bool around,
                       hs_spot_visit visit, void *context) {
    walk_shifted(l, points, 0.0, visit, context);
    if (around && l->x0 - l->reach_x < 0.0) walk_shifted(l, points, -WORLD, visit, context);
    if (around && l->x0 + l->pixel * (double)l->size + l->reach_x > WORLD)
        walk_shifted(l, points, WORLD, visit, context);
}
