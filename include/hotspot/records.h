/* Records: how rows of a city enter the library, before they become columns. Plain structs; every text and
 * array belongs to the caller and must outlive the call that takes the record. `id` is the store's row id
 * (0 before it has one). */
#ifndef HOTSPOT_RECORDS_H
#define HOTSPOT_RECORDS_H

#include <hotspot/geometry.h>
#include <hotspot/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Levels of units, top down. Their shown names are data (geodata/levels.json). */
typedef enum hs_level {
    HS_LEVEL_CITY = 0,
    HS_LEVEL_DISTRICT = 1,
    HS_LEVEL_SUBDISTRICT = 2,
    HS_LEVEL_COMMUNITY = 3,
    HS_LEVEL_CELL = 4,
    HS_LEVEL_COUNT = 5
} hs_level;

/* The level's name in the contract (`community`), or NULL for no level. */
HS_API const char *hs_level_name(hs_level level);
/* The level of a name, singular or plural, English or Chinese; HS_LEVEL_COUNT when it names none. */
HS_API hs_level hs_level_parse(hs_str name);

/* How a position was obtained (`match_type` of the contract). */
typedef enum hs_match_type {
    HS_MATCH_NONE = 0,
    HS_MATCH_GIVEN,
    HS_MATCH_ADDRESS,
    HS_MATCH_SUB_NUMBER,
    HS_MATCH_INTERPOLATED,
    HS_MATCH_RANGE,
    HS_MATCH_BLOCK,
    HS_MATCH_INTERSECTION,
    HS_MATCH_RELATIVE,
    HS_MATCH_PLACE,
    HS_MATCH_STREET,
    HS_MATCH_UNIT,
    HS_MATCH_COUNT
} hs_match_type;

/* The contract's word (`sub-number`); never NULL for a valid value. */
HS_API const char *hs_match_type_name(hs_match_type type);
/* The value of a contract's word; HS_MATCH_COUNT when it names none. */
HS_API hs_match_type hs_match_type_parse(hs_str name);

/* No house number. */
#define HS_NO_NUMBER INT32_MIN

typedef struct hs_unit_record {
    int64_t id;
    hs_str code, name, name_en;
    hs_level level;
    hs_str parent;        /* code of the parent, or empty */
    hs_str attributes;    /* JSON object of the columns that came along, or empty */
    hs_geometry geometry; /* polygons */
} hs_unit_record;

typedef struct hs_street_record {
    int64_t id;
    hs_str name, name_en, road_class;
    int32_t left_from, left_to, right_from, right_to; /* HS_NO_NUMBER where unknown */
    int32_t layer;        /* 0 on the ground; bridges above, tunnels below: no junction across layers */
    hs_str attributes;    /* JSON object, or empty */
    hs_geometry geometry; /* lines */
} hs_street_record;

typedef struct hs_address_record {
    int64_t id;
    hs_str street, number; /* parts, where the source has them */
    hs_str unit;           /* flat or sub-unit text */
    hs_str text;           /* the whole address as one text */
    hs_position position;
} hs_address_record;

typedef struct hs_place_record {
    int64_t id;
    hs_str name, name_en, place_class, address;
    hs_position position; /* of a polygon: a point inside it */
    hs_geometry geometry; /* point or polygons */
} hs_place_record;

typedef struct hs_zone_record {
    int64_t id;
    hs_str name, kind;      /* kind: permitted, key */
    hs_str hours, weekdays; /* as weekly_hours.h reads them, or empty */
    int64_t from_s, to_s;   /* HS_NO_TIME where open */
    hs_geometry geometry;   /* polygons */
} hs_zone_record;

/* A problem class, or a group of them when `members` is not empty. */
#define HS_MOST_DUPLICATE_M     10000.0
#define HS_MOST_DUPLICATE_HOURS 87600.0

typedef struct hs_category_record {
    int64_t id;
    hs_str code, parent, name, name_en, department, colour; /* colour: #rrggbb or empty */
    hs_str members;                                         /* comma-separated codes, for a group */
    hs_str aliases; /* what other sources call it, apart by `|` or `;` */
    /* Reports so close in place and time are suggested as duplicates; a distance of 0: never, negative: as
     * the class above has it. */
    double duplicate_m, duplicate_hours; /* at most those below */
} hs_category_record;

/* What was promised: the most incidents of a category in a unit from one day to another. */
typedef struct hs_target_record {
    int64_t id;
    hs_str unit;     /* a unit's code or name; empty: the whole city */
    hs_str category; /* a class's code, or the source's own text; empty: all */
    hs_str from, to; /* the city's local days, both counted: `2024-06-30`, or empty where open */
    double target;   /* 0 or more */
} hs_target_record;

/* People who live in a unit, or in a place of its own. */
typedef struct hs_population_record {
    int64_t id;
    hs_str unit;          /* a unit's code or name; of an area or point its own code, or empty */
    double population;    /* 0 or more, at most HS_MOST_POPULATION */
    hs_geometry geometry; /* polygons or a point; none: `unit` says where */
} hs_population_record;

