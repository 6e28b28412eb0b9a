/**
 * @file focus/cli/cli_watch.c  parley watch: a live table, or a line an event
 */
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
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
	{"monitored", "is monitored", "is not monitored any more"},
};


static bool print_switch(FILE *out, const json_t *event, const char *type)
{
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		if (strcmp(switches[i].type, type) != 0)
			continue;
		fprintf(out, " %s",
			cli_true(event, type) ? switches[i].on
					      : switches[i].off);
		return true;
	}

	return false;
}


static const char *bearer_words(const json_t *event)
{
	const char *bearer = cli_string(event, "bearer");

	return !strcmp(bearer, "end-to-end") ? "end to end"
	       : !strcmp(bearer, "relayed")  ? "in the mix and beside it"
					     : "in the mix";
}


static const char *waits_for(const json_t *state)
{
	const char *what = cli_string(state, "waiting");

	return !strcmp(what, "pin")    ? "is asked for a PIN"
	       : !strcmp(what, "host") ? "waits for a host"
				       : "wants to come in";
}


/** Who has written has been named already, if he is in */
static void print_chat(FILE *out, const json_t *event)
{
	if (!json_object_get(event, "label"))
		fprintf(out, " %s", cli_string(event, "from"));
	fprintf(out, ": ");
	cli_print_text(out, event, EVENT_INDENT);
}


static void print_snapshot(FILE *out, const json_t *state)
{
	const size_t waiting =
		json_array_size(json_object_get(state, "waiting"));

	fprintf(out, " has %lld in it",
		(long long)cli_integer(state, "participants"));
	if (waiting)
		fprintf(out, ", %zu waiting", waiting);
}


/** By us, and has not answered */
static bool is_called(const json_t *state)
{
	const char *status = cli_string(state, "status");

	return !strcmp(status, "dialing-out") || !strcmp(status, "alerting");
}


static const char *status_words(const json_t *event)
{
	const char *status = cli_string(event, "status");

	return !strcmp(status, "alerting")      ? "ringing"
	       : !strcmp(status, "dialing-out") ? "called"
						: status;
}


static void print_measure(FILE *out, const json_t *event, const char *type)
{
	if (!strcmp(type, "volume"))
		fprintf(out, " volume in %lld dB, out %lld dB",
			(long long)cli_integer(event, "volume_in_db"),
			(long long)cli_integer(event, "volume_out_db"));
	else if (!strcmp(type, "video"))
		fprintf(out, " camera %lldx%lld",
			(long long)cli_integer(event, "width"),
			(long long)cli_integer(event, "height"));
	else if (!strcmp(type, "speaker"))
		fprintf(out, cli_integer(event, "endpoint")
				     ? " is the speaker"
				     : " nobody is the speaker");
	else
		fprintf(out, " %s", type);
}


static void print_rest(FILE *out, const json_t *event, const char *type)
{
	if (!strcmp(type, "snapshot"))
		print_snapshot(out, json_object_get(event, "state"));
	else if (!strcmp(type, "left") || !strcmp(type, "ended"))
		fprintf(out, " %s: %s", type, cli_string(event, "words"));
	else if (!strcmp(type, "joined"))
		fprintf(out, is_called(json_object_get(event, "state"))
				     ? " is called"
				     : " comes in");
	else if (!strcmp(type, "waiting"))
		fprintf(out, " %s",
			waits_for(json_object_get(event, "state")));
	else if (!strcmp(type, "renamed"))
		fprintf(out, " is %s now, %s", cli_string(event, "label"),
			cli_string(json_object_get(event, "state"), "role"));
	else if (!strcmp(type, "hand"))
		fprintf(out, cli_integer(event, "hand")
				     ? " raises a hand"
				     : " has no hand raised");
	else if (!strcmp(type, "settings"))
		fprintf(out, " has other settings");
	else if (!strcmp(type, "spotlight"))
		fprintf(out,
			cli_integer(event, "spotlight") ? " shows %lld to all"
							: " shows who speaks",
			(long long)cli_integer(event, "spotlight"));
	else if (!strcmp(type, "connected"))
		fprintf(out, " is in");
	else if (!strcmp(type, "media"))
		fprintf(out, cli_true(event, "media_connected")
				     ? " sends and receives"
				     : " has no media yet");
	else if (!strcmp(type, "bearer"))
		fprintf(out, " is %s", bearer_words(event));
	else if (!strcmp(type, "status"))
		fprintf(out, " is %s", status_words(event));
	else if (!strcmp(type, "layout"))
		fprintf(out, " has layout %s", cli_string(event, "layout"));
	else if (!strcmp(type, "dialing"))
		fprintf(out, " calls %s", cli_string(event, "uri"));
	else if (!strcmp(type, "dial_failed"))
		fprintf(out, " call to %s failed: %s",
			cli_string(event, "uri"), cli_string(event, "words"));
	else if (!strcmp(type, "mixer"))
		fprintf(out, " media server %s", cli_string(event, "state"));
	else if (!strcmp(type, "chat"))
		print_chat(out, event);
	else if (!strcmp(type, "dtmf"))
		fprintf(out, " pressed %s", cli_string(event, "digit"));
	else
		print_measure(out, event, type);
}


