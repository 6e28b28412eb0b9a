/**
 * @file focus/cli/cli.c  parley: the moderator's command
 */
#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include "focus/cli/cli_private.h"


static int help_verb(const struct cli *cli, const json_t *command);


static const struct cli_verb verbs[] = {
	{"list", "ls", "", "", "all conferences", "parley list",
	 cli_print_list, NULL},
	{"show", "participants", "NAME", "conference",
	 "who is in it: numbers, names, addresses", "parley show demo",
	 cli_print_show, NULL},
	{"watch", "events", "[NAME]", "conference?",
	 "the same, live; without NAME: events", "parley watch demo", NULL,
	 cli_watch},
	{"mute", NULL, "NAME WHO", "conference target",
	 "the others do not hear WHO", "parley mute demo alice",
	 cli_print_changed, NULL},
	{"unmute", NULL, "NAME WHO", "conference target",
	 "the others hear WHO again", "parley unmute demo all",
	 cli_print_changed, NULL},
	{"deaf", NULL, "NAME WHO", "conference target", "WHO hears nothing",
	 "parley deaf demo 3", cli_print_changed, NULL},
	{"undeaf", NULL, "NAME WHO", "conference target", "WHO hears again",
	 "parley undeaf demo 3", cli_print_changed, NULL},
	{"video_mute", "vmute", "NAME WHO", "conference target",
	 "the others do not see WHO", "parley video_mute demo bob",
	 cli_print_changed, NULL},
	{"video_unmute", "unvmute", "NAME WHO", "conference target",
	 "the others see WHO again", "parley video_unmute demo bob",
	 cli_print_changed, NULL},
	{"volume", NULL, "NAME WHO in|out DB",
	 "conference target direction "
	 "#db",
	 "loudness of WHO (in) or for WHO (out)",
	 "parley volume demo bob in -6", cli_print_changed, NULL},
	{"kick", "hup", "NAME WHO", "conference target",
	 "remove WHO from the conference", "parley kick demo last",
	 cli_print_changed, NULL},
	{"admit", NULL, "NAME WHO", "conference target",
	 "let WHO in, of those who wait", "parley admit demo all",
	 cli_print_changed, NULL},
	{"deny", NULL, "NAME WHO", "conference target",
	 "turn WHO away, of those who wait", "parley deny demo 4",
	 cli_print_changed, NULL},
	{"promote", NULL, "NAME WHO [moderator|host]",
	 "conference target role?", "WHO may steer it, too",
	 "parley promote demo alice host", cli_print_changed, NULL},
	{"demote", NULL, "NAME WHO", "conference target",
	 "WHO is a guest again", "parley demote demo alice", cli_print_changed,
	 NULL},
	{"rename", NULL, "NAME WHO DISPLAY", "conference target display",
	 "WHO is called DISPLAY", "parley rename demo 3 'Bob, Sales'",
	 cli_print_changed, NULL},
	{"lower", NULL, "NAME WHO", "conference target",
	 "WHO has no hand raised any more", "parley lower demo all",
	 cli_print_changed, NULL},
	{"spotlight", NULL, "NAME WHO|off", "conference target",
	 "show WHO to all, whoever speaks", "parley spotlight demo alice",
	 NULL, NULL},
	{"lock", NULL, "NAME", "conference", "nobody else comes in",
	 "parley lock demo", NULL, NULL},
	{"unlock", NULL, "NAME", "conference", "open again",
	 "parley unlock demo", NULL, NULL},
	{"monitor", NULL, "NAME", "conference",
	 "all is mixed, nobody is end to end", "parley monitor demo", NULL,
	 NULL},
	{"unmonitor", NULL, "NAME", "conference", "they may be again",
	 "parley unmonitor demo", NULL, NULL},
	{"layout", "vid-layout", "NAME grid|speaker", "conference layout",
	 "how the pictures are arranged", "parley layout demo speaker", NULL,
	 NULL},
	{"invite", "dial", "NAME URI [--wait] [--name X]", "conference uri",
	 "call URI into the conference",
	 "parley invite demo sip:bob@192.0.2.7", NULL, cli_invite},
	{"say", NULL, "NAME TEXT...", "conference text...",
	 "write to all who are in it", "parley say demo 'We begin at nine'",
	 NULL, NULL},
	{"chat", NULL, "NAME", "conference", "what was written and is kept",
	 "parley chat demo", cli_print_chat, NULL},
	{"end", NULL, "NAME", "conference", "everybody out", "parley end demo",
	 NULL, NULL},
	{"stats", NULL, "[NAME]", "conference?", "what the mixers count",
	 "parley stats demo", cli_print_stats, NULL},
	{"conference", NULL, "add|set|show|remove|list [NAME]",
	 "action? conference? words*", "booked ones: PINs, lobby, settings",
	 "parley conference add board title='The board' guest_pin=- lobby=on",
	 NULL, cli_conference},
	{"user", NULL, "add|passwd|remove|list [USER]",
	 "action? name? option?", "who may register and call with a password",
	 "parley user add alice", NULL, cli_user},
	{"verbs", NULL, "", "", "what the server understands", "parley verbs",
	 cli_print_verbs, NULL},
	{"help", NULL, "[VERB]", "of?", "this text, or about one verb",
	 "parley help mute", NULL, help_verb},
};

enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };


/** One line, or two where the arguments leave no room */
static void print_summary(const struct cli_verb *v)
{
	enum { ARGS_COLUMNS = 35 };
	int used = printf("  %s %s", v->name, v->args) - 2;

	if (used > ARGS_COLUMNS) {
		printf("\n");
		used = -2;
	}
	printf("%*s%s\n", ARGS_COLUMNS + 1 - used, "", v->help);
}


static void print_help(void)
{
	printf("Usage: parley [-s SOCKET] [--json] VERB [ARGUMENTS]\n"
	       "\n"
	       "Look at and moderate the conferences of a running "
	       "parleyd.\n\n");

	for (size_t i = 0; i < VERBS; i++)
		print_summary(&verbs[i]);

	printf("\n"
	       "NAME is a conference. WHO is a number from 'parley show', a "
	       "URI or its user\n"
	       "part, a name or a piece of it (3 letters or more; not for "
	       "kick, promote\n"
	       "and demote), or: all, guests, last (who came last). What "
	       "could be two people is\n"
	       "refused, and they are listed.\n"
	       "DB is -60 to 20.\n"
	       "\n"
	       "  -s SOCKET   parleyd's control socket (also $PARLEY_SOCKET)\n"
	       "  --json      answers as JSON, for scripts\n"
	       "  --help      this text; 'parley VERB --help' for one verb\n"
	       "  --version   the version\n"
	       "\n"
	       "Examples:\n"
	       "  parley list                         which conferences are "
	       "there?\n"
	       "  parley show demo                    who is in demo?\n"
	       "  parley mute demo 3                  silence number 3\n"
	       "  parley mute demo guests             silence the audience\n"
	       "  parley volume demo bob in -6        bob quieter for the "
	       "others\n"
	       "  parley invite demo sip:bob@192.0.2.7 --name 'The board'\n"
	       "  parley say demo 'We begin at nine'\n"
	       "  parley user add alice --generate\n"
	       "  parley --json show demo | jq '.conference.users[].display'\n"
	       "\n"
	       "Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 no "
	       "server, 4 no such\nconference or person.\n");
}


/** What weighs more than to be done to somebody of a similar name */
static bool takes_whole_names(const char *verb)
{
	return !strcmp(verb, "kick") || !strcmp(verb, "promote") ||
	       !strcmp(verb, "demote");
}


static void print_verb_help(const struct cli_verb *v)
{
	printf("Usage: parley [-s SOCKET] [--json] %s%s%s\n\n"
	       "%c%s.\n",
	       v->name, *v->args ? " " : "", v->args,
	       toupper((unsigned char)*v->help), v->help + 1);
	if (v->alias)
		printf("Also called %s.\n", v->alias);
	if (strstr(v->args, "WHO"))
		printf("WHO is a number from 'parley show', a URI or its user "
		       "part,\n%s, or: all, guests, last (who came last). "
		       "What could be\ntwo people is refused, and they are "
		       "listed.\n",
		       takes_whole_names(v->name) ? "a whole name"
						  : "a name or a piece of it");
	if (!strcmp(v->name, "conference"))
		printf("What follows NAME with add and set is KEY=VALUE; "
		       "'parley conference show NAME'\nhas the keys. As the "
		       "value of a PIN '-' reads it from the standard input, "
		       "so\nthat it stands in no list of processes. PINs "
		       "have 4 to 12 digits; 6 or more are\nbetter. A PIN "
		       "is kept as a salted sum, and shown to nobody.\n");
	if (!strcmp(v->name, "user"))
		printf("The password is asked for, or read from the standard "
		       "input when that is no\nterminal or --password-stdin "
		       "stands behind USER; with --generate one is made and\n"
		       "shown. It is not kept, only sums of it are. USER has "
		       "a-z 0-9 . _ - +.\n");
	if (!strcmp(v->name, "invite"))
		printf("URI is a sip:, sips: or tel: URI. With --wait until "
		       "somebody is in (0) or\ncannot be had (1, and why).\n");
	if (!strcmp(v->name, "say"))
		printf("TEXT has 4000 bytes at most; several words are put "
		       "together with blanks. It is\nshown on the page and at "
		       "telephones that take MESSAGE.\n");
	if (strstr(v->args, "DB"))
		printf("DB is from -60 to 20; 0 is as it comes.\n");
	printf("\nExample:\n  %s\n", v->example);
}


