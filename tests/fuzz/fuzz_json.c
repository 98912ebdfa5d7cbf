/* JSON: what the writer writes of any text, jansson reads back; any bytes parse or fail with words. */
#include "base/json.h"
#include "base/json_writer.h"

#include "base/text.h"
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

static void write_and_read(hs_str text) {
    hs_buffer out;
    hs_json json;
    hs_buffer_init(&out, 8 * text.size + 256);
    hs_json_init(&json, &out);
    hs_json_object(&json);
    hs_json_pair_str(&json, "text", text);
    hs_json_pair_int(&json, "size", (int64_t)text.size);
    double number = 0.0;
    if (text.size >= sizeof number) memcpy(&number, text.data, sizeof number);
    hs_json_pair_double(&json, "number", number);
    hs_json_object_end(&json);
    require(out.status == HS_OK);
    hs_error error = {HS_OK, ""};
    json_t *value = NULL;
    /* jansson refuses U+0000 in texts, which the writer writes as it must. */
    if (text.size == 0 || !memchr(text.data, 0, text.size)) {
        require(hs_json_parse((hs_str){out.data, out.size}, &error, &value) == HS_OK);
        if (hs_utf8_valid(text)) require(hs_str_equal(hs_json_get_str(value, "text"), text));
        json_decref(value);
    }
    hs_buffer_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hs_str text = {(const char *)data, size};
    hs_error error = {HS_OK, ""};
    json_t *value = NULL;
    if (hs_json_parse(text, &error, &value) == HS_OK)
        json_decref(value);
    else
        require(error.status == HS_E_INPUT && error.message[0] != '\0');
    write_and_read(text);
    return 0;
}
