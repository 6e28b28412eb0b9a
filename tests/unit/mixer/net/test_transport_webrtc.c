/**
 * @file test_transport_webrtc.c  Media between a transport and a browser
 */
#include <string.h>
#include "mixer/base/clock.h"
#include "tests/unit/failing.h"
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"


enum { PACKET_BYTES = 172, SSRC = 0x01020304 };

static uint8_t packet[LOOPBACK_PACKET_MAX + TRANSPORT_TRAILER_MAX];


static void browser_says(struct loopback *l, uint16_t seq)
{
	size_t len = loopback_rtp(packet, seq, SSRC, PACKET_BYTES);

	CU_ASSERT_EQUAL(ice_peer_send(l->peer, packet, len, false), 0);
}


static void mixer_says(struct loopback *l, uint16_t seq)
{
	size_t len = loopback_rtp(packet, seq, SSRC, PACKET_BYTES);

	CU_ASSERT_EQUAL(transport_send_rtp(l->transport, packet, len), 0);
}


/** One RTP and one RTCP packet each way, arriving as they were sent */
static void assert_flow(struct loopback *l, uint16_t seq)
{
	struct heard *m = &l->mixer, *b = &l->browser;
	unsigned rtp = m->rtp, rtcp = m->rtcp, brtp = b->rtp, brtcp = b->rtcp;
	uint8_t sent[PACKET_BYTES];

	browser_says(l, seq);
	CU_ASSERT_TRUE(loopback_count(l, &m->rtp, rtp + 1));
	loopback_rtp(sent, seq, SSRC, sizeof(sent));
	CU_ASSERT_EQUAL(m->last_len, sizeof(sent));
	CU_ASSERT_EQUAL(memcmp(m->last, sent, sizeof(sent)), 0);

	mixer_says(l, seq);
	CU_ASSERT_TRUE(loopback_count(l, &b->rtp, brtp + 1));
	CU_ASSERT_EQUAL(b->last_len, sizeof(sent));
	CU_ASSERT_EQUAL(memcmp(b->last, sent, sizeof(sent)), 0);

	(void)ice_peer_send(l->peer, packet, loopback_rtcp(packet, SSRC),
			    true);
	CU_ASSERT_TRUE(loopback_count(l, &m->rtcp, rtcp + 1));
	(void)transport_send_rtcp(l->transport, packet,
				  loopback_rtcp(packet, SSRC));
	CU_ASSERT_TRUE(loopback_count(l, &b->rtcp, brtcp + 1));
}


static void media_flows_in_every_suite(void)
{
	static const struct {
		enum dtls_role role;
		const char *profiles;
		enum transport_suite suite;
	} cases[] = {
		{DTLS_ROLE_CLIENT, NULL, TRANSPORT_SUITE_AEAD_AES_128_GCM},
		{DTLS_ROLE_SERVER, NULL, TRANSPORT_SUITE_AEAD_AES_128_GCM},
		{DTLS_ROLE_CLIENT, "SRTP_AES128_CM_SHA1_80",
		 TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_80},
		{DTLS_ROLE_SERVER, "SRTP_AES128_CM_SHA1_80",
		 TRANSPORT_SUITE_AES_CM_128_HMAC_SHA1_80},
		{DTLS_ROLE_CLIENT, "SRTP_AEAD_AES_256_GCM",
		 TRANSPORT_SUITE_AEAD_AES_256_GCM},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct loopback l;

		loopback_connect(&l, cases[i].role, cases[i].profiles);
		CU_ASSERT_EQUAL(ice_peer_suite(l.peer), cases[i].suite);
		CU_ASSERT_EQUAL(l.mixer.states, 1);
		assert_flow(&l, 1);
		CU_ASSERT_TRUE(transport_received_us(l.transport) > 0);
		loopback_close(&l);
	}
}


static bool failed(void *arg)
{
	struct loopback *l = arg;

	return transport_state(l->transport) == TRANSPORT_FAILED;
}


