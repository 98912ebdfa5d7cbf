#include "geocode/address_key.h"

#include <string.h>

/* What stands between two tokens decides how numbers and crossings are read; blanks and commas do not. */
static char joint(const hs_token *token) {
    if (token->before & HS_BEFORE_SLASH) return '/';
    if (token->before & HS_BEFORE_CROSS) return '&';
    if (token->before & HS_BEFORE_DASH) return '-';
    if (token->before & HS_BEFORE_HASH) return '#';
    return ' ';
}

hs_str hs_address_key(const hs_street_words *words, hs_str address, char key[HS_ADDRESS_KEY_MAX]) {
    hs_tokens tokens;
    hs_tokens_read(words, address, &tokens);
    if (tokens.count == 0) return (hs_str){"", 0};
    hs_str text = hs_tokens_slice(&tokens, 0, tokens.count);
    memcpy(key, text.data, text.size);
    for (uint32_t i = 1; i < tokens.count; i++)
        key[tokens.token[i].start - 1] = joint(&tokens.token[i]);
    return (hs_str){key, text.size};
}
