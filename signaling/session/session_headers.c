/**
 * @file signaling/session/session_headers.c  What all messages of a session
 * carry
 */
#include <string.h>
#include "signaling/message/identity.h"
#include "signaling/session/session_headers.h"
#include "signaling/session/session_private.h"

/** Of every message that says where we are: RFC 3840 section 9, TS 24.147
 *  section 4.2, TS 24.173 */
#define FEATURES                                                              \
	";isfocus;audio;video;+g.3gpp.icsi-ref="                              \
	"\"urn%%3Aurn-7%%3A3gpp-service.ims.icsi.mmtel\""

int session_contact_print(struct re_printf *pf, const char *uri)
{
	return re_hprintf(pf, "Contact: <%s>" FEATURES "\r\n", uri);
}

int session_id_reply_print(struct re_printf *pf,
			   const struct session_request *request)
{
	const struct sip_msg *msg = request->msg;
	const struct session *s = NULL;
	struct session_id id = {"", ""};

	if (pl_isset(&msg->to.tag))
		s = session_find(request->all, msg);
	if (s && dialog_session_id(s->dialog)->local[0])
		return session_id_print(pf, dialog_session_id(s->dialog));
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
	const char *service = s->party->service;

	if (!service && dialog_is_ours(s->dialog))
		service = "urn:urn-7:3gpp-service.ims.icsi.mmtel";
	if (!service || call_out_account(s->call) ||
	    !dialog_is_trusted(s->dialog))
		return 0;

	return re_hprintf(pf, "P-Asserted-Service: %s\r\n", service);
}

int session_ims_print(struct re_printf *pf, const struct session *s)
{
	char uri[HEADER_URI_MAX];
	struct identity_ours ours = {uri, dialog_is_trusted(s->dialog)};
	const struct account *account = call_out_account(s->call);
	int err;

	err = session_id_print(pf, dialog_session_id(s->dialog));
	/* a terminal asserts nothing, its proxy does */
	if (!err && account)
		return account_print_identity(pf, account);
	if (err || !ours.trusted || !dialog_contact(s->dialog) ||
	    dialog_uri(s->dialog, uri, sizeof(uri)))
		return err;

	err = identity_print(pf, &ours);
	err |= charging_print(pf, dialog_charging(s->dialog));

	return err;
}

int session_headers_print(struct re_printf *pf, const struct session *s)
{
	return re_hprintf(
		pf,
		"%H" SESSION_ALLOW SESSION_ALLOW_EVENTS SESSION_SUPPORTED "%H",
		session_contact_print, dialog_contact(s->dialog),
		session_ims_print, s);
}
