"""Finding addresses over HTTP and on the command line: GeocodeJSON against a schema written from its
specification, Nominatim's forms with geopy as the client, tables of addresses both ways. The city is a small
one made here, so every expected value follows from its plan."""
import csv
import http.client
import io
import json
import os
import shutil
import stat
import subprocess
import tempfile
import time
from urllib.parse import quote, urlencode, urlsplit

import jsonschema

HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "town.gpkg")
processes = []
WEST, SOUTH, STEP = 100.0, 38.0, 0.002  # a block is 175 m wide and 222 m high

TEXT = {"type": "string"}
# github.com/geocoders/geocodejson-spec, version 0.1.0, in the reading of its published JSON Schema: the
# namespace `geocoding` beside `features` and in `properties`.
SCHEMA = {
    "type": "object",
    "required": ["type", "geocoding", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "geocoding": {"type": "object", "required": ["version"],
                      "properties": {"version": {"const": "0.1.0"}, "licence": TEXT, "attribution": TEXT,
                                     "query": TEXT}},
        "features": {"type": "array", "items": {
            "type": "object",
            "required": ["type", "properties", "geometry"],
            "properties": {
                "type": {"const": "Feature"},
                "bbox": {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number"}},
                "geometry": {"type": "object", "required": ["type", "coordinates"],
                             "properties": {"type": {"const": "Point"},
                                            "coordinates": {"type": "array", "minItems": 2, "maxItems": 2,
                                                            "items": {"type": "number"}}}},
                "properties": {"type": "object", "required": ["geocoding"], "properties": {"geocoding": {
                    "type": "object",
                    "required": ["type", "label"],
                    "properties": {
                        "type": {"enum": ["house", "street", "locality", "city", "district", "region", "county",
                                          "state", "country"]},
                        "accuracy": {"type": "integer", "minimum": 0},
                        **{name: TEXT for name in ("label", "name", "housenumber", "street", "locality",
                                                   "postcode", "city", "district", "county", "state",
                                                   "country")},
                        "admin": {"type": "object", "minProperties": 1, "additionalProperties": False,
                                  "patternProperties": {"^level[0-9]+$": TEXT}},
                        "geohash": {"type": "string", "pattern": "^[0123456789bcdefghjkmnpqrstuvwxyz]+$"},
                    }}}},
            }}},
    },
}


def at(x, y):
    return [round(WEST + x * STEP, 7), round(SOUTH + y * STEP, 7)]


def write(name, features):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"type": "FeatureCollection", "features": [
            {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}
            for properties, kind, coordinates in features]}, file, ensure_ascii=False)
    return path


def square(x0, y0, x1, y1):
    return [[at(x0, y0), at(x1, y0), at(x1, y1), at(x0, y1), at(x0, y0)]]


def run(*arguments, accept=0, **options):
    done = subprocess.run([HOTSPOTD, *arguments], capture_output=True, **options)
    assert done.returncode == accept, (arguments, done.returncode, done.stderr)
    return done


def make_town():
    run("city", store, "--name", "东城", "--lang", "zh", "--timezone", "Asia/Shanghai")
    units = [({"code": "1", "name": "东城市", "name_en": "Dongcheng", "level": "city"}, "Polygon", square(-1, -1, 9, 9)),
             ({"code": "11", "name": "南区", "name_en": "South", "level": "district", "parent": "1"}, "Polygon",
              square(-1, -1, 9, 4)),
             ({"code": "1101", "name": "春风社区", "name_en": "Chunfeng", "level": "community", "parent": "11"},
              "Polygon", square(-1, -1, 4, 4))]
    streets = [({"name": "南大街", "name_en": "South Street"}, "LineString", [at(0, 1), at(4, 1)]),
               ({"name": "西大街", "name_en": "West Street"}, "LineString", [at(1, 0), at(1, 4)]),
               ({"name": "人民路", "name_en": "Renmin Road"}, "LineString", [at(3, 0), at(3, 4)])]
    addresses = [({"street": "南大街", "number": number}, "Point", at(x, 1.05))
                 for number, x in (("21号", 2.0), ("23号", 2.1), ("25号", 2.2), ("230号", 2.6))]
    addresses.append(({"street": "Main Street", "number": "12"}, "Point", at(6, 6)))
    places = [({"name": "大佛寺", "name_en": "Giant Buddha Temple"}, "Point", at(2.5, 3))]
    run("import", store, "units", write("units.geojson", units))
    run("import", store, "streets", write("streets.geojson", streets))
    run("import", store, "addresses", write("addresses.geojson", addresses))
    run("import", store, "places", write("places.geojson", places))


