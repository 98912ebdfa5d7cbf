/* The label of an answer: the matched address in the city's own spelling. */
#ifndef GEOCODE_LABEL_H
#define GEOCODE_LABEL_H

#include "geocode/match.h"

/* `address` is the text that was asked for: relations (往北50米) are shown in its words. Cut at a character's
 * edge to fit `size` bytes with the NUL. */
void hs_label_make(const hs_gazetteer *gazetteer, const hs_candidate *candidate, hs_str address, char *label,
                   size_t size);

#endif
