/* Texts of maps as outlines: shaped once by Pango, kept as plain data that every thread draws at any size and
 * angle. Thread-safe. */
#ifndef RENDER_MAP_TEXT_H
#define RENDER_MAP_TEXT_H

#include <cairo.h>
#include <hotspot/error.h>

/* A glyph's outline in ems, its origin on the baseline, y growing down. */
typedef struct hs_map_outline {
    uint32_t count;      /* of operations */
    const uint8_t *op;   /* cairo_path_data_type_t */
    const float *number; /* 2 for each move and line, 6 for each curve */
} hs_map_outline;

typedef struct hs_map_glyph {
    const hs_map_outline *outline; /* NULL: nothing is seen, as of blanks */
    float x, y, advance;           /* ems; x from the text's beginning, without letter spacing */
    bool blank;
    bool may_break; /* a line may end before it */
    bool ideograph;
} hs_map_glyph;

/* A text in one line. */
typedef struct hs_map_run {
    uint32_t count;
    const hs_map_glyph *glyph;
    double width;       /* ems */
    uint64_t text_hash; /* tells texts apart */
    bool upright;       /* ideographs alone: may be written downwards */
} hs_map_run;

typedef struct hs_map_texts hs_map_texts;
hs_map_texts *hs_map_texts_new(void); /* NULL when memory is out */
void hs_map_texts_free(hs_map_texts *texts);
/* A text in the families of `font` (comma separated, before those of HS_FONT_FAMILIES) as a run that lives as
 * long as `texts`. Characters that no font has are left out. HS_E_UNSUPPORTED where no font has Chinese ones,
 * saying what to install. About 50 microseconds when it is new, the first time on a thread a tenth of a
 * second. */
hs_status hs_map_texts_shape(hs_map_texts *texts, const char *font, bool bold, hs_str text, hs_error *error,
                             const hs_map_run **run);
/* Adds an outline to the path: at (x, y), ems of `size` pixels, turned by an angle with this cosine and sine.
 */
void hs_map_outline_path(cairo_t *pen, const hs_map_outline *outline, double x, double y, double size,
                         double cosine, double sine);

#endif
