#include "service/export_private.h"
#include "service/service_private.h"

#include "base/text.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FILTERS_MOST ((size_t)16 << 20)

typedef struct id_row {
    int64_t id;
    hs_feature_row row;
} id_row;

/* An export under way. */
typedef struct exporting {
    const hs_export_request *request;
    hs_output output;
    uint64_t total;
} exporting;

static hs_status parse_filter(const hs_snapshot *snapshot, const hs_export_request *request, hs_arena *arena,
                              hs_error *error, hs_filter *filter, hs_row_filter *row_filter) {
    bool incidents = request->collection->kind == HS_COLLECT_INCIDENTS;
    for (size_t i = 0; incidents && i < request->count; i++)
        if (hs_str_equal(request->names[i], HS_STR("run")) && request->values[i].size > 0)
            return hs_error_set(error, HS_E_ARGUMENT, HS_RUN_ELSEWHERE);
    if (incidents)
        return hs_filter_parse(snapshot, request->names, request->values, request->count, -1.0, arena, error,
                               filter);
    return hs_row_filter_parse(request->collection, snapshot, request->names, request->values, request->count, error, row_filter);
}

hs_status hs_export_check(const hs_snapshot *snapshot, const hs_export_request *request, hs_arena *arena,
                          hs_error *error) {
    hs_filter filter;
    hs_row_filter row_filter;
    return parse_filter(snapshot, request, arena, error, &filter, &row_filter);
}

static bool passes(const hs_selection *selection, uint32_t chunk, uint32_t i) {
    const uint64_t *bits = selection->bits[chunk];
    return !bits || (bits[i / 64] >> (i % 64) & 1);
}

static int by_id(const void *a, const void *b) {
    int64_t x = ((const id_row *)a)->id, y = ((const id_row *)b)->id;
    return (x > y) - (x < y);
}

static uint64_t count_passing(const hs_selection *selection) {
    uint64_t count = 0;
    for (uint32_t c = 0; c < selection->chunk_count; c++) {
        uint32_t rows = selection->snapshot->incidents->chunk[c]->count;
        const uint64_t *bits = selection->bits[c];
        if (!bits) count += rows;
        for (size_t w = 0; bits && w < ((size_t)rows + 63) / 64; w++)
            count += (uint64_t)__builtin_popcountll(bits[w]);
    }
    return count;
}

/* Incidents go by their id in the store, whatever chunks they lie in: equal cities give equal files. */
static hs_status list_incidents(const hs_selection *selection, hs_error *error, hs_feature_rows *rows) {
    const hs_incidents *incidents = selection->snapshot->incidents;
    uint64_t count = count_passing(selection), filled = 0;
    id_row *listed = calloc(count + 1, sizeof *listed);
    hs_feature_row *made = calloc(count + 1, sizeof *made);
    if (!listed || !made) {
        free(listed);
        free(made);
        return hs_error_memory(error, "the rows of an export");
    }
    for (uint32_t c = 0; c < selection->chunk_count; c++)
        for (uint32_t i = 0; i < incidents->chunk[c]->count; i++)
            if (passes(selection, c, i))
                listed[filled++] = (id_row){hs_incident_row(incidents->chunk[c], i), {c, i}};
    qsort(listed, filled, sizeof *listed, by_id);
    for (uint64_t i = 0; i < filled; i++)
        made[i] = listed[i].row;
    free(listed);
    *rows = (hs_feature_rows){made, filled};
    return HS_OK;
}

static hs_status list_rows(const hs_snapshot *snapshot, const hs_collection *collection,
                           const hs_row_filter *filter, hs_error *error, hs_feature_rows *rows) {
    uint32_t first, end;
    hs_collection_rows(collection, snapshot, &first, &end);
    hs_feature_row *made = calloc((size_t)(end - first) + 1, sizeof *made);
    if (!made) return hs_error_memory(error, "the rows of an export");
    uint64_t count = 0;
    for (uint32_t row = first; row < end; row++)
        if (hs_collection_row_passes(collection, snapshot, row, filter))
            made[count++] = (hs_feature_row){0, row};
    *rows = (hs_feature_rows){made, count};
    return HS_OK;
}

/* Keeps the rows that pass. */
static hs_status narrow(hs_feature_filter *where, hs_error *error, hs_feature_rows *rows) {
    hs_feature_row *row = (hs_feature_row *)rows->row;
    uint64_t kept = 0;
    for (uint64_t i = 0; i < rows->count; i++) {
        bool passes = false;
        hs_status status = hs_feature_filter_row(where, row[i], error, &passes);
        if (status != HS_OK) {
            free(row);
            *rows = (hs_feature_rows){NULL, 0};
            return status;
        }
        if (passes) row[kept++] = row[i];
    }
    rows->count = kept;
    return HS_OK;
}

