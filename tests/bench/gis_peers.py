"""Tiles, maps and pages beside PostGIS and MapServer, on the same data in one run, request for request in turn.

Ours is asked over HTTP, each time by another address, so that no answer is kept. MapServer is FastCGI behind nginx over
HTTP too, on shapefiles with their index. PostGIS is asked over libpq by a prepared statement, without HTTP, which favours it.
All servers share one core, the client has another; processor time of the servers is told beside the time that passes, since
a busy machine lengthens only the latter. By itself: python3 tests/bench/gis_peers.py [--quick] [--json FILE]."""
import contextlib
import http.client
import itertools
import json
import math
import os
import statistics
import subprocess
import time

import gis_data
import gis_sides

ZOOMS = (12, 13, 14)
POINT_TARGETS = {12: "12", 13: "10", 14: "6"}
DENSITY = ((12, "30", 30), (12, "30 (a narrower kernel)", 9), (14, "6", 36))  # zoom, target, MapServer's radius in pixels
WARM = 8
KERNELDENSITY_MOST = 8000  # points in a tile; it crashes on many more
EARTH_M_PER_PX = 156543.03392804097


class Side:
    """What is asked, by number: `ask(i)` answers the bytes. `pids` use the processor for it."""

    def __init__(self, name, ask, pids):
        self.name, self.ask, self.pids = name, ask, pids
        self.wall, self.cpu, self.sizes = [], [], []

    def measure(self, number):
        before, started = gis_sides.cpu_s(self.pids), time.perf_counter()
        body = self.ask(number)
        self.wall.append((time.perf_counter() - started) * 1e3)
        self.cpu.append((gis_sides.cpu_s(self.pids) - before) * 1e3)
        self.sizes.append(len(body))


def percentile(samples, p):
    return sorted(samples)[min(len(samples) - 1, int(len(samples) * p))]


def compare(table, what, ours, peers, requests, targets, note=""):
    """A few requests to warm up, of numbers that do not come again, then in turn; medians, p99, processor time, ratios."""
    sides = [ours, *peers]
    for number in range(WARM):
        for side in sides:
            side.ask(requests + number)
    for number in range(requests):
        for side in sides:
            side.measure(number)
    for side in sides:
        table.add(f"{what}: {side.name}", statistics.median(side.wall), "ms", requests,
                  f"{statistics.median(side.cpu):.3f} ms CPU, {statistics.median(side.sizes) / 1000:.1f} KB"
                  + (f"; {note}" if side is ours and note else ""), percentile(side.wall, 0.99))
    for side, target in zip(peers, targets):
        ratio = statistics.median(side.wall) / statistics.median(ours.wall)
        cpu = statistics.median(side.cpu) / max(statistics.median(ours.cpu), 1e-6)
        table.add(f"  {side.name} : ours", ratio, "ratio", requests, f"by processor time {cpu:.1f}; to reach: {target}")


class Bench:
    """The sides that run, and how each is asked for a thing."""

    def __init__(self, table, port, server_pid, database, mapserver_port, mapserver_pids):
        self.table = table
        self.client, self.server_pids = gis_sides.Client(gis_sides.tcp(port)), [server_pid]
        self.fresh = itertools.count(1)
        self.database, self.database_pids = database, [database.info.backend_pid] if database else []
        self.mapserver = gis_sides.Client(gis_sides.tcp(mapserver_port)) if mapserver_port else None
        self.mapserver_pids = mapserver_pids

    def ours(self, targets, accept=(200,)):
        """`v` names a version that is none: the answer is made anew. Addresses that have parameters come once."""
        def ask(number):
            target = targets[number % len(targets)]
            address = target if "?" in target else f"{target}?v={10**9 + next(self.fresh)}"
            status, body = self.client.get(address)
            assert status in accept, (target, status, body[:300])
            return body
        return Side("hotspotd", ask, self.server_pids)

    def sql(self, name, text, rows):
        if not self.database:
            return []
        cursor = self.database.cursor()
        cursor.execute(f"PREPARE {name} AS {text}")
        places = ", ".join(["%s"] * len(rows[0]))

        def ask(number):
            cursor.execute(f"EXECUTE {name}({places})", rows[number % len(rows)])
            value = cursor.fetchone()[0]
            return value if isinstance(value, str) else bytes(value or b"")
        return [Side("PostGIS", ask, self.database_pids)]

    def cgi(self, targets):
        if not self.mapserver:
            return []

        def ask(number):
            status, body = self.mapserver.get(targets[number % len(targets)])
            assert status == 200 and not body.startswith(b"<!DOCTYPE"), (targets[0], status, body[:300])
            return body
        return [Side("MapServer", ask, self.mapserver_pids)]


