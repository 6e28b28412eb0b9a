/**
 * @file signaling/transport/libre_seam.c  Messages to and from libre's SIP
 * stack
 */
#include <string.h>
#include "mixer/base/log.h"
#include "signaling/transport/libre_seam.h"


enum {
	TRANSACTIONS_HASH = 4096,
	CONNECTIONS_HASH = 32,
	TOKENS_MAX = 32, /**< on their way to libre */
	TOKEN_BYTES_MAX = 64,
	TOKEN_SOCKBUF_BYTES = 262144,
	STALL_MS = 200,
};

struct libre_seam {
	struct libre_seam_handlers handlers;
	struct sip *sip;
	struct sip_lsnr *probe, *requests, *responses;
	struct udp_sock *us;   /**< libre's, once known */
	struct udp_sock *wake; /**< sends tokens to it */
	struct udp_helper *uh;
	struct sa libre_addr, wake_addr;
	char nonce[33];
	struct list injections;
	size_t queued, tokens;
	struct tmr stall;
};

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


static void seam_destructor(void *arg)
{
	struct libre_seam *seam = arg;

	tmr_cancel(&seam->stall);
	mem_deref(seam->probe);
	mem_deref(seam->requests);
	mem_deref(seam->responses);
	mem_deref(seam->uh);
	mem_deref(seam->us);
	mem_deref(seam->sip);
	mem_deref(seam->wake);
	list_flush(&seam->injections);
}


/** Send as many tokens as there are messages without one */
static void send_tokens(struct libre_seam *seam);


static void stall_handler(void *arg)
{
	struct libre_seam *seam = arg;

	seam->tokens = 0;
	send_tokens(seam);
}


static void send_tokens(struct libre_seam *seam)
{
	if (!seam->us)
		return;

	while (seam->tokens < TOKENS_MAX && seam->tokens < seam->queued) {
		struct mbuf token = {
			.buf = (uint8_t *)"wake", .size = 4, .end = 4};

		if (udp_send(seam->wake, &seam->libre_addr, &token))
			break;
		++seam->tokens;
	}

	/* Loopback does not lose tokens while so few are under way; should it
	   happen all the same, the queue must not stand still. */
	if (seam->queued)
		tmr_start(&seam->stall, STALL_MS, stall_handler, seam);
	else
		tmr_cancel(&seam->stall);
}


int libre_seam_inject(struct libre_seam *seam, const struct sa *src,
		      struct mbuf *mb)
{
	struct injection *in;

	if (!seam || !src || !mb)
		return EINVAL;
	if (seam->queued >= LIBRE_SEAM_QUEUE_MAX)
		return EBUSY;

	in = mem_zalloc(sizeof(*in), injection_destructor);
	if (!in)
		return ENOMEM;

	in->mb = mem_ref(mb);
	in->src = *src;
	list_append(&seam->injections, &in->le, in);
	++seam->queued;
	send_tokens(seam);

	return 0;
}


/** A token came to libre's socket: put the message in its place */
static bool recv_handler(struct sa *src, struct mbuf *mb, void *arg)
{
	struct libre_seam *seam = arg;
	struct injection *in;

	if (!sa_cmp(src, &seam->wake_addr, SA_ALL))
		return true;

	if (seam->tokens)
		--seam->tokens;
	in = list_ledata(list_head(&seam->injections));
	if (!in)
		return true;

	mem_deref(mb->buf);
	mb->buf = mem_ref(in->mb->buf);
	mb->size = in->mb->size;
	mb->end = in->mb->end;
	mb->pos = 0;
	*src = in->src;
	mem_deref(in);
	--seam->queued;
	send_tokens(seam);

	return false;
}


static bool send_handler(int *err, struct sa *dst, struct mbuf *mb, void *arg)
{
	struct libre_seam *seam = arg;

	*err = seam->handlers.sendh(dst, mb, seam->handlers.arg);

	return true;
}


/** Our own OPTIONS: it knows the socket. What else comes before it, nobody
 *  sent */
