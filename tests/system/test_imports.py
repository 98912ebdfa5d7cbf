"""Imports over HTTP: a file comes as a form and is read by a job that is looked at, cancelled, and forgotten; and what
an import says beforehand of likely mistakes, whether over HTTP or on the command line."""
import csv
import gzip
import io
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
import zipfile

HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
spool = os.path.join(folder, "spool")
os.mkdir(spool)
store = os.path.join(folder, "city.gpkg")
server = None
base = None


def run(*arguments, code=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == code, (result.returncode, result.stderr)
    return result


def start(*extra):
    global server, base
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0", *extra], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, env=dict(os.environ, TMPDIR=spool))
    base = server.stdout.readline().strip()
    assert base.startswith("http://"), base
    for _ in range(600):
        try:
            urllib.request.urlopen(base + "/readyz", timeout=30)
            return
        except urllib.error.HTTPError:
            time.sleep(0.05)
    raise AssertionError("the server was never ready")


def stop():
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=120) == 0, server.returncode


def ask(method, path, body=None, token=None, content_type=None):
    request = urllib.request.Request(base + path, method=method, data=body)
    if content_type:
        request.add_header("Content-Type", content_type)
    if token:
        request.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read()


BOUNDARY = "----form-of-the-test"


def form(files, fields=()):
    out = io.BytesIO()
    for name, value in fields:
        out.write(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    for name, content in files:
        out.write(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
                  "Content-Type: application/octet-stream\r\n\r\n".encode())
        out.write(content + b"\r\n")
    out.write(f"--{BOUNDARY}--\r\n".encode())
    return out.getvalue()


def upload(token, files, fields=(), query=""):
    status, headers, text = ask("POST", "/imports" + query, form(files, fields), token,
                                "multipart/form-data; boundary=" + BOUNDARY)
    return status, headers, json.loads(text)


def refused(token, status, words, files, fields=(), query=""):
    got, _, problem = upload(token, files, fields, query)
    assert got == status and words in problem["detail"], (got, problem)


def until_empty():
    """An upload's folder goes when its request has ended, which its client may hear before."""
    end = time.monotonic() + 60
    while os.listdir(spool):
        assert time.monotonic() < end, os.listdir(spool)
        time.sleep(0.05)


def job(token, identifier):
    status, _, text = ask("GET", "/jobs/" + identifier, token=token)
    assert status == 200, text
    return json.loads(text)


def finished(token, answer, state="successful"):
    for _ in range(1200):
        now = job(token, answer["jobID"])
        if now["status"] not in ("accepted", "running"):
            assert now["status"] == state, now
            return now
        time.sleep(0.05)
    raise AssertionError("the job never ended")


def imported(token, files, fields=(), query="", state="successful"):
    status, headers, answer = upload(token, files, fields, query)
    assert status == 202, answer
    assert headers["Location"] == base + "/jobs/" + answer["jobID"], headers
    return finished(token, answer, state)


def count():
    return json.loads(ask("GET", "/city")[2])["counts"]["incidents"]


def table(rows):
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", "category", "reported", "address", "lon", "lat"])
    writer.writerows(rows)
    return out.getvalue().encode()


def gcj02(lon, lat):
    """The published forward formula, written from its terms."""
    x, y = lon - 105, lat - 35
    s = lambda k: math.sin(k * math.pi)
    waves = 20 * s(6 * x) + 20 * s(2 * x)
    dlat = -100 + 2 * x + 3 * y + .2 * y * y + .1 * x * y + .2 * math.sqrt(abs(x)) + 2 / 3 * (
        waves + 20 * s(y) + 40 * s(y / 3) + 160 * s(y / 12) + 320 * s(y / 30))
    dlon = 300 + x + 2 * y + .1 * x * x + .1 * x * y + .1 * math.sqrt(abs(x)) + 2 / 3 * (
        waves + 20 * s(x) + 40 * s(x / 3) + 150 * s(x / 12) + 300 * s(x / 30))
    a, ee, phi = 6378245, 0.00669342162296594323, math.radians(lat)
    m = 1 - ee * math.sin(phi) ** 2
    return (lon + math.degrees(dlon / (a / math.sqrt(m) * math.cos(phi))),
            lat + math.degrees(dlat / (a * (1 - ee) / (m * math.sqrt(m)))))


run("sample", store, "--incidents", "2000")
tokens = {role: run("user", store, "add", role, "--role", role).stdout.strip() for role in ("reporter", "editor")}
bound = run("user", store, "add", "bound", "--role", "editor", "--unit", "990101001").stdout.strip()
run("export", store, "incidents", "-o", os.path.join(folder, "incidents.csv"))
with open(os.path.join(folder, "incidents.csv"), newline="") as file:
    known = [row for row in csv.DictReader(file) if row["lon"]]
editor = tokens["editor"]
start()
assert count() == 2000

# Who may: an editor of the whole city; refused from the header alone, before a body is read.
small = [("a.csv", table([["n1", "0102", "2025-03-01 10:00", "", 102.61, 39.34]]))]
refused(None, 401, "token", small)
refused("wrong", 401, "token", small)
refused(tokens["reporter"], 403, "role", small)
refused(bound, 403, "one unit", small)
for path in ("/jobs", "/jobs/" + "0" * 32, "/jobs/" + "0" * 32 + "/rejects"):
    assert ask("GET", path)[0] == 401
    assert ask("GET", path, token=tokens["reporter"])[0] == 403
assert ask("DELETE", "/jobs/" + "0" * 32)[0] == 401
for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/rejects")):
    assert ask(method, "/jobs/" + "0" * 32 + path, token=editor)[0] == 404
with socket.create_connection(base[7:].split(":")) as raw:
    raw.sendall(b"POST /imports HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                b"Content-Length: 4000000000\r\n\r\n")
    assert raw.recv(100).startswith(b"HTTP/1.1 401 "), "answered without a body"
with socket.create_connection(base[7:].split(":")) as raw:
    raw.sendall(b"POST /imports HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000000\r\n\r\n")
    assert raw.recv(100).startswith(b"HTTP/1.1 413 ")

# What is no form, or not a whole one, or asks for what there is not.
status, _, text = ask("POST", "/imports?kind=incidents", b"id\n1\n", editor, "text/csv")
assert status == 415 and b"curl -F" in text, text
status, _, text = ask("POST", "/imports", form(small)[:-40], editor, "multipart/form-data; boundary=" + BOUNDARY)
assert status == 400, text
status, _, text = ask("POST", "/imports", b"nothing of the kind", editor, "multipart/form-data; boundary=" + BOUNDARY)
assert status == 400, text
refused(editor, 400, "kind", small)
refused(editor, 400, "kind", small, [("kind", "nonsense")])
refused(editor, 400, "colour", small, [("kind", "incidents"), ("colour", "red")])
refused(editor, 400, "no file", [], [("kind", "incidents")])
refused(editor, 400, "FIELD=COLUMN", small, [("kind", "incidents"), ("map", "lon")])
refused(editor, 400, "level", small, [("kind", "units"), ("level", "street")])
refused(editor, 400, "dry-run", small, [("kind", "incidents"), ("dry-run", "perhaps")])
refused(editor, 400, "2 files", small + small, [("kind", "incidents")])
refused(editor, 400, "empty", [("a.csv", b"")], [("kind", "incidents")])
refused(editor, 413, "16 files", [(f"{i}.csv", b"x") for i in range(17)], [("kind", "incidents")])
refused(editor, 413, "256 KiB", small, [("kind", "incidents"), ("map", "a=" + "b" * 300000)])
status, _, text = upload(editor, small, query="?kind=incidents&colour=red")
assert status == 400 and "colour" in text["detail"], text
until_empty()

# Wherever a body is cut into pieces on its way, its parts are the same: a part that begins at a piece's end too.
body = form(small, [("kind", "incidents"), ("dry-run", "true")])
starts = body.index(b"octet-stream\r\n\r\n") + len(b"octet-stream\r\n\r\n")
for cut in (*range(starts - 3, starts + 6), len(body) - len(BOUNDARY), 10):
    with socket.create_connection(base[7:].split(":")) as raw:
        raw.sendall(f"POST /imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {editor}\r\nContent-Type: "
                    f"multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n".encode())
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        time.sleep(0.1)
        raw.sendall(body[:cut])
        time.sleep(0.2)
        raw.sendall(body[cut:])
        heard = raw.recv(65536)
        assert heard.startswith(b"HTTP/1.1 202 "), (cut, heard)
    answer = json.loads(heard[heard.index(b"{"):])
    assert finished(editor, answer)["result"]["rows"]["added"] == 1, cut

# A dry run: what would be, and nothing is.
dry = imported(editor, small, [("kind", "incidents"), ("dry-run", "true")])["result"]
assert dry["dry_run"] and dry["batch"] is None and dry["rows"]["added"] == 1, dry
assert dry["preview"] == [{"id": "n1", "category": "0102", "reported": "2025-03-01T02:00:00Z", "match_type": "given",
                           "lon": 102.61, "lat": 39.34}], dry
assert dry["bbox"] == [102.61, 39.34, 102.61, 39.34] and dry["mapping"]["fields"]["lon"] == "lon", dry
assert count() == 2000

# The real thing: options of the query and of the form, rows that are refused, the same file again.
rows = [["n1", "0102", "2025-03-01 10:00", "", 102.61, 39.34], ["n2", "0510", "no time", "", 102.61, 39.34],
        ["n3", "0510", "2025-03-02 19:00", "", 102.612, 39.341]]
done = imported(editor, [("三月.CSV", table(rows))], [("kind", "incidents")], "?encoding=UTF-8")
assert done["title"] == "三月.CSV" and done["progress"] == 100 and done["rows_read"] == 3, done
assert done["rows_total"] == 3 and done["started"] <= done["finished"] and done["processID"] == "import", done
assert done["result"]["rows"]["added"] == 2 and done["result"]["rows"]["rejected"] == 1, done
assert done["result"]["first_rejected"].startswith("row 2, reported"), done
link = next(link["href"] for link in done["links"] if link["rel"] == "rejects")
status, headers, text = ask("GET", link[len(base):], token=editor)
assert status == 200 and headers["Content-Type"].startswith("text/csv"), headers
rejects = list(csv.DictReader(io.StringIO(text.decode())))
assert len(rejects) == 1 and rejects[0]["row"] == "2" and rejects[0]["value"] == "no time", rejects
assert count() == 2002, "served when the job says that it succeeded"
batches = run("batches", store).stdout
assert "三月.CSV" in batches, batches
again = imported(editor, [("三月.CSV", table(rows))], [("kind", "incidents")])
assert again["result"]["batch"] is None and again["result"]["rows"]["unchanged"] == 2, again
assert "links" in job(editor, done["jobID"])
listed = json.loads(ask("GET", "/jobs", token=editor)[2])["jobs"]
assert [entry["jobID"] for entry in listed[:2]] == [again["jobID"], done["jobID"]], listed

# A file that cannot be read fails as on the command line, by the name that its owner knows.
failed = imported(editor, [("broken.gpkg", b"SQLite format 3\0" + b"\1" * 500)], [("kind", "incidents")], state="failed")
assert "broken.gpkg" in failed["message"] and "result" not in failed, failed
assert spool not in json.dumps(failed), failed
odd = imported(editor, [("../../etc/passwd", table(rows))], [("kind", "incidents")], state="failed")
assert odd["title"] == "passwd", odd

# The parts of a Shapefile, apart and zipped: the same.
shapes = os.path.join(folder, "streets.shp.zip")
run("export", store, "streets", "-o", shapes)
with zipfile.ZipFile(shapes) as archive:
    parts = [(name, archive.read(name)) for name in archive.namelist()]
assert {name.rsplit(".", 1)[1] for name, _ in parts} >= {"shp", "shx", "dbf", "prj"}, parts
apart = imported(editor, parts, [("kind", "streets"), ("dry-run", "1")])["result"]
with open(shapes, "rb") as file:
    whole = imported(editor, [("streets.zip", file.read())], [("kind", "streets"), ("dry-run", "1")])["result"]
assert apart["rows"] == whole["rows"] and apart["preview"] == whole["preview"], (apart, whole)
assert apart["rows"]["read"] > 10 and apart["mapping"]["driver"] == "ESRI Shapefile", apart

# A mapping is kept under a name and used again.
german = table(rows).replace(b"category", b"Kategorie-X")
kept = imported(editor, [("g.csv", german)], [("kind", "incidents"), ("map", "category=Kategorie-X"),
                                              ("mapping", "hotline"), ("dry-run", "false")])
assert kept["result"]["mapping"]["fields"]["category"] == "Kategorie-X", kept
used = imported(editor, [("h.csv", german)], [("kind", "incidents"), ("mapping", "hotline"), ("dry-run", "true")])
assert used["result"]["mapping"]["fields"]["category"] == "Kategorie-X", used

# A layer that is called after its file is called as the sender calls the file; one of a saved mapping that was
# another file's is no matter where there is only one.
kept = imported(editor, [("热线.csv", german)], [("kind", "incidents"), ("map", "category=Kategorie-X"), ("layer", "热线"),
                                               ("mapping", "monthly")])
assert kept["result"]["mapping"]["layer"] == "热线", kept
used = imported(editor, [("二月.csv.gz", gzip.compress(german))], [("kind", "incidents"), ("mapping", "monthly"),
                                                                 ("dry-run", "true")])
assert used["result"]["mapping"]["layer"] == "二月", used
assert used["result"]["mapping"]["fields"]["category"] == "Kategorie-X", used
failed = imported(editor, [("三月.csv", german)], [("kind", "incidents"), ("layer", "四月")], state="failed")
assert "四月" in failed["message"] and "三月" in failed["message"], failed

# Cancelled: one that runs, and one that waits behind it; nothing of either is kept. Listeners hear of it.
events = socket.create_connection(base[7:].split(":"))
events.sendall(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
before = count()
big = table([[f"big{i}", "0102", "2025-03-01 10:00", "南大街%d号" % (i % 90), "", ""] for i in range(200000)])
_, _, first = upload(editor, [("big.csv", big)], [("kind", "incidents")])
_, _, second = upload(editor, small, [("kind", "incidents")])
assert second["status"] == "accepted", second
waiting = len(os.listdir(spool))
status, _, text = ask("DELETE", "/jobs/" + second["jobID"], token=editor)
assert len(os.listdir(spool)) < waiting, "what a cancelled job would have read goes at once"
assert status == 200 and json.loads(text)["status"] == "dismissed", text
for _ in range(1200):
    if job(editor, first["jobID"])["status"] == "running":
        break
    time.sleep(0.02)
assert ask("DELETE", "/jobs/" + first["jobID"], token=editor)[0] == 200
ended = finished(editor, first, "dismissed")
assert ended["rows_read"] < 200000, ended
assert count() == before
heard = b""
while b'"' + first["jobID"].encode() + b'","status":"dismissed"' not in heard:
    heard += events.recv(65536)
assert b"event: job" in heard
events.close()

# While a job runs a stop ends it, the store is as it was, and no file is left.
_, _, last = upload(editor, [("big.csv", big)], [("kind", "incidents")])
stop()
assert os.listdir(spool) == [], os.listdir(spool)
start("--read-only")
assert count() == before
refused(editor, 403, "read-only", small, [("kind", "incidents")])
stop()

# One that is killed leaves its upload, and the next one clears it away; what another server holds stays.
start()
_, _, last = upload(editor, [("big.csv", big)], [("kind", "incidents")])
for _ in range(1200):
    if job(editor, last["jobID"])["status"] == "running":
        break
    time.sleep(0.02)
server.kill()
server.wait()
assert len(os.listdir(spool)) == 1, os.listdir(spool)
os.mkdir(os.path.join(spool, "hotspotd-notours"))
start()
assert os.listdir(spool) == ["hotspotd-notours"] and count() == before, os.listdir(spool)
os.rmdir(os.path.join(spool, "hotspotd-notours"))
stop()

# Likely mistakes are named: offsets of Chinese maps, a wrong zone, another city, cases closed before they were reported.
sample = [(row["id"] + "x", row["category"], row["reported"], row["address"], float(row["lon"]), float(row["lat"]))
          for row in known[:600]]


def words_of(rows, *options):
    path = os.path.join(folder, "try.csv")
    with open(path, "wb") as file:
        file.write(table(rows))
    return run("import", store, "incidents", path, "--dry-run", *options).stderr


assert "look like" not in words_of(sample) and "in or near" not in words_of(sample)
shifted = [row[:4] + gcj02(row[4], row[5]) for row in sample]
assert "GCJ-02; if they are" in words_of(shifted), "by their addresses"
assert "GCJ-02; if they are" in words_of([row[:3] + ("",) + row[4:] for row in shifted]), "by the streets"
assert "look like" not in words_of(shifted, "--crs", "GCJ-02")
assert "look like WGS 84" in words_of(sample, "--crs", "GCJ-02")
zone = words_of([row[:4] + (row[4] + 3, row[5]) for row in sample])
assert "3 degrees further west" in zone and "zone" in zone, zone
assert "another city" in words_of([row[:4] + (row[4] - 40, row[5] + 11) for row in sample])
assert "swapped" in words_of([row[:4] + (row[5], row[4]) for row in sample])
early = os.path.join(folder, "early.csv")
with open(early, "w") as file:
    file.write("id,category,reported,closed,lon,lat\n1,0102,2025-03-02 10:00,1970-01-01 00:00,102.61,39.34\n")
words = run("import", store, "incidents", early, "--dry-run").stderr
assert "1 rows were closed before" in words, words

# All of that in Chinese too: by --lang, and over HTTP by lang, without it in the city's language.
spoken = {"GCJ-02；若确实如此": shifted, "移动 3 度（向西）": [row[:4] + (row[4] + 3, row[5]) for row in sample],
          "另一个城市": [row[:4] + (row[4] - 40, row[5] + 11) for row in sample],
          "对调": [row[:4] + (row[5], row[4]) for row in sample],
          "类别不在分类体系中": [(row[0], "闻所未闻") + row[2:] for row in sample[:30]],
          "外部编号与前面的行重复": sample[:30] + sample[:30]}
for words, given in spoken.items():
    assert words in words_of(given, "--lang", "zh"), words
words = run("import", store, "incidents", early, "--dry-run", "--lang", "zh").stderr
assert "1 行的结案时间早于上报时间" in words, words
start()
strange = [("s.csv", table([(row[0], "闻所未闻") + row[2:] for row in sample[:30]]))]
for given, words in (("zh", "30 行的类别不在分类体系中"), ("en", "30 rows have a category"), ("", "30 行的类别")):
    told = imported(editor, strange, [("kind", "incidents"), ("dry-run", "true"), ("lang", given)])
    assert any(words in warning for warning in told["warnings"]), told
refused(editor, 400, "lang", strange, [("kind", "incidents"), ("lang", "fr")])
stop()

# The command line's dry run shows the rows, the extent and what comes twice.
twice = os.path.join(folder, "twice.csv")
with open(twice, "w") as file:
    file.write("category,reported,lon,lat\n" + "0102,2025-03-02 10:00,102.61,39.34\n" * 3)
words = run("import", store, "incidents", twice, "--dry-run").stderr
assert '{"category":"0102","reported":"2025-03-02T02:00:00Z"' in words, words
assert "extent: 102.6100000 39.3400000" in words and "2 repeat a whole row" in words, words
shutil.rmtree(folder)
print("imports: all passed")
