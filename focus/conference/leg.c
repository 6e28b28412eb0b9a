/**
 * @file focus/conference/leg.c  An endpoint's leg on the mixer
 */
#include <errno.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/leg.h"
#include "mixer/base/log.h"
#include "mixer/mp/leg_description.h"


/** One request under way */
struct leg_request {
	struct le le; /**< in endpoint->requests */
	struct endpoint *ep;
	json_t *media; /**< [MEDIA] if it succeeds */
	bool add, join;
	focus_leg_h *legh;
	void *arg;
};


static void request_destructor(void *arg)
{
	struct leg_request *req = arg;

	list_unlink(&req->le);
	json_decref(req->media);
}


enum reason leg_reason(int err)
{
	switch (err) {

	case 0: return REASON_NONE;
	case ETIMEDOUT:
	case ECONNRESET:
	case ENOTCONN:
	case EPIPE:
	case ENOBUFS: return REASON_NO_MIXER;
	case ENOTSUP:
	case EPROTONOSUPPORT: return REASON_NO_CODEC;
	case EINVAL:
	case EMSGSIZE:
	case EBADMSG: return REASON_BAD_REQUEST;
	case ENOMEM:
	case ENOSPC:
	case EMFILE:
	case ENFILE:
	case EAGAIN:
	case EADDRINUSE: return REASON_OVERLOAD;
	default: return REASON_INTERNAL;
	}
}


static struct mixer *mixer_of(const struct endpoint *ep)
{
	return ep->user->conference->mixer;
}


/** Send without interest in the answer */
static void tell(const struct endpoint *ep, json_t *msg)
{
	int err = mixer_request(mixer_of(ep), msg, NULL, NULL);

	if (err && err != ENOTCONN && err != EPIPE)
		log_warn("leg", "not told leg=%u error=%d", ep->leg, err);
}


/** The direction's word from the endpoint's side */
static const char *direction(const struct media_description *m)
{
	if (m->send)
		return m->recv ? "sendrecv" : "recvonly";

	return m->recv ? "sendonly" : "inactive";
}


json_t *leg_media_json(const struct leg_description *leg)
{
	json_t *list = json_array();

	for (size_t i = 0; i < leg->media_count; i++) {
		const struct media_description *m = &leg->media[i];

		if (m->off)
			continue;

		(void)json_array_append_new(
			list,
			json_pack("{s:i,s:s,s:s,s:s}", "id", (int)i + 1,
				  "type", media_kind_name(m->kind), "codec",
				  m->codecs[0].name, "status", direction(m)));
	}

	return list;
}


/** A leg that the mixer may have although it did not say so in time */
static void undo_add(struct endpoint *ep, int err)
{
	if (!ep->on_mixer)
		return;

	if (err == ETIMEDOUT)
		tell(ep, json_pack("{s:s,s:I}", "op", "leg.remove", "leg",
				   (json_int_t)ep->leg));
	ep->on_mixer = false;
	mixer_leg_removed(mixer_of(ep));
}


static void reply_h(int err, json_t *reply, void *arg)
{
	struct leg_request *req = arg;
	struct endpoint *ep = req->ep;
	focus_leg_h *legh = req->legh;
	void *legh_arg = req->arg;
	bool add = req->add, join = req->join;
	json_t *media = json_incref(req->media);
	char reason[DESCRIPTION_WHY_BYTES] = "";
	struct leg_local *local = NULL;

	mem_deref(req);
	if (!err && leg_local_read(&local, reply, reason))
		err = EPROTO;

	if (err) {
		const char *why =
			json_string_value(json_object_get(reply, "error"));
		char text[160];

		why = why ? why : reason;
		log_escape(text, sizeof(text), why, strlen(why));
		log_warn("leg", "refused leg=%u op=%s error=%d why=%s",
			 ep->leg, add ? "add" : "modify", err, text);
		json_decref(media);
		if (add)
			undo_add(ep, err);
		if (join)
			endpoint_remove(ep, leg_reason(err));
	}
	else {
		endpoint_set_media(ep, media, ep->media_connected);
	}

	if (legh)
		legh(leg_reason(err), local, legh_arg);
	mem_deref(local);
}


/** Until its dialog is confirmed: the ringback of a callee is nobody's voice,
 *  and a conference is not for callers whose ACK never comes */
