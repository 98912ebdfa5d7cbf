#include "geo/segment_index.h"

#include "geo/box.h"
#include "geo/box_tree.h"
#include "geo/plane.h"
#include <math.h>
#include <stdlib.h>

typedef struct index_piece {
    hs_position a, b;
    uint32_t line, piece;
} index_piece;

struct hs_segment_index {
    hs_box_tree tree;     /* of pieces */
    index_piece *piece;   /* in the tree's order */
    hs_box_tree lines;    /* of whole lines, for searching by box */
    uint32_t *line_start; /* positions of each line */
    hs_position *position;
    uint32_t line_count;
};

static uint32_t count_pieces(const hs_geometry *lines) {
    uint32_t count = 0;
    for (uint32_t line = 0; line < lines->ring_count; line++) {
        uint32_t positions = lines->ring_start[line + 1] - lines->ring_start[line];
        if (positions > 1) count += positions - 1;
    }
    return count;
}

static hs_status copy_lines(hs_segment_index *index, const hs_geometry *lines, hs_error *error) {
    uint32_t count = lines->ring_count, positions = count ? lines->ring_start[count] : 0;
    hs_box *boxes = malloc(((size_t)count + 1) * sizeof *boxes);
    index->line_start = malloc(((size_t)count + 1) * sizeof *index->line_start);
    index->position = malloc(((size_t)positions + 1) * sizeof *index->position);
    if (!boxes || !index->line_start || !index->position) {
        free(boxes);
        return hs_error_set(error, HS_E_MEMORY, "out of memory for a segment index");
    }
    index->line_count = count;
    index->line_start[0] = 0;
    for (uint32_t i = 0; i < positions; i++)
        index->position[i] = lines->positions[i];
    for (uint32_t line = 0; line < count; line++) {
        uint32_t start = lines->ring_start[line];
        index->line_start[line] = start;
        index->line_start[line + 1] = lines->ring_start[line + 1];
        boxes[line] = hs_positions_box(lines->positions + start, lines->ring_start[line + 1] - start);
    }
    hs_status status = hs_box_tree_build(boxes, count, error, &index->lines);
    free(boxes);
    return status;
}

static hs_status fill_pieces(hs_segment_index *index, hs_box *boxes, index_piece *pieces, hs_error *error) {
    uint32_t n = 0;
    for (uint32_t line = 0; line < index->line_count; line++) {
        uint32_t start = index->line_start[line];
        for (uint32_t i = start; i + 1 < index->line_start[line + 1]; i++) {
            boxes[n] = hs_positions_box(index->position + i, 2);
            pieces[n++] = (index_piece){index->position[i], index->position[i + 1], line, i - start};
        }
    }
    hs_status status = hs_box_tree_build(boxes, n, error, &index->tree);
    if (status != HS_OK) return status;
    for (uint32_t i = 0; i < n; i++)
        index->piece[i] = pieces[index->tree.item[i]];
    return HS_OK;
}

static hs_status build_pieces(hs_segment_index *index, hs_error *error) {
    hs_geometry lines = {.ring_count = index->line_count, .ring_start = index->line_start};
    size_t room = (size_t)count_pieces(&lines) + 1;
    hs_box *boxes = malloc(room * sizeof *boxes);
    index_piece *pieces = malloc(room * sizeof *pieces);
    index->piece = malloc(room * sizeof *index->piece);
    hs_status status = boxes && pieces && index->piece
                           ? fill_pieces(index, boxes, pieces, error)
                           : hs_error_set(error, HS_E_MEMORY, "out of memory for a segment index");
    free(boxes);
    free(pieces);
    return status;
}

hs_status hs_segment_index_new(const hs_geometry *lines, hs_error *error, hs_segment_index **index) {
    if (lines->type != HS_GEOMETRY_LINES && lines->ring_count > 0)
        return hs_error_set(error, HS_E_ARGUMENT, "a segment index takes lines only");
    hs_segment_index *made = calloc(1, sizeof *made);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "out of memory for a segment index");
    hs_status status = copy_lines(made, lines, error);
    if (status == HS_OK) status = build_pieces(made, error);
    if (status != HS_OK) {
        hs_segment_index_free(made);
        return status;
    }
    *index = made;
    return HS_OK;
}

