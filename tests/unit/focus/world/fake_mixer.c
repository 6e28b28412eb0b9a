/**
 * @file fake_mixer.c  The far end of a mixer's link, played by the test
 */
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include "focus/command/command.h"
#include "focus/conference/chat.h"
#include "mixer/base/log.h"
#include "mixer/mp/link.h"
#include "mixer/mp/protocol.h"
#include "tests/unit/clock.h"
#include "tests/unit/failing.h"
#include "tests/unit/focus/world/fake_mixer.h"
#include "tests/unit/unit.h"


/** Messages that follow from one another at most */
enum { CHAIN_MAX = 8 };


static void stop_h(void *arg)
{
	(void)arg;

	re_cancel();
}


static void turn(unsigned ms)
{
	struct tmr tmr;

	tmr_init(&tmr);
	tmr_start(&tmr, ms, stop_h, NULL);
	(void)re_main(NULL);
	tmr_cancel(&tmr);
}


static void round_h(int flags, void *arg)
{
	(void)flags;
	(void)arg;

	re_cancel();
}


/** What has come is handled, and nothing waited for: a timer would take a
 *  millisecond at least */
static void turn_round(void)
{
	int fd = eventfd(1, EFD_CLOEXEC);

	CU_ASSERT_EQUAL_FATAL(fd_listen(fd, FD_READ, round_h, NULL), 0);
	(void)re_main(NULL);
	fd_close(fd);
	(void)close(fd);
}


/** However slow the machine is, what one message leads to has come when it
 *  ends: an event, what it has asked for, the answer to that, ... */
void room_turn(unsigned ms)
{
	if (ms)
		turn(ms);
	for (unsigned i = 0; i < CHAIN_MAX; i++)
		turn_round();
}


void room_pass(unsigned s)
{
	while (s--) {
		unit_clock.added_us += 1000000;
		room_turn(1);
	}
}


static json_t *leg_result(const json_t *request)
{
	json_t *media = json_array(), *transports = json_array();

	for (size_t i = 0;
	     i < json_array_size(json_object_get(request, "media")); i++)
		json_array_append_new(media, json_pack("{s:i}", "ssrc", 1));
	json_array_append_new(transports, json_pack("{s:s}", "kind", "plain"));

	return json_pack("{s:o,s:o}", "transports", transports, "media",
			 media);
}


static void request_h(json_t *msg, void *arg)
{
	struct fake_mixer *m = arg;
	const char *op = json_string_value(json_object_get(msg, "op"));

	json_array_append(m->requests, msg);
	if (m->silent)
		return;

	if (!strcmp(op, "leg.add") || !strcmp(op, "leg.modify") ||
	    !strcmp(op, "leg.move")) {
		if (m->refuse_legs)
			link_reply_error(m->link, msg, m->refuse_legs, "no");
		else if (m->leg_answer)
			link_reply(m->link, msg,
				   json_loads(m->leg_answer, 0, NULL));
		else
			link_reply(m->link, msg, leg_result(msg));
	}
	else if (!strcmp(op, "stats") && m->stats_answer) {
		link_reply(m->link, msg, json_loads(m->stats_answer, 0, NULL));
	}
	else if (!strcmp(op, "stats")) {
		/* a leg a page, three of them */
		int after =
			(int)json_integer_value(json_object_get(msg, "after"));

		link_reply(m->link, msg,
			   json_pack("{s:{s:i},s:[{s:i}],s:b}", "mixer",
				     "legs", 3, "legs", "leg", after + 1,
				     "more", after < 2 || m->stats_endless));
	}
	else {
		link_reply(m->link, msg, NULL);
	}
}


