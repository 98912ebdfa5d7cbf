#include "geocode/normalise.h"

#include "base/text.h"
#include "geocode/numerals.h"
#include <hotspot/records.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

enum { WORD_MAX = 64, NUMERALS_MAX = 6 };

typedef struct reader {
    const hs_street_words *words;
    hs_tokens *out;
    uint32_t text_size, raw_size;
    char word[WORD_MAX]; /* the Latin word being read */
    uint32_t word_size;
    uint32_t letters; /* of the word, when it is made of single letters and dots; else 2 */
    bool after_dot;
    uint8_t before;
    bool full;
    uint32_t at, next; /* bytes of the present character in the address */
    uint32_t word_start, word_end;
} reader;

static int32_t leading_number(hs_str word) {
    int64_t value = 0;
    size_t i = 0;
    for (; i < word.size && word.data[i] >= '0' && word.data[i] <= '9'; i++) {
        value = 10 * value + (word.data[i] - '0');
        if (value > 99999999) return HS_NO_NUMBER;
    }
    return i > 0 ? (int32_t)value : HS_NO_NUMBER;
}

static bool all_digits(hs_str word) {
    for (size_t i = 0; i < word.size; i++)
        if (word.data[i] < '0' || word.data[i] > '9') return false;
    return word.size > 0;
}

static void put_token(reader *r, hs_str raw, hs_str form, hs_word_class word_class, uint32_t code,
                      uint32_t start, uint32_t end) {
    hs_tokens *out = r->out;
    uint32_t gap = out->count > 0;
    if (out->count == HS_TOKENS_MAX || r->text_size + gap + form.size > HS_TOKEN_TEXT_MAX ||
        r->raw_size + raw.size > HS_TOKEN_TEXT_MAX) {
        r->full = true;
        return;
    }
    if (gap) out->text[r->text_size++] = ' ';
    out->token[out->count++] = (hs_token){.start = (uint16_t)r->text_size,
                                          .size = (uint16_t)form.size,
                                          .raw_start = (uint16_t)r->raw_size,
                                          .raw_size = (uint16_t)raw.size,
                                          .word_class = (uint8_t)word_class,
                                          .before = r->before,
                                          .value = leading_number(form),
                                          .code = code,
                                          .source_start = start,
                                          .source_end = end};
    memcpy(out->text + r->text_size, form.data, form.size);
    memcpy(out->raw + r->raw_size, raw.data, raw.size);
    r->text_size += (uint32_t)form.size;
    r->raw_size += (uint32_t)raw.size;
    r->before = 0;
}

/* The word in the spelling of keys: its own form, or its ending in full. */
static hs_str form_of(reader *r, hs_str word, char buffer[2 * WORD_MAX], hs_word_class *word_class) {
    hs_str form, ending;
    *word_class = hs_street_words_find(r->words, word, &form);
    if (*word_class != HS_WORD_PLAIN) return form;
    size_t cut = hs_street_words_ending(r->words, word, &ending);
    if (cut == 0 || word.size - cut + ending.size > 2 * (size_t)WORD_MAX) return form;
    memcpy(buffer, word.data, word.size - cut);
    memcpy(buffer + word.size - cut, ending.data, ending.size);
    return (hs_str){buffer, word.size - cut + ending.size};
}

static void end_word(reader *r) {
    if (r->word_size > 0) {
        char buffer[2 * WORD_MAX];
        hs_str word = {r->word, r->word_size}, form = word;
        hs_word_class word_class = HS_WORD_NUMBER;
        if (!all_digits(word)) form = form_of(r, word, buffer, &word_class);
        put_token(r, word, form, word_class, 0, r->word_start, r->word_end);
    }
    r->word_size = 0;
    r->letters = 0;
    r->after_dot = false;
}

static void put_separator(reader *r, uint32_t code) {
    /* N.W. is one word; so is O'Neill. */
    if ((code == '.' && r->word_size > 0 && r->letters == 1) || code == '\'' || code == 0x2019) {
        r->after_dot = code == '.';
        return;
    }
    end_word(r);
    switch (code) {
    case '&':
    case '@':
    case '+':
    case '/':
        r->before |= code == '/' ? HS_BEFORE_CROSS | HS_BEFORE_SLASH : HS_BEFORE_CROSS;
        break;
    case '-':
    case '~':
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2014:
    case 0x2212:
        r->before |= HS_BEFORE_DASH;
        break;
    case ',':
    case ';':
    case '(':
    case ')':
    case '\n':
    case 0x3001:
    case 0x3002:
        r->before |= HS_BEFORE_COMMA;
        break;
    case '#':
        r->before |= HS_BEFORE_HASH;
        break;
    default:
        r->before |= HS_BEFORE_SPACE;
        break;
    }
}

static void put_letter(reader *r, uint32_t code) {
    bool digit = code >= '0' && code <= '9';
    r->letters = !digit && (r->word_size == 0 || (r->after_dot && r->letters == 1)) ? 1 : 2;
    r->after_dot = false;
    char bytes[4];
    size_t size = hs_utf8_put(code, bytes);
    if (r->word_size + size > WORD_MAX) end_word(r);
    if (r->word_size == 0) r->word_start = r->at;
    r->word_end = r->next;
    memcpy(r->word + r->word_size, bytes, size);
    r->word_size += (uint32_t)size;
}

