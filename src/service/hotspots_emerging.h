/* Emerging hot spots: what the files of this method share. */
#ifndef SERVICE_HOTSPOTS_EMERGING_H
#define SERVICE_HOTSPOTS_EMERGING_H

#include "service/hotspots_areas.h"
#include <hotspot/emerging.h>

typedef enum hs_step_kind { HS_STEP_AUTO, HS_STEP_DAYS, HS_STEP_MONTHS } hs_step_kind;

/* A step of time: so many local days or calendar months. */
typedef struct hs_step {
    hs_step_kind kind;
    uint32_t length;
} hs_step;

#define HS_STEPS_MOST  5000u
#define HS_STEPS_LEAST 10u /* fewer say nothing of a trend */
/* A step is chosen so that there are as many as this, where the period is long enough. */
#define HS_STEPS_WANTED       20u
#define HS_EMERGING_MOST_BINS UINT64_C(5000000)
#define HS_EMERGING_MOST_LAG  12u

/* `day`, `week`, `month`, `days:N`; HS_STEP_AUTO where the word `step` is absent. */
hs_status hs_step_parse(const hs_hotspot_words *words, hs_step *step);

/* The period [from_s, to_s) in whole steps up to its end: bound_s[0 .. count], ascending, local midnights
 * where the end is one. What is before the first bound is no whole step. */
typedef struct hs_steps {
    hs_step step;
    uint32_t count;
    int64_t *bound_s;
    bool ends_with_data; /* the period was open: it ends with the day of the last incident */
} hs_steps;

/* The steps of a request's period; with HS_STEP_AUTO the longest of month, week and day of which there are
 * HS_STEPS_WANTED, else days. Of an empty period none. HS_E_ARGUMENT beyond HS_STEPS_MOST. */
hs_status hs_steps_of_period(const hs_snapshot *snapshot, const hs_filter *filter, hs_step step,
                             hs_arena *arena, hs_error *error, hs_steps *steps);
/* The step of a time, HS_NONE before the first and after the last. O(log steps). */
uint32_t hs_steps_find(const hs_steps *steps, int64_t time_s);
/* `week`, `days:14`, and as people say it. */
void hs_step_word(hs_step step, char *text, size_t size);
void hs_step_words(hs_step step, bool chinese, char *text, size_t size);

typedef struct hs_emerging_request {
    hs_areas_request areas;
    hs_step step;
    uint32_t lag;
} hs_emerging_request;

typedef enum hs_emerging_p { HS_EMERGING_EXACT, HS_EMERGING_NORMAL, HS_EMERGING_PERMUTED } hs_emerging_p;

typedef struct hs_emerging_result {
    hs_hotspot_head head;
    hs_areas areas;
    hs_areas_tally tally;
    hs_steps steps;
    uint64_t early, timeless; /* incidents before the first whole step, and without a time */
    uint32_t unmeasured, links, island_count;
    uint32_t *islands;
    float *series; /* [units][steps] z */
    double *value; /* of the last step */
    double *z, *p, *q, *expected;
    hs_emerging *history;
    hs_trend *trend; /* of z */
    double *trend_q;
    uint32_t *rank;
    hs_emerging_p how;
    uint32_t permutations;
    double smallest_p;
    uint64_t hot_bins, cold_bins;
    hs_hotspot_stands stands; /* of all bins */
} hs_emerging_result;

void hs_emerging_table(const hs_hotspot_run *run, hs_hotspot_table *table);
void hs_emerging_head(const hs_hotspot_run *run, hs_json *json);
void hs_emerging_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out);
/* What a unit's history is called, for people: a text of the arena's. */
const char *hs_emerging_label(const hs_hotspot_run *run, uint32_t row, bool chinese, hs_arena *arena);

#endif
