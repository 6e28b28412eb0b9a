/**
 * @file focus/conference/user.c  Users, their endpoints and media
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "focus/conference/conference_private.h"
#include "focus/conference/user.h"
#include "mixer/base/utf8.h"


enum {
	AGENT_MAX = 128, /**< longest agent kept */
};


static void endpoint_destructor(void *arg)
{
	struct endpoint *ep = arg;

	list_unlink(&ep->le);
	list_unlink(&ep->replay_le);
	list_unlink(&ep->write_le);
	tmr_cancel(&ep->ended_tmr);
	entry_end(ep);
	tmr_cancel(&ep->said_tmr);
	hash_unlink(&ep->hash_le);
	list_flush(&ep->requests);
	mem_deref(ep->crossing);
	for (size_t i = 0; i < ENDPOINT_BEARERS; i++)
		mem_deref(ep->bearers[i]);
	json_decref(ep->media);
	mem_deref(ep->mask);
	mem_deref(ep->kept);
	mem_deref(ep->back);
	mem_deref(ep->entity);
	mem_deref(ep->agent);
	mem_deref(ep->referred_by);
}


int user_dup_text(char **dst, const char *src, size_t max)
{
	char text[USER_URI_MAX + 1];

	if (max > USER_URI_MAX)
		return EINVAL;

	return str_dup(dst, utf8_clean(text, max + 1, src));
}


/** Of "sip:alice@example.com" the "alice", else all of it */
static const char *name_from_aor(char *dst, size_t size, const char *aor)
{
	const char *user = strchr(aor, ':');
	const char *at = strchr(aor, '@');
	size_t len;

	user = user && (!at || user < at) ? user + 1 : aor;
	len = at && at > user ? (size_t)(at - user) : strlen(user);
	if (len >= size)
		len = size - 1;

	memcpy(dst, user, len);
	dst[len] = '\0';

	return dst;
}


void user_name(char *dst, size_t size, const char *display, const char *aor)
{
	char raw[USER_URI_MAX];

	utf8_clean(dst, size, display);
	if (!dst[strspn(dst, " ")])
		utf8_clean(dst, size, name_from_aor(raw, sizeof(raw), aor));
}


static int copy_names(struct endpoint *ep, const struct join *join)
{
	const struct user *u = ep->user;
	int err;

	/* the Contact names the user too, and what program it has may be
	   enough to know it */
	err = user_dup_text(&ep->entity, u->anonymous ? u->aor : join->entity,
			    USER_URI_MAX);
	err |= user_dup_text(&ep->agent, u->anonymous ? NULL : join->agent,
			     AGENT_MAX);
	if (join->referrer.aor)
		err |= user_dup_text(&ep->referred_by, join->referrer.aor,
				     USER_URI_MAX);
	if (err)
		return ENOMEM;

	if (u->anonymous)
		(void)snprintf(ep->display, sizeof(ep->display), "%s",
			       u->display);
	else
		user_name(ep->display, sizeof(ep->display), join->display,
			  u->aor);

	return 0;
}


static int user_fill(struct endpoint *ep, const struct join *join)
{
	struct conference *c = ep->user->conference;
	int err = copy_names(ep, join);

	if (!err && join->dialled_out) {
		ep->mask = user_mask(c, ep->number);
		err = ep->mask ? 0 : ENOMEM;
	}
	ep->media = json_array();
	if (err || !ep->media)
		return ENOMEM;

	ep->referrer = join->referrer.leg;
	ep->referrer_known = join->referrer.known;
	ep->webrtc = join->webrtc;
	ep->has_page = join->has_page;
	ep->dialled_out = join->dialled_out;
	ep->replaces = join->replaces_leg;
	ep->inherits = join->inherits;
	ep->status =
		join->dialled_out ? ENDPOINT_DIALING_OUT : ENDPOINT_PENDING;
	ep->ops = join->ops;
	ep->session = join->session;
	ep->since_ms = conference_time_ms();
	ep->leg = ++c->focus->last_leg;
	for (size_t i = 0; !err && i < ENDPOINT_BEARERS; i++)
		err = c->focus->bearer_alloc(&ep->bearers[i], c, ep->leg);

	return err;
}


