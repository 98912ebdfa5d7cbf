"""Forecasts of a small sample city: cells within the share of the area, ranks, nothing from the future, the held-out
score against a count of its own, streets against the truth, the same over HTTP, mistakes."""
import collections
import csv
import datetime
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from osgeo import ogr, osr

ogr.UseExceptions()
HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
DAYS = 30
BASE = ""


def run(*arguments, status=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == status, (arguments, result.returncode, result.stdout, result.stderr)
    return result


def once(pairs):
    """An object whose members have names of their own."""
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), names
    return dict(pairs)


def ask(path, status=200):
    try:
        with urllib.request.urlopen(BASE + path, timeout=600) as answer:
            code, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        code, body = error.code, error.read()
    assert code == status, (path, code, body[:300])
    return json.loads(body, object_pairs_hook=once)


def forecast(*arguments):
    path = os.path.join(folder, "forecast.geojson")
    said = run("forecast", store, *arguments, "-o", path).stdout
    with open(path, encoding="utf-8") as file:
        return json.load(file), said


def read_layer(collection):
    path = os.path.join(folder, collection + ".geojson")
    run("export", store, collection, "-o", path)
    with open(path, encoding="utf-8") as file:
        return json.load(file)["features"]


def plane(features):
    """Geometries on the city's plane; any centre in the city serves."""
    wgs84, flat = osr.SpatialReference(), osr.SpatialReference()
    wgs84.ImportFromEPSG(4326)
    wgs84.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    lon, lat = CENTRE
    flat.ImportFromProj4(f"+proj=aeqd +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m")
    turn = osr.CoordinateTransformation(wgs84, flat)
    shapes = []
    for f in features:
        shape = ogr.CreateGeometryFromJson(json.dumps(f["geometry"]))
        shape.Transform(turn)
        shapes.append(shape)
    return shapes


def area_of(shape):
    """Of what is a surface in an intersection."""
    if shape.GetGeometryName() == "GEOMETRYCOLLECTION":
        return sum(area_of(shape.GetGeometryRef(k)) for k in range(shape.GetGeometryCount()))
    return shape.Area() if shape.GetGeometryName() in ("POLYGON", "MULTIPOLYGON") else 0


def local_day(feature):
    when = feature["properties"]["occurred"] or feature["properties"]["reported"]
    zone = datetime.timezone(datetime.timedelta(hours=8))
    return datetime.datetime.fromisoformat(when.replace("Z", "+00:00")).astimezone(zone).date()


def check_cells(answer, share, size_m):
    features = answer["features"]
    shapes = plane(features)
    assert [f["properties"]["rank"] for f in features] == list(range(1, len(features) + 1))
    rates = [f["properties"]["value"] for f in features]
    assert rates == sorted(rates, reverse=True)
    city = plane(read_layer("districts"))[0]
    inside = 0
    for f, shape in zip(features, shapes):
        area = area_of(shape.Intersection(city))
        inside += area
        assert abs(area * 1e-6 - f["properties"]["area_km2"]) < 2e-5, (area, f["properties"])
        assert abs(shape.Area() / size_m**2 - 1) < 1e-4
    assert inside <= share * city.Area() * (1 + 1e-4), (inside, share * city.Area())
    assert inside >= 0.95 * share * city.Area() - size_m**2
    assert abs(answer["chosen_share"] - inside / city.Area()) < 1e-4
    for i, a in enumerate(shapes):
        for b in shapes[:i]:
            assert area_of(a.Intersection(b)) < 0.1, "cells overlap"
    share_so_far = sum(f["properties"]["share"] for f in features)
    assert abs(features[-1]["properties"]["cumulative_share"] - share_so_far) < 1e-9
    return shapes


