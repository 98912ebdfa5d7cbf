/* What a Shapefile has beside its own files. */
#ifndef EXPORT_SHAPEFILE_H
#define EXPORT_SHAPEFILE_H

#include "export/short_names.h"
#include <hotspot/error.h>

/* Writes `X.shp.xml` beside `X.shp`: what field each column is (FGDC metadata, which GIS programs show). */
hs_status hs_shapefile_describe(const char *path, const hs_field *fields, char (*names)[HS_DBF_NAME_SIZE],
                                uint32_t count, hs_error *error);
/* Whether `X.shp`, `X.shx` and `X.dbf` are as long as they say and have `rows` rows: GDAL does not tell of
 * every write that failed. HS_E_IO. */
hs_status hs_shapefile_check(const char *path, const char *shown, uint64_t rows, hs_error *error);
/* Puts every file of a folder into a new archive. */
hs_status hs_zip_folder(const char *folder, const char *path, const char *shown, hs_error *error);

#endif
