/**
 * @file test_layer_shared.c  Connections that several use
 *
 * What one user meets closes nothing for the others, and what one was content
 * with is not enough for another (RFC 3263 section 4.3, RFC 5626, RFC 5922).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "signaling/http/certificate.h"
#include "tests/unit/signaling/world/transport_world.h"
#include "tests/unit/unit.h"


/** @return the flow to it, 0: none */
static uint64_t find(struct world *w, const char *format,
		     const struct peer *to)
{
	struct layer_resolve *r = NULL;
	char uri[128];

	(void)re_snprintf(uri, sizeof(uri), format, sa_port(&to->local));
	w->routed = false;
	CU_ASSERT_EQUAL(layer_resolve(&r, w->layer, uri, world_routed, w), 0);
	CU_ASSERT_TRUE(world_until(w, &w->routed));
	mem_deref(r);

	return w->route_err ? 0 : w->flow;
}


static void response_handler(int err, const struct sip_msg *msg, void *arg)
{
	struct world *w = arg;

	w->last_status = err ? -err : msg->scode;
}


/** Ask something by the flow that was found last */
static void ask(struct world *w)
{
	const char *routes[] = {w->route};

	w->dialog = mem_deref(w->dialog);
	w->request = mem_deref(w->request);
	w->last_status = 0;
	CU_ASSERT_EQUAL_FATAL(sip_dialog_alloc(&w->dialog, "sip:bob@x",
					       "sip:bob@x", NULL, "sip:demo@x",
					       routes, 1),
			      0);
	CU_ASSERT_EQUAL(sip_drequestf(&w->request, layer_sip(w->layer), true,
				      "OPTIONS", w->dialog, 0, NULL, NULL,
				      response_handler, w,
				      "Content-Length: 0\r\n\r\n"),
			0);
}


static bool lives(const struct world *w, uint64_t flow)
{
	struct flow_info info;

	return !layer_flow_by_id(w->layer, flow, &info);
}


/** One call's 503, and its silence while others are answered */
static void one_failure_is_not_all(void)
{
	static const char uri[] = "sip:bob@127.0.0.1:%u;transport=tcp";
	struct world *w = open_world();
	struct peer *p = NULL;
	uint64_t flow, since;

	CU_ASSERT_EQUAL_FATAL(peer_listen(&p, w), 0);
	flow = find(w, uri, p);
	CU_ASSERT_FATAL(flow != 0);
	layer_flow_avoid(w->layer, flow, 0);
	CU_ASSERT(layer_flow_has_failed(w->layer, flow));
	CU_ASSERT_EQUAL(find(w, uri, p), flow);

	since = tmr_jiffies();
	ask(w);
	answer(p, peer_find(p, "OPTIONS"), "200 OK", "");
	CU_ASSERT_TRUE(world_count(w, (unsigned *)&w->last_status, 200));
	layer_flow_failed(w->layer, flow, since);
	world_settle(w);
	CU_ASSERT(lives(w, flow));
	CU_ASSERT_EQUAL(find(w, uri, p), flow);

	mem_deref(p);
	mem_deref(w);
}


/** Silence: nothing new goes by it, and it stays as long as it is used */
static void silence_ends_what_is_not_used(void)
{
	static const char uri[] = "sip:bob@127.0.0.1:%u;transport=tcp";
	struct world *w = open_world();
	struct peer *p = NULL;
	uint64_t flow, other;

	CU_ASSERT_EQUAL_FATAL(peer_listen(&p, w), 0);
	flow = w->used_flow = find(w, uri, p);
	CU_ASSERT_FATAL(flow != 0);
	layer_flow_failed(w->layer, flow, tmr_jiffies() + 1);
	world_settle(w);
	CU_ASSERT(lives(w, flow));
	other = find(w, uri, p);
	CU_ASSERT_NOT_EQUAL(other, flow);

	layer_flow_failed(w->layer, other, tmr_jiffies() + 1);
	CU_ASSERT_TRUE(
		world_count(w, (unsigned *)&w->closed_flow, (unsigned)other));

	mem_deref(p);
	mem_deref(w);
}


/** A far end that listens with a certificate: ours, which is trusted and names
 *  localhost and 127.0.0.1, or one of a stranger that says the same */
