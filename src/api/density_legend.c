/* /density/legend.png: the legend as a picture. */
#include "api/map.h"

#include "base/text.h"
#include "service/density_legend.h"

/* The city's own language unless one is asked for. */
hs_status hs_call_words_language(hs_call *call, bool *chinese) {
    hs_str text = hs_call_text(call, "lang");
    if (text.size == 0) text = hs_str_of(call->snapshot->info.lang);
    *chinese = hs_str_equal(text, HS_STR("zh"));
    if (*chinese || hs_str_equal(text, HS_STR("en"))) return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT, "lang: %.*s is neither zh nor en",
                        (int)hs_utf8_cut(text, 40), text.data);
}

hs_status hs_serve_density_legend_png(hs_call *call) {
    hs_density_ask ask;
    bool chinese = false;
    int64_t scale = 1;
    hs_status status = hs_call_density(call, &ask);
    if (status == HS_OK) status = hs_call_words_language(call, &chinese);
    if (status == HS_OK) status = hs_call_integer(call, "scale", 1, 2, 1, &scale);
    if (status != HS_OK) return status;
    if (hs_call_begin(call, "image/png", HS_READS_CITY)) return HS_OK;
    hs_density_legend legend = {&ask.request, &ask.classes, hs_ramps_paper(call->api->ramps, ask.dark),
                                chinese, (double)scale};
    return hs_service_density_legend(call->api->service, call->snapshot, &legend, call->arena, call->error,
                                     &call->response->body);
}
