#include "service/saved_hotspots.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "http/percent.h"
#include "service/hotspots_method.h"
#include "service/service_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARAMETERS_MOST ((size_t)64 << 10)
#define ABOUT_MOST      ((size_t)4 << 20)
#define PROPERTIES_MOST ((size_t)1 << 20)
#define ROW_MOST        ((size_t)16 << 20)

/* A run on its way into the store. */
typedef struct keeping {
    hs_store *store;
    const hs_hotspot_run *run;
    const hs_saving *saving;
    hs_hotspot_table table;
    hs_buffer parameters, properties;
    hs_arena *arena; /* of a row's texts */
    hs_saved_report report;
} keeping;

hs_status hs_saved_title_check(hs_str title, hs_error *error) {
    if (hs_str_trim(title).size == 0)
        return hs_error_set(error, HS_E_INPUT, "title: a saved run needs one, to be found again");
    if (title.size > HS_MOST_SAVED_TITLE_BYTES || !hs_utf8_valid(title))
        return hs_error_set(error, HS_E_INPUT, "title: at most %u bytes of UTF-8 are taken",
                            HS_MOST_SAVED_TITLE_BYTES);
    return HS_OK;
}

static double number_of(const hs_field *field, const hs_value *value) {
    if (value->absent || field->type == HS_FIELD_TEXT) return (double)NAN;
    return field->type == HS_FIELD_INTEGER ? (double)value->integer : value->real;
}

