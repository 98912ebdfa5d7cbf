"""WMTS 1.0.0 by KVP and REST: what GDAL's own client makes of the description, its pixels against the heat tiles,
structure of the documents by the standard's rules, every exception's code and place, TIME and our filters."""
import http.client
import json
import math
import os
import shutil
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ET
from urllib.parse import urlencode

from osgeo import gdal, osr

gdal.UseExceptions()
osr.UseExceptions()
HOTSPOTD = os.environ["HOTSPOTD"]
NS = {"w": "http://www.opengis.net/wmts/1.0", "ows": "http://www.opengis.net/ows/1.1"}
XLINK = "{http://www.w3.org/1999/xlink}href"
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
gdal.SetConfigOption("GDAL_DEFAULT_WMS_CACHE_PATH", os.path.join(folder, "cache"))
# The driver keeps what it was answered in the user's folder otherwise, and reads it again at another port.
gdal.SetConfigOption("GDAL_ENABLE_WMS_CACHE", "NO")


def ask(target, headers=None, status=200, method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
    connection.request(method, target, headers=headers or {})
    reply = connection.getresponse()
    body = reply.read()
    assert reply.status == status, (target, reply.status, body[:600])
    connection.close()
    return {k.lower(): v for k, v in reply.getheaders()}, body


def pixels(png):
    path = "/vsimem/x.png"
    gdal.FileFromMemBuffer(path, png)
    return gdal.Translate("", path, format="MEM", rgbExpand="rgba").ReadAsArray()


def tile_of(lon, lat, z):
    n = 1 << z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * n), int(y * n)


def kvp(**more):
    words = {"SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": "density", "STYLE": "default",
             "FORMAT": "image/png", "TILEMATRIXSET": "WebMercatorQuad", "TILEMATRIX": Z, "TILEROW": Y, "TILECOL": X}
    words.update(more)
    return "/wmts?" + urlencode({k: v for k, v in words.items() if v is not None})


def refused(target, code, locator, status=400):
    headers, body = ask(target, status=status)
    assert headers["content-type"].startswith("text/xml"), headers
    report = ET.fromstring(body)
    assert report.tag == "{%s}ExceptionReport" % NS["ows"] and report.get("version"), body
    found = report.find("ows:Exception", NS)
    assert found.get("exceptionCode") == code and found.get("locator") == locator, (target, body)
    assert found.find("ows:ExceptionText", NS).text


def check_description():
    headers, body = ask("/wmts/1.0.0/WMTSCapabilities.xml")
    assert headers["content-type"] == "application/xml" and headers["etag"]
    assert ask("/wmts?service=WMTS&request=GetCapabilities")[1] == body
    assert ask("/wmts?Service=wmts&ReQuest=GetCapabilities&AcceptVersions=2.0.0,1.0.0")[1] == body
    ask("/wmts/1.0.0/WMTSCapabilities.xml", {"If-None-Match": headers["etag"]}, 304)
    root = ET.fromstring(body)
    assert root.tag == "{%s}Capabilities" % NS["w"] and root.get("version") == "1.0.0"
    assert [c.tag.split("}")[1] for c in root] == ["ServiceIdentification", "OperationsMetadata", "Contents",
                                                   "ServiceMetadataURL"]
    operations = root.findall("ows:OperationsMetadata/ows:Operation", NS)
    assert [o.get("name") for o in operations] == ["GetCapabilities", "GetTile", "GetFeatureInfo"]
    for operation in operations:
        assert operation.find("ows:DCP/ows:HTTP/ows:Get", NS).get(XLINK) == f"http://127.0.0.1:{PORT}/wmts?"
    layer = root.find("w:Contents/w:Layer", NS)
    # The schema's order: its sequence of the base type, then of the layer.
    order = ["Title", "Abstract", "WGS84BoundingBox", "Identifier", "Style", "Format", "InfoFormat", "Dimension",
             "TileMatrixSetLink", "ResourceURL"]
    places = [order.index(c.tag.split("}")[1]) for c in layer]
    assert places == sorted(places) and set(places) == set(range(len(order)))
    values = [v.text for v in layer.findall("w:Dimension/w:Value", NS)]
    assert values[0] == "all" == layer.find("w:Dimension/w:Default", NS).text and "2025-01-01/2025-12-31" in values
    corners = [c.text.split() for c in layer.find("ows:WGS84BoundingBox", NS)]
    bounds = json.loads(ask("/tiles/density.json")[1])["bounds"]
    assert [float(v) for corner in corners for v in corner] == bounds
    sets = root.findall("w:Contents/w:TileMatrixSet", NS)
    assert [t.find("ows:Identifier", NS).text for t in sets] == [
        t.text for t in layer.findall("w:TileMatrixSetLink/w:TileMatrixSet", NS)] == ["WebMercatorQuad", "WorldCRS84Quad"]
    world = sets[1].findall("w:TileMatrix", NS)
    assert len(world) == 18
    for z, matrix in enumerate(world):
        # 17-083r4: a degree is that of the ellipsoid's equator, 180 of them in 256 * 2^z pixels.
        size = float(matrix.find("w:ScaleDenominator", NS).text) * 0.00028
        assert math.isclose(size * 256 * 2 ** z, math.pi * 6378137, rel_tol=1e-9)
        assert matrix.find("w:MatrixWidth", NS).text == str(2 ** (z + 1)) and matrix.find("w:TopLeftCorner", NS).text == "-180 90"
    matrices = sets[0].findall("w:TileMatrix", NS)
    assert len(matrices) == 19
    for z, matrix in enumerate(matrices):
        # Annex E.4 of the standard: pixels of 0.28 mm, the world's circumference in 256 * 2^z of them.
        size = float(matrix.find("w:ScaleDenominator", NS).text) * 0.00028
        assert math.isclose(size * 256 * 2 ** z, 2 * math.pi * 6378137, rel_tol=1e-9)
        assert matrix.find("w:MatrixWidth", NS).text == matrix.find("w:MatrixHeight", NS).text == str(2 ** z)
    for link in [root.find("w:ServiceMetadataURL", NS), layer.find("w:Style/w:LegendURL", NS)]:
        ask(link.get(XLINK).split(str(PORT), 1)[1])


