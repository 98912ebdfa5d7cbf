#include "render/map_sheet.h"

static void put_line(hs_sheet_pen *pen, const char *text, const hs_sheet_box *box, double size, bool bold,
                     hs_rgba colour, hs_sheet_align align) {
    const hs_sheet_type type = {size, bold, colour, align, 1};
    (void)hs_sheet_text(pen, text, &type, box->x, box->y, box->width);
}

static void draw_frame(hs_sheet_pen *pen, const hs_sheet_box *map) {
    if (pen->pass != HS_SHEET_DRAW) return;
    cairo_rectangle(pen->cairo, map->x, map->y, map->width, map->height);
    hs_sheet_colour(pen->cairo, hs_sheet_ink);
    cairo_set_line_width(pen->cairo, 0.9);
    cairo_stroke(pen->cairo);
}

static hs_status walk_page(const hs_map_sheet *sheet, const hs_sheet_layout *l, const hs_map_view *view,
                           cairo_t *cairo, hs_sheet_pass pass, hs_error *error) {
    hs_sheet_pen pen;
    hs_status status = hs_sheet_pen_init(&pen, cairo, pass, error);
    if (status != HS_OK) return status;
    cairo_save(cairo);
    put_line(&pen, sheet->title, &l->title, l->title_size, true, hs_sheet_ink, HS_SHEET_LEFT);
    put_line(&pen, sheet->subtitle, &l->subtitle, l->subtitle_size, false, hs_sheet_soft, HS_SHEET_LEFT);
    draw_frame(&pen, &l->map);
    hs_sheet_ticks(&pen, l, view);
    hs_sheet_strip(&pen, sheet, l, view);
    for (uint32_t i = 0; i < sheet->block_count; i++)
        (void)hs_sheet_block_walk(&pen, &sheet->blocks[i], l->type, l->block[i].x, l->block[i].y,
                                  l->block[i].width);
    put_line(&pen, sheet->left, &l->left, l->foot_size, false, hs_sheet_soft, HS_SHEET_LEFT);
    put_line(&pen, sheet->right, &l->right, l->foot_size, false, hs_sheet_soft, HS_SHEET_RIGHT);
    cairo_restore(cairo);
    hs_sheet_pen_done(&pen);
    return pen.status;
}

hs_status hs_map_sheet_begin(const hs_map_sheet *sheet, const hs_sheet_layout *layout,
                             const hs_map_view *view, cairo_t *cairo, hs_error *error) {
    bool pdf = cairo_surface_get_type(cairo_get_target(cairo)) == CAIRO_SURFACE_TYPE_PDF;
    hs_status status = pdf ? walk_page(sheet, layout, view, cairo, HS_SHEET_WORDS, error) : HS_OK;
    hs_sheet_ground(cairo, sheet->width, sheet->height);
    return status;
}

hs_status hs_map_sheet_draw(const hs_map_sheet *sheet, const hs_sheet_layout *layout, const hs_map_view *view,
                            cairo_t *cairo, hs_error *error) {
    return walk_page(sheet, layout, view, cairo, HS_SHEET_DRAW, error);
}
