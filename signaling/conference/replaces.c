/**
 * @file signaling/conference/replaces.c  INVITEs of whom is here
 */
#include <errno.h>
#include <strings.h>
#include "focus/conference/focus.h"
#include "focus/config/config.h"
#include "mixer/base/log.h"
#include "signaling/conference/conference_private.h"
#include "signaling/message/dialog_id.h"
#include "signaling/message/header.h"
#include "signaling/message/identity.h"
#include "signaling/message/sender.h"
#include "signaling/session/dialog.h"
#include "signaling/session/invitation.h"
#include "signaling/session/own_uri.h"
#include "signaling/session/party.h"
#include "signaling/session/refusal.h"
#include "signaling/session/session.h"

/** What the headers come to */
struct claim {
	uint16_t status;      /**< 0: go on; else the refusal ... */
	const char *phrase;   /**< ... and its phrase */
	struct session *with; /**< whose conference it joins; NULL: as the
				   Request-URI says */
	bool replace;         /**< and whose place it takes */
};

static void claim_refuse(struct claim *c, uint16_t status, const char *phrase)
{
	c->status = status;
	c->phrase = phrase;
}

/* Of an INVITE of ours only our tag is certain before its 2xx. */
static bool rings_h(const struct session *s, void *arg)
{
	return dialog_state(session_dialog(s)) == DIALOG_CALLING &&
	       session_invites(s, arg);
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

/* A host that calls for many, as a trusted proxy does that hides who is behind
 * it, is near to none of these */
static bool is_near(const struct session *s, const struct sip_msg *msg,
		    const struct flow_info *flow)
{
	const struct config *config = sessions_base(session_table(s))->config;
	struct sa theirs, ours;

	return sender_host(&ours, msg, flow, config) &&
	       !config_network_has(config->trusted_hosts,
				   config->trusted_hosts_count, &ours) &&
	       !dialog_near(session_dialog(s), &theirs) &&
	       sa_cmp(&theirs, &ours, SA_ADDR);
}

static bool rings(const struct session *s)
{
	return dialog_state(session_dialog(s)) == DIALOG_CALLING;
}

static bool is_of_known(const struct session *s)
{
	return session_party(s)->known || session_is_to_user(s);
}

bool is_same_person(const struct session *s, const struct sip_msg *msg,
		    const struct flow_info *flow, const struct identity *who)
{
	if (is_of_known(s))
		return who->known &&
		       !strcasecmp(who->aor, session_party(s)->aor);

	return dialog_is_secret(session_dialog(s)) || is_near(s, msg, flow);
}

static bool is_successor(const struct session *s, const struct invitation *in)
{
	return is_same_person(s, in->msg, &in->flow, in->who);
}

/* A place is given to its successor, with its rights. What only rings has no
 * rights of its own, and colleagues may pick it up. Anybody can write a
 * Referred-By, so it proves nothing: it gives a place, without its rights,
 * where there is nobody but a claim; a proved one's only to who has proved
 * himself and knows a dialog that nobody but its page could tell him. */
static bool may_replace(const struct session *s, const struct invitation *in)
{
	if (is_successor(s, in))
		return true;
	if (is_of_known(s) && !in->who->known)
		return false;
	if (rings(s))
		return true;

	return refers(in->msg, session_party(s)->aor) &&
	       (!is_of_known(s) || dialog_is_secret(session_dialog(s)));
}

static bool replaces_h(const struct session *s, void *arg)
{
	const uint64_t *id = arg;

	return plan_replaces(session_plan(s)) == *id;
}

/* One at a time: no lock and no limit keeps it out */
static bool is_replaced(const struct sessions *all, const struct session *s)
{
	uint64_t id = session_id(s);

	return sessions_search(all, NULL, replaces_h, &id) != NULL;
}

/* ------------------------------------------------------------------ which */

static void claim_judge(struct claim *c, const struct sessions *all,
			const struct dialog_id *id)
{
	enum dialog_state state;
	struct sip_msg like;
	struct session *s;

	dialog_id_request(&like, id);
	s = session_find(all, &like);
	if (!s && c->replace) {
		c->with = sessions_search(all, &like.callid, rings_h, &like);
		if (!c->with)
			claim_refuse(c, 481,
				     "Call/Transaction Does Not Exist");
		return;
	}
	state = s ? dialog_state(session_dialog(s)) : DIALOG_INCOMING;
	if (state == DIALOG_INCOMING)
		claim_refuse(c, 481, "Call/Transaction Does Not Exist");
	else if (state == DIALOG_ENDING || !session_endpoint(s))
		claim_refuse(c, 603, "Declined");
	else if (c->replace && id->early_only)
		claim_refuse(c, 486, "Busy Here");
	else
		c->with = s;
}

static void claim_read(struct claim *c, const struct sessions *all,
		       const struct invitation *in)
{
	const struct sip_msg *msg = in->msg;
	const struct sip_hdr *replaces = sip_msg_hdr(msg, SIP_HDR_REPLACES);
	const struct sip_hdr *hdr =
		replaces ? replaces : sip_msg_hdr(msg, SIP_HDR_JOIN);
	struct dialog_id id;

	c->replace = replaces != NULL;
	if (!hdr)
		return;
	if (sip_msg_hdr_count(msg, SIP_HDR_REPLACES) +
			    sip_msg_hdr_count(msg, SIP_HDR_JOIN) !=
		    1 ||
	    dialog_id_decode(&id, &hdr->val, false))
		claim_refuse(c, 400, "Bad Request");
	else
		claim_judge(c, all, &id);
	if (c->with && session_is_secret(c->with) &&
	    !flow_is_secure(&in->flow))
		claim_refuse(c, 403, "Forbidden");
	if (!c->with || !c->replace || c->status)
		return;
	if (!may_replace(c->with, in))
		claim_refuse(c, 403, "Forbidden");
	else if (is_replaced(all, c->with))
		claim_refuse(c, 491, "Request Pending");
}

int replaces_in(struct sessions *all, struct invitation *in)
{
	struct claim c = {.status = 0};

	claim_read(&c, all, in);
	if (!c.status && c.replace && c.with && !plan_of(in))
		claim_refuse(&c, 500, "Server Internal Error");
	if (c.status) {
		session_refuse_protocol(all, in->msg, NULL, c.status, c.phrase,
					NULL);
		return EPROTO;
	}
	if (!c.with)
		return 0;
	in->conference = mem_ref(session_party(c.with)->conference);
	if (c.replace) {
		in->replaces = true;
		in->replaces_leg = focus_leg(session_endpoint(c.with));
		in->inherits = !rings(c.with) && is_successor(c.with, in);
		plan_replace(in->plan, session_id(c.with));
	}

	return 0;
}

/* Of the one that was found; its dialog may have been confirmed since */
static void claim_again(struct claim *c, const struct session *old,
			const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_REPLACES);
	enum dialog_state state =
		old ? dialog_state(session_dialog(old)) : DIALOG_CANCELLING;
	struct dialog_id id;

	if (state == DIALOG_CANCELLING || state == DIALOG_DIALLING)
		claim_refuse(c, 481, "Call/Transaction Does Not Exist");
	else if (state == DIALOG_ENDING || !session_endpoint(old))
		claim_refuse(c, 603, "Declined");
	else if (state != DIALOG_CALLING && hdr &&
		 !dialog_id_decode(&id, &hdr->val, false) && id.early_only)
		claim_refuse(c, 486, "Busy Here");
}

