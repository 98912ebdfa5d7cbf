#include "service/duplicates.h"
#include "service/jobs.h"
#include "service/live.h"
#include "service/service_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define DEFAULT_SELECTION_BYTES ((size_t)128 << 20)
#define DEFAULT_SHARED_BYTES    ((size_t)256 << 20)
#define FOLLOW_INTERVAL_MS      500

hs_store *hs_service_store(hs_service *service) {
    return service->store;
}

void hs_service_store_lock(hs_service *service) {
    pthread_mutex_lock(&service->store_lock);
}

void hs_service_store_unlock(hs_service *service) {
    pthread_mutex_unlock(&service->store_lock);
}

hs_pool *hs_service_pool(hs_service *service) {
    return service->pool;
}

hs_status hs_service_open(const char *url, hs_store_mode mode, const hs_service_options *options,
                          hs_error *error, hs_service **service) {
    hs_service_options none = {0};
    if (!options) options = &none;
    hs_service *made = calloc(1, sizeof *made);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    pthread_mutex_init(&made->store_lock, NULL);
    pthread_mutex_init(&made->lock, NULL);
    pthread_mutex_init(&made->geocoder_lock, NULL);
    pthread_mutex_init(&made->load_lock, NULL);
    pthread_mutex_init(&made->follow_lock, NULL);
    pthread_mutex_init(&made->live_lock, NULL);
    pthread_cond_init(&made->live_wake, NULL);
    pthread_mutex_init(&made->observer_lock, NULL);
    pthread_mutex_init(&made->users_lock, NULL);
    pthread_mutex_init(&made->duplicates_lock, NULL);
    pthread_mutex_init(&made->review_lock, NULL);
    pthread_mutex_init(&made->decide_lock, NULL);
    pthread_mutex_init(&made->edit_lock, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&made->follow_wake, &attributes);
    pthread_condattr_destroy(&attributes);
    made->mode = mode;
    made->serves_tiles = options->serves_tiles;
    made->log = options->log;
    made->url = strdup(url);
    made->selections =
        hs_selection_cache_new(options->cache_bytes ? options->cache_bytes : DEFAULT_SELECTION_BYTES);
    made->shared =
        hs_shared_cache_new(options->cache_bytes ? 2 * options->cache_bytes : DEFAULT_SHARED_BYTES);
    made->jobs = hs_jobs_new();
    hs_status status = made->url && made->selections && made->shared && made->jobs
                           ? HS_OK
                           : hs_error_set(error, HS_E_MEMORY, "out of memory");
    if (status == HS_OK) status = hs_street_words_new(error, &made->words);
    if (status == HS_OK) status = hs_pool_new(options->threads, error, &made->pool);
    if (status == HS_OK) status = hs_store_open(url, mode, error, &made->store);
    if (status != HS_OK) {
        hs_service_close(made);
        return status;
    }
    *service = made;
    return HS_OK;
}

static void stop_following(hs_service *service) {
    if (!service->following) return;
    pthread_mutex_lock(&service->follow_lock);
    service->stopping = true;
    pthread_cond_signal(&service->follow_wake);
    pthread_mutex_unlock(&service->follow_lock);
    pthread_join(service->follower, NULL);
    service->following = false;
}

void hs_service_close(hs_service *service) {
    if (!service) return;
    hs_service_stop_jobs(service);
    hs_service_stop_live(service);
    stop_following(service);
    hs_pool_free(service->pool); /* first: it runs what still waits there */
    hs_selection_cache_free(service->selections);
    hs_shared_cache_free(service->shared);
    hs_service_free_geocoders(service);
    hs_review_index_free(service->review);
    hs_street_words_free(service->words);
    hs_service_drop_kept(service, true);
    hs_snapshot_unref(service->current);
    hs_duplicates_unref(service->duplicates);
    pthread_mutex_destroy(&service->duplicates_lock);
    pthread_mutex_destroy(&service->review_lock);
    pthread_mutex_destroy(&service->decide_lock);
    hs_store_close(service->review_store);
    pthread_mutex_destroy(&service->edit_lock);
    hs_store_close(service->edit_store);
    hs_service_free_users(service);
    hs_store_close(service->reader);
    pthread_mutex_destroy(&service->users_lock);
    hs_store_close(service->store);
    pthread_mutex_destroy(&service->observer_lock);
    pthread_cond_destroy(&service->live_wake);
    pthread_mutex_destroy(&service->live_lock);
    pthread_cond_destroy(&service->follow_wake);
    pthread_mutex_destroy(&service->follow_lock);
    pthread_mutex_destroy(&service->load_lock);
    pthread_mutex_destroy(&service->geocoder_lock);
    pthread_mutex_destroy(&service->lock);
    pthread_mutex_destroy(&service->store_lock);
    free(service->url);
    free(service);
}

