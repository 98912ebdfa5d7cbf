#include "service/import_private.h"

#include "base/text.h"
#include "service/import_report.h"
#include "service/import_words.h"
#include "service/mappings.h"
#include "service/rederive.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PREVIEW_CEILING ((size_t)4 << 20)

void hs_import_count_put(hs_import_report *report, hs_put put) {
    switch (put) {
    case HS_PUT_ADDED:
        report->batch.rows_added++;
        break;
    case HS_PUT_UPDATED:
        report->batch.rows_updated++;
        break;
    case HS_PUT_UNCHANGED:
        report->batch.rows_unchanged++;
        break;
    }
}

static void sample_first(hs_importing *work, const hs_geometry *geometry) {
    if (geometry->ring_count > 0) hs_import_check_add(work->check, geometry->positions[0], (hs_str){0});
}

static void sample_unit(hs_importing *work, const hs_unit_record *record) {
    sample_first(work, &record->geometry);
}

static void sample_street(hs_importing *work, const hs_street_record *record) {
    sample_first(work, &record->geometry);
}

static void sample_zone(hs_importing *work, const hs_zone_record *record) {
    sample_first(work, &record->geometry);
}

static void sample_place(hs_importing *work, const hs_place_record *record) {
    hs_import_check_add(work->check, record->position, record->address);
}

static void sample_address(hs_importing *work, const hs_address_record *record) {
    hs_import_check_add(work->check, record->position, record->text);
}

static void sample_category(hs_importing *work, const hs_category_record *record) {
    (void)work;
    (void)record;
}

static void sample_target(hs_importing *work, const hs_target_record *record) {
    hs_import_note_target(work, record);
}

static void sample_population(hs_importing *work, const hs_population_record *record) {
    sample_first(work, &record->geometry);
    hs_import_note_population(work, record);
}

#define PUT_FUNCTION(kind)                                                                                   \
    static hs_status put_##kind(void *context, const hs_##kind##_record *record, hs_error *error) {          \
        hs_importing *work = context;                                                                        \
        hs_put put = HS_PUT_UNCHANGED;                                                                       \
        hs_status status = hs_store_put_##kind(work->store, record, error, &put);                            \
        if (status != HS_OK) return status;                                                                  \
        hs_import_count_put(work->report, put);                                                              \
        hs_preview_##kind(work->report, record);                                                             \
        sample_##kind(work, record);                                                                         \
        return HS_OK;                                                                                        \
    }
PUT_FUNCTION(unit)
PUT_FUNCTION(street)
PUT_FUNCTION(address)
PUT_FUNCTION(place)
PUT_FUNCTION(zone)
PUT_FUNCTION(category)
PUT_FUNCTION(target)
PUT_FUNCTION(population)

/* A repeated code of a level keeps its last row, and is told of. */
static hs_status note_code(hs_importing *work, const hs_unit_record *record, hs_error *error) {
    char key[256];
    if (record->code.size == 0 || record->code.size > sizeof key - 2) return HS_OK;
    key[0] = (char)('0' + (int)record->level);
    memcpy(key + 1, record->code.data, record->code.size);
    uint32_t before = hs_dictionary_count(work->ids);
    if (hs_dictionary_put(work->ids, (hs_str){key, record->code.size + 1}) == HS_NONE)
        return hs_error_memory(error, "the codes");
    if (hs_dictionary_count(work->ids) > before || work->report->repeated_ids++ > 0) return HS_OK;
    (void)snprintf(work->first_repeated_id, sizeof work->first_repeated_id, "%.*s",
                   (int)hs_utf8_cut(record->code, 60), record->code.data);
    return HS_OK;
}

static hs_status put_coded_unit(void *context, const hs_unit_record *record, hs_error *error) {
    hs_status status = note_code(context, record, error);
    return status == HS_OK ? put_unit(context, record, error) : status;
}

static void write_csv_field(FILE *out, const char *text, char end) {
    fputc('"', out);
    for (const char *c = text ? text : ""; *c; c++) {
        if (*c == '"') fputc('"', out);
        fputc(*c, out);
    }
    fputc('"', out);
    fputc(end, out);
}

