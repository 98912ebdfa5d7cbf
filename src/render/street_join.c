#include "base/buffer.h"
#include "base/hash.h"
#include "base/text.h"
#include "render/base_index.h"
#include "render/base_layers.h"

#include <stdlib.h>
#include <string.h>

/* One line of one street. */
typedef struct piece {
    uint32_t street, begin, count; /* corners in joining.vertex */
    uint32_t kind;                 /* number of its names, class and layer */
    bool used;
} piece;

typedef struct piece_end {
    uint64_t place;
    uint32_t kind, end; /* 2 x piece + (0 its first corner, 1 its last) */
} piece_end;

/* A run of pieces, each end to end with the next. */
typedef struct chain {
    uint32_t street, begin, count, number; /* corners in joining.chained */
} chain;

typedef struct joining {
    const hs_streets *streets;
    hs_mercator *vertex, *chained;
    piece *piece;
    uint32_t piece_count, vertex_count, chained_count;
    piece_end *ends;
    uint32_t *next; /* [2 x piece] the end that meets this one alone, or HS_NONE */
    chain *chain;
    uint32_t chain_count;
    uint32_t *line_start;
} joining;

static bool make_joining(joining *j) {
    size_t pieces = 0;
    size_t vertices = 0;
    for (uint32_t s = 0; s < j->streets->count; s++) {
        const hs_geometry *g = &j->streets->geometry[s];
        if (g->type != HS_GEOMETRY_LINES) continue;
        pieces += g->ring_count;
        vertices += g->ring_start[g->ring_count];
    }
    if (vertices >= UINT32_MAX / 2 || pieces >= UINT32_MAX / 4) return false;
    j->vertex = malloc((vertices + 1) * sizeof *j->vertex);
    j->chained = malloc((vertices + 1) * sizeof *j->chained);
    j->piece = malloc((pieces + 1) * sizeof *j->piece);
    j->ends = malloc((2 * pieces + 1) * sizeof *j->ends);
    j->next = malloc((2 * pieces + 1) * sizeof *j->next);
    j->chain = malloc((pieces + 1) * sizeof *j->chain);
    j->line_start = malloc((pieces + 2) * sizeof *j->line_start);
    return j->vertex && j->chained && j->piece && j->ends && j->next && j->chain && j->line_start;
}

static void free_joining(joining *j) {
    free(j->vertex);
    free(j->chained);
    free(j->piece);
    free(j->ends);
    free(j->next);
    free(j->chain);
    free(j->line_start);
}

/* What streets must have in common to be joined, as a number. */
static uint32_t kind_of(const hs_streets *streets, uint32_t row, hs_dictionary *kinds, hs_buffer *text) {
    const hs_str parts[] = {streets->name[row], streets->name_en[row], streets->road_class[row]};
    hs_buffer_clear(text);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        uint64_t size = parts[i].size;
        hs_buffer_append(text, &size, sizeof size);
        hs_buffer_str(text, parts[i]);
    }
    hs_buffer_append(text, &streets->layer[row], sizeof streets->layer[row]);
    return text->status == HS_OK ? hs_dictionary_put(kinds, (hs_str){text->data, text->size}) : HS_NONE;
}

static void take_pieces(joining *j, uint32_t row, uint32_t kind) {
    const hs_geometry *g = &j->streets->geometry[row];
    for (uint32_t r = 0; g->type == HS_GEOMETRY_LINES && r < g->ring_count; r++) {
        piece *p = &j->piece[j->piece_count];
        *p = (piece){.street = row, .begin = j->vertex_count, .kind = kind};
        for (uint32_t i = g->ring_start[r]; i < g->ring_start[r + 1]; i++)
            j->vertex[j->vertex_count++] = hs_mercator_from_position(g->positions[i]);
        p->count = j->vertex_count - p->begin;
        if (p->count > 1) j->piece_count++;
    }
}

static bool read_streets(joining *j) {
    hs_dictionary *kinds = hs_dictionary_new();
    hs_buffer text;
    hs_buffer_init(&text, 1 << 20);
    bool ok = kinds != NULL;
    for (uint32_t row = 0; ok && row < j->streets->count; row++) {
        uint32_t kind = kind_of(j->streets, row, kinds, &text);
        ok = kind != HS_NONE;
        if (ok) take_pieces(j, row, kind);
    }
    hs_buffer_done(&text);
    hs_dictionary_free(kinds);
    return ok;
}