POINT_SQL = f"""SELECT ST_AsMVT(q, 'incidents', 4096, 'geom', 'fid') FROM (SELECT fid, {gis_sides.POINT_FIELDS},
  ST_AsMVTGeom(geom, ST_TileEnvelope($1, $2, $3), 4096, 0, true) AS geom FROM incidents
  WHERE geom && ST_TileEnvelope($1, $2, $3)) q"""
CLUSTER_SQL = """SELECT ST_AsMVT(q, 'incidents', 4096, 'geom') FROM (SELECT count(*) AS point_count, true AS clustered,
  ST_AsMVTGeom(ST_SetSRID(ST_MakePoint(avg(ST_X(geom)), avg(ST_Y(geom))), 3857), e.box, 4096, 0, true) AS geom
  FROM incidents, (SELECT ST_TileEnvelope($1, $2, $3) AS box) e WHERE geom && e.box
  GROUP BY e.box, floor((ST_X(geom) - ST_XMin(e.box)) * 16 / (ST_XMax(e.box) - ST_XMin(e.box))),
  floor((ST_Y(geom) - ST_YMin(e.box)) * 16 / (ST_YMax(e.box) - ST_YMin(e.box)))) q"""
LINE_SQL = """SELECT ST_AsMVT(q, 'streets', 4096, 'geom', 'fid') FROM (SELECT fid, name, class,
  ST_AsMVTGeom(geom, ST_TileEnvelope($1, $2, $3), 4096, 64, true) AS geom FROM streets
  WHERE geom && ST_TileEnvelope($1, $2, $3)) q"""
PAGE_MEMBERS = ("id category category_zh category_en reported occurred closed deadline source status address department "
                "description match_type accuracy_m unit city district subdistrict community cell street street_id segment weight "
                "batch category_text").split()
PAGE_SQL = f"""SELECT json_build_object('type', 'FeatureCollection', 'features', json_agg(json_build_object('type', 'Feature',
  'id', fid, 'geometry', ST_AsGeoJSON(place, 7)::json, 'properties', json_build_object(
  {", ".join(f"'{name}', {name}" for name in PAGE_MEMBERS)}))))::text
  FROM (SELECT * FROM pages WHERE fid > $1 ORDER BY fid LIMIT 1000) q"""


def tile_target(layer, z, x, y, image="mvt"):
    return f"/?mode=tile&tilemode=gmap&tile={x}+{y}+{z}&layers={layer}&map.imagetype={image}"


def single_tiles(bench, csv_path, requests):
    """Where ours has each incident by itself too, with the same fields."""
    tiles = [tile for tile in gis_data.tiles_by_count(csv_path, 14) if 300 <= tile[0] <= 3000][:12]
    rows = [(14, x, y) for _, x, y in tiles]
    ours = bench.ours([f"/tiles/incidents/{z}/{x}/{y}.mvt" for z, x, y in rows])
    peers = bench.sql("singles", POINT_SQL, rows) + bench.cgi([tile_target("incidents", *row) for row in rows])
    compare(bench.table, "point MVT z14, single incidents", ours, peers, requests, ["6", "15"] if bench.database else ["15"],
            f"{tiles[-1][0]} to {tiles[0][0]} points; MapServer with the fields of the file only")


