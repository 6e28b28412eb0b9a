/**
 * @file focus/command/command.c  The table of verbs, and answering
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "focus/command/command_private.h"
#include "focus/conference/conference_private.h"


/** Does a verb need a conference that exists? */
enum need {
	NEEDS_NONE, /**< takes none */
	NEEDS_ANY,  /**< may name one */
	NEEDS_ONE,
	NEEDS_NAME, /**< one that may be made by it */
};

static void command_verbs(struct command *cmd);

static const struct verb {
	const char *name;
	const char *alias;
	enum need need;
	void (*run)(struct command *cmd);
	const char *help;
} verbs[] = {
	{"list", "ls", NEEDS_NONE, command_list, "all conferences"},
	{"show", "participants", NEEDS_ONE, command_show, "who is in it"},
	{"mute", NULL, NEEDS_ONE, command_mute, "others do not hear WHO"},
	{"unmute", NULL, NEEDS_ONE, command_unmute, "others hear WHO again"},
	{"deaf", NULL, NEEDS_ONE, command_deaf, "WHO hears nothing"},
	{"undeaf", NULL, NEEDS_ONE, command_undeaf, "WHO hears again"},
	{"video_mute", "vmute", NEEDS_ONE, command_video_mute,
	 "others do not see WHO"},
	{"video_unmute", "unvmute", NEEDS_ONE, command_video_unmute,
	 "others see WHO again"},
	{"volume", NULL, NEEDS_ONE, command_volume,
	 "gain of what WHO says (in) or hears (out), -60..20 dB"},
	{"kick", "hup", NEEDS_ONE, command_kick, "remove WHO"},
	{"lock", NULL, NEEDS_ONE, command_lock, "nobody else comes in"},
	{"unlock", NULL, NEEDS_ONE, command_unlock, "open again"},
	{"layout", "vid-layout", NEEDS_ONE, command_layout, "grid or speaker"},
	{"invite", "dial", NEEDS_NAME, command_invite, "call URI into it"},
	{"end", NULL, NEEDS_ONE, command_end, "everybody out"},
	{"stats", NULL, NEEDS_ANY, command_stats, "what the mixers count"},
	{"user", NULL, NEEDS_NONE, command_user,
	 "who may register: add, passwd, remove, list"},
	{"verbs", "help", NEEDS_NONE, command_verbs, "this table"},
};

enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static const struct {
	const char *code;
	int status;
} errors[] = {
	[COMMAND_BAD_REQUEST] = {"bad-request", 400},
	[COMMAND_NOT_FOUND] = {"not-found", 404},
	[COMMAND_AMBIGUOUS] = {"ambiguous", 409},
	[COMMAND_REFUSED] = {"refused", 403},
	[COMMAND_NO_MIXER] = {"no-mixer", 503},
	[COMMAND_UNAVAILABLE] = {"unavailable", 502},
	[COMMAND_INTERNAL] = {"internal", 500},
};


static void answer(const struct command *cmd, json_t *reply)
{
	if (cmd->replyh)
		cmd->replyh(reply, cmd->arg);
	json_decref(reply);
}


void command_ok(const struct command *cmd, json_t *more)
{
	json_t *reply = json_pack("{s:b}", "ok", true);

	if (more)
		(void)json_object_update(reply, more);
	json_decref(more);

	answer(cmd, reply);
}


void command_fail_with(const struct command *cmd, enum command_error error,
		       json_t *more, const char *words)
{
	char text[512];
	json_t *reply;

	reply = json_pack("{s:b,s:s,s:i,s:s}", "ok", false, "code",
			  errors[error].code, "status", errors[error].status,
			  "error", utf8_clean(text, sizeof(text), words));
	if (more)
		(void)json_object_update(reply, more);
	json_decref(more);

	answer(cmd, reply);
}


void command_fail(const struct command *cmd, enum command_error error,
		  const char *fmt, ...)
{
	char words[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);

	command_fail_with(cmd, error, NULL, words);
}


const char *command_string(const struct command *cmd, const char *key)
{
	return json_string_value(json_object_get(cmd->args, key));
}


static void command_verbs(struct command *cmd)
{
	json_t *list = json_array();

	for (size_t i = 0; i < VERBS; i++)
		(void)json_array_append_new(
			list, json_pack("{s:s,s:s}", "verb", verbs[i].name,
					"help", verbs[i].help));

	command_ok(cmd, json_pack("{s:o}", "verbs", list));
}


static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < VERBS; i++) {
		if (!strcmp(verbs[i].name, name) ||
		    (verbs[i].alias && !strcmp(verbs[i].alias, name)))
			return &verbs[i];
	}

	return NULL;
}


/** @return true if the verb can be run; else it is answered */
static bool find_conference(struct command *cmd, enum need need)
{
	const char *name = command_string(cmd, "conference");
	char canonical[POLICY_NAME_MAX + 1];

	if (need == NEEDS_NONE || (need == NEEDS_ANY && !name))
		return true;

	if (!name) {
		command_fail(cmd, COMMAND_BAD_REQUEST,
			     "which conference? \"conference\" is missing");
		return false;
	}

	if (!policy_name(cmd->focus->policy, name, canonical))
		cmd->conference = conference_find(cmd->focus, canonical);

	if (cmd->conference || need == NEEDS_NAME)
		return true;

	command_fail(cmd, COMMAND_NOT_FOUND, "no conference '%.64s'", name);

	return false;
}


void focus_command(struct focus *f, const json_t *args,
		   command_reply_h *replyh, void *arg)
{
	struct command cmd = {f, args, NULL, replyh, arg};
	const char *name = command_string(&cmd, "verb");
	const struct verb *verb;

	if (!name) {
		command_fail(&cmd, COMMAND_BAD_REQUEST,
			     "not an object with \"verb\"");
		return;
	}

	verb = find_verb(name);
	if (!verb) {
		command_fail(&cmd, COMMAND_BAD_REQUEST, "unknown verb '%.32s'",
			     name);
		return;
	}

	if (find_conference(&cmd, verb->need))
		verb->run(&cmd);
}
