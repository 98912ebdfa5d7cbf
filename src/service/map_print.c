#include "service/map_print.h"

#include "base/clock.h"
#include "base/text.h"
#include "render/map_sheet.h"
#include "service/density_legend.h"
#include "service/map_facts.h"
#include "service/map_hotspots.h"
#include "service/map_plan.h"
#include <cairo-pdf.h>
#include <math.h>

#define STYLE_DPI   96.0 /* of a style's pixel */
#define HEAT_DETAIL 3.0  /* of the density's pixels in a point of a PDF */

/* One page on its way. */
typedef struct printing {
    hs_service *service;
    const hs_snapshot *snapshot;
    hs_map_request *request;
    const hs_map_print *print;
    hs_arena *arena;
    hs_error *error;
    hs_legend legend;
    hs_map_hotspots hotspots;
    hs_map_plan plan;
    hs_sheet_key classes[HS_RAMP_MAX_CLASSES + 1];
    hs_sheet_key crews[HS_MAP_CREW_COLOURS + 1];
    hs_sheet_fact facts[HS_MAP_MOST_FACTS];
    hs_sheet_block blocks[HS_SHEET_MOST_BLOCKS];
    hs_map_sheet sheet;
    hs_sheet_layout layout;
} printing;

__attribute__((format_arg(2), format_arg(3))) static const char *say(const printing *p, const char *en,
                                                                     const char *zh) {
    return p->print->chinese ? zh : en;
}

/* What is shown and where, unless a title is given. */
static const char *title_of(const printing *p) {
    const hs_city_info *info = &p->snapshot->info;
    const char *city = p->print->chinese || !*info->name_en ? info->name : info->name_en;
    if (p->print->title && *p->print->title) return p->print->title;
    if (!p->legend.title) return *city ? city : say(p, "Map", "地图");
    return hs_arena_printf(p->arena, "%s%s%s", city, *city ? say(p, ": ", "：") : "", p->legend.title);
}

/* The layers by name. */
static const char *what_of(const printing *p) {
    const char *density = p->print->shows_density ? say(p, "density", "密度") : "";
    const char *hotspots = p->print->hotspots ? say(p, "significant hotspots", "显著热点") : "";
    const char *plan = p->print->plan ? say(p, "focus plan", "重点执法方案") : "";
    const char *between = say(p, ", ", "、");
    return hs_arena_printf(p->arena, "%s%s%s%s%s", density, *density && *hotspots ? between : "", hotspots,
                           *plan && (*density || *hotspots) ? between : "", plan);
}

static const char *subtitle_of(const printing *p) {
    if (!p->legend.title) return "";
    const char *what = what_of(p);
    if (!what) return NULL;
    const char *rest = hs_arena_printf(p->arena, say(p, "%s; %s; %s", "%s；%s；%s"), p->legend.notes[0],
                                       p->legend.notes[1], what);
    /* The title has the problem unless it is one's own. */
    if (!rest || !p->print->title || !*p->print->title) return rest;
    return hs_arena_printf(p->arena, say(p, "%s; %s", "%s；%s"), p->legend.title, rest);
}

static const char *foot_of(const printing *p) {
    return p->snapshot->info.synthetic
               ? say(p, "Synthetic: all names and incidents are invented.", "合成示例，名称与案件均为虚构。")
               : "";
}

static hs_status add_density(printing *p, const hs_ramp_paper *paper) {
    hs_density_legend asked = {p->print->subject, p->request->classes, *paper, p->print->chinese, 1};
    hs_status status =
        hs_service_density_legend_words(p->service, p->snapshot, &asked, p->arena, p->error, &p->legend);
    if (status != HS_OK || !p->print->shows_density) return status;
    return hs_map_density_block(&p->legend, p->request->classes, p->print->ground, p->arena, p->error,
                                p->classes, &p->blocks[p->sheet.block_count++]);
}

static hs_status add_hotspots(printing *p) {
    hs_status status = hs_map_hotspots_init(p->print->hotspots, p->print->shows_density, p->print->chinese,
                                            p->arena, p->error, &p->hotspots);
    if (status != HS_OK) return status;
    p->blocks[p->sheet.block_count++] = p->hotspots.legend;
    return HS_OK;
}

static hs_status add_plan(printing *p) {
    p->plan = (hs_map_plan){hs_focus_plan_of(p->print->plan), 0};
    return hs_map_plan_block(p->snapshot, p->print->plan, p->print->chinese, p->arena, p->error, p->crews,
                             &p->blocks[p->sheet.block_count++]);
}