def serve(listen="127.0.0.1:0", *options):
    process = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", listen, *options], stdout=subprocess.PIPE,
                               stderr=open(os.path.join(folder, "log"), "a"), text=True)
    processes.append(process)
    port = urlsplit(process.stdout.readline().strip()).port
    end = time.monotonic() + 120
    while ask(port, "/readyz")[0] != 200:
        assert time.monotonic() < end, "never ready"
        time.sleep(0.05)
    return port


def ask(port, target, method="GET", body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, target, body=body, headers=headers or {})
    reply = connection.getresponse()
    content = reply.read()
    connection.close()
    fields = {}
    for name, value in reply.getheaders():
        fields[name.lower()] = f"{fields[name.lower()]}, {value}" if name.lower() in fields else value
    return reply.status, fields, content


def get(target, status=200, headers=None, **parameters):
    if parameters:
        target += "?" + urlencode({k.replace("_", "-"): v for k, v in parameters.items()})
    got, _, body = ask(PORT, target, headers=headers)
    assert got == status, (target, got, body)
    return json.loads(body)


def found(target, headers=None, **parameters):
    """The features of an answer that fits the schema, each as its geocoding members and its position."""
    answer = get(target, headers=headers, **parameters)
    jsonschema.validate(answer, SCHEMA)
    return [(f["properties"]["geocoding"], f["geometry"]["coordinates"]) for f in answer["features"]]


def near(a, b, degrees=1e-6):
    return abs(a[0] - b[0]) <= degrees and abs(a[1] - b[1]) <= degrees


def check_geocode():
    answer = get("/geocode", q="南大街23号")
    assert answer["geocoding"] == {"version": "0.1.0", "attribution": "东城", "query": "南大街23号"}
    (best, position), *_ = found("/geocode", q="南大街23号")
    assert near(position, at(2.1, 1.05)), position
    expected = {"type": "house", "housenumber": "23号", "street": "南大街", "city": "东城市", "district": "南区",
                "locality": "春风社区", "unit": "1101", "match_type": "address", "ambiguous": False, "edits": 0,
                "admin": {"level5": "东城市", "level6": "南区", "level10": "春风社区"}}
    assert {k: best[k] for k in expected} == expected, best
    assert 0 < best["score"] <= 1 and best["accuracy_m"] >= 0 and best["accuracy"] >= best["accuracy_m"]
    assert "margin" in best
    assert best["geohash"] == geohash(*position, 9), best
    (crossing, position), *_ = found("/geocode", q="南大街与西大街交叉口")
    assert crossing["match_type"] == "intersection" and near(position, at(1, 1)), crossing
    (place, position), *_ = found("/geocode", q="大佛寺")
    assert (place["type"], place["name"]) == ("locality", "大佛寺") and near(position, at(2.5, 3)), place
    assert found("/geocode", q="没有这个地方") == []
    assert len(found("/geocode", q="南大街", limit=1)) == 1
    for wrong in ({"q": ""}, {"q": "x" * 1001}, {"q": "x", "limit": 0}, {"q": "x", "lang": "fr"},
                  {"q": "x", "viewbox": "1,2,3"}, {"q": "x", "bounded": "maybe"}, {"q": "x", "format": "xml"},
                  {"q": "x", "colour": "red"}, {}):
        problem = get("/geocode", 400, **wrong)
        assert problem["status"] == 400, problem


def geohash(lon, lat, length):
    """By halving, as its author describes it."""
    ranges, bits, text = [[-180.0, 180.0], [-90.0, 90.0]], 0, ""
    for n in range(length * 5):
        span, value = ranges[n % 2], (lon, lat)[n % 2]
        middle = (span[0] + span[1]) / 2
        bits = bits << 1 | (value >= middle)
        span[value < middle] = middle
        if n % 5 == 4:
            text, bits = text + "0123456789bcdefghjkmnpqrstuvwxyz"[bits], 0
    return text


