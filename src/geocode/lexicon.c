#include "geocode/lexicon.h"

#include "base/hash.h"
#include <stdlib.h>
#include <string.h>

void hs_lexicon_add(hs_lexicon *lexicon, hs_name_kind kind, hs_str name, uint32_t tokens, uint32_t id,
                    uint32_t cut) {
    if (lexicon->count == lexicon->capacity) {
        size_t capacity = lexicon->capacity ? 2 * lexicon->capacity : 1024;
        hs_lexicon_entry *grown =
            capacity < UINT32_MAX ? realloc(lexicon->entry, capacity * sizeof *grown) : NULL;
        if (!grown) {
            lexicon->failed = true;
            return;
        }
        lexicon->entry = grown;
        lexicon->capacity = capacity;
    }
    if (tokens > lexicon->longest[kind]) lexicon->longest[kind] = tokens;
    lexicon->entry[lexicon->count++] = (hs_lexicon_entry){hs_hash_str(name, kind), id, cut};
}

static int compare_entries(const void *left, const void *right) {
    const hs_lexicon_entry *a = left, *b = right;
    if (a->hash != b->hash) return a->hash < b->hash ? -1 : 1;
    if (a->cut != b->cut) return a->cut < b->cut ? -1 : 1;
    return (a->id > b->id) - (a->id < b->id);
}

/* The same thing under the same name once, with its wholest key. */
static void drop_repeats(hs_lexicon *lexicon) {
    size_t kept = 0;
    for (size_t i = 0; i < lexicon->count; i++) {
        hs_lexicon_entry *entry = &lexicon->entry[i];
        bool known = false;
        for (size_t k = kept; k > 0 && lexicon->entry[k - 1].hash == entry->hash && kept - k < 64; k--)
            known |= lexicon->entry[k - 1].id == entry->id;
        if (!known) lexicon->entry[kept++] = *entry;
    }
    lexicon->count = kept;
}

hs_status hs_lexicon_build(hs_lexicon *lexicon, hs_error *error) {
    if (lexicon->count) qsort(lexicon->entry, lexicon->count, sizeof *lexicon->entry, compare_entries);
    drop_repeats(lexicon);
    size_t size = 64;
    while (size < 2 * lexicon->count)
        size *= 2;
    free(lexicon->slot);
    lexicon->slot = calloc(size, sizeof *lexicon->slot);
    if (!lexicon->slot || lexicon->failed)
        return hs_error_set(error, HS_E_MEMORY, "out of memory for the names of the gazetteer");
    lexicon->mask = size - 1;
    for (size_t i = 0; i < lexicon->count; i++) {
        if (i > 0 && lexicon->entry[i - 1].hash == lexicon->entry[i].hash) continue;
        size_t s = lexicon->entry[i].hash & lexicon->mask;
        while (lexicon->slot[s])
            s = (s + 1) & lexicon->mask;
        lexicon->slot[s] = (uint32_t)i + 1;
    }
    return HS_OK;
}

void hs_lexicon_done(hs_lexicon *lexicon) {
    free(lexicon->entry);
    free(lexicon->slot);
    memset(lexicon, 0, sizeof *lexicon);
}

const hs_lexicon_entry *hs_lexicon_find(const hs_lexicon *lexicon, hs_name_kind kind, hs_str name,
                                        size_t *count) {
    uint64_t hash = hs_hash_str(name, kind);
    *count = 0;
    for (size_t s = hash & lexicon->mask; lexicon->slot[s]; s = (s + 1) & lexicon->mask) {
        size_t first = lexicon->slot[s] - 1;
        if (lexicon->entry[first].hash != hash) continue;
        size_t end = first + 1;
        while (end < lexicon->count && lexicon->entry[end].hash == hash)
            end++;
        *count = end - first;
        return &lexicon->entry[first];
    }
    return NULL;
}
