#include "service/live.h"

#include "base/json.h"
#include "base/json_writer.h"
#include "base/secret.h"
#include "base/text.h"
#include "service/locate.h"
#include "service/merge.h"
#include "service/service_private.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { GROUP_ITEMS = 2000, LOADS_MOST = 3, ANSWER_LIMIT = 8 << 20 };

/* One commit. */
typedef struct group {
    hs_service *service;
    hs_store *store;
    hs_post *posts;
    hs_snapshot *snapshot;
    const hs_geocoder *geocoder;
    uint64_t version;
    uint64_t rows, refused, added;
} group;

static void fail_post(hs_post *post, const hs_error *error) {
    post->status = error->status;
    post->error = *error;
}

static const char *keep_reason(hs_post *post, const hs_error *error) {
    const char *kept = hs_arena_printf(post->arena, "%s", error->message);
    return kept ? kept : "out of memory";
}

/* So that the same content may come twice and be two incidents. */
static hs_status give_id(hs_post *post, hs_incident_record *record, hs_error *error) {
    if (record->external_id.size > 0) return HS_OK;
    uint64_t random[2];
    hs_status status = hs_secret_bytes(random, sizeof random, error);
    if (status != HS_OK) return status;
    char *id = hs_arena_printf(post->arena, "%016llx%016llx", (unsigned long long)random[0],
                               (unsigned long long)random[1]);
    if (!id) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    record->external_id = hs_str_of(id);
    return HS_OK;
}

/* Whether a position lies in a unit, at any level. */
static bool lies_in(const hs_geography *geography, hs_position position, uint32_t unit) {
    hs_placement placement;
    hs_geography_place(geography, position, &placement);
    for (int level = 0; level < HS_LEVEL_COUNT; level++)
        for (uint32_t at = placement.unit[level]; at != HS_NONE; at = geography->units.parent[at])
            if (at == unit) return true;
    return false;
}

/* A poster who may write in one unit only. */
typedef struct bounds {
    const hs_geography *geography;
    uint32_t unit;
    bool inside;
} bounds;

static hs_status look_inside(void *context, const hs_incident_record *record, hs_error *error) {
    (void)error;
    bounds *b = context;
    b->inside =
        b->unit != HS_NONE && record->has_position && lies_in(b->geography, record->position, b->unit);
    return HS_OK;
}

/* Whether a post may put the record: where it lies, and where what it updates has been. */
static hs_status check_allowed(const group *g, const hs_post *post, const hs_incident_record *record,
                               hs_error *error, bool *allowed) {
    *allowed = true;
    if (post->unit.size == 0) return HS_OK;
    const hs_geography *geography = g->snapshot->geography;
    bounds now = {.geography = geography, .unit = hs_geography_find_unit(geography, post->unit)},
           before = now;
    before.inside = true; /* where there is none */
    hs_status status = look_inside(&now, record, error);
    if (status == HS_OK)
        status = hs_store_visit_incident(g->store, record->external_id, look_inside, &before, error);
    *allowed = now.inside && before.inside;
    return status;
}

static hs_status note_row(void *context, const hs_incident_record *record, hs_error *error) {
    (void)error;
    *(int64_t *)context = record->id;
    return HS_OK;
}

/* Whether an incident of this external id is there; the item then says so. */
static hs_status look_for_present(const group *g, const hs_post *post, hs_post_item *item, hs_error *error,
                                  bool *present) {
    hs_str id = item->record.external_id;
    int64_t row = 0;
    *present = false;
    if (!post->only_new || id.size == 0) return HS_OK;
    hs_status status = hs_store_visit_incident(g->store, id, note_row, &row, error);
    if (status != HS_OK || row == 0) return status;
    *present = true;
    item->outcome = HS_POST_PRESENT;
    item->reason = hs_arena_printf(post->arena,
                                   "id: there is an incident '%.*s' already, and it stays as it is: PUT or "
                                   "PATCH /ogc/collections/incidents/items/%lld changes it; without id the "
                                   "new one gets one of its own",
                                   (int)hs_utf8_cut(id, 80), id.data, (long long)row);
    return HS_OK;
}

