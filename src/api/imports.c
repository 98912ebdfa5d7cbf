/* Imports over HTTP: a file comes as multipart/form-data and is read by a job; jobs are looked at and ended.
 */
#include "api/endpoint.h"

#include "base/text.h"
#include "service/import_job.h"
#include <string.h>

/* What an import takes, as parameters of the query or fields of the form. */
static const char *const option_names[] = {"kind",        "layer",   "crs",     "map",  "level", "encoding",
                                           "date-format", "mapping", "dry-run", "lang", NULL};

static bool is_option(hs_str name) {
    for (const char *const *option = option_names; *option; option++)
        if (hs_str_equal(name, hs_str_of(*option))) return true;
    return false;
}

/* The last value of an option; the form goes before the query. Empty where there is none. */
static hs_str find_option(const hs_call *call, const char *name) {
    const hs_upload *upload = call->request->upload;
    for (size_t i = upload ? upload->field_count : 0; i > 0; i--)
        if (hs_str_equal(upload->fields[i - 1].name, hs_str_of(name)))
            return hs_str_trim(upload->fields[i - 1].value);
    return hs_call_text(call, name);
}

/* The same ended by NUL, or NULL. */
static const char *text_option(const hs_call *call, const char *name) {
    hs_str text = find_option(call, name);
    return text.size ? hs_arena_strndup(call->arena, text.data, text.size) : NULL;
}

static hs_status add_map(const hs_call *call, hs_str pair, hs_ingest_options *ingest, hs_str *fields,
                         hs_str *columns) {
    hs_str rest = hs_str_trim(pair);
    if (rest.size == 0) return HS_OK;
    if (!memchr(rest.data, '=', rest.size))
        return hs_error_set(call->error, HS_E_ARGUMENT, "map %.*s: FIELD=COLUMN is expected",
                            (int)hs_utf8_cut(rest, 60), rest.data);
    fields[ingest->map_count] = hs_str_cut(&rest, '=');
    columns[ingest->map_count++] = rest;
    return HS_OK;
}

static hs_status take_maps(const hs_call *call, hs_ingest_options *ingest) {
    const hs_request *request = call->request;
    size_t most = request->query_count + request->upload->field_count + 1;
    hs_str *fields = hs_arena_array(call->arena, most, sizeof *fields);
    hs_str *columns = hs_arena_array(call->arena, most, sizeof *columns);
    if (!fields || !columns) return hs_error_memory(call->error, "the mapping");
    ingest->map_field = fields;
    ingest->map_column = columns;
    hs_status status = HS_OK;
    for (size_t i = 0; i < request->query_count && status == HS_OK; i++)
        if (hs_str_equal(request->query[i].name, HS_STR("map")))
            status = add_map(call, request->query[i].value, ingest, fields, columns);
    for (size_t i = 0; i < request->upload->field_count && status == HS_OK; i++)
        if (hs_str_equal(request->upload->fields[i].name, HS_STR("map")))
            status = add_map(call, request->upload->fields[i].value, ingest, fields, columns);
    return status;
}

static hs_status take_flag(const hs_call *call, const char *name, bool *flag) {
    hs_str text = find_option(call, name);
    *flag = hs_str_equal(text, HS_STR("true")) || hs_str_equal(text, HS_STR("1"));
    if (text.size == 0 || *flag || hs_str_equal(text, HS_STR("false")) || hs_str_equal(text, HS_STR("0")))
        return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT, "%s: true or false is expected", name);
}

static hs_status take_kind(const hs_call *call, hs_kind *kind) {
    hs_str text = find_option(call, "kind");
    *kind = hs_kind_parse(text);
    if (hs_kind_is_imported(*kind)) return HS_OK;
    if (text.size == 0)
        return hs_error_set(call->error, HS_E_ARGUMENT,
                            "kind is missing: units, streets, addresses, places, zones, incidents, targets, "
                            "population or taxonomy is expected");
    return hs_error_set(call->error, HS_E_ARGUMENT,
                        "kind: %.*s is none; units, streets, addresses, places, zones, incidents, targets, "
                        "population or taxonomy is expected",
                        (int)hs_utf8_cut(text, 60), text.data);
}

