/**
 * @file test_next_hop.c  Flow and route set for a target
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "signaling/message/target.h"
#include "signaling/session/next_hop.h"
#include "signaling/transport/layer.h"
#include "tests/unit/failing.h"
#include "tests/unit/signaling/world/session_world.h"
#include "tests/unit/unit.h"

enum { FOUND_MAX_MS = 3000, GONE_FLOW = 4711 };

/** What was found */
struct result {
	struct next_hop *hop;
	bool done;
	int err;
	uint64_t flow;
	char route[128];
};

static void found_h(int err, const char *route, uint64_t flow, void *arg)
{
	struct result *r = arg;

	r->done = true;
	r->err = err;
	r->flow = flow;
	(void)re_snprintf(r->route, sizeof(r->route), "%s", route);
}

/** A target; '$' in a text is the peer's address */
struct row {
	const char *name;
	const char *uri, *path, *proxy;
	bool bound, webrtc;
	char flow; /**< '-' none, 'l' the peer's, that lives, 'g' one gone */
	bool found;
	const char *routes[3]; /**< after the flow's; libre says "lr" */
	bool another;          /**< its name may have another address */
};

static const struct row rows[] = {
	{.name = "by its URI", .uri = "sip:bob@$", .flow = '-', .found = true},
	{.name = "by its name",
	 .uri = "sip:bob@localhost:5070",
	 .flow = '-',
	 .found = true,
	 .another = true},
	{.name = "sips where no TLS is", .uri = "sips:bob@$", .flow = '-'},
	{.name = "through the proxy",
	 .uri = "sip:bob@nowhere.invalid",
	 .proxy = "sip:$;lr",
	 .flow = '-',
	 .found = true,
	 .routes = {"sip:$"}},
	{.name = "as it registered",
	 .uri = "sip:bob@192.0.2.1",
	 .flow = 'l',
	 .bound = true,
	 .found = true},
	{.name = "past the proxy, as it registered",
	 .uri = "sip:bob@192.0.2.1",
	 .proxy = "sip:192.0.2.99;lr",
	 .flow = 'l',
	 .bound = true,
	 .found = true},
	{.name = "as its edge registered it",
	 .uri = "sip:bob@192.0.2.1",
	 .path = "<sip:edge.example.com;lr>, <sip:in.example.com;lr>",
	 .flow = 'l',
	 .bound = true,
	 .found = true,
	 .routes = {"sip:edge.example.com", "sip:in.example.com"}},
	{.name = "at its address when its flow is gone",
	 .uri = "sip:bob@$",
	 .flow = 'g',
	 .bound = true,
	 .found = true},
	{.name = "not at a page whose socket is gone",
	 .uri = "sip:bob@$",
	 .flow = 'g',
	 .bound = true,
	 .webrtc = true},
	{.name = "not past an edge whose flow is gone",
	 .uri = "sip:bob@$",
	 .path = "<sip:edge.example.com;lr>",
	 .flow = 'g',
	 .bound = true},
};

static void fill_in(char *dst, size_t size, const char *src,
		    const struct world *w)
{
	const char *at = strchr(src, '$');

	if (at)
		(void)re_snprintf(dst, size, "%b%J%s", src, (size_t)(at - src),
				  &w->peer, at + 1);
	else
		str_ncpy(dst, src, size);
}

static void check_routes(const struct row *row, const struct result *r,
			 const struct world *w)
{
	struct next_hop_routes routes;
	char want[128];
	uint32_t n = 1;

	CU_ASSERT_EQUAL_FATAL(next_hop_routes(r->hop, r->route, &routes), 0);
	CU_ASSERT_PTR_NOT_NULL(strstr(routes.uri[0], "sip:"));
	for (; n <= 3 && row->routes[n - 1] && n < routes.n; n++) {
		fill_in(want, sizeof(want), row->routes[n - 1], w);
		CU_ASSERT_STRING_EQUAL(routes.uri[n], want);
	}
	CU_ASSERT_EQUAL(routes.n, n);
	CU_ASSERT(n > 3 || !row->routes[n - 1]);
	while (routes.n)
		mem_deref(routes.uri[--routes.n]);
}

/** A connection that is refused may be found before the refusal is: it is
 *  gone then a moment later */
static bool is_gone_soon(struct world *w, uint64_t flow)
{
	const uint64_t end = tmr_jiffies() + unit_patience_ms(FOUND_MAX_MS);
	struct flow_info info;
	bool never = false;

	while (!layer_flow_by_id(w->layer, flow, &info)) {
		if (tmr_jiffies() > end)
			return false;
		(void)world_wait(w, &never, 20);
	}
	return true;
}

