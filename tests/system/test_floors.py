#!/usr/bin/env python3
"""A room may include rooms on lower floors only: reads the includes of every room and fails on an upward or
sideways one, and on a room that has no floor."""
import os
import re
import sys
import tempfile
from pathlib import Path

FLOORS = [
    {"base"},
    {"geo", "http"},
    {"city"},
    {"store", "ingest"},
    {"density", "statistics", "geocode"},
    {"plan"},
    {"render", "export"},
    {"service"},
    {"api"},
    {"cli"},
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# Public headers that stand above the base: the room that implements each.
PUBLIC = {
    "coordinates.h": "geo",
    "geography.h": "city",
    "weekly_hours.h": "city",
    "records.h": "geo",  # plain structs; its names are the city's
    "density.h": "density",
    "kernel.h": "density",
    "adaptive_bandwidth.h": "density",
    "edge_correction.h": "density",
    "time_kernel.h": "density",
    "raster_density.h": "density",
    "relative_risk.h": "density",
    "network_density.h": "density",
    "bandwidth.h": "density",
    "density_interval.h": "density",
    "geocode.h": "geocode",
    "reverse_geocode.h": "geocode",
    "autocomplete.h": "geocode",
    "spatial_weights.h": "statistics",
    "spatial_statistics.h": "statistics",
    "multiple_testing.h": "statistics",
    "rates.h": "statistics",
    "scan_statistic.h": "statistics",
    "trend.h": "statistics",
    "rate_ratio.h": "statistics",
    "labelling.h": "statistics",
    "emerging.h": "statistics",
    "forecast_scores.h": "plan",
    "focus.h": "plan",
    "forecast.h": "plan",
    "circular_statistics.h": "statistics",
    "near_repeat.h": "statistics",
    "point_clusters.h": "statistics",
    "point_pattern.h": "statistics",
    "street_points.h": "statistics",
}
PLAIN = {"error.h", "types.h", "geometry.h", "progress.h"}
NOT_C = {"web"}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)


def target_room(quote, path):
    """The room that an include leads to; None for the system's headers."""
    folder, _, name = path.rpartition("/")
    if folder == "hotspot":
        return None if name in PLAIN else PUBLIC.get(name, "unknown:" + name)
    if quote == "<":
        return None
    return folder.split("/")[0] if folder else "unknown:" + path


def complaints(source):
    found = []
    for room in sorted(p.name for p in (source / "src").iterdir() if p.is_dir()):
        if room in NOT_C:
            continue
        if room not in FLOOR:
            found.append(f"src/{room}: a room without a floor")
            continue
        for path in sorted((source / "src" / room).rglob("*.[ch]")):
            for quote, included in INCLUDE.findall(path.read_text(encoding="utf-8")):
                other = target_room(quote, included)
                if other is None or other == room:
                    continue
                # Every room may know the plain records; who implements a name lies below in practice.
                if included == "hotspot/records.h" and FLOOR[room] >= FLOOR["geo"]:
                    continue
                if other not in FLOOR or FLOOR[other] >= FLOOR[room]:
                    found.append(f"{path.relative_to(source)} includes {included}: "
                                 f"{room} stands on floor {FLOOR[room]}, {other} on {FLOOR.get(other, 'none')}")
    return found


def self_check():
    """The test is able to fail: made-up trees with one fault each, and one without."""
    trees = {
        "upward": {"src/geo/a.c": '#include "city/x.h"\n'},
        "sideways": {"src/geo/a.c": '#include "http/x.h"\n'},
        "public": {"src/base/a.c": "#include <hotspot/geography.h>\n"},
        "no room": {"src/attic/a.c": ""},
        "no folder": {"src/geo/a.c": '#include "x.h"\n'},
    }
    for name, files in trees.items():
        with tempfile.TemporaryDirectory() as folder:
            write_tree(Path(folder), files)
            assert len(complaints(Path(folder))) == 1, f"self-check '{name}': the fault was not seen"
    with tempfile.TemporaryDirectory() as folder:
        good = {"src/city/a.c": '#include "geo/x.h"\n#include <hotspot/geography.h>\n#include <stdio.h>\n',
                "src/geo/x.h": '#include "base/y.h"\n'}
        write_tree(Path(folder), good)
        assert complaints(Path(folder)) == [], "self-check: a good tree was refused"


def write_tree(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def main():
    self_check()
    source = Path(os.environ.get("SOURCE_DIR", Path(__file__).resolve().parents[2]))
    found = complaints(source)
    for line in found:
        print(line)
    print(f"{len(FLOOR)} rooms on {len(FLOORS)} floors: {len(found)} wrong includes")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
