/**
 * @file signaling/sdp/offer_print.c  Our side as SDP (RFC 8866, 8829)
 */
#include <errno.h>
#include <string.h>
#include "focus/roster/conference_info.h"
#include "signaling/sdp/sdp_private.h"

/** What one printing works with */
struct printing {
	struct mbuf *mb;
	const struct offer *o;
	const struct offer_state *s;
	const json_t *transports, *media; /**< the mixer's */
	bool is_offer;
};


/** A word from the mixer; NULL if it would break the line */
static const char *word(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	if (!text || !text[0] || strlen(text) > 512)
		return NULL;
	for (const char *p = text; *p; p++) {
		if (*p <= 0x20 || *p >= 0x7f)
			return NULL;
	}
	return text;
}


static int number(const json_t *object, const char *member)
{
	json_int_t n = json_integer_value(json_object_get(object, member));

	return n < 0 || n > INT32_MAX ? 0 : (int)n;
}


static const char *address_type(const char *address)
{
	return strchr(address, ':') ? "IP6" : "IP4";
}


/** Where the mixer wants media: the default candidate, or plain address */
static bool default_address(const struct offer_transport *tr,
			    const json_t *local, const char **address,
			    int *port)
{
	const json_t *from = local;

	if (tr->webrtc)
		from = json_array_get(json_object_get(local, "candidates"), 0);
	*address = word(from, "address");
	*port = number(from, "port");
	return *address && *port > 0 && *port < 65536;
}


static int print_ice(const struct printing *p, const json_t *local)
{
	const json_t *ice = json_object_get(local, "ice");
	const json_t *candidates = json_object_get(local, "candidates");
	const char *ufrag = word(ice, "ufrag"), *pwd = word(ice, "pwd");
	int err;

	if (!ufrag || !pwd)
		return EINVAL;
	err = mbuf_printf(p->mb, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", ufrag,
			  pwd);
	for (size_t i = 0; i < json_array_size(candidates); i++) {
		const json_t *c = json_array_get(candidates, i);
		const char *address = word(c, "address");

		if (!address)
			return EINVAL;
		err |= mbuf_printf(
			p->mb, "a=candidate:%u 1 udp %u %s %d typ host\r\n",
			(unsigned)i + 1,
			(uint32_t)json_integer_value(
				json_object_get(c, "priority")),
			address, number(c, "port"));
	}
	return err | mbuf_write_str(p->mb, "a=end-of-candidates\r\n");
}


static int print_dtls(const struct printing *p,
		      const struct offer_transport *tr, const json_t *local)
{
	const json_t *fingerprint = json_object_get(local, "fingerprint");
	const char *hash = word(fingerprint, "hash");
	const char *value = word(fingerprint, "value");
	const char *setup = "passive";

	if (!hash || !value)
		return EINVAL;
	if (p->is_offer)
		setup = "actpass";
	else if (tr->role == OFFER_ROLE_CLIENT)
		setup = "active";
	return mbuf_printf(p->mb, "a=fingerprint:%s %s\r\na=setup:%s\r\n",
			   hash, value, setup);
}


static int print_plain(const struct printing *p,
		       const struct offer_transport *tr, const json_t *local)
{
	int port = number(local, "port"), rtcp = number(local, "rtcp_port");
	bool mux = !p->is_offer && tr->rtcp_mux;
	int err = 0;

	if (mux)
		err |= mbuf_write_str(p->mb, "a=rtcp-mux\r\n");
	else if (rtcp && rtcp != port + 1)
		err |= mbuf_printf(p->mb, "a=rtcp:%d\r\n", rtcp);
	if (tr->suite[0]) {
		const char *key =
			word(json_object_get(local, "sdes"), "local_key");

		if (!key)
			return EINVAL;
		err |= mbuf_printf(p->mb, "a=crypto:%u %s inline:%s\r\n",
				   tr->crypto_tag ? tr->crypto_tag : 1,
				   tr->suite, key);
	}
	return err;
}


