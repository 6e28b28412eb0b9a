/**
 * @file test_layer_defer.c  Requests whose next hop is being looked for
 */
#include <errno.h>
#include <string.h>
#include "signaling/transport/transport_private.h"
#include "tests/unit/signaling/world/name_server.h"
#include "tests/unit/signaling/world/transport_world.h"
#include "tests/unit/unit.h"

/* what one host may have where nobody else has any: (1024 - 114) / 8 < 114 */
enum { ALONE = 114 };

/** A world whose name server says nothing */
struct silent {
	struct world *w;
	struct name_server dns;
};


static void silent_open(struct silent *s)
{
	static const struct name_row rows[] = {
		{.name = "slow.test", .drops_a = true, .drops_aaaa = true},
		{.name = NULL},
	};
	struct transport_layer *layer;

	s->w = open_world();
	layer = s->w->layer;
	name_server_open(&s->dns, rows);
	layer->dnsc = mem_deref(layer->dnsc);
	CU_ASSERT_EQUAL_FATAL(
		dnsc_alloc(&layer->dnsc, NULL, &s->dns.address, 1), 0);
}


static void silent_close(struct silent *s)
{
	mem_deref(s->w);
	name_server_close(&s->dns);
}


/** A dialog of a caller behind a proxy that recorded no route */
static void call(struct peer *p, const char *contact)
{
	peer_send(p,
		  "INVITE sip:demo@@B SIP/2.0\r\n"
		  "Via: SIP/2.0/TCP @L;branch=z9hG4bKd1\r\n"
		  "Via: SIP/2.0/TCP 192.0.2.7;branch=z9hG4bKd2\r\n"
		  "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
		  "Call-ID: d1\r\nCSeq: 1 INVITE\r\nContact: <%s>\r\n"
		  "Content-Length: 0\r\n\r\n",
		  contact);
	CU_ASSERT_TRUE(*peer_find(p, "SIP/2.0 200") != '\0');
}


/** libre repeats a request as long as nobody answers */
static void what_waits_already_does_not_wait_twice(void)
{
	struct silent s;
	struct peer *p;
	uint64_t *repeats;

	silent_open(&s);
	repeats = &s.w->layer->counters.repeats;
	p = open_peer(s.w, FLOW_TCP);
	call(p, "sip:a@slow.test:5070");
	CU_ASSERT_EQUAL(*repeats, 0);
	CU_ASSERT_EQUAL(world_request(s.w, "BYE"), 0);
	CU_ASSERT_EQUAL(s.w->layer->deferred_count, 1);
	CU_ASSERT_TRUE(world_count(s.w, (unsigned *)repeats, 1));
	CU_ASSERT_EQUAL(list_count(&s.w->layer->deferred), 1);
	CU_ASSERT_EQUAL(s.w->layer->deferred_count, 1);

	mem_deref(p);
	silent_close(&s);
}


/** libre's BYE number n of a dialog that a host began
 *  @param route Of its own parameters, NULL: none */
static int send_bye(struct world *w, uint64_t flow, const char *route,
		    const char *uri, unsigned n)
{
	struct mbuf *mb = mbuf_alloc(512);
	struct sa layer;
	int err;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mb);
	rewrite_layer_addr(&layer, flow);
	(void)mbuf_printf(mb,
			  "BYE %s SIP/2.0\r\n"
			  "Via: SIP/2.0/UDP 127.0.0.1:5;branch=z9hG4bK%u\r\n"
			  "Route: <sip:%J;lr;direct%s>\r\n"
			  "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\n"
			  "Call-ID: %u\r\nCSeq: 2 BYE\r\n"
			  "Content-Length: 0\r\n\r\n",
			  uri, n, &layer, route ? route : "", n);
	mb->pos = 0;
	err = layer_send(&layer, mb, w->layer);
	mem_deref(mb);

	return err;
}


static void nobody_has_all_places(void)
{
	static const char mallory[] = ";host=00000000000000000000ffffc0000209";
	static const char other[] = ";host=20010db8000000010000000000000000";
	static const char slow[] = "sip:a@slow.test:5070";
	unsigned n;
	struct silent s;

	silent_open(&s);
	/* however many connections he has */
	for (n = 0; n < LAYER_DEFERRED_MAX; n++)
		CU_ASSERT_EQUAL(send_bye(s.w, 1000 + n, mallory, slow, n),
				n < ALONE ? 0 : EBUSY);
	CU_ASSERT_EQUAL(list_count(&s.w->layer->deferred), ALONE);

	/* one of another host, one of which only the flow is known, and what
	   needs nobody's answer */
	CU_ASSERT_EQUAL(send_bye(s.w, 1, other, slow, ++n), 0);
	CU_ASSERT_EQUAL(send_bye(s.w, 2, NULL, slow, ++n), 0);
	CU_ASSERT_EQUAL(send_bye(s.w, 1, mallory, slow, ++n), EBUSY);
	CU_ASSERT_EQUAL(s.w->layer->deferred_count, ALONE + 2);
	CU_ASSERT_EQUAL(send_bye(s.w, 1, mallory, "sip:a@127.0.0.1:9", ++n),
			0);
	CU_ASSERT_EQUAL(s.w->layer->deferred_count, ALONE + 2);

	/* many share them, each less, and the next has one, too */
	for (unsigned flow = 3; flow < 13; flow++) {
		for (unsigned i = 0; i < ALONE; i++)
			(void)send_bye(s.w, flow, NULL, slow, ++n);
	}
	CU_ASSERT(s.w->layer->deferred_count > LAYER_DEFERRED_MAX / 2);
	CU_ASSERT_EQUAL(send_bye(s.w, 13, NULL, slow, ++n), 0);

	silent_close(&s);
}


static CU_TestInfo tests[] = {
	{"what waits already does not wait twice",
	 what_waits_already_does_not_wait_twice},
	{"nobody has all places", nobody_has_all_places},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(layer_defer, tests)
