"""OGC API Features parts 2 and 3 against brute force: every filter's answer is worked out again in Python and OGR from
all features, systems by PROJ through osr with the authority's order of axes; sorting, pages, properties, refusals,
GDAL's own client."""
import http.client
import json
import os
import shutil
import subprocess
import tempfile
import time
from datetime import datetime, timedelta, timezone
from urllib.parse import quote, urlencode

from osgeo import gdal, ogr, osr

gdal.UseExceptions()
ogr.UseExceptions()
osr.UseExceptions()
HOTSPOTD = os.environ["HOTSPOTD"]
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")


def ask(target, headers=None, status=200, method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
    connection.request(method, target, headers=headers or {})
    reply = connection.getresponse()
    body = reply.read()
    assert reply.status == status, (target[:300], reply.status, body[:600])
    connection.close()
    return {k.lower(): v for k, v in reply.getheaders()}, body


def get(target):
    return json.loads(ask(target)[1])


def items(collection, **words):
    words = {k.replace("_", "-"): v for k, v in words.items()}
    return get(f"/ogc/collections/{collection}/items?" + urlencode({"limit": 10000, **words}))


def ids(answer):
    return [f["id"] for f in answer["features"]]


def refused(collection, says, **words):
    words = {k.replace("_", "-"): v for k, v in words.items()}
    body = json.loads(ask(f"/ogc/collections/{collection}/items?" + urlencode(words), status=400)[1])
    assert says in body["detail"], (words, body)


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def check_filters(collection, everything, cases):
    """Each case: text, JSON (or None) and a predicate on a feature's properties and OGR geometry."""
    for text, other, passes in cases:
        want = [f["id"] for f in everything if passes(f["properties"], f["shape"])]
        assert want or other == "none", text
        answer = items(collection, filter=text)
        assert ids(answer) == want and answer["numberMatched"] == len(want), (text, len(want), len(ids(answer)))
        if isinstance(other, dict):
            assert ids(items(collection, filter=json.dumps(other), filter_lang="cql2-json")) == want, text


def load(collection):
    features = items(collection)["features"]
    for f in features:
        f["shape"] = ogr.CreateGeometryFromJson(json.dumps(f["geometry"])) if f["geometry"] else None
    return features


def prop(name):
    return {"property": name}


def check_scalars():
    units = load("units")
    check_filters("units", units, [
        ("level = 'community'", {"op": "=", "args": [prop("level"), "community"]}, lambda p, g: p["level"] == "community"),
        ("'community' = level", None, lambda p, g: p["level"] == "community"),
        ("level <> 'cell' AND area_km2 > 0.5", {"op": "and", "args": [
            {"op": "<>", "args": [prop("level"), "cell"]}, {"op": ">", "args": [prop("area_km2"), 0.5]}]},
         lambda p, g: p["level"] != "cell" and p["area_km2"] > 0.5),
        ("NOT (level = 'cell' OR area_km2 <= 1e0)", {"op": "not", "args": [{"op": "or", "args": [
            {"op": "=", "args": [prop("level"), "cell"]}, {"op": "<=", "args": [prop("area_km2"), 1]}]}]},
         lambda p, g: not (p["level"] == "cell" or p["area_km2"] <= 1)),
        ("parent IS NULL", {"op": "isNull", "args": [prop("parent")]}, lambda p, g: p["parent"] is None),
        ("parent is not null and level in ('community', 'subdistrict')", {"op": "and", "args": [
            {"op": "not", "args": [{"op": "isNull", "args": [prop("parent")]}]},
            {"op": "in", "args": [prop("level"), ["community", "subdistrict"]]}]},
         lambda p, g: p["parent"] is not None and p["level"] in ("community", "subdistrict")),
        ("level NOT IN ('community', 'cell')", None, lambda p, g: p["level"] not in ("community", "cell")),
        ("parent_id <> -1", None, lambda p, g: p["parent_id"] is not None),
        ("NOT parent_id = -1", None, lambda p, g: p["parent_id"] is not None),
        ("area_km2 BETWEEN 0.05 AND 0.2", {"op": "between", "args": [prop("area_km2"), 0.05, 0.2]},
         lambda p, g: 0.05 <= p["area_km2"] <= 0.2),
        ("area_km2 not between 0.05 and 0.2", None, lambda p, g: not 0.05 <= p["area_km2"] <= 0.2),
        ("name LIKE '%社区'", {"op": "like", "args": [prop("name"), "%社区"]}, lambda p, g: p["name"].endswith("社区")),
        ("name NOT LIKE '_%社区'", None, lambda p, g: not (p["name"].endswith("社区") and len(p["name"]) > 2)),
        ("CASEI(level) = CASEI('COMMunity')", {"op": "=", "args": [
            {"op": "casei", "args": [prop("level")]}, {"op": "casei", "args": ["COMMunity"]}]},
         lambda p, g: p["level"] == "community"),
        ("casei(name_en) LIKE casei('%E%A%')", None,
         lambda p, g: p["name_en"] and "a" in p["name_en"].lower()[p["name_en"].lower().find("e") + 1:]
         and "e" in p["name_en"].lower()),
        ("\"level\" = 'district' or TRUE and level = 'city' OR id<3", None,
         lambda p, g: p["level"] in ("district", "city") or p["id"] < 3),
        ("code < parent", "none", lambda p, g: p["parent"] is not None and p["code"] < p["parent"]),
        ("name = 'it''s' OR name='it\\'s'", "none", lambda p, g: p["name"] == "it's"),
        ("name LIKE '\\%%'", "none", lambda p, g: p["name"].startswith("%")),
    ])
    # The other words still hold, and both must be met.
    box = get("/tiles/density.json")["bounds"]
    half = f"{box[0]},{box[1]},{(box[0] + box[2]) / 2},{box[3]}"
    both = ids(items("units", filter="level = 'cell'", bbox=half))
    assert both == [i for i in ids(items("units", bbox=half)) if i in set(ids(items("units", filter="level='cell'")))]
    assert both


def check_times():
    incidents = load("incidents")
    zone = timezone(timedelta(hours=8))
    day = lambda text: datetime.fromisoformat(text).replace(tzinfo=zone)
    one = moment(incidents[50]["properties"]["reported"])
    first, last = day("2025-03-01"), day("2025-04-01")
    end = last - timedelta(seconds=1)

    def at(p, name="reported"):
        return moment(p[name])
    check_filters("incidents", incidents, [
        ("reported >= DATE('2025-03-01') AND reported <= DATE('2025-03-31')", {"op": "and", "args": [
            {"op": ">=", "args": [prop("reported"), {"date": "2025-03-01"}]},
            {"op": "<=", "args": [prop("reported"), {"date": "2025-03-31"}]}]},
         lambda p, g: at(p) and first <= at(p) < last),
        ("reported BETWEEN '2025-03-01' AND '2025-03-31'", None, lambda p, g: at(p) and first <= at(p) < last),
        (f"reported = TIMESTAMP('{one:%Y-%m-%dT%H:%M:%SZ}')", {"op": "=", "args": [
            prop("reported"), {"timestamp": f"{one:%Y-%m-%dT%H:%M:%SZ}"}]}, lambda p, g: at(p) == one),
        ("T_AFTER(reported, DATE('2025-03-31'))", {"op": "t_after", "args": [prop("reported"), {"date": "2025-03-31"}]},
         lambda p, g: at(p) and at(p) >= last),
        ("T_BEFORE(reported, TIMESTAMP('2025-03-01T00:00:00+08:00'))", None, lambda p, g: at(p) and at(p) < first),
        ("T_DURING(reported, INTERVAL('2025-03-01', '2025-03-31'))", {"op": "t_during", "args": [
            prop("reported"), {"interval": ["2025-03-01", "2025-03-31"]}]},
         lambda p, g: at(p) and first < at(p) < end),
        ("T_INTERSECTS(reported, INTERVAL('..', '2025-03-31'))", {"op": "t_intersects", "args": [
            prop("reported"), {"interval": ["..", "2025-03-31"]}]}, lambda p, g: at(p) and at(p) < last),
        ("T_DISJOINT(reported, INTERVAL('2025-03-01', '..'))", None, lambda p, g: at(p) and at(p) < first),
        ("closed IS NULL AND T_AFTER(reported, '2025-01-01')", None,
         lambda p, g: not p["closed"] and at(p) and at(p) >= day("2025-01-02")),
        ("T_STARTS(INTERVAL(reported, reported), INTERVAL(reported, closed))", None,
         lambda p, g: p["closed"] and at(p) and at(p) < at(p, "closed")),
        ("T_MEETS(INTERVAL(occurred, reported), INTERVAL(reported, closed))", None,
         lambda p, g: p["closed"] and p["occurred"] and at(p)),
        ("category = '0510' AND accuracy_m < 50", None, lambda p, g: p["category"] == "0510"
         and p["accuracy_m"] is not None and p["accuracy_m"] < 50),
    ])
    answer = items("incidents", filter="category = '0510'", datetime="2025-03-01/2025-03-31")
    assert ids(answer) == [f["id"] for f in incidents if f["properties"]["category"] == "0510" and first <= moment(
        f["properties"]["occurred"] or f["properties"]["reported"]) < last]


def check_space():
    box = get("/tiles/density.json")["bounds"]
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    ring = [[x - .004, y - .004], [x + .005, y - .003], [x + .002, y + .006], [x - .004, y - .004]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    wkt = "POLYGON((" + ", ".join(f"{a!r} {b!r}" for a, b in ring) + "))"
    literal = ogr.CreateGeometryFromJson(json.dumps(shape))
    square = ogr.CreateGeometryFromWkt(f"POLYGON(({x} {y},{x + .01} {y},{x + .01} {y + .01},{x} {y + .01},{x} {y}))")

    def case(name, test):
        return (f"S_{name}(geometry, {wkt})", {"op": f"s_{name.lower()}", "args": [prop("geometry"), shape]}, test)
    for collection in ("units", "streets", "incidents", "places"):
        everything = load(collection)
        cases = [case("INTERSECTS", lambda p, g: g and g.Intersects(literal)),
                 case("DISJOINT", lambda p, g: g and g.Disjoint(literal)),
                 case("WITHIN", lambda p, g: g and g.Within(literal)),
                 (f"S_CONTAINS({wkt}, geometry)", None, lambda p, g: g and literal.Contains(g)),
                 (f"s_intersects(geometry,BBOX({x},{y},{x + .01},{y + .01}))",
                  {"op": "s_intersects", "args": [prop("geometry"), {"bbox": [x, y, x + .01, y + .01]}]},
                  lambda p, g: g and g.Intersects(square)),
                 (f"NOT S_INTERSECTS(geometry, {wkt})", None, lambda p, g: g and not g.Intersects(literal)),
                 ("geometry IS NOT NULL", None, lambda p, g: bool(g))]
        if collection == "units":
            cases += [case("OVERLAPS", lambda p, g: g and g.Overlaps(literal)),
                      (f"S_CONTAINS(geometry, POINT({x} {y}))", None,
                       lambda p, g: g.Contains(ogr.CreateGeometryFromWkt(f"POINT({x} {y})")))]
            own = max(everything, key=lambda f: f["properties"]["area_km2"])["shape"].ExportToWkt()
            same = ogr.CreateGeometryFromWkt(own)
            cases += [(f"S_EQUALS(geometry, {own})", None, lambda p, g: g.Equals(same))]
            cell = next(f for f in everything if f["properties"]["level"] == "cell")["shape"]
            cases += [(f"S_TOUCHES({cell.ExportToWkt()}, geometry)", None, lambda p, g: g.Touches(cell))]
        if collection == "streets":
            cases += [case("CROSSES", lambda p, g: g.Crosses(literal))]
        check_filters(collection, everything, cases)
    # Literals in another system, in the authority's order of axes.
    want = ids(items("units", filter=f"S_INTERSECTS(geometry, {wkt})"))
    for code in (4326, 3857, *zones()):
        moved = literal.Clone()
        moved.Transform(transformation(code))
        assert ids(items("units", filter=f"S_INTERSECTS(geometry, {moved.ExportToWkt()})", filter_crs=EPSG + str(code))) == want


def zones():
    return [int(uri.rsplit("/", 1)[1]) for uri in get("/ogc/collections/units")["crs"] if uri.rsplit("/", 1)[1] not in
            ("CRS84", "4326", "3857", "4490")]


def transformation(code):
    """From degrees, longitude first, to a system with the axes that the authority gives it."""
    degrees, system = osr.SpatialReference(), osr.SpatialReference()
    degrees.ImportFromEPSG(4326)
    degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    system.ImportFromEPSG(code)
    system.SetAxisMappingStrategy(osr.OAMS_AUTHORITY_COMPLIANT)
    return osr.CoordinateTransformation(degrees, system)


def flat(coordinates):
    if isinstance(coordinates[0], (int, float)):
        return [coordinates]
    return [p for part in coordinates for p in flat(part)]


def check_systems():
    listed = get("/ogc/collections/units")["crs"]
    assert listed[:3] == [CRS84, EPSG + "4326", EPSG + "3857"] and len(listed) == 6
    assert get("/ogc/collections")["crs"] == listed
    for collection in ("units", "streets", "incidents"):
        plain = items(collection)
        for code in (4326, 3857, 4490, *zones()):
            path = f"/ogc/collections/{collection}/items?limit=10000&crs=" + quote(EPSG + str(code), safe="")
            headers, body = ask(path)
            assert headers["content-crs"] == f"<{EPSG}{code}>"
            assert ask(path)[0]["content-crs"] == f"<{EPSG}{code}>", "the kept answer too"
            moved = json.loads(body)
            assert ids(moved) == ids(plain)
            step = transformation(code)
            for a, b in list(zip(plain["features"], moved["features"]))[::7]:
                assert a["properties"] == b["properties"]
                if not a["geometry"]:
                    assert b["geometry"] is None
                    continue
                assert a["geometry"]["type"] == b["geometry"]["type"]
                want = step.TransformPoints([p[:2] for p in flat(a["geometry"]["coordinates"])])
                got = flat(b["geometry"]["coordinates"])
                most = 2e-7 if code in (4326, 4490) else 0.002
                assert len(want) == len(got)
                assert all(abs(w[0] - g[0]) < most and abs(w[1] - g[1]) < most for w, g in zip(want, got)), (code, want[0], got[0])
        one = plain["features"][0]["id"]
        headers, body = ask(f"/ogc/collections/{collection}/items/{one}?crs=" + quote(EPSG + "3857", safe=""))
        assert headers["content-crs"] == f"<{EPSG}3857>" and "links" in json.loads(body)
    # The box: in another system, its axes in that system's order.
    box = get("/tiles/density.json")["bounds"]
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    want = ids(items("incidents", bbox=f"{x},{y},{x + .01},{y + .01}"))
    assert want
    assert ids(items("incidents", bbox=f"{y},{x},{y + .01},{x + .01}", bbox_crs=EPSG + "4326")) == want
    low, high = (transformation(3857).TransformPoint(*p) for p in ((x, y), (x + .01, y + .01)))
    for turn in range(2):
        answer = items("incidents", bbox=f"{low[0]},{low[1]},{high[0]},{high[1]}", bbox_crs=EPSG + "3857", limit=5 + turn)
        seen = []
        while True:
            seen += ids(answer)
            more = [l["href"] for l in answer["links"] if l["rel"] == "next"]
            if not more:
                break
            answer = get(more[0].split(str(PORT), 1)[1])
        assert seen == want
    for word in ("crs", "bbox-crs", "filter-crs"):
        refused("units", word, **{word.replace("-", "_"): EPSG + "9999999"})
    refused("units", "bbox", bbox="1,2,3", bbox_crs=EPSG + "3857")
    refused("units", "bbox", bbox="1,9,3,2", bbox_crs=EPSG + "3857")


def check_order():
    units = load("units")
    where = {u["id"]: n for n, u in enumerate(units)}
    assert ids(items("units", sortby="-area_km2")) == [f["id"] for f in sorted(
        units, key=lambda f: (-f["properties"]["area_km2"], where[f["id"]]))]
    assert ids(items("units", sortby="level,+code")) == [f["id"] for f in sorted(
        units, key=lambda f: (f["properties"]["level"].encode(), f["properties"]["code"].encode(), where[f["id"]]))]
    assert ids(items("units", sortby="-parent")) == [f["id"] for f in sorted(
        (u for u in units if u["properties"]["parent"]), key=lambda f: f["properties"]["parent"].encode(),
        reverse=True)] + [u["id"] for u in units if not u["properties"]["parent"]]
    # Page by page it is the same, with filter, order and properties carried along.
    words = {"filter": "level IN ('cell','community')", "sortby": "-area_km2", "properties": "area_km2,level"}
    whole, seen = items("units", **words), []
    answer = items("units", limit=7, **words)
    while True:
        assert answer["numberMatched"] == whole["numberMatched"] and len(answer["features"]) <= 7
        seen += answer["features"]
        more = [l["href"] for l in answer["links"] if l["rel"] == "next"]
        if not more:
            break
        answer = get(more[0].split(str(PORT), 1)[1])
    assert seen == whole["features"] and len(seen) > 14
    assert all(set(f["properties"]) == {"area_km2", "level"} and f["geometry"] for f in seen)
    page = items("units", filter="level = 'cell'", limit=5)
    more = next(l["href"] for l in page["links"] if l["rel"] == "next").split(str(PORT), 1)[1]
    assert ids(page) + ids(get(more)) == ids(items("units", filter="level = 'cell'", limit=10))
    full = items("incidents", limit=20)["features"]
    some = items("incidents", limit=20, properties="category,closed")["features"]
    assert [{k: f["properties"][k] for k in ("category", "closed")} for f in full] == [f["properties"] for f in some]
    refused("units", "nothing", sortby="nothing")
    refused("incidents", "nothing", properties="nothing")
    refused("units", "begin anew", sortby="code", after=10 ** 9)


def check_refusals():
    for text, says in [
            ("level =", "at the end"), ("level = 'x", "not closed"), ("nothing = 1", "area_km2"), ("level = 5", "types"),
            ("area_km2 LIKE 'x'", "texts"), ("level", "comparison"), ("(level = 'x'", ") is expected"), ("level ~ 'x'", "understood"),
            ("S_INTERSECTS(level, POINT(1 2))", "geometries"), ("S_INTERSECTS(geometry, POINT(1))", "cannot be read"),
            ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 0 1, 1 0, 0 0)))", "not valid"), ("f(level) = 1", "no function"),
            ("S_INTERSECTS(geometry, BBOX(1,2,3))", "four or six"), ("T_AFTER(level, DATE('2025-01-01'))", "times"),
            ("code = DATE('tomorrow')", "RFC 3339"), ("(" * 100 + "level='x'" + ")" * 100, "deeply"),
            ("geometry = 1", "S_"), ("level='x' extra", "AND, OR or the end"),
            ("NOT " * 100 + "level='x'", "deeply")]:
        refused("units", says, filter=text)
    deep = "{\"op\":\"not\",\"args\":[" * 100 + "true" + "]}" * 100
    for text, says in [("{", "filter"), ("[]", "argument"), ("{\"op\":\"no\",\"args\":[]}", "no op"), (deep, "deeply"),
                       ("{\"op\":\"=\",\"args\":[1]}", "2 args"), ("{\"op\":\"=\",\"args\":[{\"op\":\"not\",\"args\":[true]},true]}",
                                                                   "predicates"), ("1", "predicate")]:
        refused("units", says, filter=text, filter_lang="cql2-json")
    refused("units", "filter-lang", filter="id=1", filter_lang="sql")
    refused("units", "sortby", sortby="id", f="csv")
    refused("units", "no property", filter="nothing=1", f="csv")
    ask("/ogc/collections/nothing/items?filter=id=1", status=404)
    ask("/ogc/collections/nothing/queryables", status=404)
    assert "GET" in ask("/ogc/collections/units/items", status=204, method="OPTIONS")[0]["allow"]
    headers, body = ask("/ogc/collections/units/items?" + urlencode({"filter": "id < 5"}), method="HEAD")
    assert body == b"" and int(headers["content-length"]) > 0 and headers["content-crs"] == f"<{CRS84}>"


