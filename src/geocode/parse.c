/* Which method an address asks for, by its form. */
#include "geocode/house_number.h"
#include "geocode/match.h"

/* A house number counts from this score on; weaker finds leave room for places and streets. */
#define GOOD_SCORE 0.6
/* A street's name behind words that are no administrative part. */
#define UNEXPLAINED_FIT 0.75
/* House numbers of a lane start where the lane leaves the street, at the street's number of its name. */
#define LANE_FIT 0.75

static bool is_crossing(const hs_tokens *tokens, uint32_t i) {
    return tokens->token[i].before & HS_BEFORE_CROSS || tokens->token[i].word_class == HS_WORD_CROSSING;
}

static uint32_t behind_crossing(const hs_tokens *tokens, uint32_t i) {
    return tokens->token[i].word_class == HS_WORD_CROSSING ? i + 1 : i;
}

/* A name that fits this well is taken; below, a shorter one may fit better. */
#define SURE_FIT 0.9

/* A street's name in a text, and the groups that it may mean. */
typedef struct street_name {
    uint32_t first, end; /* tokens */
    uint32_t count;
    hs_group_match match[HS_GROUP_MATCHES_MAX];
} street_name;

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

/* Takes tokens [first, end) for a name when they fit better than what *best holds; true when surely. */
static bool try_name(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first, uint32_t end,
                     bool exact, street_name *best) {
    street_name found = {.first = first, .end = end};
    exact |= !may_be_part(tokens, first, end);
    found.count = hs_find_groups(gazetteer, tokens, first, end, exact, found.match);
    if (found.count && (best->count == 0 || found.match[0].fit > best->match[0].fit)) *best = found;
    return best->count > 0 && best->match[0].fit >= SURE_FIT;
}

/* The best name that starts at `first`, the longest of equals. */
static bool name_from(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first, uint32_t end,
                      bool exact, street_name *name) {
    uint32_t most = gazetteer->lexicon.longest[HS_NAME_STREET] + 2; /* superfluous words */
    if (end > first && end - first > most) end = first + most;
    name->count = 0;
    for (uint32_t e = end; e > first; e--)
        if (!cuts_name(tokens, e) && try_name(gazetteer, tokens, first, e, exact, name)) break;
    return name->count > 0;
}

/* The best name that ends at `end`. */
static bool name_until(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t end, bool exact,
                       street_name *name) {
    uint32_t most = gazetteer->lexicon.longest[HS_NAME_STREET] + 2;
    name->count = 0;
    for (uint32_t first = end > most ? end - most : 0; first < end; first++)
        if (try_name(gazetteer, tokens, first, end, exact, name)) break;
    return name->count > 0;
}

/* A and B, where `i` is the first token behind A. */
static bool match_crossing_at(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t i,
                              hs_candidates *candidates) {
    street_name first, second;
    uint32_t start = behind_crossing(tokens, i);
    return start < tokens->count && name_until(gazetteer, tokens, i, false, &first) &&
           name_from(gazetteer, tokens, start, tokens->count, false, &second) &&
           hs_match_crossing(gazetteer, first.match, first.count, second.match, second.count, candidates);
}

static bool match_crossings(const hs_gazetteer *gazetteer, const hs_tokens *tokens,
                            hs_candidates *candidates) {
    for (uint32_t i = 1; i < tokens->count; i++)
        if (is_crossing(tokens, i) && match_crossing_at(gazetteer, tokens, i, candidates)) return true;
    return false;
}

/* Two whole street names side by side: A路B路口. */
static void match_adjacent(const hs_gazetteer *gazetteer, const hs_tokens *tokens,
                           hs_candidates *candidates) {
    street_name first, second;
    for (uint32_t i = 0; i < tokens->count; i++) {
        if (!name_from(gazetteer, tokens, i, tokens->count, true, &first)) continue;
        if (name_from(gazetteer, tokens, first.end, tokens->count, true, &second) &&
            hs_match_crossing(gazetteer, first.match, first.count, second.match, second.count, candidates))
            return;
        i = first.end - 1;
    }
}

static void match_named(const hs_gazetteer *gazetteer, const street_name *name, double fit,
                        hs_house_number number, const hs_place_filter *filter, hs_candidates *candidates) {
    for (uint32_t i = 0; i < name->count; i++)
        hs_match_number(gazetteer, (hs_group_match){name->match[i].group, name->match[i].fit * fit}, number,
                        filter, candidates);
}

