/**
 * @file name_server.c  Reads one question, writes the rows
 */
#include <string.h>
#include "tests/unit/signaling/world/name_server.h"
#include "tests/unit/unit.h"

enum { HEADER = 12, ROW_A = 1, ROW_AAAA = 28, NO_SUCH_NAME = 3 };

/** An answer that is sent later; frees itself */
struct late {
	struct tmr tmr;
	struct udp_sock *us;
	struct sa to;
	struct mbuf *mb;
};

static void late_destructor(void *arg)
{
	struct late *late = arg;

	tmr_cancel(&late->tmr);
	mem_deref(late->us);
	mem_deref(late->mb);
}

static void late_h(void *arg)
{
	struct late *late = arg;

	late->mb->pos = 0;
	(void)udp_send(late->us, &late->to, late->mb);
	mem_deref(late);
}

/* Where the question ends; its name is written with dots. 0: none */
static size_t question(const uint8_t *p, size_t len, char name[256])
{
	size_t at = HEADER, o = 0;

	while (at < len && p[at]) {
		size_t n = p[at];

		if (n > 63 || at + n + 5 >= len || o + n + 2 > 256)
			return 0;
		if (o)
			name[o++] = '.';
		memcpy(name + o, p + at + 1, n);
		o += n;
		at += n + 1;
	}
	name[o] = '\0';
	return at + 5 <= len ? at + 5 : 0;
}

/* A pointer to the question's name, type, class IN, a minute */
static void write_row(struct mbuf *mb, const struct sa *sa)
{
	const bool ip4 = sa_af(sa) == AF_INET;

	(void)mbuf_write_u16(mb, htons(0xc000 | HEADER));
	(void)mbuf_write_u16(mb, htons(ip4 ? ROW_A : ROW_AAAA));
	(void)mbuf_write_u16(mb, htons(1));
	(void)mbuf_write_u32(mb, htonl(60));
	(void)mbuf_write_u16(mb, htons(ip4 ? 4 : 16));
	if (ip4)
		(void)mbuf_write_u32(mb, htonl(sa_in(sa)));
	else
		(void)mbuf_write_mem(mb, sa->u.in6.sin6_addr.s6_addr, 16);
}

static struct mbuf *reply(const uint8_t *p, size_t end,
			  const struct name_row *row)
{
	struct mbuf *mb = mbuf_alloc(512);
	const int af = p[end - 3] == ROW_A ? AF_INET : AF_INET6;
	uint8_t count = 0;
	struct sa sa;

	CU_ASSERT_PTR_NOT_NULL_FATAL(mb);
	(void)mbuf_write_mem(mb, p, end);
	for (size_t i = 0; i < NAME_ROW_ADDRESSES; i++) {
		if (!row->name || !row->addresses[i] ||
		    sa_set_str(&sa, row->addresses[i], 0) || sa_af(&sa) != af)
			continue;
		write_row(mb, &sa);
		count++;
	}
	mb->buf[2] |= 0x80;
	mb->buf[3] = row->name ? 0 : NO_SUCH_NAME;
	memset(mb->buf + 6, 0, 6);
	mb->buf[7] = count;
	mb->pos = 0;
	return mb;
}

static void asked_h(const struct sa *src, struct mbuf *mb, void *arg)
{
	struct name_server *d = arg;
	const uint8_t *p = mbuf_buf(mb);
	const struct name_row *row;
	struct late *late;
	bool aaaa;
	char name[256];
	size_t end = mbuf_get_left(mb) < HEADER
			     ? 0
			     : question(p, mbuf_get_left(mb), name);

	if (!end)
		return;
	aaaa = p[end - 3] == ROW_AAAA;
	d->asked++;
	d->asked_aaaa += aaaa;
	for (row = d->rows; row->name && strcmp(row->name, name) != 0; row++)
		;
	if ((aaaa ? row->drops_aaaa : row->drops_a) ||
	    (row->times && d->asked > row->times))
		return;
	late = mem_zalloc(sizeof(*late), late_destructor);
	CU_ASSERT_PTR_NOT_NULL_FATAL(late);
	late->us = mem_ref(d->us);
	late->to = *src;
	late->mb = reply(p, end, row);
	tmr_start(&late->tmr, row->late_ms, late_h, late);
}

void name_server_open(struct name_server *d, const struct name_row *rows)
{
	memset(d, 0, sizeof(*d));
	d->rows = rows;
	CU_ASSERT_EQUAL_FATAL(sa_set_str(&d->address, "127.0.0.1", 0), 0);
	CU_ASSERT_EQUAL_FATAL(udp_listen(&d->us, &d->address, asked_h, d), 0);
	CU_ASSERT_EQUAL_FATAL(udp_local_get(d->us, &d->address), 0);
}

void name_server_close(struct name_server *d)
{
	if (d->us)
		udp_handler_set(d->us, NULL, NULL);
	d->us = mem_deref(d->us);
}
