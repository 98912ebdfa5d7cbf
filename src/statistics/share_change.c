#include "statistics/share_change.h"

#include <math.h>

#define NORMAL_97_5 1.959963984540054

hs_share hs_share_of(uint64_t hits, uint64_t all) {
    if (all == 0) return (hs_share){(double)NAN, (double)NAN, (double)NAN};
    double n = (double)all, z2 = NORMAL_97_5 * NORMAL_97_5, share = (double)hits / n;
    double middle = (share + z2 / (2 * n)) / (1 + z2 / n);
    double half = NORMAL_97_5 / (1 + z2 / n) * sqrt(share * (1 - share) / n + z2 / (4 * n * n));
    return (hs_share){share, hits == 0 ? 0 : middle - half, hits == all ? 1 : middle + half};
}

/* Log likelihood at the share itself. */
static double fit(double hits, double all) {
    double sum = 0;
    if (hits > 0) sum += hits * log(hits / all);
    if (hits < all) sum += (all - hits) * log1p(-hits / all);
    return sum;
}

/* Pearson's statistic of some periods about their own share, and how many have counts. */
static double spread(const uint64_t *hits, const uint64_t *all, uint32_t first, uint32_t end, double share,
                     uint32_t *counted) {
    double sum = 0;
    for (uint32_t i = first; i < end; i++) {
        if (all[i] == 0) continue;
        ++*counted;
        double off = (double)hits[i] - (double)all[i] * share;
        if (share > 0 && share < 1) sum += off * off / ((double)all[i] * share * (1 - share));
    }
    return sum;
}

hs_share_change hs_share_change_of(const uint64_t *hits, const uint64_t *all, uint32_t count) {
    uint64_t total = 0, found = 0, n = 0, k = 0, best_n = 0, best_k = 0;
    uint32_t splits = 0, counted = 0;
    double most = 0;
    hs_share_change c = {.dispersion = 1, .p = 1};
    for (uint32_t i = 0; i < count; i++) {
        total += all[i];
        found += hits[i];
    }
    for (uint32_t i = 1; i < count; i++) {
        n += all[i - 1];
        k += hits[i - 1];
        if (n == 0 || n == total || all[i] == 0) continue;
        double ratio = 2 * (fit((double)k, (double)n) + fit((double)(found - k), (double)(total - n)) -
                            fit((double)found, (double)total));
        splits++;
        if (ratio <= most) continue;
        most = ratio;
        c.at = i;
        best_n = n;
        best_k = k;
    }
    c.before = hs_share_of(best_k, best_n);
    c.after = hs_share_of(found - best_k, total - best_n);
    if (c.at == 0) return c;
    double off = spread(hits, all, 0, c.at, c.before.share, &counted) +
                 spread(hits, all, c.at, count, c.after.share, &counted);
    if (counted > 2) c.dispersion = fmax(1, off / (counted - 2));
    c.p = fmin(1, splits * erfc(sqrt(most / c.dispersion / 2)));
    return c;
}
