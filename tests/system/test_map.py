"""The rendered map over a socket: tiles, pictures, print, WMS and WMTS are one map; what is cached, what is refused, what
GDAL makes of the files; tiles agree where they meet."""
import http.client
import json
import math
import os
import re
import shutil
import subprocess
import tempfile
import time
from urllib.parse import urlencode

import numpy
from osgeo import gdal, osr

gdal.UseExceptions()
osr.UseExceptions()
HOTSPOTD = os.environ["HOTSPOTD"]
HALF = math.pi * 6378137
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")


def ask(target, headers=None, status=200):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
    connection.request("GET", target, headers=headers or {})
    reply = connection.getresponse()
    body = reply.read()
    assert reply.status == status, (target, reply.status, body[:600])
    connection.close()
    return {k.lower(): v for k, v in reply.getheaders()}, body


def pixels(body):
    """[row][column][band], three bands or four."""
    gdal.FileFromMemBuffer("/vsimem/x", body)
    picture = gdal.Open("/vsimem/x")
    if picture.RasterCount == 1:
        picture = gdal.Translate("", picture, format="MEM", rgbExpand="rgba")
    return numpy.moveaxis(picture.ReadAsArray(), 0, 2).astype(int)


def rgb(body):
    return pixels(body)[:, :, :3]


def refused(target, *words):
    text = json.loads(ask(target, status=400)[1])["detail"]
    for word in words:
        assert word in text, (target, text)


def tile_of(lon, lat, z):
    n = 2 ** z
    return int((lon + 180) / 360 * n), int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)


def box_of(z, x, y, count=1):
    """Metres of Web Mercator."""
    side = 2 * HALF / 2 ** z
    return -HALF + x * side, HALF - (y + count) * side, -HALF + (x + count) * side, HALF - y * side


def system(code):
    made = osr.SpatialReference()
    made.ImportFromEPSG(code)
    made.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return made


def wms(box, **more):
    words = {"SERVICE": "WMS", "REQUEST": "GetMap", "VERSION": "1.3.0", "LAYERS": "map", "STYLES": "",
             "FORMAT": "image/png", "CRS": "EPSG:3857", "WIDTH": 256, "HEIGHT": 256, "BBOX": ",".join(map(repr, box))}
    words.update(more)
    return "/wms?" + urlencode(words)


def check_tiles():
    headers, tile = ask(TILE)
    assert headers["content-type"] == "image/png" and headers["etag"] and headers["cache-control"] == "no-cache"
    ask(TILE, {"If-None-Match": headers["etag"]}, 304)
    version = json.loads(ask("/city")[1])["version"]
    assert "immutable" in ask(f"{TILE}?v={version}")[0]["cache-control"]
    assert ask(f"{TILE}?v=1")[1] == ask(TILE)[1] == ask(f"{TILE}?style=light&lang=zh")[1] == tile
    picture = rgb(tile)
    assert picture.shape == (256, 256, 3) and len(numpy.unique(picture.reshape(-1, 3), axis=0)) > 50
    looks = {tile} | {ask(f"{TILE}?{query}")[1] for query in ("style=dark", "style=print", "lang=en")}
    assert len(looks) == 4
    assert rgb(ask(f"{TILE}?style=dark")[1]).mean() < 60 < 200 < picture.mean()
    # Twice the pixels of the same map.
    fine = rgb(ask(TILE.replace(".png", "@2x.png"))[1])
    assert fine.shape == (512, 512, 3)
    halved = fine.reshape(256, 2, 256, 2, 3).mean(axis=(1, 3))
    assert abs(halved - picture).mean() < 4, abs(halved - picture).mean()
    headers, jpeg = ask(TILE.replace(".png", ".jpg"))
    assert headers["content-type"] == "image/jpeg" and jpeg[:2] == b"\xff\xd8"
    assert abs(rgb(jpeg) - picture).mean() < 4
    assert rgb(ask(TILE.replace(".png", "@2x.jpg"))[1]).shape == (512, 512, 3)
    # Far from the city there is ground of one colour.
    assert len(numpy.unique(rgb(ask("/tiles/map/10/5/5.png")[1]).reshape(-1, 3), axis=0)) == 1
    ask("/tiles/map/0/0/0.png")
    refused(f"{TILE}?style=satellite", "style", "light, dark, print")
    refused(f"{TILE}?lang=fr", "lang")
    refused(f"{TILE}?bbox=1,2,3,4", "bbox", "accepted: style, lang, v")
    refused("/tiles/map/3/8/0.png", "outside")


