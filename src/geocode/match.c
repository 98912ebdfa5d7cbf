#include "geocode/match.h"

#include "geo/plane.h"
#include "geocode/house_number.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Candidates of a method nearer than this are one. */
#define SAME_PLACE_M  25.0
#define SAME_PLACE_E7 3000
/* Nodes of one junction of wide or split streets lie within this of each other. */
#define JUNCTION_REACH_M 60.0
/* Streets that come this near without sharing a node cross there for a reader. */
#define NEAR_CROSSING_M     35.0
#define NEAR_CROSSING_PAIRS 20000

static double apart_m(hs_position a, hs_position b) {
    return hs_ground_length_m((hs_position[]){a, b}, 2);
}

void hs_reading_put(hs_reading *reading, hs_address_part_kind kind, const hs_tokens *tokens, uint32_t first,
                    uint32_t end) {
    if (first < end)
        reading->part[kind] =
            (struct hs_span){tokens->token[first].source_start, tokens->token[end - 1].source_end};
}

void hs_candidates_clear(hs_candidates *candidates) {
    candidates->count = 0;
    memset(&candidates->reading, 0, sizeof candidates->reading);
}

/* Whether two places are surely farther apart than candidates that are one. */
static bool far_apart(hs_position a, hs_position b) {
    return labs((long)a.lat_e7 - b.lat_e7) > SAME_PLACE_E7;
}

void hs_candidates_add(hs_candidates *candidates, hs_candidate candidate) {
    if (!candidate.read) candidate.reading = candidates->reading;
    candidate.read = true;
    /* Before the distances: one house may have thousands of sub-numbers. */
    if (candidates->count == HS_CANDIDATES_MAX &&
        candidates->candidate[HS_CANDIDATES_MAX - 1].score >= candidate.score)
        return;
    for (uint32_t i = 0; i < candidates->count; i++) {
        hs_candidate *known = &candidates->candidate[i];
        if (known->match_type == candidate.match_type && known->score >= candidate.score &&
            !far_apart(known->position, candidate.position) &&
            apart_m(known->position, candidate.position) < SAME_PLACE_M)
            return;
    }
    if (candidates->count == HS_CANDIDATES_MAX) candidates->count--;
    uint32_t place = candidates->count++;
    while (place > 0 && candidates->candidate[place - 1].score < candidate.score) {
        candidates->candidate[place] = candidates->candidate[place - 1];
        place--;
    }
    candidates->candidate[place] = candidate;
}

hs_candidate hs_candidate_of(hs_match_type type, hs_position position, double score, double accuracy_m) {
    return (hs_candidate){.match_type = type,
                          .position = position,
                          .score = score,
                          .accuracy_m = accuracy_m,
                          .unit = HS_NONE,
                          .street = HS_NONE,
                          .address = HS_NONE,
                          .place = HS_NONE,
                          .group = HS_NONE,
                          .second_group = HS_NONE,
                          .third_group = HS_NONE,
                          .low = HS_NO_NUMBER,
                          .high = HS_NO_NUMBER};
}

static void add_interpolated(const hs_interpolated *found, uint32_t count, hs_match_type type, double score,
                             hs_group_match match, hs_house_number number, hs_candidates *candidates) {
    for (uint32_t i = 0; i < count; i++) {
        hs_candidate candidate =
            hs_candidate_of(type, found[i].position, score * found[i].fit, found[i].accuracy_m);
        candidate.street = found[i].street;
        candidate.wide = found[i].wide;
        candidate.extent = found[i].extent;
        candidate.unit = found[i].unit;
        candidate.group = match.group;
        candidate.edits = match.edits;
        candidate.low = number.base;
        candidate.high = number.high;
        hs_candidates_add(candidates, candidate);
    }
}

/* Another sub-number of the base: the nearer, the better. */
static double score_of_sub(uint32_t asked, uint32_t known) {
    return HS_SCORE_SUB_NUMBER - 0.002 * hs_sub_distance(asked, known);
}

/* Known houses with the number; with another sub-number they count less. Returns whether any was whole and
 * where the text says. */
static bool add_known(const hs_gazetteer *gazetteer, hs_group_match match, hs_house_number number,
                      const hs_place_filter *filter, hs_candidates *candidates) {
    bool whole = false;
    uint32_t end = gazetteer->address_first[match.group + 1];
    for (uint32_t i = hs_address_bound(gazetteer, match.group, number.base); i < end; i++) {
        const hs_numbered_address *address = &gazetteer->address[i];
        if (address->base != number.base) break;
        bool same = address->sub == number.sub, fits = hs_filter_fits(gazetteer, filter, address);
        double score = same ? HS_SCORE_ADDRESS : score_of_sub(number.sub, address->sub);
        hs_candidate candidate =
            hs_candidate_of(same ? HS_MATCH_ADDRESS : HS_MATCH_SUB_NUMBER,
                            gazetteer->geography->addresses.position[address->row],
                            score * match.fit * (fits ? 1 : HS_ELSEWHERE_FIT), same ? 10 : 30);
        candidate.address = address->row;
        candidate.unit = address->unit;
        candidate.group = match.group;
        candidate.edits = match.edits;
        candidate.low = number.base;
        candidate.filtered = filter;
        hs_candidates_add(candidates, candidate);
        whole |= same && fits;
    }
    return whole;
}

