"""Hotspots as statistics of a small sample city: what the command line writes and the server answers agree with each
other, and with weights by OGR and formulas by numpy."""
import csv
import heapq
import json
import os
import shutil
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


def write(method, name, *options):
    path = os.path.join(folder, name)
    run("hotspots", store, method, *options, "-o", path)
    return path


def column(collection, name):
    return numpy.array([float("nan") if f["properties"][name] is None else f["properties"][name]
                        for f in collection["features"]], dtype=float)


def neighbours(collection):
    """Queen contiguity by distances of polygons; a metre is about 1e-5 degrees."""
    shapes = [ogr.CreateGeometryFromJson(json.dumps(f["geometry"])) for f in collection["features"]]
    n = len(shapes)
    w = numpy.zeros((n, n))
    for i in range(n):
        for j in range(i):
            w[i, j] = w[j, i] = shapes[i].Distance(shapes[j]) < 5e-6
    return w


def gi_star(x, w):
    n = len(x)
    w = w + numpy.eye(n)
    s = x.std()
    return (w @ x - w.sum(1) * x.mean()) / (s * numpy.sqrt((n * (w**2).sum(1) - w.sum(1) ** 2) / (n - 1)))


def benjamini_hochberg(p):
    order = numpy.argsort(p)
    q = p[order] * len(p) / numpy.arange(1, len(p) + 1)
    adjusted = numpy.empty_like(q)
    adjusted[order] = numpy.minimum.accumulate(q[::-1])[::-1].clip(max=1)
    return adjusted


def check_fields(collection):
    for f in collection["features"]:
        for name in ("method", "value", "statistic", "p_value", "q_value", "n", "expected", "rank", "label_zh", "label_en"):
            assert name in f["properties"], name
    for name in ("how_zh", "how_en", "parameters", "version", "seed", "run_time_ms", "islands", "incidents"):
        assert name in collection, name


def check_gi_star():
    analytic = ask("/hotspots/gi-star?level=cell&permutations=0")
    check_fields(analytic)
    x, w = column(analytic, "n"), neighbours(analytic)
    assert w.sum() == analytic["links"], (w.sum(), analytic["links"])
    assert numpy.allclose(column(analytic, "statistic"), gi_star(x, w), rtol=0, atol=1e-9)
    assert numpy.allclose(column(analytic, "q_value"), benjamini_hochberg(column(analytic, "p_value")), atol=1e-12)
    assert numpy.allclose(column(analytic, "expected"), x.mean())
    stands = analytic["significant_by_correction"]
    assert stands["bh"] == analytic["significant"] == (column(analytic, "q_value") <= 0.05).sum()
    for name in ("by", "bonferroni", "none"):
        assert stands[name] == ask(f"/hotspots/gi-star?level=cell&permutations=0&correction={name}")["significant"], name
    assert stands["bonferroni"] <= stands["bh"] and stands["by"] <= stands["bh"] <= stands["none"] > 0
    ranks = column(analytic, "rank")
    assert (numpy.argsort(ranks) == numpy.argsort(-column(analytic, "statistic"), kind="stable")).all()
    permuted = ask("/hotspots/gi-star?level=cell&permutations=999&seed=7")
    p = column(permuted, "p_value")
    assert p.min() >= 2 / 1000 and numpy.corrcoef(p, column(analytic, "p_value"))[0, 1] > 0.95
    assert "caution_en" in permuted and permuted["smallest_p_value"] == 2 / 1000, "a lone cell cannot be found"
    again = ask("/hotspots/gi-star?level=cell&permutations=999&seed=7&v=1")
    assert again["features"] == permuted["features"], "same seed, same answer"
    other = ask("/hotspots/gi-star?level=cell&permutations=999&seed=8")
    assert (column(other, "p_value") != p).any() and (column(other, "statistic") == column(permuted, "statistic")).all()
    for f in permuted["features"]:
        if f["properties"]["label_en"] == "hot spot":
            assert f["properties"]["q_value"] <= 0.05 and f["properties"]["z"] > 0
    exact = ask("/hotspots/gi-star?level=cell")
    assert exact["parameters"]["p_values"] == "exact" and exact["parameters"]["permutations"] == 0
    many = column(ask("/hotspots/gi-star?level=cell&permutations=20000&seed=5"), "p_value")
    half = column(exact, "p_value") / 2
    assert (abs(many / 2 - half) <= 6 * numpy.sqrt(half * (1 - half) / 20000) + 1e-4).all(), "what permutations estimate"
    raised = ask("/hotspots/local-moran?level=cell")
    assert raised["smallest_p_value"] * raised["units"] <= 0.05 and "caution_en" not in raised

    # A box that cuts units is said to; one about the whole city cuts none.
    center = ask("/city")["center"]
    box = f"{center[0] - 0.01},{center[1] - 0.01},{center[0] + 0.01},{center[1] + 0.01}"
    for method in ("gi-star?level=cell&", "emerging?level=cell&", "scan?level=cell&replications=99&"):
        cut, whole = ask(f"/hotspots/{method}bbox={box}"), ask(f"/hotspots/{method}bbox=-180,-90,180,90")
        assert "bbox cuts units" in cut["caution_en"] and "切断" in cut["caution_zh"] and cut["filters"] == {"bbox": box}, method
        assert "bbox" not in whole.get("caution_en", ""), method