/* Numerals before a mark of numbers become digits: 二十三号 is 23号, 五一路 stays. */
static void fold_numerals(reader *r, hs_word_class mark) {
    hs_tokens *out = r->out;
    uint32_t codes[NUMERALS_MAX], count = 0, first = out->count;
    while (first > 0 && count < NUMERALS_MAX && out->token[first - 1].word_class == HS_WORD_NUMERAL) {
        first--;
        count++;
    }
    for (uint32_t i = 0; i < count; i++)
        codes[i] = out->token[first + i].code;
    int32_t value = hs_numeral_value(codes, count, mark == HS_WORD_HOUSE_MARK);
    if (value == HS_NO_NUMBER) return;
    char digits[12], numerals[4 * NUMERALS_MAX];
    int size = snprintf(digits, sizeof digits, "%d", (int)value);
    hs_str form = {digits, (size_t)size}, raw = {numerals, r->raw_size - out->token[first].raw_start};
    uint32_t start = out->token[first].source_start, end = out->token[out->count - 1].source_end;
    memcpy(numerals, out->raw + out->token[first].raw_start, raw.size);
    r->before = out->token[first].before;
    r->text_size = first ? out->token[first].start - 1U : 0;
    r->raw_size = out->token[first].raw_start;
    out->count = first;
    put_token(r, raw, form, HS_WORD_NUMBER, 0, start, end);
}

static void put_han(reader *r, uint32_t code) {
    end_word(r);
    hs_word_class word_class;
    code = hs_street_words_han(r->words, code, &word_class);
    if (hs_is_numbered(r->words, code) && r->before == 0) fold_numerals(r, word_class);
    char bytes[4];
    size_t size = hs_utf8_put(code, bytes);
    hs_str form = {bytes, size};
    put_token(r, form, form, word_class, code, r->at, r->next);
    r->out->has_han = true;
}

static bool is_letter(uint32_t code) {
    switch (utf8proc_category((utf8proc_int32_t)code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return true;
    default:
        return false;
    }
}

static void put_folded(reader *r, uint32_t code) {
    if (hs_is_han(code))
        put_han(r, code);
    else if (is_letter(code))
        put_letter(r, code);
    else
        put_separator(r, code);
}

static void put_foreign(reader *r, uint32_t code) {
    utf8proc_int32_t folded[32];
    int boundary = 0;
    utf8proc_ssize_t count = utf8proc_decompose_char(
        (utf8proc_int32_t)code, folded, 32,
        UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE,
        &boundary);
    for (utf8proc_ssize_t i = 0; i < count && i < 32; i++)
        put_folded(r, (uint32_t)folded[i]);
}

/* A slash joins streets unless numbers stand on both sides. */
static void tell_fractions(hs_tokens *tokens) {
    for (uint32_t i = 0; i < tokens->count; i++) {
        hs_token *token = &tokens->token[i];
        if (!(token->before & HS_BEFORE_SLASH)) continue;
        bool fraction =
            i > 0 && token->word_class == HS_WORD_NUMBER && token[-1].word_class == HS_WORD_NUMBER;
        token->before &= (uint8_t) ~(fraction ? HS_BEFORE_CROSS : HS_BEFORE_SLASH);
    }
}

void hs_tokens_read(const hs_street_words *words, hs_str address, hs_tokens *tokens) {
    reader r = {.words = words, .out = tokens};
    tokens->count = 0;
    tokens->has_han = false;
    const char *begin = address.data;
    while (address.size > 0 && !r.full) {
        r.at = r.next;
        unsigned char first = (unsigned char)address.data[0];
        if (first < 0x80) {
            address.data++;
            address.size--;
            r.next = (uint32_t)(address.data - begin);
            if (first >= 'A' && first <= 'Z') first = (unsigned char)(first + ('a' - 'A'));
            if ((first >= 'a' && first <= 'z') || (first >= '0' && first <= '9'))
                put_letter(&r, first);
            else
                put_separator(&r, first);
            continue;
        }
        uint32_t code = hs_utf8_next(&address);
        r.next = (uint32_t)(address.data - begin);
        if (hs_is_han(code))
            put_han(&r, code);
        else
            put_foreign(&r, code);
    }
    end_word(&r);
    tell_fractions(tokens);
}

void hs_tokens_copy(const hs_tokens *tokens, uint32_t first, uint32_t end, hs_tokens *part) {
    uint32_t text = 0, raw = 0;
    part->count = 0;
    part->has_han = false;
    for (uint32_t i = first; i < end; i++) {
        hs_token token = tokens->token[i];
        if (text > 0) part->text[text++] = ' ';
        memcpy(part->text + text, tokens->text + token.start, token.size);
        memcpy(part->raw + raw, tokens->raw + token.raw_start, token.raw_size);
        token.start = (uint16_t)text;
        token.raw_start = (uint16_t)raw;
        if (i == first) token.before = 0;
        text += token.size;
        raw += token.raw_size;
        part->has_han |= token.code != 0;
        part->token[part->count++] = token;
    }
}

hs_str hs_tokens_slice(const hs_tokens *tokens, uint32_t first, uint32_t end) {
    const hs_token *last = &tokens->token[end - 1];
    uint32_t start = tokens->token[first].start;
    return (hs_str){tokens->text + start, (size_t)last->start + last->size - start};
}

hs_str hs_tokens_source(const hs_tokens *tokens, hs_str address, uint32_t first, uint32_t end) {
    uint32_t start = tokens->token[first].source_start;
    return (hs_str){address.data + start, tokens->token[end - 1].source_end - start};
}
