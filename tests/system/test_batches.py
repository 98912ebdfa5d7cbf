"""Imports are undone as a whole: the store is as it was before, in the right order only, and a served city follows.
What settled how a file is read is kept under a name."""
import csv
import io
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
server = None


def run(*arguments, code=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == code, (arguments, result.returncode, result.stdout, result.stderr)
    return result


def write(name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def load(kind, path, *more):
    """Imports and gives the batch's number."""
    out = run("import", store, kind, path, *more).stdout
    return next(line.split()[1] for line in out.splitlines() if line.startswith("batch "))


def rows(collection="incidents"):
    """What the store has, but for which batch it came with."""
    out = os.path.join(folder, "out.csv")
    run("export", store, collection, "-o", out)
    with open(out, encoding="utf-8") as file:
        return [{k: v for k, v in row.items() if k != "batch"} for row in csv.DictReader(io.StringIO(file.read()))]


def row_ids():
    out = os.path.join(folder, "out.geojson")
    run("export", store, "incidents", "-o", out)
    with open(out, encoding="utf-8") as file:
        return [feature["id"] for feature in json.load(file)["features"]]


def refused(batch, words, code=2):
    before = rows()
    text = run("undo", store, batch, code=code).stderr
    assert words in text, text
    assert rows() == before


def incidents(name, *lines):
    return write(name, "id,category,reported,lon,lat,status,address\n" + "".join(line + "\n" for line in lines))


def updates_and_additions():
    first = incidents("a.csv", "1,0510,2026-01-05 10:00,102.61,39.34,open,", "2,0510,2026-01-05 11:00,102.62,39.34,open,",
                      "3,0101,2026-01-05 12:00,,,open,")
    second = incidents("b.csv", "2,0101,2026-01-05 11:00,102.63,39.35,closed,", "4,0510,2026-01-06 11:00,102.6,39.3,open,",
                       "3,0101,2026-01-05 12:00,,,open,")
    a = load("incidents", first)
    after_a = rows()
    b = load("incidents", second)
    after_b = rows()
    assert len(after_a) == 3 and len(after_b) == 4 and after_a != after_b
    refused(a, f"batch {b}")
    out = run("undo", store, b).stdout
    assert "1 rows removed, 1 as they were" in out, out
    assert rows() == after_a
    refused(b, "undone already")
    listed = {line.split("\t")[0]: line.split("\t") for line in run("batches", store).stdout.splitlines()}
    assert listed[b][8] == "undone" and listed[a][8] == "", listed
    assert any(f"undo of batch {b}" in line for fields in listed.values() for line in fields), listed
    # What was undone can come again, and again be undone.
    b = load("incidents", second)
    assert rows() == after_b
    run("undo", store, b)
    assert rows() == after_a
    last = list(listed)[-1]
    refused(last, "nothing left")
    most = max(row_ids())
    run("undo", store, a)
    assert rows() == []
    refused("999", "no batch 999", code=3)
    refused("x", "number", code=2)
    # Row ids that went are not given again: who has seen rows up to one must not take others for them.
    load("incidents", first)
    assert rows() == after_a
    assert min(row_ids()) > most, (most, row_ids())


def geography_moves_incidents():
    asked = incidents("c.csv", "7,0510,2026-01-05 10:00,,,open,长安街12号")
    load("incidents", asked)
    one = lambda: next(r for r in rows() if r["address"] == "长安街12号")
    assert one()["match_type"] == "none", one()
    plates = load("addresses", write("plates.csv", "street,number,lon,lat\n长安街,12,102.6,39.35\n"))
    assert one()["match_type"] == "address" and one()["lon"] == "102.6", one()
    run("undo", store, plates)
    assert one()["match_type"] == "none" and one()["lon"] == "", one()
    assert rows("addresses") == []


def taxonomy_comes_back():
    names = lambda: [(c["code"], c["name"]) for c in served("/categories")["categories"]]
    first = load("taxonomy", write("t1.csv", "code,parent,name\nA,,甲\nA1,A,甲一\n"))
    start()
    one = names()
    stop()
    second = load("taxonomy", write("t2.csv", "code,parent,name\nB,,乙\n"))
    start()
    assert names() != one
    run("undo", store, second)
    end = time.monotonic() + 60
    while names() != one:
        assert time.monotonic() < end, "the server never follows"
        time.sleep(0.2)
    stop()
    run("undo", store, first)


def mappings_are_kept():
    first = write("m1.csv", "a,b,c\nx-1,0510,05/06/2025\n")
    second = write("m2.csv", "a,b,c\nx-2,0510,07/06/2025\n")
    given = ("--map", "id=a", "--map", "category=b", "--map", "reported=c", "--date-format", "%d/%m/%Y")
    before = len(rows())
    assert "no mapping hotline" in run("import", store, "incidents", first, "--mapping", "hotline", code=3).stderr
    run("import", store, "incidents", first, "--mapping", "hotline", "--dry-run", *given)
    run("import", store, "incidents", first, "--mapping", "hotline", code=3)  # a dry run keeps nothing
    load("incidents", first, "--mapping", "hotline", *given)
    load("incidents", second, "--mapping", "hotline")
    times = {r["id"]: r["reported"] for r in rows() if r["id"].startswith("x-")}
    assert len(rows()) == before + 2 and len(times) == 2, times
    assert times["x-1"][:10] in ("2025-06-04", "2025-06-05") and times["x-2"][:10] in ("2025-06-06", "2025-06-07"), times
    run("import", store, "streets", second, "--mapping", "hotline", code=3)  # kept for a kind
    run("import", store, "incidents", second, "--mapping", "", *given, code=2)


def start():
    global server
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    server.base = server.stdout.readline().strip()
    for _ in range(600):
        try:
            served("/city")
            return
        except urllib.error.HTTPError:
            time.sleep(0.05)
    raise AssertionError("the server was never ready")


def served(path):
    with urllib.request.urlopen(server.base + path, timeout=60) as answer:
        return json.load(answer)


def stop():
    server.terminate()
    assert server.wait(timeout=120) == 0


try:
    updates_and_additions()
    geography_moves_incidents()
    taxonomy_comes_back()
    mappings_are_kept()
    print("1 passed, 0 failed")
finally:
    if server and server.poll() is None:
        server.kill()
    shutil.rmtree(folder)
