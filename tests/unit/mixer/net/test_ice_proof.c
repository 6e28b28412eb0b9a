/**
 * @file test_ice_proof.c  What shows that who is sent media gets it
 */
#include "mixer/base/clock.h"
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"


static uint8_t packet[LOOPBACK_PACKET_MAX + TRANSPORT_TRAILER_MAX];


/* Whoever knows the password can forge the address of a check */
static void a_host_that_gets_nothing_is_sent_little(void)
{
	enum { PICTURE = 1000, PICTURES = 100 };
	struct loopback l;
	uint64_t heard_us, now_us = clock_us();
	size_t sent = 0;

	loopback_connect(&l, DTLS_ROLE_CLIENT, NULL);
	CU_ASSERT_TRUE(transport_is_proven(l.transport));
	heard_us = transport_received_us(l.transport);
	ice_peer_ignore(l.peer, true);
	CU_ASSERT_EQUAL(ice_peer_move_to(l.peer, "127.0.0.2"), 0);
	CU_ASSERT_TRUE(loopback_count(&l, &l.mixer.paths, 1));
	CU_ASSERT_FALSE(transport_is_proven(l.transport));
	CU_ASSERT_EQUAL(transport_received_us(l.transport), heard_us);
	for (int i = 0; i < PICTURES; i++)
		sent += transport_may_send(l.transport, TRANSPORT_PICTURE,
					   PICTURE, now_us)
				? PICTURE
				: 0;
	CU_ASSERT_TRUE(sent <= 32 * 1024);

	/* it is there after all */
	ice_peer_ignore(l.peer, false);
	CU_ASSERT_TRUE(loopback_count(&l, &l.mixer.proofs, 2));
	CU_ASSERT_TRUE(l.mixer.missed);
	CU_ASSERT_TRUE(transport_is_proven(l.transport));
	CU_ASSERT_TRUE(transport_may_send(l.transport, TRANSPORT_PICTURE,
					  PICTURE, now_us));
	CU_ASSERT_EQUAL(transport_send_rtp(l.transport, packet,
					   loopback_rtp(packet, 1, 1, 100)),
			0);
	CU_ASSERT_TRUE(loopback_count(&l, &l.browser.rtp, 1));
	loopback_close(&l);
}


/* So a call needs no other, not even of who answers no checks */
static void the_handshake_proves_its_path(void)
{
	static const enum dtls_role roles[] = {DTLS_ROLE_CLIENT,
					       DTLS_ROLE_SERVER};

	for (size_t i = 0; i < ARRAY_SIZE(roles); i++) {
		struct loopback l;

		loopback_open(&l, roles[i], NULL);
		ice_peer_ignore(l.peer, true);
		loopback_signal(&l);
		CU_ASSERT_TRUE(loopback_count(&l, &l.mixer.states, 1));
		CU_ASSERT_EQUAL(l.mixer.state, TRANSPORT_CONNECTED);
		CU_ASSERT_TRUE(transport_is_proven(l.transport));
		CU_ASSERT_EQUAL(l.mixer.proofs, 1);
		loopback_close(&l);
	}
}


static CU_TestInfo tests[] = {
	{"a host that gets nothing is sent little",
	 a_host_that_gets_nothing_is_sent_little},
	{"the handshake proves its path", the_handshake_proves_its_path},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(ice_proof, tests)
