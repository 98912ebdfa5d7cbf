"""Plans as what crews take along, over a socket and by the command: sheets, GPX, KML, XLSX say what the GeoJSON says;
GDAL and poppler read them; what is asked for wrongly is refused in clear words."""
import http.client
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
import xml.etree.ElementTree as tree

from osgeo import gdal, ogr

gdal.UseExceptions()
HOTSPOTD = os.environ["HOTSPOTD"]
GPX = "{http://www.topografix.com/GPX/1/1}"
KML = "{http://www.opengis.net/kml/2.2}"
PLAN = "/focus?budget=2km&crews=3&category=0510&backtest=2&method=kernel"
HOURS = "/focus?budget=60h&crews=2&minutes=20&visits=2&category=0510&backtest=2&method=kernel"
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")


def ask(target, status=200):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=600)
    connection.request("GET", target)
    reply = connection.getresponse()
    body = reply.read()
    assert reply.status == status, (target, reply.status, body[:600])
    connection.close()
    return {k.lower(): v for k, v in reply.getheaders()}, body


def refused(target, *words):
    text = json.loads(ask(target, 400)[1])["detail"]
    for word in words:
        assert word in text, (target, text)


def kept(name, body):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(body)
    return path


def words_of(path, page=None):
    pages = ["-f", str(page), "-l", str(page)] if page else []
    made = subprocess.run(["pdftotext", "-layout", *pages, path, "-"], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return " ".join(made.stdout.split())


def items_of(plan):
    return sorted((feature["properties"] for feature in plan["features"]), key=lambda item: item["rank"])


def check_crews(plan):
    """Crews are shares of about equal cost, and all are there."""
    items = items_of(plan)
    load = {}
    for item in items:
        load[item["crew"]] = load.get(item["crew"], 0) + item["length_km"]
    assert sorted(load) == [1, 2, 3], load
    largest = max(item["length_km"] for item in items)
    assert max(load.values()) - min(load.values()) <= 2.2 * largest, (load, largest)


def check_sheets(target, plan, hours):
    items = items_of(plan)
    headers, body = ask(target + "&f=pdf&lang=en")
    assert headers["content-type"] == "application/pdf" and body[:5] == b"%PDF-"
    assert body == ask(target + "&f=pdf&lang=en")[1], "equal input, equal bytes"
    path = kept("plan.pdf", body)
    text = words_of(path)
    crews = max(item["crew"] for item in items)
    for crew in range(1, crews + 1):
        assert f"Crew {crew} of {crews}: Outdoor barbecue" in text, (crew, text[:400])
    unit = "crew-hours" if hours else "km"
    held_out = plan["held_out"]["hit_rate"]["mean"]
    for words in ("2026-01-01 to 2026-01-30", f"of {60 if hours else 2} {unit}", "Held-out score", f"caught {100 * held_out:.1f} %", "Notes", "Data until", "on A4",
                  "Synthetic"):
        assert words in text, (words, text)
    for item in items:
        cost = f"{item['crew_hours']:.1f}" if hours else f"{item['length_km']:.2f}"
        row = rf"\b{item['rank']} .{{0,400}}?{re.escape(cost)} +{item['expected']:.2f} +{100 * item['share']:.1f} %"
        assert re.search(row, text), (row, text)
    assert items[0]["name_en"] in text
    chinese = words_of(kept("zh.pdf", ask(target + "&f=pdf&lang=zh")[1]))
    for words in (f"第 1 队（共 {crews} 队）：露天烧烤", "2026-01-01 至 2026-01-30", "留出评分", "现场记录", "数据截至", items[0]["name"], items[0]["community"]):
        assert words in chinese, (words, chinese)
    one = words_of(kept("one.pdf", ask(target + "&f=pdf&lang=en&crew=1")[1]))
    assert "Crew 1 of" in one and "Crew 2 of" not in one
    page = gdal.OpenEx(path, open_options=["DPI=72"]).ReadAsArray()[:3].astype(int).sum(axis=0)
    assert page.shape == (842, 595) and .02 < (page < 700).mean() < .6, page.shape
    assert (page[:24] > 760).all() and (page[-24:] > 760).all() and (page[:, :24] > 760).all() and (page[:, -24:] > 760).all(), "margins are free"


def check_gpx(plan):
    items = items_of(plan)
    headers, body = ask(PLAN + "&f=gpx&lang=en")
    assert headers["content-type"] == "application/gpx+xml"
    root = tree.fromstring(body)
    points = root.findall(GPX + "wpt")
    assert [point.find(GPX + "name").text for point in points] == [f"{item['rank']} {item['name_en']}" for item in items]
    assert all("expected" in point.find(GPX + "desc").text for point in points)
    routes = root.findall(GPX + "rte")
    assert [route.find(GPX + "name").text for route in routes] == ["Crew 1", "Crew 2", "Crew 3"]
    for crew, route in enumerate(routes, 1):
        stops = [point.find(GPX + "name").text for point in route.findall(GPX + "rtept")]
        assert sorted(stops) == sorted(f"{item['rank']} {item['name_en']}" for item in items if item["crew"] == crew), crew
    order = [[GPX + name for name in ("metadata", "wpt", "rte", "trk")].index(element.tag) for element in root]
    assert order == sorted(order), "as the schema has it"
    source = ogr.Open(kept("plan.gpx", body))
    layer = source.GetLayerByName("tracks")
    assert layer.GetFeatureCount() == len(items)
    lines = {feature["properties"]["rank"]: ogr.CreateGeometryFromJson(json.dumps(feature["geometry"])) for feature in plan["features"]}
    for track in layer:
        rank = int(track["name"].split(" ")[0])
        assert abs(track.GetGeometryRef().Length() - lines[rank].Length()) < 1e-9, rank
    alone = tree.fromstring(ask(PLAN + "&f=gpx&crew=2")[1])
    assert len(alone.findall(GPX + "rte")) == 1 and len(alone.findall(GPX + "wpt")) == sum(item["crew"] == 2 for item in items)


def check_kml(plan):
    items = items_of(plan)
    body = ask(PLAN + "&f=kml&lang=zh")[1]
    root = tree.fromstring(body)
    folders = root.findall(f"{KML}Document/{KML}Folder")
    assert [folder.find(KML + "name").text for folder in folders] == ["第 1 队", "第 2 队", "第 3 队"]
    names = [mark.find(KML + "name").text for folder in folders for mark in folder.findall(KML + "Placemark")]
    assert sorted(names) == sorted(f"{item['rank']} {item['name']}" for item in items)
    source = ogr.Open(kept("plan.kml", body))
    assert source.GetLayerCount() == 3 and sum(source.GetLayer(i).GetFeatureCount() for i in range(3)) == len(items)


def check_xlsx(plan):
    items = items_of(plan)
    source = ogr.Open(kept("plan.xlsx", ask(PLAN + "&f=xlsx&lang=en")[1]))
    rows = [json.loads(row.ExportToJson())["properties"] for row in source.GetLayer(0)]
    assert [row["rank"] for row in rows] == [item["rank"] for item in items]
    for row, item in zip(rows, items):
        assert row["crew"] == item["crew"] and row["street or unit"] == item["name_en"] and abs(row["expected"] - item["expected"]) < 1e-9
        assert abs(row["lon"] - 102.6) < 1 and "caught" in row["held-out score"]
    source = ogr.Open(kept("zh.xlsx", ask(PLAN + "&f=xlsx&lang=zh")[1]))
    assert source.GetLayer(0).GetLayerDefn().GetFieldDefn(9).GetName() == "预计件数"


def check_map(plan):
    query = PLAN.split("?")[1].replace("&method=kernel", "")
    text = words_of(kept("map.pdf", ask(f"/map.pdf?{query}&layers=density,plan&lang=en")[1]))
    for words in ("Focus plan", "crew 3", "2 km", "Held-out", "rank, as in the plan's table"):
        assert words in text, (words, text)
    refused("/map.pdf?layers=plan", "budget")
    refused("/map.pdf?budget=3km", "budget", "layers=plan")


def check_refusals():
    refused(PLAN + "&f=doc", "f", "gpx")
    refused(PLAN + "&crew=2", "crew", "pdf")
    refused(PLAN + "&f=pdf&crew=9", "crew", "9", "1 to 3")
    refused(PLAN + "&f=pdf&crew=0", "crew")
    refused(PLAN + "&f=pdf&style=neon", "style", "print")
    refused(PLAN + "&f=gpx&lang=fr", "lang")
    refused("/focus?f=pdf&budget=2km&category=no-such-problem", "no-such-problem")


def check_command():
    for form in ("pdf", "gpx", "kml", "xlsx"):
        path = os.path.join(folder, "made." + form)
        made = subprocess.run([HOTSPOTD, "focus", store, "--budget", "2km", "--crews", "3", "--category", "0510", "--backtest", "2", "--method", "kernel",
                               "--lang", "en", "-o", path], capture_output=True, text=True)
        assert made.returncode == 0, made.stderr
        if form != "pdf":
            assert open(path, "rb").read() == ask(PLAN + f"&f={form}&lang=en")[1] or form == "xlsx", form
    assert "Crew 2 of 3" in words_of(os.path.join(folder, "made.pdf"))
    wrong = subprocess.run([HOTSPOTD, "focus", store, "--budget", "2km", "--category", "0510", "--crew", "x", "-o", path], capture_output=True, text=True)
    assert wrong.returncode != 0 and "crew" in wrong.stderr, wrong.stderr


try:
    made = subprocess.run([HOTSPOTD, "sample", store, "--incidents", "6000", "--seed", "1"], capture_output=True)
    assert made.returncode == 0, made.stderr
    server = subprocess.Popen([HOTSPOTD, "serve", store, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.DEVNULL)
    try:
        PORT = int(server.stdout.readline().rsplit(":", 1)[1].split("/")[0])
        while True:
            try:
                ask("/readyz")
                break
            except AssertionError:
                time.sleep(0.2)
        by_km = json.loads(ask(PLAN)[1])
        check_crews(by_km)
        check_sheets(PLAN, by_km, False)
        check_sheets(HOURS, json.loads(ask(HOURS)[1]), True)
        check_gpx(by_km)
        check_kml(by_km)
        check_xlsx(by_km)
        check_map(by_km)
        check_refusals()
        check_command()
    finally:
        server.terminate()
        assert server.wait() == 0
finally:
    shutil.rmtree(folder)
print("ok")
