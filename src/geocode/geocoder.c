#include "base/text.h"
#include "geo/box.h"
#include "geo/plane.h"
#include "geocode/house_number.h"
#include "geocode/label.h"
#include "geocode/match.h"
#include "geocode/names.h"
#include <hotspot/geocode.h>
#include <stdlib.h>
#include <string.h>

#define EQUAL_SCORES 1e-6

struct hs_geocoder {
    hs_geography *geography;
    hs_gazetteer gazetteer;
};

hs_status hs_geocoder_new(const hs_geography *geography, hs_error *error, hs_geocoder **geocoder) {
    hs_geocoder *made = calloc(1, sizeof *made);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "out of memory for a geocoder");
    hs_status status = hs_gazetteer_build(geography, error, &made->gazetteer);
    if (status != HS_OK) {
        free(made);
        return status;
    }
    made->geography = hs_geography_ref(geography);
    *geocoder = made;
    return HS_OK;
}

void hs_geocoder_free(hs_geocoder *geocoder) {
    if (!geocoder) return;
    hs_gazetteer_done(&geocoder->gazetteer);
    hs_geography_unref(geocoder->geography);
    free(geocoder);
}

static uint32_t unit_of(const hs_gazetteer *gazetteer, hs_candidate *candidate) {
    if (candidate->unit == HS_NONE)
        candidate->unit = hs_deepest_unit(gazetteer->geography, candidate->position);
    return candidate->unit;
}

/* Units named in the text are filters: what lies elsewhere is demoted, unless a street's or place's own name
 * holds the unit's. */
static void apply_mentions(const hs_gazetteer *gazetteer, const hs_tokens *tokens,
                           hs_candidates *candidates) {
    hs_mentions mentions = {0};
    hs_find_mentions(gazetteer, tokens, 0, tokens->count, &mentions);
    if (mentions.count == 0) return;
    bool agrees[HS_CANDIDATES_MAX], any = false;
    for (uint32_t i = 0; i < candidates->count; i++) {
        hs_candidate *candidate = &candidates->candidate[i];
        agrees[i] =
            candidate->filtered || hs_mentions_agree(gazetteer, &mentions, unit_of(gazetteer, candidate));
        any |= agrees[i];
    }
    if (!any) return;
    hs_candidates sorted = {0};
    for (uint32_t i = 0; i < candidates->count; i++) {
        hs_candidate candidate = candidates->candidate[i];
        if (!agrees[i]) candidate.score *= HS_ELSEWHERE_FIT;
        hs_candidates_add(&sorted, candidate);
    }
    *candidates = sorted;
}

/* How far a candidate is ahead of the best one at another place. */
static double margin_of(const hs_candidates *candidates, uint32_t number) {
    const hs_candidate *one = &candidates->candidate[number];
    double reach_m = one->accuracy_m > 50 ? one->accuracy_m : 50;
    for (uint32_t i = 0; i < candidates->count; i++) {
        const hs_candidate *other = &candidates->candidate[i];
        if (i != number && hs_ground_length_m((hs_position[]){one->position, other->position}, 2) > reach_m)
            return one->score - other->score;
    }
    return one->score;
}

static uint32_t first_street(const hs_gazetteer *gazetteer, uint32_t group) {
    if (group == HS_NONE || gazetteer->street_first[group] == gazetteer->street_first[group + 1])
        return HS_NONE;
    return gazetteer->group_street[gazetteer->street_first[group]];
}

/* Of several names that a misspelt one may mean none is sure. */
#define UNSURE_MARGIN 0.05
#define UNSURE_FIT    0.85

static void doubt_misspelt(hs_candidates *candidates) {
    if (candidates->count == 0 || candidates->candidate[0].edits == 0 ||
        margin_of(candidates, 0) > UNSURE_MARGIN)
        return;
    for (uint32_t i = 0; i < candidates->count; i++)
        candidates->candidate[i].score *= UNSURE_FIT;
}

/* What a whole address that is known by its text consists of. */
static void read_whole(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_reading *reading) {
    hs_number_place place;
    hs_street_name name = {0};
    if (tokens->has_han) {
        if (!hs_number_chinese(tokens, &place) || !hs_name_until(gazetteer, tokens, place.first, true, &name))
            return;
    } else if (!hs_number_western(tokens, 0, &place) ||
               !hs_name_from(gazetteer, tokens, place.end, hs_part_end(tokens, place.end), false, &name)) {
        return;
    }
    hs_reading_put(reading, HS_PART_STREET, tokens, name.first, name.end);
    hs_reading_put(reading, HS_PART_NUMBER, tokens, place.first, place.end);
}

