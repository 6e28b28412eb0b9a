/**
 * @file signaling/session/outbox_text.c  A text in pieces
 */
#include <string.h>
#include "mixer/base/utf8.h"
#include "signaling/session/outbox.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\n';
}

/* What stands before `end` is whole, what comes is not needed for it */
static bool is_between(uint32_t before, uint32_t code)
{
	return before != UTF8_JOINER && !utf8_extends(code);
}

size_t outbox_cut(const char *text, size_t len, size_t room)
{
	size_t at = 0, used = 0, letter = 0, blank = 0;
	uint32_t before = 0;

	while (at < len) {
		uint32_t code = 0;
		const size_t n = MAX(utf8_read(&code, text + at, len - at), 1);

		if (is_between(before, code))
			letter = at;
		if (is_blank(text[at]) && at && !is_blank(text[at - 1]))
			blank = at;
		used += text[at] == '\n' ? 2 : n;
		if (used > room)
			break;
		at += n;
		before = code;
	}
	if (at == len)
		return len;
	if (blank && blank >= letter / 2)
		return blank;

	/* one that is larger than all there is room for is cut after all */
	return letter ? letter : MAX(at, 1);
}

size_t outbox_skip(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && is_blank(text[n]))
		n++;

	return n;
}

unsigned outbox_pieces(const char *text, size_t len, size_t room)
{
	unsigned count = 0;

	while (len) {
		size_t n = outbox_cut(text, len, room);

		n += outbox_skip(text + n, len - n);
		text += n;
		len -= n;
		count++;
	}

	return count;
}

int outbox_text_print(struct re_printf *pf, const struct pl *text)
{
	struct pl rest = *text;
	int err = 0;

	while (rest.l && !err) {
		const char *end = memchr(rest.p, '\n', rest.l);
		const size_t n = end ? (size_t)(end - rest.p) : rest.l;

		err = re_hprintf(pf, "%b%s", rest.p, n, end ? "\r\n" : "");
		pl_advance(&rest, (ssize_t)(end ? n + 1 : n));
	}

	return err;
}
