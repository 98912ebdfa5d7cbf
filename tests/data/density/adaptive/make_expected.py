#!/usr/bin/env python3
"""Abramson's bandwidths and adaptive densities of points in the plane, by plain sums: bandwidths.csv holds the
points with pilot (quartic, 300 m, per km^2) and bandwidth, places.csv the densities of three kernels at places.

Abramson (1982): h_i = h0 sqrt(g / f(x_i)), g the geometric mean of the pilots; trimmed at 5 h0.
Run /usr/bin/python3 make_expected.py (Debian: python3-numpy)."""
import csv
import math
import os

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
H0, TRIM = 300.0, 5.0
QUARTIC = lambda q: numpy.where(q < 1, 3 / math.pi * (1 - q) ** 2, 0)
KERNELS = {"quartic": QUARTIC,
           "triweight": lambda q: numpy.where(q < 1, 4 / math.pi * (1 - q) ** 3, 0),
           "gaussian": lambda q: numpy.exp(-q / 2) / (2 * math.pi)}


def main():
    random = numpy.random.default_rng(7)
    heaps = [random.normal(c, s, (n, 2)) for c, s, n in (((0, 0), 80, 240), ((1500, 400), 300, 120))]
    points = numpy.concatenate(heaps + [random.uniform(-3000, 3000, (40, 2)), [[9000.0, 9000.0]]])
    squared = ((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=2)
    pilot = QUARTIC(squared / H0**2).sum(axis=1) / (H0 / 1000) ** 2
    g = math.exp(numpy.log(pilot).mean())
    bandwidth = H0 * numpy.minimum(numpy.sqrt(g / pilot), TRIM)
    with open(os.path.join(HERE, "bandwidths.csv"), "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["x_m", "y_m", "pilot_per_km2", "bandwidth_m"])
        for (x, y), f, h in zip(points, pilot, bandwidth):
            out.writerow([repr(float(x)), repr(float(y)), f"{f:.12g}", f"{h:.12g}"])
    places = numpy.concatenate([points[::20], random.uniform(-2000, 2000, (20, 2))])
    with open(os.path.join(HERE, "places.csv"), "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["x_m", "y_m", *KERNELS])
        for x, y in places:
            q = ((points - [x, y]) ** 2).sum(axis=1) / bandwidth**2
            sums = [float((k(q) / (bandwidth / 1000) ** 2).sum()) for k in KERNELS.values()]
            out.writerow([repr(float(x)), repr(float(y)), *(f"{s:.12g}" for s in sums)])


main()
