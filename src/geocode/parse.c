/* Which method an address asks for, by its form. */
#include "geocode/house_number.h"
#include "geocode/match.h"

/* A house number counts from this score on; weaker finds leave room for places and streets. */
#define GOOD_SCORE 0.6
/* A street's name behind words that are no administrative part. */
#define UNEXPLAINED_FIT 0.75
/* House numbers of a lane start where the lane leaves the street, at the street's number of its name. */
#define LANE_SCORE 0.75

static bool is_crossing(const hs_tokens *tokens, uint32_t i) {
    return tokens->token[i].before & HS_BEFORE_CROSS || tokens->token[i].word_class == HS_WORD_CROSSING;
}

static uint32_t behind_crossing(const hs_tokens *tokens, uint32_t i) {
    return tokens->token[i].word_class == HS_WORD_CROSSING ? i + 1 : i;
}

/* The longest street name that starts at `first`; *end is behind it. */
static uint32_t groups_from(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first,
                            uint32_t end, bool exact, hs_group_match *matches, uint32_t *name_end) {
    for (uint32_t e = end; e > first; e--) {
        uint32_t count = hs_find_groups(gazetteer, tokens, first, e, exact, matches);
        if (count == 0) continue;
        *name_end = e;
        return count;
    }
    return 0;
}

/* The longest street name that ends at `end`. */
static uint32_t groups_until(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t end, bool exact,
                             hs_group_match *matches, uint32_t *name_first) {
    for (uint32_t first = 0; first < end; first++) {
        uint32_t count = hs_find_groups(gazetteer, tokens, first, end, exact, matches);
        if (count == 0) continue;
        *name_first = first;
        return count;
    }
    return 0;
}

/* A and B, where `i` is the first token behind A. */
static bool match_crossing_at(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t i,
                              hs_candidates *candidates) {
    hs_group_match first[HS_GROUP_MATCHES_MAX], second[HS_GROUP_MATCHES_MAX];
    uint32_t start = behind_crossing(tokens, i), name_first, name_end;
    if (start >= tokens->count) return false;
    /* Known whole names first, so that words before the one and behind the other do not mislead. */
    for (int loose = 0; loose < 2; loose++) {
        uint32_t first_count = groups_until(gazetteer, tokens, i, !loose, first, &name_first);
        if (first_count == 0) first_count = groups_until(gazetteer, tokens, i, false, first, &name_first);
        uint32_t second_count =
            groups_from(gazetteer, tokens, start, tokens->count, !loose, second, &name_end);
        if (second_count == 0)
            second_count = groups_from(gazetteer, tokens, start, tokens->count, false, second, &name_end);
        if (first_count && second_count &&
            hs_match_crossing(gazetteer, first, first_count, second, second_count, candidates))
            return true;
    }
    return false;
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
    hs_group_match first[HS_GROUP_MATCHES_MAX], second[HS_GROUP_MATCHES_MAX];
    uint32_t middle, end;
    for (uint32_t i = 0; i < tokens->count; i++) {
        uint32_t first_count = groups_from(gazetteer, tokens, i, tokens->count, true, first, &middle);
        if (first_count == 0) continue;
        if (middle >= tokens->count) return;
        uint32_t second_count = groups_from(gazetteer, tokens, middle, tokens->count, true, second, &end);
        if (second_count &&
            hs_match_crossing(gazetteer, first, first_count, second, second_count, candidates))
            return;
        i = middle - 1;
    }
}

static void match_groups(const hs_gazetteer *gazetteer, const hs_group_match *matches, uint32_t count,
                         double fit, hs_house_number number, hs_candidates *candidates) {
    for (uint32_t i = 0; i < count; i++)
        hs_match_number(gazetteer, (hs_group_match){matches[i].group, matches[i].fit * fit}, number,
                        candidates);
}

static void match_western(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates) {
    hs_group_match matches[HS_GROUP_MATCHES_MAX];
    hs_number_place place;
    uint32_t name_end;
    if (hs_number_western(tokens, 0, &place) && place.end < tokens->count) {
        uint32_t end = hs_part_end(tokens, place.end);
        uint32_t count = groups_from(gazetteer, tokens, place.end, end, true, matches, &name_end);
        if (count == 0) count = groups_from(gazetteer, tokens, place.end, end, false, matches, &name_end);
        match_groups(gazetteer, matches, count, 1, place.number, candidates);
        return;
    }
    /* The number behind the name. */
    for (uint32_t i = 1; i < tokens->count; i++) {
        if (!hs_number_western(tokens, i, &place)) continue;
        uint32_t count = hs_find_groups(gazetteer, tokens, 0, i, true, matches);
        match_groups(gazetteer, matches, count, 1, place.number, candidates);
        if (count) return;
    }
}

/* 中山路100巷5弄3号 where the lane is unknown: the place where lane 100 leaves 中山路. */
static void match_lane(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t end,
                       hs_candidates *candidates) {
    hs_group_match matches[HS_GROUP_MATCHES_MAX];
    for (uint32_t i = 1; i + 1 < end; i++) {
        if (tokens->token[i + 1].word_class != HS_WORD_LANE_MARK || tokens->token[i].value == HS_NO_NUMBER)
            continue;
        uint32_t first;
        uint32_t count = groups_until(gazetteer, tokens, i, true, matches, &first);
        hs_house_number number = {tokens->token[i].value, HS_NO_NUMBER, 0, false};
        hs_candidates found = {0};
        match_groups(gazetteer, matches, count, LANE_SCORE, number, &found);
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
    hs_group_match matches[HS_GROUP_MATCHES_MAX];
    hs_number_place place;
    if (!hs_number_chinese(tokens, &place)) return;
    for (uint32_t first = 0; first < place.first; first++) {
        uint32_t count = hs_find_groups(gazetteer, tokens, first, place.first, true, matches);
        if (count == 0) continue;
        double fit = hs_prefix_explained(gazetteer, tokens, first) ? 1 : UNEXPLAINED_FIT;
        match_groups(gazetteer, matches, count, fit, place.number, candidates);
        if (candidates->count) return;
    }
    match_lane(gazetteer, tokens, place.first, candidates);
}

/* A street's name anywhere: whole, or the whole text in a shorter form. */
static void match_streets(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates) {
    hs_group_match matches[HS_GROUP_MATCHES_MAX];
    uint32_t best_first = 0, best_end = 0;
    for (uint32_t first = 0; first < tokens->count; first++) {
        uint32_t end, most = gazetteer->lexicon.longest[HS_NAME_STREET];
        uint32_t last = tokens->count - first > most ? first + most : tokens->count;
        if (groups_from(gazetteer, tokens, first, last, true, matches, &end) &&
            end - first > best_end - best_first) {
            best_first = first;
            best_end = end;
        }
    }
    uint32_t count =
        best_end > best_first ? hs_find_groups(gazetteer, tokens, best_first, best_end, true, matches) : 0;
    if (count == 0) {
        hs_number_place place;
        uint32_t first = hs_number_western(tokens, 0, &place) ? place.end : 0;
        count = hs_find_groups(gazetteer, tokens, first, tokens->count, false, matches);
    }
    for (uint32_t i = 0; i < count; i++)
        hs_match_street(gazetteer, matches[i], candidates);
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
