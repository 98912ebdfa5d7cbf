"""The review queue of the geocoder: what waits with which candidates, decisions over HTTP and from a table, that they
survive kill -9, new geography and imports, are undone, and are nobody's without the role; the hit rate beside it."""
import csv
import io
import json
import math
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from osgeo import ogr

ogr.UseExceptions()

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


def write(name, text, encoding="utf-8"):
    path = os.path.join(folder, name)
    with open(path, "w", encoding=encoding, newline="") as file:
        file.write(text)
    return path


def batch_of(result):
    return next(line.split()[1] for line in result.stdout.splitlines() if line.startswith("batch "))


def load(kind, path):
    return batch_of(run("import", store, kind, path))


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


def stop(kill=False):
    global server
    if not server:
        return
    server.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
    code = server.wait(timeout=120)
    assert kill or code == 0, code
    server.stdout.close()
    server = None


def ask(method, path, value=None, token=None, code=200):
    body = json.dumps(value, ensure_ascii=False).encode() if value is not None else None
    request = urllib.request.Request(base + urllib.parse.quote(path, safe="/?&=%-_.,"), method=method, data=body)
    if body is not None:
        request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    assert status == code, (method, path, status, text)
    return json.loads(text) if text else None


def get(path, code=200):
    return ask("GET", path, code=code)


def until(condition, words):
    for _ in range(400):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError(words)


def waiting(path="/review"):
    return {entry["address"]: entry for entry in get(path)["entries"]}


def incidents():
    features = get("/ogc/collections/incidents/items?limit=100")["features"]
    return {f["properties"]["id"]: (f["geometry"] and tuple(f["geometry"]["coordinates"]), f["properties"]["match_type"],
                                    f["properties"].get("reviewed")) for f in features}


def square(code, name, lon, lat):
    ring = [[lon, lat], [lon + 0.02, lat], [lon + 0.02, lat + 0.01], [lon, lat + 0.01], [lon, lat]]
    return {"type": "Feature", "properties": {"code": code, "name": name, "level": "subdistrict"},
            "geometry": {"type": "Polygon", "coordinates": [ring]}}


def collection(name, features):
    return write(name, json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False))


EAST, SOUTH = "620702001", "620702002"


def make_city():
    load("units", collection("units.geojson", [square(EAST, "东街街道", 100.44, 38.92), square(SOUTH, "南街街道", 100.44, 38.91)]))
    line = lambda name, points: {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "LineString", "coordinates": points}}
    load("streets", collection("streets.geojson", [line("南大街", [[100.45, 38.911], [100.45, 38.929]]),
                                                   line("西大街", [[100.441, 38.925], [100.459, 38.925]])]))
    rows = "".join(f"南大街,{n},{100.4498 if n % 2 else 100.4502},{38.912 + n * 0.0004:.4f}\n" for n in range(1, 41))
    addresses = load("addresses", write("addresses.csv", "street,number,lon,lat\n" + rows))
    load("places", write("places.csv", "name,class,lon,lat\n幸福超市,shop,100.443,38.923\n幸福超市,shop,100.457,38.913\n"))
    return addresses


HEAD = "id,category,reported,address,unit,source\n"
FIRST = HEAD + f"""1,0510,2026-01-05 10:00,南大街23号,,hotline
2,0510,2026-01-05 11:00,老槐树底下,{EAST},hotline
3,0510,2026-01-06 11:00,老槐树 底下,{EAST},hotline
4,0510,2026-02-07 11:00,老槐樹底下,{EAST},hotline
5,0510,2026-02-07 12:00,水房对过,,app
6,0510,2026-02-08 12:00,幸福超市,{SOUTH},app
7,0510,2026-02-08 13:00,水房对过,,app
8,0510,2026-02-09 13:00,,,app
9,0510,2026-02-09 14:00,,{SOUTH},app
"""


