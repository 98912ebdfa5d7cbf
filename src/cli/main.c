#include "city/filter.h"
#include "cli/command.h"

#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const hs_command *const commands[] = {&hs_command_city,
                                             &hs_command_sample,
                                             &hs_command_import,
                                             &hs_command_batches,
                                             &hs_command_undo,
                                             &hs_command_check,
                                             &hs_command_geocode,
                                             &hs_command_reverse,
                                             &hs_command_review,
                                             &hs_command_density,
                                             &hs_command_export,
                                             &hs_command_hotspots,
                                             &hs_command_forecast,
                                             &hs_command_focus,
                                             &hs_command_user,
                                             &hs_command_serve,
                                             NULL};

/* Every command takes these. */
static const hs_option common_options[] = {
    {"lang", "zh|en", "language of messages (default: from the environment)", "消息语言（默认取自环境）"},
    {"progress", "json", "progress as JSON lines on stderr", "在标准错误输出 JSON 进度"},
    {"help", NULL, "show this help", "显示帮助"},
    {"version", NULL, "show the version", "显示版本"},
    {NULL, NULL, NULL, NULL},
};

static bool environment_is_chinese(void) {
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) return strncmp(value, "zh", 2) == 0;
    }
    return false;
}

/* The last --lang among the words, wherever it stands; NULL when there is none. */
static const char *find_lang(int argc, char **argv) {
    const char *lang = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc) lang = argv[i + 1];
        if (strncmp(argv[i], "--lang=", 7) == 0) lang = argv[i] + 7;
    }
    return lang;
}

static const hs_derived_options *derived_options(const hs_command *command) {
    if (command == &hs_command_forecast) return &hs_forecast_derived;
    if (command == &hs_command_focus) return &hs_focus_derived;
    return command == &hs_command_hotspots ? &hs_hotspot_options : NULL;
}

static void print_command_help(FILE *out, const hs_command *command, bool chinese) {
    fprintf(out, "hotspotd %s %s\n\n%s\n\n", command->name, command->synopsis,
            chinese ? command->help_zh : command->help_en);
    for (const hs_option *o = command->options; o->name; o++)
        hs_print_option(out, o, chinese);
    const hs_derived_options *derived = derived_options(command);
    if (derived) derived->print(out, chinese);
    for (const hs_filter_word *w = hs_filter_words; command->takes_filters && w->name; w++) {
        const hs_option option = {w->name, w->value_en, w->help_en, w->help_zh};
        hs_print_option(out, &option, chinese);
    }
    for (const hs_option *o = common_options; o->name; o++)
        hs_print_option(out, o, chinese);
}

static void print_help(FILE *out, bool chinese) {
    fprintf(
        out, "%s\n\n",
        chinese
            ? "hotspotd：城市问题的空间热点服务\n\n用法：hotspotd 命令 参数… [选项…]；hotspotd 命令 --help "
              "查看选项"
            : "hotspotd: where city problems cluster\n\n"
              "Usage: hotspotd COMMAND ARGUMENTS... [OPTIONS...]; hotspotd COMMAND --help lists the options");
    for (const hs_command *const *c = commands; *c; c++) {
        char left[80];
        snprintf(left, sizeof left, "%s %s", (*c)->name, (*c)->synopsis);
        fprintf(out, "  %-26s %s\n", left, chinese ? (*c)->help_zh : (*c)->help_en);
    }
    fprintf(out, "  %-26s %s\n", "--version", chinese ? "显示版本" : "show the version");
}

static size_t count_options(const hs_option *options) {
    size_t count = 0;
    while (options[count].name)
        count++;
    return count;
}

static size_t count_derived(const hs_derived_options *derived) {
    size_t count = 0;
    hs_option option;
    while (derived && derived->option(count, &option))
        count++;
    return count;
}

static size_t count_filters(void) {
    size_t count = 0;
    while (hs_filter_words[count].name)
        count++;
    return count;
}

/* Options that every command takes may also stand before it: the command's name goes first. */
static void put_command_first(int argc, char **argv) {
    int at = 1;
    while (at < argc && (strncmp(argv[at], "--lang", 6) == 0 || strncmp(argv[at], "--progress", 10) == 0))
        at += strchr(argv[at], '=') ? 1 : 2;
    if (at <= 1 || at >= argc) return;
    char *name = argv[at];
    memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof *argv);
    argv[1] = name;
}

