#include "base/text.h"

#include <hotspot/weekly_hours.h>

enum { MOST_CODES = 200, WEEK = 7, HOUR_MIN = 60, EVERY_DAY = 0xFE };

/* A text as code points: full width and capitals folded, every sign of a range a '-', of a list a ','. */
typedef struct scanner {
    uint32_t codes[MOST_CODES + 1]; /* ends with 0 */
    size_t at;
} scanner;

static uint32_t fold(uint32_t code) {
    enum { FULL_WIDTH = 0xFEE0 };
    if (code >= 0xFF01 && code <= 0xFF5E) code -= FULL_WIDTH;
    if (code >= 'A' && code <= 'Z') return code - 'A' + 'a';
    if ((code >= 0x2010 && code <= 0x2015) || code == 0x2212 || code == '~' || code == 0x301C) return '-';
    if (code == 0x81F3 || code == 0x5230) return '-'; /* 至 到 */
    if (code == ';' || code == 0x3001) return ',';    /* 、 */
    if (code == 0x3000 || code == 0xA0 || (code < ' ' && code > 0)) return ' ';
    return code;
}

static bool scan(hs_str text, scanner *s) {
    size_t count = 0;
    s->at = 0;
    for (text = hs_str_trim(text); text.size > 0 && count < MOST_CODES;) {
        uint32_t code = fold(hs_utf8_next(&text));
        if (code == 0) return false;
        s->codes[count++] = code;
    }
    s->codes[count] = 0;
    return text.size == 0;
}

static void skip_blanks(scanner *s) {
    while (s->codes[s->at] == ' ')
        s->at++;
}

static bool is_letter(uint32_t code) {
    return code >= 'a' && code <= 'z';
}

static bool is_digit(uint32_t code) {
    return code >= '0' && code <= '9';
}

/* Takes a word; one of letters must end where the letters end. */
static bool take(scanner *s, const char *word) {
    skip_blanks(s);
    size_t at = s->at;
    uint32_t last = 0;
    for (hs_str rest = hs_str_of(word); rest.size > 0; at++) {
        last = hs_utf8_next(&rest);
        if (s->codes[at] != last) return false;
    }
    if (is_letter(last) && is_letter(s->codes[at])) return false;
    s->at = at;
    return true;
}

static bool take_any(scanner *s, const char *const *words) {
    for (; *words; words++)
        if (take(s, *words)) return true;
    return false;
}

static bool at_end(scanner *s) {
    skip_blanks(s);
    return s->codes[s->at] == 0;
}

/* Whether the whole text is one of these words. */
static bool is_all(scanner *s, const char *const *words) {
    if (take_any(s, words) && at_end(s)) return true;
    s->at = 0;
    return false;
}

/* What stands between two items: blanks, commas, `and`. */
static void skip_between(scanner *s) {
    static const char *const signs[] = {",", "/", "&", "and", "和", "及", NULL};
    while (take_any(s, signs)) {
    }
}

static bool take_range_sign(scanner *s) {
    return take(s, "-") || take(s, "to");
}

/* A number of one or two digits. */
static bool take_number(scanner *s, int *number) {
    int value = 0, digits = 0;
    skip_blanks(s);
    for (; is_digit(s->codes[s->at + (size_t)digits]) && digits < 3; digits++)
        value = value * 10 + (int)(s->codes[s->at + (size_t)digits] - '0');
    if (digits == 0 || digits > 2) return false;
    s->at += (size_t)digits;
    *number = value;
    return true;
}

/* ------------------------------------------------------------------ hours */

typedef struct moment {
    int hour, minute;
    bool is_moment; /* says more than a whole hour */
    bool has_half;  /* am or pm */
} moment;

