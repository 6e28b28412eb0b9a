/**
 * @file signaling/account/account_register.c  The life of one registration
 */
#include <errno.h>
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/account/account_private.h"
#include "signaling/message/header.h"


/** What our Contact can do (RFC 3840, TS 24.229 section 5.1.1.2.1) */
#define FEATURES                                                              \
	";audio;video;+g.3gpp.icsi-ref="                                      \
	"\"urn%%3Aurn-7%%3A3gpp-service.ims.icsi.mmtel\""

enum {
	/** Wrong secrets do not get better by being tried often */
	REFUSED_WAIT_MS = 300 * 1000,
	WAIT_MAX_S = 3600,
	/** A flow that was lost is made anew soon, not all at once */
	FLOW_LOST_MS = 1000,
	/** Keep-alive of a connection without Flow-Timer (RFC 5626 section
	    4.4.1: 95 to 120 s) */
	PING_S = 95,
};

static void response_h(int err, const struct sip_msg *msg, void *arg);


static void begin_h(void *arg)
{
	account_begin(arg);
}


/** Not registered any more, or not yet: try again after a while */
static void wait(struct account *a, uint64_t ms)
{
	a->resolve = mem_deref(a->resolve);
	a->req = mem_deref(a->req);
	tmr_cancel(&a->ping);
	account_reply_reset(&a->reply);
	account_set_state(a, ACCOUNT_WAITING);
	tmr_start(&a->tmr, ms, begin_h, a);
}


static void failed(struct account *a, const char *why, uint64_t at_least_ms)
{
	uint64_t ms = account_backoff_ms(++a->failures, rand_u32());

	if (ms < at_least_ms)
		ms = at_least_ms;
	log_warn("account", "not registered account=%s why=\"%s\" again_s=%u",
		 a->config->aor, why, (unsigned)(ms / 1000));
	a->flow = 0;
	wait(a, ms);
}


/* -------------------------------------------------------------- request */

static int print_contact(struct re_printf *pf, const struct account *a)
{
	return re_hprintf(pf,
			  "Contact: <%s>;+sip.instance=\"<%s>\";"
			  "reg-id=1" FEATURES,
			  a->contact, a->all->instance);
}


static int send_register(struct account *a, uint32_t expires_s)
{
	char uri[HEADER_URI_MAX];
	const struct credentials_request request = {a->tried, "REGISTER", uri};

	if (re_snprintf(uri, sizeof(uri), "sip:%s",
			strchr(a->config->aor, '@') + 1) < 0)
		return EOVERFLOW;

	a->registers++;
	a->asked_ms = tmr_jiffies();

	return sip_drequestf(&a->req, layer_sip(a->all->layer), true,
			     "REGISTER", a->dlg, 0, NULL, NULL, response_h, a,
			     "%H;expires=%u\r\n"
			     "Expires: %u\r\n"
			     "Supported: path, outbound, gruu\r\n"
			     "%H"
			     "Content-Length: 0\r\n\r\n",
			     print_contact, a, expires_s, expires_s,
			     credentials_print, &request);
}


static int make_dialog(struct account *a, const char *route)
{
	char user[HEADER_URI_MAX], text[HEADER_URI_MAX];
	const char *routes[2] = {route, NULL};
	char *outbound = NULL;
	struct pl pl;
	int err;

	if (!config_account_contact(a->config, a->all->config, user,
				    sizeof(user)))
		return EINVAL;
	err = layer_contact(a->all->layer, a->flow, user, text, sizeof(text));
	if (err)
		return err;
	a->contact = mem_deref(a->contact);
	err = str_dup(&a->contact, text);
	if (err)
		return err;

	if (a->config->outbound) {
		pl_set_str(&pl, a->config->outbound);
		err = header_route(&outbound, &pl);
		if (err)
			return err;
		routes[1] = outbound;
	}
	if (re_snprintf(text, sizeof(text), "sip:%s",
			strchr(a->config->aor, '@') + 1) < 0)
		err = EOVERFLOW;
	a->dlg = mem_deref(a->dlg);
	if (!err)
		err = sip_dialog_alloc(&a->dlg, text, a->config->aor, NULL,
				       a->config->aor, routes,
				       outbound ? 2 : 1);
	mem_deref(outbound);

	return err;
}


static void ask(struct account *a)
{
	int err;

	if (a->tried)
		credentials_renew(a->tried);
	else
		(void)credentials_begin(&a->tried, a->all->credentials,
					a->config->aor);
	a->raised = false;
	account_set_state(a, ACCOUNT_ASKING);
	err = send_register(a, a->wants_s);
	if (err)
		failed(a, strerror(err), 0);
}


static void routed_h(int err, const char *route, uint64_t flow, void *arg)
{
	struct account *a = arg;

	a->resolve = mem_deref(a->resolve);
	a->flow = flow;
	if (!err)
		err = make_dialog(a, route);
	if (err)
		failed(a, strerror(err), 0);
	else
		ask(a);
}