static void find(const struct row *row, struct world *w, uint64_t alive)
{
	const struct sessions_dependencies base = {
		.layer = w->layer, .focus = w->focus, .config = w->config};
	struct result r = {.done = false};
	struct target *t;
	char uri[128], proxy[128], *configured = w->config->outbound_proxy;

	fill_in(uri, sizeof(uri), row->uri, w);
	CU_ASSERT_FATAL(!target_alloc(&t, uri, row->path));
	t->bound = row->bound;
	t->webrtc = row->webrtc;
	t->flow = row->flow == 'l' ? alive : row->flow == 'g' ? GONE_FLOW : 0;
	fill_in(proxy, sizeof(proxy), row->proxy ? row->proxy : "", w);
	w->config->outbound_proxy = proxy;

	CU_ASSERT_FATAL(!next_hop_alloc(&r.hop, &base, t, found_h, &r));
	next_hop_find(r.hop);
	CU_ASSERT_FALSE(r.done);
	CU_ASSERT(world_wait(w, &r.done, unit_patience_ms(FOUND_MAX_MS)));
	if (!row->found && !r.err && is_gone_soon(w, r.flow))
		r.err = ECONNREFUSED;
	if (row->found != !r.err)
		printf("\n%s: %s\n", row->name, strerror(r.err));
	CU_ASSERT_EQUAL(row->found, !r.err);
	if (!r.err)
		check_routes(row, &r, w);
	if (!r.err && row->flow == 'l')
		CU_ASSERT_EQUAL(r.flow, alive);
	CU_ASSERT_EQUAL(next_hop_may_have_another(r.hop), row->another);
	CU_ASSERT_FALSE(next_hop_has_failed(r.hop));
	mem_deref(r.hop);
	w->config->outbound_proxy = configured;
}

/* The flow of a call that is up is one that lives. */
static void every_target_has_its_way(void)
{
	static const char *const call[] = {"> INVITE 1 | offer", "< 200",
					   "> ACK 1", NULL};
	struct world w;
	uint64_t alive;
	size_t i;

	CU_ASSERT_FATAL(!world_open(&w));
	CU_ASSERT_FATAL(world_play(&w, call));
	alive = dialog_flow(world_session(&w)->dialog);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		find(&rows[i], &w, alive);
	world_close(&w);
}

/* Find the way to a target by TCP. @return its flow, 0: there is none */
static uint64_t find_by_tcp(struct world *w, struct result *r,
			    const struct sessions_dependencies *base,
			    const struct sa *peer)
{
	struct target *t = NULL;
	char uri[64];

	memset(r, 0, sizeof(*r));
	(void)re_snprintf(uri, sizeof(uri),
			  "sip:bob@localhost:%u;transport=tcp", sa_port(peer));
	CU_ASSERT_FATAL(!target_alloc(&t, uri, NULL));
	CU_ASSERT_FATAL(!next_hop_alloc(&r->hop, base, t, found_h, r));
	next_hop_find(r->hop);
	CU_ASSERT(world_wait(w, &r->done, FOUND_MAX_MS));

	return r->err ? 0 : r->flow;
}

static struct sip_msg *make_503(void)
{
	static const char text[] =
		"SIP/2.0 503 Service Unavailable\r\n"
		"Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\r\n"
		"From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>;tag=2\r\n"
		"Call-ID: 1\r\nCSeq: 1 INVITE\r\nRetry-After: 20\r\n"
		"Content-Length: 0\r\n\r\n";
	struct mbuf *mb = mbuf_alloc(sizeof(text));
	struct sip_msg *msg = NULL;

	(void)mbuf_write_mem(mb, (const uint8_t *)text, sizeof(text) - 1);
	mb->pos = 0;
	CU_ASSERT_FATAL(!sip_msg_decode(&msg, mb));
	mem_deref(mb);

	return msg;
}

