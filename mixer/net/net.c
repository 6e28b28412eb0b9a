/**
 * @file mixer/net/net.c  The mixer-wide side of transports
 */
#include <string.h>
#include "mixer/base/clock.h"
#include "mixer/net/net_private.h"


enum { HASH_BUCKETS = 1024 };


static void net_destructor(void *arg)
{
	struct net *net = arg;

	while (net->streams.head)
		ice_stream_end(net->streams.head->data);

	for (size_t i = 0; i < NET_ADDRESS_MAX; i++)
		port_close(&net->ports[i]);

	for (size_t i = 0; i < NET_ADDRESS_MAX; i++)
		mem_deref(net->free_pairs[i]);

	mem_deref(net->ufrags);
	mem_deref(net->paths);
	mem_deref(net->relays);
	mem_deref(net->listener);
	mem_deref(net->dtls);
}


/** The first address may choose the port, the others take the same one */
static int open_webrtc_ports(struct net *net)
{
	uint16_t number = net->config.webrtc_port;
	int err = 0;

	for (size_t i = 0; i < net->config.media_address_count && !err; i++) {
		struct sa addr = net->config.media_addresses[i];

		sa_set_port(&addr, number);
		err = port_open(&net->ports[i], net, &addr, demux_receive,
				net);
		if (!err)
			number = sa_port(&net->ports[i].addr);
	}

	return err;
}


static bool config_valid(const struct net_config *c)
{
	if (!c->media_address_count ||
	    c->media_address_count > NET_ADDRESS_MAX)
		return false;

	if (!c->rtp_port_min && !c->rtp_port_max)
		return true;

	return !(c->rtp_port_min & 1) && c->rtp_port_max > c->rtp_port_min;
}


/** Which pairs of each media address are free */
static int make_free_pairs(struct net *net)
{
	const struct net_config *c = &net->config;
	int err = 0;

	if (!c->rtp_port_min)
		return 0;

	for (size_t i = 0; i < c->media_address_count && !err; i++)
		err = port_pairs_alloc(&net->free_pairs[i], c->rtp_port_min,
				       c->rtp_port_max);

	return err;
}


int net_alloc(struct net **netp, const struct net_config *config)
{
	struct net *net;
	int err;

	if (!netp || !config || !config_valid(config))
		return EINVAL;

	net = mem_zalloc(sizeof(*net), net_destructor);
	if (!net)
		return ENOMEM;

	for (size_t i = 0; i < NET_ADDRESS_MAX; i++)
		net->ports[i].fd = -1;

	net->config = *config;
	if (!config->own_port_max) {
		net->config.own_port_min = config->rtp_port_min;
		net->config.own_port_max = config->rtp_port_max;
	}
	net->now_us = clock_us();
	err = srtp_library_init();
	if (err)
		goto out;

	err = hash_alloc(&net->ufrags, HASH_BUCKETS);
	if (err)
		goto out;

	err = hash_alloc(&net->paths, HASH_BUCKETS);
	if (err)
		goto out;

	err = hash_alloc(&net->relays, HASH_BUCKETS);
	if (err)
		goto out;

	err = dtls_context_alloc(&net->dtls);
	if (err)
		goto out;

	err = make_free_pairs(net);
	if (err)
		goto out;

	err = open_webrtc_ports(net);

out:
	if (err)
		mem_deref(net);
	else
		*netp = net;

	return err;
}


void net_set_tcp_ports(struct net *net, const uint16_t *ports, size_t count)
{
	for (size_t i = 0; i < NET_ADDRESS_MAX; i++)
		net->tcp_ports[i] = i < count ? ports[i] : 0;
}


uint16_t net_webrtc_port(const struct net *net)
{
	return sa_port(&net->ports[0].addr);
}


const struct net_stats *net_stats(const struct net *net)
{
	return &net->stats;
}


void net_tick(struct net *net, uint64_t now_us)
{
	struct le *le = list_head(&net->transports);

	net->now_us = now_us;
	while (le) {
		struct transport *t = mem_ref(le->data);

		switch (t->kind) {

		case TRANSPORT_WEBRTC: webrtc_tick(t, now_us); break;
		case TRANSPORT_RELAY: ice_tick(t, now_us); break;
		default: plain_tick(t, now_us); break;
		}

		le = le->next;
		mem_deref(t);
	}
}
