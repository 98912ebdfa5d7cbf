#include "service/service_private.h"

#include "base/hash.h"
#include "base/text.h"
#include "service/locate.h"
#include "service/mappings.h"
#include "service/rederive.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One import under way. */
typedef struct importing {
    hs_store *store;
    const hs_import_options *options;
    hs_import_report *report;
    hs_arena *arena;
    hs_geography *geography;
    hs_geocoder *geocoder;
    hs_taxonomy *taxonomy;
    FILE *rejects;
    uint64_t rejected;
    hs_dictionary *ids; /* external ids seen */
    uint64_t repeated_ids;
    char first_repeated_id[64];
    int32_t *lon_e7, *lat_e7; /* positions seen, for the city's centre */
    size_t position_count, position_capacity;
    bool keep_positions;
    bool zone_unknown; /* neither city nor file says where: times were read as UTC for now */
    bool cancelled;
} importing;

static void count_put(hs_import_report *report, hs_put put) {
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

#define PUT_FUNCTION(kind)                                                                                   \
    static hs_status put_##kind(void *context, const hs_##kind##_record *record, hs_error *error) {          \
        importing *work = context;                                                                           \
        hs_put put = HS_PUT_UNCHANGED;                                                                       \
        hs_status status = hs_store_put_##kind(work->store, record, error, &put);                            \
        if (status == HS_OK) count_put(work->report, put);                                                   \
        return status;                                                                                       \
    }
PUT_FUNCTION(unit)
PUT_FUNCTION(street)
PUT_FUNCTION(address)
PUT_FUNCTION(place)
PUT_FUNCTION(zone)
PUT_FUNCTION(category)

static hs_status keep_position(importing *work, hs_position position, hs_error *error) {
    if (work->position_count == work->position_capacity) {
        size_t capacity = work->position_capacity ? work->position_capacity * 2 : 4096;
        int32_t *lon = realloc(work->lon_e7, capacity * sizeof *lon);
        if (lon) work->lon_e7 = lon;
        int32_t *lat = realloc(work->lat_e7, capacity * sizeof *lat);
        if (lat) work->lat_e7 = lat;
        if (!lon || !lat) return hs_error_set(error, HS_E_MEMORY, "out of memory");
        work->position_capacity = capacity;
    }
    work->lon_e7[work->position_count] = position.lon_e7;
    work->lat_e7[work->position_count++] = position.lat_e7;
    return HS_OK;
}

static void count_incident(importing *work, const hs_incident_record *record) {
    hs_import_report *report = work->report;
    report->by_match_type[record->match_type]++;
    int64_t time_s = record->occurred_s != HS_NO_TIME ? record->occurred_s : record->reported_s;
    if (time_s != HS_NO_TIME) {
        if (report->min_time_s == HS_NO_TIME || time_s < report->min_time_s) report->min_time_s = time_s;
        if (report->max_time_s == HS_NO_TIME || time_s > report->max_time_s) report->max_time_s = time_s;
    }
    if (!record->has_position) {
        report->unmatched++;
        return;
    }
    report->positioned++;
    if (record->match_type != HS_MATCH_GIVEN) report->geocoded++;
    hs_placement placement;
    hs_geography_place(work->geography, record->position, &placement);
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        report->in_unit[level] += placement.unit[level] != HS_NONE;
    report->on_segment += placement.segment != HS_NONE;
}

/* A repeated external id keeps its last row, and is told of. */
static hs_status note_external_id(importing *work, hs_str id, hs_error *error) {
    if (id.size == 0) return HS_OK;
    uint32_t before = hs_dictionary_count(work->ids);
    if (hs_dictionary_put(work->ids, id) == HS_NONE) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    if (hs_dictionary_count(work->ids) == before && work->repeated_ids++ == 0)
        snprintf(work->first_repeated_id, sizeof work->first_repeated_id, "%.*s", (int)hs_utf8_cut(id, 60),
                 id.data);
    return HS_OK;
}