def check_language():
    (plain, _), *_ = found("/geocode", q="大佛寺")
    assert plain["label"] == "大佛寺" and plain["district"] == "南区"
    for headers, parameters in (({}, {"lang": "en"}), ({"Accept-Language": "fr, en-GB;q=0.8, zh;q=0.1"}, {}),
                                ({"Accept-Language": "zh"}, {"lang": "en"}), ({}, {"accept_language": "en"})):
        (best, _), *_ = found("/geocode", headers, q="大佛寺", **parameters)
        assert best["label"] == best["name"] == "Giant Buddha Temple" and best["district"] == "South", best
    (best, _), *_ = found("/geocode", {"Accept-Language": "en;q=0.2, zh-CN;q=0.9"}, q="大佛寺")
    assert best["label"] == "大佛寺"
    # The same address in another language is another answer, whatever was kept.
    tags = {ask(PORT, "/geocode?q=" + quote("大佛寺"), headers={"Accept-Language": language})[1]["etag"]
            for language in ("zh", "en", "fr")}
    assert len(tags) == 3
    assert "Accept-Language" in ask(PORT, "/geocode?q=x")[1]["vary"]


def check_map():
    names = [label["label"] for label, _ in found("/geocode", q="南大街23号", viewbox="99.9,37.9,100.1,38.1")]
    assert names
    assert found("/geocode", q="南大街23号", viewbox="10,10,11,11", bounded=1) == []
    assert found("/geocode", q="南大街23号", viewbox="11,11,10,10") != []


def check_reverse():
    (best, position), = found("/reverse", lon=at(2.1, 1.05)[0], lat=at(2.1, 1.05)[1])
    assert best["label"] == "南大街23号" and best["match_type"] == "address" and best["distance_m"] == 0
    assert near(position, at(2.1, 1.05))
    assert [u["code"] for u in best["units"]] == ["1", "11", "1101"]
    assert [u["level"] for u in best["units"]] == ["city", "district", "community"]
    street = best["nearest_street"]
    assert street["name"] == "南大街" and street["side"] == "left"  # the street runs east, the plate lies north
    assert abs(street["distance_m"] - 0.05 * STEP * 111000) < 0.5, street
    cross = {c["direction"]: (c["name"], c["distance_m"]) for c in street["cross_streets"]}
    assert cross["back"][0] == "西大街" and cross["ahead"][0] == "人民路"
    assert abs(cross["back"][1] - 1.1 * 175.6) < 1 and abs(cross["ahead"][1] - 0.9 * 175.6) < 1, cross
    (corner, _), = found("/reverse", lon=at(1.02, 1)[0], lat=at(1.02, 1)[1])
    assert corner["label"] == "南大街与西大街交叉口"
    (corner, _), = found("/reverse", lon=at(1.02, 1)[0], lat=at(1.02, 1)[1], lang="en")
    assert corner["label"] == "at the corner of South Street and West Street"
    (place, _), = found("/reverse", lon=at(2.6, 3)[0], lat=at(2.6, 3)[1])
    assert place["label"] == "大佛寺附近" and place["nearest_place"]["name"] == "大佛寺"
    (unit, _), = found("/reverse", lon=at(8.5, 8.5)[0], lat=at(8.5, 8.5)[1])
    assert unit["label"] == "东城市" and unit["type"] == "city" and unit["match_type"] == "unit"
    assert found("/reverse", lon=0, lat=0) == []
    for wrong in ({"lon": 1}, {"lon": "x", "lat": 1}, {"lon": 181, "lat": 0}, {"lon": 1, "lat": 1, "zoom": 18}):
        get("/reverse", 400, **wrong)


def labels(**parameters):
    return [(best["kind"], best["label"]) for best, _ in found("/autocomplete", **parameters)]


