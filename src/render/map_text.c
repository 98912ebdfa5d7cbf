#include "render/map_text.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/text.h"
#include "render/pango_context.h"
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Texts are shaped at this size, and outlines kept in parts of it. */
#define SHAPED_PX 128.0

enum { ARENA_BYTES = 1 << 30, FIRST_SLOTS = 1024, LONGEST = 256 };

/* Pointers by hash; both kinds are many and never forgotten: names of a city and glyphs of its fonts. */
typedef struct table {
    struct {
        uint64_t key;
        const void *value;
    } * slot;
    size_t slots, used;
} table;

struct hs_map_texts {
    pthread_mutex_t lock;
    hs_arena *arena;
    table runs, outlines;
    bool checked; /* that there is a font with Chinese characters */
};

hs_map_texts *hs_map_texts_new(void) {
    hs_map_texts *made = calloc(1, sizeof *made);
    if (!made) return NULL;
    made->arena = hs_arena_new(ARENA_BYTES);
    if (!made->arena) {
        free(made);
        return NULL;
    }
    pthread_mutex_init(&made->lock, NULL);
    return made;
}

void hs_map_texts_free(hs_map_texts *texts) {
    if (!texts) return;
    pthread_mutex_destroy(&texts->lock);
    hs_arena_free(texts->arena);
    free(texts->runs.slot);
    free(texts->outlines.slot);
    free(texts);
}

static const void *find(const table *t, uint64_t key) {
    for (size_t i = key; t->slots > 0; i++) {
        if (!t->slot[i & (t->slots - 1)].value) return NULL;
        if (t->slot[i & (t->slots - 1)].key == key) return t->slot[i & (t->slots - 1)].value;
    }
    return NULL;
}

static void put_slot(table *t, uint64_t key, const void *value) {
    size_t i = key & (t->slots - 1);
    while (t->slot[i].value)
        i = (i + 1) & (t->slots - 1);
    t->slot[i].key = key;
    t->slot[i].value = value;
    t->used++;
}

static bool put(table *t, uint64_t key, const void *value) {
    if (2 * t->used >= t->slots) {
        table larger = {.slots = t->slots ? 2 * t->slots : FIRST_SLOTS};
        larger.slot = calloc(larger.slots, sizeof *larger.slot);
        if (!larger.slot) return false;
        for (size_t i = 0; i < t->slots; i++)
            if (t->slot[i].value) put_slot(&larger, t->slot[i].key, t->slot[i].value);
        free(t->slot);
        *t = larger;
    }
    put_slot(t, key, value);
    return true;
}

static size_t numbers_of(cairo_path_data_type_t op) {
    return op == CAIRO_PATH_CURVE_TO ? 6 : op == CAIRO_PATH_CLOSE_PATH ? 0 : 2;
}

static bool copy_path(hs_map_texts *texts, const cairo_path_t *path, hs_map_outline *out) {
    uint32_t count = 0;
    size_t numbers = 0;
    for (int i = 0; i < path->num_data; i += path->data[i].header.length) {
        count++;
        numbers += numbers_of(path->data[i].header.type);
    }
    uint8_t *op = hs_arena_alloc(texts->arena, count + 1);
    float *number = hs_arena_array(texts->arena, numbers + 1, sizeof *number);
    if (!op || !number) return false;
    out->count = count;
    out->op = op;
    out->number = number;
    for (int i = 0; i < path->num_data; i += path->data[i].header.length) {
        *op++ = (uint8_t)path->data[i].header.type;
        for (size_t k = 0; k < numbers_of(path->data[i].header.type) / 2; k++) {
            *number++ = (float)(path->data[i + 1 + (int)k].point.x / SHAPED_PX);
            *number++ = (float)(path->data[i + 1 + (int)k].point.y / SHAPED_PX);
        }
    }
    return true;
}

/* With the lock held. */
static const hs_map_outline *outline_of(hs_map_texts *texts, PangoFont *font, uint64_t face,
                                        PangoGlyph glyph) {
    uint64_t key = hs_hash(&glyph, sizeof glyph, face);
    const hs_map_outline *known = find(&texts->outlines, key);
    if (known) return known;
    hs_map_outline *made = hs_arena_array(texts->arena, 1, sizeof *made);
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    cairo_t *pen = cairo_create(surface);
    cairo_set_scaled_font(pen, pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(font)));
    cairo_glyph_t one = {glyph, 0, 0};
    cairo_glyph_path(pen, &one, 1);
    cairo_path_t *path = cairo_copy_path(pen);
    bool good = made && path->status == CAIRO_STATUS_SUCCESS && copy_path(texts, path, made) &&
                put(&texts->outlines, key, made);
    cairo_path_destroy(path);
    cairo_destroy(pen);
    cairo_surface_destroy(surface);
    return good ? made : NULL;
}

