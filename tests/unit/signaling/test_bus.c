/**
 * @file test_bus.c  The bus between real sockets and libre's real stack
 */
#include <stdio.h>
#include <string.h>
#include "tests/unit/unit.h"
#include "test_bus_world.h"


static void set_flag(void *arg)
{
	*(bool *)arg = true;
}


static struct world *open_world(void)
{
	struct world *w = NULL;

	CU_ASSERT_EQUAL_FATAL(world_alloc(&w, 0), 0);

	return w;
}


static struct peer *open_peer(struct world *w, enum flow_transport transport)
{
	struct peer *p = NULL;

	CU_ASSERT_EQUAL_FATAL(peer_alloc(&p, w, transport), 0);

	return p;
}


/** No byte that left may tell of the bus's own addresses */
static bool is_clean(const struct peer *p)
{
	size_t i;
	unsigned net;
	char text[16];

	for (i = 0; i < p->count; i++) {
		for (net = 64; net < 128; net++) {
			(void)snprintf(text, sizeof(text), "127.%u.", net);
			if (strstr(p->messages[i], text))
				return false;
		}
	}

	return true;
}


/** Call, answer, ACK, and a BYE of ours that finds its way back */
static void call_over(enum flow_transport transport)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, transport);
	const char *msg, *via;
	char contact[128];

	peer_invite(p, "z9hG4bKcall", ";rport", "");
	msg = peer_find(p, "SIP/2.0 200");
	CU_ASSERT_FATAL(*msg != '\0');
	CU_ASSERT_EQUAL(w->info.transport, transport);
	CU_ASSERT_TRUE(sa_cmp(&w->info.peer, &p->local, SA_ALL));
	via = header_of(msg, "Via");
	CU_ASSERT_PTR_NOT_NULL(strstr(via, "branch=z9hG4bKcall"));
	CU_ASSERT_PTR_NOT_NULL(strstr(via, ";received=127.0.0.1;rport="));
	CU_ASSERT_STRING_EQUAL(header_of(msg, "Record-Route"), "");

	peer_ack(p, msg);
	CU_ASSERT_TRUE(world_count(w, &w->acks, 1));

	CU_ASSERT_EQUAL(world_request(w, "BYE"), 0);
	msg = peer_find(p, "BYE");
	(void)re_snprintf(contact, sizeof(contact), "BYE sip:alice@%J SIP/2.0",
			  &p->local);
	CU_ASSERT_EQUAL(strncmp(msg, contact, strlen(contact)), 0);
	CU_ASSERT_STRING_EQUAL(header_of(msg, "Route"), "");
	CU_ASSERT_PTR_NOT_NULL(
		strstr(header_of(msg, "Via"), flow_transport_name(transport)));

	peer_send(p,
		  "SIP/2.0 200 OK\r\nVia: %s\r\nFrom: %s\r\nTo: %s\r\n"
		  "Call-ID: %s\r\nCSeq: %s\r\nContent-Length: 0\r\n\r\n",
		  header_of(msg, "Via"), header_of(msg, "From"),
		  header_of(msg, "To"), header_of(msg, "Call-ID"),
		  header_of(msg, "CSeq"));
	CU_ASSERT_TRUE(world_count(w, (unsigned *)&w->last_status, 200));
	CU_ASSERT_EQUAL(w->last_status, 200);
	CU_ASSERT_TRUE(is_clean(p));

	mem_deref(p);
	mem_deref(w);
}


static void udp_call(void)
{
	call_over(FLOW_UDP);
}


static void tcp_call(void)
{
	call_over(FLOW_TCP);
}


static void tls_call(void)
{
	call_over(FLOW_TLS);
}


static void websocket_call(void)
{
	call_over(FLOW_WS);
}


static void answer(struct peer *p, const char *request, const char *status,
		   const char *headers)
{
	peer_send(p,
		  "SIP/2.0 %s\r\nVia: %s\r\nFrom: %s\r\nTo: %s%s\r\n"
		  "Call-ID: %s\r\nCSeq: %s\r\n%sContent-Length: 0\r\n\r\n",
		  status, header_of(request, "Via"),
		  header_of(request, "From"), header_of(request, "To"),
		  strstr(header_of(request, "To"), "tag=") ? "" : ";tag=b1",
		  header_of(request, "Call-ID"), header_of(request, "CSeq"),
		  headers);
}


