/* From query parameters to a density request and its colours: every default is stated in the answer. */
#include "api/density.h"

#include "base/text.h"
#include "service/hotspots.h"
#include <string.h>

/* Print is on light paper, and so is the style that WMTS calls the default one. */
static hs_status parse_style(hs_call *call, bool *dark) {
    hs_str theme = hs_call_text(call, "theme");
    hs_str style = hs_call_text(call, "style");
    bool dark_style = hs_str_equal(style, HS_STR("dark"));
    *dark = dark_style || hs_str_equal(theme, HS_STR("dark"));
    if (theme.size > 0 && !hs_str_equal(theme, HS_STR("light")) && !hs_str_equal(theme, HS_STR("dark")))
        return hs_error_set(call->error, HS_E_ARGUMENT, "theme: %.*s is neither light nor dark",
                            (int)hs_utf8_cut(theme, 60), theme.data);
    if (style.size == 0) return HS_OK;
    if (!dark_style && !hs_str_equal(style, HS_STR("light")) && !hs_str_equal(style, HS_STR("print")) &&
        !hs_str_equal(style, HS_STR("default")))
        return hs_error_set(call->error, HS_E_ARGUMENT, "style: %.*s is none of default, light, dark, print",
                            (int)hs_utf8_cut(style, 60), style.data);
    if (theme.size > 0 && dark_style != hs_str_equal(theme, HS_STR("dark")))
        return hs_error_set(call->error, HS_E_ARGUMENT, "style: %.*s does not go with theme=%.*s; give one",
                            (int)style.size, style.data, (int)theme.size, theme.data);
    return HS_OK;
}

static hs_status parse_classes(hs_call *call, hs_density_ask *ask) {
    hs_str ramp = hs_call_text(call, "ramp");
    hs_status status = parse_style(call, &ask->dark);
    if (status != HS_OK) return status;
    if (ramp.size == 0) ramp = ask->dark ? HS_STR("dark") : HS_STR("light");
    ask->scale = hs_density_scale(&ask->request);
    return hs_ramps_classes(call->api->ramps, ramp, hs_call_text(call, "breaks"), ask->scale,
                            hs_filter_problem(&ask->request.filter), call->error, &ask->classes);
}

/* A narrow kernel tells where single incidents lie. */
static hs_status check_public(hs_call *call, const hs_density_request *request) {
    if (hs_call_sees_incidents(call) || request->bandwidth_m >= HS_AGGREGATE_LEAST_CELL_M) return HS_OK;
    return hs_error_set(
        call->error, HS_E_DENIED,
        "bandwidth: under %g m single incidents are seen, which are not public on this server: "
        "take a wider one",
        HS_AGGREGATE_LEAST_CELL_M);
}

/* What takes long ends when the client leaves. A bandwidth by name is chosen on a thread for long work unless
 * it is known; there all begins anew. */
static hs_status settle_request(hs_call *call, hs_density_request *request) {
    hs_service *service = call->api->service;
    request->progress = hs_call_progress(call);
    if (!hs_service_density_is_chosen(service, call->snapshot, request) && hs_request_defer(call->request))
        return hs_error_set(call->error, HS_E_CANCELLED, "the bandwidth is being chosen");
    hs_status status = hs_service_density_choose(service, call->snapshot, request, call->error);
    return status == HS_OK ? check_public(call, request) : status;
}

hs_status hs_call_density(hs_call *call, hs_density_ask *ask) {
    hs_str *names;
    hs_str *values;
    if (hs_call_words(call, &names, &values) != HS_OK) return HS_E_MEMORY;
    hs_density_ask made;
    hs_status status = hs_density_request_parse(call->snapshot, names, values, call->request->query_count,
                                                call->arena, call->error, &made.request);
    if (status == HS_OK) status = settle_request(call, &made.request);
    if (status == HS_OK) status = parse_classes(call, &made);
    if (status == HS_OK) *ask = made;
    return status;
}

