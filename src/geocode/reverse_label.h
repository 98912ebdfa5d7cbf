/* What a place is called to people. Private to src/geocode. */
#ifndef GEOCODE_REVERSE_LABEL_H
#define GEOCODE_REVERSE_LABEL_H

#include <hotspot/reverse_geocode.h>

/* Writes result->label from the rest of the result. */
void hs_reverse_label(const hs_geography *geography, hs_label_language language, hs_reverse_result *result);

#endif
