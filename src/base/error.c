#include <hotspot/error.h>

#include "base/text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *hs_status_describe(hs_status status) {
    switch (status) {
    case HS_OK:
        return "done";
    case HS_E_MEMORY:
        return "out of memory";
    case HS_E_ARGUMENT:
        return "wrong argument";
    case HS_E_INPUT:
        return "wrong input";
    case HS_E_IO:
        return "a file or connection failed";
    case HS_E_STORE:
        return "the store failed";
    case HS_E_NOT_FOUND:
        return "not found";
    case HS_E_LIMIT:
        return "a limit was reached";
    case HS_E_CANCELLED:
        return "cancelled";
    case HS_E_UNSUPPORTED:
        return "not supported here";
    case HS_E_CONFLICT:
        return "in conflict with the present state";
    case HS_E_DENIED:
        return "not allowed";
    case HS_E_INTERNAL:
        return "a defect in this program";
    case HS_STATUS_COUNT:
        break;
    }
    return "unknown status";
}

/* Ends an over-long message at a character's edge. */
static void cut_message(char *message, size_t wanted) {
    if (wanted < HS_ERROR_MESSAGE_SIZE) return;
    hs_str whole = {message, strlen(message)};
    size_t size = whole.size;
    /* vsnprintf cut between bytes: step back over an unfinished character. */
    while (size > 0 && ((unsigned char)message[size - 1] & 0xC0) == 0x80)
        size--;
    if (size > 0 && (unsigned char)message[size - 1] >= 0xC0) {
        hs_str last = {message + size - 1, whole.size - size + 1};
        if (hs_utf8_valid(last)) return;
        message[size - 1] = '\0';
    }
}

hs_status hs_error_set(hs_error *error, hs_status status, const char *format, ...) {
    if (!error) return status;
    error->status = status;
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    if (wanted < 0)
        error->message[0] = '\0';
    else
        cut_message(error->message, (size_t)wanted);
    return status;
}

hs_status hs_error_prefix(hs_error *error, hs_status status, const char *format, ...) {
    if (!error) return status;
    char before[HS_ERROR_MESSAGE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    int wanted = vsnprintf(before, sizeof before, format, arguments);
    va_end(arguments);
    if (wanted < 0) return error->status;
    cut_message(before, (size_t)wanted);
    char whole[2 * HS_ERROR_MESSAGE_SIZE];
    int total = snprintf(whole, sizeof whole, "%s: %s", before, error->message);
    size_t size = total < 0 ? 0 : (size_t)total;
    if (size >= sizeof error->message) size = sizeof error->message - 1;
    memcpy(error->message, whole, size);
    error->message[size] = '\0';
    if (total >= 0) cut_message(error->message, (size_t)total);
    return error->status;
}