static hs_status take_level(const hs_call *call, hs_level *level) {
    hs_str text = find_option(call, "level");
    *level = text.size ? hs_level_parse(text) : HS_LEVEL_COUNT;
    if (text.size == 0 || *level < HS_LEVEL_COUNT) return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT,
                        "level: city, district, subdistrict, community or cell is expected");
}

/* The language of the warnings: the city's where none is asked for. */
static hs_status take_language(const hs_call *call, bool *chinese) {
    hs_str text = find_option(call, "lang");
    hs_snapshot *snapshot = text.size == 0 ? hs_service_snapshot(call->api->service) : NULL;
    *chinese = hs_str_equal(text, HS_STR("zh")) || (snapshot && strcmp(snapshot->info.lang, "zh") == 0);
    hs_snapshot_unref(snapshot);
    if (text.size == 0 || *chinese || hs_str_equal(text, HS_STR("en"))) return HS_OK;
    return hs_error_set(call->error, HS_E_ARGUMENT, "lang: zh or en is expected");
}

static bool has_extension(const hs_upload_file *file, const char *extension) {
    size_t size = strlen(file->path), tail = strlen(extension);
    return size > tail && strcmp(file->path + size - tail, extension) == 0;
}

/* The file to open: the only one, or the one that leads a dataset of several; NULL where there is none. */
static const hs_upload_file *find_file(const hs_upload *upload) {
    static const char *const leaders[] = {".shp", ".tab", ".mif", NULL};
    if (upload->file_count == 1) return upload->files;
    for (size_t i = 0; i < upload->file_count; i++)
        for (const char *const *leader = leaders; *leader; leader++)
            if (has_extension(&upload->files[i], *leader)) return &upload->files[i];
    return NULL;
}

static hs_status take_file(const hs_call *call, hs_import_job *job) {
    const hs_upload *upload = call->request->upload;
    const hs_upload_file *file = find_file(upload);
    if (upload->file_count == 0)
        return hs_error_set(call->error, HS_E_ARGUMENT,
                            "no file in the form: one part needs a file name, as by curl -F file=@FILE");
    if (!file)
        return hs_error_set(call->error, HS_E_ARGUMENT,
                            "%zu files in the form: one is expected, or the parts of one Shapefile or "
                            "MapInfo table",
                            upload->file_count);
    if (file->size == 0)
        return hs_error_set(call->error, HS_E_INPUT, "%.*s is empty", (int)hs_utf8_cut(file->name, 100),
                            file->name.data);
    job->options.source_name = file->name.size ? file->name.data : "upload";
    job->path = file->path;
    job->folder = upload->folder;
    job->lock = upload->lock;
    job->lock_name = HS_UPLOAD_LOCK;
    return HS_OK;
}

static hs_status refuse_unknown_fields(const hs_call *call) {
    const hs_upload *upload = call->request->upload;
    for (size_t i = 0; i < upload->field_count; i++) {
        hs_str name = upload->fields[i].name;
        if (!is_option(name))
            return hs_error_set(call->error, HS_E_ARGUMENT,
                                "the form's field %.*s is not known; accepted: kind, layer, crs, map, level, "
                                "encoding, date-format, mapping, dry-run, lang, and one file",
                                (int)hs_utf8_cut(name, 60), name.data);
    }
    return HS_OK;
}

