#include "geocode/number_field.h"

#include "geocode/field_evidence.h"
#include <math.h>
#include <stdlib.h>

/* A name's anchors farther from the seed than this are another town's. */
#define TOWN_M 3000.0
/* Walks among anchors end after this many. */
#define STEPS_MOST 96
/* Neighbours this near in numbers and on the ground leave nothing to ask: in a city of hundred blocks, in
 * others. */
#define NEAR_NUMBERS       30
#define NEAR_NUMBERS_PLAIN 60
#define NEAR_M             200.0
#define NEAR_PLAIN_M       600.0
/* Directions of neighbours count for a street that has none of its own. */
#define DIRECTION_M       500.0
#define DIRECTION_NUMBERS 30
#define DIRECTION_AGREE   0.5
/* Without evidence a number is followed this far from the last one known. */
#define STEP_NUMBERS 40
/* The street's own lines count within this of the place that the numbers tell. */
#define SNAP_M 80.0

enum { NEIGHBOURS = 4 };

typedef struct search {
    const hs_gazetteer *gazetteer;
    const hs_anchors *anchors;
    const hs_place_filter *filter;
    const hs_anchor *seed;
    uint32_t group;
    int32_t number;
    const hs_anchor *below, *above;           /* nearest in number, of either side */
    const hs_anchor *same_below, *same_above; /* of the number's side */
    double dx, dy;                            /* where numbers grow */
} search;

static bool counts(const search *s, const hs_anchor *anchor) {
    if (hypot(anchor->x_m - s->seed->x_m, anchor->y_m - s->seed->y_m) > TOWN_M) return false;
    return anchor->address == HS_NONE ||
           hs_filter_fits(s->gazetteer, s->filter, &s->gazetteer->address[anchor->address]);
}

/* The nearest anchors below and above the number, of either side and of its own. */
static void find_neighbours(search *s) {
    uint32_t begin = s->anchors->first[s->group], end = s->anchors->first[s->group + 1];
    uint32_t bound = hs_anchors_bound(s->anchors, s->group, s->number);
    for (uint32_t i = bound, steps = 0; i > begin && steps < STEPS_MOST && !s->same_below; i--, steps++) {
        const hs_anchor *one = &s->anchors->anchor[i - 1];
        if (!counts(s, one)) continue;
        if (!s->below) s->below = one;
        if (!((one->number ^ s->number) & 1)) s->same_below = one;
    }
    for (uint32_t i = bound, steps = 0; i < end && steps < STEPS_MOST && !s->same_above; i++, steps++) {
        const hs_anchor *one = &s->anchors->anchor[i];
        if (!counts(s, one)) continue;
        if (!s->above) s->above = one;
        if (!((one->number ^ s->number) & 1)) s->same_above = one;
    }
}

static double apart_m(const hs_anchor *a, const hs_anchor *b) {
    return hypot(a->x_m - b->x_m, a->y_m - b->y_m);
}

static bool is_near_pair(const search *s, const hs_anchor *a, const hs_anchor *b) {
    if (!a || !b) return false;
    int64_t gap = (int64_t)b->number - a->number;
    if (!s->anchors->hundreds) return gap <= NEAR_NUMBERS_PLAIN && apart_m(a, b) < NEAR_PLAIN_M;
    return (gap <= NEAR_NUMBERS || a->number / 100 == b->number / 100) && apart_m(a, b) < NEAR_M;
}

static double side_m(const search *s, int32_t number) {
    return hs_anchors_side_m(s->anchors, s->group, number);
}

/* An anchor moved to the middle of the street. */
static void middle_of(const search *s, const hs_anchor *anchor, double *x_m, double *y_m) {
    double left_m = anchor->dx != 0 || anchor->dy != 0 ? side_m(s, anchor->number) : 0;
    *x_m = anchor->x_m + anchor->dy * left_m;
    *y_m = anchor->y_m - anchor->dx * left_m;
}

static void set_point(const search *s, double x_m, double y_m, double dx, double dy, hs_field_point *point) {
    double left_m = side_m(s, s->number);
    point->middle = hs_anchors_position(s->anchors, x_m, y_m);
    point->position = hs_anchors_position(s->anchors, x_m - dy * left_m, y_m + dx * left_m);
}

