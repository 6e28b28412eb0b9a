/**
 * @file focus/command/command.c  The table of verbs, and answering
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "focus/command/command_private.h"
#include "mixer/base/utf8.h"


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
	enum question_kind question; /**< what is asked before it is run */
	void (*run)(struct command *cmd);
	const char *help;
} verbs[] = {
	{"list", "ls", NEEDS_NONE, QUESTION_KEEP, command_list,
	 "all conferences"},
	{"show", "participants", NEEDS_ONE, QUESTION_STEER, command_show,
	 "who is in it"},
	{"mute", NULL, NEEDS_ONE, QUESTION_OWN, command_mute,
	 "others do not hear WHO"},
	{"unmute", NULL, NEEDS_ONE, QUESTION_UNMUTE, command_unmute,
	 "others hear WHO again"},
	{"deaf", NULL, NEEDS_ONE, QUESTION_STEER, command_deaf,
	 "WHO hears nothing"},
	{"undeaf", NULL, NEEDS_ONE, QUESTION_STEER, command_undeaf,
	 "WHO hears again"},
	{"video_mute", "vmute", NEEDS_ONE, QUESTION_STEER, command_video_mute,
	 "others do not see WHO"},
	{"video_unmute", "unvmute", NEEDS_ONE, QUESTION_STEER,
	 command_video_unmute, "others see WHO again"},
	{"volume", NULL, NEEDS_ONE, QUESTION_STEER, command_volume,
	 "gain of what WHO says (in) or hears (out), -60..20 dB"},
	{"hand", NULL, NEEDS_ONE, QUESTION_OWN, command_hand,
	 "WHO would like to speak"},
	{"lower", NULL, NEEDS_ONE, QUESTION_OWN, command_lower,
	 "WHO does not any more"},
	{"rename", NULL, NEEDS_ONE, QUESTION_OWN, command_rename,
	 "WHO is called DISPLAY"},
	{"admit", NULL, NEEDS_ONE, QUESTION_STEER, command_admit,
	 "let WHO in, of those who wait"},
	{"deny", NULL, NEEDS_ONE, QUESTION_STEER, command_deny,
	 "turn WHO away, of those who wait"},
	{"promote", NULL, NEEDS_ONE, QUESTION_HOST, command_promote,
	 "make WHO a moderator, or a host"},
	{"demote", NULL, NEEDS_ONE, QUESTION_HOST, command_demote,
	 "make WHO a guest"},
	{"kick", "hup", NEEDS_ONE, QUESTION_REMOVE, command_kick,
	 "remove WHO"},
	{"lock", NULL, NEEDS_ONE, QUESTION_STEER, command_lock,
	 "nobody else comes in"},
	{"unlock", NULL, NEEDS_ONE, QUESTION_STEER, command_unlock,
	 "open again"},
	{"monitor", NULL, NEEDS_ONE, QUESTION_KEEP, command_monitor,
	 "nobody is end to end in it, and all are told"},
	{"unmonitor", NULL, NEEDS_ONE, QUESTION_KEEP, command_unmonitor,
	 "not any more"},
	{"layout", "vid-layout", NEEDS_ONE, QUESTION_STEER, command_layout,
	 "grid or speaker"},
	{"spotlight", NULL, NEEDS_ONE, QUESTION_STEER, command_spotlight,
	 "show WHO to all, or off"},
	{"settings", NULL, NEEDS_ONE, QUESTION_HOST, command_settings,
	 "how it is to be"},
	{"pin", NULL, NEEDS_ONE, QUESTION_ENTER, command_pin,
	 "give a PIN, to come in or to be a host"},
	{"invite", "dial", NEEDS_NAME, QUESTION_DIAL, command_invite,
	 "call URI into it"},
	{"say", NULL, NEEDS_ONE, QUESTION_SAY, command_say,
	 "write to all who are in it"},
	{"chat", NULL, NEEDS_ONE, QUESTION_SEE, command_chat,
	 "what was written and is kept"},
	{"end", NULL, NEEDS_ONE, QUESTION_END, command_end, "everybody out"},
	{"stats", NULL, NEEDS_ANY, QUESTION_STEER, command_stats,
	 "what the mixers count"},
	{"conference", NULL, NEEDS_NONE, QUESTION_KEEP, command_conference,
	 "which are booked: add, set, show, remove, list"},
	{"user", NULL, NEEDS_NONE, QUESTION_KEEP, command_user,
	 "who may register: add, passwd, remove, list"},
	{"verbs", "help", NEEDS_NONE, QUESTION_SEE, command_verbs,
	 "this table"},
};

enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static void command_destructor(void *arg)
{
	struct command *cmd = arg;

	list_unlink(&cmd->guest.le);
	mem_deref(cmd->ask);
	mem_deref(cmd->work);
	json_decref(cmd->args);
}


/** While its verb runs there is a reference beside that of whoever may drop it
 */
static bool is_dropped(const struct command *cmd)
{
	return cmd->running && mem_nrefs(cmd) == 1;
}


/** Frees it, unless its verb is running: then that is done after it */
static void command_answer(struct command *cmd, json_t *reply)
{
	command_reply_h *replyh = cmd->replyh;
	void *arg = cmd->arg;

	cmd->answered = true;
	if (is_dropped(cmd)) {
		json_decref(reply);
		return;
	}

	if (cmd->cmdp)
		*cmd->cmdp = NULL;
	cmd->cmdp = NULL;
	if (!cmd->running)
		mem_deref(cmd);

	if (replyh)
		replyh(reply, arg);
	json_decref(reply);
}


void command_done(struct command *cmd)
{
	command_answer(cmd, json_pack("{s:b}", "ok", true));
}


