"""/calendar and /timeline over a socket: every number counted again here by zoneinfo, over clock changes, for each time,
with filters, comparisons, CSV; what is refused."""
import cmath
import collections
import csv
import datetime
import io
import json
import math
import os
import random
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from zoneinfo import ZoneInfo

HOTSPOTD = os.environ["HOTSPOTD"]
ZONE = ZoneInfo("America/New_York")
UTC = datetime.timezone.utc
folder = tempfile.mkdtemp()
servers = []


def run(*arguments):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 0, (arguments, result.returncode, result.stdout, result.stderr)


def start(store):
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True)
    servers.append(server)
    url = server.stdout.readline().strip().rstrip("/")
    for _ in range(600):
        try:
            urllib.request.urlopen(url + "/readyz", timeout=60).close()
            return url
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise AssertionError("the server is never ready")


def get(path, status=200):
    try:
        with urllib.request.urlopen(BASE + path, timeout=300) as answer:
            code, body, headers = answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        code, body, headers = error.code, error.read(), error.headers
    assert code == status, (path, code, body[:400])
    return json.loads(body) if "json" in headers["Content-Type"] else body.decode()


def stamp(when):
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def make_rows():
    """Two years about both clock changes, evenings of one class round midnight, dates alone, times that miss, rows without
    a position."""
    chance = random.Random(4)
    begin = datetime.datetime(2023, 1, 10, tzinfo=ZONE).astimezone(UTC)
    rows = []
    for i in range(4000):
        kind = "0510" if i % 3 == 0 else "0102"
        day = begin + datetime.timedelta(days=chance.randrange(700))
        hour = chance.gauss(23.5, 1.5) if kind == "0510" else chance.gauss(10, 4)
        when = day + datetime.timedelta(seconds=round(hour * 3600))
        reported = when + datetime.timedelta(minutes=chance.randrange(600))
        closed = reported + datetime.timedelta(days=chance.randrange(30)) if i % 5 else None
        rows.append([i, kind, when, reported, closed, i % 11 != 0])
    for day in ("2023-03-12", "2023-11-05", "2024-03-10", "2024-11-03"):  # each quarter hour of the days of changes
        first = datetime.datetime.fromisoformat(day).replace(tzinfo=ZONE).astimezone(UTC)
        for quarter in range(100):
            when = first + datetime.timedelta(minutes=15 * quarter)
            rows.append([len(rows), "0102", when, when, None, True])
    for i in range(300):  # dates alone
        when = datetime.datetime.combine(datetime.date(2023, 5, 1) + datetime.timedelta(days=i), datetime.time(), ZONE)
        rows.append([len(rows), "0112", when.astimezone(UTC), None, None, True])
    for i in range(40):  # no time at all
        rows.append([len(rows), "0112", None, None, None, True])
    return rows


def source_of(number, reported):
    """A campaign: from June 2024 on patrols find twice as much of the whole."""
    campaign = reported and reported >= datetime.datetime(2024, 6, 1, tzinfo=ZONE)
    return ("sensor", "")[number % 2] if number % 10 == 0 else "patrol" if number * 7919 % 100 < (80 if campaign else 40) else (
        "hotline", "app")[number % 2]


