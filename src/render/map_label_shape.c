/* What a label says, how it looks, and how its glyphs stand. */
#include "base/text.h"
#include "render/map_labels.h"
#include <math.h>
#include <string.h>

/* The baseline below the middle of a line of text, in ems: so that capitals and ideographs stand about the
 * middle. */
#define BASELINE_EM 0.36

enum { MOST_GLYPHS = 256, MOST_LINES = 16 };

/* The families of a layer, weights taken from their ends as MapLibre's fonts are named. */
static const char *font_of(const hs_map_labelling *l, const hs_map_layer *layer, bool *bold) {
    hs_map_value value;
    hs_map_scope nothing = {.zoom = 0};
    const char *families = "";
    *bold = false;
    if (!layer->property[HS_MAP_FONT] || !hs_map_evaluate(layer->property[HS_MAP_FONT], &nothing, &value))
        return "";
    for (size_t i = 0; i < value.list.count; i++) {
        hs_str name = value.list.items[i].text;
        hs_str ending = HS_STR(" Bold");
        if (name.size > ending.size &&
            memcmp(name.data + name.size - ending.size, ending.data, ending.size) == 0) {
            name.size -= ending.size;
            *bold = *bold || i == 0;
        }
        families =
            hs_arena_printf(l->arena, "%s%s%.*s", families, *families ? "," : "", (int)name.size, name.data);
        if (!families) return NULL;
    }
    return families;
}

/* Words that follow the reader's language have the other one where theirs is not known. */
static bool english_name(const hs_map_scope *scope, hs_map_value *value) {
    for (uint32_t i = 0; i < scope->count; i++)
        if (hs_str_equal(scope->properties[i].key, HS_STR("name_en"))) {
            *value = scope->properties[i].value;
            return true;
        }
    return false;
}

static hs_str text_of(const hs_map_labelling *l, const hs_map_layer *layer, const hs_map_scope *scope) {
    hs_map_value value;
    hs_str text = {"", 0};
    const hs_map_expression *field = layer->property[HS_MAP_FIELD];
    bool known = l->english && layer->label && english_name(scope, &value);
    if (!known && (!field || !hs_map_evaluate(field, scope, &value))) return text;
    if (!hs_map_to_text(&value, l->arena, &text)) return (hs_str){"", 0};
    unsigned transform = hs_map_word(layer, HS_MAP_TRANSFORM);
    if (transform != HS_MAP_AS_IS &&
        !hs_map_change_case(text, transform == HS_MAP_UPPERCASE, l->arena, &text))
        return (hs_str){"", 0};
    return hs_str_trim(text);
}

static hs_map_colour faded(hs_map_colour colour, double opacity) {
    colour.a *= opacity;
    return colour;
}

hs_status hs_map_label_look_of(const hs_map_labelling *l, uint32_t number, uint32_t feature,
                               hs_map_label_look *look) {
    const hs_map_layer *layer = &l->style->layers[number];
    hs_map_property properties[HS_MAP_MOST_PROPERTIES];
    hs_map_scope scope = {.zoom = l->zoom,
                          .shape = (hs_map_shape)l->features->set[layer->source].shape[feature],
                          .properties = properties,
                          .arena = l->arena};
    scope.count = hs_map_feature_properties(l->features, layer->source, feature, properties);
    memset(look, 0, sizeof *look);
    hs_str text = text_of(l, layer, &scope);
    look->size = hs_map_number(layer, HS_MAP_SIZE, &scope);
    if (text.size == 0 || look->size <= 0) return HS_OK;
    bool bold = false;
    const char *font = font_of(l, layer, &bold);
    if (!font) return hs_error_memory(l->error, "the map's names");
    look->spacing_em = hs_map_number(layer, HS_MAP_LETTER_SPACING, &scope);
    look->padding = hs_map_number(layer, HS_MAP_PADDING, &scope);
    look->max_angle = hs_map_number(layer, HS_MAP_MAX_ANGLE, &scope);
    look->distance = hs_map_number(layer, HS_MAP_SPACING, &scope);
    look->overlaps = hs_map_flag(layer, HS_MAP_ALLOW_OVERLAP, &scope);
    look->ignored = hs_map_flag(layer, HS_MAP_IGNORE_PLACEMENT, &scope);
    look->sort_key = hs_map_number(layer, HS_MAP_SORT_KEY, &scope);
    double opacity = hs_map_number(layer, HS_MAP_TEXT_OPACITY, &scope);
    look->colour = faded(hs_map_colour_of(layer, HS_MAP_TEXT_COLOUR, &scope), opacity);
    look->halo = faded(hs_map_colour_of(layer, HS_MAP_HALO_COLOUR, &scope), opacity);
    look->halo_width = hs_map_number(layer, HS_MAP_HALO_WIDTH, &scope);
    look->max_width = hs_map_number(layer, HS_MAP_MAX_WIDTH, &scope);
    look->line_height = hs_map_number(layer, HS_MAP_LINE_HEIGHT, &scope);
    (void)hs_map_numbers(layer, HS_MAP_OFFSET, look->offset, 2);
    look->anchor = hs_map_word(layer, HS_MAP_ANCHOR);
    look->justify = hs_map_word(layer, HS_MAP_JUSTIFY);
    return hs_map_texts_shape(l->texts, font, bold, text, l->error, &look->run);
}

