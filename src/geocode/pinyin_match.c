#include "geocode/pinyin_match.h"

#include "base/text.h"
#include <string.h>

/* How far the letters may have got: bit i, that the next letter is letters[i]. */
typedef struct reach {
    uint64_t full, any;
} reach;

typedef struct step {
    hs_str letters;
    reach next;
    bool ends_full, ends_any; /* the letters end within or behind this character */
} step;

static void arrive(step *s, size_t at, bool full) {
    s->next.any |= (uint64_t)1 << at;
    if (full) s->next.full |= (uint64_t)1 << at;
    if (at == s->letters.size) {
        s->ends_any = true;
        s->ends_full |= full;
    }
}

static bool is_two_letter_initial(const char *reading) {
    return reading[1] == 'h' && (reading[0] == 'z' || reading[0] == 'c' || reading[0] == 's');
}

static void read_syllable(step *s, const char *reading, size_t at, bool full) {
    const char *typed = s->letters.data + at;
    size_t left = s->letters.size - at, size = strlen(reading), same = 0;
    while (same < size && same < left && reading[same] == typed[same])
        same++;
    if (same == 0) return;
    if (same == size || same == left) arrive(s, at + same, full);
    arrive(s, at + 1, full && same == size && size == 1);
    if (same >= 2 && is_two_letter_initial(reading)) arrive(s, at + 2, false);
}

/* A character that is no Chinese one stands for itself. */
static void read_literal(step *s, uint32_t code, size_t at, bool full) {
    if ((uint32_t)(unsigned char)s->letters.data[at] == code) arrive(s, at + 1, full);
}

static void read_character(const hs_pinyin *pinyin, step *s, uint32_t code, reach before) {
    const char *readings[HS_READINGS_MAX];
    size_t count = hs_pinyin_readings(pinyin, code, readings, HS_READINGS_MAX);
    for (size_t at = 0; at < s->letters.size; at++) {
        if (!(before.any >> at & 1)) continue;
        bool full = before.full >> at & 1;
        for (size_t r = 0; r < count; r++)
            read_syllable(s, readings[r], at, full);
        if (count == 0) read_literal(s, code, at, full);
    }
}

hs_pinyin_match hs_pinyin_matches(const hs_pinyin *pinyin, const char *name, hs_str letters, bool *whole) {
    if (letters.size == 0 || letters.size > HS_PINYIN_LETTERS_MAX) return HS_PINYIN_NONE;
    hs_str rest = hs_str_of(name);
    reach now = {1, 1};
    bool full = false, any = false;
    *whole = false;
    while (rest.size > 0 && now.any != 0) {
        step s = {.letters = letters};
        uint32_t code = hs_utf8_next(&rest);
        if (code == ' ') continue;
        read_character(pinyin, &s, code, now);
        any |= s.ends_any;
        full |= s.ends_full;
        if (rest.size == 0) *whole = s.ends_any;
        now = s.next;
    }
    return full ? HS_PINYIN_FULL : any ? HS_PINYIN_INITIALS : HS_PINYIN_NONE;
}
