/**
 * @file session_world.c  The lines
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "focus/mixers/mixers.h"
#include "mixer/base/log.h"
#include "mixer/mp/link.h"
#include "signaling/conference/acts.h"
#include "signaling/event/conference_events.h"
#include "signaling/event/notifier.h"
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

enum { READ_MS = 6000, NOT_MS = 700 };

/* ----------------------------------------------------------------- loop */

static void time_up_h(void *arg)
{
	struct world *w = arg;

	w->timed_out = true;
	re_cancel();
}

struct flag_poll {
	struct tmr tmr;
	const bool *flag;
};

static void poll_h(void *arg)
{
	struct flag_poll *poll = arg;

	if (*poll->flag)
		re_cancel();
	else
		tmr_start(&poll->tmr, 2, poll_h, poll);
}

bool world_wait(struct world *w, const bool *flag, unsigned ms)
{
	struct flag_poll poll = {.flag = flag};
	struct tmr tmr;

	tmr_init(&tmr);
	tmr_init(&poll.tmr);
	w->timed_out = false;
	tmr_start(&tmr, ms, time_up_h, w);
	tmr_start(&poll.tmr, 0, poll_h, &poll);
	(void)re_main(NULL);
	tmr_cancel(&tmr);
	tmr_cancel(&poll.tmr);

	return *flag;
}

/* ---------------------------------------------------------------- lines */

static struct letter *next_letter(struct world *w, unsigned ms)
{
	struct tmr tmr;

	if (!w->inbox.head) {
		tmr_init(&tmr);
		w->timed_out = false;
		tmr_start(&tmr, ms, time_up_h, w);
		while (!w->inbox.head && !w->timed_out)
			(void)re_main(NULL);
		tmr_cancel(&tmr);
	}
	if (!w->inbox.head)
		return NULL;

	return w->inbox.head->data;
}

static bool check_texts(const char *text, char *fields[], unsigned n)
{
	unsigned i;

	for (i = 1; i < n; i++) {
		bool not = fields[i][0] == '!';

		if (!strstr(text, fields[i] + not ) != not ) {
			fprintf(stderr, "%s \"%s\" in:\n%s\n",
				not ? "unwanted" : "missing", fields[i] + not,
				text);
			return false;
		}
	}
	return true;
}

static bool expect(struct world *w, const char *what, char *fields[],
		   unsigned n, unsigned ms, bool want)
{
	struct letter *letter;
	bool ok = !want;

	while ((letter = next_letter(w, ms))) {
		bool skip = peer_repeated(w, letter->text);

		if (!skip && strncmp(letter->text, "SIP/2.0 1", 9) == 0 &&
		    what[0] != '1')
			skip = true;
		if (!skip) {
			peer_learn(w, letter->text);
			ok = peer_starts_as(letter->text, what) == want;
			if (!ok && want)
				fprintf(stderr, "want %s, read:\n%s\n", what,
					letter->text);
			if (ok && want)
				ok = check_texts(letter->text, fields, n);
		}
		list_unlink(&letter->le);
		mem_deref(letter);
		if (!skip && (want || !ok))
			break;
	}
	if (!letter && want)
		fprintf(stderr, "want %s, read nothing\n", what);

	return ok;
}

/* Whatever else comes before it stays to be read */
static struct letter *find_letter(const struct world *w, const char *what)
{
	for (struct le *le = w->inbox.head; le; le = le->next) {
		struct letter *letter = le->data;

		if (peer_starts_as(letter->text, what))
			return letter;
	}
	return NULL;
}

static bool await_letter(struct world *w, const char *what, char *fields[],
			 unsigned n)
{
	uint64_t end = tmr_jiffies() + unit_patience_ms(READ_MS);
	struct letter *letter;
	bool never = false, ok;

	while (!(letter = find_letter(w, what))) {
		if (tmr_jiffies() > end) {
			fprintf(stderr, "want %s, read nothing\n", what);
			return false;
		}
		(void)world_wait(w, &never, 5);
	}
	(void)peer_repeated(w, letter->text);
	peer_learn(w, letter->text);
	ok = check_texts(letter->text, fields, n);
	list_unlink(&letter->le);
	mem_deref(letter);

	return ok;
}

static bool await_repeat(struct world *w, const char *what)
{
	struct letter *letter = next_letter(w, unit_patience_ms(READ_MS));
	bool ok;

	if (!letter)
		return false;
	ok = peer_repeated(w, letter->text) &&
	     peer_starts_as(letter->text, what);
	list_unlink(&letter->le);
	mem_deref(letter);

	return ok;
}

static bool await_op(struct world *w, const char *op)
{
	uint64_t end = tmr_jiffies() + unit_patience_ms(READ_MS);
	bool never = false;

	while (!strstr(w->ops, op)) {
		if (tmr_jiffies() > end)
			return false;
		(void)world_wait(w, &never, 20);
	}
	w->ops[0] = '\0';
	return true;
}