static const struct cli_verb *find_verb(const char *name)
{
	for (size_t i = 0; i < VERBS; i++) {
		if (!strcmp(verbs[i].name, name) ||
		    (verbs[i].alias && !strcmp(verbs[i].alias, name)))
			return &verbs[i];
	}

	return NULL;
}


static int help_verb(const struct cli *cli, const json_t *command)
{
	const char *of = json_string_value(json_object_get(command, "of"));
	const struct cli_verb *v = of ? find_verb(of) : NULL;

	(void)cli;
	if (of && !v) {
		fprintf(stderr,
			"parley: unknown verb '%s'. Try 'parley "
			"help'.\n",
			of);
		return CLI_USAGE;
	}

	if (v)
		print_verb_help(v);
	else
		print_help();

	return CLI_OK;
}


int cli_report(const json_t *reply)
{
	const json_t *list = json_object_get(reply, "candidates"), *who;
	json_int_t status = cli_integer(reply, "status");
	size_t i;

	fprintf(stderr, "parley: %s\n", cli_string(reply, "error"));
	json_array_foreach (list, i, who)
		fprintf(stderr, "  %lld  %s  %s  %s  for %s\n",
			(long long)cli_integer(who, "endpoint"),
			cli_string(who, "label"), cli_string(who, "user"),
			cli_string(who, "status"),
			cli_since(cli_integer(who, "since")));

	if (status == 404)
		return CLI_NOT_FOUND;

	return status == 400 ? CLI_USAGE : CLI_FAILED;
}


/** Put one argument under the next name; "#" before it: a number */
static bool cli_take(json_t *command, const char *member, size_t len,
		     const char *value)
{
	char key[32], *end;
	long number;

	(void)snprintf(key, sizeof(key), "%.*s", (int)len, member);
	if (*key != '#')
		return !json_object_set_new(command, key, json_string(value));

	errno = 0;
	number = strtol(value, &end, 10);
	if (errno || *end || end == value)
		return false;

	return !json_object_set_new(command, key + 1, json_integer(number));
}


/** One of as many as there are */
static bool take_word(json_t *command, const char *member, size_t len,
		      const char *word)
{
	char key[32];
	json_t *words;

	(void)snprintf(key, sizeof(key), "%.*s", (int)len, member);
	words = json_object_get(command, key);
	if (!words) {
		words = json_array();
		if (json_object_set_new(command, key, words))
			return false;
	}

	return !json_array_append_new(words, json_string(word));
}


/** All words that are left, as one: quotes are easily forgotten */
static bool cli_take_rest(json_t *command, const char *member, size_t len,
			  int argc, char *argv[])
{
	size_t size = 1, n = 0;
	char *text;
	bool taken;

	for (int i = 0; i < argc; i++)
		size += strlen(argv[i]) + 1;
	text = malloc(size);
	if (!text)
		abort();

	for (int i = 0; i < argc; i++)
		n += (size_t)snprintf(text + n, size - n, "%s%s", i ? " " : "",
				      argv[i]);
	taken = cli_take(command, member, len, text);
	free(text);

	return taken;
}


