/* The one log: lines of `time level event key=value ...` to a stream. Used by service, http, api and cli
 * only; library rooms never log. Thread-safe. Secrets are never logged. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <hotspot/types.h>
#include <stdio.h>

typedef enum hs_log_level { HS_LOG_DEBUG, HS_LOG_INFO, HS_LOG_WARN, HS_LOG_ERROR } hs_log_level;
typedef struct hs_log hs_log;

/* A log that writes lines of `level` and above to `stream` (not closed by free); NULL when memory is out. */
hs_log *hs_log_new(FILE *stream, hs_log_level level);
void hs_log_free(hs_log *log);
/* One line; `event` is a short fixed name (`listen`, `request`), the rest formatted `key=value` words.
 * Control characters are escaped. A NULL log drops the line. */
void hs_log_write(hs_log *log, hs_log_level level, const char *event, const char *format, ...)
    HS_PRINTF(4, 5);
/* The same of words that are written already, without a format. */
void hs_log_words(hs_log *log, hs_log_level level, const char *event, hs_str words);

#endif
