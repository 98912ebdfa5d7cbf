/* Geocoding: address texts to positions with a match type, an accuracy and a score. */
#ifndef HOTSPOT_GEOCODE_H
#define HOTSPOT_GEOCODE_H

#include <hotspot/error.h>
#include <hotspot/geography.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An immutable gazetteer built from one geography, to which it keeps a reference: its rows are what results
 * name. Any number of threads may ask it at once. */
typedef struct hs_geocoder hs_geocoder;

/* What a stretch of the text was read as. */
typedef enum hs_address_part_kind {
    HS_PART_UNIT,         /* an administrative unit: 甘州区 */
    HS_PART_STREET,       /* a street's name */
    HS_PART_CROSS_STREET, /* the second street of a crossing, the far end of a stretch */
    HS_PART_END_STREET,   /* the third: from A to B along C */
    HS_PART_NUMBER,       /* house number, range or block, sub-number included */
    HS_PART_PLACE,        /* a place's name */
    HS_PART_RELATION,     /* opposite, 门口, 往北 */
    HS_PART_CORNER,       /* 东南角 */
    HS_PART_DISTANCE,     /* 50米 */
    HS_PART_KIND_COUNT
} hs_address_part_kind;

#define HS_ADDRESS_PARTS_MAX 12

/* Bytes [start, end) of the text that was asked for. */
typedef struct hs_address_part {
    hs_address_part_kind kind;
    uint32_t start, end;
} hs_address_part;

typedef struct hs_geocode_result {
    hs_match_type match_type; /* HS_MATCH_NONE: not found, the rest unset */
    hs_position position;
    double score;          /* [0, 1] */
    double margin;         /* score less that of the best candidate at another place; the score itself when
                            * there is none, negative below the first */
    double accuracy_m;     /* how far the true place may lie, as the method goes */
    bool ambiguous;        /* another candidate at another place is nearly as good */
    uint32_t unit;         /* deepest unit at the position, HS_NONE */
    uint32_t street;       /* row of geography->streets, HS_NONE */
    uint32_t cross_street; /* of a crossing; HS_NONE */
    uint32_t address;      /* row of geography->addresses, HS_NONE */
    uint32_t place;        /* row of geography->places, HS_NONE */
    hs_box extent;         /* of a block, stretch or street; a point elsewhere */
    uint32_t edits;        /* letters that had to be changed to find the name */
    uint32_t part_count;   /* how the text was read */
    hs_address_part part[HS_ADDRESS_PARTS_MAX];
    char label[256]; /* the matched address in the city's own spelling, UTF-8, NUL */
} hs_geocode_result;

/* Builds the gazetteer; free it with hs_geocoder_free. O(n log n) in addresses, streets and places.
 * HS_E_MEMORY. */
HS_API hs_status hs_geocoder_new(const hs_geography *geography, hs_error *error, hs_geocoder **geocoder);
/* Nobody may be asking it. */
HS_API void hs_geocoder_free(hs_geocoder *geocoder);
/* Finds up to `capacity` candidates, best first; *count is how many were written (0: not found, HS_OK).
 *
 * The text is normalised (NFKC, case, traditional to simplified, numerals before 号 巷 段 and the like to
 * digits, street types and directions to one spelling) and read in every form that it may have: a whole known
 * address; number and street in either order; block or range of numbers; two streets that cross, and a corner
 * of the crossing; a stretch of a street between two others; a place; a place relative to any of these
 * (opposite, 门口, 往北50米, between A and B). Units named in it demote what lies elsewhere.
 *
 * A number that is not known is placed, in this order of trust, between its neighbours on its side, along the
 * ranges of its street's own line, or where the parallel streets nearby, numbered alike, have it: a
 * Cauchy-weighted mean of what each known number there says, put on the street's own course and side
 * (number_field.h). Names are found by whole keys, shorter forms, one edit (deletion neighbourhoods of an
 * optimal string alignment distance of 1, in which digits never change and directions and numerals count for
 * more) and by their sound (pinyin).
 *
 * Scores are products of the method's own (address 1, sub-number .9, intersection .9, interpolated .85, block
 * .8, place .75, street .5), of the name's fit and of the evidence's; from .8 on an answer is meant to be
 * sure. Where several misspelt names fit as well none is, and `ambiguous` is set.
 *
 * Any bytes are taken; what follows the first 128 words or characters is not read. HS_E_ARGUMENT only where
 * there is no room for results. Allocates nothing. Thread-safe. About 1 microsecond for a known address, 3 to
 * 15 for a misspelt one, 40 for a number that is to be placed (one core, 98,535 addresses). */
HS_API hs_status hs_geocode(const hs_geocoder *geocoder, hs_str address, hs_geocode_result *results,
                            size_t capacity, hs_error *error, size_t *count);

#ifdef __cplusplus
}
#endif
#endif
