/**
 * @file test_relay.c  Two far ends that hear each other over a relay
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/net/framing.h"
#include "mixer/net/stun.h"
#include "tests/unit/failing.h"
#include "tests/unit/mixer/net/relay_ends.h"
#include "tests/unit/unit.h"


enum { SECOND_US = 1000000 };
static void what_comes_goes_over_as_it_is(void)
{
	static const enum ends_kind kinds[] = {ENDS_DTLS, ENDS_RTP, ENDS_RTCP,
					       ENDS_DTLS_DATA};
	struct ends w;

	ends_open(&w);
	for (size_t from = 0; from < 2; from++) {
		CU_ASSERT_FALSE(ends_stats(&w, from).carried);
		for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
			CU_ASSERT_TRUE(ends_goes_over(&w, from, kinds[i],
						      ENDS_SOUND));
		CU_ASSERT_EQUAL(w.heard[from].states, 1);
		CU_ASSERT_EQUAL(w.heard[from].state, TRANSPORT_CONNECTED);
		CU_ASSERT_TRUE(ends_stats(&w, from).carried);
		CU_ASSERT_EQUAL(ends_stats(&w, from).relay, ENDS_RELAY);
		CU_ASSERT_EQUAL(ends_stats(&w, from).packets_in, 4);
		CU_ASSERT_EQUAL(ends_stats(&w, from).bytes_in, 4 * ENDS_BYTES);
		CU_ASSERT_EQUAL(ends_stats(&w, !from).packets_out, 4);
		CU_ASSERT_TRUE(transport_received_us(w.t[from]) > 0);
	}
	/* nothing of it is heard here, nor sent from here */
	CU_ASSERT_EQUAL(w.heard[0].rtp + w.heard[0].rtcp, 0);
	CU_ASSERT_EQUAL(transport_send_rtp(w.t[0], w.far[0].last, ENDS_BYTES),
			ENOTCONN);
	CU_ASSERT_FALSE(
		transport_may_send(w.t[0], TRANSPORT_SOUND, ENDS_BYTES, 1));
	CU_ASSERT_STRING_EQUAL(transport_path(w.t[0]), "udp");
	ends_close(&w);
}