def check_autocomplete():
    assert labels(q="南大") == [("street", "南大街")]
    assert labels(q="大街") == [("street", "南大街"), ("street", "西大街")]
    assert labels(q="ndj") == labels(q="nandaj") == [("street", "南大街")]
    assert labels(q="dfs") == [("place", "大佛寺")]
    assert labels(q="giant bud") == [("place", "Giant Buddha Temple")]
    assert labels(q="cfsq") == [("unit", "春风社区")]
    assert labels(q="南大街2") == [("address", "南大街" + n + "号") for n in ("21", "23", "25", "230")]
    assert labels(q="南大街2", lon=at(2.6, 1.05)[0], lat=at(2.6, 1.05)[1])[0] == ("address", "南大街230号")
    # The map about the end of one of them, 350 m from the other.
    assert labels(q="大街", bbox="100.0019,38.0075,100.0021,38.008")[0] == ("street", "西大街")
    assert labels(q="大街", bbox="100.0079,38.0019,100.008,38.0021")[0] == ("street", "南大街")
    assert labels(q="南大街2", limit=2) == [("address", "南大街21号"), ("address", "南大街23号")]
    assert labels(q="12 mai") == [("address", "12 Main Street")]
    assert labels(q="没有") == []
    for wrong in ({"q": ""}, {}, {"q": "x", "limit": 51}, {"q": "x", "bbox": "a"}, {"q": "x", "lon": 3},
                  {"q": "x", "zoom": 1}):
        get("/autocomplete", 400, **wrong)


NOMINATIM = {
    "type": "object",
    "required": ["place_id", "licence", "lat", "lon", "type", "place_rank", "importance", "addresstype", "name",
                 "display_name", "boundingbox"],
    "properties": {
        "place_id": {"type": "integer", "minimum": 1}, "licence": TEXT,
        "lat": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
        "lon": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
        "category": TEXT, "class": TEXT, "type": TEXT, "place_rank": {"type": "integer"},
        "importance": {"type": "number", "minimum": 0, "maximum": 1}, "addresstype": TEXT, "name": TEXT,
        "display_name": TEXT,
        "boundingbox": {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "string"}},
        "address": {"type": "object", "additionalProperties": TEXT},
    },
}


def check_nominatim():
    for target, form, key in (("/search", None, "category"), ("/search", "json", "class"),
                              ("/geocode", "jsonv2", "category")):
        parameters = {"format": form} if form else {}
        answer = get(target, q="南大街23号", limit=1, addressdetails=1, email="x", **parameters)
        assert len(answer) == 1
        jsonschema.validate(answer[0], NOMINATIM)
        assert key in answer[0] and "osm_type" not in answer[0]
        assert near([float(answer[0]["lon"]), float(answer[0]["lat"])], at(2.1, 1.05))
        assert answer[0]["address"] == {"house_number": "23号", "road": "南大街", "neighbourhood": "春风社区",
                                        "city_district": "南区", "city": "东城市"}
    assert "address" not in get("/search", q="南大街23号")[0]
    assert get("/search", q="没有这个地方") == []
    assert len(get("/search", q="南大街", limit=1000)) >= 1
    structured = get("/search", street="南大街23号", city="东城市")
    assert structured[0]["display_name"] == "南大街23号", structured
    structured = get("/search", street="12 Main Street", country="Nowhere")
    assert structured[0]["display_name"] == "12 Main Street", structured
    there = {"lat": at(2.1, 1.05)[1], "lon": at(2.1, 1.05)[0]}
    reverse = get("/reverse", format="jsonv2", zoom=18, **there)
    jsonschema.validate(reverse, NOMINATIM)
    assert reverse["display_name"] == "南大街23号" and reverse["address"]["road"] == "南大街"
    assert "address" not in get("/reverse", format="json", addressdetails=0, **there)
    assert get("/reverse", format="jsonv2", lat=0, lon=0) == {"error": "Unable to geocode"}
    for target, parameters in (("/search", {}), ("/search", {"q": "x", "format": "xml"}),
                               ("/reverse", {"format": "jsonv2", "lat": "a", "lon": 1})):
        error = get(target, 400, **parameters)["error"]
        assert error["code"] == 400 and error["message"], error
    get("/search", format="geocodejson", q="南大街")


