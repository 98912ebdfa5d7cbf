#include "http/percent.h"

#include "base/text.h"
#include <string.h>

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

/* Decodes into `out`, which has room for text.size bytes. */
static hs_status decode_into(hs_str text, bool plus_is_blank, char *out, hs_error *error, size_t *size) {
    size_t used = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '%') {
            int high = i + 1 < text.size ? hex_digit(text.data[i + 1]) : -1;
            int low = i + 2 < text.size ? hex_digit(text.data[i + 2]) : -1;
            if (high < 0 || low < 0)
                return hs_error_set(error, HS_E_ARGUMENT,
                                    "'%%' at byte %zu is not followed by two hexadecimal digits", i);
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_blank) {
            c = ' ';
        }
        if (c == '\0') return hs_error_set(error, HS_E_ARGUMENT, "a NUL byte is not allowed");
        out[used++] = c;
    }
    *size = used;
    return HS_OK;
}

static bool stands_as_it_is(hs_str text, bool plus_is_blank) {
    return !memchr(text.data, '%', text.size) && !memchr(text.data, '\0', text.size) &&
           !(plus_is_blank && memchr(text.data, '+', text.size));
}

hs_status hs_percent_decode(hs_str text, bool plus_is_blank, hs_arena *arena, hs_error *error,
                            hs_str *decoded) {
    if (text.size == 0) {
        *decoded = HS_STR("");
        return HS_OK;
    }
    char *out = hs_arena_alloc(arena, text.size + 1);
    if (!out) return hs_error_set(error, HS_E_MEMORY, "out of memory for the URL");
    size_t size = text.size;
    if (stands_as_it_is(text, plus_is_blank)) {
        memcpy(out, text.data, text.size);
    } else {
        hs_status status = decode_into(text, plus_is_blank, out, error, &size);
        if (status != HS_OK) return status;
    }
    out[size] = '\0';
    if (!hs_utf8_valid((hs_str){out, size}))
        return hs_error_set(error, HS_E_ARGUMENT, "the text is not UTF-8 after percent-decoding");
    *decoded = (hs_str){out, size};
    return HS_OK;
}

hs_status hs_query_parse(hs_str query, hs_arena *arena, hs_error *error, const hs_http_pair **pairs,
                         size_t *count) {
    size_t capacity = 1;
    for (size_t i = 0; i < query.size; i++)
        capacity += query.data[i] == '&';
    if (capacity > HS_QUERY_MAX_PAIRS)
        return hs_error_set(error, HS_E_ARGUMENT, "more than %d parameters", HS_QUERY_MAX_PAIRS);
    hs_http_pair *made = hs_arena_array(arena, capacity, sizeof *made);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "out of memory for the query");
    size_t used = 0;
    while (query.size > 0) {
        hs_str value = hs_str_cut(&query, '&');
        if (value.size == 0) continue;
        hs_str name = hs_str_cut(&value, '=');
        hs_status status = hs_percent_decode(name, true, arena, error, &made[used].name);
        if (status == HS_OK) status = hs_percent_decode(value, true, arena, error, &made[used].value);
        if (status != HS_OK) return status;
        used++;
    }
    *pairs = made;
    *count = used;
    return HS_OK;
}

void hs_percent_encode(hs_buffer *out, hs_str text) {
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                     c == '.' || c == '_' || c == '~';
        if (plain) {
            hs_buffer_byte(out, (char)c);
        } else {
            const char escape[3] = {'%', digits[c >> 4], digits[c & 15]};
            hs_buffer_append(out, escape, sizeof escape);
        }
    }
}
