/* Arena: memory that is given back all at once. One thread at a time. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <hotspot/error.h>

typedef struct hs_arena hs_arena;

/* A new arena that never holds more than `ceiling` bytes; NULL when memory is out. */
hs_arena *hs_arena_new(size_t ceiling);
void hs_arena_free(hs_arena *arena);
/* Forgets everything allocated, keeping the first block for reuse. */
/* The same, but keeps its largest block where that has at most `most` bytes, for another use of about the
 * same size: memory that is given back and taken anew has to be cleared by the system page by page. */
void hs_arena_recycle(hs_arena *arena, size_t most);
void hs_arena_reset(hs_arena *arena);
/* `size` bytes aligned to 16, not cleared; NULL past the ceiling or when memory is out. */
void *hs_arena_alloc(hs_arena *arena, size_t size);
/* `count` cleared elements of `size` bytes, overflow checked; NULL as above. */
void *hs_arena_array(hs_arena *arena, size_t count, size_t size);
/* Copies of texts, ended by NUL; NULL as above. */
char *hs_arena_strndup(hs_arena *arena, const char *text, size_t size);
hs_str hs_arena_str(hs_arena *arena, hs_str text); /* data NULL on failure */
char *hs_arena_printf(hs_arena *arena, const char *format, ...) HS_PRINTF(2, 3);
/* Bytes handed out so far. */
size_t hs_arena_used(const hs_arena *arena);

#endif