def check_files():
    """A file has the features of the pages."""
    for collection, text in (("units", "level = 'cell' AND area_km2 > 0.04"), ("incidents", "category = '0510' AND accuracy_m < 50")):
        want = items(collection, filter=text)["features"]
        body = ask(f"/ogc/collections/{collection}/items?" + urlencode({"f": "ndjson", "filter": text}))[1]
        lines = [json.loads(line) for line in body.decode().splitlines()]
        assert [f["id"] for f in lines] == [f["id"] for f in want] and lines


def check_documents():
    classes = get("/ogc/conformance")["conformsTo"]
    for wanted in ("features-2/1.0/conf/crs", "features-3/1.0/conf/features-filter", "cql2/1.0/conf/cql2-text"):
        assert any(wanted in c for c in classes)
    queryables = get("/ogc/collections/incidents/queryables")["properties"]
    assert queryables["geometry"]["format"] == "geometry-any" and queryables["reported"]["format"] == "date-time"
    assert queryables["accuracy_m"]["type"] == "integer"
    for name in queryables:
        ask("/ogc/collections/incidents/items?" + urlencode({"filter": f"{name} IS NULL"}))


def check_gdal():
    source = gdal.OpenEx(f"OAPIF:http://127.0.0.1:{PORT}/ogc", gdal.OF_VECTOR)
    layer = source.GetLayerByName("units")
    layer.SetAttributeFilter("level = 'community' AND area_km2 > 0.5")
    want = ids(items("units", filter="level = 'community' AND area_km2 > 0.5"))
    assert [f.GetField("id") for f in layer] == want and want
    layer.SetAttributeFilter("code LIKE '%1' OR id IN (3, 5)")
    assert {f.GetField("id") for f in layer} == set(ids(items("units", filter="code LIKE '%1' OR id IN (3,5)")))


try:
    made = subprocess.run([HOTSPOTD, "sample", store, "--incidents", "2000", "--seed", "1"], capture_output=True)
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
        check_scalars()
        check_times()
        check_space()
        check_systems()
        check_order()
        check_refusals()
        check_files()
        check_documents()
        check_gdal()
    finally:
        server.terminate()
        assert server.wait() == 0
finally:
    shutil.rmtree(folder)
print("ok")
