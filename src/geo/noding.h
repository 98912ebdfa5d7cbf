/* The geometry of noding: lines are given vertices wherever they touch or cross on the same layer, so that
 * afterwards they meet at shared vertices only. Private to src/geo. */
#ifndef GEO_NODING_H
#define GEO_NODING_H

#include "base/arena.h"
#include <hotspot/geometry.h>

/* An end point this near to another line (or to another end) is taken to lie on it. Centimetre noise and
 * rounding stay far below, the width of a lane far above. */
#define HS_NODING_TOLERANCE_M 0.3

/* Line l has the vertices [line_start[l], line_start[l + 1]), at least two, no two neighbours equal. */
typedef struct hs_noding {
    hs_arena *arena; /* holds the arrays */
    uint32_t line_count;
    uint32_t *line_feature;
    int32_t *line_layer;
    uint32_t *line_start;
    hs_position *vertex;
    uint8_t *fresh; /* [vertices]: the piece from here to the next vertex is new since the last pass */
} hs_noding;

/* A vertex to be put into the piece that starts at `vertex`. */
typedef struct hs_noding_split {
    uint32_t vertex;
    double along; /* 0 to 1 within the piece: the order of several */
    hs_position position;
} hs_noding_split;

typedef struct hs_noding_splits {
    hs_noding_split *split;
    size_t count, capacity;
    bool failed; /* memory was out */
} hs_noding_splits;

/* Copies the features' lines into arena and nodes them. */
hs_status hs_noding_run(const hs_geometry *streets, const int32_t *layer, uint32_t count, hs_arena *arena,
                        hs_error *error, hs_noding *noding);

/* The steps of it. */
hs_status hs_noding_snap_ends(hs_noding *noding, hs_error *error);
hs_status hs_noding_cross(hs_noding *noding, hs_error *error, bool *changed);
void hs_noding_add_split(hs_noding_splits *splits, hs_noding_split split);
hs_status hs_noding_apply_splits(hs_noding *noding, hs_noding_splits *splits, hs_error *error);
/* Drops vertices equal to the one before, and lines of which a single vertex remains. */
void hs_noding_drop_repeats(hs_noding *noding);

static inline bool hs_positions_equal(hs_position a, hs_position b) {
    return a.lon_e7 == b.lon_e7 && a.lat_e7 == b.lat_e7;
}

#endif
