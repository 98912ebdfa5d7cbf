/* Methods that work on single incidents: what their files share. */
#ifndef SERVICE_HOTSPOTS_POINTS_H
#define SERVICE_HOTSPOTS_POINTS_H

#include "service/hotspots_areas.h"
#include <hotspot/point_clusters.h>
#include <hotspot/point_pattern.h>
#include <hotspot/street_points.h>

/* What every such request has. */
typedef struct hs_points_request {
    hs_filter filter, every_accuracy;
    bool streets; /* distances along the streets */
    uint64_t seed;
    double alpha;
} hs_points_request;
/* The filters, streets, seed, alpha. */
hs_status hs_points_request_parse(const hs_hotspot_words *words, hs_points_request *request);

/* Incidents in the city in the order of the store's rows, whatever order they lie in; arrays live in the
 * arena. */
typedef struct hs_points {
    uint32_t count;
    double *x_m, *y_m; /* on the city's plane */
    int64_t *time_s;
    uint32_t *segment; /* along streets: of those near one; else NULL */
    double *along_m;
    double *length_m; /* of all segments */
    hs_street_net net;
    hs_areas_tally tally;
    uint64_t off_streets, timeless; /* left out */
} hs_points;

#define HS_POINTS_LEAST 10u

/* HS_E_LIMIT above `most`. With `timed`, only those that have a time. */
hs_status hs_points_gather(const hs_hotspot_work *work, const hs_points_request *request, bool timed,
                           uint32_t most, hs_arena *arena, hs_points *points);

/* What the request counted and left out, for people and as members. */
void hs_points_explain(const hs_points_request *request, const hs_points *points, bool chinese,
                       hs_buffer *out);
void hs_points_members(const hs_points *points, hs_json *json);
/* Parameters that every one has. */
void hs_points_parameter_members(const hs_points_request *request, hs_json *json);

/* Where incidents that pass the filter can lie, on the city's plane: the area of all units, or of the unit
 * and the box asked for; where there are no units the box of the points. */
hs_status hs_points_window(const hs_snapshot *snapshot, const hs_filter *filter, const hs_points *points,
                           hs_error *error, hs_pattern_window **window);
/* Along streets: leaves of the net the segments whose middle lies in the unit and the box asked for, and of
 * the incidents those on them. */
hs_status hs_points_keep_streets(const hs_snapshot *snapshot, const hs_filter *filter, hs_arena *arena,
                                 hs_error *error, hs_points *points);
/* A polygon about places, concave as far as its edges are at most `ratio` of the way between the shortest and
 * the longest of their triangulation, and wider by width_m; in the arena, longitude and latitude. */
hs_status hs_points_hull(const hs_snapshot *snapshot, const double *x_m, const double *y_m, uint32_t count,
                         double ratio, double width_m, hs_arena *arena, hs_error *error,
                         hs_geometry *geometry, double *area_m2);
/* An ellipse as a polygon of 64 sides. */
hs_status hs_points_ellipse(const hs_snapshot *snapshot, const hs_deviation_ellipse *ellipse, hs_arena *arena,
                            hs_error *error, hs_geometry *geometry);
hs_position hs_points_position(const hs_snapshot *snapshot, double x_m, double y_m);

/* Version, seed, run time and how many are significant. */
void hs_points_run_members(const hs_hotspot_run *run, uint64_t seed, hs_json *json);

#endif