def point_tiles(bench, csv_path, requests):
    single_tiles(bench, csv_path, requests)
    for z in ZOOMS:
        tiles = gis_data.tiles_by_count(csv_path, z)[:12]
        rows = [(z, x, y) for _, x, y in tiles]
        ours = bench.ours([f"/tiles/incidents/{z}/{x}/{y}.mvt" for z, x, y in rows])
        peers = bench.sql(f"points{z}", POINT_SQL, rows) + bench.cgi([tile_target("incidents", *row) for row in rows])
        compare(bench.table, f"point MVT z{z}", ours, peers, requests, [POINT_TARGETS[z], "15"] if bench.database else ["15"],
                f"as served: {'single incidents unless too many' if z >= 14 else 'clusters'}; the {len(tiles)} fullest tiles, "
                f"{tiles[-1][0]} to {tiles[0][0]} points; the peers write every point")
        if z < 14:
            same = bench.sql(f"clusters{z}", CLUSTER_SQL, rows)
            again = bench.ours([f"/tiles/incidents/{z}/{x}/{y}.mvt" for z, x, y in rows])
            compare(bench.table, f"cluster MVT z{z}", again, same, requests, ["none"], "PostGIS clusters by the same grid")


def line_tiles(bench, requests):
    lon, lat = (gis_data.BOX[0] + gis_data.BOX[2]) / 2, (gis_data.BOX[1] + gis_data.BOX[3]) / 2
    for z in ZOOMS:
        x, y = gis_data.tile_of(lon, lat, z)
        rows = [(z, x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        ours = bench.ours([f"/tiles/base/{z}/{x}/{y}.mvt" for z, x, y in rows], (200, 204))
        peers = bench.sql(f"lines{z}", LINE_SQL, rows) + bench.cgi([tile_target("streets", *row) for row in rows])
        compare(bench.table, f"line MVT z{z}", ours, peers, requests, ["6", "15"] if bench.database else ["15"],
                "with units and their labels, which the peers' tiles lack")


def density_tiles(bench, csv_path, requests):
    """Its kernel is a Gaussian whose deviation is a third of the radius."""
    for z, target, radius in DENSITY:
        tiles = [(z, x, y) for n, x, y in gis_data.tiles_by_count(csv_path, z) if 500 < n <= KERNELDENSITY_MOST][:12]
        if not tiles or not bench.mapserver:
            continue
        m_per_px = EARTH_M_PER_PX * math.cos(math.radians(38.65)) / 2**z
        bandwidth = radius / 3 * m_per_px
        # Another bandwidth each time, or sums of the one before would be used again.
        count = itertools.count()
        ours = bench.ours([])

        def ask(number, ours=ours, tiles=tiles, bandwidth=bandwidth, count=count):
            tile = "/".join(map(str, tiles[number % len(tiles)]))
            path = f"/tiles/density/{tile}.png?kernel=gaussian&bandwidth={bandwidth + next(count) * 1e-6:.6f}"
            status, body = bench.client.get(path)
            assert status == 200, (path, status, body[:300])
            return body
        ours.ask = ask
        peers = bench.cgi([tile_target(f"density{radius}", *tile, image="png") for tile in tiles])
        compare(bench.table, f"density tile z{z}, {bandwidth:.0f} m", ours, peers, requests, [target],
                f"Gaussian of {bandwidth:.0f} m, {radius / 3:.0f} pixels; tiles of at most {KERNELDENSITY_MOST} points")


def map_tiles(bench, requests):
    lon, lat = (gis_data.BOX[0] + gis_data.BOX[2]) / 2, (gis_data.BOX[1] + gis_data.BOX[3]) / 2
    for z, reach in ((12, 1), (14, 2)):
        x, y = gis_data.tile_of(lon, lat, z)
        rows = [(z, x + dx, y + dy) for dx in range(-reach, reach + 1) for dy in range(-reach, reach + 1)]
        targets = [f"/tiles/map/{z}/{x}/{y}.png" for z, x, y in rows]
        status, _ = bench.client.get(targets[0])
        if status == 404:
            print("map tiles: there are none to measure", flush=True)
            return
        peers = bench.cgi([tile_target("units+streets", *row, image="png") for row in rows])
        compare(bench.table, f"map tile z{z}", bench.ours(targets), peers, requests, ["3"],
                "the page's style with labels; MapServer: units, streets, their names")


def pages(bench, points, requests):
    """Pages one after the other: ours by the links in them, PostGIS by key, MapServer by index."""
    count = min(requests, points // 1000 - WARM)
    # The walk asks for one property only: its answers are not those that are measured.
    links, target = [], "/ogc/collections/incidents/items?limit=1000&properties=id"
    while target and len(links) < count + WARM:
        links.append(target.replace("&properties=id", ""))
        status, body = bench.client.get(target)
        assert status == 200, (target, status, body[:300])
        following = [link["href"] for link in json.loads(body)["links"] if link["rel"] == "next"]
        target = following[0].split("localhost", 1)[1] if following else None
    ours = bench.ours(links)
    peers = bench.sql("page", PAGE_SQL, [(n * 1000,) for n in range(count)])
    peers += bench.cgi([f"/?service=WFS&version=2.0.0&request=GetFeature&typenames=incidents&outputformat=geojson&"
                        f"count=1000&startindex={n * 1000}" for n in range(count)])
    compare(bench.table, "page of 1,000 GeoJSON features", ours, peers, count, ["10", "30"] if bench.database else ["30"],
            "PostGIS with the same members, MapServer with those of the file")


def wait_port(server):
    line = server.stdout.readline().strip()
    return int(line.rsplit(":", 1)[1].split("/")[0])


@contextlib.contextmanager
def hotspotd(tools, store):
    command = gis_sides.pinned([tools.HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0", "--threads", "1"])
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        port = wait_port(server)
        tools.wait_ready(f"http://127.0.0.1:{port}", server)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(timeout=60)


def bare_tile(tools, table, folder, port, server_pid, csv_path, runs, seconds):
    """The cached tile nearest to 20 KB beside a server that does nothing but send the same answer."""
    best = None
    for z, tileset in ((14, "incidents"), (15, "base"), (15, "incidents"), (16, "base"), (16, "incidents")):
        for _, x, y in gis_data.tiles_by_count(csv_path, z)[:60]:
            path = f"/tiles/{tileset}/{z}/{x}/{y}.mvt"
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", path)
            answer = connection.getresponse()
            body, headers = answer.read(), answer.getheaders()
            connection.close()
            if best is None or abs(len(body) - 20480) < abs(len(best[1]) - 20480):
                best = path, body, headers
    path, body, headers = best
    (folder / "bare.body").write_bytes(body)
    (folder / "bare.headers").write_text("".join(f"{k}: {v}\n" for k, v in headers
                                                 if k.lower() not in ("content-length", "date", "connection")))
    command = gis_sides.pinned([tools.BUILD / "tests" / "bench" / "bare_server", folder / "bare.body", folder / "bare.headers"])
    bare = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        bare_port = int(bare.stdout.readline())
        ours, theirs = [], []
        spent = {"ours": [], "bare": []}

        def load(kind, at, pid):
            before = gis_sides.cpu_s([pid])
            speed = tools.wrk([], f"http://127.0.0.1:{at}{path}", seconds, 16)
            spent[kind].append((gis_sides.cpu_s([pid]) - before) / (speed * seconds) * 1e6)
            return speed
        for _ in range(2 * runs):
            theirs.append(load("bare", bare_port, bare.pid))
            ours.append(load("ours", port, server_pid))
        cpu = statistics.median(b / o for b, o in zip(spent["bare"], spent["ours"]))
        note = f"{len(body) / 1000:.1f} KB, wrk, 16 clients, {seconds} s, one core"
        table.add("cached tile: hotspotd", statistics.median(ours), "req/s", len(ours), note)
        table.add("cached tile: bare libmicrohttpd", statistics.median(theirs), "req/s", len(theirs), note)
        table.add("  cached : bare", statistics.median(o / t for o, t in zip(ours, theirs)), "ratio", len(ours),
                  f"by processor time {cpu:.2f} ({statistics.median(spent['ours']):.0f} us each); to reach: 0.8")
    finally:
        bare.terminate()
        bare.wait(timeout=30)


def measure(table, tools, folder, quick, runs, seconds, seed, requests=None):
    package = tools.DATA / "stlouis.gpkg"
    count, line_count, usual = (20_000, 7_306, 12) if quick else (200_000, 50_000, 120)
    requests = requests or usual
    folder = folder / "gis"
    folder.mkdir()
    os.chmod(folder, 0o755)
    os.chmod(folder.parent, 0o755)
    csv_path = gis_data.write_points(folder / "points.csv", count, seed)
    lines = gis_data.write_lines(package, folder / "lines.fgb", line_count, seed)
    store = folder / "gis.gpkg"
    tools.run(tools.HOTSPOTD, "city", store, "--name", "St. Louis", "--lang", "en")
    tools.run(tools.HOTSPOTD, "import", store, "units", package, "--layer", "neighborhoods", "--level", "community")
    tools.run(tools.HOTSPOTD, "import", store, "streets", lines)
    tools.run(tools.HOTSPOTD, "import", store, "incidents", csv_path, accept=(0, 1))
    print(f"GIS servers: {count} points, {line_count} lines, seed {seed}, load of the machine {os.getloadavg()[0]:.1f}",
          flush=True)
    affinity = os.sched_getaffinity(0)
    with contextlib.ExitStack() as stack:
        data = stack.enter_context(gis_sides.postgis(folder))
        database = gis_sides.fill_postgis(data, csv_path, lines, package) if data else None
        mapserver_port, mapserver_pids = stack.enter_context(
            gis_sides.mapserver(folder, csv_path, lines, package, sorted({radius for _, _, radius in DENSITY})))
        for name, there in (("PostgreSQL", database), ("MapServer", mapserver_port)):
            if not there:
                print(f"GIS servers: no {name} here, so not beside it", flush=True)
        port, pid = stack.enter_context(hotspotd(tools, store))
        os.sched_setaffinity(0, {gis_sides.CLIENT_CORE})
        try:
            bench = Bench(table, port, pid, database, mapserver_port, mapserver_pids)
            point_tiles(bench, csv_path, requests)
            line_tiles(bench, requests)
            density_tiles(bench, csv_path, requests)
            map_tiles(bench, requests)
            pages(bench, count, requests)
            bare_tile(tools, table, folder, port, pid, csv_path, runs, seconds)
        finally:
            os.sched_setaffinity(0, affinity)
            if database:
                database.close()


def main():
    import argparse
    import sys
    import tempfile
    from pathlib import Path

    import run
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--requests", type=int, help="of each measurement (120)")
    parser.add_argument("--json", help="write the lines of JSON there")
    options = parser.parse_args()
    if not (run.DATA / "stlouis.gpkg").exists():
        print("skipped: the St. Louis data set is not there (SHARED_DATA names the folder)")
        return 0
    table = run.Table()
    with tempfile.TemporaryDirectory(prefix="hotspot-bench-") as name:
        measure(table, sys.modules["run"], Path(name), options.quick, options.runs, options.seconds, options.seed,
                options.requests)
    if options.json:
        Path(options.json).write_text("".join(json.dumps(row) + "\n" for row in table.rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
