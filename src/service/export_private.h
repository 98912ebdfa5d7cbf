/* What the files of exports share. */
#ifndef SERVICE_EXPORT_PRIVATE_H
#define SERVICE_EXPORT_PRIVATE_H

#include "export/feature_file.h"
#include "service/export.h"

/* Whether the path leads to the store's own file. */
bool hs_service_is_store(const hs_service *service, const char *path);

/* A private folder that a file is made in. */
typedef struct hs_output {
    char *folder, *file;  /* file lies in folder */
    char *target, *shown; /* where it is to go; NULL for one without a name */
} hs_output;

/* `name` is the file's in the folder. Beside `target`, or where temporary files lie when that is NULL. */
hs_status hs_output_begin(const char *target, const char *name, hs_error *error, hs_output *output);
/* Puts the folder's files in their place, the main one last. */
hs_status hs_output_keep(const hs_output *output, hs_error *error);
/* Opens the file for reading. */
hs_status hs_output_open(const hs_output *output, hs_error *error, int *file, uint64_t *size);
uint64_t hs_output_bytes(const hs_output *output);
/* Removes the folder with all that is still in it. */
void hs_output_end(hs_output *output);

/* GeoJSON, straight from the columns. */
hs_status hs_export_geojson(const hs_feature_file *file, hs_error *error, uint64_t *written);

#endif
