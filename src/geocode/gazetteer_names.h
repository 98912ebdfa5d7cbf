/* The names under which a gazetteer's things are found. */
#ifndef GEOCODE_GAZETTEER_NAMES_H
#define GEOCODE_GAZETTEER_NAMES_H

#include "geocode/gazetteer.h"

/* Adds a street's name, tokens [first, end), as that of a group: whole, in its shorter forms, with its
 * ordinals bare (14 St for 14th St), and for those who misspell it or write it by sound. */
void hs_add_street_names(hs_gazetteer *g, const hs_tokens *tokens, uint32_t first, uint32_t end,
                         uint32_t group);
/* Adds the Latin spellings of a Chinese name to an index of misspelt names. */
void hs_add_sounds(hs_gazetteer *g, const hs_tokens *tokens, uint32_t first, uint32_t end, uint32_t id,
                   hs_edit_index *index);

#endif
