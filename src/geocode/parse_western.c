#include "geocode/house_number.h"
#include "geocode/parse.h"
#include "geocode/relations.h"

/* The number first; the name behind it, as it stands or misspelt. */
static void match_behind(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_number_place place,
                         hs_candidates *candidates) {
    hs_street_name name;
    uint32_t part_end = hs_part_end(tokens, place.end);
    bool whole = hs_name_from(gazetteer, tokens, place.end, part_end, false, &name);
    if (whole) {
        hs_place_filter filter = {0};
        hs_find_mentions(gazetteer, tokens, name.end, tokens->count, &filter.mentions);
        hs_match_named(gazetteer, tokens, &name, 1, place, &filter, candidates);
    }
    if (hs_is_good(candidates)) return;
    if (!hs_name_near_from(gazetteer, tokens, place.end, part_end, &name)) return;
    hs_place_filter filter = {0};
    hs_find_mentions(gazetteer, tokens, name.end, tokens->count, &filter.mentions);
    hs_match_named(gazetteer, tokens, &name, whole ? HS_OTHER_NAME_FIT : 1, place, &filter, candidates);
}

/* Whether the number before token i counts something else than houses: 中山路二段, 中山路3公里, 23栋. */
static bool is_counted(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t i) {
    if (i >= tokens->count || tokens->token[i].code == 0 || tokens->token[i].before) return false;
    if (tokens->token[i].word_class == HS_WORD_HOUSE_MARK) return false;
    return hs_is_numbered(gazetteer->words, tokens->token[i].code) ||
           hs_relation_at(gazetteer->relations, HS_RELATION_LENGTH, tokens, i, tokens->count, NULL) > 0;
}

/* The number behind the name. */
static bool match_before(const hs_gazetteer *gazetteer, const hs_tokens *tokens, bool misspelt,
                         hs_candidates *candidates) {
    hs_street_name name;
    hs_number_place place;
    for (uint32_t i = 1; i < tokens->count; i++) {
        if (!hs_number_western(tokens, i, &place) || is_counted(gazetteer, tokens, place.end)) continue;
        uint32_t name_end = i;
        while (name_end > 1 && tokens->token[name_end - 1].word_class == HS_WORD_FILLER) /* No. 5 */
            name_end--;
        if (!(misspelt ? hs_name_near_until(gazetteer, tokens, name_end, &name)
                       : hs_name_until(gazetteer, tokens, name_end, true, &name)))
            continue;
        hs_place_filter filter = {0};
        hs_find_mentions(gazetteer, tokens, place.end, tokens->count, &filter.mentions);
        hs_match_named(gazetteer, tokens, &name, name.first == 0 ? 1 : HS_UNEXPLAINED_FIT, place, &filter,
                       candidates);
        return true;
    }
    return false;
}

/* A number and a name as it stands behind other words: `Apt 3, 5 High Street`; where no comma parts them from
 * the number they are not understood. */
static bool match_inside(const hs_gazetteer *gazetteer, const hs_tokens *tokens, bool parted,
                         hs_candidates *candidates) {
    hs_street_name name;
    hs_number_place place;
    for (uint32_t i = 1; i < tokens->count; i++) {
        bool comma = tokens->token[i].before & HS_BEFORE_COMMA;
        if (comma != parted || !hs_number_western(tokens, i, &place) || place.end >= tokens->count ||
            tokens->token[place.end].before & HS_BEFORE_COMMA ||
            !hs_name_from(gazetteer, tokens, place.end, hs_part_end(tokens, place.end), true, &name))
            continue;
        hs_place_filter filter = {0};
        hs_find_mentions(gazetteer, tokens, name.end, tokens->count, &filter.mentions);
        hs_match_named(gazetteer, tokens, &name, parted ? 1 : HS_UNEXPLAINED_FIT, place, &filter, candidates);
        return true;
    }
    return false;
}

void hs_match_western(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates) {
    hs_number_place place;
    uint32_t first = 0;
    while (first < tokens->count && tokens->token[first].word_class == HS_WORD_FILLER) /* No. 5 High Street */
        first++;
    if (hs_number_western(tokens, first, &place) && place.end < tokens->count)
        match_behind(gazetteer, tokens, place, candidates);
    else
        first = HS_NONE;
    if (first != HS_NONE && candidates->count > 0) return;
    if (first == HS_NONE && (match_before(gazetteer, tokens, false, candidates) ||
                             match_inside(gazetteer, tokens, true, candidates) ||
                             match_before(gazetteer, tokens, true, candidates)))
        return;
    (void)match_inside(gazetteer, tokens, false, candidates);
}