static void event_h(const json_t *event, void *arg)
{
	struct world *w = arg;
	const char *type = json_string_value(json_object_get(event, "type"));
	const char *reason =
		json_string_value(json_object_get(event, "reason"));
	const char *uri = json_string_value(json_object_get(event, "uri"));
	size_t len = strlen(w->events);

	(void)snprintf(w->events + len, sizeof(w->events) - len,
		       "%s%s%s\n%s%s%s", type, reason ? " " : "",
		       reason ? reason : "", uri ? "uri " : "", uri ? uri : "",
		       uri ? "\n" : "");
}

static bool await_event(struct world *w, const char *what)
{
	uint64_t end = tmr_jiffies() + unit_patience_ms(READ_MS);
	bool never = false;
	char line[80];

	(void)snprintf(line, sizeof(line), "%s\n", what);
	while (!strstr(w->events, line)) {
		if (tmr_jiffies() > end)
			return false;
		(void)world_wait(w, &never, 20);
	}
	return true;
}

static bool await_count(struct world *w, size_t count)
{
	uint64_t end = tmr_jiffies() + unit_patience_ms(READ_MS);
	bool never = false;

	while (sessions_count(w->sessions) != count) {
		if (tmr_jiffies() > end)
			return false;
		(void)world_wait(w, &never, 20);
	}
	return true;
}

/* It goes on from another port, as behind a NAT that forgot it, or from
 * another host */
static bool peer_move(struct world *w, const char *host)
{
	struct sa any;

	(void)sa_set_str(&any, host, 0);
	w->us = mem_deref(w->us);

	return !udp_listen(&w->us, &any, peer_received_h, w) &&
	       !udp_local_get(w->us, &w->peer);
}

static bool confirmed_h(const struct session *s, void *arg)
{
	(void)arg;

	return dialog_state(session_dialog(s)) == DIALOG_CONFIRMED;
}

static bool hang_up(struct world *w)
{
	struct session *s =
		sessions_search(w->sessions, NULL, confirmed_h, NULL);

	if (s)
		session_fail(s, REASON_MEDIA_TIMEOUT);

	return s != NULL;
}

static bool play(struct world *w, const char *line)
{
	char copy[2048], *fields[16], *p = copy;
	unsigned n = 0;

	(void)snprintf(copy, sizeof(copy), "%s", line);
	while (p && n < 16) {
		char *bar = strstr(p, " | ");

		fields[n++] = p;
		if (bar) {
			*bar = '\0';
			bar += 3;
		}
		p = bar;
	}

	switch (line[0]) {

	case '>': return peer_send_request(w, fields, n);
	case '=': return peer_send_response(w, fields, n);
	case '<':
		return expect(w, fields[0] + 2, fields, n,
			      unit_patience_ms(READ_MS), true);
	case '~': return await_letter(w, fields[0] + 2, fields, n);
	case '-': return expect(w, fields[0] + 2, fields, n, NOT_MS, false);
	case '@': return await_op(w, fields[0] + 2);
	case '#': return await_count(w, (size_t)atoi(fields[0] + 2));
	case 't': w->tag = line + 2; return true;
	case 'd':
		return w->sessions->ops.dial(w->sessions, "demo",
					     line[1] ? line + 2 : w->peer_uri,
					     "De\"mo") == REASON_NONE;
	case 'e': return await_event(w, line + 2);
	case 'r':
		session_wish(world_session(w), EXCHANGE_WISH_OFFER);
		return true;
	case 'x': session_reshape_h(world_session(w)); return true;
	case 'v': session_move_h(world_session(w), line + 2); return true;
	case 'h': return hang_up(w);
	case 'p': return peer_move(w, "127.0.0.1");
	case 'P': return peer_move(w, "127.0.0.2");
	case 'k': return world_mixer_replace(w);
	case 'K': return world_mixer_kill(w);
	case 'l': w->lacks = line + 2; return world_mixer_replace(w);
	case 'i':
		memcpy(w->last_request, w->invite, sizeof(w->invite));
		return true;
	case 'm': return world_mixer_speak(w, line[2]);
	case '+': return await_repeat(w, line + 2);
	case 'T': w->speaks_tls = true; return w->up || peer_open_tls(w);
	case 'U': w->speaks_tls = false; return true;
	case 's': sessions_close(w->sessions, NULL, NULL); return true;
	default: return false;
	}
}

bool world_play(struct world *w, const char *const lines[])
{
	unsigned i;

	for (i = 0; lines[i]; i++) {
		if (!play(w, lines[i])) {
			fprintf(stderr, "failed at line %u: %s\n", i + 1,
				lines[i]);
			return false;
		}
	}
	return true;
}

