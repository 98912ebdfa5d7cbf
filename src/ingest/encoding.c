#include "ingest/encoding.h"

#include "base/text.h"
#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

struct hs_decoder {
    iconv_t converter;
};

hs_status hs_decoder_new(const char *encoding, hs_error *error, hs_decoder **decoder) {
    hs_decoder *made = malloc(sizeof *made);
    if (!made) return hs_error_set(error, HS_E_MEMORY, "out of memory");
    made->converter = iconv_open("UTF-8", encoding);
    if (made->converter == (iconv_t)-1) { /* NOLINT(performance-no-int-to-ptr): POSIX's own word */
        free(made);
        return hs_error_set(error, HS_E_ARGUMENT,
                            "%.60s is no known encoding; try UTF-8, GB18030, Big5 or WINDOWS-1252", encoding);
    }
    *decoder = made;
    return HS_OK;
}

void hs_decoder_free(hs_decoder *decoder) {
    if (!decoder) return;
    iconv_close(decoder->converter);
    free(decoder);
}

void hs_decoder_append(hs_decoder *decoder, hs_str bytes, hs_buffer *out) {
    iconv(decoder->converter, NULL, NULL, NULL, NULL);
    char *at = (char *)bytes.data; /* iconv does not write there */
    size_t left = bytes.size;
    while (left > 0) {
        size_t room = left * 3 + 16;
        char *start = hs_buffer_reserve(out, room);
        if (!start) return;
        char *to = start;
        size_t result = iconv(decoder->converter, &at, &left, &to, &room);
        out->size += (size_t)(to - start);
        if (result != (size_t)-1) break;
        if (errno == E2BIG) continue;
        hs_buffer_text(out, "\xEF\xBF\xBD");
        if (errno == EINVAL) break; /* cut in the middle of a character */
        at++;
        left--;
    }
}

bool hs_text_is_ascii(hs_str text) {
    size_t i = 0;
    for (; i + 8 <= text.size; i += 8) {
        uint64_t word;
        memcpy(&word, text.data + i, sizeof word);
        if (word & UINT64_C(0x8080808080808080)) return false;
    }
    for (; i < text.size; i++)
        if ((unsigned char)text.data[i] & 0x80) return false;
    return true;
}

/* How well two-byte pairs fit an encoding: characters in everyday use against all. */
typedef struct fit {
    size_t common, pairs, broken;
} fit;

static void judge_gb(unsigned char lead, unsigned char trail, fit *sum) {
    sum->pairs++;
    bool everyday = (lead >= 0xb0 && lead <= 0xd7) || lead == 0xa1 || lead == 0xa3;
    if (everyday && trail >= 0xa1 && trail <= 0xfe) sum->common++;
    if (lead == 0x80 || lead == 0xff || trail < 0x30 || trail == 0x7f || trail == 0xff) sum->broken++;
}

static void judge_big5(unsigned char lead, unsigned char trail, fit *sum) {
    sum->pairs++;
    bool trails = (trail >= 0x40 && trail <= 0x7e) || (trail >= 0xa1 && trail <= 0xfe);
    if (lead >= 0xa1 && lead <= 0xc6 && trails) sum->common++;
    if (!trails || lead < 0x81 || lead == 0xff) sum->broken++;
}

static fit judge(hs_str sample, void (*pair)(unsigned char, unsigned char, fit *)) {
    fit sum = {0};
    for (size_t i = 0; i + 1 < sample.size; i++) {
        unsigned char lead = (unsigned char)sample.data[i];
        if (lead < 0x80) continue;
        pair(lead, (unsigned char)sample.data[++i], &sum);
    }
    return sum;
}

/* Share of everyday characters, 0 when the text cannot be in the encoding. Tolerates a stray byte in 200. */
static double share(fit sum) {
    if (sum.pairs == 0 || sum.broken * 200 > sum.pairs) return 0;
    return (double)sum.common / (double)sum.pairs;
}

static const char *detect_utf16(hs_str sample) {
    if (hs_str_starts(sample, HS_STR("\xff\xfe"))) return "UTF-16LE";
    if (hs_str_starts(sample, HS_STR("\xfe\xff"))) return "UTF-16BE";
    size_t zeros[2] = {0, 0};
    for (size_t i = 0; i < sample.size; i++)
        if (sample.data[i] == '\0') zeros[i & 1]++;
    /* Separators and digits are ASCII in any table, so their other byte is zero. */
    if (zeros[1] * 10 > sample.size && zeros[0] * 10 < zeros[1]) return "UTF-16LE";
    if (zeros[0] * 10 > sample.size && zeros[1] * 10 < zeros[0]) return "UTF-16BE";
    return NULL;
}

/* The sample without a UTF-8 character that its end cuts. */
static hs_str without_cut_end(hs_str sample) {
    for (size_t back = 1; back <= 3 && back <= sample.size; back++) {
        unsigned char byte = (unsigned char)sample.data[sample.size - back];
        if (byte < 0x80) break;
        if (byte < 0xc0) continue;
        size_t needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
        if (needed > back) sample.size -= back;
        break;
    }
    return sample;
}

const char *hs_encoding_detect(hs_str sample, bool cut) {
    const char *wide = detect_utf16(sample);
    if (wide) return wide;
    if (hs_utf8_valid(cut ? without_cut_end(sample) : sample)) return "UTF-8";
    double simplified = share(judge(sample, judge_gb)), traditional = share(judge(sample, judge_big5));
    double best = simplified > traditional ? simplified : traditional;
    if (best < 0.75) return "WINDOWS-1252";
    return simplified >= traditional ? "GB18030" : "Big5";
}