void hs_segment_index_free(hs_segment_index *index) {
    if (!index) return;
    hs_box_tree_done(&index->tree);
    hs_box_tree_done(&index->lines);
    free(index->piece);
    free(index->line_start);
    free(index->position);
    free(index);
}

/* A query and the best answer so far; distances are squared metres. */
typedef struct nearest_query {
    hs_position at;
    double kx, ky; /* metres per unit */
    double best2;
    const index_piece *best;
    double best_t;
} nearest_query;

static double square(double x) {
    return x * x;
}

/* How far a coordinate lies outside an interval, without a branch: which side it is on cannot be foretold. */
static inline double outside(int32_t at, int32_t low, int32_t high) {
    int64_t below = (int64_t)low - at, above = (int64_t)at - high;
    int64_t out = below > above ? below : above;
    return (double)(out > 0 ? out : 0);
}

static inline double box_distance2(const nearest_query *query, const hs_box *box) {
    double dx = outside(query->at.lon_e7, box->min_lon_e7, box->max_lon_e7);
    double dy = outside(query->at.lat_e7, box->min_lat_e7, box->max_lat_e7);
    return square(dx * query->kx) + square(dy * query->ky);
}

/* Beyond this a box cannot hold anything as near; the margin covers rounding. */
static bool too_far(const nearest_query *query, double distance2) {
    return distance2 > query->best2 * (1 + 1e-12);
}

/* Ends are measured by themselves, so pieces that share the nearest end tie exactly. */
static void try_piece(nearest_query *query, const index_piece *piece) {
    double ax = ((double)piece->a.lon_e7 - query->at.lon_e7) * query->kx;
    double ay = ((double)piece->a.lat_e7 - query->at.lat_e7) * query->ky;
    double bx = ((double)piece->b.lon_e7 - query->at.lon_e7) * query->kx;
    double by = ((double)piece->b.lat_e7 - query->at.lat_e7) * query->ky;
    double dx = bx - ax, dy = by - ay;
    double length2 = dx * dx + dy * dy;
    double t = length2 > 0 ? -(ax * dx + ay * dy) / length2 : 0;
    double distance2;
    if (t <= 0) {
        t = 0;
        distance2 = ax * ax + ay * ay;
    } else if (t >= 1) {
        t = 1;
        distance2 = bx * bx + by * by;
    } else {
        distance2 = square(ax * by - ay * bx) / length2;
    }
    if (distance2 > query->best2) return;
    if (distance2 == query->best2 && query->best &&
        (query->best->line < piece->line ||
         (query->best->line == piece->line && query->best->piece < piece->piece)))
        return;
    query->best2 = distance2;
    query->best = piece;
    query->best_t = t;
}

typedef struct near_node {
    double distance2;
    uint32_t level, node;
} near_node;

/* Where the children of a node of the level above end. */
static uint32_t children_end(const hs_box_tree *tree, uint32_t level, uint32_t node) {
    uint32_t count = tree->level_start[level + 1] - tree->level_start[level];
    uint32_t end = (node + 1) * HS_BOX_TREE_FAN;
    return end < count ? end : count;
}

/* Puts the children of a node on the stack, the nearest on top. */
static uint32_t push_children(const hs_box_tree *tree, const nearest_query *query, near_node node,
                              near_node *stack, uint32_t depth) {
    uint32_t level = node.level - 1, start = tree->level_start[level];
    uint32_t end = children_end(tree, level, node.node), bottom = depth;
    for (uint32_t i = node.node * HS_BOX_TREE_FAN; i < end; i++) {
        double distance2 = box_distance2(query, &tree->box[start + i]);
        if (too_far(query, distance2)) continue;
        uint32_t place = depth++;
        while (place > bottom && stack[place - 1].distance2 < distance2) {
            stack[place] = stack[place - 1];
            place--;
        }
        stack[place] = (near_node){distance2, level, i};
    }
    return depth;
}

