/* What the files of jobs share. */
#ifndef SERVICE_JOBS_PRIVATE_H
#define SERVICE_JOBS_PRIVATE_H

#include "service/jobs.h"
#include "service/service_private.h"

/* What is open has a thread of its own, so that it never keeps an import waiting. */
enum { HS_JOB_LANES = 2, HS_JOB_WARNINGS = 100 };

struct hs_job {
    hs_service *service;
    char id[HS_JOB_ID_SIZE];
    hs_job_work work;
    hs_arena *arena;
    hs_job_state state;
    bool cancelled, is_late;                  /* late: it ran as long as it may */
    int64_t created_s, started_s, finished_s; /* HS_NO_TIME before */
    uint64_t done;
    int64_t total;
    bool in_shares;          /* `done` are parts of the whole, and no rows */
    double told_ms, ends_ms; /* on the monotonic clock; ends: when it has to, INFINITY */
    hs_buffer result;
    hs_error error;
    const char *warnings[HS_JOB_WARNINGS];
    size_t warning_count, warnings_dropped;
    char *file;
    hs_job *next; /* the older one */
};

/* All jobs, the newest first. Guarded by `lock`. */
struct hs_jobs {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread[HS_JOB_LANES];
    bool running[HS_JOB_LANES], stopping;
    hs_job *first;
    size_t count;
};

/* All of these with the lock held. */
bool hs_job_has_ended(const hs_job *job);
/* What a job is said to be: who knows of an open one may end it, and is told at once that it is. */
hs_job_state hs_job_told_state(const hs_job *job);
/* In hundredths; what is done of what is not counted is unknown until the end. */
int hs_job_percent(const hs_job *job);
hs_job *hs_job_find(struct hs_jobs *jobs, hs_str id);
hs_status hs_job_none(hs_error *error); /* HS_E_NOT_FOUND */

#endif