def check_tiles():
    plain = ask(f"/tiles/density/{Z}/{X}/{Y}.png")[1]
    headers, tile = ask(kvp())
    assert tile == plain and headers["content-type"] == "image/png" and headers["etag"]
    ask(kvp(), {"If-None-Match": headers["etag"]}, 304)
    rest = f"/wmts/1.0.0/density/default/WebMercatorQuad/{Z}/{Y}/{X}.png"
    assert ask(rest)[1] == ask(rest + "?TIME=all")[1] == ask(kvp(TIME="default"))[1] == ask(kvp(STYLE=""))[1] == plain
    half = ask(f"/tiles/density/{Z}/{X}/{Y}.png?datetime=2025-01-01/2025-06-30&category=0510&bandwidth=500")[1]
    assert half != plain
    filtered = {"Category": "0510", "BANDWIDTH": "500"}
    assert ask(kvp(TIME="2025-01-01/2025-06-30", **filtered))[1] == half
    assert ask(rest + "?time=2025-01-01/2025-06-30&category=0510&bandwidth=500")[1] == half
    assert ask(kvp(datetime="2025-01-01/2025-06-30", **filtered))[1] == half
    closed = ask(f"/tiles/density/{Z}/{X}/{Y}.png?time=closed&datetime=2025-01-01/2025-06-30")[1]
    assert ask(kvp(Time="closed", datetime="2025-01-01/2025-06-30"))[1] == closed
    # Long ones are put off and asked anew on another thread, with the same parameters.
    exact = ask(f"/tiles/density/{Z}/{X}/{Y}.png?exact=true&datetime=2025-01-01/2025-06-30")[1]
    assert ask(kvp(Exact="true", TIME="2025-01-01/2025-06-30"))[1] == exact
    # Clients add words of their own.
    assert ask(kvp(MAP="x", DPI="96"))[1] == plain
    assert ask(kvp(), method="HEAD")[1] == b""


