/**
 * @file bus_in.c  From a flow to libre
 */
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/bus_private.h"
#include "signaling/via.h"


enum { LOG_INTERVAL_MS = 1000 };


/** One line a second says what is refused by a rule; the counters say how
 *  much */
static void log_refusal(struct bus *bus, const struct bus_source *source,
			const struct gate_verdict *v, const char *p,
			size_t len)
{
	const char *eol = memchr(p, '\r', len);
	uint64_t now = tmr_jiffies();
	char start[128], addr[64];

	if (now < bus->refusal_logged_ms[v->rule] + LOG_INTERVAL_MS &&
	    bus->refusal_logged_ms[v->rule])
		return;

	bus->refusal_logged_ms[v->rule] = now;
	(void)re_snprintf(addr, sizeof(addr), "%J", &source->peer);
	log_warn("gate",
		 "refused rule=%s status=%u transport=%s peer=%s"
		 " start=%s",
		 gate_rule_name(v->rule), v->status,
		 flow_transport_name(source->transport), addr,
		 log_escape(start, sizeof(start), p,
			    MIN(eol ? (size_t)(eol - p) : len, 80)));
}


/** Port to answer a refused datagram at (RFC 3261 18.2.2, RFC 3581) */
static uint16_t reply_port(const struct wire *w, const struct sa *peer)
{
	const struct wire_line *h = wire_find(w, WIRE_VIA);
	struct pl rest, value;
	struct via via;

	if (!h)
		return sa_port(peer);
	rest = h->value;
	if (!wire_next_value(&rest, &value))
		return sa_port(peer);
	if ((via_decode(&via, &value) && !via_salvage(&via, &value)) ||
	    via.rport)
		return sa_port(peer);

	return via.port ? via.port : SIP_PORT;
}


static void answer(struct bus *bus, const struct bus_source *source,
		   const struct wire *w, const struct gate_verdict *v)
{
	struct mbuf *mb = mbuf_alloc(1024);
	struct sa dst = source->peer;

	if (!mb)
		return;

	if (gate_reply(mb, w, v, &source->peer))
		goto out;

	mb->pos = 0;
	if (source->flow) {
		(void)bus_send_raw(bus, source->flow, mb, 0);
	}
	else {
		sa_set_port(&dst, reply_port(w, &source->peer));
		(void)udp_send(source->listener->us, &dst, mb);
	}

out:
	mem_deref(mb);
}


static void refuse(struct bus *bus, const struct bus_source *source,
		   const struct wire *w, const struct gate_verdict *v,
		   const char *p, size_t len)
{
	++bus->counters.refused[v->rule];
	log_refusal(bus, source, v, p, len);
	if (v->status)
		answer(bus, source, w, v);
}


static void refuse_busy(struct bus *bus, const struct bus_source *source,
			const struct wire *w, enum gate_rule rule,
			const char *p, size_t len)
{
	struct gate_verdict v = {0};

	gate_refuse(&v, w, rule, 503, "Service Unavailable");
	(void)re_snprintf(v.header, sizeof(v.header), "Retry-After: 5\r\n");
	if (wire_tag(w, WIRE_TO).l)
		v.status = 0;
	refuse(bus, source, w, &v, p, len);
}


/** New calls hear that they may try again, as many as we would hear in a
 *  second; all else is dropped unread */
static void refuse_rate(struct bus *bus, const struct bus_source *source,
			const char *p, size_t len)
{
	struct wire w;

	if (len < 7 || memcmp(p, "INVITE ", 7) != 0 ||
	    !limit_take(bus->refusals, &source->peer, 1, tmr_jiffies())) {
		++bus->counters.refused[GATE_RATE];
		return;
	}

	(void)wire_parse(&w, p, len);
	refuse_busy(bus, source, &w, GATE_RATE, p, len);
}


/** A request that costs more than its answer: it begins a call, a
 *  subscription, a binding or has somebody dialled */
static bool begins(const struct wire *w)
{
	static const char *const methods[] = {"INVITE", "MESSAGE", "REFER",
					      "REGISTER", "SUBSCRIBE"};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(methods); i++) {
		/* a REGISTER is in no dialog, whatever its To says */
		if (wire_method_is(w, methods[i]))
			return wire_method_is(w, "REGISTER") ||
			       !wire_tag(w, WIRE_TO).l;
	}

	return false;
}


/** Within invite_rate_per_source. What was let in may come again: UDP repeats
 *  what is not answered at once, and another answer would be the wrong one */
