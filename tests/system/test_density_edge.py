#!/usr/bin/env python3
"""Edge correction over a real socket and on the command line, against plain sums whose masses come from an
integration along rays (tests/data/density/edge/make_expected.py) on GDAL's own azimuthal equidistant plane."""
import http.client
import importlib.util
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlsplit

import numpy
from osgeo import gdal, osr

gdal.UseExceptions()
sys.dont_write_bytecode = True
HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
specification = importlib.util.spec_from_file_location(
    "rays", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../data/density/edge/make_expected.py"))
rays = importlib.util.module_from_spec(specification)
specification.loader.exec_module(rays)

LON, LAT = 100.45, 38.93
# Two districts of different vertices along their common border, one with a hole, and an island.
WEST = [[(-0.03, -0.02), (0.0, -0.02), (0.0, 0.02), (-0.02, 0.03), (-0.03, 0.02)],
        [(-0.018, -0.005), (-0.018, 0.005), (-0.01, 0.005), (-0.01, -0.005)]]
EAST = [[(0.0, -0.02), (0.03, -0.02), (0.035, 0.0), (0.03, 0.02), (0.0, 0.02), (0.0, 0.011), (0.0, -0.003)]]
ISLAND = [[(0.04, 0.01), (0.05, 0.01), (0.045, 0.016)]]
PEAK = {"quartic": 3, "epanechnikov": 2, "triweight": 4, "uniform": 1, "triangular": 3, "gaussian": 0.5}
PROFILE = {
    "quartic": lambda r: numpy.where(r < 1, (1 - r**2) ** 2, 0),
    "epanechnikov": lambda r: numpy.where(r < 1, 1 - r**2, 0),
    "triweight": lambda r: numpy.where(r < 1, (1 - r**2) ** 3, 0),
    "uniform": lambda r: numpy.where(r < 1, 1.0, 0),
    "triangular": lambda r: numpy.where(r < 1, 1 - r, 0),
    "gaussian": lambda r: numpy.where(r < 5.5, numpy.exp(-(r**2) / 2), 0),
}


def run(*arguments, status=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True)
    assert result.returncode == status, (arguments, result.returncode, result.stderr)
    return result


def ask(target, status=200):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
    connection.request("GET", target)
    reply = connection.getresponse()
    body = reply.read()
    assert reply.status == status, (target, reply.status, body[:400])
    connection.close()
    return {k.lower(): v for k, v in reply.getheaders()}, body


def get(target):
    return json.loads(ask(target)[1])


def close(a, b, relative, absolute=0.0):
    assert abs(a - b) <= relative * abs(b) + absolute, (a, b)


def degrees(ring):
    return [(round(LON + x, 7), round(LAT + y, 7)) for x, y in ring]


def write_city():
    features = []
    for code, parts in (("w", [WEST]), ("e", [EAST, ISLAND])):
        coordinates = [[[list(p) for p in degrees(r)] + [list(degrees(r)[0])] for r in part] for part in parts]
        features.append({"type": "Feature", "properties": {"code": code, "name": code, "level": "district"},
                         "geometry": {"type": "MultiPolygon", "coordinates": coordinates}})
    with open(os.path.join(folder, "units.geojson"), "w", encoding="utf-8") as file:
        json.dump({"type": "FeatureCollection", "features": features}, file)
    run("import", store, "units", os.path.join(folder, "units.geojson"))
    random = numpy.random.default_rng(3)
    points = numpy.concatenate([random.uniform([-0.036, -0.026], [0.055, 0.034], (300, 2)),
                                [-0.03, -0.02] + numpy.abs(random.normal(0, 0.001, (40, 2))),  # in a corner
                                [0.0, 0.0] + random.normal(0, 0.0005, (60, 2))])               # far inside
    points = numpy.round(points + [LON, LAT], 7)
    write_incidents(points, "first")
    return points


def write_incidents(points, name):
    path = os.path.join(folder, name + ".csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("id,category,reported,lon,lat\n")
        for i, (lon, lat) in enumerate(points):
            file.write(f"{name}-{i},{'0505' if i % 3 else '0101'},2024-06-{1 + i % 28:02d} 10:00,{lon:.7f},{lat:.7f}\n")
    run("import", store, "incidents", path)


def to_plane():
    """From degrees to the city's plane and back."""
    city = json.loads(ask("/city")[1])
    center = city["center"]
    plane = osr.SpatialReference()
    plane.ImportFromProj4(f"+proj=aeqd +lon_0={center[0]} +lat_0={center[1]} +datum=WGS84 +units=m")
    wgs84 = osr.SpatialReference()
    wgs84.ImportFromEPSG(4326)
    wgs84.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    there = osr.CoordinateTransformation(wgs84, plane)
    return lambda points: numpy.array([there.TransformPoint(float(x), float(y))[:2] for x, y in points])


def fine(ring):
    """Long edges in pieces: they are straight in degrees."""
    ring = degrees(ring)
    out = []
    for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1]):
        pieces = math.ceil(max(abs(x1 - x0), abs(y1 - y0)) / 0.005)
        out += [(x0 + (x1 - x0) * i / pieces, y0 + (y1 - y0) * i / pieces) for i in range(pieces)]
    return out