static bool take_minutes(scanner *s, moment *m) {
    static const char *const clock[] = {"时", "時", "点", "點", NULL};
    int minute;
    if (take(s, ":")) {
        size_t before = s->at;
        if (!take_number(s, &minute) || s->at - before != 2 || minute >= HOUR_MIN) return false;
        m->minute = minute;
        m->is_moment = true;
        if (take(s, ":") && !(take(s, "00"))) return false; /* seconds, as programs write them */
        return true;
    }
    if (!take_any(s, clock)) return true;
    m->is_moment = true;
    if (take(s, "半")) {
        m->minute = HOUR_MIN / 2;
        return true;
    }
    if (!is_digit(s->codes[s->at])) return true;
    if (!take_number(s, &minute) || minute >= HOUR_MIN) return false;
    m->minute = minute;
    (void)take(s, "分");
    return true;
}

static bool take_half(scanner *s, moment *m) {
    static const char *const am[] = {"am", "a.m.", NULL}, *const pm[] = {"pm", "p.m.", NULL};
    bool is_pm = take_any(s, pm);
    if (!is_pm && !take_any(s, am)) return true;
    if (m->hour < 1 || m->hour > 12) return false;
    m->hour = m->hour % 12 + (is_pm ? 12 : 0);
    m->is_moment = m->has_half = true;
    return true;
}

static bool take_moment(scanner *s, moment *m) {
    *m = (moment){0};
    return take_number(s, &m->hour) && take_minutes(s, m) && take_half(s, m) &&
           (m->hour < 24 || (m->hour == 24 && m->minute == 0));
}

static hs_status refuse_hours(hs_error *error) {
    return hs_error_set(error, HS_E_INPUT,
                        "cannot be read as hours; write 18:00-23:00, several apart by commas, or whole hours "
                        "like 18-23 (18:00 to 24:00)");
}

/* Whole hours are both counted, as in filters. */
static hs_status span_of_hours(moment from, moment to, hs_error *error, hs_day_span *span) {
    if (from.hour == 24 || to.hour == 24)
        return hs_error_set(error, HS_E_INPUT,
                            "has the hour 24, and whole hours are 0 to 23, both counted; write 18-23 or "
                            "18:00-24:00 for until midnight");
    int end = to.hour < from.hour ? to.hour + 25 : to.hour + 1;
    *span = (hs_day_span){(uint16_t)(from.hour * HOUR_MIN), (uint16_t)(end * HOUR_MIN)};
    return HS_OK;
}

static hs_status span_of_moments(moment from, moment to, hs_error *error, hs_day_span *span) {
    int begin = from.hour * HOUR_MIN + from.minute, end = to.hour * HOUR_MIN + to.minute;
    if (from.has_half != to.has_half)
        return hs_error_set(error, HS_E_INPUT,
                            "says am or pm at one end only; write it at both, or 18:00-23:00");
    if (begin == end)
        return hs_error_set(error, HS_E_INPUT,
                            "begins and ends at the same time; write 00:00-24:00 for the whole day");
    if (begin == HS_DAY_MIN) begin = 0;
    if (end <= begin) end += HS_DAY_MIN;
    *span = (hs_day_span){(uint16_t)begin, (uint16_t)end};
    return HS_OK;
}

static hs_status take_span(scanner *s, hs_error *error, hs_day_span *span) {
    moment from, to;
    if (!take_moment(s, &from)) return refuse_hours(error);
    bool is_range = take_range_sign(s);
    to = from;
    if (is_range && !take_moment(s, &to)) return refuse_hours(error);
    if (!from.is_moment && !to.is_moment) return span_of_hours(from, to, error, span);
    if (!is_range)
        return hs_error_set(error, HS_E_INPUT, "says when it begins and not when it ends; write 18:00-23:00");
    return span_of_moments(from, to, error, span);
}

hs_status hs_day_spans_parse(hs_str text, hs_error *error, hs_weekly_hours *hours) {
    static const char *const all_day[] = {"全天", "全天候", "all day", "24小时",
                                          "24h",  "24/7",   "always",  NULL};
    scanner s;
    hs_day_span span[HS_MOST_DAY_SPANS] = {{0, HS_DAY_MIN}};
    size_t count = 0;
    if (!scan(text, &s)) return refuse_hours(error);
    if (at_end(&s) || is_all(&s, all_day)) {
        hours->span[0] = span[0];
        hours->span_count = 1;
        return HS_OK;
    }
    for (; !at_end(&s); skip_between(&s)) {
        if (count == HS_MOST_DAY_SPANS)
            return hs_error_set(error, HS_E_INPUT, "has more than %d times of day", HS_MOST_DAY_SPANS);
        hs_status status = take_span(&s, error, &span[count++]);
        if (status != HS_OK) return status;
    }
    for (size_t i = 0; i < count; i++)
        hours->span[i] = span[i];
    hours->span_count = (uint8_t)count;
    return HS_OK;
}

