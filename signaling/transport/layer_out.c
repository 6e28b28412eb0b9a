/**
 * @file signaling/transport/layer_out.c  From libre to a flow
 */
#include <string.h>
#include <strings.h>
#include "mixer/base/keyed_hash.h"
#include "mixer/base/log.h"
#include "signaling/http/websocket.h"
#include "signaling/message/identity.h"
#include "signaling/message/via.h"
#include "signaling/transport/transport_private.h"


enum { REPEATS_HASH = 4096 };

/** Of what was sent on reliable flows of late, because libre believes in UDP
 *  and repeats by its timers what needs no repeating; and of what was let in
 *  to begin a call */
struct repeats {
	struct hash *keys;
	struct list ages;
	size_t count;
};

struct repeat {
	struct le he, le;
	uint64_t key, until_ms;
	uint64_t flow; /**< or the way that it came */
};


static void repeats_destructor(void *arg)
{
	struct repeats *r = arg;

	list_flush(&r->ages);
	mem_deref(r->keys);
}


static void repeat_destructor(void *arg)
{
	struct repeat *one = arg;

	hash_unlink(&one->he);
	list_unlink(&one->le);
}


int layer_repeats_alloc(struct repeats **rp)
{
	struct repeats *r;
	int err;

	r = mem_zalloc(sizeof(*r), repeats_destructor);
	if (!r)
		return ENOMEM;

	err = hash_alloc(&r->keys, REPEATS_HASH);
	if (err)
		mem_deref(r);
	else
		*rp = r;

	return err;
}


static void forget_old(struct repeats *r, uint64_t now_ms)
{
	struct repeat *one;

	while ((one = list_ledata(list_head(&r->ages)))) {
		if (one->until_ms > now_ms && r->count < LAYER_REPEATS_MAX)
			break;
		mem_deref(one);
		--r->count;
	}
}


static uint64_t key_sum(const char *key)
{
	return keyed_hash(key, strlen(key));
}


/** @param flow NULL: of any */
static const struct repeat *repeat_find(const struct repeats *r,
					const uint64_t *flow, uint64_t sum)
{
	struct le *le = list_head(hash_list(r->keys, (uint32_t)sum));

	for (; le; le = le->next) {
		const struct repeat *one = le->data;

		if (one->key == sum && (!flow || one->flow == *flow))
			return one;
	}

	return NULL;
}


static void repeat_add(struct repeats *r, uint64_t flow, uint64_t sum,
		       uint64_t now_ms)
{
	struct repeat *one = mem_zalloc(sizeof(*one), repeat_destructor);

	if (!one)
		return;

	one->key = sum;
	one->flow = flow;
	one->until_ms = now_ms + LAYER_REPEAT_MS;
	hash_append(r->keys, (uint32_t)sum, &one->he, one);
	list_append(&r->ages, &one->le, one);
	++r->count;
}


bool layer_repeats_known(const struct repeats *r, uint64_t flow,
			 const char *key)
{
	return repeat_find(r, &flow, key_sum(key)) != NULL;
}


bool layer_repeats_seen(struct repeats *r, uint64_t flow, const char *key,
			uint64_t now_ms)
{
	const uint64_t sum = key_sum(key);

	forget_old(r, now_ms);
	if (repeat_find(r, &flow, sum))
		return true;

	repeat_add(r, flow, sum, now_ms);

	return false;
}


bool layer_repeats_differ(struct repeats *r, uint64_t way, const char *key,
			  uint64_t now_ms)
{
	const uint64_t sum = key_sum(key);
	const struct repeat *one;

	forget_old(r, now_ms);
	one = repeat_find(r, NULL, sum);
	if (!one)
		repeat_add(r, way, sum, now_ms);

	return one && one->flow != way;
}


int layer_send_raw(struct transport_layer *layer, struct flow *flow,
		   struct mbuf *mb, uint16_t port)
{
	struct sa dst;
	int err = ENOTCONN;

	if (flow->us) {
		dst = flow->info.peer;
		if (port)
			sa_set_port(&dst, port);
		err = udp_send(flow->us, &dst, mb);
	}
	else if (flow->stream) {
		err = stream_send(flow->stream, mb);
	}
	else if (flow->ws) {
		err = websocket_send(flow->ws, (const char *)mbuf_buf(mb),
				     mbuf_get_left(mb));
	}

