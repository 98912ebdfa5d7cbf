"""A server follows its store: what a command imports appears by itself; what was served stays consistent."""
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")


def write(name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def square(code, lon, lat, side=0.01):
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": "社区" + code},
        "geometry": {"type": "Polygon", "coordinates": [[[round(x, 7), round(y, 7)] for x, y in ring]]},
    }


def collection(features):
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def run(*arguments):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    return result


def get(path):
    with urllib.request.urlopen(base + path, timeout=30) as answer:
        return json.load(answer)


def ready():
    try:
        return urllib.request.urlopen(base + "/readyz", timeout=30).status == 200
    except urllib.error.HTTPError:
        return False


def wait_for(what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.1)
    return False


run("import", store, "units", write("units.geojson", collection([square("001", 100.40, 38.90)])), "--level", "community")
rows = ["id,category,reported,lon,lat,address"]
rows += [f"a{i},0510,2024-05-{1 + i % 28:02d} 20:00,{100.401 + i * 1e-5:.7f},38.905," for i in range(500)]
rows += ["u1,0510,2024-05-01 20:00,,,春风路1号", "u2,0510,2024-05-02 20:00,,,没有的路9号"]
run("import", store, "incidents", write("first.csv", "\n".join(rows) + "\n"))

server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
try:
    base = server.stdout.readline().strip()
    assert urllib.request.urlopen(base + "/healthz").status == 200
    assert wait_for(ready)
    counts = get("/city")["counts"]
    assert (counts["incidents"], counts["positioned"]) == (502, 500), counts
    version = get("/city")["version"]

    # Only rows added: the next snapshot shares the old one.
    more = ["id,category,reported,lon,lat"] + [f"b{i},0504,2024-06-01 09:00,100.405,38.9{i:02d}" for i in range(5, 10)]
    run("import", store, "incidents", write("more.csv", "\n".join(more) + "\n"))
    assert wait_for(lambda: get("/city")["counts"]["incidents"] == 507), get("/city")
    assert get("/city")["version"] > version
    found = get("/ogc/collections/incidents/items?category=0504&limit=100")
    assert found["numberMatched"] == 5 and len(found["features"]) == 5, found
    assert all(f["properties"]["community"] == "001" for f in found["features"]), found["features"][0]

    # A later file updates by external id.
    changed = "id,category,reported,lon,lat\nb5,0505,2024-06-01 09:00,100.405,38.905\n"
    run("import", store, "incidents", write("changed.csv", changed))
    assert wait_for(lambda: get("/ogc/collections/incidents/items?category=0505")["numberMatched"] == 1)
    assert get("/city")["counts"]["incidents"] == 507

    # Streets arrive: what had only an address finds its place, and geography is new.
    street = {
        "type": "Feature",
        "properties": {"name": "春风路", "left_from": 1, "left_to": 99, "right_from": 2, "right_to": 100},
        "geometry": {"type": "LineString", "coordinates": [[100.40, 38.905], [100.41, 38.905]]},
    }
    run("import", store, "streets", write("streets.geojson", collection([street])))
    assert wait_for(lambda: get("/city")["counts"]["positioned"] == 506), get("/city")
    placed = [
        f
        for f in get("/ogc/collections/incidents/items?limit=1000")["features"]
        if f["properties"].get("id") in ("u1", "u2")
    ]
    by_id = {f["properties"]["id"]: f for f in placed}
    assert by_id["u1"]["properties"]["match_type"] == "interpolated", by_id["u1"]
    assert by_id["u1"]["properties"]["street"] == "春风路"
    assert by_id["u2"]["geometry"] is None and by_id["u2"]["properties"]["match_type"] == "none", by_id["u2"]
finally:
    server.terminate()
    assert server.wait(timeout=30) == 0
    shutil.rmtree(folder)
print("the server follows its store")
