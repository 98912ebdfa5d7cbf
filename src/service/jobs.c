#include "service/jobs_private.h"

#include "base/clock.h"
#include "base/secret.h"
#include "base/text.h"
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    WAITING_MOST = 32,
    ANYBODY_WAITING_MOST = 16,
    KEPT_MOST = 200,
    OPEN_KEPT_MOST = 32, /* each may have a file */
    KEPT_S = 86400,
    RESULT_MOST = 16 << 20,
    TOLD_EVERY_MS = 500,
    SHARE_PARTS = 1000000
};

static const char *const state_names[HS_JOB_STATE_COUNT] = {"accepted", "running", "successful", "failed",
                                                            "dismissed"};

const char *hs_job_state_name(hs_job_state state) {
    return state < HS_JOB_STATE_COUNT ? state_names[state] : NULL;
}

bool hs_job_has_ended(const hs_job *job) {
    return job->state >= HS_JOB_SUCCESSFUL;
}

struct hs_jobs *hs_jobs_new(void) {
    struct hs_jobs *jobs = calloc(1, sizeof *jobs);
    if (!jobs) return NULL;
    pthread_mutex_init(&jobs->lock, NULL);
    pthread_cond_init(&jobs->wake, NULL);
    return jobs;
}

static void job_free(hs_job *job) {
    if (!job) return;
    if (job->work.release) job->work.release(job->work.context);
    hs_buffer_done(&job->result);
    hs_arena_free(job->arena);
    free(job);
}

void hs_jobs_free(struct hs_jobs *jobs) {
    if (!jobs) return;
    for (hs_job *job = jobs->first, *next; job; job = next) {
        next = job->next;
        job_free(job);
    }
    pthread_cond_destroy(&jobs->wake);
    pthread_mutex_destroy(&jobs->lock);
    free(jobs);
}

int hs_job_percent(const hs_job *job) {
    if (job->state == HS_JOB_SUCCESSFUL) return 100;
    if (job->total <= 0) return 0;
    double share = (double)job->done / (double)job->total;
    return share >= 1 ? 99 : (int)(share * 100);
}

/* Tells listeners how a job is; the lock is held, so that what they hear is in order. */
static void tell(hs_job *job) {
    char data[160];
    int size = snprintf(data, sizeof data, "{\"jobID\":\"%s\",\"status\":\"%s\",\"progress\":%d}", job->id,
                        state_names[job->state], hs_job_percent(job));
    hs_service_announce(job->service, "job", (hs_str){data, (size_t)size});
}

static void finish(hs_job *job, hs_job_state state) {
    job->state = state;
    job->finished_s = hs_clock_now_s();
    tell(job);
}

hs_job_state hs_job_told_state(const hs_job *job) {
    return job->work.is_open && job->cancelled && !hs_job_has_ended(job) ? HS_JOB_DISMISSED : job->state;
}

hs_job *hs_job_find(struct hs_jobs *jobs, hs_str id) {
    for (hs_job *job = jobs->first; job; job = job->next)
        if (hs_str_equal(id, hs_str_of(job->id))) return job;
    return NULL;
}

/* Takes what ended too long ago, or is too much, out of the list; the caller frees it. */
static hs_job *take_expired(struct hs_jobs *jobs) {
    hs_job *expired = NULL;
    size_t seen = 0;
    size_t open = 0;
    for (hs_job **link = &jobs->first; *link;) {
        hs_job *job = *link;
        bool old =
            hs_job_has_ended(job) && (++seen > KEPT_MOST || job->finished_s < hs_clock_now_s() - KEPT_S ||
                                      (job->work.is_open && ++open > OPEN_KEPT_MOST));
        if (!old) {
            link = &job->next;
            continue;
        }
        *link = job->next;
        jobs->count--;
        job->next = expired;
        expired = job;
    }
    return expired;
}

static void free_all(hs_job *job) {
    while (job) {
        hs_job *next = job->next;
        job_free(job);
        job = next;
    }
}

static int lane_of(const hs_job *job) {
    return job->work.is_open;
}

/* The one of a lane that has waited longest; what somebody with a token asked for goes before what anybody
 * did. */
static hs_job *next_waiting(struct hs_jobs *jobs, int lane) {
    hs_job *oldest = NULL;
    for (hs_job *job = jobs->first; job; job = job->next)
        if (job->state == HS_JOB_ACCEPTED && lane_of(job) == lane &&
            (!oldest || oldest->work.is_anonymous || !job->work.is_anonymous))
            oldest = job;
    return oldest;
}

