"""Incidents that come one by one over HTTP: who may post, what is answered, that it is stored, served and announced,
that the same key repeats the answer, and that what was acknowledged survives kill -9."""
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
LON, LAT = 102.61, 39.34
server = None
base = None


def run(*arguments, code=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == code, (result.returncode, result.stderr)
    return result


def start(*extra):
    global server, base
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0", *extra], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    base = server.stdout.readline().strip()
    assert base.startswith("http://"), base
    for _ in range(600):
        try:
            urllib.request.urlopen(base + "/readyz", timeout=30)
            return
        except urllib.error.HTTPError:
            time.sleep(0.05)
    raise AssertionError("the server was never ready")


def stop():
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=120) == 0, server.returncode


def ask(method, path, body=None, token=None, headers=None):
    request = urllib.request.Request(base + path, method=method, data=body)
    if body is not None:
        request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    for name, value in (headers or {}).items():
        request.add_header(name, value)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


def post(value, token, path="/incidents", headers=None):
    body = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
    status, answer_headers, text = ask("POST", path, body, token, headers)
    return status, json.loads(text), answer_headers


def refused(value, token, status, words, **more):
    got, problem, _ = post(value, token, **more)
    assert got == status, (got, problem)
    assert problem["status"] == status and words in problem["detail"], problem


def items(query=""):
    return json.loads(ask("GET", "/ogc/collections/incidents/items?limit=10000" + query)[2])


def gcj02(lon, lat):
    """The published forward formula, written from its terms."""
    x, y = lon - 105, lat - 35
    s = lambda k: math.sin(k * math.pi)
    waves = 20 * s(6 * x) + 20 * s(2 * x)
    dlat = -100 + 2 * x + 3 * y + .2 * y * y + .1 * x * y + .2 * math.sqrt(abs(x)) + 2 / 3 * (
        waves + 20 * s(y) + 40 * s(y / 3) + 160 * s(y / 12) + 320 * s(y / 30))
    dlon = 300 + x + 2 * y + .1 * x * x + .1 * x * y + .1 * math.sqrt(abs(x)) + 2 / 3 * (
        waves + 20 * s(x) + 40 * s(x / 3) + 150 * s(x / 12) + 300 * s(x / 30))
    a, ee, phi = 6378245, 0.00669342162296594323, math.radians(lat)
    m = 1 - ee * math.sin(phi) ** 2
    return (lon + math.degrees(dlon / (a / math.sqrt(m) * math.cos(phi))),
            lat + math.degrees(dlat / (a * (1 - ee) / (m * math.sqrt(m)))))