/** RFC 3261 18.2.2: without rport the port of sent-by is answered */
static void answers_sent_by_without_rport(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_UDP);
	struct peer *q = open_peer(w, FLOW_UDP);
	const char *msg;

	peer_send(p,
		  "OPTIONS sip:@B SIP/2.0\r\n"
		  "Via: SIP/2.0/UDP pc.example.com:%u;branch=z9hG4bKo\r\n"
		  "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
		  "Call-ID: o1\r\nCSeq: 7 OPTIONS\r\n\r\n",
		  sa_port(&q->local));
	msg = peer_next(q);
	CU_ASSERT_EQUAL(strncmp(msg, "SIP/2.0 200", 11), 0);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(header_of(msg, "Via"), ";received=127.0.0.1"));
	CU_ASSERT_PTR_NULL(strstr(header_of(msg, "Via"), "rport"));
	CU_ASSERT_EQUAL(p->count, 0);

	mem_deref(p);
	mem_deref(q);
	mem_deref(w);
}


/** A proxy on the Record-Route: Route and Request-URI are RFC 3261's, and the
 *  request goes to the proxy */
static void keeps_route_set_of_proxy(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_UDP);
	char rr[128];
	const char *msg;

	(void)re_snprintf(rr, sizeof(rr), "Record-Route: <sip:%J;lr>\r\n",
			  &p->local);
	peer_send(p,
		  "INVITE sip:demo@@B SIP/2.0\r\n"
		  "Via: SIP/2.0/UDP @L;branch=z9hG4bKp1;rport\r\n"
		  "Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bKu1\r\n"
		  "%sFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
		  "Call-ID: p1\r\nCSeq: 1 INVITE\r\nMax-Forwards: 69\r\n"
		  "Contact: <sip:a@192.0.2.7:5062>\r\n\r\n",
		  rr);
	msg = peer_find(p, "SIP/2.0 200");
	CU_ASSERT_PTR_NOT_NULL(strstr(msg, rr));
	CU_ASSERT_PTR_NOT_NULL(strstr(msg,
				      "Via: SIP/2.0/UDP 192.0.2.7:5062;branch="
				      "z9hG4bKu1\r\n"));

	CU_ASSERT_EQUAL(world_request(w, "BYE"), 0);
	msg = peer_find(p, "BYE");
	CU_ASSERT_EQUAL(strncmp(msg, "BYE sip:a@192.0.2.7:5062 SIP/2.0", 32),
			0);
	CU_ASSERT_PTR_NOT_NULL(strstr(msg, rr + 7));
	CU_ASSERT_TRUE(is_clean(p));

	mem_deref(p);
	mem_deref(w);
}


/** No Record-Route: requests go to the Contact, not to the proxy */
static void leaves_proxy_out_without_record_route(void)
{
	struct world *w = open_world();
	struct peer *proxy = open_peer(w, FLOW_UDP);
	struct peer *ua = open_peer(w, FLOW_UDP);
	char contact[64];
	const char *msg;

	(void)re_snprintf(contact, sizeof(contact), "sip:a@%J", &ua->local);
	peer_send(proxy,
		  "INVITE sip:demo@@B SIP/2.0\r\n"
		  "Via: SIP/2.0/UDP @L;branch=z9hG4bKp2;rport\r\n"
		  "Via: SIP/2.0/UDP pc.example.com;branch=z9hG4bKu2\r\n"
		  "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
		  "Call-ID: p2\r\nCSeq: 1 INVITE\r\nMax-Forwards: 69\r\n"
		  "Contact: <%s>\r\n\r\n",
		  contact);
	CU_ASSERT_TRUE(*peer_find(proxy, "SIP/2.0 200") != '\0');

	CU_ASSERT_EQUAL(world_request(w, "BYE"), 0);
	msg = peer_find(ua, "BYE");
	CU_ASSERT_PTR_NOT_NULL(strstr(msg, contact));
	CU_ASSERT_STRING_EQUAL(header_of(msg, "Route"), "");
	answer(ua, msg, "200 OK", "");
	CU_ASSERT_TRUE(world_count(w, (unsigned *)&w->last_status, 200));
	CU_ASSERT_TRUE(is_clean(ua));
	CU_ASSERT_TRUE(is_clean(proxy));

	mem_deref(proxy);
	mem_deref(ua);
	mem_deref(w);
}


