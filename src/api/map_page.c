/* Maps on paper: what is asked for, as PDF and as pictures. */
#include "api/map.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"
#include "service/focus.h"
#include "service/hotspots_view.h"
#include "service/map_print.h"

enum { MOST_TITLE = 200 };

/* A method with the words of the request that are its own. */
typedef struct analysis {
    const hs_hotspot_method *method;
    hs_str *names, *values;
    size_t count;
    hs_shared_entry *entry; /* the answer; NULL: none */
} analysis;

/* A page that is asked for. */
typedef struct page {
    hs_density_ask ask;
    hs_map_request request;
    hs_map_print print;
    bool density, hotspots, plan;
    hs_ramp_paper paper;
    analysis found, planned; /* hotspots and plan */
} page;

/* Points of 1/72 inch. */
static hs_status parse_paper(hs_call *call, hs_map_print *print) {
    hs_str paper = hs_call_text(call, "paper");
    hs_str turned = hs_call_text(call, "orientation");
    bool a3 = hs_str_equal_nocase(paper, HS_STR("a3"));
    bool portrait = hs_str_equal(turned, HS_STR("portrait"));
    if (!a3 && paper.size > 0 && !hs_str_equal_nocase(paper, HS_STR("a4")))
        return hs_error_set(call->error, HS_E_ARGUMENT, "paper: a4 or a3 is expected");
    if (!portrait && turned.size > 0 && !hs_str_equal(turned, HS_STR("landscape")))
        return hs_error_set(call->error, HS_E_ARGUMENT, "orientation: landscape or portrait is expected");
    double shorter = a3 ? 841.89 : 595.276;
    double longer = a3 ? 1190.551 : 841.89;
    print->paper = a3 ? "A3" : "A4";
    print->width_pt = portrait ? shorter : longer;
    print->height_pt = portrait ? longer : shorter;
    return HS_OK;
}

static hs_status parse_title(hs_call *call, hs_map_print *print) {
    hs_str title = hs_call_text(call, "title");
    bool one_line = title.size <= MOST_TITLE;
    for (size_t i = 0; i < title.size && one_line; i++)
        one_line = (unsigned char)title.data[i] >= ' ' && title.data[i] != 0x7F;
    if (!one_line)
        return hs_error_set(call->error, HS_E_ARGUMENT, "title: one line of at most %d bytes is expected",
                            MOST_TITLE);
    print->title = hs_arena_strndup(call->arena, title.data, title.size);
    return print->title ? HS_OK : hs_error_memory(call->error, "a title");
}

/* `layers`, or `density` of older links. */
static hs_status parse_layers(hs_call *call, page *p) {
    hs_str text = hs_call_text(call, "layers");
    bool both = text.size > 0 && hs_call_text(call, "density").size > 0;
    hs_status status = hs_call_flag(call, "density", true, &p->density);
    if (status == HS_OK && both)
        return hs_error_set(call->error, HS_E_ARGUMENT, "density: layers says it already; give one");
    if (status != HS_OK || text.size == 0) return status;
    p->density = false;
    for (hs_str rest = text; rest.size > 0;) {
        hs_str name = hs_str_trim(hs_str_cut(&rest, ','));
        bool *flag = hs_str_equal(name, HS_STR("density"))    ? &p->density
                     : hs_str_equal(name, HS_STR("hotspots")) ? &p->hotspots
                     : hs_str_equal(name, HS_STR("plan"))     ? &p->plan
                                                              : NULL;
        if (flag) *flag = true;
        if (flag || hs_str_equal(name, HS_STR("none"))) continue;
        return hs_error_set(call->error, HS_E_ARGUMENT,
                            "layers: %.*s is none of density, hotspots, plan, none (comma separated)",
                            (int)hs_utf8_cut(name, 40), name.data);
    }
    return HS_OK;
}

/* NULL-ended: words that hotspots and plans have of their own here; others mean the density or the map. */
static const char *const of_hotspots[] = {"level", "grid", "streets",      "weights",    "value",
                                          "alpha", "seed", "permutations", "correction", NULL};
static const char *const of_plans[] = {"budget", "min-per", "connected", "avoid",   "weight",
                                       "visits", "minutes", "crews",     "horizon", "backtest",
                                       "origin", "seed",    NULL};

static bool is_of(const char *const *words, hs_str name) {
    if (hs_filter_is_word(name)) return !hs_str_equal(name, HS_STR("bbox"));
    for (; *words; words++)
        if (hs_str_equal(name, hs_str_of(*words))) return true;
    return false;
}

static hs_status parse_analysis(hs_call *call, const char *const *words, analysis *a) {
    hs_hotspot_run run;
    hs_status status = hs_call_words(call, &a->names, &a->values);
    if (status != HS_OK) return status;
    for (size_t i = 0; i < call->request->query_count; i++) {
        if (!is_of(words, a->names[i])) continue;
        a->names[a->count] = a->names[i];
        a->values[a->count++] = a->values[i];
    }
    return hs_hotspots_parse(a->method, call->snapshot, a->names, a->values, a->count,
                             !hs_call_sees_incidents(call), call->arena, call->error, &run);
}

