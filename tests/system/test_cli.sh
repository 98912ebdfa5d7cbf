#!/usr/bin/env bash
# The command line: help, versions, exit codes, bad input.
set -uo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

# expect CODE TEXT COMMAND...: the exit status and a text in the output, either stream.
expect() {
    local code=$1 text=$2 output status
    shift 2
    output=$("$@" 2>&1)
    status=$?
    if [ "$status" != "$code" ] || ! grep -qF -- "$text" <<<"$output"; then
        printf 'FAILED: %s\n  exit %s (expected %s), expected text: %s\n%s\n' "$*" "$status" "$code" "$text" "$output"
        failures=$((failures + 1))
    fi
}

export LC_ALL=C.UTF-8
expect 0 'hotspotd 0.' "$HOTSPOTD" --version
expect 0 'import STORE KIND FILE' "$HOTSPOTD" --help
expect 0 '--rejects FILE' "$HOTSPOTD" import --help
expect 0 '坐标系' "$HOTSPOTD" import --help --lang zh
expect 2 'no command frobnicate' "$HOTSPOTD" frobnicate
expect 2 'usage' "$HOTSPOTD" import "$folder/a.gpkg"
expect 2 'no kind cats' "$HOTSPOTD" import "$folder/a.gpkg" cats x.csv
expect 2 'unrecognized option' "$HOTSPOTD" city "$folder/a.gpkg" --colour
expect 2 '--seed' "$HOTSPOTD" sample "$folder/a.gpkg" --seed minus
expect 4 'missing.gpkg' "$HOTSPOTD" city "$folder/missing.gpkg"
printf 'not a database' >"$folder/garbage.gpkg"
expect 4 'garbage.gpkg' "$HOTSPOTD" city "$folder/garbage.gpkg"
expect 3 'nowhere.csv' "$HOTSPOTD" import "$folder/city.gpkg" incidents "$folder/nowhere.csv"
expect 2 'no such zone' "$HOTSPOTD" city "$folder/city.gpkg" --timezone Mars/Olympus
expect 0 'Asia/Shanghai' "$HOTSPOTD" city "$folder/city.gpkg" --name 测试市 --timezone Asia/Shanghai

# One bad row never stops the good ones.
cat >"$folder/incidents.csv" <<'CSV'
id,category,reported,lon,lat
1,0504,2024-05-01 10:00,100.45,38.93
2,0504,yesterday or so,100.45,38.93
3,露天烧烤,2024-05-02 21:30,100.46,38.94
CSV
expect 1 'batch' "$HOTSPOTD" import "$folder/city.gpkg" incidents "$folder/incidents.csv" --rejects "$folder/rejects.csv"
expect 0 '2,"reported","yesterday or so"' cat "$folder/rejects.csv"
expect 1 'nothing changed' "$HOTSPOTD" import "$folder/city.gpkg" incidents "$folder/incidents.csv"
expect 0 '2 (2' "$HOTSPOTD" city "$folder/city.gpkg"
expect 0 'incidents.csv' "$HOTSPOTD" batches "$folder/city.gpkg"

cat >"$folder/square.geojson" <<'JSON'
{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "1"}, "geometry":
 {"type": "Polygon", "coordinates": [[[100.4, 38.9], [100.5, 38.9], [100.5, 39], [100.4, 39], [100.4, 38.9]]]}}]}
JSON

# What cannot be meant is said, and nothing is lost over it.
expect 3 'known as target' "$HOTSPOTD" import "$folder/city.gpkg" targets "$folder/incidents.csv"
expect 2 'no such reference system' "$HOTSPOTD" import "$folder/city.gpkg" incidents "$folder/incidents.csv" --crs foo
expect 0 'WGS 84' "$HOTSPOTD" import "$folder/named.gpkg" units "$folder/square.geojson" --level community --crs 'WGS 84'
expect 2 'names no part of a date' "$HOTSPOTD" import "$folder/city.gpkg" incidents "$folder/incidents.csv" --date-format foo
expect 2 'json is expected' "$HOTSPOTD" import "$folder/city.gpkg" incidents "$folder/incidents.csv" --progress xml
expect 2 'imported file itself' "$HOTSPOTD" import "$folder/city.gpkg" incidents "$folder/incidents.csv" --rejects "$folder/incidents.csv"
expect 2 'store itself' "$HOTSPOTD" import "$folder/city.gpkg" incidents "$folder/incidents.csv" --rejects "$folder/city.gpkg"
expect 0 '3,露天烧烤' cat "$folder/incidents.csv"
expect 0 '2 (2' "$HOTSPOTD" city "$folder/city.gpkg"
expect 0 'hotspotd 0.' "$HOTSPOTD" import --version
expect 0 '坐标系' "$HOTSPOTD" --lang zh import --help

# Files that are not what they should be.
printf 'a,b\n1,2\n' >"$folder/unknown.csv"
expect 3 'its columns are: a, b' "$HOTSPOTD" import "$folder/city.gpkg" incidents "$folder/unknown.csv"
{ seq -s, 1 20000; seq -s, 1 20000; } >"$folder/wide.csv"
expect 3 'columns or more' "$HOTSPOTD" import "$folder/city.gpkg" incidents "$folder/wide.csv"
mkfifo "$folder/pipe.csv"
expect 3 'is no file' "$HOTSPOTD" import "$folder/city.gpkg" incidents "$folder/pipe.csv"

# An external id that comes twice.
printf 'id,category,address,lon,lat\n1,0504,x,100.45,38.93\n2,0504,first,100.45,38.93\n2,0504,last,100.45,38.93\n' >"$folder/twice.csv"
expect 0 'repeat the external id of an earlier row (first: 2)' "$HOTSPOTD" import "$folder/twice.gpkg" incidents "$folder/twice.csv"
expect 0 '2 (2' "$HOTSPOTD" city "$folder/twice.gpkg"

# Dates beside the form that was given, and times without a place to take the zone from.
printf 'id,reported,lon,lat\n1,01/05/2024 06:03:00 PM,100.45,38.93\n2,02/06/2024,100.45,38.93\n' >"$folder/dates.csv"
expect 3 'can be read with the day or the month first' "$HOTSPOTD" import "$folder/dates.gpkg" incidents "$folder/dates.csv"
expect 0 'to 2024-02-05T16:00:00Z' "$HOTSPOTD" import "$folder/dates.gpkg" incidents "$folder/dates.csv" --date-format '%m/%d/%Y %I:%M:%S %p'
printf 'id,reported,address\n1,2024-05-01 10:00,Long Road 5\n' >"$folder/nowhere.csv"
expect 0 'were read as UTC' "$HOTSPOTD" import "$folder/nowhere.gpkg" incidents "$folder/nowhere.csv"
expect 0 'Asia/Shanghai' "$HOTSPOTD" city "$folder/nowhere.gpkg" --timezone Asia/Shanghai
expect 0 'updated 1' "$HOTSPOTD" import "$folder/nowhere.gpkg" incidents "$folder/nowhere.csv"

# A dry run of a store that is not there leaves none behind.
expect 1 'nothing was changed' "$HOTSPOTD" import "$folder/trial.gpkg" incidents "$folder/incidents.csv" --dry-run
expect 1 '' test -e "$folder/trial.gpkg"

[ "$failures" = 0 ] && echo "the command line holds"
exit $((failures > 0))
