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

typedef struct hs_geocode_result {
    hs_match_type match_type; /* HS_MATCH_NONE: not found, the rest unset */
    hs_position position;
    double score;      /* [0, 1] */
    double accuracy_m; /* how far the true place may lie, as the method goes */
    bool ambiguous;    /* another candidate is as good */
    uint32_t unit;     /* deepest unit at the position, HS_NONE */
    uint32_t street;   /* row of geography->streets, HS_NONE */
    uint32_t address;  /* row of geography->addresses, HS_NONE */
    uint32_t place;    /* row of geography->places, HS_NONE */
    char label[256];   /* the matched address in the city's own spelling, UTF-8, NUL */
} hs_geocode_result;

/* Builds the gazetteer; free it with hs_geocoder_free. O(n log n) in addresses, streets and places.
 * HS_E_MEMORY. */
HS_API hs_status hs_geocoder_new(const hs_geography *geography, hs_error *error, hs_geocoder **geocoder);
/* Nobody may be asking it. */
HS_API void hs_geocoder_free(hs_geocoder *geocoder);
/* Finds up to `capacity` candidates, best first; *count is how many were written (0: not found, HS_OK).
 * Methods so far: address point, interpolation along ranges or between known numbers, intersection, block,
 * street, place. Spaces, case, full width digits and street-type words do not matter. Any bytes are taken;
 * HS_E_ARGUMENT only where there is no room for results. Allocates nothing. Thread-safe. */
HS_API hs_status hs_geocode(const hs_geocoder *geocoder, hs_str address, hs_geocode_result *results,
                            size_t capacity, hs_error *error, size_t *count);

#ifdef __cplusplus
}
#endif
#endif
