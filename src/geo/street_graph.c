/* From noded lines to the graph: pieces that stand twice are dropped, junctions found and numbered, and the
 * lines cut there. */
#include "geo/street_graph.h"

#include "base/hash.h"
#include "geo/noding.h"
#include "geo/plane.h"
#include <stdlib.h>
#include <string.h>

/* The graph and the arena that holds its arrays. */
typedef struct graph_holder {
    hs_street_graph graph;
    hs_arena *arena;
} graph_holder;

/* A place where vertices of one layer coincide. */
typedef struct junction {
    hs_position position;
    int32_t layer;
    uint32_t uses; /* 0: free slot */
    bool line_end; /* of a line: joins the layers that end here */
    bool cut;      /* a line starts or stops here */
    uint32_t node; /* HS_NONE: not numbered yet */
} junction;

typedef struct junction_table {
    junction *slot;
    size_t mask;
} junction_table;

typedef struct graph_builder {
    hs_noding noding;
    uint8_t *kept;            /* [vertices] the piece from here is the first of its kind */
    junction_table junctions; /* by position and layer */
    junction_table ends;      /* by position alone: where lines of any layer end */
    double *measure_m;        /* [vertices] along the feature */
    hs_street_graph *graph;
    uint32_t *ring_start; /* of graph->lines, to write to */
    hs_position *positions;
    hs_arena *arena;
} graph_builder;

static hs_status out_of_memory(hs_error *error) {
    return hs_error_set(error, HS_E_MEMORY, "out of memory for the street graph");
}

static size_t table_size(size_t entries) {
    size_t size = 64;
    while (size < 2 * entries)
        size *= 2;
    return size;
}

static bool table_make(junction_table *table, size_t entries, hs_arena *arena) {
    size_t size = table_size(entries);
    table->slot = hs_arena_array(arena, size, sizeof *table->slot);
    table->mask = size - 1;
    return table->slot;
}

/* The slot of the key, taken when new. */
static junction *table_at(junction_table *table, hs_position position, int32_t layer) {
    const int32_t key[3] = {position.lon_e7, position.lat_e7, layer};
    for (size_t i = hs_hash(key, sizeof key, 0);; i++) {
        junction *slot = &table->slot[i & table->mask];
        if (slot->uses == 0) {
            *slot = (junction){.position = position, .layer = layer, .node = HS_NONE};
            return slot;
        }
        if (slot->layer == layer && hs_positions_equal(slot->position, position)) return slot;
    }
}

typedef struct piece_slot {
    hs_position low, high;
    int32_t layer;
    bool taken;
} piece_slot;

static bool before(hs_position a, hs_position b) {
    return a.lon_e7 != b.lon_e7 ? a.lon_e7 < b.lon_e7 : a.lat_e7 < b.lat_e7;
}

/* Whether the piece is new to the table; either direction counts as the same. */
static bool put_piece(piece_slot *slots, size_t mask, hs_position a, hs_position b, int32_t layer) {
    hs_position low = before(a, b) ? a : b, high = before(a, b) ? b : a;
    const int32_t key[5] = {low.lon_e7, low.lat_e7, high.lon_e7, high.lat_e7, layer};
    for (size_t i = hs_hash(key, sizeof key, 0);; i++) {
        piece_slot *slot = &slots[i & mask];
        if (!slot->taken) {
            *slot = (piece_slot){low, high, layer, true};
            return true;
        }
        if (slot->layer == layer && hs_positions_equal(slot->low, low) &&
            hs_positions_equal(slot->high, high))
            return false;
    }
}

static uint32_t vertex_count(const hs_noding *noding) {
    return noding->line_count ? noding->line_start[noding->line_count] : 0;
}

static hs_status drop_duplicates(graph_builder *builder, hs_error *error) {
    const hs_noding *noding = &builder->noding;
    size_t size = table_size(vertex_count(noding));
    piece_slot *slots = calloc(size, sizeof *slots);
    builder->kept = hs_arena_array(noding->arena, vertex_count(noding) + 1, 1);
    if (!slots || !builder->kept) {
        free(slots);
        return out_of_memory(error);
    }
    for (uint32_t line = 0; line < noding->line_count; line++)
        for (uint32_t v = noding->line_start[line]; v + 1 < noding->line_start[line + 1]; v++)
            builder->kept[v] = put_piece(slots, size - 1, noding->vertex[v], noding->vertex[v + 1],
                                         noding->line_layer[line]);
    free(slots);
    return HS_OK;
}