void hs_import_reject(hs_importing *work, const hs_ingest_reject *reject) {
    if (work->rejected++ == 0)
        snprintf(work->report->first_reject, sizeof work->report->first_reject, "row %llu, %s: %s",
                 (unsigned long long)reject->row, reject->field, reject->reason);
    if (!work->rejects) return;
    fprintf(work->rejects, "%llu,", (unsigned long long)reject->row);
    write_csv_field(work->rejects, reject->field, ',');
    write_csv_field(work->rejects, reject->value, ',');
    write_csv_field(work->rejects, reject->reason, '\n');
}

void hs_import_warn(hs_importing *work, const char *message) {
    if (work->options->warn) work->options->warn(work->options->context, message);
}

bool hs_import_progress(hs_importing *work, uint64_t rows_read, int64_t rows_total) {
    if (!work->options->progress || work->options->progress(work->options->context, rows_read, rows_total))
        return true;
    work->cancelled = true;
    return false;
}

static void on_reject(void *context, const hs_ingest_reject *reject) {
    hs_import_reject(context, reject);
}

static void on_warn(void *context, const char *message) {
    hs_import_warn(context, message);
}

static bool on_progress(void *context, uint64_t rows_read, int64_t rows_total) {
    return hs_import_progress(context, rows_read, rows_total);
}

static void warn_of_repeated_ids(hs_importing *work, hs_kind kind, const char *name) {
    char text[640];
    if (work->report->repeated_ids == 0) return;
    snprintf(
        text, sizeof text,
        kind == HS_KIND_UNITS
            ? hs_import_say(
                  work,
                  "%.200s: %llu rows repeat the code of an earlier row of their level (first: %s); "
                  "the last row of each counts. If the column is no code of units, name another one "
                  "with --map code=COLUMN, or take it away with --map code=",
                  "%.200s：%llu 行的编码与同级前面的行重复（首个：%s），以最后一行为准。若该列不是单元编码，"
                  "请用 --map code=列 另行指定，或用 --map code= 去掉")
            : hs_import_say(
                  work,
                  "%.200s: %llu rows repeat the external id of an earlier row (first: %s); the last "
                  "row of each counts. If the column is no id of incidents, take it away with --map "
                  "id=",
                  "%.200s：%llu 行的外部编号与前面的行重复（首个：%s），以最后一行为准。若该列不是案件编号，"
                  "请用 --map id= 去掉"),
        name, (unsigned long long)work->report->repeated_ids, work->first_repeated_id);
    hs_import_warn(work, text);
}

static hs_ingest_sink make_sink(hs_importing *work, hs_kind kind) {
    hs_ingest_sink sink = {.context = work, .reject = on_reject, .warn = on_warn, .progress = on_progress};
    switch (kind) {
    case HS_KIND_UNITS:
        sink.put.unit = put_coded_unit;
        break;
    case HS_KIND_STREETS:
        sink.put.street = put_street;
        break;
    case HS_KIND_ADDRESSES:
        sink.put.address = put_address;
        break;
    case HS_KIND_PLACES:
        sink.put.place = put_place;
        break;
    case HS_KIND_ZONES:
        sink.put.zone = put_zone;
        break;
    case HS_KIND_TARGETS:
        sink.put.target = put_target;
        break;
    case HS_KIND_POPULATION:
        sink.put.population = put_population;
        break;
    default:
        sink.put.category = put_category;
        break;
    }
    return sink;
}

