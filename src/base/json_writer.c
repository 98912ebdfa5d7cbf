#include "base/json_writer.h"

#include "base/clock.h"
#include "base/text.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The longest number, position or time with the comma before it. */
enum { TOKEN_MOST = 64, NUMBER_SIZE = 40, ESCAPE_MOST = 6 };

void hs_json_init(hs_json *json, hs_buffer *out) {
    *json = (hs_json){.out = out};
}

static void misused(hs_json *json) {
    if (json->out->status == HS_OK) json->out->status = HS_E_INTERNAL;
}

static bool inside_object(const hs_json *json) {
    return json->in_object & json->level;
}

/* Whether a comma is due before an item of the present level. */
static bool next_item(hs_json *json) {
    bool comma = json->has_items & json->level;
    json->has_items |= json->level;
    return comma;
}

static bool next_value(hs_json *json) {
    if (json->after_key) {
        json->after_key = false;
        return false;
    }
    if (inside_object(json)) misused(json);
    return next_item(json);
}

static void before_value(hs_json *json) {
    if (next_value(json)) hs_buffer_byte(json->out, ',');
}

/* A short token is written straight into the buffer where that has room for any such, else aside, so that the
 * buffer never needs more room than the token takes. */
typedef struct token {
    char *begin, *at;
    char aside[TOKEN_MOST];
} token;

static inline void token_begin(token *t, const hs_buffer *out, bool comma) {
    bool room = out->data && out->status == HS_OK && out->capacity - out->size >= TOKEN_MOST;
    t->begin = t->at = room ? out->data + out->size : t->aside;
    if (comma) *t->at++ = ',';
}

static inline void token_end(const token *t, hs_buffer *out) {
    size_t size = (size_t)(t->at - t->begin);
    if (t->begin == t->aside)
        hs_buffer_append(out, t->aside, size);
    else
        out->size += size;
}

static void enter(hs_json *json, char bracket, bool object) {
    before_value(json);
    if (json->level >> 63) {
        misused(json);
        return;
    }
    hs_buffer_byte(json->out, bracket);
    json->level = json->level ? json->level << 1 : 1;
    json->has_items &= ~json->level;
    json->in_object = object ? json->in_object | json->level : json->in_object & ~json->level;
}

static void leave(hs_json *json, char bracket, bool object) {
    if (json->level == 0 || json->after_key || inside_object(json) != object) {
        misused(json);
        return;
    }
    json->level >>= 1;
    hs_buffer_byte(json->out, bracket);
}

void hs_json_object(hs_json *json) {
    enter(json, '{', true);
}

void hs_json_object_end(hs_json *json) {
    leave(json, '}', true);
}

void hs_json_array(hs_json *json) {
    enter(json, '[', false);
}

void hs_json_array_end(hs_json *json) {
    leave(json, ']', false);
}

