"""Density of streets and adaptive bandwidths of a running server, on a small sample city: what is drawn, listed and
told at a place agree, and the mass of the continuous kernel is the number of incidents."""
import json
import math
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from osgeo import gdal

gdal.UseExceptions()
HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")


def run(*arguments, status=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == status, (arguments, result.returncode, result.stderr)
    return result


def ask(path, status=200):
    try:
        with urllib.request.urlopen(BASE + path, timeout=300) as answer:
            code, body, headers = answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        code, body, headers = error.code, error.read(), error.headers
    assert code == status, (path, code, body[:300])
    return body, headers


def get(path):
    return json.loads(ask(path)[0])


def length_m(line):
    """On the ellipsoid's tangent plane, piece by piece."""
    total, e2 = 0.0, 0.00669437999014
    for (x0, y0), (x1, y1) in zip(line, line[1:]):
        s = math.sin(math.radians((y0 + y1) / 2))
        n = 6378137 / math.sqrt(1 - e2 * s * s)
        east = math.radians(x1 - x0) * n * math.sqrt(1 - s * s)
        north = math.radians(y1 - y0) * n * (1 - e2) / (1 - e2 * s * s)
        total += math.hypot(east, north)
    return total


def mass(collection):
    return sum(f["properties"]["value"] * (f["properties"]["to_m"] - f["properties"]["from_m"]) / 1000
               for f in collection["features"])


def check_lixels():
    whole = get("/density/lixels?bandwidth=200")
    snapping = whole["snapping"]
    assert snapping["limit_m"] == 50 and snapping["snapped"] > 2000, snapping
    assert 0 < snapping["mean_m"] <= snapping["largest_m"] <= 50, snapping
    assert whole["unit"] == "incidents per km of street" and whole["network_kernel"] == "equal-split-continuous"
    # from_m and to_m have two decimals, so a lixel's length is right to a hundredth.
    assert abs(mass(whole) / snapping["snapped"] - 1) < 2e-3, (mass(whole), snapping)
    for feature in whole["features"][:: len(whole["features"]) // 60]:
        p = feature["properties"]
        assert abs(length_m(feature["geometry"]["coordinates"]) - (p["to_m"] - p["from_m"])) < 0.06, feature
    exact = get("/density/lixels?bandwidth=200&exact=true&network-kernel=simple&lixel=50")
    assert mass(exact) > snapping["snapped"], "the simple kernel overrates junctions"
    split = get("/density/lixels?bandwidth=200&network-kernel=equal-split-discontinuous")
    assert mass(split) < mass(whole) * 1.0001, "dead ends swallow"
    return whole


def check_places(whole):
    for feature in sorted(whole["features"], key=lambda f: -f["properties"]["value"])[:5]:
        line = feature["geometry"]["coordinates"]
        lon, lat = ((line[0][i] + line[1][i]) / 2 for i in (0, 1))
        value = get(f"/density/value?lon={lon}&lat={lat}&network=true&bandwidth=200")
        near = [f["properties"]["value"] for f in whole["features"] if f["properties"]["segment"] == value["street"]["segment"]]
        assert value["distance_m"] < 1 and value["street"]["segment"], value
        assert any(math.isclose(value["value"], v, rel_tol=1e-6) for v in near), (value["value"], near)
    far = get("/density/value?lon=0&lat=0&network=true")
    assert far["value"] is None


def check_standing(whole):
    """What a street's value rests on: the interval holds it, its sums give it, its rank is that among all lixels."""
    values = sorted((f["properties"]["value"] for f in whole["features"]), reverse=True)
    n_total = whole["snapping"]["snapped"]
    for feature in sorted(whole["features"], key=lambda f: -f["properties"]["value"])[:400:57]:
        line = feature["geometry"]["coordinates"]
        lon, lat = ((line[0][i] + line[1][i]) / 2 for i in (0, 1))
        place = f"/density/value?lon={lon}&lat={lat}&network=true&bandwidth=200"
        v = get(place)
        assert v["months"] is None and v["masked"] is False and v["rank_among"] == "lixels", v
        assert v["rank"] == 1 + sum(x > v["value"] for x in values) and v["rank_of"] >= len(values), v
        assert 0 < v["n"] <= n_total and 0 < v["effective_n"] <= v["n"] + 1e-9, v
        bounds = v["interval"]
        assert bounds["lower"] < v["value"] < bounds["upper"] and bounds["method"] == "poisson", v
        # Fay and Feuer's interval is about as wide as the root of the effective number says.
        width = (bounds["upper"] - bounds["lower"]) / v["value"] * math.sqrt(v["effective_n"])
        assert 3 < width < 8, (width, v)
        drawn = get(place + "&interval=bootstrap&replications=2000")["interval"]
        assert drawn["method"] == "bootstrap" and drawn["lower"] < v["value"] < drawn["upper"], drawn
        # The same by another way, source by source; who is just in reach is known within a fine lixel.
        exact = get(place + "&exact=true")
        assert abs(exact["n"] - v["n"]) <= 2 and math.isclose(exact["effective_n"], v["effective_n"], rel_tol=5e-3), (exact, v)
        adaptive = get(place + "&adaptive=true")
        assert adaptive["interval"]["lower"] < adaptive["value"] < adaptive["interval"]["upper"], adaptive
        change = get(place + "&over=all&category=0510")
        assert change["value"] is None or change["interval"]["lower"] <= change["value"] <= change["interval"]["upper"]
        assert change["other_n"] == v["n"], change
    monthly = get(place + "&datetime=2025-01-01/2025-06-30")
    assert abs(monthly["months"] - 181 / (365.25 / 12)) < 1e-9, monthly
    refused = json.loads(ask(place + "&adaptive=true&interval=bootstrap", 400)[0])
    assert "bootstrap" in refused["detail"], refused


def check_by_hand():
    """A road of four segments in a line and one incident or two: weights are the kernel's own on the line."""
    hand = os.path.join(folder, "hand.gpkg")
    lon = [116.3 + 0.004 * i for i in range(5)]
    with open(os.path.join(folder, "roads.geojson"), "w", encoding="utf-8") as file:
        json.dump({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": {"name": f"r{i}"},
             "geometry": {"type": "LineString", "coordinates": [[lon[i], 40.0], [lon[i + 1], 40.0]]}}
            for i in range(4)]}, file)
    metre = 1 / (length_m([[lon[0], 40.0], [lon[4], 40.0]]) / (lon[4] - lon[0]))
    at = [lon[2] + 50 * metre, lon[2] - 90 * metre, lon[2] + 300 * metre]
    with open(os.path.join(folder, "three.csv"), "w", encoding="utf-8") as file:
        file.write("id,category,reported,lon,lat\n")
        file.writelines(f"{i},0510,2025-05-0{i + 1}T12:00:00Z,{x:.7f},40.0\n" for i, x in enumerate(at))
    run("import", hand, "streets", os.path.join(folder, "roads.geojson"))
    run("import", hand, "incidents", os.path.join(folder, "three.csv"))
    return hand, lon[2], metre


