"""Plans for a sample city: within the budget and near the best plan for the true intensity, options kept, scores
held out, the same over HTTP and as a process, files, mistakes."""
import csv
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
BASE = ""


def run(*arguments, status=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == status, (arguments, result.returncode, result.stdout, result.stderr)
    return result


def once(pairs):
    """An object whose members have names of their own."""
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), names
    return dict(pairs)


def ask(path, status=200, body=None):
    request = urllib.request.Request(BASE + path, data=body, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=600) as answer:
            code, said = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        code, said = error.code, error.read()
    assert code == status, (path, code, said[:300])
    return json.loads(said, object_pairs_hook=once)


def plan(status=200, **words):
    """The server keeps the forecast of a filter, an origin and a share: what differs otherwise is answered from it."""
    words = {name.replace("_", "-"): value for name, value in words.items()}
    return ask("/focus?" + urllib.parse.urlencode(words), status)


def true_intensity():
    """Expected incidents by segment, and by segment and hour; lengths in km."""
    truth = sqlite3.connect(store.replace(".gpkg", ".truth.gpkg"))
    hourly, whole = {}, {}
    for segment, hour, expected in truth.execute("SELECT segment, hour, sum(expected) FROM expected GROUP BY 1, 2"):
        hourly[segment, hour] = expected
        whole[segment] = whole.get(segment, 0) + expected
    return whole, hourly, dict(truth.execute("SELECT segment, length_m / 1000 FROM segments"))


def best_within(value, cost, budget):
    """The greedy plan and, since it may leave something over, the linear bound: no plan holds more."""
    left, held = budget, 0
    for key in sorted(value, key=lambda k: -value[k] / cost[k]):
        part = min(1, left / cost[key])
        held += part * value[key]
        left -= part * cost[key]
        if left <= 0:
            break
    return held


def hours_of(text):
    found = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def check_km(whole, length):
    answer = plan(budget="6km")
    rows = [f["properties"] for f in answer["features"]]
    assert [r["rank"] for r in rows] == list(range(1, len(rows) + 1)) and len(rows) == answer["chosen"]
    assert len({r["id"] for r in rows}) == len(rows)
    used = sum(length[r["id"]] for r in rows)
    assert used <= 6 + 1e-9 and abs(used - answer["chosen_km"]) < 1e-4
    assert all(f["geometry"]["type"] == "LineString" for f in answer["features"])
    caught, best = sum(whole[r["id"]] for r in rows), best_within(whole, length, 6)
    print(f"6 km catch {caught / best:.3f} of the best plan for the true intensity")
    assert caught > 0.9 * best
    assert answer["bound"] >= answer["expected_in_chosen"] - 1e-9 and answer["gap"] < 0.001
    rates = [r["value"] for r in rows]
    assert rates == sorted(rates, reverse=True)
    assert abs(rows[-1]["cumulative_share"] - sum(r["share"] for r in rows)) < 1e-9
    assert all(1 <= r["rank_low"] <= r["rank_high"] for r in rows)
    assert sum(r["rank_low"] <= r["rank"] <= r["rank_high"] for r in rows) > 0.8 * len(rows)
    assert all(hours_of(r["hours"]) <= set(range(24)) and r["weekdays"] in ("1-7", "1-5", "6-7") for r in rows)
    assert any(r["state"].endswith("-hot") for r in rows)
    held = answer["held_out"]
    assert held["sample"] == "held-out" and answer["in_sample"]["sample"] == "in-sample"
    assert held["periods"] == len(held["folds"]) == 12
    for fold in held["folds"]:
        assert fold["caught"] <= fold["possible"] + 1e-9 and fold["possible"] <= fold["n"] + 1e-9
    mean = sum(f["hit_rate"] for f in held["folds"]) / 12
    assert abs(mean - held["hit_rate"]["mean"]) < 1e-12 and held["hit_rate"]["low"] <= mean <= held["hit_rate"]["high"]
    assert "knapsack" in answer["how_en"] and "背包" in answer["how_zh"]


def check_fold():
    """What a plan of an earlier origin catches is what the later one says of that fold."""
    late = plan(budget="6km", min_per="subdistrict:1")
    fold = late["held_out"]["folds"][0]
    later = plan(budget="6km", min_per="subdistrict:1", origin=fold["origin"])
    assert later["parameters"]["until"] == late["parameters"]["origin"]
    path = os.path.join(folder, "incidents.csv")
    run("export", store, "incidents", "-o", path)
    with open(path, encoding="utf-8-sig") as file:
        count = {}
        for row in csv.DictReader(file):
            when = row["occurred"] or row["reported"]
            good = row["segment"] and row["lon"] and float(row["accuracy_m"] or 0) <= 100
            if good and "2025-12-01T16" <= when < "2025-12-31T16":
                count[int(row["segment"])] = count.get(int(row["segment"]), 0) + 1
    # The fold lasts 30 days from 2025-12-01T16:00Z, the local midnight after.
    assert fold["origin"].startswith("2025-12-02T00:00:00+08:00"), fold
    assert fold["n"] == sum(count.values())
    chosen = [f["properties"]["id"] for f in later["features"]]
    caught = sum(count.get(i, 0) for i in chosen)
    assert abs(caught - fold["caught"]) <= 0.15 * fold["n"], (caught, fold)