/* The plan above the hotspots. */
static void draw_overlay(const void *context, const hs_map_view *view, bool above, cairo_t *pen) {
    const printing *p = context;
    if (p->print->hotspots) hs_map_hotspots_draw(&p->hotspots, view, above, pen);
    if (p->print->plan) hs_map_plan_draw(&p->plan, view, above, pen);
}

/* Density and overlays, and the numbers above all. */
static hs_status draw_layers(const printing *p, cairo_t *pen) {
    hs_status status = hs_service_map_draw(p->service, p->snapshot, p->request, pen, p->arena, p->error);
    if (status != HS_OK || !p->print->plan) return status;
    return hs_map_plan_numbers(&p->plan, &p->request->view, pen, p->arena, p->error);
}

/* All words of the page, and where it all stands. */
static hs_status compose(printing *p, const hs_ramp_paper *paper) {
    p->sheet = (hs_map_sheet){.width = p->print->width_pt,
                              .height = p->print->height_pt,
                              .blocks = p->blocks,
                              .chinese = p->print->chinese,
                              .scale = " \n ",
                              .right = "hotspotd " HS_VERSION};
    hs_status status = p->print->subject ? add_density(p, paper) : HS_OK;
    if (status == HS_OK && p->print->hotspots) status = add_hotspots(p);
    if (status == HS_OK && p->print->plan) status = add_plan(p);
    p->request->overlay = draw_overlay;
    p->request->overlay_context = p;
    if (status == HS_OK)
        status = hs_map_facts_block(p->service, p->snapshot, p->print, p->legend.title ? &p->legend : NULL,
                                    p->arena, p->error, p->facts, &p->blocks[p->sheet.block_count++]);
    if (status != HS_OK) return status;
    p->sheet.title = title_of(p);
    p->sheet.subtitle = subtitle_of(p);
    p->sheet.left = foot_of(p);
    if (!p->sheet.title || !p->sheet.subtitle) return hs_error_memory(p->error, "a printed map");
    return hs_map_sheet_layout(&p->sheet, p->error, &p->layout);
}

/* The map's view with `density` pixels in a point. */
static hs_status set_view(printing *p, double density) {
    const hs_map_print *print = p->print;
    const hs_sheet_box *map = &p->layout.map;
    uint32_t width = (uint32_t)lround(map->width * density);
    uint32_t height = (uint32_t)lround(map->height * density);
    double ratio = density * 72 / STYLE_DPI;
    p->request->view =
        print->has_box ? hs_map_view_of_box(print->box, width, height, ratio)
                       : hs_map_view_at(print->lon_deg, print->lat_deg, print->zoom, width, height, ratio);
    p->request->whole_names = true;
    p->sheet.scale = hs_map_scale_words(hs_map_view_metres(&p->request->view) * density, print->paper,
                                        print->chinese, p->arena);
    return p->sheet.scale ? HS_OK : hs_error_memory(p->error, "a printed map");
}

static cairo_status_t append(void *out, const unsigned char *data, unsigned size) {
    hs_buffer *buffer = out;
    hs_buffer_append(buffer, data, size);
    return buffer->status == HS_OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

cairo_surface_t *hs_pdf_surface(double width_pt, double height_pt, const char *title, int64_t date_s,
                                hs_buffer *out) {
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(append, out, width_pt, height_pt);
    char made[HS_TIME_TEXT_SIZE];
    (void)hs_time_format(date_s, made);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "hotspotd " HS_VERSION);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, made);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, made);
    return surface;
}

hs_status hs_pdf_finish(cairo_t *pen, cairo_surface_t *surface, hs_status status, hs_error *error,
                        hs_buffer *out) {
    cairo_status_t done = cairo_status(pen);
    cairo_destroy(pen);
    cairo_surface_finish(surface);
    if (done == CAIRO_STATUS_SUCCESS) done = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (status != HS_OK) return status;
    if (out->status != HS_OK) return hs_error_set(error, out->status, "no room for a printed page");
    if (done == CAIRO_STATUS_SUCCESS) return HS_OK;
    return hs_error_set(error, done == CAIRO_STATUS_NO_MEMORY ? HS_E_MEMORY : HS_E_INTERNAL, "PDF: %s",
                        cairo_status_to_string(done));
}

