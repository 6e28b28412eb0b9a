/**
 * @file test_layer_routing.c  Where the transport layer sends requests and
 * responses
 */
#include <stdio.h>
#include <string.h>
#include "tests/unit/signaling/world/transport_world.h"
#include "tests/unit/unit.h"


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


/** Every dialog is what `arg` says */
static enum layer_dialog any_dialog_h(const struct pl *callid,
				      const struct pl *ours,
				      const struct pl *theirs, void *arg)
{
	(void)callid;
	(void)ours;
	(void)theirs;

	return *(const enum layer_dialog *)arg;
}


/** A proxy on the Record-Route: Route and Request-URI are RFC 3261's, and the
 *  request goes to the proxy */
static void keeps_route_set_of_proxy(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_UDP);
	enum layer_dialog dialog = LAYER_DIALOG_BEGUN;
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

	layer_set_dialogs(w->layer, any_dialog_h, &dialog);
	peer_send(p, "ACK sip:demo@@B SIP/2.0\r\n"
		     "Via: SIP/2.0/UDP @L;branch=z9hG4bKp2;rport\r\n"
		     "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\n"
		     "Call-ID: p1\r\nCSeq: 1 ACK\r\nMax-Forwards: 69\r\n\r\n");

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
	enum layer_dialog dialog = LAYER_DIALOG_REACHED;
	char contact[64];
	const char *msg;

	layer_set_dialogs(w->layer, any_dialog_h, &dialog);
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


/** A datagram says where it comes from and, in its Contact, where requests
 *  shall go: until somebody there was reached, that is one stranger's word */
static void goes_nowhere_else_on_a_claim(void)
{
	static const enum layer_dialog rows[] = {
		LAYER_DIALOG_NONE, LAYER_DIALOG_BEGUN, LAYER_DIALOG_REACHED};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct world *w = open_world();
		struct peer *p = open_peer(w, FLOW_UDP);
		struct peer *other = open_peer(w, FLOW_UDP);
		const bool reached = rows[i] == LAYER_DIALOG_REACHED;
		enum layer_dialog dialog = rows[i];
		char contact[64];

		(void)re_snprintf(contact, sizeof(contact), "sip:a@%J",
				  &other->local);
		layer_set_dialogs(w->layer, any_dialog_h, &dialog);
		peer_send(p,
			  "INVITE sip:demo@@B SIP/2.0\r\n"
			  "Via: SIP/2.0/UDP @L;branch=z9hG4bKc1;rport\r\n"
			  "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
			  "Call-ID: c1\r\nCSeq: 1 INVITE\r\n"
			  "Max-Forwards: 70\r\n"
			  "Contact: <%s>\r\n\r\n",
			  contact);
		CU_ASSERT_TRUE(*peer_find(p, "SIP/2.0 200") != '\0');
		CU_ASSERT_TRUE(is_clean(p));
		layer_flow_proved(w->layer, w->flow);
		CU_ASSERT_EQUAL(world_request(w, "BYE"), 0);
		world_settle(w);
		if (reached) {
			CU_ASSERT_TRUE(*peer_find(other, "BYE") != '\0');
		}
		else {
			CU_ASSERT_TRUE(*peer_find(p, "BYE") != '\0');
		}
		CU_ASSERT_EQUAL(other->count, reached ? 1 : 0);

		mem_deref(p);
		mem_deref(other);
		mem_deref(w);
	}
}


/** RFC 3325 section 5, 7315 section 6: a proxy of the trust domain that
 *  recorded no route leaves us alone with who is outside */
