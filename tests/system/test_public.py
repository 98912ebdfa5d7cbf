"""What everybody may see: counts without small numbers, where incidents are not public; and what the city's keepers look
at beside it over HTTP: batches, their undoing, and what is wrong with the units."""
import csv
import io
import json
import os
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


def run(*arguments):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 0, (arguments, result.stderr)
    return result.stdout.strip()


def start(*extra, listen="127.0.0.1:0"):
    global server, base
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", listen, *extra], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    base = server.stdout.readline().strip().replace("0.0.0.0", "127.0.0.1")
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


def ask(path, token=None, method="GET"):
    request = urllib.request.Request(base + path, method=method)
    if token:
        request.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def read(path, token=None):
    status, text = ask(path, token)
    assert status == 200, (path, status, text)
    return json.loads(text)


def told(answer):
    """Every count that an answer tells."""
    rows = answer["units"] + answer["merged"] + answer["categories"] + [answer["outside"], answer["unmatched"]]
    return [row["count"] for row in rows if row["count"] is not None]


FILTERS = ["", "&category=0510", "&category=0510&datetime=2025-06-01/2025-06-20", "&datetime=2025-06-01/2025-06-01",
           "&hours=3-4&weekdays=2"]


def check_published(token):
    for query in FILTERS:
        exact = read("/summary?level=community&least=1" + query, token)
        answer = read("/summary?level=community" + query)
        assert answer["least"] == 5
        assert all(count == 0 or count >= 5 for count in told(answer)), answer
        assert not any("categories" in unit for unit in answer["units"])
        if 0 < exact["total"] < 5:
            assert answer["total"] is None
            continue
        assert answer["total"] == exact["total"]
        parts = [unit["count"] or 0 for unit in answer["units"]] + [group["count"] for group in answer["merged"]]
        assert sum(parts) + (answer["outside"]["count"] or 0) + (answer["unmatched"]["count"] or 0) == exact["total"]
        assert sum(c["count"] for c in answer["categories"]) == exact["total"]
        by_id = {unit["id"]: unit for unit in exact["units"]}
        for unit in answer["units"]:
            if unit["count"] is not None:
                assert unit["count"] == by_id[unit["id"]]["count"]
                continue
            assert unit["merged"] <= len(answer["merged"]) and unit.get("per_1000") is None
    print("ok: counts below 5 are merged and sums stay whole")


def check_forms():
    answer = read("/summary?level=community" + FILTERS[1])
    status, text = ask("/summary?level=community&f=csv" + FILTERS[1])
    assert status == 200
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sum(int(row["count"]) for row in rows if row["count"]) == answer["total"]
    assert [row["count"] for row in rows if row["kind"] == "unit"] == [
        "" if unit["count"] is None else str(unit["count"]) for unit in answer["units"]]
    features = read("/summary?level=community&f=geojson" + FILTERS[1])
    assert features["total"] == answer["total"] and features["merged"] == answer["merged"]
    assert [feature["properties"] for feature in features["features"]] == answer["units"]
    assert all(feature["geometry"]["type"] in ("Polygon", "MultiPolygon") for feature in features["features"])
    assert ask("/summary?f=xml")[0] == 400
    print("ok: the same as CSV and GeoJSON")


def check_refusals(viewer):
    assert ask("/summary?least=1")[0] == 403
    assert ask("/summary?least=4")[0] == 403
    assert ask("/summary?least=6")[0] == 200
    assert "categories" in read("/summary?least=1", viewer)["units"][0]
    for path in ("/batches", "/check"):
        assert ask(path)[0] == 403 and ask(path, viewer)[0] == 200, path
    print("ok: small counts, batches and checks need a token where incidents are not public")


def check_batches(editor, viewer):
    before = read("/city")["counts"]["incidents"]
    batches = read("/batches", viewer)["batches"]
    assert batches[0]["kind"] == "incidents" and batches[0]["added"] == 600 and not batches[0]["undone"]
    assert [batch["id"] for batch in batches] == sorted((batch["id"] for batch in batches), reverse=True)
    assert len(read("/batches?limit=2", viewer)["batches"]) == 2
    path = f"/batches/{batches[0]['id']}/undo"
    assert ask(path, method="POST")[0] == 401
    assert ask(path, viewer, "POST")[0] == 403
    status, text = ask(path, editor, "POST")
    assert status == 200 and json.loads(text)["removed"] == 600, text
    assert read("/city")["counts"]["incidents"] == before - 600
    again = read("/batches", viewer)["batches"]
    assert again[0]["id"] == json.loads(text)["batch"]
    assert next(batch for batch in again if batch["id"] == batches[0]["id"])["undone"]
    assert ask(path, editor, "POST")[0] == 409
    assert ask("/batches/999/undo", editor, "POST")[0] == 404
    assert ask("/batches/x/undo", editor, "POST")[0] == 404
    print("ok: batches are listed and undone, and the city that is served follows at once")


def check_check():
    answer = read("/check?limit=3")
    assert [kind["kind"] for kind in answer["kinds"]], answer
    for level in answer["levels"]:
        assert level["inside"] + level["outside"] + level["unmatched"] == level["total"]
    assert len(answer["features"]) + answer["left_out"] == answer["problems"] + answer["notes"]
    printed = run("check", store)
    for kind in answer["kinds"]:
        for severity, count in (("problem", kind["problems"]), ("note", kind["notes"])):
            assert count == 0 or f"{kind['kind']}\t{severity}\t{count}\t" in printed, kind
    assert ask("/check?near=-1")[0] == 400
    print("ok: the check over HTTP finds what the command finds")


try:
    run("sample", store, "--incidents", "600", "--seed", "3")
    tokens = [run("user", store, "add", role, "--role", role) for role in ("viewer", "editor")]
    start(listen="0.0.0.0:0")
    assert read("/city")["resident_reports"] is False
    check_published(tokens[0])
    check_forms()
    check_refusals(tokens[0])
    stop()
    start("--residents", "9")
    assert read("/city")["resident_reports"] is True
    check_check()
    check_batches(tokens[1], tokens[0])
    stop()
finally:
    if server and server.poll() is None:
        server.kill()
        server.wait()
    shutil.rmtree(folder)