static bool probe_handler(const struct sip_msg *msg, void *arg)
{
	struct libre_seam *seam = arg;
	int err;

	if (pl_strcmp(&msg->callid, seam->nonce))
		return true;

	seam->us = mem_ref(msg->sock);
	/* what others send there is not even read: a local user, or a media
	   server that was taken over, finds the port */
	err = udp_connect(seam->us, &seam->wake_addr);
	if (err)
		log_error("transport", "seam connect error=\"%s\"",
			  strerror(err));
	udp_rxsz_set(seam->us, TOKEN_BYTES_MAX);
	(void)udp_sockbuf_set(seam->us, TOKEN_SOCKBUF_BYTES);
	err = udp_register_helper(&seam->uh, seam->us, 0, send_handler,
				  recv_handler, seam);
	if (err)
		log_error("transport", "seam error=\"%s\"", strerror(err));
	seam->probe = mem_deref(seam->probe);
	send_tokens(seam);

	return true;
}


static int send_probe(struct libre_seam *seam)
{
	struct mbuf *mb = mbuf_alloc(512);
	int err;

	if (!mb)
		return ENOMEM;

	rand_str(seam->nonce, sizeof(seam->nonce));
	err = mbuf_printf(mb,
			  "OPTIONS sip:%J SIP/2.0\r\n"
			  "Via: SIP/2.0/UDP %J;branch=z9hG4bK%s\r\n"
			  "From: <sip:%J>;tag=1\r\nTo: <sip:%J>\r\n"
			  "Call-ID: %s\r\nCSeq: 1 OPTIONS\r\n"
			  "Content-Length: 0\r\n\r\n",
			  &seam->libre_addr, &seam->wake_addr, seam->nonce,
			  &seam->wake_addr, &seam->libre_addr, seam->nonce);
	mb->pos = 0;
	if (!err)
		err = udp_send(seam->wake, &seam->libre_addr, mb);
	mem_deref(mb);

	return err;
}


/** libre's only transport, and the socket beside it */
static int open_sockets(struct libre_seam *seam)
{
	struct sa loopback;
	int err;

	(void)sa_set_str(&loopback, "127.0.0.1", 0);
	err = sip_transp_add(seam->sip, SIP_TRANSP_UDP, &loopback);
	if (err)
		return err;
	err = sip_transp_laddr(seam->sip, &seam->libre_addr, SIP_TRANSP_UDP,
			       &loopback);
	if (err)
		return err;
	err = udp_listen(&seam->wake, &loopback, NULL, NULL);
	if (err)
		return err;

	return udp_local_get(seam->wake, &seam->wake_addr);
}


/** These are the only listeners beside those of libre's transactions: who
 *  handles what is the table of layer_handle() */
static int listen_to_libre(struct libre_seam *seam)
{
	const struct libre_seam_handlers *h = &seam->handlers;
	int err;

	err = sip_listen(&seam->probe, seam->sip, true, probe_handler, seam);
	if (!err)
		err = sip_listen(&seam->requests, seam->sip, true, h->requesth,
				 h->arg);
	if (!err)
		err = sip_listen(&seam->responses, seam->sip, false,
				 h->responseh, h->arg);

	return err;
}


int libre_seam_alloc(struct libre_seam **sp,
		     const struct libre_seam_handlers *handlers)
{
	struct libre_seam *seam;
	int err;

	if (!sp || !handlers || !handlers->sendh || !handlers->requesth ||
	    !handlers->responseh)
		return EINVAL;

	seam = mem_zalloc(sizeof(*seam), seam_destructor);
	if (!seam)
		return ENOMEM;

	seam->handlers = *handlers;
	err = sip_alloc(&seam->sip, NULL, TRANSACTIONS_HASH, TRANSACTIONS_HASH,
			CONNECTIONS_HASH, "Parley/" PARLEY_VERSION, NULL,
			NULL);
	if (!err)
		err = open_sockets(seam);
	if (!err)
		err = listen_to_libre(seam);
	if (!err)
		err = send_probe(seam);

	if (err)
		mem_deref(seam);
	else
		*sp = seam;

	return err;
}


struct sip *libre_seam_sip(const struct libre_seam *seam)
{
	return seam ? seam->sip : NULL;
}
