/* The one table of methods of hotspots, and what all of them share. */
#include "service/hotspots_method.h"

#include "base/clock.h"
#include "base/text.h"
#include "service/service_private.h"

/* clang-format off */
static const hs_hotspot_method *const methods[] = {
    &hs_hotspot_gi_star,
    &hs_hotspot_local_moran,
    &hs_hotspot_global,
    &hs_hotspot_emerging,
    &hs_hotspot_change,
    &hs_hotspot_scan,
    &hs_hotspot_clusters,
    &hs_hotspot_near_repeat,
    &hs_hotspot_k_function,
};
/* clang-format on */
enum { METHODS = sizeof methods / sizeof(const hs_hotspot_method *) };

const hs_hotspot_method *hs_hotspot_method_at(size_t index) {
    return index < METHODS ? methods[index] : NULL;
}

const hs_hotspot_method *hs_hotspot_method_named(hs_str name) {
    for (size_t i = 0; i < METHODS; i++)
        if (hs_str_equal(name, hs_str_of(methods[i]->name))) return methods[i];
    return NULL;
}

const char *hs_hotspot_method_name(const hs_hotspot_method *method) {
    return method->name;
}

const char *hs_hotspot_method_help(const hs_hotspot_method *method, bool chinese) {
    return hs_in_language(chinese, method->help_en, method->help_zh);
}

/* The box as it is looked at, in place of the finer one that was asked for. */
static hs_status coarsen_words(hs_hotspot_run *run, hs_arena *arena, hs_error *error) {
    hs_str *values = hs_arena_array(arena, run->count + 1, sizeof *values);
    hs_status status = values ? HS_OK : hs_error_memory(error, "a request");
    for (size_t i = 0; i < run->count && status == HS_OK; i++) {
        values[i] = run->values[i];
        if (values[i].size == 0 || !hs_str_equal(run->names[i], HS_STR("bbox"))) continue;
        hs_filter filter;
        hs_filter_init(&filter);
        filter.has_box = true;
        status = hs_bbox_parse(values[i], error, &filter.box);
        if (status != HS_OK) return status;
        hs_filter_coarsen(&filter);
        const hs_box *box = &filter.box;
        const char *text =
            hs_arena_printf(arena, "%.4f,%.4f,%.4f,%.4f", box->min_lon_e7 / 1e7, box->min_lat_e7 / 1e7,
                            box->max_lon_e7 / 1e7, box->max_lat_e7 / 1e7);
        if (!text) return hs_error_memory(error, "a request");
        values[i] = hs_str_of(text);
    }
    run->values = values;
    return status;
}

hs_status hs_hotspots_parse(const hs_hotspot_method *method, const hs_snapshot *snapshot, const hs_str *names,
                            const hs_str *values, size_t count, bool aggregates, hs_arena *arena,
                            hs_error *error, hs_hotspot_run *run) {
    const hs_hotspot_words words = {method, snapshot, names, values, count, aggregates, arena, error};
    hs_hotspot_run parsed = {
        .method = method, .snapshot = snapshot, .names = names, .values = values, .count = count};
    hs_status status = method->parse(&words, &parsed.request);
    if (status == HS_OK && aggregates) status = coarsen_words(&parsed, arena, error);
    if (status == HS_OK) *run = parsed;
    return status;
}

typedef struct watch {
    const hs_service *service;
    const hs_progress *progress;
} watch;

static bool tell(const void *context, double share) {
    const watch *w = context;
    return hs_service_check_abandoned(w->service, NULL) == HS_OK && hs_progress_tell(w->progress, share);
}

static hs_status make_result(hs_hotspot_run *run, hs_error *error) {
    hs_arena *arena = hs_arena_new(run->method->arena_most);
    hs_hotspot_head *head = arena ? hs_arena_array(arena, 1, run->method->result_size) : NULL;
    if (!head) {
        hs_arena_free(arena);
        return hs_error_memory(error, "hotspots");
    }
    head->arena = arena;
    run->result = head;
    return HS_OK;
}

hs_status hs_hotspots_compute(hs_service *service, hs_hotspot_run *run, hs_error *error) {
    const watch w = {service, &run->progress};
    const hs_hotspot_work work = {service, run->snapshot, run->request, {tell, &w}, error};
    double began_ms = hs_clock_monotonic_ms();
    hs_status status = make_result(run, error);
    if (status == HS_OK) status = run->method->compute(&work, run->result);
    if (status != HS_OK) hs_hotspots_done(run);
    /* What is asked for is too much: that is the asker's to mend. */
    if (status == HS_E_LIMIT) error->status = status = HS_E_ARGUMENT;
    run->run_ms = hs_clock_monotonic_ms() - began_ms;
    return status;
}

hs_status hs_hotspot_check(const hs_hotspot_work *work, hs_error *error) {
    hs_status status = hs_service_check_abandoned(work->service, error);
    if (status != HS_OK || hs_progress_ask(&work->progress)) return status;
    return hs_error_set(error, HS_E_CANCELLED, "nobody waits for the answer any more");
}

void hs_hotspots_done(hs_hotspot_run *run) {
    hs_hotspot_head *head = run->result;
    if (!head) return;
    if (run->method->done) run->method->done(head);
    hs_arena_free(head->arena);
    run->result = NULL;
}

uint32_t hs_hotspots_significant(const hs_hotspot_run *run) {
    return ((const hs_hotspot_head *)run->result)->significant;
}

bool hs_hotspot_give_up(hs_hotspot_head *head, const char *en, const char *zh) {
    head->reason_en = en;
    head->reason_zh = zh;
    return false;
}

void hs_hotspot_caution(hs_hotspot_head *head, const char *en, const char *zh) {
    if (head->caution_en) return;
    head->caution_en = en;
    head->caution_zh = zh;
}

const char *hs_hotspot_reason(const hs_hotspot_run *run, bool chinese) {
    const hs_hotspot_head *head = run->result;
    return head->enough ? NULL : hs_in_language(chinese, head->reason_en, head->reason_zh);
}

const char *hs_hotspot_mind(const hs_hotspot_run *run, bool chinese) {
    const hs_hotspot_head *head = run->result;
    return head->caution_en ? hs_in_language(chinese, head->caution_en, head->caution_zh) : NULL;
}

bool hs_hotspot_filter_given(const hs_hotspot_run *run, size_t word) {
    return run->values[word].size > 0 && hs_filter_is_word(run->names[word]);
}

void hs_hotspot_how(const hs_hotspot_run *run, bool chinese, hs_buffer *out) {
    bool said = false;
    run->method->explain(run, chinese, out);
    for (size_t i = 0; i < run->count; i++) {
        if (!hs_hotspot_filter_given(run, i)) continue;
        hs_buffer_text(out, said      ? hs_in_language(chinese, "; ", "；")
                            : chinese ? "筛选条件："
                                      : " Filters: ");
        hs_buffer_str(out, run->names[i]);
        hs_buffer_byte(out, '=');
        hs_buffer_str(out, run->values[i]);
        said = true;
    }
    if (said) hs_buffer_text(out, hs_in_language(chinese, ".", "。"));
}

void hs_hotspots_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out) {
    hs_hotspot_how(run, chinese, out);
    const char *reason = hs_hotspot_reason(run, chinese);
    const char *caution = hs_hotspot_mind(run, chinese);
    if (reason) hs_buffer_printf(out, "\n%s", reason);
    if (caution) hs_buffer_printf(out, "\n%s", caution);
}
