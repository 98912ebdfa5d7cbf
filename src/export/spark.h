/* One structure written as XML or as JSON by the Spark convention, which Open311 prescribes: a container of
 * like elements is an array, an element with members an object, an empty element null; the root's name stands
 * in XML only. Without namespaces and attributes. */
#ifndef EXPORT_SPARK_H
#define EXPORT_SPARK_H

#include "base/json_writer.h"
#include <hotspot/types.h>

enum { HS_SPARK_DEPTH = 8 };

/* Names must outlive their element. More than HS_SPARK_DEPTH levels set the buffer's status to
 * HS_E_INTERNAL. */
typedef struct hs_spark {
    hs_buffer *out;
    hs_json json;
    bool xml;
    unsigned depth;
    const char *open[HS_SPARK_DEPTH];
    bool is_list[HS_SPARK_DEPTH];
} hs_spark;

/* Appends to `out`, which must be empty: XML 1.0 in UTF-8 with its declaration, or JSON. */
void hs_spark_init(hs_spark *spark, hs_buffer *out, bool xml);
/* A container whose children are all of one name, and an element with members of different names. Either may
 * be the root, or a child of the other. */
void hs_spark_list(hs_spark *spark, const char *name);
void hs_spark_item(hs_spark *spark, const char *name);
/* Ends what was opened last. */
void hs_spark_end(hs_spark *spark);
/* Elements without children. An empty text is null; bytes that are not UTF-8, and in XML
 * characters that it has no place for, become U+FFFD. */
void hs_spark_text(hs_spark *spark, const char *name, hs_str text);
void hs_spark_int(hs_spark *spark, const char *name, int64_t value);
void hs_spark_bool(hs_spark *spark, const char *name, bool value);
void hs_spark_null(hs_spark *spark, const char *name);
/* A number of degrees with at most 7 decimals. */
void hs_spark_degrees(hs_spark *spark, const char *name, int32_t degrees_e7);

#endif