static void match_western(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates) {
    street_name name = {0};
    hs_number_place place;
    hs_place_filter filter = {0};
    if (hs_number_western(tokens, 0, &place) && place.end < tokens->count) {
        if (!name_from(gazetteer, tokens, place.end, hs_part_end(tokens, place.end), false, &name)) return;
        hs_find_mentions(gazetteer, tokens, name.end, tokens->count, &filter.mentions);
        match_named(gazetteer, &name, 1, place.number, &filter, candidates);
        return;
    }
    /* The number behind the name. */
    for (uint32_t i = 1; i < tokens->count; i++) {
        if (!hs_number_western(tokens, i, &place)) continue;
        if (!name_until(gazetteer, tokens, i, true, &name)) continue;
        hs_find_mentions(gazetteer, tokens, place.end, tokens->count, &filter.mentions);
        match_named(gazetteer, &name, name.first == 0 ? 1 : UNEXPLAINED_FIT, place.number, &filter,
                    candidates);
        return;
    }
}

/* What stands before a Chinese street's name. */
static hs_place_filter filter_before(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first) {
    hs_place_filter filter = {.parts = hs_parts_read(tokens, 0, first)};
    hs_find_mentions(gazetteer, tokens, 0, first, &filter.mentions);
    return filter;
}

/* 中山路100巷5弄3号 where the lane is unknown: the place where lane 100 leaves 中山路. */
static void match_lane(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t end,
                       hs_candidates *candidates) {
    street_name name;
    for (uint32_t i = 1; i + 1 < end; i++) {
        if (tokens->token[i + 1].word_class != HS_WORD_LANE_MARK || tokens->token[i].value == HS_NO_NUMBER)
            continue;
        if (!name_until(gazetteer, tokens, i, true, &name)) return;
        hs_house_number number = {tokens->token[i].value, HS_NO_NUMBER, 0, false};
        hs_place_filter filter = filter_before(gazetteer, tokens, name.first);
        hs_candidates found = {0};
        match_named(gazetteer, &name, LANE_FIT, number, &filter, &found);
        for (uint32_t k = 0; k < found.count; k++) {
            hs_candidate candidate = found.candidate[k];
            candidate.match_type = HS_MATCH_INTERPOLATED;
            candidate.address = HS_NONE;
            candidate.accuracy_m = candidate.accuracy_m < 60 ? 60 : candidate.accuracy_m;
            hs_candidates_add(candidates, candidate);
        }
        return;
    }
}

static void match_chinese(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates) {
    street_name name = {0};
    hs_number_place place;
    if (!hs_number_chinese(tokens, &place)) return;
    if (name_until(gazetteer, tokens, place.first, true, &name)) {
        double fit = hs_prefix_explained(gazetteer, tokens, name.first) ? 1 : UNEXPLAINED_FIT;
        hs_place_filter filter = filter_before(gazetteer, tokens, name.first);
        match_named(gazetteer, &name, fit, place.number, &filter, candidates);
    }
    if (candidates->count == 0) match_lane(gazetteer, tokens, place.first, candidates);
}

/* A street's name anywhere: the longest whole one, else the text in a shorter form. */
static void match_streets(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates) {
    street_name best = {0}, name;
    for (uint32_t first = 0; first < tokens->count; first++)
        if (name_from(gazetteer, tokens, first, tokens->count, true, &name) &&
            name.end - name.first > best.end - best.first)
            best = name;
    if (best.count == 0) {
        hs_number_place place;
        uint32_t first = hs_number_western(tokens, 0, &place) ? place.end : 0;
        best.count = hs_find_groups(gazetteer, tokens, first, tokens->count, false, best.match);
    }
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
        hs_candidates_add(candidates,
                          (hs_candidate){.match_type = HS_MATCH_ADDRESS,
                                         .position = gazetteer->geography->addresses.position[row],
                                         .score = HS_SCORE_ADDRESS,
                                         .accuracy_m = 10,
                                         .unit = HS_NONE,
                                         .street = HS_NONE,
                                         .address = row,
                                         .place = HS_NONE,
                                         .group = HS_NONE,
                                         .second_group = HS_NONE,
                                         .low = HS_NO_NUMBER,
                                         .high = HS_NO_NUMBER});
    }
}

static bool good(const hs_candidates *candidates) {
    return candidates->count > 0 && candidates->candidate[0].score >= GOOD_SCORE;
}

void hs_match(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates) {
    candidates->count = 0;
    if (tokens->count == 0) return;
    match_whole_text(gazetteer, tokens, candidates);
    if (candidates->count) return;
    if (match_crossings(gazetteer, tokens, candidates) && good(candidates)) return;
    if (tokens->has_han) match_chinese(gazetteer, tokens, candidates);
    if (!good(candidates)) match_western(gazetteer, tokens, candidates);
    if (good(candidates)) return;
    match_adjacent(gazetteer, tokens, candidates);
    if (good(candidates)) return;
    hs_match_places(gazetteer, tokens, candidates);
    match_streets(gazetteer, tokens, candidates);
}
