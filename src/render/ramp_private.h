/* What reading a set of ramps leaves for choosing from it. */
#ifndef RENDER_RAMP_PRIVATE_H
#define RENDER_RAMP_PRIVATE_H

#include "render/ramp.h"

enum { MAX_RAMPS = 64, MAX_COLOURS = 32, MAX_PROBLEM_SETS = 16, MAX_PROBLEMS = 512, RAMP_ID_SIZE = 48 };

typedef struct ramp {
    char id[RAMP_ID_SIZE];
    bool diverging;
    double opacity[2];
    uint32_t colour_count;
    hs_rgba colours[MAX_COLOURS];
} ramp;

typedef struct break_set {
    uint32_t count;
    double breaks[HS_RAMP_MAX_CLASSES];
} break_set;

/* Breaks of every scale; those that a set of problems does not give have a count of 0. */
typedef struct break_sets {
    break_set of[HS_RAMP_SCALES];
} break_sets;

typedef struct problem {
    char code[RAMP_ID_SIZE];
    uint32_t set;
} problem;

struct hs_ramps {
    break_sets general, sets[MAX_PROBLEM_SETS];
    const ramp *light, *dark, *change, *change_dark;
    hs_ramp_paper papers[2]; /* light, dark */
    uint32_t count, set_count, problem_count;
    ramp ramps[MAX_RAMPS];
    problem problems[MAX_PROBLEMS];
};

/* The ramp of an id; NULL. */
const ramp *hs_ramps_find(const hs_ramps *ramps, hs_str id);
/* The problem of a code; NULL. */
const problem *hs_ramps_find_problem(const hs_ramps *ramps, hs_str code);

#endif
