/**
 * @file signaling/session/dialog.c  State, flow and identifiers of a dialog
 */
#include <errno.h>
#include <string.h>
#include "focus/config/config.h"
#include "mixer/base/log.h"
#include "signaling/message/charging.h"
#include "signaling/message/header.h"
#include "signaling/message/identity.h"
#include "signaling/message/sender.h"
#include "signaling/message/session_id.h"
#include "signaling/session/dependencies.h"
#include "signaling/session/dialog.h"
#include "signaling/transport/layer.h"

struct dialog {
	const struct sessions_dependencies *base;
	enum dialog_state state;
	bool ours;
	struct sip_dialog *sip;
	uint64_t flow;
	bool secure;      /**< it began over TLS */
	struct sa near;   /**< unset: not known */
	struct sa proven; /**< dialog_proof(); unset: none */
	/** The host that our tag, or request, went to first; unset: none */
	struct sa told;
	bool vouched;
	bool wss; /**< they called, and it went by nothing else */
	bool reached;
	bool cut_off;
	struct tmr grace;
	char *contact;
	char *target; /**< URI of their last Contact; may be NULL */
	bool allow, allow_message, accept_cpim; /**< they said so */
	bool direct;
	size_t frame_bytes;
	struct session_id ids;
	struct charging *charging;
	unsigned refers; /**< taken in it */
};

static void dialog_destructor(void *arg)
{
	struct dialog *d = arg;

	tmr_cancel(&d->grace);
	mem_deref(d->sip);
	mem_deref(d->contact);
	mem_deref(d->target);
	mem_deref(d->charging);
}

int dialog_alloc(struct dialog **dp, const struct sessions_dependencies *base,
		 enum dialog_state state)
{
	struct dialog *d = mem_zalloc(sizeof(*d), dialog_destructor);

	if (!d)
		return ENOMEM;
	tmr_init(&d->grace);
	d->base = base;
	d->state = state;
	d->ours = state == DIALOG_DIALLING;
	*dp = d;

	return 0;
}

enum dialog_state dialog_state(const struct dialog *d)
{
	return d->state;
}

static const char *state_name(enum dialog_state state)
{
	static const char *const names[] = {
		[DIALOG_INCOMING] = "incoming",
		[DIALOG_ANSWERED] = "answered",
		[DIALOG_DIALLING] = "dialling",
		[DIALOG_CALLING] = "calling",
		[DIALOG_CANCELLING] = "cancelling",
		[DIALOG_CONFIRMED] = "confirmed",
		[DIALOG_ENDING] = "ending",
	};

	return names[state];
}

bool dialog_set_state(struct dialog *d, enum dialog_state state)
{
	if (state == d->state)
		return false;
	log_debug("session", "state from=%s to=%s", state_name(d->state),
		  state_name(state));
	d->state = state;
	d->reached |= state == DIALOG_CONFIRMED;

	return true;
}

bool dialog_is_ours(const struct dialog *d)
{
	return d->ours;
}

bool dialog_is_reached(const struct dialog *d)
{
	return d->ours || d->reached;
}

struct sip_dialog *dialog_sip(const struct dialog *d)
{
	return d->sip;
}

int dialog_accept(struct dialog *d, const struct sip_msg *msg)
{
	return sip_dialog_accept(&d->sip, msg);
}

void dialog_confirm(struct dialog *d, struct sip_dialog *dlg)
{
	mem_ref(dlg);
	mem_deref(d->sip);
	d->sip = dlg;
}

/* --------------------------------------------------------------- its flow */

uint64_t dialog_flow(const struct dialog *d)
{
	return d->flow;
}

int dialog_flow_info(const struct dialog *d, struct flow_info *flow)
{
	return layer_flow_by_id(d->base->layer, d->flow, flow);
}

int dialog_near(const struct dialog *d, struct sa *host)
{
	struct flow_info flow;

	if (sa_isset(&d->near, SA_ADDR)) {
		*host = d->near;
		return 0;
	}
	if (dialog_flow_info(d, &flow))
		return ENOENT;
	*host = flow.peer;

	return 0;
}

bool dialog_proof(const struct dialog *d, struct sa *host, bool *vouched)
{
	*host = d->proven;
	*vouched = d->vouched;

	return sa_isset(&d->proven, SA_ADDR);
}

/* May it bring a session description, which comes from there then? */
static bool describes(const struct sip_msg *msg)
{
	static const char *const methods[] = {"INVITE", "UPDATE", "PRACK"};
	const struct pl *method = msg->req ? &msg->met : &msg->cseq.met;

	for (size_t i = 0; i < ARRAY_SIZE(methods); i++) {
		if (!pl_strcmp(method, methods[i]))
			return true;
	}

	return false;
}

