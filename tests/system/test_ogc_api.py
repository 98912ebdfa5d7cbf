"""The OGC API beyond reading features: content negotiation, pages for people, paging that stays whole while the data
change, create/replace/update/delete with optimistic locking, tiles, maps, styles, processes and their jobs."""
import concurrent.futures
import http.client
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from html.parser import HTMLParser
from urllib.parse import quote, urlencode, urlsplit

import numpy
from osgeo import gdal, ogr

gdal.UseExceptions()
ogr.UseExceptions()
HOTSPOTD = os.environ["HOTSPOTD"]
GEO = "application/geo+json"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")


class Reply:
    def __init__(self, reply):
        self.status, self.body = reply.status, reply.read()
        self.headers = {}
        for name, value in reply.getheaders():
            name = name.lower()
            self.headers[name] = self.headers[name] + ", " + value if name in self.headers else value
        self.type = self.headers.get("content-type", "").split(";")[0]

    def json(self):
        return json.loads(self.body)


def ask(target, method="GET", body=None, status=None, token=None, **headers):
    if target.startswith("http"):
        parts = urlsplit(target)
        target = parts.path + ("?" + parts.query if parts.query else "")
    headers = {k.replace("_", "-"): v for k, v in headers.items()}
    if token:
        headers["Authorization"] = "Bearer " + token
    if isinstance(body, (dict, list)):
        body = json.dumps(body)
        headers.setdefault("Content-Type", GEO)
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
    connection.request(method, target, body.encode() if isinstance(body, str) else body, headers)
    reply = Reply(connection.getresponse())
    connection.close()
    if status is not None:
        assert reply.status == status, (method, target[:200], reply.status, reply.body[:500])
    return reply


def get(target, **headers):
    return ask(target, status=200, **headers).json()


def link(document, rel, kind=None):
    return next(l["href"] for l in document["links"] if l["rel"] == rel and (kind is None or l.get("type") == kind))


def ids(page):
    return [f["id"] for f in page["features"]]


# --- content negotiation ---

DOCUMENTS = ["/ogc", "/ogc/conformance", "/ogc/api", "/ogc/collections", "/ogc/collections/zones",
             "/ogc/collections/zones/queryables", "/ogc/collections/zones/items", "/ogc/collections/zones/items/1",
             "/ogc/tileMatrixSets", "/ogc/tileMatrixSets/WebMercatorQuad", "/ogc/tiles", "/ogc/tiles/WebMercatorQuad",
             "/ogc/collections/zones/tiles", "/ogc/collections/zones/tiles/WebMercatorQuad",
             "/ogc/collections/incidents/map/tiles", "/ogc/collections/incidents/map/tiles/WorldCRS84Quad", "/ogc/styles",
             "/ogc/styles/light", "/ogc/styles/light/metadata", "/ogc/processes", "/ogc/processes/density", "/ogc/jobs"]


def check_negotiation():
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
    for path in DOCUMENTS:
        plain = ask(path, status=200)
        assert plain.type.endswith("json"), (path, plain.type)
        for headers, kind in [({"Accept": browser}, "text/html"), ({"Accept": "text/html"}, "text/html"),
                              ({"Accept": "application/json"}, None), ({"Accept": "*/*"}, plain.type),
                              ({"Accept": "text/html;q=0.1, application/json"}, None)]:
            reply = ask(path, status=200, **headers)
            assert reply.type == (kind or plain.type) or (kind is None and reply.type == "application/json"), (
                path, headers, reply.type)
            assert "Accept" in reply.headers["vary"], path
        refused = ask(path, status=406, Accept="image/png")
        assert refused.type == "application/problem+json" and "text/html" in refused.json()["detail"], path
        assert ask(path + "?f=html", status=200, Accept="application/json").type == "text/html"
        assert ask(path + "?f=json", status=200, Accept="text/html").type.endswith("json")
        assert "html" in ask(path + "?f=docx", status=400).json()["detail"]
        ask(path + "?lang=fr", status=400)
        ask(path + "?nonsense=1", status=400)
        head = ask(path, method="HEAD", status=200)
        assert head.body == b"" and head.type == plain.type and int(head.headers["content-length"]) > 0
        options = ask(path, method="OPTIONS", status=204)
        assert "GET" in options.headers["allow"] and "HEAD" in options.headers["allow"]
        put = ask(path, method="TRACE" if "items" in path else "PUT", body="{}")
        assert put.status in (405, 501) and (put.status == 501 or "GET" in put.headers["allow"]), (path, put.status)
        tags = {ask(path + f"?f={f}").headers.get("etag") for f in ("json", "html")}
        assert len(tags) == 2 or tags == {None}, "each form has a tag of its own"
    # Files and JSON-FG by either way are the same.
    for f, kind in [("csv", "text/csv"), ("fgb", "application/flatgeobuf"), ("gpkg", "application/geopackage+sqlite3"),
                    ("jsonfg", "application/vnd.ogc.fg+json"), ("json", GEO)]:
        by_accept = ask("/ogc/collections/zones/items", status=200, Accept=kind)
        by_f = ask(f"/ogc/collections/zones/items?f={f}", status=200)
        assert by_accept.type == by_f.type == kind, (f, by_accept.type)
        assert "Accept" in by_accept.headers["vary"]
        path = os.path.join(folder, "file." + f)
        with open(path, "wb") as out:
            out.write(by_accept.body)
        if f in ("csv", "fgb", "gpkg"):
            source = ogr.Open(path)
            assert source.GetLayer(0).GetFeatureCount() == get("/ogc/collections/zones/items?limit=1")["numberMatched"]
    page = get("/ogc/collections/zones/items?limit=2")
    kinds = {l["type"] for l in page["links"] if l["rel"] == "alternate"}
    assert kinds == {"text/html", "application/vnd.ogc.fg+json"}
    for l in page["links"]:
        assert ask(l["href"], status=200).type == l["type"], l


