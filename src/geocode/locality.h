/* The parts of an address beside street and number: units named in it, and where a street's name begins and
 * ends. Administrative parts are filters, never required. */
#ifndef GEOCODE_LOCALITY_H
#define GEOCODE_LOCALITY_H

#include "geocode/gazetteer.h"

#define HS_MENTIONS_MAX 8

/* Units that a text names: entries of the lexicon, one span a name. */
typedef struct hs_mentions {
    uint32_t count;
    struct hs_mention {
        const hs_lexicon_entry *entry;
        size_t entries;
        uint32_t first, end; /* tokens */
    } mention[HS_MENTIONS_MAX];
} hs_mentions;

/* What an address says about where its street lies. */
typedef struct hs_place_filter {
    hs_parts parts;
    hs_mentions mentions;
} hs_place_filter;

/* The parts named in tokens [first, end). */
hs_parts hs_parts_read(const hs_tokens *tokens, uint32_t first, uint32_t end);
/* Whether an address may lie where the filter says; unknown is no contradiction. */
bool hs_filter_fits(const hs_gazetteer *gazetteer, const hs_place_filter *filter,
                    const hs_numbered_address *address);

/* The longest name of a kind that starts at token `first` and ends by `end`; NULL when none does. */
const hs_lexicon_entry *hs_longest_name(const hs_gazetteer *gazetteer, hs_name_kind kind,
                                        const hs_tokens *tokens, uint32_t first, uint32_t end,
                                        uint32_t *name_end, size_t *entries);
/* Names of units in tokens [first, end), added to *mentions. */
void hs_find_mentions(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first, uint32_t end,
                      hs_mentions *mentions);
/* Whether the unit lies in one of every name's units. */
bool hs_mentions_agree(const hs_gazetteer *gazetteer, const hs_mentions *mentions, uint32_t unit);

/* Whether tokens [0, first) before a street's name are administrative: names of units, or a part that ends
 * like one (县, 镇, 里), or set off by a blank or comma. */
bool hs_prefix_explained(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first);
/* Where the street's name starts that ends at token `end` of a Chinese address, by known names and by the
 * looks of the parts before it. */
uint32_t hs_street_start(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t end);
/* Where the street's name ends that starts at token `first` of a Western address: at a comma or unit word;
 * when no comma comes, behind the street type and its direction. */
uint32_t hs_street_end(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first);
/* The end of the part in which a street's name can stand. */
uint32_t hs_part_end(const hs_tokens *tokens, uint32_t first);

#endif
