/* Executions as jobs, and these jobs for who started them. A job's id is a secret of 128 bits: who knows it
 * may look at the job and end it. */
#include "api/process.h"

#include "base/text.h"
#include "service/jobs.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RESULTS "http://www.opengis.net/def/rel/ogc/1.0/results"

enum { ARENA_BYTES = 256 << 20, RESULT_BYTES = 64 << 20 };

typedef struct execution_work {
    hs_api *api;
    hs_arena *arena; /* of everything but the run */
    hs_execution execution;
    hs_str base_url;
    hs_job *job; /* while it runs */
    int file;    /* of the result, without a name; -1 */
} execution_work;

static bool tell(const void *context, double share) {
    const execution_work *work = context;
    return hs_job_share(work->job, share);
}

static hs_status write_all(int file, hs_str text, hs_error *error) {
    while (text.size > 0) {
        ssize_t size = write(file, text.data, text.size);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return hs_error_set(error, HS_E_IO, "the result cannot be kept: %s", strerror(errno));
        text.data += size;
        text.size -= (size_t)size;
    }
    return HS_OK;
}

/* A file that is gone when it is closed, found meanwhile through its descriptor. */
static hs_status keep_result(execution_work *work, hs_str body, hs_error *error) {
    const char *folder = getenv("TMPDIR");
    char path[4096];
    (void)snprintf(path, sizeof path, "%.4000s/hotspot-result-XXXXXX", folder ? folder : "/tmp");
    work->file = mkostemp(path, 0);
    if (work->file < 0) return hs_error_set(error, HS_E_IO, "the result cannot be kept: %s", strerror(errno));
    (void)unlink(path);
    hs_status status = write_all(work->file, body, error);
    if (status != HS_OK) return status;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", work->file);
    hs_job_attach(work->job, path);
    return HS_OK;
}

static hs_status run_handler(execution_work *work, hs_call *call) {
    hs_status status = call->endpoint->handler(call);
    hs_response *response = call->response;
    hs_buffer *body = &response->body;
    if (status != HS_OK) return status;
    if (!hs_job_share(work->job, -1))
        return hs_error_set(call->error, HS_E_CANCELLED, "the job was dismissed");
    if (response->status >= 400)
        return hs_error_set(call->error, HS_E_DENIED, "%.*s", (int)(body->size < 400 ? body->size : 400),
                            body->data);
    if (work->execution.as_document) status = hs_call_write_document(call, &work->execution);
    if (status != HS_OK) return status;
    if (body->status != HS_OK)
        return hs_error_set(call->error, body->status, "the result is larger than %d MiB",
                            RESULT_BYTES >> 20);
    return keep_result(work, (hs_str){body->data, body->size}, call->error);
}

static hs_status run(void *context, hs_job *job, hs_buffer *result, hs_error *error) {
    execution_work *work = context;
    hs_arena *arena = hs_arena_new(ARENA_BYTES);
    if (!arena) return hs_error_memory(error, "a job");
    work->job = job;
    hs_request request = {.method = HS_POST,
                          .path = hs_str_of(work->execution.endpoint->path),
                          .query = work->execution.inputs,
                          .query_count = work->execution.input_count,
                          .base_url = work->base_url,
                          .arena = arena,
                          .progress = {tell, work}};
    hs_response response = {.status = 0};
    hs_buffer_init(&response.body, RESULT_BYTES);
    hs_call call = {.api = work->api,
                    .endpoint = work->execution.endpoint,
                    .request = &request,
                    .response = &response,
                    .error = error,
                    .arena = arena,
                    .snapshot = hs_service_snapshot(work->api->service)};
    hs_json_init(&call.json, &response.body);
    hs_status status = call.snapshot ? run_handler(work, &call)
                                     : hs_error_set(error, HS_E_CANCELLED, "the city is not loaded");
    hs_snapshot_unref(call.snapshot);
    hs_buffer_done(&response.body);
    hs_arena_free(arena);
    hs_buffer_printf(result, "{\"mediaType\":\"%s\"}", work->execution.format->media_type);
    return status;
}

