#include "service/base_tile.h"
#include "service/decisions.h"
#include "service/hotspots_view.h"
#include "service/service_private.h"

#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_RANGES = 16, MOST_LATE = 16 * HS_CHUNK_ROWS };

static hs_status add_unit(void *context, const hs_unit_record *record, hs_error *error) {
    return hs_geography_add_unit(context, record, error);
}
static hs_status add_street(void *context, const hs_street_record *record, hs_error *error) {
    return hs_geography_add_street(context, record, error);
}
static hs_status add_address(void *context, const hs_address_record *record, hs_error *error) {
    return hs_geography_add_address(context, record, error);
}
static hs_status add_place(void *context, const hs_place_record *record, hs_error *error) {
    return hs_geography_add_place(context, record, error);
}
static hs_status add_zone(void *context, const hs_zone_record *record, hs_error *error) {
    return hs_geography_add_zone(context, record, error);
}
static hs_status add_population(void *context, const hs_population_record *record, hs_error *error) {
    return hs_geography_add_population(context, record, error);
}

/* The city's centre as the store has it; false where it has none. */
static hs_status read_center(hs_store *store, hs_arena *arena, hs_error *error, bool *found, double *lon_deg,
                             double *lat_deg) {
    hs_str lon, lat;
    hs_status status = hs_store_get_setting(store, "center_lon", arena, error, &lon);
    if (status == HS_OK) status = hs_store_get_setting(store, "center_lat", arena, error, &lat);
    if (status != HS_OK) return status;
    *found = hs_str_to_double(lon, lon_deg) && hs_str_to_double(lat, lat_deg);
    return HS_OK;
}

hs_status hs_load_geography(hs_store *store, hs_error *error, hs_geography **geography) {
    hs_geography_builder *builder = NULL;
    hs_status status = hs_geography_builder_new(error, &builder);
    if (status != HS_OK) return status;
    hs_arena *arena = hs_arena_new(1 << 16);
    hs_store_versions versions = {0};
    bool has_center = false;
    double lon_deg = 0, lat_deg = 0;
    status = arena ? hs_store_get_versions(store, error, &versions)
                   : hs_error_set(error, HS_E_MEMORY, "out of memory");
    if (status == HS_OK) status = read_center(store, arena, error, &has_center, &lon_deg, &lat_deg);
    hs_arena_free(arena);
    if (status == HS_OK) status = hs_store_scan_units(store, add_unit, builder, error);
    if (status == HS_OK) status = hs_store_scan_streets(store, add_street, builder, error);
    if (status == HS_OK) status = hs_store_scan_addresses(store, add_address, builder, error);
    if (status == HS_OK) status = hs_store_scan_places(store, add_place, builder, error);
    if (status == HS_OK) status = hs_store_scan_zones(store, add_zone, builder, error);
    if (status == HS_OK) status = hs_store_scan_population(store, add_population, builder, error);
    if (status != HS_OK) {
        hs_geography_builder_free(builder);
        return status;
    }
    if (has_center) hs_geography_set_center(builder, lon_deg, lat_deg);
    return hs_geography_finish(builder, versions.geography, error, geography);
}

/* The file's name without folder and ending: the name of a city that has not been given one. */
static const char *name_from_url(const char *url, hs_arena *arena) {
    const char *slash = strrchr(url, '/');
    const char *base = slash ? slash + 1 : url;
    const char *dot = strrchr(base, '.');
    return hs_arena_strndup(arena, base, dot && dot != base ? (size_t)(dot - base) : strlen(base));
}