def check_geopy():
    try:
        from geopy.geocoders import Nominatim
    except ImportError:
        print("geopy: skipped, it is not installed")
        return
    client = Nominatim(user_agent="hotspotd-test", domain=f"127.0.0.1:{PORT}", scheme="http")
    location = client.geocode("南大街23号", addressdetails=True)
    assert location.address == "南大街23号" and near([location.longitude, location.latitude], at(2.1, 1.05))
    assert location.raw["address"]["road"] == "南大街"
    assert client.geocode("没有这个地方") is None
    several = client.geocode("南大街2", exactly_one=False, limit=3)
    assert several is None or len(several) <= 3
    location = client.geocode({"street": "12 Main Street"})
    assert near([location.longitude, location.latitude], at(6, 6))
    viewbox = [(38.0, 99.9), (38.1, 100.1)]
    assert client.geocode("南大街23号", viewbox=viewbox, bounded=True).address == "南大街23号"
    location = client.reverse((at(2.1, 1.05)[1], at(2.1, 1.05)[0]), language="en")
    assert location.address == "南大街23号"
    assert client.reverse((0, 0)) is None


ADDED = ["lon", "lat", "match_type", "score", "accuracy_m", "label", "unit", "ambiguous", "error"]
TABLE = ('id,地址,备注\r\n7,南大街23号,"说 ""好"", 是"\n8,,空\n9,没有这个地方,"两\n行"\n10,南大街23号,多,了\n'
         '11,"不完,\n12,大佛寺,\n')


def check_table(text):
    assert text.endswith("\n")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["id", "地址", "备注"] + ADDED, rows[0]
    assert all(len(row) == len(rows[0]) for row in rows), rows
    by_id = {row[0]: dict(zip(rows[0], row)) for row in rows[1:]}
    one = by_id["7"]
    assert one["备注"] == '说 "好", 是' and one["match_type"] == "address" and one["unit"] == "1101"
    assert near([float(one["lon"]), float(one["lat"])], at(2.1, 1.05))
    assert (one["label"], one["ambiguous"], one["error"]) == ("南大街23号", "false", "")
    assert 0 < float(one["score"]) <= 1 and float(one["accuracy_m"]) >= 0
    assert by_id["8"]["match_type"] == "none" and by_id["8"]["lon"] == "" and by_id["8"]["error"] == ""
    assert by_id["9"]["备注"] == "两\n行" and by_id["9"]["match_type"] == "none"
    assert by_id["10"]["备注"] == "多,了" and by_id["10"]["error"], by_id["10"]
    broken, = [row for row in rows if row[0].startswith("11")]
    assert broken[0] == '11,"不完,' and broken[-1]
    assert by_id["12"]["match_type"] == "place"
    assert len(rows) == 7, rows  # in their order, none lost
    assert [row[0][:2] for row in rows[1:]] == ["7", "8", "9", "10", "11", "12"]


LINES = ['{"id":1,"address":"南大街23号","more":{"a":[1,2.50]}}', '{broken', '"大佛寺"', '', '{"id":2,"地址":"没有这个地方"}',
         '[1]', '{"lon":"old","address":"大佛寺","lat":1}', '{"a":1}']


def check_lines(text):
    rows = [json.loads(line) for line in text.splitlines()]
    assert len(rows) == 7, rows
    assert list(rows[0])[:3] == ["id", "address", "more"] and list(rows[0])[3:] == ADDED[:-1]
    assert '"more":{"a":[1,2.50]}' in text  # as it was written
    assert near([rows[0]["lon"], rows[0]["lat"]], at(2.1, 1.05)) and rows[0]["ambiguous"] is False
    assert rows[1]["row"] == 2 and rows[1]["input"] == "{broken" and rows[1]["error"] and rows[1]["lon"] is None
    assert rows[2]["address"] == "大佛寺" and rows[2]["match_type"] == "place"
    assert rows[3]["match_type"] == "none" and rows[3]["lon"] is None and "error" not in rows[3]
    assert rows[4]["row"] == 5 and rows[4]["error"]
    assert near([rows[5]["lon"], rows[5]["lat"]], at(2.5, 3)) and text.count('"lon":"old"') == 0
    assert rows[6]["a"] == 1 and rows[6]["error"]


def post(body, kind, target="/geocode", status=200):
    got, headers, content = ask(PORT, target, "POST", body, {"Content-Type": kind})
    assert got == status, (got, content)
    return headers, content