	if (err)
		++layer->counters.send_errors;
	else
		++layer->counters.out;

	return err;
}


int layer_flow_ping(struct transport_layer *layer, uint64_t id)
{
	struct flow *flow = layer ? flows_find(layer->flows, id) : NULL;
	struct mbuf ping = {.buf = (uint8_t *)"\r\n\r\n", .size = 4, .end = 4};

	if (!flow)
		return ENOENT;

	return flow->stream ? stream_send(flow->stream, &ping)
			    : EPROTONOSUPPORT;
}


/** Do we begin it: a dialog, or anything by a flow that nothing came by? */
static bool is_ours(const struct flow *flow, const struct sip_lines *w)
{
	return w->request &&
	       (!flow->in_bytes || !sip_lines_tag(w, SIP_LINES_TO).l);
}


/** May what we begin go to a host that was not heard? */
static bool may_begin_unheard(const struct transport_layer *layer,
			      const struct sa *host, size_t bytes)
{
	const unsigned kb = (unsigned)(bytes / 1024 + 1);
	const uint64_t now = tmr_jiffies();
	struct sa all;

	sa_init(&all, AF_INET);

	return limit_take(layer->unheard, host, kb, now) &&
	       limit_take(layer->unheard_all, &all, kb, now);
}


/** Is it so much for who has not shown that it reaches him that somebody
 *  could use us against him (RFC 3261 section 26.1.5)? */
static bool is_too_much(const struct transport_layer *layer,
			const struct flow *flow, const struct sip_lines *w,
			size_t bytes)
{
	const uint64_t most = flow->in_bytes * LAYER_UNPROVEN_TIMES;
	uint64_t sum = flow->out_bytes + bytes;

	if (flow->info.transport != FLOW_UDP || flow->proven ||
	    identity_flow_trusted(layer->config, &flow->info))
		return false;

	if (!w->request && w->status == 100)
		sum += LAYER_ANSWER_BYTES;
	if (sum <= most)
		return false;

	return !is_ours(flow, w) ||
	       !may_begin_unheard(layer, &flow->info.peer, bytes);
}


/** Of a response without a body: what nobody can do without (RFC 3261 table 2)
 */
static bool is_needed(const struct pl *line)
{
	static const char *const names[] = {
		"Via",          "From",
		"To",           "Call-ID",
		"CSeq",         "Contact",
		"Record-Route", "Retry-After",
		"Unsupported",  "Content-Length",
		"Min-Expires",  "WWW-Authenticate",
		"Require",      "Proxy-Authenticate",
		"RSeq",         "Session-Expires",
		"Allow"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const size_t n = strlen(names[i]);

		if (line->l > n && line->p[n] == ':' &&
		    !strncasecmp(line->p, names[i], n))
			return true;
	}

	return false;
}


/** Make a message shorter by what may be left out */
static void make_lean(struct mbuf *mb)
{
	char *const text = (char *)mb->buf;
	size_t at = 0, kept = 0;
	bool needed = true;

	while (at < mb->end) {
		const char *eol = memchr(text + at, '\n', mb->end - at);
		struct pl line = {text + at, mb->end - at};

		if (eol)
			line.l = (size_t)(eol + 1 - line.p);
		/* what was folded goes with its first line */
		if (at && *line.p != ' ' && *line.p != '\t')
			needed = line.l <= 2 || is_needed(&line);
		if (needed) {
			memmove(text + kept, line.p, line.l);
			kept += line.l;
		}
		at += line.l;
	}
	mb->end = kept;
}


/** What nobody but who gets it can know */
static void note_secret(struct flow *flow, const struct sip_lines *w)
{
	const struct sip_line *id = sip_lines_find(w, SIP_LINES_CALL_ID);
	const struct sip_line *h = sip_lines_find(w, SIP_LINES_VIA);
	const struct pl tag = sip_lines_tag(w, SIP_LINES_TO);
	struct via via;

	if (flow->proven)
		return;

	if (w->request) {
		if (h && !via_decode(&via, &h->value))
			flows_tell(flow, &via.branch);
	}
	else if (w->status > 100 && w->status < 300 && tag.l && id &&
		 flows_has_begun(flow, &id->value)) {
		flows_tell(flow, &tag);
	}
}