def check_degrees():
    """A tile of degrees is WMS's map of the same box, whose values have a test of their own."""
    z = 12
    side = 180 / 2 ** z
    x, y = int(((box[0] + box[2]) / 2 + 180) / side), int((90 - (box[1] + box[3]) / 2) / side)
    extent = f"{-180 + x * side},{90 - (y + 1) * side},{-180 + (x + 1) * side},{90 - y * side}"
    drawn = ask(f"/wms?version=1.3.0&request=GetMap&layers=density&styles=&crs=CRS:84&width=256&height=256&format=image/png"
                f"&transparent=true&bbox={extent}")[1]
    words = {"TILEMATRIXSET": "WorldCRS84Quad", "TILEMATRIX": z, "TILEROW": y, "TILECOL": x}
    assert ask(kvp(**words))[1] == drawn == ask(f"/wmts/1.0.0/density/default/WorldCRS84Quad/{z}/{y}/{x}.png")[1]
    assert pixels(drawn)[3].any()
    streets = ask(f"/wmts/1.0.0/density/default/WorldCRS84Quad/{z}/{y}/{x}.png?network=true&bandwidth=200")[1]
    assert pixels(streets)[3].any() and streets == ask(
        f"/wms?version=1.3.0&request=GetMap&layers=density&styles=&crs=CRS:84&width=256&height=256&format=image/png"
        f"&transparent=true&bbox={extent}&network=true&bandwidth=200")[1]
    at = json.loads(ask(kvp(REQUEST="GetFeatureInfo", INFOFORMAT="application/json", I=10, J=20, **words))[1])[
        "features"][0]["geometry"]["coordinates"]
    assert abs(at[0] - (-180 + (x + 10.5 / 256) * side)) < 1e-7 and abs(at[1] - (90 - (y + 20.5 / 256) * side)) < 1e-7
    ask(kvp(TILEMATRIXSET="WorldCRS84Quad", TILEMATRIX=0, TILEROW=0, TILECOL=1))
    refused(kvp(TILEMATRIXSET="WorldCRS84Quad", TILEMATRIX=0, TILEROW=0, TILECOL=2), "TileOutOfRange", "tilecol")
    refused(kvp(TILEMATRIXSET="WorldCRS84Quad", TILEMATRIX=18), "InvalidParameterValue", "tilematrix")


def check_info():
    n = 256 << Z
    gx, gy = tile_of((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, Z + 8)
    i, j = gx % 256, gy % 256
    lon = (X * 256 + i + 0.5) / n * 360 - 180
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (Y * 256 + j + 0.5) / n))))
    query = {"REQUEST": "GetFeatureInfo", "I": i, "J": j, "category": "0510", "bandwidth": 2000}
    for kind in ("application/geo+json", "application/json"):
        headers, body = ask(kvp(INFOFORMAT=kind, **query))
        assert headers["content-type"] == kind
        feature = json.loads(body)["features"][0]
        at = feature["geometry"]["coordinates"]
        assert abs(at[0] - lon) < 1.01e-7 and abs(at[1] - lat) < 1.01e-7, (at, lon, lat)
        want = json.loads(ask(f"/density/value?lon={at[0]}&lat={at[1]}&category=0510&bandwidth=2000")[1])
        assert feature["properties"] == want and want["value"] > 0
    assert f"value: {want['value']}".encode() in ask(kvp(INFOFORMAT="text/plain", **query))[1]
    assert str(want["value"]).encode() in ask(kvp(INFOFORMAT="text/html", **query))[1]
    rest = f"/wmts/1.0.0/density/default/WebMercatorQuad/{Z}/{Y}/{X}/{j}/{i}.json?category=0510&bandwidth=2000"
    assert json.loads(ask(rest)[1])["features"][0]["properties"] == want


def check_exceptions():
    capabilities = "/wmts?request=GetCapabilities"
    refused("/wmts", "MissingParameterValue", "service")
    refused(capabilities, "MissingParameterValue", "service")
    refused(capabilities + "&service=WMS", "InvalidParameterValue", "service")
    refused("/wmts?service=WMTS", "MissingParameterValue", "request")
    refused("/wmts?service=WMTS&request=GetMap", "OperationNotSupported", "request", 501)
    refused(capabilities + "&service=WMTS&acceptversions=0.9.0", "VersionNegotiationFailed", None)
    for word in ("version", "layer", "style", "format", "tilematrixset", "tilematrix", "tilerow", "tilecol"):
        refused(kvp(**{word.upper(): None}), "MissingParameterValue", word)
    refused(kvp(VERSION="1.1.0"), "InvalidParameterValue", "version")
    refused(kvp(LAYER="<x>&\""), "InvalidParameterValue", "layer")
    refused(kvp(STYLE="dark"), "InvalidParameterValue", "style")
    refused(kvp(FORMAT="image/gif"), "InvalidParameterValue", "format")
    refused(kvp(TILEMATRIXSET="WGS84"), "InvalidParameterValue", "tilematrixset")
    refused(kvp(TILEMATRIX="19"), "InvalidParameterValue", "tilematrix")
    refused(kvp(TILEMATRIX="-1"), "InvalidParameterValue", "tilematrix")
    refused(kvp(TILEROW=1 << Z), "TileOutOfRange", "tilerow")
    refused(kvp(TILECOL="-1"), "TileOutOfRange", "tilecol")
    refused(kvp(TILECOL="x"), "TileOutOfRange", "tilecol")
    refused(kvp(TIME="yesterday"), "InvalidParameterValue", None)
    refused(kvp(CATEGORY="no such class at all"), "InvalidParameterValue", None)
    refused(kvp(TIME="2025-01-01", DATETIME="2025-01-01"), "InvalidParameterValue", None)
    info = {"REQUEST": "GetFeatureInfo", "INFOFORMAT": "text/plain", "I": 1, "J": 1}
    refused(kvp(**dict(info, INFOFORMAT=None)), "MissingParameterValue", "infoformat")
    refused(kvp(**dict(info, INFOFORMAT="text/xml")), "InvalidParameterValue", "infoformat")
    refused(kvp(**dict(info, I=256)), "PointIJOutOfRange", "i")
    refused(kvp(**dict(info, J="x")), "PointIJOutOfRange", "j")
    refused(f"/wmts/1.0.0/roads/default/WebMercatorQuad/{Z}/{Y}/{X}.png", "InvalidParameterValue", "layer")
    refused(f"/wmts/1.0.0/density/default/WebMercatorQuad/2/4/0.png", "TileOutOfRange", "tilerow")


