#include "geocode/house_number.h"
#include "geocode/parse.h"

/* House numbers of a lane start where the lane leaves the street, at the street's number of its name. */
#define LANE_FIT        0.75
#define LANE_ACCURACY_M 60.0

/* What stands before a street's name. */
static hs_place_filter filter_before(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first) {
    hs_place_filter filter = {.parts = hs_parts_read(tokens, 0, first)};
    hs_find_mentions(gazetteer, tokens, 0, first, &filter.mentions);
    return filter;
}

/* The names misspelt by one letter that end at `end`, from every token with which one may begin; `fit` is
 * what a misspelt name counts here. */
static void match_near(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_number_place place,
                       double fit, hs_candidates *candidates) {
    for (int explained = 1; explained >= 0 && !hs_is_good(candidates); explained--) {
        for (uint32_t first = hs_name_reach(gazetteer, place.first); first < place.first; first++) {
            if (hs_prefix_explained(gazetteer, tokens, first) != explained) continue;
            hs_street_name name = {.first = first, .end = place.first};
            name.count = hs_find_groups_near(gazetteer, tokens, first, place.first, name.match);
            if (name.count == 0) continue;
            hs_place_filter filter = filter_before(gazetteer, tokens, first);
            hs_match_named(gazetteer, tokens, &name, fit * (explained ? 1 : HS_UNEXPLAINED_FIT), place,
                           &filter, candidates);
        }
    }
}

static void add_lane(hs_candidates *found, hs_candidates *candidates) {
    for (uint32_t k = 0; k < found->count; k++) {
        hs_candidate candidate = found->candidate[k];
        candidate.match_type = HS_MATCH_INTERPOLATED;
        candidate.address = HS_NONE;
        if (candidate.accuracy_m < LANE_ACCURACY_M) candidate.accuracy_m = LANE_ACCURACY_M;
        hs_candidates_add(candidates, candidate);
    }
}

/* 中山路100巷5弄3号 where the lane is unknown: the place where lane 100 leaves 中山路. */
static void match_lane(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t end,
                       hs_candidates *candidates) {
    hs_street_name name;
    for (uint32_t i = 1; i + 1 < end; i++) {
        if (tokens->token[i + 1].word_class != HS_WORD_LANE_MARK || tokens->token[i].value == HS_NO_NUMBER)
            continue;
        hs_number_place lane = {{.base = tokens->token[i].value, .high = HS_NO_NUMBER}, i, i + 2};
        hs_candidates found;
        hs_candidates_clear(&found);
        if (hs_name_until(gazetteer, tokens, i, true, &name)) {
            hs_place_filter filter = filter_before(gazetteer, tokens, name.first);
            hs_match_named(gazetteer, tokens, &name, LANE_FIT, lane, &filter, &found);
        } else {
            match_near(gazetteer, tokens, lane, LANE_FIT, &found);
        }
        add_lane(&found, candidates);
        return;
    }
}

/* The number behind a street's name that stands as it is written, where there is one, else the first number:
 * 5月3号南大街23号, 一号路3号. */
static bool find_number(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_number_place *place,
                        hs_street_name *name) {
    hs_number_place next = *place;
    do {
        if (!hs_name_until(gazetteer, tokens, next.first, true, name)) continue;
        *place = next;
        return true;
    } while (hs_number_marked(tokens, next.end, &next));
    return false;
}

void hs_match_chinese(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates) {
    hs_street_name name;
    hs_number_place place;
    if (!hs_number_chinese(tokens, &place)) return;
    bool whole = find_number(gazetteer, tokens, &place, &name);
    if (whole) {
        bool explained = hs_prefix_explained(gazetteer, tokens, name.first);
        hs_place_filter filter = filter_before(gazetteer, tokens, name.first);
        hs_match_named(gazetteer, tokens, &name, explained ? 1 : HS_UNEXPLAINED_FIT, place, &filter,
                       candidates);
    }
    if (hs_is_known_house(candidates)) return;
    if (!hs_is_good(candidates))
        match_near(gazetteer, tokens, place, whole ? HS_OTHER_NAME_FIT : 1, candidates);
    if (!hs_is_good(candidates)) match_lane(gazetteer, tokens, place.first, candidates);
}
