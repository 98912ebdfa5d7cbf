/* Incidents from a file, on a ring of batches that three threads follow each other around: one reads the file
 * and makes records, one finds where they lie, the caller stores them, all in the file's order. */
#include "service/import_private.h"
#include "service/import_report.h"
#include "service/locate.h"
#include "service/merge.h"

#include "base/hash.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

enum { RING = 8, BATCH_ITEMS = 1024, RECORD_TEXTS = 8 };

/* Texts of a batch after which it is passed on, and of one that a single row may come to. */
#define BATCH_BYTES   ((size_t)4 << 20)
#define BATCH_CEILING ((size_t)1 << 30)

typedef enum stage { READ, LOCATE, STORE, STAGE_COUNT } stage;

typedef enum item_kind { ITEM_RECORD, ITEM_REJECT, ITEM_WARNING } item_kind;

typedef struct item {
    item_kind kind;
    uint64_t row;
    bool unknown_category, repeats_id;
    hs_incident_record record;
    hs_placement placement;
    const char *field, *value, *text; /* of a reject; text also of a warning */
} item;

typedef struct batch {
    item *items;
    size_t count;
    hs_arena *arena;
    uint64_t rows_read;
    int64_t rows_total;
    hs_status located; /* the first failure of locating */
    hs_error error;
} batch;

typedef struct ring {
    hs_importing *work;
    hs_ingest *ingest;
    batch batches[RING];
    batch *filling; /* the reader's, or NULL */
    pthread_mutex_t lock;
    pthread_cond_t moved;
    uint64_t done[STAGE_COUNT]; /* batches that a stage has passed on */
    bool read_all, stopped;
    uint64_t rows_read;
    hs_status read_status;
    hs_error read_error;
} ring;

static bool is_ready(const ring *r, stage at) {
    return at == READ ? r->done[READ] - r->done[STORE] < RING : r->done[at] < r->done[at - 1];
}

/* Whether nothing more will come to a stage. */
static bool is_over(const ring *r, stage at) {
    return r->stopped || (at != READ && r->read_all && r->done[at] == r->done[READ]);
}

/* The next batch for a stage; NULL when there is none any more. */
static batch *take(ring *r, stage at) {
    pthread_mutex_lock(&r->lock);
    while (!is_over(r, at) && !is_ready(r, at))
        pthread_cond_wait(&r->moved, &r->lock);
    batch *taken = is_over(r, at) ? NULL : &r->batches[r->done[at] % RING];
    pthread_mutex_unlock(&r->lock);
    return taken;
}

static void pass_on(ring *r, stage at) {
    pthread_mutex_lock(&r->lock);
    r->done[at]++;
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
}

static void stop(ring *r) {
    pthread_mutex_lock(&r->lock);
    r->stopped = true;
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
}

/* Reading. */

static void flush(ring *r) {
    if (!r->filling) return;
    r->filling = NULL;
    pass_on(r, READ);
}

/* Room for one more item; NULL when the import was stopped. */
static item *add_item(ring *r, item_kind kind) {
    if (r->filling && (r->filling->count == BATCH_ITEMS || hs_arena_used(r->filling->arena) >= BATCH_BYTES))
        flush(r);
    if (!r->filling) {
        r->filling = take(r, READ);
        if (!r->filling) return NULL;
        hs_arena_reset(r->filling->arena);
        r->filling->count = 0;
        r->filling->located = HS_OK;
    }
    item *added = &r->filling->items[r->filling->count++];
    *added = (item){.kind = kind, .row = hs_ingest_row(r->ingest)};
    r->filling->rows_read = added->row;
    return added;
}

static bool keep_text(hs_arena *arena, hs_str *text) {
    if (text->size == 0) return true;
    *text = hs_arena_str(arena, *text);
    return text->data != NULL;
}

static hs_status read_record(void *context, const hs_incident_record *record, hs_error *error) {
    ring *r = context;
    item *added = add_item(r, ITEM_RECORD);
    if (!added) return hs_error_set(error, HS_E_CANCELLED, "the import was stopped");
    hs_incident_record *kept = &added->record;
    *kept = *record;
    hs_str *texts[RECORD_TEXTS] = {&kept->external_id, &kept->category,   &kept->source,      &kept->status,
                                   &kept->address,     &kept->department, &kept->description, &kept->unit};
    for (size_t i = 0; i < RECORD_TEXTS; i++)
        if (!keep_text(r->filling->arena, texts[i]))
            return hs_error_set(error, HS_E_MEMORY, "out of memory for row %llu",
                                (unsigned long long)added->row);
    return HS_OK;
}

static const char *keep_words(ring *r, const char *words) {
    const char *kept = hs_arena_strndup(r->filling->arena, words, strlen(words));
    return kept ? kept : "";
}

