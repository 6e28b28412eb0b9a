/**
 * @file signaling/session/replaces.c  INVITEs of whom is here
 */
#include <errno.h>
#include <strings.h>
#include "mixer/base/log.h"
#include "signaling/message/dialog_id.h"
#include "signaling/message/identity.h"
#include "signaling/session/own_uri.h"
#include "signaling/session/replaces.h"
#include "signaling/session/session_private.h"

static void replaces_refuse(struct replaces *r, uint16_t status,
			    const char *phrase)
{
	r->status = status;
	r->phrase = phrase;
}

static bool early_h(struct le *le, void *arg)
{
	const struct session *s = le->data;

	/* Of an INVITE of ours only our tag is certain before its 2xx. */
	return s->state == SESSION_CALLING && s->early &&
	       sip_dialog_cmp_half(s->early, arg);
}

static struct session *find_early(struct sessions *all, struct sip_msg *like)
{
	return list_ledata(hash_lookup(
		all->table, hash_joaat_pl(&like->callid), early_h, like));
}

/* ---------------------------------------------------------- who may do it */

static bool refers(const struct sip_msg *msg, const char *aor)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_REFERRED_BY);
	struct sip_addr addr;
	char *by = NULL;
	bool same;

	if (!hdr || sip_addr_decode(&addr, &hdr->val) ||
	    identity_aor(&by, &addr.uri))
		return false;
	same = !strcasecmp(by, aor);
	mem_deref(by);

	return same;
}

/* Who is there by a mere claim could be claimed to be by anybody: then to know
 * the dialog is enough, as it is for BYE. The same goes for what only rings,
 * which colleagues may pick up. */
static bool may_replace(const struct session *s, const struct sip_msg *msg,
			const struct identity *who)
{
	const struct next_hop *hop = call_out_hop(s->call);
	const bool called = hop && next_hop_target(hop)->bound;

	if (!s->known && !called)
		return true;
	if (who->known &&
	    (s->state == SESSION_CALLING || !strcasecmp(who->aor, s->aor)))
		return true;

	return refers(msg, s->aor);
}

static bool same_h(struct le *le, void *arg)
{
	const struct session *s = le->data;

	return s->replaces == *(const uint64_t *)arg;
}

/* One at a time: no lock and no limit keeps it out */
static bool is_replaced(const struct session *s)
{
	uint64_t id = s->id;

	return hash_apply(s->all->table, same_h, &id) != NULL;
}

/* ------------------------------------------------------------------ which */

static void replaces_judge(struct replaces *r, struct sessions *all,
			   const struct dialog_id *id)
{
	struct sip_msg like;
	struct session *s;

	dialog_id_request(&like, id);
	s = session_find(all, &like);
	if (!s && r->replace) {
		r->with = find_early(all, &like);
		if (!r->with)
			replaces_refuse(r, 481,
					"Call/Transaction Does Not Exist");
		return;
	}
	if (!s || s->state == SESSION_INCOMING)
		replaces_refuse(r, 481, "Call/Transaction Does Not Exist");
	else if (s->state == SESSION_ENDING || !s->ep)
		replaces_refuse(r, 603, "Declined");
	else if (r->replace && id->early_only)
		replaces_refuse(r, 486, "Busy Here");
	else
		r->with = s;
}

void replaces_read(struct replaces *r, struct sessions *all,
		   const struct sip_msg *msg, const struct identity *who)
{
	const struct sip_hdr *replaces = sip_msg_hdr(msg, SIP_HDR_REPLACES);
	const struct sip_hdr *hdr =
		replaces ? replaces : sip_msg_hdr(msg, SIP_HDR_JOIN);
	struct dialog_id id;

	r->status = 0;
	r->phrase = NULL;
	r->with = NULL;
	r->replace = replaces != NULL;
	if (!hdr)
		return;
	if (sip_msg_hdr_count(msg, SIP_HDR_REPLACES) +
			    sip_msg_hdr_count(msg, SIP_HDR_JOIN) !=
		    1 ||
	    dialog_id_decode(&id, &hdr->val, false))
		replaces_refuse(r, 400, "Bad Request");
	else
		replaces_judge(r, all, &id);
	if (!r->with || !r->replace)
		return;
	if (!may_replace(r->with, msg, who))
		replaces_refuse(r, 403, "Forbidden");
	else if (is_replaced(r->with))
		replaces_refuse(r, 491, "Request Pending");
}

/* ------------------------------------------------------------------ loops */

static bool ours_h(struct le *le, void *arg)
{
	const struct session *s = le->data;

	return s->early && sip_dialog_cmp_half(s->early, arg);
}

/* The INVITE that we sent, as a proxy passes it on */
static bool came_back(const struct sessions *all, const struct sip_msg *msg)
{
	struct sip_msg like = {.callid = msg->callid, .req = false};

	like.from.tag = msg->from.tag;

	return hash_lookup(all->table, hash_joaat_pl(&msg->callid), ours_h,
			   &like) != NULL;
}

bool loop_closes(const struct sessions *all, const struct sip_msg *msg,
		 const char *conference, const char *aor)
{
	const struct sip_hdr *contact = sip_msg_hdr(msg, SIP_HDR_CONTACT);
	struct sip_addr addr;
	struct pl flag;
	char *entity = NULL;
	bool closes;

	if (came_back(all, msg))
		return true;
	if (!contact || sip_addr_decode(&addr, &contact->val) ||
	    msg_param_exists(&addr.params, "isfocus", &flag))
		return false;
	if (own_uri(&all->base, &addr.uri))
		return true;
	if (header_uri(&entity, &addr.auri))
		return false;
	closes = focus_has(all->focus, conference, entity) ||
		 focus_has(all->focus, conference, aor);
	mem_deref(entity);

	return closes;
}

/* --------------------------------------------------------------- replacing */

void replaces_done(struct session *s)
{
	struct session *old =
		s->replaces ? session_by_id(s->all, s->replaces) : NULL;

	s->replaces = 0;
	if (!old || old->state == SESSION_ENDING)
		return;
	log_info("session", "replaced");
	session_fail(old, REASON_REPLACED);
}