static void release(void *context) {
    execution_work *work = context;
    if (work->file >= 0) (void)close(work->file);
    hs_arena_free(work->arena);
}

/* NULL when memory is out. */
static execution_work *copy(hs_call *call, const hs_execution *execution) {
    hs_arena *arena = hs_arena_new(1 << 20);
    execution_work *work = arena ? hs_arena_array(arena, 1, sizeof *work) : NULL;
    hs_http_pair *pairs = work ? hs_arena_array(arena, execution->input_count + 1, sizeof *pairs) : NULL;
    if (!pairs) {
        hs_arena_free(arena);
        return NULL;
    }
    *work = (execution_work){.api = call->api, .arena = arena, .execution = *execution, .file = -1};
    work->execution.inputs = pairs;
    work->base_url = hs_arena_str(arena, call->request->base_url);
    bool whole = work->base_url.data != NULL;
    for (size_t i = 0; i < execution->input_count; i++) {
        pairs[i].name = hs_arena_str(arena, execution->inputs[i].name);
        pairs[i].value = hs_arena_str(arena, execution->inputs[i].value);
        whole = whole && pairs[i].name.data && pairs[i].value.data;
    }
    if (whole) return work;
    hs_arena_free(arena);
    return NULL;
}

static hs_str jobs_url(hs_call *call) {
    return hs_str_of(hs_arena_printf(call->arena, "%.*s/ogc", (int)call->request->base_url.size,
                                     call->request->base_url.data));
}

static hs_status answer_job(hs_call *call, hs_str id) {
    call->response->content_type = "application/json";
    hs_status status = hs_service_write_job(call->api->service, id, jobs_url(call), &call->json, call->error);
    return status == HS_OK ? hs_call_finish(call, "Job", "作业") : status;
}

hs_status hs_call_start_execution(hs_call *call, const hs_execution *execution) {
    char id[HS_JOB_ID_SIZE];
    hs_user user;
    bool has_token = hs_call_token(call).size > 0;
    if (has_token && !hs_call_authorise(call, HS_ROLE_VIEWER, &user)) return HS_OK;
    execution_work *work = copy(call, execution);
    if (!work) return hs_error_memory(call->error, "a job");
    hs_job_work queued = {.type = execution->process->id,
                          .title = hs_str_of(execution->process->title_en),
                          .owner = HS_STR(""),
                          .run = run,
                          .release = release,
                          .context = work,
                          .file_rel = RESULTS,
                          .file_tail = "/results",
                          .file_type =
                              execution->as_document ? "application/json" : execution->format->media_type,
                          .is_open = true,
                          .is_anonymous = !has_token,
                          .is_chinese = hs_call_prefers_chinese(call)};
    if (queued.is_anonymous) {
        queued.client = hs_request_client(call->request);
        queued.limit_ms = call->api->job_limit_ms;
    }
    hs_status status = hs_service_start_job(call->api->service, &queued, call->error, id);
    if (status != HS_OK) release(work);
    if (status == HS_E_LIMIT || status == HS_E_DENIED) {
        hs_response_header(call->response, "Retry-After", "10");
        return hs_response_problem(call->response, status == HS_E_LIMIT ? 503 : 429, NULL,
                                   call->error->message);
    }
    if (status != HS_OK) return status;
    call->response->status = 201;
    hs_response_header(call->response, "Preference-Applied", "respond-async");
    hs_response_header(
        call->response, "Location",
        hs_arena_printf(call->arena, "%.*s/jobs/%s", (int)jobs_url(call).size, jobs_url(call).data, id));
    return answer_job(call, hs_str_of(id));
}