def make_users():
    users = {}
    for name, role, more in (("reporter", "reporter", []), ("editor", "editor", []), ("east", "editor", ["--unit", EAST])):
        users[name] = run("user", store, "add", name, "--role", role, *more).stdout.strip()
    return users


class Listener:
    """Events of the server as they come."""

    def __init__(self):
        self.seen = []
        self.stream = urllib.request.urlopen(base + "/events", timeout=120)
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        try:
            for line in self.stream:
                self.seen.append(line.decode().strip())
        except (OSError, ValueError, AttributeError):
            pass

    def heard(self, event):
        at = [i for i, line in enumerate(self.seen) if line == f"event: {event}"]
        return [json.loads(self.seen[i + 1][len("data: "):]) for i in at if i + 1 < len(self.seen)]


def what_waits():
    page = get("/review")
    assert page["texts"] == 3 and page["incidents"] == 6, page
    entries = page["entries"]
    assert [(e["address"], e["count"], e["reason"]) for e in entries] == [
        ("老槐树底下", 3, "unmatched"), ("水房对过", 2, "unmatched"), ("幸福超市", 1, "ambiguous")], entries
    assert [x["id"] for x in entries[0]["examples"]] == ["2", "3", "4"]
    assert entries[0]["candidates"] == [] and len(entries[2]["candidates"]) == 2
    one = get("/review?limit=1")
    two = json.loads(urllib.request.urlopen(one["next"], timeout=60).read())
    rest = json.loads(urllib.request.urlopen(two["next"], timeout=60).read())
    assert [p["entries"][0]["address"] for p in (one, two, rest)] == [e["address"] for e in entries] and rest["next"] is None
    assert set(waiting("/review?source=app")) == {"水房对过", "幸福超市"}
    # By the unit's code too, which is all that is known of where they are.
    east, south = waiting(f"/review?unit={EAST}"), waiting(f"/review?unit={SOUTH}")
    assert east["老槐树底下"]["count"] == 3 and "水房对过" not in east and set(south) == {"幸福超市"}, (east, south)
    assert waiting("/review?datetime=2026-01-01/2026-01-31")["老槐树底下"]["count"] == 2
    assert len(waiting("/review?category=0101")) == 0 and len(waiting("/review?batch=5")) == 3
    get("/review?state=nonsense", code=400)
    get("/review?after=nonsense", code=400)
    get("/review/0123456789abcdef", code=404)
    entry = get("/review/" + entries[2]["id"])
    assert entry["type"] == "FeatureCollection" and [f["properties"]["candidate"] for f in entry["features"]] == [1, 2]
    places = {tuple(f["geometry"]["coordinates"]) for f in entry["features"]}
    assert places == {(100.443, 38.923), (100.457, 38.913)} and entry["review"]["count"] == 1
    assert {f["properties"]["unit"] for f in entry["features"]} == {EAST, SOUTH}
    return {e["address"]: e["id"] for e in entries}


def who_may(ids, users):
    tree = ids["老槐树底下"]
    choice = {"action": "place", "lon": 100.445, "lat": 38.9255}
    ask("POST", f"/review/{tree}", choice, code=401)
    ask("POST", f"/review/{tree}", choice, "nonsense", code=401)
    ask("POST", f"/review/{tree}", choice, users["reporter"], code=403)
    ask("DELETE", f"/review/{tree}", None, users["reporter"], code=403)
    # Of one unit: what all came from there, to a place there.
    ask("POST", f"/review/{tree}", {"action": "place", "lon": 100.445, "lat": 38.915}, users["east"], code=403)
    ask("POST", f"/review/{ids['水房对过']}", choice, users["east"], code=403)
    ask("POST", f"/review/{ids['幸福超市']}", {"action": "skip"}, users["east"], code=403)
    for wrong in ({"action": "nonsense"}, {"action": "accept"}, {"action": "accept", "candidate": 9}, {"action": "place"},
                  {"action": "place", "lon": 100.4}, {"action": "place", "lon": 200, "lat": 3}, {"action": "accept", "candidate": 1.5},
                  {"action": "address"}, {"action": "address", "new_address": "天涯海角"}, {"action": "skip", "more": 1},
                  {"action": "skip", "remember": "yes"}, [], {}):
        ask("POST", f"/review/{tree}", wrong, users["editor"], code=400)
    ask("POST", "/review/0123456789abcdef", {"action": "skip"}, users["editor"], code=404)
    assert get("/review")["incidents"] == 6 and get("/review/decisions")["decisions"] == []


