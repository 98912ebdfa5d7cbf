"""Exports: every collection to every format, by the command line and over HTTP, read by an independent reader (GDAL's
Python binding, csv, zipfile) and imported again; what a format cannot hold is said; a failure leaves what was there."""
import csv
import http.client
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ET
import zipfile
from urllib.parse import quote, unquote, urlsplit

from osgeo import gdal, ogr

gdal.UseExceptions()
ogr.UseExceptions()
HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
LON, LAT = 102.6, 39.3
FORMATS = ("geojson", "geojsonl", "geojsons", "gpkg", "fgb", "csv", "xlsx", "kml", "gpx", "shp.zip", "shp")
HTTP = {"geojsons": "geojsonseq", "geojsonl": "ndjson", "gpkg": "gpkg", "fgb": "fgb", "csv": "csv", "xlsx": "xlsx", "kml": "kml",
        "gpx": "gpx", "shp.zip": "shp"}
# Sheets would run some of these, XML has no place for one character, CSV must quote others.
NASTY = ["=1+2", "+86 1", "-1", "@SUM(A1)", "a,b", 'say "hi"', "two\nlines", "<a & b>", "_x0041_", "占道经营 🏮", "00123", " blank ",
         "\u0001 bell", "É" * 200]


def path(name):
    return os.path.join(folder, name)


def write(name, text):
    with open(path(name), "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path(name)


def run(*arguments, status=0, **options):
    done = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, encoding="utf-8", **options)
    assert done.returncode == status, (arguments, done.returncode, done.stdout, done.stderr)
    return done


def square(lon, lat, side):
    return [[[round(lon + x * side, 7), round(lat + y * side, 7)] for x, y in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]]


def features(rows):
    return json.dumps({"type": "FeatureCollection",
                       "features": [{"type": "Feature", "properties": p, "geometry": g} for p, g in rows]}, ensure_ascii=False)


def make_city():
    units = [({"code": "0010", "name": "一区 <甲>", "name_en": "One & Only", "level": "district", "常住人口数量统计": 1200, "share": 0.1,
               "mixed": "x", "fid": 7, "geom": "word", "parks": True},
              {"type": "Polygon", "coordinates": square(LON, LAT, 0.1)}),
             ({"code": "0020", "name": "二区", "level": "district", "常住人口数量统计": 3, "share": 2, "mixed": 5, "parks": False},
              {"type": "MultiPolygon", "coordinates": [square(LON + 0.1, LAT, 0.05), square(LON + 0.2, LAT, 0.05)]})]
    run("import", store, "units", write("units.geojson", features(units)))
    streets = [({"name": "春风路", "class": "primary", "left_from": 1, "left_to": 99}, {"type": "LineString", "coordinates": [
        [LON, LAT + 0.05], [LON + 0.1, LAT + 0.05]]}),
               ({"name": "二路", "note": "n"}, {"type": "MultiLineString", "coordinates": [
                   [[LON + 0.05, LAT], [LON + 0.05, LAT + 0.1]], [[LON + 0.06, LAT], [LON + 0.06, LAT + 0.04]]]})]
    run("import", store, "streets", write("streets.geojson", features(streets)))
    rows = ["street,number,lon,lat"] + [f"春风路,{n},{LON + n / 1000:.7f},{LAT + 0.0501:.7f}" for n in range(1, 30)]
    run("import", store, "addresses", write("addresses.csv", "\n".join(rows) + "\n"))
    places = [({"name": "市场", "class": "market"}, {"type": "Point", "coordinates": [LON + 0.01, LAT + 0.01]}),
              ({"name": "学校", "class": "school"}, {"type": "Polygon", "coordinates": square(LON + 0.02, LAT + 0.02, 0.001)})]
    run("import", store, "places", write("places.geojson", features(places)))
    zones = [({"name": "夜市", "kind": "permitted", "hours": "18-23", "weekdays": "1-5", "from": "2024-01-01", "to": "2024-06-30"},
              {"type": "Polygon", "coordinates": square(LON + 0.03, LAT + 0.03, 0.01)})]
    run("import", store, "zones", write("zones.geojson", features(zones)))
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["id", "category", "reported", "occurred", "closed", "address", "description", "status", "lon", "lat", "weight"])
    for i in range(400):
        place = ["", ""] if i % 40 == 39 else [f"{LON + 0.001 + i * 2.34567e-4:.7f}", f"{LAT + 0.09 - i * 1.23457e-4:.7f}"]
        table.writerow([f"{i:05d}" if i % 2 else f"A-{i}", ["0501", "0504", "自拟类别"][i % 3], f"2024-03-{1 + i % 28:02d} 10:{i % 60:02d}:07",
                        f"2024-03-{1 + i % 28:02d} 09:00:00" if i % 4 else "", "", "没有的路" if i % 40 == 39 else "",
                        NASTY[i % len(NASTY)], ["open", "closed"][i % 2], *place, 1 + i % 3 * 0.25])
    run("import", store, "incidents", write("incidents.csv", out.getvalue()))
    run("city", store, "--timezone", "Asia/Shanghai", "--name", "试验市")


