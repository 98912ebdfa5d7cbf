/* Where in a file compiling is, and refusals that say it. */
#include "render/map_expression.h"
#include <stdarg.h>
#include <stdio.h>

static size_t enter(hs_map_compiler *c, const char *format, ...) HS_PRINTF(2, 3);

static size_t enter(hs_map_compiler *c, const char *format, ...) {
    size_t before = c->size;
    if (c->size >= sizeof c->pointer) return before;
    va_list list;
    va_start(list, format);
    int made = vsnprintf(c->pointer + c->size, sizeof c->pointer - c->size, format, list);
    va_end(list);
    c->size += made > 0 ? (size_t)made : 0;
    return before;
}

size_t hs_map_enter(hs_map_compiler *c, const char *key) {
    size_t before = enter(c, "/");
    for (; *key; key++) {
        if (*key == '~' || *key == '/')
            (void)enter(c, "~%c", *key == '/' ? '1' : '0');
        else
            (void)enter(c, "%c", *key);
    }
    return before;
}

size_t hs_map_enter_item(hs_map_compiler *c, size_t item) {
    return enter(c, "/%zu", item);
}

void hs_map_leave(hs_map_compiler *c, size_t before) {
    c->size = before;
    if (before < sizeof c->pointer) c->pointer[before] = 0;
}

hs_status hs_map_refuse(hs_map_compiler *c, const char *format, ...) {
    char words[384];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(words, sizeof words, format, list);
    va_end(list);
    size_t size = c->size < sizeof c->pointer ? c->size : sizeof c->pointer - 1;
    return hs_error_set(c->error, HS_E_INPUT, "%s, %.*s: %s", c->file, (int)(size > 0 ? size : 1),
                        size > 0 ? c->pointer : "/", words);
}