#define HS_MOST_POPULATION 1e12

/* A saved run of a method of hotspots, or one feature of its answer: the run's own row comes first, and its
 * features name its id. */
typedef struct hs_saved_hotspot_record {
    int64_t id;
    int64_t run;       /* the id of the run's own row; 0: this is it */
    hs_str method;     /* the contract's name, of features too */
    hs_str title;      /* of a run, as are those up to data_version */
    hs_str parameters; /* as words of a query: `level=community&seed=1` */
    hs_str user;       /* who saved it, or empty */
    int64_t created_s;
    uint64_t data_version; /* of the store when it was computed */
    int64_t feature;       /* of a feature its id in the answer; of a run how many there are */
    double value, statistic, p_value, q_value, n, expected; /* not a number where there is none */
    int64_t rank;                                           /* 0: none */
    hs_str label_zh, label_en;
    hs_str properties; /* JSON object: of a feature what else it says, of a run how it was computed */
    hs_geometry geometry;
} hs_saved_hotspot_record;

/* At most so many runs are kept, with so many features each and together. */
#define HS_MOST_SAVED_RUNS        200u
#define HS_MOST_RUN_FEATURES      50000u
#define HS_MOST_SAVED_FEATURES    500000u
#define HS_MOST_SAVED_TITLE_BYTES 400u

/* Parts of an incident that a source may leave out: bits of hs_incident_record.absent. */
typedef enum hs_incident_part {
    HS_INCIDENT_CATEGORY = 1 << 0,
    HS_INCIDENT_REPORTED = 1 << 1,
    HS_INCIDENT_OCCURRED = 1 << 2,
    HS_INCIDENT_CLOSED = 1 << 3,
    HS_INCIDENT_DEADLINE = 1 << 4,
    HS_INCIDENT_SOURCE = 1 << 5,
    HS_INCIDENT_STATUS = 1 << 6,
    HS_INCIDENT_ADDRESS = 1 << 7,
    HS_INCIDENT_DEPARTMENT = 1 << 8,
    HS_INCIDENT_DESCRIPTION = 1 << 9,
    HS_INCIDENT_UNIT = 1 << 10,
    HS_INCIDENT_WEIGHT = 1 << 11,
    HS_INCIDENT_POSITION = 1 << 12
} hs_incident_part;

typedef struct hs_incident_record {
    int64_t id;           /* the store's row id, 0 before */
    hs_str external_id;   /* the source's own id, or empty */
    hs_str category;      /* a class's code, or the source's own text */
    hs_str category_text; /* the source's own text where `category` is a class that goes by another name */
    int64_t reported_s, occurred_s, closed_s, deadline_s;          /* HS_NO_TIME where unknown */
    hs_str source, status, address, department, description, unit; /* unit: a code that came with the row */
    bool has_position;
    hs_position position;
    hs_match_type match_type;
    float accuracy_m; /* 0 where the position was given without one */
    float weight;     /* 1 by default */
    bool reviewed; /* where it lies, or that it lies nowhere, was decided by hand: match_type may be given */
    unsigned absent; /* hs_incident_part bits that the source has no word of: an update by external id keeps
                        what is stored, while a part that is there and empty empties it */
    int64_t batch;
} hs_incident_record;

/* What was decided by hand about an address text (`action` of the contract). */
typedef enum hs_decision_action {
    HS_DECISION_OPEN = 0, /* nothing any more: an earlier decision was taken back */
    HS_DECISION_ACCEPT,   /* a candidate of the geocoder: position, match type, accuracy and label are kept */
    HS_DECISION_PLACE,    /* a position picked on the map */
    HS_DECISION_ADDRESS,  /* another text that is geocoded in its stead */
    HS_DECISION_UNLOCATABLE, /* nobody can tell where it is */
    HS_DECISION_SKIP,        /* set aside; the geocoder's answer stays */
    HS_DECISION_COUNT
} hs_decision_action;

/* The contract's word (`unlocatable`), NULL for none; the value of a word, HS_DECISION_COUNT for none. */
HS_API const char *hs_decision_action_name(hs_decision_action action);
HS_API hs_decision_action hs_decision_action_parse(hs_str name);

/* One a text: a later one takes its place. */
typedef struct hs_decision_record {
    int64_t id;
    hs_str key;     /* the text as addresses are compared */
    hs_str address; /* as it was written */
    hs_decision_action action;
    bool has_position; /* of accept and place */
    hs_position position;
    hs_match_type match_type;
    float accuracy_m;
    hs_str label;  /* of the candidate or place */
    hs_str target; /* of address: the other text */
    hs_str note;
    hs_str user;           /* who decided */
    int64_t decided_s;     /* HS_NO_TIME where unknown */
    bool remembered;       /* an alias: incidents that come later are meant too */
    int64_t last_incident; /* else only rows up to this id are */
    int64_t batch;
} hs_decision_record;

#ifdef __cplusplus
}
#endif
#endif