def ask(target, headers=None, method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=300)
    connection.request(method, target, headers=headers or {})
    reply = connection.getresponse()
    answer = reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read()
    connection.close()
    return answer


def items(collection, query=""):
    """The truth: all pages of a collection."""
    found, target = [], f"/ogc/collections/{collection}/items?limit=150{query}"
    while target:
        status, _, body = ask(target)
        assert status == 200, (target, status, body[:300])
        page = json.loads(body)
        found += page["features"]
        target = next((link["href"].split("/", 3)[3] for link in page["links"] if link["rel"] == "next"), None)
        target = "/" + target if target else None
    return found


def numbers(geometry):
    """Rings and lines of a geometry, in an order that all readers agree on."""
    if geometry is None:
        return None
    flat = []

    def walk(part):
        if isinstance(part[0], (int, float)):
            flat.append((round(part[0] * 1e7), round(part[1] * 1e7)))
        else:
            for inner in part:
                walk(inner)

    walk(geometry["coordinates"])
    return sorted(flat)


def read(file, extension, kind=None):
    """(fields, geometry) of all features as another reader sees them."""
    if extension == "csv":
        with open(file, encoding="utf-8", newline="") as source:
            rows = []
            for row in csv.DictReader(source):
                wkt = row.pop("WKT", "")
                geometry = json.loads(ogr.CreateGeometryFromWkt(wkt).ExportToJson()) if wkt else None
                rows.append((row, geometry))
            return rows
    if extension == "xlsx":
        return [(row, None) for row in read_sheet(file)]
    source = ogr.Open(file if extension != "shp.zip" else "/vsizip/" + file)
    layer = source.GetLayer(0)
    if extension == "gpx":
        layer = source.GetLayer("waypoints" if kind == "Point" else "tracks")
    rows = []
    for feature in layer:
        geometry = feature.GetGeometryRef()
        rows.append((feature.items(), json.loads(geometry.ExportToJson()) if geometry else None))
    return rows


