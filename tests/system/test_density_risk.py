"""Comparisons of densities with what they leave open: tests, tolerance contours, intervals, residents as the
denominator. Everything is computed again here from the incidents and units that the server itself exports."""
import http.client
import json
import math
import os
import shutil
import subprocess
import tempfile
import time
from urllib.parse import urlsplit

import numpy
from osgeo import gdal, ogr, osr

gdal.UseExceptions()
ogr.UseExceptions()
HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
A, F = 6378137.0, 1 / 298.257223563
E2 = F * (2 - F)
KERNELS = {
    "quartic": lambda r: numpy.where(r < 1, (1 - r**2) ** 2, 0),
    "epanechnikov": lambda r: numpy.where(r < 1, 1 - r**2, 0),
    "gaussian": lambda r: numpy.exp(-(r**2) / 2),
    "triangular": lambda r: numpy.where(r < 1, 1 - r, 0),
    "uniform": lambda r: numpy.where(r < 1, 1, 0),
}
PEAKS = {"quartic": 3 / math.pi, "epanechnikov": 2 / math.pi, "gaussian": 1 / (2 * math.pi)}


def run(*arguments, status=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True)
    assert result.returncode == status, (arguments, result.returncode, result.stderr)
    return result


class Server:
    def __init__(self, store):
        self.log = open(os.path.join(folder, "log"), "a")
        self.process = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.port = urlsplit(self.process.stdout.readline().strip()).port
        for _ in range(600):
            try:
                self.ask("/readyz")
                break
            except (AssertionError, OSError):
                time.sleep(0.1)

    def ask(self, target, headers=None, status=200):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("GET", target, headers=headers or {})
        reply = connection.getresponse()
        body = reply.read()
        assert reply.status == status, (target, reply.status, body[:400])
        connection.close()
        return {k.lower(): v for k, v in reply.getheaders()}, body

    def get(self, target):
        return json.loads(self.ask(target)[1])

    def items(self, collection, query=""):
        found, url = [], f"/ogc/collections/{collection}/items?limit=10000" + query
        while url:
            page = self.get(url)
            found += [f for f in page["features"] if f["geometry"]]
            following = [link["href"] for link in page["links"] if link["rel"] == "next"]
            url = following and following[0].split(str(self.port), 1)[1]
        return found

    def points(self, query=""):
        return numpy.array([f["geometry"]["coordinates"]
                            for f in self.items("incidents", "&max-accuracy=100" + query)])

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=60) == 0
        self.log.close()


def close(a, b, relative, absolute=0.0):
    assert abs(a - b) <= relative * abs(b) + absolute, (a, b)


def radii(lat):
    s = math.sin(math.radians(lat))
    n = A / math.sqrt(1 - E2 * s * s)
    return n * math.cos(math.radians(lat)), n * (1 - E2) / (1 - E2 * s * s)


def sums(points, lon, lat, h, kernel="quartic", weights=1.0):
    """Sums of kernel weights and of their squares, on the ellipsoid's tangent plane at (lon, lat)."""
    east, north = radii(lat)
    r = numpy.hypot(numpy.radians(points[:, 0] - lon) * east, numpy.radians(points[:, 1] - lat) * north) / h
    k = KERNELS[kernel](r)
    return float((weights * k).sum()), float((weights * k * k).sum())


def deviance(x, m):
    return x * math.log(x / m) if x > 0 else 0.0


def z_of(a, b, exposure_a, exposure_b, sides):
    """Signed root of the deviance of a binomial with (sum K)^2 / sum K^2 trials, of a Poisson over residents."""
    if sides == "apart":
        seen, total, squares, chance = a[0], a[0] + b[0], a[1] + b[1], exposure_a / (exposure_a + exposure_b)
    else:
        seen, total, squares, chance = a[0], b[0], b[1], exposure_a / exposure_b
    if sides == "known":
        unit = squares / total
        x, m = seen / unit, total * chance / unit
        return math.copysign(math.sqrt(max(0, 2 * (deviance(x, m) - (x - m)))), x - m)
    n, share = total**2 / squares, min(1.0, seen / total)
    d = n * (deviance(share, chance) + deviance(1 - share, 1 - chance))
    return math.copysign(math.sqrt(max(0, 2 * d)), share - chance)


def p_of(z):
    return math.erfc(abs(z) / math.sqrt(2))


def gamma_limits(s, q, largest=1.0):
    """Fay and Feuer's interval by Wilson and Hilferty's approximation of gamma quantiles."""
    def quantile(k, z):
        return k * (1 - 1 / (9 * k) + z / (3 * math.sqrt(k))) ** 3
    return (q / s * quantile(s * s / q, -1.959964),
            (q + largest**2) / (s + largest) * quantile((s + largest) ** 2 / (q + largest**2), 1.959964))


