#include "service/map_print.h"

#include "base/clock.h"
#include "base/text.h"
#include "render/map_sheet.h"
#include "service/density_legend.h"
#include <cairo-pdf.h>
#include <math.h>

#define POINTS_PER_PIXEL 0.75 /* a style's pixel is 1/96 inch */
#define METRES_PER_POINT (0.0254 / 72)
#define HEAT_DETAIL      3.0

static const char *city_name(const hs_snapshot *snapshot, bool chinese) {
    const hs_city_info *info = &snapshot->info;
    return chinese || !*info->name_en ? info->name : info->name_en;
}

/* What is shown and where, unless a title is given. */
static const char *title_of(const hs_snapshot *snapshot, const hs_map_print *print, const hs_legend *legend,
                            hs_arena *arena) {
    const char *city = city_name(snapshot, print->chinese);
    if (print->title && *print->title) return print->title;
    if (!legend) return *city ? city : hs_in_language(print->chinese, "Map", "地图");
    return hs_arena_printf(arena, "%s%s%s", city, *city ? hs_in_language(print->chinese, ": ", "：") : "",
                           legend->title);
}

static const char *subtitle_of(const hs_legend *legend, bool chinese, hs_arena *arena) {
    if (!legend) return "";
    return hs_arena_printf(arena, hs_in_language(chinese, "%s; %s; %s; %s", "%s；%s；%s；%s"),
                           legend->notes[0], legend->notes[1], legend->notes[2], legend->unit);
}

/* The scale's number to two digits. */
static double fraction_of(double metres_per_point) {
    double number = metres_per_point / METRES_PER_POINT;
    double step = pow(10, floor(log10(number)) - 1);
    return round(number / step) * step;
}

static const char *foot_of(const hs_snapshot *snapshot, const hs_map_print *print, double metres_per_point,
                           hs_arena *arena) {
    hs_civil day = hs_civil_from_s(print->date_s + hs_timezone_offset(snapshot->timezone, print->date_s));
    const char *made_up =
        snapshot->info.synthetic
            ? hs_in_language(print->chinese, "; synthetic: all names and incidents are invented",
                             "；合成示例，名称与案件均为虚构")
            : "";
    return hs_arena_printf(
        arena,
        hs_in_language(print->chinese,
                       "%d-%02d-%02d; data version %llu; Web Mercator, about 1:%.0f in the middle%s",
                       "%d-%02d-%02d；数据版本 %llu；Web 墨卡托投影，图幅中央约 1:%.0f%s"),
        day.year, day.month, day.day, (unsigned long long)snapshot->version, fraction_of(metres_per_point),
        made_up);
}

/* Metres on the ground for a point of paper, in the map's middle. */
static double ground_scale(const hs_map_view *view) {
    hs_mercator middle;
    double across;
    double down;
    (void)hs_map_unproject(&view->plane, view->left + view->width / 2.0, view->top + view->height / 2.0,
                           &middle);
    hs_mercator_ground_m(middle.y, &across, &down);
    return sqrt(across * down) * 0x1p32 / view->plane.x_px;
}

static cairo_status_t append(void *out, const unsigned char *data, unsigned size) {
    hs_buffer *buffer = out;
    hs_buffer_append(buffer, data, size);
    return buffer->status == HS_OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

/* The day on the page, so that equal pages are equal bytes. */
static void describe(cairo_surface_t *surface, const hs_map_sheet *sheet, const hs_map_print *print) {
    char made[HS_TIME_TEXT_SIZE];
    (void)hs_time_format(print->date_s, made);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, sheet->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "hotspotd " HS_VERSION);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, made);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, made);
}

static hs_status draw_map(hs_service *service, const hs_snapshot *snapshot, const hs_map_request *request,
                          const hs_map_frame *frame, cairo_t *pen, hs_arena *arena, hs_error *error) {
    cairo_save(pen);
    cairo_rectangle(pen, frame->x, frame->y, frame->width, frame->height);
    cairo_clip(pen);
    cairo_translate(pen, frame->x, frame->y);
    hs_status status = hs_service_map_draw(service, snapshot, request, pen, arena, error);
    cairo_restore(pen);
    return status;
}

static hs_status finish(cairo_t *pen, cairo_surface_t *surface, hs_status status, hs_error *error,
                        hs_buffer *out) {
    cairo_show_page(pen);
    cairo_status_t done = cairo_status(pen);
    cairo_destroy(pen);
    cairo_surface_finish(surface);
    if (done == CAIRO_STATUS_SUCCESS) done = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (status != HS_OK) return status;
    if (out->status != HS_OK) return hs_error_set(error, out->status, "no room for a printed map");
    if (done == CAIRO_STATUS_SUCCESS) return HS_OK;
    return hs_error_set(error, done == CAIRO_STATUS_NO_MEMORY ? HS_E_MEMORY : HS_E_INTERNAL, "PDF: %s",
                        cairo_status_to_string(done));
}

static void set_view(const hs_map_print *print, const hs_map_frame *frame, hs_map_request *request) {
    request->view = print->has_box
                        ? hs_map_view_of_box(print->box, frame->width, frame->height, POINTS_PER_PIXEL)
                        : hs_map_view_at(print->lon_deg, print->lat_deg, print->zoom, frame->width,
                                         frame->height, POINTS_PER_PIXEL);
    request->whole_names = true;
    request->heat_detail = HEAT_DETAIL;
}

hs_status hs_service_map_pdf(hs_service *service, const hs_snapshot *snapshot, hs_map_request *request,
                             const hs_map_print *print, hs_ramp_paper paper, hs_arena *arena, hs_error *error,
                             hs_buffer *out) {
    hs_legend legend = {.title = NULL};
    hs_map_sheet sheet = {.width = print->width_pt, .height = print->height_pt, .chinese = print->chinese};
    hs_status status = HS_OK;
    if (request->density) {
        hs_density_legend asked = {request->density, request->classes, paper, print->chinese, 1};
        status = hs_service_density_legend_words(service, snapshot, &asked, arena, error, &legend);
        legend.ground = print->ground;
        sheet.legend = &legend;
        sheet.classes = request->classes;
    }
    if (status != HS_OK) return status;
    hs_map_frame frame = hs_map_sheet_frame(&sheet);
    set_view(print, &frame, request);
    sheet.metres_per_point = ground_scale(&request->view);
    sheet.title = title_of(snapshot, print, sheet.legend, arena);
    sheet.subtitle = subtitle_of(sheet.legend, print->chinese, arena);
    sheet.left = foot_of(snapshot, print, sheet.metres_per_point, arena);
    sheet.right = "hotspotd";
    if (!sheet.title || !sheet.subtitle || !sheet.left) return hs_error_memory(error, "a printed map");
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(append, out, sheet.width, sheet.height);
    cairo_t *pen = cairo_create(surface);
    describe(surface, &sheet, print);
    status = draw_map(service, snapshot, request, &frame, pen, arena, error);
    if (status == HS_OK) status = hs_map_sheet_draw(&sheet, pen, error);
    return finish(pen, surface, status, error, out);
}
