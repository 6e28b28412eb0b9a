/**
 * @file focus/command/command_role.c  Verbs about what people are, and would
 * like: roles, names, hands, who is shown
 */
#include <string.h>
#include "focus/command/command_private.h"
#include "mixer/base/utf8.h"


static void set_role(struct command *cmd, enum role role)
{
	struct command_targets t;

	if (!command_targets(cmd, &t, AIM_IN_EXACTLY))
		return;

	for (unsigned i = 0; i < t.count; i++)
		endpoint_set_role(t.list[i], role);
	command_changed(cmd, &t);
	mem_deref(t.list);
}


void command_promote(struct command *cmd)
{
	const char *name = command_string(cmd, "role");
	enum role role = ROLE_MODERATOR;

	if (json_object_get(cmd->args, "role") &&
	    (!role_read(&role, name) || role == ROLE_GUEST)) {
		command_fail(cmd, REASON_BAD_REQUEST,
			     "\"role\" is neither moderator nor host");
		return;
	}

	set_role(cmd, role);
}


void command_demote(struct command *cmd)
{
	set_role(cmd, ROLE_GUEST);
}


static void raise_hands(struct command *cmd, bool raised)
{
	struct command_targets t;

	if (!command_targets(cmd, &t, AIM_IN))
		return;

	for (unsigned i = 0; i < t.count; i++)
		endpoint_set_hand(t.list[i], raised);
	command_changed(cmd, &t);
	mem_deref(t.list);
}


void command_hand(struct command *cmd)
{
	raise_hands(cmd, true);
}


void command_lower(struct command *cmd)
{
	raise_hands(cmd, false);
}


/** @return false: there is nothing in it to be called by */
static bool take_name(const struct command *cmd, char name[UTF8_NAME_MAX + 1])
{
	const char *display = command_string(cmd, "display");

	(void)utf8_clean(name, UTF8_NAME_MAX + 1, display ? display : "");

	return name[strspn(name, " ")] != '\0';
}


void command_rename(struct command *cmd)
{
	char name[UTF8_NAME_MAX + 1];
	struct command_targets t;

	if (!take_name(cmd, name)) {
		command_fail(cmd, REASON_BAD_REQUEST,
			     "\"display\" is no name");
		return;
	}
	if (!command_targets(cmd, &t, AIM_IN))
		return;

	if (t.count > 1)
		command_fail(cmd, REASON_AMBIGUOUS,
			     "one at a time: that is %u", t.count);
	else if (endpoint_rename(t.list[0], name))
		command_changed(cmd, &t);
	else
		command_fail(cmd, REASON_FORBIDDEN,
			     "who asked for privacy has no name");
	mem_deref(t.list);
}


void command_spotlight(struct command *cmd)
{
	struct command_targets t;
	char who[512];

	if (!strcmp(command_target(cmd, who, sizeof(who)), "off")) {
		conference_set_spotlight(cmd->conference, 0, 0);
		command_done(cmd);
		return;
	}
	if (!command_targets(cmd, &t, AIM_IN))
		return;

	if (t.count > 1) {
		command_fail(cmd, REASON_AMBIGUOUS,
			     "one at a time: that is %u", t.count);
	}
	else {
		conference_set_spotlight(cmd->conference, t.list[0]->number,
					 t.list[0]->leg);
		command_changed(cmd, &t);
	}
	mem_deref(t.list);
}
