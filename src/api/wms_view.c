#include "api/wms.h"

#include "base/text.h"
#include "geo/crs_axes.h"
#include "geo/mercator.h"
#include "geo/transform_line.h"
#include "service/density_picture.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PI        3.14159265358979323846
#define WORLD_M   (2 * PI * HS_EARTH_RADIUS_M)
#define CODE_MOST 999999

static hs_status refuse_system(hs_ows *ows, const char *parameter, hs_str name) {
    return hs_ows_fail(ows, ows->form == HS_OWS_WMS_111 ? "InvalidSRS" : "InvalidCRS", parameter,
                       "%s: %.*s is not known; CRS:84 and what PROJ knows as EPSG:code are", parameter,
                       (int)hs_utf8_cut(name, 60), name.data);
}

/* *turned: BBOX gives northing first, as version 1.3.0 has it for systems whose authority does. */
static hs_status parse_system(hs_ows *ows, hs_wms_view *view, bool *turned) {
    const char *parameter = ows->form == HS_OWS_WMS_111 ? "srs" : "crs";
    hs_str name;
    int64_t code = 0;
    hs_status status = hs_ows_need(ows, parameter, &name);
    *turned = false;
    if (status != HS_OK || hs_str_equal_nocase(name, HS_STR("CRS:84"))) return status;
    hs_str digits = name;
    if (!hs_str_equal_nocase(hs_str_cut(&digits, ':'), HS_STR("EPSG")) || !hs_str_to_int(digits, &code) ||
        code < 1 || code > CODE_MOST)
        return refuse_system(ows, parameter, name);
    bool newer = ows->form == HS_OWS_WMS_130;
    view->web_mercator = code == 3857 || code == 900913;
    *turned = newer && code == 4326;
    if (view->web_mercator || code == 4326) return HS_OK;
    hs_error why = {0};
    bool northing_first = false;
    (void)snprintf(view->proj, sizeof view->proj, "EPSG:%lld", (long long)code);
    if (hs_crs_northing_first(view->proj, &why, &northing_first) != HS_OK)
        return refuse_system(ows, parameter, name);
    *turned = newer && northing_first;
    return HS_OK;
}

static hs_status parse_extent(hs_ows *ows, bool turned, hs_wms_view *view) {
    hs_str text;
    double corner[4];
    int count = 0;
    text = hs_call_text(ows->call, HS_OWS_EXTENT);
    if (text.size == 0)
        return hs_ows_fail(ows, "MissingParameterValue", "bbox", "the parameter bbox is needed");
    while (text.size > 0 && count < 4)
        if (!hs_str_to_double(hs_str_cut(&text, ','), &corner[count++])) count = 5;
    if (text.size > 0 || count != 4 || !(corner[0] < corner[2]) || !(corner[1] < corner[3]))
        return hs_ows_fail(ows, "InvalidParameterValue", "bbox",
                           "bbox: minx,miny,maxx,maxy are expected, each least below its most");
    view->west = corner[turned];
    view->south = corner[!turned];
    view->east = corner[2 + turned];
    view->north = corner[2 + !turned];
    return HS_OK;
}

static hs_status parse_side(hs_ows *ows, const char *name, uint32_t *side) {
    hs_str text;
    int64_t value = 0;
    hs_status status = hs_ows_need(ows, name, &text);
    if (status == HS_OK)
        status = hs_ows_number(ows, "InvalidParameterValue", name, text, HS_PICTURE_MOST_PX, &value);
    if (status == HS_OK && value == 0)
        status = hs_ows_fail(ows, "InvalidParameterValue", name, "%s: 1 pixel is the least", name);
    if (status == HS_OK) *side = (uint32_t)value;
    return status;
}

/* What is a system but not of the ground, as one of heights, is refused here. */
static hs_status open_system(hs_ows *ows, hs_wms_view *view) {
    hs_error why = {0};
    hs_status status = hs_transform_new(view->proj, &why, &view->transform);
    if (status == HS_E_ARGUMENT)
        return refuse_system(ows, ows->form == HS_OWS_WMS_111 ? "srs" : "crs", hs_str_of(view->proj));
    return status == HS_OK ? status : hs_error_set(ows->call->error, status, "%s", why.message);
}

hs_status hs_wms_parse_view(hs_ows *ows, hs_wms_view *view) {
    hs_wms_view made = {.width = 0};
    bool turned = false;
    hs_status status = parse_system(ows, &made, &turned);
    if (status == HS_OK) status = parse_extent(ows, turned, &made);
    if (status == HS_OK) status = parse_side(ows, "width", &made.width);
    if (status == HS_OK) status = parse_side(ows, "height", &made.height);
    if (status == HS_OK && made.proj[0]) status = open_system(ows, &made);
    if (status == HS_OK) *view = made;
    return status;
}

void hs_wms_view_done(hs_wms_view *view) {
    hs_transform_free(view->transform);
    view->transform = NULL;
}

/* Degrees to the square; NAN in x beyond its edges. */
static void to_square(double *x, double *y) {
    bool on_map = fabs(*x) <= 180 && fabs(*y) <= HS_MERCATOR_MAX_LAT_DEG;
    hs_mercator place = on_map ? hs_mercator_from_degrees(*x, *y) : (hs_mercator){0, 0};
    *x = on_map ? place.x : (double)NAN;
    *y = place.y;
}

static void place_row(const hs_wms_view *view, uint32_t row, double *x, double *y) {
    double step_x = (view->east - view->west) / view->width;
    double step_y = (view->north - view->south) / view->height;
    for (uint32_t i = 0; i < view->width; i++) {
        x[i] = view->west + (i + 0.5) * step_x;
        y[i] = view->north - (row + 0.5) * step_y;
    }
}

hs_status hs_wms_view_row(void *context, uint32_t row, double *x, double *y, hs_error *error) {
    (void)error;
    const hs_wms_view *view = context;
    place_row(view, row, x, y);
    if (view->transform) hs_transform_line(view->transform, x, y, view->width);
    for (uint32_t i = 0; i < view->width; i++) {
        if (!view->web_mercator) {
            to_square(&x[i], &y[i]);
            continue;
        }
        bool on_map = fabs(x[i]) <= WORLD_M / 2 && fabs(y[i]) <= WORLD_M / 2;
        x[i] = on_map ? (x[i] / WORLD_M + 0.5) * 0x1p32 : (double)NAN;
        y[i] = (0.5 - y[i] / WORLD_M) * 0x1p32;
    }
    return HS_OK;
}

bool hs_wms_view_position(hs_wms_view *view, uint32_t column, uint32_t row, hs_position *position) {
    double x = view->west + (column + 0.5) * (view->east - view->west) / view->width;
    double y = view->north - (row + 0.5) * (view->north - view->south) / view->height;
    if (view->transform) (void)hs_transform_forward(view->transform, &x, &y, 1);
    if (view->web_mercator)
        hs_mercator_to_degrees((x / WORLD_M + 0.5) * 0x1p32, (0.5 - y / WORLD_M) * 0x1p32, &x, &y);
    return hs_position_from_degrees(x, y, position);
}