void account_begin(struct account *a)
{
	struct flow_info info;
	int err;

	tmr_cancel(&a->tmr);
	if (a->flow && a->dlg &&
	    !layer_flow_by_id(a->all->layer, a->flow, &info) &&
	    !info.retired) {
		ask(a);
		return;
	}

	account_set_state(a, ACCOUNT_RESOLVING);
	err = layer_resolve(&a->resolve, a->all->layer, a->config->next_hop,
			    routed_h, a);
	if (err)
		failed(a, strerror(err), 0);
}


void account_flow_lost(struct account *a)
{
	a->flow = 0;
	a->dlg = mem_deref(a->dlg);

	switch (a->state) {

	case ACCOUNT_REGISTERED:
		log_info("account", "connection lost account=%s",
			 a->config->aor);
		wait(a, rand_u32() % FLOW_LOST_MS);
		break;

	case ACCOUNT_ASKING: failed(a, "connection lost", 0); break;
	case ACCOUNT_LEAVING: account_gone(a); break;
	default: break;
	}
}


/* ------------------------------------------------------------- response */

static void ping_h(void *arg)
{
	struct account *a = arg;
	uint32_t s = a->reply.flow_timer_s;

	s = s && s < PING_S ? s * 4 / 5 + 1 : PING_S;
	if (!layer_flow_ping(a->all->layer, a->flow))
		tmr_start(&a->ping, (uint64_t)s * 1000, ping_h, a);
}


static void registered(struct account *a, const struct sip_msg *msg)
{
	const struct account_contact contact = {a->contact, a->all->instance,
						a->wants_s};
	int err;

	err = account_reply_read(&a->reply, msg, &contact);
	if (err || !a->reply.expires_s) {
		failed(a, "200 without our Contact", 0);
		return;
	}

	if (a->failures || a->registers <= 2)
		log_info("account", "registered account=%s expires_s=%u",
			 a->config->aor, a->reply.expires_s);
	a->bound = true;
	a->failures = 0;
	a->until_ms = tmr_jiffies() + (uint64_t)a->reply.expires_s * 1000;
	account_set_state(a, ACCOUNT_REGISTERED);
	tmr_start(&a->tmr, account_refresh_ms(a->reply.expires_s), begin_h, a);
	ping_h(a);
}


/** 423: not for so short a time (RFC 3261 section 21.4.17) */
static bool raise_expires(struct account *a, const struct sip_msg *msg)
{
	uint32_t min = header_seconds(msg, SIP_HDR_MIN_EXPIRES, 0);

	if (a->raised || min <= a->wants_s || min > ACCOUNT_EXPIRES_MAX_S)
		return false;
	a->raised = true;
	a->wants_s = min;

	return true;
}


static void refused(struct account *a, const struct sip_msg *msg)
{
	uint32_t after_s = header_seconds(msg, SIP_HDR_RETRY_AFTER, 0);
	char why[96];
	int err = EPROTO;

	if (msg->scode == 401 || msg->scode == 407)
		err = credentials_challenge(a->tried, msg);
	else if (msg->scode == 423 && raise_expires(a, msg))
		err = 0;
	if (!err)
		err = send_register(a, a->wants_s);
	if (!err)
		return;

	a->bound = false;
	a->tried = mem_deref(a->tried);
	if (after_s > WAIT_MAX_S)
		after_s = WAIT_MAX_S;
	if (msg->scode == 503)
		layer_flow_avoid(a->all->layer, a->flow,
				 (uint64_t)after_s * 1000);
	(void)re_snprintf(why, sizeof(why), "status %u", msg->scode);
	failed(a, why,
	       err == EACCES ? REFUSED_WAIT_MS : (uint64_t)after_s * 1000);
}


static void leaving(struct account *a, int err, const struct sip_msg *msg)
{
	if (!err && (msg->scode == 401 || msg->scode == 407) &&
	    !credentials_challenge(a->tried, msg) && !send_register(a, 0))
		return;
	if (err || msg->scode >= 300)
		log_info("account", "not taken back account=%s status=%u",
			 a->config->aor, err ? 0 : msg->scode);
	account_gone(a);
}


static void response_h(int err, const struct sip_msg *msg, void *arg)
{
	struct account *a = arg;

	if (!err && msg->scode < 200)
		return;

	a->last_status = err ? 408 : msg->scode;
	if (a->state == ACCOUNT_LEAVING)
		leaving(a, err, msg);
	else if (err) {
		layer_flow_failed(a->all->layer, a->flow, a->asked_ms);
		if (a->state == ACCOUNT_ASKING)
			failed(a, strerror(err), 0);
	}
	else if (msg->scode < 300)
		registered(a, msg);
	else
		refused(a, msg);
}


/* ------------------------------------------------------------------ end */

void account_leave(struct account *a)
{
	const bool asked = a->state == ACCOUNT_ASKING;

	tmr_cancel(&a->tmr);
	tmr_cancel(&a->ping);
	a->resolve = mem_deref(a->resolve);
	a->req = mem_deref(a->req);
	account_set_state(a, ACCOUNT_LEAVING);
	credentials_renew(a->tried);
	if ((!a->bound && !asked) || !a->dlg || !a->flow ||
	    send_register(a, 0))
		account_gone(a);
}