def decide(ids, users):
    before = incidents()
    listener = Listener()
    tree, water, shop = ids["老槐树底下"], ids["水房对过"], ids["幸福超市"]
    made = ask("POST", f"/review/{tree}", {"action": "place", "lon": 100.445, "lat": 38.9255, "label": "老槐树", "remember": True,
                                          "note": "问过居委会"}, users["east"])
    assert made["incidents"] == 3 and made["changed"] == 1 and made["moved"] == 3 and made["batch"], made
    now = incidents()
    assert all(now[i] == ((100.445, 38.9255), "given", 1) for i in ("2", "3", "4")), now
    assert {k: v for k, v in now.items() if k not in "234"} == {k: v for k, v in before.items() if k not in "234"}
    # The same again changes nothing.
    again = ask("POST", f"/review/{tree}", {"action": "place", "lon": 100.445, "lat": 38.9255, "label": "老槐树", "remember": True,
                                           "note": "问过居委会"}, users["editor"])
    assert again["changed"] == 0 and again["batch"] is None and again["version"] == made["version"], again
    candidates = get(f"/review/{shop}")["features"]
    south = next(f for f in candidates if f["properties"]["unit"] == SOUTH)
    number = south["properties"]["candidate"]
    ask("POST", f"/review/{shop}", {"action": "accept", "candidate": number, "label": "别的超市"}, users["editor"], code=409)
    ask("POST", f"/review/{shop}", {"action": "accept", "candidate": number, "label": south["properties"]["label"]}, users["editor"])
    assert incidents()["6"] == ((100.457, 38.913), "place", 1)
    ask("POST", f"/review/{water}", {"action": "unlocatable", "note": "不知何处"}, users["editor"])
    assert incidents()["5"] == (None, "none", 1)
    assert waiting() == {} and set(waiting("/review?state=unlocatable")) == {"水房对过"}
    assert set(waiting("/review?state=decided")) == {"老槐树底下", "幸福超市"}
    assert waiting("/review?state=all")["老槐树底下"]["decision"]["action"] == "place"
    # Another decision takes its place: set aside, then the address that is meant.
    ask("POST", f"/review/{water}", {"action": "skip"}, users["editor"])
    assert set(waiting("/review?state=skipped")) == {"水房对过"} and waiting() == {}
    ask("POST", f"/review/{water}", {"action": "address", "new_address": "南大街23号"}, users["editor"])
    assert incidents()["5"] == incidents()["7"] == (incidents()["1"][0], "address", 1)
    decisions = get("/review/decisions")["decisions"]
    assert {(d["address"], d["action"], d["user"], d["remembered"]) for d in decisions} == {
        ("老槐树底下", "place", "east", True), ("幸福超市", "accept", "editor", False), ("水房对过", "address", "editor", False)}, decisions
    assert [d["address"] for d in get("/review/decisions?remembered=true")["decisions"]] == ["老槐树底下"]
    page = get("/review/decisions?limit=2")
    assert len(page["decisions"]) == 2 and len(json.loads(urllib.request.urlopen(page["next"], timeout=60).read())["decisions"]) == 1
    until(lambda: len(listener.heard("review")) == 5, "not all decisions were announced")
    assert listener.heard("review")[0] == {"version": made["version"], "batch": made["batch"], "decided": 1, "moved": 3}
    return made["batch"]


