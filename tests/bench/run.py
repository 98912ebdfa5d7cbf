#!/usr/bin/env python3
"""What ./dev bench measures: import, start-up, tiles, requests, forecasts, geocoding and memory on real data.

Every row is the median of its runs and, where there are enough, the 99th percentile. The peer of the import
runs interleaved with it. Lines of JSON follow the table (--json FILE: there). Where the data sets are absent
it says so and does nothing."""
import argparse
import contextlib
import csv
import gzip
import json
import math
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import addresses
import density
import forecast
import geocoding
import gis_peers
import local
import network
import points
import posts
import scan

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("BUILD_DIR", SOURCE / "build" / "release"))
SHARED = Path(os.environ.get("SHARED_DATA", SOURCE.parent / "shared" / "data"))
DATA = SHARED / "stlouis"
HOTSPOTD = Path(os.environ.get("HOTSPOTD", BUILD / "hotspotd"))
BENCH = BUILD / "tests" / "bench" / "hotspot_bench"
CENTER = (-90.2446, 38.6360)  # of the city, longitude and latitude


def run_measured(*command, accept=(0,)):
    """Runs a program to its end: seconds, seconds of processor time, most memory in MB, what it wrote."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as words:
        started = time.monotonic()
        process = subprocess.Popen([str(c) for c in command], stdout=out, stderr=words)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        for file in (out, words):
            file.seek(0)
        if process.returncode not in accept:
            said = words.read().decode("utf-8", "replace")
            sys.exit(f"{' '.join(map(str, command))}: status {process.returncode}\n{said}")
        return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read().decode()


def run(*command, accept=(0,)):
    """The same without the memory."""
    seconds, cpu, _, out = run_measured(*command, accept=accept)
    return seconds, cpu, out


def tile_at(z):
    """The tile about the city's centre (Web Mercator, y from the north)."""
    lon, lat = CENTER
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return z, int((lon + 180) / 360 * 2**z), int(y * 2**z)


TILES = [tile_at(z) for z in range(11, 16)]


class Table:
    """Rows printed as they come."""

    def __init__(self):
        self.rows = []

    def add(self, name, value, unit, n, note="", p99=None, p95=None):
        self.rows.append({"name": name, "value": value, "p95": p95, "p99": p99, "unit": unit, "n": n, "note": note})
        tail = " ".join(f"{p:10.3f}" if p is not None else " " * 10 for p in (p95, p99))
        print(f"{name:<38}{value:13.3f} {tail}  {unit:<11} n={n:<5} {note}".rstrip(), flush=True)


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


def bench_import(table, folder, base, csv_path, rows, runs, what):
    """The rows into a city with units and streets, beside ogr2ogr writing the same rows to a GeoPackage."""
    ours, peer = [], []
    for number in range(runs):
        store, other = folder / f"import{number}.gpkg", folder / "peer.gpkg"
        shutil.copy(base, store)
        other.unlink(missing_ok=True)
        ours.append(run_measured(HOTSPOTD, "import", store, "incidents", csv_path, accept=(0, 1))[:3])
        peer.append(run_measured("ogr2ogr", "-f", "GPKG", other, csv_path, "-oo", "X_POSSIBLE_NAMES=lon", "-oo",
                                 "Y_POSSIBLE_NAMES=lat", "-a_srs", "EPSG:4326")[:3])
        if number > 0:
            store.unlink()
    speed = [rows / seconds for seconds, _, _ in ours]
    peer_speed = [rows / seconds for seconds, _, _ in peer]
    ratios = [a / b for a, b in zip(speed, peer_speed)]
    note = f"{rows} rows"
    table.add("import", statistics.median(speed), "rows/s", runs, f"{note}, {what}")
    table.add("import, ogr2ogr to GeoPackage", statistics.median(peer_speed), "rows/s", runs, note + ", copied")
    table.add("import : ogr2ogr", statistics.median(ratios), "ratio", runs, "more is better")
    table.add("import, processor time", statistics.median(c for _, c, _ in ours), "s", runs)
    table.add("ogr2ogr, processor time", statistics.median(c for _, c, _ in peer), "s", runs)
    table.add("import, most memory", max(m for _, _, m in ours), "MB", runs)
    return folder / "import0.gpkg"



def bench_program(table, note, *arguments, tail=""):
    _, _, out = run(BENCH, *arguments)
    for line in out.splitlines():
        row = json.loads(line)
        p99, p95 = (row["p99"], row["p95"]) if row["n"] > 9 else (None, None)
        table.add(row["name"] + tail, row["median"], row["unit"], row["n"], note, p99, p95)