class City:
    def __init__(self, points):
        self.points = points
        self.forward = to_plane()
        self.polygons = [[self.forward(fine(r)) for r in part] for part in (WEST, EAST, ISLAND)]
        self.plane = self.forward(points)
        self.inside = numpy.array([self.holds(p) for p in self.plane])
        self.known = {}

    def holds(self, p):
        return any(rays.contains(part, *p) for part in self.polygons)

    def border_m(self, p):
        """Distance to the nearest edge."""
        nearest = math.inf
        for ring in (r for part in self.polygons for r in part):
            e = numpy.roll(ring, -1, axis=0) - ring
            t = numpy.clip(((p - ring) * e).sum(axis=1) / (e * e).sum(axis=1), 0, 1)
            nearest = min(nearest, numpy.hypot(*(ring + t[:, None] * e - p).T).min())
        return nearest

    def masses(self, kernel, h):
        if (kernel, h) not in self.known:
            reach = h * rays.reach_of(kernel)
            found = [math.nan if not i else 1.0 if self.border_m(p) > reach else
                     sum(rays.mass(part, *p, kernel, h) for part in self.polygons)
                     for p, i in zip(self.plane, self.inside)]
            self.known[kernel, h] = numpy.array(found)
        return self.known[kernel, h]

    def density(self, at, kernel, h, chosen=None):
        """At a place of the plane; each incident's kernel over its mass."""
        counts = self.inside if chosen is None else self.inside & chosen
        r = numpy.hypot(*(self.plane[counts] - at).T) / h
        return float((PROFILE[kernel](r) / self.masses(kernel, h)[counts]).sum()) * PEAK[kernel] / math.pi / (h / 1000) ** 2


def check_raster(city):
    for kernel, h in (("quartic", 400), ("gaussian", 150), ("uniform", 350)):
        path = os.path.join(folder, "served.tif")
        with open(path, "wb") as file:
            file.write(ask(f"/density.tif?edge-correction=true&bandwidth={h}&cell=50&kernel={kernel}")[1])
        raster = gdal.Open(path)
        assert raster.GetMetadata()["EDGE_CORRECTION"] == "true" and raster.GetMetadata()["INCIDENTS"] == str(city.inside.sum())
        west, cell, _, north, _, _ = raster.GetGeoTransform()
        values = raster.ReadAsArray().astype(float)
        largest = numpy.nanmax(values)
        rows, columns = values.shape
        outside = 0
        for r in range(2, rows, 7):
            for c in range(1, columns, 11):
                at = numpy.array([west + (c + 0.5) * cell, north - (r + 0.5) * cell])
                if not city.holds(at):
                    assert math.isnan(values[r, c])
                    outside += 1
                    continue
                close(values[r, c], city.density(at, kernel, h), 2e-5, 3e-7 * largest + (
                    1.01e6 / (math.pi * h * h) * 4 if kernel == "uniform" else 0))
        assert outside > 50
        # The whole is the number of incidents in the city; in small cells, since those at the border are in or out.
        gdal.FileFromMemBuffer("/vsimem/fine.tif", ask(f"/density.tif?edge-correction=true&bandwidth={h}&cell=8&kernel={kernel}")[1])
        close(numpy.nansum(gdal.Open("/vsimem/fine.tif").ReadAsArray().astype(float)) * 64 / 1e6, city.inside.sum(), 6e-3)
        made = os.path.join(folder, "made.tif")
        run("density", store, "--edge-correction", "--bandwidth", str(h), "--cell", "50", "--kernel", kernel, "-o", made)
        assert open(made, "rb").read() == open(path, "rb").read()