/** Whoever comes back has the number that he had. Who is called has a new one,
 *  as he may turn out to want to be nobody */
static unsigned number_of(const struct conference *c, const struct join *join,
			  const struct kept *back)
{
	return back && !join->anonymous && !join->dialled_out &&
			       !endpoint_by_number(c, back->number)
		       ? back->number
		       : c->last_number + 1;
}


/** What a moderator had set of it, or itself, goes with the secret: who has
 * one is told. A telephone that calls again does not know that it is muted.
 *  @return true: it has them */
static bool take_back(struct endpoint *ep, struct kept *back,
		      const struct join *join)
{
	const struct endpoint *self;
	struct secret_sum said;

	if (!back) {
		/* it has not left yet */
		self = user_leg_proved(ep->user->conference, join);
		if (self)
			ep->levels = self->levels;
		return self != NULL;
	}

	ep->back = mem_ref(back);
	if (secret_read(&said, join->secret) &&
	    secret_same(&said, &back->secret)) {
		ep->levels = back->levels;
		return true;
	}
	/* who may not take it off does not by calling again */
	ep->levels.muted = back->levels.muted && !endpoint_may_unmute(ep);

	return false;
}


int endpoint_create(struct endpoint **epp, struct conference *c,
		    const struct join *join)
{
	struct kept *back = kept_find(c, join);
	const unsigned number = number_of(c, join, back);
	struct endpoint *ep;
	struct user *u;
	bool has_levels;
	int err;

	err = user_get(&u, c, join, back, number);
	if (err)
		return err;

	ep = mem_zalloc(sizeof(*ep), endpoint_destructor);
	if (!ep) {
		err = ENOMEM;
		goto out;
	}

	ep->user = u;
	ep->number = number;
	ep->kept = kept_alloc();
	err = ep->kept ? user_fill(ep, join) : ENOMEM;
	if (err)
		goto out;

	has_levels = take_back(ep, back, join);
	endpoint_set_label(ep, back ? back->namesake : 0);
	list_append(&u->endpoints, &ep->le, ep);
	hash_append(c->focus->legs, ep->leg, &ep->hash_le, ep);
	conference_enter(c, number);
	entry_begin(ep, join, back);
	/* an heir gets those of whom it replaces when that one goes */
	if (endpoint_is_in(ep) && u->role == ROLE_GUEST && !has_levels &&
	    !join->replaces_leg && !join->dialled_out)
		ep->levels.muted |= c->settings.muted_on_entry;
	crossing_update(c->focus);

out:
	if (err) {
		mem_deref(ep);
		if (list_isempty(&u->endpoints))
			mem_deref(u);
	}
	else {
		*epp = ep;
	}

	return err;
}


void endpoint_remove(struct endpoint *ep, enum reason reason)
{
	struct user *u = ep->user;
	struct conference *c = u->conference;
	const bool let_in = endpoint_is_in(ep);
	const bool was_in = let_in && ep->status == ENDPOINT_CONNECTED;
	struct endpoint *heir = NULL;
	struct user *last = NULL;

	/* who is thrown out bequeaths nothing */
	if (reason != REASON_KICKED)
		heir = user_bequeath(ep);

	entry_end(ep);
	end_to_end_left(ep);
	endpoint_drop_bearers(ep);
	ep->crossing = mem_deref(ep->crossing);
	c->waiting -= !endpoint_is_in(ep);
	conference_leave(c);
	crossing_update(c->focus);
	if (c->speaker == ep->number)
		endpoint_set_speaker(c, NULL);
	if (c->spotlight == ep->number)
		conference_set_spotlight(c, 0, 0);

	/* off the roster first: who hears "left" must not find it there */
	list_unlink(&ep->le);
	hash_unlink(&ep->hash_le);
	if (list_isempty(&u->endpoints))
		list_unlink(&u->le);
	kept_leave(ep, reason, heir);

	if (ep->told)
		endpoint_emit(ep, "left",
			      json_pack("{s:s,s:s}", "reason",
					reason_row(reason)->token, "words",
					reason_row(reason)->words));

	mem_deref(ep);
	if (list_isempty(&u->endpoints))
		last = u;

	if (was_in)
		endpoint_say_alone(c, "alone");
	if (was_in && !heir)
		conference_tone(c, "left");
	if (let_in || (last && last->entered))
		conference_left(c, last, reason, was_in);
	mem_deref(last);
	end_to_end_update(c, END_TO_END_PAUSE_MS);
	conference_end_if_empty(c, reason);
}


