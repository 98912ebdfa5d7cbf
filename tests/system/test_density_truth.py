"""The sample city's planted hotspots are found again: the density with exactly a hotspot's category, period, hours and
weekdays is high on its streets. How clearly it must be so follows from the planted strength and the number of incidents
alone, before any density is looked at:

  - `signal`: the density that the planted incidents alone should have in the middle of their stretch, from strength,
    weeks, what fades, and the kernel along a straight street of that length;
  - `ground`: the mean density of all else that passes the filter over the city's area.

Backgrounds follow addresses, road classes and kinds of communities, which make their densest streets several times
denser than the mean. So a signal of at least twice the ground must lift its streets among the highest tenth of the
city's, and one of ten times the ground must be the city's peak, unless another planted hotspot of the category that is
active in the same hours outshines it. Near the stretch the highest density must be the signal and the ground within a
factor of two: streets bend, seasons cut a period's ends, some reports are never located.

What changed in the city shows in the difference of two periods, tested at the middle of the streets."""
import datetime
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
BANDWIDTH_M = 200
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
END = datetime.date(2025, 12, 31)


def get(target):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
    connection.request("GET", target)
    reply = connection.getresponse()
    body = reply.read()
    assert reply.status == 200, (target, reply.status, body[:300])
    connection.close()
    return body


def date_of(text):
    return datetime.date.fromisoformat(text) if text else END


def numbers(text):
    return {int(x) for x in text.split(",")}


def read_truth():
    truth = ogr.Open(store.replace(".gpkg", ".truth.gpkg"))
    segments = {f.GetField("segment"): f.GetGeometryRef().Clone() for f in truth.GetLayerByName("segments")}
    fields = ("key", "category", "segments", "from", "to", "hours", "weekdays", "season", "strength")
    planted = [{name: f.GetField(name) for name in fields} for f in truth.GetLayerByName("planted")]
    definition = json.load(open(os.path.join(os.environ["SOURCE_DIR"], "geodata", "sample-city.json")))
    for p in planted:
        one = next(d for d in definition["planted"] if d["key"] == p["key"])
        p["segments"] = sorted(numbers(p["segments"]))
        p["hours_set"], p["weekdays_set"] = numbers(p["hours"]), numbers(p["weekdays"])
        p["stretches"] = one["where"].get("count", 1)
        p["length_m"] = one["where"]["length_m"] / p["stretches"]
        p["fade"] = one.get("fade")
    return segments, planted


def active_weeks(p, first, last):
    """Weeks of full strength between two days."""
    begin, end = max(date_of(p["from"]), first), min(date_of(p["to"]), last)
    days = max(0, (end - begin).days + 1)
    if not p["fade"] or not days:
        return days / 7
    start = datetime.date.fromisoformat(p["fade"]["from"])
    total = 0
    for day in range(days):
        t = ((begin + datetime.timedelta(day)) - start).days / p["fade"]["days"]
        total += 1 if t < 0 else p["fade"]["to"] if t >= 1 else 1 - t * (1 - p["fade"]["to"])
    return total / 7


def share_of(p, q):
    """Of q's incidents how many pass p's hours and weekdays, taken as even over those that q has."""
    hours = len(p["hours_set"] & q["hours_set"]) / len(q["hours_set"])
    return hours * len(p["weekdays_set"] & q["weekdays_set"]) / len(q["weekdays_set"])


def signal(p, count):
    """Density per km^2 in the middle of one straight stretch of `length_m` that holds `count` incidents."""
    half = min(p["length_m"] / 2 / BANDWIDTH_M, 1)
    along = half - 2 * half**3 / 3 + half**5 / 5  # the integral of (1 - s^2)^2 from 0
    per_m = count / p["stretches"] / p["length_m"]
    return per_m * 2 * along * BANDWIDTH_M * 3 / math.pi / (BANDWIDTH_M / 1000) ** 2


class Raster:
    def __init__(self, query):
        gdal.FileFromMemBuffer("/vsimem/density.tif", get("/density.tif?" + query))
        raster = gdal.Open("/vsimem/density.tif")
        self.values = raster.ReadAsArray()
        self.west, self.cell, _, self.north, _, _ = raster.GetGeoTransform()
        self.n = int(raster.GetMetadata()["INCIDENTS"])
        wgs84 = osr.SpatialReference()
        wgs84.ImportFromEPSG(4326)
        wgs84.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        self.to_plane = osr.CoordinateTransformation(wgs84, raster.GetSpatialRef())

    def plane(self, line):
        """The middle of a line on the plane."""
        line = line.Clone()
        line.Transform(self.to_plane)
        return line.Value(line.Length() / 2) if line.GetGeometryName() == "LINESTRING" else line.Centroid()

    def at(self, point):
        r, c = int((self.north - point.GetY()) / self.cell), int((point.GetX() - self.west) / self.cell)
        inside = 0 <= r < self.values.shape[0] and 0 <= c < self.values.shape[1]
        return self.values[r, c] if inside else math.nan

    def area_km2(self):
        return float((~numpy.isnan(self.values)).sum()) * self.cell**2 / 1e6

    def highest_near(self, segments):
        """The highest value within a bandwidth of the middles of segments."""
        r, c = numpy.indices(self.values.shape)
        x, y = self.west + (c + 0.5) * self.cell, self.north - (r + 0.5) * self.cell
        near = numpy.zeros(self.values.shape, bool)
        for line in segments:
            point = self.plane(line)
            near |= numpy.hypot(x - point.GetX(), y - point.GetY()) <= BANDWIDTH_M
        return float(numpy.nanmax(self.values[near]))

    def peak(self):
        r, c = numpy.unravel_index(numpy.nanargmax(self.values), self.values.shape)
        return self.west + (c + 0.5) * self.cell, self.north - (r + 0.5) * self.cell