static hs_status draw_map(const printing *p, cairo_t *pen) {
    const hs_sheet_box *map = &p->layout.map;
    cairo_save(pen);
    cairo_rectangle(pen, map->x, map->y, map->width, map->height);
    cairo_clip(pen);
    cairo_translate(pen, map->x, map->y);
    hs_status status = draw_layers(p, pen);
    cairo_restore(pen);
    return status;
}

hs_status hs_service_map_pdf(hs_service *service, const hs_snapshot *snapshot, hs_map_request *request,
                             const hs_map_print *print, hs_ramp_paper paper, hs_arena *arena, hs_error *error,
                             hs_buffer *out) {
    printing p = {service, snapshot, request, print, arena, error, .legend = {.title = NULL}};
    hs_status status = compose(&p, &paper);
    if (status == HS_OK) status = set_view(&p, 1);
    if (status != HS_OK) return status;
    request->heat_detail = HEAT_DETAIL;
    cairo_surface_t *surface =
        hs_pdf_surface(print->width_pt, print->height_pt, p.sheet.title, print->date_s, out);
    cairo_t *pen = cairo_create(surface);
    status = hs_map_sheet_begin(&p.sheet, &p.layout, &request->view, pen, error);
    if (status == HS_OK) status = draw_map(&p, pen);
    if (status == HS_OK) status = hs_map_sheet_draw(&p.sheet, &p.layout, &request->view, pen, error);
    cairo_show_page(pen);
    return hs_pdf_finish(pen, surface, status, error, out);
}

/* The map in a picture of its own, where it is written pixel by pixel, then laid into the page. */
static hs_status lay_map(const printing *p, cairo_t *pen, double density) {
    const hs_map_view *view = &p->request->view;
    cairo_surface_t *surface = hs_image_surface(view->width, view->height, true);
    if (!surface) return hs_error_memory(p->error, "a map");
    cairo_t *own = cairo_create(surface);
    hs_status status = draw_layers(p, own);
    cairo_destroy(own);
    if (status == HS_OK) {
        cairo_save(pen);
        cairo_identity_matrix(pen);
        cairo_set_source_surface(pen, surface, round(p->layout.map.x * density),
                                 round(p->layout.map.y * density));
        cairo_paint(pen);
        cairo_restore(pen);
    }
    cairo_surface_destroy(surface);
    return status;
}

static hs_status draw_page(printing *p, cairo_surface_t *surface, double density) {
    cairo_t *pen = cairo_create(surface);
    cairo_scale(pen, density, density);
    hs_status status = hs_map_sheet_begin(&p->sheet, &p->layout, &p->request->view, pen, p->error);
    if (status == HS_OK) status = lay_map(p, pen, density);
    if (status == HS_OK) status = hs_map_sheet_draw(&p->sheet, &p->layout, &p->request->view, pen, p->error);
    if (status == HS_OK && cairo_status(pen) != CAIRO_STATUS_SUCCESS)
        status =
            hs_error_set(p->error, HS_E_INTERNAL, "print: %s", cairo_status_to_string(cairo_status(pen)));
    cairo_destroy(pen);
    return status;
}

hs_status hs_service_map_page(hs_service *service, const hs_snapshot *snapshot, hs_map_request *request,
                              const hs_map_print *print, hs_ramp_paper paper, double dpi,
                              hs_image_format format, hs_arena *arena, hs_error *error, hs_buffer *out) {
    printing p = {service, snapshot, request, print, arena, error, .legend = {.title = NULL}};
    double density = dpi / 72;
    if (!(dpi >= HS_PRINT_LEAST_DPI && dpi <= HS_PRINT_MOST_DPI))
        return hs_error_set(error, HS_E_ARGUMENT, "dpi: a printed page has %g to %g", HS_PRINT_LEAST_DPI,
                            HS_PRINT_MOST_DPI);
    hs_status status = compose(&p, &paper);
    if (status == HS_OK) status = set_view(&p, density);
    if (status != HS_OK) return status;
    cairo_surface_t *surface = hs_image_surface((uint32_t)lround(print->width_pt * density),
                                                (uint32_t)lround(print->height_pt * density), true);
    if (!surface) return hs_error_memory(error, "a printed map");
    status = draw_page(&p, surface, density);
    size_t begin = out->size;
    if (status == HS_OK) status = hs_image_write(surface, format, true, error, out);
    if (status == HS_OK && format == HS_IMAGE_PNG) hs_png_set_dpi(out, begin, dpi);
    cairo_surface_destroy(surface);
    if (status == HS_OK && out->status != HS_OK)
        status = hs_error_set(error, out->status, "no room for a printed page");
    return status;
}
