/**
 * @file test_registrar.c  REGISTER and where users are (S10)
 */
#include <stdio.h>
#include <string.h>
#include "signaling/registrar/bindings.h"
#include "signaling/transport/transport_private.h"
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/auth_world.h"
#include "tests/unit/unit.h"


#define INSTANCE                                                              \
	";+sip.instance=\"<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>\""


/** Bindings of alice, as those who call her see them */
static size_t look_up(const struct auth_world *w,
		      struct binding v[REGISTRAR_BINDINGS_MAX])
{
	return registrar_lookup(w->registrar, "sip:alice@example.com", v,
				REGISTRAR_BINDINGS_MAX);
}


static unsigned count_of(const char *text, const char *what)
{
	unsigned n = 0;

	while ((text = strstr(text, what))) {
		++text;
		++n;
	}

	return n;
}


static void binds_lists_and_removes(void)
{
	struct auth_world *w = auth_world_open("example.com", "off");
	struct peer *p = open_peer(w->layer, FLOW_UDP);
	struct binding v[REGISTRAR_BINDINGS_MAX];
	const char *msg;

	msg = auth_enrol(w, p,
			 "Contact: <sip:alice@192.0.2.1>;q=0.5;expires=100,"
			 " \"A\" <sip:alice@192.0.2.2;transport=tcp>\r\n"
			 "Expires: 99999\r\n");
	CU_ASSERT_TRUE(has_status(msg, 200));
	CU_ASSERT_PTR_NOT_NULL(strstr(msg, "Contact: <sip:alice@192.0.2.1>;"
					   "expires=100;q=0.500\r\n"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(msg, "Contact: <sip:alice@192.0.2.2;transport=tcp>;"
			    "expires=3600;q=1.000\r\n"));
	CU_ASSERT_PTR_NOT_NULL(
		strstr(msg, "P-Associated-URI: <sip:alice@example.com>\r\n"));
	CU_ASSERT_PTR_NOT_NULL(strstr(msg, "GMT\r\n"));
	CU_ASSERT_EQUAL_FATAL(look_up(w, v), 2);
	CU_ASSERT_STRING_EQUAL(v[0].contact,
			       "sip:alice@192.0.2.2;transport=tcp");
	CU_ASSERT_STRING_EQUAL(v[1].contact, "sip:alice@192.0.2.1");
	CU_ASSERT_EQUAL(v[0].flow, v[1].flow);
	CU_ASSERT_FALSE(v[0].webrtc);
	CU_ASSERT_PTR_NULL(v[0].path);
	CU_ASSERT_EQUAL(
		registrar_lookup(w->registrar, "sip:Alice@example.com", v, 1),
		1);
	CU_ASSERT_EQUAL(
		registrar_lookup(w->registrar, "sip:alice@example.org", v, 1),
		0);
	CU_ASSERT_EQUAL(
		registrar_lookup(w->registrar, "sip:bob@example.com", v, 1),
		0);

	/* a query changes nothing; the URI's host is the same in capitals */
	CU_ASSERT_EQUAL(count_of(auth_enrol(w, p, ""), "\r\nContact:"), 2);
	msg = auth_enrol(w, p,
			 "Contact: <SIP:alice@192.0.2.2;transport=TCP>;"
			 "expires=0\r\n");
	CU_ASSERT_EQUAL(count_of(msg, "\r\nContact:"), 1);
	CU_ASSERT_EQUAL(look_up(w, v), 1);

	msg = auth_enrol(w, p, "Contact: *\r\nExpires: 0\r\n");
	CU_ASSERT_TRUE(has_status(msg, 200));
	CU_ASSERT_EQUAL(look_up(w, v), 0);

	/* headers are listed, but are no part of a Request-URI */
	msg = auth_enrol(w, p,
			 "Contact: <sip:a@192.0.2.1?Route=%3Csip:x%3E>\r\n");
	CU_ASSERT_PTR_NOT_NULL(strstr(
		msg, "Contact: <sip:a@192.0.2.1?Route=%3Csip:x%3E>;expires="));
	CU_ASSERT_EQUAL_FATAL(look_up(w, v), 1);
	CU_ASSERT_STRING_EQUAL(v[0].contact, "sip:a@192.0.2.1");

	mem_deref(p);
	auth_world_close(w);
}


static void refuses_what_is_wrong(void)
{
	static const struct {
		const char *headers;
		unsigned status;
		const char *text; /**< in the answer */
	} rows[] = {
		{"Contact: <sip:a@192.0.2.1>;expires=59\r\n", 423,
		 "Min-Expires: 60\r\n"},
		{"Contact: *\r\n", 400, "Wildcard"},
		{"Contact: *\r\nExpires: 1\r\n", 400, "Wildcard"},
		{"Contact: *\r\nContact: <sip:a@192.0.2.1>\r\nExpires: 0\r\n",
		 400, "Wildcard"},
		{"Contact: <mailto:a@192.0.2.1>\r\n", 400, "Contact"},
		{"Contact: <sip:a@192.0.2.1>\r\nPath: <http://x>\r\n", 400,
		 "Path"},
		{"Contact: <sip:a@192.0.2.1>;reg-id=1" INSTANCE "\r\n"
		 "Contact: <sip:a@192.0.2.2>;reg-id=2" INSTANCE "\r\n",
		 400, "reg-id"},
		{"Contact: <sip:a@192.0.2.1>;reg-id=1" INSTANCE "\r\n"
		 "Path: <sip:edge.example.com;lr>\r\n"
		 "Supported: path, outbound\r\n",
		 439, "First Hop"},
		{"Contact: <sip:a@192.0.2.1>\r\nRequire: gruu\r\n", 420,
		 "Unsupported: gruu"},
	};
	struct auth_world *w = auth_world_open("example.com", "off");
	struct peer *p = open_peer(w->layer, FLOW_UDP);
	struct binding v[REGISTRAR_BINDINGS_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *challenge = auth_register(w, p, "", NULL, NULL);
		const char *msg =
			auth_register(w, p, rows[i].headers,
				      &(struct claim){NULL}, challenge);

		CU_ASSERT_TRUE(has_status(msg, rows[i].status));
		CU_ASSERT_PTR_NOT_NULL(strstr(msg, rows[i].text));
	}
	CU_ASSERT_EQUAL(look_up(w, v), 0);

	mem_deref(p);
	auth_world_close(w);
}


/** A REGISTER by hand: another To, another From, another CSeq */
static const char *say(struct auth_world *w, struct peer *p, const char *uri,
		       const char *from, const char *to, unsigned cseq,
		       const char *headers)
{
	peer_send(p,
		  "REGISTER %s SIP/2.0\r\n"
		  "Via: SIP/2.0/UDP @L;branch=z9hG4bKs%u;rport\r\n"
		  "From: <%s>;tag=s\r\nTo: <%s>\r\n"
		  "Call-ID: reg\r\nCSeq: %u REGISTER\r\n"
		  "%sContent-Length: 0\r\n\r\n",
		  uri, ++w->number, from, to, cseq, headers);

	return peer_find(p, "SIP/2.0");
}


static void each_registers_for_itself(void)
{
	static const char *const alice = "sip:alice@example.com";
	struct auth_world *w = auth_world_open("example.com", "off");
	struct peer *p = open_peer(w->layer, FLOW_UDP);
	struct binding v[REGISTRAR_BINDINGS_MAX];
	const char *msg;

	msg = say(w, p, "sip:example.org", alice, alice, 1, "");
	CU_ASSERT_TRUE(has_status(msg, 404));

	/* the From must be who proves it, too: bob's password for alice */
	msg = auth_register(w, p, "", NULL, NULL);
	msg = auth_register(w, p, "Contact: <sip:a@192.0.2.1>\r\n",
			    &(struct claim){.user = "bob"}, msg);
	CU_ASSERT_TRUE(has_status(msg, 403));
	CU_ASSERT_EQUAL(look_up(w, v), 0);

	/* an S-CSCF for another */
	msg = say(w, p, "sip:example.com", "sip:scscf.ims.example",
		  "sip:alice@ims.example", 2, "Expires: 600\r\n");
	CU_ASSERT_TRUE(has_status(msg, 401));
	w->layer->config.trusted_hosts[0].address = p->local;
	w->layer->config.trusted_hosts[0].bits = 32;
	w->layer->config.trusted_hosts_count = 1;
	msg = say(w, p, "sip:example.com", "sip:scscf.ims.example",
		  "sip:alice@ims.example", 3, "Expires: 600\r\n");
	CU_ASSERT_TRUE(has_status(msg, 200));
	CU_ASSERT_STRING_EQUAL(header_of(msg, "Expires"), "600");
	CU_ASSERT_EQUAL(look_up(w, v), 0);
	/* a proxy that hands on REGISTERs proves nothing */
	msg = say(w, p, "sip:example.com", alice, alice, 4, "");
	CU_ASSERT_TRUE(has_status(msg, 401));

	CU_ASSERT_EQUAL(user_store_remove(w->users, "alice"), 0);
	CU_ASSERT_EQUAL(user_store_remove(w->users, "bob"), 0);
	msg = say(w, p, "sip:example.com", alice, alice, 5, "");
	CU_ASSERT_TRUE(has_status(msg, 403));

	mem_deref(p);
	auth_world_close(w);
}


/** The user whose name is the whole user part; the host may be an address */
static void takes_names_and_hosts_whole(void)
{
	char name[SUBSCRIBER_NAME_MAX + 1], to[160];
	struct auth_world *w = auth_world_open("example.com", "off");
	struct peer *p = open_peer(w->layer, FLOW_UDP);
	struct binding v[REGISTRAR_BINDINGS_MAX];
	const char *msg;

	memset(name, 'a', SUBSCRIBER_NAME_MAX);
	name[SUBSCRIBER_NAME_MAX] = '\0';
	CU_ASSERT_EQUAL(user_store_add(w->users, name, "secret"), 0);
	w->to = to;
	w->from = "sip:x@example.org";
	(void)snprintf(to, sizeof(to), "sip:%sx@example.com", name);
	msg = auth_register(w, p, "", NULL, NULL);
	msg = auth_register(w, p, "Contact: <sip:a@192.0.2.1>\r\n",
			    &(struct claim){.user = name}, msg);
	CU_ASSERT_TRUE(has_status(msg, 404));
	(void)snprintf(to, sizeof(to), "sip:%s@example.com", name);
	msg = auth_register(w, p, "", NULL, NULL);
	msg = auth_register(w, p, "Contact: <sip:a@192.0.2.1>\r\n",
			    &(struct claim){.user = name}, msg);
	CU_ASSERT_TRUE(has_status(msg, 200));
	CU_ASSERT_EQUAL(registrar_lookup(w->registrar, to, v, 1), 1);
	(void)snprintf(to, sizeof(to), "sip:%sx@example.com", name);
	CU_ASSERT_EQUAL(registrar_lookup(w->registrar, to, v, 1), 0);

	(void)sa_set_str(&w->layer->config.media_address[0], "2001:db8::1", 0);
	w->layer->config.media_address_count = 1;
	(void)snprintf(to, sizeof(to), "sip:alice@[2001:db8::1]");
	w->from = NULL;
	msg = auth_enrol(w, p, "");
	CU_ASSERT_STRING_EQUAL(header_of(msg, "P-Associated-URI"),
			       "<sip:alice@example.com>");

	mem_deref(p);
	auth_world_close(w);
}


static void keeps_order_and_bounds(void)
{
	struct auth_world *w = auth_world_open("example.com", "off");
	struct peer *p = open_peer(w->layer, FLOW_UDP);
	struct binding v[REGISTRAR_BINDINGS_MAX];
	char headers[128];
	const char *msg;

	CU_ASSERT_TRUE(has_status(
		auth_enrol(w, p, "Contact: <sip:a@192.0.2.1>\r\n"), 200));
	w->back = 2;
	msg = auth_enrol(w, p, "Contact: <sip:a@192.0.2.1>;expires=0\r\n");
	CU_ASSERT_TRUE(has_status(msg, 500));
	msg = auth_enrol(w, p, "Contact: *\r\nExpires: 0\r\n");
	CU_ASSERT_TRUE(has_status(msg, 200));
	CU_ASSERT_EQUAL(look_up(w, v), 0);
	w->back = 0;

	for (unsigned i = 2; i <= REGISTRAR_BINDINGS_MAX + 2; i++) {
		(void)snprintf(headers, sizeof(headers),
			       "Contact: <sip:a@192.0.2.%u>\r\n", i);
		CU_ASSERT_TRUE(has_status(auth_enrol(w, p, headers), 200));
	}
	CU_ASSERT_EQUAL_FATAL(look_up(w, v), REGISTRAR_BINDINGS_MAX);
	CU_ASSERT_STRING_EQUAL(v[0].contact, "sip:a@192.0.2.12");
	CU_ASSERT_STRING_EQUAL(v[9].contact, "sip:a@192.0.2.3");

	registrar_forget(w->registrar, "alice");
	CU_ASSERT_EQUAL(look_up(w, v), 0);

	mem_deref(p);
	auth_world_close(w);
}


/** RFC 5626: a new connection of the same instance takes the place of the
 *  old one; the flow's end is the binding's */
static void follows_flows(void)
{
	static const char contact[] =
		"Contact: <sip:x@abc.invalid;transport=ws>;reg-id=1" INSTANCE
		"\r\nSupported: path, outbound\r\n";
	struct auth_world *w = auth_world_open("example.com", "off");
	struct peer *p = open_peer(w->layer, FLOW_WS);
	struct peer *q = open_peer(w->layer, FLOW_WS);
	struct binding v[REGISTRAR_BINDINGS_MAX];
	uint64_t first, second;
	const char *msg;

	msg = auth_enrol(w, p, contact);
	CU_ASSERT_TRUE(has_status(msg, 200));
	CU_ASSERT_STRING_EQUAL(header_of(msg, "Require"), "outbound");
	CU_ASSERT_STRING_EQUAL(header_of(msg, "Flow-Timer"), "120");
	CU_ASSERT_PTR_NOT_NULL(strstr(msg, "q=1.000" INSTANCE ";reg-id=1"));
	CU_ASSERT_EQUAL_FATAL(look_up(w, v), 1);
	CU_ASSERT_TRUE(v[0].webrtc);
	first = v[0].flow;

	CU_ASSERT_TRUE(has_status(
		auth_enrol(w, q,
			   "Contact: <sip:y@def.invalid;transport=ws>;"
			   "reg-id=1" INSTANCE
			   "\r\nSupported: path, outbound\r\n"),
		200));
	CU_ASSERT_EQUAL_FATAL(look_up(w, v), 1);
	CU_ASSERT_STRING_EQUAL(v[0].contact, "sip:y@def.invalid;transport=ws");
	second = v[0].flow;
	CU_ASSERT_NOT_EQUAL(first, second);

	p->tc = mem_deref(p->tc);
	CU_ASSERT_TRUE(world_count(w->layer,
				   (unsigned *)&w->layer->closed_flow,
				   (unsigned)MIN(first, second)));
	world_settle(w->layer);
	CU_ASSERT_EQUAL(look_up(w, v), 1);
	q->tc = mem_deref(q->tc);
	for (int i = 0; i < 50 && look_up(w, v); i++)
		world_settle(w->layer);
	CU_ASSERT_EQUAL(look_up(w, v), 0);

	mem_deref(p);
	mem_deref(q);
	auth_world_close(w);
}


/** A connection's end is the end of those who cannot be called anew */
static void ties_connections_where_it_must(void)
{
	struct auth_world *w = auth_world_open("example.com", "off");
	struct peer *p = open_peer(w->layer, FLOW_TCP);
	struct binding v[REGISTRAR_BINDINGS_MAX];
	char headers[512];

	(void)re_snprintf(headers, sizeof(headers),
			  "Contact: <sip:here@%J;transport=tcp>,"
			  " <sip:nat@10.9.8.7:5060;transport=tcp>,"
			  " <sip:listens@127.0.0.1:5060;transport=tcp>\r\n",
			  &p->local);
	CU_ASSERT_TRUE(has_status(auth_enrol(w, p, headers), 200));
	CU_ASSERT_EQUAL(look_up(w, v), 3);

	p->tc = mem_deref(p->tc);
	for (int i = 0; i < 50 && look_up(w, v) > 1; i++)
		world_settle(w->layer);
	CU_ASSERT_EQUAL_FATAL(look_up(w, v), 1);
	CU_ASSERT_STRING_EQUAL(v[0].contact,
			       "sip:listens@127.0.0.1:5060;transport=tcp");

	mem_deref(p);
	auth_world_close(w);
}


static void keeps_the_path(void)
{
	static const char path[] =
		"Path: <sip:p1.example.com;lr>\r\n"
		"Path: <sip:tok@edge.example.com;lr;ob>\r\n";
	struct auth_world *w = auth_world_open("example.com", "off");
	struct peer *p = open_peer(w->layer, FLOW_UDP);
	struct binding v[REGISTRAR_BINDINGS_MAX];
	char headers[512];
	const char *msg;

	(void)re_snprintf(headers, sizeof(headers),
			  "Contact: <sip:x@abc.invalid;transport=ws>;"
			  "reg-id=1" INSTANCE
			  "\r\n%sSupported: path, outbound\r\n",
			  path);
	msg = auth_enrol(w, p, headers);
	CU_ASSERT_TRUE(has_status(msg, 200));
	CU_ASSERT_STRING_EQUAL(header_of(msg, "Path"),
			       "<sip:p1.example.com;lr>,"
			       " <sip:tok@edge.example.com;lr;ob>");
	CU_ASSERT_STRING_EQUAL(header_of(msg, "Require"), "outbound");
	CU_ASSERT_STRING_EQUAL(header_of(msg, "Flow-Timer"), "");
	CU_ASSERT_EQUAL_FATAL(look_up(w, v), 1);
	CU_ASSERT_STRING_EQUAL(v[0].path, "<sip:p1.example.com;lr>,"
					  " <sip:tok@edge.example.com;lr;ob>");
	CU_ASSERT_TRUE(v[0].webrtc);

	mem_deref(p);
	auth_world_close(w);
}


static void expires_in_order(void)
{
	struct bindings *b = NULL;
	struct bound *bd;

	CU_ASSERT_EQUAL_FATAL(bindings_alloc(&b), 0);
	for (unsigned i = 0; i < 6; i++) {
		CU_ASSERT_EQUAL_FATAL(
			bindings_add(b, i < 4 ? "alice" : "bob", &bd), 0);
		bd->expires_ms = 1000 * (i + 1);
		bindings_updated(b, bd, i);
	}
	CU_ASSERT_EQUAL(bindings_expire(b, 500), 1000);
	CU_ASSERT_EQUAL(bindings_expire(b, 2000), 3000);
	CU_ASSERT_EQUAL(bindings_count(b), 4);
	CU_ASSERT_EQUAL(bindings_users(b), 2);
	CU_ASSERT_EQUAL(bindings_expire(b, 4999), 5000);
	CU_ASSERT_EQUAL(bindings_users(b), 1);
	CU_ASSERT_EQUAL(bindings_expire(b, 6000), 0);
	CU_ASSERT_EQUAL(bindings_count(b), 0);
	CU_ASSERT_EQUAL(bindings_users(b), 0);
	mem_deref(b);
}


/* ------------------------------------------------------- nothing is left */

static bool keep_h(const struct sip_msg *msg, void *arg)
{
	struct sip_msg **kept = arg;

	*kept = mem_ref((void *)(uintptr_t)msg);

	return true;
}


/** A REGISTER with right credentials that nobody has answered, where no
 *  registrar is */
static struct sip_msg *asked(struct auth_world *w, struct peer *p)
{
	static const struct layer_method keep = {"REGISTER", LAYER_OUTSIDE,
						 keep_h};
	const char *challenge = auth_register(w, p, "", NULL, NULL);
	struct layer_handled *handled = NULL;
	struct sip_msg *msg = NULL;

	w->registrar = mem_deref(w->registrar);
	CU_ASSERT_EQUAL_FATAL(
		layer_handle(&handled, w->layer->layer, &keep, 1, &msg), 0);
	auth_send_register(w, p,
			   "Contact: <sip:a@192.0.2.1>;q=0.5,"
			   " <sip:b@192.0.2.2>;reg-id=1" INSTANCE "\r\n"
			   "Path: <sip:edge.example.com;lr;ob>\r\n"
			   "Supported: path, outbound\r\n",
			   &(struct claim){NULL}, challenge);
	world_settle(w->layer);
	mem_deref(handled);
	CU_ASSERT_PTR_NOT_NULL_FATAL(msg);

	return msg;
}


/** @return 0: all is bound, and it was told so */
static int one_registration(void *arg)
{
	struct binding v[REGISTRAR_BINDINGS_MAX];
	struct auth_world *w;
	struct sip_msg *msg;
	struct peer *p;
	size_t bound = 0;
	int err;
	(void)arg;

	failing_pause();
	w = auth_world_open("example.com", "off");
	p = open_peer(w->layer, FLOW_UDP);
	msg = asked(w, p);
	failing_resume();

	err = registrar_alloc(&w->registrar, w->layer->layer, w->auth,
			      &w->layer->config);
	CU_ASSERT_EQUAL(!err, w->registrar != NULL);
	if (!err)
		(void)layer_request_handler(msg, w->layer->layer);

	failing_pause();
	world_settle(w->layer);
	if (!err) {
		const char *said =
			p->count > p->read ? p->messages[p->read] : "";

		bound = look_up(w, v);
		/* who is told that he is bound is; and no half of it */
		if (has_status(said, 200))
			CU_ASSERT_EQUAL(bound, 2);
		err = bound == 2 && has_status(said, 200) ? 0 : ENOMEM;
	}
	CU_ASSERT_TRUE(!bound || bound == 2);
	mem_deref(msg);
	mem_deref(p);
	auth_world_close(w);
	failing_resume();

	return err;
}


static void survives_any_failing_allocation(void)
{
	CU_ASSERT_TRUE(failing_each(one_registration, NULL) > 10);
}


static CU_TestInfo tests[] = {
	{"survives any failing allocation", survives_any_failing_allocation},
	{"S10 binds, lists and removes", binds_lists_and_removes},
	{"S10 refuses what is wrong", refuses_what_is_wrong},
	{"S10 each registers for itself", each_registers_for_itself},
	{"S10 takes names and hosts whole", takes_names_and_hosts_whole},
	{"S10 keeps order and bounds", keeps_order_and_bounds},
	{"S10 follows flows (RFC 5626)", follows_flows},
	{"S10 ties connections where it must", ties_connections_where_it_must},
	{"S10 keeps the Path (RFC 3327)", keeps_the_path},
	{"S10 expires in order", expires_in_order},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(registrar, tests)
