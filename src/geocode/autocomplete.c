#include "geo/box.h"
#include "geo/plane.h"
#include "geocode/name_index.h"
#include "geocode/pinyin_match.h"
#include "geocode/reverse_label.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct hs_autocomplete {
    hs_name_index index;
};

hs_status hs_autocomplete_new(const hs_geography *geography, hs_error *error,
                              hs_autocomplete **autocomplete) {
    hs_autocomplete *made = calloc(1, sizeof *made);
    if (!made) return hs_error_memory(error, "autocomplete");
    hs_status status = hs_name_index_build(geography, error, &made->index);
    if (status != HS_OK) {
        free(made);
        return status;
    }
    *autocomplete = made;
    return HS_OK;
}

void hs_autocomplete_free(hs_autocomplete *autocomplete) {
    if (!autocomplete) return;
    hs_name_index_done(&autocomplete->index);
    free(autocomplete);
}

/* What was typed: a name begun, and perhaps a house number. */
typedef struct typed_text {
    char key[HS_TOKEN_TEXT_MAX + 1];
    size_t size;
    char number[HS_TOKEN_TEXT_MAX + 1];
    size_t number_size; /* 0: none is asked for */
    bool number_ends;   /* a house mark followed it */
} typed_text;

/* A candidate; the lower `order`, the better. */
typedef struct candidate {
    uint64_t order;
    uint32_t name, number; /* number: in the index's numbers, HS_NONE: the name itself */
    hs_suggestion_match match;
} candidate;

typedef struct search {
    const hs_name_index *index;
    const typed_text *typed;
    hs_box map;
    double kx, ky; /* metres per unit about the map */
    candidate best[HS_SUGGESTIONS_MAX];
    size_t count, capacity;
} search;

static bool has_map(const search *s) {
    return s->map.min_lon_e7 <= s->map.max_lon_e7 && s->map.min_lat_e7 <= s->map.max_lat_e7;
}

static double gap_m(int32_t min, int32_t max, int32_t map_min, int32_t map_max, double scale) {
    double gap = max < map_min ? (double)map_min - max : min > map_max ? (double)min - map_max : 0;
    return gap * scale;
}

/* From the map to a box; 0 where they meet. */
static double map_distance_m(const search *s, const hs_box *box) {
    return hypot(gap_m(box->min_lon_e7, box->max_lon_e7, s->map.min_lon_e7, s->map.max_lon_e7, s->kx),
                 gap_m(box->min_lat_e7, box->max_lat_e7, s->map.min_lat_e7, s->map.max_lat_e7, s->ky));
}

static hs_box box_at(hs_position p) {
    return (hs_box){p.lon_e7, p.lat_e7, p.lon_e7, p.lat_e7};
}

static hs_box row_box(const hs_geography *geography, hs_suggestion_kind kind, uint32_t row) {
    switch (kind) {
    case HS_SUGGEST_UNIT:
        return geography->units.box[row];
    case HS_SUGGEST_STREET:
        return geography->streets.box[row];
    case HS_SUGGEST_PLACE:
        return box_at(geography->places.position[row]);
    default:
        return box_at(geography->addresses.position[row]);
    }
}

/* The vertex in the middle of a street, or the one nearest to the map's centre. */
static hs_position street_position(const search *s, const hs_geometry *line) {
    uint32_t count = line->ring_start[line->ring_count];
    hs_position best = line->positions[count / 2];
    if (!has_map(s)) return best;
    hs_position center = {(int32_t)(((int64_t)s->map.min_lon_e7 + s->map.max_lon_e7) / 2),
                          (int32_t)(((int64_t)s->map.min_lat_e7 + s->map.max_lat_e7) / 2)};
    double best_m = INFINITY;
    for (uint32_t i = line->ring_start[0]; i < count; i++) {
        hs_position p = line->positions[i];
        double distance_m =
            hypot(((double)p.lon_e7 - center.lon_e7) * s->kx, ((double)p.lat_e7 - center.lat_e7) * s->ky);
        if (distance_m >= best_m) continue;
        best_m = distance_m;
        best = p;
    }
    return best;
}

