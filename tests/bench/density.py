"""Density beside R's spatstat: the same points, both in one run, their evaluations one after the other."""
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Side:
    """A program that answers each line with seconds and numbers."""

    def __init__(self, command, greets=False):
        self.process = subprocess.Popen([str(c) for c in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if greets:
            self.process.stdout.readline()

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if not answer or answer[0] == "error":
            sys.exit(f"{line}: {' '.join(answer)}")
        return [float(a) for a in answer]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def compare(table, ours, peer, name, our_line, peer_line, runs, n, note, target, error_of="the maximum"):
    """Medians of `runs` evaluations, A B A B ..., and how many times faster ours is."""
    a, b = [], []
    for _ in range(runs):
        a.append(ours.ask(our_line))
        if peer:
            b.append(peer.ask(peer_line))
    mine = statistics.median(x[0] for x in a)
    error = f"; error {max(x[2] for x in a):.1e} of {error_of}" if a[0][2] > 0 else ""
    table.add(name, mine * 1e3, "ms CPU", n, f"{note}{error}; {min(x[0] for x in a) * 1e3:.0f} to {max(x[0] for x in a) * 1e3:.0f}")
    if not peer:
        return
    theirs = statistics.median(x[0] for x in b)
    table.add(f"  spatstat: {peer_line.split()[0]}", theirs * 1e3, "ms CPU", n, f"{peer_line}; result {b[0][1]:.6g}, ours {a[0][1]:.6g}")
    table.add("  times faster", theirs / mine, "x", n, f"to reach: {target}" if target else "")


def measure(table, build, quick):
    """All rows; needs R with spatstat for the peers, and says so where it is not there."""
    bench = build / "tests" / "bench" / "density_bench"
    folder = Path(tempfile.mkdtemp())
    n, few, runs = (50_000, 2_000, 1) if quick else (1_000_000, 10_000, 5)
    ours = Side([bench, folder / "points", n, 1])
    ours.ask("raster uniform 20")  # after this the points are in the file
    peer = None
    if shutil.which("Rscript") and subprocess.run(["Rscript", "-e", "library(spatstat)"], capture_output=True, check=False).returncode == 0:
        peer = Side(["Rscript", HERE / "density_peer.R", folder / "points", n], greets=True)
    else:
        print("density: no R with spatstat here, so no peer (Debian: r-cran-spatstat)")
    note = "1280 x 960 cells, bandwidth 45 cells, quartic, one thread, seed 1"
    compare(table, ours, peer, "raster, exact", "raster quartic 450", "raster quartic 450 plain", runs, n, note, "10")
    compare(table, ours, peer, "raster as 20 tiles, deposits included", "tiles 450", "raster quartic 450 plain", runs, n,
            "1280 x 1024 pixels, bandwidth 45 pixels, one thread, incidents along the curve", "60")
    compare(table, ours, peer, "raster, exact, Epanechnikov", "raster epanechnikov 450", "raster epanechnikov 450 plain", runs, n,
            "as above", "")
    for method in ("ppl", "diggle"):
        compare(table, ours, peer, f"bandwidth {method}", f"bandwidth {method} {few}", f"bandwidth {method} {few}", runs, few,
                "one thread, seed 1", "20" if method == "ppl" else "")
    for side in (ours, peer):
        if side:
            side.close()
    shutil.rmtree(folder)
