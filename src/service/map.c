#include "service/map.h"

#include "geo/transform_line.h"
#include "service/density_picture.h"
#include "service/service_private.h"
#include <math.h>
#include <stdlib.h>

hs_map_view hs_map_view_at(double lon_deg, double lat_deg, double zoom, uint32_t width, uint32_t height,
                           double ratio) {
    double world_px = 512 * exp2(zoom) * ratio;
    hs_mercator at = hs_mercator_from_degrees(lon_deg, lat_deg);
    hs_map_view view = {.plane = {.system = HS_MAP_MERCATOR, .x_px = world_px, .y_px = world_px},
                        .width = width,
                        .height = height,
                        .ratio = ratio,
                        .zoom = zoom};
    view.left = at.x / 0x1p32 * world_px - width / 2.0;
    view.top = at.y / 0x1p32 * world_px - height / 2.0;
    return view;
}

hs_map_view hs_map_view_of_box(hs_box box, uint32_t width, uint32_t height, double ratio) {
    hs_mercator low = hs_mercator_from_position((hs_position){box.min_lon_e7, box.max_lat_e7});
    hs_mercator high = hs_mercator_from_position((hs_position){box.max_lon_e7, box.min_lat_e7});
    double wide = fmax(high.x - (double)low.x, 256) / 0x1p32;
    double tall = fmax(high.y - (double)low.y, 256) / 0x1p32;
    double world_px = fmin(width / wide, height / tall);
    double lon;
    double lat;
    hs_mercator_to_degrees((low.x + (double)high.x) / 2, (low.y + (double)high.y) / 2, &lon, &lat);
    return hs_map_view_at(lon, lat, log2(world_px / ratio / 512), width, height, ratio);
}

void hs_map_set_zoom(hs_map_view *view, const hs_geography *geography) {
    const hs_map_plane *plane = &view->plane;
    hs_mercator at = hs_mercator_from_degrees(geography->center_lon_deg, geography->center_lat_deg);
    if (plane->system == HS_MAP_MERCATOR && plane->x_px == plane->y_px) {
        view->zoom = log2(plane->x_px / view->ratio / 512);
        return;
    }
    if (geography->box.min_lon_e7 > geography->box.max_lon_e7)
        (void)hs_map_unproject(plane, view->left + view->width / 2.0, view->top + view->height / 2.0, &at);
    view->zoom = hs_map_plane_zoom(plane, at, view->ratio);
}

/* The picture of a density is at most HS_PICTURE_MOST_PX a side; larger maps show its pixels larger. */
typedef struct heat_view {
    const hs_map_view *view;
    uint32_t width, height;
} heat_view;

/* A row of pixels of a projected plane on the square; NAN in x where there is no place. */
static void projected_row(const heat_view *h, double at_y, double *x, double *y) {
    const hs_map_plane *plane = &h->view->plane;
    for (uint32_t i = 0; i < h->width; i++) {
        x[i] = (h->view->left + (i + 0.5) * h->view->width / h->width) / plane->x_px;
        y[i] = -at_y / plane->y_px;
    }
    hs_transform_line(plane->transform, x, y, h->width);
    for (uint32_t i = 0; i < h->width; i++) {
        bool known = fabs(x[i]) <= 180 && fabs(y[i]) <= 90;
        hs_mercator place = hs_mercator_from_degrees(known ? x[i] : 0, known ? y[i] : 0);
        x[i] = known ? place.x : (double)NAN;
        y[i] = place.y;
    }
}

static hs_status heat_row(void *context, uint32_t row, double *x, double *y, hs_error *error) {
    const heat_view *h = context;
    const hs_map_plane *plane = &h->view->plane;
    (void)error;
    double at_y = h->view->top + (row + 0.5) * h->view->height / h->height;
    if (plane->system == HS_MAP_PROJECTED) {
        projected_row(h, at_y, x, y);
        return HS_OK;
    }
    for (uint32_t i = 0; i < h->width; i++) {
        double at_x = h->view->left + (i + 0.5) * h->view->width / h->width;
        if (plane->system == HS_MAP_MERCATOR) {
            x[i] = at_x / plane->x_px * 0x1p32;
            y[i] = at_y / plane->y_px * 0x1p32;
            if (!(x[i] >= 0 && x[i] < 0x1p32 && y[i] >= 0 && y[i] < 0x1p32)) x[i] = NAN;
            continue;
        }
        hs_mercator place;
        x[i] = hs_map_unproject(plane, at_x, at_y, &place) ? place.x : (double)NAN;
        y[i] = place.y;
    }
    return HS_OK;
}

