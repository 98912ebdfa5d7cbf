/* Reverse geocoding: what is at a position. */
#ifndef HOTSPOT_REVERSE_GEOCODE_H
#define HOTSPOT_REVERSE_GEOCODE_H

#include <hotspot/error.h>
#include <hotspot/geography.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable indexes over one geography, to which it keeps a reference: its rows are what results name. Any
 * number of threads may ask it at once. */
typedef struct hs_reverse_geocoder hs_reverse_geocoder;

/* Farthest that an address, a street and a place are looked for, and the farthest junction along the street,
 * in metres. */
#define HS_REVERSE_ADDRESS_M 300.0
#define HS_REVERSE_STREET_M  500.0
#define HS_REVERSE_PLACE_M   500.0
#define HS_REVERSE_CROSS_M   3000.0

/* The words of a label: Chinese or English ones, with the names of that language where the city has them. By
 * default as the names themselves are written. */
typedef enum hs_label_language { HS_LABEL_AS_NAMES = 0, HS_LABEL_ZH, HS_LABEL_EN } hs_label_language;

/* Where the street meets the next one of another name. */
typedef struct hs_cross_street {
    uint32_t street;   /* row of geography->streets; HS_NONE: the street ends first, or goes on too far */
    uint32_t node;     /* of geography->segments, HS_NONE */
    double distance_m; /* along the street */
} hs_cross_street;

typedef struct hs_reverse_result {
    /* What the label names: HS_MATCH_ADDRESS, INTERSECTION, PLACE, STREET, UNIT, and where that is. */
    hs_match_type match_type;
    hs_position position;
    double distance_m; /* from the position asked for */

    uint32_t address; /* the nearest, row of geography->addresses, HS_NONE */
    double address_distance_m;
    uint32_t place; /* the nearest one, at 0 m inside its polygons; HS_NONE */
    double place_distance_m;
    uint32_t street, segment; /* the nearest segment and its street, HS_NONE */
    double street_distance_m;
    int side;                      /* of the segment's direction: -1 left, 1 right, 0 on it */
    hs_position on_street;         /* the nearest point of the segment */
    hs_cross_street cross[2];      /* behind and ahead in the segment's direction */
    uint32_t unit[HS_LEVEL_COUNT]; /* HS_NONE where none */
    char label[256];               /* UTF-8, NUL */
} hs_reverse_result;

/* Free it with hs_reverse_geocoder_free. O(n log n) in addresses and places. HS_E_MEMORY, HS_E_LIMIT. */
HS_API hs_status hs_reverse_geocoder_new(const hs_geography *geography, hs_error *error,
                                         hs_reverse_geocoder **reverse);
/* Nobody may be asking it. */
HS_API void hs_reverse_geocoder_free(hs_reverse_geocoder *reverse);
/* False where nothing is within the limits above and no unit holds the position: *result is not set then.
 * Thread-safe, allocates nothing. */
HS_API bool hs_reverse_geocode(const hs_reverse_geocoder *reverse, hs_position position,
                               hs_label_language language, hs_reverse_result *result);

#ifdef __cplusplus
}
#endif
#endif
