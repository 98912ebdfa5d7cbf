"""Emerging hot spots of a small sample city against an implementation of their own: counts from exported incidents, Gi*
by numpy over the explicit cube, exact p-values by whole numbers, names by the definitions."""
import csv
import datetime
import json
import math
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import numpy

HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")


def run(*arguments, status=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == status, (arguments, result.returncode, result.stdout, result.stderr)
    return result


def ask(path, status=200):
    try:
        with urllib.request.urlopen(BASE + path, timeout=300) as answer:
            code, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        code, body = error.code, error.read()
    assert code == status, (path, code, body[:300])
    return json.loads(body)


def adjust(p):
    """Benjamini-Hochberg."""
    order = numpy.argsort(p, kind="stable")
    q = numpy.minimum.accumulate((p[order] * len(p) / numpy.arange(1, len(p) + 1))[::-1])[::-1]
    out = numpy.empty(len(p))
    out[order] = numpy.minimum(q, 1)
    return out


def sums_of_draws(values, most):
    """ways[d][s]: subsets of d of the values whose sum is s, as whole numbers."""
    largest = int(sum(sorted(values)[-most:]))
    ways = [[0] * (largest + 1) for _ in range(most + 1)]
    ways[0][0] = 1
    for value in set(values):
        times = int(numpy.count_nonzero(values == value))
        choose = [math.comb(times, c) for c in range(most + 1)]
        for d in range(most, -1, -1):
            row = [0] * (largest + 1)
            for c in range(min(d, times) + 1):
                shift = c * int(value)
                for s, w in enumerate(ways[d - c]):
                    if w and s + shift <= largest:
                        row[s + shift] += choose[c] * w
            ways[d] = row
    return ways


def exact_p(ways, draws, total):
    row = ways[draws]
    every = sum(row)
    return min(1, 2 * min(sum(row[int(total):]), sum(row[:int(total) + 1])) / every)


def mann_kendall(x, window):
    n = len(x)
    s = int(sum(numpy.sign(x[i + 1:] - x[i]).sum() for i in range(n - 1)))
    _, ties = numpy.unique(x, return_counts=True)
    variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
    extra = sum((n - i) * (n - i - 1) * (n - i - 2) * 6 / math.pi * math.asin((1 - i / window) / 2) for i in range(1, window))
    variance *= 1 + 2 * extra / (n * (n - 1) * (n - 2))
    z = (s - numpy.sign(s)) / math.sqrt(variance)
    return s, z, math.erfc(abs(z) / math.sqrt(2))


def name(states, trend):
    last = states[-1]
    for sign, word in ((1, "hot"), (-1, "cold")):
        count, most = (states == sign).sum(), (states == sign).sum() >= 0.9 * len(states)
        if last != sign:
            if most:
                return "historical-" + word
            continue
        if count == 1:
            return "new-" + word
        if most:
            return {1: "intensifying-", -1: "diminishing-", 0: "persistent-"}[trend * sign] + word
        if (states[-count:] == sign).all():
            return "consecutive-" + word
        return ("oscillating-" if (states == -sign).any() else "sporadic-") + word
    return "none"


def local_months(bounds):
    return [datetime.datetime.fromisoformat(b) for b in bounds]


def check_against_own(query, lag):
    answer = ask("/hotspots/emerging?level=cell&" + query)
    features = answer["features"]
    ids = {f["properties"]["code"]: i for i, f in enumerate(features)}
    bounds = local_months(answer["steps"]["bounds"])
    steps, n = len(bounds) - 1, len(features)
    counts = numpy.zeros((steps, n))
    path = os.path.join(folder, "incidents.csv")
    run("export", store, "incidents", "--max-accuracy", "100", "-o", path)
    early = 0
    for row in csv.DictReader(open(path)):
        cell = row["cell"]
        when = row["occurred"] or row["reported"]
        if not cell or not when:
            continue
        when = datetime.datetime.fromisoformat(when.replace("Z", "+00:00"))
        step = sum(b <= when for b in bounds) - 1
        if step < 0:
            early += 1
        elif step < steps:
            counts[step, ids[cell]] += 1
    assert early == answer["before_first_step"], (early, answer["before_first_step"])
    assert list(counts.sum(axis=0)) == [f["properties"]["n"] for f in features]
    w = numpy.array(ask("/hotspots/gi-star?level=cell&permutations=0")["links"])
    near = neighbours(features)
    assert near.sum() == w
    near += numpy.eye(n)
    bins = steps * n
    mean, deviation = counts.mean(), counts.std()
    z, p = numpy.zeros((steps, n)), numpy.zeros((steps, n))
    most = int(near.sum(axis=1).max()) * (lag + 1)
    ways = sums_of_draws(counts.ravel(), most)
    for t in range(steps):
        window = counts[max(0, t - lag):t + 1]
        sums, draws = near @ window.sum(axis=0), near.sum(axis=1) * len(window)
        z[t] = (sums - draws * mean) / (deviation * numpy.sqrt((bins * draws - draws ** 2) / (bins - 1)))
        p[t] = [exact_p(ways, int(d), s) for d, s in zip(draws, sums)]
    q = adjust(p.ravel()).reshape(steps, n)
    states = numpy.where(q <= 0.05, numpy.sign(z), 0)
    trends = [mann_kendall(z[:, i], lag + 1) for i in range(n)]
    trend_q = adjust(numpy.array([t[2] for t in trends]))
    named = set()
    for i, f in enumerate(features):
        a = f["properties"]
        assert numpy.allclose(a["series"], z[:, i], atol=0.00501)
        assert math.isclose(a["z"], z[-1, i], abs_tol=1e-10) and math.isclose(a["p_value"], p[-1, i], rel_tol=1e-10)
        assert math.isclose(a["q_value"], q[-1, i], rel_tol=1e-9)
        assert a["hot_steps"] == (states[:, i] > 0).sum() and a["cold_steps"] == (states[:, i] < 0).sum()
        assert a["trend_s"] == trends[i][0] and math.isclose(a["trend_q"], trend_q[i], rel_tol=1e-9)
        trend = numpy.sign(trends[i][0]) if trend_q[i] <= 0.05 else 0
        assert a["class"] == name(states[:, i], trend), (a["class"], name(states[:, i], trend))
        assert (a["class"] == "none") == (a["label_zh"] == "无明显规律")
        named.add(a["class"])
    assert answer["parameters"]["p_values"] == "exact"
    stands = answer["significant_by_correction"]
    assert stands["bh"] == answer["hot_bins"] + answer["cold_bins"] == (states != 0).sum()
    assert stands["none"] == (p <= 0.05).sum() and stands["bonferroni"] <= stands["by"] <= stands["bh"]
    assert sum(answer["classes"].values()) == n and len(answer["classes"]) == 17
    return named


def neighbours(features):
    from osgeo import ogr
    ogr.UseExceptions()
    shapes = [ogr.CreateGeometryFromJson(json.dumps(f["geometry"])) for f in features]
    boxes = [s.GetEnvelope() for s in shapes]
    near = numpy.zeros((len(shapes), len(shapes)))
    for i, a in enumerate(boxes):
        for j in range(i):
            b = boxes[j]
            if a[0] <= b[1] + 1e-4 and b[0] <= a[1] + 1e-4 and a[2] <= b[3] + 1e-4 and b[2] <= a[3] + 1e-4:
                near[i, j] = near[j, i] = shapes[i].Distance(shapes[j]) < 5e-6
    return near


def check_steps():
    answer = ask("/hotspots/emerging?level=community&datetime=2023-01-31/2024-05-30&step=month")
    assert [b[:10] for b in answer["steps"]["bounds"]][-3:] == ["2024-03-31", "2024-04-30", "2024-05-31"]
    assert answer["parameters"]["step"] == "month" and answer["steps"]["count"] == 16
    weeks = ask("/hotspots/emerging?level=community&datetime=2024-01-01/2024-06-30")
    assert weeks["parameters"]["step"] == "week" and weeks["steps"]["count"] == 26
    days = ask("/hotspots/emerging?level=community&datetime=2024-01-01/2024-03-31&step=days:3")
    assert days["parameters"]["step"] == "days:3" and days["steps"]["count"] == 30
    few = ask("/hotspots/emerging?level=community&datetime=2024-01-01/2024-03-31&step=month")
    assert few["enough"] is False and few["features"] == [] and few["reason_zh"]
    for query in ("step=year", "step=days:0", "lag=13", "lag=-1", "value=eb", "style=B", "count=attribute:x", "step=days:"):
        ask("/hotspots/emerging?" + query, 400)
    ask("/hotspots/emerging?grid=square:20&step=day", 400)  # more bins than are taken


def check_ways():
    """Of permutations and of the normal distribution."""
    exact = ask("/hotspots/emerging?level=community")["features"]
    permuted = ask("/hotspots/emerging?level=community&permutations=9999&seed=3")
    normal = ask("/hotspots/emerging?level=community&permutations=0")
    assert permuted["parameters"]["p_values"] == "permutation" and normal["parameters"]["p_values"] == "normal"
    for e, m in zip(exact, permuted["features"]):
        half = e["properties"]["p_value"] / 2
        assert abs(half - m["properties"]["p_value"] / 2) <= 6 * math.sqrt(half * (1 - half) / 9999) + 2e-4
    for f in normal["features"]:
        assert math.isclose(f["properties"]["p_value"], math.erfc(abs(f["properties"]["z"]) / math.sqrt(2)), rel_tol=1e-9)
    streets = ask("/hotspots/emerging?streets=true&step=days:60&weights=network:300")
    assert streets["features"][0]["geometry"]["type"] in ("LineString", "MultiLineString")
    rates = ask("/hotspots/emerging?level=community&value=per-population")
    assert rates["parameters"]["p_values"] == "permutation"


def check_files():
    path = os.path.join(folder, "emerging.csv")
    said = run("hotspots", store, "emerging", "--level", "cell", "-o", path, "--lang", "zh").stdout
    assert "时空热点" in said
    rows = list(csv.DictReader(open(path)))
    served = ask("/hotspots/emerging?level=cell")
    for row, f in zip(rows, served["features"]):
        assert row["class"] == f["properties"]["class"] and row["code"] == f["properties"]["code"]
        assert [float(x) for x in row["series_z"].split()] == f["properties"]["series"]
    run("hotspots", store, "emerging", "--style", "B", "-o", path, status=2)


run("sample", store, "--incidents", "3000")
server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
try:
    BASE = server.stdout.readline().strip()
    for _ in range(200):
        try:
            urllib.request.urlopen(BASE + "/readyz", timeout=5)
            break
        except urllib.error.URLError:
            time.sleep(0.1)
    seen = check_against_own("step=month", 1) | check_against_own("step=days:60&lag=2&correction=bh", 2)
    assert len(seen) > 3, seen
    check_steps()
    check_ways()
    check_files()
finally:
    server.terminate()
    assert server.wait(timeout=120) == 0
    shutil.rmtree(folder, ignore_errors=True)
print("emerging hot spots agree with an implementation of their own:", ", ".join(sorted(seen)))
