/**
 * @file fuzz_mixer.c  What a mixer that was taken over says to the focus
 *
 * A datagram of the link a line, after a good hello, to a focus with the
 * conference "demo" (mix 1, legs 1 and 2) on the mixer and "other" (mix 2,
 * leg 3) on an honest one. What begins a line stands for more:
 *     =MEMBERS   {"id":ID,MEMBERS}, where ID is that of the last leg.add or
 *                stats that this mixer was sent
 *     ?          somebody joins "demo", asks for statistics and leaves
 * The other conference must not change, whatever comes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/socket.h>
#include "focus/command/command.h"
#include "focus/conference/focus.h"
#include "focus/config/config.h"
#include "focus/mixers/mixers.h"
#include "mixer/base/log.h"
#include "mixer/mp/protocol.h"


enum { PEOPLE = 3, MIXERS = 2, LINES_MAX = 64 };

struct person {
	struct endpoint *ep;
	const char *conference;
};

static struct {
	struct focus *focus;
	struct event_subscription *watch;
	struct person people[PEOPLE + 1];
	int far_end[MIXERS];
	json_int_t last_id; /**< of the mixer that lies */
	bool lies;          /**< what is told now comes of it */
} w;


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static void stop_h(void *arg)
{
	(void)arg;

	re_cancel();
}


static void turn(void)
{
	struct tmr tmr;

	tmr_init(&tmr);
	tmr_start(&tmr, 1, stop_h, NULL);
	(void)re_main(NULL);
	tmr_cancel(&tmr);
}


/* ---------------------------------------------------- what must hold */

static void event_h(const json_t *event, void *arg)
{
	const char *name =
		json_string_value(json_object_get(event, "conference"));
	char *text = json_dumps(event, 0);

	(void)arg;
	if (!text || !name || (w.lies && !strcmp(name, "other")))
		abort();
	free(text);
}


static void check_text(const char *text)
{
	for (; *text; text++) {
		if (*text <= 0x20 || *text >= 0x7f)
			abort();
	}
}


/** It goes into SDP; who is refused is gone */
static void leg_h(enum reason reason, const struct leg_local *local, void *arg)
{
	struct person *p = arg;

	if (!reason != (local != NULL))
		abort();
	if (reason)
		p->ep = NULL;

	for (size_t i = 0; local && i < local->transport_count; i++) {
		const struct local_transport *t = &local->transports[i];

		check_text(t->ice_ufrag);
		check_text(t->ice_pwd);
		check_text(t->fingerprint.hash);
		check_text(t->fingerprint.value);
		check_text(t->sdes_key);
		if (t->candidate_count > DESCRIPTION_CANDIDATES_MAX)
			abort();
	}
	for (size_t i = 0; local && i < local->media_count; i++)
		check_text(local->media[i].cname);
}


static void reply_h(json_t *reply, void *arg)
{
	char *text = json_dumps(reply, 0);

	(void)arg;
	if (!text)
		abort();
	free(text);
}


static void reoffer(void *session)
{
	(void)session;
}


static void end(void *session, enum reason reason)
{
	struct person *p = session;

	(void)reason;
	if (!strcmp(p->conference, "other"))
		abort();
	p->ep = NULL;
}


/* ---------------------------------------------------------- the world */

/** Only of those whose answer somebody waits for */
static void take_id(json_int_t *id, const json_t *msg)
{
	const char *op = json_string_value(json_object_get(msg, "op"));

	if (op && (!strcmp(op, "leg.add") || !strcmp(op, "stats")))
		*id = json_integer_value(json_object_get(msg, "id"));
}


/** What was sent to a mixer. The honest one answers, by nothing */
static void read_far_end(unsigned i)
{
	static char buf[MP_MESSAGE_MAX];
	ssize_t n;

	while ((n = recv(w.far_end[i], buf, sizeof(buf), MSG_DONTWAIT)) > 0) {
		json_t *msg = json_loadb(buf, (size_t)n, 0, NULL);
		char answer[64];
		json_int_t id = 0;

		take_id(i ? &id : &w.last_id, msg);
		json_decref(msg);
		if (!i || id <= 0)
			continue;
		(void)snprintf(answer, sizeof(answer),
			       "{\"id\":%lld,\"transports\":[],\"media\":[]}",
			       (long long)id);
		(void)send(w.far_end[i], answer, strlen(answer), MSG_NOSIGNAL);
	}
}


