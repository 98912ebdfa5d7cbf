#include "base/secret.h"

#include <errno.h>
#include <glib.h>
#include <string.h>
#include <sys/random.h>

hs_status hs_secret_bytes(void *bytes, size_t size, hs_error *error) {
    char *at = bytes;
    while (size > 0) {
        ssize_t got = getrandom(at, size, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return hs_error_set(error, HS_E_IO, "the system gives no random numbers");
        at += got;
        size -= (size_t)got;
    }
    return HS_OK;
}

hs_status hs_secret_text(char text[HS_SECRET_TEXT_SIZE], hs_error *error) {
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char bytes[33] = {0}; /* a multiple of three */
    hs_status status = hs_secret_bytes(bytes, 32, error);
    if (status != HS_OK) return status;
    for (size_t i = 0; i + 1 < HS_SECRET_TEXT_SIZE; i++) {
        size_t bit = 6 * i;
        unsigned two = (unsigned)bytes[bit / 8] << 8 | (bit / 8 + 1 < sizeof bytes ? bytes[bit / 8 + 1] : 0);
        text[i] = letters[two >> (10 - bit % 8) & 63];
    }
    text[HS_SECRET_TEXT_SIZE - 1] = '\0';
    return HS_OK;
}

void hs_secret_hash(hs_str text, char hash[HS_SECRET_HASH_SIZE]) {
    GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(checksum, (const guchar *)text.data, (gssize)text.size);
    memcpy(hash, g_checksum_get_string(checksum), HS_SECRET_HASH_SIZE);
    g_checksum_free(checksum);
}

bool hs_secret_equal(hs_str a, hs_str b) {
    if (a.size != b.size) return false;
    unsigned char differ = 0;
    for (size_t i = 0; i < a.size; i++)
        differ |= (unsigned char)(a.data[i] ^ b.data[i]);
    return differ == 0;
}
