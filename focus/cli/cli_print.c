/**
 * @file focus/cli/cli_print.c  Answers for people
 */
#include <string.h>
#include <time.h>
#include "focus/cli/cli_private.h"
#include "mixer/base/utf8.h"


const char *cli_string(const json_t *o, const char *key)
{
	static char text[4][512];
	static unsigned turn;
	const char *value = json_string_value(json_object_get(o, key));

	turn = (turn + 1) % 4;

	return utf8_clean(text[turn], sizeof(text[turn]), value ? value : "");
}


json_int_t cli_integer(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}


bool cli_true(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}


const char *cli_since(json_int_t unix_ms)
{
	static char text[2][32];
	static unsigned turn;
	long long s = (long long)time(NULL) - (long long)(unix_ms / 1000);
	char *dst = text[turn++ & 1];

	if (s < 0)
		s = 0;

	if (s < 60)
		(void)snprintf(dst, sizeof(text[0]), "%lld s", s);
	else if (s < 3600)
		(void)snprintf(dst, sizeof(text[0]), "%lld min", s / 60);
	else if (s < 86400)
		(void)snprintf(dst, sizeof(text[0]), "%lld h %lld min",
			       s / 3600, s % 3600 / 60);
	else
		(void)snprintf(dst, sizeof(text[0]), "%lld d %lld h",
			       s / 86400, s % 86400 / 3600);

	return dst;
}


static void heading(struct cli_table *t, const char *const names[])
{
	cli_table_row(t);
	for (size_t i = 0; names[i]; i++)
		cli_table_cell(t, "%s", names[i]);
}


void cli_print_list(const json_t *reply)
{
	static const char *const names[] = {"NAME",   "PEOPLE", "LOCKED",
					    "LAYOUT", "SINCE",  NULL};
	const json_t *list = json_object_get(reply, "conferences"), *c;
	struct cli_table *t;
	size_t i;

	if (!json_array_size(list)) {
		printf("No conference just now.\n");
		return;
	}

	t = cli_table_new();
	heading(t, names);
	json_array_foreach (list, i, c) {
		cli_table_row(t);
		cli_table_cell(t, "%s", cli_string(c, "name"));
		cli_table_cell(t, "%lld",
			       (long long)cli_integer(c, "participants"));
		cli_table_cell(t, "%s", cli_true(c, "locked") ? "yes" : "-");
		cli_table_cell(t, "%s", cli_string(c, "layout"));
		cli_table_cell(t, "%s", cli_since(cli_integer(c, "since")));
	}
	cli_table_print(t, 0);
}


static void cell_codecs(struct cli_table *t, const json_t *ep)
{
	const json_t *media = json_object_get(ep, "media"), *m;
	char text[128] = "";
	size_t i, n = 0;

	/* what they have agreed on between them nobody here knows */
	if (!strcmp(cli_string(ep, "bearer"), "end-to-end")) {
		cli_table_cell(t, "end to end");
		return;
	}

	json_array_foreach (media, i, m) {
		int r = snprintf(text + n, sizeof(text) - n, "%s%s",
				 n ? "+" : "", cli_string(m, "codec"));

		if (r < 0 || (size_t)r >= sizeof(text) - n)
			break;
		n += (size_t)r;
	}

	cli_table_cell(t, "%s", *text ? text : "-");
}


/** What is shut, in a word each */
static void cell_muted(struct cli_table *t, const json_t *ep)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%s%s%s",
		       cli_true(ep, "muted") ? "mute " : "",
		       cli_true(ep, "deaf") ? "deaf " : "",
		       cli_true(ep, "video_muted") ? "video " : "");
	cli_table_cell(t, "%s", *text ? text : "-");
}


/** Who holds up a hand is in a queue, though he talks */
static void said_and_asked(char *text, size_t size, const json_t *ep,
			   json_int_t speaker)
{
	const json_int_t hand = cli_integer(ep, "hand");
	const bool talks = cli_true(ep, "talking");
	char queue[32] = "";

	if (hand)
		(void)snprintf(queue, sizeof(queue), "hand up, %lld.%s",
			       (long long)hand, talks ? " " : "");
	(void)snprintf(text, size, "%s%s%s", queue,
		       talks  ? "talking"
		       : hand ? ""
			      : "-",
		       talks && cli_integer(ep, "endpoint") == speaker ? " <"
								       : "");
}


/** What it does, or waits for */
static const char *state_of(char *text, size_t size, const json_t *ep,
			    json_int_t speaker)
{
	static const struct {
		const char *is, *words;
	} waits[] = {
		{"pin", "asked for PIN"},  {"host", "waits for host"},
		{"admission", "wants in"}, {"dialing-out", "called"},
		{"alerting", "ringing"},   {"on-hold", "on hold"},
	};
	const char *waiting = cli_string(ep, "waiting");
	const char *status = cli_string(ep, "status");

	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		if (!strcmp(waits[i].is, waiting) ||
		    !strcmp(waits[i].is, status))
			return waits[i].words;
	}
	if (strcmp(status, "connected") != 0)
		(void)snprintf(text, size, "%s", status);
	else
		said_and_asked(text, size, ep, speaker);

	return text;
}


