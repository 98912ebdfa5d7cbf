/* Checking a city: topology of units, their hierarchy and codes, the street network, counts and the store's
 * integrity. Called alike by the command line and by whoever else wants to know; blocks until it is done. */
#ifndef SERVICE_CHECK_H
#define SERVICE_CHECK_H

#include "export/format.h"
#include "service/service.h"

typedef enum hs_check_kind {
    HS_CHECK_INTEGRITY,      /* the file is damaged, or no longer what a GeoPackage wants */
    HS_CHECK_REFERENCE,      /* refers to what is not there */
    HS_CHECK_COUNTS,         /* sums that do not agree */
    HS_CHECK_INVALID_RING,   /* a polygon that is not valid (OGC Simple Features, as GEOS sees it) */
    HS_CHECK_OVERLAP,        /* units of a level share ground */
    HS_CHECK_GAP,            /* ground that a level leaves out: of a parent with children, or enclosed */
    HS_CHECK_SLIVER,         /* overlap, gap, part of a unit, or ground outside the parent, thin as a hair */
    HS_CHECK_OUTSIDE_PARENT, /* a unit reaches out of its parent */
    HS_CHECK_ORPHAN,         /* no parent, though there are levels above */
    HS_CHECK_MISSING_PARENT, /* the parent's code that was given names no unit above */
    HS_CHECK_CODE_NESTING,   /* a code that does not begin with its parent's where codes nest */
    HS_CHECK_DUPLICATE_CODE, /* one code twice on a level */
    HS_CHECK_NEAR_MISS,      /* a street's end that stops just short of another street */
    HS_CHECK_ZONE_HOURS,     /* hours or weekdays of a zone that cannot be read */
    HS_CHECK_EMPTY_LEVEL,    /* notes from here on: a level between others without units */
    HS_CHECK_CHILDLESS,      /* a unit without children on a level below that has units */
    HS_CHECK_OVERSHOOT,      /* a street's end that sticks out just behind a junction */
    HS_CHECK_DUPLICATE_STREET, /* a stretch that stands twice: the graph has it once */
    HS_CHECK_UNSPLIT_CROSSING, /* streets that ran through each other: the graph has a node there */
    HS_CHECK_COMPONENT,        /* streets without connection to the largest component */
    HS_CHECK_DANGLE,           /* a street's end where no other begins */
    HS_CHECK_KINDS
} hs_check_kind;

/* The kind's word (`invalid-ring`) and its name in a language. Never NULL. */
const char *hs_check_kind_name(hs_check_kind kind);
const char *hs_check_kind_title(hs_check_kind kind, bool chinese);

typedef struct hs_check_options {
    double tolerance_m;              /* pieces narrower than this are rounding and no flaw; counted only */
    double sliver_m;                 /* narrower pieces are slivers */
    double near_m;                   /* of ends of streets: short of or behind another street */
    int code_digits[HS_LEVEL_COUNT]; /* of codes made of digits: how many name the unit of each level */
    void *context;
    bool (*progress)(void *context, const char *phase, double share); /* false ends it; or NULL */
} hs_check_options;

#define HS_CHECK_DEFAULTS                                                                                    \
    ((hs_check_options){.tolerance_m = 0.1, .sliver_m = 3, .near_m = 5, .code_digits = {4, 6, 9, 12, 15}})

/* One flaw. The width of a piece is twice its area by its perimeter: that of a long strip. Areas and lengths
 * are those of the city's plane. */
typedef struct hs_check_flaw {
    hs_check_kind kind;
    bool is_note;           /* worth knowing, and no reason to mend anything */
    const char *collection; /* units, streets, zones, places, population, incidents, store */
    hs_level level;         /* HS_LEVEL_COUNT: none */
    int64_t id, other_id;   /* 0: none */
    hs_str code, name, other_code, other_name;
    double area_m2, width_m, length_m, share; /* NAN where there is none; share of the unit's area */
    bool has_place;
    hs_position place;
    hs_geometry geometry; /* to look at */
    const char *words_en, *words_zh;
} hs_check_flaw;

