#include "service/map_facts.h"

#include "base/clock.h"
#include "base/text.h"
#include "service/left_out.h"
#include <math.h>

#define METRES_PER_POINT (0.0254 / 72)

enum { WORDS = 1 << 16 };

typedef struct listing {
    hs_service *service;
    const hs_snapshot *snapshot;
    const hs_map_print *print;
    const hs_legend *legend;
    hs_arena *arena;
    hs_sheet_fact *facts;
    uint32_t count;
    bool failed;
} listing;

__attribute__((format_arg(2), format_arg(3))) static const char *say(const listing *l, const char *en,
                                                                     const char *zh) {
    return l->print->chinese ? zh : en;
}

/* Nothing is said of what has no value. */
static void add(listing *l, const char *name, const char *value) {
    if (!value) l->failed = true;
    if (!value || !*value) return;
    l->facts[l->count++] = (hs_sheet_fact){name, value};
}

hs_status hs_map_density_block(const hs_legend *legend, const hs_ramp_classes *classes, hs_rgba ground,
                               hs_arena *arena, hs_error *error, hs_sheet_key *keys, hs_sheet_block *block) {
    *block = (hs_sheet_block){.title = legend->title,
                              .note = legend->unit,
                              .keys = keys,
                              .key_count = classes->break_count + 1,
                              .ground = ground};
    for (uint32_t row = 0; row <= classes->break_count; row++) {
        uint32_t i = classes->break_count - row;
        char text[192];
        hs_legend_class_text(legend, classes, i, text, sizeof text);
        keys[row] = (hs_sheet_key){.style = {.fill = classes->colour[i]}};
        if (classes->colour[i].a == 0)
            keys[row].style = (hs_map_ink_style){.line = hs_sheet_rule, .line_width = 0.7};
        keys[row].text = hs_arena_strndup(arena, text, strlen(text));
        if (!keys[row].text) return hs_error_memory(error, "a printed map");
    }
    return HS_OK;
}

