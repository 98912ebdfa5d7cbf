"""`hotspotd check` finds what was planted, of the size that was planted, and mends only when asked; /summary adds
up on every level of a city with holes, overlaps and missing levels. Expected sizes are those of the plan, worked
out here; those of Washington come from GDAL."""
import csv
import json
import math
import os
import shutil
import subprocess
import tempfile
import time
import urllib.request

HOTSPOTD = os.environ["HOTSPOTD"]
DC = os.path.join(os.environ.get("SHARED_DATA", ""), "dc", "dc.gpkg")
folder = tempfile.mkdtemp()
LON0, LAT0 = 102.6, 39.34
processes = []


def scale():
    """Metres a degree of longitude and of latitude on WGS 84 at LAT0."""
    a, f = 6378137.0, 1 / 298.257223563
    e2 = f * (2 - f)
    w = math.sqrt(1 - e2 * math.sin(math.radians(LAT0)) ** 2)
    return a / w * math.cos(math.radians(LAT0)) * math.pi / 180, a * (1 - e2) / w**3 * math.pi / 180


KX, KY = scale()


def at(x, y):
    return [round(LON0 + x / KX, 7), round(LAT0 + y / KY, 7)]


def ring(*corners):
    points = [at(*c) for c in corners]
    return points + [points[0]]


