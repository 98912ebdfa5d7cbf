#include "render/tile_shapes.h"

#include "base/buffer.h"
#include "geo/hilbert.h"

#include <stdlib.h>
#include <string.h>

#define COLUMN_CEILING ((size_t)8 << 30)

typedef struct added_shape {
    uint64_t place; /* along the curve */
    uint32_t row, group, number, first_ring, ring_count;
    uint8_t zoom;
    hs_mercator_box box;
} added_shape;

/* Columns that grow as shapes come: buffers of whole elements. */
struct hs_tile_shapes_builder {
    hs_geometry_type type;
    hs_buffer shape;      /* added_shape */
    hs_buffer ring_start; /* uint32_t, with the end of the last ring */
    hs_buffer ring_outer; /* uint8_t */
    hs_buffer vertex;     /* hs_mercator */
};

static const hs_mercator_box empty_box = {UINT32_MAX, UINT32_MAX, 0, 0};

static void box_add(hs_mercator_box *box, hs_mercator m) {
    if (m.x < box->min_x) box->min_x = m.x;
    if (m.x > box->max_x) box->max_x = m.x;
    if (m.y < box->min_y) box->min_y = m.y;
    if (m.y > box->max_y) box->max_y = m.y;
}

static void box_union(hs_mercator_box *box, const hs_mercator_box *other) {
    box_add(box, (hs_mercator){other->min_x, other->min_y});
    box_add(box, (hs_mercator){other->max_x, other->max_y});
}

static uint32_t vertex_count(const hs_tile_shapes_builder *builder) {
    return (uint32_t)(builder->vertex.size / sizeof(hs_mercator));
}

static uint32_t ring_count_of(const hs_tile_shapes_builder *builder) {
    return (uint32_t)(builder->ring_start.size / sizeof(uint32_t)) - 1;
}

hs_tile_shapes_builder *hs_tile_shapes_builder_new(hs_geometry_type type) {
    hs_tile_shapes_builder *builder = calloc(1, sizeof *builder);
    if (!builder) return NULL;
    builder->type = type;
    hs_buffer_init(&builder->shape, COLUMN_CEILING);
    hs_buffer_init(&builder->ring_start, COLUMN_CEILING);
    hs_buffer_init(&builder->ring_outer, COLUMN_CEILING);
    hs_buffer_init(&builder->vertex, COLUMN_CEILING);
    uint32_t start = 0;
    hs_buffer_append(&builder->ring_start, &start, sizeof start);
    return builder;
}

void hs_tile_shapes_builder_free(hs_tile_shapes_builder *builder) {
    if (!builder) return;
    hs_buffer_done(&builder->shape);
    hs_buffer_done(&builder->ring_start);
    hs_buffer_done(&builder->ring_outer);
    hs_buffer_done(&builder->vertex);
    free(builder);
}

static bool builder_ok(const hs_tile_shapes_builder *builder) {
    return builder->shape.status == HS_OK && builder->ring_start.status == HS_OK &&
           builder->ring_outer.status == HS_OK && builder->vertex.status == HS_OK;
}

/* Ends the ring whose corners were appended from `begin` on. One with too few of them is taken back. */
static bool end_ring(hs_tile_shapes_builder *builder, uint32_t begin, bool outer, hs_mercator_box *box) {
    bool closed = builder->type == HS_GEOMETRY_POLYGONS;
    const hs_mercator *vertex = (const hs_mercator *)(const void *)builder->vertex.data;
    uint32_t end = vertex_count(builder);
    while (closed && end > begin + 1 && vertex[end - 1].x == vertex[begin].x &&
           vertex[end - 1].y == vertex[begin].y)
        end--;
    if (end - begin < (closed ? 3u : 2u)) {
        builder->vertex.size = (size_t)begin * sizeof *vertex;
        return false;
    }
    builder->vertex.size = (size_t)end * sizeof *vertex;
    for (uint32_t i = begin; i < end; i++)
        box_add(box, vertex[i]);
    uint8_t flag = outer;
    hs_buffer_append(&builder->ring_start, &end, sizeof end);
    hs_buffer_append(&builder->ring_outer, &flag, sizeof flag);
    return true;
}

/* Corners that fall together stand once. */
static void add_vertex(hs_tile_shapes_builder *builder, uint32_t begin, hs_mercator m) {
    uint32_t count = vertex_count(builder);
    const hs_mercator *vertex = (const hs_mercator *)(const void *)builder->vertex.data;
    if (count > begin && vertex[count - 1].x == m.x && vertex[count - 1].y == m.y) return;
    hs_buffer_append(&builder->vertex, &m, sizeof m);
}

static bool add_ring(hs_tile_shapes_builder *builder, const hs_position *positions, uint32_t count,
                     bool outer, hs_mercator_box *box) {
    uint32_t begin = vertex_count(builder);
    for (uint32_t i = 0; i < count; i++)
        add_vertex(builder, begin, hs_mercator_from_position(positions[i]));
    return builder_ok(builder) && end_ring(builder, begin, outer, box);
}