void endpoint_evict(struct endpoint *ep, enum reason reason)
{
	const struct session_ops *ops = ep->ops;
	void *session = ep->session;

	endpoint_remove(ep, reason);
	if (ops && ops->end)
		ops->end(session, reason);
}


static bool take_name(struct endpoint *ep, const char *display)
{
	struct user *u = ep->user;
	char name[UTF8_NAME_MAX + 1];

	user_name(name, sizeof(name), display, u->aor);
	if (!strcmp(name, ep->display))
		return false;

	(void)str_ncpy(ep->display, name, sizeof(ep->display));
	if (list_count(&u->endpoints) == 1)
		(void)str_ncpy(u->display, name, sizeof(u->display));
	endpoint_set_label(ep, ep->namesake);

	return true;
}


static bool take_agent(struct endpoint *ep, const char *agent)
{
	char *copy = NULL;

	if (user_dup_text(&copy, agent, AGENT_MAX))
		return false;

	mem_deref(ep->agent);
	ep->agent = copy;

	return true;
}


bool endpoint_rename(struct endpoint *ep, const char *display)
{
	if (ep->user->anonymous)
		return false;

	if (take_name(ep, display)) {
		endpoint_update_bearers(ep);
		endpoint_tell_renamed(ep);
	}

	return true;
}


void endpoint_describe(struct endpoint *ep, const struct callee *callee)
{
	bool renamed = false, news = false;

	if (ep->user->anonymous || !ep->dialled_out)
		return;

	if (callee->anonymous) {
		user_hide(ep);
		renamed = true;
	}
	else {
		if (callee->display)
			renamed = take_name(ep, callee->display);
		if (callee->agent)
			news = take_agent(ep, callee->agent);
	}

	if (renamed)
		endpoint_update_bearers(ep);
	if (renamed || news)
		endpoint_tell_renamed(ep);
}


void endpoint_tell_renamed(struct endpoint *ep)
{
	if (ep->secret.given)
		kept_write(ep);
	if (ep->told)
		endpoint_emit(ep, "renamed",
			      json_pack("{s:o}", "state", endpoint_json(ep)));
}


static void emit_flag(struct endpoint *ep, const char *type, bool value)
{
	endpoint_emit(ep, type, json_pack("{s:b}", type, value));
}


void endpoint_set_levels(struct endpoint *ep,
			 const struct endpoint_levels *new)
{
	const struct endpoint_levels old = ep->levels;
	bool volume = old.volume_in_db != new->volume_in_db ||
		      old.volume_out_db != new->volume_out_db;

	if (!volume && old.muted == new->muted &&old.deaf ==
			       new->deaf &&old.video_muted == new->video_muted)
		return;

	ep->levels = *new;
	endpoint_update_bearers(ep);
	if (ep->secret.given)
		kept_write_levels(ep);

	if (old.muted != new->muted)
		emit_flag(ep, "muted", new->muted);
	if (old.deaf != new->deaf)
		emit_flag(ep, "deaf", new->deaf);
	if (old.video_muted != new->video_muted)
		emit_flag(ep, "video_muted", new->video_muted);
	if (volume)
		endpoint_emit(ep, "volume",
			      json_pack("{s:i,s:i}", "volume_in_db",
					new->volume_in_db, "volume_out_db",
					new->volume_out_db));
}


bool endpoint_may_unmute(const struct endpoint *ep)
{
	const struct user *u = ep->user;

	return u->role >= u->conference->settings.may_unmute;
}


void endpoint_set_hand(struct endpoint *ep, bool raised)
{
	if (raised == (ep->hand != 0))
		return;

	ep->hand = raised ? ++ep->user->conference->last_hand : 0;
	endpoint_emit(ep, "hand", json_pack("{s:i}", "hand", (int)ep->hand));
}


