/**
 * @file focus/conference/mixer_bearer.c  A leg of the conference's mixer
 */
#include <errno.h>
#include <string.h>
#include "focus/conference/announce.h"
#include "focus/conference/mixer_bearer.h"
#include "mixer/base/log.h"
#include "mixer/base/utf8.h"


/** A member "name", each of its bytes as an escape of JSON; members "proven"
 *  and "vouched" */
enum { NAME_BYTES = 6 * UTF8_NAME_MAX + 16, PROOF_BYTES = 96 };

struct mixer_bearer {
	struct bearer
		b; /**< prepared: the leg is known to the process there */
	const struct conference *conference;
	uint32_t leg;
	char name[UTF8_NAME_MAX + 1]; /**< that the mixer was told */
	struct list requests;         /**< under way */
	/** Of each transport, and the one that it had before: an agent goes on
	 *  by that until a restart is through */
	struct mixer_ufrag *ufrags[MP_MEDIA_MAX][2];
};

/** What a mixer is asked of a leg */
enum leg_op { LEG_ADD, LEG_MOVE, LEG_MODIFY };

/** One request under way */
struct leg_request {
	struct le le;
	struct mixer_bearer *mb;
	enum leg_op op;
	bearer_h *h;
	void *arg;
};


static void leg_request_destructor(void *arg)
{
	struct leg_request *req = arg;

	list_unlink(&req->le);
}


static void forget_ufrags(struct mixer_bearer *mb)
{
	for (size_t i = 0; i < MP_MEDIA_MAX; i++) {
		mb->ufrags[i][0] = mem_deref(mb->ufrags[i][0]);
		mb->ufrags[i][1] = mem_deref(mb->ufrags[i][1]);
	}
}


static void mixer_bearer_destructor(void *arg)
{
	struct mixer_bearer *mb = arg;

	list_flush(&mb->requests);
	forget_ufrags(mb);
}


static struct mixer_bearer *self_of(struct bearer *b)
{
	return (struct mixer_bearer *)b;
}


static struct mixer *mixer_of(const struct mixer_bearer *mb)
{
	return mb->conference->mixer;
}


/** Who is muted or gone must not be heard: it is never lost for lack of
 * memory. A mixer that misses it is replaced */
static void tell_mixer(const struct mixer_bearer *mb, const char *text)
{
	int err = mixer_tell(mixer_of(mb), text);

	if (err && err != ENOTCONN && err != EPIPE)
		log_warn("leg", "not told leg=%u error=%d", mb->leg, err);
}


static void tell_removed(const struct mixer_bearer *mb)
{
	char text[64];

	(void)re_snprintf(text, sizeof(text),
			  "{\"op\":\"leg.remove\",\"leg\":%u}", mb->leg);
	tell_mixer(mb, text);
}


/** Connections that begin with one of them are for that mixer. Without memory
 *  for that those by TCP come to nothing, and others go on */
static void learn_ufrags(struct mixer_bearer *mb,
			 const struct leg_local *local)
{
	for (size_t i = 0; i < local->transport_count && i < MP_MEDIA_MAX;
	     i++) {
		const char *ufrag = local->transports[i].ice_ufrag;
		struct mixer_ufrag **known = mb->ufrags[i], *u;

		if (!ufrag[0] || mixer_ufrag_is(known[0], ufrag) ||
		    mixer_ufrag_alloc(&u, mixer_of(mb), ufrag))
			continue;

		mem_deref(known[1]);
		known[1] = known[0];
		known[0] = u;
	}
}


static void leg_gone(struct mixer_bearer *mb)
{
	forget_ufrags(mb);
	mb->b.prepared = false;
	mixer_leg_removed(mixer_of(mb));
}


/** @param may_be The mixer has the leg, perhaps */
static void undo_add(struct mixer_bearer *mb, bool may_be)
{
	if (!mb->b.prepared)
		return;

	if (may_be)
		tell_removed(mb);
	leg_gone(mb);
}


static void log_refusal(const struct mixer_bearer *mb, enum leg_op op, int err,
			const json_t *reply, const char *reason)
{
	static const char *const names[] = {
		[LEG_ADD] = "add",
		[LEG_MOVE] = "move",
		[LEG_MODIFY] = "modify",
	};
	const char *why = json_string_value(json_object_get(reply, "error"));
	char text[160];

	why = why ? why : reason;
	log_escape(text, sizeof(text), why, strlen(why));
	log_warn("leg", "refused leg=%u op=%s error=%d why=%s", mb->leg,
		 names[op], err, text);
}


