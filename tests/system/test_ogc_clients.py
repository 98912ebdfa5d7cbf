"""OWSLib, which knows nothing of this server: OGC API Features and Processes, WMS 1.3.0 and 1.1.1, WMTS."""
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

try:
    from owslib.ogcapi.features import Features
    from owslib.ogcapi.processes import Processes
    from owslib.util import ServiceException
    from owslib.wms import WebMapService
    from owslib.wmts import WebMapTileService
except ImportError:
    raise SystemExit(77)
from osgeo import gdal

gdal.UseExceptions()
HOTSPOTD = os.environ["HOTSPOTD"]
BOX = (102.58, 39.31, 102.64, 39.36)


def fetch(path):
    with urllib.request.urlopen(BASE + path) as reply:
        return json.load(reply)


def coverage(body):
    """The share of pixels of a picture that are not transparent."""
    path = f"/vsimem/p{time.monotonic_ns()}"
    gdal.FileFromMemBuffer(path, body)
    source = gdal.Open(path)
    if source.GetRasterBand(1).GetColorTable():
        source = gdal.Translate("", source, format="MEM", rgbExpand="rgba")
    return (source.ReadAsArray()[3] > 0).mean(), (source.RasterXSize, source.RasterYSize)


def check_features():
    service = Features(BASE + "/ogc/")
    listed = [c["id"] for c in fetch("/ogc/collections")["collections"]]
    assert service.feature_collections() == listed
    assert service.conformance() == fetch("/ogc/conformance")
    assert service.api()["openapi"].startswith("3.0")
    for name in listed:
        assert service.collection(name)["id"] == name
        assert service.collection_queryables(name)["properties"]
        page = service.collection_items(name, limit=5)
        assert page["numberReturned"] == len(page["features"]) == min(5, page["numberMatched"])
        if page["features"]:
            one = page["features"][0]["id"]
            assert service.collection_item(name, str(one))["id"] == one
    box = [102.6, 39.33, 102.62, 39.35]
    page = service.collection_items("incidents", bbox=box, datetime="2024-01-01/2024-12-31", limit=10)
    assert page == {**fetch("/ogc/collections/incidents/items?limit=10&datetime=2024-01-01/2024-12-31&bbox=102.6,39.33,102.62,39.35"),
                    "timeStamp": page["timeStamp"], "links": page["links"]} and page["features"]
    page = service.collection_items("incidents", filter="category = '0102' AND accuracy_m < 60", limit=10)
    assert page["features"] and all(f["properties"]["category"] == "0102" for f in page["features"])
    page = service.collection_items("zones", sortby="-name", limit=100)
    names = [f["properties"]["name"] for f in page["features"]]
    assert names == sorted(names, key=lambda n: n.encode(), reverse=True)


def check_processes():
    service = Processes(BASE + "/ogc/")
    listed = [p["id"] for p in fetch("/ogc/processes")["processes"]]
    assert [p["id"] for p in service.processes()["processes"]] == listed
    for name in listed:
        assert service.process(name)["id"] == name
    # This version has no call to execute; a request of its own goes where it would.
    request = urllib.request.Request(service._build_url("processes/gi-star/execution"), json.dumps(
        {"inputs": {"level": "cell", "permutations": 99}, "response": "document"}).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as reply:
        value = json.load(reply)["result"]["value"]
    assert value["type"] == "FeatureCollection" and value["features"]


def check_wms():
    for version in ("1.3.0", "1.1.1"):
        service = WebMapService(BASE + "/wms", version=version)
        assert service.identification.type in ("WMS", "OGC:WMS") and "density" in service.contents
        layer = service["density"]
        assert layer.styles and layer.boundingBoxWGS84[0] < layer.boundingBoxWGS84[2]
        code = next(c for c in layer.crsOptions if c == "EPSG:4326") if version == "1.1.1" else "EPSG:4326"
        picture = service.getmap(layers=["density"], srs=code, bbox=BOX, size=(300, 250), format="image/png", transparent=True)
        share, size = coverage(picture.read())
        assert size == (300, 250) and 0.2 < share < 0.95, (version, share)
        info = service.getfeatureinfo(layers=["density"], srs=code, bbox=BOX, size=(300, 250), format="image/png",
                                      query_layers=["density"], info_format="application/json", xy=(150, 125))
        found = json.loads(info.read())["features"][0]
        assert abs(found["geometry"]["coordinates"][0] - 102.61) < 0.001
        legend = layer.styles["default"]["legend"]
        with urllib.request.urlopen(legend) as reply:
            assert reply.headers["Content-Type"] == "image/png"
        try:
            service.getmap(layers=["nothing"], srs=code, bbox=BOX, size=(30, 25), format="image/png")
            raise AssertionError("a layer that there is none of")
        except ServiceException as error:
            assert "nothing" in str(error)


def check_wmts():
    service = WebMapTileService(BASE + "/wmts")
    assert "density" in service.contents and {"WebMercatorQuad", "WorldCRS84Quad"} <= set(service.tilematrixsets)
    for tiles, matrix, row, column in [("WebMercatorQuad", "13", 3120, 6430), ("WorldCRS84Quad", "11", 576, 3215)]:
        tile = service.gettile(layer="density", tilematrixset=tiles, tilematrix=matrix, row=row, column=column, format="image/png")
        share, size = coverage(tile.read())
        assert size == (256, 256) and share > 0, tiles


folder = tempfile.mkdtemp()
try:
    store = os.path.join(folder, "city.gpkg")
    made = subprocess.run([HOTSPOTD, "sample", store, "--incidents", "3000", "--seed", "1"], capture_output=True)
    assert made.returncode == 0, made.stderr
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL)
    try:
        BASE = "http://127.0.0.1:" + server.stdout.readline().rsplit(":", 1)[1].split("/")[0].strip()
        while True:
            try:
                urllib.request.urlopen(BASE + "/readyz").close()
                break
            except urllib.error.HTTPError:
                time.sleep(0.2)
        check_features()
        check_processes()
        check_wms()
        check_wmts()
    finally:
        server.terminate()
        assert server.wait() == 0
finally:
    shutil.rmtree(folder)
print("ok")
