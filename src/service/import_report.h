/* What an import tells: rows as they would be stored, and everything else, as JSON. */
#ifndef SERVICE_IMPORT_REPORT_H
#define SERVICE_IMPORT_REPORT_H

#include "base/json_writer.h"
#include "service/service.h"

/* Notes a row that was put: it widens the extent, and the first ones are kept as members of JSON objects in
 * report->preview, one a line. */
void hs_preview_unit(hs_import_report *report, const hs_unit_record *record);
void hs_preview_street(hs_import_report *report, const hs_street_record *record);
void hs_preview_address(hs_import_report *report, const hs_address_record *record);
void hs_preview_place(hs_import_report *report, const hs_place_record *record);
void hs_preview_zone(hs_import_report *report, const hs_zone_record *record);
void hs_preview_category(hs_import_report *report, const hs_category_record *record);
void hs_preview_target(hs_import_report *report, const hs_target_record *record);
void hs_preview_population(hs_import_report *report, const hs_population_record *record);
void hs_preview_incident(hs_import_report *report, const hs_incident_record *record);

/* Writes the report as an object: kind, batch (null where nothing changed), rows, mapping, extent, times,
 * how incidents were placed, preview. */
void hs_import_report_write(const hs_import_report *report, hs_json *json);

#endif
