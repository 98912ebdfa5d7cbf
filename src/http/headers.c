#include "http/headers.h"

#include "base/text.h"
#include <string.h>

/* Of the name of a coding, so that a tag with it fits. */
enum { CODING_MOST = HS_ETAG_TEXT_SIZE - 20 };

void hs_etag_format(uint64_t etag, const char *coding, char text[HS_ETAG_TEXT_SIZE]) {
    static const char digits[] = "0123456789abcdef";
    char *at = text;
    *at++ = '"';
    for (int shift = 60; shift >= 0; shift -= 4)
        *at++ = digits[etag >> shift & 15];
    size_t size = coding ? strnlen(coding, CODING_MOST) : 0;
    if (coding) *at++ = '-';
    memcpy(at, coding ? coding : "", size);
    at += size;
    *at++ = '"';
    *at = '\0';
}

static void skip_blanks(hs_str *text) {
    while (text->size > 0 && (*text->data == ' ' || *text->data == '\t')) {
        text->data++;
        text->size--;
    }
}

static hs_str trim_blanks(hs_str text) {
    skip_blanks(&text);
    while (text.size > 0 && (text.data[text.size - 1] == ' ' || text.data[text.size - 1] == '\t'))
        text.size--;
    return text;
}

/* The next tag with its quotes, a W/ dropped; false at the end or where the list is malformed. */
static bool next_tag(hs_str *list, hs_str *tag) {
    skip_blanks(list);
    while (list->size > 0 && *list->data == ',') {
        list->data++;
        list->size--;
        skip_blanks(list);
    }
    if (list->size >= 2 && list->data[0] == 'W' && list->data[1] == '/') {
        list->data += 2;
        list->size -= 2;
    }
    if (list->size < 2 || *list->data != '"') return false;
    const char *end = memchr(list->data + 1, '"', list->size - 1);
    if (!end) return false;
    *tag = (hs_str){list->data, (size_t)(end - list->data) + 1};
    list->data += tag->size;
    list->size -= tag->size;
    return true;
}

bool hs_etag_matches(hs_str if_none_match, uint64_t etag, char matched[HS_ETAG_TEXT_SIZE]) {
    hs_str list = trim_blanks(if_none_match);
    if (hs_str_equal(list, HS_STR("*"))) {
        hs_etag_format(etag, NULL, matched);
        return true;
    }
    char plain[HS_ETAG_TEXT_SIZE], gzip[HS_ETAG_TEXT_SIZE];
    hs_etag_format(etag, NULL, plain);
    hs_etag_format(etag, "gzip", gzip);
    hs_str tag;
    while (next_tag(&list, &tag)) {
        const char *found = NULL;
        if (hs_str_equal(tag, hs_str_of(plain))) found = plain;
        if (hs_str_equal(tag, hs_str_of(gzip))) found = gzip;
        if (!found) continue;
        memcpy(matched, found, HS_ETAG_TEXT_SIZE);
        return true;
    }
    return false;
}

/* The number of a tag of ours, with its quotes. */
static bool parse_tag(hs_str tag, uint64_t *etag) {
    uint64_t value = 0;
    if (tag.size < 18 || (tag.data[17] != '"' && tag.data[17] != '-')) return false;
    for (size_t i = 1; i < 17; i++) {
        char c = tag.data[i];
        bool digit = c >= '0' && c <= '9';
        if (!digit && !(c >= 'a' && c <= 'f')) return false;
        value = value << 4 | (uint64_t)(digit ? c - '0' : c - 'a' + 10);
    }
    *etag = value;
    return true;
}

bool hs_etag_is_meant(hs_str if_match, uint64_t etag, uint64_t mask) {
    hs_str list = trim_blanks(if_match);
    hs_str tag;
    uint64_t value;
    if (hs_str_equal(list, HS_STR("*"))) return true;
    while (next_tag(&list, &tag)) {
        bool weak = tag.data >= if_match.data + 2 && tag.data[-1] == '/' && tag.data[-2] == 'W';
        if (!weak && parse_tag(tag, &value) && ((value ^ etag) & mask) == 0) return true;
    }
    return false;
}

