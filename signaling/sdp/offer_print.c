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
	const struct leg_local *local; /**< the mixer's side */
	bool is_offer;
};


static const char *address_type(const struct sa *address)
{
	return sa_af(address) == AF_INET6 ? "IP6" : "IP4";
}


/** The mixer's side of a media's transport; NULL: it said too little */
static const struct local_transport *local_of(const struct printing *p,
					      const struct offer_media *m)
{
	return m->d.transport < p->local->transport_count
		       ? &p->local->transports[m->d.transport]
		       : NULL;
}


/** Where the mixer wants media: the default candidate, or plain address */
static const struct sa *default_address(const struct printing *p,
					const struct offer_media *m)
{
	const struct local_transport *local = local_of(p, m);
	const struct sa *sa;

	if (!local)
		return NULL;
	sa = p->s->groups[m->d.transport]->d.kind == MP_WEBRTC
		     ? &local->candidates[0].addr
		     : &local->rtp;
	return sa_isset(sa, SA_ALL) ? sa : NULL;
}


int offer_print_ice(struct mbuf *mb, const struct local_transport *local)
{
	int err;

	if (!local->ice_ufrag[0] || !local->ice_pwd[0])
		return EINVAL;
	err = mbuf_printf(mb, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n",
			  local->ice_ufrag, local->ice_pwd);
	for (size_t i = 0; i < local->candidate_count; i++) {
		const struct local_candidate *c = &local->candidates[i];

		err |= mbuf_printf(
			mb, "a=candidate:%u 1 %s %u %j %u typ host%s\r\n",
			(unsigned)i + 1, c->tcp ? "tcp" : "udp", c->priority,
			&c->addr, sa_port(&c->addr),
			c->tcp ? " tcptype passive" : "");
	}
	return err | mbuf_write_str(mb, "a=end-of-candidates\r\n");
}


static int print_dtls(const struct printing *p, const struct offer_group *g,
		      const struct local_transport *local)
{
	const struct mp_fingerprint *fp = &local->fingerprint;
	const char *setup = "passive";

	if (!fp->hash[0] || !fp->value[0])
		return EINVAL;
	if (p->is_offer)
		setup = "actpass";
	else if (g->d.dtls_role == MP_DTLS_CLIENT)
		setup = "active";
	return mbuf_printf(p->mb, "a=fingerprint:%s %s\r\na=setup:%s\r\n",
			   fp->hash, fp->value, setup);
}


static int print_plain(const struct printing *p, const struct offer_group *g,
		       const struct local_transport *local)
{
	bool mux = !p->is_offer && g->d.rtcp_mux;
	int err = 0;

	if (mux)
		err |= mbuf_write_str(p->mb, "a=rtcp-mux\r\n");
	else if (local->rtcp_port &&
		 local->rtcp_port != sa_port(&local->rtp) + 1)
		err |= mbuf_printf(p->mb, "a=rtcp:%u\r\n", local->rtcp_port);
	if (g->d.suite) {
		if (!local->sdes_key[0])
			return EINVAL;
		err |= mbuf_printf(p->mb, "a=crypto:%u %s inline:%s\r\n",
				   g->crypto_tag ? g->crypto_tag : 1,
				   mp_suite_name(g->d.suite), local->sdes_key);
	}
	return g->d.dtls ? err | print_dtls(p, g, local) : err;
}


static int print_transport(const struct printing *p,
			   const struct offer_media *m,
			   const struct local_transport *local)
{
	const struct offer_group *g = p->s->groups[m->d.transport];
	int err;

	if (g->d.kind != MP_WEBRTC)
		return print_plain(p, g, local);
	err = offer_print_ice(p->mb, local);
	err |= print_dtls(p, g, local);
	if (m->rtcp_mux)
		err |= mbuf_write_str(p->mb, "a=rtcp-mux\r\n");
	return err;
}


static const char *direction(const struct printing *p,
			     const struct offer_media *m)
{
	if (p->s->rests)
		return "inactive";
	if (p->is_offer)
		return m->second ? "recvonly" : "sendrecv";
	if (m->d.send)
		return m->d.recv ? "sendrecv" : "sendonly";
	return m->d.recv ? "recvonly" : "inactive";
}


static int print_extensions(struct mbuf *mb, const struct offer_media *m)
{
	int err = 0;

	if (m->d.audio_level_id)
		err |= mbuf_printf(mb,
				   "a=extmap:%u urn:ietf:params:rtp-hdrext:"
				   "ssrc-audio-level\r\n",
				   m->d.audio_level_id);
	if (m->d.abs_send_time_id)
		err |= mbuf_printf(mb,
				   "a=extmap:%u http://www.webrtc.org/"
				   "experiments/rtp-hdrext/abs-send-time\r\n",
				   m->d.abs_send_time_id);
	if (m->d.mid_id)
		err |= mbuf_printf(
			mb,
			"a=extmap:%u urn:ietf:params:rtp-hdrext:sdes:mid"
			"\r\n",
			m->d.mid_id);
	if (m->d.colour_space_id)
		err |= mbuf_printf(mb,
				   "a=extmap:%u http://www.webrtc.org/"
				   "experiments/rtp-hdrext/color-space\r\n",
				   m->d.colour_space_id);
	return err;
}


/** The stream that a page shows (RFC 8830) and its sources (RFC 5576); one
 *  that is not in the mix has none. They stay while nothing is sent: a browser
 *  takes sources that go and come back for new ones, and plays nothing of them
 */
