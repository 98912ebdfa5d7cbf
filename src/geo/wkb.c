#include "geo/wkb.h"

#include "geo/wkb_numbers.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Nesting beyond this is no honest geometry. */
#define MAX_DEPTH 16

enum {
    WKB_POINT = 1,
    WKB_LINE = 2,
    WKB_POLYGON = 3,
    WKB_MULTI_POINT = 4,
    WKB_MULTI_LINE = 5,
    WKB_MULTI_POLYGON = 6,
    WKB_COLLECTION = 7,
    WKB_MULTI_CURVE = 11,
    WKB_MULTI_SURFACE = 12,
    WKB_POLYHEDRAL_SURFACE = 15,
    WKB_TIN = 16,
    WKB_TRIANGLE = 17,
};

typedef struct reader {
    const unsigned char *at;
    size_t left;
    hs_error *error;
    /* Filled by the first pass, which checks everything; the second only copies. */
    uint32_t points, lines, line_points, polygons, rings, ring_points;
    hs_shape *shape; /* NULL in the first pass */
    hs_geometry_type wanted;
} reader;

typedef struct header {
    bool little;
    uint32_t type;
    unsigned dimensions;
} header;

static void skip(reader *in, size_t size) {
    in->at += size;
    in->left -= size;
}

static hs_status truncated(const reader *in) {
    return hs_error_set(in->error, HS_E_INPUT, "the geometry's bytes end too early");
}

static hs_status read_header(reader *in, header *out) {
    if (in->left < 5) return truncated(in);
    if (in->at[0] > 1)
        return hs_error_set(in->error, HS_E_INPUT, "the geometry has no valid byte order mark");
    out->little = in->at[0] == 1;
    uint32_t code = hs_wkb_get_u32(in->at + 1, out->little);
    skip(in, 5);
    out->dimensions = 2;
    if (code & 0x80000000U) out->dimensions++;
    if (code & 0x40000000U) out->dimensions++;
    if (code & 0x20000000U) {
        if (in->left < 4) return truncated(in);
        skip(in, 4);
    }
    code &= 0x1fffffffU;
    if (code >= 4000) return hs_error_set(in->error, HS_E_INPUT, "%u is no geometry type", (unsigned)code);
    if (code >= 3000)
        out->dimensions = 4;
    else if (code >= 1000)
        out->dimensions = 3;
    out->type = code % 1000;
    return HS_OK;
}

static hs_status read_count(reader *in, bool little, size_t least_bytes_each, uint32_t *count) {
    if (in->left < 4) return truncated(in);
    uint32_t value = hs_wkb_get_u32(in->at, little);
    skip(in, 4);
    if (value > in->left / least_bytes_each) return truncated(in);
    *count = value;
    return HS_OK;
}

static void copy_points(reader *in, const header *head, uint32_t count, bool wanted) {
    size_t step = (size_t)8 * head->dimensions;
    if (wanted) {
        hs_shape *shape = in->shape;
        for (uint32_t i = 0; i < count; i++) {
            shape->x[shape->point_count + i] = hs_wkb_get_double(in->at + i * step, head->little);
            shape->y[shape->point_count + i] = hs_wkb_get_double(in->at + i * step + 8, head->little);
        }
        shape->point_count += count;
    }
    skip(in, step * count);
}

static hs_status read_single_point(reader *in, const header *head) {
    size_t step = (size_t)8 * head->dimensions;
    if (in->left < step) return truncated(in);
    bool empty =
        isnan(hs_wkb_get_double(in->at, head->little)) && isnan(hs_wkb_get_double(in->at + 8, head->little));
    if (!empty) in->points++;
    copy_points(in, head, 1, in->shape && in->wanted == HS_GEOMETRY_POINT && !empty);
    return HS_OK;
}

static hs_status read_line(reader *in, const header *head) {
    uint32_t count = 0;
    hs_status status = read_count(in, head->little, (size_t)8 * head->dimensions, &count);
    if (status != HS_OK) return status;
    if (count == 0) return HS_OK;
    in->lines++;
    in->line_points += count;
    bool wanted = in->shape && in->wanted == HS_GEOMETRY_LINES;
    copy_points(in, head, count, wanted);
    if (wanted) in->shape->ring_start[++in->shape->ring_count] = in->shape->point_count;
    return HS_OK;
}