/* On the way from one known neighbour to the other. */
static void set_between(const search *s, const hs_anchor *a, const hs_anchor *b, hs_field_point *point) {
    double share =
        b->number > a->number ? ((double)s->number - a->number) / ((double)b->number - a->number) : 0.5;
    double ax, ay, bx, by;
    *point = (hs_field_point){.spread_m = apart_m(a, b) / 4, .basis = HS_FIELD_BETWEEN, .street = HS_NONE};
    if (!((a->number ^ s->number) & 1) && !((b->number ^ s->number) & 1)) {
        /* Both stand on its side. */
        point->position = hs_anchors_position(s->anchors, a->x_m + share * (b->x_m - a->x_m),
                                              a->y_m + share * (b->y_m - a->y_m));
        point->middle = point->position;
        return;
    }
    middle_of(s, a, &ax, &ay);
    middle_of(s, b, &bx, &by);
    set_point(s, ax + share * (bx - ax), ay + share * (by - ay), a->dx, a->dy, point);
}

/* Neighbours of the number's own side are better unless they are much farther. */
static bool between_neighbours(const search *s, hs_field_point *point) {
    bool same = is_near_pair(s, s->same_below, s->same_above), any = is_near_pair(s, s->below, s->above);
    if (same && any && side_m(s, 1) != 0)
        same =
            s->same_above->number - s->same_below->number <= 3 * (s->above->number - s->below->number) + 10;
    if (same)
        set_between(s, s->same_below, s->same_above, point);
    else if (any)
        set_between(s, s->below, s->above, point);
    return same || any;
}

typedef struct direction_vote {
    const hs_anchor *seed;
    double x, y, w;
} direction_vote;

static void vote_direction(void *context, const hs_anchor *anchor) {
    direction_vote *vote = context;
    double far_m = apart_m(anchor, vote->seed);
    if (anchor->step_m == 0 || far_m > DIRECTION_M) return;
    double w = 1 / (30 + far_m);
    vote->x += w * anchor->dx;
    vote->y += w * anchor->dy;
    vote->w += w;
}

/* Where numbers grow: by the neighbour nearest in number that tells, else by other streets nearby. */
static bool find_direction(search *s) {
    const hs_anchor *nearest = NULL, *all[NEIGHBOURS] = {s->below, s->above, s->same_below, s->same_above};
    for (size_t i = 0; i < NEIGHBOURS; i++) {
        if (!all[i] || all[i]->step_m == 0) continue;
        if (!nearest || labs((long)all[i]->number - s->number) < labs((long)nearest->number - s->number))
            nearest = all[i];
    }
    if (nearest) {
        s->dx = nearest->dx;
        s->dy = nearest->dy;
        return true;
    }
    const hs_anchor *at = s->below ? s->below : s->above;
    direction_vote vote = {.seed = at};
    hs_anchors_search(s->anchors, at->x_m - DIRECTION_M, at->y_m - DIRECTION_M, at->x_m + DIRECTION_M,
                      at->y_m + DIRECTION_M, at->number - DIRECTION_NUMBERS, at->number + DIRECTION_NUMBERS,
                      vote_direction, &vote);
    double length = hypot(vote.x, vote.y);
    if (vote.w == 0 || length < DIRECTION_AGREE * vote.w) return false;
    s->dx = vote.x / length;
    s->dy = vote.y / length;
    return true;
}

/* Along the direction and left of it, from an origin. */
static void turn(const search *s, const hs_anchor *origin, double x_m, double y_m, double *along_m,
                 double *left_m) {
    *along_m = (x_m - origin->x_m) * s->dx + (y_m - origin->y_m) * s->dy;
    *left_m = (y_m - origin->y_m) * s->dx - (x_m - origin->x_m) * s->dy;
}

/* How far left of the origin's line the middle of the street lies at `along_m`: between its neighbours, else
 * as at the nearer anchors. */
