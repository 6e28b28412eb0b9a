/**
 * @file mixer/leg/leg_transport.c  The ways in and out of a leg
 *
 * What arrives on a transport goes to its section; whether anything still
 * arrives is watched. Of struct leg this file writes the transports and
 * whether it is connected; those that are ends of relays are leg_relay.c's.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "mixer/leg/feedback.h"
#include "mixer/leg/leg_demux.h"
#include "mixer/leg/leg_private.h"
#include "mixer/leg/video_media.h"
#include "mixer/net/media_source.h"
#include "mixer/net/sent_history.h"


enum {
	BWE_MIN_BPS = 50000,
	BWE_START_BPS = 800000,
	BWE_MAX_BPS = 6000000,
	/** Who is sent to and was never heard is given up after so long, where
	 *  it is sooner than who was. A terminal's first report comes within
	 *  7.5 s (RFC 3550 section 6.2) */
	UNPROVEN_US = 20000000,
	/** Whom no word reaches is waited for so long: a browser proves its
	 *  consent every 5 s (RFC 7675 section 5.1) */
	CUT_OFF_US = 8000000,
};


static void report_state(struct leg *leg, const char *state,
			 const char *reason)
{
	leg->host->events->state(leg, state, reason ? reason : "",
				 leg->host->arg);
}


/* -------------------------------------------------------------- packets */

static int32_t abs_send_time(const struct media *m, const struct rtp_packet *p)
{
	const uint8_t *t;
	size_t n;

	t = rtp_extension(p, m->d.abs_send_time_id, &n);
	if (!t || n != 3)
		return -1;

	return t[0] << 16 | t[1] << 8 | t[2];
}


/* Unwrap in place (RFC 4588); false if there is nothing in it */
static bool unwrap(const struct media *m, uint8_t *buf, size_t len,
		   uint8_t apt, struct rtp_packet *p, uint64_t now_us)
{
	len = media_has_source(m) && recv_stream_admit_rtx(media_incoming(m),
							   p->ssrc, now_us)
		      ? rtx_decode(buf, len, apt,
				   recv_stream_ssrc(media_incoming(m)))
		      : 0;

	return len && !rtp_packet_decode(p, buf, len);
}


static void become_connected(struct leg *leg, const char *reason)
{
	if (leg->connected)
		return;

	leg->connected = true;
	report_state(leg, "connected", reason);
}


/* RFC 3550 section 8.2: SSRCs are unique on a transport */
static void avoid_collision(const struct leg_transport *lt, uint32_t ssrc)
{
	const struct leg *leg = lt->leg;

	for (size_t i = 0; i < leg->media_count; i++) {
		struct media *m = leg->media[i];
		struct send_stream *s = media_send_by_ssrc(m, ssrc);

		if (m->lt != lt || !s)
			continue;

		feedback_bye(m);
		send_stream_renew_ssrc(s);
	}
}


void leg_packet(struct media *m, const struct rtp_packet *p, bool rtx,
		uint64_t now_us)
{
	if (media_packet(m, p, rtx, now_us))
		avoid_collision(m->lt, p->ssrc);
}


static void rtp_h(uint8_t *buf, size_t len, uint64_t now_us, void *arg)
{
	struct leg_transport *lt = arg;
	struct rtp_packet p;
	struct media *m;
	int apt;

	become_connected(lt->leg, "packet received");
	if (rtp_packet_decode(&p, buf, len))
		return;

	m = leg_demux(lt, &p);
	if (!m) {
		lt->unknown++;
		return;
	}

	if (lt->estimate)
		bandwidth_estimate_packet(lt->estimate, abs_send_time(m, &p),
					  len, now_us);

	apt = media_rtx_apt(m, p.pt);
	if (apt >= 0 && !unwrap(m, buf, len, (uint8_t)apt, &p, now_us))
		return;

	leg_packet(m, &p, apt >= 0, now_us);
}


static void rtcp_h(uint8_t *buf, size_t len, uint64_t now_us, void *arg)
{
	struct leg_transport *lt = arg;

	become_connected(lt->leg, "packet received");
	feedback_packet(lt, buf, len, now_us);
}


