#include "service/sample/sample.h"

#include "base/asset.h"
#include "base/text.h"
#include "service/locate.h"
#include "service/service_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFINITION "geodata/sample-city.json"

typedef struct filling {
    hs_store *store;
    const hs_sample_options *options;
    hs_sample_city *city;
    hs_sample_process *process;
    hs_geography *geography;
    hs_geocoder *geocoder;
    uint64_t rows;
    const char *phase;
    uint64_t expected_rows;
} filling;

static hs_status tell(filling *f, const char *phase, double share, hs_error *error) {
    if (f->options->progress && !f->options->progress(f->options->context, phase, share))
        return hs_error_set(error, HS_E_CANCELLED, "the sample city was cancelled");
    return HS_OK;
}

static hs_status count_row(filling *f, hs_error *error) {
    if (++f->rows % 5000 != 0 || f->expected_rows == 0) return HS_OK;
    return tell(f, f->phase, (double)f->rows / (double)f->expected_rows, error);
}

static hs_status put_unit(void *context, const hs_unit_record *record, hs_error *error) {
    filling *f = context;
    hs_put put;
    hs_status status = hs_store_put_unit(f->store, record, error, &put);
    return status == HS_OK ? count_row(f, error) : status;
}

static hs_status put_street(void *context, const hs_street_record *record, hs_error *error) {
    filling *f = context;
    hs_put put;
    hs_status status = hs_store_put_street(f->store, record, error, &put);
    return status == HS_OK ? count_row(f, error) : status;
}

static hs_status put_address(void *context, const hs_address_record *record, hs_error *error) {
    filling *f = context;
    hs_put put;
    hs_status status = hs_store_put_address(f->store, record, error, &put);
    return status == HS_OK ? count_row(f, error) : status;
}

static hs_status put_place(void *context, const hs_place_record *record, hs_error *error) {
    filling *f = context;
    hs_put put;
    hs_status status = hs_store_put_place(f->store, record, error, &put);
    return status == HS_OK ? count_row(f, error) : status;
}

static hs_status put_zone(void *context, const hs_zone_record *record, hs_error *error) {
    filling *f = context;
    hs_put put;
    hs_status status = hs_store_put_zone(f->store, record, error, &put);
    return status == HS_OK ? count_row(f, error) : status;
}

static hs_status put_incident(void *context, const hs_incident_record *record, hs_error *error) {
    filling *f = context;
    hs_put put;
    hs_incident_record located = *record;
    const hs_locating with = {.geocoder = f->geocoder, .geography = f->geography};
    hs_status status = hs_locate_incident(&with, &located, error);
    if (status == HS_OK) status = hs_store_put_incident(f->store, &located, error, &put);
    return status == HS_OK ? count_row(f, error) : status;
}

static const hs_sample_sink store_sink = {
    .unit = put_unit,
    .street = put_street,
    .address = put_address,
    .place = put_place,
    .zone = put_zone,
    .incident = put_incident,
};

static hs_status emit_kind(filling *f, hs_kind kind, const hs_sample_sink *sink, hs_error *error) {
    switch (kind) {
    case HS_KIND_UNITS:
        return hs_sample_emit_units(f->city, sink, error);
    case HS_KIND_STREETS:
        return hs_sample_emit_streets(f->city, sink, error);
    case HS_KIND_ADDRESSES:
        return hs_sample_emit_addresses(f->city, sink, error);
    case HS_KIND_PLACES:
        return hs_sample_emit_places(f->city, sink, error);
    default:
        return hs_sample_emit_zones(f->city, sink, error);
    }
}

static hs_status commit(filling *f, hs_status status, hs_kind kind, int64_t batch, hs_error *error) {
    if (status != HS_OK) {
        hs_store_rollback(f->store);
        return status;
    }
    hs_batch_info info = {.id = batch, .kind = kind, .rows_read = f->rows};
    return hs_store_commit(f->store, &info, error);
}

static hs_status fill_kind(filling *f, hs_kind kind, uint64_t rows, hs_error *error) {
    hs_sample_sink sink = store_sink;
    sink.context = f;
    f->phase = hs_kind_name(kind);
    f->rows = 0;
    f->expected_rows = rows;
    hs_status status = tell(f, f->phase, 0, error);
    int64_t batch;
    if (status == HS_OK) status = hs_store_begin(f->store, kind, HS_STR("sample city"), error, &batch);
    if (status != HS_OK) return status;
    return commit(f, emit_kind(f, kind, &sink, error), kind, batch, error);
}

static hs_status fill_incidents(filling *f, hs_error *error, int64_t *last_reported_s) {
    hs_sample_sink sink = store_sink;
    sink.context = f;
    f->phase = hs_kind_name(HS_KIND_INCIDENTS);
    f->rows = 0;
    f->expected_rows = f->options->incidents;
    hs_timezone *zone = NULL;
    hs_status status = hs_timezone_new(f->city->definition.timezone.data, error, &zone);
    if (status != HS_OK) return status;
    int64_t batch;
    int64_t last_s = HS_NO_TIME;
    status = hs_store_begin(f->store, HS_KIND_INCIDENTS, HS_STR("sample city"), error, &batch);
    if (status == HS_OK) {
        status = hs_sample_emit_incidents(f->process, f->options->incidents, zone, &sink, error, &last_s);
        status = commit(f, status, HS_KIND_INCIDENTS, batch, error);
    }
    if (status == HS_OK && last_s != HS_NO_TIME) last_s += hs_timezone_offset(zone, last_s);
    hs_timezone_unref(zone);
    *last_reported_s = last_s;
    return status;
}

