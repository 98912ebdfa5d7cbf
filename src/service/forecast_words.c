/* How a forecast was computed, Chinese and English. */
#include "service/forecast.h"

#include "base/text.h"
#include <math.h>

typedef struct method_words {
    const char *en, *zh;
} method_words;

static const method_words words[HS_FORECAST_METHODS] = {
    {"last-period: counts of the period before the origin, as long as the horizon",
     "last-period：起点前等长一期的计数"},
    {"all-history: counts of the whole past", "all-history：全部历史计数"},
    {"kernel-scott: Gaussian kernel density of the whole past, bandwidth by Scott's rule (Scott 1992), {1} "
     "m: "
     "the usual default, shown for comparison",
     "kernel-scott：全部历史的高斯核密度，带宽按 Scott 规则（Scott 1992），{1} 米；即常见默认做法，供比较"},
    {"kernel: Gaussian kernel density with the bandwidth and half-life that caught most at earlier origins, "
     "{1} m (0: counts of cells) and {2}",
     "kernel：带宽与半衰期取在更早起点命中最多者的高斯核密度，{1} 米（0 为单元计数），{2}"},
    {"self-exciting: a background and incidents that set off others near them soon after, fitted by EM "
     "(Mohler, "
     "Short, Brantingham, Schoenberg and Tita 2011); each sets off {1}, after {2} days on average, within "
     "{3} m (sigma)",
     "self-exciting：背景加近重复触发的自激点过程，EM 估计（Mohler 等 2011）；每件平均触发 {1} 件，平均 "
     "{2} "
     "天后，空间标准差 {3} 米"},
    {"regression: Poisson regression with a ridge penalty (Hoerl and Kennard 1970) on logarithms of surfaces "
     "at "
     "several recencies and ranges, the same season of earlier years, and distances to places",
     "regression：带岭惩罚（Hoerl 与 Kennard "
     "1970）的泊松回归，自变量为多种近因与范围的密度面之对数、往年同季、"
     "到场所的距离"},
    {"mixture: surfaces of all bandwidths and half-lives, weighted by EM (Dempster, Laird and Rubin 1977) so "
     "that "
     "what came after earlier origins is likeliest",
     "mixture：所有带宽与半衰期的密度面，按 EM（Dempster、Laird 与 Rubin "
     "1977）加权，使更早起点之后的案件似然最大"},
    {"stack: all-history, kernel, self-exciting, regression and mixture, weighted by how likely their own "
     "forecasts of earlier periods made what came (Wolpert 1992) and by how much more than the others each "
     "caught "
     "in the share asked for",
     "stack：all-history、kernel、self-exciting、regression、mixture "
     "五法，按各自对更早各期预测的似然（Wolpert "
     "1992）及在所给占比内比其余多命中的程度加权"},
};

/* Numbers of a method's fit, as its words want them. */
typedef struct fit_words {
    char number[3][48];
} fit_words;

static fit_words fit_of(const hs_forecast_fitted *v, int method, bool chinese) {
    fit_words w = {{"", "", ""}};
    if (method == HS_FORECAST_SCOTT) (void)snprintf(w.number[0], sizeof w.number[0], "%.0f", v->scott_m);
    if (method == HS_FORECAST_KERNEL) {
        double half = v->kernel.half_life_days;
        (void)snprintf(w.number[0], sizeof w.number[0], "%.0f", v->kernel.bandwidth_m);
        if (isinf(half))
            (void)snprintf(w.number[1], sizeof w.number[1], "%s",
                           hs_in_language(chinese, "no decay", "不衰减"));
        else
            (void)snprintf(w.number[1], sizeof w.number[1],
                           hs_in_language(chinese, "a half-life of %.0f days", "半衰期 %.0f 天"), half);
    }
    if (method == HS_FORECAST_SELF_EXCITING) {
        (void)snprintf(w.number[0], sizeof w.number[0], "%.2f", v->triggered);
        (void)snprintf(w.number[1], sizeof w.number[1], "%.1f", v->trigger_days);
        (void)snprintf(w.number[2], sizeof w.number[2], "%.0f", v->trigger_m);
    }
    return w;
}

static void explain_methods(const hs_forecast_fitted *v, bool chinese, hs_buffer *out) {
    hs_buffer_text(out, hs_in_language(chinese, "\nMethods:", "\n各方法："));
    hs_arena *arena = hs_arena_new(65536);
    for (int m = 0; m < HS_FORECAST_METHODS && arena; m++) {
        fit_words w = fit_of(v, m, chinese);
        const char *numbers[] = {w.number[0], w.number[1], w.number[2]};
        const char *text =
            hs_hotspot_fill(arena, hs_in_language(chinese, words[m].en, words[m].zh), numbers, 3);
        hs_buffer_text(out, "\n- ");
        hs_buffer_text(out, text ? text : "");
    }
    if (!arena) out->status = HS_E_MEMORY;
    hs_arena_free(arena);
}

