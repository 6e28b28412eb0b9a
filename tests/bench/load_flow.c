/**
 * @file tests/bench/load_flow.c  The generators' way to Parley for SIP
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <openssl/ssl.h>
#include "tests/bench/load.h"

enum { STREAM_MAX = 64 * 1024 };

static struct {
	int fd;
	uint16_t port;
	SSL *ssl;
	char buf[STREAM_MAX + 1]; /**< TLS: what is not read yet */
	size_t len;
} flow;


static void open_tls(const struct load *l)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());

	flow.fd = socket(AF_INET, SOCK_STREAM, 0);
	if (flow.fd < 0 ||
	    connect(flow.fd, (const struct sockaddr *)&l->sip, sizeof(l->sip)))
		load_die("connect");

	flow.ssl = ctx ? SSL_new(ctx) : NULL;
	if (!flow.ssl || !SSL_set_fd(flow.ssl, flow.fd) ||
	    SSL_connect(flow.ssl) != 1)
		load_die("TLS");

	SSL_CTX_free(ctx);
	if (fcntl(flow.fd, F_SETFL, O_NONBLOCK))
		load_die("fcntl");
}


void load_flow_open(const struct load *l)
{
	struct sockaddr_in local;
	socklen_t len = sizeof(local);

	if (l->suite == TRANSPORT_SUITE_NONE)
		flow.fd = load_socket(&local);
	else
		open_tls(l);

	if (getsockname(flow.fd, (struct sockaddr *)&local, &len))
		load_die("getsockname");

	flow.port = ntohs(local.sin_port);
}


int load_flow_fd(void)
{
	return flow.fd;
}


uint16_t load_flow_port(void)
{
	return flow.port;
}


void load_flow_send(const struct load *l, const char *text, size_t len)
{
	if (!flow.ssl) {
		if (sendto(flow.fd, text, len, 0,
			   (const struct sockaddr *)&l->sip,
			   sizeof(l->sip)) < 0)
			load_die("SIP over UDP");
		return;
	}

	while (SSL_write(flow.ssl, text, (int)len) <= 0) {
		struct pollfd pfd = {.fd = flow.fd, .events = POLLOUT};

		if (poll(&pfd, 1, 5000) <= 0)
			load_die("SIP over TLS");
	}
}


/* Cut the first message from the stream (RFC 3261 section 18.3) */
static bool cut(char *text, size_t size)
{
	const char *end, *field;
	size_t len;

	flow.buf[flow.len] = '\0';
	end = strstr(flow.buf, "\r\n\r\n");
	field = strstr(flow.buf, "\r\nContent-Length:");
	if (!end || !field || field > end)
		return false;

	len = (size_t)(end + 4 - flow.buf) + strtoul(field + 17, NULL, 10);
	if (len > flow.len)
		return false;
	if (len >= size)
		load_die("message too long");

	memcpy(text, flow.buf, len);
	text[len] = '\0';
	flow.len -= len;
	memmove(flow.buf, flow.buf + len, flow.len);

	return true;
}


bool load_flow_receive(char *text, size_t size)
{
	int n;

	if (!flow.ssl) {
		ssize_t got = recv(flow.fd, text, size - 1, 0);

		if (got <= 0)
			return false;

		text[got] = '\0';
		return true;
	}

	while (!cut(text, size)) {
		n = SSL_read(flow.ssl, flow.buf + flow.len,
			     (int)(STREAM_MAX - flow.len));
		if (n <= 0)
			return false;

		flow.len += (size_t)n;
	}

	return true;
}
