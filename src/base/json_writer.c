#include "base/json_writer.h"

#include "base/clock.h"
#include "base/text.h"
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JSON_DEPTH = 64, NUMBER_SIZE = 40 };

void hs_json_init(hs_json *json, hs_buffer *out) {
    *json = (hs_json){.out = out};
}

static void misused(hs_json *json) {
    if (json->out->status == HS_OK) json->out->status = HS_E_INTERNAL;
}

static bool inside_object(const hs_json *json) {
    return json->depth > 0 && (json->in_object >> (json->depth - 1) & 1);
}

/* The comma before an item of the present level. */
static void separate(hs_json *json) {
    if (json->depth == 0) return;
    uint64_t bit = UINT64_C(1) << (json->depth - 1);
    if (json->has_items & bit) hs_buffer_byte(json->out, ',');
    json->has_items |= bit;
}

static void before_value(hs_json *json) {
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (inside_object(json)) misused(json);
    separate(json);
}

static void enter(hs_json *json, char bracket, bool object) {
    before_value(json);
    if (json->depth == JSON_DEPTH) {
        misused(json);
        return;
    }
    hs_buffer_byte(json->out, bracket);
    uint64_t bit = UINT64_C(1) << json->depth++;
    json->has_items &= ~bit;
    json->in_object = object ? json->in_object | bit : json->in_object & ~bit;
}

static void leave(hs_json *json, char bracket, bool object) {
    if (json->depth == 0 || json->after_key || inside_object(json) != object) {
        misused(json);
        return;
    }
    json->depth--;
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

static void put_control(hs_buffer *out, unsigned char byte) {
    static const char hex[] = "0123456789abcdef";
    char escape[6] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
    switch (byte) {
    case '\n':
        hs_buffer_append(out, "\\n", 2);
        return;
    case '\r':
        hs_buffer_append(out, "\\r", 2);
        return;
    case '\t':
        hs_buffer_append(out, "\\t", 2);
        return;
    default:
        hs_buffer_append(out, escape, sizeof escape);
    }
}

static void put_quoted(hs_buffer *out, hs_str text) {
    hs_buffer_byte(out, '"');
    while (text.size > 0) {
        size_t run = 0;
        while (run < text.size && plain((unsigned char)text.data[run]))
            run++;
        hs_buffer_append(out, text.data, run);
        text = (hs_str){text.data + run, text.size - run};
        if (text.size == 0) break;
        unsigned char byte = (unsigned char)text.data[0];
        if (byte >= 0x80) {
            char character[4];
            hs_buffer_append(out, character, hs_utf8_put(hs_utf8_next(&text), character));
            continue;
        }
        if (byte < 0x20) {
            put_control(out, byte);
        } else {
            hs_buffer_byte(out, '\\');
            hs_buffer_byte(out, (char)byte);
        }
        text = (hs_str){text.data + 1, text.size - 1};
    }
    hs_buffer_byte(out, '"');
}

void hs_json_key_str(hs_json *json, hs_str key) {
    if (!inside_object(json) || json->after_key) {
        misused(json);
        return;
    }
    separate(json);
    put_quoted(json->out, key);
    hs_buffer_byte(json->out, ':');
    json->after_key = true;
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

static uint64_t magnitude_of(int64_t value) {
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

/* value / 10^decimals (at most 18) into `text`; returns its length. */
static size_t format_fixed(char text[NUMBER_SIZE], int64_t value, int decimals) {
    uint64_t magnitude = magnitude_of(value);
    while (decimals > 0 && magnitude % 10 == 0) {
        magnitude /= 10;
        decimals--;
    }
    char digits[NUMBER_SIZE], *end = digits + sizeof digits, *begin = digits_before(end, magnitude);
    while (end - begin <= decimals)
        *--begin = '0';
    size_t whole = (size_t)(end - begin) - (size_t)decimals, at = 0;
    if (value < 0) text[at++] = '-';
    memcpy(text + at, begin, whole);
    at += whole;
    if (decimals == 0) return at;
    text[at++] = '.';
    memcpy(text + at, begin + whole, (size_t)decimals);
    return at + (size_t)decimals;
}

void hs_json_int(hs_json *json, int64_t value) {
    before_value(json);
    char text[NUMBER_SIZE];
    hs_buffer_append(json->out, text, format_fixed(text, value, 0));
}

void hs_json_uint(hs_json *json, uint64_t value) {
    before_value(json);
    char text[NUMBER_SIZE], *end = text + sizeof text, *begin = digits_before(end, value);
    hs_buffer_append(json->out, begin, (size_t)(end - begin));
}

void hs_json_fixed(hs_json *json, int64_t value, int decimals) {
    before_value(json);
    if (decimals < 0 || decimals > 18) {
        misused(json);
        return;
    }
    char text[NUMBER_SIZE];
    hs_buffer_append(json->out, text, format_fixed(text, value, decimals));
}

void hs_json_position(hs_json *json, hs_position position) {
    before_value(json);
    char *out = hs_buffer_reserve(json->out, (size_t)2 * NUMBER_SIZE);
    if (!out) return;
    size_t at = 0;
    out[at++] = '[';
    at += format_fixed(out + at, position.lon_e7, 7);
    out[at++] = ',';
    at += format_fixed(out + at, position.lat_e7, 7);
    out[at++] = ']';
    json->out->size += at;
}

void hs_json_double(hs_json *json, double value) {
    if (!isfinite(value)) {
        hs_json_null(json);
        return;
    }
    if (value >= -9007199254740992.0 && value <= 9007199254740992.0 && value == (double)(int64_t)value &&
        !(value == 0.0 && signbit(value))) {
        hs_json_int(json, (int64_t)value);
        return;
    }
    char text[NUMBER_SIZE];
    int size = 0;
    /* 17 digits always suffice, 15 often do; subnormal numbers carry fewer. */
    for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        size = snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value) break;
    }
    before_value(json);
    hs_buffer_append(json->out, text, size > 0 ? (size_t)size : 0);
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
    char text[HS_TIME_TEXT_SIZE];
    size_t size = hs_time_format(time_s, text);
    hs_json_str(json, (hs_str){text, size});
}

void hs_json_raw(hs_json *json, hs_str text) {
    before_value(json);
    hs_buffer_str(json->out, text);
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
