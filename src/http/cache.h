/* Answers kept for repetition: immutable bytes by key and etag, least recently used dropped first beyond a
 * byte budget. What is being made is waited for instead of made twice. Thread-safe. */
#ifndef HTTP_CACHE_H
#define HTTP_CACHE_H

#include <hotspot/types.h>

typedef struct hs_cache hs_cache;
typedef struct hs_cache_entry hs_cache_entry;

hs_cache *hs_cache_new(size_t budget_bytes);
/* Entries still referenced live on until they are released. Nobody may be making one. */
void hs_cache_free(hs_cache *cache);

/* The entry of (key, etag) with a reference of its own; *filled says whether it has bytes. When it has none
 * the caller must make them and call fill or abandon; whoever asks meanwhile waits. NULL when memory is out.
 */
hs_cache_entry *hs_cache_get(hs_cache *cache, uint64_t key, uint64_t etag, bool *filled);
/* The entry of (key, etag) with a reference of its own when it has bytes; else NULL. Waits for nobody and
 * makes nothing. */
hs_cache_entry *hs_cache_peek(hs_cache *cache, uint64_t key, uint64_t etag);
/* Gives an entry its bytes (malloc'd, taken over). `coded`: they are gzip. The caller keeps its reference.
 * What is larger than the budget is not kept beyond that. */
void hs_cache_fill(hs_cache *cache, hs_cache_entry *entry, char *bytes, size_t size, bool coded);
/* Gives up making an entry: the next one who waits makes it. Releases the caller's reference. */
void hs_cache_abandon(hs_cache *cache, hs_cache_entry *entry);
void hs_cache_release(hs_cache_entry *entry);

/* What the bytes are sent as, made ready once: of one `kind` (a hash of whatever is sent beside them), NULL
 * where there is none of it. Whoever sends it keeps a reference to the entry meanwhile. To be kept with the
 * entry, which then calls `release`; false, and nothing taken over, where there is one already or memory is
 * out. */
void *hs_cache_ready(hs_cache_entry *entry, uint64_t kind);
bool hs_cache_keep_ready(hs_cache_entry *entry, uint64_t kind, void *made, void (*release)(void *made));

hs_str hs_cache_bytes(const hs_cache_entry *entry);
bool hs_cache_coded(const hs_cache_entry *entry);
size_t hs_cache_used(hs_cache *cache);

#endif
