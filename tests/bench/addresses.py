"""The serving side of the geocoder, on a city made of the doorplates: tables on the command line and
over HTTP, requests, autocomplete, reverse."""
import csv
import gzip
import http.client
import random
import statistics
import string
import time
from urllib.parse import quote, urlsplit


def typed_texts(rows, most, seed):
    """What somebody would have typed on the way to an address: each beginning of its street, with the first
    digit of its number; and letters, as of pinyin."""
    chance = random.Random(seed)
    texts = []
    for row in chance.sample(rows, min(most, len(rows))):
        street = row["street"] or row["area"] or row["village"]
        texts += [street[:size] for size in range(1, len(street) + 1)]
        texts.append(street + row["number"][:1])
    texts += list(string.ascii_lowercase)
    texts += ["".join(chance.choices("bcdfghjlmnpqstwxyz", k=chance.randint(2, 4))) for _ in range(most)]
    return texts


def shuffled(path, rows, seed):
    """The plates as a table in no order: neighbours in a file are neighbours in memory."""
    rows = list(rows)
    random.Random(seed).shuffle(rows)
    with open(path, "w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


def bench_tables(table, tools, store, plates, rows, runs):
    """The whole program, start and city included; and a request of the same table."""
    for command in ("geocode", "reverse"):
        speeds = []
        for _ in range(runs):
            seconds, _, peak = tools.run_measured(tools.HOTSPOTD, command, store, plates, "-o",
                                                  plates.with_suffix(".out"))[:3]
            speeds.append(rows / seconds)
        table.add(f"hotspotd {command}", statistics.median(speeds), "rows/s", runs,
                  f"{rows} rows of CSV in no order, start included, {peak:.0f} MB at most")


def post_table(base, plates, rows):
    parts = urlsplit(base)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=600)
    started = time.monotonic()
    with open(plates, "rb") as body:
        connection.request("POST", "/geocode", body=body, headers={
            "Content-Type": "text/csv", "Content-Length": str(plates.stat().st_size)})
        answer = connection.getresponse()
        lines = 0
        while piece := answer.read(1 << 16):
            lines += piece.count(b"\n")
    took = time.monotonic() - started
    connection.close()
    assert answer.status == 200 and lines == rows + 1, (answer.status, lines)
    return rows / took


def lua_of(path, targets):
    """Each target once, then again."""
    lines = "".join(f'"{target}",\n' for target in targets)
    path.write_text(f"local targets = {{\n{lines}}}\nlocal n = 0\n"
                    'request = function() n = n % #targets + 1 return wrk.format("GET", targets[n]) end\n')
    return ["-s", path]


def bench_requests(table, tools, folder, base, name, clients, runs, seconds, targets_of, what):
    """`targets_of(run)`: no target of a run was asked in another."""
    outputs = []
    for number in range(runs):
        script = lua_of(folder / "targets.lua", targets_of(number))
        outputs.append(tools.wrk_output(script, base, seconds, clients))
    note = f"wrk, {clients} clients, {seconds} s; {what}"
    table.add("GET " + name, statistics.median(map(tools.requests_per_second, outputs)), "req/s", runs, note)
    table.add(f"GET {name}, time of one", statistics.median(tools.latency_ms(o, 50) for o in outputs), "ms",
              runs, note, max(tools.latency_ms(o, 99) for o in outputs))


def measure(table, tools, folder, runs, seconds, seed):
    doorplates = tools.SHARED / "hualien" / "doorplates.csv.gz"
    if not doorplates.exists():
        print("addresses served: skipped, the hualien data set is not there", flush=True)
        return
    with gzip.open(doorplates, "rt", encoding="utf-8", newline="") as source:
        plate_rows = list(csv.DictReader(source))
    rows, store = len(plate_rows), folder / "served.gpkg"
    plates = shuffled(folder / "shuffled.csv", plate_rows, seed)
    tools.run(tools.HOTSPOTD, "city", store, "--name", "Hualien", "--lang", "zh")
    tools.run(tools.HOTSPOTD, "import", store, "addresses", plates, accept=(0, 1))
    typed = folder / "typed.txt"
    texts = typed_texts(plate_rows, 2000, seed)
    typed.write_text("".join(text + "\n" for text in texts), encoding="utf-8")
    tools.bench_program(table, f"{len(texts)} texts, {rows} addresses", "autocomplete", store, runs, typed)
    tools.bench_program(table, f"positions by {rows} addresses", "reverse", store, runs)
    bench_tables(table, tools, store, plates, rows, runs)
    with tools.serving(store) as base:
        table.add("POST /geocode", statistics.median(post_table(base, plates, rows) for _ in range(runs)),
                  "rows/s", runs, f"{rows} rows of CSV in no order")
        addresses = [quote(row["address"]) for row in plate_rows]
        random.Random(seed).shuffle(addresses)
        bench_requests(table, tools, folder, base, "/geocode", 8, runs, seconds,
                       lambda run: [f"/geocode?q={a}&limit={run + 1}" for a in addresses],
                       "plates in the data, hardly one twice")
        places = [(row["lon"], row["lat"]) for row in plate_rows]
        bench_requests(table, tools, folder, base, "/reverse", 8, runs, seconds,
                       lambda run: [f"/reverse?lon={lon}{run + 1}&lat={lat}1" for lon, lat in places],
                       "by plates, hardly one twice")
        bench_requests(table, tools, folder, base, "/autocomplete", 8, runs, seconds,
                       lambda run: [f"/autocomplete?q={quote(t)}&lon=121.6&lat=23.9{n:05d}&limit={run + 10}"
                                    for n, t in enumerate(texts)], "typed texts")
