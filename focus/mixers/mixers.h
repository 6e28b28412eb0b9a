/**
 * @file focus/mixers/mixers.h  The media servers: started, watched, replaced
 *
 * A fixed set of slots, one a mixer. A slot outlives the process in it: when
 * the link closes or the mixer says nothing although it is pinged, the process
 * is killed, reaped and another is started in its place, at once, or after a
 * pause if it died young. One that is busy lives: whatever it says counts, and
 * no more calls are given to it than it gets done in time. That the link
 * closed is the one sign of death (a process that ends closes it), so no
 * SIGCHLD is needed. So is one that lies: it reads what strangers send, and
 * may have been taken over by one. Lives on parleyd's loop. The vocabulary is
 * mixer/mp/protocol.h.
 */
#ifndef PARLEY_FOCUS_MIXERS_MIXERS_H
#define PARLEY_FOCUS_MIXERS_MIXERS_H

#include <stdbool.h>
#include <jansson.h>
#include "mixer/mp/capabilities.h"
#include "mixer/mp/link.h"

struct mixers;
struct mixer;
struct config;

enum {
	MIXER_PING_INTERVAL_MS = 1000,
	/** Nothing said for so long: dead */
	MIXER_SILENCE_MAX_MS = 3000,
	/** No request answered for so long, whatever else it says: as good as
	 *  dead */
	MIXER_DEAF_MAX_MS = 30000,
	/** Who would wait longer for it does not come in: he would give up by
	 *  MP_REPLY_DEADLINE_MS, and the mixer do it all the same */
	MIXER_CONGESTED_MS = 1500,
	/** Until its hello: a busy machine takes long to load it, and one that
	 *  fails ends by itself */
	MIXER_HELLO_MAX_MS = 30000,
	/** A mixer that lived shorter than this died young */
	MIXER_YOUNG_MS = 5000,
	/** First and longest pause before the next start */
	MIXER_PAUSE_MIN_MS = 100,
	MIXER_PAUSE_MAX_MS = 5000,
};

/** What the focus wants to know; called on the loop, must not free mixers */
struct mixers_handlers {
	void (*up)(struct mixer *m, void *arg);   /**< said hello */
	void (*down)(struct mixer *m, void *arg); /**< was up, is gone */
	void (*event)(struct mixer *m, const json_t *event, void *arg);
	void *arg;
};

/** @param config Borrowed; gives number, program and ports */
int mixers_alloc(struct mixers **mp, const struct config *config,
		 const struct mixers_handlers *handlers);

/** Start a process in every empty slot. @return 0 or errno of the first that
 *  failed; those are tried again by themselves */
int mixers_start(struct mixers *ms);

/** Put a link to a running mixer into an empty slot (tests, mixers on other
 *  hosts). @return 0, ENOSPC, errno of link_alloc(); fd is taken on success */
int mixers_attach(struct mixers *ms, int fd);

/** Slots, and those that are up */
unsigned mixers_count(const struct mixers *ms);
unsigned mixers_up_count(const struct mixers *ms);

/** Whether one runs that has not said hello yet */
bool mixers_is_starting(const struct mixers *ms);

/** A slot by its index; NULL after the last */
struct mixer *mixers_at(const struct mixers *ms, unsigned i);

/** The mixer that is up and has the fewest legs; one that is congested, or
 *  young and its predecessor died young, only if there is no other. NULL if
 *  none is up */
struct mixer *mixers_pick(const struct mixers *ms);

/** The same among those for which `h` says so */
struct mixer *mixers_pick_if(const struct mixers *ms,
			     bool (*h)(const struct mixer *m, void *arg),
			     void *arg);

unsigned mixer_index(const struct mixer *m);
bool mixer_is_up(const struct mixer *m);

/** Whether it has more requests to answer than it will in MIXER_CONGESTED_MS:
 *  new calls had better come again later. False while it is down */
bool mixer_is_congested(const struct mixer *m);

/** What every mixer that is up can do, as a call may be moved to another;
 *  the base set while none is up */
void mixers_capable(const struct mixers *ms, struct mixer_capabilities *c);

/** Process id, 0 for none */
int mixer_pid(const struct mixer *m);

/** Times its process was replaced */
unsigned mixer_deaths(const struct mixer *m);

/** Keep account of the legs on it */
void mixer_leg_added(struct mixer *m);
void mixer_leg_removed(struct mixer *m);

/** It said what no mixer says: it is told in the log, once, and another takes
 *  its place. Later, from the loop: what waits for its answers hears the end
 *  of the link then. `why` is ours, not from the peer */
void mixer_lied(struct mixer *m, const char *why);

/** As link_request(); steals msg. @return also ENOTCONN when it is down */
int mixer_request(struct mixer *m, json_t *msg, link_reply_h *replyh,
		  void *arg);

/** As link_tell(): what must not be lost. @return also ENOTCONN when it is
 *  down; whoever is up next is told anew */
int mixer_tell(struct mixer *m, const char *text);

/**
 * Tell all mixers, and those that come, at which ports by TCP somebody listens
 * for ICE who hands over what connects there (ice.listen)
 *
 * @param ports For each media address, 0: nobody
 */
void mixers_set_tcp_ports(struct mixers *ms, const uint16_t *ports,
			  size_t count);

/** What one has said: a leg of it has this ufrag. mem_deref() forgets it */
struct mixer_ufrag;

/** @return 0, ENOMEM */
int mixer_ufrag_alloc(struct mixer_ufrag **up, struct mixer *m,
		      const char *ufrag);

/** Is it that one? */
bool mixer_ufrag_is(const struct mixer_ufrag *u, const char *ufrag);

/** Has one of them a leg with that ufrag? */
bool mixers_have(const struct mixers *ms, const char *ufrag, size_t len);

/**
 * Hand a TCP connection over to the mixer that has the leg it begins with a
 * check for (ice.take)
 *
 * @param fd Borrowed: to be closed afterwards in any case
 * @return 0; ENOENT: nobody has; EAGAIN: that mixer is not quick enough just
 *         now, ENOTCONN, EPIPE: or is gone
 */
int mixers_hand_over(const struct mixers *ms, const char *ufrag, size_t len,
		     int fd);

/** As link_forget() */
void mixer_forget(struct mixer *m, const void *arg);

#endif
