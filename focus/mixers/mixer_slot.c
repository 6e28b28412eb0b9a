/**
 * @file focus/mixers/mixer_slot.c  The life of the mixer in a slot
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "focus/config/config.h"
#include "focus/mixers/mixer_output.h"
#include "focus/mixers/mixer_process.h"
#include "focus/mixers/mixers_private.h"
#include "mixer/base/log.h"


enum {
	/** A killed process is looked for so often until it is reaped */
	REAP_INTERVAL_MS = 20,
	/** What one tells of a leg in a second is less: 32 keys, 4 sizes of
	 *  its picture, a few beginnings and ends of talk */
	EVENTS_PER_S = 64,
	/** Legs that are gone may still be told of */
	EVENTS_SPARE_LEGS = 16,
	/** Who was stopped finds so much of it at once */
	EVENTS_AHEAD_US = 10 * 1000000,
};

/** Of each slot as much as if there were no other: who died is told, however
 *  many died before it */
#define say(m, level, ...)                                                    \
	LOG_OF_SEVERAL(CONFIG_MIXERS_MAX, (m)->index, level, "mixers",        \
		       __VA_ARGS__)


static const char *state_name(enum mixer_state state)
{
	static const char *const names[] = {"empty", "starting", "up", "dying",
					    "pausing"};

	return names[state];
}


static void set_state(struct mixer *m, enum mixer_state state)
{
	log_debug("mixers", "state mixer=%u from=%s to=%s", m->index,
		  state_name(m->state), state_name(state));
	m->state = state;
}


static void pause_h(void *arg)
{
	mixer_slot_start(arg);
}


/** The slot is empty: fill it again, slower if mixers die young in it */
static void plan_start(struct mixer *m)
{
	uint64_t lived = mixers_now_ms() - m->started_ms;

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
		say(m, LOG_LEVEL_WARN, "ended mixer=%u pid=%d signal=%d",
		    m->index, (int)m->pid, WTERMSIG(status));
	else
		say(m, LOG_LEVEL_WARN, "ended mixer=%u pid=%d status=%d",
		    m->index, (int)m->pid, WEXITSTATUS(status));
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
	m->died_young = mixers_now_ms() - m->started_ms < MIXER_YOUNG_MS;
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

	say(m, LOG_LEVEL_WARN, "link closed mixer=%u pid=%d error=%d",
	    m->index, (int)m->pid, err);
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
	say(m, LOG_LEVEL_ERROR, "lied mixer=%u pid=%d why=%s", m->index,
	    (int)m->pid, why);
	link_ignore(m->link);
	put_down(m);
}


/** Pings while it is up, and a deadline for its hello before */
static void watch(void *arg)
{
	struct mixer *m = arg;
	uint64_t now = mixers_now_ms();
	const char *sign = death_sign(m, now);
	bool slept = now - m->watched_ms > 2 * MIXER_PING_INTERVAL_MS;

	m->watched_ms = now;

	/* one who was stopped himself cannot tell who was silent meanwhile */
	if (!slept && sign) {
		say(m, LOG_LEVEL_ERROR, "dead mixer=%u pid=%d sign=\"%s\"",
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
		say(m, LOG_LEVEL_ERROR, "version mixer=%u has=%d want=%d",
		    m->index, (int)version, MP_VERSION);
		put_down(m);
		return;
	}

	if (mixer_capabilities_read(&m->capable, msg, why)) {
		say(m, LOG_LEVEL_ERROR, "hello mixer=%u %s", m->index, why);
		put_down(m);
		return;
	}

	/* nobody could call while it is up: see mixers_capable() */
	if (!can_be_heard(&m->capable)) {
		say(m, LOG_LEVEL_ERROR,
		    "hello mixer=%u codecs: no known audio", m->index);
		put_down(m);
		return;
	}

	set_state(m, MIXER_UP);
	say(m, LOG_LEVEL_INFO, "up mixer=%u pid=%d", m->index, (int)m->pid);
	mixer_tell_tcp_ports(m);

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


int mixer_slot_adopt(struct mixer *m, int fd, pid_t pid)
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
	m->started_ms = mixers_now_ms();
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
		err = mixer_slot_adopt(m, fd, pid);
	if (err) {
		(void)close(fd);
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
	}

	return err;
}


void mixer_slot_start(struct mixer *m)
{
	int err = try_start(m);

	if (!err)
		return;

	say(m, LOG_LEVEL_ERROR, "cannot start mixer=%u program=%s error=%s",
	    m->index, m->mixers->config->mixer_program, strerror(err));
	m->started_ms = mixers_now_ms();
	m->deaths++;
	plan_start(m);
}
