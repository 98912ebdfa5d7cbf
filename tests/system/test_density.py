"""Density as its users have it: tiles, values, legend, GeoTIFF and isobands of a running server, and the command
line, on the sample city. Values are checked against sums over the incidents that the server itself exports."""
import http.client
import json
import math
import os
import shutil
import subprocess
import tempfile
import time
from urllib.parse import quote, urlsplit

import numpy
from osgeo import gdal, ogr

gdal.UseExceptions()
ogr.UseExceptions()
HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
KERNELS = {
    "quartic": lambda r: numpy.where(r < 1, 3 / math.pi * (1 - r**2) ** 2, 0),
    "epanechnikov": lambda r: numpy.where(r < 1, 2 / math.pi * (1 - r**2), 0),
    "triweight": lambda r: numpy.where(r < 1, 4 / math.pi * (1 - r**2) ** 3, 0),
    "uniform": lambda r: numpy.where(r < 1, 1 / math.pi, 0),
    "triangular": lambda r: numpy.where(r < 1, 3 / math.pi * (1 - r), 0),
    "gaussian": lambda r: numpy.exp(-(r**2) / 2) / (2 * math.pi),
}


def run(*arguments, status=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True)
    assert result.returncode == status, (arguments, result.returncode, result.stderr)
    return result


def ask(target, headers=None, status=200):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
    connection.request("GET", target, headers=headers or {})
    reply = connection.getresponse()
    body = reply.read()
    assert reply.status == status, (target, reply.status, body[:400])
    connection.close()
    return {k.lower(): v for k, v in reply.getheaders()}, body


def get(target):
    return json.loads(ask(target)[1])


def incidents(query=""):
    """Longitudes and latitudes of all incidents placed within 100 m, and their times."""
    found, url = [], "/ogc/collections/incidents/items?limit=10000&max-accuracy=100" + query
    while url:
        page = get(url)
        found += [f for f in page["features"] if f["geometry"]]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        url = following and following[0].split(str(PORT), 1)[1]
    return numpy.array([f["geometry"]["coordinates"] for f in found])


A, F = 6378137.0, 1 / 298.257223563
E2 = F * (2 - F)


def distances_m(points, lon, lat):
    """On the ellipsoid's tangent plane at (lon, lat)."""
    s = math.sin(math.radians(lat))
    n = A / math.sqrt(1 - E2 * s * s)
    m = n * (1 - E2) / (1 - E2 * s * s)
    east = numpy.radians(points[:, 0] - lon) * n * math.cos(math.radians(lat))
    north = numpy.radians(points[:, 1] - lat) * m
    return numpy.hypot(east, north)


def density(points, lon, lat, kernel, h):
    return float(KERNELS[kernel](distances_m(points, lon, lat) / h).sum()) / (h / 1000) ** 2


def close(a, b, relative, absolute=0.0):
    assert abs(a - b) <= relative * abs(b) + absolute, (a, b)


