/* What finding addresses and their review take; a part of the table of endpoints, for endpoints.c alone. */
#ifndef API_FIND_PARAMETERS_H
#define API_FIND_PARAMETERS_H

#include "api/endpoint.h"

static const hs_parameter review_parameters[] = {
    {"state", "string",
     "waiting (default), decided, unlocatable, skipped or all: where the incidents of an address stand",
     "waiting（默认，待处理）、decided（已定位）、unlocatable（无法定位）、skipped（已跳过）或 all", false},
    {"limit", "integer", "addresses a page, 1 to 1000; default 50", "每页地址数，1 至 1000，默认 50", false},
    {"after", "string", "where the next page begins; given in the link `next`", "下一页的起点，见 next 链接",
     false},
    {"unit", "string",
     "code or id of a unit: incidents that lie in it, and those without a position that came with its code",
     "单元编码或 ID：位于其中的案件，以及带有其编码而无位置的案件", false},
    {0},
};
static const hs_parameter decisions_parameters[] = {
    {"remembered", "boolean", "true: only aliases, which count for incidents that come; false: only others",
     "true：仅别名（对以后的案件也有效）；false：仅其他", false},
    {"limit", "integer", "decisions a page, 1 to 10000; default 1000", "每页条数，1 至 10000，默认 1000",
     false},
    {"after", "integer", "where the next page begins; given in the link `next`", "下一页的起点，见 next 链接",
     false},
    {0},
};
static const hs_parameter hit_rate_parameters[] = {
    {"level", "string", "of the units: district, subdistrict (default), community or cell",
     "单元层级：district、subdistrict（默认）、community 或 cell", false},
    {"f", "string", "json (default) or csv: a row a group", "json（默认）或 csv（每组一行）", false},
    {"unit", "string",
     "code or id of a unit: incidents that lie in it, and those without a position that came with its code",
     "单元编码或 ID：位于其中的案件，以及带有其编码而无位置的案件", false},
    {0},
};
#define LANG_PARAMETER                                                                                       \
    {                                                                                                        \
        "lang", "string",                                                                                    \
            "zh or en: names and labels in this language; default Accept-Language, else as stored",          \
            "zh 或 en：名称与标签的语言；默认取 Accept-Language，否则按原文", false                          \
    }
#define FORM_PARAMETER(own)                                                                                  \
    {                                                                                                        \
        "format", "string", own ", or jsonv2 and json as Nominatim answers them",                            \
            "应答格式：" own "；jsonv2、json 为 Nominatim 格式", false                                       \
    }
#define DETAILS_PARAMETER(given)                                                                             \
    {                                                                                                        \
        "addressdetails", "boolean",                                                                         \
            "of Nominatim's forms: 1 lists the parts of the address; default " given,                        \
            "Nominatim 格式：1 列出地址各部分，默认 " given, false                                           \
    }
#define SEARCH_PARAMETERS                                                                                    \
    {"q", "string", "address, crossing or place", "地址、路口或地点", false},                                \
        {"street", "string", "in place of q: number and street", "代替 q：街道与门牌", false},               \
        {"city", "string", "in place of q, with street", "代替 q，与 street 合用", false},                   \
        {"county", "string", "as city", "同 city", false}, {"state", "string", "as city", "同 city", false}, \
        {"country", "string", "as city", "同 city", false},                                                  \
        {"postalcode", "string", "as city", "同 city", false},                                               \
        {"amenity", "string", "in place of q: a place's name", "代替 q：地点名称", false},                   \
        {"limit", "integer", "most candidates, 1 to 50; default 10", "候选数上限，1 至 50，默认 10", false}, \
        {"viewbox", "string", "lon,lat,lon,lat of two corners: what lies there goes first",                  \
         "两角经纬度：优先其中的结果", false},                                                               \
        {"bounded", "boolean", "1: only what lies in viewbox", "1：只要 viewbox 内的结果", false},           \
        LANG_PARAMETER, {                                                                                    \
        "accept-language", "string", "as the header", "同请求头 Accept-Language", false                      \
    }
static const hs_parameter geocode_parameters[] = {
    SEARCH_PARAMETERS, FORM_PARAMETER("geocodejson (default)"), DETAILS_PARAMETER("0"), {0}};
static const hs_parameter search_parameters[] = {
    SEARCH_PARAMETERS, FORM_PARAMETER("jsonv2 (default), geocodejson"), DETAILS_PARAMETER("0"), {0}};
static const hs_parameter reverse_parameters[] = {
    {"lon", "number", "longitude, WGS 84", "经度，WGS 84", true},
    {"lat", "number", "latitude, WGS 84", "纬度，WGS 84", true},
    LANG_PARAMETER,
    {"accept-language", "string", "as the header", "同请求头 Accept-Language", false},
    FORM_PARAMETER("geocodejson (default)"),
    DETAILS_PARAMETER("1"),
    {0}};
static const hs_parameter autocomplete_parameters[] = {
    {"q", "string",
     "what was typed: a name's beginning or middle, pinyin or its initials, a street and part of a number",
     "已输入的文字：名称的开头或中间、拼音或首字母、街道加部分门牌", true},
    {"bbox", "string", "the visible map, lon,lat,lon,lat: what lies there goes first",
     "当前地图范围，两角经纬度：优先其中的结果", false},
    {"lon", "number", "in place of bbox: what is near goes first", "代替 bbox：优先附近的结果", false},
    {"lat", "number", "with lon", "与 lon 合用", false},
    {"limit", "integer", "most suggestions, 1 to 50; default 10", "建议数上限，1 至 50，默认 10", false},
    LANG_PARAMETER,
    {0}};
static const hs_parameter batch_parameters[] = {
    {"column", "array", "column with the address, or a part of it (repeatable); default: guessed by name",
     "地址所在的列，可重复以拼接多列；默认按列名推测", false},
    {"encoding", "string", "text encoding, where the guess is wrong", "文本编码（推测有误时）", false},
    {0},
};

#endif
