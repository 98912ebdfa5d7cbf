/* Addresses, places, classes and incidents. */
#include "base/text.h"
#include "ingest/record.h"

#include <string.h>

hs_made hs_make_address(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal,
                        hs_address_record *record) {
    *record = (hs_address_record){0};
    if (ingest->source->is_osm) {
        record->number = hs_osm_row_tag(ingest, row, "addr:housenumber");
        record->street = hs_osm_row_tag(ingest, row, "addr:street");
        record->unit = hs_osm_row_tag(ingest, row, "addr:unit");
        if (record->number.size == 0) return HS_MADE_NOTHING;
    } else {
        record->street = hs_record_text(ingest, row, HS_FIELD_STREET);
        if (record->street.size == 0) record->street = hs_record_text(ingest, row, HS_FIELD_AREA);
        record->street = hs_record_join(ingest, record->street, hs_record_text(ingest, row, HS_FIELD_LANE));
        record->street = hs_record_join(ingest, record->street, hs_record_text(ingest, row, HS_FIELD_ALLEY));
        record->number = hs_record_text(ingest, row, HS_FIELD_NUMBER);
        record->unit = hs_record_text(ingest, row, HS_FIELD_UNIT);
        record->text = hs_record_text(ingest, row, HS_FIELD_ADDRESS);
    }
    if (record->text.size == 0 && (record->street.size == 0 || record->number.size == 0))
        return hs_refuse(refusal, "address", record->street,
                         "an address needs a street and a number, or one text; name the columns with --map");
    return hs_record_position(ingest, row, refusal, &record->position);
}

static const char *const osm_classes[] = {"amenity", "shop",     "office",   "tourism", "leisure", "place",
                                          "craft",   "man_made", "historic", "barrier", "highway"};

static hs_str osm_class(const hs_ingest *ingest, const hs_row *row) {
    for (size_t i = 0; i < sizeof osm_classes / sizeof *osm_classes; i++) {
        hs_str value = hs_osm_row_tag(ingest, row, osm_classes[i]);
        if (value.size > 0) return value;
    }
    return (hs_str){0};
}

static hs_made place_geometry(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal,
                              hs_place_record *record) {
    hs_error error;
    hs_geometry *geometry = &record->geometry;
    *geometry = (hs_geometry){.type = HS_GEOMETRY_NONE};
    bool by_columns = ingest->locator.use_degrees || ingest->locator.use_xy;
    if (!by_columns && hs_locator_geometry(&ingest->locator, row, ingest->arena, &error, geometry) != HS_OK)
        return hs_refuse(refusal, "geometry", (hs_str){0}, "%s", error.message);
    if (geometry->type == HS_GEOMETRY_LINES)
        return hs_refuse(refusal, "geometry", (hs_str){0},
                         "a point or a polygon is needed, and the row has a line");
    if (hs_record_position(ingest, row, refusal, &record->position) != HS_MADE) return HS_REFUSED;
    if (geometry->type == HS_GEOMETRY_POLYGONS) return HS_MADE;
    *geometry = (hs_geometry){.type = HS_GEOMETRY_POINT, .positions = &record->position};
    return HS_MADE;
}

hs_made hs_make_place(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal, hs_place_record *record) {
    *record = (hs_place_record){.name = hs_record_text(ingest, row, HS_FIELD_NAME),
                                .name_en = hs_record_text(ingest, row, HS_FIELD_NAME_EN),
                                .place_class = hs_record_text(ingest, row, HS_FIELD_CLASS),
                                .address = hs_record_text(ingest, row, HS_FIELD_ADDRESS)};
    if (ingest->source->is_osm) {
        if (record->name.size == 0) return HS_MADE_NOTHING;
        record->place_class = osm_class(ingest, row);
        record->name_en = hs_osm_row_tag(ingest, row, "name:en");
        record->address = hs_record_join(ingest, hs_osm_row_tag(ingest, row, "addr:housenumber"),
                                         hs_osm_row_tag(ingest, row, "addr:street"));
    }
    if (record->name.size == 0)
        return hs_refuse(refusal, "name", (hs_str){0},
                         "a place needs a name; name its column with --map name=COLUMN");
    return place_geometry(ingest, row, refusal, record);
}