void endpoint_prove(struct endpoint *ep, const struct sa *host, bool vouched)
{
	struct endpoint_proof *p = &ep->proof;

	if (sa_cmp(&p->host, host, SA_ADDR) && p->vouched == vouched)
		return;

	p->host = *host;
	p->vouched = vouched;

	/* before, it is sent nothing, and then it is told all */
	if (ep->status == ENDPOINT_CONNECTED)
		endpoint_update_bearers(ep);
}


void endpoint_set_status(struct endpoint *ep, enum endpoint_status status)
{
	if (ep->status == status)
		return;

	ep->status = status;
	if (status == ENDPOINT_CONNECTED)
		endpoint_emit(ep, "connected", json_object());
	else
		endpoint_emit(ep, "status",
			      json_pack("{s:s}", "status",
					endpoint_status_name(ep)));
}


void endpoint_set_held(struct endpoint *ep, bool held)
{
	if (ep->held == held)
		return;

	ep->held = held;
	emit_flag(ep, "held", held);
	end_to_end_update(ep->user->conference, 0);
}


void endpoint_set_talking(struct endpoint *ep, bool talking)
{
	if (ep->talking == talking)
		return;

	ep->talking = talking;
	emit_flag(ep, "talking", talking);
}


void endpoint_set_camera(struct endpoint *ep, bool receiving, unsigned width,
			 unsigned height)
{
	if (!receiving)
		width = height = 0;

	if (ep->camera_width == width && ep->camera_height == height)
		return;

	ep->camera_width = width;
	ep->camera_height = height;
	endpoint_emit(ep, "video",
		      json_pack("{s:b,s:i,s:i}", "receiving", width && height,
				"width", (int)width, "height", (int)height));
}


void endpoint_set_media(struct endpoint *ep, json_t *media, bool connected)
{
	bool same = connected == ep->media_connected &&
		    (!media || json_equal(media, ep->media));

	if (media) {
		json_decref(ep->media);
		ep->media = media;
	}

	ep->media_connected = connected;
	if (!same)
		endpoint_emit(ep, "media",
			      json_pack("{s:O,s:b}", "media", ep->media,
					"media_connected", connected));
}


const char *endpoint_name(const struct endpoint *ep)
{
	return ep->label;
}


void endpoint_announce(struct endpoint *ep)
{
	conference_announce(ep->user->conference);
	ep->told = true;
	endpoint_emit(ep, endpoint_is_in(ep) ? "joined" : "waiting",
		      json_pack("{s:o}", "state", endpoint_json(ep)));
}


void endpoint_enter(struct endpoint *ep)
{
	struct conference *c = ep->user->conference;

	c->entered = ep->user->entered = true;
	end_to_end_update(c, 0);
	conference_set_calls_off(c);
	kept_take(ep);
	endpoint_welcome(ep);
	if (ep->user->role == ROLE_HOST)
		entry_reconsider(c);
}


void endpoint_set_role(struct endpoint *ep, enum role role)
{
	struct user *u = ep->user;

	if (u->role == role)
		return;

	u->role = role;
	for (struct le *e = u->endpoints.head; e; e = e->next) {
		struct endpoint *own = e->data;

		if (endpoint_is_in(own))
			endpoint_tell_renamed(own);
	}
	kept_set_role(u);
	if (role >= ROLE_MODERATOR)
		conference_resume(u->conference, false);
	/* others may have waited for one */
	if (role == ROLE_HOST && user_is_in(u))
		entry_reconsider(u->conference);
}


void endpoint_lost(struct endpoint *ep)
{
	if (!endpoint_bearers_lost(ep))
		return;

	ep->needs_reoffer = true;
	ep->reshaping = false;
	end_to_end_lost(ep->user->conference);
	endpoint_say_lost(ep);
	endpoint_set_talking(ep, false);
	endpoint_set_camera(ep, false, 0, 0);
	endpoint_set_media(ep, NULL, false);
}


void endpoint_reoffer(struct endpoint *ep)
{
	ep->needs_reoffer = false;
	if (ep->ops && ep->ops->reoffer)
		ep->ops->reoffer(ep->session);
}
