/* Gives incidents that came without coordinates a position from their address or unit code. */
#ifndef SERVICE_LOCATE_H
#define SERVICE_LOCATE_H

#include <hotspot/geocode.h>

/* Lowest score at which a geocoded position is taken; below it the incident stays unmatched. */
#define HS_LOCATE_MIN_SCORE 0.6

/* Sets has_position, position, match_type and accuracy_m of a record: given positions stay (match type given
 * unless it says otherwise); else its address is geocoded; else its unit's label point at the unit's
 * accuracy; else it stays unmatched. geocoder may be NULL when the city has no streets, addresses or places.
 */
hs_status hs_locate_incident(const hs_geocoder *geocoder, const hs_geography *geography,
                             hs_incident_record *record, hs_error *error);

#endif