void cli_print_event(FILE *out, const json_t *event)
{
	time_t when = (time_t)(cli_integer(event, "time") / 1000);
	char type[32], text[16] = "";
	struct tm tm;

	(void)snprintf(type, sizeof(type), "%.31s", cli_string(event, "type"));
	if (localtime_r(&when, &tm))
		(void)strftime(text, sizeof(text), "%H:%M:%S", &tm);

	fprintf(out, "%s %s", text, cli_string(event, "conference"));
	if (json_object_get(event, "label"))
		fprintf(out, " %lld %s",
			(long long)cli_integer(event, "endpoint"),
			cli_string(event, "label"));
	if (!print_switch(out, event, type))
		print_rest(out, event, type);
	fprintf(out, "\n");
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
			cli_print_event(stdout, event);
		}

		json_decref(event);
		if (fflush(stdout) || ferror(stdout))
			return CLI_OK;
	}

	fprintf(stderr, "parley: the server hung up\n");

	return CLI_NO_SERVER;
}


/** Events as they are printed; free() it */
static char *text_of(const json_t *event)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	cli_print_event(out, event);
	if (fclose(out))
		abort();

	return text;
}


/** @return Where the terminal would begin a new line in that text */
static const char *line_end(const char *text, int columns)
{
	int used;
	const size_t fits = cli_fit(text, columns, &used);
	const size_t whole = strcspn(text, "\n");

	return text + (whole < fits ? whole : fits ? fits : 1);
}


/** Below an empty line
 *
 *  @param columns What a line takes
 *  @param max     Lines that it may take; what is more is left out
 *  @param print   false: they are only counted
 *  @return        How many it takes
 */
static unsigned note_lines(const char *text, int columns, unsigned max,
			   bool print)
{
	unsigned lines = 1;

	if (print)
		printf("\n");
	for (; *text && lines < max; lines++) {
		const char *end = line_end(text, columns);
		const char *next = end + (*end == '\n');

		if (print)
			printf("%.*s%s\n", (int)(end - text), text,
			       *next && lines + 1 == max ? "\u2026" : "");
		text = next;
	}

	return lines;
}


/** The terminal's lines, of which people get what is left: around them are a
 *  heading, "and 5 more", an empty line, how it ends, and where the cursor
 *  stays */
static void draw_people(const json_t *reply, const char *note)
{
	enum { AROUND = 5, LEAST = 3, NOTE_SHARE = 3, COLUMNS = 80 };
	struct winsize w = {0};
	unsigned rows = 0, note_max = UINT_MAX, lines;
	int columns;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) && w.ws_row) {
		rows = w.ws_row > AROUND + LEAST ? w.ws_row - AROUND : LEAST;
		note_max = rows / NOTE_SHARE + 1;
	}
	/* room for what says that more was written */
	columns = (w.ws_col ? w.ws_col : COLUMNS) - 1;
	lines = note ? note_lines(note, columns, note_max, false) : 0;
	if (rows)
		rows = rows > lines + LEAST ? rows - lines : LEAST;
	cli_print_people(reply, rows);
	if (note)
		(void)note_lines(note, columns, note_max, true);
}


/** @param note What the table cannot show, or NULL */
static int draw(struct cli_link *l, const json_t *show, const json_t *note)
{
	json_t *reply = cli_link_ask(l, show);
	char *text;

	if (!reply)
		return CLI_NO_SERVER;

	/* one write a picture, so that it does not flicker */
	/* what the terminal takes to be wider than it was counted is cut, and
	   pushes nothing off the screen */
	printf("\033[?7l\033[H\033[J");
	text = note ? text_of(note) : NULL;
	if (cli_true(reply, "ok"))
		draw_people(reply, text);
	else
		printf("%s: nobody is in it.\n%s%s",
		       cli_string(show, "conference"), text ? "\n" : "",
		       text ? text : "");
	free(text);
	printf("\n^C ends this view.\033[?7h\n");
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