def read_sheet(file):
    """An XLSX read from its XML alone: the first row is the names."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        sheet = ET.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    assert not list(sheet.iter(space + "f")), "no cell is a formula"
    rows = []
    for row in sheet.iter(space + "row"):
        cells = {}
        for cell in row.iter(space + "c"):
            column = cell.get("r").rstrip("0123456789")
            text = cell.find(f"{space}is/{space}t")
            cells[column] = text.text if text is not None else float(cell.find(space + "v").text)
        rows.append(cells)
    names = rows[0]
    return [{name: row.get(column) for column, name in names.items()} for row in rows[1:]]


def as_text(value):
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return f"{value:.9g}"
    return str(value)


def same_value(expected, got, extension):
    """Values as far as a format has types; times to the second."""
    if isinstance(expected, bool):
        expected = int(expected)
    if isinstance(expected, (int, float)):
        return got not in (None, "") and abs(float(got) - expected) <= 1e-9 * max(1.0, abs(expected))
    want, have = as_text(expected), as_text(got)
    if want.endswith("Z") and len(have) >= 19 and have[4] == "/":  # how GDAL shows a time
        have = have[:10].replace("/", "-") + "T" + have[11:19] + "Z"
    if extension == "xlsx":
        want = want.replace("_x0041_", "_x005F_x0041_").replace("\u0001", "_x0001_")
    if extension in ("kml", "gpx"):
        want = want.replace("\u0001", "\ufffd")
    if extension == "gpx":
        want = want.replace("\n", "")  # GDAL's reader leaves ends of lines out; the file has them
    if extension == "gpx" and have.isdigit():
        return want.lstrip("0") == have.lstrip("0")  # GDAL takes a column of digits for numbers
    if extension in ("shp", "shp.zip"):
        want = want.encode()[:254].decode(errors="ignore")
        # DBF pads with blanks.
        return want.rstrip() == have.rstrip()
    return want == have or (extension in ("kml", "gpx") and want.strip() == have.strip())


def short_names(names):
    """What a Shapefile calls them, worked out here in another way: only the cut ones are asked for by their beginning."""
    return {name: name.encode()[:10].decode(errors="ignore") for name in names}


def check_rows(collection, extension, file, truth):
    kind = truth[0]["geometry"]["type"] if truth and truth[0]["geometry"] else "Point"
    kind = kind.replace("Multi", "")
    if extension in ("gpx", "fgb"):
        truth = [f for f in truth if f["geometry"]]
    rows = read(file, extension, kind)
    assert len(rows) == len(truth), (collection, extension, len(rows), len(truth))
    key = "id"
    by_key = {}
    for fields, geometry in rows:
        name = next(k for k in fields if k.lower() == key)
        by_key.setdefault(as_text(fields[name]).lstrip("0"), []).append((fields, geometry))
    assert len(by_key) == len(truth), (collection, extension)
    for feature in truth:
        expected = feature["properties"]
        fields, geometry = by_key[as_text(expected[key]).lstrip("0")][0]
        lower = {k.lower(): v for k, v in fields.items()}
        shown = short_names(expected) if extension.startswith("shp") else {}
        for name, value in expected.items():
            column = shown.get(name, name).lower()
            if collection in ("units", "districts") and name in ("fid", "geom", "mixed"):
                continue  # looked at below
            assert column in lower or value is None, (collection, extension, name, list(lower))
            assert same_value(value, lower.get(column), extension), (collection, extension, name, value, lower.get(column))
        if extension == "xlsx" or (extension == "csv" and not geometry):
            if feature["geometry"] and feature["geometry"]["type"] == "Point":
                assert [round(float(lower[c]) * 1e7) for c in ("lon", "lat")] == \
                    [round(x * 1e7) for x in feature["geometry"]["coordinates"]], (extension, expected["id"])
            elif not feature["geometry"]:
                assert not lower["lon"] and not lower["lat"]
        else:
            assert numbers(geometry) == numbers(feature["geometry"]), (collection, extension, expected["id"])


def refused(collection, extension):
    areas = collection in ("districts", "units", "zones", "places")
    return (extension == "gpx" and areas) or (collection == "places" and extension.startswith("shp"))


def check_every_format():
    """The command line, then HTTP, which gives the same bytes (a GeoPackage and a DBF say when they were made)."""
    for collection in ("units", "streets", "segments", "addresses", "places", "zones", "incidents"):
        truth = items(collection)
        assert truth, collection
        for extension in FORMATS:
            file = path(f"out.{extension}")
            if refused(collection, extension):
                done = run("export", store, collection, "-o", file, status=2)
                assert "use " in done.stderr and ("gpkg" in done.stderr or "kml" in done.stderr), done.stderr
                assert not os.path.exists(file), "no file where there was none"
                if extension in HTTP:
                    assert ask(f"/ogc/collections/{collection}/items?f={HTTP[extension]}")[0] == 400
                continue
            done = run("export", store, collection, "-o", file)
            check_rows(collection, extension, file, truth)
            if extension in HTTP:
                status, headers, body = ask(f"/ogc/collections/{collection}/items?f={HTTP[extension]}")
                assert status == 200 and f'filename="{collection}.{extension}"' in headers["content-disposition"], headers
                if extension not in ("gpkg", "shp.zip"):
                    assert body == open(file, "rb").read(), (collection, extension)
                else:
                    with open(path(f"web.{extension}"), "wb") as web:
                        web.write(body)
                    check_rows(collection, extension, path(f"web.{extension}"), truth)
                warned = [line.split(": ", 1)[1] for line in done.stderr.splitlines() if line.startswith("warning: ")]
                assert unquote(headers.get("export-warning", "")) == "; ".join(warned), (headers, warned)
            for name in os.listdir(folder):
                if name.startswith("out."):
                    os.unlink(path(name))
    assert not [n for n in os.listdir(folder) if n.startswith(".")], "no private folder is left"


def check_names_and_columns():
    """Columns that came along keep names and types; names that a format has for itself do not collide."""
    file = path("names.gpkg")
    run("export", store, "units", "-o", file)
    source = ogr.Open(file)
    layer = source.GetLayer(0)
    definition = layer.GetLayerDefn()
    types = {definition.GetFieldDefn(i).GetName(): definition.GetFieldDefn(i).GetTypeName() for i in range(definition.GetFieldCount())}
    assert types["常住人口数量统计"] == "Integer64" and types["share"] == "Real" and types["mixed"] == "String", types
    assert types["code"] == "String" and types["level"] == "String" and types["parks"] == "Integer64" and types["fid"] == "Integer64", types
    assert layer.GetFIDColumn() == "fid_2" and layer.GetGeometryColumn() == "geom_2"
    rows = {f["code"]: f for f in layer}
    assert rows["0010"]["fid"] == 7 and rows["0010"]["geom"] == "word" and rows["0010"]["mixed"] == "x" and rows["0020"]["mixed"] == "5"
    done = run("export", store, "units", "-o", path("names.shp"))
    assert "= 常住人口数量统计" in done.stderr, done.stderr
    assert open(path("names.cpg")).read().strip() == "UTF-8"
    described = ET.parse(path("names.shp.xml"))
    pairs = {a.find("attrdef").text: a.find("attrlabl").text for a in described.iter("attr")}
    assert pairs["常住人口数量统计"] == "常住人" and all(len(v.encode()) <= 10 for v in pairs.values()), pairs
    assert len({v.lower() for v in pairs.values()}) == len(pairs)
    done = run("export", store, "incidents", "-o", path("cut.shp"))
    assert "texts were cut" in done.stderr and "descriptio = description" in done.stderr, done.stderr
    # Indexes of the file that was there before do not stay beside the new one.
    write("cut.qix", "old")
    run("export", store, "incidents", "-o", path("cut.shp"))
    assert not os.path.exists(path("cut.qix"))
    with zipfile.ZipFile(make("incidents", "in.shp.zip")) as archive:
        assert {"incidents." + e for e in ("shp", "shx", "dbf", "prj", "cpg", "shp.xml")} == set(archive.namelist())


def make(collection, name, *options):
    run("export", store, collection, *options, "-o", path(name))
    return path(name)


def check_filters():
    for words, query in ((["--category", "0504"], "category=0504"), (["--bbox", "102.6,39.25,102.65,39.38"], "bbox=102.6,39.25,102.65,39.38"),
                         (["--datetime", "2024-03-05/2024-03-06"], "datetime=2024-03-05/2024-03-06"), (["--unit", "0010"], "unit=0010"),
                         (["--status", "open", "--hours", "9-10"], "status=open&hours=9-10")):
        truth = items("incidents", "&" + query)
        assert 0 < len(truth) < 400, (words, len(truth))
        check_rows("incidents", "csv", make("incidents", "filtered.csv", *words), truth)
        status, _, body = ask(f"/ogc/collections/incidents/items?f=ndjson&{query}")
        assert status == 200 and [json.loads(line)["id"] for line in body.splitlines()] == [f["id"] for f in truth]
    truth = items("streets", "&bbox=102.6,39.34,102.62,39.36")
    assert len(truth) == 1
    check_rows("streets", "gpkg", make("streets", "filtered.gpkg", "--bbox", "102.6,39.34,102.62,39.36"), truth)
    # Nothing that passes is a file too.
    for extension in FORMATS:
        file = make("incidents", "empty." + extension, "--datetime", "1999-01-01")
        assert os.path.getsize(file) > 0 or extension in ("geojsonl", "geojsons"), extension
    assert "filters incidents only" in run("export", store, "streets", "--category", "05", "-o", path("x.csv"), status=2).stderr
    assert run("export", store, "incidents", "--category", "no such", "-o", path("x.csv"), status=2).stderr
    assert ask("/ogc/collections/streets/items?f=csv&category=05")[0] == 400
    assert ask("/ogc/collections/incidents/items?f=csv&limit=5")[0] == 400
    assert ask("/ogc/collections/incidents/items?f=csv&nonsense=5")[0] == 400
    status, _, body = ask("/ogc/collections/incidents/items?f=docx")
    assert status == 400 and b"xlsx" in body
    assert not os.path.exists(path("x.csv"))


def incident_key(feature, extension):
    p = feature["properties"]
    known = tuple(p[n] for n in ("category", "reported", "occurred", "status"))
    position = tuple(round(x * 1e7) for x in feature["geometry"]["coordinates"]) if feature["geometry"] else None
    return (p["id"].lstrip("0") if extension == "gpx" else p["id"], *known, position, p["weight"])


def listed(other, collection):
    file = path("again.geojson")
    run("export", other, collection, "-o", file)
    return json.load(open(file, encoding="utf-8"))["features"]


def check_round_trip():
    """What was exported is imported into an empty store, with no mapping but where names were cut."""
    truth = listed(store, "incidents")
    for extension in FORMATS:
        file, other = make("incidents", "round." + extension), path("other.gpkg")
        run("city", other, "--timezone", "Asia/Shanghai", "--name", "x") if not os.path.exists(other) else None
        options = ["--map", "description=descriptio"] if extension.startswith("shp") else []
        if extension == "gpx":
            options = ["--layer", "waypoints"]
        run("import", other, "incidents", file, *options)
        again = listed(other, "incidents")
        expected = [f for f in truth if f["geometry"] or extension not in ("gpx", "fgb")]
        assert len(again) == len(expected), (extension, len(again))
        assert sorted(map(str, (incident_key(f, extension) for f in again))) == \
            sorted(map(str, (incident_key(f, extension) for f in expected))), extension
        os.unlink(other)
    for extension in ("geojson", "gpkg", "fgb", "csv", "kml", "shp.zip"):
        other = path("other.gpkg")
        for collection in ("units", "streets", "zones") + (("places",) if extension != "shp.zip" else ()):
            run("import", other, collection, make(collection, f"round.{extension}"))
            own = {"units": ("code", "name", "level"), "streets": ("name", "left_from", "left_to"),
                   "zones": ("name", "kind", "hours", "weekdays", "from", "to"), "places": ("name", "class")}[collection]
            shape = lambda f: str((*(f["properties"][n] for n in own), sorted(set(numbers(f["geometry"])))))
            assert sorted(map(shape, listed(other, collection))) == sorted(map(shape, listed(store, collection))), (extension, collection)
        os.unlink(other)


def check_failures():
    """The target stays as it was; no half file, no private folder."""
    for extension in FORMATS:
        target = write("kept." + extension, "as it was")
        limit = lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000)))
        done = subprocess.run([HOTSPOTD, "export", store, "incidents", "-o", target], capture_output=True, text=True, preexec_fn=limit,
                              restore_signals=False)
        assert done.returncode == 3 and "kept." in done.stderr, (extension, done.returncode, done.stdout, done.stderr)
        assert open(target).read() == "as it was", extension
        assert sorted(n for n in os.listdir(folder) if n.startswith(("kept", ".kept"))) == ["kept." + extension], extension
        os.unlink(target)
    assert "store itself" in run("export", store, "units", "-o", store, status=2).stderr
    os.link(store, path("alias.gpkg"))
    assert "store itself" in run("export", store, "units", "-o", path("alias.gpkg"), status=2).stderr
    os.unlink(path("alias.gpkg"))
    os.mkdir(path("folder.csv"))
    assert "no file" in run("export", store, "units", "-o", path("folder.csv"), status=2).stderr
    os.rmdir(path("folder.csv"))
    assert run("export", store, "units", "-o", path("nowhere/units.csv"), status=3).stderr
    assert "no collection cats" in run("export", store, "cats", "-o", path("x.csv"), status=2).stderr
    for wrong in ("x.docx", "x", ".csv"):
        assert ".gpkg" in run("export", store, "units", "-o", path(wrong), status=2).stderr
    assert ".gpkg" in run("export", store, "units", status=2).stderr
    assert run("export", path("missing.gpkg"), "units", "-o", path("x.csv"), status=4).stderr
    assert "要素集" in run("export", "--help", "--lang", "zh").stdout and "--category" in run("export", "--help", "--lang", "en").stdout
    # A link's target is written, the link stays.
    os.symlink(path("real.csv"), path("link.csv"))
    write("real.csv", "old")
    make("units", "link.csv")
    assert os.path.islink(path("link.csv")) and open(path("real.csv")).read().startswith("id,code")
    os.chmod(path("real.csv"), 0o600)
    make("units", "link.csv")
    assert os.stat(path("real.csv")).st_mode & 0o777 == 0o600, "who could not read it before cannot now"
    lines = run("export", store, "incidents", "-o", path("p.csv"), "--progress", "json").stderr.splitlines()
    assert json.loads(lines[-1]) == {"phase": "rows", "done": 400, "total": 400}


def check_http():
    status, headers, body = ask("/ogc/collections/incidents/items?f=csv&category=0504")
    assert status == 200 and headers["content-type"].startswith("text/csv") and int(headers["content-length"]) == len(body)
    assert ask("/ogc/collections/incidents/items?f=csv&category=0504", {"If-None-Match": headers["etag"]})[0] == 304
    status, again, empty = ask("/ogc/collections/incidents/items?f=csv&category=0504", method="HEAD")
    assert status == 200 and empty == b"" and again["content-length"] == str(len(body)) and again["etag"] == headers["etag"]
    assert ask("/ogc/collections/nothing/items?f=csv")[0] == 404
    links = json.loads(ask("/ogc/collections/units")[2])["links"]
    offered = {link["href"].split("f=")[-1] for link in links if "f=" in link["href"] and link["rel"] == "items"}
    assert {"gpkg", "fgb", "csv", "xlsx", "kml", "shp", "geojsonseq"} <= offered and "gpx" not in offered, offered
    described = json.loads(ask("/api")[2])["paths"]["/ogc/collections/{collectionId}/items"]["get"]
    assert "application/geopackage+sqlite3" in described["responses"]["200"]["content"]
    # Who leaves while a file is sent, or before, leaves nothing behind.
    for _ in range(3):
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        connection.request("GET", "/ogc/collections/incidents/items?f=kml")
        connection.close()
    end = time.monotonic() + 60
    while open_files() or os.listdir(path("tmp")):
        assert time.monotonic() < end, (open_files(), os.listdir(path("tmp")))
        time.sleep(0.05)


def open_files():
    files = f"/proc/{server.pid}/fd"
    found = []
    for name in os.listdir(files):
        try:
            target = os.readlink(os.path.join(files, name))
        except OSError:
            continue
        if "hotspotd-export" in target:
            found.append(target)
    return found


try:
    make_city()
    os.mkdir(path("tmp"))
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True,
                              stderr=open(path("log"), "w"), env={**os.environ, "TMPDIR": path("tmp")})
    try:
        PORT = urlsplit(server.stdout.readline().strip()).port
        end = time.monotonic() + 120
        while ask("/readyz")[0] != 200:
            assert time.monotonic() < end
            time.sleep(0.05)
        for check in (check_every_format, check_names_and_columns, check_filters, check_http, check_round_trip, check_failures):
            check()
            print("ok", check.__name__, flush=True)
    finally:
        server.terminate()
        if server.wait(timeout=120) != 0:
            print(open(path("log")).read()[-5000:])
            raise SystemExit("the server did not end well")
finally:
    shutil.rmtree(folder)