/* Several records come in one datagram */
static void a_handshake_alone_is_not_carried(void)
{
	static const struct {
		const char *what;
		uint8_t bytes[32];
		size_t len;
		bool carried;
	} rows[] = {
		{"handshake", {22, 254, 253, 0, 0, [11] = 0, [12] = 1}, 14, 0},
		{"finished", {22, 254, 253, 0, 1, [11] = 0, [12] = 1}, 14, 0},
		{"data", {23, 254, 253, 0, 1, [11] = 0, [12] = 1}, 14, 1},
		{"data of epoch 0",
		 {23, 254, 253, 0, 0, [11] = 0, [12] = 1},
		 14,
		 0},
		{"data of a late epoch",
		 {23, 254, 253, 1, 0, [11] = 0, [12] = 1},
		 14,
		 1},
		{"data after another record",
		 {20, 254, 253, 0, 0, [11] = 0, [12] = 1, 1, 23, 254, 253, 0,
		  1},
		 28,
		 1},
		{"data beyond the end of a record",
		 {22, 254, 253, 0, 1, [11] = 0, [12] = 15, 1, 23, 254, 253, 0,
		  1},
		 28,
		 0},
		{"a record that is longer than its datagram",
		 {22, 254, 253, 0, 1, [11] = 255, [12] = 255, 1, 23},
		 28,
		 0},
		{"half a record",
		 {22, 254, 253, 0, 1, [11] = 0, [12] = 1, 1, 23, 254, 253, 0},
		 18,
		 0},
		{"DTLS 1.3", {47, 1, 2}, 3, 1},
		{"DTLS 1.3 after a ServerHello",
		 {22, 254, 253, 0, 0, [11] = 0, [12] = 1, 1, 47, 1},
		 16,
		 1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t buf[32];
		struct ends w;

		ends_open(&w);
		memcpy(buf, rows[i].bytes, sizeof(buf));
		ends_hand_over(&w, 0, buf, rows[i].len, clock_us());
		if (ends_stats(&w, 0).carried != rows[i].carried)
			CU_FAIL(rows[i].what);
		CU_ASSERT_FALSE(ends_stats(&w, 1).carried);
		ends_drain(&w);
		CU_ASSERT_EQUAL(w.far[1].last_len, rows[i].len);
		ends_close(&w);
	}
}


/** A socket there, of that port (0: any) */
static struct ice_far stranger(const struct ends *w, const char *host,
			       uint16_t port)
{
	struct ice_far f;
	struct sa addr;

	CU_ASSERT_EQUAL_FATAL(ice_far_open(&f, host), 0);
	if (port) {
		ice_far_close(&f);
		f.fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		sa_set_str(&addr, host, port);
		CU_ASSERT_EQUAL_FATAL(bind(f.fd, &addr.u.sa, addr.len), 0);
	}
	ice_far_set_remote(&f, &w->far[0].to, w->far[0].to_ufrag,
			   w->far[0].to_pwd);

	return f;
}


/* However well it knows where to send to, and the ufrag */
static void nothing_of_a_stranger_goes_over(void)
{
	static const enum ends_kind kinds[] = {ENDS_DTLS, ENDS_RTP, ENDS_RTCP,
					       ENDS_DTLS_DATA};
	struct ends w;

	ends_open(&w);
	for (unsigned i = 0; i < 2; i++) {
		struct ice_far f = stranger(&w, i ? "127.0.0.2" : "127.0.0.1",
					    i ? sa_port(&w.far[0].addr) : 0);
		uint64_t before;
		uint8_t buf[ENDS_BYTES];

		ice_far_check(&f, "0123456789012345678901");
		ends_settle(&w);
		before = net_stats(w.net)->discarded;
		for (size_t k = 0; k < ARRAY_SIZE(kinds); k++)
			ice_far_send(
				&f, buf,
				ends_packet(&w, buf, kinds[k], ENDS_SOUND));
		ends_settle(&w);
		CU_ASSERT_EQUAL(net_stats(w.net)->discarded,
				before + ARRAY_SIZE(kinds));
		ice_far_close(&f);
	}
	CU_ASSERT_EQUAL(w.far[0].count + w.far[1].count, 0);
	CU_ASSERT_EQUAL(ends_stats(&w, 0).packets_in, 0);
	CU_ASSERT_FALSE(ends_stats(&w, 0).carried);
	/* who is where it was is heard all the same */
	CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));
	ends_close(&w);
}


/* What is neither ENDS_DTLS nor ENDS_RTP goes nowhere, wherever it comes from
 */
static void what_is_neither_goes_nowhere(void)
{
	static const uint8_t first[] = {4, 19, 64, 79, 127, 192, 255};
	struct ends w;

	ends_open(&w);
	for (size_t i = 0; i < ARRAY_SIZE(first); i++) {
		const uint8_t buf[ENDS_BYTES] = {first[i], 111};

		ice_far_send(&w.far[0], buf, sizeof(buf));
	}
	ice_far_send(&w.far[0], "\x80", 1);
	ends_settle(&w);
	CU_ASSERT_EQUAL(w.far[1].count, 0);
	CU_ASSERT_EQUAL(ends_stats(&w, 0).packets_in, 0);
	ends_close(&w);
}


