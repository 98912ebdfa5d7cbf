#include "service/duplicates.h"
#include "service/service_private.h"

#include <glib.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* The rows of one chunk that pass one filter; shared by the selections of successive snapshots. */
typedef struct chunk_bits {
    atomic_uint refs;
    uint64_t chunk_id;
    uint32_t passed;
    bool all; /* every row passes: no words kept */
    uint64_t words[];
} chunk_bits;

typedef struct cached_selection {
    hs_selection selection; /* first: what callers hold points here */
    atomic_uint refs;
    uint64_t filter_hash, snapshot_serial, geography_version;
    chunk_bits **bits;
    size_t bytes;
    bool done, linked;
    hs_status status;
    hs_error error;
    GList place; /* in the cache's list */
} cached_selection;

struct hs_selection_cache {
    pthread_mutex_t lock;
    pthread_cond_t computed;
    size_t budget, bytes;
    GQueue recent; /* the one used last first */
};

struct hs_selection_cache *hs_selection_cache_new(size_t budget_bytes) {
    struct hs_selection_cache *cache = calloc(1, sizeof *cache);
    if (!cache) return NULL;
    pthread_mutex_init(&cache->lock, NULL);
    pthread_cond_init(&cache->computed, NULL);
    cache->budget = budget_bytes;
    return cache;
}

static void bits_unref(chunk_bits *bits) {
    if (bits && atomic_fetch_sub(&bits->refs, 1) == 1) free(bits);
}

static void entry_unref(cached_selection *entry) {
    if (atomic_fetch_sub(&entry->refs, 1) != 1) return;
    for (uint32_t i = 0; entry->bits && i < entry->selection.chunk_count; i++)
        bits_unref(entry->bits[i]);
    free(entry->bits);
    free((void *)entry->selection.bits);
    free(entry);
}

static void unlink_entry(struct hs_selection_cache *cache, cached_selection *entry) {
    g_queue_unlink(&cache->recent, &entry->place);
    entry->linked = false;
    cache->bytes -= entry->bytes;
}

static void link_newest(struct hs_selection_cache *cache, cached_selection *entry) {
    entry->place.data = entry;
    g_queue_push_head_link(&cache->recent, &entry->place);
    entry->linked = true;
    cache->bytes += entry->bytes;
}

void hs_selection_cache_free(struct hs_selection_cache *cache) {
    if (!cache) return;
    cached_selection *entry;
    while ((entry = g_queue_peek_tail(&cache->recent))) {
        unlink_entry(cache, entry);
        entry_unref(entry);
    }
    pthread_cond_destroy(&cache->computed);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

void hs_service_selection_unref(const hs_selection *selection) {
    if (selection) entry_unref((cached_selection *)selection);
}

typedef struct computing {
    const hs_filter *filter;
    cached_selection *entry;
    const hs_duplicates *duplicates; /* where the filter asks for them */
    uint32_t *missing;               /* chunks whose bits are to be computed */
    uint32_t missing_count;
} computing;

static chunk_bits *compute_chunk(const computing *work, const hs_incident_chunk *chunk) {
    size_t words = ((size_t)chunk->count + 63) / 64;
    chunk_bits *bits = calloc(1, sizeof *bits + words * sizeof(uint64_t));
    if (!bits) return NULL;
    atomic_init(&bits->refs, 1);
    bits->chunk_id = chunk->id;
    bits->passed = hs_filter_chunk(work->filter, work->entry->selection.snapshot, chunk, bits->words);
    if (work->duplicates)
        bits->passed = hs_duplicates_mask(work->duplicates, chunk,
                                          work->filter->duplicates == HS_DUPLICATES_ONLY, bits->words);
    if (bits->passed == chunk->count) {
        chunk_bits *small = realloc(bits, sizeof *bits);
        if (small) bits = small;
        bits->all = true;
    }
    return bits;
}

static int by_chunk(const void *left, const void *right) {
    uint64_t a = (*(chunk_bits *const *)left)->chunk_id, b = (*(chunk_bits *const *)right)->chunk_id;
    return (a > b) - (a < b);
}

static chunk_bits *find_bits(chunk_bits **sorted, uint32_t count, uint64_t chunk_id) {
    chunk_bits key = {.chunk_id = chunk_id}, *wanted = &key;
    chunk_bits **found = count > 0 ? bsearch(&wanted, sorted, count, sizeof(chunk_bits *), by_chunk) : NULL;
    return found ? *found : NULL;
}

/* Takes over the bits of chunks that the same filter has been evaluated on in an earlier snapshot, and lists
 * the others. Chunks mostly keep their places, so looking there first makes it O(chunks). */
static bool share_bits(computing *work, const cached_selection *previous) {
    const hs_incidents *incidents = work->entry->selection.snapshot->incidents;
    uint32_t count = incidents->chunk_count, old = previous ? previous->selection.chunk_count : 0;
    chunk_bits **sorted = NULL;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t id = incidents->chunk[i]->id;
        chunk_bits *bits = i < old && previous->bits[i]->chunk_id == id ? previous->bits[i] : NULL;
        if (!bits && old > 0 && !sorted) {
            sorted = malloc(old * sizeof(chunk_bits *));
            if (!sorted) return false;
            memcpy(sorted, previous->bits, old * sizeof(chunk_bits *));
            qsort(sorted, old, sizeof(chunk_bits *), by_chunk);
        }
        if (!bits) bits = find_bits(sorted, old, id);
        if (bits)
            atomic_fetch_add(&bits->refs, 1);
        else
            work->missing[work->missing_count++] = i;
        work->entry->bits[i] = bits;
    }
    free(sorted);
    return true;
}

