#!/usr/bin/env python3
"""Masses of lixels on small networks, by walking every path: networks.csv holds segments, events.csv the events,
expected.csv the mass of each lixel for each method and kernel.

Kernels are integrated by Gauss and Legendre's rule on pieces of 0.25 m: lengths and places are multiples of
0.5 m, so every place where a kernel ends or two paths meet is the end of a piece, and between them kernels are
polynomials, for which six points are exact. The rules at nodes are those of Okabe and Sugihara (2012), Spatial
Analysis along Networks, chapter 9. Run /usr/bin/python3 make_expected.py (Debian: python3-numpy)."""
import csv
import heapq
import math
import os

import numpy

HERE = os.path.dirname(os.path.abspath(__file__))
LIXEL, PIECE = 7.0, 0.25
KERNELS = {"quartic": lambda r: 15 / 16 * (1 - r * r) ** 2, "epanechnikov": lambda r: 3 / 4 * (1 - r * r),
           "triweight": lambda r: 35 / 32 * (1 - r * r) ** 3, "uniform": lambda r: 0.5 + 0 * r,
           "triangular": lambda r: 1 - r}
NETWORKS = {  # (from, to, length)
    "street": [(0, 1, 200)],
    "tee": [(0, 1, 40), (1, 2, 25), (1, 3, 60)],
    "cross": [(0, 1, 30), (1, 2, 35), (1, 3, 20), (4, 1, 50)],
    "ring": [(0, 1, 20), (1, 2, 25), (2, 0, 30)],
    "eight": [(0, 1, 20), (1, 2, 25), (2, 0, 15), (2, 3, 30), (3, 4, 20), (4, 2, 25)],
    "parallel": [(0, 1, 30), (1, 0, 42), (1, 2, 50)],
    "loop": [(0, 1, 30), (1, 1, 36)],
    "stub": [(0, 1, 50), (1, 2, 10), (1, 3, 50)],
    "block": [(0, 1, 24), (1, 2, 24), (3, 4, 24), (4, 5, 24), (0, 3, 30), (1, 4, 30), (2, 5, 30)],
}
# segment, along, weight, bandwidth
EVENTS = {name: [(s % len(net), min(a, net[s % len(net)][2]), w, h)
                 for s, a, w, h in ((0, 3.5, 1, 60), (0, 17, 2, 60), (1, 12.5, 1, 35), (2, 8, 0.5, 50))]
          for name, net in NETWORKS.items()}


def darts_at(net, node):
    return [(s, d) for s, (a, b, _) in enumerate(net) for d, end in ((0, a), (1, b)) if end == node]


def waves(net, segment, direction, distance, share, bandwidth, continuous, out):
    """All that goes on after running out of `segment` in `direction`, as (segment, direction, distance, share)."""
    if distance >= bandwidth:
        return
    node = net[segment][1 - direction]
    darts = darts_at(net, node)
    for s, d in darts:
        back = s == segment and d == 1 - direction
        if continuous:
            c = 2 / len(darts) - (1 if back else 0)
        else:
            c = 0 if back or len(darts) < 2 else 1 / (len(darts) - 1)
        if c:
            out.append((s, d, distance, share * c))
            waves(net, s, d, distance + net[s][2], share * c, bandwidth, continuous, out)


def equal_split(net, event, kernel, continuous, segment, x):
    s0, along, weight, h = event
    out = []
    waves(net, s0, 0, net[s0][2] - along, 1.0, h, continuous, out)
    waves(net, s0, 1, along, 1.0, h, continuous, out)
    total = numpy.zeros_like(x)
    distances = [(numpy.abs(x - along), 1.0)] if segment == s0 else []
    for s, d, distance, share in out:
        if s == segment:
            distances.append((distance + (x if d == 0 else net[s][2] - x), share))
    for distance, share in distances:
        total += share * numpy.where(distance < h, kernel(distance / h), 0)
    return weight * total / h


def simple(net, event, kernel, segment, x):
    s0, along, weight, h = event
    best, heap = {}, [(along, net[s0][0]), (net[s0][2] - along, net[s0][1])]
    while heap:
        d, v = heapq.heappop(heap)
        if v in best:
            continue
        best[v] = d
        for s, (a, b, length) in enumerate(net):
            for end, other in ((a, b), (b, a)):
                if end == v:
                    heapq.heappush(heap, (d + length, other))
    a, b, length = net[segment]
    distance = numpy.minimum(best[a] + x, best[b] + length - x)
    if segment == s0:
        distance = numpy.minimum(distance, numpy.abs(x - along))
    return weight * numpy.where(distance < h, kernel(distance / h), 0) / h


def masses(net, events, method, kernel):
    node, factor = numpy.polynomial.legendre.leggauss(6)
    for s, (_, _, length) in enumerate(net):
        count = math.ceil(length / LIXEL)
        edges = numpy.unique(numpy.concatenate([numpy.arange(0, length + PIECE / 2, PIECE),
                                                numpy.arange(count + 1) * (length / count)]))
        width = numpy.diff(edges)
        x = (edges[:-1, None] + width[:, None] * (node[None, :] + 1) / 2).ravel()
        value = numpy.zeros_like(x)
        for event in events:
            value += simple(net, event, kernel, s, x) if method == "simple" else equal_split(
                net, event, kernel, method == "equal-split-continuous", s, x)
        piece = (value.reshape(-1, 6) * factor).sum(axis=1) * width / 2
        lixel = numpy.minimum(((edges[:-1] + width / 2) / (length / count)).astype(int), count - 1)
        for i in range(count):
            yield s, i, float(piece[lixel == i].sum())


def write(name, header, rows):
    with open(os.path.join(HERE, name), "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows(rows)


def main():
    write("networks.csv", ["network", "from", "to", "length_m"],
          [(name, *segment) for name, net in NETWORKS.items() for segment in net])
    write("events.csv", ["network", "segment", "along_m", "weight", "bandwidth_m"],
          [(name, *event) for name, events in EVENTS.items() for event in events])
    rows = []
    for name, net in NETWORKS.items():
        for method in ("simple", "equal-split-discontinuous", "equal-split-continuous"):
            for kernel, shape in KERNELS.items():
                if method == "simple" and kernel in ("triweight", "epanechnikov"):
                    continue
                rows += [(name, method, kernel, s, i, f"{m:.13g}")
                         for s, i, m in masses(net, EVENTS[name], method, shape)]
    write("expected.csv", ["network", "method", "kernel", "segment", "lixel", "mass"], rows)


main()
