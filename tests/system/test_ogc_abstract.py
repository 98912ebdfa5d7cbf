"""Walks tests/data/ogc/abstract_tests.tsv, the checklist of the standards' abstract tests: runs each probe, finds each
test that a row names, and holds the table against what the server declares: no class without a row that passes, no row
that passes of a class that is not declared."""
import http.client
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

HOTSPOTD = os.environ["HOTSPOTD"]
SOURCE = os.environ["SOURCE_DIR"]
SPEC = "http://www.opengis.net/spec/"
folder = tempfile.mkdtemp()


def ask(target, accept=None):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
    connection.request("GET", target, headers={"Accept": accept} if accept else {})
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    return reply.status, {k.lower(): v for k, v in reply.getheaders()}, body


def find(value, path):
    """`a.b[c=d].e`, where parts may hold dots or slashes if the object has such a name."""
    while path:
        step = re.match(r"\[([^=\]]+)=([^\]]*)\]\.?", path)
        if step:
            value = next(v for v in value if str(v.get(step[1])) == step[2])
            path = path[step.end():]
            continue
        name = max((k for k in value if path == k or path.startswith((k + ".", k + "["))), key=len)
        value, path = value[name], path[len(name):].lstrip(".")
    return value


def probe(text):
    request, expected, *checks = [part.strip() for part in text.split(" ; ")]
    method, target, *accept = request.split(" ")
    assert method == "GET"
    status, headers, body = ask(target, accept[0].split("=", 1)[1] if accept else None)
    wanted, *kind = expected.split(" ")
    assert status == int(wanted), (status, body[:200])
    if kind:
        assert headers["content-type"].split(";")[0] == kind[0], headers["content-type"]
    for check in checks:
        depth = re.sub(r"\[[^\]]*\]", lambda m: m[0].replace("=", "\0"), check)
        name, _, value = (part.replace("\0", "=") for part in depth.partition("="))
        found = headers[name[7:]] if name.startswith("header ") else find(json.loads(body), name)
        assert found is not None and (value == "" or str(found) == value), (check, found)


def named(where):
    if where.startswith("tests/"):
        return os.path.exists(os.path.join(SOURCE, where))
    name, _, function = where.partition(".")
    with open(os.path.join(SOURCE, "tests/system", name + ".py"), encoding="utf-8") as text:
        return not function or f"def {function}(" in text.read()


def walk():
    rows = []
    with open(os.path.join(SOURCE, "tests/data/ogc/abstract_tests.tsv"), encoding="utf-8") as table:
        for line in table:
            if not line.startswith("#"):
                rows.append(line.rstrip("\n").split("\t"))
    wrong = []
    for test, result, how in rows:
        try:
            if result == "passes" and how.startswith("probe "):
                probe(how[6:])
            elif result == "passes":
                assert how.startswith("in ") and named(how[3:]), how
            else:
                assert result in ("not offered", "differs") and how
        except (AssertionError, KeyError, StopIteration, ValueError, TypeError) as error:
            wrong.append((test, repr(error)))
    assert not wrong, "\n".join(map(str, wrong))
    declared = {c[len(SPEC):] for c in json.loads(ask("/ogc/conformance")[2])["conformsTo"]}
    classes = {test.rsplit("/", 1)[0] for test, result, _ in rows if result == "passes" and "/conf/" in test}
    assert declared == classes, (declared - classes, classes - declared)
    for test, result, _ in rows:
        assert result != "not offered" or "/conf/" not in test or "/core/" in test or test.rsplit("/", 1)[0] not in declared, test
    counts = {r: sum(row[1] == r for row in rows) for r in ("passes", "differs", "not offered")}
    print(", ".join(f"{n} {r}" for r, n in counts.items()))


try:
    store = os.path.join(folder, "city.gpkg")
    made = subprocess.run([HOTSPOTD, "sample", store, "--incidents", "500", "--seed", "1"], capture_output=True)
    assert made.returncode == 0, made.stderr
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL)
    try:
        PORT = int(server.stdout.readline().rsplit(":", 1)[1].split("/")[0])
        while ask("/readyz")[0] != 200:
            time.sleep(0.2)
        walk()
    finally:
        server.terminate()
        assert server.wait() == 0
finally:
    shutil.rmtree(folder)
print("ok")