def peak_memory_mb(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    sys.exit("the system does not tell the server's peak memory")


def wait_ready(base, server):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(base + "/readyz", timeout=5).close()
            return
        except OSError:
            time.sleep(0.01)
    sys.exit("the server did not become ready")


def wait_idle(pid):
    """Until the server has done what clients that went away had asked for: it belongs to no later run."""
    def ticks():
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    deadline, before = time.monotonic() + 120, -1
    while time.monotonic() < deadline and ticks() - before > 1:
        before = ticks()
        time.sleep(0.3)


def wrk_output(script, url, seconds, clients):
    _, _, out = run("wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "60s", "--latency", *script, url)
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit(f"{url}:\n{out}")
    return out


def requests_per_second(out):
    return float(next(line.split(":")[1] for line in out.splitlines() if line.startswith("Requests/sec")))


def wrk(script, url, seconds, clients):
    return requests_per_second(wrk_output(script, url, seconds, clients))


def latency_ms(out, percentile):
    """Of wrk's table: `     99%   48.60ms`."""
    text = re.search(rf"^ +{percentile}% +([\d.]+)(us|ms|s)$", out, re.M)
    return float(text[1]) * {"us": 1e-3, "ms": 1, "s": 1e3}[text[2]]


def lua_of_posts(path, token):
    """Incidents in St. Louis, each another one."""
    path.write_text(f"""wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer {token}"
math.randomseed(os.time())
local n = 0
request = function()
  n = n + 1
  return wrk.format(nil, nil, nil, string.format(
    '{{"category":"dumping","lon":%f,"lat":%f,"description":"report %d","address":"%d MARKET ST"}}',
    -90.25 + math.random() * 0.05, 38.6 + math.random() * 0.05, n, 100 + n % 900))
end
""")
    return path


def bench_posts(table, folder, base, token, note, runs, seconds):
    script = ["-s", lua_of_posts(folder / "posts.lua", token)]
    outputs = [wrk_output(script, base + "/incidents", seconds, 32) for _ in range(runs)]
    what = f"{note}, wrk, 32 clients, {seconds} s; answered when durable, placed and served"
    table.add("POST incidents", statistics.median(map(requests_per_second, outputs)), "req/s", runs, what)
    table.add("POST incidents, time of one", statistics.median(latency_ms(o, 50) for o in outputs), "ms", runs,
              what, max(latency_ms(o, 99) for o in outputs))


def bench_limited_posts(table, base, token, note, runs, seconds):
    """How soon a report is in when they come at the rate that a city needs: the clients above take what they can."""
    rate, clients, speeds, times = 1200, 32, [], []
    for number in range(runs):
        speed, took = posts.post(base, token, rate, clients, seconds, number)
        speeds.append(speed)
        times += took
    times.sort()
    what = f"{note}, one every 1/{rate} s, {clients} clients, {seconds} s"
    table.add("POST incidents, limited rate", statistics.median(speeds), "req/s", runs, what)
    table.add("POST incidents, limited, time of one", times[len(times) // 2], "ms", len(times),
              "from when it was due", times[int(len(times) * 0.99)], times[int(len(times) * 0.95)])


def lua_of_distinct_tiles(path, run_number):
    """Every request of every run asks for another bandwidth, so no cache has its answer."""
    z, x, y = TILES[2]
    path.write_text(f"""local n = {run_number} * 100000
request = function()
  n = n + 1
  return wrk.format("GET", string.format("/tiles/density/{z}/{x}/{y}.png?bandwidth=%.6f", 300 + n / 1000000))
end
""")
    return path


def get(url):
    before = time.monotonic()
    with urllib.request.urlopen(url, timeout=60) as answer:
        body = answer.read()
    return (time.monotonic() - before) * 1000, body


def pages_ms(base, count):
    """Times of the first pages of the incidents, each by the link in the one before: no page is asked twice."""
    url, samples = base + "/ogc/collections/incidents/items?limit=1000", []
    while url and len(samples) < count:
        took, body = get(url)
        samples.append(took)
        links = json.loads(body)["links"]
        url = next((link["href"] for link in links if link["rel"] == "next"), None)
    return sorted(samples)


@contextlib.contextmanager
def serving(store):
    """A server of the store, ready; its URL."""
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    try:
        base = server.stdout.readline().strip()
        wait_ready(base, server)
        yield base
    finally:
        server.terminate()
        server.wait(timeout=60)


def bench_server(table, folder, store, note, runs, seconds):
    _, _, token = run(HOTSPOTD, "user", store, "add", "bench", "--role", "reporter")
    started = time.monotonic()
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    try:
        base = server.stdout.readline().strip()
        wait_ready(base, server)
        table.add("serve: from start to ready", (time.monotonic() - started) * 1000, "ms", 1, note)
        table.add("peak memory when ready", peak_memory_mb(server.pid), "MB", 1, "VmHWM")
        samples = pages_ms(base, 10 * runs)
        table.add("GET items, 1,000 features", statistics.median(samples), "ms", len(samples),
                  note + ", page after page", samples[-1])
        z, x, y = TILES[2]
        # A tile that is computed takes a core for its time: as many clients as cores, and longer.
        cores = os.cpu_count()
        cases = [("density tile, cached", f"/tiles/density/{z}/{x}/{y}.png", f", z{z}, 300 m", 16, seconds),
                 ("density tile, not cached", None, f", z{z}, 300 m", cores, 3 * seconds),
                 ("incidents tile, cached", f"/tiles/incidents/{z}/{x}/{y}.mvt", f", z{z}", 16, seconds),
                 ("healthz", "/healthz", "", 16, seconds)]
        for name, path, what, clients, length in cases:
            speeds = []
            for number in range(runs):
                script = [] if path else ["-s", lua_of_distinct_tiles(folder / "distinct.lua", number)]
                speeds.append(wrk(script, base + (path or "/"), length, clients))
                wait_idle(server.pid)
            table.add("GET " + name, statistics.median(speeds), "req/s", runs,
                      f"{note}, wrk, {clients} clients, {length} s{what}")
        bench_posts(table, folder, base, token.strip(), note, runs, seconds)
        wait_idle(server.pid)
        bench_limited_posts(table, base, token.strip(), note, runs, 3 * seconds)
        table.add("peak memory after the requests", peak_memory_mb(server.pid), "MB", 1, "VmHWM")
    finally:
        server.terminate()
        server.wait(timeout=60)


def bench_million(table, folder, base, csv_path, options):
    many = folder / "many.csv"
    replicate(csv_path, many, options.million, options.seed)
    (folder / "import0.gpkg").unlink()
    store = bench_import(table, folder, base, many, options.million, options.runs, "placed, identified")
    many.unlink()
    note = f"{options.million} incidents"
    bench_program(table, note, "load", store, options.runs)
    bench_program(table, note, "rows", store, options.runs)
    bench_program(table, note + ", one thread", "density", store, options.runs)
    bench_server(table, folder, store, note, options.runs, options.seconds)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a look whether everything runs: less of everything")
    parser.add_argument("--runs", type=int, help="runs of each measurement (3)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, help="rows of the St. Louis file, 0: all (0)")
    parser.add_argument("--million", type=int, help="incidents of the start-up measurement (1000000)")
    parser.add_argument("--seconds", type=int, help="length of each wrk run (3)")
    parser.add_argument("--json", help="write the lines of JSON there")
    options = parser.parse_args()
    for name, quick, usual in (("runs", 1, 3), ("rows", 20000, 0), ("million", 50000, 1000000), ("seconds", 1, 3)):
        if getattr(options, name) is None:
            setattr(options, name, quick if options.quick else usual)
    return options


def main():
    options = parse_options()
    if not (DATA / "stlouis.gpkg").exists():
        print("skipped: the St. Louis data set is not there (SHARED_DATA names the folder)")
        return 0
    for program in (HOTSPOTD, BENCH):
        if not program.exists():
            sys.exit(f"{program} is not built: ./dev build")
    started = time.monotonic()
    table = Table()
    print(f"seed {options.seed}, {options.runs} runs, {os.cpu_count()} cores, one server thread per core, "
          f"load of the machine {os.getloadavg()[0]:.1f}; median, then the 95th and 99th percentile")
    with tempfile.TemporaryDirectory(prefix="hotspot-bench-") as name:
        folder = Path(name)
        csv_path, rows = unpack(folder, options.rows)
        base = folder / "base.gpkg"
        new_city(base)
        store = bench_import(table, folder, base, csv_path, rows, options.runs, "placed, geocoded, identified")
        bench_program(table, f"{rows} incidents, one thread", "tiles", store, options.runs)
        bench_program(table, f"{rows} incidents, one thread", "append", store, 1)
        bench_program(table, f"{rows} incidents, one thread", "items", store, options.runs)
        bench_million(table, folder, base, csv_path, options)
        density.measure(table, BUILD, options.quick)
        network.measure(table, BUILD, options.quick)
        forecast.measure(table, folder, options.quick)
        points.measure(table, BUILD, options.quick)
        scan.measure(table, BUILD, options.quick)
        local.measure(table, BUILD, options.quick)
        geocoding.measure(table, folder, options.quick)
        addresses.measure(table, sys.modules[__name__], folder, options.runs, options.seconds, options.seed)
        gis_peers.measure(table, sys.modules[__name__], folder, options.quick, options.runs, options.seconds, options.seed)
    print(f"load of the machine {os.getloadavg()[0]:.1f} at the end, {time.monotonic() - started:.0f} s in all")
    lines = "".join(json.dumps(row) + "\n" for row in table.rows)
    if options.json:
        Path(options.json).write_text(lines, encoding="utf-8")
    else:
        print(lines, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
