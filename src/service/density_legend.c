#include "service/density_legend.h"

#include "base/text.h"
#include "render/legend.h"

#include <stdio.h>

enum { MOST_NAMES = 4 };

typedef struct writing {
    const hs_snapshot *snapshot;
    const hs_density_request *request;
    bool chinese;
    hs_arena *arena;
} writing;

__attribute__((format_arg(2), format_arg(3))) static const char *say(const writing *w, const char *en,
                                                                     const char *zh) {
    return w->chinese ? zh : en;
}

/* A class's name in the language asked for; one that the taxonomy does not know goes by its code. */
static hs_str name_of(const writing *w, hs_str code) {
    const hs_taxonomy *taxonomy = w->snapshot->taxonomy;
    uint32_t row = hs_taxonomy_find(taxonomy, code);
    if (row == HS_NONE) return code;
    const hs_category_record *found = &taxonomy->category[row];
    hs_str first = w->chinese ? found->name : found->name_en;
    hs_str second = w->chinese ? found->name_en : found->name;
    return first.size > 0 ? first : second.size > 0 ? second : code;
}

static const char *text_of(const writing *w, const hs_buffer *text) {
    return hs_arena_strndup(w->arena, text->data ? text->data : "", text->size);
}

static const char *problems_of(const writing *w, const hs_filter *filter) {
    if (filter->problem_count == 0) return say(w, "All problems", "全部问题");
    hs_buffer text;
    hs_buffer_init(&text, 1 << 20);
    for (uint32_t i = 0; i < filter->problem_count && i < MOST_NAMES; i++) {
        if (i > 0) hs_buffer_text(&text, say(w, ", ", "、"));
        hs_buffer_str(&text, name_of(w, filter->problem[i]));
    }
    if (filter->problem_count > MOST_NAMES)
        hs_buffer_printf(&text, say(w, " and %u more", " 等 %u 类"),
                         w->chinese ? filter->problem_count : filter->problem_count - MOST_NAMES);
    const char *title = text_of(w, &text);
    hs_buffer_done(&text);
    return title;
}

const char *hs_service_problem_words(const hs_snapshot *snapshot, const hs_filter *filter, bool chinese,
                                     hs_arena *arena) {
    const writing w = {snapshot, NULL, chinese, arena};
    return problems_of(&w, filter);
}

/* A ratio says of what. */
static const char *title_of(const writing *w) {
    const char *own = problems_of(w, &w->request->filter);
    if (w->request->measure != HS_MEASURE_RELATIVE_RISK || !own) return own;
    const char *other = w->request->population.size > 0        ? say(w, "residents", "人口")
                        : w->request->other.problem_count == 0 ? say(w, "all problems", "全部问题")
                                                               : problems_of(w, &w->request->other);
    return other ? hs_arena_printf(w->arena, say(w, "%s over %s", "%s／%s"), own, other) : NULL;
}

/* The picture writes a ratio where values are its logarithm. */
static const char *unit_of(const writing *w) {
    if (w->request->measure == HS_MEASURE_RELATIVE_RISK)
        return say(w, "ratio of shares, times", "占比之比（倍）");
    return w->chinese ? hs_density_unit_zh(w->request) : hs_density_unit_en(w->request);
}

static hs_civil local_of(const writing *w, int64_t time_s) {
    return hs_civil_from_s(time_s + hs_timezone_offset(w->snapshot->timezone, time_s));
}

static bool is_midnight(const writing *w, int64_t time_s) {
    hs_civil c = local_of(w, time_s);
    return c.hour == 0 && c.minute == 0 && c.second == 0;
}

