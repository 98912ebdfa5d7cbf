#!/usr/bin/env python3
"""Made-up areas with cases and people by step of time (scan_cells.csv), and what trying every window by the
formulas says of them (scan_clusters.csv): the likeliest clusters of each kind of scan, none sharing an area with
one before it. Plain loops on purpose: nothing is shared with the program."""
import csv
import math
import random
from pathlib import Path

HERE = Path(__file__).parent
AREAS, STEPS = 36, 12
SHAPES = {1: 1, 1.5: 4, 2: 6, 3: 9, 4: 12, 5: 15}
# name, model, rates, steps taken together, longest window, prospective, share, ellipses, compactness
SCANS = [
    ("poisson-high", "poisson", "high", True, 1, False, 0.5, False, 0),
    ("poisson-low", "poisson", "low", True, 1, False, 0.5, False, 0),
    ("poisson-both", "poisson", "both", True, 1, False, 0.3, False, 0),
    ("bernoulli-high", "bernoulli", "high", True, 1, False, 0.5, False, 0),
    ("bernoulli-both", "bernoulli", "both", True, 1, False, 0.4, False, 0),
    ("poisson-ellipses", "poisson", "high", True, 1, False, 0.5, True, 0),
    ("poisson-compact", "poisson", "high", True, 1, False, 0.5, True, 0.5),
    ("bernoulli-round", "bernoulli", "high", True, 1, False, 0.5, True, 1),
    ("poisson-time", "poisson", "high", False, 5, False, 0.5, False, 0),
    ("poisson-time-low", "poisson", "low", False, 12, False, 0.3, False, 0),
    ("bernoulli-time", "bernoulli", "both", False, 4, False, 0.4, False, 0),
    ("permutation-time", "permutation", "high", False, 4, False, 0.5, False, 0),
    ("permutation-both", "permutation", "both", False, 6, False, 0.25, False, 0),
    ("poisson-now", "poisson", "high", False, 6, True, 0.5, False, 0),
    ("permutation-now", "permutation", "high", False, 6, True, 0.5, False, 0),
    ("permutation-ellipses", "permutation", "high", False, 4, False, 0.3, True, 0.5),
]


def make(seed):
    draw = random.Random(seed)
    x = [round(draw.uniform(0, 5000), 1) for _ in range(AREAS)]
    y = [round(draw.uniform(0, 8000), 1) for _ in range(AREAS)]
    people, cases = [], []
    for a in range(AREAS):
        base = draw.randint(20, 120)
        people.append([base + draw.randint(0, 9) for _ in range(STEPS)])
        row = []
        for t in range(STEPS):
            rate = 0.06
            if math.hypot(x[a] - 2000, y[a] - 3000) < 1300 and 4 <= t < 7:
                rate = 0.13
            if math.hypot(x[a] - 4000, y[a] - 6500) < 1200 and t >= 9:
                rate = 0.12
            if x[a] < 1000:
                rate *= 0.7
            row.append(sum(draw.random() < rate for _ in range(people[a][t])))
        cases.append(row)
    return x, y, people, cases


def term(k, expected):
    return k * math.log(k / expected) if k > 0 else 0.0


def ratio(model, rates, c, total, n, everybody):
    """n: of the Bernoulli model people, else the expected number."""
    expected = total * n / everybody if model == "bernoulli" else n
    if not 0 < expected < total or (c > expected and rates == "low") or (c < expected and rates == "high") or c == expected:
        return 0.0
    value = term(c, expected) + term(total - c, total - expected)
    if model == "bernoulli":
        controls = everybody - total
        value += term(n - c, n * controls / everybody) + term(everybody - n - total + c, (everybody - n) * controls / everybody)
    return value


def orders(x, y, size, share, ellipses):
    most = share * sum(size) * (1 + 1e-12)
    for shape, angles in SHAPES.items():
        if shape > 1 and not ellipses:
            break
        for k in range(angles):
            angle = math.pi * k / angles
            for centre in range(AREAS):
                far = []
                for a in range(AREAS):
                    dx, dy = x[a] - x[centre], y[a] - y[centre]
                    along = dx * math.cos(angle) + dy * math.sin(angle)
                    across = dy * math.cos(angle) - dx * math.sin(angle)
                    far.append((math.hypot(along / shape, across), a))
                far.sort()
                inside, members = 0, []
                for distance, a in far:
                    inside += size[a]
                    if inside > most:
                        break
                    members.append(a)
                yield centre, shape, angle, members


def scan(x, y, people, cases, model, rates, together, longest, now, share, ellipses, compactness):
    if together:
        people, cases = [[sum(r)] for r in people], [[sum(r)] for r in cases]
    steps = len(cases[0])
    total = sum(map(sum, cases))
    everybody = sum(map(sum, people))
    of_step = [sum(row[t] for row in cases) for t in range(steps)]
    size = [sum(r) for r in (cases if model == "permutation" else people)]
    if model == "permutation":
        part = [[sum(cases[a]) * of_step[t] / total for t in range(steps)] for a in range(AREAS)]
    elif model == "poisson":
        part = [[total * p / everybody for p in row] for row in people]
    else:
        part = people
    windows = []
    for centre, shape, angle, members in orders(x, y, size, share, ellipses):
        penalty = (4 * shape / (shape + 1) ** 2) ** compactness
        c, n = [0] * steps, [0.0] * steps
        for k, a in enumerate(members):
            for t in range(steps):
                c[t] += cases[a][t]
                n[t] += part[a][t]
            for end in [steps] if now else range(1, steps + 1):
                for begin in range(max(0, end - longest), end):
                    inside, held = sum(c[begin:end]), sum(n[begin:end])
                    value = ratio(model, rates, inside, total, held, everybody)
                    if value > 0:
                        windows.append((penalty * value, value, inside, total * held / everybody if model == "bernoulli" else held,
                                        centre, shape, angle, begin, end, members[:k + 1]))
    windows.sort(key=lambda w: -w[0])
    taken, found = set(), []
    for w in windows:
        if not taken & set(w[-1]):
            taken |= set(w[-1])
            found.append(w)
        if len(found) == 3:
            break
    return found


def main():
    x, y, people, cases = make(7)
    with open(HERE / "scan_cells.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["area", "x", "y", "step", "people", "cases"])
        for a in range(AREAS):
            for t in range(STEPS):
                writer.writerow([a, x[a], y[a], t, people[a][t], cases[a][t]])
    with open(HERE / "scan_clusters.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow("scan model rates together longest prospective share ellipses compactness rank ratio begin end size "
                        "cases expected llr statistic members".split())
        for name, *rest in SCANS:
            for rank, w in enumerate(scan(x, y, people, cases, *rest)):
                statistic, value, inside, expected, _, shape, _, begin, end, members = w
                writer.writerow([name, *(int(v) if isinstance(v, bool) else v for v in rest), rank, shape, begin, end, len(members),
                                 inside, repr(expected), repr(value), repr(statistic), " ".join(map(str, sorted(members)))])


main()
