/**
 * @file focus/settings/role.c  What somebody is in a conference
 */
#include <string.h>
#include "focus/settings/role.h"


static const char *const names[ROLES] = {
	[ROLE_GUEST] = "guest",
	[ROLE_MODERATOR] = "moderator",
	[ROLE_HOST] = "host",
};


const char *role_name(enum role role)
{
	return names[role < ROLES ? role : ROLE_GUEST];
}


bool role_read(enum role *role, const char *name)
{
	for (unsigned i = 0; name && i < ROLES; i++) {
		if (!strcmp(names[i], name)) {
			*role = (enum role)i;
			return true;
		}
	}

	return false;
}