static hs_status read_polygon(reader *in, const header *head) {
    uint32_t rings = 0;
    hs_status status = read_count(in, head->little, 4, &rings);
    if (status != HS_OK || rings == 0) return status;
    bool wanted = in->shape && in->wanted == HS_GEOMETRY_POLYGONS;
    in->polygons++;
    in->rings += rings;
    for (uint32_t i = 0; i < rings; i++) {
        uint32_t count = 0;
        status = read_count(in, head->little, (size_t)8 * head->dimensions, &count);
        if (status != HS_OK) return status;
        in->ring_points += count;
        copy_points(in, head, count, wanted);
        if (wanted) in->shape->ring_start[++in->shape->ring_count] = in->shape->point_count;
    }
    if (wanted) in->shape->part_start[++in->shape->part_count] = in->shape->ring_count;
    return HS_OK;
}

static hs_status read_geometry(reader *in, unsigned depth) {
    header head = {0};
    hs_status status = read_header(in, &head);
    if (status != HS_OK) return status;
    uint32_t members = 0;
    switch (head.type) {
    case WKB_POINT:
        return read_single_point(in, &head);
    case WKB_LINE:
        return read_line(in, &head);
    case WKB_POLYGON:
    case WKB_TRIANGLE:
        return read_polygon(in, &head);
    case WKB_MULTI_POINT:
    case WKB_MULTI_LINE:
    case WKB_MULTI_POLYGON:
    case WKB_COLLECTION:
    case WKB_MULTI_CURVE:
    case WKB_MULTI_SURFACE:
    case WKB_POLYHEDRAL_SURFACE:
    case WKB_TIN:
        break;
    case 8:
    case 9:
    case 10:
    case 13:
    case 14:
        return hs_error_set(in->error, HS_E_UNSUPPORTED, "the geometry has curves");
    default:
        return hs_error_set(in->error, HS_E_INPUT, "%u is no geometry type", (unsigned)head.type);
    }
    if (depth == MAX_DEPTH)
        return hs_error_set(in->error, HS_E_INPUT, "the geometry is nested more than %d deep", MAX_DEPTH);
    status = read_count(in, head.little, 9, &members);
    for (uint32_t i = 0; i < members && status == HS_OK; i++)
        status = read_geometry(in, depth + 1);
    return status;
}

static bool grow(void **array, size_t *capacity, size_t count, size_t size) {
    if (count <= *capacity) return true;
    size_t wider = count < 16 ? 16 : count + count / 2;
    void *larger = realloc(*array, wider * size);
    if (!larger) return false;
    *array = larger;
    *capacity = wider;
    return true;
}

static bool grow_points(hs_shape *shape, size_t count) {
    size_t before = shape->point_capacity;
    void *x = shape->x, *y = shape->y;
    bool done = grow(&x, &before, count, sizeof(double));
    shape->x = x;
    done = done && grow(&y, &shape->point_capacity, count, sizeof(double));
    shape->y = y;
    return done;
}

static bool prepare(hs_shape *shape, const reader *counts) {
    void *parts = shape->part_start, *rings = shape->ring_start;
    size_t ring_count = shape->type == HS_GEOMETRY_LINES ? counts->lines : counts->rings;
    size_t point_count = shape->type == HS_GEOMETRY_POINT   ? counts->points
                         : shape->type == HS_GEOMETRY_LINES ? counts->line_points
                                                            : counts->ring_points;
    bool done = grow(&parts, &shape->part_capacity, (size_t)counts->polygons + 1, sizeof(uint32_t));
    shape->part_start = parts;
    done = done && grow(&rings, &shape->ring_capacity, ring_count + 1, sizeof(uint32_t));
    shape->ring_start = rings;
    done = done && grow_points(shape, point_count + 1);
    if (!done) return false;
    shape->part_start[0] = 0;
    shape->ring_start[0] = 0;
    return true;
}