static hs_status put_item(group *g, hs_post *post, hs_post_item *item, hs_error *error) {
    static const hs_post_outcome outcomes[] = {[HS_PUT_ADDED] = HS_POST_ADDED,
                                               [HS_PUT_UPDATED] = HS_POST_UPDATED,
                                               [HS_PUT_UNCHANGED] = HS_POST_UNCHANGED};
    hs_incident_record *record = &item->record;
    const hs_locating with = {g->geocoder, g->snapshot->geography, g->snapshot->decisions, g->service->words};
    /* Which row it is matters where something was decided about its address. */
    bool wanted = record->absent != 0 || g->snapshot->decisions->count > 0, present = false;
    hs_status status = look_for_present(g, post, item, error, &present);
    if (status != HS_OK || present) return status;
    status = wanted ? hs_merge_incident(g->store, post->arena, record, error) : HS_OK;
    if (status == HS_OK) status = give_id(post, record, error);
    if (status == HS_OK) status = hs_locate_incident(&with, record, error);
    bool allowed = false;
    if (status == HS_OK) status = check_allowed(g, post, record, error, &allowed);
    if (status != HS_OK) return status;
    if (!allowed) {
        item->outcome = HS_POST_DENIED;
        item->reason = "lies outside the unit that this token is for, or has no position";
        return HS_OK;
    }
    hs_put put = HS_PUT_ADDED;
    status = hs_store_put_incident(g->store, record, error, &put);
    if (status == HS_E_INPUT) {
        item->outcome = HS_POST_REFUSED;
        item->reason = keep_reason(post, error);
        return HS_OK;
    }
    if (status != HS_OK) return status;
    item->outcome = outcomes[put];
    item->row = hs_store_last_id(g->store);
    g->added += put == HS_PUT_ADDED;
    return HS_OK;
}

/* What is kept under a key: the version, and for each item its outcome, row and reason. */
static hs_status keep_answer(const group *g, const hs_post *post, hs_error *error) {
    hs_buffer text;
    hs_json json;
    hs_buffer_init(&text, ANSWER_LIMIT);
    hs_json_init(&json, &text);
    hs_json_array(&json);
    hs_json_uint(&json, g->version);
    for (size_t i = 0; i < post->count; i++) {
        const hs_post_item *item = &post->items[i];
        hs_json_array(&json);
        hs_json_int(&json, item->outcome);
        hs_json_int(&json, item->row);
        hs_json_text(&json, item->reason);
        hs_json_array_end(&json);
    }
    hs_json_array_end(&json);
    return hs_request_key_keep(g->store, &post->key, &text, error);
}

static hs_status restore_answer(hs_post *post, hs_str answer, hs_error *error) {
    json_t *parsed = NULL;
    hs_status status = hs_json_parse(answer, error, &parsed);
    if (status == HS_OK && json_array_size(parsed) != post->count + 1)
        status = hs_error_set(error, HS_E_INTERNAL, "a kept answer is not of this request");
    for (size_t i = 0; i < post->count && status == HS_OK; i++) {
        const json_t *kept = json_array_get(parsed, i + 1);
        const char *reason = json_string_value(json_array_get(kept, 2));
        post->items[i].outcome = (hs_post_outcome)json_integer_value(json_array_get(kept, 0));
        post->items[i].row = json_integer_value(json_array_get(kept, 1));
        post->items[i].reason = reason ? hs_arena_printf(post->arena, "%s", reason) : NULL;
    }
    if (status == HS_OK) {
        post->version = (uint64_t)json_integer_value(json_array_get(parsed, 0));
        post->repeated = true;
    }
    json_decref(parsed);
    return status;
}

/* Answers a post whose key is known; *known says whether it is. */
static hs_status look_up_key(group *g, hs_post *post, hs_error *error, bool *known) {
    hs_str answer;
    hs_status status = hs_request_key_find(g->store, &post->key, post->arena, error, &answer);
    *known = status == HS_E_CONFLICT || answer.size > 0;
    if (status == HS_OK && *known) return restore_answer(post, answer, error);
    if (status != HS_E_CONFLICT) return status;
    post->error = *error;
    post->status = HS_E_CONFLICT;
    return HS_OK;
}

