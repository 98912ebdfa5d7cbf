/* Which methods an address asks for, by its form. */
#include "geocode/parse.h"

#include "geocode/house_number.h"
#include <string.h>

bool hs_is_good(const hs_candidates *candidates) {
    return candidates->count > 0 && candidates->candidate[0].score >= HS_GOOD_SCORE;
}

bool hs_is_known_house(const hs_candidates *candidates) {
    return hs_is_good(candidates) && (candidates->candidate[0].match_type == HS_MATCH_ADDRESS ||
                                      candidates->candidate[0].match_type == HS_MATCH_SUB_NUMBER);
}

void hs_match_named(const hs_gazetteer *gazetteer, const hs_tokens *tokens, const hs_street_name *name,
                    double fit, hs_number_place place, const hs_place_filter *filter,
                    hs_candidates *candidates) {
    hs_group_match matches[HS_GROUP_MATCHES_MAX];
    for (uint32_t i = 0; i < name->count; i++) {
        matches[i] = name->match[i];
        matches[i].fit *= fit;
    }
    hs_reading_put(&candidates->reading, HS_PART_STREET, tokens, name->first, name->end);
    hs_reading_put(&candidates->reading, HS_PART_NUMBER, tokens, place.first, place.end);
    hs_match_number(gazetteer, matches, name->count, place.number, filter, candidates);
}

static bool is_crossing(const hs_tokens *tokens, uint32_t i) {
    return tokens->token[i].before & HS_BEFORE_CROSS || tokens->token[i].word_class == HS_WORD_CROSSING;
}

static uint32_t behind_crossing(const hs_tokens *tokens, uint32_t i) {
    return tokens->token[i].word_class == HS_WORD_CROSSING ? i + 1 : i;
}

static bool match_pair(const hs_gazetteer *gazetteer, const hs_tokens *tokens, const hs_street_name *first,
                       const hs_street_name *second, hs_candidates *candidates) {
    hs_reading_put(&candidates->reading, HS_PART_STREET, tokens, first->first, first->end);
    hs_reading_put(&candidates->reading, HS_PART_CROSS_STREET, tokens, second->first, second->end);
    return hs_match_crossing(gazetteer, first->match, first->count, second->match, second->count, candidates);
}

/* A and B, where `i` is the first token behind A. */
static bool match_crossing_at(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t i,
                              hs_candidates *candidates) {
    hs_street_name first, second;
    uint32_t start = behind_crossing(tokens, i);
    if (start >= tokens->count) return false;
    bool whole = hs_name_until(gazetteer, tokens, i, false, &first);
    if (!whole && !hs_name_near_until(gazetteer, tokens, i, &first)) return false;
    if (!hs_name_from(gazetteer, tokens, start, tokens->count, false, &second) &&
        !hs_name_near_from(gazetteer, tokens, start, tokens->count, &second))
        return false;
    return match_pair(gazetteer, tokens, &first, &second, candidates);
}

bool hs_match_crossings(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates) {
    for (uint32_t i = 1; i < tokens->count; i++)
        if (is_crossing(tokens, i) && match_crossing_at(gazetteer, tokens, i, candidates)) return true;
    return false;
}

/* Two whole street names side by side: A路B路口. */
void hs_match_adjacent(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates) {
    hs_street_name first, second;
    for (uint32_t i = 0; i < tokens->count; i++) {
        if (!hs_name_from(gazetteer, tokens, i, tokens->count, true, &first)) continue;
        if (hs_name_from(gazetteer, tokens, first.end, tokens->count, true, &second) &&
            match_pair(gazetteer, tokens, &first, &second, candidates))
            return;
        i = first.end - 1;
    }
}

