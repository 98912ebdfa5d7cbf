#include "geocode/cross_streets.h"

#include "base/text.h"
#include "geo/plane.h"
#include <math.h>

enum { MOST_STEPS = 1000 };

hs_str hs_street_name(const hs_geography *geography, uint32_t street) {
    hs_str name = geography->streets.name[street];
    return name.size > 0 ? name : geography->streets.name_en[street];
}

/* A street without a name goes on as itself only. */
static bool same_name(const hs_geography *geography, uint32_t a, uint32_t b) {
    hs_str name = hs_street_name(geography, a);
    return a == b || (name.size > 0 && hs_str_equal(name, hs_street_name(geography, b)));
}

/* The street of another name at a node, the lowest row of them; HS_NONE. */
static uint32_t other_street(const hs_geography *geography, uint32_t node, uint32_t street) {
    const hs_segments *segments = &geography->segments;
    uint32_t found = HS_NONE;
    for (uint32_t i = segments->node_first[node]; i < segments->node_first[node + 1]; i++) {
        uint32_t other = segments->street[segments->node_segment[i]];
        if (hs_street_name(geography, other).size > 0 && !same_name(geography, other, street) &&
            other < found)
            found = other;
    }
    return found;
}

/* The unit vector in which a segment leaves one of its nodes. */
static void heading(const hs_segments *segments, uint32_t segment, uint32_t node, double direction[2]) {
    const hs_position *first = segments->lines.positions + segments->lines.ring_start[segment];
    const hs_position *last = segments->lines.positions + segments->lines.ring_start[segment + 1] - 1;
    bool from_start = segments->from_node[segment] == node;
    hs_position a = from_start ? first[0] : last[0], b = from_start ? first[1] : last[-1];
    double kx, ky;
    hs_ground_scale_m(a.lat_e7, &kx, &ky);
    double x = ((double)b.lon_e7 - a.lon_e7) * kx, y = ((double)b.lat_e7 - a.lat_e7) * ky;
    double length = hypot(x, y);
    direction[0] = length > 0 ? x / length : 0;
    direction[1] = length > 0 ? y / length : 0;
}

/* How the street goes on behind a node: the straightest of its segments, HS_NONE. */
static uint32_t next_segment(const hs_geography *geography, uint32_t node, uint32_t segment) {
    const hs_segments *segments = &geography->segments;
    uint32_t found = HS_NONE;
    double straightest = 2, back[2], onward[2];
    heading(segments, segment, node, back);
    for (uint32_t i = segments->node_first[node]; i < segments->node_first[node + 1]; i++) {
        uint32_t other = segments->node_segment[i];
        if (other == segment || !same_name(geography, segments->street[other], segments->street[segment]))
            continue;
        heading(segments, other, node, onward);
        double cosine = back[0] * onward[0] + back[1] * onward[1]; /* -1: straight on */
        if (cosine < straightest) {
            straightest = cosine;
            found = other;
        }
    }
    return found;
}

static hs_cross_street walk(const hs_geography *geography, uint32_t segment, uint32_t node,
                            double distance_m) {
    const hs_segments *segments = &geography->segments;
    const hs_cross_street none = {HS_NONE, HS_NONE, 0};
    uint32_t first = segment;
    for (int step = 0; step < MOST_STEPS && distance_m <= HS_REVERSE_CROSS_M; step++) {
        uint32_t street = other_street(geography, node, segments->street[segment]);
        if (street != HS_NONE) return (hs_cross_street){street, node, distance_m};
        segment = next_segment(geography, node, segment);
        if (segment == HS_NONE || segment == first) return none;
        node =
            segments->from_node[segment] == node ? segments->to_node[segment] : segments->from_node[segment];
        distance_m += (double)segments->length_m[segment];
    }
    return none;
}

void hs_cross_streets(const hs_geography *geography, const hs_segment_point *at, hs_cross_street cross[2]) {
    const hs_segments *segments = &geography->segments;
    double ahead_m = (double)segments->length_m[at->segment] - at->along_m;
    cross[0] = walk(geography, at->segment, segments->from_node[at->segment], at->along_m);
    cross[1] = walk(geography, at->segment, segments->to_node[at->segment], ahead_m > 0 ? ahead_m : 0);
}
