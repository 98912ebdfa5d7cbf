"""Clusters, K and Knox beside R's dbscan, spatstat and surveillance: the same points, both in one run, one after the other."""
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from density import HERE, Side


def measure(table, build, quick):
    """All rows; the peers need R with dbscan, spatstat and surveillance, and are left out, said, where they are not there."""
    folder = Path(tempfile.mkdtemp())
    n, few, runs = (100_000, 2_000, 1) if quick else (1_000_000, 10_000, 5)
    ours = Side([build / "tests" / "bench" / "points_bench", folder / "points", n, 1])
    ours.ask("dbscan 30 10")  # after this the points are in the file
    peer = None
    if shutil.which("Rscript") and subprocess.run(["Rscript", "-e", "library(dbscan); library(spatstat); library(surveillance)"], capture_output=True, check=False).returncode == 0:
        peer = Side(["Rscript", HERE / "points_peer.R", folder / "points", n], greets=True)
    else:
        print("points: no R with dbscan, spatstat and surveillance here, so no peer (Debian: r-cran-dbscan, r-cran-spatstat, r-cran-surveillance)")
    for name, line, count, times, note, target in (
            ("DBSCAN", "dbscan 30 10", n, runs, "eps 30 m, min-points 10, half in 500 clusters in 20 km x 20 km", "5"),
            ("HDBSCAN", f"hdbscan 10 {few}", few, 1, "min-points 10, of the same", ""),
            ("K, border correction", "k border 564.1896 512", 100_000, runs, "512 distances to 564 m, 10 km x 10 km", "20"),
            ("K, isotropic correction", "k isotropic 564.1896 512", 100_000, runs, "512 distances to 564 m, of the same", "20"),
            ("K, isotropic, short", "k isotropic 100 100", 100_000, runs, "100 distances to 100 m, of the same", ""),
            ("Knox", "knox 50 7 999", 636, 1, "imdepi, 50 km, 7 days, 999 permutations", "")):
        a, b = [], []
        if line.startswith("knox") and not peer:
            continue  # the events are in the peer's package
        for _ in range(times):
            if peer:
                b.append(peer.ask(line))
            a.append(ours.ask(line))
        mine = statistics.median(x[0] for x in a)
        table.add(name, mine * 1e3, "ms CPU", count, f"{note}; one thread, seed 1")
        if not peer:
            continue
        theirs = statistics.median(x[0] for x in b)
        same = "the same result" if abs(a[0][2] - b[0][2]) <= 1e-9 * abs(b[0][2]) else f"result {b[0][1]:.9g}, {b[0][2]:.9g}, ours {a[0][1]:.9g}, {a[0][2]:.9g}"
        table.add("  R", theirs * 1e3, "ms CPU", count, same)
        table.add("  times faster", theirs / mine, "x", count, f"to reach: {target}" if target else "")
    for side in (ours, peer):
        if side:
            side.close()
    shutil.rmtree(folder)