double hs_map_label_width(const hs_map_label_look *look) {
    double gaps = look->run->count > 1 ? look->run->count - 1 : 0;
    return (look->run->width + gaps * look->spacing_em) * look->size;
}

static void begin(const hs_map_label_look *look, double x, double y, hs_map_draft *draft) {
    draft->box_count = 0;
    draft->label = (hs_map_label){.text = look->run->text_hash,
                                  .x = x,
                                  .y = y,
                                  .size = (float)look->size,
                                  .halo_width = (float)look->halo_width,
                                  .colour = look->colour,
                                  .halo = look->halo,
                                  .left = INFINITY,
                                  .top = INFINITY,
                                  .right = -INFINITY,
                                  .bottom = -INFINITY};
}

/* Adds what a label covers, from its anchor. */
static void cover(hs_map_label *label, double left, double top, double right, double bottom) {
    label->left = fminf(label->left, (float)left);
    label->top = fminf(label->top, (float)top);
    label->right = fmaxf(label->right, (float)right);
    label->bottom = fmaxf(label->bottom, (float)bottom);
}

static bool within_reach(const hs_map_label *label) {
    return label->left >= -HS_MAP_REACH_PX && label->top >= -HS_MAP_REACH_PX &&
           label->right <= HS_MAP_REACH_PX && label->bottom <= HS_MAP_REACH_PX;
}

typedef struct text_line {
    uint32_t first, end; /* glyphs, without the blanks at its end */
    double width;        /* ems */
} text_line;

/* Width of the glyphs [first, end), and the end without blanks. */
static double measure(const hs_map_label_look *look, uint32_t first, uint32_t *end) {
    const hs_map_glyph *g = look->run->glyph;
    while (*end > first && g[*end - 1].blank)
        (*end)--;
    if (*end <= first) return 0;
    return g[*end - 1].x + g[*end - 1].advance - g[first].x + (*end - first - 1) * look->spacing_em;
}

/* Lines of about equal width, none wider than the most where that can be: the least sum of squares of what
 * lines depart from the mean. */
static uint32_t break_lines(const hs_map_label_look *look, text_line lines[MOST_LINES]) {
    const hs_map_run *run = look->run;
    uint32_t whole = run->count;
    double width = measure(look, 0, &whole);
    uint32_t wanted = look->max_width > 0 ? (uint32_t)fmin(ceil(width / look->max_width), MOST_LINES) : 1;
    uint32_t place[MOST_GLYPHS + 1];
    double cost[MOST_GLYPHS + 1];
    uint32_t from[MOST_GLYPHS + 1] = {0};
    uint32_t places = 0;
    place[places++] = 0;
    for (uint32_t i = 1; i < whole && wanted > 1; i++)
        if (run->glyph[i].may_break) place[places++] = i;
    place[places] = whole;
    double mean = wanted > 0 ? width / wanted : width;
    cost[0] = 0;
    for (uint32_t i = 1; i <= places; i++) {
        cost[i] = INFINITY;
        for (uint32_t k = 0; k < i; k++) {
            uint32_t end = place[i];
            double over = measure(look, place[k], &end) - mean;
            double each = cost[k] + over * over;
            if (each < cost[i]) {
                cost[i] = each;
                from[i] = k;
            }
        }
    }
    uint32_t count = 0;
    for (uint32_t i = places; i > 0; i = from[i])
        count++;
    if (count > MOST_LINES) return 0;
    uint32_t at = count;
    for (uint32_t i = places; i > 0; i = from[i]) {
        text_line *line = &lines[--at];
        line->first = place[from[i]];
        line->end = place[i];
        line->width = measure(look, line->first, &line->end);
    }
    return count;
}