def check_effort(rows):
    """Each period's finds by group, Wilson's interval, and the month from which patrols found more."""
    groups = {"patrol": "patrol", "hotline": "residents", "app": "residents", "sensor": "other", "": "other"}
    wanted = collections.defaultdict(collections.Counter)
    for row in rows:
        if default_time(row):
            wanted[period_of("month", default_time(row).astimezone(ZONE).date())][groups[source_of(row[0], row[3])]] += 1
    answer = get("/timeline?step=month")
    table = list(csv.DictReader(io.StringIO(get("/timeline?f=csv&step=month"))))
    for p, line in zip(answer["periods"], table):
        found = wanted[p["period"]]
        assert all(p[g] == found[g] == int(line[g]) for g in ("patrol", "residents", "other")), (p, found)
        n, z = found["patrol"] + found["residents"], 1.959963984540054
        share = found["patrol"] / n
        half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        near(p["patrol_share"], share)
        near(p["patrol_share_low"], (share + z * z / (2 * n)) / (1 + z * z / n) - half)
        near(p["patrol_share_high"], (share + z * z / (2 * n)) / (1 + z * z / n) + half)
        near(float(line["patrol_share"]), share, 1e-8)
    effort = answer["reporting"]
    total = sum(wanted.values(), collections.Counter())
    assert all(effort[g] == total[g] for g in total) and sum(total.values()) == answer["counted"]
    change = effort["change"]
    assert change["significant"] and change["from"].startswith("2024-06-01") and change["after"] > change["before"] + 0.2, change
    assert "2024-06" in effort["caution_en"] and "巡查" in effort["caution_zh"] and "Wilson" in effort["how_en"]
    early = get("/timeline?step=month&datetime=../2024-05-31")["reporting"]
    assert not (early["change"] or {}).get("significant") and "caution_en" not in early, early
    for group in ("patrol", "residents", "other"):
        assert get("/timeline?reports=" + group)["counted"] == total[group]
        whole = get("/summary?reports=" + group)
        assert whole["total"] == whole["reporting"][group] >= total[group]
    assert get("/timeline?reports=residents&source=patrol")["counted"] == 0
    alone = get("/timeline?reports=residents")["reporting"]
    assert alone["patrol_share"] == 0 and "caution_en" not in alone
    nobody = get("/timeline?reports=other")["reporting"]
    assert nobody["patrol_share"] is None and nobody["change"] is None
    assert sum(get("/summary")["reporting"][g] for g in total) == get("/summary")["total"]


def write_rows(rows):
    path = os.path.join(folder, "incidents.csv")
    with open(path, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["id", "category", "occurred", "reported", "closed", "lon", "lat", "source"])
        for number, kind, occurred, reported, closed, placed in rows:
            occurred = occurred.astimezone(ZONE).date().isoformat() if kind == "0112" and occurred else occurred and stamp(occurred)
            out.writerow([number, kind, occurred or "", reported and stamp(reported) or "", closed and stamp(closed) or "",
                          -73.9 + number * 1e-6 if placed else "", 40.7 if placed else "", source_of(number, reported)])
    return path


def default_time(row):
    return row[2] or row[3]


def circle(turns):
    total = sum(cmath.exp(2j * math.pi * t) for t in turns)
    n = len(turns)
    r = abs(total) / n
    rest = n * n * (1 - r * r)
    return {"mean": cmath.phase(total) / (2 * math.pi) % 1, "resultant": r, "deviation": math.sqrt(-2 * math.log(r)) / (2 * math.pi),
            "z": n * r * r, "p": math.exp(math.sqrt(1 + 4 * n + 4 * rest) - (1 + 2 * n))}


def exposure(begin, end):
    table = [[0.0] * 24 for _ in range(7)]
    while begin < end:
        local = begin.astimezone(ZONE)
        table[local.weekday()][local.hour] += 0.25
        begin += datetime.timedelta(minutes=15)
    return table


def near(a, b, tolerance=1e-9):
    assert abs(a - b) <= tolerance * max(1, abs(b)), (a, b)


