/**
 * @file focus/cli/cli_watch.c  parley watch: a live table, or a line an event
 */
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "focus/cli/cli_private.h"


enum {
	/** Pictures a second of the live table at most */
	REDRAW_MIN_MS = 100,
	/** So that "since" moves on */
	REDRAW_MAX_MS = 1000,
	PICTURE_BYTES = 256 * 1024,
	/** Of the further lines of what somebody has written */
	EVENT_INDENT = 9,
};


/** Words for the types of focus/conference/event.h whose members are one
 * switch */
static const struct {
	const char *type, *on, *off;
} switches[] = {
	{"talking", "is talking", "is silent"},
	{"muted", "is muted", "is not muted any more"},
	{"deaf", "is deaf", "hears again"},
	{"video_muted", "is not shown", "is shown again"},
	{"held", "put us on hold", "is back from hold"},
	{"locked", "is locked", "is open"},
};


static bool print_switch(const json_t *event, const char *type)
{
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		if (strcmp(switches[i].type, type) != 0)
			continue;
		printf(" %s", cli_true(event, type) ? switches[i].on
						    : switches[i].off);
		return true;
	}

	return false;
}


static const char *waits_for(const json_t *state)
{
	const char *what = cli_string(state, "waiting");

	return !strcmp(what, "pin")    ? "is asked for a PIN"
	       : !strcmp(what, "host") ? "waits for a host"
				       : "wants to come in";
}


/** Who has written has been named already, if he is in */
static void print_chat(const json_t *event)
{
	if (!json_object_get(event, "label"))
		printf(" %s", cli_string(event, "from"));
	printf(": ");
	cli_print_text(event, EVENT_INDENT);
}


static void print_snapshot(const json_t *state)
{
	const size_t waiting =
		json_array_size(json_object_get(state, "waiting"));

	printf(" has %lld in it",
	       (long long)cli_integer(state, "participants"));
	if (waiting)
		printf(", %zu waiting", waiting);
}


/** By us, and has not answered */
static bool is_called(const json_t *state)
{
	const char *status = cli_string(state, "status");

	return !strcmp(status, "dialing-out") || !strcmp(status, "alerting");
}


static void print_rest(const json_t *event, const char *type)
{
	if (!strcmp(type, "snapshot"))
		print_snapshot(json_object_get(event, "state"));
	else if (!strcmp(type, "left") || !strcmp(type, "ended"))
		printf(" %s: %s", type, cli_string(event, "words"));
	else if (!strcmp(type, "joined"))
		printf(is_called(json_object_get(event, "state"))
			       ? " is called"
			       : " comes in");
	else if (!strcmp(type, "waiting"))
		printf(" %s", waits_for(json_object_get(event, "state")));
	else if (!strcmp(type, "renamed"))
		printf(" is %s now, %s", cli_string(event, "label"),
		       cli_string(json_object_get(event, "state"), "role"));
	else if (!strcmp(type, "hand"))
		printf(cli_integer(event, "hand") ? " raises a hand"
						  : " has no hand raised");
	else if (!strcmp(type, "settings"))
		printf(" has other settings");
	else if (!strcmp(type, "spotlight"))
		printf(cli_integer(event, "spotlight") ? " shows %lld to all"
						       : " shows who speaks",
		       (long long)cli_integer(event, "spotlight"));
	else if (!strcmp(type, "connected"))
		printf(" is in");
	else if (!strcmp(type, "media"))
		printf(cli_true(event, "media_connected")
			       ? " sends and receives"
			       : " has no media yet");
	else if (!strcmp(type, "status"))
		printf(" is %s", cli_string(event, "status"));
	else if (!strcmp(type, "layout"))
		printf(" has layout %s", cli_string(event, "layout"));
	else if (!strcmp(type, "dialing"))
		printf(" calls %s", cli_string(event, "uri"));
	else if (!strcmp(type, "dial_failed"))
		printf(" call to %s failed: %s", cli_string(event, "uri"),
		       cli_string(event, "words"));
	else if (!strcmp(type, "mixer"))
		printf(" media server %s", cli_string(event, "state"));
	else if (!strcmp(type, "chat"))
		print_chat(event);
	else if (!strcmp(type, "dtmf"))
		printf(" pressed %s", cli_string(event, "digit"));
	else if (!strcmp(type, "volume"))
		printf(" volume in %lld dB, out %lld dB",
		       (long long)cli_integer(event, "volume_in_db"),
		       (long long)cli_integer(event, "volume_out_db"));
	else if (!strcmp(type, "video"))
		printf(" camera %lldx%lld",
		       (long long)cli_integer(event, "width"),
		       (long long)cli_integer(event, "height"));
	else if (!strcmp(type, "speaker"))
		printf(cli_integer(event, "endpoint")
			       ? " is the speaker"
			       : " nobody is the speaker");
	else
		printf(" %s", type);
}