static void wrong_fingerprint_fails_before_media(void)
{
	struct transport_remote remote;
	struct transport_local local;
	struct loopback l;
	char *digit;

	loopback_open(&l, DTLS_ROLE_CLIENT, NULL);
	ice_peer_local(l.peer, &remote);
	digit = &remote.fingerprints[0].value[0];
	*digit = *digit == '0' ? '1' : '0';
	CU_ASSERT_EQUAL(transport_set_remote(l.transport, &remote), 0);
	transport_local(l.transport, &local);
	ice_peer_set_remote(l.peer, &local);

	CU_ASSERT_TRUE(loopback_until(l.net, l.peer, failed, &l));
	CU_ASSERT_PTR_NOT_NULL(strstr(l.mixer.reason, "fingerprint"));
	if (ice_peer_connected(l.peer))
		browser_says(&l, 1);
	loopback_settle(l.net, l.peer);
	CU_ASSERT_EQUAL(l.mixer.rtp, 0);
	CU_ASSERT_EQUAL(transport_send_rtp(l.transport, packet, 172),
			ENOTCONN);
	loopback_close(&l);
}


static void no_common_profile_fails(void)
{
	struct loopback l;

	loopback_open(&l, DTLS_ROLE_CLIENT, "SRTP_AES128_CM_SHA1_32");
	loopback_signal(&l);
	CU_ASSERT_TRUE(loopback_until(l.net, l.peer, failed, &l));
	loopback_close(&l);
}


static void unusable_fingerprints_are_refused(void)
{
	static const struct transport_fingerprint bad[] = {
		{"sha-1", "AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67:89:"
			  "AB:CD:EF:01"},
		{"sha-256", "AB:CD"},
		{"sha-256", ""},
		{"md5", "AB"},
	};
	struct loopback l;

	loopback_open(&l, DTLS_ROLE_CLIENT, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct transport_remote remote = {0};

		remote.fingerprints[0] = bad[i];
		remote.fingerprint_count = 1;
		CU_ASSERT_EQUAL(transport_set_remote(l.transport, &remote),
				EPROTO);
	}
	loopback_close(&l);
}


static bool peer_established(void *arg)
{
	struct loopback *l = arg;

	return ice_peer_connected(l->peer);
}


static void fingerprint_may_come_after_the_handshake(void)
{
	struct transport_remote remote;
	struct transport_local local;
	struct loopback l;

	loopback_open(&l, DTLS_ROLE_CLIENT, NULL);
	transport_local(l.transport, &local);
	ice_peer_set_remote(l.peer, &local);
	CU_ASSERT_TRUE(loopback_until(l.net, l.peer, peer_established, &l));
	CU_ASSERT_EQUAL(transport_state(l.transport), TRANSPORT_NEW);

	browser_says(&l, 1);
	loopback_settle(l.net, l.peer);
	CU_ASSERT_EQUAL(l.mixer.rtp, 0);

	ice_peer_local(l.peer, &remote);
	CU_ASSERT_EQUAL(transport_set_remote(l.transport, &remote), 0);
	CU_ASSERT_EQUAL(transport_state(l.transport), TRANSPORT_CONNECTED);
	assert_flow(&l, 2);
	loopback_close(&l);
}


static void replayed_packet_is_dropped(void)
{
	struct loopback l;
	uint8_t copy[sizeof(packet)];
	uint64_t discarded;
	size_t len;

	loopback_connect(&l, DTLS_ROLE_CLIENT, NULL);
	/* 16 bytes of tag behind the clear packet */
	browser_says(&l, 7);
	len = PACKET_BYTES + 16;
	memcpy(copy, packet, len);
	CU_ASSERT_TRUE(loopback_count(&l, &l.mixer.rtp, 1));

	discarded = net_stats(l.net)->discarded;
	CU_ASSERT_EQUAL(ice_peer_send_raw(l.peer, copy, len), 0);
	copy[3] ^= 1;
	CU_ASSERT_EQUAL(ice_peer_send_raw(l.peer, copy, len), 0);
	browser_says(&l, 8);
	CU_ASSERT_TRUE(loopback_count(&l, &l.mixer.rtp, 2));
	loopback_settle(l.net, l.peer);
	CU_ASSERT_EQUAL(l.mixer.rtp, 2);
	CU_ASSERT_EQUAL(net_stats(l.net)->discarded, discarded + 2);
	loopback_close(&l);
}


