/* A growing byte buffer with a mandatory ceiling. Failure is sticky: after the first one (memory or
 * ceiling) further appends do nothing, and `status` says why, so that writers check once at the end. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <hotspot/error.h>
#include <string.h>

typedef struct hs_buffer {
    char *data;
    size_t size;
    size_t capacity;
    size_t ceiling;
    hs_status status;
} hs_buffer;

void hs_buffer_init(hs_buffer *buffer, size_t ceiling);
/* Frees the bytes; the buffer can be used again after hs_buffer_init. */
void hs_buffer_done(hs_buffer *buffer);
/* Forgets the content and the failure, keeping the memory. */
void hs_buffer_clear(hs_buffer *buffer);
/* hs_buffer_reserve where the room may be wanting. */
char *hs_buffer_grow(hs_buffer *buffer, size_t size);

/* Room for `size` more bytes at the end (not yet counted in size); NULL on failure. */
static inline char *hs_buffer_reserve(hs_buffer *buffer, size_t size) {
    if (buffer->status == HS_OK && size < buffer->capacity - buffer->size) return buffer->data + buffer->size;
    return hs_buffer_grow(buffer, size);
}

static inline void hs_buffer_append(hs_buffer *buffer, const void *data, size_t size) {
    char *end = size > 0 ? hs_buffer_reserve(buffer, size) : NULL;
    if (!end) return;
    memcpy(end, data, size);
    buffer->size += size;
}

static inline void hs_buffer_byte(hs_buffer *buffer, char byte) {
    char *end = hs_buffer_reserve(buffer, 1);
    if (!end) return;
    *end = byte;
    buffer->size++;
}

void hs_buffer_text(hs_buffer *buffer, const char *text);
void hs_buffer_str(hs_buffer *buffer, hs_str text);
void hs_buffer_printf(hs_buffer *buffer, const char *format, ...) HS_PRINTF(2, 3);
/* Hands the bytes to the caller (to be freed with free) and leaves the buffer empty. */
char *hs_buffer_take(hs_buffer *buffer, size_t *size);

#endif