def mover(a, la, ua, b, lb, ub, r=0.0):
    return (a - b - math.sqrt((a - la) ** 2 + (ub - b) ** 2 - 2 * r * (a - la) * (ub - b)),
            a - b + math.sqrt((ua - a) ** 2 + (b - lb) ** 2 - 2 * r * (ua - a) * (b - lb)))


def tile_of(lon, lat, z):
    return (int((lon + 180) / 360 * 2**z),
            int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**z))


def rgba(body):
    """[rows, columns, 4]"""
    gdal.FileFromMemBuffer("/vsimem/tile.png", body)
    picture = gdal.Open("/vsimem/tile.png")
    table = picture.GetRasterBand(1).GetColorTable()
    if table is None:
        return numpy.moveaxis(picture.ReadAsArray(), 0, -1)
    colours = numpy.array([table.GetColorEntry(i) for i in range(table.GetCount())])
    return colours[picture.GetRasterBand(1).ReadAsArray()]


FIRST, SECOND = "2024-01-01/2024-06-30", "2024-07-01/2024-12-31"


def check_tests(s):
    everything = s.points()
    one, two = s.points("&category=0510"), s.points("&category=0501,0504")
    first, second = s.points("&datetime=" + FIRST), s.points("&datetime=" + SECOND)
    lon0, lat0 = (float(x) for x in numpy.median(everything, axis=0))
    for kernel, h in (("quartic", 600), ("epanechnikov", 500), ("gaussian", 250)):
        for dx, dy in ((0, 0), (0.006, -0.004), (-0.01, 0.003)):
            lon, lat = round(lon0 + dx, 7), round(lat0 + dy, 7)
            at = f"/density/value?lon={lon}&lat={lat}&bandwidth={h}&kernel={kernel}"
            a, b, c = (sums(p, lon, lat, h, kernel) for p in (one, two, everything))
            value = s.get(at + "&category=0510&over=0501,0504")
            close(value["z"], z_of(a, b, len(one), len(two), "apart"), 1e-3, 1e-3)
            close(value["p_value"], p_of(value["z"]), 1e-9)
            value = s.get(at + "&category=0510&over=all")
            close(value["z"], z_of(a, c, len(one), len(everything), "nested"), 1e-3, 1e-3)
            # What is one's own part does not make a difference uncertain.
            la, lb = ([math.log2(x) for x in gamma_limits(*side)] for side in (a, c))
            limits = mover(math.log2(a[0] / len(one)), la[0] - math.log2(len(one)), la[1] - math.log2(len(one)),
                           math.log2(c[0] / len(everything)), lb[0] - math.log2(len(everything)),
                           lb[1] - math.log2(len(everything)), math.sqrt(a[1] / c[1]))
            assert value["interval"]["method"] == "poisson-mover" and value["interval"]["confidence"] == 0.95
            close(value["interval"]["lower"], limits[0], 5e-3, 5e-3)
            close(value["interval"]["upper"], limits[1], 5e-3, 5e-3)
            d, e = sums(first, lon, lat, h, kernel), sums(second, lon, lat, h, kernel)
            value = s.get(at + f"&datetime={SECOND}&compare={FIRST}")
            months, other = value["months"], value["compare_months"]
            close(value["z"], z_of(e, d, months, other, "apart"), 2e-3, 2e-3)
            unit = PEAKS[kernel] / (h / 1000) ** 2
            ld, le = [x * unit / other for x in gamma_limits(*d)], [x * unit / months for x in gamma_limits(*e)]
            limits = mover(e[0] * unit / months, *le, d[0] * unit / other, *ld)
            close(value["interval"]["lower"], limits[0], 1e-2, 5e-3 * value["interval"]["upper"])
            close(value["interval"]["upper"], limits[1], 1e-2, 5e-3 * abs(value["interval"]["lower"]))
    # A period within another one, and one that overlaps it.
    at = f"/density/value?lon={lon0:.7f}&lat={lat0:.7f}&bandwidth=600"
    part = sums(first, round(lon0, 7), round(lat0, 7), 600)
    year = s.points("&datetime=2024-01-01/2024-12-31")
    whole = sums(year, round(lon0, 7), round(lat0, 7), 600)
    value = s.get(at + f"&datetime={FIRST}&compare=2024-01-01/2024-12-31")
    close(value["z"], z_of(part, whole, value["months"], value["compare_months"], "nested"), 2e-3, 2e-3)
    back = s.get(at + f"&datetime=2024-01-01/2024-12-31&compare={FIRST}")
    close(back["z"], -value["z"], 1e-9)
    mixed = s.get(at + "&datetime=2024-01-01/2024-06-30&compare=2024-04-01/2024-09-30")
    assert mixed["z"] is None and mixed["p_value"] is None and "share" in mixed["test_en"]
    assert mixed["interval"]["lower"] < mixed["value"] < mixed["interval"]["upper"]
    same = s.get(at + "&over=all")
    assert same["z"] is None and abs(same["interval"]["upper"]) < 0.2


