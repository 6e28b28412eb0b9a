/**
 * @file mixer/mp/link.c  Framing, ids and deadlines of the Mp link
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "mixer/base/clock.h"
#include "mixer/base/log.h"
#include "mixer/mp/mp_private.h"


enum {
	BURST_MAX = 64, /* messages read before the loop gets its turn */
	PENDING_MAX = 8192,
	SWEEP_MS = 100,
	/* what a request is thought to take before any was seen to */
	SERVICE_US = 1000,
	SERVICE_WEIGHT = 8, /* one more is an eighth of the mean */
	/* behind fewer the loop's own turns are most of the wait */
	QUEUE_MIN = 8,
	/* that many may always wait */
	BACKLOG_MIN = 2 * QUEUE_MIN,
};

struct pending {
	struct le le;
	struct link *link;
	json_int_t id;
	uint64_t deadline_ms, sent_us;
	uint64_t queue; /* unanswered when it was sent, itself included */
	link_reply_h *replyh;
	const void *arg;
};

static void pending_destructor(void *arg)
{
	struct pending *p = arg;

	if (p->le.list)
		p->link->pending_count--;
	list_unlink(&p->le);
}


static void link_destructor(void *arg)
{
	struct link *link = arg;

	tmr_cancel(&link->tmr);
	list_flush(&link->pending);
	link_send_stop(link);
	if (link->fd >= 0) {
		fd_close(link->fd);
		close(link->fd);
	}
	link_drop_descriptor(link);
}


/* Answer one request and forget it; the handler may send new ones */
static void complete(struct pending *p, int err, json_t *reply)
{
	link_reply_h *replyh = p->replyh;
	void *arg = (void *)(uintptr_t)p->arg;

	mem_deref(p);
	if (replyh)
		replyh(err, reply, arg);
}


void link_close(struct link *link, int err)
{
	link_close_h *closeh = link->closeh;
	void *arg = link->arg;

	if (link->closed)
		return;

	link->closed = true;
	tmr_cancel(&link->tmr);
	link_send_stop(link);
	fd_close(link->fd);

	while (link->pending.head)
		complete(link->pending.head->data, ECONNRESET, NULL);

	if (closeh)
		closeh(err, arg);
}


static void plan_sweep(struct link *link, uint64_t now_ms);


static void sweep(void *arg)
{
	struct link *link = arg;
	uint64_t now = tmr_jiffies();

	/* one who stood still himself reads first what came meanwhile */
	if (!link->stood_still && now > link->sweep_ms + SWEEP_MS) {
		link->stood_still = true;
		tmr_start(&link->tmr, 1, sweep, link);
		return;
	}

	mem_ref(link);
	/* deadlines ascend: all are the same distance from their request */
	while (link->pending.head && !link->closed) {
		struct pending *p = link->pending.head->data;

		if (p->deadline_ms > now)
			break;

		complete(p, ETIMEDOUT, NULL);
	}

	if (link->pending.head && !link->closed)
		plan_sweep(link, now);
	mem_deref(link);
}


static void plan_sweep(struct link *link, uint64_t now_ms)
{
	link->sweep_ms = now_ms + SWEEP_MS;
	link->stood_still = false;
	tmr_start(&link->tmr, SWEEP_MS, sweep, link);
}


/* Requests the peer has not answered, those without a handler or in time
 * too */
static uint64_t unanswered(const struct link *link)
{
	return (uint64_t)(link->last_id - link->answered_id);
}


/* How long it took for those before it and itself: one of them took so long.
 */
static void learn_service(struct link *link, const struct pending *p,
			  uint64_t now_us)
{
	uint64_t each_us = (now_us - p->sent_us) / p->queue;

	if (p->queue >= QUEUE_MIN)
		link->service_us =
			(link->service_us * (SERVICE_WEIGHT - 1) + each_us) /
			SERVICE_WEIGHT;
}


static struct pending *pending_find(const struct link *link, json_int_t id)
{
	for (struct le *le = link->pending.head; le; le = le->next) {
		struct pending *p = le->data;

		if (p->id == id)
			return p;
	}

	return NULL;
}


/* What the peer sent is no message of this protocol, or there was no memory to
 * read it: who has missed one would go on with what it should not */
static void refuse(struct link *link, int code, const char *why)
{
	if (link->strict)
		log_error("link", "refused error=%d why=%s", code, why);
	else
		(void)link_reply_error(link, NULL, code, why);
	link_close(link, code);
}


/* Nobody waits for many an answer, and for none any more that comes too late;
 * but each was asked for, once */
static bool was_asked(struct link *link, json_int_t id)
{
	return id > 0 && id <= link->last_id &&
	       ++link->answers <= link->last_id;
}


