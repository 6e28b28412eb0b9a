/**
 * @file bus.c  The seam between our listeners and libre's SIP stack
 *
 * libre offers no way to hand it a message, but the socket of its UDP
 * transport can be reached (it is in every message that came by it), and a
 * helper on that socket may replace what was received and divert what is
 * sent. So a message waits in a queue here, a token of a few bytes goes to
 * libre's socket over loopback, and when it arrives the helper puts the
 * message in its place, with the flow's bus address as its source.
 */
#include <string.h>
#include <jansson.h>
#include "mixer/base/log.h"
#include "signaling/bus_private.h"
#include "signaling/certificate.h"


enum { TRANSACTIONS_HASH = 4096, STALL_MS = 200 };

/** A message on its way to libre */
struct injection {
	struct le le;
	struct mbuf *mb;
	struct sa src;
};


static void injection_destructor(void *arg)
{
	struct injection *in = arg;

	list_unlink(&in->le);
	mem_deref(in->mb);
}


static void destructor(void *arg)
{
	struct bus *bus = arg;

	tmr_cancel(&bus->stall);
	tmr_cancel(&bus->exit);
	list_flush(&bus->deferred);
	list_flush(&bus->cancels);
	list_flush(&bus->listeners);
	mem_deref(bus->flows);
	mem_deref(bus->probe);
	mem_deref(bus->last_request);
	mem_deref(bus->last_response);
	mem_deref(bus->uh);
	mem_deref(bus->us);
	mem_deref(bus->sip);
	mem_deref(bus->wake);
	list_flush(&bus->injections);
	list_flush(&bus->failures);
	mem_deref(bus->limit);
	mem_deref(bus->calls);
	mem_deref(bus->refusals);
	mem_deref(bus->repeats);
	mem_deref(bus->begun);
	mem_deref(bus->tls);
	mem_deref(bus->client_tls);
	mem_deref(bus->dnsc);
}


/** Send as many tokens as there are messages without one */
static void wake(struct bus *bus);


static void stall_handler(void *arg)
{
	struct bus *bus = arg;

	bus->tokens = 0;
	wake(bus);
}


static void wake(struct bus *bus)
{
	if (!bus->us)
		return;

	while (bus->tokens < BUS_TOKENS_MAX && bus->tokens < bus->queued) {
		struct mbuf token = {
			.buf = (uint8_t *)"wake", .size = 4, .end = 4};

		if (udp_send(bus->wake, &bus->libre_addr, &token))
			break;
		++bus->tokens;
	}

	/* Loopback does not lose tokens while so few are under way; should it
	   happen all the same, the queue must not stand still. */
	if (bus->queued)
		tmr_start(&bus->stall, STALL_MS, stall_handler, bus);
	else
		tmr_cancel(&bus->stall);
}


int bus_inject(struct bus *bus, struct mbuf *mb, uint64_t flow)
{
	struct injection *in;

	if (bus->queued >= BUS_QUEUE_MAX) {
		++bus->counters.queue_full;
		return EBUSY;
	}

	in = mem_zalloc(sizeof(*in), injection_destructor);
	if (!in)
		return ENOMEM;

	in->mb = mem_ref(mb);
	in->mb->pos = 0;
	rewrite_bus_addr(&in->src, flow);
	list_append(&bus->injections, &in->le, in);
	++bus->queued;
	wake(bus);

	return 0;
}


/** No session wanted this request */
static bool last_request_handler(const struct sip_msg *msg, void *arg)
{
	struct bus *bus = arg;

	++bus->counters.stray;
	if (!pl_strcmp(&msg->met, "ACK"))
		return true;

	if (pl_isset(&msg->to.tag) || !pl_strcmp(&msg->met, "CANCEL"))
		(void)sip_reply(bus->sip, msg, 481,
				"Call/Transaction Does Not Exist");
	else
		(void)sip_reply(bus->sip, msg, 501, "Not Implemented");

	return true;
}


