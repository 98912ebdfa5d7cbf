#include "base/log.h"

#include "base/buffer.h"
#include "base/clock.h"
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { LOG_LINE_MAX = 8192 };

struct hs_log {
    FILE *stream;
    hs_log_level level;
    pthread_mutex_t mutex;
};

hs_log *hs_log_new(FILE *stream, hs_log_level level) {
    hs_log *log = calloc(1, sizeof *log);
    if (!log) return NULL;
    if (pthread_mutex_init(&log->mutex, NULL) != 0) {
        free(log);
        return NULL;
    }
    log->stream = stream;
    log->level = level;
    return log;
}

void hs_log_free(hs_log *log) {
    if (!log) return;
    pthread_mutex_destroy(&log->mutex);
    free(log);
}

/* Copies `text` with control characters escaped, so that one event stays one line; returns the end. */
static size_t put_escaped(char *line, size_t at, const char *text) {
    static const char hex[] = "0123456789abcdef";
    for (; *text != '\0' && at + 4 < LOG_LINE_MAX; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte >= 0x20 && byte != 0x7F) {
            line[at++] = *text;
            continue;
        }
        line[at++] = '\\';
        line[at++] = 'x';
        line[at++] = hex[byte >> 4];
        line[at++] = hex[byte & 15];
    }
    return at;
}

void hs_log_write(hs_log *log, hs_log_level level, const char *event, const char *format, ...) {
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if (!log || level < log->level) return;
    char words[LOG_LINE_MAX], line[LOG_LINE_MAX], now[HS_TIME_TEXT_SIZE];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    if (size < 0) words[0] = '\0';
    hs_time_format(hs_clock_now_s(), now);
    int head = snprintf(line, sizeof line, "%s %-5s ", now, names[level]);
    size_t at = put_escaped(line, head < 0 ? 0 : (size_t)head, event);
    if (words[0] != '\0' && at + 1 < LOG_LINE_MAX) line[at++] = ' ';
    at = put_escaped(line, at, words);
    line[at++] = '\n';
    pthread_mutex_lock(&log->mutex);
    fwrite(line, 1, at, log->stream);
    fflush(log->stream);
    pthread_mutex_unlock(&log->mutex);
}
