/**
 * @file signaling/transport/layer.c  The transport layer as a whole
 */
#include <string.h>
#include <jansson.h>
#include "mixer/base/log.h"
#include "signaling/http/certificate.h"
#include "signaling/transport/transport_private.h"


static void layer_destructor(void *arg)
{
	struct transport_layer *layer = arg;

	tmr_cancel(&layer->exit);
	list_flush(&layer->deferred);
	list_flush(&layer->cancels);
	list_flush(&layer->listeners);
	mem_deref(layer->flows);
	layer_methods_end(&layer->methods);
	mem_deref(layer->seam);
	list_flush(&layer->failures);
	mem_deref(layer->limit);
	mem_deref(layer->calls);
	mem_deref(layer->refusals);
	mem_deref(layer->admission);
	mem_deref(layer->admission_connected);
	mem_deref(layer->dropped);
	mem_deref(layer->unheard);
	mem_deref(layer->unheard_all);
	mem_deref(layer->repeats);
	mem_deref(layer->begun);
	mem_deref(layer->tls);
	mem_deref(layer->client_tls);
	mem_deref(layer->dnsc);
}


int layer_inject(struct transport_layer *layer, struct mbuf *mb, uint64_t flow)
{
	struct sa src;
	int err;

	rewrite_layer_addr(&src, flow);
	mb->pos = 0;
	err = libre_seam_inject(layer->seam, &src, mb);
	if (err == EBUSY)
		++layer->counters.queue_full;

	return err;
}


static int seam_alloc(struct transport_layer *layer)
{
	const struct libre_seam_handlers handlers = {
		.sendh = layer_send,
		.requesth = layer_request_handler,
		.responseh = layer_response_handler,
		.arg = layer};

	return libre_seam_alloc(&layer->seam, &handlers);
}


/** Name servers of the configuration or the system; without any, host names
 *  cannot be resolved but for /etc/hosts */
static void dns_alloc(struct transport_layer *layer)
{
	const struct config *c = layer->config;
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
		err = n ? dnsc_alloc(&layer->dnsc, NULL, servers, n) : ENOENT;
	if (err)
		log_warn("transport", "dns servers=0");
}


static int limits_alloc(struct transport_layer *layer)
{
	const struct limit_rate messages = {layer->config->sip_rate_per_source,
					    1, 0};
	const struct limit_rate unheard = {1, 1, LAYER_UNHEARD_KB};
	const struct limit_rate unheard_all = {LAYER_UNHEARD_ALL_KB_S, 1,
					       LAYER_UNHEARD_ALL_KB};
	const struct limit_rate calls = {layer->config->invite_rate_per_source,
					 1, 0};
	int err;

	err = limit_alloc(&layer->limit, &messages);
	if (!err)
		err = limit_alloc(&layer->refusals, &messages);
	if (!err)
		err = limit_alloc(&layer->calls, &calls);
	if (!err)
		err = admission_alloc(&layer->admission,
				      layer->config->strangers_rate);
	if (!err)
		err = admission_alloc(&layer->admission_connected,
				      layer->config->strangers_rate);
	if (!err)
		err = dropped_alloc(&layer->dropped);
	if (!err)
		err = limit_alloc(&layer->unheard, &unheard);
	if (!err)
		err = limit_alloc(&layer->unheard_all, &unheard_all);

	return err;
}


int layer_alloc(struct transport_layer **bp, const struct config *config,
		void (*exith)(void *arg), void *arg)
{
	struct transport_layer *layer;
	int err;

	if (!bp || !config)
		return EINVAL;

	layer = mem_zalloc(sizeof(*layer), layer_destructor);
	if (!layer)
		return ENOMEM;

	layer->config = config;
	layer->exith = exith;
	layer->arg = arg;
	rand_bytes(layer->key, sizeof(layer->key));

	err = flows_alloc(&layer->flows);
	if (err)
		goto out;
	err = limits_alloc(layer);
	if (err)
		goto out;
	err = layer_repeats_alloc(&layer->repeats);
	if (err)
		goto out;
	err = layer_repeats_alloc(&layer->begun);
	if (err)
		goto out;
	dns_alloc(layer);
	err = seam_alloc(layer);
	if (err) {
		log_error("transport", "seam error=\"%s\"", strerror(err));
		goto out;
	}
	err = layer_listen(layer);
	/* a user that we become may not read the key */
	if (!err && config->user.changes)
		err = certificate_client_tls(&layer->client_tls, config);

out:
	if (err)
		mem_deref(layer);
	else
		*bp = layer;

	return err;
}


