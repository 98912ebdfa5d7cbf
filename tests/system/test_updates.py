"""Updates by external id bring a part: what a file has no column of, or a posted object no member of, stays; what is
there and empty empties. The same through the command line, an upload and a post; and it can be undone."""
import csv
import io
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
server = base = None

WHOLE = ("id,category,reported,occurred,closed,deadline,source,status,address,department,description,weight,lon,lat\n"
         "1,0510,2026-01-05 10:00,2026-01-05 09:30,2026-01-06 08:00,2026-01-08 18:00,app,open,长安街12号,城管,烧烤,2.5,"
         "102.61,39.34\n"
         "2,0101,2026-01-05 11:00,,,,hotline,open,长安街12号,,搭建,,,\n"
         "3,0102,2026-01-05 12:00,,,,hotline,open,,,垃圾,,102.63,39.36\n")
PLATES = "street,number,lon,lat\n长安街,12,102.6,39.35\n长安街,14,102.605,39.35\n"


def run(*arguments, code=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == code, (arguments, result.returncode, result.stdout, result.stderr)
    return result


def write(name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def load(name, text, *more, kind="incidents"):
    """Imports and gives the batch's number, None where nothing changed."""
    result = run("import", store, kind, write(name, text), *more)
    assert "empty now" not in result.stderr, result.stderr
    return next((line.split()[1] for line in result.stdout.splitlines() if line.startswith("batch ")), None)


def rows():
    """Rows by external id, without the batch that they came with last."""
    out = os.path.join(folder, "out.csv")
    run("export", store, "incidents", "-o", out)
    with open(out, encoding="utf-8") as file:
        return {row["id"]: {k: v for k, v in row.items() if k != "batch"}
                for row in csv.DictReader(io.StringIO(file.read()))}


def expect(before, number, **changed):
    """All rows are as before but for these fields of one."""
    wanted = {key: dict(row) for key, row in before.items()}
    for field, value in changed.items():
        assert field in wanted[number], (field, list(wanted[number]))
        wanted[number][field] = value
    now = rows()
    assert now == wanted, (now, wanted)


def undone(batch, before):
    run("undo", store, batch)
    assert rows() == before


def fewer_columns(before):
    batch = load("status.csv", "id,status\n1,closed\n")
    expect(before, "1", status="closed")
    assert load("status.csv", "id,status\n1,closed\n") is None, "the same again changes nothing"
    assert load("other.csv", "id,source,description\n1,app,烧烤\n3,hotline,垃圾\n") is None, "nor what is stored so"
    undone(batch, before)


def an_empty_cell_empties(before):
    batch = load("empty.csv", "id,description,closed,weight\n1,,,\n")
    expect(before, "1", description="", closed="", weight="1")
    undone(batch, before)
    # The columns of positions are there: the incident has none any more, and is looked up by its stored address.
    batch = load("nowhere.csv", "id,lon,lat\n1,,\n")
    expect(before, "1", lon="102.6", lat="39.35", match_type="address",
           **{k: v for k, v in rows()["1"].items() if k in PLACED})
    undone(batch, before)


PLACED = {"accuracy_m", "wkt", "street", "segment", "unit", "community", "subdistrict", "district", "city", "cell"}


def positions(before):
    assert before["2"]["match_type"] == "address" and before["1"]["match_type"] == "given", before
    # A given position stays under another address; a derived one follows it.
    batch = load("moved.csv", "id,address\n1,长安街14号\n2,长安街14号\n")
    now = rows()
    assert now["1"] == {**before["1"], "address": "长安街14号"}, now["1"]
    assert now["2"]["lon"] == "102.605" and now["2"]["match_type"] == "address", now["2"]
    assert now["2"]["description"] == "搭建", now["2"]
    undone(batch, before)
    batch = load("given.csv", "id,lon,lat\n2,102.7,39.4\n")
    now = rows()["2"]
    assert (now["lon"], now["lat"], now["match_type"], now["address"]) == ("102.7", "39.4", "given", "长安街12号"), now
    undone(batch, before)


def within_a_file(before):
    """Rows of one file under one id: the last counts. New rows beside updates are new."""
    batch = load("twice.csv", "id,status\n1,a\n1,b\n9,new\n9,newer\n")
    now = rows()
    assert now["1"] == {**before["1"], "status": "b"}, now["1"]
    assert now["9"]["status"] == "newer" and now["9"]["category"] == "" and len(now) == len(before) + 1, now
    undone(batch, before)
    assert load("back.csv", "id,status\n1,closed\n1,open\n") is None, "changed back: nothing changed"
    assert rows() == before


def dry_run(before):
    out = run("import", store, "incidents", write("dry.csv", "id,status\n1,closed\n"), "--dry-run").stderr
    assert "closed" in out and "长安街12号" in out, out
    assert rows() == before


def start():
    global server, base
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    base = server.stdout.readline().strip()
    for _ in range(600):
        try:
            urllib.request.urlopen(base + "/readyz", timeout=30)
            return
        except urllib.error.HTTPError:
            time.sleep(0.05)
    raise AssertionError("the server was never ready")


def ask(method, path, token, body=None, content_type="application/json"):
    request = urllib.request.Request(base + path, method=method, data=body)
    request.add_header("Authorization", "Bearer " + token)
    if body is not None:
        request.add_header("Content-Type", content_type)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return answer.status, json.loads(answer.read())


def upload(token, text):
    edge = "x-edge-of-parts-x"
    body = (f'--{edge}\r\nContent-Disposition: form-data; name="kind"\r\n\r\nincidents\r\n--{edge}\r\n'
            f'Content-Disposition: form-data; name="file"; filename="s.csv"\r\n\r\n{text}\r\n--{edge}--\r\n').encode()
    status, answer = ask("POST", "/imports", token, body, "multipart/form-data; boundary=" + edge)
    assert status in (201, 202), (status, answer)
    end = time.monotonic() + 120
    while answer["status"] not in ("successful", "failed", "dismissed"):
        assert time.monotonic() < end, answer
        time.sleep(0.05)
        _, answer = ask("GET", "/jobs/" + (answer.get("jobID") or answer["id"]), token)
    assert answer["status"] == "successful", answer


def over_http(before, token):
    start()
    upload(token, "id,status\n1,uploaded\n")
    expect(before, "1", status="uploaded")
    post = lambda value: ask("POST", "/incidents", token, json.dumps(value).encode())
    status, feature = post({"id": "1", "status": "posted", "closed": None})
    assert status == 200 and feature["properties"]["description"] == "烧烤", feature
    assert feature["geometry"]["coordinates"] == [102.61, 39.34], feature
    expect(before, "1", status="posted", closed="")
    # The second item of an array finds what the first has left.
    status, answer = post([{"id": "1", "source": "patrol"}, {"id": "1", "department": "环卫"},
                           {"id": "1", "department": "环卫"}, {"id": "new", "category": "0510"}])
    assert [item["status"] for item in answer] == [200, 200, 200, 201], answer
    now = rows()
    assert now.pop("new")["category"] == "0510"
    assert now == {**before, "1": {**before["1"], "status": "posted", "closed": "", "source": "patrol",
                                   "department": "环卫"}}, now
    # A Feature without geometry brings none; a geometry of null says that there is none.
    post({"type": "Feature", "id": "3", "properties": {"status": "seen"}})
    assert rows()["3"]["lon"] == before["3"]["lon"]
    post({"type": "Feature", "id": "3", "geometry": None, "properties": {}})
    now = rows()["3"]
    assert now["lon"] == "" and now["match_type"] == "none" and now["status"] == "seen", now


try:
    run("city", store, "--timezone", "Asia/Shanghai")
    load("plates.csv", PLATES, kind="addresses")
    load("whole.csv", WHOLE)
    first = rows()
    fewer_columns(first)
    an_empty_cell_empties(first)
    positions(first)
    within_a_file(first)
    dry_run(first)
    over_http(first, run("user", store, "add", "t", "--role", "editor").stdout.strip())
    server.send_signal(signal.SIGTERM)
    assert server.wait(timeout=120) == 0
    print("1 passed, 0 failed")
finally:
    if server and server.poll() is None:
        server.kill()
    shutil.rmtree(folder)