def check_calendar(query, times, period, takes=lambda local: True):
    """`times`: those that the other filters let pass, None where there is none; `period`: begin and end."""
    answer = get("/calendar?" + query)
    chosen = [t.astimezone(ZONE) for t in times if t and period[0] <= t < period[1]]
    chosen = [t for t in chosen if takes(t)]
    counts = [[0] * 24 for _ in range(7)]
    for t in chosen:
        counts[t.weekday()][t.hour] += 1
    assert answer["counts"] == counts, query
    assert answer["counted"] == len(chosen) == sum(answer["by_hour"]) == sum(answer["by_weekday"])
    assert answer["local_midnight"] == sum((t.hour, t.minute, t.second) == (0, 0, 0) for t in chosen)
    assert datetime.datetime.fromisoformat(answer["period"]["from"]) == period[0]
    assert datetime.datetime.fromisoformat(answer["period"]["to"]) == period[1]
    hours = exposure(*period)
    for d in range(7):
        for h in range(24):
            local = datetime.datetime(2024, 1, 1 + d, h)  # a Monday
            wanted = hours[d][h] if takes(local) else 0
            near(answer["exposure_hours"][d][h], wanted)
            if wanted:
                near(answer["rates"][d][h], counts[d][h] / wanted)
            else:
                assert answer["rates"][d][h] is None
    for name, size in (("day", 24), ("week", 168)):
        second = [((t.weekday() * 24 if name == "week" else 0) + t.hour) * 3600 + t.minute * 60 + t.second for t in chosen]
        wanted = circle([s / size / 3600 for s in second])
        near(answer[name]["mean_hour"], wanted["mean"] * size, 1e-8)
        near(answer[name]["resultant"], wanted["resultant"])
        near(answer[name]["deviation_hours"], wanted["deviation"] * size)
        near(answer[name]["rayleigh_z"], wanted["z"])
        near(answer[name]["rayleigh_p"], wanted["p"], 1e-7)
    summary = get("/summary?level=city&" + query)
    assert answer["total"] == answer["counted"] + answer["no_time"] == summary["total"]
    assert answer["left_out"] == summary["left_out"] and answer["timezone"] == "America/New_York"
    return answer


def whole_days(times):
    local = [t.astimezone(ZONE).date() for t in times if t]
    midnight = lambda day: datetime.datetime.combine(day, datetime.time(), ZONE).astimezone(UTC)
    return midnight(min(local)), midnight(max(local) + datetime.timedelta(days=1))


def check_calendars(rows):
    every = [default_time(r) for r in rows]
    extent = whole_days(every)
    answer = check_calendar("", every, extent)
    assert answer["no_time"] == 40 and answer["local_midnight"] >= 300 and "00:00:00" in answer["caution_en"]
    assert "零点" in answer["caution_zh"] and "America/New_York" in answer["how_en"] and answer["enough"]
    for category, mean in (("0510", 23.5), ("0102", None)):
        answer = check_calendar("category=" + category, [t for t, r in zip(every, rows) if r[1] == category], extent)
        if mean:  # hours were drawn from local midnight, but an hour off on a day of change
            assert abs((answer["day"]["mean_hour"] - mean + 12) % 24 - 12) < 1.2, answer["day"]
    # The days of change: 2 o'clock does not exist, 1 o'clock comes twice.
    for day, hour, length in (("2023-03-12", 2, 0), ("2023-11-05", 1, 2)):
        begin = datetime.datetime.fromisoformat(day).replace(tzinfo=ZONE)
        period = begin.astimezone(UTC), (begin + datetime.timedelta(days=1)).astimezone(UTC)
        answer = check_calendar("datetime=" + day, every, period)
        assert answer["exposure_hours"][6][hour] == length and answer["period"]["days"] == (23 + 2 * (length > 0)) / 24
    # Hours wrap, weekdays, instants that cut an hour.
    check_calendar("hours=22-2", every, extent, lambda t: t.hour >= 22 or t.hour <= 2)
    check_calendar("hours=22-2&weekdays=6,7", every, extent, lambda t: (t.hour >= 22 or t.hour <= 2) and t.weekday() >= 5)
    begin, end = datetime.datetime(2023, 10, 3, 4, 15, tzinfo=UTC), datetime.datetime(2023, 12, 24, 10, 30, tzinfo=UTC)
    check_calendar("datetime=2023-10-03T04:15:00Z/2023-12-24T10:29:59Z", every, (begin, end))
    for name, column in (("occurred", 2), ("reported", 3), ("closed", 4)):
        times = [r[column] for r in rows]
        check_calendar("time=" + name, times, whole_days(times))
    without = get("/calendar?midnight=exclude")
    whole = get("/calendar")
    assert without["counted"] == whole["counted"] - whole["local_midnight"] and without["total"] == whole["total"]
    assert without["local_midnight"] == whole["local_midnight"] and "caution_en" not in without


