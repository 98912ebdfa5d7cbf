"""Local statistics beside R's spdep, one thread; how often corrected methods raise a false alarm on patternless cities,
and how often they find what is planted: in squares of cells, and in the sample city."""
import json
import math
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from density import HERE, Side


def compare(table, ours, peer, quick):
    side, permutations, runs = (50, 99, 1) if quick else (100, 999, 3)
    for name, word in (("Gi*", "gi"), ("local Moran", "moran")):
        a, b = [], []
        for _ in range(runs):
            a.append(ours.ask(f"{word} {side} {permutations}"))
            if peer:
                b.append(peer.ask(f"{word} {side} {permutations}"))
        mine = statistics.median(x[0] for x in a)
        note = f"{side * side} cells, queen, {permutations} permutations, one thread, seed 1; mean p {a[0][2]:.3f}"
        table.add(f"{name} with permutations", mine * 1e3, "ms CPU", side * side, note)
        if peer:
            theirs = statistics.median(x[0] for x in b)
            table.add(f"  spdep: local{'G' if word == 'gi' else 'moran'}_perm", theirs * 1e3, "ms CPU", side * side,
                      f"values of its own; mean p {b[0][2]:.3f}")
            table.add("  times faster", theirs / mine, "x", side * side, "to reach: 40")
    exact = ours.ask(f"exact {side}")
    table.add("Gi* with exact p-values", exact[0] * 1e3, "ms CPU", side * side, "Poisson counts of mean 3, queen")


def count_alarms(table, ours, quick):
    cities = 50 if quick else 1000
    most = 0.05 + 3 * math.sqrt(0.05 * 0.95 / cities)
    for method in ("gi-exact", "gi-normal", "gi-permuted", "moran-normal", "moran-permuted", "emerging", "change"):
        few = min(cities, 200) if method == "emerging" else cities
        shares = [ours.ask(f"alarms {method} {correction} {few}")[1] for correction in ("bh", "by", "bonferroni")]
        table.add(f"false alarms: {method}", 100 * shares[0], "%", few,
                  f"patternless cities with anything significant at 5 %, bh; by {100 * shares[1]:.1f}, bonferroni "
                  f"{100 * shares[2]:.1f}; at most {100 * most:.1f} within error")


def find_planted(table, ours, quick):
    cities = 50 if quick else 500
    curve = [(times, ours.ask(f"power {cities} {times}")[1]) for times in (1.25, 1.5, 2, 2.5, 3, 4)]
    table.add("power: planted 3 x 3 cells found", 100 * curve[2][1], "%", cities,
              "of 289 cells, 867 incidents, by how many times as many: " + ", ".join(f"{t:g}: {100 * s:.0f} %" for t, s in curve))


def find_in_sample(table, hotspotd, quick):
    """Each planted hotspot by its problem and time: is a significant hot street one of its segments?"""
    from osgeo import ogr
    ogr.UseExceptions()
    folder = Path(tempfile.mkdtemp())
    curve = []
    for incidents in ((3000,) if quick else (3000, 10000, 30000, 60000)):
        store = folder / f"city{incidents}.gpkg"
        subprocess.run([hotspotd, "sample", store, "--incidents", str(incidents)], check=True, capture_output=True)
        truth = ogr.Open(str(folder / f"city{incidents}.truth.gpkg"))
        planted = [f.items() for f in truth.GetLayerByName("planted")]
        found = tried = 0
        for spot in planted:
            words = planted_words(spot)
            out = folder / "hot.geojson"
            subprocess.run([hotspotd, "hotspots", store, "gi-star", "--streets", *words, "-o", out], check=True, capture_output=True)
            hot = {f["id"] for f in json.load(open(out))["features"] if f["properties"]["label_en"] == "hot spot"}
            found += bool(hot & {int(s) for s in str(spot["segments"]).replace(",", " ").split()})
            tried += 1
        curve.append((incidents, found, tried))
    shutil.rmtree(folder)
    last = curve[-1]
    table.add("power: hotspots planted in the sample city found", 100 * last[1] / max(1, last[2]), "%", last[0],
              "by its own problem and time, street segments, Gi*, bh; by incidents in all: "
              + ", ".join(f"{n}: {f} of {t}" for n, f, t in curve))


def planted_words(spot):
    start, end = (str(spot[k])[:10].replace("/", "-") if spot.get(k) else ".." for k in ("from", "to"))
    return ["--category", str(spot["category"]), "--datetime", f"{start}/{end}"]


def measure(table, build, quick):
    ours = Side([build / "tests" / "bench" / "local_bench"])
    has_peer = shutil.which("Rscript") and subprocess.run(["Rscript", "-e", "library(spdep)"], capture_output=True, check=False).returncode == 0
    peer = Side(["Rscript", HERE / "local_peer.R"], greets=True) if has_peer else None
    if not peer:
        print("local statistics: no spdep here, so no peer (Debian: r-cran-spdep)")
    compare(table, ours, peer, quick)
    count_alarms(table, ours, quick)
    find_planted(table, ours, quick)
    find_in_sample(table, build / "hotspotd", quick)
    for side in (ours, peer):
        if side:
            side.close()
