/* What a Shapefile has beside its own files. */
#ifndef EXPORT_SHAPEFILE_H
#define EXPORT_SHAPEFILE_H

#include "export/short_names.h"
#include <hotspot/error.h>

/* Writes `X.shp.xml` beside `X.shp`: what field each column is (FGDC metadata, which GIS programs show). */
hs_status hs_shapefile_describe(const char *path, const hs_field *fields, char (*names)[HS_DBF_NAME_SIZE],
                                uint32_t count, hs_error *error);
/* Puts every file of a folder into a new archive. */
hs_status hs_zip_folder(const char *folder, const char *path, const char *shown, hs_error *error);

#endif