hs_status hs_load_info(hs_store *store, const char *url, const hs_geography *geography, hs_arena *arena,
                       hs_error *error, hs_city_info *info) {
    static const char *const keys[] = {"name",      "name_en",          "timezone",    "lang",
                                       "synthetic", "timezone_guessed", "center_fixed"};
    enum { NAME, NAME_EN, TIMEZONE, LANG, SYNTHETIC, GUESSED, FIXED, KEYS };
    hs_str values[KEYS];
    for (int i = 0; i < KEYS; i++) {
        hs_status status = hs_store_get_setting(store, keys[i], arena, error, &values[i]);
        if (status != HS_OK) return status;
    }
    hs_city_info result = {.synthetic = hs_str_equal(values[SYNTHETIC], HS_STR("1")),
                           .timezone_guessed = hs_str_equal(values[GUESSED], HS_STR("1")),
                           .center_fixed = hs_str_equal(values[FIXED], HS_STR("1"))};
    bool has_center = false;
    hs_status status =
        read_center(store, arena, error, &has_center, &result.center_lon_deg, &result.center_lat_deg);
    if (status != HS_OK) return status;
    if (!has_center && geography) {
        result.center_lon_deg = geography->center_lon_deg;
        result.center_lat_deg = geography->center_lat_deg;
        has_center = geography->box.min_lon_e7 <= geography->box.max_lon_e7;
    }
    result.name = values[NAME].size ? hs_arena_strndup(arena, values[NAME].data, values[NAME].size)
                                    : name_from_url(url, arena);
    result.name_en = values[NAME_EN].size
                         ? hs_arena_strndup(arena, values[NAME_EN].data, values[NAME_EN].size)
                         : result.name;
    result.lang = hs_str_equal(values[LANG], HS_STR("en")) ? "en" : "zh";
    if (values[TIMEZONE].size) {
        result.timezone = hs_arena_strndup(arena, values[TIMEZONE].data, values[TIMEZONE].size);
    } else {
        result.timezone =
            has_center ? hs_timezone_guess(result.center_lon_deg, result.center_lat_deg) : "UTC";
        result.timezone_guessed = true;
    }
    if (!result.name || !result.name_en || !result.timezone)
        return hs_error_set(error, HS_E_MEMORY, "out of memory");
    *info = result;
    return HS_OK;
}

/* One read of the whole store: geography and ranges of incidents side by side, each on a handle of its own,
 * all at one version. */
typedef struct reader {
    hs_store *store;
    hs_incidents_builder *builder;
    const hs_taxonomy *taxonomy;
    int64_t first, last;
    hs_status status;
    hs_error error;
} reader;

typedef struct loading {
    hs_service *service;
    reader *readers; /* 0 reads the geography, the others incidents */
    hs_geography *geography;
    hs_taxonomy *taxonomy;
    hs_targets *targets;
    hs_decisions *decisions;
    hs_saved_hotspots *hotspots;
    double geography_ms;
    hs_store_versions versions;
    int64_t min_id, max_id; /* of the incidents */
    uint64_t rows;
} loading;

/* The store has the sources' own words; which class they name is the taxonomy's to say. */
static hs_status add_incident(void *context, const hs_incident_record *record, hs_error *error) {
    const reader *part = context;
    hs_incident_record classified = *record;
    hs_taxonomy_classify(part->taxonomy, &classified);
    return hs_incidents_add(part->builder, &classified, error);
}

static void read_parts(void *context, size_t begin, size_t end) {
    loading *load = context;
    for (size_t i = begin; i < end; i++) {
        reader *part = &load->readers[i];
        if (i > 0) {
            part->status = hs_store_scan_incidents(part->store, part->first, part->last, add_incident, part,
                                                   &part->error);
            continue;
        }
        double start_ms = hs_clock_monotonic_ms();
        bool anew = !load->geography;
        if (anew) part->status = hs_load_geography(part->store, &part->error, &load->geography);
        if (part->status == HS_OK) part->status = hs_load_targets(part->store, &part->error, &load->targets);
        if (part->status == HS_OK)
            part->status =
                hs_load_decisions(part->store, load->service->words, &part->error, &load->decisions);
        if (part->status == HS_OK && !load->hotspots)
            part->status = hs_load_hotspots(part->store, &part->error, &load->hotspots);
        load->geography_ms = hs_clock_monotonic_ms() - start_ms;
        if (part->status == HS_OK && anew && load->service->serves_tiles)
            part->status = hs_service_make_base_index(load->service, load->geography, &part->error);
    }
}

/* Opens `count` handles that all see the same version; a commit in between makes it try again. */
static hs_status open_readers(hs_service *service, reader *readers, unsigned count, hs_error *error,
                              hs_store_versions *versions) {
    for (int attempt = 0; attempt < 100; attempt++) {
        bool agree = true;
        for (unsigned i = 0; i < count; i++) {
            hs_store_versions seen;
            hs_status status = HS_OK;
            if (!readers[i].store)
                status = hs_store_open(service->url, HS_STORE_READ, error, &readers[i].store);
            if (status == HS_OK) status = hs_store_begin_read(readers[i].store, error);
            if (status == HS_OK) status = hs_store_get_versions(readers[i].store, error, &seen);
            if (status != HS_OK) return status;
            if (i == 0)
                *versions = seen;
            else if (seen.sequence != versions->sequence)
                agree = false;
        }
        if (agree) return HS_OK;
        for (unsigned i = 0; i < count; i++)
            hs_store_end_read(readers[i].store);
    }
    return hs_error_set(error, HS_E_CONFLICT, "%s changes too fast to be read", service->url);
}

