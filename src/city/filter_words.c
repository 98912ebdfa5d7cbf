#include "base/text.h"
#include "city/filter.h"

const hs_filter_word hs_filter_words[] = {
    {"category", "CODE|NAME,...",
     "problem classes or groups by code, id or name in any language; a parent means its children",
     "问题类别：编码、编号或任一语言的名称，逗号分隔；大类含其小类"},
    {"datetime", "TIME|FROM/TO",
     "instant, day or closed interval; .. for an open end; a plain date is the whole local day",
     "时间：时刻、日期或闭区间，.. 表示不限；只写日期指当地整日"},
    {"time", "occurred|reported|closed",
     "which time filters and analyses use; by default occurred where known, else reported",
     "采用的时间：发生、上报或结案；默认为发生时间，未知时为上报时间"},
    {"hours", "18-23",
     "hours of the day, local time, both ends included (18-23 is 18:00 to 23:59); wraps past midnight",
     "一天中的小时，当地时间，含首尾（18-23 即 18:00 至 23:59），可跨午夜"},
    {"weekdays", "1-5", "ISO weekdays, 1 Monday to 7 Sunday, both ends included",
     "星期，1 为周一，7 为周日，含首尾"},
    {"source", "NAME,...", "where incidents came from", "来源，逗号分隔"},
    {"reports", "residents|patrol|other,...",
     "who found them: residents (hotline, public app), patrol (collectors on their rounds) or other; a "
     "campaign raises patrol finds by itself",
     "发现者：residents（热线、公众上报）、patrol（采集员巡查）或 "
     "other（其他）；专项整治本身会增加巡查发现数"},
    {"status", "NAME,...", "state of the case", "状态，逗号分隔"},
    {"batch", "ID,...", "imports, by number", "导入批次号，逗号分隔"},
    {"unit", "CODE|ID", "incidents inside this unit of any level", "区划单元的编码或编号：其范围内的事件"},
    {"bbox", "MINX,MINY,MAXX,MAXY", "rectangle in degrees, longitude before latitude",
     "矩形范围，单位度，先经度后纬度"},
    {"duplicates", "include|exclude|only",
     "suggested duplicates (near in place and time, by class): exclude counts distinct cases, only lists "
     "them; "
     "include by default",
     "疑似重复（按类别在时空上相近）：exclude 按不同案件计数，only 只列重复件；默认 include"},
    {"max-accuracy", "METRES", "the worst position accuracy that is taken, in metres",
     "可接受的最大定位误差，单位米"},
    {NULL, NULL, NULL, NULL},
};

bool hs_filter_is_word(hs_str name) {
    for (const hs_filter_word *word = hs_filter_words; word->name; word++)
        if (hs_str_equal(name, hs_str_of(word->name))) return true;
    return false;
}