static void attach_mixer(unsigned i)
{
	static const char hello[] = "{\"event\":\"hello\",\"version\":1}";
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds) ||
	    focus_attach_mixer(w.focus, fds[0]) ||
	    send(fds[1], hello, sizeof(hello) - 1, 0) < 0)
		abort();

	w.far_end[i] = fds[1];
	turn();
}


static void join(struct person *p, const char *conference)
{
	static const struct session_ops ops = {reoffer, end,  NULL, NULL,
					       NULL,    NULL, NULL, NULL};
	const struct join join = {.conference = conference,
				  .aor = "sip:alice@x",
				  .display = "Alice",
				  .ops = &ops,
				  .session = p};
	struct leg_description *leg;

	p->conference = conference;
	if (leg_description_alloc(&leg, 1, 1))
		abort();
	(void)focus_join(w.focus, &p->ep, &join, leg, leg_h, p);
	mem_deref(leg);
}


static void open_world(void)
{
	static const char *const overrides[] = {"mixers=2"};
	static struct config *config;
	struct config_error error;

	if (!config) {
		log_level_set(LOG_LEVEL_ERROR);
		if (libre_init() ||
		    config_load(&config, NULL, overrides, 1, &error))
			abort();
	}

	memset(&w, 0, sizeof(w));
	if (focus_alloc(&w.focus, config) ||
	    focus_subscribe(&w.watch, w.focus, NULL, event_h, NULL))
		abort();

	attach_mixer(0);
	join(&w.people[0], "demo");
	join(&w.people[1], "demo");
	attach_mixer(1);
	join(&w.people[2], "other");
	turn();
	read_far_end(0);
	read_far_end(1);
	turn();
	for (unsigned i = 0; i < PEOPLE; i++) {
		if (!w.people[i].ep)
			abort();
		focus_connected(w.people[i].ep);
	}
	w.lies = true;
}


static void close_world(void)
{
	w.lies = false;
	w.watch = mem_deref(w.watch);
	w.focus = mem_deref(w.focus);
	for (unsigned i = 0; i < MIXERS; i++)
		(void)close(w.far_end[i]);
}


/* --------------------------------------------------------- what is said */

static void come_ask_and_go(void)
{
	static const struct asker host = {.operates = true};
	struct person *p = &w.people[PEOPLE];
	json_t *stats = json_pack("{s:s}", "verb", "stats");

	if (p->ep)
		focus_leave(p->ep, REASON_LEFT);
	p->ep = NULL;
	join(p, "demo");
	focus_command(NULL, w.focus, &host, stats, reply_h, NULL);
	json_decref(stats);
}


static void say(const char *line, size_t len)
{
	char *text;
	int n;

	read_far_end(0);
	if (len && *line == '?') {
		come_ask_and_go();
		return;
	}
	if (!len || *line != '=') {
		(void)send(w.far_end[0], line, len,
			   MSG_DONTWAIT | MSG_NOSIGNAL);
		return;
	}

	text = malloc(len + 64);
	if (!text)
		abort();
	n = snprintf(text, 64, "{\"id\":%lld,", (long long)w.last_id);
	memcpy(text + n, line + 1, len - 1);
	text[(size_t)n + len - 1] = '}';
	(void)send(w.far_end[0], text, (size_t)n + len,
		   MSG_DONTWAIT | MSG_NOSIGNAL);
	free(text);
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;
	const char *last = p + size;

	open_world();
	for (unsigned i = 0; i < LINES_MAX && p < last; i++) {
		const char *nl = memchr(p, '\n', (size_t)(last - p));
		size_t len = (size_t)((nl ? nl : last) - p);

		say(p, len);
		turn();
		read_far_end(1);
		p += len + 1;
		if (!nl)
			break;
	}

	if (!mixer_is_up(mixers_at(focus_mixers(w.focus), 1)) ||
	    !w.people[2].ep)
		abort();
	close_world();

	return 0;
}
