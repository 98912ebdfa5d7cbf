/* Where to enforce: candidates are chosen under a budget so that most incidents are expected in them.
 *
 * A candidate is whatever a plan may hold as a whole: a street segment (cost: its km), a unit or a hot
 * polygon (cost: the km of street in it), or an hour of the week at a place (cost: the crew-hours of being
 * there as often as it comes round in the horizon). The problem is a 0-1 knapsack (Kellerer, Pferschy and
 * Pisinger 2004), with at least n candidates of each group where asked (Lagrangian relaxation, Fisher 1981,
 * and a search among what reduced values leave open), or with the chosen ones in a few connected routes (a
 * budgeted prize-collecting problem, NP-hard to approximate well: grown along cheapest ways and improved by
 * exchange). Every answer comes with an upper bound on what any plan could hold, and so with its gap.
 *
 * How the ranks of candidates would change, had chance dealt otherwise with the incidents they were learned
 * from, is told by hs_focus_rank_intervals. */
#ifndef HOTSPOT_FOCUS_H
#define HOTSPOT_FOCUS_H

#include <hotspot/error.h>
#include <hotspot/progress.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Arrays are the caller's, [count] each. */
typedef struct hs_focus_candidates {
    uint32_t count;
    const double *expected; /* incidents (or what they weigh) in the horizon; finite, 0 or more */
    const double *cost;     /* km or crew-hours; finite, above 0 */
    const uint32_t *group;  /* row of its group (subdistrict), HS_NONE; NULL: no groups */
    uint32_t group_count;
    const bool *forbidden; /* never chosen, neither passed through; NULL: none */
    /* Those that touch candidate i: link[link_first[i] .. link_first[i + 1]); symmetric; NULL: not known. */
    const uint32_t *link_first, *link;
} hs_focus_candidates;

#define HS_FOCUS_MOST_CANDIDATES 4000000u
#define HS_FOCUS_MOST_ROUTES     100u

typedef struct hs_focus_options {
    double budget;          /* of cost, above 0 */
    uint32_t min_per_group; /* 0: none. Groups with fewer candidates give all they have */
    /* 0: free; else the chosen ones lie in at most so many connected routes (needs links; not together with
     * min_per_group). */
    uint32_t routes;
    double gap;           /* a relative gap at which the search ends; 0: search for the optimum */
    uint32_t steps;       /* the most steps of the search; 0: HS_FOCUS_STEPS */
    hs_progress progress; /* asked whether to go on */
} hs_focus_options;

#define HS_FOCUS_STEPS 1000000u

typedef struct hs_focus {
    uint32_t count, chosen;
    uint32_t *rank;  /* [count] 1 is the most expected per cost; 0: not chosen */
    uint32_t *order; /* [chosen] candidates by rank */
    double expected, cost;
    /* No plan that keeps to the options holds more: bound >= the optimum >= expected. */
    double bound;
    double gap; /* (bound - expected) / bound; 0 where nothing is expected. 0 is proof that it is the best */
    uint32_t routes; /* connected parts, where links are known; else 0 */
} hs_focus;

/* Chooses. Equal input, equal bits. HS_E_ARGUMENT for values out of range, or for options that go not
 * together; HS_E_INPUT where the groups' least cost is beyond the budget (the message says how much is
 * needed); HS_E_LIMIT above HS_FOCUS_MOST_CANDIDATES; HS_E_CANCELLED when stopped. O(n log n + steps); with
 * routes O( starts x chosen x n log n) at most. Thread-safe. The result's arrays are its own. */
HS_API hs_status hs_focus_new(const hs_focus_candidates *candidates, const hs_focus_options *options,
                              hs_error *error, hs_focus **focus);
HS_API void hs_focus_free(hs_focus *focus);

/* Connected parts of what is taken: part[count] gets 0, 1, ... in the order of their first candidates,
 * HS_NONE for what is not taken; `parts` how many there are. Needs links (HS_E_ARGUMENT); HS_E_MEMORY. O(n +
 * links). */
HS_API hs_status hs_focus_routes(const hs_focus_candidates *candidates, const bool *taken, hs_error *error,
                                 uint32_t *part, uint32_t *parts);

/* Ranks that chance leaves open: each candidate's mean is drawn from its posterior, Gamma with mean
 * `expected` and the shape 1/2 + what it is known by (`known` incidents; Jeffreys' prior of a Poisson mean),
 * all are ranked by mean per cost, and that `replicates` times. low[i] and high[i] are the ranks among all
 * candidates that a `confidence` share of the draws lies between. Seeded; the same bits on any number of
 * threads. HS_E_ARGUMENT out of range (1 <= replicates <= 10000, confidence in (0, 1)), HS_E_MEMORY.
 * O(replicates x n log n) time, O(replicates x n) memory. */
struct hs_pool;
HS_API hs_status hs_focus_rank_intervals(const double *expected, const double *cost, const double *known,
                                         uint32_t count, uint32_t replicates, double confidence,
                                         uint64_t seed, struct hs_pool *pool, hs_error *error, uint32_t *low,
                                         uint32_t *high);

/* What is ordinary: incidents of a place that are as many as streets of its class and quarter have. Rates per
 * length are the product of a factor of the class and one of the quarter (Poisson regression, fitted by
 * iterative proportional fitting), and a place's own count is either ordinary (negative binomial about that
 * mean, by the likeliest of several shapes) or of a place that stands out (negative binomial of a far higher
 * and wider mean); factors are fitted to the ordinary ones, and the share of the others by EM (Dempster,
 * Laird and Rubin 1977). Sparse counts alone say little of most places; this says what can be said of them.
 *
 * `count` [places] incidents so far, `length` above 0; `class_of`, `quarter_of` rows below `classes`,
 * `quarters`. Into background[places] the ordinary part's posterior mean, ordinary[places] the probability
 * that a place is so; `shape` and `exceptional` (the share of places that stand out) what was likeliest.
 * HS_E_ARGUMENT for values out of range, HS_E_MEMORY. O(places). Thread-safe. */
typedef struct hs_focus_streets {
    uint32_t count;
    const double *length;
    const uint32_t *class_of, *quarter_of;
    uint32_t classes, quarters;
} hs_focus_streets;

typedef struct hs_focus_background {
    double *background, *ordinary; /* the caller's, [count] */
    double shape, exceptional;
} hs_focus_background;

HS_API hs_status hs_focus_find_background(const hs_focus_streets *streets, const double *count,
                                          hs_error *error, hs_focus_background *found);

/* When in the week: shares of the hours of workdays (0 to 23) and of the days of rest (24 to 47). */
#define HS_FOCUS_HOURS 48u

/* Shares of the hours at each place, from counts: count[places][HS_FOCUS_HOURS] incidents known there, each
 * place in a district of `district_count` (HS_NONE: none). Counts of a place are shrunk towards its district,
 * those towards the city, by a Dirichlet prior whose strength has the highest marginal likelihood (empirical
 * Bayes, Minka 2000 for the likelihood). share[places][HS_FOCUS_HOURS] sums to 1 a place, and is 1/48 each
 * where nothing is known at all. `strength` gets the two priors' incidents: district to city, place to
 * district. HS_E_ARGUMENT for counts not finite or below 0; HS_E_MEMORY. O(places x hours). */
HS_API hs_status hs_focus_hour_shares(const double *count, const uint32_t *district, uint32_t places,
                                      uint32_t district_count, hs_error *error, double *share,
                                      double strength[2]);

#ifdef __cplusplus
}
#endif
#endif
