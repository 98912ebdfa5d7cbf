#include "geocode/edit_index.h"

#include "base/text.h"
#include <stdlib.h>
#include <string.h>

/* Of the polynomial by which strings of letters are hashed: any odd number of many bits will do. */
#define BASE UINT64_C(0x9E3779B97F4A7C15)

enum { LEAST_HAN = 2, LEAST_LATIN = 4 };

typedef struct letters {
    uint32_t count;
    uint32_t at[HS_EDIT_NAME_MAX];
} letters;

static bool read_letters(hs_str key, letters *out) {
    out->count = 0;
    while (key.size > 0) {
        uint32_t code = hs_utf8_next(&key);
        if (code == ' ') continue;
        if (out->count == HS_EDIT_NAME_MAX) return false;
        out->at[out->count++] = code;
    }
    return out->count > 0;
}

static bool is_digit(uint32_t code) {
    return code >= '0' && code <= '9';
}

static uint64_t mixed(uint64_t hash) {
    hash ^= hash >> 32;
    hash *= UINT64_C(0xD6E8FEB86659FD93);
    return hash ^ hash >> 32;
}

/* The hash of the whole, then of the whole without each letter that is no digit. */
static uint32_t hash_forms(const letters *word, uint64_t hashes[HS_EDIT_NAME_MAX + 1]) {
    uint64_t before[HS_EDIT_NAME_MAX + 1], power[HS_EDIT_NAME_MAX + 1];
    before[0] = 0;
    power[0] = 1;
    for (uint32_t i = 0; i < word->count; i++) {
        before[i + 1] = before[i] * BASE + word->at[i] + 1;
        power[i + 1] = power[i] * BASE;
    }
    uint64_t whole = before[word->count];
    uint32_t count = 0;
    hashes[count++] = mixed(whole);
    for (uint32_t i = 0; i < word->count; i++) {
        /* Of a letter that stands twice in a row either may be left out: once will do. */
        if (is_digit(word->at[i]) || (i > 0 && word->at[i] == word->at[i - 1])) continue;
        uint32_t behind = word->count - i - 1;
        hashes[count++] = mixed(before[i] * power[behind] + whole - before[i + 1] * power[behind]);
    }
    return count;
}

static bool reserve(hs_edit_index *index, uint32_t more) {
    if (index->letter_count + more > index->letter_capacity) {
        size_t capacity = 2 * index->letter_capacity + 4096;
        uint32_t *grown = realloc(index->letter, capacity * sizeof *grown);
        if (!grown) return false;
        index->letter = grown;
        index->letter_capacity = capacity;
    }
    if (index->name_count == index->name_capacity) {
        uint32_t capacity = 2 * index->name_capacity + 256;
        hs_edit_name *grown = realloc(index->name, capacity * sizeof *grown);
        if (!grown) return false;
        index->name = grown;
        index->name_capacity = capacity;
    }
    return true;
}

void hs_edit_index_add(hs_edit_index *index, hs_str key, size_t direction, uint32_t group, uint32_t cut) {
    letters word, core;
    if (!read_letters(key, &word)) return;
    bool has_core = read_letters((hs_str){key.data, key.size - direction}, &core);
    if (!reserve(index, word.count)) {
        index->failed = true;
        return;
    }
    memcpy(index->letter + index->letter_count, word.at, word.count * sizeof *word.at);
    index->name[index->name_count++] = (hs_edit_name){.first = (uint32_t)index->letter_count,
                                                      .length = (uint16_t)word.count,
                                                      .core = (uint16_t)(has_core ? core.count : word.count),
                                                      .group = group,
                                                      .cut = cut};
    index->letter_count += word.count;
}

static void read_name(const hs_edit_index *index, const hs_edit_name *name, letters *word) {
    word->count = name->length;
    memcpy(word->at, index->letter + name->first, name->length * sizeof *word->at);
}

/* Counts the forms of all names by bucket, or puts them there, last bucket entries first. */
static void pass_forms(hs_edit_index *index, bool put) {
    letters word;
    uint64_t hashes[HS_EDIT_NAME_MAX + 1];
    for (uint32_t i = 0; i < index->name_count; i++) {
        read_name(index, &index->name[i], &word);
        uint32_t count = hash_forms(&word, hashes);
        for (uint32_t k = 0; k < count; k++) {
            size_t bucket = hashes[k] & index->mask;
            if (put)
                index->entry[--index->bucket[bucket]] =
                    (struct hs_edit_entry){(uint32_t)(hashes[k] >> 32), i};
            else
                index->bucket[bucket]++;
        }
    }
}

hs_status hs_edit_index_build(hs_edit_index *index, hs_error *error) {
    size_t size = 64;
    while (size < index->letter_count)
        size *= 2;
    index->mask = size - 1;
    index->bucket = calloc(size + 1, sizeof *index->bucket);
    if (!index->bucket || index->failed)
        return hs_error_set(error, HS_E_MEMORY, "out of memory for the index of misspelt names");
    pass_forms(index, false);
    uint32_t sum = 0;
    for (size_t i = 0; i <= size; i++)
        index->bucket[i] = sum += index->bucket[i];
    index->entry = malloc(((size_t)sum + 1) * sizeof *index->entry);
    if (!index->entry)
        return hs_error_set(error, HS_E_MEMORY, "out of memory for the index of misspelt names");
    pass_forms(index, true);
    return HS_OK;
}