static hs_mercator end_place(const joining *j, uint32_t end) {
    const piece *p = &j->piece[end / 2];
    return j->vertex[end % 2 ? p->begin + p->count - 1 : p->begin];
}

static int compare_ends(const void *a, const void *b) {
    const piece_end *e = a;
    const piece_end *f = b;
    if (e->kind != f->kind) return e->kind < f->kind ? -1 : 1;
    if (e->place != f->place) return e->place < f->place ? -1 : 1;
    return e->end < f->end ? -1 : e->end > f->end;
}

static void link_ends(joining *j) {
    uint32_t count = 2 * j->piece_count;
    for (uint32_t e = 0; e < count; e++) {
        hs_mercator at = end_place(j, e);
        j->ends[e] = (piece_end){(uint64_t)at.x << 32 | at.y, j->piece[e / 2].kind, e};
        j->next[e] = HS_NONE;
    }
    if (count > 1) qsort(j->ends, count, sizeof *j->ends, compare_ends);
    for (uint32_t i = 0; i < count;) {
        uint32_t k = i + 1;
        while (k < count && j->ends[k].kind == j->ends[i].kind && j->ends[k].place == j->ends[i].place)
            k++;
        if (k - i == 2 && j->ends[i].end / 2 != j->ends[i + 1].end / 2) {
            j->next[j->ends[i].end] = j->ends[i + 1].end;
            j->next[j->ends[i + 1].end] = j->ends[i].end;
        }
        i = k;
    }
}

/* The end where the chain of a piece begins: any of its ends where the chain is closed. */
static uint32_t chain_start(const joining *j, uint32_t piece_number) {
    uint32_t end = 2 * piece_number;
    for (uint32_t other = j->next[end]; other != HS_NONE && other / 2 != piece_number; other = j->next[end])
        end = other ^ 1u;
    return end;
}

static void follow_chain(joining *j, uint32_t from) {
    chain *c = &j->chain[j->chain_count];
    *c = (chain){.street = UINT32_MAX, .begin = j->chained_count, .number = j->chain_count};
    j->chain_count++;
    for (uint32_t end = from; end != HS_NONE && !j->piece[end / 2].used; end = j->next[end ^ 1u]) {
        piece *p = &j->piece[end / 2];
        p->used = true;
        if (p->street < c->street) c->street = p->street;
        for (uint32_t i = 0; i < p->count; i++)
            j->chained[j->chained_count++] = j->vertex[p->begin + (end % 2 ? p->count - 1 - i : i)];
    }
    c->count = j->chained_count - c->begin;
}

static int compare_chains(const void *a, const void *b) {
    const chain *c = a;
    const chain *d = b;
    if (c->street != d->street) return c->street < d->street ? -1 : 1;
    return c->number < d->number ? -1 : c->number > d->number;
}

/* Chains with the same first street are one shape; its corners are gathered where the pieces' were. */
static bool add_chains(joining *j, hs_tile_shapes_builder *builder) {
    bool ok = true;
    if (j->chain_count > 1) qsort(j->chain, j->chain_count, sizeof *j->chain, compare_chains);
    for (uint32_t i = 0; ok && i < j->chain_count;) {
        uint32_t street = j->chain[i].street;
        uint32_t lines = 0;
        j->line_start[0] = 0;
        for (; i < j->chain_count && j->chain[i].street == street; i++) {
            const chain *c = &j->chain[i];
            memcpy(j->vertex + j->line_start[lines], j->chained + c->begin, c->count * sizeof *j->vertex);
            j->line_start[lines + 1] = j->line_start[lines] + c->count;
            lines++;
        }
        uint8_t zoom = (uint8_t)hs_base_street_zoom(j->streets->road_class[street]);
        ok = hs_tile_shapes_add_lines(builder, street, 0, zoom, j->vertex, j->line_start, lines);
    }
    return ok;
}

bool hs_join_streets(const hs_streets *streets, hs_tile_shapes_builder *builder) {
    joining j = {.streets = streets};
    bool ok = make_joining(&j) && read_streets(&j);
    if (ok) {
        link_ends(&j);
        for (uint32_t p = 0; p < j.piece_count; p++)
            if (!j.piece[p].used) follow_chain(&j, chain_start(&j, p));
        ok = add_chains(&j, builder);
    }
    free_joining(&j);
    return ok;
}