static void put_line(const hs_map_label_look *look, const text_line *line, double x, double baseline,
                     hs_map_draft *draft) {
    const hs_map_glyph *g = look->run->glyph;
    for (uint32_t i = line->first; i < line->end; i++) {
        if (g[i].blank || !g[i].outline || draft->label.glyph_count == MOST_GLYPHS) continue;
        double along = (g[i].x - g[line->first].x + (i - line->first) * look->spacing_em) * look->size;
        draft->glyph[draft->label.glyph_count++] = (hs_map_label_glyph){
            g[i].outline, (float)(x + along), (float)(baseline + g[i].y * look->size), 1, 0};
    }
}

bool hs_map_draft_point(const hs_map_label_look *look, double x, double y, hs_map_draft *draft) {
    text_line lines[MOST_LINES];
    uint32_t count = break_lines(look, lines);
    if (count == 0) return false;
    double width = 0;
    for (uint32_t i = 0; i < count; i++)
        width = fmax(width, lines[i].width * look->size);
    double height = count * look->line_height * look->size;
    double left = look->anchor & HS_MAP_ANCHOR_LEFT    ? 0
                  : look->anchor & HS_MAP_ANCHOR_RIGHT ? -width
                                                       : -width / 2;
    double top = look->anchor & HS_MAP_ANCHOR_TOP      ? 0
                 : look->anchor & HS_MAP_ANCHOR_BOTTOM ? -height
                                                       : -height / 2;
    left += look->offset[0] * look->size;
    top += look->offset[1] * look->size;
    begin(look, x, y, draft);
    for (uint32_t i = 0; i < count; i++) {
        double rest = width - lines[i].width * look->size;
        double indent = look->justify == HS_MAP_JUSTIFY_LEFT    ? 0
                        : look->justify == HS_MAP_JUSTIFY_RIGHT ? rest
                                                                : rest / 2;
        double baseline = top + (i + 0.5) * look->line_height * look->size + BASELINE_EM * look->size;
        put_line(look, &lines[i], left + indent, baseline, draft);
    }
    double halo = look->halo_width + 1;
    cover(&draft->label, left - halo, top - halo, left + width + halo, top + height + halo);
    draft->box[draft->box_count++] =
        (hs_map_label_box){x + left - look->padding, y + top - look->padding,
                           x + left + width + look->padding, y + top + height + look->padding};
    return draft->label.glyph_count > 0 && within_reach(&draft->label);
}

/* Walks a line forwards. */
typedef struct walker {
    const double *x, *y;
    uint32_t count, piece; /* between corners piece and piece + 1 */
    double start, length;  /* of the piece, along the line */
} walker;

static void enter_piece(walker *w) {
    w->length = hypot(w->x[w->piece + 1] - w->x[w->piece], w->y[w->piece + 1] - w->y[w->piece]);
}

static void walk_to(walker *w, double along, double *x, double *y) {
    while (w->piece + 2 < w->count && along > w->start + w->length) {
        w->start += w->length;
        w->piece++;
        enter_piece(w);
    }
    double t = w->length > 0 ? (along - w->start) / w->length : 0;
    *x = w->x[w->piece] + t * (w->x[w->piece + 1] - w->x[w->piece]);
    *y = w->y[w->piece] + t * (w->y[w->piece + 1] - w->y[w->piece]);
}

/* The line under the label's glyphs: where each one begins and ends. */
typedef struct glyph_seat {
    double x0, y0, x1, y1;
} glyph_seat;

static double turn_between(const glyph_seat *a, const glyph_seat *b) {
    double ax = a->x1 - a->x0;
    double ay = a->y1 - a->y0;
    double bx = b->x1 - b->x0;
    double by = b->y1 - b->y0;
    return fabs(atan2(ax * by - ay * bx, ax * bx + ay * by)) * (180 / 3.14159265358979323846);
}

