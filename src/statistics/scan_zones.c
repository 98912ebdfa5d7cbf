/* Zones: what lies nearest to each centre. A heap gives the areas in their order for as long as they fit. */
#include "statistics/scan_private.h"

#include <math.h>
#include <stdlib.h>

#define MOST_STEPS ((size_t)1 << 26)
/* Distances so near each other are the same one. */
#define SAME 1e-9

static const double ratios[HS_SCAN_SHAPES] = {1, 1.5, 2, 3, 4, HS_SCAN_MOST_RATIO};
static const unsigned angles[HS_SCAN_SHAPES] = {1, 4, 6, 9, 12, 15};

double hs_scan_shape_ratio(unsigned shape) {
    return ratios[shape];
}

double hs_scan_angle(unsigned shape, unsigned angle) {
    return 3.141592653589793 * angle / angles[shape];
}

typedef struct near {
    double distance;
    uint32_t area;
} near;

typedef struct making {
    hs_scan_zones *zones;
    const double *size;
    const hs_scan_extent *extent;
    double most;     /* size in a zone */
    near *heap;      /* [areas] */
    size_t capacity; /* steps */
    hs_error *error;
} making;

static bool nearer(near a, near b) {
    return a.distance != b.distance ? a.distance < b.distance : a.area < b.area;
}