void hs_edit_index_done(hs_edit_index *index) {
    free(index->letter);
    free(index->name);
    free(index->bucket);
    free(index->entry);
    memset(index, 0, sizeof *index);
}

static hs_edit_kind kind_of(const hs_edit_index *index, uint32_t code) {
    if (!hs_is_han(code)) return HS_EDIT_LETTER;
    hs_word_class word_class;
    (void)hs_street_words_han(index->words, code, &word_class);
    switch (word_class) {
    case HS_WORD_NUMERAL:
    case HS_WORD_HAN_DIRECTION:
        return HS_EDIT_DIRECTION;
    case HS_WORD_HAN_TYPE:
    case HS_WORD_LANE_MARK:
        return HS_EDIT_TYPE;
    default:
        return HS_EDIT_LETTER;
    }
}

static hs_edit_kind worse(hs_edit_kind a, hs_edit_kind b) {
    return a > b ? a : b;
}

/* Of a name of a letter or two an edit leaves nothing to know it by. */
static bool long_enough(uint32_t a, uint32_t b, uint32_t code) {
    uint32_t least = hs_is_han(code) ? LEAST_HAN : LEAST_LATIN;
    return a >= least && b >= least;
}

/* Whether at most one edit leads from the word to the name, and which. Letters [from, a_end) of one and
 * [from, b_end) of the other are what remains between their common ends. */
static bool compare(const hs_edit_index *index, const letters *word, const hs_edit_name *name,
                    hs_edit_match *match) {
    const uint32_t *a = word->at, *b = index->letter + name->first;
    uint32_t a_end = word->count, b_end = name->length, from = 0;
    while (from < a_end && from < b_end && a[from] == b[from])
        from++;
    while (a_end > from && b_end > from && a[a_end - 1] == b[b_end - 1]) {
        a_end--;
        b_end--;
    }
    uint32_t in_a = a_end - from, in_b = b_end - from;
    bool swapped = in_a == 2 && in_b == 2 && a[from] == b[from + 1] && a[from + 1] == b[from];
    if (!swapped && (in_a > 1 || in_b > 1)) return false;
    if ((in_a > 0 || in_b > 0) && !long_enough(word->count, name->length, b[0])) return false;
    *match = (hs_edit_match){
        .group = name->group, .cut = name->cut, .length = name->length, .at_start = from == 0};
    for (uint32_t i = from; i < a_end; i++) {
        if (is_digit(a[i])) return false;
        match->kind = worse(match->kind, kind_of(index, a[i]));
    }
    for (uint32_t i = from; i < b_end; i++) {
        if (is_digit(b[i])) return false;
        match->kind = worse(match->kind, i >= name->core ? HS_EDIT_DIRECTION : kind_of(index, b[i]));
    }
    return true;
}

static bool better(const hs_edit_match *a, const hs_edit_match *b) {
    return a->kind != b->kind ? a->kind < b->kind : a->cut < b->cut;
}

static uint32_t keep(hs_edit_match *matches, uint32_t count, uint32_t most, hs_edit_match match) {
    for (uint32_t i = 0; i < count; i++) {
        if (matches[i].group != match.group) continue;
        if (better(&match, &matches[i])) matches[i] = match;
        return count;
    }
    if (count < most) {
        matches[count] = match;
        return count + 1;
    }
    uint32_t worst = 0;
    for (uint32_t i = 1; i < count; i++)
        if (better(&matches[worst], &matches[i])) worst = i;
    if (better(&match, &matches[worst])) matches[worst] = match;
    return count;
}

uint32_t hs_edit_index_find(const hs_edit_index *index, hs_str key, hs_edit_match *matches, uint32_t most) {
    letters word;
    uint64_t hashes[HS_EDIT_NAME_MAX + 1];
    if (most == 0 || !read_letters(key, &word)) return 0;
    uint32_t forms = hash_forms(&word, hashes), count = 0;
    for (uint32_t k = 0; k < forms; k++) {
        size_t bucket = hashes[k] & index->mask;
        for (uint32_t i = index->bucket[bucket]; i < index->bucket[bucket + 1]; i++) {
            hs_edit_match match;
            if (index->entry[i].check == (uint32_t)(hashes[k] >> 32) &&
                compare(index, &word, &index->name[index->entry[i].name], &match))
                count = keep(matches, count, most, match);
        }
    }
    return count;
}

double hs_edit_fit(const hs_edit_match *match) {
    double lost = match->length >= 8 ? 0.08 : match->length >= 5 ? 0.1 : match->length >= 3 ? 0.14 : 0.2;
    if (match->kind == HS_EDIT_NONE) return 1;
    if (match->kind == HS_EDIT_TYPE) lost += 0.06;
    if (match->kind == HS_EDIT_DIRECTION) lost += 0.2;
    return 1 - lost - (match->at_start ? 0.02 : 0);
}
