/**
 * @file signaling/message/sender.c  From which host a message came
 */
#include "focus/config/config.h"
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


/** Where a Via's sender was, as whoever got it saw that */
static bool via_host(struct sa *sa, const struct sip_hdr *h)
{
	struct pl received;
	struct via via;

	if (via_decode(&via, &h->val))
		return false;

	if (!msg_param_decode(&via.params, "received", &received))
		return address_read(sa, received);

	return address_read(sa, via.host);
}


/** The way that a message took, from us back to who sent it */
struct way {
	const struct config *config;
	struct sa host;
	bool known; /**< host is that of the Via looked at last */
	bool below; /**< that is not the top one */
};


/** Each tells where the one who wrote the next is believed to be. @return
 * true: nobody believes what stands below */
static bool via_h(const struct sip_hdr *h, const struct sip_msg *msg,
		  void *arg)
{
	struct way *way = arg;
	(void)msg;

	/* the top one is our stack's (signaling/transport/rewrite.h) */
	if (!way->below) {
		way->below = true;
		return false;
	}
	way->known = via_host(&way->host, h);

	return !way->known ||
	       !config_network_has(way->config->trusted_hosts,
				   way->config->trusted_hosts_count,
				   &way->host);
}


bool sender_host(struct sa *host, const struct sip_msg *msg,
		 const struct flow_info *flow, const struct config *config)
{
	struct way way = {.config = config, .known = true};

	if (!identity_flow_trusted(config, flow)) {
		*host = flow->peer;
		return true;
	}
	if (!msg->req)
		return false;

	way.host = flow->peer;
	(void)sip_msg_hdr_apply(msg, true, SIP_HDR_VIA, via_h, &way);
	if (way.known)
		*host = way.host;

	return way.known;
}


bool sender_is_direct(const struct sip_msg *msg)
{
	return sip_msg_hdr_count(msg, SIP_HDR_VIA) <= 2;
}
