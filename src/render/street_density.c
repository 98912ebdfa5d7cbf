#include "render/street_density.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A palette holds each drawn class with this many degrees of cover. */
/* Degrees of cover at a line's edge; fewer where classes are so many that both would not fit a byte. */
#define MOST_COVERS 16
#define PALETTE     256

double hs_street_width_px(uint32_t z) {
    static const double widths[] = {1.5, 2.0, 2.6, 3.4, 4.6, 6.0, 8.0};
    if (z <= 11) return widths[0];
    return widths[z >= 17 ? 6 : z - 11];
}

/* Cover and class of each pixel: cover 0 is nothing there. */
typedef struct picture {
    uint8_t *cover, *drawn; /* [width * height] */
    uint32_t width, height;
    double x0, y0, per_px;   /* Mercator units */
    const hs_map_view *view; /* where the picture is no tile; NULL */
    double half;             /* of a line's width, pixels */
    uint32_t covers;
} picture;

static uint32_t covers_of(const hs_ramp_classes *classes) {
    uint32_t fit = (PALETTE - 1) / (classes->break_count + 1) + 1;
    return fit < MOST_COVERS ? fit : MOST_COVERS;
}

static void put(picture *p, uint32_t at, uint8_t cover, uint8_t drawn) {
    if (cover == 0) return;
    /* Full cover of a lower class yields to half of a higher one, so that hot pieces stay whole. */
    bool over = cover > p->cover[at];
    if (drawn > p->drawn[at]) over = 2 * cover >= p->cover[at];
    if (drawn < p->drawn[at]) over = cover > 2 * p->cover[at];
    if (!over) return;
    p->cover[at] = cover;
    p->drawn[at] = drawn;
}

static bool span_of(double low, double high, uint32_t size, uint32_t *first, uint32_t *last) {
    if (!(high > 0.0) || !(low < (double)size)) return false;
    *first = low > 0.0 ? (uint32_t)low : 0;
    *last = high < (double)size ? (uint32_t)high : size - 1;
    return true;
}

/* A straight piece with round ends, in pixels. */
static void draw_piece(picture *p, double ax, double ay, double bx, double by, uint8_t drawn) {
    double reach = p->half + 1.0;
    uint32_t left;
    uint32_t right;
    uint32_t top;
    uint32_t bottom;
    if (!span_of(fmin(ax, bx) - reach, fmax(ax, bx) + reach, p->width, &left, &right)) return;
    if (!span_of(fmin(ay, by) - reach, fmax(ay, by) + reach, p->height, &top, &bottom)) return;
    double dx = bx - ax;
    double dy = by - ay;
    double squared = dx * dx + dy * dy;
    for (uint32_t row = top; row <= bottom; row++) {
        for (uint32_t column = left; column <= right; column++) {
            double px = (double)column + 0.5 - ax;
            double py = (double)row + 0.5 - ay;
            double t = squared > 0.0 ? (px * dx + py * dy) / squared : 0.0;
            t = t < 0.0 ? 0.0 : t > 1.0 ? 1.0 : t;
            double ex = px - t * dx;
            double ey = py - t * dy;
            double cover = p->half + 0.5 - sqrt(ex * ex + ey * ey);
            cover = cover < 0.0 ? 0.0 : cover > 1.0 ? 1.0 : cover;
            put(p, row * p->width + column, (uint8_t)(cover * (p->covers - 1) + 0.5), drawn);
        }
    }
}

/* Pixels of a place on the Mercator square, which a picture that is no tile need not have. */
static bool to_pixels(const picture *p, double *x, double *y) {
    if (!p->view) {
        *x = (*x - p->x0) / p->per_px;
        *y = (*y - p->y0) / p->per_px;
        return true;
    }
    const hs_mercator place = {(uint32_t)fmax(0, fmin(*x + 0.5, 0x1p32 - 1)),
                               (uint32_t)fmax(0, fmin(*y + 0.5, 0x1p32 - 1))};
    hs_map_project(&p->view->plane, &place, 1, x, y);
    if (!isfinite(*x) || !isfinite(*y)) return false;
    *x += p->x0 - p->view->left;
    *y -= p->view->top;
    return true;
}

/* The line of a segment from one share of its length to another, vertex by vertex. */
static void draw_stretch(picture *p, const hs_street_lines *lines, uint32_t segment, double from, double to,
                         uint8_t drawn) {
    double ax;
    double ay;
    double bx;
    double by;
    uint32_t i = hs_street_lines_at(lines, segment, from, &ax, &ay);
    uint32_t last = hs_street_lines_at(lines, segment, to, &bx, &by);
    bool good = to_pixels(p, &ax, &ay);
    for (i++; i <= last; i++) {
        double x = lines->vertex[i].x;
        double y = lines->vertex[i].y;
        bool next = to_pixels(p, &x, &y);
        if (good && next) draw_piece(p, ax, ay, x, y, drawn);
        good = next;
        ax = x;
        ay = y;
    }
    if (to_pixels(p, &bx, &by) && good) draw_piece(p, ax, ay, bx, by, drawn);
}

static uint8_t class_of(const hs_ramp_classes *classes, float value) {
    uint8_t drawn = 0;
    while (drawn < classes->break_count && (double)value >= classes->breaks[drawn])
        drawn++;
    return drawn;
}

/* Lixels of one class that follow one another are one line. */
static void draw_segment(picture *p, const hs_street_values *streets, const hs_ramp_classes *classes,
                         uint32_t segment) {
    uint32_t first = streets->lixel_first[segment];
    uint32_t count = streets->lixel_first[segment + 1] - first;
    for (uint32_t begin = 0; begin < count;) {
        float value = streets->values[first + begin];
        uint8_t drawn = class_of(classes, value);
        uint32_t end = begin + 1;
        while (end < count && class_of(classes, streets->values[first + end]) == drawn &&
               (streets->values[first + end] == streets->values[first + end]) == (value == value))
            end++;
        if (value == value && classes->colour[drawn].a > 0)
            draw_stretch(p, streets->lines, segment, (double)begin / count, (double)end / count, drawn);
        begin = end;
    }
}

