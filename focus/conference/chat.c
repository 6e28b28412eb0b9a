/**
 * @file focus/conference/chat.c  Messages, their rates, and what is kept
 */
#include <errno.h>
#include <string.h>
#include "focus/conference/chat.h"


static void message_destructor(void *arg)
{
	struct chat_message *m = arg;

	list_unlink(&m->le);
	list_unlink(&m->shelf_le);
	mem_deref(m->user);
}


/* ------------------------------------------------------------- its text */

/** One character of a hostile text, or what stands for it
 *
 * @param dst Gets it, 4 bytes; @param n Set to how many of these are used
 * @return bytes read
 */
static size_t clean_one(char dst[4], size_t *n, const char *text, size_t len)
{
	uint32_t code = 0;
	const size_t used = utf8_read(&code, text, len);

	*n = 1;
	dst[0] = '?';
	if (!used)
		return 1;

	if (code == '\r') {
		dst[0] = '\n';
		return len > 1 && text[1] == '\n' ? 2 : 1;
	}
	if (code == '\n' || code == '\t') {
		dst[0] = code == '\n' ? '\n' : ' ';
		return 1;
	}

	*n = utf8_harmless(code) ? used : 0;
	memcpy(dst, text, *n);

	return used;
}


static bool is_blank(char c)
{
	return c == ' ' || c == '\n';
}


/** @param dst Has room for `len` bytes: no character becomes longer
 *  @return bytes of it that are used */
static size_t clean_text(char *dst, const char *text, size_t len)
{
	size_t out = 0, n;

	while (len) {
		const size_t used = clean_one(dst + out, &n, text, len);

		text += used;
		len -= used;
		out = !out && n && dst[0] == '\n' ? 0 : out + n;
	}
	while (out && is_blank(dst[out - 1]))
		out--;

	return out;
}


/** What is longer than that when it comes is not even looked at: cleaning
 *  leaves out little that people write */
static bool is_much_too_long(size_t len)
{
	return len > 4 * (size_t)CHAT_TEXT_MAX;
}


static int make_of(struct chat_message **mp, const char *clean, size_t bytes)
{
	struct chat_message *m;

	if (!bytes)
		return EBADMSG;
	if (bytes > CHAT_TEXT_MAX)
		return EMSGSIZE;

	m = mem_zalloc(sizeof(*m) + bytes + 1, message_destructor);
	if (!m)
		return ENOMEM;

	memcpy(m->text, clean, bytes);
	m->bytes = bytes;
	*mp = m;

	return 0;
}


int chat_message_alloc(struct chat_message **mp, const char *text, size_t len)
{
	char *clean;
	int err;

	if (is_much_too_long(len))
		return EMSGSIZE;

	/* clean_one() may write four bytes where it uses one */
	clean = mem_alloc(len + 4, NULL);
	if (!clean)
		return ENOMEM;

	err = make_of(mp, clean, clean_text(clean, text, len));
	mem_deref(clean);

	return err;
}


/* ------------------------------------------------------------- its rates */

/** Is there room for one more before so many are owed? */
static bool has_room(const struct chat_rate *r, unsigned burst,
		     unsigned interval_ms, uint64_t now_ms)
{
	return r->free_ms <= now_ms + (uint64_t)(burst - 1) * interval_ms;
}


static void owe(struct chat_rate *r, unsigned interval_ms, uint64_t now_ms)
{
	r->free_ms = MAX(r->free_ms, now_ms) + interval_ms;
}


bool chat_take(struct chat *chat, struct chat_rate *own, uint64_t now_ms)
{
	if (!has_room(own, CHAT_BURST, CHAT_INTERVAL_MS, now_ms) ||
	    !has_room(&chat->rate, CHAT_ALL_BURST, CHAT_ALL_INTERVAL_MS,
		      now_ms))
		return false;

	owe(own, CHAT_INTERVAL_MS, now_ms);
	owe(&chat->rate, CHAT_ALL_INTERVAL_MS, now_ms);

	return true;
}


/* --------------------------------------------------------- what is kept */

static size_t weight(const struct chat_message *m)
{
	return sizeof(*m) + m->bytes + (m->user ? strlen(m->user) : 0);
}


static void forget(struct chat_shelf *shelf, struct chat_message *m)
{
	struct chat *chat = m->chat;
	const size_t bytes = weight(m);

	chat->kept_count--;
	chat->kept_bytes -= bytes;
	shelf->bytes -= bytes;
	m->chat = NULL;
	list_unlink(&m->le);
	list_unlink(&m->shelf_le);
	mem_deref(m);
}


void chat_keep(struct chat *chat, struct chat_shelf *shelf,
	       struct chat_message *m)
{
	mem_ref(m);
	m->chat = chat;
	list_append(&chat->kept, &m->le, m);
	list_append(&shelf->messages, &m->shelf_le, m);
	chat->kept_count++;
	chat->kept_bytes += weight(m);
	shelf->bytes += weight(m);

	while (chat->kept_count > CHAT_KEPT_MAX ||
	       chat->kept_bytes > CHAT_KEPT_BYTES)
		forget(shelf, chat->kept.head->data);
	while (shelf->bytes > CHAT_KEPT_ALL_BYTES)
		forget(shelf, shelf->messages.head->data);
}


void chat_close(struct chat *chat, struct chat_shelf *shelf)
{
	while (chat->kept.head)
		forget(shelf, chat->kept.head->data);
}
