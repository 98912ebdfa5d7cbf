#include "geocode/romanise.h"

#include "base/text.h"
#include <string.h>

/* Sets of readings: the likeliest of all, then one other character's second reading at a time. */
#define READINGS_MOST 4

static bool put(struct hs_romanised_key *key, hs_str text) {
    if (key->size + text.size > sizeof key->text) return false;
    memcpy(key->text + key->size, text.data, text.size);
    key->size += text.size;
    return true;
}

/* Appends the token: its reading number `reading`, or itself when it is Latin. */
static bool put_token(const hs_pinyin *pinyin, const hs_tokens *tokens, uint32_t i, size_t reading,
                      struct hs_romanised_key *key) {
    const hs_token *token = &tokens->token[i];
    if (token->code == 0) return put(key, (hs_str){tokens->text + token->start, token->size});
    const char *readings[HS_READINGS_MAX];
    size_t count = hs_pinyin_readings(pinyin, token->code, readings, HS_READINGS_MAX);
    return reading < count && put(key, hs_str_of(readings[reading]));
}

/* The tokens read with the second reading (`other`) at token `at`, the first elsewhere. */
static bool spell(const hs_pinyin *pinyin, const hs_tokens *tokens, uint32_t first, uint32_t end, uint32_t at,
                  size_t other, struct hs_romanised_key *key) {
    for (uint32_t i = first; i < end; i++)
        if (!put_token(pinyin, tokens, i, i == at ? other : 0, key)) return false;
    return true;
}

bool hs_romanise_sound(const hs_pinyin *pinyin, const hs_tokens *tokens, uint32_t first, uint32_t end,
                       struct hs_romanised_key *key) {
    key->size = 0;
    return spell(pinyin, tokens, first, end, HS_NONE, 0, key);
}

static void keep(hs_romanised *out, const struct hs_romanised_key *key) {
    for (uint32_t i = 0; i < out->count; i++)
        if (out->key[i].size == key->size && memcmp(out->key[i].text, key->text, key->size) == 0) return;
    if (out->count < HS_ROMANISED_MAX) out->key[out->count++] = *key;
}

/* The name with its type in English, and its direction before the type too. */
static void keep_translated(const hs_pinyin *pinyin, const hs_street_words *words, const hs_tokens *tokens,
                            uint32_t first, uint32_t end, hs_romanised *out) {
    hs_str type, direction = {0};
    uint32_t core = hs_street_words_han_type(words, tokens, first, end, &type);
    if (core == end || core == first) return;
    struct hs_romanised_key key = {.size = 0};
    if (spell(pinyin, tokens, first, core, HS_NONE, 0, &key) && put(&key, type)) keep(out, &key);
    direction = hs_street_words_han_direction(words, tokens->token[core - 1].code);
    key.size = 0;
    if (direction.size == 0 || core - 1 == first) return;
    if (spell(pinyin, tokens, first, core - 1, HS_NONE, 0, &key) && put(&key, direction) && put(&key, type))
        keep(out, &key);
}

void hs_romanise(const hs_pinyin *pinyin, const hs_street_words *words, const hs_tokens *tokens,
                 uint32_t first, uint32_t end, hs_romanised *out) {
    bool has_han = false, has_digits = false;
    out->count = 0;
    for (uint32_t i = first; i < end; i++) {
        has_han |= tokens->token[i].code != 0;
        has_digits |= tokens->token[i].code == 0;
    }
    struct hs_romanised_key key = {.size = 0};
    if (!has_han || !spell(pinyin, tokens, first, end, HS_NONE, 0, &key)) return;
    keep(out, &key);
    /* Lanes are seldom written in Latin letters: one spelling will do. */
    if (has_digits) return;
    keep_translated(pinyin, words, tokens, first, end, out);
    for (uint32_t i = first; i < end && out->count < READINGS_MOST + 2; i++) {
        for (size_t other = 1; other < HS_READINGS_MAX; other++) {
            key.size = 0;
            if (!spell(pinyin, tokens, first, end, i, other, &key)) break;
            keep(out, &key);
        }
    }
}