static void leg_reply_h(int err, json_t *reply, void *arg)
{
	struct leg_request *req = arg;
	struct mixer_bearer *mb = req->mb;
	bearer_h *h = req->h;
	void *h_arg = req->arg;
	const enum leg_op op = req->op;
	bool may_be = err == ETIMEDOUT || op == LEG_MOVE;
	char reason[DESCRIPTION_WHY_BYTES] = "";
	struct leg_local *local = NULL;

	mem_deref(req);
	if (!err) {
		err = leg_local_read(&local, reply, reason);
		may_be = true;
		if (err == EINVAL) {
			err = EPROTO;
			mixer_lied(mixer_of(mb), reason);
		}
	}

	if (err) {
		log_refusal(mb, op, err, reply, reason);
		if (op != LEG_MODIFY)
			undo_add(mb, may_be);
	}
	else {
		learn_ufrags(mb, local);
	}

	/* the bearer may be gone after this */
	h(reason_from_errno(err), local, h_arg);
	mem_deref(local);
}


/** @param msg Stolen; NULL: no memory */
static enum reason ask(struct mixer_bearer *mb, enum leg_op op, json_t *msg,
		       bearer_h *h, void *arg)
{
	struct leg_request *req;
	int err;

	req = msg ? mem_zalloc(sizeof(*req), leg_request_destructor) : NULL;
	if (!req) {
		json_decref(msg);
		return REASON_INTERNAL;
	}

	req->mb = mb;
	req->op = op;
	req->h = h;
	req->arg = arg;
	list_append(&mb->requests, &req->le, req);

	err = mixer_request(mixer_of(mb), msg, leg_reply_h, req);
	if (err)
		mem_deref(req);

	return reason_from_errno(err);
}


static enum reason send_description(struct mixer_bearer *mb, json_t *msg,
				    enum leg_op op,
				    const struct leg_description *description,
				    bearer_h *h, void *arg)
{
	if (!msg || leg_description_write(description, msg)) {
		json_decref(msg);
		return REASON_OVERLOAD;
	}

	return ask(mb, op, msg, h, arg);
}


/** A new leg has these by itself */
static bool levels_are_fresh(const struct endpoint_levels *l)
{
	return !l->muted && !l->deaf && !l->video_muted && !l->volume_in_db &&
	       !l->volume_out_db;
}


static bool is_proven(const struct bearer_state *state)
{
	return sa_isset(&state->proof.host, SA_ADDR);
}


static const char *word(bool yes)
{
	return yes ? "true" : "false";
}


static void mixer_bearer_set(struct bearer *b,
			     const struct bearer_state *state)
{
	const struct endpoint_levels *l = &state->levels;
	struct mixer_bearer *mb = self_of(b);
	char name[NAME_BYTES] = "", proof[PROOF_BYTES] = "";
	char text[NAME_BYTES + PROOF_BYTES + 256];

	if (!b->prepared)
		return;

	if (strcmp(mb->name, state->name) != 0) {
		str_ncpy(mb->name, state->name, sizeof(mb->name));
		(void)re_snprintf(name, sizeof(name), ",\"name\":\"%H\"",
				  utf8_encode, mb->name);
	}
	if (is_proven(state))
		(void)re_snprintf(proof, sizeof(proof),
				  ",\"proven\":\"%j\",\"vouched\":%s",
				  &state->proof.host,
				  word(state->proof.vouched));
	(void)re_snprintf(text, sizeof(text),
			  "{\"op\":\"leg.set\",\"leg\":%u,\"early\":%s,"
			  "\"aside\":%s,\"muted\":%s,\"deaf\":%s,"
			  "\"video_muted\":%s,"
			  "\"volume_in_db\":%d,\"volume_out_db\":%d,"
			  "\"crosses\":%s,\"cut_off\":%s%s%s}",
			  mb->leg, word(state->early), word(state->aside),
			  word(l->muted), word(l->deaf), word(l->video_muted),
			  l->volume_in_db, l->volume_out_db,
			  word(state->crosses), word(state->cut_off), name,
			  proof);
	tell_mixer(mb, text);
}


