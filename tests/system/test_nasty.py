"""Bad input: each file ends in a message that names it, good rows load, and the store is as it was or whole. Ours are
made here; those of ../shared/data/nasty are tried where they are."""
import csv
import glob
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import zipfile

HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
rejects = os.path.join(folder, "rejects.csv")


def start_over():
    for path in glob.glob(store + "*") + glob.glob(rejects):
        os.unlink(path)


def run(kind, path, *options, limit_bytes=None):
    def limit():
        if limit_bytes is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))

    result = subprocess.run([HOTSPOTD, "import", store, kind, path, *options], capture_output=True, timeout=300,
                            check=False, preexec_fn=limit)
    words = result.stderr.decode("utf-8", "replace")
    assert result.returncode in (0, 1, 2, 3, 4), (path, result.returncode, words)
    assert "runtime error" not in words and "Sanitizer" not in words, (path, words)
    return result.returncode, words


def write(name, content):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return path


def refused(name, content, words):
    start_over()
    path = content if content is not None and os.path.islink(str(content)) else write(name, content)
    code, said = run("incidents", path)
    assert code == 3 and words in said and name in said, (name, code, said)


def rejected():
    with open(rejects, newline="", encoding="utf-8") as file:
        return [(int(row["row"]), row["field"]) for row in csv.DictReader(file)]


def count(table="incidents"):
    connection = sqlite3.connect(store)
    number = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    connection.close()
    return number


# Files that are nothing, or not what they say.
refused("empty.csv", "", "is empty")
refused("empty.geojson", "", "is empty")
refused("deep.geojson", '{"type":"FeatureCollection","features":' + "[" * 100000 + "]" * 100000 + "}", "nested")
refused("deep.json", "[" * 100000 + "]" * 100000, "format")
refused("noise.shp", bytes(range(256)) * 20, " read")
refused("noise.gpkg", b"SQLite format 3\0" + b"\1" * 5000, " be read")
refused("noise.zip", b"PK\3\4" + b"\7" * 500, "zip")
refused("words.pdf", "%PDF-1.4 nothing", "format")
for name, target in (("dangling.csv", "nowhere.csv"), ("loop.csv", "loop.csv")):
    link = os.path.join(folder, name)
    os.symlink(target, link)
    refused(name, link, "does not exist")
os.mkfifo(os.path.join(folder, "pipe.csv"))
start_over()
code, said = run("incidents", os.path.join(folder, "pipe.csv"))
assert code == 3 and "pipe.csv" in said and "no file" in said, said

# A bomb: what unpacks to more than a gigabyte and a hundred times its size is not unpacked.
bomb = os.path.join(folder, "bomb.zip")
with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
    with archive.open("bomb.csv", "w", force_zip64=True) as member:
        for _ in range(72):
            member.write(b"0" * (1 << 24))
start_over()
code, said = run("incidents", bomb)
assert code == 3 and "bomb.zip" in said and "unpacks" in said, said

# Numbers that are none: those rows are refused with their field, the others load.
start_over()
path = write("numbers.csv", "id,category,lon,lat\n1,0102,NaN,39.3\n2,0102,inf,39.3\n3,0102,102.6,-Infinity\n"
             "4,0102,102.6,39.3\n5,0102,1e999,39.3\n6,0102,east,39.3\n")
code, said = run("incidents", path, "--rejects", rejects)
assert code == 1 and count() == 2, said
assert rejected() == [(2, "lon"), (3, "lat"), (5, "lon"), (6, "lon")], rejected()
start_over()
path = write("numbers.geojson", '{"type":"FeatureCollection","features":[' + ",".join(
    '{"type":"Feature","properties":{"id":"%d"},"geometry":{"type":"Point","coordinates":[%s,39]}}' % (number, value)
    for number, value in enumerate(("NaN", "1e400", "102.6"))) + "]}")
code, said = run("incidents", path)
assert code in (0, 1) and "numbers.geojson" in said and count() >= 1, said

# A field of 2 MB (GDAL reads longer ones in a time that grows with the square under the sanitizers), one of every strange character, rows too short and too long, quotes that never end.
start_over()
path = write("long.csv", "id,category,description,lon,lat\n1,0102," + "x" * 2_000_000 + ",102.6,39.3\n2,0102,y,102.6,39.3\n")
code, said = run("incidents", path)
assert code == 0 and count() == 2, said
connection = sqlite3.connect(store)
assert connection.execute("SELECT length(description) FROM incidents WHERE external_id = '1'").fetchone()[0] == 2_000_000
connection.close()
start_over()
path = write("strange.csv", b"id,category,description,lon,lat\n1,0102,\xff\xfe\x00\x01,102.6,39.3\n2,0102\n"
             b"3,0102,a,102.6,39.3,more,and,more\n4,0102,\"never,102.6,39.3\n5,0102,b,102.6,39.3\n")
