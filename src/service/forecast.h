/* Forecasts of a city: what is asked for, the cells it is made over, its answer. It answers as the methods of
 * hotspots do (service/hotspots_method.h). */
#ifndef SERVICE_FORECAST_H
#define SERVICE_FORECAST_H

#include "service/hotspots_areas.h"
#include "service/reporting.h"
#include <hotspot/forecast.h>

typedef struct hs_forecast_request {
    hs_areas_request areas; /* filters, and with `streets` what segments are looked at */
    double share;
    double cell_m; /* 0: tuned */
    int64_t horizon_days, folds;
    int64_t origin_s;
    bool origin_given, streets, all;
    bool keep; /* the points and what was forecast for the folds, for plans */
    hs_forecast_method method;
} hs_forecast_request;

#define HS_FORECAST_DEFAULT_SHARE   0.01
#define HS_FORECAST_DEFAULT_HORIZON 30
#define HS_FORECAST_DEFAULT_FOLDS   12
#define HS_FORECAST_MOST_HORIZON    366
#define HS_FORECAST_LEAST_CELL_M    20.0
#define HS_FORECAST_MOST_CELL_M     5000.0
/* Columns times rows of a lattice. */
#define HS_FORECAST_MOST_PLACES UINT64_C(4000000)

/* An incident of the selection on the city's plane. */
typedef struct hs_forecast_point {
    double x_m, y_m;
    int64_t time_s, known_s;
    uint32_t segment; /* row of the streets' segments, HS_NONE */
    float weight;
    uint16_t source; /* into incidents->source */
    uint8_t clock;   /* as of incidents: 32 x weekday (Monday 0) + hour, HS_NO_CLOCK */
} hs_forecast_point;

typedef struct hs_forecast_points {
    uint32_t count;
    hs_forecast_point *point;
    uint64_t timeless, segmentless;
} hs_forecast_points;

/* Squares of a lattice that is turned by an angle counterclockwise about the plane's origin. */
typedef struct hs_lattice_ground {
    double size_m, angle_deg, cosine, sine;
    double west_m, south_m; /* of the lattice, turned back */
    hs_forecast_cells cells;
    uint32_t *cell_at; /* [columns * rows] or HS_NONE */
    double *measure, *covered;
    uint32_t *place;
} hs_lattice_ground;

/* The ground that cells are cut from: edges on the plane with the area on their left. */
typedef struct hs_forecast_outline {
    uint32_t count;
    hs_directed_edge *edge;
} hs_forecast_outline;

/* The city's outline, or that of the unit asked for; without units the box of the points known at the origin.
 * In the arena. HS_E_INPUT where there is neither. */
hs_status hs_forecast_outline_of(const hs_snapshot *snapshot, const hs_forecast_request *request,
                                 const hs_forecast_points *points, hs_arena *arena, hs_error *error,
                                 hs_forecast_outline *outline);
/* Squares with their part of the ground; malloc'ed, released by _done. HS_E_LIMIT names `cell`. */
hs_status hs_lattice_ground_make(const hs_snapshot *snapshot, const hs_forecast_request *request,
                                 const hs_forecast_outline *outline, double size_m, double angle_deg,
                                 double east_m, double north_m, hs_error *error, hs_lattice_ground *ground);
void hs_lattice_ground_done(hs_lattice_ground *ground);
/* Corners of a cell on the plane, counterclockwise. */
void hs_lattice_ground_corners(const hs_lattice_ground *ground, uint32_t cell, double x_m[4], double y_m[4]);
/* Where points lie: malloc'ed incidents, in the points' order. */
hs_forecast_incident *hs_lattice_ground_place(const hs_lattice_ground *ground,
                                              const hs_forecast_points *points);
