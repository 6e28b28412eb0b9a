/**
 * @file test_layer_strangers.c  What datagrams get whose source anybody may
 * have forged
 */
#include <jansson.h>
#include <string.h>
#include "tests/unit/signaling/world/transport_world.h"
#include "tests/unit/unit.h"

enum { STRANGERS = 50, T1_MS = 500, FLOOD = 150 };


static struct world *open_narrow_world(void)
{
	struct world *w = NULL;

	CU_ASSERT_EQUAL_FATAL(world_alloc(&w, 0, 0, STRANGERS), 0);

	return w;
}


/** From so many addresses, each once: more than all strangers may send */
static void flood(struct world *w, unsigned net)
{
	struct peer *p = open_peer(w, FLOW_UDP);
	char host[32];

	for (unsigned i = 1; i <= FLOOD; i++) {
		(void)re_snprintf(host, sizeof(host), "127.%u.0.%u", net, i);
		peer_move(p, host);
		peer_send(p,
			  "OPTIONS sip:@B SIP/2.0\r\n"
			  "Via: SIP/2.0/UDP @L;branch=z9hG4bKo%u-%u;rport\r\n"
			  "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
			  "Call-ID: o%u-%u\r\nCSeq: 1 OPTIONS\r\n\r\n",
			  net, i, net, i);
	}
	mem_deref(p);
}


static void time_handler(void *arg)
{
	bool *is_up = arg;

	*is_up = true;
}


/** As long as a client waits before it repeats a request */
static void wait_t1(struct world *w)
{
	bool is_up = false;
	struct tmr tmr;

	tmr_init(&tmr);
	tmr_start(&tmr, T1_MS, time_handler, &is_up);
	CU_ASSERT_TRUE(world_until(w, &is_up));
	tmr_cancel(&tmr);
}


/** A 503 would be the end of his call */
static void drops_who_has_no_room_and_takes_him_when_he_repeats(void)
{
	struct world *w = open_narrow_world();
	struct peer *p;

	p = open_peer(w, FLOW_UDP);
	peer_move(p, "127.0.0.9");
	flood(w, 1);
	peer_invite(p, "z9hG4bKagain", ";rport", "");
	world_settle(w);
	CU_ASSERT_TRUE(w->others < FLOOD);
	CU_ASSERT_EQUAL(w->invites, 0);
	CU_ASSERT_EQUAL(p->count, 0);

	wait_t1(w);
	flood(w, 2);
	peer_invite(p, "z9hG4bKagain", ";rport", "");
	CU_ASSERT_TRUE(*peer_find(p, "SIP/2.0 200") != '\0');
	CU_ASSERT_EQUAL(w->invites, 1);

	mem_deref(p);
	mem_deref(w);
}


/** Who has connected is told: he is where he says */
static void tells_who_has_connected(void)
{
	struct world *w = open_narrow_world();
	struct peer *p = open_peer(w, FLOW_TCP);
	unsigned i;

	for (i = 0; i < FLOOD; i++)
		peer_send(p,
			  "INVITE sip:demo@@B SIP/2.0\r\n"
			  "Via: SIP/2.0/TCP @L;branch=z9hG4bKt%u\r\n"
			  "From: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\n"
			  "Call-ID: t%u\r\nCSeq: 1 INVITE\r\n"
			  "Contact: <sip:a@@L>\r\n"
			  "Content-Length: 0\r\n\r\n",
			  i, i);
	CU_ASSERT_PTR_NOT_NULL(
		strstr(peer_find(p, "SIP/2.0 503"), "Retry-After: "));

	mem_deref(p);
	mem_deref(w);
}


static enum layer_dialog reached_h(const struct pl *callid,
				   const struct pl *ours,
				   const struct pl *theirs, void *arg)
{
	(void)callid;
	(void)ours;
	(void)theirs;
	(void)arg;

	return LAYER_DIALOG_REACHED;
}


/** In the dialog of an INVITE of peer_invite() that was answered by `ok` */
static void peer_bye(struct peer *p, const char *ok, const char *branch)
{
	const char *tag = strstr(header_of(ok, "To"), ";tag=");

	CU_ASSERT_PTR_NOT_NULL_FATAL(tag);
	peer_send(p,
		  "BYE sip:demo@@B SIP/2.0\r\n"
		  "Via: SIP/2.0/UDP @L;branch=%s;rport\r\n"
		  "From: <sip:alice@example.com>;tag=a1\r\n"
		  "To: <sip:demo@example.com>%s\r\n"
		  "Call-ID: c-z9hG4bKtags\r\nCSeq: 2 BYE\r\n\r\n",
		  branch, tag);
	world_settle(p->world);
}


/** A tag of ours is proof where it went to. From elsewhere it may be its
 *  owner's who forges: he has the strangers' budget, and no more of ours */
static void tags_from_elsewhere_are_strangers(void)
{
	struct world *w = open_narrow_world();
	struct peer *p = open_peer(w, FLOW_UDP);
	struct peer *other = open_peer(w, FLOW_UDP);
	char ok[2048];

	peer_move(other, "127.0.0.9");
	layer_set_dialogs(w->layer, reached_h, NULL);
	peer_invite(p, "z9hG4bKtags", ";rport", "");
	str_ncpy(ok, peer_find(p, "SIP/2.0 200"), sizeof(ok));

	/* there is room: a phone that changed networks is heard, until it is
	   too loud for a stranger */
	peer_bye(other, ok, "z9hG4bKb1");
	CU_ASSERT_EQUAL(w->byes, 1);
	for (unsigned i = 0; i < 4; i++)
		peer_bye(other, ok, "z9hG4bKb1");
	flood(w, 1);
	peer_bye(other, ok, "z9hG4bKb2");
	CU_ASSERT_EQUAL(w->byes, 1);
	peer_bye(p, ok, "z9hG4bKb3");
	CU_ASSERT_EQUAL(w->byes, 2);

	/* nor is that other address known by it now */
	flood(w, 2);
	peer_bye(other, ok, "z9hG4bKb4");
	CU_ASSERT_EQUAL(w->byes, 2);

	mem_deref(p);
	mem_deref(other);
	mem_deref(w);
}


