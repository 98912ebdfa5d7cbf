/* Jobs as JSON. */
#include "service/jobs_private.h"

static void write_time(hs_json *json, const char *key, int64_t time_s) {
    char text[HS_TIME_TEXT_SIZE];
    if (time_s == HS_NO_TIME) return;
    hs_time_format(time_s, text);
    hs_json_pair_text(json, key, text);
}

static void write_link(const hs_job *job, hs_str base_url, const char *rel, const char *tail,
                       const char *type, hs_json *json) {
    char url[600];
    snprintf(url, sizeof url, "%.*s/jobs/%s%s", (int)base_url.size, base_url.data, job->id, tail);
    hs_json_object(json);
    hs_json_pair_text(json, "rel", rel);
    hs_json_pair_text(json, "href", url);
    hs_json_pair_text(json, "type", type);
    hs_json_object_end(json);
}

static void write_job(const hs_job *job, hs_str base_url, hs_json *json) {
    hs_json_object(json);
    hs_json_pair_text(json, "jobID", job->id);
    hs_json_pair_text(json, "type", "process");
    hs_json_pair_text(json, "processID", job->work.type);
    hs_json_pair_str(json, "title", job->work.title);
    hs_json_pair_text(json, "status", hs_job_state_name(hs_job_told_state(job)));
    hs_json_pair_int(json, "progress", hs_job_percent(job));
    bool rows = !job->work.is_open && !job->in_shares;
    if (rows) hs_json_pair_int(json, "rows_read", (int64_t)job->done);
    if (rows && job->total >= 0) hs_json_pair_int(json, "rows_total", job->total);
    write_time(json, "created", job->created_s);
    write_time(json, "started", job->started_s);
    write_time(json, "finished", job->finished_s);
    if (hs_job_has_ended(job) && job->error.status != HS_OK)
        hs_json_pair_text(json, "message", job->error.message);
    hs_json_key(json, "warnings");
    hs_json_array(json);
    for (size_t i = 0; i < job->warning_count; i++)
        hs_json_text(json, job->warnings[i]);
    hs_json_array_end(json);
    if (job->warnings_dropped) hs_json_pair_int(json, "warnings_dropped", (int64_t)job->warnings_dropped);
    if (hs_job_has_ended(job) && job->result.size > 0 && job->result.status == HS_OK) {
        hs_json_key(json, "result");
        hs_json_raw(json, (hs_str){job->result.data, job->result.size});
    }
    hs_json_key(json, "links");
    hs_json_array(json);
    write_link(job, base_url, "self", "", "application/json", json);
    if (hs_job_has_ended(job) && job->file)
        write_link(job, base_url, job->work.file_rel, job->work.file_tail, job->work.file_type, json);
    hs_json_array_end(json);
    hs_json_object_end(json);
}

hs_status hs_service_write_job(hs_service *service, hs_str id, hs_str base_url, hs_json *json,
                               hs_error *error) {
    struct hs_jobs *jobs = service->jobs;
    pthread_mutex_lock(&jobs->lock);
    const hs_job *job = hs_job_find(jobs, id);
    if (job) write_job(job, base_url, json);
    pthread_mutex_unlock(&jobs->lock);
    return job ? HS_OK : hs_job_none(error);
}

void hs_service_write_jobs(hs_service *service, hs_str base_url, bool only_open, hs_json *json) {
    struct hs_jobs *jobs = service->jobs;
    pthread_mutex_lock(&jobs->lock);
    hs_json_array(json);
    for (const hs_job *job = jobs->first; job; job = job->next)
        if (job->work.is_open || !only_open) write_job(job, base_url, json);
    hs_json_array_end(json);
    pthread_mutex_unlock(&jobs->lock);
}