static void sink(near *heap, uint32_t count, uint32_t at) {
    near moved = heap[at];
    for (uint32_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && nearer(heap[child + 1], heap[child])) child++;
        if (!nearer(heap[child], moved)) break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

static near pop(near *heap, uint32_t *count) {
    near top = heap[0];
    heap[0] = heap[--*count];
    if (*count > 0) sink(heap, *count, 0);
    return top;
}

static bool make_room(making *m) {
    hs_scan_zones *z = m->zones;
    if (z->step_count < m->capacity) return true;
    size_t wanted = m->capacity > 0 ? 2 * m->capacity : 65536;
    hs_scan_step *step = realloc(z->step, wanted * sizeof *step);
    if (step) z->step = step;
    float *radius_m = realloc(z->radius_m, wanted * sizeof *radius_m);
    if (radius_m) z->radius_m = radius_m;
    if (!step || !radius_m) return false;
    m->capacity = wanted;
    return true;
}

/* The nearest areas of the heap that are equally far. */
static hs_status enter(making *m, uint32_t *count, double *inside) {
    hs_scan_zones *z = m->zones;
    double distance = m->heap[0].distance;
    while (*count > 0 && m->heap[0].distance <= distance * (1 + SAME)) {
        if (z->step_count >= MOST_STEPS)
            return hs_error_set(
                m->error, HS_E_LIMIT,
                "scan: more than 2^26 areas in zones; take a smaller max-share or max-radius, or "
                "larger units");
        if (!make_room(m)) return hs_error_memory(m->error, "zones");
        near entry = pop(m->heap, count);
        *inside += m->size[entry.area];
        z->radius_m[z->step_count] = (float)entry.distance;
        z->step[z->step_count++] = (hs_scan_step){entry.area, 0};
    }
    return HS_OK;
}

/* One order out of the `count` entries of the heap; areas at one distance enter together or not at all, and
 * end a zone where they bring something along. */
static hs_status grow(making *m, uint32_t count, hs_scan_order order) {
    hs_scan_zones *z = m->zones;
    double inside = 0;
    order.first = z->step_count;
    for (uint32_t k = count / 2; k > 0; k--)
        sink(m->heap, count, k - 1);
    size_t end = z->step_count;
    while (count > 0) {
        double before = inside;
        hs_status status = enter(m, &count, &inside);
        if (status != HS_OK) return status;
        if (inside > m->most) break;
        if (!(inside > before)) continue;
        end = z->step_count;
        z->step[end - 1].whole = 1;
        z->zone_count++;
    }
    z->step_count = end;
    order.count = (uint32_t)(end - order.first);
    z->order[z->order_count++] = order;
    return HS_OK;
}

static hs_status check(uint32_t count, uint32_t most, const double *size, const hs_scan_extent *extent,
                       double *sum, hs_error *error) {
    if (count < 2 || count > most)
        return hs_error_set(error, HS_E_ARGUMENT, "scan: takes 2 to %u areas, not %u", (unsigned)most,
                            (unsigned)count);
    if (!(extent->max_share > 0 && extent->max_share <= 0.5))
        return hs_error_set(error, HS_E_ARGUMENT, "scan: max-share is above 0 to 0.5");
    if (!(extent->max_radius_m >= 0) || !(extent->compactness >= 0 && extent->compactness <= 4))
        return hs_error_set(error, HS_E_ARGUMENT, "scan: max-radius is 0 or more, compactness 0 to 4");
    for (uint32_t i = 0; i < count; i++) {
        if (!(size[i] >= 0 && isfinite(size[i])))
            return hs_error_set(error, HS_E_ARGUMENT, "scan: area %u has a wrong size", (unsigned)i);
        *sum += size[i];
    }
    return *sum > 0 ? HS_OK : hs_error_set(error, HS_E_ARGUMENT, "scan: all areas are empty");
}

static hs_status begin(making *m, uint32_t count, uint32_t most, uint32_t orders) {
    double sum = 0;
    hs_status status = check(count, most, m->size, m->extent, &sum, m->error);
    if (status != HS_OK) return status;
    m->most = m->extent->max_share * sum * (1 + 1e-12);
    m->zones = calloc(1, sizeof *m->zones);
    m->heap = malloc(((size_t)count + 1) * sizeof *m->heap);
    if (!m->zones || !m->heap) return hs_error_memory(m->error, "zones");
    m->zones->areas = count;
    m->zones->order = malloc(((size_t)orders + 1) * sizeof *m->zones->order);
    if (!m->zones->order || !make_room(m)) return hs_error_memory(m->error, "zones");
    for (unsigned s = 0; s < HS_SCAN_SHAPES; s++)
        m->zones->penalty[s] =
            pow(4 * ratios[s] / ((ratios[s] + 1) * (ratios[s] + 1)), m->extent->compactness);
    return HS_OK;
}

static hs_status finish(making *m, hs_status status, hs_scan_zones **zones) {
    free(m->heap);
    if (status == HS_OK)
        *zones = m->zones;
    else
        hs_scan_zones_free(m->zones);
    return status;
}

/* The areas within reach by the short half axis of the ellipse that they lie on. */
static uint32_t measure(making *m, uint32_t centre, const double *x_m, const double *y_m, double ratio,
                        double angle) {
    double along_x = cos(angle);
    double along_y = sin(angle);
    double most = m->extent->max_radius_m > 0 ? m->extent->max_radius_m : INFINITY;
    uint32_t count = 0;
    for (uint32_t i = 0; i < m->zones->areas; i++) {
        double dx = x_m[i] - x_m[centre];
        double dy = y_m[i] - y_m[centre];
        double along = (dx * along_x + dy * along_y) / ratio, across = dy * along_x - dx * along_y;
        double distance = ratio > 1 ? sqrt(along * along + across * across) : sqrt(dx * dx + dy * dy);
        if (distance <= most) m->heap[count++] = (near){distance, i};
    }
    return count;
}

hs_status hs_scan_zones_new(uint32_t count, const double *x_m, const double *y_m, const double *size,
                            const hs_scan_extent *extent, hs_error *error, hs_scan_zones **zones) {
    making m = {.size = size, .extent = extent, .error = error};
    unsigned shapes = extent->ellipses ? HS_SCAN_SHAPES : 1;
    uint32_t orders = 0;
    for (unsigned s = 0; s < shapes; s++)
        orders += angles[s] * count;
    hs_status status = begin(&m, count, HS_SCAN_MOST_MEASURED, orders);
    for (unsigned s = 0; s < shapes; s++)
        for (unsigned a = 0; a < angles[s]; a++)
            for (uint32_t centre = 0; centre < count && status == HS_OK; centre++) {
                uint32_t reached = measure(&m, centre, x_m, y_m, ratios[s], hs_scan_angle(s, a));
                status = grow(&m, reached,
                              (hs_scan_order){.centre = centre, .shape = (uint8_t)s, .angle = (uint8_t)a});
            }
    return finish(&m, status, zones);
}

hs_status hs_scan_zones_new_reached(uint32_t count, const double *size, const hs_scan_extent *extent,
                                    hs_scan_reach reach, void *context, hs_error *error,
                                    hs_scan_zones **zones) {
    making m = {.size = size, .extent = extent, .error = error};
    if (extent->ellipses)
        return hs_error_set(error, HS_E_ARGUMENT, "scan: along a network there are no ellipses");
    hs_status status = begin(&m, count, HS_SCAN_MOST_AREAS, count);
    uint32_t *areas = malloc(((size_t)count + 1) * sizeof *areas);
    double *distances_m = malloc(((size_t)count + 1) * sizeof *distances_m);
    if (status == HS_OK && (!areas || !distances_m)) status = hs_error_memory(error, "zones");
    double most = extent->max_radius_m > 0 ? extent->max_radius_m : INFINITY;
    for (uint32_t centre = 0; centre < count && status == HS_OK; centre++) {
        uint32_t found = reach(context, centre, areas, distances_m);
        uint32_t kept = 0;
        for (uint32_t k = 0; k < found; k++)
            if (distances_m[k] <= most) m.heap[kept++] = (near){distances_m[k], areas[k]};
        status = grow(&m, kept, (hs_scan_order){.centre = centre});
    }
    free(areas);
    free(distances_m);
    return finish(&m, status, zones);
}

void hs_scan_zones_free(hs_scan_zones *zones) {
    if (!zones) return;
    free(zones->order);
    free(zones->step);
    free(zones->radius_m);
    free(zones);
}

size_t hs_scan_zones_count(const hs_scan_zones *zones) {
    return zones->zone_count;
}