static hs_status put_post(group *g, hs_post *post, hs_error *error) {
    bool known = false;
    hs_status status = look_up_key(g, post, error, &known);
    if (status != HS_OK || known) return status;
    bool stored = false;
    for (size_t i = 0; i < post->count && status == HS_OK; i++) {
        hs_post_item *item = &post->items[i];
        if (item->outcome == HS_POST_OPEN) status = put_item(g, post, item, error);
        stored = stored || item->row != 0;
        g->rows++;
        g->refused += item->outcome >= HS_POST_REFUSED;
    }
    post->version = g->version;
    return status == HS_OK && stored && post->key.text.size > 0 ? keep_answer(g, post, error) : status;
}

/* A day's reports are one batch: `live 2026-11-25`, by the city's calendar. */
static hs_status begin(group *g, hs_error *error) {
    int64_t now_s = hs_clock_now_s();
    time_t local = (time_t)(now_s + hs_timezone_offset(g->snapshot->timezone, now_s));
    struct tm day;
    char source[32];
    int64_t batch = 0;
    gmtime_r(&local, &day);
    size_t size = strftime(source, sizeof source, "live %Y-%m-%d", &day);
    return hs_store_begin_more(g->store, HS_KIND_INCIDENTS, (hs_str){source, size}, error, &batch);
}

/* Begins a batch on the newest geography: streets that another process imports are seen here, or find these
 * incidents there. */
static hs_status begin_current(group *g, hs_error *error) {
    hs_store_versions versions;
    for (int attempt = 0; attempt < LOADS_MOST; attempt++) {
        hs_status status = hs_service_load(g->service, error, NULL);
        if (status != HS_OK) return status;
        hs_snapshot_unref(g->snapshot);
        g->snapshot = hs_service_snapshot(g->service);
        status = begin(g, error);
        if (status == HS_OK) status = hs_store_get_versions(g->store, error, &versions);
        if (status != HS_OK) return status;
        if (versions.geography == g->snapshot->geography_version) {
            g->version = versions.sequence + 1;
            return hs_service_geocoder(g->service, g->snapshot, error, &g->geocoder);
        }
        hs_store_rollback(g->store);
    }
    return hs_error_set(error, HS_E_CONFLICT, "the city's geography changes too fast; try again");
}

static hs_status store_group(group *g, hs_error *error) {
    hs_status status = begin_current(g, error);
    for (hs_post *post = g->posts; post && status == HS_OK; post = post->next)
        status = put_post(g, post, error);
    if (status != HS_OK) {
        hs_store_rollback(g->store);
        return status;
    }
    hs_batch_info info = {.rows_read = g->rows, .rows_rejected = g->refused};
    return hs_store_commit(g->store, &info, error);
}

static void announce(const group *g) {
    char data[96];
    int size = snprintf(data, sizeof data, "{\"version\":%llu,\"added\":%llu}",
                        (unsigned long long)g->version, (unsigned long long)g->added);
    if (g->added > 0) hs_service_announce(g->service, "incidents", (hs_str){data, (size_t)size});
}

static void answer_all(group *g, hs_status stored, const hs_error *error) {
    for (hs_post *post = g->posts, *next; post; post = next) {
        next = post->next;
        if (stored != HS_OK)
            fail_post(post, error);
        else if (g->snapshot)
            post->snapshot = hs_snapshot_ref(g->snapshot);
        post->done(post->context); /* the post is gone */
    }
}

/* The rows of those that were there before and are other now; NULL where there are none or memory is out. */
static int64_t *updated_rows(const group *g, size_t *count) {
    size_t items = 0;
    *count = 0;
    for (const hs_post *post = g->posts; post; post = post->next)
        for (size_t i = 0; i < post->count; i++)
            items += post->items[i].outcome == HS_POST_UPDATED;
    int64_t *rows = items > 0 ? malloc(items * sizeof *rows) : NULL;
    if (!rows) return NULL;
    for (const hs_post *post = g->posts; post; post = post->next)
        for (size_t i = 0; i < post->count; i++)
            if (post->items[i].outcome == HS_POST_UPDATED) rows[(*count)++] = post->items[i].row;
    return rows;
}