static void compute_range(void *context, size_t begin, size_t end) {
    computing *work = context;
    const hs_incidents *incidents = work->entry->selection.snapshot->incidents;
    for (size_t i = begin; i < end; i++) {
        uint32_t chunk = work->missing[i];
        work->entry->bits[chunk] = compute_chunk(work, incidents->chunk[chunk]);
    }
}

/* The bits of all chunks, NULL in the entry where memory is out. */
static bool compute_bits(hs_service *service, const hs_filter *filter, cached_selection *entry,
                         const cached_selection *previous) {
    hs_duplicates *duplicates = NULL;
    if (filter->duplicates &&
        hs_service_duplicates(service, entry->selection.snapshot, NULL, &duplicates) != HS_OK)
        return false;
    computing work = {.filter = filter, .entry = entry, .duplicates = duplicates};
    work.missing = malloc(((size_t)entry->selection.chunk_count + 1) * sizeof *work.missing);
    bool good = work.missing && share_bits(&work, previous);
    if (good) hs_pool_for(service->pool, work.missing_count, 4, compute_range, &work);
    free(work.missing);
    hs_duplicates_unref(duplicates);
    return good;
}

/* Fills an entry; bits stand for every chunk of the snapshot, unpositioned ones too, so that counts agree. */
static hs_status compute(hs_service *service, const hs_filter *filter, cached_selection *entry,
                         const cached_selection *previous, hs_error *error) {
    const hs_incidents *incidents = entry->selection.snapshot->incidents;
    uint32_t count = incidents->chunk_count;
    entry->selection.chunk_count = count;
    entry->bits = calloc((size_t)count + 1, sizeof(chunk_bits *));
    const uint64_t **words = calloc((size_t)count + 1, sizeof(uint64_t *));
    entry->selection.bits = words;
    if (!entry->bits || !words) {
        entry->selection.chunk_count = entry->bits ? count : 0;
        return hs_error_set(error, HS_E_MEMORY, "out of memory for a selection");
    }
    if (!compute_bits(service, filter, entry, previous))
        return hs_error_set(error, HS_E_MEMORY, "out of memory for a selection");
    for (uint32_t i = 0; i < count; i++) {
        chunk_bits *bits = entry->bits[i];
        if (!bits) return hs_error_set(error, HS_E_MEMORY, "out of memory for a selection");
        words[i] = bits->all ? NULL : bits->words;
        if (incidents->chunk[i]->positioned) entry->selection.count += bits->passed;
        entry->bytes +=
            bits->all ? sizeof *bits : sizeof *bits + ((size_t)incidents->chunk[i]->count + 63) / 64 * 8;
    }
    entry->bytes += sizeof *entry + (size_t)count * 16;
    return HS_OK;
}

