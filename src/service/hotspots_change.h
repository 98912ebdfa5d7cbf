/* Change between two periods: what the files of this method share. */
#ifndef SERVICE_HOTSPOTS_CHANGE_H
#define SERVICE_HOTSPOTS_CHANGE_H

#include "service/hotspots_areas.h"
#include "service/hotspots_rank.h"
#include <hotspot/rate_ratio.h>

typedef enum hs_change_test {
    HS_CHANGE_EXACT,
    HS_CHANGE_MID_P,
    HS_CHANGE_E_TEST,
    HS_CHANGE_TESTS
} hs_change_test;

typedef struct hs_change_request {
    hs_areas_request areas;       /* of any time: what grids keep */
    hs_areas_request now, before; /* of datetime, of compare */
    double now_months, before_months;
    hs_str now_text, before_text; /* the periods as they were given */
    hs_change_test test;
    bool relative; /* to the rest of the city */
} hs_change_request;

typedef enum hs_change_class {
    HS_CHANGE_NONE,
    HS_CHANGE_INCREASE,
    HS_CHANGE_DECREASE,
    HS_CHANGE_FEW, /* too few incidents for any p below alpha */
    HS_CHANGE_CLASSES
} hs_change_class;

typedef struct hs_change_result {
    hs_hotspot_head head;
    hs_areas areas; /* n and events: of now */
    hs_areas_tally tally, tally_before;
    uint32_t *before; /* incidents */
    hs_rate_ratio *ratio;
    double *p, *q, *expected;
    hs_change_class *change;
    uint32_t *rank;
    hs_rate_ratio whole; /* of all units together */
    uint64_t whole_now, whole_before;
    uint32_t few, increases, decreases;
    hs_hotspot_stands stands;
} hs_change_result;

const char *hs_change_test_name(hs_change_test test);
const char *hs_change_class_name(hs_change_class change);
void hs_change_table(const hs_hotspot_run *run, hs_hotspot_table *table);
void hs_change_head(const hs_hotspot_run *run, hs_json *json);
void hs_change_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out);
const char *hs_change_label(const hs_hotspot_run *run, uint32_t row, bool chinese, hs_arena *arena);

#endif
