/**
 * @file signaling/transport/layer_in.c  From a flow to libre
 */
#include <string.h>
#include "mixer/base/keyed_hash.h"
#include "mixer/base/log.h"
#include "signaling/message/identity.h"
#include "signaling/message/via.h"
#include "signaling/transport/transport_private.h"


/** Each rule has lines of its own, so that none drowns another */
static void log_refusal(const struct layer_source *source,
			const struct gate_verdict *v, const char *p,
			size_t len)
{
	static struct log_site sites[GATE_RULES];
	const char *eol = memchr(p, '\r', len);
	char start[128], addr[64];

	(void)re_snprintf(addr, sizeof(addr), "%J", &source->peer);
	log_limited(&sites[v->rule], LOG_LEVEL_WARN, "gate",
		    "refused rule=%s status=%u transport=%s peer=%s"
		    " start=%s",
		    gate_rule_name(v->rule), v->status,
		    flow_transport_name(source->transport), addr,
		    log_escape(start, sizeof(start), p,
			       MIN(eol ? (size_t)(eol - p) : len, 80)));
}


/** Port to answer a refused datagram at (RFC 3261 18.2.2, RFC 3581) */
static uint16_t reply_port(const struct sip_lines *w, const struct sa *peer)
{
	const struct sip_line *h = sip_lines_find(w, SIP_LINES_VIA);
	struct pl rest, value;
	struct via via;

	if (!h)
		return sa_port(peer);
	rest = h->value;
	if (!sip_lines_next_value(&rest, &value))
		return sa_port(peer);
	if ((via_decode(&via, &value) && !via_salvage(&via, &value)) ||
	    via.rport)
		return sa_port(peer);

	return via.port ? via.port : SIP_PORT;
}


/** The flow that it came by, if there is one already */
static struct flow *known_flow(const struct transport_layer *layer,
			       const struct layer_source *source)
{
	return source->flow
		       ? source->flow
		       : flows_find_peer(layer->flows, FLOW_UDP, &source->peer,
					 source->listener->us, NULL);
}


/** May a stateless answer be so large? Whose address it is, is a datagram's
 *  word (RFC 3261 section 26.1.5) */
static bool may_answer(const struct transport_layer *layer,
		       const struct layer_source *source, size_t came_bytes,
		       size_t bytes)
{
	const struct flow *flow = known_flow(layer, source);

	return source->flow || (flow && flow->proven) ||
	       bytes <= came_bytes * LAYER_UNPROVEN_TIMES ||
	       config_network_has(layer->config->trusted_hosts,
				  layer->config->trusted_hosts_count,
				  &source->peer);
}


static void answer(struct transport_layer *layer,
		   const struct layer_source *source,
		   const struct sip_lines *w, const struct gate_verdict *v,
		   size_t came_bytes)
{
	struct mbuf *mb = mbuf_alloc(1024);
	struct sa dst = source->peer;

	if (!mb)
		return;

	if (gate_reply(mb, w, v, &source->peer))
		goto out;
	if (!may_answer(layer, source, came_bytes, mb->end)) {
		++layer->counters.unproven;
		goto out;
	}

	mb->pos = 0;
	if (source->flow) {
		(void)layer_send_raw(layer, source->flow, mb, 0);
	}
	else {
		sa_set_port(&dst, reply_port(w, &source->peer));
		(void)udp_send(source->listener->us, &dst, mb);
	}

out:
	mem_deref(mb);
}


static void layer_in_refuse(struct transport_layer *layer,
			    const struct layer_source *source,
			    const struct sip_lines *w,
			    const struct gate_verdict *v, const char *p,
			    size_t len)
{
	++layer->counters.refused[v->rule];
	log_refusal(source, v, p, len);
	if (v->status)
		answer(layer, source, w, v, len);
}


static void refuse_busy(struct transport_layer *layer,
			const struct layer_source *source,
			const struct sip_lines *w, enum gate_rule rule,
			const char *p, size_t len)
{
	struct gate_verdict v = {0};

	gate_refuse(&v, w, rule, 503, "Service Unavailable");
	(void)re_snprintf(v.header, sizeof(v.header), "Retry-After: 5\r\n");
	if (sip_lines_tag(w, SIP_LINES_TO).l)
		v.status = 0;
	layer_in_refuse(layer, source, w, &v, p, len);
}


/** New calls hear that they may try again, as many as we would hear in a
 *  second; all else is dropped unread */
