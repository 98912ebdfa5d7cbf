#include "api/fonts.h"

#include "base/asset.h"
#include "base/hash.h"
#include "base/text.h"
#include "render/font_slices.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

typedef struct face {
    const char *id;     /* in addresses */
    const char *family; /* in map styles */
    const char *asset;
    unsigned weight; /* in style sheets */
} face;
enum { FACES = 2 };
static const face faces[FACES] = {
    {"regular", "Noto Sans CJK SC", "fonts/NotoSansCJKsc-Regular.otf", 400},
    {"bold", "Noto Sans CJK SC Bold", "fonts/NotoSansCJKsc-Bold.otf", 700},
};

struct hs_fonts {
    pthread_mutex_t lock;
    uint64_t key; /* of what `now` was made for */
    hs_font *font[FACES];
    /* `before` serves pages that still hold the addresses of names as they were. */
    hs_font_slices *now[FACES], *before[FACES];
};

/* Fonts are a table of their own (base/assets.cmake): nothing else needs their megabytes. */
static hs_str find_file(const char *name) {
    for (const hs_asset_entry *asset = hs_font_table; asset->name; asset++)
        if (strcmp(asset->name, name) == 0)
            return (hs_str){asset->begin, (size_t)(asset->end - asset->begin)};
    return (hs_str){"", 0};
}

hs_status hs_fonts_new(hs_error *error, hs_fonts **fonts) {
    hs_fonts *made = calloc(1, sizeof *made);
    if (!made || pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return hs_error_memory(error, "fonts");
    }
    hs_status status = HS_OK;
    for (size_t f = 0; f < FACES && status == HS_OK; f++)
        status = hs_font_new(find_file(faces[f].asset), error, &made->font[f]);
    if (status == HS_OK)
        *fonts = made;
    else
        hs_fonts_free(made);
    return status;
}

void hs_fonts_free(hs_fonts *fonts) {
    if (!fonts) return;
    for (size_t f = 0; f < FACES; f++) {
        hs_font_slices_free(fonts->now[f]);
        hs_font_slices_free(fonts->before[f]);
        hs_font_free(fonts->font[f]);
    }
    (void)pthread_mutex_destroy(&fonts->lock);
    free(fonts);
}

static uint64_t key_of(const hs_snapshot *snapshot) {
    if (!snapshot) return 1;
    const hs_geography *g = snapshot->geography;
    const uint64_t parts[] = {snapshot->geography_version, snapshot->taxonomy_version, g->units.count,
                              g->streets.count, g->places.count};
    return hs_hash_str(hs_str_of(snapshot->info.name), hs_hash(parts, sizeof parts, 0)) | 1;
}

/* All that the page says in Chinese. */
static void gather_words(hs_buffer *words) {
    static const char folder[] = "web/i18n/", ending[] = "zh.json";
    hs_buffer_init(words, 16 << 20);
    for (const hs_asset_entry *asset = hs_asset_table; asset->name; asset++) {
        size_t size = strlen(asset->name);
        if (size > sizeof ending && strncmp(asset->name, folder, sizeof folder - 1) == 0 &&
            strcmp(asset->name + size - (sizeof ending - 1), ending) == 0)
            hs_buffer_append(words, asset->begin, (size_t)(asset->end - asset->begin));
    }
}

/* With the lock held: slices for the city as it is. */
static hs_status refresh(hs_fonts *fonts, const hs_snapshot *snapshot, hs_error *error) {
    uint64_t key = key_of(snapshot);
    if (fonts->key == key) return HS_OK;
    hs_buffer words;
    gather_words(&words);
    hs_font_slices *made[FACES] = {0};
    hs_status status = HS_OK;
    for (size_t f = 0; f < FACES && status == HS_OK; f++)
        status = hs_font_slices_new(fonts->font[f], snapshot ? snapshot->geography : NULL,
                                    snapshot ? snapshot->taxonomy : NULL,
                                    (hs_str){words.data ? words.data : "", words.size}, error, &made[f]);
    for (size_t f = 0; f < FACES; f++) {
        if (status == HS_OK) {
            hs_font_slices_free(fonts->before[f]);
            fonts->before[f] = fonts->now[f];
            fonts->now[f] = made[f];
        } else {
            hs_font_slices_free(made[f]);
        }
    }
    hs_buffer_done(&words);
    if (status == HS_OK) fonts->key = key;
    return status;
}

typedef void write_range(void *to, const char *separator, uint32_t from, uint32_t last);

/* Runs of code points. The rest is one run: what the font lacks there the reader's own fonts draw, as without
 * it. */
static void each_range(const hs_font_slice *slice, write_range *write, void *to) {
    const char *separator = "";
    for (uint32_t i = 0, next; i < slice->count; i = next, separator = ",") {
        next = i + 1;
        while (next < slice->count &&
               (slice->kind == HS_SLICE_REST || slice->codes[next] == slice->codes[next - 1] + 1))
            next++;
        write(to, separator, slice->codes[i], slice->codes[next - 1]);
    }
}

static void write_css_range(void *to, const char *separator, uint32_t from, uint32_t last) {
    hs_buffer_printf(to, "%sU+%X", separator, from);
    if (last > from) hs_buffer_printf(to, "-%X", last);
}

static void write_json_range(void *to, const char *separator, uint32_t from, uint32_t last) {
    hs_buffer_printf(to, "%s\"", separator);
    write_css_range(to, "", from, last);
    hs_buffer_byte(to, '"');
}

static void write_address(const face *f, const hs_font_slice *slice, hs_buffer *out) {
    hs_buffer_printf(out, "/fonts/%s/%s.otf?v=%016llx", f->id, slice->name, (unsigned long long)slice->hash);
}

