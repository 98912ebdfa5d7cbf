/* Candidates for an address, gathered method by method. */
#ifndef GEOCODE_MATCH_H
#define GEOCODE_MATCH_H

#include "geocode/interpolate.h"
#include "geocode/locality.h"
#include <hotspot/geocode.h>

/* A candidate outside what the text names. */
#define HS_ELSEWHERE_FIT 0.6

/* Scores of the methods when everything fits. */
#define HS_SCORE_ADDRESS      1.0
#define HS_SCORE_SUB_NUMBER   0.9
#define HS_SCORE_INTERSECTION 0.9
#define HS_SCORE_INTERPOLATED 0.85
#define HS_SCORE_BLOCK        0.8
#define HS_SCORE_PLACE        0.75
#define HS_SCORE_STREET       0.5

/* How the text was read: the bytes of each kind of part, start = end where there is none. */
typedef struct hs_reading {
    struct hs_span {
        uint32_t start, end;
    } part[HS_PART_KIND_COUNT];
} hs_reading;

void hs_reading_put(hs_reading *reading, hs_address_part_kind kind, const hs_tokens *tokens, uint32_t first,
                    uint32_t end);

typedef struct hs_candidate {
    hs_match_type match_type;
    hs_position position;
    double score, accuracy_m;
    uint32_t unit; /* HS_NONE: not looked up yet */
    uint32_t street, address, place;
    uint32_t group, second_group; /* for the label */
    uint32_t third_group;         /* of a stretch */
    int32_t low, high;            /* numbers asked for */
    uint32_t edits;               /* letters changed in names */
    bool filtered;                /* units named in the text are counted already */
    bool read;                    /* `reading` is its own */
    bool related;                 /* lies by what it names, as the relation in `reading` says */
    bool wide;                    /* `extent` is more than its position */
    hs_box extent;
    hs_reading reading;
} hs_candidate;

#define HS_CANDIDATES_MAX 64

/* Best first. `reading` is that of the candidates to be added. */
typedef struct hs_candidates {
    uint32_t count;
    hs_reading reading;
    hs_candidate candidate[HS_CANDIDATES_MAX];
} hs_candidates;

void hs_candidates_clear(hs_candidates *candidates);
/* A candidate with nothing but the method's own. */
hs_candidate hs_candidate_of(hs_match_type type, hs_position position, double score, double accuracy_m);
/* Keeps the best; one of the same method within a few metres of another adds nothing. */
void hs_candidates_add(hs_candidates *candidates, hs_candidate candidate);

/* The methods: each adds what it finds; `fit` of a match tells how well the street's name fits. */
void hs_match_number(const hs_gazetteer *gazetteer, const hs_group_match *matches, uint32_t count,
                     hs_house_number number, const hs_place_filter *filter, hs_candidates *candidates);
bool hs_match_crossing(const hs_gazetteer *gazetteer, const hs_group_match *first, uint32_t first_count,
                       const hs_group_match *second, uint32_t second_count, hs_candidates *candidates);
void hs_match_places(const hs_gazetteer *gazetteer, const hs_tokens *tokens, hs_candidates *candidates);
void hs_match_street(const hs_gazetteer *gazetteer, hs_group_match match, hs_candidates *candidates);

/* Finds the candidates of an address by all methods. `depth`: 0 for the whole text, more for the objects of
 * relative places in it. */
void hs_match(const hs_gazetteer *gazetteer, const hs_tokens *tokens, unsigned depth,
              hs_candidates *candidates);

#endif
