"""Import from PostgreSQL: geometries and plain columns, read again without change, and no password anywhere."""
import glob
import os
import pwd
import shutil
import socket
import subprocess
import tempfile

HOTSPOTD = os.environ["HOTSPOTD"]
PROGRAMS = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
assert PROGRAMS, "PostgreSQL is not installed: ./dev test does it"
folder = tempfile.mkdtemp()
store = os.path.join(folder, "city.gpkg")
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]


def demote():
    """The server refuses to run as root."""
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)


def server(program, *arguments):
    result = subprocess.run([os.path.join(PROGRAMS[-1], program), "-D", os.path.join(folder, "data"), *arguments],
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", preexec_fn=demote, check=False)
    assert result.returncode == 0, result.stderr


def sql(database, text):
    subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", str(port), "-U", "city", "-d",
                    database, "-c", text], check=True, stdout=subprocess.DEVNULL, env=dict(os.environ, PGPASSWORD="geheim"))


def run(*arguments, code=0):
    result = subprocess.run([HOTSPOTD, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == code, (result.returncode, result.stderr)
    assert "geheim" not in result.stdout + result.stderr, (result.stdout, result.stderr)
    return result


os.chmod(folder, 0o755)
os.mkdir(os.path.join(folder, "data"))
if os.getuid() == 0:
    shutil.chown(os.path.join(folder, "data"), "postgres")
password = os.path.join(folder, "password")
with open(password, "w") as file:
    file.write("geheim\n")
server("initdb", "-A", "scram-sha-256", "-U", "city", "--pwfile", password, "-E", "UTF8", "--no-locale")
server("pg_ctl", "-o", f"-p {port} -k '' -c listen_addresses=127.0.0.1", "-l", os.path.join(folder, "data", "log"), "-w",
       "start")
try:
    sql("postgres", "CREATE DATABASE hotline")
    sql("hotline", "CREATE EXTENSION postgis")
    sql("hotline", """
        CREATE TABLE cases (id text, category text, reported timestamptz, address text, geom geometry(Point, 4547));
        INSERT INTO cases SELECT 'c' || i, '0102', '2025-03-01 10:00+08', '南大街' || i || '号',
          ST_Transform(ST_SetSRID(ST_MakePoint(102.6 + i * 0.0001, 39.34), 4326), 4547) FROM generate_series(1, 500) i;
        CREATE TABLE list (id int, category text, reported timestamp, lon float8, lat float8);
        INSERT INTO list VALUES (1, '0510', '2025-03-01 19:30', 102.61, 39.34), (2, '0510', NULL, 'NaN', 39.34);
        CREATE TABLE areas (code text, name text, geom geometry(MultiPolygon, 4326));
        INSERT INTO areas VALUES ('990101', '区', ST_Multi(ST_MakeEnvelope(102.5, 39.2, 102.7, 39.4, 4326)))""")
    run("city", store, "--name", "x", "--timezone", "Asia/Shanghai")
    url = f"postgresql://city:geheim@127.0.0.1:{port}/hotline"
    words = f"PG:host=127.0.0.1 port={port} user=city password=geheim dbname=hotline"
    assert "added 1" in run("import", store, "units", url, "--layer", "areas", "--level", "district").stderr
    first = run("import", store, "incidents", url, "--layer", "cases").stderr
    assert "added 500" in first and "district 500" in first and "EPSG:4547" in first, first
    assert "nothing changed" in run("import", store, "incidents", words, "--layer", "cases").stderr
    again = run("import", store, "incidents", words, "--layer", "list").stderr
    assert "added 2" in again and "positioned 1" in again, again
    out = os.path.join(folder, "out.csv")
    run("export", store, "incidents", "-o", out)
    with open(out, encoding="utf-8") as file:
        text = file.read()
    assert "102.6001" in text and "2025-03-01T02:00:00Z" in text and "2025-03-01T11:30:00Z" in text, text[:400]
    assert "PostgreSQL database hotline" in run("batches", store).stdout
    run("import", store, "incidents", url.replace("geheim", "falsch"), "--layer", "cases", code=3)
    missing = run("import", store, "incidents", url, "--layer", "nothing", code=3).stderr
    assert "PostgreSQL database hotline has no layer nothing" in missing, missing
finally:
    server("pg_ctl", "-m", "immediate", "-w", "stop")
with open(store, "rb") as file:
    assert b"geheim" not in file.read()
shutil.rmtree(folder)
print("postgresql: all passed")