/* RFC 3263 section 4.3, RFC 5626: an answer is proof that the flow lives */
static void a_503_leaves_the_connection_to_others(void)
{
	struct sessions_dependencies base;
	struct tcp_sock *ts = NULL;
	struct result one, two;
	struct flow_info flow;
	struct sip_msg *refusal = make_503();
	struct world w;
	struct sa sa;
	bool never = false;
	uint64_t shared;

	CU_ASSERT_FATAL(!world_open(&w));
	base = (struct sessions_dependencies){
		.layer = w.layer, .focus = w.focus, .config = w.config};
	(void)sa_set_str(&sa, "127.0.0.1", 0);
	CU_ASSERT_FATAL(!tcp_listen(&ts, &sa, NULL, NULL));
	CU_ASSERT_FATAL(!tcp_sock_local_get(ts, &sa));

	shared = find_by_tcp(&w, &one, &base, &sa);
	CU_ASSERT(shared != 0);
	CU_ASSERT_EQUAL(find_by_tcp(&w, &two, &base, &sa), shared);
	two.done = false;
	CU_ASSERT(!next_hop_find_another(two.hop, refusal));
	CU_ASSERT(world_wait(&w, &two.done, FOUND_MAX_MS));
	CU_ASSERT_EQUAL(two.err, EHOSTUNREACH);
	(void)world_wait(&w, &never, 20);
	CU_ASSERT_EQUAL(layer_flow_by_id(w.layer, shared, &flow), 0);

	/* and the next call goes by it, too */
	mem_deref(two.hop);
	CU_ASSERT_EQUAL(find_by_tcp(&w, &two, &base, &sa), shared);
	mem_deref(one.hop);
	mem_deref(two.hop);
	mem_deref(refusal);
	mem_deref(ts);
	world_close(&w);
}

/* Behind a proxy it was the callee's server that said so: others are called
 * there as before */
static void a_503_behind_a_proxy_is_one_callees(void)
{
	struct sessions_dependencies base;
	struct sip_msg *refusal = make_503();
	struct result r = {.done = false};
	struct target *t;
	struct world w;
	char proxy[] = "sip:localhost:5070", *configured;

	CU_ASSERT_FATAL(!world_open(&w));
	configured = w.config->outbound_proxy;
	base = (struct sessions_dependencies){
		.layer = w.layer, .focus = w.focus, .config = w.config};
	for (unsigned i = 0; i < 2; i++) {
		w.config->outbound_proxy = i ? proxy : configured;
		CU_ASSERT_FATAL(
			!target_alloc(&t, "sip:bob@localhost:5069", NULL));
		memset(&r, 0, sizeof(r));
		CU_ASSERT_FATAL(
			!next_hop_alloc(&r.hop, &base, t, found_h, &r));
		next_hop_find(r.hop);
		CU_ASSERT(world_wait(&w, &r.done, FOUND_MAX_MS));
		CU_ASSERT_EQUAL(r.err, 0);
		CU_ASSERT(!next_hop_find_another(r.hop, refusal));
		CU_ASSERT_EQUAL(layer_flow_has_failed(w.layer, r.flow), !i);
		mem_deref(r.hop);
	}
	w.config->outbound_proxy = configured;
	mem_deref(refusal);
	world_close(&w);
}

static void what_an_address_said_is_kept(void)
{
	struct world w;
	struct result r = {.done = false};
	struct sessions_dependencies base;
	struct target *t;

	CU_ASSERT_FATAL(!world_open(&w));
	base = (struct sessions_dependencies){
		.layer = w.layer, .focus = w.focus, .config = w.config};
	CU_ASSERT_FATAL(!target_alloc(&t, "sip:bob@localhost:5070", NULL));
	CU_ASSERT_FATAL(!next_hop_alloc(&r.hop, &base, t, found_h, &r));
	next_hop_find(r.hop);
	CU_ASSERT(world_wait(&w, &r.done, unit_patience_ms(FOUND_MAX_MS)));
	r.done = false;
	CU_ASSERT(!next_hop_find_another(r.hop, NULL));
	CU_ASSERT(next_hop_has_failed(r.hop));
	CU_ASSERT_PTR_NULL(next_hop_refusal(r.hop));
	/* the only address of that name has failed just now */
	CU_ASSERT(world_wait(&w, &r.done, unit_patience_ms(FOUND_MAX_MS)));
	CU_ASSERT(r.err);
	mem_deref(r.hop);
	world_close(&w);
}

static void nobody_is_told_what_was_dropped(void)
{
	struct world w;
	struct result r = {.done = false};
	struct sessions_dependencies base;
	struct target *t;

	CU_ASSERT_FATAL(!world_open(&w));
	base = (struct sessions_dependencies){
		.layer = w.layer, .focus = w.focus, .config = w.config};
	CU_ASSERT_FATAL(!target_alloc(&t, w.peer_uri, NULL));
	CU_ASSERT_FATAL(!next_hop_alloc(&r.hop, &base, t, found_h, &r));
	next_hop_find(r.hop);
	mem_deref(r.hop);
	CU_ASSERT_FALSE(world_wait(&w, &r.done, 50));
	world_close(&w);
}

/* ------------------------------------------------- memory that is missing */

/* Time passes for all others, too: their memory is not missing */
static void await_result(struct world *w, struct result *r)
{
	failing_pause();
	CU_ASSERT(world_wait(w, &r->done, unit_patience_ms(FOUND_MAX_MS)));
	failing_resume();
}

/* One that failed for want of memory is found when it is asked again
 * @return 0, ENOMEM: it failed at first; r->hop is NULL: there is none */