static int print_transport(const struct printing *p,
			   const struct offer_media *m, const json_t *local)
{
	const struct offer_transport *tr = &p->s->transports[m->transport];
	int err;

	if (!tr->webrtc)
		return print_plain(p, tr, local);
	err = print_ice(p, local);
	err |= print_dtls(p, tr, local);
	if (m->rtcp_mux)
		err |= mbuf_write_str(p->mb, "a=rtcp-mux\r\n");
	return err;
}


static const char *direction(const struct printing *p,
			     const struct offer_media *m)
{
	if (p->is_offer || (m->send && m->recv))
		return "sendrecv";
	if (m->send)
		return "sendonly";
	return m->recv ? "recvonly" : "inactive";
}


static int print_extensions(struct mbuf *mb, const struct offer_media *m)
{
	int err = 0;

	if (m->audio_level)
		err |= mbuf_printf(mb,
				   "a=extmap:%u urn:ietf:params:rtp-hdrext:"
				   "ssrc-audio-level\r\n",
				   m->audio_level);
	if (m->abs_send_time)
		err |= mbuf_printf(mb,
				   "a=extmap:%u http://www.webrtc.org/"
				   "experiments/rtp-hdrext/abs-send-time\r\n",
				   m->abs_send_time);
	if (m->mid_id)
		err |= mbuf_printf(
			mb,
			"a=extmap:%u urn:ietf:params:rtp-hdrext:sdes:mid"
			"\r\n",
			m->mid_id);
	return err;
}


/** The stream that a page shows (RFC 8830) and its sources (RFC 5576) */
static int print_sources(const struct printing *p, const struct offer_media *m,
			 const json_t *lm)
{
	const char *track = m->kind == MATCH_VIDEO ? "video0" : "audio0";
	const char *cname = word(lm, "cname");
	bool webrtc = p->s->transports[m->transport].webrtc;
	uint32_t ssrc, rtx;
	int err = 0;

	ssrc = (uint32_t)json_integer_value(json_object_get(lm, "ssrc"));
	rtx = (uint32_t)json_integer_value(json_object_get(lm, "rtx_ssrc"));
	if (!m->match.codecs[0].rtx_pt)
		rtx = 0;
	if (webrtc && (m->send || p->is_offer))
		err |= mbuf_printf(p->mb, "a=msid:parley %s\r\n", track);
	if (!ssrc || !cname || (!m->send && !p->is_offer))
		return err;
	if (rtx)
		err |= mbuf_printf(p->mb, "a=ssrc-group:FID %u %u\r\n", ssrc,
				   rtx);
	err |= mbuf_printf(p->mb, "a=ssrc:%u cname:%s\r\n", ssrc, cname);
	if (rtx)
		err |= mbuf_printf(p->mb, "a=ssrc:%u cname:%s\r\n", rtx,
				   cname);
	return err;
}


static int print_formats(const struct printing *p, const struct offer_media *m)
{
	const struct offer_config *config = &p->o->config;
	const struct match_limits limits = {
		config->video_width, config->video_height, config->video_fps};
	bool plain = !p->s->transports[m->transport].webrtc;
	int err;

	err = match_print(p->mb, &m->match, &limits, plain);
	if (m->kind != MATCH_AUDIO)
		return err;
	if (m->ptime_given || (p->is_offer && plain))
		err |= mbuf_printf(p->mb, "a=ptime:%u\r\n", m->ptime_ms);
	if (m->maxptime_given)
		err |= mbuf_write_str(p->mb, "a=maxptime:120\r\n");
	return err;
}


static int print_active_line(const struct printing *p,
			     const struct offer_line *line)
{
	const struct offer_media *m = &p->s->media[line->media];
	const struct offer_transport *tr = &p->s->transports[m->transport];
	const json_t *local = json_array_get(p->transports, m->transport);
	const json_t *lm = json_array_get(p->media, (size_t)line->media);
	const char *address;
	int port, err;

	if (!default_address(tr, local, &address, &port))
		return EINVAL;
	err = mbuf_printf(p->mb, "m=%s %d %s", line->kind, port, line->proto);
	err |= match_print_pts(p->mb, &m->match);
	err |= mbuf_printf(p->mb, "\r\nc=IN %s %s\r\n", address_type(address),
			   address);
	if (line->mid[0])
		err |= mbuf_printf(p->mb, "a=mid:%s\r\n", line->mid);
	err |= mbuf_printf(p->mb, "a=%s\r\n", direction(p, m));
	if (conference_info_label(line->kind))
		err |= mbuf_printf(p->mb, "a=label:%s\r\n",
				   conference_info_label(line->kind));
	/* what was agreed needs no more of them */
	if (p->is_offer ? p->o->ask && !p->o->agreed : p->o->honour)
		err |= precondition_print(p->mb, &line->precondition);
	err |= print_transport(p, m, local);
	err |= print_extensions(p->mb, m);
	err |= print_formats(p, m);
	err |= print_sources(p, m, lm);
	return err;
}