hs_status hs_wkb_read(const void *data, size_t size, hs_error *error, hs_shape *shape) {
    shape->type = HS_GEOMETRY_NONE;
    shape->part_count = shape->ring_count = shape->point_count = 0;
    if (size > UINT32_MAX) return hs_error_set(error, HS_E_LIMIT, "the geometry is larger than 4 GB");
    reader first = {.at = data, .left = size, .error = error};
    hs_status status = read_geometry(&first, 0);
    if (status != HS_OK) return status;
    hs_geometry_type type = first.ring_points ? HS_GEOMETRY_POLYGONS
                            : first.lines     ? HS_GEOMETRY_LINES
                            : first.points    ? HS_GEOMETRY_POINT
                                              : HS_GEOMETRY_NONE;
    if (type == HS_GEOMETRY_NONE) return HS_OK;
    shape->type = type;
    if (!prepare(shape, &first)) {
        shape->type = HS_GEOMETRY_NONE;
        return hs_error_set(error, HS_E_MEMORY, "out of memory for a geometry of %zu bytes", size);
    }
    reader second = {.at = data, .left = size, .error = error, .shape = shape, .wanted = type};
    return read_geometry(&second, 0);
}

bool hs_wkb_read_point(const void *data, size_t size, double *x, double *y) {
    reader in = {.at = data, .left = size};
    header head = {0};
    if (read_header(&in, &head) != HS_OK || head.type != WKB_POINT || in.left < (size_t)8 * head.dimensions)
        return false;
    double east = hs_wkb_get_double(in.at, head.little), north = hs_wkb_get_double(in.at + 8, head.little);
    if (isnan(east) && isnan(north)) return false;
    *x = east;
    *y = north;
    return true;
}

void hs_shape_done(hs_shape *shape) {
    free(shape->part_start);
    free(shape->ring_start);
    free(shape->x);
    free(shape->y);
    *shape = (hs_shape){0};
}

static void write_header(hs_buffer *out, uint32_t type, uint32_t count) {
    char bytes[9] = {1};
    hs_wkb_put_u32(bytes + 1, type);
    hs_wkb_put_u32(bytes + 5, count);
    hs_buffer_append(out, bytes, sizeof bytes);
}

static void write_positions(hs_buffer *out, const hs_position *positions, uint32_t count) {
    size_t size = (size_t)16 * count;
    char *at = hs_buffer_reserve(out, size);
    if (!at) return;
    for (uint32_t i = 0; i < count; i++) {
        hs_wkb_put_degrees(at + (size_t)16 * i, positions[i].lon_e7);
        hs_wkb_put_degrees(at + (size_t)16 * i + 8, positions[i].lat_e7);
    }
    out->size += size;
}

static void write_polygon(hs_buffer *out, const hs_geometry *geometry, uint32_t first, uint32_t last) {
    write_header(out, WKB_POLYGON, last - first);
    for (uint32_t ring = first; ring < last; ring++) {
        uint32_t start = geometry->ring_start[ring], count = geometry->ring_start[ring + 1] - start;
        char bytes[4];
        hs_wkb_put_u32(bytes, count);
        hs_buffer_append(out, bytes, sizeof bytes);
        write_positions(out, geometry->positions + start, count);
    }
}

void hs_wkb_write(const hs_geometry *geometry, hs_buffer *out) {
    switch (geometry->type) {
    case HS_GEOMETRY_POINT: {
        char bytes[5] = {1, WKB_POINT};
        hs_buffer_append(out, bytes, sizeof bytes);
        write_positions(out, geometry->positions, 1);
        break;
    }
    case HS_GEOMETRY_LINES:
        write_header(out, WKB_MULTI_LINE, geometry->ring_count);
        for (uint32_t ring = 0; ring < geometry->ring_count; ring++) {
            uint32_t start = geometry->ring_start[ring], count = geometry->ring_start[ring + 1] - start;
            write_header(out, WKB_LINE, count);
            write_positions(out, geometry->positions + start, count);
        }
        break;
    case HS_GEOMETRY_POLYGONS:
        write_header(out, WKB_MULTI_POLYGON, geometry->part_count);
        for (uint32_t part = 0; part < geometry->part_count; part++)
            write_polygon(out, geometry, geometry->part_start[part], geometry->part_start[part + 1]);
        break;
    case HS_GEOMETRY_NONE:
        write_header(out, WKB_COLLECTION, 0);
        break;
    }
}
