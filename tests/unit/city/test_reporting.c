/* Sources of many platforms by who found the incident. */
#include "check.h"

#include "city/reporting.h"

static void sources(void **state) {
    (void)state;
    static const struct {
        const char *source;
        hs_reporting group;
    } known[] = {
        {"patrol", HS_REPORTING_PATROL},
        {"Collector", HS_REPORTING_PATROL},
        {"采集员上报", HS_REPORTING_PATROL},
        {"巡查APP", HS_REPORTING_PATROL},
        {"patrol app", HS_REPORTING_PATROL},
        {"網格員", HS_REPORTING_PATROL},
        {"hotline", HS_REPORTING_RESIDENTS},
        {"app", HS_REPORTING_RESIDENTS},
        {"12345热线", HS_REPORTING_RESIDENTS},
        {"公众举报", HS_REPORTING_RESIDENTS},
        {"Mobile App", HS_REPORTING_RESIDENTS},
        {"Phone Call", HS_REPORTING_RESIDENTS},
        {"leader", HS_REPORTING_OTHER},
        {"transfer", HS_REPORTING_OTHER},
        {"media", HS_REPORTING_OTHER},
        {"sensor", HS_REPORTING_OTHER},
        {"领导交办", HS_REPORTING_OTHER},
        {"媒体曝光", HS_REPORTING_OTHER},
        {"", HS_REPORTING_OTHER},
        {"appraisal", HS_REPORTING_OTHER},
        {"website-upload", HS_REPORTING_RESIDENTS},
        {"\xff\xfe", HS_REPORTING_OTHER},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_int_equal(hs_reporting_of(hs_str_of(known[i].source)), known[i].group);
}

static void names(void **state) {
    (void)state;
    for (int g = 0; g < HS_REPORTING_GROUPS; g++)
        assert_int_equal(hs_reporting_parse(hs_str_of(hs_reporting_name((hs_reporting)g))), g);
    assert_int_equal(hs_reporting_parse(HS_STR("all")), HS_REPORTING_GROUPS);
    assert_int_equal(hs_reporting_parse(HS_STR("")), HS_REPORTING_GROUPS);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(sources), cmocka_unit_test(names)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