static int print_refused_line(const struct printing *p,
			      const struct offer_line *line)
{
	int err;

	err = mbuf_printf(p->mb, "m=%s 0 %s %s\r\n", line->kind, line->proto,
			  line->format);
	if (line->mid[0])
		err |= mbuf_printf(p->mb, "a=mid:%s\r\n", line->mid);
	return err;
}


/** The lines in use on one transport: the group's mids (RFC 9143) */
static int print_group(const struct printing *p, unsigned transport)
{
	bool begun = false;
	int err = 0;

	for (size_t i = 0; i < p->s->line_count; i++) {
		const struct offer_line *line = &p->s->lines[i];
		const struct offer_media *m;

		if (line->media < 0)
			continue;
		m = &p->s->media[line->media];
		if (!m->bundled || m->transport != transport)
			continue;
		err |= mbuf_printf(p->mb, "%s %s",
				   begun ? "" : "a=group:BUNDLE", line->mid);
		begun = true;
	}
	return begun ? err | mbuf_write_str(p->mb, "\r\n") : err;
}


static bool uses_ice(const struct offer_state *s)
{
	for (size_t i = 0; i < s->media_count; i++) {
		if (!s->media[i].off &&
		    s->transports[s->media[i].transport].webrtc)
			return true;
	}
	return false;
}


/** Of the first line in use, else the configured one */
static const char *session_address(const struct printing *p, char *text,
				   size_t size)
{
	const char *address;
	int port;

	for (size_t i = 0; i < p->s->media_count; i++) {
		const struct offer_media *m = &p->s->media[i];

		if (!m->off && default_address(&p->s->transports[m->transport],
					       json_array_get(p->transports,
							      m->transport),
					       &address, &port))
			return address;
	}
	if (!sa_isset(&p->o->config.address, SA_ADDR) ||
	    re_snprintf(text, size, "%j", &p->o->config.address) < 0)
		return "0.0.0.0";
	return text;
}


static int print_session(const struct printing *p)
{
	char text[64];
	const char *address = session_address(p, text, sizeof(text));
	int err;

	err = mbuf_printf(p->mb,
			  "v=0\r\no=- %llu %llu IN %s %s\r\ns=-\r\n"
			  "c=IN %s %s\r\nt=0 0\r\n",
			  p->o->session_id, p->o->version,
			  address_type(address), address,
			  address_type(address), address);
	for (unsigned i = 0; i < p->s->transport_count; i++)
		err |= print_group(p, i);
	if (uses_ice(p->s))
		err |= mbuf_write_str(p->mb, "a=ice-lite\r\n"
					     "a=msid-semantic:WMS *\r\n");
	return err;
}


int offer_state_print(struct mbuf *mb, const struct offer *o,
		      const struct offer_state *s,
		      const struct leg_local *local, bool is_offer)
{
	json_t *msg = json_object();
	struct printing p = {
		.mb = mb,
		.o = o,
		.s = s,


		.is_offer = is_offer,
	};
	int err = leg_local_write(local, msg);

	p.transports = json_object_get(msg, "transports");
	p.media = json_object_get(msg, "media");
	err |= print_session(&p);
	for (size_t i = 0; i < s->line_count && !err; i++) {
		const struct offer_line *line = &s->lines[i];

		err = line->media < 0 ? print_refused_line(&p, line)
				      : print_active_line(&p, line);
	}
	json_decref(msg);
	return err;
}
