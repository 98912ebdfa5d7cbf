/* Features of a snapshot as GeoJSON (RFC 7946: longitude first, 7 decimals, outer rings counterclockwise),
 * streamed from the columns. Property names and order are those of the collections. */
#ifndef RENDER_GEOJSON_H
#define RENDER_GEOJSON_H

#include "base/arena.h"
#include "base/json_writer.h"
#include "base/time_text.h"
#include "city/collection.h"
#include "city/duplicates.h"

void hs_geojson_geometry(hs_json *json, const hs_geometry *geometry);
void hs_geojson_unit(hs_json *json, const hs_snapshot *snapshot, uint32_t row);
void hs_geojson_street(hs_json *json, const hs_snapshot *snapshot, uint32_t row);
void hs_geojson_segment(hs_json *json, const hs_snapshot *snapshot, uint32_t row);
void hs_geojson_address(hs_json *json, const hs_snapshot *snapshot, uint32_t row);
void hs_geojson_place(hs_json *json, const hs_snapshot *snapshot, uint32_t row);
void hs_geojson_zone(hs_json *json, const hs_snapshot *snapshot, uint32_t row);

/* A feature of a saved run (geojson_hotspots.c). */
void hs_geojson_hotspot(hs_json *json, const hs_snapshot *snapshot, uint32_t row);

/* The columns that came along, a JSON object or nothing, but for those whose name (in any case, as GIS
 * formats compare them) is one of the feature's own, which NULL ends. */
void hs_geojson_attributes(hs_json *json, hs_str attributes, const char *const *own);

/* The members of a target's object (between its braces). */
void hs_geojson_target_members(hs_json *json, const hs_snapshot *snapshot, uint32_t row);

/* A row of any collection but incidents. */
void hs_geojson_row(hs_json *json, const hs_collection *collection, const hs_snapshot *snapshot,
                    uint32_t row);

/* For the incidents of one response: what many of them share (names of a category, codes of the units at a
 * place) is made ready when it is first met. */
typedef struct hs_geojson_context {
    const hs_snapshot *snapshot;
    hs_arena *arena;
    const hs_duplicates *duplicates; /* set by the caller: duplicate_of is written; or NULL */
    hs_str *category, *path;         /* members by category code and by path; NULL: nothing is kept */
    hs_day_text day;
    hs_mercator_bands bands;
    struct hs_handling {
        const hs_incident_attributes *attributes;
        hs_str members;
    } * handling; /* members of incidents that say nothing else of how they are handled; NULL as above */
} hs_geojson_context;

/* Keeps what is shared in `arena`, as far as that has room; with NULL nothing is kept, which is best for few
 * features. */
void hs_geojson_context_init(hs_geojson_context *context, const hs_snapshot *snapshot, hs_arena *arena);
/* Properties: id (external), category (code), category_zh, category_en, reported, occurred, closed, deadline,
 * source, status, address, department, description, match_type, accuracy_m, unit (code of the deepest unit),
 * city, district, subdistrict, community, cell (codes), street (name), street_id, segment (id), weight,
 * batch; duplicate_of (the feature's id of the case that it is suggested to repeat) only where it is one. */
void hs_geojson_incident(hs_json *json, hs_geojson_context *context, const hs_incident_chunk *chunk,
                         uint32_t i);
/* The same of many, one after the other. */
void hs_geojson_incidents(hs_json *json, hs_geojson_context *context, const hs_incident_ref *refs,
                          size_t count);

#endif