static void end_shape(hs_tile_shapes_builder *builder, added_shape *shape) {
    shape->ring_count = ring_count_of(builder) - shape->first_ring;
    if (shape->ring_count == 0) return;
    shape->number = (uint32_t)(builder->shape.size / sizeof *shape);
    shape->place = hs_hilbert((uint32_t)(((uint64_t)shape->box.min_x + shape->box.max_x) / 2),
                              (uint32_t)(((uint64_t)shape->box.min_y + shape->box.max_y) / 2));
    hs_buffer_append(&builder->shape, shape, sizeof *shape);
}

static added_shape begin_shape(const hs_tile_shapes_builder *builder, uint32_t row, uint32_t group,
                               uint8_t zoom) {
    added_shape shape;
    memset(&shape, 0, sizeof shape);
    shape.row = row;
    shape.group = group;
    shape.zoom = zoom;
    shape.first_ring = ring_count_of(builder);
    shape.box = empty_box;
    return shape;
}

bool hs_tile_shapes_add(hs_tile_shapes_builder *builder, uint32_t row, uint32_t group, uint8_t zoom,
                        const hs_geometry *geometry) {
    if (geometry->type != builder->type) return true;
    added_shape shape = begin_shape(builder, row, group, zoom);
    uint32_t parts = geometry->type == HS_GEOMETRY_POLYGONS ? geometry->part_count : geometry->ring_count;
    for (uint32_t p = 0; p < parts; p++) {
        bool polygons = geometry->type == HS_GEOMETRY_POLYGONS;
        uint32_t first = polygons ? geometry->part_start[p] : p;
        uint32_t end = polygons ? geometry->part_start[p + 1] : p + 1;
        for (uint32_t r = first; r < end; r++) {
            uint32_t begin = geometry->ring_start[r];
            bool added = add_ring(builder, geometry->positions + begin, geometry->ring_start[r + 1] - begin,
                                  r == first, &shape.box);
            if (!added && r == first) break; /* without its outer ring nothing of the polygon is left */
        }
    }
    end_shape(builder, &shape);
    return builder_ok(builder);
}

bool hs_tile_shapes_add_lines(hs_tile_shapes_builder *builder, uint32_t row, uint32_t group, uint8_t zoom,
                              const hs_mercator *vertex, const uint32_t *line_start, uint32_t line_count) {
    added_shape shape = begin_shape(builder, row, group, zoom);
    for (uint32_t line = 0; line < line_count; line++) {
        uint32_t begin = vertex_count(builder);
        for (uint32_t i = line_start[line]; i < line_start[line + 1]; i++)
            add_vertex(builder, begin, vertex[i]);
        if (builder_ok(builder)) end_ring(builder, begin, true, &shape.box);
    }
    end_shape(builder, &shape);
    return builder_ok(builder);
}

static int compare_shapes(const void *a, const void *b) {
    const added_shape *s = a;
    const added_shape *t = b;
    if (s->group != t->group) return s->group < t->group ? -1 : 1;
    if (s->place != t->place) return s->place < t->place ? -1 : 1;
    return s->number < t->number ? -1 : s->number > t->number;
}

static hs_status simplify_lines(hs_mercator *vertex, uint8_t *zoom, const uint32_t *ring_start,
                                uint32_t ring_count) {
    uint32_t longest = 0;
    for (uint32_t r = 0; r < ring_count; r++)
        if (ring_start[r + 1] - ring_start[r] > longest) longest = ring_start[r + 1] - ring_start[r];
    uint32_t *stack = malloc(((size_t)3 * longest + 1) * sizeof *stack);
    double *significance = malloc(((size_t)longest + 1) * sizeof *significance);
    bool ok = stack && significance;
    for (uint32_t r = 0; ok && r < ring_count; r++)
        hs_tile_shape_significance(vertex + ring_start[r], ring_start[r + 1] - ring_start[r], stack,
                                   significance, zoom + ring_start[r]);
    free(stack);
    free(significance);
    return ok ? HS_OK : HS_E_MEMORY;
}

static bool allocate(hs_tile_shapes *s, uint32_t rings, uint32_t vertices) {
    size_t count = s->count;
    s->row = calloc(count + 1, sizeof *s->row);
    s->zoom = calloc(count + 1, sizeof *s->zoom);
    s->span = calloc(count + 1, sizeof *s->span);
    s->box = calloc(count + 1, sizeof *s->box);
    s->block_box = calloc(count / HS_SHAPE_BLOCK + 1, sizeof *s->block_box);
    s->shape_ring = calloc(count + 1, sizeof *s->shape_ring);
    s->ring_start = calloc((size_t)rings + 1, sizeof *s->ring_start);
    s->ring_outer = calloc((size_t)rings + 1, sizeof *s->ring_outer);
    s->ring_box = calloc((size_t)rings + 1, sizeof *s->ring_box);
    s->vertex = calloc((size_t)vertices + 1, sizeof *s->vertex);
    s->vertex_zoom = calloc((size_t)vertices + 1, sizeof *s->vertex_zoom);
    return s->row && s->zoom && s->span && s->box && s->block_box && s->shape_ring && s->ring_start &&
           s->ring_outer && s->ring_box && s->vertex && s->vertex_zoom;
}