hs_snapshot *hs_service_snapshot(hs_service *service) {
    pthread_mutex_lock(&service->lock);
    hs_snapshot *snapshot = service->current ? hs_snapshot_ref(service->current) : NULL;
    pthread_mutex_unlock(&service->lock);
    return snapshot;
}

void hs_service_abandon(hs_service *service) {
    atomic_store(&service->abandoned, true);
}

hs_status hs_service_check_abandoned(const hs_service *service, hs_error *error) {
    if (!service || !atomic_load_explicit(&service->abandoned, memory_order_relaxed)) return HS_OK;
    return hs_error_set(error, HS_E_CANCELLED, "the server is stopping: the computation was not finished");
}

void hs_service_observe(hs_service *service, hs_service_observer observer, void *context) {
    pthread_mutex_lock(&service->observer_lock);
    service->observer = observer;
    service->observer_context = context;
    pthread_mutex_unlock(&service->observer_lock);
}

void hs_service_announce(hs_service *service, const char *event, hs_str data) {
    pthread_mutex_lock(&service->observer_lock);
    if (service->observer) service->observer(service->observer_context, event, data);
    pthread_mutex_unlock(&service->observer_lock);
}

bool hs_service_ready(hs_service *service) {
    pthread_mutex_lock(&service->lock);
    bool ready = service->current != NULL;
    pthread_mutex_unlock(&service->lock);
    return ready;
}

/* Waits for the interval or for stopping; true when it is time to stop. */
static bool wait_interval(hs_service *service) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += FOLLOW_INTERVAL_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&service->follow_lock);
    while (!service->stopping) {
        if (pthread_cond_timedwait(&service->follow_wake, &service->follow_lock, &until) == ETIMEDOUT) break;
    }
    bool stop = service->stopping;
    pthread_mutex_unlock(&service->follow_lock);
    return stop;
}

/* So that nobody who asks for distinct cases waits for them to be found. */
static void warm_duplicates(hs_service *service) {
    hs_snapshot *snapshot = hs_service_snapshot(service);
    hs_duplicates *duplicates = NULL;
    hs_error error = {0};
    if (snapshot && hs_service_duplicates(service, snapshot, &error, &duplicates) != HS_OK)
        hs_log_write(service->log, HS_LOG_ERROR, "duplicates", "error=\"%s\"", error.message);
    hs_duplicates_unref(duplicates);
    hs_snapshot_unref(snapshot);
}

static void *follow(void *context) {
    hs_service *service = context;
    uint64_t seen = 0;
    warm_duplicates(service);
    while (!wait_interval(service)) {
        hs_service_drop_kept(service, false);
        hs_error error = {0};
        hs_load_times times = {0};
        if (hs_service_load(service, &error, &times) != HS_OK) {
            hs_log_write(service->log, HS_LOG_ERROR, "follow", "error=\"%s\"", error.message);
            continue;
        }
        hs_snapshot *snapshot = hs_service_snapshot(service);
        if (seen != 0 && snapshot->version != seen)
            hs_log_write(service->log, HS_LOG_INFO, "snapshot", "version=%llu incidents=%llu ms=%.0f",
                         (unsigned long long)snapshot->version,
                         (unsigned long long)snapshot->incidents->count, times.total_ms);
        if (seen != snapshot->version) warm_duplicates(service);
        seen = snapshot->version;
        hs_snapshot_unref(snapshot);
    }
    return NULL;
}

hs_status hs_service_follow(hs_service *service, hs_error *error) {
    if (service->following) return HS_OK;
    if (pthread_create(&service->follower, NULL, follow, service) != 0)
        return hs_error_set(error, HS_E_INTERNAL, "cannot start the thread that follows the store");
    service->following = true;
    return HS_OK;
}