static hs_status measure(graph_builder *builder, hs_error *error) {
    const hs_noding *noding = &builder->noding;
    builder->measure_m = hs_arena_array(noding->arena, vertex_count(noding) + 1, sizeof(double));
    if (!builder->measure_m) return out_of_memory(error);
    double at_m = 0;
    for (uint32_t line = 0; line < noding->line_count; line++) {
        if (line > 0 && noding->line_feature[line] != noding->line_feature[line - 1]) at_m = 0;
        for (uint32_t v = noding->line_start[line]; v < noding->line_start[line + 1]; v++) {
            if (v > noding->line_start[line]) at_m += hs_ground_length_m(noding->vertex + v - 1, 2);
            builder->measure_m[v] = at_m;
        }
    }
    return HS_OK;
}

/* Counts how the kept pieces use vertex v of the line. */
static void use_vertex(graph_builder *builder, uint32_t line, uint32_t v) {
    const hs_noding *noding = &builder->noding;
    uint32_t first = noding->line_start[line], last = noding->line_start[line + 1] - 1;
    bool in = v > first && builder->kept[v - 1], out = v < last && builder->kept[v];
    if (!in && !out) return;
    junction *at = table_at(&builder->junctions, noding->vertex[v], noding->line_layer[line]);
    at->uses++;
    at->cut |= in != out;
    if (v != first && v != last) return;
    at->line_end = true;
    table_at(&builder->ends, noding->vertex[v], 0)->uses++;
}

static bool is_node(const junction *at) {
    return at->cut || at->line_end || at->uses > 1;
}

/* Numbers the node at a vertex in order of first sight; HS_NONE when the line runs through. */
static uint32_t node_at(graph_builder *builder, uint32_t line, uint32_t v) {
    const hs_noding *noding = &builder->noding;
    junction *at = table_at(&builder->junctions, noding->vertex[v], noding->line_layer[line]);
    if (!is_node(at)) return HS_NONE;
    if (at->node != HS_NONE) return at->node;
    junction *shared = at->line_end ? table_at(&builder->ends, at->position, 0) : at;
    if (shared->node == HS_NONE) {
        shared->node = builder->graph->node_count;
        builder->graph->node[builder->graph->node_count++] = at->position;
    }
    at->node = shared->node;
    return at->node;
}

static hs_status find_junctions(graph_builder *builder, hs_error *error) {
    const hs_noding *noding = &builder->noding;
    if (!table_make(&builder->junctions, vertex_count(noding), noding->arena) ||
        !table_make(&builder->ends, 2 * (size_t)noding->line_count, noding->arena))
        return out_of_memory(error);
    for (uint32_t line = 0; line < noding->line_count; line++)
        for (uint32_t v = noding->line_start[line]; v < noding->line_start[line + 1]; v++)
            use_vertex(builder, line, v);
    return HS_OK;
}

/* Every kept piece ends a segment at most once, so pieces bound segments and nodes. */
static hs_status make_arrays(graph_builder *builder, hs_error *error) {
    size_t pieces = 0;
    for (uint32_t v = 0; v < vertex_count(&builder->noding); v++)
        pieces += builder->kept[v];
    hs_street_graph *graph = builder->graph;
    hs_arena *arena = builder->arena;
    graph->node = hs_arena_array(arena, 2 * pieces + 1, sizeof *graph->node);
    graph->segment_street = hs_arena_array(arena, pieces + 1, sizeof *graph->segment_street);
    graph->segment_from = hs_arena_array(arena, pieces + 1, sizeof *graph->segment_from);
    graph->segment_to = hs_arena_array(arena, pieces + 1, sizeof *graph->segment_to);
    graph->segment_length_m = hs_arena_array(arena, pieces + 1, sizeof *graph->segment_length_m);
    graph->segment_start_m = hs_arena_array(arena, pieces + 1, sizeof *graph->segment_start_m);
    graph->segment_end_m = hs_arena_array(arena, pieces + 1, sizeof *graph->segment_end_m);
    builder->ring_start = hs_arena_array(arena, pieces + 1, sizeof *builder->ring_start);
    builder->positions = hs_arena_array(arena, 2 * pieces + 1, sizeof *builder->positions);
    if (!graph->node || !graph->segment_street || !graph->segment_from || !graph->segment_to ||
        !graph->segment_length_m || !graph->segment_start_m || !graph->segment_end_m ||
        !builder->ring_start || !builder->positions)
        return out_of_memory(error);
    graph->lines = (hs_geometry){
        .type = HS_GEOMETRY_LINES, .ring_start = builder->ring_start, .positions = builder->positions};
    return HS_OK;
}