def check_jsonfg():
    plain = get("/ogc/collections/incidents/items?limit=20")
    fg = get("/ogc/collections/incidents/items?limit=20&f=jsonfg")
    assert any("json-fg-1" in c for c in fg["conformsTo"]) and fg["featureType"] == "incidents"
    for a, b in zip(plain["features"], fg["features"]):
        assert a["geometry"] == b["geometry"] and a["properties"] == b["properties"] and b["place"] is None
        assert b["time"] == {"timestamp": a["properties"]["occurred"] or a["properties"]["reported"]}
    moved = get("/ogc/collections/zones/items/1?f=jsonfg&crs=" + quote(EPSG + "3857", safe=""))
    there = get("/ogc/collections/zones/items/1?crs=" + quote(EPSG + "3857", safe=""))
    assert moved["geometry"] is None and moved["place"] == there["geometry"]
    assert moved["coordRefSys"] == EPSG + "3857" and moved["time"] == {"interval": ["..", ".."]}


# --- pages for people ---

class Anchors(HTMLParser):
    def __init__(self):
        super().__init__()
        self.hrefs, self.inline, self.language = [], 0, None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "a":
            self.hrefs.append(attributes["href"])
        if tag == "html":
            self.language = attributes["lang"]
        if tag == "script" and "src" not in attributes or "style" in attributes:
            self.inline += 1
        for name in ("src", "href"):
            if tag in ("script", "link", "img") and name in attributes:
                assert attributes[name].startswith("/"), attributes


def check_pages():
    seen, ahead = set(), ["/ogc"]
    while ahead:
        path = ahead.pop()
        if path in seen or len(seen) > 400:
            continue
        seen.add(path)
        reply = ask(path, Accept="text/html,*/*;q=0.1")
        assert reply.status in (200, 204), (path, reply.status, reply.body[:200])
        if reply.type != "text/html" or not path.startswith("/ogc"):
            continue
        assert "default-src 'none'" in reply.headers["content-security-policy"]
        page = Anchors()
        page.feed(reply.body.decode())
        assert page.inline == 0, path
        for href in page.hrefs:
            if href.startswith(f"http://127.0.0.1:{PORT}") and "{" not in href and "/items/" not in href:
                parts = urlsplit(href)
                if parts.query.startswith("f=") and not parts.query.startswith("f=html"):
                    continue
                ahead.append(parts.path + ("?" + parts.query if parts.query else ""))
    assert len(seen) > 60, len(seen)
    for lang, word in [("zh", "下一页"), ("en", "Next page")]:
        by_parameter = ask(f"/ogc/collections/zones/items?f=html&limit=3&lang={lang}", status=200)
        by_header = ask("/ogc/collections/zones/items?f=html&limit=3", status=200, Accept_Language=lang + "-XX,fr;q=0.5")
        for reply in (by_parameter, by_header):
            assert word in reply.body.decode() and reply.headers["content-language"] == lang
            page = Anchors()
            page.feed(reply.body.decode())
            assert page.language == lang and 'id="map"' in reply.body.decode()
        assert "Accept-Language" in by_header.headers["vary"]
        page = Anchors()
        page.feed(by_parameter.body.decode())
        onward = [h for h in page.hrefs if "/ogc/collections/zones" in h and "lang=" not in h]
        assert onward == [], "the language that was chosen stays"
    feature = {"type": "Feature", "geometry": None, "properties": {"description": "<script>alert(1)</script>", "category": "0102"}}
    made = ask("/ogc/collections/incidents/items", "POST", feature, 201, EDITOR)
    page = ask(made.headers["location"] + "?f=html", status=200).body
    assert b"<script>alert" not in page and b"&lt;script&gt;" in page
    ask(made.headers["location"], "DELETE", status=204, token=EDITOR)


# --- paging while the data change ---

def walk(target, between=lambda: None):
    pages = []
    while True:
        page = get(target)
        pages.append(page)
        more = [l["href"] for l in page["links"] if l["rel"] == "next"]
        if not more:
            return pages
        between()
        target = more[0]


def post_incident(**properties):
    made = ask("/ogc/collections/incidents/items", "POST", {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [102.61, 39.34]},
        "properties": {"category": "0102", **properties}}, 201, EDITOR)
    return made.json()["id"]


def check_paging():
    made = []

    def disturb():
        made.append(post_incident(status="zzz"))
        if len(made) % 3 == 0:
            ask(f"/ogc/collections/incidents/items/{made[0]}", "DELETE", token=EDITOR)
            ask("/ogc/collections/incidents/items/7", "PATCH", {"properties": {"description": f"changed {len(made)}"}}, 200,
                EDITOR)
    for query in ("limit=150", "limit=150&sortby=-description,category", "limit=150&filter=" + quote("accuracy_m < 60")):
        whole = get(f"/ogc/collections/incidents/items?{query}".replace("limit=150", "limit=10000"))
        pages = walk(f"/ogc/collections/incidents/items?{query}", disturb)
        assert len(pages) > 4 and [i for p in pages for i in ids(p)] == ids(whole), query
        assert {p["numberMatched"] for p in pages} == {whole["numberMatched"]}
        last = pages[-1]["features"] + pages[0]["features"]
        by_id = {f["id"]: f for f in whole["features"]}
        assert all(f == by_id[f["id"]] for f in last), "all pages are of one version"
    zones = get("/ogc/collections/zones/items?limit=10000")
    square = {"type": "Polygon", "coordinates": [[[102.6, 39.33], [102.601, 39.33], [102.601, 39.331], [102.6, 39.33]]]}

    def disturb_zones():
        ask("/ogc/collections/zones/items", "POST", {"type": "Feature", "geometry": square, "properties": {
            "kind": "key", "name": f"z{time.monotonic()}"}}, 201, EDITOR)
    pages = walk("/ogc/collections/zones/items?limit=7", disturb_zones)
    assert [i for p in pages for i in ids(p)] == ids(zones)
    # A version that is gone: incidents in their own order go on, everything else begins anew.
    page = get("/ogc/collections/incidents/items?limit=50")
    onward = re.sub(r"version=\d+", "version=1", link(page, "next"))
    assert ids(get(onward))[0] == ids(get("/ogc/collections/incidents/items?limit=51"))[50]
    sorted_page = get("/ogc/collections/incidents/items?limit=50&sortby=category")
    gone = ask(re.sub(r"version=\d+", "version=1", link(sorted_page, "next")), status=410)
    assert "begin anew" in gone.json()["detail"]
    ask(re.sub(r"version=\d+", "version=1", link(get("/ogc/collections/zones/items?limit=5"), "next")), status=410)
    ask("/ogc/collections/zones/items?version=x", status=400)
    ask("/ogc/collections/zones/items?version=1&f=csv", status=400)


