/* Texts: whatever the bytes, walking ends, valid text stays valid when cut, and numbers read back. */
#include "base/text.h"

#include <math.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
    if (!holds) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hs_str text = {(const char *)data, size};
    bool valid = hs_utf8_valid(text), replaced = false;
    size_t written = 0;
    for (hs_str rest = text; rest.size > 0;) {
        char character[4];
        uint32_t code = hs_utf8_next(&rest);
        replaced = replaced || code == 0xFFFD;
        written += hs_utf8_put(code, character);
    }
    require(valid ? written == size : replaced);
    size_t limit = size > 0 ? data[0] % (size + 1) : 0, cut = hs_utf8_cut(text, limit);
    require(cut <= limit);
    require(!valid || hs_utf8_valid((hs_str){text.data, cut}));
    hs_str trimmed = hs_str_trim(text);
    require(hs_str_equal(hs_str_trim(trimmed), trimmed) || size < 3 ||
            hs_str_starts(trimmed, HS_STR("\xEF\xBB\xBF")));
    int64_t whole;
    double real;
    if (hs_str_to_int(text, &whole)) require(hs_str_to_double(text, &real) && real == (double)whole);
    if (hs_str_to_double(text, &real)) require(isfinite(real));
    size_t fields = 0, bytes = 0;
    for (hs_str rest = text; rest.size > 0; fields++)
        bytes += hs_str_cut(&rest, ',').size;
    require(bytes <= size && fields <= size);
    return 0;
}
