/* What a place is called to people. Private to src/geocode. */
#ifndef GEOCODE_REVERSE_LABEL_H
#define GEOCODE_REVERSE_LABEL_H

#include <hotspot/reverse_geocode.h>

/* Writes result->label from the rest of the result. */
void hs_reverse_label(const hs_geography *geography, hs_label_language language, hs_reverse_result *result);
/* An address as the city writes it: its text, else number and street. */
void hs_address_label(const hs_addresses *addresses, uint32_t row, char *out, size_t size);
/* Copies at most size - 1 bytes, cut at a character's edge, and NUL. */
void hs_label_copy(char *label, size_t size, hs_str text);

#endif
