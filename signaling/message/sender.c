/**
 * @file signaling/message/sender.c  From which host a message came
 */
#include "signaling/message/flow.h"
#include "signaling/message/identity.h"
#include "signaling/message/sender.h"
#include "signaling/message/via.h"


/** An address as it may stand in received or sent-by (RFC 3261 section 25.1:
 *  IPv6 without brackets in the one, with them in the other; seen both ways).
 *  @return false: a name, or nothing */
static bool address_read(struct sa *sa, struct pl text)
{
	if (text.l > 2 && text.p[0] == '[' && text.p[text.l - 1] == ']') {
		text.p++;
		text.l -= 2;
	}

	return text.l && !sa_set(sa, &text, 0);
}


/** The bottom Via's sender, as the first proxy saw it */
static bool bottom_via(struct sa *sa, const struct sip_msg *msg)
{
	const struct sip_hdr *h =
		sip_msg_hdr_apply(msg, false, SIP_HDR_VIA, NULL, NULL);
	struct pl received;
	struct via via;

	if (!h || via_decode(&via, &h->val))
		return false;

	if (!msg_param_decode(&via.params, "received", &received))
		return address_read(sa, received);

	return address_read(sa, via.host);
}


bool sender_host(struct sa *host, const struct sip_msg *msg,
		 const struct flow_info *flow, const struct config *config)
{
	if (!identity_flow_trusted(config, flow)) {
		*host = flow->peer;
		return true;
	}

	return msg->req && bottom_via(host, msg);
}
