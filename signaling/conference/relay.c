/**
 * @file signaling/conference/relay.c  Credentials for a TURN server, before
 * the offer
 *
 * A browser must know its relays before it makes the connection whose offer
 * goes into the INVITE. So it asks by OPTIONS, which is judged as that INVITE
 * would be: by the same digest, the same judge. Who takes part already asks
 * for more by the secret that it was given, also where nobody else gets in.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include "focus/conference/focus.h"
#include "focus/config/config.h"
#include "mixer/base/log.h"
#include "signaling/auth/turn_credential.h"
#include "signaling/conference/relay.h"
#include "signaling/http/limit.h"
#include "signaling/message/flow.h"
#include "signaling/message/identity.h"

enum {
	/** Handed out to one address at once, and then a minute: everybody in
	 *  an office who begins at nine */
	RELAY_BURST = 240,
	RELAY_PER_MINUTE = 120,
	KEY_BYTES = 32,
	ID_BYTES = 12,
	ID_SIZE = 2 * ID_BYTES + 1,
};

struct relay {
	const struct config *config;
	struct limit *limit;
	uint8_t key[KEY_BYTES]; /**< of the users' names, at the server */
};


static void relay_destructor(void *arg)
{
	struct relay *r = arg;

	mem_deref(r->limit);
}


int relay_alloc(struct relay **rp, const struct config *config)
{
	const struct limit_rate rate = {RELAY_PER_MINUTE, 60, RELAY_BURST};
	struct relay *r = mem_zalloc(sizeof(*r), relay_destructor);
	int err;

	if (!r)
		return ENOMEM;

	r->config = config;
	rand_bytes(r->key, sizeof(r->key));
	err = limit_alloc(&r->limit, &rate);

	if (err)
		mem_deref(r);
	else
		*rp = r;

	return err;
}


static bool accept_relay_h(const struct sip_hdr *hdr,
			   const struct sip_msg *msg, void *arg)
{
	static const char type[] = RELAY_TYPE;
	struct msg_ctype ctype;
	struct pl text;
	(void)msg;
	(void)arg;

	if (msg_ctype_decode(&ctype, &hdr->val))
		return false;
	text.p = ctype.type.p;
	text.l = (size_t)(ctype.subtype.p + ctype.subtype.l - ctype.type.p);

	return !pl_strcasecmp(&text, type);
}


bool relay_is_wanted(const struct relay *r, const struct sip_msg *msg,
		     const struct flow_info *flow)
{
	return r->config->turn_uri_count &&
	       (flow->transport == FLOW_WS || flow->transport == FLOW_WSS) &&
	       sip_msg_hdr_apply(msg, true, SIP_HDR_ACCEPT, accept_relay_h,
				 NULL);
}


/**
 * The user, as the server counts allocations: who has proved who he is, with
 * all his browsers; else the browser at this connection. No name that a
 * person knows, and the same each time it asks
 */
static int print_id(const struct relay *r, char id[ID_SIZE], const char *aor,
		    const struct flow_info *flow)
{
	uint8_t mac[EVP_MAX_MD_SIZE];
	char text[512];

	if (aor ? re_snprintf(text, sizeof(text), "u%s", aor) < 0
		: re_snprintf(text, sizeof(text), "f%llu", flow->id) < 0)
		return EINVAL;
	if (!HMAC(EVP_sha256(), r->key, sizeof(r->key), (const uint8_t *)text,
		  strlen(text), mac, NULL))
		return ENOMEM;
	(void)re_snprintf(id, ID_SIZE, "%w", mac, (size_t)ID_BYTES);

	return 0;
}


static bool is_too_much(const struct relay *r, const struct flow_info *flow)
{
	struct sa source;
	char peer[64];

	identity_source(&source, r->config, flow);
	if (identity_flow_trusted(r->config, flow) ||
	    limit_take(r->limit, &source, 1, tmr_jiffies()))
		return false;

	(void)re_snprintf(peer, sizeof(peer), "%j", &flow->peer);
	log_warn("relay", "too many credentials peer=%s", peer);

	return true;
}


static int print_servers(const struct relay *r,
			 const struct turn_credential *c, char **bodyp)
{
	json_t *urls = json_array(), *json;
	char *body = NULL;
	size_t len;

	for (size_t i = 0; i < r->config->turn_uri_count; i++)
		(void)json_array_append_new(
			urls, json_string(r->config->turn_uri[i]));

	json = json_pack("{s:[{s:o, s:s, s:s}], s:i}", "iceServers", "urls",
			 urls, "username", c->username, "credential",
			 c->password, "lifetime",
			 (int)r->config->turn_lifetime_s);

	len = json_dumpb(json, NULL, 0, JSON_COMPACT);
	if (len)
		body = mem_zalloc(len + 1, NULL);
	/* json_dumpb() may leave bytes out where memory fails */
	if (body && json_dumpb(json, body, len, JSON_COMPACT) != len)
		body = mem_deref(body);
	json_decref(json);
	*bodyp = body;

	return body ? 0 : ENOMEM;
}


enum reason relay_give(const struct relay *r, const struct flow_info *flow,
		       const char *aor, char **bodyp)
{
	struct turn_credential c;
	char id[ID_SIZE];

	if (is_too_much(r, flow))
		return REASON_OVERLOAD;

	/* Parley's timers are monotonic, but this one is the TURN server's: it
	 * compares with its own wall clock. One that is off by some minutes
	 * makes the life longer or shorter, and no call is cut by it */
	if (print_id(r, id, aor, flow) ||
	    turn_credential_make(&c, r->config->turn_secret,
				 time(NULL) + r->config->turn_lifetime_s,
				 id) ||
	    print_servers(r, &c, bodyp))
		return REASON_INTERNAL;

	return REASON_NONE;
}
