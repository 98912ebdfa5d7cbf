/* What the files of a plan share. */
#ifndef SERVICE_FOCUS_PRIVATE_H
#define SERVICE_FOCUS_PRIVATE_H

#include "service/focus.h"

/* How the forecast, the background of streets and the last period are put together (focus_refine.c). */
typedef enum hs_focus_way {
    HS_FOCUS_FORECAST = 0,
    HS_FOCUS_LAST,
    HS_FOCUS_BACKGROUND,
    HS_FOCUS_BACKGROUND_LAST,
    HS_FOCUS_WAYS
} hs_focus_way;
/* Periods that the choice among them, and the scores, look back on even where fewer are asked for. */
#define HS_FOCUS_LEARNT_FOLDS 6

/* What plans of one filter, origin and kind of candidate have in common, kept for the next one: the forecast
 * of street segments with those of its folds, and the places that candidates are made of. */
typedef struct hs_focus_ground {
    hs_arena *arena;
    hs_snapshot *snapshot;
    hs_forecast_answer *forecast;
    uint32_t places;
    hs_areas areas;                    /* the places */
    const uint32_t *place_of;          /* [cells of the forecast] HS_NONE */
    double *length_km;                 /* [places] of street */
    double all_km;                     /* of the city */
    uint32_t *subdistrict, *community; /* [places] rows of units where the label lies, HS_NONE */
    uint32_t *link_first, *link;       /* places that touch */
    double **expected;                 /* [folds + 1][cells], the plan's own origin first */
    hs_focus_way *way;                 /* [folds + 1] */
    double background_shape, exceptional;
    hs_emerging *state;   /* [places] */
    uint32_t state_steps; /* 0: too short a past to name any */
    int64_t state_step_s;
} hs_focus_ground;

hs_status hs_focus_ground_get(const hs_hotspot_work *work, hs_shared_entry **entry);
hs_status hs_focus_refine(const hs_hotspot_work *work, hs_focus_ground *ground);
hs_status hs_focus_name_states(const hs_hotspot_work *work, hs_focus_ground *ground);

/* The place of a point of the forecast, HS_NONE. */
static inline uint32_t hs_focus_place(const hs_focus_ground *g, const hs_forecast_point *p) {
    const hs_areas *streets = &g->forecast->streets;
    uint32_t cell = p->segment < streets->area_of_count ? streets->area_of[p->segment] : HS_NONE;
    return cell == HS_NONE ? HS_NONE : g->place_of[cell];
}
/* Hours of the week: see HS_FOCUS_HOURS; HS_NONE without a time of day. */
static inline uint32_t hs_focus_slot(const hs_forecast_point *p) {
    return p->clock == HS_NO_CLOCK ? HS_NONE : (p->clock & 31u) + (p->clock >> 5 >= 5 ? 24u : 0u);
}
static inline bool hs_focus_knows(const hs_forecast_point *p, int64_t origin_s) {
    return p->time_s < origin_s && p->known_s < origin_s;
}

/* What a point counts for: 1, its weight, or whether a resident reported it. */
double hs_focus_worth(const hs_focus_request *request, const hs_snapshot *snapshot,
                      const hs_forecast_point *point);

/* Hours in which places lie in permitted zones: closed[places][HS_FOCUS_HOURS]; NULL where none are avoided.
 */
hs_status hs_focus_closed(const hs_focus_request *request, const hs_focus_ground *ground, hs_arena *arena,
                          hs_error *error, const bool **closed);

/* The problem at one origin. Arrays live in the arena. */
typedef struct hs_focus_case {
    int64_t origin_s;
    uint32_t days[2];   /* see hs_focus_days */
    double *all;        /* [places] expected in all hours, by what points count for */
    double *hours;      /* [places][HS_FOCUS_HOURS] the same by hour */
    double strength[2]; /* of hs_focus_hour_shares */
    double total;       /* in the city */
    double mean_worth;
    uint32_t forbidden;
    hs_focus_candidates candidates; /* places, or under a budget of hours places x HS_FOCUS_HOURS */
} hs_focus_case;

/* Days that begin in the horizon and that the filter lets pass: workdays, days of rest. */
void hs_focus_days(const hs_focus_request *request, const hs_snapshot *snapshot, int64_t origin_s,
                   uint32_t days[2]);

/* `expected` by cell of the forecast, made at the origin. */
hs_status hs_focus_case_make(const hs_focus_request *request, const hs_focus_ground *ground,
                             const bool *closed, const double *expected, int64_t origin_s, hs_arena *arena,
                             hs_error *error, hs_focus_case *made);
hs_status hs_focus_choose(const hs_focus_request *request, const hs_focus_case *of, uint32_t steps,
                          const hs_hotspot_work *work, hs_error *error, hs_focus **focus);

/* What came from a time on, over a horizon: in all, and where the candidates are. `came` [candidates]. */
double hs_focus_came(const hs_focus_request *request, const hs_focus_ground *ground, const bool *closed,
                     const hs_focus_case *of, int64_t from_s, double *came);
/* Held-out scores of the plan's rule at the folds, and in-sample ones of the plan itself. */
hs_status hs_focus_score_plan(const hs_hotspot_work *work, const hs_focus_ground *ground, const bool *closed,
                              const hs_focus_case *own, const hs_focus *focus, hs_focus_plan *plan);

/* From what was chosen to lines and places for people. */
hs_status hs_focus_fill_plan(const hs_hotspot_work *work, const hs_focus_ground *ground,
                             const hs_focus_case *own, const hs_focus *focus, hs_focus_plan *plan);

typedef struct hs_focus_answer {
    hs_hotspot_head head;
    hs_focus_plan plan;
    hs_shared_entry *entry;
    const hs_focus_ground *ground;
    double strength[2];
} hs_focus_answer;

hs_status hs_focus_parse(const hs_hotspot_words *words, void **request);
void hs_focus_table(const hs_hotspot_run *run, hs_hotspot_table *table);
void hs_focus_head(const hs_hotspot_run *run, hs_json *json);
void hs_focus_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out);
const char *hs_focus_weight_name(hs_focus_weight weight);
/* `7-9,18` of hours, `1-5` of weekdays: as filters write them. */
void hs_focus_hours_word(uint32_t hours, char text[96]);
void hs_focus_weekdays_word(uint32_t weekdays, char text[32]);

#endif
