"""What ./dev bench asks the geocoder: addresses whose true positions are known, in cities made of the data
sets. A set is a store and a file of questions; it is scored by how far the answers lie from the truth, wrong
answers included. By itself it measures the sets alone:

    python3 tests/bench/geocoding.py [--folder FOLDER] [--only NAME] [--misses N]
"""

import argparse
import collections
import csv
import gzip
import json
import math
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data"))
BUILD = Path(os.environ.get("BUILD", ROOT / "build" / "release"))
HALF_WIDTH = {0xFF10 + digit: ord("0") + digit for digit in range(10)}
COLUMNS = ("text", "type", "score", "margin", "ambiguous", "accuracy", "unit", "label", "distances")


def program(name):
    return str(BUILD / name)


def quietly(*command, accept=(0, 1)):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if done.returncode not in accept:
        sys.exit(f"{' '.join(map(str, command))}: {done.stderr.decode('utf-8', 'replace')}")


def new_city(store, name, lang):
    store.unlink(missing_ok=True)
    quietly(program("hotspotd"), "city", store, "--name", name, "--lang", lang)


def write_rows(path, names, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows(rows)
    return path


def import_rows(store, kind, path, *options):
    quietly(program("hotspotd"), "import", store, kind, path, *options)


def read_rows(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# One-character slips.


def slip(chance, word, letters):
    """The word with one letter put in, left out, changed or exchanged with its neighbour."""
    for _ in range(100):
        at, kind = chance.randrange(len(word)), chance.randrange(4)
        if word[at].isdigit() or (kind == 3 and (at + 1 == len(word) or word[at + 1].isdigit())):
            continue
        letter = chance.choice(letters)
        made = {
            0: word[:at] + letter + word[at:],
            1: word[:at] + word[at + 1 :],
            2: word[:at] + letter + word[at + 1 :],
            3: word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
        }[kind]
        if made != word and made.strip():
            return made
    return None


# The Chinese sets: plates of Hualien.


def plates():
    """Plates whose text names no other plate farther than 25 m away."""
    rows = read_rows(SHARED / "hualien" / "doorplates.csv.gz")
    places = collections.defaultdict(list)
    for row in rows:
        places[row["address"]].append((float(row["lon"]), float(row["lat"])))
    one = {text for text, at in places.items() if all(metres(at[0], p) <= 25 for p in at)}
    return rows, one


def metres(a, b):
    return math.hypot((a[0] - b[0]) * math.cos(math.radians(a[1])), a[1] - b[1]) * 111195


def question(text, row):
    return " ".join(text.split()), row["lon"], row["lat"]


def chinese_known(folder, chance, most):
    rows, one = plates()
    store = folder / "plates.gpkg"
    new_city(store, "Hualien", "zh")
    import_rows(store, "addresses", write_rows(folder / "plates.csv", rows[0].keys(), (r.values() for r in rows)))
    chosen = chance.sample([r for r in rows if r["address"] in one], most)
    asked = [question(r["address"] if i % 2 else r["address"].translate(HALF_WIDTH), r) for i, r in enumerate(chosen)]
    return store, asked


def chinese_typo(folder, chance, most):
    """In the store of the set before."""
    rows, one = plates()
    letters = sorted({letter for r in rows for letter in r["street"] + r["area"] if not letter.isdigit()})
    asked = []
    for row in chance.sample([r for r in rows if r["address"] in one and r["street"]], most):
        street = slip(chance, row["street"], letters)
        if street and row["address"].count(row["street"]) == 1:
            asked.append(question(row["address"].replace(row["street"], street), row))
    return folder / "plates.gpkg", asked


def chinese_missing(folder, chance, most):
    rows, _ = plates()
    chance.shuffle(rows)
    tenth = len(rows) // 10
    kept = {r["address"] for r in rows[tenth:]}
    store = folder / "plates-but.gpkg"
    new_city(store, "Hualien", "zh")
    import_rows(
        store, "addresses", write_rows(folder / "plates-but.csv", rows[0].keys(), (r.values() for r in rows[tenth:]))
    )
    return store, [question(r["address"], r) for r in rows[:tenth] if r["address"] not in kept][:most]


# The American sets: Washington's requests, lines and crossings; St. Louis' incidents.


def washington_city(store):
    new_city(store, "Washington", "en")
    package = SHARED / "dc" / "dc.gpkg"
    import_rows(store, "units", package, "--layer", "wards", "--level", "district")
    import_rows(store, "units", package, "--layer", "anc", "--level", "subdistrict")
    import_rows(store, "units", package, "--layer", "smd", "--level", "community")


def requests(pattern):
    """One request for each address that looks so and has one position."""
    places = {}
    for row in read_rows(SHARED / "dc" / "requests_2015.csv.gz"):
        text = " ".join(row["address"].split())
        if re.fullmatch(pattern, text) and row["lon"] and float(row["lon"]) != 0:
            places.setdefault(text, row | {"address": text})
    return [places[text] for text in sorted(places)]


NUMBERED = r"\d+ [A-Z0-9' ]+ (NW|NE|SW|SE)"


def addresses(folder, name, store, rows):
    import_rows(
        store,
        "addresses",
        write_rows(folder / name, ("address", "lon", "lat"), ((r["address"], r["lon"], r["lat"]) for r in rows)),
    )


def american_known(folder, chance, most):
    store, rows = folder / "washington.gpkg", requests(NUMBERED)
    washington_city(store)
    addresses(folder, "requests.csv", store, rows)
    return store, [question(r["address"], r) for r in chance.sample(rows, min(most, len(rows)))]


def american_typo(folder, chance, most):
    """In the store of the set before."""
    letters, asked, rows = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", [], requests(NUMBERED)
    for row in chance.sample(rows, min(most, len(rows))):
        number, name, quarter = re.fullmatch(r"(\S+) (.*) (\S+)", row["address"]).groups()
        made = slip(chance, name, letters) if len(name.split()[0]) > 2 else None
        if made:
            asked.append(question(f"{number} {made} {quarter}", row))
    return folder / "washington.gpkg", asked


def american_missing(folder, chance, most):
    rows = requests(NUMBERED)
    chance.shuffle(rows)
    tenth = len(rows) // 10
    store = folder / "washington-but.gpkg"
    washington_city(store)
    import_rows(store, "streets", SHARED / "dc" / "dc.gpkg", "--layer", "major_roads")
    addresses(folder, "requests-but.csv", store, rows[tenth:])
    return store, [question(r["address"], r) for r in rows[:tenth]][:most]


def louis_missing(folder, chance, most):
    places = {}
    for row in read_rows(SHARED / "stlouis" / "incidents_2008_2014.csv.gz"):
        if row["lon"] and abs(float(row["lon"]) + 90.2) < 0.3 and row["house_no"].isdigit() and row["house_no"] != "0":
            if re.fullmatch(r"[A-Z0-9 ]+", row["street"]):
                places.setdefault(row["house_no"] + " " + row["street"], row)
    rows = [places[text] | {"address": text} for text in sorted(places)]
    chance.shuffle(rows)
    tenth = len(rows) // 10
    store = folder / "louis-but.gpkg"
    new_city(store, "St. Louis", "en")
    package = SHARED / "stlouis" / "stlouis.gpkg"
    import_rows(store, "units", package, "--layer", "neighborhoods", "--level", "community")
    import_rows(store, "streets", package, "--layer", "streets")
    addresses(folder, "louis-but.csv", store, rows[tenth:])
    return store, [question(r["address"], r) for r in rows[:tenth]][:most]


def american_blocks(folder, chance, most):
    del chance
    store = folder / "washington-all.gpkg"
    washington_city(store)
    import_rows(store, "streets", SHARED / "dc" / "dc.gpkg", "--layer", "major_roads")
    addresses(folder, "requests-all.csv", store, requests(NUMBERED))
    return store, [question(r["address"], r) for r in requests(r"\d+ - \d+ BLOCK OF .*")][:most]


def line_city(folder):
    store = folder / "washington-lines.gpkg"
    washington_city(store)
    import_rows(store, "streets", SHARED / "dc" / "dc.gpkg", "--layer", "major_roads")
    return store


def houston_blocks(folder, chance, most):
    """Blocks of Houston, each with one known place about its middle: the address that the data set gives."""
    places = {}
    for row in read_rows(SHARED / "houston" / "incidents.csv.gz"):
        number, name = row["address"].strip().split(" ", 1)
        low, high = row["block"].split("-")
        if row["lon"] and number.isdigit() and int(low) <= int(number) <= int(high):
            places.setdefault((row["block"], name), row | {"address": f"{number} {name}"})
    rows = [places[key] for key in sorted(places)]
    store = folder / "houston.gpkg"
    new_city(store, "Houston", "en")
    import_rows(store, "units", SHARED / "houston" / "super_neighborhoods.geojson", "--level", "community")
    addresses(folder, "houston.csv", store, rows)
    asked = [question(f"{r['block']} {'BLOCK OF ' if i % 2 else ''}{r['address'].split(' ', 1)[1]}", r)
             for i, r in enumerate(rows)]
    return store, chance.sample(asked, min(most, len(asked)))


def near_line(lines, lon, lat, most_m):
    """Whether a position lies that near one of the lines (lists of positions)."""
    kx, ky = 111320 * math.cos(math.radians(lat)), 111195
    for line in lines:
        for (ax, ay), (bx, by) in zip(line, line[1:]):
            ax, ay, bx, by = (ax - lon) * kx, (ay - lat) * ky, (bx - lon) * kx, (by - lat) * ky
            dx, dy = bx - ax, by - ay
            along = max(0, min(1, -(ax * dx + ay * dy) / max(dx * dx + dy * dy, 1e-9)))
            if math.hypot(ax + along * dx, ay + along * dy) <= most_m:
                return True
    return False


def official_lines():
    """Lines by name (14TH ST) and quadrant."""
    from osgeo import ogr

    lines = collections.defaultdict(list)
    source = ogr.Open(str(SHARED / "dc" / "dc.gpkg"))
    for feature in source.GetLayerByName("major_roads"):
        name = (feature.GetField("ST_NAME") or "").upper(), feature.GetField("QUADRANT")
        shape = feature.GetGeometryRef()
        parts = [shape] if shape.GetGeometryCount() == 0 else [shape.GetGeometryRef(i) for i in range(shape.GetGeometryCount())]
        lines[name] += [[p[:2] for p in part.GetPoints()] for part in parts]
    return lines


def american_crossings(folder, chance, most):
    """Crossings with signals that lie on both of their streets' official lines."""
    from osgeo import ogr

    del chance
    lines, asked = official_lines(), []
    source = ogr.Open(str(SHARED / "dc" / "dc.gpkg"))
    for feature in source.GetLayerByName("signalized_intersections"):
        text = (feature.GetField("NAME") or "").strip()
        found = re.fullmatch(r"(.+?) (?:AND|&) (.+?),? (NW|NE|SW|SE)", text)
        at = feature.GetGeometryRef().Centroid()
        if found and all(near_line(lines[part, found[3]], at.GetX(), at.GetY(), 60) for part in found.groups()[:2]):
            asked.append((text, str(at.GetX()), str(at.GetY())))
    return line_city(folder), asked[:most]


def american_ranges(folder, chance, most):
    """Addresses that lie on their street's official line; in the store of the set before."""
    short = {"STREET": "ST", "AVENUE": "AVE", "ROAD": "RD", "DRIVE": "DR", "PLACE": "PL", "BOULEVARD": "BLVD"}
    lines, asked = official_lines(), []
    for row in requests(NUMBERED):
        *name, kind, quarter = row["address"].split(" ")[1:]
        line = lines.get((" ".join([*name, short.get(kind, kind)]), quarter))
        if line and near_line(line, float(row["lon"]), float(row["lat"]), 60):
            asked.append(question(row["address"], row))
    chance.shuffle(asked)
    return folder / "washington-lines.gpkg", asked[:most]


SETS = {
    "zh, plate in the data": chinese_known,
    "zh, typo in the street": chinese_typo,
    "zh, plate not in the data": chinese_missing,
    "en, address in the data": american_known,
    "en, typo": american_typo,
    "en, number not in the data": american_missing,
    "en, number not in the data, lines": louis_missing,
    "en, block": american_blocks,
    "en, block, middle known": houston_blocks,
    "en, crossing on lines": american_crossings,
    "en, number by ranges": american_ranges,
}


def answers(store, asked, folder):
    path = folder / "asked.tsv"
    path.write_text("".join("\t".join(line) + "\n" for line in asked), encoding="utf-8")
    out = subprocess.run([program("tests/bench/hotspot_bench"), "geocode-answers", store, "1", path],
                         stdout=subprocess.PIPE, check=True).stdout.decode()
    found = []
    for line in out.splitlines():
        row = dict(zip(COLUMNS, line.split("\t")))
        row["distances"] = [float(d) for d in row["distances"].split(",") if d]
        row["score"] = float(row["score"])
        found.append(row)
    return found, path


def share(rows, test):
    return 100 * sum(1 for row in rows if test(row)) / max(len(rows), 1)


def first(row):
    return row["distances"][0] if row["distances"] else math.inf


def score(rows):
    placed = [row for row in rows if row["distances"] and row["unit"] != "-1"]
    return {
        "within 25 m": share(rows, lambda r: first(r) <= 25),
        "within 50 m": share(rows, lambda r: first(r) <= 50),
        "within 100 m": share(rows, lambda r: first(r) <= 100),
        "first five within 50 m": share(rows, lambda r: any(d <= 50 for d in r["distances"])),
        "surely wrong": share(rows, lambda r: r["score"] >= 0.8 and first(r) > 100),
        "right unit": share(placed, lambda r: r["unit"] == "1") if placed else None,
        "median m": statistics.median(first(row) for row in rows),
    }


def lookups_per_second(store, path):
    out = subprocess.run([program("tests/bench/hotspot_bench"), "geocode", store, "3", path],
                         stdout=subprocess.PIPE, check=True).stdout.decode()
    rows = [json.loads(line) for line in out.splitlines()]
    return {row["name"]: row["median"] for row in rows}


def measure(table, folder, quick):
    """Rows of the table for each set; the misses count as wrong."""
    if not all((SHARED / name).exists() for name in ("hualien", "dc", "houston", "stlouis")):
        print("geocoding: skipped, the data sets are not there", flush=True)
        return
    for what, make in SETS.items():
        store, asked = make(folder, random.Random(1), 500 if quick else 10000)
        rows, path = answers(store, asked, folder)
        for key, value in score(rows).items():
            if value is not None and math.isfinite(value):
                table.add(f"geocoder, {what}", value, "m" if key == "median m" else "%", len(rows), key)
        speed = lookups_per_second(store, path)
        table.add(f"geocoder, {what}", speed["geocoder"], "lookups/s", 3, "one thread, processor time")
        table.add(f"geocoder, {what}", speed["geocoder: making its index"], "ms", 1, "making its index")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder")
    parser.add_argument("--only", default="")
    parser.add_argument("--misses", type=int, default=0)
    parser.add_argument("--most", type=int, default=10000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="geocoding-") as name:
        folder = Path(options.folder or name)
        folder.mkdir(exist_ok=True)
        for what, make in SETS.items():
            if options.only not in what:
                continue
            store, asked = make(folder, random.Random(1), options.most)
            rows, _ = answers(store, asked, folder)
            print(f"{what:<36} n={len(rows):<6}" +
                  "  ".join(f"{key} {value:.2f}" for key, value in score(rows).items() if value is not None), flush=True)
            for row in [row for row in rows if first(row) > 50][: options.misses]:
                print("   ", row["text"], "->", row["label"], row["type"], row["score"], row["distances"])


if __name__ == "__main__":
    main()