def check_held_out(incidents, origin):
    """What an earlier origin's own forecast catches is what the later one says of that fold."""
    early, _ = forecast("--area-share", "5%", "--cell", "150", "--backtest", "0", "--origin", origin.isoformat())
    shapes = check_cells(early, 0.05, 150)
    assert early["held_out"]["periods"] == 0 and early["in_sample"]["sample"] == "in-sample"
    later = origin + datetime.timedelta(days=DAYS)
    late, said = forecast("--area-share", "0.05", "--cell", "150", "--backtest", "1", "--origin", later.isoformat())
    fold = late["held_out"]["folds"][0]
    assert fold["origin"].startswith(origin.isoformat())
    coming = [f for f in incidents if origin <= local_day(f) < later]
    points = plane(coming)
    caught = sum(any(s.Contains(p) for s in shapes) for p in points)
    assert fold["n"] == len(coming), (fold, len(coming))
    assert abs(fold["hit_rate"]["auto"] - caught / len(coming)) < 1.5 / len(coming), (fold, caught, len(coming))
    methods = [m["method"] for m in late["held_out"]["methods"]]
    assert methods == ["last-period", "all-history", "kernel-scott", "kernel", "self-exciting", "regression", "mixture",
                       "stack", "auto"]
    assert "Held out" in said and "Mohler" in said


def check_gains():
    """Gains against the folds' own hit rates: the mean, and the interval by plain resampling."""
    answer, said = forecast("--area-share", "0.05", "--cell", "150", "--backtest", "5")
    held = answer["held_out"]
    gains = {(g["over"], g["score"]): g for g in held["gain"]}
    assert len(gains) == 4 and all(g["of"] == "auto" and g["folds"] == 5 for g in gains.values())
    for over in ("best-single-earlier", "kernel-scott"):
        rivals = [f["best_single_earlier"] if over != "kernel-scott" else over for f in held["folds"]]
        assert not {"stack", "auto"} & set(rivals)
        lead = [f["hit_rate"]["auto"] - f["hit_rate"][r] for f, r in zip(held["folds"], rivals)]
        gain = gains[over, "hit_rate"]
        assert abs(gain["mean"] - sum(lead) / 5) < 1e-12
        means = sorted(sum(draw) / 5 for draw in itertools.product(lead, repeat=5))  # every resample there is
        low, high = means[round(0.025 * len(means))], means[round(0.975 * len(means))]
        slack = 0.05 * (means[-1] - means[0]) + 1e-9
        assert abs(gain["low"] - low) < slack and abs(gain["high"] - high) < slack, (gain, low, high)
        assert gains[over, "pai"]["mean"] * gain["mean"] >= 0
    assert "Gain of auto over" in said and "paired bootstrap" in said and "Levine 2008" in held["definitions"]["recapture_rate_en"]
    assert "Garwood" in held["definitions"]["calibration_zh"] and "In-sample" in said
    assert held["calibration"]["method"] == "auto" and held["sample"] == "held-out"


def check_reports(incidents):
    """Residents' reports alone, and what is said of who found what."""
    groups = {"patrol": "patrol", "hotline": "residents", "app": "residents"}
    whole, said = forecast("--cell", "300", "--backtest", "0", "--lang", "zh")
    found = collections.Counter(groups.get(f["properties"]["source"], "other") for f in incidents)
    assert sum(whole["reporting"][g] for g in ("patrol", "residents", "other")) == whole["known_at_origin"]
    for g in ("patrol", "residents", "other"):
        assert abs(whole["reporting"][g] - found[g]) <= 3, (whole["reporting"], found)  # at the city's edge
    assert "巡查发现" in said and "caution_en" not in whole, whole.get("caution_en")
    alone, said = forecast("--cell", "300", "--backtest", "0", "--reports", "residents")
    assert alone["known_at_origin"] == alone["reporting"]["residents"] and alone["reporting"]["patrol"] == 0
    assert "patrols found 0 (" in said
    listed, _ = forecast("--cell", "300", "--backtest", "0", "--source", "hotline,app")
    assert listed["features"] == alone["features"]