/* rows->row is the caller's to free. */
static hs_status list(hs_service *service, const hs_snapshot *snapshot, const hs_export_request *request,
                      hs_error *error, hs_feature_rows *rows) {
    hs_filter filter = {0};
    hs_row_filter row_filter = {0};
    hs_arena *arena = hs_arena_new(FILTERS_MOST);
    if (!arena) return hs_error_memory(error, "the filters");
    hs_status status = parse_filter(snapshot, request, arena, error, &filter, &row_filter);
    if (status == HS_OK && request->collection->kind != HS_COLLECT_INCIDENTS) {
        status = list_rows(snapshot, request->collection, &row_filter, error, rows);
    } else if (status == HS_OK) {
        const hs_selection *selection;
        status = hs_service_select(service, snapshot, &filter, error, &selection);
        if (status == HS_OK) {
            status = list_incidents(selection, error, rows);
            hs_service_selection_unref(selection);
        }
    }
    hs_arena_free(arena);
    return status == HS_OK && request->where ? narrow(request->where, error, rows) : status;
}

static hs_status check_size(const exporting *e, hs_error *error) {
    uint64_t most = e->request->most_bytes;
    if (most == 0 || hs_output_bytes(&e->output) <= most) return HS_OK;
    return hs_error_set(error, HS_E_ARGUMENT,
                        "the file would be larger than the %llu MiB that are made at once here: ask for "
                        "less, or use hotspotd export beside the store",
                        (unsigned long long)(most >> 20));
}

static hs_status step(void *context, uint64_t done, hs_error *error) {
    const exporting *e = context;
    const hs_export_request *request = e->request;
    if (request->progress && !request->progress(request->context, done, e->total))
        return hs_error_set(error, HS_E_CANCELLED, "the export was stopped");
    return check_size(e, error);
}

static void pass_warning(void *context, const char *message) {
    const exporting *e = context;
    if (e->request->warn) e->request->warn(e->request->context, message);
}

static hs_status write_output(hs_service *service, const hs_snapshot *snapshot, exporting *e, hs_error *error,
                              uint64_t *rows) {
    const hs_export_request *request = e->request;
    hs_feature_file file = {.snapshot = snapshot,
                            .collection = request->collection,
                            .format = request->format,
                            .path = e->output.file,
                            .shown = e->output.shown,
                            .context = e,
                            .step = step,
                            .warn = pass_warning};
    hs_status status = list(service, snapshot, request, error, &file.rows);
    if (status != HS_OK) return status;
    e->total = file.rows.count;
    status = request->format->maker == HS_MAKE_GEOJSON ? hs_export_geojson(&file, error, rows)
                                                       : hs_feature_file_write(&file, error, rows);
    free((void *)file.rows.row);
    if (status == HS_OK && request->progress) (void)request->progress(request->context, e->total, e->total);
    return status == HS_OK ? check_size(e, error) : status;
}

/* The file's name while it is made: extensions matter to what makes it. */
static void name_file(const hs_export_request *request, char name[64]) {
    (void)snprintf(name, 64, "%s.%s", request->collection->id, request->format->extension);
}

bool hs_service_is_store(const hs_service *service, const char *path) {
    struct stat store, other;
    return stat(service->url, &store) == 0 && stat(path, &other) == 0 && store.st_dev == other.st_dev &&
           store.st_ino == other.st_ino;
}

hs_status hs_service_export(hs_service *service, const hs_snapshot *snapshot,
                            const hs_export_request *request, const char *path, hs_error *error,
                            uint64_t *rows) {
    if (hs_service_is_store(service, path))
        return hs_error_set(error, HS_E_ARGUMENT, "%s is the store itself", path);
    char name[64];
    name_file(request, name);
    exporting e = {.request = request};
    hs_status status = hs_output_begin(path, name, error, &e.output);
    if (status != HS_OK) return status;
    status = write_output(service, snapshot, &e, error, rows);
    if (status == HS_OK) status = hs_output_keep(&e.output, error);
    hs_output_end(&e.output);
    return status;
}

hs_status hs_service_export_open(hs_service *service, const hs_snapshot *snapshot,
                                 const hs_export_request *request, hs_error *error, int *file, uint64_t *size,
                                 uint64_t *rows) {
    char name[64];
    name_file(request, name);
    exporting e = {.request = request};
    hs_status status = hs_output_begin(NULL, name, error, &e.output);
    if (status != HS_OK) return status;
    status = write_output(service, snapshot, &e, error, rows);
    if (status == HS_OK) status = hs_output_open(&e.output, error, file, size);
    hs_output_end(&e.output);
    return status;
}