static void takes_off_route_to_itself(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_UDP);

	peer_invite(p, "z9hG4bKroute", ";rport",
		    "Route: <sip:@B;lr>, <sip:192.0.2.1;lr>\r\n");
	CU_ASSERT_TRUE(*peer_find(p, "SIP/2.0 200") != '\0');
	CU_ASSERT_PTR_NOT_NULL_FATAL(w->invite);
	CU_ASSERT_EQUAL(sip_msg_hdr_count(w->invite, SIP_HDR_ROUTE), 1);

	mem_deref(p);
	mem_deref(w);
}


/** CANCEL meets its INVITE: both have the same branch before and after */
static void cancels_over(enum flow_transport transport, const char *branch)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, transport);
	const char *msg;

	w->hold_answer = true;
	peer_invite(p, branch, ";rport", "");
	CU_ASSERT_TRUE(*peer_find(p, "SIP/2.0 180") != '\0');
	peer_send(p,
		  "CANCEL sip:demo@@B SIP/2.0\r\n"
		  "Via: SIP/2.0/%s @L;branch=%s;rport\r\n"
		  "From: <sip:alice@example.com>;tag=a1\r\n"
		  "To: <sip:demo@example.com>\r\nCall-ID: c-%s\r\n"
		  "CSeq: 1 CANCEL\r\nContent-Length: 0\r\n\r\n",
		  flow_transport_name(transport), branch, branch);
	msg = peer_find(p, "SIP/2.0 200");
	CU_ASSERT_STRING_EQUAL(header_of(msg, "CSeq"), "1 CANCEL");
	msg = peer_find(p, "SIP/2.0 487");
	CU_ASSERT_STRING_EQUAL(header_of(msg, "CSeq"), "1 INVITE");
	CU_ASSERT_EQUAL(w->cancels, 1);

	mem_deref(p);
	mem_deref(w);
}


static void cancels(void)
{
	cancels_over(FLOW_UDP, "z9hG4bKcancel");
	cancels_over(FLOW_TCP, "z9hG4bKcancel");
	cancels_over(FLOW_UDP, "rfc2543");
}


static void absorbs_retransmitted_invite(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_UDP);

	w->hold_answer = true;
	peer_invite(p, "z9hG4bKagain", ";rport", "");
	CU_ASSERT_TRUE(*peer_find(p, "SIP/2.0 180") != '\0');
	peer_invite(p, "z9hG4bKagain", ";rport", "");
	CU_ASSERT_TRUE(*peer_find(p, "SIP/2.0 180") != '\0');
	CU_ASSERT_EQUAL(w->invites, 1);

	mem_deref(p);
	mem_deref(w);
}


static void route_handler(int err, const char *route, uint64_t flow, void *arg)
{
	struct world *w = arg;

	w->route_err = err;
	w->flow = flow;
	if (route)
		(void)re_snprintf(w->route, sizeof(w->route), "%s", route);
	w->routed = true;
}


static bool find_route(struct world *w, const char *uri)
{
	struct bus_resolve *r = NULL;
	bool ok;

	w->routed = false;
	if (bus_resolve(&r, w->bus, uri, route_handler, w))
		return false;
	ok = world_until(w, &w->routed);
	mem_deref(r);

	return ok && !w->route_err;
}


static void response_handler(int err, const struct sip_msg *msg, void *arg)
{
	struct world *w = arg;

	w->last_status = err ? -err : msg->scode;
	if (msg && msg->scode == 200)
		(void)sip_dialog_create(w->dialog, msg);
}


static int call_out(struct world *w, const char *uri)
{
	const char *routes[] = {w->route};
	int err;

	w->dialog = mem_deref(w->dialog);
	w->last_status = 0;
	err = sip_dialog_alloc(&w->dialog, uri, uri, NULL, "sip:demo@x",
			       routes, 1);
	if (err)
		return err;
	err = bus_contact(w->bus, w->flow, "demo", w->contact,
			  sizeof(w->contact));
	if (err)
		return err;

	return sip_drequestf(&w->request, bus_sip(w->bus), true, "INVITE",
			     w->dialog, 0, NULL, NULL, response_handler, w,
			     "Contact: <%s>\r\nContent-Length: 0\r\n\r\n",
			     w->contact);
}


