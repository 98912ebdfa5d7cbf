/* What the files of checking share. */
#ifndef SERVICE_CHECK_PRIVATE_H
#define SERVICE_CHECK_PRIVATE_H

#include "geo/wkb.h"
#include "service/check/check.h"
#include "service/service_private.h"
#include <geos_c.h>

/* GEOS works on stored positions, in units of 1e-7 degree: whole numbers, so that neighbours with the same
 * vertices share them exactly, and edges are straight in degrees as everywhere. */
typedef struct hs_check_geos {
    GEOSContextHandle_t handle;
    char said[160]; /* GEOS' last words */
} hs_check_geos;

hs_status hs_check_geos_open(hs_check_geos *geos, hs_error *error);
void hs_check_geos_close(hs_check_geos *geos);
/* HS_E_INTERNAL with GEOS' words. */
hs_status hs_check_geos_fail(const hs_check_geos *geos, const char *doing, hs_error *error);
/* Polygons as they are stored; the caller's. */
hs_status hs_check_to_geos(hs_check_geos *geos, const hs_geometry *geometry, hs_error *error,
                           GEOSGeometry **made);
/* Appends a polygon, in degrees; false when memory is out. */
bool hs_check_append(hs_check_geos *geos, const GEOSGeometry *polygon, hs_shape *shape);
/* All polygons of a geometry, rounded to positions, into the arena; type NONE where nothing is left. */
hs_status hs_check_from_geos(hs_check_geos *geos, const GEOSGeometry *geometry, hs_arena *arena,
                             hs_error *error, hs_geometry *made);
/* Calls visit for each polygon in a geometry of any kind. */
hs_status hs_check_each_polygon(hs_check_geos *geos, const GEOSGeometry *geometry,
                                hs_status (*visit)(void *context, const GEOSGeometry *polygon,
                                                   hs_error *error),
                                void *context, hs_error *error);
/* Area and perimeter on the plane. */
void hs_check_measure(hs_check_geos *geos, const hs_plane *plane, const GEOSGeometry *polygon,
                      double *area_m2, double *perimeter_m);
/* What is wrong with polygons that are not valid, and where; false for valid ones. */
bool hs_check_invalid(hs_check_geos *geos, const GEOSGeometry *geometry, char reason[80], bool *has_place,
                      hs_position *place);
/* The reason in Chinese; itself where it is not known. */
const char *hs_check_reason_zh(const char *reason);

/* A check under way. */
typedef struct hs_checking {
    const hs_snapshot *snapshot;
    const hs_check_options *options;
    hs_check_report *report;
    hs_check_geos geos;
    GEOSGeometry **polygon;                    /* [units] valid ones of the same area */
    const GEOSPreparedGeometry **prepared;     /* [units] NULL until first needed */
    GEOSGeometry *level_union[HS_LEVEL_COUNT]; /* NULL where the level has no unit, or before it is needed */
    double *area_m2;                           /* [units] */
} hs_checking;

/* Pieces of an overlay put together, the wide and the thin ones apart; those within tolerance are left out.
 */
typedef struct hs_check_pieces {
    hs_shape shape; /* in degrees */
    uint32_t count;
    double area_m2, width_m; /* the widest one's */
    hs_position place;       /* inside the largest */
    double largest_m2;
} hs_check_pieces;
typedef struct hs_check_split {
    hs_check_pieces wide, thin;
} hs_check_split;
hs_status hs_check_split_pieces(hs_checking *check, const GEOSGeometry *overlay, hs_error *error,
                                hs_check_split *split);
void hs_check_split_done(hs_check_split *split);

/* Overlays; a way on a grid is tried where floating point gives up. */
hs_status hs_check_intersection(hs_checking *check, const GEOSGeometry *a, const GEOSGeometry *b,
                                hs_error *error, GEOSGeometry **made);
hs_status hs_check_difference(hs_checking *check, const GEOSGeometry *a, const GEOSGeometry *b,
                              hs_error *error, GEOSGeometry **made);
/* Kept in check->level_union; of a level with units. */
hs_status hs_check_union_of_level(hs_checking *check, int level, hs_error *error);
const GEOSPreparedGeometry *hs_check_prepared(hs_checking *check, uint32_t row);

/* A flaw of a kind; who finds it sets place, shape and words, which live as long as the report. */
hs_check_flaw hs_check_flaw_of(hs_check_kind kind, const char *collection);
/* The same of a unit. */
hs_check_flaw hs_check_unit_flaw(const hs_checking *check, hs_check_kind kind, uint32_t row);
void hs_check_other_unit(const hs_checking *check, hs_check_flaw *flaw, uint32_t row);
/* Takes over area, width, place and shape of pieces. */
hs_status hs_check_take_pieces(hs_checking *check, const hs_check_pieces *pieces, hs_error *error,
                               hs_check_flaw *flaw);
hs_status hs_check_add(hs_check_report *report, const hs_check_flaw *flaw, hs_error *error);
hs_status hs_check_progress(const hs_check_options *options, const char *phase, double share,
                            hs_error *error);

/* The searches; each adds its flaws to the report. */
hs_status hs_check_store(hs_store *store, hs_check_report *report, hs_error *error);
hs_status hs_check_rings(hs_checking *check, hs_error *error);
hs_status hs_check_overlaps(hs_checking *check, hs_error *error);
hs_status hs_check_gaps(hs_checking *check, hs_error *error);
hs_status hs_check_hierarchy(hs_checking *check, hs_error *error);
hs_status hs_check_codes(hs_checking *check, hs_error *error);
hs_status hs_check_zones(hs_checking *check, hs_error *error);
hs_status hs_check_graph(hs_checking *check, hs_error *error);
hs_status hs_check_street_ends(hs_checking *check, hs_error *error);
hs_status hs_check_counts(hs_checking *check, hs_error *error);

/* A unit in words: code and name, as far as there are any. */
const char *hs_check_unit_words(const hs_checking *check, uint32_t row);
/* The nearest level above that has units; -1. */
int hs_check_level_above(const hs_units *units, int level);
const char *hs_check_level_title(int level, bool chinese);

#endif