static uint64_t face_of(PangoFont *font) {
    PangoFontDescription *description = pango_font_describe_with_absolute_size(font);
    char *text = pango_font_description_to_string(description);
    uint64_t face = hs_hash_str(hs_str_of(text), 1);
    g_free(text);
    pango_font_description_free(description);
    return face;
}

/* Whether a line may end before a character: between ideographs, after blanks and hyphens. */
static bool is_ideograph(uint32_t code) {
    return (code >= 0x2E80 && code <= 0x9FFF) || (code >= 0xAC00 && code <= 0xD7AF) ||
           (code >= 0xF900 && code <= 0xFAFF) || (code >= 0xFF00 && code <= 0xFFEF) ||
           (code >= 0x20000 && code <= 0x3FFFF);
}

/* Marks that stay with what stands before them, and brackets with what they open. */
static bool stays(uint32_t code, uint32_t before) {
    static const uint32_t closing[] = {')',    ']',    ',',    '.',    ';',    ':',    '!',
                                       '?',    0x3001, 0x3002, 0x300B, 0x300D, 0xFF09, 0xFF0C,
                                       0xFF1A, 0xFF1B, 0xFF01, 0xFF1F, 0x00B7};
    for (size_t i = 0; i < sizeof closing / sizeof *closing; i++)
        if (code == closing[i]) return true;
    return before == '(' || before == '[' || before == 0xFF08 || before == 0x300A || before == 0x300C;
}

static bool begins_ideograph(hs_str text, size_t at) {
    hs_str rest = {text.data + at, text.size - at};
    return is_ideograph(hs_utf8_next(&rest));
}

static bool breaks_before(hs_str text, size_t at) {
    if (at == 0) return false;
    size_t start = at - 1;
    while (start > 0 && ((unsigned char)text.data[start] & 0xC0) == 0x80)
        start--;
    hs_str before_text = {text.data + start, text.size - start};
    hs_str here_text = {text.data + at, text.size - at};
    uint32_t before = hs_utf8_next(&before_text);
    uint32_t here = hs_utf8_next(&here_text);
    if (here == ' ' || stays(here, before)) return false;
    return before == ' ' || before == '-' || before == '/' || is_ideograph(before) || is_ideograph(here);
}

typedef struct shaping {
    hs_map_texts *texts;
    hs_str text;
    hs_map_glyph *glyph;
    uint32_t count, capacity;
    double x; /* ems so far */
    bool failed;
} shaping;

static void add_glyphs(shaping *s, PangoLayoutRun *run) {
    PangoFont *font = run->item->analysis.font;
    uint64_t face = face_of(font);
    for (int i = 0; i < run->glyphs->num_glyphs && s->count < s->capacity; i++) {
        const PangoGlyphInfo *info = &run->glyphs->glyphs[i];
        size_t at = (size_t)run->item->offset + (size_t)run->glyphs->log_clusters[i];
        double unit = PANGO_SCALE * SHAPED_PX;
        if (info->glyph & PANGO_GLYPH_UNKNOWN_FLAG) continue;
        hs_map_glyph *g = &s->glyph[s->count++];
        *g = (hs_map_glyph){.x = (float)(s->x + info->geometry.x_offset / unit),
                            .y = (float)(info->geometry.y_offset / unit),
                            .advance = (float)(info->geometry.width / unit),
                            .blank = info->glyph == PANGO_GLYPH_EMPTY || s->text.data[at] == ' ',
                            .may_break = breaks_before(s->text, at),
                            .ideograph = begins_ideograph(s->text, at)};
        s->x += info->geometry.width / unit;
        if (g->blank) continue;
        g->outline = outline_of(s->texts, font, face, info->glyph);
        s->failed = s->failed || !g->outline;
    }
}