static void show_endpoint(struct cli_table *t, const json_t *ep,
			  json_int_t speaker)
{
	json_int_t number = cli_integer(ep, "endpoint");
	const char *role = cli_string(ep, "role");
	char state[64];

	cli_table_row(t);
	cli_table_cell(t, "%lld", (long long)number);
	cli_table_cell(t, "%s", cli_string(ep, "label"));
	cli_table_cell(t, "%s", strcmp(role, "guest") != 0 ? role : "-");
	cli_table_cell(t, "%s", cli_string(ep, "user"));
	cell_codecs(t, ep);
	cli_table_cell(t, "%s", state_of(state, sizeof(state), ep, speaker));
	cell_muted(t, ep);
	cli_table_cell(t, "%s", cli_since(cli_integer(ep, "since")));
}


void cli_print_people(const json_t *reply, unsigned rows_max)
{
	static const char *const names[] = {"NO",      "NAME",   "ROLE",
					    "ADDRESS", "CODECS", "STATE",
					    "SHUT",    "SINCE",  NULL};
	enum { ADDRESS = 3 };
	const json_t *c = json_object_get(reply, "conference"), *u, *ep;
	const json_t *waiting = json_object_get(c, "waiting");
	json_int_t mixer = cli_integer(c, "mixer");
	json_int_t spotlight = cli_integer(c, "spotlight");
	struct cli_table *t;
	size_t i, j;

	printf("%s: %lld in it, ", cli_string(c, "name"),
	       (long long)cli_integer(c, "participants"));
	if (json_array_size(waiting))
		printf("%zu waiting, ", json_array_size(waiting));
	printf("layout %s, ", cli_string(c, "layout"));
	if (spotlight)
		printf("spotlight on %lld, ", (long long)spotlight);
	printf("since %s%s%s%s\n", cli_since(cli_integer(c, "since")),
	       cli_true(c, "locked") ? ", locked" : "",
	       cli_true(c, "monitored") ? ", monitored" : "",
	       mixer < 0 ? ", media server restarting" : "");

	t = cli_table_new();
	cli_table_spare(t, ADDRESS);
	heading(t, names);
	/* who waits for somebody to let him in is cut off by no number of rows
	 */
	json_array_foreach (waiting, i, ep)
		show_endpoint(t, ep, 0);
	json_array_foreach (json_object_get(c, "users"), i, u) {
		json_array_foreach (json_object_get(u, "endpoints"), j, ep)
			show_endpoint(t, ep, cli_integer(c, "speaker"));
	}
	cli_table_print(t, rows_max);
}


void cli_print_show(const json_t *reply)
{
	cli_print_people(reply, 0);
}


/** Seven places at most, so that what counts for weeks fits a line; --json has
 *  all of it */
static void cell_count(struct cli_table *t, json_int_t n)
{
	enum { K = 1000, EXACT_MAX = 9999999 };

	if (n <= EXACT_MAX)
		cli_table_cell(t, "%lld", (long long)n);
	else if (n / K <= EXACT_MAX / 100)
		cli_table_cell(t, "%lld k", (long long)(n / K));
	else
		cli_table_cell(t, "%lld M", (long long)(n / K / K));
}


static double ms_of(const json_t *o, const char *key_us)
{
	return (double)cli_integer(o, key_us) / 1000;
}


static void stats_mixers(const json_t *reply)
{
	static const char *const names[] = {
		"NO",     "PID",  "MIXES",        "LEGS", "IN", "OUT",
		"MISSED", "LATE", "REQUEST, MAX", "DIED", NULL};
	struct cli_table *t = cli_table_new();
	const json_t *m;
	size_t i;

	heading(t, names);
	json_array_foreach (json_object_get(reply, "mixers"), i, m) {
		static const char *const keys[] = {
			"mixer",      "pid",         "mixes",       "legs",
			"packets_in", "packets_out", "ticks_missed"};
		const json_t *asked = json_object_get(m, "requests");

		cli_table_row(t);
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++)
			cell_count(t, cli_integer(m, keys[k]));
		cli_table_cell(t, "%.1f ms", ms_of(m, "tick_late_us_p99"));
		cli_table_cell(t, "%.1f, %.1f ms", ms_of(asked, "p99_us"),
			       ms_of(asked, "max_us"));
		cell_count(t, cli_integer(m, "replaced"));
	}
	cli_table_print(t, 0);
}