static bool is_early(const struct endpoint *ep)
{
	return ep->status != ENDPOINT_CONNECTED;
}


static json_t *build(const struct endpoint *ep,
		     const struct leg_description *leg)
{
	const struct conference *c = ep->user->conference;
	json_t *msg;

	if (ep->on_mixer)
		msg = json_pack("{s:s,s:I}", "op", "leg.modify", "leg",
				(json_int_t)ep->leg);
	else
		msg = json_pack("{s:s,s:I,s:I,s:s,s:b}", "op", "leg.add",
				"mix", (json_int_t)c->mix, "leg",
				(json_int_t)ep->leg, "name", endpoint_name(ep),
				"early", is_early(ep));
	if (!msg)
		return NULL;

	if (leg_description_write(leg, msg)) {
		json_decref(msg);
		return NULL;
	}

	return msg;
}


/** A new leg has these by itself */
static bool levels_are_fresh(const struct endpoint_levels *l)
{
	return !l->muted && !l->deaf && !l->video_muted && !l->volume_in_db &&
	       !l->volume_out_db;
}


static int send_request(struct leg_request *req,
			const struct leg_description *leg)
{
	struct endpoint *ep = req->ep;
	json_t *msg = build(ep, leg);
	int err;

	if (!msg)
		return ENOMEM;

	err = mixer_request(mixer_of(ep), msg, reply_h, req);
	if (err || ep->on_mixer)
		return err;

	/* the link keeps its order: what follows finds the leg there */
	req->add = true;
	ep->on_mixer = true;
	mixer_leg_added(mixer_of(ep));
	if (!levels_are_fresh(&ep->levels))
		leg_set(ep);

	return 0;
}


/** Of what was asked before, nobody wants to hear any more */
static void supersede(const struct leg_request *by)
{
	for (struct le *le = by->le.prev; le; le = le->prev) {
		struct leg_request *req = le->data;

		if (!req->join)
			req->legh = NULL;
	}
}


enum reason leg_submit(struct endpoint *ep, const struct leg_description *leg,
		       bool join, focus_leg_h *legh, void *arg)
{
	struct leg_request *req;
	int err;

	if (!leg->media_count)
		return REASON_BAD_REQUEST;

	if (!ep->user->conference->placed)
		return REASON_NO_MIXER;

	req = mem_zalloc(sizeof(*req), request_destructor);
	if (!req)
		return REASON_INTERNAL;

	req->ep = ep;
	req->join = join;
	req->legh = legh;
	req->arg = arg;
	req->media = leg_media_json(leg);
	list_append(&ep->requests, &req->le, req);

	err = send_request(req, leg);
	if (err)
		mem_deref(req);
	else
		supersede(req);

	return leg_reason(err);
}


void leg_set(const struct endpoint *ep)
{
	const struct endpoint_levels *l = &ep->levels;

	if (!ep->on_mixer)
		return;

	tell(ep,
	     json_pack("{s:s,s:I,s:b,s:b,s:b,s:b,s:i,s:i}", "op", "leg.set",
		       "leg", (json_int_t)ep->leg, "early", is_early(ep),
		       "muted", l->muted, "deaf", l->deaf, "video_muted",
		       l->video_muted, "volume_in_db", l->volume_in_db,
		       "volume_out_db", l->volume_out_db));
}


void leg_rename(const struct endpoint *ep)
{
	if (ep->on_mixer)
		tell(ep, json_pack("{s:s,s:I,s:s}", "op", "leg.set", "leg",
				   (json_int_t)ep->leg, "name",
				   endpoint_name(ep)));
}


static void forget_requests(struct endpoint *ep)
{
	struct le *le;

	while ((le = ep->requests.head)) {
		mixer_forget(mixer_of(ep), le->data);
		mem_deref(le->data);
	}
}


void leg_remove(struct endpoint *ep)
{
	forget_requests(ep);

	if (!ep->on_mixer)
		return;

	ep->on_mixer = false;
	mixer_leg_removed(mixer_of(ep));
	tell(ep, json_pack("{s:s,s:I}", "op", "leg.remove", "leg",
			   (json_int_t)ep->leg));
}


void leg_lost(struct endpoint *ep)
{
	ep->on_mixer = false;
	ep->needs_reoffer = true;
	endpoint_set_talking(ep, false);
	endpoint_set_camera(ep, false, 0, 0);
	endpoint_set_media(ep, NULL, false);
}