# --- part 4 ---

def check_rights():
    feature = {"type": "Feature", "geometry": None, "properties": {}}
    item, items = "/ogc/collections/incidents/items/9", "/ogc/collections/incidents/items"
    for method, path in [("POST", items), ("PUT", item), ("PATCH", item), ("DELETE", item)]:
        refused = ask(path, method, feature, 401)
        assert refused.headers["www-authenticate"].startswith("Bearer")
        ask(path, method, feature, 401, "nobody")
    for method in ("PUT", "PATCH", "DELETE"):
        ask(item, method, feature, 403, REPORTER)
        ask("/ogc/collections/zones/items/1", method, feature, 403, REPORTER)
        ask("/ogc/collections/zones/items/1", method, feature, 403, UNIT)
        other = ask("/ogc/collections/units/items/1", method, feature, 405, EDITOR)
        assert other.headers["allow"] == "GET, HEAD, OPTIONS"
        ask("/ogc/collections/nothing/items/1", method, feature, 404, EDITOR)
        ask("/ogc/collections/incidents/items/99999999", method, feature, 404, EDITOR)
        ask("/ogc/collections/incidents/items/x", method, feature, 404, EDITOR)
    ask("/ogc/collections/zones/items", "POST", feature, 403, REPORTER)
    ask("/ogc/collections/units/items", "POST", feature, 405, EDITOR)
    assert ask(item, "OPTIONS", status=204).headers["allow"] == "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"
    assert ask(items, "OPTIONS", status=204).headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert ask("/ogc/collections/streets/items", "OPTIONS", status=204).headers["allow"] == "GET, HEAD, OPTIONS"
    # A token for one unit changes what lies in it, and leaves it there.
    inside = next(f for f in get(items + f"?limit=5&unit={UNIT_CODE}")["features"] if f["geometry"])
    outside = next(f for f in get(items + "?limit=500")["features"]
                   if f["geometry"] and UNIT_CODE not in f["properties"].values())
    path = f"{items}/{inside['id']}"
    ask(path, "PATCH", {"properties": {"status": "seen"}}, 200, UNIT)
    ask(path, "PATCH", {"geometry": outside["geometry"]}, 403, UNIT)
    ask(f"{items}/{outside['id']}", "PATCH", {"properties": {"status": "seen"}}, 403, UNIT)
    ask(f"{items}/{outside['id']}", "DELETE", status=403, token=UNIT)


