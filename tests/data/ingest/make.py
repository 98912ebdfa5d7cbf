#!/usr/bin/python3
"""Writes the small files of this folder. Shapefiles by hand (struct), so that no library decides their form."""
import pathlib
import struct

here = pathlib.Path(__file__).parent


def write(name, text, encoding="utf-8"):
    (here / name).write_bytes(text.encode(encoding))


write("incidents_en.csv", """Case ID,Complaint Type,Date Reported,Date Closed,Incident Address,Latitude,Longitude
0012,noise,01/05/2024 06:03:00 PM,01/25/2024,12 High St,38.5,-90.25
0013,litter,02/06/2024 12:00:00 AM,,,0,0
0014,litter,not a date,,13 High St,38.6,-90.26
0015,NULL,02/07/2024,N/A,NA,,
0016,noise,02/08/2024,,14 High St,north,-90.2
""")
write("incidents_ambiguous.csv", """id,date,category
1,01/05/2024 18:03,noise
2,02/06/2024 18:03,noise
""")
write("incidents_clock.csv", """id;date;time;category;x;y
1;31.12.2020;18:03;noise;500000;4000000
2;1.1.2021;;noise;;
""")
chinese = """案件编号,问题类别,上报时间,结案时间,案发地点,经度,纬度,处置部门
A001,占道经营,2024/1/5 18:03,2024/1/6 9:00,甘州区南大街12号,100.4497,38.9259,城管局
A002,露天烧烤,2024年1月7日,,甘州区东大街,100.4612,38.9301,城管局
"""
write("incidents_utf8.csv", "\ufeff" + chinese)
write("incidents_gb18030.csv", chinese, "gb18030")
write("incidents_utf16.csv", chinese, "utf-16")
write("incidents_big5.csv", """案件編號,問題類別,上報時間,地點,經度,緯度
B001,違規設攤,2024/1/5 18:03,花蓮市中山路一段12號,121.6067,23.9769
B002,亂丟垃圾,2024/1/6 07:30,花蓮市中正路,121.6101,23.9772
""", "big5")
write("places_1252.csv", "name,class,lon,lat\nCafé Peña,cafe,2.35,48.85\nMarché,market,2.36,48.86\n", "cp1252")
write("swapped.csv", "name,lon,lat\n" + "".join(f"Gate {i},38.{i},100.4{i}\n" for i in range(1, 6)))
write("units.geojson", """{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"code":"01","name":"North","parent":"0","people":120,"note":null},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1],[0,0]]]}},
{"type":"Feature","properties":{"code":"02","name":"Bow tie","parent":"0","people":80,"note":"crossed"},"geometry":{"type":"Polygon","coordinates":[[[2,0],[3,1],[3,0],[2,1],[2,0]]]}},
{"type":"Feature","properties":{"code":"03","name":"Point","parent":"0","people":1,"note":"no area"},"geometry":{"type":"Point","coordinates":[0,0]}},
{"type":"Feature","properties":{"code":"04","name":"None","parent":"0","people":2,"note":"nothing"},"geometry":null}
]}
""")
write("taxonomy.csv", "code,parent,name,name_en,department,colour\n01,,市容环境,Appearance,城管,#c04000\n"
      "0101,01,私搭乱建,Unauthorised building,城管,red\n,01,无码,No code,,\n")


def shapefile(stem, shape_type, records, fields, rows, encoding, cpg):
    """records: bytes of shapes; fields: (name, type, width, decimals)."""
    offset, index, body = 50, b"", b""
    for number, record in enumerate(records, 1):
        index += struct.pack(">ii", offset, len(record) // 2)
        body += struct.pack(">ii", number, len(record) // 2) + record
        offset += 4 + len(record) // 2

    def head(words):
        return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, words) + struct.pack("<ii8d", 1000, shape_type, 0, 0, 10, 10, 0, 0, 0, 0)

    (here / f"{stem}.shp").write_bytes(head(50 + len(body) // 2) + body)
    (here / f"{stem}.shx").write_bytes(head(50 + len(index) // 2) + index)
    width = 1 + sum(f[2] for f in fields)
    dbf = struct.pack("<BBBBIHH20x", 3, 124, 1, 1, len(rows), 33 + 32 * len(fields), width)
    for name, kind, size, decimals in fields:
        dbf += name.encode(encoding).ljust(11, b"\0") + kind.encode() + b"\0" * 4 + bytes([size, decimals]) + b"\0" * 14
    dbf += b"\r"
    for row in rows:
        dbf += b" "
        for value, (_, kind, size, _) in zip(row, fields):
            raw = value.encode(encoding)
            dbf += raw.rjust(size) if kind == "N" else raw.ljust(size)
    (here / f"{stem}.dbf").write_bytes(dbf + b"\x1a")
    if cpg:
        (here / f"{stem}.cpg").write_text(cpg)


def line(points):
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return (struct.pack("<i4dii", 3, min(xs), min(ys), max(xs), max(ys), 1, len(points)) + struct.pack("<i", 0)
            + b"".join(struct.pack("<2d", *p) for p in points))


shapefile("streets_gbk", 3, [line([(100.44, 38.92), (100.45, 38.92)]), line([(100.44, 38.93), (100.44, 38.94)])],
          [("名称", "C", 40, 0), ("CODE", "N", 12, 1), ("LFROMADD", "C", 8, 0), ("LTOADD", "C", 8, 0),
           ("RFROMADD", "C", 8, 0), ("RTOADD", "C", 8, 0)],
          [("南大街的道路名称", "51.0", "1", "99", "2", "98"), ("东大街", "7.0", "", "", "", "")], "gbk", None)
