/* Secrets: random tokens and their hashes. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <hotspot/error.h>

/* Fills bytes from the system's random numbers; HS_E_IO where there are none. */
hs_status hs_secret_bytes(void *bytes, size_t size, hs_error *error);

#define HS_SECRET_TEXT_SIZE 44 /* 32 random bytes as URL-safe base64, and NUL */
hs_status hs_secret_text(char text[HS_SECRET_TEXT_SIZE], hs_error *error);

#define HS_SECRET_HASH_SIZE 65 /* SHA-256 in hexadecimal, and NUL */
/* Of a text with the randomness of hs_secret_text, which needs no salt and no slowness; not of passwords. */
void hs_secret_hash(hs_str text, char hash[HS_SECRET_HASH_SIZE]);

/* Compares in a time that depends on the sizes alone. */
bool hs_secret_equal(hs_str a, hs_str b);

#endif
