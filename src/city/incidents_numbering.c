/* The distinct values of a column's rows, numbered in the order in which they come first. */
#include "city/incidents_private.h"

#include <stdlib.h>
#include <string.h>

static uint32_t slot_of(const hs_number_key *key, unsigned bits) {
    uint64_t hash = key->part[0] * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ (hash >> 32) ^ key->part[1]) * UINT64_C(0xc2b2ae3d27d4eb4f);
    hash = (hash ^ (hash >> 32) ^ key->part[2]) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(hash >> (64 - bits));
}

static bool same(const hs_number_key *a, const hs_number_key *b) {
    return a->part[0] == b->part[0] && a->part[1] == b->part[1] && a->part[2] == b->part[2];
}

static unsigned slot_bits(uint32_t count) {
    unsigned bits = 4;
    while ((UINT32_C(1) << bits) < 2 * count)
        bits++;
    return bits;
}

bool hs_numbering_make(hs_numbering *numbering, const hs_number_key *keys, uint32_t count) {
    unsigned bits = slot_bits(count);
    uint32_t mask = (UINT32_C(1) << bits) - 1;
    uint32_t *slots = calloc((size_t)mask + 1, sizeof *slots); /* number + 1 */
    *numbering = (hs_numbering){.number = malloc(((size_t)count + 1) * sizeof *numbering->number),
                                .first = malloc(((size_t)count + 1) * sizeof *numbering->first)};
    bool good = slots && numbering->number && numbering->first;
    for (uint32_t i = 0; good && i < count; i++) {
        if (i > 0 && same(&keys[i], &keys[i - 1])) { /* neighbours are often alike */
            numbering->number[i] = numbering->number[i - 1];
            continue;
        }
        uint32_t slot = slot_of(&keys[i], bits);
        while (slots[slot] > 0 && !same(&keys[numbering->first[slots[slot] - 1]], &keys[i]))
            slot = (slot + 1) & mask;
        if (slots[slot] == 0) {
            numbering->first[numbering->count++] = i;
            slots[slot] = numbering->count;
        }
        numbering->number[i] = (uint16_t)(slots[slot] - 1);
    }
    free(slots);
    return good;
}

void hs_numbering_done(hs_numbering *numbering) {
    free(numbering->number);
    free(numbering->first);
}
