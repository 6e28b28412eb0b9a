/**
 * @file test_ice.c  STUN messages and the lite agent's answers
 */
#include <string.h>
#include "mixer/net/stun.h"
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"


/* RFC 5769 section 2.1 */
static const char sample_password[] = "VOkJxbRl1RmTxUk/WvJxBt";
static const uint8_t sample[108] = {
	0x00, 0x01, 0x00, 0x58, 0x21, 0x12, 0xa4, 0x42, 0xb7, 0xe7, 0xa7, 0x01,
	0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae, 0x80, 0x22, 0x00, 0x10,
	0x53, 0x54, 0x55, 0x4e, 0x20, 0x74, 0x65, 0x73, 0x74, 0x20, 0x63, 0x6c,
	0x69, 0x65, 0x6e, 0x74, 0x00, 0x24, 0x00, 0x04, 0x6e, 0x00, 0x01, 0xff,
	0x80, 0x29, 0x00, 0x08, 0x93, 0x2f, 0xf9, 0xb1, 0x51, 0x26, 0x3b, 0x36,
	0x00, 0x06, 0x00, 0x09, 0x65, 0x76, 0x74, 0x6a, 0x3a, 0x68, 0x36, 0x76,
	0x59, 0x20, 0x20, 0x20, 0x00, 0x08, 0x00, 0x14, 0x9a, 0xea, 0xa7, 0x0c,
	0xbf, 0xd8, 0xcb, 0x56, 0x78, 0x1e, 0xf2, 0xb5, 0xb2, 0xd3, 0xf2, 0x49,
	0xc1, 0xb5, 0x71, 0xa2, 0x80, 0x28, 0x00, 0x04, 0xe5, 0x7a, 0x3b, 0xcf,
};


static void reads_the_sample_request(void)
{
	struct stun_packet p;

	CU_ASSERT_EQUAL_FATAL(stun_packet_decode(&p, sample, sizeof(sample)),
			      0);
	CU_ASSERT_EQUAL(p.type, STUN_BINDING_REQUEST);
	CU_ASSERT_EQUAL(p.username_bytes, 9);
	CU_ASSERT_EQUAL(memcmp(p.username, "evtj:h6vY", 9), 0);
	CU_ASSERT_EQUAL(p.priority, 0x6e0001ff);
	CU_ASSERT_TRUE(p.controlled);
	CU_ASSERT_FALSE(p.use_candidate);
	CU_ASSERT_EQUAL(p.tie_breaker, 0x932ff9b151263b36ULL);
	CU_ASSERT_TRUE(p.has_fingerprint && p.fingerprint_valid);
	CU_ASSERT_TRUE(stun_packet_authentic(&p, sample_password));
	CU_ASSERT_FALSE(stun_packet_authentic(&p, "another"));
}


static void every_changed_byte_is_noticed(void)
{
	struct stun_packet p;

	for (size_t i = 0; i < sizeof(sample); i++) {
		uint8_t copy[sizeof(sample)];

		memcpy(copy, sample, sizeof(copy));
		copy[i] ^= 0x10;
		CU_ASSERT_TRUE(stun_packet_decode(&p, copy, sizeof(copy)) ||
			       !p.fingerprint_valid);
	}
}


static void every_truncation_is_refused(void)
{
	struct stun_packet p;

	for (size_t i = 0; i < sizeof(sample); i++)
		CU_ASSERT_EQUAL(stun_packet_decode(&p, sample, i), EBADMSG);
}


static void writes_what_it_reads(void)
{
	static const char *const addresses[] = {
		"192.0.2.1", "2001:db8:1234:5678:11:2233:4455:6677"};

	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		struct stun_writer w;
		struct stun_packet p;
		struct sa addr;

		sa_set_str(&addr, addresses[i], 32853);
		stun_write_header(&w, STUN_BINDING_SUCCESS, sample + 8);
		stun_write_mapped(&w, &addr);
		stun_write_end(&w, sample_password);
		CU_ASSERT_EQUAL(stun_packet_decode(&p, w.buf, w.len), 0);
		CU_ASSERT_TRUE(sa_cmp(&p.mapped, &addr, SA_ALL));
		CU_ASSERT_TRUE(p.fingerprint_valid);
		CU_ASSERT_TRUE(stun_packet_authentic(&p, sample_password));
	}
}


