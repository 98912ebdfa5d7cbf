#!/usr/bin/env python3
"""Makes rings.csv and expected.csv: masses of kernels inside polygons, independently of hotspotd.

About each place the plane is cut into sectors whose rays meet the same edges in the same order; in a sector the
mass is the integral over the angle of sums of F(R) = integral of k(r) r dr at the places where a ray enters and
leaves, by Gauss-Legendre's rule of 20 points on pieces that are halved until they agree. hotspotd integrates along the edges instead.
"""
import csv
import math
import os

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
NODES, WEIGHTS = numpy.polynomial.legendre.leggauss(20)
REACH = 5.5
# Mass within R of a kernel of bandwidth 1, as a share of the whole.
WITHIN = {
    "quartic": lambda r: 1 - (1 - r**2) ** 3,
    "epanechnikov": lambda r: 1 - (1 - r**2) ** 2,
    "triweight": lambda r: 1 - (1 - r**2) ** 4,
    "uniform": lambda r: r**2,
    "triangular": lambda r: 3 * r**2 - 2 * r**3,
    "gaussian": lambda r: (1 - numpy.exp(-(r**2) / 2)) / (1 - math.exp(-(REACH**2) / 2)),
}


def reach_of(kernel):
    return REACH if kernel == "gaussian" else 1.0


def mass(rings, x, y, kernel, h):
    reach = reach_of(kernel)
    a = numpy.concatenate([(ring - [x, y]) / h for ring in rings])
    b = numpy.concatenate([(numpy.roll(ring, -1, axis=0) - [x, y]) / h for ring in rings])
    e = b - a
    cuts = list(numpy.arctan2(a[:, 1], a[:, 0])) + [-math.pi, math.pi]
    # Where edges cross the rim, and their feet, near which R changes fastest.
    for p, d in zip(a, e):
        l2 = d @ d
        along, c = p @ d, p @ p - reach**2
        cuts.append(math.atan2(*(p - along / l2 * d)[::-1]))
        root = along**2 - l2 * c
        if root > 0:
            for t in ((-along - math.sqrt(root)) / l2, (-along + math.sqrt(root)) / l2):
                cuts.append(math.atan2(*(p + t * d)[::-1]))
    cuts = numpy.unique(cuts)
    # Halved until halves agree with the whole: R changes fast where a ray grazes an edge.
    total = 0.0
    pieces = [(low, high, along_rays(a, b, kernel, reach, low, high), 0) for low, high in zip(cuts[:-1], cuts[1:])]
    while pieces:
        low, high, whole, depth = pieces.pop()
        middle = (low + high) / 2
        halves = [along_rays(a, b, kernel, reach, low, middle), along_rays(a, b, kernel, reach, middle, high)]
        if abs(sum(halves) - whole) < 1e-14 or depth > 30:
            total += sum(halves)
        else:
            pieces += [(low, middle, halves[0], depth + 1), (middle, high, halves[1], depth + 1)]
    return total / (2 * math.pi)


def along_rays(a, b, kernel, reach, low, high):
    theta = (low + high) / 2 + (high - low) / 2 * NODES
    u = numpy.stack([numpy.cos(theta), numpy.sin(theta)], axis=1)
    # Side of each end of each edge from each ray: a ray meets an edge whose ends lie on two sides.
    side_a = u[:, None, 0] * a[None, :, 1] - u[:, None, 1] * a[None, :, 0]
    side_b = u[:, None, 0] * b[None, :, 1] - u[:, None, 1] * b[None, :, 0]
    meets = (side_a > 0) != (side_b > 0)
    with numpy.errstate(divide="ignore", invalid="ignore"):
        t = side_a / (side_a - side_b)
        at = a[None] + t[..., None] * (b - a)[None]
        r = (at * u[:, None, :]).sum(axis=2)
    r = numpy.where(meets & (r > 0), r, numpy.inf)
    r.sort(axis=1)
    within = numpy.where(numpy.isfinite(r), WITHIN[kernel](numpy.minimum(r, reach)), 0.0)
    # From outside the first crossing enters: minus, plus, ...; from inside plus, minus, ...
    inside = numpy.isfinite(r).sum(axis=1) % 2 == 1
    value = numpy.where(inside, 1.0, -1.0) * (within * (-1.0) ** numpy.arange(r.shape[1])).sum(axis=1)
    return (high - low) / 2 * (WEIGHTS @ value)


def contains(rings, x, y):
    inside = False
    for ring in rings:
        for (x0, y0), (x1, y1) in zip(ring, numpy.roll(ring, -1, axis=0)):
            if (y0 <= y) != (y1 <= y) and x0 + (y - y0) / (y1 - y0) * (x1 - x0) < x:
                inside = not inside
    return inside


def star(random, centre, radius, vertices, clockwise=False):
    angles = numpy.sort(random.uniform(0, 2 * math.pi, vertices))
    radii = radius * random.uniform(0.35, 1, vertices)
    ring = numpy.round(centre + numpy.stack([radii * numpy.cos(angles), radii * numpy.sin(angles)], axis=1), 3)
    return ring[::-1] if clockwise else ring


def main():
    random = numpy.random.default_rng(1985)
    shapes = {
        "square": [numpy.array([[0.0, 0], [1000, 0], [1000, 1000], [0, 1000]])],
        "ring": [numpy.array([[0.0, 0], [1000, 0], [1000, 1000], [0, 1000]]),
                 numpy.array([[400.0, 400], [400, 600], [600, 600], [600, 400]])],
        "star": [star(random, [300, -200], 900, 40)],
        "islands": [star(random, [-600, 0], 500, 25), star(random, [700, 100], 550, 30),
                    star(random, [700, 100], 150, 9, True)],
        "strip": [numpy.array([[-3000.0, -20], [3000, -20], [3000, 20], [-3000, 20]])],
    }
    with open(os.path.join(HERE, "rings.csv"), "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["shape", "ring", "x_m", "y_m"])
        for name, rings in shapes.items():
            for number, ring in enumerate(rings):
                out.writerows([name, number, f"{x:.3f}", f"{y:.3f}"] for x, y in ring)
    with open(os.path.join(HERE, "expected.csv"), "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["shape", "kernel", "bandwidth_m", "x_m", "y_m", "inside", "mass"])
        for name, rings in shapes.items():
            low = numpy.concatenate(rings).min(axis=0) - 150
            high = numpy.concatenate(rings).max(axis=0) + 150
            for kernel in WITHIN:
                for h in (40.0, 300.0, 2500.0):
                    h = round(h / 2.5) if kernel == "gaussian" else h
                    for _ in range(12):
                        x, y = numpy.round(random.uniform(low, high), 2)
                        value = mass(rings, x, y, kernel, h)
                        assert -1e-9 < value < 1 + 1e-9, (name, kernel, h, x, y, value)
                        out.writerow([name, kernel, f"{h:g}", f"{x:.2f}", f"{y:.2f}",
                                      int(contains(rings, x, y)), f"{value:.12f}"])


if __name__ == "__main__":
    main()
