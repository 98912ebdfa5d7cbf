#include "service/import_job.h"

#include "base/text.h"
#include "service/import_report.h"
#include "service/service_private.h"
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct import_work {
    hs_service *service;
    hs_arena *arena; /* of everything below */
    hs_kind kind;
    const char *path, *folder, *rejects, *lock_name;
    int lock;
    hs_import_options options;
    hs_job *job;
} import_work;

/* Removes what lies in the folder, all but `kept` and `also_kept` (or NULL). */
static void empty_folder(const char *folder, const char *kept, const char *also_kept) {
    DIR *listing = opendir(folder);
    if (!listing) return;
    for (const struct dirent *entry = readdir(listing); entry; entry = readdir(listing))
        if ((!kept || strcmp(entry->d_name, kept) != 0) &&
            (!also_kept || strcmp(entry->d_name, also_kept) != 0))
            (void)unlinkat(dirfd(listing), entry->d_name, 0);
    closedir(listing);
}

/* A message in the words of who sent the file: it has the file's name where the server's path stands. */
static void name_file(const import_work *work, const char *message, char *out, size_t size) {
    size_t path_size = strlen(work->path), used = 0;
    const char *name = work->options.source_name;
    while (*message && used + 1 < size) {
        if (strncmp(message, work->path, path_size) != 0) {
            out[used++] = *message++;
            continue;
        }
        used += (size_t)snprintf(out + used, size - used, "%s", name);
        if (used >= size) used = size - 1;
        message += path_size;
    }
    out[used] = '\0';
}

static bool on_progress(void *context, uint64_t rows_read, int64_t rows_total) {
    const import_work *work = context;
    return hs_job_progress(work->job, rows_read, rows_total);
}

static void on_warn(void *context, const char *message) {
    const import_work *work = context;
    char text[2 * HS_ERROR_MESSAGE_SIZE];
    name_file(work, message, text, sizeof text);
    hs_job_warn(work->job, text);
}

/* The city that is served has the rows when the job says that it succeeded. */
static void publish(const import_work *work, const hs_import_report *report) {
    hs_error error = {0};
    if (!report->batch.id || !hs_service_ready(work->service)) return;
    if (hs_service_load(work->service, &error, NULL) != HS_OK)
        hs_log_write(work->service->log, HS_LOG_ERROR, "import", "error=\"%s\"", error.message);
}

static hs_status run(void *context, hs_job *job, hs_buffer *result, hs_error *error) {
    import_work *work = context;
    hs_import_report report;
    work->job = job;
    hs_status status =
        hs_service_import(work->service, work->kind, work->path, &work->options, error, &report);
    if (status == HS_OK) {
        hs_json json;
        hs_json_init(&json, result);
        hs_import_report_write(&report, &json);
        publish(work, &report);
        if (report.batch.rows_rejected > 0) hs_job_attach(job, work->rejects);
    }
    hs_import_report_done(&report);
    if (status != HS_OK) {
        hs_error told = *error;
        name_file(work, told.message, error->message, sizeof error->message);
    }
    empty_folder(work->folder, "rejects.csv", work->lock_name);
    return status;
}

static void release(void *context) {
    import_work *work = context;
    empty_folder(work->folder, NULL, NULL);
    (void)rmdir(work->folder);
    close(work->lock);
    hs_arena_free(work->arena);
}

static const char *keep(hs_arena *arena, const char *text, bool *whole) {
    if (!text) return NULL;
    const char *kept = hs_arena_strndup(arena, text, strlen(text));
    *whole = *whole && kept;
    return kept;
}

static hs_str *keep_all(hs_arena *arena, const hs_str *texts, size_t count, bool *whole) {
    hs_str *kept = hs_arena_array(arena, count + 1, sizeof *kept);
    for (size_t i = 0; i < count && kept; i++) {
        kept[i] = hs_arena_str(arena, texts[i]);
        *whole = *whole && kept[i].data;
    }
    *whole = *whole && kept;
    return kept;
}

/* NULL when memory is out. */
static import_work *copy(hs_service *service, const hs_import_job *wanted, hs_arena *arena) {
    bool whole = true;
    import_work *work = hs_arena_array(arena, 1, sizeof *work);
    if (!work) return NULL;
    *work = (import_work){.service = service, .arena = arena, .kind = wanted->kind, .lock = wanted->lock};
    const hs_ingest_options *ingest = &wanted->options.ingest;
    work->path = keep(arena, wanted->path, &whole);
    work->folder = keep(arena, wanted->folder, &whole);
    work->lock_name = keep(arena, wanted->lock_name, &whole);
    work->rejects = hs_arena_printf(arena, "%s/rejects.csv", wanted->folder);
    work->options = (hs_import_options){
        .ingest = {.chinese = ingest->chinese,
                   .layer = keep(arena, ingest->layer, &whole),
                   .crs = keep(arena, ingest->crs, &whole),
                   .encoding = keep(arena, ingest->encoding, &whole),
                   .date_format = keep(arena, ingest->date_format, &whole),
                   .level = ingest->level,
                   .map_field = keep_all(arena, ingest->map_field, ingest->map_count, &whole),
                   .map_column = keep_all(arena, ingest->map_column, ingest->map_count, &whole),
                   .map_count = ingest->map_count},
        .source_name = keep(arena, wanted->options.source_name, &whole),
        .mapping = keep(arena, wanted->options.mapping, &whole),
        .rejects_path = work->rejects,
        .dry_run = wanted->options.dry_run,
        .context = work,
        .progress = on_progress,
        .warn = on_warn,
    };
    return whole && work->rejects ? work : NULL;
}

hs_status hs_service_start_import(hs_service *service, const hs_import_job *wanted, hs_error *error,
                                  char id[HS_JOB_ID_SIZE]) {
    hs_arena *arena = hs_arena_new(4 << 20);
    import_work *work = arena ? copy(service, wanted, arena) : NULL;
    hs_status status = work ? HS_OK : hs_error_memory(error, "an import");
    if (status == HS_OK) {
        hs_job_work queued = {.type = "import",
                              .file_rel = "rejects",
                              .file_tail = "/rejects",
                              .file_type = "text/csv",
                              .title = hs_str_of(wanted->options.source_name),
                              .owner = wanted->owner,
                              .run = run,
                              .release = release,
                              .context = work};
        status = hs_service_start_job(service, &queued, error, id);
    }
    if (status == HS_OK) return HS_OK;
    empty_folder(wanted->folder, NULL, NULL);
    (void)rmdir(wanted->folder);
    close(wanted->lock);
    hs_arena_free(arena);
    return status;
}
