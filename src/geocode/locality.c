#include "geocode/locality.h"

/* Shortest street names in characters that may remain behind an unknown administrative part: 县 is surer
 * than 里, which names hold too. */
#define MIN_BEHIND_TOWNSHIP      2
#define MIN_BEHIND_NEIGHBOURHOOD 3

static bool is_end_mark(const hs_tokens *tokens, uint32_t i) {
    uint8_t word_class = tokens->token[i].word_class;
    return word_class == HS_WORD_ADMINISTRATIVE_END || word_class == HS_WORD_NEIGHBOURHOOD_END;
}

/* Whether a part ends at token i: of several marks in a row the last one counts (玉里镇). */
static bool ends_part(const hs_tokens *tokens, uint32_t i, uint32_t end) {
    return is_end_mark(tokens, i) && !(i + 1 < end && is_end_mark(tokens, i + 1));
}

hs_parts hs_parts_read(const hs_tokens *tokens, uint32_t first, uint32_t end) {
    hs_parts parts = {0};
    uint32_t start = first;
    for (uint32_t i = first; i < end; i++) {
        if (tokens->token[i].code == 0 || (tokens->token[i].before && i > start))
            start = i + (tokens->token[i].code == 0);
        if (!ends_part(tokens, i, end)) continue;
        if (tokens->token[i].word_class == HS_WORD_ADMINISTRATIVE_END && i > start &&
            parts.count < HS_PARTS_MAX)
            parts.part[parts.count++] = (uint32_t)hs_hash_str(hs_tokens_slice(tokens, start, i + 1), 0);
        start = i + 1;
    }
    return parts;
}

static bool has_part(const hs_parts *parts, uint32_t part) {
    for (uint32_t i = 0; i < parts->count; i++)
        if (parts->part[i] == part) return true;
    return false;
}

bool hs_filter_fits(const hs_gazetteer *gazetteer, const hs_place_filter *filter,
                    const hs_numbered_address *address) {
    if (!filter) return true;
    if (address->locality != HS_NONE) {
        const hs_parts *own = &gazetteer->locality[address->locality];
        for (uint32_t i = 0; own->count && i < filter->parts.count; i++)
            if (!has_part(own, filter->parts.part[i])) return false;
    }
    return address->unit == HS_NONE || hs_mentions_agree(gazetteer, &filter->mentions, address->unit);
}

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
    if (last->code == 0 || tokens->token[first].before) return true;
    if (is_end_mark(tokens, first - 1)) return ends_part(tokens, first - 1, tokens->count);
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
    for (uint32_t i = first + 1; i < end; i++) {
        bool township = tokens->token[i].word_class == HS_WORD_ADMINISTRATIVE_END;
        uint32_t least = township ? MIN_BEHIND_TOWNSHIP : MIN_BEHIND_NEIGHBOURHOOD;
        if (ends_part(tokens, i, end) && i + least < end) first = i + 1;
    }
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
    while (end < part_end && tokens->token[end].word_class == HS_WORD_TYPE) /* Chain Bridge Road */
        end++;
    while (end < part_end && tokens->token[end].word_class == HS_WORD_DIRECTION)
        end++;
    return end;
}