static void restart_keeps_media(void)
{
	struct transport_local before, after;
	struct transport_remote remote;
	struct loopback l;

	loopback_connect(&l, DTLS_ROLE_CLIENT, NULL);
	transport_local(l.transport, &before);
	ice_peer_restart(l.peer);
	ice_peer_local(l.peer, &remote);
	CU_ASSERT_EQUAL(transport_set_remote(l.transport, &remote), 0);
	transport_local(l.transport, &after);
	CU_ASSERT_STRING_NOT_EQUAL(before.ice_ufrag, after.ice_ufrag);
	CU_ASSERT_STRING_NOT_EQUAL(before.ice_pwd, after.ice_pwd);

	/* before the new pair is nominated, and while old checks go on */
	assert_flow(&l, 1);

	CU_ASSERT_EQUAL(ice_peer_move(l.peer), 0);
	ice_peer_set_remote(l.peer, &after);
	CU_ASSERT_TRUE(loopback_count(&l, &l.mixer.paths, 1));
	assert_flow(&l, 2);
	CU_ASSERT_EQUAL(l.mixer.states, 1);
	loopback_close(&l);
}


static void old_credentials_end_with_the_nomination(void)
{
	struct transport_local before, after;
	struct transport_remote remote;
	struct ice_peer_check old = {.use_candidate = true};
	struct loopback l;
	unsigned answers;

	loopback_connect(&l, DTLS_ROLE_CLIENT, NULL);
	transport_local(l.transport, &before);
	ice_peer_restart(l.peer);
	ice_peer_local(l.peer, &remote);
	CU_ASSERT_EQUAL(transport_set_remote(l.transport, &remote), 0);
	transport_local(l.transport, &after);
	ice_peer_silence(l.peer, true);

	/* the remote side still knows the old ones: they work */
	answers = ice_peer_answers(l.peer)->success;
	ice_peer_send_check(l.peer, &old);
	CU_ASSERT_TRUE(loopback_count(&l, &ice_peer_answers(l.peer)->success,
				      answers + 1));

	ice_peer_set_remote(l.peer, &after);
	ice_peer_send_check(l.peer, &old);
	CU_ASSERT_TRUE(loopback_count(&l, &ice_peer_answers(l.peer)->success,
				      answers + 2));

	old.ufrag = before.ice_ufrag;
	old.pwd = before.ice_pwd;
	ice_peer_send_check(l.peer, &old);
	loopback_settle(l.net, l.peer);
	CU_ASSERT_EQUAL(ice_peer_answers(l.peer)->success, answers + 2);
	loopback_close(&l);
}


static void changed_fingerprint_begins_a_new_association(void)
{
	struct loopback l;
	struct ice_peer *first;

	loopback_connect(&l, DTLS_ROLE_CLIENT, NULL);
	assert_flow(&l, 1);
	first = l.peer;
	mem_deref(l.peer_dtls);
	CU_ASSERT_EQUAL_FATAL(dtls_context_alloc(&l.peer_dtls), 0);
	{
		struct sa local;

		sa_set_str(&local, "127.0.0.1", 0);
		CU_ASSERT_EQUAL_FATAL(
			ice_peer_alloc(&l.peer, &local, l.peer_dtls,
				       DTLS_ROLE_CLIENT, NULL, NULL, NULL),
			0);
	}
	mem_deref(first);
	loopback_signal(&l);
	CU_ASSERT_EQUAL(transport_state(l.transport), TRANSPORT_NEW);
	CU_ASSERT_TRUE(loopback_until(l.net, l.peer, peer_established, &l));
	browser_says(&l, 5);
	CU_ASSERT_TRUE(loopback_count(&l, &l.mixer.rtp, 2));
	loopback_close(&l);
}


static void media_follows_the_nomination(void)
{
	struct loopback l;

	loopback_connect(&l, DTLS_ROLE_CLIENT, NULL);
	assert_flow(&l, 1);
	CU_ASSERT_EQUAL(l.mixer.paths, 0);
	CU_ASSERT_EQUAL(ice_peer_move(l.peer), 0);
	CU_ASSERT_TRUE(loopback_count(&l, &l.mixer.paths, 1));
	assert_flow(&l, 2);
	loopback_close(&l);
}