/* The exclusive end behind an id. */
static int64_t end_of_ids(int64_t max_id) {
    return max_id < INT64_MAX ? max_id + 1 : max_id;
}

static void announce_snapshot(hs_service *service, uint64_t version, uint64_t incidents) {
    char data[96];
    int size = snprintf(data, sizeof data, "{\"version\":%llu,\"incidents\":%llu}",
                        (unsigned long long)version, (unsigned long long)incidents);
    hs_service_announce(service, "snapshot", (hs_str){data, (size_t)size});
}

void hs_service_swap_snapshot(hs_service *service, hs_snapshot *snapshot) {
    uint64_t version = snapshot->version;
    uint64_t incidents = snapshot->incidents->count;
    pthread_mutex_lock(&service->lock);
    hs_snapshot *old = service->current;
    service->current = snapshot;
    pthread_mutex_unlock(&service->lock);
    if (!old || old->version != version) announce_snapshot(service, version, incidents);
    hs_snapshot_unref(old);
    hs_hotspots_drop_old(service, snapshot);
}

/* The part-th of `parts` stretches of ids. Unsigned: ids may lie farther apart than an int64_t holds. */
static void set_range(reader *part_reader, unsigned part, unsigned parts, int64_t min_id, int64_t max_id) {
    uint64_t span = (uint64_t)max_id - (uint64_t)min_id;
    uint64_t step = span / parts, first = (uint64_t)min_id;
    part_reader->first = (int64_t)(first + step * part);
    part_reader->last = part + 1 < parts ? (int64_t)(first + step * (part + 1)) : end_of_ids(max_id);
}

/* Reads everything at one version into the readers' builders. */
static hs_status read_all(hs_service *service, const hs_snapshot *old, loading *load, unsigned count,
                          hs_error *error) {
    reader *readers = load->readers;
    hs_status status = open_readers(service, readers, count, error, &load->versions);
    if (status == HS_OK)
        status = hs_store_incident_range(readers[0].store, error, &load->min_id, &load->max_id, &load->rows);
    if (status == HS_OK) status = hs_load_taxonomy(readers[0].store, error, &load->taxonomy);
    /* A store that went back in time had a backup put back: its versions count anew. */
    if (status == HS_OK && old && load->versions.sequence >= old->version &&
        old->geography_version == load->versions.geography)
        load->geography = hs_geography_ref(old->geography);
    if (status == HS_OK && old && load->versions.sequence >= old->version && old->hotspots_version > 0 &&
        old->hotspots_version == load->versions.hotspots)
        load->hotspots = hs_saved_hotspots_ref(old->hotspots);
    for (unsigned i = 1; i < count && status == HS_OK; i++) {
        set_range(&readers[i], i - 1, count - 1, load->min_id, load->max_id);
        readers[i].taxonomy = load->taxonomy;
        status = hs_incidents_builder_new(error, &readers[i].builder);
    }
    if (status != HS_OK) return status;
    hs_pool_for(service->pool, count, 1, read_parts, load);
    for (unsigned i = 0; i < count; i++) {
        if (readers[i].status == HS_OK) continue;
        if (error) *error = readers[i].error;
        return readers[i].status;
    }
    return HS_OK;
}

/* Rows to columns, with local hours in the city's zone. Ends the builders' lives. */
static hs_status finish_rows(hs_service *service, loading *load, unsigned ranges, const hs_city_info *info,
                             hs_error *error, hs_incidents **incidents) {
    hs_timezone *zone = NULL;
    hs_status status = hs_timezone_new(info->timezone, error, &zone);
    if (status != HS_OK) return hs_error_prefix(error, status, "the city's time zone");
    hs_incidents_builder *builders[MOST_RANGES] = {0};
    for (unsigned i = 0; i < ranges; i++) {
        builders[i] = load->readers[i + 1].builder;
        load->readers[i + 1].builder = NULL;
    }
    hs_incidents_builder_set_zone(builders[0], zone);
    status = hs_incidents_finish(builders, ranges, load->geography, load->versions.incidents, service->pool,
                                 error, incidents);
    hs_timezone_unref(zone);
    return status;
}

