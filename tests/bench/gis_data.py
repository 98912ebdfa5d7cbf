"""What the GIS servers are compared on: points in clusters, lines and real boundaries, the same for all sides."""
import csv
import json
import math
import random
import subprocess

CATEGORIES = ["0102", "0104", "0201", "0203", "0501", "0502", "0507", "0603"]
SOURCES, STATUSES = ["hotline", "app", "patrol"], ["open", "closed"]
FIELDS = ["id", "category", "reported", "source", "status", "lon", "lat"]
BOX = (-90.32, 38.53, -90.17, 38.78)  # of St. Louis


def points(count, seed):
    """Four fifths about 80 centres, from 100 m to 1 km wide, the others anywhere."""
    chance = random.Random(seed)
    west, south, east, north = BOX
    centres = [(chance.uniform(west, east), chance.uniform(south, north), chance.uniform(100, 1000)) for _ in range(80)]
    weights = [chance.paretovariate(1) for _ in centres]
    for number in range(count):
        if chance.random() < 0.2:
            lon, lat = chance.uniform(west, east), chance.uniform(south, north)
        else:
            lon, lat, sigma_m = chance.choices(centres, weights)[0]
            lat += chance.gauss(0, sigma_m) / 111195
            lon += chance.gauss(0, sigma_m) / (111195 * math.cos(math.radians(lat)))
        day = chance.randrange(720)
        reported = (f"{2023 + day // 360}-{day % 360 // 30 + 1:02d}-{day % 28 + 1:02d}T{chance.randrange(24):02d}:"
                    f"{chance.randrange(60):02d}:{chance.randrange(60):02d}Z")
        yield [f"R{number:07d}", chance.choice(CATEGORIES), reported, chance.choice(SOURCES), chance.choice(STATUSES),
               f"{lon:.7f}", f"{lat:.7f}"]


def write_points(path, count, seed):
    with open(path, "w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(FIELDS)
        writer.writerows(points(count, seed))
    return path


def write_lines(package, path, count, seed):
    """The city's streets again and again, each time shifted by up to about 300 m, as FlatGeobuf."""
    chance = random.Random(seed)
    text = subprocess.run(["ogr2ogr", "-f", "GeoJSONSeq", "/vsistdout/", str(package), "streets", "-t_srs", "EPSG:4326"],
                          check=True, capture_output=True, text=True).stdout
    streets = [json.loads(line) for line in text.splitlines() if line.strip()]
    raw = path.with_suffix(".geojsonl")
    with open(raw, "w", encoding="utf-8") as target:
        for number in range(count):
            street = streets[number % len(streets)]
            if number % len(streets) == 0:
                dx, dy = (0, 0) if number == 0 else (chance.uniform(-0.003, 0.003), chance.uniform(-0.003, 0.003))
            geometry = street["geometry"]
            lines = geometry["coordinates"] if geometry["type"] == "MultiLineString" else [geometry["coordinates"]]
            moved = [[[round(x + dx, 7), round(y + dy, 7)] for x, y, *_ in line] for line in lines]
            name = next((str(v) for k, v in street["properties"].items() if "NAME" in k.upper() and v), f"Street {number}")
            target.write(json.dumps({"type": "Feature",
                                     "properties": {"name": name, "class": ["residential", "tertiary", "primary"][number % 3]},
                                     "geometry": {"type": "MultiLineString", "coordinates": moved}}) + "\n")
    subprocess.run(["ogr2ogr", "-f", "FlatGeobuf", str(path), str(raw), "-nln", "streets", "-a_srs", "EPSG:4326"], check=True,
                   capture_output=True)
    return path


def tile_of(lon, lat, z):
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * 2**z), int(y * 2**z)


def tiles_by_count(csv_path, z):
    """Tiles of a zoom with the number of points in each, the fullest first."""
    counts = {}
    with open(csv_path, encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            key = tile_of(float(row["lon"]), float(row["lat"]), z)
            counts[key] = counts.get(key, 0) + 1
    return sorted(((n, x, y) for (x, y), n in counts.items()), key=lambda t: (-t[0], t[1], t[2]))