static enum reason
mixer_bearer_prepare(struct bearer *b,
		     const struct leg_description *description,
		     const struct bearer_state *state, bearer_h *h, void *arg)
{
	struct mixer_bearer *mb = self_of(b);
	const struct conference *c = mb->conference;
	enum reason reason;

	if (!c->placed)
		return REASON_NO_MIXER;

	reason = send_description(
		mb,
		json_pack("{s:s,s:I,s:I,s:s,s:b,s:b}", "op", "leg.add", "mix",
			  (json_int_t)c->mix, "leg", (json_int_t)mb->leg,
			  "name", state->name, "early", state->early, "aside",
			  state->aside),
		LEG_ADD, description, h, arg);
	if (reason)
		return reason;

	/* the link keeps its order: what follows finds the leg there */
	b->prepared = true;
	mixer_leg_added(mixer_of(mb));
	str_ncpy(mb->name, state->name, sizeof(mb->name));
	if (!levels_are_fresh(&state->levels) || is_proven(state) ||
	    state->crosses)
		mixer_bearer_set(b, state);

	return REASON_NONE;
}


/** The leg keeps its number: what the mixer says of it is of this one */
static void swap_legs(struct mixer_bearer *mb, struct mixer_bearer *from)
{
	const uint32_t leg = mb->leg;

	mb->leg = from->leg;
	from->leg = leg;
	str_ncpy(mb->name, from->name, sizeof(mb->name));
	memcpy(mb->ufrags, from->ufrags, sizeof(mb->ufrags));
	memset(from->ufrags, 0, sizeof(from->ufrags));
	mb->b.prepared = true;
	from->b.prepared = false;
}


static enum reason mixer_bearer_take(struct bearer *b, struct bearer *other,
				     bearer_h *h, void *arg)
{
	struct mixer_bearer *mb = self_of(b), *from = self_of(other);
	const struct conference *c = mb->conference;
	enum reason reason;

	if (!c->placed || !other->prepared || from->requests.head ||
	    mixer_of(mb) != mixer_of(from))
		return REASON_NO_MIXER;

	reason = ask(mb, LEG_MOVE,
		     json_pack("{s:s,s:I,s:I}", "op", "leg.move", "leg",
			       (json_int_t)from->leg, "mix",
			       (json_int_t)c->mix),
		     h, arg);
	if (!reason)
		swap_legs(mb, from);

	return reason;
}


static enum reason
mixer_bearer_apply(struct bearer *b, const struct leg_description *description,
		   bearer_h *h, void *arg)
{
	struct mixer_bearer *mb = self_of(b);

	if (!mb->conference->placed)
		return REASON_NO_MIXER;

	return send_description(mb,
				json_pack("{s:s,s:I}", "op", "leg.modify",
					  "leg", (json_int_t)mb->leg),
				LEG_MODIFY, description, h, arg);
}


static bool mixer_bearer_say(struct bearer *b,
			     const struct bearer_words *words)
{
	const struct mixer_bearer *mb = self_of(b);
	char text[ANNOUNCE_BYTES];

	if (!b->prepared)
		return false;

	announce_write(text, sizeof(text), "leg", mb->leg, words);
	tell_mixer(mb, text);

	return true;
}


static void mixer_bearer_drop(struct bearer *b)
{
	struct mixer_bearer *mb = self_of(b);
	struct le *le;

	while ((le = mb->requests.head)) {
		mixer_forget(mixer_of(mb), le->data);
		mem_deref(le->data);
	}

	if (!b->prepared)
		return;

	leg_gone(mb);
	tell_removed(mb);
}


static bool mixer_bearer_lost(struct bearer *b)
{
	forget_ufrags(self_of(b));
	b->prepared = false;

	return true;
}


int mixer_bearer_alloc(struct bearer **bp, const struct conference *c,
		       uint32_t leg)
{
	static const struct bearer_ops ops = {
		"mixer",           mixer_bearer_prepare,
		mixer_bearer_take, mixer_bearer_apply,
		mixer_bearer_set,  mixer_bearer_say,
		mixer_bearer_drop, mixer_bearer_lost,
	};
	struct mixer_bearer *mb;

	mb = mem_zalloc(sizeof(*mb), mixer_bearer_destructor);
	if (!mb)
		return ENOMEM;

	mb->b.ops = &ops;
	mb->conference = c;
	mb->leg = leg;
	*bp = &mb->b;

	return 0;
}
