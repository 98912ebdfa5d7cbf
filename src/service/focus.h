/* A plan of where and when to enforce, in a city: what is asked for, the finished plan that the page, the
 * files and the crews' sheets are written from. It answers as the methods of hotspots do
 * (service/hotspots_method.h). */
#ifndef SERVICE_FOCUS_H
#define SERVICE_FOCUS_H

#include "service/forecast.h"
#include <hotspot/emerging.h>
#include <hotspot/focus.h>

typedef enum hs_focus_weight { HS_FOCUS_COUNT = 0, HS_FOCUS_SEVERITY, HS_FOCUS_COMPLAINTS } hs_focus_weight;

typedef struct hs_focus_request {
    hs_forecast_request forecast; /* of street segments: filters, horizon, origin, backtest, method */
    bool in_hours;                /* the budget is crew-hours, else km of street */
    double budget;
    hs_hotspot_units units; /* of candidates: HS_UNITS_STREETS, _LEVEL, _SQUARE or _HEX */
    uint32_t min_per;       /* of each unit of min_level; 0: none */
    hs_level min_level;
    bool connected, avoid_permitted;
    hs_focus_weight weight;
    uint32_t visits, minutes, crews; /* a covered hour takes visits x minutes of each crew's time */
    uint64_t seed;
} hs_focus_request;

#define HS_FOCUS_DEFAULT_MINUTES 60
#define HS_FOCUS_DEFAULT_VISITS  1
#define HS_FOCUS_DEFAULT_CREWS   1

/* One line or place of a plan. Texts and geometry live as long as the answer or its snapshot. */
typedef struct hs_focus_item {
    uint32_t rank; /* 1 is the most expected per km or crew-hour */
    uint32_t crew; /* 1 to `crews`: neighbouring items, about equal cost; with connected routes the route */
    int64_t id;    /* of the segment (collection `segments`), of the unit, or of the grid's cell */
    hs_str code, name, name_en;         /* code of a unit; the street's or unit's names */
    hs_str subdistrict, subdistrict_en; /* where its middle lies, empty outside */
    hs_str community, community_en;
    hs_geometry geometry; /* a line; of units, cells polygons */
    hs_position label;
    double length_km;         /* of street */
    double crew_hours;        /* over the horizon; 0 under a budget of km */
    uint32_t visits, minutes; /* of each covered hour; minutes 0 under a budget of km */
    /* Hours of day (bit h: h to h + 1) and weekdays (bit 0: Monday): those to be there under a budget of
     * crew-hours; the fewest hours that hold half of what is expected under one of km. */
    uint32_t hours, weekdays;
    double expected;              /* in the horizon (in those hours, under a budget of crew-hours) */
    double share, cumulative;     /* of all that is expected in the city */
    uint32_t rank_low, rank_high; /* 95 % */
    hs_emerging state;            /* of the segment's or unit's history */
    uint64_t n;                   /* incidents known at the origin */
} hs_focus_item;

/* How a plan of this rule did over a period: the share of what came that it caught. */
typedef struct hs_focus_score {
    int64_t origin_s;
    double observed, caught, possible; /* the last: no plan within the budget could have caught more */
    double hit_rate;
} hs_focus_score;

typedef struct hs_focus_plan {
    hs_arena *arena;
    uint32_t count;
    hs_focus_item *item; /* by rank */
    int64_t origin_s, until_s;
    double budget, cost;    /* km or crew-hours */
    double expected, total; /* in the plan, in the city */
    double bound, gap;      /* of hs_focus */
    uint32_t candidates, routes;
    uint32_t forbidden; /* candidates left out for permitted zones */
    uint32_t folds;
    hs_focus_score *fold;                            /* held-out, the latest first */
    hs_forecast_interval hit_rate, of_possible, pai; /* over the folds */
    hs_focus_score in_sample; /* the plan itself in the period before its origin, which it has seen */
} hs_focus_plan;

/* Not in the table of `hotspots METHOD`: run it as one (hs_hotspots_parse, _compute, _geojson, _file, _done).
 */
const hs_hotspot_method *hs_focus_hotspot_method(void);
/* The plan of a computed run of that method; it lives as long as the run's result. */
const hs_focus_plan *hs_focus_plan_of(const hs_hotspot_run *run);

#endif