static struct peer *listen_tls(struct world *w, bool stranger)
{
	char dir[] = "/tmp/parley-unit-XXXXXX", file[64];
	struct config config = w->config;
	struct peer *p = NULL;

	CU_ASSERT_EQUAL_FATAL(peer_listen(&p, w), 0);
	p->transport = FLOW_TLS;
	if (stranger) {
		CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(dir));
		config.data_dir = dir;
	}
	CU_ASSERT_EQUAL_FATAL(certificate_tls(&p->tls, &config), 0);
	if (stranger) {
		(void)snprintf(file, sizeof(file), "%s/tls.pem", dir);
		(void)unlink(file);
		(void)rmdir(dir);
	}

	return p;
}


/** What was opened for an address, and asked for no name, carries nothing for
 *  one who wants to know whom it talks to */
static void serves_only_the_name_it_was_verified_for(void)
{
	static const char *const strict[] = {
		"sips:bob@localhost:%u", "sip:bob@localhost:%u;transport=tls",
		"sips:bob@127.0.0.1:%u", "sips:bob@LOCALHOST:%u"};

	for (unsigned stranger = 0; stranger < 2; stranger++) {
		struct world *w = open_world();
		struct peer *p = listen_tls(w, stranger);
		uint64_t open =
			find(w, "sip:bob@127.0.0.1:%u;transport=tls", p);

		CU_ASSERT_FATAL(open != 0);
		ask(w);
		answer(p, peer_find(p, "OPTIONS"), "200 OK", "");
		CU_ASSERT_TRUE(
			world_count(w, (unsigned *)&w->last_status, 200));

		for (size_t i = 0; i < ARRAY_SIZE(strict); i++) {
			const uint64_t flow = find(w, strict[i], p);

			CU_ASSERT_NOT_EQUAL(flow, open);
			ask(w);
			if (stranger) {
				CU_ASSERT_TRUE(world_count(
					w, (unsigned *)&w->closed_flow,
					(unsigned)flow));
				CU_ASSERT_EQUAL(p->read, p->count);
				continue;
			}
			answer(p, peer_find(p, "OPTIONS"), "200 OK", "");
			CU_ASSERT_TRUE(world_count(
				w, (unsigned *)&w->last_status, 200));
			/* and by that name again */
			CU_ASSERT_EQUAL(find(w, strict[i], p), flow);
		}
		mem_deref(p);
		mem_deref(w);
	}
}


/** A terminal's own connection is not the domain whose address it shares */
static void is_no_name_because_it_called_us(void)
{
	struct world *w = open_world();
	struct peer *p = open_peer(w, FLOW_TLS);
	uint64_t flow;

	peer_invite(p, "z9hG4bKin", "", "");
	CU_ASSERT_TRUE(*peer_find(p, "SIP/2.0 200") != '\0');
	flow = w->flow;
	CU_ASSERT_EQUAL(find(w, "sip:a@127.0.0.1:%u;transport=tls", p), flow);
	CU_ASSERT_NOT_EQUAL(find(w, "sips:a@localhost:%u", p), flow);

	mem_deref(p);
	mem_deref(w);
}


/** After the certificates were read anew, what is new is verified by them */
static void verifies_anew_after_a_reload(void)
{
	struct world *w = open_world();
	struct peer *p = listen_tls(w, false);
	uint64_t flow = w->used_flow = find(w, "sips:bob@localhost:%u", p);
	struct flow_info info;

	CU_ASSERT_FATAL(flow != 0);
	CU_ASSERT_EQUAL(layer_reload(w->layer), 0);
	world_settle(w);
	CU_ASSERT(lives(w, flow));
	CU_ASSERT_FALSE(layer_flow_by_id(w->layer, flow, &info));
	CU_ASSERT_TRUE(info.retired);
	CU_ASSERT_NOT_EQUAL(find(w, "sips:bob@localhost:%u", p), flow);

	mem_deref(p);
	mem_deref(w);
}


static CU_TestInfo tests[] = {
	{"one failure is not all", one_failure_is_not_all},
	{"silence ends what is not used", silence_ends_what_is_not_used},
	{"serves only the name it was verified for",
	 serves_only_the_name_it_was_verified_for},
	{"is no name because it called us", is_no_name_because_it_called_us},
	{"verifies anew after a reload", verifies_anew_after_a_reload},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(layer_shared, tests)
