#include "http/cache.h"

#include <glib.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#define BUCKETS 8192u

/* What an answer that is made ready takes beside the bytes. */
enum { READY_BYTES = 1024 };

typedef struct ready_answer {
    uint64_t kind;
    void *made;
    void (*release)(void *made);
} ready_answer;

struct hs_cache_entry {
    atomic_uint refs;
    _Atomic(ready_answer *) ready;
    uint64_t key, etag;
    char *bytes;
    size_t size;
    bool coded, filled;
    struct hs_cache_entry *next; /* in the bucket */
    GList place;                 /* among the filled ones */
};

struct hs_cache {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    size_t budget, used;
    GQueue recent; /* filled entries, the one used last first */
    hs_cache_entry *bucket[BUCKETS];
};

hs_cache *hs_cache_new(size_t budget_bytes) {
    hs_cache *cache = calloc(1, sizeof *cache);
    if (!cache) return NULL;
    pthread_mutex_init(&cache->lock, NULL);
    pthread_cond_init(&cache->changed, NULL);
    cache->budget = budget_bytes;
    return cache;
}

void hs_cache_release(hs_cache_entry *entry) {
    if (!entry || atomic_fetch_sub(&entry->refs, 1) != 1) return;
    ready_answer *ready = atomic_load(&entry->ready);
    if (ready) ready->release(ready->made);
    free(ready);
    free(entry->bytes);
    free(entry);
}

void hs_cache_free(hs_cache *cache) {
    if (!cache) return;
    for (unsigned i = 0; i < BUCKETS; i++) {
        while (cache->bucket[i]) {
            hs_cache_entry *entry = cache->bucket[i];
            cache->bucket[i] = entry->next;
            hs_cache_release(entry);
        }
    }
    pthread_cond_destroy(&cache->changed);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

static hs_cache_entry **bucket_of(hs_cache *cache, uint64_t key, uint64_t etag) {
    return &cache->bucket[(key ^ (etag * UINT64_C(0x9E3779B97F4A7C15))) >> 32 & (BUCKETS - 1)];
}

static hs_cache_entry *find(hs_cache *cache, uint64_t key, uint64_t etag) {
    hs_cache_entry *entry = *bucket_of(cache, key, etag);
    while (entry && (entry->key != key || entry->etag != etag))
        entry = entry->next;
    return entry;
}

static size_t cost(const hs_cache_entry *entry) {
    return sizeof *entry + READY_BYTES + entry->size;
}

static void link_newest(hs_cache *cache, hs_cache_entry *entry) {
    entry->place.data = entry;
    g_queue_push_head_link(&cache->recent, &entry->place);
    cache->used += cost(entry);
}

static void unlink_used(hs_cache *cache, hs_cache_entry *entry) {
    g_queue_unlink(&cache->recent, &entry->place);
    cache->used -= cost(entry);
}

/* Takes an entry out of its bucket. */
static void detach(hs_cache *cache, const hs_cache_entry *entry) {
    hs_cache_entry **at = bucket_of(cache, entry->key, entry->etag);
    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
}

static hs_cache_entry *add(hs_cache *cache, uint64_t key, uint64_t etag) {
    hs_cache_entry *entry = calloc(1, sizeof *entry);
    if (!entry) return NULL;
    atomic_init(&entry->refs, 2); /* the cache's and the caller's */
    entry->key = key;
    entry->etag = etag;
    hs_cache_entry **bucket = bucket_of(cache, key, etag);
    entry->next = *bucket;
    *bucket = entry;
    return entry;
}

/* A reference for the caller; the entry is now the one used last. */
static void take(hs_cache *cache, hs_cache_entry *entry) {
    atomic_fetch_add(&entry->refs, 1);
    unlink_used(cache, entry);
    link_newest(cache, entry);
}

hs_cache_entry *hs_cache_peek(hs_cache *cache, uint64_t key, uint64_t etag) {
    pthread_mutex_lock(&cache->lock);
    hs_cache_entry *entry = find(cache, key, etag);
    if (entry && !entry->filled) entry = NULL;
    if (entry) take(cache, entry);
    pthread_mutex_unlock(&cache->lock);
    return entry;
}

hs_cache_entry *hs_cache_get(hs_cache *cache, uint64_t key, uint64_t etag, bool *filled) {
    pthread_mutex_lock(&cache->lock);
    hs_cache_entry *entry = find(cache, key, etag);
    while (entry && !entry->filled) {
        pthread_cond_wait(&cache->changed, &cache->lock);
        entry = find(cache, key, etag);
    }
    if (entry) {
        take(cache, entry);
        *filled = true;
    } else {
        entry = add(cache, key, etag);
        *filled = false;
    }
    pthread_mutex_unlock(&cache->lock);
    return entry;
}

/* Takes out an entry to which the caller has a reference of its own. */
static void forget(hs_cache *cache, hs_cache_entry *entry) {
    detach(cache, entry);
    atomic_fetch_sub(&entry->refs, 1);
}

static void make_room(hs_cache *cache) {
    while (cache->used > cache->budget) {
        hs_cache_entry *oldest = g_queue_peek_tail(&cache->recent);
        unlink_used(cache, oldest);
        detach(cache, oldest);
        hs_cache_release(oldest);
    }
}

void hs_cache_fill(hs_cache *cache, hs_cache_entry *entry, char *bytes, size_t size, bool coded) {
    pthread_mutex_lock(&cache->lock);
    entry->bytes = bytes;
    entry->size = size;
    entry->coded = coded;
    entry->filled = true;
    if (cost(entry) > cache->budget) {
        forget(cache, entry); /* or everything else would go for it, and then it too */
    } else {
        link_newest(cache, entry);
        make_room(cache);
    }
    pthread_cond_broadcast(&cache->changed);
    pthread_mutex_unlock(&cache->lock);
}

void hs_cache_abandon(hs_cache *cache, hs_cache_entry *entry) {
    pthread_mutex_lock(&cache->lock);
    forget(cache, entry);
    pthread_cond_broadcast(&cache->changed);
    pthread_mutex_unlock(&cache->lock);
    hs_cache_release(entry);
}

void *hs_cache_ready(hs_cache_entry *entry, uint64_t kind) {
    const ready_answer *ready = atomic_load(&entry->ready);
    return ready && ready->kind == kind ? ready->made : NULL;
}

bool hs_cache_keep_ready(hs_cache_entry *entry, uint64_t kind, void *made, void (*release)(void *made)) {
    ready_answer *ready = malloc(sizeof *ready), *none = NULL;
    if (!ready) return false;
    *ready = (ready_answer){kind, made, release};
    if (atomic_compare_exchange_strong(&entry->ready, &none, ready)) return true;
    free(ready);
    return false;
}

hs_str hs_cache_bytes(const hs_cache_entry *entry) {
    return (hs_str){entry->bytes, entry->size};
}

bool hs_cache_coded(const hs_cache_entry *entry) {
    return entry->coded;
}

size_t hs_cache_used(hs_cache *cache) {
    pthread_mutex_lock(&cache->lock);
    size_t used = cache->used;
    pthread_mutex_unlock(&cache->lock);
    return used;
}
