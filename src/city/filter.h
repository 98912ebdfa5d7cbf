/* Filters: the same words on the command line and in requests, parsed once, evaluated once per chunk. */
#ifndef CITY_FILTER_H
#define CITY_FILTER_H

#include "base/arena.h"
#include "base/buffer.h"
#include "city/reporting.h"
#include "city/snapshot.h"

/* The words of the contract, in order; docs (en, zh) serve --help and OpenAPI. Ended by a NULL name. */
typedef struct hs_filter_word {
    const char *name, *value_en, *help_en, *help_zh;
} hs_filter_word;
extern const hs_filter_word hs_filter_words[];

/* What becomes of suggested duplicates (city/duplicates.h). */
typedef enum hs_duplicates_pass {
    HS_DUPLICATES_INCLUDE, /* every incident counts */
    HS_DUPLICATES_EXCLUDE, /* distinct cases count */
    HS_DUPLICATES_ONLY
} hs_duplicates_pass;

typedef struct hs_filter {
    /* Each NULL or unset member lets everything pass. Arrays live in the arena given to parse. */
    const uint64_t *category; /* bit set over incidents->category_code */
    const hs_str *problem;    /* codes of the classes and groups asked for, each once, in order; texts are the
                                 snapshot's */
    uint32_t problem_count;
    const uint64_t *source, *status; /* of `source` those that `reports` takes too */
    unsigned reports;                /* bit g: hs_reporting g passes; 0: all */
    const uint32_t *batch;
    uint32_t batch_count;
    uint32_t unit; /* row of geography->units, HS_NONE */
    bool has_box;
    hs_box box; /* by hs_bbox_parse */
    hs_time_field time;
    int64_t from_s, to_s;  /* half open, HS_NO_TIME where open */
    uint32_t hours;        /* bit h: local hour h passes; 0 = all */
    uint32_t weekdays;     /* bit d: ISO weekday d (1..7) passes; 0 = all */
    double max_accuracy_m; /* negative: all */
    hs_duplicates_pass
        duplicates; /* not looked at by hs_filter_row and hs_filter_rows: see service/duplicates.h */
    uint64_t hash;  /* of the canonical form: key of caches */
} hs_filter;

/* The code of the one class or group asked for; empty where there is none or several. */
static inline hs_str hs_filter_problem(const hs_filter *filter) {
    return filter->problem_count == 1 ? filter->problem[0] : (hs_str){"", 0};
}
/* Lets everything pass (max_accuracy_m negative). */
void hs_filter_init(hs_filter *filter);
/* Whether `name` is a filter's word. */
bool hs_filter_is_word(hs_str name);
/* Parses `count` pairs into a filter for this snapshot. Pairs whose name is no filter's word are ignored;
 * an unknown category, unit or malformed value is HS_E_ARGUMENT and says what is accepted, as is a word given
 * twice; an empty value is as good as none. A bbox or unit leaves incidents without position out;
 * max-accuracy does not. A category that no incident has is no error. `default_accuracy_m` applies where
 * max-accuracy is absent (negative: none). */
hs_status hs_filter_parse(const hs_snapshot *snapshot, const hs_str *names, const hs_str *values,
                          size_t count, double default_accuracy_m, hs_arena *arena, hs_error *error,
                          hs_filter *filter);
/* The filter narrowed to the incidents that one group found; the bit set lives in the arena. HS_E_MEMORY. */
hs_status hs_filter_narrow(const hs_filter *filter, const hs_snapshot *snapshot, hs_reporting group,
                           hs_arena *arena, hs_error *error, hs_filter *narrow);
/* Whether row i of a chunk passes. */
bool hs_filter_row(const hs_filter *filter, const hs_snapshot *snapshot, const hs_incident_chunk *chunk,
                   uint32_t i);
/* Sets bit i of `bits` ((count + 63) / 64 words) for each row that passes; returns how many do. Column by
 * column, 64 rows at a time; a column whose extent lies wholly inside or outside is not read. Thread-safe. */
uint32_t hs_filter_chunk(const hs_filter *filter, const hs_snapshot *snapshot, const hs_incident_chunk *chunk,
                         uint64_t *bits);
/* The same for the rows [first_row, end_row) only: first_row is a multiple of 64, end_row too or the chunk's
 * count. Writes words first_row / 64 on of the chunk's bits and no others. */
uint32_t hs_filter_rows(const hs_filter *filter, const hs_snapshot *snapshot, const hs_incident_chunk *chunk,
                        uint32_t first_row, uint32_t end_row, uint64_t *bits);
/* Whether a period is set, and its length in months of 365.25/12 days; an open end is the extent of the
 * incidents' times (max_time_s + 1 as the exclusive end). */
bool hs_filter_months(const hs_filter *filter, const hs_snapshot *snapshot, double *months);

/* `minx,miny,maxx,maxy` in degrees, or six numbers of which heights do not matter, to a box; beyond the Earth
 * is its edge. A west above the east goes across the antimeridian, as OGC API Features has it: see
 * hs_bbox_contains. */
hs_status hs_bbox_parse(hs_str text, hs_error *error, hs_box *box);

/* `datetime` of OGC APIs to a half-open interval; a plain date is that whole local day. Also for options. */
hs_status hs_datetime_parse(hs_str text, const hs_timezone *zone, hs_error *error, int64_t *from_s,
                            int64_t *to_s);

/* For who may not see single incidents: the box's edges go outward to whole multiples of HS_COARSE_BOX_E7
 * (about 50 m), so that no place can be narrowed down by boxes finer than cells are. */
#define HS_COARSE_BOX_E7 5000
void hs_filter_coarsen(hs_filter *filter);

#endif