/* --------------------------------------------------------------- weekdays */

static bool take_day(scanner *s, int *day) {
    static const char *const names[WEEK][5] = {
        {"monday", "mon", "mo", "一"},      {"tuesday", "tues", "tue", "tu", "二"},
        {"wednesday", "wed", "we", "三"},   {"thursday", "thurs", "thu", "th", "四"},
        {"friday", "fri", "fr", "五"},      {"saturday", "sat", "sa", "六"},
        {"sunday", "sun", "su", "日", "天"}};
    static const char *const week[] = {"周", "週", "星期", "礼拜", "禮拜", NULL};
    size_t before = s->at;
    (void)take_any(s, week);
    if (take_number(s, day)) return *day >= 1 && *day <= WEEK;
    for (int d = 0; d < WEEK; d++)
        for (size_t i = 0; i < 5 && names[d][i]; i++)
            if (take(s, names[d][i])) {
                (void)take(s, ".");
                *day = d + 1;
                return true;
            }
    s->at = before;
    return false;
}

/* Days that have a word of their own; 0 where none stands there. */
static uint8_t take_group(scanner *s) {
    static const char *const every[] = {"每天", "每日", "全周", "daily", "every day", "all", NULL};
    static const char *const work[] = {"工作日", "weekdays", "weekday", "workdays", "working days", NULL};
    static const char *const end[] = {"周末", "週末", "双休日", "weekends", "weekend", NULL};
    if (take_any(s, every)) return EVERY_DAY;
    if (take_any(s, work)) return 0x3E;
    return take_any(s, end) ? 0xC0 : 0;
}

static bool take_days(scanner *s, uint8_t *days) {
    int from, to;
    uint8_t group = take_group(s);
    *days |= group;
    if (group) return true;
    if (!take_day(s, &from)) return false;
    to = from;
    if (take_range_sign(s) && !take_day(s, &to)) return false;
    for (int day = from;; day = day % WEEK + 1) {
        *days = (uint8_t)(*days | 1U << day);
        if (day == to) return true;
    }
}

hs_status hs_weekdays_parse(hs_str text, hs_error *error, hs_weekly_hours *hours) {
    scanner s;
    uint8_t days = 0;
    bool good = scan(text, &s);
    for (; good && !at_end(&s); skip_between(&s))
        good = take_days(&s, &days);
    if (!good)
        return hs_error_set(error, HS_E_INPUT,
                            "cannot be read as weekdays; write 1-5 (1 Monday to 7 Sunday), Mon-Fri, "
                            "周一至周五 or 周末, several apart by commas");
    hours->weekdays = days ? days : EVERY_DAY;
    return HS_OK;
}

/* ----------------------------------------------------------------- asking */

bool hs_weekly_hours_has(const hs_weekly_hours *hours, int weekday, int minute) {
    bool today = hours->weekdays >> weekday & 1,
         before = hours->weekdays >> (weekday == 1 ? WEEK : weekday - 1) & 1;
    for (size_t i = 0; i < hours->span_count; i++) {
        const hs_day_span *span = &hours->span[i];
        if (today && minute >= span->from_min && minute < span->to_min) return true;
        if (before && minute + HS_DAY_MIN >= span->from_min && minute + HS_DAY_MIN < span->to_min)
            return true;
    }
    return false;
}

int hs_weekly_hours_in_hour(const hs_weekly_hours *hours, int weekday, int hour) {
    int minutes = 0;
    for (int minute = hour * HOUR_MIN; minute < (hour + 1) * HOUR_MIN; minute++)
        minutes += hs_weekly_hours_has(hours, weekday, minute);
    return minutes;
}
