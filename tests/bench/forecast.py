"""What forecasts catch: five problems of St. Louis (2008 to 2014), squares of 150 m, 30 days, twelve origins, 1 % and 5 %
of the area, every method beside the kernel density that is usual (Scott's rule); and how long it takes. By itself:

    python3 tests/bench/forecast.py [--folder FOLDER]
"""

import argparse
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data"))
HOTSPOTD = Path(os.environ.get("BUILD", ROOT / "build" / "release")) / "hotspotd"
PROBLEMS = ("larceny", "burglary", "vandalism", "robbery", "vehicle theft")
SHARES = ("0.01", "0.05")
ORIGIN = "2014-06-01"
USUAL = "kernel-scott"


def quietly(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(map(str, command))}: {done.stderr}")


def make_city(folder):
    store, incidents = folder / "forecast.gpkg", folder / "forecast.csv"
    store.unlink(missing_ok=True)
    with gzip.open(SHARED / "stlouis" / "incidents_2008_2014.csv.gz") as packed, open(incidents, "wb") as plain:
        shutil.copyfileobj(packed, plain)
    quietly(HOTSPOTD, "import", store, "units", SHARED / "stlouis" / "stlouis.gpkg", "--layer", "neighborhoods",
            "--level", "community")
    quietly(HOTSPOTD, "import", store, "incidents", incidents)
    return store


def pooled(store, folder, share):
    """Mean hit rates over the problems by method, and seconds of each forecast."""
    hits, seconds = {}, []
    for problem in PROBLEMS:
        path, started = folder / "forecast.geojson", time.monotonic()
        quietly(HOTSPOTD, "forecast", store, "--category", problem, "--area-share", share, "--cell", "150", "--origin",
                ORIGIN, "-o", path)
        seconds.append(time.monotonic() - started)
        for method in json.loads(path.read_text(encoding="utf-8"))["held_out"]["methods"]:
            hits.setdefault(method["method"], []).append(method["hit_rate"]["mean"])
    return {method: statistics.mean(values) for method, values in hits.items()}, seconds


def measure(table, folder, quick):
    store = make_city(folder)
    for share in SHARES[:1] if quick else SHARES:
        hits, seconds = pooled(store, folder, share)
        for method, mean in hits.items():
            table.add(f"forecast, {float(share):.0%}, {method}", 100 * mean, "% caught", 12 * len(PROBLEMS),
                      f"{mean / hits[USUAL]:.2f} times {USUAL}")
        table.add(f"forecast, {float(share):.0%}, a problem", statistics.median(seconds), "s", len(seconds),
                  f"12 held-out periods; {min(seconds):.1f} to {max(seconds):.1f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--folder", help="where the city is made; else a temporary one")
    parser.add_argument("--quick", action="store_true", help="1 %% of the area alone")
    options = parser.parse_args()

    class Printed:
        @staticmethod
        def add(name, value, unit, n, note=""):
            print(f"{name:<38}{value:13.3f} {unit:<11} n={n:<5} {note}", flush=True)

    print(f"load of the machine {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="hotspot-forecast-") as name:
        measure(Printed, Path(options.folder or name), options.quick)


if __name__ == "__main__":
    main()