/* ETIMEDOUT and ECONNRESET tell of the link, which is for this side to say */
static int refusal(const json_t *msg)
{
	json_int_t code = json_integer_value(json_object_get(msg, "code"));

	if (!json_object_get(msg, "error"))
		return 0;

	return code > 0 && code < 4096 && code != ETIMEDOUT &&
			       code != ECONNRESET
		       ? (int)code
		       : EPROTO;
}


/* A message with "id" but no "op" is a reply */
static void handle_reply(struct link *link, json_t *msg)
{
	const json_int_t id = json_integer_value(json_object_get(msg, "id"));
	struct pending *p;

	if (link->strict && !was_asked(link, id)) {
		refuse(link, EPROTO, "an answer that nobody asked for");
		return;
	}

	if (id > link->answered_id && id <= link->last_id) {
		link->answered_id = id;
		link->owed_us = link->heard_us;
	}

	p = pending_find(link, id);
	if (!p)
		return;

	learn_service(link, p, link->heard_us);
	complete(p, refusal(msg), msg);
}


void link_trace(const struct link *link, const char *what, const char *buf,
		size_t len)
{
	char text[1024];

	if (link->debug)
		log_debug("link", "%s bytes=%zu text=%s", what, len,
			  log_escape(text, sizeof(text), buf, len));
}


/* jansson tells so, or nothing at all */
static bool is_out_of_memory(const json_error_t *error)
{
	return !error->text[0] ||
	       json_error_code(error) == json_error_out_of_memory;
}


static void handle_datagram(struct link *link, size_t len)
{
	json_error_t error;
	json_t *msg;

	msg = json_loadb(link->buf, len, JSON_REJECT_DUPLICATES, &error);
	link_trace(link, "received", link->buf, len);

	/* the focus waits for answers in vain, and knows */
	if (!msg && link->strict && is_out_of_memory(&error)) {
		log_warn("link", "no memory bytes=%zu", len);
		return;
	}

	if (!json_is_object(msg)) {
		log_warn("link", "malformed bytes=%zu line=%d", len,
			 error.line);
		refuse(link, EBADMSG, "not a JSON object");
		json_decref(msg);
		return;
	}

	if (json_object_get(msg, "id") && !json_object_get(msg, "op"))
		handle_reply(link, msg);
	else if (link->messageh)
		link->messageh(msg, link->arg);

	json_decref(msg);
}


void link_socket_h(int flags, void *arg)
{
	struct link *link = arg;
	uint64_t began_us = clock_us();
	ssize_t n;

	/* handlers may drop the last reference but one */
	mem_ref(link);
	if (flags & FD_WRITE && !link->closed)
		link_drain(link);

	for (unsigned i = 0; i < BURST_MAX && !link->closed; i++) {
		n = link_receive(link);
		if (n < 0) {
			if (errno != EAGAIN && errno != EINTR)
				link_close(link, errno);
			break;
		}

		if (!n) {
			link_close(link, ECONNRESET);
			break;
		}

		link->heard_us = clock_us();
		if (link->ignored) {
			link_drop_descriptor(link);
			continue;
		}
		if ((size_t)n > sizeof(link->buf)) {
			refuse(link, EMSGSIZE, "message too large");
			continue;
		}

		handle_datagram(link, (size_t)n);
		link_drop_descriptor(link);
		if (clock_us() - began_us >= LINK_TURN_US)
			break;
	}
	mem_deref(link);
}


int link_alloc(struct link **linkp, int fd, link_message_h *messageh,
	       link_close_h *closeh, void *arg)
{
	int size = 4 * MP_MESSAGE_MAX;
	struct link *link;
	int err;

	link = mem_zalloc(sizeof(*link), link_destructor);
	if (!link)
		return ENOMEM;

	link->fd = link->descriptor = -1;
	tmr_init(&link->tmr);
	tmr_init(&link->again);
	link->debug = getenv("MP_DEBUG") != NULL;

	/* best effort: the kernel's limit may be lower, sends then queue */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));

	err = fd_listen(fd, FD_READ, link_socket_h, link);
	if (err) {
		mem_deref(link);
		return err;
	}

	link->fd = fd;
	link->messageh = messageh;
	link->closeh = closeh;
	link->arg = arg;
	link->service_us = SERVICE_US;
	link->heard_us = clock_us();
	*linkp = link;

	return 0;
}


void link_set_strict(struct link *link)
{
	link->strict = true;
}


void link_ignore(struct link *link)
{
	link->ignored = true;
}


static bool is_over(const struct link *link)
{
	return link->closed || link->overflowed;
}


/* Serialise and send; steals msg. Not by json_dumps(): where memory fails it
 * may leave bytes out and say nothing */