def check_tilejson():
    document = json.loads(ask("/tiles/map.json?style=dark&lang=en")[1])
    assert document["tilejson"] == "3.0.0" and document["bounds"] == BOX and document["vector_layers"] == []
    url = document["tiles"][0].split(str(PORT), 1)[1].format(z=Z, x=X, y=Y)
    headers, tile = ask(url)
    assert tile == ask(f"{TILE}?style=dark&lang=en")[1] and "immutable" in headers["cache-control"]


def check_seams():
    """Four tiles are the picture of all four but for the rounding of edges; names go over from one to the next."""
    whole = rgb(ask(wms(box_of(Z, X, Y, 2), WIDTH=512, HEIGHT=512))[1])
    parts = numpy.zeros_like(whole)
    for dx in range(2):
        for dy in range(2):
            parts[256 * dy:256 * dy + 256, 256 * dx:256 * dx + 256] = rgb(ask(f"/tiles/map/{Z}/{X + dx}/{Y + dy}.png")[1])
    assert abs(whole - parts).max() <= 24
    assert (abs(whole - parts).max(axis=2) > 12).mean() < .001


def check_services():
    tile = ask(TILE)[1]
    assert ask(wms(box_of(Z, X, Y)))[1] == tile == ask(wms(box_of(Z, X, Y), STYLES="light"))[1]
    assert ask(f"/wmts/1.0.0/map/default/WebMercatorQuad/{Z}/{Y}/{X}.png")[1] == tile
    assert ask(f"/wmts/1.0.0/map/dark/WebMercatorQuad/{Z}/{Y}/{X}.png")[1] == ask(f"{TILE}?style=dark")[1]
    jpeg = ask(f"/wmts/1.0.0/map/default/WebMercatorQuad/{Z}/{Y}/{X}.jpg")[1]
    assert jpeg == ask(TILE.replace(".png", ".jpg"))[1] == ask(wms(box_of(Z, X, Y), FORMAT="image/jpeg"))[1]
    kvp = {"SERVICE": "WMTS", "REQUEST": "GetTile", "VERSION": "1.0.0", "LAYER": "map", "STYLE": "default",
           "FORMAT": "image/jpeg", "TILEMATRIXSET": "WebMercatorQuad", "TILEMATRIX": Z, "TILEROW": Y, "TILECOL": X}
    assert ask("/wmts?" + urlencode(kvp))[1] == jpeg
    # Twice the dots to the inch and the pixels is a fine tile.
    fine = ask(TILE.replace(".png", "@2x.png"))[1]
    assert ask(wms(box_of(Z, X, Y), WIDTH=512, HEIGHT=512, DPI=192))[1] == fine
    assert ask(wms(box_of(Z, X, Y), WIDTH=512, HEIGHT=512, FORMAT_OPTIONS="dpi:192"))[1] == fine
    # The same map in degrees, both orders of axes, and in the zone of UTM.
    west, south, east, north = BOX
    first = ask(wms((south, west, north, east), CRS="EPSG:4326", WIDTH=600, HEIGHT=400))[1]
    assert first == ask(wms(BOX, CRS="CRS:84", WIDTH=600, HEIGHT=400))[1]
    assert len(numpy.unique(rgb(first).reshape(-1, 3), axis=0)) > 50
    middle = osr.CoordinateTransformation(system(4326), system(32600 + int((west + 180) // 6) + 1))
    x, y, _ = middle.TransformPoint((west + east) / 2, (south + north) / 2)
    zone = wms((x - 1500, y - 1000, x + 1500, y + 1000), CRS=f"EPSG:{32600 + int((west + 180) // 6) + 1}", WIDTH=600, HEIGHT=400)
    assert len(numpy.unique(rgb(ask(zone)[1]).reshape(-1, 3), axis=0)) > 50
    plain = rgb(ask(f"/wmts/1.0.0/map/default/WorldCRS84Quad/{Z - 1}/"
                    f"{int((90 - (south + north) / 2) / 180 * 2 ** (Z - 1))}/"
                    f"{int(((west + east) / 2 + 180) / 180 * 2 ** (Z - 1))}.png")[1])
    assert len(numpy.unique(plain.reshape(-1, 3), axis=0)) > 50


def check_layers():
    box = box_of(Z, X, Y)
    base, heat = rgb(ask(wms(box))[1]), rgb(ask(wms(box, LAYERS="density"))[1])
    between = rgb(ask(wms(box, LAYERS="map,density"))[1])
    assert (between != base).any() and (between != heat).any()
    # Under an opaque map nothing is seen of the density inside the city.
    assert (rgb(ask(wms(box, LAYERS="density,map"))[1]) == base).all()
    heat_only = pixels(ask(wms(box, LAYERS="density", FORMAT="image/jpeg"))[1])
    assert abs(heat_only - heat).mean() < 3
    clear = pixels(ask(wms(box_of(10, 5, 5), TRANSPARENT="TRUE"))[1])
    assert clear.shape[2] == 4 and (clear[:, :, 3] == 0).all()
    refused_words = {"LAYERS=map,map": "LayerNotDefined", "LAYERS=map&STYLES=satellite": "StyleNotDefined",
                     "LAYERS=map&STYLES=,dark": "StyleNotDefined", "LAYERS=map&FORMAT=image/gif": "InvalidFormat"}
    for words, code in refused_words.items():
        more = dict(pair.split("=") for pair in words.split("&"))
        assert code in ask(wms(box, **more), status=400)[1].decode(), words
    info = wms(box, REQUEST="GetFeatureInfo", QUERY_LAYERS="map", INFO_FORMAT="text/plain", I=1, J=1)
    assert "LayerNotQueryable" in ask(info, status=400)[1].decode()
    body = ask("/wms?SERVICE=WMS&REQUEST=GetCapabilities")[1].decode()
    assert "<Name>map</Name>" in body and "<Name>print</Name>" in body and "<Format>image/jpeg</Format>" in body
    body = ask("/wmts/1.0.0/WMTSCapabilities.xml")[1].decode()
    assert "/wmts/1.0.0/map/{Style}/{TileMatrixSet}" in body


def check_pictures():
    assert rgb(ask("/map.png")[1]).shape == (768, 1024, 3)
    lon, lat = (BOX[0] + BOX[2]) / 2, (BOX[1] + BOX[3]) / 2
    near = f"/map.png?center={lon},{lat}&zoom=14&width=400&height=300"
    plain, heat = rgb(ask(near)[1]), rgb(ask(near + "&density=true&bandwidth=400&category=0510")[1])
    assert plain.shape == (300, 400, 3) and (plain != heat).any()
    assert (rgb(ask(near + "&bandwidth=400")[1]) == plain).all(), "the density's words alone draw none"
    boxed = f"/map.png?bbox={lon - .005},{lat - .005},{lon + .005},{lat + .005}&density=true"
    # A box is what is shown and no filter: what lies just outside still counts.
    assert (rgb(ask(boxed)[1]) != rgb(ask(boxed.replace("&density=true", ""))[1])).any()
    print_size = rgb(ask(f"{near}&dpi=288".replace("400", "1200").replace("300", "900"))[1])
    shrunk = print_size.reshape(300, 3, 400, 3, 3).mean(axis=(1, 3))
    assert abs(shrunk - plain).mean() < 3
    clear = pixels(ask("/map.png?transparent=true&center=0,0&zoom=5")[1])
    assert (clear[:, :, 3] == 0).all()
    assert ask("/map.jpg?width=300&height=200")[1][:2] == b"\xff\xd8"
    refused("/map.png?width=5000", "width", "4096")
    refused("/map.png?zoom=3", "zoom", "center")
    refused("/map.png?center=1", "center", "LON,LAT")
    refused(f"/map.png?center=1,1&bbox=0,0,1,1", "bbox")
    refused("/map.png?scale=2&dpi=300", "dpi", "scale")
    refused("/map.png?density=maybe", "density")
    refused("/map.png?density=true&network=true", "network")
    refused("/map.png?size=3", "unknown parameter size")


def check_print():
    headers, page = ask("/map.pdf?v=1")
    assert headers["content-type"] == "application/pdf" and page[:5] == b"%PDF-"
    assert page == ask("/map.pdf?v=2")[1], "equal input, equal bytes"
    path = os.path.join(folder, "page.pdf")
    for query, size in (("", (842, 595)), ("paper=a3&orientation=portrait&lang=en", (842, 1191)), ("density=false", (842, 595)),
                        ("layers=hotspots&orientation=portrait", (595, 842)), ("layers=none&style=dark", (842, 595))):
        with open(path, "wb") as file:
            file.write(ask(f"/map.pdf?{query}")[1])
        picture = gdal.OpenEx(path, open_options=["DPI=72"])
        assert abs(picture.RasterXSize - size[0]) <= 1 and abs(picture.RasterYSize - size[1]) <= 1, query
        ink = (numpy.moveaxis(picture.ReadAsArray(), 0, 2)[:, :, :3].astype(int).sum(axis=2) < 700).mean()
        assert ink > .02, (query, ink)
        picture = None
    refused("/map.pdf?paper=letter", "a4 or a3")
    refused("/map.pdf?orientation=sideways", "landscape or portrait")
    refused("/map.pdf?layers=density,weather", "layers", "weather", "hotspots")
    refused("/map.pdf?layers=density&density=true", "density", "layers")
    refused("/map.pdf?layers=hotspots&method=scan", "method", "gi-star")
    refused("/map.pdf?layers=hotspots&alpha=2", "alpha")
    refused("/map.pdf?title=" + "x" * 201, "title", "200")
    refused("/map.pdf?title=a%0Ab", "title", "one line")
    refused("/map.pdf?lang=fr", "lang")
    refused("/map.png?paper=a4&dpi=600", "dpi", "300")
    refused("/map.png?paper=a4&width=100", "width", "paper")
    refused("/map.png?title=x", "title", "paper")


def words_of(query):
    path = os.path.join(folder, "words.pdf")
    with open(path, "wb") as file:
        file.write(ask(f"/map.pdf?{query}")[1])
    made = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return " ".join(made.stdout.split())


def check_print_words():
    """What a page rests on stands on it, where it can be found."""
    common = "category=0510&datetime=2025-01-01/2025-06-30&hours=18-23&bandwidth=250"
    counted = json.loads(ask("/density/legend?" + common)[1])
    city = json.loads(ask("/city")[1])
    english = words_of(common + "&layers=density,hotspots&lang=en&title=Night%20barbecues")
    for text in ("Night barbecues", "Outdoor barbecue", "2025-01-01 to 2025-06-30", f"n = {counted['n']} incidents", "incidents per km² per month",
                 "bandwidth 250 m", "18–24 h", "Significant hotspots", "Getis-Ord Gi*", "not significant", "within 100 m", "Data until", "Run", "data version",
                 "Printed", "on A4", "km", "Synthetic", "°"):
        assert text in english, (text, english)
    limits = [f"{number:g}" for number in counted["breaks"]]
    assert f"≥ {limits[-1]}" in english and f"{limits[0]} – {limits[1]}" in english, (limits, english)
    assert city["max_time"][:4] in english, city
    chinese = words_of(common + "&layers=density,hotspots&lang=zh")
    for text in ("露天烧烤", "2025-01-01 至 2025-06-30", f"n = {counted['n']} 件", "带宽 250 米", "18–24 时", "显著热点", "不显著", "已定位", "数据截至", "运行编号",
                 "制图日期", "图幅中央", "公里", "合成示例"):
        assert text in chinese, (text, chinese)
    run = re.search(r"Run ([0-9a-f]{8})", english).group(1)
    assert run in words_of(common + "&layers=density,hotspots&lang=en&title=Night%20barbecues&v=3"), "a run has one number"
    assert run not in words_of(common + "&layers=hotspots&lang=en"), "and another one another"


def check_page_pictures():
    for query, size in (("paper=a4&dpi=300", (3508, 2480)), ("paper=a3&orientation=portrait&dpi=150&layers=density,hotspots", (1754, 2480))):
        headers, page = ask(f"/map.png?{query}&lang=en")
        assert headers["content-type"] == "image/png"
        picture = pixels(page)
        assert picture.shape[:2] == (size[1], size[0]), (query, picture.shape)
        phys = page.index(b"pHYs")
        per_metre = int.from_bytes(page[phys + 4:phys + 8], "big")
        assert abs(per_metre * .0254 - float(re.search(r"dpi=(\d+)", query).group(1))) < .1 and page[phys + 12] == 1
        dark = picture[:, :, :3].astype(int).sum(axis=2) < 700
        assert dark.mean() > .03
        margin = int(size[0] * .03)
        assert not dark[:, :margin].any() and not dark[:, -margin:].any() and not dark[:margin].any() and not dark[-margin:].any(), "margins are free"
    assert ask("/map.jpg?paper=a4&dpi=60")[1][:2] == b"\xff\xd8"
    plain, hatched = (pixels(ask(f"/map.png?paper=a4&dpi=72&layers={layers}")[1]).astype(int) for layers in ("none", "hotspots"))
    assert (plain != hatched).any(axis=2).mean() > .02, "hotspots are drawn"


try:
    made = subprocess.run([HOTSPOTD, "sample", store, "--incidents", "3000", "--seed", "1"], capture_output=True)
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
        BOX = json.loads(ask("/city")[1])["box"]
        Z = 15
        X, Y = tile_of((BOX[0] + BOX[2]) / 2, (BOX[1] + BOX[3]) / 2, Z)
        TILE = f"/tiles/map/{Z}/{X}/{Y}.png"
        check_tiles()
        check_tilejson()
        check_seams()
        check_services()
        check_layers()
        check_pictures()
        check_print()
        check_print_words()
        check_page_pictures()
    finally:
        server.terminate()
        assert server.wait() == 0
finally:
    shutil.rmtree(folder)
print("ok")