def check_gdal():
    for path in ("/wmts/1.0.0/WMTSCapabilities.xml", "/wmts?service=WMTS&request=GetCapabilities"):
        source = gdal.Open(f"WMTS:http://127.0.0.1:{PORT}{path},layer=density,tilematrixset=WebMercatorQuad")
        system = osr.SpatialReference(wkt=source.GetProjection())
        assert system.GetAuthorityCode(None) == "3857" and source.RasterCount == 4
        x0, size, _, y0, _, _ = source.GetGeoTransform()
        world = 2 * math.pi * 6378137
        assert math.isclose(size, world / (256 << 18), rel_tol=1e-6)
        # Its overview of the zoom is cut where our tile lies.
        band = source.GetRasterBand(1)
        levels = [band] + [band.GetOverview(i) for i in range(band.GetOverviewCount())]
        level = next(k for k, b in enumerate(levels) if abs(band.XSize / b.XSize / 2 ** (18 - Z) - 1) < 0.01)
        pixel = world / (256 << Z)
        left = round((X * 256) - (x0 + world / 2) / pixel)
        top = round((Y * 256) - (world / 2 - y0) / pixel)
        ours = pixels(ask(f"/tiles/density/{Z}/{X}/{Y}.png")[1])
        from_x, from_y = max(left, 0), max(top, 0)
        to_x, to_y = min(left + 256, levels[level].XSize), min(top + 256, levels[level].YSize)
        assert to_x - from_x > 50 and to_y - from_y > 50
        for b in range(4):
            one = source.GetRasterBand(b + 1)
            seen = (one.GetOverview(level - 1) if level else one).ReadAsArray(from_x, from_y, to_x - from_x, to_y - from_y)
            want = ours[b][from_y - top:to_y - top, from_x - left:to_x - left]
            assert (seen == want).all(), (path, b, (seen != want).sum())
        assert ours[3].any()


def check_gdal_degrees():
    source = gdal.Open(f"WMTS:http://127.0.0.1:{PORT}/wmts/1.0.0/WMTSCapabilities.xml,layer=density,tilematrixset=WorldCRS84Quad")
    assert osr.SpatialReference(wkt=source.GetProjection()).IsGeographic()
    x0, size, _, y0, _, down = source.GetGeoTransform()
    assert math.isclose(size, 180 / (256 << 17), rel_tol=1e-6) and down == -size
    band = source.GetRasterBand(4)
    assert band.GetOverview(4).ReadAsArray(0, 0, min(600, band.GetOverview(4).XSize), min(600, band.GetOverview(4).YSize)).any()


def check_openapi():
    paths = json.loads(ask("/api")[1])["paths"]
    assert {p for p in paths if p.startswith("/wmts")} and "tilematrix" in json.dumps(paths["/wmts"])


try:
    made = subprocess.run([HOTSPOTD, "sample", store, "--incidents", "5000", "--seed", "1"], capture_output=True)
    assert made.returncode == 0, made.stderr
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL)
    try:
        PORT = int(server.stdout.readline().rsplit(":", 1)[1].split("/")[0])
        while True:
            try:
                ask("/readyz")
                break
            except AssertionError:
                time.sleep(0.2)
        box = json.loads(ask("/tiles/density.json")[1])["bounds"]
        Z = 13
        X, Y = tile_of((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, Z)
        check_description()
        check_tiles()
        check_info()
        check_degrees()
        check_exceptions()
        check_gdal()
        check_gdal_degrees()
        check_openapi()
    finally:
        server.terminate()
        assert server.wait() == 0
finally:
    shutil.rmtree(folder)
print("ok")