def check_posts():
    headers, content = post(TABLE.encode(), "text/csv; charset=utf-8")
    assert headers["content-type"].startswith("text/csv") and headers["transfer-encoding"] == "chunked"
    check_table(content.decode())
    headers, content = post("\n".join(LINES).encode(), "application/x-ndjson")
    assert headers["content-type"] == "application/x-ndjson"
    check_lines(content.decode())
    # Encodings, delimiters, columns of several names.
    _, content = post("编号;地址\n1;南大街23号\n2;西大街与南大街交叉口\n".encode("gb18030"), "text/csv")
    rows = list(csv.reader(io.StringIO(content.decode()), delimiter=";"))
    assert rows[1][:2] == ["1", "南大街23号"] and rows[1][4] == "address" and rows[2][4] == "intersection"
    _, content = post(b"n,s\n12,Main Street\n", "text/csv", "/geocode?column=n&column=s")
    assert list(csv.DictReader(io.StringIO(content.decode())))[0]["match_type"] == "address"
    _, content = post("街道名称,门牌号\n南大街,23\n".encode(), "text/csv")
    assert list(csv.DictReader(io.StringIO(content.decode())))[0]["label"] == "南大街23号"
    boundary = "------x"
    form = (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + TABLE +
            f"\r\n--{boundary}--\r\n").encode()
    _, content = post(form, f"multipart/form-data; boundary={boundary}")
    assert content.decode().count("南大街23号") >= 3
    for body, kind, target, status, words in (
            (b"a,b\n1,2\n", "text/csv", "/geocode", 400, "a, b"),
            (b"a\n", "text/csv", "/geocode?column=x", 400, "no column x"),
            (b"", "text/csv", "/geocode", 400, "header"),
            (b"a\n1\n", "text/csv", "/geocode?encoding=klingon", 400, "klingon"),
            (b"a\n1\n", "text/plain", "/geocode", 415, "text/csv"),
            (b"a\n1\n", "text/csv", "/geocode?kolumn=a", 400, "kolumn")):
        _, content = post(body, kind, target, status)
        assert words in json.loads(content)["detail"], content
    many = "address\n" + "南大街23号\n没有这个地方\n" * 20000
    _, content = post(many.encode(), "text/csv")
    rows = content.decode().splitlines()
    assert len(rows) == 40001 and rows[1].startswith("南大街23号,100.") and rows[40000].startswith("没有这个地方,,")
    # A client that goes away in the middle leaves nothing behind.
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    connection.request("POST", "/geocode", body=many.encode(), headers={"Content-Type": "text/csv"})
    connection.getresponse().read(10)
    connection.close()
    check_table(post(TABLE.encode(), "text/csv")[1].decode())


def check_commands():
    table, out = os.path.join(folder, "in.csv"), os.path.join(folder, "out.csv")
    with open(table, "w", encoding="utf-8", newline="") as file:
        file.write(TABLE)
    done = run("geocode", store, table, "-o", out, "--lang", "en", accept=1)
    assert b"6 rows, 2 found" in done.stderr and b"2 could not be read, the first is row 4" in done.stderr, done.stderr
    with open(out, encoding="utf-8", newline="") as file:
        check_table(file.read())
    assert not os.path.exists(out + ".partial")
    done = run("geocode", store, input=TABLE.encode(), accept=1)
    check_table(done.stdout.decode())
    lines = os.path.join(folder, "in.ndjson")
    with open(lines, "w", encoding="utf-8") as file:
        file.write("\n".join(LINES) + "\n")
    check_lines(run("geocode", store, lines, accept=1).stdout.decode())
    done = run("geocode", store, "--column", "n", "--column", "s", input=b"n,s\n12,Main Street\n")
    assert b"12,Main Street,100.012,38.012,address" in done.stdout, done.stdout
    assert b"no column x" in run("geocode", store, "--column", "x", input=b"a\n1\n", accept=3).stderr
    run("geocode", store, os.path.join(folder, "nowhere.csv"), accept=3)
    # Order is kept over many blocks and threads.
    many = "n,address\n" + "".join(f"{n},南大街{n % 400}号\n" for n in range(30000))
    rows = list(csv.DictReader(io.StringIO(run("geocode", store, input=many.encode()).stdout.decode())))
    assert [row["n"] for row in rows] == [str(n) for n in range(30000)]
    assert {row["label"] for row in rows if row["n"] in ("23", "423", "29623")} == {"南大街23号"}


