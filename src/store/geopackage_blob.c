#include "store/geopackage_blob.h"

#include "geo/wkb_numbers.h"
#include <hotspot/coordinates.h>
#include <math.h>
#include <string.h>

enum { HEADER_SIZE = 8, FLAG_LITTLE_ENDIAN = 0x01, FLAG_EMPTY = 0x10, FLAG_EXTENDED = 0x20 };

/* `envelope` is the standard's indicator: 0 none, 1 for min x, max x, min y, max y. */
static void put_header(char *at, unsigned envelope) {
    at[0] = 'G';
    at[1] = 'P';
    at[2] = 0; /* version 1 */
    at[3] = (char)(FLAG_LITTLE_ENDIAN | envelope << 1);
    hs_wkb_put_u32(at + 4, HS_BLOB_SRS_ID);
}

void hs_blob_write(const hs_geometry *geometry, hs_box box, hs_buffer *out) {
    char bytes[HEADER_SIZE + 32];
    if (geometry->type == HS_GEOMETRY_POINT) {
        hs_blob_write_point(geometry->positions[0], out);
        return;
    }
    put_header(bytes, 1);
    hs_wkb_put_degrees(bytes + 8, box.min_lon_e7);
    hs_wkb_put_degrees(bytes + 16, box.max_lon_e7);
    hs_wkb_put_degrees(bytes + 24, box.min_lat_e7);
    hs_wkb_put_degrees(bytes + 32, box.max_lat_e7);
    hs_buffer_append(out, bytes, sizeof bytes);
    hs_wkb_write(geometry, out);
}

void hs_blob_write_point(hs_position position, hs_buffer *out) {
    char bytes[HEADER_SIZE + 21];
    put_header(bytes, 0);
    bytes[8] = 1;
    hs_wkb_put_u32(bytes + 9, 1);
    hs_wkb_put_degrees(bytes + 13, position.lon_e7);
    hs_wkb_put_degrees(bytes + 21, position.lat_e7);
    hs_buffer_append(out, bytes, sizeof bytes);
}

typedef struct blob_header {
    bool empty, little;
    int32_t srs_id;
    unsigned envelope; /* indicator, 0 to 4 */
    hs_str wkb;
} blob_header;

static hs_status read_header(const void *blob, size_t size, hs_error *error, blob_header *header) {
    static const unsigned char envelope_sizes[8] = {0, 32, 48, 48, 64, 255, 255, 255};
    const unsigned char *bytes = blob;
    if (size < HEADER_SIZE || bytes[0] != 'G' || bytes[1] != 'P')
        return hs_error_set(error, HS_E_STORE, "the geometry is no GeoPackage binary");
    unsigned flags = bytes[3], envelope = flags >> 1 & 7;
    if (flags & FLAG_EXTENDED)
        return hs_error_set(error, HS_E_STORE, "the geometry is of an extended type, which is not read");
    size_t skip = HEADER_SIZE + (size_t)envelope_sizes[envelope];
    if (envelope > 4 || size < skip)
        return hs_error_set(error, HS_E_STORE, "the geometry's envelope is malformed");
    header->empty = (flags & FLAG_EMPTY) != 0;
    header->little = (flags & FLAG_LITTLE_ENDIAN) != 0;
    header->srs_id = (int32_t)hs_wkb_get_u32(bytes + 4, header->little);
    header->envelope = envelope;
    header->wkb = (hs_str){(const char *)bytes + skip, size - skip};
    return HS_OK;
}

static hs_status check_srs(const blob_header *header, hs_error *error) {
    if (header->srs_id == HS_BLOB_SRS_ID) return HS_OK;
    return hs_error_set(error, HS_E_STORE,
                        "the geometry has reference system %d where the store has 4326 (WGS 84)",
                        (int)header->srs_id);
}

