/* What stands about a printed map's frame: scale bar, north arrow, marks of longitude and latitude. */
#include "render/map_sheet.h"
#include <math.h>
#include <stdio.h>

#define BAR_SHARE 0.26 /* of the map's width, at most */
#define WORD_SIZE 7.0
#define TICK      3.5

double hs_map_scale_length(double most_m) {
    if (!(most_m > 0) || isinf(most_m)) return 0;
    double power = pow(10, floor(log10(most_m)));
    double times = most_m / power;
    return power * (times >= 5 ? 5 : times >= 2 ? 2 : 1);
}

double hs_map_view_metres(const hs_map_view *view) {
    hs_mercator middle;
    double across;
    double down;
    (void)hs_map_unproject(&view->plane, view->left + view->width / 2.0, view->top + view->height / 2.0,
                           &middle);
    hs_mercator_ground_m(middle.y, &across, &down);
    return sqrt(across * down) * 0x1p32 / view->plane.x_px;
}

static void length_text(double metres, bool chinese, char *out, size_t size) {
    if (metres >= 1000)
        (void)snprintf(out, size, chinese ? "%g 公里" : "%g km", metres / 1000);
    else
        (void)snprintf(out, size, chinese ? "%g 米" : "%g m", metres);
}

/* Four quarters, the first and third black. */
static void draw_bar(cairo_t *cairo, double x, double y, double length, double high) {
    hs_sheet_colour(cairo, hs_sheet_ink);
    for (int quarter = 0; quarter < 4; quarter += 2) {
        cairo_rectangle(cairo, x + length * quarter / 4, y, length / 4, high);
        cairo_fill(cairo);
    }
    cairo_rectangle(cairo, x, y, length, high);
    cairo_set_line_width(cairo, 0.6);
    cairo_stroke(cairo);
}

/* Web Mercator's north is upwards everywhere. */
static void draw_north(hs_sheet_pen *pen, bool chinese, double x, double y, double size) {
    const hs_sheet_type letter = {size * 0.36, true, hs_sheet_ink, HS_SHEET_RIGHT, 1};
    cairo_t *cairo = pen->cairo;
    double half = size * 0.24;
    (void)hs_sheet_text(pen, chinese ? "北" : "N", &letter, x - half - 22, y + size * 0.2, 20);
    if (pen->pass != HS_SHEET_DRAW) return;
    hs_sheet_colour(cairo, hs_sheet_ink);
    cairo_set_line_width(cairo, 0.6);
    for (int side = -1; side <= 1; side += 2) {
        cairo_move_to(cairo, x, y);
        cairo_line_to(cairo, x + side * half, y + size);
        cairo_line_to(cairo, x, y + size * 0.76);
        cairo_close_path(cairo);
        if (side < 0) cairo_fill_preserve(cairo);
        cairo_stroke(cairo);
    }
}

void hs_sheet_strip(hs_sheet_pen *pen, const hs_map_sheet *sheet, const hs_sheet_layout *layout,
                    const hs_map_view *view) {
    const hs_sheet_box *box = &layout->strip;
    double size = WORD_SIZE * box->height / 27;
    double metres_per_point = hs_map_view_metres(view) * view->width / layout->map.width;
    double metres = hs_map_scale_length(box->width * BAR_SHARE * metres_per_point);
    double length = metres / metres_per_point;
    const hs_sheet_type words = {size, false, hs_sheet_ink, HS_SHEET_CENTRE, 1};
    const hs_sheet_type beside = {size, false, hs_sheet_soft, HS_SHEET_LEFT, 2};
    double x = box->x + 4;
    double y = box->y + box->height * 0.55;
    double north = box->height * 0.86;
    char text[48];
    if (!(length > 0)) return;
    if (pen->pass == HS_SHEET_DRAW) draw_bar(pen->cairo, x, y, length, size * 0.5);
    (void)hs_sheet_text(pen, "0", &words, x - 15, y - size * 1.5, 30);
    (void)snprintf(text, sizeof text, "%g", (metres >= 1000 ? metres / 1000 : metres) / 2);
    (void)hs_sheet_text(pen, text, &words, x + length / 2 - 30, y - size * 1.5, 60);
    length_text(metres, sheet->chinese, text, sizeof text);
    (void)hs_sheet_text(pen, text, &words, x + length - 40, y - size * 1.5, 80);
    double left = x + length + 30;
    (void)hs_sheet_text(pen, sheet->scale, &beside, left, box->y + (box->height - 2.8 * size) / 2,
                        box->x + box->width - north - 24 - left);
    draw_north(pen, sheet->chinese, box->x + box->width - north * 0.3, box->y + 3, north);
}

