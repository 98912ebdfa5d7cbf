#include "geocode/walk.h"

#include "geo/plane.h"
#include <math.h>

/* How far from its street an object may lie. */
#define START_M 80.0
/* Cosine of the largest turn from the bearing, and at crossings. */
#define LEAST_ALONG 0.5
#define LEAST_ON    0.3
#define LEGS_MOST   200

typedef struct vector {
    double x, y;
} vector;

static vector between(hs_position a, hs_position b) {
    double kx, ky;
    hs_ground_scale_m(a.lat_e7, &kx, &ky);
    return (vector){((double)b.lon_e7 - a.lon_e7) * kx, ((double)b.lat_e7 - a.lat_e7) * ky};
}

static hs_position moved(hs_position from, vector by) {
    double kx, ky;
    hs_ground_scale_m(from.lat_e7, &kx, &ky);
    return (hs_position){from.lon_e7 + (int32_t)lround(by.x / kx), from.lat_e7 + (int32_t)lround(by.y / ky)};
}

/* A place on a segment: on the piece from point `piece` to the next. */
typedef struct on_segment {
    uint32_t segment, piece;
    hs_position at;
    double off_m;
} on_segment;

static void nearest_on_segment(const hs_segments *segments, uint32_t segment, hs_position position,
                               on_segment *best) {
    const hs_geometry *lines = &segments->lines;
    for (uint32_t i = lines->ring_start[segment]; i + 1 < lines->ring_start[segment + 1]; i++) {
        vector line = between(lines->positions[i], lines->positions[i + 1]);
        vector to = between(lines->positions[i], position);
        double square = line.x * line.x + line.y * line.y;
        double share = square > 0 ? (to.x * line.x + to.y * line.y) / square : 0;
        share = share < 0 ? 0 : share > 1 ? 1 : share;
        vector foot = {share * line.x, share * line.y};
        double off_m = hypot(to.x - foot.x, to.y - foot.y);
        if (off_m >= best->off_m) continue;
        *best = (on_segment){segment, i, moved(lines->positions[i], foot), off_m};
    }
}

static bool is_of_group(const hs_gazetteer *gazetteer, uint32_t segment, uint32_t group) {
    return gazetteer->street_group[gazetteer->geography->segments.street[segment]] == group;
}

static bool find_start(const hs_gazetteer *gazetteer, uint32_t group, hs_position position,
                       on_segment *start) {
    const hs_segments *segments = &gazetteer->geography->segments;
    *start = (on_segment){.segment = HS_NONE, .off_m = START_M};
    for (uint32_t i = gazetteer->node_first[group]; i < gazetteer->node_first[group + 1]; i++) {
        uint32_t node = gazetteer->group_node[i];
        for (uint32_t k = segments->node_first[node]; k < segments->node_first[node + 1]; k++) {
            uint32_t segment = segments->node_segment[k];
            if (segments->from_node[segment] == node && is_of_group(gazetteer, segment, group))
                nearest_on_segment(segments, segment, position, start);
        }
    }
    return start->segment != HS_NONE;
}

/* One leg: from a place on a segment to one of its ends. */
typedef struct leg {
    uint32_t segment;
    int64_t point; /* the next point of its line */
    int step;      /* 1 towards its end, -1 towards its start */
    hs_position at;
} leg;

static bool is_past(const hs_geometry *lines, const leg *l) {
    return l->point < (int64_t)lines->ring_start[l->segment] ||
           l->point >= (int64_t)lines->ring_start[l->segment + 1];
}

static double along(vector direction, vector by) {
    double length = hypot(direction.x, direction.y) * hypot(by.x, by.y);
    return length > 0 ? (direction.x * by.x + direction.y * by.y) / length : 0;
}

/* The leg that goes straightest on from the end of another; false at the end of the street. */
static bool go_on(const hs_gazetteer *gazetteer, uint32_t group, vector direction, leg *l) {
    const hs_segments *segments = &gazetteer->geography->segments;
    const hs_geometry *lines = &segments->lines;
    uint32_t node = l->step > 0 ? segments->to_node[l->segment] : segments->from_node[l->segment];
    double best = LEAST_ON;
    leg next = {.segment = HS_NONE};
    for (uint32_t k = segments->node_first[node]; k < segments->node_first[node + 1]; k++) {
        uint32_t segment = segments->node_segment[k];
        if (segment == l->segment || !is_of_group(gazetteer, segment, group)) continue;
        bool forward = segments->from_node[segment] == node;
        int64_t first =
            forward ? (int64_t)lines->ring_start[segment] : (int64_t)lines->ring_start[segment + 1] - 1;
        int step = forward ? 1 : -1;
        double cosine = along(direction, between(lines->positions[first], lines->positions[first + step]));
        if (cosine <= best) continue;
        best = cosine;
        next = (leg){segment, first + step, step, lines->positions[first]};
    }
    if (next.segment == HS_NONE) return false;
    *l = next;
    return true;
}

bool hs_walk_street(const hs_gazetteer *gazetteer, uint32_t group, double bearing_deg, double distance_m,
                    hs_position *position) {
    const hs_geometry *lines = &gazetteer->geography->segments.lines;
    on_segment start;
    if (!find_start(gazetteer, group, *position, &start)) return false;
    double angle = bearing_deg * 3.14159265358979323846 / 180;
    vector wanted = {sin(angle), cos(angle)};
    vector direction = between(lines->positions[start.piece], lines->positions[start.piece + 1]);
    double cosine = along(direction, wanted);
    if (fabs(cosine) < LEAST_ALONG) return false;
    leg l = {start.segment, cosine > 0 ? (int64_t)start.piece + 1 : start.piece, cosine > 0 ? 1 : -1,
             start.at};
    double left_m = distance_m;
    for (int legs = 0; legs < LEGS_MOST; legs++) {
        for (; !is_past(lines, &l); l.point += l.step) {
            vector by = between(l.at, lines->positions[l.point]);
            double length_m = hypot(by.x, by.y);
            if (length_m > 0) direction = by;
            if (length_m >= left_m && length_m > 0) {
                *position = moved(l.at, (vector){by.x * left_m / length_m, by.y * left_m / length_m});
                return true;
            }
            left_m -= length_m;
            l.at = lines->positions[l.point];
        }
        if (!go_on(gazetteer, group, direction, &l)) break;
    }
    /* The street ends before: on in its direction. */
    double length_m = hypot(direction.x, direction.y);
    if (length_m > 0)
        l.at = moved(l.at, (vector){direction.x * left_m / length_m, direction.y * left_m / length_m});
    *position = l.at;
    return true;
}

bool hs_nearest_street(const hs_geography *geography, hs_position position, double most_m,
                       hs_position *nearest) {
    hs_placement placement;
    hs_geography_place(geography, position, &placement);
    if (placement.segment == HS_NONE) return false;
    on_segment best = {.segment = HS_NONE, .off_m = most_m};
    nearest_on_segment(&geography->segments, placement.segment, position, &best);
    *nearest = best.at;
    return best.segment != HS_NONE;
}