def tile(z, lon, lat):
    n = 2 ** z
    y = n * (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return f"/tiles/density/{z}/{int(n * (lon + 180) / 360)}/{int(y)}.png?bandwidth=200"


class Events:
    """Listens on a socket of its own."""

    def __init__(self):
        host, port = base[len("http://"):].split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        self.socket.sendall(b"GET /events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n")
        self.text = b""
        self.until(b"retry: ")

    def until(self, words, start=0):
        while words not in self.text[start:]:
            piece = self.socket.recv(4096)
            assert piece, self.text
            self.text += piece
        return self.text.index(words, start)


def tokens():
    made = run("user", store, "add", "热线", "--role", "reporter")
    token = made.stdout.strip()
    assert len(token) == 43 and "once" in made.stderr, made
    viewer = run("user", store, "add", "viewer", "--role", "viewer").stdout.strip()
    gone = run("user", store, "add", "gone", "--role", "admin").stdout.strip()
    assert "already" in run("user", store, "add", "gone", "--role", "admin", code=2).stderr
    run("user", store, "add", "x", "--role", "emperor", code=2)
    run("user", store, "add", "x", "--role", "viewer", "--unit", "nowhere", code=3)
    run("user", store, "revoke", "nobody", code=3)
    run("user", store, "revoke", "gone")
    listed = run("user", store, "list").stdout.splitlines()
    assert [l.split("\t")[0] for l in listed] == ["name", "热线", "viewer", "gone"], listed
    assert listed[3].split("\t")[4] and not listed[1].split("\t")[4], listed
    with open(store, "rb") as file:
        assert token.encode() not in file.read(), "a token is in the store"
    return token, viewer, gone


def who_may_post(token, viewer, gone):
    status, headers, _ = ask("POST", "/incidents", b"{}")
    assert status == 401 and headers["WWW-Authenticate"].startswith("Bearer"), headers
    for wrong in (gone, "nonsense", token[:-1] + ("A" if token[-1] != "A" else "B")):
        refused({}, wrong, 401, "revoked")
    refused({}, viewer, 403, "role")
    assert ask("GET", "/incidents")[0] == 405
    late = run("user", store, "add", "late", "--role", "editor").stdout.strip()
    end = time.monotonic() + 30
    while post({"category": "0510"}, late)[0] != 201:
        assert time.monotonic() < end, "a new token never counts"
        time.sleep(0.1)
    run("user", store, "revoke", "late")
    while post({"category": "0510"}, late)[0] != 401:
        assert time.monotonic() < end, "a revoked token counts for ever"
        time.sleep(0.1)


def one_incident(token):
    before = json.loads(ask("GET", "/city")[2])["counts"]["incidents"]
    near, far = tile(15, LON, LAT), tile(15, LON + 0.03, LAT - 0.015)
    tags = [ask("GET", t)[1]["ETag"] for t in (near, far)]
    listener = Events()
    status, feature, headers = post(
        {"id": "P-1", "category": "露天烧烤", "reported": "2026-01-05 18:03", "occurred": "2026-01-05T09:00:00Z",
         "lon": LON, "lat": LAT, "source": "app", "status": "open", "department": "执法", "description": "烟\n火",
         "weight": 2}, token)
    assert status == 201, feature
    assert headers["Content-Type"] == "application/geo+json", headers
    p = feature["properties"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [LON, LAT]}, feature
    assert (p["id"], p["category"], p["source"], p["weight"]) == ("P-1", "0510", "app", 2), p
    assert (p["reported"], p["occurred"]) == ("2026-01-05T10:03:00Z", "2026-01-05T09:00:00Z"), p
    assert p["match_type"] == "given" and p["description"] == "烟\n火", p
    # Served at once under the version that was answered, and placed in the hierarchy.
    city = json.loads(ask("GET", "/city")[2])
    assert city["counts"]["incidents"] == before + 1 and city["version"] >= feature["version"], city
    stored = json.loads(ask("GET", headers["Location"][len(base):])[2])
    assert stored["properties"] == p and stored["id"] == feature["id"], stored
    assert p["community"] and p["subdistrict"] and p["city"], p
    # Only the tile that it touches is another one.
    now = [ask("GET", t)[1]["ETag"] for t in (near, far)]
    assert now[0] != tags[0] and now[1] == tags[1], (tags, now)
    at = listener.until(b"event: incidents")
    line = listener.text[listener.until(b"data: ", at):].split(b"\n")[0]
    assert json.loads(line[6:]) == {"version": feature["version"], "added": 1}, line
    assert b"event: snapshot" in listener.text
    # The same again changes nothing; other content under the same id is an update.
    status, again, _ = post(
        {"id": "P-1", "category": "露天烧烤", "reported": "2026-01-05 18:03", "occurred": "2026-01-05T09:00:00Z",
         "lon": LON, "lat": LAT, "source": "app", "status": "open", "department": "执法", "description": "烟\n火",
         "weight": 2}, token)
    assert status == 200 and again["id"] == feature["id"], again
    status, changed, _ = post({"id": "P-1", "category": "0510", "reported": "2026-01-05 18:03", "status": "closed",
                               "lon": LON, "lat": LAT}, token)
    assert status == 200 and changed["id"] == feature["id"] and changed["properties"]["status"] == "closed", changed
    assert json.loads(ask("GET", "/city")[2])["counts"]["incidents"] == before + 1


def forms(token):
    feature = {"type": "Feature", "id": "F-7", "geometry": {"type": "Point", "coordinates": [LON, LAT, 12.5]},
               "properties": {"category": "0101", "lon": 1, "lat": 2}}
    status, answer, _ = post(feature, token, headers={"Content-Type": "application/geo+json"})
    assert status == 201 and answer["geometry"]["coordinates"] == [LON, LAT], answer
    assert answer["properties"]["id"] == "F-7" and answer["properties"]["reported"], answer
    # The same content without id twice: two incidents.
    ids = {post({"category": "0101", "reported": "2026-01-01"}, token)[1]["id"] for _ in range(3)}
    assert len(ids) == 3, ids
    # A phone's coordinates.
    lon, lat = gcj02(LON, LAT)
    status, answer, _ = post({"category": "x y", "lon": lon, "lat": lat}, token, path="/incidents?crs=GCJ-02")
    assert status == 201, answer
    assert all(abs(a - b) <= 1e-7 for a, b in zip(answer["geometry"]["coordinates"], (LON, LAT))), answer
    assert answer["properties"]["category"] == "x y", answer
    # A house number of the city: placed like an imported row.
    address = json.loads(ask("GET", "/ogc/collections/addresses/items?limit=1")[2])["features"][0]
    text = address["properties"].get("label") or address["properties"]["street"] + address["properties"]["number"]
    status, answer, _ = post({"category": "0101", "address": text}, token)
    assert status == 201 and answer["properties"]["match_type"] == "address", answer
    assert answer["geometry"] == address["geometry"], (answer, address)


def many(token):
    value = [{"category": "0510"}, {"lon": 1}, {"foo": 2}, {"reported": "05/06/2024"}, [], {"weight": "x"},
             {"lon": 0, "lat": 0}, {"lon": 500, "lat": 1}, {"description": {"a": 1}},
             {"type": "Feature", "geometry": {"type": "LineString", "coordinates": []}, "properties": {}},
             {"id": "last", "lon": str(LON), "lat": str(LAT)}]
    status, answers, _ = post(value, token)
    assert status == 200 and [a["status"] for a in answers] == [201] + [400] * 9 + [201], answers
    for answer, words in zip(answers[1:10], ("together", "foo", "2024-01-05", "object", "weight", "0, 0", "Earth",
                                             "description", "Point")):
        assert words in answer["detail"], (words, answer)
    assert answers[10]["feature"]["properties"]["id"] == "last", answers
    assert answers[0]["version"] == answers[10]["version"]
    whole = {"type": "FeatureCollection", "features": [
        {"type": "Feature", "geometry": None, "properties": {"category": "0510", "id": f"fc-{i}"}} for i in range(3)]}
    status, answers, _ = post(whole, token)
    assert status == 200 and [a["status"] for a in answers] == [201] * 3, answers
    refused([{}] * 1001, token, 400, "1000")
    refused([], token, 400, "expected")
    refused(b"\"text\"", token, 400, "expected")
    refused(b"{\"id\": ", token, 400, "JSON")
    refused(b"[" * 100_000, token, 400, "JSON")
    refused(b"{\"description\": \"\xff\xfe\"}", token, 400, "JSON")
    refused(b"{\"id\": \"a\", \"id\": \"b\"}", token, 400, "JSON")
    refused({"id": "x"}, token, 415, "application/json", headers={"Content-Type": "text/plain"})
    refused({"id": "x"}, token, 400, "nosuch", path="/incidents?nosuch=1")
    refused({"lon": 1, "lat": 2}, token, 400, "EPSG:99", path="/incidents?crs=EPSG:99")
    # Refused by its header: a client that sends on may find the connection closed before it reads why.
    host, port = base[len("http://"):].split(":")
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(f"POST /incidents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
                           f"Content-Type: application/json\r\nContent-Length: {2 << 20}\r\n\r\n".encode())
        assert b" 413 " in connection.makefile("rb").readline()


def keys(token, other):
    body = {"category": "0101", "reported": "2026-02-01 08:00"}
    first = post(body, token, headers={"Idempotency-Key": "k-1"})
    assert first[0] == 201
    second = post(body, token, headers={"Idempotency-Key": "k-1"})
    assert second[:2] == first[:2], (first, second)
    refused({"category": "0102"}, token, 422, "Idempotency-Key", headers={"Idempotency-Key": "k-1"})
    # Another's key is another key; a refused request leaves none.
    assert post(body, other, headers={"Idempotency-Key": "k-1"})[1]["id"] != first[1]["id"]
    assert post({"bad": 1}, token, headers={"Idempotency-Key": "k-2"})[0] == 400
    assert post(body, token, headers={"Idempotency-Key": "k-2"})[0] == 201
    refused(body, token, 400, "255", headers={"Idempotency-Key": "k" * 256})
    # Side by side, one of them is stored.
    found = []
    threads = [threading.Thread(target=lambda: found.append(post(body, token, headers={"Idempotency-Key": "k-3"})))
               for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert {f[0] for f in found} == {201} and len({f[1]["id"] for f in found}) == 1, found
    array = [{"category": "0101"}, {"foo": 1}, {"category": "0102"}]
    one = post(array, token, headers={"Idempotency-Key": "k-4"})
    assert post(array, token, headers={"Idempotency-Key": "k-4"})[:2] == one[:2]
    return body, first


def units(reporter):
    communities = json.loads(ask("GET", "/ogc/collections/communities/items?limit=2")[2])["features"]
    codes = [c["properties"]["code"] for c in communities]
    inside = [json.loads(ask("GET", f"/ogc/collections/incidents/items?limit=1&unit={c}")[2])["features"][0]
              for c in codes]
    token = run("user", store, "add", "社区", "--role", "reporter", "--unit", codes[0]).stdout.strip()
    time.sleep(1.1)
    places = [dict(zip(("lon", "lat"), f["geometry"]["coordinates"])) for f in inside]
    status, answer, _ = post(places[0] | {"category": "0510"}, token)
    assert status == 201 and answer["properties"]["community"] == codes[0], answer
    refused(places[1] | {"category": "0510"}, token, 403, "outside")
    refused({"category": "0510"}, token, 403, "no position")
    status, answers, _ = post([places[0], places[1]], token)
    assert [a["status"] for a in answers] == [201, 403], answers
    # Nor is what lies elsewhere drawn into the unit, or changed there.
    assert post(places[1] | {"id": "elsewhere", "category": "0510"}, reporter)[0] == 201
    refused(places[0] | {"id": "elsewhere"}, token, 403, "outside")
    refused({"id": "elsewhere", "status": "closed"}, token, 403, "outside")
    assert post(places[0] | {"id": "here", "category": "0510"}, token)[0] == 201
    status, answer, _ = post({"id": "here", "status": "closed"}, token)
    assert status == 200 and answer["properties"]["category"] == "0510", answer


def survives_being_killed(token):
    """Posts from several connections; what was answered with 201 before the kill is there afterwards."""
    acknowledged, lock = [], threading.Lock()

    def send(worker):
        for i in range(10_000):
            try:
                status, answer, _ = post({"id": f"kill-{worker}-{i}", "category": "0510"}, token)
            except (OSError, ValueError, urllib.error.URLError):
                return
            assert status == 201, answer
            with lock:
                acknowledged.append(answer["properties"]["id"])

    threads = [threading.Thread(target=send, args=(w,)) for w in range(8)]
    for t in threads:
        t.start()
    while len(acknowledged) < 300:
        time.sleep(0.01)
    server.kill()
    server.wait()
    for t in threads:
        t.join()
    start()
    served, after = set(), ""
    while True:
        page = items(after)
        served |= {f["properties"]["id"] for f in page["features"]}
        following = [l for l in page["links"] if l["rel"] == "next"]
        if not following:
            break
        after = "&after=" + following[0]["href"].split("after=")[1].split("&")[0]
    assert set(acknowledged) <= served, set(acknowledged) - served


def main():
    run("sample", store, "--incidents", "2000")
    token, viewer, gone = tokens()
    start()
    who_may_post(token, viewer, gone)
    one_incident(token)
    forms(token)
    many(token)
    other = run("user", store, "add", "other", "--role", "admin").stdout.strip()
    time.sleep(1.1)
    body, first = keys(token, other)
    units(token)
    # A listener does not keep the server from stopping, and a key outlives the server.
    Events()
    stop()
    start()
    again = post(body, token, headers={"Idempotency-Key": "k-1"})
    assert again[:2] == first[:2], (first, again)
    survives_being_killed(token)
    stop()
    live = [l for l in run("batches", store).stdout.splitlines() if "\tlive " in l]
    assert 1 <= len(live) <= 2, live  # two where midnight came
    start("--read-only")
    refused({"category": "0510"}, token, 403, "only reads")
    stop()
    print("1 passed, 0 failed")


try:
    main()
finally:
    if server and server.poll() is None:
        server.kill()
    shutil.rmtree(folder)
