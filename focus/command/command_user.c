/**
 * @file focus/command/command_user.c  Users who may register and call by
 * password
 */
#include <errno.h>
#include <string.h>
#include "focus/command/command_private.h"
#include "focus/store/user_store.h"


static void list_users(struct command *cmd)
{
	json_t *list = NULL;

	if (user_store_list(focus_user_store(cmd->focus), &list))
		command_fail(cmd, REASON_INTERNAL, "the users cannot be read");
	else
		command_ok(cmd, json_pack("{s:o}", "users", list));
}


static void answer_user(struct command *cmd, int err, const char *name)
{
	switch (err) {

	case 0:
		command_ok(cmd, json_pack("{s:s,s:s}", "name", name, "realm",
					  user_store_realm(focus_user_store(
						  cmd->focus))));
		break;

	case EEXIST:
		command_fail(cmd, REASON_FORBIDDEN, "there is a user '%s'",
			     name);
		break;

	case ENOENT:
		command_fail(cmd, REASON_NOT_FOUND, "no user '%s'", name);
		break;

	case EOVERFLOW:
		command_fail(cmd, REASON_FORBIDDEN,
			     "there are too many users");
		break;

	default: command_fail_store(cmd, err, "users"); break;
	}
}


/** @return false: answered */
static bool check(struct command *cmd, const char *name, const char *password,
		  bool needs_password)
{
	if (!user_store_name_good(name)) {
		command_fail(cmd, REASON_BAD_REQUEST,
			     "a user's name has 1 to %d of a-z 0-9 . _ - +",
			     SUBSCRIBER_NAME_MAX);
		return false;
	}
	if (needs_password && !user_store_password_good(password)) {
		command_fail(cmd, REASON_BAD_REQUEST,
			     "a password has %d to %d bytes, none of them a"
			     " control character",
			     SUBSCRIBER_PASSWORD_MIN, SUBSCRIBER_PASSWORD_MAX);
		return false;
	}

	return true;
}


void command_user(struct command *cmd)
{
	struct user_store *s = focus_user_store(cmd->focus);
	const char *action = command_string(cmd, "action");
	const char *name = command_string(cmd, "name");
	const char *password = command_string(cmd, "password");

	if (!s) {
		command_fail(cmd, REASON_UNAVAILABLE,
			     "this server keeps no users");
	}
	else if (action && !strcmp(action, "list")) {
		list_users(cmd);
	}
	else if (action && !strcmp(action, "add")) {
		if (check(cmd, name, password, true))
			answer_user(cmd, user_store_add(s, name, password),
				    name);
	}
	else if (action && !strcmp(action, "passwd")) {
		if (check(cmd, name, password, true))
			answer_user(cmd,
				    user_store_set_password(s, name, password),
				    name);
	}
	else if (action && !strcmp(action, "remove")) {
		if (check(cmd, name, password, false))
			answer_user(cmd, user_store_remove(s, name), name);
	}
	else {
		command_fail(cmd, REASON_BAD_REQUEST,
			     "add, passwd, remove or list?");
	}
}
