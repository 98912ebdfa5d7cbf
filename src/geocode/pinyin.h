/* How Chinese characters are read: pinyin without tones, ü as v. The first reading of each comes from ICU,
 * those of characters that are read in several ways from geodata/polyphones.json. Immutable once loaded. */
#ifndef GEOCODE_PINYIN_H
#define GEOCODE_PINYIN_H

#include <hotspot/error.h>

typedef struct hs_pinyin hs_pinyin;

/* The most readings that a character has, and the most letters of one. */
#define HS_READINGS_MAX       6
#define HS_READING_LETTER_MAX 6

hs_status hs_pinyin_new(hs_error *error, hs_pinyin **pinyin);
void hs_pinyin_free(hs_pinyin *pinyin);
/* Writes up to `most` readings of a character, traditional or simplified, likeliest first; each ends with NUL
 * and lives as long as `pinyin`. Returns how many; 0 for what is no character of U+3400 to U+9FFF or has no
 * known reading. A reading with v is followed by the one with u, as people without ü write it. Thread-safe,
 * O(1). */
size_t hs_pinyin_readings(const hs_pinyin *pinyin, uint32_t code, const char *readings[], size_t most);

#endif