static bool plain(unsigned char byte) {
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/* The same of eight bytes at once: no byte has its high bit, none is below 0x20, none is a quote or a
 * backslash. A borrow marks further bytes only above one that is marked rightly. */
static bool plain_word(const unsigned char *bytes) {
    const uint64_t ones = UINT64_C(0x0101010101010101), high = 0x80 * ones;
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    uint64_t quote = word ^ '"' * ones, backslash = word ^ '\\' * ones;
    return ((word | (word - 0x20 * ones) | (quote - ones) | (backslash - ones)) & high) == 0;
}

/* Size of the well-formed character of two bytes or more that `text` begins with, 0 when malformed. */
static inline size_t wide_size(const unsigned char *text, size_t size) {
    unsigned char first = text[0];
    if (first >= 0xE0 && first <= 0xEF) {
        if (size < 3 || (text[1] & 0xC0) != 0x80 || (text[2] & 0xC0) != 0x80) return 0;
        /* Neither an overlong form nor half of a surrogate pair. */
        unsigned range = (first & 0x0FU) << 8 | (text[1] & 0x20U);
        return range != 0x000 && range != 0xD20 ? 3 : 0;
    }
    if (first >= 0xC2 && first <= 0xDF) return size >= 2 && (text[1] & 0xC0) == 0x80 ? 2 : 0;
    hs_str rest = {(const char *)text, size};
    hs_utf8_next(&rest);
    return size - rest.size == 4 ? 4 : 0;
}

/* Size of the beginning of `text` that stands in JSON as it is. */
static size_t clean_run(const unsigned char *text, size_t size) {
    size_t at = 0;
    for (;;) {
        while (size - at >= 8 && plain_word(text + at))
            at += 8;
        while (at < size && plain(text[at]))
            at++;
        if (at == size || text[at] < 0x80) return at;
        do {
            size_t wide = wide_size(text + at, size - at);
            if (wide == 0) return at;
            at += wide;
        } while (at < size && text[at] >= 0x80);
    }
}

/* How one byte is written that cannot stand as it is; returns the end. */
static char *put_escape(char *at, unsigned char byte) {
    static const char hex[] = "0123456789abcdef";
    if (byte >= 0x80) return at + hs_utf8_put(0xFFFD, at);
    *at++ = '\\';
    if (byte == '"' || byte == '\\') {
        *at++ = (char)byte;
    } else if (byte == '\n') {
        *at++ = 'n';
    } else if (byte == '\r') {
        *at++ = 'r';
    } else if (byte == '\t') {
        *at++ = 't';
    } else {
        const char escape[5] = {'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
        memcpy(at, escape, sizeof escape);
        at += sizeof escape;
    }
    return at;
}

char *hs_json_put_text(char *at, hs_str text) {
    *at++ = '"';
    for (;;) {
        size_t run = clean_run((const unsigned char *)text.data, text.size);
        if (run > 0) memcpy(at, text.data, run);
        at += run;
        if (run == text.size) break;
        at = put_escape(at, (unsigned char)text.data[run]);
        text = (hs_str){text.data + run + 1, text.size - run - 1};
    }
    *at++ = '"';
    return at;
}

static void put_escaped(hs_buffer *out, hs_str text, size_t run) {
    char escape[ESCAPE_MOST];
    hs_buffer_byte(out, '"');
    for (;;) {
        hs_buffer_append(out, text.data, run);
        if (run == text.size) break;
        char *end = put_escape(escape, (unsigned char)text.data[run]);
        hs_buffer_append(out, escape, (size_t)(end - escape));
        text = (hs_str){text.data + run + 1, text.size - run - 1};
        run = clean_run((const unsigned char *)text.data, text.size);
    }
    hs_buffer_byte(out, '"');
}

static void put_quoted(hs_buffer *out, hs_str text) {
    size_t run = clean_run((const unsigned char *)text.data, text.size);
    if (run < text.size) {
        put_escaped(out, text, run);
        return;
    }
    char *at = hs_buffer_reserve(out, run + 2);
    if (!at) return;
    *at++ = '"';
    if (run > 0) memcpy(at, text.data, run);
    at[run] = '"';
    out->size += run + 2;
}

/* Whether a key may stand here; the comma before it is written. */
static bool before_key(hs_json *json) {
    if (!inside_object(json) || json->after_key) {
        misused(json);
        return false;
    }
    if (next_item(json)) hs_buffer_byte(json->out, ',');
    json->after_key = true;
    return true;
}

void hs_json_key_str(hs_json *json, hs_str key) {
    if (!before_key(json)) return;
    put_quoted(json->out, key);
    hs_buffer_byte(json->out, ':');
}

void hs_json_key_raw(hs_json *json, hs_str quoted) {
    if (before_key(json)) hs_buffer_append(json->out, quoted.data, quoted.size);
}

void hs_json_key(hs_json *json, const char *key) {
    hs_json_key_str(json, hs_str_of(key));
}

void hs_json_str(hs_json *json, hs_str text) {
    before_value(json);
    put_quoted(json->out, text);
}

void hs_json_text(hs_json *json, const char *text) {
    if (text)
        hs_json_str(json, hs_str_of(text));
    else
        hs_json_null(json);
}

/* All of these are exact as doubles too. */
static const uint64_t tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,
                                1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19};

/* Writes the digits of `value` so that they end at `end`; returns their beginning. */
static char *digits_before(char *end, uint64_t value) {
    static const char pairs[] = "00010203040506070809101112131415161718192021222324252627282930313233343536"
                                "37383940414243444546474849505152535455565758596061626364656667686970717273"
                                "7475767778798081828384858687888990919293949596979899";
    while (value >= 100) {
        unsigned rest = (unsigned)(value % 100);
        value /= 100;
        end -= 2;
        memcpy(end, pairs + 2 * (size_t)rest, 2);
    }
    if (value >= 10) {
        end -= 2;
        memcpy(end, pairs + 2 * value, 2);
    } else {
        *--end = (char)('0' + value);
    }
    return end;
}

static char *put_whole(char *at, uint64_t value) {
    size_t count = 1;
    while (count < 20 && value >= tens[count])
        count++;
    digits_before(at + count, value);
    return at + count;
}

/* magnitude / 10^decimals (at most 18) at `at`, without trailing zeros; returns its end. */
static inline char *put_fixed(char *at, bool negative, uint64_t magnitude, size_t decimals) {
    uint64_t whole = magnitude / tens[decimals], part = magnitude - whole * tens[decimals];
    if (negative) *at++ = '-';
    at = put_whole(at, whole);
    if (part == 0) return at;
    *at++ = '.';
    char *end = at + decimals, *begin = digits_before(end, part);
    while (begin > at)
        *--begin = '0';
    while (end[-1] == '0')
        end--;
    return end;
}

static uint64_t magnitude_of(int64_t value) {
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static inline char *put_signed(char *at, int64_t value, size_t decimals) {
    return put_fixed(at, value < 0, magnitude_of(value), decimals);
}

void hs_json_int(hs_json *json, int64_t value) {
    token t;
    token_begin(&t, json->out, next_value(json));
    if (value < 0) *t.at++ = '-';
    t.at = put_whole(t.at, magnitude_of(value));
    token_end(&t, json->out);
}

void hs_json_uint(hs_json *json, uint64_t value) {
    token t;
    token_begin(&t, json->out, next_value(json));
    t.at = put_whole(t.at, value);
    token_end(&t, json->out);
}

void hs_json_fixed(hs_json *json, int64_t value, int decimals) {
    if (decimals < 0 || decimals > 18) {
        misused(json);
        return;
    }
    token t;
    token_begin(&t, json->out, next_value(json));
    t.at = put_signed(t.at, value, (size_t)decimals);
    token_end(&t, json->out);
}

void hs_json_position(hs_json *json, hs_position position) {
    token t;
    token_begin(&t, json->out, next_value(json));
    *t.at++ = '[';
    t.at = put_signed(t.at, position.lon_e7, 7);
    *t.at++ = ',';
    t.at = put_signed(t.at, position.lat_e7, 7);
    *t.at++ = ']';
    token_end(&t, json->out);
}

/* Writes a number that has at most 15 digits, as most that people write have: it then is an integer of 15
 * digits over a power of ten, both exact, so that one division tells whether it is the same number. */
static bool put_few_digits(char **at, double value) {
    double magnitude = fabs(value);
    size_t decimals = 18;
    while (decimals > 0 && magnitude * (double)tens[decimals] >= 1e15)
        decimals--;
    uint64_t digits = (uint64_t)(magnitude * (double)tens[decimals] + 0.5);
    if ((double)digits / (double)tens[decimals] != magnitude) return false;
    *at = put_fixed(*at, value < 0.0, digits, decimals);
    return true;
}

/* The least of 15 to 17 digits that reads back as the same number; subnormal numbers carry fewer. */
static char *put_many_digits(char *at, int digits, double value) {
    int size = 0;
    for (; digits <= 17; digits++) {
        size = snprintf(at, NUMBER_SIZE, "%.*g", digits, value);
        if (strtod(at, NULL) == value) break;
    }
    return at + (size > 0 ? size : 0);
}

/* Numbers that are written without an exponent whatever their digits. */
static bool middling(double magnitude) {
    return magnitude >= 1e-4 && magnitude < 1e14;
}

void hs_json_double(hs_json *json, double value) {
    double magnitude = fabs(value);
    if (!isfinite(value)) {
        hs_json_null(json);
        return;
    }
    if (magnitude <= 9007199254740992.0 && value == (double)(int64_t)value &&
        !(value == 0.0 && signbit(value))) {
        hs_json_int(json, (int64_t)value);
        return;
    }
    token t;
    token_begin(&t, json->out, next_value(json));
    if (!middling(magnitude))
        t.at = put_many_digits(t.at, magnitude < DBL_MIN ? 1 : 15, value);
    else if (!put_few_digits(&t.at, value))
        t.at = put_many_digits(t.at, 16, value);
    token_end(&t, json->out);
}

void hs_json_bool(hs_json *json, bool value) {
    before_value(json);
    hs_buffer_str(json->out, value ? HS_STR("true") : HS_STR("false"));
}

void hs_json_null(hs_json *json) {
    before_value(json);
    hs_buffer_str(json->out, HS_STR("null"));
}

void hs_json_time(hs_json *json, int64_t time_s) {
    if (time_s == HS_NO_TIME) {
        hs_json_null(json);
        return;
    }
    token t;
    token_begin(&t, json->out, next_value(json));
    *t.at++ = '"';
    t.at += hs_time_format(time_s, t.at);
    *t.at++ = '"';
    token_end(&t, json->out);
}

char *hs_json_put_int(char *at, int64_t value) {
    if (value < 0) *at++ = '-';
    return put_whole(at, magnitude_of(value));
}

char *hs_json_put_fixed(char *at, int64_t value, unsigned decimals) {
    return put_signed(at, value, decimals);
}

char *hs_json_reserve(hs_json *json, size_t most) {
    before_value(json);
    return hs_buffer_reserve(json->out, most);
}

void hs_json_commit(hs_json *json, const char *end) {
    json->out->size = (size_t)(end - json->out->data);
}

void hs_json_raw(hs_json *json, hs_str text) {
    before_value(json);
    hs_buffer_str(json->out, text);
}

void hs_json_members_raw(hs_json *json, hs_str members) {
    if (!before_key(json)) return;
    json->after_key = false;
    hs_buffer_str(json->out, members);
}

void hs_json_pair_text(hs_json *json, const char *key, const char *text) {
    hs_json_key(json, key);
    hs_json_text(json, text);
}

void hs_json_pair_str(hs_json *json, const char *key, hs_str text) {
    hs_json_key(json, key);
    hs_json_str(json, text);
}

void hs_json_pair_int(hs_json *json, const char *key, int64_t value) {
    hs_json_key(json, key);
    hs_json_int(json, value);
}

void hs_json_pair_double(hs_json *json, const char *key, double value) {
    hs_json_key(json, key);
    hs_json_double(json, value);
}

void hs_json_pair_bool(hs_json *json, const char *key, bool value) {
    hs_json_key(json, key);
    hs_json_bool(json, value);
}
