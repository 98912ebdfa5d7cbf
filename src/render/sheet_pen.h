/* Words on printed pages: measured, laid down as text that can be found and copied, and drawn. Lengths are
 * points of 1/72 inch. */
#ifndef RENDER_SHEET_PEN_H
#define RENDER_SHEET_PEN_H

#include "render/pango_context.h"
#include "render/png.h"
#include <hotspot/error.h>

/* What one walk over a page does. */
typedef enum hs_sheet_pass {
    HS_SHEET_MEASURE, /* nothing is drawn */
    HS_SHEET_WORDS,   /* words alone, as text, to be covered by the page's ground: PDF only */
    HS_SHEET_DRAW,    /* everything; words are outlines, alike on every reader's machine */
} hs_sheet_pass;

typedef struct hs_sheet_pen {
    cairo_t *cairo; /* NULL while measuring */
    PangoContext *context;
    hs_sheet_pass pass;
    hs_error *error;
    hs_status status; /* of the first failure; nothing happens after it */
} hs_sheet_pen;

typedef struct hs_sheet_box {
    double x, y, width, height;
} hs_sheet_box;

typedef enum hs_sheet_align { HS_SHEET_LEFT, HS_SHEET_CENTRE, HS_SHEET_RIGHT } hs_sheet_align;

typedef struct hs_sheet_type {
    double size;
    bool bold;
    hs_rgba colour;
    hs_sheet_align align;
    int lines; /* at most, the last one cut with dots; 0: as many as it takes */
} hs_sheet_type;

/* HS_E_MEMORY. End it with hs_sheet_pen_done. */
hs_status hs_sheet_pen_init(hs_sheet_pen *pen, cairo_t *cairo, hs_sheet_pass pass, hs_error *error);
void hs_sheet_pen_done(hs_sheet_pen *pen);

/* A text from (x, y), its upper left corner, on `width` points, in which it is aligned. Returns its height.
 * The pen's status is HS_E_UNSUPPORTED where no font has a character of it, HS_E_ARGUMENT where it is not
 * UTF-8. NULL and empty texts are none. */
double hs_sheet_text(hs_sheet_pen *pen, const char *text, const hs_sheet_type *type, double x, double y,
                     double width);
/* How wide it would be in one line. */
double hs_sheet_text_width(hs_sheet_pen *pen, const char *text, const hs_sheet_type *type);
/* White over a page and the words that were laid on it. */
void hs_sheet_ground(cairo_t *cairo, double width, double height);
void hs_sheet_colour(cairo_t *cairo, hs_rgba colour);

/* What every page is written with. */
extern const hs_rgba hs_sheet_ink, hs_sheet_soft, hs_sheet_rule;

#endif