static hs_position row_position(const search *s, hs_suggestion_kind kind, uint32_t row) {
    const hs_geography *geography = s->index->geography;
    switch (kind) {
    case HS_SUGGEST_UNIT:
        return geography->units.label[row];
    case HS_SUGGEST_STREET:
        return street_position(s, &geography->streets.geometry[row]);
    case HS_SUGGEST_PLACE:
        return geography->places.position[row];
    default:
        return geography->addresses.position[row];
    }
}

/* So many parts of a name are looked at for the nearest one. */
enum { MOST_PARTS = 64 };

typedef struct name_part {
    hs_suggestion_kind kind; /* of an address where the name is known from its addresses only */
    uint32_t row;
    double distance_m; /* infinite: there is no part */
} name_part;

static void try_part(const search *s, hs_suggestion_kind kind, uint32_t row, name_part *best) {
    const hs_box box = row_box(s->index->geography, kind, row);
    double distance_m = has_map(s) ? map_distance_m(s, &box) : 0;
    if (distance_m < best->distance_m) *best = (name_part){kind, row, distance_m};
}

/* The part of a name that is nearest to the map. */
static name_part nearest_part(const search *s, const hs_name *name) {
    const hs_name_index *index = s->index;
    name_part best = {.row = HS_NONE, .distance_m = INFINITY};
    uint32_t rows = name->row_count < MOST_PARTS ? name->row_count : MOST_PARTS;
    for (uint32_t i = 0; i < rows; i++)
        try_part(s, name->kind, index->row[name->first_row + i], &best);
    if (rows > 0) return best;
    uint32_t numbers = name->number_count < MOST_PARTS ? name->number_count : MOST_PARTS;
    for (uint32_t i = 0; i < numbers; i++) {
        uint64_t spread = (uint64_t)i * name->number_count / numbers;
        try_part(s, HS_SUGGEST_ADDRESS, index->number[name->first_number + spread].row, &best);
    }
    return best;
}

/* Kind of match, then nearness (what the map meets first, then in steps of twice the distance), then length.
 */
static uint64_t order_of(hs_suggestion_match match, double distance_m, size_t size) {
    int steps = distance_m > 0 && isfinite(distance_m) ? 1 + ilogb(1 + distance_m / 250) : 0;
    if (steps > 255) steps = 255;
    if (size > UINT16_MAX) size = UINT16_MAX;
    return (uint64_t)match << 56 | (uint64_t)steps << 48 | (uint64_t)size << 32;
}

/* Keeps the best ones in their order; equal ones as they stand in the city. */
static void offer(search *s, candidate one) {
    one.order |= one.number == HS_NONE ? one.name : one.number;
    for (size_t i = 0; i < s->count; i++) {
        if (s->best[i].name != one.name || s->best[i].number != one.number) continue;
        if (s->best[i].order <= one.order) return;
        memmove(&s->best[i], &s->best[i + 1], (s->count - i - 1) * sizeof *s->best);
        s->count--;
        break;
    }
    size_t place = s->count;
    while (place > 0 && s->best[place - 1].order > one.order)
        place--;
    if (place == s->capacity) return;
    size_t moved = (s->count < s->capacity ? s->count : s->capacity - 1) - place;
    memmove(&s->best[place + 1], &s->best[place], moved * sizeof *s->best);
    s->best[place] = one;
    if (s->count < s->capacity) s->count++;
}

