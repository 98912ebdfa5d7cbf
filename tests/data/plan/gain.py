"""Gains of one method over another in twelve periods: numpy's paired bootstrap, the same draws for both methods, a
million times."""
import csv

import numpy

random = numpy.random.default_rng(12)
with open("gain.csv", "w", newline="", encoding="utf-8") as file:
    writer = csv.writer(file)
    writer.writerow(["mine", "theirs", "mean", "low", "high"])
    for lead, noise in ((0.02, 0.03), (0, 0.05), (-0.01, 0.01), (0.05, 0.2)):
        level = random.uniform(0.1, 0.4, 12)  # of the period: hits both
        mine, theirs = (numpy.round(level + more + random.normal(0, noise, 12), 4) for more in (lead, 0))
        draws = random.integers(0, 12, (1_000_000, 12), dtype=numpy.int8)
        gains = mine[draws].mean(axis=1) - theirs[draws].mean(axis=1)
        low, high = numpy.percentile(gains, (2.5, 97.5))
        writer.writerow([" ".join(map(str, mine)), " ".join(map(str, theirs)), repr(float(mine.mean() - theirs.mean())),
                         repr(float(low)), repr(float(high))])