hs_status hs_blob_read(const void *blob, size_t size, hs_shape *shape, hs_arena *arena, hs_error *error,
                       hs_geometry *geometry) {
    blob_header header = {0};
    if (size == 0) {
        *geometry = (hs_geometry){0};
        return HS_OK;
    }
    hs_status status = read_header(blob, size, error, &header);
    if (status == HS_OK && !header.empty) status = check_srs(&header, error);
    if (status != HS_OK) return status;
    if (header.empty) {
        *geometry = (hs_geometry){0};
        return HS_OK;
    }
    status = hs_wkb_read(header.wkb.data, header.wkb.size, error, shape);
    if (status == HS_OK) status = hs_geometry_from_shape(shape, arena, error, geometry);
    if (status == HS_E_INPUT || status == HS_E_UNSUPPORTED) {
        status = HS_E_STORE;
        if (error) error->status = status;
    }
    return status;
}

hs_status hs_blob_read_point(const void *blob, size_t size, hs_error *error, bool *has_position,
                             hs_position *position) {
    blob_header header = {0};
    hs_shape shape = {0};
    double x = 0, y = 0;
    *has_position = false;
    if (size == 0) return HS_OK;
    hs_status status = read_header(blob, size, error, &header);
    if (status == HS_OK && !header.empty) status = check_srs(&header, error);
    if (status != HS_OK || header.empty) return status;
    if (!hs_wkb_read_point(header.wkb.data, header.wkb.size, &x, &y)) {
        status = hs_wkb_read(header.wkb.data, header.wkb.size, error, &shape);
        bool none = status == HS_OK && shape.type == HS_GEOMETRY_NONE;
        bool point = status == HS_OK && shape.type == HS_GEOMETRY_POINT;
        if (point) {
            x = shape.x[0];
            y = shape.y[0];
        }
        hs_shape_done(&shape);
        if (none) return HS_OK;
        if (!point) return hs_error_set(error, HS_E_STORE, "the geometry is no point that can be read");
    }
    if (!hs_position_from_degrees(x, y, position))
        return hs_error_set(error, HS_E_STORE, "longitude %g, latitude %g is no position on Earth", x, y);
    *has_position = true;
    return HS_OK;
}

static void bounds_add(double bounds[4], double x, double y) {
    bounds[0] = fmin(bounds[0], x);
    bounds[1] = fmax(bounds[1], x);
    bounds[2] = fmin(bounds[2], y);
    bounds[3] = fmax(bounds[3], y);
}

bool hs_blob_bounds(const void *blob, size_t size, hs_shape *shape, double bounds[4]) {
    blob_header header = {0};
    double found[4] = {HUGE_VAL, -HUGE_VAL, HUGE_VAL, -HUGE_VAL}, x = 0, y = 0;
    if (size == 0 || read_header(blob, size, NULL, &header) != HS_OK || header.empty) return false;
    if (header.envelope > 0) {
        for (size_t i = 0; i < 4; i++)
            found[i] = hs_wkb_get_double((const unsigned char *)blob + HEADER_SIZE + 8 * i, header.little);
    } else if (hs_wkb_read_point(header.wkb.data, header.wkb.size, &x, &y)) {
        bounds_add(found, x, y);
    } else {
        if (hs_wkb_read(header.wkb.data, header.wkb.size, NULL, shape) != HS_OK) return false;
        for (uint32_t i = 0; i < shape->point_count; i++)
            bounds_add(found, shape->x[i], shape->y[i]);
    }
    if (!(found[0] <= found[1] && found[2] <= found[3])) return false;
    memcpy(bounds, found, sizeof found);
    return true;
}

bool hs_blob_box(const void *blob, size_t size, hs_shape *shape, hs_box *box) {
    double bounds[4];
    hs_position low, high;
    if (!hs_blob_bounds(blob, size, shape, bounds)) return false;
    if (!hs_position_from_degrees(bounds[0], bounds[2], &low) ||
        !hs_position_from_degrees(bounds[1], bounds[3], &high))
        return false;
    *box = (hs_box){low.lon_e7, low.lat_e7, high.lon_e7, high.lat_e7};
    return true;
}