static void add_placed(const hs_gazetteer *gazetteer, hs_group_match match, hs_house_number number,
                       const hs_place_filter *filter, hs_candidates *candidates) {
    hs_interpolated found[HS_INTERPOLATED_MAX];
    double score = HS_SCORE_INTERPOLATED * match.fit;
    uint32_t count = hs_interpolate_known(gazetteer, match.group, number.base, filter, found);
    add_interpolated(found, count, HS_MATCH_INTERPOLATED, score, match, number, candidates);
    count = hs_interpolate_ranges(gazetteer, match.group, number.base, found);
    add_interpolated(found, count, HS_MATCH_INTERPOLATED, score, match, number, candidates);
}

static void add_block(const hs_gazetteer *gazetteer, hs_group_match match, hs_house_number number,
                      const hs_place_filter *filter, hs_candidates *candidates) {
    hs_interpolated found[HS_INTERPOLATED_MAX];
    uint32_t count = hs_interpolate_block(gazetteer, match.group, number.base, number.high, filter, found);
    add_interpolated(found, count, HS_MATCH_BLOCK, HS_SCORE_BLOCK * match.fit, match, number, candidates);
}

void hs_match_number(const hs_gazetteer *gazetteer, const hs_group_match *matches, uint32_t count,
                     hs_house_number number, const hs_place_filter *filter, hs_candidates *candidates) {
    bool known[HS_GROUP_MATCHES_MAX] = {false}, any = false;
    if (number.block) {
        for (uint32_t i = 0; i < count; i++)
            add_block(gazetteer, matches[i], number, filter, candidates);
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        any |= known[i] = add_known(gazetteer, matches[i], number, filter, candidates);
    for (uint32_t i = 0; i < count; i++) {
        /* Of the many names that a misspelt one may mean, those that have the house are meant. */
        if (known[i] || (any && matches[i].edits > 0)) continue;
        add_placed(gazetteer, matches[i], number, filter, candidates);
    }
}

static uint32_t street_at(const hs_gazetteer *gazetteer, uint32_t group) {
    uint32_t first = gazetteer->street_first[group];
    return first < gazetteer->street_first[group + 1] ? gazetteer->group_street[first] : HS_NONE;
}

static void add_crossing(const hs_gazetteer *gazetteer, hs_position position, double score, uint32_t first,
                         uint32_t second, hs_candidates *candidates) {
    /* The nodes of one junction: the first stands for all. */
    for (uint32_t i = 0; i < candidates->count; i++) {
        const hs_candidate *known = &candidates->candidate[i];
        if (known->match_type == HS_MATCH_INTERSECTION && known->group == first &&
            known->second_group == second && apart_m(known->position, position) < JUNCTION_REACH_M)
            return;
    }
    hs_candidate candidate = hs_candidate_of(HS_MATCH_INTERSECTION, position, score, 15);
    candidate.group = first;
    candidate.second_group = second;
    candidate.street = street_at(gazetteer, first);
    hs_candidates_add(candidates, candidate);
}

static bool cross_at_nodes(const hs_gazetteer *gazetteer, uint32_t first, uint32_t second, double score,
                           hs_candidates *candidates) {
    uint32_t a = gazetteer->node_first[first], a_end = gazetteer->node_first[first + 1];
    uint32_t b = gazetteer->node_first[second], b_end = gazetteer->node_first[second + 1];
    bool crossed = false;
    while (a < a_end && b < b_end) {
        uint32_t x = gazetteer->group_node[a], y = gazetteer->group_node[b];
        if (x == y) {
            add_crossing(gazetteer, gazetteer->geography->segments.node[x], score, first, second, candidates);
            crossed = true;
        }
        a += x <= y;
        b += y <= x;
    }
    return crossed;
}

/* Where two streets come closest, when that is near. */
static bool cross_nearby(const hs_gazetteer *gazetteer, uint32_t first, uint32_t second, double score,
                         hs_candidates *candidates) {
    const hs_position *node = gazetteer->geography->segments.node;
    uint32_t a = gazetteer->node_first[first], a_end = gazetteer->node_first[first + 1];
    uint32_t b = gazetteer->node_first[second], b_end = gazetteer->node_first[second + 1];
    if ((uint64_t)(a_end - a) * (b_end - b) > NEAR_CROSSING_PAIRS || a == a_end || b == b_end) return false;
    double best_m = NEAR_CROSSING_M;
    hs_position best = {0};
    bool near = false;
    for (uint32_t i = a; i < a_end; i++) {
        for (uint32_t j = b; j < b_end; j++) {
            hs_position p = node[gazetteer->group_node[i]], q = node[gazetteer->group_node[j]];
            double m = apart_m(p, q);
            if (m >= best_m) continue;
            best_m = m;
            best = hs_ground_middle(p, q);
            near = true;
        }
    }
    if (near) add_crossing(gazetteer, best, 0.9 * score, first, second, candidates);
    return near;
}

bool hs_match_crossing(const hs_gazetteer *gazetteer, const hs_group_match *first, uint32_t first_count,
                       const hs_group_match *second, uint32_t second_count, hs_candidates *candidates) {
    bool crossed = false;
    for (int nearby = 0; nearby < 2 && !crossed; nearby++)
        for (uint32_t i = 0; i < first_count; i++)
            for (uint32_t j = 0; j < second_count; j++) {
                if (first[i].group == second[j].group) continue;
                double score = HS_SCORE_INTERSECTION * first[i].fit * second[j].fit;
                crossed |=
                    nearby ? cross_nearby(gazetteer, first[i].group, second[j].group, score, candidates)
                           : cross_at_nodes(gazetteer, first[i].group, second[j].group, score, candidates);
            }
    return crossed;
}

static void add_places(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first, uint32_t end,
                       const uint32_t *rows, const double *fits, uint32_t count, uint32_t edits,
                       hs_candidates *candidates) {
    /* A name that is most of the text is surely meant; a short one in a long text is less so. */
    double share = (double)(end - first) / tokens->count, score = HS_SCORE_PLACE - (share < 0.25 ? 0.1 : 0);
    hs_reading_put(&candidates->reading, HS_PART_PLACE, tokens, first, end);
    for (uint32_t i = 0; i < count; i++) {
        hs_candidate candidate = hs_candidate_of(
            HS_MATCH_PLACE, gazetteer->geography->places.position[rows[i]], score * fits[i], 50);
        candidate.place = rows[i];
        candidate.edits = edits;
        hs_candidates_add(candidates, candidate);
    }
}

/* The longest name of a place in the text. */
static bool match_exact_places(const hs_gazetteer *gazetteer, const hs_tokens *tokens,
                               hs_candidates *candidates) {
    const hs_lexicon_entry *best = NULL;
    size_t best_count = 0;
    uint32_t best_first = 0, best_end = 0, rows[HS_CANDIDATES_MAX], count = 0;
    double fits[HS_CANDIDATES_MAX];
    for (uint32_t first = 0; first < tokens->count; first++) {
        uint32_t end;
        size_t found;
        const hs_lexicon_entry *entry =
            hs_longest_name(gazetteer, HS_NAME_PLACE, tokens, first, tokens->count, &end, &found);
        if (!entry || end - first <= best_end - best_first) continue;
        best = entry;
        best_count = found;
        best_first = first;
        best_end = end;
    }
    for (size_t i = 0; i < best_count && count < HS_CANDIDATES_MAX; i++) {
        rows[count] = best[i].id;
        fits[count++] = 1;
    }
    if (count) add_places(gazetteer, tokens, best_first, best_end, rows, fits, count, 0, candidates);
    return count > 0;
}

/* Names that are misspelt or written by sound, behind units and up to a comma. */
static void match_near_places(const hs_gazetteer *gazetteer, const hs_tokens *tokens,
                              hs_candidates *candidates) {
    hs_edit_match near[HS_GROUP_MATCHES_MAX];
    for (uint32_t first = 0; first < tokens->count; first++) {
        if (first > 0 && !hs_prefix_explained(gazetteer, tokens, first)) continue;
        uint32_t end = hs_part_end(tokens, first), rows[HS_GROUP_MATCHES_MAX], count = 0;
        double fits[HS_GROUP_MATCHES_MAX];
        uint32_t found = hs_edit_index_find(&gazetteer->place_edits, hs_tokens_slice(tokens, first, end),
                                            near, HS_GROUP_MATCHES_MAX);
        for (uint32_t i = 0; i < found; i++) {
            rows[count] = near[i].group;
            fits[count++] = hs_edit_fit(&near[i]);
        }
        if (!count) continue;
        add_places(gazetteer, tokens, first, end, rows, fits, count, near[0].kind != HS_EDIT_NONE,
                   candidates);
        return;
    }
}

void hs_match_places(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates) {
    if (!match_exact_places(gazetteer, tokens, candidates)) match_near_places(gazetteer, tokens, candidates);
}

void hs_match_street(const hs_gazetteer *gazetteer, hs_group_match match, hs_candidates *candidates) {
    const hs_street_middle *middle = &gazetteer->middle[match.group];
    if (!middle->known) return;
    hs_candidate candidate =
        hs_candidate_of(HS_MATCH_STREET, middle->position, HS_SCORE_STREET * match.fit, middle->reach_m);
    candidate.street = middle->street;
    candidate.group = match.group;
    candidate.edits = match.edits;
    hs_candidates_add(candidates, candidate);
}