struct sip *layer_sip(const struct transport_layer *layer)
{
	return layer ? libre_seam_sip(layer->seam) : NULL;
}


int layer_flow_by_id(const struct transport_layer *layer, uint64_t id,
		     struct flow_info *info)
{
	struct flow *flow;

	if (!layer || !info)
		return EINVAL;

	flow = flows_find(layer->flows, id);
	if (!flow)
		return ENOENT;

	*info = flow->info;
	info->proven = flow->proven || info->transport != FLOW_UDP;

	return 0;
}


int layer_flow(const struct transport_layer *layer, const struct sip_msg *msg,
	       struct flow_info *info)
{
	return msg ? layer_flow_by_id(layer, rewrite_flow(&msg->src), info)
		   : EINVAL;
}


bool layer_is_secure(const struct transport_layer *layer,
		     const struct sip_msg *msg, uint64_t own)
{
	struct flow_info info;

	return layer_flow(layer, msg, &info) ? rewrite_flow(&msg->src) == own
					     : flow_is_secure(&info);
}


int layer_flow_route(const struct transport_layer *layer, uint64_t flow,
		     char *dst, size_t size)
{
	struct sa sa;

	if (!layer || !dst)
		return EINVAL;
	if (!flows_find(layer->flows, flow))
		return ENOENT;

	rewrite_layer_addr(&sa, flow);

	return re_snprintf(dst, size, "sip:%J", &sa) < 0 ? EOVERFLOW : 0;
}


int layer_dialog_moved(struct transport_layer *layer,
		       const struct sip_msg *msg)
{
	uint64_t to;

	if (!layer || !msg || !pl_isset(&msg->to.tag))
		return EINVAL;

	to = rewrite_flow(&msg->src);

	return flows_find(layer->flows, to)
		       ? flows_move(layer->flows, &msg->callid, &msg->to.tag,
				    to)
		       : ENOENT;
}


int layer_contact(const struct transport_layer *layer, uint64_t flow,
		  const char *user, char *dst, size_t size)
{
	static const char *const params[] = {"", ";transport=tcp",
					     ";transport=tls", ";transport=ws",
					     ";transport=ws"};
	struct flow_info info;
	struct pl pl;
	int err;

	if (!user || !dst)
		return EINVAL;

	err = layer_flow_by_id(layer, flow, &info);
	if (err)
		return err;

	pl_set_str(&pl, user);

	return re_snprintf(dst, size, "sip:%H@%J%s", uri_user_escape, &pl,
			   &info.local, params[info.transport]) < 0
		       ? EOVERFLOW
		       : 0;
}


void layer_set_dialogs(struct transport_layer *layer, layer_dialog_h *h,
		       void *arg)
{
	if (!layer)
		return;

	layer->dialogh = h;
	layer->dialog_arg = arg;
}


void layer_flow_proved(struct transport_layer *layer, uint64_t id)
{
	struct flow *flow = layer ? flows_find(layer->flows, id) : NULL;

	if (flow)
		flows_touch(flow, true);
}


static void flow_lsnr_destructor(void *arg)
{
	struct layer_flow_lsnr *l = arg;

	list_unlink(&l->le);
}


