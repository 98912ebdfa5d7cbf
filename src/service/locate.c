#include "service/locate.h"

#include <math.h>

static void locate_in_unit(const hs_geography *geography, hs_incident_record *record) {
    uint32_t unit = hs_geography_find_unit(geography, record->unit);
    if (unit == HS_NONE) return;
    record->has_position = true;
    record->position = geography->units.label[unit];
    record->match_type = HS_MATCH_UNIT;
    /* Half the diagonal of a square of the unit's area: known no better than the unit. */
    record->accuracy_m = (float)(sqrt(geography->units.area_km2[unit] / 2) * 1000);
}

hs_status hs_locate_incident(const hs_geocoder *geocoder, const hs_geography *geography,
                             hs_incident_record *record, hs_error *error) {
    if (record->has_position) {
        if (record->match_type == HS_MATCH_NONE) record->match_type = HS_MATCH_GIVEN;
        return HS_OK;
    }
    record->match_type = HS_MATCH_NONE;
    record->accuracy_m = 0;
    if (geocoder && record->address.size > 0) {
        hs_geocode_result result;
        size_t count = 0;
        hs_status status = hs_geocode(geocoder, record->address, &result, 1, error, &count);
        if (status != HS_OK) return status;
        if (count > 0 && result.match_type != HS_MATCH_NONE && result.score >= HS_LOCATE_MIN_SCORE) {
            record->has_position = true;
            record->position = result.position;
            record->match_type = result.match_type;
            record->accuracy_m = (float)result.accuracy_m;
            return HS_OK;
        }
    }
    if (geography && record->unit.size > 0) locate_in_unit(geography, record);
    return HS_OK;
}