static const char *moment(const writing *w, int64_t time_s, bool day) {
    hs_civil c = local_of(w, time_s);
    if (day) return hs_arena_printf(w->arena, "%d-%02d-%02d", c.year, c.month, c.day);
    return hs_arena_printf(w->arena, "%d-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
}

/* Days where the period begins and ends with a local day, else minutes. */
static const char *period(const writing *w, const hs_filter *filter) {
    bool from = filter->from_s != HS_NO_TIME;
    bool to = filter->to_s != HS_NO_TIME;
    bool days = (!from || is_midnight(w, filter->from_s)) && (!to || is_midnight(w, filter->to_s));
    const char *first = from ? moment(w, filter->from_s, days) : "";
    const char *last = to ? moment(w, filter->to_s - (days ? 1 : 0), days) : "";
    if (!first || !last) return NULL;
    if (from && to)
        return days && filter->to_s - filter->from_s <= 90000
                   ? first
                   : hs_arena_printf(w->arena, say(w, "%s to %s", "%s 至 %s"), first, last);
    if (from) return hs_arena_printf(w->arena, say(w, "from %s", "%s 起"), first);
    if (to) return hs_arena_printf(w->arena, say(w, "until %s", "至 %s"), last);
    return say(w, "all times", "全部时间");
}

static const char *period_note(const writing *w) {
    const hs_density_request *request = w->request;
    const char *own = period(w, &request->filter);
    if (!own) return NULL;
    if (request->measure == HS_MEASURE_DIFFERENCE) {
        const char *other = period(w, &request->other);
        return other ? hs_arena_printf(w->arena, say(w, "%s less %s", "%s 减 %s"), own, other) : NULL;
    }
    if (request->time_bandwidth_s > 0) {
        const char *at = moment(w, request->at_s, false);
        return at ? hs_arena_printf(w->arena, say(w, "at %s, ± %g days", "%s，前后 %g 天"), at,
                                    request->time_bandwidth_s / 86400.0)
                  : NULL;
    }
    return own;
}

static const char *method_note(const writing *w) {
    static const char *const zh[HS_KERNEL_COUNT] = {"四次", "Epanechnikov ", "高斯", "三权", "均匀", "三角"};
    const hs_density_request *request = w->request;
    const char *kernel = w->chinese ? zh[request->kernel] : hs_kernel_name(request->kernel);
    const char *by =
        request->bandwidth_source == HS_BANDWIDTH_CHOSEN
            ? hs_arena_printf(w->arena, say(w, " (by %s)", "（%s 法）"), hs_density_bandwidth_source(request))
            : "";
    if (!by) return NULL;
    return hs_arena_printf(w->arena, say(w, "%s kernel, %sbandwidth %g m%s%s", "%s核，%s带宽 %g 米%s%s"),
                           kernel, request->adaptive ? say(w, "adaptive ", "自适应") : "",
                           request->bandwidth_m, by,
                           request->edge_correction ? say(w, ", edges corrected", "，经边界校正") : "");
}

static const char *street_note(const writing *w) {
    static const char *const en[] = {[HS_NETWORK_SIMPLE] = "simple",
                                     [HS_NETWORK_DISCONTINUOUS] = "equal-split discontinuous",
                                     [HS_NETWORK_CONTINUOUS] = "equal-split continuous"};
    static const char *const zh[] = {[HS_NETWORK_SIMPLE] = "简单",
                                     [HS_NETWORK_DISCONTINUOUS] = "等分不连续",
                                     [HS_NETWORK_CONTINUOUS] = "等分连续"};
    int method = (int)w->request->network_method;
    return hs_arena_printf(w->arena, say(w, "along streets, %s", "沿街道，路口%s"),
                           w->chinese ? zh[method] : en[method]);
}

static const char *mask_note(const writing *w) {
    double least = w->request->min_n;
    if (w->request->population.size > 0)
        return hs_arena_printf(
            w->arena, say(w, "blank where fewer than %g residents", "核下人口不足 %g 处不绘"), least);
    return hs_arena_printf(
        w->arena, say(w, "blank where fewer than %g effective incidents", "核下有效件数不足 %g 处不绘"),
        least);
}

static const char *tolerance_note(const writing *w) {
    return hs_arena_printf(w->arena,
                           say(w, "only where p < %g, place by place", "仅绘 p < %g 处（逐点检验）"),
                           w->request->tolerance);
}

static hs_status count_note(const writing *w, hs_service *service, hs_error *error, const char **note) {
    uint64_t n;
    hs_status status = hs_service_density_counted(service, w->snapshot, w->request, error, &n);
    if (status != HS_OK) return status;
    char count[HS_GROUPED_SIZE];
    *note = hs_arena_printf(w->arena, say(w, "n = %s incidents", "n = %s 件"), hs_text_grouped(n, count));
    return HS_OK;
}

static const char *city_note(const writing *w) {
    const hs_city_info *info = &w->snapshot->info;
    return w->chinese || !*info->name_en ? info->name : info->name_en;
}

hs_status hs_service_density_legend_words(hs_service *service, const hs_snapshot *snapshot,
                                          const hs_density_legend *legend, hs_arena *arena, hs_error *error,
                                          hs_legend *out) {
    const writing w = {snapshot, legend->request, legend->chinese, arena};
    const char *count = NULL;
    hs_status status = count_note(&w, service, error, &count);
    if (status != HS_OK) return status;
    hs_legend picture = {.title = title_of(&w),
                         .unit = unit_of(&w),
                         .notes = {period_note(&w), count, method_note(&w)},
                         .scale = hs_density_scale(legend->request),
                         .paper = legend->paper,
                         .chinese = legend->chinese,
                         .device_scale = legend->device_scale};
    int notes = 3;
    for (int i = 0; i < notes; i++)
        if (!picture.notes[i] || !picture.title)
            return hs_error_set(error, HS_E_MEMORY, "out of memory for a legend");
    if (legend->request->min_n > 0) picture.notes[notes++] = mask_note(&w);
    if (legend->request->network) picture.notes[notes++] = street_note(&w);
    if (legend->request->tolerance > 0) picture.notes[notes++] = tolerance_note(&w);
    if (*city_note(&w)) picture.notes[notes] = city_note(&w);
    *out = picture;
    return HS_OK;
}

hs_status hs_service_density_legend(hs_service *service, const hs_snapshot *snapshot,
                                    const hs_density_legend *legend, hs_arena *arena, hs_error *error,
                                    hs_buffer *out) {
    hs_legend picture;
    hs_status status = hs_service_density_legend_words(service, snapshot, legend, arena, error, &picture);
    return status == HS_OK ? hs_render_legend(&picture, legend->classes, error, out) : status;
}