static hs_status prepare(hs_importing *work, hs_error *error) {
    work->ids = hs_dictionary_new();
    work->unknown_categories = hs_unknown_new();
    work->unknown_units = hs_unknown_new();
    if (!work->ids || !work->unknown_categories || !work->unknown_units)
        return hs_error_set(error, HS_E_MEMORY, "out of memory");
    int64_t min_id, max_id;
    uint64_t count = 0;
    hs_status status = hs_store_incident_range(work->store, error, &min_id, &max_id, &count);
    work->had_incidents = count > 0;
    if (status == HS_OK) status = hs_load_geography(work->store, error, &work->geography);
    if (status == HS_OK) status = hs_load_taxonomy(work->store, error, &work->taxonomy);
    const hs_geography *g = work->geography;
    if (status == HS_OK && (g->streets.count || g->addresses.count || g->places.count))
        status = hs_geocoder_new(g, error, &work->geocoder);
    if (status == HS_OK) status = hs_aliases_load(work->store, error, &work->aliases);
    if (status == HS_OK && !(work->check = hs_import_check_new(g, work->geocoder)))
        status = hs_error_memory(error, "an import");
    return status;
}

static bool is_same_file(const char *a, const char *b) {
    struct stat one, two;
    return stat(a, &one) == 0 && stat(b, &two) == 0 && one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

/* The file of rejected rows is made anew: it must not be what is read or written here. */
static hs_status open_rejects(hs_importing *work, const char *url, const char *source, hs_error *error) {
    const char *path = work->options->rejects_path;
    if (!path) return HS_OK;
    if (is_same_file(path, source) || is_same_file(path, url))
        return hs_error_set(error, HS_E_ARGUMENT,
                            "--rejects %s: is the %s itself; name another file for the rejected rows", path,
                            is_same_file(path, url) ? "store" : "imported file");
    work->rejects = fopen(path, "w");
    if (!work->rejects)
        return hs_error_set(error, HS_E_IO, "%s: cannot be written: %s", path, strerror(errno));
    fputs("row,field,value,reason\n", work->rejects);
    return HS_OK;
}

static void warn_of_times(hs_importing *work, const char *name) {
    char text[480];
    if (work->report->closed_early == 0) return;
    snprintf(text, sizeof text,
             hs_import_say(
                 work,
                 "%.200s: %llu rows were closed before they were reported; if a time such as 1970-01-01 "
                 "stands for none, empty it, or leave the column out with --map closed=",
                 "%.200s：%llu 行的结案时间早于上报时间；若以 1970-01-01 之类表示没有，请清空，或用 --map "
                 "closed= 略去该列"),
             name, (unsigned long long)work->report->closed_early);
    hs_import_warn(work, text);
}

/* Reads and puts every row, and what follows from them. */
static hs_status run_batch(hs_importing *work, hs_kind kind, hs_ingest *ingest, hs_error *error) {
    hs_import_report *report = work->report;
    hs_status status = kind == HS_KIND_TAXONOMY ? hs_store_clear_taxonomy(work->store, error) : HS_OK;
    if (status == HS_OK && kind == HS_KIND_INCIDENTS) {
        status = hs_import_incidents(work, ingest, error, &report->batch.rows_read);
    } else if (status == HS_OK) {
        hs_ingest_sink sink = make_sink(work, kind);
        status = hs_ingest_run(ingest, &sink, error, &report->batch.rows_read);
    }
    if (status == HS_OK && work->cancelled)
        status = hs_error_set(error, HS_E_CANCELLED, "the import was cancelled");
    if (status != HS_OK) return status;
    const char *name = hs_ingest_name(ingest);
    warn_of_repeated_ids(work, kind, name);
    warn_of_times(work, name);
    status = hs_import_warn_of_words(work, kind, name, error);
    if (status != HS_OK) return status;
    hs_import_check_end(work->check, work->options->ingest.chinese, name, hs_ingest_crs(ingest), on_warn,
                        work);
    report->identical_rows = hs_store_repeated_rows(work->store);
    report->batch.rows_rejected = work->rejected;
    bool changed = report->batch.rows_added + report->batch.rows_updated > 0;
    bool geography = kind == HS_KIND_UNITS || kind == HS_KIND_STREETS || kind == HS_KIND_ADDRESSES ||
                     kind == HS_KIND_PLACES;
    if (geography && changed) status = hs_rederive_positions(work->store, error);
    if (status == HS_OK && kind == HS_KIND_INCIDENTS) status = hs_import_keep_timezone(work, error);
    if (status == HS_OK) status = hs_import_settle_center(work, kind, error);
    return status;
}

static hs_status import_rows(hs_importing *work, hs_kind kind, const char *url, const char *path,
                             hs_error *error) {
    hs_timezone *zone = NULL;
    hs_ingest *ingest = NULL;
    hs_status status = prepare(work, error);
    if (status == HS_OK) status = hs_import_timezone(work, kind, path, error, &zone);
    hs_ingest_options options = work->options->ingest;
    options.timezone = zone;
    if (status == HS_OK) status = hs_ingest_open(path, kind, &options, error, &ingest);
    if (status == HS_OK) status = open_rejects(work, url, path, error);
    if (status == HS_OK) {
        work->ingest = ingest;
        hs_ingest_describe(ingest, &work->report->mapping);
        status = run_batch(work, kind, ingest, error);
    }
    hs_ingest_close(ingest);
    hs_timezone_unref(zone);
    return status;
}

/* Everything is read and written in the batch's transaction, begun first: streets that another process
 * imports meanwhile are either seen by the incidents here or find them there. */
static hs_status import_locked(hs_importing *work, hs_kind kind, const char *url, const char *path,
                               hs_error *error) {
    hs_batch_info *batch = &work->report->batch;
    const char *name =
        work->options->source_name ? work->options->source_name : hs_ingest_source_name(path, work->arena);
    if (!name) return hs_error_memory(error, "an import");
    hs_status status = hs_store_begin(work->store, kind, hs_str_of(name), error, &batch->id);
    if (status != HS_OK) return status;
    status = import_rows(work, kind, url, path, error);
    if (status == HS_OK && !work->options->dry_run) return hs_store_commit(work->store, batch, error);
    hs_store_rollback(work->store);
    batch->id = 0;
    return status;
}

hs_status hs_service_import(hs_service *service, hs_kind kind, const char *path,
                            const hs_import_options *options, hs_error *error, hs_import_report *report) {
    double start_ms = hs_clock_monotonic_ms();
    *report = (hs_import_report){.kind = kind,
                                 .dry_run = options->dry_run,
                                 .min_time_s = HS_NO_TIME,
                                 .max_time_s = HS_NO_TIME,
                                 .extent = HS_BOX_EMPTY};
    hs_buffer_init(&report->mapping, 1 << 20);
    hs_buffer_init(&report->preview, PREVIEW_CEILING);
    hs_import_options settled = *options;
    settled.ingest.name = options->source_name;
    hs_importing work = {.options = &settled, .report = report, .arena = hs_arena_new(16 << 20)};
    hs_status status = work.arena ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory");
    hs_service_store_lock(service);
    work.store = service->store;
    bool keeps = options->mapping && hs_mapping_is_given(&options->ingest);
    if (status == HS_OK && options->mapping && !keeps)
        status = hs_mapping_load(work.store, kind, hs_str_of(options->mapping), work.arena, error,
                                 &settled.ingest);
    if (status == HS_OK) status = import_locked(&work, kind, service->url, path, error);
    if (status == HS_OK && keeps && !options->dry_run)
        status = hs_mapping_save(work.store, kind, hs_str_of(options->mapping), &options->ingest, error);
    hs_service_store_unlock(service);
    if (work.rejects && fclose(work.rejects) != 0 && status == HS_OK)
        status =
            hs_error_set(error, HS_E_IO, "%s: writing failed: %s", options->rejects_path, strerror(errno));
    hs_import_check_free(work.check);
    hs_unknown_free(work.unknown_categories);
    hs_unknown_free(work.unknown_units);
    hs_aliases_done(&work.aliases);
    hs_geocoder_free(work.geocoder);
    hs_geography_unref(work.geography);
    hs_taxonomy_unref(work.taxonomy);
    hs_dictionary_free(work.ids);
    hs_arena_free(work.arena);
    free(work.lon_e7);
    free(work.lat_e7);
    report->seconds = (hs_clock_monotonic_ms() - start_ms) / 1000;
    return status;
}

void hs_import_report_done(hs_import_report *report) {
    hs_buffer_done(&report->mapping);
    hs_buffer_done(&report->preview);
}
