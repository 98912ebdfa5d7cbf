"""Open311 GeoReport v2 over a real server: every address in both forms, posts by key and by residents, limits, errors.

The schemas below are written from the field tables of wiki.open311.org/GeoReport_v2 and Service_Discovery, with the
types and required members of the public JSON schemas (github.com/open311/schema-validation, schema/georeport-v2:
services, service-definition, requests; the answers of POST and tokens from its swagger.json). XML is held against the
Spark convention (wiki.open311.org/JSON_and_XML_Conversion): turned into JSON here, it must be the JSON answer. What
lists must contain is computed from the store with SQL."""
import datetime
import http.client
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
import xml.etree.ElementTree as xml
from urllib.parse import quote, urlencode

import jsonschema

HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
log = os.path.join(folder, "log")
LON, LAT = 102.61, 39.34
V2 = "/open311/v2"
processes = []

TEXT, ID = {"type": "string"}, {"type": "string", "minLength": 1}
MAYBE = {"type": ["string", "null"], "minLength": 1}
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"}
MAYBE_TIME = {"anyOf": [TIME, {"type": "null"}]}


def members(required, properties):
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def listed(item):
    return {"type": "array", "items": item}


SERVICES = listed(members(
    ["service_code", "service_name", "description", "metadata", "type", "keywords", "group"],
    {"service_code": ID, "service_name": ID, "description": MAYBE, "metadata": {"type": "boolean"},
     "type": {"enum": ["realtime", "batch", "blackbox"]}, "keywords": MAYBE, "group": MAYBE}))
DEFINITION = members(["service_code", "attributes"], {"service_code": ID, "attributes": listed(members(
    ["variable", "code", "datatype", "required"],
    {"variable": {"type": "boolean"}, "code": ID, "required": {"type": "boolean"},
     "datatype": {"enum": ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]},
     "datatype_description": MAYBE, "order": {"type": ["integer", "null"], "minimum": 1}, "description": MAYBE,
     "values": listed(members(["key", "name"], {"key": TEXT, "name": TEXT}))}))})
REQUEST_FIELDS = {
    "service_request_id": ID, "status": {"enum": ["open", "closed"]}, "status_notes": MAYBE, "service_name": MAYBE,
    "service_code": ID, "description": {"type": ["string", "null"], "maxLength": 4000}, "agency_responsible": MAYBE,
    "service_notice": MAYBE, "requested_datetime": TIME, "updated_datetime": MAYBE_TIME,
    "expected_datetime": MAYBE_TIME, "address": MAYBE, "address_id": MAYBE, "zipcode": MAYBE,
    "lat": {"type": ["number", "null"], "minimum": -90, "maximum": 90},
    "long": {"type": ["number", "null"], "minimum": -180, "maximum": 180}, "media_url": MAYBE}
REQUESTS = listed(members(list(REQUEST_FIELDS), REQUEST_FIELDS))
POSTED = {**listed({**members([], {"service_request_id": ID, "token": ID, "service_notice": MAYBE,
                                   "account_id": MAYBE}),
                    "oneOf": [{"required": ["service_request_id"]}, {"required": ["token"]}]}),
          "minItems": 1, "maxItems": 1}
TOKENS = listed(members(["service_request_id", "token"], {"service_request_id": ID, "token": ID}))
ERRORS = {**listed(members(["code", "description"], {"code": {"type": "integer"}, "description": ID})), "minItems": 1}
DISCOVERY = members(["changeset", "contact", "key_service", "endpoints"], {
    "changeset": ID, "contact": ID, "key_service": ID, "endpoints": {**listed(members(
        ["specification", "url", "changeset", "type", "formats"],
        {"specification": {"const": "http://wiki.open311.org/GeoReport_v2"}, "url": ID, "changeset": ID,
         "type": {"enum": ["production", "test"]},
         "formats": {"type": "array", "items": ID, "minItems": 1}})), "minItems": 1}})
LISTS = {"services", "attributes", "values", "service_requests", "errors", "endpoints", "formats"}


