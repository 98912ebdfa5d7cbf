"""Requests never wait for analysis: with one thread to answer and one for long work, short requests are answered while
long ones run and wait; the same long request many times, too many of them, clients that leave, and the end under load.
Orders are checked, never times."""
import http.client
import json
import math
import os
import re
import select
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from urllib.parse import urlsplit

HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
LON, LAT = 102.61, 39.34
MOST = 4 * 1 + 64  # long requests that wait or run


def tile(z, extra):
    n = 2**z
    y = n * (1 - math.asinh(math.tan(math.radians(LAT))) / math.pi) / 2
    return f"{z}/{int(n * (LON + 180) / 360)}/{int(y)}{extra}"


def slow(i):
    """A raster that takes long, another one for each number."""
    return f"/density.tif?kernel=gaussian&bandwidth={900 + i}&cell=50"


def ask(target, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=300)
    connection.request("GET", target, headers=headers or {})
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    return reply.status, {k.lower(): v for k, v in reply.getheaders()}, body


def metric(name):
    return int(re.search(rf"^hotspotd_http_{name} (\d+)$", ask("/metrics")[2].decode(), re.M).group(1))


def wait_for(condition, what):
    end = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def in_background(targets, finished):
    """Asks for each on a connection of its own; answers are appended to `finished` in the order of their ends."""

    def run(target):
        finished.append((target, *ask(target)))

    threads = [threading.Thread(target=run, args=(t,)) for t in targets]
    for thread in threads:
        thread.start()
    return threads


def join(threads):
    for thread in threads:
        thread.join()


