"""WMS 1.3.0 and 1.1.1: maps in several reference systems against the heat tiles and against exact values at the pixels'
places (by PROJ through osr), both orders of axes, GDAL's own client, the description's structure, feature info,
legend, exceptions."""
import http.client
import json
import math
import os
import random
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
HALF = math.pi * 6378137
XLINK = "{http://www.w3.org/1999/xlink}href"
WMS = "{http://www.opengis.net/wms}"
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
gdal.SetConfigOption("GDAL_DEFAULT_WMS_CACHE_PATH", os.path.join(folder, "cache"))


def ask(target, headers=None, status=200):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
    connection.request("GET", target, headers=headers or {})
    reply = connection.getresponse()
    body = reply.read()
    assert reply.status == status, (target, reply.status, body[:600])
    connection.close()
    return {k.lower(): v for k, v in reply.getheaders()}, body


def pixels(png):
    """[band][row][column], four bands."""
    path = "/vsimem/x.png"
    gdal.FileFromMemBuffer(path, png)
    return gdal.Translate("", path, format="MEM", rgbExpand="rgba").ReadAsArray()


def colours(png):
    """[band][row][column] of a picture without palette."""
    gdal.FileFromMemBuffer("/vsimem/rgb.png", png)
    return gdal.Open("/vsimem/rgb.png").ReadAsArray()


def url(**more):
    words = {"SERVICE": "WMS", "REQUEST": "GetMap", "VERSION": "1.3.0", "LAYERS": "density", "STYLES": "",
             "FORMAT": "image/png", "CRS": "EPSG:3857", "WIDTH": 256, "HEIGHT": 256, "TRANSPARENT": "TRUE",
             "BBOX": ",".join(map(repr, TILE_BOX))}
    words.update(more)
    return "/wms?" + urlencode({k: v for k, v in words.items() if v is not None})


def refused(target, code, status=400, older=False):
    headers, body = ask(target, status=status)
    assert headers["content-type"].startswith("application/vnd.ogc.se_xml" if older else "text/xml")
    report = ET.fromstring(body)
    space = "" if older else "{http://www.opengis.net/ogc}"
    assert report.tag == space + "ServiceExceptionReport" and report.get("version") == ("1.1.1" if older else "1.3.0")
    assert report[0].get("code") == code and report[0].text, (target, body)


def check_tile():
    for query in ("", "&category=0510&datetime=2025-01-01/2025-06-30", "&bandwidth=800&kernel=gaussian", "&exact=true"):
        tile = pixels(ask(f"/tiles/density/{Z}/{X}/{Y}.png?x=".replace("?x=", "?" + query[1:]))[1])
        drawn = pixels(ask(url() + query)[1])
        assert (tile == drawn).all() and tile[3].any(), query
    period = pixels(ask(f"/tiles/density/{Z}/{X}/{Y}.png?datetime=2025-01-01/2025-06-30")[1])
    assert (pixels(ask(url(TIME="2025-01-01/2025-06-30"))[1]) == period).all()
    older = url(VERSION="1.1.1", CRS=None, SRS="EPSG:3857")
    headers, body = ask(older)
    assert body == ask(url())[1] and headers["content-type"] == "image/png" and headers["etag"]
    ask(older, {"If-None-Match": headers["etag"]}, 304)
    # Four tiles at once are those tiles.
    wide = [TILE_BOX[0], TILE_BOX[1], 2 * TILE_BOX[2] - TILE_BOX[0], TILE_BOX[3]]
    both = pixels(ask(url(BBOX=",".join(map(repr, wide)), WIDTH=512))[1])
    assert (both[:, :, 256:] == pixels(ask(f"/tiles/density/{Z}/{X + 1}/{Y}.png")[1])).all()


def check_ground():
    see = pixels(ask(url())[1]).astype(float)
    for colour, rgb in ((None, (255, 255, 255)), ("0x102030", (16, 32, 48))):
        drawn = pixels(ask(url(TRANSPARENT=None, BGCOLOR=colour))[1]).astype(float)
        assert (drawn[3] == 255).all()
        for b in range(3):
            want = see[b] * see[3] / 255 + rgb[b] * (1 - see[3] / 255)
            assert abs(drawn[b] - want).max() <= 1


