/* Bodies of multipart/form-data, or a file itself, written to files of a folder of their own as they come. */
#ifndef HTTP_UPLOAD_H
#define HTTP_UPLOAD_H

#include "http/http.h"
#include <microhttpd.h>

typedef struct hs_upload_reader hs_upload_reader;

/* Makes the folder under `parent`. `raw`: the body is one file. HS_E_UNSUPPORTED: it is not, and the
 * request's Content-Type is no form; HS_E_IO: the
 * folder cannot be made. What it hands out lives in the arena. */
hs_status hs_upload_reader_new(struct MHD_Connection *connection, const char *parent, bool raw,
                               hs_arena *arena, hs_error *error, hs_upload_reader **reader);
/* Takes a piece of the body. After a failure, which end returns, it takes the rest and drops it. */
void hs_upload_reader_feed(hs_upload_reader *reader, const char *bytes, size_t size);
/* The body is over: HS_E_INPUT where it is no form or breaks off, HS_E_LIMIT where it has too much of
 * something, HS_E_IO where it cannot be written (*full: because the disk is full). */
hs_status hs_upload_reader_end(hs_upload_reader *reader, hs_error *error, bool *full,
                               const hs_upload **upload);
/* Removes the folders below `parent` that nobody holds any more. */
void hs_upload_remove_stale(const char *parent);
/* The folder and its lock are somebody else's now. */
void hs_upload_reader_release(hs_upload_reader *reader);
/* Removes the folder unless it was released. NULL is allowed. */
void hs_upload_reader_free(hs_upload_reader *reader);

#endif
