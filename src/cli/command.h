/* The command line: one file per command, one table of commands, from which --help derives. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "base/log.h"
#include "base/text.h"
#include "service/service.h"
#include <stdio.h>

/* Exit status, as the contract has it. */
enum { HS_EXIT_DONE = 0, HS_EXIT_REJECTS = 1, HS_EXIT_USAGE = 2, HS_EXIT_INPUT = 3, HS_EXIT_STORE = 4 };

typedef struct hs_option {
    const char *name;
    const char *value_en; /* what follows it, NULL for a bare flag */
    const char *help_en, *help_zh;
} hs_option;

typedef struct hs_option_value {
    const char *name, *value; /* value "" for a flag */
} hs_option_value;

/* A parsed command line. */
typedef struct hs_arguments {
    const char **positional;
    int positional_count;
    hs_option_value *options;
    int option_count;
    bool chinese;
    bool progress_json, progress_terminal;
} hs_arguments;

typedef struct hs_command {
    const char *name;
    const char *synopsis; /* positional arguments */
    const char *help_en, *help_zh;
    const hs_option *options; /* ended by a NULL name */
    int min_positional, max_positional;
    int (*run)(const hs_arguments *arguments);
    bool takes_filters; /* besides its own options the filters' words (city/filter.h) */
} hs_command;

/* Options of a command that derive from another table. */
typedef struct hs_derived_options {
    bool (*option)(size_t index, hs_option *option); /* false after the last */
    void (*print)(FILE *out, bool chinese);          /* their part of --help */
} hs_derived_options;
extern const hs_derived_options hs_hotspot_options, hs_forecast_derived, hs_focus_derived;

extern const hs_command hs_command_city, hs_command_sample, hs_command_import, hs_command_batches,
    hs_command_serve, hs_command_density, hs_command_export, hs_command_user, hs_command_undo,
    hs_command_check, hs_command_hotspots, hs_command_forecast, hs_command_geocode, hs_command_reverse,
    hs_command_review, hs_command_focus;

/* A line of --help. */
void hs_print_option(FILE *out, const hs_option *option, bool chinese);
/* The last value of an option, NULL when absent. */
const char *hs_arguments_get(const hs_arguments *arguments, const char *name);
bool hs_arguments_has(const hs_arguments *arguments, const char *name);
/* A whole number in [min, max], `fallback` when absent; prints what is wrong and returns false otherwise. */
bool hs_arguments_get_int(const hs_arguments *arguments, const char *name, int64_t min, int64_t max,
                          int64_t fallback, int64_t *value);

/* Chooses between two texts, or two formats of the same arguments, by the language asked for. */
__attribute__((format_arg(2), format_arg(3))) static inline const char *
hs_say(const hs_arguments *arguments, const char *en, const char *zh) {
    return hs_in_language(arguments->chinese, en, zh);
}

/* Prints an error to stderr and returns the exit status that fits it. */
int hs_fail(const hs_error *error);

/* Progress on stderr: a line that rewrites itself on a terminal, JSON lines with --progress json, else
 * nothing. total < 0: unknown. `done` ends the line. */
void hs_show_progress(const hs_arguments *arguments, const char *phase, double done, double total);
void hs_show_progress_end(const hs_arguments *arguments);
/* Progress of a computation, in hundredths: `tell` is hs_show_share, its context a hs_shown_share. */
typedef struct hs_shown_share {
    const hs_arguments *arguments;
    const char *phase;
    int *percent; /* shown last; -1 before */
} hs_shown_share;
bool hs_show_share(const void *context, double share);

#endif
