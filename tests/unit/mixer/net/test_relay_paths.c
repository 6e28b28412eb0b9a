/**
 * @file test_relay_paths.c  Where the ends of a relay are
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/net/framing.h"
#include "mixer/net/stun.h"
#include "tests/unit/mixer/net/relay_ends.h"
#include "tests/unit/unit.h"


enum { SECOND_US = 1000000 };


static void media_follows_who_moves(void)
{
	struct ends w;

	ends_open(&w);
	CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));
	CU_ASSERT_EQUAL(ice_far_move(&w.far[1], "127.0.0.2"), 0);
	/* from there nothing is heard before its check */
	CU_ASSERT_FALSE(ends_goes_over(&w, 1, ENDS_RTP, ENDS_SOUND));
	w.far[1].ignores = true;
	ends_check(&w, 1);
	CU_ASSERT_TRUE(w.far[1].asked > 0);
	CU_ASSERT_FALSE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));
	/* it is carried as it was: the way back is there */
	CU_ASSERT_TRUE(ends_goes_over(&w, 1, ENDS_RTP, ENDS_SOUND));
	w.far[1].ignores = false;
	ends_prove(&w, 1);
	CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));
	CU_ASSERT_EQUAL(w.heard[0].states, 1);
	ends_close(&w);
}


/* Whoever calls can forge a check from there, and has somebody to call him */
static void who_never_answers_is_sent_little(void)
{
	enum { FLIGHTS = 100, FLIGHT = 1000 };
	uint8_t buf[FLIGHT];
	struct ends w;

	ends_open_two(&w);
	w.far[1].ignores = true;
	ends_check(&w, 0);
	ends_check(&w, 1);
	CU_ASSERT_FALSE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));
	CU_ASSERT_FALSE(ends_goes_over(&w, 0, ENDS_RTCP, 0));
	CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_DTLS, 0));
	CU_ASSERT_EQUAL(w.far[1].bytes, ENDS_BYTES);
	CU_ASSERT_FALSE(ends_stats(&w, 0).carried);

	memset(buf, 0, sizeof(buf));
	buf[0] = 22;
	for (unsigned i = 0; i < FLIGHTS; i++) {
		ends_hand_over(&w, 0, buf, sizeof(buf), clock_us());
		ends_drain(&w);
	}
	CU_ASSERT_TRUE(w.far[1].bytes > 2 * FLIGHT);
	CU_ASSERT_TRUE(w.far[1].bytes <
		       PROOF_HANDSHAKE_BYTES + 2 * PROOF_FLIGHT_BYTES);
	/* nor is anybody there: life is what comes from where it is got */
	CU_ASSERT_EQUAL(transport_received_us(w.t[1]), 0);

	/* it is there after all */
	w.far[1].ignores = false;
	ends_prove(&w, 1);
	CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));
	CU_ASSERT_TRUE(ends_stats(&w, 0).carried);
	ends_close(&w);
}


/* Another agent's check does not take it, though nothing has been carried */
/* SCTP has said what it has to say before the other one has answered */
static void what_came_first_counts_when_it_is_proven(void)
{
	struct ends w;

	ends_open_two(&w);
	w.far[1].ignores = true;
	ends_check(&w, 0);
	ends_check(&w, 1);
	CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_DTLS_DATA, 0));
	CU_ASSERT_FALSE(ends_stats(&w, 0).carried);
	w.far[1].ignores = false;
	ends_prove(&w, 1);
	CU_ASSERT_TRUE(ends_stats(&w, 0).carried);
	CU_ASSERT_FALSE(ends_stats(&w, 1).carried);
	ends_close(&w);
}


static void a_proven_address_is_nobody_elses(void)
{
	struct ends w;

	ends_open(&w);
	ends_make(&w, 2);
	w.remote[2].relay = ENDS_RELAY + 1;
	CU_ASSERT_EQUAL(transport_set_remote(w.t[2], &w.remote[2]), 0);
	ends_tell_far(&w, 2);
	ice_far_set_remote(&w.far[0], &w.far[2].to, w.far[2].to_ufrag,
			   w.far[2].to_pwd);
	ends_check(&w, 0);
	CU_ASSERT_PTR_NULL(w.t[2]->ice.selected);
	CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));
	ends_close(&w);
}


static void a_restart_goes_on_over_the_old_path(void)
{
	char before[40];
	struct ends w;

	ends_open(&w);
	str_ncpy(before, w.far[0].to_ufrag, sizeof(before));
	rand_str(w.far[0].ufrag, 9);
	rand_str(w.far[0].pwd, 25);
	CU_ASSERT_EQUAL(transport_set_remote(w.t[0], &w.remote[0]), 0);
	CU_ASSERT_TRUE(ends_goes_over(&w, 1, ENDS_RTP, ENDS_SOUND));
	ends_tell_far(&w, 0);
	CU_ASSERT_STRING_NOT_EQUAL(before, w.far[0].to_ufrag);
	CU_ASSERT_EQUAL(ice_far_move(&w.far[0], "127.0.0.1"), 0);
	ends_prove(&w, 0);
	CU_ASSERT_TRUE(ends_goes_over(&w, 1, ENDS_RTP, ENDS_SOUND));
	CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));
	w.remote[0].ice_pwd = "short";
	CU_ASSERT_EQUAL(transport_set_remote(w.t[0], &w.remote[0]), EPROTO);
	ends_close(&w);
}