static PangoLayout *new_layout(PangoContext *context, const char *font, bool bold, hs_str text) {
    PangoLayout *layout = pango_layout_new(context);
    char *families = g_strconcat(font, *font ? "," : "", HS_FONT_FAMILIES, NULL);
    PangoFontDescription *description = pango_font_description_new();
    pango_font_description_set_family(description, families);
    pango_font_description_set_weight(description, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_absolute_size(description, SHAPED_PX * PANGO_SCALE);
    pango_layout_set_font_description(layout, description);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_text(layout, text.data, (int)text.size);
    pango_font_description_free(description);
    g_free(families);
    return layout;
}

/* With the lock held. */
static const hs_map_run *shape(hs_map_texts *texts, PangoLayout *layout, hs_str text, uint64_t key) {
    shaping s = {.texts = texts, .text = text, .capacity = (uint32_t)text.size + 1};
    s.glyph = malloc(s.capacity * sizeof *s.glyph);
    hs_map_run *run = hs_arena_array(texts->arena, 1, sizeof *run);
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    do {
        PangoLayoutRun *part = pango_layout_iter_get_run_readonly(iter);
        if (part && s.glyph) add_glyphs(&s, part);
    } while (pango_layout_iter_next_run(iter));
    pango_layout_iter_free(iter);
    hs_map_glyph *kept = hs_arena_array(texts->arena, (size_t)s.count + 1, sizeof *kept);
    bool good = s.glyph && run && kept && !s.failed;
    if (good) {
        memcpy(kept, s.glyph, s.count * sizeof *kept);
        *run = (hs_map_run){s.count, kept, s.x, key, s.count > 0};
        for (uint32_t i = 0; i < s.count; i++)
            run->upright = run->upright && kept[i].ideograph;
        good = put(&texts->runs, key, run);
    }
    free(s.glyph);
    return good ? run : NULL;
}

/* With the lock held: a font that has no Chinese would leave half of the names away without a word. */
static hs_status check_font(hs_map_texts *texts, PangoContext *context, hs_error *error) {
    if (texts->checked) return HS_OK;
    PangoLayout *layout = new_layout(context, "", false, HS_STR("\xE5\xB8\x82 A"));
    texts->checked = pango_layout_get_unknown_glyphs_count(layout) == 0;
    g_object_unref(layout);
    if (texts->checked) return HS_OK;
    return hs_error_set(error, HS_E_UNSUPPORTED,
                        "the map's names: no font on this machine has Chinese characters: install "
                        "fonts-wqy-microhei or fonts-noto-cjk");
}

hs_status hs_map_texts_shape(hs_map_texts *texts, const char *font, bool bold, hs_str text, hs_error *error,
                             const hs_map_run **run) {
    if (text.size > LONGEST) text.size = hs_utf8_cut(text, LONGEST);
    uint64_t key = hs_hash_str(text, hs_hash_str(hs_str_of(font), bold));
    hs_status status = HS_OK;
    pthread_mutex_lock(&texts->lock);
    const hs_map_run *found = find(&texts->runs, key);
    if (!found) {
        PangoContext *context = hs_pango_context_new();
        status = context ? check_font(texts, context, error) : hs_error_memory(error, "the map's names");
        if (status == HS_OK) {
            PangoLayout *layout = new_layout(context, font, bold, text);
            found = shape(texts, layout, text, key);
            g_object_unref(layout);
            if (!found) status = hs_error_memory(error, "the map's names");
        }
        if (context) g_object_unref(context);
    }
    pthread_mutex_unlock(&texts->lock);
    if (status == HS_OK) *run = found;
    return status;
}

void hs_map_outline_path(cairo_t *pen, const hs_map_outline *outline, double x, double y, double size,
                         double cosine, double sine) {
    double c = cosine * size;
    double s = sine * size;
    const float *n = outline->number;
    double p[6];
    for (uint32_t i = 0; i < outline->count; i++) {
        size_t numbers = numbers_of((cairo_path_data_type_t)outline->op[i]);
        for (size_t k = 0; k < numbers; k += 2) {
            p[k] = x + n[k] * c - n[k + 1] * s;
            p[k + 1] = y + n[k] * s + n[k + 1] * c;
        }
        n += numbers;
        if (numbers == 0)
            cairo_close_path(pen);
        else if (numbers == 6)
            cairo_curve_to(pen, p[0], p[1], p[2], p[3], p[4], p[5]);
        else if (outline->op[i] == CAIRO_PATH_MOVE_TO)
            cairo_move_to(pen, p[0], p[1]);
        else
            cairo_line_to(pen, p[0], p[1]);
    }
}
