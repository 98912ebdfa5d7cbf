#!/usr/bin/env python3
"""Makes timezones.tsv: places whose nearest neighbour tells the time zone of a position.

    make_timezones.py CITIES15000.TXT ZONE.TAB > timezones.tsv

CITIES15000.TXT is GeoNames' list of cities (Debian package libtimezonemap-data), ZONE.TAB comes with the
time zone database (Debian package tzdata). Of the cities only those stay that the answer needs: all whose
nearest kept neighbour would otherwise name another zone, and those near a zone's edge.
"""
import math
import os
import sys

# Beijing time is the official time of all of China (zone.tab: "Beijing Time"; Asia/Urumqi is customary).
OFFICIAL = {"Asia/Urumqi": "Asia/Shanghai"}
EDGE_KM = 120.0


def vector(lon, lat):
    lon, lat = math.radians(lon), math.radians(lat)
    return math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)


def km(a, b):
    chord = math.dist(a, b)
    return 2 * 6371.0 * math.asin(min(1.0, chord / 2))


class Grid:
    """Points of the sphere in cubes, so that neighbours are found without looking at all."""

    SIZE = 0.02

    def __init__(self):
        self.cells = {}
        self.count = 0

    def key(self, v):
        return tuple(math.floor(c / self.SIZE) for c in v)

    def add(self, v, zone):
        self.cells.setdefault(self.key(v), []).append((v, zone))
        self.count += 1

    def ring(self, v, reach):
        x, y, z = self.key(v)
        for i in range(-reach, reach + 1):
            for j in range(-reach, reach + 1):
                for k in range(-reach, reach + 1):
                    yield from self.cells.get((x + i, y + j, z + k), ())

    def nearest(self, v):
        for reach in (1, 2, 4):
            found = min(self.ring(v, reach), key=lambda p: math.dist(p[0], v), default=None)
            if found and math.dist(found[0], v) <= reach * self.SIZE:
                return found[1]
        everything = (p for cell in self.cells.values() for p in cell)
        return min(everything, key=lambda p: math.dist(p[0], v), default=(None, None))[1]


def degrees(text):
    """ISO 6709 as in zone.tab: +DDMM, +DDMMSS, +DDDMM, +DDDMMSS."""
    sign, digits = (-1 if text[0] == "-" else 1), text[1:]
    whole = len(digits) - (4 if len(digits) > 5 else 2)
    rest = digits[whole:]
    return sign * (int(digits[:whole]) + int(rest[:2]) / 60 + int(rest[2:] or 0) / 3600)


def main():
    places = []
    with open(sys.argv[2], encoding="utf-8") as file:
        for line in file:
            if line.startswith("#"):
                continue
            position, zone = line.split("\t")[1:3]
            cut = max(position.rfind("+"), position.rfind("-"))
            places.append((10**9, degrees(position[cut:]), degrees(position[:cut]), zone.strip()))
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            f = line.rstrip("\n").split("\t")
            places.append((int(f[14]), float(f[5]), float(f[4]), f[17]))
    places = [(n, round(lon, 2), round(lat, 2), OFFICIAL.get(zone, zone)) for n, lon, lat, zone in places
              if os.path.exists("/usr/share/zoneinfo/" + zone)]
    places.sort(key=lambda p: (-p[0], p[3], p[1], p[2]))

    everything = Grid()
    for _, lon, lat, zone in places:
        everything.add(vector(lon, lat), zone)
    kept, keep = set(), Grid()

    def put(i):
        _, lon, lat, zone = places[i]
        kept.add(i)
        keep.add(vector(lon, lat), zone)

    for i, (n, lon, lat, zone) in enumerate(places):
        v = vector(lon, lat)
        edge = any(z != zone and km(v, p) < EDGE_KM for p, z in everything.ring(v, 1))
        if n == 10**9 or edge:
            put(i)
    changed = True
    while changed:
        changed = False
        for i, (_, lon, lat, zone) in enumerate(places):
            if i not in kept and keep.nearest(vector(lon, lat)) != zone:
                put(i)
                changed = True
    print("# Places whose nearest neighbour tells a position's time zone: longitude, latitude, IANA name.")
    print("# Made by make_timezones.py from GeoNames' cities15000 (https://www.geonames.org, CC BY 4.0) and")
    print("# the time zone database's zone.tab (public domain); thinned and rounded to 0.01 degree.")
    for line in sorted({f"{places[i][1]:g}\t{places[i][2]:g}\t{places[i][3]}" for i in kept}):
        print(line)


main()
