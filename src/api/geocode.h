/* What the endpoints of finding addresses share. */
#ifndef API_GEOCODE_H
#define API_GEOCODE_H

#include "api/endpoint.h"

#define HS_QUERY_MOST_BYTES 1000

/* The form of an answer. */
typedef enum hs_answer_form {
    HS_GEOCODEJSON,
    HS_NOMINATIM,   /* format=json */
    HS_NOMINATIM_V2 /* format=jsonv2 */
} hs_answer_form;

/* Something found, by whichever way, ready to be written in any form. */
typedef struct hs_found {
    hs_match_type match_type;
    hs_position position;
    hs_box extent; /* a point where it has none */
    uint32_t street, address, place;
    uint32_t named_unit;           /* where the answer is a unit itself, HS_NONE */
    uint32_t unit[HS_LEVEL_COUNT]; /* what it lies in */
    const char *label;
    double importance; /* [0, 1] */
} hs_found;

/* `format`, or `otherwise`; false: answered with what is wrong. Nominatim's clients send what they like:
 * unknown parameters are refused in our own form only. */
bool hs_call_answer_form(hs_call *call, hs_answer_form otherwise, hs_answer_form *form);
/* `lang`, `accept-language` or the header Accept-Language; HS_E_ARGUMENT for another `lang`. */
hs_status hs_call_language(hs_call *call, hs_label_language *language);
/* Four numbers: two corners, in any order. *given is false where the parameter is absent. */
hs_status hs_call_box(hs_call *call, const char *name, hs_box *box, bool *given);
/* `lon` and `lat`. */
hs_status hs_call_position(hs_call *call, hs_position *position);
/* hs_call_begin for an answer that depends on the language, which may have come in a header. */
bool hs_call_begin_in_language(hs_call *call, const char *media_type, hs_label_language language);

/* Units of a position, of which `deepest` (or HS_NONE) is known better. */
void hs_found_units(const hs_geography *geography, hs_position position, uint32_t deepest, hs_found *found);
hs_found hs_found_by_geocoder(hs_call *call, const hs_geocode_result *result, hs_label_language language);

/* A name in a language, or the other one where it has none. */
hs_str hs_choose_name(hs_label_language language, hs_str name, hs_str name_en);

/* GeocodeJSON 0.1.0 (geocode_json.c): the collection, a feature's beginning up to the members of
 * `properties.geocoding`, and its end; between them come members of our own. `query` may be empty. */
void hs_geocodejson_begin(hs_call *call, hs_str query);
void hs_geocodejson_feature(hs_call *call, const hs_found *found, double accuracy_m,
                            hs_label_language language);
void hs_geocodejson_feature_end(hs_call *call);
void hs_geocodejson_end(hs_call *call);

/* The member distance_m, to a decimetre. */
void hs_geocode_distance(hs_json *json, double distance_m);

/* Nominatim's forms (nominatim.c). */
void hs_nominatim_write(hs_call *call, const hs_found *found, hs_answer_form form, bool details,
                        hs_label_language language);
hs_status hs_nominatim_refuse(hs_call *call, unsigned status, const char *message);

#endif
