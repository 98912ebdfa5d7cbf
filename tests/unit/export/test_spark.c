/* XML and JSON of one structure, against what the Spark convention gives by hand. */
#include "check.h"

#include "base/text.h"
#include "export/spark.h"

static void write_all(hs_spark *s) {
    hs_spark_list(s, "things");
    hs_spark_item(s, "thing");
    hs_spark_text(s, "name", HS_STR("a<b>&\"c\"\n占\x01\xff]]>"));
    hs_spark_text(s, "nothing", (hs_str){NULL, 0});
    hs_spark_null(s, "none");
    hs_spark_int(s, "code", -404);
    hs_spark_bool(s, "yes", true);
    hs_spark_degrees(s, "lat", -393467410);
    hs_spark_list(s, "formats");
    hs_spark_text(s, "format", HS_STR("x"));
    hs_spark_text(s, "format", HS_STR("y"));
    hs_spark_end(s);
    hs_spark_list(s, "empty");
    hs_spark_end(s);
    hs_spark_end(s);
    hs_spark_item(s, "thing");
    hs_spark_bool(s, "yes", false);
    hs_spark_end(s);
    hs_spark_end(s);
}

static void both_forms(void **state) {
    (void)state;
    static const char *const expected[2] = {
        "[{\"name\":\"a<b>&\\\"c\\\"\\n占\\u0001\xEF\xBF\xBD]]>\",\"nothing\":null,\"none\":null,\"code\":-"
        "404,"
        "\"yes\":true,\"lat\":-39.346741,\"formats\":[\"x\",\"y\"],\"empty\":[]},{\"yes\":false}]",
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<things><thing><name>a&lt;b&gt;&amp;&quot;c&quot;\n占\xEF\xBF\xBD\xEF\xBF\xBD]]&gt;</name>"
        "<nothing/><none/><code>-404</code><yes>true</yes><lat>-39.346741</lat>"
        "<formats><format>x</format><format>y</format></formats>\n<empty></empty>\n</thing>\n"
        "<thing><yes>false</yes></thing>\n</things>\n"};
    for (int xml = 0; xml < 2; xml++) {
        hs_buffer out;
        hs_spark s;
        hs_buffer_init(&out, 4096);
        hs_spark_init(&s, &out, xml);
        write_all(&s);
        assert_int_equal(out.status, HS_OK);
        check_str(((hs_str){out.data, out.size}), expected[xml]);
        hs_buffer_done(&out);
    }
}

static void misuse(void **state) {
    (void)state;
    hs_buffer out;
    hs_spark s;
    hs_buffer_init(&out, 4096);
    hs_spark_init(&s, &out, true);
    for (int depth = 0; depth < HS_SPARK_DEPTH; depth++)
        hs_spark_item(&s, "a");
    assert_int_equal(out.status, HS_OK);
    hs_spark_item(&s, "a");
    assert_int_equal(out.status, HS_E_INTERNAL);
    hs_buffer_clear(&out);
    hs_spark_init(&s, &out, true);
    hs_spark_end(&s);
    assert_int_equal(out.status, HS_E_INTERNAL);
    hs_buffer_done(&out);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(both_forms), cmocka_unit_test(misuse)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
