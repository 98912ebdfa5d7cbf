#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUFFER_FIRST = 256 };

void hs_buffer_init(hs_buffer *buffer, size_t ceiling) {
    *buffer = (hs_buffer){.ceiling = ceiling};
}

void hs_buffer_done(hs_buffer *buffer) {
    free(buffer->data);
    *buffer = (hs_buffer){.ceiling = buffer->ceiling};
}

void hs_buffer_clear(hs_buffer *buffer) {
    buffer->size = 0;
    buffer->status = HS_OK;
}

static bool grow(hs_buffer *buffer, size_t size) {
    if (size > buffer->ceiling - buffer->size) {
        buffer->status = HS_E_LIMIT;
        return false;
    }
    size_t needed = buffer->size + size;
    size_t capacity = buffer->capacity < BUFFER_FIRST ? BUFFER_FIRST : buffer->capacity;
    while (capacity < needed)
        capacity = capacity > SIZE_MAX / 2 ? needed : 2 * capacity;
    if (capacity > buffer->ceiling) capacity = buffer->ceiling;
    char *data = realloc(buffer->data, capacity);
    if (!data) {
        buffer->status = HS_E_MEMORY;
        return false;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

char *hs_buffer_grow(hs_buffer *buffer, size_t size) {
    if (buffer->status != HS_OK) return NULL;
    /* No bytes at all would leave data NULL, which callers take for failure. */
    if (size == 0) size = 1;
    if (size > buffer->capacity - buffer->size && !grow(buffer, size)) return NULL;
    return buffer->data + buffer->size;
}

void hs_buffer_text(hs_buffer *buffer, const char *text) {
    hs_buffer_append(buffer, text, strlen(text));
}

void hs_buffer_str(hs_buffer *buffer, hs_str text) {
    hs_buffer_append(buffer, text.data, text.size);
}

void hs_buffer_printf(hs_buffer *buffer, const char *format, ...) {
    if (buffer->status != HS_OK) return;
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    size_t room = buffer->capacity - buffer->size;
    int size = vsnprintf(room > 0 ? buffer->data + buffer->size : NULL, room, format, arguments);
    va_end(arguments);
    if (size < 0) {
        buffer->status = HS_E_INTERNAL;
    } else if ((size_t)size < room) {
        buffer->size += (size_t)size;
    } else {
        /* vsnprintf writes a NUL, which may lie past the ceiling: format aside, then append. */
        char *text = malloc((size_t)size + 1);
        if (text) {
            vsnprintf(text, (size_t)size + 1, format, again);
            hs_buffer_append(buffer, text, (size_t)size);
            free(text);
        } else {
            buffer->status = HS_E_MEMORY;
        }
    }
    va_end(again);
}

char *hs_buffer_take(hs_buffer *buffer, size_t *size) {
    char *data = buffer->data;
    *size = buffer->size;
    *buffer = (hs_buffer){.ceiling = buffer->ceiling};
    return data;
}
