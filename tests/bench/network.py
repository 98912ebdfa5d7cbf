"""Density on streets beside R's spatstat: the same streets and events, the evaluations one after the other;
and a real city's streets by themselves."""
import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from density import HERE, Side, compare

SIMPLE, DISCONTINUOUS, CONTINUOUS = "simple", "equal-split-discontinuous", "equal-split-continuous"
STEPS = 256
SHARED = Path(os.environ.get("SHARED_DATA", HERE.parents[2] / "shared" / "data"))
STREETS = SHARED / "stlouis" / "stlouis.gpkg"


def city(folder, build):
    """A store with the streets of St. Louis, or None where the data set is absent."""
    if not STREETS.exists():
        print("network: no streets of St. Louis, the data set is not there (SHARED_DATA names the folder)")
        return None
    store, hotspotd = folder / "streets.gpkg", os.environ.get("HOTSPOTD", build / "hotspotd")
    subprocess.run([hotspotd, "city", store, "--name", "St. Louis", "--lang", "en"], check=True, capture_output=True)
    subprocess.run([hotspotd, "import", store, "streets", STREETS, "--layer", "streets"], check=True, capture_output=True)
    return store


def has_spatstat():
    return shutil.which("Rscript") and subprocess.run(["Rscript", "-e", "library(spatstat)"], capture_output=True,
                                                      check=False).returncode == 0


def alone(table, ours, name, line, runs, n, note):
    """Ours without a peer; where there is no answer, it says why."""
    answers = []
    for _ in range(runs):
        ours.process.stdin.write(line + "\n")
        ours.process.stdin.flush()
        answer = ours.process.stdout.readline().strip()
        if answer.startswith("error"):
            print(f"network: {name}: no answer: {answer[6:]}", flush=True)
            return
        answers.append([float(a) for a in answer.split()])
    seconds = [a[0] for a in answers]
    table.add(name, statistics.median(seconds) * 1e3, "ms CPU", n,
              f"{note}; error {answers[0][2]:.1e}; mass {answers[0][3]:.6f} of the events'; peak {max(a[4] for a in answers):.0f} MB")


def measure(table, build, quick):
    """All rows; needs R with spatstat for the peers, and says so where it is not there."""
    folder = Path(tempfile.mkdtemp())
    store = city(folder, build)
    n, runs = (10_000, 1) if quick else (100_000, 5)
    few = n // 10
    ours = Side([build / "tests" / "bench" / "network_bench", folder / "town", n, 1, *([store] if store else [])])
    ours.ask(f"grid {SIMPLE} uniform 50 1")  # after this the streets and events are in the file
    peer = None
    if has_spatstat():
        peer = Side(["Rscript", HERE / "network_peer.R", folder / "town"], greets=True)
    else:
        print("network: no R with spatstat here, so no peer (Debian: r-cran-spatstat)")
    note = "6503 streets of 95 to 105 m, 65030 lixels, bandwidth 500 m, quartic, one thread, seed 1"
    mass = "the mass"
    for method in (SIMPLE, DISCONTINUOUS, CONTINUOUS):
        alone(table, ours, f"streets, {method}", f"grid {method} quartic 500 {n}", runs, n, note)
        # The heat kernel is what spatstat has for streets in little time; that of all equal-split paths is below.
        compare(table, ours, peer, f"streets, {method}", f"grid {method} quartic 500 {few}", f"heat 500 {few}", runs, few,
                "a tenth of the events; the peer is densityfun.lpp (heat kernel) of the same deviation at as many places",
                "100", mass)
    for method, peer_name, count in ((DISCONTINUOUS, "discontinuous", 2 if quick else 8),
                                     (CONTINUOUS, "continuous", 2 if quick else 8)):
        compare(table, ours, peer, f"streets, {method}", f"grid {method} quartic 500 {count}",
                f"{peer_name} 500 {count}", 1, count, "few events; the peer is densityEqualSplit, biweight", "", mass)
    for method in (DISCONTINUOUS, CONTINUOUS):
        alone(table, ours, f"streets, {method}, {STEPS} steps", f"grid {method} quartic 500 {n} {STEPS}", runs, n,
              note + "; the error is the greatest against the exact sums, of their maximum")
        for steps in (STEPS, STEPS // 2):
            line = f"grid {method} quartic 500 {few} {steps}"
            compare(table, ours, peer, f"streets, {method}, {steps} steps", line, f"heat 500 {few}", runs, few,
                    "a tenth of the events; the peer of the same deviation (189 m)", "100", "the maximum")
            compare(table, ours, peer, f"streets, {method}, {steps} steps", line, f"heat {500 * 7 ** 0.5:.3f} {few}",
                    min(runs, 3), few, "a tenth of the events; the peer's sigma is 500 m", "100", "the maximum")
    if store:
        note = "real streets, lixels of at most 10 m, events by chance, one thread, seed 1"
        for h in (200,) if quick else (200, 500, 1000):
            alone(table, ours, f"St. Louis, {SIMPLE}, {h} m", f"streets {SIMPLE} quartic {h} {n}", 1, n, note)
            for method in (DISCONTINUOUS, CONTINUOUS):
                if h == 200:
                    alone(table, ours, f"St. Louis, {method}, {h} m", f"streets {method} quartic {h} {n}", 1, n, note)
                alone(table, ours, f"St. Louis, {method}, {h} m, {STEPS} steps", f"streets {method} quartic {h} {n} {STEPS}",
                      1, n, note)
    for side in (ours, peer):
        if side:
            side.close()
    shutil.rmtree(folder)
