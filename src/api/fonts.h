/* The font that travels in the program, in slices of the loaded city's names. */
#ifndef API_FONTS_H
#define API_FONTS_H

#include "api/endpoint.h"

typedef struct hs_fonts hs_fonts;

hs_status hs_fonts_new(hs_error *error, hs_fonts **fonts);
void hs_fonts_free(hs_fonts *fonts);

/* The member `font-faces` of a MapLibre style: its value, with the addresses of the slices for the city of
 * call->snapshot (may be NULL). */
hs_status hs_call_write_font_faces(hs_call *call, hs_buffer *out);

#endif