const char *hs_map_moment(const hs_snapshot *snapshot, int64_t time_s, bool minute, hs_arena *arena) {
    hs_civil c = hs_civil_from_s(time_s + hs_timezone_offset(snapshot->timezone, time_s));
    if (!minute) return hs_arena_printf(arena, "%d-%02d-%02d", c.year, c.month, c.day);
    return hs_arena_printf(arena, "%d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
}

static const char *kept(hs_buffer *text, hs_arena *arena) {
    const char *made =
        text->status == HS_OK ? hs_arena_strndup(arena, text->data ? text->data : "", text->size) : NULL;
    hs_buffer_done(text);
    return made;
}

/* Runs of bits first..last as `first-end`; a run over midnight is one. */
const char *hs_hours_words(uint32_t hours, hs_arena *arena) {
    hs_buffer text;
    hs_buffer_init(&text, WORDS);
    if ((hours & 0xFFFFFF) == 0xFFFFFF) hs_buffer_text(&text, "0\u201324");
    for (unsigned h = 0; h < 24 && (hours & 0xFFFFFF) != 0xFFFFFF; h++) {
        unsigned before = (h + 23) % 24;
        unsigned length = 0;
        if (!(hours >> h & 1) || (hours >> before & 1)) continue;
        while (hours >> ((h + length) % 24) & 1)
            length++;
        hs_buffer_printf(&text, "%s%u\u2013%u", text.size > 0 ? ", " : "", h,
                         h + length > 24 ? (h + length) % 24 : h + length);
    }
    return kept(&text, arena);
}

const char *hs_weekdays_words(uint32_t weekdays, bool chinese, hs_arena *arena) {
    static const char *const en[] = {"", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const zh[] = {"", "周一", "周二", "周三", "周四", "周五", "周六", "周日"};
    hs_buffer text;
    hs_buffer_init(&text, WORDS);
    for (unsigned day = 1; day <= 7; day++) {
        unsigned last = day;
        if (!(weekdays >> day & 1)) continue;
        while (last < 7 && weekdays >> (last + 1) & 1)
            last++;
        hs_buffer_text(&text, text.size > 0 ? (chinese ? "、" : ", ") : "");
        hs_buffer_text(&text, chinese ? zh[day] : en[day]);
        if (last > day) {
            hs_buffer_text(&text, last - day > 1 ? (chinese ? "至" : "\u2013") : chinese ? "、" : ", ");
            hs_buffer_text(&text, chinese ? zh[last] : en[last]);
        }
        day = last;
    }
    return kept(&text, arena);
}

static void add_hours(listing *l, const hs_filter *filter) {
    if (filter->hours != 0) {
        const char *hours = hs_hours_words(filter->hours, l->arena);
        add(l, say(l, "Hours", "时段"),
            hours ? hs_arena_printf(l->arena, say(l, "%s h", "%s 时"), hours) : NULL);
    }
    if (filter->weekdays != 0)
        add(l, say(l, "Weekdays", "星期"), hs_weekdays_words(filter->weekdays, l->print->chinese, l->arena));
    if (filter->unit == HS_NONE) return;
    const hs_units *units = &l->snapshot->geography->units;
    hs_str name = l->print->chinese || units->name_en[filter->unit].size == 0 ? units->name[filter->unit]
                                                                              : units->name_en[filter->unit];
    add(l, say(l, "Area", "区域"), hs_arena_strndup(l->arena, name.data, name.size));
}

static hs_status add_positioned(listing *l, const hs_filter *filter, hs_error *error) {
    hs_left_out out;
    hs_status status = hs_service_left_out(l->service, l->snapshot, filter, error, &out);
    if (status != HS_OK) return status;
    uint64_t used = out.total - out.unmatched - out.inaccurate;
    double share = out.total > 0 ? 100.0 * (double)used / (double)out.total : 0;
    const char *within =
        out.max_accuracy_m < 0
            ? ""
            : hs_arena_printf(l->arena, say(l, " within %g m", "，精度 %g 米以内"), out.max_accuracy_m);
    if (!within) return hs_error_memory(error, "a printed map");
    char number[4][HS_GROUPED_SIZE];
    add(l, say(l, "Positioned", "已定位"),
        hs_arena_printf(l->arena,
                        say(l, "%.1f %%%s (%s of %s; %s without position, %s less exact)",
                            "%.1f %%%s（%s／%s 件；无位置 %s 件，精度不足 %s 件）"),
                        share, within, hs_text_grouped(used, number[0]),
                        hs_text_grouped(out.total, number[1]), hs_text_grouped(out.unmatched, number[2]),
                        hs_text_grouped(out.inaccurate, number[3])));
    return HS_OK;
}

/* The title has the city. */
static bool is_city(const listing *l, const char *note) {
    return strcmp(note, l->snapshot->info.name) == 0 || strcmp(note, l->snapshot->info.name_en) == 0;
}

/* The density's own notes: period, count, then how it was computed. */
static hs_status add_subject(listing *l, hs_error *error) {
    const hs_legend *legend = l->legend;
    const hs_filter *filter = &l->print->subject->filter;
    add(l, say(l, "Problem", "问题"), legend->title);
    add(l, say(l, "Period", "时间"), legend->notes[0]);
    add_hours(l, filter);
    add(l, say(l, "Incidents", "案件"), legend->notes[1]);
    hs_status status = add_positioned(l, filter, error);
    for (int i = 2; l->print->shows_density && i < HS_LEGEND_MAX_NOTES && legend->notes[i]; i++)
        if (!is_city(l, legend->notes[i])) add(l, i == 2 ? say(l, "Density", "密度") : "", legend->notes[i]);
    return status;
}

static void add_data(listing *l) {
    const hs_snapshot *snapshot = l->snapshot;
    if (snapshot->incidents->max_time_s != HS_NO_TIME)
        add(l, say(l, "Data until", "数据截至"),
            hs_map_moment(snapshot, snapshot->incidents->max_time_s, true, l->arena));
    add(l, say(l, "Run", "运行编号"),
        hs_arena_printf(l->arena, say(l, "%s, data version %llu", "%s，数据版本 %llu"), l->print->run,
                        (unsigned long long)snapshot->version));
    add(l, say(l, "Printed", "制图日期"), hs_map_moment(snapshot, l->print->date_s, false, l->arena));
}

hs_status hs_map_facts_block(hs_service *service, const hs_snapshot *snapshot, const hs_map_print *print,
                             const hs_legend *legend, hs_arena *arena, hs_error *error, hs_sheet_fact *facts,
                             hs_sheet_block *block) {
    listing l = {service, snapshot, print, legend, arena, facts, 0, false};
    hs_status status = legend ? add_subject(&l, error) : HS_OK;
    if (status != HS_OK) return status;
    add_data(&l);
    if (l.failed) return hs_error_memory(error, "a printed map");
    *block = (hs_sheet_block){
        .title = say(&l, "About this map", "本图说明"), .facts = facts, .fact_count = l.count};
    return HS_OK;
}

const char *hs_map_scale_words(double metres_per_point, const char *paper, bool chinese, hs_arena *arena) {
    double number = metres_per_point / METRES_PER_POINT;
    double step = pow(10, floor(log10(number)) - 1);
    char digits[HS_GROUPED_SIZE];
    return hs_arena_printf(arena,
                           hs_in_language(chinese,
                                          "about 1:%s on %s, in the middle\nWeb Mercator, north is up",
                                          "约 1:%s（%s，图幅中央）\nWeb 墨卡托投影，上北下南"),
                           hs_text_grouped((uint64_t)(round(number / step) * step), digits), paper);
}