def check_special_outputs():
    """A pipe or a link given as the output stays what it is."""
    pipe, link, target = (os.path.join(folder, name) for name in ("pipe", "link.csv", "target.csv"))
    os.mkfifo(pipe)
    os.symlink(target, link)
    reader = subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE)
    run("geocode", store, "-o", pipe, input=TABLE.encode(), accept=1)
    check_table(reader.communicate(timeout=60)[0].decode())
    assert stat.S_ISFIFO(os.lstat(pipe).st_mode)
    run("geocode", store, "-o", link, input=TABLE.encode(), accept=1)
    assert os.path.islink(link)
    with open(target, encoding="utf-8", newline="") as file:
        check_table(file.read())


def check_interrupt():
    """Who is interrupted leaves no half a table."""
    out = os.path.join(folder, "never.csv")
    process = subprocess.Popen([HOTSPOTD, "geocode", store, "-o", out], stdin=subprocess.PIPE,
                               stderr=subprocess.DEVNULL)
    process.stdin.write(b"address\n" + "南大街23号\n".encode() * 1000)
    process.stdin.flush()
    end = time.monotonic() + 60
    while not os.path.exists(out + ".partial"):
        assert time.monotonic() < end
        time.sleep(0.01)
    process.terminate()
    assert process.wait(timeout=60) == -15, process.returncode
    process.stdin.close()
    assert not os.path.exists(out) and not os.path.exists(out + ".partial")


def check_reverse_command():
    lon, lat = at(2.1, 1.05)
    text = f"id,经度,纬度\n1,{lon},{lat}\n2,0,0\n3,x,1\n4,,\n"
    done = run("reverse", store, input=text.encode(), accept=1)
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    one = rows[0]
    assert (one["id"], one["经度"], one["label"], one["match_type"]) == ("1", str(lon), "南大街23号", "address")
    assert (one["street"], one["cross_street_back"], one["cross_street_ahead"]) == ("南大街", "西大街", "人民路")
    assert (one["city"], one["district"], one["community"], one["unit"]) == ("1", "11", "1101", "1101")
    assert rows[1]["match_type"] == "none" and rows[1]["error"] == "" and rows[1]["label"] == ""
    assert rows[2]["error"] and rows[3]["error"] and len(rows) == 4
    assert b"longitude and latitude" in run("reverse", store, input=b"a,b\n1,2\n", accept=3).stderr


def check_closed():
    """On a public address without leave, addresses are nobody's to read."""
    port = serve("0.0.0.0:0")
    for method, target in (("GET", "/geocode?q=x"), ("GET", "/search?q=x"), ("GET", "/reverse?lon=1&lat=1"),
                           ("GET", "/autocomplete?q=x"), ("POST", "/geocode")):
        status, _, body = ask(port, target, method, b"a\n" if method == "POST" else None,
                              {"Content-Type": "text/csv"} if method == "POST" else {})
        assert status == 403, (target, status, body)
    port = serve("0.0.0.0:0", "--public-incidents")
    assert ask(port, "/geocode?q=x")[0] == 200


def check_description():
    paths = get("/api")["paths"]
    for path in ("/geocode", "/search", "/reverse", "/autocomplete"):
        assert "get" in paths[path], path
    content = paths["/geocode"]["post"]["requestBody"]["content"]
    assert {"text/csv", "application/x-ndjson", "multipart/form-data"} <= set(content)
    assert "200" in paths["/geocode"]["post"]["responses"]


try:
    make_town()
    PORT = serve()
    check_geocode()
    check_language()
    check_map()
    check_reverse()
    check_autocomplete()
    check_nominatim()
    check_geopy()
    check_posts()
    check_commands()
    check_special_outputs()
    check_interrupt()
    check_reverse_command()
    check_closed()
    check_description()
    for process in processes:
        process.terminate()
        assert process.wait(timeout=60) == 0, process.returncode
finally:
    for process in processes:
        process.kill()
    shutil.rmtree(folder)