def check_values():
    points = incidents()
    assert len(points) > 10000
    lon, lat = numpy.median(points, axis=0)
    for kernel in KERNELS:
        h = 130 if kernel == "gaussian" else 350
        for dx, dy in ((0, 0), (0.004, -0.003)):
            value = get(f"/density/value?lon={lon + dx:.7f}&lat={lat + dy:.7f}&bandwidth={h}&kernel={kernel}")
            expected = density(points, round(lon + dx, 7), round(lat + dy, 7), kernel, h)
            # The uniform kernel counts: one incident at its edge more or less.
            close(value["value"], expected, 2e-4, 1.01 / (math.pi * h * h / 1e6) if kernel == "uniform" else 0)
            assert value["kernel"] == kernel and value["n"] >= value["effective_n"] - 1e-6 > 1 and not value["masked"]
    value = get(f"/density/value?lon={lon:.7f}&lat={lat:.7f}&kernel=uniform&bandwidth=200")
    n, unit = value["n"], 1 / (math.pi * 0.2 * 0.2)
    # Wilson and Hilferty's approximation of Garwood's interval for a count.
    close(value["interval"]["lower"], n * (1 - 1 / (9 * n) - 1.959964 / (3 * math.sqrt(n))) ** 3 * unit, 2e-3)
    close(value["interval"]["upper"], (n + 1) * (1 - 1 / (9 * (n + 1)) + 1.959964 / (3 * math.sqrt(n + 1))) ** 3 * unit, 2e-3)
    chosen = get("/density/bandwidth?category=05")
    assert [c["method"] for c in chosen["choices"]] == ["scott", "silverman", "diggle", "ppl"]
    assert all(c["n"] == chosen["n"] for c in chosen["choices"][:2]) and chosen["choices"][2]["n"] == chosen["used"]
    assert all(c["sigma_m"] > 1 and c["reason_zh"] and abs(c["bandwidth_m"] / c["sigma_m"] - math.sqrt(8)) < 1e-9
               for c in chosen["choices"]) and len(chosen["choices"][3]["curve"]) > 5
    rate = get(f"/density/value?lon={lon:.7f}&lat={lat:.7f}&datetime=2024-01-01/..")
    assert rate["unit"] == "incidents per km² per month" and rate["months"] > 1
    masked = get(f"/density/value?lon={lon:.7f}&lat={lat + 1:.7f}&min-n=1")
    assert masked["masked"] and masked["value"] == 0


def check_comparisons():
    points = incidents()
    lon, lat = (float(x) for x in numpy.median(points, axis=0))
    at = f"lon={lon:.7f}&lat={lat:.7f}"
    first = get(f"/density/value?{at}&datetime=2024-01-01/2024-06-30")
    second = get(f"/density/value?{at}&datetime=2024-07-01/2024-12-31")
    change = get(f"/density/value?{at}&datetime=2024-07-01/2024-12-31&compare=2024-01-01/2024-06-30")
    close(change["value"], second["value"] - first["value"], 1e-9, 1e-9)
    assert change["measure"] == "difference" and change["other_n"] == first["n"]
    codes = [c["code"] for c in get("/categories")["categories"] if c.get("count", 0) > 500]
    one, two = codes[0], codes[1]
    a, b = incidents(f"&category={one}"), incidents(f"&category={two}")
    risk = get(f"/density/value?{at}&category={one}&over={two}&bandwidth=800")
    expected = math.log2(density(a, round(lon, 7), round(lat, 7), "quartic", 800) / len(a)
                         / (density(b, round(lon, 7), round(lat, 7), "quartic", 800) / len(b)))
    close(risk["value"], expected, 1e-3, 1e-3)
    whole = get(f"/density/value?{at}&over=all&bandwidth=800")
    close(whole["value"], 0, 0, 1e-12)
    legend = get(f"/density/legend?category={one}&over=all")
    assert legend["measure"] == "relative-risk" and legend["min_n"] == 5 and legend["classes"][0]["from"] is None
    middle = [c for c in legend["classes"] if c["from"] is not None and c["to"] is not None and c["from"] < 0 < c["to"]]
    assert len(middle) == 1 and middle[0]["opacity"] == 0
    now = get(f"/density/value?{at}&at=now&time-bandwidth=P30D")
    assert now["unit"] == "incidents per km² per month" and now["time_bandwidth_s"] == 30 * 86400
    # A kernel that a period cuts in two: each half is a rate by itself, and they make up the whole.
    moment = "2024-09-15T00:00:00Z"
    cut = [get(f"/density/value?{at}&at={moment}&time-bandwidth=P30D{period}")["value"]
           for period in ("", f"&datetime=../{moment}", "&datetime=2024-09-15T00:00:01Z/..")]
    close((cut[1] + cut[2]) / 2, cut[0], 1e-4)
    # A rate about now, one-sided, is near that of the last weeks: within a factor of two of the year's.
    year = get(f"/density/value?{at}&datetime=2024-01-01/..")
    assert 0.3 < now["value"] / year["value"] < 3


def tile_of(lon, lat, z):
    return (int((lon + 180) / 360 * 2**z),
            int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z))