int room_mixer_socket(struct focus_room *r)
{
	int fds[2];

	CU_ASSERT_EQUAL_FATAL(
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
	CU_ASSERT_EQUAL_FATAL(focus_attach_mixer(r->focus, fds[0]), 0);

	return fds[1];
}


void room_mixer_attach(struct focus_room *r, struct fake_mixer *m)
{
	struct mixer_capabilities capable;
	json_t *hello;

	m->fd = room_mixer_socket(r);
	CU_ASSERT_EQUAL_FATAL(link_alloc(&m->link, m->fd, request_h, NULL, m),
			      0);
	hello = json_pack("{s:s,s:i,s:i,s:i}", "event", "hello", "version",
			  MP_VERSION, "pid", 1, "webrtc_port", 1);
	mixer_capabilities_base(&capable);
	CU_ASSERT_EQUAL(mixer_capabilities_write(&capable, hello), 0);
	link_event(m->link, hello);
	room_turn(5);
}


void room_mixer_start(struct focus_room *r)
{
	room_mixer_attach(r, &r->mixer);
}


void room_mixer_kill(struct focus_room *r)
{
	r->mixer.link = mem_deref(r->mixer.link);
	room_turn(30);
}


static void event_h(const json_t *event, void *arg)
{
	struct focus_room *r = arg;

	failing_pause();
	json_array_append_new(r->events, json_deep_copy(event));
	failing_resume();
}


const char *room_conferences = "max_conferences=2";


void room_open(struct focus_room *r)
{
	room_open_with(r, 1);
}


void room_open_with(struct focus_room *r, unsigned mixers)
{
	char count[32];
	const char *const overrides[] = {count, "max_participants=4",
					 room_conferences};
	struct config_error error;

	memset(r, 0, sizeof(*r));
	(void)re_snprintf(count, sizeof(count), "mixers=%u", mixers);
	log_level_set(LOG_LEVEL_ERROR);
	CU_ASSERT_EQUAL_FATAL(
		config_load(&r->config, NULL, overrides, 3, &error), 0);
	CU_ASSERT_EQUAL_FATAL(focus_alloc(&r->focus, r->config), 0);
	r->events = json_array();
	r->mixer.requests = json_array();
	CU_ASSERT_EQUAL_FATAL(
		focus_subscribe(&r->watch, r->focus, NULL, event_h, r), 0);
	room_mixer_start(r);
}


void room_close(struct focus_room *r)
{
	mem_deref(r->watch);
	mem_deref(r->focus);
	mem_deref(r->mixer.link);
	mem_deref(r->config);
	json_decref(r->events);
	json_decref(r->mixer.requests);
	json_decref(r->answer);
}


static void reoffer(void *session)
{
	struct party *p = session;

	p->reoffers++;
}


static void end(void *session, enum reason reason)
{
	struct party *p = session;

	p->ends++;
	p->end_reason = reason;
	p->ep = NULL;
}


static bool is_cut_off(const void *session)
{
	const struct party *p = session;

	return p->cut_off;
}


static void told(void *session, struct chat_message *m)
{
	struct party *p = session;
	const size_t n = strlen(p->told);

	(void)re_snprintf(p->told + n, sizeof(p->told) - n, "%llu %s: %s\n",
			  m->number, m->label, m->text);
}


static void move(void *session, const char *conference)
{
	struct party *p = session;

	(void)str_ncpy(p->moves_to, conference, sizeof(p->moves_to));
}


static void reshape(void *session)
{
	struct party *p = session;

	p->reshapes++;
}


/* What it is means nothing to the focus */
static struct passed_group *passable(void *session, const char *prefix,
				     bool all)
{
	struct party *p = session;

	(void)prefix;
	p->all = all;

	return p->room->passable ? mem_zalloc(1, NULL) : NULL;
}


static struct passed_group *passed(void *session)
{
	const struct party *p = session;

	return p->passed;
}


static void leg_h(enum reason reason, const struct leg_local *local, void *arg)
{
	struct focus_room *r = arg;

	(void)local;
	r->replies++;
	r->reason = reason;
}


struct leg_description *room_leg(void)
{
	struct leg_description *leg = NULL;
	struct media_description *m;

	CU_ASSERT_EQUAL_FATAL(leg_description_alloc(&leg, 1, 1), 0);
	m = &leg->media[0];
	m->send = m->recv = true;
	m->codec_count = 1;
	str_ncpy(m->codecs[0].name, "opus", sizeof(m->codecs[0].name));
	return leg;
}


static struct join who_joins(const struct focus_room *r, struct party *p,
			     const char *conference, const char *aor,
			     const char *display)
{
	static const struct session_ops ops = {
		reoffer, end,     is_cut_off, told,
		move,    reshape, passable,   passed,
	};
	return (struct join){
		.conference = conference,
		.aor = aor,
		.display = display,
		.entity = r->entity ? r->entity : aor,
		.agent = "Phone/1",
		.factory = r->factory,
		.moved = r->moved,
		.anonymous = r->anonymous,
		.dialled_out = r->dialled_out,
		.known = r->known,
		.webrtc = r->webrtc,
		.has_page = r->webrtc,
		.secret = r->secret,
		.referrer = r->referrer,
		.replaces = r->replaces_leg != 0,
		.replaces_leg = r->replaces_leg,
		.inherits = r->inherits,
		.ops = &ops,
		.session = p,
	};
}


enum reason room_join_begin(struct focus_room *r, struct party *p,
			    const char *conference, const char *aor,
			    const char *display)
{
	const struct join join = who_joins(r, p, conference, aor, display);
	struct leg_description *leg;
	enum reason reason;

	failing_pause();
	leg = room_leg();
	failing_resume();
	memset(p, 0, sizeof(*p));
	p->room = r;
	reason = focus_join(r->focus, &p->ep, &join, leg, leg_h, r);
	mem_deref(leg);

	return reason;
}


enum reason room_move(struct focus_room *r, struct party *p,
		      const char *conference, const char *aor,
		      const char *display)
{
	struct join join = who_joins(r, p, conference, aor, display);

	join.moved = true;
	join.from = p->ep;

	return focus_move(r->focus, &p->ep, &join, leg_h, r);
}


enum reason room_join(struct focus_room *r, struct party *p,
		      const char *conference, const char *aor,
		      const char *display)
{
	unsigned before = r->replies;
	enum reason reason = room_join_begin(r, p, conference, aor, display);

	if (reason)
		return reason;

	for (int turns = 0; r->replies == before && turns < 400; turns++)
		room_turn(5);
	CU_ASSERT_EQUAL(r->replies, before + 1);
	if (r->reason)
		return r->reason;

	focus_connected(p->ep);

	return REASON_NONE;
}


static void command_h(json_t *reply, void *arg)
{
	struct focus_room *r = arg;

	json_decref(r->answer);
	r->answer = json_deep_copy(reply);
}


void room_command_by(struct focus_room *r, const struct asker *asker,
		     const char *text)
{
	json_t *command = json_loads(text, 0, NULL);

	json_decref(r->answer);
	r->answer = NULL;
	focus_command(NULL, r->focus, asker, command, command_h, r);
	json_decref(command);
}


void room_command(struct focus_room *r, const char *text)
{
	static const struct asker host = {.operates = true};

	room_command_by(r, &host, text);
}


bool room_ok(const struct focus_room *r)
{
	return json_is_true(json_object_get(r->answer, "ok"));
}


/** Last of the objects whose `key` is `value`; how many in *count */
static json_t *find(const json_t *list, const char *key, const char *value,
		    unsigned *count)
{
	json_t *last = NULL, *o;
	size_t i;

	*count = 0;
	json_array_foreach (list, i, o) {
		if (strcmp(json_string_value(json_object_get(o, key)), value))
			continue;
		last = o;
		(*count)++;
	}

	return last;
}


unsigned mixer_count(const struct fake_mixer *m, const char *op)
{
	unsigned n;

	(void)find(m->requests, "op", op, &n);

	return n;
}


json_t *mixer_last(const struct fake_mixer *m, const char *op)
{
	unsigned n;

	return find(m->requests, "op", op, &n);
}


void mixer_say(struct fake_mixer *m, json_t *event)
{
	link_event(m->link, event);
	room_turn(5);
}


void mixer_say_bytes(struct fake_mixer *m, const void *bytes, size_t len)
{
	CU_ASSERT_EQUAL(send(m->fd, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
	room_turn(5);
}


unsigned event_count(const struct focus_room *r, const char *type)
{
	unsigned n;

	(void)find(r->events, "type", type, &n);

	return n;
}


json_t *event_last(const struct focus_room *r, const char *type)
{
	unsigned n;

	return find(r->events, "type", type, &n);
}


const json_t *room_line(struct focus_room *r, const struct party *p,
			const json_t **user)
{
	const json_t *users, *u, *e;
	size_t i, j;

	room_command(r, "{\"verb\":\"show\",\"conference\":\"demo\"}");
	users = json_object_get(json_object_get(r->answer, "conference"),
				"users");
	json_array_foreach ((json_t *)(uintptr_t)users, i, u) {
		json_array_foreach (json_object_get(u, "endpoints"), j, e) {
			if (json_integer_value(
				    json_object_get(e, "endpoint")) ==
			    focus_endpoint_number(p->ep)) {
				*user = u;
				return e;
			}
		}
	}
	CU_FAIL_FATAL("not on the roster");

	return NULL;
}
