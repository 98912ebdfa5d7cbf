-- A store of schema 2 as the program wrote it then: two communities, a taxonomy of three classes and five
-- incidents, of which two have no id of their own. Read by tests/system/test_kinds.py.
PRAGMA application_id=1196444487;
PRAGMA user_version=10300;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE gpkg_spatial_ref_sys ( srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES('Undefined Cartesian SRS',-1,'NONE',-1,'undefined','undefined Cartesian coordinate reference system');
INSERT INTO gpkg_spatial_ref_sys VALUES('Undefined geographic SRS',0,'NONE',0,'undefined','undefined geographic coordinate reference system');
INSERT INTO gpkg_spatial_ref_sys VALUES('WGS 84 geodetic',4326,'EPSG',4326,'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]','longitude and latitude in decimal degrees on WGS 84');
CREATE TABLE gpkg_contents ( table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
INSERT INTO gpkg_contents VALUES('settings','attributes','settings','What the city is','2026-01-25T21:35:57.247Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO gpkg_contents VALUES('batches','attributes','batches','Imports','2026-01-25T21:35:57.247Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO gpkg_contents VALUES('changes','attributes','changes','Versions of the store: one row a committed change','2026-01-25T21:35:57.247Z',NULL,NULL,NULL,NULL,NULL);
INSERT INTO gpkg_contents VALUES('units','features','units','Administrative units of all levels','2026-01-25T21:35:56.589Z',100.43999999999999772,38.920000000000001705,100.45999999999999374,38.929999999999999715,4326);
INSERT INTO gpkg_contents VALUES('streets','features','streets','Street centre lines as imported','2026-01-25T21:35:56.498Z',NULL,NULL,NULL,NULL,4326);
INSERT INTO gpkg_contents VALUES('addresses','features','addresses','Address points','2026-01-25T21:35:56.498Z',NULL,NULL,NULL,NULL,4326);
INSERT INTO gpkg_contents VALUES('places','features','places','Named points and areas','2026-01-25T21:35:56.499Z',NULL,NULL,NULL,NULL,4326);
INSERT INTO gpkg_contents VALUES('zones','features','zones','Areas with a meaning and hours','2026-01-25T21:35:56.499Z',NULL,NULL,NULL,NULL,4326);
INSERT INTO gpkg_contents VALUES('incidents','features','incidents','Reported problems','2026-01-25T21:35:57.247Z',100.4410000000000025,38.920999999999999374,100.45499999999999829,38.924999999999997158,4326);
INSERT INTO gpkg_contents VALUES('categories','attributes','categories','Classes of problems and groups of them','2026-01-25T21:35:56.921Z',NULL,NULL,NULL,NULL,NULL);
CREATE TABLE gpkg_geometry_columns ( table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name), CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name), CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
INSERT INTO gpkg_geometry_columns VALUES('units','geom','MULTIPOLYGON',4326,0,0);
INSERT INTO gpkg_geometry_columns VALUES('streets','geom','MULTILINESTRING',4326,0,0);
INSERT INTO gpkg_geometry_columns VALUES('addresses','geom','POINT',4326,0,0);
INSERT INTO gpkg_geometry_columns VALUES('places','geom','GEOMETRY',4326,0,0);
INSERT INTO gpkg_geometry_columns VALUES('zones','geom','MULTIPOLYGON',4326,0,0);
INSERT INTO gpkg_geometry_columns VALUES('incidents','geom','POINT',4326,0,0);
CREATE TABLE settings (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, key TEXT NOT NULL UNIQUE, value TEXT);
INSERT INTO settings VALUES(1,'store','hotspotd');
INSERT INTO settings VALUES(2,'schema_version','2');
INSERT INTO settings VALUES(3,'center_lon','100.4500000');
INSERT INTO settings VALUES(4,'center_lat','38.9250000');
INSERT INTO settings VALUES(5,'center_source','units');
INSERT INTO settings VALUES(6,'timezone','Asia/Shanghai');
INSERT INTO settings VALUES(7,'timezone_guessed','1');
CREATE TABLE batches (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, kind TEXT NOT NULL, source TEXT, started DATETIME NOT NULL, rows_read INTEGER NOT NULL, rows_added INTEGER NOT NULL, rows_updated INTEGER NOT NULL, rows_unchanged INTEGER NOT NULL, rows_rejected INTEGER NOT NULL, undone BOOLEAN NOT NULL, last_id INTEGER);
INSERT INTO batches VALUES(1,'units','units.geojson','2026-01-25T21:35:56.000Z',2,2,0,0,0,0,2);
INSERT INTO batches VALUES(2,'taxonomy','taxonomy.csv','2026-01-25T21:35:56.000Z',3,3,0,0,0,0,3);
INSERT INTO batches VALUES(3,'incidents','incidents.csv','2026-01-25T21:35:57.000Z',5,5,0,0,0,0,5);
CREATE TABLE changes (sequence INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, time DATETIME NOT NULL, part TEXT NOT NULL, kind TEXT NOT NULL, batch INTEGER, rewritten BOOLEAN NOT NULL);
INSERT INTO changes VALUES(1,'2026-01-25T21:35:56.588Z','geography','settings',NULL,0);
INSERT INTO changes VALUES(2,'2026-01-25T21:35:56.589Z','geography','settings',NULL,0);
INSERT INTO changes VALUES(3,'2026-01-25T21:35:56.589Z','geography','settings',NULL,0);
INSERT INTO changes VALUES(4,'2026-01-25T21:35:56.589Z','geography','units',1,0);
INSERT INTO changes VALUES(5,'2026-01-25T21:35:56.921Z','taxonomy','taxonomy',2,1);
INSERT INTO changes VALUES(6,'2026-01-25T21:35:57.246Z','settings','settings',NULL,0);
INSERT INTO changes VALUES(7,'2026-01-25T21:35:57.247Z','settings','settings',NULL,0);
INSERT INTO changes VALUES(8,'2026-01-25T21:35:57.247Z','incidents','incidents',3,0);
CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name TEXT NOT NULL, role TEXT NOT NULL, unit TEXT, token_hash TEXT NOT NULL UNIQUE, created DATETIME NOT NULL, revoked DATETIME);
CREATE TABLE answers (key TEXT PRIMARY KEY NOT NULL, request INTEGER NOT NULL, answer TEXT NOT NULL, created DATETIME NOT NULL);
CREATE TABLE mappings (kind TEXT NOT NULL, name TEXT NOT NULL, mapping TEXT NOT NULL, PRIMARY KEY (kind, name));
CREATE TABLE units (id INTEGER PRIMARY KEY NOT NULL, geom MULTIPOLYGON, code TEXT, name TEXT, name_en TEXT, level TEXT, parent TEXT, attributes TEXT, batch INTEGER, row_key INTEGER, row_hash INTEGER);
INSERT INTO units VALUES(1,X'47500003e6100000cdcccccccc1c59403d0ad7a3701d5940f6285c8fc2754340d7a3703d0a77434001060000000100000001030000000100000005000000cdcccccccc1c5940f6285c8fc27543403d0ad7a3701d5940f6285c8fc27543403d0ad7a3701d5940d7a3703d0a774340cdcccccccc1c5940d7a3703d0a774340cdcccccccc1c5940f6285c8fc2754340','620702001001','东',NULL,'community',NULL,'{"population":900}',1,3249928018300789372,7681279988793220055);
INSERT INTO units VALUES(2,X'47500003e61000005c8fc2f5281c5940cdcccccccc1c5940f6285c8fc2754340d7a3703d0a774340010600000001000000010300000001000000050000005c8fc2f5281c5940f6285c8fc2754340cdcccccccc1c5940f6285c8fc2754340cdcccccccc1c5940d7a3703d0a7743405c8fc2f5281c5940d7a3703d0a7743405c8fc2f5281c5940f6285c8fc2754340','620702001002','西',NULL,'community',NULL,'{"population":1100}',1,7785250193218898572,-6432681930157237463);
CREATE TABLE streets (id INTEGER PRIMARY KEY NOT NULL, geom MULTILINESTRING, name TEXT, name_en TEXT, road_class TEXT, left_from INTEGER, left_to INTEGER, right_from INTEGER, right_to INTEGER, layer INTEGER, attributes TEXT, batch INTEGER, row_key INTEGER, row_hash INTEGER);
CREATE TABLE addresses (id INTEGER PRIMARY KEY NOT NULL, geom POINT, street TEXT, number TEXT, unit TEXT, text TEXT, batch INTEGER, row_key INTEGER, row_hash INTEGER);
CREATE TABLE places (id INTEGER PRIMARY KEY NOT NULL, geom GEOMETRY, name TEXT, name_en TEXT, place_class TEXT, address TEXT, label_lon DOUBLE, label_lat DOUBLE, batch INTEGER, row_key INTEGER, row_hash INTEGER);
CREATE TABLE zones (id INTEGER PRIMARY KEY NOT NULL, geom MULTIPOLYGON, name TEXT, kind TEXT, hours TEXT, weekdays TEXT, valid_from DATETIME, valid_to DATETIME, batch INTEGER, row_key INTEGER, row_hash INTEGER);
CREATE TABLE incidents (id INTEGER PRIMARY KEY NOT NULL, geom POINT, external_id TEXT, category TEXT, reported DATETIME, occurred DATETIME, closed DATETIME, deadline DATETIME, source TEXT, status TEXT, address TEXT, department TEXT, description TEXT, unit TEXT, match_type TEXT, accuracy_m DOUBLE, weight DOUBLE, batch INTEGER, row_key INTEGER, row_hash INTEGER);
INSERT INTO incidents VALUES(1,X'47500001e61000000101000000be9f1a2fdd1c5940d9cef753e3754340','1','0510','2026-01-05T02:00:00.000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'given',0.0,1.0,3,7226359185497368530,1696766888725926865);
INSERT INTO incidents VALUES(2,X'47500001e610000001010000004e621058391c5940d9cef753e3754340','2','Pothole','2026-01-05T03:00:00.000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'given',0.0,1.0,3,-5011959374726909648,7061239816600080207);
INSERT INTO incidents VALUES(3,NULL,'3','noise','2026-01-05T03:00:00.000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'none',0.0,1.0,3,3269933188274145600,7993657651424999633);
INSERT INTO incidents VALUES(4,X'47500001e6100000010100000014ae47e17a1c59406666666666764340',NULL,'noise','2026-01-06T03:00:00.000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'no id',NULL,'given',0.0,1.0,3,-8671662063760635608,889706065715606796);
INSERT INTO incidents VALUES(5,X'47500001e6100000010100000085eb51b81e1d59406666666666764340',NULL,'0101','2026-01-07T03:00:00.000Z',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'no id',NULL,'given',0.0,1.0,3,-5390032077058794801,-934992249595245795);
CREATE TABLE categories (id INTEGER PRIMARY KEY NOT NULL, code TEXT, parent TEXT, name TEXT, name_en TEXT, department TEXT, colour TEXT, members TEXT, batch INTEGER, row_key INTEGER, row_hash INTEGER);
INSERT INTO categories VALUES(1,'01',NULL,'市容环境','Appearance',NULL,NULL,NULL,2,2983581967713240718,3116685712979664423);
INSERT INTO categories VALUES(2,'0101','01','私搭乱建','Building',NULL,NULL,NULL,2,-6012296198774675357,4092580784351015799);
INSERT INTO categories VALUES(3,'0510',NULL,'露天烧烤','Barbecue',NULL,NULL,NULL,2,1752154578328776954,-7105799343531299192);
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
  batch INT,
  row_key INT,
  row_hash INT
);
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
  batch INT,
  row_key INT,
  row_hash INT
);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('settings',7);
INSERT INTO sqlite_sequence VALUES('batches',3);
INSERT INTO sqlite_sequence VALUES('changes',8);
CREATE INDEX changes_part ON changes (part, sequence);
CREATE INDEX changes_rewritten ON changes (part, sequence) WHERE rewritten = 1;
CREATE INDEX answers_created ON answers (created);
CREATE INDEX streets_key ON streets (row_key, row_hash);
CREATE INDEX addresses_key ON addresses (row_key, row_hash);
CREATE INDEX places_key ON places (row_key, row_hash);
CREATE INDEX zones_key ON zones (row_key, row_hash);
CREATE INDEX categories_key ON categories (row_key, row_hash);
CREATE INDEX units_history_batch ON units_history (by_batch, id);
CREATE INDEX streets_history_batch ON streets_history (by_batch, id);
CREATE INDEX addresses_history_batch ON addresses_history (by_batch, id);
CREATE INDEX places_history_batch ON places_history (by_batch, id);
CREATE INDEX zones_history_batch ON zones_history (by_batch, id);
CREATE INDEX incidents_history_batch ON incidents_history (by_batch, id);
CREATE INDEX categories_history_batch ON categories_history (by_batch, id);
CREATE INDEX units_key ON units (row_key, row_hash);
CREATE INDEX incidents_key ON incidents (row_key, row_hash);
COMMIT;