/** Our call to a far end: INVITE, 200 with Record-Route, ACK, BYE */
static void calls_out_over(struct peer *p, const char *transport)
{
	struct world *w = p->world;
	char uri[96], headers[256];
	const char *msg;

	(void)re_snprintf(uri, sizeof(uri), "sip:bob@%J%s", &p->local,
			  transport);
	CU_ASSERT_TRUE_FATAL(find_route(w, uri));
	CU_ASSERT_EQUAL(call_out(w, uri), 0);

	msg = peer_find(p, "INVITE");
	CU_ASSERT_STRING_EQUAL(header_of(msg, "Route"), "");
	(void)re_snprintf(headers, sizeof(headers),
			  "Record-Route: <sip:%J;lr%s>\r\n"
			  "Contact: <sip:bob@192.0.2.9>\r\n",
			  &p->local, transport);
	answer(p, msg, "200 OK", headers);
	CU_ASSERT_TRUE(world_count(w, (unsigned *)&w->last_status, 200));

	CU_ASSERT_EQUAL(sip_drequestf(NULL, bus_sip(w->bus), false, "ACK",
				      w->dialog, 1, NULL, NULL, NULL, NULL,
				      "Content-Length: 0\r\n\r\n"),
			0);
	msg = peer_find(p, "ACK");
	CU_ASSERT_EQUAL(strncmp(msg, "ACK sip:bob@192.0.2.9 SIP/2.0", 29), 0);
	(void)re_snprintf(headers, sizeof(headers), "\r\nRoute: <sip:%J;lr%s>",
			  &p->local, transport);
	CU_ASSERT_PTR_NOT_NULL(strstr(msg, headers));
	CU_ASSERT_EQUAL(world_request(w, "BYE"), 0);
	msg = peer_find(p, "BYE");
	CU_ASSERT_PTR_NOT_NULL(strstr(msg, headers));
	CU_ASSERT_TRUE(is_clean(p));
}


static void calls_out(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_UDP);

	calls_out_over(p, "");
	mem_deref(p);

	CU_ASSERT_EQUAL_FATAL(peer_listen(&p, w), 0);
	calls_out_over(p, ";transport=tcp");
	mem_deref(p);
	mem_deref(w);
}


static void counts_failures_to_resolve(void)
{
	static const struct {
		const char *uri;
		int err;
	} rows[] = {
		{"sip:a@127.0.0.1:5099;transport=ws", EPROTONOSUPPORT},
		{"tel:+1", EINVAL},
		{"mailto:a@b", EPROTONOSUPPORT},
		{"sip:a@127.0.0.1:5099;transport=sctp", EPROTONOSUPPORT},
	};
	struct world *w = open_world();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		CU_ASSERT_FALSE(find_route(w, rows[i].uri));
		CU_ASSERT_TRUE(w->route_err == rows[i].err ||
			       w->route_err == EPROTONOSUPPORT);
	}
	CU_ASSERT_TRUE(find_route(w, "sip:a@localhost:5099"));

	mem_deref(w);
}


/** libre's UDP timers must not be heard on a connection */
static void repeats_nothing_on_connections(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_TCP);
	struct tmr later;
	bool late = false;
	size_t i, byes = 0;

	peer_invite(p, "z9hG4bKonce", "", "");
	peer_ack(p, peer_find(p, "SIP/2.0 200"));
	CU_ASSERT_EQUAL(world_request(w, "BYE"), 0);
	tmr_init(&later);
	tmr_start(&later, 650, set_flag, &late);
	CU_ASSERT_TRUE(world_until(w, &late));
	for (i = 0; i < p->count; i++)
		byes += !strncmp(p->messages[i], "BYE", 3);
	CU_ASSERT_EQUAL(byes, 1);

	mem_deref(p);
	mem_deref(w);
}