/** One check and what must come of it */
static void answers_checks_as_due(void)
{
	static const struct {
		const char *what;
		struct ice_peer_check check;
		unsigned success, code;
		bool heard;
	} cases[] = {
		{"good", {.use_candidate = true}, 1, 0, true},
		{"not nominating", {.use_candidate = false}, 1, 0, true},
		{"wrong password",
		 {.pwd = "0123456789012345678901"},
		 0,
		 401,
		 false},
		{"unknown ufrag", {.ufrag = "nobodyxx"}, 0, 0, false},
		{"ufrag of another length", {.ufrag = "x"}, 0, 0, false},
		{"no integrity", {.without_integrity = true}, 0, 400, false},
		{"role conflict", {.controlled = true}, 0, 487, false},
		{"unknown attribute",
		 {.unknown_attribute = true},
		 0,
		 420,
		 false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct ice_peer_answers *a;
		const struct net_stats *s;
		struct loopback l;

		loopback_open(&l, DTLS_ROLE_SERVER, NULL);
		loopback_signal(&l);
		ice_peer_silence(l.peer, true);
		ice_peer_send_check(l.peer, &cases[i].check);
		loopback_settle(l.net, l.peer);
		a = ice_peer_answers(l.peer);
		s = net_stats(l.net);
		CU_ASSERT_EQUAL(a->success, cases[i].success);
		CU_ASSERT_EQUAL(a->error_code, cases[i].code);
		CU_ASSERT_EQUAL(a->error, cases[i].code ? 1 : 0);
		CU_ASSERT_EQUAL(transport_heard_us(l.transport) != 0,
				cases[i].heard);
		/* no amplification, and silence for whom we do not know */
		if (!cases[i].heard)
			CU_ASSERT_TRUE(s->bytes_out <= s->bytes_in);
		if (!cases[i].heard && !cases[i].code)
			CU_ASSERT_EQUAL(s->packets_out, 0);
		loopback_close(&l);
	}
}


static void mapped_address_is_the_source(void)
{
	struct loopback l;

	loopback_connect(&l, DTLS_ROLE_CLIENT, NULL);
	CU_ASSERT_TRUE(sa_is_loopback(&ice_peer_answers(l.peer)->mapped));
	CU_ASSERT_NOT_EQUAL(sa_port(&ice_peer_answers(l.peer)->mapped), 0);
	loopback_close(&l);
}


static void too_short_credentials_are_refused(void)
{
	struct transport_remote remote = {.ice_ufrag = "abcd",
					  .ice_pwd = "tooshort"};
	struct loopback l;

	loopback_open(&l, DTLS_ROLE_CLIENT, NULL);
	CU_ASSERT_EQUAL(transport_set_remote(l.transport, &remote), EPROTO);
	loopback_close(&l);
}


/** More addresses than a transport keeps: the oldest give way */
static void many_addresses_stay_bounded(void)
{
	struct loopback l;

	loopback_connect(&l, DTLS_ROLE_CLIENT, NULL);
	for (unsigned i = 1; i <= 40; i++) {
		CU_ASSERT_EQUAL(ice_peer_move(l.peer), 0);
		CU_ASSERT_TRUE(loopback_count(&l, &l.mixer.paths, i));
	}
	CU_ASSERT_EQUAL(transport_state(l.transport), TRANSPORT_CONNECTED);
	loopback_close(&l);
}


static CU_TestInfo tests[] = {
	{"reads the sample request of RFC 5769", reads_the_sample_request},
	{"every changed byte is noticed", every_changed_byte_is_noticed},
	{"every truncation is refused", every_truncation_is_refused},
	{"writes what it reads", writes_what_it_reads},
	{"answers checks as due", answers_checks_as_due},
	{"mapped address is the source", mapped_address_is_the_source},
	{"too short credentials are refused",
	 too_short_credentials_are_refused},
	{"many addresses stay bounded", many_addresses_stay_bounded},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(ice, tests)
