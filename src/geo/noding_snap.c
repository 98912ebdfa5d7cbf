/* Ends of lines are drawn onto what they nearly touch: first onto each other, then vertices and pieces of
 * other lines are drawn onto the ends, which stay where they are. */
#include "geo/noding.h"

#include "geo/box_tree.h"
#include "geo/plane.h"
#include <math.h>
#include <stdlib.h>

typedef struct line_end {
    hs_position position;
    int32_t layer;
    uint32_t vertex;
    bool leads; /* other ends were drawn here, or none was near */
} line_end;

typedef struct end_search {
    const hs_noding *noding;
    const hs_box_tree *tree;
    line_end *end;
    double kx, ky;
    hs_position at;
    uint32_t number; /* the end that looks for a leader */
    int32_t layer;
    double best_m;
    uint32_t best;
    uint32_t piece; /* vertex that starts the piece to be split */
    hs_noding_splits *splits;
} end_search;

static hs_box around(hs_position a, hs_position b, double kx, double ky) {
    /* At the poles a degree of longitude has no width. */
    int64_t dx = (int64_t)fmin(ceil(HS_NODING_TOLERANCE_M / kx), 1e6);
    int64_t dy = (int64_t)ceil(HS_NODING_TOLERANCE_M / ky);
    int64_t west = (a.lon_e7 < b.lon_e7 ? a.lon_e7 : b.lon_e7) - dx;
    int64_t east = (a.lon_e7 < b.lon_e7 ? b.lon_e7 : a.lon_e7) + dx;
    int64_t south = (a.lat_e7 < b.lat_e7 ? a.lat_e7 : b.lat_e7) - dy;
    int64_t north = (a.lat_e7 < b.lat_e7 ? b.lat_e7 : a.lat_e7) + dy;
    return (hs_box){(int32_t)west, (int32_t)south, (int32_t)east, (int32_t)north};
}

static double distance_m(const end_search *search, hs_position a, hs_position b) {
    double dx = ((double)a.lon_e7 - b.lon_e7) * search->kx, dy = ((double)a.lat_e7 - b.lat_e7) * search->ky;
    return sqrt(dx * dx + dy * dy);
}

static void take_if_nearer(end_search *search, uint32_t candidate) {
    double d = distance_m(search, search->at, search->end[candidate].position);
    if (d > HS_NODING_TOLERANCE_M) return;
    if (search->best != HS_NONE && (d > search->best_m || (d == search->best_m && candidate > search->best)))
        return;
    search->best_m = d;
    search->best = candidate;
}

static bool visit_leader(void *context, uint32_t place) {
    end_search *search = context;
    uint32_t candidate = search->tree->item[place];
    if (candidate < search->number && search->end[candidate].leads) take_if_nearer(search, candidate);
    return true;
}

static bool visit_same_layer(void *context, uint32_t place) {
    end_search *search = context;
    uint32_t candidate = search->tree->item[place];
    if (search->end[candidate].layer == search->layer) take_if_nearer(search, candidate);
    return true;
}

/* Each end goes to the nearest earlier leader, else leads. Bridges join the ground at their ends, so layers
 * do not matter here. */
static void join_ends(end_search *search, uint32_t count, hs_position *goal) {
    for (uint32_t i = 0; i < count; i++) {
        line_end *end = &search->end[i];
        search->at = end->position;
        search->number = i;
        search->best = HS_NONE;
        hs_ground_scale_m(end->position.lat_e7, &search->kx, &search->ky);
        hs_box_tree_search(search->tree, around(search->at, search->at, search->kx, search->ky), visit_leader,
                           search);
        end->leads = search->best == HS_NONE;
        goal[i] = end->leads ? end->position : search->end[search->best].position;
    }
}

static void draw_vertices(end_search *search) {
    const hs_noding *noding = search->noding;
    for (uint32_t line = 0; line < noding->line_count; line++) {
        search->layer = noding->line_layer[line];
        for (uint32_t v = noding->line_start[line] + 1; v + 1 < noding->line_start[line + 1]; v++) {
            search->at = noding->vertex[v];
            search->best = HS_NONE;
            hs_ground_scale_m(search->at.lat_e7, &search->kx, &search->ky);
            hs_box_tree_search(search->tree, around(search->at, search->at, search->kx, search->ky),
                               visit_same_layer, search);
            if (search->best != HS_NONE) noding->vertex[v] = search->end[search->best].position;
        }
    }
}

