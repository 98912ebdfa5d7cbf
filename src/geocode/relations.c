#include "geocode/relations.h"

#include "base/asset.h"
#include "base/json.h"
#include "base/text.h"
#include <stdlib.h>
#include <string.h>

#define ASSET       "geodata/relation-words.json"
#define PHRASE_MAX  128
#define PHRASES_MAX 512

struct hs_relation_words {
    hs_dictionary *phrases; /* kind, then the tokens */
    double value[PHRASES_MAX];
    uint32_t longest; /* tokens */
    /* Kinds of the phrases that start and end with a token, a bit each: of a Chinese character, and of other
     * words by their number. */
    uint32_t han_first[HS_HAN_LAST - HS_HAN_FIRST + 1], han_last[HS_HAN_LAST - HS_HAN_FIRST + 1];
    hs_dictionary *edges;
    uint32_t first[PHRASES_MAX], last[PHRASES_MAX];
};

static const char *const kind_names[] = {"at",    "opposite", "beside", "near",   "behind",
                                         "along", "corner",   "side",   "toward", "between",
                                         "until", "stretch",  "on",     "here",   "roughly"};

/* The key of a phrase; 0 when it is too long to be one. */
static size_t phrase_key(hs_relation kind, hs_str phrase, char key[PHRASE_MAX]) {
    if (phrase.size + 1 > PHRASE_MAX) return 0;
    key[0] = (char)('A' + (int)kind);
    memcpy(key + 1, phrase.data, phrase.size);
    return phrase.size + 1;
}

static bool in_han_table(uint32_t code) {
    return code >= HS_HAN_FIRST && code <= HS_HAN_LAST;
}

/* Remembers that phrases of the kind start, or end, with the token. */
static bool add_edge(hs_relation_words *relations, const hs_tokens *tokens, uint32_t i, hs_relation kind,
                     bool start) {
    uint32_t code = tokens->token[i].code, bit = 1U << kind;
    if (in_han_table(code)) {
        *(start ? &relations->han_first[code - HS_HAN_FIRST] : &relations->han_last[code - HS_HAN_FIRST]) |=
            bit;
        return true;
    }
    uint32_t number = hs_dictionary_put(relations->edges, hs_tokens_slice(tokens, i, i + 1));
    if (number >= PHRASES_MAX) return false;
    *(start ? &relations->first[number] : &relations->last[number]) |= bit;
    return true;
}

static bool has_edge(const hs_relation_words *relations, const hs_tokens *tokens, uint32_t i,
                     hs_relation kind, bool start) {
    uint32_t code = tokens->token[i].code, kinds_there = 0;
    if (in_han_table(code)) {
        kinds_there =
            start ? relations->han_first[code - HS_HAN_FIRST] : relations->han_last[code - HS_HAN_FIRST];
    } else {
        uint32_t number = hs_dictionary_find(relations->edges, hs_tokens_slice(tokens, i, i + 1));
        if (number != HS_NONE) kinds_there = start ? relations->first[number] : relations->last[number];
    }
    return kinds_there >> kind & 1;
}

static bool add_phrase(hs_relation_words *relations, const hs_street_words *words, hs_relation kind,
                       hs_str text, double value) {
    hs_tokens tokens;
    char key[PHRASE_MAX];
    hs_tokens_read(words, text, &tokens);
    if (tokens.count == 0) return false;
    size_t size = phrase_key(kind, hs_tokens_slice(&tokens, 0, tokens.count), key);
    uint32_t number = size ? hs_dictionary_put(relations->phrases, (hs_str){key, size}) : HS_NONE;
    if (number >= PHRASES_MAX) return false;
    relations->value[number] = value;
    if (tokens.count > relations->longest) relations->longest = tokens.count;
    return add_edge(relations, &tokens, 0, kind, true) &&
           add_edge(relations, &tokens, tokens.count - 1, kind, false);
}

