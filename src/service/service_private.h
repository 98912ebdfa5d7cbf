/* What the files of this room share. */
#ifndef SERVICE_SERVICE_PRIVATE_H
#define SERVICE_SERVICE_PRIVATE_H

#include "city/duplicates.h"
#include "geocode/words.h"
#include "service/service.h"
#include "service/shared_cache.h"
#include <pthread.h>
#include <stdatomic.h>

struct hs_selection_cache;

/* For who reads on, and for who has read a first page only: these are many more. */
#define HS_KEPT_READ_ON   8
#define HS_KEPT_SNAPSHOTS 32

/* What finds things in one geography; each is made when it is first asked for and holds the geography. */
typedef struct hs_geocoder_entry {
    hs_geocoder *geocoder;
    hs_reverse_geocoder *reverse;
    hs_autocomplete *autocomplete;
    struct hs_map_world *map;
    const hs_geography *geography;
    struct hs_geocoder_entry *next;
} hs_geocoder_entry;

struct hs_service {
    char *url;
    hs_store_mode mode;
    hs_log *log;
    hs_pool *pool;
    bool serves_tiles;     /* as its options say */
    atomic_bool abandoned; /* long computations end */

    pthread_mutex_t store_lock; /* the store's handle is for one thread at a time */
    hs_store *store;

    pthread_mutex_t lock; /* held for moments only: every request takes it */
    hs_snapshot *current;
    struct hs_kept_snapshot { /* for pages (kept_snapshots.c) */
        hs_snapshot *snapshot;
        double used_ms;
    } kept[HS_KEPT_SNAPSHOTS];

    hs_street_words *words; /* that addresses are compared with */

    pthread_mutex_t geocoder_lock; /* held while a geocoder is made */
    hs_geocoder_entry *geocoders;

    /* Of the current snapshot; used by whoever loads, under load_lock. */
    pthread_mutex_t load_lock;
    int64_t last_row; /* largest incident row in the snapshot */
    uint64_t taxonomy_version;

    hs_store *reader; /* for reading versions and late rows; used under load_lock */

    /* Incidents that come one by one (live.c). */
    pthread_mutex_t live_lock;
    pthread_cond_t live_wake;
    pthread_t live_thread;
    bool live_running, live_stopping;
    struct hs_post *live_first, *live_last;

    /* Suggested duplicates of the newest incidents that were asked about (duplicates.c). */
    pthread_mutex_t duplicates_lock;
    hs_duplicates *duplicates;
    uint64_t duplicates_build, duplicates_version, duplicates_rules;

    /* Addresses that wait for a decision (review.c), and the handle that decisions are written by. */
    pthread_mutex_t review_lock, decide_lock;
    struct hs_review_index *review;
    hs_store *review_store;

    /* Changes of single rows (edit.c). */
    pthread_mutex_t edit_lock;
    hs_store *edit_store;

    struct hs_jobs *jobs; /* long work in its order (jobs.c) */

    /* Who may write (users.c). */
    pthread_mutex_t users_lock;
    struct hs_user_list *users;
    hs_store *users_store;

    /* Who is told of what happens (service.c). */
    pthread_mutex_t observer_lock;
    hs_service_observer observer;
    void *observer_context;

    struct hs_selection_cache *selections;
    hs_shared_cache *shared; /* what densities are made of */

    pthread_t follower;
    pthread_mutex_t follow_lock;
    pthread_cond_t follow_wake;
    bool following, stopping;
};

/* The write handle; hold hs_service_store_lock around its use. */
hs_store *hs_service_store(hs_service *service);
void hs_service_store_lock(hs_service *service);
void hs_service_store_unlock(hs_service *service);

/* HS_E_CANCELLED after hs_service_abandon. `service` may be NULL. */
hs_status hs_service_check_abandoned(const hs_service *service, hs_error *error);

/* Tells the observer, if there is one. */
void hs_service_announce(hs_service *service, const char *event, hs_str data);

/* Makes a snapshot current, which it takes over, and tells listeners (load.c). */
void hs_service_swap_snapshot(hs_service *service, hs_snapshot *snapshot);
/* Orders what was appended along the curve, a stage at a time: requests have the snapshot before meanwhile.
 */
hs_status hs_service_merge_appended(hs_service *service, hs_error *error);
/* Whether rows may be added to those of `old`: the rest of the city is the same. When as many rows came one
 * by one as the city had, it is worth ordering all of them anew. */
bool hs_service_may_append(const hs_service *service, const hs_snapshot *old, const hs_store_versions *now);
/* Makes the snapshot current that follows the current one by the commit `sequence` alone, which altered,
 * removed or added these rows of incidents: their chunks are made anew, everything else is shared. *published
 * is false, and nothing done, where something else has changed as well: load then (publish.c). */
hs_status hs_service_publish_changed(hs_service *service, hs_store *store, uint64_t sequence,
                                     const int64_t *rows, size_t count, hs_error *error, bool *published);
/* Makes the snapshot that follows `old` by decisions alone current: `moved` rows lie elsewhere, and at
 * `version` nothing else is other. *published is false, and nothing done, where another one is current
 * already (publish.c). */
hs_status hs_service_publish_moved(hs_service *service, const hs_snapshot *old, const hs_store_versions *now,
                                   const hs_moved_row *moved, size_t count, hs_decisions *decisions,
                                   hs_error *error, bool *published);

/* Reads the whole geography of a store (load.c). */
hs_status hs_load_geography(hs_store *store, hs_error *error, hs_geography **geography);
/* The store's classes, or the built-in ones where it has none. */
hs_status hs_load_taxonomy(hs_store *store, hs_error *error, hs_taxonomy **taxonomy);
hs_status hs_load_targets(hs_store *store, hs_error *error, hs_targets **targets);
/* Reads what was promised, decided and saved, where that is other than in the snapshot before, into one that
 * nobody else holds yet. */
hs_status hs_renew_lists(hs_service *service, hs_store *store, const hs_snapshot *old,
                         const hs_store_versions *versions, hs_snapshot *snapshot, hs_error *error);
hs_status hs_load_hotspots(hs_store *store, hs_error *error, hs_saved_hotspots **hotspots);
/* The city's settings with defaults; texts live in the arena. `geography` may be NULL. */
hs_status hs_load_info(hs_store *store, const char *url, const hs_geography *geography, hs_arena *arena,
                       hs_error *error, hs_city_info *info);

/* What maps of the snapshot's geography share, made on first use; valid while the snapshot is held
 * (geocoders.c). */
hs_status hs_service_map_world(hs_service *service, const hs_snapshot *snapshot, hs_error *error,
                               struct hs_map_world **world);

/* Frees the geocoders of geographies that no snapshot in use has (geocoders.c). */
void hs_service_drop_geocoders(hs_service *service);
/* Frees all of them: nobody may be using one. */
void hs_service_free_geocoders(hs_service *service);

/* Forgets snapshots that were kept for long enough, or all of them (kept_snapshots.c). */
void hs_service_drop_kept(hs_service *service, bool all);

struct hs_jobs *hs_jobs_new(void);
void hs_jobs_free(struct hs_jobs *jobs);

void hs_service_free_users(hs_service *service);
void hs_review_index_free(struct hs_review_index *index);

/* Selections (select.c). */
struct hs_selection_cache *hs_selection_cache_new(size_t budget_bytes);
void hs_selection_cache_free(struct hs_selection_cache *cache);

#endif