static void read_reject(void *context, const hs_ingest_reject *reject) {
    ring *r = context;
    item *added = add_item(r, ITEM_REJECT);
    if (!added) return;
    added->field = keep_words(r, reject->field);
    added->value = keep_words(r, reject->value);
    added->text = keep_words(r, reject->reason);
}

static void read_warning(void *context, const char *message) {
    ring *r = context;
    item *added = add_item(r, ITEM_WARNING);
    if (added) added->text = keep_words(r, message);
}

static bool read_progress(void *context, uint64_t rows_read, int64_t rows_total) {
    ring *r = context;
    (void)rows_read;
    if (r->filling) r->filling->rows_total = rows_total;
    pthread_mutex_lock(&r->lock);
    bool stopped = r->stopped;
    pthread_mutex_unlock(&r->lock);
    return !stopped;
}

static void *run_reader(void *context) {
    ring *r = context;
    hs_ingest_sink sink = {.context = r,
                           .put.incident = read_record,
                           .reject = read_reject,
                           .warn = read_warning,
                           .progress = read_progress};
    r->read_status = hs_ingest_run(r->ingest, &sink, &r->read_error, &r->rows_read);
    flush(r);
    pthread_mutex_lock(&r->lock);
    r->read_all = true;
    pthread_cond_broadcast(&r->moved);
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

/* Locating. */

/* A repeated external id keeps its last row, and is told of. */
static hs_status note_external_id(hs_importing *work, item *at, hs_error *error) {
    if (at->record.external_id.size == 0) return HS_OK;
    uint32_t before = hs_dictionary_count(work->ids);
    if (hs_dictionary_put(work->ids, at->record.external_id) == HS_NONE)
        return hs_error_set(error, HS_E_MEMORY, "out of memory");
    at->repeats_id = hs_dictionary_count(work->ids) == before;
    return HS_OK;
}

static hs_status place(hs_importing *work, item *at, hs_error *error) {
    hs_incident_record *record = &at->record;
    const hs_locating with = {work->geocoder, work->geography, work->aliases.decisions, work->aliases.words};
    hs_status status = hs_locate_incident(&with, record, error);
    if (status == HS_OK && record->has_position)
        hs_geography_place(work->geography, record->position, &at->placement);
    return status;
}

static hs_status locate(hs_importing *work, item *at, hs_error *error) {
    const hs_incident_record *record = &at->record;
    at->unknown_category =
        record->category.size > 0 && hs_taxonomy_find(work->taxonomy, record->category) == HS_NONE;
    if (record->has_position) hs_import_check_add(work->check, record->position, record->address);
    hs_status status = place(work, at, error);
    return status == HS_OK ? note_external_id(work, at, error) : status;
}

static void *run_locator(void *context) {
    ring *r = context;
    for (batch *b = take(r, LOCATE); b; b = take(r, LOCATE)) {
        for (size_t i = 0; i < b->count && b->located == HS_OK; i++)
            if (b->items[i].kind == ITEM_RECORD) b->located = locate(r->work, &b->items[i], &b->error);
        pass_on(r, LOCATE);
    }
    return NULL;
}

/* Storing. */

static hs_status keep_position(hs_importing *work, hs_position position, hs_error *error) {
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

static void count_incident(const hs_importing *work, const item *at) {
    hs_import_report *report = work->report;
    const hs_incident_record *record = &at->record;
    report->unknown_categories += at->unknown_category;
    if (at->unknown_category) (void)hs_unknown_put(work->unknown_categories, record->category, at->row);
    report->by_match_type[record->match_type]++;
    int64_t time_s = record->occurred_s != HS_NO_TIME ? record->occurred_s : record->reported_s;
    if (time_s != HS_NO_TIME) {
        if (report->min_time_s == HS_NO_TIME || time_s < report->min_time_s) report->min_time_s = time_s;
        if (report->max_time_s == HS_NO_TIME || time_s > report->max_time_s) report->max_time_s = time_s;
    }
    int64_t came_s = record->reported_s != HS_NO_TIME ? record->reported_s : record->occurred_s;
    report->closed_early +=
        record->closed_s != HS_NO_TIME && came_s != HS_NO_TIME && record->closed_s < came_s;
    if (!record->has_position) {
        report->unmatched++;
        return;
    }
    report->positioned++;
    if (record->match_type != HS_MATCH_GIVEN || record->reviewed) report->geocoded++;
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        report->in_unit[level] += at->placement.unit[level] != HS_NONE;
    report->on_segment += at->placement.segment != HS_NONE;
}

static void count_repeated_id(hs_importing *work, hs_str id) {
    if (work->report->repeated_ids++ > 0) return;
    snprintf(work->first_repeated_id, sizeof work->first_repeated_id, "%.*s", (int)hs_utf8_cut(id, 60),
             id.data);
}

/* Fields without a column keep what earlier batches have stored. Within a file all rows lack the same. */
static hs_status merge(hs_importing *work, hs_arena *arena, item *at, hs_error *error) {
    /* Which row it is matters where something was decided about its address. */
    bool wanted = at->record.absent != 0 || work->aliases.decisions->count > 0;
    if (!work->had_incidents || !wanted || at->record.external_id.size == 0) return HS_OK;
    hs_status status = hs_merge_incident(work->store, arena, &at->record, error);
    return status == HS_OK ? place(work, at, error) : status;
}

static hs_status store_record(hs_importing *work, hs_arena *arena, item *at, hs_error *error) {
    hs_put put = HS_PUT_UNCHANGED;
    hs_status status = merge(work, arena, at, error);
    if (status == HS_OK) status = hs_store_put_incident(work->store, &at->record, error, &put);
    if (status == HS_E_INPUT) {
        hs_ingest_reject reject = {.row = at->row, .field = "row", .value = "", .reason = error->message};
        hs_import_reject(work, &reject);
        return HS_OK;
    }
    if (status != HS_OK) return status;
    hs_import_count_put(work->report, put);
    count_incident(work, at);
    hs_preview_incident(work->report, &at->record);
    if (at->repeats_id) count_repeated_id(work, at->record.external_id);
    return at->record.has_position ? keep_position(work, at->record.position, error) : HS_OK;
}

static hs_status store_item(hs_importing *work, hs_arena *arena, item *at, hs_error *error) {
    hs_ingest_reject reject = {.row = at->row, .field = at->field, .value = at->value, .reason = at->text};
    switch (at->kind) {
    case ITEM_REJECT:
        hs_import_reject(work, &reject);
        return HS_OK;
    case ITEM_WARNING:
        hs_import_warn(work, at->text);
        return HS_OK;
    default:
        return store_record(work, arena, at, error);
    }
}

static hs_status store_batch(hs_importing *work, const batch *b, hs_error *error) {
    if (b->located != HS_OK) {
        *error = b->error;
        return b->located;
    }
    for (size_t i = 0; i < b->count; i++) {
        hs_status status = store_item(work, b->arena, &b->items[i], error);
        if (status != HS_OK) return status;
    }
    return hs_import_progress(work, b->rows_read, b->rows_total)
               ? HS_OK
               : hs_error_set(error, HS_E_CANCELLED, "the import was cancelled");
}

static hs_status run_storing(ring *r, hs_error *error) {
    for (batch *b = take(r, STORE); b; b = take(r, STORE)) {
        hs_status status = store_batch(r->work, b, error);
        if (status != HS_OK) return status;
        pass_on(r, STORE);
    }
    return HS_OK;
}

static void ring_done(ring *r) {
    for (size_t i = 0; i < RING; i++) {
        free(r->batches[i].items);
        hs_arena_free(r->batches[i].arena);
    }
    pthread_cond_destroy(&r->moved);
    pthread_mutex_destroy(&r->lock);
}

static hs_status ring_init(ring *r, hs_error *error) {
    bool whole = true;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->moved, NULL);
    for (size_t i = 0; i < RING; i++) {
        r->batches[i].items = calloc(BATCH_ITEMS, sizeof *r->batches[i].items);
        r->batches[i].arena = hs_arena_new(BATCH_CEILING);
        r->batches[i].rows_total = -1;
        whole = whole && r->batches[i].items && r->batches[i].arena;
    }
    return whole ? HS_OK : hs_error_set(error, HS_E_MEMORY, "out of memory for an import");
}

static hs_status run_ring(ring *r, hs_error *error) {
    pthread_t reader, locator;
    if (pthread_create(&reader, NULL, run_reader, r) != 0)
        return hs_error_set(error, HS_E_INTERNAL, "cannot start the thread that reads the file");
    hs_status status = HS_OK;
    bool locating = pthread_create(&locator, NULL, run_locator, r) == 0;
    if (!locating)
        status = hs_error_set(error, HS_E_INTERNAL, "cannot start the thread that places incidents");
    if (status == HS_OK) status = run_storing(r, error);
    if (status != HS_OK) stop(r);
    pthread_join(reader, NULL);
    if (locating) pthread_join(locator, NULL);
    if (status != HS_OK || r->read_status == HS_OK) return status;
    *error = r->read_error;
    return r->read_status;
}

hs_status hs_import_incidents(hs_importing *work, hs_ingest *ingest, hs_error *error, uint64_t *rows_read) {
    hs_error said = {0};
    ring r = {.work = work, .ingest = ingest};
    hs_status status = ring_init(&r, &said);
    if (status == HS_OK) status = run_ring(&r, &said);
    if (status == HS_OK)
        *rows_read = r.rows_read;
    else if (error)
        *error = said;
    ring_done(&r);
    return status;
}
