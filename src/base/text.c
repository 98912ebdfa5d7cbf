#include "base/text.h"

#include <glib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

hs_str hs_str_of(const char *text) {
    return (hs_str){text, text ? strlen(text) : 0};
}

bool hs_str_equal(hs_str a, hs_str b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static char lower(char byte) {
    return byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
}

bool hs_str_equal_nocase(hs_str a, hs_str b) {
    if (a.size != b.size) return false;
    for (size_t i = 0; i < a.size; i++) {
        if (lower(a.data[i]) != lower(b.data[i])) return false;
    }
    return true;
}

int hs_str_compare(hs_str a, hs_str b) {
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common > 0 ? memcmp(a.data, b.data, common) : 0;
    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* Bytes of the blank that `text` begins with, 0 for none. */
static size_t blank_first(hs_str text) {
    const unsigned char *b = (const unsigned char *)text.data;
    if (text.size >= 1 && (b[0] == ' ' || (b[0] >= '\t' && b[0] <= '\r'))) return 1;
    if (text.size >= 2 && b[0] == 0xC2 && b[1] == 0xA0) return 2;
    if (text.size >= 3 && b[0] == 0xE3 && b[1] == 0x80 && b[2] == 0x80) return 3;
    return 0;
}

static size_t blank_last(hs_str text) {
    for (size_t size = 1; size <= 3 && size <= text.size; size++) {
        hs_str end = {text.data + text.size - size, size};
        if (blank_first(end) == size) return size;
    }
    return 0;
}

hs_str hs_str_trim(hs_str text) {
    if (hs_str_starts(text, HS_STR("\xEF\xBB\xBF"))) text = (hs_str){text.data + 3, text.size - 3};
    size_t n;
    while ((n = blank_first(text)) > 0)
        text = (hs_str){text.data + n, text.size - n};
    while ((n = blank_last(text)) > 0)
        text.size -= n;
    return text;
}

bool hs_str_starts(hs_str text, hs_str prefix) {
    return text.size >= prefix.size && (prefix.size == 0 || memcmp(text.data, prefix.data, prefix.size) == 0);
}

hs_str hs_str_cut(hs_str *text, char separator) {
    hs_str whole = *text;
    const char *at = whole.size > 0 ? memchr(whole.data, separator, whole.size) : NULL;
    if (!at) {
        *text = (hs_str){whole.data ? whole.data + whole.size : NULL, 0};
        return whole;
    }
    size_t before = (size_t)(at - whole.data);
    *text = (hs_str){at + 1, whole.size - before - 1};
    return (hs_str){whole.data, before};
}

bool hs_str_to_int(hs_str text, int64_t *value) {
    text = hs_str_trim(text);
    bool negative = text.size > 0 && text.data[0] == '-';
    size_t i = text.size > 0 && (text.data[0] == '-' || text.data[0] == '+');
    if (i == text.size) return false;
    uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX, sum = 0;
    for (; i < text.size; i++) {
        unsigned digit = (unsigned)(unsigned char)text.data[i] - '0';
        if (digit > 9 || sum > (limit - digit) / 10) return false;
        sum = sum * 10 + digit;
    }
    *value = negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return true;
}

/* -? digits [. digits] [e [+-] digits], or a number that begins or ends with the point. */
static bool is_decimal(hs_str text, uint64_t *digits_value, int *scale) {
    size_t i = 0, digits = 0;
    uint64_t sum = 0;
    int behind = 0;
    bool point = false, exact = true;
    if (i < text.size && (text.data[i] == '-' || text.data[i] == '+')) i++;
    for (; i < text.size; i++) {
        char byte = text.data[i];
        if (byte == '.' && !point) {
            point = true;
        } else if (byte >= '0' && byte <= '9') {
            digits++;
            exact = exact && sum <= (UINT64_C(1) << 53) / 10 - 1;
            if (exact) sum = sum * 10 + (uint64_t)(byte - '0');
            behind += point;
        } else {
            break;
        }
    }
    if (digits == 0) return false;
    *digits_value = sum;
    *scale = exact && i == text.size ? behind : -1;
    if (i == text.size) return true;
    if (text.data[i] != 'e' && text.data[i] != 'E') return false;
    i++;
    if (i < text.size && (text.data[i] == '-' || text.data[i] == '+')) i++;
    if (i == text.size) return false;
    for (; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    }
    return true;
}

bool hs_str_to_double(hs_str text, double *value) {
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    text = hs_str_trim(text);
    uint64_t digits;
    int scale;
    if (!is_decimal(text, &digits, &scale)) return false;
    if (scale >= 0 && scale <= 22) {
        /* Both are exact, so one division rounds correctly. */
        double magnitude = (double)digits / tens[scale];
        *value = text.data[0] == '-' ? -magnitude : magnitude;
        return true;
    }
    char few[64], *many = text.size < sizeof few ? few : malloc(text.size + 1);
    if (!many) return false;
    memcpy(many, text.data, text.size);
    many[text.size] = '\0';
    double parsed = g_ascii_strtod(many, NULL);
    if (many != few) free(many);
    if (!isfinite(parsed)) return false;
    *value = parsed;
    return true;
}

/* Length of the well-formed UTF-8 character that `text` begins with, 0 when malformed (Unicode, table 3-7).
 */
static size_t character_size(hs_str text, uint32_t *code) {
    const unsigned char *b = (const unsigned char *)text.data;
    unsigned char first = b[0];
    if (first < 0x80) {
        *code = first;
        return 1;
    }
    size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || size > text.size) return 0;
    uint32_t sum = first & (0x7Fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((b[i] & 0xC0) != 0x80) return 0;
        sum = sum << 6 | (b[i] & 0x3F);
    }
    if ((size == 3 && sum < 0x800) || (size == 4 && sum < 0x10000)) return 0;
    if ((sum >= 0xD800 && sum <= 0xDFFF) || sum > 0x10FFFF) return 0;
    *code = sum;
    return size;
}

/* Size of the beginning of `text` that is ASCII, to within seven bytes. */
static size_t ascii_run(hs_str text) {
    size_t at = 0;
    for (uint64_t word; text.size - at >= sizeof word; at += sizeof word) {
        memcpy(&word, text.data + at, sizeof word);
        if (word & UINT64_C(0x8080808080808080)) break;
    }
    return at;
}

const char *hs_text_grouped(uint64_t number, char out[HS_GROUPED_SIZE]) {
    char digits[HS_GROUPED_SIZE];
    int size = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    int at = 0;
    for (int i = 0; i < size; i++) {
        if (i > 0 && (size - i) % 3 == 0) out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = 0;
    return out;
}

bool hs_utf8_valid(hs_str text) {
    while (text.size > 0) {
        size_t run = ascii_run(text);
        text = (hs_str){text.data + run, text.size - run};
        if (text.size == 0) break;
        uint32_t code;
        size_t size = character_size(text, &code);
        if (size == 0) return false;
        text = (hs_str){text.data + size, text.size - size};
    }
    return true;
}

uint32_t hs_utf8_next(hs_str *text) {
    if (text->size == 0) return 0xFFFD;
    uint32_t code = 0xFFFD;
    size_t size = character_size(*text, &code);
    if (size == 0) {
        size = 1;
        code = 0xFFFD;
    }
    *text = (hs_str){text->data + size, text->size - size};
    return code;
}

size_t hs_utf8_put(uint32_t code, char out[4]) {
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = 0xFFFD;
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xC0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xE0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3F));
        out[2] = (char)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3F));
    out[2] = (char)(0x80 | (code >> 6 & 0x3F));
    out[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

size_t hs_utf8_cut(hs_str text, size_t limit) {
    if (limit >= text.size) return text.size;
    size_t at = limit;
    while (at > 0 && limit - at < 3 && ((unsigned char)text.data[at] & 0xC0) == 0x80)
        at--;
    /* Continuation bytes without a beginning are no character: cut anywhere. */
    uint32_t code;
    size_t size = character_size((hs_str){text.data + at, text.size - at}, &code);
    return at + size > limit ? at : limit;
}
