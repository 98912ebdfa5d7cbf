"""The GIS servers that are compared, each private to the run and on one core, and a client that takes little
time of its own."""
import contextlib
import glob
import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

SERVER_CORE, CLIENT_CORE = 0, max(0, (os.cpu_count() or 1) - 1)
POINT_FIELDS = "id, category, category_zh, category_en, reported, source, status, match_type, accuracy_m"


def pinned(command):
    return ["taskset", "-c", str(SERVER_CORE), *[str(c) for c in command]]


def cpu_s(pids):
    """Processor time that processes have used, with all their threads."""
    total = 0
    for pid in pids:
        for task in glob.glob(f"/proc/{pid}/task/*/schedstat"):
            with contextlib.suppress(OSError):
                total += int(Path(task).read_text().split()[0])
    return total / 1e9


class Client:
    """One connection that stays open; `connect` gives a socket."""

    def __init__(self, connect):
        self.connect = connect
        self.socket = connect()

    def get(self, target):
        """Status and body."""
        request = f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        self.socket.sendall(request)
        data = bytearray()
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self.receive()
        head = bytes(data[:end]).decode("latin-1").lower()
        body = data[end + 4:]
        status = int(head[9:12])
        if "content-length:" in head:
            size = int(head.split("content-length:")[1].split("\r\n")[0])
            while len(body) < size:
                body += self.receive()
        elif status == 200 and "chunked" in head:
            while not body.endswith(b"\r\n0\r\n\r\n") and body != b"0\r\n\r\n":
                body += self.receive()
        return status, bytes(body)

    def receive(self):
        piece = self.socket.recv(1 << 18)
        if not piece:
            raise ConnectionError("the server closed the connection")
        return piece


def tcp(port):
    def connect():
        made = socket.create_connection(("127.0.0.1", port))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made
    return connect


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def demote():
    """PostgreSQL refuses to run as root."""
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)


@contextlib.contextmanager
def postgis(folder):
    """A PostgreSQL server of the run's own on a socket in the folder: the folder to connect to. None where there
    is none."""
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not programs:
        yield None
        return
    data = folder / "postgres"
    data.mkdir()
    if os.getuid() == 0:
        shutil.chown(data, "postgres")

    def server(program, *arguments):
        subprocess.run(pinned([Path(programs[-1]) / program, "-D", data / "data", *arguments]), check=True, cwd="/",
                       stdout=subprocess.DEVNULL, preexec_fn=demote)
    server("initdb", "-A", "trust", "-U", "bench", "-E", "UTF8", "--no-locale")
    server("pg_ctl", "-o", f"-k {data} -c listen_addresses= -c jit=off -c shared_buffers=512MB -c work_mem=64MB "
           "-c max_parallel_workers_per_gather=0 -c fsync=off -c autovacuum=off", "-l", data / "log", "-w", "start")
    try:
        yield data
    finally:
        server("pg_ctl", "-m", "immediate", "stop")


def ogr_to_postgis(data, path, layer, table, crs, *more):
    subprocess.run(["ogr2ogr", "-f", "PostgreSQL", f"PG:host={data} user=bench dbname=postgres", str(path), layer, "-nln", table,
                    "-t_srs", crs, "-lco", "GEOMETRY_NAME=geom", "-lco", "FID=fid", *more], check=True, capture_output=True)


