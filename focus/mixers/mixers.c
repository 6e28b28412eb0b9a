/**
 * @file focus/mixers/mixers.c  The media servers: started, watched, replaced
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "focus/config/config.h"
#include "focus/mixers/mixer_output.h"
#include "focus/mixers/mixer_process.h"
#include "focus/mixers/mixers.h"
#include "mixer/base/clock.h"
#include "mixer/base/log.h"
#include "mixer/mp/protocol.h"


enum {
	/** A killed process is looked for so often until it is reaped */
	REAP_INTERVAL_MS = 20,
	/** At the end: so long it may take to close by itself */
	END_GRACE_MS = 500,
	/** What one tells of a leg in a second is less: 32 keys, 4 sizes of
	 *  its picture, a few beginnings and ends of talk */
	EVENTS_PER_S = 64,
	/** Legs that are gone may still be told of */
	EVENTS_SPARE_LEGS = 16,
	/** Who was stopped finds so much of it at once */
	EVENTS_AHEAD_US = 10 * 1000000,
};

enum mixer_state {
	MIXER_EMPTY,    /**< nothing in the slot */
	MIXER_STARTING, /**< has a link, no hello yet */
	MIXER_UP,
	MIXER_DYING,   /**< killed, not reaped */
	MIXER_PAUSING, /**< next start is on the timer */
};

struct mixer {
	struct mixers *mixers;
	unsigned index;
	enum mixer_state state;
	struct link *link;
	int fd; /**< the link's, to shut it down */
	pid_t pid;
	struct mixer_output *output; /**< of its process; NULL: none */
	bool own;        /**< we start the processes in this slot */
	bool died_young; /**< the one before this did */
	bool lied;       /**< it is about to be closed */
	struct tmr tmr;  /**< ping, reaping or pause, by state */
	uint64_t started_ms, watched_ms, pause_ms;
	uint64_t events_us; /**< when its events of up to now were due */
	unsigned legs, deaths;
	struct mixer_capabilities capable;
};

struct mixers {
	const struct config *config;
	struct mixers_handlers h;
	unsigned count;
	struct mixer slot[];
};


static void start_slot(struct mixer *m);


static const char *state_name(enum mixer_state state)
{
	static const char *const names[] = {"empty", "starting", "up", "dying",
					    "pausing"};

	return names[state];
}


static uint64_t now_ms(void)
{
	return clock_us() / 1000;
}


static void set_state(struct mixer *m, enum mixer_state state)
{
	log_debug("mixers", "state mixer=%u from=%s to=%s", m->index,
		  state_name(m->state), state_name(state));
	m->state = state;
}


static void pause_h(void *arg)
{
	start_slot(arg);
}


/** The slot is empty: fill it again, slower if mixers die young in it */
static void plan_start(struct mixer *m)
{
	uint64_t lived = now_ms() - m->started_ms;

	if (lived >= MIXER_YOUNG_MS)
		m->pause_ms = 0;
	else if (!m->pause_ms)
		m->pause_ms = MIXER_PAUSE_MIN_MS;
	else if (m->pause_ms < MIXER_PAUSE_MAX_MS / 2)
		m->pause_ms *= 2;
	else
		m->pause_ms = MIXER_PAUSE_MAX_MS;

	set_state(m, MIXER_PAUSING);
	tmr_start(&m->tmr, m->pause_ms, pause_h, m);
}


static void log_death(const struct mixer *m, int status)
{
	if (WIFSIGNALED(status))
		log_warn("mixers", "ended mixer=%u pid=%d signal=%d", m->index,
			 (int)m->pid, WTERMSIG(status));
	else
		log_warn("mixers", "ended mixer=%u pid=%d status=%d", m->index,
			 (int)m->pid, WEXITSTATUS(status));
}


static void reap_h(void *arg)
{
	struct mixer *m = arg;
	int status = 0;

	if (m->pid > 0) {
		pid_t pid = waitpid(m->pid, &status, WNOHANG);

		if (!pid) {
			tmr_start(&m->tmr, REAP_INTERVAL_MS, reap_h, m);
			return;
		}

		if (pid == m->pid)
			log_death(m, status);
		m->pid = 0;
	}

	if (m->own)
		plan_start(m);
	else
		set_state(m, MIXER_EMPTY);
}


