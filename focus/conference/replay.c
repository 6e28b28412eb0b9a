/**
 * @file focus/conference/replay.c  A mixer's process is gone, another comes
 */
#include "focus/conference/conference_private.h"
#include "focus/conference/replay.h"
#include "focus/conference/user.h"
#include "mixer/base/log.h"


enum {
	/** 50 re-offers a second: a core network takes that from one peer */
	REOFFER_INTERVAL_MS = 20,
};


static void lost_h(void *arg)
{
	struct conference *c = arg;

	log_warn("conference", "no mixer comes back name=%s mixer=%u", c->name,
		 mixer_index(c->mixer));
	endpoint_evict_all(c, REASON_NO_MIXER);
}


static void move_h(void *arg)
{
	struct conference *c = arg;

	if (conference_move(c))
		endpoint_each(c, replay_queue);
}


void replay_lost(struct conference *c)
{
	conference_lost(c, move_h, lost_h);
	endpoint_set_speaker(c, NULL);
	endpoint_each(c, endpoint_lost);
}


void replay_restore(struct conference *c)
{
	if (conference_restore(c))
		endpoint_each(c, replay_queue);
}


static void replay_h(void *arg)
{
	struct focus *f = arg;
	struct endpoint *ep = list_ledata(f->replay.head);

	if (ep) {
		list_unlink(&ep->replay_le);

		/* if it died again its return will queue them all again */
		if (ep->user->conference->placed)
			endpoint_reoffer(ep);
	}

	if (f->replay.head)
		tmr_start(&f->replay_tmr, REOFFER_INTERVAL_MS, replay_h, f);
}


void replay_queue(struct endpoint *ep)
{
	struct focus *f = ep->user->conference->focus;

	if (!ep->needs_reoffer || ep->replay_le.list ||
	    ep->status != ENDPOINT_CONNECTED || !ep->user->conference->placed)
		return;

	list_append(&f->replay, &ep->replay_le, ep);
	if (!tmr_isrunning(&f->replay_tmr))
		tmr_start(&f->replay_tmr, 1, replay_h, f);
}