static bool add_list(hs_relation_words *relations, const hs_street_words *words, hs_relation kind,
                     const json_t *list, double value) {
    size_t i;
    json_t *text;
    if (!json_is_array(list)) return false;
    json_array_foreach(list, i, text) {
        if (!json_is_string(text) ||
            !add_phrase(relations, words, kind, hs_str_of(json_string_value(text)), value))
            return false;
    }
    return true;
}

/* An object of value: [ways to say it]. */
static bool add_values(hs_relation_words *relations, const hs_street_words *words, hs_relation kind,
                       json_t *object) {
    const char *value;
    json_t *list;
    if (!json_is_object(object)) return false;
    json_object_foreach(object, value, list) {
        double number;
        if (!hs_str_to_double(hs_str_of(value), &number) || !add_list(relations, words, kind, list, number))
            return false;
    }
    return true;
}

static const char *read_all(hs_relation_words *relations, const hs_street_words *words, const json_t *root) {
    for (size_t i = 0; i < sizeof kind_names / sizeof *kind_names; i++)
        if (!add_list(relations, words, (hs_relation)i, json_object_get(root, kind_names[i]), 0))
            return kind_names[i];
    if (!add_values(relations, words, HS_RELATION_BEARING, json_object_get(root, "bearings")))
        return "bearings";
    if (!add_values(relations, words, HS_RELATION_LENGTH, json_object_get(root, "metres"))) return "metres";
    return NULL;
}

hs_status hs_relation_words_new(const hs_street_words *words, hs_error *error,
                                hs_relation_words **relations) {
    hs_str text;
    json_t *root = NULL;
    if (!hs_asset_find(ASSET, &text)) return hs_error_set(error, HS_E_INTERNAL, ASSET " is not built in");
    hs_status status = hs_json_parse(text, error, &root);
    if (status != HS_OK) return hs_error_prefix(error, status, ASSET);
    hs_relation_words *made = calloc(1, sizeof *made);
    if (made) {
        made->phrases = hs_dictionary_new();
        made->edges = hs_dictionary_new();
    }
    if (!made || !made->phrases || !made->edges) {
        status = hs_error_set(error, HS_E_MEMORY, "out of memory for the words of relative places");
    } else {
        const char *wrong = read_all(made, words, root);
        if (wrong)
            status = hs_error_set(error, HS_E_INPUT, ASSET ": '%s' is missing or not as it should be", wrong);
    }
    json_decref(root);
    if (status == HS_OK)
        *relations = made;
    else
        hs_relation_words_free(made);
    return status;
}

void hs_relation_words_free(hs_relation_words *relations) {
    if (!relations) return;
    hs_dictionary_free(relations->phrases);
    hs_dictionary_free(relations->edges);
    free(relations);
}

static bool is_phrase(const hs_relation_words *relations, hs_relation kind, const hs_tokens *tokens,
                      uint32_t first, uint32_t end, double *value) {
    char key[PHRASE_MAX];
    size_t size = phrase_key(kind, hs_tokens_slice(tokens, first, end), key);
    uint32_t number = size ? hs_dictionary_find(relations->phrases, (hs_str){key, size}) : HS_NONE;
    if (number == HS_NONE) return false;
    if (value) *value = relations->value[number];
    return true;
}

uint32_t hs_relation_at(const hs_relation_words *relations, hs_relation kind, const hs_tokens *tokens,
                        uint32_t first, uint32_t end, double *value) {
    if (first >= end || !has_edge(relations, tokens, first, kind, true)) return 0;
    uint32_t last = end - first > relations->longest ? first + relations->longest : end;
    for (uint32_t e = last; e > first; e--)
        if (is_phrase(relations, kind, tokens, first, e, value)) return e;
    return 0;
}

uint32_t hs_relation_until(const hs_relation_words *relations, hs_relation kind, const hs_tokens *tokens,
                           uint32_t end, double *value) {
    if (end == 0 || !has_edge(relations, tokens, end - 1, kind, false)) return HS_NONE;
    for (uint32_t first = end > relations->longest ? end - relations->longest : 0; first < end; first++)
        if (is_phrase(relations, kind, tokens, first, end, value)) return first;
    return HS_NONE;
}
