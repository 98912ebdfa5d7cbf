#include "geocode/house_number.h"

#include "geocode/numerals.h"
#include <string.h>

/* Longest range that is one: a block or two. */
#define MAX_RANGE 1000

enum { SUB_NUMERALS_MAX = 3 };

static const hs_house_number no_number = {HS_NO_NUMBER, HS_NO_NUMBER, 0, false};

static bool is_class(const hs_tokens *tokens, uint32_t i, hs_word_class word_class) {
    return i < tokens->count && tokens->token[i].word_class == word_class;
}

static bool is_number(const hs_tokens *tokens, uint32_t i) {
    return is_class(tokens, i, HS_WORD_NUMBER) && tokens->token[i].value != HS_NO_NUMBER;
}

/* 12a: digits and one letter; 14th is a name. */
static bool is_number_with_letter(const hs_tokens *tokens, uint32_t i) {
    if (i >= tokens->count) return false;
    const hs_token *token = &tokens->token[i];
    if (token->value == HS_NO_NUMBER || token->word_class != HS_WORD_PLAIN || token->size < 2) return false;
    char before_last = tokens->text[token->start + token->size - 2];
    return before_last >= '0' && before_last <= '9';
}

static bool starts_number(const hs_tokens *tokens, uint32_t i) {
    return is_number(tokens, i) || is_number_with_letter(tokens, i);
}

static uint32_t sub_of(hs_str text) {
    uint32_t value = 0;
    size_t i = 0;
    for (; i < text.size && text.data[i] >= '0' && text.data[i] <= '9' && value < HS_SUB_LETTERS / 10 - 1;
         i++)
        value = 10 * value + (uint32_t)(text.data[i] - '0');
    if (i == text.size && value > 0) return value;
    if (text.size == 1) return HS_SUB_LETTERS + (unsigned char)text.data[0];
    return (uint32_t)hs_hash_str(text, 0) | HS_SUB_OTHERS;
}

static uint32_t sub_of_token(const hs_tokens *tokens, uint32_t i) {
    return sub_of(hs_tokens_slice(tokens, i, i + 1));
}

uint32_t hs_sub_distance(uint32_t a, uint32_t b) {
    uint32_t off = a > b ? a - b : b - a;
    bool numbers = a < HS_SUB_LETTERS && b < HS_SUB_LETTERS;
    bool letters = a >= HS_SUB_LETTERS && b >= HS_SUB_LETTERS && a < HS_SUB_OTHERS && b < HS_SUB_OTHERS;
    if (!numbers && !letters) return HS_SUB_UNORDERED;
    return off < HS_SUB_FAR ? off : HS_SUB_FAR;
}

/* The letter of 12a, 0 for a plain number. */
static uint32_t own_sub(const hs_tokens *tokens, uint32_t i) {
    if (is_number(tokens, i)) return 0;
    const hs_token *token = &tokens->token[i];
    return sub_of((hs_str){tokens->text + token->start + token->size - 1, 1});
}

static bool dashed(const hs_tokens *tokens, uint32_t i) {
    return i < tokens->count && tokens->token[i].before & HS_BEFORE_DASH;
}

/* What follows the base at token i: a range, a sub-number or a fraction. */
static uint32_t read_second(const hs_tokens *tokens, uint32_t i, hs_house_number *number) {
    if (i >= tokens->count) return i;
    if (dashed(tokens, i) && starts_number(tokens, i)) {
        int64_t second = tokens->token[i].value;
        if (second > number->base && second - number->base <= MAX_RANGE && number->base >= 100) {
            number->high = (int32_t)second;
            number->block = true;
        } else {
            number->sub = sub_of_token(tokens, i);
        }
        return i + 1;
    }
    if (dashed(tokens, i) && tokens->token[i].size == 1) {
        number->sub = sub_of_token(tokens, i);
        return i + 1;
    }
    if (is_number(tokens, i) && is_number(tokens, i + 1) && tokens->token[i + 1].before & HS_BEFORE_SLASH) {
        number->sub = sub_of(hs_tokens_slice(tokens, i, i + 2));
        return i + 2;
    }
    return i;
}

static uint32_t read_block_words(const hs_tokens *tokens, uint32_t i, hs_house_number *number) {
    if (!is_class(tokens, i, HS_WORD_BLOCK)) return i;
    number->block = true;
    if (number->high == HS_NO_NUMBER && number->base <= INT32_MAX - 99)
        number->high = number->base - number->base % 100 + 99;
    i++;
    while (is_class(tokens, i, HS_WORD_FILLER))
        i++;
    return i;
}

bool hs_number_western(const hs_tokens *tokens, uint32_t first, hs_number_place *place) {
    if (!starts_number(tokens, first)) return false;
    hs_house_number number = no_number;
    number.base = tokens->token[first].value;
    number.sub = own_sub(tokens, first);
    uint32_t end = read_second(tokens, first + 1, &number);
    end = read_block_words(tokens, end, &number);
    *place = (hs_number_place){number, first, end};
    return true;
}

