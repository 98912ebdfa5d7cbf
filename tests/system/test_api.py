"""The HTTP interface over real sockets, on the sample city."""
import gzip
import http.client
import json
import os
import shutil
import struct
import subprocess
import tempfile
import time
import zlib
from urllib.parse import quote, urlsplit

HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
processes = []


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)


def ask(target, headers=None, method="GET", port=None):
    connection = http.client.HTTPConnection("127.0.0.1", port or PORT, timeout=120)
    connection.request(method, target, headers=headers or {})
    reply = connection.getresponse()
    answer = Answer(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
    connection.close()
    return answer


def get(target, status=200, **headers):
    answer = ask(target, {k.replace("_", "-"): v for k, v in headers.items()})
    assert answer.status == status, (target, answer.status, answer.body[:500])
    return answer


def serve(listen, *options):
    process = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", listen, *options], stdout=subprocess.PIPE,
                               stderr=open(os.path.join(folder, "log"), "a"), text=True)
    processes.append(process)
    line = process.stdout.readline().strip()
    assert line.startswith("http://"), line
    port = urlsplit(line).port
    end = time.monotonic() + 120
    while ask("/readyz", port=port).status != 200:
        assert time.monotonic() < end, "never ready"
        time.sleep(0.05)
    return process, port


def stop(process):
    process.terminate()
    assert process.wait(timeout=60) == 0, process.returncode


