"""Clusters, near repeats and the K function of a small sample city over HTTP and on the command line, against searches
over all pairs of exported incidents by numpy."""
import csv
import datetime
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

import numpy
from osgeo import ogr, osr

HOTSPOTD = os.environ["HOTSPOTD"]
ogr.UseExceptions()
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")


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
        with urllib.request.urlopen(BASE + path, timeout=300) as answer:
            code, body = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        code, body = error.code, error.read()
    assert code == status, (path, code, body[:300])
    return json.loads(body, object_pairs_hook=once)


def read_incidents():
    """Places on the city's plane and times of the incidents that an analysis counts, and how they are named."""
    path = os.path.join(folder, "incidents.csv")
    run("export", store, "incidents", "--max-accuracy", "100", "-o", path)
    center = ask("/city")["center"]
    plane, degrees = osr.SpatialReference(), osr.SpatialReference()
    plane.ImportFromProj4(f"+proj=aeqd +lon_0={center[0]} +lat_0={center[1]} +datum=WGS84 +units=m")
    degrees.ImportFromEPSG(4326)
    degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    there = osr.CoordinateTransformation(degrees, plane)
    places, times = [], []
    for row in csv.DictReader(open(path)):
        if not row["lon"] or not row["cell"]:
            continue
        places.append(there.TransformPoint(float(row["lon"]), float(row["lat"]))[:2])
        when = row["occurred"] or row["reported"]
        times.append(datetime.datetime.fromisoformat(when.replace("Z", "+00:00")).timestamp())
    return numpy.array(places), numpy.array(times)


def properties(answer):
    return [f["properties"] for f in answer["features"]]


def dbscan(distance, eps, least):
    """Sizes and cores of the clusters, a core's neighbours with it."""
    near = distance <= eps
    core = near.sum(1) >= least
    label = numpy.full(len(distance), -1)
    number = 0
    for i in range(len(distance)):
        if not core[i] or label[i] >= 0:
            continue
        todo = [i]
        label[i] = number
        while todo:
            for j in numpy.flatnonzero(near[todo.pop()]):
                if label[j] < 0:
                    label[j] = number
                    if core[j]:
                        todo.append(j)
        number += 1
    return [((label == k).sum(), (core & (label == k)).sum()) for k in range(number)], (label < 0).sum()


def check_clusters(distance):
    answer = ask("/hotspots/clusters?eps=60&min-points=8&simulations=19")
    rows = properties(answer)
    wanted, noise = dbscan(distance, 60, 8)
    assert answer["incidents"]["counted"] == len(distance) and answer["noise"] == noise
    assert sorted((r["n"], r["n_core"]) for r in rows) == sorted(wanted), (rows, wanted)
    assert [r["rank"] for r in rows] == list(range(1, len(rows) + 1))
    assert all(a["n"] >= b["n"] for a, b in zip(rows, rows[1:]))
    for f in answer["features"]:
        shape = ogr.CreateGeometryFromJson(json.dumps(f["geometry"]))
        assert shape.IsValid() and shape.GetGeometryName() == "POLYGON"
        assert 0.05 <= f["properties"]["p_value"] <= 1 and f["properties"]["method"] == "clusters"
    assert answer["enough"] and "seed 1" in answer["how_en"] and "种子 1" in answer["how_zh"]
    assert answer["parameters"]["simulations"] == 19 and answer["seed"] == 1
    again = ask("/hotspots/clusters?eps=60&min-points=8&simulations=19")
    assert again["features"] == answer["features"]
    for query in ("algorithm=hdbscan&min-points=15", "algorithm=optics&eps=60", "algorithm=optics&xi=0.1", "algorithm=nnh&eps=50",
                  "streets=true&eps=60", "algorithm=hdbscan&streets=true&min-points=15"):
        other = ask("/hotspots/clusters?" + query)
        assert other["enough"] and other["clusters"] == len(other["features"]) > 0, query
        assert all(ogr.CreateGeometryFromJson(json.dumps(f["geometry"])).IsValid() for f in other["features"])
    # Along streets every way is at least as long.
    assert ask("/hotspots/clusters?streets=true&eps=60")["noise"] >= ask("/hotspots/clusters?eps=60&simulations=0")["noise"]