static bool any_h(struct le *le, void *arg)
{
	(void)le;
	(void)arg;
	return true;
}

struct session *world_session(struct world *w)
{
	return list_ledata(hash_apply(w->sessions->table, any_h, NULL));
}

/* ---------------------------------------------------------------- world */

const char *world_override;

/** Its certificate is made there */
static const char tls_dir[] = "/tmp/parley-unit-session";

static int config_open(struct world *w, bool tls)
{
	const char *const overrides[] = {
		"sip_listen=127.0.0.1:0", "mixers=1",
		"sip_rate_per_source=100000", "invite_rate_per_source=100000",
		world_override ? world_override : "mixers=1"};
	struct config_error error;
	int err = config_load(&w->config, NULL, overrides,
			      ARRAY_SIZE(overrides), &error);

	if (err) {
		fprintf(stderr, "%s\n", error.text);
		return err;
	}
	/* no certificate is needed here */
	w->config->sip_tls_listen_count = 0;
	w->config->https_listen_count = 0;
	if (!tls)
		return 0;

	(void)mkdir(tls_dir, 0700);
	mem_deref(w->config->data_dir);
	(void)sa_set_str(&w->config->sip_tls_listen[0], "127.0.0.1", 0);
	w->config->sip_tls_listen_count = 1;

	return str_dup(&w->config->data_dir, tls_dir);
}

static int open_with(struct world *w, bool tls)
{
	bool never = false;
	struct sa any;
	int err;

	memset(w, 0, sizeof(*w));
	log_level_set(getenv("WORLD_DEBUG") ? LOG_LEVEL_DEBUG
					    : LOG_LEVEL_ERROR);
	w->tag = "peer";
	w->asked = json_array();
	err = config_open(w, tls);
	if (!err)
		err = layer_alloc(&w->layer, w->config, NULL, NULL);
	if (!err)
		err = focus_alloc(&w->focus, w->config);
	if (!err)
		err = world_mixer_open(w);
	if (!err)
		err = notifiers_alloc(&w->notifiers, w->layer, w->config);
	if (!err)
		err = conference_events_alloc(&w->watchers, w->focus,
					      w->notifiers, NULL);
	if (!err)
		err = sessions_alloc(&w->sessions,
				     &(struct sessions_dependencies){
					     .layer = w->layer,
					     .focus = w->focus,
					     .config = w->config,
					     .notifiers = w->notifiers,
					     .events = w->watchers});
	if (!err)
		err = conference_acts_begin(w->sessions);
	if (!err)
		err = focus_subscribe(&w->follower, w->focus, NULL, event_h, w)
			      ? ENOMEM
			      : 0;
	(void)sa_set_str(&any, "127.0.0.1", 0);
	if (!err)
		err = udp_listen(&w->us, &any, peer_received_h, w);
	if (err) {
		fprintf(stderr, "world: %s\n", strerror(err));
		world_close(w);
		return err;
	}
	(void)udp_local_get(w->us, &w->peer);
	w->server = *layer_sip_addr(w->layer);
	(void)re_snprintf(w->uri, sizeof(w->uri), "demo@%J", &w->server);
	(void)re_snprintf(w->peer_uri, sizeof(w->peer_uri), "sip:bob@%J",
			  &w->peer);
	(void)re_snprintf(w->callid, sizeof(w->callid), "%llx", rand_u64());
	(void)re_snprintf(w->local, sizeof(w->local),
			  "\"Al\\\"ice\" <sip:alice@example.com>;tag=peer");
	(void)re_snprintf(w->to, sizeof(w->to), "<sip:%s>", w->uri);
	/* the mixer says hello, the transport layer finds libre's socket */
	(void)world_wait(w, &never, 50);

	return 0;
}

int world_open(struct world *w)
{
	return open_with(w, false);
}

int world_open_tls(struct world *w)
{
	return open_with(w, true);
}

void world_close(struct world *w)
{
	bool never = false;

	w->sessions = mem_deref(w->sessions);
	w->watchers = mem_deref(w->watchers);
	w->notifiers = mem_deref(w->notifiers);
	w->us = mem_deref(w->us);
	w->sc = mem_deref(w->sc);
	w->tc = mem_deref(w->tc);
	w->tls = mem_deref(w->tls);
	w->in = mem_deref(w->in);
	w->follower = mem_deref(w->follower);
	w->focus = mem_deref(w->focus);
	w->mixer = mem_deref(w->mixer);
	if (w->layer) {
		layer_close(w->layer, true);
		(void)world_wait(w, &never, 10);
	}
	w->layer = mem_deref(w->layer);
	w->config = mem_deref(w->config);
	json_decref(w->asked);
	list_flush(&w->inbox);
}

void world_scene(const char *const lines[])
{
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	CU_ASSERT(world_play(&w, lines));
	world_close(&w);
}