def near_border(city):
    """Positions of incidents in the corner, and of one of the island."""
    masses = city.masses("quartic", 400)
    order = numpy.argsort(numpy.where(numpy.isnan(masses), 9, masses))
    return [city.points[i] for i in order[[0, 1, 5, 20, 60]]]


def check_values(city):
    for kernel, h in (("quartic", 400), ("gaussian", 150)):
        ratios = []
        for lon, lat in near_border(city):
            asked = f"/density/value?lon={lon:.7f}&lat={lat:.7f}&bandwidth={h}&kernel={kernel}"
            value = get(asked + "&edge-correction=true")
            close(value["value"], city.density(city.forward([(lon, lat)])[0], kernel, h), 3e-4)
            assert value["edge_correction"] is True and value["interval"]["lower"] < value["value"] < value["interval"]["upper"]
            plain = get(asked)
            assert plain["edge_correction"] is False
            ratios.append(plain["value"] / value["value"])
        assert min(ratios) < 0.6  # in the corner
    for x, y in ((-0.014, 0.0), (0.037, 0.0), (0.2, 0.0)):
        value = get(f"/density/value?lon={LON + x:.7f}&lat={LAT + y:.7f}&edge-correction=true")
        assert value["value"] is None and value["interval"]["upper"] is None
        assert get(f"/density/value?lon={LON + x:.7f}&lat={LAT + y:.7f}")["value"] is not None
    # A ratio is to the totals of those in the city.
    chosen = numpy.arange(len(city.points)) % 3 == 0
    lon, lat = near_border(city)[2]
    at = city.forward([(lon, lat)])[0]
    risk = get(f"/density/value?lon={lon:.7f}&lat={lat:.7f}&bandwidth=400&category=0101&over=all&min-n=0&edge-correction=true")
    expected = math.log2(city.density(at, "quartic", 400, chosen) / (chosen & city.inside).sum()
                         / (city.density(at, "quartic", 400) / city.inside.sum()))
    close(risk["value"], expected, 1e-3, 1e-3)


def tile_of(lon, lat, z):
    return (int((lon + 180) / 360 * 2**z), int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z))


def picture(path):
    """The class of each pixel, and the opacities of classes: those of the ramp in order, then the transparent one."""
    gdal.FileFromMemBuffer("/vsimem/tile.png", ask(path)[1])
    dataset = gdal.Open("/vsimem/tile.png")
    band = dataset.GetRasterBand(1)
    colours = band.GetColorTable()
    return band.ReadAsArray().astype(int), [colours.GetColorEntry(i)[3] for i in range(colours.GetCount())]


def check_tiles(city):
    breaks = [5, 10, 20, 40, 60, 80, 120, 200, 300]
    for z, size in ((13, 256), (14, 256), (14, 512), (15, 256)):
        for dx, dy in ((-0.03, -0.02), (0.03, 0.015), (-0.014, 0.0)):
            x, y = tile_of(LON + dx, LAT + dy, z)
            at2 = "@2x" if size == 512 else ""
            query = "?edge-correction=true&bandwidth=400&breaks=" + ",".join(map(str, breaks))
            exact, opacity = picture(f"/tiles/density/{z}/{x}/{y}{at2}.png{query}&exact=true")
            quick, _ = picture(f"/tiles/density/{z}/{x}/{y}{at2}.png{query}")
            assert (exact != quick).mean() < 5e-3
            looked_at = 0
            for row in range(3, size, size // 16):
                for column in range(5, size, size // 16):
                    px, py = x + (column + 0.5) / size, y + (row + 0.5) / size
                    lon = px / 2**z * 360 - 180
                    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * py / 2**z))))
                    at = city.forward([(lon, lat)])[0]
                    if not city.holds(at):
                        assert opacity[exact[row, column]] == 0 and exact[row, column] == len(breaks) + 1
                        continue
                    value = city.density(at, "quartic", 400)
                    looked_at += 1
                    # Of a class that is another only next to a break.
                    classed = {sum(b <= value * w for b in breaks) for w in (1 - 1e-3, 1 + 1e-3)}
                    assert exact[row, column] in classed, (value, exact[row, column])
            assert looked_at > 30 or z == 15
    # Far from the border nothing changes, not by a bit.
    x, y = tile_of(LON + 0.0005, LAT + 0.0005, 17)
    for more in ("", "&exact=true", "&kernel=gaussian&bandwidth=60", "&kernel=uniform"):
        path = f"/tiles/density/17/{x}/{y}.png?bandwidth=200{more}" if "gauss" not in more else f"/tiles/density/17/{x}/{y}.png?{more[1:]}"
        plain, corrected = ask(path), ask(path + "&edge-correction=true")
        assert plain[1] == corrected[1] and plain[0]["etag"] != corrected[0]["etag"]
    position = f"lon={LON + 0.0005:.7f}&lat={LAT + 0.0005:.7f}&bandwidth=200"
    assert get(f"/density/value?{position}")["value"] == get(f"/density/value?{position}&edge-correction=true")["value"] > 100
    url = get("/tiles/density.json?edge-correction=true")["tiles"][0]
    assert "edge-correction=true" in url