/** It is dead, or must be: no link any more, then no process */
static void bury(struct mixer *m)
{
	bool was_up = m->state == MIXER_UP;
	struct link *link = m->link;

	m->link = NULL;
	m->legs = 0;
	m->deaths++;
	m->died_young = now_ms() - m->started_ms < MIXER_YOUNG_MS;
	set_state(m, MIXER_DYING);

	if (m->pid > 0)
		(void)kill(m->pid, SIGKILL);

	tmr_start(&m->tmr, 1, reap_h, m);
	mem_deref(link);

	if (was_up && m->mixers->h.down)
		m->mixers->h.down(m, m->mixers->h.arg);
}


static void close_h(int err, void *arg)
{
	struct mixer *m = arg;

	log_warn("mixers", "link closed mixer=%u pid=%d error=%d", m->index,
		 (int)m->pid, err);
	bury(m);
}


/** Whoever is busy answers late: that it does is seen on the link */
static void ping(struct mixer *m)
{
	json_t *msg = json_pack("{s:s}", "op", "ping");

	if (msg)
		(void)link_request(m->link, msg, NULL, NULL);
}


/** The closing link then tells everybody who waits for an answer, and us */
static void put_down(struct mixer *m)
{
	if (m->pid > 0)
		(void)kill(m->pid, SIGKILL);
	(void)shutdown(m->fd, SHUT_RDWR);
}


/** Why it is dead; NULL: it lives. It is pinged, so that it always has
 *  something to say; the answers of one that is busy trickle */
static const char *death_sign(const struct mixer *m, uint64_t now)
{
	if (m->state != MIXER_UP)
		return now - m->started_ms > MIXER_HELLO_MAX_MS ? "no hello"
								: NULL;

	if (link_silent_us(m->link) > MIXER_SILENCE_MAX_MS * 1000)
		return "silent";

	return link_owing_us(m->link) > MIXER_DEAF_MAX_MS * 1000 ? "deaf"
								 : NULL;
}


void mixer_lied(struct mixer *m, const char *why)
{
	if (m->lied || !m->link)
		return;

	m->lied = true;
	log_error("mixers", "lied mixer=%u pid=%d why=%s", m->index,
		  (int)m->pid, why);
	put_down(m);
}


/** Pings while it is up, and a deadline for its hello before */
static void watch(void *arg)
{
	struct mixer *m = arg;
	uint64_t now = now_ms();
	const char *sign = death_sign(m, now);
	bool slept = now - m->watched_ms > 2 * MIXER_PING_INTERVAL_MS;

	m->watched_ms = now;

	/* one who was stopped himself cannot tell who was silent meanwhile */
	if (!slept && sign) {
		log_error("mixers", "dead mixer=%u pid=%d sign=\"%s\"",
			  m->index, (int)m->pid, sign);
		put_down(m);
		return;
	}

	tmr_start(&m->tmr, MIXER_PING_INTERVAL_MS, watch, m);
	if (m->state == MIXER_UP)
		ping(m);
}


/** Has it a codec for sound that we know, too? */
static bool can_be_heard(const struct mixer_capabilities *c)
{
	struct mixer_capabilities known;

	mixer_capabilities_base(&known);
	mixer_capabilities_meet(&known, c);
	for (size_t i = 0; i < known.codec_count; i++) {
		if (known.codecs[i].kind == MEDIA_AUDIO)
			return true;
	}

	return false;
}


static void hello(struct mixer *m, const json_t *msg)
{
	json_int_t version =
		json_integer_value(json_object_get(msg, "version"));
	char why[DESCRIPTION_WHY_BYTES];

	if (m->state != MIXER_STARTING) {
		mixer_lied(m, "a second hello");
		return;
	}

	if (version != MP_VERSION) {
		log_error("mixers", "version mixer=%u has=%d want=%d",
			  m->index, (int)version, MP_VERSION);
		put_down(m);
		return;
	}

	if (mixer_capabilities_read(&m->capable, msg, why)) {
		log_error("mixers", "hello mixer=%u %s", m->index, why);
		put_down(m);
		return;
	}

	/* nobody could call while it is up: see mixers_capable() */
	if (!can_be_heard(&m->capable)) {
		log_error("mixers", "hello mixer=%u codecs: no known audio",
			  m->index);
		put_down(m);
		return;
	}

	set_state(m, MIXER_UP);
	log_info("mixers", "up mixer=%u pid=%d", m->index, (int)m->pid);

	if (m->mixers->h.up)
		m->mixers->h.up(m, m->mixers->h.arg);
}