static void consent_runs_out_after_thirty_seconds(void)
{
	struct loopback l;
	uint64_t now_us;

	loopback_connect(&l, DTLS_ROLE_CLIENT, NULL);
	ice_peer_silence(l.peer, true);
	now_us = clock_us();
	net_tick(l.net, now_us + 29000000);
	CU_ASSERT_EQUAL(transport_state(l.transport), TRANSPORT_CONNECTED);
	net_tick(l.net, now_us + 30100000);
	CU_ASSERT_EQUAL(transport_state(l.transport), TRANSPORT_NEW);
	loopback_rtp(packet, 1, SSRC, PACKET_BYTES);
	CU_ASSERT_EQUAL(transport_send_rtp(l.transport, packet, PACKET_BYTES),
			ENOTCONN);

	/* and comes back with the next check, without a handshake */
	ice_peer_silence(l.peer, false);
	loopback_signal(&l);
	CU_ASSERT_TRUE(loopback_count(&l, &l.mixer.states, 3));
	assert_flow(&l, 2);
	loopback_close(&l);
}


static void lost_flights_are_sent_again(void)
{
	static const enum dtls_role roles[] = {DTLS_ROLE_CLIENT,
					       DTLS_ROLE_SERVER};

	for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
		struct loopback l;

		loopback_open(&l, roles[i], NULL);
		ice_peer_lose(l.peer, 2);
		loopback_signal(&l);
		CU_ASSERT_TRUE(loopback_count(&l, &l.mixer.states, 1));
		CU_ASSERT_EQUAL(l.mixer.state, TRANSPORT_CONNECTED);
		loopback_close(&l);
	}
}


/** The second media address is as good as the first */
static void media_flows_over_ipv6(void)
{
	const struct ice_peer_handlers h = {NULL};
	struct net_config config = {0};
	struct transport_local local;
	struct transport_remote remote;
	struct loopback l;
	struct sa addr;

	sa_set_str(&config.media_addresses[0], "127.0.0.1", 0);
	sa_set_str(&config.media_addresses[1], "::1", 0);
	config.media_address_count = 2;
	memset(&l, 0, sizeof(l));
	CU_ASSERT_EQUAL_FATAL(net_alloc(&l.net, &config), 0);
	CU_ASSERT_EQUAL_FATAL(transport_alloc(&l.transport, l.net,
					      TRANSPORT_WEBRTC, 0,
					      TRANSPORT_SUITE_NONE,
					      &loopback_handlers, &l.mixer),
			      0);
	sa_set_str(&addr, "::1", 0);
	CU_ASSERT_EQUAL_FATAL(dtls_context_alloc(&l.peer_dtls), 0);
	CU_ASSERT_EQUAL_FATAL(ice_peer_alloc(&l.peer, &addr, l.peer_dtls,
					     DTLS_ROLE_CLIENT, NULL, &h, NULL),
			      0);
	ice_peer_local(l.peer, &remote);
	CU_ASSERT_EQUAL(transport_set_remote(l.transport, &remote), 0);
	transport_local(l.transport, &local);
	CU_ASSERT_EQUAL(local.candidate_count, 2);
	CU_ASSERT_TRUE(local.candidates[0].priority >
		       local.candidates[1].priority);
	local.candidates[0] = local.candidates[1];
	ice_peer_set_remote(l.peer, &local);
	CU_ASSERT_TRUE(loopback_until(l.net, l.peer, peer_established, &l));
	browser_says(&l, 1);
	CU_ASSERT_TRUE(loopback_count(&l, &l.mixer.rtp, 1));
	loopback_close(&l);
}


static bool closed(void *arg)
{
	struct loopback *l = arg;

	return transport_state(l->transport) == TRANSPORT_CLOSED;
}


static bool peer_closed(void *arg)
{
	struct loopback *l = arg;

	return ice_peer_dtls_state(l->peer) == DTLS_CLOSED;
}


static void close_notify_closes_either_way(void)
{
	struct loopback l;

	loopback_connect(&l, DTLS_ROLE_CLIENT, NULL);
	ice_peer_close(l.peer);
	CU_ASSERT_TRUE(loopback_until(l.net, l.peer, closed, &l));
	loopback_close(&l);

	loopback_connect(&l, DTLS_ROLE_SERVER, NULL);
	l.transport = mem_deref(l.transport);
	CU_ASSERT_TRUE(loopback_until(l.net, l.peer, peer_closed, &l));
	loopback_close(&l);
}


static bool carries(void *arg)
{
	struct loopback *l = arg;

	return transport_state(l->transport) == TRANSPORT_CONNECTED &&
	       ice_peer_connected(l->peer);
}


/* A new peer connection with the certificate of the one before, as a browser
 * makes it when it stops the line that its bundle hung on */