def check_bootstrap(s):
    points = s.points("&category=0510")
    everything = s.points()
    lon, lat = (round(float(x), 7) for x in numpy.median(points, axis=0))
    h = 500
    at = f"/density/value?lon={lon}&lat={lat}&bandwidth={h}&category=0510"
    value = s.get(at + "&interval=bootstrap&replications=4000&seed=7")
    again = s.get(at + "&interval=bootstrap&replications=4000&seed=7")
    other = s.get(at + "&interval=bootstrap&replications=4000&seed=8")
    i = value["interval"]
    assert value == again and other["interval"] != i
    assert (i["method"], i["replications"], i["seed"], i["confidence"], i["defined"]) == ("bootstrap", 4000, 7, 0.95, 4000)
    default = s.get(at + "&interval=bootstrap")["interval"]
    assert default["replications"] == 1000 and default["seed"] == 1
    random = numpy.random.default_rng(3)
    east, north = radii(lat)

    def kernels(p):
        r = numpy.hypot(numpy.radians(p[:, 0] - lon) * east, numpy.radians(p[:, 1] - lat) * north) / h
        k = KERNELS["quartic"](r)
        return k[k > 0]

    k = kernels(points)
    unit = PEAKS["quartic"] / (h / 1000) ** 2
    draws = random.poisson(1, (20000, len(k))) @ k * unit
    lower, upper = numpy.quantile(draws, (0.025, 0.975))
    # Quantiles of 4,000 replications: three standard errors are about a tenth of the deviation.
    close(i["lower"], lower, 0, 0.12 * draws.std())
    close(i["upper"], upper, 0, 0.12 * draws.std())
    # Over all: an incident counts as often above as below.
    rest = kernels(everything)
    risk = s.get(at + "&over=all&interval=bootstrap&replications=4000")
    mine = random.poisson(1, (4000, len(k))) @ k
    others = rest.sum() - k.sum() + math.sqrt((rest**2).sum() - (k**2).sum()) * random.standard_normal(4000)
    ratios = numpy.log2(mine / len(points) / ((mine + others) / len(everything)))
    lower, upper = numpy.quantile(ratios, (0.025, 0.975))
    close(risk["interval"]["lower"], lower, 0, 0.15 * ratios.std())
    close(risk["interval"]["upper"], upper, 0, 0.15 * ratios.std())
    change = s.get(f"/density/value?lon={lon}&lat={lat}&bandwidth={h}&datetime={SECOND}&compare={FIRST}&interval=bootstrap")
    assert change["interval"]["lower"] < change["value"] < change["interval"]["upper"]
    # The sharper interval of the nested ratio is that of the test by the other way.
    poisson = s.get(at + "&over=all")["interval"]
    close(risk["interval"]["upper"] - risk["interval"]["lower"], poisson["upper"] - poisson["lower"], 0.25)
    for bad in ("interval=exact", "interval=bootstrap&replications=99", "interval=bootstrap&replications=10001", "seed=x"):
        problem = json.loads(s.ask(at + "&" + bad, status=400)[1])["detail"]
        assert bad.split("=")[0] in problem or "replications" in problem
    assert "poisson" in json.loads(s.ask(at + "&interval=exact", status=400)[1])["detail"]


