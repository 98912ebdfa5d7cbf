/* Chinese names in Latin letters, the ways in which people write them: 中山南路 as zhongshannanlu,
 * zhongshannan road, zhongshan south road. */
#ifndef GEOCODE_ROMANISE_H
#define GEOCODE_ROMANISE_H

#include "geocode/normalise.h"
#include "geocode/pinyin.h"

#define HS_ROMANISED_MAX 8

/* Latin spellings as keys (types and directions in their form). */
typedef struct hs_romanised {
    uint32_t count;
    struct hs_romanised_key {
        char text[256];
        size_t size;
    } key[HS_ROMANISED_MAX];
} hs_romanised;

/* The spellings of tokens [first, end): by the readings of the characters, the likeliest first, at most
 * HS_ROMANISED_MAX. None for tokens without Chinese characters. */
void hs_romanise(const hs_pinyin *pinyin, const hs_street_words *words, const hs_tokens *tokens,
                 uint32_t first, uint32_t end, hs_romanised *out);
/* The likeliest reading alone. */
bool hs_romanise_sound(const hs_pinyin *pinyin, const hs_tokens *tokens, uint32_t first, uint32_t end,
                       struct hs_romanised_key *key);

#endif
