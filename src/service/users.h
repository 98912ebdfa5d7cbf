/* Who may write: users with a role and a token, which only its owner has. */
#ifndef SERVICE_USERS_H
#define SERVICE_USERS_H

#include "base/secret.h"
#include "service/service.h"

/* Each may what those before it may. */
typedef enum hs_role {
    HS_ROLE_VIEWER,   /* read what is not public */
    HS_ROLE_REPORTER, /* add incidents */
    HS_ROLE_EDITOR,   /* import, review, plan */
    HS_ROLE_ADMIN,
    HS_ROLE_COUNT
} hs_role;

/* The word of the contract; HS_ROLE_COUNT for a word that is none. */
const char *hs_role_name(hs_role role);
hs_role hs_role_parse(hs_str name);

typedef struct hs_user {
    hs_str name, unit; /* unit: a code, empty for the whole city */
    hs_role role;
} hs_user;

/* Makes a user and its token, which is kept nowhere. HS_E_CONFLICT: the name is taken; HS_E_NOT_FOUND: no
 * unit has this code; HS_E_ARGUMENT: the name is empty or over 100 bytes. */
hs_status hs_user_add(hs_store *store, const hs_user *user, hs_error *error, char token[HS_SECRET_TEXT_SIZE]);

/* The user of a token, its texts in the arena; HS_E_DENIED where the token is nobody's or was revoked. What a
 * command changes counts within a second. Thread-safe. */
hs_status hs_service_find_user(hs_service *service, hs_str token, hs_arena *arena, hs_error *error,
                               hs_user *user);

#endif