/* Whether there is such a job here: imports have their own path. */
static bool find_job(hs_call *call, hs_str *id, hs_job_facts *facts) {
    hs_error why = {0};
    *id = hs_request_param(call->request, "jobId");
    hs_status status = hs_service_job_facts(call->api->service, *id, &why, facts);
    if (status == HS_OK && facts->is_open) return true;
    hs_response_problem_typed(call->response, 404, HS_PROCESS_EXCEPTION "no-such-job", "No such job",
                              "there is no such job; jobs are kept for a day, and not over a restart");
    return false;
}

/* All of them are shown where everything is public; elsewhere to who has a token. */
hs_status hs_serve_ogc_jobs(hs_call *call) {
    hs_json *json = &call->json;
    hs_user user;
    if (!hs_call_sees_incidents(call) && !hs_call_authorise(call, HS_ROLE_VIEWER, &user)) return HS_OK;
    if (!hs_call_format(call)) return HS_OK;
    hs_call_vary(call);
    call->response->content_type = call->as->media_type;
    hs_json_object(json);
    hs_json_key(json, "jobs");
    hs_service_write_jobs(call->api->service, jobs_url(call), true, json);
    hs_json_key(json, "links");
    hs_json_array(json);
    hs_call_self_links(call, "/ogc/jobs");
    hs_json_array_end(json);
    hs_json_object_end(json);
    return hs_call_finish(call, "Jobs", "作业");
}

hs_status hs_serve_ogc_job(hs_call *call) {
    hs_str id;
    hs_job_facts facts;
    if (!find_job(call, &id, &facts) || !hs_call_format(call)) return HS_OK;
    hs_call_vary(call);
    hs_status status = answer_job(call, id);
    call->response->content_type = call->as->media_type;
    return status;
}

hs_status hs_delete_ogc_job(hs_call *call) {
    hs_str id;
    hs_job_facts facts;
    hs_json *json = &call->json;
    if (!find_job(call, &id, &facts)) return HS_OK;
    if (!facts.has_ended) {
        hs_status status = hs_service_cancel_job(call->api->service, id, call->error);
        return status == HS_OK ? answer_job(call, id) : status;
    }
    /* Of one that has ended nothing is left. */
    hs_status status = hs_service_drop_job(call->api->service, id, call->error);
    if (status != HS_OK) return status;
    call->response->content_type = "application/json";
    hs_json_object(json);
    hs_json_pair_str(json, "jobID", id);
    hs_json_pair_text(json, "type", "process");
    hs_json_pair_text(json, "status", hs_job_state_name(HS_JOB_DISMISSED));
    hs_json_pair_text(json, "message", "The job had ended; its result is removed");
    hs_json_key(json, "links");
    hs_json_array(json);
    hs_call_link(call, "up", "application/json", "Jobs", "/ogc/jobs");
    hs_json_array_end(json);
    hs_json_object_end(json);
    return HS_OK;
}

/* Whether asking otherwise would help. */
static bool is_asked_wrongly(hs_status status) {
    return status == HS_E_INPUT || status == HS_E_ARGUMENT || status == HS_E_LIMIT;
}

hs_status hs_serve_ogc_results(hs_call *call) {
    hs_str id;
    hs_job_facts facts;
    int file = -1;
    uint64_t size = 0;
    if (!find_job(call, &id, &facts)) return HS_OK;
    if (facts.state == HS_JOB_FAILED)
        return hs_response_problem(call->response, is_asked_wrongly(facts.error.status) ? 400 : 500,
                                   "The job failed", facts.error.message);
    if (facts.state != HS_JOB_SUCCESSFUL)
        return hs_response_problem_typed(
            call->response, 404, HS_PROCESS_EXCEPTION "result-not-ready", "No result yet",
            facts.state == HS_JOB_DISMISSED ? "the job was dismissed: there is no result"
                                            : "the job has not ended; its status is at /ogc/jobs/{jobId}");
    hs_status status = hs_service_open_job_file(call->api->service, id, call->error, &file, &size);
    if (status != HS_OK) return status;
    hs_response_file(call->response, file, size, NULL, NULL);
    call->response->content_type = facts.file_type;
    return HS_OK;
}