/** Each is due so long after the one before it, or they run ahead of time */
static bool says_too_much(struct mixer *m)
{
	uint64_t now = clock_us();

	if (m->events_us < now)
		m->events_us = now;
	m->events_us += 1000000 / (EVENTS_PER_S *
				   (EVENTS_SPARE_LEGS + (uint64_t)m->legs));

	return m->events_us - now > EVENTS_AHEAD_US;
}


static void message_h(json_t *msg, void *arg)
{
	struct mixer *m = arg;
	const char *name = json_string_value(json_object_get(msg, "event"));

	if (says_too_much(m))
		mixer_lied(m, "more events than can have happened");

	if (!name || m->lied)
		return;

	if (!strcmp(name, "hello"))
		hello(m, msg);
	else if (m->state == MIXER_UP && m->mixers->h.event)
		m->mixers->h.event(m, msg, m->mixers->h.arg);
}


static int adopt(struct mixer *m, int fd, pid_t pid)
{
	int err;

	err = link_alloc(&m->link, fd, message_h, close_h, m);
	if (err)
		return err;

	link_set_strict(m->link);
	m->fd = fd;
	m->pid = pid;
	m->legs = 0;
	m->lied = false;
	m->events_us = 0;
	m->started_ms = now_ms();
	m->watched_ms = m->started_ms;
	set_state(m, MIXER_STARTING);
	tmr_start(&m->tmr, MIXER_PING_INTERVAL_MS, watch, m);

	return 0;
}


static int try_start(struct mixer *m)
{
	pid_t pid = 0;
	int fd = -1, output = -1, err;

	/* all that the one before has said */
	m->output = mem_deref(m->output);
	err = mixer_process_start(m->mixers->config, m->index, &fd, &output,
				  &pid);
	if (err)
		return err;

	err = mixer_output_alloc(&m->output, m->index, output);
	if (err)
		(void)close(output);
	else
		err = adopt(m, fd, pid);
	if (err) {
		(void)close(fd);
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
	}

	return err;
}


static void start_slot(struct mixer *m)
{
	int err = try_start(m);

	if (!err)
		return;

	log_error("mixers", "cannot start mixer=%u program=%s error=%s",
		  m->index, m->mixers->config->mixer_program, strerror(err));
	m->started_ms = now_ms();
	m->deaths++;
	plan_start(m);
}


/** Closing the link tells it to go; a deaf one is killed */
static void end_slots(struct mixers *ms)
{
	uint64_t deadline = now_ms() + END_GRACE_MS;

	for (unsigned i = 0; i < ms->count; i++) {
		struct mixer *m = &ms->slot[i];

		tmr_cancel(&m->tmr);
		m->link = mem_deref(m->link);
		if (m->pid > 0)
			(void)kill(m->pid, SIGTERM);
	}

	for (unsigned i = 0; i < ms->count; i++) {
		struct mixer *m = &ms->slot[i];

		while (m->pid > 0 && !waitpid(m->pid, NULL, WNOHANG)) {
			if (now_ms() >= deadline)
				(void)kill(m->pid, SIGKILL);
			sys_msleep(5);
		}
		m->pid = 0;
		m->output = mem_deref(m->output);
	}
}


static void mixers_destructor(void *arg)
{
	end_slots(arg);
}


int mixers_alloc(struct mixers **mp, const struct config *config,
		 const struct mixers_handlers *handlers)
{
	struct mixers *ms;

	if (!mp || !config || !handlers || !config->mixers)
		return EINVAL;

	ms = mem_zalloc(sizeof(*ms) + config->mixers * sizeof(ms->slot[0]),
			mixers_destructor);
	if (!ms)
		return ENOMEM;

	ms->config = config;
	ms->h = *handlers;
	ms->count = config->mixers;
	for (unsigned i = 0; i < ms->count; i++) {
		ms->slot[i].mixers = ms;
		ms->slot[i].index = i;
		tmr_init(&ms->slot[i].tmr);
	}

	*mp = ms;

	return 0;
}


