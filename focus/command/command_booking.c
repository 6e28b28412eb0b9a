/**
 * @file focus/command/command_booking.c  Verbs about what a conference is to
 * be, and which are booked
 */
#include <errno.h>
#include <string.h>
#include "focus/command/command_private.h"
#include "focus/conference/booking.h"
#include "focus/conference/number.h"


static json_t *booking_json(const struct focus *f, const struct booking *b)
{
	char number[NUMBER_TEXT_BYTES];

	number_print(number, f, b->name, b->number);

	return json_pack("{s:s,s:b,s:b,s:s,s:o}", "name", b->name, "booked",
			 b->booked, "running", b->running, "number", number,
			 "settings", settings_json(&b->settings));
}


static void show(struct command *cmd, const char *name)
{
	struct booking b;

	if (booking_find(cmd->focus, name, &b))
		command_ok(cmd, json_pack("{s:o}", "conference",
					  booking_json(cmd->focus, &b)));
	else
		command_fail(cmd, REASON_NOT_FOUND, "no conference '%s'",
			     name);
}


/** What it is now, or why it is not
 *  @param why Of EINVAL */
static void answer_change(struct command *cmd, int err, const char *name,
			  const char *why)
{
	switch (err) {

	case 0: show(cmd, name); break;

	case EINVAL: command_fail(cmd, REASON_BAD_REQUEST, "%s", why); break;

	case EEXIST:
		command_fail(cmd, REASON_FORBIDDEN,
			     "there is a conference '%s'", name);
		break;

	case ENOENT:
		command_fail(cmd, REASON_NOT_FOUND, "no conference '%s'",
			     name);
		break;

	case EOVERFLOW:
		command_fail(cmd, REASON_FORBIDDEN,
			     "there are too many conferences");
		break;

	default: command_fail_store(cmd, err, "conferences"); break;
	}
}


void command_settings(struct command *cmd)
{
	const json_t *values = json_object_get(cmd->args, "settings");
	const char *name = cmd->conference->name;
	char why[SETTINGS_WHY_BYTES] = "";

	if (values)
		answer_change(cmd, booking_set(cmd->focus, name, values, why),
			      name, why);
	else
		show(cmd, name);
}


struct listing {
	const struct focus *focus;
	json_t *list;
};


static void each_h(const struct booking *b, void *arg)
{
	const struct listing *l = arg;

	(void)json_array_append_new(l->list, booking_json(l->focus, b));
}


static void list_bookings(struct command *cmd)
{
	json_t *list = json_array();
	struct listing listing = {cmd->focus, list};
	int err = booking_each(cmd->focus, each_h, &listing);

	if (err) {
		json_decref(list);
		command_fail(cmd, REASON_INTERNAL,
			     "the conferences cannot be read");
		return;
	}

	command_ok(cmd, json_pack("{s:o}", "conferences", list));
}


static void change_booking(struct command *cmd, const char *action,
			   const char *name)
{
	const json_t *values = json_object_get(cmd->args, "settings");
	struct focus *f = cmd->focus;
	char why[SETTINGS_WHY_BYTES] = "";
	int err;

	if (!strcmp(action, "add")) {
		answer_change(cmd, booking_add(f, name, values, why), name,
			      why);
	}
	else if (!strcmp(action, "set")) {
		answer_change(cmd, booking_set(f, name, values, why), name,
			      why);
	}
	else if (!strcmp(action, "show")) {
		show(cmd, name);
	}
	else if (!strcmp(action, "remove")) {
		err = booking_remove(f, name);
		if (err)
			answer_change(cmd, err, name, why);
		else
			command_done(cmd);
	}
	else {
		command_fail(cmd, REASON_BAD_REQUEST,
			     "add, set, show, remove or list?");
	}
}


void command_conference(struct command *cmd)
{
	const char *action = command_string(cmd, "action");
	const char *name = command_string(cmd, "conference");
	char canonical[POLICY_NAME_MAX + 1];

	if (!action)
		command_fail(cmd, REASON_BAD_REQUEST,
			     "add, set, show, remove or list?");
	else if (!strcmp(action, "list"))
		list_bookings(cmd);
	else if (!name)
		command_fail(cmd, REASON_BAD_REQUEST, "which conference?");
	else if (focus_name(cmd->focus, name, canonical) ||
		 policy_name_is_fresh(canonical))
		command_fail(cmd, REASON_NOT_FOUND,
			     "no conference can be called '%.64s'", name);
	else
		change_booking(cmd, action, canonical);
}