def check_comparisons(rows):
    query = "/calendar?datetime=2024-01-01/2024-06-30&compare=2023-02-01/2023-09-30&category=0510"
    answer = get(query)
    assert answer["compared"] == {k: v for k, v in get("/calendar?datetime=2023-02-01/2023-09-30&category=0510").items()
                                  if k in answer["compared"]}
    day = answer["difference"]["day"]
    # Evenings round midnight are one narrow cluster of equal spread: the parametric test holds.
    assert day["test"] == "watson-williams" and day["p_value"] == day["f_p"] and answer["shared"] == 0
    assert abs(day["permuted_p"] - day["f_p"]) < 0.08 and answer["parameters"]["permutations"] == 999
    near(day["hours_later"], (answer["compared"]["day"]["mean_hour"] - answer["day"]["mean_hour"] + 12) % 24 - 12, 0.02)
    week = answer["difference"]["week"]
    assert week["test"] == "permutation" and week["p_value"] == week["permuted_p"]
    larger = max(day["p_value"], week["p_value"])
    near(day["q_value"], min(larger, 2 * day["p_value"]))
    near(week["q_value"], min(larger, 2 * week["p_value"]))
    assert answer == get(query + "&seed=1") and answer != get(query + "&seed=2")
    assert get(query + "&permutations=0")["difference"]["week"]["p_value"] is None
    # Categories: the rest counts against it, incidents of both sides once.
    answer = get("/calendar?category=0510&over=all")
    kinds = collections.Counter(r[1] for r in rows)
    assert answer["total"] == answer["shared"] == kinds["0510"]
    assert answer["compared"]["total"] == len(rows) - kinds["0510"]
    assert answer["difference"]["day"]["test"] == "permutation" and answer["difference"]["day"]["p_value"] == 0.001
    assert "Watson" in answer["how_en"] and "置换" in answer["how_zh"]
    other = get("/calendar?category=0510&over=0102")
    assert other["shared"] == 0 and other["compared"]["total"] == kinds["0102"]
    assert other["parameters"] == {"midnight": "include", "category": "0510", "over": "0102", "permutations": 999, "seed": 1}
    same = get("/calendar?category=0510&over=0510")
    assert same["compared"]["total"] == 0 and same["difference"] is None and f"{same['shared']} incidents of both" in same["how_en"]
    few = get("/calendar?category=0510&datetime=2023-02-01&compare=2023-03-01")
    assert few["difference"] is None and "too few" in few["caution_en"] and not few["enough"]


def period_of(step, day):
    if step == "day":
        return day.isoformat()
    return "%04d-W%02d" % day.isocalendar()[:2] if step == "week" else "%04d-%02d" % (day.year, day.month)


def check_timelines(rows):
    every = [default_time(r) for r in rows]
    for name, times in (("", every), ("time=closed", [r[4] for r in rows])):
        for step in ("day", "week", "month"):
            answer = get(f"/timeline?step={step}&{name}")
            wanted = collections.Counter(period_of(step, t.astimezone(ZONE).date()) for t in times if t)
            assert {p["period"]: p["count"] for p in answer["periods"] if p["count"]} == wanted, (name, step)
            assert answer["counted"] == sum(wanted.values()) and answer["step"] == step and not answer["step_chosen"]
            assert answer["total"] == answer["counted"] + answer["no_time"] == get("/summary?" + name)["total"]
            begin, end = whole_days(times)
            local = [begin.astimezone(ZONE).date() + datetime.timedelta(days=d)
                     for d in range((end.astimezone(ZONE).date() - begin.astimezone(ZONE).date()).days)]
            assert [p["period"] for p in answer["periods"]] == list(dict.fromkeys(period_of(step, d) for d in local))
            edges = [p["from"] for p in answer["periods"]] + [answer["periods"][-1]["to"]]
            assert edges[0] == answer["period"]["from"] and edges[-1] == answer["period"]["to"]
            assert all(p["to"] == edge for p, edge in zip(answer["periods"], edges[1:]))
            near(sum(p["days"] for p in answer["periods"]), answer["period"]["days"])
            assert all(p["whole"] for p in answer["periods"][1:-1])
    for period, step, count in (("2024-01-01/2024-03-31", "day", 91), ("2024-01-01/2024-06-30", "week", 26), ("..", "", 0),
                                ("2020-01-01/2024-12-31", "month", 60), ("2030-01-01/2030-01-31", "day", 31)):
        if step:
            answer = get("/timeline?datetime=" + period)
            assert (answer["step"], answer["step_chosen"], len(answer["periods"])) == (step, True, count), (period, answer["step"])
            assert answer["total"] == sum(p["count"] for p in answer["periods"])
    cut = get("/timeline?step=week&datetime=2024-03-06/2024-03-14")["periods"]
    assert [(p["period"], p["whole"]) for p in cut] == [("2024-W10", False), ("2024-W11", False)]
    near(cut[0]["days"], 5 - 1 / 24)  # Wednesday to Sunday less the hour that was skipped
    nothing = get("/timeline?datetime=2031-01-01/..")
    assert nothing["periods"] == [] and nothing["period"] is None and nothing["total"] == 0
    table = list(csv.DictReader(io.StringIO(get("/timeline?f=csv&step=month"))))
    assert [(r["period"], int(r["count"])) for r in table] == [(p["period"], p["count"]) for p in get("/timeline?step=month")["periods"]]


