/**
 * @file test_ice.c  The lite agent's answers
 */
#include <string.h>
#include <unistd.h>
#include "mixer/net/net_private.h"
#include "mixer/net/stun.h"
#include "tests/unit/mixer/net/loopback.h"
#include "tests/unit/unit.h"


/** The smallest request that is answered: a name of ours, and nothing else */
static void no_answer_is_larger_than_its_request(void)
{
	static const uint8_t transaction[12] = {1, 2, 3};
	struct transport_local local;
	struct stun_writer w;
	struct loopback l;
	struct sa to, from;
	char name[32];
	int fd, n;

	loopback_open(&l, DTLS_ROLE_SERVER, NULL);
	loopback_signal(&l);
	transport_local(l.transport, &local);
	fd = loopback_socket("127.0.0.1", &from);
	sa_set_str(&to, "127.0.0.1", net_webrtc_port(l.net));
	n = re_snprintf(name, sizeof(name), "%s:", local.ice_ufrag);
	stun_write_header(&w, STUN_BINDING_REQUEST, transaction);
	stun_write_attribute(&w, STUN_ATTR_USERNAME, name, (size_t)n);
	w.buf[3] = (uint8_t)(w.len - STUN_HEADER_SIZE);
	CU_ASSERT_EQUAL(sendto(fd, w.buf, w.len, 0, &to.u.sa, to.len),
			(ssize_t)w.len);
	loopback_settle(l.net, NULL);
	CU_ASSERT_EQUAL(net_stats(l.net)->packets_out, 1);
	CU_ASSERT_TRUE(net_stats(l.net)->bytes_out <= w.len);
	close(fd);
	loopback_close(&l);
}


/** One check and what must come of it */
static void answers_checks_as_due(void)
{
	static const struct {
		const char *what;
		struct ice_peer_check check;
		unsigned success, code;
		bool proved;
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
		/* consent alone is not life: there are no keys yet */
		CU_ASSERT_EQUAL(transport_received_us(l.transport), 0);
		/* no amplification, and silence for whom we do not know */
		if (!cases[i].proved)
			CU_ASSERT_TRUE(s->bytes_out <= s->bytes_in);
		if (!cases[i].proved && !cases[i].code)
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


static bool is_new(void *arg)
{
	const struct loopback *l = arg;

	return transport_state(l->transport) == TRANSPORT_NEW;
}


static bool is_connected(void *arg)
{
	const struct loopback *l = arg;

	return transport_state(l->transport) == TRANSPORT_CONNECTED;
}


/** Another transport, and a check for it from the address of `l`'s peer */
static struct transport *check_for_another(struct loopback *l,
					   struct heard *heard)
{
	struct ice_peer_check check = {.use_candidate = true};
	struct transport_local local;
	struct transport *other = NULL;

	CU_ASSERT_EQUAL_FATAL(transport_alloc(&other, l->net, TRANSPORT_WEBRTC,
					      0, TRANSPORT_SUITE_NONE,
					      &loopback_handlers, heard),
			      0);
	transport_local(other, &local);
	check.ufrag = local.ice_ufrag;
	check.pwd = local.ice_pwd;
	ice_peer_silence(l->peer, true);
	ice_peer_send_check(l->peer, &check);

	return other;
}


/* Its sender may have forged the address: who is there loses nothing */
static void the_address_of_a_live_agent_is_not_anothers(void)
{
	struct transport *other;
	struct heard heard = {0};
	uint8_t buf[LOOPBACK_PACKET_MAX];
	struct loopback l;
	unsigned in;

	loopback_connect(&l, DTLS_ROLE_CLIENT, NULL);
	in = (unsigned)net_stats(l.net)->packets_in;
	other = check_for_another(&l, &heard);
	loopback_settle(l.net, NULL);
	CU_ASSERT_TRUE(net_stats(l.net)->packets_in > in);
	CU_ASSERT_EQUAL(l.mixer.states, 1);
	CU_ASSERT_PTR_NULL(other->ice.selected);
	CU_ASSERT_EQUAL(transport_send_rtp(l.transport, buf,
					   loopback_rtp(buf, 1, 1, 100)),
			0);
	CU_ASSERT_TRUE(loopback_count(&l, &l.browser.rtp, 1));
	CU_ASSERT_EQUAL(ice_peer_send(l.peer, buf,
				      loopback_rtp(buf, 1, 1, 100), false),
			0);
	CU_ASSERT_TRUE(loopback_count(&l, &l.mixer.rtp, 1));
	mem_deref(other);
	loopback_close(&l);
}


/** Its only address proves to be another agent's: it is told so, and sends
 *  nothing there any more until that is its own again */
static void an_address_that_another_proves_is_forgotten(void)
{
	struct transport *other;
	struct heard heard = {0};
	uint8_t buf[LOOPBACK_PACKET_MAX];
	struct loopback l;

	loopback_connect(&l, DTLS_ROLE_CLIENT, NULL);
	/* it was not heard for so long */
	l.transport->ice.selected->heard_us -= ICE_HOLD_US;
	other = check_for_another(&l, &heard);
	CU_ASSERT_TRUE(loopback_until(l.net, NULL, is_new, &l));
	CU_ASSERT_EQUAL(l.mixer.state, TRANSPORT_NEW);
	CU_ASSERT_EQUAL(transport_send_rtp(l.transport, buf,
					   loopback_rtp(buf, 1, 1, 100)),
			ENOTCONN);

	ice_peer_silence(l.peer, false);
	CU_ASSERT_TRUE(loopback_until(l.net, l.peer, is_connected, &l));
	CU_ASSERT_EQUAL(transport_send_rtp(l.transport, buf,
					   loopback_rtp(buf, 2, 1, 100)),
			0);
	mem_deref(other);
	loopback_close(&l);
}


static CU_TestInfo tests[] = {
	{"no answer is larger than its request",
	 no_answer_is_larger_than_its_request},
	{"answers checks as due", answers_checks_as_due},
	{"mapped address is the source", mapped_address_is_the_source},
	{"too short credentials are refused",
	 too_short_credentials_are_refused},
	{"many addresses stay bounded", many_addresses_stay_bounded},
	{"the address of a live agent is not another's",
	 the_address_of_a_live_agent_is_not_anothers},
	{"an address that another proves is forgotten",
	 an_address_that_another_proves_is_forgotten},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(ice, tests)