int layer_send_on(struct transport_layer *layer, struct flow *flow,
		  const struct sip_lines *w, const struct rewrite_out *out)
{
	struct mbuf *mb;
	int err;

	if (flow->info.transport != FLOW_UDP && out->key[0] &&
	    layer_repeats_seen(layer->repeats, flow->info.id, out->key,
			       tmr_jiffies())) {
		++layer->counters.repeats;
		return 0;
	}

	mb = mbuf_alloc(w->head_bytes + w->body.l + 64);
	if (!mb)
		return ENOMEM;

	err = rewrite_out(mb, w, &flow->info,
			  identity_flow_trusted(layer->config, &flow->info));
	if (!err)
		err = layer_cancel_complete(layer, w, mb);
	if (!err && mb->end > LAYER_MESSAGE_MAX)
		err = EMSGSIZE;
	if (!err && !w->request && !w->body.l &&
	    is_too_much(layer, flow, w, mb->end))
		make_lean(mb);
	if (!err && is_too_much(layer, flow, w, mb->end)) {
		++layer->counters.unproven;
	}
	else if (!err) {
		mb->pos = 0;
		flow->out_bytes += mb->end;
		note_secret(flow, w);
		if (w->request && !sip_lines_method_is(w, "ACK"))
			flows_ask(flow, tmr_jiffies());
		flows_touch(flow, false);
		err = layer_send_raw(layer, flow, mb, out->reply_port);
	}
	mem_deref(mb);

	return err;
}


/** Where a message goes: a request to where its dialog is now, a response to
 *  where its request came from */
static struct flow *flow_of(const struct transport_layer *layer,
			    const struct sip_lines *w, uint64_t id)
{
	const struct sip_line *callid = sip_lines_find(w, SIP_LINES_CALL_ID);
	const struct pl tag = sip_lines_tag(w, SIP_LINES_FROM);
	struct flow *flow = NULL;

	if (w->request && callid && tag.l)
		flow = flows_follow(layer->flows, &callid->value, &tag);

	return flow ? flow : flows_find(layer->flows, id);
}


/** Is it known no better than by a claim where it should go? Then it goes to
 *  where that came from, or nowhere */
static bool is_bound(const struct transport_layer *layer,
		     const struct sip_lines *w, const struct rewrite_out *out)
{
	const struct sip_line *callid = sip_lines_find(w, SIP_LINES_CALL_ID);
	const struct pl ours = sip_lines_tag(w, SIP_LINES_FROM);
	const struct pl theirs = sip_lines_tag(w, SIP_LINES_TO);

	return out->claimed &&
	       (!callid || !layer->dialogh ||
		layer->dialogh(&callid->value, &ours, &theirs,
			       layer->dialog_arg) != LAYER_DIALOG_REACHED);
}


int layer_send(const struct sa *dst, struct mbuf *mb, void *arg)
{
	struct transport_layer *layer = arg;
	const uint64_t id = rewrite_flow(dst);
	struct flow *flow = NULL;
	struct rewrite_out out;
	struct sip_lines w;
	bool bound = false;
	int err = 0;

	if (sip_lines_parse(&w, (const char *)mbuf_buf(mb),
			    mbuf_get_left(mb)) ||
	    rewrite_inspect(&out, &w)) {
		++layer->counters.unrouted;
		err = EBADMSG;
	}
	else if (!id) {
		++layer->counters.unrouted;
		err = EHOSTUNREACH;
	}
	else if (((bound = is_bound(layer, &w, &out)) || !out.direct) &&
		 (flow = flow_of(layer, &w, id)) != NULL) {
		err = layer_send_on(layer, flow, &w, &out);
	}
	else if (w.request && !bound) {
		err = layer_defer(layer, mb, &w, &out, id);
	}
	else {
		++layer->counters.no_flow;
		err = EHOSTUNREACH;
	}

	/* A response that cannot be sent is lost like a datagram: its
	   transaction must run its course. */
	return w.request ? err : 0;
}