static hs_status take_options(const hs_call *call, hs_import_job *job) {
    hs_import_options *options = &job->options;
    hs_status status = refuse_unknown_fields(call);
    if (status == HS_OK) status = take_kind(call, &job->kind);
    if (status == HS_OK) status = take_level(call, &options->ingest.level);
    if (status == HS_OK) status = take_flag(call, "dry-run", &options->dry_run);
    if (status == HS_OK) status = take_language(call, &options->ingest.chinese);
    if (status == HS_OK) status = take_maps(call, &options->ingest);
    if (status == HS_OK) status = take_file(call, job);
    if (status != HS_OK) return status;
    options->ingest.layer = text_option(call, "layer");
    options->ingest.crs = text_option(call, "crs");
    options->ingest.encoding = text_option(call, "encoding");
    options->ingest.date_format = text_option(call, "date-format");
    options->mapping = text_option(call, "mapping");
    return HS_OK;
}

static hs_status answer_job(hs_call *call, hs_str id) {
    call->response->content_type = "application/json";
    return hs_service_write_job(call->api->service, id, call->request->base_url, &call->json, call->error);
}

hs_status hs_call_accept_job(hs_call *call, const char *id) {
    call->response->status = 202;
    hs_response_header(call->response, "Location",
                       hs_arena_printf(call->arena, "%.*s/jobs/%s", (int)call->request->base_url.size,
                                       call->request->base_url.data, id));
    return answer_job(call, hs_str_of(id));
}

hs_status hs_call_refuse_job(hs_call *call, hs_status status) {
    if (status != HS_E_LIMIT) return status;
    hs_response_header(call->response, "Retry-After", "30");
    return hs_response_problem(call->response, 503, NULL, call->error->message);
}

/* An editor of the whole city. */
static bool authorise(hs_call *call, hs_user *user) {
    if (!hs_call_authorise(call, HS_ROLE_EDITOR, user)) return false;
    if (user->unit.size == 0) return true;
    hs_response_problem(call->response, 403, NULL,
                        "this token is for one unit; imports concern the whole city");
    return false;
}

hs_status hs_post_imports(hs_call *call) {
    hs_user user;
    if (!authorise(call, &user)) return HS_OK;
    if (call->api->read_only)
        return hs_response_problem(call->response, 403, NULL,
                                   "this server only reads (--read-only): nothing can be imported");
    if (hs_request_upload(call->request)) return HS_OK;
    hs_import_job job = {.owner = user.name};
    char id[HS_JOB_ID_SIZE];
    hs_status status = take_options(call, &job);
    if (status != HS_OK) return status;
    hs_request_take_upload(call->request);
    status = hs_service_start_import(call->api->service, &job, call->error, id);
    return status == HS_OK ? hs_call_accept_job(call, id) : hs_call_refuse_job(call, status);
}

hs_status hs_serve_jobs(hs_call *call) {
    hs_user user;
    if (!authorise(call, &user)) return HS_OK;
    hs_json_object(&call->json);
    hs_json_key(&call->json, "jobs");
    hs_service_write_jobs(call->api->service, call->request->base_url, false, &call->json);
    hs_json_object_end(&call->json);
    call->response->content_type = "application/json";
    return HS_OK;
}

hs_status hs_serve_job(hs_call *call) {
    hs_user user;
    if (!authorise(call, &user)) return HS_OK;
    return answer_job(call, hs_request_param(call->request, "jobId"));
}

hs_status hs_delete_job(hs_call *call) {
    hs_user user;
    if (!authorise(call, &user)) return HS_OK;
    hs_str id = hs_request_param(call->request, "jobId");
    hs_status status = hs_service_cancel_job(call->api->service, id, call->error);
    return status == HS_OK ? answer_job(call, id) : status;
}

hs_status hs_serve_job_rejects(hs_call *call) {
    hs_user user;
    int file = -1;
    uint64_t size = 0;
    if (!authorise(call, &user)) return HS_OK;
    hs_status status = hs_service_open_job_file(call->api->service, hs_request_param(call->request, "jobId"),
                                                call->error, &file, &size);
    if (status != HS_OK) return status;
    hs_response_file(call->response, file, size, NULL, NULL);
    call->response->content_type = "text/csv; charset=utf-8";
    hs_response_header(call->response, "Content-Disposition", "attachment; filename=\"rejects.csv\"");
    return HS_OK;
}
