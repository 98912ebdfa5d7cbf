"""The points of points.csv as scikit-learn clusters them by OPTICS, and HDBSCAN by its definition in a few lines: the
components of the graph of mutual reachability at every level. python3 points.py, in this folder (Debian:
python3-sklearn)."""
import csv

import numpy
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree
from sklearn.cluster import OPTICS

points = numpy.array([[float(r["x"]), float(r["y"])] for r in csv.DictReader(open("points.csv"))])
LEAST = 8


def write(name, **columns):
    with open(name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(zip(*[[repr(float(v)) if isinstance(v, float) else int(v) for v in c] for c in columns.values()]))


o = OPTICS(min_samples=LEAST, max_eps=200, xi=0.05, predecessor_correction=False).fit(points)
write("optics.csv", order=o.ordering_, reachability=o.reachability_, core=o.core_distances_, xi=o.labels_)

distance = numpy.sqrt(((points[:, None] - points[None]) ** 2).sum(2))
core = numpy.sort(distance, 1)[:, LEAST - 1]
reach = numpy.maximum(distance, numpy.maximum(core[:, None], core[None]))
n = len(points)


def components(members, level):
    """Of `members`, joined by what is nearer than level."""
    joined = reach[numpy.ix_(members, members)] < level
    count, part = connected_components(joined, directed=False)
    return [[m for m, p in zip(members, part) if p == k] for k in range(count)]


birth, parent, stability, death = {}, {}, {}, {}
last, lam = numpy.zeros(n, int), numpy.zeros(n)
clusters = 0


def grow(members, level_of_birth, mother):
    """One cluster from its birth on, until it splits or is gone."""
    global clusters
    me = clusters
    clusters += 1
    birth[me], parent[me], stability[me], death[me] = level_of_birth, mother, 0.0, 0.0
    start = 1 / level_of_birth if numpy.isfinite(level_of_birth) else 0.0
    while True:
        # The highest level at which it falls apart: one of its spanning tree's edges.
        levels = numpy.unique(minimum_spanning_tree(reach[numpy.ix_(members, members)]).data)[::-1]
        level = next(l for l in levels if len(components(members, l)) > 1)
        parts = components(members, level)
        large = [p for p in parts if len(p) >= LEAST]
        death[me] = max(death[me], 1 / level)
        if len(large) != 1:
            stability[me] += len(members) * (1 / level - start)
            for i in members:
                lam[i], last[i] = 1 / level, me
            for part in large:
                grow(part, level, me)
            return
        gone = sorted(set(members) - set(large[0]))
        stability[me] += len(gone) * (1 / level - start)
        for i in gone:
            lam[i], last[i] = 1 / level, me
        members = large[0]


grow(list(range(n)), numpy.inf, None)
best, taken, deepest = {}, {}, {}
for c in reversed(range(clusters)):
    children = [k for k in range(clusters) if parent[k] == c]
    below = sum(best[k] for k in children)
    taken[c] = parent[c] is not None and stability[c] >= below
    best[c] = stability[c] if taken[c] else below
    deepest[c] = max([death[c]] + [deepest[k] for k in children])


def top_taken(c):
    found = None
    while c is not None:
        found = c if taken[c] else found
        c = parent[c]
    return found


label = [top_taken(c) for c in last]
number = {}
for c in label:
    if c is not None:
        number.setdefault(c, len(number))
write("hdbscan.csv", cluster=[-1 if c is None else number[c] for c in label],
      stability=[0.0 if c is None else stability[c] for c in label],
      probability=[0.0 if c is None else min(lam[i] / death[c], 1.0) for i, c in enumerate(label)],
      outlier=[1 - lam[i] / deepest[c] for i, c in enumerate(last)])