static int send_message(struct link *link, json_t *msg)
{
	const bool over = is_over(link);
	size_t len;

	if (!msg)
		return ENOMEM;

	len = over ? 0
		   : json_dumpb(msg, link->out, sizeof(link->out),
				JSON_COMPACT);
	json_decref(msg);
	if (!len)
		return over ? EPIPE : ENOMEM;
	if (len > MP_MESSAGE_MAX)
		return EMSGSIZE;

	return link_send(link, len);
}


static void count_request(struct link *link)
{
	if (!unanswered(link))
		link->owed_us = clock_us();
	link->last_id++;
}


/* Nobody waits for its answer, so there is no limit of such */
static int ask(struct link *link, json_t *msg)
{
	int err;

	if (json_object_set_new(msg, "id", json_integer(link->last_id + 1))) {
		json_decref(msg);
		return ENOMEM;
	}

	err = send_message(link, msg);
	if (!err)
		count_request(link);

	return err;
}


/* The object with its id, ready to be sent */
static int print_tell(struct link *link, const char *text, size_t *size)
{
	int len;

	if (is_over(link))
		return EPIPE;

	len = snprintf(link->out, sizeof(link->out),
		       "{\"id\":%" JSON_INTEGER_FORMAT ",%s",
		       link->last_id + 1, text + 1);
	if (len >= (int)sizeof(link->out))
		return EMSGSIZE;

	*size = (size_t)len;

	return 0;
}


int link_tell_descriptor(struct link *link, const char *text, int fd)
{
	size_t len;
	int err = print_tell(link, text, &len);

	if (!err)
		err = link_send_descriptor(link, len, fd);
	if (!err)
		count_request(link);

	return err;
}


int link_tell(struct link *link, const char *text)
{
	size_t len;
	int err = print_tell(link, text, &len);

	if (err)
		return err;

	err = link_send(link, len);
	if (err == ENOMEM)
		err = link_give_up(link, "out of memory");
	if (!err)
		count_request(link);

	return err;
}


int link_request(struct link *link, json_t *msg, link_reply_h *replyh,
		 void *arg)
{
	struct pending *p;
	int err;

	if (!replyh)
		return ask(link, msg);

	if (link->pending_count >= PENDING_MAX) {
		json_decref(msg);
		return ENOBUFS;
	}

	p = mem_zalloc(sizeof(*p), pending_destructor);
	if (!p) {
		json_decref(msg);
		return ENOMEM;
	}

	/* without its number it would be done and never answered */
	err = ask(link, msg);
	if (err) {
		mem_deref(p);
		return err;
	}

	p->link = link;
	p->id = link->last_id;
	p->sent_us = clock_us();
	p->queue = unanswered(link);
	p->deadline_ms = tmr_jiffies() + MP_REPLY_DEADLINE_MS;
	p->replyh = replyh;
	p->arg = arg;
	list_append(&link->pending, &p->le, p);
	link->pending_count++;
	if (!tmr_isrunning(&link->tmr))
		plan_sweep(link, tmr_jiffies());

	return 0;
}


uint64_t link_silent_us(const struct link *link)
{
	return clock_us() - link->heard_us;
}


uint64_t link_owing_us(const struct link *link)
{
	return unanswered(link) ? clock_us() - link->owed_us : 0;
}


bool link_is_congested(const struct link *link, unsigned wait_ms)
{
	uint64_t wait_us = (uint64_t)wait_ms * 1000;

	return link->queued_bytes > LINK_QUEUE_BYTES_MAX / 4 ||
	       link_owing_us(link) > wait_us ||
	       (unanswered(link) >= BACKLOG_MIN &&
		unanswered(link) * link->service_us > wait_us);
}


void link_forget(struct link *link, const void *arg)
{
	for (struct le *le = link->pending.head; le; le = le->next) {
		struct pending *p = le->data;

		if (p->arg == arg)
			p->replyh = NULL;
	}
}


static void copy_id(json_t *msg, const json_t *request)
{
	json_t *id = request ? json_object_get(request, "id") : NULL;

	if (json_is_integer(id))
		json_object_set(msg, "id", id);
}


int link_reply(struct link *link, const json_t *request, json_t *result)
{
	if (!result)
		result = json_object();

	copy_id(result, request);

	return send_message(link, result);
}


int link_reply_error(struct link *link, const json_t *request, int code,
		     const char *why)
{
	json_t *msg = json_pack("{s:s,s:i}", "error", why, "code", code);

	if (msg)
		copy_id(msg, request);

	return send_message(link, msg);
}


int link_event(struct link *link, json_t *msg)
{
	return send_message(link, msg);
}