def check_stated():
    """What an answer says of its own tests: sides, seed, how many random repetitions, corrections, islands."""
    periods = "&datetime=2026-01-01/2026-03-31&compare=2025-10-01/2025-12-31"
    for method, query, repeated, corrected in (
            ("gi-star", "", "permutations", True), ("local-moran", "", "permutations", True),
            ("global", "", "permutations", True), ("emerging", "&step=month", "permutations", True),
            ("change", periods, "permutations", True), ("scan", "&replications=99", "replications", False),
            ("near-repeat", "", "permutations", True), ("clusters", "&eps=100&min-points=5", "simulations", False),
            ("k-function", "", "simulations", False)):
        planar = method in ("near-repeat", "clusters", "k-function")
        answer = ask(f"/hotspots/{method}?" + (query[1:] if planar else "level=community" + query))
        parameters = answer["parameters"]
        assert answer["enough"] and parameters["sided"] in ("one", "two"), method
        assert parameters["correction"] and repeated in parameters and "seed" in answer and "significant" in answer, method
        assert (set(answer.get("significant_by_correction", ())) == {"bh", "by", "bonferroni", "none"}) == corrected, method
        if method in ("gi-star", "local-moran", "global", "emerging"):
            assert answer["islands"]["count"] == len(answer["islands"]["ids"]), method


