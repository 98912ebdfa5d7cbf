#include "base/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISONED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONED 1
#endif
#endif
#ifdef ARENA_POISONED
#include <sanitizer/asan_interface.h>
#define POISON(begin, size)   ASAN_POISON_MEMORY_REGION(begin, size)
#define UNPOISON(begin, size) ASAN_UNPOISON_MEMORY_REGION(begin, size)
#else
#define POISON(begin, size)   ((void)(begin), (void)(size))
#define UNPOISON(begin, size) ((void)(begin), (void)(size))
#endif

_Static_assert(_Alignof(max_align_t) >= 16, "malloc aligns as the arena does");

enum { ARENA_ALIGN = 16, ARENA_FIRST_BLOCK = 4096, ARENA_LARGEST_BLOCK = 4 << 20 };

typedef struct hs_block {
    struct hs_block *before;
    size_t capacity; /* bytes of data */
    _Alignas(ARENA_ALIGN) char data[];
} hs_block;

struct hs_arena {
    hs_block *newest;
    size_t in_newest; /* bytes handed out of the newest block */
    size_t held;      /* capacity of all blocks */
    size_t used;
    size_t ceiling;
};

hs_arena *hs_arena_new(size_t ceiling) {
    hs_arena *arena = calloc(1, sizeof *arena);
    if (arena) arena->ceiling = ceiling;
    return arena;
}

static void free_block(hs_block *block) {
    UNPOISON(block->data, block->capacity);
    free(block);
}

void hs_arena_free(hs_arena *arena) {
    if (!arena) return;
    for (hs_block *block = arena->newest; block;) {
        hs_block *before = block->before;
        free_block(block);
        block = before;
    }
    free(arena);
}

void hs_arena_reset(hs_arena *arena) {
    while (arena->newest && arena->newest->before) {
        hs_block *before = arena->newest->before;
        arena->held -= arena->newest->capacity;
        free_block(arena->newest);
        arena->newest = before;
    }
    if (arena->newest) POISON(arena->newest->data, arena->newest->capacity);
    arena->in_newest = 0;
    arena->used = 0;
}

/* Blocks only grow, so that the newest is the largest. */
void hs_arena_recycle(hs_arena *arena, size_t most) {
    hs_block *kept = arena->newest;
    while (kept && kept->capacity > most)
        kept = kept->before;
    for (hs_block *block = arena->newest; block;) {
        hs_block *before = block->before;
        if (block != kept) free_block(block);
        block = before;
    }
    arena->newest = kept;
    arena->held = kept ? kept->capacity : 0;
    if (kept) {
        kept->before = NULL;
        POISON(kept->data, kept->capacity);
    }
    arena->in_newest = 0;
    arena->used = 0;
}

/* A new newest block with room for `size`, twice as large as the last one where the ceiling allows. */
static bool add_block(hs_arena *arena, size_t size) {
    size_t left = arena->ceiling - arena->held;
    if (size > left) return false;
    size_t capacity = arena->newest ? 2 * arena->newest->capacity : ARENA_FIRST_BLOCK;
    if (capacity > ARENA_LARGEST_BLOCK) capacity = ARENA_LARGEST_BLOCK;
    if (capacity < size) capacity = size;
    if (capacity > left) capacity = left;
    hs_block *block = malloc(sizeof(hs_block) + capacity);
    if (!block) return false;
    block->before = arena->newest;
    block->capacity = capacity;
    POISON(block->data, capacity);
    arena->newest = block;
    arena->in_newest = 0;
    arena->held += capacity;
    return true;
}

void *hs_arena_alloc(hs_arena *arena, size_t size) {
    if (size > SIZE_MAX - ARENA_ALIGN) return NULL;
    size_t rounded = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    if (rounded == 0) rounded = ARENA_ALIGN;
    if (!arena->newest || rounded > arena->newest->capacity - arena->in_newest) {
        if (!add_block(arena, rounded)) return NULL;
    }
    char *begin = arena->newest->data + arena->in_newest;
    arena->in_newest += rounded;
    arena->used += rounded;
    UNPOISON(begin, size);
    return begin;
}

void *hs_arena_array(hs_arena *arena, size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size) return NULL;
    void *array = hs_arena_alloc(arena, count * size);
    if (array) memset(array, 0, count * size);
    return array;
}

char *hs_arena_strndup(hs_arena *arena, const char *text, size_t size) {
    if (size == SIZE_MAX) return NULL;
    char *copy = hs_arena_alloc(arena, size + 1);
    if (!copy) return NULL;
    if (size > 0) memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

hs_str hs_arena_str(hs_arena *arena, hs_str text) {
    char *copy = hs_arena_strndup(arena, text.data, text.size);
    return (hs_str){copy, copy ? text.size : 0};
}

char *hs_arena_printf(hs_arena *arena, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    va_list again;
    va_copy(again, arguments);
    int size = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = size < 0 ? NULL : hs_arena_alloc(arena, (size_t)size + 1);
    if (text) vsnprintf(text, (size_t)size + 1, format, again);
    va_end(again);
    return text;
}

size_t hs_arena_used(const hs_arena *arena) {
    return arena->used;
}