static void refuse_rate(struct transport_layer *layer,
			const struct layer_source *source, const char *p,
			size_t len)
{
	struct sip_lines w;

	if (len < 7 || memcmp(p, "INVITE ", 7) != 0 ||
	    !limit_take(layer->refusals, &source->host, 1, tmr_jiffies())) {
		++layer->counters.refused[GATE_RATE];
		return;
	}

	(void)sip_lines_parse(&w, p, len);
	refuse_busy(layer, source, &w, GATE_RATE, p, len);
}


/** A request that costs more than its answer: it begins a call, a
 *  subscription, a binding or has somebody dialled */
static bool begins(const struct sip_lines *w)
{
	static const char *const methods[] = {"INVITE", "MESSAGE", "REFER",
					      "REGISTER", "SUBSCRIBE"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(methods); i++) {
		/* a REGISTER is in no dialog, whatever its To says */
		if (sip_lines_method_is(w, methods[i]))
			return sip_lines_method_is(w, "REGISTER") ||
			       !sip_lines_tag(w, SIP_LINES_TO).l;
	}

	return false;
}


/** What a request and its repetitions by UDP have the same: source, method,
 *  top Via. @return false: it has no Via */
static bool print_request(char *key, size_t size,
			  const struct layer_source *source,
			  const struct sip_lines *w)
{
	const struct sip_line *h = sip_lines_find(w, SIP_LINES_VIA);
	struct pl rest, value = {NULL, 0};

	if (!h)
		return false;

	rest = h->value;
	(void)sip_lines_next_value(&rest, &value);
	if (re_snprintf(key, size, "%J|%r|%r", &source->peer, &w->method,
			&value) < 0)
		key[size - 1] = '\0';

	return true;
}


/** Within invite_rate_per_source. What was let in may come again: UDP repeats
 *  what is not answered at once, and another answer would be the wrong one */
static bool may_begin(struct transport_layer *layer,
		      const struct layer_source *source,
		      const struct sip_lines *w)
{
	uint64_t now = tmr_jiffies();
	char key[512];

	if (!begins(w) || !print_request(key, sizeof(key), source, w))
		return true;

	if (!limit_take(layer->calls, &source->host, 1, now))
		return source->transport == FLOW_UDP &&
		       layer_repeats_known(layer->begun, 0, key);
	if (source->transport == FLOW_UDP)
		(void)layer_repeats_seen(layer->begun, 0, key, now);

	return true;
}


/** Does it show that what we send reaches who sent it: a tag or a branch of
 *  ours, that went there and that he could not guess? A tag that went
 *  elsewhere is its owner's, who may forge sources */
static bool is_proof(const struct transport_layer *layer,
		     const struct flow *flow, const struct sip_lines *w)
{
	const struct sip_line *id = sip_lines_find(w, SIP_LINES_CALL_ID);
	const struct sip_line *h = sip_lines_find(w, SIP_LINES_VIA);
	const struct pl ours = sip_lines_tag(w, SIP_LINES_TO);
	const struct pl theirs = sip_lines_tag(w, SIP_LINES_FROM);
	struct via via;

	if (!flow)
		return false;

	if (w->request)
		return ours.l && id && layer->dialogh &&
		       flows_was_told(flow, &ours) &&
		       layer->dialogh(&id->value, &ours, &theirs,
				      layer->dialog_arg) != LAYER_DIALOG_NONE;

	return h && !via_decode(&via, &h->value) &&
	       flows_was_told(flow, &via.branch);
}


/** Nobody else can make two that have the same. @return 0: it has no Via */
static uint64_t request_sum(const struct transport_layer *layer,
			    const struct layer_source *source,
			    const struct sip_lines *w)
{
	uint8_t digest[20];
	uint64_t sum;
	char key[512];

	if (!print_request(key, sizeof(key), source, w))
		return 0;

	hmac_sha1(layer->key, sizeof(layer->key), (const uint8_t *)key,
		  strlen(key), digest, sizeof(digest));
	memcpy(&sum, digest, sizeof(sum));

	return sum;
}


/** A datagram: what was dropped and comes again goes first, for a flood of
 *  forged sources seldom has the time */
