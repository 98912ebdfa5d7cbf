"""Shares of counts that change over periods, or do not: every split tried with scipy."""
import csv

import numpy
from scipy.stats import binomtest, chi2

random = numpy.random.default_rng(8)


def log_likelihood(hits, tries):
    share = hits.sum() / tries.sum()
    return float(numpy.sum(numpy.where(hits > 0, hits * numpy.log(share or 1), 0)) +
                 numpy.sum(numpy.where(hits < tries, (tries - hits) * numpy.log1p(-share if share < 1 else 0), 0)))


def pearson(hits, tries):
    share = hits.sum() / tries.sum()
    kept = tries > 0
    if share in (0, 1):
        return 0.0
    return float(numpy.sum((hits[kept] - tries[kept] * share) ** 2 / (tries[kept] * share * (1 - share))))


def change(hits, tries):
    ratios = {at: 2 * (log_likelihood(hits[:at], tries[:at]) + log_likelihood(hits[at:], tries[at:]) -
                       log_likelihood(hits, tries))
              for at in range(1, len(hits)) if tries[:at].sum() and tries[at:].sum() and tries[at]}
    at = max(ratios, key=ratios.get)
    dispersion = max(1, (pearson(hits[:at], tries[:at]) + pearson(hits[at:], tries[at:])) / ((tries > 0).sum() - 2))
    return at, dispersion, min(1, len(ratios) * chi2.sf(ratios[at] / dispersion, 1))


series = []
for number, (length, before, after, at, noise) in enumerate([
        (12, .5, .5, 6, 0), (12, .5, .65, 7, 0), (24, .2, .5, 20, 0), (24, .5, .5, 12, .1), (36, .4, .55, 9, .08),
        (8, .02, .02, 4, 0), (8, .9, .99, 5, 0), (5, .3, .6, 1, 0)]):
    tries = random.poisson(90, length)
    if number == 2:
        tries[[3, 9]] = 0
    shares = numpy.clip(numpy.where(numpy.arange(length) < at, before, after) + random.normal(0, noise, length), 0, 1)
    series.append((random.binomial(tries, shares), tries))
with open("share_change.csv", "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    writer.writerow(["hits", "tries", "at", "dispersion", "p", "low", "high"])
    for hits, tries in series:
        at, dispersion, p = change(hits, tries)
        low, high = binomtest(int(hits[at:].sum()), int(tries[at:].sum())).proportion_ci(method="wilson")
        writer.writerow([" ".join(map(str, hits)), " ".join(map(str, tries)), at, repr(float(dispersion)), repr(float(p)),
                         repr(float(low)), repr(float(high))])
