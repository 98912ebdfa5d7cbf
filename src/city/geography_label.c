/* Label points: the pole of inaccessibility of the largest part, found by dividing squares and keeping those
 * that may hold a point farther from the edge than the best one so far. */
#include "city/geography_private.h"

#include <math.h>

enum { LABEL_QUEUE = 1024, LABEL_MOST_STEPS = 400, LABEL_FIRST_CELLS = 16 };

/* One part in local units: 1e-7 degree of latitude, longitudes shortened to match. */
typedef struct part {
    const hs_position *positions;
    const uint32_t *ring_start; /* of its first ring */
    uint32_t ring_count;
    double scale_x;
    hs_position origin;
} part;

typedef struct cell {
    double x, y, half, distance,
        reach; /* reach: the farthest that a point of the cell may lie from the edge */
} cell;

typedef struct queue {
    cell cells[LABEL_QUEUE];
    uint32_t count;
} queue;

static double local_x(const part *p, int32_t lon_e7) {
    return ((double)lon_e7 - p->origin.lon_e7) * p->scale_x;
}

static double local_y(const part *p, int32_t lat_e7) {
    return (double)lat_e7 - p->origin.lat_e7;
}

static double squared_distance(double x, double y, double ax, double ay, double bx, double by) {
    double dx = bx - ax, dy = by - ay, length2 = dx * dx + dy * dy;
    double t = length2 > 0 ? ((x - ax) * dx + (y - ay) * dy) / length2 : 0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    double ex = x - (ax + t * dx), ey = y - (ay + t * dy);
    return ex * ex + ey * ey;
}