/** In a frame (RFC 4571) */
static void say(int fd, const void *buf, size_t len)
{
	uint8_t frame[FRAMING_HEAD_BYTES + ICE_FAR_DATAGRAM_MAX];

	frame[0] = (uint8_t)(len >> 8);
	frame[1] = (uint8_t)len;
	memcpy(frame + FRAMING_HEAD_BYTES, buf, len);
	CU_ASSERT_EQUAL(send(fd, frame, len + FRAMING_HEAD_BYTES, 0),
			(ssize_t)(len + FRAMING_HEAD_BYTES));
}


/** End 0 comes by TCP. @return the far end's descriptor */
static int join_by_tcp(struct ends *w)
{
	static const uint8_t transaction[12] = {1, 2, 3};
	int fd = socket(AF_INET, SOCK_STREAM, 0), near, far;
	struct stun_writer s;
	char name[64];
	struct sa addr;
	int n;

	sa_set_str(&addr, "127.0.0.1", 0);
	CU_ASSERT_FATAL(!bind(fd, &addr.u.sa, addr.len) && !listen(fd, 1));
	addr.len = sizeof(addr.u);
	CU_ASSERT_FATAL(!getsockname(fd, &addr.u.sa, &addr.len));
	far = socket(AF_INET, SOCK_STREAM, 0);
	CU_ASSERT_FATAL(!connect(far, &addr.u.sa, addr.len));
	near = accept4(fd, NULL, NULL, SOCK_NONBLOCK);
	close(fd);
	n = re_snprintf(name, sizeof(name), "%s:%s", w->far[0].to_ufrag,
			w->far[0].ufrag);
	stun_write_header(&s, STUN_BINDING_REQUEST, transaction);
	stun_write_attribute(&s, STUN_ATTR_USERNAME, name, (size_t)n);
	stun_write_attribute(&s, STUN_ATTR_USE_CAND, NULL, 0);
	stun_write_end(&s, w->far[0].to_pwd);
	say(far, s.buf, s.len);
	CU_ASSERT_EQUAL_FATAL(net_take_stream(w->net, near), 0);
	/* the answer */
	CU_ASSERT_TRUE(recv(far, s.buf, sizeof(s.buf), 0) > 0);

	return far;
}


static void one_of_them_may_come_by_tcp(void)
{
	uint8_t buf[ENDS_BYTES], got[FRAMING_HEAD_BYTES + ENDS_BYTES];
	struct ends w;
	int fd;

	ends_open_two(&w);
	fd = join_by_tcp(&w);
	ends_check(&w, 1);
	CU_ASSERT_STRING_EQUAL(transport_path(w.t[0]), "tcp");
	say(fd, buf, ends_packet(&w, buf, ENDS_RTP, ENDS_SOUND));
	ends_settle(&w);
	CU_ASSERT_EQUAL(w.far[1].last_len, ENDS_BYTES);
	CU_ASSERT_EQUAL(memcmp(w.far[1].last, buf, ENDS_BYTES), 0);

	ice_far_send(&w.far[1], buf,
		     ends_packet(&w, buf, ENDS_RTP, ENDS_SOUND));
	ends_settle(&w);
	CU_ASSERT_EQUAL(recv(fd, got, sizeof(got), MSG_DONTWAIT),
			(ssize_t)sizeof(got));
	CU_ASSERT_EQUAL(memcmp(got + FRAMING_HEAD_BYTES, buf, ENDS_BYTES), 0);

	/* its end is that of the path, and of what was carried by it */
	close(fd);
	ends_settle(&w);
	CU_ASSERT_EQUAL(w.heard[0].state, TRANSPORT_NEW);
	CU_ASSERT_EQUAL(w.heard[1].state, TRANSPORT_NEW);
	ends_close(&w);
}


static CU_TestInfo tests[] = {
	{"media follows who moves", media_follows_who_moves},
	{"who never answers is sent little", who_never_answers_is_sent_little},
	{"what came first counts when it is proven",
	 what_came_first_counts_when_it_is_proven},
	{"a proven address is nobody else's",
	 a_proven_address_is_nobody_elses},
	{"a restart goes on over the old path",
	 a_restart_goes_on_over_the_old_path},
	{"one of them may come by TCP", one_of_them_may_come_by_tcp},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(relay_paths, tests)