static bool last_response_handler(const struct sip_msg *msg, void *arg)
{
	struct bus *bus = arg;
	(void)msg;

	++bus->counters.stray;

	return true;
}


/** Keep our listeners behind everybody's: libre would print on stderr what
 *  nobody wants, and anybody may send such */
static void listen_last(struct bus *bus)
{
	bus->last_request = mem_deref(bus->last_request);
	bus->last_response = mem_deref(bus->last_response);
	(void)sip_listen(&bus->last_request, bus->sip, true,
			 last_request_handler, bus);
	(void)sip_listen(&bus->last_response, bus->sip, false,
			 last_response_handler, bus);
}


/** A token came to libre's socket: put the message in its place */
static bool recv_handler(struct sa *src, struct mbuf *mb, void *arg)
{
	struct bus *bus = arg;
	struct injection *in;

	if (!sa_cmp(src, &bus->wake_addr, SA_ALL))
		return true;

	if (bus->tokens)
		--bus->tokens;
	in = list_ledata(list_head(&bus->injections));
	if (!in)
		return true;

	mem_deref(mb->buf);
	mb->buf = mem_ref(in->mb->buf);
	mb->size = in->mb->size;
	mb->end = in->mb->end;
	mb->pos = 0;
	*src = in->src;
	mem_deref(in);
	--bus->queued;
	wake(bus);
	listen_last(bus);

	return false;
}


/** Our own OPTIONS: it knows the socket */
static bool probe_handler(const struct sip_msg *msg, void *arg)
{
	struct bus *bus = arg;
	int err;

	if (pl_strcmp(&msg->callid, bus->nonce))
		return true;

	bus->us = mem_ref(msg->sock);
	udp_rxsz_set(bus->us, 64);
	(void)udp_sockbuf_set(bus->us, 262144);
	err = udp_register_helper(&bus->uh, bus->us, 0, bus_send_handler,
				  recv_handler, bus);
	if (err)
		log_error("bus", "seam error=\"%s\"", strerror(err));
	bus->probe = mem_deref(bus->probe);
	wake(bus);

	return true;
}


static int send_probe(struct bus *bus)
{
	struct mbuf *mb = mbuf_alloc(512);
	int err;

	if (!mb)
		return ENOMEM;

	rand_str(bus->nonce, sizeof(bus->nonce));
	err = mbuf_printf(mb,
			  "OPTIONS sip:%J SIP/2.0\r\n"
			  "Via: SIP/2.0/UDP %J;branch=z9hG4bK%s\r\n"
			  "From: <sip:%J>;tag=1\r\nTo: <sip:%J>\r\n"
			  "Call-ID: %s\r\nCSeq: 1 OPTIONS\r\n"
			  "Content-Length: 0\r\n\r\n",
			  &bus->libre_addr, &bus->wake_addr, bus->nonce,
			  &bus->wake_addr, &bus->libre_addr, bus->nonce);
	mb->pos = 0;
	if (!err)
		err = udp_send(bus->wake, &bus->libre_addr, mb);
	mem_deref(mb);

	return err;
}


static int seam_alloc(struct bus *bus)
{
	struct sa loopback;
	int err;

	(void)sa_set_str(&loopback, "127.0.0.1", 0);
	err = sip_alloc(&bus->sip, NULL, TRANSACTIONS_HASH, TRANSACTIONS_HASH,
			32, "Parley/" PARLEY_VERSION, NULL, NULL);
	if (err)
		return err;

	err = sip_transp_add(bus->sip, SIP_TRANSP_UDP, &loopback);
	if (err)
		return err;
	err = sip_transp_laddr(bus->sip, &bus->libre_addr, SIP_TRANSP_UDP,
			       &loopback);
	if (err)
		return err;
	err = sip_listen(&bus->probe, bus->sip, true, probe_handler, bus);
	if (err)
		return err;
	err = udp_listen(&bus->wake, &loopback, NULL, NULL);
	if (err)
		return err;
	err = udp_local_get(bus->wake, &bus->wake_addr);
	if (err)
		return err;

	return send_probe(bus);
}