int layer_listen_flows(struct layer_flow_lsnr **lp,
		       struct transport_layer *layer,
		       layer_flow_closed_h *closedh, layer_flow_used_h *usedh,
		       void *arg)
{
	struct layer_flow_lsnr *l;

	if (!lp || !layer || !closedh)
		return EINVAL;

	l = mem_zalloc(sizeof(*l), flow_lsnr_destructor);
	if (!l)
		return ENOMEM;

	l->closedh = closedh;
	l->usedh = usedh;
	l->arg = arg;
	list_append(&layer->flow_lsnrs, &l->le, l);
	*lp = l;

	return 0;
}


const struct sa *layer_sip_addr(const struct transport_layer *layer)
{
	const struct layer_listener *l;

	l = layer ? list_ledata(list_head(&layer->listeners)) : NULL;

	return l ? &l->addr : NULL;
}


int layer_sip_advertised(const struct transport_layer *layer, struct sa *addr)
{
	const struct layer_listener *l;

	l = layer ? list_ledata(list_head(&layer->listeners)) : NULL;
	if (!l)
		return ENOENT;

	*addr = l->addr;
	layer_advertise(layer, l->transport, addr);

	return 0;
}


int layer_listen_addr(const struct transport_layer *layer,
		      enum flow_transport transport, struct sa *addr)
{
	struct le *le;

	if (!layer || !addr)
		return EINVAL;

	for (le = list_head(&layer->listeners); le; le = le->next) {
		const struct layer_listener *l = le->data;

		if (l->transport == transport) {
			*addr = l->addr;
			return 0;
		}
	}

	return ENOENT;
}


json_t *layer_stats(const struct transport_layer *layer)
{
	const struct layer_counters *c;
	json_t *flows, *refused;
	uint64_t turned_away;
	size_t connections;
	int i;

	if (!layer)
		return NULL;

	c = &layer->counters;
	flows = json_object();
	refused = json_object();
	for (i = FLOW_UDP; i <= FLOW_WSS; i++)
		json_object_set_new(
			flows, flow_transport_name((enum flow_transport)i),
			json_integer((json_int_t)flows_count(
				layer->flows, (enum flow_transport)i)));
	for (i = GATE_PASS + 1; i < GATE_RULES; i++)
		json_object_set_new(refused, gate_rule_name((enum gate_rule)i),
				    json_integer((json_int_t)c->refused[i]));

	listener_stats(&connections, &turned_away);

	return json_pack(
		"{s:I,s:I,s:I,s:I,s:o,s:o,s:I,s:I,s:I,s:I,s:I,s:I,"
		"s:I,s:I}",
		"connections", (json_int_t)connections, "turned_away",
		(json_int_t)turned_away, "in", (json_int_t)c->in, "out",
		(json_int_t)c->out, "flows", flows, "refused", refused,
		"sources", (json_int_t)limit_sources(layer->limit), "no_flow",
		(json_int_t)c->no_flow, "unrouted", (json_int_t)c->unrouted,
		"queue_full", (json_int_t)c->queue_full, "repeats",
		(json_int_t)c->repeats, "stray", (json_int_t)c->stray,
		"send_errors", (json_int_t)c->send_errors, "unproven",
		(json_int_t)c->unproven);
}


/** Connections of ours to come; where there was none, the next one reads it */
static int reload_client(struct transport_layer *layer)
{
	struct tls *fresh = NULL;
	int err;

	if (!layer->client_tls)
		return 0;

	err = certificate_client_tls(&fresh, layer->config);
	if (err)
		return err;

	mem_deref(layer->client_tls);
	layer->client_tls = fresh;
	layer_retire_verified(layer);

	return 0;
}


int layer_reload(struct transport_layer *layer)
{
	int err;

	if (!layer)
		return 0;

	err = certificate_reload(layer->tls, layer->config);

	return err ? err : reload_client(layer);
}


static void exit_handler(void *arg)
{
	struct transport_layer *layer = arg;

	if (layer->exith)
		layer->exith(layer->arg);
}


void layer_close(struct transport_layer *layer, bool force)
{
	if (!layer)
		return;

	list_flush(&layer->listeners);
	if (force)
		sip_close(layer_sip(layer), true);
	tmr_start(&layer->exit, 0, exit_handler, layer);
}