static double course_m(const search *s, const hs_anchor *origin, double along_m) {
    const hs_anchor *all[NEIGHBOURS] = {s->below, s->above, s->same_below, s->same_above};
    double sum = 0, weights = 0, x, y, along[NEIGHBOURS], left[NEIGHBOURS];
    for (size_t i = 0; i < NEIGHBOURS; i++) {
        if (!all[i]) continue;
        middle_of(s, all[i], &x, &y);
        turn(s, origin, x, y, &along[i], &left[i]);
        double off = 30 + fabs(along[i] - along_m);
        sum += left[i] / (off * off);
        weights += 1 / (off * off);
    }
    if (s->below && s->above && along[1] - along[0] > 30)
        return left[0] + (left[1] - left[0]) * (along_m - along[0]) / (along[1] - along[0]);
    return sum / weights;
}

/* The place moved to the nearest of the street's own lines. */
static void snap(const search *s, double x_m, double y_m, hs_field_point *point) {
    hs_line_hit hit;
    if (!hs_nearest_on_lines(s->gazetteer, s->group, x_m, y_m, SNAP_M, &hit)) {
        set_point(s, x_m, y_m, s->dx, s->dy, point);
        return;
    }
    bool along = hit.dx * s->dx + hit.dy * s->dy >= 0;
    set_point(s, hit.x_m, hit.y_m, along ? hit.dx : -hit.dx, along ? hit.dy : -hit.dy, point);
    point->street = hit.street;
}

static double clamped(double value, double low, double high) {
    return value < low ? low : value > high ? high : value;
}

static bool by_field(search *s, hs_field_point *point) {
    const hs_anchor *origin = s->below ? s->below : s->above;
    if (s->below && s->above &&
        labs((long)s->above->number - s->number) < labs((long)s->number - s->below->number))
        origin = s->above;
    if (!find_direction(s)) return false;
    double off = (double)s->number - origin->number, along_m, spread_m;
    hs_evidence evidence = {.anchors = s->anchors,
                            .group = s->group,
                            .number = s->number,
                            .x_m = origin->x_m,
                            .y_m = origin->y_m,
                            .dx = s->dx,
                            .dy = s->dy,
                            .reach_m = 4 * fabs(off) + 200};
    *point = (hs_field_point){.basis = HS_FIELD_PARALLEL, .street = HS_NONE};
    if (!hs_evidence_find(&evidence, &along_m, &spread_m)) {
        if (fabs(off) > STEP_NUMBERS) return false;
        double step_m = origin->step_m > 0 ? origin->step_m : s->anchors->step_m;
        along_m = off * step_m;
        spread_m = fabs(along_m) / 2 + 20;
        point->basis = HS_FIELD_STEP;
    }
    double x, y, low_m, high_m, left_m;
    if (s->below) {
        middle_of(s, s->below, &x, &y);
        turn(s, origin, x, y, &low_m, &left_m);
        along_m = fmax(along_m, low_m);
    }
    if (s->above) {
        middle_of(s, s->above, &x, &y);
        turn(s, origin, x, y, &high_m, &left_m);
        along_m =
            s->below ? clamped(along_m, fmin(low_m, high_m), fmax(low_m, high_m)) : fmin(along_m, high_m);
    }
    left_m = course_m(s, origin, along_m);
    point->spread_m = spread_m;
    snap(s, origin->x_m + along_m * s->dx - left_m * s->dy, origin->y_m + along_m * s->dy + left_m * s->dx,
         point);
    return true;
}

bool hs_field_at(const hs_gazetteer *gazetteer, uint32_t seed, int32_t number, const hs_place_filter *filter,
                 hs_field_point *point) {
    search s = {.gazetteer = gazetteer,
                .anchors = &gazetteer->anchors,
                .filter = filter,
                .seed = &gazetteer->anchors.anchor[seed],
                .group = gazetteer->anchors.anchor[seed].group,
                .number = number};
    find_neighbours(&s);
    if (!s.below && !s.above) return false;
    return between_neighbours(&s, point) || by_field(&s, point);
}

bool hs_field_on_lines(const hs_gazetteer *gazetteer, uint32_t group, int32_t number, hs_field_point *point) {
    search s = {.gazetteer = gazetteer, .anchors = &gazetteer->anchors, .group = group, .number = number};
    double x_m, y_m;
    *point = (hs_field_point){.basis = HS_FIELD_PARALLEL, .street = HS_NONE};
    if (!hs_evidence_on_lines(gazetteer, group, number, &x_m, &y_m, &s.dx, &s.dy, &point->spread_m))
        return false;
    snap(&s, x_m, y_m, point);
    return true;
}
