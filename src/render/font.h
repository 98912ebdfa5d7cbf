/* A font's file cut down to some of its characters, by HarfBuzz. */
#ifndef RENDER_FONT_H
#define RENDER_FONT_H

#include "base/buffer.h"

typedef struct hs_font hs_font;

/* Reads a font's file (one face, OpenType), whose bytes must outlive what is made. HS_E_INPUT for what is no
 * font. */
hs_status hs_font_new(hs_str file, hs_error *error, hs_font **font);
void hs_font_free(hs_font *font);

/* The code points that it has characters for, ascending. */
const uint32_t *hs_font_codes(const hs_font *font, uint32_t *count);
/* Of its characters and its revision: another font has another one. */
uint64_t hs_font_hash(const hs_font *font);

/* Appends an OpenType file with the characters of these code points, those that the font has. Thread-safe, as
 * the above; equal input gives equal bytes. Some milliseconds for a few hundred characters. */
hs_status hs_font_subset(const hs_font *font, const uint32_t *codes, uint32_t count, hs_error *error,
                         hs_buffer *out);

#endif