static bool meets(const hs_mercator_box *box, double west, double north, double east, double south) {
    return (double)box->max_x >= west && (double)box->min_x <= east && (double)box->max_y >= north &&
           (double)box->min_y <= south;
}

/* Tiles at the antimeridian see the streets on its other side. */
static void draw_all(picture *p, const hs_street_values *streets, const hs_ramp_classes *classes) {
    double margin = (p->half + 1.0) * p->per_px;
    double side = (double)p->width * p->per_px;
    double x0 = p->x0;
    for (int world = -1; world <= 1; world++) {
        p->x0 = x0 + world * 0x1p32;
        for (uint32_t s = 0; s < streets->lines->segment_count; s++)
            if (meets(&streets->lines->box[s], p->x0 - margin, p->y0 - margin, p->x0 + side + margin,
                      p->y0 + side + margin))
                draw_segment(p, streets, classes, s);
    }
    p->x0 = x0;
}

/* A colour of a class at a degree of cover, on the ground. */
static hs_rgba covered(hs_rgba colour, uint32_t cover, uint32_t covers, hs_rgba ground) {
    colour.a = (uint8_t)((colour.a * cover + (covers - 1) / 2) / (covers - 1));
    return hs_rgba_over(colour, ground);
}

/* Classes and covers to a palette: index 0 is nothing. */
static hs_status write_picture(const picture *p, const hs_ramp_classes *classes, hs_rgba ground,
                               hs_error *error, hs_buffer *out) {
    hs_rgba palette[PALETTE] = {ground};
    uint32_t count = 1;
    for (uint32_t c = 0; c <= classes->break_count; c++)
        for (uint32_t cover = 1; cover < p->covers; cover++)
            palette[count++] = covered(classes->colour[c], cover, p->covers, ground);
    for (size_t i = 0; i < (size_t)p->width * p->height; i++)
        p->cover[i] = p->cover[i] ? (uint8_t)(p->drawn[i] * (p->covers - 1) + p->cover[i]) : 0;
    return hs_png_write(p->cover, p->width, p->height, palette, count, error, out);
}

hs_status hs_render_street_density(const hs_street_values *streets, const hs_ramp_classes *classes,
                                   hs_tile tile, uint32_t size_px, hs_error *error, hs_buffer *out) {
    if (!hs_tile_valid(tile) || (size_px != 256 && size_px != 512))
        return hs_error_set(error, HS_E_ARGUMENT, "density tiles have 256 or 512 pixels a side, not %u",
                            (unsigned)size_px);
    double side = ldexp(0x1p32, -(int)tile.z);
    size_t pixels = (size_t)size_px * size_px;
    picture p = {.cover = calloc(2 * pixels, 1),
                 .width = size_px,
                 .height = size_px,
                 .x0 = tile.x * side,
                 .y0 = tile.y * side,
                 .per_px = side / size_px,
                 .half = 0.5 * hs_street_width_px(tile.z) * size_px / 256.0,
                 .covers = covers_of(classes)};
    if (!p.cover) return hs_error_set(error, HS_E_MEMORY, "out of memory for a tile");
    p.drawn = p.cover + pixels;
    draw_all(&p, streets, classes);
    hs_status status = write_picture(&p, classes, (hs_rgba){0, 0, 0, 0}, error, out);
    free(p.cover);
    return status;
}

/* Pictures that reach over the antimeridian see the streets on its other side. */
static void draw_view(picture *p, const hs_street_values *streets, const hs_ramp_classes *classes) {
    const hs_map_plane *plane = &p->view->plane;
    double margin = p->half + 1, left = p->view->left, top = p->view->top;
    double around = plane->system == HS_MAP_MERCATOR  ? plane->x_px
                    : plane->system == HS_MAP_DEGREES ? 360 * plane->x_px
                                                      : 0;
    for (int world = around > 0 ? -1 : 0; world <= (around > 0 ? 1 : 0); world++) {
        double from = left - world * around;
        double first = plane->system == HS_MAP_DEGREES ? -around / 2 : 0;
        if (around > 0 && (from - margin > first + around || from + p->width + margin < first)) continue;
        hs_mercator_box box = hs_map_box(plane, from - margin, top - margin, from + p->width + margin,
                                         top + p->height + margin);
        p->x0 = world * around;
        for (uint32_t s = 0; s < streets->lines->segment_count; s++)
            if (meets(&streets->lines->box[s], box.min_x, box.min_y, box.max_x, box.max_y))
                draw_segment(p, streets, classes, s);
    }
}

hs_status hs_render_street_view(const hs_street_values *streets, const hs_ramp_classes *classes,
                                const hs_map_view *view, hs_rgba ground, hs_error *error, hs_buffer *out) {
    size_t pixels = (size_t)view->width * view->height;
    picture p = {.cover = calloc(2 * pixels, 1),
                 .width = view->width,
                 .height = view->height,
                 .view = view,
                 .covers = covers_of(classes)};
    if (!p.cover) return hs_error_memory(error, "a map");
    p.drawn = p.cover + pixels;
    /* Of tiles: theirs is MapLibre's zoom and one, as its tiles have 512 pixels. */
    p.half = 0.5 * hs_street_width_px((uint32_t)fmax(0, round(view->zoom + 1))) * view->ratio;
    draw_view(&p, streets, classes);
    hs_status status = write_picture(&p, classes, ground, error, out);
    free(p.cover);
    return status;
}