void cli_print_event(const json_t *event)
{
	time_t when = (time_t)(cli_integer(event, "time") / 1000);
	char type[32], text[16] = "";
	struct tm tm;

	(void)snprintf(type, sizeof(type), "%.31s", cli_string(event, "type"));
	if (localtime_r(&when, &tm))
		(void)strftime(text, sizeof(text), "%H:%M:%S", &tm);

	printf("%s %s", text, cli_string(event, "conference"));
	if (json_object_get(event, "label"))
		printf(" %lld %s", (long long)cli_integer(event, "endpoint"),
		       cli_string(event, "label"));
	if (!print_switch(event, type))
		print_rest(event, type);
	printf("\n");
}


static int stream(const struct cli *cli, struct cli_link *l)
{
	json_t *event;

	while ((event = cli_link_receive(l))) {
		if (cli->json) {
			(void)json_dumpf(event, stdout, JSON_COMPACT);
			printf("\n");
		}
		else {
			cli_print_event(event);
		}

		json_decref(event);
		if (fflush(stdout) || ferror(stdout))
			return CLI_OK;
	}

	fprintf(stderr, "parley: the server hung up\n");

	return CLI_NO_SERVER;
}


/** Rows for people: the terminal's without the lines around them */
static unsigned rows_for_people(void)
{
	enum { AROUND = 5, LEAST = 3 };
	struct winsize w;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) || !w.ws_row)
		return 0;

	return w.ws_row > AROUND + LEAST ? w.ws_row - AROUND : LEAST;
}


/** @param note What the table cannot show, or NULL */
static int draw(struct cli_link *l, const json_t *show, const json_t *note)
{
	json_t *reply = cli_link_ask(l, show);

	if (!reply)
		return CLI_NO_SERVER;

	/* one write a picture, so that it does not flicker */
	printf("\033[H\033[J");
	if (cli_true(reply, "ok"))
		cli_print_people(reply, rows_for_people());
	else
		printf("%s: nobody is in it.\n",
		       cli_string(show, "conference"));
	if (note) {
		printf("\n");
		cli_print_event(note);
	}
	printf("\n^C ends this view.\n");
	(void)fflush(stdout);
	json_decref(reply);

	return CLI_OK;
}


/** Who is gone, or was never reached, is in no table: why it is so. Nor is
 * what somebody has written */
static bool is_note(const json_t *event)
{
	const char *type = cli_string(event, "type");

	return !strcmp(type, "left") || !strcmp(type, "dial_failed") ||
	       !strcmp(type, "chat");
}


/** @return false: the server is gone */
static bool drain(struct cli_link *l, json_t **note)
{
	do {
		json_t *event = cli_link_receive(l);

		if (!event)
			return false;
		if (is_note(event)) {
			json_decref(*note);
			*note = json_incref(event);
		}
		json_decref(event);
	} while (cli_link_ready(l));

	return true;
}


/** Events only say when to look; what is drawn comes from `show`, whole */
static int live(const struct cli *cli, struct cli_link *events,
		const char *name)
{
	struct cli_link *l = NULL;
	json_t *show =
		json_pack("{s:s,s:s}", "verb", "show", "conference", name);
	json_t *note = NULL;
	int status = cli_link_open(&l, cli);

	(void)setvbuf(stdout, NULL, _IOFBF, PICTURE_BYTES);
	printf("\033[2J");
	while (!status) {
		struct pollfd p = {cli_link_fd(events), POLLIN, 0};

		status = draw(l, show, note);
		if (status)
			break;

		(void)poll(NULL, 0, REDRAW_MIN_MS);
		if (!cli_link_ready(events) &&
		    poll(&p, 1, REDRAW_MAX_MS - REDRAW_MIN_MS) <= 0)
			continue;

		if (!drain(events, &note)) {
			fprintf(stderr, "parley: the server hung up\n");
			status = CLI_NO_SERVER;
		}
	}

	cli_link_close(l);
	json_decref(show);
	json_decref(note);

	return status;
}


int cli_watch(const struct cli *cli, const json_t *command)
{
	const char *name =
		json_string_value(json_object_get(command, "conference"));
	struct cli_link *l = NULL;
	json_t *reply;
	int status;

	status = cli_link_open(&l, cli);
	if (status)
		return status;

	reply = cli_link_ask(l, command);
	if (!reply)
		status = CLI_NO_SERVER;
	else if (!cli_true(reply, "ok"))
		status = cli_report(reply);
	else if (name && !cli->json && isatty(STDOUT_FILENO))
		status = live(cli, l, name);
	else
		status = stream(cli, l);

	json_decref(reply);
	cli_link_close(l);

	return status;
}
