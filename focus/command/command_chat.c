/**
 * @file focus/command/command_chat.c  Verbs about what is written
 */
#include <string.h>
#include "focus/command/command_private.h"
#include "focus/conference/chat.h"
#include "focus/conference/say.h"


/** @return false: it has been answered */
static bool find_writer(struct command *cmd, struct endpoint **ep)
{
	*ep = NULL;
	if (cmd->operates)
		return true;

	if (cmd->leg)
		*ep = endpoint_by_leg(cmd->focus, cmd->leg);
	if (*ep && (*ep)->user->conference == cmd->conference)
		return true;

	command_refuse(cmd, REASON_FORBIDDEN);

	return false;
}


void command_say(struct command *cmd)
{
	const json_t *text = json_object_get(cmd->args, "text");
	struct endpoint *ep;
	uint64_t number = 0;
	enum reason reason;

	if (!find_writer(cmd, &ep))
		return;

	reason = conference_say(cmd->conference, ep, json_string_value(text),
				json_string_length(text), &number);
	if (reason == REASON_BAD_REQUEST)
		command_fail(cmd, reason,
			     "\"text\" has nothing to read in it");
	else if (reason == REASON_TOO_LONG)
		command_fail(cmd, reason, "\"text\" is longer than %d bytes",
			     CHAT_TEXT_MAX);
	else if (reason == REASON_NOT_FOUND)
		command_fail(cmd, reason, "nobody is in '%s' yet",
			     cmd->conference->name);
	else if (reason)
		command_refuse(cmd, reason);
	else
		command_ok(cmd,
			   json_pack("{s:I}", "number", (json_int_t)number));
}


static json_t *message_json(const struct chat_message *m)
{
	return json_pack("{s:I,s:I,s:i,s:s*,s:s,s:s%}", "number",
			 (json_int_t)m->number, "time", (json_int_t)m->time_ms,
			 "endpoint", (int)m->endpoint, "user", m->user, "from",
			 m->label, "text", m->text, m->bytes);
}


void command_chat(struct command *cmd)
{
	const struct conference *c = cmd->conference;
	const json_int_t after =
		json_integer_value(json_object_get(cmd->args, "after"));
	json_t *list = json_array();

	for (struct le *le = c->chat.kept.head; le; le = le->next) {
		const struct chat_message *m = le->data;

		if (after >= 0 && m->number <= (uint64_t)after)
			continue;
		if (json_array_append_new(list, message_json(m))) {
			json_decref(list);
			list = NULL;
			break;
		}
	}

	command_ok(cmd, json_pack("{s:b,s:o}", "kept", c->settings.chat_kept,
				  "messages", list));
}
