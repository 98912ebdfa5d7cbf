"""Jobs that anybody asks for: few for each address and in all, as long as they may run, never before what has a token,
and never in the way of an import."""
import http.client
import json
import os
import shutil
import subprocess
import tempfile
import time

HOTSPOTD = os.environ["HOTSPOTD"]
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
processes = []
LONG = {"inputs": {"replications": 99999, "max-days": 60, "stop-after": 0}}


def ask(path, method="GET", body=None, status=None, address="127.0.0.1", **headers):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600, source_address=(address, 0))
    headers = {k.replace("_", "-"): v for k, v in headers.items()}
    connection.request(method, path, body, headers)
    reply = connection.getresponse()
    text = reply.read()
    connection.close()
    assert status is None or reply.status == status, (method, path, reply.status, text[:500])
    return reply, json.loads(text) if text.startswith(b"{") else None


def start(status=201, address="127.0.0.1", process="scan", inputs=LONG, **headers):
    reply, body = ask(f"/ogc/processes/{process}/execution", "POST", json.dumps(inputs), status, address,
                      Content_Type="application/json", Prefer="respond-async", **headers)
    return body["jobID"] if status == 201 else (reply, body)


def job(name):
    return ask("/ogc/jobs/" + name, status=200)[1]


def until(condition):
    end = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def serve(*options):
    global PORT
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0", *options], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL)
    processes.append(server)
    PORT = int(server.stdout.readline().rsplit(":", 1)[1].split("/")[0])
    until(lambda: ask("/readyz")[0].status == 200)
    return server


def import_a_file():
    table = os.path.join(folder, "more.csv")
    with open(table, "w") as out:
        out.write("id,category,lon,lat,reported\nx1,0102,102.61,39.34,2026-01-01\n")
    made = subprocess.run(["curl", "-s", "-H", f"Authorization: Bearer {TOKEN}", "-F", f"file=@{table}", "-F", "kind=incidents",
                           f"http://127.0.0.1:{PORT}/imports"], capture_output=True, text=True)
    name = json.loads(made.stdout)["jobID"]
    read = lambda: ask("/jobs/" + name, status=200, Authorization="Bearer " + TOKEN)[1]["status"]
    until(lambda: read() not in ("accepted", "running"))
    assert read() == "successful"


def limits():
    first = start()
    until(lambda: job(first)["status"] == "running")
    mine = [first] + [start() for _ in range(3)]
    reply, problem = start(429, Accept_Language="en")
    assert int(reply.headers["Retry-After"]) > 0 and "4 jobs from your address" in problem["detail"], problem
    assert "来自您的地址" in start(429, Accept_Language="zh-CN")[1]["detail"]
    # Others have their turn until too many wait in all: 16 beside the one that runs.
    others = [start(address=f"127.0.0.{2 + n // 4}") for n in range(13)]
    reply, problem = start(503, address="127.0.0.77", Accept_Language="en")
    assert int(reply.headers["Retry-After"]) > 0 and "16 jobs wait" in problem["detail"], problem
    # With a token nobody counts, and it goes before: it is the next one.
    ask("/ogc/processes/scan/execution", "POST", json.dumps(LONG), 401, Authorization="Bearer nonsense", Prefer="respond-async",
        Content_Type="application/json")
    known = start(process="gi-star", inputs={"inputs": {"level": "community", "permutations": 0}}, Authorization="Bearer " + TOKEN)
    import_a_file()
    assert job(first)["status"] == "running" and job(known)["status"] == "accepted"
    assert ask("/ogc/jobs/" + first, "DELETE", status=200)[1]["status"] == "dismissed"
    until(lambda: job(known)["status"] == "successful")
    # Where one was dismissed there is room for another.
    until(lambda: start_again(mine))
    for name in mine[1:] + others:
        ask("/ogc/jobs/" + name, "DELETE", status=200)


def start_again(mine):
    reply, body = ask("/ogc/processes/scan/execution", "POST", json.dumps(LONG), None, "127.0.0.1", Prefer="respond-async",
                      Content_Type="application/json")
    if reply.status == 201:
        mine.append(body["jobID"])
    return reply.status == 201


def time_limit():
    for language, words in (("en", "ran for 1 s"), ("zh", "已运行 1 秒")):
        name = start(Accept_Language=language)
        until(lambda: job(name)["status"] not in ("accepted", "running"))
        ended = job(name)
        assert ended["status"] == "failed" and words in ended["message"], ended
        assert words in ask(f"/ogc/jobs/{name}/results", status=400)[1]["detail"]
    # A token has no such limit; dismissed is dismissed.
    name = start(Authorization="Bearer " + TOKEN)
    until(lambda: job(name)["status"] == "running")
    time.sleep(1.5)
    assert job(name)["status"] == "running"
    ask("/ogc/jobs/" + name, "DELETE", status=200)
    until(lambda: "finished" in job(name))
    assert job(name)["status"] == "dismissed"


def options():
    config = os.path.join(folder, "config.json")
    for value in ('"10"', "-1", "100000", "1.5"):
        with open(config, "w") as out:
            out.write('{"job-seconds": %s}' % value)
        refused = subprocess.run([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0", "--config", config], capture_output=True, text=True)
        assert refused.returncode == 2 and "job-seconds: a whole number from 0 to 86400" in refused.stderr, (value, refused)
    refused = subprocess.run([HOTSPOTD, "serve", store, "--job-seconds", "x"], capture_output=True, text=True)
    assert refused.returncode == 2 and "job-seconds" in refused.stderr, refused
    assert "--job-seconds N" in subprocess.run([HOTSPOTD, "serve", "--help"], capture_output=True, text=True).stdout
    with open(config, "w") as out:
        out.write('{"job-seconds": 1}')
    return config


try:
    made = subprocess.run([HOTSPOTD, "sample", store, "--incidents", "3000", "--seed", "1"], capture_output=True)
    assert made.returncode == 0, made.stderr
    made = subprocess.run([HOTSPOTD, "user", store, "add", "ed", "--role", "editor"], capture_output=True, text=True)
    TOKEN = made.stdout.strip().splitlines()[-1]
    for check, arguments in ((limits, []), (time_limit, ["--config", options()])):
        server = serve(*arguments)
        try:
            check()
        finally:
            server.terminate()
            assert server.wait() == 0
finally:
    for process in processes:
        process.kill()
    shutil.rmtree(folder)
print("ok")
