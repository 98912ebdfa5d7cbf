/* House numbers as a field over the city: every number whose place is known (houses, ends of streets'
 * ranges), with the direction in which numbers grow there, and an index by place and number. Neighbouring
 * parallel streets are mostly numbered alike, so what is known of them tells where a number lies on a street
 * of which less is known. Immutable once built. */
#ifndef GEOCODE_ANCHORS_H
#define GEOCODE_ANCHORS_H

#include <hotspot/geography.h>

typedef struct hs_anchor {
    double x_m, y_m; /* in the anchors' plane */
    int32_t number;
    float dx, dy; /* unit vector of growing numbers; 0, 0 where unknown */
    float step_m; /* metres from one number to the next; 0 where unknown */
    uint32_t group;
    uint32_t address; /* of the gazetteer's addresses; HS_NONE: the end of a range */
    uint32_t street;  /* row, of a range's end */
} hs_anchor;

typedef struct hs_anchors {
    hs_anchor *anchor; /* by group, number */
    uint32_t count;
    uint32_t *first;     /* [group_count + 1] */
    float *group_side_m; /* [group_count]: as side_m, NAN where the group does not tell */
    double side_m; /* how far odd numbers stand left of the middle, looking along growing numbers; negative
                    * for right, 0 where the city does not keep sides */
    double step_m; /* of the city, the median */
    double block_step_m; /* within hundred blocks; step_m where the city has none */
    bool hundreds;       /* numbers jump to the next hundred at crossings */
    struct hs_anchor_key {
        uint64_t key; /* cell, number */
        uint32_t anchor;
    } * by_cell; /* sorted by key */
    hs_position origin;
    double kx, ky; /* metres a unit of 1e-7 degree */
} hs_anchors;

/* What is to become an anchor. */
typedef struct hs_anchor_seed {
    hs_position position;
    int32_t number;
    uint32_t group, address, street;
} hs_anchor_seed;

/* Sorts the seeds. HS_E_MEMORY. */
hs_status hs_anchors_build(hs_anchors *anchors, hs_anchor_seed *seeds, uint32_t count, uint32_t group_count,
                           hs_position origin, hs_error *error);
void hs_anchors_done(hs_anchors *anchors);

void hs_anchors_plane(const hs_anchors *anchors, hs_position position, double *x_m, double *y_m);
hs_position hs_anchors_position(const hs_anchors *anchors, double x_m, double y_m);
/* The group's first anchor whose number is at least `number`. */
uint32_t hs_anchors_bound(const hs_anchors *anchors, uint32_t group, int32_t number);
/* How far left of the middle a number stands, looking along growing numbers. */
double hs_anchors_side_m(const hs_anchors *anchors, uint32_t group, int32_t number);

/* Half way between two anchors of a group, both moved to the middle of the street. */
hs_position hs_anchors_middle(const hs_anchors *anchors, const hs_anchor *a, const hs_anchor *b);

/* Calls visit for the anchors in the cells that meet the box, numbers from low to high. */
void hs_anchors_search(const hs_anchors *anchors, double x0_m, double y0_m, double x1_m, double y1_m,
                       int32_t low, int32_t high, void (*visit)(void *context, const hs_anchor *anchor),
                       void *context);

#endif
