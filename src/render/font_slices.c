#include "render/font_slices.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/text.h"
#include <stdio.h>
#include <stdlib.h>

enum {
    CODES = 0x110000,
    NAMES_EACH = 128, /* about 25 KB: few requests, and few characters that nobody asked for */
    REST_EACH = 256,
    OF_UNIT = 1 << 24, /* more than any other name brings */
};

typedef struct owner {
    hs_font_slices slices;
    hs_arena *arena;
} owner;

typedef struct planner {
    const hs_font *font;
    hs_arena *arena;
    uint32_t *weight; /* [CODES] 0: the font has none, 1: it has, above: how many names have it */
    uint32_t *codes;  /* room for all of the font's */
    hs_font_slice *slice;
    uint32_t count, most;
} planner;

static void add_names(planner *p, const hs_str *names, uint32_t count, uint32_t weight) {
    for (uint32_t i = 0; names && i < count; i++) {
        hs_str rest = names[i];
        while (rest.size > 0) {
            uint32_t *sum = &p->weight[hs_utf8_next(&rest)];
            if (*sum > 0 && *sum < UINT32_MAX - weight) *sum += weight;
        }
    }
}

static void weigh_names(planner *p, const hs_geography *g) {
    add_names(p, g->units.name, g->units.count, OF_UNIT);
    add_names(p, g->units.name_en, g->units.count, OF_UNIT);
    add_names(p, g->streets.name, g->streets.count, 1);
    add_names(p, g->streets.name_en, g->streets.count, 1);
    add_names(p, g->places.name, g->places.count, 1);
    add_names(p, g->places.name_en, g->places.count, 1);
    add_names(p, g->zones.name, g->zones.count, 1);
}

static void weigh_classes(planner *p, const hs_taxonomy *taxonomy) {
    for (uint32_t i = 0; i < taxonomy->count; i++)
        add_names(p, &taxonomy->category[i].name, 1, 1);
}

static void reset_weights(planner *p) {
    uint32_t count;
    const uint32_t *codes = hs_font_codes(p->font, &count);
    for (uint32_t i = 0; i < count; i++)
        p->weight[codes[i]] = 1;
}

static bool is_latin(uint32_t code) {
    return code < 0x250 || (code >= 0x1E00 && code < 0x1F00) || (code >= 0x2000 && code < 0x2070) ||
           (code >= 0x3000 && code < 0x3020) || (code >= 0xFF00 && code < 0xFF60);
}

