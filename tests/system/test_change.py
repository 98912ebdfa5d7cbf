"""Change between two periods of a small sample city: counts by exported incidents, p-values by whole numbers, the whole
city, what is refused, files."""
import collections
import csv
import json
import math
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from fractions import Fraction

HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
PERIODS = "datetime=2024-07-01/2025-06-30&compare=2022-07-01/2024-06-30"


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


def counts(period):
    path = os.path.join(folder, "incidents.csv")
    run("export", store, "incidents", "--max-accuracy", "100", "--datetime", period, "-o", path)
    return collections.Counter(row["cell"] for row in csv.DictReader(open(path)) if row["cell"])


def adjust(p):
    order = sorted(range(len(p)), key=lambda i: p[i])
    q, least = [0.0] * len(p), 1.0
    for rank in range(len(p), 0, -1):
        least = min(least, p[order[rank - 1]] * len(p) / rank)
        q[order[rank - 1]] = least
    return q


def binomial(a, n, share):
    """Central two-sided p by fractions."""
    share = Fraction(share)
    term = [math.comb(n, k) * share ** k * (1 - share) ** (n - k) for k in range(n + 1)]
    return float(min(1, 2 * min(sum(term[a:]), sum(term[:a + 1]))))


def hypergeometric(a, n, marked, total):
    term = {k: math.comb(marked, k) * math.comb(total - marked, n - k) for k in range(max(0, n + marked - total), min(n, marked) + 1)}
    every = sum(term.values())
    return float(min(1, 2 * min(Fraction(sum(v for k, v in term.items() if k >= a), every),
                                Fraction(sum(v for k, v in term.items() if k <= a), every))))


def check_counts_and_p():
    now, before = counts("2024-07-01/2025-06-30"), counts("2022-07-01/2024-06-30")
    answer = ask("/hotspots/change?level=cell&" + PERIODS)
    t = answer["parameters"]
    assert abs(t["months"] - 365 / (365.25 / 12)) < 1e-9 and abs(t["compare_months"] - 731 / (365.25 / 12)) < 1e-9
    share = t["months"] / (t["months"] + t["compare_months"])
    features = [f["properties"] for f in answer["features"]]
    tested = [f for f in features if f["n"] + f["n_before"] > 0]
    p = []
    for f in features:
        assert f["n"] == now[f["code"]] and f["n_before"] == before[f["code"]], f
        if f["n"] + f["n_before"] == 0:
            assert f["p_value"] is None and f["class"] == "few"
            continue
        p.append(binomial(f["n"], f["n"] + f["n_before"], share))
        assert math.isclose(f["p_value"], p[-1], rel_tol=1e-9), (f, p[-1])
        assert math.isclose(f["expected"], f["n_before"] * t["months"] / t["compare_months"], abs_tol=1e-9)
        if f["n_before"]:
            assert math.isclose(f["value"], f["n"] / t["months"] / (f["n_before"] / t["compare_months"]), rel_tol=1e-12)
            assert f["ratio_low"] <= f["value"] <= f["ratio_high"]
        else:
            assert f["value"] is None and f["ratio_high"] is None
        assert (f["p_value"] < 0.05) == (f["ratio_low"] > 1 or (f["ratio_high"] is not None and f["ratio_high"] < 1))
    for f, q in zip(tested, adjust(p)):
        assert math.isclose(f["q_value"], q, rel_tol=1e-9)
        if q <= 0.05:
            assert f["class"] == ("increase" if f["n"] > f["expected"] else "decrease")
    whole = answer["overall"]
    assert whole["n"] == sum(f["n"] for f in features) == answer["incidents"]["counted"]
    assert whole["n_before"] == answer["before"]["incidents"]["counted"]
    assert whole["ratio_low"] < whole["ratio"] < whole["ratio_high"]
    relative = ask("/hotspots/change?level=cell&relative=true&" + PERIODS)
    total = whole["n"] + whole["n_before"]
    for f in relative["features"]:
        f = f["properties"]
        if f["n"] + f["n_before"] > 0:
            assert math.isclose(f["p_value"], hypergeometric(f["n"], f["n"] + f["n_before"], whole["n"], total), rel_tol=1e-8)
    e_test = ask("/hotspots/change?level=cell&test=e-test&" + PERIODS)
    mid_p = ask("/hotspots/change?level=cell&test=mid-p&" + PERIODS)
    assert e_test["parameters"]["test"] == "e-test"
    for f, m in zip(features, mid_p["features"]):
        assert f["p_value"] is None or m["properties"]["p_value"] <= f["p_value"]


def check_units():
    grid = ask("/hotspots/change?grid=hex:400&" + PERIODS)
    streets = ask("/hotspots/change?streets=true&" + PERIODS)
    assert grid["overall"]["n"] == grid["incidents"]["counted"] and len(grid["features"]) > 20
    assert streets["caution_en"] and streets["caution_zh"], "most street segments have hardly an incident"
    assert all(f["properties"]["label_zh"] for f in grid["features"])
    unrecorded = ask("/hotspots/change?datetime=2024-01-01/2024-12-31&compare=1950-01-01/1950-12-31")
    assert "records only" in unrecorded["caution_en"] and "inf" not in unrecorded["how_en"], unrecorded["how_en"]
    assert "none before" in unrecorded["how_en"] and unrecorded["overall"]["ratio"] is None
    assert "caution_en" not in ask("/hotspots/change?" + PERIODS) or "records only" not in ask("/hotspots/change?" + PERIODS)["caution_en"]
    few = ask("/hotspots/change?datetime=1990-01-01/1990-12-31&compare=1989-01-01/1989-12-31")
    assert few["enough"] is False and few["features"] == [] and few["reason_zh"] and few["reason_en"]


def check_refusals():
    for query in ("datetime=2024-01-01/2024-06-30", "compare=2024-01-01/2024-06-30",
                  "datetime=2024-01-01/2024-06-30&compare=2024-06-01/2024-12-31",
                  "datetime=2024-01-01/2024-06-30&compare=x", PERIODS + "&test=x", PERIODS + "&relative=perhaps",
                  PERIODS + "&relative=true&test=e-test", PERIODS + "&weights=queen", PERIODS + "&alpha=0"):
        ask("/hotspots/change?" + query, 400)
    said = run("hotspots", store, "change", "-o", os.path.join(folder, "c.csv"), status=2).stderr
    assert "compare" in said


def check_files():
    words = [w for pair in PERIODS.split("&") for w in ("--" + pair.split("=")[0], pair.split("=")[1])]
    path = os.path.join(folder, "change.csv")
    said = run("hotspots", store, "change", *words, "--level", "cell", "-o", path, "--lang", "zh").stdout
    assert "精确条件二项检验" in said
    served = ask("/hotspots/change?level=cell&" + PERIODS)["features"]
    rows = list(csv.DictReader(open(path)))
    assert [r["class"] for r in rows] == [f["properties"]["class"] for f in served]


run("sample", store, "--incidents", "4000")
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
    check_counts_and_p()
    check_units()
    check_refusals()
    check_files()
finally:
    server.terminate()
    assert server.wait(timeout=120) == 0
    shutil.rmtree(folder, ignore_errors=True)
print("changes agree with whole numbers")