/* Of what comes from end 0 */
static void what_is_held_back_does_not_go_over(void)
{
	static const struct {
		struct transport_hold at[2];
		bool sound, picture, other, rtcp;
	} rows[] = {
		{{{0}, {0}}, 1, 1, 1, 1},
		{{{.sound_from = 1}, {0}}, 0, 1, 0, 1},
		{{{.picture_from = 1}, {0}}, 1, 0, 0, 1},
		{{{.sound_from = 1, .picture_from = 1}, {0}}, 0, 0, 0, 1},
		{{{0}, {.sound_to = 1}}, 0, 1, 0, 1},
		{{{0}, {.picture_to = 1}}, 1, 0, 0, 1},
		{{{.all = 1}, {0}}, 0, 0, 0, 0},
		{{{0}, {.all = 1}}, 0, 0, 0, 0},
		/* the other direction's */
		{{{.sound_to = 1, .picture_to = 1},
		  {.sound_from = 1, .picture_from = 1}},
		 1,
		 1,
		 1,
		 1},
		{{{0}, {0}}, 1, 1, 1, 1},
	};
	struct ends w;

	ends_open(&w);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const uint64_t before = ends_stats(&w, 0).held;
		unsigned over = 0;

		transport_hold(w.t[0], &rows[i].at[0]);
		transport_hold(w.t[1], &rows[i].at[1]);
		CU_ASSERT_EQUAL(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND),
				rows[i].sound);
		CU_ASSERT_EQUAL(
			ends_goes_over(&w, 0, ENDS_RTP, 0x80 | ENDS_PICTURE),
			rows[i].picture);
		CU_ASSERT_EQUAL(ends_goes_over(&w, 0, ENDS_RTP, ENDS_OTHER),
				rows[i].other);
		CU_ASSERT_EQUAL(ends_goes_over(&w, 0, ENDS_RTCP, 0),
				rows[i].rtcp);
		CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_DTLS_DATA, 0));
		over = rows[i].sound + rows[i].picture + rows[i].other +
		       rows[i].rtcp;
		CU_ASSERT_EQUAL(ends_stats(&w, 0).held, before + 4 - over);
	}
	ends_close(&w);
}


/* Its mix is all that it has then */
static void who_is_early_or_aside_is_not_carried(void)
{
	const struct transport_hold all = {.all = true}, none = {0};
	struct ends w;

	ends_open(&w);
	transport_hold(w.t[1], &all);
	for (size_t i = 0; i < 2; i++) {
		CU_ASSERT_FALSE(ends_goes_over(&w, i, ENDS_RTP, ENDS_SOUND));
		CU_ASSERT_FALSE(ends_stats(&w, i).carried);
	}
	transport_hold(w.t[1], &none);
	CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));
	CU_ASSERT_TRUE(ends_stats(&w, 0).carried);
	CU_ASSERT_FALSE(ends_stats(&w, 1).carried);
	ends_close(&w);
}


/** Of one packet every `every_us` for ten seconds: what went over, bytes */
static size_t flow(struct ends *w, size_t len, uint64_t every_us)
{
	const uint64_t end_us = 60 * SECOND_US;
	const size_t before = w->far[1].bytes;
	uint8_t buf[1200] = {0x80, ENDS_SOUND};

	/* paths are of now, and no check comes meanwhile */
	for (uint64_t us = 50 * SECOND_US; us < end_us; us += every_us) {
		ends_hand_over(w, 0, buf, len, us);
		ends_drain(w);
	}

	return w->far[1].bytes - before;
}


static void not_more_goes_over_than_may(void)
{
	static const struct {
		uint32_t kbps;
		size_t len;
		uint64_t every_us;
	} rows[] = {
		{64, 160, 10000}, /* twice as much comes */
		{1000, 1200, 5000},
		{8, 1200, 50000},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		/* ten seconds, half a second at once, and a packet */
		const size_t all = rows[i].kbps * 125 * 10;
		const size_t most = all + rows[i].kbps * 125 / 2 + rows[i].len;
		struct ends w;
		size_t over;

		ends_open(&w);
		w.remote[0].kbps = rows[i].kbps;
		CU_ASSERT_EQUAL(transport_set_remote(w.t[0], &w.remote[0]), 0);
		over = flow(&w, rows[i].len, rows[i].every_us);
		CU_ASSERT_TRUE(over >= all - rows[i].len && over <= most);
		CU_ASSERT_EQUAL(ends_stats(&w, 0).policed,
				ends_stats(&w, 0).packets_in -
					ends_stats(&w, 1).packets_out);
		CU_ASSERT_TRUE(ends_stats(&w, 0).policed > 0);
		/* what is within it is not policed, nor the other way */
		w.remote[0].kbps = 0;
		CU_ASSERT_EQUAL(transport_set_remote(w.t[0], &w.remote[0]), 0);
		over = flow(&w, rows[i].len, rows[i].every_us);
		CU_ASSERT_EQUAL(over, 10 * SECOND_US / rows[i].every_us *
					      rows[i].len);
		ends_close(&w);
	}
}


