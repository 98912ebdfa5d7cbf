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
static size_t put_escaped(char *line, size_t at, hs_str text) {
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < text.size && at + 4 < LOG_LINE_MAX; i++) {
        unsigned char byte = (unsigned char)text.data[i];
        if (byte >= 0x20 && byte != 0x7F) {
            line[at++] = (char)byte;
            continue;
        }
        line[at++] = '\\';
        line[at++] = 'x';
        line[at++] = hex[byte >> 4];
        line[at++] = hex[byte & 15];
    }
    return at;
}

static size_t put_head(char *line, hs_log_level level) {
    static const char *const names[] = {" debug ", " info  ", " warn  ", " error "};
    size_t size = hs_time_format(hs_clock_now_s(), line), name = strlen(names[level]);
    memcpy(line + size, names[level], name);
    return size + name;
}

void hs_log_words(hs_log *log, hs_log_level level, const char *event, hs_str words) {
    if (!log || level < log->level) return;
    char line[LOG_LINE_MAX];
    size_t at = put_escaped(line, put_head(line, level), (hs_str){event, strlen(event)});
    if (words.size > 0 && at + 1 < LOG_LINE_MAX) line[at++] = ' ';
    at = put_escaped(line, at, words);
    line[at++] = '\n';
    pthread_mutex_lock(&log->mutex);
    fwrite(line, 1, at, log->stream);
    fflush(log->stream);
    pthread_mutex_unlock(&log->mutex);
}

void hs_log_write(hs_log *log, hs_log_level level, const char *event, const char *format, ...) {
    if (!log || level < log->level) return;
    char words[LOG_LINE_MAX];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    if (size < 0) words[0] = '\0';
    hs_log_words(log, level, event, (hs_str){words, strlen(words)});
}
