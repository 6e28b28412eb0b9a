/**
 * @file focus/command/command_conference.c  Verbs about a conference
 */
#include <string.h>
#include "focus/command/command_private.h"
#include "focus/conference/conference_private.h"


enum { URI_MAX = 256 };


static bool list_h(struct le *le, void *arg)
{
	const struct conference *c = le->data;

	(void)json_array_append_new(
		arg, json_pack("{s:s,s:i,s:i,s:b,s:s,s:I,s:i,s:i}", "name",
			       c->name, "participants", (int)c->participants,
			       "users", (int)list_count(&c->users), "locked",
			       c->locked, "layout", c->layout, "since",
			       (json_int_t)c->since_ms, "speaker",
			       (int)c->speaker, "mixer",
			       c->placed ? (int)mixer_index(c->mixer) : -1));

	return false;
}


void command_list(struct command *cmd)
{
	json_t *list = json_array();

	(void)hash_apply(cmd->focus->conferences, list_h, list);
	command_ok(cmd, json_pack("{s:o}", "conferences", list));
}


void command_show(struct command *cmd)
{
	command_ok(cmd, json_pack("{s:o}", "conference",
				  conference_json(cmd->conference)));
}


void command_lock(struct command *cmd)
{
	conference_set_locked(cmd->conference, true);
	command_ok(cmd, NULL);
}


void command_unlock(struct command *cmd)
{
	conference_set_locked(cmd->conference, false);
	command_ok(cmd, NULL);
}


void command_layout(struct command *cmd)
{
	const char *layout = command_string(cmd, "layout");

	if (!layout || conference_set_layout(cmd->conference, layout)) {
		command_fail(cmd, COMMAND_BAD_REQUEST,
			     "\"layout\" is neither grid nor speaker");
		return;
	}

	command_ok(cmd, NULL);
}


static bool is_callable(const char *uri)
{
	size_t len = strlen(uri);

	if (len > URI_MAX || (strncasecmp(uri, "sip:", 4) != 0 &&
			      strncasecmp(uri, "sips:", 5) != 0 &&
			      strncasecmp(uri, "tel:", 4) != 0))
		return false;

	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)uri[i] <= 0x20 || uri[i] == 0x7f ||
		    strchr("<>\"\\", uri[i]))
			return false;
	}

	return true;
}


static void answer_dial(struct command *cmd, const char *uri,
			enum reason reason)
{
	switch (reason) {

	case REASON_NONE: command_ok(cmd, NULL); break;
	case REASON_BAD_REQUEST:
		command_fail(cmd, COMMAND_BAD_REQUEST,
			     "'%.128s' is not a URI "
			     "that can be called",
			     uri);
		break;
	case REASON_FORBIDDEN:
		command_fail(cmd, COMMAND_REFUSED,
			     "'%.128s' is for emergencies", uri);
		break;
	case REASON_LOOP:
		command_fail(cmd, COMMAND_BAD_REQUEST,
			     "'%.128s' is a conference here", uri);
		break;
	case REASON_NO_ROUTE:
	case REASON_SHUTDOWN:
		command_fail(cmd, COMMAND_UNAVAILABLE,
			     "there is no way to '%.128s'", uri);
		break;
	case REASON_OVERLOAD:
		command_fail(cmd, COMMAND_UNAVAILABLE,
			     "too many calls are not answered yet");
		break;
	default:
		command_fail(cmd, COMMAND_INTERNAL, "the call failed: %s",
			     reason_row(reason)->words);
		break;
	}
}


void command_invite(struct command *cmd)
{
	const struct signaling_ops *out = &cmd->focus->signaling;
	const char *uri = command_string(cmd, "uri");
	const char *display = command_string(cmd, "display");
	const char *name = command_string(cmd, "conference");
	char canonical[POLICY_NAME_MAX + 1], clean[UTF8_NAME_MAX + 1];

	if (!uri || !is_callable(uri)) {
		command_fail(cmd, COMMAND_BAD_REQUEST,
			     "\"uri\" is not a SIP or telephone URI");
		return;
	}

	if (policy_name(cmd->focus->policy, name, canonical)) {
		command_fail(cmd, COMMAND_NOT_FOUND,
			     "no conference can be called '%.64s'", name);
		return;
	}

	if (!out->dial || cmd->focus->shutting_down) {
		command_fail(cmd, COMMAND_UNAVAILABLE,
			     "calls cannot be made just now");
		return;
	}

	answer_dial(
		cmd, uri,
		out->dial(out->arg, canonical, uri,
			  display ? utf8_clean(clean, sizeof(clean), display)
				  : NULL));
}


void command_end(struct command *cmd)
{
	conference_end(cmd->conference, REASON_ENDED);
	command_ok(cmd, NULL);
}
