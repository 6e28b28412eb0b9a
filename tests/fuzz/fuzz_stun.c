/**
 * @file fuzz_stun.c  Datagrams on the WebRTC port
 *
 * The first byte of the input chooses: an even one hands the rest over as it
 * is; an odd one makes of the rest the attributes of an authentic check (the
 * parts that only the far end can reach), then hands the rest over again from
 * the address so validated, as DTLS or media. Nothing leaves: the port's
 * socket is closed.
 */
#include <stdlib.h>
#include <string.h>
#include "mixer/net/net_private.h"
#include "mixer/net/stun.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);


static struct net *net;
static struct sa far_end;


static void setup(void)
{
	struct net_config config = {0};

	libre_init();
	sa_set_str(&config.media_addresses[0], "127.0.0.1", 0);
	sa_set_str(&far_end, "127.0.0.1", 40000);
	config.media_address_count = 1;
	if (net_alloc(&net, &config))
		abort();

	port_close(&net->ports[0]);
}


static void hand_over(const uint8_t *data, size_t size, uint64_t now_us)
{
	memcpy(net->buf, data, size);
	demux_receive(&net->ports[0], &far_end, net->buf, size, now_us, net);
}


static void authentic_check(const struct transport_local *l,
			    const uint8_t *data, size_t size)
{
	static const uint8_t transaction[12] = {1};
	struct stun_writer w;
	char username[32];
	size_t n = size & ~(size_t)3;

	re_snprintf(username, sizeof(username), "%s:far", l->ice_ufrag);
	stun_write_header(&w, STUN_BINDING_REQUEST, transaction);
	stun_write_attribute(&w, STUN_ATTR_USERNAME, username,
			     strlen(username));
	if (n > sizeof(w.buf) - w.len - 32)
		n = sizeof(w.buf) - w.len - 32;
	memcpy(w.buf + w.len, data, n);
	w.len += n;
	stun_write_end(&w, l->ice_pwd);
	hand_over(w.buf, w.len, 1);
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct transport_handlers none = {0};
	struct transport_local local;
	struct transport *t;
	struct stun_packet p;

	if (!net)
		setup();

	if (!size || size > TRANSPORT_DATAGRAM_MAX ||
	    transport_alloc(&t, net, TRANSPORT_WEBRTC, 0, TRANSPORT_SUITE_NONE,
			    &none, NULL))
		return 0;

	transport_local(t, &local);
	if (!stun_packet_decode(&p, data + 1, size - 1))
		(void)stun_packet_authentic(&p, local.ice_pwd);

	if (data[0] & 1) {
		/* a plain check first, so that the address is valid */
		authentic_check(&local, data, 0);
		authentic_check(&local, data + 1, size - 1);
	}

	hand_over(data + 1, size - 1, 2);
	net_tick(net, 3);
	mem_deref(t);

	return 0;
}