static int find_in_need(struct world *w,
			const struct sessions_dependencies *base,
			const char *uri, const char *path, uint64_t flow,
			struct result *r)
{
	struct target *t = NULL;
	int err;

	memset(r, 0, sizeof(*r));
	err = target_alloc(&t, uri, path);
	CU_ASSERT_EQUAL(!err, t != NULL);
	if (err)
		return err;
	t->flow = flow;
	t->bound = flow != 0;
	err = next_hop_alloc(&r->hop, base, t, found_h, r);
	CU_ASSERT_EQUAL(!err, r->hop != NULL);
	if (err)
		return err;
	next_hop_find(r->hop);
	CU_ASSERT_FALSE(r->done);
	await_result(w, r);
	if (!r->err)
		return 0;

	r->done = false;
	failing_pause();
	next_hop_find(r->hop);
	failing_resume();
	await_result(w, r);
	CU_ASSERT_EQUAL(r->err, 0);

	return ENOMEM;
}

static int routes_in_need(const struct result *r, uint32_t count)
{
	struct next_hop_routes routes;
	int err = next_hop_routes(r->hop, r->route, &routes);

	CU_ASSERT(err ? routes.n < count : routes.n == count);
	while (routes.n)
		mem_deref(routes.uri[--routes.n]);

	return err;
}

/* @return 0; ENOMEM: it was not looked for, and nobody is told */
static int ask_for_another(struct world *w, struct result *r)
{
	int err;

	r->done = false;
	err = next_hop_find_another(r->hop, NULL);
	CU_ASSERT(next_hop_has_failed(r->hop));
	if (!err) {
		await_result(w, r);
		return 0;
	}
	failing_pause();
	CU_ASSERT_FALSE(world_wait(w, &r->done, 1));
	failing_resume();

	return err;
}

/* Its name has no other address. If there is no memory to note that the one
 * has failed it is tried once more; what was noted stays so */
static int another_in_need(struct world *w,
			   const struct transport_layer *layer,
			   struct result *r)
{
	const uint64_t first = r->flow;
	bool noted;
	int err = ask_for_another(w, r), err2;

	noted = layer_flow_has_failed(layer, first);
	CU_ASSERT(err || r->err); /* this call does not go there again */
	if (!err && !noted)
		err = ENOMEM;
	err2 = ask_for_another(w, r);
	CU_ASSERT(!noted || layer_flow_has_failed(layer, first));
	CU_ASSERT(err2 || !noted || r->err);
	if (!err2 && r->err != EHOSTUNREACH)
		err2 = ENOMEM;

	return err ? err : err2;
}

/* By its name and to another address; then by the flow that was found */
static int two_targets(void *arg)
{
	struct world *w = arg;
	struct sessions_dependencies base = {.focus = w->focus,
					     .config = w->config};
	struct transport_layer *layer;
	struct result r, bound = {.done = false};
	int err, err2;

	failing_pause();
	CU_ASSERT_FATAL(!layer_alloc(&layer, w->config, NULL, NULL));
	failing_resume();
	base.layer = layer;

	err = find_in_need(w, &base, "sip:bob@localhost:5070", NULL, 0, &r);
	if (r.hop) {
		err2 = find_in_need(w, &base, "sip:bob@192.0.2.1",
				    "<sip:edge.example.com;lr>, "
				    "<sip:in.example.com;lr>",
				    r.flow, &bound);
		err = err ? err : err2;
		err2 = routes_in_need(&r, 1);
		err = err ? err : err2;
		err2 = another_in_need(w, layer, &r);
		err = err ? err : err2;
	}
	if (bound.hop) {
		err2 = routes_in_need(&bound, 3);
		err = err ? err : err2;
	}
	mem_deref(bound.hop);
	mem_deref(r.hop);
	mem_deref(layer);

	return err;
}

static void memory_that_is_missing_is_no_silence(void)
{
	struct world w;

	CU_ASSERT_FATAL(!world_open(&w));
	failing_each(two_targets, &w);
	world_close(&w);
}

static CU_TestInfo tests[] = {
	{"every target has its way", every_target_has_its_way},
	{"what an address said is kept", what_an_address_said_is_kept},
	{"a 503 leaves the connection to others",
	 a_503_leaves_the_connection_to_others},
	{"a 503 behind a proxy is one callee's",
	 a_503_behind_a_proxy_is_one_callees},
	{"nobody is told what was dropped", nobody_is_told_what_was_dropped},
	{"memory that is missing is no silence",
	 memory_that_is_missing_is_no_silence},
	CU_TEST_INFO_NULL,
};
UNIT_SUITE(next_hop, tests)