static bool is_colour(hs_str text) {
    if (text.size != 7 || text.data[0] != '#') return false;
    for (size_t i = 1; i < 7; i++) {
        char c = text.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) return false;
    }
    return true;
}

/* A number of the rule for duplicates; -1 where there is none. */
static hs_made take_rule(const hs_ingest *ingest, const hs_row *row, hs_field field, hs_refusal *refusal,
                         double *number) {
    const hs_cell *cell = hs_record_cell(ingest, row, field);
    double most = field == HS_FIELD_DUPLICATE_M ? HS_MOST_DUPLICATE_M : HS_MOST_DUPLICATE_HOURS;
    *number = -1;
    if (cell->type == HS_CELL_NONE || (hs_cell_number(cell, number) && *number >= 0 && *number <= most))
        return HS_MADE;
    return hs_refuse(refusal, hs_field_name(field), hs_cell_text(cell, ingest->arena),
                     "is no number from 0 to %g; 0 means never, nothing means as the class above", most);
}

hs_made hs_make_category(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal,
                         hs_category_record *record) {
    *record = (hs_category_record){.code = hs_record_text(ingest, row, HS_FIELD_CODE),
                                   .parent = hs_record_text(ingest, row, HS_FIELD_PARENT),
                                   .name = hs_record_text(ingest, row, HS_FIELD_NAME),
                                   .name_en = hs_record_text(ingest, row, HS_FIELD_NAME_EN),
                                   .department = hs_record_text(ingest, row, HS_FIELD_DEPARTMENT),
                                   .colour = hs_record_text(ingest, row, HS_FIELD_COLOUR),
                                   .members = hs_record_text(ingest, row, HS_FIELD_MEMBERS),
                                   .aliases = hs_record_text(ingest, row, HS_FIELD_ALIASES)};
    if (record->code.size == 0)
        return hs_refuse(refusal, "code", (hs_str){0},
                         "a class needs a code; name its column with --map code=COLUMN");
    if (hs_str_equal(record->code, record->parent))
        return hs_refuse(refusal, "parent", record->parent, "a class cannot be its own parent");
    if (record->colour.size > 0 && !is_colour(record->colour))
        return hs_refuse(refusal, "colour", record->colour, "is no colour; write it like #c04000");
    if (record->name.size == 0) record->name = record->name_en.size > 0 ? record->name_en : record->code;
    if (take_rule(ingest, row, HS_FIELD_DUPLICATE_M, refusal, &record->duplicate_m) != HS_MADE)
        return HS_REFUSED;
    return take_rule(ingest, row, HS_FIELD_DUPLICATE_HOURS, refusal, &record->duplicate_hours);
}

static bool is_chinese(hs_str text) {
    return text.size >= 3 && (unsigned char)text.data[0] >= 0xe3 && (unsigned char)text.data[0] <= 0xe9;
}

/* The address text, or one made of street and number in the order of the language. */
static hs_str incident_address(const hs_ingest *ingest, const hs_row *row) {
    hs_str address = hs_record_text(ingest, row, HS_FIELD_ADDRESS);
    if (address.size > 0) return address;
    hs_str street = hs_record_text(ingest, row, HS_FIELD_STREET);
    hs_str number = hs_record_text(ingest, row, HS_FIELD_NUMBER);
    if (street.size == 0) return street;
    if (hs_str_equal(number, HS_STR("0"))) number.size = 0;
    return is_chinese(street) ? hs_record_join(ingest, street, number)
                              : hs_record_join(ingest, number, street);
}

static hs_made incident_times(const hs_ingest *ingest, const hs_row *row, hs_refusal *refusal,
                              hs_incident_record *record) {
    const struct {
        hs_field field;
        int64_t *time_s;
    } times[] = {{HS_FIELD_REPORTED, &record->reported_s},
                 {HS_FIELD_OCCURRED, &record->occurred_s},
                 {HS_FIELD_CLOSED, &record->closed_s},
                 {HS_FIELD_DEADLINE, &record->deadline_s}};
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        if (hs_record_time(ingest, row, times[i].field, refusal, times[i].time_s) != HS_MADE)
            return HS_REFUSED;
    return HS_MADE;
}

