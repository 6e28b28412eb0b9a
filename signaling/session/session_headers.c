/**
 * @file signaling/session/session_headers.c  What all messages of a session
 * carry
 */
#include <errno.h>
#include <string.h>
#include "signaling/message/identity.h"
#include "signaling/session/session_private.h"

/** Of every message that says where we are: RFC 3840 section 9, TS 24.147
 *  section 4.2, TS 24.173 */
#define FEATURES                                                              \
	";isfocus;audio;video;+g.3gpp.icsi-ref="                              \
	"\"urn%%3Aurn-7%%3A3gpp-service.ims.icsi.mmtel\""

static bool trusted(const struct session *s)
{
	struct flow_info flow;

	return !layer_flow_by_id(s->all->layer, s->flow, &flow) &&
	       identity_flow_trusted(s->all->config, &flow);
}

int session_contact_print(struct re_printf *pf, const char *uri)
{
	return re_hprintf(pf, "Contact: <%s>" FEATURES "\r\n", uri);
}

int session_uri(const struct session *s, char *dst, size_t size)
{
	const char *domain = s->all->config->domain;
	const char *at = strchr(s->contact, '@');
	const char *params = strchr(s->contact, ';');
	struct pl user, all;
	int n;

	all.p = s->contact;
	all.l = params ? (size_t)(params - s->contact) : strlen(s->contact);
	user.p = s->contact;
	user.l = at ? (size_t)(at - s->contact) : 0;
	if (at && str_isset(domain))
		n = re_snprintf(dst, size, "%r@%s", &user, domain);
	else
		n = re_snprintf(dst, size, "%r", &all);

	return n < 0 ? EOVERFLOW : 0;
}

int session_charge(struct session *s, const struct sip_msg *msg)
{
	const struct config *config = s->all->config;
	const char *ioi =
		str_isset(config->ioi) ? config->ioi : config->domain;
	const char *at = strchr(s->contact, '@');
	struct uri uri;
	char *host = NULL;
	struct pl pl;
	int err = 0;

	if (s->charging)
		return 0;
	pl_set_str(&pl, s->contact);
	if (at && !uri_decode(&uri, &pl))
		err = pl_strdup(&host, &uri.host);
	if (err)
		return err;
	if (msg)
		err = charging_accept(&s->charging, msg, trusted(s), ioi,
				      host);
	else
		err = charging_begin(&s->charging,
				     s->call ? call_out_icid(s->call) : NULL,
				     ioi, host);
	mem_deref(host);

	return err;
}

void session_heard(struct session *s, const struct sip_msg *msg)
{
	session_id_read(&s->ids, msg);
	if (!msg->req && msg->scode >= 200 && msg->scode < 300)
		call_out_accepted(s->call, msg);
	if (!msg->req && s->charging && trusted(s))
		(void)charging_answered(s->charging, msg);
}

int session_id_reply_print(struct re_printf *pf,
			   const struct session_request *request)
{
	const struct sip_msg *msg = request->msg;
	const struct session *s = NULL;
	struct session_id id = {"", ""};

	if (pl_isset(&msg->to.tag))
		s = session_find(request->all, msg);
	if (s && s->ids.local[0])
		return session_id_print(pf, &s->ids);
	session_id_read(&id, msg);
	if (!id.remote[0])
		return 0;
	uuid_make(id.local);

	return session_id_print(pf, &id);
}

/** RFC 6050 section 4: of requests only. Whom we dial is called for the
 *  service that we are */
int session_service_print(struct re_printf *pf, const struct session *s)
{
	const char *service = s->service;

	if (!service && s->caller)
		service = "urn:urn-7:3gpp-service.ims.icsi.mmtel";
	if (!service || call_out_account(s->call) || !trusted(s))
		return 0;

	return re_hprintf(pf, "P-Asserted-Service: %s\r\n", service);
}

int session_ims_print(struct re_printf *pf, const struct session *s)
{
	char uri[HEADER_URI_MAX];
	struct identity_ours ours = {uri, trusted(s)};
	const struct account *account = call_out_account(s->call);
	int err;

	err = session_id_print(pf, &s->ids);
	/* a terminal asserts nothing, its proxy does */
	if (!err && account)
		return account_print_identity(pf, account);
	if (err || !ours.trusted || !s->contact ||
	    session_uri(s, uri, sizeof(uri)))
		return err;

	err = identity_print(pf, &ours);
	err |= charging_print(pf, s->charging);

	return err;
}

int session_headers_print(struct re_printf *pf, const struct session *s)
{
	return re_hprintf(
		pf,
		"%H" SESSION_ALLOW SESSION_ALLOW_EVENTS SESSION_SUPPORTED "%H",
		session_contact_print, s->contact, session_ims_print, s);
}
