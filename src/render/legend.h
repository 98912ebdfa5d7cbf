/* The legend of a density picture as a picture: swatches with the limits of their classes, the unit, and what
 * was counted. */
#ifndef RENDER_LEGEND_H
#define RENDER_LEGEND_H

#include "render/ramp.h"
#include <cairo.h>

#define HS_LEGEND_MAX_NOTES 8
#define HS_LEGEND_MAX_SCALE 4.0

#define HS_LEGEND_MOST_ROWS 32
#define HS_LEGEND_SWATCH_W  34
#define HS_LEGEND_SWATCH_H  17

/* Rows that are no classes: their words, and who draws each one's swatch, HS_LEGEND_SWATCH_W by _H units of
 * length from the pen's origin. */
typedef struct hs_legend_rows {
    uint32_t count; /* at most HS_LEGEND_MOST_ROWS */
    const char *words[HS_LEGEND_MOST_ROWS];
    void (*draw)(const void *context, uint32_t row, cairo_t *pen);
    const void *context;
} hs_legend_rows;

/* What stands around the swatches. Texts are UTF-8. */
typedef struct hs_legend {
    const char *title;                      /* what was counted; one line or more */
    const char *unit;                       /* of the numbers beside the swatches; empty: nothing */
    const hs_legend_rows *rows;             /* in the place of classes, which are NULL then; or NULL */
    const char *notes[HS_LEGEND_MAX_NOTES]; /* smaller lines below the swatches; ended by NULL or full */
    hs_ramp_scale scale;                    /* relative risk is written as a ratio: 1/4, 1/2, 2, 4 times */
    hs_ramp_paper paper;
    hs_rgba
        ground; /* below the swatches: what the picture lies on where that is not the paper; alpha 0: none */
    bool chinese;        /* the language of the words beside the numbers */
    double device_scale; /* pixels per unit of length, above 0 to HS_LEGEND_MAX_SCALE: 2 for fine screens */
} hs_legend;

/* Appends a PNG (RGB, 8 bits). Classes stand from high to low, with their opacity over the paper; the one
 * that pictures leave out is an outline. Equal input gives equal bytes on a machine, whose fonts decide the
 * shape of the words. HS_E_UNSUPPORTED where no font has a character of the texts, which the message names:
 * never boxes. Thread-safe: the font map is the calling thread's own
 * (Pango), the context the call's; what threads share is inside fontconfig and cairo, which lock. The first
 * call of a thread takes about a tenth of a second, later ones a fifth of that. */
hs_status hs_render_legend(const hs_legend *legend, const hs_ramp_classes *classes, hs_error *error,
                           hs_buffer *out);

/* The limits of class i as the legend writes them. */
void hs_legend_class_text(const hs_legend *legend, const hs_ramp_classes *classes, uint32_t i, char *out,
                          size_t size);

#endif
