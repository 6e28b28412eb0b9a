/**
 * @file focus/settings/role.h  What somebody is in a conference (RFC 4575
 * section 5.6.3)
 *
 * Each may all that the one before it may. Pure.
 */
#ifndef PARLEY_FOCUS_SETTINGS_ROLE_H
#define PARLEY_FOCUS_SETTINGS_ROLE_H

#include <stdbool.h>

enum role {
	ROLE_GUEST,
	ROLE_MODERATOR, /**< steers: mutes, admits, removes, locks */
	ROLE_HOST,      /**< it is his: settings, who else steers, the end */
	ROLES
};

/** "guest", "moderator", "host" */
const char *role_name(enum role role);

/** @param name As role_name(). @return false: none is called so */
bool role_read(enum role *role, const char *name);

#endif
