#include "service/shared_cache.h"

#include "base/hash.h"

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct hs_shared_entry {
    atomic_uint refs;
    hs_shared_key key;
    void *value;
    void (*free_value)(void *value);
    size_t bytes;
    bool done;
    hs_status status;
    hs_error error;
    GList place; /* in the cache's list */
};

struct hs_shared_cache {
    pthread_mutex_t lock;
    pthread_cond_t made;
    GHashTable *entries; /* key to entry */
    GQueue recent;       /* the one used last first */
    size_t budget, bytes;
};

static guint key_hash(gconstpointer key) {
    return (guint)hs_hash(key, sizeof(hs_shared_key), 0);
}

static gboolean key_equal(gconstpointer a, gconstpointer b) {
    return memcmp(a, b, sizeof(hs_shared_key)) == 0;
}

hs_shared_cache *hs_shared_cache_new(size_t budget_bytes) {
    hs_shared_cache *cache = calloc(1, sizeof *cache);
    if (!cache) return NULL;
    pthread_mutex_init(&cache->lock, NULL);
    pthread_cond_init(&cache->made, NULL);
    cache->entries = g_hash_table_new(key_hash, key_equal);
    cache->budget = budget_bytes;
    return cache;
}

const void *hs_shared_value(const hs_shared_entry *entry) {
    return entry->value;
}

void hs_shared_unref(hs_shared_entry *entry) {
    if (!entry || atomic_fetch_sub(&entry->refs, 1) != 1) return;
    if (entry->value) entry->free_value(entry->value);
    free(entry);
}

static void unlink_entry(hs_shared_cache *cache, hs_shared_entry *entry) {
    g_queue_unlink(&cache->recent, &entry->place);
    g_hash_table_remove(cache->entries, &entry->key);
    cache->bytes -= entry->bytes;
}

static void forget(hs_shared_cache *cache, hs_shared_entry *entry) {
    unlink_entry(cache, entry);
    hs_shared_unref(entry);
}

void hs_shared_cache_free(hs_shared_cache *cache) {
    if (!cache) return;
    hs_shared_entry *entry;
    while ((entry = g_queue_peek_tail(&cache->recent)))
        forget(cache, entry);
    g_hash_table_destroy(cache->entries);
    pthread_cond_destroy(&cache->made);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

static void evict(hs_shared_cache *cache) {
    for (GList *at = cache->recent.tail, *newer; at && cache->bytes > cache->budget; at = newer) {
        newer = at->prev;
        hs_shared_entry *entry = at->data;
        if (entry->done) forget(cache, entry);
    }
}

void hs_shared_cache_drop(hs_shared_cache *cache, uint64_t kind, uint64_t kept) {
    pthread_mutex_lock(&cache->lock);
    for (GList *at = cache->recent.tail, *newer; at; at = newer) {
        newer = at->prev;
        hs_shared_entry *entry = at->data;
        if (entry->done && entry->key.word[0] == kind && entry->key.word[2] != kept) forget(cache, entry);
    }
    pthread_mutex_unlock(&cache->lock);
}

/* Makes the value with the lock held on entry and on return, released in between. */
static void fill(hs_shared_cache *cache, hs_shared_entry *entry, const hs_shared_maker *maker) {
    g_hash_table_insert(cache->entries, &entry->key, entry);
    entry->place.data = entry;
    g_queue_push_head_link(&cache->recent, &entry->place);
    pthread_mutex_unlock(&cache->lock);
    size_t bytes = 0;
    void *value = NULL;
    hs_status status = maker->make(maker->context, &entry->error, &value, &bytes);
    pthread_mutex_lock(&cache->lock);
    entry->value = value;
    entry->bytes = bytes + sizeof *entry;
    entry->status = status;
    entry->done = true;
    cache->bytes += entry->bytes;
    if (status != HS_OK) {
        unlink_entry(cache, entry);
        atomic_fetch_sub(&entry->refs, 1); /* the caller has another */
    }
    pthread_cond_broadcast(&cache->made);
    evict(cache);
}

/* *cancelled: another one gave up making what this one waited for. */
static hs_status get_once(hs_shared_cache *cache, const hs_shared_key *key, const hs_shared_maker *maker,
                          hs_error *error, hs_shared_entry **out, bool *cancelled) {
    bool waited = false;
    pthread_mutex_lock(&cache->lock);
    hs_shared_entry *entry = g_hash_table_lookup(cache->entries, key);
    if (entry) {
        atomic_fetch_add(&entry->refs, 1);
        for (; !entry->done; waited = true)
            pthread_cond_wait(&cache->made, &cache->lock);
        if (!waited && cache->recent.head != &entry->place) {
            g_queue_unlink(&cache->recent, &entry->place);
            g_queue_push_head_link(&cache->recent, &entry->place);
        }
    } else {
        entry = calloc(1, sizeof *entry);
        if (!entry) {
            pthread_mutex_unlock(&cache->lock);
            return hs_error_set(error, HS_E_MEMORY, "out of memory");
        }
        atomic_init(&entry->refs, 2); /* the cache's and the caller's */
        entry->key = *key;
        entry->free_value = maker->free_value;
        fill(cache, entry, maker);
    }
    hs_status status = entry->status;
    *cancelled = waited && status == HS_E_CANCELLED;
    if (status != HS_OK && error) *error = entry->error;
    pthread_mutex_unlock(&cache->lock);
    if (status == HS_OK)
        *out = entry;
    else
        hs_shared_unref(entry);
    return status;
}

hs_status hs_shared_cache_get(hs_shared_cache *cache, const hs_shared_key *key, const hs_shared_maker *maker,
                              hs_error *error, hs_shared_entry **out) {
    bool cancelled;
    hs_status status;
    do {
        cancelled = false;
        status = get_once(cache, key, maker, error, out, &cancelled);
    } while (cancelled);
    return status;
}

bool hs_shared_cache_has(hs_shared_cache *cache, const hs_shared_key *key) {
    pthread_mutex_lock(&cache->lock);
    const hs_shared_entry *entry = g_hash_table_lookup(cache->entries, key);
    bool done = entry && entry->done;
    pthread_mutex_unlock(&cache->lock);
    return done;
}