static json_int_t unproven(const struct world *w)
{
	json_t *stats = layer_stats(w->layer);
	json_int_t n = json_integer_value(json_object_get(stats, "unproven"));

	json_decref(stats);

	return n;
}


/** Whatever is wrong with it */
static void answers_with_three_times_its_bytes_at_most(void)
{
	static const char *const rows[] = {
		"A\r\nv:SIP/2.0/UDP a;rport\r\n",
		"A\r\nv:SIP/2.0/UDP a;rport\r\n\r\n",
		"A a A\r\nv:SIP/2.0/UDP a;rport\r\n\r\n",
		"A a SIP/7.0\r\nv:SIP/2.0/UDP a;rport\r\n\r\n",
		"INVITE a\r\nv:SIP/2.0/UDP a;rport\r\n\r\n",
		"A sip:a SIP/2.0\r\nVia: SIP/2.0/UDP a;rport\r\n\r\n",
		"INVITE a SIP/2.0\r\nv:SIP/2.0/UDP a;rport\r\n\r\n",
		"A sip:a SIP/2.0\r\nv:SIP/2.0/UDP a;rport;branch=z9hG4bK\r\n"
		"f:a\r\nt:a\r\ni:1\r\nCSeq:1 A\r\n\r\n",
		"OPTIONS sip:a SIP/2.0\r\nv:SIP/2.0/UDP a;rport;branch="
		"z9hG4bK1\r\nf:<sip:a>;tag=1\r\nt:<sip:a>\r\ni:1\r\n"
		"CSeq:1 OPTIONS\r\nContent-Length: x\r\n\r\n",
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct world *w = open_world();
		struct peer *p = open_peer(w, FLOW_UDP);
		size_t bytes = 0;

		peer_send_raw(p, rows[i], strlen(rows[i]));
		world_settle(w);
		for (size_t k = 0; k < p->count; k++)
			bytes += strlen(p->messages[k]);
		CU_ASSERT_TRUE(bytes <= 3 * strlen(rows[i]));
		CU_ASSERT_TRUE(p->count || unproven(w));
		mem_deref(p);
		mem_deref(w);
	}
}


/** A request of ours, of more than `kb`, to a host that nobody has heard of */
static void begin_at(struct world *w, const char *uri, unsigned kb)
{
	const char *routes[] = {w->route};
	struct sip_dialog *dialog = NULL;
	struct layer_resolve *r = NULL;
	char *padding = mem_zalloc(kb * 1024 + 1, NULL);

	CU_ASSERT_PTR_NOT_NULL_FATAL(padding);
	memset(padding, 'x', kb * 1024);
	w->routed = false;
	CU_ASSERT_EQUAL(layer_resolve(&r, w->layer, uri, world_routed, w), 0);
	CU_ASSERT_TRUE(world_until(w, &w->routed));
	mem_deref(r);
	CU_ASSERT_EQUAL_FATAL(sip_dialog_alloc(&dialog, uri, uri, NULL,
					       "sip:demo@x", routes, 1),
			      0);
	CU_ASSERT_EQUAL(sip_drequestf(NULL, layer_sip(w->layer), false,
				      "OPTIONS", dialog, 0, NULL, NULL, NULL,
				      NULL,
				      "Subject: %s\r\n"
				      "Content-Length: 0\r\n\r\n",
				      padding),
			0);
	mem_deref(dialog);
	mem_deref(padding);
}


/** 48 kB for one, and 2 MB for all: one guest may name many to be called */
static void begins_within_budgets_at_those_who_were_not_heard(void)
{
	enum { KB = 15, HOSTS = 160 };
	struct world *w = open_world();
	char uri[64];

	for (unsigned i = 0; i < 4; i++)
		begin_at(w, "sip:x@127.4.0.1:9", KB);
	CU_ASSERT_EQUAL(unproven(w), 1);

	for (unsigned i = 0; i < HOSTS; i++) {
		(void)re_snprintf(uri, sizeof(uri), "sip:x@127.3.0.%u:9",
				  1 + i);
		begin_at(w, uri, KB);
	}
	/* each counts as 16 kB: 2048 kB are 128, and the second adds some */
	CU_ASSERT_TRUE(unproven(w) > 1);
	CU_ASSERT_TRUE(unproven(w) <= HOSTS - 128 + 4);
	mem_deref(w);
}


static CU_TestInfo tests[] = {
	{"drops who has no room, and takes him when he repeats",
	 drops_who_has_no_room_and_takes_him_when_he_repeats},
	{"tells who has connected", tells_who_has_connected},
	{"tags from elsewhere are strangers",
	 tags_from_elsewhere_are_strangers},
	{"answers with three times its bytes at most",
	 answers_with_three_times_its_bytes_at_most},
	{"begins within budgets at those who were not heard",
	 begins_within_budgets_at_those_who_were_not_heard},
	CU_TEST_INFO_NULL,
};

UNIT_SUITE(layer_strangers, tests)