/* Cuts a list at the first comma outside a quoted text. */
static hs_str next_element(hs_str *list, char separator) {
    bool quoted = false;
    for (size_t i = 0; i < list->size; i++) {
        char c = list->data[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (c == separator && !quoted) {
            hs_str element = {list->data, i};
            list->data += i + 1;
            list->size -= i + 1;
            return element;
        }
    }
    hs_str element = *list;
    *list = (hs_str){NULL, 0};
    return element;
}

/* `0.5` in thousandths; false when malformed. */
static bool parse_quality(hs_str text, unsigned *thousandths) {
    if (text.size == 0 || text.size > 5 || (text.data[0] != '0' && text.data[0] != '1')) return false;
    if (text.size > 1 && text.data[1] != '.') return false;
    unsigned value = text.data[0] == '1' ? 1000 : 0;
    unsigned scale = 100;
    for (size_t i = 2; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') return false;
        value += (unsigned)(text.data[i] - '0') * scale;
        scale /= 10;
    }
    if (value > 1000) return false;
    *thousandths = value;
    return true;
}

/* The value before the first `;` of an element, and its q; false when q is malformed. */
static bool split_element(hs_str element, hs_str *value, unsigned *quality) {
    *quality = 1000;
    *value = trim_blanks(next_element(&element, ';'));
    while (element.size > 0) {
        hs_str parameter = trim_blanks(next_element(&element, ';'));
        if (parameter.size < 2 || (parameter.data[0] | 0x20) != 'q' || parameter.data[1] != '=') continue;
        return parse_quality((hs_str){parameter.data + 2, parameter.size - 2}, quality);
    }
    return true;
}

/* 3: the type itself, 2: type slash star, 1: any, 0: no match. */
static unsigned range_matches(hs_str range, hs_str media_type) {
    if (hs_str_equal_nocase(range, media_type)) return 3;
    if (hs_str_equal(range, HS_STR("*/*")) || hs_str_equal(range, HS_STR("*"))) return 1;
    if (range.size < 3 || memcmp(range.data + range.size - 2, "/*", 2) != 0) return 0;
    hs_str type = {media_type.data, range.size - 1};
    if (media_type.size < range.size) return 0;
    return hs_str_equal_nocase((hs_str){range.data, range.size - 1}, type) ? 2 : 0;
}

unsigned hs_accept_quality(hs_str accept, hs_str media_type) {
    if (trim_blanks(accept).size == 0) return 1000;
    unsigned best = 0, answer = 0;
    while (accept.size > 0) {
        hs_str range;
        unsigned quality;
        if (!split_element(next_element(&accept, ','), &range, &quality)) continue;
        unsigned match = range_matches(range, media_type);
        if (match == 0 || match < best) continue;
        if (match > best || quality > answer) answer = quality;
        best = match;
    }
    return answer;
}

unsigned hs_accept_encoding_quality(hs_str accept_encoding, hs_str coding) {
    unsigned any = 0;
    while (accept_encoding.size > 0) {
        hs_str name;
        unsigned quality;
        if (!split_element(next_element(&accept_encoding, ','), &name, &quality)) continue;
        if (hs_str_equal_nocase(name, coding)) return quality;
        if (hs_str_equal(name, HS_STR("*"))) any = quality;
    }
    return any;
}

static bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool hs_http_is_token(hs_str text) {
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (!is_alphanumeric(c) && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c))) return false;
    }
    return text.size > 0;
}

bool hs_http_is_host(hs_str text) {
    if (text.size == 0 || text.size > 255) return false;
    size_t i = 0;
    if (text.data[0] == '[') {
        for (i = 1; i < text.size && text.data[i] != ']'; i++)
            if (!is_alphanumeric(text.data[i]) && text.data[i] != ':' && text.data[i] != '.') return false;
        if (i == text.size) return false;
        i++;
    } else {
        while (i < text.size && (is_alphanumeric(text.data[i]) || strchr("-._~", text.data[i])) &&
               text.data[i])
            i++;
        if (i == 0) return false;
    }
    if (i == text.size) return true;
    if (text.data[i] != ':') return false;
    for (i++; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9') return false;
    return true;
}