static hs_status fail_late(const hs_job *job, hs_error *error) {
    return hs_error_set(
        error, HS_E_LIMIT,
        hs_in_language(job->work.is_chinese,
                       "the job ran for %d s, as long as one may that is asked for without a token; ask for "
                       "less (fewer permutations or replications, larger cells, a shorter period, a smaller "
                       "area), or with a token",
                       "作业已运行 %d 秒，达到匿名请求的时限；请缩小计算量（减少置换次数、"
                       "增大单元、缩短时段、缩小范围），或使用令牌请求"),
        (int)(job->work.limit_ms / 1000));
}

static void run_job(struct hs_jobs *jobs, hs_job *job) {
    job->state = HS_JOB_RUNNING;
    job->started_s = hs_clock_now_s();
    if (job->work.limit_ms > 0) job->ends_ms = hs_clock_monotonic_ms() + (double)job->work.limit_ms;
    tell(job);
    pthread_mutex_unlock(&jobs->lock);
    hs_error error = {0};
    hs_buffer result;
    hs_buffer_init(&result, RESULT_MOST);
    hs_status status = job->work.run(job->work.context, job, &result, &error);
    if (status == HS_OK && result.status != HS_OK)
        status = hs_error_set(&error, result.status, "the job's result is too large to be kept");
    pthread_mutex_lock(&jobs->lock);
    if (status == HS_E_CANCELLED && job->is_late && !job->cancelled) status = fail_late(job, &error);
    error.status = status;
    job->error = error;
    job->result = result;
    if (status == HS_OK && hs_job_told_state(job) == HS_JOB_RUNNING)
        finish(job, HS_JOB_SUCCESSFUL);
    else if (status == HS_OK)
        finish(job, HS_JOB_DISMISSED);
    else
        finish(job, status == HS_E_CANCELLED ? HS_JOB_DISMISSED : HS_JOB_FAILED);
}

static void run_lane(hs_service *service, int lane) {
    struct hs_jobs *jobs = service->jobs;
    pthread_mutex_lock(&jobs->lock);
    while (!jobs->stopping) {
        hs_job *job = next_waiting(jobs, lane);
        if (job)
            run_job(jobs, job);
        else
            pthread_cond_wait(&jobs->wake, &jobs->lock);
    }
    pthread_mutex_unlock(&jobs->lock);
}

static void *run_private(void *context) {
    run_lane(context, false);
    return NULL;
}

static void *run_open(void *context) {
    run_lane(context, true);
    return NULL;
}

/* NULL on failure. */
static hs_job *make_job(hs_service *service, const hs_job_work *work, hs_error *error) {
    static const char digits[] = "0123456789abcdef";
    unsigned char random[(HS_JOB_ID_SIZE - 1) / 2];
    if (hs_secret_bytes(random, sizeof random, error) != HS_OK) return NULL;
    hs_job *made = calloc(1, sizeof *made);
    hs_arena *arena = hs_arena_new(1 << 20);
    if (made && arena) {
        *made = (hs_job){.service = service,
                         .arena = arena,
                         .work = *work,
                         .created_s = hs_clock_now_s(),
                         .started_s = HS_NO_TIME,
                         .finished_s = HS_NO_TIME,
                         .total = -1,
                         .ends_ms = INFINITY};
        made->work.title = hs_arena_str(arena, work->title);
        made->work.owner = hs_arena_str(arena, work->owner);
        made->work.client = hs_arena_str(arena, work->client);
    }
    if (!made || !arena || !made->work.title.data || !made->work.owner.data || !made->work.client.data) {
        hs_arena_free(arena);
        free(made);
        hs_error_memory(error, "a job");
        return NULL;
    }
    for (size_t i = 0; i < sizeof random; i++) {
        made->id[2 * i] = digits[random[i] >> 4];
        made->id[2 * i + 1] = digits[random[i] & 15];
    }
    return made;
}

