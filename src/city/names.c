#include "base/text.h"
#include <hotspot/records.h>

const char *hs_level_name(hs_level level) {
    static const char *const names[HS_LEVEL_COUNT] = {"city", "district", "subdistrict", "community", "cell"};
    return (unsigned)level < HS_LEVEL_COUNT ? names[level] : NULL;
}

typedef struct level_word {
    const char *word;
    hs_level level;
} level_word;

hs_level hs_level_parse(hs_str name) {
    static const level_word words[] = {
        {"city", HS_LEVEL_CITY},
        {"cities", HS_LEVEL_CITY},
        {"市", HS_LEVEL_CITY},
        {"城市", HS_LEVEL_CITY},
        {"district", HS_LEVEL_DISTRICT},
        {"districts", HS_LEVEL_DISTRICT},
        {"区", HS_LEVEL_DISTRICT},
        {"县", HS_LEVEL_DISTRICT},
        {"區", HS_LEVEL_DISTRICT},
        {"區縣", HS_LEVEL_DISTRICT},
        {"区县", HS_LEVEL_DISTRICT},
        {"subdistrict", HS_LEVEL_SUBDISTRICT},
        {"subdistricts", HS_LEVEL_SUBDISTRICT},
        {"街道", HS_LEVEL_SUBDISTRICT},
        {"镇", HS_LEVEL_SUBDISTRICT},
        {"乡", HS_LEVEL_SUBDISTRICT},
        {"乡镇", HS_LEVEL_SUBDISTRICT},
        {"街道/镇", HS_LEVEL_SUBDISTRICT},
        {"community", HS_LEVEL_COMMUNITY},
        {"communities", HS_LEVEL_COMMUNITY},
        {"社区", HS_LEVEL_COMMUNITY},
        {"社區", HS_LEVEL_COMMUNITY},
        {"村", HS_LEVEL_COMMUNITY},
        {"cell", HS_LEVEL_CELL},
        {"cells", HS_LEVEL_CELL},
        {"网格", HS_LEVEL_CELL},
        {"单元网格", HS_LEVEL_CELL},
    };
    name = hs_str_trim(name);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (hs_str_equal_nocase(name, hs_str_of(words[i].word))) return words[i].level;
    return HS_LEVEL_COUNT;
}

static const char *const match_names[HS_MATCH_COUNT] = {
    [HS_MATCH_NONE] = "none",
    [HS_MATCH_GIVEN] = "given",
    [HS_MATCH_ADDRESS] = "address",
    [HS_MATCH_SUB_NUMBER] = "sub-number",
    [HS_MATCH_INTERPOLATED] = "interpolated",
    [HS_MATCH_RANGE] = "range",
    [HS_MATCH_BLOCK] = "block",
    [HS_MATCH_INTERSECTION] = "intersection",
    [HS_MATCH_RELATIVE] = "relative",
    [HS_MATCH_PLACE] = "place",
    [HS_MATCH_STREET] = "street",
    [HS_MATCH_UNIT] = "unit",
};

const char *hs_match_type_name(hs_match_type type) {
    return (unsigned)type < HS_MATCH_COUNT ? match_names[type] : "none";
}

hs_match_type hs_match_type_parse(hs_str name) {
    for (int type = 0; type < HS_MATCH_COUNT; type++)
        if (hs_str_equal(name, hs_str_of(match_names[type]))) return (hs_match_type)type;
    return HS_MATCH_COUNT;
}

static const char *const action_names[HS_DECISION_COUNT] = {
    [HS_DECISION_OPEN] = "open",
    [HS_DECISION_ACCEPT] = "accept",
    [HS_DECISION_PLACE] = "place",
    [HS_DECISION_ADDRESS] = "address",
    [HS_DECISION_UNLOCATABLE] = "unlocatable",
    [HS_DECISION_SKIP] = "skip",
};

const char *hs_decision_action_name(hs_decision_action action) {
    return (unsigned)action < HS_DECISION_COUNT ? action_names[action] : NULL;
}

hs_decision_action hs_decision_action_parse(hs_str name) {
    int action = 0;
    while (action < HS_DECISION_COUNT && !hs_str_equal(name, hs_str_of(action_names[action])))
        action++;
    return (hs_decision_action)action;
}
