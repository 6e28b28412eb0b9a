/**
 * @file focus/conference/user_bearer.c  What carries an endpoint's media
 */
#include "focus/conference/user.h"


/** A description under way */
struct endpoint_request {
	struct le le; /**< in endpoint->requests */
	struct endpoint *ep;
	json_t *media;             /**< [MEDIA] if it is taken */
	struct crossing *crossing; /**< likewise */
	bool join;
	bool as_is; /**< what was described stays so */
	focus_leg_h *legh;
	void *arg;
};


static void endpoint_request_destructor(void *arg)
{
	struct endpoint_request *req = arg;

	list_unlink(&req->le);
	json_decref(req->media);
	mem_deref(req->crossing);
}


/** The ringback of a callee is nobody's voice until its dialog is confirmed,
 *  and a conference is not for callers whose ACK never comes */
static struct bearer_state state_of(const struct endpoint *ep)
{
	return (struct bearer_state){
		.name = endpoint_name(ep),
		.early = ep->status != ENDPOINT_CONNECTED,
		.aside = !endpoint_is_in(ep),
		.cut_off = endpoint_is_cut_off(ep),
		.levels = ep->levels,
		.proof = ep->proof,
		.crosses = ep->crosses,
	};
}


static void described_h(enum reason reason, const struct leg_local *local,
			void *arg)
{
	struct endpoint_request *req = arg;
	struct endpoint *ep = req->ep;
	focus_leg_h *legh = req->legh;
	void *legh_arg = req->arg;
	const bool join = req->join, as_is = req->as_is;
	json_t *media = json_incref(req->media);
	struct crossing *crossing = mem_ref(req->crossing);

	mem_deref(req);
	if (!reason && !as_is) {
		endpoint_set_media(ep, media, ep->media_connected);
		crossing_take(ep, crossing, local);
	}
	else {
		json_decref(media);
		mem_deref(crossing);
		if (reason && join)
			endpoint_remove(ep, reason);
	}

	if (legh)
		legh(reason, local, legh_arg);
}


/** Of what was asked before, nobody wants to hear any more */
static void supersede(const struct endpoint_request *by)
{
	for (struct le *le = by->le.prev; le; le = le->prev) {
		struct endpoint_request *req = le->data;

		if (!req->join)
			req->legh = NULL;
	}
}


enum reason endpoint_submit(struct endpoint *ep,
			    const struct leg_description *leg, bool join,
			    focus_leg_h *legh, void *arg)
{
	const struct bearer_state state = state_of(ep);
	struct bearer *b = ep->bearers[0];
	struct endpoint_request *req;
	enum reason reason;

	if (!leg->media_count)
		return REASON_BAD_REQUEST;

	req = mem_zalloc(sizeof(*req), endpoint_request_destructor);
	if (!req)
		return REASON_INTERNAL;

	req->ep = ep;
	req->join = join;
	req->legh = legh;
	req->arg = arg;
	req->media = media_json(leg);
	if (crossing_read(&req->crossing, ep->user->conference->focus, leg)) {
		mem_deref(req);
		return REASON_INTERNAL;
	}
	list_append(&ep->requests, &req->le, req);

	reason = b->prepared
			 ? b->ops->apply(b, leg, described_h, req)
			 : b->ops->prepare(b, leg, &state, described_h, req);
	if (reason)
		mem_deref(req);
	else
		supersede(req);

	return reason;
}


/** What is known of its far end, however it goes on */
static void resemble(struct endpoint *ep, struct endpoint *before)
{
	endpoint_swap_legs(ep, before);
	json_decref(ep->media);
	ep->media = json_incref(before->media);
	ep->media_connected = before->media_connected;
	ep->camera_width = before->camera_width;
	ep->camera_height = before->camera_height;
	ep->held = before->held;
	ep->proof = before->proof;
	/* what it was told there does not answer for what it is told here */
	ep->saying = before->saying;
	crossing_inherit(ep, before);
}


enum reason endpoint_take(struct endpoint *ep, struct endpoint *before,
			  focus_leg_h *legh, void *arg)
{
	struct bearer *b = ep->bearers[0];
	struct endpoint_request *req;
	enum reason reason;

	if (!b->ops->take)
		return REASON_NO_MIXER;

	req = mem_zalloc(sizeof(*req), endpoint_request_destructor);
	if (!req)
		return REASON_INTERNAL;

	req->ep = ep;
	req->join = req->as_is = true;
	req->legh = legh;
	req->arg = arg;
	list_append(&ep->requests, &req->le, req);

	reason = b->ops->take(b, before->bearers[0], described_h, req);
	if (reason)
		mem_deref(req);
	else
		resemble(ep, before);

	return reason;
}


void endpoint_update_bearers(const struct endpoint *ep)
{
	const struct bearer_state state = state_of(ep);

	for (size_t i = 0; i < ENDPOINT_BEARERS; i++)
		ep->bearers[i]->ops->set(ep->bearers[i], &state);
}


void endpoint_drop_bearers(struct endpoint *ep)
{
	for (size_t i = 0; i < ENDPOINT_BEARERS; i++)
		ep->bearers[i]->ops->drop(ep->bearers[i]);
	list_flush(&ep->requests);
}


bool endpoint_bearers_lost(struct endpoint *ep)
{
	bool any = false;

	for (size_t i = 0; i < ENDPOINT_BEARERS; i++) {
		struct bearer *b = ep->bearers[i];

		if (b->ops->lost && b->ops->lost(b))
			any = true;
	}

	return any;
}
