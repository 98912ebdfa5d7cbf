#include "api/crs.h"

#include "base/text.h"
#include "render/geojson_rewrite.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

#define EPSG "http://www.opengis.net/def/crs/EPSG/0/"
enum { METRE_DECIMALS = 3, DEGREE_DECIMALS = 7, EDGE_STEPS = 32 };

static void set_epsg(hs_ogc_crs *crs, int code, bool northing_first, int decimals) {
    *crs = (hs_ogc_crs){.northing_first = northing_first, .decimals = decimals};
    (void)snprintf(crs->uri, sizeof crs->uri, EPSG "%d", code);
    (void)snprintf(crs->proj, sizeof crs->proj, "EPSG:%d", code);
}

/* CGCS2000 in zones of three degrees by their central meridian, 75 E to 135 E. */
static bool gauss_kruger(const hs_geography *geography, hs_ogc_crs *crs) {
    int zone = (int)lround(geography->center_lon_deg / 3);
    if (zone < 25 || zone > 45 || geography->center_lat_deg < 0) return false;
    set_epsg(crs, 4534 + zone - 25, true, METRE_DECIMALS);
    return true;
}

static bool utm(const hs_geography *geography, hs_ogc_crs *crs) {
    int zone = (int)floor((geography->center_lon_deg + 180) / 6) + 1;
    if (zone < 1 || zone > 60) return false;
    set_epsg(crs, (geography->center_lat_deg < 0 ? 32700 : 32600) + zone, false, METRE_DECIMALS);
    return true;
}

bool hs_ogc_crs_at(const hs_snapshot *snapshot, unsigned index, hs_ogc_crs *crs) {
    switch (index) {
    case 0:
        *crs = (hs_ogc_crs){.uri = HS_CRS84, .decimals = DEGREE_DECIMALS};
        return true;
    case 1:
        *crs = (hs_ogc_crs){.uri = EPSG "4326", .northing_first = true, .decimals = DEGREE_DECIMALS};
        return true;
    case 2:
        set_epsg(crs, 3857, false, METRE_DECIMALS);
        return true;
    case 3:
        set_epsg(crs, 4490, true, DEGREE_DECIMALS);
        return true;
    case 4:
        return utm(snapshot->geography, crs) || gauss_kruger(snapshot->geography, crs);
    case 5:
        return gauss_kruger(snapshot->geography, crs);
    default:
        return false;
    }
}

bool hs_ogc_crs_find(const hs_snapshot *snapshot, hs_str uri, hs_ogc_crs *crs) {
    for (unsigned i = 0; hs_ogc_crs_at(snapshot, i, crs); i++)
        if (hs_str_equal(uri, hs_str_of(crs->uri))) return true;
    return false;
}

hs_status hs_call_crs(hs_call *call, const char *parameter, hs_ogc_crs *crs) {
    hs_str wanted = hs_call_text(call, parameter);
    if (wanted.size == 0) wanted = HS_STR(HS_CRS84);
    if (hs_ogc_crs_find(call->snapshot, wanted, crs)) return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT,
                        "%s: %.*s is not offered; the member crs of /ogc/collections lists what is",
                        parameter, (int)hs_utf8_cut(wanted, 100), wanted.data);
}

hs_status hs_ogc_crs_open(const hs_ogc_crs *crs, hs_error *error, hs_transform **transform) {
    *transform = NULL;
    return crs->proj[0] ? hs_transform_new(crs->proj, error, transform) : HS_OK;
}

static hs_status refuse_box(hs_call *call) {
    return hs_error_set(call->error, HS_E_ARGUMENT,
                        "bbox: four or six numbers in the order of bbox-crs are expected, within its area");
}

/* x and y of two corners, in the system's own order of axes; heights do not matter. */
static bool parse_corners(hs_str text, bool northing_first, double corner[4]) {
    double values[6];
    int count = 0;
    while (text.size > 0 && count < 6)
        if (!hs_str_to_double(hs_str_cut(&text, ','), &values[count++])) return false;
    if (text.size > 0 || (count != 4 && count != 6)) return false;
    for (int i = 0; i < 2; i++) {
        const double *from = values + (size_t)i * (size_t)(count / 2);
        corner[2 * i] = from[northing_first];
        corner[2 * i + 1] = from[!northing_first];
    }
    return corner[1] <= corner[3];
}