def fill_postgis(data, csv_path, lines, package):
    """Tables already in Web Mercator, clustered by place: nothing is left to be transformed per request."""
    import psycopg2
    connection = psycopg2.connect(host=str(data), user="bench", dbname="postgres")
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute("CREATE EXTENSION postgis")
    cursor.execute("CREATE TABLE raw (id text, category text, reported text, source text, status text, lon float8, lat float8)")
    with open(csv_path, encoding="utf-8") as source:
        cursor.copy_expert("COPY raw FROM STDIN WITH (FORMAT csv, HEADER)", source)
    cursor.execute(f"""CREATE TABLE incidents AS SELECT row_number() OVER (ORDER BY id)::int AS fid, id, category,
        '暴露垃圾' AS category_zh, 'Exposed garbage' AS category_en, reported, source, status, 'given' AS match_type, 0 AS accuracy_m,
        ST_SetSRID(ST_MakePoint(lon, lat), 4326) AS place, ST_Transform(ST_SetSRID(ST_MakePoint(lon, lat), 4326), 3857) AS geom
        FROM raw""")
    cursor.execute("ALTER TABLE incidents ADD PRIMARY KEY (fid)")
    ogr_to_postgis(data, lines, "streets", "streets", "EPSG:3857")
    ogr_to_postgis(data, package, "neighborhoods", "units", "EPSG:3857", "-nlt", "PROMOTE_TO_MULTI")
    # What a feature of ours has besides, as it would lie in a table: of some length, nothing to be computed.
    cursor.execute("""CREATE TABLE more AS SELECT fid, NULL::text AS occurred, NULL::text AS closed, NULL::text AS deadline, NULL::text AS address, NULL::text AS department,
        NULL::text AS description, '79' AS unit, NULL::text AS city,
        NULL::text AS district, NULL::text AS subdistrict, '79' AS community, NULL::text AS cell, 'Riverview Dr' AS street,
        15848 AS street_id, 383571 AS segment, 1 AS weight, 3 AS batch, NULL::text AS category_text FROM incidents""")
    cursor.execute("CREATE TABLE pages AS SELECT * FROM incidents JOIN more USING (fid) ORDER BY fid")
    cursor.execute("ALTER TABLE pages ADD PRIMARY KEY (fid)")
    cursor.execute("VACUUM ANALYZE pages")
    for table in ("incidents", "streets", "units"):
        cursor.execute(f"CREATE INDEX {table}_place ON {table} USING gist (geom)")
        cursor.execute(f"CLUSTER {table} USING {table}_place")
        cursor.execute(f"VACUUM ANALYZE {table}")
    return connection


MAPFILE = """MAP
  NAME "bench"
  EXTENT -20037508 -20037508 20037508 20037508
  SIZE 256 256
  UNITS METERS
  IMAGETYPE png
  MAXSIZE 4096
  PROJECTION "init=epsg:3857" END
  OUTPUTFORMAT NAME "mvt" DRIVER MVT FORMATOPTION "EXTENT=4096" FORMATOPTION "EDGE_BUFFER=4" END
  OUTPUTFORMAT NAME "png" DRIVER "AGG/PNG" IMAGEMODE RGBA TRANSPARENT ON END
  OUTPUTFORMAT NAME "geojson" DRIVER "OGR/GEOJSON" MIMETYPE "application/json" FORMATOPTION "STORAGE=stream"
    FORMATOPTION "FORM=simple" END
  WEB METADATA "ows_enable_request" "*" "ows_title" "bench" "ows_srs" "EPSG:3857 EPSG:4326" "ows_onlineresource" "http://localhost/"
    END END
  LAYER NAME "incidents" TYPE POINT STATUS ON
    {points}
    PROJECTION "init=epsg:3857" END
    METADATA "gml_include_items" "all" "wfs_getfeature_formatlist" "geojson" "gml_featureid" "id" "wfs_title" "incidents"
      "wfs_srs" "EPSG:4326" END
    CLASS STYLE COLOR 255 0 0 SIZE 3 END END
  END
  LAYER NAME "streets" TYPE LINE STATUS ON
    {lines}
    PROJECTION "init=epsg:3857" END
    METADATA "gml_include_items" "all" END
    LABELITEM "name"
    CLASS STYLE COLOR 255 255 255 WIDTH 2 END
      LABEL TYPE TRUETYPE SIZE 8 COLOR 60 60 60 OUTLINECOLOR 255 255 255 ANGLE FOLLOW END END
  END
  LAYER NAME "units" TYPE POLYGON STATUS ON
    {units}
    PROJECTION "init=epsg:3857" END
    CLASS STYLE COLOR 240 240 235 OUTLINECOLOR 120 120 120 WIDTH 1 END END
  END
  {densities}
END
"""
DENSITY = """LAYER NAME "density{radius}" TYPE RASTER STATUS ON
    CONNECTIONTYPE KERNELDENSITY CONNECTION "incidents"
    PROCESSING "RANGE_COLORSPACE=HSL" PROCESSING "KERNELDENSITY_RADIUS={radius}" PROCESSING "KERNELDENSITY_COMPUTE_BORDERS=ON"
    PROCESSING "KERNELDENSITY_NORMALIZATION=AUTO"
    OFFSITE 0 0 0
    CLASS STYLE COLORRANGE 255 255 178 189 0 38 DATARANGE 1 255 END END
  END"""
