/**
 * @file focus/conference/user_media.c  Endpoints whose media has ended
 *
 * A dialog lives by SIP. What carries its media may end before it does, and
 * be replaced.
 */
#include "focus/conference/user.h"


enum {
	/** So long it may be without, and say nothing */
	RENEWAL_MS = 5000,
};


bool endpoint_is_cut_off(const struct endpoint *ep)
{
	return ep->ops && ep->ops->is_cut_off &&
	       ep->ops->is_cut_off(ep->session);
}


static void ended_h(void *arg)
{
	struct endpoint *ep = arg;

	endpoint_evict(ep, ep->ended_reason);
}


void endpoint_media_ended(struct endpoint *ep, enum reason reason)
{
	const bool cut_off = endpoint_is_cut_off(ep);

	ep->ended_reason = reason;
	ep->media_over = true;
	/* who holds needs none; the offer that ends it renews it */
	if (cut_off || !ep->held)
		tmr_start(&ep->ended_tmr, cut_off ? 0 : RENEWAL_MS, ended_h,
			  ep);
	endpoint_set_talking(ep, false);
	endpoint_set_camera(ep, false, 0, 0);
	endpoint_set_media(ep, NULL, false);
}


void endpoint_media_renewed(struct endpoint *ep)
{
	ep->media_over = false;
	tmr_cancel(&ep->ended_tmr);
}


void endpoint_cut_off(struct endpoint *ep)
{
	endpoint_update_bearers(ep);
	if (ep->media_over && endpoint_is_cut_off(ep))
		tmr_start(&ep->ended_tmr, 0, ended_h, ep);
}
