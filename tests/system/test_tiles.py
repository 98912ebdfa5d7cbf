"""Vector tiles as clients find them: valid polygons and no gaps at tile edges as GDAL's MVT driver reads them, labels once,
never over 500 KB and saying so, the same bytes on any number of threads, TileJSON 3.0.0."""
import contextlib
import http.client
import json
import math
import os
import random
import shutil
import subprocess
import tempfile

import jsonschema
from osgeo import gdal, ogr

gdal.UseExceptions()
ogr.UseExceptions()
HOTSPOTD = os.environ["HOTSPOTD"]
LIMIT = 500000
folder = tempfile.mkdtemp()

# What the specification of TileJSON 3.0.0 asks of a document.
VERSION = {"type": "string", "pattern": r"^\d+\.\d+\.\d+"}
ZOOM = {"type": "integer", "minimum": 0, "maximum": 30}
SCHEMA = {
    "type": "object", "required": ["tilejson", "tiles", "vector_layers"],
    "properties": {
        "tilejson": {"const": "3.0.0"}, "version": VERSION, "scheme": {"enum": ["xyz", "tms"]}, "minzoom": ZOOM, "maxzoom": ZOOM,
        "tiles": {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^https?://.*{z}.*{x}.*{y}"}},
        "bounds": {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"}},
        "center": {"type": "array", "minItems": 3, "maxItems": 3, "items": {"type": "number"}},
        "vector_layers": {"type": "array", "items": {
            "type": "object", "required": ["id", "fields"],
            "properties": {"id": {"type": "string"}, "description": {"type": "string"}, "minzoom": ZOOM, "maxzoom": ZOOM,
                           "fields": {"type": "object", "additionalProperties": {"enum": ["Number", "String", "Boolean"]}}}}}}}


def run(*arguments, code=(0, 1)):
    done = subprocess.run([HOTSPOTD, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode in code, (arguments, done.stderr)


@contextlib.contextmanager
def serving(store, threads=2):
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0", "--threads", str(threads)],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = int(server.stdout.readline().strip().rsplit(":", 1)[1])
        while fetch(port, "/readyz")[0] != 200:
            pass
        yield port
    finally:
        server.terminate()
        assert server.wait(timeout=60) == 0


def fetch(port, target):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("GET", target)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def tile(port, tileset, z, x, y):
    status, body = fetch(port, f"/tiles/{tileset}/{z}/{x}/{y}.mvt")
    assert status in (200, 204) and (status == 200) == (len(body) > 0), (status, body[:300])
    assert len(body) <= LIMIT, (z, x, y, len(body))
    return body


def layers(body):
    """In tile units, y downwards: [name, [(fields, geometry)]]."""
    if not body:
        return {}
    gdal.FileFromMemBuffer("/vsimem/tile.mvt", body)
    source = gdal.OpenEx("/vsimem/tile.mvt", gdal.OF_VECTOR, open_options=["CLIP=NO", "METADATA_FILE="])
    found = {}
    for index in range(source.GetLayerCount()):
        layer = source.GetLayer(index)
        found[layer.GetName()] = [(f.items(), f.GetGeometryRef().Clone()) for f in layer]
    return found


def tile_of(lon, lat, z):
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * 2**z), int(y * 2**z)


def tiles_of(bounds, z):
    west, south, east, north = bounds
    (x0, y0), (x1, y1) = tile_of(west, north, z), tile_of(east, south, z)
    return [(z, x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]


def check_tilejson(port):
    for tileset, names in (("base", {"units", "unit_labels", "streets", "places", "zones", "reduced"}),
                           ("incidents", {"incidents", "reduced"}), ("density", set())):
        status, body = fetch(port, f"/tiles/{tileset}.json")
        document = json.loads(body)
        assert status == 200
        jsonschema.validate(document, SCHEMA)
        assert {layer["id"] for layer in document["vector_layers"]} == names, document["vector_layers"]
        assert "v=" in document["tiles"][0], document["tiles"]
        west, south, east, north = document["bounds"]
        lon, lat, zoom = document["center"]
        assert west <= lon <= east and south <= lat <= north and document["minzoom"] <= zoom <= document["maxzoom"]
    return document["bounds"]


def check_polygons(port, bounds):
    """Polygons are valid, and every field is one that TileJSON declares."""
    chance, polygons = random.Random(4), 0
    declared = {layer["id"]: set(layer["fields"]) for layer in json.loads(fetch(port, "/tiles/base.json")[1])["vector_layers"]}
    for _ in range(120):
        z = chance.randint(7, 17)
        lon, lat = chance.uniform(bounds[0], bounds[2]), chance.uniform(bounds[1], bounds[3])
        for name, features in layers(tile(port, "base", z, *tile_of(lon, lat, z))).items():
            for fields, geometry in features:
                assert {k for k in fields if k != "mvt_id"} <= declared[name], (name, fields)
                polygons += geometry.GetDimension() == 2
                assert geometry.IsValid(), (z, lon, lat, name, fields)
    assert polygons > 500, polygons


def check_labels(port, bounds):
    for z in (11, 13):
        seen = [f["code"] for t in tiles_of(bounds, z) for f, _ in layers(tile(port, "base", *t)).get("unit_labels", [])]
        assert seen and len(seen) == len(set(seen)), (z, len(seen), len(set(seen)))


def crossings(features, x):
    """Where shapes meet a line along a tile's side, per feature."""
    side, found = ogr.CreateGeometryFromWkt(f"LINESTRING ({x} -10, {x} 4106)"), {}
    for fields, geometry in features:
        met = geometry.Intersection(side)
        if met is None or met.IsEmpty():
            continue
        parts = [met.GetGeometryRef(i) for i in range(met.GetGeometryCount())] or [met]
        ys = [p.GetY(i) for part in parts for p in [part] for i in range(p.GetPointCount())]
        found.setdefault(fields["id"], []).extend(round(y, 2) for y in ys if 0 <= y <= 4096)
    return {k: sorted(v) for k, v in found.items() if v}


def check_edges(port, bounds):
    """What leaves one tile enters the next one at the same place, to a unit: no gaps, no hairlines."""
    compared = 0
    for z in (12, 13, 14, 15):
        tiles = tiles_of(bounds, z)
        for z_, x, y in random.Random(z).sample(tiles, min(12, len(tiles))):
            west, east = layers(tile(port, "base", z_, x, y)), layers(tile(port, "base", z_, x + 1, y))
            for name in ("units", "streets"):
                a, b = crossings(west.get(name, []), 4096), crossings(east.get(name, []), 0)
                for key in a.keys() & b.keys():
                    assert abs(a[key][0] - b[key][0]) <= 1.5 and abs(a[key][-1] - b[key][-1]) <= 1.5, (name, z, x, y, key, a, b)
                    compared += 1
                # A shape may touch the side from one side only.
                assert len(a.keys() ^ b.keys()) <= 2, (name, z, x, y, a.keys() ^ b.keys())
    assert compared > 100, compared


def check_gdal(port, bounds):
    """GDAL's driver places a tile by its address."""
    x, y = tile_of((bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2, 13)
    source = gdal.OpenEx(f"MVT:http://127.0.0.1:{port}/tiles/base/13/{x}/{y}.mvt", gdal.OF_VECTOR)
    layer = source.GetLayerByName("streets")
    assert layer.GetSpatialRef().GetAuthorityCode(None) == "3857"
    side = 2 * math.pi * 6378137 / 2**13
    west = x * side - math.pi * 6378137
    xmin, xmax, _, _ = layer.GetExtent()
    assert west - side / 32 <= xmin <= xmax <= west + side * 33 / 32, (west, xmin, xmax)


def town_of_too_much(path):
    """Some 30,000 streets and 20,000 places within a tile of zoom 14."""
    chance = random.Random(9)
    west, south = 100.4443, 38.9085
    with open(path + "-streets.geojsonl", "w", encoding="utf-8") as streets:
        for number in range(30000):
            lon, lat = west + chance.uniform(0, 0.02), south + chance.uniform(0, 0.015)
            line = [[lon, lat], [lon + 0.0002, lat + 0.0001], [lon + 0.0003, lat]]
            streets.write(json.dumps({"type": "Feature", "properties": {"name": f"第{number}街", "class": "lane" if number % 10 else "primary"},
                                      "geometry": {"type": "LineString", "coordinates": line}}) + "\n")
    with open(path + "-places.csv", "w", encoding="utf-8") as places:
        places.write("name,class,lon,lat\n")
        for number in range(20000):
            places.write(f"第{number}店,shop,{west + chance.uniform(0, 0.02):.7f},{south + chance.uniform(0, 0.015):.7f}\n")
    store = path + ".gpkg"
    run("city", store, "--name", "拥挤", "--timezone", "Asia/Shanghai")
    run("import", store, "streets", path + "-streets.geojsonl")
    run("import", store, "places", path + "-places.csv")
    return store


def check_limit(port):
    z, (x, y) = 14, tile_of(100.45, 38.915, 14)
    found = layers(tile(port, "base", z, x, y))
    told = {f["layer"]: f["left_out"] for f, _ in found["reduced"]}
    assert set(told) == {"streets", "places"}, told
    assert len(found["streets"]) + told["streets"] > 20000 and len(found["streets"]) > 1000, told
    # The important ones stay.
    assert all(f["class"] == "primary" for f, _ in found["streets"][:1000])
    assert len(found["places"]) > 500, len(found["places"])
    deep = layers(tile(port, "base", 18, *tile_of(100.45, 38.915, 18)))
    assert "reduced" not in deep and deep, deep.keys()
    return tile(port, "base", z, x, y)


try:
    sample = os.path.join(folder, "sample.gpkg")
    run("sample", sample, "--incidents", "20000")
    with serving(sample) as port:
        bounds = check_tilejson(port)
        check_polygons(port, bounds)
        check_labels(port, bounds)
        check_edges(port, bounds)
        check_gdal(port, bounds)
        kept = {t: (tile(port, "base", *t), tile(port, "incidents", *t)) for z in (10, 13) for t in tiles_of(bounds, z)}
    with serving(sample, threads=1) as port:
        assert kept == {t: (tile(port, "base", *t), tile(port, "incidents", *t)) for t in kept}
    with serving(town_of_too_much(os.path.join(folder, "crowded"))) as port:
        check_limit(port)
finally:
    shutil.rmtree(folder)
