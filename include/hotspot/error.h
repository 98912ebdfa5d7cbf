/* Errors are values: every function that can fail returns an hs_status and, when the caller passes an
 * hs_error, writes there a message that a person can act on. Library code never logs, prints or exits. */
#ifndef HOTSPOT_ERROR_H
#define HOTSPOT_ERROR_H

#include <hotspot/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum hs_status {
    HS_OK = 0,
    HS_E_MEMORY = 1,      /* memory could not be had */
    HS_E_ARGUMENT = 2,    /* an argument or option is wrong: the caller's mistake */
    HS_E_INPUT = 3,       /* outside data is wrong */
    HS_E_IO = 4,          /* a file or socket failed */
    HS_E_STORE = 5,       /* the store failed */
    HS_E_NOT_FOUND = 6,   /* no such thing */
    HS_E_LIMIT = 7,       /* a size, time or number limit was reached */
    HS_E_CANCELLED = 8,   /* somebody asked to stop */
    HS_E_UNSUPPORTED = 9, /* known, but not offered here */
    HS_E_CONFLICT = 10,   /* against the present state */
    HS_E_DENIED = 11,     /* not allowed */
    HS_E_INTERNAL = 12,   /* a defect in this library */
    HS_STATUS_COUNT
} hs_status;

/* The largest message, its NUL included; longer ones are cut at a character's edge. */
#define HS_ERROR_MESSAGE_SIZE 512

typedef struct hs_error {
    hs_status status;
    char message[HS_ERROR_MESSAGE_SIZE];
} hs_error;

/* One line of meaning for a status code, in English. Never NULL. Thread-safe, O(1). */
HS_API const char *hs_status_describe(hs_status status);

/* Fills *error (when not NULL) with `status` and the formatted message and returns `status`, so that a
 * failing function can end with `return hs_error_set(error, HS_E_INPUT, ...)`. */
HS_API hs_status hs_error_set(hs_error *error, hs_status status, const char *format, ...) HS_PRINTF(3, 4);

/* hs_error_set with HS_E_MEMORY and "out of memory for WHAT", for places where compilers and analysers must
 * see that the call fails. */
static inline hs_status hs_error_memory(hs_error *error, const char *what) {
    (void)hs_error_set(error, HS_E_MEMORY, "out of memory for %s", what);
    return HS_E_MEMORY;
}

/* Puts formatted words and ": " before the message of *error (when not NULL); returns its status or,
 * when error is NULL, `status`. For adding what was being done (file, row) on the way up. */
HS_API hs_status hs_error_prefix(hs_error *error, hs_status status, const char *format, ...) HS_PRINTF(3, 4);

#ifdef __cplusplus
}
#endif
#endif