static bool is_hopeless(const search *s, hs_suggestion_match match) {
    return s->count == s->capacity && s->best[s->count - 1].order < (uint64_t)match << 56;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* The first of a name's numbers that is not below the number typed. */
static uint32_t number_bound(const hs_name_index *index, const hs_name *name, const char *typed) {
    uint32_t low = name->first_number, high = low + name->number_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (strcmp(index->text + index->number[middle].key, typed) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The numbers of a name that begin as typed. */
static void offer_numbers(search *s, uint32_t name_number, hs_suggestion_match match) {
    const hs_name_index *index = s->index;
    const hs_name *name = &index->name[name_number];
    const typed_text *typed = s->typed;
    uint32_t end = name->first_number + name->number_count;
    for (uint32_t i = number_bound(index, name, typed->number); i < end; i++) {
        const char *key = index->text + index->number[i].key;
        if (strncmp(key, typed->number, typed->number_size) != 0) return;
        if (typed->number_ends && is_digit(key[typed->number_size])) continue;
        const hs_box box = row_box(index->geography, HS_SUGGEST_ADDRESS, index->number[i].row);
        double distance_m = has_map(s) ? map_distance_m(s, &box) : 0;
        offer(s,
              (candidate){order_of(match, distance_m, name->key_size + strlen(key)), name_number, i, match});
    }
}

static void offer_name(search *s, uint32_t name_number, hs_suggestion_match match) {
    if (is_hopeless(s, match)) return;
    if (s->typed->number_size > 0) {
        offer_numbers(s, name_number, match);
        return;
    }
    const hs_name *name = &s->index->name[name_number];
    name_part part = nearest_part(s, name);
    if (!isfinite(part.distance_m)) return; /* an address without a number: nothing stands for it */
    offer(s, (candidate){order_of(match, part.distance_m, name->key_size), name_number, HS_NONE, match});
}

static uint32_t start_bound(const hs_name_index *index, const char *key, size_t size, bool behind) {
    uint32_t low = 0, high = index->start_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = strncmp(index->text + index->start[middle].at, key, size);
        if (order < 0 || (behind && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Names with the key at a beginning of a word. `word`: the key's last word is whole. */
static void search_key(search *s, const char *key, size_t size, bool word) {
    const hs_name_index *index = s->index;
    uint32_t end = start_bound(index, key, size, true);
    for (uint32_t i = start_bound(index, key, size, false); i < end; i++) {
        const hs_name_start *start = &index->start[i];
        char next = index->text[start->at + size];
        if (word && next != ' ' && next != '\0') continue;
        bool whole = next == '\0' && start->is_first;
        offer_name(s, start->name,
                   whole             ? HS_SUGGEST_WHOLE
                   : start->is_first ? HS_SUGGEST_PREFIX
                                     : HS_SUGGEST_MIDDLE);
    }
}

/* A word that begins like a longer spelling of what keys write short: `stre` for `st`, `nor` for `n`. */
static void search_spellings(search *s, size_t word_start) {
    const hs_street_words *words = s->index->words;
    const typed_text *typed = s->typed;
    hs_str word = {typed->key + word_start, typed->size - word_start};
    char key[HS_TOKEN_TEXT_MAX + 1];
    if (word.size == 0) return;
    for (uint32_t i = 0; i < hs_dictionary_count(words->spellings); i++) {
        hs_str spelling = hs_dictionary_text(words->spellings, i);
        hs_str form = hs_dictionary_text(words->forms, words->meaning[i].form);
        if (!hs_str_starts(spelling, word) || hs_str_equal(form, word) ||
            word_start + form.size >= sizeof key)
            continue;
        memcpy(key, typed->key, word_start);
        memcpy(key + word_start, form.data, form.size);
        key[word_start + form.size] = '\0';
        search_key(s, key, word_start + form.size, true);
    }
}

/* The letters of the key, when it is made of such alone (blanks aside); none otherwise. */
static size_t letters_of(const typed_text *typed, char letters[HS_PINYIN_LETTERS_MAX]) {
    size_t count = 0;
    for (size_t i = 0; i < typed->size; i++) {
        char c = typed->key[i];
        if (c == ' ') continue;
        if (c < 'a' || c > 'z' || count == HS_PINYIN_LETTERS_MAX) return 0;
        letters[count++] = c;
    }
    return count;
}

static void search_pinyin(search *s) {
    const hs_name_index *index = s->index;
    char letters[HS_PINYIN_LETTERS_MAX];
    size_t count = letters_of(s->typed, letters);
    if (count == 0) return;
    uint32_t letter = (uint32_t)(letters[0] - 'a');
    for (uint32_t i = index->letter_first[letter]; i < index->letter_first[letter + 1]; i++) {
        const hs_name_start *start = &index->start[index->letter[i]];
        if (is_hopeless(s, start->is_first ? HS_SUGGEST_PINYIN : HS_SUGGEST_PINYIN_MIDDLE)) continue;
        bool whole;
        hs_pinyin_match match =
            hs_pinyin_matches(index->pinyin, index->text + start->at, (hs_str){letters, count}, &whole);
        if (match == HS_PINYIN_NONE) continue;
        offer_name(s, start->name,
                   !start->is_first          ? HS_SUGGEST_PINYIN_MIDDLE
                   : match == HS_PINYIN_FULL ? HS_SUGGEST_PINYIN
                                             : HS_SUGGEST_INITIALS);
    }
}

/* Where the last word of a key begins; its size where it ends in a character. */
static size_t last_word(const typed_text *typed) {
    size_t at = typed->size;
    while (at > 0 && typed->key[at - 1] != ' ' && !((unsigned char)typed->key[at - 1] & 0x80))
        at--;
    return at;
}

static void search_all(search *s) {
    if (s->typed->size == 0) return;
    search_key(s, s->typed->key, s->typed->size, false);
    search_spellings(s, last_word(s->typed));
    search_pinyin(s);
}

static void read_name(const hs_tokens *tokens, uint32_t first, uint32_t end, typed_text *typed) {
    bool marked;
    typed->size = hs_name_key(tokens, first, end, false, typed->key, sizeof typed->key, &marked);
    typed->number_size = 0;
}

/* Digits at the end of a word: `ndj2`. False when there are none, or nothing else. */
static bool cut_digits(typed_text *typed) {
    size_t at = typed->size;
    while (at > 0 && is_digit(typed->key[at - 1]))
        at--;
    if (at == 0 || at == typed->size || typed->key[at - 1] == ' ') return false;
    typed->number_size = typed->size - at;
    memcpy(typed->number, typed->key + at, typed->number_size + 1);
    typed->number_ends = false;
    typed->key[at] = '\0';
    typed->size = at;
    return true;
}

/* The same text as a street and a house number; false when there is no number. */
static bool read_numbered(const hs_tokens *tokens, typed_text *typed) {
    bool in_front;
    uint32_t at = hs_name_number_at(tokens, &in_front);
    if (at == tokens->count || (!in_front && at == 0)) {
        read_name(tokens, 0, tokens->count, typed);
        return cut_digits(typed);
    }
    read_name(tokens, in_front ? 1 : 0, in_front ? tokens->count : at, typed);
    typed->number_size = hs_name_key(tokens, at, in_front ? 1 : tokens->count, true, typed->number,
                                     sizeof typed->number, &typed->number_ends);
    typed->number_ends |= in_front && tokens->count > 1;
    return typed->number_size > 0;
}

static hs_suggestion suggestion_of(const search *s, const candidate *found) {
    const hs_name_index *index = s->index;
    const hs_name *name = &index->name[found->name];
    hs_suggestion out = {.kind = name->kind, .match = found->match, .row = HS_NONE};
    if (found->number != HS_NONE) {
        out.kind = HS_SUGGEST_ADDRESS;
        out.row = index->number[found->number].row;
        out.position = index->geography->addresses.position[out.row];
        hs_address_label(&index->geography->addresses, out.row, out.label, sizeof out.label);
        return out;
    }
    name_part part = nearest_part(s, name);
    out.position = row_position(s, part.kind, part.row);
    if (part.kind == out.kind) out.row = part.row;
    hs_label_copy(out.label, sizeof out.label, name->shown);
    return out;
}

size_t hs_autocomplete_suggest(const hs_autocomplete *autocomplete, hs_str text, hs_box map,
                               hs_suggestion *suggestions, size_t capacity) {
    const hs_name_index *index = &autocomplete->index;
    hs_tokens tokens;
    typed_text typed;
    if (capacity == 0) return 0;
    hs_tokens_read(index->words, text, &tokens);
    search s = {.index = index,
                .typed = &typed,
                .map = map,
                .capacity = capacity < HS_SUGGESTIONS_MAX ? capacity : HS_SUGGESTIONS_MAX};
    if (has_map(&s))
        hs_ground_scale_m((int32_t)(((int64_t)map.min_lat_e7 + map.max_lat_e7) / 2), &s.kx, &s.ky);
    read_name(&tokens, 0, tokens.count, &typed);
    search_all(&s);
    if (read_numbered(&tokens, &typed)) search_all(&s);
    for (size_t i = 0; i < s.count; i++)
        suggestions[i] = suggestion_of(&s, &s.best[i]);
    return s.count;
}
