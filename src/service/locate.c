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

static hs_status geocode(const hs_locating *with, hs_str address, hs_incident_record *record,
                         hs_error *error) {
    hs_geocode_result result;
    size_t count = 0;
    if (!with->geocoder || address.size == 0) return HS_OK;
    hs_status status = hs_geocode(with->geocoder, address, &result, 1, error, &count);
    if (status != HS_OK || count == 0 || !hs_locate_accepts(&result)) return status;
    record->has_position = true;
    record->position = result.position;
    record->match_type = result.match_type;
    record->accuracy_m = (float)result.accuracy_m;
    return HS_OK;
}

static const hs_decision_record *find_decision(const hs_locating *with, const hs_incident_record *record) {
    char key[HS_ADDRESS_KEY_MAX];
    if (!with->decisions || with->decisions->count == 0 || record->address.size == 0) return NULL;
    const hs_decision_record *decision =
        hs_decisions_find(with->decisions, hs_address_key(with->words, record->address, key));
    return hs_decision_holds(decision, record->id) ? decision : NULL;
}

/* By the address: as was decided, else as the geocoder has it. */
static hs_status locate_address(const hs_locating *with, hs_incident_record *record, hs_error *error) {
    const hs_decision_record *decision = find_decision(with, record);
    hs_decision_action action = decision ? decision->action : HS_DECISION_OPEN;
    hs_status status = HS_OK;
    if (action == HS_DECISION_UNLOCATABLE) {
        record->reviewed = true;
    } else if (action == HS_DECISION_ADDRESS) {
        status = geocode(with, decision->target, record, error);
        record->reviewed = record->has_position;
    } else if (hs_decision_locates(action)) {
        record->has_position = record->reviewed = true;
        record->position = decision->position;
        record->match_type = decision->match_type;
        record->accuracy_m = decision->accuracy_m;
    } else {
        status = geocode(with, record->address, record, error);
    }
    return status;
}

hs_status hs_locate_incident(const hs_locating *with, hs_incident_record *record, hs_error *error) {
    if (record->has_position) {
        if (record->match_type == HS_MATCH_NONE) record->match_type = HS_MATCH_GIVEN;
        return HS_OK;
    }
    record->match_type = HS_MATCH_NONE;
    record->accuracy_m = 0;
    record->reviewed = false;
    hs_status status = locate_address(with, record, error);
    if (status == HS_OK && !record->has_position && with->geography && record->unit.size > 0)
        locate_in_unit(with->geography, record);
    return status;
}