def survives(placed, addresses):
    """kill -9, then addresses that go and come: chosen positions stay, another text is looked up anew."""
    now = incidents()
    stop(kill=True)
    start()
    assert incidents() == now and waiting() == {}
    run("undo", store, addresses)
    until(lambda: incidents()["1"][1] != "address", "the addresses that went still count")
    then = incidents()
    assert then["5"][:2] == then["1"][:2] and all(then[i] == now[i] for i in ("2", "3", "4", "6")), then
    rows = "".join(f"南大街,{n},{100.4497 if n % 2 else 100.4503},{38.9121 + n * 0.0004:.4f}\n" for n in range(1, 41))
    load("addresses", write("moved.csv", "street,number,lon,lat\n" + rows))
    until(lambda: incidents()["1"][0] == (100.4497, 38.9213), "the new addresses do not count")
    then = incidents()
    assert then["5"] == then["7"] == ((100.4497, 38.9213), "address", 1)
    assert all(then[i] == now[i] for i in ("2", "3", "4", "6")) and waiting() == {}, then
    run("check", store)
    assert f"\n{placed}\t" in run("batches", store).stdout


def next_import(users, ids):
    second = HEAD + f"11,0510,2026-03-05 10:00,老槐树底下,{SOUTH},hotline\n12,0510,2026-03-05 11:00,水房对过,,app\n"
    told = run("import", store, "incidents", write("second.csv", second))
    assert "unmatched 1" in told.stderr, told.stderr
    until(lambda: "12" in incidents(), "the server never has the second import")
    # The alias holds; what was not remembered held only for what was there.
    assert incidents()["11"] == ((100.445, 38.9255), "given", 1)
    assert set(waiting()) == {"水房对过"} and waiting()["水房对过"]["count"] == 1
    assert waiting("/review?state=decided")["水房对过"]["count"] == 2
    ask("POST", f"/review/{ids['水房对过']}", {"action": "address", "new_address": "南大街23号", "remember": True}, users["editor"])
    assert waiting() == {} and incidents()["12"][1:] == ("address", 1)
    # Importing again what is there changes nothing, wherever it lies by now.
    for name, text in (("first.csv", FIRST), ("second.csv", second)):
        assert "nothing changed" in run("import", store, "incidents", write(name, text)).stderr
    # One that is posted is located by the alias too.
    posted = ask("POST", "/incidents", {"id": "13", "category": "0510", "address": "老槐树底下"}, users["reporter"], code=201)
    assert posted["geometry"]["coordinates"] == [100.445, 38.9255] and posted["properties"]["match_type"] == "given"
    return told


def undo(users, ids, second):
    ask("DELETE", f"/review/{ids['水房对过']}", None, users["editor"])
    assert incidents()["5"][1:] == ("none", None) and waiting()["水房对过"]["count"] == 3
    assert ask("DELETE", f"/review/{ids['水房对过']}", None, users["editor"])["changed"] == 0
    listed = [line.split("\t") for line in run("batches", store).stdout.splitlines()]
    tree = next(b[0] for b in listed if b[2] == "decisions" and b[3] == "review by east")
    run("undo", store, tree)
    until(lambda: "老槐树底下" in waiting(), "the server keeps what was undone")
    assert waiting()["老槐树底下"]["count"] == 5 and incidents()["2"][1:] == ("unit", None)
    assert incidents()["13"][1:] == ("none", None)
    # Undoing an import does not undo a decision taken since.
    ask("POST", f"/review/{ids['老槐树底下']}", {"action": "place", "lon": 100.446, "lat": 38.926}, users["editor"])
    third = batch_of(run("import", store, "incidents", write("third.csv", HEAD + f"2,0510,2026-01-05 11:30,老槐树底下,{EAST},hotline\n")))
    until(lambda: get(f"/ogc/collections/incidents/items?batch={third}")["numberMatched"] == 1, "the update never comes")
    assert incidents()["2"] == ((100.446, 38.926), "given", 1), "an update loses what was decided"
    ask("POST", f"/review/{ids['老槐树底下']}", {"action": "place", "lon": 100.447, "lat": 38.927}, users["editor"])
    run("undo", store, third)
    until(lambda: incidents()["2"][0] == (100.447, 38.927), "an undone import brings an old position back")