/* The pieces of a node, in whatever order: sorting them costs more than it saves. */
static void try_pieces(const hs_segment_index *index, nearest_query *query, uint32_t node) {
    const hs_box_tree *tree = &index->tree;
    uint32_t end = children_end(tree, 0, node);
    for (uint32_t i = node * HS_BOX_TREE_FAN; i < end; i++)
        if (!too_far(query, box_distance2(query, &tree->box[i]))) try_piece(query, &index->piece[i]);
}

static void find_nearest(const hs_segment_index *index, nearest_query *query) {
    const hs_box_tree *tree = &index->tree;
    near_node stack[HS_BOX_TREE_LEVELS * HS_BOX_TREE_FAN];
    uint32_t depth = 0;
    if (tree->levels == 1) {
        try_piece(query, &index->piece[0]);
        return;
    }
    stack[depth++] = (near_node){0, tree->levels - 1, 0};
    while (depth > 0) {
        near_node node = stack[--depth];
        if (too_far(query, node.distance2)) continue;
        if (node.level == 1)
            try_pieces(index, query, node.node);
        else
            depth = push_children(tree, query, node, stack, depth);
    }
}

static int side_of(const index_piece *piece, hs_position p) {
    int64_t left = ((int64_t)piece->b.lon_e7 - piece->a.lon_e7) * ((int64_t)p.lat_e7 - piece->a.lat_e7);
    int64_t right = ((int64_t)piece->b.lat_e7 - piece->a.lat_e7) * ((int64_t)p.lon_e7 - piece->a.lon_e7);
    return left > right ? -1 : left < right;
}

static hs_position position_along(const index_piece *piece, double t) {
    double dx = (double)piece->b.lon_e7 - piece->a.lon_e7, dy = (double)piece->b.lat_e7 - piece->a.lat_e7;
    return (hs_position){(int32_t)(piece->a.lon_e7 + (int64_t)round(dx * t)),
                         (int32_t)(piece->a.lat_e7 + (int64_t)round(dy * t))};
}

bool hs_segment_index_nearest(const hs_segment_index *index, hs_position position, double max_m,
                              hs_segment_hit *hit) {
    if (index->tree.count == 0 || !(max_m >= 0)) return false;
    nearest_query query = {.at = position, .best2 = max_m * max_m};
    hs_ground_scale_m(position.lat_e7, &query.kx, &query.ky);
    find_nearest(index, &query);
    if (!query.best) return false;
    *hit = (hs_segment_hit){.line = query.best->line,
                            .piece = query.best->piece,
                            .along = query.best_t,
                            .distance_m = sqrt(query.best2),
                            .side = side_of(query.best, position),
                            .nearest = position_along(query.best, query.best_t)};
    return true;
}

typedef struct line_search {
    const hs_segment_index *index;
    hs_box box;
    bool (*visit)(void *context, uint32_t line);
    void *context;
} line_search;

static bool visit_line(void *context, uint32_t place) {
    const line_search *search = context;
    const hs_segment_index *index = search->index;
    uint32_t line = index->lines.item[place];
    for (uint32_t i = index->line_start[line]; i + 1 < index->line_start[line + 1]; i++) {
        hs_box box = hs_positions_box(index->position + i, 2);
        if (hs_boxes_meet(&box, &search->box)) return search->visit(search->context, line);
    }
    return true;
}

void hs_segment_index_search(const hs_segment_index *index, hs_box box,
                             bool (*visit)(void *context, uint32_t line), void *context) {
    line_search search = {index, box, visit, context};
    hs_box_tree_search(&index->lines, box, visit_line, &search);
}

size_t hs_segment_index_bytes(const hs_segment_index *index) {
    return sizeof *index + hs_box_tree_bytes(&index->tree) + hs_box_tree_bytes(&index->lines) +
           index->tree.count * sizeof *index->piece +
           ((size_t)index->line_count + 1) * sizeof *index->line_start +
           index->line_start[index->line_count] * sizeof *index->position;
}
