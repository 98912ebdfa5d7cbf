#include "geocode/house_number.h"
#include "geocode/parse.h"

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

void hs_match_western(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates) {
    hs_street_name name;
    hs_number_place place;
    if (hs_number_western(tokens, 0, &place) && place.end < tokens->count) {
        match_behind(gazetteer, tokens, place, candidates);
        return;
    }
    /* The number behind the name. */
    for (uint32_t i = 1; i < tokens->count; i++) {
        if (!hs_number_western(tokens, i, &place)) continue;
        uint32_t name_end = i;
        while (name_end > 1 && tokens->token[name_end - 1].word_class == HS_WORD_FILLER) /* No. 5 */
            name_end--;
        if (!hs_name_until(gazetteer, tokens, name_end, true, &name) &&
            !hs_name_near_until(gazetteer, tokens, name_end, &name))
            continue;
        hs_place_filter filter = {0};
        hs_find_mentions(gazetteer, tokens, place.end, tokens->count, &filter.mentions);
        hs_match_named(gazetteer, tokens, &name, name.first == 0 ? 1 : HS_UNEXPLAINED_FIT, place, &filter,
                       candidates);
        return;
    }
}