def check_tiles():
    """Tiles carry what the GeoJSON has; one answer, one ETag, the same bytes."""
    for query in ("method=gi-star&level=cell", "method=emerging&level=community&step=month", "method=gi-star&streets=true"):
        method = query.split("&")[0].split("=")[1]
        named = {f["id"]: f["properties"] for f in ask(f"/hotspots/{method}?{query.split('&', 1)[1]}")["features"]}
        described = ask("/tiles/hotspots.json?" + query)
        assert described["tilejson"] == "3.0.0" and query in described["tiles"][0] and described["vector_layers"][0]["id"] == "hotspots"
        lon, lat = described["center"][:2]
        z = 12
        x = int((lon + 180) / 360 * 2 ** z)
        y = int((1 - numpy.arcsinh(numpy.tan(numpy.radians(lat))) / numpy.pi) / 2 * 2 ** z)
        path = os.path.join(folder, "tile.mvt")
        with urllib.request.urlopen(f"{BASE}/tiles/hotspots/{z}/{x}/{y}.mvt?{query}", timeout=60) as answer:
            open(path, "wb").write(answer.read())
        data = ogr.Open(path)
        seen = 0
        for feature in data.GetLayerByName("hotspots"):
            items, own = feature.items(), named[feature.GetField("id")]
            assert items["label_zh"] == own["label_zh"] and items["rank"] == own["rank"]
            assert abs(items["z"] - own["z"]) < 1e-12 and items["n"] == own["n"]
            seen += 1
        assert seen > 5, (query, seen)
    with urllib.request.urlopen(f"{BASE}/tiles/hotspots/12/0/0.mvt?level=cell", timeout=60) as answer:
        assert answer.status == 204
    ask("/tiles/hotspots/12/0/0.mvt?level=cell&lag=3", 400)
    ask("/tiles/hotspots/12/0/0.mvt?method=nothing", 400)
    ask("/tiles/hotspots.json?method=gi-star&step=week", 400)
    bodies = set()
    for _ in range(3):
        with urllib.request.urlopen(BASE + "/hotspots/gi-star?grid=hex:350", timeout=60) as answer:
            bodies.add((answer.headers["ETag"], answer.read()))
    assert len(bodies) == 1


def check_jitter():
    """The share of runs, each incident within its accuracy, in which a hot spot stays one."""
    answer = ask("/hotspots/gi-star?grid=square:60&jitter=9&max-accuracy=100")
    kept = [f["properties"]["survival"] for f in answer["features"] if f["properties"]["survival"] is not None]
    assert len(kept) == answer["significant"] > 5 and all(0 <= k <= 1 and abs(9 * k - round(9 * k)) < 1e-9 for k in kept)
    assert min(kept) < 1, "small cells are unsure"
    path = write("gi-star", "jitter.geojson", "--grid", "square:60", "--jitter", "9", "--max-accuracy", "100")
    assert json.load(open(path))["features"] == answer["features"], "the same seed, the same runs"
    large = ask("/hotspots/gi-star?level=community&jitter=9")
    sure = [f["properties"]["survival"] for f in large["features"] if f["properties"]["survival"] is not None]
    assert not sure or sum(sure) / len(sure) >= sum(kept) / len(kept)
    ask("/hotspots/global?jitter=3", 400)
    ask("/hotspots/gi-star?jitter=200", 400)