/* Distance to the nearest edge, negative outside. */
static double inner_distance(const part *p, double x, double y) {
    double least = HUGE_VAL;
    bool inside = false;
    for (uint32_t ring = 0; ring < p->ring_count; ring++) {
        uint32_t first = p->ring_start[ring], end = p->ring_start[ring + 1];
        if (first >= end) continue;
        double ax = local_x(p, p->positions[first].lon_e7), ay = local_y(p, p->positions[first].lat_e7);
        for (uint32_t i = first + 1; i < end; i++) {
            double bx = local_x(p, p->positions[i].lon_e7), by = local_y(p, p->positions[i].lat_e7);
            if ((ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax) inside = !inside;
            double distance = squared_distance(x, y, ax, ay, bx, by);
            if (distance < least) least = distance;
            ax = bx;
            ay = by;
        }
    }
    least = sqrt(least);
    return inside ? least : -least;
}

static cell make_cell(const part *p, double x, double y, double half) {
    double distance = inner_distance(p, x, y);
    return (cell){x, y, half, distance, distance + half * 1.4142135623730951};
}

/* A heap with the largest reach on top; when full, the newcomer is dropped. */
static void push(queue *q, cell c) {
    if (q->count == LABEL_QUEUE) return;
    uint32_t at = q->count++;
    while (at > 0 && q->cells[(at - 1) / 2].reach < c.reach) {
        q->cells[at] = q->cells[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    q->cells[at] = c;
}

static cell pop(queue *q) {
    cell top = q->cells[0], last = q->cells[--q->count];
    uint32_t at = 0;
    for (;;) {
        uint32_t child = 2 * at + 1;
        if (child >= q->count) break;
        if (child + 1 < q->count && q->cells[child + 1].reach > q->cells[child].reach) child++;
        if (q->cells[child].reach <= last.reach) break;
        q->cells[at] = q->cells[child];
        at = child;
    }
    q->cells[at] = last;
    return top;
}

static double ring_area(const part *p, uint32_t ring) {
    double sum = 0;
    for (uint32_t i = p->ring_start[ring]; i + 1 < p->ring_start[ring + 1]; i++)
        sum += local_x(p, p->positions[i].lon_e7) * local_y(p, p->positions[i + 1].lat_e7) -
               local_x(p, p->positions[i + 1].lon_e7) * local_y(p, p->positions[i].lat_e7);
    return fabs(sum);
}

static part largest_part(const hs_geometry *polygons) {
    part largest = {0};
    double largest_area = -1;
    for (uint32_t i = 0; i < polygons->part_count; i++) {
        uint32_t ring = polygons->part_start[i];
        part p = {.positions = polygons->positions,
                  .ring_start = polygons->ring_start + ring,
                  .ring_count = polygons->part_start[i + 1] - ring};
        if (p.ring_count == 0 || p.ring_start[0] == p.ring_start[1]) continue;
        p.origin = polygons->positions[p.ring_start[0]];
        p.scale_x = cos(p.origin.lat_e7 * 1e-7 * 0.017453292519943295);
        if (p.scale_x < 1e-6) p.scale_x = 1e-6;
        double area = ring_area(&p, 0);
        if (area > largest_area) {
            largest = p;
            largest_area = area;
        }
    }
    return largest;
}

/* Rounded to a position. Where the squares found nothing inside (a sliver), the middle of the widest stretch
 * of the part along the latitude of its middle. */
static hs_position middle_of_widest(const part *p, double y) {
    double crossing[LABEL_QUEUE];
    uint32_t count = 0;
    for (uint32_t ring = 0; ring < p->ring_count; ring++) {
        for (uint32_t i = p->ring_start[ring]; i + 1 < p->ring_start[ring + 1]; i++) {
            double ax = local_x(p, p->positions[i].lon_e7), ay = local_y(p, p->positions[i].lat_e7);
            double bx = local_x(p, p->positions[i + 1].lon_e7), by = local_y(p, p->positions[i + 1].lat_e7);
            if ((ay > y) == (by > y) || count == LABEL_QUEUE) continue;
            double x = (bx - ax) * (y - ay) / (by - ay) + ax;
            uint32_t at = count++;
            for (; at > 0 && crossing[at - 1] > x; at--)
                crossing[at] = crossing[at - 1];
            crossing[at] = x;
        }
    }
    double best_x = 0, widest = -1;
    for (uint32_t i = 0; i + 1 < count; i += 2) {
        if (crossing[i + 1] - crossing[i] <= widest) continue;
        widest = crossing[i + 1] - crossing[i];
        best_x = (crossing[i] + crossing[i + 1]) / 2;
    }
    if (widest < 0) return p->origin;
    return (hs_position){(int32_t)lround(p->origin.lon_e7 + best_x / p->scale_x),
                         (int32_t)lround(p->origin.lat_e7 + y)};
}

static cell search(const part *p, double min_x, double min_y, double max_x, double max_y) {
    double width = max_x - min_x, height = max_y - min_y;
    double side = fmin(width, height), longest = fmax(width, height);
    if (side < longest / LABEL_FIRST_CELLS) side = longest / LABEL_FIRST_CELLS;
    if (side < 1) side = 1;
    int columns = (int)ceil(width / side), rows = (int)ceil(height / side);
    double precision = fmax(side / 100, 1);
    queue q = {.count = 0};
    cell best = make_cell(p, (min_x + max_x) / 2, (min_y + max_y) / 2, 0);
    for (int i = 0; i < columns; i++)
        for (int j = 0; j < rows; j++)
            push(&q, make_cell(p, min_x + (i + 0.5) * side, min_y + (j + 0.5) * side, side / 2));
    for (int step = 0; q.count > 0 && step < LABEL_MOST_STEPS; step++) {
        cell c = pop(&q);
        if (c.distance > best.distance) best = c;
        if (c.reach - best.distance <= precision) break;
        double half = c.half / 2;
        for (int corner = 0; corner < 4; corner++)
            push(&q,
                 make_cell(p, c.x + (corner & 1 ? half : -half), c.y + (corner & 2 ? half : -half), half));
    }
    return best;
}

hs_position hs_geometry_label(const hs_geometry *polygons) {
    part p = largest_part(polygons);
    if (p.ring_count == 0) return polygons->positions[0];
    double min_x = HUGE_VAL, min_y = HUGE_VAL, max_x = -HUGE_VAL, max_y = -HUGE_VAL;
    for (uint32_t i = p.ring_start[0]; i < p.ring_start[1]; i++) {
        double x = local_x(&p, p.positions[i].lon_e7), y = local_y(&p, p.positions[i].lat_e7);
        min_x = fmin(min_x, x);
        max_x = fmax(max_x, x);
        min_y = fmin(min_y, y);
        max_y = fmax(max_y, y);
    }
    cell best = search(&p, min_x, min_y, max_x, max_y);
    if (best.distance < 1) return middle_of_widest(&p, floor((min_y + max_y) / 2) + 0.5);
    return (hs_position){(int32_t)lround(p.origin.lon_e7 + best.x / p.scale_x),
                         (int32_t)lround(p.origin.lat_e7 + best.y)};
}
