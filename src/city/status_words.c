/* What sources' own words for a status mean. */
#include "base/text.h"
#include "city/newest.h"

/* The whole text, or followed by what ends a word: `Closed - Duplicate`, `已结案（超期）`, but not
 * `结案审核中`. */
static const char *const closed_words[] = {
    "closed",    "resolved", "completed", "complete",  "done",     "finished", "fixed",    "solved",
    "cancelled", "canceled", "cancel",    "duplicate", "rejected", "invalid",  "archived", "void",
    "已结案",    "结案",     "已办结",    "办结",      "已关闭",   "关闭",     "已完成",   "完成",
    "已解决",    "已处置",   "已作废",    "作废",      "已撤销",   "已归档",   NULL};

static bool ends_word(hs_str rest) {
    if (rest.size == 0) return true;
    uint32_t c = hs_utf8_next(&rest);
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    bool wide = c == 0x3000 || c == 0xFF08 || c == 0xFF0C || c == 0xFF1A || c == 0x2013 || c == 0x2014;
    return c < 0x80 ? !letter : wide;
}

bool hs_status_means_closed(hs_str status) {
    status = hs_str_trim(status);
    for (const char *const *word = closed_words; *word; word++) {
        hs_str text = hs_str_of(*word);
        if (status.size < text.size) continue;
        hs_str rest = {status.data + text.size, status.size - text.size};
        if (hs_str_equal_nocase((hs_str){status.data, text.size}, text) && ends_word(rest)) return true;
    }
    return false;
}

const uint64_t *hs_closed_statuses(const hs_incidents *incidents, hs_arena *arena) {
    uint64_t *closed = hs_arena_array(arena, (size_t)incidents->status_count / 64 + 1, sizeof *closed);
    for (uint32_t s = 0; closed && s < incidents->status_count; s++)
        if (hs_status_means_closed(incidents->status[s])) closed[s / 64] |= UINT64_C(1) << (s % 64);
    return closed;
}