def check_weights(middle, metre):
    """At x the lixel's mean of 15/16 (1 - r^2)^2 / h of the two incidents in reach of 200 m."""
    x = middle + 2.5 * metre
    v = get(f"/density/value?lon={x:.8f}&lat=40&network=true&bandwidth=200&lixel=5")
    want = [15 / 16 * (1 - (d / 200) ** 2) ** 2 / 0.2 for d in (47.5, 92.5)]
    assert v["n"] == 2, v
    assert math.isclose(v["value"], sum(want), rel_tol=2e-2), (v, want)
    assert math.isclose(v["effective_n"], sum(want) ** 2 / sum(w * w for w in want), rel_tol=5e-3), (v, want)


def check_parts(whole):
    west, south, east, north = get("/city")["box"]
    box = f"{(west + east) / 2},{south},{east},{north}"
    part = get(f"/density/lixels?bandwidth=200&bbox={box}")
    values = {f["id"]: f["properties"]["value"] for f in whole["features"]}
    assert 0 < len(part["features"]) < len(values)
    assert all(values[f["id"]] == f["properties"]["value"] for f in part["features"])


def check_tiles():
    west, south, east, north = get("/city")["box"]
    lon, lat, z = (west + east) / 2, (south + north) / 2, 13
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    tile = f"/tiles/density/{z}/{int((lon + 180) / 360 * 2**z)}/{int(y * 2**z)}"
    body, headers = ask(tile + ".png?network=true&bandwidth=200")
    assert body[:8] == b"\x89PNG\r\n\x1a\n" and len(body) > 1000, len(body)
    assert headers["ETag"] == ask(tile + ".png?network=true&bandwidth=200")[1]["ETag"]
    assert body != ask(tile + ".png?bandwidth=200")[0]
    assert len(ask(tile + "@2x.png?network=true&bandwidth=200")[0]) > len(body)
    assert len(ask(tile + ".png?adaptive=true&bandwidth=200")[0]) > 500
    tiles = get("/tiles/density.json?network=true&bandwidth=200")["tiles"][0]
    assert "network=true" in tiles and "bandwidth=200" in tiles, tiles
    legend = get("/density/legend?network=true&bandwidth=200")
    assert legend["unit"] == "incidents per km of street" and legend["snapping"]["snapped"] > 2000, legend
    return lon, lat