def run(*arguments, code=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == code, (result.returncode, result.stderr)
    return result.stdout.strip()


def ask(target, headers=None, method="GET", body=None, port=None):
    connection = http.client.HTTPConnection("127.0.0.1", port or PORT, timeout=120)
    connection.request(method, target, headers=headers or {}, body=body)
    reply = connection.getresponse()
    answer = reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read()
    connection.close()
    return answer


def serve(*options, listen="127.0.0.1:0"):
    process = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", listen, *options], stdout=subprocess.PIPE,
                               stderr=open(log, "a"), text=True)
    processes.append(process)
    port = int(process.stdout.readline().strip().rsplit(":", 1)[1])
    end = time.monotonic() + 120
    while ask("/readyz", port=port)[0] != 200:
        assert time.monotonic() < end, "never ready"
        time.sleep(0.05)
    return process, port


def stop(process):
    process.terminate()
    assert process.wait(timeout=60) == 0, process.returncode


def spark(element):
    """JSON of an element by the Spark convention; numbers and truth values stay texts, as XML has no types."""
    if element.tag in LISTS:
        return [spark(child) for child in element]
    return {child.tag: spark(child) for child in element} if len(element) else element.text


def untyped(value):
    if isinstance(value, dict):
        return {key: untyped(member) for key, member in value.items()}
    if isinstance(value, list):
        return [untyped(member) for member in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "\ufffd", value)  # XML has no place for these
    return value if value is None else json.dumps(value)


def check_json(answer, schema):
    status, headers, body = answer
    assert headers["content-type"] == "application/json; charset=utf-8", headers
    value = json.loads(body.decode())
    jsonschema.validate(value, ERRORS if status >= 400 else schema)
    if status >= 400:
        assert value[0]["code"] == status, value
    return value


def check_xml(answer):
    status, headers, body = answer
    assert headers["content-type"] == "text/xml; charset=utf-8", headers
    assert body.startswith(b'<?xml version="1.0" encoding="UTF-8"?>'), body[:80]
    root = xml.fromstring(body)
    assert (root.tag == "errors") == (status >= 400), root.tag
    return spark(root)


def get(path, schema=REQUESTS, code=200, words="", port=None, **parameters):
    """The JSON answer, which is the XML one too."""
    query = "?" + urlencode(parameters) if parameters else ""
    answers = [ask(f"{V2}/{path}.{form}{query}", port=port) for form in ("json", "xml")]
    for answer in answers:
        assert answer[0] == code, (path, parameters, answer[0], answer[2][:500])
    value = check_json(answers[0], schema)
    assert untyped(value) == check_xml(answers[1]), (path, parameters)
    if code >= 400:
        assert words in value[0]["description"], value
    return value


def post(fields, form="json", headers=None, query="", port=None):
    body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", **(headers or {})}
    answer = ask(f"{V2}/requests.{form}{query}", headers, "POST", body, port)
    return answer[0], check_json(answer, POSTED) if form == "json" else check_xml(answer), answer[1]


def accepted(fields, **more):
    status, value, headers = post(fields, **more)
    assert status == 200 and list(value[0]) == ["service_request_id", "service_notice"], (status, value)
    assert headers["location"].split("/open311/v2/requests/")[1].split(".")[0] == value[0]["service_request_id"]
    return value[0]["service_request_id"], value[0]["service_notice"] or ""


def refused(fields, status, words, **more):
    if isinstance(fields, dict):
        got, value, headers = post({"lang": "en", **fields}, **more)
    else:
        got, value, headers = post(fields, query="?lang=en", **more)
    assert got == status and words in value[0]["description"], (got, value, words)
    return headers