def check_streets():
    """Lixels as the tiles have them; in other systems in the same places."""
    query = "&network=true&bandwidth=200"
    tile = pixels(ask(f"/tiles/density/{Z}/{X}/{Y}.png?{query[1:]}")[1]).astype(int)
    drawn = pixels(ask(url() + query)[1]).astype(int)
    assert tile[3].any() and (abs(tile - drawn).max(axis=0) > 40).mean() < 0.002, abs(tile - drawn).max(axis=0)
    ground = pixels(ask(url(TRANSPARENT=None) + query)[1])
    assert (ground[3] == 255).all() and (ground[:3, tile[3] == 0] == 255).mean() > 0.999
    # In degrees and on a plane rows and columns lie elsewhere: what is drawn is where the streets are.
    west, north = to_degrees(TILE_BOX[0], TILE_BOX[3])
    east, south = to_degrees(TILE_BOX[2], TILE_BOX[1])
    degrees = pixels(ask(url(CRS="CRS:84", BBOX=f"{west},{south},{east},{north}") + query)[1]).astype(int)
    assert ((degrees[3] > 0) == (tile[3] > 0)).mean() > 0.97
    info = [west + (east - west) * 0.5, south + (north - south) * 0.5]
    plane = osr.SpatialReference()
    plane.ImportFromEPSG(4543)
    flat = osr.SpatialReference()
    flat.ImportFromEPSG(4326)
    flat.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    plane.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    forth = osr.CoordinateTransformation(flat, plane)
    x, y, _ = forth.TransformPoint(*info)
    px, metres = 400, 1500
    box = [y - metres / 2, x - metres / 2, y + metres / 2, x + metres / 2]  # northing first
    local = pixels(ask(url(CRS="EPSG:4543", BBOX=",".join(map(repr, box)), WIDTH=px, HEIGHT=px) + query)[1])
    lixels = json.loads(ask(f"/density/lixels?bandwidth=200&bbox={west},{south},{east},{north}")[1])["features"]
    least = json.loads(ask("/density/legend?" + query[1:])[1])["breaks"][0]
    seen = 0
    for feature in lixels:
        (a, b), (c, d) = feature["geometry"]["coordinates"][0], feature["geometry"]["coordinates"][-1]
        if len(feature["geometry"]["coordinates"]) != 2 or feature["properties"]["value"] < 1e-6:
            continue
        e, n, _ = forth.TransformPoint((a + c) / 2, (b + d) / 2)
        column, row = int((e - x + metres / 2) / metres * px), int((y + metres / 2 - n) / metres * px)
        if 2 <= column < px - 2 and 2 <= row < px - 2:
            seen += 1
            drawn_there = local[3, row - 1:row + 2, column - 1:column + 2].any()
            assert drawn_there or feature["properties"]["value"] < least, (feature, column, row)
    assert seen > 20, seen


def to_degrees(x, y):
    return math.degrees(x / 6378137), math.degrees(2 * math.atan(math.exp(y / 6378137)) - math.pi / 2)


def check_order():
    """The same place three ways: latitude first in 1.3.0, longitude first in CRS:84 and in 1.1.1."""
    box = [102.60, 39.33, 102.63, 39.35]
    turned = [box[1], box[0], box[3], box[2]]
    size = {"WIDTH": 300, "HEIGHT": 200}
    text = lambda b: ",".join(map(str, b))
    a = ask(url(CRS="CRS:84", BBOX=text(box), **size))[1]
    assert a == ask(url(CRS="EPSG:4326", BBOX=text(turned), **size))[1]
    assert a == ask(url(VERSION="1.1.1", CRS=None, SRS="EPSG:4326", BBOX=text(box), **size))[1]
    assert pixels(a)[3].any()