const char *hs_forecast_recapture_words(bool chinese) {
    return hs_in_language(
        chinese,
        "The recapture rate (RRI) is the count in the chosen cells in the scored period over that in the "
        "period "
        "before, over the same ratio of all cells (Levine 2008); other authors divide densities or leave out "
        "the "
        "whole. ",
        "recapture（RRI）为入选单元在评分期与前一期的计数之比，除以全部单元的同一比值（Levine "
        "2008）；另有作者采用密度之比或不除以全体。");
}

const char *hs_forecast_calibration_words(bool chinese) {
    return hs_in_language(
        chinese,
        "Calibration compares what was expected with what came in ten parts of the cells of about equal "
        "expectation, over all held-out periods together, with 95 % limits of Poisson counts (Garwood 1936); "
        "the "
        "slope is that of a Poisson regression of the observed on the logarithm of the expected rate, 1 "
        "being "
        "calibrated (Cox 1958). ",
        "校准：把单元按预计率分为预计数大致相等的十份，合计全部留出期，比较预计与实际件数，附泊松计数的 95% "
        "限（Garwood 1936）；斜率为实际对预计率对数的泊松回归斜率，1 为校准（Cox 1958）。");
}

static void explain_gains(const hs_forecast *f, hs_forecast_method asked, bool chinese, hs_buffer *out) {
    static const char *const rivals[HS_RIVALS][2] = {
        {"the single method that had caught most at earlier origins", "更早起点命中最多的单一方法"},
        {"the usual kernel density (kernel-scott)", "常见核密度（kernel-scott）"}};
    for (int r = 0; r < HS_RIVALS; r++) {
        hs_forecast_interval hit = hs_forecast_gain(f, asked, (hs_forecast_rival)r, HS_SCORE_HIT_RATE);
        hs_forecast_interval pai = hs_forecast_gain(f, asked, (hs_forecast_rival)r, HS_SCORE_PAI);
        if (hit.periods < 2) continue; /* no interval */
        hs_buffer_printf(
            out,
            hs_in_language(
                chinese,
                "\nGain of %s over %s: hit rate %+.2f percentage points (95 %% interval %+.2f to %+.2f), PAI "
                "%+.2f "
                "(%+.2f to %+.2f), by the paired bootstrap over %u held-out periods.",
                "\n%s 相对%s的增益：命中率 %+.2f 个百分点（95%% 区间 %+.2f 至 %+.2f），PAI %+.2f（%+.2f 至 "
                "%+.2f），按 %u 个留出期配对自助法。"),
            hs_forecast_method_name(asked), rivals[r][chinese], 100 * hit.mean, 100 * hit.low, 100 * hit.high,
            pai.mean, pai.low, pai.high, (unsigned)hit.periods);
    }
}

static void explain_calibration(const hs_forecast *f, bool chinese, hs_buffer *out) {
    hs_buffer_printf(
        out,
        hs_in_language(chinese,
                       "\nHeld out, %.2f came for each one expected; slope %.2f. In-sample, in the "
                       "period before the origin that the forecast has seen, the chosen cells hold "
                       "%.1f %%: no measure of how good it is.",
                       "\n留出期实际与预计之比 %.2f，斜率 "
                       "%.2f。样本内（预测已见过的起点前一期）入选单元占 %.1f%%，不能作为准确度。"),
        f->calibration.ratio, f->calibration.slope, 100 * f->in_sample.hit_rate);
}

static void explain_scores(const hs_forecast *f, hs_forecast_method asked, bool chinese, hs_buffer *out) {
    if (f->folds == 0) return;
    hs_forecast_interval hit = hs_forecast_interval_of(f, asked, HS_SCORE_HIT_RATE);
    hs_forecast_interval pai = hs_forecast_interval_of(f, asked, HS_SCORE_PAI);
    hs_forecast_interval usual = hs_forecast_interval_of(f, HS_FORECAST_SCOTT, HS_SCORE_HIT_RATE);
    hs_buffer_printf(
        out,
        hs_in_language(
            chinese,
            "\nHeld out: over %u earlier periods that were not seen it would have caught %.1f %% of the "
            "incidents (95 %% interval %.1f to %.1f), PAI %.2f (%.2f to %.2f); the usual kernel density "
            "%.1f %%.",
            "\n留出评分：在未参与拟合的 %u 个更早时期中，平均命中 %.1f%% 的案件（95%% 区间 %.1f 至 %.1f），"
            "PAI %.2f（%.2f 至 %.2f）；常见核密度为 %.1f%%。"),
        (unsigned)f->folds, 100 * hit.mean, 100 * hit.low, 100 * hit.high, pai.mean, pai.low, pai.high,
        100 * usual.mean);
    hs_buffer_text(
        out,
        hs_in_language(
            chinese,
            " PAI is the share of incidents over the share of area or length (Chainey, Tompson and Uhlig "
            "2008); PEI is PAI over that of the cells in the order of what came (Hunt 2016); PEI* is what "
            "was "
            "caught over the most that could be (Joshi and others 2021). ",
            "PAI 为案件占比除以面积（长度）占比（Chainey、Tompson 与 Uhlig 2008）；PEI 为 PAI "
            "除以按实际发生排序所得的 "
            "PAI（Hunt 2016）；PEI* 为命中数除以同面积最多可命中数（Joshi 等 2021）。"));
    hs_buffer_text(out, hs_forecast_recapture_words(chinese));
    hs_buffer_text(out, hs_forecast_calibration_words(chinese));
    hs_buffer_text(out,
                   hs_in_language(chinese,
                                  "Intervals are percentiles of a bootstrap over whole periods (Efron 1979).",
                                  "区间为按整期重抽样自助法（Efron 1979）的百分位。"));
    explain_gains(f, asked, chinese, out);
    explain_calibration(f, chinese, out);
}