/* A value of a field that every hotspot has; false for one of the method's own. */
static bool take_common(const hs_field *field, const hs_value *value, hs_saved_hotspot_record *record) {
    const struct {
        const char *name;
        double *number;
    } numbers[] = {{"value", &record->value},
                   {"statistic", &record->statistic},
                   {"p_value", &record->p_value},
                   {"q_value", &record->q_value},
                   {"n", &record->n},
                   {"expected", &record->expected}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (strcmp(field->name, numbers[i].name) == 0) {
            *numbers[i].number = number_of(field, value);
            return true;
        }
    if (strcmp(field->name, "method") == 0) return true; /* the record has it from the run */
    if (strcmp(field->name, "label_zh") == 0 || strcmp(field->name, "label_en") == 0) {
        if (!value->absent) *(field->name[6] == 'z' ? &record->label_zh : &record->label_en) = value->text;
        return true;
    }
    if (strcmp(field->name, "rank") != 0) return false;
    double rank = number_of(field, value);
    record->rank = rank > 0 ? (int64_t)rank : 0;
    return true;
}

static hs_saved_hotspot_record blank(const keeping *k) {
    const double none = (double)NAN;
    return (hs_saved_hotspot_record){.method = hs_str_of(k->run->method->name),
                                     .created_s = HS_NO_TIME,
                                     .value = none,
                                     .statistic = none,
                                     .p_value = none,
                                     .q_value = none,
                                     .n = none,
                                     .expected = none};
}

/* Row i of the answer as a record, whose texts live until the next one is made. */
static hs_status make_feature(keeping *k, uint32_t i, hs_error *error, hs_saved_hotspot_record *record) {
    hs_value values[HS_HOTSPOT_MOST_FIELDS];
    const hs_geometry *geometry = NULL;
    hs_json json;
    hs_arena_reset(k->arena);
    hs_buffer_clear(&k->properties);
    hs_json_init(&json, &k->properties);
    k->table.read(k->run, i, k->arena, values, &geometry);
    *record = blank(k);
    record->feature = values[0].integer;
    hs_json_object(&json);
    for (uint32_t f = 1; f < k->table.field_count - k->table.file_only; f++)
        if (!take_common(&k->table.fields[f], &values[f], record))
            hs_hotspot_write_value(&json, &k->table.fields[f], &values[f]);
    if (k->table.properties) k->table.properties(k->run, i, &json);
    hs_json_object_end(&json);
    record->properties = (hs_str){k->properties.data, k->properties.size};
    if (geometry) record->geometry = *geometry;
    return k->properties.status == HS_OK
               ? HS_OK
               : hs_error_set(error, k->properties.status, "feature %lld is too large to be saved",
                              (long long)record->feature);
}

/* The run's own row; *about lives as long as the record. */
static hs_status put_run(keeping *k, hs_buffer *about, hs_error *error) {
    hs_json json;
    hs_put put = HS_PUT_ADDED;
    hs_saved_hotspot_record record = blank(k);
    hs_json_init(&json, about);
    hs_json_object(&json);
    hs_hotspots_about(k->run, &json);
    hs_json_object_end(&json);
    if (about->status != HS_OK)
        return hs_error_set(error, about->status, "what is said of the run is too large to be saved");
    record.title = hs_str_trim(k->saving->title);
    record.parameters = (hs_str){k->parameters.data, k->parameters.size};
    record.user = k->saving->user;
    record.created_s = hs_clock_now_s();
    record.data_version = k->run->snapshot->version;
    record.feature = k->table.rows;
    record.properties = (hs_str){about->data, about->size};
    hs_status status = hs_store_put_hotspot(k->store, &record, error, &put);
    k->report.run = hs_store_last_id(k->store);
    if (status == HS_OK && put != HS_PUT_ADDED)
        return hs_error_set(error, HS_E_CONFLICT, "the same was saved this very second, as run %lld",
                            (long long)k->report.run);
    return status;
}

static hs_status put_features(keeping *k, hs_error *error) {
    for (uint32_t i = 0; i < k->table.rows; i++) {
        hs_saved_hotspot_record record;
        hs_put put;
        hs_status status = make_feature(k, i, error, &record);
        record.run = k->report.run;
        if (status == HS_OK) status = hs_store_put_hotspot(k->store, &record, error, &put);
        if (status != HS_OK) return status;
    }
    k->report.features = k->table.rows;
    return HS_OK;
}

/* What is kept already, counted when nobody else can write. */
typedef struct counts {
    uint32_t runs, features;
} counts;

static hs_status count_row(void *context, const hs_saved_hotspot_record *record, hs_error *error) {
    (void)error;
    counts *c = context;
    (*(record->run == 0 ? &c->runs : &c->features))++;
    return HS_OK;
}

static hs_status check_room(const keeping *k, hs_error *error) {
    counts kept = {0};
    hs_status status = hs_store_scan_hotspots(k->store, count_row, &kept, error);
    if (status != HS_OK) return status;
    if (kept.runs >= HS_MOST_SAVED_RUNS)
        return hs_error_set(error, HS_E_CONFLICT,
                            "%u runs are saved, and no more are kept: delete one that nobody needs",
                            kept.runs);
    if ((uint64_t)kept.features + k->table.rows > HS_MOST_SAVED_FEATURES)
        return hs_error_set(error, HS_E_CONFLICT,
                            "%u features are saved and this run has %u, of at most %u together: delete a run "
                            "that nobody needs",
                            kept.features, k->table.rows, HS_MOST_SAVED_FEATURES);
    return HS_OK;
}

static hs_status keep_answer(const keeping *k, hs_error *error) {
    hs_buffer text;
    hs_buffer_init(&text, 256);
    hs_buffer_printf(&text, "[%lld,%lld,%llu]", (long long)k->report.run, (long long)k->report.batch,
                     (unsigned long long)k->report.features);
    return hs_request_key_keep(k->store, &k->saving->key, &text, error);
}

static hs_status find_answer(hs_store *store, const hs_request_key *key, hs_error *error,
                             hs_saved_report *report, bool *found) {
    hs_str answer;
    json_t *kept = NULL;
    hs_arena *arena = hs_arena_new(1 << 16);
    hs_status status = arena ? hs_request_key_find(store, key, arena, error, &answer)
                             : hs_error_memory(error, "a kept answer");
    *found = status == HS_OK && answer.size > 0;
    if (*found) status = hs_json_parse(answer, error, &kept);
    if (*found && status == HS_OK)
        *report = (hs_saved_report){json_integer_value(json_array_get(kept, 0)),
                                    json_integer_value(json_array_get(kept, 1)),
                                    (uint64_t)json_integer_value(json_array_get(kept, 2))};
    json_decref(kept);
    hs_arena_free(arena);
    return status;
}

static hs_status keep(keeping *k, hs_error *error) {
    hs_batch_info info = {.rows_read = (uint64_t)k->table.rows + 1};
    hs_buffer about;
    hs_buffer_init(&about, ABOUT_MOST);
    hs_status status =
        hs_store_begin(k->store, HS_KIND_HOTSPOTS, hs_str_trim(k->saving->title), error, &k->report.batch);
    if (status == HS_OK) status = check_room(k, error);
    if (status == HS_OK) status = put_run(k, &about, error);
    if (status == HS_OK) status = put_features(k, error);
    if (status == HS_OK) status = keep_answer(k, error);
    if (status == HS_OK)
        status = hs_store_commit(k->store, &info, error);
    else
        hs_store_rollback(k->store);
    hs_buffer_done(&about);
    return status;
}

/* As words of a query; those that are empty or of caches are none. */
static void write_parameters(const hs_saving *saving, hs_buffer *out) {
    for (size_t i = 0; i < saving->count; i++) {
        if (saving->values[i].size == 0 || hs_str_equal(saving->names[i], HS_STR("v"))) continue;
        if (out->size > 0) hs_buffer_byte(out, '&');
        hs_percent_encode(out, saving->names[i]);
        hs_buffer_byte(out, '=');
        hs_percent_encode(out, saving->values[i]);
    }
}

static hs_status prepare(keeping *k, hs_error *error) {
    hs_status status = hs_saved_title_check(k->saving->title, error);
    if (status != HS_OK) return status;
    k->run->method->table(k->run, &k->table);
    write_parameters(k->saving, &k->parameters);
    if (k->parameters.status != HS_OK)
        return hs_error_set(error, k->parameters.status, "the parameters are too long to be saved");
    if (k->table.rows > HS_MOST_RUN_FEATURES)
        return hs_error_set(error, HS_E_INPUT,
                            "the run has %u features, and at most %u are saved: take larger units or fewer",
                            k->table.rows, HS_MOST_RUN_FEATURES);
    k->arena = hs_arena_new(ROW_MOST);
    return k->arena ? HS_OK : hs_error_memory(error, "a saved run");
}

/* The handle that single changes are written by, locked; end with unlock_store also after a failure. */
static hs_status lock_store(hs_service *service, hs_error *error, hs_store **store) {
    pthread_mutex_lock(&service->edit_lock);
    if (service->mode == HS_STORE_READ)
        return hs_error_set(error, HS_E_DENIED,
                            "this server only reads (--read-only): nothing can be saved or deleted");
    if (!service->edit_store) {
        hs_status status = hs_store_open(service->url, HS_STORE_WRITE, error, &service->edit_store);
        if (status != HS_OK) return status;
    }
    *store = service->edit_store;
    return HS_OK;
}

static void unlock_store(hs_service *service) {
    pthread_mutex_unlock(&service->edit_lock);
}

/* What is stored is done, whether it can be shown at once or not: the follower tries again. */
static void publish(hs_service *service) {
    hs_error error = {0};
    if (hs_service_load(service, &error, NULL) != HS_OK)
        hs_log_write(service->log, HS_LOG_ERROR, "hotspots", "error=\"%s\"", error.message);
}

hs_status hs_service_find_saving(hs_service *service, const hs_request_key *key, hs_error *error,
                                 hs_saved_report *report, bool *found) {
    hs_store *store = NULL;
    *found = false;
    if (key->text.size == 0) return HS_OK;
    hs_status status = lock_store(service, error, &store);
    if (status == HS_OK) status = find_answer(store, key, error, report, found);
    unlock_store(service);
    return status;
}

hs_status hs_service_save_hotspots(hs_service *service, const hs_hotspot_run *run, const hs_saving *saving,
                                   hs_error *error, hs_saved_report *report) {
    keeping k = {.run = run, .saving = saving};
    bool known = false;
    hs_buffer_init(&k.parameters, PARAMETERS_MOST);
    hs_buffer_init(&k.properties, PROPERTIES_MOST);
    hs_status status = prepare(&k, error);
    if (status == HS_OK) {
        status = lock_store(service, error, &k.store);
        if (status == HS_OK) status = find_answer(k.store, &saving->key, error, &k.report, &known);
        if (status == HS_OK && !known) status = keep(&k, error);
        unlock_store(service);
    }
    hs_buffer_done(&k.parameters);
    hs_buffer_done(&k.properties);
    hs_arena_free(k.arena);
    if (status != HS_OK) return status;
    if (!known) publish(service);
    *report = k.report;
    return HS_OK;
}

/* Rows of a run. */
typedef struct listing {
    int64_t run;
    int64_t *ids;
    size_t count;
    bool found;
} listing;

static hs_status list_row(void *context, const hs_saved_hotspot_record *record, hs_error *error) {
    listing *l = context;
    if (record->id == l->run && record->run == 0) l->found = true;
    if (record->run != l->run) return HS_OK;
    if (l->count == HS_MOST_SAVED_FEATURES)
        return hs_error_set(error, HS_E_LIMIT, "the run has more features than are ever saved");
    l->ids[l->count++] = record->id;
    return HS_OK;
}

static hs_status remove_rows(hs_store *store, listing *l, hs_error *error) {
    hs_status status = hs_store_scan_hotspots(store, list_row, l, error);
    if (status == HS_OK && !l->found)
        return hs_error_set(error, HS_E_NOT_FOUND, "there is no saved run %lld; see /hotspots",
                            (long long)l->run);
    for (size_t i = 0; i < l->count && status == HS_OK; i++)
        status = hs_store_remove(store, l->ids[i], error);
    return status == HS_OK ? hs_store_remove(store, l->run, error) : status;
}

static hs_status delete_run(hs_store *store, hs_str user, listing *l, hs_error *error,
                            hs_saved_report *report) {
    hs_batch_info info = {.rows_read = 1};
    char source[120];
    int size = snprintf(source, sizeof source, "run %lld deleted%s%.*s", (long long)l->run,
                        user.size > 0 ? " by " : "", (int)hs_utf8_cut(user, 60), user.data ? user.data : "");
    hs_status status =
        hs_store_begin(store, HS_KIND_HOTSPOTS, (hs_str){source, (size_t)size}, error, &report->batch);
    if (status == HS_OK) status = remove_rows(store, l, error);
    if (status == HS_OK) return hs_store_commit(store, &info, error);
    hs_store_rollback(store);
    return status;
}

hs_status hs_service_delete_hotspots(hs_service *service, int64_t run, hs_str user, hs_error *error,
                                     hs_saved_report *report) {
    hs_store *store = NULL;
    hs_saved_report done = {.run = run};
    listing l = {.run = run, .ids = calloc(HS_MOST_SAVED_FEATURES, sizeof(int64_t))};
    if (!l.ids) return hs_error_memory(error, "a saved run");
    hs_status status = lock_store(service, error, &store);
    if (status == HS_OK) status = delete_run(store, user, &l, error, &done);
    unlock_store(service);
    done.features = l.count;
    free(l.ids);
    if (status != HS_OK) return status;
    publish(service);
    *report = done;
    return HS_OK;
}