void command_ok(struct command *cmd, json_t *more)
{
	json_t *reply = json_pack("{s:b}", "ok", true);
	int err = json_object_update(reply, more);

	json_decref(more);
	if (!err) {
		command_answer(cmd, reply);
		return;
	}

	json_decref(reply);
	command_fail(cmd, REASON_INTERNAL, "out of memory");
}


void command_fail_with(struct command *cmd, enum reason reason, json_t *more,
		       const char *words)
{
	const struct reason_row *row = reason_row(reason);
	char text[512];
	json_t *reply;

	reply = json_pack("{s:b,s:s,s:i,s:s}", "ok", false, "code", row->token,
			  "status", (int)row->http_status, "error",
			  utf8_clean(text, sizeof(text), words));
	if (more)
		(void)json_object_update(reply, more);
	json_decref(more);

	command_answer(cmd, reply);
}


void command_fail(struct command *cmd, enum reason reason, const char *fmt,
		  ...)
{
	char words[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);

	command_fail_with(cmd, reason, NULL, words);
}


void command_fail_store(struct command *cmd, int err, const char *what)
{
	switch (err) {

	case EROFS:
		command_fail(cmd, REASON_UNAVAILABLE,
			     "the store is read-only: data_dir cannot be "
			     "written");
		break;

	case EBUSY:
		command_fail(cmd, REASON_UNAVAILABLE,
			     "the store is locked by another program; try "
			     "again");
		break;

	case ENOSPC:
		command_fail(cmd, REASON_UNAVAILABLE,
			     "the disk of data_dir is full");
		break;

	default:
		command_fail(cmd, REASON_INTERNAL,
			     "the %s cannot be written: %s", what,
			     strerror(err));
		break;
	}
}


void command_refuse(struct command *cmd, enum reason reason)
{
	command_fail_with(cmd, reason, NULL, reason_row(reason)->words);
}


const char *command_string(const struct command *cmd, const char *key)
{
	return json_string_value(json_object_get(cmd->args, key));
}


const char *command_target(const struct command *cmd, char *dst, size_t size)
{
	const json_t *target = json_object_get(cmd->args, "target");

	if (!target)
		target = json_object_get(cmd->args, "uri");

	if (json_is_integer(target))
		(void)snprintf(dst, size, "%lld",
			       (long long)json_integer_value(target));
	else
		(void)snprintf(dst, size, "%s",
			       json_is_string(target)
				       ? json_string_value(target)
				       : "");

	return dst;
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
static bool find_conference(struct command *cmd)
{
	const char *name = command_string(cmd, "conference");
	const enum need need = cmd->verb->need;
	const bool given = json_object_get(cmd->args, "conference") != NULL;

	if (need == NEEDS_NONE || (need == NEEDS_ANY && !given))
		return true;

	if (!name) {
		command_fail(cmd, REASON_BAD_REQUEST,
			     "which conference? \"conference\" is %s",
			     given ? "not a string" : "missing");
		return false;
	}

	cmd->conference = focus_conference(cmd->focus, name);
	if (cmd->conference || need == NEEDS_NAME)
		return true;

	command_fail(cmd, REASON_NOT_FOUND, "no conference '%.64s'", name);

	return false;
}


static void may_h(enum reason reason, void *arg)
{
	struct command *cmd = arg;
	bool owned;

	/* whoever may drop it may do so from within its verb, which ends
	   sessions and tells events */
	mem_ref(cmd);
	cmd->running = true;
	if (reason)
		command_refuse(cmd, reason);
	/* it may have ended since it was asked */
	else if (find_conference(cmd))
		cmd->verb->run(cmd);

	owned = !is_dropped(cmd);
	cmd->running = false;
	if (cmd->answered && owned)
		mem_deref(cmd);
	mem_deref(cmd);
}


static void gone_h(void *arg)
{
	command_refuse(arg, REASON_SHUTDOWN);
}


static void ask_first(struct command *cmd, const struct asker *asker)
{
	char target[512];
	const struct question q = {
		.kind = cmd->verb->question,
		.conference = command_string(cmd, "conference"),
		.asker = *asker,
		.target = command_target(cmd, target, sizeof(target)),
		.who = true,
	};

	focus_ask(&cmd->ask, cmd->focus, &q, may_h, cmd);
}


static bool is_understood(struct command *cmd)
{
	const char *name = command_string(cmd, "verb");

	if (!name) {
		command_fail(cmd, REASON_BAD_REQUEST,
			     "not an object with \"verb\"");
		return false;
	}

	cmd->verb = find_verb(name);
	if (cmd->verb)
		return find_conference(cmd);

	command_fail(cmd, REASON_BAD_REQUEST, "unknown verb '%.32s'", name);

	return false;
}


void focus_command(struct command **cmdp, struct focus *f,
		   const struct asker *asker, json_t *args,
		   command_reply_h *replyh, void *arg)
{
	struct command *cmd = mem_zalloc(sizeof(*cmd), command_destructor);

	if (cmdp)
		*cmdp = NULL;
	if (!cmd) {
		json_t *reply = json_pack("{s:b}", "ok", false);

		replyh(reply, arg);
		json_decref(reply);
		return;
	}

	cmd->focus = f;
	cmd->leg = asker->leg;
	cmd->args = json_incref(args);
	cmd->operates = asker->operates;
	cmd->leg = asker->leg;
	cmd->replyh = replyh;
	cmd->arg = arg;
	cmd->guest.goneh = gone_h;
	cmd->guest.arg = cmd;
	focus_host(f, &cmd->guest);
	if (!is_understood(cmd))
		return;

	/* an answer from within sets it back */
	cmd->cmdp = cmdp;
	if (cmdp)
		*cmdp = cmd;
	ask_first(cmd, asker);
}