static bool is_used(const struct leg_transport *lt)
{
	const struct leg *leg = lt->leg;

	for (size_t i = 0; i < leg->media_count; i++) {
		if (leg->media[i]->lt == lt && !leg->media[i]->d.off)
			return true;
	}

	return false;
}


/* Some of its media is carried, or may be soon */
static bool is_carried(const struct leg *leg)
{
	for (size_t i = 0; i < leg->transport_count; i++) {
		const struct leg_transport *lt = &leg->transports[i];
		enum transport_state state =
			lt->t ? transport_state(lt->t) : TRANSPORT_FAILED;

		if (is_used(lt) && state != TRANSPORT_FAILED &&
		    state != TRANSPORT_CLOSED)
			return true;
	}

	return false;
}


/* Nothing is left of what it carried: its tile is a placeholder */
static void end_streams(const struct leg_transport *lt)
{
	const struct leg *leg = lt->leg;

	for (size_t i = 0; i < leg->media_count; i++) {
		struct media *m = leg->media[i];

		if (m->lt == lt && m->part && media_has_source(m))
			media_ended(m, media_incoming(m), clock_us());
	}
}


/* A dialog lives by SIP: the end of a lower layer is told, and no more */
static void carried_no_more(struct leg_transport *lt, const char *state,
			    const char *reason)
{
	end_streams(lt);
	if (is_carried(lt->leg))
		return;

	lt->leg->connected = false;
	report_state(lt->leg, state, reason);
}


static void state_h(enum transport_state state, const char *reason, void *arg)
{
	struct leg_transport *lt = arg;
	struct leg *leg = lt->leg;

	switch (state) {

	case TRANSPORT_CONNECTED:
		lt->since_us = clock_us();
		/* a plain one may send, but nobody has been heard yet */
		if (lt->kind != TRANSPORT_PLAIN)
			become_connected(leg, reason);
		/* what was sent until now went nowhere */
		leg_keyframe(leg, true);
		break;

	case TRANSPORT_FAILED: carried_no_more(lt, "failed", reason); break;

	case TRANSPORT_CLOSED: carried_no_more(lt, "closed", reason); break;

	case TRANSPORT_NEW: end_streams(lt); break;
	}
}


static void path_h(void *arg)
{
	struct leg_transport *lt = arg;
	struct video_media *v = leg_video(lt->leg);

	if (!v || v->m->lt != lt)
		return;

	video_media_ask_keyframe(v, clock_us());
	leg_keyframe(lt->leg, false);
}


/* A terminal's sound and pictures come from one host: what proves the one
 * proves the other, which may never send */
static void share_proof(const struct leg *leg)
{
	for (size_t i = 0; i < leg->transport_count; i++) {
		for (size_t k = 0; k < leg->transport_count; k++) {
			if (leg->transports[i].t && leg->transports[k].t)
				transport_share_proof(leg->transports[i].t,
						      leg->transports[k].t);
		}
	}
}


static void proved_h(bool missed, void *arg)
{
	struct leg_transport *lt = arg;

	if (missed)
		leg_keyframe(lt->leg, true);

	share_proof(lt->leg);
}


/* ----------------------------------------------------------- configure */