/* ...but what opens the way does, and sound and pictures */
static void where_there_are_to_be_no_data_none_go_over(void)
{
	/* not so many that the checks grow old */
	enum { TRIES = 150 };
	unsigned over = 0;
	struct ends w;

	ends_open(&w);
	w.remote[0].no_data = true;
	CU_ASSERT_EQUAL(transport_set_remote(w.t[0], &w.remote[0]), 0);
	CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_DTLS_DATA, 0));
	CU_ASSERT_TRUE(ends_stats(&w, 0).carried);
	for (unsigned i = 0; i < TRIES; i++)
		over += ends_goes_over(&w, 0, ENDS_DTLS_DATA, 0);
	CU_ASSERT_TRUE(over > 10 && over < 100);
	CU_ASSERT_EQUAL(ends_stats(&w, 0).held, TRIES - over);
	CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_DTLS, 0));
	CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));
	CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_PICTURE));
	CU_ASSERT_TRUE(ends_goes_over(&w, 1, ENDS_DTLS_DATA, 0));
	ends_close(&w);
}


static void a_relay_has_two_ends(void)
{
	struct transport_remote same;
	struct ends w;

	ends_open(&w);
	ends_make(&w, 2);
	CU_ASSERT_EQUAL(transport_set_remote(w.t[2], &w.remote[2]), EBUSY);
	CU_ASSERT_EQUAL(ends_stats(&w, 2).relay, 0);
	ends_tell_far(&w, 2);
	ends_check(&w, 2);
	CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));
	CU_ASSERT_EQUAL(w.far[2].count, 0);

	/* once there is room, but not of the same leg's */
	ice_far_close(&w.far[1]);
	w.t[1] = mem_deref(w.t[1]);
	same = w.remote[2];
	same.leg = w.remote[0].leg;
	CU_ASSERT_EQUAL(transport_set_remote(w.t[2], &same), EINVAL);
	CU_ASSERT_EQUAL(transport_set_remote(w.t[2], &w.remote[2]), 0);
	CU_ASSERT_EQUAL(transport_set_remote(w.t[2], &w.remote[2]), 0);
	CU_ASSERT_EQUAL(ends_stats(&w, 2).relay, ENDS_RELAY);
	ends_close(&w);
}


/* And carried again when another comes */
static void who_is_left_alone_is_not_carried(void)
{
	struct ends w;

	ends_open(&w);
	CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));
	CU_ASSERT_EQUAL(w.heard[0].states, 1);
	ice_far_close(&w.far[1]);
	w.t[1] = mem_deref(w.t[1]);
	CU_ASSERT_EQUAL(w.heard[0].states, 2);
	CU_ASSERT_EQUAL(w.heard[0].state, TRANSPORT_NEW);
	CU_ASSERT_FALSE(ends_stats(&w, 0).carried);

	ends_open_one(&w, 1);
	CU_ASSERT_FALSE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));
	CU_ASSERT_FALSE(ends_stats(&w, 0).carried);
	ends_check(&w, 1);
	CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));
	CU_ASSERT_TRUE(ends_stats(&w, 0).carried);

	/* another number, and none */
	for (uint32_t number = ENDS_RELAY + 1; number + 1; number--) {
		const bool same = number == ENDS_RELAY;

		w.remote[1].relay = number;
		CU_ASSERT_EQUAL(transport_set_remote(w.t[1], &w.remote[1]), 0);
		CU_ASSERT_EQUAL(ends_stats(&w, 1).relay, number);
		CU_ASSERT_FALSE(ends_stats(&w, 0).carried);
		CU_ASSERT_EQUAL(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND),
				same);
		CU_ASSERT_EQUAL(ends_stats(&w, 0).carried, same);
		if (!number)
			break;
	}
	ends_close(&w);
}


