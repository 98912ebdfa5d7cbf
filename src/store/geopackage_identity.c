#include "store/geopackage_identity.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Slots from this size on lie in huge pages where the system has them: a look-up in a million keys misses the
 * processor's table of pages less often, and new slots come with fewer faults. */
#define HUGE_PAGE ((size_t)2 << 20)

void hs_identity_set_done(hs_identity_set *set) {
    free(set->slots);
    *set = (hs_identity_set){0};
}

/* Keys are hashes or row numbers; multiplying spreads both over the high bits. */
static size_t home_slot(const hs_identity_set *set, uint64_t key) {
    return (size_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (set->capacity - 1);
}

static hs_identity *probe(const hs_identity_set *set, uint64_t key) {
    size_t slot = home_slot(set, key);
    while (set->slots[slot].id != 0 && set->slots[slot].key != key)
        slot = (slot + 1) & (set->capacity - 1);
    return &set->slots[slot];
}

static hs_identity *new_slots(size_t count) {
    size_t size = count * sizeof(hs_identity);
    if (size < HUGE_PAGE) return calloc(count, sizeof(hs_identity));
    hs_identity *slots = aligned_alloc(HUGE_PAGE, (size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
    if (!slots) return NULL;
    (void)madvise(slots, size, MADV_HUGEPAGE);
    memset(slots, 0, size);
    return slots;
}

static bool grow(hs_identity_set *set) {
    hs_identity_set larger = {.capacity = set->capacity ? set->capacity * 2 : 64, .count = set->count};
    if (larger.capacity > SIZE_MAX / 2 / sizeof *larger.slots) return false;
    larger.slots = new_slots(larger.capacity);
    if (!larger.slots) return false;
    for (size_t i = 0; i < set->capacity; i++)
        if (set->slots[i].id != 0) *probe(&larger, set->slots[i].key) = set->slots[i];
    free(set->slots);
    *set = larger;
    return true;
}

hs_identity *hs_identity_find(const hs_identity_set *set, uint64_t key) {
    if (set->capacity == 0) return NULL;
    hs_identity *found = probe(set, key);
    return found->id != 0 ? found : NULL;
}

hs_identity *hs_identity_put(hs_identity_set *set, uint64_t key) {
    if ((set->count + 1) * 3 > set->capacity * 2 && !grow(set)) return NULL;
    hs_identity *entry = probe(set, key);
    if (entry->id == 0) {
        *entry = (hs_identity){.key = key};
        set->count++;
    }
    return entry;
}