def send(target):
    made = socket.create_connection(("127.0.0.1", PORT))
    made.sendall(f"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    return made


def check_short_ones_pass():
    cached = f"/tiles/density/{tile(14, '.png')}?bandwidth=400&adaptive=true"
    status, headers, body = ask(cached)
    assert status == 200 and body[:4] == b"\x89PNG"
    long_ones = [slow(i) for i in range(6)] + ["/density/isobands?bandwidth=350&adaptive=true", "/density/bandwidth"]
    finished = []
    threads = in_background(long_ones, finished)
    wait_for(lambda: metric("deferred") + len(finished) == len(long_ones), "long requests arrive")
    short_ones = ["/healthz", f"/tiles/base/{tile(15, '.mvt')}", f"/tiles/incidents/{tile(15, '.mvt')}", "/city",
                  f"/tiles/density/{tile(14, '.png')}", cached]
    for target in short_ones:
        finished.append((target, *ask(target)))
    finished.append(("fresh", *ask(cached, {"If-None-Match": headers["etag"]})))
    join(threads)
    order = [f[0] for f in finished]
    last_short = max(order.index(t) for t in short_ones + ["fresh"])
    assert sum(order.index(t) > last_short for t in long_ones) >= 4, order
    assert all(f[1] == (304 if f[0] == "fresh" else 200) for f in finished), [f[:2] for f in finished]
    assert finished[order.index(cached)][3] == body
    # What was made meanwhile is kept, and the same as when it is asked for again.
    for target, _, headers, body in finished[:-1]:
        if target in long_ones:
            again = ask(target)
            assert again[2] == body and again[1].get("etag") == headers.get("etag"), target


def check_same_and_different():
    """Many at once wait for the same pilots and selections on one thread: all end, equal ones equal."""
    targets = []
    for i in range(3):
        query = f"bandwidth={300 + i}&category=05"
        targets += [f"/tiles/density/{tile(15, '.png')}?{query}&adaptive=true",
                    f"/density/value?lon={LON}&lat={LAT}&{query}&adaptive=true",
                    f"/tiles/density/{tile(15, '@2x.png')}?{query}&over=all",
                    f"/density/legend?{query}&exact=true",
                    f"/tiles/density/{tile(15, '.png')}?{query}&kernel=uniform",
                    f"/tiles/density/{tile(15, '.png')}?{query}",
                    f"/density/value?lon={LON}&lat={LAT}&{query}"]
    finished = []
    join(in_background(targets * 3, finished))
    bodies = {}
    for target, status, _, body in finished:
        assert status == 200, (target, status, body[:300])
        assert bodies.setdefault(target, body) == body, target
    assert len(finished) == 3 * len(targets) and len(bodies) == len(targets)


def check_mistakes():
    """They are told at once, without a place in the line."""
    refused = metric("deferred_refused_total")
    for target in ("/density.tif?bandwidth=1", "/density/isobands?nonsense=1", f"/tiles/density/{tile(14, '.png')}?exact=maybe"):
        status, headers, _ = ask(target)
        assert status == 400 and headers["content-type"] == "application/problem+json"
    assert metric("deferred_refused_total") == refused


def check_too_many_and_gone():
    """Beyond the limit 503; then every client leaves, and what waits is not computed for nobody."""
    clients = [send(slow(100 + i)) for i in range(MOST + 12)]
    wait_for(lambda: metric("deferred_refused_total") > 0, "requests are refused")
    assert ask("/healthz")[0] == 200
    refused = None
    while not refused:
        readable = select.select(clients, [], [], 300)[0]
        for client in readable:
            text = b"".join(iter(lambda: client.recv(65536), b"")).decode("latin-1")
            clients.remove(client)
            client.close()
            if " 503 " in text.split("\r\n")[0]:
                refused = text
    assert "\r\nRetry-After: " in refused and "application/problem+json" in refused
    assert "too many" in json.loads(refused.split("\r\n\r\n", 1)[1])["detail"]
    for client in clients:
        client.close()
    wait_for(lambda: metric("deferred") == 0, "nothing waits")
    assert "status=499" in open(os.path.join(folder, "log")).read()
    assert ask(slow(0))[0] == 200


def check_leaving_while_it_runs():
    """A client that leaves ends its own computation, and nobody else's."""
    def log_of(target):
        return [line for line in open(os.path.join(folder, "log")) if target.split("?")[1].split("&")[1] in line]

    for target in ("/density.tif?kernel=gaussian&bandwidth=1777&cell=4", "/density/lixels?network-kernel=simple&bandwidth=1888&lixel=1"):
        client = send(target)
        wait_for(lambda: metric("deferred") == 1, "it runs")
        client.close()
        wait_for(lambda: metric("deferred") == 0, "it has ended")
        # 499 where it was left before its first step
        wait_for(lambda: re.search("status=(503|499)", "".join(log_of(target))), "it is logged as broken off")
        assert "status=200" not in "".join(log_of(target)), log_of(target)
    target = "/density.tif?kernel=gaussian&bandwidth=1555&cell=20"
    first = send(target)
    wait_for(lambda: metric("deferred") == 1, "it runs")
    finished = []
    second = in_background([target], finished)
    wait_for(lambda: metric("deferred") + len(finished) >= 2 or finished, "the second one waits")
    first.close()
    join(second)
    assert finished[0][1] == 200, finished[0][:2]


def check_end_under_load():
    finished = []
    threads = in_background([slow(200 + i) for i in range(12)], finished)
    wait_for(lambda: metric("deferred") + len(finished) == 12, "long requests arrive")
    server.terminate()
    join(threads)
    assert len(finished) == 12
    assert all(f[1] in (200, 503) for f in finished), [f[:2] for f in finished]
    assert server.wait(timeout=120) == 0


run = subprocess.run([HOTSPOTD, "sample", store, "--incidents", "20000"], capture_output=True, text=True)
assert run.returncode == 0, run.stderr
server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0", "--threads", "1"], stdout=subprocess.PIPE,
                          stderr=open(os.path.join(folder, "log"), "w"), text=True)
try:
    PORT = urlsplit(server.stdout.readline().strip()).port
    wait_for(lambda: ask("/readyz")[0] == 200, "the city is loaded")
    for check in (check_short_ones_pass, check_same_and_different, check_mistakes, check_too_many_and_gone, check_leaving_while_it_runs,
                  check_end_under_load):
        check()
        print("ok", check.__name__, flush=True)
finally:
    server.terminate()
    if server.wait(timeout=120) != 0:
        print(open(os.path.join(folder, "log")).read()[-5000:])
shutil.rmtree(folder)
