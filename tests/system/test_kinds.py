"""Targets, population and the names that other sources have for problem classes: imported twice, undone, refused, served,
exported; a store of schema 2 is brought up to date. Densities over imported areas are computed again here."""
import csv
import gzip
import json
import math
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

import numpy
from osgeo import ogr

ogr.UseExceptions()
HOTSPOTD = os.environ["HOTSPOTD"]
SHARED = os.environ.get("SHARED_DATA", "")
HERE = os.path.dirname(os.path.abspath(__file__))
folder = tempfile.mkdtemp()
server = None
A, F = 6378137.0, 1 / 298.257223563
E2 = F * (2 - F)


def run(*arguments, code=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == code, (arguments, result.returncode, result.stdout, result.stderr)
    return result


def write(name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def batch_of(result):
    return next(line.split()[1] for line in result.stdout.splitlines() if line.startswith("batch "))


def start(store):
    global server
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    server.url = server.stdout.readline().strip().rstrip("/")
    for _ in range(600):
        try:
            urllib.request.urlopen(server.url + "/readyz", timeout=60).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError("the server is never ready")


def stop():
    global server
    if server:
        server.terminate()
        server.wait(timeout=60)
    server = None


def get(path, status=200):
    try:
        with urllib.request.urlopen(server.url + urllib.parse.quote(path, safe="/?&=:,.%"), timeout=120) as reply:
            assert status == 200, path
            return json.load(reply)
    except urllib.error.HTTPError as error:
        assert error.code == status, (path, error.code, error.read())
        return json.loads(error.read())


def until(condition, words):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, words
        time.sleep(0.2)


def exported(store, collection, extension="csv"):
    path = os.path.join(folder, "out." + extension)
    run("export", store, collection, "-o", path)
    if extension != "csv":
        return path
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rectangle(west, south, east, north):
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": properties, "geometry": geometry} for properties, geometry in features]})


# Four communities of 0.02 x 0.01 degrees in two subdistricts.
UNITS = {"620702001": ("东街街道", "East", (100.40, 38.90, 100.42, 38.92)), "620702002": ("南街街道", "South", (100.42, 38.90, 100.44, 38.92))}
COMMUNITIES = {"620702001001": (100.40, 38.90, 100.42, 38.91), "620702001002": (100.40, 38.91, 100.42, 38.92),
               "620702002001": (100.42, 38.90, 100.44, 38.91), "620702002002": (100.42, 38.91, 100.44, 38.92)}


def make_city(name):
    store = os.path.join(folder, name)
    run("import", store, "units", write("s.geojson", collection(
        *[({"code": code, "name": zh, "name_en": en}, rectangle(*box)) for code, (zh, en, box) in UNITS.items()])),
        "--level", "subdistrict")
    run("import", store, "units", write("c.geojson", collection(
        *[({"code": code, "name": code[-3:], "pop": 100 + i}, rectangle(*box)) for i, (code, box) in enumerate(COMMUNITIES.items())])),
        "--level", "community")
    run("city", store, "--timezone", "Asia/Shanghai")
    return store


def zone_hours():
    """Hours and weekdays that cannot be read are told by row and field; stores of before that hold some are checked."""
    store = make_city("zones.gpkg")
    area = rectangle(100.401, 38.901, 100.402, 38.902)
    zones = write("zones.geojson", collection(
        ({"name": "夜市", "kind": "permitted", "营业时间": "18:00-23:30", "星期": "周一至周五"}, area),
        ({"name": "early", "kind": "permitted", "营业时间": "6点半-9点；22:00～02:00", "星期": "Sat, Sun"}, area),
        ({"name": "late", "kind": "permitted", "营业时间": "at night", "星期": None}, area),
        ({"name": "odd days", "kind": "key", "营业时间": None, "星期": "1-8"}, area),
        ({"name": "always", "kind": "key", "营业时间": None, "星期": ""}, area)))
    rejects = os.path.join(folder, "zones.csv")
    first = run("import", store, "zones", zones, "--rejects", rejects, code=1)
    assert "added 3" in first.stderr and "rejected 2" in first.stderr, first.stderr
    with open(rejects, encoding="utf-8") as file:
        refused = list(csv.DictReader(file))
    assert [(r["row"], r["field"], r["value"]) for r in refused] == [("3", "hours", "at night"), ("4", "weekdays", "1-8")], refused
    assert "18:00-23:00" in refused[0]["reason"] and "Mon-Fri" in refused[1]["reason"], refused
    checked = lambda: [row.split("\t") for row in subprocess.run([HOTSPOTD, "check", store, "--lang", "en"], capture_output=True,
                                                                 text=True).stdout.splitlines() if row.startswith("zone-hours")]
    assert not checked()
    subprocess.run(["sqlite3", store, "UPDATE zones SET hours = 'at night' WHERE name = 'always'"], check=True)
    assert len(checked()) == 1 and "hours 'at night'" in str(checked()), checked()


def targets():
    store = make_city("targets.gpkg")
    start(store)
    assert get("/targets")["targets"] == []
    table = write("targets.csv", "街道,类别,开始日期,结束日期,目标值\n"
                                 "620702001,占道经营,2025-01-01,2025-06-30,120\n"
                                 "620702001001,0510,2025-01-01,2025-06-30,7.5\n"
                                 "南街街道,流动摊贩,2025/7/1,,3\n"
                                 "999,something else,,,1\n"
                                 "620702002,0510,2025-02-01,2025-01-31,1\n"
                                 "620702002,0510,2025-02-01,2025-02-31,1\n"
                                 "620702002,0510,,,minus\n"
                                 ",,2025-01-01,2025-12-31,1000\n")
    rejects = os.path.join(folder, "rejects.csv")
    first = run("import", store, "targets", table, "--rejects", rejects, code=1)
    assert "read 8, added 5, updated 0, unchanged 0, rejected 3" in first.stderr, first.stderr
    assert "something else 1 (from row 4)" in first.stderr and "999 1 (from row 4)" in first.stderr, first.stderr
    with open(rejects, encoding="utf-8") as file:
        refused = list(csv.DictReader(file))
    assert [(r["row"], r["field"], r["value"]) for r in refused] == \
        [("5", "to", "2025-01-31"), ("6", "to", "2025-02-31"), ("7", "target", "minus")], refused
    again = run("import", store, "targets", table, code=1)
    assert "unchanged 5" in again.stderr and "nothing changed" in again.stderr, again.stderr
    until(lambda: len(get("/targets")["targets"]) == 5, "the server never has the targets")
    rows = get("/targets")["targets"]
    keys = ("unit", "unit_name", "category", "category_zh", "category_en", "from", "to", "target")
    assert [tuple(r[k] for k in keys) for r in rows] == [
        ("620702001", "东街街道", "road-occupation", "占道经营", "Road occupation", "2025-01-01", "2025-06-30", 120),
        ("620702001001", "001", "0510", "露天烧烤", "Outdoor barbecue", "2025-01-01", "2025-06-30", 7.5),
        ("南街街道", "南街街道", "0501", "无照经营游商", "Unlicensed vendor", "2025-07-01", None, 3),
        ("999", "", "something else", "something else", "something else", None, None, 1),
        (None, "", None, None, None, "2025-01-01", "2025-12-31", 1000)], rows
    chosen = lambda query: [r["target"] for r in get("/targets?" + query)["targets"]]
    assert chosen("unit=620702001") == [120, 7.5] and chosen("unit=620702001001") == [7.5]
    assert chosen("unit=South") == [3] and chosen("unit=620702002&category=0510") == []
    assert chosen("category=05") == [7.5, 3] and chosen("category=占道经营") == [120, 3]
    assert chosen("category=outdoor barbecue,something else") == [7.5, 1] and chosen("category=烧烤摊") == [7.5]
    assert len(chosen("category=,")) == 5
    assert "no unit" in get("/targets?unit=nowhere", 400)["detail"]
    for wrong in ("unknown", "0510,unknown", "something else,unknown"):
        detail = get("/targets?category=" + wrong, 400)["detail"]
        assert "category 'unknown' is unknown" in detail, detail
        assert detail == get("/summary?category=unknown", 400)["detail"], "as every filter says it"
    assert "bbox" in get("/targets?bbox=1,2,3,4", 400)["detail"]
    at = lambda when: get("/ogc/collections/targets/items?datetime=" + when)["numberMatched"]
    assert (at("2025-06-30"), at("2025-07-01"), at("2024-12-31"), at("2025-06-30T16:00:00Z")) == (4, 3, 1, 3)
    later = batch_of(run("import", store, "targets", write("later.csv", "unit,category,from,to,target\n"
                                                           "620702001001,0510,2025-01-01,2025-06-30,6\n")))
    until(lambda: chosen("unit=620702001001") == [6], "the server never follows")
    csv_rows = exported(store, "targets")
    assert [r["target"] for r in csv_rows] == ["120", "6", "3", "1", "1000"] and "lon" not in csv_rows[0], csv_rows
    dataset = ogr.Open(exported(store, "targets", "gpkg"))
    layer = dataset.GetLayer(0)
    assert layer.GetGeomType() == ogr.wkbNone and layer.GetFeatureCount() == 5
    assert [f["to"] for f in layer][0] == "2025-06-30"
    run("undo", store, later)
    until(lambda: chosen("unit=620702001001") == [7.5], "the server never goes back")
    run("undo", store, batch_of(first))
    until(lambda: get("/targets")["targets"] == [], "the server keeps what was undone")
    stop()


def population_by_unit():
    store = make_city("people.gpkg")
    run("import", store, "incidents", write("i.csv", "id,category,reported,lon,lat\n" + "".join(
        f"{i},0510,2025-01-0{i + 1} 10:00,100.405,38.905\n" for i in range(3))))
    start(store)
    people = lambda: {f["properties"]["code"]: f["properties"].get("population")
                      for f in get("/ogc/collections/units/items?limit=100")["features"]}
    assert set(people().values()) == {None}
    summary = lambda: {u["code"]: (u.get("population"), u.get("per_1000"), u["count"])
                       for u in get("/summary?level=community")["units"]}
    assert summary()["620702001001"] == (100, 30, 3)  # its own column `pop`
    table = write("people.csv", "社区编码,常住人口\n620702001001,1500\n620702002002,2500.5\n620702009,7\n,9\n620702001002,-4\n")
    first = run("import", store, "population", table, code=1)
    assert "added 3" in first.stderr and "rejected 2" in first.stderr and "620702009 1 (from row 3)" in first.stderr, first.stderr
    assert "nothing changed" in run("import", store, "population", table, code=1).stderr
    until(lambda: people()["620702001001"] == 1500, "the server never has the people")
    assert people()["620702002002"] == 2500.5 and people()["620702001002"] is None
    assert summary()["620702001001"] == (1500, 2, 3) and summary()["620702002002"] == (2500.5, 0, 0)
    assert summary()["620702001002"] == (101, 0, 0)
    info = get("/density/value?lon=100.405&lat=38.905&over=population&min-n=0")["population"]
    assert info["source"] == "units" and info["attribute"] == "population" and info["level"] == "community", info
    assert info["residents"] == 4000.5 and info["units_without"] == 2
    own = get("/density/value?lon=100.405&lat=38.905&over=population&population=attribute:pop&min-n=0")["population"]
    assert own["attribute"] == "pop" and own["residents"] == 406
    rows = {r["code"]: r for r in exported(store, "communities")}
    assert rows["620702001001"]["population"] == "1500" and rows["620702001002"]["population"] == ""
    assert {r["unit"]: r["population"] for r in exported(store, "population")} == {
        "620702001001": "1500", "620702002002": "2500.5", "620702009": "7"}
    second = batch_of(run("import", store, "population", write("more.csv", "unit,population\n620702001001,1600\n")))
    until(lambda: people()["620702001001"] == 1600, "the server never follows")
    assert "undo that first" in run("undo", store, batch_of(first), code=2).stderr
    run("undo", store, second)
    until(lambda: people()["620702001001"] == 1500, "the server never goes back")
    run("undo", store, batch_of(first))
    until(lambda: set(people().values()) == {None}, "the server keeps what was undone")
    stop()


def radii(lat):
    s = math.sin(math.radians(lat))
    n = A / math.sqrt(1 - E2 * s * s)
    return n * math.cos(math.radians(lat)), n * (1 - E2) / (1 - E2 * s * s)


def quartic(points, weights, lon, lat, h):
    """Sum of the quartic's peaks, on the ellipsoid's tangent plane at (lon, lat)."""
    east, north = radii(lat)
    r = numpy.hypot(numpy.radians(points[:, 0] - lon) * east, numpy.radians(points[:, 1] - lat) * north) / h
    return float((weights * numpy.where(r < 1, (1 - r**2) ** 2, 0)).sum())


def spread(areas):
    """Each area's people on some 90,000 points of its own."""
    points, weights = [], []
    for (west, south, east, north), people in areas:
        x, y = numpy.meshgrid((numpy.arange(300) + 0.5) / 300, (numpy.arange(300) + 0.5) / 300)
        points.append(numpy.column_stack([west + x.ravel() * (east - west), south + y.ravel() * (north - south)]))
        weights.append(numpy.full(x.size, people / x.size))
    return numpy.concatenate(points), numpy.concatenate(weights)


# They cross the communities' borders, and one reaches out of the city.
AREAS = [((100.395, 38.895, 100.415, 38.912), 6000), ((100.415, 38.895, 100.435, 38.912), 3000.5),
         ((100.41, 38.912, 100.42, 38.92), 0), ((100.42, 38.912, 100.44, 38.925), 1234)]
POINT = ((100.4301, 38.9051), 800)


def population_areas():
    store = make_city("areas.gpkg")
    rng = numpy.random.default_rng(5)
    where = numpy.column_stack([rng.uniform(100.40, 100.44, 4000), rng.uniform(38.90, 38.92, 4000)]).round(7)
    run("import", store, "incidents", write("many.csv", "id,category,reported,lon,lat\n" + "".join(
        f"{i},0510,2025-01-05 10:00,{lon:.7f},{lat:.7f}\n" for i, (lon, lat) in enumerate(where))))
    areas = write("areas.geojson", collection(
        *[({"人口数": people}, rectangle(*box)) for box, people in AREAS],
        ({"人口数": POINT[1]}, {"type": "Point", "coordinates": POINT[0]}),
        ({"人口数": 5}, {"type": "LineString", "coordinates": [[100.4, 38.9], [100.41, 38.9]]}), ({"人口数": 5}, None)))
    first = run("import", store, "population", areas, code=1)
    assert "added 5" in first.stderr and "rejected 2" in first.stderr, first.stderr
    again = run("import", store, "population", areas, code=1)
    assert "unchanged 5" in again.stderr and "nothing changed" in again.stderr and "counted twice" not in again.stderr
    start(store)
    points, weights = spread([(box, people) for box, people in AREAS])
    points, weights = numpy.vstack([points, [POINT[0]]]), numpy.append(weights, POINT[1])
    total = weights.sum()
    for lon, lat, h in ((100.41, 38.905, 400), (100.425, 38.91, 600), (100.4299, 38.9052, 300), (100.4152, 38.9119, 800)):
        value = get(f"/density/value?lon={lon}&lat={lat}&bandwidth={h}&over=population&category=0510")
        info = value["population"]
        assert info["source"] == "areas" and info["areas"] == 5 and "attribute" not in info, info
        assert abs(info["residents"] - total) < 1e-6 * total
        mine, residents = quartic(where, 1.0, lon, lat, h), quartic(points, weights, lon, lat, h)
        assert abs(value["value"] - math.log2(mine / len(where) / (residents / total))) < 0.03, (value, mine, residents)
        assert abs(value["rate_per_1000"] - 1000 * mine / residents) < 0.02 * 1000 * mine / residents
    # Subdistricts, which have no number of their own, have their part of the areas' ground, by areas on a sphere.
    parts = {f["properties"]["code"]: f["properties"]["population"] for f in get("/ogc/collections/subdistricts/items")["features"]}
    for code, (_, _, box) in UNITS.items():
        expected = sum(people * overlap(area, box) / overlap(area, area) for area, people in AREAS)
        expected += POINT[1] if box[0] <= POINT[0][0] < box[2] and box[1] <= POINT[0][1] < box[3] else 0
        assert abs(parts[code] - expected) < 1e-3 * expected + 0.01, (code, parts[code], expected)
    named = get("/density/value?lon=100.41&lat=38.905&over=population&population=attribute:pop")["population"]
    assert named["source"] == "units" and named["residents"] == 406
    assert get("/density/legend?over=population")["population"]["source"] == "areas"
    rows = exported(store, "population")
    assert sorted(float(r["population"]) for r in rows) == sorted([p for _, p in AREAS] + [POINT[1]]) and rows[0]["WKT"], rows
    dataset = ogr.Open(exported(store, "population", "gpkg"))
    layer = dataset.GetLayer(0)
    assert sorted(f.GetGeometryRef().GetGeometryName() for f in layer) == ["MULTIPOLYGON"] * 4 + ["POINT"]
    boxed = get("/ogc/collections/population/items?bbox=100.43,38.905,100.431,38.906")
    assert sorted(f["properties"]["population"] for f in boxed["features"]) == [800, 3000.5]
    # Other areas over the same ground are told of; the same ones by their code are updated.
    other = run("import", store, "population", write("other.geojson", collection(
        ({"code": "T1", "population": 10}, rectangle(100.40, 38.90, 100.41, 38.91)))))
    assert "5 areas or points of earlier imports" in other.stderr and "counted twice" in other.stderr, other.stderr
    changed = run("import", store, "population", write("changed.geojson", collection(
        ({"code": "T1", "population": 12}, rectangle(100.40, 38.90, 100.41, 38.91)))))
    assert "updated 1" in changed.stderr
    for result in (changed, other):
        run("undo", store, batch_of(result))
    run("undo", store, batch_of(first))
    until(lambda: get("/density/legend?over=population")["population"]["source"] == "units", "the server keeps what was undone")
    stop()


def overlap(one, two):
    """Degrees of longitude times differences of the sine of latitude that two boxes share."""
    width = min(one[2], two[2]) - max(one[0], two[0])
    low, high = max(one[1], two[1]), min(one[3], two[3])
    return width * (math.sin(math.radians(high)) - math.sin(math.radians(low))) if width > 0 and high > low else 0


def foreign_categories():
    store = make_city("foreign.gpkg")
    told = run("import", store, "incidents", write("f.csv", "id,category,reported,lon,lat\n" + "".join(
        f"{i},{category},2025-01-05 10:00,100.405,38.905\n" for i, category in enumerate(
            ["流动摊贩", "Pothole", "露天烧烤", "0101", "Illegal Dumping", "larceny", "larceny", "Noise, other", "graffiti"]))
        .replace("Noise, other", '"Noise, other"') + ",游商甲,2025-01-06 10:00,100.405,38.905\n"))
    assert "larceny 2 (from row 6), Noise, other 1 (from row 8), 游商甲 1 (from row 10)" in told.stderr, told.stderr
    start(store)
    shown = lambda: [(f["properties"]["category"], f["properties"]["category_en"], f["properties"]["category_text"])
                     for f in get("/ogc/collections/incidents/items?limit=100")["features"]]
    before = [("0501", "Unlicensed vendor", "流动摊贩"), ("0110", "Broken road", "Pothole"), ("0510", "Outdoor barbecue", None),
              ("0101", "Unauthorised building", None), ("dumping", "Illegal dumping", None), ("larceny", "larceny", None),
              ("larceny", "larceny", None), ("Noise, other", "Noise, other", None), ("0113", "Dirty facade", "graffiti"),
              ("游商甲", "游商甲", None)]
    assert shown() == before, shown()
    count = lambda category: get("/ogc/collections/incidents/items?category=" + category)["numberMatched"]
    assert count("流动摊贩") == count("0501") == count("占道经营") == count("illegal vending") == 1
    assert count("pothole") == 1 and count("Illegal Dumping") == 1 and count("larceny") == 2 and count("Noise, other") == 1
    classes = {c["code"]: c for c in get("/categories")["categories"]}
    assert not classes["larceny"]["known"] and classes["larceny"]["count"] == 2
    assert classes["0501"]["known"] and "流动摊贩" in classes["0501"]["aliases"] and classes["0501"]["count"] == 1
    # The built-in classes exported, with more aliases, imported: what is there is classed anew, and back by undo.
    taxonomy = exported(store, "taxonomy")
    assert len(taxonomy) == len([c for c in classes.values() if c["known"]])
    for row in taxonomy:
        if row["code"] == "0501":
            row["aliases"] += "|游商甲|Pothole"
        if row["code"] == "0508":
            row["aliases"] += "|Noise, other"
    path = os.path.join(folder, "taxonomy.csv")
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, taxonomy[0].keys())
        writer.writeheader()
        writer.writerows(taxonomy)
    put = run("import", store, "taxonomy", path)
    # 0110 comes first by its code.
    assert "alias Pothole of class 0501 has no effect: class 0110 goes by it" in put.stderr, put.stderr
    until(lambda: count("游商甲") == 2, "the server never classes anew")
    after = list(before)
    after[7], after[9] = ("0508", "Commercial noise", "Noise, other"), ("0501", "Unlicensed vendor", "游商甲")
    assert shown() == after
    again = run("import", store, "incidents", os.path.join(folder, "f.csv"))
    assert "nothing changed" in again.stderr, again.stderr
    assert "nothing changed" in run("import", store, "taxonomy", path).stderr
    assert [r["category"] for r in exported(store, "incidents")] == [c for c, _, _ in after]
    assert [r["category_text"] for r in exported(store, "incidents")] == [t or "" for _, _, t in after]
    run("undo", store, batch_of(put))
    until(lambda: shown() == before, "the server never goes back")
    stop()


def washington():
    path = os.path.join(SHARED, "dc", "requests_2015.csv.gz")
    if not os.path.exists(path):
        print("skipped: no requests of Washington here")
        return
    with gzip.open(path, "rt", encoding="utf-8") as file:
        text = file.read()
    counts = {}
    for row in csv.DictReader(text.splitlines()):
        counts[row["category"]] = counts.get(row["category"], 0) + 1
    store = os.path.join(folder, "dc.gpkg")
    told = run("import", store, "incidents", write("dc.csv", text))
    start(store)
    classes = {c["code"]: c["count"] for c in get("/categories")["categories"]}
    cars = ("Abandoned Vehicle - On Public Property", "Abandoned Vehicle - On Private Property")
    expected = {"dumping": counts["Illegal Dumping"], "0104": counts["Alley Cleaning"] + counts["Street Cleaning"],
                "0107": sum(counts[c] for c in cars), "0110": counts["Pothole"], "0113": counts["Graffiti Removal"],
                "0117": counts["Dead Animal Collection"]}
    assert {code: classes[code] for code in expected} == expected
    mapped = set(("Illegal Dumping", "Alley Cleaning", "Street Cleaning", "Pothole", "Graffiti Removal",
                  "Dead Animal Collection", "Snow/Ice Removal (Roadways AND Bridge walkways ONLY)") + cars)
    left = {c: n for c, n in counts.items() if c not in mapped}
    assert {c: classes.get(c) for c in left} == left
    top = sorted(left, key=lambda c: -left[c])[:10]
    assert all(f"{c} {left[c]} (from row" in told.stderr for c in top) and f"and {len(left) - 10} others" in told.stderr
    stop()


def tables(store):
    db = sqlite3.connect(store)
    names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
    found = {n: {c[1]: c[2] for c in db.execute(f"PRAGMA table_info({n})")} for n in names}
    contents = db.execute("SELECT table_name, data_type, description, srs_id FROM gpkg_contents ORDER BY 1").fetchall()
    geometry = db.execute("SELECT * FROM gpkg_geometry_columns ORDER BY 1").fetchall()
    indexes = {n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")}
    assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()
    return found, contents, geometry, indexes


def schema_2():
    store = os.path.join(folder, "old.gpkg")
    db = sqlite3.connect(store)
    with open(os.path.join(HERE, "..", "data", "store", "schema_2.sql"), encoding="utf-8") as file:
        db.executescript(file.read())
    db.close()
    assert "older" in run("export", store, "incidents", "-o", os.path.join(folder, "x.csv"), code=4).stderr
    rows = "620702001001,77\n"
    people = run("import", store, "population", write("old_people.csv", "unit,population\n" + rows))
    assert "added 1" in people.stderr
    new = os.path.join(folder, "new.gpkg")
    run("import", new, "population", os.path.join(folder, "old_people.csv"))
    (old_tables, *old), (new_tables, *fresh) = tables(store), tables(new)
    assert old_tables == new_tables and old == fresh
    # The same files change nothing.
    same = write("incidents.csv", "id,category,reported,lon,lat,description\n"
                                  "1,0510,2026-01-05 10:00,100.451,38.921,\n2,Pothole,2026-01-05 11:00,100.441,38.921,\n"
                                  "3,noise,2026-01-05 11:00,,,\n,noise,2026-01-06 11:00,100.445,38.925,no id\n"
                                  ",0101,2026-01-07 11:00,100.455,38.925,no id\n")
    assert "nothing changed" in run("import", store, "incidents", same).stderr
    classes = "code,parent,name,name_en\n01,,市容环境,Appearance\n0101,01,私搭乱建,Building\n0510,,露天烧烤,Barbecue\n"
    assert "nothing changed" in run("import", store, "taxonomy", write("old_taxonomy.csv", classes)).stderr
    start(store)
    units = {f["properties"]["code"]: f["properties"]["population"] for f in get("/ogc/collections/communities/items")["features"]}
    assert units == {"620702001001": 77, "620702001002": 1100}
    assert get("/ogc/collections/incidents/items")["numberMatched"] == 5
    more = run("import", store, "taxonomy", write("more_taxonomy.csv", "code,name,aliases\n0510,露天烧烤,\nR,Roads,Pothole\n"))
    shown = lambda: sorted(f["properties"]["category"] for f in get("/ogc/collections/incidents/items")["features"])
    until(lambda: "R" in shown(), "the server never classes anew")
    run("undo", store, batch_of(more))
    until(lambda: shown() == sorted(["0510", "Pothole", "noise", "noise", "0101"]), "the server never goes back")
    run("import", store, "targets", write("old_targets.csv", "unit,category,target\n620702001001,0510,3\n"))
    until(lambda: len(get("/targets")["targets"]) == 1, "the server never has the target")
    # What schema 2 imported can be undone as ever.
    run("undo", store, batch_of(people))
    run("undo", store, "3")
    until(lambda: shown() == [], "the server keeps what was undone")
    stop()


try:
    zone_hours()
    targets()
    population_by_unit()
    population_areas()
    foreign_categories()
    washington()
    schema_2()
finally:
    stop()
    shutil.rmtree(folder, ignore_errors=True)
