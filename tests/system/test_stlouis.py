"""St. Louis, a real city: four imports, then every number against counts made here from the CSV alone."""
import csv
import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

HOTSPOTD = os.environ["HOTSPOTD"]
DATA = os.path.join(os.environ["SHARED_DATA"], "stlouis")
ROWS = int(os.environ.get("STLOUIS_ROWS", "40000"))  # the sanitized build reads a part; 0 means all

if not os.path.exists(os.path.join(DATA, "stlouis.gpkg")):
    print("skipped: the St. Louis data set is not beside the project")
    sys.exit(77)


def run(*arguments, expect=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True)
    print("hotspotd", " ".join(os.path.basename(a) for a in arguments), "->", result.returncode)
    sys.stdout.write(result.stderr)
    assert result.returncode == expect, result.stderr
    return result


def get(url):
    with urllib.request.urlopen(url, timeout=60) as answer:
        return json.load(answer)


folder = tempfile.mkdtemp()
store = os.path.join(folder, "stlouis.gpkg")
incidents = os.path.join(folder, "incidents.csv")
expected = {"count": 0, "positioned": 0, "category": {}, "ids": set()}
with gzip.open(os.path.join(DATA, "incidents_2008_2014.csv.gz"), "rt", encoding="utf-8", newline="") as source, open(
    incidents, "w", encoding="utf-8", newline=""
) as target:
    reader = csv.DictReader(source)
    writer = csv.DictWriter(target, reader.fieldnames)
    writer.writeheader()
    for number, row in enumerate(reader):
        if ROWS and number >= ROWS:
            break
        writer.writerow(row)
        expected["count"] += 1
        expected["ids"].add(row["id"])
        given = row["lon"] not in ("", "NA") and float(row["lon"]) != 0
        expected["positioned"] += given
        expected["category"][row["category"]] = expected["category"].get(row["category"], 0) + 1
assert len(expected["ids"]) == expected["count"]

run("city", store, "--name", "圣路易斯", "--name-en", "St. Louis", "--lang", "en")
geopackage = os.path.join(DATA, "stlouis.gpkg")
run("import", store, "units", geopackage, "--layer", "neighborhoods", "--level", "community")
run("import", store, "units", geopackage, "--layer", "wards_2010", "--level", "district")
run("import", store, "streets", geopackage, "--layer", "streets")
rejects = os.path.join(folder, "rejects.csv")
result = run("import", store, "incidents", incidents, "--rejects", rejects)
assert re.match(r"batch \d+\n", result.stdout), result.stdout
assert "America/Chicago" in result.stderr, result.stderr
again = run("import", store, "incidents", incidents)
assert again.stdout == "", "importing a file again changes nothing"

server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
try:
    base = server.stdout.readline().strip()
    assert base.startswith("http://127.0.0.1:"), base
    for _ in range(300):
        try:
            urllib.request.urlopen(base + "/readyz", timeout=5)
            break
        except OSError:
            time.sleep(0.1)
    city = get(base + "/city")
    print(json.dumps(city["counts"]))
    assert city["counts"]["incidents"] == expected["count"], city["counts"]
    assert city["counts"]["positioned"] >= expected["positioned"], (city["counts"], expected["positioned"])
    assert city["counts"]["streets"] == 7306 and city["timezone"] == "America/Chicago"
    neighbourhoods = get(base + "/ogc/collections/communities/items?limit=1000")
    assert len(neighbourhoods["features"]) == 88, len(neighbourhoods["features"])
    assert len(get(base + "/ogc/collections/districts/items?limit=1000")["features"]) == 28
    by_text = {c["code"]: c["count"] for c in get(base + "/categories")["categories"] if c.get("count")}
    assert sum(expected["category"].values()) == expected["count"]
    for name, count in expected["category"].items():
        assert by_text.get(name, by_text.get(name.strip())) == count, (name, count, by_text.get(name))
    name = max(expected["category"], key=expected["category"].get)
    matched = get(base + "/ogc/collections/incidents/items?limit=1&category=" + urllib.request.quote(name))
    assert matched["numberMatched"] == expected["category"][name], matched["numberMatched"]
    with urllib.request.urlopen(base + "/tiles/density/12/1021/1571.png?category=" + urllib.request.quote(name)) as tile:
        picture = tile.read()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n" and len(picture) > 500, len(picture)
finally:
    server.terminate()
    assert server.wait(timeout=30) == 0, "a graceful stop exits with 0"
    shutil.rmtree(folder)
print("St. Louis agrees with its CSV")