/* Reads options and positional arguments; returns -1 to go on, else the exit status. */
static int parse(const hs_command *command, int argc, char **argv, hs_arguments *arguments) {
    const hs_derived_options *derived = derived_options(command);
    size_t own = count_options(command->options), common = count_options(common_options);
    size_t filters = command->takes_filters ? count_filters() : 0, further = count_derived(derived);
    struct option *table = calloc(own + common + filters + further + 1, sizeof *table);
    arguments->options = calloc((size_t)argc + 1, sizeof *arguments->options);
    arguments->positional = calloc((size_t)argc + 1, sizeof *arguments->positional);
    if (!table || !arguments->options || !arguments->positional) {
        free(table);
        return HS_EXIT_STORE;
    }
    for (size_t i = 0; i < own + common; i++) {
        const hs_option *option = i < own ? &command->options[i] : &common_options[i - own];
        table[i] =
            (struct option){option->name, option->value_en ? required_argument : no_argument, NULL, 256};
    }
    for (size_t i = 0; i < filters; i++)
        table[own + common + i] = (struct option){hs_filter_words[i].name, required_argument, NULL, 256};
    for (size_t i = 0; i < further; i++) {
        hs_option option;
        (void)derived->option(i, &option);
        table[own + common + filters + i] =
            (struct option){option.name, option.value_en ? required_argument : no_argument, NULL, 256};
    }
    int result = -1, index, code;
    while (result < 0 && (code = getopt_long(argc, argv, "-o:", table, &index)) != -1) {
        if (code == 1)
            arguments->positional[arguments->positional_count++] = optarg;
        else if (code == 'o')
            arguments->options[arguments->option_count++] = (hs_option_value){"output", optarg};
        else if (code == 256)
            arguments->options[arguments->option_count++] =
                (hs_option_value){table[index].name, optarg ? optarg : ""};
        else
            result = HS_EXIT_USAGE;
    }
    while (optind < argc)
        arguments->positional[arguments->positional_count++] = argv[optind++];
    free(table);
    return result;
}

static int run_command(const hs_command *command, int argc, char **argv) {
    hs_arguments arguments = {.chinese = environment_is_chinese(),
                              .progress_terminal = isatty(STDERR_FILENO)};
    char name[64]; /* how getopt begins its messages */
    snprintf(name, sizeof name, "hotspotd %s", command->name);
    argv[0] = name;
    int result = parse(command, argc, argv, &arguments);
    const char *lang = hs_arguments_get(&arguments, "lang");
    if (lang) arguments.chinese = strncmp(lang, "zh", 2) == 0;
    const char *progress = hs_arguments_get(&arguments, "progress");
    arguments.progress_json = progress && strcmp(progress, "json") == 0;
    if (result < 0 && hs_arguments_has(&arguments, "help")) {
        print_command_help(stdout, command, arguments.chinese);
        result = HS_EXIT_DONE;
    }
    if (result < 0 && hs_arguments_has(&arguments, "version")) {
        puts("hotspotd " HS_VERSION);
        result = HS_EXIT_DONE;
    }
    if (result < 0 && lang && strcmp(lang, "zh") != 0 && strcmp(lang, "en") != 0) {
        fprintf(stderr, "hotspotd: --lang %s: zh or en is expected\n", lang);
        result = HS_EXIT_USAGE;
    }
    if (result < 0 && progress && !arguments.progress_json) {
        fprintf(stderr, "hotspotd: --progress %s: json is expected\n", progress);
        result = HS_EXIT_USAGE;
    }
    if (result < 0 && (arguments.positional_count < command->min_positional ||
                       arguments.positional_count > command->max_positional)) {
        fprintf(stderr, "%s: hotspotd %s %s\n", hs_say(&arguments, "usage", "用法"), command->name,
                command->synopsis);
        result = HS_EXIT_USAGE;
    }
    if (result < 0) result = command->run(&arguments);
    free(arguments.positional);
    free(arguments.options);
    return result;
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is a failure to write like any other */
    const char *lang = find_lang(argc, argv);
    bool chinese = lang ? strcmp(lang, "zh") == 0 : environment_is_chinese();
    put_command_first(argc, argv);
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(argc < 2 ? stderr : stdout, chinese);
        return argc < 2 ? HS_EXIT_USAGE : HS_EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("hotspotd " HS_VERSION);
        return HS_EXIT_DONE;
    }
    for (const hs_command *const *c = commands; *c; c++)
        if (strcmp(argv[1], (*c)->name) == 0) return run_command(*c, argc - 1, argv + 1);
    fprintf(stderr, "hotspotd: no command %s\n\n", argv[1]);
    print_help(stderr, chinese);
    return HS_EXIT_USAGE;
}
