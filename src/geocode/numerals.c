#include "geocode/numerals.h"

#include <hotspot/records.h>

/* 零 to 九, in their order. */
static const uint32_t digits[] = {0x96F6, 0x4E00, 0x4E8C, 0x4E09, 0x56DB,
                                  0x4E94, 0x516D, 0x4E03, 0x516B, 0x4E5D};
enum { TEN = 0x5341, HUNDRED = 0x767E, TWENTY = 0x5EFF, THIRTY = 0x5345, FIGURES_MOST = 5 };

static int32_t digit_of(uint32_t code) {
    for (int32_t i = 0; i < 10; i++)
        if (digits[i] == code) return i;
    return -1;
}

static bool all_digits(const uint32_t *codes, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (digit_of(codes[i]) < 0) return false;
    return true;
}

static int32_t by_figures(const uint32_t *codes, uint32_t count) {
    int32_t value = 0;
    if (count > FIGURES_MOST || digit_of(codes[0]) == 0) return HS_NO_NUMBER;
    for (uint32_t i = 0; i < count; i++)
        value = 10 * value + digit_of(codes[i]);
    return value;
}

/* [hundreds 百] [零] [tens 十] [ones]. */
static int32_t by_places(const uint32_t *codes, uint32_t count) {
    int32_t value = 0;
    uint32_t i = 0;
    if (count >= 2 && digit_of(codes[0]) > 0 && codes[1] == HUNDRED) {
        value = 100 * digit_of(codes[0]);
        i = 2;
        if (i < count && digit_of(codes[i]) == 0) i++;
    }
    if (i < count && (codes[i] == TWENTY || codes[i] == THIRTY)) {
        value += codes[i++] == TWENTY ? 20 : 30;
    } else if (i + 1 < count && digit_of(codes[i]) > 0 && codes[i + 1] == TEN) {
        value += 10 * digit_of(codes[i]);
        i += 2;
    } else if (i < count && codes[i] == TEN) {
        value += 10;
        i++;
    }
    if (i < count && digit_of(codes[i]) > 0) value += digit_of(codes[i++]);
    return i == count && value > 0 ? value : HS_NO_NUMBER;
}

int32_t hs_numeral_value(const uint32_t *codes, uint32_t count, bool figures) {
    if (count == 0) return HS_NO_NUMBER;
    if (count > 1 && all_digits(codes, count)) return figures ? by_figures(codes, count) : HS_NO_NUMBER;
    return by_places(codes, count);
}
