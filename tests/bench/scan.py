"""Scan statistics: the times that the issue names, and plain R over the same areas and zones, its replications fewer
and its time for as many as ours."""
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from density import HERE, Side


def ask(side, line, runs):
    answers = [side.ask(line) for _ in range(runs)]
    return statistics.median(a[0] for a in answers), answers[0]


def measure(table, build, quick):
    """All rows; the peer needs R, and is left out, said, where it is not there."""
    folder = Path(tempfile.mkdtemp())
    replications, few, runs = (99, 9, 1) if quick else (999, 29, 5)
    ours = Side([build / "tests" / "bench" / "scan_bench", folder / "areas", 1])
    peer = Side(["Rscript", HERE / "scan_peer.R", folder / "areas"], greets=True) if shutil.which("Rscript") else None
    if not peer:
        print("scan: no R here, so no peer (Debian: r-base-core)")
    a, b = [], []
    for _ in range(runs):
        a.append(ours.ask(f"areas {replications}"))
        if peer:
            b.append(peer.ask(f"areas {few}"))
    mine = statistics.median(x[0] for x in a)
    note = f"{a[0][4]:.0f} zones, {replications} replications, Poisson, one thread, seed 1, zones included"
    table.add("scan, 281 areas, circles", mine * 1e3, "ms CPU", replications, f"{note}; p {a[0][3]:.3f}")
    if peer:
        theirs = statistics.median(x[0] for x in b) * (replications + 1) / (few + 1)
        off = abs(a[0][1] - b[0][1])
        table.add("  R, vectors over zones", theirs * 1e3, "ms CPU", few, f"{few} replications, scaled; ratio off ours by {off:.1e}")
        table.add("  times faster", theirs / mine, "x", replications)
    for name, line, what in (
            ("ellipses", f"ellipses {replications}", "281 areas, axes to 5:1"),
            ("space-time", f"cylinders 60000 {replications}",
             "60000 incidents, 300 cells, 104 weeks, 13 at most, 25 % at most, permutation"),
            ("space-time, communities", f"communities 60000 {replications}", "the same, cells out of line"),
            ("daily, prospective", f"daily 60000 {replications}", "60000 incidents, 300 cells, 364 days, 28 at most")):
        seconds, answer = ask(ours, line, 1 if quick else 3)
        table.add(f"scan, {name}", seconds * 1e3, "ms CPU", replications,
                  f"{what}, {answer[4]:.0f} windows, {replications} replications, one thread, seed 1, no early end; "
                  f"p {answer[3]:.3f}")
    for side in (ours, peer):
        if side:
            side.close()
    shutil.rmtree(folder)
