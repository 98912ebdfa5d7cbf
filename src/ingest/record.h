/* From rows to the records of the city: one function a kind. */
#ifndef INGEST_RECORD_H
#define INGEST_RECORD_H

#include "ingest/locate.h"

struct hs_ingest {
    hs_source *source;
    hs_kind kind;
    bool chinese; /* the language of warnings */
    hs_mapping mapping;
    hs_locator locator;
    hs_level level; /* of units without a level column */
    const char *date_format;
    const hs_timezone *timezone;
    size_t other_tags;  /* OpenStreetMap's column of further tags, or HS_NO_COLUMN */
    bool *want;         /* columns that records are made from */
    bool *is_attribute; /* columns that go along as attributes */
    unsigned absent;    /* of incidents: the parts that no column brings (hs_incident_part) */
    hs_arena *arena;    /* the row's */
    hs_buffer attributes;
    uint64_t row; /* being read */
};

/* Why a row was refused. */
typedef struct hs_refusal {
    const char *field;
    hs_str value;
    char reason[HS_ERROR_MESSAGE_SIZE];
} hs_refusal;

typedef enum hs_made {
    HS_MADE,
    HS_MADE_NOTHING, /* the row is no record of this kind, and that is right (OpenStreetMap) */
    HS_REFUSED,
} hs_made;

hs_made hs_make_unit(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal, hs_unit_record *record);
hs_made hs_make_street(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal, hs_street_record *record);
hs_made hs_make_address(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal, hs_address_record *record);
hs_made hs_make_place(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal, hs_place_record *record);
hs_made hs_make_zone(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal, hs_zone_record *record);
hs_made hs_make_category(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal,
                         hs_category_record *record);
hs_made hs_make_target(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal, hs_target_record *record);
hs_made hs_make_population(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal,
                           hs_population_record *record);
hs_made hs_make_incident(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal,
                         hs_incident_record *record);
/* The parts of an incident that neither the mapping nor the locator brings. */
unsigned hs_incident_absent(const hs_ingest *ingest);

/* Helpers of the makers (record.c). */
hs_made hs_refuse(hs_refusal *refusal, const char *field, hs_str value, const char *format, ...)
    HS_PRINTF(4, 5);
/* The cell of a field; a cell of type NONE where the field has no column. */
const hs_cell *hs_record_cell(const hs_ingest *ingest, const hs_row *row, hs_field field);
/* Its text; empty for none. */
hs_str hs_record_text(const hs_ingest *ingest, const hs_row *row, hs_field field);
/* Sets *time_s to UTC seconds or HS_NO_TIME. */
hs_made hs_record_time(const hs_ingest *ingest, const hs_row *row, hs_field field, hs_refusal *refusal,
                       int64_t *time_s);
/* The columns that came along as a JSON object; empty when there are none. */
hs_str hs_record_attributes(hs_ingest *ingest, const hs_row *row);
/* The position of a row that must have one. */
hs_made hs_record_position(hs_ingest *ingest, const hs_row *row, hs_refusal *refusal, hs_position *position);
/* Texts joined by a blank, or by nothing after a Chinese character; empty ones left out. */
hs_str hs_record_join(const hs_ingest *ingest, hs_str a, hs_str b);

/* The value of a tag in OpenStreetMap's `"key"=>"value",...` text; empty when absent (osm.c). */
hs_str hs_osm_tag(hs_str tags, const char *key, hs_arena *arena);
/* Whether ways of this class carry traffic or people. */
bool hs_osm_is_street(hs_str highway);
/* Level of an admin_level; HS_LEVEL_COUNT for what is no part of a city. */
hs_level hs_osm_level(hs_str admin_level);
/* The value of a tag of a row, from its own column or the further tags. */
hs_str hs_osm_row_tag(const hs_ingest *ingest, const hs_row *row, const char *key);

#endif