def check_csv():
    query = "category=0510&over=all&hours=20-3"
    answer = get("/calendar?" + query)
    table = list(csv.DictReader(io.StringIO(get("/calendar?f=csv&" + query))))
    assert len(table) == 168
    for row in table:
        d, h = int(row["weekday"]) - 1, int(row["hour"])
        for prefix, side in (("", answer), ("compared_", answer["compared"])):
            assert int(row[prefix + "count"]) == side["counts"][d][h]
            near(float(row[prefix + "exposure_hours"]), side["exposure_hours"][d][h], 1e-8)
            rate = side["rates"][d][h]
            assert row[prefix + "rate"] == "" if rate is None else abs(float(row[prefix + "rate"]) - rate) < 1e-8


def check_refusals():
    for path, words in (("/calendar?f=xml", "json or csv"), ("/calendar?compare=2024-01-01", "needs datetime"),
                        ("/calendar?over=all", "needs category"), ("/calendar?midnight=no", "include nor exclude"),
                        ("/calendar?datetime=2024-01-01/2024-02-01&compare=2024-02-01/2024-03-01", "share some"),
                        ("/calendar?datetime=2024-01-01&compare=soon", "compare: datetime"),
                        ("/calendar?category=0510&over=nothing-like-it", "over"),
                        ("/calendar?category=0510&over=all&compare=2023-01-01", "exclude each other"),
                        ("/calendar?permutations=100000", "permutations"), ("/calendar?step=day", "step"),
                        ("/calendar?datetime=2024-01-01&compare=2040-01-01/..", "no period"),
                        ("/timeline?step=fortnight", "day, week, month"), ("/timeline?hours=99", "hours"),
                        ("/timeline?reports=all", "residents, patrol or other"),
                        ("/timeline?step=day&datetime=0100-01-01/2024-01-01", "more than 100000")):
        assert words in get(path, 400)["detail"], (path, get(path, 400))


def check_empty():
    answer = get("/calendar")
    assert answer["total"] == 0 and answer["period"] is None and not answer["enough"]
    assert answer["day"]["mean"] is None and answer["day"]["rayleigh_p"] is None
    assert not any(map(any, answer["exposure_hours"])) and "too few" in answer["caution_en"]
    assert get("/timeline")["periods"] == []
    assert len(get("/timeline?step=week&datetime=2024-01-01/2024-01-14")["periods"]) == 2
    assert get("/calendar?datetime=2024-01-01/2024-01-07")["exposure_hours"] == [[1] * 24] * 7


try:
    store = os.path.join(folder, "city.gpkg")
    run("city", store, "--name", "city", "--timezone", "America/New_York")
    BASE = start(store)
    check_empty()
    made = make_rows()
    run("import", store, "incidents", write_rows(made))
    BASE = start(store)
    check_calendars(made)
    check_comparisons(made)
    check_timelines(made)
    check_effort(made)
    check_csv()
    check_refusals()
finally:
    for server in servers:
        server.terminate()
        assert server.wait(timeout=60) == 0, server.returncode
    shutil.rmtree(folder)
