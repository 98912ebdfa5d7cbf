/* Letters against the reading of a name. Private to src/geocode. */
#ifndef GEOCODE_PINYIN_MATCH_H
#define GEOCODE_PINYIN_MATCH_H

#include "geocode/pinyin.h"

/* The most letters that are matched: one bit each, and one for their end. */
#define HS_PINYIN_LETTERS_MAX 63

typedef enum hs_pinyin_match {
    HS_PINYIN_NONE,
    HS_PINYIN_INITIALS, /* some syllables by their initial only */
    HS_PINYIN_FULL      /* whole syllables, the last one perhaps not to its end */
} hs_pinyin_match;

/* Whether the beginning of `name` (NUL-ended UTF-8) may be typed as `letters` (a to z). *whole is set when
 * the letters reach its end. */
hs_pinyin_match hs_pinyin_matches(const hs_pinyin *pinyin, const char *name, hs_str letters, bool *whole);

#endif