/** Name servers of the configuration or the system; without any, host names
 *  cannot be resolved but for /etc/hosts */
static void dns_alloc(struct bus *bus)
{
	const struct config *c = bus->config;
	struct sa servers[8];
	uint32_t n = ARRAY_SIZE(servers);
	char domain[256];
	int err = 0;

	if (c->dns_server_count) {
		n = (uint32_t)c->dns_server_count;
		memcpy(servers, c->dns_server, n * sizeof(servers[0]));
	}
	else {
		err = dns_srv_get(domain, sizeof(domain), servers, &n);
	}
	if (!err)
		err = n ? dnsc_alloc(&bus->dnsc, NULL, servers, n) : ENOENT;
	if (err)
		log_warn("bus", "dns servers=0");
}


static int limits_alloc(struct bus *bus)
{
	const struct limit_rate messages = {bus->config->sip_rate_per_source,
					    1, 0};
	const struct limit_rate calls = {bus->config->invite_rate_per_source,
					 1, 0};
	int err;

	err = limit_alloc(&bus->limit, &messages);
	if (!err)
		err = limit_alloc(&bus->refusals, &messages);
	if (!err)
		err = limit_alloc(&bus->calls, &calls);

	return err;
}


int bus_alloc(struct bus **bp, const struct config *config,
	      void (*exith)(void *arg), void *arg)
{
	struct bus *bus;
	int err;

	if (!bp || !config)
		return EINVAL;

	bus = mem_zalloc(sizeof(*bus), destructor);
	if (!bus)
		return ENOMEM;

	bus->config = config;
	bus->exith = exith;
	bus->arg = arg;
	rand_bytes(bus->key, sizeof(bus->key));

	err = flows_alloc(&bus->flows);
	if (err)
		goto out;
	err = limits_alloc(bus);
	if (err)
		goto out;
	err = bus_repeats_alloc(&bus->repeats);
	if (err)
		goto out;
	err = bus_repeats_alloc(&bus->begun);
	if (err)
		goto out;
	dns_alloc(bus);
	err = seam_alloc(bus);
	if (err) {
		log_error("bus", "seam error=\"%s\"", strerror(err));
		goto out;
	}
	err = bus_listen(bus);

out:
	if (err)
		mem_deref(bus);
	else
		*bp = bus;

	return err;
}


struct sip *bus_sip(const struct bus *bus)
{
	return bus ? bus->sip : NULL;
}


int bus_flow_by_id(const struct bus *bus, uint64_t id, struct flow_info *info)
{
	struct flow *flow;

	if (!bus || !info)
		return EINVAL;

	flow = flows_find(bus->flows, id);
	if (!flow)
		return ENOENT;

	*info = flow->info;

	return 0;
}


int bus_flow(const struct bus *bus, const struct sip_msg *msg,
	     struct flow_info *info)
{
	return msg ? bus_flow_by_id(bus, rewrite_flow(&msg->src), info)
		   : EINVAL;
}


int bus_flow_route(const struct bus *bus, uint64_t flow, char *dst,
		   size_t size)
{
	struct sa sa;

	if (!bus || !dst)
		return EINVAL;
	if (!flows_find(bus->flows, flow))
		return ENOENT;

	rewrite_bus_addr(&sa, flow);

	return re_snprintf(dst, size, "sip:%J", &sa) < 0 ? EOVERFLOW : 0;
}


int bus_dialog_moved(struct bus *bus, const struct sip_msg *msg)
{
	uint64_t to;

	if (!bus || !msg || !pl_isset(&msg->to.tag))
		return EINVAL;

	to = rewrite_flow(&msg->src);

	return flows_find(bus->flows, to)
		       ? flows_move(bus->flows, &msg->callid, &msg->to.tag, to)
		       : ENOENT;
}