def pixels(body):
    name = "/vsimem/tile.png"
    gdal.FileFromMemBuffer(name, body)
    picture = gdal.Open(name)
    return picture.GetRasterBand(1).ReadAsArray()


def check_tiles():
    lon, lat = (float(x) for x in numpy.median(incidents(), axis=0))
    for kernel in KERNELS:
        for z in (9, 12, 14, 16):
            x, y = tile_of(lon, lat, z)
            path = f"/tiles/density/{z}/{x}/{y}.png?kernel={kernel}&bandwidth=200"
            quick, exact = pixels(ask(path)[1]), pixels(ask(path + "&exact=true")[1])
            # Classes differ only where a value lies within the stated error of a break.
            assert (quick != exact).mean() < 2e-3, (kernel, z, (quick != exact).mean())
            assert len(numpy.unique(quick)) > 1 or z in (9, 16), (kernel, z)
    # A tile of 512 pixels is four of 256 one zoom on.
    x, y = tile_of(lon, lat, 13)
    big = pixels(ask(f"/tiles/density/13/{x}/{y}@2x.png")[1])
    parts = [[pixels(ask(f"/tiles/density/14/{2 * x + i}/{2 * y + j}.png")[1]) for i in (0, 1)] for j in (0, 1)]
    assert (big == numpy.block(parts)).all()
    # Equal requests, equal bytes; other parameters, other pictures.
    path = f"/tiles/density/13/{x}/{y}.png?bandwidth=300"
    assert ask(path)[1] == ask(path)[1]
    for other in ("&kernel=triweight", "&hours=8-9", "&at=now", "&datetime=2024-07-01/..&compare=2024-01-01/2024-06-30",
                  "&category=05&over=all", "&min-n=200"):
        assert ask(path)[1] != ask(path + other)[1], other


def check_rasters():
    points = incidents()
    lon, lat = (float(x) for x in numpy.median(points, axis=0))
    path = os.path.join(folder, "served.tif")
    with open(path, "wb") as file:
        headers, body = ask("/density.tif?bandwidth=250&cell=25&kernel=triweight")
        file.write(body)
    assert headers["content-type"].startswith("image/tiff")
    raster = gdal.Open(path)
    band = raster.GetRasterBand(1)
    assert band.DataType == gdal.GDT_Float32 and band.GetUnitType() == "incidents per km²"
    assert math.isnan(band.GetNoDataValue()) and raster.GetMetadata()["KERNEL"] == "triweight"
    west, cell, _, north, _, minus = raster.GetGeoTransform()
    assert cell == 25 and minus == -25 and west % 25 == 0 and north % 25 == 0
    values = band.ReadAsArray()
    assert numpy.isnan(values).any() and numpy.nanmax(values) > 100
    system = raster.GetSpatialRef()
    to_degrees = __import__("osgeo.osr", fromlist=["osr"])
    wgs84 = to_degrees.SpatialReference()
    wgs84.ImportFromEPSG(4326)
    wgs84.SetAxisMappingStrategy(to_degrees.OAMS_TRADITIONAL_GIS_ORDER)
    transform = to_degrees.CoordinateTransformation(system, wgs84)
    rows, columns = values.shape
    compared = 0
    for r in range(5, rows, 17):
        for c in range(3, columns, 19):
            if numpy.isnan(values[r, c]):
                continue
            px, py, _ = transform.TransformPoint(west + (c + 0.5) * cell, north - (r + 0.5) * cell)
            close(float(values[r, c]), density(points, px, py, "triweight", 250), 1e-3, 1e-2)
            compared += 1
    assert compared > 20
    made = os.path.join(folder, "made.tif")
    run("density", store, "--bandwidth", "250", "--cell", "25", "--kernel", "triweight", "-o", made)
    assert open(made, "rb").read() == body
    # bbox is the extent: incidents outside it still count.
    box = f"{lon:.7f},{lat:.7f},{lon + 0.004:.7f},{lat + 0.004:.7f}"
    run("density", store, "--bbox", box, "--bandwidth", "250", "--cell", "25", "--kernel", "triweight", "-o", made)
    part = gdal.Open(made)
    pw, _, _, pn, _, _ = part.GetGeoTransform()
    r, c = round((north - pn) / 25), round((pw - west) / 25)
    piece = part.ReadAsArray()
    whole = values[r:r + piece.shape[0], c:c + piece.shape[1]]
    assert piece.shape == whole.shape and numpy.allclose(piece, whole, rtol=1e-6, equal_nan=True)
    picture = os.path.join(folder, "made.png")
    run("density", store, "--category", "05", "-o", picture)
    assert gdal.Open(picture).GetGeoTransform()[1] == 37.5 and os.path.exists(picture[:-4] + ".prj")