def rectangle(x0, y0, x1, y1):
    return ring((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def unit(level, code, outline, parent=None):
    return {"type": "Feature", "properties": {"level": level, "code": code, "name": "n" + code, "parent": parent},
            "geometry": {"type": "Polygon", "coordinates": [outline]}}


def street(name, *points, **more):
    return {"type": "Feature", "properties": {"name": name, **more},
            "geometry": {"type": "LineString", "coordinates": [at(*p) for p in points]}}


# A district of 2 x 2 km in two halves. Planted: an overlap of 20 x 1000 m, a gap of 50 x 1000 m, a child that
# reaches 30 x 400 m out, a sliver of 1 x 300 m, a community far from everything, a code of another community, a
# parent that nobody has, and a bow tie whose two lobes have 50 * 300 / 4 m² each.
UNITS = [
    unit("district", "620702", rectangle(-1000, -1000, 1000, 1000)),
    unit("subdistrict", "620702001", rectangle(-1000, -1000, 0, 1000)),
    unit("subdistrict", "620702002", rectangle(0, -1000, 1000, 1000)),
    unit("community", "620702001001", rectangle(-1000, -1000, 0, 20)),
    unit("community", "620702001002", rectangle(-1000, 0, 0, 1000)),
    unit("community", "620702002001", rectangle(0, -1000, 1000, -50)),
    unit("community", "620702002002", ring((0, 0), (1000, 0), (1000, 200), (1030, 200), (1030, 600), (1000, 600),
                                           (1000, 1000), (0, 1000))),
    unit("community", "620702003001", rectangle(5000, 5000, 5300, 5300)),
    unit("cell", "620702001001001", rectangle(-500, -900, -400, -600)),
    unit("cell", "620702001001002", rectangle(-401, -900, -300, -600)),
    unit("cell", "620702002001003", rectangle(-300, -900, -200, -600)),
    unit("cell", "620702001001004", rectangle(-200, -900, -100, -600), parent="999"),
    unit("cell", "620702001001005", ring((-100, -900), (-50, -600), (-50, -900), (-100, -600))),
]
# A crossing, a street that ends on another, an end 3 m short, one 2 m too far, 200 m that stand twice, a bridge over
# two streets, and a street far away.
STREETS = [
    street("east", (-500, 0), (500, 0)), street("north", (0, -500), (0, 500)), street("tee", (200, 0), (200, 300)),
    street("miss", (300, 3), (300, 300)), street("over", (-200, -2), (-200, 300)), street("twice", (-500, 0), (-300, 0)),
    street("below", (-400, -300), (-400, -100)), street("above", (-450, -200), (450, -200), bridge="T", layer=0),
    street("island", (2000, 2000), (2100, 2000)),
]


def run(*arguments, code=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == code, (arguments, result.returncode, result.stdout, result.stderr)
    return result


def write(name, features):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"type": "FeatureCollection", "features": features}, file)
    return path


def sections(text):
    """The tables that check prints, by title: rows as dictionaries."""
    tables = {}
    for part in text.split("\n# ")[1:]:
        lines = part.splitlines()
        head = lines[1].split("\t")
        tables[lines[0].split(":")[0].split(",")[0]] = [dict(zip(head, line.split("\t")))
                                                      for line in lines[2:] if "\t" in line]
    return tables


def flaws(store, *options, code=1):
    """What check writes into a file, and the tables that it prints."""
    path = os.path.join(folder, "flaws.geojson")
    text = run("check", store, "-o", path, "--lang", "en", *options, code=code).stdout
    with open(path, encoding="utf-8") as file:
        features = json.load(file)["features"]
    return [f["properties"] | {"geometry": f["geometry"]} for f in features], sections(text)


def only(found, kind, **more):
    rows = [f for f in found if f["kind"] == kind and all(f[k] == v for k, v in more.items())]
    assert len(rows) == 1, (kind, more, rows)
    return rows[0]


def near(value, wanted, share=1e-3):
    assert abs(value - wanted) <= share * abs(wanted), (value, wanted)


def check_units(store):
    found, tables = flaws(store)
    near(only(found, "overlap")["area_m2"], 20 * 1000)
    assert {only(found, "overlap")["code"], only(found, "overlap")["other_code"]} == {"620702001001", "620702001002"}
    near(only(found, "overlap")["share"], 20 / 1000)
    gap = only(found, "gap", level="community")
    near(gap["area_m2"], 50 * 1000)
    near(gap["width_m"], 2 * 50 * 1000 / 2100)
    assert gap["code"] == "620702002" and gap["geometry"]["type"] == "Polygon"
    # The cells' community is 1000 x 1020 m; cells cover 100 + 99 + 1 + ... of it and the bow tie half of its box.
    cells = (200 - 1 + 100 + 100 + 1) * 300 + 2 * 50 * 300 / 4
    near(only(found, "gap", level="cell")["area_m2"], 1000 * 1020 - cells)
    sliver = only(found, "sliver")
    near(sliver["area_m2"], 300)
    near(sliver["width_m"], 2 * 300 / 602)
    outside = only(found, "outside-parent")
    near(outside["area_m2"], 30 * 400)
    assert (outside["code"], outside["other_code"]) == ("620702002002", "620702002")
    near(outside["share"], 12000 / (1000 * 1000 + 12000))
    assert only(found, "orphan")["code"] == "620702003001"
    missing = only(found, "missing-parent")
    assert (missing["code"], missing["other_code"]) == ("620702001001004", "999")
    nesting = only(found, "code-nesting")
    assert (nesting["code"], nesting["other_code"]) == ("620702002001003", "620702001001")
    assert "620702002001" in nesting["message_en"].split("says")[1]
    invalid = only(found, "invalid-ring")
    near(invalid["area_m2"], 2 * 50 * 300 / 4)
    cross = at(-75, -750)
    assert abs(invalid["lon"] - cross[0]) < 1e-6 and abs(invalid["lat"] - cross[1]) < 1e-6
    assert {f["code"] for f in found if f["kind"] == "childless"} == {
        "620702001002", "620702002001", "620702002002", "620702003001"}
    problems = [f for f in found if f["severity"] == "problem"]
    assert len(problems) == 9 and len(found) == 13, [f["kind"] for f in found]
    listed = {row["kind"]: int(row["count"]) for row in tables["flaws by kind"]}
    assert listed["gap"] == 2 and listed["childless"] == 4 and sum(listed.values()) == len(found)
    assert len(tables["flaws"]) == len(found)
    rows = {row["table"]: row["rows"] for row in tables["rows"]}
    assert rows["units"] == str(len(UNITS)) and rows["incidents"] == "0"


def check_thresholds(store):
    found, _ = flaws(store, "--sliver", "30")
    # Below 30 m too: the overlap, what reaches out of the parent, and the lobes of the bow tie as parts of a unit.
    assert sum(f["kind"] == "sliver" for f in found) == 4
    found, _ = flaws(store, "--tolerance", "2", "--sliver", "2")
    assert not any(f["kind"] == "sliver" for f in found)
    for bad in (["--sliver", "x"], ["--tolerance", "-1"], ["--tolerance", "9"], ["--code-digits", "1,2"],
                ["--code-digits", "6,4,9,12,15"], ["--limit", "-1"], ["-o", "flaws.txt"], ["-o", "flaws.shp"]):
        run("check", store, *bad, code=2)
    text = run("check", store, "--lang", "zh", "--limit", "1", code=1).stdout
    assert "平方米（1 块" in text and "另有 4 条" in text, text
    # Codes that nest by other digits: the communities' are too short to name a subdistrict.
    run("check", store, "--code-digits", "0,0,0,0,0", code=1)
    run("check", os.path.join(folder, "none.gpkg"), code=4)


def check_formats(store):
    for name in ("f.gpkg", "f.fgb", "f.kml", "f.csv", "f.xlsx", "f.geojsonl", "f.geojsons"):
        path = os.path.join(folder, name)
        run("check", store, "-o", path, code=1)
        assert os.path.getsize(path) > 500, name
    with open(os.path.join(folder, "f.csv"), encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 13 and all(row["WKT"] for row in rows)
    info = subprocess.run(["ogrinfo", "-so", "-al", os.path.join(folder, "f.gpkg")], capture_output=True, text=True)
    assert "Feature Count: 13" in info.stdout, info.stdout
    assert "is the store itself" in run("check", store, "-o", store, code=2).stderr


def check_repair(store):
    def shape():
        run("export", store, "cells", "-o", os.path.join(folder, "cells.geojson"))
        with open(os.path.join(folder, "cells.geojson"), encoding="utf-8") as file:
            cells = {f["properties"]["code"]: f for f in json.load(file)["features"]}
        return cells["620702001001005"]
    before = shape()
    assert before["geometry"]["type"] == "Polygon"
    text = run("check", store, "--repair", "--lang", "en", code=1).stdout
    changed = sections(text)["repaired by MakeValid"]
    assert len(changed) == 1 and changed[0]["code"] == "620702001001005" and changed[0]["mended"] == "yes"
    assert changed[0]["reason"] == "Self-intersection"
    assert (changed[0]["parts_before"], changed[0]["parts_after"]) == ("1", "2")
    assert (changed[0]["vertices_before"], changed[0]["vertices_after"]) == ("5", "8")
    near(float(changed[0]["area_m2_after"]), 2 * 50 * 300 / 4)
    assert "invalid-ring" not in text
    after = shape()
    assert after["geometry"]["type"] == "MultiPolygon" and len(after["geometry"]["coordinates"]) == 2
    assert after["id"] == before["id"]
    near(after["properties"]["area_km2"] * 1e6, 2 * 50 * 300 / 4)
    # Nothing more to mend; the file read again changes nothing; the repair is a batch that can be undone.
    again = run("check", store, "--repair", "--lang", "en", code=1).stdout
    assert not sections(again)["repaired by MakeValid"] and "\nbatch " not in again
    told = run("import", store, "units", os.path.join(folder, "units.geojson")).stderr
    assert f"unchanged {len(UNITS)}" in told and shape() == after, told
    batch = next(line for line in text.splitlines() if line.startswith("batch ")).split()[1]
    run("undo", store, batch)
    assert shape() == before


def check_streets():
    store = os.path.join(folder, "streets.gpkg")
    run("import", store, "streets", write("streets.geojson", STREETS))
    found, tables = flaws(store)
    measured = {row["measure"]: float(row["value"]) for row in tables["streets"]}
    # east has 4 segments, north 2, over 2, the others 1 but the one that stands twice.
    assert measured["streets"] == 9 and measured["segments"] == 13 and measured["nodes"] == 18, measured
    near(measured["length_m"], 1000 + 1000 + 300 + 297 + 302 + 200 + 900 + 100)
    assert measured["components"] == 5 and measured["largest_component_segments"] == 9
    near(measured["largest_component_share_of_length"], 2602 / 4099)
    assert measured["crossings_split"] == 2 and measured["touches_split"] == 1
    assert measured["crossings_kept_apart_by_layer"] == 2
    assert measured["dangles"] == 15 and measured["near_misses"] == 1 and measured["overshoots"] == 1
    near(measured["duplicate_m"], 200, 5e-3)
    miss = only(found, "near-miss")
    assert (miss["name"], miss["other_name"], miss["severity"]) == ("miss", "east", "problem")
    near(miss["length_m"], 3, 1e-2)
    assert miss["geometry"]["coordinates"] in ([[at(300, 3), at(300, 0)]], [at(300, 3), at(300, 0)])
    near(only(found, "overshoot")["length_m"], 2, 1e-2)
    twice = only(found, "duplicate-street")
    assert (twice["name"], twice["other_name"]) == ("twice", "east")
    crossings = {(round(f["lon"], 6), round(f["lat"], 6)) for f in found if f["kind"] == "unsplit-crossing"}
    assert crossings == {tuple(round(v, 6) for v in at(*p)) for p in ((0, 0), (-200, 0))}, crossings
    assert {f["name"] for f in found if f["kind"] == "component"} == {"miss", "below", "above", "island"}
    flaws(store, "--near", "2.5", code=0)


def check_washington():
    """Shares of the single-member districts outside of their wards, beside GDAL's overlay of the file. Edges are straight
    in degrees, as the file has them."""
    from osgeo import ogr
    store = os.path.join(folder, "dc.gpkg")
    run("import", store, "units", DC, "--layer", "wards", "--level", "district")
    run("import", store, "units", DC, "--layer", "smd", "--level", "community")
    found, _ = flaws(store)
    ours = {}
    for f in found:
        if f["level"] == "community" and f["share"] and f["message_en"].find("outside its parent") > 0:
            ours[f["code"]] = ours.get(f["code"], 0) + f["share"]
    data = ogr.Open(DC)

    def shapes(layer, field):
        made = {}
        for feature in data.GetLayerByName(layer):
            made[str(feature.GetField(field))] = feature.GetGeometryRef().MakeValid()
        return made
    wards = shapes("wards", "WARD").values()
    districts = shapes("smd", "SMD_ID")
    assert len(districts) == 296
    outside = {}
    for code, shape in districts.items():
        best = max((shape.Intersection(ward) for ward in wards), key=lambda g: g.Area() if g.GetDimension() == 2 else 0)
        outside[code] = shape.Difference(best).Area() / shape.Area() if shape.Area() else 0
    for code, share in outside.items():
        assert abs(share - ours.get(code, 0)) < 5e-4, (code, share, ours.get(code))
    crossing = {code for code, share in outside.items() if share > 0.01}
    assert crossing == {code for code, share in ours.items() if share > 0.01} and 3 <= len(crossing) <= 4, crossing
    # What lies in one ward and is numbered after another: all of those that cross, and some that do not.
    nesting = {f["code"]: f for f in found if f["kind"] == "code-nesting"}
    assert nesting and all(not f["code"].startswith(f["other_code"]) for f in nesting.values())


def check_damage(store):
    damaged = os.path.join(folder, "damaged.gpkg")
    shutil.copy(store, damaged)
    for sql in ("UPDATE units SET batch = 77 WHERE id = 3", "UPDATE gpkg_contents SET max_x = 102.6 WHERE table_name = 'units'",
                "UPDATE batches SET undone = 1 WHERE id = 1", "DELETE FROM gpkg_geometry_columns WHERE table_name = 'zones'"):
        subprocess.run(["sqlite3", damaged, sql], check=True)
    found, _ = flaws(damaged)
    said = [f["message_en"] for f in found if f["kind"] in ("integrity", "reference")]
    for words in ("units.batch of 1 rows (first: id 3)", "rows of units lie outside the extent",
                  f"units.batch of {len(UNITS) - 1} rows (first: id 1) names a batch that is undone",
                  "zones is not declared in gpkg_geometry_columns"):
        assert any(words in s for s in said), (words, said)
    # An index that lost its way to the rows: SQLite's own check tells.
    root = subprocess.run(["sqlite3", damaged, "SELECT rootpage FROM sqlite_master WHERE name = 'units_key'; PRAGMA "
                           "page_size"], capture_output=True, text=True, check=True).stdout.split()
    with open(damaged, "r+b") as file:
        file.seek((int(root[0]) - 1) * int(root[1]) + int(root[1]) - 400)
        file.write(b"\x5a" * 300)
    result = subprocess.run([HOTSPOTD, "check", damaged, "--lang", "en"], capture_output=True, text=True)
    assert result.returncode in (1, 4) and "integrity\tproblem" in result.stdout, result


def serve(store):
    process = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    processes.append(process)
    base = process.stdout.readline().strip().rstrip("/")
    end = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(base + "/readyz")
            return base
        except urllib.error.URLError:
            assert time.monotonic() < end, "never ready"
            time.sleep(0.05)


def get(base, path):
    with urllib.request.urlopen(base + path) as answer:
        return answer.read()


def is_inside(outline, lon, lat):
    """Even-odd."""
    inside = False
    for (x0, y0), (x1, y1) in zip(outline, outline[1:]):
        if (y0 > lat) != (y1 > lat) and lon < x0 + (lat - y0) / (y1 - y0) * (x1 - x0):
            inside = not inside
    return inside


def check_summary(store):
    """Points in the gap, the overlap, the orphan, both lobes of the bow tie and between them, outside, and nowhere."""
    places = [(-500, 500), (-500, -500), (-500, 10), (500, -25), (500, 500), (1015, 400), (5100, 5100), (3000, 3000),
              (-450, -700), (-250, -700), (-96, -800), (-54, -800), (-75, -800), (-75, -600.5)]
    lines = [f"{i},0510,2026-01-05 10:00,{at(*p)[0]},{at(*p)[1]}" for i, p in enumerate(places)] + ["a,0101,2026-01-05 11:00,,"]
    path = os.path.join(folder, "cases.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("id,category,reported,lon,lat\n" + "\n".join(lines) + "\n")
    run("import", store, "incidents", path)
    base = serve(store)
    _, tables = flaws(store)
    sums = {row["level"]: row for row in tables["incidents by level"]}
    for level in ("district", "subdistrict", "community", "cell"):
        summary = json.loads(get(base, "/summary?level=" + level))
        wanted, outside = {}, 0
        for p in places:
            lon, lat = at(*p)
            codes = [u["properties"]["code"] for u in UNITS if u["properties"]["level"] == level
                     and is_inside(u["geometry"]["coordinates"][0], lon, lat)]
            if codes:
                wanted[min(codes)] = wanted.get(min(codes), 0) + 1
            outside += not codes
        counted = {u["code"]: u["count"] for u in summary["units"]}
        assert {c: n for c, n in counted.items() if n} == wanted, (level, counted, wanted)
        assert summary["outside"]["count"] == outside and summary["unmatched"]["count"] == 1
        assert sum(counted.values()) + outside + 1 == summary["total"] == len(places) + 1
        row = sums[level]
        assert [int(row[k]) for k in ("inside", "outside", "unmatched", "total")] == [
            sum(wanted.values()), outside, 1, len(places) + 1], row
        # A parent's own count is that of its children and of what lies in none of them.
        for parent in [u["properties"]["code"] for u in UNITS if u["properties"]["level"] == "subdistrict"]:
            part = json.loads(get(base, f"/summary?level={level}&unit={parent}"))
            rows = [u["count"] for u in part["units"]] + [part["outside"]["count"], part["unmatched"]["count"]]
            assert sum(rows) == part["total"] == json.loads(get(base, f"/summary?unit={parent}&level=subdistrict"))["total"]
    # One lies in a community and not in its subdistrict, one in an orphan.
    assert sums["community"]["across_parents"] == "1" and sums["community"]["in_parent_only"] == "1"
    # A polygon that crosses itself is drawn and exported like any other.
    for path in ("/ogc/collections/cells/items?limit=100", "/density/value?lon=102.599&lat=39.333&edge-correction=true",
                 "/density/isobands?edge-correction=true", "/tiles/density/14/12861/6224.png?edge-correction=true"):
        assert len(get(base, path)) > 50, path
    n, lon, lat = 14, *at(-75, -750)
    x = int((lon + 180) / 360 * 2**n)
    y = int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**n)
    assert len(get(base, f"/tiles/base/{n}/{x}/{y}.mvt")) > 100
    for name in ("units.shp.zip", "units.gpkg", "units.kml", "units.csv"):
        run("export", store, "units", "-o", os.path.join(folder, name))


def check_codes_twice():
    twice = [unit("community", "7", rectangle(0, 0, 100, 100)), unit("community", "7", rectangle(100, 0, 200, 100))]
    store = os.path.join(folder, "twice.gpkg")
    told = run("import", store, "units", write("twice.geojson", twice)).stderr
    assert "1 rows repeat the code" in told and "--map code=" in told, told
    run("import", store, "units", write("other.geojson", [unit("community", "8", rectangle(0, 0, 90, 100))]))
    subprocess.run(["sqlite3", store, "UPDATE units SET code = '7'"], check=True)
    found, _ = flaws(store)
    assert only(found, "duplicate-code")["other_code"] == "7"


try:
    STORE = os.path.join(folder, "city.gpkg")
    warned = run("import", STORE, "units", write("units.geojson", UNITS)).stderr
    assert "1 rows are not valid (first: row 13, Self-intersection" in warned, warned
    check_units(STORE)
    check_thresholds(STORE)
    check_formats(STORE)
    check_repair(STORE)
    check_damage(STORE)
    check_summary(STORE)
    check_streets()
    check_codes_twice()
    sample = os.path.join(folder, "sample.gpkg")
    run("sample", sample, "--incidents", "3000")
    assert "problem" not in json.dumps(flaws(sample, code=0)[0])
    if os.path.exists(DC):
        check_washington()
    else:
        print("skipped: the part on Washington, whose data are not here")
    print("done")
finally:
    for server in processes:
        server.kill()
    shutil.rmtree(folder)
