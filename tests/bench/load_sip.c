/**
 * @file tests/bench/load_sip.c  INVITE, ACK and BYE of a generator's legs
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/base/re.h"
#include "tests/bench/load.h"

enum { MESSAGE_MAX = 8192, ANSWER_MS = 5000, BYE_MS = 200 };


static void print_sdp(const struct load *l, unsigned i, char *sdp, size_t size)
{
	const struct load_leg *leg = &l->legs[i];
	bool secure = l->suite != TRANSPORT_SUITE_NONE;
	bool video = !strcmp(l->kind, "video");
	char crypto[160] = "";

	if (secure)
		snprintf(crypto, sizeof(crypto), "a=crypto:1 %s inline:%s\r\n",
			 transport_suite_name(l->suite), leg->key);

	snprintf(sdp, size,
		 "v=0\r\no=load %u 1 IN IP4 127.0.0.1\r\ns=-\r\n"
		 "c=IN IP4 127.0.0.1\r\nt=0 0\r\n"
		 "m=%s %u RTP/%sAVP%s %u\r\n%s%sa=rtcp-mux\r\na=%s\r\n",
		 i + 1, l->kind, leg->port, secure ? "S" : "",
		 video ? "F" : "", l->payload_type, l->attributes, crypto,
		 leg->listens_only ? "recvonly" : "sendrecv");
}


static void send_request(struct load *l, unsigned i, const char *method,
			 unsigned cseq)
{
	struct load_leg *leg = &l->legs[i];
	bool invite = !strcmp(method, "INVITE");
	bool secure = l->suite != TRANSPORT_SUITE_NONE;
	char sdp[1024] = "", text[MESSAGE_MAX], uri[300];
	int n;

	if (invite)
		print_sdp(l, i, sdp, sizeof(sdp));
	if (leg->contact[0])
		snprintf(uri, sizeof(uri), "%s", leg->contact);
	else
		snprintf(uri, sizeof(uri), "sip:load@127.0.0.1:%u%s",
			 ntohs(l->sip.sin_port),
			 secure ? ";transport=tls" : "");

	n = snprintf(text, sizeof(text),
		     "%s %s SIP/2.0\r\n"
		     "Via: SIP/2.0/%s 127.0.0.1:%u;branch=z9hG4bK%d-%u-%u%s"
		     ";rport\r\n"
		     "From: \"leg %u\" <sip:leg%u@127.0.0.1>;tag=f%u\r\n"
		     "To: <sip:load@127.0.0.1>%s%s\r\n"
		     "Call-ID: load-%d-%u\r\nCSeq: %u %s\r\n"
		     "Contact: <sip:leg%u@127.0.0.1:%u%s>\r\n"
		     "Max-Forwards: 70\r\n%sContent-Length: %zu\r\n\r\n%s",
		     method, uri, secure ? "TLS" : "UDP", load_flow_port(),
		     getpid(), i, cseq, method, i, i, i,
		     leg->to_tag[0] ? ";tag=" : "", leg->to_tag, getpid(), i,
		     cseq, method, i, load_flow_port(),
		     secure ? ";transport=tls" : "",
		     invite ? "Content-Type: application/sdp\r\n" : "",
		     strlen(sdp), sdp);
	if (n < 0 || (size_t)n >= sizeof(text))
		load_die("SIP request");

	load_flow_send(l, text, (size_t)n);
}


/* The text between a and one of b in s, copied; false if it is not there */
static bool between(char *dst, size_t size, const char *s, const char *a,
		    const char *b)
{
	const char *p = strstr(s, a);
	size_t n;

	if (!p)
		return false;

	p += strlen(a);
	n = strcspn(p, b);
	if (n >= size)
		return false;

	memcpy(dst, p, n);
	dst[n] = '\0';

	return true;
}


static bool take_key(const struct load *l, struct load_leg *leg,
		     const char *text)
{
	uint8_t keying[SRTP_KEYING_MAX];
	char key[128];

	if (l->suite == TRANSPORT_SUITE_NONE)
		return true;

	return between(key, sizeof(key), text, " inline:", " \r\n") &&
	       !sdes_decode(l->suite, key, keying) &&
	       !crypto_context_alloc(&leg->unprotect, l->suite, true, keying,
				     transport_suite_keying_bytes(l->suite));
}


/* The 200 to a leg's INVITE: note where its media goes */
static bool take_answer(struct load *l, struct load_leg *leg, const char *text)
{
	char port[16], to[256], section[16];

	snprintf(section, sizeof(section), "m=%s ", l->kind);
	if (!between(to, sizeof(to), text, "\r\nTo:", "\r\n") ||
	    !between(leg->to_tag, sizeof(leg->to_tag), to, "tag=", ";\r\n") ||
	    !between(leg->contact, sizeof(leg->contact), text, "Contact: <",
		     ">") ||
	    !between(port, sizeof(port), text, section, " ") || !atoi(port))
		return false;

	leg->remote = l->sip;
	leg->remote.sin_port = htons((uint16_t)atoi(port));

	return take_key(l, leg, text);
}


static void handle(struct load *l, const char *text)
{
	char id[32];
	const char *dash;
	struct load_leg *leg;
	unsigned i;
	int code;

	if (strncmp(text, "SIP/2.0 ", 8) || !strstr(text, " INVITE\r\n") ||
	    !between(id, sizeof(id), text, "Call-ID: load-", "\r\n"))
		return;

	dash = strchr(id, '-');
	i = dash ? (unsigned)atoi(dash + 1) : LOAD_LEGS_MAX;
	code = atoi(text + 8);
	if (i >= l->leg_count || code < 200 || l->legs[i].up)
		return;

	leg = &l->legs[i];
	if (code >= 300 || !take_answer(l, leg, text)) {
		fprintf(stderr, "leg %u: refused or unusable\n%s\n", i, text);
		exit(EXIT_FAILURE);
	}

	leg->up = true;
	send_request(l, i, "ACK", 1);
}


void load_sip_read(struct load *l)
{
	char text[MESSAGE_MAX];

	while (load_flow_receive(text, sizeof(text)))
		handle(l, text);
}


void load_dial(struct load *l)
{
	for (unsigned i = 0; i < l->leg_count; i++) {
		uint64_t end = clock_us() + ANSWER_MS * 1000;

		send_request(l, i, "INVITE", 1);
		while (!l->legs[i].up) {
			struct pollfd pfd = {.fd = load_flow_fd(),
					     .events = POLLIN};

			if (clock_us() > end) {
				fprintf(stderr, "leg %u: no answer\n", i);
				exit(EXIT_FAILURE);
			}

			poll(&pfd, 1, 100);
			load_sip_read(l);
		}
	}
}


void load_hang_up(struct load *l)
{
	struct pollfd pfd = {.fd = load_flow_fd(), .events = POLLIN};

	/* one at a time: a burst would not fit parleyd's socket, and answers
	 * left unread would break the connection under them */
	for (unsigned i = 0; i < l->leg_count; i++) {
		send_request(l, i, "BYE", 2);
		if (poll(&pfd, 1, BYE_MS) > 0)
			load_sip_read(l);
	}
}
