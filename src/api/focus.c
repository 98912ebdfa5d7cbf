/* Plans as GeoJSON and as files for crews. */
#include "api/map.h"

#include "base/clock.h"
#include "base/text.h"
#include "service/focus_files.h"
#include "service/hotspots_view.h"

static hs_status parse_form(hs_call *call, bool *geojson, hs_focus_form *form) {
    hs_str text = hs_call_text(call, "f");
    *geojson = text.size == 0 || hs_str_equal_nocase(text, HS_STR("geojson")) ||
               hs_str_equal_nocase(text, HS_STR("json"));
    *form = hs_focus_form_named(text);
    if (*geojson || *form != HS_FOCUS_FORMS) return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT, "f: %.*s is none of geojson, pdf, gpx, kml, xlsx",
                        (int)hs_utf8_cut(text, 40), text.data);
}

/* What is of files alone is refused beside GeoJSON, so that nobody waits for a crew's part of it. */
static hs_status parse_file(hs_call *call, bool geojson, hs_focus_file *file) {
    static const char *const of_files[] = {"crew", "style"};
    hs_map_request request = {.style = NULL};
    hs_str style = hs_call_text(call, "style");
    int64_t crew = 0;
    for (size_t i = 0; geojson && i < sizeof of_files / sizeof *of_files; i++)
        if (hs_call_text(call, of_files[i]).size > 0)
            return hs_error_set(call->error, HS_E_ARGUMENT, "%s: it goes with f=pdf, gpx, kml or xlsx",
                                of_files[i]);
    hs_status status = hs_call_map_style(call, "style", style.size > 0 ? style : HS_STR("print"), &request);
    if (status == HS_OK) status = hs_call_integer(call, "crew", 1, 100, 0, &crew);
    if (status != HS_OK) return status;
    int64_t now = hs_clock_now_s();
    int64_t local = now + hs_timezone_offset(call->snapshot->timezone, now);
    *file = (hs_focus_file){.chinese = !request.english,
                            .crew = (uint32_t)crew,
                            .style = request.style,
                            .date_s = now - local % 86400,
                            .progress = hs_call_progress(call)};
    file->run = hs_arena_printf(call->arena, "%08x", (unsigned)hs_call_etag(call, HS_READS_ALL));
    return file->run ? HS_OK : hs_error_memory(call->error, "a plan");
}

/* The words that decide the plan: files of one plan are made of one answer. */
static hs_status plan_words(hs_call *call, hs_str **names, hs_str **values, size_t *count) {
    static const char *const of_answers[] = {"f", "crew", "lang", "style"};
    hs_status status = hs_call_words(call, names, values);
    *count = 0;
    for (size_t i = 0; status == HS_OK && i < call->request->query_count; i++) {
        bool decides = true;
        for (size_t k = 0; k < sizeof of_answers / sizeof *of_answers; k++)
            decides = decides && !hs_str_equal((*names)[i], hs_str_of(of_answers[k]));
        if (!decides) continue;
        (*names)[*count] = (*names)[i];
        (*values)[(*count)++] = (*values)[i];
    }
    return status;
}

static hs_status answer(hs_call *call, const hs_hotspot_run *run, bool geojson, hs_focus_form form,
                        const hs_focus_file *file) {
    if (geojson) {
        hs_hotspots_geojson(run, &call->json);
        return HS_OK;
    }
    return hs_focus_write(call->api->service, run, form, file, call->arena, call->error,
                          &call->response->body);
}

hs_status hs_serve_focus(hs_call *call) {
    const hs_hotspot_method *method = hs_focus_hotspot_method();
    hs_str *names;
    hs_str *values;
    size_t count = 0;
    hs_hotspot_run run;
    hs_shared_entry *entry;
    bool geojson = true;
    bool aggregates = !hs_call_sees_incidents(call);
    hs_focus_form form = HS_FOCUS_FORMS;
    hs_focus_file file = {.chinese = false};
    hs_status status = parse_form(call, &geojson, &form);
    if (status == HS_OK) status = parse_file(call, geojson, &file);
    if (status == HS_OK) status = plan_words(call, &names, &values, &count);
    if (status == HS_OK)
        status = hs_hotspots_parse(method, call->snapshot, names, values, count, aggregates, call->arena,
                                   call->error, &run);
    if (status != HS_OK) return status;
    const char *media_type = geojson ? "application/geo+json" : hs_focus_form_media_type(form);
    uint64_t version = call->snapshot->version ^ (form == HS_FOCUS_PDF ? (uint64_t)file.date_s << 20 : 0);
    if (geojson ? hs_call_begin(call, media_type, HS_READS_ALL)
                : hs_call_begin_version(call, media_type, version))
        return HS_OK;
    status = hs_hotspots_shared(call->api->service, method, call->snapshot, names, values, count, aggregates,
                                hs_call_progress(call), call->error, &entry);
    if (status != HS_OK) return status;
    status = answer(call, hs_hotspots_shared_run(entry), geojson, form, &file);
    hs_shared_unref(entry);
    return status;
}