static bool is_admitted_stranger(struct transport_layer *layer,
				 const struct layer_source *source,
				 const struct sip_lines *w, unsigned cost,
				 uint64_t now)
{
	const uint64_t sum = w->request ? request_sum(layer, source, w) : 0;
	const unsigned times =
		sum ? dropped_times(layer->dropped, sum, now) : 0;

	if (admission_stranger(layer->admission, &source->host, times, cost,
			       now))
		return true;

	if (sum)
		dropped_add(layer->dropped, sum, now);

	return false;
}


/** Within what all may send together. @param flow Whose it is, if it has one
 *  yet */
static bool is_admitted(struct transport_layer *layer,
			const struct layer_source *source,
			const struct flow *flow, const struct sip_lines *w)
{
	const unsigned cost =
		w->request && begins(w) ? ADMISSION_BEGIN_COST : 1;
	const uint64_t now = tmr_jiffies();

	if (flow && flow->proven)
		return admission_known(layer->admission, cost, now);

	/* who has connected gets what we send: no forged one takes from him */
	return source->flow
		       ? admission_stranger(layer->admission_connected,
					    &source->host, 0, cost, now)
		       : is_admitted_stranger(layer, source, w, cost, now);
}


/** Has it come before by another way (RFC 3261 section 8.2.2.2)? For what is
 *  answered without a transaction, which would know */
static bool is_loop(struct transport_layer *layer, const struct sip_lines *w)
{
	const struct pl tag = sip_lines_tag(w, SIP_LINES_FROM);
	struct pl rest = sip_lines_find(w, SIP_LINES_VIA)->value, via;
	char key[512];

	if (!sip_lines_method_is(w, "OPTIONS") ||
	    sip_lines_tag(w, SIP_LINES_TO).l ||
	    !sip_lines_next_value(&rest, &via) ||
	    re_snprintf(key, sizeof(key), "%r|%r|%r",
			&sip_lines_find(w, SIP_LINES_CALL_ID)->value,
			&sip_lines_find(w, SIP_LINES_CSEQ)->value, &tag) < 0)
		return false;

	return layer_repeats_differ(layer->begun, keyed_hash(via.p, via.l),
				    key, tmr_jiffies());
}


/** What begins something hears so, as many as we would hear of one source in a
 *  second. Not where the source may be forged: a 503 is the end for one who is
 *  there, and unanswered he comes again and is let in */
static void refuse_stranger(struct transport_layer *layer,
			    const struct layer_source *source,
			    const struct flow *flow, const struct sip_lines *w,
			    const char *p, size_t len)
{
	struct sa all;

	sa_init(&all, AF_INET);
	if (w->request && begins(w) && flow &&
	    (source->flow || flow->proven) &&
	    limit_take(layer->refusals, &all, 1, tmr_jiffies()))
		refuse_busy(layer, source, w, GATE_STRANGERS, p, len);
	else
		++layer->counters.refused[GATE_STRANGERS];
}


/** A Route that names us: one of our addresses, or our domain */
static bool is_ours(const struct uri *uri, void *arg)
{
	const struct transport_layer *layer = arg;
	const char *domain = layer->config->domain;
	struct le *le;
	struct sa sa;

	if (domain && domain[0] && !pl_strcasecmp(&uri->host, domain))
		return true;
	if (sa_set(&sa, &uri->host, uri->port ? uri->port : SIP_PORT))
		return false;

	for (le = list_head(&layer->listeners); le; le = le->next) {
		const struct layer_listener *l = le->data;

		if (sa_cmp(&l->addr, &sa, SA_ALL))
			return true;
	}

	return false;
}


/** Is its source no more than what it says itself? Who is trusted is trusted
 *  by that */
static bool is_claimed(const struct transport_layer *layer,
		       const struct flow *flow, const struct sip_lines *w)
{
	return w->request && flow->info.transport == FLOW_UDP &&
	       !sip_lines_tag(w, SIP_LINES_TO).l &&
	       !identity_flow_trusted(layer->config, &flow->info);
}


static int to_libre(struct transport_layer *layer, const struct flow *flow,
		    const struct sip_lines *w)
{
	struct rewrite_in r = {.flow = flow->info.id,
			       .transport = flow->info.transport,
			       .peer = flow->info.peer,
			       .claimed = is_claimed(layer, flow, w),
			       .key = layer->key,
			       .key_bytes = sizeof(layer->key),
			       .oursh = is_ours,
			       .arg = layer};
	struct mbuf *mb = mbuf_alloc(w->head_bytes + w->body.l + 512);
	int err;

	if (!mb)
		return ENOMEM;

	err = rewrite_in(mb, w, &r);
	if (!err)
		err = layer_inject(layer, mb, flow->info.id);
	mem_deref(mb);

	return err;
}