int mixers_start(struct mixers *ms)
{
	int err = 0;

	for (unsigned i = 0; i < ms->count; i++) {
		struct mixer *m = &ms->slot[i];

		if (m->state != MIXER_EMPTY)
			continue;

		m->own = true;
		start_slot(m);
		if (m->state == MIXER_PAUSING && !err)
			err = ENOENT;
	}

	return err;
}


int mixers_attach(struct mixers *ms, int fd)
{
	for (unsigned i = 0; i < ms->count; i++) {
		if (ms->slot[i].state == MIXER_EMPTY)
			return adopt(&ms->slot[i], fd, 0);
	}

	return ENOSPC;
}


unsigned mixers_count(const struct mixers *ms)
{
	return ms ? ms->count : 0;
}


unsigned mixers_up_count(const struct mixers *ms)
{
	unsigned n = 0;

	for (unsigned i = 0; i < mixers_count(ms); i++)
		n += ms->slot[i].state == MIXER_UP;

	return n;
}


bool mixers_is_starting(const struct mixers *ms)
{
	for (unsigned i = 0; i < mixers_count(ms); i++) {
		if (ms->slot[i].state == MIXER_STARTING)
			return true;
	}

	return false;
}


struct mixer *mixers_at(const struct mixers *ms, unsigned i)
{
	if (i >= mixers_count(ms))
		return NULL;

	return (struct mixer *)&ms->slot[i];
}


/** It has too much to do, or its predecessor died young, and it may do so, too
 */
static bool is_troubled(const struct mixer *m, uint64_t now)
{
	return mixer_is_congested(m) ||
	       (m->died_young && now - m->started_ms < MIXER_YOUNG_MS);
}


static bool is_better(const struct mixer *m, const struct mixer *best,
		      uint64_t now)
{
	bool trouble = is_troubled(m, now), worse = is_troubled(best, now);

	return trouble == worse ? m->legs < best->legs : worse;
}


struct mixer *mixers_pick_if(const struct mixers *ms,
			     bool (*h)(const struct mixer *m, void *arg),
			     void *arg)
{
	uint64_t now = now_ms();
	struct mixer *best = NULL;

	for (unsigned i = 0; i < mixers_count(ms); i++) {
		struct mixer *m = mixers_at(ms, i);

		if (m->state == MIXER_UP && (!h || h(m, arg)) &&
		    (!best || is_better(m, best, now)))
			best = m;
	}

	return best;
}


struct mixer *mixers_pick(const struct mixers *ms)
{
	return mixers_pick_if(ms, NULL, NULL);
}


unsigned mixer_index(const struct mixer *m)
{
	return m->index;
}


bool mixer_is_up(const struct mixer *m)
{
	return m && m->state == MIXER_UP;
}


bool mixer_is_congested(const struct mixer *m)
{
	return mixer_is_up(m) &&
	       link_is_congested(m->link, MIXER_CONGESTED_MS);
}


void mixers_capable(const struct mixers *ms, struct mixer_capabilities *c)
{
	bool any = false;

	mixer_capabilities_base(c);
	for (unsigned i = 0; i < mixers_count(ms); i++) {
		const struct mixer *m = &ms->slot[i];

		if (m->state != MIXER_UP)
			continue;
		if (any)
			mixer_capabilities_meet(c, &m->capable);
		else
			*c = m->capable;
		any = true;
	}
}


int mixer_pid(const struct mixer *m)
{
	return (int)m->pid;
}


unsigned mixer_deaths(const struct mixer *m)
{
	return m->deaths;
}


void mixer_leg_added(struct mixer *m)
{
	m->legs++;
}


void mixer_leg_removed(struct mixer *m)
{
	if (m->legs)
		m->legs--;
}


int mixer_request(struct mixer *m, json_t *msg, link_reply_h *replyh,
		  void *arg)
{
	if (!msg)
		return ENOMEM;

	if (!mixer_is_up(m)) {
		json_decref(msg);
		return ENOTCONN;
	}

	return link_request(m->link, msg, replyh, arg);
}


void mixer_forget(struct mixer *m, const void *arg)
{
	if (m && m->link)
		link_forget(m->link, arg);
}