static void copy_rings(const hs_tile_shapes_builder *builder, const added_shape *shape, hs_tile_shapes *s,
                       uint32_t *rings, uint32_t *vertices) {
    const uint32_t *starts = (const uint32_t *)(const void *)builder->ring_start.data;
    const hs_mercator *from = (const hs_mercator *)(const void *)builder->vertex.data;
    for (uint32_t r = shape->first_ring; r < shape->first_ring + shape->ring_count; r++) {
        uint32_t count = starts[r + 1] - starts[r];
        memcpy(s->vertex + *vertices, from + starts[r], count * sizeof *from);
        s->ring_box[*rings] = empty_box;
        for (uint32_t i = 0; i < count; i++)
            box_add(&s->ring_box[*rings], s->vertex[*vertices + i]);
        s->ring_outer[*rings] = (uint8_t)builder->ring_outer.data[r];
        *vertices += count;
        s->ring_start[++*rings] = *vertices;
    }
}

static void copy_in_order(hs_tile_shapes_builder *builder, hs_tile_shapes *s) {
    added_shape *shapes = (added_shape *)(void *)builder->shape.data;
    uint32_t rings = 0;
    uint32_t vertices = 0;
    if (s->count > 1) qsort(shapes, s->count, sizeof *shapes, compare_shapes);
    for (uint32_t i = 0; i < s->count; i++) {
        const added_shape *shape = &shapes[i];
        hs_mercator_box *block = &s->block_box[i / HS_SHAPE_BLOCK];
        uint32_t width = shape->box.max_x - shape->box.min_x;
        uint32_t height = shape->box.max_y - shape->box.min_y;
        s->row[i] = shape->row;
        s->zoom[i] = shape->zoom;
        s->box[i] = shape->box;
        s->span[i] = (float)(width > height ? width : height);
        if (i % HS_SHAPE_BLOCK == 0) *block = shape->box;
        box_union(block, &shape->box);
        copy_rings(builder, shape, s, &rings, &vertices);
        s->shape_ring[i + 1] = rings;
    }
}

hs_status hs_tile_shapes_finish(hs_tile_shapes_builder *builder, hs_error *error, hs_tile_shapes *shapes) {
    hs_tile_shapes s = {.type = builder->type,
                        .count = (uint32_t)(builder->shape.size / sizeof(added_shape))};
    uint32_t rings = ring_count_of(builder);
    bool ok = builder_ok(builder) && allocate(&s, rings, vertex_count(builder));
    if (ok) {
        copy_in_order(builder, &s);
        ok = (s.type == HS_GEOMETRY_POLYGONS ? hs_tile_shape_borders : simplify_lines)(
                 s.vertex, s.vertex_zoom, s.ring_start, rings) == HS_OK;
    }
    hs_tile_shapes_builder_free(builder);
    if (!ok) {
        hs_tile_shapes_done(&s);
        return hs_error_memory(error, "the shapes of tiles");
    }
    *shapes = s;
    return HS_OK;
}

void hs_tile_shapes_done(hs_tile_shapes *shapes) {
    free(shapes->row);
    free(shapes->zoom);
    free(shapes->span);
    free(shapes->box);
    free(shapes->block_box);
    free(shapes->shape_ring);
    free(shapes->ring_start);
    free(shapes->ring_outer);
    free(shapes->ring_box);
    free(shapes->vertex);
    free(shapes->vertex_zoom);
    memset(shapes, 0, sizeof *shapes);
}

hs_tile_shape hs_tile_shapes_at(const hs_tile_shapes *shapes, uint32_t i) {
    uint32_t first = shapes->shape_ring[i];
    return (hs_tile_shape){.type = shapes->type,
                           .ring_count = shapes->shape_ring[i + 1] - first,
                           .ring_start = shapes->ring_start + first,
                           .ring_outer = shapes->ring_outer + first,
                           .ring_box = shapes->ring_box + first,
                           .vertex = shapes->vertex,
                           .vertex_zoom = shapes->vertex_zoom};
}

size_t hs_tile_shapes_bytes(const hs_tile_shapes *shapes) {
    if (!shapes->shape_ring) return 0;
    size_t rings = shapes->shape_ring[shapes->count];
    size_t vertices = shapes->ring_start[rings];
    size_t shape_bytes = sizeof *shapes->row + sizeof *shapes->zoom + sizeof *shapes->span +
                         sizeof *shapes->box + sizeof *shapes->shape_ring;
    size_t ring_bytes = sizeof *shapes->ring_start + sizeof *shapes->ring_outer + sizeof *shapes->ring_box;
    return shapes->count * shape_bytes + rings * ring_bytes +
           vertices * (sizeof *shapes->vertex + sizeof *shapes->vertex_zoom);
}
