/**
 * @file signaling/sdp/offer_transport.c  Addresses, ICE, DTLS and keys of a
 * line
 *
 * ICE attributes by RFC 8839, fingerprint and setup by RFC 8122, 8842; a=rtcp
 * by RFC 3605, rtcp-mux by RFC 5761.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include "signaling/sdp/fmtp.h"
#include "signaling/sdp/sdp_private.h"

enum profile { PROFILE_UNKNOWN, PROFILE_RTP, PROFILE_SRTP, PROFILE_DTLS };

static const struct {
	const char *proto;
	enum profile profile;
} profiles[] = {
	{"RTP/AVP", PROFILE_RTP},
	{"RTP/AVPF", PROFILE_RTP},
	{"RTP/SAVP", PROFILE_SRTP},
	{"RTP/SAVPF", PROFILE_SRTP},
	{"UDP/TLS/RTP/SAVP", PROFILE_DTLS},
	{"UDP/TLS/RTP/SAVPF", PROFILE_DTLS},
};

static const struct {
	const char *name;
	size_t octets;
} hashes[] = {
	{"sha-256", 32}, {"sha-384", 48}, {"sha-512", 64},
	{"sha-224", 28}, {"sha-1", 20},
};


static enum profile profile_of(const struct pl *proto)
{
	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		if (!pl_strcasecmp(proto, profiles[i].proto))
			return profiles[i].profile;
	}
	return PROFILE_UNKNOWN;
}


bool offer_proto_known(const struct pl *proto)
{
	return profile_of(proto) != PROFILE_UNKNOWN;
}


bool offer_profile_is_secure(const char *proto)
{
	const struct pl pl = {proto, strlen(proto)};

	return profile_of(&pl) > PROFILE_RTP;
}


static bool ice_copy(char dst[DESCRIPTION_ICE_BYTES], const struct pl *src,
		     size_t min)
{
	if (src->l < min || src->l >= DESCRIPTION_ICE_BYTES)
		return false;
	for (size_t i = 0; i < src->l; i++) {
		char c = src->p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '+' || c == '/'))
			return false;
	}
	memcpy(dst, src->p, src->l);
	dst[src->l] = '\0';
	return true;
}


/** "sha-256 AB:CD:...". The value is brought to upper case */
static bool fingerprint_read(struct mp_fingerprint *fp, struct pl value)
{
	struct pl hash, octets;
	size_t i;

	if (!offer_text_word(&value, &hash) ||
	    !offer_text_word(&value, &octets))
		return false;
	for (i = 0; i < ARRAY_SIZE(hashes); i++) {
		if (!pl_strcasecmp(&hash, hashes[i].name))
			break;
	}
	if (i == ARRAY_SIZE(hashes) || octets.l != 3 * hashes[i].octets - 1)
		return false;
	for (size_t k = 0; k < octets.l; k++) {
		char c = octets.p[k];

		if (k % 3 == 2 ? c != ':' : !isxdigit((unsigned char)c))
			return false;
		fp->value[k] = c >= 'a' ? (char)(c - 0x20) : c;
	}
	fp->value[octets.l] = '\0';
	(void)re_snprintf(fp->hash, sizeof(fp->hash), "%s", hashes[i].name);
	return true;
}


static void fingerprints_read(struct transport_description *tr,
			      const struct offer_text *t, int media)
{
	size_t pos = 0;
	struct pl name, value;
	char type;

	while (tr->fingerprint_count < DESCRIPTION_FINGERPRINTS_MAX &&
	       offer_text_next(t, media, &pos, &type, &name, &value)) {
		if (type == 'a' && !pl_strcmp(&name, "fingerprint") &&
		    fingerprint_read(&tr->fingerprints[tr->fingerprint_count],
				     value))
			++tr->fingerprint_count;
	}
}


/** The role the mixer takes; while the association stays, so does it
 *  (RFC 8842 section 5.3). As ICE-lite server we like to be passive */
static enum mp_dtls_role role_read(const struct offer_text *t, int tag,
				   const struct transport_description *prev,
				   bool same)
{
	struct pl setup;

	if (!offer_text_attr_any(t, tag, "setup", &setup))
		return MP_DTLS_SERVER;
	if (!pl_strcasecmp(&setup, "passive"))
		return MP_DTLS_CLIENT;
	if (!pl_strcasecmp(&setup, "actpass") && same &&
	    prev->dtls_role != MP_DTLS_UNKNOWN)
		return prev->dtls_role;
	return MP_DTLS_SERVER;
}


/** Of the line, else of the session. @return false: there are none */
static bool certificate_read(struct transport_description *tr,
			     const struct offer_text *t, int tag)
{
	fingerprints_read(tr, t, tag);
	if (!tr->fingerprint_count)
		fingerprints_read(tr, t, OFFER_TEXT_SESSION);
	return tr->fingerprint_count > 0;
}


static bool same_certificate(const struct transport_description *a,
			     const struct transport_description *b)
{
	return a->known && a->fingerprint_count == b->fingerprint_count &&
	       !memcmp(a->fingerprints, b->fingerprints,
		       sizeof(a->fingerprints));
}