/* Of what anybody asks for one client has at most a few, that the others have their turn. */
static hs_status check_room(const struct hs_jobs *jobs, const hs_job *job, hs_error *error) {
    size_t waiting = 0, own = 0;
    size_t most = job->work.is_anonymous ? ANYBODY_WAITING_MOST : WAITING_MOST;
    for (const hs_job *other = jobs->first; other; other = other->next) {
        if (hs_job_has_ended(other) || other->work.is_anonymous != job->work.is_anonymous) continue;
        waiting += other->state == HS_JOB_ACCEPTED;
        own += hs_str_equal(other->work.client, job->work.client);
    }
    if (jobs->stopping) return hs_error_set(error, HS_E_CANCELLED, "the service is stopping");
    if (job->work.is_anonymous && own >= HS_JOBS_OF_A_CLIENT)
        return hs_error_set(
            error, HS_E_DENIED,
            hs_in_language(job->work.is_chinese,
                           "%zu jobs from your address have not ended, as many as one may "
                           "have without a token; try again when some are done, or dismiss one",
                           "来自您的地址的作业有 %zu 个尚未结束，已达匿名请求的上限；"
                           "请待其完成后再试，或取消其中一个"),
            own);
    if (waiting >= most)
        return hs_error_set(error, HS_E_LIMIT,
                            hs_in_language(job->work.is_chinese,
                                           "%zu jobs wait already; try again when some are done",
                                           "已有 %zu 个作业在等待；请稍后再试"),
                            waiting);
    return HS_OK;
}

static hs_status queue(hs_service *service, hs_job *job, hs_error *error) {
    static void *(*const run[HS_JOB_LANES])(void *context) = {run_private, run_open};
    struct hs_jobs *jobs = service->jobs;
    int lane = lane_of(job);
    hs_status status = check_room(jobs, job, error);
    if (status != HS_OK) return status;
    if (!jobs->running[lane] && pthread_create(&jobs->thread[lane], NULL, run[lane], service) != 0)
        return hs_error_set(error, HS_E_INTERNAL, "cannot start the thread that runs jobs");
    jobs->running[lane] = true;
    job->next = jobs->first;
    jobs->first = job;
    jobs->count++;
    tell(job);
    pthread_cond_broadcast(&jobs->wake);
    return HS_OK;
}

hs_status hs_service_start_job(hs_service *service, const hs_job_work *work, hs_error *error,
                               char id[HS_JOB_ID_SIZE]) {
    hs_error failure = {0};
    hs_job *job = make_job(service, work, &failure);
    if (!job) {
        if (error) *error = failure;
        return failure.status;
    }
    memcpy(id, job->id, HS_JOB_ID_SIZE);
    struct hs_jobs *jobs = service->jobs;
    pthread_mutex_lock(&jobs->lock);
    hs_job *expired = take_expired(jobs);
    hs_status status = queue(service, job, error);
    pthread_mutex_unlock(&jobs->lock);
    free_all(expired);
    if (status == HS_OK) return HS_OK;
    job->work.release = NULL; /* still the caller's */
    job_free(job);
    return status;
}

/* Some of what is not counted may be done anew: what was told stands. */
bool hs_job_share(hs_job *job, double share) {
    struct hs_jobs *jobs = job->service->jobs;
    uint64_t told = share > 0 ? (uint64_t)(share * SHARE_PARTS) : 0;
    pthread_mutex_lock(&jobs->lock);
    uint64_t done = told > job->done ? told : job->done;
    job->in_shares = true;
    pthread_mutex_unlock(&jobs->lock);
    return hs_job_progress(job, done, SHARE_PARTS);
}

bool hs_job_progress(hs_job *job, uint64_t done, int64_t total) {
    struct hs_jobs *jobs = job->service->jobs;
    double now_ms = hs_clock_monotonic_ms();
    pthread_mutex_lock(&jobs->lock);
    job->done = done;
    job->total = total;
    if (now_ms >= job->ends_ms) job->is_late = true;
    bool goes_on = !job->cancelled && !job->is_late;
    if (now_ms - job->told_ms >= TOLD_EVERY_MS) {
        job->told_ms = now_ms;
        tell(job);
    }
    pthread_mutex_unlock(&jobs->lock);
    return goes_on;
}

void hs_job_warn(hs_job *job, const char *message) {
    struct hs_jobs *jobs = job->service->jobs;
    pthread_mutex_lock(&jobs->lock);
    const char *kept =
        job->warning_count < HS_JOB_WARNINGS ? hs_arena_strndup(job->arena, message, strlen(message)) : NULL;
    if (kept)
        job->warnings[job->warning_count++] = kept;
    else
        job->warnings_dropped++;
    pthread_mutex_unlock(&jobs->lock);
}