def tables(users):
    """An office fills in a table: XLSX and CSV, UTF-8 and GB18030."""
    path = os.path.join(folder, "queue.csv")
    assert "1 addresses" in run("review", store, "export", path).stdout
    with open(path, encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["address"] == "水房对过" and rows[0]["count"] == "3" and rows[0]["decision"] == ""
    assert "0 decisions read, 0 new" in run("review", store, "apply", path).stdout
    shutil.copy(path, os.path.join(folder, "q2.csv"))
    sheet = os.path.join(folder, "queue.xlsx")
    run("review", store, "export", sheet, "--state", "all")
    table = ogr.Open(sheet)
    layer = table.GetLayer(0)
    assert {f["address"] for f in layer} == {"水房对过", "幸福超市", "老槐树底下"}
    head = "address,decision,candidate,lon,lat,new_address,note,remember\n"
    wrong = {"address,decision\n水房对过,nonsense\n": "row 1", head + "水房对过,accept,x,,,,,\n": "candidate", head + "水房对过,place,,a,1,,,\n": "lon",
             head + "水房对过,skip,,,,,,perhaps\n": "remember", "where,decision\n水房对过,skip\n": "columns address",
             head + "水房对过,跳过,,,,,,\n幸福超市,采用,3,,,,,\n": "decision 2"}
    for text, words in wrong.items():
        result = subprocess.run([HOTSPOTD, "review", store, "apply", write("wrong.csv", text)], capture_output=True, text=True, check=False)
        assert result.returncode in (2, 3) and words in result.stderr, (text, result)
    assert waiting()["水房对过"]["count"] == 3
    filled = write("filled.csv", head + "水房对过,定位,,100.452,38.922,,水房已拆,是\n幸福超市,采用,1,,,,,\n门口那家店,改址,,,,南大街23号,,是\n", "gb18030")
    applied = run("review", store, "apply", filled, "--user", "王")
    assert "3 decisions read, 3 new" in applied.stdout, applied.stdout
    until(lambda: incidents()["5"][0] == (100.452, 38.922), "the server never has what was decided")
    assert "batch" not in run("review", store, "apply", filled).stdout
    listed = json.loads(run("review", store, "decisions", "--json").stdout)
    assert {d["address"]: d["user"] for d in listed}["门口那家店"] == "王"
    run("undo", store, batch_of(applied))
    until(lambda: waiting().get("水房对过", {}).get("count") == 3, "the server keeps what was undone")
    run("review", store, "apply", filled)
    until(lambda: incidents()["5"][0] == (100.452, 38.922), "the server never has what was decided again")
    run("review", store, "forget", "水房 对过")
    until(lambda: waiting().get("水房对过", {}).get("count") == 3, "the server keeps what was forgotten")
    run("review", store, "forget", "水房对过", code=3)
    assert "件数\t地址" in run("review", store, "--lang", "zh").stdout and "count\taddress" in run("review", store).stdout
    assert json.loads(run("review", store, "--json", "--source", "app").stdout)["entries"][0]["address"] == "水房对过"
    run("review", store, "nonsense", code=2)


def hit_rate():
    rate = get("/review/hit-rate")
    rows = list(csv.DictReader(io.StringIO(run("review", store, "hit-rate").stdout)))
    served = urllib.request.urlopen(base + "/review/hit-rate?f=csv", timeout=60).read().decode()
    assert list(csv.DictReader(io.StringIO(served))) == rows
    seen = incidents()
    n = {kind: sum(1 for _, how, by_hand in seen.values() if test(how, by_hand)) for kind, test in {
        "given": lambda how, by_hand: how == "given" and not by_hand, "unit_only": lambda how, by_hand: how == "unit",
        "unmatched": lambda how, by_hand: how == "none", "all": lambda how, by_hand: True}.items()}
    assert (rate["n"], rate["given"], rate["unit_only"], rate["unmatched"]) == (n["all"], n["given"], n["unit_only"], n["unmatched"]), (rate, seen)
    hits = n["all"] - n["unit_only"] - n["unmatched"]
    assert abs(rate["hit_rate"] - hits / n["all"]) < 1e-6 and rate["below_minimum"] == (hits / n["all"] < 0.85)
    for name in ("months", "sources", "units"):
        assert sum(g["n"] for g in rate[name]) == n["all"]
    assert sum(rate["match_types"].values()) == n["all"] and sum(a["n"] for a in rate["accuracy"]) == hits
    assert [m["month"] for m in rate["months"]][:3] == ["2026-01", "2026-02", "2026-03"]
    assert get(f"/review/hit-rate?unit={EAST}")["n"] < n["all"]
    get("/review/hit-rate?level=nonsense", code=400)


def clusters():
    """Missing positions of one unit are told of; spread evenly they are not."""
    lines = []
    for i in range(400):
        unit = EAST if i % 2 else SOUTH
        found = i % 4 == 0 if unit == EAST else i % 40 != 0
        lines.append(f"c{i},0101,2026-05-{1 + i % 28:02d} 10:00,{'南大街%d号' % (1 + i % 40) if found else '某处%d' % i},{unit},patrol\n")
    # 南大街1号 to 20号 lie in the southern unit, the others in the eastern one: only codes tell of what is missing.
    other = os.path.join(folder, "clusters.gpkg")
    for kind, name in (("units", "units.geojson"), ("streets", "streets.geojson"), ("addresses", "addresses.csv")):
        run("import", other, kind, os.path.join(folder, name))
    run("import", other, "incidents", write("clusters.csv", HEAD + "".join(lines)))
    rate = json.loads(run("review", other, "hit-rate", "--json").stdout)
    # Each group against the others, by counting in whole numbers; q by the definition of Benjamini and Hochberg.
    for name in ("months", "sources", "units"):
        groups = [g for g in rate[name] if g["p_value"] is not None]
        n, missing = [g["n"] for g in groups], [g["unit_only"] + g["unmatched"] for g in groups]
        p = [sum(math.comb(sum(missing), k) * math.comb(sum(n) - sum(missing), own - k) for k in range(hits, own + 1))
             / math.comb(sum(n), own) for own, hits in zip(n, missing)]
        q = [min(len(p) * p[j] / sum(1 for x in p if x <= p[j]) for j in range(len(p)) if p[j] >= p[i]) for i in range(len(p))]
        for i, group in enumerate(groups):
            assert math.isclose(group["p_value"], p[i], rel_tol=1e-9) and math.isclose(group["q_value"], q[i], rel_tol=1e-9), (group, p[i], q[i])
            assert math.isclose(group["expected_missing"], sum(missing) * n[i] / sum(n))
    assert sum(g["p_value"] is not None for g in rate["units"]) == 2
    warned = {(w["kind"], w.get("code")) for w in rate["warnings"]}
    assert ("below-minimum", None) in warned and ("clustered", EAST) in warned and ("clustered", SOUTH) not in warned, warned
    assert all(w["en"] and w["zh"] for w in rate["warnings"])
    assert "东街街道" in run("review", other, "hit-rate").stderr


def honest():
    """What density leaves out is said in every answer, and why."""
    legend = get("/density/legend")
    seen = incidents()
    unmatched = sum(1 for where, _, _ in seen.values() if where is None)
    coarse = sum(1 for _, how, _ in seen.values() if how == "unit")
    assert unmatched > 0 and coarse > 0
    assert legend["max_accuracy_m"] == 100 and legend["total"] == len(seen)
    assert legend["unmatched"] == unmatched and legend["left_out_by_accuracy"] == coarse
    assert legend["n"] == len(seen) - unmatched - coarse
    said = {"total": len(seen), "unmatched": unmatched, "inaccurate": coarse, "max_accuracy_m": 100}
    everything = dict(said, inaccurate=0, max_accuracy_m=None)
    for path in ("/density/value?lon=100.45&lat=38.92", "/density/value?lon=100.45&lat=38.92&network=true", "/density/bandwidth",
                 "/density/isobands", "/density/lixels"):
        assert get(path)["left_out"] == said, path
    assert get("/summary")["left_out"] == everything
    assert get("/summary?max-accuracy=100")["left_out"] == said
    assert get("/density/isobands?max-accuracy=70000")["left_out"] == everything
    assert get("/density/isobands?source=app")["left_out"]["total"] == sum(1 for e in get("/ogc/collections/incidents/items?source=app&limit=100")["features"])
    with urllib.request.urlopen(base + "/density.tif", timeout=60) as answer:
        assert answer.headers["Left-Out"] == f"total={len(seen)}, unmatched={unmatched}, inaccurate={coarse}, max-accuracy=100"
    told = run("density", store, "--bandwidth", "300", "-o", os.path.join(folder, "heat.png")).stderr
    assert f"left out of {len(seen)} incidents: {unmatched} without a position, {coarse} known worse than to 100 m" in told, told


def public(users):
    """On a public address only who has a token sees addresses; counts are for all."""
    stop()
    global base
    start("--listen", "0.0.0.0:0")
    base = base.replace("0.0.0.0", "127.0.0.1")
    get("/review", code=403)
    get("/review/decisions", code=403)
    ask("GET", "/review", token="nonsense", code=401)
    assert ask("GET", "/review", token=users["reporter"])["texts"] >= 1
    assert get("/review/hit-rate")["n"] > 0
    stop()
    start("--read-only")
    ask("POST", "/review/0123456789abcdef", {"action": "skip"}, users["editor"], code=403)
    stop()


def schema_3():
    """A store from before there were decisions is brought up to date, and is as a new one."""
    old = os.path.join(folder, "old.gpkg")
    db = sqlite3.connect(old)
    with open(os.path.join(HERE, "..", "data", "store", "schema_3.sql"), encoding="utf-8") as file:
        db.executescript(file.read())
    db.close()
    assert "older" in run("review", old, code=4).stderr
    # What was changed before can still be undone: the second import of incident 2.
    run("undo", old, "5")
    listed = run("review", old).stdout
    assert "2\t老槐树底下\tunmatched" in listed and "1\t水房对过" in listed, listed
    run("review", old, "apply", write("old.csv", "address,decision,lon,lat,remember\n老槐树底下,place,100.445,38.9255,yes\n"))
    out = os.path.join(folder, "old.geojson")
    run("export", old, "incidents", "-o", out)
    with open(out, encoding="utf-8") as file:
        found = {f["properties"]["id"]: f["geometry"] and f["geometry"]["coordinates"] for f in json.load(file)["features"]}
    assert found["3"] == found["4"] == [100.445, 38.9255] and found["5"] is None and found["1"] == [100.451, 38.921], found
    run("check", old)
    fresh = os.path.join(folder, "fresh.gpkg")
    run("import", fresh, "units", os.path.join(folder, "units.geojson"))
    columns = lambda path, table: {c[1]: c[2] for c in sqlite3.connect(path).execute(f"PRAGMA table_info({table})")}
    for table in ("incidents", "incidents_history", "decisions", "decisions_history"):
        assert columns(old, table) == columns(fresh, table), table


try:
    first_addresses = make_city()
    load("incidents", write("first.csv", FIRST))
    tokens = make_users()
    start()
    entry_ids = what_waits()
    who_may(entry_ids, tokens)
    placing = decide(entry_ids, tokens)
    survives(placing, first_addresses)
    imported = next_import(tokens, entry_ids)
    undo(tokens, entry_ids, imported)
    tables(tokens)
    hit_rate()
    honest()
    clusters()
    public(tokens)
    schema_3()
finally:
    if server:
        server.kill()
    shutil.rmtree(folder, ignore_errors=True)