def check_isobands():
    # Small rings stay valid at the seven decimals that are written; too many of them are refused in words.
    for query in ("bandwidth=60&cell=8", "kernel=uniform&bandwidth=60&cell=6"):
        geometries = [ogr.CreateGeometryFromJson(json.dumps(f["geometry"]))
                      for f in get(f"/density/isobands?{query}")["features"]]
        assert len(geometries) > 4 and all(g.IsValid() and not g.IsEmpty() for g in geometries), query
    refused = ask("/density/isobands?bandwidth=15&cell=3", status=400)[1]
    assert b"wider bandwidth" in refused, refused
    bands = get("/density/isobands?bandwidth=250&cell=25&breaks=500,2000,8000")
    made = os.path.join(folder, "bands.geojson")
    run("density", store, "--bandwidth", "250", "--cell", "25", "--breaks", "500,2000,8000", "-o", made)
    assert json.load(open(made)) == bands
    shapes = [ogr.CreateGeometryFromJson(json.dumps(f["geometry"])) for f in bands["features"]]
    assert len(shapes) == 3 and all(s.IsValid() and s.Area() > 0 for s in shapes)
    for i in range(3):
        for j in range(i):
            assert shapes[i].Intersection(shapes[j]).Area() < 1e-6 * shapes[i].Area()
    properties = [f["properties"] for f in bands["features"]]
    points = incidents()
    for shape, p in zip(shapes, properties):
        box = shape.GetEnvelope()
        near = points[(points[:, 0] >= box[0]) & (points[:, 0] <= box[1]) & (points[:, 1] >= box[2]) & (points[:, 1] <= box[3])]
        inside = 0
        for lon, lat in near[::1]:
            point = ogr.Geometry(ogr.wkbPoint)
            point.AddPoint_2D(float(lon), float(lat))
            inside += shape.Intersects(point)
        assert abs(inside - p["count"]) <= 3 + 1e-3 * p["count"], (inside, p)
    assert properties[0]["at_least_count"] == sum(p["count"] for p in properties)
    close(properties[0]["at_least_area_km2"], sum(p["area_km2"] for p in properties), 1e-9)
    close(shapes[2].Area() * 111.0**2 * math.cos(math.radians(39.34)), properties[2]["area_km2"], 0.02)
    assert properties[2]["to"] is None and properties[0]["label_zh"].startswith("500–2000")


def check_adaptive_exact():
    """With adaptive and exact each incident has its own bandwidth: pixels are of the class of the value at their centre."""
    lon, lat = (float(x) for x in numpy.median(incidents(), axis=0))
    z = 16
    x, y = tile_of(lon, lat, z)
    query = "bandwidth=150&adaptive=true&breaks=" + ",".join(str(100 * 2**k) for k in range(12))
    exact = pixels(ask(f"/tiles/density/{z}/{x}/{y}.png?{query}&exact=true")[1])
    quick = pixels(ask(f"/tiles/density/{z}/{x}/{y}.png?{query}")[1])
    assert len(numpy.unique(exact)) > 2 and (quick != exact).mean() < 5e-3
    legend = get(f"/density/legend?{query}&exact=true")
    assert legend["exact"] is True and legend["error_bound"] < 1e-5, legend
    assert 9e-4 < get(f"/density/legend?{query}")["error_bound"] <= 1e-3
    classes, wrong = {}, 0
    for r in range(5, 256, 41):
        for c in range(7, 256, 37):
            px = (x + (c + 0.5) / 256) / 2**z * 360 - 180
            py = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (y + (r + 0.5) / 256) / 2**z))))
            value = get(f"/density/value?lon={px:.9f}&lat={py:.9f}&bandwidth=150&adaptive=true")["value"]
            k = sum(value >= 100 * 2**i for i in range(12))
            classes.setdefault(k, exact[r, c])
            wrong += classes[k] != exact[r, c]
    assert wrong == 0 and len(set(classes.values())) == len(classes) > 1, (wrong, classes)