def check_near_repeat(distance, times):
    answer = ask("/hotspots/near-repeat?distances=50,150&intervals=7,21&permutations=99")
    rows = properties(answer)
    apart = numpy.abs(times[:, None] - times[None]) / 86400
    upper = numpy.triu_indices(len(times), 1)
    d, t = distance[upper], apart[upper]
    table = numpy.histogram2d(numpy.digitize(d, [1e-6, 50, 150], right=True), numpy.digitize(t, [7, 21], right=True),
                              bins=[numpy.arange(-0.5, 4), numpy.arange(-0.5, 3)])[0]
    assert [r["n"] for r in rows] == table.astype(int).ravel().tolist(), (rows, table)
    expected = numpy.outer(table.sum(1), table.sum(0)) / table.sum()
    assert numpy.allclose([r["expected"] for r in rows], expected.ravel(), rtol=1e-12)
    assert all(f["geometry"] is None for f in answer["features"])
    assert answer["parameters"]["sided"] == "one" and answer["parameters"]["permutations"] == 99
    tested = [r for r in rows if r["q_value"] is not None]
    assert len(tested) == 6 and all(r["q_value"] >= r["p_value"] for r in tested)
    ask("/hotspots/near-repeat?streets=true&permutations=19")


def check_k(places, distance):
    answer = ask("/hotspots/k-function?edge-correction=none&max-distance=300&steps=30&simulations=19")
    rows = properties(answer)
    n, area = len(places), answer["area_km2"] * 1e6
    for r in rows:
        count = (distance <= r["r_m"] + 1e-6).sum() - n
        assert abs(r["value"] - count * area / (n * (n - 1))) <= 1e-9 * max(1, r["value"]), r
        assert abs(r["l"] - numpy.sqrt(r["value"] / numpy.pi)) < 1e-9
    nearest = numpy.where(numpy.eye(n, dtype=bool), numpy.inf, distance).min(1).mean()
    assert abs(answer["nearest_neighbour"]["mean_m"] - nearest) < 1e-4
    assert answer["tests"]["mad_p_value"] == 0.05 == rows[3]["p_value"]  # the planted hotspots cluster
    for query in ("edge-correction=isotropic&steps=10&simulations=0&max-distance=200", "edge-correction=border&simulations=19",
                  "streets=true&max-distance=200&simulations=19"):
        other = ask("/hotspots/k-function?" + query)
        assert other["enough"] and len(other["features"]) > 2, query
    values = [numpy.array([r["l"] for r in properties(ask(f"/hotspots/k-function?edge-correction={edges}&max-distance=200&simulations=0"))])
              for edges in ("translation", "isotropic")]
    assert abs(values[0] - values[1]).max() < 0.05 * values[1].max(), "both correct for the same border"


def check_window():
    """Incidents of a unit or a box are held against what lies in it, not against the whole city."""
    center = ask("/city")["center"]
    units = ask("/ogc/collections/subdistricts/items")["features"]
    code, area = max(((u["properties"]["code"], u["properties"]["area_km2"]) for u in units), key=lambda u: u[1])
    box = [center[0] - 0.01, center[1] - 0.008, center[0] + 0.01, center[1] + 0.008]
    side = [111.32 * numpy.cos(numpy.radians(center[1])) * 0.02, 111.05 * 0.016]
    across = ogr.CreateGeometryFromWkt(f"POLYGON(({box[0]} {box[1]},{box[2]} {box[1]},{box[2]} {box[3]},{box[0]} {box[3]},{box[0]} {box[1]}))")
    city = ogr.Geometry(ogr.wkbMultiPolygon)
    for u in ask("/ogc/collections/cells/items?limit=10000")["features"]:
        shape = ogr.CreateGeometryFromJson(json.dumps(u["geometry"]))
        for part in [shape] if shape.GetGeometryName() == "POLYGON" else shape:
            city.AddGeometry(part)
    share = city.UnionCascaded().Intersection(across).Area() / across.Area()
    whole = ask("/hotspots/k-function?simulations=0")["area_km2"]
    for query, wanted, error in ((f"unit={code}", area, 1e-6), ("bbox=" + ",".join(map(str, box)), share * side[0] * side[1], 5e-3),
                                 ("bbox=-180,-90,180,90", whole, 1e-9), ("bbox=0,-90,-1,90", whole, 1e-9)):
        k = ask("/hotspots/k-function?max-distance=200&simulations=19&" + query)
        assert abs(k["area_km2"] / wanted - 1) < error, (query, k["area_km2"], wanted)
        n = k["incidents"]["counted"]
        assert abs(k["nearest_neighbour"]["expected_m"] - 500 * numpy.sqrt(k["area_km2"] / n)) < 0.01, query
        assert f"{k['area_km2']:.4g} km2" in k["how_en"], k["how_en"]
        name, value = query.split("=", 1)
        assert k["filters"] == {name: value} and f"Filters: {query}." in k["how_en"] and f"筛选条件：{query}。" in k["how_zh"]
        assert ask("/hotspots/clusters?min-points=5&simulations=0&" + query)["area_km2"] == k["area_km2"]
    length = ask("/hotspots/k-function?streets=true&max-distance=200&simulations=0")["length_km"]
    part = ask(f"/hotspots/k-function?streets=true&max-distance=200&simulations=19&unit={code}")
    assert 0.1 * length < part["length_km"] < 0.6 * length
    counted = ask(f"/hotspots/k-function?simulations=0&unit={code}")["incidents"]["counted"]
    assert 0.7 * counted < part["incidents"]["counted"] <= counted