static enum reason webrtc_read(struct transport_description *tr,
			       const struct offer_text *t, int tag,
			       const struct transport_description *prev)
{
	struct pl ufrag, pwd, lite;
	bool same;

	/* Two lite agents would wait for each other's checks forever */
	if (offer_text_attr_any(t, tag, "ice-lite", &lite) ||
	    !offer_text_attr_any(t, tag, "ice-ufrag", &ufrag) ||
	    !offer_text_attr_any(t, tag, "ice-pwd", &pwd) ||
	    !ice_copy(tr->ice_ufrag, &ufrag, 4) ||
	    !ice_copy(tr->ice_pwd, &pwd, 22))
		return REASON_NO_PROFILE;
	if (!certificate_read(tr, t, tag))
		return REASON_NO_KEYS;
	same = prev->kind == MP_WEBRTC && same_certificate(prev, tr) &&
	       !strcmp(prev->ice_ufrag, tr->ice_ufrag);
	tr->kind = MP_WEBRTC;
	tr->dtls_role = role_read(t, tag, prev, same);
	tr->rtcp_mux = true;
	return REASON_NONE;
}


static void rtcp_read(struct transport_description *tr,
		      const struct offer_text *t, int media, uint32_t port,
		      const struct offer_config *config)
{
	struct pl value, word;
	struct sa addr = tr->rtp;
	uint32_t rtcp = port < 65535 ? port + 1 : port;

	if (offer_text_attr(t, media, "rtcp", &value) &&
	    offer_text_word(&value, &word)) {
		struct sa other;
		uint32_t n;

		if (fmtp_number(&word, 65535, &n) && n)
			rtcp = n;
		if (value.l && offer_connection_read(value, config, &other) &&
		    !sa_is_any(&other))
			addr = other;
	}
	tr->rtcp_mux = offer_text_attr(t, media, "rtcp-mux", &value);
	sa_set_port(&addr, (uint16_t)(tr->rtcp_mux ? port : rtcp));
	tr->rtcp = tr->rtcp_mux ? tr->rtp : addr;
}


static enum reason plain_read(struct transport_description *tr,
			      const struct offer_text *t, int media,
			      uint32_t port,
			      const struct transport_description *prev,
			      const struct offer_config *config)
{
	struct sa addr;

	if (!offer_address_read(t, media, config, &addr))
		return REASON_NO_ADDRESS;
	if (sa_is_any(&addr)) {
		/* Hold of RFC 2543: the last address stays the right one */
		tr->rtp = prev->rtp;
		tr->rtcp = prev->rtcp;
		tr->rtcp_mux = prev->rtcp_mux;
		return REASON_NONE;
	}
	tr->rtp = addr;
	sa_set_port(&tr->rtp, (uint16_t)port);
	rtcp_read(tr, t, media, port, config);
	return REASON_NONE;
}


/** DTLS-SRTP without ICE (RFC 5763): a plain line whose keys come by DTLS */
static enum reason plain_dtls_read(struct transport_description *tr,
				   const struct offer_text *t, int media,
				   uint32_t port,
				   const struct transport_description *prev,
				   const struct offer_config *config)
{
	enum reason reason;

	if (!certificate_read(tr, t, media))
		return REASON_NO_KEYS;
	reason = plain_read(tr, t, media, port, prev, config);
	if (reason != REASON_NONE)
		return reason;
	tr->dtls = true;
	tr->dtls_role = role_read(t, media, prev,
				  prev->dtls && same_certificate(prev, tr));
	return REASON_NONE;
}


/** Keys as the profile wants them: SAVP needs some; in AVP they are an
 *  extra that we take where we may */
static enum reason keys_read(struct offer_group *g, const struct offer_text *t,
			     int media, enum profile profile,
			     bool sdes_allowed)
{
	if (sdes_allowed && offer_sdes_read(g, t, media))
		return REASON_NONE;
	return profile == PROFILE_RTP ? REASON_NONE : REASON_NO_KEYS;
}


static void group_clear(struct offer_group *g)
{
	memset(&g->d, 0, sizeof(g->d));
	sa_init(&g->d.rtp, AF_UNSPEC);
	sa_init(&g->d.rtcp, AF_UNSPEC);
	g->crypto_tag = 0;
	g->d.known = true;
}


enum reason offer_transport_read(struct offer_group *g,
				 const struct offer_text *t, int media,
				 int tag, const struct offer_config *config)
{
	const struct transport_description prev = g->d;
	struct offer_text_media line;
	enum profile profile;
	enum reason reason;
	struct pl value;

	if (!offer_text_media(t, media, &line))
		return REASON_NO_PROFILE;
	profile = profile_of(&line.proto);
	group_clear(g);
	if (profile == PROFILE_DTLS &&
	    !offer_text_attr_any(t, tag, "ice-ufrag", &value))
		return plain_dtls_read(&g->d, t, media, line.port, &prev,
				       config);
	if (profile == PROFILE_DTLS ||
	    (profile == PROFILE_SRTP &&
	     offer_text_attr_any(t, tag, "fingerprint", &value) &&
	     offer_text_attr_any(t, tag, "ice-ufrag", &value))) {
		reason = webrtc_read(&g->d, t, tag, &prev);
		if (reason == REASON_NONE || profile == PROFILE_DTLS)
			return reason;
		/* its other keys may do */
		group_clear(g);
	}
	reason = plain_read(&g->d, t, media, line.port, &prev, config);
	if (reason == REASON_NONE)
		reason = keys_read(g, t, media, profile, config->sdes_allowed);
	if (reason != REASON_NO_KEYS)
		return reason;
	/* Keys by DTLS, under the profile's name of before RFC 5764 */
	group_clear(g);
	return plain_dtls_read(&g->d, t, media, line.port, &prev, config);
}