def rows(where="1", order="asked DESC, id DESC", limit=-1):
    """Of the store: (id, asked, closed) with times as UTC."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as db:
        return db.execute(
            f"SELECT * FROM (SELECT id, coalesce(reported, occurred) AS asked, category, reported, closed, deadline, "
            f"status, address, department, description FROM incidents) WHERE {where} ORDER BY {order} LIMIT {limit}"
        ).fetchall()


def utc(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def ids(requests):
    return [int(r["service_request_id"]) for r in requests]


def check_discovery():
    found = get("discovery", DISCOVERY)
    endpoint = found["endpoints"][0]
    assert endpoint["url"] == f"http://127.0.0.1:{PORT}{V2}" and endpoint["type"] == "test", endpoint
    assert endpoint["formats"] == ["text/xml", "application/json"], endpoint
    assert "ask@city.example" in found["contact"]
    assert "密钥" in found["key_service"] and "key" in get("discovery", DISCOVERY, lang="en")["key_service"]


def check_services():
    with open(os.path.join(os.environ["SOURCE_DIR"], "geodata/taxonomy.json"), encoding="utf-8") as file:
        classes = json.load(file)["categories"]
    parents = {c["parent"] for c in classes}
    small = {c["code"]: c for c in classes if not c["members"] and c["code"] not in parents}
    large = {c["code"]: c for c in classes}
    groups = [c for c in classes if c["members"]]
    for lang, name in (("zh", "name"), ("en", "name_en")):
        services = get("services", SERVICES, lang=lang)
        assert [s["service_code"] for s in services] == sorted(small), services
        for s in services:
            own = small[s["service_code"]]
            assert s["service_name"] == own[name] and s["group"] == large[own["parent"]][name], s
            assert own["department"] in s["description"] and s["type"] == "realtime" and not s["metadata"], s
            keywords = s["keywords"].split(", ")
            assert {own["name"], own["name_en"]} <= set(keywords), s
            for group in groups:
                held = group["members"].split(",")
                covers = own["code"] in held or own["parent"] in held
                assert (group["name"] in keywords) == covers, (s, group)
    assert get("services", SERVICES) == get("services", SERVICES, lang="zh", nonsense="1", jurisdiction_id="")
    assert get("services/0510", DEFINITION) == {"service_code": "0510", "attributes": []}
    for unknown in ("05", "9999", quote("占道经营"), quote("露天烧烤"), "%3Cx%3E"):
        get(f"services/{unknown}", code=404, words="service_code", lang="en")
    assert "没有" in get("services/9999", code=404)[0]["description"]
    get("services", code=400, words="zh", lang="fr")


def check_forms():
    """The ending decides; without one Accept does, and XML is what the specification requires."""
    for accept, form in ((None, "xml"), ("*/*", "xml"), ("application/json", "json"), ("text/xml", "xml"),
                         ("application/xml", "xml"), ("text/xml;q=0.4, application/json;q=0.5", "json"),
                         ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "xml")):
        status, headers, body = ask(V2 + "/services", {"Accept": accept} if accept else {})
        assert status == 200 and form in headers["content-type"] and "Accept" in headers["vary"], (accept, headers)
        assert body == ask(f"{V2}/services.{form}")[2], accept
        tag = headers["etag"]
        assert ask(V2 + "/services", {"If-None-Match": tag, **({"Accept": accept} if accept else {})})[0] == 304
    other = ask(V2 + "/services", {"Accept": "application/json"})[1]["etag"]
    assert other != ask(V2 + "/services")[1]["etag"]
    assert ask(V2 + "/services.json", {"Accept": "text/xml"})[1]["content-type"].startswith("application/json")
    for path in ("/open311", "/open311/v2", "/open311/v2/nothing.json", "/open311/v1/services.xml"):
        assert ask(path)[0] == 404, path
    assert check_xml(ask("/open311/v2/nothing.xml"))[0]["code"] == "404"
    assert ask(V2 + "/requests.json", method="DELETE")[0] == 405
    described = json.loads(ask("/api")[2])["paths"]
    form = described[V2 + "/requests.json"]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
    assert form["schema"]["required"] == ["service_code"] and "address_string" in form["schema"]["properties"]
    assert {p["name"] for p in described[V2 + "/requests.xml"]["get"]["parameters"]} >= {"status", "page_size"}
    assert "application/json" in described[V2 + "/requests.json"]["get"]["responses"]["default"]["content"]
    assert b"/open311/v2/tokens/{token}.json" in ask("/api.html")[2]


def check_one():
    for row in rows(limit=3) + rows("closed IS NOT NULL", limit=2) + rows("status = 'void'", limit=1):
        number, asked, category, reported, closed, deadline, status, address, department, description = row
        request = get(f"requests/{number}")[0]
        assert ids([request]) == [number] and request["service_code"] == category, (row, request)
        assert (request["status"] == "closed") == (closed is not None or status == "void"), (row, request)
        assert request["status_notes"] == (None if status in ("open", "closed") else status), (row, request)
        assert request["requested_datetime"].endswith("+08:00"), request
        for name, value in (("requested", reported or asked), ("updated", closed), ("expected", deadline)):
            text = request[name + "_datetime"]
            assert (utc(text) if text else None) == (utc(value) if value else None), (name, row, request)
        assert (request["address"], request["description"]) == (address or None, description or None), request
        assert department in (None, "", request["agency_responsible"]), request
        item = json.loads(ask(f"/ogc/collections/incidents/items/{number}")[2])
        place = [request["long"], request["lat"]]
        assert place == (item["geometry"]["coordinates"] if item["geometry"] else [None, None]), request
        assert request["service_name"] == item["properties"]["category_zh"], request
    assert get(f"requests/{number}", lang="en")[0]["service_name"] == item["properties"]["category_en"]
    for unknown in ("0", "-1", "99999999", "x", "1e3", "1.0", "9" * 40):
        get(f"requests/{unknown}", code=404, words="service_request_id", lang="en")
    for unknown in ("x", "0" * 32, "F" * 32):
        get(f"tokens/{unknown}", TOKENS, code=404, words="token", lang="en")


def check_lists():
    newest = utc(rows(limit=1)[0][1])
    day = datetime.timedelta(days=1)
    text = lambda t: t.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    w3 = lambda t: t.strftime("%Y-%m-%dT%H:%M:%SZ")
    recent = f"asked >= '{text(newest - 90 * day)}' AND asked <= '{text(newest)}'"
    expected = [r[0] for r in rows(recent)]
    assert len(expected) > 1000, "the sample is too small for paging"
    # Without dates the newest 90 days, of them the first 1,000; with pages all, each once.
    assert ids(get("requests")) == expected[:1000]
    pages = [ids(get("requests", page=page, page_size=400)) for page in range(1, len(expected) // 400 + 3)]
    assert sum(pages, []) == expected and pages[-1] == [], [len(p) for p in pages]
    # Both ends are included.
    middle = utc(rows(recent)[500][1])
    exact = [r[0] for r in rows(f"asked = '{text(middle)}'")]
    assert ids(get("requests", start_date=w3(middle), end_date=w3(middle))) == exact and exact
    within = lambda a, b: [r[0] for r in rows(f"asked >= '{text(a)}' AND asked <= '{text(b)}'")][:1000]
    a, b = newest - 200 * day, newest - 170 * day
    month = get("requests", start_date=w3(a), end_date=w3(b))
    assert ids(month) == within(a, b) and month
    assert ids(get("requests", start_date=w3(a))) == within(a, a + 90 * day)
    assert ids(get("requests", end_date=w3(b))) == within(b - 90 * day, b)
    assert ids(get("requests", start_date=w3(b - 90 * day), end_date=w3(b))) == within(b - 90 * day, b)
    # An offset, also with a plus that was not escaped; a date is that whole day of the city's.
    local = a.astimezone(datetime.timezone(datetime.timedelta(hours=8))).isoformat()
    for start in (quote(local), local):
        answer = ask(f"{V2}/requests.json?start_date={start}&end_date={w3(b)}")
        assert check_json(answer, REQUESTS) == month, start
    first = datetime.datetime(2025, 3, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
    second = datetime.timedelta(seconds=1)
    expected_days = within(first.astimezone(datetime.timezone.utc),
                           (first + 31 * day - second).astimezone(datetime.timezone.utc))
    assert ids(get("requests", start_date="2025-03-01", end_date="2025-03-31")) == expected_days and expected_days
    # Services and statuses, alone and together, in one parameter or several.
    for codes in (["0510"], ["0510", "0102"]):
        where = f"category IN ({','.join(map(repr, codes))}) AND {recent}"
        wanted = [r[0] for r in rows(where)]
        assert ids(get("requests", service_code=",".join(codes))) == wanted and wanted
        several = ask(f"{V2}/requests.json?" + "&".join("service_code=" + c for c in codes))
        assert ids(check_json(several, REQUESTS)) == wanted
        shut = "(closed IS NOT NULL OR status IN ('closed', 'void'))"
        assert ids(get("requests", service_code=",".join(codes), status="closed")) == [
            r[0] for r in rows(f"{where} AND {shut}")]
        assert ids(get("requests", service_code=",".join(codes), status="OPEN")) == [
            r[0] for r in rows(f"{where} AND NOT {shut}")]
    assert ids(get("requests", status="open,closed", page_size=5)) == expected[:5]
    assert any(r["status"] == "open" for r in get("requests", status="open", page_size=5))
    # Ids override everything else and come in their order; unknown ones are left out.
    some = [expected[3], 7, expected[0], 7]
    asked = ",".join(map(str, some[:3] + ["nobody", 0, 99999999] + some[3:]))
    assert ids(get("requests", service_request_id=asked, status="nonsense", page="-5")) == some
    assert get("requests", service_request_id="nobody") == []
    get("requests", code=400, words="1000", service_request_id=",".join("1" * 1001), lang="en")
    assert len(get("requests", service_request_id=",".join(["1"] * 1000))) == 1000
    # Empty is as good as absent; unknown parameters are ignored.
    assert ids(get("requests", page_size=5, service_code="", start_date="", service_request_id="", extensions="true",
                   v="", lang="")) == expected[:5]
    for wrong, words in (({"page": "-1"}, "page"), ({"page": "0"}, "page"), ({"page": "x"}, "page"),
                         ({"page_size": "0"}, "page_size"), ({"page_size": "1001"}, "page_size"),
                         ({"page": "99999999999999999999"}, "page"),
                         ({"start_date": w3(b), "end_date": w3(a)}, "before"),
                         ({"start_date": w3(a), "end_date": w3(a + 90 * day + second)}, "90 days"),
                         ({"start_date": "yesterday"}, "start_date"), ({"end_date": "2025-13-01T00:00:00Z"}, "end_date"),
                         ({"end_date": "2025-01-01/2025-02-01"}, "end_date"), ({"start_date": ".."}, "start_date")):
        get("requests", code=400, words=words, lang="en", **wrong)
    for wrong, words in (({"page": "0"}, "整数"), ({"page_size": "1001"}, "1000"),
                         ({"service_request_id": ",".join("1" * 1001)}, "一次最多"),
                         ({"start_date": w3(b), "end_date": w3(a)}, "早于"), ({"start_date": "yesterday"}, "时区")):
        get("requests", code=400, words=words, lang="zh", **wrong)
    assert check_json(ask(V2 + "/requests.json?status=solved&lang=en"), REQUESTS)[0]["code"] == 400
    get("requests", code=404, words="service_code", service_code="9999", lang="en")
    assert get("requests", page=2147483647) == []
    assert ask(V2 + "/requests.json?start_date=%FF")[0] == 400
    tag = ask(V2 + "/requests.json")[1]["etag"]
    assert ask(V2 + "/requests.json", {"If-None-Match": tag})[0] == 304


def check_keys(key, viewer):
    fields = {"service_code": "0510", "lat": LAT, "long": LON}
    refused(fields, 403, "api_key")
    refused({**fields, "api_key": ""}, 403, "not provided")
    refused({**fields, "api_key": "nonsense"}, 403, "nobody")
    refused({**fields, "api_key": viewer}, 403, "role")
    status, value, _ = post(fields, form="xml")
    assert status == 403 and value[0]["code"] == "403", value
    accepted({**fields, "api_key": key})
    accepted(fields, query="?api_key=" + key)
    accepted(fields, headers={"Authorization": "Bearer " + key})
    unit = json.loads(ask("/ogc/collections/communities/items?limit=1")[2])["features"][0]["properties"]["code"]
    bound = run("user", store, "add", "bound", "--role", "reporter", "--unit", unit)
    far, end = {**fields, "api_key": bound, "lat": LAT + 1, "lang": "en"}, time.monotonic() + 30
    while "nobody" in post(far)[1][0]["description"]:  # until the new key counts
        assert time.monotonic() < end, "a new key never counts"
        time.sleep(0.1)
    refused(far, 403, "outside")


def check_posts(key):
    """A request is stored and served at once, everywhere."""
    events = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    events.request("GET", "/events", headers={"Accept": "text/event-stream"})
    stream = events.getresponse()
    before = json.loads(ask("/city")[2])["counts"]["incidents"]
    # Whole seconds on both sides.
    earliest = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    strange = "a<b> & \"c\" ]]>\r\n占道 \U0001f525\x01 '; DROP TABLE incidents; --"
    number, notice = accepted({
        "api_key": key, "service_code": "0510", "lat": f"{LAT}", "long": f"{LON}", "address_string": " 某处 ",
        "description": strange, "email": "someone@mail.example", "phone": "13800000000", "first_name": "Zhuowei-31",
        "last_name": "Zhang", "device_id": "tt222111", "account_id": "123456", "jurisdiction_id": "",
        "media_url": "http://media.example/1.jpg", "attribute[WHISHETN]": "1", "whatever": "x"})
    assert "不予保存" in notice, notice
    request = check_json(ask(f"{V2}/requests/{number}.json"), REQUESTS)[0]
    assert request["description"] == strange and request["address"] == "某处", request
    assert (request["lat"], request["long"]) == (LAT, LON), request
    assert (request["status"], request["service_code"], request["service_name"]) == ("open", "0510", "露天烧烤")
    latest = datetime.datetime.now(datetime.timezone.utc)
    assert earliest <= utc(request["requested_datetime"]) <= latest, request
    in_xml = check_xml(ask(f"{V2}/requests/{number}.xml"))[0]
    assert in_xml["description"] == strange.replace("\x01", "\ufffd"), in_xml
    assert check_json(ask(f"{V2}/requests.json?page_size=1"), REQUESTS) == [request]
    item = json.loads(ask(f"/ogc/collections/incidents/items/{number}")[2])
    p = item["properties"]
    assert (p["source"], p["status"], p["match_type"], p["category"]) == ("app", "open", "given", "0510"), p
    assert p["community"] and item["geometry"]["coordinates"] == [LON, LAT], item
    assert json.loads(ask("/city")[2])["counts"]["incidents"] == before + 1
    heard = b""
    while b"event: incidents" not in heard:
        line = stream.fp.readline()
        assert line, heard
        heard += line
    events.close()
    # By its token, which is the incident's own id, too.
    assert get(f"tokens/{p['id']}", TOKENS) == [{"service_request_id": number, "token": p["id"]}]
    # Nothing of who reported is anywhere: neither in the store nor in the log.
    with open(store, "rb") as file:
        stored = file.read()
    for wal in (store + "-wal",):
        if os.path.exists(wal):
            with open(wal, "rb") as file:
                stored += file.read()
    post({"service_code": "0510", "api_key": key}, query="?email=someone%40mail.example&phone=13800000000&first_name=Zhuowei-31")
    logged, end = "", time.monotonic() + 60
    while "first_name=" not in logged:  # a request is logged when it has ended, which its client may hear before
        assert time.monotonic() < end, "the post was never logged"
        with open(log, encoding="utf-8") as file:
            logged = file.read()
    for secret in ("someone", "Zhuowei-31", "13800000000", "tt222111", "media.example", key):
        assert secret.encode() not in stored and secret not in logged, secret
    # Placed by an address, or by the id of one; without a place it is kept all the same.
    address = json.loads(ask("/ogc/collections/addresses/items?limit=1")[2])["features"][0]
    number, _ = accepted({"api_key": key, "service_code": "0102", "address_id": str(address["id"])})
    at = get(f"requests/{number}")[0]
    assert [at["long"], at["lat"]] == address["geometry"]["coordinates"] and at["address"], at
    number, notice = accepted({"api_key": key, "service_code": "0102", "address_string": at["address"]})
    again = get(f"requests/{number}")[0]
    assert again["lat"] is not None and abs(again["lat"] - at["lat"]) < 0.01 and notice == "", again
    number, notice = accepted({"api_key": key, "service_code": "0102", "address_string": "qwertyuiop"})
    assert "地址" in notice and get(f"requests/{number}")[0]["lat"] is None, notice
    number, notice = accepted({"api_key": key, "service_code": "0102", "address_string": "qwertyuiop", "lang": "en"})
    assert notice == "The address was not found on the map.", notice
    refused({"api_key": key, "service_code": "0102", "address_string": "x", "lang": "fr"}, 400, "lang")
    # The answer as XML.
    status, value, headers = post({"api_key": key, "service_code": "0102", "lat": LAT, "long": LON}, form="xml")
    assert status == 200 and headers["location"].endswith(f"/requests/{value[0]['service_request_id']}.xml"), value
    # A post twice is two requests.
    fields = {"api_key": key, "service_code": "0102", "lat": LAT, "long": LON}
    assert accepted(fields)[0] != accepted(fields)[0]


def check_awkward(key):
    place = {"lat": str(LAT), "long": str(LON)}
    fields = {"api_key": key, "service_code": "0510", **place}
    refused({"api_key": key, **place}, 400, "service_code")
    for code in ("9999", "05", "露天烧烤", "占道经营", "0510,0102"):
        refused({**fields, "service_code": code}, 404, "service_code")
    refused({"api_key": key, "service_code": "0510"}, 400, "location")
    refused({**fields, "long": ""}, 400, "together")
    for lat, lon in (("91", "0"), ("x", "1"), ("nan", "nan"), ("1e999", "1"), ("0", "0"), ("39,3", "102"), ("0x10", "5")):
        refused({**fields, "lat": lat, "long": lon}, 400, "lat, long")
    for wrong in ("99999999", "x", "-1"):
        refused({"api_key": key, "service_code": "0510", "address_id": wrong}, 404, "address_id")
    number, _ = accepted({**fields, "description": "火" * 4000})
    assert get(f"requests/{number}")[0]["description"] == "火" * 4000
    refused({**fields, "description": "火" * 4001}, 400, "4000")
    refused({**fields, "address_string": "x" * 1001}, 400, "1000")
    body = urlencode(fields).encode()
    for bad, words in ((b"&description=%FF", "UTF-8"), (b"&description=%zz", "hexadecimal"), (b"&description=%00", "NUL"),
                       (b"&description=\xff", "UTF-8"), (b"&x" * 200, "parameters"), (b"&description=%", "hexadecimal")):
        refused(body + bad, 400, words)
    number, _ = accepted(body + b"&&&=&x&description=a=b+c%2Bd&description=second&service_code=0102&%5B%5D=1")
    assert get(f"requests/{number}")[0]["description"] == "a=b c+d"
    refused(b"", 403, "api_key")
    json_body = json.dumps(fields).encode()
    for content_type in ("application/json", "multipart/form-data; boundary=x", "text/plain", ""):
        refused(json_body, 400, "urlencoded", headers={"Content-Type": content_type})
    # Larger than any body that is taken: refused by the header.
    with socket.create_connection(("127.0.0.1", PORT), timeout=60) as connection:
        connection.sendall(f"POST {V2}/requests.json HTTP/1.1\r\nHost: x\r\nContent-Type: "
                           f"application/x-www-form-urlencoded\r\nContent-Length: {2 << 20}\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 413 "), "a large body"
    # What a source wrote may be longer than Open311 has it.
    long = json.dumps({"category": "0510", "lon": LON, "lat": LAT, "description": "长" * 5000,
                       "department": "某<队>", "status": "已结案"}).encode()
    status, _, text = ask("/incidents", {"Content-Type": "application/json", "Authorization": "Bearer " + key}, "POST",
                          long)
    assert status == 201, text
    request = get(f"requests/{json.loads(text)['id']}")[0]
    assert request["description"] == "长" * 4000 and request["agency_responsible"] == "某<队>", request
    assert (request["status"], request["status_notes"], request["updated_datetime"]) == ("closed", "已结案", None), request


def check_residents(key):
    """Three an hour from one address without a key; a key is not counted, nor is what is refused."""
    process, port = serve("--residents", "3", "--jurisdiction", "city.example", "--public-url", "http://city.example/x/")
    fields = {"service_code": "0510", "lat": LAT, "long": LON, "description": "resident"}
    refused({**fields, "service_code": "x"}, 404, "service_code", port=port)
    refused({**fields, "api_key": "nonsense"}, 403, "nobody", port=port)
    for _ in range(3):
        number, _ = accepted(fields, port=port)
    assert check_json(ask(f"{V2}/requests/{number}.json", port=port), REQUESTS)[0]["description"] == "resident"
    headers = refused(fields, 429, "too many", port=port)
    assert 0 < int(headers["retry-after"]) <= 1200, headers
    for _ in range(4):
        accepted({**fields, "api_key": key}, port=port)
    # Behind a proxy on this machine the address is the one that the proxy names last.
    proxied = lambda who: {"X-Forwarded-For": who}
    for _ in range(3):
        accepted(fields, port=port, headers=proxied("192.0.2.1"))
    refused(fields, 429, "too many", port=port, headers=proxied("192.0.2.1"))
    refused(fields, 429, "too many", port=port, headers=proxied("198.51.100.7, 192.0.2.1"))
    for end in range(3):
        accepted(fields, port=port, headers=proxied(f"2001:db8::{end}"))
    refused(fields, 429, "too many", port=port, headers=proxied("[2001:db8::9]:443"))
    refused(fields, 429, "too many", port=port, headers=proxied("nobody"))
    # The jurisdiction that was set, and no other.
    for value in ("city.example", "CITY.example", ""):
        assert get("services", SERVICES, port=port, jurisdiction_id=value)
    get("services", code=404, words="jurisdiction_id", port=port, jurisdiction_id="other.example", lang="en")
    refused({**fields, "jurisdiction_id": "other.example"}, 404, "jurisdiction_id", port=port)
    found = get("discovery", DISCOVERY, port=port)
    assert found["endpoints"][0]["url"] == "http://city.example/x/open311/v2" and "无需" in found["key_service"], found
    stop(process)
    # Without --public-url nobody is believed about where they come from.
    process, port = serve("--residents", "1")
    accepted(fields, port=port, headers=proxied("192.0.2.1"))
    refused(fields, 429, "too many", port=port, headers=proxied("192.0.2.2"))
    stop(process)
    run("serve", store, "--residents", "-1", code=2)


def check_closed(key, viewer):
    """On an address that is not loopback single requests need a key of the whole city; services are open."""
    process, port = serve("--residents", "5", listen="0.0.0.0:0")
    number, _ = accepted({"service_code": "0510", "lat": LAT, "long": LON}, port=port)
    for path in ("requests", f"requests/{number}"):
        get(path, code=403, words="not public", port=port, lang="en")
        get(path, code=403, words="nobody", port=port, lang="en", api_key="nonsense")
        assert get(path, port=port, api_key=viewer)[0]["service_request_id"] == number
        for who in ({}, {"Authorization": "Bearer " + viewer}, {}):
            status, headers, _ = ask(f"{V2}/{path}.json", who, port=port)
            assert status == (200 if who else 403), (path, who)
            assert "private" in headers["cache-control"] or not who, headers
    bound = {"Authorization": "Bearer " + run("user", store, "add", "narrow", "--role", "viewer", "--unit", json.loads(
        ask("/ogc/collections/communities/items?limit=1", port=port)[2])["features"][0]["properties"]["code"])}
    end = time.monotonic() + 30
    while "unit" not in ask(f"{V2}/requests.json?lang=en", bound, port=port)[2].decode():
        assert time.monotonic() < end, "a key of one unit"
        time.sleep(0.1)
    assert get("services", SERVICES, port=port) and get("discovery", DISCOVERY, port=port)
    stop(process)
    process, port = serve("--public-incidents", listen="0.0.0.0:0")
    assert get(f"requests/{number}", port=port)
    stop(process)
    process, port = serve("--read-only", "--residents", "5")
    refused({"service_code": "0510", "lat": LAT, "long": LON}, 400, "only reads", port=port)
    refused({"service_code": "0510", "lat": LAT, "long": LON, "api_key": key}, 400, "only reads", port=port)
    stop(process)


def check_taxonomy():
    """A city's own classes are its services, and the changeset grows with them."""
    before = get("discovery", DISCOVERY)["changeset"]
    own = os.path.join(folder, "classes.csv")
    with open(own, "w", encoding="utf-8") as file:
        file.write("code,parent,name,name_en\nA,,大类,Large\nA.1,A,小类,Small\nB b,,独类,Alone\n")
    run("import", store, "taxonomy", own)
    end = time.monotonic() + 60
    while len(get("services", SERVICES)) != 2:
        assert time.monotonic() < end, "the classes are not followed"
        time.sleep(0.1)
    services = get("services", SERVICES, lang="en")
    assert [(s["service_code"], s["service_name"], s["group"]) for s in services] == [
        ("A.1", "Small", "Large"), ("B b", "Alone", None)], services
    assert get("services/A.1", DEFINITION)["service_code"] == "A.1"
    assert get("services/B%20b", DEFINITION)["service_code"] == "B b"
    assert get("discovery", DISCOVERY)["changeset"] > before
    # Incidents keep the classes that they came with.
    old = get("requests", page_size=1, service_code="0510")[0]
    assert (old["service_code"], old["service_name"]) == ("0510", "0510"), old


try:
    run("sample", store, "--incidents", "30000")
    KEY = run("user", store, "add", "reporter", "--role", "reporter")
    VIEWER = run("user", store, "add", "viewer", "--role", "viewer")
    SERVER, PORT = serve("--contact", "ask@city.example")
    check_discovery()
    check_services()
    check_forms()
    check_one()
    check_lists()
    check_keys(KEY, VIEWER)
    check_posts(KEY)
    check_awkward(KEY)
    check_residents(KEY)
    check_closed(KEY, VIEWER)
    check_taxonomy()
    stop(SERVER)
finally:
    for started in processes:
        if started.poll() is None:
            started.kill()
    shutil.rmtree(folder)