static hs_status parse_analyses(hs_call *call, page *p) {
    hs_str method = hs_call_text(call, "method");
    hs_status status = HS_OK;
    if (method.size == 0) method = HS_STR("gi-star");
    if (!hs_str_equal(method, HS_STR("gi-star")) && !hs_str_equal(method, HS_STR("local-moran")))
        return hs_error_set(call->error, HS_E_ARGUMENT, "method: %.*s is neither gi-star nor local-moran",
                            (int)hs_utf8_cut(method, 40), method.data);
    p->found.method = hs_hotspot_method_named(method);
    p->planned.method = hs_focus_hotspot_method();
    if (!p->plan && hs_call_text(call, "budget").size > 0)
        return hs_error_set(call->error, HS_E_ARGUMENT, "budget: it goes with layers=plan");
    if (p->hotspots) status = parse_analysis(call, of_hotspots, &p->found);
    return status == HS_OK && p->plan ? parse_analysis(call, of_plans, &p->planned) : status;
}

static hs_status compute(hs_call *call, analysis *a, const hs_hotspot_run **run) {
    hs_status status =
        hs_hotspots_shared(call->api->service, a->method, call->snapshot, a->names, a->values, a->count,
                           !hs_call_sees_incidents(call), hs_call_progress(call), call->error, &a->entry);
    if (status == HS_OK) *run = hs_hotspots_shared_run(a->entry);
    return status;
}

static void place(const hs_map_shown *what, hs_map_print *print) {
    print->has_box = !what->centred;
    print->box = what->box;
    print->lon_deg = what->lon_deg;
    print->lat_deg = what->lat_deg;
    print->zoom = what->zoom;
}

static hs_status parse_page(hs_call *call, page *p) {
    hs_map_shown what;
    hs_box box = HS_BOX_EMPTY;
    bool has_box = false;
    hs_str style = hs_call_text(call, "style");
    *p = (page){.density = false};
    hs_status status = hs_call_density_extent(call, &p->ask, &box, &has_box);
    if (status == HS_OK)
        status = hs_call_map_style(call, "style", style.size > 0 ? style : HS_STR("print"), &p->request);
    if (status == HS_OK) status = parse_paper(call, &p->print);
    if (status == HS_OK) status = parse_title(call, &p->print);
    if (status == HS_OK) status = parse_layers(call, p);
    if (status == HS_OK) status = parse_analyses(call, p);
    if (status == HS_OK) status = hs_call_map_shown(call, &box, has_box, &what);
    if (status != HS_OK) return status;
    place(&what, &p->print);
    /* The local day's beginning: a page is the same all day long. */
    int64_t now = hs_clock_now_s();
    int64_t local = now + hs_timezone_offset(call->snapshot->timezone, now);
    p->print.date_s = now - local % 86400;
    p->print.chinese = !p->request.english;
    p->paper = hs_ramps_paper(call->api->ramps, false);
    if (p->request.style->dark) p->print.ground = hs_ramps_paper(call->api->ramps, true).paper;
    return HS_OK;
}

static uint64_t version_of(const hs_call *call, const page *p) {
    return hs_hash(&p->print.date_s, sizeof p->print.date_s, call->snapshot->version);
}

/* What is drawn and told of, once it is clear that the page is to be made. */
static hs_status fill(hs_call *call, page *p) {
    p->print.run = hs_arena_printf(call->arena, "%08x", (unsigned)hs_call_etag(call, HS_READS_ALL));
    if (!p->print.run) return hs_error_memory(call->error, "a printed map");
    p->print.shows_density = p->density;
    if (p->density || p->hotspots || p->plan) p->print.subject = &p->ask.request;
    p->request.classes = &p->ask.classes;
    if (p->density) p->request.density = &p->ask.request;
    hs_status status = p->hotspots ? compute(call, &p->found, &p->print.hotspots) : HS_OK;
    return status == HS_OK && p->plan ? compute(call, &p->planned, &p->print.plan) : status;
}

static void done(const page *p) {
    if (p->found.entry) hs_shared_unref(p->found.entry);
    if (p->planned.entry) hs_shared_unref(p->planned.entry);
}

hs_status hs_serve_map_pdf(hs_call *call) {
    page p;
    hs_status status = parse_page(call, &p);
    if (status != HS_OK || hs_call_begin_version(call, "application/pdf", version_of(call, &p)))
        return status;
    status = fill(call, &p);
    if (status == HS_OK)
        status = hs_service_map_pdf(call->api->service, call->snapshot, &p.request, &p.print, p.paper,
                                    call->arena, call->error, &call->response->body);
    done(&p);
    return status;
}

/* The paper says how large a page is. */
static hs_status refuse_sizes(hs_call *call) {
    static const char *const sizes[] = {"width", "height", "scale", "transparent"};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (hs_call_text(call, sizes[i]).size > 0)
            return hs_error_set(call->error, HS_E_ARGUMENT,
                                "%s: it is of pictures without paper; a page takes dpi", sizes[i]);
    return HS_OK;
}

hs_status hs_call_map_page(hs_call *call, hs_image_format format) {
    page p;
    double dpi = HS_PRINT_MOST_DPI;
    hs_status status = refuse_sizes(call);
    if (status == HS_OK)
        status = hs_call_number(call, "dpi", HS_PRINT_LEAST_DPI, HS_PRINT_MOST_DPI, HS_PRINT_MOST_DPI, &dpi);
    if (status == HS_OK) status = parse_page(call, &p);
    if (status != HS_OK || hs_call_begin_version(call, hs_image_media_type(format), version_of(call, &p)))
        return status;
    status = fill(call, &p);
    if (status == HS_OK)
        status = hs_service_map_page(call->api->service, call->snapshot, &p.request, &p.print, p.paper, dpi,
                                     format, call->arena, call->error, &call->response->body);
    done(&p);
    return status;
}
