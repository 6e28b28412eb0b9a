/**
 * @file signaling/account/account_reply.c  What a registrar says in its 200
 */
#include <errno.h>
#include <string.h>
#include "focus/config/config_account.h"
#include "signaling/account/account_reply.h"
#include "signaling/message/header.h"
#include "signaling/message/sip_lines.h"


enum {
	REFRESH_EARLY_S = 600,
	REFRESH_MIN_MS = 5000,
	BACKOFF_BASE_MS = 4000,
	BACKOFF_MAX_MS = 1800 * 1000,
	BACKOFF_STEPS_MAX = 10,
};

struct reading {
	struct account_reply *r;
	const struct account_contact *contact;
	const struct sip_msg *msg;
	unsigned contacts;
	bool found;
	int err;
};


void account_reply_reset(struct account_reply *r)
{
	while (r->route_count)
		mem_deref(r->routes[--r->route_count]);
	mem_deref(r->gruu);
	mem_deref(r->identity);
	memset(r, 0, sizeof(*r));
}


/** Without the quotes that it may have */
static void unquote(struct pl *pl)
{
	if (pl->l >= 2 && pl->p[0] == '"' && pl->p[pl->l - 1] == '"') {
		pl->p++;
		pl->l -= 2;
	}
}


/** URN and angle brackets in the +sip.instance of RFC 5626 */
static bool is_ours(const struct reading *x, const struct sip_addr *addr)
{
	struct pl instance;

	if (!msg_param_decode(&addr->params, "+sip.instance", &instance)) {
		unquote(&instance);
		if (instance.l > 2 && instance.p[0] == '<') {
			instance.p++;
			instance.l -= 2;
		}
		return !pl_strcasecmp(&instance, x->contact->instance);
	}

	return !pl_strcasecmp(&addr->auri, x->contact->uri);
}


static int take_contact(struct reading *x, const struct pl *value)
{
	struct sip_addr addr;
	struct pl pl;
	int err = 0;

	if (++x->contacts > ACCOUNT_CONTACTS_MAX || x->found ||
	    sip_addr_decode(&addr, value) || !is_ours(x, &addr))
		return 0;

	x->found = true;
	x->r->expires_s =
		header_seconds(x->msg, SIP_HDR_EXPIRES, x->contact->asked_s);
	if (!msg_param_decode(&addr.params, "expires", &pl))
		x->r->expires_s = pl_u32(&pl);
	if (x->r->expires_s > ACCOUNT_EXPIRES_MAX_S)
		x->r->expires_s = ACCOUNT_EXPIRES_MAX_S;
	if (!msg_param_decode(&addr.params, "pub-gruu", &pl)) {
		unquote(&pl);
		err = header_uri(&x->r->gruu, &pl);
	}

	return err == ENOMEM ? err : 0;
}


static int take_route(struct reading *x, const struct pl *value)
{
	struct account_reply *r = x->r;
	struct sip_addr addr;
	int err;

	if (r->route_count == ACCOUNT_ROUTES_MAX ||
	    sip_addr_decode(&addr, value))
		return EBADMSG;

	err = header_uri(&r->routes[r->route_count], &addr.auri);
	if (err)
		return err;
	if (!config_is_route(r->routes[r->route_count])) {
		mem_deref(r->routes[r->route_count]);
		return EBADMSG;
	}
	r->route_count++;

	return 0;
}


static int take_identity(struct reading *x, const struct pl *value)
{
	struct sip_addr addr;
	int err;

	if (x->r->identity || sip_addr_decode(&addr, value) ||
	    pl_strcasecmp(&addr.uri.scheme, "sip"))
		return 0;

	err = header_uri(&x->r->identity, &addr.auri);

	return err == ENOMEM ? err : 0;
}


static bool header_h(const struct sip_hdr *hdr, const struct sip_msg *msg,
		     void *arg)
{
	struct reading *x = arg;
	struct pl rest = hdr->val, value;
	(void)msg;

	while (!x->err && sip_lines_next_value(&rest, &value)) {
		switch (hdr->id) {

		case SIP_HDR_CONTACT: x->err = take_contact(x, &value); break;
		case SIP_HDR_SERVICE_ROUTE:
			x->err = take_route(x, &value);
			break;
		default: x->err = take_identity(x, &value); break;
		}
	}

	return x->err != 0;
}


int account_reply_read(struct account_reply *r, const struct sip_msg *msg,
		       const struct account_contact *contact)
{
	static const enum sip_hdrid ids[] = {SIP_HDR_CONTACT,
					     SIP_HDR_SERVICE_ROUTE,
					     SIP_HDR_P_ASSOCIATED_URI};
	struct reading x = {.r = r, .contact = contact, .msg = msg};

	account_reply_reset(r);
	for (size_t i = 0; i < ARRAY_SIZE(ids) && !x.err; i++)
		(void)sip_msg_hdr_apply(msg, true, ids[i], header_h, &x);
	r->flow_timer_s = header_seconds(msg, SIP_HDR_FLOW_TIMER, 0);
	if (x.err)
		account_reply_reset(r);

	return x.err;
}


uint64_t account_refresh_ms(uint32_t expires_s)
{
	uint64_t ms;

	ms = expires_s > 2 * REFRESH_EARLY_S
		     ? (uint64_t)(expires_s - REFRESH_EARLY_S) * 1000
		     : (uint64_t)expires_s * 500;

	return ms < REFRESH_MIN_MS ? REFRESH_MIN_MS : ms;
}


uint64_t account_backoff_ms(unsigned failures, uint32_t random)
{
	uint64_t ms = BACKOFF_BASE_MS;

	if (failures > BACKOFF_STEPS_MAX)
		failures = BACKOFF_STEPS_MAX;
	while (failures-- > 1)
		ms *= 2;
	if (ms > BACKOFF_MAX_MS)
		ms = BACKOFF_MAX_MS;

	return ms / 2 + random % (ms / 2 + 1);
}
