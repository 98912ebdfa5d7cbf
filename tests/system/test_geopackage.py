"""A store is a valid GeoPackage: GDAL's own validator, then the standard's requirements one by one.

With HOTSPOTD a store is made by importing; with a path as argument that store is checked as it is.
"""

import json
import os
import re
import sqlite3
import struct
import subprocess
import sys
import tempfile

from osgeo import ogr

ogr.UseExceptions()

FEATURES = {
    "units": "MULTIPOLYGON",
    "streets": "MULTILINESTRING",
    "addresses": "POINT",
    "places": "GEOMETRY",
    "zones": "MULTIPOLYGON",
    "incidents": "POINT",
    "population": "GEOMETRY",
    "decisions": "POINT",
    "hotspots": "GEOMETRY",
}
ATTRIBUTES = ["categories", "targets", "batches", "changes", "settings"]
# The program's own, which no GIS is to show.
OWN = {"users", "answers", "mappings"} | {f"{table}_history" for table in ["categories", "targets", *FEATURES]}
TYPES = re.compile(
    r"^(BOOLEAN|TINYINT|SMALLINT|MEDIUMINT|INT|INTEGER|FLOAT|DOUBLE|REAL|DATE|DATETIME|TEXT(\(\d+\))?|BLOB(\(\d+\))?)$"
)
DATETIME = re.compile(r"^\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{3}Z$")
WKB_TYPES = {"POINT": {1}, "MULTILINESTRING": {5}, "MULTIPOLYGON": {6}, "GEOMETRY": {1, 5, 6}}


def check(condition, words):
    if not condition:
        raise AssertionError(words)


def check_file(db):
    check(db.execute("PRAGMA application_id").fetchone()[0] == 0x47504B47, "application id")
    check(10200 <= db.execute("PRAGMA user_version").fetchone()[0] <= 10399, "user version")
    check(db.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "integrity")
    check(db.execute("PRAGMA foreign_key_check").fetchall() == [], "foreign keys")


def check_reference_systems(db):
    rows = {r[0]: r[1:] for r in db.execute("SELECT srs_id, organization, organization_coordsys_id, definition"
                                            " FROM gpkg_spatial_ref_sys")}
    check(rows[-1] == ("NONE", -1, "undefined"), "reference system -1")
    check(rows[0] == ("NONE", 0, "undefined"), "reference system 0")
    check(rows[4326][0].upper() == "EPSG" and rows[4326][1] == 4326, "reference system 4326")
    check(rows[4326][2].startswith("GEOGCS["), "definition of 4326")


def check_contents(db):
    rows = {r[0]: r[1:] for r in db.execute("SELECT table_name, data_type, last_change, srs_id FROM gpkg_contents")}
    check(set(rows) == set(FEATURES) | set(ATTRIBUTES), "tables in gpkg_contents")
    for table, (kind, changed, srs) in rows.items():
        check(kind == ("features" if table in FEATURES else "attributes"), f"data type of {table}")
        check(DATETIME.match(changed), f"last change of {table}: {changed}")
        check(srs == (4326 if table in FEATURES else None), f"reference system of {table}")
    geometry = {r[0]: r[1:] for r in db.execute("SELECT * FROM gpkg_geometry_columns")}
    check({t: g[1] for t, g in geometry.items()} == FEATURES, "gpkg_geometry_columns")
    check(all(g[0] == "geom" and g[2:] == (4326, 0, 0) for g in geometry.values()), "geometry columns")


def check_columns(db, table):
    columns = db.execute(f"PRAGMA table_info({table})").fetchall()
    keys = [c for c in columns if c[5]]
    check(len(keys) == 1 and keys[0][2] == "INTEGER", f"primary key of {table}")
    for _, name, kind, *_ in columns:
        if name == "geom":
            check(kind == FEATURES[table], f"type of {table}.geom")
        else:
            check(TYPES.match(kind), f"type of {table}.{name}: {kind}")
        if kind == "DATETIME":
            for (value,) in db.execute(f"SELECT {name} FROM {table} WHERE {name} IS NOT NULL"):
                check(DATETIME.match(value), f"{table}.{name}: {value}")
        if kind == "BOOLEAN":
            wrong = db.execute(f"SELECT count(*) FROM {table} WHERE {name} NOT IN (0, 1)").fetchone()[0]
            check(wrong == 0, f"{table}.{name}")


def check_blob(table, blob):
    """Returns the bounds of a geometry as an independent reader sees it."""
    check(blob[:2] == b"GP" and blob[2] == 0, f"{table}: magic and version")
    flags = blob[3]
    check(flags & 0x01 == 1 and flags & 0xF0 == 0, f"{table}: flags {flags:#x}")
    check(struct.unpack_from("<i", blob, 4)[0] == 4326, f"{table}: srs id")
    envelope = flags >> 1 & 7
    check(envelope in (0, 1), f"{table}: envelope kind")
    wkb = blob[8 + 32 * envelope:]
    check(struct.unpack_from("<I", wkb, 1)[0] in WKB_TYPES[FEATURES[table]], f"{table}: geometry type")
    bounds = ogr.CreateGeometryFromWkb(wkb).GetEnvelope()
    if envelope:
        check(struct.unpack_from("<4d", blob, 8) == bounds, f"{table}: envelope")
    return bounds