static uint32_t argb_of(hs_rgba c) {
    uint32_t a = c.a;
    return a << 24 | (c.r * a + 127) / 255 << 16 | (c.g * a + 127) / 255 << 8 | (c.b * a + 127) / 255;
}

static void colour_values(const float *values, const hs_ramp_classes *classes, const heat_view *h,
                          cairo_surface_t *surface) {
    uint8_t *data = cairo_image_surface_get_data(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    for (uint32_t row = 0; row < h->height; row++) {
        uint32_t *to = (uint32_t *)(void *)(data + row * stride);
        for (uint32_t i = 0; i < h->width; i++) {
            float value = values[(size_t)row * h->width + i];
            uint32_t class_of = 0;
            while (class_of < classes->break_count && value >= (float)classes->breaks[class_of])
                class_of++;
            to[i] = isnan(value) ? 0 : argb_of(classes->colour[class_of]);
        }
    }
    cairo_surface_mark_dirty(surface);
}

static hs_status make_heat(hs_service *service, const hs_snapshot *snapshot, const hs_map_request *request,
                           hs_error *error, cairo_surface_t **out) {
    uint32_t longer = request->view.width > request->view.height ? request->view.width : request->view.height;
    double detail =
        fmin(request->heat_detail > 0 ? request->heat_detail : 1, (double)HS_PICTURE_MOST_PX / longer);
    heat_view h = {&request->view, (uint32_t)fmax(request->view.width * detail, 1),
                   (uint32_t)fmax(request->view.height * detail, 1)};
    float *values = malloc((size_t)h.width * h.height * sizeof *values);
    cairo_surface_t *surface = hs_image_surface(h.width, h.height, false);
    hs_status status = values && surface
                           ? hs_service_density_picture(service, snapshot, request->density, h.width,
                                                        h.height, heat_row, &h, error, values)
                           : hs_error_memory(error, "a map");
    if (status == HS_OK) colour_values(values, request->classes, &h, surface);
    free(values);
    if (status == HS_OK)
        *out = surface;
    else
        cairo_surface_destroy(surface);
    return status;
}

/* As the page has it: streets are seen through the density the nearer one looks. */
static double heat_opacity(double zoom) {
    double t = fmin(fmax((zoom - 15) / 3, 0), 1);
    return 1 - 0.3 * t;
}

hs_status hs_service_map_draw(hs_service *service, const hs_snapshot *snapshot, const hs_map_request *request,
                              cairo_t *pen, hs_arena *arena, hs_error *error) {
    hs_map_world *world = NULL;
    hs_map_picture picture = {.style = request->style,
                              .english = request->english,
                              .transparent = request->transparent,
                              .whole_labels = request->whole_names,
                              .heat_first = request->density_first,
                              .heat_opacity = request->base ? heat_opacity(request->view.zoom) : 1,
                              .overlay = request->overlay,
                              .overlay_context = request->overlay_context,
                              .progress = request->progress};
    hs_status status = HS_OK;
    if (request->density) status = make_heat(service, snapshot, request, error, &picture.heat);
    if (status == HS_OK && request->base) status = hs_service_map_world(service, snapshot, error, &world);
    if (status == HS_OK) {
        if (request->ground.a > 0) {
            cairo_set_source_rgb(pen, request->ground.r / 255.0, request->ground.g / 255.0,
                                 request->ground.b / 255.0);
            cairo_paint(pen);
        }
        if (!request->base || request->density_first) hs_map_draw_heat(&request->view, &picture, pen);
        if (request->base) status = hs_map_draw(world, &request->view, &picture, pen, arena, error);
    }
    if (picture.heat) cairo_surface_destroy(picture.heat);
    return status;
}

hs_status hs_service_map_image(hs_service *service, const hs_snapshot *snapshot,
                               const hs_map_request *request, hs_image_format format, hs_arena *arena,
                               hs_error *error, hs_buffer *out) {
    uint32_t width = request->view.width;
    uint32_t height = request->view.height;
    if (width == 0 || height == 0 || width > HS_MAP_MOST_PX || height > HS_MAP_MOST_PX ||
        (uint64_t)width * height > HS_MAP_MOST_PIXELS)
        return hs_error_set(error, HS_E_LIMIT, "a map has 1 to %u pixels a side", HS_MAP_MOST_PX);
    bool opaque = !request->transparent;
    cairo_surface_t *surface = hs_image_surface(width, height, opaque);
    if (!surface) return hs_error_memory(error, "a map");
    cairo_t *pen = cairo_create(surface);
    hs_status status = hs_service_map_draw(service, snapshot, request, pen, arena, error);
    cairo_destroy(pen);
    if (status == HS_OK) status = hs_image_write(surface, format, opaque, error, out);
    cairo_surface_destroy(surface);
    return status;
}