def check_refusals():
    for path, word in (("clusters?algorithm=kmeans", "algorithm"), ("clusters?eps=0", "eps"), ("clusters?min-points=1", "min-points"),
                       ("clusters?xi=0.1", "xi"), ("near-repeat?distances=200,100", "distances"), ("near-repeat?intervals=x", "intervals"),
                       ("near-repeat?intervals=1e-9,2e-9", "a second"), ("near-repeat?distances=30000", "20000"),
                       ("k-function?simulations=5", "simulations"), ("k-function?edge-correction=x", "edge correction"),
                       ("k-function?streets=true&edge-correction=none", "edge-correction"), ("clusters?nonsense=1", "nonsense")):
        problem = ask("/hotspots/" + path, 400)
        assert word in problem["detail"], problem
    for method in ("clusters", "near-repeat", "k-function"):
        few = ask(f"/hotspots/{method}?datetime=1990-01-01")
        assert not few["enough"] and few["features"] == [] and few["reason_zh"] and few["reason_en"]


def check_single_incidents():
    """To who may not see single incidents clusters show none: not by few members, not by their times."""
    public = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "0.0.0.0:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        base = "http://127.0.0.1:" + public.stdout.readline().strip().rsplit(":", 1)[1]

        def there(path, status):
            for _ in range(200):
                try:
                    with urllib.request.urlopen(base + path, timeout=300) as answer:
                        code, body = answer.status, answer.read()
                except urllib.error.HTTPError as error:
                    code, body = error.code, error.read()
                except urllib.error.URLError:
                    code = 503
                if code != 503:
                    break
                time.sleep(0.1)
            assert code == status, (path, code, body[:300])
            return body

        for path in ("/hotspots/clusters?min-points=4&eps=1", "/hotspots/gi-star?grid=square:10", "/hotspots/scan?grid=hex:49",
                     "/tiles/hotspots/12/0/0.mvt?method=clusters&min-points=2", "/tiles/hotspots.json?method=gi-star&grid=hex:10"):
            assert b"not public" in there(path, 403), path
        shown = properties(json.loads(there("/hotspots/clusters?min-points=5&eps=60", 200)))
        seen = properties(ask("/hotspots/clusters?min-points=5&eps=60"))
        assert shown and all(p["first"] is None and p["last"] is None for p in shown) and all(p["first"] for p in seen)
        assert [p["n"] for p in shown] == [p["n"] for p in seen]
    finally:
        public.terminate()
        assert public.wait(timeout=120) == 0


def check_command_line():
    for method, options in (("clusters", ["--eps", "60", "--min-points", "8"]), ("near-repeat", ["--permutations", "19"]),
                            ("k-function", ["--max-distance", "200", "--simulations", "19"])):
        query = "&".join(f"{options[i][2:]}={options[i + 1]}" for i in range(0, len(options), 2))
        served = properties(ask(f"/hotspots/{method}?{query}"))
        for extension in ("csv", "gpkg", "geojson"):
            path = os.path.join(folder, f"{method}.{extension}")
            assert "significant" in run("hotspots", store, method, *options, "--lang", "en", "-o", path).stdout
        rows = list(csv.DictReader(open(os.path.join(folder, method + ".csv"))))
        assert [int(r["n"]) for r in rows] == [p["n"] for p in served]
        assert properties(json.load(open(os.path.join(folder, method + ".geojson")))) == served
        file = ogr.Open(os.path.join(folder, method + ".gpkg"))
        assert file.GetLayer(0).GetFeatureCount() == len(served)
        file = None


run("sample", store, "--incidents", "1500")
server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
try:
    BASE = server.stdout.readline().strip()
    for _ in range(200):
        try:
            urllib.request.urlopen(BASE + "/readyz", timeout=5)
            break
        except urllib.error.URLError:
            time.sleep(0.1)
    incidents, times = read_incidents()
    distances = numpy.sqrt(((incidents[:, None] - incidents[None]) ** 2).sum(2))
    check_clusters(distances)
    check_near_repeat(distances, times)
    check_k(incidents, distances)
    check_window()
    check_refusals()
    check_single_incidents()
    check_command_line()
finally:
    server.terminate()
    assert server.wait(timeout=120) == 0
    shutil.rmtree(folder, ignore_errors=True)