static void tells_of_closed_flow(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_WS);
	struct flow_info info;
	uint64_t flow;

	peer_invite(p, "z9hG4bKgone", "", "");
	CU_ASSERT_TRUE(*peer_find(p, "SIP/2.0 200") != '\0');
	flow = w->flow;
	CU_ASSERT_EQUAL(bus_flow_by_id(w->bus, flow, &info), 0);
	p->tc = mem_deref(p->tc);
	CU_ASSERT_TRUE(
		world_count(w, (unsigned *)&w->closed_flow, (unsigned)flow));
	CU_ASSERT_EQUAL(w->closed_flow, flow);
	CU_ASSERT_EQUAL(bus_flow_by_id(w->bus, flow, &info), ENOENT);
	(void)world_request(w, "BYE"); /* must not touch what is gone */
	world_settle(w);

	mem_deref(p);
	mem_deref(w);
}


/** A browser comes back on another connection; the dialog goes on there */
static void follows_a_moved_dialog(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_WS), *q;
	const char *msg;
	uint64_t old;

	peer_invite(p, "z9hG4bKmove", "", "");
	msg = peer_find(p, "SIP/2.0 200");
	old = w->flow;
	q = open_peer(w, FLOW_WS);
	peer_ack(q, msg);
	CU_ASSERT_TRUE(world_count(w, &w->acks, 1));
	CU_ASSERT_NOT_EQUAL(w->flow, old);
	CU_ASSERT_EQUAL(bus_flow_moved(w->bus, old, 9999), ENOENT);
	CU_ASSERT_EQUAL(bus_flow_moved(w->bus, old, w->flow), 0);
	p->tc = mem_deref(p->tc);
	CU_ASSERT_TRUE(
		world_count(w, (unsigned *)&w->closed_flow, (unsigned)old));

	CU_ASSERT_EQUAL(world_request(w, "BYE"), 0);
	CU_ASSERT_TRUE(*peer_find(q, "BYE") != '\0');

	mem_deref(p);
	mem_deref(q);
	mem_deref(w);
}


/** A TCP user agent whose connection is lost is called at its Contact */
static void finds_contact_when_connection_is_lost(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_TCP), *home = NULL;
	char contact[96];
	uint64_t flow;
	const char *msg;

	CU_ASSERT_EQUAL_FATAL(peer_listen(&home, w), 0);
	(void)re_snprintf(contact, sizeof(contact),
			  "sip:alice@%J;transport=tcp", &home->local);
	peer_send(p,
		  "INVITE sip:demo@@B SIP/2.0\r\n"
		  "Via: SIP/2.0/TCP @L;branch=z9hG4bKlost\r\n"
		  "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
		  "Call-ID: l1\r\nCSeq: 1 INVITE\r\nContact: <%s>\r\n"
		  "Content-Length: 0\r\n\r\n",
		  contact);
	CU_ASSERT_TRUE(*peer_find(p, "SIP/2.0 200") != '\0');
	flow = w->flow;
	p->tc = mem_deref(p->tc);
	CU_ASSERT_TRUE(
		world_count(w, (unsigned *)&w->closed_flow, (unsigned)flow));

	CU_ASSERT_EQUAL(world_request(w, "BYE"), 0);
	msg = peer_find(home, "BYE");
	CU_ASSERT_PTR_NOT_NULL(strstr(msg, contact));
	CU_ASSERT_TRUE(is_clean(home));

	mem_deref(home);
	mem_deref(p);
	mem_deref(w);
}


static void refuses_before_libre(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_UDP);
	struct peer *t = open_peer(w, FLOW_TCP);
	const char *msg;

	peer_send(p, "OPTIONS sip:@B SIP/7.0\r\n"
		     "Via: SIP/2.0/UDP @L;branch=z9hG4bKv;rport\r\n"
		     "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
		     "Call-ID: v1\r\nCSeq: 1 OPTIONS\r\n\r\n");
	msg = peer_next(p);
	CU_ASSERT_EQUAL(strncmp(msg, "SIP/2.0 505", 11), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(header_of(msg, "To"), ";tag="));

	/* No Content-Length on a stream: refused, and the stream is over. */
	peer_send(t, "OPTIONS sip:@B SIP/2.0\r\n"
		     "Via: SIP/2.0/TCP @L;branch=z9hG4bKl\r\n"
		     "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
		     "Call-ID: l1\r\nCSeq: 1 OPTIONS\r\n\r\n");
	msg = peer_next(t);
	CU_ASSERT_EQUAL(strncmp(msg, "SIP/2.0 400", 11), 0);
	CU_ASSERT_TRUE(world_until(w, &t->closed));
	CU_ASSERT_EQUAL(w->others, 0);

	mem_deref(p);
	mem_deref(t);
	mem_deref(w);
}


