/* Targets and population. */
#include "base/text.h"
#include "ingest/record.h"

/* The city's local day that a time falls on, as `2024-06-30`; empty for none. */
static hs_made take_day(const hs_ingest *ingest, const hs_row *row, hs_field field, hs_refusal *refusal,
                        hs_str *day) {
    int64_t time_s;
    *day = (hs_str){0};
    if (hs_record_time(ingest, row, field, refusal, &time_s) != HS_MADE) return HS_REFUSED;
    if (time_s == HS_NO_TIME) return HS_MADE;
    int32_t offset_s = ingest->timezone ? hs_timezone_offset(ingest->timezone, time_s) : 0;
    hs_civil civil = hs_civil_from_s(time_s + offset_s);
    if (civil.year < 0 || civil.year > 9999)
        return hs_refuse(refusal, hs_field_name(field), hs_record_text(ingest, row, field),
                         "lies outside the years 0 to 9999");
    *day = hs_str_of(
        hs_arena_printf(ingest->arena, "%04d-%02d-%02d", (int)civil.year, (int)civil.month, (int)civil.day));
    return HS_MADE;
}

static hs_made take_number(const hs_ingest *ingest, const hs_row *row, hs_field field, double most,
                           hs_refusal *refusal, double *number) {
    const hs_cell *cell = hs_record_cell(ingest, row, field);
    if (cell->type == HS_CELL_NONE)
        return hs_refuse(refusal, hs_field_name(field), (hs_str){0}, "is missing; give a number from 0");
    if (hs_cell_number(cell, number) && *number >= 0 && *number <= most) return HS_MADE;
    return hs_refuse(refusal, hs_field_name(field), hs_cell_text(cell, ingest->arena),
                     "is no number from 0 to %g", most);
}

hs_made hs_make_target(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal, hs_target_record *record) {
    enum { MOST = 1000000000 };
    *record = (hs_target_record){.unit = hs_record_text(ingest, row, HS_FIELD_UNIT),
                                 .category = hs_record_text(ingest, row, HS_FIELD_CATEGORY)};
    if (take_day(ingest, row, HS_FIELD_FROM, refusal, &record->from) != HS_MADE ||
        take_day(ingest, row, HS_FIELD_TO, refusal, &record->to) != HS_MADE)
        return HS_REFUSED;
    if (record->from.size > 0 && record->to.size > 0 && hs_str_compare(record->to, record->from) < 0)
        return hs_refuse(refusal, "to", record->to, "lies before from (%.*s)", (int)record->from.size,
                         record->from.data);
    return take_number(ingest, row, HS_FIELD_TARGET, MOST, refusal, &record->target);
}

static hs_made take_place(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal,
                          hs_population_record *record) {
    hs_error error;
    hs_geometry *geometry = &record->geometry;
    if (ingest->locator.use_degrees || ingest->locator.use_xy) {
        hs_position *position = hs_arena_array(ingest->arena, 1, sizeof *position);
        if (!position) return hs_refuse(refusal, "row", (hs_str){0}, "out of memory for its position");
        if (hs_record_position(ingest, row, refusal, position) != HS_MADE) return HS_REFUSED;
        *geometry = (hs_geometry){.type = HS_GEOMETRY_POINT, .positions = position};
        return HS_MADE;
    }
    if (!ingest->source->has_geometry) return HS_MADE;
    if (hs_locator_geometry(&ingest->locator, row, ingest->arena, &error, geometry) != HS_OK)
        return hs_refuse(refusal, "geometry", (hs_str){0}, "%s", error.message);
    if (geometry->type == HS_GEOMETRY_LINES)
        return hs_refuse(refusal, "geometry", (hs_str){0},
                         "people live in areas or at points, and the row has a line");
    return HS_MADE;
}

hs_made hs_make_population(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal,
                           hs_population_record *record) {
    *record = (hs_population_record){.unit = hs_record_text(ingest, row, HS_FIELD_UNIT)};
    if (take_number(ingest, row, HS_FIELD_POPULATION, HS_MOST_POPULATION, refusal, &record->population) !=
            HS_MADE ||
        take_place(ingest, row, refusal, record) != HS_MADE)
        return HS_REFUSED;
    if (record->unit.size == 0 && record->geometry.type == HS_GEOMETRY_NONE)
        return hs_refuse(refusal, "unit", (hs_str){0},
                         "the row has neither a unit's code nor an area or point of its own");
    return HS_MADE;
}
