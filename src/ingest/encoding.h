/* Text encodings: what bytes of unknown origin are written in, and their way to UTF-8. */
#ifndef INGEST_ENCODING_H
#define INGEST_ENCODING_H

#include "base/arena.h"
#include "base/buffer.h"

typedef struct hs_decoder hs_decoder;

/* A decoder from an encoding by iconv's names (`GB18030`, `Big5`, ...); HS_E_ARGUMENT for an unknown one. */
hs_status hs_decoder_new(const char *encoding, hs_error *error, hs_decoder **decoder);
void hs_decoder_free(hs_decoder *decoder);
/* Appends the text as UTF-8; bytes that the encoding does not have become U+FFFD. */
void hs_decoder_append(hs_decoder *decoder, hs_str bytes, hs_buffer *out);

/* The name of the encoding of a sample: `UTF-8`, `UTF-16LE`, `UTF-16BE`, `GB18030`, `Big5` or, when it is
 * none of them, `WINDOWS-1252`. `cut`: the sample may end within a character. Never NULL. */
const char *hs_encoding_detect(hs_str sample, bool cut);

/* Whether the text has bytes of ASCII only. */
bool hs_text_is_ascii(hs_str text);

#endif