bool replaces_still(const struct session *s, const struct sip_msg *msg,
		    struct sip_strans **st)
{
	struct sessions *all = session_table(s);
	const uint64_t id = plan_replaces(session_plan(s));
	struct claim c = {.status = 0};

	if (id)
		claim_again(&c, session_by_id(all, id), msg);
	if (c.status)
		session_refuse_protocol(all, msg, st, c.status, c.phrase,
					NULL);

	return !c.status;
}

/* ------------------------------------------------------------------ loops */

static bool ours_h(const struct session *s, void *arg)
{
	return session_invites(s, arg);
}

/* The INVITE that we sent, as a proxy passes it on */
static bool came_back(const struct sessions *all, const struct sip_msg *msg)
{
	struct sip_msg like = {.callid = msg->callid, .req = false};

	like.from.tag = msg->from.tag;

	return sessions_search(all, &msg->callid, ours_h, &like) != NULL;
}

bool replaces_loop(struct sessions *all, const struct invitation *in)
{
	const struct sessions_dependencies *base = sessions_base(all);
	const struct sip_hdr *contact = sip_msg_hdr(in->msg, SIP_HDR_CONTACT);
	struct sip_addr addr;
	struct pl flag;
	char *entity = NULL;
	bool closes;

	if (came_back(all, in->msg))
		return true;
	if (!contact || sip_addr_decode(&addr, &contact->val) ||
	    msg_param_exists(&addr.params, "isfocus", &flag))
		return false;
	if (own_uri(base, &addr.uri))
		return true;
	if (header_uri(&entity, &addr.auri))
		return false;
	closes = focus_has(base->focus, in->conference, entity) ||
		 focus_has(base->focus, in->conference, in->who->aor);
	mem_deref(entity);

	return closes;
}

/* --------------------------------------------------------------- replacing */

void replaces_done(struct session *s, const struct plan *plan)
{
	const uint64_t id = plan_replaces(plan);
	struct session *old = id ? session_by_id(session_table(s), id) : NULL;

	if (!old || dialog_state(session_dialog(old)) == DIALOG_ENDING)
		return;
	log_info("session", "replaced");
	session_fail(old, REASON_REPLACED);
}
