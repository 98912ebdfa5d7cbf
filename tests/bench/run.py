#!/usr/bin/env python3
"""What ./dev bench prints: import, start-up, tiles, requests and memory on the St. Louis data.

Medians over several runs; peers run interleaved with the program and stand beside it as a ratio."""
import argparse
import csv
import gzip
import json
import math
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("BUILD_DIR", SOURCE / "build" / "release"))
DATA = Path(os.environ.get("SHARED_DATA", SOURCE.parent / "shared" / "data")) / "stlouis"
HOTSPOTD = Path(os.environ.get("HOTSPOTD", BUILD / "hotspotd"))
BENCH = BUILD / "tests" / "bench" / "hotspot_bench"
CENTER = (-90.2446, 38.6360)  # of the city, longitude and latitude


def run(*command, accept=(0,)):
    started = time.monotonic()
    process = subprocess.Popen([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, err = process.communicate()
    if process.returncode not in accept:
        sys.exit(f"{' '.join(map(str, command))}: status {process.returncode}\n{err}")
    return time.monotonic() - started, out


def tile_at(z):
    """The tile about the city's centre (Web Mercator, y from the north)."""
    lon, lat = CENTER
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return z, int((lon + 180) / 360 * 2**z), int(y * 2**z)


TILES = [tile_at(z) for z in range(11, 16)]


class Table:
    def __init__(self):
        self.rows = []

    def add(self, name, value, unit, n, note="", p99=None):
        self.rows.append({"name": name, "value": value, "p99": p99, "unit": unit, "n": n, "note": note})
        tail = f"{p99:12.3f}" if p99 is not None else " " * 12
        print(f"{name:<36}{value:14.3f} {tail}  {unit:<10} n={n:<5} {note}", flush=True)


def unpack(folder, limit):
    """The incidents as CSV, the first `limit` rows (0: all); their number."""
    path, rows = folder / "incidents.csv", 0
    with gzip.open(DATA / "incidents_2008_2014.csv.gz", "rt", encoding="utf-8", newline="") as source, open(
        path, "w", encoding="utf-8", newline=""
    ) as target:
        reader = csv.reader(source)
        writer = csv.writer(target)
        writer.writerow(next(reader))
        for row in reader:
            writer.writerow(row)
            rows += 1
            if rows == limit:
                break
    return path, rows


def replicate(csv_path, target_path, count, seed):
    """`count` rows: those of the city again and again, moved by up to about 100 m, under new ids."""
    chance = random.Random(seed)
    with open(csv_path, encoding="utf-8", newline="") as source:
        reader = csv.DictReader(source)
        rows = [[r["occurred"], r["category"], r["house_no"] + " " + r["street"], r["lon"], r["lat"]] for r in reader]
    with open(target_path, "w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(["id", "occurred", "category", "address", "lon", "lat"])
        for number in range(count):
            occurred, category, address, lon, lat = rows[number % len(rows)]
            if lon not in ("", "NA") and float(lon) != 0:
                lon = f"{float(lon) + chance.uniform(-0.001, 0.001):.7f}"
                lat = f"{float(lat) + chance.uniform(-0.001, 0.001):.7f}"
            else:
                # Without a position the geocoder would be measured, not the start.
                lon, lat, address = "", "", ""
            writer.writerow([number + 1, occurred, category, address, lon, lat])


def new_city(store):
    package = DATA / "stlouis.gpkg"
    run(HOTSPOTD, "city", store, "--name", "St. Louis", "--lang", "en")
    run(HOTSPOTD, "import", store, "units", package, "--layer", "neighborhoods", "--level", "community")
    run(HOTSPOTD, "import", store, "units", package, "--layer", "wards_2010", "--level", "district")
    run(HOTSPOTD, "import", store, "streets", package, "--layer", "streets")


def bench_import(table, folder, csv_path, rows, runs):
    base = folder / "base.gpkg"
    new_city(base)
    ours, peer = [], []
    for number in range(runs):
        store, other = folder / f"import{number}.gpkg", folder / "peer.gpkg"
        shutil.copy(base, store)
        other.unlink(missing_ok=True)
        ours.append(rows / run(HOTSPOTD, "import", store, "incidents", csv_path, accept=(0, 1))[0])
        peer.append(rows / run("ogr2ogr", "-f", "GPKG", other, csv_path, "-oo", "X_POSSIBLE_NAMES=lon", "-oo",
                               "Y_POSSIBLE_NAMES=lat", "-a_srs", "EPSG:4326")[0])
        if number > 0:
            store.unlink()
    table.add("import", statistics.median(ours), "rows/s", runs, "with geocoding, placing and identity")
    table.add("ogr2ogr of the same file", statistics.median(peer), "rows/s", runs, "copies only")
    table.add("import : ogr2ogr", statistics.median(ours) / statistics.median(peer), "ratio", runs)
    return base, folder / "import0.gpkg"


def bench_program(table, store, runs):
    _, out = run(BENCH, store, runs)
    for line in out.splitlines():
        row = json.loads(line)
        table.add(row["name"], row["median"], row["unit"], row["n"], p99=row["p99"])


def peak_memory_mb(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def wait_ready(base, server):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(base + "/readyz", timeout=5).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit("the server did not become ready")


def requests_per_second(url, seconds):
    _, out = run("wrk", "-t2", "-c16", f"-d{seconds}s", url)
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit(f"{url}:\n{out}")
    return float(next(line.split(":")[1] for line in out.splitlines() if line.startswith("Requests/sec")))


def bench_server(table, store, runs, seconds):
    started = time.monotonic()
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    try:
        base = server.stdout.readline().strip()
        wait_ready(base, server)
        table.add("serve: from start to ready", (time.monotonic() - started) * 1000, "ms", 1)
        paths = {"density": "/tiles/density/{}/{}/{}.png", "incidents": "/tiles/incidents/{}/{}/{}.mvt",
                 "base": "/tiles/base/{}/{}/{}.mvt"}
        for name, path in paths.items():
            samples = []
            for _ in range(runs):
                for tile in TILES:
                    before = time.monotonic()
                    urllib.request.urlopen(base + path.format(*tile), timeout=60).read()
                    samples.append((time.monotonic() - before) * 1000)
            samples.sort()
            table.add(f"GET {name} tile, one client", statistics.median(samples), "ms", len(samples),
                      p99=samples[min(len(samples) - 1, int(0.99 * len(samples)))])
        for name, path in list(paths.items()) + [("healthz", "/healthz")]:
            url = base + path.format(*TILES[2])
            table.add(f"GET {name}, 16 clients", statistics.median(requests_per_second(url, seconds) for _ in range(3)),
                      "req/s", 3, f"wrk, {seconds} s each, one URL")
        table.add("peak memory of the server", peak_memory_mb(server.pid), "MB", 1, "VmHWM")
    finally:
        server.terminate()
        server.wait(timeout=30)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=0, help="rows of the St. Louis file, 0: all")
    parser.add_argument("--million", type=int, default=1000000, help="incidents of the start-up measurement")
    parser.add_argument("--seconds", type=int, default=5, help="length of each wrk run")
    parser.add_argument("--json", help="write the table there too")
    options = parser.parse_args()
    if not (DATA / "stlouis.gpkg").exists():
        print("skipped: the St. Louis data set is not there (SHARED_DATA names the folder)")
        return 0
    for program in (HOTSPOTD, BENCH):
        if not program.exists():
            sys.exit(f"{program} is not built: ./dev build")
    table = Table()
    print(f"seed {options.seed}, {os.cpu_count()} cores; value is the median, then the 99th percentile")
    with tempfile.TemporaryDirectory(prefix="hotspot-bench-") as name:
        folder = Path(name)
        csv_path, rows = unpack(folder, options.rows)
        base, store = bench_import(table, folder, csv_path, rows, options.runs)
        bench_server(table, store, options.runs, options.seconds)
        many = folder / "many.csv"
        replicate(csv_path, many, options.million, options.seed)
        run(HOTSPOTD, "import", base, "incidents", many, accept=(0, 1))
        bench_program(table, base, options.runs)
    if options.json:
        Path(options.json).write_text("".join(json.dumps(row) + "\n" for row in table.rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
