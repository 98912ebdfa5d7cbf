/* Gives incidents that came without coordinates a position from what was decided about their address, from
 * the address itself or from their unit's code. */
#ifndef SERVICE_LOCATE_H
#define SERVICE_LOCATE_H

#include "city/decisions.h"
#include "geocode/address_key.h"
#include <hotspot/geocode.h>

/* Lowest score at which a geocoded position is taken; below it the incident stays unmatched. */
#define HS_LOCATE_MIN_SCORE 0.6

/* What incidents are located by. */
typedef struct hs_locating {
    const hs_geocoder *geocoder;   /* NULL when the city has no streets, addresses or places */
    const hs_geography *geography; /* NULL: no units */
    const hs_decisions *decisions; /* NULL: none */
    const hs_street_words *words;  /* needed where there are decisions */
} hs_locating;

/* Sets has_position, position, match_type, accuracy_m and reviewed of a record: given positions stay (match
 * type given unless it says otherwise); else what was decided about its address counts; else its address is
 * geocoded; else it is at its unit's label point at the unit's accuracy; else it stays unmatched. */
hs_status hs_locate_incident(const hs_locating *with, hs_incident_record *record, hs_error *error);

/* Whether an answer of the geocoder is taken for an incident's position. */
static inline bool hs_locate_accepts(const hs_geocode_result *result) {
    return result->match_type != HS_MATCH_NONE && result->score >= HS_LOCATE_MIN_SCORE;
}

#endif
