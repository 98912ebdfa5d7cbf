/* Fields of the contract and the columns that they are read from. */
#ifndef INGEST_FIELDS_H
#define INGEST_FIELDS_H

#include "ingest/rows.h"

typedef enum hs_field {
    HS_FIELD_ID,
    HS_FIELD_CODE,
    HS_FIELD_PARENT,
    HS_FIELD_LEVEL,
    HS_FIELD_NAME,
    HS_FIELD_NAME_EN,
    HS_FIELD_NAME_PREFIX, /* parts of a street's name that stand in columns of their own */
    HS_FIELD_NAME_TYPE,
    HS_FIELD_NAME_SUFFIX,
    HS_FIELD_CLASS,
    HS_FIELD_LEFT_FROM,
    HS_FIELD_LEFT_TO,
    HS_FIELD_RIGHT_FROM,
    HS_FIELD_RIGHT_TO,
    HS_FIELD_LAYER,
    HS_FIELD_BRIDGE, /* whether the street is one: stands in for a layer */
    HS_FIELD_TUNNEL,
    HS_FIELD_CATEGORY,
    HS_FIELD_REPORTED,
    HS_FIELD_OCCURRED,
    HS_FIELD_CLOSED,
    HS_FIELD_DEADLINE,
    HS_FIELD_CLOCK, /* time of day, where `reported` is a date alone */
    HS_FIELD_SOURCE,
    HS_FIELD_STATUS,
    HS_FIELD_ADDRESS,
    HS_FIELD_STREET,
    HS_FIELD_AREA, /* stands in for a street where a row has none */
    HS_FIELD_LANE,
    HS_FIELD_ALLEY,
    HS_FIELD_NUMBER,
    HS_FIELD_UNIT,
    HS_FIELD_DEPARTMENT,
    HS_FIELD_DESCRIPTION,
    HS_FIELD_WEIGHT,
    HS_FIELD_LON,
    HS_FIELD_LAT,
    HS_FIELD_X,
    HS_FIELD_Y,
    HS_FIELD_KIND,
    HS_FIELD_HOURS,
    HS_FIELD_WEEKDAYS,
    HS_FIELD_FROM,
    HS_FIELD_TO,
    HS_FIELD_COLOUR,
    HS_FIELD_MEMBERS,
    HS_FIELD_ALIASES,
    HS_FIELD_DUPLICATE_M,
    HS_FIELD_DUPLICATE_HOURS,
    HS_FIELD_TARGET,
    HS_FIELD_POPULATION,
    HS_FIELD_COUNT
} hs_field;

/* The field's word in the contract. */
const char *hs_field_name(hs_field field);
bool hs_field_of_kind(hs_field field, hs_kind kind);

/* What a sample of the rows tells of a column. */
typedef struct hs_column_facts {
    uint32_t filled;        /* rows with a value */
    uint32_t numbers;       /* values that are numbers */
    uint32_t infinite;      /* values that are written as numbers and are none: inf, 1e999, nan */
    uint32_t plain_reals;   /* values like `51.0` */
    uint32_t padded;        /* numbers with leading zeros: codes */
    uint32_t dates;         /* values that are dates (an epoch only in a column named for time) */
    uint32_t with_time;     /* dates with a time of day */
    uint32_t clocks;        /* times of day alone */
    uint32_t in_degrees[2]; /* numbers within +-180 and within +-90 */
    uint32_t zeros;
    uint32_t levels;             /* names of levels */
    uint32_t repeated;           /* values seen before */
    bool day_first, month_first; /* some value fits only this order */
    bool open_order;             /* some value fits both */
    char date_example[64];
    struct hs_dictionary *seen;
} hs_column_facts;

#define HS_NO_COLUMN SIZE_MAX

typedef struct hs_mapping {
    size_t column[HS_FIELD_COUNT]; /* HS_NO_COLUMN where none */
    bool given[HS_FIELD_COUNT];    /* by --map */
    hs_date_order order[HS_FIELD_COUNT];
    uint64_t sample_rows;
    hs_column_facts *facts; /* [columns] */
} hs_mapping;

/* The names by which columns are known (geodata/field-names.json), without looking at values. */
typedef struct hs_field_names hs_field_names;
hs_status hs_field_names_new(hs_error *error, hs_field_names **names);
void hs_field_names_free(hs_field_names *names);
/* The column that goes by a name of the field, HS_NO_COLUMN. */
size_t hs_field_names_find(const hs_field_names *names, hs_kind kind, hs_field field, const hs_str *columns,
                           size_t count);

/* Chooses columns by name and by the facts of the sample (sample.h), which must be there. */
hs_status hs_mapping_guess(hs_source *source, hs_kind kind, const hs_ingest_options *options, hs_error *error,
                           hs_mapping *mapping);
/* Frees what the mapping holds. */
void hs_mapping_done(hs_mapping *mapping, size_t columns);

#endif
