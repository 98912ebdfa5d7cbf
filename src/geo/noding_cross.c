/* One pass over all pairs of pieces of a layer: where they cross or touch, both get a vertex. */
#include "geo/noding.h"

#include "geo/box.h"
#include "geo/box_tree.h"
#include "geo/piece.h"
#include <math.h>
#include <stdlib.h>

typedef struct cross_piece {
    uint32_t vertex; /* its start */
    int32_t layer;
} cross_piece;

typedef struct cross_search {
    const hs_noding *noding;
    const hs_box_tree *tree;
    const cross_piece *piece;
    uint32_t number; /* the piece whose partners are sought */
    hs_noding_splits *splits;
} cross_search;

static bool between(int32_t a, int32_t b, int32_t p) {
    return a < b ? p >= a && p <= b : p >= b && p <= a;
}

static double along_piece(hs_position a, hs_position b, hs_position p) {
    double ux = (double)b.lon_e7 - a.lon_e7, uy = (double)b.lat_e7 - a.lat_e7;
    double vx = (double)p.lon_e7 - a.lon_e7, vy = (double)p.lat_e7 - a.lat_e7;
    return (ux * vx + uy * vy) / (ux * ux + uy * uy);
}

static void split_at(const cross_search *search, uint32_t vertex, hs_position p) {
    hs_position a = search->noding->vertex[vertex], b = search->noding->vertex[vertex + 1];
    if (hs_positions_equal(a, p) || hs_positions_equal(b, p)) return;
    hs_noding_add_split(search->splits, (hs_noding_split){vertex, along_piece(a, b, p), p});
}

/* Where the pieces a b and c d cross, rounded; the determinants are exact. */
static hs_position crossing(hs_position a, hs_position b, hs_position c, hs_position d) {
    __int128 ux = (int64_t)b.lon_e7 - a.lon_e7, uy = (int64_t)b.lat_e7 - a.lat_e7;
    __int128 wx = (int64_t)d.lon_e7 - c.lon_e7, wy = (int64_t)d.lat_e7 - c.lat_e7;
    __int128 vx = (int64_t)c.lon_e7 - a.lon_e7, vy = (int64_t)c.lat_e7 - a.lat_e7;
    double along = (double)(vx * wy - vy * wx) / (double)(ux * wy - uy * wx);
    return (hs_position){(int32_t)(a.lon_e7 + (int64_t)round(along * (double)ux)),
                         (int32_t)(a.lat_e7 + (int64_t)round(along * (double)uy))};
}

/* `side` is the turn of p: 0 on the line through the piece. */
static void split_if_on(const cross_search *search, uint32_t vertex, int side, hs_position p) {
    hs_position a = search->noding->vertex[vertex], b = search->noding->vertex[vertex + 1];
    if (side == 0 && between(a.lon_e7, b.lon_e7, p.lon_e7) && between(a.lat_e7, b.lat_e7, p.lat_e7))
        split_at(search, vertex, p);
}

static void meet(const cross_search *search, uint32_t first, uint32_t second) {
    const hs_position *vertex = search->noding->vertex;
    hs_position a = vertex[first], b = vertex[first + 1], c = vertex[second], d = vertex[second + 1];
    int c_side = hs_piece_turn(a, b, c), d_side = hs_piece_turn(a, b, d);
    if (c_side * d_side > 0) return;
    int a_side = hs_piece_turn(c, d, a), b_side = hs_piece_turn(c, d, b);
    if (a_side * b_side > 0) return;
    if (c_side * d_side < 0 && a_side * b_side < 0) {
        hs_position at = crossing(a, b, c, d);
        split_at(search, first, at);
        split_at(search, second, at);
        return;
    }
    split_if_on(search, first, c_side, c);
    split_if_on(search, first, d_side, d);
    split_if_on(search, second, a_side, a);
    split_if_on(search, second, b_side, b);
}

static bool visit_partner(void *context, uint32_t place) {
    const cross_search *search = context;
    uint32_t other = search->tree->item[place], number = search->number;
    const cross_piece *a = &search->piece[number], *b = &search->piece[other];
    if (other == number || a->layer != b->layer) return true;
    /* Two fresh pieces see each other twice: the lower one takes the pair. */
    if (other < number && search->noding->fresh[b->vertex]) return true;
    if (other < number)
        meet(search, b->vertex, a->vertex);
    else
        meet(search, a->vertex, b->vertex);
    return true;
}

static uint32_t list_pieces(const hs_noding *noding, cross_piece *pieces, hs_box *boxes) {
    uint32_t count = 0;
    for (uint32_t line = 0; line < noding->line_count; line++) {
        for (uint32_t v = noding->line_start[line]; v + 1 < noding->line_start[line + 1]; v++) {
            pieces[count] = (cross_piece){v, noding->line_layer[line]};
            boxes[count++] = hs_positions_box(noding->vertex + v, 2);
        }
    }
    return count;
}

static hs_status cross_all(hs_noding *noding, cross_piece *pieces, hs_box *boxes, hs_error *error,
                           bool *changed) {
    hs_box_tree tree;
    uint32_t count = list_pieces(noding, pieces, boxes);
    hs_status status = hs_box_tree_build(boxes, count, error, &tree);
    if (status != HS_OK) return status;
    hs_noding_splits splits = {0};
    cross_search search = {.noding = noding, .tree = &tree, .piece = pieces, .splits = &splits};
    for (uint32_t i = 0; i < count; i++) {
        if (!noding->fresh[pieces[i].vertex]) continue;
        search.number = i;
        hs_box_tree_search(&tree, boxes[i], visit_partner, &search);
    }
    hs_box_tree_done(&tree);
    *changed = splits.count > 0;
    status = hs_noding_apply_splits(noding, &splits, error);
    free(splits.split);
    return status;
}

hs_status hs_noding_cross(hs_noding *noding, hs_error *error, bool *changed) {
    size_t vertices = noding->line_count ? noding->line_start[noding->line_count] : 0;
    if (vertices == 0) {
        *changed = false;
        return HS_OK;
    }
    cross_piece *pieces = malloc(vertices * sizeof *pieces);
    hs_box *boxes = malloc(vertices * sizeof *boxes);
    hs_status status = pieces && boxes
                           ? cross_all(noding, pieces, boxes, error, changed)
                           : hs_error_set(error, HS_E_MEMORY, "out of memory for the street graph");
    free(pieces);
    free(boxes);
    return status;
}