def check_options(length):
    free = plan(budget="6km")
    per = plan(budget="6km", min_per="subdistrict:4")
    assert per["expected_in_chosen"] <= free["bound"] + 1e-9
    count = {}
    for f in per["features"]:
        count[f["properties"]["subdistrict"]] = count.get(f["properties"]["subdistrict"], 0) + 1
    assert min(count.values()) >= 4 and len(count) >= 4, count
    routes = plan(budget="6km", connected="true", crews=2)
    assert routes["routes"] <= 2 and {f["properties"]["crew"] for f in routes["features"]} <= {1, 2}
    assert routes["expected_in_chosen"] <= routes["bound"] and 0 <= routes["gap"] < 0.6
    ends = {}
    for f in routes["features"]:
        for end in (f["geometry"]["coordinates"][0], f["geometry"]["coordinates"][-1]):
            ends.setdefault(tuple(end), set()).add(f["properties"]["id"])
    group = {f["properties"]["id"]: f["properties"]["crew"] for f in routes["features"]}
    for touching in ends.values():
        assert len({group[i] for i in touching}) == 1
    areas = plan(budget="40km", level="community")
    assert sum(f["properties"]["length_km"] for f in areas["features"]) <= 40
    assert all(f["geometry"]["type"] in ("Polygon", "MultiPolygon") for f in areas["features"])
    again = plan(budget="6km", seed=1)
    assert again["features"] == free["features"]
    complaints = plan(budget="6km", weight="complaints")
    assert 0 < complaints["expected_total"] < free["expected_total"]
    assert sum(length[f["properties"]["id"]] for f in complaints["features"]) <= 6


def check_hours(hourly):
    answer = plan(budget="240h")
    rows = [f["properties"] for f in answer["features"]]
    assert sum(r["crew_hours"] for r in rows) <= 240 + 1e-9 and "工时" in answer["how_zh"]
    caught = used = 0
    seen = set()
    for r in rows:
        days = {"1-7": 30, "1-5": 22, "6-7": 8}[r["weekdays"]]
        assert abs(r["crew_hours"] - days * len(hours_of(r["hours"]))) < 1e-9
        used += r["crew_hours"]
        for hour in hours_of(r["hours"]):
            assert (r["id"], hour, days) not in seen
            seen.add((r["id"], hour, days))
            caught += hourly.get((r["id"], hour), 0) * days / 30
    best = sum(sorted(hourly.values(), reverse=True)[:8])
    print(f"240 h catch {caught / best:.3f} of the best hours for the true intensity")
    assert caught > 0.75 * best and used == answer["chosen_h"]
    one = plan(budget="240h", crews=1)
    busy = set()
    for f in one["features"]:
        r = f["properties"]
        for kind in {"1-7": (0, 1), "1-5": (0,), "6-7": (1,)}[r["weekdays"]]:
            for hour in hours_of(r["hours"]):
                assert (kind, hour) not in busy
                busy.add((kind, hour))
    avoid = plan(budget="240h", avoid="permitted")
    assert avoid["in_permitted_zones"] > 0 and avoid["expected_in_chosen"] <= answer["bound"] + 1e-9


def check_mistakes():
    out = os.path.join(folder, "x.geojson")
    assert "10km" in run("focus", store, "-o", out, status=2).stderr
    assert "budget" in run("focus", store, "--budget", "10", "-o", out, status=2).stderr
    run("focus", store, "--budget", "5km", status=2)
    assert not os.path.exists(out)
    assert "budget" in ask("/focus", 400)["detail"]
    assert "budgett" in json.dumps(ask("/focus?budgett=3", 400))
    for bad in ("-3km", "0h", "km", "10kmh", "nankm"):
        assert "budget" in plan(400, budget=bad)["detail"]
    for word, value in (("min-per", "street:1"), ("avoid", "rain"), ("weight", "size"), ("crews", 0), ("grid", "hex:3"),
                        ("horizon", 0), ("origin", "1990-01-01"), ("bbox", "0,0,1,1")):
        assert word in plan(400, budget="6km", **{word: value})["detail"], word
    assert "connected" in plan(400, budget="6km", connected="true", min_per="subdistrict:1")["detail"]
    assert "connected" in plan(400, budget="50h", connected="true")["detail"]
    # The horizon's days are a Thursday and a Friday.
    assert "weekdays" in plan(400, budget="50h", weekdays="1", horizon=2)["detail"]
    said = plan(400, budget="6km", min_per="community:5")["detail"]
    assert "budget" in said and "at least" in said


def check_command():
    """The command says what the server says, as rows too."""
    served = plan(budget="6km", connected="true")
    path = os.path.join(folder, "plan.geojson")
    said = run("focus", store, "--budget", "6km", "--connected", "--lang", "zh", "-o", path).stdout
    with open(path, encoding="utf-8") as file:
        filed = json.load(file, object_pairs_hook=once)
    for name in ("features", "held_out", "bound", "parameters"):
        assert served[name] == filed[name], name
    assert "方案" in said
    inputs = {"inputs": {"budget": "6km", "connected": True}}
    made = ask("/ogc/processes/focus/execution", body=json.dumps(inputs).encode())
    assert made["features"] == served["features"]
    path = os.path.join(folder, "plan.csv")
    run("focus", store, "--budget", "6km", "--connected", "-o", path)
    with open(path, encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["id"]) for row in rows] == [f["properties"]["id"] for f in served["features"]]
    assert rows[0]["rank"] == "1" and rows[0]["subdistrict"] and float(rows[0]["lon"]) > 70


server = None
try:
    run("sample", store, "--incidents", "12000", "--seed", "5")
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    BASE = server.stdout.readline().strip()
    while True:
        try:
            urllib.request.urlopen(BASE + "/readyz", timeout=5)
            break
        except urllib.error.URLError:
            time.sleep(0.1)
    whole, hourly, length = true_intensity()
    check_km(whole, length)
    check_fold()
    check_options(length)
    check_hours(hourly)
    check_mistakes()
    check_command()
    server.terminate()
    assert server.wait(timeout=120) == 0
finally:
    if server and server.poll() is None:
        server.kill()
        server.wait()
    shutil.rmtree(folder, ignore_errors=True)