/* The part of a forecast's work that this is. */
#define HS_FORECAST_CHOICE_SHARE 0.4
/* The lattice that what was known before a time fits best, of the size asked for or of a tuned one. */
hs_status hs_lattice_ground_choose(const hs_hotspot_work *work, const hs_forecast_request *request,
                                   const hs_forecast_outline *outline, const hs_forecast_points *points,
                                   int64_t before_s, hs_lattice_ground *ground);

/* Distances to places for the regression: [count][cells], logarithms. In the arena. */
hs_status hs_forecast_place_distances(const hs_snapshot *snapshot, const hs_position *middle, uint32_t cells,
                                      hs_arena *arena, hs_error *error, hs_forecast_cells *to);

typedef struct hs_forecast_answer {
    hs_hotspot_head head;
    hs_forecast *forecast;
    hs_areas streets;         /* of segments */
    hs_lattice_ground ground; /* of squares */
    hs_geometry *geometry;    /* [count] */
    hs_position *label;
    const double *measure;
    uint32_t *n;        /* [count] incidents known at the origin */
    uint32_t *rank;     /* [count] 0: not chosen */
    uint32_t *order;    /* [rows] cells as they are written: by rank, then by expected rate */
    double *cumulative; /* [rows] expected in the rows so far */
    uint32_t rows, chosen;
    double chosen_measure, all_measure, caught; /* incidents expected in the chosen cells */
    hs_areas_tally tally;
    uint64_t timeless, segmentless;
    hs_reporting_counts found; /* of the incidents known at the origin, by cells */
    hs_share_change change; /* of the patrols' share, by periods as long as the horizon before the origin */
    int64_t change_s;       /* when it begins */
    hs_forecast_points points; /* where they are kept */
} hs_forecast_answer;

/* The answer of a request, and its end. HS_E_CANCELLED when nobody waits any more. */
hs_status hs_forecast_answer_make(const hs_hotspot_work *work, const hs_forecast_request *request,
                                  hs_forecast_answer **answer);
void hs_forecast_answer_done(hs_forecast_answer *answer);

/* Not in the table of `hotspots METHOD`. */
const hs_hotspot_method *hs_forecast_hotspot_method(void);

/* `origin`: a date is its local midnight; without one, the midnight after the last incident of all. */
hs_status hs_forecast_parse_origin(const hs_hotspot_words *words, hs_forecast_request *request);
hs_status hs_forecast_parse_method(const hs_hotspot_words *words, hs_forecast_request *request);
/* The filters' words, area-share, cell, horizon, backtest, origin, streets, all, method. */
hs_status hs_forecast_request_parse(const hs_hotspot_words *words, void **request);
void hs_forecast_table(const hs_hotspot_run *run, hs_hotspot_table *table);
void hs_forecast_head(const hs_hotspot_run *run, hs_json *json);
void hs_forecast_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out);
/* Definitions that sources differ in. */
const char *hs_forecast_recapture_words(bool chinese);
const char *hs_forecast_calibration_words(bool chinese);
/* A score of a method over the held-out periods with its interval. */
typedef enum hs_forecast_score_kind {
    HS_SCORE_HIT_RATE = 0,
    HS_SCORE_PAI,
    HS_SCORE_PEI,
    HS_SCORE_PEI_STAR,
    HS_SCORE_RECAPTURE,
    HS_SCORES
} hs_forecast_score_kind;
const char *hs_forecast_score_name(hs_forecast_score_kind kind);
hs_forecast_interval hs_forecast_interval_of(const hs_forecast *forecast, hs_forecast_method method,
                                             hs_forecast_score_kind kind);
/* Of the gain over a rival, by the paired bootstrap over periods: hit rate or PAI. */
hs_forecast_interval hs_forecast_gain(const hs_forecast *forecast, hs_forecast_method method,
                                      hs_forecast_rival rival, hs_forecast_score_kind kind);
/* Of the differences of two methods' hit rates, period by period. */
hs_forecast_interval hs_forecast_lead(const hs_forecast *forecast, hs_forecast_method method,
                                      hs_forecast_method other);

#endif
