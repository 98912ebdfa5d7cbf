/* A font in slices, so that a reader fetches the characters of the names at hand and few others. */
#ifndef RENDER_FONT_SLICES_H
#define RENDER_FONT_SLICES_H

#include "city/taxonomy.h"
#include "render/font.h"
#include <hotspot/geography.h>

/* In the order in which a character is looked for; the last kind has every character of the font. */
typedef enum hs_slice_kind {
    HS_SLICE_LATIN, /* letters, digits and signs */
    HS_SLICE_NAMES, /* of the city: units first, then by how many names have a character */
    HS_SLICE_PAGE,  /* the page's own words and the classes of problems */
    HS_SLICE_REST,
    HS_SLICE_KINDS
} hs_slice_kind;

typedef struct hs_font_slice {
    hs_slice_kind kind;
    char name[16];         /* `latin`, `names-1`, `page`, `rest-80` ... */
    uint64_t hash;         /* of the characters and the font */
    uint32_t count;        /* above 0 */
    const uint32_t *codes; /* ascending */
} hs_font_slice;

typedef struct hs_font_slices {
    uint32_t count;
    const hs_font_slice *slice; /* by kind */
} hs_font_slices;

/* Slices of what a font has. `geography` and `taxonomy` may be NULL; `page` is any text that has the words of
 * the page. Equal input gives equal slices. O(letters of all names). */
hs_status hs_font_slices_new(const hs_font *font, const hs_geography *geography, const hs_taxonomy *taxonomy,
                             hs_str page, hs_error *error, hs_font_slices **slices);
void hs_font_slices_free(hs_font_slices *slices);
/* NULL where there is none of that name. */
const hs_font_slice *hs_font_slices_find(const hs_font_slices *slices, hs_str name);

#endif
