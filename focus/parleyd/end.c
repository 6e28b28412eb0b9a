/**
 * @file focus/parleyd/end.c  Goodbyes, in order
 */
#include "focus/conference/focus.h"
#include "focus/parleyd/daemon.h"
#include "signaling/account/account.h"
#include "signaling/session/session.h"
#include "signaling/transport/layer.h"


enum { END_MAX_MS = 2500 /* goodbyes may take so long */ };


static void deadline_h(void *arg)
{
	(void)arg;

	log_warn("parleyd", "goodbyes took too long");
	re_cancel();
}


static void focus_done_h(void *arg)
{
	struct daemon *d = arg;

	/* the sessions have waited for their transactions already */
	if (d->layer)
		layer_close(d->layer, true);
	else
		re_cancel();
}


static void goodbye_h(void *arg)
{
	struct daemon *d = arg;

	if (!--d->goodbyes)
		focus_shutdown(d->focus, focus_done_h, d);
}


void daemon_end(struct daemon *d, int sig)
{
	if (d->ending) {
		re_cancel();
		return;
	}

	log_info("parleyd", "ending signal=%d", sig);
	d->ending = true;
	supervisor_stopping(&d->supervisor);
	tmr_start(&d->tmr, END_MAX_MS, deadline_h, d);
	d->control = mem_deref(d->control);

	d->goodbyes = 1;
	if (d->sessions) {
		d->goodbyes++;
		sessions_close(d->sessions, goodbye_h, d);
	}
	if (d->accounts) {
		d->goodbyes++;
		accounts_close(d->accounts, goodbye_h, d);
	}
	goodbye_h(d);
}