static hs_status publish(const group *g, hs_error *error) {
    size_t count;
    bool published = false;
    int64_t *rows = updated_rows(g, &count);
    hs_status status =
        rows ? hs_service_publish_changed(g->service, g->store, g->version, rows, count, error, &published)
             : HS_OK;
    free(rows);
    return status == HS_OK && !published ? hs_service_load(g->service, error, NULL) : status;
}

static void run_group(hs_service *service, hs_store *store, hs_post *posts) {
    group g = {.service = service, .store = store, .posts = posts};
    hs_error error = {0};
    hs_status status = store_group(&g, &error);
    hs_snapshot_unref(g.snapshot);
    g.snapshot = NULL;
    hs_error load_error = {0};
    if (status == HS_OK && publish(&g, &load_error) == HS_OK)
        g.snapshot = hs_service_snapshot(service);
    else if (status == HS_OK)
        hs_log_write(service->log, HS_LOG_ERROR, "live", "error=\"%s\"", load_error.message);
    else
        hs_log_write(service->log, HS_LOG_ERROR, "live", "error=\"%s\"", error.message);
    if (status == HS_OK) announce(&g);
    answer_all(&g, status, &error);
    hs_snapshot_unref(g.snapshot);
}

/* Takes what waits, in order, up to the size of a group. */
static hs_post *take_group(hs_service *service) {
    hs_post *first = service->live_first;
    hs_post *last = first;
    size_t items = first->count;
    while (last->next && items + last->next->count <= GROUP_ITEMS) {
        last = last->next;
        items += last->count;
    }
    service->live_first = last->next;
    if (!service->live_first) service->live_last = NULL;
    last->next = NULL;
    return first;
}

static void refuse_group(hs_post *posts, const hs_error *error) {
    group g = {.posts = posts};
    answer_all(&g, error->status, error);
}

static void *run_live(void *context) {
    hs_service *service = context;
    hs_store *store = NULL;
    pthread_mutex_lock(&service->live_lock);
    while (!service->live_stopping || service->live_first) {
        if (!service->live_first) {
            pthread_cond_wait(&service->live_wake, &service->live_lock);
            continue;
        }
        hs_post *posts = take_group(service);
        pthread_mutex_unlock(&service->live_lock);
        hs_error error = {0};
        if (store || hs_store_open(service->url, HS_STORE_WRITE, &error, &store) == HS_OK)
            run_group(service, store, posts);
        else
            refuse_group(posts, &error);
        pthread_mutex_lock(&service->live_lock);
    }
    pthread_mutex_unlock(&service->live_lock);
    hs_store_close(store);
    return NULL;
}

static hs_status start(hs_service *service, hs_error *error) {
    if (service->mode == HS_STORE_READ)
        return hs_error_set(error, HS_E_DENIED, "this server only reads (--read-only): nothing can be added");
    if (service->live_stopping) return hs_error_set(error, HS_E_CANCELLED, "the service is stopping");
    if (service->live_running) return HS_OK;
    if (pthread_create(&service->live_thread, NULL, run_live, service) != 0)
        return hs_error_set(error, HS_E_INTERNAL, "cannot start the thread that stores incidents");
    service->live_running = true;
    return HS_OK;
}

void hs_service_post(hs_service *service, hs_post *post) {
    hs_error error = {0};
    post->next = NULL;
    pthread_mutex_lock(&service->live_lock);
    hs_status status = start(service, &error);
    if (status == HS_OK) {
        if (service->live_last)
            service->live_last->next = post;
        else
            service->live_first = post;
        service->live_last = post;
        pthread_cond_signal(&service->live_wake);
    }
    pthread_mutex_unlock(&service->live_lock);
    if (status == HS_OK) return;
    error.status = status;
    fail_post(post, &error);
    post->done(post->context);
}

void hs_service_stop_live(hs_service *service) {
    pthread_mutex_lock(&service->live_lock);
    service->live_stopping = true;
    pthread_cond_signal(&service->live_wake);
    bool running = service->live_running;
    service->live_running = false;
    pthread_mutex_unlock(&service->live_lock);
    if (running) pthread_join(service->live_thread, NULL);
}