/* An end beside the inside of a piece becomes a vertex of it. */
static bool visit_beside_piece(void *context, uint32_t place) {
    end_search *search = context;
    const line_end *end = &search->end[search->tree->item[place]];
    hs_position a = search->noding->vertex[search->piece], b = search->noding->vertex[search->piece + 1];
    if (end->layer != search->layer || hs_positions_equal(end->position, a) ||
        hs_positions_equal(end->position, b))
        return true;
    double ux = ((double)b.lon_e7 - a.lon_e7) * search->kx, uy = ((double)b.lat_e7 - a.lat_e7) * search->ky;
    double vx = ((double)end->position.lon_e7 - a.lon_e7) * search->kx;
    double vy = ((double)end->position.lat_e7 - a.lat_e7) * search->ky;
    double length2 = ux * ux + uy * uy;
    double along = (ux * vx + uy * vy) / length2;
    if (along > 0 && along < 1 && fabs(ux * vy - uy * vx) <= HS_NODING_TOLERANCE_M * sqrt(length2))
        hs_noding_add_split(search->splits, (hs_noding_split){search->piece, along, end->position});
    return true;
}

static void find_touched_pieces(end_search *search) {
    const hs_noding *noding = search->noding;
    for (uint32_t line = 0; line < noding->line_count; line++) {
        search->layer = noding->line_layer[line];
        for (uint32_t v = noding->line_start[line]; v + 1 < noding->line_start[line + 1]; v++) {
            hs_position a = noding->vertex[v], b = noding->vertex[v + 1];
            hs_ground_scale_m(a.lat_e7, &search->kx, &search->ky);
            search->piece = v;
            hs_box_tree_search(search->tree, around(a, b, search->kx, search->ky), visit_beside_piece,
                               search);
        }
    }
}

static hs_status collect_ends(const hs_noding *noding, line_end *ends, hs_box *boxes, hs_error *error,
                              hs_box_tree *tree) {
    for (uint32_t line = 0; line < noding->line_count; line++) {
        const uint32_t vertex[2] = {noding->line_start[line], noding->line_start[line + 1] - 1};
        for (unsigned side = 0; side < 2; side++) {
            hs_position p = noding->vertex[vertex[side]];
            ends[2 * line + side] = (line_end){p, noding->line_layer[line], vertex[side], false};
            boxes[2 * line + side] = (hs_box){p.lon_e7, p.lat_e7, p.lon_e7, p.lat_e7};
        }
    }
    return hs_box_tree_build(boxes, 2 * noding->line_count, error, tree);
}

static hs_status snap(hs_noding *noding, line_end *ends, hs_box *boxes, hs_position *goal, hs_error *error) {
    hs_box_tree tree = {0};
    hs_status status = collect_ends(noding, ends, boxes, error, &tree);
    if (status != HS_OK) return status;
    end_search search = {.noding = noding, .tree = &tree, .end = ends};
    join_ends(&search, 2 * noding->line_count, goal);
    for (uint32_t i = 0; i < 2 * noding->line_count; i++)
        noding->vertex[ends[i].vertex] = goal[i];
    hs_box_tree_done(&tree);
    hs_noding_drop_repeats(noding);

    status = collect_ends(noding, ends, boxes, error, &tree);
    if (status != HS_OK) return status;
    draw_vertices(&search);
    hs_noding_drop_repeats(noding);
    hs_noding_splits splits = {0};
    search.splits = &splits;
    find_touched_pieces(&search);
    hs_box_tree_done(&tree);
    status = hs_noding_apply_splits(noding, &splits, error);
    free(splits.split);
    if (status != HS_OK) return status;
    for (uint32_t v = 0; v < noding->line_start[noding->line_count]; v++)
        noding->fresh[v] = 1;
    return HS_OK;
}

hs_status hs_noding_snap_ends(hs_noding *noding, hs_error *error) {
    if (noding->line_count == 0) return HS_OK;
    size_t count = 2 * (size_t)noding->line_count;
    line_end *ends = malloc(count * sizeof *ends);
    hs_box *boxes = malloc(count * sizeof *boxes);
    hs_position *goal = malloc(count * sizeof *goal);
    hs_status status = ends && boxes && goal
                           ? snap(noding, ends, boxes, goal, error)
                           : hs_error_set(error, HS_E_MEMORY, "out of memory for the street graph");
    free(ends);
    free(boxes);
    free(goal);
    return status;
}
