/**
 * @file focus/parleyd/daemon.h  What a running parleyd is made of
 *
 * Of this folder alone. The rooms are put together in order (main.c, then
 * rooms.c as soon as there is a mixer) and taken apart in the reverse one.
 * Loop thread.
 */
#ifndef PARLEY_FOCUS_PARLEYD_DAEMON_H
#define PARLEY_FOCUS_PARLEYD_DAEMON_H

#include "focus/config/config.h"
#include "focus/parleyd/options.h"
#include "focus/parleyd/supervisor.h"
#include "mixer/base/re.h"

struct daemon {
	struct options options;
	struct config *config;
	struct store *store;
	struct user_store *users;
	struct member_store *members;
	struct conference_store *conferences;
	struct focus *focus;
	struct transport_layer *layer;
	struct page *page;
	struct notifiers *notifiers;
	struct conference_events *events;
	struct auth *auth;
	struct registrar *registrar;
	struct credentials *credentials;
	struct accounts *accounts;
	struct sessions *sessions;
	struct control *control;
	struct supervisor supervisor;
	struct tmr store_retry;
	struct tmr daily;
	struct tmr tmr;
	int signals;
	int status;
	unsigned goodbyes; /**< still to be said */
	bool ending;
};

/** A part of the start */
struct daemon_step {
	const char *part; /**< what the log calls it */
	int (*start)(struct daemon *d);
};

/** Log what cannot be started, and tell the loop to end */
void daemon_fail(struct daemon *d, const char *part, int err);

/**
 * Start one part after the other, up to the first that cannot: then as
 * daemon_fail()
 *
 * @return 0 or errno of that part
 */
int daemon_start(struct daemon *d, const struct daemon_step steps[], size_t n);

/** There is a mixer, or there is none (err): the rooms of signaling open. A
 *  handler of focus_start(); arg is the daemon */
void daemon_rooms_h(int err, void *arg);

/** Close and free them all, the focus and the store */
void daemon_rooms_free(struct daemon *d);

/** The line that tells those who started it where to call */
void daemon_print_ready(const struct daemon *d);

/** Look at the certificate now and once a day: one that was made anew, by us
 *  or by a client of ACME, is shown in time */
void daemon_watch_certificate(struct daemon *d);

/** SIGHUP: read log_level and the certificate's files anew */
void daemon_reload(struct daemon *d);

/** End all calls, then the loop; a second time: the loop at once */
void daemon_end(struct daemon *d, int sig);

#endif
