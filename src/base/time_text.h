/* Times as text where many are written one after the other, which are of few days as a rule: the last day is
 * kept as text. All zero to begin with. */
#ifndef BASE_TIME_TEXT_H
#define BASE_TIME_TEXT_H

#include "base/clock.h"

typedef struct hs_day_text {
    int64_t begin_s;
    size_t size; /* of the text up to the hour; 0: no day yet */
    char text[HS_TIME_TEXT_SIZE];
} hs_day_text;

/* Writes what hs_time_format writes, but no NUL; returns its size. */
size_t hs_time_text(hs_day_text *day, int64_t seconds, char text[HS_TIME_TEXT_SIZE]);

#endif
