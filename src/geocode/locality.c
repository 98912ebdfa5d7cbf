#include "geocode/locality.h"

#include <string.h>

/* Shortest street name in characters that may remain behind an unknown administrative part. */
#define MIN_STREET_CHARACTERS 3

const hs_lexicon_entry *hs_longest_name(const hs_gazetteer *gazetteer, hs_name_kind kind,
                                        const hs_tokens *tokens, uint32_t first, uint32_t end,
                                        uint32_t *name_end, size_t *entries) {
    uint32_t longest = gazetteer->lexicon.longest[kind];
    uint32_t last = end - first > longest ? first + longest : end;
    for (uint32_t e = last; e > first; e--) {
        const hs_lexicon_entry *entry =
            hs_lexicon_find(&gazetteer->lexicon, kind, hs_tokens_slice(tokens, first, e), entries);
        if (!entry) continue;
        *name_end = e;
        return entry;
    }
    return NULL;
}

void hs_find_mentions(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first, uint32_t end,
                      hs_mentions *mentions) {
    uint32_t at = first;
    while (at < end && mentions->count < HS_MENTIONS_MAX) {
        uint32_t name_end;
        size_t entries;
        const hs_lexicon_entry *entry =
            hs_longest_name(gazetteer, HS_NAME_UNIT, tokens, at, end, &name_end, &entries);
        if (!entry) {
            at++;
            continue;
        }
        struct hs_mention *mention = &mentions->mention[mentions->count++];
        mention->entry = entry;
        mention->entries = entries;
        mention->first = at;
        mention->end = name_end;
        at = name_end;
    }
}

bool hs_mentions_agree(const hs_gazetteer *gazetteer, const hs_mentions *mentions, uint32_t unit) {
    const hs_units *units = &gazetteer->geography->units;
    for (uint32_t m = 0; m < mentions->count; m++) {
        bool within = false;
        for (size_t i = 0; i < mentions->mention[m].entries && !within; i++)
            within = unit != HS_NONE && hs_units_within(units, unit, mentions->mention[m].entry[i].id);
        if (!within) return false;
    }
    return true;
}

bool hs_prefix_explained(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first) {
    if (first == 0) return true;
    const hs_token *last = &tokens->token[first - 1];
    if (last->word_class == HS_WORD_ADMINISTRATIVE_END || last->code == 0 || tokens->token[first].before)
        return true;
    hs_mentions mentions = {0};
    hs_find_mentions(gazetteer, tokens, 0, first, &mentions);
    return mentions.count > 0 && mentions.mention[mentions.count - 1].end == first;
}

/* Skips unit names from the front. */
static uint32_t skip_units(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first,
                           uint32_t end) {
    for (;;) {
        uint32_t name_end;
        size_t entries;
        if (first >= end ||
            !hs_longest_name(gazetteer, HS_NAME_UNIT, tokens, first, end, &name_end, &entries) ||
            name_end >= end)
            return first;
        first = name_end;
    }
}

uint32_t hs_street_start(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t end) {
    hs_group_match matches[HS_GROUP_MATCHES_MAX];
    for (uint32_t first = 0; first < end; first++)
        if (hs_find_groups(gazetteer, tokens, first, end, true, matches) > 0 &&
            hs_prefix_explained(gazetteer, tokens, first))
            return first;
    uint32_t first = skip_units(gazetteer, tokens, 0, end);
    for (uint32_t i = first + 1; i + MIN_STREET_CHARACTERS < end; i++)
        if (tokens->token[i].word_class == HS_WORD_ADMINISTRATIVE_END) first = i + 1;
    return first;
}

uint32_t hs_part_end(const hs_tokens *tokens, uint32_t first) {
    uint32_t end = first + 1;
    while (end < tokens->count && !(tokens->token[end].before & (HS_BEFORE_COMMA | HS_BEFORE_HASH)) &&
           tokens->token[end].word_class != HS_WORD_UNIT)
        end++;
    return end < tokens->count ? end : tokens->count;
}

uint32_t hs_street_end(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first) {
    if (first >= tokens->count) return first;
    uint32_t part_end = hs_part_end(tokens, first);
    hs_group_match matches[HS_GROUP_MATCHES_MAX];
    for (uint32_t end = part_end; end > first; end--)
        if (hs_find_groups(gazetteer, tokens, first, end, true, matches) > 0) return end;
    if (part_end < tokens->count) return part_end;
    uint32_t end = first + 1;
    while (end < part_end && tokens->token[end].word_class != HS_WORD_TYPE)
        end++;
    if (end < part_end) end++;
    while (end < part_end && tokens->token[end].word_class == HS_WORD_DIRECTION)
        end++;
    return end;
}

hs_str hs_spell_tokens(const hs_tokens *tokens, uint32_t first, uint32_t end, char *out) {
    size_t size = 0;
    for (uint32_t i = first; i < end; i++) {
        const hs_token *token = &tokens->token[i];
        if (i > first && token->code == 0 && token[-1].code == 0) out[size++] = ' ';
        memcpy(out + size, tokens->text + token->start, token->size);
        size += token->size;
    }
    return (hs_str){out, size};
}