static void another_association_may_follow(void)
{
	static const struct {
		enum dtls_role role;
		bool says_so, late; /**< close_notify; after the offer */
	} cases[] = {
		{DTLS_ROLE_CLIENT, true, false},
		{DTLS_ROLE_CLIENT, true, true},
		{DTLS_ROLE_CLIENT, false, false},
		{DTLS_ROLE_SERVER, true, false},
		{DTLS_ROLE_SERVER, true, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ice_peer *old;
		struct loopback l;

		loopback_connect(&l, cases[i].role, NULL);
		assert_flow(&l, 1);
		old = mem_ref(l.peer);
		if (cases[i].says_so && !cases[i].late) {
			ice_peer_close(old);
			CU_ASSERT_TRUE(loopback_until(l.net, old, closed, &l));
		}
		loopback_peer(&l, cases[i].role, NULL);
		loopback_signal(&l);
		if (cases[i].late) {
			ice_peer_close(old);
			loopback_settle(l.net, old);
		}
		mem_deref(old);
		CU_ASSERT_TRUE(loopback_until(l.net, l.peer, carries, &l));
		assert_flow(&l, 2);
		loopback_close(&l);
	}
}


/** A client's first datagram */
struct flight {
	uint8_t buf[LOOPBACK_PACKET_MAX];
	size_t len;
};


static void flight_h(const uint8_t *buf, size_t len, void *arg)
{
	struct flight *f = arg;

	memcpy(f->buf, buf, len);
	f->len = len;
}


static void client_hello(struct flight *f)
{
	struct dtls_association *client = NULL;
	struct dtls_context *dtls = NULL;

	CU_ASSERT_EQUAL_FATAL(dtls_context_alloc(&dtls), 0);
	CU_ASSERT_EQUAL_FATAL(dtls_association_alloc(&client, dtls,
						     DTLS_ROLE_CLIENT, NULL,
						     flight_h, f),
			      0);
	dtls_association_start(client);
	mem_deref(client);
	mem_deref(dtls);
}


/* Its address takes no password to send from */
static void a_forged_client_hello_ends_nothing(void)
{
	for (int follows = 0; follows < 2; follows++) {
		struct transport_remote remote;
		struct flight hello;
		struct ice_peer *old;
		struct loopback l;

		loopback_connect(&l, DTLS_ROLE_CLIENT, NULL);
		assert_flow(&l, 1);
		old = mem_ref(l.peer);
		if (follows) {
			loopback_peer(&l, DTLS_ROLE_CLIENT, NULL);
			loopback_signal(&l);
		}
		else {
			ice_peer_restart(l.peer);
			ice_peer_local(l.peer, &remote);
			CU_ASSERT_EQUAL(
				transport_set_remote(l.transport, &remote), 0);
		}

		client_hello(&hello);
		CU_ASSERT_EQUAL(ice_peer_send_raw(old, hello.buf, hello.len),
				0);
		loopback_settle(l.net, old);
		CU_ASSERT_EQUAL(l.mixer.states, 1);
		/* and the real one, if it comes, is not missed for it */
		CU_ASSERT_TRUE(loopback_until(l.net, l.peer, carries, &l));
		assert_flow(&l, 2);
		CU_ASSERT_EQUAL(l.mixer.states, 1);
		mem_deref(old);
		loopback_close(&l);
	}
}


static void burst_arrives_whole(void)
{
	static const size_t sizes[] = {900, 900, 900, 900, 400, 700, 700, 80};
	static uint8_t room[ARRAY_SIZE(sizes)][LOOPBACK_PACKET_MAX];
	uint8_t *bufs[ARRAY_SIZE(sizes)];
	uint64_t out;
	struct loopback l;

	loopback_connect(&l, DTLS_ROLE_CLIENT, NULL);
	out = net_stats(l.net)->packets_out;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		bufs[i] = room[i];
		loopback_rtp(bufs[i], (uint16_t)i, SSRC, sizes[i]);
	}

	CU_ASSERT_EQUAL(transport_send_burst(l.transport, bufs, sizes,
					     ARRAY_SIZE(sizes)),
			0);
	CU_ASSERT_TRUE(loopback_count(&l, &l.browser.rtp, ARRAY_SIZE(sizes)));
	CU_ASSERT_EQUAL(net_stats(l.net)->packets_out - out,
			ARRAY_SIZE(sizes));
	CU_ASSERT_EQUAL(l.browser.last_len, 80);
	CU_ASSERT_EQUAL(transport_send_burst(l.transport, bufs, sizes,
					     TRANSPORT_BURST_MAX + 1),
			EINVAL);
	loopback_close(&l);
}