static void keeps_the_trust_domain_closed(void)
{
	for (uint8_t bits = 8; bits <= 32; bits += 24) {
		struct world *w = open_world();
		struct peer *proxy = open_peer(w, FLOW_UDP);
		struct peer *ua = open_peer(w, FLOW_UDP);
		const bool inside = bits == 8;
		const char *msg;

		peer_move(ua, "127.0.0.2");
		w->config.trusted_hosts[0].address = proxy->local;
		w->config.trusted_hosts[0].bits = bits;
		w->config.trusted_hosts_count = 1;
		w->headers = "P-Charging-Vector: icid-value=1\r\n"
			     "P-Charging-Function-Addresses: ccf=a\r\n"
			     "P-Asserted-Identity: <sip:demo@x>\r\n"
			     "P-Asserted-Service: urn:urn-7:x\r\n"
			     "Subject: x\r\n";
		peer_send(proxy,
			  "INVITE sip:demo@@B SIP/2.0\r\n"
			  "Via: SIP/2.0/UDP @L;branch=z9hG4bKp3;rport\r\n"
			  "Via: SIP/2.0/UDP pc.example.com;branch=z9hG4bKu3"
			  "\r\n"
			  "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
			  "Call-ID: p3\r\nCSeq: 1 INVITE\r\n"
			  "Contact: <sip:a@127.0.0.2:%u>\r\n\r\n",
			  sa_port(&ua->local));
		CU_ASSERT_TRUE(*peer_find(proxy, "SIP/2.0 200") != '\0');
		CU_ASSERT_EQUAL(world_request(w, "BYE"), 0);
		msg = peer_find(ua, "BYE");
		CU_ASSERT_STRING_EQUAL(header_of(msg, "Subject"), "x");
		CU_ASSERT_EQUAL(strstr(msg, "P-Charging-Vector") != NULL,
				inside);
		CU_ASSERT_EQUAL(strstr(msg, "P-Charging-Function") != NULL,
				inside);
		CU_ASSERT_EQUAL(strstr(msg, "P-Asserted-Identity") != NULL,
				inside);
		CU_ASSERT_EQUAL(strstr(msg, "P-Asserted-Service") != NULL,
				inside);
		answer(ua, msg, "200 OK", "");
		CU_ASSERT_TRUE(
			world_count(w, (unsigned *)&w->last_status, 200));

		mem_deref(proxy);
		mem_deref(ua);
		mem_deref(w);
	}
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


static bool find_route(struct world *w, const char *uri)
{
	struct layer_resolve *r = NULL;
	bool ok;

	w->routed = false;
	if (layer_resolve(&r, w->layer, uri, world_routed, w))
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
	err = layer_contact(w->layer, w->flow, "demo", w->contact,
			    sizeof(w->contact));
	if (err)
		return err;

	return sip_drequestf(&w->request, layer_sip(w->layer), true, "INVITE",
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

	CU_ASSERT_EQUAL(sip_drequestf(NULL, layer_sip(w->layer), false, "ACK",
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


/** Who registered is called by the flow, whatever its Contact says */
static void calls_out_by_flow(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_TCP);
	const char *msg;

	peer_invite(p, "z9hG4bKflow", "", "");
	CU_ASSERT_TRUE(*peer_find(p, "SIP/2.0 200") != '\0');
	CU_ASSERT_EQUAL(layer_flow_route(w->layer, w->flow, w->route,
					 sizeof(w->route)),
			0);
	CU_ASSERT_EQUAL(call_out(w, "sip:x@nowhere.invalid"), 0);
	msg = peer_find(p, "INVITE");
	CU_ASSERT_EQUAL(
		strncmp(msg, "INVITE sip:x@nowhere.invalid SIP/2.0", 36), 0);
	CU_ASSERT_STRING_EQUAL(header_of(msg, "Route"), "");
	CU_ASSERT_TRUE(is_clean(p));

	CU_ASSERT_EQUAL(layer_flow_route(w->layer, w->flow, w->route, 8),
			EOVERFLOW);
	p->tc = mem_deref(p->tc);
	CU_ASSERT_TRUE(world_count(w, (unsigned *)&w->closed_flow,
				   (unsigned)w->flow));
	CU_ASSERT_EQUAL(layer_flow_route(w->layer, w->flow, w->route,
					 sizeof(w->route)),
			ENOENT);

	mem_deref(p);
	mem_deref(w);
}


static CU_TestInfo tests[] = {
	{"goes nowhere else on a claim", goes_nowhere_else_on_a_claim},
	{"answers the sent-by port without rport",
	 answers_sent_by_without_rport},
	{"keeps the route set of a proxy", keeps_route_set_of_proxy},
	{"leaves a proxy out that recorded no route",
	 leaves_proxy_out_without_record_route},
	{"keeps the trust domain closed", keeps_the_trust_domain_closed},
	{"takes off a Route that names us", takes_off_route_to_itself},
	{"matches CANCEL to its INVITE", cancels},
	{"absorbs a retransmitted INVITE", absorbs_retransmitted_invite},
	{"calls out over UDP and TCP", calls_out},
	{"calls out by a flow (S10)", calls_out_by_flow},
	{"says why a URI cannot be reached", counts_failures_to_resolve},
	{"calls the Contact when a connection is lost",
	 finds_contact_when_connection_is_lost},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(layer_routing, tests)