static void write_json_face(hs_call *call, const face *f, const hs_font_slices *slices, hs_buffer *out) {
    const char *separator = "";
    hs_buffer_printf(out, "\"%s\":[", f->family);
    for (uint32_t i = 0; i < slices->count; i++) {
        const hs_font_slice *slice = &slices->slice[i];
        if (slice->kind == HS_SLICE_PAGE) continue; /* words of the page are on no map */
        hs_buffer_printf(out, "%s\n{\"url\":\"", separator);
        hs_buffer_str(out, call->request->base_url);
        write_address(f, slice, out);
        hs_buffer_text(out, "\",\"unicode-range\":[");
        each_range(slice, write_json_range, out);
        hs_buffer_text(out, "]}");
        separator = ",";
    }
    hs_buffer_byte(out, ']');
}

hs_status hs_call_write_font_faces(hs_call *call, hs_buffer *out) {
    hs_fonts *fonts = call->api->fonts;
    (void)pthread_mutex_lock(&fonts->lock);
    hs_status status = refresh(fonts, call->snapshot, call->error);
    hs_buffer_byte(out, '{');
    for (size_t f = 0; f < FACES && status == HS_OK; f++) {
        if (f > 0) hs_buffer_text(out, ",\n");
        write_json_face(call, &faces[f], fonts->now[f], out);
    }
    hs_buffer_byte(out, '}');
    (void)pthread_mutex_unlock(&fonts->lock);
    return status;
}

/* What is declared last is taken first: slices of the page, whose words are there anyway, before names. */
static void write_css_face(const face *f, const hs_font_slices *slices, hs_slice_kind kind, hs_buffer *out) {
    for (uint32_t i = 0; i < slices->count; i++) {
        const hs_font_slice *slice = &slices->slice[i];
        if (slice->kind != kind) continue;
        hs_buffer_printf(out, "@font-face{font-family:\"hotspot\";font-weight:%u;font-display:swap;src:url(",
                         f->weight);
        write_address(f, slice, out);
        hs_buffer_text(out, ") format(\"opentype\");unicode-range:");
        each_range(slice, write_css_range, out);
        hs_buffer_text(out, "}\n");
    }
}

hs_status hs_serve_font_sheet(hs_call *call) {
    static const hs_slice_kind order[] = {HS_SLICE_REST, HS_SLICE_NAMES, HS_SLICE_PAGE, HS_SLICE_LATIN};
    hs_fonts *fonts = call->api->fonts;
    call->snapshot = hs_service_snapshot(call->api->service);
    if (hs_call_begin(call, "text/css; charset=utf-8", HS_READS_CITY)) return HS_OK;
    hs_buffer *out = &call->response->body;
    (void)pthread_mutex_lock(&fonts->lock);
    hs_status status = refresh(fonts, call->snapshot, call->error);
    for (size_t k = 0; k < sizeof order / sizeof *order && status == HS_OK; k++)
        for (size_t f = 0; f < FACES; f++)
            write_css_face(&faces[f], fonts->now[f], order[k], out);
    (void)pthread_mutex_unlock(&fonts->lock);
    return status;
}

static bool has_hash(const hs_font_slice *slice, uint64_t hash) {
    return slice && slice->hash == hash;
}

/* A copy in the call's arena of the slice that is asked for: of the state that `v` names, else of today's. */
static hs_status take_slice(hs_call *call, size_t f, uint64_t hash, hs_font_slice *taken) {
    hs_fonts *fonts = call->api->fonts;
    hs_str name = hs_request_param(call->request, "slice");
    (void)pthread_mutex_lock(&fonts->lock);
    hs_status status = refresh(fonts, call->snapshot, call->error);
    const hs_font_slice *now = status == HS_OK ? hs_font_slices_find(fonts->now[f], name) : NULL;
    const hs_font_slice *before = fonts->before[f] ? hs_font_slices_find(fonts->before[f], name) : NULL;
    const hs_font_slice *slice = !now || (!has_hash(now, hash) && has_hash(before, hash)) ? before : now;
    if (slice) {
        uint32_t *codes = hs_arena_array(call->arena, slice->count, sizeof *codes);
        if (codes) memcpy(codes, slice->codes, slice->count * sizeof *codes);
        *taken = *slice;
        taken->codes = codes;
        if (!codes) status = hs_error_memory(call->error, "a slice of a font");
    } else if (status == HS_OK) {
        status = hs_error_set(call->error, HS_E_NOT_FOUND, "there is no such slice; see /fonts.css");
    }
    (void)pthread_mutex_unlock(&fonts->lock);
    return status;
}

hs_status hs_serve_font(hs_call *call) {
    hs_str id = hs_request_param(call->request, "face");
    size_t f = 0;
    while (f < FACES && !hs_str_equal(id, hs_str_of(faces[f].id)))
        f++;
    if (f == FACES) return hs_error_set(call->error, HS_E_NOT_FOUND, "there are the faces regular and bold");
    char *version =
        hs_arena_printf(call->arena, "%.*s", (int)hs_call_text(call, "v").size, hs_call_text(call, "v").data);
    uint64_t hash = version ? strtoull(version, NULL, 16) : 0;
    hs_font_slice slice = {0};
    call->snapshot = hs_service_snapshot(call->api->service);
    hs_status status = take_slice(call, f, hash, &slice);
    if (status != HS_OK) return status;
    hs_response *response = call->response;
    response->content_type = "font/otf";
    response->compressible = true;
    if (has_hash(&slice, hash)) response->cache_control = "public, max-age=31536000, immutable";
    if (hs_request_cached(call->request, response, slice.hash ? slice.hash : 1)) return HS_OK;
    return hs_font_subset(call->api->fonts->font[f], slice.codes, slice.count, call->error, &response->body);
}