/* How incidents add up on a level: inside + outside + unmatched = total. */
typedef struct hs_check_level {
    uint32_t units;
    uint64_t inside, outside, unmatched, total;
    uint64_t in_parent_only; /* in a unit that has children on this level, and in none of the level */
    uint64_t across;         /* in a unit, and not in its parent */
} hs_check_level;

typedef struct hs_check_streets {
    uint32_t streets, segments, nodes;
    double length_m;
    uint32_t components, largest_segments;
    double largest_m;
    uint32_t dangles, near_misses, overshoots;
    uint32_t crossings;  /* nodes where streets ran through each other, split here */
    uint32_t touches;    /* nodes where a street ended on one that ran through, split here */
    uint32_t apart;      /* pairs of segments on different layers that cross and are kept apart */
    uint32_t duplicates; /* streets with stretches that stand twice */
    double duplicate_m;
} hs_check_streets;

typedef struct hs_check_rows {
    const char *table;
    uint64_t rows, shapes;
} hs_check_rows;

#define HS_CHECK_TABLES 16

/* Words and shapes live in the arena, texts and shapes of the city in the snapshot. */
typedef struct hs_check_report {
    hs_arena *arena;
    hs_snapshot *snapshot;
    uint32_t flaw_count, problem_count; /* problems: flaws that are no notes */
    hs_check_flaw *flaws;               /* by kind, the largest first */
    uint32_t by_kind[HS_CHECK_KINDS];
    uint32_t table_count;
    hs_check_rows tables[HS_CHECK_TABLES];
    hs_check_level levels[HS_LEVEL_COUNT];
    hs_check_streets streets;
    uint32_t within_tolerance; /* pieces that are rounding */
    double within_tolerance_m2;
    uint32_t capacity; /* of flaws */
} hs_check_report;

/* Checks the store, then its current snapshot (which is loaded). A store that is damaged gets a report of
 * that alone, with the failure that reading it ended in. Single threaded; O(n log n) in positions where units
 * meet few others. HS_E_ARGUMENT for options that make no sense; HS_E_CANCELLED. */
hs_status hs_service_check(hs_service *service, const hs_check_options *options, hs_error *error,
                           hs_check_report *report);
void hs_check_report_done(hs_check_report *report);

/* What mending changed of one polygon. */
typedef struct hs_check_repair {
    const char *collection;
    hs_level level;
    int64_t id;
    hs_str code, name;
    const char *reason_en, *reason_zh; /* what was wrong */
    bool has_place;
    hs_position place;
    bool mended;                              /* false: nothing was left of it, and it stays as it was */
    uint32_t parts[2], rings[2], vertices[2]; /* before and after */
    double area_m2[2];                        /* before: outer rings less holes, as it counted until now */
} hs_check_repair;

typedef struct hs_check_repairs {
    hs_arena *arena;
    uint32_t count, capacity;
    hs_check_repair *repair;
    int64_t
        batch[4]; /* of units, zones, places, population: hotspotd undo takes them back; 0: none was needed */
} hs_check_repairs;

/* Mends polygons of units, zones, places and population that are not valid by GEOS' MakeValid (its linework
 * method, which keeps the even-odd rule), on the grid of stored positions, one batch a kind; positions of
 * incidents that hang on them are derived anew. */
hs_status hs_service_check_repair(hs_service *service, hs_error *error, hs_check_repairs *repairs);
void hs_check_repairs_done(hs_check_repairs *repairs);

/* Writes the flaws as features: points, lines and areas to look at. HS_E_ARGUMENT for formats that hold one
 * type of geometry. *left_out counts flaws without a place where the format needs one. */
hs_status hs_check_write(hs_service *service, const hs_check_report *report, const hs_export_format *format,
                         const char *path, hs_error *error, uint64_t *left_out);

#endif