static hs_status put_incident(void *context, const hs_incident_record *record, hs_error *error) {
    importing *work = context;
    hs_incident_record located = *record;
    uint32_t category = hs_taxonomy_find(work->taxonomy, record->category);
    if (category != HS_NONE)
        located.category = work->taxonomy->category[category].code;
    else if (record->category.size > 0)
        work->report->unknown_categories++;
    hs_status status = hs_locate_incident(work->geocoder, work->geography, &located, error);
    hs_put put = HS_PUT_UNCHANGED;
    if (status == HS_OK) status = hs_store_put_incident(work->store, &located, error, &put);
    if (status != HS_OK) return status;
    count_put(work->report, put);
    count_incident(work, &located);
    status = note_external_id(work, located.external_id, error);
    if (status != HS_OK) return status;
    return located.has_position && work->keep_positions ? keep_position(work, located.position, error)
                                                        : HS_OK;
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

static void on_reject(void *context, const hs_ingest_reject *reject) {
    importing *work = context;
    if (work->rejected++ == 0)
        snprintf(work->report->first_reject, sizeof work->report->first_reject, "row %llu, %s: %s",
                 (unsigned long long)reject->row, reject->field, reject->reason);
    if (!work->rejects) return;
    fprintf(work->rejects, "%llu,", (unsigned long long)reject->row);
    write_csv_field(work->rejects, reject->field, ',');
    write_csv_field(work->rejects, reject->value, ',');
    write_csv_field(work->rejects, reject->reason, '\n');
}

static void on_warn(void *context, const char *message) {
    importing *work = context;
    if (work->options->warn) work->options->warn(work->options->context, message);
}

static bool on_progress(void *context, uint64_t rows_read, int64_t rows_total) {
    importing *work = context;
    if (!work->options->progress || work->options->progress(work->options->context, rows_read, rows_total))
        return true;
    work->cancelled = true;
    return false;
}

static void warn_of_repeated_ids(importing *work, const char *path) {
    char text[640];
    if (work->repeated_ids == 0) return;
    snprintf(text, sizeof text,
             "%.200s: %llu rows repeat the external id of an earlier row (first: %s); the last row of each "
             "counts. "
             "If the column is no id of incidents, take it away with --map id=",
             path, (unsigned long long)work->repeated_ids, work->first_repeated_id);
    on_warn(work, text);
}

static hs_ingest_sink make_sink(importing *work, hs_kind kind) {
    hs_ingest_sink sink = {.context = work, .reject = on_reject, .warn = on_warn, .progress = on_progress};
    switch (kind) {
    case HS_KIND_UNITS:
        sink.put.unit = put_unit;
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
    case HS_KIND_TAXONOMY:
        sink.put.category = put_category;
        break;
    default:
        sink.put.incident = put_incident;
        break;
    }
    return sink;
}

static int compare_int32(const void *a, const void *b) {
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static hs_status set_center(hs_store *store, double lon_deg, double lat_deg, hs_error *error) {
    char text[32];
    int size = snprintf(text, sizeof text, "%.7f", lon_deg);
    hs_status status = hs_store_set_setting(store, "center_lon", (hs_str){text, (size_t)size}, error);
    if (status != HS_OK) return status;
    size = snprintf(text, sizeof text, "%.7f", lat_deg);
    return hs_store_set_setting(store, "center_lat", (hs_str){text, (size_t)size}, error);
}

/* The plane's centre: of the units' box once units are there, the median incident before; never moved once a
 * person or the units fixed it. */
static hs_status settle_center(importing *work, hs_kind kind, hs_error *error) {
    hs_str fixed, lon, source;
    hs_status status = hs_store_get_setting(work->store, "center_fixed", work->arena, error, &fixed);
    if (status == HS_OK) status = hs_store_get_setting(work->store, "center_lon", work->arena, error, &lon);
    if (status == HS_OK)
        status = hs_store_get_setting(work->store, "center_source", work->arena, error, &source);
    if (status != HS_OK || hs_str_equal(fixed, HS_STR("1"))) return status;
    if (kind == HS_KIND_UNITS && !hs_str_equal(source, HS_STR("units"))) {
        hs_geography *geography = NULL;
        status = hs_load_geography(work->store, error, &geography);
        if (status != HS_OK) return status;
        const hs_box *box = &geography->box;
        if (geography->units.count > 0)
            status = set_center(work->store, ((double)box->min_lon_e7 + box->max_lon_e7) / 2e7,
                                ((double)box->min_lat_e7 + box->max_lat_e7) / 2e7, error);
        if (status == HS_OK && geography->units.count > 0)
            status = hs_store_set_setting(work->store, "center_source", HS_STR("units"), error);
        hs_geography_unref(geography);
        return status;
    }
    if (kind != HS_KIND_INCIDENTS || lon.size > 0 || work->position_count == 0) return HS_OK;
    qsort(work->lon_e7, work->position_count, sizeof *work->lon_e7, compare_int32);
    qsort(work->lat_e7, work->position_count, sizeof *work->lat_e7, compare_int32);
    size_t middle = work->position_count / 2;
    return set_center(work->store, work->lon_e7[middle] / 1e7, work->lat_e7[middle] / 1e7, error);
}

/* The zone that times without one are read in: the city's; guessed from where the city or the file lies. */
static hs_status settle_timezone(importing *work, hs_kind kind, const char *path, hs_error *error,
                                 hs_timezone **zone) {
    hs_city_info info;
    hs_str stored, center;
    hs_status status = hs_store_get_setting(work->store, "timezone", work->arena, error, &stored);
    if (status == HS_OK)
        status = hs_store_get_setting(work->store, "center_lon", work->arena, error, &center);
    if (status == HS_OK) status = hs_load_info(work->store, path, work->geography, work->arena, error, &info);
    if (status != HS_OK) return status;
    hs_import_report *report = work->report;
    snprintf(report->timezone, sizeof report->timezone, "%s", info.timezone);
    report->timezone_guessed = info.timezone_guessed;
    bool has_ground = work->geography && work->geography->box.min_lon_e7 <= work->geography->box.max_lon_e7;
    if (stored.size == 0 && !has_ground && kind == HS_KIND_INCIDENTS) {
        hs_ingest *ingest = NULL;
        status = hs_ingest_open(path, kind, &work->options->ingest, error, &ingest);
        if (status != HS_OK) return status;
        double lon_deg, lat_deg;
        if (hs_ingest_sample_position(ingest, &lon_deg, &lat_deg))
            snprintf(report->timezone, sizeof report->timezone, "%s", hs_timezone_guess(lon_deg, lat_deg));
        else
            work->zone_unknown = center.size == 0;
        report->timezone_guessed = !work->zone_unknown;
        hs_ingest_close(ingest);
    }
    return hs_timezone_new(report->timezone, error, zone);
}

static hs_status store_timezone(importing *work, hs_error *error) {
    hs_str stored;
    if (work->zone_unknown) {
        on_warn(work,
                "neither the city nor the file says where it lies, so times were read as UTC; set the time "
                "zone (hotspotd city STORE --timezone ZONE) or import streets or units, then import the "
                "file again");
        return HS_OK;
    }
    hs_status status = hs_store_get_setting(work->store, "timezone", work->arena, error, &stored);
    if (status != HS_OK || stored.size > 0) return status;
    status = hs_store_set_setting(work->store, "timezone", hs_str_of(work->report->timezone), error);
    if (status == HS_OK) status = hs_store_set_setting(work->store, "timezone_guessed", HS_STR("1"), error);
    return status;
}

static hs_status prepare(importing *work, hs_error *error) {
    work->ids = hs_dictionary_new();
    if (!work->ids) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    hs_status status = hs_load_geography(work->store, error, &work->geography);
    if (status == HS_OK) status = hs_load_taxonomy(work->store, error, &work->taxonomy);
    const hs_geography *g = work->geography;
    if (status == HS_OK && (g->streets.count || g->addresses.count || g->places.count))
        status = hs_geocoder_new(g, error, &work->geocoder);
    return status;
}

static bool is_same_file(const char *a, const char *b) {
    struct stat one, two;
    return stat(a, &one) == 0 && stat(b, &two) == 0 && one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

/* The file of rejected rows is made anew: it must not be what is read or written here. */
static hs_status open_rejects(importing *work, const char *url, const char *source, hs_error *error) {
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

/* Reads and puts every row, and what follows from them. */
static hs_status run_batch(importing *work, hs_kind kind, hs_ingest *ingest, const char *path,
                           hs_error *error) {
    hs_import_report *report = work->report;
    hs_status status = kind == HS_KIND_TAXONOMY ? hs_store_clear_taxonomy(work->store, error) : HS_OK;
    hs_ingest_sink sink = make_sink(work, kind);
    if (status == HS_OK) status = hs_ingest_run(ingest, &sink, error, &report->batch.rows_read);
    if (status == HS_OK && work->cancelled)
        status = hs_error_set(error, HS_E_CANCELLED, "the import was cancelled");
    if (status != HS_OK) return status;
    warn_of_repeated_ids(work, path);
    report->batch.rows_rejected = work->rejected;
    bool changed = report->batch.rows_added + report->batch.rows_updated > 0;
    bool geography = kind == HS_KIND_UNITS || kind == HS_KIND_STREETS || kind == HS_KIND_ADDRESSES ||
                     kind == HS_KIND_PLACES;
    if (geography && changed) status = hs_rederive_positions(work->store, error);
    if (status == HS_OK && kind == HS_KIND_INCIDENTS) status = store_timezone(work, error);
    if (status == HS_OK) status = settle_center(work, kind, error);
    return status;
}

static hs_status import_rows(importing *work, hs_kind kind, const char *url, const char *path,
                             hs_error *error) {
    hs_timezone *zone = NULL;
    hs_ingest *ingest = NULL;
    hs_status status = prepare(work, error);
    if (status == HS_OK) status = settle_timezone(work, kind, path, error, &zone);
    hs_ingest_options options = work->options->ingest;
    options.timezone = zone;
    if (status == HS_OK) status = hs_ingest_open(path, kind, &options, error, &ingest);
    if (status == HS_OK) status = open_rejects(work, url, path, error);
    if (status == HS_OK) {
        hs_ingest_describe(ingest, &work->report->mapping);
        work->keep_positions = kind == HS_KIND_INCIDENTS;
        status = run_batch(work, kind, ingest, path, error);
    }
    hs_ingest_close(ingest);
    hs_timezone_unref(zone);
    return status;
}

/* Everything is read and written in the batch's transaction, begun first: streets that another process
 * imports meanwhile are either seen by the incidents here or find them there. */
static hs_status import_locked(importing *work, hs_kind kind, const char *url, const char *path,
                               hs_error *error) {
    hs_batch_info *batch = &work->report->batch;
    const char *slash = strrchr(path, '/');
    hs_status status =
        hs_store_begin(work->store, kind, hs_str_of(slash ? slash + 1 : path), error, &batch->id);
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
    *report = (hs_import_report){.min_time_s = HS_NO_TIME, .max_time_s = HS_NO_TIME};
    hs_buffer_init(&report->mapping, 1 << 20);
    if (kind == HS_KIND_TARGETS || kind == HS_KIND_POPULATION)
        return hs_error_set(error, HS_E_UNSUPPORTED, "import of %s is not offered by this version",
                            hs_kind_name(kind));
    hs_import_options settled = *options;
    importing work = {.options = &settled, .report = report, .arena = hs_arena_new(16 << 20)};
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
}
