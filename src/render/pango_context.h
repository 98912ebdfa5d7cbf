/* Words in pictures: fonts in a fixed order, measured alike on every screen. */
#ifndef RENDER_PANGO_CONTEXT_H
#define RENDER_PANGO_CONTEXT_H

#include <pango/pangocairo.h>

/* Faces with simplified Chinese first, so that Han characters have their mainland form. */
#define HS_FONT_FAMILIES "Noto Sans CJK SC,Noto Sans SC,Source Han Sans SC,WenQuanYi Micro Hei,sans-serif"

/* A context whose output depends on the fonts alone, not on settings of a screen or a user; NULL when memory
 * is out. Pango keeps a font map for each thread, given back when the thread ends: finding fonts anew takes a
 * tenth of a second. g_object_unref frees it. */
PangoContext *hs_pango_context_new(void);

#endif