static void stats_leg(struct cli_table *t, const json_t *leg, bool named)
{
	const json_t *a = json_object_get(leg, "audio");
	const json_t *v = json_object_get(leg, "video");

	cli_table_row(t);
	if (named)
		cli_table_cell(t, "%s", cli_string(leg, "conference"));
	cli_table_cell(t, "%lld", (long long)cli_integer(leg, "endpoint"));
	cli_table_cell(t, "%s", cli_string(leg, "label"));
	cli_table_cell(t, "%s",
		       json_object_get(leg, "path") ? cli_string(leg, "path")
						    : "-");
	cli_table_cell(t, "%s", a ? cli_string(a, "codec") : "-");
	cli_table_cell(t, "%lld", (long long)cli_integer(a, "packets_in"));
	cli_table_cell(t, "%lld", (long long)cli_integer(a, "packets_lost"));
	cli_table_cell(t, "%.0f ms",
		       json_number_value(json_object_get(a, "jitter_ms")));
	cli_table_cell(t, "%s", v ? cli_string(v, "codec") : "-");
	if (cli_integer(v, "width_in"))
		cli_table_cell(t, "%lldx%lld",
			       (long long)cli_integer(v, "width_in"),
			       (long long)cli_integer(v, "height_in"));
	else
		cli_table_cell(t, "-");
	if (v)
		cli_table_cell(
			t, "%.0f",
			json_number_value(json_object_get(v, "kbps_out")));
	else
		cli_table_cell(t, "-");
}


/** Counters that are not nought, on a line */
static void stats_counters(const json_t *reply, const char *key)
{
	json_t *counters = json_object_get(reply, key), *value;
	const char *name;
	bool any = false;

	json_object_foreach (counters, name, value) {
		char text[64];

		if (!json_integer_value(value))
			continue;
		printf("%s%s %s %lld", any ? "," : key, any ? "" : ":",
		       utf8_clean(text, sizeof(text), name),
		       (long long)json_integer_value(value));
		any = true;
	}

	if (any)
		printf("\n");
}


/** Said only where it is not as it should be */
static void stats_store(const json_t *reply)
{
	const json_t *store = json_object_get(reply, "store");

	if (store && strcmp(cli_string(store, "state"), "writable") != 0)
		printf("store: %s %s: %s\n", cli_string(store, "state"),
		       cli_string(store, "path"), cli_string(store, "error"));
}


static void stats_accounts(const json_t *reply)
{
	static const char *const names[] = {"ACCOUNT",  "STATE",  "EXPIRES",
					    "FAILURES", "STATUS", NULL};
	const json_t *accounts = json_object_get(reply, "accounts"), *a;
	struct cli_table *t;
	size_t i;

	if (!json_array_size(accounts))
		return;

	printf("\n");
	t = cli_table_new();
	heading(t, names);
	json_array_foreach (accounts, i, a) {
		cli_table_row(t);
		cli_table_cell(t, "%s", cli_string(a, "account"));
		cli_table_cell(t, "%s", cli_string(a, "state"));
		cli_table_cell(t, "%lld s",
			       (long long)cli_integer(a, "expires_in_s"));
		cli_table_cell(t, "%lld",
			       (long long)cli_integer(a, "failures"));
		cli_table_cell(t, "%lld",
			       (long long)cli_integer(a, "last_status"));
	}
	cli_table_print(t, 0);
}


/** Of one conference its name stands above them and takes no room from theirs
 */
static void stats_legs(const json_t *legs)
{
	static const char *const names[] = {
		"CONFERENCE", "NO",     "NAME",  "PATH",   "AUDIO", "IN",
		"LOST",       "JITTER", "VIDEO", "CAMERA", "KB/S",  NULL};
	const json_t *first = json_object_get(json_array_get(legs, 0),
					      "conference"),
		     *leg;
	struct cli_table *t;
	bool several = false;
	size_t i;

	if (!first)
		return;

	json_array_foreach (legs, i, leg)
		several |=
			!json_equal(first, json_object_get(leg, "conference"));
	printf("\n");
	if (!several)
		printf("%s:\n",
		       cli_string(json_array_get(legs, 0), "conference"));
	t = cli_table_new();
	heading(t, several ? names : names + 1);
	json_array_foreach (legs, i, leg)
		stats_leg(t, leg, several);
	cli_table_print(t, 0);
}


void cli_print_stats(const json_t *reply)
{
	json_t *root = (json_t *)reply, *value;
	const char *key;

	stats_mixers(reply);
	json_object_foreach (root, key, value) {
		if (json_is_object(value))
			stats_counters(reply, key);
	}
	stats_store(reply);
	stats_accounts(reply);
	stats_legs(json_object_get(reply, "legs"));
}


void cli_print_changed(const json_t *reply)
{
	const json_t *list = json_object_get(reply, "changed"), *n;
	size_t i;

	json_array_foreach (list, i, n)
		printf("%s %lld",
		       i ? "" : "done:", (long long)json_integer_value(n));
	if (json_array_size(list))
		printf("\n");
}


void cli_print_verbs(const json_t *reply)
{
	struct cli_table *t = cli_table_new();
	const json_t *v;
	size_t i;

	json_array_foreach (json_object_get(reply, "verbs"), i, v) {
		cli_table_row(t);
		cli_table_cell(t, "%s", cli_string(v, "verb"));
		cli_table_cell(t, "%s", cli_string(v, "help"));
	}
	cli_table_print(t, 0);
}