def check_values():
    """Colours against exact values where PROJ says that the pixels lie."""
    legend = json.loads(ask("/density/legend?bandwidth=500")[1])
    breaks = legend["breaks"]
    rgba = [tuple(int(c["colour"][1 + 2 * i:3 + 2 * i], 16) for i in range(3)) for c in legend["classes"]]
    degrees = osr.SpatialReference()
    degrees.ImportFromEPSG(4326)
    degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    middle = ((BOX[0] + BOX[2]) / 2, (BOX[1] + BOX[3]) / 2)
    turn = random.Random(1)
    for code in (4326, 3857, 4490, 32648, 4543, 4547, 3395):
        system = osr.SpatialReference()
        system.ImportFromEPSG(code)
        system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
        there = osr.CoordinateTransformation(degrees, system)
        back = osr.CoordinateTransformation(system, degrees)
        x, y, _ = there.TransformPoint(*middle)
        half = .02 if system.IsGeographic() else 2000
        system.SetAxisMappingStrategy(osr.OAMS_AUTHORITY_COMPLIANT)
        northing_first = system.GetDataAxisToSRSAxisMapping() and (
            system.EPSGTreatsAsLatLong() or system.EPSGTreatsAsNorthingEasting())
        box = [x - half, y - half, x + half, y + half]
        sent = [box[1], box[0], box[3], box[2]] if northing_first else box
        size = 333
        drawn = pixels(ask(url(CRS=f"EPSG:{code}", BBOX=",".join(map(repr, sent)), WIDTH=size, HEIGHT=size,
                               bandwidth=500))[1])
        seen = set()
        for _ in range(60):
            i, j = turn.randrange(size), turn.randrange(size)
            lon, lat, _ = back.TransformPoint(box[0] + (i + .5) * 2 * half / size, box[3] - (j + .5) * 2 * half / size)
            value = json.loads(ask(f"/density/value?lon={lon:.7f}&lat={lat:.7f}&bandwidth=500")[1])["value"]
            near = .01 * breaks[-1] / 10 + .01 * value
            low, high = (sum(v >= b for b in breaks) for v in (value - near, value + near))
            got = tuple(int(v) for v in drawn[:3, j, i])
            fits = any(got == rgba[k] or (k == 0 and drawn[3, j, i] == 0) for k in range(low, high + 1))
            assert fits, (code, i, j, value, got, rgba[low:high + 1])
            seen.add(low)
        assert len(seen) > 2, (code, seen)
    # Off the map and off the city nothing is drawn.
    assert not pixels(ask(url(CRS="CRS:84", BBOX="-10,86,10,89"))[1])[3].any()
    assert not pixels(ask(url(CRS="CRS:84", BBOX="10,40,11,41"))[1])[3].any()
    ask(url(CRS="CRS:84", BBOX="-200,-95,200,95", WIDTH=500, HEIGHT=300))
    ask(url(WIDTH=1, HEIGHT=2048))


def check_info():
    n = 256 << Z
    i = int(((BOX[0] + BOX[2]) / 2 + 180) / 360 * n) % 256
    j = int((1 - math.asinh(math.tan(math.radians((BOX[1] + BOX[3]) / 2))) / math.pi) / 2 * n) % 256
    words = {"REQUEST": "GetFeatureInfo", "QUERY_LAYERS": "density", "INFO_FORMAT": "application/json", "bandwidth": 900}
    one = json.loads(ask(url(I=i, J=j, **words))[1])["features"][0]
    lon, lat = one["geometry"]["coordinates"]
    want = json.loads(ask(f"/density/value?lon={lon}&lat={lat}&bandwidth=900")[1])
    assert one["properties"] == want and want["value"] > 0
    assert abs(lon - ((X * 256 + i + .5) / n * 360 - 180)) < 2e-7
    assert abs(lat - math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * (Y * 256 + j + .5) / n))))) < 2e-7
    older = json.loads(ask(url(VERSION="1.1.1", CRS=None, SRS="EPSG:3857", X=i, Y=j, **words))[1])
    assert older["features"][0] == one
    plain = ask(url(I=i, J=j, **dict(words, INFO_FORMAT="text/plain")))[1].decode()
    assert f"value: {want['value']}\n" in plain
    refused(url(I=256, J=0, **words), "InvalidPoint")
    refused(url(I=0, J=0, **dict(words, QUERY_LAYERS="roads")), "LayerNotDefined")
    refused(url(I=0, J=0, **dict(words, INFO_FORMAT="text/xml")), "InvalidFormat")


def check_legend():
    legend = ask("/density/legend.png?category=0510")[1]
    words = {"REQUEST": "GetLegendGraphic", "LAYERS": None, "LAYER": "density", "category": "0510"}
    assert ask(url(**words))[1] == legend
    assert ask(url(SCALE="25000", **words))[1] == legend, "a map's scale is not the legend's"
    # The map's own: what its layers are called and how each is drawn, on the style's ground.
    words = {"REQUEST": "GetLegendGraphic", "LAYERS": None, "LAYER": "map", "STYLES": None}
    legends = {}
    for style in ("light", "dark", "print"):
        sheet = json.loads(ask(f"/styles/{style}")[1])
        colour = {l["id"]: list(l["paint"].values())[0] for l in sheet["layers"]}
        legends[style] = ask(url(STYLE=style, **words))[1]
        assert legends[style] == ask(f"/map/legend.png?style={style}")[1]
        drawn = colours(legends[style])[:3].reshape(3, -1).T
        seen = {"#%02x%02x%02x" % tuple(p) for p in drawn}
        assert {colour[i] for i in ("background", "place-park", "place-water", "unit-line-city")} <= seen, style
        assert tuple(drawn[0]) == tuple(int(colour["background"][i:i + 2], 16) for i in (1, 3, 5))
    assert ask(url(STYLE="", **words))[1] == legends["light"] and len(set(legends.values())) == 3
    assert ask("/map/legend.png?lang=en")[1] != ask("/map/legend.png?lang=zh")[1] == legends["light"]
    assert colours(ask("/map/legend.png?scale=2")[1]).shape[1] == 2 * colours(legends["light"]).shape[1]
    refused(url(STYLE="satellite", **words), "StyleNotDefined")
    refused(url(**dict(words, LAYER="map,density")), "LayerNotDefined")
    refused(url(FORMAT="image/jpeg", **words), "InvalidFormat")