/* The segment over the vertices [first, last] of a line. */
static void add_segment(graph_builder *builder, uint32_t line, uint32_t first, uint32_t last, uint32_t from,
                        uint32_t to) {
    hs_street_graph *graph = builder->graph;
    uint32_t s = graph->segment_count++, at = builder->ring_start[s], count = last - first + 1;
    graph->segment_street[s] = builder->noding.line_feature[line];
    graph->segment_from[s] = from;
    graph->segment_to[s] = to;
    graph->segment_start_m[s] = builder->measure_m[first];
    graph->segment_end_m[s] = builder->measure_m[last];
    graph->segment_length_m[s] = (float)(builder->measure_m[last] - builder->measure_m[first]);
    memcpy(builder->positions + at, builder->noding.vertex + first, count * sizeof(hs_position));
    builder->ring_start[s + 1] = at + count;
    graph->lines.ring_count = graph->segment_count;
}

static void cut_line(graph_builder *builder, uint32_t line) {
    uint32_t last = builder->noding.line_start[line + 1] - 1;
    uint32_t start = HS_NONE, from = HS_NONE;
    for (uint32_t v = builder->noding.line_start[line]; v <= last; v++) {
        bool out = v < last && builder->kept[v];
        if (start == HS_NONE && !out) continue;
        uint32_t node = node_at(builder, line, v);
        if (node == HS_NONE) continue;
        if (start != HS_NONE) add_segment(builder, line, start, v, from, node);
        start = out ? v : HS_NONE;
        from = node;
    }
}

static hs_status link_nodes(graph_builder *builder, hs_error *error) {
    hs_street_graph *graph = builder->graph;
    graph->node_first =
        hs_arena_array(builder->arena, (size_t)graph->node_count + 2, sizeof *graph->node_first);
    graph->node_segment =
        hs_arena_array(builder->arena, 2 * (size_t)graph->segment_count + 1, sizeof *graph->node_segment);
    if (!graph->node_first || !graph->node_segment) return out_of_memory(error);
    /* Counted two places ahead, so that filling leaves each start where it belongs. */
    uint32_t *start = graph->node_first + 1;
    for (uint32_t s = 0; s < graph->segment_count; s++) {
        start[graph->segment_from[s] + 1]++;
        start[graph->segment_to[s] + 1]++;
    }
    for (uint32_t n = 0; n < graph->node_count; n++)
        start[n + 1] += start[n];
    for (uint32_t s = 0; s < graph->segment_count; s++) {
        graph->node_segment[start[graph->segment_from[s]]++] = s;
        graph->node_segment[start[graph->segment_to[s]]++] = s;
    }
    return HS_OK;
}

static hs_status build(graph_builder *builder, hs_error *error) {
    hs_status status = drop_duplicates(builder, error);
    if (status == HS_OK) status = measure(builder, error);
    if (status == HS_OK) status = find_junctions(builder, error);
    if (status == HS_OK) status = make_arrays(builder, error);
    if (status != HS_OK) return status;
    for (uint32_t line = 0; line < builder->noding.line_count; line++)
        cut_line(builder, line);
    return link_nodes(builder, error);
}

hs_status hs_street_graph_new(const hs_geometry *streets, const int32_t *layer, uint32_t count,
                              hs_error *error, hs_street_graph **graph) {
    hs_arena *arena = hs_arena_new(SIZE_MAX), *scratch = hs_arena_new(SIZE_MAX);
    graph_holder *holder = arena ? hs_arena_array(arena, 1, sizeof *holder) : NULL;
    if (!holder || !scratch) {
        hs_arena_free(arena);
        hs_arena_free(scratch);
        return out_of_memory(error);
    }
    holder->arena = arena;
    graph_builder builder = {.graph = &holder->graph, .arena = arena};
    hs_status status = hs_noding_run(streets, layer, count, scratch, error, &builder.noding);
    if (status == HS_OK) status = build(&builder, error);
    hs_arena_free(scratch);
    if (status != HS_OK) {
        hs_arena_free(arena);
        return status;
    }
    *graph = &holder->graph;
    return HS_OK;
}

void hs_street_graph_free(hs_street_graph *graph) {
    if (graph) hs_arena_free(((graph_holder *)graph)->arena);
}
