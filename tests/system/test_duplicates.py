"""Suggested duplicates: against a search of all pairs, by rows that come at once, from a file and one by one."""
import csv
import datetime
import json
import math
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
server = None
base = None
LON, LAT = 102.61, 39.34


def run(*arguments, code=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == code, (result.returncode, result.stderr)
    return result


def start():
    global server, base
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    base = server.stdout.readline().strip()
    for _ in range(600):
        try:
            urllib.request.urlopen(base + "/readyz", timeout=30)
            return
        except urllib.error.HTTPError:
            time.sleep(0.05)
    raise AssertionError("the server was never ready")


def stop():
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=120) == 0


def get(path):
    with urllib.request.urlopen(base + path, timeout=120) as answer:
        return json.loads(answer.read())


def post(value):
    request = urllib.request.Request(base + "/incidents", json.dumps(value).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    request.add_header("Authorization", "Bearer " + token)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.loads(answer.read())


# The rules that ship with the program, by the code of the class or of the one above it.
with open(os.path.join(os.path.dirname(__file__), "../../geodata/taxonomy.json"), encoding="utf-8") as file:
    categories = {entry["code"]: entry for entry in json.load(file)["categories"]}


def rule(code):
    while code in categories:
        if "duplicate_m" in categories[code]:
            return categories[code]["duplicate_m"], categories[code]["duplicate_hours"] * 3600
        code = categories[code]["parent"]
    return 0, 0


def meridian(lat):
    """Metres of a degree of longitude and of latitude on WGS 84 at a latitude."""
    a, e2, phi = 6378137.0, 0.0066943799901413165, math.radians(lat)
    w = 1 - e2 * math.sin(phi) ** 2
    return math.radians(a * math.cos(phi) / math.sqrt(w)), math.radians(a * (1 - e2) / w ** 1.5)


def expected(rows):
    """Each row against every case before it; rows in the store's order."""
    cases, found = [], {}
    for row in rows:
        metres, seconds = rule(row["category"])
        if not metres or row["time"] is None or row["lon"] is None or row["accuracy"] > metres:
            continue
        per_lon, per_lat = meridian(row["lat"])
        best = None
        for case in cases:
            if case["category"] != row["category"] or abs(case["time"] - row["time"]) > seconds:
                continue
            distance = math.hypot((case["lon"] - row["lon"]) * per_lon, (case["lat"] - row["lat"]) * per_lat)
            if distance <= metres and (best is None or distance < best[0]):
                best = (distance, case["row"])
        if best:
            found[row["row"]] = best[1]
        else:
            cases.append(row)
    return found


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() if text else None


def read(features):
    rows = []
    for feature in features:
        properties = feature["properties"]
        position = feature["geometry"]["coordinates"] if feature["geometry"] else (None, None)
        rows.append({"row": feature["id"], "category": properties["category"], "lon": position[0], "lat": position[1],
                     "time": seconds(properties["occurred"] or properties["reported"]),
                     "accuracy": properties["accuracy_m"] or 0})
    return sorted(rows, key=lambda row: row["row"])


def all_items(query=""):
    features, path = [], "/ogc/collections/incidents/items?limit=10000" + query
    while path:
        page = get(path)
        features += page["features"]
        path = next((link["href"][len(base):] for link in page["links"] if link["rel"] == "next"), None)
    return features


def check():
    want = expected(read(all_items()))
    only = all_items("&duplicates=only")
    got = {feature["id"]: feature["properties"]["duplicate_of"] for feature in only}
    assert got == want, (len(got), len(want), sorted(set(got.items()) ^ set(want.items()))[:10])
    kept = all_items("&duplicates=exclude")
    assert not any("duplicate_of" in feature["properties"] for feature in kept)
    return want, len(kept)


# A crowded city: a few corners, a few days, all classes; some rows without position or time, some known badly.
random.seed(7)
codes = ["0102", "0510", "0201", "0401", "0301", "2101", "something of their own"]
run("sample", store, "--incidents", "0")
token = run("user", store, "add", "hotline", "--role", "reporter").stdout.strip()
path = os.path.join(folder, "crowd.csv")
with open(path, "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["id", "category", "reported", "lon", "lat"])
    for number in range(3000):
        lon = LON + random.randrange(12) * 0.001 + random.gauss(0, 0.0003)
        lat = LAT + random.randrange(8) * 0.001 + random.gauss(0, 0.0003)
        moment = datetime.datetime(2025, 3, 1) + datetime.timedelta(minutes=random.randrange(20 * 1440))
        placed = random.random() > 0.03
        writer.writerow([f"c{number}", random.choice(codes), "" if random.random() < 0.03 else moment.isoformat(),
                         f"{lon:.7f}" if placed else "", f"{lat:.7f}" if placed else ""])
run("import", store, "incidents", path)
start()
want, kept = check()
assert 600 < len(want) < 2400, len(want)
assert not any(row["category"] == "something of their own" and row["row"] in want for row in read(all_items()))
assert get("/summary?duplicates=exclude")["total"] == kept == get("/summary")["total"] - len(want)
value = get(f"/density/value?lon={LON + .004}&lat={LAT + .004}&duplicates=exclude")
assert value["n"] < get(f"/density/value?lon={LON + .004}&lat={LAT + .004}")["n"], value

# One by one, and many at once: the answer says what a report may repeat, and the rest is as after a new start.
at = {"category": "0102", "lon": LON + 0.02, "lat": LAT + 0.02, "reported": "2025-04-01T10:00:00+08:00"}
first = post(at)
assert "duplicate_of" not in first["properties"], first
second = post(dict(at, lat=LAT + 0.0203, reported="2025-04-03T09:00:00+08:00"))
assert second["properties"]["duplicate_of"] == first["id"], second
third = post(dict(at, lat=LAT + 0.0206))
assert "duplicate_of" not in third["properties"], "67 m from the case, and what is 33 m off is no case"
assert "duplicate_of" not in post(dict(at, category="0103"))["properties"]
assert "duplicate_of" not in post(dict(at, reported="2025-04-04T10:00:01+08:00"))["properties"], "72 hours are over"
assert get(f"/ogc/collections/incidents/items/{second['id']}")["properties"]["duplicate_of"] == first["id"]
for _ in range(12):
    answers = post([{"category": random.choice(codes), "lon": round(LON + random.randrange(12) * 0.001 +
                                                                   random.gauss(0, 0.0003), 7),
                     "lat": round(LAT + random.randrange(8) * 0.001 + random.gauss(0, 0.0003), 7),
                     "reported": f"2025-03-{random.randrange(1, 21):02d}T{random.randrange(24):02d}:00:00+08:00"}
                    for _ in range(60)])
    assert all(answer["status"] == 201 for answer in answers), answers
live, live_kept = check()
stop()
start()
assert check() == (live, live_kept)

# The classes are data: with other distances there are others, and 0 is off.
stop()
categories = {"0102": {"code": "0102", "parent": "", "duplicate_m": 5, "duplicate_hours": 1000},
              "0510": {"code": "0510", "parent": "", "duplicate_m": 0, "duplicate_hours": 24},
              "0201": {"code": "0201", "parent": "", "duplicate_m": 400, "duplicate_hours": 0.5}}
table = os.path.join(folder, "classes.csv")
with open(table, "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["code", "parent", "name", "name_en", "duplicate_m", "duplicate_hours"])
    for code, entry in categories.items():
        writer.writerow([code, "", "类" + code, "class " + code, entry["duplicate_m"], entry["duplicate_hours"]])
run("import", store, "taxonomy", table)
start()
other, _ = check()
assert other and other != live
stop()
with open(table, "w", newline="") as file:
    file.write("code,name,duplicate_m,duplicate_hours\n0102,x,-3,1\n0103,y,near,1\n0104,z,20,1e30\n0105,w,1e9,1\n"
               "0510,tiny,1e-9,1e-9\n")
words = run("import", store, "taxonomy", table, code=1).stderr
assert "duplicate_m" in words and "added 1" in words, words
run("export", store, "incidents", "--duplicates", "only", "-o", os.path.join(folder, "out.csv"))
shutil.rmtree(folder)
print("duplicates: all passed")
