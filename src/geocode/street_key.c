/* Street names as keys, and the groups that a name may mean. */
#include "geocode/gazetteer.h"

#include "base/text.h"
#include <string.h>

static bool is_class(const hs_tokens *tokens, uint32_t i, hs_word_class word_class) {
    return tokens->token[i].word_class == word_class;
}

typedef struct speller {
    const hs_street_words *words;
    const hs_tokens *tokens;
    hs_spelling spelling;
    uint32_t type_at; /* the token that is the street's type: other saints and courts are names */
    uint32_t behind;  /* the first of the directions behind the name */
} speller;

static hs_str spelt(const speller *s, uint32_t i) {
    const hs_token *token = &s->tokens->token[i];
    hs_str form = {s->tokens->text + token->start, token->size};
    hs_str raw = {s->tokens->raw + token->raw_start, token->raw_size};
    bool is_type = token->word_class == HS_WORD_TYPE;
    switch (s->spelling) {
    case HS_SPELLING_RAW:
        return token->word_class == HS_WORD_DIRECTION ? form : raw;
    case HS_SPELLING_LONG:
        return i == s->type_at ? hs_street_words_long(s->words, form) : form;
    case HS_SPELLING_FULL:
        return token->word_class == HS_WORD_DIRECTION || (is_type && i != s->type_at)
                   ? form
                   : hs_street_words_long(s->words, form);
    case HS_SPELLING_WRITTEN:
        return i >= s->behind ? form : raw;
    case HS_SPELLING_IN_ORDER:
        return i >= s->behind || (is_type && i != s->type_at) ? form : hs_street_words_long(s->words, form);
    case HS_SPELLING_IN_SHORT:
        return i >= s->behind || is_type ? form : hs_street_words_long(s->words, form);
    default:
        return form;
    }
}

