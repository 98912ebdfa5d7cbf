#include "cli/command.h"

#include <stdlib.h>
#include <string.h>

const char *hs_arguments_get(const hs_arguments *arguments, const char *name) {
    for (int i = arguments->option_count - 1; i >= 0; i--)
        if (strcmp(arguments->options[i].name, name) == 0) return arguments->options[i].value;
    return NULL;
}

bool hs_arguments_has(const hs_arguments *arguments, const char *name) {
    return hs_arguments_get(arguments, name) != NULL;
}

bool hs_arguments_get_int(const hs_arguments *arguments, const char *name, int64_t min, int64_t max,
                          int64_t fallback, int64_t *value) {
    const char *text = hs_arguments_get(arguments, name);
    *value = fallback;
    if (!text) return true;
    char *end;
    long long parsed = strtoll(text, &end, 10);
    if (*text && !*end && parsed >= min && parsed <= max) {
        *value = parsed;
        return true;
    }
    fprintf(stderr, "hotspotd: --%s %s: a whole number from %lld to %lld is expected\n", name, text,
            (long long)min, (long long)max);
    return false;
}

void hs_print_option(FILE *out, const hs_option *option, bool chinese) {
    char left[64];
    snprintf(left, sizeof left, "--%s %s", option->name, option->value_en ? option->value_en : "");
    fprintf(out, "  %-26s %s\n", left, chinese ? option->help_zh : option->help_en);
}

int hs_fail(const hs_error *error) {
    fprintf(stderr, "hotspotd: %s\n", error->message[0] ? error->message : hs_status_describe(error->status));
    switch (error->status) {
    case HS_E_ARGUMENT:
    case HS_E_UNSUPPORTED:
    case HS_E_CONFLICT:
        return HS_EXIT_USAGE;
    case HS_E_STORE:
    case HS_E_MEMORY:
    case HS_E_INTERNAL:
        return HS_EXIT_STORE;
    default:
        return HS_EXIT_INPUT;
    }
}

void hs_show_progress(const hs_arguments *arguments, const char *phase, double done, double total) {
    if (arguments->progress_json) {
        if (total >= 0)
            fprintf(stderr, "{\"phase\":\"%s\",\"done\":%.0f,\"total\":%.0f}\n", phase, done, total);
        else
            fprintf(stderr, "{\"phase\":\"%s\",\"done\":%.0f}\n", phase, done);
    } else if (arguments->progress_terminal) {
        if (total > 0)
            fprintf(stderr, "\r\033[K%s %.0f / %.0f (%.0f %%)", phase, done, total, 100 * done / total);
        else
            fprintf(stderr, "\r\033[K%s %.0f", phase, done);
    }
}

void hs_show_progress_end(const hs_arguments *arguments) {
    if (arguments->progress_terminal && !arguments->progress_json) fputs("\r\033[K", stderr);
}

/* Told by one thread at a time; asked alone it shows nothing. */
bool hs_show_share(const void *context, double share) {
    const hs_shown_share *shown = context;
    int percent = (int)(share * 100);
    if (share < 0 || percent == *shown->percent) return true;
    *shown->percent = percent;
    hs_show_progress(shown->arguments, shown->phase, percent, 100);
    return true;
}
