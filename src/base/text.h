/* Texts: slices, UTF-8, numbers in the C locale. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <hotspot/types.h>

hs_str hs_str_of(const char *text); /* NULL gives an empty text */
bool hs_str_equal(hs_str a, hs_str b);
bool hs_str_equal_nocase(hs_str a, hs_str b); /* ASCII letters only */
int hs_str_compare(hs_str a, hs_str b);       /* bytes */
hs_str hs_str_trim(hs_str text);              /* ASCII blanks, U+00A0, U+3000 and a leading BOM */
bool hs_str_starts(hs_str text, hs_str prefix);
/* Cuts `text` at the first `separator`: returns the part before and moves *text behind it. */
hs_str hs_str_cut(hs_str *text, char separator);
/* Whole-text numbers, blanks trimmed: false when the text is not exactly one. Locale-free. */
bool hs_str_to_int(hs_str text, int64_t *value);
bool hs_str_to_double(hs_str text, double *value); /* finite only */
/* Writes a number in groups of three, `12,345`, and NUL; returns `out`. */
#define HS_GROUPED_SIZE 28
const char *hs_text_grouped(uint64_t number, char out[HS_GROUPED_SIZE]);

bool hs_utf8_valid(hs_str text);
/* The next code point of *text, moved on; U+FFFD (one byte consumed) for malformed input. */
uint32_t hs_utf8_next(hs_str *text);
/* Writes a code point, returns 1 to 4. */
size_t hs_utf8_put(uint32_t code, char out[4]);
/* The largest size <= limit at which `text` can be cut without splitting a character. */
size_t hs_utf8_cut(hs_str text, size_t limit);

/* Chooses between two texts, or two formats of the same arguments, by a language. */
__attribute__((format_arg(2), format_arg(3))) static inline const char *
hs_in_language(bool chinese, const char *en, const char *zh) {
    return chinese ? zh : en;
}

#endif
