/* Jobs: long work that somebody asks for and looks at later. They run one after the other, in order, what is
 * open on one thread and everything else on another, so that neither waits for the other; each has progress,
 * can be cancelled, and is kept for a day after its end. States carry the names of OGC API - Processes.
 * Thread-safe. */
#ifndef SERVICE_JOBS_H
#define SERVICE_JOBS_H

#include "base/json_writer.h"
#include "service/service.h"

typedef enum hs_job_state {
    HS_JOB_ACCEPTED,
    HS_JOB_RUNNING,
    HS_JOB_SUCCESSFUL,
    HS_JOB_FAILED,
    HS_JOB_DISMISSED, /* cancelled: nothing was changed */
    HS_JOB_STATE_COUNT
} hs_job_state;
const char *hs_job_state_name(hs_job_state state);

typedef struct hs_job hs_job;

/* What is to be done. `run` is called once, or never when the job is cancelled before its turn; what it
 * writes into `result` is a JSON object. `release` is called once, when nothing of the job is kept any more.
 */
typedef struct hs_job_work {
    const char *type;    /* static: `import` ... */
    hs_str title, owner; /* copied: what people call it; the user's name */
    hs_status (*run)(void *context, hs_job *job, hs_buffer *result, hs_error *error);
    void (*release)(void *context);
    void *context;
    /* Of the file that may be attached, static: the link's relation and its tail, the media type. */
    const char *file_rel, *file_tail, *file_type;
    bool is_open; /* nothing private: whoever knows its id may look at it and end it; it counts no rows */
    bool is_anonymous; /* asked for without a token: waits for what is open and is not, few for each client */
    bool is_chinese;   /* the language of what it is told when it is ended or refused */
    hs_str client;     /* copied: who asks, where anonymous */
    int64_t limit_ms;  /* it may run as long and then fails; 0: as long as it needs */
} hs_job_work;

#define HS_JOB_ID_SIZE 33 /* 32 hexadecimal digits of randomness, and NUL */

/* Jobs of one anonymous client that have not ended, at most. */
enum { HS_JOBS_OF_A_CLIENT = 4 };

/* Queues work. On failure nothing was taken over: HS_E_LIMIT where too many jobs wait (32, of anonymous ones
 * 16), HS_E_DENIED where too many are this client's, HS_E_CANCELLED where the service is stopping. */
hs_status hs_service_start_job(hs_service *service, const hs_job_work *work, hs_error *error,
                               char id[HS_JOB_ID_SIZE]);

/* For the work that runs: says how far it is (`total` negative where unknown); false when it is to end.
 * Warnings are kept, at most 100. */
bool hs_job_progress(hs_job *job, uint64_t done, int64_t total);
/* The same of what is not counted, as a progress has it (hotspot/progress.h): a share, or below 0 to ask
 * alone. */
bool hs_job_share(hs_job *job, double share);
void hs_job_warn(hs_job *job, const char *message);
/* A file that goes with the job's result: `path` is copied, the file is the work's. */
void hs_job_attach(hs_job *job, const char *path);

/* Ends a job: one that waits at once, one that runs as soon as it asks. HS_E_NOT_FOUND; a job that has ended
 * stays as it is. */
hs_status hs_service_cancel_job(hs_service *service, hs_str id, hs_error *error);
/* Forgets a job that has ended, and its file. HS_E_NOT_FOUND; HS_E_CONFLICT: it has not. */
hs_status hs_service_drop_job(hs_service *service, hs_str id, hs_error *error);
/* What a job is; HS_E_NOT_FOUND. */
typedef struct hs_job_facts {
    hs_job_state state; /* of an open one that was ended: dismissed, though it may run on for a moment */
    bool has_ended, is_open, has_file;
    const char *file_type;
    hs_error error; /* of one that failed */
} hs_job_facts;
hs_status hs_service_job_facts(hs_service *service, hs_str id, hs_error *error, hs_job_facts *facts);
/* Writes a job as an object {jobID, type, title, status, progress, ...}; HS_E_NOT_FOUND. All of them as an
 * array, the newest first. `base_url` goes before the paths of links. */
hs_status hs_service_write_job(hs_service *service, hs_str id, hs_str base_url, hs_json *json,
                               hs_error *error);
void hs_service_write_jobs(hs_service *service, hs_str base_url, bool only_open, hs_json *json);
/* Opens the file that goes with a job; HS_E_NOT_FOUND where there is none. */
hs_status hs_service_open_job_file(hs_service *service, hs_str id, hs_error *error, int *file,
                                   uint64_t *size);

/* Cancels all, waits for the one that runs, and releases everything. */
void hs_service_stop_jobs(hs_service *service);

#endif
