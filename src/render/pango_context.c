#include "render/pango_context.h"

PangoContext *hs_pango_context_new(void) {
    PangoContext *context = pango_font_map_create_context(pango_cairo_font_map_get_default());
    if (!context) return NULL;
    pango_cairo_context_set_resolution(context, 96);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_context_set_language(context, pango_language_from_string("zh-cn"));
    pango_context_set_base_dir(context, PANGO_DIRECTION_LTR);
    return context;
}