static void consent_that_runs_out_ends_it(void)
{
	for (size_t gone = 0; gone < 2; gone++) {
		uint64_t now_us = clock_us();
		struct ends w;

		ends_open(&w);
		CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));
		CU_ASSERT_TRUE(ends_goes_over(&w, 1, ENDS_RTP, ENDS_SOUND));
		w.t[!gone]->ice.selected->checked_us = now_us + ICE_CONSENT_US;
		net_tick(w.net, now_us + ICE_CONSENT_US + SECOND_US);
		/* what the other one sends goes nowhere, either */
		for (size_t i = 0; i < 2; i++) {
			CU_ASSERT_EQUAL(w.heard[i].states, 2);
			CU_ASSERT_EQUAL(w.heard[i].state, TRANSPORT_NEW);
			CU_ASSERT_FALSE(ends_stats(&w, i).carried);
		}
		CU_ASSERT_FALSE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));

		ends_check(&w, gone);
		CU_ASSERT_TRUE(ends_goes_over(&w, 0, ENDS_RTP, ENDS_SOUND));
		CU_ASSERT_TRUE(ends_goes_over(&w, 1, ENDS_RTP, ENDS_SOUND));
		CU_ASSERT_TRUE(ends_stats(&w, 0).carried &&
			       ends_stats(&w, 1).carried);
		ends_close(&w);
	}
}


static void packets_allocate_nothing(void)
{
	static const enum ends_kind kinds[] = {ENDS_DTLS, ENDS_RTP, ENDS_RTCP,
					       ENDS_DTLS_DATA};
	uint8_t bufs[ARRAY_SIZE(kinds)][ENDS_BYTES];
	struct ends w;

	ends_open(&w);
	for (size_t from = 0; from < 2; from++)
		CU_ASSERT_TRUE(ends_goes_over(&w, from, ENDS_RTP, ENDS_SOUND));

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		(void)ends_packet(&w, bufs[i], kinds[i], ENDS_SOUND);

	failing_count_begin();
	mem_deref(mem_zalloc(1, NULL));
	for (size_t i = 0; i < 2 * ARRAY_SIZE(kinds); i++)
		ends_hand_over(&w, i & 1, bufs[i / 2], ENDS_BYTES, clock_us());
	CU_ASSERT_EQUAL(failing_count_end(), 1);
	ends_drain(&w);
	CU_ASSERT_EQUAL(w.far[0].count, 1 + ARRAY_SIZE(kinds));
	CU_ASSERT_EQUAL(w.far[1].count, 1 + ARRAY_SIZE(kinds));
	ends_close(&w);
}


static int comes(void *arg)
{
	struct ends *w = arg;
	struct transport *t = NULL;
	int err = transport_alloc(&t, w->net, TRANSPORT_RELAY, 0,
				  TRANSPORT_SUITE_NONE, &loopback_handlers,
				  &w->heard[0]);

	if (!err)
		err = transport_set_remote(t, &w->remote[0]);
	mem_deref(t);
	CU_ASSERT_PTR_NULL(
		list_head(hash_list(w->net->relays, (uint32_t)ENDS_RELAY)));

	return err;
}


static void without_memory_it_is_of_none(void)
{
	struct ends w;

	memset(&w, 0, sizeof(w));
	w.net = loopback_net(0, 0);
	ends_make(&w, 0);
	CU_ASSERT_TRUE(failing_each(comes, &w) >= 2);
	ends_close(&w);
}


static CU_TestInfo tests[] = {
	{"what comes goes over as it is", what_comes_goes_over_as_it_is},
	{"a handshake alone is not carried", a_handshake_alone_is_not_carried},
	{"nothing of a stranger goes over", nothing_of_a_stranger_goes_over},
	{"what is neither goes nowhere", what_is_neither_goes_nowhere},
	{"what is held back does not go over",
	 what_is_held_back_does_not_go_over},
	{"who is early or aside is not carried",
	 who_is_early_or_aside_is_not_carried},
	{"not more goes over than may", not_more_goes_over_than_may},
	{"where there are to be no data none go over",
	 where_there_are_to_be_no_data_none_go_over},
	{"a relay has two ends", a_relay_has_two_ends},
	{"who is left alone is not carried", who_is_left_alone_is_not_carried},
	{"consent that runs out ends it", consent_that_runs_out_ends_it},
	{"packets allocate nothing", packets_allocate_nothing},
	{"without memory it is of none", without_memory_it_is_of_none},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(relay, tests)
