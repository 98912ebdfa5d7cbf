"""The legend of density over HTTP and on the command line: breaks locked by problem whatever the period, zoom and
place, the same in tiles, legend, picture and isobands; the picture's size, language, caching and refusals."""
import http.client
import json
import os
import shutil
import subprocess
import tempfile
import time
from urllib.parse import quote

from osgeo import gdal

gdal.UseExceptions()
HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")


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


def picture(png, name="x.png"):
    """Pixels of a PNG, read by GDAL: [band][row][column]."""
    path = f"/vsimem/{name}"
    gdal.FileFromMemBuffer(path, png)
    return gdal.Open(path).ReadAsArray()


def check_notes():
    """What the picture tells of the method takes room: each of these is a line or words of their own."""
    def size(query):
        drawn = picture(ask(f"/density/legend.png?category=0510&lang=en&{query}")[1])
        return drawn.shape[2], drawn.shape[1]
    plain = size("")
    assert size("network=true")[1] > plain[1], "streets"
    ratio = size("over=all")
    assert ratio[0] > plain[0], "of what it is a ratio"
    assert size("over=all&tolerance=0.05")[1] > ratio[1], "tolerance"
    assert size("adaptive=true&edge-correction=true")[0] > plain[0], "bandwidths and edges"
    assert get("/density/legend?over=all&network=true").get("min_n", 0) == 0


def check_breaks():
    with open(os.path.join(os.environ["SOURCE_DIR"], "styles/ramps.json"), encoding="utf-8") as file:
        ramps = json.load(file)
    own = {code: s["breaks"] for s in ramps["problems"] for code in s["codes"]}
    half, month = "&datetime=2025-01-01/2025-06-30", "&datetime=2025-06-01/2025-06-30"
    for name, code in (("占道经营", "road-occupation"), ("0510", "0510"), ("露天烧烤,0510", "0510")):
        for period in (half, month):
            legend = get(f"/density/legend?category={quote(name)}{period}")
            assert legend["breaks_of"] == code and legend["breaks"] == own[code]["per_km2_month"], legend
        legend = get(f"/density/legend?category={quote(name)}{half}&bandwidth=1000&bbox=102.6,39.33,102.61,39.34")
        assert legend["breaks"] == own[code]["per_km2_month"]
        assert get(f"/density/legend?category={quote(name)}")["breaks"] == own[code]["per_km2"]
        change = get(f"/density/legend?category={quote(name)}{half}&compare=2024-01-01/2024-06-30")
        assert change["breaks"] == own[code]["change_per_km2_month"]
        risk = get(f"/density/legend?category={quote(name)}&over=all")
        assert risk["breaks_of"] == "general" and risk["breaks"] == ramps["breaks"]["relative_risk_log2"]
    for several in ("", "&category=0510,0501"):
        legend = get(f"/density/legend?bandwidth=300{several}")
        assert legend["breaks_of"] == "general" and legend["breaks"] == ramps["breaks"]["per_km2"]
    legend = get("/density/legend?category=0510&breaks=1,2")
    assert legend["breaks_of"] == "request" and legend["breaks"] == [1, 2]
    bands = get("/density/isobands?category=0510&cell=50" + half)["features"]
    assert bands and {f["properties"]["from"] for f in bands} <= set(own["0510"]["per_km2_month"])


def check_picture():
    target = "/density/legend.png?category=0510&datetime=2025-01-01/2025-06-30"
    headers, png = ask(target)
    assert headers["content-type"] == "image/png" and headers["etag"]
    assert ask(target)[1] == png
    ask(target, {"If-None-Match": headers["etag"]}, 304)
    once, twice = picture(png), picture(ask(target + "&scale=2")[1])
    assert twice.shape[1:] == (2 * once.shape[1], 2 * once.shape[2])
    assert ask(target + "&lang=zh")[1] == png, "the city's language is the default"
    assert ask(target + "&lang=en")[1] != png
    dark = picture(ask(target + "&theme=dark")[1])
    assert once[0, 0, 0] > 200 and dark[0, 0, 0] < 40
    # A swatch has the colour of its class over the paper, as the legend and the file of styles tell them.
    legend = get(target.replace(".png", ""))
    for c in legend["classes"][1:]:
        want = [c["opacity"] * int(c["colour"][1 + 2 * i:3 + 2 * i], 16) + (1 - c["opacity"]) * once[i, 0, 0]
                for i in range(3)]
        assert (abs(once[:, :, 30].T - want).max(axis=1) <= 2).sum() >= 10, c
    ask("/density/legend.png?lang=de", status=400)
    ask("/density/legend.png?scale=3", status=400)
    ask("/density/legend.png?theme=blue", status=400)
    ask("/density/legend.png?colour=red", status=400)
    ask("/density/legend?lang=zh", status=400)


def check_style():
    tile = "/tiles/density/13/6434/3107.png?bandwidth=2000&breaks=0.001,1,10"
    plain, light, dark = (ask(tile + more)[1] for more in ("", "&ramp=light", "&ramp=dark"))
    assert light != dark and plain == light
    for style, want in (("default", light), ("light", light), ("print", light), ("dark", dark)):
        assert ask(f"{tile}&style={style}")[1] == want, style
        assert get(f"/density/legend?style={style}")["ramp"].endswith("dark" if style == "dark" else "light")
    assert ask(tile + "&style=dark&ramp=viridis-light")[1] == ask(tile + "&ramp=viridis-light")[1]
    assert ask(tile + "&style=dark&theme=dark")[1] == dark
    for wrong in ("style=neon", "style=dark&theme=light", "style=light&theme=dark"):
        assert "style" in json.loads(ask(tile + "&" + wrong, status=400)[1])["detail"], wrong
    target = "/density/legend.png?category=0510"
    assert ask(target + "&style=dark")[1] == ask(target + "&theme=dark")[1] != ask(target + "&style=print")[1]
    assert "style=dark" in get("/tiles/density.json?style=dark")["tiles"][0]


def check_command():
    out, legend = os.path.join(folder, "x.png"), os.path.join(folder, "legend.png")
    query = ("--category", "0510", "--datetime", "2025-01-01/2025-06-30")
    run("density", store, *query, "--cell", "100", "-o", out, "--legend", legend, "--lang", "zh")
    with open(legend, "rb") as file:
        assert file.read() == ask("/density/legend.png?category=0510&datetime=2025-01-01/2025-06-30&scale=2")[1]
    assert "png" in run("density", store, "-o", out, "--legend", "x.jpg", status=2).stderr
    assert "图例" in run("density", "--help", "--lang", "zh").stdout


try:
    run("sample", store, "--incidents", "5000", "--seed", "1")
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
        check_breaks()
        check_picture()
        check_style()
        check_notes()
        check_command()
    finally:
        server.terminate()
        assert server.wait() == 0
finally:
    shutil.rmtree(folder)
print("ok")
