#include "city/reporting.h"

/* English words stand alone, Chinese ones anywhere in the name. */
static const char *const patrol_words[] = {
    "patrol", "patrols", "collector", "collectors", "inspector", "inspection", "officer", "warden", "巡查",
    "巡视",   "采集员",  "监督员",    "网格员",     "巡检",      "巡逻",       "巡察",    "巡查員", "採集員",
    "監督員", "網格員",  "巡檢",      "巡邏",       "自查",      "信息采集",   NULL};
static const char *const resident_words[] = {
    "hotline", "app",      "phone",    "telephone", "call",   "web",       "website", "online",
    "citizen", "citizens", "resident", "residents", "public", "complaint", "email",   "mail",
    "open311", "311",      "12345",    "12319",     "热线",   "市民",      "群众",    "居民",
    "公众",    "投诉",     "来电",     "来信",      "举报",   "微信",      "熱線",    "群眾",
    "公眾",    "投訴",     "來電",     "來信",      "舉報",   NULL};

const char *hs_reporting_name(hs_reporting group) {
    static const char *const names[HS_REPORTING_GROUPS] = {"patrol", "residents", "other"};
    return names[group];
}

hs_reporting hs_reporting_parse(hs_str text) {
    int group = 0;
    while (group < HS_REPORTING_GROUPS &&
           !hs_str_equal(text, hs_str_of(hs_reporting_name((hs_reporting)group))))
        group++;
    return (hs_reporting)group;
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool has_word(hs_str text, hs_str word) {
    bool ascii = is_letter(word.data[0]);
    for (size_t i = 0; i + word.size <= text.size; i++) {
        if (!hs_str_equal_nocase((hs_str){text.data + i, word.size}, word)) continue;
        bool starts = i == 0 || !is_letter(text.data[i - 1]);
        bool ends = i + word.size == text.size || !is_letter(text.data[i + word.size]);
        if (!ascii || (starts && ends)) return true;
    }
    return false;
}

static bool has_one_of(hs_str text, const char *const *words) {
    while (*words && !has_word(text, hs_str_of(*words)))
        words++;
    return *words != NULL;
}

hs_reporting hs_reporting_of(hs_str source) {
    if (has_one_of(source, patrol_words)) return HS_REPORTING_PATROL;
    return has_one_of(source, resident_words) ? HS_REPORTING_RESIDENTS : HS_REPORTING_OTHER;
}
