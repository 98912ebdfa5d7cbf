/* Autocomplete: names and house numbers that a text typed so far may become. */
#ifndef HOTSPOT_AUTOCOMPLETE_H
#define HOTSPOT_AUTOCOMPLETE_H

#include <hotspot/error.h>
#include <hotspot/geography.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable indexes over the names of one geography, to which it keeps a reference. Any number of threads may
 * ask it at once. */
typedef struct hs_autocomplete hs_autocomplete;

typedef enum hs_suggestion_kind {
    HS_SUGGEST_UNIT,
    HS_SUGGEST_STREET,
    HS_SUGGEST_PLACE,
    HS_SUGGEST_ADDRESS,
    HS_SUGGEST_KIND_COUNT
} hs_suggestion_kind;

/* How the text matches the name, best first. Names behind those of their county, town or village (县 镇 村)
 * are taken as beginnings. */
typedef enum hs_suggestion_match {
    HS_SUGGEST_WHOLE,         /* the whole name, up to spelling */
    HS_SUGGEST_PREFIX,        /* how the name begins */
    HS_SUGGEST_MIDDLE,        /* from a character or word inside on */
    HS_SUGGEST_PINYIN,        /* how the name is read: nandajie, nandaj */
    HS_SUGGEST_INITIALS,      /* the initials of its syllables, or some of them: ndj, nandj */
    HS_SUGGEST_PINYIN_MIDDLE, /* either of these from a character inside on */
    HS_SUGGEST_MATCH_COUNT
} hs_suggestion_match;

typedef struct hs_suggestion {
    hs_suggestion_kind kind;
    hs_suggestion_match match;
    uint32_t
        row; /* of the kind's columns in the geography; HS_NONE: a street known from its addresses only */
    hs_position position; /* the one nearest to the map where several parts bear the name */
    char label[256];      /* in the city's spelling, UTF-8, NUL */
} hs_suggestion;

/* The most suggestions that are given at once. */
#define HS_SUGGESTIONS_MAX 50

/* Free it with hs_autocomplete_free. O(n log n) in names and addresses. HS_E_MEMORY, HS_E_LIMIT. */
HS_API hs_status hs_autocomplete_new(const hs_geography *geography, hs_error *error,
                                     hs_autocomplete **autocomplete);
/* Nobody may be asking it. */
HS_API void hs_autocomplete_free(hs_autocomplete *autocomplete);
/* Writes the best `capacity` suggestions (at most HS_SUGGESTIONS_MAX) for what was typed, the last word
 * perhaps unfinished, and returns how many: by kind of match, then by nearness to `map` (what is visible, or
 * a point; HS_BOX_EMPTY: none), then short names first. Each name comes once a kind. A text with a house
 * number gives addresses of the streets that the rest may mean. Spelling matters as little as to the
 * geocoder: case, width, traditional characters, street types in full or short. Any bytes are taken.
 * Thread-safe, allocates nothing. */
HS_API size_t hs_autocomplete_suggest(const hs_autocomplete *autocomplete, hs_str text, hs_box map,
                                      hs_suggestion *suggestions, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
