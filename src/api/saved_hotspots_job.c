#include "api/saved_hotspots.h"

#include "service/hotspots_view.h"
#include "service/jobs.h"

typedef struct saving_work {
    hs_service *service;
    hs_arena *arena; /* of everything below */
    const hs_hotspot_method *method;
    hs_saving saving;
    hs_job *job; /* while it runs */
} saving_work;

static bool tell(const void *context, double share) {
    const saving_work *work = context;
    return hs_job_share(work->job, share);
}

static hs_status save(const saving_work *work, hs_snapshot *snapshot, hs_error *error,
                      hs_saved_report *report) {
    const hs_saving *saving = &work->saving;
    hs_shared_entry *entry = NULL;
    hs_status status =
        hs_hotspots_shared(work->service, work->method, snapshot, saving->names, saving->values,
                           saving->count, true, (hs_progress){tell, work}, error, &entry);
    if (status != HS_OK) return status;
    status = hs_service_save_hotspots(work->service, hs_hotspots_shared_run(entry), saving, error, report);
    hs_shared_unref(entry);
    return status;
}

static hs_status run(void *context, hs_job *job, hs_buffer *result, hs_error *error) {
    saving_work *work = context;
    hs_saved_report report = {0};
    hs_snapshot *snapshot = hs_service_snapshot(work->service);
    work->job = job;
    hs_status status = snapshot ? save(work, snapshot, error, &report)
                                : hs_error_set(error, HS_E_CANCELLED, "the city is not loaded");
    hs_snapshot_unref(snapshot);
    if (status == HS_OK)
        hs_buffer_printf(result, "{\"run\":%lld,\"features\":%llu,\"batch\":%lld}", (long long)report.run,
                         (unsigned long long)report.features, (long long)report.batch);
    return status;
}

static void release(void *context) {
    saving_work *work = context;
    hs_arena_free(work->arena);
}

static bool copy_words(hs_arena *arena, const hs_str *from, size_t count, const hs_str **to) {
    hs_str *copies = hs_arena_array(arena, count + 1, sizeof *copies);
    bool whole = copies != NULL;
    for (size_t i = 0; i < count && whole; i++) {
        copies[i] = hs_arena_str(arena, from[i]);
        whole = copies[i].data != NULL;
    }
    *to = copies;
    return whole;
}

/* NULL when memory is out. */
static saving_work *copy(hs_call *call, const hs_hotspot_method *method, const hs_saving *saving) {
    hs_arena *arena = hs_arena_new(4 << 20);
    saving_work *work = arena ? hs_arena_array(arena, 1, sizeof *work) : NULL;
    bool whole = work != NULL;
    if (whole) {
        *work =
            (saving_work){.service = call->api->service, .arena = arena, .method = method, .saving = *saving};
        work->saving.title = hs_arena_str(arena, saving->title);
        work->saving.user = hs_arena_str(arena, saving->user);
        if (saving->key.text.size > 0) work->saving.key.text = hs_arena_str(arena, saving->key.text);
        whole = work->saving.title.data && work->saving.user.data &&
                (saving->key.text.size == 0 || work->saving.key.text.data) &&
                copy_words(arena, saving->names, saving->count, &work->saving.names) &&
                copy_words(arena, saving->values, saving->count, &work->saving.values);
    }
    if (whole) return work;
    hs_arena_free(arena);
    return NULL;
}

hs_status hs_call_start_saving(hs_call *call, const hs_hotspot_method *method, const hs_saving *saving) {
    char id[HS_JOB_ID_SIZE];
    saving_work *work = copy(call, method, saving);
    if (!work) return hs_error_memory(call->error, "a job");
    const hs_job_work queued = {.type = "hotspots",
                                .title = work->saving.title,
                                .owner = work->saving.user,
                                .run = run,
                                .release = release,
                                .context = work};
    hs_status status = hs_service_start_job(call->api->service, &queued, call->error, id);
    if (status != HS_OK) release(work);
    if (status == HS_OK) hs_response_header(call->response, "Preference-Applied", "respond-async");
    return status == HS_OK ? hs_call_accept_job(call, id) : hs_call_refuse_job(call, status);
}