/* A step in minutes of arc of which a view has three to eight. */
static double step_of(double degrees) {
    static const double minutes[] = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600};
    for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++)
        if (degrees * 60 / minutes[i] <= 6) return minutes[i] / 60;
    return 60;
}

static void degree_text(double degrees, bool north, char *out, size_t size) {
    const char *side = north ? degrees < 0 ? "S" : "N" : degrees < 0 ? "W" : "E";
    long tenths = lround(fabs(degrees) * 600);
    if (tenths % 10 == 0)
        (void)snprintf(out, size, "%ld°%02ld′%s", tenths / 600, tenths / 10 % 60, side);
    else
        (void)snprintf(out, size, "%ld°%02ld.%ld′%s", tenths / 600, tenths / 10 % 60, tenths % 10, side);
}

static void tick(const hs_sheet_pen *pen, double x0, double y0, double x1, double y1) {
    if (pen->pass != HS_SHEET_DRAW) return;
    cairo_move_to(pen->cairo, x0, y0);
    cairo_line_to(pen->cairo, x1, y1);
    hs_sheet_colour(pen->cairo, hs_sheet_ink);
    cairo_set_line_width(pen->cairo, 0.5);
    cairo_stroke(pen->cairo);
}

/* The words of one mark, kept within the frame's length. */
static void longitude(hs_sheet_pen *pen, const hs_sheet_layout *l, double degrees, double share) {
    const hs_sheet_type words = {l->ticks_below.height * 0.55, false, hs_sheet_soft, HS_SHEET_CENTRE, 1};
    double x = l->map.x + share * l->map.width;
    char text[32];
    degree_text(degrees, false, text, sizeof text);
    tick(pen, x, l->ticks_below.y, x, l->ticks_below.y + TICK);
    tick(pen, x, l->map.y, x, l->map.y - TICK);
    double half = hs_sheet_text_width(pen, text, &words) / 2 + 1;
    if (x - half > l->map.x && x + half < l->map.x + l->map.width)
        (void)hs_sheet_text(pen, text, &words, x - half, l->ticks_below.y + TICK - 1, 2 * half);
}

static void latitude(hs_sheet_pen *pen, const hs_sheet_layout *l, double degrees, double share) {
    const hs_sheet_type words = {l->ticks_left.width * 0.55, false, hs_sheet_soft, HS_SHEET_CENTRE, 1};
    double y = l->map.y + share * l->map.height;
    char text[32];
    degree_text(degrees, true, text, sizeof text);
    tick(pen, l->map.x, y, l->map.x - TICK, y);
    tick(pen, l->map.x + l->map.width, y, l->map.x + l->map.width + TICK, y);
    double half = hs_sheet_text_width(pen, text, &words) / 2 + 1;
    if (y - half < l->map.y || y + half > l->map.y + l->map.height) return;
    cairo_save(pen->cairo);
    cairo_translate(pen->cairo, l->ticks_left.x + l->ticks_left.width - TICK, y);
    cairo_rotate(pen->cairo, -1.57079632679489662);
    (void)hs_sheet_text(pen, text, &words, -half, -l->ticks_left.width * 0.75, 2 * half);
    cairo_restore(pen->cairo);
}

void hs_sheet_ticks(hs_sheet_pen *pen, const hs_sheet_layout *l, const hs_map_view *view) {
    hs_mercator low;
    hs_mercator high;
    double west, north, east, south;
    if (!hs_map_unproject(&view->plane, view->left, view->top, &low) ||
        !hs_map_unproject(&view->plane, view->left + view->width, view->top + view->height, &high))
        return;
    hs_mercator_to_degrees(low.x, low.y, &west, &north);
    hs_mercator_to_degrees(high.x, high.y, &east, &south);
    double step = step_of(fmax(east - west, north - south));
    for (long k = lround(ceil(west / step)); (double)k * step < east; k++) {
        hs_mercator at = hs_mercator_from_degrees((double)k * step, (north + south) / 2);
        longitude(pen, l, (double)k * step, ((double)at.x - low.x) / ((double)high.x - low.x));
    }
    for (long k = lround(ceil(south / step)); (double)k * step < north; k++) {
        hs_mercator at = hs_mercator_from_degrees((east + west) / 2, (double)k * step);
        latitude(pen, l, (double)k * step, ((double)at.y - low.y) / ((double)high.y - low.y));
    }
}