int bus_contact(const struct bus *bus, uint64_t flow, const char *user,
		char *dst, size_t size)
{
	static const char *const params[] = {"", ";transport=tcp",
					     ";transport=tls", ";transport=ws",
					     ";transport=ws"};
	struct flow_info info;
	struct pl pl;
	int err;

	if (!user || !dst)
		return EINVAL;

	err = bus_flow_by_id(bus, flow, &info);
	if (err)
		return err;

	pl_set_str(&pl, user);

	return re_snprintf(dst, size, "sip:%H@%J%s", uri_user_escape, &pl,
			   &info.local, params[info.transport]) < 0
		       ? EOVERFLOW
		       : 0;
}


static void flow_lsnr_destructor(void *arg)
{
	struct bus_flow_lsnr *l = arg;

	list_unlink(&l->le);
}


int bus_listen_flows(struct bus_flow_lsnr **lp, struct bus *bus,
		     bus_flow_closed_h *closedh, void *arg)
{
	struct bus_flow_lsnr *l;

	if (!lp || !bus || !closedh)
		return EINVAL;

	l = mem_zalloc(sizeof(*l), flow_lsnr_destructor);
	if (!l)
		return ENOMEM;

	l->closedh = closedh;
	l->arg = arg;
	list_append(&bus->flow_lsnrs, &l->le, l);
	*lp = l;

	return 0;
}


const struct sa *bus_sip_addr(const struct bus *bus)
{
	const struct bus_listener *l;

	l = bus ? list_ledata(list_head(&bus->listeners)) : NULL;

	return l ? &l->addr : NULL;
}


int bus_listen_addr(const struct bus *bus, enum flow_transport transport,
		    struct sa *addr)
{
	struct le *le;

	if (!bus || !addr)
		return EINVAL;

	for (le = list_head(&bus->listeners); le; le = le->next) {
		const struct bus_listener *l = le->data;

		if (l->transport == transport) {
			*addr = l->addr;
			return 0;
		}
	}

	return ENOENT;
}


json_t *bus_stats(const struct bus *bus)
{
	const struct bus_counters *c;
	json_t *flows, *refused;
	uint64_t turned_away;
	size_t connections;
	int i;

	if (!bus)
		return NULL;

	c = &bus->counters;
	flows = json_object();
	refused = json_object();
	for (i = FLOW_UDP; i <= FLOW_WSS; i++)
		json_object_set_new(
			flows, flow_transport_name((enum flow_transport)i),
			json_integer((json_int_t)flows_count(
				bus->flows, (enum flow_transport)i)));
	for (i = GATE_PASS + 1; i < GATE_RULES; i++)
		json_object_set_new(refused, gate_rule_name((enum gate_rule)i),
				    json_integer((json_int_t)c->refused[i]));

	listener_stats(&connections, &turned_away);

	return json_pack(
		"{s:I,s:I,s:I,s:I,s:o,s:o,s:I,s:I,s:I,s:I,s:I,s:I,"
		"s:I}",
		"connections", (json_int_t)connections, "turned_away",
		(json_int_t)turned_away, "in", (json_int_t)c->in, "out",
		(json_int_t)c->out, "flows", flows, "refused", refused,
		"sources", (json_int_t)limit_sources(bus->limit), "no_flow",
		(json_int_t)c->no_flow, "unrouted", (json_int_t)c->unrouted,
		"queue_full", (json_int_t)c->queue_full, "repeats",
		(json_int_t)c->repeats, "stray", (json_int_t)c->stray,
		"send_errors", (json_int_t)c->send_errors);
}


int bus_reload(struct bus *bus)
{
	if (!bus)
		return 0;

	/* the next connection of ours makes itself a new one */
	bus->client_tls = mem_deref(bus->client_tls);

	return certificate_reload(bus->tls, bus->config);
}


static void exit_handler(void *arg)
{
	struct bus *bus = arg;

	if (bus->exith)
		bus->exith(bus->arg);
}


void bus_close(struct bus *bus, bool force)
{
	if (!bus)
		return;

	list_flush(&bus->listeners);
	if (force)
		sip_close(bus->sip, true);
	tmr_start(&bus->exit, 0, exit_handler, bus);
}