static void media_and_dtls_of_strangers_are_discarded(void)
{
	static const uint8_t dtls[13] = {22, 254, 253};
	struct loopback l;
	uint64_t out;

	loopback_open(&l, DTLS_ROLE_CLIENT, NULL);
	loopback_signal(&l);
	ice_peer_silence(l.peer, true);
	loopback_rtp(packet, 1, SSRC, PACKET_BYTES);
	out = net_stats(l.net)->packets_out;
	CU_ASSERT_EQUAL(ice_peer_send_raw(l.peer, packet, PACKET_BYTES), 0);
	CU_ASSERT_EQUAL(ice_peer_send_raw(l.peer, dtls, sizeof(dtls)), 0);
	loopback_settle(l.net, l.peer);
	CU_ASSERT_EQUAL(net_stats(l.net)->packets_in, 2);
	CU_ASSERT_EQUAL(net_stats(l.net)->discarded, 2);
	CU_ASSERT_EQUAL(net_stats(l.net)->packets_out, out);
	loopback_close(&l);
}


static int make_transport(void *arg)
{
	struct transport_remote remote = {
		.ice_ufrag = "abcd",
		.ice_pwd = "0123456789012345678901",
		.dtls_role = DTLS_ROLE_CLIENT,
		.fingerprint_count = 1,
	};
	struct net_config config = {.media_address_count = 1};
	struct transport_local local;
	struct heard heard = {0};
	struct transport *t = NULL;
	struct net *net = NULL;
	int err;

	(void)arg;
	strcpy(remote.fingerprints[0].hash, "sha-256");
	for (unsigned i = 0; i < 32; i++)
		strcat(remote.fingerprints[0].value, i ? ":AB" : "AB");
	sa_set_str(&config.media_addresses[0], "127.0.0.1", 0);
	err = net_alloc(&net, &config);
	CU_ASSERT_EQUAL(!err, net != NULL);
	if (!err)
		err = transport_alloc(&t, net, TRANSPORT_WEBRTC, 0,
				      TRANSPORT_SUITE_NONE, &loopback_handlers,
				      &heard);
	CU_ASSERT_EQUAL(!err, t != NULL);
	if (!err) {
		transport_local(t, &local);
		CU_ASSERT(*local.ice_ufrag && *local.ice_pwd);
		err = transport_set_remote(t, &remote);
	}
	if (!err) {
		/* a restart */
		remote.ice_ufrag = "efgh";
		err = transport_set_remote(t, &remote);
	}
	mem_deref(t);
	mem_deref(net);

	return err;
}


static void survives_any_failing_allocation(void)
{
	failing_each(make_transport, NULL);
}

static CU_TestInfo tests[] = {
	{"media flows in every suite and role", media_flows_in_every_suite},
	{"wrong fingerprint fails before media",
	 wrong_fingerprint_fails_before_media},
	{"no common profile fails", no_common_profile_fails},
	{"unusable fingerprints are refused",
	 unusable_fingerprints_are_refused},
	{"fingerprint may come after the handshake",
	 fingerprint_may_come_after_the_handshake},
	{"replayed packet is dropped", replayed_packet_is_dropped},
	{"restart keeps media", restart_keeps_media},
	{"old credentials end with the nomination",
	 old_credentials_end_with_the_nomination},
	{"changed fingerprint begins a new association",
	 changed_fingerprint_begins_a_new_association},
	{"media follows the nomination", media_follows_the_nomination},
	{"consent runs out after thirty seconds",
	 consent_runs_out_after_thirty_seconds},
	{"lost flights are sent again", lost_flights_are_sent_again},
	{"media flows over IPv6", media_flows_over_ipv6},
	{"close_notify closes either way", close_notify_closes_either_way},
	{"another association may follow", another_association_may_follow},
	{"a forged ClientHello ends nothing",
	 a_forged_client_hello_ends_nothing},
	{"burst arrives whole", burst_arrives_whole},
	{"media and DTLS of strangers are discarded",
	 media_and_dtls_of_strangers_are_discarded},
	{"survives any failing allocation", survives_any_failing_allocation},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(transport_webrtc, tests)
