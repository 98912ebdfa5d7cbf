#include "base/text.h"
#include "geo/plane.h"
#include "geocode/match.h"
#include <hotspot/geocode.h>
#include <stdio.h>
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

static bool has_han(hs_str text) {
    while (text.size > 0)
        if (hs_is_han(hs_utf8_next(&text))) return true;
    return false;
}

/* Writes at most the label's size, cut at a character's edge. */
static void write_label(char *label, size_t size, const char *text) {
    hs_str whole = hs_str_of(text);
    size_t kept = hs_utf8_cut(whole, size - 1);
    memcpy(label, text, kept);
    label[kept] = '\0';
}

static void join(char *out, size_t size, hs_str a, const char *between, hs_str b) {
    (void)snprintf(out, size, "%.*s%s%.*s", (int)(a.size > 400 ? 400 : a.size), a.data ? a.data : "", between,
                   (int)(b.size > 400 ? 400 : b.size), b.data ? b.data : "");
}

static void number_text(const hs_candidate *candidate, bool chinese, char out[32]) {
    if (candidate->high != HS_NO_NUMBER)
        (void)snprintf(out, 32, chinese ? "%d-%d号" : "%d-%d", (int)candidate->low, (int)candidate->high);
    else
        (void)snprintf(out, 32, chinese ? "%d号" : "%d", (int)candidate->low);
}

static void label_numbered(hs_str street, hs_str number, char *text, size_t size) {
    if (has_han(street))
        join(text, size, street, "", number);
    else
        join(text, size, number, " ", street);
}

static void make_label(const hs_gazetteer *gazetteer, const hs_candidate *candidate, char *label,
                       size_t size) {
    const hs_geography *geography = gazetteer->geography;
    char text[1024] = "", number[32];
    hs_str street = candidate->group != HS_NONE ? gazetteer->group_name[candidate->group] : (hs_str){0};
    if (candidate->address != HS_NONE) {
        const hs_addresses *addresses = &geography->addresses;
        hs_str whole = addresses->text[candidate->address];
        if (whole.size > 0)
            join(text, sizeof text, whole, "", (hs_str){0});
        else
            label_numbered(addresses->street[candidate->address], addresses->number[candidate->address], text,
                           sizeof text);
    } else if (candidate->place != HS_NONE) {
        hs_str name = geography->places.name[candidate->place];
        join(text, sizeof text, name.size ? name : geography->places.name_en[candidate->place], "",
             (hs_str){0});
    } else if (candidate->second_group != HS_NONE) {
        hs_str second = gazetteer->group_name[candidate->second_group];
        join(text, sizeof text, street, has_han(street) ? "与" : " & ", second);
    } else if (candidate->low != HS_NO_NUMBER) {
        number_text(candidate, has_han(street), number);
        label_numbered(street, hs_str_of(number), text, sizeof text);
    } else {
        join(text, sizeof text, street, "", (hs_str){0});
    }
    write_label(label, size, text);
}

static hs_geocode_result result_of(const hs_gazetteer *gazetteer, hs_candidates *candidates,
                                   uint32_t number) {
    hs_candidate *candidate = &candidates->candidate[number];
    hs_position at = candidate->position;
    double margin = margin_of(candidates, number);
    hs_geocode_result result = {.match_type = candidate->match_type,
                                .position = at,
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
                                .extent = {at.lon_e7, at.lat_e7, at.lon_e7, at.lat_e7}};
    if (result.street == HS_NONE) result.street = first_street(gazetteer, candidate->group);
    make_label(gazetteer, candidate, result.label, sizeof result.label);
    return result;
}

hs_status hs_geocode(const hs_geocoder *geocoder, hs_str address, hs_geocode_result *results, size_t capacity,
                     hs_error *error, size_t *count) {
    if (capacity > 0 && !results) return hs_error_set(error, HS_E_ARGUMENT, "no room for results");
    hs_tokens tokens;
    hs_candidates candidates;
    hs_tokens_read(geocoder->gazetteer.words, address, &tokens);
    hs_match(&geocoder->gazetteer, &tokens, &candidates);
    apply_mentions(&geocoder->gazetteer, &tokens, &candidates);
    doubt_misspelt(&candidates);
    size_t written = candidates.count < capacity ? candidates.count : capacity;
    for (size_t i = 0; i < written; i++)
        results[i] = result_of(&geocoder->gazetteer, &candidates, (uint32_t)i);
    *count = written;
    return HS_OK;
}
