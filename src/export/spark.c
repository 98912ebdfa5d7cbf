#include "export/spark.h"

#include "export/xml.h"

void hs_spark_init(hs_spark *spark, hs_buffer *out, bool xml) {
    *spark = (hs_spark){.out = out, .xml = xml};
    hs_json_init(&spark->json, out);
    if (xml) hs_buffer_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
}

static void tag(hs_spark *spark, const char *opening, const char *name, const char *closing) {
    hs_buffer_text(spark->out, opening);
    hs_buffer_text(spark->out, name);
    hs_buffer_text(spark->out, closing);
}

/* In JSON only members of an object are named. */
static void name_member(hs_spark *spark, const char *name) {
    if (spark->depth > 0 && !spark->is_list[spark->depth - 1]) hs_json_key(&spark->json, name);
}

static void open_element(hs_spark *spark, const char *name, bool list) {
    if (spark->depth == HS_SPARK_DEPTH) {
        spark->out->status = HS_E_INTERNAL;
        return;
    }
    if (spark->xml) {
        tag(spark, "<", name, ">");
    } else {
        name_member(spark, name);
        if (list)
            hs_json_array(&spark->json);
        else
            hs_json_object(&spark->json);
    }
    spark->open[spark->depth] = name;
    spark->is_list[spark->depth++] = list;
}

void hs_spark_list(hs_spark *spark, const char *name) {
    open_element(spark, name, true);
}

void hs_spark_item(hs_spark *spark, const char *name) {
    open_element(spark, name, false);
}

void hs_spark_end(hs_spark *spark) {
    if (spark->depth == 0) {
        spark->out->status = HS_E_INTERNAL;
        return;
    }
    spark->depth--;
    if (spark->xml)
        tag(spark, "</", spark->open[spark->depth], ">\n");
    else if (spark->is_list[spark->depth])
        hs_json_array_end(&spark->json);
    else
        hs_json_object_end(&spark->json);
}

void hs_spark_null(hs_spark *spark, const char *name) {
    if (spark->xml) {
        tag(spark, "<", name, "/>");
        return;
    }
    name_member(spark, name);
    hs_json_null(&spark->json);
}

void hs_spark_text(hs_spark *spark, const char *name, hs_str text) {
    if (text.size == 0) {
        hs_spark_null(spark, name);
    } else if (spark->xml) {
        tag(spark, "<", name, ">");
        hs_xml_text(spark->out, text);
        tag(spark, "</", name, ">");
    } else {
        name_member(spark, name);
        hs_json_str(&spark->json, text);
    }
}

void hs_spark_int(hs_spark *spark, const char *name, int64_t value) {
    if (spark->xml) {
        tag(spark, "<", name, ">");
        hs_buffer_printf(spark->out, "%lld", (long long)value);
        tag(spark, "</", name, ">");
    } else {
        name_member(spark, name);
        hs_json_int(&spark->json, value);
    }
}

void hs_spark_bool(hs_spark *spark, const char *name, bool value) {
    if (spark->xml) {
        hs_spark_text(spark, name, value ? HS_STR("true") : HS_STR("false"));
    } else {
        name_member(spark, name);
        hs_json_bool(&spark->json, value);
    }
}

void hs_spark_degrees(hs_spark *spark, const char *name, int32_t degrees_e7) {
    if (spark->xml) {
        hs_json number;
        tag(spark, "<", name, ">");
        hs_json_init(&number, spark->out); /* a number is written alike in both */
        hs_json_fixed(&number, degrees_e7, 7);
        tag(spark, "</", name, ">");
    } else {
        name_member(spark, name);
        hs_json_fixed(&spark->json, degrees_e7, 7);
    }
}