def check_description():
    headers, body = ask("/wms?service=WMS&request=GetCapabilities")
    assert headers["content-type"].startswith("text/xml")
    root = ET.fromstring(body)
    assert root.tag == WMS + "WMS_Capabilities" and root.get("version") == "1.3.0"
    assert [c.tag for c in root] == [WMS + "Service", WMS + "Capability"]
    assert root.find(f"{WMS}Service/{WMS}Name").text == "WMS"
    layer = root.find(f"{WMS}Capability/{WMS}Layer/{WMS}Layer")
    order = ["Name", "Title", "Abstract", "CRS", "EX_GeographicBoundingBox", "BoundingBox", "Dimension", "Style"]
    places = [order.index(c.tag.replace(WMS, "")) for c in layer]
    assert places == sorted(places) and set(places) == set(range(len(order)))
    boxes = {b.get("CRS"): [float(b.get(k)) for k in ("minx", "miny", "maxx", "maxy")] for b in layer.findall(WMS + "BoundingBox")}
    assert boxes["CRS:84"] == BOX and boxes["EPSG:4326"] == [BOX[1], BOX[0], BOX[3], BOX[2]]
    assert abs(boxes["EPSG:3857"][0] - BOX[0] / 180 * HALF) < .05
    assert abs(boxes["EPSG:3857"][3] - math.asinh(math.tan(math.radians(BOX[3]))) / math.pi * HALF) < .05
    legend = layer.find(f"{WMS}Style/{WMS}LegendURL")
    gdal.FileFromMemBuffer("/vsimem/l.png", ask(legend.find(WMS + "OnlineResource").get(XLINK).split(str(PORT), 1)[1])[1])
    picture = gdal.Open("/vsimem/l.png")
    assert (picture.RasterXSize, picture.RasterYSize) == (int(legend.get("width")), int(legend.get("height")))
    shown = root.findall(f"{WMS}Capability/{WMS}Layer/{WMS}Layer")[1]
    for style in shown.findall(WMS + "Style"):
        at = style.find(f"{WMS}LegendURL")
        drawn = colours(ask(at.find(WMS + "OnlineResource").get(XLINK).split(str(PORT), 1)[1])[1])
        assert drawn.shape[1:] == (int(at.get("height")), int(at.get("width")))
    for version, given in (("1.1.1", "1.1.1"), ("1.1.1", "1.0.0"), ("1.3.0", "1.3.0"), ("1.3.0", "1.4.0")):
        answer = ET.fromstring(ask(f"/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION={given}")[1])
        assert answer.get("version") == version
    older = ET.fromstring(ask("/wms?SERVICE=WMS&REQUEST=GetCapabilities&VERSION=1.1.1")[1])
    assert older.tag == "WMT_MS_Capabilities" and older.find("Service/Name").text == "OGC:WMS"
    order = ["Name", "Title", "Abstract", "SRS", "LatLonBoundingBox", "BoundingBox", "Dimension", "Extent", "Style"]
    places = [order.index(c.tag) for c in older.find("Capability/Layer/Layer")]
    assert places == sorted(places) and set(places) == set(range(len(order)))