def undo(reply):
    done = subprocess.run([HOTSPOTD, "undo", store, reply.headers["batch-id"]], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def wait_for(path, test):
    end = time.monotonic() + 20
    while not test(ask(path)):
        assert time.monotonic() < end, path
        time.sleep(0.1)


def check_changes():
    items = "/ogc/collections/incidents/items"
    path = f"{items}/11"
    before = ask(path, status=200)
    # What was read and is sent back changes nothing; the place that was found for it is not one that was given.
    assert "batch-id" not in ask(path, "PUT", before.json(), 200, EDITOR).headers
    assert ask(path, status=200).headers["etag"] == before.headers["etag"]
    derived = next(f for f in get(items + "?limit=10000")["features"] if f["properties"]["match_type"] not in ("given", "none"))
    derived["properties"]["status"] = "looked at"
    after = ask(f"{items}/{derived['id']}", "PUT", derived, 200, EDITOR).json()
    assert after["properties"]["match_type"] == derived["properties"]["match_type"] and after["geometry"] == derived["geometry"]
    changed = before.json()
    changed["properties"].update(status="done", description=None)
    reply = ask(path, "PUT", changed, 200, EDITOR, If_Match=before.headers["etag"])
    assert reply.json()["properties"]["status"] == "done" and reply.json()["properties"]["description"] is None
    assert reply.json()["properties"]["id"] == before.json()["properties"]["id"]
    assert ask(path, status=200).headers["etag"] == reply.headers["etag"] != before.headers["etag"]
    stale = ask(path, "PUT", changed, 412, EDITOR, If_Match=before.headers["etag"])
    assert stale.type == "application/problem+json"
    ask(path, "DELETE", status=412, token=EDITOR, If_Match=before.headers["etag"])
    ask(path, "DELETE", status=412, token=EDITOR, If_Match='W/' + reply.headers["etag"])
    # The tag of any form will do, and what changes elsewhere leaves it.
    page = ask(path + "?f=html", status=200)
    post_incident()
    assert ask(path, status=200).headers["etag"] == reply.headers["etag"]
    ask(path, "PATCH", {"properties": {"status": "again"}}, 200, EDITOR, If_Match=page.headers["etag"],
        Content_Type="application/merge-patch+json")
    part = ask(path, "PATCH", {"properties": {"status": None}}, 200, EDITOR, Content_Type="application/merge-patch+json",
               If_Match="*")
    assert part.json()["properties"]["status"] is None and part.json()["geometry"] == before.json()["geometry"]
    undo(part)
    wait_for(path, lambda r: r.json()["properties"]["status"] == "again")
    ask(path, "PUT", {**changed, "properties": {**changed["properties"], "id": "another"}}, 409, EDITOR)
    empty = ask(path, "PUT", {"type": "Feature", "geometry": before.json()["geometry"], "properties": {}}, 200, EDITOR).json()
    assert empty["properties"]["category"] is None and empty["properties"]["id"] == before.json()["properties"]["id"]
    # Bodies that are wrong, and what they are said to be.
    ask(path, "PUT", "{", 400, EDITOR, Content_Type=GEO)
    ask(path, "PUT", "[]", 400, EDITOR, Content_Type=GEO)
    ask(path, "PUT", "x", 415, EDITOR, Content_Type="text/plain")
    ask(path, "PUT", changed, 406, EDITOR, Accept="image/png")
    assert "nonsense" in ask(path, "PUT", {"type": "Feature", "geometry": None, "properties": {"nonsense": 1}}, 400,
                             EDITOR).json()["detail"]
    removed = ask(path, "DELETE", status=204, token=EDITOR)
    assert removed.body == b""
    ask(path, status=404)
    ask(path, "DELETE", status=404, token=EDITOR)
    assert 11 not in ids(get(items + "?limit=10000"))
    undo(removed)
    wait_for(path, lambda r: r.status == 200)
    assert get(path)["properties"] == empty["properties"]


def check_creation():
    items = "/ogc/collections/incidents/items"
    there = get(items + "?limit=1&crs=" + quote(EPSG + "3857", safe=""))["features"][0]["geometry"]
    made = ask(items, "POST", {"type": "Feature", "geometry": there, "properties": {"category": "0104", "category_zh": "x",
               "segment": None}}, 201, REPORTER, Content_Crs=f"<{EPSG}3857>")
    again = ask(made.headers["location"] + "?crs=" + quote(EPSG + "3857", safe=""), status=200).json()
    assert all(abs(a - b) < 0.02 for a, b in zip(again["geometry"]["coordinates"], there["coordinates"]))
    turned = get(items + "?limit=1&crs=" + quote(EPSG + "4326", safe=""))["features"][0]["geometry"]
    plain = get(items + "?limit=1")["features"][0]["geometry"]
    made = ask(items, "POST", {"type": "Feature", "geometry": turned, "properties": {}}, 201, REPORTER,
               Content_Crs=f"<{EPSG}4326>")
    assert made.json()["geometry"] == plain
    ask(items, "POST", {"type": "Feature", "geometry": turned, "properties": {}}, 400, REPORTER, Content_Crs=f"<{EPSG}9999>")
    # What is known by its own id already stays as it is; /incidents updates it.
    own = {"type": "Feature", "geometry": plain, "properties": {"id": "own-1", "status": "new", "category": "0104"}}
    first = ask(items, "POST", own, 201, REPORTER)
    other = {**own, "properties": {**own["properties"], "status": "other"}}
    for body in (own, other):
        refused = ask(items, "POST", body, 409, REPORTER).json()["detail"]
        assert "'own-1'" in refused and "PATCH" in refused and urlsplit(first.headers["location"]).path in refused, refused
    assert ask(first.headers["location"], status=200).json()["properties"]["status"] == "new"
    several = ask(items, "POST", {"type": "FeatureCollection", "features": [other, {**own, "properties": {"id": "own-2"}}, {
        **own, "properties": {"id": "own-2"}}]}, 200, REPORTER).json()
    assert [item["status"] for item in several] == [409, 201, 409], several
    assert ask("/incidents", "POST", other, 200, REPORTER).json()["properties"]["status"] == "other"
    assert ask(first.headers["location"], status=200).json()["properties"]["status"] == "other"
    words = {"type": "Point", "coordinates": [102.61, "39.34"]}
    ask(items, "POST", {"type": "Feature", "geometry": words, "properties": {}}, 400, REPORTER, Content_Crs=f"<{EPSG}3857>")
    square = [[[102.6, 39.33], [102.602, 39.33], [102.602, 39.332], [102.6, 39.332], [102.6, 39.33]]]
    zone = {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": square},
            "properties": {"name": "早市", "kind": "permitted", "hours": "6-9", "weekdays": "1-5", "from": "2026-01-01"}}
    made = ask("/ogc/collections/zones/items", "POST", zone, 201, EDITOR)
    location = made.headers["location"]
    read = ask(location, status=200)
    assert read.json()["properties"]["name"] == "早市" and read.json()["geometry"]["coordinates"][0][0] == [102.6, 39.33]
    assert read.headers["etag"] == made.headers["etag"]
    assert "the same already" in ask("/ogc/collections/zones/items", "POST", zone, 409, EDITOR).json()["detail"]
    part = ask(location, "PATCH", {"properties": {"hours": "5-10", "weekdays": None}}, 200, EDITOR)
    assert part.json()["properties"]["hours"] == "5-10" and part.json()["properties"]["weekdays"] is None
    assert part.json()["properties"]["name"] == "早市"
    undo(part)
    wait_for(location, lambda r: r.json()["properties"]["hours"] == "6-9")
    for broken, says in [({"geometry": None}, "Polygon"), ({"geometry": {"type": "Point", "coordinates": [1, 2]}}, "Polygon"),
                         ({"properties": {"kind": "odd"}}, "kind"), ({"properties": {"kind": "key", "x": 1}}, "x"),
                         ({"properties": {"kind": "key", "hours": "at night"}}, "hours: at night cannot be read as hours; write 18:00-23:00"),
                         ({"properties": {"kind": "key", "weekdays": "1-8"}}, "weekdays: 1-8 cannot be read"),
                         ({"type": "Thing"}, "Feature"), ({"geometry": {"type": "Polygon", "coordinates": "x"}}, "geometry"),
                         ({"properties": {"kind": "key", "from": "2026-02-01", "to": "2026-01-01"}}, "to"),
                         ({"geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]}}, "valid")]:
        refused = ask("/ogc/collections/zones/items", "POST", {**zone, **broken}, 400, EDITOR)
        assert says in refused.json()["detail"], (broken, refused.body)
    removed = ask(location, "DELETE", status=204, token=EDITOR)
    # What was removed came again: both cannot be there.
    second = ask("/ogc/collections/zones/items", "POST", zone, 201, EDITOR)
    refused = subprocess.run([HOTSPOTD, "undo", store, removed.headers["batch-id"]], capture_output=True, text=True)
    assert refused.returncode != 0 and "came again" in refused.stderr
    ask(second.headers["location"], "DELETE", status=204, token=EDITOR)
    # Of many who change the same state one does.
    tag = ask("/ogc/collections/zones/items/2", status=200).headers["etag"]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda n: ask("/ogc/collections/zones/items/2", "PATCH", {"properties": {"name": f"n{n}"}},
                                              token=EDITOR, If_Match=tag).status, range(8)))
    assert sorted(replies) == [200] + [412] * 7, replies


# --- tiles, maps, styles ---

def check_tiles():
    sets = get("/ogc/tileMatrixSets")["tileMatrixSets"]
    assert [s["id"] for s in sets] == ["WebMercatorQuad", "WorldCRS84Quad"]
    mercator = get(link(sets[0], "self"))
    assert mercator["uri"].endswith("/WebMercatorQuad") and len(mercator["tileMatrices"]) == 19
    first = mercator["tileMatrices"][0]
    assert abs(first["cellSize"] - 156543.03392804097) < 1e-6 and first["matrixWidth"] == 1
    degrees = get(link(sets[1], "self"))["tileMatrices"][3]
    assert degrees["cellSize"] == 0.087890625 and degrees["matrixWidth"] == 16 and degrees["matrixHeight"] == 8
    ask("/ogc/tileMatrixSets/nothing", status=404)
    for collection, layers in [(None, {"units", "unit_labels", "streets", "places", "zones"}), ("zones", {"zones"}),
                               ("units", {"units", "unit_labels"}), ("streets", {"streets"}), ("incidents", {"incidents"})]:
        base = f"/ogc/collections/{collection}/tiles" if collection else "/ogc/tiles"
        owner = get(f"/ogc/collections/{collection}") if collection else get("/ogc")
        assert link(owner, "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector").endswith(base)
        listed = get(base)["tilesets"]
        assert [t["tileMatrixSetId"] for t in listed] == ["WebMercatorQuad"] and listed[0]["dataType"] == "vector"
        described = get(link(listed[0], "self"))
        assert {l["id"] for l in described["layers"]} == layers
        template = link(described, "item")
        assert "v=" in template
        target = template.format(tileMatrix=14, tileRow=6240, tileCol=12861)
        tile = ask(target, status=200)
        assert tile.type == "application/vnd.mapbox-vector-tile" and "immutable" in tile.headers["cache-control"]
        path = os.path.join(folder, f"{collection}.mvt")
        with open(path, "wb") as out:
            out.write(tile.body)
        source = gdal.OpenEx(path, gdal.OF_VECTOR, open_options=["X=12861", "Y=6240", "Z=14"])
        seen = {source.GetLayer(i).GetName() for i in range(source.GetLayerCount())}
        assert seen and seen <= layers, (collection, seen)
        assert ask(target.split("?")[0] + ".mvt", status=200).body == tile.body
        ask(f"{base}/WebMercatorQuad/14/0/0", status=204)
        ask(f"{base}/WebMercatorQuad/14/99999/0", status=404)
        ask(f"{base}/WebMercatorQuad/14/x/0", status=404)
        ask(f"{base}/WorldCRS84Quad/3/0/0", status=404)
        ask(f"{base}/WebMercatorQuad/14/6240/12861", status=406, Accept="image/png")
    a = ask("/ogc/collections/incidents/tiles/WebMercatorQuad/14/6240/12861?category=0104", status=200)
    assert a.body != tile.body
    carried = link(get("/ogc/collections/incidents/tiles/WebMercatorQuad?category=0104"), "item")
    assert "category=0104" in carried
    ask("/ogc/collections/zones/tiles/WebMercatorQuad/14/6240/12861?category=0104", status=400)
    ask("/ogc/collections/zones/tiles?category=0104", status=400)
    ask("/ogc/tiles/WebMercatorQuad/14/6240/12861", status=200, Accept="application/x-protobuf")
    ask("/ogc/collections/addresses/tiles", status=404)


def picture(body):
    path = f"/vsimem/p{time.monotonic_ns()}"
    gdal.FileFromMemBuffer(path, body)
    source = gdal.Open(path)
    if source.GetRasterBand(1).GetColorTable():
        source = gdal.Translate("", source, format="MEM", rgbExpand="rgba")
    return source.ReadAsArray()


def check_maps():
    owner = get("/ogc/collections/incidents")
    path = urlsplit(link(owner, "http://www.opengis.net/def/rel/ogc/1.0/map")).path
    box = owner["extent"]["spatial"]["bbox"][0]
    whole = picture(ask(path + "?width=300", status=200).body)
    assert whole.shape[2] == 300 and (whole[3] > 0).mean() > 0.2 and (whole[3] == 0).mean() > 0.05
    assert (picture(ask(path + "?width=300&bgcolor=0x102030", status=200).body)[3] == 255).all()
    assert (picture(ask(path + "?width=300&transparent=false", status=200).body)[3] == 255).all()
    west, south, east, north = box
    turned = f"{south},{west},{north},{east}"
    query = urlencode({"bbox": turned, "bbox-crs": EPSG + "4326", "crs": EPSG + "4326", "width": 300})
    same = ask(path + "?" + query, status=200)
    assert (picture(same.body) == whole).all() and same.headers["content-crs"] == f"<{EPSG}4326>"
    # A map of a tile's box is the tile, but for how fast it is made.
    half = 20037508.342789244
    side = 2 * half / 2 ** 13
    x, y = 6430, 3120
    box = f"{-half + x * side},{half - (y + 1) * side},{-half + (x + 1) * side},{half - y * side}"
    query = urlencode({"bbox": box, "bbox-crs": EPSG + "3857", "crs": EPSG + "3857", "width": 256, "height": 256})
    drawn = picture(ask(path + "?" + query, status=200).body)
    tile = picture(ask(f"{path}/tiles/WebMercatorQuad/13/{y}/{x}", status=200).body)
    assert (drawn == tile).all(axis=0).mean() > 0.97
    tilesets = get(path + "/tiles?bandwidth=250")["tilesets"]
    assert [t["tileMatrixSetId"] for t in tilesets] == ["WebMercatorQuad", "WorldCRS84Quad"]
    template = link(get(path + "/tiles/WorldCRS84Quad?bandwidth=250"), "item")
    assert "bandwidth=250" in template
    tile = picture(ask(template.format(tileMatrix=11, tileRow=576, tileCol=3215), status=200).body)
    assert tile.shape[1:] == (256, 256) and (tile[3] > 0).any()
    for wrong in ("bbox=1,2,3", "width=0", "width=99999", "bgcolor=red", "bgcolor=0x-12345", "transparent=maybe", "crs=x", "nonsense=1"):
        ask(path + "?" + wrong, status=400)
    ask("/ogc/collections/units/map", status=404)
    # The city's own map: by style and language, its tiles as those of the server's own address.
    city = urlsplit(link(get("/ogc"), "http://www.opengis.net/def/rel/ogc/1.0/map")).path
    light, dark = (picture(ask(city + f"?width=200&style={s}", status=200).body) for s in ("light", "dark"))
    assert light.shape == dark.shape and light[:3].mean() > dark[:3].mean() + 50
    ground = picture(ask(city + "?width=200&transparent=true", status=200).body)
    assert (ground[3] == 0).mean() > 0.1
    utm = next(c for c in owner["crs"] if "326" in c)
    assert picture(ask(city + "?width=200&crs=" + quote(utm, safe=""), status=200).body).shape[2] == 200
    own = ask("/tiles/map/13/6430/3120.png?lang=zh", status=200).body
    assert ask(city + "/tiles/WebMercatorQuad/13/3120/6430?lang=zh", status=200).body == own
    template = link(get(city + "/tiles/WorldCRS84Quad?style=dark"), "item")
    assert "style=dark" in template
    assert picture(ask(template.format(tileMatrix=12, tileRow=1153, tileCol=6430), status=200).body).shape[1:] == (256, 256)
    ask(city + "?style=odd", status=400)
    ask(city + "?bandwidth=300", status=400)
    ask(path, status=406, Accept="image/tiff")


def check_styles():
    for style in get("/ogc/styles")["styles"]:
        sheet = ask(link(style, "stylesheet"), status=200)
        assert sheet.type == "application/vnd.mapbox.style+json" and sheet.json()["version"] == 8
        assert sheet.json()["sources"]["base"]["url"].startswith(f"http://127.0.0.1:{PORT}/")
        about = get(link(style, "describedby"))
        assert about["id"] == style["id"] and {"id": "streets"} in about["layers"]
    fields = lambda path: {str(l["layout"]["text-field"]) for l in get(path)["layers"] if "text-field" in l.get("layout", {})}
    for name in ("light", "dark", "print"):
        for path in (f"/styles/{name}", f"/ogc/styles/{name}"):
            assert fields(path) == fields(path + "?lang=zh") == {str(["get", "name"])}, path
            assert fields(path + "?lang=en") == {str(["coalesce", ["get", "name_en"], ["get", "name"]])}, path
            ask(path + "?lang=fr", status=400)
    assert ask("/styles/light?lang=en", status=200).headers["etag"] != ask("/styles/light", status=200).headers["etag"]
    assert ask("/ogc/styles/light", status=200, Accept="application/json").type == "application/json"
    ask("/ogc/styles/nothing", status=404)
    ask("/ogc/styles/ramps", status=404)


# --- processes ---

def execute(process, body, status=200, **headers):
    return ask(f"/ogc/processes/{process}/execution", "POST", json.dumps(body), status, Content_Type="application/json",
               **headers)


def same_result(a, b):
    return {k: v for k, v in a.items() if k != "seconds" and "time" not in k} == \
        {k: v for k, v in b.items() if k != "seconds" and "time" not in k}


def check_processes():
    listed = get("/ogc/processes")["processes"]
    assert {"density", "gi-star", "local-moran"} <= {p["id"] for p in listed}
    assert len(get("/ogc/processes?limit=1")["processes"]) == 1
    described = get("/api")["paths"]
    for process in listed:
        about = get(link(process, "self"))
        assert {"sync-execute", "async-execute", "dismiss"} == set(about["jobControlOptions"])
        assert all({"title", "schema"} <= set(i) for i in about["inputs"].values()) and "result" in about["outputs"]
        assert about["inputs"]["category"]["schema"] == {"type": "string"}
    parameters = {p["name"] for p in described["/hotspots/gi-star"]["get"]["parameters"]} - {"v"}
    assert set(get("/ogc/processes/gi-star")["inputs"]) == parameters
    inputs = {"level": "cell", "permutations": 99, "seed": 7, "category": ["0102", "0104"]}
    by_query = get("/hotspots/gi-star?level=cell&permutations=99&seed=7&category=0102,0104")
    raw = execute("gi-star", {"inputs": inputs})
    assert raw.type == GEO and same_result(raw.json(), by_query) and "etag" not in raw.headers
    document = execute("gi-star", {"inputs": {k: {"value": v} for k, v in inputs.items()}, "response": "document"})
    assert same_result(document.json()["result"]["value"], by_query)
    tif = execute("density", {"inputs": {"bandwidth": 400}, "outputs": {"result": {"format": {"mediaType": "image/tiff"}}}})
    assert tif.type == "image/tiff" and numpy.nanmax(picture(tif.body)) > 0
    boxed = execute("density", {"inputs": {"bandwidth": 400, "bbox": {"bbox": [102.6, 39.33, 102.62, 39.35]}}})
    assert same_result(boxed.json(), get("/density/isobands?bandwidth=400&bbox=102.6,39.33,102.62,39.35"))
    for body, says in [({"inputs": {"nonsense": 1}}, "nonsense"), ({"inputs": {"bandwidth": -1}}, "bandwidth"),
                       ({"inputs": 5}, "inputs"), ({"inputs": {"bandwidth": {"href": "http://127.0.0.1/x"}}}, "by value"),
                       ({"outputs": {"other": {}}}, "other"), ({"response": "odd"}, "response"), ([], "inputs"),
                       ({"outputs": {"result": {"format": {"mediaType": "text/csv"}}}}, "text/csv")]:
        assert says in execute("density", body, 400).json()["detail"], body
    ask("/ogc/processes/density/execution", "POST", "x", 415, Content_Type="text/plain")
    assert ask("/ogc/processes/nothing", status=404).json()["type"].endswith("no-such-process")
    assert execute("nothing", {}, 404).json()["type"].endswith("no-such-process")
    ask("/ogc/processes/density/execution", status=405)


def watch_job(location):
    """What a job is from now to its end."""
    end = time.monotonic() + 120
    while True:
        job = get(location)
        yield job
        if job["status"] not in ("accepted", "running"):
            return
        assert time.monotonic() < end
        time.sleep(0.02)


def wait_job(location):
    return list(watch_job(location))[-1]


def check_jobs():
    started = execute("gi-star", {"inputs": {"level": "cell", "permutations": 99}}, 201, Prefer="respond-async")
    assert started.headers["preference-applied"] == "respond-async"
    location = started.headers["location"]
    assert started.json()["jobID"] in location and started.json()["status"] in ("accepted", "running", "successful")
    job = wait_job(location)
    assert job["status"] == "successful" and job["processID"] == "gi-star" and job["progress"] == 100
    results = ask(link(job, "http://www.opengis.net/def/rel/ogc/1.0/results"), status=200)
    assert results.type == GEO and same_result(results.json(), get("/hotspots/gi-star?level=cell&permutations=99"))
    assert job["jobID"] in [j["jobID"] for j in get("/ogc/jobs")["jobs"]]
    dismissed = ask(location, "DELETE", status=200).json()
    assert dismissed["status"] == "dismissed"
    ask(location, status=404)
    assert ask(location + "/results", status=404).json()["type"].endswith("no-such-job")
    document = execute("density", {"response": "document", "outputs": {"result": {"format": {"mediaType": "image/tiff"}}}}, 201,
                       Prefer="respond-async").headers["location"]
    assert wait_job(document)["status"] == "successful"
    assert ask(document + "/results", status=200).json()["result"]["encoding"] == "base64"
    failing = execute("density", {"inputs": {"bandwidth": -1}}, 201, Prefer="respond-async").headers["location"]
    job = wait_job(failing)
    assert job["status"] == "failed" and "bandwidth" in job["message"]
    assert "bandwidth" in ask(failing + "/results", status=400).json()["detail"]
    # How far a long one is: somewhere between nothing and all, and never less than before.
    for process, inputs in (("clusters", {"eps": 60, "simulations": 999}), ("density", {"cell": 4, "bandwidth": 600}),
                            ("emerging", {"level": "community", "permutations": 99999, "step": "week"})):
        shown = [watched["progress"] for watched in watch_job(execute(process, {"inputs": inputs}, 201,
                                                                      Prefer="respond-async").headers["location"])]
        assert shown == sorted(shown) and shown[-1] == 100 and any(0 < share < 100 for share in shown), (process, shown)
    # One after the other: those that wait can be dismissed, and too many are refused.
    locations = []
    for n in range(40):
        reply = execute("local-moran", {"inputs": {"level": "cell", "permutations": 99999, "seed": n}}, None, Prefer="respond-async")
        if reply.status == 429:
            break
        locations.append(reply.headers["location"])
    assert reply.status == 429 and "retry-after" in reply.headers and len(locations) >= 4
    waiting = ask(locations[-1] + "/results", status=404)
    assert waiting.json()["type"].endswith("result-not-ready")
    for location in reversed(locations):
        assert ask(location, "DELETE", status=200).json()["status"] == "dismissed"
    # Imports are not shown here.
    table = os.path.join(folder, "more.csv")
    with open(table, "w") as out:
        out.write("id,category,lon,lat,reported\nx1,0102,102.61,39.34,2026-01-01\n")
    made = subprocess.run(["curl", "-s", "-H", f"Authorization: Bearer {EDITOR}", "-F", f"file=@{table}", "-F", "kind=incidents",
                           f"http://127.0.0.1:{PORT}/imports"], capture_output=True, text=True)
    job_id = json.loads(made.stdout)["jobID"]
    ask("/ogc/jobs/" + job_id, status=404)
    ask("/ogc/jobs/" + job_id, "DELETE", status=404)
    assert job_id not in [j["jobID"] for j in get("/ogc/jobs")["jobs"]]


def check_closed():
    """Where single incidents are not public, and where nothing can be written."""
    global PORT
    own = PORT
    for options, reads in ((["--listen", "0.0.0.0:0"], False), (["--listen", "127.0.0.1:0", "--read-only"], True)):
        other = subprocess.Popen([HOTSPOTD, "serve", store, *options], stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL)
        try:
            PORT = int(other.stdout.readline().rsplit(":", 1)[1].split("/")[0])
            wait_for("/readyz", lambda r: r.status == 200)
            seen = 200 if reads else 403
            for path in ("", "/items", "/items/3", "/tiles", "/tiles/WebMercatorQuad/14/6240/12861"):
                ask("/ogc/collections/incidents" + path, status=seen)
            for path in ("/ogc/collections/incidents/map?width=50", "/ogc/map?width=50", "/ogc/collections/zones/items"):
                ask(path, status=200)
            # Places are public, address texts are not: not in pages, not by a filter, not in a file.
            places = "/ogc/collections/places/items"
            assert ("address" in get(places + "?limit=1")["features"][0]["properties"]) == reads
            assert ("address" in get(places + "/" + str(ids(get(places))[0]))["properties"]) == reads
            assert ("address" in get("/ogc/collections/places/queryables")["properties"]) == reads
            assert (b"address" in ask(places + "?f=csv", status=200).body.splitlines()[0]) == reads
            for query in ("properties=address", "sortby=address", "filter=" + quote("address LIKE '%'")):
                ask(f"{places}?{query}", status=200 if reads else 400)
            assert get(places + "?properties=name,class&sortby=name&limit=2")["features"]
            ask("/ogc/jobs", status=200 if reads else 401)
            ask("/ogc/jobs", status=200, token=EDITOR)
            for path in ("/ogc/collections/incidents/items/3", "/ogc/collections/zones/items/3"):
                ask(path, "PATCH", {"properties": {}}, 403 if reads else 200, EDITOR)
                assert ("PUT" in ask(path, "OPTIONS", status=204).headers["allow"]) != reads
        finally:
            other.terminate()
            assert other.wait() == 0
    PORT = own


def check_as_read_anew():
    """What edits have left is what a server finds that reads the store now."""
    global PORT
    items = "/ogc/collections/incidents/items"
    some = ids(get(items + "?limit=40"))
    for n, name in enumerate(some):
        path = f"{items}/{name}"
        if n % 4 == 0:
            ask(path, "DELETE", status=204, token=EDITOR)
        elif n % 4 == 1:
            ask(path, "PATCH", {"properties": {"category": "0510", "source": f"edited {n}"}}, 200, EDITOR)
        elif n % 4 == 2:
            ask(path, "PATCH", {"geometry": {"type": "Point", "coordinates": [102.6 + n / 1000, 39.33]}}, 200, EDITOR)
        else:
            post_incident(id=f"anew-{n}")
            again = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [102.6 + n / 900, 39.34]},
                     "properties": {"id": f"anew-{n}", "category": "0101"}}
            ask("/incidents", "POST", [again, {**again, "properties": {"id": f"also-{n}"}}], 200, EDITOR)
    paths = [items + "?limit=10000", "/summary?level=community", "/timeline", "/density/value?lon=102.61&lat=39.34",
             "/density.tif?bandwidth=300&cell=50", "/tiles/density/13/6430/3119.png",
             "/ogc/collections/incidents/items?category=0510&limit=10000", "/ogc/collections/incidents/items?limit=1&unit=" + UNIT_CODE]


    def plain(reply):
        """Categories stand in the order in which a server has met them."""
        if "json" not in reply.type:
            return reply.body
        answer = {k: v for k, v in reply.json().items() if k not in ("timeStamp", "links", "run_time_ms", "seconds")}
        if "categories" in answer:
            answer["categories"].sort(key=lambda c: c["code"])
        return answer

    ours = [plain(ask(path, status=200)) for path in paths]
    own = PORT
    other = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True,
                             stderr=subprocess.DEVNULL)
    try:
        PORT = int(other.stdout.readline().rsplit(":", 1)[1].split("/")[0])
        wait_for("/readyz", lambda r: r.status == 200)
        for path, answer in zip(paths, ours):
            theirs = plain(ask(path, status=200))
            assert theirs == answer, (path, str(theirs)[:3000], str(answer)[:3000])
    finally:
        other.terminate()
        assert other.wait() == 0
        PORT = own


