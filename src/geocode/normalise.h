/* From an address as people write it to tokens: compatibility and case folding (Unicode's NFKC), marks
 * dropped, traditional characters simplified, street words in one spelling. Latin words are a token each,
 * Chinese characters too. */
#ifndef GEOCODE_NORMALISE_H
#define GEOCODE_NORMALISE_H

#include "geocode/words.h"

/* What follows in a longer address is not looked at. */
#define HS_TOKENS_MAX     128
#define HS_TOKEN_TEXT_MAX 1024

/* What stood before a token. */
enum {
    HS_BEFORE_SPACE = 1,
    HS_BEFORE_CROSS = 2, /* & @ / + between names */
    HS_BEFORE_DASH = 4,
    HS_BEFORE_COMMA = 8,
    HS_BEFORE_SLASH = 16, /* between two numbers: a fraction */
    HS_BEFORE_HASH = 32   /* # */
};

typedef struct hs_token {
    uint16_t start, size;         /* in text */
    uint16_t raw_start, raw_size; /* in raw */
    uint8_t word_class;           /* hs_word_class */
    uint8_t before;
    int32_t value;                     /* of leading digits; HS_NO_NUMBER when there are none or too many */
    uint32_t code;                     /* of a Chinese character, else 0 */
    uint32_t source_start, source_end; /* bytes of the address as it was given */
} hs_token;

/* Tokens stand in `text` with one space between, so any run of them is a slice; in `raw` they stand folded
 * but in the spelling that was given (avenue for ave). */
typedef struct hs_tokens {
    uint32_t count;
    bool has_han;
    hs_token token[HS_TOKENS_MAX];
    char text[HS_TOKEN_TEXT_MAX];
    char raw[HS_TOKEN_TEXT_MAX];
} hs_tokens;

void hs_tokens_read(const hs_street_words *words, hs_str address, hs_tokens *tokens);
/* The slice of tokens [first, end), first < end. */
hs_str hs_tokens_slice(const hs_tokens *tokens, uint32_t first, uint32_t end);
/* Tokens [first, end) of others as a text of their own; places in the address stay. */
void hs_tokens_copy(const hs_tokens *tokens, uint32_t first, uint32_t end, hs_tokens *part);
/* The same tokens as they stood in the address that was read. */
hs_str hs_tokens_source(const hs_tokens *tokens, hs_str address, uint32_t first, uint32_t end);

#endif
