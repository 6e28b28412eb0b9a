/**
 * @file test_layer_methods.c  Who is asked for which method
 */
#include <stdio.h>
#include <string.h>
#include "tests/unit/signaling/world/transport_world.h"
#include "tests/unit/unit.h"


/** Send a request and expect an answer that begins so */
static const char *ask(struct peer *p, const char *method, const char *tag,
		       const char *expect)
{
	static unsigned n;
	const char *msg;

	++n;
	peer_send(p,
		  "%s sip:demo@@B SIP/2.0\r\n"
		  "Via: SIP/2.0/UDP @L;branch=z9hG4bKm%u;rport\r\n"
		  "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>%s\r\n"
		  "Call-ID: m%u\r\nCSeq: 1 %s\r\n"
		  "Session-ID: 0123456789abcdef0123456789abcdef;"
		  "remote=00000000000000000000000000000000\r\n\r\n",
		  method, n, tag, n, method);
	msg = peer_next(p);
	CU_ASSERT_EQUAL(strncmp(msg, expect, strlen(expect)), 0);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(msg, "remote=0123456789abcdef0123456789abcdef"));

	return msg;
}


/** What nobody handles has its answer in one place (RFC 3261 section 21) */
static void refuses_what_nobody_handles(void)
{
	static const char allow[] = "INVITE, ACK, BYE, CANCEL, OPTIONS";
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_UDP);

	CU_ASSERT_STRING_EQUAL(
		header_of(ask(p, "PUBLISH", "", "SIP/2.0 405"), "Allow"),
		allow);
	CU_ASSERT_STRING_EQUAL(
		header_of(ask(p, "NEWMETHOD", "", "SIP/2.0 501"), "Allow"),
		allow);
	CU_ASSERT_STRING_EQUAL(
		header_of(ask(p, "NOTIFY", ";tag=2", "SIP/2.0 405"), "Allow"),
		allow);
	/* handled, but not there */
	(void)ask(p, "BYE", "", "SIP/2.0 481");
	(void)ask(p, "CANCEL", "", "SIP/2.0 481");

	mem_deref(p);
	mem_deref(w);
}


struct counts {
	struct transport_layer *layer;
	unsigned usage, dialog;
	bool mine;
};


static bool usage_h(const struct sip_msg *msg, void *arg)
{
	struct counts *c = arg;

	++c->usage;
	if (c->mine)
		(void)sip_treply(NULL, layer_sip(c->layer), msg, 202, "Mine");

	return c->mine;
}


static bool dialog_h(const struct sip_msg *msg, void *arg)
{
	struct counts *c = arg;

	++c->dialog;
	(void)sip_treply(NULL, layer_sip(c->layer), msg, 200, "OK");

	return true;
}


/** Send a SUBSCRIBE within a dialog; libre's replies bring no Session-ID */
static unsigned subscribe(struct peer *p)
{
	static unsigned n;
	unsigned status = 0;

	++n;
	peer_send(p,
		  "SUBSCRIBE sip:demo@@B SIP/2.0\r\n"
		  "Via: SIP/2.0/UDP @L;branch=z9hG4bKs%u;rport\r\n"
		  "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\n"
		  "Call-ID: s%u\r\nCSeq: 1 SUBSCRIBE\r\n\r\n",
		  n, n);
	(void)sscanf(peer_next(p), "SIP/2.0 %u", &status);

	return status;
}


/** A usage of the dialog is asked before the dialog, in whatever order they
 *  came (RFC 5057) */
static void asks_the_usage_before_the_dialog(void)
{
	static const struct layer_method usage = {"SUBSCRIBE", LAYER_USAGE,
						  usage_h};
	static const struct layer_method dialog = {"SUBSCRIBE", LAYER_DIALOG,
						   dialog_h};
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_UDP);
	struct counts c = {.layer = w->layer};
	struct layer_handled *first = NULL, *second = NULL;

	CU_ASSERT_EQUAL(layer_handle(&first, w->layer, &dialog, 1, &c), 0);
	CU_ASSERT_EQUAL(layer_handle(&second, w->layer, &usage, 1, &c), 0);

	CU_ASSERT_EQUAL(subscribe(p), 200);
	CU_ASSERT_EQUAL(c.usage, 1);
	c.mine = true;
	CU_ASSERT_EQUAL(subscribe(p), 202);
	CU_ASSERT_EQUAL(c.dialog, 1);
	first = mem_deref(first);
	c.mine = false;
	CU_ASSERT_EQUAL(subscribe(p), 481);
	second = mem_deref(second);
	CU_ASSERT_EQUAL(subscribe(p), 405);

	mem_deref(p);
	mem_deref(w);
}


static void has_one_handler_a_place(void)
{
	static const struct layer_method taken[] = {
		{"MESSAGE", LAYER_OUTSIDE, dialog_h},
		{"INVITE", LAYER_OUTSIDE, dialog_h},
	};
	static const struct layer_method unknown = {"invite", LAYER_OUTSIDE,
						    dialog_h};
	struct world *w = open_world();
	struct layer_handled *handled = NULL;

	CU_ASSERT_EQUAL(layer_handle(&handled, w->layer, taken, 2, NULL),
			EEXIST);
	CU_ASSERT_PTR_NULL(handled);
	CU_ASSERT_EQUAL(layer_handle(&handled, w->layer, &unknown, 1, NULL),
			EINVAL);

	/* nothing of what failed is left; and it may outlive the layer */
	CU_ASSERT_EQUAL(layer_handle(&handled, w->layer, taken, 1, NULL), 0);
	mem_deref(w);
	mem_deref(handled);
}


static CU_TestInfo tests[] = {
	{"refuses what nobody handles", refuses_what_nobody_handles},
	{"asks the usage before the dialog", asks_the_usage_before_the_dialog},
	{"has one handler a place", has_one_handler_a_place},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(layer_methods, tests)
