/**
 * @file test_layer_crowd.c  Many of one address, as behind one NAT
 */
#include <string.h>
#include "tests/unit/signaling/world/transport_world.h"
#include "tests/unit/unit.h"

/** Messages that an address has at once where it has one a second */
enum { BURST = 10, MEMBERS = 8 };

struct member {
	struct peer *p;
	struct sip_dialog *dialog;
	struct sip_request *request;
	char to[128];
};

/** Members of one address, each by a connection and in a dialog of its own;
 *  then that address has nothing left to send */
struct crowd {
	struct world *w;
	struct peer *loud;
	struct member v[MEMBERS];
	unsigned answers;
};


static void join(struct crowd *c, unsigned i)
{
	struct member *m = &c->v[i];
	char branch[32];

	(void)re_snprintf(branch, sizeof(branch), "z9hG4bKm%u", i);
	m->p = open_peer(c->w, FLOW_TCP);
	peer_invite(m->p, branch, "", "");
	str_ncpy(m->to, header_of(peer_find(m->p, "SIP/2.0 200"), "To"),
		 sizeof(m->to));
	CU_ASSERT_EQUAL(c->w->invites, i + 1);
	m->dialog = c->w->dialog;
	c->w->dialog = NULL;
}


/** More than its address may send: the rest is dropped */
static void exhaust(struct crowd *c)
{
	const unsigned before = c->w->others;

	for (unsigned i = 0; i < 2 * BURST; i++)
		peer_send(c->loud,
			  "OPTIONS sip:@B SIP/2.0\r\n"
			  "Via: SIP/2.0/UDP @L;branch=z9hG4bKl%u-%u;rport\r\n"
			  "From: <sip:l@x>;tag=1\r\nTo: <sip:b@x>\r\n"
			  "Call-ID: l%u-%u\r\nCSeq: 1 OPTIONS\r\n\r\n",
			  before, i, before, i);
	world_settle(c->w);
	CU_ASSERT_TRUE(c->w->others < before + BURST);
}


/** Those of the members */
static enum layer_dialog dialog_h(const struct pl *callid,
				  const struct pl *ours,
				  const struct pl *theirs, void *arg)
{
	(void)ours;
	(void)theirs;
	(void)arg;

	return callid->l > 2 && !memcmp(callid->p, "c-", 2)
		       ? LAYER_DIALOG_REACHED
		       : LAYER_DIALOG_NONE;
}


static void crowd_open(struct crowd *c)
{
	memset(c, 0, sizeof(*c));
	CU_ASSERT_EQUAL_FATAL(world_alloc(&c->w, 1, 0, 0), 0);
	layer_set_dialogs(c->w->layer, dialog_h, NULL);
	c->loud = open_peer(c->w, FLOW_UDP);
	for (unsigned i = 0; i < MEMBERS; i++)
		join(c, i);
	exhaust(c);
}


static void crowd_close(struct crowd *c)
{
	for (unsigned i = 0; i < MEMBERS; i++) {
		mem_deref(c->v[i].request);
		mem_deref(c->v[i].dialog);
		mem_deref(c->v[i].p);
	}
	mem_deref(c->loud);
	mem_deref(c->w);
}


static void response_handler(int err, const struct sip_msg *msg, void *arg)
{
	struct crowd *c = arg;

	if (!err && msg->scode == 200)
		++c->answers;
}


/** As an event of their conference does */
static void tell_all(struct crowd *c)
{
	for (unsigned i = 0; i < MEMBERS; i++) {
		struct member *m = &c->v[i];

		CU_ASSERT_EQUAL(sip_drequestf(&m->request,
					      layer_sip(c->w->layer), true,
					      "OPTIONS", m->dialog, 0, NULL,
					      NULL, response_handler, c,
					      "Content-Length: 0\r\n\r\n"),
				0);
	}
	for (unsigned i = 0; i < MEMBERS; i++)
		answer(c->v[i].p, peer_find(c->v[i].p, "OPTIONS"), "200 OK",
		       "");
	world_settle(c->w);
}


static void leave(struct crowd *c, unsigned i, unsigned cseq)
{
	const char *tag = strstr(c->v[i].to, ";tag=");

	CU_ASSERT_PTR_NOT_NULL_FATAL(tag);
	peer_send(c->v[i].p,
		  "BYE sip:demo@@B SIP/2.0\r\n"
		  "Via: SIP/2.0/TCP @L;branch=z9hG4bKb%u-%u\r\n"
		  "From: <sip:alice@example.com>;tag=a1\r\n"
		  "To: <sip:demo@example.com>%s\r\n"
		  "Call-ID: c-z9hG4bKm%u\r\nCSeq: %u BYE\r\n"
		  "Content-Length: 0\r\n\r\n",
		  i, cseq, tag, i, cseq);
}


/** Nothing repeats what was dropped of a connection: they would hear no more,
 *  and their calls end */
static void answers_of_many_all_arrive(void)
{
	struct crowd c;

	crowd_open(&c);
	for (unsigned n = 1; n <= 5; n++) {
		tell_all(&c);
		CU_ASSERT_EQUAL(c.answers, n * MEMBERS);
	}
	crowd_close(&c);
}


/** Whoever has shown that he gets what we send has something of his own, and
 *  no more than that; who has not has nothing */
static void proven_ones_leave_something_to_each_other(void)
{
	unsigned others;
	struct crowd c;

	crowd_open(&c);
	leave(&c, 0, 2);
	world_settle(c.w);
	CU_ASSERT_EQUAL(c.w->byes, 0);

	tell_all(&c);
	exhaust(&c);
	for (unsigned i = 0; i < 100; i++)
		leave(&c, 0, 3 + i);
	world_settle(c.w);
	CU_ASSERT_TRUE(c.w->byes >= 45 && c.w->byes < 70);

	c.w->byes = 0;
	for (unsigned i = 1; i < MEMBERS; i++)
		leave(&c, i, 2);
	world_settle(c.w);
	CU_ASSERT_EQUAL(c.w->byes, MEMBERS - 1);

	/* but only for what is of a call: else all who are known would have
	 * less by it */
	others = c.w->others;
	for (unsigned i = 1; i < 40; i++)
		peer_send(c.v[1 + i % (MEMBERS - 1)].p,
			  "OPTIONS sip:@B SIP/2.0\r\n"
			  "Via: SIP/2.0/TCP @L;branch=z9hG4bKo%u\r\n"
			  "From: <sip:l@x>;tag=1\r\nTo: <sip:b@x>\r\n"
			  "Call-ID: o%u\r\nCSeq: 1 OPTIONS\r\n"
			  "Content-Length: 0\r\n\r\n",
			  i, i);
	world_settle(c.w);
	CU_ASSERT_TRUE(c.w->others < others + 20);
	crowd_close(&c);
}


static CU_TestInfo tests[] = {
	{"answers of many of one address all arrive",
	 answers_of_many_all_arrive},
	{"proven ones leave something to each other",
	 proven_ones_leave_something_to_each_other},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(layer_crowd, tests)
