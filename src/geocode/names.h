/* Street names in texts: where one stands, and which groups it may mean. */
#ifndef GEOCODE_NAMES_H
#define GEOCODE_NAMES_H

#include "geocode/gazetteer.h"

/* A street's name in tokens [first, end), and the groups that it may mean, best first. */
typedef struct hs_street_name {
    uint32_t first, end;
    uint32_t count;
    hs_group_match match[HS_GROUP_MATCHES_MAX];
} hs_street_name;

/* The best name that starts at `first` and ends by `end`, the longest of equals; `exact` takes whole names
 * only. False when there is none. */
bool hs_name_from(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first, uint32_t end,
                  bool exact, hs_street_name *name);
/* The best name that ends at `end`. */
bool hs_name_until(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t end, bool exact,
                   hs_street_name *name);
/* The longest name that starts at `first` and is misspelt by one letter. */
bool hs_name_near_from(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first, uint32_t end,
                       hs_street_name *name);
/* The longest that ends at `end`. */
bool hs_name_near_until(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t end,
                        hs_street_name *name);
/* The first token with which a name that ends at `end` may begin, by the longest that is known. */
uint32_t hs_name_reach(const hs_gazetteer *gazetteer, uint32_t end);

/* Whether tokens [first, end) are but a part of a street's whole name: 对面 in 对面山路. */
bool hs_inside_name(const hs_gazetteer *gazetteer, const hs_tokens *tokens, uint32_t first, uint32_t end);

#endif
