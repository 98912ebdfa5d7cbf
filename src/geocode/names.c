#include "geocode/names.h"

/* A name that fits this well is taken; below, a shorter one may fit better. */
#define SURE_FIT 0.9
/* Superfluous words that a name may hold. */
#define MORE_WORDS 2

/* Types and directions belong to the name before them: `P St SE` holds no `P St`. */
static bool cuts_name(const hs_tokens *tokens, uint32_t end) {
    if (end == tokens->count || tokens->token[end].before & HS_BEFORE_COMMA) return false;
    uint8_t word_class = tokens->token[end].word_class;
    return word_class == HS_WORD_TYPE || word_class == HS_WORD_DIRECTION;
}

/* Part of a name stands for the whole only where nothing else could belong to it: set off by a type or
 * direction, or by the ends of its part of the text. */
static bool may_be_part(const hs_tokens *tokens, uint32_t first, uint32_t end) {
    uint8_t last = tokens->token[end - 1].word_class;
    if (last == HS_WORD_TYPE || last == HS_WORD_DIRECTION) return true;
    bool starts = first == 0 || tokens->token[first].before & (HS_BEFORE_COMMA | HS_BEFORE_CROSS) ||
                  tokens->token[first - 1].word_class != HS_WORD_PLAIN;
    bool ends = end == tokens->count || tokens->token[end].before & (HS_BEFORE_COMMA | HS_BEFORE_CROSS) ||
                tokens->token[end].word_class != HS_WORD_PLAIN;
    return starts && ends;
}

static bool stands_apart(const hs_tokens *tokens, uint32_t end) {
    return end == tokens->count || tokens->token[end].before & (HS_BEFORE_COMMA | HS_BEFORE_CROSS);
}

/* A direction alone before other words is theirs: `South Dakota Ave` is not on S Street. */
static bool is_others_direction(const hs_tokens *tokens, uint32_t first, uint32_t end) {
    return end - first == 1 && tokens->token[first].word_class == HS_WORD_DIRECTION &&
           !stands_apart(tokens, end);
}

/* A type alone before other words begins their name: `Avenue of the Americas` is not on South Avenue. */
static bool is_others_type(const hs_tokens *tokens, uint32_t first, uint32_t end) {
    return end - first == 1 && tokens->token[first].code == 0 &&
           tokens->token[first].word_class == HS_WORD_TYPE && !stands_apart(tokens, end);
}

/* Whether a misspelt name may end here: behind a type or direction, or where its part of the text does. */
static bool may_end(const hs_tokens *tokens, uint32_t end) {
    uint8_t last = tokens->token[end - 1].word_class;
    return stands_apart(tokens, end) || last == HS_WORD_TYPE || last == HS_WORD_DIRECTION;
}

/* Takes tokens [first, end) for a name when they fit better than what *best holds; true when surely. */
static bool try_name(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first, uint32_t end,
                     bool exact, hs_street_name *best) {
    hs_group_match found[HS_GROUP_MATCHES_MAX];
    if (is_others_direction(tokens, first, end)) return false;
    exact |= !may_be_part(tokens, first, end) || is_others_type(tokens, first, end);
    uint32_t count = hs_find_groups(gazetteer, tokens, first, end, exact, found);
    if (count > 0 && (best->count == 0 || found[0].fit > best->match[0].fit)) {
        best->first = first;
        best->end = end;
        best->count = count;
        for (uint32_t i = 0; i < count; i++)
            best->match[i] = found[i];
    }
    return best->count > 0 && best->match[0].fit >= SURE_FIT;
}

static uint32_t longest(const hs_gazetteer *gazetteer) {
    return gazetteer->lexicon.longest[HS_NAME_STREET] + MORE_WORDS;
}

bool hs_name_from(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first, uint32_t end,
                  bool exact, hs_street_name *name) {
    if (end > first && end - first > longest(gazetteer)) end = first + longest(gazetteer);
    name->count = 0;
    for (uint32_t e = end; e > first; e--)
        if (!cuts_name(tokens, e) && try_name(gazetteer, tokens, first, e, exact, name)) break;
    return name->count > 0;
}

uint32_t hs_name_reach(const hs_gazetteer *gazetteer, uint32_t end) {
    uint32_t most = longest(gazetteer);
    return end > most ? end - most : 0;
}

bool hs_name_until(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t end, bool exact,
                   hs_street_name *name) {
    name->count = 0;
    for (uint32_t first = hs_name_reach(gazetteer, end); first < end; first++)
        if (try_name(gazetteer, tokens, first, end, exact, name)) break;
    return name->count > 0;
}

bool hs_name_near_from(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first, uint32_t end,
                       hs_street_name *name) {
    if (end > first && end - first > longest(gazetteer)) end = first + longest(gazetteer);
    for (uint32_t e = end; e > first; e--) {
        if (cuts_name(tokens, e) || !may_end(tokens, e) || is_others_type(tokens, first, e)) continue;
        name->first = first;
        name->end = e;
        name->count = hs_find_groups_near(gazetteer, tokens, first, e, name->match);
        if (name->count > 0) return true;
    }
    return false;
}

bool hs_name_near_until(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t end,
                        hs_street_name *name) {
    for (uint32_t first = hs_name_reach(gazetteer, end); first < end; first++) {
        name->first = first;
        name->end = end;
        name->count = hs_find_groups_near(gazetteer, tokens, first, end, name->match);
        if (name->count > 0) return true;
    }
    return false;
}

bool hs_inside_name(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first, uint32_t end) {
    for (uint32_t start = hs_name_reach(gazetteer, first); start <= first; start++) {
        hs_street_name name;
        if (hs_name_from(gazetteer, tokens, start, tokens->count, true, &name) && name.end >= end &&
            name.end - start > end - first)
            return true;
    }
    return false;
}