/* A street's name anywhere: the longest whole one, else the text in a shorter form. */
static void match_streets(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates) {
    hs_street_name best = {0}, name;
    for (uint32_t first = 0; first < tokens->count; first++)
        if (hs_name_from(gazetteer, tokens, first, tokens->count, true, &name) &&
            name.end - name.first > best.end - best.first)
            best = name;
    if (best.count == 0) {
        hs_number_place place;
        uint32_t first = hs_number_western(tokens, 0, &place) ? place.end : 0;
        best.first = first;
        best.end = tokens->count;
        best.count = hs_find_groups(gazetteer, tokens, first, tokens->count, false, best.match);
        if (best.count == 0)
            best.count = hs_find_groups_near(gazetteer, tokens, first, tokens->count, best.match);
    }
    memset(&candidates->reading, 0, sizeof candidates->reading);
    hs_reading_put(&candidates->reading, HS_PART_STREET, tokens, best.first, best.end);
    for (uint32_t i = 0; i < best.count; i++)
        hs_match_street(gazetteer, best.match[i], candidates);
}

static void match_whole_text(const hs_gazetteer *gazetteer, const hs_tokens *tokens,
                             hs_candidates *candidates) {
    size_t count;
    const hs_lexicon_entry *entry = hs_lexicon_find(&gazetteer->lexicon, HS_NAME_ADDRESS,
                                                    hs_tokens_slice(tokens, 0, tokens->count), &count);
    for (size_t i = 0; i < count; i++) {
        uint32_t row = entry[i].id;
        hs_candidate candidate = hs_candidate_of(
            HS_MATCH_ADDRESS, gazetteer->geography->addresses.position[row], HS_SCORE_ADDRESS, 10);
        candidate.address = row;
        hs_candidates_add(candidates, candidate);
    }
}

/* A place whose name is the whole text. */
static bool match_whole_place(const hs_gazetteer *gazetteer, const hs_tokens *tokens,
                              hs_candidates *candidates) {
    size_t count;
    hs_lexicon_find(&gazetteer->lexicon, HS_NAME_PLACE, hs_tokens_slice(tokens, 0, tokens->count), &count);
    if (count) hs_match_places(gazetteer, tokens, candidates);
    return count > 0;
}

/* A street whose name is the whole text: 一号路, Mill Road by a place called Mill. */
static bool match_whole_street(const hs_gazetteer *gazetteer, const hs_tokens *tokens,
                               hs_candidates *candidates) {
    hs_group_match matches[HS_GROUP_MATCHES_MAX];
    uint32_t count = hs_find_groups(gazetteer, tokens, 0, tokens->count, true, matches);
    hs_reading_put(&candidates->reading, HS_PART_STREET, tokens, 0, tokens->count);
    for (uint32_t i = 0; i < count; i++)
        hs_match_street(gazetteer, matches[i], candidates);
    if (candidates->count == 0) hs_candidates_clear(candidates);
    return candidates->count > 0;
}

void hs_match(const hs_gazetteer *gazetteer, const hs_tokens *tokens, unsigned depth,
              hs_candidates *candidates) {
    hs_candidates_clear(candidates);
    if (tokens->count == 0) return;
    match_whole_text(gazetteer, tokens, candidates);
    if (candidates->count || match_whole_place(gazetteer, tokens, candidates) ||
        match_whole_street(gazetteer, tokens, candidates))
        return;
    if (hs_match_stretch(gazetteer, tokens, candidates)) return;
    if (hs_match_relative(gazetteer, tokens, depth, candidates)) return;
    if (hs_match_crossings(gazetteer, tokens, candidates) && hs_is_good(candidates)) return;
    if (tokens->has_han) hs_match_chinese(gazetteer, tokens, candidates);
    if (!hs_is_good(candidates)) hs_match_western(gazetteer, tokens, candidates);
    if (hs_is_good(candidates)) return;
    hs_match_adjacent(gazetteer, tokens, candidates);
    if (hs_is_good(candidates)) return;
    hs_match_places(gazetteer, tokens, candidates);
    match_streets(gazetteer, tokens, candidates);
}