def check_tiles(s):
    a, b = s.points("&category=0510"), s.points()
    first, second = s.points("&datetime=" + FIRST), s.points("&datetime=" + SECOND)
    lon, lat = (float(x) for x in numpy.median(b, axis=0))
    months = s.get(f"/density/value?lon={lon}&lat={lat}&datetime={SECOND}&compare={FIRST}")
    cases = (("quartic", 700, "&category=0510&over=all", (a, b, len(a), len(b), "nested")),
             ("epanechnikov", 600, "&category=0510&over=all", (a, b, len(a), len(b), "nested")),
             ("triangular", 600, "&category=0510&over=all", (a, b, len(a), len(b), "nested")),
             ("uniform", 500, "&category=0510&over=all", (a, b, len(a), len(b), "nested")),
             ("quartic", 700, f"&datetime={SECOND}&compare={FIRST}",
              (second, first, months["months"], months["compare_months"], "apart")))
    z = 13
    x, y = tile_of(lon, lat, z)
    for kernel, h, query, (above, below, ea, eb, sides) in cases:
        path = f"/tiles/density/{z}/{x}/{y}.png?bandwidth={h}&kernel={kernel}{query}"
        plain, kept = rgba(s.ask(path + "&min-n=5")[1]), rgba(s.ask(path + "&tolerance=0.05")[1])
        exact = rgba(s.ask(path + "&tolerance=0.05&exact=true")[1])
        drawn = kept[..., 3] > 0
        assert (kept[drawn] == plain[drawn]).all()
        assert (kept != exact).any(axis=-1).mean() < 5e-3
        compared = hidden = shown = 0
        for r in range(2, 256, 9):
            for c in range(4, 256, 11):
                px = (x + (c + 0.5) / 256) / 2**z * 360 - 180
                py = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (y + (r + 0.5) / 256) / 2**z))))
                sa, sb = sums(above, px, py, h, kernel), sums(below, px, py, h, kernel)
                n = max(side[0] ** 2 / side[1] if side[1] else 0 for side in ((sb,) if sides == "nested" else (sa, sb)))
                if n < 6 or sa[0] == 0 or sb[0] == 0:
                    continue
                score = z_of(sa, sb, ea, eb, sides)
                if abs(abs(score) - 1.96) < (0.15 if kernel == "uniform" else 0.03) + 0.01 * abs(score) or plain[r, c, 3] == 0:
                    continue
                compared += 1
                assert drawn[r, c] == (abs(score) > 1.96), (kernel, query, r, c, score)
                hidden += not drawn[r, c]
                shown += drawn[r, c]
        assert compared > 60 and shown > 10, (kernel, query, compared, hidden, shown)
    assert hidden > 10
    legend = s.get("/density/legend?category=0510&over=all&tolerance=0.05")
    assert legend["tolerance"] == 0.05 and abs(legend["tolerance_z"] - 1.959964) < 1e-6 and "pointwise" in legend["tolerance_en"]
    assert s.get("/density/legend?category=0510&over=all")["tolerance"] is None
    tags = {s.ask(f"/tiles/density/{z}/{x}/{y}.png?category=0510&over=all{q}")[0]["etag"]
            for q in ("", "&tolerance=0.05", "&tolerance=0.01")}
    assert len(tags) == 3
    url = s.get("/tiles/density.json?category=0510&over=population&population=attribute:population&tolerance=0.05")["tiles"][0]
    assert "tolerance=0.05" in url and "over=population" in url and "population=attribute" in url


