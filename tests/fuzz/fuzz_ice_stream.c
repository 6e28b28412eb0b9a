/**
 * @file fuzz_ice_stream.c  What comes on a TCP connection of ICE
 *
 * It begins with a good check, as one that nobody else can make; then comes
 * the input, in pieces whose size its first byte says: frames (RFC 4571) of
 * STUN, DTLS and media, or what passes for them. An odd first byte: without
 * that check, so that the connection must be closed unless the input has one.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "mixer/net/net_private.h"
#include "mixer/net/stun.h"


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct net *net;
static int listening;
static struct sa here;


static void setup(void)
{
	struct net_config config = {0};

	libre_init();
	sa_set_str(&config.media_addresses[0], "127.0.0.1", 0);
	config.media_address_count = 1;
	here = config.media_addresses[0];
	listening = socket(AF_INET, SOCK_STREAM, 0);
	if (net_alloc(&net, &config) || listening < 0 ||
	    bind(listening, &here.u.sa, here.len) || listen(listening, 8))
		abort();

	here.len = sizeof(here.u);
	if (getsockname(listening, &here.u.sa, &here.len))
		abort();
}


static void check(int fd, const struct transport_local *l)
{
	static const uint8_t transaction[12] = {1};
	struct stun_writer w;
	uint8_t head[2];
	char username[32];
	int n = re_snprintf(username, sizeof(username), "%s:far",
			    l->ice_ufrag);

	stun_write_header(&w, STUN_BINDING_REQUEST, transaction);
	stun_write_attribute(&w, STUN_ATTR_USERNAME, username, (size_t)n);
	stun_write_end(&w, l->ice_pwd);
	head[0] = (uint8_t)(w.len >> 8);
	head[1] = (uint8_t)w.len;
	(void)send(fd, head, sizeof(head), MSG_NOSIGNAL);
	(void)send(fd, w.buf, w.len, MSG_NOSIGNAL);
}


static void stop_handler(void *arg)
{
	(void)arg;
	re_cancel();
}


static void turn(void)
{
	struct tmr tmr;

	tmr_init(&tmr);
	tmr_start(&tmr, 0, stop_handler, NULL);
	(void)re_main(NULL);
	tmr_cancel(&tmr);
}


int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct linger reset = {1, 0};
	const struct transport_handlers none = {0};
	struct transport_local local;
	struct transport *t;
	size_t step, n;
	int fd, handed;

	if (!net)
		setup();

	if (size < 2 || transport_alloc(&t, net, TRANSPORT_WEBRTC, 0,
					TRANSPORT_SUITE_NONE, &none, NULL))
		return 0;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	/* so that no ports are used up */
	(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	if (connect(fd, &here.u.sa, here.len))
		abort();
	handed = accept4(listening, NULL, NULL, SOCK_NONBLOCK);
	transport_local(t, &local);
	if (!(data[0] & 1))
		check(fd, &local);

	step = data[0] > 1 ? data[0] : size;
	(void)send(fd, data + 1, MIN(step, size - 1), MSG_NOSIGNAL);
	(void)net_take_stream(net, handed);
	for (size_t at = 1 + MIN(step, size - 1); at < size; at += n) {
		n = MIN(step, size - at);
		(void)send(fd, data + at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		turn();
	}
	net_tick(net, 3);
	turn();
	mem_deref(t);
	turn();
	close(fd);
	if (list_head(&net->streams))
		abort();

	return 0;
}