/* Reads back from the mark at `end`: [base] [之 or -] [sub] [甲]. */
static bool read_before_mark(const hs_tokens *tokens, uint32_t end, hs_number_place *place) {
    hs_house_number number = no_number;
    uint32_t at = end;
    if (at > 1 && is_class(tokens, at - 1, HS_WORD_NUMBER_SUFFIX)) number.sub = sub_of_token(tokens, --at);
    if (at == 0) return false;
    if (starts_number(tokens, at - 1)) {
        at--;
        bool joined = dashed(tokens, at);
        uint32_t base = at;
        if (joined && at > 0)
            base = at - 1;
        else if (at > 1 && is_class(tokens, at - 1, HS_WORD_SUB_MARK))
            base = at - 2;
        if (base != at && starts_number(tokens, base)) {
            number.sub = sub_of_token(tokens, at);
            at = base;
        }
        number.base = tokens->token[at].value;
        if (number.sub == 0) number.sub = own_sub(tokens, at);
    } else {
        return false;
    }
    /* 甲12号. */
    if (number.sub == 0 && at > 0 && is_class(tokens, at - 1, HS_WORD_NUMBER_SUFFIX))
        number.sub = sub_of_token(tokens, --at);
    if (number.base == HS_NO_NUMBER || number.base == 0) return false;
    *place = (hs_number_place){number, at, end};
    return true;
}

/* Numerals from token `at` on as a sub-number: 之一, 附十二; where they end, `at` when they are none. */
static uint32_t read_numerals(const hs_tokens *tokens, uint32_t at, uint32_t *sub) {
    uint32_t codes[SUB_NUMERALS_MAX] = {0}, count = 0;
    while (count < SUB_NUMERALS_MAX && is_class(tokens, at + count, HS_WORD_NUMERAL)) {
        codes[count] = tokens->token[at + count].code;
        count++;
    }
    int32_t value = hs_numeral_value(codes, count, true);
    if (value == HS_NO_NUMBER) return at;
    *sub = (uint32_t)value;
    return at + count;
}

/* Nothing that the token could belong to stands behind it: 23号甲, but 23号甲级写字楼. */
static bool ends_part(const hs_tokens *tokens, uint32_t i) {
    return i + 1 == tokens->count || tokens->token[i + 1].before;
}

/* A sub-number behind the mark: 12号附1, 12号之一, 12号-1, 12号甲. */
static void read_after_mark(const hs_tokens *tokens, hs_number_place *place) {
    uint32_t at = place->end;
    if (place->number.sub) return;
    bool marked = is_class(tokens, at, HS_WORD_SUB_MARK);
    if (marked) at++;
    if (is_number(tokens, at) && (marked || dashed(tokens, at))) {
        place->number.sub = sub_of_token(tokens, at);
        place->end = at + 1;
    } else if (marked) {
        uint32_t end = read_numerals(tokens, at, &place->number.sub);
        if (end == at) return;
        place->end = end;
    } else if (is_class(tokens, at, HS_WORD_NUMBER_SUFFIX) && ends_part(tokens, at)) {
        place->number.sub = sub_of_token(tokens, at);
        place->end = at + 1;
    } else {
        return;
    }
    if (is_class(tokens, place->end, HS_WORD_HOUSE_MARK)) place->end++;
}

bool hs_number_marked(const hs_tokens *tokens, uint32_t first, hs_number_place *place) {
    for (uint32_t i = first > 0 ? first : 1; i < tokens->count; i++) {
        if (!is_class(tokens, i, HS_WORD_HOUSE_MARK) || !read_before_mark(tokens, i, place)) continue;
        place->end = i + 1;
        read_after_mark(tokens, place);
        return true;
    }
    return false;
}

bool hs_number_chinese(const hs_tokens *tokens, hs_number_place *place) {
    if (hs_number_marked(tokens, 0, place)) return true;
    /* Without a mark: digits behind a name, at the end of the text or of its part before a comma. */
    for (uint32_t i = 1; i < tokens->count; i++) {
        bool last =
            i + 1 == tokens->count || tokens->token[i + 1].before & (HS_BEFORE_COMMA | HS_BEFORE_SPACE) ||
            dashed(tokens, i + 1) || (is_class(tokens, i + 1, HS_WORD_SUB_MARK) && is_number(tokens, i + 2));
        if (!last || !starts_number(tokens, i) || tokens->token[i - 1].code == 0) continue;
        hs_house_number number = no_number;
        number.base = tokens->token[i].value;
        number.sub = own_sub(tokens, i);
        *place = (hs_number_place){number, i, i + 1};
        if (number.sub == 0 && is_class(tokens, i - 1, HS_WORD_NUMBER_SUFFIX)) {
            place->number.sub = sub_of_token(tokens, i - 1);
            place->first--;
        }
        read_after_mark(tokens, place);
        return true;
    }
    return false;
}

bool hs_has_lane(const hs_tokens *tokens) {
    for (uint32_t i = 0; i < tokens->count; i++)
        if (tokens->token[i].word_class == HS_WORD_LANE_MARK) return true;
    return false;
}

bool hs_number_whole(const hs_tokens *tokens, hs_house_number *number) {
    hs_number_place place;
    if (tokens->has_han && hs_number_chinese(tokens, &place)) {
        *number = place.number;
        return true;
    }
    if (!hs_number_western(tokens, 0, &place)) return false;
    *number = place.number;
    /* A single house is never a block: 100-102 in a number column is 100. */
    number->high = HS_NO_NUMBER;
    number->block = false;
    return true;
}