/* Can nobody have sent it from there who does not get there what we send? Our
 * tags are random, and so is what a response has from our request. But the far
 * end knows them, and may write another source below its datagrams: they prove
 * the host that was told, or none. So do Vias that another one passes on */
static bool is_proof(const struct dialog *d, const struct sip_msg *msg,
		     const struct flow_info *flow, const struct sa *host)
{
	if (msg->req && !pl_isset(&msg->to.tag))
		return false;

	if (flow->transport != FLOW_UDP && sa_cmp(host, &flow->peer, SA_ADDR))
		return true;

	return msg->req ? sa_cmp(&d->told, host, SA_ADDR) : flow->proven;
}

void dialog_heard(struct dialog *d, const struct sip_msg *msg)
{
	const struct config *config = d->base->config;
	struct flow_info flow;
	struct sa host;
	bool known;

	if (layer_flow(d->base->layer, msg, &flow))
		return;

	known = sender_host(&host, msg, &flow, config);
	if (known && describes(msg))
		d->near = host;
	if (!known && msg->req)
		return;

	/* a proxy that passes a response on has shown that it is there */
	if (!known)
		host = flow.peer;
	if (!sa_isset(&d->told, SA_ADDR) && (msg->req || flow.proven))
		d->told = host;
	if (!is_proof(d, msg, &flow, &host))
		return;

	d->proven = host;
	d->vouched = known && identity_flow_trusted(config, &flow) &&
		     config_network_has(config->trusted_hosts,
					config->trusted_hosts_count, &host);
}

bool dialog_is_trusted(const struct dialog *d)
{
	struct flow_info flow;

	return !dialog_flow_info(d, &flow) &&
	       identity_flow_trusted(d->base->config, &flow);
}

bool dialog_is_secure(const struct dialog *d)
{
	return d->secure;
}

bool dialog_is_secret(const struct dialog *d)
{
	return d->wss;
}

void dialog_set_flow(struct dialog *d, uint64_t flow)
{
	struct flow_info info;
	bool known;

	d->flow = flow;
	known = !dialog_flow_info(d, &info);
	d->secure = known && flow_is_secure(&info);
	d->wss = !d->ours && known && info.transport == FLOW_WSS;
}

void dialog_follow(struct dialog *d, const struct sip_msg *msg,
		   const char *conference)
{
	char contact[HEADER_URI_MAX], *copy = NULL;
	struct flow_info flow;

	if (layer_flow(d->base->layer, msg, &flow) || flow.id == d->flow ||
	    layer_contact(d->base->layer, flow.id, conference, contact,
			  sizeof(contact)) ||
	    str_dup(&copy, contact))
		return;
	(void)layer_dialog_moved(d->base->layer, msg);
	d->flow = flow.id;
	d->wss &= flow.transport == FLOW_WSS;
	d->cut_off = false;
	mem_deref(d->contact);
	d->contact = copy;
}

void dialog_flow_closed(struct dialog *d, bool lost, uint64_t ms, tmr_h *h,
			void *arg)
{
	if (lost)
		d->cut_off = true;
	tmr_start(&d->grace, ms, h, arg);
}

void dialog_flow_leave(struct dialog *d)
{
	tmr_cancel(&d->grace);
}

void dialog_flow_forgive(struct dialog *d)
{
	tmr_cancel(&d->grace);
	d->cut_off = false;
}

bool dialog_is_cut_off(const struct dialog *d)
{
	return d->cut_off;
}

const char *dialog_contact(const struct dialog *d)
{
	return d->contact;
}

int dialog_make_contact(struct dialog *d, const char *conference, bool sips)
{
	char uri[HEADER_URI_MAX];
	int err;

	err = layer_contact(d->base->layer, d->flow, conference, uri,
			    sizeof(uri));
	if (err)
		return err;
	d->contact = mem_deref(d->contact);
	if (sips && !strncmp(uri, "sip:", 4))
		return re_sdprintf(&d->contact, "sips:%s", uri + 4);

	return str_dup(&d->contact, uri);
}

void dialog_renew_contact(struct dialog *d, const char *conference)
{
	char *before = mem_ref(d->contact);

	if (dialog_make_contact(d, conference, !strncmp(before, "sips:", 5))) {
		mem_deref(d->contact);
		d->contact = mem_ref(before);
	}
	mem_deref(before);
}

int dialog_uri(const struct dialog *d, char *dst, size_t size)
{
	const char *domain = d->base->config->domain;
	const char *at = strchr(d->contact, '@');
	const char *params = strchr(d->contact, ';');
	struct pl user, all;
	int n;

	all.p = d->contact;
	all.l = params ? (size_t)(params - d->contact) : strlen(d->contact);
	user.p = d->contact;
	user.l = at ? (size_t)(at - d->contact) : 0;
	if (at && str_isset(domain))
		n = re_snprintf(dst, size, "%r@%s", &user, domain);
	else
		n = re_snprintf(dst, size, "%r", &all);

	return n < 0 ? EOVERFLOW : 0;
}