/* What was read becomes the current snapshot. */
static hs_status publish_all(hs_service *service, loading *load, unsigned ranges, hs_error *error) {
    hs_arena *arena = hs_arena_new(1 << 20);
    if (!arena) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    hs_city_info info;
    hs_incidents *incidents = NULL;
    hs_status status =
        hs_load_info(load->readers[0].store, service->url, load->geography, arena, error, &info);
    if (status == HS_OK) status = finish_rows(service, load, ranges, &info, error, &incidents);
    hs_snapshot *snapshot = NULL;
    if (status == HS_OK)
        status = hs_snapshot_new(load->versions.sequence, load->versions.plans, &info,
                                 hs_geography_ref(load->geography), incidents,
                                 hs_taxonomy_ref(load->taxonomy), error, &snapshot);
    if (status == HS_OK) {
        snapshot->taxonomy_version = load->versions.taxonomy;
        hs_snapshot_set_targets(snapshot, hs_targets_ref(load->targets));
        hs_snapshot_set_decisions(snapshot, hs_decisions_ref(load->decisions));
        hs_snapshot_set_hotspots(snapshot, hs_saved_hotspots_ref(load->hotspots));
        snapshot->hotspots_version = load->versions.hotspots;
        snapshot->city_version = load->versions.city;
        hs_service_swap_snapshot(service, snapshot);
    }
    hs_arena_free(arena);
    return status;
}

static hs_status load_all(hs_service *service, const hs_snapshot *old, hs_error *error,
                          hs_load_times *times) {
    double start_ms = hs_clock_monotonic_ms();
    unsigned ranges = hs_pool_threads(service->pool);
    if (ranges > MOST_RANGES) ranges = MOST_RANGES;
    loading load = {.service = service, .readers = calloc(ranges + 1, sizeof(reader)), .max_id = -1};
    if (!load.readers) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    hs_status status = read_all(service, old, &load, ranges + 1, error);
    double place_start_ms = hs_clock_monotonic_ms();
    if (status == HS_OK) status = publish_all(service, &load, ranges, error);
    for (unsigned i = 0; i < ranges + 1; i++) {
        hs_incidents_builder_free(load.readers[i].builder);
        hs_store_close(load.readers[i].store);
    }
    hs_geography_unref(load.geography);
    hs_taxonomy_unref(load.taxonomy);
    hs_targets_unref(load.targets);
    hs_decisions_unref(load.decisions);
    hs_saved_hotspots_unref(load.hotspots);
    free(load.readers);
    if (status != HS_OK) return status;
    service->last_row = load.max_id;
    service->taxonomy_version = load.versions.taxonomy;
    double end_ms = hs_clock_monotonic_ms();
    if (times)
        *times = (hs_load_times){.geography_ms = load.geography_ms,
                                 .read_ms = place_start_ms - start_ms,
                                 .place_ms = end_ms - place_start_ms,
                                 .total_ms = end_ms - start_ms,
                                 .incidents = load.rows};
    return HS_OK;
}

bool hs_service_may_append(const hs_service *service, const hs_snapshot *old, const hs_store_versions *now) {
    if (!old) return false;
    uint64_t late = old->incidents->late_count, built = old->incidents->count - late;
    return now->sequence >= old->version && now->geography == old->geography_version &&
           now->taxonomy == service->taxonomy_version && late < (built > MOST_LATE ? built : MOST_LATE);
}

/* Whether nothing but rows behind the last one came. */
static bool only_appended(const hs_service *service, const hs_snapshot *old, const hs_store_versions *now) {
    return hs_service_may_append(service, old, now) && now->incidents_rewritten <= old->version;
}

/* Rows that are appended, and the largest of their ids. */
typedef struct tail_reader {
    hs_incidents_builder *builder;
    const hs_taxonomy *taxonomy;
    int64_t last_row;
} tail_reader;

static hs_status add_tail(void *context, const hs_incident_record *record, hs_error *error) {
    tail_reader *tail = context;
    if (record->id > tail->last_row) tail->last_row = record->id;
    hs_incident_record classified = *record;
    hs_taxonomy_classify(tail->taxonomy, &classified);
    return hs_incidents_add(tail->builder, &classified, error);
}

