/* Street names as keys, and the groups that a name may mean. */
#include "geocode/gazetteer.h"
#include <string.h>

static bool is_class(const hs_tokens *tokens, uint32_t i, hs_word_class word_class) {
    return tokens->token[i].word_class == word_class;
}

static void append(const hs_tokens *tokens, uint32_t i, hs_street_key *key) {
    const hs_token *token = &tokens->token[i];
    if (key->size > 0) key->text[key->size++] = ' ';
    memcpy(key->text + key->size, tokens->text + token->start, token->size);
    key->size += token->size;
}

static bool same_token(const hs_tokens *tokens, uint32_t a, uint32_t b) {
    const hs_token *x = &tokens->token[a], *y = &tokens->token[b];
    return x->size == y->size && memcmp(tokens->text + x->start, tokens->text + y->start, x->size) == 0;
}

/* Moves *first and *end inwards over directions, while a name remains between them. */
static void peel_directions(const hs_tokens *tokens, uint32_t *first, uint32_t *end) {
    while (*end - *first > 1 && is_class(tokens, *end - 1, HS_WORD_DIRECTION))
        --*end;
    while (*end - *first > 1 && is_class(tokens, *first, HS_WORD_DIRECTION) &&
           !(*end - *first == 2 && is_class(tokens, *first + 1, HS_WORD_TYPE)))
        ++*first;
}

bool hs_street_key_make(const hs_tokens *tokens, uint32_t first, uint32_t end, uint32_t cut,
                        hs_street_key *key) {
    key->size = 0;
    key->has_direction = key->has_type = false;
    if (first >= end) return false;
    uint32_t core = first, core_end = end;
    if (!tokens->has_han) peel_directions(tokens, &core, &core_end);
    key->has_direction = core != first || core_end != end;
    key->has_type = core_end - core > 1 && is_class(tokens, core_end - 1, HS_WORD_TYPE);
    if (core_end - core == 1 && is_class(tokens, core, HS_WORD_TYPE) && core != first) return false;
    if (key->has_type && cut & HS_KEY_WITHOUT_TYPE) core_end--;
    for (uint32_t i = core; i < core_end; i++)
        append(tokens, i, key);
    if (!key->has_direction || cut & HS_KEY_WITHOUT_DIRECTION) return key->size > 0;
    /* Directions from both ends, each once: W Florissant Ave W. */
    for (uint32_t i = first; i < core; i++)
        append(tokens, i, key);
    uint32_t behind = key->has_type && cut & HS_KEY_WITHOUT_TYPE ? core_end + 1 : core_end;
    for (uint32_t i = behind; i < end; i++) {
        bool known = false;
        for (uint32_t before = first; before < core; before++)
            known |= same_token(tokens, before, i);
        if (!known) append(tokens, i, key);
    }
    return key->size > 0;
}

/* A direction or type that nobody has written on the street's sign. */
#define SUPERFLUOUS_FIT 0.9
/* Another direction or type: likelier another street than a slip. */
#define CONTRARY_FIT 0.55

/* How well a name fits when the street's own key is more exact than what was asked. */
static double fit_of_cut(uint32_t cut) {
    switch (cut) {
    case 0:
        return 1;
    case HS_KEY_WITHOUT_DIRECTION:
        return 0.97;
    case HS_KEY_WITHOUT_TYPE:
        return 0.95;
    default:
        return 0.92;
    }
}

/* The groups of a key; `dropped` is what was cut from the name that was asked for. */
static uint32_t collect(const hs_gazetteer *gazetteer, const hs_street_key *key, uint32_t dropped, bool exact,
                        hs_group_match *matches) {
    size_t found;
    const hs_lexicon_entry *entry =
        hs_lexicon_find(&gazetteer->lexicon, HS_NAME_STREET, (hs_str){key->text, key->size}, &found);
    uint32_t count = 0;
    for (size_t i = 0; i < found && count < HS_GROUP_MATCHES_MAX; i++) {
        if (exact && entry[i].cut != 0) break;
        /* Where a name is somebody's whole name, longer names are not meant. */
        if (i > 0 && entry[0].cut == 0 && entry[i].cut != 0) break;
        double fit = fit_of_cut(entry[i].cut & ~dropped);
        if (dropped) fit *= entry[i].cut & dropped ? CONTRARY_FIT : SUPERFLUOUS_FIT;
        matches[count++] = (hs_group_match){entry[i].id, fit};
    }
    return count;
}

uint32_t hs_find_groups(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first, uint32_t end,
                        bool exact, hs_group_match matches[HS_GROUP_MATCHES_MAX]) {
    hs_street_key key;
    if (!hs_street_key_make(tokens, first, end, 0, &key)) return 0;
    bool has_direction = key.has_direction, has_type = key.has_type;
    uint32_t count = collect(gazetteer, &key, 0, exact, matches);
    if (count > 0 || exact) return count;
    if (has_direction && hs_street_key_make(tokens, first, end, HS_KEY_WITHOUT_DIRECTION, &key))
        count = collect(gazetteer, &key, HS_KEY_WITHOUT_DIRECTION, false, matches);
    if (count == 0 && has_type && hs_street_key_make(tokens, first, end, HS_KEY_WITHOUT_TYPE, &key))
        count = collect(gazetteer, &key, HS_KEY_WITHOUT_TYPE, false, matches);
    return count;
}
