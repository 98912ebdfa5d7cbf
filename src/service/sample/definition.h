/* The sample city's definition (geodata/sample-city.json) as checked structs. */
#ifndef SERVICE_SAMPLE_DEFINITION_H
#define SERVICE_SAMPLE_DEFINITION_H

#include "base/arena.h"
#include "base/json.h"

#define HS_SAMPLE_MAX_LINES 64 /* rows or columns of the plan */
#define HS_SAMPLE_MAX_PARTS 6

typedef struct hs_sample_name {
    hs_str zh, en;
} hs_sample_name;

/* A kind of community. */
typedef struct hs_sample_type {
    hs_str key;
    double lane, blind, run_on, edge_road, road; /* probabilities */
    double crooked_m, addresses, persons;
} hs_sample_type;

typedef struct hs_sample_subdistrict {
    hs_sample_name name;
    uint32_t first_community, community_count;
} hs_sample_subdistrict;

typedef struct hs_sample_community {
    char letter; /* in the plan */
    hs_sample_name stem;
    uint32_t subdistrict, type;
} hs_sample_community;

typedef enum hs_sample_class {
    HS_SAMPLE_PRIMARY,
    HS_SAMPLE_SECONDARY,
    HS_SAMPLE_RESIDENTIAL,
    HS_SAMPLE_LANE,
    HS_SAMPLE_CLASS_COUNT
} hs_sample_class;
extern const char *const hs_sample_class_name[HS_SAMPLE_CLASS_COUNT];

typedef enum hs_sample_source {
    HS_SAMPLE_PATROL,
    HS_SAMPLE_HOTLINE,
    HS_SAMPLE_APP,
    HS_SAMPLE_MEDIA,
    HS_SAMPLE_SENSOR,
    HS_SAMPLE_SOURCE_COUNT
} hs_sample_source;
extern const char *const hs_sample_source_name[HS_SAMPLE_SOURCE_COUNT];

/* Calendars: factors with mean 1 over months and weekdays; hours sum to 1. */
typedef struct hs_sample_calendar {
    double season[12], weekday[7], hour[24];
} hs_sample_calendar;

#define HS_SAMPLE_MAX_TYPES 16

typedef struct hs_sample_category {
    hs_str code, name, department;
    double per_day, population;
    double type_factor[HS_SAMPLE_MAX_TYPES], class_factor[HS_SAMPLE_CLASS_COUNT];
    hs_sample_calendar calendar;
    double source_cumulative[HS_SAMPLE_SOURCE_COUNT];
    double limit_h, median_h, sigma;
} hs_sample_category;

/* How a hotspot or a zone finds its streets; exactly one of near, road and type is set. */
typedef struct hs_sample_where {
    hs_str near, road, type;
    uint32_t nth;               /* near: which place of the class, from 1 */
    double at;                  /* road: share of its length */
    hs_sample_class road_class; /* type */
    uint32_t count;             /* type: how many streets */
    double length_m;
} hs_sample_where;

typedef struct hs_sample_planted {
    hs_str key;
    uint32_t category;
    double per_week;
    int64_t from_day, to_day; /* days since 1970, half open; INT64_MAX: no end */
    int64_t fade_day;         /* INT64_MAX: does not fade */
    double fade_days, fade_to;
    hs_str season_key, weekday_key, hour_key;
    hs_sample_calendar calendar;
    hs_sample_where where;
    hs_sample_name story;
} hs_sample_planted;

typedef struct hs_sample_definition {
    json_t *root; /* what is not below: roads, places, zones, texts */
    hs_sample_name name, city, district, river;
    hs_str city_code, district_code, timezone;
    double center_lon_deg, center_lat_deg;
    int64_t first_day, last_day; /* days since 1970, half open */
    uint32_t truth_days, addresses;
    uint32_t columns, rows, water_row;
    const char *plan[HS_SAMPLE_MAX_LINES];
    double column_width_m[HS_SAMPLE_MAX_LINES], row_height_m[HS_SAMPLE_MAX_LINES];
    uint32_t column_parts[HS_SAMPLE_MAX_LINES], row_parts[HS_SAMPLE_MAX_LINES];
    bool bridge[HS_SAMPLE_MAX_LINES + 1];
    double rotation_deg, barrel, wave_amplitude_m[2], wave_length_m[2];
    uint32_t type_count, subdistrict_count, community_count, category_count, planted_count;
    hs_sample_type *type;
    hs_sample_subdistrict *subdistrict;
    hs_sample_community *community;
    hs_sample_category *category;
    hs_sample_planted *planted;
    double accuracy_m[HS_SAMPLE_SOURCE_COUNT]; /* 0: reports no coordinates */
    double street_offset_m;
} hs_sample_definition;

/* Reads with a sticky error: after the first failure every call returns 0 or an empty text. */
typedef struct hs_sample_reader {
    hs_error *error;
    hs_status status;
} hs_sample_reader;

/* Members that must be there; `fallback` where one may be absent. */
double hs_sample_number(hs_sample_reader *reader, const json_t *object, const char *key);
double hs_sample_number_or(hs_sample_reader *reader, const json_t *object, const char *key, double fallback);
hs_str hs_sample_text(hs_sample_reader *reader, const json_t *object, const char *key);
hs_sample_name hs_sample_names(hs_sample_reader *reader, const json_t *object);
const json_t *hs_sample_array(hs_sample_reader *reader, const json_t *object, const char *key);
/* Fails with the words and the status HS_E_INPUT. */
void hs_sample_fail(hs_sample_reader *reader, const char *format, ...) HS_PRINTF(2, 3);
hs_sample_where hs_sample_read_where(hs_sample_reader *reader, const json_t *object);
hs_sample_class hs_sample_read_class(hs_sample_reader *reader, hs_str name);
/* The row of a type of that key; fails when there is none. */
uint32_t hs_sample_find_type(hs_sample_reader *reader, const hs_sample_definition *definition, hs_str key);
void hs_sample_read_process(hs_sample_reader *reader, hs_arena *arena, hs_sample_definition *definition);

/* Parses and checks a definition; its texts live as long as root. hs_sample_definition_done ends it. */
hs_status hs_sample_definition_parse(hs_str json, hs_arena *arena, hs_error *error,
                                     hs_sample_definition *definition);
void hs_sample_definition_done(hs_sample_definition *definition);

#endif