def check_exceptions():
    refused("/wms", "MissingParameterValue")
    refused("/wms?request=GetCapabilities", "MissingParameterValue")
    refused("/wms?service=WFS&request=GetCapabilities", "InvalidParameterValue")
    refused("/wms?service=WMS&request=GetStyles", "MissingParameterValue")
    refused("/wms?service=WMS&version=1.3.0&request=GetStyles", "OperationNotSupported", 501)
    refused(url(VERSION=None), "MissingParameterValue")
    refused(url(VERSION="1.2.0"), "InvalidParameterValue", older=True)
    refused(url(LAYERS="roads"), "LayerNotDefined")
    refused(url(VERSION="1.1.1", LAYERS="roads"), "LayerNotDefined", older=True)
    refused(url(LAYERS=None), "MissingParameterValue")
    refused(url(STYLES="dark"), "StyleNotDefined")
    refused(url(FORMAT="image/gif"), "InvalidFormat")
    refused(url(CRS="EPSG:999998"), "InvalidCRS")
    refused(url(CRS="EPSG:5773"), "InvalidCRS")
    refused(url(CRS="EPSG:4978"), "InvalidCRS")
    refused(url(CRS="+proj=longlat"), "InvalidCRS")
    refused(url(CRS=None), "MissingParameterValue")
    refused(url(VERSION="1.1.1", CRS=None, SRS="AUTO:42001"), "InvalidSRS", older=True)
    refused(url(BBOX="1,2,3"), "InvalidParameterValue")
    refused(url(BBOX="3,2,1,4"), "InvalidParameterValue")
    refused(url(BBOX=None), "MissingParameterValue")
    refused(url(WIDTH=0), "InvalidParameterValue")
    refused(url(HEIGHT=2049), "InvalidParameterValue")
    for colour in ("red", "0x-12345", "0x 12345", "102030"):
        refused(url(BGCOLOR=colour, TRANSPARENT="FALSE"), "InvalidParameterValue")
    refused(url(TRANSPARENT="maybe"), "InvalidParameterValue")
    refused(url(TIME="yesterday"), "InvalidDimensionValue")
    refused(url(network="true", FORMAT="image/jpeg"), None)
    refused(url(network="true", LAYERS="map,density", STYLES=","), None)
    refused(url(category="no such class at all"), None)


def check_gdal():
    box = ",".join(map(repr, TILE_BOX))
    for version, key in (("1.3.0", "CRS"), ("1.1.1", "SRS")):
        source = gdal.Open(f"WMS:http://127.0.0.1:{PORT}/wms?SERVICE=WMS&VERSION={version}&REQUEST=GetMap&LAYERS=density"
                           f"&STYLES=&{key}=EPSG:3857&BBOX={box}&FORMAT=image/png&TRANSPARENT=TRUE")
        assert osr.SpatialReference(wkt=source.GetProjection()).GetAuthorityCode(None) == "3857"
        drawn = source.ReadAsArray(buf_xsize=256, buf_ysize=256)
        assert drawn.shape[0] >= 3 and drawn.any()
    listed = gdal.Open(f"WMS:http://127.0.0.1:{PORT}/wms?SERVICE=WMS&VERSION=1.1.1&REQUEST=GetCapabilities")
    names = listed.GetSubDatasets()
    assert len(names) >= 1 and "density" in names[0][0]
    xml = f"""<GDAL_WMS><Service name="WMS"><Version>1.3.0</Version><ServerUrl>http://127.0.0.1:{PORT}/wms?</ServerUrl>
      <CRS>EPSG:3857</CRS><ImageFormat>image/png</ImageFormat><Layers>density</Layers><Styles></Styles>
      <Transparent>TRUE</Transparent></Service><DataWindow><UpperLeftX>{TILE_BOX[0]!r}</UpperLeftX>
      <UpperLeftY>{TILE_BOX[3]!r}</UpperLeftY><LowerRightX>{TILE_BOX[2]!r}</LowerRightX>
      <LowerRightY>{TILE_BOX[1]!r}</LowerRightY><SizeX>256</SizeX><SizeY>256</SizeY></DataWindow><BlockSizeX>256</BlockSizeX>
      <BlockSizeY>256</BlockSizeY><BandsCount>4</BandsCount></GDAL_WMS>"""
    assert (gdal.Open(xml).ReadAsArray() == pixels(ask(f"/tiles/density/{Z}/{X}/{Y}.png")[1])).all()


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
        BOX = json.loads(ask("/tiles/density.json")[1])["bounds"]
        Z = 13
        X = int(((BOX[0] + BOX[2]) / 2 + 180) / 360 * (1 << Z))
        Y = int((1 - math.asinh(math.tan(math.radians((BOX[1] + BOX[3]) / 2))) / math.pi) / 2 * (1 << Z))
        SIDE = 2 * HALF / (1 << Z)
        TILE_BOX = [X * SIDE - HALF, HALF - (Y + 1) * SIDE, (X + 1) * SIDE - HALF, HALF - Y * SIDE]
        check_tile()
        check_streets()
        check_ground()
        check_order()
        check_values()
        check_info()
        check_legend()
        check_description()
        check_exceptions()
        check_gdal()
    finally:
        server.terminate()
        code = server.wait()
        assert code == 0, code
finally:
    shutil.rmtree(folder)
print("ok")
