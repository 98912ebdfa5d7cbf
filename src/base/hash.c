#include "base/hash.h"

#include "base/text.h"
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

uint64_t hs_hash(const void *data, size_t size, uint64_t seed) {
    return XXH3_64bits_withSeed(size > 0 ? data : "", size, seed);
}

uint64_t hs_hash_str(hs_str text, uint64_t seed) {
    return hs_hash(text.data, text.size, seed);
}

/* Texts lie end to end in one heap per block; blocks never move, so texts stay valid while others are put. */
typedef struct hs_text_block {
    struct hs_text_block *before;
    size_t size, capacity;
    char data[];
} hs_text_block;

struct hs_dictionary {
    hs_str *texts;
    uint32_t *hashes;
    uint32_t count, capacity;
    uint32_t *slots; /* number + 1, 0 for empty; open addressing */
    uint32_t slot_mask;
    hs_text_block *newest;
};

enum { DICTIONARY_FIRST = 64, TEXT_BLOCK = 1 << 16 };

hs_dictionary *hs_dictionary_new(void) {
    hs_dictionary *dictionary = calloc(1, sizeof *dictionary);
    if (!dictionary) return NULL;
    dictionary->slots = calloc(DICTIONARY_FIRST, sizeof *dictionary->slots);
    if (!dictionary->slots) {
        free(dictionary);
        return NULL;
    }
    dictionary->slot_mask = DICTIONARY_FIRST - 1;
    return dictionary;
}

void hs_dictionary_free(hs_dictionary *dictionary) {
    if (!dictionary) return;
    for (hs_text_block *block = dictionary->newest; block;) {
        hs_text_block *before = block->before;
        free(block);
        block = before;
    }
    free(dictionary->texts);
    free(dictionary->hashes);
    free(dictionary->slots);
    free(dictionary);
}

/* The slot that holds `text`, or the empty one where it belongs. */
static uint32_t slot_of(const hs_dictionary *dictionary, hs_str text, uint32_t hash) {
    uint32_t slot = hash & dictionary->slot_mask;
    for (;; slot = (slot + 1) & dictionary->slot_mask) {
        uint32_t number = dictionary->slots[slot];
        if (number == 0) return slot;
        if (dictionary->hashes[number - 1] == hash && hs_str_equal(dictionary->texts[number - 1], text))
            return slot;
    }
}

static bool grow_rows(hs_dictionary *dictionary) {
    if (dictionary->count < dictionary->capacity) return true;
    if (dictionary->capacity > UINT32_MAX / 4) return false;
    uint32_t capacity = dictionary->capacity ? 2 * dictionary->capacity : DICTIONARY_FIRST;
    hs_str *texts = realloc(dictionary->texts, capacity * sizeof *texts);
    if (!texts) return false;
    dictionary->texts = texts;
    uint32_t *hashes = realloc(dictionary->hashes, capacity * sizeof *hashes);
    if (!hashes) return false;
    dictionary->hashes = hashes;
    dictionary->capacity = capacity;
    return true;
}

static bool grow_slots(hs_dictionary *dictionary) {
    size_t room = (size_t)dictionary->slot_mask + 1;
    if ((size_t)dictionary->count * 2 < room) return true;
    uint32_t *slots = calloc(2 * room, sizeof *slots);
    if (!slots) return false;
    free(dictionary->slots);
    dictionary->slots = slots;
    dictionary->slot_mask = (uint32_t)(2 * room - 1);
    for (uint32_t i = 0; i < dictionary->count; i++) {
        uint32_t slot = dictionary->hashes[i] & dictionary->slot_mask;
        while (slots[slot] != 0)
            slot = (slot + 1) & dictionary->slot_mask;
        slots[slot] = i + 1;
    }
    return true;
}

static const char *keep_text(hs_dictionary *dictionary, hs_str text) {
    hs_text_block *block = dictionary->newest;
    if (!block || block->capacity - block->size <= text.size) {
        size_t capacity = text.size + 1 > TEXT_BLOCK ? text.size + 1 : TEXT_BLOCK;
        /* Dictionaries of a few short texts are common: their first block is small. */
        if (!block && text.size < DICTIONARY_FIRST) capacity = 1024;
        block = malloc(sizeof *block + capacity);
        if (!block) return NULL;
        *block = (hs_text_block){.before = dictionary->newest, .capacity = capacity};
        dictionary->newest = block;
    }
    char *copy = block->data + block->size;
    if (text.size > 0) memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    block->size += text.size + 1;
    return copy;
}

uint32_t hs_dictionary_put(hs_dictionary *dictionary, hs_str text) {
    uint32_t hash = (uint32_t)hs_hash_str(text, 0);
    uint32_t slot = slot_of(dictionary, text, hash);
    if (dictionary->slots[slot] != 0) return dictionary->slots[slot] - 1;
    if (!grow_rows(dictionary) || !grow_slots(dictionary)) return HS_NONE;
    const char *copy = keep_text(dictionary, text);
    if (!copy) return HS_NONE;
    uint32_t number = dictionary->count++;
    dictionary->texts[number] = (hs_str){copy, text.size};
    dictionary->hashes[number] = hash;
    dictionary->slots[slot_of(dictionary, text, hash)] = number + 1;
    return number;
}

uint32_t hs_dictionary_find(const hs_dictionary *dictionary, hs_str text) {
    uint32_t number = dictionary->slots[slot_of(dictionary, text, (uint32_t)hs_hash_str(text, 0))];
    return number == 0 ? HS_NONE : number - 1;
}

uint32_t hs_dictionary_count(const hs_dictionary *dictionary) {
    return dictionary->count;
}

hs_str hs_dictionary_text(const hs_dictionary *dictionary, uint32_t number) {
    return number < dictionary->count ? dictionary->texts[number] : (hs_str){0};
}
