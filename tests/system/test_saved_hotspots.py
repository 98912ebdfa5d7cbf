"""Saved runs of hotspots: kept over kill -9, listed, read as features in every format, deleted, undone, shown by a server
that follows a command; who may; what is refused; that other answers keep their ETags; a store from before there were any."""
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from osgeo import gdal, ogr

ogr.UseExceptions()
gdal.UseExceptions()

HOTSPOTD = os.environ["HOTSPOTD"]
HERE = os.path.dirname(os.path.abspath(__file__))
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
server = None
base = None


def run(*arguments, code=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == code, (arguments, result.returncode, result.stdout, result.stderr)
    return result


def start(*extra, path=store):
    global server, base
    server = subprocess.Popen([HOTSPOTD, "serve", path, "--listen", "127.0.0.1:0", *extra], stdout=subprocess.PIPE,
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


def stop(kill=False):
    global server
    if not server:
        return
    server.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
    code = server.wait(timeout=120)
    assert kill or code == 0, code
    server.stdout.close()
    server = None


def send(method, path, value=None, token=None, code=200, content="application/json", etag=None, more=()):
    body = json.dumps(value, ensure_ascii=False).encode() if value is not None else None
    request = urllib.request.Request(base + urllib.parse.quote(path, safe="/?&=%-_.,"), method=method, data=body)
    if body is not None:
        request.add_header("Content-Type", content)
    if token:
        request.add_header("Authorization", "Bearer " + token)
    if etag:
        request.add_header("If-None-Match", etag)
    for name, given in dict(more).items():
        request.add_header(name, given)
    try:
        with urllib.request.urlopen(request, timeout=300) as answer:
            status, text, headers = answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        status, text, headers = error.code, error.read(), error.headers
    assert status == code, (method, path, status, text[:500])
    return text, headers


def ask(method, path, value=None, token=None, code=200):
    text, _ = send(method, path, value, token, code)
    return json.loads(text) if text else None


def get(path, code=200):
    return ask("GET", path, code=code)


def until(condition, words):
    for _ in range(400):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(words)


def runs():
    return get("/hotspots")["runs"]


def items(query=""):
    return get("/ogc/collections/hotspots/items?limit=10000" + query)


def same_as_answer(number, method, query):
    """The features of a run are those of the answer, value for value and place for place."""
    answer = get(f"/hotspots/{method}?{query}")
    saved = items(f"&run={number}")["features"]
    assert len(saved) == len(answer["features"]) > 0, (method, len(saved))
    for was, now in zip(answer["features"], saved):
        assert now["geometry"] == was["geometry"], (was, now)
        told, kept = dict(was["properties"]), now["properties"]
        assert kept["run"] == number and kept["feature"] == was["id"] and kept["id"] == now["id"]
        assert kept["method"] == method
        for name in ("id", "first", "last"):  # times of single incidents are not saved
            told.pop(name, None)
        for name, value in told.items():
            if name == "rank" and not value:
                value = None
            assert kept[name] == value or (value == "" and kept[name] is None), (method, name, value, kept[name])
    about = get(f"/hotspots/{number}")["about"]
    for name, value in answer.items():
        if name not in ("type", "features", "run_time_ms", "version"):
            assert about[name] == value, (name, about[name], value)


def save(method, parameters, title, token):
    text, headers = send("POST", "/hotspots", {"method": method, "title": title, "parameters": parameters}, token, 201)
    made = json.loads(text)
    assert headers["Location"] == f"{base}/hotspots/{made['id']}", headers["Location"]
    assert made["title"] == title and made["method"] == method and made["user"] == "li"
    assert get(f"/hotspots/{made['id']}") == made
    return made


def saves(token):
    assert runs() == [] and items()["numberMatched"] == 0
    before = send("GET", "/tiles/incidents/12/3215/1550.mvt", code=204 if tile_is_empty() else 200)[1]["ETag"]
    community = get("/ogc/collections/communities/items")
    unit_tag = send("GET", "/ogc/collections/communities/items")[1]["ETag"]
    made = save("gi-star", {"level": "community", "seed": 3}, "六月 weekly", token)
    # What does not read the runs stays as it was, and is answered as such.
    send("GET", "/tiles/incidents/12/3215/1550.mvt", code=304, etag=before)
    send("GET", "/ogc/collections/communities/items", code=304, etag=unit_tag)
    assert made["features"] == community["numberMatched"] and made["parameters"] == {"level": "community", "seed": "3"}
    # Acknowledged is durable.
    stop(kill=True)
    start()
    assert [r["id"] for r in runs()] == [made["id"]]
    same_as_answer(made["id"], "gi-star", "level=community&seed=3")
    return made


def methods(token):
    """Areas, lines, points, rows without a place: of every method what it answers."""
    asked = {"local-moran": {"level": "community"}, "global": {"level": "community", "permutations": 99},
             "clusters": {"eps": 200}, "change": {"level": "community", "datetime": "2024-01-01/2024-06-30",
                                                   "compare": "2023-01-01/2023-06-30"},
             "near-repeat": {"permutations": 19}, "k-function": {"simulations": 19}}
    found = []
    for method, parameters in asked.items():
        made = save(method, parameters, method + " of today", token)
        same_as_answer(made["id"], method, urllib.parse.urlencode(parameters))
        found.append(made["id"])
    made = save("gi-star", {"streets": True}, "streets", token)
    same_as_answer(made["id"], "gi-star", "streets=true")
    listed = runs()
    assert [r["id"] for r in listed] == sorted((r["id"] for r in listed), reverse=True) and len(listed) == 8
    # Saving the answer of another day does not touch one that is kept.
    assert items()["numberMatched"] == sum(r["features"] for r in listed)
    return found + [made["id"]]


def reads(first, others):
    page = get(f"/ogc/collections/hotspots/items?run={first}&limit=5")
    assert page["numberMatched"] > 5 and any("run=" in link["href"] for link in page["links"] if link["rel"] == "next")
    following = next(link["href"] for link in page["links"] if link["rel"] == "next")
    more = json.loads(urllib.request.urlopen(following, timeout=60).read())
    assert not {f["id"] for f in page["features"]} & {f["id"] for f in more["features"]}
    assert {f["properties"]["run"] for f in more["features"]} == {first}
    one = page["features"][0]
    assert get(f"/ogc/collections/hotspots/items/{one['id']}")["properties"] == one["properties"]
    by_filter = items(f"&filter=run={first} AND rank<=3&sortby=rank")["features"]
    assert [f["properties"]["rank"] for f in by_filter] == [1, 2, 3]
    queryables = get("/ogc/collections/hotspots/queryables")["properties"]
    assert {"run", "method", "value", "statistic", "p_value", "q_value", "n", "expected", "rank", "geometry"} <= set(queryables), queryables
    lon, lat = one["geometry"]["coordinates"][0][0]
    assert 0 < items(f"&bbox={lon - 1e-6},{lat - 1e-6},{lon + 1e-6},{lat + 1e-6}")["numberMatched"] < items()["numberMatched"]
    assert items("&datetime=2020-01-01/..")["numberMatched"] == items()["numberMatched"]
    assert items("&datetime=../2020-01-01")["numberMatched"] == 0
    assert items("&run=999999")["numberMatched"] == 0
    get("/ogc/collections/hotspots/items?run=first", 400)
    get(f"/ogc/collections/zones/items?run={first}", 400)
    get(f"/ogc/collections/incidents/items?run={first}", 400)
    get("/hotspots/999999", 404)
    get("/hotspots/nothing", 404)
    assert any(c["id"] == "hotspots" for c in get("/ogc/collections")["collections"])
    count = items(f"&run={first}")["numberMatched"]
    for form in ("csv", "gpkg", "fgb", "xlsx", "kml", "shp", "geojsonseq"):
        path = os.path.join(folder, "hot." + ("shp.zip" if form == "shp" else form))
        with open(path, "wb") as file:
            file.write(send("GET", f"/ogc/collections/hotspots/items?f={form}&run={first}")[0])
        data = gdal.OpenEx("/vsizip/" + path if form == "shp" else path)
        assert data.GetLayer(0).GetFeatureCount() == count, form
    # Areas, lines and rows without a place in one file.
    path = os.path.join(folder, "all.gpkg")
    run("export", store, "hotspots", "-o", path)
    data = ogr.Open(path)
    assert data.GetLayer(0).GetFeatureCount() == items()["numberMatched"]
    kinds = {f.GetGeometryRef() and f.GetGeometryRef().GetGeometryName() for f in data.GetLayer(0)}
    assert None in kinds and kinds & {"LINESTRING", "MULTILINESTRING"} and kinds & {"POLYGON", "MULTIPOLYGON"}, kinds
    path = os.path.join(folder, "one.csv")
    assert f"{get(f'/hotspots/{others[0]}')['features']} " in run("export", store, "hotspots", "--run", str(others[0]), "-o", path).stdout
    assert "collection hotspots" in run("export", store, "incidents", "--run", "1", "-o", path, code=2).stderr


def refused(tokens, first):
    body = {"method": "gi-star", "title": "x", "parameters": {"level": "community"}}
    count = len(runs())
    ask("POST", "/hotspots", body, code=401)
    for user in ("viewer", "reporter", "of_a_unit"):
        ask("POST", "/hotspots", body, tokens[user], 403)
        ask("DELETE", f"/hotspots/{first}", token=tokens[user], code=403)
    ask("DELETE", f"/hotspots/{first}", code=401)
    li = tokens["li"]
    wrong = [({"method": "gi"}, "method"), ({"title": " "}, "title"), ({"title": "x" * 401}, "title"), ({"title": 3}, "title"),
             ({"parameters": {"level": "planet"}}, "level"), ({"parameters": {"levle": "community"}}, "levle"),
             ({"parameters": {"v": 1}}, "v"), ({"parameters": {"level": {"a": 1}}}, "level"), ({"parameters": 7}, "parameters"),
             ({"parametres": {}}, "parametres")]
    for change, names in wrong:
        assert names in ask("POST", "/hotspots", {**body, **change}, li, 400)["detail"], change
    ask("POST", "/hotspots", [], li, 400)
    # Anybody may read what is saved: it shows no single incident.
    assert "single" in ask("POST", "/hotspots", {"method": "clusters", "title": "x", "parameters": {"min-points": 2}}, li, 403)["detail"]
    send("POST", "/hotspots", body, li, 415, content="text/plain")
    ask("DELETE", "/hotspots/999999", token=li, code=404)
    ask("DELETE", "/hotspots/0", token=li, code=404)
    # A feature is no run.
    inside = items(f"&run={first}")["features"][0]["id"]
    ask("DELETE", f"/hotspots/{inside}", token=li, code=404)
    # Features are not changed one by one.
    ask("DELETE", f"/ogc/collections/hotspots/items/{inside}", token=li, code=405)
    assert len(runs()) == count
    run("hotspots", store, "gi-star", code=2)
    run("hotspots", store, "gi-star", "--save", "", code=3)


def deletes(token, first):
    """A deleted run is gone for good, unless its batch is undone."""
    count, features = items()["numberMatched"], get(f"/hotspots/{first}")["features"]
    kept = items(f"&run={first}")["features"]
    gone = ask("DELETE", f"/hotspots/{first}", token=token)
    assert gone["features"] == features and items()["numberMatched"] == count - features
    get(f"/hotspots/{first}", 404)
    stop(kill=True)
    start()
    get(f"/hotspots/{first}", 404)
    run("undo", store, str(gone["batch"]))
    until(lambda: any(r["id"] == first for r in runs()), "the run never comes back")
    assert items(f"&run={first}")["features"] == kept


def repeats(token):
    """The same request under the same key is answered as it was; another request under it is refused."""
    body = {"method": "gi-star", "title": "once", "parameters": {"level": "community", "seed": 5}}
    before, key = len(runs()), {"Idempotency-Key": "k-1"}
    first, headers = send("POST", "/hotspots", body, token, 201, more=key)
    again, other = send("POST", "/hotspots", body, token, 201, more=key)
    assert first == again and headers["Location"] == other["Location"] and len(runs()) == before + 1
    problem = json.loads(send("POST", "/hotspots", {**body, "title": "twice"}, token, 422, more=key)[0])
    assert "Idempotency-Key" in problem["detail"]
    assert "255" in json.loads(send("POST", "/hotspots", body, token, 400, more={"Idempotency-Key": "k" * 256})[0])["detail"]
    # What failed is not kept: the same key goes on.
    send("POST", "/hotspots", {**body, "title": ""}, token, 400, more={"Idempotency-Key": "k-2"})
    send("POST", "/hotspots", {**body, "title": "next"}, token, 201, more={"Idempotency-Key": "k-2"})
    stop()
    start()
    later = json.loads(send("POST", "/hotspots", body, token, 201, more=key)[0])
    assert later["id"] == json.loads(first)["id"], "over a restart too"
    for saved in runs():
        if saved["title"] in ("once", "next"):
            ask("DELETE", f"/hotspots/{saved['id']}", token=token)


def as_job(token):
    """What takes long is saved by a job, which says how far it is."""
    body = {"method": "clusters", "title": "job", "parameters": {"eps": 60, "min-points": 5, "simulations": 999}}
    more = {"Prefer": "respond-async", "Idempotency-Key": "k-3"}
    text, headers = send("POST", "/hotspots", body, token, 202, more=more)
    job, shown = json.loads(text), []
    assert headers["Location"] == f"{base}/jobs/{job['jobID']}" and job["processID"] == "hotspots" and job["title"] == "job"
    while job["status"] in ("accepted", "running"):
        job = ask("GET", "/jobs/" + job["jobID"], token=token)
        shown.append(job["progress"])
        time.sleep(0.01)
    assert job["status"] == "successful" and shown == sorted(shown) and any(0 < share < 100 for share in shown), shown
    made = get(f"/hotspots/{job['result']['run']}")
    assert "rows_read" not in job
    assert made["title"] == "job" and made["features"] == job["result"]["features"]
    # Known under its key, it is not done again.
    assert json.loads(send("POST", "/hotspots", body, token, 201, more=more)[0]) == made
    ask("DELETE", f"/hotspots/{made['id']}", token=token)
    # One that is dismissed saves nothing.
    before = len(runs())
    job = json.loads(send("POST", "/hotspots", {**body, "parameters": {**body["parameters"], "seed": 9}}, token, 202,
                          more={"Prefer": "respond-async"})[0])
    ask("DELETE", "/jobs/" + job["jobID"], token=token)
    until(lambda: ask("GET", "/jobs/" + job["jobID"], token=token)["status"] == "dismissed", "a job that was dismissed")
    assert len(runs()) == before


def boxes():
    """Nobody finds a place by narrowing a box down: its edges are no finer than cells."""
    west, south, east, north = 102.6, 39.33, 102.62, 39.35
    inner = f"{west + 0.0001:.4f},{south + 0.0002:.4f},{east - 0.0003:.4f},{north - 0.0004:.4f}"
    outer = f"{west},{south},{east},{north}"
    for path in ("/timeline?step=month", "/hotspots/near-repeat?permutations=0", "/hotspots/gi-star?grid=square:500"):
        answers = [get(f"{path}&bbox={box}") for box in (inner, outer)]
        for answer in answers:
            answer.pop("run_time_ms", None)
        assert answers[0] == answers[1], path
        if "hotspots" in path:
            assert answers[0]["filters"]["bbox"] == ",".join(f"{edge:.4f}" for edge in (west, south, east, north)), "what was looked at"


def command():
    """What a command saves a server shows; its batch takes it back."""
    out = os.path.join(folder, "hot.geojson")
    said = run("hotspots", store, "gi-star", "--level", "community", "--save", "夜班", "-o", out).stdout
    number = int(said.split("saved as run ")[1].split()[0])
    until(lambda: any(r["id"] == number for r in runs()), "the server never has the run")
    mine = next(r for r in runs() if r["id"] == number)
    assert mine["title"] == "夜班" and mine["user"] == "" and mine["parameters"] == {"level": "community"}
    same_as_answer(number, "gi-star", "level=community")
    with open(out, encoding="utf-8") as file:
        assert len(json.load(file)["features"]) == mine["features"]
    line = next(text for text in run("batches", store).stdout.splitlines() if "夜班" in text)
    assert "hotspots" in line
    run("undo", store, line.split()[0])
    until(lambda: all(r["id"] != number for r in runs()), "the server never drops the run")
    run("check", store)


def schema_4():
    """A store from before there were runs is brought up to date, and is as a new one."""
    old = os.path.join(folder, "old.gpkg")
    db = sqlite3.connect(old)
    with open(os.path.join(HERE, "..", "data", "store", "schema_4.sql"), encoding="utf-8") as file:
        db.executescript(file.read())
    db.close()
    assert "older" in run("export", old, "hotspots", "-o", os.path.join(folder, "x.csv"), code=4).stderr
    assert "saved as run 1" in run("hotspots", old, "gi-star", "--level", "community", "--save", "first").stdout
    columns = lambda path, table: {c[1]: c[2] for c in sqlite3.connect(path).execute(f"PRAGMA table_info({table})")}
    for table in ("hotspots", "hotspots_history"):
        assert columns(old, table) == columns(store, table), table
    start(path=old)
    assert [r["title"] for r in runs()] == ["first"]
    assert get("/ogc/collections/incidents/items")["numberMatched"] == 4
    stop()


def tile_is_empty():
    try:
        with urllib.request.urlopen(base + "/tiles/incidents/12/3215/1550.mvt", timeout=60) as answer:
            return answer.status == 204
    except urllib.error.HTTPError:
        return True


try:
    run("sample", store, "--incidents", "4000")
    users = {}
    for name, role in (("li", "editor"), ("viewer", "viewer"), ("reporter", "reporter")):
        users[name] = run("user", store, "add", name, "--role", role).stdout.split()[-1]
    path = os.path.join(folder, "units.csv")
    run("export", store, "communities", "-o", path)
    with open(path, encoding="utf-8-sig") as file:
        code = next(part for part in file.readlines()[1].replace('"', "").split(",") if len(part) == 12 and part.isdigit())
    users["of_a_unit"] = run("user", store, "add", "wang", "--role", "editor", "--unit", code).stdout.split()[-1]
    start()
    saved = saves(users["li"])["id"]
    rest = methods(users["li"])
    reads(saved, rest)
    refused(users, saved)
    deletes(users["li"], saved)
    repeats(users["li"])
    as_job(users["li"])
    command()
    stop()
    start("--read-only")
    ask("POST", "/hotspots", {"method": "gi-star", "title": "x"}, users["li"], 403)
    ask("DELETE", f"/hotspots/{saved}", token=users["li"], code=403)
    stop()
    # What is saved shows no single incident, so that anybody may read it.
    start("--listen", "0.0.0.0:0")
    base = base.replace("0.0.0.0", "127.0.0.1")
    assert get("/hotspots")["runs"] and get("/ogc/collections/hotspots/items")["numberMatched"] > 0
    boxes()
    stop()
    schema_4()
finally:
    if server:
        server.kill()
    shutil.rmtree(folder, ignore_errors=True)