bool hs_density_is_long(const hs_request *request) {
    static const char *const words[] = {"exact", "adaptive", "over", "network", "edge-correction"};
    static const char *const edged[] = {"epanechnikov", "uniform", "triangular"};
    hs_str value;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (hs_request_query(request, words[i], &value) && value.size > 0) return true;
    if (!hs_request_query(request, "kernel", &value)) return false;
    for (size_t i = 0; i < sizeof edged / sizeof *edged; i++)
        if (hs_str_equal(hs_str_trim(value), hs_str_of(edged[i]))) return true;
    return false;
}

/* The raster of a request, its extent and cell. */
static hs_status call_raster(hs_call *call, hs_density_ask *ask, hs_box *box, bool *has_box, double *cell_m) {
    hs_str *names;
    hs_str *values;
    if (hs_call_words(call, &names, &values) != HS_OK) return HS_E_MEMORY;
    hs_status status = hs_density_raster_parse(call->snapshot, names, values, call->request->query_count,
                                               call->arena, call->error, &ask->request, box, has_box, cell_m);
    if (status == HS_OK) status = settle_request(call, &ask->request);
    return status == HS_OK ? parse_classes(call, ask) : status;
}

hs_status hs_call_density_extent(hs_call *call, hs_density_ask *ask, hs_box *box, bool *has_box) {
    double cell_m = 0;
    return call_raster(call, ask, box, has_box, &cell_m);
}

hs_status hs_call_lixels(hs_call *call, hs_density_ask *ask, hs_box *box, bool *has_box) {
    double cell_m = 0;
    hs_str *names;
    hs_str *values;
    if (hs_call_words(call, &names, &values) != HS_OK) return HS_E_MEMORY;
    size_t count = call->request->query_count;
    bool given = false;
    for (size_t i = 0; i < count; i++)
        given = given || hs_str_equal(names[i], HS_STR("network"));
    if (!given) {
        names[count] = HS_STR("network");
        values[count++] = HS_STR("true");
    }
    hs_status status = hs_density_raster_parse(call->snapshot, names, values, count, call->arena, call->error,
                                               &ask->request, box, has_box, &cell_m);
    if (status == HS_OK && !ask->request.network)
        status = hs_error_set(call->error, HS_E_ARGUMENT, "network: lixels are of streets, so it is true");
    if (status == HS_OK) status = settle_request(call, &ask->request);
    return status == HS_OK ? parse_classes(call, ask) : status;
}

typedef hs_status (*raster_form)(hs_call *call, const hs_density_ask *ask, const hs_density_raster *raster);

static hs_status serve_raster(hs_call *call, const char *media_type, raster_form form) {
    hs_density_ask ask;
    memset(&ask, 0, sizeof ask);
    hs_box box = HS_BOX_EMPTY;
    bool has_box = false;
    double cell_m = 0;
    hs_status status = call_raster(call, &ask, &box, &has_box, &cell_m);
    if (status == HS_OK && ask.request.network)
        status = hs_error_set(call->error, HS_E_ARGUMENT,
                              "network: streets are lines; take /density/lixels, or tiles");
    if (status != HS_OK) return status;
    if (hs_call_begin(call, media_type, HS_READS_ALL)) return HS_OK;
    hs_density_raster raster;
    status = hs_service_density_raster(call->api->service, call->snapshot, &ask.request,
                                       has_box ? &box : NULL, cell_m, call->error, &raster);
    if (status != HS_OK) return status;
    status = form(call, &ask, &raster);
    hs_density_raster_done(&raster);
    return status;
}

static hs_status tif_form(hs_call *call, const hs_density_ask *ask, const hs_density_raster *raster) {
    hs_status status =
        hs_density_tif(call->snapshot, &ask->request, raster, NULL, call->error, &call->response->body);
    return status == HS_OK ? hs_call_head_left_out(call, &ask->request.filter) : status;
}

static hs_status isobands_form(hs_call *call, const hs_density_ask *ask, const hs_density_raster *raster) {
    hs_status status =
        hs_density_isobands(call->snapshot, &ask->request, &ask->classes, raster, call->error, &call->json);
    return status == HS_OK ? hs_call_append_left_out(call, &ask->request.filter) : status;
}

hs_status hs_serve_density_tif(hs_call *call) {
    return serve_raster(call, "image/tiff; application=geotiff", tif_form);
}

hs_status hs_serve_density_isobands(hs_call *call) {
    return serve_raster(call, "application/geo+json", isobands_form);
}