def check_mask(city):
    """A mask counts what incidents weigh: tiles and value agree near the border."""
    lon, lat = near_border(city)[0]
    value = get(f"/density/value?lon={lon:.7f}&lat={lat:.7f}&bandwidth=400&edge-correction=true")
    z = 16
    x, y = tile_of(lon, lat, z)
    column = int(((lon + 180) / 360 * 2**z - x) * 256)
    row = int(((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z - y) * 256)
    for share in (0.9, 1.1):
        shown, opacity = picture(f"/tiles/density/{z}/{x}/{y}.png?bandwidth=400&edge-correction=true&min-n={share * value['effective_n']:.4f}&breaks=0.001,1,10")
        assert (opacity[shown[row, column]] > 0) == (share < 1), share


def check_said(city):
    legend = get("/density/legend?edge-correction=true&bandwidth=400")
    assert legend["edge_correction"] is True and legend["n"] == city.inside.sum()
    assert legend["left_out_outside"] == (~city.inside).sum() > 20 and legend["total"] == len(city.points)
    assert legend["error_bound"] > 1e-3 and legend["exact"] is False
    exact = get("/density/legend?edge-correction=true&exact=true")
    assert exact["exact"] is True and 0 < exact["error_bound"] < 1e-5
    plain = get("/density/legend")
    assert plain["edge_correction"] is False and plain["left_out_outside"] == 0 and plain["n"] == len(city.points)
    bands = get("/density/isobands?edge-correction=true&bandwidth=400&breaks=1,50,200")
    assert bands["edge_correction"] is True and bands["n"] == city.inside.sum()
    parameters = json.dumps(get("/api"))
    assert "edge-correction" in parameters
    for path in ("/density/legend", "/density/value?lon=100&lat=38", "/density.tif", "/density/isobands"):
        mark = "&" if "?" in path else "?"
        problem = json.loads(ask(f"{path}{mark}edge-correction=maybe", status=400)[1])
        assert "edge-correction" in problem["detail"]


def check_live(city):
    """New incidents, near the border and outside, are corrected as the others."""
    lon, lat = near_border(city)[0]
    version = get("/city")["version"]
    added = numpy.round([[lon + 0.0002, lat + 0.0001], [LON - 0.031, LAT]], 7)
    write_incidents(added, "later")
    end = time.monotonic() + 30
    while get("/city")["version"] == version:
        assert time.monotonic() < end
        time.sleep(0.1)
    grown = City(numpy.concatenate([city.points, added]))
    assert grown.inside.sum() == city.inside.sum() + 1
    value = get(f"/density/value?lon={lon:.7f}&lat={lat:.7f}&bandwidth=400&edge-correction=true")
    close(value["value"], grown.density(grown.forward([(lon, lat)])[0], "quartic", 400), 3e-4)


def check_no_units():
    bare = os.path.join(folder, "bare.gpkg")
    path = os.path.join(folder, "bare.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write("id,category,reported,lon,lat\n1,0505,2024-06-01 10:00,100.45,38.93\n")
    run("import", bare, "incidents", path)
    made = os.path.join(folder, "bare.tif")
    assert "units" in run("density", bare, "--edge-correction", "-o", made, status=2).stderr
    run("density", bare, "-o", made)


points = write_city()
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
    city = City(points)
    for check in (check_said, check_raster, check_values, check_tiles, check_mask, check_live):
        check(city)
        print("ok", check.__name__)
    check_no_units()
finally:
    server.terminate()
    assert server.wait(timeout=60) == 0
shutil.rmtree(folder)
