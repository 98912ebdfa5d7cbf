/* What two address texts have in common when they say the same: the key of the review queue and its aliases.
 */
#ifndef GEOCODE_ADDRESS_KEY_H
#define GEOCODE_ADDRESS_KEY_H

#include "geocode/normalise.h"

/* Writes the normalised text (its tokens, with the dashes, slashes and crossings between them) into `key`;
 * empty for a text without letters or digits. Pure. */
#define HS_ADDRESS_KEY_MAX (HS_TOKEN_TEXT_MAX + 1)
hs_str hs_address_key(const hs_street_words *words, hs_str address, char key[HS_ADDRESS_KEY_MAX]);

#endif