def check_fringe(s):
    """Where sums are small beside what lies near, ratios are still those of the sums: a quick tile and the exact one
    differ only where the value at the place is within the stated error of a break, and never in what is drawn."""
    lon, lat = (float(x) for x in numpy.median(s.points(), axis=0))
    breaks = [-3, -2.5, -2, -1.5, -1, -0.5, 0.5, 1, 1.5, 2, 2.5, 3]
    bound = s.get("/density/legend?over=all&category=0510")["ratio_error_bound_log2"]
    assert 0 < bound < 0.03 and s.get("/density/legend?over=all&category=0510&exact=true")["ratio_error_bound_log2"] == 0

    def place(x, y, z, r, c):
        return ((x + (c + 0.5) / 256) / 2**z * 360 - 180,
                math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (y + (r + 0.5) / 256) / 2**z)))))

    def value(x, y, z, r, c, query):
        px, py = place(x, y, z, r, c)
        return s.get(f"/density/value?lon={px:.9f}&lat={py:.9f}{query}")["value"]

    for query in ("&category=0510&over=all&min-n=0&bandwidth=600", "&category=05&over=0510&min-n=0&bandwidth=600"):
        for z in (12, 13):
            x, y = tile_of(lon, lat, z)
            path = f"/tiles/density/{z}/{x}/{y}.png?breaks={','.join(map(str, breaks))}{query}"
            quick, exact = rgba(s.ask(path)[1]), rgba(s.ask(path + "&exact=true")[1])
            apart = numpy.argwhere((quick != exact).any(axis=-1))
            assert len(apart) < 400, (query, z, len(apart))
            for r, c in apart[:: max(1, len(apart) // 6)]:
                v = value(x, y, z, r, c, query)
                # Positions are rounded to 1e-7 degree, a centimetre.
                assert v is not None and min(abs(v - b) for b in breaks) < bound + 2e-3, (query, z, r, c, v)
    # Kernels and bandwidths whose exact tiles take long: places here and there.
    z = 13
    x, y = tile_of(lon, lat, z)
    for query in ("&category=0510&over=all&min-n=0&bandwidth=200&kernel=gaussian",
                  "&category=0510&over=all&min-n=0&bandwidth=600&adaptive=true"):
        drawn = rgba(s.ask(f"/tiles/density/{z}/{x}/{y}.png?breaks={','.join(map(str, breaks))}{query}")[1])
        colours = {}
        for r in range(3, 256, 36):
            for c in range(5, 256, 36):
                v = value(x, y, z, r, c, query)
                if v is not None and min(abs(v - b) for b in breaks) < bound + 2e-3:
                    continue
                k = None if v is None else sum(v >= b for b in breaks)
                transparent = v is None or -0.5 <= v < 0.5
                assert (drawn[r, c, 3] == 0) == transparent, (query, r, c, v)
                if not transparent:
                    assert tuple(drawn[r, c]) == colours.setdefault(k, tuple(drawn[r, c])), (query, r, c, v)
        assert len(colours) > 2 and len(set(colours.values())) == len(colours), (query, colours)


def plane_to_degrees(raster):
    wgs84 = osr.SpatialReference()
    wgs84.ImportFromEPSG(4326)
    wgs84.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return osr.CoordinateTransformation(raster.GetSpatialRef(), wgs84)


def check_contours(s, store):
    a, b = s.points("&category=0510"), s.points()
    query = "bandwidth=700&cell=50&category=0510&over=all&tolerance=0.05"
    path = os.path.join(folder, "risk.tif")
    body = s.ask("/density.tif?" + query)[1]
    with open(path, "wb") as file:
        file.write(body)
    raster = gdal.Open(path)
    assert raster.RasterCount == 2 and raster.GetRasterBand(2).GetDescription() == "p_value"
    assert raster.GetMetadata()["TOLERANCE"] == "0.05"
    risk, p = raster.GetRasterBand(1).ReadAsArray(), raster.GetRasterBand(2).ReadAsArray()
    west, cell, _, north, _, _ = raster.GetGeoTransform()
    transform = plane_to_degrees(raster)
    bands = s.get("/density/isobands?" + query)
    made = os.path.join(folder, "risk.geojson")
    words = ["--bandwidth", "700", "--cell", "50", "--category", "0510", "--over", "all", "--tolerance", "0.05"]
    run("density", store, *words, "-o", made)
    assert json.load(open(made)) == bands
    run("density", store, *words, "-o", path)
    assert open(path, "rb").read() == body
    contours = {f["properties"]["side"]: f for f in bands["features"] if "side" in f["properties"]}
    assert set(contours) == {"above", "below"} and bands["tolerance"] == 0.05
    assert len({f["id"] for f in bands["features"]}) == len(bands["features"])
    assert any("from" in f["properties"] for f in bands["features"])
    shapes = {}
    for side, f in contours.items():
        shapes[side] = ogr.CreateGeometryFromJson(json.dumps(f["geometry"]))
        assert shapes[side].IsValid() and f["properties"]["tolerance"] == 0.05
        area = shapes[side].Area() * math.prod(radii(39)) * math.radians(1) ** 2 / 1e6
        close(f["properties"]["area_km2"], area, 0.02)
        inside = sum(shapes[side].Intersects(ogr.CreateGeometryFromWkt(f"POINT({lon} {lat})")) for lon, lat in a)
        assert abs(inside - f["properties"]["count"]) <= 3
    assert shapes["above"].Intersection(shapes["below"]).Area() == 0
    compared = {"above": 0, "below": 0, None: 0}
    for r in range(3, risk.shape[0], 3):
        for c in range(2, risk.shape[1], 4):
            if numpy.isnan(risk[r, c]):
                continue
            lon, lat, _ = transform.TransformPoint(west + (c + 0.5) * cell, north - (r + 0.5) * cell)
            sa, sb = sums(a, lon, lat, 700), sums(b, lon, lat, 700)
            if sb[0] ** 2 / sb[1] < 6:
                continue
            z = z_of(sa, sb, len(a), len(b), "nested")
            close(float(p[r, c]), p_of(z), 0.05, 1e-5)
            if abs(abs(z) - 1.96) < 0.25:
                continue
            point = ogr.CreateGeometryFromWkt(f"POINT({lon} {lat})")
            side = "above" if z > 1.96 else "below" if z < -1.96 else None
            edge = any(numpy.isnan(p[max(0, r - 1):r + 2, max(0, c - 1):c + 2]).ravel())
            if not edge:
                assert [k for k, v in shapes.items() if v.Intersects(point)] == ([side] if side else []), (r, c, z)
                compared[side] += 1
    assert min(compared.values()) > 5, compared
    picture = os.path.join(folder, "risk.png")
    run("density", store, *words, "-o", picture)
    drawn = rgba(open(picture, "rb").read())[..., 3] > 0
    assert not drawn[numpy.isnan(p) | (p > 0.0501)].any() and drawn.any()


def density_of_units(units, lon, lat, h, attribute="population"):
    """Residents a km^2 under a quartic, from polygons filled with points 12 m apart; and all residents."""
    east, north = (r * math.radians(1) for r in radii(lat))
    driver, total, summed = gdal.GetDriverByName("MEM"), 0.0, 0.0
    system = osr.SpatialReference()
    system.ImportFromEPSG(4326)
    for unit in units:
        shape = ogr.CreateGeometryFromJson(json.dumps(unit["geometry"]))
        total += unit["properties"][attribute]
        w, e, s, n = shape.GetEnvelope()
        columns, rows = int((e - w) * east / 12) + 2, int((n - s) * north / 12) + 2
        dataset = driver.Create("", columns, rows, 1, gdal.GDT_Byte)
        dataset.SetGeoTransform((w, 12 / east, 0, n, 0, -12 / north))
        source = ogr.GetDriverByName("Memory").CreateDataSource("")
        layer = source.CreateLayer("one", system)
        dataset.SetProjection(system.ExportToWkt())
        feature = ogr.Feature(layer.GetLayerDefn())
        feature.SetGeometry(shape)
        layer.CreateFeature(feature)
        gdal.RasterizeLayer(dataset, [1], layer, burn_values=[1])
        r, c = numpy.nonzero(dataset.ReadAsArray())
        dx, dy = (w - lon) * east + (c + 0.5) * 12, (n - lat) * north - (r + 0.5) * 12
        k = KERNELS["quartic"](numpy.hypot(dx, dy) / h)
        summed += unit["properties"][attribute] * k.sum() / len(r)
    return summed * PEAKS["quartic"] / (h / 1000) ** 2, total


def check_population(s):
    a = s.points("&category=0510")
    period = s.points("&category=0510&datetime=2024-01-01/2024-12-31")
    info = s.get("/density/legend?category=0510&over=population")["population"]
    units = s.items({"cell": "cells", "community": "communities"}[info["level"]])
    lon0, lat0 = (float(x) for x in numpy.median(s.points(), axis=0))
    checked = 0
    for h in (400, 900):
        for dx, dy in ((0, 0), (0.008, -0.005), (-0.012, 0.006)):
            lon, lat = round(lon0 + dx, 7), round(lat0 + dy, 7)
            at = f"/density/value?lon={lon}&lat={lat}&bandwidth={h}&category=0510&over=population"
            value = s.get(at)
            residents, total = density_of_units(units, lon, lat, h)
            close(value["population"]["residents"], total, 1e-12)
            assert value["population"] == s.get(at)["population"] and value["population"]["attribute"] == "population"
            assert value["population"]["step_m"] <= h / 6 and value["other_unit"] == "residents" and value["min_n"] == 100
            mine = sums(a, lon, lat, h)
            unit = PEAKS["quartic"] / (h / 1000) ** 2
            close(value["rate_per_1000"], 1000 * mine[0] * unit / residents, 0.02)
            close(value["value"], math.log2(mine[0] * unit / len(a) / (residents / total)), 0, 0.03)
            known = residents / unit
            z = z_of(mine, (known, 0.6 * known), len(a), total, "known")
            close(value["z"], z, 0.06, 0.06)
            ratio = [math.log2(x * unit / len(a) / (residents / total)) for x in gamma_limits(*mine)]
            close(value["interval"]["lower"], ratio[0], 0, 0.04)
            close(value["interval"]["upper"], ratio[1], 0, 0.04)
            assert value["interval"]["method"] == "poisson"
            monthly = s.get(at + "&datetime=2024-01-01/2024-12-31")
            close(monthly["rate_per_1000"], 1000 * sums(period, lon, lat, h)[0] * unit / monthly["months"] / residents, 0.02)
            assert monthly["rate_unit"].endswith("per month") and "rate_per_1000" not in s.get(at.replace("population", "all"))
            checked += 1
    assert checked == 6
    boot = s.get(at + "&interval=bootstrap")["interval"]
    close(boot["upper"], value["interval"]["upper"], 0, 0.4)
    legend = s.get("/density/legend?category=0510&over=population&population=attribute:population")
    assert legend["population"]["units_without"] == 0 and "residents" in legend["unit"] and "人口" in legend["unit_zh"]
    # Tiles by the quick and the exact way, and a raster, agree with the value.
    x, y = tile_of(lon0, lat0, 13)
    path = f"/tiles/density/13/{x}/{y}.png?category=0510&over=population&bandwidth=500"
    quick, exact = rgba(s.ask(path)[1]), rgba(s.ask(path + "&exact=true")[1])
    # They differ at the rim of the kernels of single incidents, where next to nothing is drawn lowest or not.
    assert (quick != exact).any(axis=-1).mean() < 2e-2 and len(numpy.unique(quick.reshape(-1, 4), axis=0)) > 5
    kept = [rgba(s.ask(path + "&tolerance=0.05" + q)[1]) for q in ("", "&exact=true")]
    assert (kept[0] != kept[1]).any(axis=-1).mean() < 2e-2
    assert s.ask(path)[1] == s.ask(path)[1]
    assert s.ask(path)[0]["etag"] != s.ask(path.replace("population", "all"))[0]["etag"]
    name = os.path.join(folder, "people.tif")
    with open(name, "wb") as file:
        file.write(s.ask("/density.tif?category=0510&over=population&bandwidth=500&cell=100&tolerance=0.1")[1])
    raster = gdal.Open(name)
    values, p = raster.ReadAsArray()
    west, cell, _, north, _, _ = raster.GetGeoTransform()
    transform, compared = plane_to_degrees(raster), 0
    for r in range(1, values.shape[0], 9):
        for c in range(1, values.shape[1], 9):
            lon, lat, _ = transform.TransformPoint(west + (c + 0.5) * cell, north - (r + 0.5) * cell)
            one = s.get(f"/density/value?lon={lon:.7f}&lat={lat:.7f}&category=0510&over=population&bandwidth=500")
            if numpy.isnan(values[r, c]) or one["masked"]:
                continue
            close(float(values[r, c]), one["value"], 2e-3, 5e-3)
            close(float(p[r, c]), one["p_value"], 0.02, 1e-3)
            compared += 1
    assert compared > 15
    for side in s.get("/density/isobands?category=0510&over=population&bandwidth=500&tolerance=0.01")["features"]:
        assert "side" not in side["properties"] or side["properties"]["area_km2"] > 0


def check_refusals(s):
    for bad, word in (("tolerance=0.05", "over"), ("category=0510&over=all&tolerance=0.5", "0.5"),
                      ("category=0510&over=all&tolerance=0", "0.5"), ("category=0510&over=all&tolerance=x", "tolerance"),
                      ("category=0510,0501&over=0501,0504&tolerance=0.05", "share"), ("population=attribute:population", "over=population"),
                      ("over=population&population=population", "attribute:"), ("over=population&population=attribute:nope", "population"),
                      ("over=population&compare=2024-01-01", "one"), ("over=population&bandwidth=10", "bandwidth of")):
        for path in ("/density/isobands", "/density.tif", "/density/legend"):
            assert word in json.loads(s.ask(f"{path}?{bad}", status=400)[1])["detail"], (bad, word)


def check_weights(s, places, weights, codes):
    """An incident of weight w counts w times in sums and w^2 times in their variance."""
    mine = codes == "0510"
    for kernel, h in (("quartic", 500), ("epanechnikov", 400)):
        for lon, lat in ((100.43, 38.92), (100.428, 38.917)):
            value = s.get(f"/density/value?lon={lon}&lat={lat}&bandwidth={h}&kernel={kernel}&category=0510&over=all")
            r = [sums(places[k], lon, lat, h, kernel, weights[k])[0] for k in (mine, mine | True)]
            q = [sums(places[k], lon, lat, h, kernel, weights[k] ** 2)[1] for k in (mine, mine | True)]
            totals = weights[mine].sum(), weights.sum()
            close(value["z"], z_of((r[0], q[0]), (r[1], q[1]), *totals, "nested"), 2e-3, 2e-3)
            close(value["value"], math.log2(r[0] / totals[0] / (r[1] / totals[1])), 1e-3, 1e-3)
            close(value["effective_n"], r[1] ** 2 / q[1], 1e-3)
            time_kernel = s.get(f"/density/value?lon={lon}&lat={lat}&bandwidth={h}&kernel={kernel}&category=0510&over=all"
                                "&at=2024-03-15T00:00:00Z&time-bandwidth=P14D&time-kernel=uniform")
            assert abs(time_kernel["z"]) < abs(value["z"]) + 3 and time_kernel["effective_n"] < value["effective_n"] * 1.2
    x, y = tile_of(100.43, 38.92, 14)
    for query in ("", "&at=2024-03-15T00:00:00Z&time-bandwidth=P14D"):
        for tolerance in ("", "&tolerance=0.2"):
            path = f"/tiles/density/14/{x}/{y}.png?category=0510&over=all&bandwidth=500&min-n=3" + query + tolerance
            quick, exact = rgba(s.ask(path)[1]), rgba(s.ask(path + "&exact=true")[1])
            assert (quick != exact).any(axis=-1).mean() < 5e-3 and (quick[..., 3] > 0).any(), (query, tolerance)
    name = os.path.join(folder, "weighted.tif")
    with open(name, "wb") as file:
        file.write(s.ask("/density.tif?category=0510&over=all&bandwidth=500&cell=250&tolerance=0.1")[1])
    raster = gdal.Open(name)
    values, p = raster.ReadAsArray()
    west, cell, _, north, _, _ = raster.GetGeoTransform()
    transform, compared = plane_to_degrees(raster), 0
    for r, c in zip(*numpy.nonzero(~numpy.isnan(values))):
        lon, lat, _ = transform.TransformPoint(west + (c + 0.5) * cell, north - (r + 0.5) * cell)
        one = s.get(f"/density/value?lon={lon:.7f}&lat={lat:.7f}&category=0510&over=all&bandwidth=500")
        if not one["masked"]:
            close(float(values[r, c]), one["value"], 2e-3, 5e-3)
            close(float(p[r, c]), one["p_value"], 0.02, 1e-3)
            compared += 1
    assert compared > 5


def check_even_city():
    """One square unit without the sample's shapes: inside, away from its edge, the density of residents is
    their number over its area, under any kernel."""
    store = os.path.join(folder, "even.gpkg")
    ring = [[100.40, 38.90], [100.46, 38.90], [100.46, 38.94], [100.40, 38.94], [100.40, 38.90]]
    unit = {"type": "Feature", "properties": {"code": "1", "name": "东社区", "人口": 36500, "floors": 7},
            "geometry": {"type": "Polygon", "coordinates": [ring]}}
    small = {"type": "Feature", "properties": {"code": "2", "name": "西社区", "人口": 500, "floors": 3},
             "geometry": {"type": "Polygon", "coordinates": [[[100.39, 38.90], [100.3901, 38.90], [100.3901, 38.9001],
                                                              [100.39, 38.9001], [100.39, 38.90]]]}}
    name = os.path.join(folder, "units.geojson")
    json.dump({"type": "FeatureCollection", "features": [unit, small]}, open(name, "w"))
    run("import", store, "units", name, "--level", "community")
    rows = os.path.join(folder, "even.csv")
    random = numpy.random.default_rng(5)
    places = random.uniform((100.425, 38.915), (100.435, 38.925), (300, 2))
    weights, codes = numpy.array([0.5, 1, 1.75, 3])[numpy.arange(300) % 4], numpy.where(places[:, 0] + random.normal(0, 0.004, 300) < 100.43, "0510", "0501")
    with open(rows, "w", encoding="utf-8") as file:
        file.write("id,category,reported,lon,lat,weight\n")
        for i, (lon, lat) in enumerate(places):
            file.write(f"e{i},{codes[i]},2024-03-{1 + i % 28:02d} 10:00,{lon:.7f},{lat:.7f},{weights[i]}\n")
    run("import", store, "incidents", rows)
    s = Server(store)
    try:
        area = s.get("/summary")  # answers; the area is computed here
        assert area
        east, north = radii(38.92)
        km2 = math.radians(0.06) * east * math.radians(0.04) * north / 1e6
        assert len(s.points()) == 300
        check_weights(s, numpy.round(places, 7), weights, codes)
        for kernel, h in (("quartic", 300), ("gaussian", 90), ("epanechnikov", 500), ("triangular", 400), ("triweight", 250)):
            value = s.get(f"/density/value?lon=100.43&lat=38.92&bandwidth={h}&kernel={kernel}&over=population")
            density = s.get(f"/density/value?lon=100.43&lat=38.92&bandwidth={h}&kernel={kernel}")["value"]
            assert value["population"]["attribute"] == "人口" and value["population"]["residents"] == 37000
            # Squares at the edge count by ninths.
            close(value["rate_per_1000"], 1000 * density / (36500 / km2), 1e-2)
            close(value["value"], math.log2(density / weights.sum() / (36500 / km2 / 37000)), 0, 0.015)
        # The small unit holds no point of the lattice and keeps its residents all the same.
        value = s.get("/density/value?lon=100.39005&lat=38.90005&bandwidth=600&over=population&min-n=0")
        assert value["rate_per_1000"] == 0 and value["value"] is None and value["other_n"] == 500
        listed = json.loads(s.ask("/density/value?lon=1&lat=1&over=population&population=attribute:heads", status=400)[1])["detail"]
        assert "人口" in listed and "floors" in listed and "heads" in listed
        floors = s.get("/density/value?lon=100.43&lat=38.92&over=population&population=attribute:floors&min-n=0")
        assert floors["population"]["residents"] == 10
    finally:
        s.stop()


store = os.path.join(folder, "city.gpkg")
run("sample", store, "--incidents", "20000")
server = Server(store)
try:
    for check in (check_population, check_tests, check_bootstrap, check_tiles, check_fringe, check_refusals):
        check(server)
        print("ok", check.__name__, flush=True)
    check_contours(server, store)
    print("ok check_contours", flush=True)
finally:
    server.stop()
check_even_city()
print("ok check_even_city")
shutil.rmtree(folder)