def distance_m(raster, segments, peak):
    point = ogr.CreateGeometryFromWkt(f"POINT({peak[0]} {peak[1]})")
    nearest = math.inf
    for line in segments:
        line = line.Clone()
        line.Transform(raster.to_plane)
        nearest = min(nearest, line.Distance(point))
    return nearest


def check(p, planted, segments):
    first, last = date_of(p["from"]), date_of(p["to"])
    raster = Raster(f"category={p['category']}&datetime={first}/{last}&hours={p['hours']}&weekdays={p['weekdays']}"
                    f"&bandwidth={BANDWIDTH_M}&cell=25&kernel=quartic&time=occurred")
    months = ((last - first).days + 1) / (365.25 / 12)
    alike = [q for q in planted if q["category"] == p["category"]]
    counts = {q["key"]: q["strength"] * active_weeks(q, first, last) * share_of(p, q) for q in alike}
    signals = {q["key"]: signal(q, counts[q["key"]]) / months for q in alike}
    ground = max(raster.n - sum(counts.values()), 0) / raster.area_km2() / months
    mine = signals[p["key"]]
    outshone = max((s for key, s in signals.items() if key != p["key"]), default=0) > 0.7 * mine
    on_streets = {number: raster.at(raster.plane(line)) for number, line in segments.items()}
    everywhere = numpy.array([v for v in on_streets.values() if not math.isnan(v)])
    median = numpy.median([on_streets[s] for s in p["segments"]])
    rank = float((everywhere < median).mean())
    away = distance_m(raster, [segments[s] for s in p["segments"]], raster.peak())
    strength = mine / ground if ground > 0 else math.inf
    print(f"{p['key']:24} n {raster.n:5} planted {counts[p['key']]:6.0f} signal {mine:7.1f} ground {ground:6.2f} ratio "
          f"{strength:6.1f} on its streets {median:7.1f} rank {100 * rank:5.1f} % peak {float(numpy.nanmax(raster.values)):7.1f} "
          f"{away:6.0f} m away{' (outshone)' if outshone else ''}", flush=True)
    if strength >= 2:
        assert rank >= 0.9, p["key"]
        highest = raster.highest_near([segments[s] for s in p["segments"]])
        assert 0.5 < highest / (mine + ground) < 2, (p["key"], highest, mine, ground)
    if strength >= 10 and not outshone:
        assert away <= BANDWIDTH_M, p["key"]
    return strength


def check_changes(planted, segments):
    """Barbecue moves on 2024-06-01, stalls on Dengshi Street fade in spring 2024, village building is new in 2025; the
    school gate's vendors stay as they were."""
    for key, before, after, sign in (("barbecue_night_market", "2022-06-01/2024-05-31", "2024-06-01/2025-05-31", -1),
                                     ("barbecue_riverside", "2022-06-01/2024-05-31", "2024-06-01/2025-05-31", 1),
                                     ("lantern_street_vendors", "2023-01-01/2024-03-14", "2024-06-01/2025-12-31", -1),
                                     ("village_building", "2022-01-01/2025-01-31", "2025-02-01/2025-12-31", 1),
                                     ("school_gate_vendors", "2022-01-01/2023-12-31", "2024-01-01/2025-12-31", 0)):
        p = next(q for q in planted if q["key"] == key)
        line = segments[p["segments"][len(p["segments"]) // 2]]
        middle = line.Value(line.Length() / 2) if line.GetGeometryName() == "LINESTRING" else line.Centroid()
        value = json.loads(get(f"/density/value?lon={middle.GetX():.7f}&lat={middle.GetY():.7f}&bandwidth={BANDWIDTH_M}"
                               f"&category={p['category']}&hours={p['hours']}&datetime={after}&compare={before}"))
        print(f"{key:24} {before} to {after}: z {value['z']:6.1f} difference {value['value']:8.1f} {value['interval']}")
        if sign:
            assert value["z"] * sign > 6 and value["p_value"] < 1e-8, (key, value["z"])
            assert (value["interval"]["lower"] > 0) == (sign > 0) and (value["interval"]["upper"] > 0) == (sign > 0)
        else:
            assert abs(value["z"]) < 4, (key, value["z"])


run = subprocess.run([HOTSPOTD, "sample", store], capture_output=True, text=True)
assert run.returncode == 0, run.stderr
server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                          stderr=open(os.path.join(folder, "log"), "w"), text=True)
try:
    PORT = urlsplit(server.stdout.readline().strip()).port
    for _ in range(600):
        try:
            get("/readyz")
            break
        except (AssertionError, OSError):
            time.sleep(0.1)
    lines, hotspots = read_truth()
    assert len(hotspots) == 16
    ratios = [check(p, hotspots, lines) for p in hotspots]
    check_changes(hotspots, lines)
    # The city is made so that what is planted can be found: nothing is skipped for being weak by the dozen.
    assert sum(r >= 2 for r in ratios) >= 14 and sum(r >= 10 for r in ratios) >= 8, ratios
finally:
    server.terminate()
    assert server.wait(timeout=60) == 0
shutil.rmtree(folder)
