#include "geo/segment_index.h"

#include "geo/box.h"
#include "geo/box_tree_near.h"
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

/* A query and the best answer so far. */
typedef struct nearest_query {
    hs_near near;
    const index_piece *best;
    double best_t;
} nearest_query;

/* Ends are measured by themselves, so pieces that share the nearest end tie exactly. */
static void try_piece(nearest_query *query, const index_piece *piece) {
    double ax = ((double)piece->a.lon_e7 - query->near.at.lon_e7) * query->near.kx;
    double ay = ((double)piece->a.lat_e7 - query->near.at.lat_e7) * query->near.ky;
    double bx = ((double)piece->b.lon_e7 - query->near.at.lon_e7) * query->near.kx;
    double by = ((double)piece->b.lat_e7 - query->near.at.lat_e7) * query->near.ky;
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
        distance2 = hs_square(ax * by - ay * bx) / length2;
    }
    if (distance2 > query->near.best2) return;
    if (distance2 == query->near.best2 && query->best &&
        (query->best->line < piece->line ||
         (query->best->line == piece->line && query->best->piece < piece->piece)))
        return;
    query->near.best2 = distance2;
    query->best = piece;
    query->best_t = t;
}

/* The pieces of a node, in whatever order: sorting them costs more than it saves. */
static void try_pieces(const hs_segment_index *index, nearest_query *query, uint32_t node) {
    const hs_box_tree *tree = &index->tree;
    uint32_t end = hs_near_children_end(tree, 0, node);
    for (uint32_t i = node * HS_BOX_TREE_FAN; i < end; i++)
        if (!hs_near_is_beyond(&query->near, hs_near_box_distance2(&query->near, &tree->box[i])))
            try_piece(query, &index->piece[i]);
}

static void find_nearest(const hs_segment_index *index, nearest_query *query) {
    const hs_box_tree *tree = &index->tree;
    hs_near_node stack[HS_NEAR_STACK];
    uint32_t depth = 0;
    if (tree->levels == 1) {
        try_piece(query, &index->piece[0]);
        return;
    }
    stack[depth++] = (hs_near_node){0, tree->levels - 1, 0};
    while (depth > 0) {
        hs_near_node node = stack[--depth];
        if (hs_near_is_beyond(&query->near, node.distance2)) continue;
        if (node.level == 1)
            try_pieces(index, query, node.node);
        else
            depth = hs_near_push(tree, &query->near, node, stack, depth);
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
    nearest_query query = {.near = hs_near_at(position, max_m)};
    find_nearest(index, &query);
    if (!query.best) return false;
    *hit = (hs_segment_hit){.line = query.best->line,
                            .piece = query.best->piece,
                            .along = query.best_t,
                            .distance_m = sqrt(query.near.best2),
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
