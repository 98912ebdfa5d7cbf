/* A text as a field of CSV (RFC 4180). */
#ifndef EXPORT_CSV_TEXT_H
#define EXPORT_CSV_TEXT_H

#include "base/buffer.h"

/* Quoted where that is needed, and where the text looks like a number, so that readers keep it a text. */
void hs_csv_put_text(hs_buffer *out, hs_str text, char delimiter);

#endif