def check_features(db, table):
    bounds = [check_blob(table, b) for (b,) in db.execute(f"SELECT geom FROM {table} WHERE geom IS NOT NULL")]
    extent = db.execute("SELECT min_x, max_x, min_y, max_y FROM gpkg_contents WHERE table_name = ?", (table,)).fetchone()
    if not bounds:
        check(extent == (None,) * 4, f"extent of empty {table}")
        return
    found = (min(b[0] for b in bounds), max(b[1] for b in bounds), min(b[2] for b in bounds), max(b[3] for b in bounds))
    check(extent == found, f"extent of {table}: {extent}, its rows have {found}")


def check_extensions(db):
    tables = {r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "gpkg_extensions" in tables:
        named = {r[0] for r in db.execute("SELECT table_name FROM gpkg_extensions WHERE table_name IS NOT NULL")}
        check(named <= tables, "gpkg_extensions names tables that are not there")
    known = set(FEATURES) | set(ATTRIBUTES) | {"gpkg_spatial_ref_sys", "gpkg_contents", "gpkg_geometry_columns",
                                               "gpkg_extensions", "sqlite_sequence"}
    check(tables - known == OWN, f"unregistered tables {tables - known}")


def check_gdal(path):
    source = ogr.Open(path)
    names = {source.GetLayer(i).GetName() for i in range(source.GetLayerCount())}
    check(set(FEATURES) | set(ATTRIBUTES) <= names, f"layers {names}")
    check(not OWN & names, f"layers that are not to be shown: {names}")
    for name in FEATURES:
        layer = source.GetLayerByName(name)
        check(sum(1 for _ in layer) == layer.GetFeatureCount(), f"rows of {name}")
    try:
        from osgeo_utils.samples import validate_gpkg
    except ImportError:
        print("GDAL's validate_gpkg is not installed: its checks were left out")
        return
    validate_gpkg.check(path, extra_checks=True, warning_as_error=True)


def check_store(path):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    check_file(db)
    check_reference_systems(db)
    check_contents(db)
    for table in list(FEATURES) + ATTRIBUTES:
        check_columns(db, table)
    for table in FEATURES:
        check_features(db, table)
    check_extensions(db)
    db.close()
    check_gdal(path)


def feature(geometry, coordinates, **properties):
    return {"type": "Feature", "properties": properties,
            "geometry": {"type": geometry, "coordinates": coordinates} if geometry else None}


SQUARE = [[100.44, 38.92], [100.46, 38.92], [100.46, 38.94], [100.44, 38.94], [100.44, 38.92]]
HOLE = [[100.45, 38.93], [100.45, 38.935], [100.455, 38.935], [100.455, 38.93], [100.45, 38.93]]
SOURCES = {
    "units": [feature("Polygon", [SQUARE, HOLE], code="620702", name="甘州区", level="district"),
              feature("MultiPolygon", [[SQUARE]], code="620702001", name="东街", level="subdistrict", parent="620702")],
    "streets": [feature("LineString", [[100.44, 38.93], [100.46, 38.93]], name="民主西街")],
    "addresses": [feature("Point", [100.445, 38.9301], street="民主西街", number="12号")],
    "places": [feature("Point", [100.4497, 38.9259], name="市场"), feature("Polygon", [SQUARE], name="学校")],
    "zones": [feature("Polygon", [SQUARE], name="夜市", kind="permitted")],
    "incidents": [feature("Point", [100.4497, 38.9259], id="1", category="0501", reported="2024-01-05T18:03:00Z"),
                  feature(None, None, id="2", category="0510", reported="2024-02-29T00:00:00Z")],
}


def main():
    if len(sys.argv) > 1:
        check_store(sys.argv[1])
        return 0
    program = os.environ.get("HOTSPOTD")
    if not program or not os.path.exists(program):
        print("skipped: the program is not built")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        store = os.path.join(folder, "city.gpkg")
        subprocess.run([program, "city", store, "--name", "示范"], check=True, stdout=subprocess.DEVNULL)
        check_store(store)
        for kind, features in SOURCES.items():
            path = os.path.join(folder, f"{kind}.geojson")
            with open(path, "w", encoding="utf-8") as out:
                json.dump({"type": "FeatureCollection", "features": features}, out)
            subprocess.run([program, "import", store, kind, path], check=True, stdout=subprocess.DEVNULL)
            check_store(store)
        db = sqlite3.connect(store)
        for kind, features in SOURCES.items():
            check(db.execute(f"SELECT count(*) FROM {kind}").fetchone()[0] == len(features), f"rows of {kind}")
        db.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