static hs_status set_settings(filling *f, hs_error *error) {
    const hs_sample_definition *definition = &f->city->definition;
    char lon[32];
    char lat[32];
    snprintf(lon, sizeof lon, "%.7f", definition->center_lon_deg);
    snprintf(lat, sizeof lat, "%.7f", definition->center_lat_deg);
    const struct {
        const char *key;
        hs_str value;
    } settings[] = {
        {"name", definition->name.zh},  {"name_en", definition->name.en}, {"timezone", definition->timezone},
        {"lang", HS_STR("zh")},         {"synthetic", HS_STR("1")},       {"center_lon", hs_str_of(lon)},
        {"center_lat", hs_str_of(lat)}, {"center_fixed", HS_STR("1")},
    };
    for (size_t s = 0; s < sizeof settings / sizeof *settings; s++) {
        hs_status status = hs_store_set_setting(f->store, settings[s].key, settings[s].value, error);
        if (status != HS_OK) return status;
    }
    return HS_OK;
}

/* The first batch that still stands ends the scan. */
static hs_status found_batch(void *context, const hs_batch_info *info, hs_error *error) {
    if (info->undone) return HS_OK;
    bool *found = context;
    *found = true;
    return hs_error_set(error, HS_E_CONFLICT, "the store holds batch %lld", (long long)info->id);
}

static hs_status require_empty(filling *f, const char *path, hs_error *error) {
    bool found = false;
    hs_status status = hs_store_scan_batches(f->store, found_batch, &found, error);
    if (!found) return status;
    return hs_error_set(
        error, HS_E_CONFLICT,
        "%s already holds data; the sample city needs an empty store: give a path that does not exist "
        "yet, or remove this file first",
        path);
}

static hs_status write_truth(filling *f, const char *store_path, int64_t last_local_s, hs_error *error) {
    size_t size = strlen(store_path);
    if (size > 5 && hs_str_equal_nocase(hs_str_of(store_path + size - 5), HS_STR(".gpkg"))) size -= 5;
    char *path = NULL;
    if (asprintf(&path, "%.*s.truth.gpkg", (int)size, store_path) < 0)
        return hs_error_set(error, HS_E_MEMORY, "no memory for the truth");
    int64_t from_day = last_local_s == HS_NO_TIME ? f->city->definition.last_day : last_local_s / 86400 + 1;
    hs_status status = tell(f, "truth", 0, error);
    if (status == HS_OK) status = hs_sample_write_truth(path, f->process, f->geography, from_day, error);
    free(path);
    return status;
}

static hs_status fill(filling *f, const char *store_path, hs_error *error) {
    const uint64_t rows[] = {400, f->city->street_count, f->city->address_count, f->city->place_count, 50};
    const hs_kind kinds[] = {HS_KIND_UNITS, HS_KIND_STREETS, HS_KIND_ADDRESSES, HS_KIND_PLACES,
                             HS_KIND_ZONES};
    hs_status status = set_settings(f, error);
    for (size_t k = 0; status == HS_OK && k < sizeof kinds / sizeof *kinds; k++)
        status = fill_kind(f, kinds[k], rows[k], error);
    if (status == HS_OK) status = hs_load_geography(f->store, error, &f->geography);
    if (status == HS_OK) status = hs_geocoder_new(f->geography, error, &f->geocoder);
    int64_t last_local_s = HS_NO_TIME;
    if (status == HS_OK) status = fill_incidents(f, error, &last_local_s);
    if (status == HS_OK) status = write_truth(f, store_path, last_local_s, error);
    if (status == HS_OK) status = tell(f, "truth", 1, error);
    return status;
}

hs_status hs_service_sample(hs_service *service, const char *store_path, const hs_sample_options *options,
                            hs_error *error) {
    hs_str definition;
    if (!hs_asset_find(DEFINITION, &definition))
        return hs_error_set(error, HS_E_INTERNAL, "this program was built without " DEFINITION);
    filling f = {.options = options};
    hs_service_store_lock(service);
    f.store = hs_service_store(service);
    hs_status status = require_empty(&f, store_path, error);
    if (status == HS_OK) status = hs_sample_city_new(definition, options->seed, error, &f.city);
    if (status == HS_OK) status = hs_sample_process_new(f.city, options->incidents, error, &f.process);
    if (status == HS_OK) status = fill(&f, store_path, error);
    hs_service_store_unlock(service);
    hs_geocoder_free(f.geocoder);
    hs_geography_unref(f.geography);
    hs_sample_city_free(f.city);
    return status;
}