static int print_sources(const struct printing *p, const struct offer_media *m,
			 const struct local_media *lm)
{
	const char *track = m->d.kind == MEDIA_VIDEO ? "video0" : "audio0";
	bool webrtc = p->s->groups[m->d.transport]->d.kind == MP_WEBRTC;
	uint32_t rtx = 0;
	int err = 0;

	if (!m->sent && (m->second || (!m->d.send && !p->is_offer)))
		return 0;
	if (webrtc)
		err |= mbuf_printf(p->mb, "a=msid:parley %s\r\n", track);
	if (!lm || !lm->ssrc || !lm->cname[0])
		return err;
	if (m->codecs.codecs[0].rtx_pt)
		rtx = lm->rtx_ssrc;
	if (rtx)
		err |= mbuf_printf(p->mb, "a=ssrc-group:FID %u %u\r\n",
				   lm->ssrc, rtx);
	err |= mbuf_printf(p->mb, "a=ssrc:%u cname:%s\r\n", lm->ssrc,
			   lm->cname);
	if (rtx)
		err |= mbuf_printf(p->mb, "a=ssrc:%u cname:%s\r\n", rtx,
				   lm->cname);
	return err;
}


static int print_formats(const struct printing *p, const struct offer_media *m)
{
	struct codec_conditions conditions;
	bool plain = p->s->groups[m->d.transport]->d.kind != MP_WEBRTC;
	int err;

	offer_conditions(&p->o->config, &conditions);
	err = codec_choice_print(p->mb, &m->codecs, &conditions.limits, plain);
	if (m->d.kind != MEDIA_AUDIO)
		return err;
	if (m->ptime_given || (p->is_offer && plain))
		err |= mbuf_printf(p->mb, "a=ptime:%u\r\n", m->d.ptime_ms);
	if (m->maxptime_given)
		err |= mbuf_write_str(p->mb, "a=maxptime:120\r\n");
	return err;
}


/** What names the line: its mid (RFC 5888), and in the mix its label in the
 *  roster (RFC 4574) */
static int print_names(const struct printing *p, const struct offer_line *line,
		       const struct offer_media *m)
{
	const char *label = conference_info_label(line->kind);
	int err = 0;

	if (line->mid[0])
		err |= mbuf_printf(p->mb, "a=mid:%s\r\n", line->mid);
	err |= mbuf_printf(p->mb, "a=%s\r\n", direction(p, m));
	if (label && !m->second)
		err |= mbuf_printf(p->mb, "a=label:%s\r\n", label);
	return err;
}


static int print_active_line(const struct printing *p,
			     const struct offer_line *line)
{
	const struct offer_media *m = p->s->media[line->media];
	const struct sa *address = default_address(p, m);
	const struct local_media *lm = NULL;
	int err;

	if (!address)
		return EINVAL;
	if ((size_t)line->media < p->local->media_count)
		lm = &p->local->media[line->media];
	err = mbuf_printf(p->mb, "m=%s %u %s", line->kind, sa_port(address),
			  line->proto);
	err |= codec_choice_print_pts(p->mb, &m->codecs);
	err |= mbuf_printf(p->mb, "\r\nc=IN %s %j\r\n", address_type(address),
			   address);
	err |= print_names(p, line, m);
	/* what was agreed needs no more of them */
	if (p->is_offer ? p->o->ask && !p->o->agreed : p->o->honour)
		err |= precondition_print(p->mb, &line->precondition);
	err |= print_transport(p, m, local_of(p, m));
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
static int print_group(const struct printing *p, size_t group)
{
	bool begun = false;
	int err = 0;

	for (size_t i = 0; i < p->s->line_count; i++) {
		const struct offer_line *line = &p->s->lines[i];
		const struct offer_media *m;

		if (line->passed >= 0 && p->s->relay_group == (int)group) {
			err |= mbuf_printf(p->mb, "%s %s",
					   begun ? "" : "a=group:BUNDLE",
					   line->mid);
			begun = true;
		}
		if (line->media < 0)
			continue;
		m = p->s->media[line->media];
		if (!m->bundled || m->d.transport != group)
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
		const struct media_description *d = &s->media[i]->d;

		if (!d->off && s->groups[d->transport]->d.kind == MP_WEBRTC)
			return true;
	}
	return false;
}


/** Of the first line in use, else the configured one */
static void session_address(const struct printing *p, struct sa *address)
{
	for (size_t i = 0; i < p->s->media_count; i++) {
		const struct offer_media *m = p->s->media[i];
		const struct sa *sa = m->d.off ? NULL : default_address(p, m);

		if (sa) {
			*address = *sa;
			return;
		}
	}
	*address = p->o->config.address;
	if (!sa_isset(address, SA_ADDR))
		(void)sa_set_str(address, "0.0.0.0", 0);
}


static int print_session(const struct printing *p)
{
	struct sa sa;
	int err;

	session_address(p, &sa);
	err = mbuf_printf(p->mb,
			  "v=0\r\no=- %llu %llu IN %s %j\r\ns=-\r\n"
			  "c=IN %s %j\r\nt=0 0\r\n",
			  p->o->session_id, p->o->version, address_type(&sa),
			  &sa, address_type(&sa), &sa);
	for (size_t i = 0; i < p->s->group_count; i++)
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
	const struct printing p = {mb, o, s, local, is_offer};
	int err = local ? print_session(&p) : EINVAL;

	for (size_t i = 0; i < s->line_count && !err; i++) {
		const struct offer_line *line = &s->lines[i];

		if (line->passed >= 0)
			err = offer_print_passed(mb, s, line, local, is_offer);
		else
			err = line->media < 0 ? print_refused_line(&p, line)
					      : print_active_line(&p, line);
	}
	return err;
}