static void evict(struct hs_selection_cache *cache) {
    for (GList *at = cache->recent.tail, *newer; at && cache->bytes > cache->budget; at = newer) {
        cached_selection *entry = at->data;
        newer = at->prev;
        if (!entry->done) continue;
        unlink_entry(cache, entry);
        entry_unref(entry);
    }
}

/* The entry of this filter and snapshot; else NULL, and *previous is one of the same filter elsewhere. The
 * serial stands for the snapshot: an entry keeps no reference, or it would keep old cities in memory. */
static cached_selection *find(struct hs_selection_cache *cache, uint64_t hash, const hs_snapshot *snapshot,
                              cached_selection **previous) {
    *previous = NULL;
    for (const GList *at = cache->recent.head; at; at = at->next) {
        cached_selection *entry = at->data;
        if (entry->filter_hash != hash) continue;
        if (entry->snapshot_serial == snapshot->serial) return entry;
        if (entry->done && entry->geography_version == snapshot->geography_version && !*previous)
            *previous = entry;
    }
    return NULL;
}

/* Takes an entry out of the cache while the caller has a reference of its own. */
static void give_up(struct hs_selection_cache *cache, cached_selection *entry) {
    unlink_entry(cache, entry);
    atomic_fetch_sub(&entry->refs, 1);
}

/* Computes a new entry with the cache's lock held on entry and on return, released in between. */
static void compute_and_cache(hs_service *service, const hs_filter *filter, cached_selection *entry,
                              cached_selection *previous) {
    struct hs_selection_cache *cache = service->selections;
    link_newest(cache, entry);
    if (previous) atomic_fetch_add(&previous->refs, 1);
    pthread_mutex_unlock(&cache->lock);
    hs_status status = compute(service, filter, entry, previous, &entry->error);
    pthread_mutex_lock(&cache->lock);
    entry->status = status;
    entry->done = true;
    cache->bytes += entry->bytes;
    if (status != HS_OK) give_up(cache, entry);
    if (previous) {
        if (previous->linked) give_up(cache, previous);
        entry_unref(previous);
    }
    pthread_cond_broadcast(&cache->computed);
    evict(cache);
}

hs_status hs_service_select(hs_service *service, const hs_snapshot *snapshot, const hs_filter *filter,
                            hs_error *error, const hs_selection **selection) {
    struct hs_selection_cache *cache = service->selections;
    pthread_mutex_lock(&cache->lock);
    cached_selection *previous;
    cached_selection *entry = find(cache, filter->hash, snapshot, &previous);
    if (entry) {
        atomic_fetch_add(&entry->refs, 1);
        while (!entry->done)
            pthread_cond_wait(&cache->computed, &cache->lock);
        if (entry->linked) {
            unlink_entry(cache, entry);
            link_newest(cache, entry);
        }
    } else {
        entry = calloc(1, sizeof *entry);
        if (!entry) {
            pthread_mutex_unlock(&cache->lock);
            return hs_error_set(error, HS_E_MEMORY, "out of memory for a selection");
        }
        atomic_init(&entry->refs, 2); /* the cache's and the caller's */
        entry->filter_hash = filter->hash;
        entry->snapshot_serial = snapshot->serial;
        entry->geography_version = snapshot->geography_version;
        entry->selection.snapshot = snapshot;
        compute_and_cache(service, filter, entry, previous);
    }
    hs_status status = entry->status;
    if (status != HS_OK && error) *error = entry->error;
    pthread_mutex_unlock(&cache->lock);
    if (status == HS_OK)
        *selection = &entry->selection;
    else
        entry_unref(entry);
    return status;
}