void hs_job_attach(hs_job *job, const char *path) {
    struct hs_jobs *jobs = job->service->jobs;
    pthread_mutex_lock(&jobs->lock);
    job->file = hs_arena_strndup(job->arena, path, strlen(path));
    pthread_mutex_unlock(&jobs->lock);
}

hs_status hs_job_none(hs_error *error) {
    return hs_error_set(error, HS_E_NOT_FOUND,
                        "there is no such job; jobs are kept for a day, and not over a restart");
}

hs_status hs_service_cancel_job(hs_service *service, hs_str id, hs_error *error) {
    struct hs_jobs *jobs = service->jobs;
    pthread_mutex_lock(&jobs->lock);
    hs_job *job = hs_job_find(jobs, id);
    if (job) job->cancelled = true;
    void (*release)(void *context) = NULL;
    void *context = NULL;
    if (job && job->state == HS_JOB_ACCEPTED) {
        finish(job, HS_JOB_DISMISSED);
        release = job->work.release; /* what it would have read goes now */
        context = job->work.context;
        job->work.release = NULL;
    }
    pthread_mutex_unlock(&jobs->lock);
    if (release) release(context);
    return job ? HS_OK : hs_job_none(error);
}

hs_status hs_service_drop_job(hs_service *service, hs_str id, hs_error *error) {
    struct hs_jobs *jobs = service->jobs;
    hs_job *dropped = NULL;
    pthread_mutex_lock(&jobs->lock);
    bool found = hs_job_find(jobs, id) != NULL;
    for (hs_job **link = &jobs->first; *link && !dropped; link = &(*link)->next) {
        if (!hs_str_equal(id, hs_str_of((*link)->id)) || !hs_job_has_ended(*link)) continue;
        dropped = *link;
        *link = dropped->next;
        jobs->count--;
        break;
    }
    pthread_mutex_unlock(&jobs->lock);
    if (!found) return hs_job_none(error);
    if (!dropped) return hs_error_set(error, HS_E_CONFLICT, "the job has not ended");
    job_free(dropped);
    return HS_OK;
}

hs_status hs_service_job_facts(hs_service *service, hs_str id, hs_error *error, hs_job_facts *facts) {
    struct hs_jobs *jobs = service->jobs;
    pthread_mutex_lock(&jobs->lock);
    const hs_job *job = hs_job_find(jobs, id);
    if (job)
        *facts = (hs_job_facts){.state = hs_job_told_state(job),
                                .has_ended = hs_job_has_ended(job),
                                .is_open = job->work.is_open,
                                .has_file = job->file != NULL,
                                .file_type = job->work.file_type,
                                .error = job->error};
    pthread_mutex_unlock(&jobs->lock);
    return job ? HS_OK : hs_job_none(error);
}

hs_status hs_service_open_job_file(hs_service *service, hs_str id, hs_error *error, int *file,
                                   uint64_t *size) {
    struct hs_jobs *jobs = service->jobs;
    struct stat facts;
    int opened = -1;
    pthread_mutex_lock(&jobs->lock);
    const hs_job *job = hs_job_find(jobs, id);
    if (job && hs_job_has_ended(job) && job->file) opened = open(job->file, O_RDONLY | O_CLOEXEC);
    pthread_mutex_unlock(&jobs->lock);
    if (!job) return hs_job_none(error);
    if (opened < 0 || fstat(opened, &facts) != 0) {
        if (opened >= 0) close(opened);
        return hs_error_set(error, HS_E_NOT_FOUND, "this job has no file of rejected rows");
    }
    *file = opened;
    *size = (uint64_t)facts.st_size;
    return HS_OK;
}

void hs_service_stop_jobs(hs_service *service) {
    struct hs_jobs *jobs = service->jobs;
    if (!jobs) return;
    pthread_mutex_lock(&jobs->lock);
    jobs->stopping = true;
    for (hs_job *job = jobs->first; job; job = job->next)
        job->cancelled = true;
    pthread_cond_broadcast(&jobs->wake);
    pthread_mutex_unlock(&jobs->lock);
    for (int lane = 0; lane < HS_JOB_LANES; lane++)
        if (jobs->running[lane]) pthread_join(jobs->thread[lane], NULL);
    service->jobs = NULL;
    hs_jobs_free(jobs);
}
