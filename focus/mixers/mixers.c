/**
 * @file focus/mixers/mixers.c  The media servers: all slots
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include "focus/config/config.h"
#include "focus/mixers/mixers_private.h"


enum {
	/** At the end: so long it may take to close by itself */
	END_GRACE_MS = 500,
	UFRAG_BUCKETS = 1024,
};


/** Closing the link tells it to go; a deaf one is killed */
static void end_slots(struct mixers *ms)
{
	uint64_t deadline = mixers_now_ms() + END_GRACE_MS;

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
			if (mixers_now_ms() >= deadline)
				(void)kill(m->pid, SIGKILL);
			sys_msleep(5);
		}
		m->pid = 0;
		m->output = mem_deref(m->output);
	}
}


static void mixers_destructor(void *arg)
{
	struct mixers *ms = arg;

	end_slots(ms);
	mem_deref(ms->ufrags);
}


int mixers_alloc(struct mixers **mp, const struct config *config,
		 const struct mixers_handlers *handlers)
{
	struct mixers *ms;
	int err;

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

	err = hash_alloc(&ms->ufrags, UFRAG_BUCKETS);
	if (err)
		mem_deref(ms);
	else
		*mp = ms;

	return err;
}


int mixers_start(struct mixers *ms)
{
	int err = 0;

	for (unsigned i = 0; i < ms->count; i++) {
		struct mixer *m = &ms->slot[i];

		if (m->state != MIXER_EMPTY)
			continue;

		m->own = true;
		mixer_slot_start(m);
		if (m->state == MIXER_PAUSING && !err)
			err = ENOENT;
	}

	return err;
}


int mixers_attach(struct mixers *ms, int fd)
{
	for (unsigned i = 0; i < ms->count; i++) {
		if (ms->slot[i].state == MIXER_EMPTY)
			return mixer_slot_adopt(&ms->slot[i], fd, 0);
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
	uint64_t now = mixers_now_ms();
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


int mixer_tell(struct mixer *m, const char *text)
{
	return mixer_is_up(m) ? link_tell(m->link, text) : ENOTCONN;
}


void mixer_forget(struct mixer *m, const void *arg)
{
	if (m && m->link)
		link_forget(m->link, arg);
}