/** @return false: too few, too many, or not what they should be */
static bool take_all(json_t *command, const struct cli_verb *v, int argc,
		     char *argv[])
{
	const char *member = v->members;

	for (int i = 0; i < argc; i++) {
		size_t len = strcspn(member, " ");
		bool optional = len && member[len - 1] == '?';

		if (!strcmp(argv[i], "--name") && i + 1 < argc &&
		    !strcmp(v->name, "invite")) {
			if (json_object_set_new(command, "display",
						json_string(argv[++i])))
				return false;
			continue;
		}

		if (!strcmp(argv[i], "--wait") && !strcmp(v->name, "invite")) {
			if (json_object_set_new(command, "wait", json_true()))
				return false;
			continue;
		}

		if (len && member[len - 1] == '*') {
			if (!take_word(command, member, len - 1, argv[i]))
				return false;
			continue;
		}
		if (len > 3 && !strncmp(member + len - 3, "...", 3))
			return cli_take_rest(command, member, len - 3,
					     argc - i, argv + i);

		if (!len ||
		    !cli_take(command, member, len - optional, argv[i]))
			return false;

		member += len;
		member += strspn(member, " ");
	}

	/* what is not said may be left out: of these the first is */
	return !*member ||
	       strchr("?*", member[strcspn(member, " ") - 1]) != NULL;
}


int cli_ask(const struct cli *cli, const json_t *command,
	    void (*print)(const json_t *reply))
{
	struct cli_link *l = NULL;
	json_t *reply;
	int status;

	status = cli_link_open(&l, cli);
	if (status)
		return status;

	reply = cli_link_ask(l, command);
	if (!reply) {
		status = CLI_NO_SERVER;
	}
	else if (!cli_true(reply, "ok")) {
		status = cli_report(reply);
	}
	else if (!cli->json && print) {
		print(reply);
	}

	if (reply && cli->json) {
		(void)json_dumpf(reply, stdout, JSON_INDENT(2));
		printf("\n");
	}

	json_decref(reply);
	cli_link_close(l);

	return status;
}


static int run_verb(const struct cli *cli, int argc, char *argv[])
{
	const struct cli_verb *v = find_verb(argv[0]);
	json_t *command;
	int status;

	if (!v) {
		fprintf(stderr,
			"parley: unknown verb '%s'. Try 'parley "
			"--help'.\n",
			argv[0]);
		return CLI_USAGE;
	}

	if (argc > 1 &&
	    (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
		print_verb_help(v);
		return CLI_OK;
	}

	command = json_pack("{s:s}", "verb", v->name);
	if (!take_all(command, v, argc - 1, argv + 1)) {
		fprintf(stderr,
			"Usage: parley %s%s%s. Try 'parley help %s'.\n",
			v->name, *v->args ? " " : "", v->args, v->name);
		status = CLI_USAGE;
	}
	else {
		status = v->run ? v->run(cli, command)
				: cli_ask(cli, command, v->print);
	}

	json_decref(command);

	return status;
}


/** --json may also stand behind the verb; @return arguments left */
static int take_json(struct cli *cli, int argc, char *argv[])
{
	int left = 0;

	for (int i = 0; i < argc; i++) {
		bool value = i && !strcmp(argv[i - 1], "--name");

		if (!value && !strcmp(argv[i], "--json"))
			cli->json = true;
		else
			argv[left++] = argv[i];
	}

	return left;
}


int main(int argc, char *argv[])
{
	struct cli cli = {NULL, false};
	int i, status;

	/* names are UTF-8, whatever the locale; so are their widths */
	if (!setlocale(LC_CTYPE, "") || MB_CUR_MAX == 1)
		(void)setlocale(LC_CTYPE, "C.UTF-8");

	for (i = 1; i < argc && *argv[i] == '-'; i++) {
		if (!strcmp(argv[i], "-s") && i + 1 < argc) {
			cli.socket = argv[++i];
		}
		else if (!strcmp(argv[i], "--json")) {
			cli.json = true;
		}
		else if (!strcmp(argv[i], "--help") ||
			 !strcmp(argv[i], "-h")) {
			print_help();
			return CLI_OK;
		}
		else if (!strcmp(argv[i], "--version") ||
			 !strcmp(argv[i], "-V")) {
			printf("parley %s\n", PARLEY_VERSION);
			return CLI_OK;
		}
		else {
			fprintf(stderr,
				"parley: unknown option '%s'. Try "
				"'parley --help'.\n",
				argv[i]);
			return CLI_USAGE;
		}
	}

	if (i == argc) {
		print_help();
		return CLI_USAGE;
	}

	status = run_verb(&cli, take_json(&cli, argc - i, argv + i), argv + i);
	if (fflush(stdout) && !status)
		status = CLI_FAILED;

	return status;
}
