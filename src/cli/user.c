#include "base/text.h"
#include "cli/command.h"
#include "service/users.h"

#include <string.h>

static const hs_option options[] = {
    {"role", "ROLE", "of a new user: viewer reporter editor admin",
     "新用户的角色：viewer reporter editor admin"},
    {"unit", "CODE", "of a new user: the unit that it answers for (default: the whole city)",
     "新用户负责的单元编码（默认全市）"},
    {NULL, NULL, NULL, NULL},
};

static hs_status add(hs_store *store, const hs_arguments *arguments, hs_error *error) {
    const char *role = hs_arguments_get(arguments, "role");
    const char *unit = hs_arguments_get(arguments, "unit");
    hs_user user = {.name = hs_str_of(arguments->positional[2]),
                    .unit = hs_str_of(unit ? unit : ""),
                    .role = role ? hs_role_parse(hs_str_of(role)) : HS_ROLE_COUNT};
    if (user.role == HS_ROLE_COUNT)
        return hs_error_set(error, HS_E_ARGUMENT, "--role: viewer, reporter, editor or admin is expected");
    char token[HS_SECRET_TEXT_SIZE];
    hs_status status = hs_user_add(store, &user, error, token);
    if (status != HS_OK) return status;
    puts(token);
    fprintf(stderr, "%s\n",
            hs_say(arguments, "This token is shown once and kept nowhere: give it to its owner.",
                   "令牌仅显示一次，系统不保存明文，请交给使用者。"));
    return HS_OK;
}

static hs_status print(void *context, const hs_user_record *user, hs_error *error) {
    (void)context;
    (void)error;
    char created[HS_TIME_TEXT_SIZE];
    char revoked[HS_TIME_TEXT_SIZE] = "";
    hs_time_format(user->created_s, created);
    if (user->revoked_s != HS_NO_TIME) hs_time_format(user->revoked_s, revoked);
    printf("%.*s\t%.*s\t%.*s\t%s\t%s\n", (int)user->name.size, user->name.data, (int)user->role.size,
           user->role.data, (int)user->unit.size, user->unit.data, created, revoked);
    return HS_OK;
}

static hs_status list(hs_store *store, hs_error *error) {
    puts("name\trole\tunit\tcreated\trevoked");
    return hs_store_scan_users(store, print, NULL, error);
}

static int run(const hs_arguments *arguments) {
    const char *what = arguments->positional[1];
    bool adds = strcmp(what, "add") == 0;
    bool revokes = strcmp(what, "revoke") == 0;
    if ((!adds && !revokes && strcmp(what, "list") != 0) ||
        arguments->positional_count != (adds || revokes ? 3 : 2)) {
        fprintf(stderr, "%s: hotspotd user STORE add NAME --role ROLE [--unit CODE] | list | revoke NAME\n",
                hs_say(arguments, "usage", "用法"));
        return HS_EXIT_USAGE;
    }
    hs_error error = {0};
    hs_store *store = NULL;
    hs_status status = hs_store_open(arguments->positional[0],
                                     adds || revokes ? HS_STORE_WRITE : HS_STORE_READ, &error, &store);
    if (status == HS_OK && adds)
        status = add(store, arguments, &error);
    else if (status == HS_OK && revokes)
        status = hs_store_revoke_user(store, hs_str_of(arguments->positional[2]), &error);
    else if (status == HS_OK)
        status = list(store, &error);
    hs_store_close(store);
    return status == HS_OK ? HS_EXIT_DONE : hs_fail(&error);
}

const hs_command hs_command_user = {
    "user",
    "STORE add|list|revoke",
    "who may write: add NAME --role ROLE, list, revoke NAME",
    "管理可写用户：add 名称 --role 角色，list，revoke 名称",
    options,
    2,
    3,
    run,
    false,
};