static void put_part(hs_geocode_result *result, hs_address_part_kind kind, uint32_t start, uint32_t end) {
    for (uint32_t i = 0; i < result->part_count; i++)
        if (start < result->part[i].end && end > result->part[i].start) return;
    if (start < end && result->part_count < HS_ADDRESS_PARTS_MAX)
        result->part[result->part_count++] = (hs_address_part){kind, start, end};
}

static int compare_parts(const void *left, const void *right) {
    const hs_address_part *a = left, *b = right;
    return (a->start > b->start) - (a->start < b->start);
}

/* The parts in the order of the text; units where nothing else was read. */
static void put_parts(const hs_gazetteer *gazetteer, const hs_tokens *tokens, const hs_candidate *candidate,
                      hs_geocode_result *result) {
    hs_reading reading = candidate->reading;
    hs_mentions mentions = {0};
    if (candidate->address != HS_NONE && reading.part[HS_PART_STREET].end == 0)
        read_whole(gazetteer, tokens, &reading);
    for (int kind = 0; kind < HS_PART_KIND_COUNT; kind++)
        put_part(result, (hs_address_part_kind)kind, reading.part[kind].start, reading.part[kind].end);
    hs_find_mentions(gazetteer, tokens, 0, tokens->count, &mentions);
    for (uint32_t i = 0; i < mentions.count; i++)
        put_part(result, HS_PART_UNIT, tokens->token[mentions.mention[i].first].source_start,
                 tokens->token[mentions.mention[i].end - 1].source_end);
    qsort(result->part, result->part_count, sizeof *result->part, compare_parts);
}

/* Of a street the box of its lines. */
static hs_box extent_of(const hs_gazetteer *gazetteer, const hs_candidate *candidate) {
    hs_box extent = HS_BOX_EMPTY;
    if (candidate->wide) return candidate->extent;
    hs_box_add(&extent, candidate->position);
    if (candidate->match_type != HS_MATCH_STREET || candidate->group == HS_NONE) return extent;
    uint32_t end = gazetteer->street_first[candidate->group + 1];
    for (uint32_t i = gazetteer->street_first[candidate->group]; i < end; i++)
        hs_box_union(&extent, gazetteer->geography->streets.box[gazetteer->group_street[i]]);
    return extent;
}

static hs_geocode_result result_of(const hs_gazetteer *gazetteer, hs_str text, const hs_tokens *tokens,
                                   hs_candidates *candidates, uint32_t number) {
    hs_candidate *candidate = &candidates->candidate[number];
    double margin = margin_of(candidates, number);
    hs_geocode_result result = {.match_type = candidate->match_type,
                                .position = candidate->position,
                                .score = candidate->score,
                                .margin = margin,
                                .accuracy_m = candidate->accuracy_m,
                                .ambiguous = margin <= EQUAL_SCORES,
                                .unit = unit_of(gazetteer, candidate),
                                .street = candidate->street,
                                .cross_street = first_street(gazetteer, candidate->second_group),
                                .address = candidate->address,
                                .place = candidate->place,
                                .edits = candidate->edits,
                                .extent = extent_of(gazetteer, candidate)};
    if (result.street == HS_NONE) result.street = first_street(gazetteer, candidate->group);
    put_parts(gazetteer, tokens, candidate, &result);
    hs_label_make(gazetteer, candidate, text, result.label, sizeof result.label);
    return result;
}

hs_status hs_geocode(const hs_geocoder *geocoder, hs_str address, hs_geocode_result *results, size_t capacity,
                     hs_error *error, size_t *count) {
    if (capacity > 0 && !results) return hs_error_set(error, HS_E_ARGUMENT, "no room for results");
    hs_tokens tokens;
    hs_candidates candidates;
    hs_tokens_read(geocoder->gazetteer.words, address, &tokens);
    hs_match(&geocoder->gazetteer, &tokens, 0, &candidates);
    apply_mentions(&geocoder->gazetteer, &tokens, &candidates);
    doubt_misspelt(&candidates);
    size_t written = candidates.count < capacity ? candidates.count : capacity;
    for (size_t i = 0; i < written; i++)
        results[i] = result_of(&geocoder->gazetteer, address, &tokens, &candidates, (uint32_t)i);
    *count = written;
    return HS_OK;
}
