/* Imports as jobs: a file that was uploaded is read by the same code as the command line's. */
#ifndef SERVICE_IMPORT_JOB_H
#define SERVICE_IMPORT_JOB_H

#include "service/jobs.h"

typedef struct hs_import_job {
    hs_kind kind;
    const char *path;          /* the file, in `folder` */
    const char *folder;        /* taken over: it is removed with the job, the file when it was read */
    int lock;                  /* descriptor that holds the folder; taken over, closed when it is gone */
    const char *lock_name;     /* of its file there */
    hs_str owner;              /* the user's name */
    hs_import_options options; /* copied; source_name must be set, progress and warn are the job's */
} hs_import_job;

/* Queues the import; the folder is taken over in any case. Errors as hs_service_start_job. */
hs_status hs_service_start_import(hs_service *service, const hs_import_job *wanted, hs_error *error,
                                  char id[HS_JOB_ID_SIZE]);

#endif
