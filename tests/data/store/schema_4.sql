-- A store of schema 4 as the program wrote it then: two communities and four incidents. Read by
-- tests/system/test_saved_hotspots.py.
PRAGMA application_id=1196444487;
PRAGMA user_version=10300;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE addresses (id INTEGER PRIMARY KEY NOT NULL, geom POINT, street TEXT, number TEXT, unit TEXT, text TEXT, batch INTEGER, row_key INTEGER, row_hash INTEGER);
CREATE TABLE addresses_history(
  by_batch,
  id INT,
  geom INT,
  street TEXT,
  number TEXT,
  unit TEXT,
  text TEXT,
  batch INT,
  row_key INT,
  row_hash INT
);
CREATE TABLE answers (key TEXT PRIMARY KEY NOT NULL, request INTEGER NOT NULL, answer TEXT NOT NULL, created DATETIME NOT NULL);
CREATE TABLE batches (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, kind TEXT NOT NULL, source TEXT, started DATETIME NOT NULL, rows_read INTEGER NOT NULL, rows_added INTEGER NOT NULL, rows_updated INTEGER NOT NULL, rows_unchanged INTEGER NOT NULL, rows_rejected INTEGER NOT NULL, undone BOOLEAN NOT NULL, last_id INTEGER);
INSERT INTO "batches" VALUES(1,'units','units.geojson','2026-11-27T11:45:40.000Z',2,2,0,0,0,0,2);
INSERT INTO "batches" VALUES(2,'incidents','i.csv','2026-11-27T11:45:40.000Z',4,4,0,0,0,0,4);
CREATE TABLE categories (id INTEGER PRIMARY KEY NOT NULL, code TEXT, parent TEXT, name TEXT, name_en TEXT, department TEXT, colour TEXT, members TEXT, aliases TEXT, duplicate_m DOUBLE, duplicate_hours DOUBLE, batch INTEGER, row_key INTEGER, row_hash INTEGER);
CREATE TABLE categories_history(
  by_batch,
  id INT,
  code TEXT,
  parent TEXT,
  name TEXT,
  name_en TEXT,
  department TEXT,
  colour TEXT,
  members TEXT,
  aliases TEXT,
  duplicate_m REAL,
  duplicate_hours REAL,
  batch INT,
  row_key INT,
  row_hash INT
);
CREATE TABLE changes (sequence INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, time DATETIME NOT NULL, part TEXT NOT NULL, kind TEXT NOT NULL, batch INTEGER, rewritten BOOLEAN NOT NULL);
INSERT INTO "changes" VALUES(1,'2026-11-27T11:45:40.353Z','geography','settings',NULL,0);
INSERT INTO "changes" VALUES(2,'2026-11-27T11:45:40.353Z','geography','settings',NULL,0);
INSERT INTO "changes" VALUES(3,'2026-11-27T11:45:40.353Z','geography','settings',NULL,0);
INSERT INTO "changes" VALUES(4,'2026-11-27T11:45:40.353Z','geography','units',1,0);
INSERT INTO "changes" VALUES(5,'2026-11-27T11:45:40.882Z','settings','settings',NULL,0);
INSERT INTO "changes" VALUES(6,'2026-11-27T11:45:40.882Z','settings','settings',NULL,0);
INSERT INTO "changes" VALUES(7,'2026-11-27T11:45:40.882Z','incidents','incidents',2,0);
CREATE TABLE decisions (id INTEGER PRIMARY KEY NOT NULL, geom POINT, address_key TEXT, address TEXT, action TEXT, match_type TEXT, accuracy_m DOUBLE, label TEXT, target TEXT, note TEXT, decided_by TEXT, decided DATETIME, remembered BOOLEAN, last_incident INTEGER, batch INTEGER, row_key INTEGER, row_hash INTEGER);
CREATE TABLE decisions_history(
  by_batch,
  id INT,
  geom INT,
  address_key TEXT,
  address TEXT,
  "action" TEXT,
  match_type TEXT,
  accuracy_m REAL,
  label TEXT,
  target TEXT,
  note TEXT,
  decided_by TEXT,
  decided NUM,
  remembered NUM,
  last_incident INT,
  batch INT,
  row_key INT,
  row_hash INT
);
CREATE TABLE gpkg_contents ( table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
INSERT INTO "gpkg_contents" VALUES('settings','attributes','settings','What the city is','2026-11-27T11:45:40.882Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "gpkg_contents" VALUES('batches','attributes','batches','Imports','2026-11-27T11:45:40.882Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "gpkg_contents" VALUES('changes','attributes','changes','Versions of the store: one row a committed change','2026-11-27T11:45:40.882Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "gpkg_contents" VALUES('units','features','units','Administrative units of all levels','2026-11-27T11:45:40.353Z',100.44,38.91,100.46,38.93,4326);
INSERT INTO "gpkg_contents" VALUES('streets','features','streets','Street centre lines as imported','2026-11-27T11:45:40.259Z',NULL,NULL,NULL,NULL,4326);
INSERT INTO "gpkg_contents" VALUES('addresses','features','addresses','Address points','2026-11-27T11:45:40.259Z',NULL,NULL,NULL,NULL,4326);
INSERT INTO "gpkg_contents" VALUES('places','features','places','Named points and areas','2026-11-27T11:45:40.259Z',NULL,NULL,NULL,NULL,4326);
INSERT INTO "gpkg_contents" VALUES('zones','features','zones','Areas with a meaning and hours','2026-11-27T11:45:40.259Z',NULL,NULL,NULL,NULL,4326);
INSERT INTO "gpkg_contents" VALUES('incidents','features','incidents','Reported problems','2026-11-27T11:45:40.882Z',100.442,38.914,100.455,38.92,4326);
INSERT INTO "gpkg_contents" VALUES('categories','attributes','categories','Classes of problems and groups of them','2026-11-27T11:45:40.259Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "gpkg_contents" VALUES('targets','attributes','targets','What was promised','2026-11-27T11:45:40.259Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "gpkg_contents" VALUES('population','features','population','People by unit, area or point','2026-11-27T11:45:40.259Z',NULL,NULL,NULL,NULL,4326);
INSERT INTO "gpkg_contents" VALUES('decisions','features','decisions','What was decided about addresses','2026-11-27T11:45:40.259Z',NULL,NULL,NULL,NULL,4326);
CREATE TABLE gpkg_geometry_columns ( table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name), CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name), CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
INSERT INTO "gpkg_geometry_columns" VALUES('units','geom','MULTIPOLYGON',4326,0,0);
INSERT INTO "gpkg_geometry_columns" VALUES('streets','geom','MULTILINESTRING',4326,0,0);
INSERT INTO "gpkg_geometry_columns" VALUES('addresses','geom','POINT',4326,0,0);
INSERT INTO "gpkg_geometry_columns" VALUES('places','geom','GEOMETRY',4326,0,0);
INSERT INTO "gpkg_geometry_columns" VALUES('zones','geom','MULTIPOLYGON',4326,0,0);
INSERT INTO "gpkg_geometry_columns" VALUES('incidents','geom','POINT',4326,0,0);
INSERT INTO "gpkg_geometry_columns" VALUES('population','geom','GEOMETRY',4326,0,0);
INSERT INTO "gpkg_geometry_columns" VALUES('decisions','geom','POINT',4326,0,0);
CREATE TABLE gpkg_spatial_ref_sys ( srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO "gpkg_spatial_ref_sys" VALUES('Undefined Cartesian SRS',-1,'NONE',-1,'undefined','undefined Cartesian coordinate reference system');
INSERT INTO "gpkg_spatial_ref_sys" VALUES('Undefined geographic SRS',0,'NONE',0,'undefined','undefined geographic coordinate reference system');
INSERT INTO "gpkg_spatial_ref_sys" VALUES('WGS 84 geodetic',4326,'EPSG',4326,'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]','longitude and latitude in decimal degrees on WGS 84');
CREATE TABLE incidents (id INTEGER PRIMARY KEY NOT NULL, geom POINT, external_id TEXT, category TEXT, reported DATETIME, occurred DATETIME, closed DATETIME, deadline DATETIME, source TEXT, status TEXT, address TEXT, department TEXT, description TEXT, unit TEXT, match_type TEXT, accuracy_m DOUBLE, weight DOUBLE, reviewed BOOLEAN, batch INTEGER, row_key INTEGER, row_hash INTEGER);
INSERT INTO "incidents" VALUES(1,X'47500001E610000001010000003F355EBA491C594085EB51B81E754340','1','01','2024-03-01T00:00:00.000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'given',0.0,1.0,NULL,2,7226359185497368530,62799222705491055);
INSERT INTO "incidents" VALUES(2,X'47500001E610000001010000003108AC1C5A1C59406891ED7C3F754340','2','01','2024-03-02T00:00:00.000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'given',0.0,1.0,NULL,2,-5011959374726909648,4954050476209203586);
INSERT INTO "incidents" VALUES(3,X'47500001E6100000010100000085EB51B81E1D5940F6285C8FC2754340','3','01','2024-03-03T00:00:00.000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'given',0.0,1.0,NULL,2,3269933188274145600,-1087148103476609282);
INSERT INTO "incidents" VALUES(4,X'47500001E6100000010100000023DBF97E6A1C5940A245B6F3FD744340','4','01','2024-03-04T00:00:00.000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'given',0.0,1.0,NULL,2,-3788271407634737294,3377899236112503312);
CREATE TABLE incidents_history(
  by_batch,
  id INT,
  geom INT,
  external_id TEXT,
  category TEXT,
  reported NUM,
  occurred NUM,
  closed NUM,
  deadline NUM,
  source TEXT,
  status TEXT,
  address TEXT,
  department TEXT,
  description TEXT,
  unit TEXT,
  match_type TEXT,
  accuracy_m REAL,
  weight REAL,
  reviewed NUM,
  batch INT,
  row_key INT,
  row_hash INT
);
CREATE TABLE mappings (kind TEXT NOT NULL, name TEXT NOT NULL, mapping TEXT NOT NULL, PRIMARY KEY (kind, name));
CREATE TABLE places (id INTEGER PRIMARY KEY NOT NULL, geom GEOMETRY, name TEXT, name_en TEXT, place_class TEXT, address TEXT, label_lon DOUBLE, label_lat DOUBLE, batch INTEGER, row_key INTEGER, row_hash INTEGER);
CREATE TABLE places_history(
  by_batch,
  id INT,
  geom NUM,
  name TEXT,
  name_en TEXT,
  place_class TEXT,
  address TEXT,
  label_lon REAL,
  label_lat REAL,
  batch INT,
  row_key INT,
  row_hash INT
);
CREATE TABLE population (id INTEGER PRIMARY KEY NOT NULL, geom GEOMETRY, unit TEXT, population DOUBLE, batch INTEGER, row_key INTEGER, row_hash INTEGER);
CREATE TABLE population_history(
  by_batch,
  id INT,
  geom NUM,
  unit TEXT,
  population REAL,
  batch INT,
  row_key INT,
  row_hash INT
);
CREATE TABLE settings (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, key TEXT NOT NULL UNIQUE, value TEXT);
INSERT INTO "settings" VALUES(1,'store','hotspotd');
INSERT INTO "settings" VALUES(2,'schema_version','4');
INSERT INTO "settings" VALUES(3,'center_lon','100.4500000');
INSERT INTO "settings" VALUES(4,'center_lat','38.9200000');
INSERT INTO "settings" VALUES(5,'center_source','units');
INSERT INTO "settings" VALUES(6,'timezone','Asia/Shanghai');
INSERT INTO "settings" VALUES(7,'timezone_guessed','1');
CREATE TABLE streets (id INTEGER PRIMARY KEY NOT NULL, geom MULTILINESTRING, name TEXT, name_en TEXT, road_class TEXT, left_from INTEGER, left_to INTEGER, right_from INTEGER, right_to INTEGER, layer INTEGER, attributes TEXT, batch INTEGER, row_key INTEGER, row_hash INTEGER);
CREATE TABLE streets_history(
  by_batch,
  id INT,
  geom NUM,
  name TEXT,
  name_en TEXT,
  road_class TEXT,
  left_from INT,
  left_to INT,
  right_from INT,
  right_to INT,
  layer INT,
  attributes TEXT,
  batch INT,
  row_key INT,
  row_hash INT
);
CREATE TABLE targets (id INTEGER PRIMARY KEY NOT NULL, unit TEXT, category TEXT, valid_from DATE, valid_to DATE, target DOUBLE, batch INTEGER, row_key INTEGER, row_hash INTEGER);
CREATE TABLE targets_history(
  by_batch,
  id INT,
  unit TEXT,
  category TEXT,
  valid_from NUM,
  valid_to NUM,
  target REAL,
  batch INT,
  row_key INT,
  row_hash INT
);
CREATE TABLE units (id INTEGER PRIMARY KEY NOT NULL, geom MULTIPOLYGON, code TEXT, name TEXT, name_en TEXT, level TEXT, parent TEXT, attributes TEXT, batch INTEGER, row_key INTEGER, row_hash INTEGER);
INSERT INTO "units" VALUES(1,X'47500003E61000005C8FC2F5281C5940CDCCCCCCCC1C594014AE47E17A744340D7A3703D0A774340010600000001000000010300000001000000050000005C8FC2F5281C594014AE47E17A744340CDCCCCCCCC1C594014AE47E17A744340CDCCCCCCCC1C5940D7A3703D0A7743405C8FC2F5281C5940D7A3703D0A7743405C8FC2F5281C594014AE47E17A744340','A','甲社区',NULL,'community',NULL,NULL,1,-4875309165373424469,44221932238710322);
INSERT INTO "units" VALUES(2,X'47500003E6100000CDCCCCCCCC1C59403D0AD7A3701D594014AE47E17A744340D7A3703D0A77434001060000000100000001030000000100000005000000CDCCCCCCCC1C594014AE47E17A7443403D0AD7A3701D594014AE47E17A7443403D0AD7A3701D5940D7A3703D0A774340CDCCCCCCCC1C5940D7A3703D0A774340CDCCCCCCCC1C594014AE47E17A744340','B','乙社区',NULL,'community',NULL,NULL,1,5833506742318968732,-7005698307637501479);
CREATE TABLE units_history(
  by_batch,
  id INT,
  geom NUM,
  code TEXT,
  name TEXT,
  name_en TEXT,
  level TEXT,
  parent TEXT,
  attributes TEXT,
  batch INT,
  row_key INT,
  row_hash INT
);
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, unit TEXT, token_hash TEXT NOT NULL UNIQUE, created DATETIME NOT NULL, revoked DATETIME);
CREATE TABLE zones (id INTEGER PRIMARY KEY NOT NULL, geom MULTIPOLYGON, name TEXT, kind TEXT, hours TEXT, weekdays TEXT, valid_from DATETIME, valid_to DATETIME, batch INTEGER, row_key INTEGER, row_hash INTEGER);
CREATE TABLE zones_history(
  by_batch,
  id INT,
  geom NUM,
  name TEXT,
  kind TEXT,
  hours TEXT,
  weekdays TEXT,
  valid_from NUM,
  valid_to NUM,
  batch INT,
  row_key INT,
  row_hash INT
);
CREATE INDEX changes_part ON changes (part, sequence);
CREATE INDEX changes_rewritten ON changes (part, sequence) WHERE rewritten = 1;
CREATE INDEX answers_created ON answers (created);
CREATE INDEX streets_key ON streets (row_key, row_hash);
CREATE INDEX addresses_key ON addresses (row_key, row_hash);
CREATE INDEX places_key ON places (row_key, row_hash);
CREATE INDEX zones_key ON zones (row_key, row_hash);
CREATE INDEX categories_key ON categories (row_key, row_hash);
CREATE INDEX targets_key ON targets (row_key, row_hash);
CREATE INDEX population_key ON population (row_key, row_hash);
CREATE INDEX decisions_key ON decisions (row_key, row_hash);
CREATE INDEX units_history_batch ON units_history (by_batch, id);
CREATE INDEX streets_history_batch ON streets_history (by_batch, id);
CREATE INDEX addresses_history_batch ON addresses_history (by_batch, id);
CREATE INDEX places_history_batch ON places_history (by_batch, id);
CREATE INDEX zones_history_batch ON zones_history (by_batch, id);
CREATE INDEX incidents_history_batch ON incidents_history (by_batch, id);
CREATE INDEX categories_history_batch ON categories_history (by_batch, id);
CREATE INDEX targets_history_batch ON targets_history (by_batch, id);
CREATE INDEX population_history_batch ON population_history (by_batch, id);
CREATE INDEX decisions_history_batch ON decisions_history (by_batch, id);
CREATE INDEX units_key ON units (row_key, row_hash);
CREATE INDEX incidents_key ON incidents (row_key, row_hash);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('settings',7);
INSERT INTO "sqlite_sequence" VALUES('batches',2);
INSERT INTO "sqlite_sequence" VALUES('changes',7);
COMMIT;