code, said = run("incidents", path)
assert code in (0, 1) and count() >= 3, said

# A file that is not there any more when it is read the second time, or that shrinks, is not ours to try; one that is cut
# off in the middle is: what was whole before may not be half imported.
start_over()
path = write("whole.csv", "id,category,lon,lat\n" + "".join(f"{n},0102,102.6,39.3\n" for n in range(20000)))
whole = os.path.join(folder, "whole.gpkg")
code, said = run("incidents", path)
assert code == 0 and count() == 20000, said
shutil.copy(store, whole)
with open(whole, "rb") as file:
    half = file.read()[:300000]
start_over()
code, said = run("incidents", write("half.gpkg", half), "--layer", "incidents")
assert code == 3 and "half.gpkg" in said, said
assert not os.path.exists(store) or count() == 0

# A file does not make the program ask other machines.
with socket.socket() as listener:
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    listener.settimeout(0.2)
    url = "http://127.0.0.1:%d/" % listener.getsockname()[1]
    start_over()
    run("incidents", write("schema.gml", f"""<?xml version="1.0"?><wfs:FeatureCollection
      xmlns:wfs="http://www.opengis.net/wfs" xmlns:gml="http://www.opengis.net/gml" xmlns:n="http://n"
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
      xsi:schemaLocation="http://n {url}?SERVICE=WFS&amp;REQUEST=DescribeFeatureType&amp;typeName=n:a&amp;VERSION=1.1.0">
      <gml:featureMember><n:a gml:id="a.1"><n:id>1</n:id><n:category>0102</n:category><n:g><gml:Point>
      <gml:pos>102.6 39.3</gml:pos></gml:Point></n:g></n:a></gml:featureMember></wfs:FeatureCollection>"""))
    run("incidents", write("crs.geojson", '{"type":"FeatureCollection","crs":{"type":"link","properties":{"href":"'
                           + url + '","type":"proj4"}},"features":[{"type":"Feature","properties":{"id":1},'
                           '"geometry":{"type":"Point","coordinates":[102.6,39.3]}}]}'))
    try:
        listener.accept()
        raise AssertionError("a file made the program ask another machine")
    except TimeoutError:
        pass

# A sheet whose cells are all texts has its header in the first line.
start_over()
sheet = os.path.join(folder, "texts.xlsx")
subprocess.run(["ogr2ogr", "-f", "XLSX", sheet, write("texts.csv", "编号,问题类型,地址\n甲,暴露垃圾,南大街\n乙,占道经营,北大街\n"),
                "-oo", "AUTODETECT_TYPE=NO"], check=True)
code, said = run("incidents", sheet)
assert code == 0 and count() == 2 and '"category":"问题类型"' in said, said

# The disk fills: nothing of the import is kept, and what was there before is.
start_over()
code, said = run("incidents", write("few.csv", "id,category,lon,lat\na,0102,102.6,39.3\n"))
assert code == 0 and count() == 1, said
code, said = run("incidents", path, limit_bytes=600000)
assert code == 4 and "city.gpkg" in said, (code, said)
assert count() == 1, count()
code, said = run("incidents", path)
assert code == 0 and count() == 20001, "and with room again it goes on"

# Rejected rows that would overwrite what is read, or the store, also by a link.
link = os.path.join(folder, "link.csv")
os.symlink(store, link)
for target in (path, store, link):
    before = count()
    result = subprocess.run([HOTSPOTD, "import", store, "incidents", path, "--rejects", target], capture_output=True,
                            text=True, check=False)
    assert result.returncode != 0 and "--rejects" in result.stderr and count() == before, result.stderr

# The collections of others.
nasty = os.path.join(os.path.dirname(__file__), "../../../shared/data/nasty")
if not os.path.isdir(nasty):
    print("nasty: ../shared/data/nasty is not there, its files are not tried")
else:
    files = sorted(path for path in glob.glob(nasty + "/**/*", recursive=True) if os.path.isfile(path))
    for number, path in enumerate(files[::5]):  # a fifth of them: all take minutes
        shapes = path.endswith((".shp", ".geojson", ".zip"))
        kind = ("units", "streets")[number % 2] if shapes else "incidents"
        start_over()
        code, said = run(kind, path, *(["--level", "community"] if kind == "units" else []))
        assert code != 4, (path, said)
        assert code in (0, 1) or os.path.basename(path) in said, (path, said)
    print("nasty:", len(files[::5]), "files of others")
shutil.rmtree(folder)
print("nasty: all passed", file=sys.stderr)