/* ------------------------------------------------ what its messages carry */

const struct session_id *dialog_session_id(const struct dialog *d)
{
	return &d->ids;
}

void dialog_set_session_id(struct dialog *d, const char *local)
{
	str_ncpy(d->ids.local, local, sizeof(d->ids.local));
}

struct charging *dialog_charging(const struct dialog *d)
{
	return d->charging;
}

int dialog_charge(struct dialog *d, const struct sip_msg *msg,
		  const char *icid)
{
	const struct config *config = d->base->config;
	const char *ioi =
		str_isset(config->ioi) ? config->ioi : config->domain;
	const char *at = strchr(d->contact, '@');
	struct uri uri;
	char *host = NULL;
	struct pl pl;
	int err = 0;

	if (d->charging)
		return 0;
	pl_set_str(&pl, d->contact);
	if (at && !uri_decode(&uri, &pl))
		err = pl_strdup(&host, &uri.host);
	if (err)
		return err;
	err = msg ? charging_accept(&d->charging, msg, dialog_is_trusted(d),
				    ioi, host)
		  : charging_begin(&d->charging, icid, ioi, host);
	mem_deref(host);

	return err;
}

bool dialog_take_refer(struct dialog *d)
{
	return !d->refers++;
}

static bool contact_uri(struct pl *uri, const struct sip_msg *msg)
{
	const struct sip_hdr *hdr = sip_msg_hdr(msg, SIP_HDR_CONTACT);
	struct sip_addr addr;

	if (!hdr || sip_addr_decode(&addr, &hdr->val))
		return false;
	*uri = addr.auri;

	return true;
}

bool dialog_is_target(const struct dialog *d, const struct sip_msg *msg)
{
	struct pl uri;

	return dialog_is_reached(d) && d->target && contact_uri(&uri, msg) &&
	       !pl_strcmp(&uri, d->target);
}

bool dialog_takes_message(const struct dialog *d)
{
	return d->allow_message || !d->allow;
}

bool dialog_takes_cpim(const struct dialog *d)
{
	return d->accept_cpim;
}

bool dialog_is_direct(const struct dialog *d)
{
	return d->direct;
}

const char *dialog_target(const struct dialog *d)
{
	return d->target;
}

size_t dialog_frame_bytes(const struct dialog *d)
{
	return d->frame_bytes;
}

static bool is_cpim_h(const struct sip_hdr *hdr, const struct sip_msg *msg,
		      void *arg)
{
	struct msg_ctype type;
	(void)msg;
	(void)arg;

	return !msg_ctype_decode(&type, &hdr->val) &&
	       !pl_strcasecmp(&type.type, "message") &&
	       !pl_strcasecmp(&type.subtype, "cpim");
}

/* With the line's name, our address on top, and what libre writes around it */
static bool route_h(const struct sip_hdr *hdr, const struct sip_msg *msg,
		    void *arg)
{
	size_t *bytes = arg;
	(void)msg;

	*bytes += hdr->val.l + sizeof("Route: \r\n");

	return false;
}

static void read_frame(struct dialog *d, const struct sip_msg *msg)
{
	size_t bytes = msg->from.val.l + msg->to.val.l + msg->callid.l;

	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_RECORD_ROUTE, route_h,
				&bytes);
	d->frame_bytes = MAX(d->frame_bytes, bytes);
}

/* What an INVITE, an UPDATE or its answer says for all of the dialog */
static void read_abilities(struct dialog *d, const struct sip_msg *msg)
{
	const struct pl *method = msg->req ? &msg->met : &msg->cseq.met;

	if (pl_strcmp(method, "INVITE") && pl_strcmp(method, "UPDATE"))
		return;
	if (sip_msg_hdr(msg, SIP_HDR_ALLOW)) {
		d->allow = true;
		d->allow_message =
			sip_msg_hdr_has_value(msg, SIP_HDR_ALLOW, "MESSAGE");
	}
	if (sip_msg_hdr(msg, SIP_HDR_ACCEPT))
		d->accept_cpim = sip_msg_hdr_apply(msg, true, SIP_HDR_ACCEPT,
						   is_cpim_h, NULL) != NULL;
	if (msg->req)
		d->direct = sender_is_direct(msg);
	read_frame(d, msg);
}

void dialog_received(struct dialog *d, const struct sip_msg *msg)
{
	struct pl target;

	read_abilities(d, msg);
	if (contact_uri(&target, msg)) {
		d->target = mem_deref(d->target);
		(void)pl_strdup(&d->target, &target);
	}
	d->reached |= !msg->req || pl_isset(&msg->to.tag);
	session_id_read(&d->ids, msg);
	if (!msg->req && d->charging && dialog_is_trusted(d))
		(void)charging_answered(d->charging, msg);
}
