/**
 * @file fuzz_relay.c  What comes from a far end of a relay
 *
 * Datagrams, each behind two bytes: how many bytes it has, and by its bits
 *     0     which of the two far ends sends it, 1: one that nobody knows
 *     2, 3  the other far end is where nothing is proven, or nowhere
 *     4-7   what is held back: sound and picture, of either, and all
 * Time goes on by a millisecond. Nothing leaves: the port's socket is closed.
 * What is neither held nor beyond the rate must be as it was, and what an end
 * has counted must be all that has come.
 */
#include <stdlib.h>
#include <string.h>
#include "mixer/net/net_private.h"
#include "mixer/net/stun.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static struct net *net;
static struct sa far_ends[3];
static uint64_t now_us = 1000000;


static void setup(void)
{
	struct net_config config = {.media_address_count = 1};

	libre_init();
	sa_set_str(&config.media_addresses[0], "127.0.0.1", 0);
	for (uint16_t i = 0; i < 3; i++)
		sa_set_str(&far_ends[i], "127.0.0.1", 40000 + i);
	if (net_alloc(&net, &config))
		abort();

	port_close(&net->ports[0]);
}


static void hand_over(size_t from, const uint8_t *data, size_t size)
{
	memcpy(net->buf, data, size);
	demux_receive(&net->ports[0], &far_ends[from], net->buf, size, now_us,
		      net);
	if (memcmp(net->buf, data, size) != 0)
		abort();
}


/** Its address is valid */
static void check(const struct transport *t, size_t from)
{
	static const uint8_t transaction[12] = {1};
	struct transport_local l;
	struct stun_writer w;
	char username[32];

	transport_local(t, &l);
	(void)re_snprintf(username, sizeof(username), "%s:far", l.ice_ufrag);
	stun_write_header(&w, STUN_BINDING_REQUEST, transaction);
	stun_write_attribute(&w, STUN_ATTR_USERNAME, username,
			     strlen(username));
	stun_write_end(&w, l.ice_pwd);
	hand_over(from, w.buf, w.len);
}


static struct transport *end_alloc(void)
{
	static const struct transport_handlers none = {.state = NULL};
	static const struct transport_remote remote = {
		.relay = 1,
		.sound = {{1}},
		.picture = {{2}},
		.kbps = 100,
	};
	struct transport *t;

	if (transport_alloc(&t, net, TRANSPORT_RELAY, 0, TRANSPORT_SUITE_NONE,
			    &none, NULL) ||
	    transport_set_remote(t, &remote))
		abort();

	return t;
}


static void one(struct transport *const t[2], uint8_t bits,
		const uint8_t *data, size_t size)
{
	const struct transport_hold hold[2] = {
		{.sound_from = bits & 16, .picture_to = bits & 32},
		{.picture_from = bits & 64, .all = bits & 128},
	};
	struct transport_relay_stats before, after;
	const size_t from = bits & 2 ? 2 : bits & 1;
	struct transport *to = t[!(bits & 1)];

	for (size_t i = 0; i < 2; i++) {
		transport_hold(t[i], &hold[i]);
		if (!t[i]->ice.selected)
			check(t[i], i);
		if (!t[i]->ice.selected)
			abort();
		t[i]->ice.selected->proven = true;
	}

	if (bits & 4)
		to->ice.selected->proven = false;
	if (bits & 8)
		ice_path_end(to->ice.selected);

	(void)transport_relay_stats(t[bits & 1], &before);
	hand_over(from, data, size);
	(void)transport_relay_stats(t[bits & 1], &after);
	if (from == 2 && after.packets_in != before.packets_in)
		abort();
	if (after.held + after.policed - before.held - before.policed >
		    after.packets_in - before.packets_in ||
	    (after.carried && bits & 8))
		abort();
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct transport *t[2];

	if (!net)
		setup();

	t[0] = end_alloc();
	t[1] = end_alloc();
	for (size_t at = 0; at + 2 <= size;) {
		const size_t n = MIN(data[at], size - at - 2);

		one(t, data[at + 1], data + at + 2, n);
		now_us += 1000;
		at += 2 + n;
	}
	net_tick(net, now_us);
	mem_deref(t[0]);
	mem_deref(t[1]);
	if (list_head(hash_list(net->relays, 1)))
		abort();

	return 0;
}