def add_user(name, role, *more):
    made = subprocess.run([HOTSPOTD, "user", store, "add", name, "--role", role, *more], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip().splitlines()[-1]


try:
    made = subprocess.run([HOTSPOTD, "sample", store, "--incidents", "1500", "--seed", "1"], capture_output=True)
    assert made.returncode == 0, made.stderr
    UNIT_CODE = sqlite3.connect(store).execute("SELECT code FROM units WHERE level = 'subdistrict' ORDER BY id").fetchone()[0]
    EDITOR, REPORTER = add_user("ed", "editor"), add_user("rep", "reporter")
    UNIT = add_user("unit", "editor", "--unit", UNIT_CODE)
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL)
    try:
        PORT = int(server.stdout.readline().rsplit(":", 1)[1].split("/")[0])
        wait_for("/readyz", lambda r: r.status == 200)
        for check in (check_negotiation, check_jsonfg, check_pages, check_tiles, check_maps, check_styles, check_processes,
                      check_jobs, check_paging, check_rights, check_changes, check_creation, check_as_read_anew, check_closed):
            check()
    finally:
        server.terminate()
        assert server.wait() == 0
    checked = subprocess.run([HOTSPOTD, "check", store], capture_output=True, text=True)
    assert checked.returncode in (0, 1), checked.stdout + checked.stderr
finally:
    shutil.rmtree(folder)
print("ok")