/* Within any piece as long as the text is high and three fifths of that more, turns sum up to the most. */
static bool bends_too_much(const hs_map_label_look *look, const glyph_seat *seat, uint32_t count) {
    double window = 1.6 * look->size;
    for (uint32_t i = 1; i < count; i++) {
        double turned = 0;
        double length = 0;
        for (uint32_t k = i; k < count && length <= window; k++) {
            turned += turn_between(&seat[k - 1], &seat[k]);
            length += hypot(seat[k].x1 - seat[k].x0, seat[k].y1 - seat[k].y0);
        }
        if (turned > look->max_angle) return true;
    }
    return false;
}

/* Seats from the label's beginning; `backwards` reads the line from its other end. */
static void find_seats(const hs_map_label_look *look, const double *x, const double *y, uint32_t count,
                       double from, bool backwards, glyph_seat *seat) {
    const hs_map_run *run = look->run;
    double width = hs_map_label_width(look);
    walker w = {.x = x, .y = y, .count = count};
    enter_piece(&w);
    for (uint32_t n = 0; n < run->count; n++) {
        uint32_t i = backwards ? run->count - 1 - n : n;
        double begin_at = (run->glyph[i].x + i * look->spacing_em) * look->size;
        double end_at = begin_at + run->glyph[i].advance * look->size;
        double low = from + (backwards ? width - end_at : begin_at);
        double high = from + (backwards ? width - begin_at : end_at);
        glyph_seat s;
        walk_to(&w, low, &s.x0, &s.y0);
        walker ahead = w;
        walk_to(&ahead, high, &s.x1, &s.y1);
        seat[i] = backwards ? (glyph_seat){s.x1, s.y1, s.x0, s.y0} : s;
    }
}

static void put_seat(const hs_map_label_look *look, const hs_map_glyph *g, const glyph_seat *s,
                     bool downwards, hs_map_draft *draft) {
    double dx = s->x1 - s->x0;
    double dy = s->y1 - s->y0;
    double length = hypot(dx, dy);
    double cosine = length > 0 ? dx / length : 1;
    double sine = length > 0 ? dy / length : 0;
    if (downwards) {
        double along = cosine;
        cosine = sine;
        sine = -along;
    }
    double middle_x = (s->x0 + s->x1) / 2 - draft->label.x;
    double middle_y = (s->y0 + s->y1) / 2 - draft->label.y;
    double half = 0.6 * fmax(look->size, length);
    double reach = half + look->halo_width + 1;
    cover(&draft->label, middle_x - reach, middle_y - reach, middle_x + reach, middle_y + reach);
    half = 0.5 * look->line_height * look->size + look->padding;
    draft->box[draft->box_count++] =
        (hs_map_label_box){draft->label.x + middle_x - half, draft->label.y + middle_y - half,
                           draft->label.x + middle_x + half, draft->label.y + middle_y + half};
    if (g->blank || !g->outline) return;
    double back = g->advance * look->size / 2;
    double down = (BASELINE_EM + g->y) * look->size;
    draft->glyph[draft->label.glyph_count++] =
        (hs_map_label_glyph){g->outline, (float)(middle_x - cosine * back - sine * down),
                             (float)(middle_y - sine * back + cosine * down), (float)cosine, (float)sine};
}

bool hs_map_draft_line(const hs_map_label_look *look, const double *x, const double *y, uint32_t count,
                       double along, double anchor_x, double anchor_y, hs_map_draft *draft) {
    glyph_seat seat[MOST_GLYPHS];
    uint32_t glyphs = look->run->count;
    double from = along - hs_map_label_width(look) / 2;
    if (glyphs == 0 || glyphs > MOST_GLYPHS || from < 0) return false;
    find_seats(look, x, y, count, from, false, seat);
    /* Never upside down, and upwards where it stands straight; Chinese is written downwards along what is
     * steeper than half a right angle, each character upright. */
    double right = seat[glyphs - 1].x1 - seat[0].x0;
    double down = seat[glyphs - 1].y1 - seat[0].y0;
    bool downwards = look->run->upright && fabs(down) > fabs(right);
    if (downwards ? down < 0 : right < 0 || (right == 0 && down > 0))
        find_seats(look, x, y, count, from, true, seat);
    if (bends_too_much(look, seat, glyphs)) return false;
    begin(look, anchor_x, anchor_y, draft);
    for (uint32_t i = 0; i < glyphs; i++)
        put_seat(look, &look->run->glyph[i], &seat[i], downwards, draft);
    return draft->label.glyph_count > 0 && within_reach(&draft->label);
}