static void append(const speller *s, uint32_t i, hs_street_key *key) {
    hs_str word = spelt(s, i);
    if (key->size + word.size + 1 > sizeof key->text) return;
    if (key->size > 0) key->text[key->size++] = ' ';
    memcpy(key->text + key->size, word.data, word.size);
    key->size += word.size;
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

static void append_in_order(const speller *s, uint32_t first, uint32_t end, hs_street_key *key) {
    for (uint32_t i = first; i < end; i++) {
        size_t before = key->size;
        append(s, i, key);
        if (i >= s->behind) key->direction_size += key->size - before;
    }
}

/* Directions from both ends, each once: W Florissant Ave W. */
static void append_directions(const speller *s, uint32_t first, uint32_t core, uint32_t end,
                              hs_street_key *key) {
    size_t core_size = key->size;
    for (uint32_t i = first; i < core; i++)
        append(s, i, key);
    for (uint32_t i = s->behind; i < end; i++) {
        bool known = false;
        for (uint32_t before = first; before < core; before++)
            known |= same_token(s->tokens, before, i);
        if (!known) append(s, i, key);
    }
    key->direction_size = key->size - core_size;
}

bool hs_street_key_make(const hs_tokens *tokens, uint32_t first, uint32_t end, uint32_t cut,
                        hs_street_key *key) {
    return hs_street_key_spell(NULL, tokens, first, end, cut, HS_SPELLING_KEY, key);
}

bool hs_street_key_spell(const hs_street_words *words, const hs_tokens *tokens, uint32_t first, uint32_t end,
                         uint32_t cut, hs_spelling spelling, hs_street_key *key) {
    speller s = {words, tokens, spelling, HS_NONE, HS_NONE};
    key->size = key->direction_size = 0;
    key->has_direction = key->has_type = false;
    if (first >= end) return false;
    uint32_t core = first, core_end = end;
    if (!tokens->has_han) peel_directions(tokens, &core, &core_end);
    s.behind = core_end;
    key->has_direction = core != first || core_end != end;
    key->has_type = core_end - core > 1 && is_class(tokens, core_end - 1, HS_WORD_TYPE);
    if (core_end - core == 1 && is_class(tokens, core, HS_WORD_TYPE) && core != first) return false;
    if (key->has_type) s.type_at = core_end - 1;
    if (spelling >= HS_SPELLING_WRITTEN) {
        append_in_order(&s, first, end, key);
        return key->size > 0;
    }
    if (key->has_type && cut & HS_KEY_WITHOUT_TYPE) core_end--;
    for (uint32_t i = core; i < core_end; i++)
        append(&s, i, key);
    if (key->has_direction && !(cut & HS_KEY_WITHOUT_DIRECTION)) append_directions(&s, first, core, end, key);
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
    case HS_KEY_SOUND:
    case HS_KEY_BARE_ORDINAL:
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
        matches[count++] = (hs_group_match){.group = entry[i].id, .fit = fit};
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

static uint32_t add_near(const hs_edit_match *near, hs_group_match *matches, uint32_t count) {
    double fit = fit_of_cut(near->cut) * hs_edit_fit(near);
    uint32_t at = count;
    for (uint32_t i = 0; i < count; i++) {
        if (matches[i].group != near->group) continue;
        if (matches[i].fit >= fit) return count;
        at = i;
        break;
    }
    if (at == HS_GROUP_MATCHES_MAX) {
        if (matches[at - 1].fit >= fit) return count;
        at--;
        count--;
    }
    uint32_t kept = at == count ? count + 1 : count;
    for (; at > 0 && matches[at - 1].fit < fit; at--)
        matches[at] = matches[at - 1];
    matches[at] = (hs_group_match){.group = near->group, .edits = near->kind != HS_EDIT_NONE, .fit = fit};
    return kept;
}

/* Other characters of the same sound. */
#define SOUND_FIT 0.9

static uint32_t find_by_sound(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first,
                              uint32_t end, hs_group_match matches[HS_GROUP_MATCHES_MAX]) {
    hs_edit_match near[HS_GROUP_MATCHES_MAX];
    struct hs_romanised_key key;
    uint32_t count = 0;
    if (!hs_romanise_sound(gazetteer->pinyin, tokens, first, end, &key)) return 0;
    uint32_t found =
        hs_edit_index_find(&gazetteer->edits, (hs_str){key.text, key.size}, near, HS_GROUP_MATCHES_MAX);
    for (uint32_t k = 0; k < found; k++) {
        if (near[k].kind != HS_EDIT_NONE) continue;
        uint32_t before = count;
        count = add_near(&near[k], matches, count);
        for (uint32_t i = 0; i < count && count > before; i++)
            if (matches[i].group == near[k].group) {
                matches[i].fit *= SOUND_FIT;
                matches[i].edits = 1;
            }
    }
    return count;
}

uint32_t hs_find_groups_near(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first,
                             uint32_t end, hs_group_match matches[HS_GROUP_MATCHES_MAX]) {
    static const hs_spelling spellings[] = {HS_SPELLING_KEY, HS_SPELLING_RAW, HS_SPELLING_WRITTEN};
    uint32_t kinds = tokens->has_han ? 2 : 3, count = 0;
    hs_edit_match near[HS_GROUP_MATCHES_MAX];
    hs_street_key key[3];
    for (uint32_t i = 0; i < kinds; i++) {
        if (!hs_street_key_spell(gazetteer->words, tokens, first, end, 0, spellings[i], &key[i])) continue;
        hs_str name = {key[i].text, key[i].size};
        bool again = false;
        for (uint32_t k = 0; k < i; k++)
            again |= hs_str_equal(name, (hs_str){key[k].text, key[k].size});
        if (again) continue;
        uint32_t found = hs_edit_index_find(&gazetteer->edits, name, near, HS_GROUP_MATCHES_MAX);
        for (uint32_t k = 0; k < found; k++)
            count = add_near(&near[k], matches, count);
    }
    return count > 0 || !tokens->has_han ? count : find_by_sound(gazetteer, tokens, first, end, matches);
}