def pixels(png):
    """Palette indexes of our PNGs, row by row, and the palette: by the PNG specification, with zlib."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, data, palette, alpha = 8, b"", b"", b""
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + size]
        assert struct.unpack(">I", png[at + 8 + size:at + 12 + size])[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            assert (depth, colour) == (8, 3)
        data += body if kind == b"IDAT" else b""
        palette = body if kind == b"PLTE" else palette
        alpha = body if kind == b"tRNS" else alpha
        at += 12 + size
    raw, rows, above = zlib.decompress(data), [], bytes(width)
    for y in range(height):
        line = raw[y * (width + 1):(y + 1) * (width + 1)]
        assert line[0] in (0, 2)
        above = bytes((a + b) & 255 for a, b in zip(line[1:], above)) if line[0] == 2 else line[1:]
        rows.append(above)
    rgba = [tuple(palette[3 * i:3 * i + 3]) + ((alpha[i] if i < len(alpha) else 255),) for i in range(len(palette) // 3)]
    return [[rgba[index] for index in row] for row in rows]


def tile_of(lon, lat, z):
    import math
    n = 1 << z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * n), int(y * n)


def every_item(collection, query="", limit=1000):
    """All features by following `next`."""
    target, features, matched = f"/ogc/collections/{collection}/items?limit={limit}{query}", [], None
    while target:
        page = get(target).json()
        assert page["numberReturned"] == len(page["features"])
        matched = page["numberMatched"] if matched is None else matched
        assert page["numberMatched"] == matched
        features += page["features"]
        following = [link["href"] for link in page["links"] if link["rel"] == "next"]
        target = following[0].split(str(PORT), 1)[1] if following else None
    assert len(features) == matched, (collection, len(features), matched)
    assert len({f["id"] for f in features}) == matched, collection
    return features


def check_basics():
    assert get("/healthz").body == b"ok\n"
    assert "hotspotd_http_requests_total" in get("/metrics").body.decode()
    assert get("/nowhere", 404).headers["content-type"] == "application/problem+json"
    problem = get("/summary?levle=district&kategory=1", 400)
    assert problem.headers["content-type"] == "application/problem+json"
    detail = problem.json()["detail"]
    assert all(word in detail for word in ("levle", "kategory", "category", "max-accuracy", "level")), detail
    assert "this path takes none" in get("/city?x=1", 400).json()["detail"]
    assert ask("/city", method="POST").status == 405
    assert ask("/city", method="POST").headers["allow"] == "GET, HEAD, OPTIONS"
    assert ask("/city", method="OPTIONS").status == 204
    city = get("/city")
    assert city.headers["access-control-allow-origin"] == "*"
    tag = city.headers["etag"]
    assert get("/city", 304, If_None_Match=f'"other", W/{tag}').body == b""
    head = ask("/city", method="HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(city.body)))
    packed = get("/categories", Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip" and packed.headers["vary"] == "Accept-Encoding"
    plain = get("/categories")
    assert gzip.decompress(packed.body) == plain.body and packed.headers["etag"] != plain.headers["etag"]
    for bad in ("?bandwidth=5", "?bandwidth=x", "?kernel=cosine", "?ramp=none", "?breaks=3,1", "?theme=blue",
                "?category=nosuchthing", "?datetime=yesterday", "?hours=30", "?bbox=1,2,3", "?unit=nowhere"):
        get("/density/legend" + bad, 400)
    assert "quartic" in get("/density/legend?kernel=cosine", 400).json()["detail"]


def check_page():
    page = get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "http" not in policy
    assert page.headers["cache-control"] == "no-cache"
    assert get("/app/focus").body == page.body
    for path in ("/main.mjs", "/vendor/maplibre-gl/dist/maplibre-gl.mjs"):
        assert get(path).headers["content-type"].startswith("text/javascript")
        assert gzip.decompress(get(path, Accept_Encoding="gzip").body) == get(path).body
    assert "immutable" in get("/main.mjs?v=1").headers["cache-control"]
    get("/vendor/../main.mjs", 404)
    for style in ("light", "dark", "print"):
        body = get(f"/styles/{style}").body
        assert b"{base_url}" not in body and f"http://127.0.0.1:{PORT}/tiles/base.json".encode() in body
    get("/styles/ramps", 404)


def check_counts():
    city = get("/city").json()
    counts = city["counts"]
    assert city["synthetic"] and city["timezone"] == "Asia/Shanghai"
    assert counts["positioned"] + counts["unmatched"] == counts["incidents"]
    incidents = every_item("incidents", limit=3000)
    assert len(incidents) == counts["incidents"]
    assert sum(f["geometry"] is not None for f in incidents) == counts["positioned"]
    by_code = {}
    for f in incidents:
        by_code[f["properties"]["category"]] = by_code.get(f["properties"]["category"], 0) + 1
    categories = {c["code"]: c for c in get("/categories").json()["categories"]}
    for code, count in by_code.items():
        assert categories[code]["count"] == count, code
    for level in city["levels"]:
        summary = get("/summary?level=" + level["level"]).json()
        assert len(summary["units"]) == level["count"]
        rows = summary["units"] + [summary["outside"], summary["unmatched"]]
        assert sum(row["count"] for row in rows) == summary["total"] == counts["incidents"]
        assert all(sum(row["categories"].values()) == row["count"] for row in rows)
        assert {c["code"]: c["count"] for c in summary["categories"]} == by_code
        for unit in summary["units"][:3]:
            inside = sum(f["properties"][level["level"]] == unit["code"] for f in incidents)
            assert unit["count"] == inside, unit
            matched = get(f"/ogc/collections/incidents/items?limit=1&unit={quote(unit['code'])}").json()
            assert matched["numberMatched"] == inside, (unit, inside, matched["numberMatched"])
    code = max(by_code, key=by_code.get)
    legend = get(f"/density/legend?category={quote(code)}").json()
    assert legend["total"] == by_code[code]
    assert legend["n"] + legend["left_out_by_accuracy"] + legend["unmatched"] == legend["total"]
    assert legend["unit"] == "incidents per km²" and legend["months"] is None
    half = get("/density/legend?datetime=2024-01-01/2024-06-30").json()
    assert abs(half["months"] - 182 / (365.25 / 12)) < 1e-9 and half["unit"].endswith("per month")
    return incidents


def check_collections(incidents):
    listed = [c["id"] for c in get("/ogc/collections").json()["collections"]]
    assert listed == ["cities", "districts", "subdistricts", "communities", "cells", "units", "streets", "segments",
                      "addresses", "places", "zones", "incidents", "population", "targets", "taxonomy"], listed
    counts = get("/city").json()["counts"]
    for name in listed[5:11]:
        assert len(every_item(name)) == counts[name], name
    assert [f["id"] for f in every_item("units", limit=7)] == [f["id"] for f in every_item("units")]
    some = [f for f in incidents if f["geometry"]][:500]
    lons = sorted(f["geometry"]["coordinates"][0] for f in some)
    lats = sorted(f["geometry"]["coordinates"][1] for f in some)
    box = (lons[100], lats[100], lons[400], lats[400])
    inside = {f["id"] for f in incidents if f["geometry"] and box[0] <= f["geometry"]["coordinates"][0] <= box[2]
              and box[1] <= f["geometry"]["coordinates"][1] <= box[3]}
    asked = {f["id"] for f in every_item("incidents", "&bbox=" + ",".join(map(str, box)))}
    assert asked == inside, len(asked ^ inside)
    assert len(every_item("addresses", "&bbox=" + ",".join(map(str, box)))) > 0
    assert len(every_item("units", "&bbox=0,0,1,1")) == 0
    # A box wholly inside the city's polygon meets it, without meeting its edge.
    middle = get("/city").json()["center"]
    tiny = f"{middle[0]},{middle[1]},{middle[0] + 1e-6},{middle[1] + 1e-6}"
    assert len(every_item("cities", "&bbox=" + tiny)) == 1
    one = some[0]
    feature = get(f"/ogc/collections/incidents/items/{one['id']}").json()
    assert feature["properties"] == one["properties"] and feature["geometry"] == one["geometry"]
    assert any(link["rel"] == "collection" for link in feature["links"])
    get("/ogc/collections/incidents/items/999999999", 404)
    get("/ogc/collections/incidents/items/x", 404)
    get("/ogc/collections/nothing", 404)
    get("/ogc/collections/units/items?f=docx", 400)
    get("/ogc/collections/units/items?limit=0", 400)
    get("/ogc/collections/units/items?bbox=1,4,3,2", 400)
    # A west above the east goes across the antimeridian.
    for name in ("units", "incidents"):
        wide = f"/ogc/collections/{name}/items?limit=1&bbox="
        whole = get(wide + "-180,-90,180,90").json()["numberMatched"]
        assert whole > 0 and get(wide + "170,-90,-170,90").json()["numberMatched"] == 0
        assert get(wide + "100,-90,-170,90").json()["numberMatched"] == whole
        assert get(wide + "170,-90,110,90").json()["numberMatched"] == whole
    # A point lies in the box that is the point itself, with heights or without.
    for name in ("places", "addresses", "incidents"):
        for f in get(f"/ogc/collections/{name}/items?limit=40").json()["features"]:
            if not f["geometry"] or f["geometry"]["type"] != "Point":
                continue
            x, y = f["geometry"]["coordinates"][:2]
            for own in (f"{x},{y},{x},{y}", f"{x},{y},-5,{x},{y},9"):
                found = get(f"/ogc/collections/{name}/items?limit=1000&bbox={own}").json()["features"]
                assert f["id"] in [g["id"] for g in found], (name, f["id"], own)
    get("/ogc/collections/units/items?category=01", 400)
    assert get("/ogc/collections/units/items?limit=100000").status == 200
    page = get("/ogc/collections/districts/items", Accept="text/html,*/*;q=0.8")
    assert page.headers["content-type"].startswith("text/html") and b"<table>" in page.body
    assert get("/ogc/collections/districts/items").headers["etag"] != page.headers["etag"]
    described = get("/ogc/api").json()
    assert described["servers"][0]["url"].endswith("/ogc")
    assert "/collections/{collectionId}/items" in described["paths"] and "/" in described["paths"]
    whole = get("/api").json()["paths"]
    needed = {p["name"] for p in whole["/density/value"]["get"]["parameters"] if p["required"]}
    assert needed == {"lon", "lat"}, needed
    names = [p["name"] for p in whole["/density/legend"]["get"]["parameters"]]
    assert {"bandwidth", "category", "datetime", "max-accuracy"} <= set(names) and len(names) == len(set(names))


def check_tiles():
    city = get("/city").json()
    west, south, east, north = city["box"]
    tilejson = get("/tiles/density.json?category=05&bandwidth=150").json()
    assert tilejson["tilejson"] == "3.0.0"
    assert "category=05" in tilejson["tiles"][0] and f"v={city['version']}" in tilejson["tiles"][0]
    z = 13
    x, y = tile_of((west + east) / 2, (south + north) / 2, z)
    current = get(f"/tiles/density/{z}/{x}/{y}.png?v={city['version']}")
    assert current.headers["cache-control"] == "public, max-age=31536000, immutable"
    other = get(f"/tiles/density/{z}/{x}/{y}.png?v={city['version'] + 1}")
    assert other.headers["cache-control"] == "no-cache" and other.headers["etag"] == current.headers["etag"]
    assert other.body == current.body
    get(f"/tiles/density/{z}/{x}/{y}.png", 304, If_None_Match=current.headers["etag"])
    # A picture of 512 px has the same pixel centres as the four pictures of 256 px one zoom below.
    for query in ("", "?category=05&bandwidth=150&datetime=2024-01-01/2024-12-31"):
        large = pixels(get(f"/tiles/density/{z}/{x}/{y}@2x.png{query}").body)
        small = [[pixels(get(f"/tiles/density/{z + 1}/{2 * x + i}/{2 * y + j}.png{query}").body) for i in (0, 1)]
                 for j in (0, 1)]
        joined = [small[j][0][r] + small[j][1][r] for j in (0, 1) for r in range(256)]
        assert large == joined
        assert len({p for row in large for p in row}) > 3, "the picture is empty"
    get("/tiles/density/3/9/1.png", 400)
    get("/tiles/density/3/x/1.png", 400)
    get("/tiles/density/30/1/1.png", 400)
    get("/tiles/other/1/1/1.mvt", 404)
    base = get(f"/tiles/base/{z}/{x}/{y}.mvt")
    assert base.headers["content-type"] == "application/vnd.mapbox-vector-tile" and b"streets" in base.body
    assert b"incidents" in get(f"/tiles/incidents/{z}/{x}/{y}.mvt").body
    assert get("/tiles/base/13/0/0.mvt", 204).body == b""


def check_value(incidents):
    """Against the kernel's own formula in double precision on the ellipsoid's local scale."""
    import math
    at = next(f for f in incidents if f["geometry"] and f["properties"]["accuracy_m"] <= 100)
    lon0, lat0 = at["geometry"]["coordinates"]
    answer = get(f"/density/value?lon={lon0}&lat={lat0}&bandwidth=400").json()
    a, e2, phi = 6378137.0, 0.0066943799901413165, math.radians(lat0)
    w = math.sqrt(1 - e2 * math.sin(phi) ** 2)
    along_lon, along_lat = a / w * math.cos(phi), a * (1 - e2) / w ** 3
    total, near = 0.0, 0
    for f in incidents:
        if not f["geometry"] or f["properties"]["accuracy_m"] > 100:
            continue
        lon, lat = f["geometry"]["coordinates"]
        r2 = (math.radians(lon - lon0) * along_lon) ** 2 + (math.radians(lat - lat0) * along_lat) ** 2
        if r2 < 400 ** 2:
            total += (1 - r2 / 400 ** 2) ** 2 * f["properties"]["weight"]
            near += 1
    expected = total * 3 / (math.pi * 0.4 ** 2)
    assert abs(answer["value"] - expected) < 2e-3 * expected, (answer["value"], expected)
    assert abs(answer["n"] - near) <= 1 + near / 500, (answer["n"], near)
    assert answer["units"][0]["level"] == "city"


def check_date_line():
    """Two incidents on either side of the 180th meridian lie 22 m apart."""
    global store
    usual, store = store, os.path.join(folder, "dateline.gpkg")
    rows = os.path.join(folder, "dateline.csv")
    with open(rows, "w", encoding="utf-8") as file:
        file.write("id,category,reported,lon,lat\n1,noise,2024-01-05 10:00,179.9999,10\n2,noise,2024-01-06 11:00,-179.9999,10\n")
    made = subprocess.run([HOTSPOTD, "import", store, "incidents", rows], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    process, port = serve("127.0.0.1:0")
    for lon in (180, -180, 179.9999):
        value = ask(f"/density/value?lon={lon}&lat=10&bandwidth=1000", port=port).json()
        assert value["n"] == 2 and value["value"] > 3 / 3.15 * 1.99, value
    stop(process)
    store = usual


def check_ogr():
    if not shutil.which("ogrinfo"):
        print("ogrinfo is not here: OGC API Features was not read by GDAL")
        return
    source = f"OAPIF:http://127.0.0.1:{PORT}/ogc"
    listed = subprocess.run(["ogrinfo", source], capture_output=True, text=True, timeout=300)
    assert listed.returncode == 0, listed.stderr
    for collection in get("/ogc/collections").json()["collections"]:
        name = collection["id"]
        assert f": {name} " in listed.stdout, (name, listed.stdout)
        count = get(f"/ogc/collections/{name}/items?limit=1").json()["numberMatched"]
        out = os.path.join(folder, name + ".csv")
        done = subprocess.run(["ogr2ogr", "-f", "CSV", out, source, name, "-oo", "PAGE_SIZE=5000", "-lco",
                               "STRING_QUOTING=ALWAYS"], capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, (name, done.stderr)
        import csv
        with open(out, encoding="utf-8", newline="") as file:
            assert sum(1 for _ in csv.reader(file)) - 1 == count, name


def check_closed_to_strangers():
    process, port = serve("0.0.0.0:0")
    for path in ("/ogc/collections/incidents/items", "/ogc/collections/incidents", "/ogc/collections/addresses/items",
                 "/ogc/collections/incidents/items/1", "/tiles/incidents/13/0/0.mvt", "/geocode?q=x",
                 "/density/isobands?bandwidth=20", "/density.tif?bandwidth=20&cell=5", "/forecast?area-share=0.01&cell=20"):
        answer = ask(path, port=port)
        assert answer.status == 403, (path, answer.status)
        assert "public" in answer.json()["detail"]
    listed = [c["id"] for c in ask("/ogc/collections", port=port).json()["collections"]]
    assert "incidents" not in listed and "addresses" not in listed and "streets" in listed
    assert ask("/summary", port=port).status == 200
    assert ask("/density/legend", port=port).status == 200
    stop(process)
    process, port = serve("0.0.0.0:0", "--public-incidents")
    assert ask("/ogc/collections/incidents/items", port=port).status == 200
    stop(process)


try:
    made = subprocess.run([HOTSPOTD, "sample", store, "--incidents", "12000"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    server, PORT = serve("127.0.0.1:0")
    check_basics()
    check_page()
    rows = check_counts()
    check_collections(rows)
    check_tiles()
    check_value(rows)
    check_ogr()
    stop(server)
    check_closed_to_strangers()
    check_date_line()
    print("done")
finally:
    for process in processes:
        process.kill()
    shutil.rmtree(folder, ignore_errors=True)