/* Of what was used, what patrols found. */
static void explain_reporting(const hs_forecast_answer *a, bool chinese, hs_buffer *out) {
    const uint64_t *of = a->found.of;
    uint64_t all = of[HS_REPORTING_PATROL] + of[HS_REPORTING_RESIDENTS] + of[HS_REPORTING_OTHER];
    hs_share share = hs_share_of(of[HS_REPORTING_PATROL], all);
    hs_buffer_printf(
        out,
        hs_in_language(
            chinese,
            "\nOf the %llu incidents used patrols found %llu (%.1f %%, 95 %% interval %.1f to %.1f), "
            "residents %llu, others %llu. A campaign raises patrol finds by itself: reports=residents "
            "uses what residents reported alone.",
            "\n所用 %llu 件中，巡查发现 %llu 件（%.1f%%，95%% 区间 %.1f 至 %.1f），居民 %llu 件，其他 %llu "
            "件。专项整治本身会增加巡查发现；reports=residents 只用居民上报。"),
        (unsigned long long)all, (unsigned long long)of[HS_REPORTING_PATROL], 100 * share.share,
        100 * share.low, 100 * share.high, (unsigned long long)of[HS_REPORTING_RESIDENTS],
        (unsigned long long)of[HS_REPORTING_OTHER]);
}

void hs_forecast_explain(const hs_hotspot_run *run, bool chinese, hs_buffer *out) {
    const hs_forecast_request *r = run->request;
    const hs_forecast_answer *a = run->result;
    const hs_forecast *f = a->forecast;
    char origin[HS_TIME_TEXT_SIZE];
    (void)hs_timezone_format(run->snapshot->timezone, r->origin_s, origin);
    hs_buffer_printf(
        out,
        hs_in_language(
            chinese,
            "Forecast of the %lld days from %s, by what was reported before: %u of %u %s, "
            "%.2f %% of the %s, should see %.1f of %.1f incidents. Method: %s%s.",
            "对自 %2$s 起 %1$lld 天的预测，只用此前已上报的案件：在 %4$u 个%5$s中选 %3$u 个，占%7$s的 "
            "%6$.2f%%，预计 %9$.1f 件中有 %8$.1f 件发生于此。方法：%10$s%11$s。"),
        (long long)r->horizon_days, origin, (unsigned)a->chosen, (unsigned)f->count,
        r->streets ? hs_in_language(chinese, "street segments", "街道段")
                   : hs_in_language(chinese, "square cells", "方格"),
        100 * a->chosen_measure / a->all_measure,
        r->streets ? hs_in_language(chinese, "length", "长度") : hs_in_language(chinese, "area", "面积"),
        a->caught, f->fitted.total, hs_forecast_method_name(f->method),
        r->method == HS_FORECAST_AUTO
            ? hs_in_language(chinese, " (chosen by the backtest at earlier origins)",
                             "（由更早起点的回测选定）")
            : "");
    if (!r->streets)
        hs_buffer_printf(
            out,
            hs_in_language(
                chinese,
                " Cells are %.0f m%s, turned by %.0f degrees; their size, turn and shift were chosen by what "
                "was known before the oldest held-out period.",
                "方格边长 %.0f 米%s，旋转 %.0f 度；边长、旋转与平移只依据最早留出期之前已知的案件选定。"),
            a->ground.size_m, r->cell_m > 0 ? hs_in_language(chinese, " as asked", "（按要求）") : "",
            a->ground.angle_deg);
    hs_buffer_printf(
        out,
        hs_in_language(
            chinese,
            " Parameters were fitted on %u earlier periods that had ended at the origin. %llu incidents "
            "were known; %llu lie outside of the cells.",
            "参数由起点前已结束的 %u 期拟合。已知案件 %llu 件；单元之外 %llu 件。"),
        (unsigned)f->fitted.training, (unsigned long long)f->used, (unsigned long long)a->tally.outside);
    explain_reporting(a, chinese, out);
    explain_scores(f, r->method, chinese, out);
    explain_methods(&f->fitted, chinese, out);
}