def check_adaptive(lon, lat):
    fixed = get(f"/density/value?lon={lon}&lat={lat}&bandwidth=300")
    adaptive = get(f"/density/value?lon={lon}&lat={lat}&bandwidth=300&adaptive=true")
    assert adaptive["adaptive"] and not fixed["adaptive"]
    assert adaptive["value"] > 0 and adaptive["interval"]["lower"] <= adaptive["value"] <= adaptive["interval"]["upper"]
    streets = get("/density/lixels?bandwidth=200&adaptive=true")
    assert abs(mass(streets) / streets["snapping"]["snapped"] - 1) < 2e-3


def check_refusals():
    for query, word in (("network=true&kernel=gaussian", "gaussian"), ("network=true&snap=1000", "snap"),
                        ("network=maybe", "network"), ("network-kernel=equal", "network-kernel"),
                        ("network=true&edge-correction=true", "edge-correction"),
                        ("network=true&over=population", "population"), ("adaptive=true&kernel=uniform", "adaptive")):
        body, _ = ask("/density/value?lon=0&lat=0&" + query, 400)
        assert word in json.loads(body)["detail"], (query, body)
    assert "lixels" in json.loads(ask("/density/isobands?network=true", 400)[0])["detail"]


def check_command():
    out = os.path.join(folder, "streets.geojson")
    said = run("density", store, "--network", "--bandwidth", "200", "-o", out).stdout
    assert "50 m" in said, said
    with open(out, encoding="utf-8") as file:
        made = json.load(file)
    assert made["features"] == get("/density/lixels?bandwidth=200")["features"]
    run("density", store, "--network", "-o", os.path.join(folder, "x.tif"), status=2)
    assert "store" in run("density", store, "--network", "-o", store, status=2).stderr
    return made


def check_formats(made):
    """Every vector format holds the lixels of the GeoJSON, read by GDAL."""
    want = {f["id"]: f for f in made["features"]}
    for extension in ("gpkg", "fgb", "csv", "xlsx", "kml", "gpx", "shp", "shp.zip", "geojsonl", "geojsons"):
        path = os.path.join(folder, "made", "lixels." + extension)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        result = run("density", store, "--network", "--bandwidth", "200", "-o", path)
        data = gdal.OpenEx(("/vsizip/" + path + "/lixels.shp") if extension == "shp.zip" else path, gdal.OF_VECTOR)
        layer = data.GetLayer("tracks") if extension == "gpx" else data.GetLayer(0)
        assert layer.GetFeatureCount() == len(want), (extension, layer.GetFeatureCount(), len(want))
        names = [layer.GetLayerDefn().GetFieldDefn(i).GetName() for i in range(layer.GetLayerDefn().GetFieldCount())]
        if extension == "gpx":
            continue
        assert {"value", "segment", "street", "name", "from_m", "to_m", "colour"} <= {n.lower() for n in names}, (extension, names)
        for feature in layer:
            key = feature.GetFID() if extension.startswith("geojson") else int(feature["id"])
            p = want[key]["properties"]
            assert math.isclose(float(feature["value"]), p["value"], rel_tol=1e-8, abs_tol=1e-9), (extension, key, feature["value"])
            assert int(feature["segment"]) == p["segment"] and (feature["colour"] or None) == p["colour"], (extension, key)
            geometry = feature.GetGeometryRef()
            if extension == "xlsx":
                continue
            line = want[key]["geometry"]["coordinates"]
            if geometry.GetGeometryCount():
                geometry = geometry.GetGeometryRef(0)
            got = geometry.GetPoints()
            assert len(got) == len(line) and all(abs(a - b) < 1e-9 for g, l in zip(got, line) for a, b in zip(g, l)), (extension, key)
        assert ("warning" in result.stderr) == (extension == "xlsx"), (extension, result.stderr)


def serve(city):
    global BASE
    started = subprocess.Popen([HOTSPOTD, "serve", city, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL, text=True)
    BASE = started.stdout.readline().strip()
    for _ in range(600):
        try:
            urllib.request.urlopen(BASE + "/readyz", timeout=5).close()
            break
        except OSError:
            time.sleep(0.1)
    return started


server = None
try:
    by_hand, crossing, metre_deg = check_by_hand()
    server = serve(by_hand)
    check_weights(crossing, metre_deg)
    server.terminate()
    assert server.wait(timeout=120) == 0
    run("sample", store, "--incidents", "3000")
    server = serve(store)
    lixels = check_lixels()
    check_places(lixels)
    check_standing(lixels)
    check_parts(lixels)
    check_adaptive(*check_tiles())
    check_refusals()
    check_formats(check_command())
    print("streets: lixels, places, tiles, adaptive bandwidths and refusals agree")
finally:
    if server:
        server.terminate()
        assert server.wait(timeout=120) == 0
    shutil.rmtree(folder)