static void answers_keep_alive(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_TCP);

	peer_send_raw(p, "\r\n\r\n", 4);
	CU_ASSERT_STRING_EQUAL(peer_next(p), "\r\n");

	mem_deref(p);
	mem_deref(w);
}


static void limits_rate_of_source(void)
{
	struct world *w = NULL;
	struct peer *p;
	unsigned i, refused = 0;

	CU_ASSERT_EQUAL_FATAL(world_alloc(&w, 1), 0);
	p = open_peer(w, FLOW_UDP);
	for (i = 0; i < 20; i++)
		peer_send(p,
			  "INVITE sip:demo@@B SIP/2.0\r\n"
			  "Via: SIP/2.0/UDP @L;branch=z9hG4bKf%u;rport\r\n"
			  "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
			  "Call-ID: f%u\r\nCSeq: 1 INVITE\r\n"
			  "Contact: <sip:a@@L>\r\n\r\n",
			  i, i);
	world_settle(w);
	for (i = 0; i < p->count; i++)
		refused += !strncmp(p->messages[i], "SIP/2.0 503", 11) &&
			   *header_of(p->messages[i], "Retry-After");
	CU_ASSERT_TRUE(refused >= 1);
	CU_ASSERT_TRUE(w->invites >= 10 && w->invites < 20);

	mem_deref(p);
	mem_deref(w);
}


/** 60 kB over every kind of flow */
static void carries_large_messages(void)
{
	static const enum flow_transport transports[] = {FLOW_UDP, FLOW_TCP,
							 FLOW_WS};
	static char text[65000];
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(transports); i++) {
		struct world *w = open_world();
		struct peer *p = open_peer(w, transports[i]);

		n = (size_t)re_snprintf(
			text, sizeof(text),
			"OPTIONS sip:x@127.0.0.1 SIP/2.0\r\n"
			"Via: SIP/2.0/%s %J;branch=z9hG4bKbig;rport\r\n"
			"From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
			"Call-ID: big\r\nCSeq: 1 OPTIONS\r\n"
			"Content-Length: 60000\r\n\r\n",
			flow_transport_name(transports[i]), &p->local);
		memset(text + n, 'x', 60000);
		peer_send_raw(p, text, n + 60000);
		CU_ASSERT_EQUAL(strncmp(peer_next(p), "SIP/2.0 200", 11), 0);
		mem_deref(p);
		mem_deref(w);
	}
}


static void closes(void)
{
	struct world *w = open_world();

	bus_close(w->bus, false);
	CU_ASSERT_FALSE(w->exited);
	CU_ASSERT_TRUE(world_until(w, &w->exited));
	mem_deref(w);
}


static CU_TestInfo tests[] = {
	{"carries a call over UDP and our BYE back", udp_call},
	{"carries a call over TCP and our BYE back", tcp_call},
	{"carries a call over TLS and our BYE back", tls_call},
	{"carries a call over WebSocket and our BYE back", websocket_call},
	{"answers the sent-by port without rport",
	 answers_sent_by_without_rport},
	{"keeps the route set of a proxy", keeps_route_set_of_proxy},
	{"leaves a proxy out that recorded no route",
	 leaves_proxy_out_without_record_route},
	{"takes off a Route that names us", takes_off_route_to_itself},
	{"matches CANCEL to its INVITE", cancels},
	{"absorbs a retransmitted INVITE", absorbs_retransmitted_invite},
	{"calls out over UDP and TCP", calls_out},
	{"says why a URI cannot be reached", counts_failures_to_resolve},
	{"repeats nothing on connections", repeats_nothing_on_connections},
	{"tells of a closed flow", tells_of_closed_flow},
	{"follows a dialog to another flow", follows_a_moved_dialog},
	{"calls the Contact when a connection is lost",
	 finds_contact_when_connection_is_lost},
	{"refuses what libre would swallow", refuses_before_libre},
	{"answers CRLF keep-alive", answers_keep_alive},
	{"limits the rate of a source", limits_rate_of_source},
	{"carries 60 kB messages", carries_large_messages},
	{"closes from the loop", closes},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(bus, tests)