NGINX = """{user}daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.error;
events {{ worker_connections 64; }}
http {{ access_log off; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5; keepalive_requests 1000000;
  upstream mapserver {{ server unix:{folder}/mapserver.sock; keepalive 2; }}
  server {{ listen 127.0.0.1:{port};
    location / {{ fastcgi_pass mapserver; fastcgi_keep_conn on; fastcgi_buffers 64 64k; fastcgi_buffer_size 64k;
      fastcgi_param QUERY_STRING $query_string; fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param SERVER_NAME localhost; fastcgi_param SERVER_PORT {port}; fastcgi_param SCRIPT_NAME /;
      fastcgi_param MS_MAPFILE {mapfile}; }} }} }}
"""


def shapefile(folder, source, layer, name, *more):
    """With the spatial index that MapServer reads fastest."""
    target = folder / f"{name}.shp"
    subprocess.run(["ogr2ogr", "-f", "ESRI Shapefile", str(target), *more, str(source), layer, "-t_srs", "EPSG:3857", "-lco",
                    "ENCODING=UTF-8"], check=True, capture_output=True)
    subprocess.run(["shptree", str(target)], check=True, capture_output=True)
    return target


@contextlib.contextmanager
def mapserver(folder, csv_path, lines, package, radii):
    """MapServer as FastCGI behind nginx on shapefiles: its port and the processes. None where it is not installed."""
    program = next((p for p in ("/usr/lib/cgi-bin/mapserv", "/usr/bin/mapserv") if os.path.exists(p)), None)
    if not program or not all(shutil.which(p) for p in ("nginx", "spawn-fcgi", "shptree")):
        yield None, []
        return
    place = folder / "mapserver"
    place.mkdir()
    shapes = {"points": shapefile(place, csv_path, csv_path.stem, "points", "-oo", "X_POSSIBLE_NAMES=lon", "-oo",
                                  "Y_POSSIBLE_NAMES=lat", "-s_srs", "EPSG:4326"),
              "lines": shapefile(place, lines, "streets", "lines"), "units": shapefile(place, package, "neighborhoods", "units")}
    mapfile, port = place / "bench.map", free_port()
    mapfile.write_text(MAPFILE.format(densities="\n".join(DENSITY.format(radius=r) for r in radii),
                                      **{name: f'DATA "{path}"' for name, path in shapes.items()}))
    (place / "mapserver.conf").write_text('CONFIG ENV MS_MAP_PATTERN "." END END\n')
    (place / "nginx.conf").write_text(NGINX.format(folder=place, port=port, mapfile=mapfile, user="user root; " if os.getuid() == 0 else ""))
    environment = dict(os.environ, MAPSERVER_CONFIG_FILE=str(place / "mapserver.conf"))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    worker = subprocess.Popen(pinned(["spawn-fcgi", "-n", "-s", place / "mapserver.sock", "--", program]), env=environment, **quiet)
    front = subprocess.Popen(pinned([shutil.which("nginx"), "-c", place / "nginx.conf", "-p", place, "-e", place / "nginx.error"]),
                             **quiet)
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                tcp(port)().close()
                break
            time.sleep(0.1)
        children = Path(f"/proc/{front.pid}/task/{front.pid}/children").read_text().split()
        yield port, [worker.pid, front.pid, *map(int, children)]
    finally:
        front.terminate()
        worker.kill()  # it waits for requests through signals
        for process in (front, worker):
            process.wait(timeout=30)