/** @param proof It shows that what we send reaches who sent it */
static void take(struct transport_layer *layer,
		 const struct layer_source *source, const struct sip_lines *w,
		 size_t len, bool proof)
{
	struct flow *flow = source->flow;

	if (!flow && layer_udp_flow(&flow, source->listener, &source->peer))
		return;

	flow->heard_ms = tmr_jiffies();
	flow->in_bytes += len;
	if (w->request && !sip_lines_tag(w, SIP_LINES_TO).l)
		flows_begin(flow,
			    &sip_lines_find(w, SIP_LINES_CALL_ID)->value);
	flows_touch(flow, proof);
	(void)to_libre(layer, flow, w);
}


/** Whose the rates are. @return It is a trusted host, which has none */
static bool find_host(const struct transport_layer *layer,
		      struct layer_source *source)
{
	const struct flow_info udp = {.transport = source->transport,
				      .peer = source->peer};
	const struct flow_info *flow =
		source->flow ? &source->flow->info : &udp;

	identity_source(&source->host, layer->config, flow);

	return identity_flow_trusted(layer->config, flow);
}


/** Is it a response, and no more of them than our requests by its flow can
 *  have? Such a one costs no rate of those who know what we send: what we tell
 *  three hundred WebSockets of one address is answered at once, and they
 * repeat nothing that was dropped */
static bool is_awaited(const struct transport_layer *layer,
		       const struct layer_source *source, const char *p,
		       size_t len)
{
	static const char version[] = "SIP/2.0 ";
	struct flow *flow;

	if (len < sizeof(version) || memcmp(p, version, sizeof(version) - 1))
		return false;

	flow = known_flow(layer, source);

	return flow && flows_take_answer(flow, tmr_jiffies());
}


static bool is_within_rate(struct transport_layer *layer,
			   const struct layer_source *source)
{
	return limit_take(layer->limit, &source->host, 1, tmr_jiffies());
}


/** Within what its connection has by itself, for what is of a dialog. That is
 *  there so that many of one address leave something to each other. It takes
 *  little to have it, but a host has 512 connections a listener, and
 *  FLOWS_OWN_PER_S by each is the most that they get */
static bool is_own(const struct layer_source *source)
{
	return source->flow && flows_take_own(source->flow, tmr_jiffies());
}


void layer_receive(struct transport_layer *layer, struct layer_source *source,
		   struct sip_lines *w, const char *p, size_t len, bool broken)
{
	const bool stream =
		source->transport == FLOW_TCP || source->transport == FLOW_TLS;
	const struct flow *flow;
	struct gate_verdict v;
	struct sip_lines found;
	bool trusted, awaited, own, proof;

	++layer->counters.in;
	trusted = find_host(layer, source);
	awaited = is_awaited(layer, source, p, len);
	own = !trusted && !awaited && is_own(source);
	if (!trusted && !awaited && !own && !is_within_rate(layer, source)) {
		refuse_rate(layer, source, p, len);
		return;
	}

	if (!w) {
		w = &found;
		(void)sip_lines_parse(w, p, len);
	}
	flow = known_flow(layer, source);
	proof = trusted ||
		(w->error == SIP_LINES_OK && is_proof(layer, flow, w));
	if (own && !proof && !is_within_rate(layer, source)) {
		refuse_rate(layer, source, p, len);
		return;
	}
	if (!proof && !(awaited && flow->proven) &&
	    !is_admitted(layer, source, flow, w)) {
		refuse_stranger(layer, source, flow, w, p, len);
		return;
	}

	if (!gate_check(&v, w, len, layer->config->sip_message_max_bytes,
			stream)) {
		layer_in_refuse(layer, source, w, &v, p, len);
		return;
	}
	if (broken)
		return;
	if (!trusted && !may_begin(layer, source, w)) {
		refuse_busy(layer, source, w, GATE_INVITE_RATE, p, len);
		return;
	}

	if (w->request && is_loop(layer, w)) {
		gate_refuse(&v, w, GATE_LOOP, 482, "Loop Detected");
		layer_in_refuse(layer, source, w, &v, p, len);
		return;
	}

	take(layer, source, w, len, proof);
}