unsigned hs_incident_absent(const hs_ingest *ingest) {
    static const struct {
        hs_field field;
        unsigned part;
    } parts[] = {{HS_FIELD_CATEGORY, HS_INCIDENT_CATEGORY},
                 {HS_FIELD_REPORTED, HS_INCIDENT_REPORTED},
                 {HS_FIELD_OCCURRED, HS_INCIDENT_OCCURRED},
                 {HS_FIELD_CLOSED, HS_INCIDENT_CLOSED},
                 {HS_FIELD_DEADLINE, HS_INCIDENT_DEADLINE},
                 {HS_FIELD_SOURCE, HS_INCIDENT_SOURCE},
                 {HS_FIELD_STATUS, HS_INCIDENT_STATUS},
                 {HS_FIELD_ADDRESS, HS_INCIDENT_ADDRESS},
                 {HS_FIELD_STREET, HS_INCIDENT_ADDRESS},
                 {HS_FIELD_DEPARTMENT, HS_INCIDENT_DEPARTMENT},
                 {HS_FIELD_DESCRIPTION, HS_INCIDENT_DESCRIPTION},
                 {HS_FIELD_UNIT, HS_INCIDENT_UNIT},
                 {HS_FIELD_WEIGHT, HS_INCIDENT_WEIGHT}};
    const hs_locator *locator = &ingest->locator;
    bool placed = locator->use_degrees || locator->use_xy || (ingest->source && ingest->source->has_geometry);
    unsigned brought = placed ? HS_INCIDENT_POSITION : 0, all = HS_INCIDENT_POSITION;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        all |= parts[i].part;
        if (ingest->mapping.column[parts[i].field] != HS_NO_COLUMN) brought |= parts[i].part;
    }
    return all & ~brought;
}

hs_made hs_make_incident(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal,
                         hs_incident_record *record) {
    *record = (hs_incident_record){.external_id = hs_record_text(ingest, row, HS_FIELD_ID),
                                   .category = hs_record_text(ingest, row, HS_FIELD_CATEGORY),
                                   .source = hs_record_text(ingest, row, HS_FIELD_SOURCE),
                                   .status = hs_record_text(ingest, row, HS_FIELD_STATUS),
                                   .address = incident_address(ingest, row),
                                   .department = hs_record_text(ingest, row, HS_FIELD_DEPARTMENT),
                                   .description = hs_record_text(ingest, row, HS_FIELD_DESCRIPTION),
                                   .unit = hs_record_text(ingest, row, HS_FIELD_UNIT),
                                   .weight = 1,
                                   .absent = ingest->absent};
    if (incident_times(ingest, row, refusal, record) != HS_MADE) return HS_REFUSED;
    const hs_cell *weight = hs_record_cell(ingest, row, HS_FIELD_WEIGHT);
    double number;
    if (weight->type != HS_CELL_NONE) {
        if (!hs_cell_number(weight, &number) || number < 0 || number > 1e6)
            return hs_refuse(refusal, "weight", hs_cell_text(weight, ingest->arena),
                             "is no weight; use a number from 0 to 1000000");
        record->weight = (float)number;
    }
    hs_field bad = HS_FIELD_LON;
    hs_found found = hs_locator_position(&ingest->locator, row, &bad, &record->position);
    if (found == HS_FOUND_NO_NUMBER)
        return hs_refuse(refusal, hs_field_name(bad), hs_record_text(ingest, row, bad),
                         "is no number; write coordinates in decimal degrees");
    if (found == HS_FOUND_BROKEN)
        return hs_refuse(refusal, "geometry", (hs_str){0}, "the geometry cannot be read");
    record->has_position = found == HS_FOUND;
    record->match_type = record->has_position ? HS_MATCH_GIVEN : HS_MATCH_NONE;
    return HS_MADE;
}