static int ascending(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static hs_status add_slice(planner *p, hs_slice_kind kind, uint32_t number, const uint32_t *codes,
                           uint32_t count, hs_error *error) {
    static const char *const names[HS_SLICE_KINDS] = {"latin", "names", "page", "rest"};
    uint32_t *own = hs_arena_array(p->arena, count, sizeof *own);
    if (!own || p->count == p->most) return hs_error_memory(error, "the slices of a font");
    for (uint32_t i = 0; i < count; i++)
        own[i] = codes[i];
    qsort(own, count, sizeof *own, ascending);
    hs_font_slice *slice = &p->slice[p->count++];
    *slice = (hs_font_slice){.kind = kind, .count = count, .codes = own};
    slice->hash = hs_hash(own, count * sizeof *own, hs_font_hash(p->font));
    if (number > 0)
        (void)snprintf(slice->name, sizeof slice->name, "%s-%u", names[kind], number);
    else
        (void)snprintf(slice->name, sizeof slice->name, "%s", names[kind]);
    return HS_OK;
}

/* Slices of at most `each` of the first `count` of p->codes. */
static hs_status add_slices(planner *p, hs_slice_kind kind, uint32_t count, uint32_t each, hs_error *error) {
    hs_status status = HS_OK;
    for (uint32_t at = 0, number = 1; at < count && status == HS_OK; at += each, number++)
        status = add_slice(p, kind, number, p->codes + at, count - at < each ? count - at : each, error);
    return status;
}

typedef struct weighed {
    uint32_t code, weight;
} weighed;

static int heaviest(const void *a, const void *b) {
    const weighed *x = a, *y = b;
    if (x->weight != y->weight) return x->weight < y->weight ? 1 : -1;
    return (x->code > y->code) - (x->code < y->code);
}

static hs_status slice_latin(planner *p, hs_error *error) {
    uint32_t count, taken = 0;
    const uint32_t *codes = hs_font_codes(p->font, &count);
    for (uint32_t i = 0; i < count; i++)
        if (is_latin(codes[i])) p->codes[taken++] = codes[i];
    return taken > 0 ? add_slice(p, HS_SLICE_LATIN, 0, p->codes, taken, error) : HS_OK;
}

static hs_status slice_names(planner *p, const hs_geography *geography, hs_error *error) {
    uint32_t count, taken = 0;
    const uint32_t *codes = hs_font_codes(p->font, &count);
    weighed *order = hs_arena_array(p->arena, count, sizeof *order);
    if (!order) return hs_error_memory(error, "the slices of a font");
    weigh_names(p, geography);
    for (uint32_t i = 0; i < count; i++)
        if (p->weight[codes[i]] > 1 && !is_latin(codes[i]))
            order[taken++] = (weighed){codes[i], p->weight[codes[i]]};
    qsort(order, taken, sizeof *order, heaviest);
    for (uint32_t i = 0; i < taken; i++)
        p->codes[i] = order[i].code;
    return add_slices(p, HS_SLICE_NAMES, taken, NAMES_EACH, error);
}

static hs_status slice_page(planner *p, hs_str page, const hs_taxonomy *taxonomy, hs_error *error) {
    uint32_t count, taken = 0;
    const uint32_t *codes = hs_font_codes(p->font, &count);
    reset_weights(p);
    add_names(p, &page, 1, 1);
    if (taxonomy) weigh_classes(p, taxonomy);
    for (uint32_t i = 0; i < count; i++)
        if (p->weight[codes[i]] > 1 && !is_latin(codes[i])) p->codes[taken++] = codes[i];
    return taken > 0 ? add_slice(p, HS_SLICE_PAGE, 0, p->codes, taken, error) : HS_OK;
}

static hs_status slice_rest(planner *p, hs_error *error) {
    uint32_t count, taken = 0;
    const uint32_t *codes = hs_font_codes(p->font, &count);
    for (uint32_t i = 0; i < count; i++)
        if (!is_latin(codes[i])) p->codes[taken++] = codes[i];
    return add_slices(p, HS_SLICE_REST, taken, REST_EACH, error);
}

static hs_status plan(planner *p, const hs_geography *geography, const hs_taxonomy *taxonomy, hs_str page,
                      hs_error *error) {
    reset_weights(p);
    hs_status status = slice_latin(p, error);
    if (status == HS_OK && geography) status = slice_names(p, geography, error);
    if (status == HS_OK) status = slice_page(p, page, taxonomy, error);
    return status == HS_OK ? slice_rest(p, error) : status;
}

hs_status hs_font_slices_new(const hs_font *font, const hs_geography *geography, const hs_taxonomy *taxonomy,
                             hs_str page, hs_error *error, hs_font_slices **slices) {
    uint32_t count;
    (void)hs_font_codes(font, &count);
    owner *made = calloc(1, sizeof *made);
    planner p = {.font = font, .most = count / NAMES_EACH + count / REST_EACH + 4};
    if (made) p.arena = made->arena = hs_arena_new((size_t)64 << 20);
    if (p.arena) {
        p.slice = hs_arena_array(p.arena, p.most, sizeof *p.slice);
        p.codes = hs_arena_array(p.arena, count, sizeof *p.codes);
        p.weight = calloc(CODES, sizeof *p.weight);
    }
    hs_status status = p.slice && p.codes && p.weight ? plan(&p, geography, taxonomy, page, error)
                                                      : hs_error_memory(error, "the slices of a font");
    free(p.weight);
    if (status != HS_OK) {
        hs_font_slices_free(made ? &made->slices : NULL);
        return status;
    }
    made->slices = (hs_font_slices){p.count, p.slice};
    *slices = &made->slices;
    return HS_OK;
}

void hs_font_slices_free(hs_font_slices *slices) {
    if (!slices) return;
    owner *made = (owner *)slices;
    hs_arena_free(made->arena);
    free(made);
}

const hs_font_slice *hs_font_slices_find(const hs_font_slices *slices, hs_str name) {
    for (uint32_t i = 0; i < slices->count; i++)
        if (hs_str_equal(name, hs_str_of(slices->slice[i].name))) return &slices->slice[i];
    return NULL;
}