/* Reads what came behind the last row into `part`, which has begun to read at `versions`. */
static hs_status append_rows(hs_service *service, const hs_snapshot *old, const hs_city_info *info,
                             reader *part, const hs_store_versions *versions, hs_error *error,
                             hs_load_times *times) {
    double start_ms = hs_clock_monotonic_ms();
    tail_reader tail = {.taxonomy = old->taxonomy, .last_row = service->last_row};
    hs_incidents *incidents = NULL;
    hs_status status = hs_incidents_builder_new(error, &tail.builder);
    if (status != HS_OK) return status;
    hs_incidents_builder_set_zone(tail.builder, old->timezone);
    status = hs_store_scan_incidents(part->store, end_of_ids(service->last_row), INT64_MAX, add_tail, &tail,
                                     error);
    if (status != HS_OK) {
        hs_incidents_builder_free(tail.builder);
        return status;
    }
    status = hs_incidents_append(old->incidents, tail.builder, old->geography, versions->incidents, error,
                                 &incidents);
    hs_snapshot *snapshot = NULL;
    if (status == HS_OK)
        status =
            hs_snapshot_next(old, versions->sequence, versions->plans, info, incidents, error, &snapshot);
    if (status == HS_OK) status = hs_renew_lists(service, part->store, old, versions, snapshot, error);
    if (status != HS_OK) {
        hs_snapshot_unref(snapshot);
        return status;
    }
    uint64_t rows = snapshot->incidents->count;
    hs_service_swap_snapshot(service, snapshot);
    service->last_row = tail.last_row;
    double total_ms = hs_clock_monotonic_ms() - start_ms;
    if (times) *times = (hs_load_times){.read_ms = total_ms, .total_ms = total_ms, .incidents = rows};
    return HS_OK;
}

hs_status hs_service_merge_appended(hs_service *service, hs_error *error) {
    hs_status status = HS_OK;
    bool due = true;
    while (status == HS_OK && due) {
        hs_snapshot *now = hs_service_snapshot(service);
        hs_incidents *incidents = NULL;
        due = hs_incidents_merge_due(now->incidents);
        if (due) status = hs_incidents_merge(now->incidents, now->timezone, error, &incidents);
        hs_snapshot *merged = NULL;
        if (incidents)
            status = hs_snapshot_next(now, now->version, now->plans_version, &now->info, incidents, error,
                                      &merged);
        if (merged) hs_service_swap_snapshot(service, merged);
        hs_snapshot_unref(now);
    }
    return status;
}

/* Rows added since the current snapshot become chunks of their own and everything else is shared; false in
 * *appended, and nothing done, where more has changed. The versions that decide are those the rows are read
 * at: a commit may have come since the change was noticed. In another zone all local hours are others. */
static hs_status load_appended(hs_service *service, const hs_snapshot *old, hs_error *error,
                               hs_load_times *times, bool *appended) {
    reader part = {.store = service->reader};
    hs_store_versions versions = {0};
    hs_city_info info;
    hs_arena *arena = hs_arena_new(1 << 20);
    if (!arena) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    hs_status status = open_readers(service, &part, 1, error, &versions);
    *appended = status == HS_OK && only_appended(service, old, &versions);
    if (*appended) status = hs_load_info(part.store, service->url, old->geography, arena, error, &info);
    if (*appended && status == HS_OK && strcmp(info.timezone, old->info.timezone) != 0) *appended = false;
    if (*appended && status == HS_OK)
        status = append_rows(service, old, &info, &part, &versions, error, times);
    if (*appended && status == HS_OK) status = hs_service_merge_appended(service, error);
    hs_store_end_read(part.store);
    hs_arena_free(arena);
    return status;
}

static hs_status load_change(hs_service *service, const hs_snapshot *old, const hs_store_versions *now,
                             hs_error *error, hs_load_times *times) {
    bool appended = false;
    hs_status status = HS_OK;
    if (only_appended(service, old, now)) status = load_appended(service, old, error, times, &appended);
    return status == HS_OK && !appended ? load_all(service, old, error, times) : status;
}

hs_status hs_service_load(hs_service *service, hs_error *error, hs_load_times *times) {
    pthread_mutex_lock(&service->load_lock);
    hs_snapshot *old = hs_service_snapshot(service);
    hs_store_versions now = {0};
    hs_status status =
        service->reader ? HS_OK : hs_store_open(service->url, HS_STORE_READ, error, &service->reader);
    if (status == HS_OK) status = hs_store_get_versions(service->reader, error, &now);
    if (status == HS_OK && !(old && now.sequence == old->version))
        status = load_change(service, old, &now, error, times);
    hs_snapshot_unref(old);
    pthread_mutex_unlock(&service->load_lock);
    hs_service_drop_geocoders(service);
    return status;
}