def check_weights_count():
    """Incidents count by their weight; without weights nothing says so."""
    other = os.path.join(folder, "weighted.gpkg")
    run("sample", other, "--incidents", "2000")
    rows = os.path.join(folder, "weights.csv")
    run("export", other, "incidents", "-o", rows)
    table = list(csv.DictReader(open(rows)))
    with open(rows, "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "category", "reported", "lon", "lat", "weight"])
        for i, row in enumerate(r for r in table if r["lon"]):
            writer.writerow(["W" + str(i), row["category"], row["reported"], row["lon"], row["lat"], 2.5 if i % 4 == 0 else 1])
    run("import", other, "incidents", rows)
    path = os.path.join(folder, "weighted.geojson")
    said = run("hotspots", other, "gi-star", "--level", "community", "-o", path, "--lang", "en").stdout
    answer = json.load(open(path))
    assert "by their weight" in said and answer["weight"] > answer["incidents"]["counted"]
    assert answer["parameters"]["p_values"] == "permutation", "halves are no whole numbers"
    assert abs(sum(f["properties"]["value"] for f in answer["features"]) - answer["weight"]) < 1e-9


def check_accuracy():
    """Positions worse than the unit are left out unasked, and said."""
    coarse, fine = ask("/hotspots/gi-star?grid=square:400"), ask("/hotspots/gi-star?grid=square:15")
    assert coarse["parameters"]["max_accuracy_m"] == 100 and fine["parameters"]["max_accuracy_m"] == 15
    assert fine["incidents"]["inaccurate"] > coarse["incidents"]["inaccurate"]
    asked = ask("/hotspots/gi-star?grid=square:15&max-accuracy=100")
    assert "worse than the units" in asked["how_en"] and "误差大于单元宽度" in asked["how_zh"]
    distinct = ask("/hotspots/gi-star?level=cell&duplicates=exclude")
    assert distinct["parameters"]["duplicates"] == "exclude" and "distinct cases" in distinct["how_en"]
    assert distinct["incidents"]["counted"] <= ask("/hotspots/gi-star?level=cell")["incidents"]["counted"]


def check_moran():
    local = ask("/hotspots/local-moran?level=cell&permutations=0&value=per-km2")
    everything = ask("/hotspots/global?level=cell&value=per-km2")
    x = column(local, "value")
    w = neighbours(local)
    w = w / w.sum(1, keepdims=True)
    z = x - x.mean()
    lag = w @ z
    assert numpy.allclose(column(local, "statistic"), z * lag / z.var(), rtol=1e-8, atol=1e-9)
    named = {(True, True): "high-high", (False, False): "low-low", (True, False): "high-low", (False, True): "low-high"}
    for f, a, b in zip(local["features"], z, lag):
        assert f["properties"]["class"] == named[bool(a >= 0), bool(b >= 0)]
    values = {f["properties"]["code"]: f["properties"] for f in everything["features"]}
    assert abs(values["moran"]["statistic"] - z @ lag / (z @ z)) < 1e-9
    assert abs(values["moran"]["expected"] + 1 / (len(x) - 1)) < 1e-12
    differences = (w * (x[:, None] - x[None, :]) ** 2).sum()
    assert abs(values["geary"]["statistic"] - (len(x) - 1) * differences / (2 * w.sum() * (z @ z))) < 1e-9
    assert abs(values["getis-ord-g"]["statistic"] - x @ w @ x / (x.sum() ** 2 - x @ x)) < 1e-12
    assert all(f["geometry"] is None for f in everything["features"])


def check_counts(incidents):
    for units in ("level=community", "grid=square:200", "grid=hex:250", "streets=true"):
        c = ask("/hotspots/gi-star?permutations=99&" + units)
        parts = c["incidents"]
        assert sum(parts.values()) == incidents, (units, parts)
        assert column(c, "n").sum() == parts["counted"] > 0.9 * incidents, units
        assert abs(column(c, "expected").sum() / parts["counted"] - 1) < 1e-9
    every = ask("/hotspots/gi-star?permutations=99&level=community&max-accuracy=1000000")
    assert every["incidents"]["inaccurate"] == 0 and every["incidents"]["counted"] > 0


def check_grids():
    square = ask("/hotspots/gi-star?grid=square:200&permutations=0&weights=rook")
    hexagon = ask("/hotspots/gi-star?grid=hex:200&permutations=0")
    for collection, corners, most in ((square, 5, 4), (hexagon, 7, 6)):
        x, w = column(collection, "n"), neighbours(collection)
        if corners == 5:  # by distance corners touch too: keep those whose middles are a side apart
            middles = numpy.array([numpy.mean(f["geometry"]["coordinates"][0][0][:4] if f["geometry"]["type"] == "MultiPolygon"
                                              else f["geometry"]["coordinates"][0][:4], axis=0) for f in collection["features"]])
            scale = numpy.array([numpy.cos(numpy.radians(middles[:, 1].mean())), 1]) * 111000
            gaps = numpy.hypot(*((middles[:, None] - middles[None]) * scale).T)
            w = w * (gaps < 1.2 * 200)
        assert w.sum(1).max() == most and w.sum() == collection["links"], (w.sum(), collection["links"])
        assert numpy.allclose(column(collection, "statistic"), gi_star(x, w), atol=1e-9)


def reached(start, lengths, ends, at_node, limit):
    """Segments whose middle lies within `limit` metres along the streets of the middle of `start`."""
    way, found, heap = {}, {}, [(lengths[start] / 2, node) for node in ends[start]]
    heapq.heapify(heap)
    while heap:
        far, node = heapq.heappop(heap)
        if far > limit or way.get(node, limit + 1) <= far:
            continue
        way[node] = far
        for s in at_node[node]:
            found[s] = min(found.get(s, limit + 1), far + lengths[s] / 2)
            heapq.heappush(heap, (far + lengths[s], ends[s][1] if ends[s][0] == node else ends[s][0]))
    return {s for s, far in found.items() if far <= limit and s != start}


def check_clipping():
    """The area of a cell is what of it lies in the city, by OGR on an equal-area plane."""
    from osgeo import osr
    degrees, plane = osr.SpatialReference(), osr.SpatialReference()
    degrees.ImportFromEPSG(4326)
    degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    units = ask("/ogc/collections/communities/items?limit=10000")["features"]
    shapes = [ogr.CreateGeometryFromJson(json.dumps(f["geometry"])) for f in units]
    city = shapes[0]
    for shape in shapes[1:]:
        city = city.Union(shape)
    middle = city.Centroid()
    plane.ImportFromProj4(f"+proj=laea +lat_0={middle.GetY()} +lon_0={middle.GetX()} +ellps=WGS84")
    to_plane = osr.CoordinateTransformation(degrees, plane)
    city.Transform(to_plane)
    for grid in ("square:400", "hex:500"):
        cells = ask("/hotspots/gi-star?permutations=0&value=per-km2&grid=" + grid)["features"]
        clipped = 0
        for f in cells:
            cell = ogr.CreateGeometryFromJson(json.dumps(f["geometry"]))
            cell.Transform(to_plane)
            area = cell.Intersection(city).Area() * 1e-6
            clipped += area < 0.999 * cell.Area() * 1e-6
            assert abs(f["properties"]["area_km2"] - area) < 2e-5, (grid, f["properties"], area)
            if area > 1e-3:
                assert abs(f["properties"]["value"] * area - f["properties"]["n"]) < 0.05 + 0.01 * f["properties"]["n"]
        assert clipped > 10, "cells at the border"


def check_streets():
    junctions = ask("/hotspots/gi-star?streets=true&permutations=0&value=per-km")
    network = ask("/hotspots/gi-star?streets=true&permutations=0&weights=network:300")
    lines = [f["geometry"]["coordinates"] for f in junctions["features"]]
    lines = [line[0] if isinstance(line[0][0], list) else line for line in lines]
    ends = [(tuple(line[0]), tuple(line[-1])) for line in lines]
    at_node = {}
    for s, pair in enumerate(ends):
        for node in set(pair):
            at_node.setdefault(node, []).append(s)
    touching = [{t for node in pair for t in at_node[node]} - {s} for s, pair in enumerate(ends)]
    assert sum(map(len, touching)) == junctions["links"], junctions["links"]
    with numpy.errstate(invalid="ignore"):
        lengths = column(junctions, "n") / column(junctions, "value") * 1000
    known = ~numpy.isnan(lengths)
    assert 100 < known.sum(), "streets with incidents tell their length"
    latitude = numpy.mean([line[0][1] for line in lines])
    east, north = 111320 * numpy.cos(numpy.radians(latitude)), 111020
    measured = numpy.array([sum(numpy.hypot((b[0] - a[0]) * east, (b[1] - a[1]) * north) for a, b in zip(line, line[1:]))
                            for line in lines])
    assert numpy.allclose(lengths[known], measured[known], rtol=5e-3)
    w = numpy.zeros((len(lines), len(lines)))
    for s in range(len(lines)):
        w[s, list(reached(s, measured, ends, at_node, 300))] = 1
    assert abs(w.sum() / network["links"] - 1) < 0.01, (w.sum(), network["links"])
    wanted = gi_star(column(network, "n"), w)
    assert numpy.corrcoef(wanted, column(network, "statistic"))[0, 1] > 0.995
    assert network["features"][0]["geometry"]["type"].endswith("LineString")


def check_rates():
    per = ask("/hotspots/local-moran?level=community&value=per-population&permutations=0")
    smooth = ask("/hotspots/local-moran?level=community&value=eb&permutations=0")
    rates, n = column(per, "value"), column(per, "n")
    people = n / rates * 1000
    mean = n.sum() / people.sum()
    variance = max(0, (people * (n / people - mean) ** 2).sum() / people.sum() - mean / people.mean())
    expected = mean + variance / (variance + mean / people) * (n / people - mean)
    assert numpy.allclose(column(smooth, "value"), 1000 * expected)
    ask("/hotspots/gi-star?grid=hex:200&value=per-population", 400)


def check_refusals():
    for query in ("grid=tri:5", "weights=knn:0", "weights=network:300", "correction=x", "permutations=-1", "level=street",
                  "level=cell&grid=hex:100", "value=per-km", "unknown=1", "count=NAME", "grid=square:10000000",
                  "alpha=2", "style=Q", "seed=a", "weights=knn:5000&level=cell"):
        ask("/hotspots/gi-star?" + query, 400)
    few = ask("/hotspots/gi-star?datetime=1990-01-01")
    assert few["enough"] is False and few["features"] == [] and few["reason_zh"] and few["reason_en"]
    few = ask("/hotspots/gi-star?level=district")
    assert few["enough"] is False and few["features"] == []
    part = ask("/hotspots/gi-star?level=cell&permutations=0&correction=none&category=" + urllib.parse.quote("05"))
    assert part["incidents"]["counted"] < 3000


def check_files():
    whole = json.load(open(write("gi-star", "a.geojson", "--level", "cell", "--permutations", "999")))
    served = ask("/hotspots/gi-star?level=cell&permutations=999")
    assert whole["features"] == served["features"], "the command line and the server agree"
    rows = list(csv.DictReader(open(write("gi-star", "a.csv", "--level", "cell", "--permutations", "999"))))
    assert [float(r["statistic"]) for r in rows] == list(column(served, "statistic"))
    assert all(r["code"] and r["name"] and float(r["lon"]) and float(r["lat"]) for r in rows)
    for name in ("a.gpkg", "a.shp", "a.fgb", "a.kml"):
        data = ogr.Open(write("local-moran", name, "--grid", "hex:400"))
        assert data.GetLayer(0).GetFeatureCount() > 20, name
    data = ogr.Open(write("global", "g.gpkg", "--level", "cell"))
    assert data.GetLayer(0).GetFeatureCount() == 3
    said = run("hotspots", store, "gi-star", "--level", "cell", "-o", os.path.join(folder, "b.csv"), "--lang", "zh").stdout
    assert "Getis-Ord" in said and "置换" in said
    refused = run("hotspots", store, "nothing", "-o", os.path.join(folder, "b.csv"), status=2).stderr
    help_text = run("hotspots", "--help").stdout
    described = json.loads(urllib.request.urlopen(BASE + "/api", timeout=60).read())["paths"]
    for path in described:
        if path.startswith("/hotspots/") and "{" not in path:
            assert path.split("/")[2] in refused and "\n" + path.split("/")[2] + " " in help_text, path
    run("hotspots", store, "gi-star", "-o", os.path.join(folder, "b.gpx"), status=2)
    run("hotspots", store, "gi-star", "-o", store, status=2)


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
    check_gi_star()
    check_moran()
    check_counts(3000)
    check_grids()
    check_clipping()
    check_streets()
    check_rates()
    check_refusals()
    check_files()
    check_stated()
    check_tiles()
    check_accuracy()
    check_jitter()
    check_weights_count()
finally:
    server.terminate()
    assert server.wait(timeout=120) == 0
    shutil.rmtree(folder, ignore_errors=True)
print("hotspots agree with OGR and numpy")