def check_ranks():
    """The share of the city above a value, against GDAL's reading of the GeoTIFF, whose cells are others."""
    points = incidents()
    for query, tolerance in (("bandwidth=300", 0.01), ("bandwidth=150&category=0510", 0.01), ("over=all&category=05", 0.02)):
        gdal.FileFromMemBuffer("/vsimem/ranks.tif", ask(f"/density.tif?{query}&cell=50")[1])
        raster = gdal.Open("/vsimem/ranks.tif")
        band = raster.GetRasterBand(1)
        cells = band.ReadAsArray()
        no_data = band.GetNoDataValue()
        cells = cells[~numpy.isnan(cells) & (cells != no_data if no_data is not None else True)]
        assert len(cells) > 1000
        for lon, lat in points[:: len(points) // 7]:
            v = get(f"/density/value?lon={lon}&lat={lat}&{query}")
            # Cells carry means, which reach a little farther than kernels: below one incident's peak ranks are rough.
            if v["value"] is None or v["masked"] or (v["measure"] == "density" and v["value"] < 1 / v["bandwidth_m"]**2 * 1e6):
                continue
            assert v["rank"] >= 1 and v["rank_of"] > 1000 and v["rank_among"] == "cells" and v["rank_cell_m"] > 0, v
            close(v["rank"] / v["rank_of"], (cells > v["value"]).mean(), 0, tolerance)
    outside = get("/density/value?lon=0&lat=0&over=all")
    assert outside["value"] is None and outside["rank"] is None


def check_told():
    """What answers and files say of how they were made."""
    gdal.FileFromMemBuffer("/vsimem/told.tif", ask("/density.tif?category=0510,0505&over=05&adaptive=true&bandwidth=400&cell=200")[1])
    raster = gdal.Open("/vsimem/told.tif")
    told = {**raster.GetMetadata(), **raster.GetRasterBand(1).GetMetadata()}
    assert told["CATEGORY"] == "0510,0505" and told["ADAPTIVE"] == "true" and told["OVER"] == "05", told
    gdal.FileFromMemBuffer("/vsimem/told.tif", ask("/density.tif?bandwidth=400&cell=200")[1])
    raster = gdal.Open("/vsimem/told.tif")
    told = {**raster.GetMetadata(), **raster.GetRasterBand(1).GetMetadata()}
    assert told["CATEGORY"] == "all" and told["ADAPTIVE"] == "false" and told["BANDWIDTH_SOURCE"] == "given", told
    for adaptive in (True, False):
        bands = get(f"/density/isobands?bandwidth=400&cell=100&adaptive={str(adaptive).lower()}")
        assert bands["adaptive"] is adaptive
        assert bands["features"] and all(f["properties"]["adaptive"] is adaptive for f in bands["features"])
    # Under a kernel in time only what it reaches is counted: within a week.
    legend = get("/density/legend?at=2024-06-15T00:00:00Z&time-bandwidth=P7D")
    week = len(incidents("&datetime=2024-06-08T00:00:01Z/2024-06-21T23:59:59Z"))
    assert 0 < legend["n"] == week, (legend, week)
    assert legend["n"] + legend["left_out_by_time"] == get("/density/legend")["n"]
    assert "公里" in legend["unit_zh"] and "千米" not in legend["unit_zh"]


def check_bandwidths_by_name():
    """A method's name stands for the number that it gives for the same filters, and the number is said."""
    lon, lat = (float(x) for x in numpy.median(incidents(), axis=0))
    x, y = tile_of(lon, lat, 14)
    place, tile = f"/density/value?lon={lon}&lat={lat}", f"/tiles/density/14/{x}/{y}.png?category=05"
    advice = {c["method"]: c for c in get("/density/bandwidth?category=05")["choices"]}
    assert set(advice) == {"scott", "silverman", "diggle", "ppl"}
    for method, choice in advice.items():
        legend = get(f"/density/legend?category=05&bandwidth={method}")
        metres = legend["bandwidth_m"]
        close(metres, choice["bandwidth_m"], 6e-3)
        assert metres == float(f"{metres:.3g}") and legend["bandwidth_source"] == method, legend
        close(legend["bandwidth_sigma_m"], choice["sigma_m"], 1e-12)
        assert legend["bandwidth_used"] == choice["n"] and legend["bandwidth_at_limit"] == choice["at_limit"], legend
        named, plain = (get(f"{place}&category=05&bandwidth={b}") for b in (method, metres))
        assert named["bandwidth_m"] == plain["bandwidth_m"] == metres and plain["bandwidth_source"] == "given"
        assert named["value"] == plain["value"] and named["interval"] == plain["interval"]
        for _ in range(2):  # the second one from the server's cache
            headers, picture = ask(f"{tile}&bandwidth={method}")
            assert float(headers["density-bandwidth-m"]) == metres and headers["density-bandwidth-source"] == method
        assert picture == ask(f"{tile}&bandwidth={metres}")[1]
        ask(f"{tile}&bandwidth={method}", {"If-None-Match": headers["etag"]}, status=304)
    assert get("/density/legend")["bandwidth_source"] == "default"
    metres = get("/density/legend?category=05&bandwidth=scott")["bandwidth_m"]
    bands = get("/density/isobands?category=05&bandwidth=scott&cell=100")
    assert bands["bandwidth_m"] == metres and bands["bandwidth_source"] == "scott"
    assert bands["features"] == get(f"/density/isobands?category=05&bandwidth={metres}&cell=100")["features"]
    gdal.FileFromMemBuffer("/vsimem/scott.tif", ask("/density.tif?category=05&bandwidth=scott&cell=100")[1])
    raster = gdal.Open("/vsimem/scott.tif")
    told = {**raster.GetMetadata(), **raster.GetRasterBand(1).GetMetadata()}
    assert float(told["BANDWIDTH_M"]) == metres and told["BANDWIDTH_SOURCE"] == "scott", told
    streets = get("/density/lixels?category=05&bandwidth=scott")
    assert streets["bandwidth_m"] == metres and streets["bandwidth_source"] == "scott"
    adaptive = get(f"{place}&bandwidth=diggle&adaptive=true")
    assert adaptive["adaptive"] and adaptive["bandwidth_source"] == "diggle"
    assert ask("/density/legend.png?bandwidth=ppl&lang=en")[1] != ask("/density/legend.png?lang=en")[1]
    made = os.path.join(folder, "named.tif")
    said = run("density", store, "--category", "05", "--bandwidth", "scott", "--cell", "100", "-o", made).stdout
    assert f"{metres:g} m (scott" in said, said
    assert (gdal.Open(made).ReadAsArray() == raster.ReadAsArray())[~numpy.isnan(raster.ReadAsArray())].all()
    for bad in ("bandwidth=Scott", "bandwidth=auto", "bandwidth=scott&bbox=0,0,0.1,0.1"):
        problem = json.loads(ask("/density/legend?" + bad, status=400)[1])
        assert "bandwidth" in problem["detail"], problem


def check_refusals():
    for bad, word in (("kernel=cosine", "triweight"), ("exact=maybe", "exact"), ("at=never", "at"),
                      ("time-bandwidth=P1D", "at"), ("at=now&time-bandwidth=soon", "P7D"), ("compare=2024-01-01", "datetime"),
                      ("compare=2024-01-01&over=all", "one"), ("over=nothing-like-it", "over"), ("min-n=-1", "min-n"),
                      ("bandwidth=9", "bandwidth"), ("nonsense=1", "nonsense"),
                      # What would have no effect, or could mean two things.
                      ("snap=20", "snap"), ("lixel=20", "lixel"), ("network-kernel=simple", "network-kernel"),
                      ("network=false&snap=20", "snap"), ("time-kernel=uniform", "at"),
                      ("bandwidth=200&bandwidth=300", "twice"), ("category=05&category=01", "twice"),
                      ("at=now&time-bandwidth=P1M", "P30D"), ("at=now&time-bandwidth=P1Y", "days")):
        for path in ("/density/legend", "/density/isobands", "/density.tif"):
            problem = json.loads(ask(f"{path}?{bad}", status=400)[1])
            assert word in problem["detail"], (bad, problem)
    for bad in ("/density.tif?ramp=dark", "/density.tif?breaks=1,2", "/density/lixels?cell=10", "/density/value?lon=0&lat=0&seed=3",
                "/density/value?lon=0&lat=0&interval=poisson&replications=200", "/density/legend?cell=5"):
        ask(bad, status=400)
    ask("/density/legend?at=now&time-bandwidth=PT6H30M")
    ask("/density/legend?bandwidth=&bandwidth=300")
    assert "give a cell of" in json.loads(ask("/density.tif?cell=1&bbox=0,0,10,10", status=400)[1])["detail"]
    assert run("density", store, status=2).stderr
    assert run("density", store, "-o", "x.shp", status=2).stderr
    assert "--legend" in run("density", store, "--ramp", "dark", "-o", "x.tif", status=2).stderr
    assert "twice" in run("density", store, "--kernel", "uniform", "--kernel", "quartic", "-o", "x.tif", status=2).stderr
    assert "lixel" in run("density", store, "--network", "--cell", "20", "-o", "x.geojson", status=2).stderr
    run("density", store, "--kernel", "cosine", "-o", os.path.join(folder, "x.tif"), status=2)
    run("density", store, "-o", os.path.join(folder, "none", "x.tif"), status=3)


def check_live():
    """An incident changes the tiles that it touches and leaves the others their entity tag."""
    lon, lat = (float(x) for x in numpy.median(incidents(), axis=0))
    near, far = tile_of(lon, lat, 15), tile_of(lon + 0.02, lat + 0.012, 15)
    paths = [f"/tiles/density/15/{x}/{y}.png?bandwidth=200&exact={exact}" for x, y in (near, far) for exact in ("true", "false")]
    before = [ask(p) for p in paths]
    version = get("/city")["version"]
    name = os.path.join(folder, "new.csv")
    with open(name, "w", encoding="utf-8") as file:
        file.write("id,category,reported,lon,lat\n")
        for i in range(40):
            file.write(f"new-{i},0505,2024-12-30 10:00,{lon:.7f},{lat:.7f}\n")
    run("import", store, "incidents", name)
    end = time.monotonic() + 30
    while get("/city")["version"] == version:
        assert time.monotonic() < end
        time.sleep(0.1)
    after = [ask(p) for p in paths]
    for i in (0, 1):
        assert before[i][0]["etag"] != after[i][0]["etag"] and before[i][1] != after[i][1]
    for i in (2, 3):
        assert before[i][0]["etag"] == after[i][0]["etag"] and before[i][1] == after[i][1]
        ask(paths[i], {"If-None-Match": before[i][0]["etag"]}, status=304)


run("sample", store, "--incidents", "20000")
server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                          stderr=open(os.path.join(folder, "log"), "w"), text=True)
try:
    PORT = urlsplit(server.stdout.readline().strip()).port
    for _ in range(600):
        try:
            ask("/readyz")
            break
        except (AssertionError, OSError):
            time.sleep(0.1)
    for check in (check_values, check_comparisons, check_tiles, check_rasters, check_isobands, check_adaptive_exact, check_ranks, check_told, check_bandwidths_by_name,
                  check_refusals, check_live):
        check()
        print("ok", check.__name__)
finally:
    server.terminate()
    assert server.wait(timeout=60) == 0
shutil.rmtree(folder)
