/* Whether a share of counts changed over periods, and when. Private to the rooms above: hs_ functions are no
 * part of the library. */
#ifndef STATISTICS_SHARE_CHANGE_H
#define STATISTICS_SHARE_CHANGE_H

#include <stdint.h>

typedef struct hs_share {
    double share, low, high; /* NAN where there are no counts */
} hs_share;

/* `hits` of `all` with the score interval of Wilson (1927) at 95 %. Pure, O(1). */
hs_share hs_share_of(uint64_t hits, uint64_t all);

typedef struct hs_share_change {
    uint32_t at;            /* the first period after the change; 0 where nothing can be said */
    hs_share before, after; /* shares of the periods before and from `at` */
    double dispersion;      /* Pearson's statistic over its degrees of freedom on both sides, at least 1 */
    double p;               /* 1 where nothing can be said */
} hs_share_change;

/* The split that fits best by likelihood, as Worsley (1983) finds a change in a binomial probability. The
 * likelihood ratio is divided by the dispersion (McCullagh and Nelder 1989), since counts of periods vary
 * more than coin tosses; p is that of chi-square times the number of splits (Bonferroni), which errs high.
 * Periods without counts split nothing. hits[i] <= all[i]. Pure, O(count). */
hs_share_change hs_share_change_of(const uint64_t *hits, const uint64_t *all, uint32_t count);

#endif