/* Which of our addresses routes to the far end */
static size_t address_towards(const struct net_config *config,
			      const struct sa *far)
{
	struct sa to = *far, local;
	size_t found = 0;
	int fd;

	if (config->media_address_count < 2 || !sa_isset(far, SA_ADDR))
		return 0;

	fd = socket(sa_af(far), SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 0;

	if (!sa_port(&to))
		sa_set_port(&to, 9);

	sa_init(&local, sa_af(far));
	local.len = sizeof(local.u);
	if (!connect(fd, &to.u.sa, to.len) &&
	    !getsockname(fd, &local.u.sa, &local.len)) {
		for (size_t i = 0; i < config->media_address_count; i++) {
			if (sa_cmp(&config->media_addresses[i], &local,
				   SA_ADDR))
				found = i;
		}
	}

	close(fd);

	return found;
}


/* Should the description fail further on, nothing holds the old transport */
void leg_transport_drop(struct leg_transport *lt)
{
	const struct leg *leg = lt->leg;

	for (size_t i = 0; lt->t && i < leg->media_count; i++) {
		if (leg->media[i]->lt == lt)
			media_detach(leg->media[i]);
	}

	lt->t = mem_deref(lt->t);
	lt->since_us = 0;
	lt->carried = lt->told_carried = false;
}


static enum transport_kind kind_of(const struct transport_description *d)
{
	if (d->kind == MP_WEBRTC)
		return TRANSPORT_WEBRTC;

	return d->dtls ? TRANSPORT_PLAIN_DTLS : TRANSPORT_PLAIN;
}


static void believe(const struct leg_transport *lt)
{
	const struct leg_settings *s = &lt->leg->settings;

	if (!lt->t)
		return;

	transport_believe(lt->t, &s->proven, s->vouched);
	transport_set_crosses(lt->t, s->crosses);
}


void leg_transports_believe(const struct leg *leg)
{
	for (size_t i = 0; i < leg->transport_count; i++)
		believe(&leg->transports[i]);
}


static int make_transport(struct leg_transport *lt,
			  const struct transport_description *d)
{
	static const struct transport_handlers handlers = {
		rtp_h, rtcp_h, state_h, path_h, proved_h,
	};
	struct leg *leg = lt->leg;
	struct sa far = sa_isset(&d->rtp, SA_ADDR) ? d->rtp : d->near;
	enum transport_kind kind = kind_of(d);
	int err;

	if (lt->t && lt->kind == kind)
		return 0;

	leg_transport_drop(lt);
	lt->kind = kind;
	media_source_canonical(&far);

	err = transport_alloc(&lt->t, leg->host->net, kind,
			      address_towards(leg->host->net_config, &far),
			      transport_suite_by_name(mp_suite_name(d->suite)),
			      &handlers, lt);
	if (!err)
		believe(lt);

	return err;
}


static int set_remote(struct leg_transport *lt,
		      const struct transport_description *d)
{
	struct transport_remote r;
	int err;

	memset(&r, 0, sizeof(r));
	r.near = d->near;
	r.leg = lt->leg->id;
	if (!d->known)
		return transport_set_remote(lt->t, &r);

	r.ice_ufrag = d->ice_ufrag[0] ? d->ice_ufrag : NULL;
	r.ice_pwd = d->ice_pwd[0] ? d->ice_pwd : NULL;
	r.dtls_role = d->dtls_role == MP_DTLS_CLIENT ? DTLS_ROLE_CLIENT
						     : DTLS_ROLE_SERVER;
	r.fingerprint_count = d->fingerprint_count;
	for (size_t i = 0; i < d->fingerprint_count; i++) {
		str_ncpy(r.fingerprints[i].hash, d->fingerprints[i].hash,
			 sizeof(r.fingerprints[i].hash));
		str_ncpy(r.fingerprints[i].value, d->fingerprints[i].value,
			 sizeof(r.fingerprints[i].value));
	}
	r.rtp = d->rtp;
	r.rtcp = d->rtcp;
	r.rtcp_mux = d->rtcp_mux;
	r.suite = transport_suite_by_name(mp_suite_name(d->suite));
	r.sdes_key = d->sdes_key[0] ? d->sdes_key : NULL;
	err = transport_set_remote(lt->t, &r);
	if (!err && !lt->since_us)
		lt->since_us = clock_us();

	return err;
}


/* Every section of a kind is told apart on a transport (RFC 9143) by what
 * was signalled; what was learnt before may belong to another now. */
void leg_transport_relearn(struct leg_transport *lt)
{
	const struct leg *leg = lt->leg;
	bool video = false;

	leg_demux_forget(lt);
	for (size_t i = 0; i < leg->media_count; i++) {
		struct media *m = leg->media[i];

		if (m->lt != lt)
			continue;

		video = video || m->d.kind == MEDIA_VIDEO;
		for (size_t k = 0; k < m->d.ssrc_count; k++)
			leg_demux_learn(lt, m->d.ssrcs[k], m);
	}

	if (video && !lt->estimate)
		(void)bandwidth_estimate_alloc(&lt->estimate, BWE_MIN_BPS,
					       BWE_START_BPS, BWE_MAX_BPS);
}


static int configure(struct leg *leg, size_t i,
		     const struct transport_description *d, char *why)
{
	struct leg_transport *lt = &leg->transports[i];
	int err;

	snprintf(why, DESCRIPTION_WHY_BYTES, "transport %zu", i);
	lt->leg = leg;
	lt->index = i;
	if (d->kind == MP_RELAY)
		err = leg_relay_follow(lt, d, why);
	else
		err = make_transport(lt, d);
	if ((!err || lt->t) && i >= leg->transport_count)
		leg->transport_count = i + 1;
	if (!err && d->kind != MP_RELAY)
		err = set_remote(lt, d);
	if (!err)
		why[0] = '\0';

	return err;
}


int leg_configure_transports(struct leg *leg, const struct leg_description *d,
			     char why[DESCRIPTION_WHY_BYTES])
{
	for (size_t i = 0; i < d->transport_count; i++) {
		int err = configure(leg, i, &d->transports[i], why);

		if (err)
			return err;
	}

	share_proof(leg);

	return 0;
}


/* --------------------------------------------------------------- watch */

static bool expects(const struct leg_transport *lt)
{
	const struct leg *leg = lt->leg;

	if (lt->kind == TRANSPORT_RELAY)
		return lt->relay;
	if (lt->kind == TRANSPORT_WEBRTC)
		return is_used(lt);

	/* on hold a terminal may send nothing at all */
	for (size_t i = 0; i < leg->media_count; i++) {
		if (leg->media[i]->lt == lt && leg->media[i]->d.recv)
			return true;
	}

	return false;
}


static bool received_lately(const struct leg_transport *lt, uint64_t now_us,
			    uint64_t limit_us)
{
	uint64_t received_us = transport_received_us(lt->t);

	if (received_us < lt->since_us)
		received_us = lt->since_us;

	return now_us < received_us + limit_us;
}


/* Something arrived on any of those that are due. On hold, and until it is
 * answered, nothing is, and it has the whole time again afterwards */
static bool is_silent(struct leg *leg, uint64_t now_us, uint64_t limit_us)
{
	bool due = false, alive = false;

	for (size_t i = 0; i < leg->transport_count; i++) {
		struct leg_transport *lt = &leg->transports[i];

		if (!lt->since_us)
			continue;

		if (leg->settings.early || !expects(lt)) {
			lt->since_us = now_us;
			continue;
		}

		due = true;
		alive = alive || received_lately(lt, now_us, limit_us);
	}

	return due && !alive;
}


/* Something is sent, if only a handshake is begun, and no host that it goes to
 * was ever heard */
static bool is_unproven(const struct leg *leg)
{
	bool sends = false;

	for (size_t i = 0; i < leg->media_count; i++) {
		const struct media *m = leg->media[i];

		if (!m->lt || !m->lt->since_us || m->d.off)
			continue;

		if (transport_is_proven(m->lt->t))
			return false;

		sends = sends || media_sends(m);
	}

	return sends;
}


/* Packets of other hosts do not keep it alive, nor does moving on to another
 * host that is not heard. Who only listens is due here, too: a terminal sends
 * reports */
static bool is_given_up(struct leg *leg, uint64_t now_us, uint64_t limit_us)
{
	if (!is_unproven(leg)) {
		leg->unproven_us = 0;
		return false;
	}

	if (!leg->unproven_us)
		leg->unproven_us = now_us;

	return now_us - leg->unproven_us >=
	       (limit_us < UNPROVEN_US ? limit_us : UNPROVEN_US);
}


/* 0: it may be silent for ever */
static uint64_t limit_of(const struct leg *leg)
{
	uint64_t usual_us = leg->host->media_timeout_s * 1000000ull;

	return leg->settings.cut_off && usual_us > CUT_OFF_US ? CUT_OFF_US
							      : usual_us;
}


void leg_watch(struct leg *leg, uint64_t now_us)
{
	uint64_t limit_us = limit_of(leg);
	bool given_up, over;

	if (!limit_us)
		return;

	given_up = is_given_up(leg, now_us, limit_us);
	over = is_silent(leg, now_us, limit_us) || given_up;
	if (over && !leg->timed_out)
		report_state(leg, "timeout",
			     given_up ? "nothing heard of where media goes"
				      : "nothing received");

	leg->timed_out = over;
}