/* The box in degrees about the edges of a box in another system: straight lines there are none here. */
static bool edges_box(hs_transform *transform, const double corner[4], double box[4]) {
    double x[4 * EDGE_STEPS];
    double y[4 * EDGE_STEPS];
    for (int i = 0; i < EDGE_STEPS; i++) {
        double share = (double)i / (EDGE_STEPS - 1);
        double along_x = corner[0] + share * (corner[2] - corner[0]);
        double along_y = corner[1] + share * (corner[3] - corner[1]);
        x[4 * i] = x[4 * i + 1] = along_x;
        y[4 * i] = corner[1];
        y[4 * i + 1] = corner[3];
        x[4 * i + 2] = corner[0];
        x[4 * i + 3] = corner[2];
        y[4 * i + 2] = y[4 * i + 3] = along_y;
    }
    if (hs_transform_forward(transform, x, y, sizeof x / sizeof *x) > 0) return false;
    box[0] = box[1] = INFINITY;
    box[2] = box[3] = -INFINITY;
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        box[0] = fmin(box[0], x[i]);
        box[1] = fmin(box[1], y[i]);
        box[2] = fmax(box[2], x[i]);
        box[3] = fmax(box[3], y[i]);
    }
    return true;
}

/* A request that was put off comes here again, so its bbox-crs is put right too. */
static hs_status replace_box(hs_call *call, const double box[4]) {
    hs_request *request = call->request;
    hs_http_pair *pairs = hs_arena_array(call->arena, request->query_count + 1, sizeof *pairs);
    if (!pairs) return hs_error_memory(call->error, "the parameters");
    for (size_t i = 0; i < request->query_count; i++) {
        pairs[i] = request->query[i];
        if (hs_str_equal(pairs[i].name, HS_STR("bbox")))
            pairs[i].value = hs_str_of(
                hs_arena_printf(call->arena, "%.9f,%.9f,%.9f,%.9f", box[0], box[1], box[2], box[3]));
        else if (hs_str_equal(pairs[i].name, HS_STR("bbox-crs")))
            pairs[i].value = HS_STR(HS_CRS84);
    }
    request->query = pairs;
    return HS_OK;
}

hs_status hs_call_bbox_in_degrees(hs_call *call) {
    hs_ogc_crs crs;
    hs_transform *transform = NULL;
    double box[4];
    double corner[4];
    hs_str text = hs_call_text(call, "bbox");
    hs_status status = hs_call_crs(call, "bbox-crs", &crs);
    if (status != HS_OK || hs_ogc_crs_is_default(&crs) || text.size == 0) return status;
    if (!parse_corners(text, crs.northing_first, corner)) return refuse_box(call);
    status = hs_ogc_crs_open(&crs, call->error, &transform);
    if (status != HS_OK) return status;
    bool done = true;
    if (transform)
        done = corner[0] <= corner[2] && edges_box(transform, corner, box);
    else
        memcpy(box, corner, sizeof box);
    hs_transform_free(transform);
    return done ? replace_box(call, box) : refuse_box(call);
}

void hs_call_tell_crs(hs_call *call, const hs_ogc_crs *crs) {
    hs_response_header(call->response, "Content-Crs", hs_arena_printf(call->arena, "<%s>", crs->uri));
}

hs_status hs_call_project_body(hs_call *call, const hs_ogc_crs *crs) {
    if (hs_ogc_crs_is_default(crs)) return HS_OK;
    hs_transform *transform;
    hs_status status = hs_ogc_crs_open(crs, call->error, &transform);
    if (status != HS_OK) return status;
    status =
        hs_geojson_project(&call->response->body, transform, crs->northing_first, crs->decimals, call->error);
    hs_transform_free(transform);
    return status;
}
