#!/usr/bin/env python3
"""Makes points.csv and expected.csv: quartic densities of a small point set, independently of hotspotd.

Neighbours come from scikit-learn's BallTree; the kernel 3 / (pi h^2) (1 - d^2/h^2)^2 is Silverman's (1986).
The local plane is laid on WGS 84 by the radii of curvature at the probe's latitude.
"""
import csv
import math
import os

import numpy
from sklearn.neighbors import BallTree

HERE = os.path.dirname(os.path.abspath(__file__))
LON, LAT = 100.4497, 38.9259
A, F = 6378137.0, 1 / 298.257223563
E2 = F * (2 - F)


def radii(lat):
    """Metres a radian: east along the parallel, north along the meridian."""
    s = math.sin(math.radians(lat))
    n = A / math.sqrt(1 - E2 * s * s)
    return n * math.cos(math.radians(lat)), n * (1 - E2) / (1 - E2 * s * s)


def density(points, probe, h):
    east, north = radii(probe[1])
    plane = numpy.radians(points - numpy.array(probe)) * numpy.array([east, north])
    tree = BallTree(plane)
    found, distance = tree.query_radius([[0.0, 0.0]], h, return_distance=True)
    r2 = (distance[0] / h) ** 2
    km = h / 1000
    return 3 / (math.pi * km * km) * float(numpy.sum((1 - r2) ** 2)), len(found[0])


def main():
    random = numpy.random.default_rng(20240105)
    centres = numpy.array([[0, 0], [900, 300], [-700, 1100]])
    metres = numpy.concatenate([c + random.normal(0, 250, (60, 2)) for c in centres])
    east, north = radii(LAT)
    points = numpy.round(numpy.array([LON, LAT]) + numpy.degrees(metres / numpy.array([east, north])), 7)
    with open(os.path.join(HERE, "points.csv"), "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["lon", "lat"])
        out.writerows([f"{lon:.7f}", f"{lat:.7f}"] for lon, lat in points)
    with open(os.path.join(HERE, "expected.csv"), "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["lon", "lat", "bandwidth_m", "n", "per_km2"])
        for h in (150.0, 300.0, 1000.0):
            for _ in range(40):
                dx, dy = random.uniform(-1300, 1700, 2)
                probe = (round(LON + math.degrees(dx / east), 7), round(LAT + math.degrees(dy / north), 7))
                value, n = density(points, probe, h)
                out.writerow([f"{probe[0]:.7f}", f"{probe[1]:.7f}", f"{h:g}", n, f"{value:.9g}"])


if __name__ == "__main__":
    main()