static bool may_begin(struct bus *bus, const struct bus_source *source,
		      const struct wire *w)
{
	struct pl rest, value = {NULL, 0};
	uint64_t now = tmr_jiffies();
	char key[512];

	if (!begins(w))
		return true;

	rest = wire_find(w, WIRE_VIA)->value;
	(void)wire_next_value(&rest, &value);
	if (re_snprintf(key, sizeof(key), "%J|%r|%r", &source->peer,
			&w->method, &value) < 0)
		key[sizeof(key) - 1] = '\0';

	if (!limit_take(bus->calls, &source->peer, 1, now))
		return source->transport == FLOW_UDP &&
		       bus_repeats_known(bus->begun, 0, key);
	if (source->transport == FLOW_UDP)
		(void)bus_repeats_seen(bus->begun, 0, key, now);

	return true;
}


/** A Route that names us: one of our addresses, or our domain */
static bool is_ours(const struct uri *uri, void *arg)
{
	const struct bus *bus = arg;
	const char *domain = bus->config->domain;
	struct le *le;
	struct sa sa;

	if (domain && domain[0] && !pl_strcasecmp(&uri->host, domain))
		return true;
	if (sa_set(&sa, &uri->host, uri->port ? uri->port : SIP_PORT))
		return false;

	for (le = list_head(&bus->listeners); le; le = le->next) {
		const struct bus_listener *l = le->data;

		if (sa_cmp(&l->addr, &sa, SA_ALL))
			return true;
	}

	return false;
}


/** libre's parser has the last word: it must never meet what it cannot read,
 *  because then nobody would be answered */
static bool is_decodable(struct mbuf *mb)
{
	struct sip_msg *msg;
	struct mbuf *view = mbuf_alloc_ref(mb);
	bool ok;

	if (!view)
		return false;

	view->pos = 0;
	view->end = mb->end;
	ok = !sip_msg_decode(&msg, view);
	if (ok)
		mem_deref(msg);
	mem_deref(view);

	return ok;
}


static int to_libre(struct bus *bus, const struct flow *flow,
		    const struct wire *w)
{
	struct rewrite_in r = {.flow = flow->info.id,
			       .transport = flow->info.transport,
			       .peer = flow->info.peer,
			       .key = bus->key,
			       .key_bytes = sizeof(bus->key),
			       .oursh = is_ours,
			       .arg = bus};
	struct mbuf *mb = mbuf_alloc(w->head_bytes + w->body.l + 512);
	int err;

	if (!mb)
		return ENOMEM;

	err = rewrite_in(mb, w, &r);
	if (!err && !is_decodable(mb))
		err = EBADMSG;
	if (!err)
		err = bus_inject(bus, mb, flow->info.id);
	mem_deref(mb);

	return err;
}


static struct flow *source_flow(const struct bus_source *source)
{
	struct flow *flow = source->flow;

	if (!flow && bus_udp_flow(&flow, source->listener, &source->peer))
		return NULL;

	return flow;
}


void bus_receive(struct bus *bus, struct bus_source *source, const char *p,
		 size_t len, bool broken)
{
	const bool stream =
		source->transport == FLOW_TCP || source->transport == FLOW_TLS;
	struct gate_verdict v;
	struct flow *flow;
	struct wire w;
	bool trusted;
	int err;

	++bus->counters.in;
	trusted = config_network_has(bus->config->trusted_hosts,
				     bus->config->trusted_hosts_count,
				     &source->peer);
	if (!trusted &&
	    !limit_take(bus->limit, &source->peer, 1, tmr_jiffies())) {
		refuse_rate(bus, source, p, len);
		return;
	}

	if (!gate_check(&v, &w, p, len, bus->config->sip_message_max_bytes,
			stream)) {
		refuse(bus, source, &w, &v, p, len);
		return;
	}
	if (broken)
		return;
	if (!trusted && !may_begin(bus, source, &w)) {
		refuse_busy(bus, source, &w, GATE_INVITE_RATE, p, len);
		return;
	}

	flow = source_flow(source);
	if (!flow)
		return;

	flows_touch(flow, !w.request || wire_tag(&w, WIRE_TO).l > 0);
	err = to_libre(bus, flow, &w);
	if (err == EBADMSG) {
		gate_refuse(&v, &w, GATE_UNDECODABLE, 400, "Bad Request");
		refuse(bus, source, &w, &v, p, len);
	}
}
