#include "city/street_lines.h"

#include "geo/plane.h"
#include <math.h>
#include <stdlib.h>

void hs_street_lines_free(hs_street_lines *lines) {
    if (!lines) return;
    free(lines->vertex);
    free(lines->share);
    free(lines->box);
    free(lines);
}

size_t hs_street_lines_bytes(const hs_street_lines *lines) {
    return sizeof *lines + lines->segment_count * sizeof *lines->box +
           lines->first[lines->segment_count] * (sizeof *lines->vertex + sizeof *lines->share);
}

static void measure(const hs_position *line, uint32_t count, float *share) {
    double total = hs_ground_length_m(line, count);
    for (uint32_t i = 0; i < count; i++) {
        double part = total > 0 ? hs_ground_length_m(line, i + 1) / total : 0.0;
        share[i] = i + 1 == count ? 1.0F : (float)part;
    }
}

static hs_mercator_box box_of(const hs_mercator *vertex, uint32_t count) {
    hs_mercator_box box = {UINT32_MAX, UINT32_MAX, 0, 0};
    for (uint32_t i = 0; i < count; i++) {
        if (vertex[i].x < box.min_x) box.min_x = vertex[i].x;
        if (vertex[i].y < box.min_y) box.min_y = vertex[i].y;
        if (vertex[i].x > box.max_x) box.max_x = vertex[i].x;
        if (vertex[i].y > box.max_y) box.max_y = vertex[i].y;
    }
    return box;
}

hs_status hs_street_lines_new(const hs_segments *segments, hs_error *error, hs_street_lines **lines) {
    uint32_t positions = segments->count > 0 ? segments->lines.ring_start[segments->count] : 0;
    static const uint32_t none[1] = {0};
    hs_street_lines *made = calloc(1, sizeof *made);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "out of memory for street lines");
    made->segment_count = segments->count;
    made->first = segments->count > 0 ? segments->lines.ring_start : none;
    made->vertex = malloc(((size_t)positions + 1) * sizeof *made->vertex);
    made->share = malloc(((size_t)positions + 1) * sizeof *made->share);
    made->box = malloc(((size_t)segments->count + 1) * sizeof *made->box);
    if (!made->vertex || !made->share || !made->box) {
        hs_street_lines_free(made);
        return hs_error_set(error, HS_E_MEMORY, "out of memory for street lines");
    }
    for (uint32_t s = 0; s < segments->count; s++) {
        uint32_t first = made->first[s];
        uint32_t count = made->first[s + 1] - first;
        for (uint32_t i = first; i < first + count; i++)
            made->vertex[i] = hs_mercator_from_position(segments->lines.positions[i]);
        measure(segments->lines.positions + first, count, made->share + first);
        made->box[s] = box_of(made->vertex + first, count);
    }
    *lines = made;
    return HS_OK;
}

double hs_street_lines_nearest(const hs_street_lines *lines, uint32_t segment, hs_mercator position,
                               double *distance_m) {
    double mx;
    double my;
    hs_mercator_ground_m((double)position.y, &mx, &my);
    double best = INFINITY;
    double share = 0.0;
    for (uint32_t i = lines->first[segment]; i + 1 < lines->first[segment + 1]; i++) {
        double ax = ((double)lines->vertex[i].x - (double)position.x) * mx;
        double ay = ((double)lines->vertex[i].y - (double)position.y) * my;
        double dx = ((double)lines->vertex[i + 1].x - (double)lines->vertex[i].x) * mx;
        double dy = ((double)lines->vertex[i + 1].y - (double)lines->vertex[i].y) * my;
        double squared = dx * dx + dy * dy;
        double t = squared > 0 ? -(ax * dx + ay * dy) / squared : 0.0;
        t = t < 0 ? 0 : t > 1 ? 1 : t;
        double x = ax + t * dx;
        double y = ay + t * dy;
        if (x * x + y * y >= best) continue;
        best = x * x + y * y;
        share = (double)lines->share[i] + t * ((double)lines->share[i + 1] - (double)lines->share[i]);
    }
    *distance_m = sqrt(best);
    return share;
}

uint32_t hs_street_lines_at(const hs_street_lines *lines, uint32_t segment, double share, double *x,
                            double *y) {
    uint32_t i = lines->first[segment];
    uint32_t last = lines->first[segment + 1] - 1;
    while (i + 1 < last && (double)lines->share[i + 1] <= share)
        i++;
    double begin = (double)lines->share[i];
    double width = i < last ? (double)lines->share[i + 1] - begin : 0.0;
    double t = width > 0 ? (share - begin) / width : 0.0;
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    uint32_t next = i < last ? i + 1 : i;
    *x = (double)lines->vertex[i].x + t * ((double)lines->vertex[next].x - (double)lines->vertex[i].x);
    *y = (double)lines->vertex[i].y + t * ((double)lines->vertex[next].y - (double)lines->vertex[i].y);
    return i;
}
