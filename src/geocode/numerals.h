/* Chinese numerals. */
#ifndef GEOCODE_NUMERALS_H
#define GEOCODE_NUMERALS_H

#include <hotspot/types.h>

/* The value of the numerals in `codes`: 二十三, 一百零五, 廿三, and figure by figure 一二三. `figures`: that
 * last form is taken too. HS_NO_NUMBER when they are not well formed. */
int32_t hs_numeral_value(const uint32_t *codes, uint32_t count, bool figures);

#endif