def check_streets():
    """Chosen streets against the truth of the sample: the most that so much street could catch."""
    answer, said = forecast("--area-share", "0.05", "--streets", "--backtest", "2", "--all", "--lang", "zh")
    assert "留出评分" in said
    truth = sqlite3.connect(os.path.join(folder, "city.truth.gpkg"))
    expected = dict(truth.execute("SELECT segment, sum(expected) FROM expected GROUP BY segment"))
    features = answer["features"]
    assert len(features) == answer["cells"]
    total = sum(f["properties"]["length_km"] for f in features)
    chosen = [f for f in features if f["properties"]["rank"] is not None]
    assert sum(f["properties"]["length_km"] for f in chosen) <= 0.05 * total * (1 + 1e-9)
    caught = sum(expected.get(f["properties"]["id"], 0) for f in chosen)
    room, best = 0.05 * total, 0
    for f in sorted(features, key=lambda f: -expected.get(f["properties"]["id"], 0) / f["properties"]["length_km"]):
        part = min(1, room / f["properties"]["length_km"])
        best += part * expected.get(f["properties"]["id"], 0)
        room -= part * f["properties"]["length_km"]
    print(f"streets: {caught / best:.3f} of the best for the true intensity")
    assert caught >= 0.85 * best


def check_files():
    path = os.path.join(folder, "cells.csv")
    run("forecast", store, "--cell", "300", "--backtest", "0", "--method", "all-history", "-o", path)
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["rank"] == "1" and rows[0]["method"] == "all-history" and float(rows[0]["lon"]) > 0
    path = os.path.join(folder, "cells.gpkg")
    run("forecast", store, "--cell", "300", "--backtest", "0", "--method", "last-period", "-o", path)
    layer = ogr.Open(path)
    assert layer.GetLayer(0).GetFeatureCount() == len(rows) or layer.GetLayer(0).GetFeatureCount() > 0


def check_mistakes():
    coarse, _ = forecast("--cell", "5000", "--backtest", "0")
    assert coarse["features"] == [] and "smaller cells" in coarse["caution_en"]
    for bad in ("--area-share=0", "--area-share=x", "--cell=5", "--horizon=0", "--backtest=61", "--method=magic",
                "--origin=yesterday", "--origin=2024-01-01/2024-02-01"):
        said = run("forecast", store, bad, "-o", os.path.join(folder, "x.geojson"), status=2).stderr
        assert bad[2:].split("=")[0] in said, said
    run("forecast", store, "--cell", "100", "--streets", "-o", os.path.join(folder, "x.geojson"), status=2)
    said = run("forecast", store, "--origin", "1999-01-01", "-o", os.path.join(folder, "x.geojson"), status=3).stderr
    assert "origin" in said
    run("forecast", store, status=2)


run("sample", store, "--incidents", "6000")
positions = read_layer("incidents")
CENTRE = positions[0]["geometry"]["coordinates"] if positions[0]["geometry"] else [100.45, 38.93]
try:
    usable = [f for f in positions if f["geometry"] and (f["properties"].get("accuracy_m") or 0) <= 100]
    last = max(local_day(f) for f in usable)
    check_held_out(usable, last - datetime.timedelta(days=2 * DAYS))
    check_gains()
    check_reports(usable)
    check_streets()
    check_files()
    check_mistakes()
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    BASE = server.stdout.readline().strip()
    while True:
        try:
            urllib.request.urlopen(BASE + "/readyz", timeout=5)
            break
        except urllib.error.URLError:
            time.sleep(0.1)
    served = ask("/forecast?area-share=0.02&cell=200&backtest=1&horizon=14")
    filed, _ = forecast("--area-share", "0.02", "--cell", "200", "--backtest", "1", "--horizon", "14")
    assert served["features"] == filed["features"] and served["held_out"] == filed["held_out"]
    assert "Mohler" in served["how_en"] and "自激" in served["how_zh"]
    assert "method" in ask("/forecast?method=none", 400)["detail"]
    assert "celll" in json.dumps(ask("/forecast?celll=3", 400))
    server.terminate()
    assert server.wait(timeout=120) == 0
finally:
    shutil.rmtree(folder, ignore_errors=True)
