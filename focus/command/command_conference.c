/**
 * @file focus/command/command_conference.c  Verbs about a conference
 */
#include <string.h>
#include "focus/command/command_private.h"
#include "mixer/base/utf8.h"


enum { URI_MAX = 256 };


static void list_h(const struct conference *c, void *arg)
{
	(void)json_array_append_new(
		arg, json_pack("{s:s,s:i,s:i,s:b,s:s,s:I,s:i,s:i}", "name",
			       c->name, "participants", (int)c->participants,
			       "users", (int)list_count(&c->users), "locked",
			       c->locked, "layout", c->layout, "since",
			       (json_int_t)c->since_ms, "speaker",
			       (int)c->speaker, "mixer",
			       c->placed ? (int)mixer_index(c->mixer) : -1));
}


void command_list(struct command *cmd)
{
	json_t *list = json_array();

	focus_each_conference(cmd->focus, list_h, list);
	command_ok(cmd, json_pack("{s:o}", "conferences", list));
}


void command_show(struct command *cmd)
{
	command_ok(cmd, json_pack("{s:o}", "conference",
				  roster_json(cmd->conference)));
}


void command_lock(struct command *cmd)
{
	conference_set_locked(cmd->conference, true);
	command_done(cmd);
}


void command_unlock(struct command *cmd)
{
	conference_set_locked(cmd->conference, false);
	command_done(cmd);
}


void command_monitor(struct command *cmd)
{
	conference_set_monitored(cmd->conference, true);
	command_done(cmd);
}


void command_unmonitor(struct command *cmd)
{
	conference_set_monitored(cmd->conference, false);
	command_done(cmd);
}


void command_layout(struct command *cmd)
{
	const char *layout = command_string(cmd, "layout");

	if (!layout || conference_set_layout(cmd->conference, layout)) {
		command_fail(cmd, REASON_BAD_REQUEST,
			     "\"layout\" is neither grid nor speaker");
		return;
	}

	command_done(cmd);
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


/** Better words than the reason's own, where the URI is to blame */
static const char *const uri_words[REASON_COUNT] = {
	[REASON_BAD_REQUEST] = "is not a URI that can be called",
	[REASON_FORBIDDEN] = "is for emergencies",
	[REASON_LOOP] = "is a conference here",
};


void command_invite(struct command *cmd)
{
	const char *uri = command_string(cmd, "uri");
	const char *display = command_string(cmd, "display");
	const char *name = command_string(cmd, "conference");
	char clean[UTF8_NAME_MAX + 1];
	enum reason reason;

	if (!uri || !is_callable(uri)) {
		command_fail(cmd, REASON_BAD_REQUEST,
			     "\"uri\" is not a SIP or telephone URI");
		return;
	}

	reason = focus_dial(cmd->focus, name, uri,
			    display ? utf8_clean(clean, sizeof(clean), display)
				    : NULL);
	if (reason == REASON_NOT_FOUND)
		command_fail(cmd, reason,
			     "no conference can be called '%.64s'", name);
	else if (uri_words[reason])
		command_fail(cmd, reason, "'%.128s' %s", uri,
			     uri_words[reason]);
	else if (reason)
		command_refuse(cmd, reason);
	else
		command_done(cmd);
}


void command_end(struct command *cmd)
{
	endpoint_evict_all(cmd->conference, REASON_ENDED);
	command_done(cmd);
}
